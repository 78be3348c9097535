"""The fold of a desk: who is on duty, what was not taken over, where nobody was, where two were."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from emergency.domain.desk import (
    DeskEvent,
    Duty,
    HandoverAcknowledged,
    Promise,
    PromiseKept,
    ShiftEnded,
    ShiftHandedOver,
    ShiftStarted,
)
from emergency.domain.duty import DeskState, Irregular, Odd, desk_of, irregularities
from emergency.domain.record import Recorded
from emergency.domain.values import UNSTATED, StatedTime
from emergency.domain.vocabulary import Basis

T0 = datetime(2026, 11, 22, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def t(hours: float) -> datetime:
    return T0 + timedelta(hours=hours)


def stated(hours: float, to: float | None = None) -> StatedTime:
    latest = t(hours if to is None else to)
    return StatedTime(text="so", earliest=t(hours), latest=latest, basis=Basis.STATED)


class Desk:
    """Events in the order in which they were recorded, each when it happened unless that is said."""

    def __init__(self) -> None:
        self.events: list[Recorded[DeskEvent]] = []

    def add(self, event: DeskEvent, recorded: float) -> str:
        number = len(self.events) + 1
        self.events.append(
            Recorded(
                position=number,
                stream="desk/county",
                version=number,
                event_id=f"e{number}",
                recorded_at=t(recorded),
                event=event,
            )
        )
        return f"e{number}"

    def start(self, officer: str, hour: float, role: Duty = Duty.A, at: StatedTime = UNSTATED) -> str:
        return self.add(ShiftStarted(office="county", officer=officer, role=role, at=at), hour)

    def end(self, officer: str, hour: float, at: StatedTime = UNSTATED) -> str:
        return self.add(ShiftEnded(office="county", officer=officer, at=at), hour)

    def hand_over(self, officer: str, hour: float, to: str | None = None, *promised: Promise) -> str:
        return self.add(ShiftHandedOver(office="county", officer=officer, to=to, promised=promised), hour)

    def take_over(self, officer: str, of: str, hour: float) -> str:
        return self.add(HandoverAcknowledged(office="county", officer=officer, of=of), hour)

    @property
    def state(self) -> DeskState:
        return desk_of("county", self.events)

    def on_duty(self, hour: float) -> list[str]:
        return [f"{turn.role}:{turn.officer}" for turn in self.state.on_duty(t(hour))]

    @property
    def odd(self) -> list[tuple[str, Odd]]:
        return [(remark.event_id, remark.odd) for remark in self.state.remarks]

    def found(
        self, now: float, **limits: datetime | timedelta
    ) -> list[tuple[Irregular, float, float | None]]:
        def hours(moment: datetime | None) -> float | None:
            return None if moment is None else (moment - T0) / timedelta(hours=1)

        rows = irregularities(self.state, t(now), **limits)  # type: ignore[arg-type]  # either kind of limit
        return [(row.kind, hours(row.since) or 0.0, hours(row.until)) for row in rows]


@pytest.fixture
def desk() -> Desk:
    return Desk()


class TestOnDuty:
    """Who is there at an instant."""

    def test_from_the_start_to_the_end(self, desk: Desk) -> None:
        desk.start("x", 8)
        desk.start("y", 8, Duty.B)
        desk.end("x", 16)
        assert desk.on_duty(7.99) == []
        assert desk.on_duty(8) == ["A:x", "B:y"]
        assert desk.on_duty(15.99) == ["A:x", "B:y"]
        assert desk.on_duty(16) == ["B:y"]
        assert desk.odd == []

    def test_who_never_ended_is_still_there(self, desk: Desk) -> None:
        desk.add(ShiftStarted(office="county", officer="x", until=t(16)), 8)
        assert desk.on_duty(40) == ["A:x"]

    def test_starting_twice_is_remarked_and_is_one_shift(self, desk: Desk) -> None:
        desk.start("x", 8)
        again = desk.start("x", 9)
        assert desk.odd == [(again, Odd.STARTED_TWICE)]
        assert len(desk.state.turns) == 1

    def test_starting_in_the_other_role_ends_the_first(self, desk: Desk) -> None:
        desk.start("x", 8, Duty.B)
        desk.start("x", 9)
        assert desk.on_duty(8.5) == ["B:x"]
        assert desk.on_duty(9) == ["A:x"]
        assert desk.odd == []

    def test_ending_what_never_began_is_remarked(self, desk: Desk) -> None:
        desk.start("x", 8)
        wrong = desk.end("y", 9)
        assert desk.odd == [(wrong, Odd.NEVER_BEGAN)]
        assert desk.on_duty(10) == ["A:x"]

    def test_an_end_that_is_said_to_be_before_the_start_ends_nothing(self, desk: Desk) -> None:
        desk.start("x", 8)
        desk.end("x", 9, stated(7))
        assert [odd for _, odd in desk.odd] == [Odd.NEVER_BEGAN]
        assert desk.on_duty(10) == ["A:x"]

    def test_a_shift_recorded_afterwards_counts_for_its_time_and_is_marked(self, desk: Desk) -> None:
        desk.start("y", 8)
        desk.start("x", 8.5, at=stated(0))
        desk.end("x", 8.6, stated(8))
        assert desk.on_duty(4) == ["A:x"]
        assert desk.on_duty(9) == ["A:y"]
        assert [turn.backfilled for turn in desk.state.turns] == [False, True]


class TestHandover:
    """The desk is the predecessor's until the successor acknowledges."""

    def test_the_successor_takes_over_in_the_same_role(self, desk: Desk) -> None:
        desk.start("x", 8, Duty.B)
        handed = desk.hand_over("x", 16, "y")
        assert [h.event_id for h in desk.state.waiting] == [handed]
        assert desk.on_duty(16.1) == ["B:x"]
        desk.take_over("y", handed, 16.2)
        assert desk.on_duty(16.2) == ["B:y"]
        assert desk.state.waiting == ()
        assert desk.odd == []

    def test_a_successor_who_has_started_already_goes_on(self, desk: Desk) -> None:
        desk.start("x", 8)
        desk.start("y", 15.5)
        desk.take_over("y", desk.hand_over("x", 16, "y"), 16.2)
        assert desk.on_duty(16.2) == ["A:y"]
        assert len(desk.state.turns) == 2

    def test_a_handover_by_who_was_not_there_is_recorded_and_remarked(self, desk: Desk) -> None:
        handed = desk.hand_over("x", 16, "y")
        desk.take_over("y", handed, 16.2)
        assert desk.odd == [(handed, Odd.NOT_ON_DUTY)]
        assert desk.on_duty(17) == ["A:y"]

    def test_acknowledged_by_another(self, desk: Desk) -> None:
        desk.start("x", 8)
        taken = desk.take_over("z", desk.hand_over("x", 16, "y"), 16.2)
        assert desk.odd == [(taken, Odd.BY_ANOTHER)]
        assert desk.on_duty(17) == ["A:z"]

    def test_to_nobody_in_particular(self, desk: Desk) -> None:
        desk.start("x", 8)
        desk.take_over("z", desk.hand_over("x", 16), 16.2)
        assert desk.odd == []

    def test_acknowledged_twice_the_first_stands(self, desk: Desk) -> None:
        desk.start("x", 8)
        handed = desk.hand_over("x", 16)
        desk.take_over("y", handed, 16.2)
        again = desk.take_over("z", handed, 16.4)
        assert desk.odd == [(again, Odd.ACKNOWLEDGED_TWICE)]
        assert desk.on_duty(17) == ["A:y"]

    def test_who_acknowledges_their_own_handover_is_still_on_duty(self, desk: Desk) -> None:
        desk.start("x", 8)
        own = desk.take_over("x", desk.hand_over("x", 16), 16.2)
        assert desk.odd == [(own, Odd.OWN_HANDOVER)]
        assert desk.on_duty(17) == ["A:x"]

    def test_promises_are_open_until_they_are_kept(self, desk: Desk) -> None:
        desk.start("x", 8)
        desk.hand_over("x", 16, None, Promise(text="a", by=t(18)), Promise(text="b"))
        assert [promised.name for _, promised in desk.state.promises] == ["2.1", "2.2"]
        desk.add(PromiseKept(office="county", officer="y", of="e2", number=1), 17)
        assert [promised.name for _, promised in desk.state.promises] == ["2.2"]
        twice = desk.add(PromiseKept(office="county", officer="y", of="e2", number=1), 17)
        assert desk.odd == [(twice, Odd.KEPT_TWICE)]


