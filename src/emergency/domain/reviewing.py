"""What may be done in a review: formal acts are guarded here, for whoever is judged is to be heard, and by others.

Nothing is refused for being late or by whom, with two exceptions: the office concerned neither determines nor decides
an appeal, nor does whoever stands in its place since. An imported review records what was determined elsewhere: of it
nothing is required that a source may not tell, and nothing is determined in it here, where nobody could be heard.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime

from emergency.domain.fixed import fixed
from emergency.domain.intervals import surely_after
from emergency.domain.review import (
    AppealDecided,
    Appealed,
    AppealOutcome,
    ConsequenceRecorded,
    DecisionDelivered,
    Determined,
    EvidenceAdded,
    ReviewAct,
    ReviewClosed,
    ReviewOpened,
    ReviewReopened,
    StatementHeard,
    Verdict,
)
from emergency.domain.review_state import Review
from emergency.errors import NotFoundError, RefusedError


@fixed(slots=True)
class OpenReview:
    """Open a review."""

    opened: ReviewOpened


@fixed(slots=True)
class Do:
    """Do something in a review."""

    act: ReviewAct


Command = OpenReview | Do


def decide(
    command: Command, state: Review | None, now: datetime, heirs: Collection[str] = ()
) -> tuple[ReviewOpened | ReviewAct, ...]:
    """The events that the command leads to; ``now`` decides nothing.

    Args:
        command: What is to be done.
        state: The review; None where there is none of that name.
        now: The time.
        heirs: The offices that succeeded whoever is judged in it (撤并、改组), at any remove.

    Raises:
        RefusedError: the command cannot be meant as things stand, or whoever is judged would judge.
        NotFoundError: what it speaks of is not in the review.
    """
    del now
    if isinstance(command, OpenReview):
        if state is not None:
            raise RefusedError(f"There is already a review {state.id}. Use another name.")
        _check_opening(command.opened)
        return (command.opened,)
    if state is None:
        raise NotFoundError("There is no such review. Open it first, with: emergency review open")
    act = command.act
    if isinstance(act, Determined):
        _check_determination(act, state, heirs)
    elif isinstance(act, AppealDecided):
        _check_decision(act, state, heirs)
    elif isinstance(act, Appealed):
        _check_appeal(act, state)
    else:
        _check_other(act, state, heirs)
    return (act,)


def _check_opening(opened: ReviewOpened) -> None:
    if opened.concerned is None:
        raise RefusedError("A review is of one office. Say which one is concerned.")
    if other := [f.office for f in opened.findings if f.office != opened.concerned]:
        raise RefusedError(
            f"The findings are of {opened.concerned} and {other[0]}. A review is of one office: open one for each."
        )


def _check_other(act: ReviewAct, state: Review, heirs: Collection[str]) -> None:
    if isinstance(act, EvidenceAdded):
        if act.finding is not None:
            _check_finding(act.finding, state)
    elif isinstance(act, StatementHeard):
        _check_statement(act, state, heirs)
    elif isinstance(act, DecisionDelivered):
        if act.of not in {r.event_id for r in (*state.determined, *state.decisions)}:
            raise NotFoundError(
                f"There is no determination or decision {act.of} in {state.id} to be delivered."
            )
        if state.delivered(act.of) is not None:
            raise RefusedError(
                "That was delivered already; the limit to appeal runs from the first delivery."
            )
    elif isinstance(act, ConsequenceRecorded):
        _check_office(act.whom, state)
    elif isinstance(act, ReviewClosed) and state.closed:
        raise RefusedError(f"{state.id} is closed already.")
    elif isinstance(act, ReviewReopened) and not state.closed:
        raise RefusedError(f"{state.id} is open: there is nothing to reopen.")


def _check_statement(act: StatementHeard, state: Review, heirs: Collection[str]) -> None:
    if state.concerned is not None and act.office not in (state.concerned, *heirs):
        raise RefusedError(
            f"The statement is that of {state.concerned}, the office concerned. "
            f"What {act.office} has to say is evidence: emergency review evidence"
        )
    if not act.waived and act.words is None:
        raise RefusedError("What did the office state? Say it in words, or that it waived its right.")


def _check_determination(act: Determined, state: Review, heirs: Collection[str]) -> None:
    _check_open(state, "determined")
    if state.concerned is None:
        raise RefusedError(
            f"{state.id} was imported: it records what was determined elsewhere, and nobody can be heard in it. "
            f"Open a review of one office, with: emergency review open {state.incident} --office OFFICE"
        )
    _check_impartial((act.office, act.logged_by), state, heirs, "determine what it did")
    if not act.verdicts:
        raise RefusedError("Nothing would be determined. Say what was found, like late=confirmed.")
    _check_verdicts(act.verdicts, state)
    for post in dict.fromkeys(verdict.post for verdict in act.verdicts):
        _check_heard(act, state, post)


def _check_heard(act: Determined, state: Review, post: str | None) -> None:
    """What one post said is not what the office said; the office speaks for its posts."""
    heard = [r for r in state.statements if r.event.post in (None, post)]
    if not heard:
        raise RefusedError(
            f"{state.concerned} was not heard: its statement must be heard, or waived by it, before anything is "
            f"determined. Record it with: emergency review statement {state.id} --heard TEXT, or --waived"
        )
    if all(surely_after(r.event.at.interval, act.at.interval) for r in heard):
        raise RefusedError(
            "The determination is dated before the statement: the office was to be heard first. Check both times."
        )


def _check_decision(act: AppealDecided, state: Review, heirs: Collection[str]) -> None:
    _check_impartial((act.office, act.logged_by), state, heirs, "decide its own appeal")
    appeal = next((r for r in state.appeals if r.event_id == act.appeal), None)
    if appeal is None:
        raise RefusedError(
            f"There is no appeal {act.appeal} in {state.id} to decide. Record it first: emergency review appeal"
        )
    if appeal not in state.undecided:
        raise RefusedError(
            "That appeal was decided already. Against the decision, another appeal may be recorded."
        )
    _check_open(state, "decided")
    _check_verdicts(act.verdicts, state)
    if act.outcome is AppealOutcome.UPHELD and act.verdicts:
        raise RefusedError("What is upheld stays as it is: leave the verdicts out, or say changed.")
    if act.outcome is AppealOutcome.CHANGED and not act.verdicts:
        raise RefusedError(
            "Changed into what? Give every verdict that holds from now on: those of the decision contested end."
        )


def _check_appeal(act: Appealed, state: Review) -> None:
    if state.contestable is None:
        raise RefusedError(f"Nothing is determined in {state.id} that could be contested.")
    if state.contested(act) is None:
        raise NotFoundError(
            f"There is no determination or decision {act.of} in {state.id} that could be contested."
        )


def _check_open(state: Review, what: str) -> None:
    if state.closed:
        raise RefusedError(
            f"{state.id} is closed: nothing can be {what} in it. Reopen it first, with: "
            f"emergency review reopen {state.id} --why TEXT"
        )


def _check_impartial(offices: Iterable[str | None], state: Review, heirs: Collection[str], what: str) -> None:
    """Nobody is the judge of their own matter, nor records the judgement; nor is whoever stands in their place."""
    for office in offices:
        if office in state.judged:
            raise RefusedError(
                f"{office} is the office concerned: it cannot {what}, nor record that somebody did. "
                "Its statement, its evidence and its appeal are always recorded."
            )
        if office in heirs:
            raise RefusedError(
                f"{office} stands in the place of {', '.join(sorted(state.judged))}, the office concerned: it is "
                "judge in its own matter. Another body must decide; what it has to say is always recorded."
            )


def _check_verdicts(verdicts: tuple[Verdict, ...], state: Review) -> None:
    seen: set[tuple[str, str | None, str | None]] = set()
    for verdict in verdicts:
        _check_office(verdict.office, state)
        if verdict.finding is not None:
            _check_finding(verdict.finding, state)
        about = (verdict.finding or f"{verdict.office} {verdict.kind}", verdict.post, verdict.office)
        if about in seen:
            raise RefusedError(
                "One finding is determined twice, or twice for one post. Leave one of them out."
            )
        seen.add(about)


def _check_office(office: str, state: Review) -> None:
    if state.concerned is not None and office != state.concerned:
        raise RefusedError(
            f"{office} is not under review in {state.id}: it is of {state.concerned}. Open a review of its own for it."
        )


def _check_finding(finding: str, state: Review) -> None:
    copied = state.opened.event.findings
    if finding not in {f.id for f in copied}:
        listed = "; ".join(f"{f.kind.value} {f.id}" for f in copied) or "none"
        raise NotFoundError(f"{finding} is not under review in {state.id}. Its findings are: {listed}.")


__all__ = ["Command", "Do", "OpenReview", "decide"]
