"""The reports that are owed after, or beside, the first: follow-ups, supplements, final reports, warnings.

Each is called for by something: the passing of a day, a changed figure, the end of the situation, the sending of
the report before. A follow-up that a day passed without is one matter until the next report comes, however many
days that takes: a gap makes one obligation, and it ends as *late* when somebody reports again. Where the record does
not say until when the situation lasted, nobody can say that a follow-up was owed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from emergency.assessment.asked import Asked
from emergency.assessment.clocks import KNOWLEDGE, ONCE, situation_over, started_by
from emergency.assessment.conditions import Start, started
from emergency.assessment.doing import Doing, in_form, messages_to
from emergency.assessment.due import due_after, end_of_day, moved, window_end
from emergency.assessment.duties import (
    NOTHING_KNOWN,
    Claim,
    Duty,
    OfficeRecord,
    claim_of,
    days_for,
    recipient,
)
from emergency.assessment.holding import OWN, Held, without_unverified
from emergency.assessment.knowledge import Knowledge
from emergency.assessment.model import Remark
from emergency.assessment.pauses import pauses_of
from emergency.assessment.reasons import MAYBE_FINAL, RECEIVER_UNNAMED, REPORT_UNDATED, STABLE_UNKNOWN
from emergency.assessment.timeline import Step
from emergency.domain.events import FinalReportFiled, FollowUpFiled
from emergency.domain.intervals import Interval, first_of, narrowed, possibly_by, surely_after
from emergency.rulebook import Clock, Rule, Stage, Value

CASUALTIES = ("deaths", "missing", "trapped", "dead_or_missing", "seriously_injured", "injured")
"""The figures whose change calls for a supplement."""

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
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


@dataclass(frozen=True, slots=True)
class Told:
    """What an office told a recipient, the earliest first, and what it told nobody knows whom."""

    messages: tuple[Step, ...]
    unnamed: tuple[Step, ...]

    @property
    def first(self) -> Step | None:
        """Its first report."""
        return self.messages[0] if self.messages else None


def later_duties(
    record: OfficeRecord, later: Iterable[Asked]
) -> tuple[list[tuple[Duty, Doing]], tuple[Remark, ...]]:
    """Every report beyond the first that was called for, with what was done about it."""
    groups: dict[tuple[str, Stage, str, str], list[tuple[Claim, Doing | None]]] = {}
    remarks: list[Remark] = []
    for asked in later:
        for occasion in _occasions(record, asked):
            made = claim_of(record, asked, occasion.start, occasion.name, due=occasion.due)
            if isinstance(made, Remark):
                remarks.append(made)
            elif made is not None:
                key = (made.found.office, asked.stage, asked.channel, occasion.name)
                groups.setdefault(key, []).append((made, occasion.doing))
    return [_duty(record, members) for members in groups.values()], tuple(dict.fromkeys(remarks))


def _duty(record: OfficeRecord, members: list[tuple[Claim, Doing | None]]) -> tuple[Duty, Doing]:
    claim, doing = members[0]
    known = Knowledge(
        since=claim.start,
        shown_since=claim.start,
        shown=True,
        triggers=claim.trigger,
        rests_on=claim.rests_on,
        latest_steps=frozenset(),
        evidence=(),
    )
    if claim.value.clock in KNOWLEDGE:
        known = record.knowledge
    duty = Duty(
        office=record.office,
        knowledge=known,
        found=claim.found,
        channel=claim.rule.channel.value,
        occasion=claim.occasion,
        claims=tuple(each for each, _ in members),
        stage=claim.rule.stage,
    )
    return duty, doing if doing is not None else _done(record, duty, claim)


def _done(record: OfficeRecord, duty: Duty, claim: Claim) -> Doing:
    """What was done about a report that something called for: the first fitting one from then on."""
    told = _told(record, duty.recipients, duty.channel)
    after = told.messages
    if duty.stage is Stage.FOLLOW_UP:
        after = told.messages[1:]
    elif claim.value.clock is not Clock.FIRST_REPORT:
        after = tuple(m for m in told.messages if possibly_by(claim.start, m.at))
    after = tuple(m for m in after if m.id not in claim.trigger)
    if duty.stage is Stage.FINAL:
        final = tuple(m for m in told.messages if m.act is FinalReportFiled)
        # A record made afterwards may call a final report a follow-up; who logs here as it happens has the word.
        maybe = [m for m in after if record.timeline.opened.imported or m.act is not FollowUpFiled]
        if not final and maybe:
            return Doing(report=maybe[0], sent=maybe[0].at, reason=MAYBE_FINAL)
        after = final
    if not after:
        unnamed = [m for m in told.unnamed if possibly_by(claim.start, m.at)]
        return Doing(reason=RECEIVER_UNNAMED) if unnamed else Doing()
    sent = narrowed(first_of(m.at for m in after), not_before=claim.start.earliest)
    return Doing(report=after[0], sent=sent)


def _told(record: OfficeRecord, recipients: tuple[str, ...], channel: str) -> Told:
    # Rules for several kinds of report go to the same recipients.
    key = ("told", recipients, channel)
    known: Told | None = record.memo.get(key)
    if known is None:
        listed = [m for m in messages_to(record, recipients) if in_form(m, channel)]
        to = set(recipients)
        known = record.memo[key] = Told(
            tuple([m for m in listed if not to.isdisjoint(m.to)]), tuple([m for m in listed if not m.to])
        )
    return known


def _occasions(record: OfficeRecord, asked: Asked) -> Iterable[Occasion]:
    """Everything that called for the rule's report."""
    clock = asked.newest.clock
    if asked.after_reports:
        found = None if asked.named else recipient(record, asked, None)
        if found is None:
            return ()
        told = _told(record, (found.office, *found.equals), asked.channel)
        return _after_reports(record, asked, told) if told.first is not None else ()
    if clock in KNOWLEDGE:
        if record.knowledge is NOTHING_KNOWN:
            return ()
        base = Start(record.knowledge.since, record.knowledge.triggers)
        return (Occasion(asked.stage.value, _conditioned(record, asked, base)),)
    starts = started_by(record.timeline, record.office.id, clock)
    return [
        Occasion(clock.value if clock in ONCE else start.trigger[0], _conditioned(record, asked, start))
        for start in starts
    ]


