"""Which reports an office owed, and when each was due: the rules that may apply, as grounds of its duties.

Every rule that may apply is a ground with a due time of its own. A ground is chosen by the law in force when the
clock starts for that office; a start that straddles a change of the law is read under both, and only what holds
under both is sure. The due time that an officer is shown is the earliest defensible one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from emergency.assessment.holding import (
    OWN,
    Contradiction,
    Held,
    contradictions,
    first_reaching,
    held_by,
    without_unverified,
)
from emergency.assessment.knowledge import Knowledge, knowledge_of
from emergency.assessment.model import Ground, Remark, Words
from emergency.assessment.reasons import CONDITION_OPEN, CORRECTED_DOWNWARD, WHATEVER_THE_LEVEL
from emergency.assessment.recipients import Found, recipient_of
from emergency.assessment.timeline import Timeline
from emergency.assessment.words import limit_words
from emergency.domain.intervals import Interval, last_of, shifted, surely_after
from emergency.domain.offices import Directory, Office
from emergency.domain.times import CHINA
from emergency.domain.values import Facts
from emergency.domain.vocabulary import Level
from emergency.rulebook import Clock, Rule, Rulebook, Value

FIRST = "first"


@dataclass(frozen=True, slots=True)
class Claim:
    """A rule that may apply to an office, before it is known what was done."""

    rule: Rule
    value: Value
    found: Found
    ground: Ground
    occasion: str
    start: Interval
    trigger: tuple[str, ...]
    rests_on: tuple[str, ...]
    """Steps with an assumed or unstated time that its start rests on beyond the office's knowledge."""
    judged: Interval | None
    """What a verdict goes by: the limit after the office's own start, whatever was lost before it knew."""


@dataclass(frozen=True, slots=True)
class Duty:
    """The claims that make one obligation: the same recipient, channel and occasion."""

    office: Office
    knowledge: Knowledge
    found: Found
    channel: str
    occasion: str
    claims: tuple[Claim, ...]

    @property
    def recipients(self) -> tuple[str, ...]:
        """Whoever may be told to meet it."""
        equals = (other for claim in self.claims for other in claim.found.equals)
        return tuple(dict.fromkeys((self.found.office, *equals)))


@dataclass(frozen=True, slots=True)
class OfficeRecord:
    """What the obligations and findings of one office are judged from."""

    timeline: Timeline
    directory: Directory
    rulebook: Rulebook
    office: Office
    knowledge: Knowledge
    held: tuple[Held, ...]
    contradicted: tuple[Contradiction, ...]
    """Its reports that lie below what it held."""
    complete: bool
    """Whether the record holds all that the office sent out."""


def office_record(
    timeline: Timeline, directory: Directory, rulebook: Rulebook, office_id: str
) -> OfficeRecord | None:
    """The record of one office; None where nothing hints that it knew, or nobody knows what it is."""
    office = directory.get(office_id)
    knowledge = knowledge_of(timeline, office_id)
    if office is None or knowledge is None:
        return None
    held = held_by(timeline, office_id)
    return OfficeRecord(
        timeline=timeline,
        directory=directory,
        rulebook=rulebook,
        office=office,
        knowledge=knowledge,
        held=held,
        contradicted=tuple(contradictions(timeline, office_id, held)),
        complete=_complete(timeline, office, knowledge),
    )


def _complete(timeline: Timeline, office: Office, knowledge: Knowledge) -> bool:
    """Whether the office's silence on this incident is silence."""
    if timeline.seen_by not in (None, office.id):
        return False
    if timeline.opened.imported:
        return office.id in timeline.opened.complete_for
    if office.logs_since is None:
        return False
    if any(s.entry.logged_by == office.id for s in timeline.acts(office.id)):
        return True
    return knowledge.since.earliest is not None and office.logs_since <= knowledge.since.earliest


def duties(record: OfficeRecord) -> tuple[tuple[Duty, ...], tuple[Remark, ...]]:
    """Every duty of the office on this incident, and remarks on duties that found no recipient."""
    claims: list[Claim] = []
    remarks: list[Remark] = []
    opened = record.timeline.opened
    rules = record.rulebook.rules_for(
        category=opened.category,
        kind=opened.kind,
        tier=record.office.tier,
        line=record.office.line,
        division=opened.place.division,
    )
    for rule in rules:
        start = _start(record, rule)
        days = _days(record, start.at)
        versions = [rule.value_on(day) for day in days]
        newest = next((v for v in reversed(versions) if v is not None), None)
        if newest is None:
            continue
        found = recipient_of(rule.to, record.office, record.directory, days[-1])
        if found is None:
            remarks.append(
                Remark(
                    record.office.id,
                    Words(
                        f"报送网络中没有「{rule.title.zh}」的接报单位，此项义务无法落实到单位",
                        f"the directory has no recipient for '{rule.title.en}'; this duty is tied to no office",
                    ),
                )
            )
            continue
        claims.append(_claim(record, rule, start, newest, versions, found))
    return tuple(_grouped(record, claims)), tuple(remarks)


