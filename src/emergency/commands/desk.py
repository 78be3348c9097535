"""The duty desk (值班): shifts, handovers, what was promised; who was on duty when; the last entry taken back."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from emergency.answers import Identity, Outcome
from emergency.assessment.model import Words
from emergency.commands.matters import Matters, gathered
from emergency.domain.bookkeeping import MERGED_HERE, UNMERGED, Linked, Merged, Unmerged
from emergency.domain.desk import (
    DeskEvent,
    Duty,
    HandoverAcknowledged,
    Matter,
    Promise,
    PromiseKept,
    ShiftEnded,
    ShiftHandedOver,
    ShiftStarted,
)
from emergency.domain.duty import SLOW, DeskState, DutyRow, Handover, Odd, Promised, desk_of, irregularities
from emergency.domain.events import Entry, EntryAmended, EntryWithdrawn, IncidentOpened, Message
from emergency.domain.fixed import fixed
from emergency.domain.incident import Incident, Withdraw, incident_of
from emergency.domain.record import Recorded
from emergency.domain.values import UNSTATED, StatedTime, Value
from emergency.errors import NotFoundError, RefusedError, UsageError
from emergency.ledger import Asked, Ledger, digest_of
from emergency.projections.catch_up import Projections
from emergency.projections.rows import Row, iso_duration, iso_instant
from emergency.projections.streams import DESK, INCIDENT, desk_stream, incident_stream
from emergency.store import PENDING, Draft, Reading, Undecodable, Writing

UNDO_WITHIN = timedelta(hours=12)
"""How far back the last entry may be taken back where no shift is kept; a setting of ours, no regulation."""

TAKEN_BACK = "撤销录入"
"""Why an entry was taken back, where nobody says anything else."""

PAGE = 500

_ID_BEGINS = 8
"""So many characters of an event id name it, at the least: its first group."""

ODD_WORDS = {
    Odd.STARTED_TWICE: Words("此前已在班，未另起一班", "was on duty already; the same shift goes on"),
    Odd.NEVER_BEGAN: Words("此前未记录上岗", "no shift was begun that this could end"),
    Odd.NOT_ON_DUTY: Words("交班人此前未记录上岗", "whoever hands over was not on duty"),
    Odd.ACKNOWLEDGED_TWICE: Words("此前已有人接班确认", "it had been acknowledged before"),
    Odd.BY_ANOTHER: Words("接班人不是交班时所指定的人", "acknowledged by another than it was handed to"),
    Odd.OWN_HANDOVER: Words(
        "交班人自行确认，未另有人接班", "whoever handed over acknowledged it: nobody took over"
    ),
    Odd.KEPT_TWICE: Words("此前已了结", "it had been done before"),
}


@fixed(frozen=True, slots=True, kw_only=True)
class DeskOutcome:
    """What a command at the desk came to.

    Args:
        office: Whose desk.
        event_id: What was recorded.
        number: Its number in the desk's record.
        position: Where the log stands after it; None while a portal's transaction is open.
        already: The same command had been carried out before; nothing was written now.
        desk: The desk afterwards.
        remarks: What is odd about it; nothing was refused for that.
        handover: The handover that it was about, if any.
        matters: What is open, where it was looked for.
    """

    office: str
    event_id: str
    number: int
    position: int | None
    already: bool
    desk: DeskState
    remarks: tuple[Words, ...] = ()
    handover: Handover | None = None
    matters: Matters | None = None


@fixed(frozen=True, slots=True, kw_only=True)
class DutyAudit:
    """How desks were kept.

    Args:
        at: The instant of judging.
        position: The position of the log that it was read at.
        rows: Gaps, overlaps and slow handovers, desk by desk.
        kept: The desks that are kept.
        unkept: The offices that were asked for and keep none: nothing can be said of them.
        broken: Desks of which something cannot be read, with the reason.
    """

    at: datetime
    position: int
    rows: tuple[DutyRow, ...]
    kept: tuple[str, ...]
    unkept: tuple[str, ...]
    broken: tuple[Row, ...]


@fixed(frozen=True, slots=True, kw_only=True)
class Last:
    """The last entry of an officer within the shift.

    Args:
        incident: The incident.
        entry: The entry as it was recorded.
        since: From when on entries were looked at.
        on_shift: Whether that is the beginning of the officer's shift.
        opened: The entry that put the incident on record: the incident itself stays.
    """

    incident: str
    entry: Recorded[Any]
    since: datetime
    on_shift: bool
    opened: bool


@fixed(slots=True)
class _Do:
    event: Value


@fixed(slots=True)
class _About:
    event: Value
    which: str


@fixed(slots=True)
class _Undo:
    officer: str
    why: str


class Desk:
    """Commands and queries on the duty desk of an office.

    Args:
        ledger: What every command needs.
        projections: The lists, which say where to look for what is open.
    """

    def __init__(self, ledger: Ledger, projections: Projections) -> None:
        self._ledger = ledger
        self._projections = projections

    # -- the shift -------------------------------------------------------------------------------------------

    def start(
        self,
        identity: Identity,
        *,
        role: Duty | str = Duty.A,
        at: StatedTime = UNSTATED,
        until: datetime | None = None,
        command_id: str | None = None,
    ) -> DeskOutcome:
        """Come on duty (上岗).

        Args:
            identity: Whose desk, and the officer's id.
            role: ``A`` 主班 or ``B`` 副班.
            at: Since when; now unless given.
            until: When the shift is planned to end.
            command_id: Given again with the same content, nothing is written.

        Raises:
            NotFoundError: an office that is not in the directory.
            UsageError: nobody has said whose id it is.
        """
        event = ShiftStarted(
            office=identity.office, officer=_officer(identity), at=at, role=Duty(role), until=until
        )
        return self._record(event, command_id)

    def end(
        self,
        identity: Identity,
        *,
        at: StatedTime = UNSTATED,
        remarks: str | None = None,
        command_id: str | None = None,
    ) -> DeskOutcome:
        """Go off duty without handing over to anybody (下岗). For the arguments see `start`."""
        event = ShiftEnded(office=identity.office, officer=_officer(identity), at=at, remarks=remarks)
        return self._record(event, command_id)

    def hand_over(
        self,
        identity: Identity,
        *,
        to: str | None = None,
        promised: Iterable[Promise] = (),
        remarks: str | None = None,
        at: StatedTime = UNSTATED,
        command_id: str | None = None,
    ) -> DeskOutcome:
        """Hand the desk over (交班) with all that is open; what was promised before and is not done goes with it.

        The desk stays with whoever hands it over until the successor acknowledges.

        Args:
            identity: Whose desk, and who hands it over.
            to: The successor's id; None = whoever acknowledges.
            promised: What was promised.
            remarks: Anything else.
            at: When; now unless given.
            command_id: Given again with the same content, nothing is written.
        """
        matters = gathered(self._ledger, self._projections, [identity.office], self._ledger.now())
        event = ShiftHandedOver(
            office=identity.office,
            officer=_officer(identity),
            at=at,
            to=to,
            promised=tuple(promised),
            remarks=remarks,
        )
        complete = event.model_copy(update={"open": snapshot(matters)})
        return self._record(event, command_id, written=lambda _: complete, matters=matters)

    def acknowledge(
        self,
        identity: Identity,
        *,
        handover: str | None = None,
        contested: str | None = None,
        at: StatedTime = UNSTATED,
        command_id: str | None = None,
    ) -> DeskOutcome:
        """Take the desk over (接班): the successor is on duty from here on, in the role of whoever handed it over.

        Args:
            identity: Whose desk, and who takes it over.
            handover: Which, by its number or id; the last one that waits unless given.
            contested: What is otherwise than it was handed over.
            at: When; now unless given.
            command_id: Given again with the same content, nothing is written.

        Raises:
            NotFoundError: there is no such handover, or none that waits.
        """
        said = HandoverAcknowledged(
            office=identity.office, officer=_officer(identity), at=at, of="-", contested=contested
        )

        def written(desk: DeskState) -> DeskEvent:
            return said.model_copy(update={"of": _handover(desk, handover, said.officer).event_id})

        return self._record(said, command_id, written=written, which=handover or "")

    def kept(
        self,
        identity: Identity,
        promise: str,
        *,
        note: str | None = None,
        at: StatedTime = UNSTATED,
        command_id: str | None = None,
    ) -> DeskOutcome:
        """Note that something promised was done (了结).

        Args:
            identity: Whose desk, and who notes it.
            promise: Which, like ``5.1``.
            note: How.
            at: When; now unless given.
            command_id: Given again with the same content, nothing is written.

        Raises:
            NotFoundError: there is no such promise.
        """
        said = PromiseKept(
            office=identity.office, officer=_officer(identity), at=at, of="-", number=1, note=note
        )

        def written(desk: DeskState) -> DeskEvent:
            handover, mine = _promise(desk, promise)
            return said.model_copy(update={"of": handover.event_id, "number": mine.number})

        return self._record(said, command_id, written=written, which=promise)

    def _record(
        self,
        said: DeskEvent,
        command_id: str | None,
        *,
        written: Callable[[DeskState], DeskEvent] | None = None,
        which: str | None = None,
        matters: Matters | None = None,
    ) -> DeskOutcome:
        """Put an event on the desk's record, once."""
        stream = desk_stream(said.office)

        def decided(writing: Writing, asked: Asked) -> tuple[Recorded[Any], ...]:
            self._ledger.known(self._ledger.directories.of(writing), said.office)
            desk = _state(writing, said.office)
            event = said if written is None else written(desk)
            return tuple(
                writing.append(
                    stream,
                    writing.version(stream),
                    [Draft(event=event)],
                    command_id=asked.id,
                    command_hash=asked.digest,
                )
            )

        command = _Do(said) if which is None else _About(said, which)
        (recorded, *_), already = self._ledger.once(command_id, digest_of(stream, command), decided)
        desk = self.state(said.office)
        about = getattr(recorded.event, "of", recorded.event_id)
        return DeskOutcome(
            office=said.office,
            event_id=recorded.event_id,
            number=recorded.version,
            position=recorded.position if recorded.position < PENDING else None,
            already=already,
            desk=desk,
            remarks=tuple(ODD_WORDS[r.odd] for r in desk.remarks if r.event_id == recorded.event_id),
            handover=next((h for h in desk.handovers if h.event_id == about), None),
            matters=matters,
        )

    # -- queries ---------------------------------------------------------------------------------------------

    def state(self, office: str) -> DeskState:
        """The desk of an office as its record tells it; what cannot be read of it is left out.

        Raises:
            NotFoundError: an office that is not in the directory.
        """
        with self._ledger.log.reading() as reading:
            self._ledger.known(self._ledger.directories.of(reading), office)
            return _state(reading, office)

    def matters(self, office: str) -> Matters:
        """What is open at the desk of an office: what it owes, and what nobody has acknowledged."""
        return gathered(self._ledger, self._projections, [office], self._ledger.now())

    def duty(
        self,
        offices: Sequence[str] = (),
        *,
        at: datetime | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        slow: timedelta = SLOW,
    ) -> DutyAudit:
        """How desks were kept: gaps, overlaps, handovers that took long.

        Args:
            offices: Whose desks; none = all that are kept.
            at: The instant of judging (default: now).
            since: Only what lasted after this.
            until: Only what began before this.
            slow: A handover is slow that was not acknowledged within so long.

        Raises:
            NotFoundError: an office that is not in the directory.
        """
        now = at or self._ledger.now()
        with self._ledger.log.reading() as reading:
            directory = self._ledger.directories.of(reading)
            for office in offices:
                self._ledger.known(directory, office)
            kept = [stream.removeprefix(DESK) for stream in reading.streams(DESK)]
            asked = [office for office in sorted(kept) if not offices or office in offices]
            streams = reading.readable_many([desk_stream(office) for office in asked])
            rows: list[DutyRow] = []
            broken: list[Row] = []
            for office in asked:
                events = streams[desk_stream(office)]
                broken += (
                    {"incident": e.stream, "position": e.position, "reason": e.reason}
                    for e in events
                    if isinstance(e, Undecodable)
                )
                desk = desk_of(
                    office, [e for e in events if isinstance(e, Recorded) and e.recorded_at <= now]
                )
                rows += irregularities(desk, now, since=since, until=until, slow=slow)
            return DutyAudit(
                at=now,
                position=reading.last_position(),
                rows=tuple(rows),
                kept=tuple(asked),
                unkept=tuple(office for office in dict.fromkeys(offices) if office not in kept),
                broken=tuple(broken),
            )

    # -- the last entry taken back ---------------------------------------------------------------------------

    def last(self, identity: Identity) -> Last:
        """The entry that `undo` would take back: the officer's own last one within the shift.

        Raises:
            NotFoundError: there is none.
            RefusedError: the last thing done cannot be taken back so, or somebody has acted on it; the message says
                what to do instead.
            UsageError: nobody has said whose id it is.
        """
        with self._ledger.log.reading() as reading:
            return self._last(reading, identity)

    def undo(
        self, identity: Identity, event_id: str, *, why: str = TAKEN_BACK, command_id: str | None = None
    ) -> Outcome:
        """Take back the officer's own last entry (撤回录入): the log keeps it, nothing counts it.

        Args:
            identity: Whose entry.
            event_id: The entry, as `last` gave it: another is never taken back in its place.
            why: Why.
            command_id: Given again with the same content, nothing is written.

        Raises:
            RefusedError: it is not the last one any more, or as for `last`.
        """

        def decided(writing: Writing, asked: Asked) -> tuple[Recorded[Any], ...]:
            found = self._last(writing, identity)
            if found.entry.event_id != event_id:
                raise RefusedError(
                    f"Your last entry is another by now: {found.incident} #{found.entry.version}. Nothing was taken "
                    "back. Look again: emergency undo",
                    zh=f"本人最后一条录入已是 {found.incident} #{found.entry.version}，未撤回任何内容。"
                    "请重新查看：emergency undo",
                )
            command = Withdraw(target=event_id, why=why, office=identity.office, officer=identity.officer)
            return self._ledger.decide(writing, found.incident, command, identity, asked)

        # Which entry is the last is no part of what was asked for: asked again, it is the same command.
        digest = digest_of(identity.office, _Undo(_officer(identity), why))
        written, already = self._ledger.once(command_id, digest, decided)
        ref = written[0].stream.removeprefix(INCIDENT)
        return self._ledger.outcome(ref, written, identity.office, already=already)

    def _last(self, reading: Reading, identity: Identity) -> Last:
        officer = _officer(identity)
        directory = self._ledger.directories.of(reading)
        self._ledger.known(directory, identity.office)
        turn = _state(reading, identity.office).turn_of(officer)
        since = self._ledger.now() - UNDO_WITHIN if turn is None else turn.began.earliest
        mine, opened = _own(reading, identity.office, officer, since)
        states: dict[str, Incident | None] = {}
        for recorded in reversed(mine):
            if isinstance(recorded.event, EntryWithdrawn):
                continue  # what was taken back is not brought back: the one before it is next
            ref = recorded.stream.removeprefix(INCIDENT)
            if ref not in states:
                states[ref] = incident_of(
                    [e for e in reading.readable(incident_stream(ref)) if isinstance(e, Recorded)]
                )
            state = states[ref]
            if isinstance(recorded.event, Entry) and (
                state is None or recorded.event_id not in state.entries
            ):
                continue  # taken back already
            _refuse_others(ref, recorded)
            if state is not None:
                _refuse_answered(ref, recorded, state, mine)
            return Last(
                incident=ref,
                entry=recorded,
                since=since,
                on_shift=turn is not None,
                opened=recorded.command_id is not None and recorded.command_id in opened,
            )
        # As the clock on the wall of that office has it.
        hour = f"{since.astimezone(ZoneInfo(directory[identity.office].zone)):%Y-%m-%d %H:%M}"
        raise NotFoundError(
            f"There is no entry of yours since {hour} that counts. An older one: "
            "emergency withdraw INCIDENT #ENTRY --why …",
            zh=f"自 {hour} 以来没有本人的有效录入。更早的录入请用：emergency withdraw 事件 #条目 --why …",
        )


