"""Since when what a rule asks for was so for an office: a level, a figure, a circumstance, an unclear level.

A condition is met from the moment at which the office held what meets it, and never by what it learned later. Its
figures are lower bounds, so a graver level is always possible: a rule that they do not reach may still apply, and
is then shown with the condition that is open.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta

from emergency.assessment.due import window_end
from emergency.assessment.holding import OWN, Held, first_reaching, held_by, without_unverified
from emergency.assessment.knowledge import Knowledge
from emergency.assessment.model import Words
from emergency.assessment.reasons import CORRECTED_DOWNWARD, REGRADED_DOWN, WINDOW_OVER
from emergency.assessment.timeline import Step, Timeline
from emergency.domain.events import Graded as GradedEntry
from emergency.domain.intervals import Interval, last_of, surely_after, surely_by
from emergency.domain.offices import Office
from emergency.domain.times import CHINA
from emergency.domain.values import Facts
from emergency.domain.vocabulary import LEVELS_RISING
from emergency.rulebook import Graded, Period, Rule, Rulebook, Value


@dataclass(frozen=True, slots=True)
class Start:
    """When a rule's clock started for an office, by which steps, and whether the rule surely applies to it.

    Args:
        at: When.
        trigger: The steps that it starts from.
        sure: It applies under every reading.
        condition: What would have to be so, where that is open.
        rests_on: Steps with an assumed or unstated time that it rests on beyond the office's knowledge.
    """

    at: Interval
    trigger: tuple[str, ...]
    sure: bool = True
    condition: Words | None = None
    rests_on: tuple[str, ...] = ()


@dataclass(slots=True)
class Levels:
    """The levels that what an office held surely reached, worked out once for each thing it held.

    Args:
        rulebook: Whose tables.
        timeline: The incident: its category, kind and place.
        day: The day of the law.
    """

    rulebook: Rulebook
    timeline: Timeline
    day: date
    _found: dict[int, tuple[Facts, Graded | None]] = field(default_factory=dict)
    """By identity, with the facts themselves so that none is taken for another."""

    def of(self, facts: Facts) -> Graded | None:
        """The level that the facts surely reach by a confirmed table; None where they say nothing of one."""
        known = self._found.get(id(facts))
        if known is None:
            known = self._found[id(facts)] = (facts, self._graded(facts))
        return known[1]

    def _graded(self, facts: Facts) -> Graded | None:
        opened = self.timeline.opened
        stated = without_unverified(facts)
        measures = graded_measures(stated)
        if not measures and not stated.circumstances:
            return None
        division = opened.place.division
        tables = self.rulebook.tables_for(opened.category, opened.kind, division)
        values = [value for table in tables if (value := table.value_on(self.day)) is not None]
        if not any(value.speaks_of(measures, stated.circumstances) for value in values if value.confirmed):
            return None
        return self.rulebook.lowest_level(
            category=opened.category,
            kind=opened.kind,
            day=self.day,
            measures=measures,
            circumstances=stated.circumstances,
            division=division,
            confirmed_only=True,
        )


@dataclass(frozen=True, slots=True)
class Holding:
    """What the conditions of rules are read from, for one office."""

    timeline: Timeline
    office: Office
    held: tuple[Held, ...]
    levels: Levels

    @property
    def gradings(self) -> list[Step]:
        """Its own official gradings."""
        return [s for s in self.timeline.acts(self.office.id) if isinstance(s.entry, GradedEntry)]


def holding_of(timeline: Timeline, office: Office, rulebook: Rulebook, day: date) -> Holding:
    """What the office held, ready to be compared with conditions."""
    return Holding(timeline, office, held_by(timeline, office.id), Levels(rulebook, timeline, day))


def started(holding: Holding, rule: Rule, base: Start, knowledge: Knowledge) -> Start:
    """The start of a rule's clock: no earlier than its own beginning, and than all that the rule asks for was so.

    Args:
        holding: What the office held.
        rule: The rule.
        base: Since when its clock would run if it asked for nothing.
        knowledge: Since when the office knew of the event.
    """
    start = base
    if rule.levels is not None or rule.at_least is not None:
        start = _by_figures(holding, rule, start, knowledge)
    if rule.circumstances is not None:
        start = _by_circumstances(holding, rule, start)
    if rule.level_unclear:
        start = _while_unclear(holding, start, knowledge)
    return start


def _by_figures(holding: Holding, rule: Rule, base: Start, knowledge: Knowledge) -> Start:
    reached = first_reaching(holding.held, lambda facts: _meets(holding, rule, facts))
    graded = _graded_so(holding, rule)
    if graded is not None and (reached is None or not surely_by(reached[0], graded.at)):
        return _from(base, graded.at, graded.id, graded.rests_on, _lowered(holding, rule, graded))
    if reached is None:
        return Start(base.at, base.trigger, sure=False, condition=_open(rule), rests_on=base.rests_on)
    since, brought = reached
    return _from(base, since, brought.step.id, brought.rests_on, _undone(holding, rule, brought, knowledge))


def _from(base: Start, since: Interval, step: str, rests_on: tuple[str, ...], undone: Words | None) -> Start:
    at = last_of((base.at, since))
    later = undone is None and surely_after(since, base.at)
    trigger = (step,) if later else tuple(dict.fromkeys((*base.trigger, step)))
    rests = tuple(dict.fromkeys((*base.rests_on, *rests_on)))
    if undone is not None:
        return Start(at, trigger, sure=False, condition=undone, rests_on=base.rests_on)
    return Start(at, trigger, sure=base.sure, condition=base.condition, rests_on=rests)


def _graded_so(holding: Holding, rule: Rule) -> Step | None:
    """The office's own first official grading as one of the rule's levels."""
    if rule.levels is None or rule.at_least is not None:
        return None
    found = [
        s
        for s in holding.gradings
        if isinstance(s.entry, GradedEntry) and s.entry.level in rule.levels and s.at.latest is not None
    ]
    return min(found, key=lambda s: (s.at.latest, s.ref), default=None)


def _undone(holding: Holding, rule: Rule, brought: Held, knowledge: Knowledge) -> Words | None:
    """Why the figures that met the condition do not bind, where they do not."""
    if _corrected_downward(holding, rule, brought):
        return CORRECTED_DOWNWARD
    if rule.levels is None:
        return None
    window = _window(holding, brought)
    occurred = holding.timeline.occurred.latest
    if window is not None and occurred is not None:
        end = window_end(window, occurred, CHINA)
        knew = knowledge.since.latest
        if brought.since.earliest is not None and brought.since.earliest > end and knew and knew <= end:
            return WINDOW_OVER
    return _lowered(holding, rule, brought.step)


def _window(holding: Holding, brought: Held) -> Period | None:
    graded = holding.levels.of(brought.facts)
    return graded.table.window if graded is not None else None


def _lowered(holding: Holding, rule: Rule, step: Step) -> Words | None:
    """Whether the office officially lowered the level below the rule's before the report was due."""
    longest = _longest(rule)
    if rule.levels is None or longest is None or step.at.latest is None:
        return None
    least = min(LEVELS_RISING.index(level) for level in rule.levels)
    for grading in holding.gradings:
        entry = grading.entry
        if (
            isinstance(entry, GradedEntry)
            and LEVELS_RISING.index(entry.level) < least
            and surely_after(grading.at, step.at)
            and grading.at.latest is not None
            and grading.at.latest <= step.at.latest + longest
        ):
            return REGRADED_DOWN
    return None


