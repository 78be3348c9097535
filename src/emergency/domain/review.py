"""The review (责任追究案件): what people determined, beside what the engine found; neither overwrites the other."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from emergency.domain.amendment import effective
from emergency.domain.events import EntryAmended, EntryWithdrawn
from emergency.domain.fixed import fixed
from emergency.domain.record import Recorded
from emergency.domain.values import NO_FACTS, UNSTATED, Facts, OfficeId, StatedTime, Value
from emergency.domain.vocabulary import Fault, Status


class CopiedFinding(Value):
    """A finding as it stood when the review was opened."""

    id: str
    office: OfficeId
    kind: Fault
    status: Status


class ReviewOpened(Value):
    """A review of one incident began: copies the findings and the hash of the rulebook they stand under."""

    incident: str
    findings: tuple[CopiedFinding, ...] = ()
    rulebook: str | None = None


class Verdict(Value):
    """What people found of one office; *none* clears it."""

    office: OfficeId
    kind: Fault | Literal["none"]


class Determined(Value):
    """The competent body's formal finding (认定)."""

    office: OfficeId
    at: StatedTime = UNSTATED
    verdicts: tuple[Verdict, ...]
    facts: Facts = NO_FACTS
    source: str | None = None
    step: str | None = None
    officer: str | None = None


ReviewEvent = ReviewOpened | Determined | EntryAmended | EntryWithdrawn


@fixed(slots=True)
class Review:
    """A review as it stands."""

    stream: str
    incident: str
    version: int
    determined: tuple[Recorded[Determined], ...] = ()


def review_of(events: Iterable[Recorded[ReviewEvent]]) -> Review | None:
    """The fold of one review stream, amendments and withdrawals applied; None where it was never opened."""
    listed = tuple(events)
    standing = effective(listed)
    opened = next((r for r in standing if isinstance(r.event, ReviewOpened)), None)
    if opened is None:
        return None
    return Review(
        stream=opened.stream,
        incident=opened.event.incident,
        version=listed[-1].version,
        determined=tuple(r for r in standing if isinstance(r.event, Determined)),
    )
