"""Follow-ups that are owed again and again: so many a day, by an hour of each day, every so many hours.

A day that passed without its follow-up is one matter until the next report comes, however many days that takes: a gap
makes one obligation, and it ends as *late* when somebody reports again. Until when follow-ups are owed is never
guessed: where a record made afterwards does not say when the situation was over, nobody can say that one was owed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta

from emergency.assessment.asked import Asked
from emergency.assessment.clocks import declared_over
from emergency.assessment.conditions import Start, conditioned, holds_on
from emergency.assessment.doing import Doing
from emergency.assessment.due import due_after, end_of_day
from emergency.assessment.duties import OfficeRecord, days_for
from emergency.assessment.model import Words
from emergency.assessment.pauses import pauses_of
from emergency.assessment.reasons import EXCUSING, RECEIVER_UNNAMED, REPORT_UNDATED, STABLE_UNKNOWN
from emergency.assessment.timeline import Step, Timeline
from emergency.domain.fixed import fixed
from emergency.domain.intervals import Interval, first_of, surely_after, surely_by
from emergency.rulebook import Limit, YearNotPublishedError

ONE_DAY = timedelta(days=1)
AN_INSTANT = timedelta(microseconds=1)

_LONGEST_REST = 400
"""So many days on end may be suspended, or lie before a rule took effect."""


@fixed(eq=False)
class Occasion:
    """What calls for one report.

    Args:
        name: What it is called in the obligation's id.
        start: When its clock started.
        due: When the report is due, where that does not follow from the start and the limit.
        doing: What was done about it, where only the occasion itself can tell.
    """

    name: str
    start: Start
    due: Interval | None = None
    doing: Doing | None = None


@fixed(eq=False)
class Told:
    """What an office told a recipient, the earliest first, and what it told nobody knows whom."""

    messages: tuple[Step, ...]
    unnamed: tuple[Step, ...]

    @property
    def first(self) -> Step | None:
        """Its first report."""
        return self.messages[0] if self.messages else None


def over(timeline: Timeline) -> Interval | None:
    """When the situation was first declared stable, or over, or closed; None where nobody did so."""
    ends = declared_over(timeline)
    return first_of(s.at for s in ends) if ends else None


def again_and_again(record: OfficeRecord, asked: Asked, limit: Limit, told: Told) -> Iterator[Occasion]:
    """Every report that a rule which asks for one after another called for."""
    if limit.every is not None:
        yield from _one_after_another(record, asked, limit, told)
    else:
        yield from _day_by_day(record, asked, limit, told)


def _if_still_going_on(record: OfficeRecord, start: Start) -> Start:
    """A follow-up is surely owed only where the record tells that the situation went on.

    Where an office logs here as it happens, what it did not declare stable is not stable. A record made afterwards
    says nothing by being silent; one cut down to what one office knew does not tell what others declared.
    """
    timeline = record.timeline
    unknown = timeline.seen_by is not None or (timeline.opened.imported and over(timeline) is None)
    if unknown and start.sure:
        return replace(start, sure=False, condition=STABLE_UNKNOWN)
    return start


def _before_the_end(record: OfficeRecord, report: Step | None) -> Doing:
    """A report that came after the duty itself was over ends nothing: it was missing until then."""
    end = over(record.timeline)
    if end is None:
        return Doing() if report is None else Doing(report=report, sent=report.at)
    if report is None or surely_after(report.at, end):
        return Doing(until=end.earliest)
    return Doing(report=report, sent=report.at)


# -- every so many hours -----------------------------------------------------------------------------------------


def _one_after_another(record: OfficeRecord, asked: Asked, limit: Limit, told: Told) -> Iterator[Occasion]:
    """Each report calls for the next, so long after it, until the situation is over."""
    end = over(record.timeline)
    length = limit.model_copy(update={"every": None, "within": limit.every})
    days = days_for(record, asked.rule)
    for report, following in zip(told.messages, (*told.messages[1:], None), strict=True):
        if not _asks(asked, limit, report.at, record):
            continue
        try:
            due = due_after(length, report.at, days)
        except YearNotPublishedError:
            return
        if end is not None and (due.latest is None or not surely_after(end, due)):
            continue
        start = conditioned(
            record.holding, asked, record.knowledge, Start(report.at, (report.id,), rests_on=report.rests_on)
        )
        if start.sure and surely_after(start.at, due):
            continue  # what it asks for only from a level on was not asked for yet
        start = _if_still_going_on(record, start)
        doing = _before_the_end(record, following)
        if not (following is not None and surely_by(following.at, due)):
            doubt = _in_doubt(told, report, following, due)
            if doubt is not None:
                doing = doubt
        yield Occasion(report.id, start, due, doing)


def _asks(asked: Asked, limit: Limit, at: Interval, record: OfficeRecord) -> bool:
    """Whether this limit was in force when the report was made, as far as its time is known."""
    ends = [moment for moment in (at.earliest, at.latest) if moment is not None]
    on = {moment.astimezone(record.zone).date() for moment in ends}
    return bool(on) and all((t := asked.on(day)) is not None and t.value.limit == limit for day in on)


def _in_doubt(told: Told, report: Step, following: Step | None, due: Interval) -> Doing | None:
    """Whether something else may have been the next report, in time: of no stated time, receiver or order."""
    if following is not None and not surely_by(report.at, following.at):
        return Doing(report=following, sent=following.at, reason=REPORT_UNDATED)
    between = Interval(report.at.earliest, due.latest)
    for other in told.unnamed:
        if _may_lie_in(other.at, between):
            return Doing(report=following, reason=RECEIVER_UNNAMED)
    for other in told.messages:
        if other is not report and other is not following and _may_lie_in(other.at, between):
            return Doing(report=following, reason=REPORT_UNDATED)
    return None


def _may_lie_in(at: Interval, between: Interval) -> bool:
    return not surely_after(at, between) and not surely_after(between, at)


# -- day by day --------------------------------------------------------------------------------------------------


def _day_by_day(record: OfficeRecord, asked: Asked, limit: Limit, told: Told) -> Iterator[Occasion]:
    """So many reports on each day after the first report's, until the situation is over."""
    count = _Count(record, asked, limit, told)
    if count.first is None:
        return
    day = count.first + ONE_DAY
    while day <= count.last:
        following = None
        if count.owed(day):
            sure, vague = count.surely.get(day, []), count.vague(day)
            if len(sure) >= count.times:
                last = sure[count.times - 1]
                yield from count.occasion(day, Doing(report=last, sent=last.at))
            elif vague is not None and len(sure) + count.possibly(day) >= count.times:
                yield from count.occasion(day, Doing(reason=vague))
            else:
                following = count.after(day)
                yield from count.occasion(day, _before_the_end(record, following))
        day = max(day + ONE_DAY, count.day(following)) if following is not None else day + ONE_DAY
    given_up = day + timedelta(days=_LONGEST_REST)
    while day < given_up:
        if count.owed(day):
            vague = count.vague(day)
            doing = Doing(reason=vague) if vague is not None else _before_the_end(record, None)
            yield from count.occasion(day, doing)
            if vague is None or count.open_ended(day):
                return
        if count.ended(day):
            return
        day = count.next_day(day)


