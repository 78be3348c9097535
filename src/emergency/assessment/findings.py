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
from emergency.assessment.knowledge import Shows, knowledge_of
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
    elsewhere: str | None
    """Its report to an office that was not the right one, where it made no other."""

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
    concealed = _concealed(record, judged)
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
        at_most = phase.late_by.at_most if phase.late_by else None
        if (at_least is not None and not at_least) or (at_most is not None and not at_most):
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


def _concealed(record: OfficeRecord, judged: tuple[Judged, ...]) -> Finding | None:
    """The one suspicion of concealment that the office's record gives, if any."""
    untrue = {c.report.id for c in record.contradicted}
    firsts = [j for j in judged if j.final.occasion == FIRST and j.final.channel == "any"]
    timed = [j for j in firsts if j.timed]
    for one in timed:
        own = _own_report(record, one)
        if (own is not None and own.id in untrue) or not _limit_passed(one, own):
            continue
        kept = _kept_back(record, own, surely_before=False)
        if kept:
            return _concealment(record, one, kept, (Fault.CONCEALED,), explanation.WITHHELD)
        outside = _known_from_outside(record, one, own)
        if outside:
            return _concealment(record, one, outside, (Fault.LATE, Fault.CONCEALED), explanation.FOUND_OUT)
    at_once = [j for j in firsts if j.ground.due is None and j.ground.sure]
    others: list[Judged | None] = [] if timed else [*at_once] or [None]
    for duty in others:
        own = first_report(record) if duty is None else _own_report(record, duty)
        kept = _kept_back(record, own, surely_before=True)
        if kept and not (own is not None and own.id in untrue):
            why = explanation.WITHHELD_NO_RULE if duty is None else explanation.WITHHELD_AT_ONCE
            return _concealment(record, duty, kept, (Fault.CONCEALED,), why)
    first = first_report(record)
    partly = () if first is not None and first.id in untrue else _left_out(record)
    if partly:
        return _concealment(record, None, partly, (Fault.CONCEALED,), explanation.PARTLY)
    return None


def _own_report(record: OfficeRecord, judged: Judged) -> Step | None:
    """The office's own report about a duty, be it to a wrong office; None where it told nobody."""
    step = judged.final.met_by or judged.elsewhere
    return record.timeline.step(step) if step else None


def _limit_passed(judged: Judged, own: Step | None) -> bool:
    """Whether the limit ran out, at a time on record, without a report of the office."""
    due = judged.ground.due
    if due is None or due.latest is None or judged.final.state is State.MET:
        return False
    return own is None or surely_after(own.at, due)


def _kept_back(record: OfficeRecord, own: Step | None, *, surely_before: bool) -> tuple[Step, ...]:
    """The office's acts of withholding or denial before its own report."""
    acts = [s for s in record.timeline.acts(record.office.id) if isinstance(s.entry, (Withheld, Denied))]
    if own is None:
        return tuple(acts)
    if surely_before:
        return tuple(s for s in acts if surely_by(s.at, own.at))
    return tuple(s for s in acts if possibly_by(s.at, own.at))


def _known_from_outside(record: OfficeRecord, judged: Judged, own: Step | None) -> tuple[Step, ...]:
    """How an office above found out by outsiders or its own inquiry, after the limit and before the office's report.

    What it, or the recipient, may already have known from any office's report is not found out.
    """
    timeline, recipient = record.timeline, judged.final.recipient
    due = judged.ground.due or Interval()
    up = {recipient, *record.directory.above(record.office.id)}
    for step, receiver, at in _outside_routes(timeline, record.office.id, up):
        if not surely_after(at, due) or (own is not None and not _surely_before(at, own.at)):
            continue
        if _told_officially(timeline, record.office.id, {receiver, recipient}, at):
            continue
        origin = _clue_behind(timeline, step)
        return (step,) if origin is None or origin.id == step.id else (origin, step)
    return ()


def _told_officially(timeline: Timeline, office: str, offices: set[str], by: Interval) -> bool:
    """Whether one of some offices may have known before by what goes back to no outsider and no inquiry."""
    for receiver in offices:
        known = knowledge_of(timeline, receiver)
        routes = list(_outside_routes(timeline, office, {receiver}))
        for evidence in known.evidence if known else ():
            if evidence.shows is Shows.SIGN or not _possibly_before(evidence.at, by):
                continue
            if evidence.step.office == receiver:
                # Its own act may come of what outsiders had told it.
                found_out = any(possibly_by(at, evidence.at) for _, _, at in routes)
            else:
                found_out = any(evidence.step.id == step.id for step, _, _ in routes)
            if not found_out:
                return True
    return False


def _possibly_before(one: Interval, other: Interval) -> bool:
    return one.earliest is None or other.latest is None or one.earliest < other.latest


def _surely_before(one: Interval, other: Interval) -> bool:
    return one.latest is not None and other.earliest is not None and one.latest < other.earliest


def _outside_routes(timeline: Timeline, office: str, up: set[str]) -> Iterator[tuple[Step, str, Interval]]:
    """Steps by which an office above came to know other than from ``office``: the step, who came to know, when."""
    for step in timeline.steps:
        entry = step.entry
        if isinstance(entry, Inquired):
            if step.office in up:
                yield step, step.office, step.at
            continue
        for receiver in set(step.to) & up:
            if isinstance(entry, ClueLinked):
                if entry.by is Origin.OUTSIDE:
                    yield step, receiver, timeline.received(step, receiver)
            elif (
                isinstance(entry, (*REPORTS, Notified))
                and step.office != office
                and _clue_behind(timeline, step) is not None
                and not _heard_from(timeline, step, office)
            ):
                yield step, receiver, timeline.received(step, receiver)


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
