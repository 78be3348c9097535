"""Offices (单位) and their directory (报送网络): who reports to whom, valid in time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import field, replace
from datetime import date, datetime, timedelta
from typing import Annotated, Any

from pydantic import Field, model_validator

from emergency.domain.fixed import fixed
from emergency.domain.record import Recorded
from emergency.domain.values import Division, OfficeId, Value
from emergency.domain.vocabulary import Line, Post, ReportingClass, Tier
from emergency.errors import WrongValueError
from emergency.words import Words


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


class PostGiven(OfficeEvent):
    """From ``since`` on an officer holds a post of the office; without an officer the post is vacant."""

    post: Post
    officer: Annotated[str, Field(min_length=1)] | None = None
    """Id of the officer, never a name."""


class ClassGiven(OfficeEvent):
    """From ``since`` on the office is of a reporting class (必报、选报、直报).

    The class changes no duty: who may tell an office further up directly still owes the level passed over its report.
    """

    reporting: ReportingClass
    directly_to: tuple[OfficeId, ...] = ()
    """Offices past its direct superior that a direct-report office may tell directly."""

    @model_validator(mode="after")
    def _only_a_direct_one_passes_over(self) -> ClassGiven:
        if self.directly_to and self.reporting is not ReportingClass.DIRECT:
            raise WrongValueError(
                f"only a direct-report office (直报) reports directly; this one is {self.reporting}",
                zh=f"只有直报单位才能直接上报；本单位是 {self.reporting}",
            )
        return self


class OfficeSucceeded(OfficeEvent):
    """From ``since`` on others are in its place (撤并、改组): it was merged, split or reorganised."""

    since: date
    by: Annotated[tuple[OfficeId, ...], Field(min_length=1)]


class OfficeDissolved(OfficeEvent):
    """From ``since`` on there is no such office, and none in its place (撤销)."""

    since: date


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
    life: tuple[tuple[date | None, tuple[str, ...] | None], ...] = ((None, None),)
    """From which day on it is there (None), or gone: to those in its place, none where it was dissolved."""
    classes: tuple[tuple[date | None, tuple[ReportingClass, tuple[str, ...]]], ...] = ()
    """Its reporting class, with those whom it may tell directly."""
    posts: tuple[tuple[Post, tuple[tuple[date | None, str | None], ...]], ...] = ()
    """Who holds its posts, each with its days; None = vacant."""

    @property
    def name(self) -> str:
        """Its newest name."""
        return self.names[-1][1]

    @property
    def founded(self) -> date | None:
        """The first day that it is known to have existed; None = as long as anyone knows."""
        return next((since for since, gone in self.life if gone is None), self.life[0][0])

    def gone(self, day: date | None = None) -> tuple[str, ...] | None:
        """None where nobody says that it is gone on that day; else those in its place, without any if dissolved."""
        taken_over: tuple[str, ...] | None = _on(self.life, day)
        return taken_over

    def exists_on(self, day: date | None = None) -> bool:
        """Whether there is such an office on that day: founded, and not gone."""
        founded = day is None or self.founded is None or self.founded <= day
        return founded and self.gone(day) is None

    @property
    def spans(self) -> tuple[tuple[date | None, date | None], ...]:
        """When it existed: each time from its first day to the first day without it; None = open."""
        found: list[tuple[date | None, date | None]] = []
        there = False
        for day, gone in self.life:
            if gone is None and not there:
                found.append((day, None))
            elif gone is not None and there:
                found[-1] = found[-1][0], day
            there = gone is None
        return tuple(found)


def _on(dated: Dated, day: date | None) -> Any:  # noqa: ANN401 - of what it holds
    """The newest entry whose day has come; the first one where the day is earlier than all of them."""
    found = dated[0][1]
    for since, thing in dated:
        if since is None or day is None or since <= day:
            found = thing
    return found


_UNSAID: Any = object()
"""Nobody has said anything of that day."""


def _said(dated: Dated, day: date | None) -> Any:  # noqa: ANN401 - of what it holds
    """The same, where what was said of a later day is nothing that is known of an earlier one."""
    early = dated and dated[0][0]
    return _UNSAID if not dated or (early and day and day < early) else _on(dated, day)


def _from(dated: Dated, since: date | None, thing: object) -> Dated:
    """The same with what holds from a day on; said twice of one day, what was recorded later holds."""
    return tuple(sorted({**dict(dated), since: thing}.items(), key=lambda one: one[0] or date.min))


def _standing(dated: Dated, since: date | None) -> Any:  # noqa: ANN401 - of what it holds
    """What held when that day began; for None, what held at first."""
    return dated[0][1] if since is None else _on(dated, since)


def updates(old: Office, new: OfficeRegistered) -> tuple[OfficeEvent, ...]:
    """The events that bring a known office up to what is said of it now; none where it is so already."""
    fixed = (old.tier, old.line, old.division, old.zone) != (new.tier, new.line, new.division, new.zone)
    came = new.since is not None and not old.exists_on(new.since)
    if fixed or came or not old.in_file:
        return (new,)
    found: list[OfficeEvent] = []
    if _standing(old.names, new.since) != new.name:
        found.append(OfficeRenamed(office=new.office, since=new.since, name=new.name))
    if _standing(old.superiors, new.since) != new.reports_to:
        found.append(SuperiorChanged(office=new.office, since=new.since, reports_to=new.reports_to))
    return tuple(found)


def holds_already(old: Office, event: OfficeEvent) -> bool:
    """Whether that is on record of the event's day: told again, it changes nothing."""
    since, day = event.since, event.since or date.min
    if isinstance(event, PostGiven):
        return bool(_said(dict(old.posts).get(event.post, ()), day) == event.officer)
    if isinstance(event, ClassGiven):
        return bool(_said(old.classes, day) == (event.reporting, event.directly_to))
    if isinstance(event, OfficeSucceeded):
        return old.gone(day) == event.by
    if isinstance(event, OfficeDissolved):
        return old.gone(day) == ()
    if isinstance(event, OfficeRenamed):
        return bool(_standing(old.names, since) == event.name)
    if isinstance(event, SuperiorChanged):
        return bool(_standing(old.superiors, since) == event.reports_to)
    return False


