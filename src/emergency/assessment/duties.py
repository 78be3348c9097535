"""Which first reports an office owed, and when each was due: the rules that may apply, as grounds of its duties.

Every rule that may apply is a ground with a due time of its own. A ground is chosen by the law in force when the
clock starts for that office; a start that straddles a change of the law is read under both, and only what holds
under both is sure. The due time that an officer is shown is the earliest defensible one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import field
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from emergency.assessment.asked import Asked, Asks, Terms, asks_of, newest_of
from emergency.assessment.clocks import KNOWLEDGE, silent_clocks, started_by
from emergency.assessment.conditions import Holding, Start, levels_of, started
from emergency.assessment.due import Days, due_after, moved
from emergency.assessment.holding import Contradiction, Held, at_most_of, contradictions, held_by, words_of
from emergency.assessment.knowledge import Knowledge, knowledge_of
from emergency.assessment.model import Ground, Remark
from emergency.assessment.pauses import pauses_of
from emergency.assessment.reasons import CALENDAR_UNKNOWN, CONDITION_OPEN, WHATEVER_THE_LEVEL
from emergency.assessment.recipients import Found, found_among, recipient_of, superiors_of
from emergency.assessment.timeline import Timeline
from emergency.domain.events import REPORTS, Foreseen, Warned
from emergency.domain.fixed import changed, fixed, kept
from emergency.domain.intervals import OPEN, Interval, first_of, shifted, surely_after, surely_by
from emergency.domain.offices import Directory, Office
from emergency.domain.times import CHINA
from emergency.domain.vocabulary import Level
from emergency.rulebook import (
    Clock,
    Limit,
    Recipient,
    Rule,
    Rulebook,
    Stage,
    Value,
    YearNotPublishedError,
)

FIRST = "first"
FAR = datetime.max.replace(tzinfo=CHINA)
ALL_LEVELS = frozenset(Level)

NOTHING_KNOWN = Knowledge(
    OPEN, OPEN, shown=False, triggers=(), rests_on=(), latest_steps=frozenset(), evidence=()
)
"""Of an office that only foresaw an event, or warned of it."""


@fixed()
class Claim:
    """A rule that may apply to an office, before it is known what was done."""

    rule: Rule
    channel: str
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


@fixed(eq=False)
class Offer:
    """What a rule asks of an office, on the days on which its clock may have started.

    Args:
        rule: The rule.
        channel: By which channel.
        terms: What is in force.
        found: To whom.
        ground: What is shown, before anything is known of its due time.
        limits: Those of all versions that it may be read under.
        open: Whether it is open that it applies at all.
    """

    rule: Rule
    channel: str
    terms: Terms
    found: Found
    ground: Ground
    limits: tuple[Limit, ...]
    open: bool


@fixed(eq=False)
class Duty:
    """The claims that make one obligation: the same recipient, stage, channel and occasion.

    ``knowledge`` is that of what calls for the report: of the event, for a first one.
    """

    office: Office
    knowledge: Knowledge
    found: Found
    channel: str
    occasion: str
    claims: tuple[Claim, ...]
    stage: Stage = Stage.FIRST
    governing: Claim = field(init=False, repr=False)
    """The claim whose ground governs the state: see `governing`."""
    recipients: tuple[str, ...] = field(init=False, repr=False)
    """Whoever may be told to meet it, by the rule that governs: another rule may let one pass over a tier."""

    def __post_init__(self) -> None:
        """Work out what is asked of it again and again."""
        governs = governing(self.claims)
        equals = governs.found.equals
        told = tuple(dict.fromkeys((self.found.office, *equals))) if equals else (self.found.office,)
        self.__dict__.update(governing=governs, recipients=told)


@fixed(eq=False)
class OfficeRecord:
    """What the obligations and findings of one office are judged from."""

    timeline: Timeline
    directory: Directory
    rulebook: Rulebook
    office: Office
    knowledge: Knowledge
    complete: bool
    """Whether the record holds all that the office sent out."""
    zone: ZoneInfo
    days: tuple[date, ...]
    """The China days on which it may have come to know."""
    memo: dict[Any, Any] = field(default_factory=dict)
    """What pure functions of this record have already worked out."""

    @kept
    def held(self) -> tuple[Held, ...]:
        """What it held, and since when."""
        return held_by(self.timeline, self.office.id)

    @kept
    def holding(self) -> Holding:
        """What the conditions of rules are read from."""
        levels = levels_of(self.timeline, self.rulebook, self.days[-1])
        return Holding(self.timeline, self.office, self.held, levels, self.directory)

    @kept
    def contradicted(self) -> tuple[Contradiction, ...]:
        """Its reports that lie below what it held."""
        # Who stated no figure need not be asked what it held.
        said = [s for s in words_of(self.timeline, self.office.id) if at_most_of(s)]
        return tuple(contradictions(self.timeline, said, self.held)) if said else ()


def office_record(
    timeline: Timeline, directory: Directory, rulebook: Rulebook, office_id: str
) -> OfficeRecord | None:
    """The record of one office; None where nothing hints that it knew, or nobody knows what it is."""
    office = directory.get(office_id)
    if office is None:
        return None
    knowledge = knowledge_of(timeline, office_id)
    if knowledge is None:
        if not any(s.act in (Foreseen, Warned) for s in timeline.acts(office_id)):
            return None
        knowledge = NOTHING_KNOWN
    elif len(office.life) > 1 and _reached_others(timeline, office, knowledge):
        return None
    return OfficeRecord(
        timeline=timeline,
        directory=directory,
        rulebook=rulebook,
        office=office,
        knowledge=knowledge,
        complete=silence_counts(timeline, office, knowledge.since),
        zone=ZoneInfo(office.zone),
        days=days_of(timeline, knowledge.since),
    )


def _reached_others(timeline: Timeline, office: Office, knowledge: Knowledge) -> bool:
    """Whether an office was gone when it was told, and did nothing itself: whoever took its calls was another."""
    told = knowledge.since.earliest
    return (
        told is not None
        and not timeline.acts(office.id)
        and office.gone(told.astimezone(CHINA).date()) is not None
    )


def silence_counts(timeline: Timeline, office: Office, since: Interval) -> bool:
    """Whether the silence of an office on this incident, which concerns it since then, is silence."""
    if timeline.seen_by not in (None, office.id):
        return False
    if timeline.opened.imported:
        return office.id in timeline.opened.complete_for
    if office.logs_since is None:
        return False
    if any(s.entry.logged_by == office.id for s in timeline.acts(office.id)):
        return True
    return since.earliest is not None and office.logs_since <= since.earliest


def applicable(record: OfficeRecord) -> Asks:
    """What is asked of an office of this kind on such an event."""
    opened = record.timeline.opened
    return asks_of(
        record.rulebook,
        category=opened.category,
        kind=opened.kind,
        tier=record.office.tier,
        line=record.office.line,
        division=opened.place.division,
    )


def duties(record: OfficeRecord, asks: Asks) -> tuple[tuple[Duty, ...], tuple[Remark, ...]]:
    """Every first report that the office owed on this incident, and remarks on duties that found no recipient."""
    claims: list[Claim] = []
    remarks: list[Remark] = []
    knows = Start(record.knowledge.since, record.knowledge.triggers)
    silent = silent_clocks(record.timeline)
    if record.knowledge is NOTHING_KNOWN:
        silent |= KNOWLEDGE
    plan = _plan(record, asks, silent)
    remarks.extend(plan.remarks)
    for asked, clock, offer in plan.asked:
        base = knows if clock in KNOWLEDGE else _base(record, clock, knows)
        if base is None:
            continue
        start = started(record.holding, asked, base, record.knowledge) if asked.conditional else base
        if isinstance(offer, Offer):
            claims.append(_claim(record, offer, start, FIRST))
            continue
        made = offer or claim_of(record, asked, start, FIRST, clock=clock)
        if isinstance(made, Remark):
            remarks.append(made)
        elif made is not None:
            claims.append(made)
    return tuple(_grouped(record, claims)) if claims else (), tuple(remarks)


@fixed(eq=False)
class Plan:
    """What is asked of an office as first reports, in the order of the rules.

    Args:
        asked: The rules, each with its clock and, where that is the same on every day of the record, what is asked.
        remarks: Where all clocks start with the office's knowledge: what nobody is judged by, which then is not asked.
        asks: What it was made from.
    """

    asked: tuple[tuple[Asked, Clock, Offer | Remark | None], ...]
    remarks: tuple[Remark, ...]
    asks: Asks


def _plan(record: OfficeRecord, asks: Asks, silent: frozenset[Clock]) -> Plan:
    """What is asked of the office but for clocks that never started.

    Most incidents lie between two changes of the law and of the directory, and so do many others: what is asked there
    is kept with the directory.
    """
    span, directory = record.timeline.days, record.directory
    day = span[0] if span is not None else date.min
    turns = directory.turn(day), asks.turn(day)
    if span is None or (turns[0] != directory.turn(span[1]) or turns[1] != asks.turn(span[1])):
        clocks = ((asked, clock) for asked in asks.firsts for clock in asked.clocks if clock not in silent)
        return Plan(tuple([(asked, clock, None) for asked, clock in clocks]), (), asks)
    # The key names the asks by identity, and what is kept holds them, so that none are taken for others.
    key = "plan", id(asks), record.office.id, turns, silent
    known: Plan | None = directory.memo.get(key)
    if known is None:
        made = [
            (asked, clock, offer)
            for asked in asks.firsts
            for clock in asked.clocks
            if clock not in silent and (offer := _offer(record, asked, clock, (day,))) is not None
        ]
        remarks: list[Remark] = []
        if all(clock in KNOWLEDGE for _, clock, _ in made):
            remarks = [offer for *_, offer in made if isinstance(offer, Remark)]
            made = [one for one in made if not isinstance(one[2], Remark)]
        known = directory.memo[key] = Plan(tuple(made), tuple(remarks), asks)
    return known


def bases_of(record: OfficeRecord, rule: Rule) -> Iterator[Start]:
    """When the rule's clock would start if it asked for nothing else: by its newest value's clock."""
    newest = newest_of(rule)
    knows = Start(record.knowledge.since, record.knowledge.triggers)
    base = None if newest is None else _base(record, newest.clock, knows)
    if base is not None:
        yield base


def _base(record: OfficeRecord, clock: Clock, knows: Start) -> Start | None:
    """When a clock starts for a first report; None where it does not."""
    if clock in KNOWLEDGE:
        return None if record.knowledge is NOTHING_KNOWN else knows
    starts = started_by(record.timeline, record.office.id, clock)
    return starts[0] if starts else None


def claim_of(
    record: OfficeRecord,
    asked: Asked,
    start: Start,
    occasion: str,
    *,
    clock: Clock,
    due: Interval | None = None,
) -> Claim | Remark | None:
    """The rule as a claim from a start on.

    Args:
        record: The office.
        asked: The rule.
        start: When its clock started.
        occasion: What calls for the report.
        clock: By which the start was found: a version with another clock is not in force for it.
        due: When it is due, where that does not follow from the start and the limit alone.

    Returns:
        The claim; a remark where the directory has no recipient; None where the rule was not in force.
    """
    days = record.days if start.at is record.knowledge.since else days_of(record.timeline, start.at)
    offer = _offer(record, asked, clock, days)
    return _claim(record, offer, start, occasion, due) if isinstance(offer, Offer) else offer


def _offer(record: OfficeRecord, asked: Asked, clock: Clock, days: tuple[date, ...]) -> Offer | Remark | None:
    """What a rule asks of the office on some days: see `claim_of`."""
    versions = [asked.on(days[0])] if len(days) == 1 else [asked.on(day) for day in days]
    if len(asked.clocks) > 1:
        versions = [v if v is None or v.value.clock is clock else None for v in versions]
    terms = versions[-1]
    if terms is None:
        terms = next((v for v in reversed(versions) if v is not None), None)
    if terms is None:
        return None
    if asked.named:
        return Remark(record.office.id, terms.to_others)
    found = recipient(record, asked, days[-1])
    if found is None:
        return Remark(record.office.id, asked.no_recipient)
    limits: tuple[Limit, ...] = (terms.value.limit,)
    open_ = False
    if len(versions) > 1:
        limits = tuple(dict.fromkeys([v.value.limit for v in versions if v is not None]))
        open_ = None in versions or len({limit.has_hours for limit in limits}) > 1
    unread = asked.unread(days[-1])
    ground = terms.ground(found.note)
    return Offer(
        asked.rule,
        asked.channel,
        terms,
        found,
        changed(ground, unread=unread) if unread else ground,
        limits,
        open_,
    )


def _claim(
    record: OfficeRecord, offer: Offer, start: Start, occasion: str, due: Interval | None = None
) -> Claim:
    """What is asked of the office, from a start on."""
    terms, sure, condition, judged = offer.terms, start.sure, start.condition, due
    if offer.open:
        sure, condition = False, CONDITION_OPEN
    if due is None and terms.has_hours:
        try:
            judged, due = _due(record, offer.rule, terms, start, offer.limits, sure=sure)
        except YearNotPublishedError:
            sure, condition, judged, due = False, CALENDAR_UNKNOWN, OPEN, OPEN
    ground = changed(offer.ground, due=due, sure=sure, condition=condition)
    return Claim(
        offer.rule,
        offer.channel,
        terms.value,
        offer.found,
        ground,
        occasion,
        start.at,
        start.trigger,
        start.rests_on,
        judged,
    )


def recipient(record: OfficeRecord, asked: Asked, day: date | None) -> Found | None:
    """The office that a rule's report goes to, on a day; None where the directory has none."""
    superiors = superiors_of(record.office, record.directory, day)
    # Many rules name the same kind of recipient.
    if asked.wanted not in superiors.found:
        superiors.found[asked.wanted] = found_among(superiors, asked.rule.to, record.office)
    return superiors.found[asked.wanted]


