"""One obligation explained: rules, clock, arithmetic, what was done, every reading, every step read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from emergency.assessment.doing import Doing
from emergency.assessment.duties import FIRST, Duty, OfficeRecord
from emergency.assessment.model import Finding, Obligation
from emergency.assessment.timeline import Step, Timeline
from emergency.assessment.why.model import Done, ObligationWhy, Phase, StepRead
from emergency.assessment.why.reading import called, labels, step_read
from emergency.assessment.why.reckoning import clock_read, readings, reckoning, steps_of_the_clock
from emergency.assessment.why.rules import Case, about_other_events, considered, rules_read
from emergency.domain.offices import Directory
from emergency.rulebook import Stage


def short_name(obligation: Obligation, timeline: Timeline, directory: Directory) -> str:
    """What people may type for an obligation: office, recipient, and whatever else tells it from others."""
    parts = [directory.ref(obligation.office), directory.ref(obligation.recipient)]
    if obligation.stage != Stage.FIRST:
        parts.append(obligation.stage)
    if obligation.channel != "any":
        parts.append(obligation.channel)
    if obligation.occasion not in (FIRST, obligation.stage):
        parts.append(timeline.labels.get(obligation.occasion, obligation.occasion))
    return " ".join(parts)


def phase_at(phases: Iterable[Obligation], at: datetime) -> Obligation:
    """The phase that holds at an instant; one that does not hold yet as it will begin."""
    listed = tuple(phases)
    begun = [phase for phase in listed if phase.holds_from is None or phase.holds_from <= at]
    return begun[-1] if begun else listed[0]


def obligation_why(
    case: Case,
    duty: Duty,
    doing: Doing,
    phases: tuple[Obligation, ...],
    findings: Iterable[Finding],
    at: datetime,
) -> ObligationWhy:
    """An obligation with everything that its state was read from."""
    record = case.owed.record
    timeline, directory = record.timeline, record.directory
    now = phase_at(phases, at)
    governs, others = rules_read(duty, now.grounds)
    return ObligationWhy(
        id=now.id,
        short=short_name(now, timeline, directory),
        incident=now.incident,
        office=called(directory, now.office),
        recipient=called(directory, now.recipient),
        stage=now.stage,
        channel=now.channel,
        occasion=timeline.labels.get(now.occasion, now.occasion),
        state=now.state.value,
        reason=now.reason,
        late_by=now.late_by,
        rests_on=labels(timeline, now.rests_on),
        phases=tuple(Phase(p.state.value, p.holds_from, p.holds_until) for p in phases),
        governs=governs,
        others=others,
        considered=considered(case, duty),
        elsewhere=about_other_events(case.owed),
        clock=clock_read(record, duty),
        reckoning=reckoning(record, duty),
        done=_done(record, phases[-1], doing),
        readings=readings(duty, doing),
        inputs=_inputs(record, duty, doing, phases[-1]),
        findings=tuple(dict.fromkeys(f.id for f in findings if f.obligation == now.id)),
    )


def _done(record: OfficeRecord, final: Obligation, doing: Doing) -> Done:
    timeline = record.timeline

    def read(step: Step | None) -> StepRead | None:
        return None if step is None else step_read(timeline, record.directory, step)

    receiver = next((to for to in doing.report.to if to == final.recipient), None) if doing.report else None
    reached = doing.reached if doing.report is None else None
    return Done(
        report=read(doing.report),
        sent=doing.sent if doing.report is not None else None,
        received=timeline.received(doing.report, receiver) if doing.report and receiver else None,
        met_on=final.met_on,
        elsewhere=read(doing.elsewhere),
        reached=read(timeline.by_id.get(reached.step)) if reached else None,
        reached_at=reached.at if reached else None,
        not_reported=read(doing.not_reported),
        complete=record.complete,
        doubt=doing.doubt,
    )


def _inputs(record: OfficeRecord, duty: Duty, doing: Doing, final: Obligation) -> tuple[StepRead, ...]:
    """Every step that the verdict was read from, in the order of time."""

    def ids() -> Iterator[str]:
        yield from steps_of_the_clock(record, duty)
        yield from final.rests_on
        for step in (doing.report, doing.elsewhere, doing.not_reported):
            if step is not None:
                yield step.id
        if doing.reached is not None:
            yield doing.reached.step
        for to in doing.report.to if doing.report is not None else ():
            receipt = record.timeline.acknowledged.get((doing.report.id, to)) if doing.report else None
            if receipt is not None:
                yield receipt.id

    by_id = record.timeline.by_id
    steps = [by_id[i] for i in dict.fromkeys(ids()) if i in by_id]
    return tuple(step_read(record.timeline, record.directory, step) for step in sorted(steps, key=in_time))


def in_time(step: Step) -> tuple[float, str]:
    """The order of steps in time; those without one come last."""
    end = step.at.earliest or step.at.latest
    return (end.timestamp() if end else float("inf")), step.ref
