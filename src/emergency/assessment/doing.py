"""What an office did about a duty, as far as the record tells: its report, a report elsewhere, a stated absence."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from emergency.assessment.clocks import KNOWLEDGE
from emergency.assessment.duties import Duty, OfficeRecord
from emergency.assessment.knowledge import Shows, knowledge_of
from emergency.assessment.model import Words
from emergency.assessment.reasons import ANSWER_UNREAD, EARLIER_IMPLIED, LINE_OPEN, RECEIVER_UNNAMED
from emergency.assessment.timeline import Step, Timeline
from emergency.domain.events import (
    FOLLOWING,
    REPORTS,
    Answered,
    Message,
    NonReportStated,
)
from emergency.domain.fixed import changed, fixed
from emergency.domain.intervals import (
    OPEN,
    Interval,
    first_of,
    narrowed,
    possibly_by,
    surely_after,
    surely_by,
)
from emergency.domain.receiving import NOTICES
from emergency.domain.times import CHINA
from emergency.domain.vocabulary import PUBLIC, Line

FAR = datetime.max.replace(tzinfo=CHINA)


@fixed()
class Reached:
    """Since when the right recipient knew, by whatever route."""

    at: Interval
    step: str
    rests_on: tuple[str, ...]


@fixed(kw_only=True)
class Doing:
    """What was done about a duty."""

    report: Step | None = None
    """The report that meets it, or that is judged."""
    sent: Interval = OPEN
    reached: Reached | None = None
    not_reported: Step | None = None
    reason: Words | None = None
    """Why the record allows no verdict, where it does not."""
    elsewhere: Step | None = None
    """A report to an office that was not the right one."""
    doubt: Words | None = None
    """What may have come before the report; a verdict that it would change is none."""
    until: datetime | None = None
    """When the duty itself was over, where that was before any report."""


def _messages(record: OfficeRecord, duty: Duty) -> Sequence[Step]:
    """What may serve as the office's report under a duty, the earliest first.

    A second, written report is met in writing only; a raise only by what came after it.
    """
    messages = messages_to(record, duty.recipients)
    if duty.channel == "written":
        messages = [m for m in messages if in_form(m, duty.channel)]
    if not messages:
        return messages
    since = duty.knowledge.since
    if duty.governing.ground.sure and duty.governing.start is since:
        return messages  # nothing was raised: it was called for since the office knew
    for claim in duty.claims:
        if claim.value.clock not in KNOWLEDGE:
            return messages  # told before it verified or graded, it had told already
    starts = [claim.start for claim in duty.claims if claim.ground.sure] or [c.start for c in duty.claims]
    if any(not surely_after(start, since) for start in starts):
        return messages
    return [m for m in messages if any(possibly_by(start, m.at) for start in starts)]


def messages_to(record: OfficeRecord, recipients: tuple[str, ...]) -> Sequence[Step]:
    """What the office told, or may have told, to recipients or to anybody, the earliest first.

    Its reports, its truthful answers that say something, and a notice that it gave the recipient itself.
    """
    said = spoken(record)
    if not said.notices:
        return said.messages
    to = set(recipients)
    return [s for s in said.messages if s.act not in NOTICES or not to.isdisjoint(s.to)]


@fixed()
class Spoken:
    """What an office said to anybody.

    Args:
        messages: What may serve as a report: its reports, truthful answers with figures, truthful notices.
        unread: Its answers in words only.
        notices: Whether there are notices among the messages.
    """

    messages: tuple[Step, ...]
    unread: tuple[Step, ...]
    notices: bool


def spoken(record: OfficeRecord) -> Spoken:
    """What the office said, the earliest first."""
    # Each of its duties asks for it.
    known: Spoken | None = record.memo.get("spoken")
    if known is None:
        acts = record.timeline.acts(record.office.id)
        messages: list[Step] = []
        unread: list[Step] = []
        others = notices = False
        for step in acts:
            if step.act is Answered and not _says_figures(step):
                unread.append(step)
            elif step.act in _REPORTS:
                messages.append(step)
            elif step.act in _OTHER_WORDS:
                messages.append(step)
                others, notices = True, notices or step.act in NOTICES
        if others:
            untrue = {c.report.id for c in record.contradicted}
            messages = [s for s in messages if s.act in _REPORTS or s.id not in untrue]
        if len(messages) > 1:
            messages.sort(key=_ends)
        known = record.memo["spoken"] = Spoken(tuple(messages), tuple(unread), notices)
    return known


_REPORTS = frozenset(REPORTS)
_OTHER_WORDS = frozenset({Answered, *NOTICES})


def _says_figures(step: Step) -> bool:
    """Whether it states anything but free text, which is never judged."""
    facts = step.entry.facts
    return any(True for _ in facts.counts()) or bool(facts.amounts or facts.figures or facts.verifying)


def _unread_answers(record: OfficeRecord, duty: Duty) -> list[Step]:
    """Answers to the recipient in words only: they may have been the report, or its very opposite."""
    unread = spoken(record).unread
    return [s for s in unread if not set(duty.recipients).isdisjoint(s.to)] if unread else []


def _ends(step: Step) -> tuple[datetime, datetime, str]:
    return step.at.latest or FAR, step.at.earliest or FAR, step.ref


def done_about(record: OfficeRecord, duty: Duty, all_recipients: frozenset[str]) -> Doing:
    """What the office did about a first report that it owed, as far as the record tells."""
    due = duty.governing.judged
    messages = _messages(record, duty)
    doing = Doing(reached=_reached(record, duty), not_reported=_absence(record.timeline, duty, due))
    unread = _unread_answers(record, duty)
    if not messages and not unread:
        return doing
    to_it = _to_it(record, duty, messages)
    unnamed = [m for m in messages if not m.to]
    follow_ups = [m for m in to_it if m.act in FOLLOWING]
    firsts = [m for m in to_it if m not in follow_ups] if follow_ups else to_it
    in_time = [m for m in follow_ups if due is None or surely_by(m.at, due)]
    absent = doing.not_reported
    if record.complete:
        firsts, follow_ups = to_it, []
    elif absent is not None:
        after = [m for m in follow_ups if surely_by(absent.at, m.at)]
        firsts = sorted((*firsts, *after), key=_ends)
        follow_ups = [m for m in follow_ups if m not in after]
    if in_time:
        firsts = sorted({m.id: m for m in (*firsts, *in_time)}.values(), key=_ends)
    earlier = [m for m in follow_ups if m not in firsts]
    if not firsts and record.complete and unnamed:
        # Whether it went to the right office or not: nothing came before it.
        sent = first_of(m.at for m in unnamed)
        return changed(doing, report=unnamed[0], sent=sent, doubt=RECEIVER_UNNAMED)
    if not firsts:
        if earlier:
            return changed(doing, report=earlier[0], sent=earlier[0].at, reason=EARLIER_IMPLIED)
        if unnamed or unread:
            return changed(doing, reason=RECEIVER_UNNAMED if unnamed else ANSWER_UNREAD)
        elsewhere = _elsewhere(record, messages, all_recipients)
        told_apart = duty.governing.found.note is None or elsewhere is None
        return changed(doing, elsewhere=elsewhere, reason=None if told_apart else LINE_OPEN)
    sent = first_of(m.at for m in firsts)
    if any(surely_after(sent, m.at) for m in earlier):
        return changed(doing, report=firsts[0], sent=sent, reason=EARLIER_IMPLIED)
    before = [m for m in (*earlier, *unnamed, *unread) if possibly_by(m.at, sent) and m.at != sent]
    doubt = None
    if before:
        doubt = (
            ANSWER_UNREAD
            if before[0] in unread
            else EARLIER_IMPLIED
            if before[0] in earlier
            else RECEIVER_UNNAMED
        )
        sent = Interval(first_of((sent, *(m.at for m in before))).earliest, sent.latest)
    # An office cannot have reported before it knew.
    sent = narrowed(sent, not_before=record.knowledge.since.earliest)
    return changed(doing, report=firsts[0], sent=sent, doubt=doubt)


def _to_it(record: OfficeRecord, duty: Duty, messages: Sequence[Step]) -> list[Step]:
    """Those that went to a right receiver; where the directory names none of the rule's line, whoever is of it."""
    right = set(duty.recipients)
    unnamed = {(c.rule.to.tier, c.rule.to.line) for c in duty.claims if c.found.note is not None}
    for message in messages if unnamed else ():
        for receiver in message.to:
            office = record.directory.get(receiver)
            if office is not None and (office.tier, office.line) in unnamed:
                right.add(receiver)
    return [m for m in messages if not right.isdisjoint(m.to)]


