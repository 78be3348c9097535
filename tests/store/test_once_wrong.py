"""What was once wrong with the store inside other people's programs, on both databases."""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import Engine, create_engine, event, make_url, text
from sqlalchemy.orm import Session, scoped_session, sessionmaker
from tests.postgres import Server

from emergency.errors import BusyError, EmergencyError, UsageError
from emergency.store import ConflictError, Log

from .contract import noted
from .worker import JsonCodec


@pytest.fixture
def lite(tmp_path: Path) -> Iterator[Engine]:
    """A portal's engine on SQLite, with a table of its own."""
    engine = create_engine(f"sqlite:///{tmp_path / 'portal.db'}", connect_args={"timeout": 1})
    yield with_tickets(engine)
    engine.dispose()


@pytest.fixture
def big(postgres_url: str) -> Iterator[Engine]:
    """A portal's engine on PostgreSQL, with a table of its own."""
    engine = create_engine(postgres_url)
    yield with_tickets(engine)
    engine.dispose()


@pytest.fixture(params=["lite", "big"])
def portal(request: pytest.FixtureRequest) -> Engine:
    """Either."""
    engine: Engine = request.getfixturevalue(request.param)
    return engine


def with_tickets(engine: Engine) -> Engine:
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE tickets (number INTEGER PRIMARY KEY)"))
    return engine


def tickets(portal: Engine) -> list[int]:
    with portal.connect() as connection:
        return list(connection.scalars(text("SELECT number FROM tickets ORDER BY number")))


def made(portal: Engine, **options: object) -> Log:
    return Log(portal, JsonCodec(), prefix="em_", **{"patience": 1, **options})  # type: ignore[arg-type]


def write(log: Log, stream: str, version: int = 0, *numbers: int) -> None:
    with log.writing() as writing:
        writing.append(stream, version, noted(*(numbers or (1,))))


# -- SQLite: what the log does to a portal's own engine ------------------------------------------------------


def test_a_portals_autocommit_stays_autocommit(lite: Engine) -> None:
    made(lite)
    with lite.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("INSERT INTO tickets VALUES (1)"))
    assert tickets(lite) == [1]


def test_a_portals_engine_in_autocommit(tmp_path: Path) -> None:
    engine = with_tickets(create_engine(f"sqlite:///{tmp_path / 'a.db'}", isolation_level="AUTOCOMMIT"))
    log = made(engine)
    write(log, "incident/a")
    with engine.connect() as connection:
        connection.execute(text("INSERT INTO tickets VALUES (1)"))
    assert log.last_position() == 1
    assert tickets(engine) == [1]
    engine.dispose()


def test_a_portal_that_begins_its_transactions_as_sqlalchemy_tells_it_to(tmp_path: Path) -> None:
    engine = create_engine(f"sqlite:///{tmp_path / 'a.db'}")

    @event.listens_for(engine, "connect")
    def connect(connection: object, record: object) -> None:  # noqa: ARG001  SQLAlchemy's
        connection.isolation_level = None  # type: ignore[attr-defined]

    @event.listens_for(engine, "begin")
    def begin(connection: object) -> None:
        connection.exec_driver_sql("BEGIN")  # type: ignore[attr-defined]

    try:
        log = made(with_tickets(engine))
        write(log, "incident/a")
        with engine.begin() as connection:
            connection.execute(text("INSERT INTO tickets VALUES (1)"))
            with log.joined(connection):
                write(log, "incident/b")
        assert log.last_position() == 2
        assert tickets(engine) == [1]
    finally:
        engine.dispose()


def test_a_log_on_an_engine_with_options_leaves_the_engine_itself_its_rollback(lite: Engine) -> None:
    made(lite.execution_options(stream_results=False))
    with lite.connect() as connection:
        connection.execute(text("INSERT INTO tickets VALUES (1)"))
        connection.rollback()
    assert tickets(lite) == []


