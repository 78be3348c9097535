"""Which checks of the four unified norms (四个统一规范) are asked for where, by which text, and how strictly.

The checks themselves are code (`emergency.assessment.norms`); that one is made at all, of whom, and with which
settings, is data: a check that no text asks for in a place is not made there.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated

from pydantic import Discriminator, Field, Tag, field_validator

from emergency.domain.vocabulary import Level, SignOff
from emergency.rulebook.data_model import Data, Dated, in_order, latest, with_days
from emergency.rulebook.fields import Count, Day, PeriodOnly, Truth, Words
from emergency.rulebook.limits import Limit
from emergency.rulebook.model import Scoped, Who
from emergency.rulebook.vocabulary import CheckName, Rank


class Settings(Data):
    """How strictly a check is made, where it can be made in more than one way. What is not written is not asked.

    Args:
        chain: Which steps a draft goes through (审签环节).
        in_order: In that order.
        separate: Each by another person.
        within: By when the thing is to be done, counted from what calls for it: a limit as rules write it.
        answered_within: By when an instruction's result is to be reported back, counted from its coming to whoever is
            to carry it out; ``within`` is then for its passing on.
        sides: From how many sides what is stated is to be verified.
        read_back: What came by phone is to be read back (复述核对).
    """

    chain: Annotated[tuple[SignOff, ...], Field(min_length=1)] | None = None
    in_order: Truth = False
    separate: Truth = False
    within: Limit | None = None
    answered_within: Limit | None = None
    sides: Annotated[Count, Field(ge=1)] | None = None
    read_back: Truth = False


class Asked(Dated):
    """What a text asks for from a day on. ``asks``: how strictly; may be empty."""

    asks: Settings


class NoMore(Dated):
    """From this day on it is asked for no more: an explicit null in the file."""

    asks: None


def _kind(value: object) -> str:
    if isinstance(value, dict):
        return "no-more" if "asks" in value and value["asks"] is None else "asked"
    return "no-more" if isinstance(value, NoMore) else "asked"


AskedValue = Annotated[
    Annotated[Asked, Tag("asked")] | Annotated[NoMore, Tag("no-more")], Discriminator(_kind)
]


class NormRule(Scoped):
    """One text that asks for one check.

    Args:
        row: Where it stands in the collection it was taken from.
        rank: The force of the text.
        check: Which check.
        who: Of whom; None for everybody.
        levels: Only for events of these levels; None for all.
        beside: Ids of provisions that are shown beside it: what must be read with it, and is not checked by it.
        window: Only so long after the event.
        values: How strictly, by the day each value takes effect, the oldest first.
    """

    row: Words
    rank: Rank
    check: CheckName
    who: Who | None = None
    levels: Annotated[tuple[Level, ...], Field(min_length=1)] | None = None
    beside: tuple[Words, ...] = ()
    window: PeriodOnly | None = None
    values: Mapping[Day, AskedValue]

    _days = field_validator("values", mode="before")(with_days)
    _order = field_validator("values", mode="after")(in_order)
    __hash__ = Scoped.__hash__

    def value_on(self, day: date) -> Asked | None:
        """What it asks for on a day; None before the first, and after a repeal."""
        value = latest(self.values, day)
        return value if isinstance(value, Asked) else None