def _elsewhere(record: OfficeRecord, messages: Sequence[Step], all_recipients: frozenset[str]) -> Step | None:
    """The first report where all of them went to offices that were not right; a word inside the enterprise is none."""

    def outward(step: Step) -> list[str]:
        offices = [record.directory.get(to) for to in step.to if to != PUBLIC]
        return [o.id for o in offices if o is not None and o.line is not Line.ENTERPRISE]

    sent = [m for m in messages if outward(m)]
    wrong = [m for m in sent if not set(outward(m)) & all_recipients]
    return wrong[0] if wrong and len(wrong) == len(sent) else None


def in_form(message: Step, channel: str) -> bool:
    """Whether a message may be of the form that a rule asks for: written includes the network."""
    if channel != "written":
        return True
    entry = message.entry
    return not (isinstance(entry, Message) and entry.channel not in ("written", "network", "unknown"))


def _absence(timeline: Timeline, duty: Duty, due: Interval | None) -> Step | None:
    """A step that states that the office had not reported, at or after the due time."""
    if NonReportStated not in timeline.kinds:
        return None
    stated = [
        s
        for s in timeline.acts(duty.office.id)
        if s.act is NonReportStated
        and (not s.to or duty.found.office in s.to)
        and due is not None
        and due.latest is not None
        and s.at.earliest is not None
        and s.at.earliest >= due.latest
    ]
    return max(stated, key=lambda s: s.at.earliest or datetime.min.replace(tzinfo=CHINA), default=None)


