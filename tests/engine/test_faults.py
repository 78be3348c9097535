"""What a store must survive: many at once, a kill at any moment, a server that goes away, a full disk.

Everything that was acknowledged is there, once; what was not is there whole or not at all; and the read models are
what a rebuild makes them.
"""

from __future__ import annotations

import multiprocessing
import os
import random
import re
import signal
import sqlite3
import subprocess
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, suppress
from multiprocessing.connection import wait
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import URL, create_engine, inspect, make_url, text
from tests.postgres import Server

from emergency import Engine
from emergency.errors import StoreError

from . import fault_worker as deeds
from .bench import COUNTY, OFFICES, learned, open_incident, reported, timeline

FORKED = multiprocessing.get_context("forkserver")
"""Each worker is a process that has imported everything already: a kill costs no second of starting anew."""
FORKED.set_forkserver_preload(["emergency.engine", "emergency.exchange.timeline_import", "psycopg"])

PATIENCE = 120
"""Seconds until a worker is held to be stuck."""

LONG = pytest.mark.long
NAMED = re.compile(r"w\d+-\d+")
"""What the commands of writers are called."""

Row = tuple[Any, ...]


class Worker:
    """A process at its deed, and what it has said."""

    def __init__(self, deed: Callable[..., None], *arguments: object) -> None:
        self.talk, theirs = FORKED.Pipe()
        self._process = FORKED.Process(target=deed, args=(theirs, *arguments), daemon=True)
        self._process.start()
        theirs.close()
        self.said: list[str] = []
        self.listening = True
        self.hear()
        assert self.said == ["ready"]

    def hear(self) -> None:
        """Wait for its next words."""
        try:
            self.said.append(self.talk.recv())
        except (EOFError, ConnectionResetError):
            self.listening = False

    def all(self, word: str) -> list[str]:
        """What it has said that begins with that word."""
        return [said.removeprefix(word).strip() for said in self.said if said.split()[0] == word]

    def kill(self) -> None:
        """``kill -9``; what it had said before is heard."""
        self._process.kill()
        hear_out([self])
        self._process.join()
        assert self._process.exitcode == -signal.SIGKILL

    def end(self) -> int | None:
        """Wait for its end; 0 is a good one."""
        self._process.join()
        self.talk.close()
        return self._process.exitcode


def hear_out(workers: Sequence[Worker], seconds: float | None = None) -> None:
    """Listen to all of them, for some seconds or until each has ended."""
    until = time.monotonic() + (PATIENCE if seconds is None else seconds)
    while talking := {worker.talk: worker for worker in workers if worker.listening}:
        if (left := until - time.monotonic()) <= 0:
            assert seconds is not None, "one does not end"
            return
        for talk in wait(list(talking), left):
            talking[talk].hear()  # type: ignore[index]  # wait gives back what it was given


def stop(workers: Sequence[Worker]) -> None:
    """Tell them to stop; each ends well."""
    for worker in workers:
        worker.talk.send("stop")
    hear_out(workers)
    assert [worker.end() for worker in workers] == [0] * len(workers)


def bare(url: str) -> URL:
    """The URL without what only we understand."""
    return make_url(url).difference_update_query(["timeout"])


def ask(url: str, question: str) -> list[Row]:
    """Read the database past all code of ours."""
    engine = create_engine(bare(url))
    try:
        with engine.connect() as connection:
            return [tuple(row) for row in connection.execute(text(question))]
    finally:
        engine.dispose()


def views(url: str) -> dict[str, list[str]]:
    """Every row of the read models, of that set of their tables that is read."""
    engine = create_engine(bare(url))
    try:
        names = inspect(engine).get_table_names()
    finally:
        engine.dispose()
    live = ask(url, "SELECT live FROM view_slots")[0][0] if "view_slots" in names else ""
    found = {m[1]: m[0] for name in names if (m := re.fullmatch(rf"view(?:\d+{live})?_(?!slots)(\w+)", name))}
    assert found
    return {what: sorted(map(repr, ask(url, f"SELECT * FROM {name}"))) for what, name in found.items()}  # noqa: S608 - ours


def check_views(url: str) -> None:
    """What was kept up to date and what is made anew are the same, row by row."""
    with Engine.open(url) as engine:
        engine.projections.catch_up()
        kept = views(url)
        engine.rebuild()
        assert views(url) == kept
        status = engine.projection_status()
    assert (status.behind, status.parked) == (0, ())


