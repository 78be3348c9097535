"""The norm of wording (统一规范口径): one set of facts, changed only where it is said, never below what was held.

Truth goes before unity: who tells what it holds against a lower unified figure, and says so, passes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from emergency.assessment.holding import Contradiction, at_most_of, below, contradictions, held_by, known_of
from emergency.assessment.model import Words
from emergency.assessment.norms.case import Asking, Case, leaning, since, when
from emergency.assessment.norms.drafts import drafts_of
from emergency.assessment.norms.model import Check
from emergency.assessment.timeline import Step
from emergency.domain.drafting import DraftEdited, UnifiedDraftIssued
from emergency.domain.events import (
    FOLLOWING,
    REPORTS,
    Answered,
    Graded,
    Learned,
    Notified,
    Report,
    Verified,
    Withheld,
)
from emergency.domain.fixed import fixed
from emergency.domain.intervals import Interval, possibly_by, surely_after, surely_by
from emergency.domain.values import MEASURES, NO_FACTS, Facts
from emergency.domain.vocabulary import Fault, Result, Status
from emergency.rulebook import CheckName

_OWN_KNOWLEDGE = frozenset({Learned, Verified, Withheld, Graded})
_TOLD_KNOWLEDGE = frozenset({*REPORTS, Answered, Notified, Verified, Graded})

SURELY, POSSIBLY, NOT = "surely", "possibly", "not"


def checks(case: Case) -> Iterator[Check]:
    """The checks of this norm of one office on one incident."""
    reports = case.reports
    if UnifiedDraftIssued in case.timeline.kinds:
        yield from _as_issued(case, reports)
        yield from _issued_below(case)
    if not reports:
        return
    yield from _not_below(case, reports)
    if len(reports) < 2:  # noqa: PLR2004 - one report agrees with itself
        return
    if case.ever_asks(CheckName.SAME_FACTS):
        yield from _same(case, reports)
    if case.ever_asks(CheckName.CHANGED_BY_CORRECTION):
        yield from _changed(case, reports)


# -- what can be compared --------------------------------------------------------------------------------------


def _comparable(facts: Facts) -> Mapping[str, Any]:
    """What a report states exactly: no figure that is only about so many, or still being verified; no free text."""
    found: dict[str, Any] = {}
    if facts is NO_FACTS or not any(facts.__dict__.values()):
        return found
    for name in MEASURES:
        count = getattr(facts, name)
        if count is not None and not count.about and name not in facts.verifying:
            found[name] = count.value
    for name in ("kind", "level", "category"):
        if (word := getattr(facts, name)) is not None:
            found[name] = str(word)
    return found


@fixed(eq=False)
class _Known:
    """Facts that the office came to know, and when."""

    step: Step
    at: Interval


def _knowledge(case: Case) -> tuple[_Known, ...]:
    """Everything by which the office came to know anything new; worked out only where two of its reports differ."""
    office = case.office.id
    own = [_Known(s, s.at) for s in case.acts if s.act in _OWN_KNOWLEDGE]
    told = [_Known(s, case.timeline.received(s, office)) for s in case.told if s.act in _TOLD_KNOWLEDGE]
    return (*own, *told)


def _between(known: tuple[_Known, ...], first: Step, second: Step) -> tuple[str, tuple[Step, ...]]:
    """Whether the office learned anything between two of its reports; and by what."""
    maybe: list[Step] = []
    for one in known:
        at = one.at
        if surely_after(at, first.at) and surely_by(at, second.at):
            return SURELY, (one.step,)
        if possibly_by(first.at, at) and possibly_by(at, second.at):
            maybe.append(one.step)
    return (POSSIBLY, tuple(sorted(maybe, key=when))) if maybe else (NOT, ())


# -- the same facts to all -------------------------------------------------------------------------------------


@fixed(eq=False)
class _Compared:
    """Two reports held against each other."""

    result: Result
    why: Words
    evidence: tuple[str, ...]


_AGREE = Words("与同时报其他单位的事实一致", "the facts are those told to the others")
_AS_CHANGED = Words("差异以续报、更正等形式报出", "what differs was told as a follow-up or correction")
_DISSENTED = Words("差异附有说明的不同意见", "what differs was told with the sender's dissent")
_NEW_KNOWLEDGE = Words("其间掌握了新情况", "the office came to know more in between")
_MAYBE_CHANGED = Words(
    "数字不同，孰先孰后不能确定，差异是否以续报、更正等形式报出不能确定",
    "the facts differ; which was told first is open, and so is whether the other told a change",
)
_AS_ISSUED_ANEW = Words(
    "差异出自其间印发的新一版统稿", "what differs is what a later version of the draft says"
)
_MAYBE_NEW = Words(
    "数字不同，其间是否掌握新情况不能确定",
    "the facts differ; whether it came to know more in between is open",
)


def _same(case: Case, said: tuple[Step, ...]) -> Iterator[Check]:
    """Whether the office told all its receivers the same, where it knew nothing more in between."""
    last: dict[str, Step] = {}
    known: list[tuple[_Known, ...]] = []
    if len({s.to for s in said}) == 1:
        return
    for report in said:
        others = sorted({s.id: s for r, s in last.items() if r not in report.to}.values(), key=when)
        last.update(dict.fromkeys(report.to, report))
        compared = [
            found for other in others if (found := _held_together(case, other, report, known)) is not None
        ]
        if not compared:
            continue
        asking = case.asking(CheckName.SAME_FACTS, report.at)
        if asking is None:
            continue
        yield _worst(case, asking, report, compared)


def _worst(case: Case, asking: Asking, report: Step, compared: list[_Compared]) -> Check:
    """The row of a report that was held against one or more others."""
    order = (Result.FAIL, Result.UNKNOWN, Result.PASS)
    result = min((one.result for one in compared), key=order.index)
    shown = [one for one in compared if one.result is result]
    step = case.timeline.step
    ids = tuple(dict.fromkeys(i for one in shown for i in one.evidence))
    return case.made(
        asking,
        result,
        shown[-1].why,
        occasion=report.id,
        evidence=(report.id, *ids),
        rests_on=leaning(report, *(step(i) for i in ids)) if result is Result.FAIL else (),
        holds_from=since(report, *(step(i) for i in ids)) if result is Result.FAIL else since(report),
    )


def _held_together(
    case: Case, first: Step, second: Step, known: list[tuple[_Known, ...]]
) -> _Compared | None:
    """Two reports to different receivers; None where they state nothing in common."""
    one, other = _comparable(first.facts), _comparable(second.facts)
    common = [name for name in one if name in other]
    if not common:
        return None
    differ = [name for name in common if one[name] != other[name]]
    here = (first.id,)
    if not differ:
        return _Compared(Result.PASS, _AGREE, here)
    if _told_with_dissent(case, first, second):
        return _Compared(Result.PASS, _DISSENTED, here)
    says = _differing(case, first, differ, one, other)
    if not _same_version(first, second):
        change = _told_as_change(case, first, second)
        if change is not None:
            return change
        if not known:
            known.append(_knowledge(case))
        new, by = _between(known[0], first, second)
        ids = (*here, *(s.id for s in by))
        if new != NOT:
            return _Compared(
                *((Result.PASS, _NEW_KNOWLEDGE) if new == SURELY else (Result.UNKNOWN, _MAYBE_NEW)), ids
            )
        at_once = first.at == second.at and first.at.known
        if not at_once:
            if not surely_by(first.at, second.at):
                return _Compared(Result.UNKNOWN, _MAYBE_NEW, here)
            raised = [
                _raised(known[0], name, other[name], first) for name in differ if _is_more(name, one, other)
            ]
            if len(raised) == len(differ) and NOT in raised and not _goes_back(first, second):
                return _Compared(Result.PASS, _NEW_KNOWLEDGE, here)
            if len(raised) == len(differ) and POSSIBLY in raised and SURELY not in raised:
                return _Compared(Result.UNKNOWN, _MAYBE_NEW, here)
    return _Compared(Result.FAIL, says, here)


def _is_more(name: str, one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    return name in MEASURES and other[name] > one[name]


def _raised(known: tuple[_Known, ...], name: str, figure: int, first: Step) -> str:
    """Whether the office held a higher figure when it told the lower one; a figure above all is new knowledge."""
    found = NOT
    for item in known:
        count = item.step.facts.figure(name)
        if count is None or count.at_least < figure:
            continue
        if surely_by(item.at, first.at):
            return SURELY
        found = POSSIBLY
    return found


def _same_version(first: Step, second: Step) -> bool:
    one, other = first.entry, second.entry
    return (
        isinstance(one, Report)
        and isinstance(other, Report)
        and one.draft is not None
        and one.version is not None
        and (one.draft, one.version) == (other.draft, other.version)
    )


def _told_as_change(case: Case, first: Step, second: Step) -> _Compared | None:
    """Whether the difference was told as a change: as a follow-up, or with a later version; None where it was not."""
    if frozenset(FOLLOWING).isdisjoint({first.act, second.act}):
        return _next_version(case, first, second)
    if not _surely_later(first, second):
        # Of two reports in one minute, or of unknown times, either may have been the later one.
        return _Compared(Result.UNKNOWN, _MAYBE_CHANGED, (first.id,))
    if second.act in FOLLOWING:
        return _Compared(Result.PASS, _AS_CHANGED, (first.id,))
    return _next_version(case, first, second)


def _surely_later(first: Step, second: Step) -> bool:
    return surely_by(first.at, second.at) and first.at != second.at


def _next_version(case: Case, first: Step, second: Step) -> _Compared | None:
    """A later version of the draft, issued between two reports, is how a change is told.

    None where it was not issued in between: then the difference needs another ground.
    """
    other = second.entry
    if not isinstance(other, Report) or not _goes_back(second, first):
        return None
    issue = _issue_of(second, other, _issues(case))
    if issue is None or surely_after(issue.at, second.at) or surely_by(issue.at, first.at):
        return None
    here = (first.id, issue.id)
    if surely_by(first.at, issue.at) and surely_by(issue.at, second.at):
        return _Compared(Result.PASS, _AS_ISSUED_ANEW, here)
    return _Compared(Result.UNKNOWN, _MAYBE_NEW, here)


def _goes_back(first: Step, second: Step) -> bool:
    """Whether the second sends an older version of the draft than the first: that tells nothing new."""
    one, other = first.entry, second.entry
    return (
        isinstance(one, Report)
        and isinstance(other, Report)
        and one.draft is not None
        and one.draft == other.draft
        and one.version is not None
        and other.version is not None
        and other.version < one.version
    )


def _told_with_dissent(case: Case, *reports: Step) -> bool:
    """Whether a dissent excuses what the last of some reports says: never below what the office held."""
    return any(_dissent(s) for s in reports) and not _below_held(case, reports[-1])


def _below_held(case: Case, report: Step) -> bool:
    """Whether a report lies below what its office then held."""
    key = ("below-held", case.office.id, report.id)
    if key not in case.timeline.memo:
        held = held_by(case.timeline, case.office.id)
        case.timeline.memo[key] = any(contradictions(case.timeline, [report], held))
    return bool(case.timeline.memo[key])


def _dissent(step: Step) -> bool:
    return isinstance(step.entry, Report) and bool(step.entry.dissent)


def _differing(
    case: Case, first: Step, names: list[str], one: Mapping[str, Any], other: Mapping[str, Any]
) -> Words:
    to = "、".join(case.directory.name(o) for o in first.to)
    zh = "；".join(f"{_named(n).zh}{one[n]}，此处{other[n]}" for n in names)
    en = "; ".join(f"{_named(n).en} {one[n]}, here {other[n]}" for n in names)
    return Words(
        f"事实不一致：报{to}为{zh}，其间没有在案的新情况",
        f"it told {to} {en}, and came to know nothing in between on record",
    )


_NAMES = {
    "deaths": Words("死亡", "deaths"),
    "missing": Words("失踪", "missing"),
    "trapped": Words("被困", "trapped"),
    "dead_or_missing": Words("死亡失踪合计", "dead or missing"),
    "injured": Words("受伤", "injured"),
    "seriously_injured": Words("重伤", "seriously injured"),
    "at_risk": Words("涉险", "at risk"),
    "evacuated": Words("转移", "evacuated"),
    "rescued": Words("获救", "rescued"),
    "bodies": Words("遗体", "bodies"),
    "loss_yuan": Words("直接经济损失（元）", "direct loss (yuan)"),
    "level": Words("级别", "level"),
    "kind": Words("类别", "kind"),
    "category": Words("类别", "category"),
    "persons": Words("死亡、失踪、被困合计", "dead, missing and trapped together"),
}


def _named(name: str) -> Words:
    return _NAMES.get(name, Words(name, name))


# -- changed only by a correction ------------------------------------------------------------------------------


def _changed(case: Case, said: tuple[Step, ...]) -> Iterator[Check]:
    """Whether what lies below the office's earlier word to the same receiver was told as a change, or after news."""
    last: dict[str, Step] = {}
    known: list[tuple[_Known, ...]] = []
    for report in said:
        earlier = sorted({last[r].id: last[r] for r in report.to if r in last}.values(), key=when)
        last.update(dict.fromkeys(report.to, report))
        compared = [found for one in earlier if (found := _lowered(case, one, report, known)) is not None]
        if not compared:
            continue
        asking = case.asking(CheckName.CHANGED_BY_CORRECTION, report.at)
        if asking is not None:
            yield _worst(case, asking, report, compared)


