"""Sinks for reminders: a command that gets each reminder as JSON on its standard input."""

from __future__ import annotations

import hashlib
import json
import os
import shlex
import signal
import subprocess
from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

from emergency.commands.reminders import Delivered, Sink
from emergency.errors import UsageError
from emergency.projections.rows import Row

TIMEOUT = timedelta(seconds=30)
"""How long a command may take."""

HANDED_ON = ("PATH", "HOME", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "TMPDIR", "SYSTEMROOT")
"""What a command gets of the environment: nothing of ours, which may hold a password."""

SHOWN = 2000
"""So many characters of what a command says are kept."""


def command_sink(command: str, *, shell: bool = False, timeout: timedelta = TIMEOUT) -> Sink:
    """A sink that runs a command for each reminder: JSON on standard input, exit code 0 = delivered.

    Args:
        command: The command, as typed. Its words are split as a shell would; no shell runs unless asked.
        shell: Let ``/bin/sh`` run it.
        timeout: How long it may take; then it is ended, with all that it has started.

    Raises:
        UsageError: there is no command in it, or it cannot be split into words.
    """
    try:
        words = ["/bin/sh", "-c", command] if shell else shlex.split(command)
    except ValueError as error:
        raise UsageError(
            f"The command {command!r} cannot be split into words: {error}. Close its quotation marks.",
            zh=f"命令 {command!r} 无法拆分成单词（{error}）。请检查引号是否成对。",
        ) from None
    if not command.strip() or not words:
        raise UsageError(
            "Name the command that reminders are given to, like --exec /usr/local/bin/notify.",
            zh="请写明接收提醒的命令，如 --exec /usr/local/bin/notify。",
        )
    return Sink(sink_name(command), lambda row: _run(words, row, timeout), timeout)


def sink_name(command: str) -> str:
    """What a command is called in the log: its program, and a hash of the whole. A token in it stays out of the log."""
    first = Path((command.split() or ["?"])[0].strip("'\"")).name
    return f"exec:{first}#{hashlib.sha256(command.encode()).hexdigest()[:8]}"


def _run(words: Sequence[str], row: Row, timeout: timedelta) -> Delivered:
    environment = {name: os.environ[name] for name in HANDED_ON if name in os.environ}
    try:
        process = subprocess.Popen(  # noqa: S603 - that is what it is for
            list(words),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=environment,
            start_new_session=True,
        )
    except OSError as error:
        return Delivered(done=False, said=f"{words[0]}: {error.strerror or error}")
    text = json.dumps(row, ensure_ascii=False).encode() + b"\n"
    try:
        said, _ = process.communicate(text, timeout.total_seconds())
    except subprocess.TimeoutExpired:
        _end(process)
        return Delivered(done=False, said=f"timed out after {timeout.total_seconds():g} s", unsure=True)
    except BaseException:
        _end(process)
        raise
    output = said.decode(errors="replace").strip()[:SHOWN]
    if process.returncode == 0:
        return Delivered(done=True, said=output)
    how = (
        f"exit code {process.returncode}"
        if process.returncode > 0
        else f"ended by signal {-process.returncode}"
    )
    return Delivered(done=False, said=f"{how}: {output}" if output else how, unsure=process.returncode < 0)


def _end(process: subprocess.Popen[bytes]) -> None:
    """End a command and whatever it has started."""
    with suppress(OSError):
        os.killpg(process.pid, signal.SIGKILL)
    with suppress(subprocess.TimeoutExpired, ValueError):
        process.communicate(timeout=1)
