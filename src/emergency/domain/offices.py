"""Offices (单位) and their directory (报送网络): who reports to whom, valid in time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from emergency.domain.record import Recorded
from emergency.domain.values import Division, OfficeId, Value
from emergency.domain.vocabulary import Line, Tier


class OfficeEvent(Value):
    """What happens to an office. ``since``: the first day it holds; None = as long as anyone knows."""

    office: OfficeId
    since: date | None = None


class OfficeRegistered(OfficeEvent):
    """An office entered the directory."""

    name: str
    tier: Tier
    line: Line
    reports_to: tuple[OfficeId, ...] = ()
    division: Division | None = None
    zone: str = "Asia/Shanghai"
    ref: str | None = None
    """The id in the imported file that it came from, None for an office of this store."""


class SuperiorChanged(OfficeEvent):
    """From ``since`` on the office reports to others."""

    reports_to: tuple[OfficeId, ...]


class OfficeRenamed(OfficeEvent):
    """From ``since`` on the office has another name; its id stays."""

    name: str


class LoggingStarted(OfficeEvent):
    """The office made its first entry of its own in this store: from here on its silence counts as silence."""


@dataclass(frozen=True, slots=True)
class Office:
    """An office as the directory knows it."""

    id: str
    tier: Tier
    line: Line
    division: str | None
    zone: str
    ref: str | None
    names: tuple[tuple[date | None, str], ...]
    superiors: tuple[tuple[date | None, tuple[str, ...]], ...]
    logs_since: datetime | None
    position: int
    """Where in the log the directory last learned something about it."""

    @property
    def name(self) -> str:
        """Its newest name."""
        return self.names[-1][1]


def _on(dated: tuple[tuple[date | None, Any], ...], day: date | None) -> Any:  # noqa: ANN401 - of what it holds
    """The newest entry whose day has come; the first one where the day is earlier than all of them."""
    found = dated[0][1]
    for since, thing in dated:
        if since is None or day is None or since <= day:
            found = thing
    return found


@dataclass(frozen=True, slots=True)
class Directory:
    """The fold of all office events; what is asked of it names the day."""

    offices: dict[str, Office] = field(default_factory=dict)

    def __iter__(self) -> Iterator[Office]:
        return iter(self.offices.values())

    def __contains__(self, office: str) -> bool:
        return office in self.offices

    def __getitem__(self, office: str) -> Office:
        return self.offices[office]

    def get(self, office: str) -> Office | None:
        """The office, or None."""
        return self.offices.get(office)

    def name(self, office: str) -> str:
        """A name to show; the id where the office is not in the directory."""
        known = self.offices.get(office)
        return known.name if known else office

    def ref(self, office: str) -> str:
        """The id that the imported file uses for it; its own id for an office of this store."""
        known = self.offices.get(office)
        return known.ref if known and known.ref else office

    def superiors(self, office: str, day: date | None = None) -> tuple[str, ...]:
        """Whom it reports to directly, on that day."""
        known = self.offices.get(office)
        return _on(known.superiors, day) if known else ()

    def above(self, office: str, day: date | None = None) -> tuple[str, ...]:
        """Everyone further up, the nearest first; a loop in the directory is walked once."""
        found: list[str] = []
        queue = list(self.superiors(office, day))
        while queue:
            up = queue.pop(0)
            if up not in found and up != office:
                found.append(up)
                queue.extend(self.superiors(up, day))
        return tuple(found)


def _apply(offices: dict[str, Office], recorded: Recorded[OfficeEvent]) -> None:
    event = recorded.event
    known = offices.get(event.office)
    if isinstance(event, OfficeRegistered):
        known = Office(
            id=event.office,
            tier=event.tier,
            line=event.line,
            division=event.division,
            zone=event.zone,
            ref=event.ref,
            names=((event.since, event.name),),
            superiors=((event.since, event.reports_to),),
            logs_since=known.logs_since if known else None,
            position=recorded.position,
        )
    elif known is None:
        return
    else:
        known = replace(known, position=recorded.position)
        if isinstance(event, SuperiorChanged):
            known = replace(known, superiors=(*known.superiors, (event.since, event.reports_to)))
        elif isinstance(event, OfficeRenamed):
            known = replace(known, names=(*known.names, (event.since, event.name)))
        elif isinstance(event, LoggingStarted) and known.logs_since is None:
            known = replace(known, logs_since=recorded.recorded_at)
    offices[event.office] = known


def directory_of(events: Iterable[Recorded[OfficeEvent]], start: Directory | None = None) -> Directory:
    """The directory that a sequence of office events makes, on top of ``start``."""
    offices = dict(start.offices) if start else {}
    for recorded in events:
        _apply(offices, recorded)
    return Directory(offices)
