"""What became of a duty: was the report made, in time, late, not at all, or does the record not tell.

The strictest confirmed ground governs the state; the others are shown. A verdict of *late* needs lateness under
every time, level and version of the law that the record leaves open.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from emergency.assessment.duties import Claim, Duty, OfficeRecord, governing
from emergency.assessment.knowledge import Shows, knowledge_of
from emergency.assessment.model import Ground, Obligation, Words
from emergency.assessment.reasons import (
    ANSWER_UNREAD,
    CONDITION_OPEN,
    CORRECTED_DOWNWARD,
    EARLIER_IMPLIED,
    INHERITED,
    KNOWLEDGE_NOT_SHOWN,
    KNOWLEDGE_UNDATED,
    LINE_OPEN,
    NO_HOURS,
    RECEIVER_UNNAMED,
    RECIPIENT_UNDATED,
    RECORD_INCOMPLETE,
    REPORT_UNDATED,
)
from emergency.assessment.timeline import Step, Timeline
from emergency.domain.events import (
    REPORTS,
    Answered,
    Corrected,
    FollowUpFiled,
    Message,
    NonReportStated,
    Notified,
)
from emergency.domain.intervals import (
    OPEN,
    Interval,
    Span,
    first_of,
    narrowed,
    overrun,
    possibly_by,
    surely_after,
    surely_by,
)
from emergency.domain.times import CHINA
from emergency.domain.vocabulary import PUBLIC, Line, State

FAR = datetime.max.replace(tzinfo=CHINA)
JUST_AFTER = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Reached:
    """Since when the right recipient knew, by whatever route."""

    at: Interval
    step: str
    rests_on: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Doing:
    """What was done about a duty."""

    report: Step | None = None
    """The report that meets it, or that is judged."""
    sent: Interval = OPEN
    reached: Reached | None = None
    not_reported: Step | None = None
    reason: Words | None = None
    """Why the record allows no verdict, where it does not."""
    elsewhere: Step | None = None
    """A report to an office that was not the right one."""
    doubt: Words | None = None
    """What may have come before the report; a verdict that it would change is none."""


def _messages(record: OfficeRecord, duty: Duty) -> list[Step]:
    """What may serve as the office's report, the earliest first.

    Its reports, its truthful answers that say something, and a notice that it gave the recipient itself.
    """
    untrue = {c.report.id for c in record.contradicted}

    def serves(step: Step) -> bool:
        entry = step.entry
        if isinstance(entry, Answered):
            return step.id not in untrue and _says_figures(step)
        if isinstance(entry, Notified):
            return step.id not in untrue and bool(set(step.to) & set(duty.recipients))
        return isinstance(entry, REPORTS)

    found = [s for s in record.timeline.acts(record.office.id) if serves(s) and _may_serve(s, duty)]
    return sorted(found, key=_ends)


def _says_figures(step: Step) -> bool:
    """Whether it states anything but free text, which is never judged."""
    facts = step.entry.facts
    return any(True for _ in facts.counts()) or bool(facts.amounts or facts.verifying)


def _unread_answers(record: OfficeRecord, duty: Duty) -> list[Step]:
    """Answers to the recipient in words only: they may have been the report, or its very opposite."""
    return [
        s
        for s in record.timeline.acts(record.office.id)
        if isinstance(s.entry, Answered) and set(s.to) & set(duty.recipients) and not _says_figures(s)
    ]


def _ends(step: Step) -> tuple[datetime, datetime, str]:
    return step.at.latest or FAR, step.at.earliest or FAR, step.ref


def _done(record: OfficeRecord, duty: Duty, due: Interval | None, all_recipients: frozenset[str]) -> Doing:
    """What the office did about a duty, as far as the record tells."""
    messages = _messages(record, duty)
    doing = Doing(reached=_reached(record, duty), not_reported=_absence(record.timeline, duty, due))
    to_it = [m for m in messages if any(_fits(record, duty, to) for to in m.to)]
    unnamed = [m for m in messages if not m.to]
    unread = _unread_answers(record, duty)
    follow_ups = [m for m in to_it if isinstance(m.entry, (FollowUpFiled, Corrected))]
    firsts = [m for m in to_it if m not in follow_ups]
    in_time = [m for m in follow_ups if due is None or surely_by(m.at, due)]
    absent = doing.not_reported
    if record.complete:
        firsts, follow_ups = to_it, []
    elif absent is not None:
        after = [m for m in follow_ups if surely_by(absent.at, m.at)]
        firsts, follow_ups = [*firsts, *after], [m for m in follow_ups if m not in after]
    firsts = sorted({m.id: m for m in (*firsts, *in_time)}.values(), key=_ends)
    earlier = [m for m in follow_ups if m not in firsts]
    if not firsts and record.complete and unnamed:
        # Whether it went to the right office or not: nothing came before it.
        sent = first_of(m.at for m in unnamed)
        return replace(doing, report=unnamed[0], sent=sent, doubt=RECEIVER_UNNAMED)
    if not firsts:
        if earlier:
            return replace(doing, report=earlier[0], sent=earlier[0].at, reason=EARLIER_IMPLIED)
        if unnamed or unread:
            return replace(doing, reason=RECEIVER_UNNAMED if unnamed else ANSWER_UNREAD)
        elsewhere = _elsewhere(record, messages, all_recipients)
        told_apart = governing(duty).found.note is None or elsewhere is None
        return replace(doing, elsewhere=elsewhere, reason=None if told_apart else LINE_OPEN)
    sent = first_of(m.at for m in firsts)
    if any(surely_after(sent, m.at) for m in earlier):
        return replace(doing, report=firsts[0], sent=sent, reason=EARLIER_IMPLIED)
    before = [m for m in (*earlier, *unnamed, *unread) if possibly_by(m.at, sent) and m.at != sent]
    doubt = None
    if before:
        doubt = (
            ANSWER_UNREAD
            if before[0] in unread
            else EARLIER_IMPLIED
            if before[0] in earlier
            else RECEIVER_UNNAMED
        )
        sent = Interval(first_of((sent, *(m.at for m in before))).earliest, sent.latest)
    # An office cannot have reported before it knew.
    sent = narrowed(sent, not_before=record.knowledge.since.earliest)
    return replace(doing, report=firsts[0], sent=sent, doubt=doubt)


def _fits(record: OfficeRecord, duty: Duty, receiver: str) -> bool:
    """Whether a receiver is the right one; where the directory names none of the rule's line, whoever is of it."""
    if receiver in duty.recipients:
        return True
    office = record.directory.get(receiver)
    return office is not None and any(
        (office.tier, office.line) == (claim.rule.to.tier, claim.rule.to.line)
        for claim in duty.claims
        if claim.found.note is not None
    )


