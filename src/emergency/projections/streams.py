"""The names of streams, and reading what belongs together: an incident with its reviews, the directory."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from threading import Lock
from typing import Any

from sqlalchemy import text

from emergency.domain.offices import Directory, OfficeEvent, directory_of
from emergency.domain.record import Recorded
from emergency.store import Reading, Undecodable
from emergency.words import Words

PAGE = 500

INCIDENT, REVIEW, OFFICE, PERSON = "incident/", "review/", "office/", "person/"

DESK, REMINDER = "desk/", "reminder/"
"""A desk's own stream, and one for each reminder at each sink."""

UNJUDGED = (PERSON, DESK, REMINDER)
"""Streams that nothing is judged from."""

OFFICE_TYPE = "office."
"""What the types of the directory's events begin with."""


def incident_stream(ref: str) -> str:
    """The stream of an incident."""
    return f"{INCIDENT}{ref}"


def review_stream(ref: str, name: str) -> str:
    """The stream of one review of an incident."""
    return f"{REVIEW}{ref}/{name}"


def incident_of_review(stream: str) -> str:
    """The incident that a review's stream belongs to; the name of a review may hold anything."""
    return stream.removeprefix(REVIEW).partition("/")[0]


def office_stream(office: str) -> str:
    """The stream of an office."""
    return f"{OFFICE}{office}"


def person_stream(subject: str) -> str:
    """The stream of a protected person, by the opaque id."""
    return f"{PERSON}{subject}"


def desk_stream(office: str) -> str:
    """The stream of an office's duty desk."""
    return f"{DESK}{office}"


def history(reading: Reading, ref: str, *, through: int | None = None) -> list[Recorded[Any]]:
    """An incident's own events and those of its reviews, in the order of the log."""
    events = [e for stream in streams_of(reading, ref) for e in reading.stream(stream, through=through)]
    return sorted(events, key=lambda recorded: recorded.position)


def streams_of(reading: Reading, ref: str) -> tuple[str, ...]:
    """The streams that an incident is judged from: its own and those of its reviews."""
    return (incident_stream(ref), *reading.streams(review_stream(ref, "")))


def reviews_of(reading: Reading, refs: Sequence[str]) -> dict[str, list[str]]:
    """The streams of the reviews of many incidents, by incident, in the order of the log: one query."""
    postgresql = reading.tables.dialect == "postgresql"
    named = "unnest(CAST(:refs AS text[])) AS named(ref)" if postgresql else "json_each(:refs)"
    ref = 'CAST(named.ref AS text) COLLATE "C"' if postgresql else "json_each.value"
    found = reading.connection.execute(
        text(
            f"SELECT {ref}, e.stream FROM {named} JOIN {reading.tables.events} e "  # noqa: S608 - our own names
            f"ON e.stream >= '{REVIEW}' || {ref} || '/' AND e.stream < '{REVIEW}' || {ref} || '0' "
            "WHERE e.version = 1 ORDER BY e.position"
        ),
        {"refs": list(refs) if postgresql else json.dumps(list(refs))},
    )
    streams: dict[str, list[str]] = {}
    for one, stream in found:
        streams.setdefault(one, []).append(stream)
    return streams


class Directories:
    """The directory of one log as it stands, read anew only where an office has changed. Threads may share it."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._known = Directory()
        self._position = 0

    def of(self, reading: Reading) -> Directory:
        """The directory as a transaction sees it; it never changes, and may be kept."""
        last = reading.last_of_type(OFFICE_TYPE)
        with self._lock:
            known, position = self._known, self._position
        if last < position:  # this transaction began before the last change
            return directory(reading)
        if last == position and not reading.uncommitted:
            return known
        found = directory(reading, start=known, after=position)
        if not reading.uncommitted:
            with self._lock:
                if self._position < last:
                    self._known, self._position = found, last
        return found

    def forget_answers(self) -> None:
        """Drop what was asked of the directory: over very many incidents it grows."""
        with self._lock:
            self._known = replace(self._known)


def directory(
    reading: Reading, *, through: int | None = None, start: Directory | None = None, after: int = 0
) -> Directory:
    """Who reports to whom, from all office events up to a position; one that cannot be read breaks only its office.

    Args:
        reading: Where to read.
        through: Leave out what stands after this position.
        start: What is known already.
        after: The position that it is known up to.
    """
    found: list[Recorded[Any]] = []
    broken: dict[str, Words] = {}
    while page := reading.page(after, PAGE, type_prefix=OFFICE_TYPE):
        after = page[-1].position
        for event in page:
            if through is not None and event.position > through:
                return directory_of(found, start, broken)
            if isinstance(event, Undecodable):
                broken[event.stream.removeprefix(OFFICE)] = Words(event.reason_zh, event.reason)
            elif isinstance(event.event, OfficeEvent):
                found.append(event)
    return directory_of(found, start, broken)
