"""Runs the examples of rules: each is one small record, judged like any other, by that rule alone.

An example is a sentence that a legal officer can check against the text (*started at ten, sent at eleven, met*);
here it becomes an incident with one office, its recipient and a complete record, so that a report that the example
does not name was not made.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from emergency.assessment.assess import assess
from emergency.assessment.conditions import graded_measures
from emergency.assessment.model import Assessment, Obligation, Words
from emergency.domain.events import (
    Entry,
    FinalReportFiled,
    FollowUpFiled,
    Foreseen,
    Graded,
    HandlingEnded,
    IncidentOpened,
    Inquired,
    Learned,
    Message,
    Occurred,
    Reported,
    Stabilised,
    Verified,
    Warned,
)
from emergency.domain.offices import Directory, OfficeRegistered, directory_of
from emergency.domain.record import Recorded
from emergency.domain.times import CHINA
from emergency.domain.values import NO_FACTS, UNSTATED, Count, Facts, Place, StatedTime
from emergency.domain.vocabulary import TIERS_RISING, Basis, Category, Channel, Level, Line, Tier
from emergency.rulebook import Clock, Example, LevelTable, Rule, Rulebook, RuleChannel, Stage, Value
from emergency.rulebook.limits import Other
from emergency.rulebook.lookup import is_pattern

OFFICE = "office"
Event = tuple[Category, str | None]
"""A category, and a word for the kind."""

MINUTE = timedelta(minutes=1)
NONE = "none"

AFTER_A_REPORT = frozenset({Clock.CHANGED, Clock.FOLLOW_UP, Clock.LAST_FOLLOW_UP, Clock.STABLE, Clock.ENDED})
"""Clocks that start only when a first report was made: the record begins a day earlier."""

BEFORE_THE_EVENT = frozenset({Clock.FORESEEN, Clock.WARNED})
"""Clocks of events that have not happened."""

_REPORT: Mapping[Stage, type[Message]] = {
    Stage.FOLLOW_UP: FollowUpFiled,
    Stage.SUPPLEMENT: FollowUpFiled,
    Stage.FINAL: FinalReportFiled,
}
"""How the report of a stage is recorded; of every other stage, as a report."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """One example, and what came of it.

    Args:
        rule: The rule's id.
        number: Which of its examples, from 1.
        example: The example.
        came: The state of the obligation in the end, or by day; ``none`` where there is no duty.
        reason: Why that came out, where the engine says so.
    """

    rule: str
    number: int
    example: Example
    came: str | Mapping[date, str]
    reason: Words | None = None

    @property
    def passed(self) -> bool:
        """Whether it came out as the example says."""
        return self.came == self.example.then

    @property
    def name(self) -> str:
        """The rule and the number."""
        return f"{self.rule}#{self.number}"


def run_examples(rulebook: Rulebook, rules: Iterable[Rule] | None = None) -> Iterator[Tried]:
    """Try every example of some rules, or of all, in their order."""
    for rule in rulebook.rules if rules is None else rules:
        # The rule without any other, with the tables, families and calendars that it leans on.
        alone = replace(rulebook, rules=(rule,), provisions=(), elements=(), unread=(), kept_fingerprint=None)
        events: dict[str | None, Event] = {}
        for number, example in enumerate(rule.examples, 1):
            division = _division(rule, example)
            if division not in events and example.kind is None:
                events[division] = _usual(alone, rule, division)
            event = events[division] if example.kind is None else _named(alone, rule, example.kind, division)
            history = _record(rule, example, event)
            yield _compared(rule, number, assess(history, _directory(rule), alone))


def _compared(rule: Rule, number: int, assessment: Assessment) -> Tried:
    example = rule.examples[number - 1]
    last = [o for o in assessment.obligations if o.office == OFFICE and o.holds_until is None]
    came: str | Mapping[date, str]
    if isinstance(example.then, Mapping):
        by_day: dict[date, str] = {}
        for obligation in last:
            by_day.setdefault(_day_of(obligation), str(obligation.state))
        came = {day: by_day.get(day, NONE) for day in example.then}
    else:
        came = " + ".join(dict.fromkeys(str(o.state) for o in last)) or NONE
    reason = next((o.reason for o in last if o.reason is not None), None)
    return Tried(rule=rule.id, number=number, example=example, came=came, reason=reason)


def _day_of(obligation: Obligation) -> date:
    """The day that one of several reports was due on, in China; what is due at midnight is due on the day it ends."""
    due = obligation.due.latest or obligation.due.earliest
    return date.max if due is None else (due - timedelta(microseconds=1)).astimezone(CHINA).date()


def _record(rule: Rule, example: Example, event: Event) -> list[Recorded[Any]]:
    """The record that an example stands for."""
    clock = _clock(rule, example)
    category, kind = event
    occurred = _occurred(example, clock)
    opened = IncidentOpened(
        ref="example",
        title=rule.title.zh,
        category=category,
        kind=kind or "unknown",
        place=Place(name="某地", division=_division(rule, example)),
        occurred_at=UNSTATED if occurred is None else _at(occurred),
        imported=True,
        complete_for=(OFFICE,),
    )
    entries = [*_start(rule, example, clock, occurred), *_sent(rule, example), *_told_others(rule, example)]
    if example.ends is not None:
        entries.append(Stabilised(office=OFFICE, at=_at(example.ends)))
    entries.sort(key=lambda entry: entry.at.earliest or datetime.min.replace(tzinfo=UTC))
    recorded_at = max(entry.at.earliest for entry in entries if entry.at.earliest is not None)
    return [
        Recorded(
            position=position,
            stream="incident/example",
            version=position,
            event_id=f"incident/example:{position}",
            recorded_at=recorded_at,
            event=event,
        )
        for position, event in enumerate((opened, *entries), 1)
    ]


def _clock(rule: Rule, example: Example) -> Clock:
    """The clock in force when the example starts; before the first value and after a repeal, the nearest one."""
    value = rule.value_on(example.starts.astimezone(CHINA).date())
    held = [one for one in rule.values.values() if isinstance(one, Value)]
    if value is None and held:
        value = held[0] if example.starts.astimezone(CHINA).date() < held[0].since else held[-1]
    return value.clock if value is not None else Clock.LEARNED


def _occurred(example: Example, clock: Clock) -> datetime | None:
    if example.occurred is not None:
        return example.occurred
    if clock in BEFORE_THE_EVENT:
        return None
    known = example.starts - timedelta(days=1) if clock in AFTER_A_REPORT else example.starts
    return known if example.learned is None else min(known, example.learned)


def _start(  # noqa: PLR0911 - one return a clock
    rule: Rule, example: Example, clock: Clock, occurred: datetime | None
) -> list[Entry]:
    """What the office did and knew up to the start of the clock."""
    starts, facts = example.starts, example.facts
    learned = example.learned or (occurred if clock in AFTER_A_REPORT and occurred else starts)

    def knew(at: datetime, held: Facts = NO_FACTS) -> Entry:
        return Learned(office=OFFICE, at=_at(at), facts=held)

    def told(kind: type[Message], at: datetime, held: Facts = NO_FACTS) -> Entry:
        return _message(rule, kind, at, held, Channel.PHONE)

    match clock:
        case Clock.LEARNED | Clock.RECEIVED:
            return [knew(starts, facts)] if learned == starts else [knew(learned), knew(starts, facts)]
        case Clock.OCCURRED:
            return [Occurred(office=OFFICE, at=_at(starts)), knew(learned, facts)]
        case Clock.VERIFIED:
            return [knew(learned), Verified(office=OFFICE, at=_at(starts), facts=facts)]
        case Clock.GRADED:
            given = facts.level or (rule.levels[0] if rule.levels else Level.III)
            return [knew(learned, facts), Graded(office=OFFICE, at=_at(starts), level=given)]
        case Clock.FORESEEN:
            level = facts.level or (rule.levels[0] if rule.levels else None)
            return [Foreseen(office=OFFICE, at=_at(starts), facts=facts, level=level)]
        case Clock.WARNED:
            return [Warned(office=OFFICE, at=_at(starts), facts=facts)]
        case Clock.FIRST_REPORT | Clock.LAST_REPORT:
            return [knew(learned, facts), told(Reported, starts, facts)]
        case Clock.FOLLOW_UP | Clock.LAST_FOLLOW_UP:
            return [
                knew(learned, facts),
                told(Reported, learned + MINUTE, facts),
                told(FollowUpFiled, starts, facts),
            ]
        case Clock.CHANGED:
            before, after = _changed(facts)
            return [
                knew(learned, before),
                told(Reported, learned + MINUTE, before),
                knew(starts, after),
            ]
        case Clock.ASKED:
            asking = Inquired(office="recipient", at=_at(starts), to=(OFFICE,), channel=Channel.PHONE)
            return [knew(learned, facts), asking]
        case Clock.STABLE | Clock.ENDED:
            ended = Stabilised if clock is Clock.STABLE else HandlingEnded
            return [
                knew(learned, facts),
                told(Reported, learned + MINUTE, facts),
                ended(office=OFFICE, at=_at(starts)),
            ]


def _changed(facts: Facts) -> tuple[Facts, Facts]:
    """Figures before and after a change: each was one less; where none is written, one dead became two."""
    counts = dict(facts.counts()) or {"deaths": Count(value=2)}
    before = {name: Count(value=abs(count.value - 1)) for name, count in counts.items()}
    return facts.model_copy(update=before), facts.model_copy(update=counts)


def _sent(rule: Rule, example: Example) -> list[Entry]:
    by = Channel.WRITTEN if rule.channel is RuleChannel.WRITTEN else Channel.PHONE
    kind = _REPORT.get(rule.stage, Reported)
    facts = _changed(example.facts)[1] if rule.stage is Stage.SUPPLEMENT else example.facts
    return [_message(rule, kind, at, facts, example.channel or by) for at in example.sent]


def _told_others(rule: Rule, example: Example) -> Iterator[Entry]:
    """Where a report must come before that to another office, that office was told an hour after the start."""
    at = example.starts + timedelta(hours=1)
    for name in _others(rule):
        yield Reported(office=OFFICE, at=_at(at), to=(name,), channel=Channel.PHONE, facts=example.facts)


def _others(rule: Rule) -> dict[str, Other]:
    befores = [v.limit.before for v in rule.values.values() if isinstance(v, Value) and v.limit.before]
    return {f"other-{number}": other for number, other in enumerate(dict.fromkeys(befores))}


def _message(rule: Rule, kind: type[Message], at: datetime, facts: Facts, by: Channel) -> Message:
    recipient = "elsewhere" if rule.to.named is not None else "recipient"
    return kind(office=OFFICE, at=_at(at), to=(recipient,), channel=by, facts=facts)


def _at(moment: datetime) -> StatedTime:
    return StatedTime(text=moment.isoformat(), earliest=moment, latest=moment, basis=Basis.STATED)


def _directory(rule: Rule) -> Directory:
    """The office, and above it whoever the rule names; where it names bodies outside, any office."""
    tier, line = rule.who.tiers[0], rule.who.lines[0]
    above: dict[str, tuple[Tier | str | None, Line | str | None]] = {
        "recipient": (rule.to.tier, rule.to.line)
    }
    if rule.to.named is not None:
        above = {"elsewhere": ("next", "same")}
    above.update((name, (other.tier, other.line)) for name, other in _others(rule).items())
    offices = [OfficeRegistered(office=OFFICE, name="本单位", tier=tier, line=line, reports_to=tuple(above))]
    for name, (its_tier, its_line) in above.items():
        offices.append(
            OfficeRegistered(office=name, name="上级", tier=_tier(its_tier, tier), line=_line(its_line, line))
        )
    return directory_of(
        Recorded(
            position=position,
            stream="offices",
            version=position,
            event_id=f"offices:{position}",
            recorded_at=datetime(2000, 1, 1, tzinfo=UTC),
            event=event,
        )
        for position, event in enumerate(offices, 1)
    )


def _tier(wanted: Tier | str | None, own: Tier) -> Tier:
    if isinstance(wanted, Tier):
        return wanted
    step = 1 if wanted == "next" and own is not TIERS_RISING[-1] else 0
    return TIERS_RISING[TIERS_RISING.index(own) + step]


def _line(wanted: Line | str | None, own: Line) -> Line:
    return wanted if isinstance(wanted, Line) else own


def _division(rule: Rule, example: Example) -> str | None:
    if example.division is not None:
        return example.division
    return None if rule.where is None else rule.where[0].ljust(6, "0")


def _named(rulebook: Rulebook, rule: Rule, kind: str, division: str | None) -> Event:
    """The event of an example that names its kind: of that kind's own category, or of the first that fits."""
    categories = rule.categories or tuple(Category)
    fitting = [c for c in categories if rulebook.about(rule, c, kind, division)] or list(categories)
    known = rulebook.kinds.get(kind)
    return known.category if known is not None and known.category in fitting else fitting[0], kind


