"""Who stands behind a text: sign-off of a draft (审签), its several sides (多方核实), signature and seal (签发盖章)."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from emergency.assessment.model import Words
from emergency.assessment.norms.case import Case
from emergency.assessment.norms.drafts import Decision, Draft, Version, drafts_of, in_time
from emergency.assessment.norms.model import Check
from emergency.assessment.norms.phases import (
    Phase,
    Wanted,
    complete,
    complete_of,
    later,
    missing_from,
    moment,
    rests,
    rows,
    wanted,
    when,
)
from emergency.assessment.timeline import Step
from emergency.domain.events import REPORTS, Report, Verified
from emergency.domain.intervals import surely_after, surely_by
from emergency.domain.vocabulary import Channel, Outcome, Result, SignOff
from emergency.rulebook import CheckName

STAGES = {
    SignOff.FIRST_CHECK: Words("初审", "first check"),
    SignOff.RECHECK: Words("复核", "recheck"),
    SignOff.REVIEW: Words("审核", "review"),
    SignOff.SIGN: Words("签发", "signature"),
}


# -- sign-off --------------------------------------------------------------------------------------------------


def sign_off(case: Case) -> Iterator[Check]:
    """Each step of the chain (审签) was there before a version was issued: approved, in order, by different people."""
    draft = drafts_of(case.timeline).get(case.office.id)
    if draft is None:
        return
    want = wanted(case, CheckName.SIGN_OFF, draft.acts[0].at)
    if want is not None:
        issues = in_time([v.issued for v in draft.issues if v.issued is not None])
        words = Words("统稿尚未印发", "no version of the draft has been issued")
        phase = Phase(moment(draft.acts[0].at), Result.NOT_APPLICABLE, words, draft.acts[:1])
        until = moment(issues[0].at) if issues else None
        if until is not None or not issues:
            yield from rows(case, want, [phase], until=until)
    for version in draft.issues:
        assert version.issued is not None  # noqa: S101 - issued
        want = wanted(case, CheckName.SIGN_OFF, version.issued.at)
        if want is not None:
            yield from rows(case, want, [_signed(case, want, draft, version)], occasion=version.issued.id)


def _signed(case: Case, want: Wanted, draft: Draft, version: Version) -> Phase:
    issued = version.issued
    assert issued is not None  # noqa: S101 - only issued versions are asked
    # Where two offices draft together, each may have done any step: then the silence of both is needed.
    silent = complete(case) and all(complete_of(case, office) for office in draft.jointly)
    chain: tuple[SignOff, ...] = want.asking.setting("chain") or ()
    failed: list[Words] = []
    open_: list[Words] = []
    done: dict[SignOff, Decision] = {}
    for stage in chain:
        called = STAGES[stage]
        decided = [
            d for d in version.decisions if d.stage is stage and not surely_after(d.step.at, issued.at)
        ]
        last = decided[-1] if decided else None
        if last is None:
            into = failed if silent else open_
            into.append(Words(f"未见{called.zh}", f"no {called.en} is on record"))
        elif any(d.approved is not last.approved and not surely_by(d.step.at, last.step.at) for d in decided):
            open_.append(
                Words(
                    f"{called.zh}有通过也有退回，孰先孰后不能确定",
                    f"it was approved and returned at the {called.en}, and which came last is open",
                )
            )
        elif not last.approved:
            failed.append(Words(f"{called.zh}未通过", f"it was returned at the {called.en}"))
        elif not surely_by(last.step.at, issued.at):
            open_.append(
                Words(
                    f"{called.zh}是否在印发之前不能确定",
                    f"whether the {called.en} came before the issue is open",
                )
            )
        if last is not None:
            done[stage] = last
    passed = [done[stage] for stage in chain if stage in done]
    if want.asking.setting("in_order"):
        _in_order(passed, failed, open_)
    if want.asking.setting("separate"):
        _separate(passed, failed, open_)
    steps = (*[d.step for d in passed], issued)
    said = when(case, issued)
    opening = Words(
        f"统稿第{version.number}稿于{said.zh}印发",
        f"version {version.number} of the draft was issued {said.en}",
    )
    result = Result.FAIL if failed else Result.UNKNOWN if open_ else Result.PASS
    every = Words("、".join(STAGES[s].zh for s in chain), ", ".join(STAGES[s].en for s in chain))
    parts = [*failed, *open_] or [Words(f"{every.zh}齐备", f"it has {every.en}")]
    words = Words(
        f"{opening.zh}；{'；'.join(p.zh for p in parts)}", f"{opening.en}; {'; '.join(p.en for p in parts)}"
    )
    return Phase(moment(issued.at), result, words, steps, rests(*steps))


def _in_order(passed: list[Decision], failed: list[Words], open_: list[Words]) -> None:
    for one, other in pairwise(passed):
        first, then = STAGES[one.stage], STAGES[other.stage]
        if surely_after(one.step.at, other.step.at):
            failed.append(Words(f"{then.zh}在{first.zh}之前", f"the {then.en} came before the {first.en}"))
        elif not surely_by(one.step.at, other.step.at):
            open_.append(
                Words(
                    f"{first.zh}与{then.zh}孰先孰后不能确定",
                    f"whether the {first.en} came before the {then.en} is open",
                )
            )


def _separate(passed: list[Decision], failed: list[Words], open_: list[Words]) -> None:
    by: dict[tuple[str, str], list[Decision]] = {}
    for one in passed:
        if one.step.entry.officer is not None:  # an officer's id says who it is within the office
            by.setdefault((one.step.office, one.step.entry.officer), []).append(one)
    for listed in by.values():
        if len(listed) > 1:
            zh = "、".join(STAGES[d.stage].zh for d in listed)
            en = " and ".join(STAGES[d.stage].en for d in listed)
            failed.append(Words(f"{zh}为同一人", f"{en} were done by one person"))
    if any(one.step.entry.officer is None for one in passed):
        open_.append(Words("未载明各环节由何人办理", "nobody recorded who did each step"))


# -- sides -----------------------------------------------------------------------------------------------------

SEVERAL = 2
"""From so many sides is several (多方), where a text gives no number."""


def several_sides(case: Case) -> Iterator[Check]:
    """What an issued draft states rests on contributions or verifications of several offices (多方核实)."""
    draft = drafts_of(case.timeline).get(case.office.id)
    for version in () if draft is None else draft.issues:
        issued = version.issued
        assert draft is not None  # noqa: S101 - it has versions
        assert issued is not None  # noqa: S101 - issued
        want = wanted(case, CheckName.SEVERAL_SIDES, issued.at)
        if want is None:
            continue
        least = want.asking.setting("sides") or SEVERAL
        steps = _rests_on(case, draft, version, issued)
        sides = {s.office for s in steps}
        names = "、".join(case.directory.name(o) for o in sorted(sides))
        if len(sides) >= least:
            result = Result.PASS
        elif not complete(case):
            result = Result.UNKNOWN
        else:
            result = Result.FAIL
        words = Words(
            f"统稿第{version.number}稿的事实来自{len(sides)}方（{names or '未载明'}），应有{least}方",
            f"what version {version.number} of the draft states comes from {len(sides)} of the {least} sides asked for "
            f"({names or 'none on record'})",
        )
        evidence = (*steps, issued)
        yield from rows(
            case, want, [Phase(moment(issued.at), result, words, evidence, rests(issued))], occasion=issued.id
        )


def _rests_on(case: Case, draft: Draft, version: Version, issued: Step) -> tuple[Step, ...]:
    """The contributions and verifications that a version rests on, as its record names them."""
    acts = [
        s for s in draft.acts if not surely_after(s.at, issued.at)
    ]  # what was added later it did not rest on
    acts = [s for s in acts if (getattr(s.entry, "version", None) or 0) <= version.number]
    named = {one for s in acts for one in getattr(s.entry, "contributions", ())}
    for edit in (s for s in version.edits if s in acts):
        named |= {to for traced in getattr(edit.entry, "sources", ()) for to in traced.to}
    by_id = case.timeline.by_id
    steps = [by_id[one] for one in named if one in by_id]
    steps += [
        s
        for s in case.timeline.steps
        if isinstance(s.entry, Verified)
        and s.entry.outcome is Outcome.CONFIRMED
        and (s.office == draft.holder or draft.holder in s.to)
        and surely_by(s.at, issued.at)
    ]
    return in_time({s.id: s for s in steps}.values())


# -- signature and seal ----------------------------------------------------------------------------------------


def signed_and_sealed(case: Case) -> Iterator[Check]:
    """A written report bears a signature and the seal (签发、盖章); one by phone is followed by such a text."""
    sent = in_time([s for s in case.acts if s.act in REPORTS])
    by_phone: dict[str, Step] = {}
    for step in sent:
        entry = step.entry
        assert isinstance(entry, Report)  # noqa: S101 - only reports are asked
        want = wanted(case, CheckName.SIGNED_AND_SEALED, step.at)
        if want is None:
            continue
        if entry.channel is Channel.WRITTEN:
            yield from rows(case, want, [_bears_them(case, step, entry)], occasion=step.id)
        elif entry.channel is Channel.PHONE:
            for to in step.to:
                by_phone.setdefault(to, step)
    for step in in_time({s.id: s for s in by_phone.values()}.values()):
        want = wanted(case, CheckName.SIGNED_AND_SEALED, step.at)
        if want is not None:
            receivers = [o for o, first in by_phone.items() if first is step]
            yield from rows(case, want, _followed(case, step, receivers, sent), occasion=step.id)


def _bears_them(case: Case, step: Step, entry: Report) -> Phase:
    if entry.sealed is False:
        result, words = Result.FAIL, Words("书面报告没有盖章", "the written report bears no seal")
    elif entry.signer is None or entry.sealed is None:
        missing = [
            *([Words("签发人", "who signed it")] if entry.signer is None else []),
            *([Words("是否盖章", "whether it is sealed")] if entry.sealed is None else []),
        ]
        words = Words(
            f"未载明{'、'.join(m.zh for m in missing)}",
            f"nobody recorded {' or '.join(m.en for m in missing)}",
        )
        result = Result.UNKNOWN
    else:
        result, words = Result.PASS, Words("书面报告已签发并盖章", "the written report is signed and sealed")
    said = when(case, step)
    whole = Words(f"{case.name}于{said.zh}报出；{words.zh}", f"{case.name} reported {said.en}; {words.en}")
    return Phase(moment(step.at), result, whole, (step,), rests(step))


def _followed(case: Case, step: Step, to: list[str], sent: tuple[Step, ...]) -> Iterator[Phase]:
    """Whether everyone who was told by phone was sent the text."""
    since, said = moment(step.at), when(case, step)
    opening = Words(f"{case.name}于{said.zh}电话报告", f"{case.name} reported by phone {said.en}")
    texts = [
        next((s for s in sent if getattr(s.entry, "channel", None) is Channel.WRITTEN and one in s.to), None)
        for one in to
    ]
    waiting = Words(f"{opening.zh}，未见补报文字材料", f"{opening.en}; no text that followed is on record")
    yield Phase(since, Result.UNKNOWN, waiting, (step,))
    there = [s for s in texts if s is not None]
    all_there = len(there) == len(texts)
    done = later(since, *[moment(s.at) for s in there]) if all_there else None
    failed = missing_from(case, since)
    if failed is not None and (done is None or failed < done):
        words = Words(f"{opening.zh}，没有补报文字材料", f"{opening.en}, and no text followed")
        yield Phase(failed, Result.FAIL, words, (step,), rests(step))
    if all_there:
        words = Words(f"{opening.zh}，已补报文字材料", f"{opening.en}, and the text followed")
        yield Phase(done, Result.PASS, words, (step, *there))
