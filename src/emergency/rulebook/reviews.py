"""By when the steps of a review (责任追究) are due, and which body may decide: dated, cited data.

Only duties and the limit of an appeal are kept here; where no text gives a limit, none is made up, and a division may
give its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import Discriminator, Field, Tag, field_validator, model_validator

from emergency.domain.review import Proceeding
from emergency.domain.vocabulary import Level
from emergency.errors import WrongValueError
from emergency.rulebook.data_model import Data, Dated, Title, in_order, latest, with_days
from emergency.rulebook.fields import Count, Day, PeriodOnly, Truth, Words
from emergency.rulebook.limits import Limit
from emergency.rulebook.model import Scoped, Who
from emergency.rulebook.vocabulary import Rank


class ReviewStep(StrEnum):
    """The steps that a text may give a limit for.

    听取陈述申辩 statement, 作出决定 determination, 送达 delivery, 申请 appeal (a right: its limit marks the appeal and
    is nobody's duty), 对申请作出决定 appeal-decision.
    """

    STATEMENT = "statement"
    DETERMINATION = "determination"
    DELIVERY = "delivery"
    APPEAL = "appeal"
    APPEAL_DECISION = "appeal-decision"


class ReviewClock(StrEnum):
    """What starts the time: 立案 opened, 作出 determined, 送达、知道 delivered, 申请 appealed, 受理 accepted."""

    OPENED = "opened"
    DETERMINED = "determined"
    DELIVERED = "delivered"
    APPEALED = "appealed"
    ACCEPTED = "accepted"


class ReviewLimit(Dated):
    """What a text says from a day on.

    Args:
        limit: How long, or the Chinese word of a duty without hours.
        clock: From when.
        extension: By how much it may be extended (延长): a verdict of lateness needs that to be over as well.
        accepted_within: So many working days after an application it counts as accepted (视为受理) at the latest.
        leaves_open: What the text leaves open, so that nobody is said to be late by it alone.
    """

    limit: Limit
    clock: ReviewClock
    extension: PeriodOnly | None = None
    accepted_within: Count | None = None
    leaves_open: Title | None = None

    @model_validator(mode="after")
    def _one_length(self) -> Self:
        if self.limit.within is None and self.limit.working_days is None and self.limit.no_hours is None:
            raise WrongValueError(
                "a step of a review is due within a length; write within, working_days or no_hours",
                zh=("责任追究各步骤的时限要有时长；请写 within、working_days 或 no_hours"),
            )
        if self.accepted_within is not None and self.clock is not ReviewClock.ACCEPTED:
            raise WrongValueError(
                "accepted_within belongs to clock: accepted; remove one of them",
                zh="accepted_within 随 clock: accepted 使用；请去掉其中一个",
            )
        return self


class NoLimit(Dated):
    """From this day on it no longer holds: an explicit null in the file."""

    limit: None


def _kind(value: object) -> str:
    if isinstance(value, dict):
        return "none" if "limit" in value and value["limit"] is None else "says"
    return "none" if isinstance(value, NoLimit) else "says"


ReviewValue = Annotated[
    Annotated[ReviewLimit, Tag("says")] | Annotated[NoLimit, Tag("none")], Discriminator(_kind)
]


class ReviewRule(Scoped):
    """One text that gives a limit for one step.

    Args:
        row: Where it stands in the collection it was taken from.
        rank: The force of the text.
        proceedings: For which kinds of decision.
        step: Which step.
        round: Of an appeal: ``first`` against a determination, ``second`` against the decision of an appeal; None
            for both.
        body: Of the decision of an appeal: by the ``same`` body that determined, or by an ``other``; None for any.
        values: What it says, by the day each value takes effect, the oldest first.
    """

    row: Words
    rank: Rank
    proceedings: Annotated[tuple[Proceeding, ...], Field(min_length=1)]
    step: ReviewStep
    round: Literal["first", "second"] | None = None
    body: Literal["same", "other"] | None = None
    values: Mapping[Day, ReviewValue]

    _days = field_validator("values", mode="before")(with_days)
    _order = field_validator("values", mode="after")(in_order)
    __hash__ = Scoped.__hash__

    def value_on(self, day: date) -> ReviewLimit | None:
        """What it says on a day; None before the first, and after a repeal."""
        value = latest(self.values, day)
        return value if isinstance(value, ReviewLimit) else None


class Decides(Data):
    """Which body may decide (认定主体), as far as a directory can tell.

    Args:
        proceedings: Which kinds of decision.
        by_level: By the level of the incident, a body of which tiers and lines.
        anybody: At any level, a body of these tiers and lines; others may not.
        delegates: A body of the right tier but another line may have been authorised (授权、委托): that is unknown.
        or_above: A body of a higher tier may take it over.
        in_its_field: Which body of that kind is in charge no directory tells: at best unknown.
    """

    proceedings: Annotated[tuple[Proceeding, ...], Field(min_length=1)]
    by_level: Mapping[Level, Who] | None = None
    anybody: Who | None = None
    delegates: Truth = False
    or_above: Truth = False
    in_its_field: Truth = False


__all__ = ["Decides", "NoLimit", "ReviewClock", "ReviewLimit", "ReviewRule", "ReviewStep"]
