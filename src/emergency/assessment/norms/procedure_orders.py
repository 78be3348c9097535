"""Leaders' instructions (批示), and what nobody may do to another's report: direct it (授意) or obstruct it (阻碍)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from emergency.assessment.model import Words
from emergency.assessment.norms.case import Case
from emergency.assessment.norms.drafts import in_time
from emergency.assessment.norms.model import Check
from emergency.assessment.norms.phases import (
    Phase,
    Wanted,
    complete,
    due_by,
    later,
    missing_from,
    moment,
    rests,
    rows,
    wanted,
    when,
)
from emergency.assessment.timeline import Step
from emergency.assessment.words import interval_words
from emergency.domain.bookkeeping import Waived
from emergency.domain.events import Directed, Entry, Obstructed
from emergency.domain.fixed import fixed
from emergency.domain.instructions import (
    InstructionAct,
    InstructionAnswered,
    InstructionReceived,
    InstructionRelayed,
)
from emergency.domain.intervals import Interval, in_utc, surely_after, surely_by
from emergency.domain.values import StatedTime
from emergency.domain.vocabulary import Channel, Result
from emergency.rulebook import CheckName

# -- instructions ----------------------------------------------------------------------------------------------


@fixed(eq=False)
class Part:
    """How one part of what an instruction calls for stands from a moment on."""

    since: datetime | None
    result: Result
    words: Words


def instructions(case: Case) -> Iterator[Check]:
    """Each instruction that the office received was passed on and answered, within the limits that it names."""
    for step in in_time([s for s in case.acts if s.act is InstructionReceived]):
        want = wanted(case, CheckName.INSTRUCTIONS, step.at)
        if want is not None:
            yield from rows(case, want, _carried_out(case, want, step), occasion=step.id)


def _carried_out(case: Case, want: Wanted, step: Step) -> Iterator[Phase]:
    """The parts put together: a failure of one is one of all, and all pass only together."""
    entry = step.entry
    assert isinstance(entry, InstructionReceived)  # noqa: S101 - only those are asked
    about = in_time(
        [s for s in case.timeline.steps if isinstance(s.entry, InstructionAct) and s.entry.of == step.id]
    )
    relayed = _relayed(entry, about, case.office.id)
    answered = next((s for s in about if s.act is InstructionAnswered), None)
    limit = due_by(case, want, step.at)
    relay_due = _stated(entry.relay_by) or (None if limit is None else limit[0])
    parts = [
        _part(case, step, relayed, relay_due, Words("传达", "passed on")),
        _part(case, step, answered, _stated(entry.answer_by), Words("反馈落实情况", "answered")),
    ]
    if want.asking.setting("read_back") and entry.channel is Channel.PHONE:
        parts.append([_read_back(step, entry)])
    said = when(case, step)
    opening = Words(
        f"{case.name}于{said.zh}收到批示（{entry.leader}）",
        f"{case.name} had an instruction ({entry.leader}) {said.en}",
    )
    for since in sorted({one.since for part in parts for one in part}, key=_none_first):
        now = [_standing(part, since) for part in parts]
        results = [one.result for one in now]
        whole = next((r for r in (Result.FAIL, Result.UNKNOWN) if r in results), Result.PASS)
        words = Words(
            f"{opening.zh}；{'；'.join(one.words.zh for one in now)}",
            f"{opening.en}; {'; '.join(one.words.en for one in now)}",
        )
        steps = (step, *[s for s in about if since is None or (moment(s.at) or since) <= since])
        yield Phase(since, whole, words, steps, rests(*steps))


def _none_first(since: datetime | None) -> tuple[bool, float]:
    return since is not None, since.timestamp() if since is not None else 0.0


def _standing(part: list[Part], since: datetime | None) -> Part:
    """How a part stands at a moment."""
    found = part[0]
    for one in part:
        if one.since is None or (since is not None and one.since <= since):
            found = one
    return found


def _relayed(entry: InstructionReceived, about: Iterable[Step], office: str) -> Step | None:
    """The act by which everyone whom the instruction addresses had it; None where somebody is not on record."""
    left = set(entry.addressed) - {office}
    for step in about:
        if isinstance(step.entry, InstructionRelayed):
            left -= set(step.entry.whom)
            if not left:
                return step
    return None


def _stated(by: StatedTime | None) -> Interval | None:
    return in_utc(by.interval) if by is not None and by.stated else None


def _part(case: Case, step: Step, done: Step | None, due: Interval | None, words: Words) -> list[Part]:
    """One thing that the instruction calls for: waiting, done, or left undone by its limit or by the closing."""
    since = moment(step.at)
    parts = [Part(since, Result.UNKNOWN, Words(f"未见{words.zh}", f"nothing shows that it was {words.en}"))]
    if due is not None and complete(case):
        failed = moment(due)
    else:
        failed = missing_from(case, later(since, None if due is None else moment(due)))
    limit = Words("", "")
    if due is not None:
        by = interval_words(due, case.zone)
        limit = Words(f"（限{by.zh}前）", f" (it was to be by {by.en})")
    at = None if done is None else later(since, moment(done.at))
    late = done is not None and due is not None and surely_after(done.at, due)
    if late:
        failed = moment(due) if due is not None else failed
    if failed is not None and (late or at is None or failed < at):
        said = Words(f"没有{words.zh}{limit.zh}", f"it was not {words.en}{limit.en}")
        parts.append(Part(later(since, failed), Result.FAIL, said))
    if done is not None:
        when_done = when(case, done)
        said = Words(f"{when_done.zh}{words.zh}{limit.zh}", f"it was {words.en} {when_done.en}{limit.en}")
        in_time_ = due is None or surely_by(done.at, due)
        result = Result.FAIL if late else Result.PASS if in_time_ else Result.UNKNOWN
        parts.append(Part(at, result, said))
    return sorted(parts, key=lambda one: _none_first(one.since))


def _read_back(step: Step, entry: InstructionReceived) -> Part:
    """Whether what came by phone was read back (复述核对)."""
    if entry.read_back is None:
        return Part(
            moment(step.at),
            Result.UNKNOWN,
            Words("未载明是否复述核对", "nobody recorded whether it was read back"),
        )
    if entry.read_back:
        return Part(moment(step.at), Result.PASS, Words("已复述核对", "it was read back"))
    return Part(
        moment(step.at), Result.FAIL, Words("电话批示没有复述核对", "by phone, and it was not read back")
    )


# -- what nobody may -------------------------------------------------------------------------------------------


def nobody_directed(case: Case) -> Iterator[Check]:
    """Nobody told others not to report or to report falsely (授意): a failure of whoever did.

    There is a row only where it happened: that no direction is on record shows of nobody that none was given. A
    waiver by somebody whom no rule names is such a direction, whatever it is called.
    """
    for step in in_time([s for s in case.acts if s.act is Directed or _is_idle_waiver(case, s)]):
        waiver = Words("", "")
        if isinstance(step.entry, Waived):
            waiver = Words(
                f"以“准予不报”的名义（{step.entry.authority}），而没有规定授权其准予",
                f" by a waiver ({step.entry.authority}), which no rule lets it give",
            )
        words = Words(
            f"授意{{whom}}不报、迟报或不实报告{waiver.zh}",
            f"directed {{whom}} not to report, or not truly{waiver.en}",
        )
        yield from _against(case, CheckName.NOBODY_DIRECTED, step, words)


def nobody_obstructed(case: Case) -> Iterator[Check]:
    """Nobody kept others from reporting (阻碍): a failure of whoever did, and a row only where it happened."""
    for step in in_time([s for s in case.acts if s.act is Obstructed]):
        words = Words("阻碍{whom}报告", "kept {whom} from reporting")
        yield from _against(case, CheckName.NOBODY_OBSTRUCTED, step, words)


def _against(case: Case, check: CheckName, step: Step, words: Words) -> Iterator[Check]:
    want = wanted(case, check, step.at)
    if want is None:
        return
    said, whom = when(case, step), _whom(step.entry)
    named = [case.directory.name(one) for one in whom]
    zh, en = "、".join(named) or "他人", ", ".join(named) or "others"
    whole = Words(
        f"{case.name}于{said.zh}{words.zh.replace('{whom}', zh)}。所涉单位的报告义务不因此免除，也不因此另算其过",
        f"{case.name} {words.en.replace('{whom}', en)} {said.en}. Those concerned still owed their reports, "
        "and this is no failure of theirs",
    )
    yield from rows(
        case, want, [Phase(moment(step.at), Result.FAIL, whole, (step,), rests(step))], occasion=step.id
    )


def _whom(entry: Entry) -> tuple[str, ...]:
    whom: tuple[str, ...] = getattr(entry, "whom", ())
    return whom


def _is_idle_waiver(case: Case, step: Step) -> bool:
    """Whether it is a waiver by somebody whom no rule names."""
    del case
    return step.act is Waived
