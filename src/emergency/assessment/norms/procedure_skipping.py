"""Reports past a level (越级): by a rule, by the office's class, or by stated necessity; else without a ground."""

from __future__ import annotations

from collections.abc import Iterator

from emergency.assessment.model import Words
from emergency.assessment.norms.case import Case
from emergency.assessment.norms.drafts import in_time
from emergency.assessment.norms.model import Check
from emergency.assessment.norms.phases import Phase, beside, complete, moment, rests, rows, wanted, when
from emergency.assessment.norms.procedure_offices import told
from emergency.assessment.recipients import found_among, superiors_of
from emergency.assessment.timeline import Step
from emergency.assessment.words import INSTRUCTION_ANSWER, INSTRUCTION_RELAY
from emergency.domain.events import REPORTS, Report
from emergency.domain.intervals import surely_after, surely_by
from emergency.domain.vocabulary import Line, Result
from emergency.rulebook import CheckName, Modality, Rule

NO_REPORTS = frozenset({INSTRUCTION_RELAY, INSTRUCTION_ANSWER})
"""What is owed about an instruction lets nobody report past a level."""

NECESSARY = "必要时"
"""The words by which a rule allows a level to be passed over only where that is necessary."""


def skipping_justified(case: Case) -> Iterator[Check]:
    """A report that passes over a level (越级) has a ground: a rule, the office's class, or stated necessity.

    That a ground is not on record is unknown where a rule allows it *where necessary* (必要时): nobody recorded why.
    Without such a rule it is a failure where the record is complete. The level passed over is owed its report anyhow.
    """
    if not any(s.act in REPORTS for s in case.acts):
        return
    for step in in_time([s for s in case.acts if s.act in REPORTS and s.to]):
        want = wanted(case, CheckName.SKIPPING_JUSTIFIED, step.at)
        if want is None:
            continue
        passed = _passed_over(case, step)
        if not passed:
            continue
        phase = _skipped(case, step, passed)
        yield from rows(case, want, [phase], occasion=step.id, beside=beside(case, want, step.at))


def _passed_over(case: Case, step: Step) -> dict[str, tuple[str, ...]]:
    """By recipient, the office's direct superiors that it passed over; those that were told by then are no matter."""
    directory, day = case.directory, case.day(step.at)
    direct = directory.superiors(case.office.id, day)
    # A parent company is no level of the chain: whoever reports outward passes over nobody by not telling it first.
    levels = [d for d in direct if (o := directory.get(d)) is not None and o.line is not Line.ENTERPRISE]
    passed = {}
    for to in step.to:
        if to in direct:
            continue
        between = tuple([d for d in levels if to in directory.above(d, day)])
        if between and not any(_told_by(case, d, step) for d in between):
            passed[to] = between
    return passed


def _told_by(case: Case, office: str, step: Step) -> bool:
    one = told(case, (office,))
    return one is not None and surely_by(one.at, step.at)


def _skipped(case: Case, step: Step, passed: dict[str, tuple[str, ...]]) -> Phase:
    """Whether a report that passed over a level was justified, towards everyone whom it so reached."""
    since, said = moment(step.at), when(case, step)
    name = case.directory.name
    over = Words(
        "、".join(f"越过{'、'.join(map(name, between))}报{name(to)}" for to, between in passed.items()),
        ", ".join(f"past {' and '.join(map(name, between))} to {name(to)}" for to, between in passed.items()),
    )
    opening = Words(f"{case.name}于{said.zh}{over.zh}", f"{case.name} reported {said.en} {over.en}")

    def phase(result: Result, why: Words, *others: Step) -> Phase:
        kept = "；被越过的一级仍须报告" if result is Result.PASS else ""
        still = "; the level passed over is owed its report all the same" if result is Result.PASS else ""
        words = Words(f"{opening.zh}；{why.zh}{kept}", f"{opening.en}; {why.en}{still}")
        return Phase(since, result, words, (step, *others), rests(step, *others))

    entry = step.entry
    stated = entry.skipping if isinstance(entry, Report) else None
    allowed = {to: _allowed(case, to, step) for to in passed}
    if all(one is not None and one[1] for one in allowed.values()):
        names = "、".join(sorted({one[0].zh for one in allowed.values() if one is not None}))
        english = ", ".join(sorted({one[0].en for one in allowed.values() if one is not None}))
        return phase(Result.PASS, Words(f"依据：{names}", f"by {english}"))
    if stated:
        return phase(Result.PASS, Words(f"已说明理由：{stated}", f"it states why: {stated}"))
    if all(allowed.values()):
        return phase(
            Result.UNKNOWN,
            Words(
                "规定允许必要时越级，而记录未载明理由",
                "a rule allows it where necessary, and nothing on record says why it was",
            ),
        )
    doubtful = [d for between in passed.values() for d in between if told(case, (d,)) is not None]
    open_times = [
        one.step for d in doubtful if (one := told(case, (d,))) and not surely_after(one.at, step.at)
    ]
    if open_times:
        why = Words(
            "被越过的一级是否已先得报不能确定", "whether the level passed over had been told by then is open"
        )
        return phase(Result.UNKNOWN, why, *open_times)
    if not complete(case) and not doubtful:
        why = Words(
            "未见依据；该单位的记录不完整，被越过的一级或许已先得报",
            "no ground is on record; the record of this office is not complete, and that level may have been told",
        )
        return phase(Result.UNKNOWN, why)
    why = Words("没有规定允许，也未说明理由", "no rule allows it, and it does not say why")
    return phase(Result.FAIL, why, *[one.step for d in doubtful if (one := told(case, (d,)))])


def _allowed(case: Case, to: str, step: Step) -> tuple[Words, bool] | None:
    """What lets the office report to somebody past a level, and whether that asks for nothing more.

    A rule by which it owes that office a report, or which allows one; or its class of direct-report offices (直报).
    """
    day = case.day(step.at)
    if case.directory.may_report_directly(case.office.id, to, day):
        return Words("直报单位", "its class of direct-report offices"), True
    for owed in case.obligations:
        if owed.recipient == to and owed.governing is not None and owed.stage not in NO_REPORTS:
            citation = owed.grounds[owed.governing].citation
            return Words(citation, citation), True
    superiors = superiors_of(case.office, case.directory, day)
    necessary = None
    for rule in _rules(case):
        value = rule.value_on(day)
        if value is None or (rule.modality is Modality.MUST and rule.conditional):
            continue  # whether a condition was met, the obligations tell
        found = found_among(superiors, rule.to, case.office)
        if found is None or to not in (found.office, *found.equals):
            continue
        said = f"《{value.citation.law}》{value.citation.article or ''}"
        if rule.modality is Modality.MUST or value.limit.no_hours != NECESSARY:
            return Words(said, said), True
        necessary = necessary or (Words(said, said), False)
    return necessary


def _rules(case: Case) -> tuple[Rule, ...]:
    """The rules by which it owes reports, or may report, on such an event."""
    opened = case.timeline.opened
    return case.rulebook.rules_for(
        category=opened.category,
        kind=opened.kind,
        tier=case.office.tier,
        line=case.office.line,
        division=opened.place.division,
    )
