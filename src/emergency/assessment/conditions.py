"""Since when what a rule asks for was so for an office: a level, a figure, a circumstance, an unclear level.

A condition is met from the moment at which the office held what meets it, and never by what it learned later. Its
figures are lower bounds, so a graver level is always possible: a rule that they do not reach may still apply, and
is then shown with the condition that is open.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from emergency.assessment.asked import Asked
from emergency.assessment.due import window_end
from emergency.assessment.holding import OWN, Held, first_of_held, without_unverified
from emergency.assessment.knowledge import Knowledge
from emergency.assessment.model import Words
from emergency.assessment.reasons import CORRECTED_DOWNWARD, REGRADED_DOWN, WINDOW_OVER
from emergency.assessment.timeline import Step, Timeline
from emergency.domain.events import Graded as GradedEntry
from emergency.domain.fixed import fixed
from emergency.domain.intervals import Interval, last_of, surely_after, surely_by
from emergency.domain.offices import Office
from emergency.domain.times import CHINA
from emergency.domain.values import Facts
from emergency.domain.vocabulary import LEVELS_RISING
from emergency.rulebook import Graded, Period, Rule, Rulebook


@fixed(slots=True)
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
    _by_figures: dict[object, Graded | None] = field(default_factory=dict)
    """By the figures and circumstances themselves."""

    def of(self, facts: Facts) -> Graded | None:
        """The level that the facts surely reach by a confirmed table; None where they say nothing of one."""
        known = self._found.get(id(facts))
        if known is None:
            known = self._found[id(facts)] = (facts, self._graded(facts))
        return known[1]

    def _graded(self, facts: Facts) -> Graded | None:
        stated = without_unverified(facts)
        measures = graded_measures(stated)
        if not measures and not stated.circumstances:
            return None
        # What comes from below is passed on with the same figures.
        key = (tuple(measures.items()), stated.circumstances)
        if key not in self._by_figures:
            self._by_figures[key] = self._reached(measures, stated.circumstances)
        return self._by_figures[key]

    def _reached(self, measures: dict[str, int], circumstances: tuple[str, ...]) -> Graded | None:
        opened = self.timeline.opened
        division = opened.place.division
        tables = self.rulebook.tables_for(opened.category, opened.kind, division)
        values = [value for table in tables if (value := table.value_on(self.day)) is not None]
        if not any(value.speaks_of(measures, circumstances) for value in values if value.confirmed):
            return None
        return self.rulebook.lowest_level(
            category=opened.category,
            kind=opened.kind,
            day=self.day,
            measures=measures,
            circumstances=circumstances,
            division=division,
            confirmed_only=True,
        )


def levels_of(timeline: Timeline, rulebook: Rulebook, day: date) -> Levels:
    """The levels that facts of an incident reach by a rulebook's tables of a day."""
    # Offices that were told the same, on the same day of the law, ask the same. The levels hold their rulebook, so
    # that no other one can come to have its identity.
    key = ("levels", id(rulebook), day)
    known: Levels | None = timeline.memo.get(key)
    if known is None:
        known = timeline.memo[key] = Levels(rulebook, timeline, day)
    return known


Reached = tuple[Interval, Held] | None
"""Since when an office held what meets a condition, and what brought it; None where nothing does."""


@fixed(eq=False)
class Holding:
    """What the conditions of rules are read from, for one office."""

    timeline: Timeline
    office: Office
    held: tuple[Held, ...]
    levels: Levels

    gradings: tuple[Step, ...] = field(init=False)
    """The office's own official gradings."""
    circumstances: frozenset[str] = field(init=False)
    """Every circumstance that anything it held states."""
    reached: dict[object, Reached] = field(init=False, default_factory=dict)
    """By condition on figures, what met it: many rules ask for the same."""

    def __post_init__(self) -> None:
        """Work out what is asked of it again and again."""
        self.__dict__.update(
            gradings=tuple([s for s in self.timeline.acts(self.office.id) if s.act is GradedEntry]),
            circumstances=frozenset([slug for h in self.held for slug in h.facts.circumstances]),
        )


