"""The contract on PostgreSQL, and what only PostgreSQL can do wrong."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, create_engine, make_url, text
from sqlalchemy.exc import DBAPIError
from tests.postgres import Server

from emergency.errors import BusyError
from emergency.store import ConflictError, Contacts, Log, ReadOnlyError, UnreachableError
from emergency.store.postgres import Ringing

from .contract import StoreContract, noted, opened
from .worker import JsonCodec


def patient(url: str, seconds: float) -> str:
    return make_url(url).update_query_dict({"timeout": str(seconds)}).render_as_string(hide_password=False)


class TestPostgres(StoreContract):
    """A database of a private server."""

    @pytest.fixture
    def url(self, postgres_url: str) -> str:
        return patient(postgres_url, 1)

    def set_clock(self, log: Log, patch: pytest.MonkeyPatch, reading: datetime) -> None:
        look = log.database._look  # type: ignore[attr-defined]
        shown = look.replace("clock_timestamp()", f"'{reading.isoformat()}'::timestamptz")
        patch.setattr(log.database, "_look", shown)


@pytest.fixture
def log(postgres_url: str) -> Iterator[Log]:
    with opened(patient(postgres_url, 2)) as log:
        yield log


def write(log: Log, stream: str) -> None:
    log.write(lambda writing: writing.append(stream, writing.version(stream), noted(1)))


def test_the_hour_is_the_servers_and_is_read_in_utc(postgres_url: str) -> None:
    engine = create_engine(postgres_url, connect_args={"options": "-c timezone=Asia/Shanghai"})
    log = Log(engine, JsonCodec())
    before = datetime.now(UTC)
    with log.writing() as writing:
        written = writing.append("a", 0, noted(1))
        Contacts(writing).add("s1", "informant")
    assert log.stream("a") == written
    assert written[0].recorded_at.utcoffset() == timedelta(0)
    assert before <= written[0].recorded_at <= datetime.now(UTC)
    with log.reading() as reading:
        assert Contacts(reading).get("s1").added_at.utcoffset() == timedelta(0)
    engine.dispose()


def test_a_schema_and_a_prefix_keep_stores_apart(postgres_url: str) -> None:
    engine = create_engine(postgres_url)
    plain, prefixed, elsewhere = (
        Log(engine, JsonCodec()),
        Log(engine, JsonCodec(), prefix="em_"),
        Log(engine, JsonCodec(), prefix="em_", schema="reports"),
    )
    write(prefixed, "incident/a")
    with engine.begin() as connection, elsewhere.joined(connection):
        write(elsewhere, "incident/b")
        write(elsewhere, "incident/c")
    assert [log.streams() for log in (plain, prefixed, elsewhere)] == [
        [],
        ["incident/a"],
        ["incident/b", "incident/c"],
    ]
    named = make_url(postgres_url).update_query_dict({"table_prefix": "em_", "table_schema": "reports"})
    with opened(named.render_as_string(hide_password=False)) as again:
        assert again.last_position() == 2
    with engine.connect() as connection:
        found = connection.scalars(
            text("SELECT relname FROM pg_class WHERE relnamespace = 'reports'::regnamespace")
        )
        assert all(name.startswith("em_") for name in found)
    engine.dispose()


def test_names_are_found_by_their_beginning_in_any_language(postgres: Server) -> None:
    """In a database that sorts by the rules of a language, a range by code points must stay one."""
    with opened(postgres.url(postgres.create_database(icu="zh-Hans-CN"))) as log:
        names = ["incident/曲靖-1", "incident/A", "incident/a", "incident/曲", "Incident/a", "incident"]
        for name in names:
            write(log, name)
        assert log.streams("incident/") == names[:4]
        assert log.streams("incident/曲") == [names[0], names[3]]
        assert log.streams("incident/a") == ["incident/a"]


def test_no_reader_ever_misses_an_event(postgres_url: str) -> None:
    """Direct writers and portals whose transactions last: who reads on from the last position sees every event once."""
    engine = create_engine(postgres_url, pool_size=10)
    log = Log(engine, JsonCodec(), patience=10)
    rounds, stop = 25, threading.Event()

    def direct(number: int) -> None:
        for turn in range(rounds):
            write(log, f"incident/direct-{number}-{turn % 3}")

    def joined(number: int) -> None:
        for turn in range(rounds):
            with engine.begin() as connection:
                connection.execute(text("SELECT txid_current()"))
                with log.joined(connection):
                    write(log, f"incident/joined-{number}-{turn % 3}")
                time.sleep(0.002 * (turn % 4))

    def tail() -> list[int]:
        seen: list[int] = []
        while True:
            ended = stop.is_set()
            page = log.page(seen[-1] if seen else 0, 7)
            seen += [event.position for event in page]
            if ended and not page:
                return seen

    with ThreadPoolExecutor(8) as pool:
        tails = [pool.submit(tail) for _ in range(2)]
        writers = [pool.submit(work, n) for n, work in enumerate((direct, direct, direct, joined, joined))]
        for writer in writers:
            writer.result()
        stop.set()
        for one in tails:
            assert one.result() == list(range(1, 5 * rounds + 1))
    engine.dispose()


def test_a_ring_is_heard_at_once_and_a_missed_one_made_up_for(
    log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Ringing, "LOOKS_AGAIN", 60.0)
    with log.recorder.subscribe(gt=0) as events, ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(next, events)
        time.sleep(0.5)
        began = time.monotonic()
        write(log, "a")
        assert waiting.result(timeout=30).id == 1
        assert time.monotonic() - began < 5
    monkeypatch.setattr(Ringing, "LOOKS_AGAIN", 0.5)
    with log.recorder.subscribe(gt=1) as events, ThreadPoolExecutor(1) as pool:
        monkeypatch.setattr(events._bell, "_channel", "nobody rings here")  # type: ignore[attr-defined]
        waiting = pool.submit(next, events)
        time.sleep(0.3)
        write(log, "a")
        assert waiting.result(timeout=30).id == 2


def test_what_is_written_before_the_first_look_is_not_waited_for(
    log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An event between the first reading and the listening would wait for the next: so listening comes first."""
    monkeypatch.setattr(Ringing, "LOOKS_AGAIN", 60.0)
    listen = Ringing.listen

    def slow(self: Ringing) -> None:
        listen(self)
        write(log, "a")
        monkeypatch.setattr(Ringing, "listen", listen)

    monkeypatch.setattr(Ringing, "listen", slow)
    with log.recorder.subscribe(gt=0) as events, ThreadPoolExecutor(1) as pool:
        assert pool.submit(next, events).result(timeout=10).id == 1


