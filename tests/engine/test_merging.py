"""Two incidents in one command: both are written or neither, once, and taking it back leaves no trace in a verdict."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from emergency import Engine, Identity, NotFoundError, RefusedError
from emergency.domain.bookkeeping import Linked, Merged
from emergency.domain.instructions import InstructionReceived, InstructionRelayed
from emergency.domain.values import StatedTime
from emergency.domain.vocabulary import Basis

from .bench import CITY, COUNTY, learned, open_incident, reported
from .bench import at as stated

NEVER = Identity(office="province")


@pytest.fixture
def two(engine: Engine) -> Engine:
    for ref in ("mine-01", "mine-02"):
        open_incident(engine, ref)
        now = datetime.now(UTC).replace(second=0, microsecond=0)
        knew = learned(deaths=3).model_copy(update={"at": stated(now)})
        engine.record(ref, knew, COUNTY)
    return engine


def rows(engine: Engine, ref: str) -> list[dict[str, Any]]:
    view = engine.view(ref)
    return [*view.obligation_rows, *view.finding_rows]


def states(engine: Engine, ref: str) -> dict[str, str]:
    now = datetime.now(UTC)
    return {row["id"]: row["state"] for row in engine.obligations([ref], at=now).rows}


def test_what_is_open_goes_on_as_the_other_and_comes_back(two: Engine) -> None:
    before = rows(two, "mine-01"), rows(two, "mine-02")
    owed = two.due("mine-02", "county")
    assert owed
    outcome = two.merging.merge("mine-02", into="mine-01", why="同一起", identity=COUNTY)
    assert outcome.due == ()
    assert set(states(two, "mine-02").values()) == {"excused"}
    assert rows(two, "mine-01") == before[0]
    merged = two.view("mine-02").timeline.merged
    assert merged is not None
    assert isinstance(merged.entry, Merged)
    assert {fate.fate for fate in merged.entry.fates} == {"continues"}
    report = reported().model_copy(update={"at": stated(datetime.now(UTC))})
    two.record("mine-02", report, COUNTY)  # nobody is kept from reporting on it
    two.record("mine-01", report, COUNTY)
    between = rows(two, "mine-01")
    two.merging.unmerge("mine-02", why="两起", identity=CITY)
    assert rows(two, "mine-01") == between
    assert two.view("mine-02").timeline.merged is None
    met = [row for row in rows(two, "mine-02") if row.get("state") == "met"]
    assert met


def test_merging_and_taking_it_back_changes_no_row(two: Engine) -> None:
    before = [(rows(two, ref), two.directory().offices.keys()) for ref in ("mine-01", "mine-02")]
    two.merging.merge("mine-02", into="mine-01", why="同一起", identity=NEVER)
    two.merging.unmerge("mine-02", why="两起", identity=NEVER)
    assert [(rows(two, ref), two.directory().offices.keys()) for ref in ("mine-01", "mine-02")] == before
    province = two.directory().get("province")
    assert province is not None
    assert province.logs_since is None  # to keep the record is not to log


def test_it_is_done_once(two: Engine) -> None:
    first = two.merging.merge("mine-02", into="mine-01", why="同一起", identity=COUNTY, command_id="m")
    again = two.merging.merge("mine-02", into="mine-01", why="同一起", identity=COUNTY, command_id="m")
    assert (again.already, again.event_ids) == (True, first.event_ids)
    links = [s for s in two.view("mine-01").timeline.steps if type(s.entry).__name__ == "Linked"]
    assert len(links) == 1


@pytest.mark.parametrize(
    ("ref", "into", "error", "words"),
    [
        ("mine-02", "mine-02", RefusedError, "into itself"),
        ("mine-02", "mine-09", NotFoundError, "no incident mine-09"),
        ("mine-09", "mine-01", NotFoundError, "no incident mine-09"),
    ],
)
def test_what_cannot_be_meant_writes_nothing(
    two: Engine, ref: str, into: str, error: type[Exception], words: str
) -> None:
    position = two.view("mine-01").position
    with pytest.raises(error, match=words):
        two.merging.merge(ref, into=into, why="同一起", identity=COUNTY)
    assert two.view("mine-01").position == position


def test_a_chain_is_refused_both_ways_until_it_is_undone(two: Engine) -> None:
    open_incident(two, "mine-03")
    two.merging.merge("mine-02", into="mine-01", why="同一起", identity=COUNTY)
    with pytest.raises(RefusedError, match="mine-02 is merged into mine-01, and mergings make no chain"):
        two.merging.merge("mine-01", into="mine-03", why="同一起", identity=COUNTY)
    with pytest.raises(RefusedError, match="emergency merge mine-03 --into mine-01"):
        two.merging.merge("mine-03", into="mine-02", why="同一起", identity=COUNTY)
    two.merging.unmerge("mine-02", why="两起", identity=COUNTY)
    two.merging.merge("mine-01", into="mine-03", why="同一起", identity=COUNTY)
    with pytest.raises(RefusedError, match="not merged"):
        two.merging.unmerge("mine-02", why="两起", identity=COUNTY)


def test_whoever_merges_is_told_what_nobody_checked(two: Engine) -> None:
    outcome = two.merging.merge("mine-02", into="mine-01", why="同一起", identity=COUNTY)
    assert "division code" in outcome.remarks[0].en


def test_a_link_is_on_both(two: Engine) -> None:
    two.merging.link("mine-01", other="mine-02", relation="same-cause", identity=COUNTY)
    links = [
        [
            (s.entry.other, s.entry.relation)
            for s in two.view(ref).timeline.steps
            if isinstance(s.entry, Linked)
        ]
        for ref in ("mine-01", "mine-02")
    ]
    assert links == [[("mine-02", "same-cause")], [("mine-01", "same-cause")]]
    with pytest.raises(RefusedError, match="merging only"):
        two.merging.link("mine-01", other="mine-02", relation="merged-here", identity=COUNTY)


# -- instructions ------------------------------------------------------------------------------------------------


def _by(clock: str) -> StatedTime:
    moment = datetime.fromisoformat(f"2026-11-20T{clock}+08:00")
    return StatedTime(text=clock, earliest=moment, latest=moment, basis=Basis.STATED)


def _instruction(leader: str, answer_by: str | None = None) -> InstructionReceived:
    return InstructionReceived(
        office="city",
        at=_by("10:00"),
        leader=leader,
        words="全力救援",
        addressed=("county",),
        answer_by=None if answer_by is None else _by(answer_by),
    )


def test_instructions_are_listed_the_overdue_first(two: Engine) -> None:
    for ref, leader, by in (
        ("mine-01", "省长", None),
        ("mine-02", "市长", "18:00"),
        ("mine-01", "书记", "12:00"),
    ):
        received = two.record(ref, _instruction(leader, by), CITY)
        relayed = InstructionRelayed(
            office="city", at=_by("10:05"), of=received.event_ids[0], whom=("county",)
        )
        two.record(ref, relayed, CITY)
    at = _by("15:00").earliest
    listed = two.instructions.listed(at=at)
    assert [(row["leader"], row["state"]) for row in listed.rows] == [
        ("书记", "overdue"),
        ("市长", "open"),
        ("省长", "open"),
    ]
    assert listed.rows[1]["due"] == "2026-11-20T18:00:00+08:00"
    assert [row["leader"] for row in two.instructions.listed(["mine-02"], at=at).rows] == ["市长"]
    with pytest.raises(NotFoundError):
        two.instructions.listed(["mine-09"])


def test_an_instruction_for_an_office_that_nobody_knows_is_refused(two: Engine) -> None:
    unknown = _instruction("市长").model_copy(update={"addressed": ("nobody",)})
    with pytest.raises(NotFoundError, match="no office nobody"):
        two.record("mine-01", unknown, CITY)


def test_what_is_owed_about_an_instruction_is_owed(two: Engine) -> None:
    received = two.record("mine-01", _instruction("市长", "18:00"), CITY)
    assert [(d.stage, d.recipient) for d in received.due if d.stage.startswith("instruction")] == [
        ("instruction-relay", "county")
    ]
    two.record(
        "mine-01",
        InstructionRelayed(office="city", at=_by("10:05"), of=received.event_ids[0], whom=("county",)),
        CITY,
    )
    assert ("instruction-answer", "city") in [(d.stage, d.recipient) for d in two.due("mine-01", "county")]
    assert any(row["stage"] == "instruction-answer" for row in two.obligations(office="county").rows)
