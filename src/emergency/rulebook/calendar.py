"""Which days are working days (工作日): each year as its holiday notice says, and no year without one.

The days off and the weekend days worked instead (调休) are announced year by year; no rule gives them. So
they are data, one file a year with its citation, and of a year without a file nothing is said at all.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Annotated, Literal

from pydantic import Field, ValidationInfo, field_validator

from emergency.errors import NotFoundError, UsageError
from emergency.rulebook.data_model import Citation, Data
from emergency.rulebook.fields import Count, Day, Truth, Words

Weekday = Annotated[Count, Field(ge=1, le=7)]
"""An ISO weekday: 1 is Monday, 7 is Sunday."""


class YearNotPublishedError(NotFoundError):
    """The working days of a year are not known here; the unknown is never guessed.

    Args:
        year: The year.
        published: The years that are known.
    """

    def __init__(self, year: int, published: Mapping[int, object]) -> None:
        near = min(published, key=lambda known: abs(known - year), default=None)
        hint = f" The nearest year that is known is {near}." if near is not None else ""
        super().__init__(
            f"The working days of {year} are not known here.{hint} "
            f"Add calendar/{year}.yaml to the rules once the holiday notice for {year} is published."
        )
        self.year = year


class CalendarYear(Data):
    """The working days of one year: one file ``<country>/calendar/<year>.yaml``.

    It says what the year became in the end: a notice that came later is merged in and stands in `also`. The
    notice for the next year may reach back into the last days of December, as those for 2008, 2012 and 2019
    did; until it is out, those days are as the year's own notice left them.

    Args:
        year: The year.
        weekend: The weekdays that are off where nothing else is said, in ISO numbers.
        holidays: The days off that the notice names (放假), on weekdays and weekends alike.
        workdays: The weekend days that are worked instead (上班).
        citation: The notice for the year.
        also: Other notices that some of these days come from: a later change, or the next year's notice.
        confirmed: The notice, and those in `also`, or stored republications of them, were read.
        recorded_on: The day on which it entered this rulebook.
        checked_on: The day on which somebody last compared it with the text.
        note: What a reader must know before relying on it.
    """

    year: Annotated[Count, Field(ge=1, le=9999)]
    weekend: Annotated[tuple[Weekday, ...], Field(min_length=1, max_length=6)] = (6, 7)
    holidays: tuple[Day, ...]
    workdays: tuple[Day, ...]
    citation: Citation
    also: tuple[Citation, ...] = ()
    confirmed: Truth
    recorded_on: Day
    checked_on: Day | None = None
    note: Words | None = None

    @field_validator("weekend")
    @classmethod
    def _weekend_rises(cls, weekend: tuple[int, ...]) -> tuple[int, ...]:
        for earlier, later in pairwise(weekend):
            if earlier >= later:
                raise ValueError(
                    f"{later} stands after {earlier}; write each weekday once, Monday as 1 first"
                )
        return weekend

    @field_validator("holidays", "workdays")
    @classmethod
    def _of_the_year(cls, days: tuple[date, ...], info: ValidationInfo) -> tuple[date, ...]:
        for earlier, later in pairwise(days):
            if earlier == later:
                raise ValueError(f"{later} stands there twice; remove one")
            if earlier > later:
                raise ValueError(f"{later} stands after {earlier}; write the earliest day first")
        year = info.data.get("year")  # absent where it was refused itself
        for day in days:
            if year is not None and day.year != year:
                raise ValueError(f"{day} is not in {year}; move it to calendar/{day.year}.yaml")
        return days

    @field_validator("workdays")
    @classmethod
    def _instead_of_a_weekend(cls, days: tuple[date, ...], info: ValidationInfo) -> tuple[date, ...]:
        for day in days:
            if day in info.data.get("holidays", ()):
                raise ValueError(f"{day} stands among the holidays too; remove it from one of the two")
            if day.isoweekday() not in info.data.get("weekend", (day.isoweekday(),)):
                raise ValueError(f"{day} is not on the weekend and is worked anyway; remove it")
        return days

    def is_working(self, day: date) -> bool:
        """Tell whether a day of this year is a working day."""
        return day in self.workdays or (day.isoweekday() not in self.weekend and day not in self.holidays)


@dataclass(frozen=True, slots=True)
class Calendar:
    """The working days of the years that are published, and counting by them.

    Whatever would need a day of another year raises `YearNotPublishedError`, which names the year; so does
    counting from a day of another year.

    Args:
        years: The years, each under its number.
    """

    years: Mapping[int, CalendarYear]

    def is_working(self, day: date) -> bool:
        """Tell whether a day is a working day.

        Raises:
            YearNotPublishedError: Its year is not published.
        """
        year = self.years.get(day.year)
        if year is None:
            raise YearNotPublishedError(day.year, self.years)
        return year.is_working(day)

    def next_working(self, day: date) -> date:
        """Give the day itself where it is a working day, else the next one that is.

        Raises:
            YearNotPublishedError: It would need a day of a year that is not published.
        """
        return self._step(day, 0, 1)

    def working_days_after(self, day: date, n: int) -> date:
        """Give the nth working day after a day, which does not count itself.

        Args:
            day: Any day; from a day off, the first working day after it is number one.
            n: How many working days, from 0; for 0, the day itself where it is a working day, else the next
                one that is.

        Raises:
            UsageError: n is negative.
            YearNotPublishedError: It would need a day of a year that is not published.
        """
        return self._step(day, n, 1)

    def working_days_before(self, day: date, n: int) -> date:
        """Give the nth working day before a day; see `working_days_after`, of which it is the mirror image.

        Raises:
            UsageError: n is negative.
            YearNotPublishedError: It would need a day of a year that is not published.
        """
        return self._step(day, n, -1)

    def working_days_between(self, start: date, end: date) -> int:
        """Count the working days after the start and up to the end, the end included; negative if reversed.

        Raises:
            YearNotPublishedError: One of the days to be counted is in a year that is not published.
        """
        if end < start:
            return -self.working_days_between(end, start)
        length = (end - start).days
        return sum(self.is_working(start + timedelta(days=passed)) for passed in range(1, length + 1))

    def _step(self, day: date, n: int, towards: Literal[1, -1]) -> date:
        """Go on to the nth working day in one direction; for 0, only off a day off."""
        if n < 0:
            raise UsageError(f"{n} working days cannot be counted; count in the other direction instead")
        left = n if self.is_working(day) else max(n, 1)
        while left:
            day += timedelta(days=towards)
            left -= self.is_working(day)
        return day


__all__ = ["Calendar", "CalendarYear", "YearNotPublishedError"]
