"""An old store, a newer one, and one that somebody was at: what ``emergency db`` and the others say."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from tests.cli.conftest import Type
from tests.store.hands import SqliteHands

GOLDEN = Path(__file__).parents[1] / "golden" / "store-1.sql"


@pytest.fixture
def old(env: dict[str, str], tmp_path: Path) -> Path:
    """The store in use is one of version 1."""
    del env
    file = tmp_path / "log.db"
    with closing(sqlite3.connect(file)) as raw:
        raw.executescript(GOLDEN.read_text(encoding="utf-8"))
    return file


def do(file: Path, statement: str) -> None:
    with closing(sqlite3.connect(file)) as raw, raw:
        raw.execute(statement)


def test_an_old_store_is_refused_until_it_is_upgraded(old: Path, type_in: Type) -> None:
    for words in (["list"], ["audit", "findings"], ["db", "check"], ["projections", "rebuild"]):
        refused = type_in(*words)
        assert refused.code == 3
        assert "version 1" in refused.err
        assert "emergency db upgrade" in refused.err
    status = type_in("db", "status")
    assert "store version: 1 (this program writes 3)" in status.out
    assert "lists: views through 30 (0 behind)" in status.out
    assert "2: A head and seals" in status.out
    steps = json.loads(type_in("db", "status", "--format", "json").out)["upgrade"]
    assert [(step["version"], sorted(step["what"])) for step in steps] == [
        (2, ["en", "zh"]),
        (3, ["en", "zh"]),
    ]
    held = old.read_bytes()
    tried = type_in("db", "upgrade", "--dry-run")
    assert (tried.code, "2: A head and seals" in tried.out) == (0, True)
    assert old.read_bytes() == held
    assert "日志之首与封" in type_in("db", "upgrade", "--dry-run", "--lang", "zh").out
    done = type_in("db", "upgrade")
    assert (done.code, done.err) == (0, "")
    assert "Upgraded from version 1 to 3: 30 events, none of them changed." in done.out
    assert type_in("list").code == 0
    assert "30 events checked through position 30: sound." in type_in("db", "check").out


def test_a_newer_store_is_refused_by_every_command(old: Path, type_in: Type) -> None:
    do(old, "UPDATE store_meta SET value = '4'")
    commands = [["db", "status"], ["db", "check"], ["db", "upgrade"], ["list"], ["show", "qixia"]]
    for words in commands:
        refused = type_in(*words)
        assert (refused.code, refused.out) == (3, "")
        assert "store version 4; this program knows 3" in refused.err


def test_faults_are_named_with_their_place_and_what_to_do(
    type_in: Type, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = SqliteHands(tmp_path)
    monkeypatch.setenv("EMERGENCY_DB", made.url)
    made.does(
        "UPDATE events SET body = '{}' WHERE position = 2", "DELETE FROM events WHERE position IN (4, 5)"
    )
    found = type_in("db", "check")
    assert found.code == 3
    assert "✗ The row at position 2, version 1 of incident/a, was altered." in found.out
    assert "  Compare it with a backup" in found.out
    assert "✗ What stood at position 4–5 was taken out" in found.out
    assert "This program cannot read position 1 (office/x, 迟报)" in found.out
    assert "7 events checked through position 9: 4 faults." in found.out
    answer = json.loads(type_in("db", "check", "--format", "json").out)
    assert (answer["sound"], answer["faults"], answer["undecodable_count"]) == (False, 4, 7)
    assert [(row["kind"], row["position"], row["through"], row["stream"]) for row in answer["rows"]] == [
        ("row-altered", 2, None, "incident/a"),
        ("rows-missing", 4, 5, None),
        ("version-missing", 8, None, "incident/a"),
        ("version-missing", 7, None, "office/x"),
    ]
    assert answer["undecodable"][0]["position"] == 1
    assert "位置 2（incident/a 版本 1）在写入之后被改动" in type_in("db", "check", "--lang", "zh").out
    quick = json.loads(type_in("db", "check", "--quick", "--format", "json").out)
    assert (quick["faults"], quick["undecodable"]) == (4, [])
