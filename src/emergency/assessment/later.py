"""The reports that are owed after, or beside, the first: follow-ups, supplements, final reports, warnings.

Each is called for by something: the passing of a day (see `cadence`), a changed figure, the end of the situation, the
sending of the report before. It is met by the first fitting report to the recipient from then on. Where the record
does not hold all that the office sent, a report that came too late is no proof that none came before it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from emergency.assessment.asked import AFTER_REPORTS, Asked, Asks
from emergency.assessment.cadence import Occasion, Told, again_and_again
from emergency.assessment.clocks import ACTS, KNOWLEDGE, ONCE, silent_clocks, started_by
from emergency.assessment.conditions import Start, conditioned, graded_measures
from emergency.assessment.doing import Doing, in_form, messages_to, spoken
from emergency.assessment.due import due_after, moved, window_end
from emergency.assessment.duties import (
    NOTHING_KNOWN,
    Claim,
    Duty,
    OfficeRecord,
    claim_of,
    days_for,
    governing,
    recipient,
)
from emergency.assessment.holding import OWN, Held, without_unverified
from emergency.assessment.knowledge import Knowledge
from emergency.assessment.model import Remark
from emergency.assessment.reasons import (
    MAYBE_FINAL,
    RECEIVER_UNNAMED,
    RECORD_INCOMPLETE,
    REPORT_UNDATED,
    START_UNDATED,
)
from emergency.assessment.recipients import superiors_of
from emergency.assessment.timeline import Step
from emergency.domain.events import FinalReportFiled, FollowUpFiled
from emergency.domain.fixed import changed
from emergency.domain.intervals import Interval, first_of, narrowed, possibly_by, surely_after, surely_by
from emergency.domain.values import Facts
from emergency.rulebook import Clock, Limit, Rule, Stage, Value, YearNotPublishedError

CASUALTIES = ("deaths", "missing", "trapped", "dead_or_missing", "seriously_injured", "injured")
"""The figures whose change calls for a supplement."""


def later_duties(record: OfficeRecord, asks: Asks) -> tuple[list[tuple[Duty, Doing]], tuple[Remark, ...]]:
    """Every report beyond the first that was called for, with what was done about it."""
    groups: dict[tuple[str, Stage, str, str], list[tuple[Claim, Doing | None]]] = {}
    remarks: list[Remark] = []
    silent = silent_clocks(record.timeline)
    if not spoken(record).messages or not superiors_of(record.office, record.directory, None).above:
        silent |= AFTER_REPORTS
    for asked in asks.awake(silent):
        for clock, occasion in _occasions(record, asked):
            made = claim_of(record, asked, occasion.start, occasion.name, clock=clock, due=occasion.due)
            if isinstance(made, Remark):
                remarks.append(made)
            elif made is not None:
                key = (made.found.office, asked.stage, asked.channel, occasion.name)
                groups.setdefault(key, []).append((made, occasion.doing))
    return [_duty(record, members) for members in groups.values()], tuple(dict.fromkeys(remarks))


def _duty(record: OfficeRecord, members: list[tuple[Claim, Doing | None]]) -> tuple[Duty, Doing]:
    claim = governing(tuple(each for each, _ in members))
    doing = next(each for member, each in members if member is claim)
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
    return duty, _unless_incomplete(record, claim, doing if doing is not None else _done(record, duty, claim))


def _unless_incomplete(record: OfficeRecord, claim: Claim, doing: Doing) -> Doing:
    """A later report on record is no proof that there was none before it, unless the record is complete."""
    if doing.report is None or doing.reason is not None or claim.judged is None or record.complete:
        return doing
    return doing if surely_by(doing.sent, claim.judged) else changed(doing, reason=RECORD_INCOMPLETE)


def _done(record: OfficeRecord, duty: Duty, claim: Claim) -> Doing:
    """What was done about a report that something called for: the first fitting one from then on."""
    told = _told(record, duty.recipients, duty.channel)
    after = [m for m in told.messages if possibly_by(claim.start, m.at) and m.id not in claim.trigger]
    if duty.stage is Stage.FOLLOW_UP:
        after = [m for m in after if m is not told.first]
    if claim.value.clock is Clock.CHANGED:
        after = [m for m in after if not _states_otherwise(record, claim, m)]
    if duty.stage is Stage.FINAL:
        final = [m for m in after if m.act is FinalReportFiled]
        if not final:
            maybe = _may_be_final(record, claim, told, after)
            if maybe is not None:
                return Doing(report=maybe, sent=maybe.at, reason=MAYBE_FINAL)
        after = final
    unnamed = [m for m in told.unnamed if possibly_by(claim.start, m.at)]
    if not after:
        return Doing(reason=RECEIVER_UNNAMED) if unnamed else Doing()
    sent = narrowed(first_of(m.at for m in after), not_before=claim.start.earliest)
    doubt = None
    if claim.value.clock is Clock.CHANGED:
        # Told before the change, it told nothing of it: only what surely came after bounds the end.
        surely = [m for m in after if surely_by(claim.start, m.at)]
        doubt = None if surely else REPORT_UNDATED
        sent = Interval(sent.earliest, first_of(m.at for m in surely).latest if surely else None)
    before = [m for m in unnamed if possibly_by(m.at, sent) and m.at != sent]
    if before:
        doubt = RECEIVER_UNNAMED
        sent = Interval(first_of((sent, *(m.at for m in before))).earliest, sent.latest)
    return Doing(report=after[0], sent=sent, doubt=doubt)


def _may_be_final(record: OfficeRecord, claim: Claim, told: Told, after: list[Step]) -> Step | None:
    """A report that may have been the final one without being called so.

    A record made afterwards may call it a follow-up; who logs here as it happens has the word. There, also the report
    that the clock is taken to start with may have come only after it was due by an earlier one.
    """
    if not record.timeline.opened.imported:
        return next((m for m in after if m.act is not FollowUpFiled), None)
    vague = [
        m
        for m in told.messages[1:]
        if m.id in claim.trigger and (not m.at.known or m.at.earliest != m.at.latest)
    ]
    return next(iter((*after, *vague)), None)


def _states_otherwise(record: OfficeRecord, claim: Claim, message: Step) -> bool:
    """Whether a report states the changed figures lower than they had become: it tells of no change."""
    news = record.timeline.step(claim.trigger[-1]).facts
    said = message.facts
    return any(
        (new := getattr(news, name)) is not None
        and (old := getattr(said, name)) is not None
        and not old.about
        and name not in said.verifying
        and old.value < new.at_least
        for name in CASUALTIES
    )


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


def _occasions(record: OfficeRecord, asked: Asked) -> Iterator[tuple[Clock, Occasion]]:
    """Everything that called for the rule's report, with the clock that it started."""
    for limit in asked.cadences:
        told = _told_under(record, asked)
        if told is not None:
            for occasion in again_and_again(record, asked, limit, told):
                yield Clock.LAST_REPORT, occasion
    for clock in asked.clocks:
        for occasion in _of_clock(record, asked, clock):
            yield clock, occasion


