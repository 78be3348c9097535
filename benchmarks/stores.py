"""Stores for measuring: made-up incidents of a wanted size, each made once and used again."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import Self
from uuid import uuid4

from tests.postgres import Server

from benchmarks.generate import generate
from benchmarks.histories import MIX, histories
from emergency.domain.events import Entry, IncidentOpened
from emergency.domain.schema import EventCodec
from emergency.domain.values import Value
from emergency.store import Log

TMPFS = Path("/dev/shm")  # noqa: S108 - a file system in memory is what is wanted
SEED = 1


@dataclass(frozen=True, slots=True)
class Said:
    """One event as it is appended."""

    stream: str
    version: int
    body: Value


class Places:
    """Where the stores are: thrown away at the end, unless a folder is named to keep them in.

    Args:
        keep: Where the made-up stores stay, to be used again.
    """

    def __init__(self, keep: Path | None = None) -> None:
        self._open = ExitStack()
        self._keep = keep
        self._servers: dict[bool, Server] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.close()

    def folder(self, *, in_memory: bool = False) -> Path:
        """A new folder, on disk or in memory."""
        where = TMPFS if in_memory and TMPFS.is_dir() else None
        return Path(
            self._open.enter_context(tempfile.TemporaryDirectory(prefix="emergency-bench-", dir=where))
        )

    def database(self, *, durable: bool = True) -> tuple[str, str]:
        """A new database of a PostgreSQL of our own: its URL, and the same as psycopg has it.

        Args:
            durable: Whether it waits for the disk at every commit, as in earnest.
        """
        if durable not in self._servers:
            self._servers[durable] = self._open.enter_context(Server(durable=durable))
        server = self._servers[durable]
        name = server.create_database()
        return server.url(name), f"host={server.folder} port={server.port} user=postgres dbname={name}"

    def made(self, events: int) -> Path:
        """A SQLite store of about so many events in made-up incidents."""
        folder = self._keep or self.folder()
        if self._keep is None:
            self._keep = folder
        folder.mkdir(parents=True, exist_ok=True)
        file = folder / f"made-{events}.db"
        if not file.exists():
            for broken_off in folder.glob(f"{file.name}.part*"):
                broken_off.unlink()
            with Log.open(f"sqlite:///{file}.part", EventCodec()) as log:
                generate(log, incidents=incidents_for(events), seed=SEED)
            Path(f"{file}.part").rename(file)
        return file


def incidents_for(events: int) -> int:
    """How many incidents come to about so many events."""
    return max(1, round(events / sum(MIX.values())))


def said(number: int) -> Iterator[Said]:
    """So many events of made-up incidents, one incident after the other, under new names each time."""

    def one_after_the_other() -> Iterator[Said]:
        for history in histories(number, SEED):
            stream = f"incident/{uuid4().hex}"
            mine = (body for body in history.bodies if isinstance(body, Entry | IncidentOpened))
            for version, body in enumerate(mine, start=1):
                yield Said(stream, version, body)

    return islice(one_after_the_other(), number)


def long_histories(number: int, length: int) -> list[Sequence[Value]]:
    """So many incidents of so many events: an opening, and entries of many others."""
    entries = (
        body
        for history in histories(number * length, SEED)
        for body in history.bodies
        if isinstance(body, Entry)
    )
    openings = (
        body
        for history in histories(number, SEED)
        for body in history.bodies
        if isinstance(body, IncidentOpened)
    )
    return [(opening, *islice(entries, length - 1)) for opening in openings]