def snapshot(matters: Matters) -> tuple[Matter, ...]:
    """What is open, as a handover keeps it."""
    owed = [
        Matter(
            kind="obligation",
            incident=each.incident,
            about=each.due.obligation,
            stage=each.due.stage,
            other=each.due.recipient,
            by=each.due.by,
            overdue=each.due.by is not None and each.due.by < matters.at,
        )
        for each in matters.owed
    ]
    messages = [
        Matter(
            kind=kind,
            incident=each.incident,
            about=each.event_id,
            stage=each.type,
            other=other,
            by=each.sent_at,
        )
        for each in matters.messages
        for kind, other in each.sides(matters.offices)
    ]
    return (*owed, *messages)


def duty_row(row: DutyRow) -> Row:
    """One irregularity as plain JSON values."""
    return {
        "office": row.office,
        "kind": row.kind.value,
        "since": iso_instant(row.since),
        "until": iso_instant(row.until),
        "lasted": {"at_least": iso_duration(row.at_least), "at_most": iso_duration(row.at_most)},
        "officers": list(row.officers),
        "evidence": list(row.evidence),
        "backfilled": row.backfilled,
    }


def _officer(identity: Identity) -> str:
    if not identity.officer:
        raise UsageError(
            "Say whose id it is: --officer ID, or once with emergency use OFFICE --officer ID.",
            zh="请说明人员编号：--officer 编号；或用 emergency use 单位 --officer 编号 设定一次。",
        )
    return identity.officer


