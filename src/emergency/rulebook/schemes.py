"""How reporting is scored somewhere (考核计分): which findings and entries give or take how many points.

A scheme says what a text says and no more: where a text gives no amount, no bound of a grade or no floor, neither
does the scheme, and nothing is reckoned from it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Self

from pydantic import BeforeValidator, Field, PlainSerializer, field_validator, model_validator

from emergency.domain.vocabulary import Fault, Tier, Use
from emergency.errors import WrongValueError
from emergency.rulebook.data_model import Data, Dated, Title, in_order, latest, with_days
from emergency.rulebook.fields import Day, Truth, Words
from emergency.rulebook.model import Scoped, Slug, Who
from emergency.rulebook.vocabulary import Rank

_POINTS = r"[+-]?(0|[1-9]\d*)(\.\d+)?"


def read_points(value: object) -> Decimal:
    """Read a number of points as it is written, exact: ``5``, ``-1``, ``0.5``."""
    if isinstance(value, Decimal):
        return value
    text = str(value)
    if not re.fullmatch(_POINTS, text, re.ASCII):
        raise WrongValueError(
            f'"{text}" is not a number of points; write one like 5, -1 or 0.5',
            zh=f"“{text}”不是分值；请写成 5、-1、0.5 这样",
        )
    return Decimal(text)


def read_share(value: object) -> Decimal:
    """Read a share such as ``-50%``, as a number of hundredths."""
    if isinstance(value, Decimal):
        return value
    number, percent, rest = str(value).partition("%")
    if not percent or rest or not re.fullmatch(_POINTS, number, re.ASCII):
        raise WrongValueError(
            f'"{value}" is not a share; write one like -50%', zh=f"“{value}”不是比例；请写成 -50% 这样"
        )
    return Decimal(number)


Points = Annotated[Decimal, BeforeValidator(read_points), PlainSerializer(str, when_used="json")]
Share = Annotated[
    Decimal, BeforeValidator(read_share), PlainSerializer(lambda share: f"{share}%", when_used="json")
]


class Result(StrEnum):
    """What the points come to: their ``sum``, or the sum by the number of items (``mean-per-item``)."""

    SUM = "sum"
    MEAN = "mean-per-item"


class ItemSort(StrEnum):
    """What one item (一条信息) is: an ``incident`` that an office owed a report on, or an ``adopted-report``."""

    INCIDENT = "incident"
    ADOPTED_REPORT = "adopted-report"


class Counts(Data):
    """What a line counts: one of these.

    Args:
        findings: Findings of these kinds.
        adopted: A report that was put to this use (采用); of several uses of one report, the one that gives most.
        instruction: A leader's instruction (批示) of one of these tiers, on a report that was adopted.
        media: Pictures or sound from the scene that went with a report that was adopted.
        commended: Experience commended by somebody of one of these tiers (肯定).
    """

    findings: tuple[Fault, ...] = ()
    adopted: Use | None = None
    instruction: tuple[Tier, ...] = ()
    media: Truth = False
    commended: tuple[Tier, ...] = ()

    @model_validator(mode="after")
    def _one(self) -> Self:
        said = (self.findings, self.adopted, self.instruction, self.media, self.commended)
        if sum(map(bool, said)) != 1:
            raise WrongValueError(
                "needs exactly one of findings, adopted, instruction, media, commended",
                zh="findings、adopted、instruction、media、commended 中恰好写一项",
            )
        return self


class SchemeLine(Data):
    """One line of a scheme.

    Args:
        name: What results are traced to.
        title: The line in words.
        counts: What it counts; None for what nothing on record answers to. It stands so that nobody thinks it was
            forgotten.
        points: How many points each time, exact; None where the text gives no amount.
        share_of_item: Instead: a share of the points of the item that a finding is about, once for each item.
    """

    name: Slug
    title: Title
    counts: Counts | None = None
    points: Points | None = None
    share_of_item: Share | None = None

    @model_validator(mode="after")
    def _one_amount(self) -> Self:
        if self.points is not None and self.share_of_item is not None:
            raise WrongValueError(
                "needs points or share_of_item, not both", zh="points 和 share_of_item 只能写一个"
            )
        if self.share_of_item is not None and not self.what.findings:
            raise WrongValueError(
                "takes a share of an item, which only findings can; write counts: {findings: […]}",
                zh=("按比例扣该条信息的分，只能用于疑点；请写 counts: {findings: […]}"),
            )
        return self

    @property
    def what(self) -> Counts:
        """What it counts, which may be nothing."""
        return self.counts or _NOTHING


_NOTHING = Counts.model_construct()


class Grade(Data):
    """A grade (等次). ``at_least``: from which result on; None where the text does not say."""

    title: Title
    at_least: Points | None = None


class SchemeValue(Dated):
    """What a scheme says from a day on.

    Args:
        lines: Its lines; None from the day on which it ended.
        result: What the points come to.
        items: What one item is.
        base: Points that every office begins with; None where there are none.
        floor: No result is lower; None where the text gives none.
        grades: The grades, the best first.
        presumed: A finding that rests on an assumed time counts without a determination; nowhere unless a text says so.
    """

    lines: Annotated[tuple[SchemeLine, ...], Field(min_length=1)] | None
    result: Result = Result.SUM
    items: ItemSort = ItemSort.INCIDENT
    base: Points | None = None
    floor: Points | None = None
    grades: tuple[Grade, ...] = ()
    presumed: Truth = False

    @model_validator(mode="after")
    def _fits(self) -> Self:
        lines = self.lines or ()
        if len({line.name for line in lines}) < len(lines):
            raise WrongValueError(
                "two lines have the same name; points are traced to it: give each its own",
                zh="两行同名；得分要追溯到行名，请各取一名",
            )
        if self.items is not ItemSort.ADOPTED_REPORT and any(one.share_of_item is not None for one in lines):
            raise WrongValueError(
                "takes a share of an item; write items: adopted-report",
                zh="按比例扣该条信息的分；请写 items: adopted-report",
            )
        return self


class Scheme(Scoped):
    """One scheme of points. ``where`` and ``who`` say whom its text speaks of; anybody's result can be reckoned by it.

    Args:
        row: Where it stands in the collection it was taken from.
        rank: The force of the text.
        who: Whose reporting it scores; None where it does not say.
        values: What it says, by the day each value takes effect, the oldest first.
    """

    row: Words
    rank: Rank
    who: Who | None = None
    values: Mapping[Day, SchemeValue]

    _days = field_validator("values", mode="before")(with_days)
    _order = field_validator("values", mode="after")(in_order)
    __hash__ = Scoped.__hash__

    def value_on(self, day: date) -> SchemeValue | None:
        """Give what it says on a day; None before the first, and after its end."""
        value = latest(self.values, day)
        return value if value is not None and value.lines is not None else None


__all__ = ["Counts", "Grade", "ItemSort", "Result", "Scheme", "SchemeLine", "SchemeValue"]
