"""Offices (单位) and their directory (报送网络): who reports to whom, valid in time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import field, replace
from datetime import date, datetime
from typing import Any

from emergency.domain.fixed import fixed
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


class OfficeLeftFile(OfficeEvent):
    """The imported file that it came from no longer has it; what was recorded of it stays."""


Dated = tuple[tuple[date | None, Any], ...]
"""What held from which day on, in the order of the days; None = as long as anyone knows."""


@fixed(slots=True)
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
    in_file: bool
    """The imported file that it came from still has it."""
    position: int
    """Where in the log the directory last learned something about it."""

    @property
    def name(self) -> str:
        """Its newest name."""
        return self.names[-1][1]


def _on(dated: Dated, day: date | None) -> Any:  # noqa: ANN401 - of what it holds
    """The newest entry whose day has come; the first one where the day is earlier than all of them."""
    found = dated[0][1]
    for since, thing in dated:
        if since is None or day is None or since <= day:
            found = thing
    return found


def _from(dated: Dated, since: date | None, thing: object) -> Dated:
    """The same with what holds from a day on; said twice of one day, what was recorded later holds."""
    return tuple(sorted({**dict(dated), since: thing}.items(), key=lambda one: one[0] or date.min))


def _standing(dated: Dated, since: date | None) -> Any:  # noqa: ANN401 - of what it holds
    """What held when that day began; for None, what held at first."""
    return dated[0][1] if since is None else _on(dated, since)


def updates(old: Office, new: OfficeRegistered) -> tuple[OfficeEvent, ...]:
    """The events that bring a known office up to what is said of it now; none where it is so already."""
    fixed = (old.tier, old.line, old.division, old.zone) != (new.tier, new.line, new.division, new.zone)
    if fixed or not old.in_file:
        return (new,)
    found: list[OfficeEvent] = []
    if _standing(old.names, new.since) != new.name:
        found.append(OfficeRenamed(office=new.office, since=new.since, name=new.name))
    if _standing(old.superiors, new.since) != new.reports_to:
        found.append(SuperiorChanged(office=new.office, since=new.since, reports_to=new.reports_to))
    return tuple(found)


@fixed(slots=True)
class Directory:
    """The fold of all office events; what is asked of it names the day.

    Args:
        offices: The offices that can be read, by id.
        broken: Why an event of an office cannot be read, by the office's id; the office may be in ``offices`` as
            far as its other events go.
    """

    offices: dict[str, Office] = field(default_factory=dict)
    broken: dict[str, str] = field(default_factory=dict)
    memo: dict[Any, Any] = field(default_factory=dict, init=False, repr=False, compare=False)
    """What pure functions of this directory have already worked out: it never changes."""
    _above: dict[tuple[str, int], tuple[str, ...]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )
    _turns: list[date] = field(init=False, repr=False, compare=False)
    """The days from which on any office reports to others."""
    _turn_on: dict[date, int] = field(default_factory=dict, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Find out when anything changes: between two such days every day is like the other."""
        listed = (since for o in self.offices.values() for since, _ in o.superiors if since is not None)
        object.__setattr__(self, "_turns", sorted(set(listed)))

    def __iter__(self) -> Iterator[Office]:
        return iter(self.offices.values())

    def __contains__(self, office: str) -> bool:
        """Whether it is on record, readable or not: nobody is kept from reporting by a broken event."""
        return office in self.offices or office in self.broken

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

    def turn(self, day: date | None) -> int:
        """A number that is the same for two days on which everybody reported to the same offices."""
        if day is None or not self._turns:
            return len(self._turns)
        known = self._turn_on.get(day)
        if known is None:
            known = self._turn_on[day] = sum(since <= day for since in self._turns)
        return known

    def above(self, office: str, day: date | None = None) -> tuple[str, ...]:
        """Everyone further up, the nearest first; a loop in the directory is walked once."""
        key = office, self.turn(day)
        known = self._above.get(key)
        if known is None:
            known = self._above[key] = tuple(self._upward(office, day))
        return known

    def _upward(self, office: str, day: date | None) -> list[str]:
        found: list[str] = []
        queue = list(self.superiors(office, day))
        while queue:
            up = queue.pop(0)
            if up not in found and up != office:
                found.append(up)
                queue.extend(self.superiors(up, day))
        return found

    def reachable(self, offices: Iterable[str]) -> frozenset[str]:
        """These offices and all that stand above them on any day, past or future."""
        found: set[str] = set()
        queue = list(offices)
        while queue:
            office = queue.pop()
            if office not in found:
                found.add(office)
                known = self.offices.get(office)
                queue.extend(up for _, ups in (known.superiors if known else ()) for up in ups)
        return frozenset(found)


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
            names=_from(known.names if known else (), event.since, event.name),
            superiors=_from(known.superiors if known else (), event.since, event.reports_to),
            logs_since=known.logs_since if known else None,
            in_file=True,
            position=recorded.position,
        )
    elif known is None:
        return
    else:
        known = replace(known, position=recorded.position)
        if isinstance(event, SuperiorChanged):
            known = replace(known, superiors=_from(known.superiors, event.since, event.reports_to))
        elif isinstance(event, OfficeRenamed):
            known = replace(known, names=_from(known.names, event.since, event.name))
        elif isinstance(event, LoggingStarted) and known.logs_since is None:
            known = replace(known, logs_since=recorded.recorded_at)
        elif isinstance(event, OfficeLeftFile):
            known = replace(known, in_file=False)
    offices[event.office] = known


def directory_of(
    events: Iterable[Recorded[OfficeEvent]],
    start: Directory | None = None,
    broken: Mapping[str, str] | None = None,
) -> Directory:
    """The directory that a sequence of office events makes, on top of ``start``.

    ``broken``: why other events cannot be read, by office.
    """
    offices = dict(start.offices) if start else {}
    for recorded in events:
        _apply(offices, recorded)
    return Directory(offices, {**(start.broken if start else {}), **(broken or {})})
