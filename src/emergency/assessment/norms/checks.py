"""All checks of the four norms on one incident."""

from __future__ import annotations

from collections.abc import Iterator

from emergency.assessment.model import Assessment
from emergency.assessment.norms import content, procedure, timely, wording
from emergency.assessment.norms.case import Case
from emergency.assessment.norms.model import Check
from emergency.assessment.timeline import Timeline
from emergency.domain.bookkeeping import Waived
from emergency.domain.offices import Directory
from emergency.rulebook import Rulebook

NORMS = (content, procedure, timely, wording)


def norms_of(
    timeline: Timeline, directory: Directory, rulebook: Rulebook, assessment: Assessment
) -> Iterator[Check]:
    """Check every office that acts, is told, owes anything or gave a waiver on an incident: pure, without a clock.

    Args:
        timeline: The incident's record, cut to what is to be judged.
        directory: Who reports to whom.
        rulebook: Under which rules.
        assessment: What the same record was judged to under the same rules.
    """
    waived = [s.office for s in timeline.steps if s.act is Waived] if Waived in timeline.kinds else []
    for name in dict.fromkeys((*timeline.offices, *assessment.owed_by, *waived)):
        office = directory.get(name)
        if office is None:
            continue
        case = Case(timeline, directory, rulebook, office, assessment)
        for norm in NORMS:
            yield from norm.checks(case)
