"""Rebuilding beside the lists that are read: broken off and gone on with, shared, verified, switched."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import inspect, select, text, update

from emergency import BrokenDataError, Engine, NotFoundError, RefusedError
from emergency.domain.events import Learned
from emergency.domain.offices import OfficeRegistered
from emergency.projections import building, catch_up, judging
from emergency.projections.building import Progress
from emergency.projections.rows import row_json
from emergency.projections.tables import Views
from emergency.store import Reading

from .bench import FAR, ME, OFFICES, forget, open_incident, strange, tables_of

CHANGED: OfficeRegistered = OFFICES[2].model_copy(update={"name": "NEW"})


def fill(engine: Engine, count: int, *, start: int = 0) -> None:
    """Incidents of a county that owes reports on them."""
    for n in range(start, start + count):
        open_incident(engine, f"mine-{n:03d}")
        engine.record(
            f"mine-{n:03d}", Learned.model_validate({"office": "county", "facts": {"deaths": 3}}), ME
        )


@pytest.fixture(autouse=True)
def small_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(building, "CHUNK", 4)
    monkeypatch.setattr(building, "GONE", 5)
    monkeypatch.setattr(catch_up, "BATCH", 5)


def our_tables(engine: Engine) -> set[str]:
    return {name for name in inspect(engine._log.engine).get_table_names() if name.startswith("view")}


class TestBeside:
    """Nobody waits for a rebuild, and nobody sees half of one."""

    def test_readers_and_writers_go_on(self, store: Engine, url: str) -> None:
        fill(store, 9)
        before = store.incidents()
        seen: list[int] = []

        def meanwhile(progress: Progress) -> None:
            assert progress.done <= progress.of
            with Engine.open(url) as other:
                if len(seen) < 3:
                    fill(other, 1, start=9 + len(seen))
                found = other.incidents()
                assert found.behind == 0
                seen.append(len(found.rows))
                assert other.projection_status().rebuilding is not None

        made = store.projections.rebuild(telling=meanwhile)
        assert seen[:3] == [10, 11, 12]
        assert made.position == store._log.last_position()
        assert (made.incidents, made.parked) == (12, 0)
        assert made.compared > 0
        assert len(store.incidents().rows) == len(before.rows) + 3
        assert store.projection_status().rebuilding is None

    def test_the_former_tables_are_dropped(self, store: Engine) -> None:
        fill(store, 3)
        store.incidents()
        first = our_tables(store)
        store.rebuild()
        second = our_tables(store)
        assert first & second == {"view_slots"}
        store.rebuild()
        assert our_tables(store) == first

    def test_nobody_sees_less_than_before(
        self, store: Engine, url: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """What somebody read between the last look at the log and the switch is in the new tables, too."""
        fill(store, 3)
        store.incidents()
        real = building.Building._verified
        late: list[int] = []

        def verified(self: building.Building, reading: Reading, views: Views) -> int:
            checked = real(self, reading, views)
            if not late:
                with Engine.open(url) as other:
                    fill(other, 1, start=3)
                    late.append(other.incidents().recorded_through)
            return checked

        monkeypatch.setattr(building.Building, "_verified", verified)
        assert store.rebuild() == late[0] == store._log.last_position()

    def test_a_reader_keeps_what_it_reads(self, store: Engine, url: str) -> None:
        """PostgreSQL cannot drop what is being read: it is dropped by the next rebuild."""
        fill(store, 3)
        first = our_tables(store) if store.incidents() else set()
        with Engine.open(url) as reader:
            with reader.streamed("incidents") as found:
                next(found.texts)
                began = time.monotonic()
                store.rebuild()
                assert time.monotonic() - began < 20
                second = our_tables(store) - (first - {"view_slots"})
                assert len(list(found.texts)) == 2
            assert reader.incidents().behind == 0
        left = our_tables(store)
        assert left == (first | second if url.startswith("postgresql") else second)
        store.rebuild()
        assert our_tables(store) == first

    def test_an_empty_store(self, store: Engine, url: str) -> None:
        assert store.projections.rebuild().incidents == 0
        with Engine.open(url) as other:
            assert other.incidents().rows == ()

    def test_how_far_it_has_come(self, store: Engine) -> None:
        fill(store, 9)
        told: list[Progress] = []
        store.rebuild(progress=told.append)
        last = store._log.last_position()
        assert [p.of for p in told] == [last] * len(told)
        assert [p.done for p in told] == sorted(p.done for p in told)
        assert told[-1].done == last
        assert told[-1].remaining == 0
        assert len(told) > 2


class Broken(BaseException):
    """The program is gone."""


def breaking(patch: pytest.MonkeyPatch, after: int) -> None:
    """Let the program end at its n-th write of rows, in the middle of the transaction."""
    real = Views.write
    left = [after]

    def write(self: Views, *args: Any, **how: Any) -> None:  # noqa: ANN401 - handed on
        real(self, *args, **how)
        left[0] -= 1
        if left[0] < 0:
            raise Broken

    patch.setattr(Views, "write", write)


class TestBrokenOff:
    """It goes on where it was; what comes out is what would have come out."""

    def test_it_goes_on_where_it_was(self, store: Engine) -> None:
        fill(store, 12)
        live = tables_of(store) if store.incidents() else {}
        with pytest.MonkeyPatch.context() as patch:
            breaking(patch, 2)
            with pytest.raises(Broken):
                store.rebuild()
        standing = store.projection_status().rebuilding
        assert standing is not None
        assert 0 < standing[0] < standing[1]
        assert tables_of(store) == live
        fill(store, 2, start=12)
        made = store.projections.rebuild()
        assert made.resumed_at == standing[0]
        assert made.incidents == 14
        rebuilt = tables_of(store)
        assert store.projections.rebuild().resumed_at == 0
        assert tables_of(store) == rebuilt

    def test_under_other_rules_it_begins_anew(self, store: Engine) -> None:
        fill(store, 9)
        with pytest.MonkeyPatch.context() as patch:
            breaking(patch, 1)
            with pytest.raises(Broken):
                store.rebuild()
        other = store.projections.rulebook = store.rulebook.known_on(date(2000, 1, 1))
        assert store.projections.rebuild().resumed_at == 0
        assert store.incidents().rulebooks == (other.fingerprint,) != (store.rulebook.fingerprint,)

    def test_it_begins_anew_where_that_is_asked(self, store: Engine) -> None:
        fill(store, 9)
        with pytest.MonkeyPatch.context() as patch:
            breaking(patch, 1)
            with pytest.raises(Broken):
                store.rebuild()
        assert store.projections.rebuild(anew=True).resumed_at == 0

    def test_a_killed_program(self, store: Engine, url: str) -> None:
        """Killed again and again, a little later each time, until one run gets through."""
        fill(store, 40)
        store.incidents()
        program = (
            "import sys; from emergency import Engine; from emergency.projections import building\n"
            "building.CHUNK = 2\n"
            "with Engine.open(sys.argv[1]) as engine:\n"
            "    print('ready', flush=True); engine.rebuild()\n"
        )
        killed = 0
        for _ in range(4):
            running = subprocess.Popen(
                [sys.executable, "-c", program, url],
                stdout=subprocess.PIPE,
                env=os.environ | {"LC_ALL": "C.UTF-8"},
            )
            assert running.stdout is not None
            running.stdout.readline()
            time.sleep(random.uniform(0.01, 0.2))  # noqa: S311 - no secret
            running.send_signal(signal.SIGKILL)
            killed += running.wait() == -signal.SIGKILL
            running.stdout.close()
            assert len(store.incidents().rows) == 40
        assert killed
        store.rebuild()
        rebuilt = tables_of(store)
        store.rebuild()
        assert tables_of(store) == rebuilt

    @settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
    @given(breaks=st.lists(st.integers(0, 4), max_size=4), batch=st.integers(1, 6), what=st.integers(0, 2))
    def test_wherever_it_breaks_off(self, breaks: list[int], batch: int, what: int) -> None:
        with pytest.MonkeyPatch.context() as patch, Engine.open("sqlite://") as engine:
            patch.setattr(building, "CHUNK", batch)
            patch.setattr(catch_up, "BATCH", batch)
            engine.register_offices(OFFICES)
            fill(engine, 6)
            strange(engine, "incident/mine-002")
            for number, after in enumerate(breaks):
                with pytest.MonkeyPatch.context() as one:
                    breaking(one, after)
                    with suppress(Broken):
                        (engine.rebuild, engine.incidents)[number % 2]()
                if what == 1:
                    fill(engine, 1, start=10 + number)
                elif what == 2:
                    changed = CHANGED.model_copy(update={"name": f"N{number}"})
                    engine.register_offices([changed])
            engine.incidents()
            live = tables_of(engine)
            engine.rebuild(anew=True)
            assert tables_of(engine) == live
            assert live["waiting"] == []


class TestTogether:
    """Two that rebuild at once share the work; one that begins under other rules ends the other."""

    def test_two_at_once(self, store: Engine, url: str) -> None:
        fill(store, 20)
        store.incidents()

        def run(_: int) -> int:
            with Engine.open(url) as mine:
                return mine.projections.rebuild().position

        with ThreadPoolExecutor(3) as pool:
            assert list(pool.map(run, range(3))) == [store._log.last_position()] * 3
        live = tables_of(store)
        assert len(live["incidents"]) == 20
        store.rebuild()
        assert tables_of(store) == live

    def test_one_that_is_overtaken_by_other_rules_says_so(self, store: Engine, url: str) -> None:
        fill(store, 9)
        store.incidents()
        once: list[int] = []

        def meanwhile(_: Progress) -> None:
            if not once:
                once.append(1)
                with Engine.open(url) as other, pytest.MonkeyPatch.context() as patch:
                    breaking(patch, 0)
                    with pytest.raises(Broken):
                        other.rebuild(anew=True)

        with pytest.raises(RefusedError, match="Another rebuild has begun anew"):
            store.rebuild(progress=meanwhile)
        assert store.projections.rebuild().incidents == 9

    def test_catching_up_at_once(self, store: Engine, url: str) -> None:
        store.incidents()
        fill(store, 10)
        store.register_offices([CHANGED])

        def run(_: int) -> int:
            with Engine.open(url) as mine:
                return len(mine.incidents().rows)

        with ThreadPoolExecutor(4) as pool:
            assert list(pool.map(run, range(4))) == [10] * 4
        live = tables_of(store)
        store.rebuild()
        assert tables_of(store) == live


class TestProcesses:
    """Several processes judge what one would have judged."""

    def test_the_same_rows(self, store: Engine) -> None:
        fill(store, 23)
        strange(store, "incident/mine-003")
        store.rebuild()
        one = tables_of(store)
        made = store.projections.rebuild(processes=2)
        assert (made.incidents, made.parked) == (22, 1)
        assert tables_of(store) == one

    def test_a_store_in_memory_has_only_one(self) -> None:
        with Engine.open("sqlite://") as engine:
            engine.register_offices(OFFICES)
            fill(engine, 2)
            assert engine.projections.rebuild(processes=2).incidents == 2


class TestVerified:
    """What was built is held against the log before anybody reads it."""

    @pytest.mark.parametrize(
        ("spoil", "words"),
        [
            (lambda c, v: c.execute(update(v.obligations).values(row="{}")), "judging it again"),
            (
                lambda c, v: c.execute(v.incidents.delete().where(v.incidents.c.incident == "mine-001")),
                "on record",
            ),
        ],
    )
    def test_what_is_wrong_is_not_switched_to(
        self, store: Engine, monkeypatch: pytest.MonkeyPatch, spoil: Callable[[Any, Views], Any], words: str
    ) -> None:
        fill(store, 5)
        live = tables_of(store) if store.incidents() else {}
        real = building.Building._caught_up

        def spoilt(self: building.Building, views: Views, named: str) -> int | None:
            with store._log.writing() as writing:
                spoil(writing.connection, views)
            return real(self, views, named)

        with monkeypatch.context() as patch:
            patch.setattr(building.Building, "_caught_up", spoilt)
            with pytest.raises(BrokenDataError, match=words):
                store.rebuild()
        assert tables_of(store) == live
        assert store.incidents().behind == 0
        store.rebuild(anew=True)
        assert tables_of(store) == live


class TestWaiting:
    """A change of the directory that concerns many incidents is worked off bit by bit."""

    def test_each_bit_is_kept(self, store: Engine) -> None:
        fill(store, 17)
        store.incidents()
        store.register_offices([CHANGED])
        changed = store._log.last_position()
        with pytest.MonkeyPatch.context() as patch:
            breaking(patch, 2)
            with pytest.raises(Broken):
                store.incidents()
        waiting = store.projection_status().waiting
        assert 0 < waiting < 17
        assert store.incidents().waiting == 0
        live = tables_of(store)
        assert {directory for _, _, _, directory, *_ in live["incidents"]} == {changed}
        store.rebuild()
        assert tables_of(store) == live


class TestParked:
    """What cannot be judged is listed, and tried again when somebody asks for it."""

    def test_tried_again(self, store: Engine) -> None:
        fill(store, 4)
        position = strange(store, "incident/mine-001")
        fill(store, 1, start=4)
        (parked,) = store.incidents().parked
        assert (parked["incident"], parked["position"]) == ("mine-001", position)
        assert store.retry_parked() == ("mine-001",)
        assert [p["incident"] for p in store.projection_status().parked] == ["mine-001"]
        assert {row["incident"] for row in store.obligations(at=FAR).rows} == {
            f"mine-{n:03d}" for n in (0, 2, 3, 4)
        }
        forget(store, position)
        assert store.retry_parked(["mine-001"]) == ("mine-001",)
        assert store.projection_status().parked == ()
        live = tables_of(store)
        store.rebuild()
        assert tables_of(store) == live
        assert store.retry_parked() == ()

    def test_one_that_is_not_parked(self, store: Engine) -> None:
        fill(store, 1)
        with pytest.raises(NotFoundError, match="mine-000 is not parked"):
            store.retry_parked(["mine-000"])

    def test_an_office_and_a_stream_that_nobody_knows(self, store: Engine) -> None:
        fill(store, 1)
        office, weather = strange(store, "office/city"), strange(store, "weather/today")
        assert {p["incident"] for p in store.incidents().parked} == {"office/city", "weather/today"}
        live = tables_of(store)
        store.rebuild()
        assert tables_of(store) == live
        store.retry_parked()
        assert tables_of(store) == live
        forget(store, office)
        forget(store, weather)
        assert store.retry_parked(["office/city", "weather/today"])
        assert store.projection_status().parked == ()

    def test_a_review_without_its_incident(self, store: Engine) -> None:
        fill(store, 1)
        strange(store, "review/ghost/a")
        fill(store, 4, start=1)
        strange(store, "review/ghost/b")
        assert [p["incident"] for p in store.incidents().parked] == ["ghost"]
        live = tables_of(store)
        store.rebuild()
        assert tables_of(store) == live

    @pytest.mark.parametrize("words", ["a\ud800b", "a\0b"])
    def test_what_the_database_does_not_take_is_parked_alone(
        self, store: Engine, url: str, monkeypatch: pytest.MonkeyPatch, words: str
    ) -> None:
        """SQLite keeps a zero byte; neither keeps half a character."""
        real = row_json

        def text_of(row: dict[str, Any]) -> str:
            return words if row.get("incident") == "mine-001" and "title" in row else real(row)

        with monkeypatch.context() as patch:
            patch.setattr(judging, "row_json", text_of)
            patch.setattr(catch_up, "BATCH", 500)
            store.incidents()
            fill(store, 3)
            store.register_offices([CHANGED])
            store._catch_up()
            with store._log.reading() as reading:
                views = store.projections.live(reading)
                assert views is not None
                rows = reading.connection.scalars(select(views.incidents.c.incident)).all()
            taken = "\0" in words and url.startswith("sqlite")
            assert set(rows) == {"mine-000", "mine-002"} | ({"mine-001"} if taken else set())
        store.rebuild()
        assert store.projection_status().parked == ()
        assert len(store.incidents().rows) == 3


class TestOtherShape:
    """Lists of an older or newer program in the same store are left alone."""

    def test_each_has_its_own(self, store: Engine) -> None:
        fill(store, 2)
        store.incidents()
        with store._log.writing() as writing:
            writing.connection.execute(text("UPDATE view_slots SET shape = 1"))
        assert len(store.incidents().rows) == 2
        with store._log.reading() as reading:
            shapes = reading.connection.execute(text("SELECT shape FROM view_slots")).scalars().all()
        assert len(shapes) == 2