def _elsewhere(record: OfficeRecord, messages: list[Step], all_recipients: frozenset[str]) -> Step | None:
    """The first report where all of them went to offices that were not right; a word inside the enterprise is none."""

    def outward(step: Step) -> list[str]:
        offices = [record.directory.get(to) for to in step.to if to != PUBLIC]
        return [o.id for o in offices if o is not None and o.line is not Line.ENTERPRISE]

    sent = [m for m in messages if outward(m)]
    wrong = [m for m in sent if not set(outward(m)) & all_recipients]
    return wrong[0] if wrong and len(wrong) == len(sent) else None


def _may_serve(message: Step, duty: Duty) -> bool:
    """A second, written report is met in writing only; a raise only by what came after it."""
    entry = message.entry
    if (
        duty.channel == "written"
        and isinstance(entry, Message)
        and entry.channel not in ("written", "network", "unknown")
    ):
        return False
    starts = [claim.start for claim in duty.claims]
    if any(not surely_after(start, duty.knowledge.since) for start in starts):
        return True
    return any(possibly_by(start, message.at) for start in starts)


def _absence(timeline: Timeline, duty: Duty, due: Interval | None) -> Step | None:
    """A step that states that the office had not reported, at or after the due time."""
    stated = [
        s
        for s in timeline.acts(duty.office.id)
        if isinstance(s.entry, NonReportStated)
        and (not s.to or duty.found.office in s.to)
        and due is not None
        and due.latest is not None
        and s.at.earliest is not None
        and s.at.earliest >= due.latest
    ]
    return max(stated, key=lambda s: s.at.earliest or datetime.min.replace(tzinfo=CHINA), default=None)


