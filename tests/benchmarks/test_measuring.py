# ruff: noqa: INP001 - a package of this name would hide the one that it tests
"""What measures: turns and their medians, rows and bars; the peers get the same rows and say the same."""

from __future__ import annotations

import json
import sqlite3
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from benchmarks.measuring import Row, at_least, at_most, in_turns, middle, times_slower
from benchmarks.peers import RawSqlite
from benchmarks.stores import Places, incidents_for, long_histories, said

from benchmarks import measuring, store
from emergency.domain.events import Entry, IncidentOpened
from emergency.domain.incident import incident_of
from emergency.store import Draft, Log


def test_works_take_turns_and_the_first_round_is_not_counted() -> None:
    done: list[str] = []

    def work(name: str) -> Callable[[], Callable[[], object]]:
        def ready() -> Callable[[], object]:
            done.append(f"{name} ready")
            return lambda: done.append(f"{name} done")

        return ready

    ticks = iter(range(100))
    turns = in_turns(work("a"), work("b"), rounds=2, clock=lambda: next(ticks))
    assert turns == [(1, 1), (1, 1)]
    assert done == ["a ready", "a done", "b ready", "b done"] * 3


def test_a_ratio_is_the_median_of_the_turns_and_not_of_the_times() -> None:
    turns = [(1.0, 2.0), (10.0, 30.0), (100.0, 100.0)]
    assert times_slower(turns, 1) == 2.0
    assert times_slower(turns, 0, 1) == 0.5
    assert middle(turns, 1) == 30.0


def test_what_reaches_its_bar() -> None:
    assert [at_least("n", "w", "o", "b", figure=f, bar=2).reached for f in (1.99, 2.0, 2.01)] == [
        False,
        True,
        True,
    ]
    assert [at_most("n", "w", "o", "b", figure=f, bar=2, unit="ms").reached for f in (1.99, 2.0, 2.01)] == [
        True,
        True,
        False,
    ]
    assert at_least("n", "w", "o", "b", figure=1, bar=10_000, unit="events/s").must == "≥ 10,000 events/s"


def test_the_bare_insert_writes_the_same_bytes_and_columns(tmp_path: Path) -> None:
    with Log.open(f"sqlite:///{tmp_path / 'ours.db'}", store.CODEC) as log:
        store._append_each(log, list(said(30)))
        raw = RawSqlite(tmp_path / "ours.db", tmp_path / "raw.db")
        raw.save(reversed(list(raw.newest(30))))  # type: ignore[arg-type]
        raw.close()
    rows = []
    for name in ("ours.db", "raw.db"):
        connection = sqlite3.connect(tmp_path / name)
        rows.append(connection.execute("SELECT * FROM events ORDER BY position").fetchall())
        rows.append(
            connection.execute(
                "SELECT sql FROM sqlite_master WHERE tbl_name = 'events' ORDER BY 1"
            ).fetchall()
        )
        connection.close()
    assert rows[0] == rows[2]
    assert len(rows[0]) == 30
    assert rows[1] == rows[3]


def test_single_events_make_streams_without_gaps() -> None:
    versions: dict[str, int] = {}
    for one in said(200):
        assert one.version == versions.get(one.stream, 0) + 1
        versions[one.stream] = one.version
    assert sum(versions.values()) == 200
    assert not set(versions) & {one.stream for one in said(200)}


def test_long_histories_fold_to_incidents(tmp_path: Path) -> None:
    found = long_histories(3, 50)
    assert [len(bodies) for bodies in found] == [50] * 3
    with Log.open(f"sqlite:///{tmp_path / 'a.db'}", store.CODEC) as log, log.writing() as writing:
        for number, bodies in enumerate(found):
            assert isinstance(bodies[0], IncidentOpened)
            assert all(isinstance(body, Entry) for body in bodies[1:])
            written = writing.append(f"incident/{number}", 0, [Draft(event=body) for body in bodies])
            incident = incident_of(written)
            assert incident is not None
            assert len(incident.entries) == 49


def test_a_made_up_store_is_made_once_and_of_the_asked_size(tmp_path: Path) -> None:
    (tmp_path / "made-1000.db.part").write_bytes(b"broken off before")
    with Places(tmp_path) as places:
        file = places.made(1_000)
        before = file.stat().st_mtime_ns
        assert places.made(1_000) == file
    with Log.open(f"sqlite:///{file}", store.CODEC) as log, log.reading() as reading:
        entered = reading.last_position() - len(list(reading.page(0, 10_000, type_prefix="office.")))
    assert file.stat().st_mtime_ns == before
    assert entered == pytest.approx(1_000, rel=0.1)
    assert incidents_for(1_000_000) == pytest.approx(64_000, rel=0.02)


def test_folders_are_gone_afterwards() -> None:
    with Places() as places:
        folder = places.folder(in_memory=True)
        assert folder.is_dir()
    assert not folder.exists()


@pytest.mark.parametrize(("options", "kept"), [([], True), (["--quick"], False), (["--only", "one"], False)])
def test_only_a_whole_run_is_kept(
    options: list[str],
    kept: bool,  # noqa: FBT001 - a column of the table above
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    measured = {
        "one": lambda setting: [at_least("one", "first", "1", "2", figure=setting.events / 1e6, bar=0.5)],
        "two": lambda _: [Row("two", "second", "3")],
    }
    monkeypatch.setattr(store, "MEASURED", measured)
    monkeypatch.setattr(store, "RESULTS", tmp_path / "results" / "store.json")
    monkeypatch.setattr(store, "postgresql", lambda _: "15")
    monkeypatch.setattr(sys, "argv", ["store", *options])
    store.main()
    shown = capsys.readouterr().out
    assert "first" in shown
    assert ("MISSED" in shown) == ("--quick" in options)
    assert store.RESULTS.exists() == kept
    if kept:
        told = json.loads(store.RESULTS.read_text(encoding="utf-8"))
        assert [row["name"] for row in told["rows"]] == ["one", "two"]
        assert told["events"] == 1_000_000
        assert str(tmp_path) not in store.RESULTS.read_text(encoding="utf-8")


def test_the_ready_made_store_says_the_same() -> None:
    pytest.importorskip("eventsourcing_sqlalchemy")
    peers = sys.modules["benchmarks.peers"]
    with Places() as places:
        ready = peers.ReadyMade(f"sqlite:///{places.folder() / 'ready.db'}")
        bodies = long_histories(1, 50)[0]
        case, events = ready.case(bodies)
        ready.save(events)
        again = ready.replay(case)
        assert ready.page(1, 500) == 50
        ready.close()
    assert [said for _, said in again.entries] == [
        body.model_dump(mode="json", exclude_none=True) for body in bodies
    ]
    assert measuring.CPU() > 0