def _longest(rule: Rule) -> timedelta | None:
    limits = [v.limit.hours for v in rule.values.values() if isinstance(v, Value) and v.limit.hours]
    return max(limits, default=None)


def _corrected_downward(holding: Holding, rule: Rule, brought: Held) -> bool:
    """Whether the office itself found, before the report was due, that the figures do not meet the condition."""
    longest = _longest(rule)
    if longest is None or brought.since.latest is None:
        return False
    due = brought.since.latest + longest
    return any(
        h.source == OWN
        and not h.by_then
        and surely_after(h.since, brought.since)
        and h.since.latest is not None
        and h.since.latest <= due
        and set(graded_measures(h.facts)) >= set(graded_measures(brought.facts))
        and not _meets(holding, rule, h.facts)
        for h in holding.held
    )


def _meets(holding: Holding, rule: Rule, facts: Facts) -> bool:
    """Whether facts surely meet the rule's condition on figures, by a confirmed table where it asks for a level."""
    if rule.at_least is not None and not rule.figures_reach(graded_measures(without_unverified(facts))):
        return False
    if rule.levels is None:
        return True
    graded = holding.levels.of(facts)
    return graded is not None and graded.level in rule.levels


def _by_circumstances(holding: Holding, rule: Rule, base: Start) -> Start:
    wanted = set(rule.circumstances or ())
    reached = first_reaching(holding.held, lambda facts: not wanted.isdisjoint(facts.circumstances))
    if reached is None:
        return Start(
            base.at, base.trigger, sure=False, condition=_circumstances(rule, holding), rests_on=base.rests_on
        )
    since, brought = reached
    return _from(base, since, brought.step.id, brought.rests_on, None)


