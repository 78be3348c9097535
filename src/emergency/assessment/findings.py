"""What stands out in one office's record: late by arithmetic; missed, falsified and concealed only as suspicions.

No length of a delay turns lateness into concealment. Each suspicion is an objective pattern, says what else it
could be, and rests on the steps it names; people with authority determine. One suspicion for one matter: a first
report that lies below what its office held is suspected of falsehood and of nothing else.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from emergency.assessment import explanation
from emergency.assessment.concealment import concealed
from emergency.assessment.duties import OfficeRecord
from emergency.assessment.holding import Held, known_of, live, reports_of, told_of, understated
from emergency.assessment.judged import Judged
from emergency.assessment.model import Finding, Obligation
from emergency.assessment.timeline import Step
from emergency.domain.events import NonReportStated, Withheld
from emergency.domain.intervals import surely_by
from emergency.domain.receiving import NOTICES
from emergency.domain.vocabulary import Fault, State, Status
from emergency.rulebook import Stage


def findings_of(record: OfficeRecord, judged: tuple[Judged, ...]) -> Iterator[Finding]:
    """Everything that stands out in the office's record on this incident."""
    for one in judged:
        yield from _late(record, one)
    # What was suspected of the first report is not suspected again of those that followed.
    judged = tuple([one for one in judged if one.duty.stage is Stage.FIRST])
    if record.contradicted or Withheld in record.timeline.kinds:
        yield from _falsified(record)
    if not record.knowledge.shown:
        return
    suspicion = concealed(record, judged)
    if suspicion is not None:
        yield suspicion
        return
    yield from _missed(record, judged)


# -- late ------------------------------------------------------------------------------------------------------


def _late(record: OfficeRecord, judged: Judged) -> Iterator[Finding]:
    if judged.duty.governing.value.limit.before is not None:
        return  # to report in the wrong order is no lateness
    for phase in judged.phases:
        state = phase.state
        if state is State.OPEN or (state is State.MET and not any(g.breached for g in phase.grounds)):
            continue
        status = _lateness(judged, phase)
        if status is None:
            continue
        evidence = (phase.met_by, phase.reached_by, *phase.trigger)
        yield Finding(
            id=f"{phase.id}:late",
            incident=phase.incident,
            office=phase.office,
            kind=Fault.LATE,
            status=status,
            could_be=(Fault.LATE,),
            obligation=phase.id,
            evidence=tuple(dict.fromkeys(e for e in evidence if e is not None)),
            late_by=phase.late_by,
            grounds=phase.grounds,
            rests_on=phase.rests_on,
            holds_from=phase.holds_from,
            holds_until=phase.holds_until,
            explanation=explanation.late(record, judged.ground, phase, status),
        )


def _lateness(judged: Judged, phase: Obligation) -> Status | None:
    """How sure the lateness of one phase is; None where there is none."""
    ground = judged.ground
    at_least = phase.late_by.at_least if phase.late_by else None
    if phase.state is State.LATE or (phase.state is State.OVERDUE and ground.due is not None):
        at_most = phase.late_by.at_most if phase.late_by else None
        if (at_least is not None and not at_least) or (at_most is not None and not at_most):
            return None
        if not ground.confirmed:
            return Status.POSSIBLE
        return Status.PRESUMED if phase.rests_on else Status.ESTABLISHED
    if phase.state is State.POSSIBLY_LATE:
        return Status.POSSIBLE
    stricter = phase.state is State.MET and any(g.breached and g.sure for g in phase.grounds)
    return Status.POSSIBLE if stricter else None


# -- falsified -------------------------------------------------------------------------------------------------


def _falsified(record: OfficeRecord) -> Iterator[Finding]:
    """One suspicion for all that an office said below what it held, or had withheld and came out."""
    timeline, office = record.timeline, record.office.id
    said: list[explanation.Understatement] = []
    since: list[datetime | None] = []
    for found in record.contradicted:
        if found.report.act in NOTICES and not set(found.report.to) & set(record.directory.above(office)):
            continue
        steps = tuple(h.step for h in found.held)
        said.append(explanation.Understatement(found.report, steps, dict(found.measures)))
        since.append(found.report.at.latest or found.report.at.earliest)
    done = {c.report.id for c in record.contradicted}
    for report, withheld, verified, measures in understated(timeline, office):
        if report.id not in done:
            said.append(explanation.Understatement(report, (withheld, verified), measures))
            since.append(verified.at.latest or verified.at.earliest)
    if not said:
        return
    ids = tuple(dict.fromkeys(i for one in said for i in (one.report.id, *(s.id for s in one.against))))
    yield Finding(
        id=f"{timeline.ref}:{office}:falsified",
        incident=timeline.ref,
        office=office,
        kind=Fault.FALSIFIED,
        status=Status.SUSPECTED,
        could_be=(Fault.FALSIFIED, Fault.CONCEALED),
        obligation=None,
        evidence=ids,
        rests_on=tuple(i for i in ids if timeline.step(i).assumed),
        holds_from=min((m for m in since if m is not None), default=None),
        explanation=explanation.falsified(record, said),
    )