def days_of(timeline: Timeline, since: Interval) -> tuple[date, ...]:
    """The China days on which the clock may have started: both ends, each once.

    A bare day runs to the midnight that ends it; that midnight is no day of its own. An open beginning reaches back
    to the event, or without end.
    """
    # The ends keep their hash, the interval does not.
    key = "days", since.earliest, since.latest
    known: tuple[date, ...] | None = timeline.memo.get(key)
    if known is None:
        known = timeline.memo[key] = _days_of(timeline, since)
    return known


def _days_of(timeline: Timeline, since: Interval) -> tuple[date, ...]:
    early, late = since.earliest or timeline.occurred.earliest, since.latest
    if late is not None and (early is None or early < late):
        late -= timedelta(microseconds=1)
    ends = [i.astimezone(CHINA).date() for i in (early, late) if i is not None]
    if early is None and late is not None:
        ends.insert(0, date.min)
    return tuple(dict.fromkeys(ends)) or (date.max,)


def _due(
    record: OfficeRecord, rule: Rule, terms: Terms, start: Start, limits: tuple[Limit, ...], *, sure: bool
) -> tuple[Interval | None, Interval | None]:
    """When a verdict says that it was due, and when the officer is told that it is."""
    value = terms.value
    if value.limit.before is not None:
        other = Recipient(tier=value.limit.before.tier, line=value.limit.before.line)
        sent = first_sent(record, other, days_of(record.timeline, start.at)[-1])
        return sent, sent
    if terms.plain and terms.hours is not None and len(limits) == 1:
        began, by = start.at.earliest, start.at.latest
        judged = Interval(
            None if began is None else began + terms.hours,
            None if by is None or not sure else by + terms.hours,
        )
        return judged, with_inherited(record, value.clock, start.at, terms.hours, judged)
    days = days_for(record, rule)
    timed = [limit for limit in limits if limit.has_hours]
    ends = [due_after(limit, start.at, days) for limit in timed]
    early = [end.earliest for end in ends if end.earliest is not None]
    late = [end.latest for end in ends if end.latest is not None]
    judged = Interval(
        min(early) if len(early) == len(ends) else None,
        max(late) if sure and len(late) == len(ends) else None,
    )
    if value.limit.at_most is not None:
        judged = at_most(record, value.limit, judged, start, days)
    judged = moved(value.limit, judged, days)
    within = min((limit.hours for limit in timed if limit.hours is not None), default=None)
    if within is None:
        return judged, judged
    return judged, with_inherited(record, value.clock, start.at, within, judged)