def _usual(rulebook: Rulebook, rule: Rule, division: str | None) -> Event:
    """The event of all the rule's examples that name no kind.

    It is the first that fits; where the rule asks for a level, the first of those whose tables give it to most of
    the examples.
    """
    categories = rule.categories or tuple(Category)
    fitting = (
        (category, kind)
        for category in categories
        for kind in _kinds(rulebook, rule, category)
        if rulebook.about(rule, category, kind, division)
    )
    if rule.levels is None:
        return next(fitting, (categories[0], None))
    differing: dict[tuple[LevelTable, ...], Event] = {}
    for category, kind in fitting:
        differing.setdefault(rulebook.tables_for(category, kind, division), (category, kind))
    return max(
        differing.values(),
        key=lambda event: _reached(rulebook, rule, event, division),
        default=(categories[0], None),
    )


def _reached(rulebook: Rulebook, rule: Rule, event: Event, division: str | None) -> int:
    """To how many of the rule's examples the tables for such an event give one of its levels."""
    found = 0
    for example in rule.examples:
        graded = rulebook.lowest_level(
            category=event[0],
            kind=event[1],
            day=example.starts.astimezone(CHINA).date(),
            measures=graded_measures(example.facts),
            circumstances=example.facts.circumstances,
            division=division,
            confirmed_only=True,
        )
        found += graded is not None and graded.level in (rule.levels or ())
    return found


def _kinds(rulebook: Rulebook, rule: Rule, category: Category) -> Iterator[str]:
    """Kinds that may fit: a word of no family, then one made of each pattern, then those with a name."""
    if rule.kinds is None:
        yield "example"
    for word in rule.kinds or rulebook.families:
        for pattern in (word,) if is_pattern(word) else rulebook.families.get(word, ()):
            yield from (pattern.replace("*", "").replace("?", "x").strip("-"), pattern.replace("*", "x"))
    yield from (name for name, kind in rulebook.kinds.items() if kind.category is category)


__all__ = ["Tried", "run_examples"]