def _reached(record: OfficeRecord, duty: Duty) -> Reached | None:
    """When the right recipient, or one as good, came to know by whatever route, as far as its own record shows."""
    found = [r for recipient in duty.recipients if (r := _knew(record.timeline, recipient)) is not None]
    if len(found) < 2:  # noqa: PLR2004 - the first of them is the only one
        return found[0] if found else None
    first = min(found, key=lambda r: (r.at.latest or FAR, r.at.earliest or FAR, r.step))
    rests_on = tuple(dict.fromkeys(i for r in found for i in r.rests_on))
    return Reached(first_of(r.at for r in found), first.step, rests_on)


def _knew(timeline: Timeline, office: str) -> Reached | None:
    """When an office came to know by whatever route, as far as its own record shows."""
    # Many offices, and many duties of one office, report to the same one.
    key = ("knew", office)
    if key not in timeline.memo:
        timeline.memo[key] = _came_to_know(timeline, office)
    knew: Reached | None = timeline.memo[key]
    return knew


def _came_to_know(timeline: Timeline, office: str) -> Reached | None:
    known = knowledge_of(timeline, office)
    if known is None or not known.shown:
        return None
    shown = [e for e in known.evidence if e.shows is not Shows.SIGN]
    direct = [e for e in shown if e.shows is Shows.DIRECTLY] or shown
    step = min(direct, key=lambda e: (e.at.latest or FAR, e.at.earliest or FAR, e.step.ref)).step.id
    return Reached(known.shown_since, step, known.rests_on)
