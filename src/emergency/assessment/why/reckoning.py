"""The clock's start and the arithmetic of a due time, written out line by line, and every reading of it.

The sums are made anew here from the start and the limit, by the functions of `due`; that they come to what the
verdict went by is what the tests hold them to.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from emergency.assessment.clocks import KNOWLEDGE, declared_over
from emergency.assessment.conditions import Start
from emergency.assessment.doing import Doing
from emergency.assessment.due import INSTANT, Days, Paused, due_after, last_day, moved
from emergency.assessment.duties import (
    Claim,
    Duty,
    OfficeRecord,
    at_most,
    days_for,
    days_of,
    first_sent,
    outer_start,
    with_inherited,
)
from emergency.assessment.knowledge import Shows
from emergency.assessment.model import Words
from emergency.assessment.pauses import pauses_of
from emergency.assessment.reasons import CALENDAR_UNKNOWN, WHATEVER_THE_LEVEL
from emergency.assessment.timeline import Step
from emergency.assessment.why.model import (
    ClockRead,
    Corner,
    Count,
    Evidenced,
    Inherited,
    Outer,
    Reckoning,
    Sum,
)
from emergency.assessment.why.reading import labels, step_read
from emergency.assessment.words import length_words, limit_words
from emergency.domain.intervals import OPEN, Interval, surely_after
from emergency.rulebook import Clock, Limit, Recipient

ONE_DAY = timedelta(days=1)

SHOWS = {Shows.DIRECTLY: "directly", Shows.BY_THEN: "by-then", Shows.SIGN: "sign"}

OPEN_LATEST = Words(
    "是否适用尚未确定，故不设最晚时限", "whether the rule applies is open, so no latest due time is given"
)


def clock_read(record: OfficeRecord, duty: Duty) -> ClockRead:
    """When the clock of the governing rule started, and which steps that was read from."""
    claim = duty.governing
    known = claim.value.clock in KNOWLEDGE
    found = [
        Evidenced(
            step_read(record.timeline, record.directory, e.step),
            SHOWS[e.shows],
            e.at,
            e.step.id in claim.trigger,
        )
        for e in (record.knowledge.evidence if known else ())
    ]
    seen = {e.step.id for e in record.knowledge.evidence} if known else set()
    found += [
        Evidenced(
            step_read(record.timeline, record.directory, step), "starts", _at(record, step), counts=True
        )
        for i in claim.trigger
        if i not in seen and (step := record.timeline.by_id.get(i)) is not None
    ]
    rests_on = dict.fromkeys((*(duty.knowledge.rests_on if known else ()), *claim.rests_on))
    return ClockRead(claim.value.clock.value, claim.start, tuple(found), labels(record.timeline, rests_on))


def _at(record: OfficeRecord, step: Step) -> Interval:
    """When a step was, seen from the office: what it was told, when it received it."""
    told = record.office.id in step.to and step.office != record.office.id
    return record.timeline.received(step, record.office.id) if told else step.at


def steps_of_the_clock(record: OfficeRecord, duty: Duty) -> Iterator[str]:
    """The steps that the start and the end of the governing limit were read from, by event id."""
    claim = duty.governing
    if claim.value.clock in KNOWLEDGE:
        yield from (e.step.id for e in record.knowledge.evidence)
    yield from claim.trigger
    yield from claim.rests_on
    yield from pauses_of(record.timeline, record.directory, claim.rule, record.office.id, record.zone).steps
    if claim.value.limit.recurs:
        yield from (step.id for step in declared_over(record.timeline))


def reckoning(record: OfficeRecord, duty: Duty) -> Reckoning:
    """How the due time of the governing rule came about."""
    claim = duty.governing
    limit = claim.value.limit
    if claim.ground.condition is CALENDAR_UNKNOWN:
        return Reckoning(form="unknown", judged=OPEN, due=OPEN, why=CALENDAR_UNKNOWN)
    if limit.before is not None:
        other = Recipient(tier=limit.before.tier, line=limit.before.line)
        sent = first_sent(record, other, days_of(record.timeline, claim.start)[-1])
        return Reckoning(form="order", judged=sent, due=sent)
    if not limit.has_hours:
        return Reckoning(form="at-once")
    days = days_for(record, claim.rule)
    paused = pauses_of(record.timeline, record.directory, claim.rule, record.office.id, record.zone)
    suspended_by = labels(record.timeline, paused.steps)
    if limit.recurs:
        return _recurring(record, claim, days, suspended_by)
    sums = tuple(line for each in _versions(record, claim) for line in _sums(each, claim.start, days))
    sure = claim.ground.sure
    judged = Interval(
        _end(sums, "earliest", claim.start), _end(sums, "latest", claim.start) if sure else None
    )
    outer = None
    if limit.at_most is not None:
        judged = at_most(record, limit, judged, _start(claim), days)
        outer = _outer(record, claim, days)
    unmoved, judged = judged, moved(limit, judged, days)
    shortest = min((each.hours for each in _versions(record, claim) if each.hours is not None), default=None)
    due = judged
    if shortest is not None:
        due = with_inherited(record, claim.value.clock, claim.start, shortest, judged)
    return Reckoning(
        form="hours" if limit.hours is not None else "days",
        sums=sums,
        judged=judged,
        due=due,
        outer=outer,
        moved_from=unmoved if unmoved != judged else None,
        inherited=_inherited(record, claim, shortest, judged, due),
        open_end=None if sure else OPEN_LATEST,
        suspended_by=suspended_by,
        why=claim.ground.condition if claim.ground.condition is WHATEVER_THE_LEVEL else None,
    )


def _start(claim: Claim) -> Start:
    return Start(claim.start, claim.trigger)


def _versions(record: OfficeRecord, claim: Claim) -> list[Limit]:
    """The limits that the law gave on the days on which the clock may have started."""
    if claim.ground.condition is WHATEVER_THE_LEVEL:
        return [claim.value.limit]
    values = [claim.rule.value_on(day) for day in days_of(record.timeline, claim.start)]
    return list(dict.fromkeys(v.limit for v in values if v is not None and v.limit.has_hours))


def _recurring(record: OfficeRecord, claim: Claim, days: Days, suspended_by: tuple[str, ...]) -> Reckoning:
    """A report one after another: due so long after the one before, or by the end of its day."""
    limit = claim.value.limit
    if limit.every is not None:
        once = limit.model_copy(update={"every": None, "within": limit.every})
        report = record.timeline.by_id.get(claim.occasion)
        sums = tuple(_sums(once, report.at if report is not None else claim.start, days))
        start = report.at if report is not None else claim.start
        due = Interval(_end(sums, "earliest", start), _end(sums, "latest", start))
        return Reckoning(form="every", sums=sums, judged=due, due=due, suspended_by=suspended_by)
    begins = claim.start.earliest
    assert begins is not None  # noqa: S101 - a day of a cadence is a date
    line = Sum(end="both", start=begins, limit=limit_words(limit), due=begins + ONE_DAY)
    due = Interval(line.due, line.due)
    return Reckoning(form="day-by-day", sums=(line,), judged=due, due=due, suspended_by=suspended_by)


def _sums(limit: Limit, start: Interval, days: Days) -> Iterator[Sum]:
    """The arithmetic at both ends of a start; one line where they give the same."""
    # The midnight that ends what is only known to a day is no moment of the next.
    less = timedelta() if limit.hours is not None or start.latest == start.earliest else INSTANT
    lines = [
        _sum(end, limit, (moment, moment - less if end == "latest" else moment), days, paused)
        for end, moment, paused in (
            ("earliest", start.earliest, days.surely_paused),
            ("latest", start.latest, days.possibly_paused),
        )
        if moment is not None
    ]
    if len(lines) == len(("earliest", "latest")) and (lines[0].start, lines[0].due) == (
        lines[1].start,
        lines[1].due,
    ):
        yield _sum("both", limit, (lines[0].start, lines[0].start), days, days.surely_paused)
    else:
        yield from lines


def _sum(end: str, limit: Limit, at: tuple[datetime, datetime], days: Days, paused: Paused) -> Sum:
    """One line of it, from a moment as it stands on record and as it is counted."""
    moment, counted = at
    due = due_after(limit, Interval(counted, None), Days(days.zone, days.calendar, paused)).earliest
    return Sum(
        end=end,
        start=moment,
        limit=limit_words(limit),
        due=due,
        count=_count(limit, counted, days, paused) if limit.counts_days else None,
    )


def _count(limit: Limit, moment: datetime, days: Days, paused: Paused) -> Count:
    """Which dates were counted and which were not."""
    first = moment.astimezone(days.zone).date()
    last = last_day(limit, first, days.calendar, paused)
    off: list[date] = []
    suspended: list[date] = []
    between = (last - first).days if last is not None else 0
    for day in (first + nth * ONE_DAY for nth in range(1, between + 1)):
        if limit.working_days is not None and not days.calendar.is_working(day):
            off.append(day)
        elif paused(day):
            suspended.append(day)
    return Count(
        first=first,
        last=last,
        counted=between - len(off) - len(suspended),
        off=tuple(off),
        suspended=tuple(suspended),
        by=limit.by,
    )


def _end(sums: tuple[Sum, ...], end: str, start: Interval) -> datetime | None:
    """The earliest, or the latest, that any of the lines comes to; open where the start is."""
    mine = [line.due for line in sums if line.end in (end, "both")]
    known = [due for due in mine if due is not None]
    if getattr(start, end) is None or not known or len(known) < len(mine):
        return None
    return min(known) if end == "earliest" else max(known)


def _outer(record: OfficeRecord, claim: Claim, days: Days) -> Outer:
    outer = claim.value.limit.at_most
    assert outer is not None  # noqa: S101 - asked before
    since = outer_start(record, claim.value.limit)
    end = due_after(Limit(within=outer.within), since, days)
    return Outer(
        clock=outer.clock.value,
        start=since,
        limit=length_words(outer.within),
        end=end,
        binds=not surely_after(claim.start, end),
    )


def _inherited(
    record: OfficeRecord, claim: Claim, within: timedelta | None, judged: Interval, due: Interval
) -> Inherited | None:
    event = record.timeline.occurred.earliest
    if claim.value.clock is not Clock.OCCURRED or within is None or event is None or due == judged:
        return None
    return Inherited(event=event, due=event + within)


def readings(duty: Duty, doing: Doing) -> tuple[Corner, ...]:
    """What came out under each reading of the due time and of what was done."""
    claim = duty.governing
    due = claim.judged
    done = doing.sent if doing.report is not None else None
    if done is None and doing.elsewhere is not None and doing.reached is not None:
        done = doing.reached.at
    if due is None or done is None:
        return ()
    # Where it is open whether the rule applies, the other reading is that nothing was due at all.
    ends = (due.earliest, due.latest) if claim.ground.sure else (due.earliest,)
    return tuple(
        _corner(by, at) for by in dict.fromkeys(ends) for at in dict.fromkeys((done.earliest, done.latest))
    )


def _corner(due: datetime | None, done: datetime | None) -> Corner:
    if due is None or done is None:
        return Corner(due, done, "open", None)
    return Corner(due, done, "late", done - due) if done > due else Corner(due, done, "in-time", None)