def test_a_log_on_an_engine_with_options_joined_by_a_connection_of_the_engine(lite: Engine) -> None:
    log = made(lite.execution_options(stream_results=False))
    with lite.connect() as connection:
        connection.execute(text("SELECT 1"))
        with log.joined(connection):
            write(log, "incident/a")
        connection.rollback()
    assert log.last_position() == 0


def test_a_portal_on_an_engine_with_options(lite: Engine) -> None:
    log = made(lite)
    own = lite.execution_options(stream_results=False)
    with own.connect() as connection:
        connection.execute(text("INSERT INTO tickets VALUES (1)"))
        with log.joined(connection):
            write(log, "incident/a")
        connection.rollback()
    assert (tickets(lite), log.last_position()) == ([], 0)


def test_a_transaction_that_began_before_the_log_was_made(lite: Engine) -> None:
    made(lite)
    other = create_engine(lite.url)
    with other.connect() as connection:
        connection.execute(text("SELECT 1"))
        log = made(other)
        with log.joined(connection):
            write(log, "incident/a")
        connection.rollback()
    assert log.last_position() == 0
    other.dispose()


def test_a_portals_foreign_keys_are_its_own_affair(lite: Engine) -> None:
    with lite.begin() as connection:
        connection.execute(text("CREATE TABLE notes (ticket INTEGER REFERENCES tickets(number))"))
        connection.execute(text("INSERT INTO notes VALUES (7)"))
    made(lite)
    with lite.begin() as connection:
        connection.execute(text("INSERT INTO notes VALUES (7)"))


def test_sessions_of_a_portal_do_not_run_into_each_other(lite: Engine) -> None:
    """As in the how-to: a session, a command in it, a row of the portal's own."""
    log = made(lite, patience=5)

    def take(number: int) -> None:
        with Session(lite) as session, session.begin():
            with log.joined(session):
                log.write(lambda w: w.append("incident/a", w.version("incident/a"), noted(number)))
            session.execute(text("INSERT INTO tickets VALUES (:n)"), {"n": number})

    with ThreadPoolExecutor(4) as pool:
        outcomes = [one.exception() for one in [pool.submit(take, number) for number in range(24)]]
    assert [outcome for outcome in outcomes if outcome] == []


def test_a_conflict_that_cannot_go_away_is_told_at_once(lite: Engine) -> None:
    log = made(lite, patience=3)
    with lite.connect() as connection:
        connection.exec_driver_sql("BEGIN")
        connection.execute(text("SELECT * FROM tickets")).all()
        write(log, "incident/a")
        began = time.monotonic()
        with log.joined(connection), pytest.raises(ConflictError):
            log.write(lambda w: w.append("incident/a", w.version("incident/a"), noted(2)))
    assert time.monotonic() - began < 1


def test_a_reading_in_a_transaction_that_has_not_begun_is_one_state(lite: Engine) -> None:
    log = made(lite)
    with lite.connect() as connection, log.joined(connection), log.reading() as reading:
        before = reading.last_position()
        with contextlib.suppress(BusyError):  # who joined writes alone
            contextvars.Context().run(write, log, "incident/a")
        assert reading.last_position() == before


# -- PostgreSQL: two names for one place, and other sessions ---------------------------------------------------


def test_the_schema_named_and_the_schema_meant_are_one_log(big: Engine) -> None:
    """The portal names the schema, the command line relies on the search path."""
    meant, named = made(big), made(big, schema="public")

    def often(log: Log, stream: str) -> None:
        for _ in range(100):
            log.write(lambda w: w.append(stream, w.version(stream), noted(1)))

    with ThreadPoolExecutor(2) as pool:
        work = [pool.submit(often, meant, "incident/a"), pool.submit(often, named, "incident/b")]
        failed = [one.exception() for one in work]
    assert failed == [None, None]