def _days(record: OfficeRecord, since: Interval) -> tuple[date, ...]:
    """The China days on which the clock may have started: both ends, each once.

    A bare day runs to the midnight that ends it; that midnight is no day of its own. An open beginning reaches back
    to the event, or without end.
    """
    early, late = since.earliest or record.timeline.occurred.earliest, since.latest
    if late is not None and (early is None or early < late):
        late -= timedelta(microseconds=1)
    ends = [i.astimezone(CHINA).date() for i in (early, late) if i is not None]
    if early is None and late is not None:
        ends.insert(0, date.min)
    return tuple(dict.fromkeys(ends)) or (date.max,)


def _claim(
    record: OfficeRecord, rule: Rule, start: Start, value: Value, versions: list[Value | None], found: Found
) -> Claim:
    sure, condition = start.sure, start.condition
    limits = [v.limit.hours for v in versions if v is not None]
    if any(v is None for v in versions) or any((w is None) != (limits[0] is None) for w in limits):
        sure, condition = False, CONDITION_OPEN
    due = judged = None
    if limits[0] is not None:
        withins = [w for w in limits if w is not None]
        judged = Interval(
            shifted(start.at, min(withins)).earliest, shifted(start.at, max(withins)).latest if sure else None
        )
        due = _with_inherited(record, value.clock, start.at, min(withins), judged)
    citation = value.citation
    ground = Ground(
        rule=rule.id,
        citation=" ".join(filter(None, (f"《{citation.law}》", citation.number, citation.article))),
        rank=rule.rank.value,
        confirmed=value.confirmed,
        limit=limit_words(value.limit),
        due=due,
        sure=sure,
        condition=condition,
        note="; ".join(filter(None, (found.note, value.note))) or None,
    )
    return Claim(rule, value, found, ground, FIRST, start.at, start.trigger, start.rests_on, judged)


def _with_inherited(
    record: OfficeRecord, clock: Clock, start: Interval, within: timedelta, due: Interval
) -> Interval:
    """The due time with what others lost before.

    Where the clock starts with the event and the office learned later, the officer is shown event + limit (not
    before it learned); a verdict goes by learning + limit: the time before is inherited from others.
    """
    occurred = record.timeline.occurred.earliest
    if clock is not Clock.OCCURRED or occurred is None:
        return due
    strict = occurred + within
    if start.earliest is not None:
        strict = max(strict, start.earliest)
    return due if due.earliest is not None and due.earliest <= strict else Interval(strict, due.latest)


@dataclass(frozen=True, slots=True)
class Start:
    """When a rule's clock started for an office, by which steps, and whether the rule surely applies to it."""

    at: Interval
    trigger: tuple[str, ...]
    sure: bool
    condition: Words | None
    rests_on: tuple[str, ...] = ()
    """Steps with an assumed or unstated time that it rests on beyond the office's knowledge."""


def _start(record: OfficeRecord, rule: Rule) -> Start:
    """The start of a rule's clock: no earlier than the office held what the rule asks for."""
    knowledge = record.knowledge
    if rule.levels is None and rule.at_least is None:
        return Start(knowledge.since, knowledge.triggers, sure=True, condition=None)
    reached = first_reaching(record.held, lambda facts: _meets(record, rule, facts))
    if reached is None:
        return Start(knowledge.since, knowledge.triggers, sure=False, condition=_condition(rule))
    since, brought = reached
    at = last_of((knowledge.since, since))
    step = brought.step.id
    if _corrected_downward(record, rule, brought):
        return Start(at, (*knowledge.triggers, step), sure=False, condition=CORRECTED_DOWNWARD)
    trigger = (step,) if surely_after(since, knowledge.since) else (*knowledge.triggers, step)
    return Start(at, tuple(dict.fromkeys(trigger)), sure=True, condition=None, rests_on=brought.rests_on)


def _corrected_downward(record: OfficeRecord, rule: Rule, brought: Held) -> bool:
    """Whether the office itself found, before the report was due, that the figures do not meet the condition."""
    limits = [v.limit.hours for v in rule.values.values() if isinstance(v, Value) and v.limit.hours]
    if not limits or brought.since.latest is None:
        return False
    due = brought.since.latest + max(limits)
    return any(
        h.source == OWN
        and not h.by_then
        and surely_after(h.since, brought.since)
        and h.since.latest is not None
        and h.since.latest <= due
        and set(graded_measures(h.facts)) >= set(graded_measures(brought.facts))
        and not _meets(record, rule, h.facts)
        for h in record.held
    )


