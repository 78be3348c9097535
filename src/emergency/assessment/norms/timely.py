"""The norm of time (统一规范时间): every duty by its own clock, and no unified draft held past a limit."""

from __future__ import annotations

from collections.abc import Iterator

from emergency.assessment.model import Finding, Ground, Obligation, Words
from emergency.assessment.norms.case import Case, leaning
from emergency.assessment.norms.model import Check
from emergency.assessment.obligations import JUST_AFTER
from emergency.assessment.timeline import Step
from emergency.assessment.words import INSTRUCTION_ANSWER, INSTRUCTION_RELAY, STAGES
from emergency.domain.drafting import DraftAct, DraftAssigned, DraftEdited, DraftOpened, UnifiedDraftIssued
from emergency.domain.fixed import fixed
from emergency.domain.intervals import possibly_by, surely_by
from emergency.domain.vocabulary import Fault, Norm, Result, State, Status
from emergency.rulebook import CheckName, Stage

_DRAFT_ACTS = frozenset({DraftOpened, DraftEdited, DraftAssigned, UnifiedDraftIssued})

_CAME_TO = {
    State.MET: (Result.PASS, Words("按时", "in time")),
    State.LATE: (Result.FAIL, Words("迟报", "late")),
    State.OVERDUE: (Result.FAIL, Words("逾期未报", "past its time and not done")),
    State.OPEN: (Result.UNKNOWN, Words("未到期", "not yet due")),
    State.POSSIBLY_LATE: (Result.UNKNOWN, Words("可能迟报", "possibly late")),
    State.UNDETERMINED: (Result.UNKNOWN, Words("无法判定", "the record allows no verdict")),
    State.EXCUSED: (Result.NOT_APPLICABLE, Words("免除", "excused")),
}
_NO_REPORTS = frozenset({INSTRUCTION_RELAY, INSTRUCTION_ANSWER})
_ORDER_ONLY = Words("只定先后，不计时限：见程序", "an order, not a limit: see the norm of procedure")
_NO_TIME_LOST = Words("无法算出迟了多久", "no time past its limit can be shown")
_STRICTER = Words(
    "；仅违反一项尚未核对的更严规定", "; only a stricter text that nobody has confirmed was broken"
)


def checks(case: Case) -> Iterator[Check]:
    """The checks of this norm of one office on one incident."""
    yield from _in_time(case)
    if not _DRAFT_ACTS.isdisjoint(case.timeline.kinds):
        yield from _drafts_held(case)


# -- in time ---------------------------------------------------------------------------------------------------


def _in_time(case: Case) -> Iterator[Check]:
    """Each duty by its own clock: what it came to, phase by phase; the rule itself asks for it."""
    late: dict[str, list[Finding]] = {}
    for finding in case.findings:
        if finding.kind is Fault.LATE and finding.obligation is not None:
            late.setdefault(finding.obligation, []).append(finding)
    start = len(case.timeline.ref) + len(case.office.id) + 2
    for owed in case.obligations:
        found = next((f for f in late.get(owed.id, ()) if _overlap(owed, f)), None)
        result, status, said = _timely(owed, found)
        channel = Words("", "") if owed.channel == "any" else _WRITTEN
        stage, to = STAGES[owed.stage], case.directory.name(owed.recipient)
        yield Check(
            id=f"{case.timeline.ref}:{case.office.id}:time:in-time:{owed.id[start:]}",
            incident=case.timeline.ref,
            office=case.office.id,
            norm=Norm.TIME,
            check="in-time",
            occasion=owed.id,
            result=result,
            status=status,
            evidence=_evidence(owed),
            grounds=_told(owed),
            rests_on=owed.rests_on,
            explanation=Words(
                f"向{to}的{channel.zh}{stage.zh}：{said.zh}",
                f"the {channel.en}{stage.en} to {to}: {said.en}",
            ),
            holds_from=owed.holds_from,
            holds_until=owed.holds_until,
        )


_WRITTEN = Words("书面", "written ")


def _told(owed: Obligation) -> tuple[Ground, ...]:
    """The ground that governs, and those that are breached; the duty itself shows all."""
    grounds = owed.grounds
    if len(grounds) == 1:
        return grounds
    governing = grounds[owed.governing or 0]
    return (governing, *[g for g in grounds if g.breached and g is not governing])


