"""Which reports an office owed, when each was due, and what became of it.

Every rule that may apply is a ground with a due time of its own. The strictest confirmed ground governs the state;
the others are shown. A verdict of *late* needs lateness under every time, level and version of the law that the
record leaves open; the due time that an officer is shown is the earliest defensible one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from emergency.assessment.holding import Held, contradictions, first_reaching, held_by
from emergency.assessment.knowledge import Knowledge, Shows, knowledge_of
from emergency.assessment.model import Ground, Obligation, Remark, Words
from emergency.assessment.recipients import Found, recipient_of
from emergency.assessment.timeline import Step, Timeline
from emergency.assessment.words import limit_words
from emergency.domain.events import REPORTS, Answered, Corrected, FollowUpFiled, Message, NonReportStated
from emergency.domain.intervals import (
    OPEN,
    Interval,
    Span,
    first_of,
    last_of,
    overrun,
    possibly_by,
    shifted,
    surely_after,
    surely_by,
)
from emergency.domain.offices import Directory, Office
from emergency.domain.record import Recorded
from emergency.domain.values import Facts
from emergency.domain.vocabulary import PUBLIC, Level, State
from emergency.rulebook import Clock, Rule, Rulebook, Value

CHINA = ZoneInfo("Asia/Shanghai")
FIRST = "first"

RECORD_INCOMPLETE = Words(
    "记录未载明该单位的全部外发报告，不能认定未报",
    "the record does not hold all that this office sent out: silence is not absence",
)
KNOWLEDGE_NOT_SHOWN = Words(
    "只有线索，不足以证明该单位已经知情", "there are signs only; nothing shows that the office knew"
)
KNOWLEDGE_UNDATED = Words("该单位何时知情（接报）未载明", "when the office learned of it is not on record")
REPORT_UNDATED = Words("报告的时间未载明", "when the report was sent is not on record")
EARLIER_IMPLIED = Words(
    "在案的只有续报，续报意味着此前已有报告，而记录并不完整",
    "only a follow-up is on record: it implies an earlier report, and the record is not complete",
)
RECEIVER_UNNAMED = Words(
    "有一份报告未载明报给谁，可能即是报给该单位",
    "a report on record names no receiver and may have gone to it",
)
RECIPIENT_UNDATED = Words(
    "报告报错了单位，应接报单位何时知情未载明",
    "the report went to another office, and when the right one came to know is not on record",
)
CONDITION_OPEN = Words(
    "该规定适用的条件（等级、数字或当时的法律）未能确定",
    "whether the rule applies (level, figures or law of the day) is left open",
)
WHATEVER_THE_LEVEL = Words(
    "等级未定，但无论何级，时限均不超过此数",
    "the level is open, but no level gives a longer limit than this one",
)
NO_HOURS = Words(
    "法规只要求立即，未规定时限，不以时间计算迟报", "due at once, without hours: never late by arithmetic"
)


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
        return (self.found.office, *self.found.equals)


@dataclass(frozen=True, slots=True)
class OfficeRecord:
    """What the obligations and findings of one office are judged from."""

    timeline: Timeline
    directory: Directory
    rulebook: Rulebook
    office: Office
    knowledge: Knowledge
    held: tuple[Held, ...]
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
    return OfficeRecord(
        timeline=timeline,
        directory=directory,
        rulebook=rulebook,
        office=office,
        knowledge=knowledge,
        held=held_by(timeline, office_id),
        complete=_complete(timeline, office, knowledge),
    )


def _complete(timeline: Timeline, office: Office, knowledge: Knowledge) -> bool:
    """Whether the office's silence on this incident is silence."""
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
        days = _days(record.knowledge.since)
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
        claims.append(_claim(record, rule, newest, versions, found))
    return tuple(_grouped(record, claims)), tuple(remarks)


def _days(since: Interval) -> tuple[date, ...]:
    """The China days on which the clock may have started: both ends, each once."""
    ends = [i.astimezone(CHINA).date() for i in (since.earliest, since.latest) if i is not None]
    return tuple(dict.fromkeys(ends)) or (date.max,)


