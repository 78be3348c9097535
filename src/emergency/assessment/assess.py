"""The one place that judges: everything else calls `assess`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from emergency.assessment.determinations import with_determinations
from emergency.assessment.doing import Doing, done_about
from emergency.assessment.duties import Duty, OfficeRecord, applicable, duties, office_record
from emergency.assessment.findings import findings_of
from emergency.assessment.judged import Judged
from emergency.assessment.later import later_duties
from emergency.assessment.model import Assessment, Finding, Obligation, Remark
from emergency.assessment.relief import judged_duty, without_waived
from emergency.assessment.timeline import Timeline, timeline_of
from emergency.domain.bookkeeping import Waived
from emergency.domain.fixed import fixed
from emergency.domain.instructions import InstructionReceived
from emergency.domain.offices import Directory
from emergency.domain.record import Recorded
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
    if any(review.concerned is not None for review in timeline.reviews):
        from emergency.assessment.review_duties import review_duties  # noqa: PLC0415 - no entry needs it

        obligations.extend(review_duties(timeline, directory, rulebook))
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
        findings=tuple(with_determinations(timeline, directory, findings)),
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
