"""When a limit runs out: the arithmetic of hours, dates and working days, one function for each kind.

Hours and minutes run through nights and holidays and never pause. Days are counted in the dates of the place, the
first one not counted, to the end of the last; only they can be suspended. A working day of a year whose holidays
are not published is unknown, never guessed.
"""

from __future__ import annotations

import calendar as months
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from emergency.domain.intervals import Interval
from emergency.rulebook import Calendar, Limit, Period

Paused = Callable[[date], bool]
"""Whether a date does not count, because the duty was suspended on it."""

LONGEST = 100 * 366
"""More dates than any limit: a suspension that is never lifted leaves no due time."""


def never(_: date) -> bool:
    """No date is suspended."""
    return False


@dataclass(frozen=True, slots=True)
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

    Raises:
        YearNotPublishedError: it is counted in working days of a year that is not known.
    """
    return Interval(
        None if start.earliest is None else _due(limit, start.earliest, days, days.surely_paused),
        None if start.latest is None else _due(limit, start.latest, days, days.possibly_paused),
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

    Raises:
        YearNotPublishedError: the working days of that year are not known.
    """
    if limit.shift is None:
        return due

    def move(end: datetime | None) -> datetime | None:
        if end is None:
            return None
        # What ends at midnight is due on the day that it ends, not on the next.
        day = (end - timedelta(microseconds=1)).astimezone(days.zone).date()
        if days.calendar.is_working(day):
            return end
        return _end_of(days.calendar.next_working(day), limit.shift_by, days.zone)

    return Interval(move(due.earliest), move(due.latest))


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
    if paused is never:
        return calendar.working_days_after(first, count)
    day = first
    for _ in range(LONGEST):
        day += timedelta(days=1)
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
    if paused is never:
        return last
    lost, day = 0, first
    for _ in range(LONGEST):
        if day >= last + timedelta(days=lost):
            return day
        day += timedelta(days=1)
        lost += paused(day)
    return None


def _end_of(day: date | None, by: time | None, zone: ZoneInfo) -> datetime:
    assert day is not None  # noqa: S101 - a date that no suspension can take away
    if by is not None:
        return datetime.combine(day, by, zone)
    return datetime.combine(day + timedelta(days=1), time(), zone)
