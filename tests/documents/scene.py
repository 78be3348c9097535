"""A short record as a view, without a store: offices, an incident, entries numbered from 2 on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from emergency.answers import View
from emergency.assessment.assess import assess_timeline
from emergency.assessment.timeline import timeline_of
from emergency.documents.model import Grid, Official
from emergency.domain.events import Entry, IncidentOpened
from emergency.domain.offices import Directory, LoggingStarted, OfficeRegistered, directory_of
from emergency.domain.record import Recorded
from emergency.domain.times import CHINA
from emergency.domain.values import Facts, StatedTime
from emergency.domain.vocabulary import Basis, Line, Tier
from emergency.rulebook import Rulebook, load

DAY = datetime(2025, 3, 11, tzinfo=CHINA)
NOW = datetime(2025, 3, 12, 9, 30, tzinfo=CHINA)
NAMES = {"unit": "某化工厂", "health": "某县卫健局", "county": "某县人民政府", "city": "某市人民政府"}
_ABOVE = {"unit": ("county",), "health": ("county",), "county": ("city",), "city": ()}
_KINDS = {
    "unit": (Tier.UNIT, Line.ENTERPRISE),
    "health": (Tier.COUNTY, Line.DEPARTMENT),
    "county": (Tier.COUNTY, Line.GOVERNMENT),
    "city": (Tier.CITY, Line.GOVERNMENT),
}


@cache
def rulebook() -> Rulebook:
    """The packaged rules."""
    return load()


def offices() -> Directory:
    """Four offices, of which the county keeps its log here."""
    named = [
        OfficeRegistered(office=o, name=NAMES[o], tier=_KINDS[o][0], line=_KINDS[o][1], reports_to=_ABOVE[o])
        for o in NAMES
    ]
    return directory_of(
        Recorded(
            position=n, stream=f"office/{e.office}", version=n, event_id=f"o{n}", recorded_at=DAY, event=e
        )
        for n, e in enumerate((*named, LoggingStarted(office="county")), 1)
    )


def clock(hour: int, minute: int = 0, **more: Any) -> StatedTime:  # noqa: ANN401 - of the stated time
    """A time of the day."""
    moment = DAY.replace(hour=hour, minute=minute)
    return StatedTime(**{"earliest": moment, "latest": moment, "basis": Basis.STATED, **more})


def entry(
    kind: type[Entry],
    office: str,
    at: StatedTime,
    facts: Mapping[str, Any] | None = None,
    **more: Any,  # noqa: ANN401 - fields of the entry
) -> Entry:
    """An entry that its office logged itself."""
    given = {
        "office": office,
        "at": at,
        "facts": Facts.model_validate(facts or {}),
        "logged_by": office,
        **more,
    }
    return kind.model_validate({key: value for key, value in given.items() if value is not None})


def view(entries: Sequence[Entry], **opened: Any) -> View:  # noqa: ANN401 - fields of the opening
    """The incident, judged. The entries have the ids ``e2``, ``e3`` …, which are their numbers too."""
    given = {
        "ref": "leak",
        "title": "化工厂氯气泄漏",
        "category": "accident",
        "kind": "chemical-plant",
        "place": {"name": "某县某镇"},
        "occurred_at": clock(13, 5),
        "logged_by": "county",
        **opened,
    }
    events: list[Any] = [IncidentOpened.model_validate(given), *entries]
    recorded = tuple(
        Recorded(
            position=n,
            stream="incident/leak",
            version=n,
            event_id=f"e{n}",
            recorded_at=DAY.astimezone(UTC) + timedelta(hours=18, minutes=n),
            event=event,
        )
        for n, event in enumerate(events, 1)
    )
    timeline, directory = timeline_of(recorded), offices()
    judged = assess_timeline(timeline, directory, rulebook())
    numbers = {r.event_id: r.version for r in recorded}
    return View(timeline, judged, directory, len(recorded), rulebook(), numbers)


def said(document: Official) -> str:
    """All that a document says, one block a line."""
    lines = [document.title]
    for block in document.body:
        if isinstance(block, Grid):
            lines += ["|".join(row) for row in (block.head, *block.rows)]
        else:
            lines.append(block.text)
    return "\n".join(lines)


__all__ = ["DAY", "NOW", "clock", "entry", "offices", "rulebook", "said", "view"]
