"""The two offices (两办): whether both were told, at the same time, and before anybody above them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import timedelta

from emergency.assessment.model import Words
from emergency.assessment.norms.case import Case
from emergency.assessment.norms.drafts import in_time
from emergency.assessment.norms.model import Check
from emergency.assessment.norms.phases import (
    Phase,
    Wanted,
    beside,
    complete,
    done_after,
    later,
    missing_from,
    moment,
    past,
    rests,
    rows,
    wanted,
    when,
)
from emergency.assessment.recipients import found_among, superiors_of
from emergency.assessment.timeline import Step
from emergency.assessment.words import due_words, duration_words
from emergency.domain.events import REPORTS, Answered, NonReportStated, Notified
from emergency.domain.fixed import fixed
from emergency.domain.intervals import Interval, first_of, last_of, overrun, shifted, surely_after, surely_by
from emergency.domain.offices import Office
from emergency.domain.vocabulary import TIERS_RISING, Line, Result, Tier
from emergency.rulebook import CheckName, Recipient

TELLING = frozenset((*REPORTS, Notified, Answered))
"""What tells an office of the event."""

TOGETHER = timedelta(minutes=1)
"""Told no further apart than this is told at the same time (同时): a record to the minute tells no finer."""

PARTY, GOVERNMENT = (
    Words("党委办", "the party office"),
    Words("政府办", "the government office"),
)


@fixed(eq=False)
class TwoOffices:
    """The two offices (两办) that an office tells: each with whoever is as good; empty where the directory has none."""

    tier: Tier
    party: frozenset[str]
    government: frozenset[str]

    @property
    def both(self) -> tuple[tuple[frozenset[str], Words], tuple[frozenset[str], Words]]:
        """Each with what it is called."""
        return (self.party, PARTY), (self.government, GOVERNMENT)


def two_offices(case: Case, at: Interval | None = None) -> TwoOffices | None:
    """The two offices that an office reports to: of its own tier for a department, else of the next tier that has any.

    Units, villages and townships tell those of the county. None where the directory knows none above the office.
    """
    office, day = case.office, case.day(at)
    superiors = superiors_of(office, case.directory, day)
    rising = TIERS_RISING.index(office.tier)
    county = TIERS_RISING.index(Tier.COUNTY)
    first = county if rising < county else rising if office.line is Line.DEPARTMENT else rising + 1
    for tier in TIERS_RISING[first:]:
        party, government = (
            frozenset(() if found is None or found.note is not None else (found.office, *found.equals))
            for line in (Line.PARTY, Line.GOVERNMENT)
            for found in (found_among(superiors, Recipient(tier=tier, line=line), office),)
        )
        if party or government:
            return TwoOffices(tier, party, government)
    return None


@fixed(eq=False)
class Told:
    """How some offices were told: when first, and by which step."""

    at: Interval
    step: Step


def told(case: Case, offices: Iterable[str]) -> Told | None:
    """When the office first told one of some offices; None where no such telling is on record."""
    names = set(offices)
    steps = in_time([s for s in case.acts if s.act in TELLING and not names.isdisjoint(s.to)])
    return Told(first_of([s.at for s in steps]), steps[0]) if steps else None


def _absence_stated(case: Case, offices: Iterable[str]) -> Step | None:
    """A source that states that the office had not told any of some offices by then."""
    names = set(offices)
    steps = [s for s in case.acts if s.act is NonReportStated and (not s.to or names & set(s.to))]
    return in_time(steps)[-1] if steps else None


# -- both ------------------------------------------------------------------------------------------------------


def both_offices(case: Case) -> Iterator[Check]:
    """The party office and the government office were both told (同报), at the same time where the text says so."""
    sent = in_time([s for s in case.acts if s.act in REPORTS])
    if not sent:
        return
    want = wanted(case, CheckName.BOTH_OFFICES, sent[0].at)
    if want is None:
        return
    two = two_offices(case, sent[0].at)
    if two is None:
        words = Words(
            f"报送网络中没有{case.name}应报的两办",
            f"the directory knows no two offices that {case.name} reports to",
        )
        yield from rows(case, want, [Phase(moment(sent[0].at), Result.UNKNOWN, words, sent[:1])])
        return
    yield from rows(case, want, _both(case, want, two, sent[0]))


def _both(case: Case, want: Wanted, two: TwoOffices, sent: Step) -> Iterator[Phase]:
    ways = [Way(called, names, told(case, names)) for names, called in two.both]
    reached = sorted(
        [(way.told, way) for way in ways if way.told is not None],
        key=lambda one: (moment(one[0].at) or one[0].step.recorded_at, one[0].step.ref),
    )
    if not reached:
        words = Words(
            f"{case.name}未报两办中的任何一办；是否应报，由报告义务评判",
            f"{case.name} told neither of the two offices; whether it had to is judged among its obligations",
        )
        yield Phase(moment(sent.at), Result.NOT_APPLICABLE, words, (sent,))
        return
    at_once = _at_once(want)
    first, way = reached[0]
    other = next(one for one in ways if one is not way)
    start = first_of([one.at for one, _ in reached])
    if want.since is not None:
        start = last_of([start, want.since])
    yield from _one_told(case, way, other, start, at_once)
    if (
        other.told is not None
        and at_once is None
        and done_after(other.told.at, missing_from(case, moment(start)))
    ):
        return
    if other.told is not None:
        yield from _both_told(case, [one for _, one in reached], start, at_once)
    elif at_once is not None and other.names and complete(case):
        yield Phase(past(shifted(start, at_once)), Result.FAIL, _not_told(case, way, other), (first.step,))


@fixed(eq=False)
class Way:
    """One of the two offices, and how it was told.

    Args:
        called: What it is called.
        names: The office, with whoever is as good; empty where the directory has none.
        told: How it was told; None where that is not on record.
    """

    called: Words
    names: frozenset[str]
    told: Told | None


def _not_told(case: Case, way: Way, other: Way) -> Words:
    said = Words("", "") if way.told is None else when(case, way.told.step)
    return Words(
        f"{case.name}报了{way.called.zh}（{said.zh}），没有报{other.called.zh}",
        f"{case.name} told {way.called.en} ({said.en}) and not {other.called.en}",
    )


def _one_told(
    case: Case, way: Way, other: Way, start: Interval, at_once: timedelta | None
) -> Iterator[Phase]:
    """From the telling of one on, and what shows that the other was left out."""
    assert way.told is not None  # noqa: S101 - the one that was told
    steps: tuple[Step, ...] = (way.told.step,)
    since = moment(start)
    if not other.names:
        open_ = Words(
            f"报送网络中没有其应报的{other.called.zh}",
            f"the directory knows no {other.called.en.removeprefix('the ')} that it reports to",
        )
    else:
        open_ = Words(f"未见报{other.called.zh}", f"nothing shows that {other.called.en} was told")
    said = when(case, way.told.step)
    words = Words(
        f"{case.name}于{said.zh}报{way.called.zh}；{open_.zh}",
        f"{case.name} told {way.called.en} {said.en}; {open_.en}",
    )
    yield Phase(since, Result.UNKNOWN, words, steps)
    if not other.names:
        return
    absent, failed = _absence_stated(case, other.names), missing_from(case, since)
    if failed is None and absent is not None:
        failed, steps = later(since, moment(absent.at)), (*steps, absent)
    done = None if other.told is None else moment(other.told.at)
    if (failed is not None and at_once is None and (done is None or failed < done)) or (
        failed is not None and done is None
    ):
        yield Phase(failed, Result.FAIL, _not_told(case, way, other), steps, rests(*steps))


def _both_told(case: Case, ways: list[Way], start: Interval, at_once: timedelta | None) -> Iterator[Phase]:
    """Both were told: at the same time, apart, or nobody can tell."""
    reached = [(way.told, way.called) for way in ways if way.told is not None]
    steps = tuple(dict.fromkeys([one.step for one, _ in reached]))
    zh = "、".join(f"{called.zh}（{when(case, one.step).zh}）" for one, called in reached)
    en = " and ".join(f"{called.en} ({when(case, one.step).en})" for one, called in reached)
    both = Words(f"{case.name}已报{zh}", f"{case.name} told {en}")
    end = last_of([one.at for one, _ in reached])
    done, gap = later(moment(end), moment(start)), overrun(end, start)
    if at_once is None or (gap.at_most is not None and gap.at_most <= at_once):
        yield Phase(done, Result.PASS, both, steps)
    elif gap.at_least is not None and gap.at_least > at_once:
        apart = duration_words(gap.at_least)
        words = Words(
            f"{both.zh}，相隔{apart.zh}，并非同时", f"{both.en}, {apart.en} apart, not at the same time"
        )
        yield Phase(past(shifted(start, at_once)), Result.FAIL, words, steps, rests(*steps))
    else:
        words = Words(
            f"{both.zh}；时间不详，是否同时不能确定",
            f"{both.en}; the times do not tell whether that was at the same time",
        )
        yield Phase(done, Result.UNKNOWN, words, steps)


def _at_once(want: Wanted) -> timedelta | None:
    """How far apart the two may be told; None where no text says that it is to be at the same time."""
    within = want.asking.setting("within")
    if within is None:
        return None
    length: timedelta | None = within.hours
    return TOGETHER if length is None else length


# -- first -----------------------------------------------------------------------------------------------------


def offices_first(case: Case) -> Iterator[Check]:
    """Both offices were told no later than anybody above them (先报两办).

    A unit whose limit under the law runs out reports upward all the same: it fails this check of procedure, and no
    other, and what the law says stands beside it.
    """
    two = two_offices(case)
    if two is None:
        return
    up = in_time([s for s in case.acts if s.act in REPORTS and _above(case, s, two.tier)])
    if not up:
        return
    sent = up[0]
    want = wanted(case, CheckName.OFFICES_FIRST, sent.at)
    if want is None:
        return
    first = first_of([s.at for s in up])
    failed: list[Words] = []
    open_: list[Words] = []
    steps = [sent]
    for names, called in two.both:
        one = told(case, names)
        if one is not None:
            steps.append(one.step)
        if not names:
            open_.append(
                Words(
                    f"报送网络中没有{called.zh}", f"the directory knows no {called.en.removeprefix('the ')}"
                )
            )
        elif one is None and complete(case):
            failed.append(Words(f"没有报{called.zh}", f"{called.en} was not told"))
        elif one is None:
            open_.append(Words(f"未见报{called.zh}", f"nothing shows that {called.en} was told"))
        elif surely_after(one.at, first):
            said = when(case, one.step)
            failed.append(Words(f"{called.zh}{said.zh}才得报", f"{called.en} was told only {said.en}"))
        elif not surely_by(one.at, first):
            open_.append(
                Words(f"报{called.zh}是否在先不能确定", f"whether {called.en} was told first is open")
            )
    said = when(case, sent)
    opening = Words(f"{case.name}于{said.zh}向上级报告", f"{case.name} reported upward {said.en}")
    law = _law_beside(case, sent, two.tier)
    if failed:
        result, parts = Result.FAIL, failed
    elif open_:
        result, parts = Result.UNKNOWN, open_
    else:
        result, parts = (
            Result.PASS,
            [Words("此前或同时已报两办", "the two offices were told before, or with it")],
        )
    words = Words(
        f"{opening.zh}；{'；'.join(p.zh for p in parts)}{law.zh if failed else ''}",
        f"{opening.en}; {'; '.join(p.en for p in parts)}{law.en if failed else ''}",
    )
    phase = Phase(moment(first), result, words, tuple(steps), rests(*steps))
    yield from rows(case, want, [phase], beside=beside(case, want, sent.at))


def _above(case: Case, step: Step, tier: Tier) -> tuple[Office, ...]:
    """The offices that a report went to which stand above a tier, other than parts of an enterprise."""
    known = [case.directory.get(to) for to in step.to]
    return tuple(
        [
            o
            for o in known
            if o is not None
            and o.line is not Line.ENTERPRISE
            and TIERS_RISING.index(o.tier) > TIERS_RISING.index(tier)
        ]
    )


def _law_beside(case: Case, sent: Step, tier: Tier) -> Words:
    """That the law's own limit does not wait, with what the office owed those above under it."""
    to = {o.id for o in _above(case, sent, tier)}
    owed = [o for o in case.obligations if o.recipient in to and o.governing is not None]
    zh = "。法定的报告时限不因两办的程序而中止，法律禁止阻碍他人报告"
    en = ". The limit of the law does not wait for the two offices, and the law forbids obstructing a report"
    if owed:
        ground = owed[0].grounds[owed[0].governing or 0]
        due = (
            due_words(owed[0].due, case.zone)
            if ground.due is not None
            else Words("应立即报告", "due at once")
        )
        zh = f"{zh}；依{ground.citation}{due.zh}"
        en = f"{en}; under {ground.citation} its report was {due.en}"
    return Words(zh, en)
