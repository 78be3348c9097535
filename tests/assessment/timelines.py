"""From a short timeline, as a case officer would write it, to rows that can be compared.

A case file holds one ``base`` timeline (format 1) and ``variants`` of it. To keep both sides of a limit in three
lines, a time may be written ``08:30`` (of the base's ``day``) or ``+1 08:30`` (of the day after), a variant ``set``s
``s2.at`` or any other key, takes steps out (``without``) and adds some (``add``). Beside the steps of the format,
``logged`` holds what a timeline file cannot say: ``acknowledged`` and ``closed``.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any

from emergency.assessment.assess import assess
from emergency.assessment.model import Assessment
from emergency.assessment.timeline import Timeline, timeline_of
from emergency.domain import events
from emergency.domain.offices import Directory, LoggingStarted, directory_of
from emergency.domain.record import Recorded
from emergency.domain.review import ReviewOpened
from emergency.domain.times import read_iso
from emergency.domain.values import StatedTime
from emergency.exchange.case_file import CaseFile
from emergency.exchange.timeline_import import Imported, imported
from emergency.projections.rows import Row, finding_row, holds, obligation_row
from emergency.rulebook import Rulebook, load

RECORDED = datetime(2026, 11, 1, tzinfo=UTC)
_CLOCK = re.compile(r"(?:([+-]\d+) )?(\d{2}:\d{2}(?::\d{2})?)")
_DEFAULTS: dict[str, Any] = {
    "format": "1",
    "case": "test-case",
    "title": "试例",
    "category": "accident",
    "kind": "coal-mine",
    "level": None,
    "place": {"name": "某县", "division": None},
    "day": "2020-03-10",
}


@cache
def rulebook() -> Rulebook:
    """The packaged rulebook."""
    return load()


@dataclass(frozen=True)
class Judged:
    """One timeline, judged."""

    timeline: Timeline
    directory: Directory
    assessment: Assessment

    @property
    def all_obligations(self) -> list[Row]:
        """Every phase of every obligation."""
        return [obligation_row(o, self.timeline, self.directory) for o in self.assessment.obligations]

    @property
    def all_findings(self) -> list[Row]:
        """Every finding, past ones too."""
        return [finding_row(f, self.timeline, self.directory) for f in self.assessment.findings]

    def obligations(self, at: str | None = None) -> dict[str, Row]:
        """Obligations by ``office>recipient``, with ``/written`` and ``@occasion`` where they are not first."""
        return {named(row): row for row in _at(self.all_obligations, at)}

    def findings(self, at: str | None = None) -> list[Row]:
        """What stands at an instant, or in the end."""
        return _at(self.all_findings, at)

    def found(self, at: str | None = None) -> list[str]:
        """The findings in words: ``unit>county late established``, ``unit concealed suspected``."""
        names = {row["id"]: named(row) for row in self.all_obligations}

        def whose(row: Row) -> str:
            tied = row["kind"] in ("late", "missed") and row["obligation"] in names
            return str(names[row["obligation"]] if tied else row["office_ref"])

        return sorted(f"{whose(row)} {row['kind']} {row['status']}" for row in self.findings(at))


def _at(rows: list[Row], at: str | None) -> list[Row]:
    if at is None:
        return [row for row in rows if row["holds_until"] is None]
    return [row for row in rows if holds(row, datetime.fromisoformat(at))]


def named(row: Row) -> str:
    """``office>recipient``, and channel and occasion where they matter."""
    channel = "" if row["channel"] == "any" else f"/{row['channel']}"
    occasion = "" if row["occasion"] == "first" else f"@{row['occasion']}"
    return f"{row['office_ref']}>{row['recipient_ref']}{channel}{occasion}"


def instant(text: Any, day: str) -> Any:  # noqa: ANN401 - whatever the file says
    """``08:30`` and ``+1 08:30`` written out; anything else as it stands."""
    if isinstance(text, Mapping):
        return {key: instant(value, day) for key, value in text.items()}
    if isinstance(text, str) and (match := _CLOCK.fullmatch(text)):
        on = date.fromisoformat(day) + timedelta(days=int(match[1] or 0))
        return f"{on}T{match[2]}+08:00"
    return text


def varied(base: Mapping[str, Any], variant: Mapping[str, Any]) -> dict[str, Any]:
    """The base with what one variant changes."""
    data = copy.deepcopy({**_DEFAULTS, **base})
    for key, value in (variant.get("set") or {}).items():
        put(data, key, copy.deepcopy(value))
    gone = set(variant.get("without") or ())
    data["steps"] = [s for s in data["steps"] if s["id"] not in gone] + copy.deepcopy(
        variant.get("add") or []
    )
    data["logged"] = [*(data.get("logged") or []), *copy.deepcopy(variant.get("logged") or [])]
    return data


def put(data: dict[str, Any], key: str, value: Any) -> None:  # noqa: ANN401 - whatever the file says
    """Set ``s2.facts.deaths``, ``offices.unit.reports_to``, ``day``…; a step is named by its id."""
    first, *rest = key.split(".")
    target: Any = next((s for s in data["steps"] if s["id"] == first), None)
    if target is None:
        target, rest = data, [first, *rest]
    for part in rest[:-1]:
        target = target.setdefault(part, {})
    if value == "(left out)":
        target.pop(rest[-1], None)
    else:
        target[rest[-1]] = value


def case_of(data: Mapping[str, Any]) -> CaseFile:
    """The timeline, times written out, checked as a file is."""
    whole = copy.deepcopy(dict(data))
    day = whole.pop("day")
    whole.pop("logged", None)
    whole.pop("logs", None)
    if "occurred_at" in whole:
        whole["occurred_at"] = instant(whole["occurred_at"], day)
    for step in whole["steps"]:
        step.setdefault("id", step["act"])
        for key in ("at", "received_at", "relay_by", "answer_by"):
            if key in step:
                step[key] = instant(step[key], day)
        for other in step.get("also") or ():
            other["at"] = instant(other["at"], day)
            other.setdefault("source", "another source")
    return CaseFile.model_validate(whole)


def recorded(
    bodies: Iterable[Any], stream: str, start: int = 1, at: datetime = RECORDED
) -> list[Recorded[Any]]:
    """Bodies as they stand in the log, one stream."""
    return [
        Recorded(
            position=start + i,
            stream=stream,
            version=i + 1,
            event_id=f"{stream}:{getattr(body, 'step', None) or i}",
            recorded_at=at,
            event=body,
        )
        for i, body in enumerate(bodies)
    ]


def _told(new: Imported, data: Mapping[str, Any]) -> list[Any]:
    """The incident's own stream."""
    logs = {f"{new.ref}/{name}" for name in data.get("logs") or ()}
    opened = new.opened.model_copy(update={"imported": False}) if logs else new.opened
    entries = [e.model_copy(update={"logged_by": e.office}) if e.office in logs else e for e in new.entries]
    return [opened, *entries, *_logged(new.ref, data)]


