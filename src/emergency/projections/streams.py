"""The names of streams, and reading what belongs together: an incident with its reviews, the directory."""

from __future__ import annotations

from typing import Any

from emergency.domain.offices import Directory, directory_of
from emergency.domain.record import Recorded
from emergency.store import Reading, Undecodable

PAGE = 500

INCIDENT, REVIEW, OFFICE = "incident/", "review/", "office/"


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


def history(reading: Reading, ref: str, *, through: int | None = None) -> list[Recorded[Any]]:
    """An incident's own events and those of its reviews, in the order of the log."""
    events = [e for stream in streams_of(reading, ref) for e in reading.stream(stream, through=through)]
    return sorted(events, key=lambda recorded: recorded.position)


def streams_of(reading: Reading, ref: str) -> tuple[str, ...]:
    """The streams that an incident is judged from: its own and those of its reviews."""
    return (incident_stream(ref), *reading.streams(review_stream(ref, "")))


def directory(reading: Reading, *, through: int | None = None) -> Directory:
    """Who reports to whom, from all office events up to a position; one that cannot be read breaks only its office."""
    found: list[Recorded[Any]] = []
    broken: dict[str, str] = {}
    after = 0
    while page := reading.page(after, PAGE, type_prefix="office."):
        after = page[-1].position
        for event in page:
            if through is not None and event.position > through:
                return directory_of(found, broken=broken)
            if isinstance(event, Undecodable):
                broken[event.stream.removeprefix(OFFICE)] = event.reason
            else:
                found.append(event)
    return directory_of(found, broken=broken)
