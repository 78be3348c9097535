"""The fold of a desk (值班): who is on duty, what was not taken over, where nobody was on duty, where two were.

Stated times are intervals. A gap is one only where nobody was on duty under every reading, an overlap only where two
were under every reading; a time that nobody stated is the time of recording.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

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
from emergency.domain.fixed import fixed
from emergency.domain.incident import BACKFILLED_AFTER
from emergency.domain.record import Recorded

SLOW = timedelta(minutes=30)
"""A handover that is not acknowledged within so long is shown to auditors; a setting of ours, no regulation."""


class Odd(StrEnum):
    """What a reader should know of how a desk was kept; nothing was refused for it."""

    STARTED_TWICE = "started-twice"
    NEVER_BEGAN = "never-began"
    NOT_ON_DUTY = "not-on-duty"
    ACKNOWLEDGED_TWICE = "acknowledged-twice"
    BY_ANOTHER = "by-another"
    OWN_HANDOVER = "own-handover"
    KEPT_TWICE = "kept-twice"


@fixed(slots=True)
class Remark:
    """One oddity: what, in which event, whose."""

    odd: Odd
    event_id: str
    officer: str


@fixed(slots=True)
class When:
    """Some instant between two, both known."""

    earliest: datetime
    latest: datetime
    backfilled: bool = False
    """Recorded more than an hour after it (补录)."""


@fixed(slots=True, kw_only=True)
class Turn:
    """One officer's time on duty (一班).

    Args:
        officer: Who.
        role: As what.
        began: When.
        began_by: The event that says so: a start, or the acknowledgement of a handover.
        until: When it was planned to end.
        ended: When; None = still on duty, whatever was planned.
        ended_by: The event that says so.
    """

    officer: str
    role: Duty
    began: When
    began_by: str
    until: datetime | None = None
    ended: When | None = None
    ended_by: str | None = None

    def at(self, moment: datetime) -> bool:
        """Whether it may have lasted at that instant."""
        return self.began.earliest <= moment and (self.ended is None or moment < self.ended.latest)

    @property
    def backfilled(self) -> bool:
        """Whether one of its ends was recorded more than an hour after it."""
        return self.began.backfilled or (self.ended is not None and self.ended.backfilled)


@fixed(slots=True, kw_only=True)
class Promised:
    """Something promised at a handover: ``name`` is what people call it by, like ``5.1``."""

    name: str
    number: int
    promise: Promise
    kept: When | None = None


@fixed(slots=True, kw_only=True)
class Handover:
    """One handover (交接班).

    Args:
        event_id: Its id.
        number: Its number in the desk's record: what people call it by.
        event: What was handed over.
        at: When.
        promised: What was promised, and what of it was kept.
        acknowledged: When the successor took over; None = not yet.
        by: Who took over.
        contested: What the successor found otherwise.
        acknowledged_by: The event that says so.
    """

    event_id: str
    number: int
    event: ShiftHandedOver
    at: When
    promised: tuple[Promised, ...]
    acknowledged: When | None = None
    by: str | None = None
    contested: str | None = None
    acknowledged_by: str | None = None


@fixed(slots=True, kw_only=True)
class DeskState:
    """A desk as its record tells it.

    Args:
        office: Whose.
        version: How many events it has; 0 = no desk is kept.
        turns: Everybody's time on duty, in the order in which it was recorded.
        handovers: All of them, the oldest first.
        remarks: What is odd about how it was kept.
    """

    office: str
    version: int = 0
    turns: tuple[Turn, ...] = ()
    handovers: tuple[Handover, ...] = ()
    remarks: tuple[Remark, ...] = ()

    def on_duty(self, moment: datetime) -> tuple[Turn, ...]:
        """Who is on duty at an instant, A before B."""
        return tuple(sorted((t for t in self.turns if t.at(moment)), key=lambda turn: turn.role))

    def turn_of(self, officer: str) -> Turn | None:
        """The turn of an officer who is on duty now; None where they are not."""
        return next((t for t in reversed(self.turns) if t.officer == officer and t.ended is None), None)

    @property
    def waiting(self) -> tuple[Handover, ...]:
        """The handovers that nobody has acknowledged."""
        return tuple(h for h in self.handovers if h.acknowledged is None)

    @property
    def promises(self) -> tuple[tuple[Handover, Promised], ...]:
        """What was promised and is not yet kept."""
        return tuple((h, p) for h in self.handovers for p in h.promised if p.kept is None)


def desk_of(office: str, events: Iterable[Recorded[Any]]) -> DeskState:
    """The fold of one desk."""
    fold = _Fold()
    version = 0
    for recorded in events:
        version = recorded.version
        if isinstance(recorded.event, DeskEvent):
            fold.take(recorded)
    return DeskState(
        office=office,
        version=version,
        turns=tuple(fold.turns),
        handovers=tuple(fold.handovers.values()),
        remarks=tuple(fold.remarks),
    )


class _Fold:
    def __init__(self) -> None:
        self.turns: list[Turn] = []
        self.handovers: dict[str, Handover] = {}
        self.remarks: list[Remark] = []

    def take(self, recorded: Recorded[Any]) -> None:
        """Take in one event."""
        event, at = recorded.event, when(recorded)
        if isinstance(event, ShiftStarted):
            self._started(recorded, event.officer, event.role, at, event.until)
        elif isinstance(event, ShiftEnded):
            self._ended(recorded, event.officer, at, Odd.NEVER_BEGAN)
        elif isinstance(event, ShiftHandedOver):
            self._handed_over(recorded, event, at)
        elif isinstance(event, HandoverAcknowledged):
            self._acknowledged(recorded, event, at)
        elif isinstance(event, PromiseKept):
            self._kept(recorded, event, at)

    def _open(self, officer: str, at: When) -> int | None:
        """Which turn of that officer is still open and had begun by then: the last."""
        found = [
            i
            for i, turn in enumerate(self.turns)
            if turn.officer == officer and turn.ended is None and turn.began.earliest <= at.latest
        ]
        return found[-1] if found else None

    def _odd(self, odd: Odd, recorded: Recorded[Any]) -> None:
        self.remarks.append(Remark(odd, recorded.event_id, recorded.event.officer))

    def _started(
        self, recorded: Recorded[Any], officer: str, role: Duty, at: When, until: datetime | None
    ) -> None:
        before = self._open(officer, at)
        if before is not None:
            if self.turns[before].role is role:
                self._odd(Odd.STARTED_TWICE, recorded)
                if until is not None:
                    self.turns[before] = replace(self.turns[before], until=until)
                return
            # Nobody is A and B at once: from here on it is the other role.
            self.turns[before] = replace(self.turns[before], ended=at, ended_by=recorded.event_id)
        turn = Turn(officer=officer, role=role, began=at, began_by=recorded.event_id, until=until)
        self.turns.append(turn)

    def _ended(self, recorded: Recorded[Any], officer: str, at: When, odd: Odd | None) -> Duty | None:
        """End the officer's turn; gives its role, None where there was none."""
        found = self._open(officer, at)
        if found is None:
            if odd is not None:
                self._odd(odd, recorded)
            return None
        self.turns[found] = replace(self.turns[found], ended=at, ended_by=recorded.event_id)
        return self.turns[found].role

    def _handed_over(self, recorded: Recorded[Any], event: ShiftHandedOver, at: When) -> None:
        if self._open(event.officer, at) is None:
            self._odd(Odd.NOT_ON_DUTY, recorded)
        self.handovers[recorded.event_id] = Handover(
            event_id=recorded.event_id,
            number=recorded.version,
            event=event,
            at=at,
            promised=tuple(
                Promised(name=f"{recorded.version}.{n}", number=n, promise=promise)
                for n, promise in enumerate(event.promised, 1)
            ),
        )

    def _acknowledged(self, recorded: Recorded[Any], event: HandoverAcknowledged, at: When) -> None:
        handover = self.handovers.get(event.of)
        if handover is None:
            return  # only a record that was tampered with names one that is not there
        if handover.acknowledged is not None:
            self._odd(Odd.ACKNOWLEDGED_TWICE, recorded)
            return
        if event.officer == handover.event.officer:
            self._odd(Odd.OWN_HANDOVER, recorded)
        elif handover.event.to not in (None, event.officer):
            self._odd(Odd.BY_ANOTHER, recorded)
        self.handovers[event.of] = replace(
            handover,
            acknowledged=at,
            by=event.officer,
            contested=event.contested,
            acknowledged_by=recorded.event_id,
        )
        if event.officer == handover.event.officer:
            return
        role = self._ended(recorded, handover.event.officer, at, None) or Duty.A
        before = self._open(event.officer, at)
        if before is None or self.turns[before].role is not role:
            self._started(recorded, event.officer, role, at, None)

    def _kept(self, recorded: Recorded[Any], event: PromiseKept, at: When) -> None:
        handover = self.handovers.get(event.of)
        if handover is None or event.number > len(handover.promised):
            return  # as above
        mine = handover.promised[event.number - 1]
        if mine.kept is not None:
            self._odd(Odd.KEPT_TWICE, recorded)
            return
        others = list(handover.promised)
        others[event.number - 1] = replace(mine, kept=at)
        self.handovers[event.of] = replace(handover, promised=tuple(others))


