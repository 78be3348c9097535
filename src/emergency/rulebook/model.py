"""What a rule is: who owes whom a report, by when, since when, on which ground, and how sure we are of it.

A rule file is dated data. Its values are keyed by the day on which each took effect; every value carries its
own citation, so that a change of the law is a new value beside the old one, never an edit.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from itertools import pairwise
from typing import Annotated, Any, Literal, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag, field_validator, model_validator

from emergency.domain.vocabulary import LEVELS_RISING, Category, Level, Line, Tier
from emergency.rulebook.fields import Count, Day, DivisionPrefix, Duration, NoHours, Truth, Words
from emergency.rulebook.vocabulary import Clock, Measure, Rank, RuleChannel


class _Data(BaseModel):
    """Closed and frozen: an unknown key is a mistake, and a rule never changes in the hand."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=False)


class Citation(_Data):
    """Where a value is written (依据).

    Args:
        law: The name of the text.
        number: Its number, such as 国务院令第493号.
        article: Article and paragraph; None where the text has none, or it is not known.
        promulgated: The day on which it was promulgated; None where it is not known.
        text: The words themselves, only where they were read.
        source: How we came to know it.
    """

    law: Words
    number: Words | None = None
    article: Words | None
    promulgated: Day | None
    text: Words | None = None
    source: Words


class Limit(_Data):
    """By when: a duration after the clock starts, or a duty without hours.

    Args:
        within: At most this long; exactly so long is in time.
        no_hours: The Chinese word of a duty that gives no hours (立即, 及时, 同时); never late by arithmetic.
    """

    within: Duration | None = None
    no_hours: NoHours | None = None

    @model_validator(mode="after")
    def _one_of_two(self) -> Self:
        if (self.within is None) == (self.no_hours is None):
            raise ValueError("needs exactly one of within (like PT2H) and no_hours (like 立即)")
        return self


class _Dated(_Data):
    """What every dated value carries.

    Args:
        since: The day on which it took effect; the key in the file.
        citation: Where it is written.
        confirmed: The text, or a stored excerpt of it, was read.
        recorded_on: The day on which it entered this rulebook.
        checked_on: The day on which somebody last compared it with the text.
        note: What a reader must know before relying on it.
    """

    since: Day = Field(exclude=True)
    citation: Citation
    confirmed: Truth
    recorded_on: Day
    checked_on: Day | None = None
    note: Words | None = None


class Value(_Dated):
    """What a rule says from a day on."""

    limit: Limit
    clock: Clock


class Repeal(_Dated):
    """From this day on the rule no longer holds: an explicit null in the file."""

    limit: None


class Bounds(_Data):
    """From how much on a level is reached (以上, that number included); absent where it is not known."""

    I: Annotated[Count, Field(ge=1)] | None = None  # noqa: E741 - the level's own name
    II: Annotated[Count, Field(ge=1)] | None = None
    III: Annotated[Count, Field(ge=1)] | None = None

    @model_validator(mode="after")
    def _rising(self) -> Self:
        known = [bound for bound in (self.III, self.II, self.I) if bound is not None]
        if not known or any(lower >= higher for lower, higher in pairwise(known)):
            raise ValueError("needs at least one number, and a higher number for a graver level")
        return self

    def reached(self, figure: int) -> Level:
        """Give the gravest level that a figure reaches; IV where it reaches none of the others."""
        for level, bound in ((Level.I, self.I), (Level.II, self.II), (Level.III, self.III)):
            if bound is not None and figure >= bound:
                return level
        return Level.IV


class Thresholds(_Dated):
    """What a table of levels says from a day on."""

    thresholds: Annotated[Mapping[Measure, Bounds], Field(min_length=1)]

    def reached(self, measures: Mapping[str, int]) -> Level:
        """Give the gravest level that any of the figures reaches."""
        levels = [
            bounds.reached(measures[name]) for name, bounds in self.thresholds.items() if name in measures
        ]
        return max(levels, key=LEVELS_RISING.index, default=Level.IV)


class Ending(_Dated):
    """From this day on the table no longer holds."""

    thresholds: None


def _kind_of(key: str, held: str, ended: str) -> Discriminator:
    def choose(value: object) -> str:
        if isinstance(value, dict):
            return ended if key in value and value[key] is None else held
        return ended if isinstance(value, (Repeal, Ending)) else held

    return Discriminator(choose)


RuleValue = Annotated[
    Annotated[Value, Tag("value")] | Annotated[Repeal, Tag("repeal")], _kind_of("limit", "value", "repeal")
]
TableValue = Annotated[
    Annotated[Thresholds, Tag("thresholds")] | Annotated[Ending, Tag("ending")],
    _kind_of("thresholds", "thresholds", "ending"),
]