def _state(reading: Reading, office: str) -> DeskState:
    return desk_of(office, [e for e in reading.readable(desk_stream(office)) if isinstance(e, Recorded)])


def _handover(desk: DeskState, said: str | None, officer: str) -> Handover:
    """The handover that is meant."""
    if said is not None:
        name = said.removeprefix("#")
        found = [h for h in desk.handovers if str(h.number) == name]
        if (
            not found and len(name) >= _ID_BEGINS
        ):  # a short number that is none's is a slip, never some id's beginning
            found = [h for h in desk.handovers if h.event_id.startswith(name)]
        if len(found) == 1:
            return found[0]
        raise NotFoundError(
            f"There is no handover {said[:60]} at the desk of {desk.office}. "
            "`emergency shift list` shows them with their numbers.",
            zh=f"{desk.office} 没有编号为 {said[:60]} 的交班。用 emergency shift list 查看编号。",
        )
    waiting = desk.waiting
    mine = [h for h in waiting if h.event.to == officer] or [h for h in waiting if h.event.officer != officer]
    if not (mine or waiting):
        raise NotFoundError(
            f"No handover waits at the desk of {desk.office}. To come on duty without one: emergency shift start",
            zh=f"{desk.office} 没有待接的班。无人交班而上岗：emergency shift start",
        )
    return (mine or waiting)[-1]