def test_a_search_path_that_changes_before_the_commit(big: Engine) -> None:
    """A portal of several tenants, each in a schema of its own."""
    with big.begin() as connection:
        connection.execute(text("CREATE SCHEMA one"))
        connection.execute(text("CREATE SCHEMA two"))
    engines = {
        name: create_engine(big.url, connect_args={"options": f"-c search_path={name}"})
        for name in ("one", "two")
    }
    logs = {name: made(engine) for name, engine in engines.items()}
    with engines["one"].connect() as connection:
        with logs["one"].joined(connection):
            write(logs["one"], "incident/a")
        connection.execute(text("SET LOCAL search_path = two"))
        connection.commit()
    positions = [event.position for event in logs["one"].page(0, 9)]
    for engine in engines.values():
        engine.dispose()
    assert positions == [1]


@pytest.mark.parametrize("schema", ["user", "order"])
def test_a_schema_that_is_a_word_of_sql(big: Engine, schema: str) -> None:
    log = made(big, schema=schema)
    write(log, "incident/a")
    assert log.last_position() == 1


@pytest.mark.parametrize("prefix", ["user", "order"])
def test_a_prefix_that_is_a_word_of_sql(portal: Engine, prefix: str) -> None:
    log = Log(portal, JsonCodec(), prefix=prefix)
    write(log, "incident/a")
    assert log.last_position() == 1


def test_a_schema_made_for_a_user_who_may_make_none(postgres_url: str) -> None:
    url = make_url(postgres_url)
    with psycopg.connect(
        host=str(url.query["host"]), dbname=url.database, user="postgres", autocommit=True
    ) as admin:
        admin.execute("CREATE ROLE plain LOGIN")
        try:
            admin.execute("CREATE SCHEMA reports AUTHORIZATION plain")
            engine = create_engine(url.set(username="plain"))
            try:
                assert made(engine, schema="reports").last_position() == 0
            finally:
                engine.dispose()
        finally:
            admin.execute("DROP OWNED BY plain CASCADE")
            admin.execute("DROP ROLE plain")


def test_a_stricter_isolation_that_was_overtaken_is_a_conflict(big: Engine) -> None:
    log = made(big)
    with big.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
        connection.execute(text("SELECT * FROM em_events")).all()
        write(log, "incident/a")
        with log.joined(connection), pytest.raises(ConflictError):
            write(log, "incident/a", 0, 2)


def test_dates_written_in_another_order(postgres_url: str) -> None:
    engine = create_engine(postgres_url, connect_args={"options": "-c datestyle=SQL,DMY"})
    try:
        log = made(engine)
        write(log, "incident/a")
        assert log.last_position() == 1
    finally:
        engine.dispose()


def test_two_portals_use_one_command_id_for_two_things(big: Engine) -> None:
    log = made(big)

    def command(stream: str, digest: str) -> None:
        with big.begin() as connection, log.joined(connection):
            with log.writing() as writing:
                assert writing.once("c1", digest) is None
                writing.append(stream, 0, noted(1), command_id="c1", command_hash=digest)
            time.sleep(0.3)

    with ThreadPoolExecutor(2) as pool:
        work = [pool.submit(command, f"incident/{d}", d) for d in ("x", "y")]
        outcomes = [one.exception() for one in work]
    assert log.last_position() == 1, outcomes
    assert [type(outcome) for outcome in outcomes if outcome] == [ConflictError]


def test_a_portal_and_a_direct_writer_use_one_command_id_for_two_things(big: Engine) -> None:
    log = made(big)
    with big.begin() as connection:
        with log.joined(connection), log.writing() as writing:
            writing.append("incident/a", 0, noted(1), command_id="c1", command_hash="x")
        try:
            with log.writing() as writing:
                writing.append("incident/b", 0, noted(1), command_id="c1", command_hash="y")
        except EmergencyError:
            pass
    assert log.last_position() == 1


