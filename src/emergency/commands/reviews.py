"""The commands of a review (责任追究): opened on findings, evidence, statement, determination, appeal, consequence."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from emergency.answers import Identity
from emergency.commands.review_desk import (
    LAST,
    Asking,
    ReviewDesk,
    ReviewOutcome,
    copied,
    new_stream,
    this_minute,
    valid,
)
from emergency.domain.record import Recorded
from emergency.domain.review import (
    AppealDecided,
    Appealed,
    AppealOutcome,
    Consequence,
    ConsequenceRecorded,
    DecisionDelivered,
    Determined,
    EvidenceAdded,
    Proceeding,
    ReviewClosed,
    ReviewOpened,
    ReviewReopened,
    StatementHeard,
    Verdict,
)
from emergency.domain.review_state import review_of
from emergency.domain.reviewing import OpenReview, decide
from emergency.domain.values import StatedTime
from emergency.errors import BrokenDataError, NotFoundError
from emergency.ledger import Asked, digest_of, nearest
from emergency.projections.dossier import Dossier, dossier_of
from emergency.projections.listing import Listing, parked_row
from emergency.projections.review_rows import ReviewView, review_row
from emergency.projections.streams import REVIEW, review_stream
from emergency.store import Writing


class Reviews(ReviewDesk):
    """Reviews, each of one office and incident.

    Every command takes ``identity`` (who is at the keyboard), ``by`` (who acts, where that is another office), ``at``
    (when; now unless given) and ``command_id`` (the same id never records twice). Whatever cannot be meant is refused
    with `RefusedError` or `NotFoundError`, and nothing is written.
    """

    # -- opening ---------------------------------------------------------------------------------------------

    def open(
        self,
        incident: str,
        office: str,
        *,
        why: str,
        identity: Identity,
        findings: Sequence[str] | None = None,
        proceeding: Proceeding | str | None = None,
        by: str | None = None,
        at: StatedTime | None = None,
        command_id: str | None = None,
    ) -> ReviewOutcome:
        """Open a review of an office on an incident (立案).

        Args:
            incident: The incident.
            office: The office concerned.
            why: On what occasion.
            identity: Who is at the keyboard.
            findings: Which of its findings, by id or kind; None = all that stand now.
            proceeding: What kind of decision it is to lead to: competence and limits go by this.
            by: Who opens it.
            at: When.
            command_id: The same id never records twice.

        Raises:
            NotFoundError: no such incident, office or finding.
            BrokenDataError: the incident cannot be judged.
        """
        asking = Asking(
            office=office,
            findings=None if findings is None else tuple(findings),
            by=by or identity.office,
            why=why,
            proceeding=None if proceeding is None else str(proceeding),
            at=None if at is None or at.text is None else at.model_dump_json(),
        )

        def decided(writing: Writing, asked: Asked) -> tuple[Recorded[Any], ...]:
            view = self._view(writing, incident)
            self._ledger.known(view.directory, identity.office)
            for named in (asking.by, office):
                self._body(view.directory, named)
            opened = valid(
                ReviewOpened,
                incident=incident,
                findings=copied(view, office, asking.findings),
                rulebook=self._ledger.rulebook.fingerprint,
                concerned=office,
                office=asking.by,
                officer=identity.officer,
                role=identity.role,
                logged_by=identity.office,
                at=at or this_minute(),
                why=why,
                position=view.position,
                proceeding=proceeding,
            )
            new = decide(OpenReview(opened), None, self._ledger.now())
            return self._append(writing, new_stream(writing, incident), 0, new, asked)

        return self._carried_out(command_id, digest_of(f"review of {incident}", asking), decided)

    # -- in a review -----------------------------------------------------------------------------------------

    def add_evidence(
        self,
        review: str,
        words: str,
        *,
        identity: Identity,
        source: str | None = None,
        finding: str | None = None,
        sha256: str | None = None,
        by: str | None = None,
        at: StatedTime | None = None,
        command_id: str | None = None,
    ) -> ReviewOutcome:
        """Add evidence (证据), also after the closing. ``sha256``: of a file that is kept elsewhere."""
        act = self._act(
            EvidenceAdded, identity, by, at, words=words, source=source, finding=finding, sha256=sha256
        )
        return self._do(review, act, identity, command_id)

    def hear(
        self,
        review: str,
        *,
        identity: Identity,
        words: str | None = None,
        waived: bool = False,
        post: str | None = None,
        by: str | None = None,
        at: StatedTime | None = None,
        command_id: str | None = None,
    ) -> ReviewOutcome:
        """Record the statement (陈述申辩) of the office concerned, or that it waived it; ``post``: of one post only."""
        office = by or self._review(review).concerned
        act = self._act(StatementHeard, identity, office, at, waived=waived, words=words, post=post)
        return self._do(review, act, identity, command_id)

    def determine(
        self,
        review: str,
        verdicts: Sequence[Verdict],
        *,
        identity: Identity,
        why: str,
        source: str | None = None,
        proceeding: Proceeding | str | None = None,
        by: str | None = None,
        at: StatedTime | None = None,
        command_id: str | None = None,
    ) -> ReviewOutcome:
        """Determine what the office did (认定): by whom it may be is recorded with it, and refused to the office alone.

        Args:
            review: The review.
            verdicts: What was found, each of a finding under review, of the office or of one post.
            identity: Who is at the keyboard.
            why: The reasons.
            source: Where this is known from, such as the number of a document.
            proceeding: What kind of decision it is, where that differs from what the review was opened for.
            by: The body that determines.
            at: When.
            command_id: The same id never records twice.

        Raises:
            RefusedError: the office was not heard, it would judge itself, the review is closed, or something that is
                not under review would be determined.
        """
        act = self._act(
            Determined,
            identity,
            by,
            at,
            verdicts=tuple(verdicts),
            why=why,
            source=source,
            proceeding=proceeding,
        )
        return self._do(review, act, identity, command_id)

    def deliver(
        self,
        review: str,
        *,
        identity: Identity,
        of: str | None = None,
        by: str | None = None,
        at: StatedTime | None = None,
        command_id: str | None = None,
    ) -> ReviewOutcome:
        """Record that the last determination or decision, or the one named, reached the office concerned (送达)."""
        to = self._review(review).concerned
        act = self._act(DecisionDelivered, identity, by, at, of=of or LAST, to=to or identity.office)
        return self._do(review, act, identity, command_id)

    def appeal(
        self,
        review: str,
        *,
        grounds: str,
        identity: Identity,
        of: str | None = None,
        to: str | None = None,
        post: str | None = None,
        by: str | None = None,
        at: StatedTime | None = None,
        command_id: str | None = None,
    ) -> ReviewOutcome:
        """Record an appeal (申请复审、复核、复议、申诉) against what was determined or decided last, or ``of``.

        One that comes late is recorded and marked. ``to``: the body it was lodged with.
        """
        act = self._act(
            Appealed,
            identity,
            by or self._review(review).concerned,
            at,
            of=of or LAST,
            to=to,
            grounds=grounds,
            post=post,
        )
        return self._do(review, act, identity, command_id)

    def decide(
        self,
        review: str,
        outcome: AppealOutcome | str,
        *,
        identity: Identity,
        why: str,
        verdicts: Sequence[Verdict] = (),
        appeal: str | None = None,
        by: str | None = None,
        at: StatedTime | None = None,
        command_id: str | None = None,
    ) -> ReviewOutcome:
        """Decide an appeal: ``upheld``, ``changed`` into the verdicts given, or ``revoked``.

        Raises:
            RefusedError: there is no such appeal, or more than one is open and none was named; the office would decide
                its own appeal.
        """
        act = self._act(
            AppealDecided,
            identity,
            by,
            at,
            appeal=appeal or LAST,
            outcome=outcome,
            verdicts=tuple(verdicts),
            why=why,
        )
        return self._do(review, act, identity, command_id)

    def record_consequence(
        self,
        review: str,
        consequence: Consequence | str,
        words: str,
        *,
        identity: Identity,
        post: str | None = None,
        by: str | None = None,
        at: StatedTime | None = None,
        command_id: str | None = None,
    ) -> ReviewOutcome:
        """Record what followed (处理结果), for the office or for one post in it."""
        whom = self._review(review).concerned or identity.office
        act = self._act(
            ConsequenceRecorded, identity, by, at, whom=whom, consequence=consequence, words=words, post=post
        )
        return self._do(review, act, identity, command_id)

    def close(
        self,
        review: str,
        *,
        why: str,
        identity: Identity,
        by: str | None = None,
        at: StatedTime | None = None,
        command_id: str | None = None,
    ) -> ReviewOutcome:
        """Close it (结案): nothing is determined in it any more; evidence and appeals are recorded all the same."""
        return self._do(review, self._act(ReviewClosed, identity, by, at, why=why), identity, command_id)

    def reopen(
        self,
        review: str,
        *,
        why: str,
        identity: Identity,
        by: str | None = None,
        at: StatedTime | None = None,
        command_id: str | None = None,
    ) -> ReviewOutcome:
        """Open it again."""
        return self._do(review, self._act(ReviewReopened, identity, by, at, why=why), identity, command_id)

    # -- reading ---------------------------------------------------------------------------------------------

    def named(self, incident: str, name: str = "") -> str:
        """The review that is meant: by its name, or the only one there is.

        Raises:
            NotFoundError: there is none, or several and none was named.
        """
        with self._ledger.log.reading() as reading:
            known = [s.removeprefix(REVIEW) for s in reading.streams(review_stream(incident, ""))]
        wanted = f"{incident}/{name}"
        if wanted in known:
            return wanted
        if not known:
            raise NotFoundError(
                f"There is no review of {incident}. Open one with: emergency review open {incident} --office OFFICE",
                zh=(f"{incident} 没有案件。立案用：emergency review open {incident} --office OFFICE"),
            )
        if name:
            raise NotFoundError(
                f"There is no review {wanted}.{nearest(wanted, known).en} There are: {', '.join(known)}.",
                zh=(f"没有案件 {wanted}。{nearest(wanted, known).zh}现有：{'、'.join(known)}。"),
            )
        if len(known) > 1:
            raise NotFoundError(
                f"There are several reviews of {incident}: {', '.join(known)}. Name one.",
                zh=f"{incident} 有多个案件：{'、'.join(known)}。请写明哪一个。",
            )
        return known[0]

    def show(self, review: str) -> ReviewView:
        """One review with the incident that it is of, judged now.

        Raises:
            NotFoundError: there is no such review.
        """
        with self._ledger.log.reading() as reading:
            return self._shown(reading, review)

    def list(self, incidents: Sequence[str] = (), *, office: str | None = None) -> Listing:
        """The reviews, of some incidents or of all, of one office or of all."""
        with self._ledger.log.reading() as reading:
            prefixes = [review_stream(ref, "") for ref in dict.fromkeys(incidents)] or [REVIEW]
            directory = self._ledger.directories.of(reading)
            rows = []
            parked = []
            for stream in (s for prefix in prefixes for s in reading.streams(prefix)):
                try:
                    state = review_of(reading.stream(stream))
                except BrokenDataError as error:
                    parked.append(parked_row(stream, 0, error.words))
                    continue
                if state is not None and (office is None or office in state.judged):
                    rows.append(review_row(state, directory))
            return Listing(
                tuple(rows), reading.last_position(), 0, tuple(parked), (self._ledger.rulebook.fingerprint,)
            )

    def dossier(self, review: str) -> Dossier:
        """The whole review as one folder of Markdown and JSON (卷宗): see `Dossier.write`."""
        with self._ledger.log.reading() as reading:
            return dossier_of(self._shown(reading, review))


__all__ = ["ReviewOutcome", "Reviews"]