def _logged(ref: str, data: Mapping[str, Any]) -> list[Any]:
    found: list[Any] = []
    for item in data.get("logged") or ():
        interval = read_iso(instant(item["at"], data["day"]))
        common = {
            "office": f"{ref}/{item['office']}",
            "at": StatedTime(
                text=item["at"], earliest=interval.earliest, latest=interval.latest, basis="stated"
            ),
            "step": item.get("id", f"{item['act']}-{len(found)}"),
        }
        if item["act"] == "acknowledged":
            found.append(events.Acknowledged(of=f"incident/{ref}:{item['of']}", **common))
        else:
            found.append(events.Closed(**common))
    return found


def judged(data: Mapping[str, Any], *, more: Iterable[Any] = (), rules: Rulebook | None = None) -> Judged:
    """Judge one timeline; ``more`` are further events of its stream, such as an amendment."""
    new = imported(case_of(data))
    stream = f"incident/{new.ref}"
    history = recorded([*_told(new, data), *more], stream)
    if new.determined:
        history += recorded(
            [ReviewOpened(incident=new.ref), *new.determined], f"review/{new.ref}", len(history) + 1
        )
    offices: list[Any] = [*new.offices]
    offices += [LoggingStarted(office=f"{new.ref}/{name}") for name in data.get("logs") or ()]
    directory = directory_of(recorded(offices, "offices", at=datetime(2000, 1, 1, tzinfo=UTC)))
    return Judged(timeline_of(history), directory, assess(history, directory, rules or rulebook()))