_NOT_LOWER = Words("不低于此前所报", "nothing lies below what it had told before")


def _lowered(case: Case, first: Step, second: Step, known: list[tuple[_Known, ...]]) -> _Compared | None:
    stated = at_most_of(second)
    if not stated.keys() & at_most_of(first).keys():
        return None
    here = (first.id,)
    lower = below(second, first)
    if not lower:
        return _Compared(Result.PASS, _NOT_LOWER, here)
    if second.act in FOLLOWING:
        return _Compared(Result.PASS, _AS_CHANGED, here)
    if _dissent(second) and _told_with_dissent(case, second):
        return _Compared(Result.PASS, _DISSENTED, here)
    if (by_version := _next_version(case, first, second)) is not None:
        return by_version
    if not known:
        known.append(_knowledge(case))
    new, by = _between(known[0], first, second)
    ids = (*here, *(s.id for s in by))
    if new == SURELY:
        return _Compared(Result.PASS, _NEW_KNOWLEDGE, ids)
    if new == POSSIBLY or not surely_by(first.at, second.at):
        return _Compared(Result.UNKNOWN, _MAYBE_NEW, ids)
    zh = "；".join(f"{_named(m).zh}由{held:g}降为{now:g}" for m, (now, held) in lower.items())
    en = "; ".join(f"{_named(m).en} from {held:g} to {now:g}" for m, (now, held) in lower.items())
    return _Compared(
        Result.FAIL,
        Words(
            f"{zh}，既未作为更正或续报报出，其间也没有在案的新情况",
            f"{en}: neither as a correction or follow-up, nor after anything new on record",
        ),
        here,
    )


