"""What was written stays readable: one line of every event type, in every version ever written.

A change of an event's shape adds a line in the new version and an upcaster; no line is ever edited or taken away.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from emergency.domain import schema
from emergency.domain.events import Closed
from emergency.domain.schema import NAMES, TYPES, EventCodec
from emergency.domain.values import Facts, Value
from emergency.errors import BrokenDataError, UnknownEventError

FILE = Path(__file__).with_name("events.jsonl")
CODEC = EventCodec()


@dataclass(frozen=True)
class Line:
    """One event as it was written."""

    type: str
    schema_version: int
    body: bytes

    def __str__(self) -> str:
        return f"{self.type}-{self.schema_version}"


def compact(data: object) -> bytes:
    return json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode()


def lines() -> list[Line]:
    read = [json.loads(line) for line in FILE.read_text(encoding="utf-8").splitlines()]
    return [Line(line["type"], line["schema_version"], compact(line["body"])) for line in read]


LINES = lines()
PRESENT = [line for line in LINES if line.schema_version == schema.VERSIONS.get(line.type, 1)]


def test_every_type_has_a_line_of_every_version() -> None:
    written = sorted((name, v) for name in TYPES for v in range(1, schema.VERSIONS.get(name, 1) + 1))
    assert sorted((line.type, line.schema_version) for line in LINES) == written


@pytest.mark.parametrize("line", LINES, ids=str)
def test_every_version_can_be_read(line: Line) -> None:
    event = CODEC.decode(line.type, line.schema_version, line.body)
    assert type(event) is TYPES[line.type]


@pytest.mark.parametrize("line", PRESENT, ids=str)
def test_the_present_version_is_written_byte_for_byte(line: Line) -> None:
    event = CODEC.decode(line.type, line.schema_version, line.body)
    assert CODEC.encode(event) == (line.type, line.schema_version, line.body)


@pytest.mark.parametrize("line", PRESENT, ids=str)
def test_a_line_has_every_field_and_none_at_its_default(line: Line) -> None:
    """Else a field could change its meaning and no line would tell."""
    event = CODEC.decode(line.type, line.schema_version, line.body)
    at_default = {
        name
        for name, info in type(event).model_fields.items()
        if not info.is_required() and getattr(event, name) == info.default
    } - {"zone"}
    assert json.loads(line.body).keys() == type(event).model_fields.keys()
    assert at_default == set()


def test_every_figure_and_fact_stands_in_a_line() -> None:
    told = {fact for line in LINES for fact in (json.loads(line.body).get("facts") or {})}
    assert told == Facts.model_fields.keys()


def test_a_type_name_is_short_stable_and_no_python_path() -> None:
    for name in TYPES:
        assert re.fullmatch(r"(incident|entry|review|office|person|desk)\.[a-z]+(-[a-z]+)*", name), name
        assert "emergency" not in name
    assert len(NAMES) == len(TYPES)


@pytest.mark.parametrize("event", list(TYPES.values()), ids=lambda c: c.__name__)
def test_what_is_written_names_no_module(event: type[Value]) -> None:
    line = next(line for line in PRESENT if line.type == NAMES[event])
    assert event.__module__.encode() not in line.body
    assert event.__name__.encode() not in line.body


class TestUpcasting:
    """A fake history of one type: version 2 renamed a key, version 3 made a list of it."""

    @pytest.fixture(autouse=True)
    def history(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def renamed(body: dict[str, Any]) -> dict[str, Any]:
            return {**{k: v for k, v in body.items() if k != "said_by"}, "source": body["said_by"]}

        def marked(body: dict[str, Any]) -> dict[str, Any]:
            return {**body, "source": f"{body['source']} (v2)"}

        monkeypatch.setitem(schema.VERSIONS, "incident.closed", 3)
        monkeypatch.setitem(schema.UPCASTERS, ("incident.closed", 1), renamed)
        monkeypatch.setitem(schema.UPCASTERS, ("incident.closed", 2), marked)

    def test_version_1_goes_through_both_steps(self) -> None:
        event = CODEC.decode("incident.closed", 1, b'{"office":"county","said_by":"fax"}')
        assert event == Closed(office="county", source="fax (v2)")

    def test_version_2_goes_through_the_second_only(self) -> None:
        event = CODEC.decode("incident.closed", 2, b'{"office":"county","source":"fax"}')
        assert event == Closed(office="county", source="fax (v2)")

    def test_version_3_is_read_as_it_is_and_written_anew(self) -> None:
        body = b'{"office":"county","source":"fax"}'
        event = CODEC.decode("incident.closed", 3, body)
        assert event == Closed(office="county", source="fax")
        assert CODEC.encode(event)[:2] == ("incident.closed", 3)

    def test_times_and_figures_come_through_the_chain(self) -> None:
        stamp = "2026-03-01T12:00:00Z"
        body = compact(
            {
                "office": "county",
                "said_by": "fax",
                "at": {"earliest": stamp, "latest": stamp, "basis": "about"},
                "facts": {"deaths": {"value": 3, "about": True}, "verifying": ["deaths"], "level": "II"},
            }
        )
        event = CODEC.decode("incident.closed", 1, body)
        assert isinstance(event, Closed)
        assert event.at.earliest == datetime(2026, 3, 1, 12, tzinfo=UTC)
        assert event.facts == Facts.model_validate(
            {"deaths": {"value": 3, "about": True}, "verifying": ["deaths"], "level": "II"}
        )

    def test_an_old_body_in_the_new_form_is_broken(self) -> None:
        with pytest.raises(BrokenDataError, match=r"'incident.closed', version 3(?s:.*)said_by"):
            CODEC.decode("incident.closed", 3, b'{"office":"county","said_by":"fax"}')

    def test_other_types_are_left_alone(self) -> None:
        assert CODEC.encode(TYPES["incident.learned"](office="county"))[1] == 1  # type: ignore[call-arg]


class TestUnreadable:
    """What this program does not know, or cannot read."""

    @pytest.mark.parametrize(
        ("name", "version", "known"),
        [
            ("incident.evacuated", 1, "not at all"),
            ("incident.closed", 2, "up to version 1"),
            ("incident.closed", 0, "up to version 1"),
            ("emergency.domain.events:Closed", 1, "not at all"),
        ],
    )
    def test_an_unknown_type_or_version_is_named(self, name: str, version: int, known: str) -> None:
        with pytest.raises(UnknownEventError) as error:
            CODEC.decode(name, version, b'{"office":"county"}')
        for word in (repr(name), f"version {version};", known, "upgrade"):
            assert word in str(error.value)

    @pytest.mark.parametrize(
        "body",
        [
            b"",
            b"{",
            b"[]",
            b"null",
            b'"x"',
            b"{}",
            b'{"office":"a b"}',
            b'{"office":"a","x":1}',
            b"\xff",
            b'{"office":1}',
        ],
    )
    def test_a_broken_body_is_broken_data(self, body: bytes) -> None:
        with pytest.raises(BrokenDataError, match=r"'incident.closed', version 1, cannot be read") as error:
            CODEC.decode("incident.closed", 1, body)
        assert type(error.value) is BrokenDataError
