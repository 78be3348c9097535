"""The unified drafts (统稿) of an incident as its record shows them, for judging: who holds which, and its versions.

Every version that was ever laid down stays, with all that was done about it; nothing is refused for its order.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from emergency.assessment.timeline import Step, Timeline
from emergency.domain.drafting import (
    DraftAssigned,
    DraftEdited,
    DraftOpened,
    DraftReviewed,
    DraftSignedOff,
    UnifiedDraftIssued,
)
from emergency.domain.events import REPORTS, Report
from emergency.domain.fixed import fixed, kept
from emergency.domain.vocabulary import SignOff

ACTS = frozenset({DraftOpened, DraftEdited, DraftReviewed, DraftSignedOff, UnifiedDraftIssued, DraftAssigned})


@fixed(eq=False)
class Decision:
    """One person's decision on a version: approved, or returned."""

    step: Step
    stage: SignOff
    approved: bool


@fixed(eq=False)
class Version:
    """One version of a draft.

    Args:
        number: Its number.
        edits: How its text was laid down, the first first; none where only what came after is on record.
        decisions: What those in the chain said of it, in time.
        issued: Its first issue; None where it was not issued.
    """

    number: int
    edits: tuple[Step, ...]
    decisions: tuple[Decision, ...]
    issued: Step | None


@fixed(eq=False)
class Draft:
    """The draft that an office holds.

    Args:
        holder: The office.
        opened: How it was begun, the first first; none where that is not on record.
        versions: Its versions, by number.
        assigned: Units told to send an issued version up.
        acts: All that was done with it.
    """

    holder: str
    opened: tuple[Step, ...]
    versions: tuple[Version, ...]
    assigned: tuple[Step, ...]
    acts: tuple[Step, ...]

    @kept
    def jointly(self) -> frozenset[str]:
        """The other office that drafts together with the holder, where one does."""
        others = (getattr(s.entry, "jointly", None) for s in self.opened)
        return frozenset(other for other in others if other is not None)

    @kept
    def issues(self) -> tuple[Version, ...]:
        """The versions that were issued."""
        return tuple([v for v in self.versions if v.issued is not None])

    @kept
    def contributions(self) -> frozenset[str]:
        """The reports that it is made of, by event id."""
        return frozenset(one for s in self.acts for one in getattr(s.entry, "contributions", ()))

    def version(self, number: int | None) -> Version | None:
        """The version of that number; None where there is none."""
        return next((v for v in self.versions if v.number == number), None)


def drafts_of(timeline: Timeline) -> dict[str, Draft]:
    """The drafts of an incident, by the office that holds each."""
    if "drafts" not in timeline.memo:
        timeline.memo["drafts"] = _folded(timeline) if not timeline.kinds.isdisjoint(ACTS) else {}
    found: dict[str, Draft] = timeline.memo["drafts"]
    return found


def forwards_of(timeline: Timeline, holder: str) -> tuple[Step, ...]:
    """The reports that name a draft of an office as what they send."""
    return tuple([s for s in timeline.steps if s.act in REPORTS and _draft(s) == holder])


def _draft(step: Step) -> str | None:
    return step.entry.draft if isinstance(step.entry, Report) else None


def _folded(timeline: Timeline) -> dict[str, Draft]:
    acts: dict[str, list[Step]] = {}
    for step in timeline.steps:
        if step.act in ACTS:
            entry: Any = step.entry
            acts.setdefault(entry.draft, []).append(step)
    return {holder: _draft_of(holder, in_time(listed)) for holder, listed in acts.items()}


def _draft_of(holder: str, acts: tuple[Step, ...]) -> Draft:
    def of(kind: type[Any]) -> list[Step]:
        return [s for s in acts if s.act is kind]

    numbers = sorted({n for s in acts if (n := getattr(s.entry, "version", None)) is not None})
    versions = []
    for number in numbers:
        mine = [s for s in acts if getattr(s.entry, "version", None) == number]
        issues = [s for s in mine if s.act is UnifiedDraftIssued]
        versions.append(
            Version(
                number,
                tuple([s for s in mine if s.act is DraftEdited]),
                tuple([d for s in mine if (d := _decision(s)) is not None]),
                issues[0] if issues else None,
            )
        )
    return Draft(holder, tuple(of(DraftOpened)), tuple(versions), tuple(of(DraftAssigned)), acts)


def _decision(step: Step) -> Decision | None:
    entry = step.entry
    if isinstance(entry, DraftReviewed):
        return Decision(step, entry.stage, entry.approved)
    if isinstance(entry, DraftSignedOff):
        return Decision(step, SignOff.SIGN, entry.approved)
    return None


def in_time(steps: Iterable[Step]) -> tuple[Step, ...]:
    """Steps in the order of their times, whatever the order in which they came on record; of one minute, in that."""
    return tuple(sorted(steps, key=_time))


def _time(step: Step) -> tuple[datetime, datetime, datetime, str]:
    known = step.at.latest or step.at.earliest or step.recorded_at
    return known, step.at.earliest or known, step.recorded_at, step.ref
