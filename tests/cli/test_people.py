"""Protecting an informant at the keyboard: what is printed, what is refused, and where the name must never be."""

from __future__ import annotations

import json
import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner
from tests.cli.conftest import Ran, Type

from emergency_cli.main import app

NAME, PHONE = "欧阳某甲", "13812345678"
SUBJECT = re.compile(r"p-[a-z2-7]{10}")


def type_line(line: str, *words: str) -> Ran:
    """Type a command, with a line for it to read."""
    result = CliRunner().invoke(app, list(words), input=line, prog_name="emergency", catch_exceptions=False)
    return Ran(result.exit_code, result.stdout, result.stderr)


@pytest.fixture
def desk(on_duty: Type, monkeypatch: pytest.MonkeyPatch) -> Type:
    """At the desk of a county, with a key and an incident."""
    assert on_duty("people", "key", "new", "people.key").code == 0
    monkeypatch.setenv("EMERGENCY_KEY", "people.key")
    assert on_duty("learn", "--new", "矿难", "--kind", "coal-mine", "--place", "某县", "死=1").code == 0
    return on_duty


def subject_in(ran: Ran) -> str:
    found = SUBJECT.search(ran.out) or SUBJECT.search(ran.err)
    assert found, ran
    return found[0]


def informed(desk: Type) -> str:
    """A clue of somebody whose name was typed where no history keeps it."""
    del desk
    ran = type_line(f"{NAME}, {PHONE}\n", "clue", "-", "失联=3", "--informant", "-")
    assert ran.code == 0, ran
    return subject_in(ran)


def test_a_name_is_sealed_with_the_clue_and_opened_on_the_record(desk: Type) -> None:
    subject = informed(desk)
    assert NAME not in desk("people", "list").out
    assert "sealed (key " in desk("people", "show", subject).out
    opened = desk("people", "open", subject, "--why", "to ask back")
    assert (opened.code, opened.out) == (0, f"name: {NAME}\nphone: {PHONE}\n")
    shown = desk("people", "show", subject).out
    assert "opened  xiangshui X17  to ask back" in shown
    again = desk("clue", "-", "失联=4", "--informant", subject)
    assert f"informant {subject}: sealed" in again.out
    assert len(json.loads(desk("people", "list", "--format", "json").out)["people"]) == 1


def test_the_name_is_in_no_view_no_table_and_no_file(desk: Type, tmp_path: Path) -> None:
    subject = informed(desk)
    ref = desk("clue", "-", "--informant", subject, "-q").out.split()[0]
    commands = [
        ["show", ref],
        ["show", ref, "--lang", "zh"],
        ["show", ref, "--format", "json"],
        ["replay", ref],
        ["replay", ref, "--known-to", "xiangshui", "--format", "json"],
        ["replay", ref, "--happened-by", "now"],
        ["list"],
        ["list", "--format", "json"],
        ["list", "--format", "csv"],
        ["why", ref],
        ["why", ref, "--format", "json"],
        ["audit", "obligations", "--format", "json"],
        ["audit", "obligations", ref, "--format", "csv"],
        ["audit", "findings", "--format", "json"],
        ["audit", "findings", ref],
    ]
    for words in commands:
        ran = desk(*words)
        assert ran.code in (0, 1), (words, ran)
        for word in (NAME, PHONE, subject):
            assert word not in ran.out + ran.err, words
    people = [["people", "list"], ["people", "list", "--format", "json"], ["people", "show", subject]]
    for words in [
        *people,
        ["people", "show", subject, "--format", "json"],
        ["db", "check"],
        ["db", "status"],
    ]:
        ran = desk(*words)
        assert ran.code == 0
        assert NAME not in ran.out
        assert PHONE not in ran.out
    for path in tmp_path.iterdir():
        content = path.read_bytes()
        for word in (NAME, PHONE):
            assert word.encode() not in content, path
            assert json.dumps(word).strip('"').encode() not in content, path


def test_that_there_is_one_is_shown(desk: Type) -> None:
    informed(desk)
    assert "informant protected" in desk("show", "-").out
    assert "举报人受保护" in desk("replay", "-", "--lang", "zh").out
    entries = json.loads(desk("show", "-", "--format", "json").out)["entries"]
    assert [entry["informant"] for entry in entries] == [None, "protected"]


