"""Leaders' instructions (批示), and what nobody may do to another's report: direct it (授意) or obstruct it (阻碍)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from emergency.assessment.model import Obligation, Words
from emergency.assessment.norms.case import Case
from emergency.assessment.norms.drafts import in_time
from emergency.assessment.norms.model import Check
from emergency.assessment.norms.phases import (
    Phase,
    Wanted,
    complete,
    later,
    missing_from,
    moment,
    past,
    rests,
    rows,
    wanted,
    when,
)
from emergency.assessment.relief import idle_waivers
from emergency.assessment.timeline import Step
from emergency.assessment.words import INSTRUCTION_ANSWER, INSTRUCTION_RELAY, interval_words, stage_words
from emergency.domain.bookkeeping import Waived
from emergency.domain.events import Directed, Entry, Obstructed
from emergency.domain.fixed import fixed
from emergency.domain.instructions import (
    InstructionAct,
    InstructionAnswered,
    InstructionReceived,
    InstructionRelayed,
)
from emergency.domain.intervals import OPEN, in_utc, surely_after, surely_by
from emergency.domain.values import StatedTime
from emergency.domain.vocabulary import Channel, Result, State
from emergency.rulebook import CheckName

# -- instructions ----------------------------------------------------------------------------------------------


@fixed(eq=False)
class Part:
    """How one part of what an instruction calls for stands from a moment on."""

    since: datetime | None
    result: Result
    words: Words


def instructions(case: Case) -> Iterator[Check]:
    """Each instruction was passed on and answered, within the limits that it, a text or a pressing names.

    There is a row for whoever received it, and for each office that a limit binds: the limits are those of the
    obligations about it.
    """
    if InstructionReceived not in case.timeline.kinds:
        return
    for step in in_time([s for s in case.timeline.steps if s.act is InstructionReceived]):
        owed = [o for o in case.obligations if o.stage in STAGES and step.id in o.trigger]
        want = wanted(case, CheckName.INSTRUCTIONS, step.at)
        if want is not None and (owed or step.office == case.office.id):
            yield from rows(case, want, _carried_out(case, want, step, owed), occasion=step.id)


STAGES = (INSTRUCTION_RELAY, INSTRUCTION_ANSWER)


def _carried_out(case: Case, want: Wanted, step: Step, owed: list[Obligation]) -> Iterator[Phase]:
    """The parts put together: a failure of one is one of all, and all pass only together."""
    entry = step.entry
    assert isinstance(entry, InstructionReceived)  # noqa: S101 - only those are asked
    about = in_time(
        [s for s in case.timeline.steps if isinstance(s.entry, InstructionAct) and s.entry.of == step.id]
    )
    parts = _limits(case, owed)
    if step.office == case.office.id:
        answered = _answered(entry, about, case.office.id)
        relayed = _relayed(entry, about, case.office.id)
        parts.append(_part(case, step, relayed, Words("传达", "passed on")))
        if not entry.addressed and entry.relay_by is not None:
            parts.append(_relay_limit(case, step, relayed, entry.relay_by))
        parts.append(_part(case, step, answered, Words("反馈落实情况", "answered")))
        if want.asking.setting("read_back") and entry.channel is Channel.PHONE:
            parts.append([_read_back(step, entry)])
    said = when(case, step)
    holder = case.directory.name(step.office)
    opening = Words(
        f"{holder}于{said.zh}收到批示（{entry.leader}）",
        f"{holder} had an instruction ({entry.leader}) {said.en}",
    )
    for since in sorted({one.since for part in parts for one in part}, key=_none_first):
        now = [_standing(part, since) for part in parts]
        results = [one.result for one in now]
        whole = next(
            (r for r in (Result.FAIL, Result.UNKNOWN, Result.PASS) if r in results), Result.NOT_APPLICABLE
        )
        words = Words(
            f"{opening.zh}；{'；'.join(one.words.zh for one in now)}",
            f"{opening.en}; {'; '.join(one.words.en for one in now)}",
        )
        steps = (step, *[s for s in about if since is None or (moment(s.at) or since) <= since])
        yield Phase(since, whole, words, steps, rests(*steps))


_CAME_TO = {
    State.MET: (Result.PASS, Words("按时", "in time")),
    State.LATE: (Result.FAIL, Words("超过时限", "past its limit")),
    State.OVERDUE: (Result.FAIL, Words("逾期未办", "past its limit and not done")),
    State.OPEN: (Result.UNKNOWN, Words("未到期", "not yet due")),
    State.POSSIBLY_LATE: (Result.UNKNOWN, Words("可能超过时限", "possibly past its limit")),
    State.UNDETERMINED: (Result.UNKNOWN, Words("是否按时无法判定", "whether in time is open")),
    State.EXCUSED: (Result.NOT_APPLICABLE, Words("免除", "excused")),
}


def _limits(case: Case, owed: Iterable[Obligation]) -> list[list[Part]]:
    """What each limit came to, phase by phase; a duty *at once* has none."""
    found: dict[str, list[Part]] = {}
    for one in owed:
        if one.due == OPEN:
            continue
        result, came = _CAME_TO[one.state]
        stage, due = stage_words(one.stage, ""), interval_words(one.due, case.zone)
        words = Words(f"{stage.zh}（限{due.zh}）{came.zh}", f"{stage.en} (due {due.en}): {came.en}")
        found.setdefault(one.id, []).append(Part(one.holds_from, result, words))
    return [sorted(parts, key=lambda part: _none_first(part.since)) for parts in found.values()]


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


def _answered(entry: InstructionReceived, about: Iterable[Step], office: str) -> Step | None:
    """The act by which all was answered: by whoever had it for all of them, or by each that it addresses."""
    left = set(entry.addressed) - {office}
    for step in about:
        if step.act is InstructionAnswered:
            left.discard(step.office)
            if not left or step.office == office:
                return step
    return None


def _relay_limit(case: Case, step: Step, relayed: Step | None, by: StatedTime) -> list[Part]:
    """The limit for passing on what is addressed to nobody by name: there is no obligation towards anybody."""
    due = in_utc(by.interval)
    said = interval_words(due, case.zone)
    limit = Words(f"传达（限{said.zh}）", f"passing on (due {said.en})")

    def part(since: datetime | None, state: State) -> Part:
        result, came = _CAME_TO[state]
        return Part(since, result, Words(f"{limit.zh}{came.zh}", f"{limit.en}: {came.en}"))

    parts = [part(moment(step.at), State.OPEN)]
    late = relayed is not None and surely_after(relayed.at, due)
    if late or (relayed is None and complete(case)):
        parts.append(part(later(moment(step.at), past(due)), State.LATE if late else State.OVERDUE))
    elif relayed is not None:
        state = State.MET if surely_by(relayed.at, due) else State.POSSIBLY_LATE
        parts.append(part(later(moment(step.at), moment(relayed.at)), state))
    return parts


def _part(case: Case, step: Step, done: Step | None, words: Words) -> list[Part]:
    """One thing that the instruction calls for, whatever its limit: waiting, done, or left undone at the closing."""
    since = moment(step.at)
    parts = [Part(since, Result.UNKNOWN, Words(f"未见{words.zh}", f"nothing shows that it was {words.en}"))]
    failed = missing_from(case, since)
    at = None if done is None else later(since, moment(done.at))
    if failed is not None and (at is None or failed < at):
        parts.append(Part(failed, Result.FAIL, Words(f"没有{words.zh}", f"it was not {words.en}")))
    if done is not None:
        said = when(case, done)
        parts.append(Part(at, Result.PASS, Words(f"{said.zh}{words.zh}", f"it was {words.en} {said.en}")))
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
    if case.timeline.kinds.isdisjoint({Directed, Waived}):
        return
    idle = _idle(case)
    mine = [s for s in case.timeline.steps if s.office == case.office.id]
    for step in in_time([s for s in mine if s.act is Directed or s.id in idle]):
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
        whom = idle.get(step.id) or _whom(step.entry)
        yield from _against(case, CheckName.NOBODY_DIRECTED, step, whom, words)


def nobody_obstructed(case: Case) -> Iterator[Check]:
    """Nobody kept others from reporting (阻碍): a failure of whoever did, and a row only where it happened."""
    for step in in_time([s for s in case.acts if s.act is Obstructed]):
        words = Words("阻碍{whom}报告", "kept {whom} from reporting")
        yield from _against(case, CheckName.NOBODY_OBSTRUCTED, step, _whom(step.entry), words)


def _against(
    case: Case, check: CheckName, step: Step, whom: tuple[str, ...], words: Words
) -> Iterator[Check]:
    want = wanted(case, check, step.at)
    if want is None:
        return
    said = when(case, step)
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


def _idle(case: Case) -> dict[str, tuple[str, ...]]:
    """The waivers of which a rule does not let whoever gave them give them, each with whom it excuses from nothing."""
    found: dict[str, list[str]] = {}
    for step, whom in idle_waivers(case.timeline, case.directory, case.rulebook):
        if step.office == case.office.id:
            found.setdefault(step.id, []).append(whom)
    return {id_: tuple(whom) for id_, whom in found.items()}