def check_log(url: str, acknowledged: Sequence[str]) -> None:
    """All that was acknowledged is there once; every command is there whole or not at all."""
    rows = ask(url, "SELECT position, stream, version, event_id, command_id FROM events ORDER BY position")
    versions: dict[str, list[int]] = defaultdict(list)
    for _, stream, version, _, _ in rows:
        versions[stream].append(version)
    for stream, found in versions.items():
        assert found == list(range(1, len(found) + 1)), f"{stream} in the order of positions"
    assert len({row[3] for row in rows}) == len(rows)

    by_command = Counter(row[4] for row in rows if row[1].startswith("incident/") and row[4])
    by_ref = Counter(row[1].split("/")[1] for row in rows)
    whole = {"opens": 2, "records": 1, "imports": by_ref["whole"]}
    commands = {name for name in by_command.keys() | by_ref.keys() if NAMED.fullmatch(name)}
    for name in commands:
        face = deeds.FACES[int(name.rpartition("-")[2]) % len(deeds.FACES)]
        size = (by_ref if face == "imports" else by_command)[name]
        assert size == whole[face], f"{name} {face}: all of it, once"
    assert set(acknowledged) <= commands
    assert len(set(acknowledged)) == len(acknowledged)
    started = Counter(row[1] for row in rows if row[1] in {"office/county", "office/city"})
    assert set(started.values()) <= {1, 2}, "registered; that it logs of its own is recorded once"


def done(workers: Sequence[Worker]) -> list[str]:
    """What the writers among them were told was done."""
    return [command for worker in workers for command in worker.all("done")]


@pytest.fixture(autouse=True)
def _nobody_left() -> Iterator[None]:
    """A test that fails leaves nobody behind who writes."""
    yield
    for process in multiprocessing.active_children():
        process.kill()
        process.join()


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A store with four offices and a few incidents, one of them imported."""
    if request.param == "sqlite":
        made = f"sqlite:///{tmp_path / 'log.db'}?timeout=30"
    else:
        made = f"{request.getfixturevalue('postgres_url')}&timeout=30"
    furnish(made, tmp_path)
    return made


def furnish(url: str, folder: Path) -> None:
    with Engine.open(url) as engine:
        engine.register_offices(OFFICES)
        for ref in deeds.SHARED:
            open_incident(engine, ref)
        engine.import_timeline(timeline(folder, "whole"))
        engine.projections.catch_up()


@pytest.mark.parametrize("seconds", [4, pytest.param(60, marks=LONG)])
def test_many_at_once(url: str, tmp_path: Path, seconds: int) -> None:
    writers = [Worker(deeds.write, url, f"w{n}", tmp_path) for n in range(5)]
    readers = [Worker(deeds.catch_up, url), Worker(deeds.catch_up, url)]
    follower = Worker(deeds.follow, url)
    hear_out([*writers, *readers, follower], seconds)
    stop([*writers, *readers])
    stop([follower])

    assert all(worker.all("done") for worker in (*writers, *readers))
    assert [worker.all("again") for worker in (*writers, *readers)] == [[]] * 7
    check_log(url, done(writers))
    there = [row[0] for row in ask(url, "SELECT event_id FROM events ORDER BY position")]
    assert follower.all("saw") == there, "who follows the log misses no event and meets none twice"
    for reader in readers:
        reached = [int(position) for position in reader.all("done")]
        assert reached == sorted(reached)
    check_views(url)


@pytest.mark.parametrize("kills", [10, pytest.param(50, marks=LONG)])
@pytest.mark.parametrize("victim", ["write", "catch_up", "rebuild"])
def test_killed_at_any_moment(url: str, tmp_path: Path, victim: str, kills: int) -> None:
    """A writer, or what makes the read models while a writer goes on."""
    dice = random.Random(victim)  # noqa: S311 - a test
    acknowledged: list[str] = []
    for n in range(kills):
        writer = Worker(deeds.write, url, f"w{n}", tmp_path, 0 if victim == "write" else 0.03)
        target = writer if victim == "write" else Worker(getattr(deeds, victim), url)
        hear_out([writer, target], dice.random() * 0.3)
        target.kill()
        if target is not writer:
            stop([writer])
        acknowledged += writer.all("done")
        check_log(url, acknowledged)
        if target is not writer or n == kills - 1:
            check_views(url)
    assert acknowledged


@pytest.mark.usefixtures("postgres")
@pytest.mark.parametrize("times", [3, pytest.param(15, marks=LONG)])
def test_a_server_that_goes_away_and_comes_back(tmp_path: Path, times: int) -> None:
    """Whoever writes goes on by himself, and nothing is there twice."""
    with Server() as server:
        url = server.url(server.create_database())
        furnish(url, tmp_path)
        writers = [Worker(deeds.write, url, f"w{n}", tmp_path) for n in range(3)]
        workers = [*writers, Worker(deeds.catch_up, url)]
        for _ in range(times):
            hear_out(workers, 0.7)
            server.stop("immediate")
            hear_out(workers, 0.3)
            before = [len(worker.all("done")) for worker in workers]
            server.start()
            until = time.monotonic() + 30
            while any(len(w.all("done")) <= count for w, count in zip(workers, before, strict=True)):
                assert time.monotonic() < until, "all go on"
                hear_out(workers, 0.1)
        stop(workers)
        check_log(url, done(writers))
        check_views(url)


def test_eight_on_one_incident(url: str) -> None:
    """Each command is carried out or refused for what it asks, never because somebody else was there."""
    with Engine.open(url) as engine:
        open_incident(engine, "mine-01")
        targets = [
            engine.record("mine-01", reported(source=f"target {n}"), COUNTY).event_ids[0] for n in range(6)
        ]
    writers = [Worker(deeds.contend, url, f"w{n}", targets) for n in range(8)]
    for writer in writers:
        writer.talk.send("go")
    hear_out(writers)
    assert [writer.end() for writer in writers] == [0] * 8
    assert [writer.all("failed") for writer in writers] == [[]] * 8
    withdrawn = Counter(target for writer in writers for target in writer.all("withdrawn"))
    refused = Counter(target for writer in writers for target in writer.all("refused"))
    assert withdrawn == dict.fromkeys(targets, 1)
    assert refused == dict.fromkeys(targets, 7)
    with Engine.open(url) as engine:
        there = [step.entry.source for step in engine.view("mine-01").timeline.steps]
    assert sorted(map(str, there)) == sorted(done(writers))
    check_views(url)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of two megabytes."""
    folder = tmp_path / "disk"
    folder.mkdir()
    if os.geteuid() != 0 or mount("-t", "tmpfs", "-o", "size=2m", "none", folder) != 0:
        pytest.skip("a disk can only be mounted by root")
    yield folder
    subprocess.run(["umount", "--lazy", folder], check=True)