def _evidence(owed: Obligation) -> tuple[str, ...]:
    if owed.met_by is None and owed.reached_by is None:
        return owed.trigger
    ids = (owed.met_by, owed.reached_by, *owed.trigger)
    return tuple(dict.fromkeys([i for i in ids if i is not None]))


def _overlap(owed: Obligation, finding: Finding) -> bool:
    return (
        finding.holds_until is None or owed.holds_from is None or owed.holds_from < finding.holds_until
    ) and (owed.holds_until is None or finding.holds_from is None or finding.holds_from < owed.holds_until)


def _timely(owed: Obligation, late: Finding | None) -> tuple[Result, Status, Words]:
    """What one phase of a duty came to, with how sure a failure is."""
    result, said = _CAME_TO[owed.state]
    if result is not Result.FAIL:
        if result is Result.PASS and late is not None:
            said = Words(said.zh + _STRICTER.zh, said.en + _STRICTER.en)
        return result, Status.NONE, said
    if late is not None:
        return result, late.status, said
    governing = owed.grounds[owed.governing or 0]
    if owed.stage in _NO_REPORTS or (owed.state is State.OVERDUE and governing.due is None):
        # To be late about an instruction is none of the four kinds of breach, and late all the same. A duty at once
        # without hours is never late by arithmetic; that it was not done at all is no question of it.
        sure = Status.PRESUMED if owed.rests_on else Status.ESTABLISHED
        return result, sure if governing.confirmed else Status.POSSIBLE, said
    if owed.state is State.LATE and not governing.breached:
        return Result.NOT_APPLICABLE, Status.NONE, _ORDER_ONLY
    return Result.UNKNOWN, Status.NONE, _NO_TIME_LOST


# -- no draft held past a limit --------------------------------------------------------------------------------


@fixed(eq=False)
class _Span:
    """While one version of a draft was not out yet.

    Args:
        begun: The act that began it.
        issued: The act that issued it; None = it never was.
        before: The issues of earlier versions.
        units: The offices that contributed to the draft, or were told to send it up.
        desk: The office that holds it, and the one that it drafts with: to tell them, nobody waits for the draft.
    """

    begun: Step
    issued: Step | None
    before: tuple[Step, ...]
    units: tuple[str, ...]
    desk: frozenset[str]


def _drafts_held(case: Case) -> Iterator[Check]:
    """Whoever held a unified draft while the limit of a unit that waited for it ran out."""
    mine = sorted(
        (s for s in case.timeline.steps if s.act in _DRAFT_ACTS and _draft(s) == case.office.id),
        key=lambda s: (s.at.latest is None, s.at.latest or s.recorded_at, s.ref),
    )
    for span in _spans(case, mine):
        asking = case.asking(CheckName.DRAFT_NOT_HELD, span.begun.at)
        if asking is None:
            continue
        held = [found for unit in span.units for found in _waited(case, unit, span)]
        surely = [one for one in held if one[1]]
        begun, issued = span.begun, span.issued
        evidence = (begun.id, None if issued is None else issued.id)
        began = begun.at.latest or begun.at.earliest
        out = None if issued is None else issued.at.latest or issued.at.earliest
        ran_out = min((m for o, _ in surely if (m := o.due.latest) is not None), default=None)
        passed = None if ran_out is None else ran_out + JUST_AFTER
        ends = passed if surely else out
        if began is not None and (ends is None or began < ends):
            yield case.made(
                asking,
                Result.UNKNOWN,
                _OUT_OF_TIME if ends is None and held else _OPEN,
                occasion=begun.id,
                evidence=(begun.id,),
                holds_from=began,
                holds_until=ends,
            )
        if surely:
            names = "、".join(dict.fromkeys(case.directory.name(o.office) for o, _ in surely))
            yield case.made(
                asking,
                Result.FAIL,
                Words(
                    f"统稿在手未发，{names}的报送时限届满（各单位自己的迟报不因此免除）",
                    f"the draft was not out when the limit of {names} ran out (which does not excuse the unit)",
                ),
                occasion=begun.id,
                evidence=(*evidence, *(i for o, _ in surely for i in (*o.trigger, o.met_by))),
                rests_on=(
                    *leaning(begun, *((issued,) if issued else ())),
                    *(i for o, _ in surely for i in o.rests_on),
                ),
                at_most=_surest(case, [o for o, _ in surely]),
                holds_from=passed,
            )
        elif ends is not None:
            yield case.made(
                asking,
                Result.UNKNOWN if held else Result.PASS,
                _OUT_OF_TIME if held else _OUT_BEFORE,
                occasion=begun.id,
                evidence=evidence,
                holds_from=ends,
            )


