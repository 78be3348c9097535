"""What is open at a desk: reports that are owed, messages that nobody has acknowledged, what cannot be judged.

The lists say only which incidents to look at; each of those is judged from its own stream. Where the lists are behind,
whatever the log has more is looked at as well; where they cannot serve at all, every incident is.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import or_, select

from emergency.answers import Due, standing, still_due
from emergency.assessment.assess import assess_timeline
from emergency.assessment.model import Words
from emergency.assessment.timeline import timeline_of
from emergency.domain.events import ClueLinked, Denied, Entry, Message, NonReportStated, Verified
from emergency.domain.fixed import fixed
from emergency.domain.incident import incident_of
from emergency.domain.offices import Directory
from emergency.domain.record import Recorded
from emergency.domain.schema import NAMES
from emergency.domain.vocabulary import PUBLIC, Channel
from emergency.errors import EmergencyError
from emergency.ledger import Ledger
from emergency.projections.catch_up import Projections
from emergency.projections.judging import sortable
from emergency.projections.owing import DONE
from emergency.projections.streams import (
    INCIDENT,
    OFFICE_TYPE,
    REVIEW,
    history,
    incident_of_review,
    incident_stream,
    streams_of,
)
from emergency.store import Reading, Undecodable

LOOKED_BACK = timedelta(days=14)
"""An incident on which nothing was recorded for so long is not searched for messages that nobody acknowledged."""

AT_ONCE = 200
"""Of so many incidents the events are read at a time."""

NOT_TOLD = (ClueLinked, Denied, NonReportStated, Verified)
"""Entries with a recipient that nobody signs for."""

SPOKEN = frozenset({Channel.PHONE, Channel.IN_PERSON})
"""Whoever was spoken to has received it."""


@fixed(slots=True, kw_only=True)
class Owed:
    """A report that an office owes.

    Args:
        incident: The incident.
        due: What, to whom, by when.
        since: Since when, or from when on: a duty of tomorrow has its deadline today. None = always.
        version: How many events the incident had: where it has more by now, this may be out of date.
    """

    incident: str
    due: Due
    since: datetime | None
    version: int


@fixed(slots=True, kw_only=True)
class Unacknowledged:
    """A message that its recipient has not acknowledged (未签收).

    Args:
        incident: The incident.
        event_id: The message.
        number: Its number on the incident.
        type: What it is, by the type name of its event.
        sender: Whose it is.
        recipient: Who has not acknowledged it.
        sent_at: When it was sent at the latest.
        theirs: Logged by another office than the recipient, which may never have seen it.
        arrived: The record shows that it arrived, without anybody's signing for it.
        version: As of `Owed`.
    """

    incident: str
    event_id: str
    number: int
    type: str
    sender: str
    recipient: str
    sent_at: datetime
    theirs: bool
    arrived: bool
    version: int

    def sides(
        self, offices: Collection[str]
    ) -> Iterator[tuple[Literal["not-acknowledged", "to-acknowledge"], str]]:
        """What it is to which of these offices, and who the other one is."""
        if self.sender in offices and not self.arrived:
            yield "not-acknowledged", self.recipient
        if self.recipient in offices and self.theirs:
            yield "to-acknowledge", self.sender


@fixed(slots=True, kw_only=True)
class Unjudged:
    """An incident that cannot be judged: nobody can tell what is owed on it."""

    incident: str
    position: int
    reason: str


@fixed(slots=True, kw_only=True)
class Matters:
    """What is open, and what a reader must know of how that was found.

    Args:
        at: The instant of judging.
        offices: At whose desks.
        position: The position of the log that was read to.
        rulebook: The hash of the rules that it stands under.
        directory: Who reports to whom.
        owed: Reports that are owed, the soonest first, those *at once* before all others.
        messages: Messages that nobody has acknowledged, the oldest first.
        unjudged: Incidents that cannot be judged.
        warnings: What was wrong with the lists.
    """

    at: datetime
    offices: tuple[str, ...]
    position: int
    rulebook: str
    directory: Directory
    owed: tuple[Owed, ...]
    messages: tuple[Unacknowledged, ...]
    unjudged: tuple[Unjudged, ...]
    warnings: tuple[Words, ...]


def gathered(ledger: Ledger, projections: Projections, offices: Collection[str], now: datetime) -> Matters:
    """What is open at the desks of some offices."""
    behind: str | None = None
    if not ledger.log.is_joined:
        try:
            projections.catch_up()
        except EmergencyError as error:
            behind = str(error)
    with ledger.log.reading() as reading:
        refs, warnings = _candidates(reading, projections, offices, now, behind)
        directory = ledger.directories.of(reading)
        owed, unjudged = _owed(ledger, reading, refs, directory, offices, now)
        messages = _messages(reading, offices, now)
        return Matters(
            at=now,
            offices=tuple(offices),
            position=reading.last_position(),
            rulebook=ledger.rulebook.fingerprint,
            directory=directory,
            owed=tuple(sorted(owed, key=_urgency)),
            messages=tuple(sorted(messages, key=lambda m: (m.sent_at, m.incident, m.number, m.recipient))),
            unjudged=tuple(unjudged),
            warnings=tuple(warnings),
        )


def gathered_of(
    ledger: Ledger, reading: Reading, ref: str, offices: Collection[str], now: datetime
) -> Matters:
    """What is open on one incident."""
    directory = ledger.directories.of(reading)
    owed, unjudged = _owed(ledger, reading, [ref], directory, offices, now)
    stream = reading.readable(incident_stream(ref))
    return Matters(
        at=now,
        offices=tuple(offices),
        position=reading.last_position(),
        rulebook=ledger.rulebook.fingerprint,
        directory=directory,
        owed=tuple(sorted(owed, key=_urgency)),
        messages=tuple(_unacknowledged(ref, stream, offices, version_of(reading, ref))),
        unjudged=tuple(unjudged),
        warnings=(),
    )


def version_of(reading: Reading, ref: str) -> int:
    """How many events an incident has, those of its reviews counted in."""
    return sum(reading.version(stream) for stream in streams_of(reading, ref))


def _urgency(owed: Owed) -> tuple[bool, datetime, str, str]:
    due = owed.due
    return due.by is not None, due.by or datetime.min, owed.incident, due.obligation  # noqa: DTZ901 - only among None


# -- which incidents -------------------------------------------------------------------------------------------


def _candidates(
    reading: Reading, projections: Projections, offices: Collection[str], now: datetime, behind: str | None
) -> tuple[list[str], list[Words]]:
    """The incidents on which these offices may owe something, and what was wrong with the lists."""
    views = projections.live(reading)
    if views is None:
        why = behind or "-"
        return _all(reading), [
            Words(
                f"列表尚未建立（{why}）：已逐一核对全部事件。",
                f"The lists are not there yet ({why}): every incident was looked at.",
            )
        ]
    tracked = reading.tracked(views.name)
    books = reading.connection.scalars(select(views.incidents.c.rulebook).distinct()).all()
    if any(book != projections.rulebook.fingerprint for book in books):
        return _all(reading), [
            Words(
                "列表按另一版规则判定，已逐一核对全部事件。请运行 emergency projections rebuild。",
                "The lists stand under other rules, so every incident was looked at. Run: "
                "emergency projections rebuild",
            )
        ]
    if reading.last_of_type(OFFICE_TYPE) > tracked:
        return _all(reading), [
            Words(
                f"报送网络已变动而列表未更新（{behind or '-'}）：已逐一核对全部事件。",
                f"The directory has changed since the lists were made ({behind or '-'}): every incident was looked at.",
            )
        ]
    owing = views.obligations.c
    rows = reading.connection.execute(
        select(owing.incident, owing.row).where(
            owing.office.in_(sorted(offices)), owing.state.not_in(DONE), owing.holds_until > sortable(now)
        )
    )
    # What was done late is done: to judge it at every sweep would take longer with every year.
    found = dict.fromkeys(ref for ref, row in rows if json.loads(row)["met_by"] is None)
    found.update(dict.fromkeys(reading.connection.scalars(select(views.waiting.c.incident))))
    parked = reading.connection.scalars(select(views.parked.c.stream).where(views.parked.c.incident))
    found.update(dict.fromkeys(stream.removeprefix(INCIDENT) for stream in parked))
    later = _touched(reading, tracked)
    found.update(dict.fromkeys(later))
    warnings = []
    if behind is not None:
        warnings.append(
            Words(
                f"列表落后（{behind}）：其后有记录的 {len(later)} 起事件已直接核对。",
                f"The lists are behind ({behind}): the {len(later)} incidents recorded on since were looked at.",
            )
        )
    return sorted(found), warnings


def _all(reading: Reading) -> list[str]:
    return sorted(stream.removeprefix(INCIDENT) for stream in reading.streams(INCIDENT))


def _touched(reading: Reading, after: int) -> list[str]:
    """The incidents of which something was recorded after a position."""
    events = reading.tables.events.c
    concerned = or_(*(events.type.startswith(kind) for kind in ("incident.", "entry.", "review.")))
    query = select(events.stream).distinct().where(events.position > after, concerned)
    found = reading.connection.scalars(query)
    return sorted(
        {incident_of_review(s) if s.startswith(REVIEW) else s.removeprefix(INCIDENT) for s in found}
    )


# -- what is open on them --------------------------------------------------------------------------------------


def _owed(
    ledger: Ledger,
    reading: Reading,
    refs: Iterable[str],
    directory: Directory,
    offices: Collection[str],
    now: datetime,
) -> tuple[list[Owed], list[Unjudged]]:
    owed: list[Owed] = []
    unjudged: list[Unjudged] = []
    for ref in refs:
        try:
            recorded = history(reading, ref)
            if not recorded:
                continue
            judged = assess_timeline(timeline_of(recorded), directory, ledger.rulebook)
        except Exception as error:  # noqa: BLE001 - one incident that cannot be judged must not silence the others
            words = str(error) if isinstance(error, EmergencyError) else f"{type(error).__name__}: {error}"
            unjudged.append(Unjudged(incident=ref, position=_last(reading, ref), reason=words))
            continue
        for obligation in standing(judged.obligations, now):
            if obligation.office not in offices:
                continue
            owed += (
                Owed(incident=ref, due=due, since=obligation.holds_from, version=len(recorded))
                for due in still_due((obligation,), obligation.office, directory)
            )
    return owed, unjudged


def _last(reading: Reading, ref: str) -> int:
    return max((e.position for s in streams_of(reading, ref) for e in reading.readable(s)), default=0)


def _messages(reading: Reading, offices: Collection[str], now: datetime) -> Iterator[Unacknowledged]:
    refs = _touched(reading, reading.position_at(now - LOOKED_BACK))
    for start in range(0, len(refs), AT_ONCE):
        some = refs[start : start + AT_ONCE]
        streams = reading.readable_many([incident_stream(ref) for ref in some])
        for ref in some:
            events = streams.get(incident_stream(ref), [])
            found = list(_unacknowledged(ref, events, offices, 0))
            if found:
                version = version_of(reading, ref)
                yield from (replace(message, version=version) for message in found)


def _unacknowledged(
    ref: str, events: Sequence[Recorded[Any] | Undecodable], offices: Collection[str], version: int
) -> Iterator[Unacknowledged]:
    """The messages from and to these offices that their recipients have not acknowledged."""
    try:
        state = incident_of([event for event in events if isinstance(event, Recorded)])
    except Exception:  # noqa: BLE001 - it cannot be judged either, and is named as such
        return
    if state is None:
        return
    settled = {
        (of, entry.event.office)
        for entry in state.entries.values()
        if (of := getattr(entry.event, "of", None)) is not None
    }
    for entry in state.entries.values():
        message = entry.event
        if not isinstance(message, Message) or isinstance(message, NOT_TOLD) or message.logged_by is None:
            continue
        for recipient in message.to:
            if recipient in (PUBLIC, message.office) or (entry.event_id, recipient) in settled:
                continue
            theirs, arrived = message.logged_by != recipient, _received(message)
            if (message.office in offices and not arrived) or (recipient in offices and theirs):
                yield Unacknowledged(
                    incident=ref,
                    event_id=entry.event_id,
                    number=entry.version,
                    type=NAMES[type(message)],
                    sender=message.office,
                    recipient=recipient,
                    sent_at=_sent_at(entry),
                    theirs=theirs,
                    arrived=arrived,
                    version=version,
                )


def _received(message: Message) -> bool:
    """Whether the record shows that it arrived, without anybody's signing for it."""
    return message.channel in SPOKEN or (message.received_at is not None and message.received_at.stated)


def _sent_at(entry: Recorded[Entry]) -> datetime:
    return entry.event.at.interval.latest or entry.recorded_at
