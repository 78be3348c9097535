"""What only a real process shows: locales, pipes, interrupts, prompts, two at once."""

from __future__ import annotations

import json
import os
import pty
import select
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import pytest
from tests.cli.conftest import Type

PROGRAM = [sys.executable, "-m", "emergency_cli"]
NEW = ["learn", "--new", "火灾", "--kind", "fire", "--place", "镇"]


def _run(*words: str, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [*PROGRAM, *words], capture_output=True, check=False, env={**os.environ, **(env or {})}
    )


def _talk(words: Sequence[str], answers: Sequence[tuple[str, bytes]]) -> tuple[str, int]:
    """Sit at a terminal of 80 columns: wait for each text, then type; gives the screen and the exit code."""
    pid, screen = pty.fork()
    if pid == 0:
        os.environ["TERM"] = "xterm"
        os.execv(PROGRAM[0], [*PROGRAM, *words])  # noqa: S606 - our own program
    seen, waiting, deadline = b"", list(answers), time.monotonic() + 20
    while time.monotonic() < deadline:
        if waiting and waiting[0][0].encode() in seen:
            time.sleep(0.2)  # nobody types faster; an interrupt before the first read would wait for a key
            os.write(screen, waiting.pop(0)[1])
        if not select.select([screen], [], [], 0.05)[0]:
            continue
        try:
            more = os.read(screen, 65536)
        except OSError:  # the other end has gone
            break
        if not more:
            break
        seen += more
    os.close(screen)
    _, status = os.waitpid(pid, 0)
    assert not waiting, f"never asked {waiting[0][0]!r}: {seen.decode()}"
    return seen.decode(), os.waitstatus_to_exitcode(status)


def test_a_choice_of_superiors_is_asked_for_on_a_terminal(on_duty: Type) -> None:
    assert on_duty(*NEW).code == 0
    screen, code = _talk(["--office", "xs-em", "report", "-"], [("To whom", b"2\n")])
    assert code == 0
    assert "2 盐城市应急管理局 (yc-em)" in screen
    assert "→ 盐城市应急管理局" in screen


def test_missing_words_are_asked_for_on_a_terminal(on_duty: Type) -> None:
    assert on_duty("use").code == 0
    screen, code = _talk(["learn", "--new", "火灾"], [("Kind", b"fire\n"), ("Place", "镇\n".encode())])
    assert code == 0
    assert "learned" in screen
    screen, code = _talk(["withdraw", "-", "2"], [("Why", b"typed by mistake\n")])
    assert code == 0
    assert "withdraws #2" in screen


def test_the_same_entry_again_is_asked_about_on_a_terminal(on_duty: Type) -> None:
    assert on_duty(*NEW).code == 0
    assert on_duty("report", "-", "死=1").code == 0
    screen, code = _talk(["report", "-", "死=1"], [("record again?", b"n\n")])
    assert code == 3
    assert "as #3" in screen
    assert "Nothing was recorded." in screen
    screen, code = _talk(["report", "-", "死=1"], [("record again?", b"y\n")])
    assert code == 0
    assert "repeats #3" in screen


@pytest.mark.parametrize("key", [b"\x03", b"\x04"], ids=["ctrl-c", "ctrl-d"])
def test_an_interrupt_records_nothing(on_duty: Type, key: bytes) -> None:
    screen, code = _talk(["learn", "--new", "火灾"], [("Kind", key)])
    assert code == 130
    assert "Nothing was recorded." in screen
    assert "Traceback" not in screen
    assert "No incidents yet" in on_duty("list").out


