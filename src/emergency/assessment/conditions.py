"""Since when what a rule asks for was so for an office: a level, a figure, a circumstance, an unclear level.

A condition is met from the moment at which the office held what meets it, and never by what it learned later. Its
figures are lower bounds, so a graver level is always possible: a rule that they do not reach may still apply, and
is then shown with the condition that is open.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TypeVar
from zoneinfo import ZoneInfo

from emergency.assessment.asked import Asked
from emergency.assessment.due import Days, due_after, moved, window_end
from emergency.assessment.holding import OWN, Held, first_of_held, without_unverified
from emergency.assessment.knowledge import Knowledge
from emergency.assessment.model import Words
from emergency.assessment.pauses import NONE, pauses_of
from emergency.assessment.reasons import (
    CORRECTED_DOWNWARD,
    MAYBE_CORRECTED,
    MAYBE_REGRADED,
    REGRADED_DOWN,
    WINDOW_OVER,
)
from emergency.assessment.timeline import Step, Timeline
from emergency.domain.events import Graded as GradedEntry
from emergency.domain.fixed import fixed
from emergency.domain.intervals import OPEN, Interval, hull, last_of, possibly_by, surely_after, surely_by
from emergency.domain.offices import Directory, Office
from emergency.domain.times import CHINA
from emergency.domain.values import NO_FACTS, Facts
from emergency.domain.vocabulary import LEVELS_RISING
from emergency.rulebook import (
    Clock,
    Graded,
    Limit,
    Period,
    Rule,
    Rulebook,
    Thresholds,
    YearNotPublishedError,
)


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
    _measured: dict[int, tuple[Facts, dict[str, int]]] = field(default_factory=dict)
    """The same for the figures that levels go by."""
    _confirmed: list[Thresholds] | None = None
    """What the tables say on that day, as far as somebody read it."""

    def of(self, facts: Facts) -> Graded | None:
        """The level that the facts surely reach by a confirmed table; None where they say nothing of one."""
        known = self._found.get(id(facts))
        if known is None:
            known = self._found[id(facts)] = (facts, self._graded(facts))
        return known[1]

    def measures(self, facts: Facts) -> dict[str, int]:
        """The figures that levels go by, without those that were still being verified: see `graded_measures`."""
        known = self._measured.get(id(facts))
        if known is None:
            known = self._measured[id(facts)] = facts, graded_measures(without_unverified(facts))
        return known[1]

    def _graded(self, facts: Facts) -> Graded | None:
        opened = self.timeline.opened
        stated = without_unverified(facts)
        measures = self.measures(facts)
        if not measures and not stated.circumstances:
            return None
        division = opened.place.division
        if self._confirmed is None:
            tables = self.rulebook.tables_for(opened.category, opened.kind, division)
            values = [value for table in tables if (value := table.value_on(self.day)) is not None]
            self._confirmed = [value for value in values if value.confirmed]
        if not any(value.speaks_of(measures, stated.circumstances) for value in self._confirmed):
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
    directory: Directory | None = None
    """Who stands above it, and who may suspend what it owes; None: nobody that is known."""

    gradings: tuple[Step, ...] = field(init=False)
    """The office's own official gradings."""
    gradings_above: tuple[Step, ...] = field(init=False)
    """Those of the offices above it."""
    circumstances: frozenset[str] = field(init=False)
    """Every circumstance that anything it held states."""
    reached: dict[object, Reached] = field(init=False, default_factory=dict)
    """By condition on figures, what met it: many rules ask for the same."""

    def __post_init__(self) -> None:
        """Work out what is asked of it again and again."""
        graded, office, directory = self.timeline.gradings, self.office.id, self.directory
        above = directory.above(office) if graded and directory is not None else ()
        self.__dict__.update(
            gradings_above=tuple([s for s in graded if s.office in above]) if graded else (),
            gradings=tuple([s for s in graded if s.office == office]) if graded else (),
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
        start = _by_figures(holding, asked, start, knowledge, None)
    if rule.circumstances is not None:
        start = _by_circumstances(holding, asked, start, None)
    if rule.level_unclear:
        start = _while_unclear(holding, start, knowledge.since)
    return start


def conditioned(holding: Holding, asked: Asked, knowledge: Knowledge, base: Start) -> Start:
    """The start of a rule's clock, where it may ask for nothing else: see `started`."""
    return started(holding, asked, base, knowledge) if asked.conditional else base


def holds_on(holding: Holding, asked: Asked, base: Start, knowledge: Knowledge, moment: datetime) -> Start:
    """Whether what a rule asks for was so at an instant, after all that was corrected or regraded by then.

    Returns:
        Since when, and ``sure`` where it surely was so at that instant. Where it was not, or not surely, the
        condition says why: `CORRECTED_DOWNWARD` or `REGRADED_DOWN` where it surely was so no longer.
    """
    start, rule, then = base, asked.rule, Interval(moment, moment)
    if rule.levels is not None or rule.at_least is not None:
        start = _by_figures(holding, asked, start, knowledge, then)
    if rule.circumstances is not None:
        start = _by_circumstances(holding, asked, start, then)
    if rule.level_unclear:
        start = _while_unclear(holding, start, then)
    return start


@fixed(eq=False)
class _Brought:
    """What met a condition on figures: figures that the office held, or its own official grading."""

    since: Interval
    step: Step
    rests_on: tuple[str, ...]
    held: Held | None = None


def _by_figures(
    holding: Holding, asked: Asked, base: Start, knowledge: Knowledge, then: Interval | None
) -> Start:
    """Since when the figures or the level were so, and were not undone before the report was due, or ``then``."""
    undone: tuple[_Brought, Words] | None = None
    for brought in _brought(holding, asked):
        if then is not None and not possibly_by(brought.since, then):
            continue
        why = _undone(holding, asked, base, brought, knowledge, then)
        if why is None and then is not None and not surely_by(brought.since, then):
            why = asked.figures_open
        since = brought.since
        if why is None:
            if undone is not None and undone[1] not in _SURELY:
                # Either it still held since before, or it was so again.
                since = Interval(undone[0].since.earliest, since.latest)
            return _from(base, since, brought.step.id, brought.rests_on, None)
        if undone is None or (undone[1] in _SURELY and why not in _SURELY):
            undone = brought, why
    if undone is None:
        return Start(base.at, base.trigger, sure=False, condition=asked.figures_open, rests_on=base.rests_on)
    brought, why = undone
    return _from(base, brought.since, brought.step.id, brought.rests_on, why)


def _from(base: Start, since: Interval, step: str, rests_on: tuple[str, ...], undone: Words | None) -> Start:
    at = last_of((base.at, since))
    later = undone is None and surely_after(since, base.at)
    trigger = (step,) if later else tuple(dict.fromkeys((*base.trigger, step)))
    if undone is not None:
        return Start(at, trigger, sure=False, condition=undone, rests_on=base.rests_on)
    rests = tuple(dict.fromkeys((*base.rests_on, *rests_on)))
    return Start(at, trigger, sure=base.sure, condition=base.condition, rests_on=rests)


def _brought(holding: Holding, asked: Asked) -> Iterator[_Brought]:
    """What met the condition, the first first; what came later counts only where the first was undone."""
    key, rule = asked.figures, asked.rule
    if key not in holding.reached:
        holding.reached[key] = first_of_held([h for h in holding.held if _meets(holding, rule, h.facts)])
    reached = holding.reached[key]
    figures = (
        None if reached is None else _Brought(reached[0], reached[1].step, reached[1].rests_on, reached[1])
    )
    gradings = [_Brought(s.at, s, s.rests_on) for s in _graded_so(holding, rule)]
    graded = gradings[0] if gradings else None
    if graded is not None and (figures is None or not surely_by(figures.since, graded.since)):
        yield graded
        if figures is not None:
            yield figures
    elif figures is not None:
        yield figures
    again = [*gradings]
    if reached is not None:
        again += [_Brought(h.since, h.step, h.rests_on, h) for h in _again(holding, rule, reached[1])]
    first = {id(one.step) for one in (graded, figures) if one is not None}
    if graded is not None and figures is not None and surely_by(figures.since, graded.since):
        first.discard(id(graded.step))
    yield from sorted((one for one in again if id(one.step) not in first), key=_late_end)


def _late_end(brought: _Brought) -> tuple[float, str]:
    latest = brought.since.latest
    return (latest.timestamp() if latest else float("inf")), brought.step.ref


def _graded_so(holding: Holding, rule: Rule) -> list[Step]:
    """The office's own official gradings as one of the rule's levels, the first first."""
    if rule.levels is None or rule.at_least is not None or not holding.gradings:
        return []
    found = [
        s
        for s in holding.gradings
        if isinstance(s.entry, GradedEntry) and s.entry.level in rule.levels and s.at.latest is not None
    ]
    return sorted(found, key=lambda s: (s.at.latest, s.ref))


def _again(holding: Holding, rule: Rule, first: Held) -> Iterator[Held]:
    """Figures by which it may be so again: the office's own word, or more than was ever said before."""
    most = graded_measures(first.facts)
    for item in holding.held:
        if (
            item is first
            or item.by_then
            or item.since.latest is None
            or not _meets(holding, rule, item.facts)
        ):
            continue
        more = any(n > most.get(name, 0) for name, n in graded_measures(item.facts).items())
        if item.source == OWN or more:
            yield item


def _undone(
    holding: Holding,
    asked: Asked,
    base: Start,
    brought: _Brought,
    knowledge: Knowledge,
    then: Interval | None,
) -> Words | None:
    """Why what met the condition does not bind, or may not bind, where that is so."""
    held = brought.held
    if held is not None and _window_over(holding, asked, held, knowledge):
        return WINDOW_OVER
    corrections = [] if held is None else _corrections(holding, held, brought.since)
    gradings = _regradings(holding, asked, brought)
    if not corrections and not gradings:
        return None
    due = then if then is not None else _due(holding, asked, last_of((base.at, brought.since)), knowledge)
    if due is None:
        return None
    corrected = _still_so(
        [(h.since, h.facts) for h in corrections if possibly_by(h.since, due)],
        due,
        lambda words: _still(holding, asked.rule, held.facts if held is not None else NO_FACTS, words),
    )
    regraded = _still_so(
        [(at, high) for at, high in gradings if possibly_by(at, due)],
        due,
        lambda highs: not highs or highs[-1],
    )
    if corrected is False:
        return CORRECTED_DOWNWARD
    if regraded is False:
        return REGRADED_DOWN
    if corrected is None:
        return MAYBE_CORRECTED
    return MAYBE_REGRADED if regraded is None else None


_SURELY = (CORRECTED_DOWNWARD, REGRADED_DOWN, WINDOW_OVER)
"""Why it surely did not bind."""


def _window_over(holding: Holding, asked: Asked, held: Held, knowledge: Knowledge) -> bool:
    """Whether the figures came after the period in which they still change the level of a known event."""
    if asked.rule.levels is None:
        return False
    window = _window(holding, held)
    knew = knowledge.since.latest
    # Whatever it knew of had happened by then.
    occurred = holding.timeline.occurred.latest or knew
    if window is None or occurred is None or knew is None or held.since.earliest is None:
        return False
    end = window_end(window, occurred, CHINA)
    return held.since.earliest > end and knew <= end


def _window(holding: Holding, brought: Held) -> Period | None:
    graded = holding.levels.of(brought.facts)
    return graded.table.window if graded is not None else None


def _corrections(holding: Holding, held: Held, since: Interval) -> list[Held]:
    """What the office itself found after what met the condition, or may have found after it."""
    return [
        h
        for h in holding.held
        if h.source == OWN and not h.by_then and h.step is not held.step and not surely_by(h.since, since)
    ]


def _regradings(holding: Holding, asked: Asked, brought: _Brought) -> list[tuple[Interval, bool]]:
    """The gradings that may undo it or confirm it, each with whether it is no lower than the rule asks for.

    A grading of its own undoes only a grading: figures stand until they are corrected. One by an office above undoes
    both; when the office heard of one that raised the level, the record does not say.
    """
    levels = asked.rule.levels
    if levels is None:
        return []
    least = min(LEVELS_RISING.index(level) for level in levels)
    own = holding.gradings if brought.held is None else ()
    found: list[tuple[Interval, bool]] = []
    for step in (*own, *holding.gradings_above):
        entry = step.entry
        if step is brought.step or not isinstance(entry, GradedEntry) or surely_by(step.at, brought.since):
            continue
        high = LEVELS_RISING.index(entry.level) >= least
        heard = step.office == holding.office.id or not high
        found.append((step.at if heard else Interval(step.at.earliest, None), high))
    return found


T = TypeVar("T")


def _still_so(words: list[tuple[Interval, T]], due: Interval, so: Callable[[list[T]], bool]) -> bool | None:
    """Whether it still was so by a moment, after the words that surely or possibly came by then; None: open."""
    if not words:
        return True
    words = sorted(words, key=lambda word: (word[0].latest is None, word[0].latest))
    surely = [word for word in words if surely_by(word[0], due)]
    outcomes = {so([said for _, said in surely]), so([said for _, said in words])}
    for last in words:
        if not any(surely_after(word[0], last[0]) for word in surely):
            outcomes.add(so([*(said for at, said in surely if (at, said) != last), last[1]]))
    return outcomes.pop() if len(outcomes) == 1 else None


def _due(holding: Holding, asked: Asked, start: Interval, knowledge: Knowledge) -> Interval | None:
    """When the rule's report was due from a start on; None for one that is due at once, or again and again."""
    days = {end.astimezone(CHINA).date() for end in (start.earliest, start.latest) if end is not None}
    in_force = [terms.value.limit for day in days if (terms := asked.on(day)) is not None]
    limits = [one for one in in_force if one.hours is not None or one.counts_days]
    if not limits:
        return None
    zone, rule = ZoneInfo(holding.office.zone), asked.rule
    paused = NONE
    if holding.directory is not None:
        paused = pauses_of(holding.timeline, holding.directory, rule, holding.office.id, zone)
    counted = Days(zone, holding.levels.rulebook.calendar(rule.id), paused.surely, paused.possibly)
    try:
        ends = [_end(limit, start, counted, knowledge) for limit in limits]
    except YearNotPublishedError:
        return OPEN
    return hull(ends)


def _end(limit: Limit, start: Interval, days: Days, knowledge: Knowledge) -> Interval:
    end, outer = due_after(limit, start, days), limit.at_most
    if outer is not None:
        early = None
        if outer.clock in (Clock.LEARNED, Clock.RECEIVED, Clock.OCCURRED) and end.earliest is not None:
            early = due_after(Limit(within=outer.within), knowledge.since, days).earliest
            early = None if early is None else min(early, end.earliest)
        end = Interval(early, end.latest)
    return moved(limit, end, days)


def _meets(holding: Holding, rule: Rule, facts: Facts) -> bool:
    """Whether facts surely meet the rule's condition on figures, by a confirmed table where it asks for a level."""
    if rule.at_least is not None and not rule.figures_reach(holding.levels.measures(facts)):
        return False
    if rule.levels is None:
        return True
    graded = holding.levels.of(facts)
    return graded is not None and graded.level in rule.levels


def _still(holding: Holding, rule: Rule, facts: Facts, corrections: list[Facts]) -> bool:
    """Whether facts still meet the condition, or a graver one, after what replaced some of their figures."""
    for later in corrections:
        facts = _corrected(facts, without_unverified(later))
    if rule.at_least is not None and not rule.figures_reach(holding.levels.measures(facts)):
        return False
    if rule.levels is None:
        return True
    graded = holding.levels.of(facts)
    least = min(LEVELS_RISING.index(level) for level in rule.levels)
    return graded is not None and LEVELS_RISING.index(graded.level) >= least


def _corrected(facts: Facts, later: Facts) -> Facts:
    """Facts of which a later word replaces the figures that it speaks of, and no others."""
    stated = {name: count for name in _PEOPLE_AND_LOSS if (count := getattr(later, name)) is not None}
    if not stated and not later.figures:
        return facts
    said: dict[str, object] = dict(stated)
    if "dead_or_missing" in stated:
        said |= {name: stated.get(name) for name in ("deaths", "missing", "bodies")}
    elif "deaths" in stated and "missing" in stated:
        said["dead_or_missing"] = None
    if later.figures:
        names = {figure.of for figure in later.figures}
        said["figures"] = (*(f for f in facts.figures if f.of not in names), *later.figures)
    spoken_of = {name for name in facts.verifying if name not in stated}
    return facts.model_copy(update={**said, "verifying": tuple(n for n in facts.verifying if n in spoken_of)})


def _by_circumstances(holding: Holding, asked: Asked, base: Start, then: Interval | None) -> Start:
    wanted = holding.circumstances.intersection(asked.rule.circumstances or ())
    reached = None
    if wanted:
        reached = first_of_held([h for h in holding.held if not wanted.isdisjoint(h.facts.circumstances)])
    if reached is None or (then is not None and not surely_by(reached[0], then)):
        return Start(
            base.at, base.trigger, sure=False, condition=asked.circumstances_open, rests_on=base.rests_on
        )
    since, brought = reached
    return _from(base, since, brought.step.id, brought.rests_on, None)


def _while_unclear(holding: Holding, base: Start, by: Interval) -> Start:
    """It binds from the first knowledge, while nothing that the office held told of a level."""
    told = [
        h for h in holding.held if holding.levels.of(h.facts) is not None and not surely_after(h.since, by)
    ]
    graded = [s for s in holding.gradings if not surely_after(s.at, by)]
    if not told and not graded:
        return base
    return Start(base.at, base.trigger, sure=False, condition=LEVEL_TOLD, rests_on=base.rests_on)


LEVEL_TOLD = Words("如级别难以判明（尚未确定）", "if the level cannot be told (not established)")


def graded_measures(facts: Facts) -> dict[str, int]:
    """The figures that levels go by, as lower bounds: the missing are counted with the dead."""
    measures: dict[str, int] = {figure.of: figure.count.at_least for figure in facts.figures}
    if not any(facts.__dict__.values()):
        return measures
    dead = [c.at_least for c in (facts.deaths, facts.missing) if c is not None]
    if facts.deaths is None and facts.bodies is not None:
        dead.append(facts.bodies.at_least)
    together = facts.dead_or_missing.at_least if facts.dead_or_missing else 0
    if dead or facts.dead_or_missing:
        measures["dead_or_missing"] = max(sum(dead), together)
    lost = [c.at_least for c in (facts.trapped, facts.missing) if c is not None]
    if lost:
        measures["trapped_or_missing"] = sum(lost)
    stated = facts.__dict__
    for name in COUNTED:
        count = stated[name]
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

_PEOPLE_AND_LOSS = (*COUNTED, "dead_or_missing", "bodies")
