"""The one place that judges: everything else calls `assess`."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from emergency.assessment import explanation
from emergency.assessment.doing import Doing, done_about
from emergency.assessment.duties import Duty, OfficeRecord, applicable, duties, office_record
from emergency.assessment.findings import findings_of
from emergency.assessment.judged import Judged
from emergency.assessment.later import later_duties
from emergency.assessment.model import Assessment, Finding, Obligation, Remark
from emergency.assessment.relief import judged_duty, without_waived
from emergency.assessment.timeline import Timeline, timeline_of
from emergency.domain.bookkeeping import Waived
from emergency.domain.fixed import changed, fixed
from emergency.domain.instructions import InstructionReceived
from emergency.domain.offices import Directory
from emergency.domain.record import Recorded
from emergency.domain.review import Determined
from emergency.domain.vocabulary import Fault, Status
from emergency.rulebook import Rule, Rulebook


@fixed(eq=False)
class Owed:
    """What one office owed on one incident, and what it did about each duty.

    Args:
        record: What it is judged from.
        rules: The rules that bind, or allow something to, an office of its kind on such an event.
        duties: Its duties, each with what was done about it: the first reports, then those that were called for later.
        remarks: Duties that found no recipient, and the like.
    """

    record: OfficeRecord
    rules: tuple[Rule, ...]
    duties: tuple[tuple[Duty, Doing], ...]
    remarks: tuple[Remark, ...]


def assess(history: Iterable[Recorded[Any]], directory: Directory, rulebook: Rulebook) -> Assessment:
    """Judge one incident: pure, without a clock, and without cutting anything itself.

    Args:
        history: The incident's own stream and those of its reviews, already cut to what is to be judged.
        directory: Who reports to whom, cut in the same way.
        rulebook: Under which rules.

    Raises:
        BrokenDataError: the history cannot be folded.
    """
    return assess_timeline(timeline_of(history), directory, rulebook)


def assess_timeline(timeline: Timeline, directory: Directory, rulebook: Rulebook) -> Assessment:
    """The same, of a timeline that is already folded."""
    obligations: list[Obligation] = []
    findings: list[Finding] = []
    remarks: list[Remark] = []
    looked_up: set[str] = set()
    for office_id in timeline.offices:
        looked_up.add(office_id)
        looked_up.update(directory.above(office_id))
        owed = owed_by(timeline, directory, rulebook, office_id)
        if owed is None:
            continue
        remarks.extend(owed.remarks)
        judged = tuple([Judged(duty, *judged_duty(owed.record, duty, doing)) for duty, doing in owed.duties])
        for one in judged:
            obligations.extend(one.phases)
        findings.extend(findings_of(owed.record, judged))
    if InstructionReceived in timeline.kinds:
        from emergency.assessment.instructions import (  # noqa: PLC0415 - few incidents have any
            instructions_owed,
            offices_of,
        )

        obligations.extend(instructions_owed(timeline, directory, rulebook))
        looked_up.update(offices_of(timeline))
    if Waived in timeline.kinds:
        looked_up.update(step.office for step in timeline.steps if step.act is Waived)
    return Assessment(
        obligations=tuple(obligations),
        findings=tuple(_with_determinations(timeline, directory, findings)),
        remarks=tuple(dict.fromkeys(remarks)),
        offices=frozenset(looked_up),
    )


def owed_by(timeline: Timeline, directory: Directory, rulebook: Rulebook, office_id: str) -> Owed | None:
    """What one office owed; None where nothing hints that it knew, or nobody knows what it is."""
    record = office_record(timeline, directory, rulebook, office_id)
    if record is None:
        return None
    asks = applicable(record)
    firsts, remarks = duties(record, asks)
    everyone = frozenset([r for duty in firsts for r in duty.recipients])
    later, more = later_duties(record, asks)
    if Waived in timeline.kinds:
        firsts = tuple([without_waived(record, duty) for duty in firsts])
        later = [(without_waived(record, duty), doing) for duty, doing in later]
    done = [(duty, done_about(record, duty, everyone)) for duty in firsts]
    return Owed(record, asks.rules, (*done, *later), (*remarks, *more))


def _with_determinations(timeline: Timeline, directory: Directory, findings: list[Finding]) -> list[Finding]:
    """What people determined, beside what the engine found; the engine's own view stays as it is.

    A determination stands from the day it was made, and the later one of two stands.
    """
    result = list(findings)
    for recorded in timeline.determined:
        at = recorded.event.at.interval
        since = at.latest or at.earliest
        for verdict in recorded.event.verdicts:
            kind = None if verdict.kind == "none" else Fault(verdict.kind)
            word = "rejected" if kind is None else kind.value
            mine = [f for f in result if f.office == verdict.office and kind in (None, f.kind)]
            result = [part for f in result for part in (_from(f, since, word) if f in mine else (f,))]
            if kind is not None and not mine:
                result.append(_only_determined(timeline, directory, recorded, verdict.office, kind))
    return result


def _from(finding: Finding, since: datetime | None, word: str) -> tuple[Finding, ...]:
    """The finding with a determination from the day it was made on."""
    begins, ends = finding.holds_from, finding.holds_until
    if since is None or (begins is not None and since <= begins):
        return (changed(finding, determination=word),)
    if ends is not None and ends <= since:
        return (finding,)
    return (changed(finding, holds_until=since), changed(finding, holds_from=since, determination=word))


def _only_determined(
    timeline: Timeline, directory: Directory, recorded: Recorded[Determined], office: str, kind: Fault
) -> Finding:
    at = recorded.event.at.interval
    return Finding(
        id=f"{timeline.ref}:{office}:{kind}:determined",
        incident=timeline.ref,
        office=office,
        kind=kind,
        status=Status.NONE,
        could_be=(kind,),
        obligation=None,
        evidence=(recorded.event_id,),
        holds_from=at.latest or at.earliest,
        determination=kind.value,
        explanation=explanation.determined_only(directory.name(office), kind),
    )
