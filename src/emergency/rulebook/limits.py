"""By when a report is due: every form of limit that a rule may give, as data; the arithmetic is elsewhere."""

from __future__ import annotations

from datetime import time, timedelta
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from emergency.domain.vocabulary import Line, Tier
from emergency.errors import WrongValueError
from emergency.rulebook.data_model import Data
from emergency.rulebook.fields import Clockface, Count, Length, NoHours, Period, Truth
from emergency.rulebook.vocabulary import Clock
from emergency.words import Words

FORMS = (
    "within",
    "working_days",
    "same_day",
    "times_a_day",
    "daily_by",
    "every",
    "before",
    "no_hours",
)


class Other(Data):
    """Another recipient of the same office, to whom it reports no earlier than to this one."""

    tier: Tier | Literal["next", "same"]
    line: Line | Literal["same"]


class Outer(Data):
    """An outer end of a limit, from a clock of its own: due at the earlier of the two."""

    within: Length
    clock: Clock


class Limit(Data):
    """By when; exactly one of the first eight.

    Args:
        within: A length of time after the clock starts, its last instant included. Hours and minutes (PT2H) run on
            through nights and holidays. Days, weeks, months (P14D, P1M) are counted in dates where the office sits,
            the first day not counted, to the end of the last.
        working_days: So many working days after the day on which the clock starts, to the end of the last.
        same_day: By the end of the day on which the clock starts.
        times_a_day: At least so many reports on each day after that of the first report, until the situation is
            stable or the handling ended.
        daily_by: At least one report by this hour of each day, for as long.
        every: The next report at the latest so long after the one before, for as long.
        before: No later than the office's own report to another recipient.
        no_hours: The Chinese word of a duty that gives no hours (立即, 及时, 同时); never late by arithmetic.
        by: On the last of days that are counted, by this hour rather than by its end.
        at_most: An outer end from another clock.
        shift: ``next-working-day``: what falls due on a day off is due on the next working day.
        shift_by: By this hour of that next working day rather than by its end.
    """

    within: Length | None = None
    working_days: Annotated[Count, Field(ge=1)] | None = None
    same_day: Truth = False
    times_a_day: Annotated[Count, Field(ge=1)] | None = None
    daily_by: Clockface | None = None
    every: Length | None = None
    before: Other | None = None
    no_hours: NoHours | None = None
    by: Clockface | None = None
    at_most: Outer | None = None
    shift: Literal["next-working-day"] | None = None
    shift_by: Clockface | None = None

    @model_validator(mode="after")
    def _one_form(self) -> Self:
        given = [form for form in FORMS if getattr(self, form) not in (None, False)]
        if len(given) != 1:
            said = (
                Words(f"写了 {'、'.join(given)}", f"has {' and '.join(given)}")
                if given
                else Words("什么也没有写", "says nothing")
            )
            raise WrongValueError(
                f"{said.en}; write exactly one of {', '.join(FORMS)}, such as within: PT2H or no_hours: 立即",
                zh=(f"{said.zh}；{'、'.join(FORMS)} 中恰好写一项，如 within: PT2H 或 no_hours: 立即"),
            )
        if self.by is not None and not self.counts_days:
            raise WrongValueError(
                "by belongs to a limit in days; remove it, or write daily_by or shift_by",
                zh="by 只用于以天计的时限；请去掉，或写 daily_by、shift_by",
            )
        if self.shift_by is not None and self.shift is None:
            raise WrongValueError(
                "shift_by belongs to shift; write shift: next-working-day, or remove it",
                zh=("shift_by 随 shift 使用；请写 shift: next-working-day，或去掉它"),
            )
        if (self.at_most is not None or self.shift is not None) and not (
            self.within is not None or self.working_days is not None or self.same_day
        ):
            raise WrongValueError(
                "at_most and shift belong to a limit with a length; remove them",
                zh="at_most 和 shift 只用于有时长的时限；请去掉",
            )
        return self

    @property
    def counts_days(self) -> bool:
        """Whether it is counted in days, not in hours."""
        return isinstance(self.within, Period) or self.working_days is not None or self.same_day

    @property
    def hours(self) -> timedelta | None:
        """The exact length, where it is one of hours and minutes."""
        return self.within if isinstance(self.within, timedelta) else None

    @property
    def recurs(self) -> bool:
        """Whether it asks for one report after another (cadence)."""
        return self.times_a_day is not None or self.daily_by is not None or self.every is not None

    @property
    def has_hours(self) -> bool:
        """Whether lateness can be reckoned at all."""
        return self.no_hours is None


__all__ = ["FORMS", "Limit", "Other", "Outer", "time"]