class _Count:
    """How many reports there were on each day, and which days still asked for one."""

    def __init__(self, record: OfficeRecord, asked: Asked, limit: Limit, told: Told) -> None:
        self._record, self._asked, self._limit, self._by = record, asked, limit, limit.daily_by
        self.times = limit.times_a_day or 1
        self._over = over(record.timeline)
        paused = pauses_of(record.timeline, record.directory, asked.rule, record.office.id, record.zone)
        self._paused: Callable[[date], bool] = paused.possibly
        self.surely: dict[date, list[Step]] = {}
        self._vague: list[tuple[Step, date, date]] = []
        self._days: list[tuple[date, date, Step]] = []
        for message in told.messages:
            early, late = self._ends(message.at)
            if message.at.known:
                self._days.append((early, late, message))
            if message.at.known and early == late:
                self.surely.setdefault(early, []).append(message)
            else:
                self._vague.append((message, early, late))
        self._unnamed: list[tuple[Step, date, date]] = []
        for message in told.unnamed:
            early, late = self._ends(message.at)
            self._unnamed.append((message, early, late))
        first = told.first
        known = first is not None and first.at.known
        self.first = self._ends(first.at)[1] if first is not None and known else None
        self.last = max([late for _, late, _ in self._days], default=date.min)

    def _slot(self, moment: datetime) -> date:
        """The day that a moment counts for: what comes after the hour of the day counts for the next."""
        local = moment.astimezone(self._record.zone)
        return local.date() + (ONE_DAY if self._by is not None and local.time() > self._by else timedelta())

    def _ends(self, at: Interval) -> tuple[date, date]:
        """The first and the last day that something may count for; the midnight that ends a bare day is of that day."""
        early, late = at.earliest, at.latest
        if late is not None and (early is None or early < late):
            late -= AN_INSTANT
        return (
            date.min if early is None else self._slot(early),
            date.max if late is None else self._slot(late),
        )

    def day(self, message: Step) -> date:
        """The last day that a message may count for."""
        return self._ends(message.at)[1]

    def possibly(self, day: date) -> int:
        """How many more reports may count for a day."""
        return sum(early <= day <= late for _, early, late in (*self._vague, *self._unnamed))

    def vague(self, day: date) -> Words | None:
        """Why it is open how many reports there were on a day; None where it is not."""
        if any(early <= day <= late for _, early, late in self._vague):
            return REPORT_UNDATED
        return RECEIVER_UNNAMED if any(e <= day <= late for _, e, late in self._unnamed) else None

    def open_ended(self, day: date) -> bool:
        """Whether a report that may count for a day may count for any day after it as well."""
        return any(early <= day and late == date.max for _, early, late in (*self._vague, *self._unnamed))

    def after(self, day: date) -> Step | None:
        """The first report that surely counts for a later day."""
        return next((m for early, _, m in self._days if early > day), None)

    def _end(self, day: date) -> datetime:
        return end_of_day(day, self._record.zone, self._by)

    def ended(self, day: date) -> bool:
        """Whether the situation may have been over before the day was."""
        if self._over is None:
            return False
        earliest = self._over.earliest
        return earliest is None or earliest < self._end(day)

    def owed(self, day: date) -> bool:
        """Whether a report was owed on a day: the rule held, the situation went on, nothing was suspended."""
        return self._asks(day) and not self.ended(day) and not self._paused(day)

    def _asks(self, day: date) -> bool:
        terms = self._asked.on(day)
        return terms is not None and (terms.value.limit is self._limit or terms.value.limit == self._limit)

    def next_day(self, day: date) -> date:
        """The next day that may ask for something: while the rule is not in force, the day on which it changes."""
        return day + ONE_DAY if self._asks(day) else self._asked.next_change(day)

    def _name(self, day: date) -> str:
        """The day; with the hour or the number where that tells it from another rule's."""
        if self._by is not None:
            return f"{day.isoformat()}by{self._by:%H%M}"
        # A day without any report is one matter, however many were asked for.
        return (
            day.isoformat()
            if self.times == 1 or day not in self.surely
            else f"{day.isoformat()}x{self.times}"
        )

    def _on_that_day(self, begin: Interval) -> Start:
        """Whether what the rule asks for was so when the day began: a lowered level asks for no more from then on."""
        assert begin.earliest is not None  # noqa: S101 - a day begins at an instant
        record = self._record
        knows = Start(record.knowledge.since, record.knowledge.triggers)
        return holds_on(record.holding, self._asked, knows, record.knowledge, begin.earliest)

    def occasion(self, day: date, doing: Doing) -> Iterator[Occasion]:
        """The day as an occasion, with what was done about it; none where none was owed.

        What a rule asks for under a condition is owed from the day after the office held what meets it. While the
        condition is open, only the next report is shown, as advice.
        """
        end = self._end(day)
        begin = Interval(end - ONE_DAY, end - ONE_DAY)
        before = [m.id for _, late, m in self._days if late < day]
        start = Start(begin, tuple(before[-1:]))
        if self._asked.conditional:
            start = self._on_that_day(begin)
        if start.condition in EXCUSING or (not start.sure and doing.report is not None):
            return
        start = _if_still_going_on(self._record, start)
        yield Occasion(self._name(day), replace(start, at=begin), Interval(end, end), doing)