def _told_under(record: OfficeRecord, asked: Asked) -> Told | None:
    """What the office told the rule's recipient; None where it told it nothing yet."""
    found = None if asked.named else recipient(record, asked, None)
    if found is None:
        return None
    told = _told(record, (found.office, *found.equals), asked.channel)
    return told if told.first is not None else None


def _of_clock(record: OfficeRecord, asked: Asked, clock: Clock) -> Iterator[Occasion]:
    if clock in AFTER_REPORTS:
        told = _told_under(record, asked)
        if told is None:
            return
        if clock is Clock.CHANGED:
            yield from _changes(record, asked, told)
            return
        report, certain = _previous(record, asked, clock, told)
        if report is not None:
            start = Start(report.at, (report.id,), rests_on=report.rests_on)
            if not certain:
                start = replace(start, sure=False, condition=START_UNDATED)
            yield Occasion(clock.value, conditioned(record.holding, asked, record.knowledge, start))
    elif clock in KNOWLEDGE:
        if record.knowledge is not NOTHING_KNOWN:
            since = record.knowledge.since
            start = conditioned(
                record.holding, asked, record.knowledge, Start(since, record.knowledge.triggers)
            )
            raised = start.sure and surely_after(start.at, since)
            yield Occasion(start.trigger[-1] if raised else asked.stage.value, start)
    elif clock is Clock.ASKED:
        yield from _asked_by_the_recipient(record, asked)
    else:
        starts = started_by(record.timeline, record.office.id, clock)
        for start in starts:
            if clock in ONCE:
                start = _until_the_last(record, clock, start)  # noqa: PLW2901 - the same start, bounded
            yield Occasion(
                clock.value if clock in ONCE else start.trigger[0],
                conditioned(record.holding, asked, record.knowledge, start),
            )


def _asked_by_the_recipient(record: OfficeRecord, asked: Asked) -> Iterator[Occasion]:
    """What somebody else asked is answered to whoever asked, which no rule here speaks of."""
    found = None if asked.named else recipient(record, asked, None)
    may_ask = frozenset() if found is None else frozenset((found.office, *found.equals))
    for start in started_by(record.timeline, record.office.id, Clock.ASKED, may_ask):
        yield Occasion(start.trigger[0], conditioned(record.holding, asked, record.knowledge, start))


