"""What texts say beside who owes whom a report: definitions, consequences, elements; and the words for all of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Annotated

from pydantic import Field, field_validator

from emergency.domain.vocabulary import Category, Fault
from emergency.rulebook.data_model import Data, Dated, Title, in_order, latest, with_days
from emergency.rulebook.elements import Elements, ElementValue
from emergency.rulebook.fields import Day, Words
from emergency.rulebook.model import Scoped, Slug
from emergency.rulebook.reviews import Decides
from emergency.rulebook.vocabulary import Rank


class Sort(StrEnum):
    """What a provision is about.

    定义 definition, 禁止 prohibition, 认定主体 decider, 责任 consequence, 处分种类 discipline, 计分 scoring,
    报送程序 procedure, 值班制度 standing (a duty that no single incident starts).
    """

    DEFINITION = "definition"
    PROHIBITION = "prohibition"
    DECIDER = "decider"
    CONSEQUENCE = "consequence"
    DISCIPLINE = "discipline"
    SCORING = "scoring"
    PROCEDURE = "procedure"
    STANDING = "standing"


class ProvisionValue(Dated):
    """What a provision says from a day on; ``says`` in our words, the text itself in the citation where it was read.

    Args:
        says: The content in one or two lines; None from the day of a repeal.
        decides: Of a decider, what of it a directory can tell.
    """

    says: Title | None
    decides: Decides | None = None


class Provision(Scoped):
    """A definition, a consequence, a procedure: shown with verdicts, never reckoned with.

    Args:
        row: Where it stands in the collection it was taken from.
        rank: The force of the text.
        sort: What it is about.
        faults: Which of the four faults it speaks of; None where it is about none of them in particular.
        whom: On whom it falls, in words; None where it says nothing of that.
        prevails_over: Ids of provisions that it displaces, by rank or by date.
        values: What it says, by the day each value takes effect, the oldest first.
    """

    row: Words
    rank: Rank
    sort: Sort
    faults: Annotated[tuple[Fault, ...], Field(min_length=1)] | None = None
    whom: Title | None = None
    prevails_over: tuple[Words, ...] = ()
    values: Mapping[Day, ProvisionValue]

    _days = field_validator("values", mode="before")(with_days)
    _order = field_validator("values", mode="after")(in_order)
    __hash__ = Scoped.__hash__

    def value_on(self, day: date) -> ProvisionValue | None:
        """Give what it says on a day; None before the first, and after a repeal."""
        value = latest(self.values, day)
        return value if value is not None and value.says is not None else None


class Kind(Data):
    """A kind of event (事件种类) under its usual name.

    Args:
        title: What it is called.
        category: Its category.
        gbt35561_code: Its code in GB/T 35561-2017; None as long as nobody has the table.
    """

    title: Title
    category: Category
    gbt35561_code: Words | None = None


class Families(Data):
    """The families of kinds (事件种类), each a list of patterns: a kind is the writer's own word.

    Args:
        families: The patterns of each family.
        kinds: Kinds with a name of their own, for whoever looks for a word to write.
    """

    families: Annotated[
        Mapping[Words, Annotated[tuple[Words, ...], Field(min_length=1)]], Field(min_length=1)
    ]
    kinds: Mapping[Slug, Kind] = Field(default_factory=dict)


class Declared(Data):
    """Words that rules of one country may use, each with what it means in both languages."""

    words: Annotated[Mapping[Words, Title], Field(min_length=1)]


__all__ = [
    "Declared",
    "ElementValue",
    "Elements",
    "Families",
    "Kind",
    "Provision",
    "ProvisionValue",
    "Sort",
]
