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
from emergency.words import Words


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
            raise RefusedError(
                f"There is already a review {state.id}. Use another name.",
                zh=f"已有案件 {state.id}。请另用一个名称。",
            )
        _check_opening(command.opened)
        return (command.opened,)
    if state is None:
        raise NotFoundError(
            "There is no such review. Open it first, with: emergency review open",
            zh="没有这个案件。请先立案：emergency review open",
        )
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
        raise RefusedError(
            "A review is of one office. Say which one is concerned.",
            zh="一个案件只针对一个单位。请写明当事单位。",
        )
    if other := [f.office for f in opened.findings if f.office != opened.concerned]:
        raise RefusedError(
            f"The findings are of {opened.concerned} and {other[0]}. A review is of one office: open one for each.",
            zh=(f"这些疑点分属 {opened.concerned} 和 {other[0]}。一个案件只针对一个单位，请分别立案。"),
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
                f"There is no determination or decision {act.of} in {state.id} to be delivered.",
                zh=f"{state.id} 中没有可以送达的认定或决定 {act.of}。",
            )
        if state.delivered(act.of) is not None:
            raise RefusedError(
                "That was delivered already; the limit to appeal runs from the first delivery.",
                zh="该文书已经送达；申诉期限自第一次送达起算。",
            )
    elif isinstance(act, ConsequenceRecorded):
        _check_office(act.whom, state)
    elif isinstance(act, ReviewClosed) and state.closed:
        raise RefusedError(f"{state.id} is closed already.", zh=f"{state.id} 已经结案。")
    elif isinstance(act, ReviewReopened) and not state.closed:
        raise RefusedError(
            f"{state.id} is open: there is nothing to reopen.", zh=f"{state.id} 尚未结案，无须重新立案。"
        )


def _check_statement(act: StatementHeard, state: Review, heirs: Collection[str]) -> None:
    if state.concerned is not None and act.office not in (state.concerned, *heirs):
        raise RefusedError(
            f"The statement is that of {state.concerned}, the office concerned. "
            f"What {act.office} has to say is evidence: emergency review evidence",
            zh=(
                f"陈述应由当事单位 {state.concerned} 提出。{act.office} "
                "的意见作为证据记录：emergency review evidence"
            ),
        )
    if not act.waived and act.words is None:
        raise RefusedError(
            "What did the office state? Say it in words, or that it waived its right.",
            zh="该单位陈述了什么？请写明陈述内容，或写明其放弃陈述。",
        )


def _check_determination(act: Determined, state: Review, heirs: Collection[str]) -> None:
    _check_open(state, Words("作出认定", "determined"))
    if state.concerned is None:
        raise RefusedError(
            f"{state.id} was imported: it records what was determined elsewhere, and nobody can be heard in it. "
            f"Open a review of one office, with: emergency review open {state.incident} --office OFFICE",
            zh=(
                f"{state.id} 是导入的，只记录别处作出的认定，无法在其中听取陈述。"
                f"请对一个单位立案：emergency review open {state.incident} "
                "--office OFFICE"
            ),
        )
    _check_impartial(
        (act.office, act.logged_by), state, heirs, Words("认定自己的行为", "determine what it did")
    )
    if not act.verdicts:
        raise RefusedError(
            "Nothing would be determined. Say what was found, like late=confirmed.",
            zh="没有写认定结果。请写明认定了什么，例如 late=confirmed。",
        )
    _check_verdicts(act.verdicts, state)
    for post in dict.fromkeys(verdict.post for verdict in act.verdicts):
        _check_heard(act, state, post)


def _check_heard(act: Determined, state: Review, post: str | None) -> None:
    """What one post said is not what the office said; the office speaks for its posts."""
    heard = [r for r in state.statements if r.event.post in (None, post)]
    if not heard:
        raise RefusedError(
            f"{state.concerned} was not heard: its statement must be heard, or waived by it, before anything is "
            f"determined. Record it with: emergency review statement {state.id} --heard TEXT, or --waived",
            zh=(
                f"尚未听取 {state.concerned} 的陈述：作出认定之前，应当听取其陈述，"
                f"或由其放弃。请先记录：emergency review statement {state.id} "
                "--heard TEXT，或 --waived"
            ),
        )
    if all(surely_after(r.event.at.interval, act.at.interval) for r in heard):
        raise RefusedError(
            "The determination is dated before the statement: the office was to be heard first. Check both times.",
            zh="认定的时间早于陈述的时间，而陈述应当在先。请核对这两个时间。",
        )