def _until_the_last(record: OfficeRecord, clock: Clock, start: Start) -> Start:
    """An end that the office declared more than once: the last declaration bounds what is due after it."""
    if clock is Clock.VERIFIED:
        return start
    own = [s for s in record.timeline.acts(record.office.id) if s.act in ACTS[clock]]
    if len(own) < 2:  # noqa: PLR2004 - declared again
        return start
    latest = [s.at.latest for s in own]
    bound = None if any(end is None for end in latest) else max(end for end in latest if end is not None)
    return replace(start, at=Interval(start.at.earliest, bound), trigger=tuple(s.id for s in own))


def _previous(record: OfficeRecord, asked: Asked, clock: Clock, told: Told) -> tuple[Step | None, bool]:
    """The report that a clock is started by, and whether that is certain.

    The first, the first follow-up, the last before the one that is due.
    """
    if clock is Clock.FIRST_REPORT:
        return told.first, True
    final = next((i for i, m in enumerate(told.messages) if m.act is FinalReportFiled), None)
    before = told.messages[:final]
    if clock is not Clock.LAST_REPORT:
        named = tuple(m for m in before[1:] if m.act is FollowUpFiled)
        before = named or before[1:]
    if clock is Clock.FOLLOW_UP or not before:
        return (before[0] if before else None), True
    values = [v for v in asked.rule.values.values() if isinstance(v, Value) and v.clock is clock]
    return _last_in_time(record, asked.rule, values[-1].limit, before)


def _last_in_time(
    record: OfficeRecord, rule: Rule, limit: Limit, reports: tuple[Step, ...]
) -> tuple[Step, bool]:
    """The last of some reports each of which came before the next thing was due: what is due stays due."""
    if not limit.has_hours:
        return reports[-1], True
    days = days_for(record, rule)
    last, certain = reports[0], True
    for report in reports[1:]:
        try:
            due = moved(limit, due_after(limit, last.at, days), days)
        except YearNotPublishedError:
            return last, certain
        if surely_after(report.at, due):
            break
        certain = certain and surely_by(report.at, due)
        last = report
    return last, certain


# -- changed figures ---------------------------------------------------------------------------------------------


def _changes(record: OfficeRecord, asked: Asked, told: Told) -> Iterator[Occasion]:
    """Casualty figures that the office came to hold after its first report, and that are news to the recipient.

    What the recipient itself said, or was already told, calls for nothing; the same toll in other words is no change.
    """
    first = told.first
    assert first is not None  # noqa: S101 - asked before
    held: list[dict[str, int]] = []
    own: dict[str, int] = {}
    dated = [h for h in record.held if h.since.latest is not None and not h.by_then]
    to_it = {office for message in told.messages for office in message.to}
    for item in sorted(dated, key=_late_end):
        figures = _toll(item.step)
        told_before = [_toll(m) for m in told.messages if surely_by(m.at, item.since)]
        said = {name: figure for figures_told in told_before for name, figure in figures_told.items()}
        news = any(_is_news(name, figure, held + told_before) for name, figure in figures.items())
        put_right = item.source == OWN and any(
            name in own and figure not in (own[name], said.get(name)) for name, figure in figures.items()
        )
        held.append(figures)
        if item.source == OWN:
            own.update(figures)
        after_it = surely_after(item.since, first.at) and item.source not in to_it
        if (news or put_right) and after_it and _within_window(record, asked.rule, item):
            start = Start(item.since, (item.step.id,), rests_on=item.rests_on)
            yield Occasion(item.step.id, conditioned(record.holding, asked, record.knowledge, start))


def _is_news(name: str, figure: int, before: list[dict[str, int]]) -> bool:
    known = [figures[name] for figures in before if name in figures]
    if not known and name in ("deaths", "missing"):
        return False  # told as one number, which is compared as one
    return figure > max(known, default=0)


def _toll(step: Step) -> dict[str, int]:
    """The casualty figures that are stated, and the dead and missing together however they are put."""
    known: dict[str, int] | None = step.memo.get("toll")
    if known is None:
        known = step.memo["toll"] = _toll_of(step.facts)
    return known


def _toll_of(facts: Facts) -> dict[str, int]:
    stated = without_unverified(facts)
    figures = {name: c.at_least for name in CASUALTIES if (c := getattr(stated, name)) is not None}
    together = graded_measures(stated).get("dead_or_missing")
    if together is not None:
        figures["dead_or_missing"] = together
    return figures


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
