"""Building the read models anew, stream by stream, beside the tables that are read in the meantime.

One small table says how far the building has come; it moves in the same transaction as the rows. Whoever finds a
building that was broken off, under the same rules, goes on with it; two that build at once share it: each chunk
goes in once, and whoever comes second with it takes the next one.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from sqlalchemy import and_, func, insert, select, update

from emergency.errors import BrokenDataError, BusyError, RefusedError
from emergency.projections.judges import Verdicts, judges
from emergency.projections.judging import Judged, Odd, judge, odd_ones
from emergency.projections.streams import INCIDENT, REVIEW, incident_of_review, incident_stream
from emergency.projections.tables import SHAPE, SLOTS, State, Views
from emergency.store import Reading, Writing
from emergency.words import Words

if TYPE_CHECKING:
    from emergency.projections.catch_up import Projections

CHUNK = 500
"""So many streams are judged and written at a time."""

SAMPLE = 50
"""So many incidents are judged once more before the new tables are read, and compared row by row."""

AHEAD = 20
"""An incident of the sample is the first among so many streams that begin after a place in the log."""

PATIENCE = "2s"
"""How long PostgreSQL waits for those that still read the former tables."""

GONE = 2000
"""So many rows of former tables are deleted at a time."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a rebuild has come.

    Args:
        done: Positions of the log dealt with.
        of: Positions there are.
        rate: Positions a second, since this run began.
        remaining: Seconds that it will still take at that rate; None where nothing can be said yet.
    """

    done: int
    of: int
    rate: float
    remaining: float | None


Telling = Callable[[Progress], None]


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """What a rebuild came to.

    Args:
        position: The position that the new tables stand at.
        incidents: Incidents that have rows.
        parked: Streams that are parked.
        compared: Incidents that were judged once more and compared row by row; 0 where another rebuild finished.
        resumed_at: The position at which a rebuild that was broken off, or goes on elsewhere, was joined; 0 = begun.
        seconds: How long it took.
    """

    position: int
    incidents: int
    parked: int
    compared: int
    resumed_at: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Chunk:
    """Streams that begin one after the other.

    Args:
        after: The position after which they begin.
        through: The position that the last of them begins at.
        refs: The incidents to be judged for them.
        orphans: Those of them that have reviews and no stream of their own, and may be there from an earlier chunk.
        odd: Streams that are no incident's and cannot be read.
        last: There are no more.
    """

    after: int
    through: int
    refs: Sequence[str]
    orphans: Sequence[str]
    odd: Sequence[Odd]
    last: bool


class Building:
    """One run that builds.

    Args:
        projections: The read models.
        telling: Told after each chunk how far it has come.
        processes: How many judge at once.
    """

    def __init__(self, projections: Projections, *, telling: Telling | None, processes: int = 1) -> None:
        self._projections = projections
        self._log = projections.log
        self._slots = projections.slots
        self._telling = telling
        self._processes = processes
        self._began = time.monotonic()
        self._first = 0

    def run(self, *, anew: bool) -> Rebuilt:
        """Build, catch up, verify, switch, drop."""
        state, views = self._begin(anew=anew)
        self._first = state.done
        named = state.building_id or ""
        self._build(views, named)
        compared = 0
        while (checked := self._caught_up(views, named)) is not None:
            compared = checked
            if self._switch(views, named):
                break
        self._drop(_other(views.slot))
        with self._log.reading() as reading:
            count = reading.connection.scalar
            return Rebuilt(
                position=reading.tracked(views.name),
                incidents=count(select(func.count()).select_from(views.incidents)) or 0,
                parked=count(select(func.count()).select_from(views.parked)) or 0,
                compared=compared,
                resumed_at=state.done,
                seconds=time.monotonic() - self._began,
            )

    # -- beginning ----------------------------------------------------------------------------------------------

    def _begin(self, *, anew: bool) -> tuple[State, Views]:
        """Go on with what is being built under the same rules, or make new tables."""
        projections, slots = self._projections, self._slots
        fingerprint = projections.rulebook.fingerprint

        def prepare(writing: Writing) -> State:
            writing.lock(slots.name)
            slots.metadata.create_all(writing.connection)
            state = projections.state(writing)
            known = select(slots.table.c.shape).where(slots.table.c.shape == SHAPE)
            if writing.connection.scalar(known) is None:
                writing.connection.execute(insert(slots.table).values(shape=SHAPE, through=0, done=0))
            elif state.building is not None and (anew or state.rulebook != fingerprint):
                self._save(writing, building=None, building_id=None)
                state = projections.state(writing)
            return state

        def make(writing: Writing) -> State | None:
            writing.lock(slots.name)
            state = projections.state(writing)
            if state.building is not None:
                return None
            views = slots.views[_other(state.live)]
            writing.lock(views.name)
            self._drop_now(writing, views)
            views.create(writing.connection)
            writing.untrack(views.name)
            self._save(
                writing,
                building=views.slot,
                building_id=uuid4().hex,
                rulebook=fingerprint,
                through=writing.last_position(),
                done=0,
            )
            return projections.state(writing)

        while True:
            state = self._log.write(prepare)
            if state.building is not None:
                return state, slots.views[state.building]
            self._empty(_other(state.live))
            made = self._log.write(make)
            if made is not None and made.building is not None:
                return made, slots.views[made.building]
            anew = False  # somebody else has just begun: join

    def _save(self, writing: Writing, **values: Any) -> None:  # noqa: ANN401 - columns
        table = self._slots.table
        writing.connection.execute(update(table).where(table.c.shape == SHAPE).values(**values))

    # -- building -----------------------------------------------------------------------------------------------

    def _build(self, views: Views, named: str) -> None:
        """Judge and write the streams that had begun, chunk by chunk, until there are no more."""
        projections = self._projections
        ahead: deque[tuple[Chunk, Verdicts]] = deque()
        with judges(projections, self._processes) as judging:
            while True:
                with self._log.reading() as reading:
                    state = projections.state(reading)
                    if state.building_id != named or reading.tracked(views.name) or not state.through:
                        return
                    if ahead and ahead[0][0].after != state.done:
                        ahead.clear()  # whoever shares this rebuild was quicker
                    # While others judge, the next chunks wait for them; this process takes one at a time.
                    while len(ahead) < (1 if self._processes == 1 else 1 + self._processes):
                        if ahead and ahead[-1][0].last:
                            break
                        after = ahead[-1][0].through if ahead else state.done
                        chunk = self._planned(reading, after, state.through)
                        ahead.append((chunk, judging(reading, chunk.refs)))
                through = ahead[0][0].through
                self._put(views, named, *ahead.popleft())
                self._tell(through, state.through)

    def _planned(self, reading: Reading, after: int, through: int) -> Chunk:
        begun = reading.begun("", after=after, through=through, limit=CHUNK)
        refs, orphans, odd = self._of(reading, [stream for stream, _ in begun])
        return Chunk(after, begun[-1][1] if begun else through, refs, orphans, odd, last=not begun)

    def _put(self, views: Views, named: str, chunk: Chunk, verdicts: Verdicts) -> None:
        """Write a chunk; its rows are let go of before the next ones are judged."""
        judged = verdicts()

        def work(writing: Writing) -> None:
            writing.lock(views.name)
            now = self._projections.state(writing)
            if (now.building_id, now.done) != (named, chunk.after) or writing.tracked(views.name):
                return  # whoever shares this rebuild was quicker
            views.write(writing.connection, judged, chunk.odd, replace=chunk.orphans)
            self._save(writing, done=chunk.through)
            if chunk.last and chunk.through:
                writing.track(views.name, chunk.through)

        self._log.write(work)

    def _of(self, reading: Reading, streams: Sequence[str]) -> tuple[list[str], list[str], list[Odd]]:
        """The incidents that begin with these streams, those that have only reviews, and what cannot be read."""
        refs = [stream.removeprefix(INCIDENT) for stream in streams if stream.startswith(INCIDENT)]
        reviewed = {incident_of_review(stream) for stream in streams if stream.startswith(REVIEW)}
        orphans: list[str] = []
        if reviewed:
            events = reading.tables.events
            own = {incident_stream(ref) for ref in reviewed}
            there = reading.connection.scalars(
                select(events.c.stream).where(events.c.version == 1, events.c.stream.in_(own))
            )
            orphans = sorted(stream.removeprefix(INCIDENT) for stream in own - set(there))
        others = [stream for stream in streams if not stream.startswith((INCIDENT, REVIEW))]
        return [*refs, *orphans], orphans, odd_ones(reading, others)

    def _tell(self, done: int, of: int) -> None:
        if self._telling is None:
            return
        seconds = time.monotonic() - self._began
        rate = (done - self._first) / seconds if seconds > 0 else 0.0
        self._telling(Progress(done, of, rate, (of - done) / rate if rate > 0 else None))

    # -- catching up, verifying, switching ------------------------------------------------------------------------

    def _caught_up(self, views: Views, named: str) -> int | None:
        """Take in what was recorded meanwhile, then verify; None where another rebuild has finished this one."""
        projections = self._projections
        while True:
            with self._log.reading() as reading:
                state = projections.state(reading)
                if state.building_id != named:
                    if state.live_id == named:
                        return None
                    raise RefusedError(
                        "Another rebuild has begun anew in the meantime; this one has ended. "
                        "`emergency projections status` shows how far it has come.",
                        zh=(
                            "其间另一次重建已重新开始，本次重建到此结束。进度见 `emergency "
                            "projections status`。"
                        ),
                    )
                batch = projections.next(reading, state, views)
                if batch is None:
                    return self._verified(reading, views)

            def work(writing: Writing) -> None:
                projections.put(writing, batch)  # noqa: B023 - called before the next round

            self._log.write(work)
            self._tell(batch.through, max(batch.through, self._last()))

    def _last(self) -> int:
        with self._log.reading() as reading:
            return reading.last_position()

    def _verified(self, reading: Reading, views: Views) -> int:
        """Hold the new tables against the log, as one snapshot has both.

        Every incident's stream must have rows or be parked; a sample is judged once more and each of its rows
        compared.

        Raises:
            BrokenDataError: they are not what the log says.
        """
        connection, events = reading.connection, reading.tables.events
        streams = connection.scalar(
            select(func.count()).where(
                events.c.version == 1, events.c.stream >= INCIDENT, events.c.stream < INCIDENT[:-1] + "0"
            )
        )
        rows = connection.scalar(select(func.count()).select_from(views.incidents))
        parked = connection.scalar(
            select(func.count())
            .select_from(views.parked)
            .join(events, and_(events.c.stream == views.parked.c.stream, events.c.version == 1))
            .where(views.parked.c.incident)
        )
        if streams != (rows or 0) + (parked or 0):
            raise self._wrong(
                Words(
                    f"有 {rows} 起事件列入列表，{parked} 起搁置，而库中有 {streams} 起",
                    f"{rows} incidents have rows and {parked} are parked, but {streams} are on record",
                ),
                views,
            )
        sample = self._sample(reading)
        projections = self._projections
        for each in judge(reading, sample, projections.directories.of(reading), projections.rulebook):
            stored = stored_rows(reading, views, each.ref)
            # What the database did not take is parked although it can be judged.
            if not stored["parked"] and _rows(each) != stored:
                what = Words(
                    f"{each.ref} 的各行与重新判定的结果不同",
                    f"the rows of {each.ref} are not those that judging it again gives",
                )
                raise self._wrong(what, views)
        return len(sample)

    def _wrong(self, what: Words, views: Views) -> BrokenDataError:
        return BrokenDataError(
            f"What was rebuilt is not what the log says: {what.en}. The former lists are still read. Run "
            f"`emergency projections rebuild --anew`; if it says so again, report it (tables {views.name}).",
            zh=(
                f"重建的结果与日志不一致：{what.zh}。仍使用原来的列表。"
                "请运行 `emergency projections rebuild --anew`；如仍有此提示，"
                f"请报告此错误（表 {views.name}）。"
            ),
        )

    def _sample(self, reading: Reading) -> list[str]:
        """Incidents from all over the log; the same for the same log, so that what was seen can be seen again."""
        last = reading.last_position()
        found: dict[str, None] = {}
        for after in sorted(Random(last).sample(range(last), min(SAMPLE, last))):  # noqa: S311 - no secret
            streams = (name for name, _ in reading.begun("", after=after, through=last, limit=AHEAD))
            first = next((name for name in streams if name.startswith(INCIDENT)), None)
            if first is not None:
                found[first.removeprefix(INCIDENT)] = None
        return list(found)

    def _switch(self, views: Views, named: str) -> bool:
        """From here on the new tables are read; says whether they are."""

        def work(writing: Writing) -> bool:
            writing.lock(self._slots.name)
            for slot in SLOTS:
                writing.lock(self._slots.views[slot].name)
            state = self._projections.state(writing)
            if state.building_id != named:
                return state.live_id == named
            if state.live is not None:
                former = self._slots.views[state.live].name
                if writing.tracked(views.name) < writing.tracked(former):
                    return False  # nobody shall see less than before
                writing.untrack(former)
            self._save(
                writing, live=views.slot, live_id=named, building=None, building_id=None, through=0, done=0
            )
            return True

        done: bool = self._log.write(work)
        return done

    # -- former tables --------------------------------------------------------------------------------------------

    def _drop(self, slot: str) -> None:
        """Drop tables that nobody reads any more; where somebody still does, the next rebuild drops them."""
        views = self._slots.views[slot]

        def work(writing: Writing) -> None:
            writing.lock(views.name)
            if self._projections.state(writing).id_of(slot) is None:
                self._drop_now(writing, views)

        with suppress(BusyError):
            self._empty(slot)
            with self._log.writing() as writing:
                work(writing)

    def _empty(self, slot: str) -> None:
        """In SQLite, delete the rows of tables that nobody reads in short transactions, before dropping them."""
        views = self._slots.views[slot]
        if views.postgresql:
            return
        empty = False

        def work(writing: Writing) -> bool:
            used = self._projections.state(writing).id_of(slot) is not None
            return used or not views.exist(writing.connection) or views.emptied(writing.connection, GONE)

        while not empty:
            empty = self._log.write(work)

    def _drop_now(self, writing: Writing, views: Views) -> None:
        if views.postgresql:
            writing.connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{PATIENCE}'")
        views.drop(writing.connection)


def _other(slot: str | None) -> str:
    """The slot that is free beside one."""
    return next(each for each in SLOTS if each != slot)


def _rows(judged: Judged) -> dict[str, list[tuple[Any, ...]]]:
    """The rows of one incident, by table."""
    return {
        "incidents": [judged.incident] if judged.incident is not None else [],
        "obligations": list(judged.obligations),
        "findings": list(judged.findings),
        "norms": list(judged.norms),
        "offices": [(office, judged.ref) for office in judged.offices],
        "parked": [judged.parked] if judged.parked is not None else [],
    }


def stored_rows(reading: Reading, views: Views, ref: str) -> dict[str, list[tuple[Any, ...]]]:
    """The rows of one incident as they are stored, by table."""

    def of(table: Any, column: Any, value: str) -> list[tuple[Any, ...]]:  # noqa: ANN401 - SQLAlchemy's
        found = reading.connection.execute(select(table).where(column == value).order_by(*table.primary_key))
        return [tuple(row) for row in found]

    return {
        "incidents": of(views.incidents, views.incidents.c.incident, ref),
        "obligations": of(views.obligations, views.obligations.c.incident, ref),
        "findings": of(views.findings, views.findings.c.incident, ref),
        "norms": of(views.norms, views.norms.c.incident, ref),
        "offices": of(views.offices, views.offices.c.incident, ref),
        "parked": of(views.parked, views.parked.c.stream, incident_stream(ref)),
    }
