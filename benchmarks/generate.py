"""Fill an empty store with made-up incidents: ``python -m benchmarks.generate --incidents N --seed S --db URL``.

The province registers first. Then the incidents come as they do in life, several at once: what an office enters at
one go is one append, and many appends are one transaction. Everything goes through the log as any other entry does;
only ``recorded_at`` is not the same from one run to the next.
"""

from __future__ import annotations

import argparse
import heapq
import time
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from uuid import UUID

from benchmarks.histories import Sitting, histories
from benchmarks.province import Province, province
from emergency.domain.events import Entry
from emergency.domain.offices import LoggingStarted
from emergency.domain.schema import EventCodec
from emergency.domain.values import Value
from emergency.errors import EmergencyError, UsageError
from emergency.store import Draft, Log

TOGETHER = 400
"""About so many events are one transaction."""


@dataclass(frozen=True, slots=True)
class Made:
    """What was made, and in how many seconds."""

    incidents: int
    events: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Append:
    """What goes to the end of one stream at one go: event ids and bodies."""

    stream: str
    entries: tuple[tuple[str, Value], ...]


def appends(incidents: int, seed: int) -> Iterator[Append]:
    """Everything that is written, in the order of the log."""
    ids = Random(f"{seed}/offices")  # noqa: S311 - made-up data
    there = province(incidents)
    for office in there.offices:
        yield Append(f"office/{office.office}", ((_id(ids), office),))
    logging: set[str] = set()
    for sitting in in_order(incidents, seed, there):
        yield Append(sitting.stream, sitting.entries)
        by = sitting.office
        if by is not None and by not in logging and _of_its_own(sitting):
            logging.add(by)
            yield Append(f"office/{by}", ((_id(ids), LoggingStarted(office=by)),))


def in_order(incidents: int, seed: int, there: Province) -> Iterator[Sitting]:
    """What was entered, incident after incident, in the order of the times; only those still running are held."""
    running: list[tuple[float, int, int, Sitting]] = []
    for number, history in enumerate(histories(incidents, seed, there)):
        began = history.began.timestamp()
        while running and running[0][0] < began:
            yield heapq.heappop(running)[-1]
        for nth, sitting in enumerate(history.sittings):
            heapq.heappush(running, (sitting.at.timestamp(), number, nth, sitting))
    while running:
        yield heapq.heappop(running)[-1]


def generate(log: Log, *, incidents: int, seed: int) -> Made:
    """Fill an empty store.

    Args:
        log: The store.
        incidents: How many.
        seed: Which ones; the same numbers make the same events in the same order.

    Raises:
        UsageError: the store is not empty.
    """
    with log.reading() as reading:
        if reading.last_position():
            raise UsageError("The store is not empty. Name a new one.")
    began = time.perf_counter()
    versions: dict[str, int] = {}
    written = 0
    waiting = appends(incidents, seed)
    more: Append | None = next(waiting)
    while more is not None:
        with log.writing() as writing:
            room = TOGETHER
            while more is not None and room > 0:
                version = versions.get(more.stream, 0)
                drafts = [Draft(event=body, event_id=event_id) for event_id, body in more.entries]
                writing.append(more.stream, version, drafts)
                versions[more.stream] = version + len(drafts)
                room -= len(drafts)
                more = next(waiting, None)
            written += TOGETHER - room
    return Made(incidents, written, time.perf_counter() - began)


def _of_its_own(sitting: Sitting) -> bool:
    return any(isinstance(body, Entry) and body.office == sitting.office for _, body in sitting.entries)


def _id(ids: Random) -> str:
    return str(UUID(int=ids.getrandbits(128), version=4))


def main() -> None:
    """Make what the command line asks for, and say what was made."""
    asked = argparse.ArgumentParser(prog="python -m benchmarks.generate", description=__doc__)
    asked.add_argument("--incidents", type=int, required=True, help="how many; about 16 events each")
    asked.add_argument("--seed", type=int, default=1, help="which ones (1)")
    asked.add_argument(
        "--db", required=True, metavar="URL", help="where to, such as sqlite:////tmp/province.db"
    )
    given = asked.parse_args()
    try:
        with Log.open(given.db, EventCodec()) as log:
            made = generate(log, incidents=given.incidents, seed=given.seed)
    except EmergencyError as error:
        raise SystemExit(str(error)) from error
    print(
        f"{made.incidents:,} incidents, {made.events:,} events, {made.seconds:.1f} s, "
        f"{made.events / made.seconds:,.0f} events/s"
    )


if __name__ == "__main__":
    main()