def mount(*arguments: object) -> int:
    return subprocess.run(["mount", *map(str, arguments)], capture_output=True, check=False).returncode


def check_file(file: Path, acknowledged: Sequence[str]) -> None:
    """The file is sound, and holds what it is said to hold."""
    with closing(sqlite3.connect(file)) as raw:
        assert raw.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        rows = raw.execute("SELECT command_id FROM events WHERE command_id IS NOT NULL ORDER BY position")
        named = dict.fromkeys(row[0] for row in rows if row[0].startswith(("fill", "first", "after")))
    assert list(named) == list(acknowledged)


def filled(file: Path, *, limit: int | None = None, ballast: Path | None = None) -> str:
    """Fill the disk, make room, go on; what was said when it was full."""
    url = f"sqlite:///{file}"
    with Engine.open(url) as engine:
        engine.register_offices(OFFICES)
        open_incident(engine)
    worker = Worker(deeds.fill, url, limit, ballast)
    hear_out([worker])
    assert worker.end() == 0
    (words,) = worker.all("full")
    assert len(worker.all("done")) > 2, "some before, and the one after there was room again"
    check_file(file, worker.all("done"))
    return words


def test_a_full_disk_still_shows_what_the_lists_hold(small_disk: Path) -> None:
    """Whoever has the store open goes on reading: the lists of before, and how far behind they are."""
    with Engine.open(f"sqlite:///{small_disk / 'store.db'}") as engine:
        engine.register_offices(OFFICES)
        open_incident(engine)
        assert engine.incidents().behind == 0
        open_incident(engine, "mine-02")
        (small_disk / "ballast").write_bytes(b"")
        with (small_disk / "ballast").open("ab", buffering=0) as ballast, suppress(OSError):
            while True:
                ballast.write(bytes(4096))
        listed = engine.incidents()
        assert len(listed.rows) == 1
        assert listed.behind > 0


def test_a_full_disk(small_disk: Path) -> None:
    ballast = small_disk / "ballast"
    ballast.write_bytes(bytes(500_000))
    words = filled(small_disk / "log.db", ballast=ballast)
    assert "the disk is full. Nothing was written." in words


def test_a_file_that_may_grow_no_more(tmp_path: Path) -> None:
    words = filled(tmp_path / "log.db", limit=1_000_000)
    assert "the disk reports an error" in words


def test_a_disk_that_can_only_be_read(small_disk: Path) -> None:
    file = small_disk / "log.db"
    with Engine.open(f"sqlite:///{file}") as engine:
        engine.register_offices(OFFICES)
        open_incident(engine, command_id="first")
    before = file.read_bytes()
    assert mount("-o", "remount,ro", small_disk) == 0

    def write() -> None:
        with Engine.open(f"sqlite:///{file}") as engine:
            engine.record("mine-01", learned(), COUNTY)

    with pytest.raises(StoreError, match=r"can be read but not written|cannot be opened") as raised:
        write()
    assert str(file) in str(raised.value)
    assert file.read_bytes() == before
    assert mount("-o", "remount,rw", small_disk) == 0
    check_file(file, ["first"])