def _with_days(values: Any) -> Any:  # noqa: ANN401 - whatever the file says
    """Give each value the day it is keyed by."""
    if not isinstance(values, Mapping):
        return values
    if not values:
        raise ValueError("is empty; write at least one value under the day it takes effect")
    dated = {}
    for day, value in values.items():
        if isinstance(value, dict):
            if "since" in value:
                raise ValueError("the day stands in the key; remove since")
            dated[day] = {**value, "since": day}
        else:
            dated[day] = value
    return dated


T = TypeVar("T", bound=_Dated)


def _in_order(values: Mapping[date, T]) -> Mapping[date, T]:
    days = list(values)
    if days != sorted(days):
        raise ValueError("are not in the order of their days; write the oldest first")
    return values


class Title(_Data):
    """The rule in one line, in both languages."""

    zh: Words
    en: Words


class Who(_Data):
    """Whose duty it is: an office of one of these tiers and one of these lines."""

    tiers: Annotated[tuple[Tier, ...], Field(min_length=1)]
    lines: Annotated[tuple[Line, ...], Field(min_length=1)]


class Recipient(_Data):
    """To whom: to be found among the superiors of the office that owes the report.

    Args:
        tier: A tier; ``next`` the next one up, whichever it is there; ``same`` the office's own tier.
        line: A line; ``same`` the office's own line.
        or_above: A higher office of that line will do.
        any_line: Another office of that tier will do as well: the text names several.
    """

    tier: Tier | Literal["next", "same"]
    line: Line | Literal["same"]
    or_above: Truth = False
    any_line: Truth = False


class _Scoped(_Data):
    """What rules and tables have in common: an id, and the matters that they are about.

    Args:
        id: The path of the file below the folder of rules, without its ending; not written in the file.
        categories: Only these categories; None for all.
        kinds: Only kinds of these families or patterns; None for all.
        kinds_except: None of these families or patterns.
    """

    id: Words = Field(exclude=True)
    title: Title
    categories: Annotated[tuple[Category, ...], Field(min_length=1)] | None = None
    kinds: Annotated[tuple[Words, ...], Field(min_length=1)] | None = None
    kinds_except: Annotated[tuple[Words, ...], Field(min_length=1)] | None = None

    def __hash__(self) -> int:
        """Hash by id: within one rulebook it is unique."""
        return hash(self.id)


class Rule(_Scoped):
    """One rule: one sentence of one text.

    Args:
        row: Where it stands in the collection it was taken from.
        rank: The force of the text.
        who: Whose duty.
        to: To whom.
        stage: Which report.
        channel: ``any``, or ``written`` for a second, written report.
        levels: Only for these levels; None for all.
        at_least: Only where one of these figures is reached; None for always.
        where: Only in divisions whose code begins so; None for everywhere.
        values: What it says, by the day each value takes effect, the oldest first.
    """

    row: Words
    rank: Rank
    who: Who
    to: Recipient
    stage: Literal["first"] = "first"
    channel: RuleChannel = RuleChannel.ANY
    levels: Annotated[tuple[Level, ...], Field(min_length=1)] | None = None
    at_least: Annotated[Mapping[Measure, Annotated[Count, Field(ge=1)]], Field(min_length=1)] | None = None
    where: Annotated[tuple[DivisionPrefix, ...], Field(min_length=1)] | None = None
    values: Mapping[Day, RuleValue]

    _days = field_validator("values", mode="before")(_with_days)
    _order = field_validator("values", mode="after")(_in_order)
    __hash__ = _Scoped.__hash__

    def value_on(self, day: date) -> Value | None:
        """Give the value in force on a day; None before the first, and after a repeal."""
        value = _latest(self.values, day)
        return value if isinstance(value, Value) else None

    def figures_reach(self, measures: Mapping[str, int]) -> bool:
        """Tell whether figures known as lower bounds surely meet the condition on figures, if any."""
        if self.at_least is None:
            return True
        return any(measures.get(name, 0) >= least for name, least in self.at_least.items())


class LevelTable(_Scoped):
    """A table of levels (分级标准): from which figures on an event is of which level."""

    values: Mapping[Day, TableValue]

    _days = field_validator("values", mode="before")(_with_days)
    _order = field_validator("values", mode="after")(_in_order)
    __hash__ = _Scoped.__hash__

    def value_on(self, day: date) -> Thresholds | None:
        """Give the thresholds in force on a day; None before the first, and after their end."""
        value = _latest(self.values, day)
        return value if isinstance(value, Thresholds) else None


class Families(_Data):
    """The families of kinds (事件种类), each a list of patterns: a kind is the writer's own word."""

    families: Annotated[
        Mapping[Words, Annotated[tuple[Words, ...], Field(min_length=1)]], Field(min_length=1)
    ]


def _latest(values: Mapping[date, T], day: date) -> T | None:
    latest = None
    for since, value in values.items():
        if since > day:
            break
        latest = value
    return latest


__all__ = [
    "Bounds",
    "Citation",
    "Ending",
    "Families",
    "LevelTable",
    "Limit",
    "Recipient",
    "Repeal",
    "Rule",
    "Thresholds",
    "Title",
    "Value",
    "Who",
]
