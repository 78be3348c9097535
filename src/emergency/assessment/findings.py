"""What stands out in one office's record: late by arithmetic; missed, falsified and concealed only as suspicions.

No length of a delay turns lateness into concealment. Each suspicion is an objective pattern, says what else it
could be, and rests on the steps it names; people with authority determine. One suspicion for one matter: a first
report that lies below what its office held is suspected of falsehood and of nothing else.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from emergency.assessment import explanation
from emergency.assessment.duties import FIRST, Duty, OfficeRecord, governing
from emergency.assessment.holding import (
    known_figures,
    reports_of,
    understated,
)
from emergency.assessment.model import Finding, Ground, Obligation
from emergency.assessment.timeline import Step, Timeline
from emergency.domain.events import REPORTS, ClueLinked, Denied, Inquired, NonReportStated, Notified, Withheld
from emergency.domain.intervals import Interval, first_of, possibly_by, surely_after, surely_by
from emergency.domain.vocabulary import Fault, Origin, State, Status


@dataclass(frozen=True, slots=True)
class Judged:
    """A duty with its obligation as it ended."""

    duty: Duty
    phases: tuple[Obligation, ...]

    @property
    def final(self) -> Obligation:
        """The last phase."""
        return self.phases[-1]

    @property
    def ground(self) -> Ground:
        """The ground that governs."""
        return governing(self.duty).ground

    @property
    def timed(self) -> bool:
        """Whether a confirmed rule with hours surely applies: only its limit can be said to have passed."""
        return self.ground.due is not None and self.ground.sure and self.ground.confirmed


def findings_of(record: OfficeRecord, judged: tuple[Judged, ...]) -> Iterator[Finding]:
    """Everything that stands out in the office's record on this incident."""
    for one in judged:
        yield from _late(record, one)
    yield from _falsified(record)
    if not record.knowledge.shown:
        return
    first = first_report(record)
    if first is not None and any(c.report.id == first.id for c in record.contradicted):
        return
    concealed = _concealed(record, judged, first)
    if concealed is not None:
        yield concealed
        return
    yield from _missed(record, judged)


def first_report(record: OfficeRecord) -> Step | None:
    """The office's earliest report to any other office."""
    reports = list(reports_of(record.timeline, record.office.id, answers=True))
    return min(reports, key=lambda s: _late_end(s.at), default=None)


def _late_end(interval: Interval) -> float:
    end = interval.latest or interval.earliest
    return end.timestamp() if end else float("inf")


# -- late ------------------------------------------------------------------------------------------------------


def _late(record: OfficeRecord, judged: Judged) -> Iterator[Finding]:
    for phase in judged.phases:
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
        if at_least is not None and not at_least:
            return None
        if not ground.confirmed:
            return Status.POSSIBLE
        return Status.PRESUMED if phase.rests_on else Status.ESTABLISHED
    stricter = any(g.breached and g.sure for g in phase.grounds)
    if phase.state is State.POSSIBLY_LATE or (stricter and phase.state is State.MET):
        return Status.POSSIBLE
    return None


# -- falsified -------------------------------------------------------------------------------------------------


def _falsified(record: OfficeRecord) -> Iterator[Finding]:
    """One suspicion for each receiver of a report that lies below what was held, or was withheld and came out."""
    timeline, office = record.timeline, record.office.id
    evidence: dict[tuple[str, ...], dict[str, None]] = {}
    said: dict[tuple[str, ...], list[explanation.Understatement]] = {}
    since: dict[tuple[str, ...], list[datetime]] = {}

    def note(
        report: Step,
        against: tuple[Step, ...],
        measures: dict[str, tuple[float, float]],
        known: datetime | None,
    ) -> None:
        to = tuple(sorted(report.to))
        evidence.setdefault(to, {}).update(dict.fromkeys((report.id, *(s.id for s in against))))
        said.setdefault(to, []).append(explanation.Understatement(report, against, measures))
        moment = known or report.at.latest or report.at.earliest
        if moment is not None:
            since.setdefault(to, []).append(moment)

    for found in record.contradicted:
        note(found.report, tuple(h.step for h in found.held), dict(found.measures), None)
    done = {c.report.id for c in record.contradicted}
    for report, withheld, verified, measures in understated(timeline, office):
        if report.id not in done:
            note(report, (withheld, verified), measures, verified.at.latest or verified.at.earliest)
    for to, ids in evidence.items():
        yield Finding(
            id=f"{timeline.ref}:{office}>{','.join(to)}:falsified",
            incident=timeline.ref,
            office=office,
            kind=Fault.FALSIFIED,
            status=Status.SUSPECTED,
            could_be=(Fault.FALSIFIED, Fault.CONCEALED),
            obligation=None,
            evidence=tuple(ids),
            rests_on=tuple(i for i in ids if timeline.step(i).assumed),
            holds_from=min(since.get(to, []), default=None),
            explanation=explanation.falsified(record, said[to]),
        )


