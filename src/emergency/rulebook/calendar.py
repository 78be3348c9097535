"""Which days are working days (工作日): each year as its holiday notice says, and no year without one.

The days off and the weekend days worked instead (调休) are announced year by year; no rule gives them. So
they are data, one file a year with its citation, and of a year without a file nothing is said at all.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import TYPE_CHECKING, Literal

from emergency.domain.fixed import fixed
from emergency.errors import NotFoundError, UsageError
from emergency.words import NOTHING, Words

if TYPE_CHECKING:
    from emergency.rulebook.calendar_year import CalendarYear


class YearNotPublishedError(NotFoundError):
    """The working days of a year are not known here; the unknown is never guessed.

    Args:
        year: The year.
        published: The years that are known.
    """

    def __init__(self, year: int, published: Mapping[int, object]) -> None:
        near = min(published, key=lambda known: abs(known - year), default=None)
        hint = (
            Words(f"已知的最近一年是 {near} 年。", f" The nearest year that is known is {near}.")
            if near is not None
            else NOTHING
        )
        super().__init__(
            f"The working days of {year} are not known here.{hint.en} "
            f"Add calendar/{year}.yaml to the rules once the holiday notice for {year} is published.",
            zh=f"{year} 年的工作日尚不清楚。{hint.zh}该年放假通知公布后，请在规则中补上 calendar/{year}.yaml。",
        )
        self.year = year


@fixed(slots=True)
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
            raise UsageError(
                f"{n} working days cannot be counted; count in the other direction instead",
                zh=f"工作日不能数 {n} 个；请改为朝另一方向数",
            )
        left = n if self.is_working(day) else max(n, 1)
        while left:
            day += timedelta(days=towards)
            left -= self.is_working(day)
        return day


__all__ = ["Calendar", "YearNotPublishedError"]