def test_a_lock_with_no_patience_does_not_wait_for_ever(big: Engine) -> None:
    log = made(big, patience=0)
    with log.writing() as holder, ThreadPoolExecutor(1) as pool:
        holder.lock("views")

        def other() -> None:
            with log.writing() as writing:
                writing.lock("views")

        waiting = pool.submit(other)
        try:
            assert isinstance(waiting.exception(timeout=3), BusyError)
        finally:
            holder.connection.rollback()


def test_a_lock_leaves_the_portals_own_patience_alone(big: Engine) -> None:
    log = made(big)
    with big.begin() as connection:
        with log.joined(connection), log.writing() as writing:
            writing.lock("views")
        assert connection.scalar(text("SHOW lock_timeout")) == "0"


def test_an_import_rings_like_any_other_write(big: Engine) -> None:
    log = made(big)
    write(log, "incident/a")
    heard: list[float] = []

    def listen() -> None:
        with log.recorder.subscribe(gt=1) as subscription:
            for _ in subscription:
                heard.append(time.monotonic())
                return

    thread = threading.Thread(target=listen)
    thread.start()
    time.sleep(0.3)
    with log.writing() as writing:
        writing.alone()
        writing.append("incident/b", 0, noted(1))
    written = time.monotonic()
    thread.join(10)
    assert heard[0] - written < 0.5


def test_a_server_that_restarts_does_not_end_a_subscription() -> None:
    with Server() as server:
        log = Log.open(server.url(server.create_database()), JsonCodec())
        write(log, "incident/a")
        heard: list[object] = []
        with log.recorder.subscribe(gt=1) as subscription:

            def listen() -> None:
                try:
                    heard.extend([next(subscription).id])
                except Exception as error:  # noqa: BLE001
                    heard.append(error)

            thread = threading.Thread(target=listen)
            thread.start()
            time.sleep(0.3)
            server.stop()
            time.sleep(1)
            server.start()
            log.write(lambda w: w.append("incident/b", 0, noted(1)))
            thread.join(10)
        log.close()
    assert heard == [2]


def test_many_events_of_a_portal_get_their_places_in_good_time(big: Engine) -> None:
    """The log's lock is held meanwhile."""
    log = made(big)

    def seconds(events: int) -> float:
        with big.connect() as connection:
            with log.joined(connection), log.writing() as writing:
                writing.append(f"incident/{events}", 0, noted(*range(events)))
            began = time.monotonic()
            connection.commit()
            return time.monotonic() - began

    seconds(10)
    few, many = seconds(500), seconds(4000)
    assert many < 16 * few, (few, many)


def test_set_constraints_immediate(big: Engine) -> None:
    log = made(big)
    with big.begin() as connection:
        connection.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))
        with log.joined(connection):
            write(log, "incident/a")
            write(log, "incident/a", 1, 2)
    write(log, "incident/b")
    assert [e.position for e in log.page(0, 9)] == [1, 2, 3]


def test_a_portal_in_autocommit(portal: Engine) -> None:
    log = made(portal)
    with (
        portal.connect().execution_options(isolation_level="AUTOCOMMIT") as connection,
        pytest.raises(UsageError, match="AUTOCOMMIT"),
        log.joined(connection),
    ):
        pass


@pytest.mark.parametrize("url", ["postgresql://u:secret@h:nan/d", "postgresql://u:secret@h/d?timeout=soon"])
def test_no_password_in_a_message(url: str) -> None:
    with pytest.raises(UsageError) as caught:
        Log.open(url, JsonCodec())
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("timeout", ["inf", "nan"])
def test_a_patience_that_is_none(postgres_url: str, timeout: str) -> None:
    url = make_url(postgres_url).update_query_dict({"timeout": timeout})
    with pytest.raises(UsageError):
        Log.open(url.render_as_string(hide_password=False), JsonCodec()).close()


@pytest.mark.parametrize("timeout", ["inf", "nan"])
def test_a_patience_that_is_none_on_sqlite(tmp_path: Path, timeout: str) -> None:
    with pytest.raises(UsageError):
        Log.open(f"sqlite:///{tmp_path / 'a.db'}?timeout={timeout}", JsonCodec()).close()