# -- sent as issued --------------------------------------------------------------------------------------------


def _as_issued(case: Case, reports: tuple[Step, ...]) -> Iterator[Check]:
    """Whether what was sent under a draft is what was issued, or says where it differs."""
    issues = _issues(case)
    for report in reports:
        entry = report.entry
        if not isinstance(entry, Report) or (entry.draft is None and not entry.dissent):
            continue
        asking = case.asking(CheckName.SENT_AS_ISSUED, report.at)
        if asking is None:
            continue
        issue = _issue_of(report, entry, issues)
        result, said = _sent(entry, issue)
        begins = sent = since(report)
        if issue is not None and not entry.dissent and surely_after(issue.at, report.at):
            # It was sent before the draft was out: until then there was nothing to hold it against.
            begins = since(report, issue)
            yield case.made(
                asking,
                Result.UNKNOWN,
                _NO_ISSUE,
                occasion=report.id,
                evidence=(report.id,),
                holds_from=sent,
                holds_until=begins,
            )
        yield case.made(
            asking,
            result,
            said,
            occasion=report.id,
            evidence=(report.id, None if issue is None else issue.id),
            rests_on=leaning(report, *([issue] if issue is not None else []))
            if result is Result.FAIL
            else (),
            holds_from=begins,
        )


def _issues(case: Case) -> list[Step]:
    return sorted((s for s in case.timeline.steps if s.act is UnifiedDraftIssued), key=when)