def test_a_portal_in_a_stricter_isolation_never_breaks_the_order(postgres_url: str) -> None:
    engine = create_engine(postgres_url, isolation_level="SERIALIZABLE")
    log = Log(engine, JsonCodec(), patience=1)
    write(log, "a")
    with engine.connect() as connection:
        connection.execute(text("SELECT 1"))
        with log.joined(connection), log.writing() as writing:
            writing.append("b", 0, noted(1))
        write(log, "c")
        with pytest.raises(DBAPIError, match="could not serialize"):
            connection.commit()
    assert [(e.position, e.stream) for e in log.page(0, 9)] == [(1, "a"), (2, "c")]
    with engine.begin() as connection, log.joined(connection):
        write(log, "b")
    assert [(e.position, e.stream) for e in log.page(2, 9)] == [(3, "b")]
    engine.dispose()


def test_who_may_only_read_is_told_so(postgres_url: str, log: Log) -> None:
    write(log, "a")
    with log.engine.begin() as connection:
        connection.execute(text("DROP ROLE IF EXISTS reader"))
        connection.execute(text("CREATE ROLE reader LOGIN"))
        connection.execute(text("GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader"))
    url = make_url(postgres_url).set(username="reader").render_as_string(hide_password=False)
    with opened(url) as theirs:
        assert theirs.last_position() == 1
        with pytest.raises(ReadOnlyError, match="can be read but not written"), theirs.writing() as writing:
            writing.append("a", 1, noted(2))
    with log.engine.begin() as connection:
        connection.execute(text("DROP OWNED BY reader"))
        connection.execute(text("DROP ROLE reader"))
    assert log.last_position() == 1


def test_a_server_that_is_not_there() -> None:
    with pytest.raises(UnreachableError, match="cannot be reached"):
        opened("postgresql://nobody@127.0.0.1:1/none?connect_timeout=2")


def test_a_database_that_is_not_there(postgres: Server) -> None:
    with pytest.raises(UnreachableError, match="does not exist"):
        opened(postgres.url("none"))


def test_a_server_that_comes_back() -> None:
    with Server() as server, opened(patient(server.url(server.create_database()), 20)) as log:
        write(log, "a")
        held = [log.engine.connect() for _ in range(4)]
        for connection in held:
            connection.execute(text("SELECT 1"))
            connection.close()
        server.restart("immediate")
        write(log, "a")  # at once: no connection of the pool is of use any more
        assert log.last_position() == 2
        server.stop("immediate")
        with pytest.raises(UnreachableError, match="cannot be reached"):
            log.last_position()
        with ThreadPoolExecutor(1) as pool:
            waiting = pool.submit(write, log, "a")
            time.sleep(1)
            server.start()
            waiting.result()
        assert [e.version for e in log.stream("a")] == [1, 2, 3]


def test_a_commit_that_was_not_answered_is_found_by_its_command(
    log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server commits, and the answer is lost: done anew, the command finds what it wrote."""
    turns: list[int] = []
    writing_of = type(log.database).writing

    def cut(self: object, engine: Engine) -> object:
        context = writing_of(self, engine)  # type: ignore[arg-type]

        class Cut:
            def __enter__(self) -> object:
                return context.__enter__()

            def __exit__(self, *error: object) -> bool | None:
                ended = context.__exit__(*error)  # type: ignore[arg-type]
                if not turns[1:]:
                    raise UnreachableError("the line went dead")
                return ended

        return Cut()

    monkeypatch.setattr(type(log.database), "writing", cut)

    def work(writing: object) -> list[int]:
        turns.append(1)
        done = writing.once("c1", "h")  # type: ignore[attr-defined]
        if done is not None:
            return [event.position for event in done.events]
        return [
            e.position
            for e in writing.append("a", 0, noted(1, 2), command_id="c1", command_hash="h")  # type: ignore[attr-defined]
        ]

    assert log.write(work) == [1, 2]
    assert (len(turns), log.last_position()) == (2, 2)


def test_writers_of_one_stream_wait_for_each_other(log: Log) -> None:
    with log.writing() as writing:
        writing.append("a", 0, noted(1))
        with ThreadPoolExecutor(1) as pool, pytest.raises((BusyError, ConflictError)):
            pool.submit(write, log, "a").result()
    write(log, "a")
    assert [e.version for e in log.stream("a")] == [1, 2]
