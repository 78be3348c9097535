"""What a receiver does with what it is told: receipt, checking at once, handing over, the log of a phone report."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from emergency.assessment.model import Words
from emergency.assessment.norms.case import Case
from emergency.assessment.norms.drafts import in_time
from emergency.assessment.norms.model import Check
from emergency.assessment.norms.phases import (
    Phase,
    Wanted,
    complete,
    done_after,
    due_by,
    later,
    missing_from,
    moment,
    past,
    rests,
    rows,
    wanted,
    when,
)
from emergency.assessment.timeline import Step
from emergency.assessment.words import duration_words
from emergency.domain.events import REPORTS, ClueLinked, Inquired, Report, Verified
from emergency.domain.fixed import fixed
from emergency.domain.intervals import Interval, overrun, surely_after, surely_by
from emergency.domain.receiving import CallLogged, HandedOver
from emergency.domain.vocabulary import TIERS_RISING, Channel, Result
from emergency.rulebook import CheckName, Elements

CHECKING = frozenset((Verified, Inquired, HandedOver, *REPORTS))
"""What a receiver does at once: it verifies, asks, passes on to whom it concerns, or upward."""


@fixed(eq=False)
class Handling:
    """Something that a receiver owes of what it was told.

    Args:
        occasion: What it is about, by event id; None for all of the incident.
        since: Since when.
        told: What it was told.
        done: The act by which it did so; None where none is on record.
        opening: What it was told, in words.
        good: What was done, in words.
        bad: What was not, in words.
    """

    told: Step
    since: Interval
    done: Step | None
    opening: Words
    good: Words
    bad: Words


def _handled(case: Case, want: Wanted, owed: Handling) -> Iterator[Phase]:
    """Waiting, then done, or left undone at a limit that a text gives or at the closing."""
    since, opening, done = moment(owed.since), owed.opening, owed.done
    waiting = Words(f"{opening.zh}；未见{owed.bad.zh}", f"{opening.en}; nothing shows that {owed.bad.en}")
    yield Phase(since, Result.UNKNOWN, waiting, (owed.told,))
    limit = due_by(case, want, owed.since)
    due = None if limit is None else limit[0]
    failed = missing_from(case, since) if due is None else past(due) if complete(case) else None
    ended = None if done is None else later(since, moment(done.at))
    if failed is not None and (ended is None or failed < ended):
        left = Words(
            f"{opening.zh}；没有{owed.bad.zh}", f"{opening.en}; it was left undone that {owed.bad.en}"
        )
        yield Phase(failed, Result.FAIL, left, (owed.told,), rests(owed.told))
    if done is None or (due is None and done_after(done.at, failed)):
        return
    steps, taken = (owed.told, done), overrun(done.at, owed.since)
    after = Words("", "")
    if taken.at_least is not None:
        said = duration_words(taken.at_least)
        after = Words(f"，历时{said.zh}", f", {said.en} later")
    words = Words(f"{opening.zh}；{owed.good.zh}{after.zh}", f"{opening.en}; {owed.good.en}{after.en}")
    if due is None or surely_by(done.at, due):
        yield Phase(ended, Result.PASS, words, steps)
    elif surely_after(done.at, due):
        words = Words(f"{words.zh}，已超过时限", f"{words.en}, past the limit")
        yield Phase(past(due), Result.FAIL, words, steps, rests(*steps))
    else:
        words = Words(f"{words.zh}，是否在时限之内不能确定", f"{words.en}; whether within the limit is open")
        yield Phase(ended, Result.UNKNOWN, words, steps)


def _received(case: Case, kinds: frozenset[type]) -> tuple[Step, ...]:
    """What the office was told by others of some kinds, but for what came from above it on that day, in time."""
    above = case.directory.above
    return in_time(
        [s for s in case.told if s.act in kinds and s.office not in above(case.office.id, case.day(s.at))]
    )


def _first_after(case: Case, since: Interval, fits: Callable[[Step], bool]) -> Step | None:
    """The office's first act of a kind that may have come after a moment."""
    acts = [s for s in case.acts if fits(s) and not surely_after(since, s.at)]
    return in_time(acts)[0] if acts else None


