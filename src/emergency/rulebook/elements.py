"""What texts say that a report must say (要素): apart from other provisions, an entry needs nothing else of them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated

from pydantic import Field, field_validator

from emergency.rulebook.data_model import Dated, in_order, latest, with_days
from emergency.rulebook.fields import Day, Truth, Words
from emergency.rulebook.model import Scoped, Slug, Who
from emergency.rulebook.vocabulary import Rank, RuleChannel, Stage


class ElementValue(Dated):
    """Which elements a report must have from a day on.

    Args:
        required: Slugs of elements; None from the day of a repeal.
        unknown_allowed: What is not known yet may be left open, if it is said so (正在核实).
    """

    required: Annotated[tuple[Slug, ...], Field(min_length=1)] | None
    unknown_allowed: Truth = False


class Elements(Scoped):
    """What a report must say (要素).

    Args:
        row: Where it stands in the collection it was taken from.
        rank: The force of the text.
        stages: Of which reports; None for every one.
        channel: ``any``, or ``written`` or ``phone`` where it speaks of that one only.
        who: Whose reports; None for everybody's.
        values: The elements, by the day each list takes effect, the oldest first.
    """

    row: Words
    rank: Rank
    stages: Annotated[tuple[Stage, ...], Field(min_length=1)] | None = None
    channel: RuleChannel = RuleChannel.ANY
    who: Who | None = None
    values: Mapping[Day, ElementValue]

    _days = field_validator("values", mode="before")(with_days)
    _order = field_validator("values", mode="after")(in_order)
    __hash__ = Scoped.__hash__

    def value_on(self, day: date) -> ElementValue | None:
        """Give the list in force on a day; None before the first, and after a repeal."""
        value = latest(self.values, day)
        return value if value is not None and value.required is not None else None