def _conditioned(record: OfficeRecord, asked: Asked, base: Start) -> Start:
    return started(record.holding, asked, base, record.knowledge) if asked.conditional else base


def _after_reports(record: OfficeRecord, asked: Asked, told: Told) -> Iterator[Occasion]:
    """What is counted from the office's own reports to the recipient."""
    newest = asked.newest
    if newest.clock is Clock.CHANGED:
        yield from _changes(record, asked, told)
    elif newest.limit.every is not None:
        yield from _one_after_another(record, asked, told)
    elif newest.limit.recurs:
        yield from _day_by_day(record, asked, told)
    else:
        report = _previous(record, asked.rule, newest, told)
        if report is not None:
            start = Start(report.at, (report.id,), rests_on=report.rests_on)
            yield Occasion(newest.clock.value, _conditioned(record, asked, start))


def _previous(record: OfficeRecord, rule: Rule, newest: Value, told: Told) -> Step | None:
    """The report that a clock is started by: the first, the first follow-up, the last before the one that is due."""
    if newest.clock is Clock.FIRST_REPORT:
        return told.first
    final = next((i for i, m in enumerate(told.messages) if m.act is FinalReportFiled), None)
    before = told.messages[:final]
    if newest.clock is not Clock.LAST_REPORT:
        named = tuple(m for m in before[1:] if m.act is FollowUpFiled)
        before = named or before[1:]
    if newest.clock is Clock.FOLLOW_UP or not before:
        return before[0] if before else None
    return _last_in_time(record, rule, newest, before)


def _last_in_time(record: OfficeRecord, rule: Rule, newest: Value, reports: tuple[Step, ...]) -> Step:
    """The last of some reports each of which came before the next thing was due: what is due stays due."""
    days = days_for(record, rule)
    last = reports[0]
    for report in reports[1:]:
        if surely_after(report.at, moved(newest.limit, due_after(newest.limit, last.at, days), days)):
            break
        last = report
    return last