def test_an_interrupted_import_says_how_far_it_came(tmp_path: Path, env: dict[str, str]) -> None:
    del env
    names = [str(tmp_path / f"{number}.yaml") for number in range(400)]
    for number, name in enumerate(names):
        Path(name).write_text(
            f"format: 1\ncase: c-{number}\ntitle: t\ncategory: accident\nkind: fire\nplace: {{name: p}}\n"
            "offices: {u: {name: u, tier: unit, line: enterprise}}\nsteps: [{id: s1, act: learned, office: u}]\n",
            encoding="utf-8",
        )
    with subprocess.Popen(
        [*PROGRAM, "timeline", "import", *names], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as run:
        log = tmp_path / "log.db"
        while not log.exists():
            time.sleep(0.01)
        time.sleep(0.4)
        run.send_signal(signal.SIGINT)
        _, err = run.communicate(timeout=20)
    assert run.returncode == 130
    assert b"Traceback" not in err
    assert b"files are in the store" in err or b"Nothing was recorded." in err


def test_a_closed_pipe_ends_silently(on_duty: Type) -> None:
    assert on_duty(*NEW).code == 0
    for words in (["show", "-"], ["audit", "obligations", "--format", "json"], ["rules", "list"]):
        reader, writer = os.pipe()
        os.close(reader)
        ran = subprocess.run([*PROGRAM, *words], stdout=writer, stderr=subprocess.PIPE, check=False)
        os.close(writer)
        assert ran.stderr == b"", words
        assert ran.returncode == 141


@pytest.mark.parametrize("locale", [{"LC_ALL": "C"}, {"LC_ALL": "POSIX", "PYTHONIOENCODING": "latin-1"}])
def test_output_is_utf8_whatever_the_locale(on_duty: Type, locale: dict[str, str]) -> None:
    assert on_duty(*NEW).code == 0
    ran = _run("show", "-", env=locale)
    assert ran.returncode == 0
    assert "火灾" in ran.stdout.decode("utf-8")


def test_the_language_is_the_locale_s(on_duty: Type, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("EMERGENCY_LANG")
    assert on_duty(*NEW).code == 0
    assert "获悉" in _run("show", "-", env={"LANG": "zh_CN.UTF-8"}).stdout.decode()
    assert "learned" in _run("show", "-", env={"LANG": "C"}).stdout.decode()
    assert "获悉" in _run("--lang", "zh", "show", "-", env={"LANG": "C"}).stdout.decode()


def test_no_colour_where_nobody_wants_it(on_duty: Type) -> None:
    assert on_duty(*NEW).code == 0
    screen, _ = _talk(["show", "-"], [])
    assert "\x1b[" in screen
    os.environ["NO_COLOR"] = "1"
    try:
        screen, _ = _talk(["show", "-"], [])
    finally:
        del os.environ["NO_COLOR"]
    assert "\x1b[3" not in screen
    assert b"\x1b" not in _run("show", "-").stdout


def test_two_processes_enter_at_once_and_neither_is_lost(on_duty: Type) -> None:
    assert on_duty(*NEW).code == 0
    runs = [
        subprocess.Popen(
            [*PROGRAM, "report", "-", "--quiet", f"死={n}"], stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        for n in range(4)
    ]
    ended = [(*run.communicate(timeout=60), run.returncode) for run in runs]
    assert [code for *_, code in ended] == [0] * 4, ended
    entries = json.loads(on_duty("show", "-", "--format", "json").out)["entries"]
    assert sorted(e["facts"]["deaths"] for e in entries if e["act"] == "Reported") == [0, 1, 2, 3]
    assert [e["number"] for e in entries] == [2, 3, 4, 5, 6]


def test_without_a_store_named_it_lies_in_the_user_s_data(tmp_path: Path, env: dict[str, str]) -> None:
    del env
    home = {"EMERGENCY_DB": "", "EMERGENCY_CONFIG": "", "XDG_DATA_HOME": str(tmp_path / "data")}
    ran = _run("list", env=home)
    assert ran.returncode == 3
    assert b"There is no store at" in ran.stderr
    assert not (tmp_path / "data").exists(), "whoever only reads makes nothing, not even a folder"
    add = ("offices", "add", "js", "--name", "js", "--tier", "province", "--line", "government")
    assert _run(*add, env=home).returncode == 0
    assert (tmp_path / "data" / "emergency" / "emergency.db").exists()
    assert _run("list", env=home).returncode == 0


SELDOM = (
    "difflib",
    "emergency.assessment.why",
    "emergency.exchange.case_file",
    "emergency.rulebook.loader",
    "rich.console",
    "yaml",
)
"""What no entry needs: each costs a hundredth and more of a command that somebody waits for."""


def test_an_entry_loads_nothing_that_it_does_not_need(on_duty: Type) -> None:
    assert on_duty(*NEW).code == 0
    assert on_duty("report", "-", "死=1").code == 0  # the rules are kept by now
    code = (
        "import atexit, sys\n"
        f"atexit.register(lambda: print([n for n in {SELDOM!r} if n in sys.modules]))\n"
        "from emergency_cli.main import main\n"
        "sys.argv = ['emergency', 'report', '-', '死=2']\n"
        "main()\n"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.splitlines()[-1] == "[]"