def _promise(desk: DeskState, said: str) -> tuple[Handover, Promised]:
    for handover in desk.handovers:
        for promised in handover.promised:
            if promised.name == said.removeprefix("#"):
                return handover, promised
    raise NotFoundError(
        f"Nothing was promised as {said[:60]} at the desk of {desk.office}. "
        "`emergency shift show` lists what is open, with its numbers.",
        zh=f"{desk.office} 没有编号为 {said[:60]} 的承诺事项。用 emergency shift show 查看编号。",
    )


# -- taking back -----------------------------------------------------------------------------------------------


def _own(
    reading: Reading, office: str, officer: str, since: datetime
) -> tuple[list[Recorded[Any]], set[str]]:
    """What an officer has done on incidents since then, in the order of the log; and the commands that opened one."""
    mine: list[Recorded[Any]] = []
    opened: set[str] = set()
    after = reading.position_at(since)
    while page := reading.page(after, PAGE):
        after = page[-1].position
        for recorded in page:
            if not isinstance(recorded, Recorded) or not recorded.stream.startswith(INCIDENT):
                continue
            event = recorded.event
            whose = event.logged_by if isinstance(event, (Entry, IncidentOpened)) else event.office
            if whose != office or event.officer != officer:
                continue
            mine.append(recorded)
            if isinstance(event, IncidentOpened) and recorded.command_id is not None:
                opened.add(recorded.command_id)
    return mine, opened


