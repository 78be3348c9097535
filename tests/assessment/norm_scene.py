"""From a short record of events, as a case of the norms writes it, to the rows of its checks.

A case file holds one ``base`` (``day``, ``offices``, ``entries`` …) and ``variants`` of it, as `timelines` says. An
entry is an event by its own fields: ``act`` is its type without ``incident.``; a time is a clock time of the day; a
reference to another entry is written ``#r1``; ``content`` is all that a
report says, unless ``complete: false``. Where ``act`` is no report, nothing is left out and nothing is added.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from tests.assessment.timelines import instant, recorded, rulebook

from emergency.assessment.assess import assess_timeline
from emergency.assessment.model import Assessment
from emergency.assessment.norms.checks import norms_of
from emergency.assessment.timeline import Timeline, timeline_of
from emergency.domain.events import IncidentOpened
from emergency.domain.offices import Directory, LoggingStarted, OfficeRegistered, directory_of
from emergency.domain.schema import TYPES
from emergency.domain.times import read_iso
from emergency.projections.rows import Row, check_row, holds
from emergency.rulebook import Rulebook

REF = "case"
STREAM = f"incident/{REF}"
_DEFAULTS: dict[str, Any] = {
    "day": "2020-03-10",
    "category": "accident",
    "kind": "coal-mine",
    "place": {"name": "某县"},
    "logs": [],
    "entries": [],
}


@dataclass(frozen=True)
class Checked:
    """One record, judged and checked."""

    timeline: Timeline
    directory: Directory
    assessment: Assessment
    rows: tuple[Row, ...]

    def at(self, moment: str | None) -> list[Row]:
        """What stands at an instant, or in the end."""
        if moment is None:
            return [row for row in self.rows if row["holds_until"] is None]
        return [row for row in self.rows if holds(row, datetime.fromisoformat(moment))]

    def of(self, check: str, moment: str | None = None) -> dict[str, str]:
        """The rows of one check: ``office@occasion`` and what it came to, with how sure a failure is."""
        found: dict[str, str] = {}
        for row in self.at(moment):
            if row["check"] == check:
                sure = f" {row['status']}" if row["status"] != "none" else ""
                name = f"{row['office']}@{about(row)}"
                assert name not in found, f"{name} stands twice"
                found[name] = row["result"] + sure
        return found


def about(row: Row) -> str:
    """What a check is about; a duty by whom it is owed to, and its channel and occasion where they matter."""
    occasion = str(row["occasion"])
    if row["check"] != "in-time":
        return occasion
    _, _, duty = occasion.partition(">")
    to, stage, channel, of = duty.split(":", 3)
    more = "" if (stage, channel) == ("first", "any") else f":{channel}:{of}"
    return to + more


def varied(base: Mapping[str, Any], variant: Mapping[str, Any]) -> dict[str, Any]:
    """The base with what one variant changes: ``set`` of ``r1.facts.deaths`` and the like, ``without``, ``add``."""
    data = copy.deepcopy({**_DEFAULTS, **base})
    data["entries"] = [e for e in data["entries"] if e["id"] not in (variant.get("without") or ())]
    data["entries"] += copy.deepcopy(variant.get("add") or [])
    for key, value in (variant.get("set") or {}).items():
        first, *rest = key.split(".")
        target: Any = next((e for e in data["entries"] if e["id"] == first), None)
        if target is None:
            target, rest = data, [first, *rest]
        for part in rest[:-1]:
            target = target.setdefault(part, {})
        if value == "(left out)":
            target.pop(rest[-1])
        else:
            target[rest[-1]] = copy.deepcopy(value)
    return data


def checked(data: Mapping[str, Any], rules: Rulebook | None = None) -> Checked:
    """Judge and check one record."""
    day = str(data["day"])
    logs = list(data["logs"])
    opened = IncidentOpened(
        ref=REF,
        title="试例",
        category=data["category"],
        kind=data["kind"],
        place=data["place"],
        occurred_at=_stated(data["occurred_at"], day) if "occurred_at" in data else {},
        imported=not logs,
        complete_for=tuple(data.get("complete_for") or ()),
    )
    bodies = [opened, *(_event(entry, day, logs) for entry in data["entries"])]
    timeline = timeline_of(recorded(bodies, STREAM))
    offices: list[Any] = [
        OfficeRegistered(office=name, **{"name": name.upper(), **fields})
        for name, fields in data["offices"].items()
    ]
    offices += [LoggingStarted(office=name) for name in logs]
    directory = directory_of(recorded(offices, "offices", at=datetime(2000, 1, 1, tzinfo=UTC)))
    book = rules or rulebook()
    assessment = assess_timeline(timeline, directory, book)
    rows = [check_row(c, timeline, directory) for c in norms_of(timeline, directory, book, assessment)]
    return Checked(timeline, directory, assessment, tuple(rows))


def _stated(text: Any, day: str) -> dict[str, Any]:  # noqa: ANN401 - a time, or two
    if text is None:
        return {}
    ends = text if isinstance(text, list) else [text, text]
    read = [None if end is None else read_iso(instant(end, day)) for end in ends]
    return {
        "text": str(text),
        "earliest": read[0] and read[0].earliest,
        "latest": read[1] and read[1].latest,
        "basis": "stated",
    }


def _event(entry: Mapping[str, Any], day: str, logs: list[str]) -> Any:  # noqa: ANN401 - of any type
    fields = {**entry}
    cls: Any = TYPES[f"incident.{fields.pop('act')}"]
    step = fields.pop("id")
    if "content" in fields and "complete" in cls.model_fields:
        fields.setdefault("complete", True)
    at = _stated(fields.pop("at", None), day)
    if fields.pop("assumed", False):
        at["basis"] = "assumed"
    if "received_at" in fields:
        fields["received_at"] = _stated(fields["received_at"], day)
    if entry["office"] in logs:
        fields["logged_by"] = entry["office"]
    return cls.model_validate({**_resolved(fields), "step": step, "at": at})


def _resolved(value: Any) -> Any:  # noqa: ANN401 - whatever a file holds
    if isinstance(value, str) and value.startswith("#"):
        return f"{STREAM}:{value[1:]}"
    if isinstance(value, Mapping):
        return {key: _resolved(inner) for key, inner in value.items()}
    return [_resolved(inner) for inner in value] if isinstance(value, list) else value