def _claim(
    record: OfficeRecord, rule: Rule, value: Value, versions: list[Value | None], found: Found
) -> Claim:
    start, trigger, sure, condition = _start(record, rule)
    limits = [v.limit.within for v in versions if v is not None]
    if any(v is None for v in versions) or any((w is None) != (limits[0] is None) for w in limits):
        sure, condition = False, CONDITION_OPEN
    due = None
    if limits[0] is not None:
        dues = [_due(record, rule, value.clock, start, w) for w in limits if w is not None]
        due = Interval(
            None if any(d.earliest is None for d in dues) else min(d.earliest for d in dues if d.earliest),
            None if any(d.latest is None for d in dues) else max(d.latest for d in dues if d.latest),
        )
        if not sure:
            due = Interval(due.earliest, None)
    citation = value.citation
    ground = Ground(
        rule=rule.id,
        citation=" ".join(filter(None, (f"《{citation.law}》", citation.number, citation.article))),
        rank=rule.rank.value,
        confirmed=value.confirmed,
        limit=limit_words(value.limit.within, value.limit.no_hours),
        due=due,
        sure=sure,
        condition=condition,
        note="; ".join(filter(None, (found.note, value.note))) or None,
    )
    return Claim(rule, value, found, ground, FIRST, start, trigger)


def _due(record: OfficeRecord, rule: Rule, clock: Clock, start: Interval, within: timedelta) -> Interval:
    """When a report was due: the limit after the clock's start.

    Where the clock starts with the event and the office learned later, the officer is shown event + limit, a
    verdict needs learning + limit: the time before is inherited from others.
    """
    due = shifted(start, within)
    occurred = record.timeline.occurred.earliest
    if clock is Clock.OCCURRED and occurred is not None:
        strict = occurred + within
        if start.earliest is not None:
            strict = max(strict, start.earliest)
        if due.earliest is None or strict < due.earliest:
            due = Interval(strict, due.latest)
    return due


def _start(record: OfficeRecord, rule: Rule) -> tuple[Interval, tuple[str, ...], bool, Words | None]:
    """When the rule's clock started for this office, by which steps, and whether the rule surely applies."""
    knowledge = record.knowledge
    if rule.levels is None and rule.at_least is None:
        return knowledge.since, knowledge.triggers, True, None
    levels = rule.levels

    def meets(facts: Facts) -> bool:
        measures = graded_measures(facts)
        if not rule.figures_reach(measures):
            return False
        if levels is None:
            return True
        graded = record.rulebook.lowest_level(
            category=record.timeline.opened.category,
            kind=record.timeline.opened.kind,
            day=_days(knowledge.since)[-1],
            measures=measures,
            confirmed_only=True,
        )
        return graded is not None and graded.level in levels and bool(measures)

    reached = first_reaching(record.held, meets)
    if reached is None:
        if levels is not None:
            names = "、".join(levels)
            words = Words(
                f"如等级为{names}（尚未确定）", f"if the level is {', '.join(levels)} (not established)"
            )
        else:
            words = Words(
                "如伤亡达到规定数字（尚未确定）", "if the figures reach the rule's number (not established)"
            )
        return knowledge.since, knowledge.triggers, False, words
    since, step = reached
    start = last_of((knowledge.since, since))
    later = (
        knowledge.since.latest is not None
        and since.earliest is not None
        and since.earliest > knowledge.since.latest
    )
    trigger = (step,) if later else tuple(dict.fromkeys((*knowledge.triggers, step)))
    return start, trigger, True, None


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
    groups: dict[tuple[str, str, str], list[Claim]] = {}
    for claim in claims:
        key = (claim.found.office, claim.rule.channel.value)
        base = [c for c in claims if (c.found.office, c.rule.channel.value) == key and c.ground.sure]
        raised = (
            claim.ground.sure
            and claim.start != record.knowledge.since
            and surely_after(claim.start, record.knowledge.since)
            and any(c.start == record.knowledge.since for c in base)
        )
        occasion = claim.trigger[-1] if raised else FIRST
        groups.setdefault((*key, occasion), []).append(replace(claim, occasion=occasion))
    for (_, channel, occasion), members in groups.items():
        settled = _whatever_the_level(record, members)
        yield Duty(record.office, record.knowledge, members[0].found, channel, occasion, tuple(settled))