def _check_decision(act: AppealDecided, state: Review, heirs: Collection[str]) -> None:
    _check_impartial(
        (act.office, act.logged_by), state, heirs, Words("决定自己的申诉", "decide its own appeal")
    )
    appeal = next((r for r in state.appeals if r.event_id == act.appeal), None)
    if appeal is None:
        raise RefusedError(
            f"There is no appeal {act.appeal} in {state.id} to decide. Record it first: emergency review appeal",
            zh=(f"{state.id} 中没有申诉 {act.appeal} 可供决定。请先记录申诉：emergency review appeal"),
        )
    if appeal not in state.undecided:
        raise RefusedError(
            "That appeal was decided already. Against the decision, another appeal may be recorded.",
            zh="这项申诉已有决定。对该决定不服的，可以再记录一次申诉。",
        )
    _check_open(state, Words("作出决定", "decided"))
    _check_verdicts(act.verdicts, state)
    if act.outcome is AppealOutcome.UPHELD and act.verdicts:
        raise RefusedError(
            "What is upheld stays as it is: leave the verdicts out, or say changed.",
            zh="维持就是原样不变：请去掉认定结果，或改为“变更”（changed）。",
        )
    if act.outcome is AppealOutcome.CHANGED and not act.verdicts:
        raise RefusedError(
            "Changed into what? Give every verdict that holds from now on: those of the decision contested end.",
            zh="变更为什么？请写明今后有效的每一项认定结果；原有的各项随之失效。",
        )


def _check_appeal(act: Appealed, state: Review) -> None:
    if state.contestable is None:
        raise RefusedError(
            f"Nothing is determined in {state.id} that could be contested.",
            zh=f"{state.id} 尚无认定，没有可以申诉的内容。",
        )
    if state.contested(act) is None:
        raise NotFoundError(
            f"There is no determination or decision {act.of} in {state.id} that could be contested.",
            zh=f"{state.id} 中没有可以申诉的认定或决定 {act.of}。",
        )


def _check_open(state: Review, what: Words) -> None:
    if state.closed:
        raise RefusedError(
            f"{state.id} is closed: nothing can be {what.en} in it. Reopen it first, with: "
            f"emergency review reopen {state.id} --why TEXT",
            zh=f"{state.id} 已经结案，不能再在其中{what.zh}。请先重新立案："
            f"emergency review reopen {state.id} --why TEXT",
        )


def _check_impartial(
    offices: Iterable[str | None], state: Review, heirs: Collection[str], what: Words
) -> None:
    """Nobody is the judge of their own matter, nor records the judgement; nor is whoever stands in their place."""
    for office in offices:
        if office in state.judged:
            raise RefusedError(
                f"{office} is the office concerned: it cannot {what.en}, nor record that somebody did. "
                "Its statement, its evidence and its appeal are always recorded.",
                zh=f"{office} 是当事单位，不能{what.zh}，也不能代为记录。它的陈述、证据和申诉随时可以记录。",
            )
        if office in heirs:
            raise RefusedError(
                f"{office} stands in the place of {', '.join(sorted(state.judged))}, the office concerned: it is "
                "judge in its own matter. Another body must decide; what it has to say is always recorded.",
                zh=f"{office} 承接了当事单位 {'、'.join(sorted(state.judged))}，不能审理自己的事，应由其他机关决定。"
                "它的意见随时可以记录。",
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
                "One finding is determined twice, or twice for one post. Leave one of them out.",
                zh="同一疑点认定了两次，或对同一岗位认定了两次。请去掉一个。",
            )
        seen.add(about)


def _check_office(office: str, state: Review) -> None:
    if state.concerned is not None and office != state.concerned:
        raise RefusedError(
            f"{office} is not under review in {state.id}: it is of {state.concerned}. Open a review of its own for it.",
            zh=(f"{office} 不是 {state.id} 的当事单位，该案针对 {state.concerned}。请对它另行立案。"),
        )


def _check_finding(finding: str, state: Review) -> None:
    copied = state.opened.event.findings
    if finding not in {f.id for f in copied}:
        listed = "; ".join(f"{f.kind.value} {f.id}" for f in copied)
        raise NotFoundError(
            f"{finding} is not under review in {state.id}. Its findings are: {listed or 'none'}.",
            zh=(f"{finding} 不在 {state.id} 的范围内。范围内的疑点：{listed or '无'}。"),
        )


__all__ = ["Command", "Do", "OpenReview", "decide"]
