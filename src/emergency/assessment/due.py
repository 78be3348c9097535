"""When a limit runs out: the arithmetic of hours, dates and working days, one function for each kind.

Hours and minutes run through nights and holidays and never pause. Days are counted in the dates of the place, the
first one not counted, to the end of the last; only they can be suspended. A working day of a year whose holidays
are not published is unknown, never guessed.
"""

from __future__ import annotations

import calendar as months
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from emergency.domain.fixed import fixed
from emergency.domain.intervals import Interval
from emergency.rulebook import Calendar, Limit, Period

LONGEST = 100 * 366
"""More dates than any limit."""

INSTANT = timedelta(microseconds=1)
"""What lies between the end of a date and the beginning of the next."""


class Paused:
    """The dates that do not count, because the duty was suspended on them.

    Args:
        spans: First and last date of each suspension; one that is never lifted ends with the last date there is.
    """

    def __init__(self, spans: Iterable[tuple[date, date]] = ()) -> None:
        self.spans = tuple((first, last) for first, last in spans if first <= last)
        self.endless = min((first for first, last in self.spans if last == date.max), default=None)
        """From then on no date counts any more: no limit in days ever runs out."""

    def __call__(self, day: date) -> bool:
        """Whether a date does not count."""
        return any(first <= day <= last for first, last in self.spans)

    def for_good(self, day: date) -> bool:
        """Whether neither the date nor any after it counts."""
        return self.endless is not None and day >= self.endless


never = Paused()
"""No date is suspended."""


@fixed(slots=True)
class Days:
    """By which calendar the days of a rule are counted for an office.

    Args:
        zone: Where the office sits.
        calendar: The working days of the rule's country.
        surely_paused: The dates that surely do not count; what an officer is told goes by these.
        possibly_paused: The dates that may not count; a verdict goes by these.
    """

    zone: ZoneInfo
    calendar: Calendar
    surely_paused: Paused = never
    possibly_paused: Paused = never


def due_after(limit: Limit, start: Interval, days: Days) -> Interval:
    """When a limit with a length runs out, for a clock that started within an interval; before any shift off a day off.

    The midnight that ends the interval is no moment of the next date, where the interval is more than that midnight.

    Raises:
        YearNotPublishedError: it is counted in working days of a year that is not known.
    """
    latest = start.latest
    if latest is not None and limit.hours is None and latest != start.earliest:
        latest -= INSTANT
    return Interval(
        None if start.earliest is None else _due(limit, start.earliest, days, days.surely_paused),
        None if latest is None else _due(limit, latest, days, days.possibly_paused),
    )


def window_end(window: Period, since: datetime, zone: ZoneInfo) -> datetime:
    """When a window of dates closes, the first one not counted."""
    return _end_of(_later(since.astimezone(zone).date(), window, never), None, zone)


def end_of_day(day: date, zone: ZoneInfo, by: time | None = None) -> datetime:
    """The instant that ends a date, or its hour ``by``."""
    return _end_of(day, by, zone)


def _due(limit: Limit, moment: datetime, days: Days, paused: Paused) -> datetime | None:
    if limit.hours is not None:
        end: datetime | None = moment + limit.hours
    else:
        last = last_day(limit, moment.astimezone(days.zone).date(), days.calendar, paused)
        end = None if last is None else _end_of(last, limit.by, days.zone)
    return end


def moved(limit: Limit, due: Interval, days: Days) -> Interval:
    """The due time after the limit's shift: what falls on a day off is due on the next working day.

    What lies between two ends may be shifted beyond both: a Sunday before a Monday morning, to Monday noon.

    Raises:
        YearNotPublishedError: the working days of that year are not known.
    """
    if limit.shift is None:
        return due
    early, late = due.earliest, due.latest
    moved_early = None if early is None else _moved(limit, early, days)
    moved_late = None if late is None else _moved(limit, late, days)
    if early is not None and moved_early is not None and moved_early != early:
        on = _dated(moved_early, days.zone)
        # Whatever fell due on that working day itself is due then, perhaps before what was moved there.
        if late is None or _dated(late, days.zone) >= on:
            exact = limit.counts_days and limit.at_most is None
            itself = _end_of(on, limit.by, days.zone) if exact else datetime.combine(on, time(), days.zone)
            moved_early = min(moved_early, itself)
    if late is not None and moved_late == late:
        before = _dated(late, days.zone) - timedelta(days=1)
        possible = early is None or _dated(early, days.zone) <= before
        if possible and not days.calendar.is_working(before):
            moved_late = max(late, _end_of(_dated(late, days.zone), limit.shift_by, days.zone))
    return Interval(moved_early, moved_late)


def _moved(limit: Limit, end: datetime, days: Days) -> datetime:
    day = _dated(end, days.zone)
    if days.calendar.is_working(day):
        return end
    return _end_of(days.calendar.next_working(day), limit.shift_by, days.zone)


def _dated(end: datetime, zone: ZoneInfo) -> date:
    """The date on which something is due: what ends at midnight is due on the day that it ends, not on the next."""
    return (end - INSTANT).astimezone(zone).date()


def last_day(limit: Limit, first: date, calendar: Calendar, paused: Paused = never) -> date | None:
    """The last date of a limit that is counted in days; None where a suspension that is never lifted takes it away.

    Raises:
        YearNotPublishedError: it is counted in working days of a year that is not known.
    """
    if limit.same_day:
        return first if not paused(first) else _later(first, Period(days=1), paused)
    if limit.working_days is not None:
        return _working(first, limit.working_days, calendar, paused)
    return _later(first, limit.within, paused) if isinstance(limit.within, Period) else None


def _working(first: date, count: int, calendar: Calendar, paused: Paused) -> date | None:
    if not paused.spans:
        return calendar.working_days_after(first, count)
    day = first
    for _ in range(LONGEST):
        day += timedelta(days=1)
        if paused.for_good(day):
            return None
        if calendar.is_working(day) and not paused(day):
            count -= 1
        if not count:
            return day
    return None


def _later(first: date, length: Period, paused: Paused) -> date | None:
    """The last date of a period after ``first``: months first, to the same date or the month's last; then days."""
    month = first.month - 1 + length.months
    year, month = first.year + month // 12, month % 12 + 1
    last = date(year, month, min(first.day, months.monthrange(year, month)[1])) + timedelta(days=length.days)
    if not paused.spans:
        return last
    lost, day = 0, first
    for _ in range(LONGEST):
        if day >= last + timedelta(days=lost):
            return day
        day += timedelta(days=1)
        if paused.for_good(day):
            return None
        lost += paused(day)
    return None


def _end_of(day: date | None, by: time | None, zone: ZoneInfo) -> datetime:
    assert day is not None  # noqa: S101 - a date that no suspension can take away
    if by is not None:
        return datetime.combine(day, by, zone)
    return datetime.combine(day + timedelta(days=1), time(), zone)