# -- concealed -------------------------------------------------------------------------------------------------


def _concealed(record: OfficeRecord, judged: tuple[Judged, ...], first: Step | None) -> Finding | None:
    timed = [j for j in judged if j.timed and j.final.occasion == FIRST]
    for one in timed:
        if not _limit_passed(one, first):
            continue
        due = one.ground.due or Interval()
        kept = _kept_back(record, first, surely_before=False)
        if kept:
            return _concealment(record, one, kept, (Fault.CONCEALED,), explanation.WITHHELD)
        outside = _known_from_outside(record, one, due, first)
        if outside:
            return _concealment(record, one, outside, (Fault.LATE, Fault.CONCEALED), explanation.FOUND_OUT)
    if not timed:
        kept = _kept_back(record, first, surely_before=True)
        if kept:
            at_once = next((j for j in judged if j.ground.due is None and j.ground.sure), None)
            why = explanation.WITHHELD_AT_ONCE if at_once else explanation.WITHHELD_NO_RULE
            return _concealment(record, at_once, kept, (Fault.CONCEALED,), why)
    partly = _left_out(record)
    if partly:
        return _concealment(record, None, partly, (Fault.CONCEALED,), explanation.PARTLY)
    return None


def _limit_passed(judged: Judged, first: Step | None) -> bool:
    """Whether the limit ran out, at a time on record, without a report of the office."""
    due = judged.ground.due
    if due is None or due.latest is None:
        return False
    if first is None:
        return judged.final.state is not State.MET
    return surely_after(first.at, due) and judged.final.state in (
        State.LATE,
        State.OVERDUE,
        State.UNDETERMINED,
    )


def _kept_back(record: OfficeRecord, first: Step | None, *, surely_before: bool) -> tuple[Step, ...]:
    """The office's acts of withholding or denial before its first report."""
    acts = [s for s in record.timeline.acts(record.office.id) if isinstance(s.entry, (Withheld, Denied))]
    if first is None:
        return tuple(acts)
    if surely_before:
        return tuple(s for s in acts if surely_by(s.at, first.at))
    return tuple(s for s in acts if possibly_by(s.at, first.at))


def _known_from_outside(
    record: OfficeRecord, judged: Judged, due: Interval, first: Step | None
) -> tuple[Step, ...]:
    """How an office above learned of it from outsiders or by inquiry, after the limit and before the report."""
    up = {judged.final.recipient, *record.directory.above(record.office.id)}
    for step, at in _outside_routes(record.timeline, record.office.id, up):
        if surely_after(at, due) and (
            first is None or (at.latest is not None and _surely_before(at, first.at))
        ):
            origin = _clue_behind(record.timeline, step)
            return (step,) if origin is None or origin.id == step.id else (origin, step)
    return ()


def _surely_before(one: Interval, other: Interval) -> bool:
    return one.latest is not None and other.earliest is not None and one.latest < other.earliest


def _outside_routes(timeline: Timeline, office: str, up: set[str]) -> Iterator[tuple[Step, Interval]]:
    """Steps by which an office above came to know other than from ``office``, with the time of each."""
    for step in timeline.steps:
        entry = step.entry
        if isinstance(entry, Inquired):
            if step.office in up:
                yield step, step.at
            continue
        for receiver in set(step.to) & up:
            if isinstance(entry, ClueLinked):
                if entry.by is Origin.OUTSIDE:
                    yield step, timeline.received(step, receiver)
            elif (
                isinstance(entry, (*REPORTS, Notified))
                and step.office != office
                and _clue_behind(timeline, step) is not None
                and not _heard_from(timeline, step, office)
            ):
                yield step, timeline.received(step, receiver)


def _clue_behind(timeline: Timeline, step: Step) -> Step | None:
    """The outsider's clue that the sender of a message had before it sent it."""
    if isinstance(step.entry, ClueLinked):
        return step
    for told in timeline.told(step.office):
        if isinstance(told.entry, ClueLinked) and told.entry.by is Origin.OUTSIDE:
            linked = told.ref in step.entry.at.after or told.id in step.entry.at.after
            if linked or possibly_by(timeline.received(told, step.office), step.at):
                return told
    return None