# -- changed figures ---------------------------------------------------------------------------------------------


def _changes(record: OfficeRecord, asked: Asked, told: Told) -> Iterator[Occasion]:
    """Casualty figures that the office came to hold after its first report and that differ from what it had held."""
    first = told.first
    assert first is not None  # noqa: S101 - asked before
    highest: dict[str, int] = {}
    own: dict[str, int] = {}
    dated = [h for h in record.held if h.since.latest is not None and not h.by_then]
    for item in sorted(dated, key=_late_end):
        stated = without_unverified(item.facts)
        figures = {name: c.at_least for name in CASUALTIES if (c := getattr(stated, name)) is not None}
        changed = any(
            figure > highest.get(name, 0) or (item.source == OWN and name in own and figure != own[name])
            for name, figure in figures.items()
        )
        for name, figure in figures.items():
            highest[name] = max(highest.get(name, 0), figure)
        if item.source == OWN:
            own.update(figures)
        if changed and surely_after(item.since, first.at) and _within_window(record, asked.rule, item):
            start = Start(item.since, (item.step.id,), rests_on=item.rests_on)
            yield Occasion(item.step.id, _conditioned(record, asked, start))


def _late_end(item: Held) -> tuple[datetime, str]:
    assert item.since.latest is not None  # noqa: S101 - only dated ones are sorted
    return item.since.latest, item.step.ref


def _within_window(record: OfficeRecord, rule: Rule, item: Held) -> bool:
    """Whether a change surely came inside the rule's window, where it has one."""
    occurred = record.timeline.occurred.earliest
    if rule.window is None:
        return True
    latest = item.since.latest
    return (
        occurred is not None
        and latest is not None
        and latest <= window_end(rule.window, occurred, record.zone)
    )


# -- one after another -------------------------------------------------------------------------------------------


def _one_after_another(record: OfficeRecord, asked: Asked, told: Told) -> Iterator[Occasion]:
    """Each report calls for the next, so long after it, until the situation is over."""
    over = situation_over(record.timeline)
    limit = asked.newest.limit
    limit = limit.model_copy(update={"every": None, "within": limit.every})
    days = days_for(record, asked.rule)
    for report, following in zip(told.messages, (*told.messages[1:], None), strict=True):
        due = due_after(limit, report.at, days)
        if over is not None and (due.latest is None or not surely_after(over.at, due)):
            return
        start = _conditioned(record, asked, Start(report.at, (report.id,), rests_on=report.rests_on))
        start = _if_still_going_on(record, start, over)
        doing = Doing() if following is None else Doing(report=following, sent=following.at)
        yield Occasion(report.id, start, due, doing)


def _if_still_going_on(record: OfficeRecord, start: Start, over: Step | None) -> Start:
    """A follow-up is surely owed only where the record tells that the situation went on.

    Where an office logs here as it happens, what it did not declare stable is not stable; a record made afterwards
    says nothing by being silent.
    """
    if over is None and record.timeline.opened.imported and start.sure:
        return replace(start, sure=False, condition=STABLE_UNKNOWN)
    return start


# -- day by day --------------------------------------------------------------------------------------------------


def _day_by_day(record: OfficeRecord, asked: Asked, told: Told) -> Iterator[Occasion]:
    """So many reports on each day after the first report's, until the situation is over."""
    count = _Count(record, asked, told)
    if count.first is None:
        return
    day = count.first + ONE_DAY
    while day <= count.last:
        following = None
        if count.owed(day):
            if count.surely[day] >= count.times:
                yield from count.occasion(day, count.on(day)[count.times - 1])
            elif count.possibly[day] >= count.times:
                yield from count.occasion(day, None, Doing(reason=REPORT_UNDATED))
            else:
                following = count.after(day)
                yield from count.occasion(day, following)
        day = max(day + ONE_DAY, count.day(following)) if following is not None else day + ONE_DAY
    for _ in range(_LONGEST_REST):
        if count.owed(day):
            yield from count.occasion(day, None, Doing(reason=RECEIVER_UNNAMED) if told.unnamed else Doing())
            return
        day += ONE_DAY


