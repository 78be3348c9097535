"""A second process on a store: ``python -m engine.worker FILE import FOLDER``, or another deed.

The others are ``record NAME COUNT`` and ``remind OUT slow``. It says ``ready``, waits for a line, and does its deed; an
import says the name of each file when it is done, a slow sweep of reminders that it is delivering, and then takes its
time.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from emergency import Engine
from emergency.commands.reminders import Delivered, Sink

from .bench import CITY, COUNTY, reported, url


def start(file: Path, *arguments: object) -> subprocess.Popen[str]:
    """Start a worker and wait until it is ready."""
    process = subprocess.Popen(
        [sys.executable, "-m", "engine.worker", str(file), *map(str, arguments)],
        cwd=Path(__file__).parents[1],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, map(os.path.abspath, sys.path)))},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def go(process: subprocess.Popen[str]) -> None:
    """Let it begin."""
    assert process.stdin is not None
    process.stdin.write("go\n")
    process.stdin.flush()


def say(word: str) -> None:
    """Tell the test, at once."""
    sys.stdout.write(f"{word}\n")
    sys.stdout.flush()


def remind(engine: Engine, out: Path, *, slow: bool) -> None:
    """Sweep, with a file for a sink."""

    def deliver(row: dict[str, Any]) -> Delivered:
        with out.open("a", encoding="utf-8") as file:
            file.write(f"{row['key']}\n")
        if slow:
            say("delivering")
            time.sleep(60)
        return Delivered(done=True)

    list(engine.reminders.sweep(["county"], [Sink("file", deliver)]).said)


def main() -> None:
    """Do one deed."""
    file, deed, *arguments = sys.argv[1:]
    with Engine.open(url(Path(file), timeout="30")) as engine:
        say("ready")
        sys.stdin.readline()
        if deed == "import":
            for path in sorted(Path(arguments[0]).glob("*.yaml")):
                engine.import_timeline(path)
                say(path.stem)
        elif deed == "record":
            name, count = arguments
            for n in range(int(count)):
                engine.record("mine-01", reported(source=f"{name} {n}"), CITY if name == "b" else COUNTY)
        elif deed == "remind":
            out, pace = arguments
            remind(engine, Path(out), slow=pace == "slow")


if __name__ == "__main__":
    main()