def when(recorded: Recorded[Any]) -> When:
    """When something was done at a desk; an end that nobody knows is the time of recording."""
    said = recorded.event.at.interval
    earliest, latest = said.earliest or recorded.recorded_at, said.latest or recorded.recorded_at
    late = recorded.event.at.stated and recorded.recorded_at - latest > BACKFILLED_AFTER
    return When(min(earliest, latest), latest, backfilled=late)


# -- for auditors ----------------------------------------------------------------------------------------------


class Irregular(StrEnum):
    """What an auditor looks for at a desk: 空岗 gap, 重岗 overlap, 交接迟缓 slow, 未接班 not taken over."""

    GAP = "gap"
    OVERLAP = "overlap"
    SLOW_HANDOVER = "slow-handover"
    OPEN_HANDOVER = "open-handover"


@fixed(slots=True, kw_only=True)
class DutyRow:
    """One irregularity at a desk.

    Args:
        office: Whose desk.
        kind: What.
        since: From when, surely.
        until: Until when, surely; None = it lasts.
        at_least: How long it surely lasted, up to the instant of judging.
        at_most: How long it may have lasted.
        officers: Whose duty it was.
        evidence: The events that it rests on.
        backfilled: It rests on something that was recorded more than an hour after its time.
    """

    office: str
    kind: Irregular
    since: datetime
    until: datetime | None
    at_least: timedelta
    at_most: timedelta
    officers: tuple[str, ...]
    evidence: tuple[str, ...]
    backfilled: bool