def days_for(record: OfficeRecord, rule: Rule) -> Days:
    """By which calendar, and without which suspended dates, the days of a rule are counted for the office."""
    paused = pauses_of(record.timeline, record.directory, rule, record.office.id, record.zone)
    return Days(record.zone, record.rulebook.calendar(rule.id), paused.surely, paused.possibly)


def outer_start(record: OfficeRecord, limit: Limit) -> Interval:
    """When the clock of a limit's outer end started."""
    assert limit.at_most is not None  # noqa: S101 - asked before
    if limit.at_most.clock in KNOWLEDGE:
        return record.knowledge.since
    starts = started_by(record.timeline, record.office.id, limit.at_most.clock)
    return starts[0].at if starts else OPEN


def at_most(record: OfficeRecord, limit: Limit, due: Interval, start: Start, days: Days) -> Interval:
    """The earlier of the due time and the outer end; one that was over when the clock started does not bind."""
    outer = limit.at_most
    if outer is None or (
        outer.clock not in KNOWLEDGE and not started_by(record.timeline, record.office.id, outer.clock)
    ):
        return due
    end = due_after(Limit(within=outer.within), outer_start(record, limit), days)
    if surely_after(start.at, end):
        return due
    latest = [e for e in (due.latest, end.latest) if e is not None]
    if not surely_by(start.at, end):
        # Whether the outer end still bound when the clock started is open: the laxer reading is judged by.
        latest = [due.latest] if due.latest is not None else []
    early = [e for e in (due.earliest, end.earliest) if e is not None]
    return Interval(min(early) if len(early) == 2 else None, min(latest, default=None))  # noqa: PLR2004 - both