def _opening(case: Case, step: Step) -> Words:
    said = when(case, step)
    who = case.directory.name(step.office)
    what = Words("线索", "a clue") if step.act is ClueLinked else Words("报告", "a report")
    return Words(
        f"{case.name}于{said.zh}接到{who}的{what.zh}", f"{case.name} had {what.en} from {who} {said.en}"
    )


MESSAGES = frozenset((*REPORTS, ClueLinked))


def acknowledged(case: Case) -> Iterator[Check]:
    """Each report that the office was sent was acknowledged (签收)."""
    for step in _received(case, frozenset(REPORTS)):
        want = wanted(case, CheckName.ACKNOWLEDGED, step.at)
        if want is None:
            continue
        owed = Handling(
            step,
            case.timeline.received(step, case.office.id),
            case.timeline.acknowledged.get((step.id, case.office.id)),
            _opening(case, step),
            Words("已签收", "it acknowledged it"),
            Words("签收", "it acknowledged it"),
        )
        yield from rows(case, want, _handled(case, want, owed), occasion=step.id)


def checked_at_once(case: Case) -> Iterator[Check]:
    """What it was first told was checked at once (立即核实): verified, asked about, handed over or passed upward.

    *At once* gives no hours: how long it took is told and not judged.
    """
    told = _received(case, MESSAGES)
    if not told:
        return
    want = wanted(case, CheckName.CHECKED_AT_ONCE, told[0].at)
    if want is None:
        return
    since = case.timeline.received(told[0], case.office.id)
    owed = Handling(
        told[0],
        since,
        _first_after(case, since, lambda s: s.act in CHECKING),
        _opening(case, told[0]),
        Words("已核实处理", "it checked or handled it"),
        Words("核实处理", "it was checked or handled"),
    )
    yield from rows(case, want, _handled(case, want, owed))


def handed_over(case: Case) -> Iterator[Check]:
    """What the office found not to be its own was handed over to whom it concerns (转办).

    Whose it was no record tells but the handing over itself: there is no row where there was none.
    """
    for step in in_time([s for s in case.acts if s.act is HandedOver]):
        want = wanted(case, CheckName.HANDED_OVER, step.at)
        if want is None:
            continue
        of: str | None = getattr(step.entry, "of", None)
        message = case.timeline.by_id.get(of or "")
        if message is None:
            before = [s for s in _received(case, MESSAGES) if not surely_after(s.at, step.at)]
            message = before[0] if before else step
        since = step.at if message is step else case.timeline.received(message, case.office.id)
        named = "、".join(map(case.directory.name, step.to))
        opening = _opening(case, message) if message is not step else Words(case.name, case.name)
        if not step.to:
            words = Words(
                f"{opening.zh}；转办未载明转给何单位",
                f"{opening.en}; nobody recorded to whom it was handed over",
            )
            yield from rows(
                case, want, [Phase(moment(step.at), Result.UNKNOWN, words, (step,))], occasion=step.id
            )
            continue
        owed = Handling(
            message,
            since,
            step,
            opening,
            Words(f"已转{named}", f"it was handed over to {named}"),
            Words("转办", "it was handed over"),
        )
        yield from rows(case, want, _handled(case, want, owed), occasion=step.id)


# -- by phone --------------------------------------------------------------------------------------------------


def _calls(case: Case) -> tuple[Step, ...]:
    """The reports that came by phone from offices below."""
    own = TIERS_RISING.index(case.office.tier)
    below = [
        s
        for s in _received(case, frozenset(REPORTS))
        if isinstance(s.entry, Report)
        and s.entry.channel is Channel.PHONE
        and (who := case.directory.get(s.office)) is not None
        and TIERS_RISING.index(who.tier) <= own
    ]
    return tuple(below)


