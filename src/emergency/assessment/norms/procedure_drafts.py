"""The one unified draft (统稿) of what several units report, and whether what is sent up derives from it."""

from __future__ import annotations

from collections.abc import Iterator

from emergency.assessment.model import Words
from emergency.assessment.norms.case import Case
from emergency.assessment.norms.drafts import Draft, drafts_of, in_time
from emergency.assessment.norms.model import Check
from emergency.assessment.norms.phases import (
    Phase,
    complete,
    later,
    missing_from,
    moment,
    rests,
    rows,
    wanted,
    when,
)
from emergency.assessment.norms.procedure_offices import two_offices
from emergency.assessment.timeline import Step
from emergency.domain.events import REPORTS, Report
from emergency.domain.fixed import fixed
from emergency.domain.intervals import last_of, surely_after, surely_by
from emergency.domain.vocabulary import TIERS_RISING, Line, Result, Tier
from emergency.rulebook import CheckName


@fixed(eq=False)
class Desk:
    """The two offices' desk of a place, on one incident.

    Args:
        offices: The two offices, as far as they are told or act on it.
        tier: Their tier.
        reports: The first report of each unit that told either of them, in time.
    """

    offices: frozenset[str]
    tier: Tier
    reports: tuple[Step, ...]

    @property
    def several(self) -> bool:
        """Whether several units report."""
        return len(self.reports) > 1


_OTHER = {Line.PARTY: Line.GOVERNMENT, Line.GOVERNMENT: Line.PARTY}


def _desk(case: Case) -> tuple[Desk, bool] | None:
    """The desk that an office is part of, or that it tells, and whether it is part of it; None where there is none."""
    office = case.office
    if office.line in _OTHER and (mine := _reports_to(case, frozenset({office.id}))):
        partners = frozenset(
            o.id
            for step in mine
            for up in case.directory.above(step.office, case.day(step.at))
            if (o := case.directory.get(up)) is not None
            and o.tier is office.tier
            and o.line is _OTHER[office.line]
            and o.division == office.division
        )
        offices = partners | {office.id}
        return Desk(offices, office.tier, _reports_to(case, offices)), True
    two = two_offices(case)
    if two is None:
        return None
    offices = two.party | two.government
    return Desk(offices, two.tier, _reports_to(case, offices)), False


def _reports_to(case: Case, offices: frozenset[str]) -> tuple[Step, ...]:
    """The first report of each other office, not above it, to one of some offices."""
    above = {up for office in offices for up in case.directory.above(office, case.day())} - offices
    found: dict[str, Step] = {}
    for step in in_time([s for o in offices for s in case.timeline.told(o) if s.act in REPORTS]):
        if step.office not in offices and step.office not in above:
            found.setdefault(step.office, step)
    return in_time(found.values())


def one_draft(case: Case) -> Iterator[Check]:
    """What several units report is drafted once (统稿), and what goes up after its issue derives from it.

    That no draft came about is the desk's failure. What a unit sent up before the issue is no failure of its own:
    the law's limit does not wait.
    """
    found = _desk(case)
    if found is None or not found[0].reports:
        return
    desk, part_of_it = found
    drafts = [d for holder, d in drafts_of(case.timeline).items() if holder in desk.offices]
    if part_of_it:
        yield from _drafted(case, desk, drafts)
    if desk.several:
        yield from _derived(case, desk, drafts)


def _drafted(case: Case, desk: Desk, drafts: list[Draft]) -> Iterator[Check]:
    want = wanted(case, CheckName.ONE_DRAFT, desk.reports[0].at)
    if want is None:
        return
    names = "、".join(case.directory.name(s.office) for s in desk.reports)
    first = moment(desk.reports[0].at)
    single = Words(
        f"只有{case.directory.name(desk.reports[0].office)}一家报来，不须统稿",
        "one unit reported: no unified draft is asked for",
    )
    phases = [Phase(first, Result.NOT_APPLICABLE, single, desk.reports[:1])]
    if desk.several:
        since = moment(last_of([s.at for s in desk.reports[:2]]))
        several = Words(f"{names}先后报来", f"{names} reported")
        waiting = Words(f"{several.zh}，尚未印发统稿", f"{several.en}; no unified draft has been issued")
        phases.append(Phase(since, Result.UNKNOWN, waiting, desk.reports))
        # What went out before a second unit reported was not made of what both say.
        issues = in_time(
            [
                v.issued
                for d in drafts
                for v in d.issues
                if v.issued is not None and not surely_after(desk.reports[1].at, v.issued.at)
            ]
        )
        failed = missing_from(case, since)
        end = None if not issues else later(since, moment(issues[0].at))
        if failed is not None and (end is None or failed < end):
            words = Words(f"{several.zh}，没有统稿", f"{several.en}, and nothing was drafted")
            phases.append(Phase(failed, Result.FAIL, words, desk.reports))
        if issues:
            words = Words(
                f"{several.zh}，统稿于{when(case, issues[0]).zh}印发",
                f"{several.en}; the draft was issued {when(case, issues[0]).en}",
            )
            phases.append(Phase(end, Result.PASS, words, (*desk.reports, issues[0])))
        phases += _two_drafts(desk, drafts)
    yield from rows(case, want, phases)


