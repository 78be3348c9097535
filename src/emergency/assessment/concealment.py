"""When concealment (瞒报) is suspected: three patterns, and never the length of a delay.

An office knew, its limit ran out without a report of its own, and it withheld or denied; or an office above found
out by outsiders or by its own inquiry before it reported; or it kept back known dead, missing or trapped that no
report of its on record tells of. People with authority determine.
"""

from __future__ import annotations

from collections.abc import Iterator

from emergency.assessment import explanation
from emergency.assessment.duties import FIRST, OfficeRecord
from emergency.assessment.holding import had_by, known_of, reports_of, told_of
from emergency.assessment.judged import Judged, first_report
from emergency.assessment.knowledge import Shows, knowledge_of
from emergency.assessment.model import Finding
from emergency.assessment.reasons import ANSWER_UNREAD, EARLIER_IMPLIED, RECEIVER_UNNAMED
from emergency.assessment.timeline import Step, Timeline
from emergency.domain.events import REPORTS, ClueLinked, Denied, Inquired, Withheld
from emergency.domain.intervals import Interval, first_of, possibly_by, surely_after, surely_by
from emergency.domain.receiving import NOTICES
from emergency.domain.vocabulary import Fault, Line, Origin, State, Status

_KEEPING = frozenset({Withheld, Denied})
"""Acts by which an office keeps back what it knows."""
_OUTSIDE = frozenset({Inquired, ClueLinked})
"""Acts by which an office above may find out."""
_CARRYING = frozenset({*REPORTS, *NOTICES})
"""Acts that carry to an office above what an outsider may have told."""


def concealed(record: OfficeRecord, judged: tuple[Judged, ...]) -> Finding | None:
    """The one suspicion of concealment that the office's record gives, if any."""
    timeline, office = record.timeline, record.office.id
    keeps = any(s.act in _KEEPING for s in timeline.acts(office))
    if not keeps and (not judged or timeline.kinds.isdisjoint(_OUTSIDE)):
        return None  # every pattern has one of these acts
    untrue = {c.report.id for c in record.contradicted}
    first = first_report(record)
    if first is not None and first.id in untrue:
        return None  # one matter, one suspicion: falsified, which says that it could be concealed
    firsts = [j for j in judged if j.final.occasion == FIRST and j.final.channel == "any"]
    timed = [j for j in firsts if j.timed]
    for one in timed:
        own = _own_report(record, one)
        if (own is not None and own.id in untrue) or not _limit_passed(one, own):
            continue
        kept = _kept_back(record, own, surely_before=False)
        if kept:
            return _concealment(record, one, kept, (Fault.CONCEALED,), explanation.WITHHELD)
        outside = _known_from_outside(record, one, own or _told_a_rightful_office(record, judged))
        if outside is not None:
            steps, at = outside
            return _concealment(record, one, steps, (Fault.LATE, Fault.CONCEALED), explanation.FOUND_OUT, at)
    if not keeps:
        return None
    at_once = [j for j in firsts if j.ground.due is None and j.ground.sure]
    others: list[Judged | None] = [] if timed else [*at_once] or [None]
    for duty in others:
        own = first if duty is None else _own_report(record, duty)
        kept = _kept_back(record, own, surely_before=True)
        if kept and not (own is not None and own.id in untrue):
            why = explanation.WITHHELD_NO_RULE if duty is None else explanation.WITHHELD_AT_ONCE
            return _concealment(record, duty, kept, (Fault.CONCEALED,), why)
    partly = _left_out(record)
    if partly:
        return _concealment(record, None, partly, (Fault.CONCEALED,), explanation.PARTLY)
    return None


def _told_a_rightful_office(record: OfficeRecord, judged: tuple[Judged, ...]) -> Step | None:
    """Its earliest report about any of its duties: whoever told one rightful office did not hide from the rest."""
    reports = [r for j in judged if (r := _own_report(record, j)) is not None]
    public = [r for r in reports if not _inside_the_enterprise(record, r)]
    return min(public, key=lambda s: (s.at.latest is None, s.at.latest or s.recorded_at, s.ref), default=None)


def _inside_the_enterprise(record: OfficeRecord, report: Step) -> bool:
    offices = [record.directory.get(to) for to in report.to]
    return all(o is not None and o.line is Line.ENTERPRISE for o in offices)


def _own_report(record: OfficeRecord, judged: Judged) -> Step | None:
    """The office's own report about a duty, be it to a wrong office; None where it told nobody."""
    step = judged.final.met_by or judged.elsewhere
    return record.timeline.step(step) if step else None


def _limit_passed(judged: Judged, own: Step | None) -> bool:
    """Whether the limit ran out, at a time on record, without a report of the office."""
    due = judged.ground.due
    if due is None or due.latest is None or judged.final.state in (State.MET, State.EXCUSED):
        return False
    if judged.final.reason in (EARLIER_IMPLIED, RECEIVER_UNNAMED, ANSWER_UNREAD):
        return False
    return own is None or surely_after(own.at, due)


def _kept_back(record: OfficeRecord, own: Step | None, *, surely_before: bool) -> tuple[Step, ...]:
    """The office's acts of withholding or denial before its own report."""
    acts = [s for s in record.timeline.acts(record.office.id) if s.act in _KEEPING]
    if own is None:
        return tuple(acts)
    if surely_before:
        return tuple(s for s in acts if surely_by(s.at, own.at))
    return tuple(s for s in acts if had_by(s.at, own.at))


def _known_from_outside(
    record: OfficeRecord, judged: Judged, own: Step | None
) -> tuple[tuple[Step, ...], Interval] | None:
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
        return ((step,) if origin is None or origin.id == step.id else (origin, step)), at
    return None


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
        if step.act is Inquired:
            if step.office in up:
                yield step, step.office, step.at
            continue
        for receiver in set(step.to) & up:
            if isinstance(entry, ClueLinked):
                if entry.by is Origin.OUTSIDE:
                    yield step, receiver, timeline.received(step, receiver)
            elif (
                step.act in _CARRYING
                and step.office != office
                and _clue_behind(timeline, step) is not None
                and not _heard_from(timeline, step, office)
            ):
                yield step, receiver, timeline.received(step, receiver)


def _clue_behind(timeline: Timeline, step: Step) -> Step | None:
    """The outsider's clue that the sender of a message had before it sent it."""
    if step.act is ClueLinked:
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
    reports = reports_of(timeline, office, answers=True)
    found: list[Step] = []
    for step in timeline.acts(office):
        if step.act is not Withheld:
            continue
        people = {m: n for m, n in known_of(step).items() if m in ("deaths", "persons") and n > 0}
        if people and not any(_tells(report, step) for report in reports):
            found.append(step)
    return tuple(found)


def _tells(report: Step, withheld: Step) -> bool:
    told, people = told_of(report), known_of(withheld)
    return bool(told) and all(told.get(m, -1.0) >= n for m, n in people.items() if m in ("deaths", "persons"))


def _concealment(
    record: OfficeRecord,
    judged: Judged | None,
    steps: tuple[Step, ...],
    could_be: tuple[Fault, ...],
    why: explanation.Why,
    at: Interval | None = None,
) -> Finding:
    timeline, knowledge = record.timeline, record.knowledge
    evidence = dict.fromkeys((*(s.id for s in steps), *knowledge.triggers))
    due = judged.ground.due if judged else None
    came = at or first_of(s.at for s in steps)
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