def _log_of(case: Case, call: Step) -> Step | None:
    logs = [s for s in case.acts if isinstance(s.entry, CallLogged) and s.entry.of == call.id]
    return in_time(logs)[0] if logs else None


def call_logged(case: Case) -> Iterator[Check]:
    """A report by phone was logged with its elements (电话记录)."""
    for call in _calls(case):
        want = wanted(case, CheckName.CALL_LOGGED, call.at)
        if want is None:
            continue
        log = _log_of(case, call)
        owed = Handling(
            call,
            case.timeline.received(call, case.office.id),
            log,
            _opening(case, call),
            Words("已作电话记录", "the call was logged"),
            Words("作电话记录", "the call was logged"),
        )
        phases = list(_handled(case, want, owed))
        if log is not None:
            phases.extend(_elements_logged(case, call, log, phases[-1]))
        yield from rows(case, want, phases, occasion=call.id)


def _elements_logged(case: Case, call: Step, log: Step, stands: Phase) -> Iterator[Phase]:
    """What the log leaves out of the elements that a list asks for; nothing where no list does, or it has them all."""
    required = {slug for _, slugs in _lists(case, call) for slug in slugs}
    if not required or stands.result is not Result.PASS:
        return
    said = {e.of for step in (call, log) for e in getattr(step.entry, "content", None) or ()}
    missing = sorted(required - said)
    if not said:
        words = Words("记录的内容未载明", "nobody recorded what the log says")
        result = Result.UNKNOWN
    elif missing:
        titles = case.rulebook.words.get("elements", {})
        zh = "、".join(titles[m].zh if m in titles else m for m in missing)
        en = ", ".join(titles[m].en if m in titles else m for m in missing)
        words, result = Words(f"记录缺少{zh}", f"the log lacks {en}"), Result.FAIL
    else:
        return
    whole = Words(f"{stands.words.zh}；{words.zh}", f"{stands.words.en}; {words.en}")
    yield Phase(stands.since, result, whole, stands.evidence, rests(call, log))


def _lists(case: Case, call: Step) -> Iterator[tuple[Elements, tuple[str, ...]]]:
    """The lists of what the log of a phone report holds."""
    opened = case.timeline.opened
    for one in case.rulebook.elements_for(
        category=opened.category,
        kind=opened.kind,
        tier=case.office.tier,
        line=case.office.line,
        division=case.division,
    ):
        value = one.value_on(case.day(call.at))
        if one.channel.value == "phone" and value is not None and value.required and _LOG in value.required:
            yield one, tuple(value.required)


_LOG = "recorder"
"""The element by which a list is known as one of the receiver's log, not of what a caller must be able to say."""


def written_asked_for(case: Case) -> Iterator[Check]:
    """Of a report by phone the written one was asked for (催报书面), or came."""
    for call in _calls(case):
        want = wanted(case, CheckName.WRITTEN_ASKED_FOR, call.at)
        if want is None:
            continue
        since = case.timeline.received(call, case.office.id)
        log = _log_of(case, call)
        asked = log is not None and getattr(log.entry, "written_asked", None)
        texts = [
            s
            for s in case.told
            if s.office == call.office
            and isinstance(s.entry, Report)
            and s.entry.channel in (Channel.WRITTEN, Channel.NETWORK)
            and not surely_after(call.at, s.at)
        ]
        found = in_time([*texts, *([log] if asked and log is not None else [])])
        owed = Handling(
            call,
            since,
            found[0] if found else None,
            _opening(case, call),
            Words("已要求报送书面信息，或已收到", "the written one was asked for, or came"),
            Words("要求报送书面信息", "the written one was asked for"),
        )
        phases = list(_handled(case, want, owed))
        if log is not None and asked is False:
            words = Words(
                f"{owed.opening.zh}；没有要求报送书面信息",
                f"{owed.opening.en}; the written one was not asked for",
            )
            phases.insert(
                1,
                Phase(
                    later(moment(since), moment(log.at)), Result.FAIL, words, (call, log), rests(call, log)
                ),
            )
        yield from rows(case, want, phases, occasion=call.id)
