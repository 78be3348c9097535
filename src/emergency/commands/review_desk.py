"""How a command of a review is carried out: read, decided, written once, and told what to know of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from pydantic import ValidationError

from emergency.answers import Identity, View
from emergency.assessment.competence import appeal_competence, competence
from emergency.assessment.model import Finding, Words
from emergency.assessment.review_duties import appeal_marks
from emergency.assessment.review_remarks import remarks_on
from emergency.domain.complaint import complaint
from emergency.domain.fixed import fixed
from emergency.domain.offices import Directory
from emergency.domain.record import Recorded
from emergency.domain.review import (
    AppealDecided,
    Appealed,
    CopiedFinding,
    CopiedRule,
    CopiedSpan,
    DecisionDelivered,
    Determined,
    ReviewAct,
)
from emergency.domain.review_state import Review, moment, review_of
from emergency.domain.reviewing import Command, Do, decide
from emergency.domain.times import CHINA
from emergency.domain.values import UNSTATED, StatedTime
from emergency.errors import BrokenDataError, NotFoundError, RefusedError, UsageError
from emergency.ledger import Asked, Ledger, digest_of, held, nearest
from emergency.projections.review_rows import ReviewView
from emergency.projections.streams import REVIEW, incident_stream, review_stream
from emergency.store import PENDING, Draft, Reading, Writing

LAST = "-"
"""Stands for what was determined or decided last, until the review is read."""


@fixed(frozen=True, slots=True, kw_only=True)
class ReviewOutcome:
    """What a command in a review came to.

    Args:
        review: The review, ``INCIDENT/NAME``.
        event_ids: What was recorded.
        position: Where the log stands after it; None while the portal's transaction that it is part of is open.
        already: The same command had been carried out before; nothing was written now.
        warnings: What to know of it: a late appeal, a body that may not be competent. Nothing was refused for it.
    """

    review: str
    event_ids: tuple[str, ...]
    position: int | None
    already: bool = False
    warnings: tuple[Words, ...] = ()


@fixed(slots=True, kw_only=True)
class Asking:
    """What was asked for when a review was to be opened: the findings that are copied are no part of it."""

    office: str
    findings: tuple[str, ...] | None
    by: str
    why: str
    proceeding: str | None
    at: str | None


class ReviewDesk:
    """What every command of a review needs.

    Args:
        ledger: The log, the directory and the rulebook.
    """

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def _shown(self, reading: Reading, review: str) -> ReviewView:
        incident = review.partition("/")[0]
        view = self._view(reading, incident)
        state = next((r for r in view.timeline.reviews if r.id == review), None)
        if state is None:
            raise _no_review(review, [r.id for r in view.timeline.reviews])
        marks = appeal_marks(state, view.timeline, view.directory, self._ledger.rulebook)
        return ReviewView(
            review=state,
            timeline=view.timeline,
            assessment=view.assessment,
            directory=view.directory,
            rulebook=self._ledger.rulebook,
            marks=tuple(marks),
            position=view.position,
        )

    def _view(self, reading: Reading, incident: str) -> View:
        if not reading.version(incident_stream(incident)):
            raise self._ledger.no_incident(reading, incident)
        return self._ledger.view(reading, incident)

    def _review(self, review: str) -> Review:
        with self._ledger.log.reading() as reading:
            return _state(reading, review)

    def _act(
        self, kind: type[Any], identity: Identity, by: str | None, at: StatedTime | None, **fields: object
    ) -> Any:  # noqa: ANN401 - an act of that kind
        return valid(
            kind,
            office=by or identity.office,
            at=at or this_minute(),
            officer=identity.officer,
            role=identity.role,
            logged_by=identity.office,
            **fields,
        )

    def _do(self, review: str, act: ReviewAct, identity: Identity, command_id: str | None) -> ReviewOutcome:
        untimed = act.model_copy(update={"at": UNSTATED}) if act.at.text is None else act

        def decided(writing: Writing, asked: Asked) -> tuple[Recorded[Any], ...]:
            state = _state(writing, review)
            directory = self._ledger.directories.of(writing)
            for office in (identity.office, act.office, getattr(act, "to", None)):
                if office is not None:
                    self._ledger.known(directory, office)
            if isinstance(act, (Determined, AppealDecided)):
                self._body(directory, act.office)
            heirs = {heir for office in state.judged for heir in directory.heirs(office)}
            command: Command = Do(self._with_competence(writing, state, _aimed(act, state)))
            new = decide(command, state, self._ledger.now(), heirs)
            return self._append(writing, state.stream, state.version, new, asked)

        return self._carried_out(command_id, digest_of(review, Do(untimed)), decided)

    def _body(self, directory: Directory, office: str) -> None:
        """Refuse what is no office of the directory: the public acts in many ways, but it is no body."""
        self._ledger.known(directory, office)
        if office not in directory:
            raise NotFoundError(
                f"There is no office {office} in the directory. `emergency offices list` shows them.",
                zh=(f"报送网络中没有单位 {office}。全部单位见 `emergency offices list`。"),
            )

    def _with_competence(self, writing: Writing, state: Review, act: ReviewAct) -> ReviewAct:
        """The same with what is to be told of whether the body may decide."""
        if not isinstance(act, (Determined, AppealDecided)):
            return act
        view = self._ledger.view(writing, state.incident)
        day = (moment(act.at) or self._ledger.now()).astimezone(CHINA).date()
        around = (day, view.timeline, view.directory, self._ledger.rulebook)
        if isinstance(act, Determined):
            proceeding = act.proceeding or state.opened.event.proceeding
            found = competence(act.office, proceeding, *around)
            return act.model_copy(update={"proceeding": proceeding, "competence": found})
        appeal = next((r for r in state.appeals if r.event_id == act.appeal), None)
        if appeal is None:
            return act  # it will be refused
        return act.model_copy(update={"competence": appeal_competence(act.office, state, appeal, *around)})

    def _append(
        self, writing: Writing, stream: str, version: int, events: Sequence[Any], asked: Asked
    ) -> tuple[Recorded[Any], ...]:
        drafts = [Draft(event=event) for event in events]
        return tuple(writing.append(stream, version, drafts, command_id=asked.id, command_hash=asked.digest))

    def _carried_out(
        self,
        command_id: str | None,
        digest: str,
        decided: Callable[[Writing, Asked], tuple[Recorded[Any], ...]],
    ) -> ReviewOutcome:
        written, already = self._ledger.once(command_id, digest, decided)
        last = written[-1]
        outcome = ReviewOutcome(
            review=last.stream.removeprefix(REVIEW),
            event_ids=tuple(r.event_id for r in written),
            position=last.position if last.position < PENDING else None,
            already=already,
        )
        try:
            with self._ledger.log.reading() as reading:
                shown = self._shown(reading, outcome.review)
        except BrokenDataError as error:  # it is on record; what there is to tell of it cannot be worked out
            return replace(outcome, warnings=(error.words,))
        review = shown.review
        others = [r for r in shown.timeline.reviews if r is not review and r.opened.position < last.position]
        warnings = [words for done in written for words in remarks_on(done, review, others, shown.marks)]
        return replace(outcome, warnings=tuple(warnings))


def _aimed(act: ReviewAct, state: Review) -> ReviewAct:
    """The same, where nobody named it, about what was determined or decided last, or about the appeal that waits."""
    if isinstance(act, DecisionDelivered) and act.of == LAST and state.contestable is None:
        raise NotFoundError(
            f"There is no determination or decision in {state.id} to be delivered.",
            zh=f"{state.id} 中没有可以送达的认定或决定。",
        )
    if isinstance(act, AppealDecided) and act.appeal == LAST and not state.undecided:
        raise RefusedError(
            f"No appeal waits for a decision in {state.id}. Record it first, with: emergency review appeal {state.id}",
            zh=(f"{state.id} 中没有待决定的申诉。请先记录申诉：emergency review appeal {state.id}"),
        )
    if isinstance(act, (DecisionDelivered, Appealed)) and act.of == LAST and state.contestable is not None:
        return act.model_copy(update={"of": state.contestable.event_id})
    if isinstance(act, AppealDecided) and act.appeal == LAST and state.undecided:
        if len(state.undecided) > 1:
            listed = ", ".join(r.event_id for r in state.undecided)
            raise RefusedError(
                f"Several appeals wait in {state.id}: {listed}. Name the one that was decided.",
                zh=f"{state.id} 中有多项申诉待决定：{listed}。请写明决定的是哪一项。",
            )
        return act.model_copy(update={"appeal": state.undecided[0].event_id})
    return act


def copied(view: View, office: str, wanted: tuple[str, ...] | None) -> tuple[CopiedFinding, ...]:
    """The findings of an office as they stand now."""
    now = datetime.now(UTC)
    standing = [f for f in view.assessment.findings if f.office == office and held(f, now)]
    if wanted is None:
        return tuple(_copy(f) for f in standing)
    chosen: list[Finding] = []
    for word in wanted:
        found = [f for f in standing if word in (f.id, f.kind.value)] or [
            f for f in standing if f.id.startswith(word)
        ]
        if not found:
            listed = "; ".join(f"{f.kind.value} {f.id}" for f in standing)
            raise NotFoundError(
                f"There is no finding {word} of {office} on {view.timeline.ref}. Its findings are: {listed or 'none'}.",
                zh=(f"{office} 在 {view.timeline.ref} 上没有疑点 {word}。现有疑点：{listed or '无'}。"),
            )
        chosen += [f for f in found if f not in chosen]
    return tuple(_copy(f) for f in chosen)


def _copy(finding: Finding) -> CopiedFinding:
    return CopiedFinding(
        id=finding.id,
        office=finding.office,
        kind=finding.kind,
        status=finding.status,
        could_be=finding.could_be,
        obligation=finding.obligation,
        late_by=CopiedSpan.of(finding.late_by),
        evidence=finding.evidence,
        rules=tuple(
            CopiedRule(rule=g.rule, citation=g.citation, confirmed=g.confirmed) for g in finding.grounds
        ),
        holds_from=finding.holds_from,
        zh=finding.explanation.zh,
        en=finding.explanation.en,
    )


def new_stream(writing: Writing, incident: str) -> str:
    """A name that no review of the incident has: r1, r2 and so on."""
    used = {s.rpartition("/")[2] for s in writing.streams(review_stream(incident, ""))}
    number = 1
    while f"r{number}" in used or not writing.claim(review_stream(incident, f"r{number}")):
        number += 1  # used, or somebody is opening that one now
    return review_stream(incident, f"r{number}")


def _state(reading: Reading, review: str) -> Review:
    stream = f"{REVIEW}{review}"
    state = review_of(reading.stream(stream))
    if state is None:
        incident = review.partition("/")[0]
        known = [s.removeprefix(REVIEW) for s in reading.streams(review_stream(incident, ""))]
        raise _no_review(review, known)
    return state


def _no_review(review: str, known: Sequence[str]) -> NotFoundError:
    listed = (
        Words(f"现有：{'、'.join(known)}。", f" There are: {', '.join(known)}.")
        if known
        else Words("立案用：emergency review open", " Open one with: emergency review open")
    )
    return NotFoundError(
        f"There is no review {review}.{nearest(review, known).en}{listed.en}",
        zh=f"没有案件 {review}。{nearest(review, known).zh}{listed.zh}",
    )


def this_minute() -> StatedTime:
    """Now, to the minute: what is typed without a time."""
    minute = datetime.now(UTC).astimezone(CHINA).replace(second=0, microsecond=0)
    return StatedTime(earliest=minute, latest=minute, basis="stated")


def valid(cls: type[Any], **fields: object) -> Any:  # noqa: ANN401 - a value of that class
    """A value of the domain; what it refuses is wrong use.

    Raises:
        UsageError: the fields cannot be meant.
    """
    try:
        return cls(**fields)
    except ValidationError as error:
        said = complaint(error).sentence
        raise UsageError(said.en, zh=said.zh) from error