def _reached(record: OfficeRecord, duty: Duty) -> Reached | None:
    """When the right recipient, or one as good, came to know by whatever route, as far as its own record shows."""
    found: list[Reached] = []
    for recipient in duty.recipients:
        known = knowledge_of(record.timeline, recipient)
        if known is None or not known.shown:
            continue
        shown = [e for e in known.evidence if e.shows is not Shows.SIGN]
        direct = [e for e in shown if e.shows is Shows.DIRECTLY] or shown
        step = min(direct, key=lambda e: (e.at.latest or FAR, e.at.earliest or FAR, e.step.ref)).step.id
        found.append(Reached(known.shown_since, step, known.rests_on))
    if not found:
        return None
    first = min(found, key=lambda r: (r.at.latest or FAR, r.at.earliest or FAR, r.step))
    rests_on = (
        tuple(dict.fromkeys(i for r in found for i in r.rests_on)) if len(found) > 1 else first.rests_on
    )
    return Reached(first_of(r.at for r in found), first.step, rests_on)


def assess_duty(
    record: OfficeRecord, duty: Duty, all_recipients: frozenset[str]
) -> tuple[tuple[Obligation, ...], str | None]:
    """The obligation, one row a phase of its life, the last phase last; and a report that went elsewhere."""
    claim = governing(duty)
    due = claim.ground.due
    doing = _done(record, duty, claim.judged, all_recipients)
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
        reached_by=doing.reached.step if doing.reached and not doing.report else None,
        late_by=late_by,
        grounds=grounds,
        governing=duty.claims.index(claim),
        rests_on=_rests_on(record, claim, doing),
    )
    phases = tuple(_phases(record, claim.start, base, doing))
    return phases, doing.elsewhere.id if doing.elsewhere else None


def _breached(claim: Claim, doing: Doing) -> Ground:
    ground = claim.ground
    done = doing.sent if doing.report and doing.reason is None else None
    if done is None and doing.elsewhere is not None and doing.reached is not None:
        done = doing.reached.at
    breached = ground.due is not None and done is not None and surely_after(done, ground.due)
    return replace(ground, breached=breached)


def _state(record: OfficeRecord, claim: Claim, doing: Doing) -> tuple[State, Words | None, Span | None]:
    ground, due = claim.ground, claim.judged
    if doing.reason is not None:
        return State.UNDETERMINED, doing.reason, None
    if due is None:
        return _state_at_once(record, doing)
    if doing.report is not None:
        return _compared(record, claim, doing.sent, due, doing)
    if ground.condition is CORRECTED_DOWNWARD:
        return State.EXCUSED, CORRECTED_DOWNWARD, None
    if doing.elsewhere is not None and doing.reached is not None:
        return _compared(record, claim, doing.reached.at, due, doing)
    unknown = _unknown(record, claim, doing, due)
    if unknown is not None:
        return State.UNDETERMINED, unknown, None
    return State.OVERDUE, None, _overdue_by(record, doing, due)


def _unknown(record: OfficeRecord, claim: Claim, doing: Doing, due: Interval) -> Words | None:
    """Why the record does not show that an unmet duty is overdue; None where it does."""
    if not record.knowledge.shown:
        return KNOWLEDGE_NOT_SHOWN
    if not claim.ground.sure:
        return claim.ground.condition or CONDITION_OPEN
    if doing.elsewhere is not None:
        return RECIPIENT_UNDATED
    if due.latest is None:
        return KNOWLEDGE_UNDATED
    return RECORD_INCOMPLETE if doing.not_reported is None and not record.complete else None


def _state_at_once(record: OfficeRecord, doing: Doing) -> tuple[State, Words | None, Span | None]:
    if doing.report is not None:
        return State.MET, NO_HOURS, None
    if not record.knowledge.shown:
        return State.UNDETERMINED, KNOWLEDGE_NOT_SHOWN, None
    closed = record.timeline.closed
    if record.complete and doing.elsewhere is None:
        knew_before = closed is not None and surely_by(record.knowledge.shown_since, closed.at)
        return (State.OVERDUE if knew_before else State.OPEN), NO_HOURS, None
    return State.UNDETERMINED, RECORD_INCOMPLETE, None