def _heard_from(timeline: Timeline, step: Step, office: str) -> bool:
    """Whether the sender of a message had, or may have had, the matter from ``office`` itself."""
    return any(
        told.office == office and possibly_by(timeline.received(told, step.office), step.at)
        for told in timeline.told(step.office)
    )


def _left_out(record: OfficeRecord) -> tuple[Step, ...]:
    """Known dead or missing that were withheld and that no report of the office on record tells."""
    timeline, office = record.timeline, record.office.id
    reports = list(reports_of(timeline, office, answers=True))
    found: list[Step] = []
    for step in timeline.acts(office):
        if not isinstance(step.entry, Withheld):
            continue
        people = {
            m: n for m, n in known_figures(step.entry.facts).items() if m in ("deaths", "persons") and n > 0
        }
        if people and not any(_tells(report, step) for report in reports):
            found.append(step)
    return tuple(found)


def _tells(report: Step, withheld: Step) -> bool:
    told = known_figures(report.entry.facts, told=True)
    people = known_figures(withheld.entry.facts)
    return bool(told) and all(told.get(m, -1.0) >= n for m, n in people.items() if m in ("deaths", "persons"))


def _concealment(
    record: OfficeRecord,
    judged: Judged | None,
    steps: tuple[Step, ...],
    could_be: tuple[Fault, ...],
    why: explanation.Why,
) -> Finding:
    timeline, knowledge = record.timeline, record.knowledge
    evidence = dict.fromkeys((*(s.id for s in steps), *knowledge.triggers))
    due = judged.ground.due if judged else None
    came = first_of(s.at for s in steps)
    moments = [m for m in (came.latest or came.earliest, due.latest if due else None) if m is not None]
    return Finding(
        id=f"{timeline.ref}:{record.office.id}:concealed",
        incident=timeline.ref,
        office=record.office.id,
        kind=Fault.CONCEALED,
        status=Status.SUSPECTED,
        could_be=could_be,
        obligation=judged.final.id if judged else None,
        evidence=tuple(evidence),
        grounds=judged.final.grounds if judged else (),
        rests_on=tuple(i for i in evidence if timeline.step(i).assumed),
        holds_from=max(moments, default=None),
        explanation=explanation.concealed(
            record, judged.ground if judged else None, judged.final if judged else None, steps, why
        ),
    )


# -- missed ----------------------------------------------------------------------------------------------------


def _missed(record: OfficeRecord, judged: tuple[Judged, ...]) -> Iterator[Finding]:
    timeline = record.timeline
    for one in judged:
        overdue = next((p for p in one.phases if p.state is State.OVERDUE), None)
        if overdue is None or one.final.channel != "any":
            continue
        since = _still_unreported(record, one, overdue)
        if since is None:
            continue
        until = overdue.holds_until
        if until is not None and until <= since[0]:
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
            holds_from=since[0],
            holds_until=until,
            explanation=explanation.missed(record, one.ground, overdue, since[0]),
        )
    yield from _figures_left_out(record, judged)


def _still_unreported(
    record: OfficeRecord, judged: Judged, overdue: Obligation
) -> tuple[datetime, tuple[str, ...]] | None:
    """When it is on record that nothing had been reported: a statement, the closing, the end of a complete record."""
    timeline = record.timeline
    for step in timeline.acts(record.office.id):
        if isinstance(step.entry, NonReportStated) and (not step.to or judged.final.recipient in step.to):
            at = step.at.earliest
            if at is not None and overdue.due.latest is not None and at >= overdue.due.latest:
                return step.at.latest or at, (step.id,)
    closed = timeline.closed
    if record.complete and closed is not None and closed.at.latest is not None:
        return closed.at.latest, (closed.id,)
    if record.complete and timeline.opened.imported and timeline.ends is not None:
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
    for one in judged:
        report = next((s for s in timeline.acts(office) if s.id == one.final.met_by), None)
        if report is None or one.final.channel != "any" or report.entry.facts.verifying:
            continue
        if known_figures(report.entry.facts, told=True).keys() & {"deaths", "persons"}:
            continue
        held = [
            h
            for h in record.held
            if surely_by(h.since, report.at)
            and h.step.id != report.id
            and any(known_figures(h.facts).get(m, 0) > 0 for m in ("deaths", "persons"))
        ]
        if not held:
            continue
        later = [
            s
            for s in reports_of(timeline, office, answers=True)
            if s.id != report.id
            and set(s.to) & set(report.to)
            and known_figures(s.entry.facts, told=True).keys() & {"deaths", "persons"}
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