def test_another_key_is_refused_and_logged(desk: Type) -> None:
    subject = informed(desk)
    assert desk("people", "key", "new", "other.key").code == 0
    refused = desk("people", "open", subject, "--why", "curious", "--key", "other.key")
    assert (refused.code, refused.out) == (3, "")
    assert "did not seal this name" in refused.err
    assert NAME not in refused.err
    assert "refused  xiangshui X17  wrong-key" in desk("people", "show", subject).out
    assert "密钥不符" in desk("people", "show", subject, "--lang", "zh").out
    assert desk("people", "open", subject, "--why", "w", "--key", "none.key").code == 3
    assert len(desk("people", "show", subject).out.splitlines()) == 3  # itself, protected, refused


def test_an_erased_name_is_gone_and_the_store_is_sound(desk: Type, tmp_path: Path) -> None:
    ran = desk("clue", "-", "--informant-name", NAME, "--unsealed", "--key", "none.key")
    assert ran.code == 0
    assert "none.key cannot be read" in ran.err
    subject = subject_in(ran)
    assert "not sealed" in ran.out
    assert NAME.encode() in b"".join(path.read_bytes() for path in tmp_path.glob("log.db*"))
    erased = desk("people", "erase", subject, "--why", "asked for")
    assert (erased.code, erased.out, erased.err) == (0, f"{subject}: erased.\n", "")
    assert NAME.encode() not in b"".join(path.read_bytes() for path in tmp_path.glob("log.db*"))
    assert desk("db", "check").code == 0
    assert "was erased before" in desk("people", "erase", subject, "--why", "w").out
    refused = desk("people", "open", subject, "--why", "w")
    assert (refused.code, refused.out) == (3, "")
    assert "gone for good" in refused.err


def test_an_erasure_that_somebody_hinders_says_what_to_do(desk: Type, tmp_path: Path) -> None:
    subject = informed(desk)
    with closing(sqlite3.connect(tmp_path / "log.db", isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT * FROM contacts").fetchall()
        erased = desk(
            "--db", f"sqlite:///{tmp_path / 'log.db'}?timeout=0.1", "people", "erase", subject, "--why", "w"
        )
    assert erased.code == 0
    assert f"once more: emergency people erase {subject}" in erased.err


def test_for_want_of_a_key_the_clue_is_recorded_all_the_same(
    desk: Type, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("EMERGENCY_KEY")
    ran = desk("clue", "-", "失联=3", "--informant-name", NAME, "--format", "json")
    assert ran.code == 0
    assert json.loads(ran.out)["event_ids"]
    assert "The clue is on record; for want of a key the name was not kept." in ran.err
    subject = subject_in(ran)
    assert "no name kept" in desk("people", "list").out
    assert desk("people", "add", "-", "--name", NAME).code == 2
    assert desk("people", "name", subject, "--name", NAME).code == 2
    named = type_line(f"{NAME}\n", "people", "name", subject, "--key", "people.key")
    assert (named.code, "sealed (key " in named.out) == (0, True)
    assert desk("people", "open", subject, "--why", "w", "--key", "people.key").out == f"name: {NAME}\n"


def test_slips_are_told_before_anything_is_recorded(desk: Type) -> None:
    before = desk("show", "-").out
    for code, words in (
        (3, ["--informant", "p-aaaaaaaaaa"]),
        (3, ["--informant", NAME]),
        (2, ["--informant", "-"]),
        (2, ["--informant", "-", "--informant-name", NAME]),
        (2, ["--informant", "p-aaaaaaaaaa", "--informant-name", NAME]),
    ):
        assert desk("clue", "-", "失联=3", *words).code == code, words
    assert desk("show", "-").out == before
    assert "Nobody is under protection." in desk("people", "list").out


def test_a_key_is_changed_and_the_former_opens_nothing(desk: Type) -> None:
    subject = informed(desk)
    assert desk("people", "key", "new", "new.key").code == 0
    left = desk("people", "reseal", "--key", "new.key")
    assert (left.code, f"{subject}: wrong-key" in left.err) == (3, True)
    done = desk("people", "reseal", "--key", "new.key", "--old-key", "people.key")
    assert (done.code, done.err) == (0, "")
    assert desk("people", "open", subject, "--why", "w").code == 3
    assert NAME in desk("people", "open", subject, "--why", "w", "--key", "new.key").out
    assert desk("people", "reseal", "--key", "new.key").out.endswith(": 0.\n")


def test_a_key_file_that_others_may_read_is_told(desk: Type, tmp_path: Path) -> None:
    (tmp_path / "people.key").chmod(0o644)
    ran = desk("people", "add", "-", "--kind", "victim", "--name", NAME)
    assert (ran.code, "chmod 600 people.key" in ran.err) == (0, True)
    assert desk("people", "key", "new", "people.key").code == 3