def _whatever_the_level(record: OfficeRecord, claims: list[Claim]) -> list[Claim]:
    """Where the open levels are covered by rules of different limits, the laxest of them surely applies."""
    open_ones = [c for c in claims if not c.ground.sure and c.rule.levels and c.rule.at_least is None]
    timed = [c for c in open_ones if c.ground.due is not None and c.ground.condition is not CONDITION_OPEN]
    covered = {level for c in timed for level in c.rule.levels or ()}
    if covered != set(Level):
        return claims
    laxest = max(timed, key=lambda c: c.value.limit.within or timedelta())
    within = laxest.value.limit.within or timedelta()
    due = _due(record, laxest.rule, laxest.value.clock, record.knowledge.since, within)
    sure = replace(laxest, ground=replace(laxest.ground, due=due, sure=True, condition=WHATEVER_THE_LEVEL))
    return [sure if c is laxest else c for c in claims]


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


# -- what became of a duty ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Doing:
    """What was done about a duty."""

    report: Step | None
    """The report that meets it, or that is judged."""
    sent: Interval
    reached: tuple[Interval, str] | None
    """Since when, and by which step, the right recipient knew by another route."""
    not_reported: Step | None
    reason: Words | None
    """Why the record allows no verdict, where it does not."""
    elsewhere: Step | None = None
    """A report to an office that was not the right one."""


def _messages(record: OfficeRecord) -> list[Step]:
    """Reports and truthful answers of the office to other offices, the earliest first."""
    untrue = {c.report.id for c in contradictions(record.timeline, record.office.id, record.held)}
    found = [
        s
        for s in record.timeline.acts(record.office.id)
        if isinstance(s.entry, REPORTS) or (isinstance(s.entry, Answered) and s.id not in untrue)
    ]
    far = datetime.max.replace(tzinfo=CHINA)
    return sorted(found, key=lambda s: (s.at.latest or far, s.at.earliest or far))


def _done(record: OfficeRecord, duty: Duty, due: Interval | None, all_recipients: frozenset[str]) -> Doing:
    timeline = record.timeline
    messages = [m for m in _messages(record) if _may_serve(m, duty)]
    to_it = [m for m in messages if set(m.to) & set(duty.recipients)]
    not_reported = _absence(timeline, duty, due)
    reached = _reached(record, duty)
    firsts = [m for m in to_it if not isinstance(m.entry, (FollowUpFiled, Corrected))]
    follow_ups = [m for m in to_it if m not in firsts]
    in_time = [m for m in follow_ups if due is None or surely_by(m.at, due)]
    if firsts or in_time:
        chosen = [*firsts, *in_time]
        return Doing(chosen[0], first_of(m.at for m in chosen), reached, not_reported, None)
    if follow_ups:
        first = follow_ups[0]
        absent_before = not_reported is not None and surely_by(not_reported.at, first.at)
        if record.complete or absent_before:
            return Doing(first, first_of(m.at for m in follow_ups), reached, not_reported, None)
        return Doing(first, first.at, reached, not_reported, EARLIER_IMPLIED)
    unnamed = next((m for m in messages if not m.to), None)
    if unnamed is not None:
        return Doing(None, OPEN, reached, not_reported, RECEIVER_UNNAMED)
    outward = [m for m in messages if any(to != PUBLIC for to in m.to)]
    elsewhere = [m for m in outward if not set(m.to) & all_recipients]
    if elsewhere and len(elsewhere) == len(outward):
        return Doing(None, OPEN, reached, not_reported, None, elsewhere[0])
    return Doing(None, OPEN, reached, not_reported, None)


def _may_serve(message: Step, duty: Duty) -> bool:
    """A second, written report is met in writing only; a raise only by what came after it."""
    entry = message.entry
    if (
        duty.channel == "written"
        and isinstance(entry, Message)
        and entry.channel not in ("written", "network", "unknown")
    ):
        return False
    if duty.occasion == FIRST:
        return True
    return possibly_by(duty.claims[0].start, message.at)


def _absence(timeline: Timeline, duty: Duty, due: Interval | None) -> Step | None:
    """A step that states that the office had not reported, at or after the due time."""
    stated = [
        s
        for s in timeline.acts(duty.office.id)
        if isinstance(s.entry, NonReportStated)
        and (not s.to or set(s.to) & set(duty.recipients))
        and due is not None
        and due.latest is not None
        and s.at.earliest is not None
        and s.at.earliest >= due.latest
    ]
    return max(stated, key=lambda s: s.at.earliest or datetime.min.replace(tzinfo=CHINA), default=None)


