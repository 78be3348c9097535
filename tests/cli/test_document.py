"""Where documents go: a file is written whole or not at all, and nothing that is there is lost."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pytest
from tests.cli.conftest import Type

from emergency.documents import desk
from emergency.documents.model import Official


@pytest.fixture
def reported(on_duty: Type) -> Type:
    """An incident with one report."""
    assert on_duty("learn", "--new", "泄漏", "--kind", "fire", "--place", "陈家港", "死=1").code == 0
    assert on_duty("report", "-", "--to", "yancheng", "死=1").code == 0
    return on_duty


FIRST = ("document", "first-report", "-")


def test_the_file_is_what_is_printed(reported: Type, tmp_path: Path) -> None:
    reported(*FIRST, "--output", "a.txt")
    printed, written = reported(*FIRST).out, (tmp_path / "a.txt").read_text(encoding="utf-8")
    assert printed.splitlines()[:-2] == written.splitlines()[:-2]  # the footer names the hour
    assert os.listdir(tmp_path).count("a.txt") == 1  # noqa: PTH208 - all names


@pytest.mark.parametrize("where", ["fsync", "replace"])
def test_a_full_disk_leaves_what_was_there(
    reported: Type, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    (tmp_path / "a.txt").write_text("before", encoding="utf-8")
    names = set(tmp_path.iterdir())

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(*((os, "fsync", full) if where == "fsync" else (Path, "replace", full)))
    ran = reported(*FIRST, "--output", "a.txt", "--force")
    assert ran.code == 3
    assert "a.txt could not be written: No space left on device. Nothing was left half-written" in ran.err
    assert "wrote" not in ran.out
    assert (tmp_path / "a.txt").read_text(encoding="utf-8") == "before"
    assert set(tmp_path.iterdir()) == names


def test_what_is_no_file_is_never_written_over(reported: Type, tmp_path: Path) -> None:
    (tmp_path / "pipe").mkdir()
    ran = reported(*FIRST, "--output", "/dev/null", "--as", "text", "--force")
    assert ran.code == 3
    assert "is no file that could be written over" in ran.err
    assert not Path("/dev/null").is_file()


@pytest.mark.parametrize("form", ["docx", "pdf"])
def test_without_the_extra_it_says_how_to_install_it(
    reported: Type, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, form: str
) -> None:
    for name in ("docx", "typst", f"emergency.documents.{form}"):
        monkeypatch.setitem(sys.modules, name, None)
    ran = reported(*FIRST, "--output", f"a.{form}")
    assert ran.code == 3
    assert "emergency[documents]" in ran.err
    assert "ext" in ran.err  # that plain text works without
    assert not (tmp_path / f"a.{form}").exists()


def test_to_make_a_document_records_nothing(reported: Type, tmp_path: Path) -> None:
    before = (tmp_path / "log.db").read_bytes()
    for name in ("first-report", "follow-up", "final"):
        assert reported("document", name, "-").code == 0
    assert reported("document", "circular", "-").code == 0
    assert (tmp_path / "log.db").read_bytes() == before


def test_a_portal_asks_the_engine(reported: Type, tmp_path: Path) -> None:
    from emergency import Engine  # noqa: PLC0415 - as a portal does

    with Engine.open(f"sqlite:///{tmp_path / 'log.db'}") as engine:
        (ref,) = engine.refs()
        made = engine.documents.first_report(ref, office="xiangshui", choices=desk.Choices(drill=True))
        assert isinstance(made, Official)
        assert made.drill
        assert made.addressees == ("盐城市人民政府",)
    assert reported(*FIRST).code == 0


def test_nothing_is_said_of_who_sits_where_only_an_entry_is_named(reported: Type, tmp_path: Path) -> None:
    (tmp_path / "identity.json").unlink()
    ref = json.loads(reported("list", "--format", "json").out)["rows"][0]["incident"]
    assert reported("document", "first-report", ref, "--report", "3").code == 0
    assert reported("document", "first-report", ref).code == 2
