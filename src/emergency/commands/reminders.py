"""Reminders (提醒): an idempotent sweep over what is due and not yet sent.

Any scheduler may call it at any interval, late, twice, or from several machines at once. Each reminder at each sink
has a stream of its own. A sweep first claims it there (one of two is refused by the version of the stream), then
delivers it, then records the outcome. Whoever dies in between leaves a claim that lapses; the next sweep delivers it
again and says that this may be a repeat. So nothing is missed, and nothing is repeated without saying so.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import uuid4
from zoneinfo import ZoneInfo

from emergency.assessment.model import Words
from emergency.assessment.words import duration_words, instant, stage_words
from emergency.commands.matters import Matters, Owed, Unacknowledged, gathered, gathered_of, version_of
from emergency.domain.desk import ReminderClaimed, ReminderEvent, ReminderFailed, ReminderSent
from emergency.domain.duty import DeskState, desk_of
from emergency.domain.fixed import fixed
from emergency.domain.offices import Directory
from emergency.domain.record import Recorded
from emergency.domain.reminding import Delivery, delivery_of, rung
from emergency.domain.times import CHINA
from emergency.errors import UsageError
from emergency.ledger import Ledger
from emergency.projections.catch_up import Projections
from emergency.projections.rows import Row, iso_duration, iso_instant, words_row
from emergency.projections.streams import REMINDER, desk_stream
from emergency.store import Draft, Reading, Undecodable, Writing

Kind = Literal["due-soon", "overdue", "at-once", "not-acknowledged", "to-acknowledge", "unjudged"]

BEFORE = (timedelta(minutes=15),)
"""How long before a deadline it is said, unless somebody says otherwise; a setting of ours, no regulation."""

UNACKNOWLEDGED = timedelta(minutes=30)
"""After how long without an acknowledgement it is said; likewise."""

MARGIN = timedelta(minutes=1)
"""So much longer than delivering may take does a claim last: recording the outcome takes time, and clocks differ."""

SCHEMA = 1
"""The version of a reminder's JSON."""