def _refuse_others(ref: str, recorded: Recorded[Any]) -> None:
    """Refuse what was done last and is no entry to be taken back, or has an act of its own that undoes it.

    To go on to the one before it would take back what nobody thinks of.
    """
    event = recorded.event
    if isinstance(event, EntryAmended):
        raise RefusedError(
            f"The last you did was to put an entry of {ref} right (#{recorded.version}). That is not taken back but "
            "put right again: emergency amend INCIDENT #ENTRY …",
            zh=f"本人最后一条录入是更正 {ref} 的录入（#{recorded.version}）。更正不能撤回，请再次更正："
            "emergency amend 事件 #条目 …",
        )
    if isinstance(event, IncidentOpened):
        raise RefusedError(
            f"The last you did was to put {ref} on record. An incident is not taken back: put its title or place right "
            f"with emergency amend {ref} #1 …; where there was no such event, emergency void {ref} …",
            zh=f"本人最后一条录入是登记事件 {ref}。事件不能撤回：名称、地点有误用 emergency amend {ref} #1 … 更正；"
            f"经核实并无此事用 emergency void {ref} …",
        )
    if isinstance(event, (Merged, Unmerged, Linked)):
        merged = event.other if isinstance(event, Linked) and event.relation in _MERGING else ref
        how = (
            f"emergency withdraw {ref} #{recorded.version} --why …"
            if isinstance(event, Linked) and event.relation not in _MERGING
            else f"emergency unmerge {merged} --why …"
            if isinstance(event, Merged) or getattr(event, "relation", None) == MERGED_HERE
            else f"emergency merge {merged} --into …"
        )
        raise RefusedError(
            f"The last you did concerns two incidents ({ref} #{recorded.version}) and is not taken back on one of "
            f"them. Instead: {how}",
            zh=f"本人最后一次操作涉及两起事件（{ref} #{recorded.version}），不能只在一起事件上撤回。请用：{how}",
        )