def irregularities(
    desk: DeskState,
    now: datetime,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    slow: timedelta = SLOW,
) -> tuple[DutyRow, ...]:
    """Gaps and overlaps of the A role, and handovers that took long, in the order of time.

    A desk is kept from its first A on: before that nothing is missing. An officer who never ended a shift is still on
    duty, whatever was planned.

    Args:
        desk: The desk.
        now: The instant of judging.
        since: Only what lasted after this.
        until: Only what began before this.
        slow: A handover is slow that was not acknowledged within so long.
    """
    found = [*_gaps(desk, now), *_overlaps(desk, now), *_slow(desk, now, slow)]
    return tuple(
        sorted(
            (
                row
                for row in found
                if (since is None or row.until is None or row.until > since)
                and (until is None or row.since < until)
            ),
            key=lambda row: (row.since, row.kind),
        )
    )


def _leading(desk: DeskState, now: datetime) -> list[Turn]:
    """The A turns that may have begun by now."""
    turns = [t for t in desk.turns if t.role is Duty.A and t.began.earliest <= now]
    return sorted(turns, key=lambda turn: turn.began.earliest)


def _gaps(desk: DeskState, now: datetime) -> Iterator[DutyRow]:
    last: Turn | None = None  # the one that may have lasted longest of those so far
    for turn in [*_leading(desk, now), None]:
        if last is not None:
            if last.ended is None or last.ended.latest >= now:
                return
            begins = turn.began if turn is not None else When(now, now)
            if last.ended.latest < begins.earliest:
                yield DutyRow(
                    office=desk.office,
                    kind=Irregular.GAP,
                    since=last.ended.latest,
                    until=begins.earliest if turn is not None else None,
                    at_least=begins.earliest - last.ended.latest,
                    at_most=max(begins.latest, begins.earliest) - last.ended.earliest,
                    officers=tuple(dict.fromkeys(t.officer for t in (last, turn) if t is not None)),
                    evidence=tuple(e for e in (last.ended_by, turn.began_by if turn else None) if e),
                    backfilled=last.ended.backfilled or (turn is not None and turn.began.backfilled),
                )
        if turn is None:
            return
        if last is None or last.ended is None or turn.ended is None or turn.ended.latest > last.ended.latest:
            last = turn


def _overlaps(desk: DeskState, now: datetime) -> Iterator[DutyRow]:
    turns = _leading(desk, now)
    for i, one in enumerate(turns):
        for other in turns[i + 1 :]:
            if one.ended is not None and one.ended.latest <= other.began.earliest:
                continue
            begun = max(one.began.latest, other.began.latest)
            ends = [turn.ended for turn in (one, other) if turn.ended is not None]
            over = min((end.earliest for end in ends), default=now)
            if one.officer == other.officer or min(over, now) <= begun:
                continue
            most = min([now, *(end.latest for end in ends)]) - max(one.began.earliest, other.began.earliest)
            yield DutyRow(
                office=desk.office,
                kind=Irregular.OVERLAP,
                since=begun,
                until=over if ends and over <= now else None,
                at_least=min(over, now) - begun,
                at_most=most,
                officers=(one.officer, other.officer),
                evidence=(one.began_by, other.began_by),
                backfilled=one.backfilled or other.backfilled,
            )


def _slow(desk: DeskState, now: datetime, slow: timedelta) -> Iterator[DutyRow]:
    for handover in desk.handovers:
        taken = handover.acknowledged
        ended = taken or When(now, now)
        at_least = ended.earliest - handover.at.latest
        if at_least <= slow:
            continue
        officers: Sequence[str | None] = (handover.event.officer, handover.by or handover.event.to)
        yield DutyRow(
            office=desk.office,
            kind=Irregular.OPEN_HANDOVER if taken is None else Irregular.SLOW_HANDOVER,
            since=handover.at.latest,
            until=taken.earliest if taken else None,
            at_least=at_least,
            at_most=ended.latest - handover.at.earliest,
            officers=tuple(officer for officer in officers if officer),
            evidence=tuple(e for e in (handover.event_id, handover.acknowledged_by) if e),
            backfilled=handover.at.backfilled or bool(taken and taken.backfilled),
        )