def _issue_of(report: Step, entry: Report, issues: list[Step]) -> Step | None:
    """The issue of the version that was sent; for a dissent without a version, the last one before it."""
    if entry.draft is not None and entry.version is not None:
        named = (entry.draft, entry.version)
        return next((s for s in issues if _issued(s) == named), None)  # what went out first stays what it was
    before = [s for s in issues if possibly_by(s.at, report.at) and entry.draft in (None, _issued(s)[0])]
    return before[-1] if before else None


def _issued(step: Step) -> tuple[str, int]:
    entry = step.entry
    assert isinstance(entry, UnifiedDraftIssued)  # noqa: S101 - only those are asked
    return entry.draft, entry.version


_NO_ISSUE = Words("没有该版统稿印发的记录", "the issue of that version is not on record")


def _sent(entry: Report, issue: Step | None) -> tuple[Result, Words]:
    if entry.dissent:
        return Result.PASS, Words(
            f"与统稿不同之处附有不同意见：{entry.dissent}",
            f"it differs from the draft and says so: {entry.dissent}",
        )
    if issue is None or not isinstance(issue.entry, UnifiedDraftIssued):
        return Result.UNKNOWN, _NO_ISSUE
    if entry.sent_hash is None or entry.version is None:
        return Result.UNKNOWN, Words(
            "所发文本未留存校验值，是否与统稿一致不详", "what exactly was sent is not on record"
        )
    if entry.sent_hash == issue.entry.hash:
        return Result.PASS, Words("所发即所签统稿", "what was sent is what was issued")
    return Result.FAIL, Words(
        "所发文本与印发的统稿不同，且未附不同意见",
        "what was sent is not what was issued, and no dissent went with it",
    )


