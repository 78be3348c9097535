"""Putting offices into the directory: new ones, and what changed of known ones."""

from __future__ import annotations

from typing import Any

from emergency.domain.offices import LoggingStarted, OfficeEvent, OfficeRegistered, directory_of, updates
from emergency.domain.record import Recorded
from emergency.domain.vocabulary import PUBLIC
from emergency.errors import RefusedError
from emergency.projections.streams import directory, office_stream
from emergency.store import Draft, Writing


def register(writing: Writing, offices: tuple[OfficeRegistered, ...]) -> dict[str, str]:
    """Add offices or bring known ones up to date: ``added``, ``changed`` or ``unchanged``, by id.

    Raises:
        RefusedError: one reports to an office that is neither registered nor in the list, or is called public.
    """
    known = directory(writing)
    names = [*known.offices, *known.broken, *(office.office for office in offices)]
    for office in offices:
        if office.office == PUBLIC:
            raise RefusedError('"public" stands for whoever is no office; give the office another id.')
        for up in office.reports_to:
            if up not in names:
                from difflib import get_close_matches  # noqa: PLC0415 - only for a mistake

                near = get_close_matches(up, names, n=1)
                hint = f" Did you mean {near[0]}?" if near else ""
                raise RefusedError(
                    f"{office.office} is to report to {up}, which is not in the directory.{hint} "
                    "Add that office first."
                )
    became: dict[str, str] = {}
    for office in offices:
        old = known.get(office.office)
        written = append(writing, *((office,) if old is None else updates(old, office)))
        known = directory_of(written, known)
        became[office.office] = "added" if old is None else "changed" if written else "unchanged"
    return became


def start_logging(
    writing: Writing, office: str, *, command_id: str | None = None, command_hash: str | None = None
) -> tuple[Recorded[Any], ...]:
    """Note that an office logs here from now on, unless that is on record already."""
    stream = office_stream(office)
    if not writing.claim(stream):
        # Somebody is writing that office's record, likely this very thing. If not, its next entry will.
        return ()
    before = writing.readable(stream)
    if any(isinstance(e, Recorded) and isinstance(e.event, LoggingStarted) for e in before):
        return ()
    return tuple(
        writing.append(
            stream,
            before[-1].version if before else 0,
            [Draft(event=LoggingStarted(office=office))],
            command_id=command_id,
            command_hash=command_hash,
        )
    )


def append(writing: Writing, *events: OfficeEvent) -> tuple[Recorded[Any], ...]:
    """Write events to the streams of their offices; an event there that cannot be read is no hindrance."""
    written: list[Recorded[Any]] = []
    for event in events:
        stream = office_stream(event.office)
        written += writing.append(stream, writing.version(stream), [Draft(event=event)])
    return tuple(written)
