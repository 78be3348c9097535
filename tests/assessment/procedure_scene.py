"""A small county with its city and province, and what happened there, for the checks of procedure.

The offices are ``unit`` (an enterprise), ``town``, the departments ``fire`` and ``health`` of the county, its two
offices ``party`` and ``gov``, and above them ``city-fire``, ``city-party``, ``city-gov``, ``prov-fire``,
``prov-gov``. All of them log here, unless the record is ``imported``: then their silence says nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cache
from typing import Any

from emergency.assessment.assess import assess_timeline
from emergency.assessment.norms.checks import norms_of
from emergency.assessment.norms.model import Check
from emergency.assessment.timeline import Timeline, timeline_of
from emergency.domain.events import Closed, Entry, IncidentOpened, Learned, Reported
from emergency.domain.offices import Directory, LoggingStarted, OfficeRegistered, directory_of
from emergency.domain.times import read_iso
from emergency.domain.values import UNSTATED, Facts, Place, StatedTime
from emergency.domain.vocabulary import Basis, Category, Channel, Line, Norm, Tier
from emergency.rulebook import NormRule, Rulebook, load

from .timelines import recorded

DAY = "2026-11-23"

OFFICES: Mapping[str, tuple[Tier, Line, tuple[str, ...]]] = {
    "unit": (Tier.UNIT, Line.ENTERPRISE, ("fire",)),
    "town": (Tier.TOWNSHIP, Line.GOVERNMENT, ("gov", "party")),
    "fire": (Tier.COUNTY, Line.DEPARTMENT, ("gov", "party", "city-fire")),
    "health": (Tier.COUNTY, Line.DEPARTMENT, ("gov", "party")),
    "party": (Tier.COUNTY, Line.PARTY, ("city-party",)),
    "gov": (Tier.COUNTY, Line.GOVERNMENT, ("city-gov", "city-party")),
    "city-fire": (Tier.CITY, Line.DEPARTMENT, ("city-gov", "city-party", "prov-fire")),
    "city-party": (Tier.CITY, Line.PARTY, ()),
    "city-gov": (Tier.CITY, Line.GOVERNMENT, ("prov-gov",)),
    "prov-fire": (Tier.PROVINCE, Line.DEPARTMENT, ("prov-gov",)),
    "prov-gov": (Tier.PROVINCE, Line.GOVERNMENT, ()),
}


@cache
def rulebook() -> Rulebook:
    """The packaged rulebook."""
    return load()


def at(clock: str | None, day: str = DAY) -> StatedTime:
    """``10:00`` of the day, ``10:00~`` about it, ``10:00-10:30`` between; None = no time is stated."""
    if clock is None:
        return UNSTATED
    basis = Basis.ABOUT if clock.endswith("~") else Basis.STATED
    begins, _, ends = clock.rstrip("~").partition("-")
    first = read_iso(f"{day}T{begins}+08:00")
    last = read_iso(f"{day}T{ends}+08:00") if ends else first
    return StatedTime(text=clock, earliest=first.earliest, latest=last.latest, basis=basis)


def act(kind: type[Entry], office: str, clock: str | None, step: str | None = None, **fields: Any) -> Entry:  # noqa: ANN401 - of the event
    """Something that an office did."""
    stated = at(clock, fields.pop("day", DAY))
    return kind(office=office, at=stated, step=step or f"{office}-{kind.__name__}-{clock}", **fields)


def told(
    office: str,
    to: str | Iterable[str],
    clock: str | None,
    step: str | None = None,
    **fields: Any,  # noqa: ANN401 - of the event
) -> Entry:
    """A report, by phone unless said otherwise."""
    receivers = (to,) if isinstance(to, str) else tuple(to)
    kind = fields.pop("kind", Reported)
    channel = fields.pop("channel", Channel.PHONE)
    return act(kind, office, clock, step, to=receivers, channel=channel, **fields)


def knew(office: str, clock: str, **facts: Any) -> Entry:  # noqa: ANN401 - of facts
    """An office came to know, of some figures."""
    return act(Learned, office, clock, facts=Facts(**facts))


def closed(clock: str = "23:00") -> Entry:
    """The incident was closed."""
    return act(Closed, "gov", clock, "closed")


@dataclass(frozen=True)
class Scene:
    """Where and when it happened, and what is on record.

    Args:
        division: Where.
        entries: What happened.
        imported: Read from a file.
        complete_for: For whom that file is complete.
        rules: The rulebook; the packaged one unless given.
        offices: Offices that are not there.
    """

    division: str
    entries: tuple[Entry, ...]
    category: Category = Category.ACCIDENT
    kind: str = "chemical-explosion"
    day: str = DAY
    imported: bool = False
    complete_for: tuple[str, ...] = ()
    rules: Rulebook | None = None
    without: tuple[str, ...] = ()
    more: tuple[Any, ...] = field(default=())
    """What else happened to offices."""

    @property
    def directory(self) -> Directory:
        """The offices."""
        there = {name: one for name, one in OFFICES.items() if name not in self.without}
        events: list[Any] = [
            OfficeRegistered(
                office=name,
                name=name,
                tier=tier,
                line=line,
                reports_to=tuple(up for up in ups if up in there),
            )
            for name, (tier, line, ups) in there.items()
        ]
        events += [LoggingStarted(office=name) for name in there]
        events += self.more
        return directory_of(recorded(events, "offices", at=datetime(2000, 1, 1, tzinfo=UTC)))

    @property
    def timeline(self) -> Timeline:
        """The record."""
        opened = IncidentOpened(
            ref="test",
            title="试例",
            category=self.category,
            kind=self.kind,
            place=Place(name="某地", division=self.division),
            occurred_at=at("08:00", self.day),
            imported=self.imported,
            complete_for=self.complete_for,
        )
        return timeline_of(recorded([opened, *self.entries], "incident/test"))

    def checks(self) -> list[Check]:
        """Every phase of every check of procedure."""
        timeline = self.timeline
        rules, directory = self.rules or rulebook(), self.directory
        assessment = assess_timeline(timeline, directory, rules)
        return [c for c in norms_of(timeline, directory, rules, assessment) if c.norm is Norm.PROCEDURE]

    def rows(self, clock: str | None = None) -> dict[str, str]:
        """By ``office check`` (and ``@step``), what holds at a time of the day, or in the end."""
        moment = None if clock is None else read_iso(f"{self.day}T{clock}+08:00").latest
        return {named(c): shown(c) for c in self.checks() if holds(c, moment)}


def holds(check: Check, moment: datetime | None) -> bool:
    """Whether a row holds at a moment, or in the end."""
    if moment is None:
        return check.holds_until is None
    begun = check.holds_from is None or check.holds_from <= moment
    return begun and (check.holds_until is None or moment < check.holds_until)


def named(check: Check) -> str:
    """``fire both-offices``, with the step that it is about where it is about one."""
    step = "" if check.occasion == "incident" else f"@{check.occasion.rpartition(':')[2]}"
    return f"{check.office} {check.check}{step}"


def shown(check: Check) -> str:
    """``pass``; a failure with how sure it is."""
    return f"{check.result} {check.status}" if check.result == "fail" else check.result.value


def asking(check: str, *, confirmed: bool = True, **asks: Any) -> Rulebook:  # noqa: ANN401 - of its settings
    """The packaged rulebook with one text of a test pack in place of all that asks for checks."""
    rule = NormRule.model_validate(
        {
            "id": f"xx/norms/{check}",
            "title": {"zh": "试", "en": "test"},
            "row": "0",
            "rank": "notice",
            "check": check,
            "values": {
                "2000-01-01": {
                    "asks": asks,
                    "citation": {
                        "law": "试行办法",
                        "article": "一",
                        "promulgated": "2000-01-01",
                        "source": "a test",
                    },
                    "confirmed": confirmed,
                    "recorded_on": "2026-11-22",
                }
            },
        }
    )
    return replace(rulebook(), norms=(rule,), kept_fingerprint=None)
