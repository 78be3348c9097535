"""Rules of elsewhere: two European packs, data only, load like our own and give the deadlines of their texts."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import pytest

from emergency.assessment.assess import assess
from emergency.assessment.examples import run_examples
from emergency.domain import events
from emergency.domain.offices import OfficeRegistered, directory_of
from emergency.domain.record import Recorded
from emergency.domain.values import Place, StatedTime
from emergency.domain.vocabulary import Basis, Category, Channel, Level, Line, State, Tier
from emergency.rulebook import Rulebook, Stage, load
from emergency.rulebook.lint import lint

PACKS = Path(__file__).parent / "packs"
BERLIN = ZoneInfo("Europe/Berlin")
NAMES = ("nis2", "dora")


@cache
def pack(name: str) -> Rulebook:
    """One pack, loaded."""
    return load(PACKS / name)


@pytest.mark.parametrize("name", NAMES)
def test_a_pack_has_no_problem(name: str) -> None:
    assert lint(PACKS / name) == []


@pytest.mark.parametrize("name", NAMES)
def test_every_example_of_a_pack_comes_out_as_it_says(name: str) -> None:
    tried = list(run_examples(pack(name)))
    assert tried
    assert [(t.name, t.came) for t in tried if not t.passed] == []


@pytest.mark.parametrize("name", NAMES)
def test_a_pack_says_nothing_of_china(name: str) -> None:
    """It uses the words of the language and none of the rules, tables, families or calendars of ours."""
    assert {rule.id.partition("/")[0] for rule in pack(name).rules} == {"eu"}
    assert pack(name).tables == ()
    assert all(rule.where is None and rule.categories is None for rule in pack(name).rules)


# -- timelines ---------------------------------------------------------------------------------------------------


def _at(text: str) -> StatedTime:
    moment = datetime.fromisoformat(text).replace(tzinfo=BERLIN)
    return StatedTime(text=text, earliest=moment, latest=moment, basis=Basis.STATED)


def _step(act: str, at: str) -> events.Entry:
    """One step of the entity, at an hour of Berlin."""
    when = _at(at)
    message: dict[str, Any] = {
        "office": "entity",
        "at": when,
        "to": ("authority",),
        "channel": Channel.NETWORK,
    }
    match act:
        case "aware":
            return events.Learned(office="entity", at=when)
        case "major":
            return events.Graded(office="entity", at=when, level=Level.I)
        case "first":
            return events.Reported(**message)
        case "again":
            return events.FollowUpFiled(**message)
        case "final":
            return events.FinalReportFiled(**message)
        case _:
            return events.Stabilised(office="entity", at=when)


def _a_minute_after(text: str) -> str:
    return (datetime.fromisoformat(text) + timedelta(minutes=1)).isoformat(timespec="minutes")


def _recorded(bodies: Iterable[Any], stream: str) -> list[Recorded[Any]]:
    return [
        Recorded(
            position=n,
            stream=stream,
            version=n,
            event_id=f"{stream}:{n}",
            recorded_at=datetime(2026, 11, 1, tzinfo=UTC),
            event=body,
        )
        for n, body in zip(count(1), bodies, strict=False)
    ]


class Owed(NamedTuple):
    """One report that was owed: until when, in Berlin, and what came of it."""

    due: str | None
    state: State


def owed(name: str, stage: Stage, *steps: tuple[str, str], kind: str = "ict-incident") -> list[Owed]:
    """The reports of a stage that an entity owes its authority under a pack, after these steps."""
    opened = events.IncidentOpened(
        ref="incident",
        title="Outage",
        category=Category.ACCIDENT,
        kind=kind,
        place=Place(name="Berlin"),
        occurred_at=_at(min(at for _, at in steps)),
        imported=True,
        complete_for=("entity",),
    )
    offices = (
        OfficeRegistered(
            office="authority",
            name="Authority",
            tier=Tier.STATE,
            line=Line.DEPARTMENT,
            zone="Europe/Berlin",
        ),
        OfficeRegistered(
            office="entity",
            name="Entity",
            tier=Tier.UNIT,
            line=Line.ENTERPRISE,
            reports_to=("authority",),
            zone="Europe/Berlin",
        ),
    )
    history = _recorded((opened, *(_step(*step) for step in steps)), "incident/incident")
    found = assess(history, directory_of(_recorded(offices, "offices")), pack(name))
    return [
        Owed(f"{o.due.latest.astimezone(BERLIN):%Y-%m-%dT%H:%M}" if o.due.latest else None, o.state)
        for o in found.obligations
        if o.stage is stage and o.holds_until is None
    ]


# -- DORA, Delegated Regulation (EU) 2025/301 article 5 ----------------------------------------------------------

AWARE = ("aware", "2025-09-01T08:00")


@pytest.mark.parametrize(
    ("major", "due"),
    [
        ("2025-09-01T10:00", "2025-09-01T14:00"),  # four hours from the classification
        ("2025-09-02T03:59", "2025-09-02T07:59"),
        ("2025-09-02T04:00", "2025-09-02T08:00"),  # both end together
        ("2025-09-02T06:00", "2025-09-02T08:00"),  # 24 hours from becoming aware come first
        ("2025-09-02T08:01", "2025-09-02T12:01"),  # classified after the 24 hours: article 5(2)
        ("2025-09-03T12:00", "2025-09-03T16:00"),
    ],
)
def test_dora_first_four_hours_from_major_and_a_day_from_awareness(major: str, due: str) -> None:
    for sent, state in ((due, State.MET), (_a_minute_after(due), State.LATE)):
        steps = (AWARE, ("major", major), ("first", sent))
        assert owed("dora", Stage.FIRST, *steps) == [Owed(due, state)]


def test_dora_asks_nothing_of_what_was_not_classified_as_major() -> None:
    states = [o.state for o in owed("dora", Stage.FIRST, AWARE)]
    assert State.LATE not in states
    assert State.OVERDUE not in states


@pytest.mark.parametrize("first", ["2025-09-01T11:00", "2025-09-01T14:00"])
def test_dora_intermediate_counts_from_when_the_initial_was_sent_and_not_from_when_it_was_due(
    first: str,
) -> None:
    base = (AWARE, ("major", "2025-09-01T10:00"), ("first", first))
    due = first.replace("09-01", "09-04")
    assert owed("dora", Stage.FOLLOW_UP, *base, ("again", due)) == [Owed(due, State.MET)]
    assert owed("dora", Stage.FOLLOW_UP, *base, ("again", _a_minute_after(due))) == [Owed(due, State.LATE)]


MONDAY_NOON = "2025-09-08T12:00"
AFTER_EASTER = "2025-04-22T12:00"


@pytest.mark.parametrize(
    ("aware", "first", "due"),
    [
        ("2025-09-03T20:00", "2025-09-03T22:00", MONDAY_NOON),  # Saturday 22:00
        ("2025-09-04T08:00", "2025-09-04T10:00", MONDAY_NOON),  # Sunday 10:00
        ("2025-09-04T22:00", "2025-09-04T23:59", MONDAY_NOON),  # Sunday 23:59 in Berlin, Monday in China
        ("2025-09-02T08:00", "2025-09-02T10:00", "2025-09-05T10:00"),  # Friday stays
        ("2025-04-15T08:00", "2025-04-15T10:00", AFTER_EASTER),  # Good Friday
        ("2025-04-18T08:00", "2025-04-18T10:00", AFTER_EASTER),  # Easter Monday
    ],
)
def test_dora_what_falls_on_a_day_off_is_due_at_noon_of_the_next_working_day(
    aware: str, first: str, due: str
) -> None:
    steps = (("aware", aware), ("major", aware), ("first", first))
    assert owed("dora", Stage.FOLLOW_UP, *steps, ("again", due)) == [Owed(due, State.MET)]
    assert owed("dora", Stage.FOLLOW_UP, *steps, ("again", _a_minute_after(due))) == [Owed(due, State.LATE)]


@pytest.mark.parametrize(
    ("latest", "due"),
    [
        ("2025-09-10T10:00", "2025-10-11T00:00"),  # to the end of 10 October
        ("2025-09-10T23:59", "2025-10-11T00:00"),  # and of that date in Berlin, where it is the 11th in China
        ("2025-12-31T10:00", "2026-02-02T12:00"),  # 31 January is a Saturday: Monday noon
        ("2025-10-31T10:00", "2025-12-01T12:00"),  # the last day of a shorter month, a Sunday: Monday
        ("2025-11-25T10:00", "2025-12-29T12:00"),  # Christmas Day, and on over the weekend
    ],
)
def test_dora_final_a_month_from_the_latest_intermediate_report(latest: str, due: str) -> None:
    base = (AWARE, ("major", "2025-09-01T10:00"), ("first", "2025-09-01T13:00"))
    updates = [f"2025-{month:02}-25T09:00" for month in (9, 10, 11)]
    before = [
        ("again", update) for update in ("2025-09-04T10:00", *updates, "2025-12-20T09:00") if update < latest
    ]
    [final] = owed("dora", Stage.FINAL, *base, *before, ("again", latest))
    assert final.due == due


def test_dora_an_update_after_the_final_report_was_due_moves_nothing() -> None:
    base = (
        AWARE,
        ("major", "2025-09-01T10:00"),
        ("first", "2025-09-01T13:00"),
        ("again", "2025-09-04T10:00"),
    )
    [final] = owed("dora", Stage.FINAL, *base, ("again", "2025-10-06T12:01"))
    assert (final.due, final.state) == ("2025-10-06T12:00", State.UNDETERMINED)


def test_dora_without_an_intermediate_report_no_final_one_is_counted() -> None:
    base = (AWARE, ("major", "2025-09-01T10:00"), ("first", "2025-09-01T13:00"))
    assert owed("dora", Stage.FINAL, *base) == []


def test_dora_four_hours_and_a_day_that_both_end_on_a_weekend() -> None:
    steps = (("aware", "2025-09-06T09:00"), ("major", "2025-09-06T10:00"), ("first", "2025-09-08T11:00"))
    assert owed("dora", Stage.FIRST, *steps) == [Owed(MONDAY_NOON, State.MET)]


def test_dora_a_later_update_moves_the_final_report_and_an_earlier_one_does_not() -> None:
    base = (AWARE, ("major", "2025-09-01T10:00"), ("first", "2025-09-01T13:00"))
    [once] = owed("dora", Stage.FINAL, *base, ("again", "2025-09-04T10:00"))
    [twice] = owed("dora", Stage.FINAL, *base, ("again", "2025-09-04T10:00"), ("again", "2025-09-16T10:00"))
    assert (once.due, twice.due) == ("2025-10-06T12:00", "2025-10-17T00:00")


# -- NIS2, Directive (EU) 2022/2555 article 23(4) ----------------------------------------------------------------

KNEW = ("aware", "2025-03-03T09:00")


@pytest.mark.parametrize(
    ("warned", "state"), [("2025-03-04T09:00", State.MET), ("2025-03-04T09:01", State.LATE)]
)
def test_nis2_warning_a_day_from_awareness(warned: str, state: State) -> None:
    assert owed("nis2", Stage.FIRST, KNEW, ("first", warned)) == [Owed("2025-03-04T09:00", state)]


@pytest.mark.parametrize("warned", ["2025-03-03T10:00", "2025-03-05T10:00"])
def test_nis2_notification_three_days_from_awareness_whenever_the_warning_came(warned: str) -> None:
    for sent, state in (("2025-03-06T09:00", State.MET), ("2025-03-06T09:01", State.LATE)):
        found = owed("nis2", Stage.FOLLOW_UP, KNEW, ("first", warned), ("again", sent))
        assert found == [Owed("2025-03-06T09:00", state)]


def test_nis2_trust_services_have_one_day_for_the_notification() -> None:
    steps = (KNEW, ("first", "2025-03-03T10:00"), ("again", "2025-03-04T09:01"))
    assert owed("nis2", Stage.FOLLOW_UP, *steps, kind="trust-service-outage") == [
        Owed("2025-03-04T09:00", State.LATE)
    ]


@pytest.mark.parametrize(
    ("notified", "final", "state"),
    [
        ("2025-03-05T10:00", "2025-04-05T23:59", State.MET),
        ("2025-03-05T10:00", "2025-04-06T00:01", State.LATE),
        ("2025-03-05T23:59", "2025-04-05T12:00", State.MET),
    ],
)
def test_nis2_final_a_month_from_the_notification_and_not_from_an_update(
    notified: str, final: str, state: State
) -> None:
    steps = (KNEW, ("first", "2025-03-03T10:00"), ("again", notified), ("again", "2025-03-20T10:00"))
    assert owed("nis2", Stage.FINAL, *steps, ("final", final)) == [Owed("2025-04-06T00:00", state)]


def test_nis2_final_is_not_owed_before_there_was_a_notification() -> None:
    assert owed("nis2", Stage.FINAL, KNEW, ("first", "2025-03-03T10:00")) == []
