"""The working days of one year, as its holiday notice says."""

from __future__ import annotations

from datetime import date
from itertools import pairwise
from typing import Annotated

from pydantic import Field, ValidationInfo, field_validator

from emergency.errors import WrongValueError
from emergency.rulebook.data_model import Citation, Data, Note
from emergency.rulebook.fields import Count, Day, Truth

Weekday = Annotated[Count, Field(ge=1, le=7)]
"""An ISO weekday: 1 is Monday, 7 is Sunday."""


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
    note: Note | None = None

    @field_validator("weekend")
    @classmethod
    def _weekend_rises(cls, weekend: tuple[int, ...]) -> tuple[int, ...]:
        for earlier, later in pairwise(weekend):
            if earlier >= later:
                raise WrongValueError(
                    f"{later} stands after {earlier}; write each weekday once, Monday as 1 first",
                    zh=(f"{later} 排在 {earlier} 之后；每个星期几只写一次，星期一为 1，从小到大"),
                )
        return weekend

    @field_validator("holidays", "workdays")
    @classmethod
    def _of_the_year(cls, days: tuple[date, ...], info: ValidationInfo) -> tuple[date, ...]:
        for earlier, later in pairwise(days):
            if earlier == later:
                raise WrongValueError(
                    f"{later} stands there twice; remove one", zh=f"{later} 出现了两次；请去掉一个"
                )
            if earlier > later:
                raise WrongValueError(
                    f"{later} stands after {earlier}; write the earliest day first",
                    zh=f"{later} 排在 {earlier} 之后；请从最早的一天写起",
                )
        year = info.data.get("year")  # absent where it was refused itself
        for day in days:
            if year is not None and day.year != year:
                raise WrongValueError(
                    f"{day} is not in {year}; move it to calendar/{day.year}.yaml",
                    zh=f"{day} 不在 {year} 年；请移到 calendar/{day.year}.yaml",
                )
        return days

    @field_validator("workdays")
    @classmethod
    def _instead_of_a_weekend(cls, days: tuple[date, ...], info: ValidationInfo) -> tuple[date, ...]:
        for day in days:
            if day in info.data.get("holidays", ()):
                raise WrongValueError(
                    f"{day} stands among the holidays too; remove it from one of the two",
                    zh=f"{day} 也列在假日中；请从其中一处去掉",
                )
            if day.isoweekday() not in info.data.get("weekend", (day.isoweekday(),)):
                raise WrongValueError(
                    f"{day} is not on the weekend and is worked anyway; remove it",
                    zh=f"{day} 不在周末，本来就上班；请去掉",
                )
        return days

    def is_working(self, day: date) -> bool:
        """Tell whether a day of this year is a working day."""
        return day in self.workdays or (day.isoweekday() not in self.weekend and day not in self.holidays)


__all__ = ["CalendarYear"]
