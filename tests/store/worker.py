"""A second process that writes to a store: ``python -m store.worker URL SABOTAGE DEED ARGUMENTS``.

It says ``ready``, waits for a line, does its deed, and prints what came of it as JSON.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from emergency.errors import BrokenDataError, BusyError, RefusedError, UnknownEventError
from emergency.store import ConflictError, Draft, Log

from . import sabotage

EVENTS_PER_IMPORT = 3000


def say(word: str) -> None:
    """Tell the test, at once."""
    sys.stdout.write(f"{word}\n")
    sys.stdout.flush()


class JsonCodec:
    """Bodies are JSON values ``{"type": …}``; a type that begins with ``future`` is not known."""

    def encode(self, event: Any) -> tuple[str, int, bytes]:  # noqa: ANN401  any JSON
        return event.get("type", "noted"), 1, json.dumps(event).encode()

    def decode(self, type: str, schema_version: int, body: bytes) -> Any:  # noqa: A002, ANN401  the port's names
        if type.startswith("future") or schema_version > 1:
            raise UnknownEventError(f"no such type as {type}")
        try:
            return json.loads(body)
        except ValueError as error:
            raise BrokenDataError("the body is not JSON") from error


def start(url: str, deed: str, *arguments: object, sabotaged: str = "") -> subprocess.Popen[str]:
    """Start a worker and wait until it is ready."""
    process = subprocess.Popen(
        [sys.executable, "-m", "store.worker", url, sabotaged, deed, *map(str, arguments)],
        cwd=Path(__file__).parents[1],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, map(os.path.abspath, sys.path)))},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def go(*processes: subprocess.Popen[str]) -> list[Any]:
    """Let workers go at the same moment and give what came of them."""
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    outcomes = [process.communicate()[0] for process in processes]
    assert [process.returncode for process in processes] == [0] * len(processes)
    return [json.loads(outcome) for outcome in outcomes]


def append_many(log: Log, stream: str, count: int) -> list[int]:
    """Append one event after another to a stream that others write to as well; retry when told to."""
    positions: list[int] = []
    while len(positions) < count:
        try:
            with log.writing() as writing:
                version = len(writing.stream(stream))
                written = writing.append(stream, version, [Draft(event={"pid": os.getpid()})])
        except (BusyError, ConflictError):
            continue
        positions.extend(event.position for event in written)
    return positions


def carry_out(log: Log, command_id: str, command_hash: str) -> list[int] | str:
    """Carry out a command that writes one event, as often as it is told to retry."""
    while True:
        try:
            with log.writing() as writing:
                version = len(writing.stream("incident/once"))
                done = writing.once(command_id, command_hash)
                version = 0 if done else version
                written = writing.append(
                    "incident/once",
                    version,
                    [Draft(event={"hash": command_hash})],
                    command_id=command_id,
                    command_hash=command_hash,
                )
        except (BusyError, ConflictError):
            continue
        except RefusedError as error:
            return type(error).__name__
        return [event.position for event in written]


def import_all(log: Log) -> None:
    """Import many events into several streams in one transaction, and say when it begins."""
    with log.writing() as writing:
        say("begun")
        base = writing.last_position()
        for batch in range(30):
            writing.append(
                f"incident/{base}-{batch}", 0, [Draft(event={"n": n}) for n in range(EVENTS_PER_IMPORT // 30)]
            )


def main() -> None:
    """Do one deed."""
    url, sabotaged, deed, *arguments = sys.argv[1:]
    with pytest.MonkeyPatch.context() as patch:
        if sabotaged:
            sabotage.BY_NAME[sabotaged](patch)
        with Log.open(url, JsonCodec()) as log:
            say("ready")
            sys.stdin.readline()
            if deed == "append":
                say(json.dumps(append_many(log, arguments[0], int(arguments[1]))))
            elif deed == "command":
                say(json.dumps(carry_out(log, *arguments)))
            elif deed == "import":
                import_all(log)
                say("done")


if __name__ == "__main__":
    main()