def _reached(record: OfficeRecord, duty: Duty) -> tuple[Interval, str] | None:
    """When the right recipient came to know by whatever route."""
    known = knowledge_of(record.timeline, duty.found.office)
    if known is None or not known.shown:
        return None
    direct = [e for e in known.evidence if e.shows is Shows.DIRECTLY]
    if not direct:
        return None
    at = first_of(e.at for e in direct)
    far = datetime.max.replace(tzinfo=CHINA)
    step = min(direct, key=lambda e: (e.at.latest or far, e.at.earliest or far)).step
    return at, step.id


def assess_duty(record: OfficeRecord, duty: Duty, all_recipients: frozenset[str]) -> tuple[Obligation, ...]:
    """The obligation, one row a phase of its life, the last phase last."""
    claim = governing(duty)
    due = claim.ground.due
    doing = _done(record, duty, due, all_recipients)
    grounds = tuple(_breached(c, doing) for c in duty.claims)
    state, reason, late_by = _state(record, claim, doing)
    base = Obligation(
        id=f"{record.timeline.ref}:{duty.office.id}>{duty.found.office}:{claim.rule.stage}:{duty.channel}:{duty.occasion}",
        incident=record.timeline.ref,
        office=duty.office.id,
        recipient=duty.found.office,
        stage=claim.rule.stage,
        channel=duty.channel,
        occasion=duty.occasion,
        trigger=claim.trigger,
        due=due or OPEN,
        state=state,
        reason=reason,
        met_by=doing.report.id if doing.report else None,
        met_at=doing.sent if doing.report else None,
        met_on=_met_on(record.timeline, doing.report),
        reached_by=doing.reached[1] if doing.reached and not doing.report else None,
        late_by=late_by,
        grounds=grounds,
        governing=duty.claims.index(claim),
        rests_on=_rests_on(record, claim, doing),
    )
    return tuple(_phases(record, base, doing))


def _breached(claim: Claim, doing: Doing) -> Ground:
    ground = claim.ground
    done = doing.sent if doing.report and doing.reason is None else None
    if done is None and doing.elsewhere is not None and doing.reached is not None:
        done = doing.reached[0]
    breached = ground.due is not None and done is not None and surely_after(done, ground.due)
    return replace(ground, breached=breached)


def _state(record: OfficeRecord, claim: Claim, doing: Doing) -> tuple[State, Words | None, Span | None]:
    ground, knowledge = claim.ground, record.knowledge
    if doing.reason is not None:
        return State.UNDETERMINED, doing.reason, None
    if ground.due is None:
        return _state_at_once(record, doing)
    due = ground.due
    if doing.report is not None:
        return _compared(record, claim, doing.sent, due, doing.report)
    if not knowledge.shown:
        return State.UNDETERMINED, KNOWLEDGE_NOT_SHOWN, None
    if not ground.sure:
        return State.UNDETERMINED, ground.condition or CONDITION_OPEN, None
    if doing.elsewhere is not None:
        if doing.reached is None:
            return State.UNDETERMINED, RECIPIENT_UNDATED, None
        return _compared(record, claim, doing.reached[0], due, None)
    if due.latest is None:
        return State.UNDETERMINED, KNOWLEDGE_UNDATED, None
    if doing.not_reported is None and not record.complete:
        return State.UNDETERMINED, RECORD_INCOMPLETE, None
    return State.OVERDUE, None, _overdue_by(record, doing, due)


def _state_at_once(record: OfficeRecord, doing: Doing) -> tuple[State, Words | None, Span | None]:
    if doing.report is not None:
        return State.MET, NO_HOURS, None
    if not record.knowledge.shown:
        return State.UNDETERMINED, KNOWLEDGE_NOT_SHOWN, None
    closed = record.timeline.closed
    if record.complete and doing.elsewhere is None:
        return (State.OVERDUE if closed else State.OPEN), NO_HOURS, None
    return State.UNDETERMINED, RECORD_INCOMPLETE, None