def first_sent(record: OfficeRecord, wanted: Recipient, day: date) -> Interval | None:
    """When the office first reported to another recipient; None where it did not."""
    other = recipient_of(wanted, record.office, record.directory, day)
    if other is None:
        return None
    to = {other.office, *other.equals}
    sent = [
        s.at for s in record.timeline.acts(record.office.id) if s.act in REPORTS and not to.isdisjoint(s.to)
    ]
    return first_of(sent) if sent else None


def with_inherited(
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


def _grouped(record: OfficeRecord, claims: list[Claim]) -> Iterator[Duty]:
    """Claims to the same recipient over the same channel are grounds of one obligation.

    A rule whose condition was met only later than another rule's clock started calls for another report: an
    obligation of its own, which leaves the earlier one as it was.
    """
    groups: dict[tuple[str, str], list[Claim]] = {}
    for claim in claims:
        groups.setdefault((claim.found.office, claim.channel), []).append(claim)
    for (_, channel), together in groups.items():
        settled = _whatever_the_level(record, together)
        members = together
        if settled:
            rules = {c.rule.id for c in settled}
            members = [c for c in together if c.ground.sure or c.rule.id not in rules] + settled
        since = record.knowledge.since
        if all(claim.start is since for claim in members):
            # None of them was called for later than another.
            yield Duty(record.office, record.knowledge, members[0].found, channel, FIRST, tuple(members))
            continue
        began = [c.start.latest for c in members if c.ground.sure and c.start.latest is not None]
        first = min(began, default=None)
        occasions: dict[str, list[Claim]] = {}
        for claim in members:
            raised = (
                first is not None
                and claim.ground.sure
                and claim.value.clock in KNOWLEDGE
                and claim.start.earliest is not None
                and claim.start.earliest > first
            )
            occasion = claim.trigger[-1] if raised else FIRST
            named = claim if occasion == claim.occasion else changed(claim, occasion=occasion)
            occasions.setdefault(occasion, []).append(named)
        for occasion, grounds in occasions.items():
            yield Duty(record.office, record.knowledge, grounds[0].found, channel, occasion, tuple(grounds))


def _whatever_the_level(record: OfficeRecord, claims: list[Claim]) -> list[Claim]:
    """While the level is open, rules that together cover every level bind with the laxest of their limits."""
    timed = [
        c
        for c in claims
        if (rule := c.rule).levels is not None
        and not (rule.at_least or rule.circumstances or rule.level_unclear)
        and c.value.limit.hours is not None
        and c.value.clock in KNOWLEDGE
    ]
    if not timed:
        return []
    since = record.knowledge.since
    if any(c.ground.sure and not surely_after(c.start, since) for c in timed):
        return []  # graded from the start
    confirmed = [c for c in timed if c.ground.confirmed]
    covering = next((some for some in (confirmed, timed) if _levels(some) == ALL_LEVELS), None)
    if covering is None or any(c.ground.condition is CONDITION_OPEN for c in covering):
        return []
    laxest = max(covering, key=lambda c: c.value.limit.hours or timedelta())
    within = laxest.value.limit.hours or timedelta()
    judged = shifted(since, within)
    due = with_inherited(record, laxest.value.clock, since, within, judged)
    ground = changed(
        laxest.ground,
        due=due,
        sure=True,
        confirmed=all(c.ground.confirmed for c in covering),
        condition=WHATEVER_THE_LEVEL,
    )
    return [changed(laxest, ground=ground, start=since, trigger=record.knowledge.triggers, judged=judged)]


def _levels(claims: Iterable[Claim]) -> set[Level]:
    return {level for c in claims for level in c.rule.levels or ()}


def governing(claims: tuple[Claim, ...]) -> Claim:
    """The claim whose ground governs the state: the strictest confirmed one, one with hours before one without.

    Without a confirmed ground that surely applies, the strictest that surely applies; without any, the strictest. A
    limit that only sets an order governs where nothing else does.
    """

    def strictness(claim: Claim) -> tuple[bool, datetime, datetime]:
        due = claim.ground.due
        if due is None or claim.value.limit.before is not None:
            return True, FAR, FAR
        return False, due.latest or due.earliest or FAR, due.earliest or FAR

    if len(claims) == 1:
        return claims[0]
    sure = [c for c in claims if c.ground.sure]
    confirmed = [c for c in sure if c.ground.confirmed]
    return min(confirmed or sure or claims, key=strictness)
