"""Time as it is known: an interval between an earliest and a latest instant (design: intervals).

An end that is ``None`` is open: nothing on record bounds it. One function does each kind of arithmetic, so that
a limit added in one place and a lateness taken in another can never disagree. ``within N`` means at most N:
a report sent on the very instant that it is due is in time.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from emergency.domain.fixed import fixed

ABOUT = timedelta(minutes=15)
"""How far *about* (约) widens a stated time, either way."""


@fixed(slots=True)
class Interval:
    """Some instant between ``earliest`` and ``latest``, both included; ``None`` = open on that side."""

    earliest: datetime | None = None
    latest: datetime | None = None

    @property
    def known(self) -> bool:
        """Whether both ends are on record."""
        return self.earliest is not None and self.latest is not None


OPEN = Interval()
"""Nothing is known."""


@fixed(slots=True)
class Span:
    """How long: between ``at_least`` and ``at_most``; ``None`` = no bound on record."""

    at_least: timedelta | None = None
    at_most: timedelta | None = None


def in_utc(interval: Interval) -> Interval:
    """The same with both ends in UTC: instants of one and the same zone are compared many times faster."""
    earliest, latest = interval.earliest, interval.latest
    return Interval(
        None if earliest is None else earliest.astimezone(UTC),
        None if latest is None else latest.astimezone(UTC),
    )


def shifted(interval: Interval, by: timedelta) -> Interval:
    """The interval moved by a duration, such as a limit."""
    return Interval(
        None if interval.earliest is None else interval.earliest + by,
        None if interval.latest is None else interval.latest + by,
    )


def widened(interval: Interval, by: timedelta = ABOUT) -> Interval:
    """The interval of a time that is only *about* what was stated."""
    return Interval(shifted(interval, -by).earliest, shifted(interval, by).latest)


def hull(intervals: Iterable[Interval]) -> Interval:
    """What two sources that contradict each other leave open: from the earliest to the latest of all."""
    listed = list(intervals)
    return Interval(first_of(listed).earliest, last_of(listed).latest)


def first_of(candidates: Iterable[Interval]) -> Interval:
    """When the first of several things was: (least of the earliest, least of the latest), not the hull.

    A candidate with an open earliest end may have been first by any margin, so it opens the result's.
    """
    earliest: datetime | None = None
    latest: datetime | None = None
    open_before = False
    for one in candidates:
        early, late = one.earliest, one.latest
        if early is None:
            open_before = True
        elif earliest is None or early < earliest:
            earliest = early
        if late is not None and (latest is None or late < latest):
            latest = late
    return Interval(None if open_before else earliest, latest)


def last_of(things: Iterable[Interval]) -> Interval:
    """When the last of several things that all had to be there was: (greatest earliest, greatest latest)."""
    earliest: datetime | None = None
    latest: datetime | None = None
    open_after = False
    for one in things:
        early, late = one.earliest, one.latest
        if early is not None and (earliest is None or early > earliest):
            earliest = early
        if late is None:
            open_after = True
        elif latest is None or late > latest:
            latest = late
    return Interval(earliest, None if open_after else latest)


def narrowed(
    interval: Interval, *, not_before: datetime | None = None, not_after: datetime | None = None
) -> Interval:
    """The interval cut by causality; a bound that would leave nothing contradicts the record and is not applied."""
    earliest, latest = interval.earliest, interval.latest
    if not_before is not None and (latest is None or not_before <= latest):
        earliest = not_before if earliest is None or not_before > earliest else earliest
    if not_after is not None and (earliest is None or not_after >= earliest):
        latest = not_after if latest is None or not_after < latest else latest
    return Interval(earliest, latest)


def surely_by(one: Interval, other: Interval) -> bool:
    """Whether ``one`` was no later than ``other`` under every reading."""
    return one.latest is not None and other.earliest is not None and one.latest <= other.earliest


def possibly_by(one: Interval, other: Interval) -> bool:
    """Whether ``one`` was no later than ``other`` under some reading."""
    return one.earliest is None or other.latest is None or one.earliest <= other.latest


def surely_after(one: Interval, other: Interval) -> bool:
    """Whether ``one`` was later than ``other`` under every reading."""
    return not possibly_by(one, other)


def overrun(done: Interval, due: Interval) -> Span:
    """How far ``done`` was past ``due``: the least and the most that the readings allow, never below nothing."""
    at_least = at_most = None
    if done.earliest is not None and due.latest is not None:
        at_least = max(done.earliest - due.latest, timedelta())
    if done.latest is not None and due.earliest is not None:
        at_most = max(done.latest - due.earliest, timedelta())
    return Span(at_least, at_most)
