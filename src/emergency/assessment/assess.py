"""The one place that judges: everything else calls `assess`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from emergency.assessment import explanation
from emergency.assessment.duties import duties, office_record
from emergency.assessment.findings import findings_of
from emergency.assessment.judged import Judged
from emergency.assessment.model import Assessment, Finding, Obligation, Remark
from emergency.assessment.obligations import assess_duty
from emergency.assessment.timeline import Timeline, timeline_of
from emergency.domain.offices import Directory
from emergency.domain.record import Recorded
from emergency.domain.vocabulary import Fault, Status
from emergency.rulebook import Rulebook


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
        record = office_record(timeline, directory, rulebook, office_id)
        if record is None:
            continue
        owed, unmatched = duties(record)
        remarks.extend(unmatched)
        everyone = frozenset(r for duty in owed for r in duty.recipients)
        judged = tuple(Judged(duty, *assess_duty(record, duty, everyone)) for duty in owed)
        obligations.extend(phase for one in judged for phase in one.phases)
        findings.extend(findings_of(record, judged))
    return Assessment(
        obligations=tuple(obligations),
        findings=tuple(_with_determinations(timeline, directory, findings)),
        remarks=tuple(dict.fromkeys(remarks)),
        offices=frozenset(looked_up),
    )


def _with_determinations(timeline: Timeline, directory: Directory, findings: list[Finding]) -> list[Finding]:
    """What people determined, beside what the engine found; the engine's own view stays as it is."""
    result = list(findings)
    for recorded in timeline.determined:
        at = recorded.event.at.interval
        since = at.latest or at.earliest
        for verdict in recorded.event.verdicts:
            mine = [i for i, f in enumerate(result) if f.office == verdict.office]
            if verdict.kind == "none":
                for i in mine:
                    result[i] = replace(result[i], determination=result[i].determination or "rejected")
                continue
            same = [i for i in mine if result[i].kind is verdict.kind]
            for i in same:
                result[i] = replace(result[i], determination=verdict.kind.value)
            if not same:
                kind = Fault(verdict.kind)
                result.append(
                    Finding(
                        id=f"{timeline.ref}:{verdict.office}:{kind}:determined",
                        incident=timeline.ref,
                        office=verdict.office,
                        kind=kind,
                        status=Status.NONE,
                        could_be=(kind,),
                        obligation=None,
                        evidence=(recorded.event_id,),
                        holds_from=since,
                        determination=kind.value,
                        explanation=explanation.determined_only(directory.name(verdict.office), kind),
                    )
                )
    return result
