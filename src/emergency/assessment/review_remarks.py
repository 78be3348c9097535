"""What whoever acts in a review is told beside that it is on record: nothing of it refuses anything."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from emergency.assessment.model import Words
from emergency.assessment.review_duties import Mark
from emergency.assessment.words import FAULTS, span_words
from emergency.domain.intervals import surely_after
from emergency.domain.record import Recorded
from emergency.domain.review import (
    AppealDecided,
    Appealed,
    AppealOutcome,
    Competence,
    ConsequenceRecorded,
    DecisionDelivered,
    Determined,
    EvidenceAdded,
    ReviewAct,
    ReviewClosed,
    ReviewOpened,
)
from emergency.domain.review_state import Review
from emergency.domain.vocabulary import Fault

IN_TIME, LATE = Words("在期限内提出", "the appeal is in time"), Words("逾期提出", "the appeal is late")


def remarks_on(
    done: Recorded[ReviewOpened | ReviewAct], review: Review, others: Sequence[Review], marks: Sequence[Mark]
) -> Iterator[Words]:
    """What to tell about one act.

    Args:
        done: The act.
        review: The review with it.
        others: The other reviews of the incident.
        marks: Whether each appeal came in time.
    """
    event = done.event
    at = event.at.earliest if event.at is not None else None
    if at is not None and at > done.recorded_at:
        yield Words("所述时间尚未到", "its time lies ahead")
    if isinstance(event, ReviewOpened):
        yield from _on_opening(event, others)
    elif isinstance(event, Determined):
        yield from _on_determination(event, review, done.position)
    elif isinstance(event, DecisionDelivered):
        target = review.act(event.of)
        if target is not None and surely_after(target.event.at.interval, event.at.interval):
            yield Words("送达时间早于作出时间", "it is dated before the decision itself")
    elif isinstance(event, Appealed):
        yield from (mark_words(mark) for mark in marks if mark.appeal == done.event_id)
    elif isinstance(event, AppealDecided):
        yield from _on_competence(event.competence)
        yield from _on_what_ended(event, review)
    elif isinstance(event, ConsequenceRecorded) and not review.determined:
        yield Words("尚未作出认定", "nothing is determined yet")
    elif isinstance(event, ReviewClosed):
        if not review.determined:
            yield Words("未作出认定即结案", "it is closed without a determination")
        if waiting := len(review.undecided):
            yield Words(
                f"有{waiting}件申请尚未作出决定",
                f"{waiting} appeal{'s' if waiting > 1 else ''} not decided yet",
            )


def _on_opening(event: ReviewOpened, others: Sequence[Review]) -> Iterator[Words]:
    if not event.findings:
        yield Words("系统没有该单位的疑点", "the engine has no finding of that office")
    for other in others:
        if other.concerned == event.concerned and not other.closed:
            yield Words(
                f"该单位另有未结案件 {other.name}",
                f"there is an open review of that office already: {other.name}",
            )
    if event.proceeding is None:
        yield Words(
            "未说明属于哪种处理：管辖与期限无法核对",
            "of what kind the decision is to be was not said: competence and limits cannot be told",
        )


def _on_determination(event: Determined, review: Review, position: int) -> Iterator[Words]:
    yield from _on_competence(event.competence)
    heard = max((r.position for r in review.statements if r.position < position), default=0)
    later = [r for r in review.of(EvidenceAdded) if heard < r.position < position]
    if later:
        yield Words(
            f"陈述申辩之后又收到{len(later)}项证据，该单位未就此陈述",
            f"{len(later)} piece{'s' if len(later) > 1 else ''} of evidence came after the statement: "
            "the office was not heard on that",
        )
    named = {verdict.finding for verdict in event.verdicts}
    for finding in review.opened.event.findings:
        if finding.id not in named:
            said = FAULTS[finding.kind]
            yield Words(f"未认定：{said.zh} {finding.id}", f"not determined: {said.en} {finding.id}")


def _on_what_ended(event: AppealDecided, review: Review) -> Iterator[Words]:
    """What was found before and is not found again."""
    appeal = next((r for r in review.appeals if r.event_id == event.appeal), None)
    contested = review.contested(appeal.event) if appeal is not None else None
    if contested is None or event.outcome is AppealOutcome.UPHELD:
        return
    again = {(verdict.finding, verdict.post) for verdict in event.verdicts}
    for verdict in contested.event.verdicts:
        if (verdict.finding, verdict.post) not in again and verdict.kind != "none":
            said, post = FAULTS[Fault(verdict.kind)], f" [{verdict.post}]" if verdict.post else ""
            yield Words(f"不再成立：{said.zh}{post}", f"no longer stands: {said.en}{post}")


def _on_competence(competence: Competence | None) -> Iterator[Words]:
    if competence is None or competence.result == "pass":
        return
    zh = "无管辖权" if competence.result == "fail" else "管辖权不明"
    en = "not competent" if competence.result == "fail" else "competence unknown"
    where = f" ({competence.citation})" if competence.citation else ""
    yield Words(f"{zh}：{competence.zh}{where}", f"{en}: {competence.en}{where}")


def mark_words(mark: Mark) -> Words:
    """Whether an appeal came in time, in words."""
    cited = f" ({mark.ground.citation})" if mark.ground is not None else ""
    if mark.in_time is None:
        why = mark.reason
        zh, en = (f"：{why.zh}", f": {why.en}") if why is not None else ("", "")
        return Words(f"是否逾期不明{zh}{cited}", f"whether the appeal is in time is unknown{en}{cited}")
    if mark.in_time:
        return Words(f"{IN_TIME.zh}{cited}", f"{IN_TIME.en}{cited}")
    late = span_words(mark.late_by) if mark.late_by is not None else Words("", "")
    return Words(
        f"{LATE.zh}{late.zh}{cited}；已记录在案",
        f"{LATE.en} by {late.en}{cited}; it is recorded all the same",
    )


def held_at(since: datetime | None, until: datetime | None, at: datetime) -> bool:
    """Whether something that holds from when until when holds at an instant."""
    return (since is None or since <= at) and (until is None or at < until)
