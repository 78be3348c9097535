"""The review (责任追究案件): what people determined, beside what the engine found; neither overwrites the other.

The events of a review; what they come to is told in `review_state`. Imported determinations are reviews as well, in
which everything that the source does not say stays unknown.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import StringConstraints

from emergency.domain.events import EntryAmended, EntryWithdrawn
from emergency.domain.intervals import Span
from emergency.domain.values import NO_FACTS, UNSTATED, Facts, OfficeId, StatedTime, Value
from emergency.domain.vocabulary import Fault, Status

Said = Annotated[str, StringConstraints(min_length=1)]
Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class Proceeding(StrEnum):
    """What kind of decision it is to be (处理方式): who may make it, and which limits run, goes by this.

    事故调查 investigation, 政务处分 supervision (by the supervision body), 处分 discipline (by the appointing body),
    行政处罚 penalty, 通报考核 circular (by the offices that run the duty system).
    """

    INVESTIGATION = "investigation"
    SUPERVISION = "supervision"
    DISCIPLINE = "discipline"
    PENALTY = "penalty"
    CIRCULAR = "circular"


class AppealOutcome(StrEnum):
    """What an appeal came to: 维持 upheld, 变更 changed, 撤销 revoked."""

    UPHELD = "upheld"
    CHANGED = "changed"
    REVOKED = "revoked"


class Consequence(StrEnum):
    """What followed (处理结果).

    通报 circular, 约谈 interview, 扣分 points, 责令检查 inspection, 取消评优 no-award, 诫勉 admonition, 组织处理
    reassignment, 警告 warning, 记过 demerit, 记大过 great-demerit, 降级 demotion, 撤职 removal, 开除 dismissal,
    党纪处分 party-discipline, 罚款 fine, 移送 transfer, 其他 other.
    """

    CIRCULAR = "circular"
    INTERVIEW = "interview"
    POINTS = "points"
    INSPECTION = "inspection"
    NO_AWARD = "no-award"
    ADMONITION = "admonition"
    REASSIGNMENT = "reassignment"
    WARNING = "warning"
    DEMERIT = "demerit"
    GREAT_DEMERIT = "great-demerit"
    DEMOTION = "demotion"
    REMOVAL = "removal"
    DISMISSAL = "dismissal"
    PARTY_DISCIPLINE = "party-discipline"
    FINE = "fine"
    TRANSFER = "transfer"
    OTHER = "other"


# -- values ----------------------------------------------------------------------------------------------------


class CopiedSpan(Value):
    """How late, as it stood: at least and at most."""

    at_least: timedelta | None = None
    at_most: timedelta | None = None

    @staticmethod
    def of(span: Span | None) -> CopiedSpan | None:
        """The same as a value of an event."""
        return None if span is None else CopiedSpan(at_least=span.at_least, at_most=span.at_most)


class CopiedRule(Value):
    """A rule that a finding rested on, as it stood."""

    rule: str
    citation: str
    confirmed: bool


class CopiedFinding(Value):
    """A finding as it stood when the review was opened: whatever happens to the record, this was looked at."""

    id: str
    office: OfficeId
    kind: Fault
    status: Status
    could_be: tuple[Fault, ...] | None = None
    obligation: str | None = None
    late_by: CopiedSpan | None = None
    evidence: tuple[str, ...] | None = None
    rules: tuple[CopiedRule, ...] | None = None
    holds_from: datetime | None = None
    zh: str | None = None
    en: str | None = None


class Verdict(Value):
    """What people found of one office, or of one post in it; *none* clears it.

    Args:
        office: The office.
        kind: What it did, or ``none``.
        finding: The finding under review that this is about; None = all of that kind, or what the engine did not see.
        post: The post (职务) it is about, a role and never a person's name; None = the office itself.
        why: The reason.
    """

    office: OfficeId
    kind: Fault | Literal["none"]
    finding: str | None = None
    post: Said | None = None
    why: Said | None = None


class Competence(Value):
    """Whether a body may decide (管辖): never refused, always shown.

    Args:
        result: ``unknown`` where the record or the rulebook does not tell.
        provision: The id of the provision that it rests on.
        citation: Where that is written.
        zh: Why, in Chinese.
        en: Why, in English.
    """

    result: Literal["pass", "fail", "unknown"]
    provision: str | None = None
    citation: str | None = None
    zh: str
    en: str


# -- events ----------------------------------------------------------------------------------------------------


class ReviewOpened(Value):
    """A review of one office and incident began: copies the findings and the hash of the rulebook they stand under.

    Args:
        incident: The incident.
        findings: The findings it is about.
        rulebook: The hash of the rulebook.
        concerned: The office concerned (当事单位); None where the review was imported.
        office: The office that opened it.
        officer: The officer who did, by id.
        role: In which role.
        logged_by: The office that recorded it.
        at: When.
        why: On what occasion.
        position: The position of the log that the findings were copied from.
        proceeding: What kind of decision it is to lead to.
    """

    incident: str
    findings: tuple[CopiedFinding, ...] = ()
    rulebook: str | None = None
    concerned: OfficeId | None = None
    office: OfficeId | None = None
    officer: str | None = None
    role: str | None = None
    logged_by: OfficeId | None = None
    at: StatedTime | None = None
    why: Said | None = None
    position: int | None = None
    proceeding: Proceeding | None = None


class Act(Value):
    """One act in a review.

    Args:
        office: Who acts.
        at: When, as stated.
        officer: The officer, by id.
        role: In which role.
        logged_by: The office that recorded it here.
    """

    office: OfficeId
    at: StatedTime = UNSTATED
    officer: str | None = None
    role: str | None = None
    logged_by: OfficeId | None = None


class EvidenceAdded(Act):
    """Something that speaks for or against (证据). ``sha256``: of a file that is kept elsewhere."""

    words: Said
    source: Said | None = None
    finding: str | None = None
    sha256: Sha256 | None = None


class StatementHeard(Act):
    """The office concerned made its statement (陈述申辩), or gave up its right; ``post``: only one post of it did."""

    waived: bool
    words: Said | None = None
    post: Said | None = None


class Determined(Value):
    """The competent body's formal finding (认定).

    Args:
        office: The body.
        at: When.
        verdicts: What it found.
        facts: What it established.
        source: Where this is known from.
        step: Its id in the imported file, None where it was made here.
        officer: Who recorded it, by id.
        role: In which role.
        logged_by: The office that recorded it here.
        why: The reasons.
        proceeding: What kind of decision it is.
        competence: Whether the body may decide, as it was seen then.
    """

    office: OfficeId
    at: StatedTime = UNSTATED
    verdicts: tuple[Verdict, ...]
    facts: Facts = NO_FACTS
    source: str | None = None
    step: str | None = None
    officer: str | None = None
    role: str | None = None
    logged_by: OfficeId | None = None
    why: Said | None = None
    proceeding: Proceeding | None = None
    competence: Competence | None = None


class DecisionDelivered(Act):
    """A determination or the decision of an appeal reached the office concerned (送达): the limit to appeal runs on."""

    of: str
    to: OfficeId


class Appealed(Act):
    """The determination, or the decision of an earlier appeal, is contested (申请复审、复核、复议或申诉).

    Args:
        of: The event that is contested.
        to: The body it was lodged with; None where that is not told.
        grounds: On what grounds.
        post: Which post contests it; None = the office.
    """

    of: str
    to: OfficeId | None = None
    grounds: Said
    post: Said | None = None


class AppealDecided(Act):
    """The appeal was decided. ``verdicts``: what holds instead; what they replace no longer stands."""

    appeal: str
    outcome: AppealOutcome
    verdicts: tuple[Verdict, ...] = ()
    why: Said
    competence: Competence | None = None


class ConsequenceRecorded(Act):
    """What followed for the office, or for one post in it."""

    whom: OfficeId
    consequence: Consequence
    words: Said
    post: Said | None = None


class ReviewClosed(Act):
    """The review was closed (结案)."""

    why: Said


class ReviewReopened(Act):
    """The review was opened again: only then may anything be determined in it."""

    why: Said


ReviewAct = (
    EvidenceAdded
    | StatementHeard
    | Determined
    | DecisionDelivered
    | Appealed
    | AppealDecided
    | ConsequenceRecorded
    | ReviewClosed
    | ReviewReopened
)
ReviewEvent = ReviewOpened | ReviewAct | EntryAmended | EntryWithdrawn

ACTS = (*Act.__subclasses__(), Determined)
"""The kinds of acts."""
