"""The review (责任追究案件): what people determined, beside what the engine found; neither overwrites the other.

The events of a review, and what they come to. Imported determinations are reviews as well, in which everything that
the source does not say stays unknown.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import StringConstraints

from emergency.domain.amendment import effective
from emergency.domain.events import EntryAmended, EntryWithdrawn
from emergency.domain.fixed import changed, fixed
from emergency.domain.intervals import Span
from emergency.domain.record import Recorded
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
    reassignment, 警告 warning, 记过 demerit, 记大过 great-demerit, 降级 demotion, 撤职 removal, 开除 dismissal, 党纪处分
    party-discipline, 罚款 fine, 移送 transfer, 其他 other.
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
        concerned: The office concerned (被审查单位); None where the review was imported.
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
    """The office concerned made its statement (陈述申辩), or gave up the right to. ``post``: only one post of it did."""

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


# -- the fold --------------------------------------------------------------------------------------------------


@fixed()
class Ruling:
    """Verdicts, and for how long they stand.

    Args:
        id: The determination, or the decision of an appeal, by event id.
        since: When it was made; None = nobody knows, so it is taken to stand throughout.
        until: When an appeal ended it.
        verdicts: What was found.
        order: Of two that stand at the same instant, the greater holds.
    """

    id: str
    since: datetime | None
    until: datetime | None
    verdicts: tuple[Verdict, ...]
    order: tuple[float, int]


@fixed()
class Review:
    """A review as it stands.

    Args:
        stream: Its stream.
        opened: How it was opened.
        version: Its last version, that of an amendment included.
        acts: What was done in it that counts, in the order of the log.
    """

    stream: str
    opened: Recorded[ReviewOpened]
    version: int
    acts: tuple[Recorded[ReviewAct], ...] = ()

    @property
    def incident(self) -> str:
        """The incident."""
        return self.opened.event.incident

    @property
    def name(self) -> str:
        """Its name within the incident."""
        return self.stream.rpartition("/")[2]

    @property
    def id(self) -> str:
        """What people call it by."""
        return f"{self.incident}/{self.name}"

    @property
    def concerned(self) -> str | None:
        """The office concerned; None where the review was imported."""
        return self.opened.event.concerned

    @property
    def determined(self) -> tuple[Recorded[Determined], ...]:
        """The determinations."""
        return tuple([r for r in self.acts if type(r.event) is Determined])

    @property
    def statements(self) -> tuple[Recorded[StatementHeard], ...]:
        """What the office concerned said."""
        return tuple([r for r in self.acts if type(r.event) is StatementHeard])

    @property
    def appeals(self) -> tuple[Recorded[Appealed], ...]:
        """The appeals."""
        return tuple([r for r in self.acts if type(r.event) is Appealed])

    @property
    def decisions(self) -> tuple[Recorded[AppealDecided], ...]:
        """The decisions of appeals."""
        return tuple([r for r in self.acts if type(r.event) is AppealDecided])

    @property
    def closed(self) -> bool:
        """Whether it is closed."""
        return next((type(r.event) is ReviewClosed for r in reversed(self.acts) if type(r.event) in _ENDS), False)

    @property
    def undecided(self) -> tuple[Recorded[Appealed], ...]:
        """The appeals that wait for a decision."""
        decided = {r.event.appeal for r in self.decisions}
        return tuple([r for r in self.appeals if r.event_id not in decided])

    @property
    def contestable(self) -> Recorded[Determined] | Recorded[AppealDecided] | None:
        """What was determined or decided last."""
        found: list[Recorded[Determined] | Recorded[AppealDecided]] = [*self.determined, *self.decisions]
        return max(found, key=lambda r: r.position, default=None)

    def act(self, event_id: str) -> Recorded[ReviewAct] | None:
        """The act of that event id."""
        return next((r for r in self.acts if r.event_id == event_id), None)

    def contested(self, appeal: Appealed) -> Recorded[Determined] | Recorded[AppealDecided] | None:
        """What an appeal is against."""
        found: list[Recorded[Determined] | Recorded[AppealDecided]] = [*self.determined, *self.decisions]
        return next((r for r in found if r.event_id == appeal.of), None)

    def delivered(self, event_id: str) -> Recorded[DecisionDelivered] | None:
        """The first delivery of a determination or decision."""
        return next(
            (r for r in self.acts if isinstance(r.event, DecisionDelivered) and r.event.of == event_id), None
        )


_ENDS = (ReviewClosed, ReviewReopened)

ACTS = (*Act.__subclasses__(), Determined)
"""The kinds of acts."""


def review_of(events: Iterable[Recorded[ReviewEvent]]) -> Review | None:
    """The fold of one review stream, amendments and withdrawals applied; None where it was never opened."""
    listed = tuple(events)
    standing = effective(listed)
    opened = next((r for r in standing if type(r.event) is ReviewOpened), None)
    if opened is None:
        return None
    acts = tuple([r for r in standing if type(r.event) in ACTS])
    return Review(opened.stream, opened, listed[-1].version, acts)


def moment(at: StatedTime) -> datetime | None:
    """The instant that an act stands from: its latest, so that nothing is held against anybody too early."""
    interval = at.interval
    return interval.latest or interval.earliest


def rulings(review: Review) -> tuple[Ruling, ...]:
    """What stands of a review, and when: a determination until an appeal changes or revokes it."""
    found: dict[str, Ruling] = {}
    roots: dict[str, str | None] = {}
    for recorded in review.acts:
        event, here = recorded.event, recorded.event_id
        if isinstance(event, Determined):
            found[here] = _ruling(recorded, moment(event.at), event.verdicts)
            roots[here] = here
        elif isinstance(event, AppealDecided):
            appeal = review.act(event.appeal)
            against = appeal.event.of if appeal is not None and isinstance(appeal.event, Appealed) else ""
            root = roots.get(against)
            if event.outcome is AppealOutcome.UPHELD:
                roots[here] = root
                continue
            since = moment(event.at) or recorded.recorded_at
            if root is not None:
                ended = found[root]
                until = since if ended.until is None else min(ended.until, since)
                found[root] = changed(ended, until=until)
            found[here] = _ruling(recorded, since, event.verdicts)
            roots[here] = here
    return tuple(found.values())


def _ruling(recorded: Recorded[ReviewAct], since: datetime | None, verdicts: tuple[Verdict, ...]) -> Ruling:
    order = (since or recorded.recorded_at).timestamp(), recorded.position
    return Ruling(recorded.event_id, since, None, verdicts, order)