class _Count:
    """How many reports there were on each day, and which days still asked for one."""

    def __init__(self, record: OfficeRecord, asked: Asked, told: Told) -> None:
        limit = asked.newest.limit
        self._record, self._asked, self._by = record, asked, limit.daily_by
        self.times = limit.times_a_day or 1
        self._over = situation_over(record.timeline)
        paused = pauses_of(record.timeline, record.directory, asked.rule, record.office.id, record.zone)
        self._paused: Callable[[date], bool] = paused.possibly
        self._dated = [(m, self._ends(m)) for m in told.messages if m.at.known]
        self.surely: Counter[date] = Counter()
        self.possibly: Counter[date] = Counter()
        for _, (early, late) in self._dated:
            if early == late:
                self.surely[early] += 1
            for nth in range(min((late - early).days, _MOST_DAYS) + 1):
                self.possibly[early + nth * ONE_DAY] += 1
        first = told.first
        self.first = self.day(first) if first is not None and first.at.known else None
        self.last = max([late for _, (_, late) in self._dated], default=date.min)

    def _slot(self, moment: datetime) -> date:
        """The day that a moment counts for: what comes after the hour of the day counts for the next."""
        local = moment.astimezone(self._record.zone)
        return local.date() + (ONE_DAY if self._by is not None and local.time() > self._by else timedelta())

    def _ends(self, message: Step) -> tuple[date, date]:
        assert message.at.earliest is not None  # noqa: S101 - only dated ones are counted
        assert message.at.latest is not None  # noqa: S101
        early = self._slot(message.at.earliest)
        return early, early if message.at.latest == message.at.earliest else self._slot(message.at.latest)

    def day(self, message: Step) -> date:
        """The last day that a message may count for."""
        return self._ends(message)[1]

    def on(self, day: date) -> list[Step]:
        """The reports that surely count for a day, the earliest first."""
        return [m for m, ends in self._dated if ends == (day, day)]

    def after(self, day: date) -> Step | None:
        """The first report that surely counts for a later day."""
        return next((m for m, (early, _) in self._dated if early > day), None)

    def _end(self, day: date) -> datetime:
        return end_of_day(day, self._record.zone, self._by)

    def ended(self, day: date) -> bool:
        """Whether the situation may have been over before the day was."""
        if self._over is None:
            return False
        earliest = self._over.at.earliest
        return earliest is None or earliest < self._end(day)

    def owed(self, day: date) -> bool:
        """Whether a report was owed on a day: the rule held, the situation went on, nothing was suspended."""
        return not self.ended(day) and not self._paused(day) and self._asked.on(day) is not None

    def occasion(self, day: date, report: Step | None, doing: Doing | None = None) -> Iterator[Occasion]:
        """The day as an occasion, with the report that meets it or that came after it; none where none was owed.

        What a rule asks for under a condition is owed from the day after the office held what meets it. While the
        condition is open, only the next report is shown, as advice.
        """
        end = self._end(day)
        begin = Interval(end - ONE_DAY, end - ONE_DAY)
        before = [m.id for m, (_, late) in self._dated if late < day]
        start = _conditioned(self._record, self._asked, Start(begin, tuple(before[-1:])))
        if start.sure and surely_after(start.at, begin):
            return
        if not start.sure and report is not None:
            return
        start = _if_still_going_on(self._record, start, self._over)
        if doing is None:
            doing = Doing() if report is None else Doing(report=report, sent=report.at)
        name = day.isoformat() if self.times == 1 else f"{day.isoformat()}x{self.times}"
        yield Occasion(name, replace(start, at=begin), Interval(end, end), doing)


_MOST_DAYS = 40
"""A report whose day is open by more than this is no evidence for any one of them."""

_LONGEST_REST = 400
"""So many days on end may be suspended, or lie before a rule took effect."""
