"""The incident aggregate: its state, and what a command may add to it.

Nobody is refused for being late, out of order, of the wrong office or told twice: such an entry is recorded and
judged. What is refused is what cannot be meant: an entry on no incident, an amendment of no entry.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from pydantic import ValidationError

from emergency.domain.amendment import amended, effective
from emergency.domain.events import (
    Acknowledged,
    Entry,
    EntryAmended,
    EntryWithdrawn,
    IncidentEvent,
    IncidentOpened,
    Message,
)
from emergency.domain.record import Recorded
from emergency.domain.values import Value
from emergency.errors import NotFoundError, RefusedError

SAME_ENTRY_WITHIN = timedelta(minutes=2)
"""Within this time the identical entry is taken for a slip of the hand and marked."""

BACKFILLED_AFTER = timedelta(minutes=60)
"""An entry recorded later than this after its stated time is a backfilled one (补录)."""


@dataclass(frozen=True, slots=True)
class Incident:
    """An incident as far as commands need it."""

    stream: str
    version: int
    opened: Recorded[IncidentOpened]
    entries: dict[str, Recorded[Entry]]
    """The entries that count, by event id, in log order."""


def incident_of(events: Iterable[Recorded[Any]]) -> Incident | None:
    """The fold of one incident stream; None where it was never opened."""
    listed = tuple(events)
    standing = effective(listed)
    opened = next((r for r in standing if isinstance(r.event, IncidentOpened)), None)
    if opened is None:
        return None
    entries = {r.event_id: r for r in standing if isinstance(r.event, Entry)}
    return Incident(opened.stream, listed[-1].version, opened, entries)


@dataclass(frozen=True, slots=True)
class Open:
    """Put an incident on record."""

    opened: IncidentOpened


@dataclass(frozen=True, slots=True)
class Record:
    """Add an entry."""

    entry: Entry


@dataclass(frozen=True, slots=True, kw_only=True)
class Amend:
    """Put an entry right; ``target`` is an event id of this incident."""

    target: str
    changes: dict[str, Any]
    why: str
    office: str | None = None
    officer: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdraw:
    """Take an entry back; ``target`` is an event id of this incident."""

    target: str
    why: str
    office: str | None = None
    officer: str | None = None


Command = Open | Record | Amend | Withdraw


def decide(command: Command, state: Incident | None, now: datetime) -> tuple[IncidentEvent, ...]:
    """The events that the command leads to. ``now`` stamps and marks; it never decides.

    Raises:
        RefusedError: the command cannot be meant as things stand.
    """
    if isinstance(command, Open):
        if state is not None:
            raise RefusedError(
                f"There is already an incident {state.opened.event.ref}. Use another reference."
            )
        return (command.opened,)
    if state is None:
        raise NotFoundError("There is no such incident. Open it first.")
    if isinstance(command, Record):
        return (_recorded(command.entry, state, now),)
    target = _target(command.target, state)
    if isinstance(command, Withdraw):
        if target is state.opened:
            raise RefusedError(
                "The incident's own opening cannot be withdrawn; amend it, or withdraw its entries."
            )
        return (
            EntryWithdrawn(
                target=target.event_id, why=command.why, office=command.office, officer=command.officer
            ),
        )
    return (_amendment(command, target),)


def _target(event_id: str, state: Incident) -> Recorded[Any]:
    if event_id == state.opened.event_id:
        return state.opened
    target = state.entries.get(event_id)
    if target is None:
        raise NotFoundError(
            f"Incident {state.opened.event.ref} has no entry {event_id} that counts: "
            "it was withdrawn, or belongs to another incident."
        )
    return target


def _amendment(command: Amend, target: Recorded[Any]) -> EntryAmended:
    if not command.changes:
        raise RefusedError("Nothing would change. Say what the entry should read.")
    try:
        changed = amended(target.event, command.changes)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise RefusedError(f"The entry cannot read so: {where}: {first['msg']}") from error
    if changed == target.event:
        raise RefusedError("Nothing would change: the entry already reads so.")
    return EntryAmended(
        target=target.event_id,
        changes=command.changes,
        why=command.why,
        office=command.office,
        officer=command.officer,
    )


def _recorded(entry: Entry, state: Incident, now: datetime) -> Entry:
    if isinstance(entry, Acknowledged):
        message = state.entries.get(entry.of)
        if message is None or not isinstance(message.event, Message):
            raise NotFoundError(
                f"There is no message {entry.of} on this incident that could be acknowledged."
            )
    marks: dict[str, Any] = {}
    if entry.at.earliest is not None and entry.at.earliest > now:
        marks["in_doubt"] = True
    repeated = same_entry(entry, state, now)
    if repeated is not None:
        marks["repeats"] = repeated.event_id
    return entry.model_copy(update=marks) if marks else entry


def same_entry(entry: Entry, state: Incident, now: datetime) -> Recorded[Entry] | None:
    """The identical entry of less than two minutes ago, if there is one. Only entries logged here are compared."""
    if entry.logged_by is None:
        return None
    for earlier in reversed(state.entries.values()):
        if now - earlier.recorded_at > SAME_ENTRY_WITHIN:
            return None
        if type(earlier.event) is type(entry) and _content(earlier.event) == _content(entry):
            return earlier
    return None


def _content(entry: Value) -> dict[str, Any]:
    content = entry.model_dump(exclude={"at", "in_doubt", "repeats"})
    stated = getattr(entry, "at", None)
    # An entry without a stated time carries the minute of its typing; that minute is no difference.
    content["at"] = None if stated is None or stated.text is None else stated.text
    return content