@fixed(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is to be said, and when.

    Args:
        before: How long before a deadline; several may be given.
        again: How often what is overdue is said again; None = once.
        unacknowledged: After how long without an acknowledgement; None = never.
        since: Only deadlines, and messages sent, from then on: for a first sweep over a store with a long past.
    """

    before: tuple[timedelta, ...] = BEFORE
    again: timedelta | None = None
    unacknowledged: timedelta | None = UNACKNOWLEDGED
    since: datetime | None = None


@fixed(frozen=True, slots=True, kw_only=True)
class Reminder:
    """One reminder. It carries no title, place or figure of an incident: it may leave the building.

    Args:
        key: What makes it one and the same: office, kind, what it is about, threshold, deadline.
        kind: What it says.
        subject: What it is about: ``obligation``, ``message``, ``promise``, ``handover`` or ``incident``.
        office: Who is reminded.
        office_name: Its name.
        incident: The incident; None where it is about none.
        about: The obligation's id, the message's or the handover's event id.
        number: The number of the message or handover, or the name of the promise; None for others.
        other: The other office: to whom it is owed, who has not acknowledged, whose message it is; None = none.
        other_name: Its name.
        stage: Which report; None where it is none.
        deadline: By when. For messages and handovers: when they should have been acknowledged.
        before: The threshold, of one that is due soon.
        citation: Under which text; None where there is none.
        words: What is to be said.
        version: How many events the incident or the desk had: with more by now, it is looked at again.
        drill: It is a drill's (演练), and says so.
    """

    key: str
    kind: Kind
    subject: Literal["obligation", "message", "promise", "handover", "incident"]
    office: str
    office_name: str
    incident: str | None = None
    about: str
    number: str | None = None
    other: str | None = None
    other_name: str | None = None
    stage: str | None = None
    deadline: datetime | None = None
    before: timedelta | None = None
    citation: str | None = None
    words: Words
    version: int
    drill: bool = False

    def row(self, *, attempt: int, may_repeat: bool) -> Row:
        """It as plain JSON values, as a sink gets it."""
        words = self.words
        if may_repeat:
            words = Words(f"（可能重复）{words.zh}", f"(may be a repeat) {words.en}")
        if self.drill:
            words = Words(f"【演练】{words.zh}", f"[DRILL 演练] {words.en}")
        return {
            "schema": SCHEMA,
            **({"drill": True} if self.drill else {}),
            "key": self.key,
            "kind": self.kind,
            "subject": self.subject,
            "office": self.office,
            "office_name": self.office_name,
            "incident": self.incident,
            "about": self.about,
            "number": self.number,
            "other": self.other,
            "other_name": self.other_name,
            "stage": self.stage,
            "deadline": iso_instant(self.deadline),
            "before": iso_duration(self.before),
            "citation": self.citation,
            "attempt": attempt,
            "may_repeat": may_repeat,
            "words": words_row(words),
        }


@fixed(frozen=True, slots=True)
class Delivered:
    """What a sink says of one delivery. ``unsure``: it failed, and may have been delivered all the same."""

    done: bool
    said: str = ""
    unsure: bool = False


@fixed(frozen=True, slots=True)
class Sink:
    """Where reminders go.

    Args:
        name: What stands in the log for it: a reminder is delivered once to each name.
        deliver: Delivers one, given as `Reminder.row` gives it. An exception counts as a failure.
        takes: How long that may take at most; after that it is taken for dead.
    """

    name: str
    deliver: Callable[[Row], Delivered]
    takes: timedelta = timedelta(seconds=30)


@fixed(frozen=True, slots=True, kw_only=True)
class Said:
    """What became of one reminder in a sweep.

    Args:
        reminder: The reminder.
        sink: Where it was to go.
        outcome: ``sent``; ``failed``: the next sweep tries again; ``in-hand``: another sweep is delivering it;
            ``passed``: it was settled in the meantime; ``due``: it would be sent (a dry run).
        attempt: The how-manieth attempt it was.
        may_repeat: It may have been delivered before.
        said: What the sink said, or why it failed.
    """

    reminder: Reminder
    sink: str
    outcome: Literal["sent", "failed", "in-hand", "passed", "due"]
    attempt: int = 0
    may_repeat: bool = False
    said: str = ""

    @property
    def row(self) -> Row:
        """It as plain JSON values."""
        found = self.reminder.row(attempt=self.attempt, may_repeat=self.may_repeat)
        return {**found, "sink": self.sink, "outcome": self.outcome, "said": self.said}


@fixed(frozen=True, slots=True, kw_only=True)
class Sweep:
    """One sweep: what was found, and the deliveries, which happen as they are taken from ``said``.

    Args:
        at: When it was made.
        matters: What is open.
        said: The deliveries, one after the other.
    """

    at: datetime
    matters: Matters
    said: Iterator[Said]


@fixed(frozen=True, slots=True)
class Sent:
    """One event of a reminder, for who asks later what was said to whom."""

    recorded_at: datetime
    event: ReminderEvent

    @property
    def row(self) -> Row:
        """It as plain JSON values."""
        event = self.event
        return {
            "office": event.office,
            "recorded_at": iso_instant(self.recorded_at),
            "outcome": "sent" if isinstance(event, ReminderSent) else "failed",
            "kind": event.kind,
            "incident": event.incident,
            "about": event.about,
            "deadline": iso_instant(event.deadline),
            "sink": event.sink,
            "attempt": event.attempt,
            "reason": event.reason if isinstance(event, ReminderFailed) else None,
            "key": event.key,
        }


class Reminders:
    """The sweep over one store.

    Args:
        ledger: The log, its directory and its rules.
        projections: The lists, which say where to look first.
    """

    def __init__(self, ledger: Ledger, projections: Projections) -> None:
        self._ledger = ledger
        self._projections = projections

    def sweep(
        self,
        offices: Sequence[str],
        sinks: Sequence[Sink],
        plan: Plan | None = None,
        *,
        dry_run: bool = False,
    ) -> Sweep:
        """Deliver what is due and not yet sent; see the module.

        Args:
            offices: Whose reminders.
            sinks: Where they go.
            plan: What is to be said when.
            dry_run: Deliver and record nothing.

        Raises:
            NotFoundError: an office that is not in the directory.
            UsageError: inside somebody else's transaction: a claim would be seen by nobody before it ends.
        """
        if self._ledger.log.is_joined:
            raise UsageError(
                "Reminders cannot be sent inside a portal's transaction: nobody else would see what was claimed. "
                "Do it outside.",
                zh="不能在门户的事务内发送提醒：其他程序看不到领取记录。请在事务之外运行。",
            )
        asked, plan = tuple(dict.fromkeys(offices)), plan or Plan()
        with self._ledger.log.reading() as reading:
            known = self._ledger.directories.of(reading)
            for office in asked:
                self._ledger.known(known, office)
        now = self._ledger.now()
        matters = gathered(self._ledger, self._projections, asked, now)
        with self._ledger.log.reading() as reading:
            desks = [_desk(reading, office) for office in asked]
        due = reminders_of(matters, desks, asked, plan)
        if self._ledger.log.is_drill:
            due = tuple(replace(reminder, drill=True) for reminder in due)
        return Sweep(at=now, matters=matters, said=self._deliver(due, sinks, asked, plan, dry_run=dry_run))

    def history(self, offices: Sequence[str], *, since: datetime | None = None) -> tuple[Sent, ...]:
        """What was sent or failed, the oldest first.

        Args:
            offices: To whom.
            since: Only from then on.
        """
        found: list[Sent] = []
        with self._ledger.log.reading() as reading:
            after = 0 if since is None else reading.position_at(since)
            while page := reading.page(after, 500, type_prefix="desk.reminder-"):
                after = page[-1].position
                found += (
                    Sent(recorded.recorded_at, recorded.event)
                    for recorded in page
                    if isinstance(recorded, Recorded)
                    and isinstance(recorded.event, (ReminderSent, ReminderFailed))
                    and recorded.event.office in offices
                    and (since is None or recorded.recorded_at >= since)
                )
        return tuple(found)

    # -- one delivery ----------------------------------------------------------------------------------------

    def _deliver(
        self,
        due: Sequence[Reminder],
        sinks: Sequence[Sink],
        offices: Sequence[str],
        plan: Plan,
        *,
        dry_run: bool,
    ) -> Iterator[Said]:
        for sink in sinks:
            streams = {reminder.key: _stream(reminder, sink) for reminder in due}
            with self._ledger.log.reading() as reading:
                known = reading.readable_many(list(streams.values()))
            for reminder in due:
                state = _state(known.get(streams[reminder.key], ()))
                if not state.wanted(self._ledger.now(), reminder.deadline, _again(reminder, plan)):
                    continue
                if dry_run:
                    yield Said(
                        reminder=reminder,
                        sink=sink.name,
                        outcome="due",
                        attempt=state.attempts + 1,
                        may_repeat=state.claim is not None or state.may_repeat,
                    )
                    continue
                said = self._one(reminder, sink, offices, plan)
                if said is not None:
                    yield said

    def _one(self, reminder: Reminder, sink: Sink, offices: Sequence[str], plan: Plan) -> Said | None:
        """Claim, deliver, record; None where another sweep has done it in the meantime."""
        token = str(uuid4())
        claim = self._ledger.log.write(
            lambda writing: self._claim(writing, reminder, sink, token, offices, plan)
        )
        if not isinstance(claim, ReminderClaimed):
            if claim == "sent":
                return None
            return Said(reminder=reminder, sink=sink.name, outcome=claim)
        row = reminder.row(attempt=claim.attempt, may_repeat=claim.may_repeat)
        try:
            delivered = sink.deliver(row)
        except Exception as error:  # noqa: BLE001 - one sink or reminder that fails must not keep back the others
            delivered = Delivered(done=False, said=f"{type(error).__name__}: {error}", unsure=True)
        self._record(reminder, sink, claim, delivered)
        return Said(
            reminder=reminder,
            sink=sink.name,
            outcome="sent" if delivered.done else "failed",
            attempt=claim.attempt,
            may_repeat=claim.may_repeat,
            said=delivered.said,
        )

    def _claim(
        self,
        writing: Writing,
        reminder: Reminder,
        sink: Sink,
        token: str,
        offices: Sequence[str],
        plan: Plan,
    ) -> ReminderClaimed | Literal["sent", "in-hand", "passed"]:
        stream = _stream(reminder, sink)
        version = writing.version(stream)
        state = _state(writing.readable(stream))
        if state.claim is not None and state.claim.token == token:
            return state.claim  # a commit of ours that was not answered
        now = self._ledger.now()
        if not state.wanted(now, reminder.deadline, _again(reminder, plan)):
            return "sent"
        if state.in_hand(now):
            return "in-hand"
        if not self._still_due(writing, reminder, offices, plan, now):
            return "passed"
        claim = ReminderClaimed(
            **_common(reminder, sink, state.attempts + 1),
            token=token,
            at=now,
            until=now + sink.takes + MARGIN,
            may_repeat=state.claim is not None or state.may_repeat,
        )
        writing.append(stream, version, [Draft(event=claim)])
        return claim

    def _still_due(
        self, reading: Reading, reminder: Reminder, offices: Sequence[str], plan: Plan, now: datetime
    ) -> bool:
        """Whether it is due still: sending the ones before it may have taken a while."""
        if reminder.incident is None:
            desk = _desk(reading, reminder.office)
            if desk.version == reminder.version:
                return True
            directory = self._ledger.directories.of(reading)
            found = list(_of_desk(desk, directory, plan, now))
        else:
            if version_of(reading, reminder.incident) == reminder.version:
                return True
            matters = gathered_of(self._ledger, reading, reminder.incident, offices, now)
            found = list(reminders_of(matters, (), offices, plan))
        # Of one that has passed into the next threshold in the meantime, this one is as good.
        return _thing(reminder) in map(_thing, found)

    def _record(self, reminder: Reminder, sink: Sink, claim: ReminderClaimed, delivered: Delivered) -> None:
        common = _common(reminder, sink, claim.attempt)
        outcome: ReminderEvent = (
            ReminderSent(**common, token=claim.token)
            if delivered.done
            else ReminderFailed(
                **common,
                token=claim.token,
                reason=delivered.said[:_REASON] or "-",
                unsure=delivered.unsure,
            )
        )
        stream = _stream(reminder, sink)

        def work(writing: Writing) -> None:
            done = [e for e in writing.readable(stream) if isinstance(e, Recorded)]
            if not any(getattr(e.event, "token", None) == claim.token for e in done if _ends(e.event)):
                writing.append(stream, writing.version(stream), [Draft(event=outcome)])

        self._ledger.log.write(work)


def _thing(reminder: Reminder) -> tuple[object, ...]:
    """What it is about, whatever it says of it."""
    return (
        reminder.office,
        reminder.subject,
        reminder.about,
        reminder.number,
        reminder.other,
        reminder.deadline,
    )


_REASON = 300
"""So many characters of why it failed stand in the log."""


def _ends(event: object) -> bool:
    return isinstance(event, (ReminderSent, ReminderFailed))


def _common(reminder: Reminder, sink: Sink, attempt: int) -> dict[str, Any]:
    return {
        "office": reminder.office,
        "key": reminder.key,
        "kind": reminder.kind,
        "incident": reminder.incident,
        "about": reminder.about,
        "deadline": reminder.deadline,
        "sink": sink.name,
        "attempt": attempt,
    }


def _stream(reminder: Reminder, sink: Sink) -> str:
    digest = hashlib.sha256(f"{reminder.key}\n{sink.name}".encode()).hexdigest()
    return f"{REMINDER}{digest[:32]}"


def _state(events: Iterable[Recorded[Any] | Undecodable]) -> Delivery:
    """What cannot be read of it counts for nothing: better said twice than never."""
    return delivery_of(event for event in events if isinstance(event, Recorded))


def _again(reminder: Reminder, plan: Plan) -> timedelta | None:
    return plan.again if reminder.kind == "overdue" else None


def _desk(reading: Reading, office: str) -> DeskState:
    events = reading.readable(desk_stream(office))
    return desk_of(office, [event for event in events if isinstance(event, Recorded)])


# -- which reminders -------------------------------------------------------------------------------------------


def reminders_of(
    matters: Matters, desks: Iterable[DeskState], offices: Sequence[str], plan: Plan
) -> tuple[Reminder, ...]:
    """Every reminder that is due, sent or not: what is overdue first, then at once, then the soonest."""
    found: list[Reminder] = []
    directory, now = matters.directory, matters.at
    for owed in matters.owed:
        found += _of_obligation(owed, directory, plan, now)
    for desk in desks:
        found += _of_desk(desk, directory, plan, now)
    for message in matters.messages:
        found += _of_message(message, directory, offices, plan, now)
    for broken in matters.unjudged:
        for office in offices:
            key = f"{office}|unjudged|{broken.incident}||{broken.position}"
            words = Words(
                f"{broken.incident} 无法判定，是否有应报事项不得而知，请人工核对：{broken.reason}",
                f"{broken.incident} cannot be judged; whether anything is owed on it nobody can tell. Look at it "
                f"yourself: {broken.reason}",
            )
            found.append(
                Reminder(
                    key=key,
                    kind="unjudged",
                    subject="incident",
                    office=office,
                    office_name=directory.name(office),
                    incident=broken.incident,
                    about=broken.incident,
                    words=words,
                    version=-1,
                )
            )
    return tuple(sorted(found, key=_order))


_RANK: tuple[Kind, ...] = (
    "overdue",
    "at-once",
    "due-soon",
    "to-acknowledge",
    "not-acknowledged",
    "unjudged",
)


def _order(reminder: Reminder) -> tuple[int, bool, float, str]:
    at = reminder.deadline
    return _RANK.index(reminder.kind), at is not None, at.timestamp() if at else 0.0, reminder.key


def _of_obligation(owed: Owed, directory: Directory, plan: Plan, now: datetime) -> Iterator[Reminder]:
    due = owed.due
    zone = _zone(directory, due.office)
    what = stage_words(due.stage, due.occasion)
    if due.by is None:
        if owed.since is not None and (owed.since > now or _old(owed.since, plan)):
            return
        kind: Kind = "at-once"
        before = None
        words = Words(
            f"{owed.incident}：应立即向{due.recipient_name}报送（{what.zh}）",
            f"{owed.incident}: {what.en} to {due.recipient_name} is due at once",
        )
    else:
        timed = _timed(due.by, plan, now, zone)
        if timed is None:
            return
        kind, before, how = timed
        words = Words(
            f"{owed.incident}：向{due.recipient_name}报送（{what.zh}），{how.zh}",
            f"{owed.incident}: {what.en} to {due.recipient_name}, {how.en}",
        )
    zh, en = f"{words.zh}；依据：{due.citation}", f"{words.en}; under: {due.citation}"
    if due.condition is not None:
        zh, en = f"{zh}（{due.condition.zh}）", f"{en} ({due.condition.en})"
    if due.surely_by is not None:
        later = instant(due.surely_by, zone)
        zh, en = f"{zh}（否则时限{later}）", f"{en} (otherwise due {later})"
    if not due.confirmed:
        zh, en = f"{zh}（原文未核对）", f"{en} (text not confirmed)"
    yield Reminder(
        key=_key(due.office, kind, due.obligation, before, due.by),
        kind=kind,
        subject="obligation",
        office=due.office,
        office_name=directory.name(due.office),
        incident=owed.incident,
        about=due.obligation,
        other=due.recipient,
        other_name=due.recipient_name,
        stage=due.stage,
        deadline=due.by,
        before=before,
        citation=due.citation,
        words=Words(zh, en),
        version=owed.version,
    )


def _timed(
    by: datetime, plan: Plan, now: datetime, zone: ZoneInfo
) -> tuple[Literal["due-soon", "overdue"], timedelta | None, Words] | None:
    """Whether something with a deadline is to be said now, and how."""
    if _old(by, plan):
        return None
    if now > by:
        late = duration_words(now - by)
        return (
            "overdue",
            None,
            Words(
                f"已逾期{late.zh}（时限{instant(by, zone)}）",
                f"overdue by {late.en} (was due {instant(by, zone)})",
            ),
        )
    before = rung(by, plan.before, now)
    if before is None:
        return None
    left = duration_words(by - now)
    return (
        "due-soon",
        before,
        Words(f"还剩{left.zh}（时限{instant(by, zone)}）", f"{left.en} left (due {instant(by, zone)})"),
    )


def _of_message(
    message: Unacknowledged, directory: Directory, offices: Sequence[str], plan: Plan, now: datetime
) -> Iterator[Reminder]:
    if (
        plan.unacknowledged is None
        or now - message.sent_at < plan.unacknowledged
        or _old(message.sent_at, plan)
    ):
        return
    since = duration_words(now - message.sent_at)
    for kind, other in message.sides(offices):
        office = message.sender if kind == "not-acknowledged" else message.recipient
        name = directory.name(other)
        words = (
            Words(
                f"{message.incident} #{message.number}：发往{name}已{since.zh}，对方尚未签收，请电话确认",
                f"{message.incident} #{message.number}: sent to {name} {since.en} ago and not acknowledged; phone them",
            )
            if kind == "not-acknowledged"
            else Words(
                f"{message.incident} #{message.number}：{name}发来已{since.zh}，本单位尚未签收",
                f"{message.incident} #{message.number}: {name} sent it {since.en} ago; your office has not "
                "acknowledged it",
            )
        )
        yield Reminder(
            key=_key(office, kind, f"{message.event_id}>{message.recipient}", None, message.sent_at),
            kind=kind,
            subject="message",
            office=office,
            office_name=directory.name(office),
            incident=message.incident,
            about=message.event_id,
            number=str(message.number),
            other=other,
            other_name=name,
            deadline=message.sent_at + plan.unacknowledged,
            words=words,
            version=message.version,
        )


def _of_desk(desk: DeskState, directory: Directory, plan: Plan, now: datetime) -> Iterator[Reminder]:
    name, zone = directory.name(desk.office), _zone(directory, desk.office)
    for handover, promised in desk.promises:
        by = promised.promise.by
        timed = None if by is None else _timed(by, plan, now, zone)
        if timed is None:
            continue
        kind, before, how = timed
        yield Reminder(
            key=_key(desk.office, kind, f"{handover.event_id}.{promised.number}", before, by),
            kind=kind,
            subject="promise",
            office=desk.office,
            office_name=name,
            about=handover.event_id,
            number=promised.name,
            deadline=by,
            before=before,
            words=Words(
                f"交班承诺 {promised.name}：{promised.promise.text}，{how.zh}",
                f"promised at the handover, {promised.name}: {promised.promise.text}; {how.en}",
            ),
            version=desk.version,
        )
    for handover in desk.waiting:
        taken = handover.at.latest
        if plan.unacknowledged is None or now - taken < plan.unacknowledged or _old(taken, plan):
            continue
        since = duration_words(now - handover.at.latest)
        yield Reminder(
            key=_key(desk.office, "to-acknowledge", handover.event_id, None, handover.at.latest),
            kind="to-acknowledge",
            subject="handover",
            office=desk.office,
            office_name=name,
            about=handover.event_id,
            number=str(handover.number),
            deadline=handover.at.latest + plan.unacknowledged,
            words=Words(
                f"交班 #{handover.number} 已{since.zh}，尚无人接班确认",
                f"handover #{handover.number}, {since.en} ago: nobody has acknowledged it",
            ),
            version=desk.version,
        )


def _old(moment: datetime, plan: Plan) -> bool:
    return plan.since is not None and moment < plan.since


def _key(office: str, kind: str, about: str, before: timedelta | None, deadline: datetime | None) -> str:
    """The same wherever and whenever it is worked out."""
    return "|".join((office, kind, about, iso_duration(before) or "", iso_instant(deadline) or ""))


def _zone(directory: Directory, office: str) -> ZoneInfo:
    known = directory.get(office)
    return ZoneInfo(known.zone) if known is not None else CHINA
