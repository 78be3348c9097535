"""Sits at a real terminal: types, waits for words, resizes, interrupts, hangs up, reads the screen.

with Terminal("report", "-") as at:
    at.wait_for("To whom")
    at.type("2")
    assert at.ended() == 0
assert "盐城市" in at.said
"""

from __future__ import annotations

import fcntl
import os
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Self

import pytest
from tests.cli.screen import Screen

PROGRAM = (sys.executable, "-m", "emergency_cli")
PATIENCE = 20.0
"""Seconds after which what was waited for will not come."""
CTRL_C, CTRL_D, ENTER, UP = "\x03", "\x04", "\r", "\x1b[A"
_TAKE = (
    "import fcntl, os, sys, termios\n"
    "fcntl.ioctl(0, termios.TIOCSCTTY, 0)\n"
    "os.execvp(sys.argv[1], sys.argv[1:])"
)
"""Make the terminal the session's own, so that it interrupts and hangs up as a real one does."""


class Terminal:
    """A program at a terminal of its own; leave the ``with`` and both are gone.

    Args:
        words: Those of an ``emergency`` command.
        program: What to run in place of ``python -m emergency_cli``.
        columns: How wide it is.
        rows: How high it is.
        env: Variables on top of the environment's (``LANG``, ``TZ``, ``EMERGENCY_DB`` …); None takes one away.
        cwd: Where it runs.
    """

    def __init__(
        self,
        *words: str,
        program: tuple[str, ...] = PROGRAM,
        columns: int = 80,
        rows: int = 24,
        env: Mapping[str, str | None] | None = None,
        cwd: Path | None = None,
    ) -> None:
        # The size is the terminal's: a variable of that name would lie.
        wanted = {**os.environ, "TERM": "xterm", "COLUMNS": None, "LINES": None, **(env or {})}
        self.screen = Screen(columns, rows)
        self._end, inner = os.openpty()
        self._size(columns, rows)
        self._run = subprocess.Popen(
            [sys.executable, "-I", "-S", "-c", _TAKE, *program, *words],
            stdin=inner,
            stdout=inner,
            stderr=inner,
            start_new_session=True,
            cwd=cwd,
            env={name: value for name, value in wanted.items() if value is not None},
        )
        os.close(inner)
        self.pid = self._run.pid
        self._open = True
        self._mark = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._run.poll() is None:
            self._run.kill()
            self._run.wait()
        self.hang_up()

    # -- what it says ----------------------------------------------------------------------------------------

    @property
    def said(self) -> str:
        """All that was written since the start, without what only moves or colours."""
        return self.screen.written

    @property
    def since(self) -> str:
        """The same, since the last key."""
        return self.screen.written[self._mark :]

    @property
    def text(self) -> str:
        """What can be seen now."""
        return self.screen.text()

    def wait_for(self, text: str, timeout: float = PATIENCE) -> None:
        """Wait until it has said this since the last key, wherever lines were broken; then until it waits, too."""
        wanted = "".join(text.split())
        self.wait_until(lambda: wanted in "".join(self.since.split()), f"never said {text!r}", timeout)
        self._settle()

    def wait_until(
        self, holds: Callable[[], bool], else_: str = "it never came to that", timeout: float = PATIENCE
    ) -> None:
        """Wait until something holds, such as ``lambda: "3" in at.text``; what it writes meanwhile is read."""
        deadline = time.monotonic() + timeout
        while not holds():
            if time.monotonic() > deadline or not (self._read() or holds()):
                pytest.fail(f"{else_}; the screen is:\n{self.text}\n(all: {self.said!r})")

    def ended(self, timeout: float = PATIENCE) -> int:
        """Wait for the end; gives the exit code, negative where a signal ended it."""
        deadline = time.monotonic() + timeout
        while self._read():
            if time.monotonic() > deadline:
                pytest.fail(f"it does not end; the screen is:\n{self.text}")
        return self._run.wait(max(deadline - time.monotonic(), 1))

    # -- what is done to it ----------------------------------------------------------------------------------

    def keys(self, keys: str) -> None:
        """Press keys, as they are: ``keys(CTRL_C)``."""
        self._mark = len(self.screen.written)
        os.write(self._end, keys.encode())

    def type(self, line: str = "") -> None:
        """Type a line, and Enter."""
        self.keys(line + ENTER)

    def answer(self, *pairs: tuple[str, str]) -> None:
        """Wait for each question, and type what belongs to it."""
        for question, line in pairs:
            self.wait_for(question)
            self.type(line)

    def resize(self, columns: int, rows: int) -> None:
        """Pull the window to another size; the program is told as by any terminal (SIGWINCH)."""
        self._mark = len(self.screen.written)
        self.screen.resize(columns, rows)
        self._size(columns, rows)  # the terminal itself sends the signal

    def hang_up(self) -> None:
        """Close the window while the program runs (SIGHUP)."""
        if self._open:
            self._open = False
            os.close(self._end)

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to the program alone."""
        self._run.send_signal(number)

    # -- inside ----------------------------------------------------------------------------------------------

    def _size(self, columns: int, rows: int) -> None:
        fcntl.ioctl(self._end, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def _read(self, patience: float = 0.05) -> bool:
        """Read what there is; False once nobody is left who could write."""
        if not self._open:
            return self._run.poll() is None
        if not select.select([self._end], [], [], patience)[0]:
            return True
        try:
            data = os.read(self._end, 65536)
        except OSError:  # Linux's way to say that the other end has gone
            data = b""
        self.screen.feed(data)
        return bool(data)

    def _settle(self) -> None:
        """Wait until the program sleeps: a key that comes before it listens would be read by nobody, or too late."""
        quiet = 0
        deadline = time.monotonic() + 1
        while quiet < 3 and time.monotonic() < deadline:
            before = len(self.screen.written)
            if not self._read(0.005):
                return
            quiet = quiet + 1 if self._sleeps() and len(self.screen.written) == before else 0

    def _sleeps(self) -> bool:
        try:
            return (
                Path(f"/proc/{self.pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0]
                == "S"
            )
        except (OSError, IndexError):
            return True