_MERGING = (MERGED_HERE, UNMERGED)


def _refuse_answered(
    ref: str, recorded: Recorded[Any], state: Incident, mine: Sequence[Recorded[Any]]
) -> None:
    """Refuse what somebody has acted on since, and what was recorded together with other entries."""
    event = recorded.event
    told = event.to if isinstance(event, Message) else ()
    since = [
        entry
        for entry in state.entries.values()
        if recorded.event_id in (getattr(entry.event, "of", None), getattr(entry.event, "refuted_by", None))
        or (
            entry.version > recorded.version
            and entry.event.office in told
            and entry.event.office != event.office
        )
    ]
    if since:
        first = since[0]
        raise RefusedError(
            f"{first.event.office} has acted on your entry #{recorded.version} of {ref} since (#{first.version}): it "
            f"is no longer yours alone. If what was reported was wrong, tell them: emergency correct {ref} … If only "
            f"the typing was wrong: emergency amend {ref} #{recorded.version} …, or emergency withdraw {ref} "
            f"#{recorded.version} --why …, and tell {first.event.office}.",
            zh=f"{first.event.office} 已就 {ref} #{recorded.version} 作出处理（#{first.version}），不能一撤了之。"
            f"所报内容有误，请更正报告：emergency correct {ref} …；只是录入有误：emergency amend {ref} "
            f"#{recorded.version} …，或 emergency withdraw {ref} #{recorded.version} --why …，并告知对方。",
        )
    together = [
        other
        for other in mine
        if other.command_id is not None
        and other.command_id == recorded.command_id
        and other.event_id != recorded.event_id
        and isinstance(other.event, Entry)
        and other.event_id in state.entries
    ]
    if together:
        raise RefusedError(
            f"#{recorded.version} of {ref} was recorded together with #{together[0].version}. Take back each by "
            f"itself: emergency withdraw {ref} #{recorded.version} --why …",
            zh=f"{ref} #{recorded.version} 是与 #{together[0].version} 一并录入的，请逐条撤回："
            f"emergency withdraw {ref} #{recorded.version} --why …",
        )