class TestIrregularities:
    """What an auditor sees: only what is so under every reading of the times."""

    def test_a_desk_that_is_not_kept_has_none(self, desk: Desk) -> None:
        assert desk.found(100) == []

    def test_nothing_is_missing_before_the_first_shift(self, desk: Desk) -> None:
        desk.start("x", 8)
        assert desk.found(100) == []

    def test_a_gap_between_two_shifts_and_one_that_lasts(self, desk: Desk) -> None:
        desk.start("x", 8)
        desk.end("x", 16)
        desk.start("y", 17)
        desk.end("y", 20)
        assert desk.found(24) == [(Irregular.GAP, 16, 17), (Irregular.GAP, 20, None)]
        assert desk.found(20) == [(Irregular.GAP, 16, 17)]

    def test_shifts_that_touch_leave_none(self, desk: Desk) -> None:
        desk.start("x", 8)
        desk.end("x", 16)
        desk.start("y", 16)
        assert desk.found(24) == []

    def test_b_fills_no_gap(self, desk: Desk) -> None:
        desk.start("x", 8)
        desk.start("z", 8, Duty.B)
        desk.end("x", 16)
        assert desk.found(24) == [(Irregular.GAP, 16, None)]

    def test_a_short_shift_within_a_long_one_leaves_no_gap(self, desk: Desk) -> None:
        desk.start("x", 8)
        desk.start("y", 9)
        desk.end("y", 10)
        desk.end("x", 16)
        assert [row for row in desk.found(16) if row[0] is Irregular.GAP] == []

    def test_two_at_once_overlap(self, desk: Desk) -> None:
        desk.start("x", 8)
        desk.start("y", 15)
        desk.end("x", 16)
        desk.end("y", 20)
        assert desk.found(20) == [(Irregular.OVERLAP, 15, 16)]

    def test_two_who_are_there_now_overlap_until_now(self, desk: Desk) -> None:
        desk.start("x", 8)
        desk.start("y", 15)
        assert desk.found(20) == [(Irregular.OVERLAP, 15, None)]

    def test_a_handover_leaves_neither(self, desk: Desk) -> None:
        desk.start("x", 8)
        desk.take_over("y", desk.hand_over("x", 16, "y"), 16.2)
        assert desk.found(20) == []

    def test_times_that_leave_it_open_give_nothing(self, desk: Desk) -> None:
        desk.start("x", 8)
        desk.end("x", 16.5, stated(16, 17))
        desk.start("y", 17, at=stated(16.5, 17.5))
        assert desk.found(20) == []

    def test_where_they_do_not_the_least_is_given_and_the_most(self, desk: Desk) -> None:
        desk.start("x", 8)
        desk.end("x", 16.5, stated(16, 16.5))
        desk.start("y", 18, at=stated(17, 18))
        (row,) = irregularities(desk.state, t(20))
        assert (row.at_least, row.at_most) == (timedelta(minutes=30), timedelta(hours=2))
        assert row.officers == ("x", "y")
        assert row.evidence == ("e2", "e3")
        assert not row.backfilled

    def test_a_gap_that_rests_on_a_late_record_says_so(self, desk: Desk) -> None:
        desk.start("x", 8)
        desk.end("x", 17.1, stated(16))
        desk.start("y", 17.2)
        (row,) = irregularities(desk.state, t(20))
        assert row.backfilled

    def test_a_handover_is_slow_after_more_than_so_long(self, desk: Desk) -> None:
        desk.start("x", 8)
        desk.take_over("y", desk.hand_over("x", 16, "y"), 16.5)
        assert desk.found(20) == []
        assert desk.found(20, slow=29 * MINUTE) == [(Irregular.SLOW_HANDOVER, 16, 16.5)]

    def test_one_that_nobody_acknowledged_is_open(self, desk: Desk) -> None:
        desk.start("x", 8)
        desk.hand_over("x", 16, "y")
        assert desk.found(16.5) == []
        assert desk.found(16.6) == [(Irregular.OPEN_HANDOVER, 16, None)]

    def test_only_what_lies_in_the_window(self, desk: Desk) -> None:
        desk.start("x", 8)
        desk.end("x", 16)
        desk.start("y", 17)
        assert desk.found(24, since=t(17)) == []
        assert desk.found(24, since=t(16.9)) == [(Irregular.GAP, 16, 17)]
        assert desk.found(24, until=t(16)) == []
        assert desk.found(24, until=t(16.1)) == [(Irregular.GAP, 16, 17)]

    def test_what_has_not_begun_yet_is_no_overlap(self, desk: Desk) -> None:
        desk.start("x", 8)
        desk.start("y", 9, at=stated(30))
        assert desk.found(20) == []