def _compared(
    record: OfficeRecord, claim: Claim, done: Interval, due: Interval, doing: Doing
) -> tuple[State, Words | None, Span | None]:
    """Done against due, under every reading."""
    if surely_by(done, due):
        inherited = claim.ground.due is not None and not surely_by(done, claim.ground.due)
        return State.MET, INHERITED if inherited else None, None
    knowledge = record.knowledge
    if not knowledge.shown:
        return State.UNDETERMINED, KNOWLEDGE_NOT_SHOWN, None
    if not claim.ground.sure:
        return State.UNDETERMINED, claim.ground.condition or CONDITION_OPEN, None
    if surely_after(done, due):
        return State.LATE, None, overrun(done, due)
    if doing.doubt is not None:
        return State.UNDETERMINED, doing.doubt, None
    if doing.report is not None and not knowledge.dated and doing.report.id in knowledge.latest_steps:
        return State.UNDETERMINED, KNOWLEDGE_UNDATED, None
    if not due.known:
        return State.UNDETERMINED, KNOWLEDGE_UNDATED, None
    if not done.known:
        return State.UNDETERMINED, REPORT_UNDATED, None
    return State.POSSIBLY_LATE, None, overrun(done, due)


def _overdue_by(record: OfficeRecord, doing: Doing, due: Interval) -> Span | None:
    """How long it stayed unreported.

    Until it is stated to be so still, until the record ends, and never beyond the moment at which the recipient
    knew by another route.
    """
    until: datetime | None = doing.not_reported.at.earliest if doing.not_reported else None
    if record.complete:
        until = max(filter(None, (until, record.timeline.ends)), default=None)
    at_most = None
    if doing.reached is not None:
        reached = doing.reached.at
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
    if any((report.id, office) in timeline.acknowledged for office in report.to):
        return "acknowledged"
    if report.imported:
        return "imported"
    return "backfilled" if report.backfilled else "recorded at the time"


def _rests_on(record: OfficeRecord, claim: Claim, doing: Doing) -> tuple[str, ...]:
    """The steps with an assumed or unstated time that the state rests on."""
    found = list(record.knowledge.rests_on)
    found += claim.rests_on
    if doing.report is not None:
        found += doing.report.rests_on
    else:
        if doing.not_reported is not None:
            found += doing.not_reported.rests_on
        if doing.reached is not None and (doing.elsewhere is not None or doing.not_reported is not None):
            found += doing.reached.rests_on
    return tuple(dict.fromkeys(found))


def _phases(record: OfficeRecord, start: Interval, last: Obligation, doing: Doing) -> Iterator[Obligation]:
    """The obligation's life: open, perhaps overdue, then as it ended. Nothing here depends on a clock.

    On the very instant that it is due a report is still in time, so a limit has passed only after it.
    """
    began = start.earliest or start.latest
    passed = None if last.due.latest is None else last.due.latest + JUST_AFTER
    ended = _ended(record, last, doing, passed)
    if last.state is State.OPEN:
        yield replace(last, holds_from=began)
        return
    if began is not None and ended is not None and began < ended:
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
        overrun_first = passed is not None and passed < ended
        until = passed if overrun_first and passed is not None else ended
        if began < until:
            yield replace(before, holds_from=began, holds_until=until)
        if overrun_first and last.state in (State.LATE, State.OVERDUE):
            absent = (record.complete or doing.not_reported is not None) and record.knowledge.shown
            yield replace(
                before,
                state=State.OVERDUE if absent else State.UNDETERMINED,
                reason=None if absent else RECORD_INCOMPLETE,
                holds_from=max(until, began),
                holds_until=ended,
            )
        elif overrun_first:
            # What may have been done by now is not said to be missing: it stands as it ends.
            ended = until
    yield replace(last, holds_from=ended or began)


def _ended(record: OfficeRecord, last: Obligation, doing: Doing, passed: datetime | None) -> datetime | None:
    """From when on the obligation is as it ended."""
    if last.met_at is not None and last.state is State.LATE:
        # Between the ends of its sending it is late, sent or not.
        return last.met_at.earliest or last.met_at.latest
    if last.met_at is not None:
        return last.met_at.latest or last.met_at.earliest
    if doing.elsewhere is not None and doing.reached is not None:
        return doing.reached.at.latest or doing.reached.at.earliest
    if last.state is State.OVERDUE and passed is None and record.timeline.closed is not None:
        return record.timeline.closed.at.latest
    return passed
