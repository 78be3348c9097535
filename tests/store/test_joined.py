"""Writing inside a portal's own transaction: both commit or neither, on both databases."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine, create_engine, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from emergency.errors import BusyError, RefusedError, UsageError
from emergency.store import PENDING, ConflictError, Draft, Log
from emergency.store.tables import POSTGRESQL

from .contract import noted
from .worker import JsonCodec


@pytest.fixture(params=["sqlite", "postgresql"])
def portal(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """The portal's engine, with a table of its own."""
    if request.param == "sqlite":
        engine = create_engine(f"sqlite:///{tmp_path / 'portal.db'}", connect_args={"timeout": 1})
    else:
        engine = create_engine(request.getfixturevalue("postgres_url"))
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE tickets (number INTEGER PRIMARY KEY)"))
    yield engine
    engine.dispose()


@pytest.fixture
def log(portal: Engine) -> Log:
    return Log(portal, JsonCodec(), prefix="em_", patience=1)


def write(log: Log, stream: str, version: int, *numbers: int) -> None:
    with log.writing() as writing:
        writing.append(stream, version, noted(*numbers))


def half(log: Log) -> None:
    """Two appends of which the second is refused: neither may stay."""
    with log.writing() as writing:
        writing.append("incident/b", 0, noted(1))
        writing.append("incident/c", 0, [Draft(event={}, event_id="e1")])


def ticket(connection: Connection, number: int) -> None:
    connection.execute(text("INSERT INTO tickets VALUES (:number)"), {"number": number})


def tickets(portal: Engine) -> list[int]:
    with portal.connect() as connection:
        return list(connection.scalars(text("SELECT number FROM tickets ORDER BY number")))


def test_both_are_committed(portal: Engine, log: Log) -> None:
    with portal.begin() as connection:
        ticket(connection, 1)
        with log.joined(connection):
            write(log, "incident/a", 0, 1, 2)
            assert [e.event for e in log.stream("incident/a")] == [{"n": 1}, {"n": 2}]
        ticket(connection, 2)
    assert [(e.position, e.version) for e in log.page(0, 9)] == [(1, 1), (2, 2)]
    assert tickets(portal) == [1, 2]


def test_neither_is_committed(portal: Engine, log: Log) -> None:
    with portal.connect() as connection:
        ticket(connection, 1)
        with log.joined(connection):
            write(log, "incident/a", 0, 1, 2)
        connection.rollback()
    assert (log.page(0, 9), tickets(portal)) == ([], [])
    write(log, "incident/a", 0, 3)
    assert [(e.position, e.event) for e in log.stream("incident/a")] == [(1, {"n": 3})]
    assert log.last_position() == 1


def test_a_session_of_the_portal(portal: Engine, log: Log) -> None:
    with Session(portal) as session:
        session.execute(text("INSERT INTO tickets VALUES (1)"))
        with log.joined(session):
            write(log, "incident/a", 0, 1)
        session.commit()
    assert (log.last_position(), tickets(portal)) == (1, [1])


def test_nothing_outside_the_block_takes_part(portal: Engine, log: Log) -> None:
    with portal.connect() as connection:
        with log.joined(connection):
            assert log.is_joined
            write(log, "incident/a", 0, 1)
        assert not log.is_joined
        assert log.last_position() == 0
        connection.commit()
    assert log.last_position() == 1


def test_three_conflicts_do_not_poison_the_transaction(portal: Engine, log: Log) -> None:
    write(log, "incident/a", 0, 1, 2)
    with log.writing() as writing:
        writing.append("incident/ids", 0, [Draft(event={}, event_id="e1")])
    with portal.begin() as connection:
        ticket(connection, 1)
        with log.joined(connection):
            for stale in (0, 1):
                with pytest.raises(ConflictError, match="stands at version 2"):
                    write(log, "incident/a", stale, 3)
                ticket(connection, stale + 2)
            with pytest.raises(RefusedError, match="e1"):
                half(log)
            write(log, "incident/a", 2, 3)
    assert tickets(portal) == [1, 2, 3]
    assert [e.event.get("n") for e in log.stream("incident/a")] == [1, 2, 3]
    assert log.streams("incident/") == ["incident/a", "incident/ids"]


