"""What a rule is: who owes whom a report, by when, since when, on which ground, and how sure we are of it.

A rule file is dated data. Its values are keyed by the day on which each took effect; every value carries its
own citation, so that a change of the law is a new value beside the old one, never an edit.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from itertools import pairwise
from typing import TYPE_CHECKING, Annotated, Literal, Self

from pydantic import (
    BeforeValidator,
    Discriminator,
    Field,
    StringConstraints,
    Tag,
    ValidationInfo,
    field_validator,
    model_validator,
)

from emergency.domain.values import NO_FACTS, Division, Facts
from emergency.domain.vocabulary import LEVELS_RISING, Category, Channel, Level, Line, Tier
from emergency.errors import WrongValueError
from emergency.rulebook.data_model import Citation, Data, Dated, Title, in_order, latest, with_days
from emergency.rulebook.fields import Count, Day, DivisionPrefix, Moment, Period, PeriodOnly, Truth, Words
from emergency.rulebook.limits import Limit
from emergency.rulebook.vocabulary import Clock, Modality, Rank, RuleChannel, Stage


class Value(Dated):
    """What a rule says from a day on."""

    limit: Limit
    clock: Clock

    @model_validator(mode="after")
    def _clock_fits(self) -> Self:
        if self.limit.recurs and self.clock is not Clock.LAST_REPORT:
            raise WrongValueError(
                "one report after another is counted from the last one; write clock: last-report",
                zh="逐次续报的时限从上一次报告起算；请写 clock: last-report",
            )
        return self


class Repeal(Dated):
    """From this day on the rule no longer holds: an explicit null in the file."""

    limit: None


class Bounds(Data):
    """From how much on a level is reached (以上, that number included); absent where it is not known."""

    I: Annotated[Count, Field(ge=1)] | None = None  # noqa: E741 - the level's own name
    II: Annotated[Count, Field(ge=1)] | None = None
    III: Annotated[Count, Field(ge=1)] | None = None

    @model_validator(mode="after")
    def _rising(self) -> Self:
        known = [bound for bound in (self.III, self.II, self.I) if bound is not None]
        if not known or any(lower >= higher for lower, higher in pairwise(known)):
            raise WrongValueError(
                "needs at least one number, and a higher number for a graver level",
                zh="至少要有一个数，级别越高数越大",
            )
        return self

    def reached(self, figure: int) -> Level:
        """Give the gravest level that a figure reaches; IV where it reaches none of the others."""
        for level, bound in ((Level.I, self.I), (Level.II, self.II), (Level.III, self.III)):
            if bound is not None and figure >= bound:
                return level
        return Level.IV


MeasureName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]
"""The name of a figure: one of `Measure`, or one that the rulebook declares."""
Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
Figures = Annotated[Mapping[MeasureName, Annotated[Count, Field(ge=1)]], Field(min_length=1)]


class Thresholds(Dated):
    """What a table of levels says from a day on.

    Args:
        thresholds: By figure, from how much on each level is reached.
        together: By level, alternatives of which each asks for all of its figures at once.
        circumstances: By level, circumstances that bring it about, whatever the figures.
    """

    thresholds: Mapping[MeasureName, Bounds] = Field(default_factory=dict)
    together: Mapping[Level, tuple[Figures, ...]] = Field(default_factory=dict)
    circumstances: Mapping[Level, tuple[Slug, ...]] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not (self.thresholds or self.together or self.circumstances):
            raise WrongValueError(
                "gives no number and no circumstance; write at least one",
                zh="既没有数，也没有情形；请至少写一项",
            )
        return self

    def reached(self, measures: Mapping[str, int], circumstances: Iterable[str] = ()) -> Level:
        """Give the gravest level that any of the figures or circumstances reaches."""
        levels = [
            bounds.reached(measures[name]) for name, bounds in self.thresholds.items() if name in measures
        ]
        for level, alternatives in self.together.items():
            if any(all(measures.get(n, 0) >= least for n, least in one.items()) for one in alternatives):
                levels.append(level)
        for level, named in self.circumstances.items():
            if not set(named).isdisjoint(circumstances):
                levels.append(level)
        return max(levels, key=LEVELS_RISING.index, default=Level.IV)

    def speaks_of(self, measures: Iterable[str], circumstances: Iterable[str] = ()) -> bool:
        """Tell whether any of the figures or circumstances is one that this table goes by."""
        names = set(self.thresholds).union(*(one for all_of in self.together.values() for one in all_of))
        slugs = {slug for named in self.circumstances.values() for slug in named}
        return not (names.isdisjoint(measures) and slugs.isdisjoint(circumstances))


class Ending(Dated):
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
    Annotated[Thresholds, Tag("table")] | Annotated[Ending, Tag("ending")],
    _kind_of("thresholds", "table", "ending"),
]


class Who(Data):
    """Whose duty it is: an office of one of these tiers and one of these lines."""

    tiers: Annotated[tuple[Tier, ...], Field(min_length=1)]
    lines: Annotated[tuple[Line, ...], Field(min_length=1)]


class Recipient(Data):
    """To whom: to be found among the superiors of the office that owes the report.

    Args:
        tier: A tier; ``next`` the next one up, whichever it is there; ``same`` the office's own tier.
        line: A line; ``same`` the office's own line.
        or_above: A higher office of that line will do.
        any_line: Another office of that tier will do as well: the text names several.
        named: Instead of tier and line: bodies that no directory of superiors holds (公安机关、工会…). Shown to the
            officer, never judged.
    """

    tier: Tier | Literal["next", "same"] | None = None
    line: Line | Literal["same"] | None = None
    or_above: Truth = False
    any_line: Truth = False
    named: Title | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if (self.named is None) != (self.tier is not None and self.line is not None) or (
            self.named is not None and (self.tier is not None or self.line is not None)
        ):
            raise WrongValueError("needs tier and line, or named alone", zh="要写 tier 和 line，或只写 named")
        return self


class Scoped(Data):
    """What everything that speaks of some events and not of others has in common.

    Args:
        id: The path of the file below the folder of rules, without its ending; not written in the file.
        categories: Only these categories; None for all.
        kinds: Only kinds of these families or patterns; None for all.
        kinds_except: None of these families or patterns.
        where: Only in divisions whose code begins so; None for everywhere.
    """

    id: Words = Field(exclude=True)
    title: Title
    categories: Annotated[tuple[Category, ...], Field(min_length=1)] | None = None
    kinds: Annotated[tuple[Words, ...], Field(min_length=1)] | None = None
    kinds_except: Annotated[tuple[Words, ...], Field(min_length=1)] | None = None
    where: Annotated[tuple[DivisionPrefix, ...], Field(min_length=1)] | None = None

    def __hash__(self) -> int:
        """Hash by id: within one rulebook it is unique."""
        return hash(self.id)


Outcome = Literal["met", "late", "possibly-late", "overdue", "open", "undetermined", "excused", "none"]
"""What became of a duty, in the words of its states; ``none`` where there is no duty."""


def _listed(value: object) -> object:
    """One or several, or none at all."""
    if value is None:
        return ()
    return value if isinstance(value, (list, tuple)) else (value,)


def _with_figures(value: object) -> object:
    """Figures that the rulebook declares stand beside those that every record knows."""
    if not isinstance(value, dict):
        return value
    own = {name: held for name, held in value.items() if name in Facts.model_fields}
    others = {name: held for name, held in value.items() if name not in own}
    if not others:
        return own
    given = own.get("figures")
    return {**own, "figures": {**(given if isinstance(given, dict) else {}), **others}}


class Example(Data):
    """What comes of a rule on one small record: read as a sentence, run as a test.

    Args:
        starts: When the rule's clock starts (what it is started by, the rule says), like ``2014-04-07T10:00``, in
            China unless an offset is written.
        sent: When the report was sent; several for a rule that asks for one after another; left out where none was.
        then: ``met``, ``late``, ``overdue``, ``open``, ``undetermined``, ``excused``, or ``none`` where there is no
            duty; for a rule that asks for one report after another, by day.
        occurred: When the event was; the moment of ``starts`` unless written, or the day before where the clock
            starts only after a first report.
        learned: When the office knew; the moment of ``starts`` unless written, or that of ``occurred`` where the
            clock starts only after a first report.
        ends: When the situation was declared stable; left out where it was not.
        kind: The kind of the event; one that fits the rule unless written.
        facts: What the office held from ``starts`` on.
        channel: How the report was sent; by phone, or in writing where the rule asks for it, unless written.
        division: Where it happened; in the rule's own place unless written.
        why: What the example shows, where that needs words.
    """

    starts: Moment
    sent: Annotated[tuple[Moment, ...], BeforeValidator(_listed)] = ()
    then: Annotated[
        Annotated[Outcome, Tag("in-the-end")] | Annotated[Mapping[Day, Outcome], Tag("by-day")],
        Discriminator(lambda value: "by-day" if isinstance(value, Mapping) else "in-the-end"),
    ]
    occurred: Moment | None = None
    learned: Moment | None = None
    ends: Moment | None = None
    kind: Words | None = None
    facts: Annotated[Facts, BeforeValidator(_with_figures)] = NO_FACTS
    channel: Channel | None = None
    division: Division | None = None
    why: Words | None = None


if TYPE_CHECKING:
    Examples = Sequence[Example]
else:  # read as a tuple; in a rule that was kept, a sequence that is opened when somebody asks for it
    Examples = tuple[Example, ...]


class Rule(Scoped):
    """One rule: one sentence of one text. Where it has several conditions, all of them must hold.

    Args:
        row: Where it stands in the collection it was taken from.
        rank: The force of the text.
        who: Whose duty.
        to: To whom.
        modality: ``must``, or ``may`` for what is allowed (such as passing over a tier), never judged.
        stage: Which report.
        channel: ``any``, or ``written`` for a second, written report.
        levels: Only for these levels; None for all.
        at_least: Only where one of these figures is reached; None for always.
        circumstances: Only where one of these is stated; None for always.
        level_unclear: Only while the office holds nothing that a level could be told by.
        window: Only for changes so long after the event (a supplement).
        suspended_by: Who may suspend it by the rule's own text; a suspension by anyone else counts for nothing.
        waived_by: Who may excuse an office from it by the rule's own text; a waiver by anyone else counts for nothing.
        values: What it says, by the day each value takes effect, the oldest first.
        examples: What comes of it on small records.
        accepts: Warnings of the look-over that were judged right as they are, each with the reason.
    """

    row: Words
    rank: Rank
    who: Who
    to: Recipient
    modality: Modality = Modality.MUST
    stage: Stage = Stage.FIRST
    channel: RuleChannel = RuleChannel.ANY
    levels: Annotated[tuple[Level, ...], Field(min_length=1)] | None = None
    at_least: Figures | None = None
    circumstances: Annotated[tuple[Slug, ...], Field(min_length=1)] | None = None
    level_unclear: Truth = False
    window: PeriodOnly | None = None
    suspended_by: Who | None = None
    waived_by: Who | None = None
    values: Mapping[Day, RuleValue]
    examples: Examples = Field(default=(), exclude=True)
    accepts: Mapping[Words, Words] = Field(default_factory=dict, exclude=True)

    _days = field_validator("values", mode="before")(with_days)
    _order = field_validator("values", mode="after")(in_order)
    __hash__ = Scoped.__hash__

    @field_validator("channel")
    @classmethod
    def _no_phone(cls, channel: RuleChannel) -> RuleChannel:
        if channel is RuleChannel.PHONE:
            raise WrongValueError(
                '"phone" is not one of any, written: a report by phone is met in any way; remove it',
                zh=("“phone”不能与 any、written 并列：以任何方式都可以用电话报告；请去掉"),
            )
        return channel

    @field_validator("values")
    @classmethod
    def _stage_fits(cls, values: Mapping[date, RuleValue], info: ValidationInfo) -> Mapping[date, RuleValue]:
        recurs = any(isinstance(value, Value) and value.limit.recurs for value in values.values())
        if recurs and info.data.get("stage") is Stage.FIRST:
            raise WrongValueError(
                "ask for one report after another, which is no first report; write stage: follow-up",
                zh="要求逐次报告的，不是首报；请写 stage: follow-up",
            )
        return values

    @property
    def conditional(self) -> bool:
        """Whether it asks for more than the event itself."""
        return bool(self.levels or self.at_least or self.circumstances or self.level_unclear)

    def value_on(self, day: date) -> Value | None:
        """Give the value in force on a day; None before the first, and after a repeal."""
        value = latest(self.values, day)
        return value if isinstance(value, Value) else None

    def figures_reach(self, measures: Mapping[str, int]) -> bool:
        """Tell whether figures known as lower bounds surely meet the condition on figures, if any."""
        if self.at_least is None:
            return True
        return any(measures.get(name, 0) >= least for name, least in self.at_least.items())


class LevelTable(Scoped):
    """A table of levels (分级标准): from which figures on an event is of which level.

    Args:
        row: Where it stands in the collection it was taken from.
        window: How long after the event a changed figure still changes the level; None for always.
        values: What it says, by the day each value takes effect, the oldest first.
    """

    row: Words | None = None
    window: PeriodOnly | None = None
    values: Mapping[Day, TableValue]

    _days = field_validator("values", mode="before")(with_days)
    _order = field_validator("values", mode="after")(in_order)
    __hash__ = Scoped.__hash__

    def value_on(self, day: date) -> Thresholds | None:
        """Give the thresholds in force on a day; None before the first, and after their end."""
        value = latest(self.values, day)
        return value if isinstance(value, Thresholds) else None


class Unread(Scoped):
    """A text that may have changed the rules it names and that nobody has read.

    Args:
        row: Where it stands in the collection it was taken from.
        since: The day on which it took effect.
        rules: Ids or patterns of the rules that it may have changed.
        citation: The text.
        says: One line for every verdict that it could change.
        recorded_on: The day on which this was noted.
    """

    row: Words
    since: Day
    rules: Annotated[tuple[Words, ...], Field(min_length=1)]
    citation: Citation
    says: Title
    recorded_on: Day
    __hash__ = Scoped.__hash__


__all__ = [
    "Bounds",
    "Citation",
    "Ending",
    "Example",
    "LevelTable",
    "Limit",
    "Outcome",
    "Period",
    "Recipient",
    "Repeal",
    "Rule",
    "Scoped",
    "Thresholds",
    "Title",
    "Unread",
    "Value",
    "Who",
]
