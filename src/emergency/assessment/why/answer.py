"""What is meant by an id or by some words, and its explanation."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from difflib import get_close_matches

from emergency.assessment.assess import assess_timeline, owed_by
from emergency.assessment.model import Assessment, Finding, Obligation, Words
from emergency.assessment.norms.checks import norms_of
from emergency.assessment.norms.model import Check
from emergency.assessment.relief import judged_duty
from emergency.assessment.timeline import Timeline
from emergency.assessment.why.check import check_why
from emergency.assessment.why.finding import ending, finding_why
from emergency.assessment.why.level import levels_why
from emergency.assessment.why.model import CheckWhy, ObligationWhy, Standing, Why
from emergency.assessment.why.obligation import obligation_why, phase_at, short_name
from emergency.assessment.why.reading import called
from emergency.assessment.why.rules import Case
from emergency.assessment.words import (
    FAULTS,
    INSTRUCTION_ANSWER,
    INSTRUCTION_RELAY,
    REVIEW_STEPS,
    due_words,
    span_words,
)
from emergency.domain.offices import Directory
from emergency.domain.vocabulary import State, Status
from emergency.errors import NotFoundError
from emergency.rulebook import Rulebook
from emergency.words import NOTHING

LEVEL = ("level", "级别", "等级")
"""The words that ask for the level instead of a verdict."""

_SHOWN = 8
"""So many things are named where several could be meant."""


@dataclass(frozen=True, slots=True)
class _Thing:
    """An obligation, finding or check, and everything that it may be called by."""

    id: str
    short: str
    words: frozenset[str]
    names: frozenset[str]
    """Names of offices, of which a part is enough."""
    whose: frozenset[str]
    """What the office is called by whose obligation or finding it is."""


def explain(
    timeline: Timeline,
    directory: Directory,
    rulebook: Rulebook,
    *,
    at: datetime,
    what: str = "",
    office: str | None = None,
) -> Why:
    """Answer why: of one verdict, of the level, or of all that is open, late or suspicious.

    Args:
        timeline: The incident.
        directory: Who reports to whom.
        rulebook: Under which rules.
        at: The instant of judging.
        what: The id of an obligation, finding or check, the beginning of one, words that only one of them fits, or
            ``level``; empty for everything that stands out.
        office: Only of this office.

    Raises:
        NotFoundError: nothing, or more than one thing, fits; the message names what does.
    """
    opened = timeline.opened
    asked = " ".join(what.split())
    if asked in LEVEL:
        levels = levels_why(timeline, directory, rulebook, office)
        return Why(incident=opened.ref, title=opened.title, at=at, levels=levels)
    answer = _Answer(timeline, directory, rulebook, at, office)
    if not asked:
        return answer.all_that_stands_out()
    return answer.about(asked)


class _Answer:
    """One incident's verdicts, found by what people call them."""

    def __init__(
        self,
        timeline: Timeline,
        directory: Directory,
        rulebook: Rulebook,
        at: datetime,
        office: str | None,
    ) -> None:
        self._timeline, self._directory, self._rulebook, self._at = timeline, directory, rulebook, at
        assessment: Assessment = assess_timeline(timeline, directory, rulebook)

        def mine(judged: Obligation | Finding | Check) -> bool:
            return office is None or judged.office == office

        self._assessment, self._mine = assessment, mine
        self._findings = [f for f in assessment.findings if mine(f)]
        self._phases: dict[str, list[Obligation]] = {}
        for phase in assessment.obligations:
            if mine(phase) and phase.stage not in REVIEW_STEPS:  # `emergency review show` explains those
                self._phases.setdefault(phase.id, []).append(phase)
        self._shorts = {i: short_name(phases[-1], timeline, directory) for i, phases in self._phases.items()}

    # -- everything that stands out ------------------------------------------------------------------------------

    def all_that_stands_out(self) -> Why:
        """What is open, late or suspicious at the instant, the most serious first."""
        standing = sorted(self._standing(), key=lambda pair: pair[0])
        states = [phase_at(phases, self._at).state for phases in self._phases.values()]
        opened = self._timeline.opened
        return Why(
            incident=opened.ref,
            title=opened.title,
            at=self._at,
            standing=tuple(each for _, each in standing),
            undetermined=states.count(State.UNDETERMINED),
        )

    def _standing(self) -> Iterator[tuple[tuple[int, float, str], Standing]]:
        accused: set[str | None] = set()
        for finding in self._findings:
            if not _holds(finding, self._at):
                continue
            accused.add(finding.obligation)
            yield (
                (_GRAVITY[finding.status], 0.0, finding.id),
                Standing(
                    id=finding.id,
                    short=self._finding_short(finding),
                    what="finding",
                    office=called(self._directory, finding.office),
                    verdict=(finding.kind.value, finding.status.value),
                    says=finding.explanation,
                ),
            )
        for i, phases in self._phases.items():
            now = phase_at(phases, self._at)
            if i in accused or now.state not in _UNSETTLED or not _holds(now, self._at):
                continue
            due = now.due.earliest or now.due.latest
            yield (_UNSETTLED[now.state], due.timestamp() if due else float("inf"), i), self._row(now)

    def _row(self, now: Obligation) -> Standing:
        """An obligation in one line."""
        return Standing(
            id=now.id,
            short=self._shorts[now.id],
            what="obligation",
            office=called(self._directory, now.office),
            verdict=(now.state.value,),
            says=self._says(now),
        )

    def _says(self, now: Obligation) -> Words:
        """An obligation in one sentence."""
        office, recipient = self._directory.name(now.office), self._directory.name(now.recipient)
        ground = now.grounds[now.governing or 0]
        late = span_words(now.late_by) if now.late_by is not None else None
        why = now.reason or ground.condition
        zh = f"{office}应向{recipient}报告：依{ground.citation}，{ground.limit.zh}"
        en = f"{office} owes {recipient} a report: under {ground.citation} {ground.limit.en}"
        if now.stage == INSTRUCTION_RELAY:
            zh = f"{office}应将批示传达至{recipient}：依{ground.citation}，{ground.limit.zh}"
            en = f"{office} is to pass an instruction on to {recipient}: under {ground.citation} {ground.limit.en}"
        elif now.stage == INSTRUCTION_ANSWER:
            zh = f"{office}应向{recipient}反馈批示落实情况：依{ground.citation}，{ground.limit.zh}"
            en = f"{office} owes {recipient} an answer to an instruction: under {ground.citation} {ground.limit.en}"
        if ground.due is not None:
            due = due_words(now.due)
            zh, en = f"{zh}，{due.zh}", f"{en}, {due.en}"
        if late is not None:
            zh, en = f"{zh}；已逾{late.zh}", f"{en}; past due: {late.en}"
        if why is not None:
            zh, en = f"{zh}。{why.zh}", f"{en}. {why.en[:1].upper()}{why.en[1:]}"
        return Words(f"{zh}。", f"{en}.")

    # -- one thing -----------------------------------------------------------------------------------------------

    def about(self, asked: str) -> Why:
        """The one obligation or finding that is meant, explained."""
        found = self._meant(asked)
        opened = self._timeline.opened
        if found in self._phases and self._phases[found][0].stage in (INSTRUCTION_RELAY, INSTRUCTION_ANSWER):
            # Its words are its limit: there are no rules to weigh and no readings to compare.
            now = phase_at(self._phases[found], self._at)
            return Why(incident=opened.ref, title=opened.title, at=self._at, standing=(self._row(now),))
        if found in self._phases:
            explained = self._explained(found)
            return Why(incident=opened.ref, title=opened.title, at=self._at, obligations=(explained,))
        if all(found != finding.id for finding in self._findings):
            return Why(
                incident=opened.ref, title=opened.title, at=self._at, checks=(self._check_explained(found),)
            )
        finding = self._finding(found)
        owed = self._explained(finding.obligation) if finding.obligation in self._phases else None
        return Why(
            incident=opened.ref,
            title=opened.title,
            at=self._at,
            findings=(
                finding_why(
                    finding,
                    self._finding_short(finding),
                    self._timeline,
                    self._directory,
                    self._rulebook,
                    owed,
                ),
            ),
        )

    def _explained(self, obligation: str | None) -> ObligationWhy:
        office = self._phases[obligation or ""][0].office
        owed = owed_by(self._timeline, self._directory, self._rulebook, office)
        assert owed is not None  # noqa: S101 - it owes this
        duties = tuple((duty, doing, judged_duty(owed.record, duty, doing)[0]) for duty, doing in owed.duties)
        case = Case(owed, duties)
        duty, doing, phases = next(each for each in duties if each[2][-1].id == obligation)
        return obligation_why(case, duty, doing, phases, self._findings, self._at)

    def _finding(self, found: str) -> Finding:
        """The finding in the phase that holds at the instant, else its last."""
        phases = [f for f in self._findings if f.id == found]
        return next((f for f in phases if _holds(f, self._at)), phases[-1])

    # -- checks of the norms -------------------------------------------------------------------------------------

    def _checks(self) -> dict[str, list[Check]]:
        """The checks of the four norms, by id, each in all its phases."""
        found: dict[str, list[Check]] = {}
        for check in norms_of(self._timeline, self._directory, self._rulebook, self._assessment):
            if self._mine(check):
                found.setdefault(check.id, []).append(check)
        return found

    def _check_short(self, check: Check) -> str:
        whose = self._shorts.get(check.occasion)
        if whose is not None:
            return f"{whose} {check.check}"
        about = self._timeline.labels.get(check.occasion)
        return " ".join(filter(None, (self._directory.ref(check.office), check.check, about)))

    def _check_explained(self, found: str) -> CheckWhy:
        phases = self._checks()[found]
        check = next((one for one in phases if _holds(one, self._at)), phases[-1])
        owed = self._explained(check.occasion) if check.occasion in self._phases else None
        short = self._check_short(check)
        return check_why(check, short, self._timeline, self._directory, self._rulebook, owed)

    def _check_things(self) -> Iterator[_Thing]:
        for i, phases in self._checks().items():
            last = phases[-1]
            short = self._check_short(last)
            words = {*short.split(), last.office, last.norm.value, last.check, last.result.value, "check"}
            yield self._thing(i, short, words, (last.office,))

    def _finding_short(self, finding: Finding) -> str:
        whose = None
        if finding.id.startswith(f"{finding.obligation}:"):
            whose = self._shorts.get(finding.obligation or "")
        return f"{whose or self._directory.ref(finding.office)} {ending(finding)}"

    def _meant(self, asked: str) -> str:
        """The id that was meant: an id or its beginning, or words that only one thing fits.

        A check of a norm is looked for only where no obligation or finding fits: there are many of them.
        """
        things = {thing.id: thing for thing in self._things()}
        found = self._fitting(asked, things)
        if not found:
            checks = {thing.id: thing for thing in self._check_things()}
            found = self._fitting(asked, checks)
            things |= checks
        if len(found) == 1:
            return found[0]
        if found:
            listed = "; ".join(things[i].short for i in found[:_SHOWN])
            rest = len(found) - _SHOWN
            more = Words(f"，另有 {rest} 项", f" and {rest} more") if rest > 0 else NOTHING
            raise NotFoundError(
                f"{asked} fits several: {listed}{more.en}. Write more of it.",
                zh=f"{asked} 对应多项：{listed}{more.zh}。请再多写几个字。",
            )
        raise NotFoundError(
            f"{self._timeline.ref} has no obligation, finding or check {asked}.{_suggested(asked, things).en}",
            zh=(f"{self._timeline.ref} 没有义务、疑点或检查项 {asked}。{_suggested(asked, things).zh}"),
        )

    def _fitting(self, asked: str, things: Mapping[str, _Thing]) -> list[str]:
        whole = asked if asked.startswith(f"{self._timeline.ref}:") else f"{self._timeline.ref}:{asked}"
        for exact in (asked, whole):
            if exact in things:
                return [exact]
        named = [i for i, thing in things.items() if thing.short == asked]
        begun = [i for i in things if i.startswith(whole)]
        words = asked.casefold().split()
        fitting = [i for i, thing in things.items() if all(w in thing.words for w in words)]
        owed = [i for i in fitting if words[0] in things[i].whose]
        nearly = [i for i, thing in things.items() if all(_fits(w, thing) for w in words)]
        return named or begun or owed or fitting or nearly

    def _things(self) -> Iterator[_Thing]:
        for i, phases in self._phases.items():
            last = phases[-1]
            words = {last.stage, last.channel, last.occasion, "obligation", "报告义务"}
            words |= {*self._shorts[i].split(), last.office, last.recipient}
            yield self._thing(i, self._shorts[i], words, (last.office, last.recipient))
        for finding in {f.id: f for f in self._findings}.values():
            short = self._finding_short(finding)
            words = {*short.split(), finding.office, finding.kind.value, FAULTS[finding.kind].zh}
            words |= {finding.status.value, "finding", "疑点"}
            yield self._thing(finding.id, short, words, (finding.office,))

    def _thing(self, i: str, short: str, words: Iterable[str], offices: Sequence[str]) -> _Thing:
        named = [self._directory.name(office).casefold() for office in offices]
        whose = frozenset((named[0], short.partition(" ")[0].casefold(), offices[0].casefold()))
        all_words = frozenset(word.casefold() for word in words) | frozenset(named)
        return _Thing(i, short, all_words, frozenset(named), whose)