# -- not below what was held -----------------------------------------------------------------------------------


def _not_below(case: Case, reports: tuple[Step, ...]) -> Iterator[Check]:
    """Whether any report of the office lies below what it held, as its findings have it."""
    said = [s for s in reports if at_most_of(s)]
    found = [f for f in case.findings if f.kind is Fault.FALSIFIED and f.status is Status.SUSPECTED]
    if not said and not found:
        return
    asking = case.asking(CheckName.NOT_BELOW_WHAT_WAS_HELD)
    if asking is None:
        return
    fails_from = min((m for f in found if (m := f.holds_from) is not None), default=None)
    begun = [m for s in said if (m := since(s)) is not None]
    began = min(begun, default=None)
    maybe = None if found else _perhaps_below(case, said)
    if maybe is not None:
        yield case.made(
            asking,
            Result.UNKNOWN,
            _MAYBE_BELOW,
            evidence=(maybe.report.id, *[h.step.id for h in maybe.held]),
            holds_from=began,
        )
        return
    if said and (not found or (began is not None and fails_from is not None and began < fails_from)):
        yield case.made(
            asking,
            Result.PASS,
            _NOT_BELOW,
            evidence=[s.id for s in said] if not found else [s.id for s in said if _by(s, fails_from)],
            holds_from=began,
            holds_until=fails_from,
        )
    if found:
        one = found[0]
        yield case.made(
            asking,
            Result.FAIL,
            Words(f"按记录计算，{one.explanation.zh}", f"By the record, {one.explanation.en}"),
            evidence=one.evidence,
            rests_on=one.rests_on,
            holds_from=fails_from,
        )


