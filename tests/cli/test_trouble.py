"""Neither a bug in judging nor a broken office keeps anybody from reporting, or from being told."""

from __future__ import annotations

import json
import signal
from pathlib import Path
from typing import Any, NoReturn

import pytest
from sqlalchemy import create_engine, text
from tests.cli.conftest import Type

from emergency.domain.offices import Directory
from emergency_cli.context import Settings
from emergency_cli.words import obligation_columns

NEW = ("learn", "--new", "火灾", "--kind", "chemical-plant", "--place", "镇", "死=1")


@pytest.fixture
def on_bad_day(on_duty: Type, monkeypatch: pytest.MonkeyPatch) -> Type:
    """At the desk, with an incident on record, when judging breaks."""
    assert on_duty(*NEW, "-q").code == 0
    assert on_duty("report", "-", "死=1", "-q").code == 0

    def breaks(*_: object) -> None:
        raise ZeroDivisionError("a bug")

    monkeypatch.setattr("emergency.ledger.assess_timeline", breaks)
    return on_duty


@pytest.mark.parametrize(
    "command",
    [
        NEW,
        ("report", "-", "死=2"),
        ("ack", "-", "#3"),
        ("amend", "-", "#3", "死=3", "--why", "x"),
        ("withdraw", "-", "#3", "--why", "x"),
    ],
    ids=lambda words: words[0],
)
def test_a_bug_in_judging_keeps_nobody_from_recording(on_bad_day: Type, command: tuple[str, ...]) -> None:
    ran = on_bad_day(*command)
    assert ran.code == 0, ran.err
    assert "on record: " in ran.out
    assert "cannot be judged now" in " ".join(ran.out.split())
    assert "ZeroDivisionError: a bug" in " ".join(ran.out.split())


def test_for_programs_it_is_a_key_of_the_outcome(on_bad_day: Type) -> None:
    said = json.loads(on_bad_day("report", "-", "死=2", "--format", "json").out)
    assert said["unjudged"] == "ZeroDivisionError: a bug"
    assert len(said["event_ids"]) == 1


def test_where_it_is_judged_the_key_is_null(on_duty: Type) -> None:
    assert json.loads(on_duty(*NEW, "--format", "json").out)["unjudged"] is None


def test_an_office_that_cannot_be_read_is_shown_as_broken(on_duty: Type, tmp_path: Path) -> None:
    raw = create_engine(f"sqlite:///{tmp_path / 'log.db'}")
    with raw.begin() as connection:
        for office in ("yancheng", "strange"):
            connection.execute(
                text(
                    "INSERT INTO events"
                    " (stream, version, type, schema_version, body, event_id, recorded_at, clock_back)"
                    " VALUES (:stream, 9, 'office.annexed', 1, '{}', :stream, '2026-01-01T00:00:00.000000+00:00', 0)"
                ),
                {"stream": f"office/{office}"},
            )
    raw.dispose()
    rows = {
        row["office"]: row for row in json.loads(on_duty("offices", "list", "--format", "json").out)["rows"]
    }
    assert rows["xiangshui"]["broken"] is None
    assert "office.annexed" in rows["yancheng"]["broken"]
    assert rows["yancheng"]["name"] == "盐城市人民政府"
    assert rows["strange"]["name"] is None
    listed = on_duty("offices", "list")
    assert "a change of the office strange is left out" in listed.err
    assert "cannot be read" in listed.out
    assert on_duty(*NEW).code == 0
    assert "a change of the office yancheng cannot be read and is left out" in on_duty("list").err


@pytest.mark.parametrize(
    ("governing", "shown"),
    [("timed", "2026-03-21 12:00"), ("at-once", "at once"), (None, "2026-03-21 12:00")],
)
def test_at_once_is_said_where_the_governing_rule_has_no_hours(governing: str | None, shown: str) -> None:
    noon = "2026-03-21T12:00:00+08:00"
    row: dict[str, Any] = {
        "due": {"earliest": noon, "latest": noon},
        "grounds": [{"rule": "at-once", "due": None}, {"rule": "timed", "due": {"earliest": noon}}],
        "governing": governing,
    }
    due = obligation_columns(Settings(lang="en"), Directory())[2]
    assert due.cell(row) == shown


def test_an_interrupt_that_a_library_took_for_its_own_error(
    type_in: Type, monkeypatch: pytest.MonkeyPatch
) -> None:
    def opened(_: Settings, *, create: bool) -> NoReturn:
        del create
        try:
            signal.raise_signal(signal.SIGINT)
        except KeyboardInterrupt:
            raise RuntimeError("Error building a validator") from None
        raise AssertionError

    monkeypatch.setattr(Settings, "_open", opened)
    ran = type_in("list")
    assert (ran.code, ran.err) == (130, "Nothing was recorded.\n")
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