@pytest.mark.parametrize("prefix", ["z", "office.z"])
def test_a_type_that_begins_with_z(portal: Engine, prefix: str) -> None:
    log = made(portal)
    with log.reading() as reading:
        assert reading.last_of_type(prefix) == 0
        assert reading.page(0, 9, type_prefix=prefix) == []


@pytest.mark.parametrize(
    "stream",
    [
        "incident/\ud800",
        "incident/\x00",
    ],
)
def test_a_name_that_no_text_can_hold(portal: Engine, stream: str) -> None:
    log = made(portal)
    for deed in (log.stream, log.streams, lambda name: write(log, name)):
        with contextlib.suppress(EmergencyError):
            deed(stream)
    write(log, "incident/a")


@pytest.mark.parametrize("name", ["it's", 'a"b', "100%s", "%(x)s", "a?b", "{events}", "a\\b", "x" * 2000, ""])
def test_names_with_signs_in_them(portal: Engine, name: str) -> None:
    log = made(portal)
    with log.writing() as writing:
        writing.append(name, 0, noted(1), command_id=name, command_hash=name, correlation_id=name)
    with log.reading() as reading:
        assert len(reading.stream(name)) == 1
        assert reading.streams(name) == [name]
        assert reading.command(name) is not None
        assert reading.tracked(name) == 0


def test_a_scoped_session(portal: Engine) -> None:
    log = made(portal)
    session = scoped_session(sessionmaker(portal))
    try:
        with log.joined(session):
            write(log, "incident/a")
        session.commit()
    finally:
        session.remove()
    assert log.last_position() == 1


def test_a_portal_that_commits_inside_the_block_and_goes_on(portal: Engine) -> None:
    log = made(portal)
    with Session(portal) as session, log.joined(session):
        write(log, "incident/a")
        session.commit()
        write(log, "incident/b")
        session.commit()
    assert log.last_position() == 2


def test_a_connection_that_commits_inside_the_block_and_goes_on(portal: Engine) -> None:
    log = made(portal)
    with portal.connect() as connection, log.joined(connection):
        write(log, "incident/a")
        connection.commit()
        write(log, "incident/b")
        connection.commit()
    assert log.last_position() == 2


def test_a_task_that_was_begun_inside_the_block_and_outlives_it(portal: Engine) -> None:
    """It takes the context with it: what it records after the block shall not end in somebody's next transaction."""
    log = made(portal)

    async def work() -> None:
        over = asyncio.Event()

        async def later() -> None:
            await over.wait()
            write(log, "incident/later")

        with portal.connect() as connection:
            with log.joined(connection):
                task = asyncio.create_task(later())
                write(log, "incident/a")
                await asyncio.sleep(0)
            connection.commit()
            over.set()
            await task

    asyncio.run(work())
    assert log.last_position() == 2


def test_a_task_that_outlives_the_connection(portal: Engine) -> None:
    log = made(portal)

    async def work() -> None:
        over = asyncio.Event()

        async def later() -> None:
            await over.wait()
            write(log, "incident/later")

        with portal.begin() as connection, log.joined(connection):
            task = asyncio.create_task(later())
            await asyncio.sleep(0)
        over.set()
        await task

    asyncio.run(work())
    assert log.last_position() == 1


def test_a_savepoint_that_the_portal_takes_back(portal: Engine) -> None:
    log = made(portal)
    with portal.begin() as connection, log.joined(connection):
        write(log, "incident/a")
        point = connection.begin_nested()
        write(log, "incident/a", 1, 2)
        write(log, "incident/b")
        point.rollback()
        write(log, "incident/a", 1, 3)
    assert [(e.position, e.event["n"]) for e in log.stream("incident/a")] == [(1, 1), (2, 3)]
    assert log.last_position() == 2
    write(log, "incident/b")
    assert log.last_position() == 3
