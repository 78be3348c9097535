"""How a check comes to stand as it does: what asks for it, and one phase after another, without a clock.

A thing that is not done yet has not failed: that is told only where the record shows the absence, at a limit that a
text gives, or where the incident was closed or an imported record ends.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from emergency.assessment.due import Days, due_after
from emergency.assessment.duties import OfficeRecord, office_record
from emergency.assessment.model import Ground, Words
from emergency.assessment.norms.case import INCIDENT, Asking, Case, cited_ground
from emergency.assessment.norms.model import Check
from emergency.assessment.obligations import JUST_AFTER
from emergency.assessment.timeline import Step
from emergency.assessment.words import interval_words
from emergency.domain.events import Graded
from emergency.domain.fixed import changed, fixed
from emergency.domain.intervals import Interval, first_of
from emergency.domain.times import CHINA
from emergency.domain.vocabulary import Level, Result
from emergency.rulebook import CheckName, NormRule, YearNotPublishedError

FAR = datetime.max.replace(tzinfo=CHINA)

LEVEL_OPEN = Words(
    "所据文本只适用于特定级别，而该单位当时掌握的情况不足以确定级别",
    "the text speaks of certain levels only, and what the office held does not tell the level",
)
LAW_CHANGED = Words(
    "所据文本在该时间范围之内才开始施行，是否适用未定",
    "the text took effect within the span of time in which this may have been, so whether it applied is open",
)


@fixed(eq=False)
class Wanted:
    """What asks for a check, and whether it surely does.

    Args:
        asking: The texts.
        doubt: Why it is open whether any of them applies; None where one surely does. What would be a failure is
            then unknown.
        since: Since when it applies, where that is later than the act: a level that became known.
    """

    asking: Asking
    doubt: Words | None = None
    since: Interval | None = None


@fixed(eq=False)
class Phase:
    """How a check stands from a moment on.

    Args:
        since: The moment; None = from the beginning.
        result: What it comes to.
        words: Why.
        evidence: The steps that it rests on.
        rests_on: Ids of steps with an assumed time that it rests on.
    """

    since: datetime | None
    result: Result
    words: Words
    evidence: tuple[Step, ...] = ()
    rests_on: tuple[str, ...] = ()


def wanted(case: Case, check: CheckName, at: Interval | None = None) -> Wanted | None:
    """What asks for a check of an act at some time; None where nothing does.

    Where a text without levels asks, those that speak of certain levels add nothing that is open.
    """
    asking = case.asking(check, at)
    if asking is None:
        return None
    doubt = None
    if at is not None and at.earliest is not None and at.earliest != at.latest:
        before = case.asking(check, Interval(at.earliest, at.earliest))
        doubt = LAW_CHANGED if before is None else None
    plain = tuple([one for one in asking.texts if one[0].levels is None])
    if plain:
        return Wanted(Asking(check, plain), doubt)
    known = [(one, since) for one in asking.texts if (since := _reached(case, one[0])) is not None]
    if known:
        return Wanted(Asking(check, tuple([one for one, _ in known])), doubt, first_of([s for _, s in known]))
    may = tuple([one for one in asking.texts if not _graded_otherwise(case, one[0])])
    return Wanted(Asking(check, may), LEVEL_OPEN) if may else None


def _reached(case: Case, rule: NormRule) -> Interval | None:
    """Since when the office held that the event was of one of the rule's levels; None where it never surely did."""
    record = record_of(case)
    if record is None or rule.levels is None:
        return None
    levels = record.holding.levels
    found = [
        held.since
        for held in record.held
        if (graded := levels.of(held.facts)) is not None and graded.level in rule.levels
    ]
    found += [s.at for s in record.holding.gradings if _level(s) in rule.levels]
    return first_of(found) if found else None


def _level(step: Step) -> Level | None:
    return step.entry.level if isinstance(step.entry, Graded) else None


def _graded_otherwise(case: Case, rule: NormRule) -> bool:
    """Whether the event was officially given levels, and none of the rule's."""
    levels = {_level(s) for s in case.timeline.gradings}
    return bool(levels) and levels.isdisjoint(rule.levels or ())


def record_of(case: Case) -> OfficeRecord | None:
    """What its obligations are judged from; None where nothing hints that it knew."""
    # The record holds the rulebook and the directory, so that none is taken for another.
    key = ("norms-record", case.office.id, id(case.rulebook), id(case.directory))
    memo = case.timeline.memo
    if key not in memo:
        memo[key] = office_record(case.timeline, case.directory, case.rulebook, case.office.id)
    record: OfficeRecord | None = memo[key]
    return record