def _compared(
    record: OfficeRecord, claim: Claim, done: Interval, due: Interval, report: Step | None
) -> tuple[State, Words | None, Span | None]:
    """Done against due, under every reading."""
    if surely_by(done, due):
        return State.MET, None, None
    knowledge = record.knowledge
    if not knowledge.shown:
        return State.UNDETERMINED, KNOWLEDGE_NOT_SHOWN, None
    if not claim.ground.sure:
        return State.UNDETERMINED, claim.ground.condition or CONDITION_OPEN, None
    if surely_after(done, due):
        return State.LATE, None, overrun(done, due)
    if report is not None and not knowledge.directly and knowledge.latest_step == report.id:
        return State.UNDETERMINED, KNOWLEDGE_UNDATED, None
    if not due.known:
        return State.UNDETERMINED, KNOWLEDGE_UNDATED, None
    if not done.known:
        return State.UNDETERMINED, REPORT_UNDATED, None
    return State.POSSIBLY_LATE, None, overrun(done, due)


def _overdue_by(record: OfficeRecord, doing: Doing, due: Interval) -> Span | None:
    """How long it stayed unreported: until it is stated to be so still, until the record ends, and never beyond
    the moment at which the recipient knew by another route.
    """
    until: datetime | None = doing.not_reported.at.earliest if doing.not_reported else None
    if record.complete:
        until = max(filter(None, (until, record.timeline.ends)), default=None)
    at_most = None
    if doing.reached is not None:
        reached = doing.reached[0]
        if reached.earliest is not None and (until is None or reached.earliest < until):
            until = reached.earliest
        if reached.latest is not None and due.earliest is not None:
            at_most = max(reached.latest - due.earliest, timedelta())
    if until is None or due.latest is None or until < due.latest:
        return Span(None, at_most)
    return Span(until - due.latest, at_most)


def _met_on(timeline: Timeline, report: Step | None) -> str | None:
    if report is None:
        return None
    if report.id in timeline.acknowledged:
        return "acknowledged"
    if report.imported:
        return "imported"
    return "backfilled" if report.backfilled else "recorded at the time"


def _rests_on(record: OfficeRecord, claim: Claim, doing: Doing) -> tuple[str, ...]:
    """The steps with an assumed or unstated time that the state rests on."""
    found = list(record.knowledge.rests_on)
    steps = [doing.report] if doing.report else []
    if claim.trigger and claim.trigger[-1] not in record.knowledge.triggers:
        steps.append(record.timeline.step(claim.trigger[-1]))
    if doing.not_reported and not doing.report:
        steps.append(doing.not_reported)
    found += [s.id for s in steps if s is not None and s.assumed]
    return tuple(dict.fromkeys(found))


def _phases(record: OfficeRecord, last: Obligation, doing: Doing) -> Iterator[Obligation]:
    """The obligation's life: open, perhaps overdue, then as it ended. Nothing here depends on a clock."""
    opened_at = record.knowledge.since.earliest or record.knowledge.since.latest
    due = last.due.latest
    ended: datetime | None
    if last.met_at is not None:
        ended = last.met_at.latest or last.met_at.earliest
    elif doing.elsewhere is not None and doing.reached is not None:
        ended = doing.reached[0].latest or doing.reached[0].earliest
    elif last.state is State.OVERDUE:
        ended = due or (record.timeline.closed.at.latest if record.timeline.closed else None)
    else:
        ended = due
    if last.state is State.OPEN:
        yield replace(last, holds_from=opened_at)
        return
    before = replace(
        last,
        state=State.OPEN,
        reason=None,
        met_by=None,
        met_at=None,
        met_on=None,
        reached_by=None,
        late_by=None,
        grounds=tuple(replace(g, breached=False) for g in last.grounds),
    )
    absent = record.complete or doing.not_reported is not None
    passed_first = due is not None and ended is not None and due < ended
    if opened_at is not None and ended is not None and opened_at < ended:
        until = due if passed_first and due is not None else ended
        if opened_at < until:
            yield replace(before, holds_from=opened_at, holds_until=until)
        if passed_first and last.state is not State.OVERDUE:
            middle = State.OVERDUE if absent and record.knowledge.shown else State.UNDETERMINED
            yield replace(
                before,
                state=middle,
                reason=None if middle is State.OVERDUE else RECORD_INCOMPLETE,
                holds_from=max(due, opened_at) if due else opened_at,
                holds_until=ended,
            )
    yield replace(last, holds_from=ended or opened_at)


def determinations(timeline: Timeline) -> Iterator[tuple[Recorded[object], str, str]]:
    """(review event, office, what people found of it)."""
    for recorded in timeline.determined:
        for verdict in recorded.event.verdicts:
            yield recorded, verdict.office, str(verdict.kind)
