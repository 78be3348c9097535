"""Bringing the read models up to the log: a batch is read and judged, then written in one short transaction.

Reading and judging happen in a snapshot, before anything is locked. The write transaction then looks whether the
tables still stand where the snapshot saw them; if somebody else was quicker, the work is thrown away and begun
anew from there. So two that catch up at once never apply an event twice, and who records waits only for the writes.

An incident is always judged from its own streams as a whole. Its rows may therefore take in events after the
tracked position; these come up again, and change nothing. What matters is that nothing up to that position is
missing, and it cannot be: rows go in only while the position is the one that their snapshot saw.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, delete, inspect, select

from emergency.domain.offices import OfficeEvent
from emergency.domain.record import Recorded
from emergency.errors import NotFoundError, RefusedError
from emergency.projections.building import Building, Rebuilt, Telling
from emergency.projections.judging import Judged, Odd, judge, odd_ones, odd_stream, unreadable
from emergency.projections.streams import (
    INCIDENT,
    OFFICE,
    REVIEW,
    UNJUDGED,
    Directories,
    incident_of_review,
    incident_stream,
)
from emergency.projections.tables import SHAPE, State, Views, slots_of
from emergency.rulebook import Rulebook
from emergency.store import Log, Reading, Undecodable, Writing

BATCH = 1000
"""So many events are taken at a time, and so many incidents that wait."""


@dataclass(frozen=True, slots=True)
class Batch:
    """What is to be written next.

    Args:
        views: Into which tables.
        id: What named the building of them when it was read.
        after: The position that they had come to then.
        through: The position that they come to; the same, where only incidents that waited were judged.
        judged: The incidents, judged.
        odd: Streams that are no incident's and cannot be read.
        offices: Offices that changed.
    """

    views: Views
    id: str
    after: int
    through: int
    judged: Sequence[Judged]
    odd: Sequence[Odd]
    offices: Sequence[str]


class Projections:
    """The read models over one log, under one rulebook.

    Args:
        log: The log.
        rulebook: The rules that incidents are judged by.
        directories: The directory, where somebody else keeps it, too.
    """

    def __init__(self, log: Log, rulebook: Rulebook, directories: Directories | None = None) -> None:
        self.log = log
        self.rulebook = rulebook
        self.directories = directories or Directories()
        self.slots = slots_of(log.tables.dialect, log.tables.prefix, log.tables.schema)
        self._there = False

    # -- how they stand -----------------------------------------------------------------------------------------

    def state(self, reading: Reading) -> State:
        """Which tables are read, and which are being built."""
        connection, table = reading.connection, self.slots.table
        if not self._there:
            if not inspect(connection).has_table(table.name, schema=table.schema):
                return State()
            # What this very transaction has made, others do not see before it ends.
            self._there = not isinstance(reading, Writing) and not reading.uncommitted
        row = connection.execute(select(table).where(table.c.shape == SHAPE)).mappings().first()
        return State() if row is None else State(**{k: v for k, v in row.items() if k != "shape"})

    def live(self, reading: Reading) -> Views | None:
        """The tables that are read; None where they were never made."""
        slot = self.state(reading).live
        return self.slots.views[slot] if slot is not None else None

    # -- catching up --------------------------------------------------------------------------------------------

    def catch_up(self) -> int:
        """Apply what the log has more than the read models, which are made where there are none.

        Returns:
            The position reached.

        Raises:
            ReadOnlyError: there is something to do, and this reader may not write.
            BusyError: somebody else is writing for too long.
            RefusedError: somebody else is making the lists under other rules, for too long.
        """
        until = time.monotonic() + self.log.database.patience
        while True:
            with self.log.reading() as reading:
                state = self.state(reading)
                views = self.slots.views[state.live] if state.live is not None else None
                batch = None if views is None else self.next(reading, state, views)
                reached = 0 if views is None else reading.tracked(views.name)
            if views is None:
                try:
                    self.rebuild()
                except RefusedError:  # somebody else is making them, or has just made them: look again
                    if time.monotonic() > until:
                        raise
                    time.sleep(0.05)
            elif batch is None:
                return reached
            else:
                with self.log.writing() as writing:
                    self.put(writing, batch)

    def next(self, reading: Reading, state: State, views: Views) -> Batch | None:
        """Read and judge what the tables have to take in next; None where they have it all."""
        named = state.id_of(views.slot)
        after = reading.tracked(views.name)
        page = reading.page(after, BATCH)
        waiting = reading.connection.scalars(
            select(views.waiting.c.incident).order_by(views.waiting.c.incident).limit(BATCH)
        ).all()
        if named is None or not (page or waiting):
            return None
        refs: dict[str, None] = {}
        odd: dict[str, Odd] = {}
        offices: dict[str, None] = {}
        for event in page:
            self._touch(event, refs, odd, offices)
        refs.update(dict.fromkeys(waiting[: max(0, BATCH - len(refs))]))
        return Batch(
            views=views,
            id=named,
            after=after,
            through=page[-1].position if page else after,
            judged=judge(reading, list(refs), self.directories.of(reading), self.rulebook),
            odd=list(odd.values()),
            offices=list(offices),
        )

    @staticmethod
    def _touch(
        event: Recorded[Any] | Undecodable,
        refs: dict[str, None],
        odd: dict[str, Odd],
        offices: dict[str, None],
    ) -> None:
        """What one event concerns."""
        stream = event.stream
        if stream.startswith(INCIDENT):
            refs[stream.removeprefix(INCIDENT)] = None
        elif stream.startswith(REVIEW):
            refs[incident_of_review(stream)] = None
        elif stream.startswith(OFFICE):
            if isinstance(event, Recorded) and not isinstance(event.event, OfficeEvent):
                return  # what is said of an office without changing the directory makes nothing to be judged again
            offices[stream.removeprefix(OFFICE)] = None
            if broken := unreadable(stream, [event]):
                odd[stream] = broken
        elif stream.startswith(UNJUDGED):
            if broken := unreadable(stream, [event]):
                odd[stream] = broken
        else:
            odd[stream] = odd_stream(stream, event.position)

    def put(self, writing: Writing, batch: Batch) -> bool:
        """Write a batch; says whether it could be, or somebody else was quicker."""
        views, connection = batch.views, writing.connection
        writing.lock(views.name)
        if self.state(writing).id_of(views.slot) != batch.id or writing.tracked(views.name) != batch.after:
            return False
        if batch.offices:
            # Before the rows: what an incident looked up when it was last judged says whom the change concerns.
            views.wait(connection, batch.offices)
        refs = [each.ref for each in batch.judged]
        if refs:
            views.waited(connection, refs)
        views.write(connection, batch.judged, batch.odd, replace=refs)
        if batch.through > batch.after:
            writing.track(views.name, batch.through)
        return True

    # -- anew ---------------------------------------------------------------------------------------------------

    def rebuild(self, *, telling: Telling | None = None, anew: bool = False, processes: int = 1) -> Rebuilt:
        """Judge everything anew beside the tables that are read, and put the new ones in their place.

        Readers and writers go on meanwhile. Broken off, it goes on where it was the next time.

        Args:
            telling: Told again and again how far it has come.
            anew: Do not go on with what was broken off.
            processes: How many judge at once.

        Raises:
            RefusedError: another rebuild, under other rules, has begun in the meantime.
            BrokenDataError: what was built is not what the log says; the former tables are still read.
        """
        return Building(self, telling=telling, processes=processes).run(anew=anew)

    def retry(self, names: Sequence[str] = ()) -> tuple[str, ...]:
        """Try again what is parked.

        Args:
            names: The incidents, as they are listed; none = all that is parked.

        Returns:
            What was tried, as it is listed.

        Raises:
            NotFoundError: one of them is not parked.
        """
        self.catch_up()
        with self.log.reading() as reading:
            state = self.state(reading)
            views = self.live(reading)
            if views is None:  # pragma: no cover - just made
                return ()
            parked = set(reading.connection.scalars(select(views.parked.c.stream)))
            streams = [name if "/" in name else incident_stream(name) for name in names] or sorted(parked)
            for name, stream in zip(names, streams, strict=False):
                if stream not in parked:
                    raise NotFoundError(
                        f"{name} is not parked. `emergency projections status` lists what is.",
                        zh=f"{name} 没有搁置。搁置的见 `emergency projections status`。",
                    )
            incidents = [s.removeprefix(INCIDENT) for s in streams if s.startswith(INCIDENT)]
            others = [s for s in streams if not s.startswith(INCIDENT)]
            odd = odd_ones(reading, others)

        def work(writing: Writing) -> None:
            writing.lock(views.name)
            if self.state(writing).id_of(views.slot) == state.live_id:
                gone = set(others) - {each.stream for each in odd}
                unpark(writing.connection, views, gone)
                views.try_again(writing.connection, incidents)

        self.log.write(work)
        self.catch_up()
        return tuple(stream.removeprefix(INCIDENT) for stream in streams)


def unpark(connection: Connection, views: Views, streams: set[str]) -> None:
    """Take streams that can be read again off the list of what cannot."""
    for stream in sorted(streams):
        connection.execute(delete(views.parked).where(views.parked.c.stream == stream))
