"""What became of a duty: was the report made, in time, late, not at all, or does the record not tell.

The strictest confirmed ground governs the state; the others are shown. A verdict of *late* needs lateness under
every time, level and version of the law that the record leaves open.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from emergency.assessment.doing import Doing
from emergency.assessment.duties import Claim, Duty, OfficeRecord
from emergency.assessment.model import Ground, Obligation, Words
from emergency.assessment.reasons import (
    CONDITION_OPEN,
    EXCUSING,
    INHERITED,
    KNOWLEDGE_NOT_SHOWN,
    KNOWLEDGE_UNDATED,
    NO_HOURS,
    RECIPIENT_UNDATED,
    RECORD_INCOMPLETE,
    REPORT_UNDATED,
    START_UNDATED,
)
from emergency.assessment.timeline import Step, Timeline
from emergency.domain.fixed import changed
from emergency.domain.intervals import (
    OPEN,
    Interval,
    Span,
    overrun,
    surely_after,
    surely_by,
)
from emergency.domain.vocabulary import State
from emergency.rulebook import Stage

JUST_AFTER = timedelta(seconds=1)


def assess_duty(record: OfficeRecord, duty: Duty, doing: Doing) -> tuple[tuple[Obligation, ...], str | None]:
    """The obligation, one row a phase of its life, the last phase last; and a report that went elsewhere."""
    claim = duty.governing
    due = claim.ground.due
    done = _done(doing)
    grounds = tuple([c.ground if done is None else _breached(c, done) for c in duty.claims])
    state, reason, late_by = _state(record, duty, claim, doing)
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
        met_on=met_on(record.timeline, doing.report),
        reached_by=doing.reached.step if doing.reached and not doing.report else None,
        late_by=late_by,
        grounds=grounds,
        governing=duty.claims.index(claim),
        rests_on=_rests_on(duty, claim, doing),
    )
    phases = tuple(_phases(record, duty, claim.start, base, doing))
    return phases, doing.elsewhere.id if doing.elsewhere else None


def _done(doing: Doing) -> Interval | None:
    """What is held against the due time, for a ground; None where nothing is."""
    done = doing.sent if doing.report and doing.reason is None else None
    if done is None and doing.elsewhere is not None and doing.reached is not None:
        done = doing.reached.at
    return done


def _breached(claim: Claim, done: Interval) -> Ground:
    ground = claim.ground
    late = ground.due is not None and surely_after(done, ground.due)
    # To report in the wrong order is no lateness.
    return changed(ground, breached=True) if late and claim.value.limit.before is None else ground


def _state(
    record: OfficeRecord, duty: Duty, claim: Claim, doing: Doing
) -> tuple[State, Words | None, Span | None]:
    ground, due = claim.ground, claim.judged
    if doing.reason is not None:
        return State.UNDETERMINED, doing.reason, None
    if due is None:
        return _state_at_once(record, duty, claim, doing)
    if doing.report is not None:
        return _compared(duty, claim, doing.sent, due, doing)
    if ground.condition is not None and ground.condition in EXCUSING:
        return State.EXCUSED, ground.condition, None
    if doing.elsewhere is not None and doing.reached is not None:
        return _compared(duty, claim, doing.reached.at, due, doing)
    unknown = _unknown(record, duty, claim, doing, due)
    if unknown is not None:
        return State.UNDETERMINED, unknown, None
    return State.OVERDUE, None, _overdue_by(record, doing, due)


def _unknown(record: OfficeRecord, duty: Duty, claim: Claim, doing: Doing, due: Interval) -> Words | None:
    """Why the record does not show that an unmet duty is overdue; None where it does."""
    if not duty.knowledge.shown:
        return KNOWLEDGE_NOT_SHOWN
    if not claim.ground.sure:
        return claim.ground.condition or CONDITION_OPEN
    if doing.elsewhere is not None:
        return RECIPIENT_UNDATED
    if due.latest is None:
        return _undated(duty)
    return RECORD_INCOMPLETE if doing.not_reported is None and not record.complete else None


def _undated(duty: Duty) -> Words:
    return KNOWLEDGE_UNDATED if duty.stage is Stage.FIRST else START_UNDATED


def _state_at_once(
    record: OfficeRecord, duty: Duty, claim: Claim, doing: Doing
) -> tuple[State, Words | None, Span | None]:
    if doing.report is not None:
        return State.MET, NO_HOURS, None
    if not duty.knowledge.shown:
        return State.UNDETERMINED, KNOWLEDGE_NOT_SHOWN, None
    if claim.ground.condition is not None and claim.ground.condition in EXCUSING:
        return State.EXCUSED, claim.ground.condition, None
    if not claim.ground.sure:
        return State.UNDETERMINED, claim.ground.condition or CONDITION_OPEN, None
    closed = record.timeline.first_closed
    if record.complete and doing.elsewhere is None:
        knew_before = closed is not None and surely_by(duty.knowledge.shown_since, closed.at)
        return (State.OVERDUE if knew_before else State.OPEN), NO_HOURS, None
    return State.UNDETERMINED, RECIPIENT_UNDATED if record.complete else RECORD_INCOMPLETE, None


def _compared(
    duty: Duty, claim: Claim, done: Interval, due: Interval, doing: Doing
) -> tuple[State, Words | None, Span | None]:
    """Done against due, under every reading."""
    if surely_by(done, due):
        inherited = claim.ground.due is not None and not surely_by(done, claim.ground.due)
        return State.MET, INHERITED if inherited else None, None
    knowledge = duty.knowledge
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
        return State.UNDETERMINED, _undated(duty), None
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
    if until is not None and doing.until is not None:
        until = min(until, doing.until)
    at_most = None
    if doing.reached is not None:
        reached = doing.reached.at
        if reached.earliest is not None and (until is None or reached.earliest < until):
            until = reached.earliest
        if reached.latest is not None and due.earliest is not None:
            at_most = max(reached.latest - due.earliest, timedelta())
    if until is None or due.latest is None or until < due.latest:
        return Span(None, at_most)
    if until == due.latest and record.complete and doing.not_reported is None and doing.until is None:
        # Complete is complete: a record that ends on the instant proves no less than one that ended before.
        return Span(None, at_most)
    return Span(until - due.latest, at_most)


def met_on(timeline: Timeline, report: Step | None) -> str | None:
    """How what meets an obligation came on record; None where nothing meets it."""
    if report is None:
        return None
    acknowledged = timeline.acknowledged
    if acknowledged and any((report.id, office) in acknowledged for office in report.to):
        return "acknowledged"
    if report.imported:
        return "imported"
    return "backfilled" if report.backfilled else "recorded at the time"


def _rests_on(duty: Duty, claim: Claim, doing: Doing) -> tuple[str, ...]:
    """The steps with an assumed or unstated time that the state rests on."""
    found = [*duty.knowledge.rests_on, *claim.rests_on]
    if doing.report is not None:
        found += doing.report.rests_on
    else:
        if doing.not_reported is not None:
            found += doing.not_reported.rests_on
        if doing.reached is not None and (doing.elsewhere is not None or doing.not_reported is not None):
            found += doing.reached.rests_on
    return tuple(dict.fromkeys(found))


def _phases(
    record: OfficeRecord, duty: Duty, start: Interval, last: Obligation, doing: Doing
) -> Iterator[Obligation]:
    passed = None if last.due.latest is None else last.due.latest + JUST_AFTER
    absent = (record.complete or doing.not_reported is not None) and duty.knowledge.shown
    return life(last, start, _ended(record, last, doing, passed), absent=absent)


def life(last: Obligation, start: Interval, ended: datetime | None, *, absent: bool) -> Iterator[Obligation]:
    """The obligation's life: open, perhaps overdue, then as it ended. Nothing here depends on a clock.

    On the very instant that it is due a report is still in time, so a limit has passed only after it.

    Args:
        last: The obligation as it ended.
        start: When its clock started.
        ended: From when on it is as it ended.
        absent: Whether the record shows that nothing was done between the limit and what was done late.
    """
    began = start.earliest or start.latest
    passed = None if last.due.latest is None else last.due.latest + JUST_AFTER
    if last.state is State.OPEN:
        yield changed(last, holds_from=began)
        return
    if began is not None and ended is not None and began < ended:
        before = changed(
            last,
            state=State.OPEN,
            reason=None,
            met_by=None,
            met_at=None,
            met_on=None,
            reached_by=None,
            late_by=None,
            grounds=tuple([changed(g, breached=False) if g.breached else g for g in last.grounds]),
        )
        overrun_first = passed is not None and passed < ended
        until = passed if overrun_first and passed is not None else ended
        if began < until:
            yield changed(before, holds_from=began, holds_until=until)
        if overrun_first and last.state in (State.LATE, State.OVERDUE):
            yield changed(
                before,
                state=State.OVERDUE if absent else State.UNDETERMINED,
                reason=None if absent else RECORD_INCOMPLETE,
                holds_from=max(until, began),
                holds_until=ended,
            )
        elif overrun_first:
            # What may have been done by now is not said to be missing: it stands as it ends.
            ended = until
    yield changed(last, holds_from=ended or began)


def _ended(record: OfficeRecord, last: Obligation, doing: Doing, passed: datetime | None) -> datetime | None:
    """From when on the obligation is as it ended."""
    if last.met_at is not None and last.state is State.LATE:
        # Between the ends of its sending it is late, sent or not.
        return last.met_at.earliest or last.met_at.latest
    if last.met_at is not None:
        return last.met_at.latest or last.met_at.earliest
    if doing.elsewhere is not None and doing.reached is not None:
        return doing.reached.at.latest or doing.reached.at.earliest
    if last.state is State.OVERDUE and passed is None and record.timeline.first_closed is not None:
        return record.timeline.first_closed.at.latest
    return passed