def _perhaps_below(case: Case, said: list[Step]) -> Contradiction | None:
    """A report below what its office came to hold, where it is open whether it held that by then."""
    lowest: dict[str, float] = {}
    for report in said:
        for measure, figure in at_most_of(report).items():
            lowest[measure] = min(figure, lowest.get(measure, figure))
    others = (*case.acts, *case.told)
    if not any(known_of(s).get(m, figure) > figure for m, figure in lowest.items() for s in others):
        return None  # most offices never hold more than they say
    held = held_by(case.timeline, case.office.id)
    return next(contradictions(case.timeline, said, held, perhaps=True), None)


_MAYBE_BELOW = Words(
    "有报告低于其所掌握的数字，报告时是否已经掌握不能确定",
    "a report lies below what it came to hold; whether it held that by then is open",
)


def _by(step: Step, moment: datetime | None) -> bool:
    known = since(step)
    return known is not None and moment is not None and known < moment


_NOT_BELOW = Words("在案的报告均不低于当时所掌握", "no report of its on record lies below what it then held")


def _issued_below(case: Case) -> Iterator[Check]:
    """Whether a unified draft that this office issued, alone or jointly, lies below what it held itself."""
    mine = [s for s in _issues(case) if case.office.id in _issuers(case, s)]
    if not mine:
        return
    held = held_by(case.timeline, case.office.id)
    for issue in mine:
        asking = case.asking(CheckName.NOT_BELOW_WHAT_WAS_HELD, issue.at)
        draft = _text_of(case, issue)
        if asking is None or draft is None or not at_most_of(draft):
            continue
        # The facts of the version, told when it was issued.
        word = Step(
            issue.id,
            issue.ref,
            issue.label,
            draft.entry,
            issue.at,
            issue.recorded_at,
            issue.imported,
            issue.clock_back,
            issue.leans_on,
        )
        wrong = next(contradictions(case.timeline, [word], held), None)
        maybe = wrong or next(contradictions(case.timeline, [word], held, perhaps=True), None)
        result = Result.FAIL if wrong else Result.UNKNOWN if maybe else Result.PASS
        yield case.made(
            asking,
            result,
            _below_words(wrong) if wrong else _MAYBE_BELOW if maybe else _NOT_BELOW_ISSUED,
            occasion=issue.id,
            evidence=(issue.id, draft.id, *([h.step.id for h in maybe.held] if maybe else ())),
            rests_on=leaning(issue, *[h.step for h in wrong.held]) if wrong else (),
            holds_from=since(issue),
        )


_NOT_BELOW_ISSUED = Words("统稿不低于当时所掌握", "the draft does not lie below what its issuer held")


def _issuers(case: Case, issue: Step) -> frozenset[str]:
    """Whose draft it was: the office that holds it, and the other of the two offices where both draft together."""
    holder = _issued(issue)[0]
    draft = drafts_of(case.timeline).get(holder)
    return frozenset({holder}) | (frozenset() if draft is None else draft.jointly)


def _text_of(case: Case, issue: Step) -> Step | None:
    """The last text of an issued version; what was written after it went out is no part of it."""
    named = _issued(issue)
    texts = [
        s
        for s in case.timeline.steps
        if isinstance(s.entry, DraftEdited)
        and (s.entry.draft, s.entry.version) == named
        and not surely_after(s.at, issue.at)
    ]
    return max(texts, key=when, default=None)


def _below_words(wrong: Contradiction) -> Words:
    refs = ", ".join(h.step.label for h in wrong.held)
    zh = "；".join(
        f"{_named(m).zh}{said:g}，而{refs}载明{held:g}" for m, (said, held) in wrong.measures.items()
    )
    en = "; ".join(
        f"{_named(m).en} {said:g}, while {refs} shows {held:g}" for m, (said, held) in wrong.measures.items()
    )
    return Words(f"统稿低于印发单位当时所掌握：{zh}", f"the draft lies below what its issuer held: {en}")
