"""What Tab offers: commands, options and values, quickly, without ever writing; in a real bash, too."""

from __future__ import annotations

import os
import sqlite3
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.cli.conftest import Type
from tests.cli.terminal import Terminal
from tests.cli.test_help import ALL

from emergency_cli import completing
from emergency_cli.lazy import LazyGroup
from emergency_cli.main import app

TITLE = "仓库火灾, 二层: 有人被困"
NEW = ("learn", "--new", TITLE, "--kind", "fire", "--place", "镇", "-q")
Tab = Callable[..., list[str]]


@pytest.fixture
def tab(type_in: Type, monkeypatch: pytest.MonkeyPatch) -> Tab:
    """Press Tab behind a line, as bash, zsh or fish would ask; gives what is offered, with what stands beside it."""

    def press(line: str, shell: str = "bash") -> list[str]:
        monkeypatch.setenv(completing.VARIABLE, f"{shell}_complete")
        words = line.split(" ")
        monkeypatch.setenv("COMP_LINE", line)
        monkeypatch.setenv("COMP_WORDS", line)
        monkeypatch.setenv("COMP_CWORD", words[-1] if shell == "fish" else str(len(words) - 1))
        ran = type_in()
        monkeypatch.delenv(completing.VARIABLE)
        assert (ran.code, ran.err) == (0, "")
        lines = ran.out.strip("\n").splitlines()
        if shell == "zsh":
            return [f"{name}\t{beside}" for name, beside in zip(lines[1::3], lines[2::3], strict=True)]
        return [line.removeprefix("plain,") for line in lines]

    return press


OFFERED = [
    ("emergency rep", ["report", "replay"]),
    ("emergency unsent re", ["resume"]),
    ("emergency report --cat", ["--category"]),
    ("emergency report x --by p", ["phone"]),
    ("emergency report x --by=p", ["phone"]),
    ("emergency report xi", ["REF"]),
    ("emergency show ", ["REF"]),
    ("emergency audit findings xi", ["REF"]),
    ("emergency report x --to y", ["yancheng", "yc-em"]),
    ("emergency --office y", ["yancheng", "yc-em"]),
    ("emergency offices show yc", ["yc-em"]),
    ("emergency ack - ", ["3", "2"]),
    ("emergency ack xiang ", ["3", "2"]),
    ("emergency ack nowhere ", []),
    ("emergency report - dea", ["deaths=", "dead-or-missing="]),
    ("emergency report - 死亡失", []),
    ("emergency --lang zh report - 死亡失", ["死亡失踪="]),
    ("emergency report - --say mea", ["measures="]),
    ("emergency report - --verifying mea", ["measures"]),
    ("emergency rules show cn/national/coal/unit-to-m", ["cn/national/coal/unit-to-mine-safety-body"]),
    ("emergency form follow", ["follow-up"]),
    ("emergency form report xi", ["REF"]),
    ("emergency grade - II", ["II", "III"]),
    ("emergency learn --new 'a fire' --secrecy sec", ["secret"]),
    ("emergency nonsense ", []),
    ("emergency report 'xi", ["REF"]),
]


def test_what_is_offered(on_duty: Type, tab: Tab) -> None:
    ref = on_duty(*NEW).out.split()[0]
    assert on_duty("report", "-", "死=1", "-q").code == 0
    expected = {line: [ref if one == "REF" else one for one in offered] for line, offered in OFFERED}
    assert {line: tab(line) for line in expected} == expected
    # What was asked for leaves no trace on the command itself.
    assert on_duty("learn", "--new", "x", "--kind", "fire", "--place", "x", "--secrecy", "机密").code == 0


def test_titles_come_whole_where_the_shell_shows_them(on_duty: Type, tab: Tab) -> None:
    assert on_duty(*NEW).code == 0
    for shell in ("zsh", "fish"):
        (offered,) = tab("emergency report xi", shell)
        assert offered.endswith(f"\t{TITLE}"), shell
        assert "yancheng\t盐城市人民政府" in tab("emergency report - --to ", shell)


