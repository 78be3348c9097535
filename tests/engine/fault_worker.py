"""What other processes do to a store until they are told to stop, or killed.

Each deed tells the test through its pipe what it has achieved, at once: what was told before a kill must be there
after it.
"""

from __future__ import annotations

import itertools
import resource
import time
from collections.abc import Callable
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TypeVar

from emergency import Engine
from emergency.domain.record import Recorded
from emergency.errors import BusyError, RefusedError, StoreError
from emergency.store import ConflictError

from .bench import CITY, COUNTY, learned, reported, timeline

SHARED = tuple(f"shared-{n}" for n in range(4))
"""Incidents that all writers record on."""

FACES = ("opens", "records", "records", "imports")
"""What a writer's n-th command does, in turns."""

T = TypeVar("T")

TRANSIENT = (BusyError, StoreError)
"""What a caller may meet while a server is away: it gives the command again, under the same id."""


def write(talk: Connection, url: str, name: str, folder: Path, pause: float = 0) -> None:
    """One command after another, of one event and of several; says ``done ID`` after each."""
    with Engine.open(url) as engine:
        talk.send("ready")
        for n in itertools.count():
            if talk.poll(pause):
                return
            command = f"{name}-{n}"
            until_done(talk, partial(carry_out, engine, n, command, folder))
            talk.send(f"done {command}")


def carry_out(engine: Engine, n: int, command: str, folder: Path) -> None:
    """The n-th command of a writer."""
    who = (COUNTY, CITY)[n % 2]
    match FACES[n % len(FACES)]:
        case "opens":
            engine.open_incident(
                title="透水", category="accident", kind="coal-mine", place="某县", identity=who, ref=command,
                first=learned(command), command_id=command,
            )  # fmt: skip
        case "records":
            ref = SHARED[n // len(FACES) % len(SHARED)]
            entry = reported("province", office=who.office, source=command)
            engine.record(ref, entry, who, command_id=command)
        case "imports":
            engine.import_timeline(timeline(folder, command))


def until_done(talk: Connection, deed: Callable[[], T]) -> T:
    """Try until it is done, as a caller does that does not know whether it was; says ``again WHY`` before each time."""
    until = time.monotonic() + 60
    while True:
        try:
            return deed()
        except TRANSIENT as error:
            talk.send(f"again {type(error).__name__}")
            if time.monotonic() > until:
                raise
            time.sleep(0.05)


def catch_up(talk: Connection, url: str) -> None:
    """Bring the read models up to the log, again and again; says ``done POSITION``."""
    with Engine.open(url) as engine:
        talk.send("ready")
        reached = 0
        while not talk.poll(0.005):
            if (position := until_done(talk, engine.projections.catch_up)) != reached:
                reached = position
                talk.send(f"done {reached}")


def rebuild(talk: Connection, url: str) -> None:
    """Make the read models anew, again and again; says ``done POSITION``."""
    with Engine.open(url) as engine:
        talk.send("ready")
        while not talk.poll():
            talk.send(f"done {engine.rebuild()}")


def follow(talk: Connection, url: str) -> None:
    """Read the log as it grows, from where the last reading ended; says ``saw EVENT_ID`` of each event."""
    with Engine.open(url) as engine:
        talk.send("ready")
        position, last = 0, False
        while True:
            with engine._log.reading() as reading:
                page = reading.page(position, 100)
            for event in page:
                assert isinstance(event, Recorded)
                talk.send(f"saw {event.event_id}")
                position = event.position
            if last and not page:
                return
            last = last or talk.poll(0.005)


def contend(talk: Connection, url: str, name: str, targets: list[str]) -> None:
    """Record on the one incident, and take back what all the others want to take back too."""
    with Engine.open(url) as engine:
        talk.send("ready")
        talk.recv()
        for n, target in enumerate(targets):
            engine.record("mine-01", reported(source=f"{name}-{n}"), COUNTY)
            talk.send(f"done {name}-{n}")
            try:
                engine.withdraw("mine-01", target, why="记错了", identity=COUNTY)
            except (ConflictError, BusyError) as error:
                talk.send(f"failed {type(error).__name__}")
            except RefusedError:
                talk.send(f"refused {target}")
            else:
                talk.send(f"withdrawn {target}")


def fill(talk: Connection, url: str, limit: int | None, ballast: Path | None) -> None:
    """Write until the disk is full, make room, and write again; says ``full WORDS`` in between."""
    if limit is not None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
    with Engine.open(url) as engine:
        talk.send("ready")
        try:
            for n in itertools.count():
                engine.open_incident(
                    title="透水" * 2000, category="accident", kind="coal-mine", place="某县", identity=COUNTY,
                    ref=f"fill-{n}", command_id=f"fill-{n}",
                )  # fmt: skip
                talk.send(f"done fill-{n}")
        except StoreError as error:
            talk.send(f"full {error}")
        if limit is not None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        if ballast is not None:
            ballast.unlink()
        engine.record("mine-01", reported(source="after"), COUNTY, command_id="after")
        talk.send("done after")
