"""The terminal that other tests sit at: a wrong screen there would hide what is wrong here."""

from __future__ import annotations

import os
import signal
import sys

import pytest
from tests.cli.conftest import Type
from tests.cli.screen import Screen
from tests.cli.terminal import CTRL_C, CTRL_D, Terminal

PROGRAM = (
    "import os, signal, sys\n"
    "signal.signal(signal.SIGWINCH, lambda *_: print('now', *os.get_terminal_size(), flush=True))\n"
    "print('begin', *os.get_terminal_size(), os.environ.get('TZ'), os.environ.get('COLUMNS'))\n"
    "while True:\n"
    "    try: line = input('说> ')\n"
    "    except KeyboardInterrupt: print('interrupted'); continue\n"
    "    except EOFError: sys.exit(7)\n"
    "    print('heard', line)\n"
)
ECHO = (sys.executable, "-c", PROGRAM)


def _shown(text: str, columns: int = 10, rows: int = 4) -> list[str]:
    screen = Screen(columns, rows)
    for byte in text.encode():
        screen.feed(bytes([byte]))  # however it comes in pieces
    return screen.lines()


@pytest.mark.parametrize(
    ("written", "lines"),
    [
        ("ab\r\nc", ["ab", "c", "", ""]),
        ("abc\rX", ["Xbc", "", "", ""]),
        ("0123456789A", ["0123456789", "A", "", ""]),
        ("获悉报送续", ["获悉报送续", "", "", ""]),
        ("a获悉报送续", ["a获悉报送", "续", "", ""]),
        ("1\r\n2\r\n3\r\n4\r\n5", ["2", "3", "4", "5"]),
        ("abc\x1b[2DX\x1b[K", ["aX", "", "", ""]),
        ("abc\r\ndef\x1b[A\x1b[2K", ["", "def", "", ""]),
        ("abc\x1b[2J\x1b[Hx", ["x", "", "", ""]),
        ("ab\x1b[3;4Hc\x1b[1;31md\x1b[0m", ["ab", "", "   cd", ""]),
        ("one\x1b[?1049htwo\x1b[?1049l!", ["one!", "", "", ""]),
        ("one\x1b[?25l\x1b]0;title\x07\x1b(B two", ["one two", "", "", ""]),
        ("a\tb", ["a       b", "", "", ""]),
        ("abc\x1b[D\x1b[D\x1b[1Px", ["ax", "", "", ""]),
    ],
)
def test_the_screen_is_what_a_terminal_shows(written: str, lines: list[str]) -> None:
    assert _shown(written) == lines


def test_a_program_is_talked_to_resized_interrupted_and_ended() -> None:
    with Terminal(program=ECHO, columns=60, rows=10, env={"TZ": "Asia/Urumqi", "COLUMNS": None}) as at:
        at.wait_for("begin 60 10 Asia/Urumqi None")
        at.wait_for("说>")
        at.type("爆炸")
        at.wait_for("heard 爆炸")
        at.resize(40, 5)
        at.wait_for("now 40 5")
        at.keys(CTRL_C)
        at.wait_for("interrupted")
        assert at.text.splitlines()[-1] == "说>"
        at.keys(CTRL_D)
        assert at.ended() == 7
    with pytest.raises(ProcessLookupError):
        os.kill(at.pid, 0)


def test_who_hangs_up_ends_the_program() -> None:
    with Terminal(program=ECHO) as at:
        at.wait_for("说>")
        at.hang_up()
        assert at.ended() == -signal.SIGHUP


def test_what_never_comes_is_a_failure_that_shows_the_screen() -> None:
    with Terminal(program=ECHO) as at:
        at.wait_for("说>")
        with pytest.raises(pytest.fail.Exception, match=r"never said 'thunder'(?s:.*)begin 80 24"):
            at.wait_for("thunder", timeout=0.1)


def test_our_program_at_a_terminal(on_duty: Type) -> None:
    assert on_duty("use").code == 0
    with Terminal("learn", "--new", "火灾", env={"EMERGENCY_LANG": "zh"}) as at:
        at.answer(("种类", "fire"), ("地点", "陈家港镇"))
        assert at.ended() == 0
    assert "获悉" in at.said