@pytest.mark.parametrize("store", ["none", "a folder", "garbage", "no url"])
def test_without_a_store_nothing_is_offered_and_nothing_made(
    tab: Tab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, store: str
) -> None:
    path = tmp_path / "elsewhere" / "log.db"
    if store == "a folder":
        path.mkdir(parents=True)
    elif store == "garbage":
        path.parent.mkdir()
        path.write_text("no database\n" * 1000, encoding="utf-8")
    monkeypatch.setenv("EMERGENCY_DB", "::" if store == "no url" else f"sqlite:///{path}")
    before = sorted(tmp_path.rglob("*"))
    assert tab("emergency report xi") == []
    assert tab("emergency offices show ") == []
    assert tab("emergency ack - ") == []
    assert tab("emergency rep") == ["report", "replay"]
    assert sorted(tmp_path.rglob("*")) == before


def test_nothing_is_left_beside_the_store(on_duty: Type, tab: Tab, tmp_path: Path) -> None:
    assert on_duty(*NEW).code == 0
    before = {path.name: path.read_bytes() for path in tmp_path.glob("log.db*")}
    assert tab("emergency report ")
    assert {path.name: path.read_bytes() for path in tmp_path.glob("log.db*")} == before


def test_of_thousands_the_newest_are_offered(on_duty: Type, tab: Tab, tmp_path: Path) -> None:
    assert on_duty(*NEW).code == 0
    with sqlite3.connect(tmp_path / "log.db") as raw:
        raw.executemany(
            "INSERT INTO events (stream, version, type, schema_version, body, event_id, recorded_at, clock_back)"
            " VALUES (?, 1, 'incident.opened', 1, '{\"title\": \"t\"}', ?, '2026-01-01T00:00:00.000000+00:00', 0)",
            [(f"incident/many-{number:04}", f"many-{number}") for number in range(3000)],
        )
    raw.close()
    offered = tab("emergency report ")
    assert len(offered) == completing.MOST
    assert offered[0] == "many-2999"
    assert tab("emergency report many-000")[:2] == ["many-0000", "many-0001"]


def test_whatever_is_an_incident_or_office_by_its_help_is_offered() -> None:
    missed = [
        (path, param.name)
        for path, command in ALL.items()
        for param in command.params
        if any(word in str(param.metavar) for word in ("INCIDENT", "OFFICE", "FIGURE=", "ENTRY"))
        if completing.values_of(path[-1], param.name or "", str(param.metavar)) is None
    ]
    assert missed == []


def test_no_command_is_loaded_to_be_named() -> None:
    assert isinstance(app, LazyGroup)
    found = app.shell_complete(app.make_context("emergency", [], resilient_parsing=True), "remi")
    assert [(one.value, bool(one.help)) for one in found] == [("remind", True)]


def test_in_a_real_bash(on_duty: Type, tmp_path: Path) -> None:
    assert on_duty(*NEW).code == 0
    command = tmp_path / "emergency"
    command.write_text(f'#!/bin/sh\nexec {sys.executable} -m emergency_cli "$@"\n', encoding="utf-8")
    command.chmod(0o755)
    env = {
        "PATH": f"{tmp_path}:{os.environ['PATH']}",
        "PS1": "> ",
        "LC_ALL": "C.UTF-8",
        "EMERGENCY_LANG": "zh",
    }
    with Terminal(program=("bash", "--norc", "--noprofile", "-i"), env=env) as at:
        at.wait_for("> ")
        at.type('eval "$(emergency completion bash)"; echo rea""dy')
        at.wait_for("ready")
        at.keys("emergency report xi\t")
        at.wait_for("xiangshui-20")
        at.keys(" --by=ph\t")
        at.wait_for("--by=phone ")
        at.keys(" 死亡失\t")
        at.wait_for("死亡失踪=")