def started(holding: Holding, asked: Asked, base: Start, knowledge: Knowledge) -> Start:
    """The start of a rule's clock: no earlier than its own beginning, and than all that the rule asks for was so.

    Args:
        holding: What the office held.
        asked: The rule.
        base: Since when its clock would run if it asked for nothing.
        knowledge: Since when the office knew of the event.
    """
    start, rule = base, asked.rule
    if rule.levels is not None or rule.at_least is not None:
        start = _by_figures(holding, asked, start, knowledge)
    if rule.circumstances is not None:
        start = _by_circumstances(holding, asked, start)
    if rule.level_unclear:
        start = _while_unclear(holding, start, knowledge)
    return start


def _by_figures(holding: Holding, asked: Asked, base: Start, knowledge: Knowledge) -> Start:
    rule = asked.rule
    if asked.figures not in holding.reached:
        met = [h for h in holding.held if _meets(holding, rule, h.facts)]
        holding.reached[asked.figures] = first_of_held(met)
    reached = holding.reached[asked.figures]
    graded = _graded_so(holding, rule)
    if graded is not None and (reached is None or not surely_by(reached[0], graded.at)):
        return _from(base, graded.at, graded.id, graded.rests_on, _lowered(holding, asked, graded))
    if reached is None:
        return Start(base.at, base.trigger, sure=False, condition=asked.figures_open, rests_on=base.rests_on)
    since, brought = reached
    return _from(base, since, brought.step.id, brought.rests_on, _undone(holding, asked, brought, knowledge))


def _from(base: Start, since: Interval, step: str, rests_on: tuple[str, ...], undone: Words | None) -> Start:
    at = last_of((base.at, since))
    later = undone is None and surely_after(since, base.at)
    trigger = (step,) if later else tuple(dict.fromkeys((*base.trigger, step)))
    if undone is not None:
        return Start(at, trigger, sure=False, condition=undone, rests_on=base.rests_on)
    rests = tuple(dict.fromkeys((*base.rests_on, *rests_on))) if rests_on else base.rests_on
    return Start(at, trigger, sure=base.sure, condition=base.condition, rests_on=rests)


def _graded_so(holding: Holding, rule: Rule) -> Step | None:
    """The office's own first official grading as one of the rule's levels."""
    if rule.levels is None or rule.at_least is not None or not holding.gradings:
        return None
    found = [
        s
        for s in holding.gradings
        if isinstance(s.entry, GradedEntry) and s.entry.level in rule.levels and s.at.latest is not None
    ]
    return min(found, key=lambda s: (s.at.latest, s.ref), default=None)


def _undone(holding: Holding, asked: Asked, brought: Held, knowledge: Knowledge) -> Words | None:
    """Why the figures that met the condition do not bind, where they do not."""
    rule = asked.rule
    if _corrected_downward(holding, asked, brought):
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
    return _lowered(holding, asked, brought.step)


def _window(holding: Holding, brought: Held) -> Period | None:
    graded = holding.levels.of(brought.facts)
    return graded.table.window if graded is not None else None


def _lowered(holding: Holding, asked: Asked, step: Step) -> Words | None:
    """Whether the office officially lowered the level below the rule's before the report was due."""
    longest, levels = asked.longest, asked.rule.levels
    if levels is None or longest is None or step.at.latest is None or not holding.gradings:
        return None
    least = min(LEVELS_RISING.index(level) for level in levels)
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


def _corrected_downward(holding: Holding, asked: Asked, brought: Held) -> bool:
    """Whether the office itself found, before the report was due, that the figures do not meet the condition."""
    if asked.longest is None or brought.since.latest is None:
        return False
    due = brought.since.latest + asked.longest
    return any(
        h.source == OWN
        and not h.by_then
        and surely_after(h.since, brought.since)
        and h.since.latest is not None
        and h.since.latest <= due
        and set(graded_measures(h.facts)) >= set(graded_measures(brought.facts))
        and not _meets(holding, asked.rule, h.facts)
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


def _by_circumstances(holding: Holding, asked: Asked, base: Start) -> Start:
    wanted = holding.circumstances.intersection(asked.rule.circumstances or ())
    if not wanted:
        return Start(
            base.at, base.trigger, sure=False, condition=asked.circumstances_open, rests_on=base.rests_on
        )
    reached = first_of_held([h for h in holding.held if not wanted.isdisjoint(h.facts.circumstances)])
    assert reached is not None  # noqa: S101 - something that it held states one of them
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
    return Start(base.at, base.trigger, sure=False, condition=LEVEL_TOLD, rests_on=base.rests_on)


LEVEL_TOLD = Words("如等级难以判明（尚未确定）", "if the level cannot be told (not established)")


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
