"""A duty with the obligation that came of it, and the first word of an office to any other."""

from __future__ import annotations

from emergency.assessment.duties import Duty, OfficeRecord
from emergency.assessment.holding import reports_of
from emergency.assessment.model import Ground, Obligation
from emergency.assessment.timeline import Step
from emergency.domain.fixed import fixed
from emergency.domain.intervals import Interval


@fixed()
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
        return self.duty.governing.ground

    @property
    def timed(self) -> bool:
        """Whether a confirmed rule with hours surely applies: only its limit can be said to have passed."""
        return self.ground.due is not None and self.ground.sure and self.ground.confirmed


def first_report(record: OfficeRecord) -> Step | None:
    """The office's earliest report to any other office."""
    reports = reports_of(record.timeline, record.office.id, answers=True)
    return min(reports, key=lambda s: _late_end(s.at), default=None)


def _late_end(interval: Interval) -> float:
    end = interval.latest or interval.earliest
    return end.timestamp() if end else float("inf")
