"""Putting offices into the directory: new ones, and what changed of known ones."""

from __future__ import annotations

from difflib import get_close_matches

from emergency.domain.offices import (
    Directory,
    OfficeEvent,
    OfficeRegistered,
    OfficeRenamed,
    SuperiorChanged,
)
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
    names = [*known.offices, *(office.office for office in offices)]
    for office in offices:
        if office.office == PUBLIC:
            raise RefusedError('"public" stands for whoever is no office; give the office another id.')
        for up in office.reports_to:
            if up not in names:
                near = get_close_matches(up, names, n=1)
                hint = f" Did you mean {near[0]}?" if near else ""
                raise RefusedError(
                    f"{office.office} is to report to {up}, which is not in the directory.{hint} "
                    "Add that office first."
                )
    return {office.office: _register(writing, known, office) for office in offices}


def _register(writing: Writing, known: Directory, office: OfficeRegistered) -> str:
    old = known.get(office.office)
    if old is None:
        append(writing, office)
        return "added"
    new: list[OfficeEvent] = []
    if (old.tier, old.line, old.division, old.zone) != (
        office.tier,
        office.line,
        office.division,
        office.zone,
    ):
        new.append(office)
    else:
        if old.name != office.name:
            new.append(OfficeRenamed(office=office.office, since=office.since, name=office.name))
        if old.superiors[-1][1] != office.reports_to:
            changed = SuperiorChanged(office=office.office, since=office.since, reports_to=office.reports_to)
            new.append(changed)
    append(writing, *new)
    return "changed" if new else "unchanged"


def append(writing: Writing, *events: OfficeEvent) -> None:
    """Write events to the streams of their offices."""
    for event in events:
        stream = office_stream(event.office)
        version = max((r.version for r in writing.stream(stream)), default=0)
        writing.append(stream, version, [Draft(event=event)])
