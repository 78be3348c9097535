"""A directory of four offices, short ways to command, and what stands in the log byte for byte."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, text

from emergency import Engine, Facts, Identity, Outcome, StatedTime
from emergency.domain.events import Entry, Learned, Reported
from emergency.domain.offices import OfficeRegistered
from emergency.domain.vocabulary import Basis, Channel, Line, Tier

COUNTY, CITY = Identity(office="county", role="duty", officer="o7"), Identity(office="city", officer="o8")


def office(name: str, *reports_to: str, tier: Tier, line: Line = Line.GOVERNMENT) -> OfficeRegistered:
    return OfficeRegistered(office=name, name=name.upper(), tier=tier, line=line, reports_to=reports_to)


OFFICES = (
    office("unit", "county", tier=Tier.UNIT, line=Line.ENTERPRISE),
    office("county", "city", tier=Tier.COUNTY),
    office("city", "province", tier=Tier.CITY),
    office("province", tier=Tier.PROVINCE),
)


def url(file: Path, **options: str) -> str:
    """A store in that file."""
    query = "&".join(f"{key}={value}" for key, value in options.items())
    return f"sqlite:///{file}" + (f"?{query}" if query else "")


def begin(file: Path) -> Engine:
    """A store with the four offices."""
    engine = Engine.open(url(file))
    engine.register_offices(OFFICES)
    return engine


def open_incident(
    engine: Engine, ref: str | None = "mine-01", identity: Identity = COUNTY, command_id: str | None = None
) -> Outcome:
    return engine.open_incident(
        title="透水",
        category="accident",
        kind="coal-mine",
        place="某县",
        identity=identity,
        ref=ref,
        command_id=command_id,
    )


def at(moment: datetime, words: str | None = None) -> StatedTime:
    return StatedTime(text=words, earliest=moment, latest=moment, basis=Basis.STATED)


def learned(source: str | None = None, **figures: int) -> Learned:
    return Learned(office="county", facts=Facts.model_validate(figures), source=source)


def reported(*to: str, office: str = "county", source: str | None = None) -> Reported:
    return Reported(office=office, to=to or ("city",), channel=Channel.PHONE, source=source)


def entries(engine: Engine, ref: str, as_of: datetime | None = None) -> dict[str, Entry]:
    """The entries that count, by event id."""
    return {step.id: step.entry for step in engine.view(ref, as_of=as_of).timeline.steps}


def table(file: Path) -> list[tuple[Any, ...]]:
    """Every row of the log as it lies in the file, in the order of position."""
    raw = create_engine(f"sqlite:///{file}")
    try:
        with raw.connect() as connection:
            return [tuple(row) for row in connection.execute(text("SELECT * FROM events ORDER BY position"))]
    finally:
        raw.dispose()


def insert(file: Path, stream: str, type_name: str, body: bytes) -> None:
    """Put an event at the end of a stream by hand."""
    raw = create_engine(f"sqlite:///{file}")
    with raw.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO events (stream, version, type, schema_version, body, event_id, recorded_at, clock_back)"
                " SELECT :stream, coalesce(max(version), 0) + 1, :type, 1, :body, hex(randomblob(16)),"
                " '2020-01-01T00:00:00.000000+00:00', 0 FROM events WHERE stream = :stream"
            ),
            {"stream": stream, "type": type_name, "body": body},
        )
    raw.dispose()


TIMELINE = """\
format: 1
case: {ref}
title: {title}
category: accident
kind: coal-mine
place: {{name: x, division: null}}
occurred_at: "2020-01-02T04:50+08:00"
offices:
  unit: {{name: U, tier: unit, line: enterprise, reports_to: [county]}}
  county: {{name: C, tier: county, line: government, reports_to: [city]}}
  city: {{name: S, tier: city, line: government}}
steps:
  - {{id: s1, act: learned, office: unit, at: "2020-01-02T04:50+08:00", facts: {{deaths: {deaths}}}}}
  - {{id: s2, act: reported, office: unit, to: county, channel: phone, at: "2020-01-02T0{hour}:10+08:00"}}
{more}  - {{id: d1, act: determined, office: city, at: "2020-03-01", finding: [{{office: unit, kind: late}}]}}
"""


def timeline(
    folder: Path, ref: str, *, title: str = "T", deaths: int = 1, hour: int = 8, more: str = ""
) -> Path:
    """A small timeline file."""
    path = folder / f"{ref}.yaml"
    path.write_text(
        TIMELINE.format(ref=ref, title=title, deaths=deaths, hour=hour, more=more), encoding="utf-8"
    )
    return path