def complete(case: Case) -> bool:
    """Whether the office's silence on this incident is silence."""
    record = record_of(case)
    return record is not None and record.complete


def complete_of(case: Case, office: str) -> bool:
    """Whether another office's silence on this incident is silence."""
    other = case.directory.get(office)
    return other is not None and complete(
        Case(case.timeline, case.directory, case.rulebook, other, case.assessment)
    )


def ended(case: Case) -> datetime | None:
    """When nothing more was to come: at the closing, else at the end of an imported record; None where it goes on."""
    timeline = case.timeline
    if timeline.first_closed is not None:
        return timeline.first_closed.at.latest  # no reopening takes a verdict back
    return timeline.ends if timeline.opened.imported and not timeline.partial else None


def missing_from(case: Case, since: datetime | None) -> datetime | None:
    """From when on what was not done surely was left undone; None where the record does not show that."""
    end = ended(case)
    if end is None or not complete(case):
        return None
    return end if since is None else max(end, since)


def done_after(done: Interval, failed: datetime | None) -> bool:
    """Whether something was surely done only after it had failed at the closing: then that stays so."""
    return failed is not None and done.earliest is not None and done.earliest > failed


def moment(at: Interval) -> datetime | None:
    """When something surely was; where that is open, from when on it may have been."""
    return at.latest or at.earliest


def later(*moments: datetime | None) -> datetime | None:
    """The latest of some moments; None where none is known."""
    return max([m for m in moments if m is not None], default=None)


def past(due: Interval) -> datetime | None:
    """From when on something that was due is surely past: the very instant is still in time."""
    end = moment(due)
    return None if end is None else end + JUST_AFTER


def rests(*steps: Step) -> tuple[str, ...]:
    """The steps with an assumed or unstated time that some steps' times rest on."""
    return tuple(dict.fromkeys([one for step in steps for one in step.rests_on]))


def rows(
    case: Case,
    want: Wanted,
    phases: Iterable[Phase],
    *,
    occasion: str = INCIDENT,
    beside: tuple[Ground, ...] = (),
    until: datetime | None = None,
) -> Iterator[Check]:
    """One check as rows, of which at most one holds at any instant.

    Args:
        case: Whose.
        want: What asks for it.
        phases: How it stands; of two that begin at the same moment the one given later counts.
        occasion: What it is about.
        beside: Texts that are shown beside it and not gone against.
        until: When the last of them ends; None for never.
    """
    by_start = {phase.since: phase for phase in phases}
    listed = sorted(by_start.values(), key=lambda p: (p.since is not None, p.since or FAR))
    if until is not None:
        listed = [p for p in listed if p.since is None or p.since < until]
    ends = [*[p.since for p in listed[1:]], until] if listed else []
    for phase, end in zip(listed, ends, strict=True):
        result, words = phase.result, phase.words
        if result is Result.FAIL and want.doubt is not None:
            result = Result.UNKNOWN
            words = Words(f"{words.zh}；{want.doubt.zh}", f"{words.en}; {want.doubt.en}")
        check = case.made(
            want.asking,
            result,
            words,
            occasion=occasion,
            evidence=[s.id for s in phase.evidence],
            rests_on=phase.rests_on,
            holds_from=phase.since,
            holds_until=end,
        )
        yield changed(check, grounds=(*check.grounds, *beside)) if beside else check


def beside(case: Case, want: Wanted, at: Interval) -> tuple[Ground, ...]:
    """The provisions that the texts want shown beside a check, as far as they hold on the day of an act."""
    names = {name for rule, _ in want.asking.texts for name in rule.beside}
    if not names:
        return ()
    day, opened = case.day(at), case.timeline.opened
    return tuple(
        [
            cited_ground(
                provision.id,
                provision.rank.value,
                value.citation,
                confirmed=value.confirmed,
                note=value.remark,
            )
            for provision in case.rulebook.provisions
            if provision.id in names
            and (value := provision.value_on(day)) is not None
            and case.rulebook.about(provision, opened.category, opened.kind, case.division)
        ]
    )


def due_by(case: Case, want: Wanted, start: Interval) -> tuple[Interval, NormRule] | None:
    """By when a thing is to be done under the first text that gives a length; None where none does."""
    found = want.asking.set_by("within")
    if found is None:
        return None
    rule, limit = found[0], found[1].asks.within
    if limit is None or not limit.has_hours:
        return None
    days = Days(case.zone, case.rulebook.calendar(rule.id))
    try:
        due = due_after(limit, start, days)
    except YearNotPublishedError:
        return None
    return due, rule


def when(case: Case, step: Step) -> Words:
    """When something was, in the zone of the office."""
    return interval_words(step.at, case.zone)
