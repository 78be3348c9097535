"""Small incidents in a store, the rows of the read models as they lie there, and ways to break an event."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, select, text

from emergency import Engine, Identity
from emergency.domain.offices import OfficeRegistered
from emergency.domain.vocabulary import Line, Tier
from emergency.store import Draft, Log

ME = Identity(office="county")
FAR = datetime(2100, 1, 1, tzinfo=UTC)

TIMELINE = """\
format: 1
case: {ref}
title: {title}
category: accident
kind: coal-mine
place: {{name: x, division: null}}
occurred_at: "2020-01-02T04:50+08:00"
record: {{complete_for: [unit, county]}}
offices:
  unit: {{name: U, tier: unit, line: enterprise, reports_to: [county]}}
  county: {{name: C, tier: county, line: government, reports_to: [city]}}
  city: {{name: S, tier: city, line: government}}
steps:
  - {{id: s1, act: learned, office: unit, at: "2020-01-02T04:50+08:00", facts: {{deaths: {deaths}}}}}
  - {{id: s2, act: reported, office: unit, to: county, channel: phone, at: "2020-01-02T{hour:02d}:10+08:00"}}
  - {{id: s3, act: verified, office: city, at: "2020-01-05", facts: {{deaths: {deaths}}}}}
{determined}"""
DETERMINED = """\
  - id: d1
    act: determined
    office: city
    at: "2020-03-01"
    finding: [{{office: {who}, kind: {kind}}}]
"""


def timeline(
    folder: Path,
    ref: str,
    *,
    title: str = "T",
    deaths: int = 1,
    hour: int = 8,
    determined: str | None = "late",
    who: str = "unit",
) -> Path:
    """A small timeline file."""
    path = folder / f"{ref}.yaml"
    last = DETERMINED.format(kind=determined, who=who) if determined else ""
    content = TIMELINE.format(ref=ref, title=title, deaths=deaths, hour=hour, determined=last)
    path.write_text(content, encoding="utf-8")
    return path


def office(name: str, *reports_to: str, tier: Tier, line: Line = Line.GOVERNMENT) -> OfficeRegistered:
    return OfficeRegistered(office=name, name=name.upper(), tier=tier, line=line, reports_to=reports_to)


OFFICES = (
    office("unit", "county", tier=Tier.UNIT, line=Line.ENTERPRISE),
    office("county", "city", tier=Tier.COUNTY),
    office("city", "province", tier=Tier.CITY),
    office("province", tier=Tier.PROVINCE),
)


def open_incident(engine: Engine, ref: str) -> None:
    engine.open_incident(title="T", category="accident", kind="coal-mine", place="p", identity=ME, ref=ref)


def tables_of(engine: Engine) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of the read models as it is stored, by the table's own name."""
    with engine._log.reading() as reading:
        views = engine.projections.live(reading)
        if views is None:
            return {}
        return {
            table.name.rpartition("_")[2]: sorted(
                map(tuple, reading.connection.execute(select(table))), key=repr
            )
            for table in views.metadata.sorted_tables
        }


class Strange:
    """A codec of a program that knows one kind of event more than this one."""

    def encode(self, event: Any) -> tuple[str, int, bytes]:  # noqa: ANN401 - as the protocol has it
        """Write it under a name that nobody else knows."""
        del event
        return "incident.evacuated", 1, b"{}"

    def decode(self, type: str, schema_version: int, body: bytes) -> Any:  # noqa: A002, ANN401 - as the protocol has it
        """Nothing is read with it."""
        raise NotImplementedError


def strange(engine: Engine, stream: str) -> int:
    """Put an event at the end of a stream that this program cannot read; gives its position."""
    with Log(engine._log.engine, Strange()).writing() as writing:
        (written,) = writing.append(stream, writing.version(stream), [Draft(event=None)])
    return written.position


def forget(engine: Engine, position: int) -> None:
    """Take an event out of the log, as nobody can."""
    with engine._log.writing() as writing:
        events = writing.tables.events
        writing.connection.execute(events.delete().where(events.c.position == position))


def by_hand(file: Path, statement: str, **values: object) -> None:
    """Change the file behind the program's back."""
    raw = create_engine(f"sqlite:///{file}")
    with raw.begin() as connection:
        connection.execute(text(statement), values)
    raw.dispose()


def insert(file: Path, stream: str, type_name: str, body: bytes, schema_version: int = 1) -> int:
    """Put an event at the end of a stream by hand; gives its position."""
    raw = create_engine(f"sqlite:///{file}")
    with raw.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO events (stream, version, type, schema_version, body, event_id, recorded_at, clock_back)"
                " SELECT :stream, coalesce(max(version), 0) + 1, :type, :schema, :body, hex(randomblob(16)),"
                " '2030-01-01T00:00:00.000000+00:00', 0 FROM events WHERE stream = :stream"
            ),
            {"stream": stream, "type": type_name, "schema": schema_version, "body": body},
        )
        position = connection.execute(text("SELECT max(position) FROM events")).scalar_one()
    raw.dispose()
    return int(position)
