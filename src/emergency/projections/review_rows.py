"""Reviews as rows that other programs read: plain JSON values, the engine's view and the people's side by side."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from emergency.assessment.model import Assessment, Finding, Obligation
from emergency.assessment.review_duties import Mark
from emergency.assessment.review_remarks import held_at, mark_words
from emergency.assessment.timeline import Timeline
from emergency.domain.fixed import fixed
from emergency.domain.intervals import Span, in_utc
from emergency.domain.offices import Directory
from emergency.domain.record import Recorded
from emergency.domain.review import (
    AppealDecided,
    Appealed,
    Competence,
    ConsequenceRecorded,
    CopiedFinding,
    CopiedSpan,
    DecisionDelivered,
    Determined,
    EvidenceAdded,
    ReviewAct,
    ReviewClosed,
    ReviewReopened,
    StatementHeard,
    Verdict,
)
from emergency.domain.review_state import Review, Ruling, rulings
from emergency.domain.values import StatedTime
from emergency.projections.rows import (
    Row,
    finding_row,
    interval_row,
    iso_instant,
    obligation_row,
    span_row,
    words_row,
)
from emergency.rulebook import Rulebook

ACT_NAMES: dict[type[Any], str] = {
    EvidenceAdded: "evidence",
    StatementHeard: "statement",
    Determined: "determined",
    DecisionDelivered: "delivered",
    Appealed: "appealed",
    AppealDecided: "decided",
    ConsequenceRecorded: "consequence",
    ReviewClosed: "closed",
    ReviewReopened: "reopened",
}
"""What each act is called in rows."""


@fixed(kw_only=True)
class ReviewView:
    """One review, with the incident it is of as that is judged now.

    Args:
        review: The review.
        timeline: The incident.
        assessment: What its record shows now.
        directory: The offices.
        rulebook: The rules that it is judged by.
        marks: Whether each appeal came in time.
        position: The position of the log that was read to.
    """

    review: Review
    timeline: Timeline
    assessment: Assessment
    directory: Directory
    rulebook: Rulebook
    marks: tuple[Mark, ...]
    position: int

    def findings(self, at: datetime) -> list[Finding]:
        """What the engine finds of the office concerned at an instant, with what people determined."""
        offices = self.review.judged
        return [
            f
            for f in self.assessment.findings
            if f.office in offices and held_at(f.holds_from, f.holds_until, at)
        ]

    def obligations(self, at: datetime) -> list[Obligation]:
        """The review's own deadlines as they stand at an instant."""
        mine = {self.review.opened.event_id, *(r.event_id for r in self.review.acts)}
        return [
            o
            for o in self.assessment.obligations
            if o.occasion in mine and held_at(o.holds_from, o.holds_until, at)
        ]

    def row(self, at: datetime) -> Row:
        """The whole review as plain JSON values, as it stands at an instant."""
        return {
            **review_row(self.review, self.directory),
            "why": self.review.opened.event.why,
            "copied_from": self.review.opened.event.position,
            "rulebook_then": self.review.opened.event.rulebook,
            "rulebook_now": self.rulebook.fingerprint,
            "findings_then": [self._copied(f, at) for f in self.review.opened.event.findings],
            "findings_now": [finding_row(f, self.timeline, self.directory) for f in self.findings(at)],
            "acts": [act_row(r, self.directory, self.marks) for r in self.review.acts],
            "obligations": [obligation_row(o, self.timeline, self.directory) for o in self.obligations(at)],
        }

    def _copied(self, finding: CopiedFinding, at: datetime) -> Row:
        return {
            "id": finding.id,
            "kind": finding.kind.value,
            "status": finding.status.value,
            "could_be": [kind.value for kind in finding.could_be or ()],
            "obligation": finding.obligation,
            "late_by": _span(finding.late_by),
            "evidence": list(finding.evidence or ()),
            "rules": [
                {"rule": r.rule, "citation": r.citation, "confirmed": r.confirmed}
                for r in finding.rules or ()
            ],
            "holds_from": iso_instant(finding.holds_from),
            "explanation": {"zh": finding.zh, "en": finding.en},
            "determined": [
                {**verdict_row(v, [finding]), "by": ruling.id}
                for ruling, v in standing_verdicts(self.review, finding, at)
            ],
        }


def standing_verdicts(review: Review, finding: CopiedFinding, at: datetime) -> list[tuple[Ruling, Verdict]]:
    """What stands of a finding under review at an instant: of the office, and of each post."""
    found: dict[str | None, tuple[Ruling, Verdict]] = {}
    for ruling in sorted(rulings(review), key=lambda r: r.order):
        if held_at(ruling.since, ruling.until, at):
            for verdict in ruling.verdicts:
                if about(verdict, finding):
                    found[verdict.post] = ruling, verdict
    return [found[post] for post in sorted(found, key=lambda post: (post is not None, post or ""))]


def about(verdict: Verdict, finding: CopiedFinding) -> bool:
    """Whether a verdict is on a finding under review."""
    if verdict.finding is not None:
        return verdict.finding == finding.id
    return verdict.office == finding.office and verdict.kind in (finding.kind, "none")