@fixed(slots=True)
class Directory:
    """The fold of all office events; what is asked of it names the day.

    Args:
        offices: The offices that can be read, by id.
        broken: Why an event of an office cannot be read, by the office's id; the office may be in ``offices`` as
            far as its other events go.
    """

    offices: dict[str, Office] = field(default_factory=dict)
    broken: dict[str, Words] = field(default_factory=dict)
    memo: dict[Any, Any] = field(default_factory=dict, init=False, repr=False, compare=False)
    """What pure functions of this directory have already worked out: it never changes."""
    _above: dict[tuple[str, int], tuple[str, ...]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )
    _heir_to: dict[str, tuple[str, ...]] = field(init=False, repr=False, compare=False)
    """Whom each office succeeded on any day."""
    _ended: bool = field(init=False, repr=False, compare=False)
    """Any office may be gone on some day."""
    _turns: list[date] = field(init=False, repr=False, compare=False)
    """The days from which on any office reports to others, is there or is gone."""
    _turn_on: dict[date, int] = field(default_factory=dict, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Find out when anything changes: between two such days every day is like the other."""
        turns: set[date | None] = set()
        heir_to: dict[str, tuple[str, ...]] = {}
        for office in self.offices.values():
            turns.update(since for since, _ in office.superiors)
            for since, by in office.life:
                turns.add(since)
                for heir in by or ():
                    heir_to[heir] = (*heir_to.get(heir, ()), office.id)
        object.__setattr__(self, "_turns", sorted(day for day in turns if day is not None))
        object.__setattr__(self, "_heir_to", heir_to)
        object.__setattr__(self, "_ended", any(len(office.life) > 1 for office in self.offices.values()))

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

    def name_on(self, office: str, day: date | None) -> str:
        """What it was called on that day; the id where it is not in the directory."""
        known = self.offices.get(office)
        name: str = _on(known.names, day) if known else office
        return name

    def superiors(self, office: str, day: date | None = None) -> tuple[str, ...]:
        """Whom it reports to directly, on that day.

        Where one of them was succeeded by then, those in its place; where it was dissolved without a successor, those
        it reported to itself. Without a day, those that are gone are named beside them.
        """
        listed = self.listed_superiors(office, day)
        if not self._ended:
            return listed
        return tuple(dict.fromkeys(one for up in listed for one in self._in_place_of(up, day, {office})))

    def listed_superiors(self, office: str, day: date | None = None) -> tuple[str, ...]:
        """Whom it was told to report to, on that day: whether they were still there or not."""
        known = self.offices.get(office)
        listed: tuple[str, ...] = _on(known.superiors, day) if known else ()
        return listed

    def _in_place_of(self, office: str, day: date | None, passed: set[str]) -> Iterator[str]:
        """Whoever stands where an office stood; ``passed``: those on the way there, so that a loop is walked once."""
        if office in passed:
            return
        known = self.offices.get(office)
        heirs = known.gone(day) if known else None
        if known is None or heirs is None or day is None:
            yield office
        if known is None or heirs is None:
            return
        passed = {*passed, office}
        found = [one for heir in heirs for one in self._in_place_of(heir, day, passed)]
        yield from found or [
            one for up in _on(known.superiors, day) for one in self._in_place_of(up, day, passed)
        ]

    def exists_on(self, office: str, day: date | None = None) -> bool:
        """Whether there is such an office on that day: in the directory, founded, and not gone."""
        known = self.offices.get(office)
        return known is not None and known.exists_on(day)

    def successors(self, office: str, day: date | None = None) -> tuple[str, ...]:
        """Which offices are in its place on that day; none where it is there itself, or was dissolved."""
        known = self.offices.get(office)
        return (known.gone(day) or ()) if known else ()

    def predecessors(self, office: str, day: date | None = None) -> tuple[str, ...]:
        """In whose place it is on that day, directly."""
        listed = dict.fromkeys(self._heir_to.get(office, ()))
        return tuple(old for old in listed if office in self.successors(old, day))

    def alike(self, office: str, day: date | None = None) -> tuple[str, ...]:
        """Whose letterhead means this office, for what was called for on that day.

        Those it succeeded by then, and theirs: their telephones are its own now. And those that succeed it later and
        were made for that: whoever still owes it a report then can tell nobody else.
        """
        if not self._heir_to:
            return ()
        later = [heir for heir in self.heirs(office) if day is None or not self.exists_on(heir, day)]
        return tuple(dict.fromkeys((*(one.office for one in lineage(self, office, day)), *later)))

    def heirs(self, office: str) -> list[str]:
        """Everyone who succeeded it, and them, on any day; a loop is walked once."""
        found: list[str] = []
        queue = [office]
        while queue:
            known = self.offices.get(queue.pop(0))
            for heir in (heir for _, by in (known.life if known else ()) for heir in by or ()):
                if heir not in found and heir != office:
                    found.append(heir)
                    queue.append(heir)
        return found

    def reporting_class(self, office: str, day: date | None = None) -> ReportingClass | None:
        """Its reporting class on that day (必报、选报、直报); None where nobody has said."""
        given = self._class(office, day)
        return given[0] if given else None

    def may_report_directly(self, office: str, to: str, day: date | None = None) -> bool:
        """Whether it is a direct-report office that may tell that one past its direct superior (直报).

        False says only that the directory names no such right. The level passed over is owed its report either way.
        """
        given = self._class(office, day)
        return given is not None and any(
            to in self._in_place_of(named, day, set()) or to == named for named in given[1]
        )

    def _class(self, office: str, day: date | None) -> tuple[ReportingClass, tuple[str, ...]] | None:
        known = self.offices.get(office)
        given: tuple[ReportingClass, tuple[str, ...]] = _said(known.classes, day) if known else _UNSAID
        return None if given is _UNSAID else given

    def posts(self, office: str, day: date | None = None) -> dict[Post, str | None]:
        """Who holds which post on that day, by officer's id; None = vacant, not in it = nobody has said."""
        known = self.offices.get(office)
        held = {post: _said(dated, day) for post, dated in (known.posts if known else ())}
        return {post: officer for post, officer in held.items() if officer is not _UNSAID}

    def turn(self, day: date | None) -> int:
        """A number that is the same for two days on which everybody reported to the same offices."""
        if day is None:
            # Where offices are gone, no day is like none.
            return len(self._turns) + self._ended
        if not self._turns:
            return 0
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
        """These offices, and all that stand above them or in their place on any day, past or future."""
        found: set[str] = set()
        queue = list(offices)
        while queue:
            office = queue.pop()
            if office not in found:
                found.add(office)
                known = self.offices.get(office)
                if known is not None:
                    queue.extend(up for _, ups in known.superiors for up in ups)
                    queue.extend(heir for _, by in known.life for heir in by or ())
        return frozenset(found)


@fixed(slots=True)
class Predecessor:
    """An office in whose place another is.

    Args:
        office: Its id.
        since: The first day on which the other stood in its place.
    """

    office: str
    since: date


def lineage(directory: Directory, office: str, day: date | None = None) -> tuple[Predecessor, ...]:
    """In whose place an office is on a day, and they were: the nearest first, each once, never itself.

    For statistics: what a predecessor did stays its own and goes on a line of its own, marked inherited. Of an office
    that was split, each successor has that line, so lines of predecessors are shown and never added up.
    """
    found: dict[str, Predecessor] = {}
    queue = [office]
    while queue:
        heir = queue.pop(0)
        for old in directory.predecessors(heir, day):
            if old not in found and old != office:
                found[old] = Predecessor(old, _taken_over(directory[old], heir, day))
                queue.append(old)
    return tuple(found.values())


def _taken_over(office: Office, heir: str, day: date | None) -> date:
    """Since when another has stood in the place of an office, as of a day on which it does."""
    began: date | None = None
    for since, by in office.life:
        if since is not None and (day is None or since <= day):
            began = (began or since) if heir in (by or ()) else None
    assert began is not None  # noqa: S101 - it does on that day
    return began


def days_existed(directory: Directory, office: str, first: date, last: date) -> int:
    """On how many days of a period, both ends included, there was such an office: what a rate is divided by.

    A day before it was founded, or after it was gone, is no day without a report. An office that the directory does
    not know has none.
    """
    known = directory.get(office)
    end = last + timedelta(days=1)
    lived = [
        (max(since or first, first), min(until or end, end))
        for since, until in (known.spans if known else ())
    ]
    return sum(max((until - since).days, 0) for since, until in lived)


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
            life=_living(known, event.since),
            classes=known.classes if known else (),
            posts=known.posts if known else (),
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
        elif isinstance(event, OfficeSucceeded | OfficeDissolved):
            by = event.by if isinstance(event, OfficeSucceeded) else ()
            known = replace(known, life=_from(known.life, event.since, by))
        elif isinstance(event, ClassGiven):
            given = event.reporting, event.directly_to
            known = replace(known, classes=_from(known.classes, event.since, given))
        elif isinstance(event, PostGiven):
            posts = dict(known.posts)
            posts[event.post] = _from(posts.get(event.post, ()), event.since, event.officer)
            known = replace(known, posts=tuple((post, posts[post]) for post in Post if post in posts))
    offices[event.office] = known


def _living(known: Office | None, since: date | None) -> Dated:
    """When it is there, registered as of a day; without a day, a new registration says nothing of it."""
    if known is None:
        return ((since, None),)
    return known.life if since is None else _from(known.life, since, None)


def directory_of(
    events: Iterable[Recorded[OfficeEvent]],
    start: Directory | None = None,
    broken: Mapping[str, Words] | None = None,
) -> Directory:
    """The directory that a sequence of office events makes, on top of ``start``.

    ``broken``: why other events cannot be read, by office.
    """
    offices = dict(start.offices) if start else {}
    for recorded in events:
        _apply(offices, recorded)
    return Directory(offices, {**(start.broken if start else {}), **(broken or {})})