def test_an_exception_of_the_portals_undoes_all(portal: Engine, log: Log) -> None:
    def fail() -> None:
        with portal.begin() as connection, log.joined(connection):
            write(log, "incident/a", 0, 1)
            ticket(connection, 1)
            ticket(connection, 1)

    with pytest.raises(DBAPIError):
        fail()
    assert (log.last_position(), tickets(portal)) == (0, [])


def test_a_connection_of_another_engine_is_refused(portal: Engine, log: Log, tmp_path: Path) -> None:
    other = create_engine(f"sqlite:///{tmp_path / 'other.db'}")
    with (
        other.connect() as connection,
        pytest.raises(UsageError, match="another engine"),
        log.joined(connection),
    ):
        pass
    other.dispose()
    assert not log.is_joined
    assert portal.pool is not other.pool


def test_another_thread_and_another_log_take_no_part(portal: Engine, log: Log) -> None:
    second = Log(portal, JsonCodec(), prefix="other_", patience=1)
    with portal.connect() as connection, log.joined(connection), ThreadPoolExecutor(1) as pool:
        assert not second.is_joined
        assert pool.submit(lambda: log.is_joined).result() is False


def test_a_joined_event_has_the_hour_and_place_of_the_commit(portal: Engine, log: Log) -> None:
    with portal.connect() as connection:
        with log.joined(connection), log.writing() as writing:
            first = writing.append("incident/a", 0, noted(1))
            second = writing.append("incident/b", 0, noted(1))
            late = log.dialect == POSTGRESQL
            assert [e.position >= PENDING for e in (*first, *second)] == [late, late]
            assert first[0].position < second[0].position
        if late:
            write(log, "incident/quick", 0, 7)  # somebody else's, who does not wait
        time.sleep(0.05)
        connection.commit()
    page = log.page(0, 9)
    assert [e.position for e in page] == list(range(1, len(page) + 1))
    assert [e.stream for e in page][-2:] == ["incident/a", "incident/b"]
    moments = [e.recorded_at for e in page]
    assert moments == sorted(moments)
    if late:
        assert moments[-2] == moments[-1] > first[0].recorded_at
    write(log, "incident/c", 0, 1)
    assert log.last_position() == len(page) + 1


def test_a_long_transaction_stalls_nobody_else(portal: Engine, log: Log) -> None:
    if log.dialect != POSTGRESQL:
        pytest.skip("SQLite has one writer at a time")
    with portal.connect() as connection:
        with log.joined(connection):
            write(log, "incident/a", 0, 1)
        began = time.monotonic()
        for number in range(20):
            write(log, f"incident/{number}", 0, 1)
        assert time.monotonic() - began < 1  # the patience of a writer
        with pytest.raises(BusyError):  # but who writes to that incident must know what is there
            write(log, "incident/a", 0, 2)
        connection.commit()
    assert [e.stream for e in log.page(0, 99)] == [*(f"incident/{n}" for n in range(20)), "incident/a"]


def retried(work: Callable[[], None]) -> None:
    until = time.monotonic() + 20
    while True:
        try:
            work()
        except (ConflictError, BusyError):
            assert time.monotonic() < until
            time.sleep(0.005)
        else:
            return


def test_joined_and_direct_writers_do_not_lock_each_other_out(portal: Engine, log: Log) -> None:
    """All write to the same two streams, in different orders, with the log's lock between: none is broken off."""
    rounds = 15

    def joined() -> None:
        with portal.begin() as connection, log.joined(connection), log.writing() as writing:
            for stream in ("incident/x", "incident/y"):
                writing.append(stream, writing.version(stream), noted(1))
                time.sleep(0.002)

    def direct() -> None:
        with log.writing() as writing:
            for stream in ("incident/y", "incident/x"):
                writing.append(stream, writing.version(stream), noted(2))

    def often(work: Callable[[], None]) -> None:
        for _ in range(rounds):
            retried(work)

    with ThreadPoolExecutor(3) as pool:
        for done in [pool.submit(often, work) for work in (joined, direct, joined)]:
            done.result()
    page = log.page(0, 999)
    assert [e.position for e in page] == list(range(1, 6 * rounds + 1))
    assert [e.version for e in log.stream("incident/x")] == list(range(1, 3 * rounds + 1))
    moments = [e.recorded_at for e in page]
    assert moments == sorted(moments)
