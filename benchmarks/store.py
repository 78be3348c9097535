"""What the store and the read models take: ``python -m benchmarks.store``; a table, and ``results/store.json``.

Beside ours stand the bare driver that inserts the same bytes, and what is ready-made for the same purpose
(`benchmarks.peers`). What is compared is done in turns, back to back; ratios are medians of the turns. With SQLite
it is the CPU time of this process that counts, with PostgreSQL the time that passes, since a server works beside it.
``results/store.json`` is always of one whole run, and says of what size: with ``--quick`` or ``--only`` nothing is
kept. ``calibration_ms`` there is how long a fixed amount of plain Python took, to hold it against another machine's.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from itertools import islice
from pathlib import Path
from statistics import median
from typing import Any
from uuid import uuid4

import psycopg
from rich.console import Console
from rich.table import Table

from benchmarks import start
from benchmarks.assessment import calibration, cpu_ms
from benchmarks.histories import histories
from benchmarks.measuring import CPU, WALL, Row, at_least, at_most, in_turns, middle, times_slower
from benchmarks.peers import RawPostgres, RawSqlite, ReadyMade
from benchmarks.stores import Places, Said, long_histories, said
from emergency import Engine, Identity
from emergency.assessment.timeline import timeline_of
from emergency.domain.events import Learned, Reported
from emergency.domain.incident import incident_of
from emergency.domain.record import Recorded
from emergency.domain.schema import EventCodec
from emergency.domain.values import Count, Facts
from emergency.domain.vocabulary import Channel
from emergency.store import Draft, Log

RESULTS = Path(__file__).parent / "results" / "store.json"
CODEC = EventCodec()
PAGE = 500


@dataclass(frozen=True, slots=True)
class Setting:
    """How large everything is.

    Args:
        places: Where the stores are.
        events: How many events the large store has.
        rounds: How many turns.
        each: How many single appends make one turn.
        pages: How many events the log has that is read in pages.
    """

    places: Places
    events: int
    rounds: int
    each: int
    pages: int

    @property
    def small(self) -> int:
        """The size of the small store that the large one is compared with."""
        return min(1_000, self.events)

    @property
    def middling(self) -> int:
        """A tenth of the large store."""
        return self.events // 10


def main() -> None:
    """Measure what the command line asks for."""
    asked = argparse.ArgumentParser(prog="python -m benchmarks.store", description=__doc__)
    asked.add_argument("--quick", action="store_true", help="small stores and few turns: to see that it runs")
    asked.add_argument(
        "--only", action="append", choices=list(MEASURED), metavar="NAME", help=", ".join(MEASURED)
    )
    asked.add_argument("--events", type=int, default=None, help="size of the large store (1000000)")
    asked.add_argument(
        "--keep", type=Path, metavar="FOLDER", help="keep the made-up stores there and use them again"
    )
    given = asked.parse_args()
    events = given.events or (20_000 if given.quick else 1_000_000)
    rows: list[Row] = []
    paces: dict[str, float] = {}
    with Places(given.keep) as places:
        setting = (
            Setting(places, events, rounds=5, each=20, pages=5_000)
            if given.quick
            else Setting(places, events, rounds=15, each=100, pages=20_000)
        )
        for name in given.only or MEASURED:
            print(f"{name} …", file=sys.stderr, flush=True)
            rows += MEASURED[name](setting)
            paces[name] = round(median(cpu_ms(calibration) for _ in range(200)), 3)
        Console(width=160).print(table(rows))
        low, high = min(paces.values()), max(paces.values())
        print(f"A fixed amount of plain Python took {low:.2f} to {high:.2f} ms meanwhile.")
        if not (given.quick or given.only):
            keep(rows, paces, setting)


def table(rows: list[Row]) -> Table:
    """The rows for reading."""
    shown = Table("name", "what", "ours", "beside", "figure", "must reach", "")
    for row in rows:
        verdict = "" if row.reached is None else "reached" if row.reached else "[bold]MISSED[/]"
        figure = "" if row.figure is None else f"{row.figure:,.2f}"
        shown.add_row(row.name, row.what, row.ours, row.beside, figure, row.must, verdict)
    return shown


def keep(rows: list[Row], paces: dict[str, float], setting: Setting) -> None:
    """Write down what came out, with what it was measured on."""
    told = {
        "date": datetime.now(UTC).date().isoformat(),
        "versions": {
            "python": platform.python_version(),
            "sqlite": sqlite3.sqlite_version,
            "postgresql": postgresql(setting),
            **{name: _version(name) for name in ("sqlalchemy", "eventsourcing", "eventsourcing-sqlalchemy", "psycopg")},
        },
        "processors": os.cpu_count(),
        "events": setting.events,
        "calibration_ms": paces,
        "rows": [asdict(row) for row in rows],
    }  # fmt: skip
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(told, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def postgresql(setting: Setting) -> str:
    """The version of the server that was measured."""
    with psycopg.connect(setting.places.database()[1]) as connection:
        found: tuple[str] | None = connection.execute("SHOW server_version").fetchone()
        return found[0].split(" ")[0] if found else "unknown"


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


# -- writing ---------------------------------------------------------------------------------------------------


def _append_each(log: Log, events: list[Said]) -> None:
    """Each event as a command of its own, with all that a command of the engine brings along."""
    for one in events:
        with log.writing() as writing:
            writing.append(
                one.stream,
                one.version - 1,
                [Draft(event=one.body)],
                command_id=str(uuid4()),
                command_hash="0" * 64,
            )


def _append_together(log: Log, bodies: list[Any]) -> list[Recorded[Any]]:
    """All of them at once, as one command."""
    with log.writing() as writing:
        drafts = [Draft(event=body) for body in bodies]
        stream = f"incident/{uuid4().hex}"
        return writing.append(stream, 0, drafts, command_id=str(uuid4()), command_hash="0" * 64)


def _one_by_one(
    setting: Setting, log: Log, raw: RawSqlite | RawPostgres, ready: ReadyMade, clock: Callable[[], float]
) -> list[tuple[float, ...]]:
    """Single appends: ours, the driver's inserts of the same rows, the ready-made store's of the same content."""
    each = setting.each
    stock = iter(list(said((setting.rounds + 1) * each)))
    current: list[Said] = []

    def ours() -> Callable[[], object]:
        current[:] = islice(stock, each)
        return lambda: _append_each(log, current)

    def bare() -> Callable[[], object]:
        rows = raw.newest(each)
        return lambda: raw.save(rows)

    def peer() -> Callable[[], object]:
        _, events = ready.case([one.body for one in current])
        return lambda: [ready.save([event]) for event in events]

    return in_turns(ours, bare, peer, rounds=setting.rounds, clock=clock)


def append_sqlite(setting: Setting) -> list[Row]:
    """One event at a time into SQLite, in memory for the CPU it takes, on disk for how long it takes."""
    found = []
    for in_memory in (True, False):
        folder = setting.places.folder(in_memory=in_memory)
        with Log.open(f"sqlite:///{folder / 'ours.db'}", CODEC) as log:
            raw = RawSqlite(folder / "ours.db", folder / "raw.db")
            ready = ReadyMade(f"sqlite:///{folder / 'ready.db'}")
            turns = _one_by_one(setting, log, raw, ready, CPU if in_memory else WALL)
            ready.close()
            raw.close()
        mine, bare, peer = (1000 * middle(turns, which) / setting.each for which in range(3))
        if in_memory:
            above = median(1000 * (turn[0] - turn[1]) / setting.each for turn in turns)
            peers_above = median(1000 * (turn[2] - turn[1]) / setting.each for turn in turns)
            found.append(
                at_most(
                    "append-sqlite",
                    "append one event durably, SQLite on tmpfs, CPU above the bare insert",
                    f"{mine:.3f} ms",
                    f"bare {bare:.3f} ms; ready-made {peer:.3f} ms, {peers_above:.3f} above",
                    figure=above,
                    bar=0.25,
                    unit="ms",
                )
            )
        else:
            share, peers = 1 / times_slower(turns, 0, 1), 1 / times_slower(turns, 2, 1)
            found.append(
                Row(
                    "append-sqlite",
                    "the same on disk, rate as a part of the bare insert's",
                    f"{1000 / mine:,.0f}/s",
                    f"bare {1000 / bare:,.0f}/s; ready-made {1000 / peer:,.0f}/s, {peers:.2f} of it",
                    round(share, 3),
                )
            )
    return found


def append_postgresql(setting: Setting) -> list[Row]:
    """One event at a time into PostgreSQL: waiting for the disk as in earnest, and without, for what it works."""
    found = []
    for durable in (True, False):
        url, conninfo = setting.places.database(durable=durable)
        with Log.open(url, CODEC) as log:
            raw = RawPostgres(conninfo)
            ready = ReadyMade(setting.places.database(durable=durable)[0])
            turns = _one_by_one(setting, log, raw, ready, WALL)
            ready.close()
            raw.close()
        mine, bare, peer = (setting.each / middle(turns, which) for which in range(3))
        share, peers = 1 / times_slower(turns, 0, 1), 1 / times_slower(turns, 2, 1)
        beside = f"bare {bare:,.0f}/s; ready-made {peer:,.0f}/s, {peers:.2f} of it"
        if durable:
            what = "append one event durably, PostgreSQL, rate as a part of a bare autocommit insert's"
            found.append(
                at_least(
                    "append-postgresql", what, f"{mine:,.0f}/s", beside, figure=share, bar=0.25, unit="of it"
                )
            )
        else:
            what = "the same without waiting for the disk (fsync off)"
            found.append(Row("append-postgresql", what, f"{mine:,.0f}/s", beside, round(share, 3)))
    return found


def append_many(setting: Setting) -> list[Row]:
    """A hundred events in one command."""
    found = []
    for what, log, ready, clock in _both(setting):
        stock = iter(list(said((setting.rounds + 1) * 500)))
        current: list[Any] = []

        def ours(
            log: Log = log, stock: Iterator[Said] = stock, current: list[Any] = current
        ) -> Callable[[], object]:
            current[:] = [[one.body for one in islice(stock, 100)] for _ in range(5)]
            return lambda: [_append_together(log, bodies) for bodies in current]

        def peer(ready: ReadyMade = ready, current: list[Any] = current) -> Callable[[], object]:
            cases = [ready.case(bodies)[1] for bodies in current]
            return lambda: [ready.save(events) for events in cases]

        turns = in_turns(ours, peer, rounds=setting.rounds, clock=clock)
        found.append(
            at_least(
                "append-many",
                f"append 100 events in one command, {what}",
                f"{500 / middle(turns, 0):,.0f} events/s",
                f"ready-made {500 / middle(turns, 1):,.0f}",
                figure=times_slower(turns, 1),
                bar=1.8,
            )
        )
    return found


def _both(setting: Setting) -> Iterator[tuple[str, Log, ReadyMade, Callable[[], float]]]:
    """Ours and the ready-made store on SQLite, then on PostgreSQL, each with what time is read from."""
    folder = setting.places.folder(in_memory=True)
    databases = (
        ("SQLite", f"sqlite:///{folder / 'ours.db'}", f"sqlite:///{folder / 'ready.db'}", CPU),
        ("PostgreSQL", setting.places.database()[0], setting.places.database()[0], WALL),
    )
    for what, mine, theirs, clock in databases:
        with Log.open(mine, CODEC) as log:
            ready = ReadyMade(theirs)
            yield what, log, ready, clock
            ready.close()


# -- reading ---------------------------------------------------------------------------------------------------


def read_log(setting: Setting) -> list[Row]:
    """The whole log in pages of 500."""
    found = []
    for what, log, ready, clock in _both(setting):
        bodies = [one.body for one in said(setting.pages)]
        for begin in range(0, len(bodies), 100):
            _append_together(log, bodies[begin : begin + 100])
            ready.save(ready.case(bodies[begin : begin + 100])[1])
        starts = range(1, len(bodies) + 1, PAGE)

        def undecoded(log: Log = log, starts: range = starts) -> Callable[[], object]:
            return lambda: [log.recorder.select_notifications(start, PAGE) for start in starts]

        def peer(ready: ReadyMade = ready, starts: range = starts) -> Callable[[], object]:
            return lambda: [ready.page(start, PAGE) for start in starts]

        def whole(log: Log = log, starts: range = starts) -> Callable[[], object]:
            return lambda: [log.page(start - 1, PAGE) for start in starts]

        turns = in_turns(undecoded, peer, whole, rounds=setting.rounds, clock=clock)
        mine, theirs, decoded = (len(bodies) / middle(turns, which) for which in range(3))
        found += [
            at_least(
                "read-log",
                f"read the log in pages of {PAGE}, undecoded, {what}",
                f"{mine:,.0f} events/s",
                f"ready-made {theirs:,.0f}",
                figure=times_slower(turns, 1),
                bar=3,
            ),
            Row("read-log", f"the same, decoded, {what}", f"{decoded:,.0f} events/s"),
        ]
    return found


def replay(setting: Setting) -> list[Row]:
    """Aggregates of 50 events, from the store to the state that a command is decided on."""
    found = []
    length, number = 50, 20
    for what, log, ready, clock in _both(setting):
        streams, cases = [], []
        for bodies in long_histories(number, length):
            stream = f"incident/{uuid4().hex}"
            with log.writing() as writing:
                writing.append(stream, 0, [Draft(event=body) for body in bodies])
            streams.append(stream)
            case, events = ready.case(bodies)
            ready.save(events)
            cases.append(case)

        def ours(log: Log = log, streams: list[str] = streams) -> Callable[[], object]:
            return lambda: [incident_of(log.stream(stream)) for stream in streams]

        def peer(ready: ReadyMade = ready, cases: list[Any] = cases) -> Callable[[], object]:
            return lambda: [ready.replay(case) for case in cases]

        turns = in_turns(ours, peer, rounds=setting.rounds, clock=clock)
        mine, theirs = (number * length / middle(turns, which) for which in range(2))
        words = f"replay aggregates of {length} events with the check for older schemas, {what}"
        ratio = times_slower(turns, 1)
        if what == "SQLite":
            found.append(
                at_least(
                    "replay",
                    words,
                    f"{mine:,.0f} events/s",
                    f"@event aggregates {theirs:,.0f}",
                    figure=ratio,
                    bar=2,
                )
            )
        else:
            found.append(
                Row(
                    "replay",
                    words,
                    f"{mine:,.0f} events/s",
                    f"@event aggregates {theirs:,.0f}",
                    round(ratio, 3),
                )
            )
    return found


def fold(setting: Setting) -> list[Row]:
    """Decoding and folding alone, without any database."""
    number = 0
    stored: list[list[tuple[str, str, tuple[str, int, bytes]]]] = []
    for history in histories(60 if setting.rounds < 10 else 300, 1):
        stored.append(
            [
                (sitting.stream, event_id, CODEC.encode(body))
                for sitting in history.sittings
                for event_id, body in sitting.entries
            ]
        )
        number += len(stored[-1])
    moment = datetime(2026, 1, 1, tzinfo=UTC)

    def decoded() -> list[list[Recorded[Any]]]:
        return [
            [
                Recorded(
                    position=position,
                    stream=stream,
                    version=position,
                    event_id=event_id,
                    recorded_at=moment,
                    event=CODEC.decode(*written),
                )
                for position, (stream, event_id, written) in enumerate(events, start=1)
            ]
            for events in stored
        ]

    turns = in_turns(
        lambda: lambda: [timeline_of(events) for events in decoded()], lambda: decoded, rounds=setting.rounds
    )
    both, decoding = number / middle(turns, 0), number / middle(turns, 1)
    return [
        at_least(
            "fold",
            "decode and fold alone, one core",
            f"{both:,.0f} events/s",
            f"decoding alone {decoding:,.0f}",
            figure=both,
            bar=25_000,
            unit="events/s",
        )
    ]


# -- the read models -------------------------------------------------------------------------------------------


def rebuilt(file: Path, *options: str) -> dict[str, float]:
    """Rebuild the read models of a store in a process of its own; gives what it took."""
    done = subprocess.run(  # noqa: S603 - the code is ours
        [sys.executable, "-m", "benchmarks.rebuilding", f"sqlite:///{file}", *options],
        check=True,
        capture_output=True,
        text=True,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
    )
    told: dict[str, float] = json.loads(done.stdout)
    return told


def rebuild(setting: Setting) -> list[Row]:
    """All read models anew, over a large store and one of a tenth of it."""
    found, memory = [], {}
    for events in (setting.middling, setting.events):
        file = setting.places.made(events)
        took = rebuilt(file)
        memory[events] = took["memory"]
        pace = took["events"] / took["cpu"]
        found.append(
            at_least(
                "rebuild",
                f"rebuild all read models, {took['events']:,.0f} events, one core",
                f"{pace:,.0f} events/s",
                f"{took['wall']:,.0f} s passed",
                figure=pace,
                bar=10_000,
                unit="events/s",
            )
        )
    both = rebuilt(setting.places.made(setting.middling), "--processes", "2")
    found.append(
        Row(
            "rebuild",
            f"the same with two processes, {both['events']:,.0f} events",
            f"{both['events'] / both['wall']:,.0f} events/s",
            f"{both['wall']:,.0f} s passed, {both['cpu']:,.0f} s of CPU",
        )
    )
    least = rebuilt(setting.places.made(setting.middling), "--processes", "0")["memory"]
    found.append(
        at_most(
            "rebuild",
            "the most memory that it holds, however large the store",
            f"{memory[setting.events]:,.0f} MB",
            f"{memory[setting.middling]:,.0f} MB over a tenth; {least:,.0f} MB for opening a store",
            figure=memory[setting.events],
            bar=300,
            unit="MB",
        )
    )
    return found


def catch_up(setting: Setting) -> list[Row]:
    """The lists after one new entry, over a large store and a small one; each time on a new incident of three."""
    opened, works = [], []
    for events in (setting.events, setting.small):
        engine = Engine.open(f"sqlite:///{setting.places.made(events)}", create=False)
        engine.projections.catch_up()
        opened.append(engine)

        def one(engine: Engine = engine) -> Callable[[], object]:
            _new_entry(engine)
            return engine.projections.catch_up

        works.append(one)
    turns = in_turns(*works, rounds=3 * setting.rounds)
    for engine in opened:
        engine.close()
    large, small = (1000 * middle(turns, which) for which in range(2))
    return [
        at_most(
            "catch-up",
            f"catch up after one new entry, {setting.events:,} events",
            f"{large:.2f} ms",
            f"with {setting.small:,} events {small:.2f} ms",
            figure=1 / times_slower(turns, 1),
            bar=1.5,
            unit="×",
        )
    ]


def _new_entry(engine: Engine) -> None:
    """A new incident that the lists have, and an entry on it that they do not have yet."""
    mine, bureau = "c1k1-coal-mine", "c1k1-emergency"
    first = Learned(office=mine, facts=Facts(trapped=Count(value=3)))
    told = Reported(office=mine, to=(bureau,), channel=Channel.PHONE, facts=first.facts)
    county = Identity(office="c1k1")
    ref = engine.open_incident(
        title="煤矿顶板事故",
        category="accident",
        kind="coal-mine",
        place="某县",
        identity=county,
        first=first,
    ).incident
    engine.projections.catch_up()
    engine.record(ref, told, county)


def command_line(setting: Setting) -> list[Row]:
    """Whole commands, from the start of their processes; see `benchmarks.start`."""
    found = start.measure(5 if setting.rounds < 10 else start.ROUNDS)
    rows = []
    for what, beside in (("help", "click"), ("report", "libraries")):
        mine, base = (found[f"{name} cpu median"] for name in (what, beside))
        rows.append(
            Row(
                "start",
                f"emergency {'--help' if what == 'help' else 'report …'}, the whole process, CPU",
                f"{mine:.0f} ms",
                f"import {'click' if what == 'help' else 'click, sqlalchemy, pydantic'} {base:.0f} ms",
                round(found[f"{what}/{beside} cpu median"], 3),
            )
        )
    return rows


def board(setting: Setting) -> list[Row]:
    """What one county owes and what was found of it; and everything there is, row by row."""
    file = setting.places.made(setting.events)
    with Engine.open(f"sqlite:///{file}", create=False) as engine:
        engine.projections.catch_up()
        county = _county(engine)
        moment = datetime.now(UTC)

        def of_one() -> Callable[[], object]:
            return lambda: (
                engine.obligations(office=county, state="open", at=moment),
                engine.findings(office=county, at=moment),
            )

        rows = len(engine.obligations(office=county, state="open").rows) + len(
            engine.findings(office=county).rows
        )
        turns = in_turns(of_one, rounds=setting.rounds, clock=WALL)
        listed, began = 0, time.process_time()
        with engine.streamed("obligations", at=moment) as streamed:
            for _ in streamed.texts:
                listed += 1
        pace = listed / (time.process_time() - began)
    return [
        at_most(
            "board",
            f"open obligations and findings of one county, {rows:,} rows among {setting.events:,} events",
            f"{1000 * middle(turns, 0):.1f} ms",
            "",
            figure=1000 * middle(turns, 0),
            bar=150,
            unit="ms",
        ),
        at_least(
            "board",
            f"all obligations, {listed:,} rows, one after the other",
            f"{pace:,.0f} rows/s",
            "",
            figure=pace,
            bar=20_000,
            unit="rows/s",
        ),
    ]


def _county(engine: Engine) -> str:
    """The county with the most findings among the governments."""
    counted: dict[str, int] = {}
    for row in engine.findings(status="established").rows:
        counted[row["office"]] = counted.get(row["office"], 0) + 1
    counties = {o.id for o in engine.directory() if o.tier == "county" and o.line == "government"}
    return max(counties, key=lambda office: (counted.get(office, 0), office))


MEASURED: dict[str, Callable[[Setting], list[Row]]] = {
    "append-sqlite": append_sqlite,
    "append-postgresql": append_postgresql,
    "append-many": append_many,
    "read-log": read_log,
    "replay": replay,
    "fold": fold,
    "rebuild": rebuild,
    "catch-up": catch_up,
    "board": board,
    "start": command_line,
}

if __name__ == "__main__":
    main()