_GRAVITY: Mapping[Status, int] = {
    Status.ESTABLISHED: 0,
    Status.PRESUMED: 1,
    Status.SUSPECTED: 2,
    Status.NONE: 3,
    Status.POSSIBLE: 6,
}
"""How serious a finding is, among the states of obligations; what people determined comes before what is possible."""

_UNSETTLED: Mapping[State, int] = {
    State.LATE: 4,
    State.OVERDUE: 4,
    State.OPEN: 5,
    State.POSSIBLY_LATE: 7,
}
"""How serious it is that an obligation stands so."""


def _holds(judged: Obligation | Finding | Check, at: datetime) -> bool:
    since, until = judged.holds_from, judged.holds_until
    return (since is None or since <= at) and (until is None or at < until)


def _fits(word: str, thing: _Thing) -> bool:
    """Whether a word is one that the thing is called by, or part of the name of one of its offices."""
    return word in thing.words or any(word in name for name in thing.names)


def _suggested(asked: str, things: Mapping[str, _Thing]) -> Words:
    """What may have been meant, or what there is."""
    if not things:
        return Words("其下一项也没有。", " It has none at all.")
    by_short = {thing.short: thing for thing in things.values()}
    near = get_close_matches(asked, [*by_short, *things], n=3, cutoff=0.5)
    shown = dict.fromkeys(things[n].short if n in things else n for n in near)
    if shown:
        return Words(f"是否指 {' 或 '.join(shown)}？", f" Did you mean {' or '.join(shown)}?")
    there = [*by_short][:_SHOWN]
    return Words(f"现有：{'；'.join(there)}。", f" There are: {'; '.join(there)}.")
