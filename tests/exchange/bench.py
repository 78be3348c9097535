"""A small timeline file to change a line of, and a store to read it into."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from emergency import Engine
from emergency.domain.record import Recorded

SMALL = """\
format: 1
case: mine-20200102
title: 某煤矿透水事故
category: accident
kind: coal-mine
level: III
place: {name: 某县, division: "530302"}
occurred_at: "2020-01-02T04:50+08:00"
offices:
  unit:   {name: 某煤矿, tier: unit, line: enterprise, reports_to: [county]}
  county: {name: 某县, tier: county, line: government, reports_to: [city]}
  city:   {name: 某市, tier: city, line: government, reports_to: []}
steps:
  - id: s1
    act: learned
    office: unit
    at: "2020-01-02T04:50+08:00"
    facts: {trapped: 2}
    source: phone log
  - id: s2
    act: reported
    office: unit
    to: county
    channel: phone
    at: "2020-01-02T09:50+08:00"
    facts: {trapped: 2}
  - id: s3
    act: determined
    office: city
    at: "2020-02-02"
    finding: [{office: unit, kind: late}]
"""

NEW_STEP = """\
  - id: s4
    act: followed-up
    office: unit
    to: county
    at: "2020-01-03T08:00+08:00"
"""


def edited(old: str, new: str, text: str = SMALL) -> str:
    """The text with one passage, which must be there once, replaced."""
    assert text.count(old) == 1, old
    return text.replace(old, new)


def without(step: str, text: str = SMALL) -> str:
    """The text without one step."""
    head, rest = text.split(f"  - id: {step}\n")
    later = rest.find("  - id: ")
    return head + (rest[later:] if later >= 0 else "")


def write(folder: Path, text: str | bytes, name: str = "case.yaml") -> Path:
    """A file of that content."""
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def log(engine: Engine) -> list[Recorded[Any]]:
    """Everything that is on record."""
    page = engine._log.page(0, 10_000)
    return [event for event in page if isinstance(event, Recorded)]