def _meets(record: OfficeRecord, rule: Rule, facts: Facts) -> bool:
    """Whether facts surely meet the rule's condition, by a confirmed table where it asks for a level."""
    measures = graded_measures(without_unverified(facts))
    if not rule.figures_reach(measures):
        return False
    if rule.levels is None:
        return True
    graded = record.rulebook.lowest_level(
        category=record.timeline.opened.category,
        kind=record.timeline.opened.kind,
        day=_days(record, record.knowledge.since)[-1],
        measures=measures,
        confirmed_only=True,
    )
    return graded is not None and graded.level in rule.levels and bool(measures)


def _condition(rule: Rule) -> Words:
    if rule.levels is None:
        return Words(
            "如伤亡达到规定数字（尚未确定）", "if the figures reach the rule's number (not established)"
        )
    return Words(
        f"如等级为{'、'.join(rule.levels)}（尚未确定）",
        f"if the level is {', '.join(rule.levels)} (not established)",
    )


def graded_measures(facts: Facts) -> dict[str, int]:
    """The figures that levels go by, as lower bounds: the missing are counted with the dead."""
    measures: dict[str, int] = {}
    dead = [c.at_least for c in (facts.deaths, facts.missing) if c is not None]
    if facts.deaths is None and facts.bodies is not None:
        dead.append(facts.bodies.at_least)
    together = facts.dead_or_missing.at_least if facts.dead_or_missing else 0
    if dead or facts.dead_or_missing:
        measures["dead_or_missing"] = max(sum(dead), together)
    for name in ("seriously_injured", "loss_yuan", "evacuated"):
        count = getattr(facts, name)
        if count is not None:
            measures[name] = count.at_least
    return measures


def _grouped(record: OfficeRecord, claims: list[Claim]) -> Iterator[Duty]:
    """Claims to the same recipient over the same channel are grounds of one obligation.

    A rule whose condition was met only later than another rule's clock started calls for another report: an
    obligation of its own, which leaves the earlier one as it was.
    """
    groups: dict[tuple[str, str], list[Claim]] = {}
    for claim in claims:
        groups.setdefault((claim.found.office, claim.rule.channel.value), []).append(claim)
    for (_, channel), together in groups.items():
        settled = _whatever_the_level(record, together)
        rules = {c.rule for c in settled}
        members = [c for c in together if c.ground.sure or c.rule not in rules] + settled
        occasions: dict[str, list[Claim]] = {}
        for claim in members:
            raised = claim.ground.sure and any(
                base.ground.sure and surely_after(claim.start, base.start) for base in members
            )
            occasion = claim.trigger[-1] if raised else FIRST
            occasions.setdefault(occasion, []).append(replace(claim, occasion=occasion))
        for occasion, grounds in occasions.items():
            yield Duty(record.office, record.knowledge, grounds[0].found, channel, occasion, tuple(grounds))


def _whatever_the_level(record: OfficeRecord, claims: list[Claim]) -> list[Claim]:
    """While the level is open, rules that together cover every level bind with the laxest of their limits."""
    since = record.knowledge.since
    timed = [
        c
        for c in claims
        if c.rule.levels is not None and c.rule.at_least is None and c.value.limit.hours is not None
    ]
    graded_from_the_start = any(c.ground.sure and not surely_after(c.start, since) for c in timed)
    covered = {level for c in timed for level in c.rule.levels or ()}
    if graded_from_the_start or covered != set(Level):
        return []
    if any(c.ground.condition is CONDITION_OPEN for c in timed):
        return []
    laxest = max(timed, key=lambda c: c.value.limit.hours or timedelta())
    within = laxest.value.limit.hours or timedelta()
    judged = shifted(since, within)
    due = _with_inherited(record, laxest.value.clock, since, within, judged)
    ground = replace(laxest.ground, due=due, sure=True, condition=WHATEVER_THE_LEVEL)
    return [replace(laxest, ground=ground, start=since, trigger=record.knowledge.triggers, judged=judged)]


def governing(duty: Duty) -> Claim:
    """The claim whose ground governs the state: the strictest confirmed one, one with hours before one without.

    Without a confirmed ground that surely applies, the strictest that surely applies; without any, the strictest.
    """

    def strictness(claim: Claim) -> tuple[bool, datetime, datetime]:
        due = claim.ground.due
        far = datetime.max.replace(tzinfo=CHINA)
        if due is None:
            return True, far, far
        return False, due.latest or due.earliest or far, due.earliest or far

    sure = [c for c in duty.claims if c.ground.sure]
    confirmed = [c for c in sure if c.ground.confirmed]
    return min(confirmed or sure or list(duty.claims), key=strictness)