def _two_drafts(desk: Desk, drafts: list[Draft]) -> Iterator[Phase]:
    """Each of the two offices issued a draft of its own: there is not one set of facts."""
    own = [d for d in drafts if d.issues]
    if len(own) < 2 or any(d.jointly & desk.offices for d in own):  # noqa: PLR2004 - one each
        return
    issued = in_time([v.issued for d in own for v in d.issues[:1] if v.issued is not None])
    words = Words("两办各自印发了统稿，并非一稿", "each of the two offices issued a draft of its own")
    yield Phase(moment(issued[-1].at), Result.FAIL, words, issued, rests(*issued))


def _derived(case: Case, desk: Desk, drafts: list[Draft]) -> Iterator[Check]:
    """Of each report that the office sent up: whether it derives from the draft, or carries its dissent."""
    issues = in_time([v.issued for d in drafts for v in d.issues if v.issued is not None])
    if not issues:
        return
    up = [s for s in case.acts if s.act in REPORTS and _goes_above(case, s, desk.tier)]
    for step in in_time(up):
        want = wanted(case, CheckName.ONE_DRAFT, step.at)
        if want is not None:
            yield from rows(case, want, [_derives(case, step, issues[0], drafts)], occasion=step.id)


def _goes_above(case: Case, step: Step, tier: Tier) -> bool:
    tiers = [
        o.tier
        for to in step.to
        if (o := case.directory.get(to)) is not None and o.line is not Line.ENTERPRISE
    ]
    return any(TIERS_RISING.index(t) > TIERS_RISING.index(tier) for t in tiers)


def _derives(case: Case, step: Step, issued: Step, drafts: list[Draft]) -> Phase:
    since, said = moment(step.at), when(case, step)
    opening = Words(f"{case.name}于{said.zh}上报", f"{case.name} reported upward {said.en}")

    def phase(result: Result, zh: str, en: str, *others: Step) -> Phase:
        return Phase(
            since,
            result,
            Words(f"{opening.zh}；{zh}", f"{opening.en}; {en}"),
            (step, *others),
            rests(step, *others),
        )

    entry = step.entry
    assert isinstance(entry, Report)  # noqa: S101 - only reports are asked
    if entry.dissent:
        return phase(
            Result.PASS,
            f"已注明与统稿的不同意见：{entry.dissent}",
            f"it carries its dissent: {entry.dissent}",
        )
    if entry.draft is not None:
        named = next((d for d in drafts if d.holder == entry.draft), None)
        version = None if named is None else named.version(entry.version)
        if version is not None and version.issued is not None and surely_by(version.issued.at, step.at):
            return phase(
                Result.PASS,
                f"所报为统稿第{version.number}稿",
                f"it sends version {version.number} of the draft",
                version.issued,
            )
        if (
            version is not None
            and version.issued is not None
            and not surely_after(version.issued.at, step.at)
        ):
            return phase(
                Result.UNKNOWN,
                f"所报为统稿第{version.number}稿，与其印发孰先孰后不能确定",
                f"it sends version {version.number} of the draft; whether that had been issued by then is open",
                version.issued,
            )
        if named is not None and entry.version is None:
            return phase(
                Result.UNKNOWN,
                "所报为统稿，未载明哪一稿",
                "it sends the draft, and nobody recorded which version",
            )
    if surely_by(step.at, issued.at):
        return phase(
            Result.NOT_APPLICABLE,
            "在统稿印发之前；法定的报告时限不等待统稿",
            "before the draft was issued; the limit of the law does not wait for it",
            issued,
        )
    if entry.draft is not None:
        return phase(
            Result.FAIL,
            "所称的统稿此时并未印发",
            "what it names as the draft had not been issued by then",
            issued,
        )
    if not surely_after(step.at, issued.at):
        return phase(
            Result.UNKNOWN,
            "与统稿印发孰先孰后不能确定",
            "whether the draft had been issued by then is open",
            issued,
        )
    differs = _differs(step, drafts)
    if differs and complete(case):
        zh, en = (
            "所报数字与统稿各稿均不同，且未注明不同意见",
            "its figures are those of no issued version, and it states no dissent",
        )
        return phase(Result.FAIL, zh, en, issued)
    return phase(
        Result.UNKNOWN, "未载明是否依据统稿", "nobody recorded whether it derives from the draft", issued
    )


def _differs(step: Step, drafts: list[Draft]) -> bool:
    """Whether a report states a figure that no version that had been issued by then states so."""
    stated = dict(step.facts.counts())
    versions = [
        v
        for d in drafts
        for v in d.issues
        if v.issued is not None and v.edits and not surely_after(v.issued.at, step.at)
    ]
    if not stated or not versions:
        return False
    figures = [{n: c.value for n, c in v.edits[-1].facts.counts()} for v in versions]
    return not any(all(own.get(n, c.value) == c.value for n, c in stated.items()) for own in figures)