def view_of(verdict: Verdict, findings: Sequence[CopiedFinding]) -> str:
    """Whether a verdict confirms, changes or rejects the engine's view, or adds to it."""
    known = next((f for f in findings if f.id == verdict.finding), None)
    if verdict.kind == "none":
        return "rejecting"
    if known is not None:
        return "confirming" if known.kind == verdict.kind else "changing"
    return "confirming" if any(f.kind == verdict.kind for f in findings) else "adding"


def state_of(review: Review) -> str:
    """How far it has come: ``open``, ``heard``, ``determined``, ``appealed``, ``decided`` or ``closed``."""
    if review.closed:
        return "closed"
    if review.undecided:
        return "appealed"
    if review.decisions:
        return "decided"
    if review.determined:
        return "determined"
    return "heard" if review.statements else "open"


def review_row(review: Review, directory: Directory) -> Row:
    """One review, for lists."""
    opened = review.opened.event
    said = [("waived" if r.event.waived else "heard") for r in review.statements]
    offices = sorted(review.judged)
    office = offices[0] if len(offices) == 1 else None
    missing = "unknown" if review.concerned is None else "none"
    return {
        "review": review.id,
        "incident": review.incident,
        "office": office,
        "office_ref": directory.ref(office) if office is not None else None,
        "offices": offices,
        "imported": review.concerned is None,
        "state": state_of(review),
        "proceeding": opened.proceeding.value if opened.proceeding else None,
        "opened_by": opened.office,
        "opened_at": stated_row(opened.at),
        "findings": [f.id for f in opened.findings],
        "statement": said[-1] if said else missing,
        "verdicts": [verdict_row(v, opened.findings) for r in review.determined for v in r.event.verdicts],
        "appeals": len(review.appeals),
        "undecided": len(review.undecided),
        "outcomes": [r.event.outcome.value for r in review.decisions],
        "consequences": [r.event.consequence.value for r in review.of(ConsequenceRecorded)],
    }


def act_row(recorded: Recorded[ReviewAct], directory: Directory, marks: Sequence[Mark] = ()) -> Row:
    """One act in a review."""
    event = recorded.event
    row: Row = {
        "id": recorded.event_id,
        "number": recorded.version,
        "act": ACT_NAMES[type(event)],
        "office": event.office,
        "office_ref": directory.ref(event.office),
        "officer": event.officer,
        "role": event.role,
        "logged_by": event.logged_by,
        "at": stated_row(event.at),
        "recorded_at": iso_instant(recorded.recorded_at),
    }
    for name in (
        "words",
        "source",
        "sha256",
        "waived",
        "post",
        "why",
        "of",
        "to",
        "grounds",
        "appeal",
        "whom",
    ):
        if name in type(event).model_fields:
            row[name] = getattr(event, name)
    if isinstance(event, EvidenceAdded):
        row["finding"] = event.finding
    if isinstance(event, (Determined, AppealDecided)):
        row["verdicts"] = [verdict_row(v) for v in event.verdicts]
        row["competence"] = _competence(event.competence)
    if isinstance(event, Determined):
        row["proceeding"] = event.proceeding.value if event.proceeding else None
    if isinstance(event, AppealDecided):
        row["outcome"] = event.outcome.value
    if isinstance(event, ConsequenceRecorded):
        row["consequence"] = event.consequence.value
    if isinstance(event, Appealed):
        mark = next((m for m in marks if m.appeal == recorded.event_id), None)
        row["limit"] = _mark(mark) if mark is not None else None
    return row


def verdict_row(verdict: Verdict, findings: Sequence[CopiedFinding] | None = None) -> Row:
    """One verdict; with the findings under review, also how it stands to the engine's view."""
    row = {
        "office": verdict.office,
        "kind": verdict.kind,
        "finding": verdict.finding,
        "post": verdict.post,
        "why": verdict.why,
    }
    return row if findings is None else {**row, "view": view_of(verdict, findings) if findings else None}


def stated_row(at: StatedTime | None) -> Row | None:
    """When, as far as it is stated."""
    return interval_row(in_utc(at.interval)) if at is not None and at.stated else None


def _span(span: CopiedSpan | None) -> Row | None:
    return None if span is None else span_row(Span(span.at_least, span.at_most))


def _competence(found: Competence | None) -> Row | None:
    if found is None:
        return None
    return {
        "result": found.result,
        "provision": found.provision,
        "citation": found.citation,
        "explanation": {"zh": found.zh, "en": found.en},
    }


def _mark(mark: Mark) -> Row:
    ground = mark.ground
    return {
        "in_time": mark.in_time,
        "due": interval_row(ground.due) if ground is not None else None,
        "late_by": span_row(mark.late_by),
        "rule": ground.rule if ground is not None else None,
        "citation": ground.citation if ground is not None else None,
        "confirmed": ground.confirmed if ground is not None else None,
        "explanation": words_row(mark_words(mark)),
    }