_OPEN = Words("统稿尚未印发", "the draft is not out yet")
_OUT_BEFORE = Words(
    "没有单位因等候统稿而超过报送时限", "no unit that waited for the draft ran past its limit"
)
_OUT_OF_TIME = Words(
    "是否有单位因等候统稿而超过时限，记录不足以判定",
    "whether a unit that waited for the draft ran past its limit, the record does not tell",
)


def _draft(step: Step) -> str | None:
    entry = step.entry
    return entry.draft if isinstance(entry, DraftAct) else None


def _spans(case: Case, acts: list[Step]) -> Iterator[_Span]:
    """Each version from its beginning to its issue."""
    units: dict[str, None] = {}
    desk = {case.office.id}
    begun: dict[int, Step] = {}
    issues: list[tuple[int, Step]] = []
    for step in acts:
        entry = step.entry
        named: tuple[str, ...] = ()
        match entry:
            case DraftOpened():
                begun.setdefault(1, step)
                named = entry.contributions
                desk |= {entry.jointly} if entry.jointly is not None else set()
            case DraftEdited():
                begun.setdefault(entry.version, step)
                named = entry.contributions
            case DraftAssigned():
                units[entry.whom] = None
            case UnifiedDraftIssued():
                issues.append((entry.version, step))
        by_id = case.timeline.by_id
        units.update(dict.fromkeys(by_id[i].office for i in named if i in by_id))
    for office in desk:
        units.pop(office, None)
    seen: set[str | None] = set()
    for version, step in sorted(begun.items()):
        out = next((one for number, one in issues if number >= version), None)
        if (out.id if out else None) not in seen:  # versions that never went out belong to the one that did
            seen.add(out.id if out else None)
            before = tuple(one for number, one in issues if number < version)
            yield _Span(step, out, before, tuple(units), frozenset(desk))


def _waited(case: Case, unit: str, span: _Span) -> Iterator[tuple[Obligation, bool]]:
    """The duties of a unit to report to others than the holder, that ran out while the draft was held; how surely."""
    for owed in case.assessment.owed_by.get(unit, ()):
        if owed.holds_until is not None or owed.recipient in span.desk or owed.due.latest is None:
            continue
        if any(_would_do(case, one, owed) for one in span.before):
            continue
        if owed.state not in (State.LATE, State.OVERDUE, State.POSSIBLY_LATE, State.UNDETERMINED):
            continue
        out = None if span.issued is None else span.issued.at
        if not possibly_by(span.begun.at, owed.due) or (out is not None and surely_by(out, owed.due)):
            continue
        sent = owed.met_at
        if sent is not None and out is not None and not possibly_by(out, sent):
            continue  # it did not wait for the draft
        if sent is not None and out is None:
            continue
        sure = (
            owed.state in (State.LATE, State.OVERDUE)
            and surely_by(span.begun.at, owed.due)
            and (out is None or (out.earliest is not None and out.earliest > owed.due.latest))
            and (sent is None or out is None or surely_by(out, sent))
        )
        yield owed, sure


def _would_do(case: Case, issue: Step, owed: Obligation) -> bool:
    """Whether an earlier version that was out in time would have done: it came after what called for the report."""
    steps = [case.timeline.by_id[i] for i in owed.trigger if i in case.timeline.by_id]
    return surely_by(issue.at, owed.due) and (
        owed.stage == Stage.FIRST or all(surely_by(s.at, issue.at) for s in steps)
    )


def _surest(case: Case, owed: list[Obligation]) -> Status:
    """How sure it is that any of these duties ran out."""
    found = {
        f.obligation: f.status
        for o in owed
        for f in case.assessment.found_of.get(o.office, ())
        if f.kind is Fault.LATE
    }
    known = [found[o.id] for o in owed if o.id in found]
    order = (Status.ESTABLISHED, Status.PRESUMED, Status.POSSIBLE)
    return min(known, key=order.index, default=Status.POSSIBLE)