# -- missed ----------------------------------------------------------------------------------------------------


def _missed(record: OfficeRecord, judged: tuple[Judged, ...]) -> Iterator[Finding]:
    timeline = record.timeline
    for one in judged:
        if one.duty.channel != "any":
            continue
        overdue = next((p for p in one.phases if p.state is State.OVERDUE), None)
        if overdue is None or not one.ground.confirmed:
            continue
        since = _still_unreported(record, one, overdue)
        if since is None:
            continue
        began = max(filter(None, (since[0], overdue.holds_from)))
        until = overdue.holds_until
        if until is not None and until <= began:
            continue
        yield Finding(
            id=f"{overdue.id}:missed",
            incident=timeline.ref,
            office=record.office.id,
            kind=Fault.MISSED,
            status=Status.SUSPECTED,
            could_be=(Fault.MISSED, Fault.CONCEALED),
            obligation=overdue.id,
            evidence=tuple(dict.fromkeys((*since[1], *overdue.trigger))),
            grounds=overdue.grounds,
            rests_on=overdue.rests_on,
            holds_from=began,
            holds_until=until,
            explanation=explanation.missed(record, one.ground, overdue, began),
        )
    yield from _figures_left_out(record, judged)


def _still_unreported(
    record: OfficeRecord, judged: Judged, overdue: Obligation
) -> tuple[datetime, tuple[str, ...]] | None:
    """When it is on record that nothing had been reported: a statement, the closing, the end of a complete record."""
    timeline = record.timeline
    for step in timeline.acts(record.office.id):
        if step.act is NonReportStated and (not step.to or judged.final.recipient in step.to):
            at = step.at.earliest
            if at is not None and overdue.due.latest is not None and at >= overdue.due.latest:
                return step.at.latest or at, (step.id,)
    closed = timeline.first_closed
    if record.complete and closed is not None and closed.at.latest is not None:
        return closed.at.latest, (closed.id,)
    if record.complete and timeline.opened.imported and not timeline.partial and timeline.ends is not None:
        return max(filter(None, (timeline.ends, overdue.due.latest))), ()
    return None


def _figures_left_out(record: OfficeRecord, judged: tuple[Judged, ...]) -> Iterator[Finding]:
    """Dead or missing that the office held and said nothing of.

    Only where its record is complete can a figure be said to be left out: elsewhere it may have been told in
    what is not on record.
    """
    if not record.complete:
        return
    timeline, office = record.timeline, record.office.id
    seen: set[str] = set()
    for one in judged:
        report = next((s for s in timeline.acts(office) if s.id == one.final.met_by), None)
        if report is None or report.id in seen:
            continue
        seen.add(report.id)
        if one.final.channel != "any" or report.facts.verifying:
            continue
        if told_of(report).keys() & {"deaths", "persons"}:
            continue
        held = [
            h
            for h in _live_people(record, report)
            if surely_by(h.since, report.at)
            and h.step.id != report.id
            and any(known_of(h.step).get(m, 0) > 0 for m in ("deaths", "persons"))
        ]
        if not held:
            continue
        later = [
            s
            for s in reports_of(timeline, office, answers=True)
            if s.id != report.id and set(s.to) & set(report.to) and told_of(s).keys() & {"deaths", "persons"}
        ]
        told = min((s.at.latest for s in later if s.at.latest is not None), default=None)
        since = report.at.latest or report.at.earliest
        yield Finding(
            id=f"{one.final.id}:left-out",
            incident=timeline.ref,
            office=office,
            kind=Fault.MISSED,
            status=Status.SUSPECTED,
            could_be=(Fault.MISSED, Fault.CONCEALED),
            obligation=one.final.id,
            evidence=(report.id, *(h.step.id for h in held)),
            grounds=one.final.grounds,
            rests_on=tuple(s.id for s in (report, *(h.step for h in held)) if s.assumed),
            holds_from=since,
            holds_until=told,
            explanation=explanation.left_out(record, report, tuple(h.step for h in held)),
        )


def _live_people(record: OfficeRecord, report: Step) -> list[Held]:
    """What the office last held of dead, missing or trapped when it reported."""
    deaths, persons = (live(record.held, report, m) for m in ("deaths", "persons"))
    return [h for h in record.held if h in persons and (h in deaths or "deaths" not in known_of(h.step))]