def _while_unclear(holding: Holding, base: Start, knowledge: Knowledge) -> Start:
    """It binds from the first knowledge, while nothing that the office held told of a level."""
    told = [
        h
        for h in holding.held
        if holding.levels.of(h.facts) is not None and not surely_after(h.since, knowledge.since)
    ]
    graded = [s for s in holding.gradings if not surely_after(s.at, knowledge.since)]
    if not told and not graded:
        return base
    return Start(
        base.at,
        base.trigger,
        sure=False,
        condition=Words("如等级难以判明（尚未确定）", "if the level cannot be told (not established)"),
        rests_on=base.rests_on,
    )


def _open(rule: Rule) -> Words:
    if rule.levels is None:
        return Words(
            "如伤亡达到规定数字（尚未确定）", "if the figures reach the rule's number (not established)"
        )
    return Words(
        f"如等级为{'、'.join(rule.levels)}（尚未确定）",
        f"if the level is {', '.join(rule.levels)} (not established)",
    )


def _circumstances(rule: Rule, holding: Holding) -> Words:
    declared = holding.levels.rulebook.words.get("circumstances", {})
    known = [declared.get(slug) for slug in rule.circumstances or ()]
    zh = "、".join(title.zh for title in known if title is not None)
    en = "; ".join(title.en for title in known if title is not None)
    return Words(f"如有下列情形之一：{zh}（未见载明）", f"if one of these is so: {en} (not stated)")


def graded_measures(facts: Facts) -> dict[str, int]:
    """The figures that levels go by, as lower bounds: the missing are counted with the dead."""
    measures: dict[str, int] = {figure.of: figure.count.at_least for figure in facts.figures}
    dead = [c.at_least for c in (facts.deaths, facts.missing) if c is not None]
    if facts.deaths is None and facts.bodies is not None:
        dead.append(facts.bodies.at_least)
    together = facts.dead_or_missing.at_least if facts.dead_or_missing else 0
    if dead or facts.dead_or_missing:
        measures["dead_or_missing"] = max(sum(dead), together)
    lost = [c.at_least for c in (facts.trapped, facts.missing) if c is not None]
    if lost:
        measures["trapped_or_missing"] = sum(lost)
    for name in COUNTED:
        count = getattr(facts, name)
        if count is not None:
            measures[name] = count.at_least
    return measures


COUNTED = (
    "deaths",
    "missing",
    "trapped",
    "seriously_injured",
    "injured",
    "loss_yuan",
    "evacuated",
    "at_risk",
)
