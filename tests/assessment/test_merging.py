"""What becomes of an open obligation when its incident is merged: it goes on where the other asks for no less."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from emergency.assessment.merging import fates_of
from emergency.assessment.model import Ground, Obligation, Words
from emergency.domain.fixed import changed
from emergency.domain.intervals import OPEN, Interval
from emergency.domain.times import CHINA
from emergency.domain.vocabulary import State


def hour(clock: str) -> datetime:
    return datetime.fromisoformat(f"2020-03-10T{clock}").replace(tzinfo=CHINA)


NOW = hour("08:30")


def ground(due: str | None = "09:00", **more: Any) -> Ground:  # noqa: ANN401 - any field of it
    moment = None if due is None else hour(due)
    ends = None if moment is None else Interval(moment, moment)
    said: dict[str, Any] = {"rule": "cn/x", "confirmed": True, "sure": True, **more}
    return Ground(citation="《某法》", rank="law", limit=Words("一小时", "an hour"), due=ends, **said)


def owed(
    incident: str = "a",
    due: str | None = "09:00",
    grounds: Ground | None = None,
    **more: Any,  # noqa: ANN401 - any field of it
) -> Obligation:
    governs = grounds or ground(due)
    made = Obligation(
        id=f"{incident}:county>city:first:any:first",
        incident=incident,
        office="county",
        recipient="city",
        stage="first",
        channel="any",
        occasion="first",
        trigger=(),
        due=governs.due or OPEN,
        state=State.OPEN,
        reason=None,
        grounds=(governs,),
        governing=0,
        holds_from=hour("08:00"),
    )
    return changed(made, **more)


def fate(mine: Obligation, *theirs: Obligation, at: datetime = NOW) -> str | None:
    found = fates_of([mine], theirs, at)
    return None if not found else found[0].fate if found[0].by is None else f"{found[0].fate} {found[0].by}"


CONTINUES = "continues b:county>city:first:any:first"


def test_it_goes_on_where_the_other_asks_no_later() -> None:
    assert fate(owed(), owed("b", "09:00")) == CONTINUES
    assert fate(owed(), owed("b", "08:59")) == CONTINUES
    assert fate(owed(), owed("b", "09:01")) == "stands"
    assert fate(owed()) == "stands"


@pytest.mark.parametrize(
    "other",
    [
        {"office": "town"},
        {"recipient": "province"},
        {"stage": "follow-up"},
        {"channel": "written"},
        {"state": State.EXCUSED},
    ],
    ids=str,
)
def test_another_report_does_not_stand_for_it(other: dict[str, Any]) -> None:
    assert fate(owed(), owed("b", **other)) == "stands"


def test_what_was_met_there_is_met() -> None:
    assert fate(owed(), owed("b", "23:00", state=State.MET, met_by="e9")) == CONTINUES


@pytest.mark.parametrize("state", [State.LATE, State.OVERDUE, State.POSSIBLY_LATE])
def test_what_was_due_there_before_stands_for_it_there(state: State) -> None:
    assert fate(owed(), owed("b", "08:10", state=state)) == CONTINUES


def test_weaker_grounds_do_not_stand_for_stronger() -> None:
    unconfirmed, unsure = ground(confirmed=False), ground(sure=False)
    assert fate(owed(), owed("b", grounds=unconfirmed)) == "stands"
    assert fate(owed(grounds=unconfirmed), owed("b", grounds=unconfirmed)) == CONTINUES
    assert fate(owed(), owed("b", grounds=unsure)) == "stands"
    assert fate(owed(grounds=unsure), owed("b", grounds=unsure)) == CONTINUES
    assert fate(owed(grounds=unsure), owed("b", grounds=changed(unsure, rule="cn/y"))) == "stands"


def test_at_once_goes_on_as_at_once_only() -> None:
    assert fate(owed(due=None), owed("b", None)) == CONTINUES
    assert fate(owed(due=None), owed("b", "08:40")) == "stands"
    assert fate(owed(), owed("b", None)) == "stands"


@pytest.mark.parametrize(
    ("mine", "expected"),
    [
        ({"due": "08:30"}, "stands"),
        ({"due": "08:29"}, None),
        ({"state": State.MET, "met_by": "e2"}, None),
        ({"state": State.OVERDUE}, None),
        ({"state": State.EXCUSED}, None),
        ({"holds_from": hour("08:31")}, None),
        ({"due": None}, "stands"),
        ({"state": State.UNDETERMINED}, "stands"),
    ],
    ids=str,
)
def test_a_fate_is_given_to_what_is_open_then(mine: dict[str, Any], expected: str | None) -> None:
    assert fate(owed(**mine)) == expected


def test_an_instruction_of_another_incident_is_another_instruction() -> None:
    one: dict[str, Any] = {"stage": "instruction-answer"}
    assert fate(owed(**one), owed("b", **one)) == "stands"
