"""What was once wrong with the store inside other people's programs, on both databases."""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import Engine, create_engine, event, make_url, select, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session, scoped_session, sessionmaker
from tests.postgres import Server

from emergency.errors import BusyError, CommandConflictError, EmergencyError, StoreError, UsageError
from emergency.store import PENDING, ConflictError, Draft, Log, UnreachableError
from emergency.store.seal import FIRST, sealed

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
        with suppress(UsageError), log.joined(connection):
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


# -- More of PostgreSQL --------------------------------------------------------------------------------------


def chained(log: Log) -> list[int]:
    """The positions whose seal is not that of their row upon the one before it."""
    wrong, before = [], FIRST
    with log.reading() as reading:
        every = select(log.tables.events).order_by("position")
        for row in reading.connection.execute(every):
            position, *fields, moment, back, seal = row
            if seal != sealed(before, position, tuple(fields), log.database.moment(moment), clock_back=back):
                wrong.append(position)
            before = seal
        if before != reading.connection.scalar(text("SELECT seal FROM em_head")):
            wrong.append(0)
    return wrong


@pytest.mark.parametrize("turn", ["", "wide", "narrow", "bytes"])
def test_the_seals_of_a_portal_are_those_of_all(big: Engine, turn: str) -> None:
    with big.begin() as connection:
        name = connection.engine.url.database
        if turn == "bytes":
            connection.execute(text(f"ALTER DATABASE {name} SET bytea_output = 'escape'"))
        if turn == "narrow":
            connection.execute(text(f"ALTER DATABASE {name} SET extra_float_digits = 0"))
            connection.execute(text(f"ALTER DATABASE {name} SET timezone = 'Asia/Kathmandu'"))
            connection.execute(text(f"ALTER DATABASE {name} SET standard_conforming_strings = off"))
    big.dispose()
    log = made(big)
    for number in range(6):
        with big.begin() as connection, log.joined(connection), log.writing() as writing:
            odd = ["", "曲靖😀", "a\\b'c\"d%", "\x01\n", "x" * 70000, None][number]
            writing.append(
                f"incident/{odd}"[:600],
                0,
                [Draft(event={"n": odd}, event_id=f"e{number}", causation_id=odd), Draft(event={})],
                command_id=odd and odd[:600],
                command_hash=odd,
                correlation_id=odd,
            )
        write(log, f"direct/{number}")
    if turn == "wide":
        with big.begin() as connection:
            connection.execute(text("UPDATE em_head SET recorded_at = now() + interval '3 days'"))
        with big.begin() as connection, log.joined(connection):
            write(log, "incident/back", 0, 1, 2)
        assert [e.clock_back for e in log.stream("incident/back")] == [True, True]
    assert chained(log) == []


@pytest.mark.parametrize("encoding", ["LATIN1"])
def test_a_database_in_another_encoding(postgres: Server, encoding: str) -> None:
    """Either it works, or it is said at the start."""
    name = f"other_{encoding.lower()}"
    url = make_url(postgres.url(name))
    with psycopg.connect(
        host=str(url.query["host"]), dbname="postgres", user="postgres", autocommit=True
    ) as admin:
        admin.execute(f"CREATE DATABASE {name} TEMPLATE template0 ENCODING '{encoding}' LOCALE 'C'")
    engine = create_engine(url)
    try:
        with suppress(StoreError):
            log = made(engine)
            write(log, "incident/曲靖-01")
            assert log.streams("incident/曲靖") == ["incident/曲靖-01"]
    finally:
        engine.dispose()
        postgres.drop_database(name)


def test_a_connection_is_good_after_it_waited_in_vain(postgres_url: str) -> None:
    holder, one = create_engine(postgres_url), create_engine(postgres_url, pool_size=1, max_overflow=0)
    first, log = made(holder), made(one, patience=0.3)
    try:
        for deed in ("BusyError", "statement_timeout"):
            with first.writing() as writing:
                writing.alone()
                if deed == "BusyError":
                    with pytest.raises(BusyError):
                        write(log, "incident/a")
                else:
                    with one.connect() as connection:
                        connection.execute(text("SET statement_timeout = 100"))
                        connection.commit()
                    with pytest.raises(BusyError):
                        write(log, "incident/a")
                    with one.connect() as connection:
                        connection.execute(text("SET statement_timeout = 0"))
                        connection.commit()
        write(log, "incident/a")
        with one.connect() as connection:
            assert connection.scalar(text("SHOW lock_timeout")) == "0"
    finally:
        holder.dispose()
        one.dispose()


def test_a_connection_that_came_back_closed_is_not_given_out(postgres_url: str) -> None:
    """A portal that resets nothing; a connection breaks in its hands."""
    engine = create_engine(postgres_url, pool_size=1, max_overflow=0, pool_reset_on_return=None)
    try:
        log = made(engine)
        write(log, "incident/a")
        with engine.connect() as connection:
            connection.connection.dbapi_connection.close()  # type: ignore[union-attr]
        assert log.last_position() == 1
    finally:
        engine.dispose()


def interrupted(log: Log) -> None:
    with log.writing() as writing:
        writing.append("incident/a", 0, noted(1))
        raise KeyboardInterrupt


def test_an_interrupt_leaves_the_connection_good(postgres_url: str) -> None:
    engine = create_engine(postgres_url, pool_size=1, max_overflow=0, pool_timeout=1)
    try:
        log = made(engine)
        for _ in range(3):
            with pytest.raises(KeyboardInterrupt):
                interrupted(log)
        write(log, "incident/a")
        assert engine.pool.checkedout() == 0  # type: ignore[attr-defined]
    finally:
        engine.dispose()


def test_another_driver_is_refused_at_the_start() -> None:
    engine = create_engine(
        "postgresql+pg8000://", module=psycopg, creator=lambda: psycopg.connect(host="/nowhere")
    )
    with pytest.raises(StoreError, match="psycopg"):
        Log(engine, JsonCodec())


def test_an_event_id_of_a_portal_does_not_stall_the_log(big: Engine) -> None:
    log = made(big, patience=3)
    with big.connect() as connection, ThreadPoolExecutor(1) as pool:
        with log.joined(connection), log.writing() as writing:
            writing.append("incident/a", 0, [Draft(event={}, event_id="e1")])

        def same() -> None:
            with log.writing() as other:
                other.append("incident/b", 0, [Draft(event={}, event_id="e1")])

        waiting = pool.submit(same)
        time.sleep(0.3)
        began = time.monotonic()
        write(log, "incident/c")
        took = time.monotonic() - began
        connection.rollback()
        waiting.exception()
    assert took < 1


def test_a_stop_while_the_bell_is_being_hung_leaves_no_connection(big: Engine) -> None:
    log = made(big)
    bell = log.database.bell(big)
    bell.stop()
    bell.listen()
    closed = bell._driver is None or bell._driver.closed  # type: ignore[attr-defined]
    if not closed:
        bell._driver.close()  # type: ignore[attr-defined]
    assert closed


def test_a_stop_while_the_bell_rings_up_is_an_end_like_any_other(
    big: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = made(big)
    subscription = log.recorder.subscribe(gt=0)
    prepare = psycopg.Connection.set_autocommit

    def stopped(connection: psycopg.Connection, value: bool) -> None:  # noqa: FBT001
        prepare(connection, value)
        subscription.stop()

    monkeypatch.setattr(psycopg.Connection, "set_autocommit", stopped)
    assert list(subscription) == []


def test_a_subscription_to_some_topics(portal: Engine) -> None:
    log = made(portal)
    with log.writing() as writing:
        writing.append("a", 0, [Draft(event={"type": t}) for t in ("x", "y", "x", "z")])
    with log.recorder.subscribe(gt=0, topics=["x"]) as subscription:
        assert [next(subscription).id, next(subscription).id] == [1, 3]


def test_two_portals_that_wait_for_each_other(big: Engine) -> None:
    """One of them must be told soon, the other goes on."""
    log = made(big, patience=4)
    both = threading.Barrier(2)

    def portal(*streams: str) -> None:
        with big.begin() as connection, log.joined(connection):
            write(log, streams[0])
            both.wait()
            write(log, streams[1])

    began = time.monotonic()
    with ThreadPoolExecutor(2) as pool:
        work = [pool.submit(portal, *streams) for streams in (("a", "b"), ("b", "a"))]
        outcomes = [one.exception() for one in work]
    assert len([one for one in outcomes if one is None]) == 1
    assert time.monotonic() - began < 3


# -- More of SQLite ------------------------------------------------------------------------------------------


def test_what_the_portal_writes_after_sqlite_broke_its_transaction_off(lite: Engine) -> None:
    log = made(lite)
    with lite.begin() as connection:
        connection.exec_driver_sql(
            "CREATE TRIGGER broken BEFORE INSERT ON em_events BEGIN SELECT RAISE(ROLLBACK, 'full'); END"
        )
    with lite.connect() as connection:
        connection.execute(text("INSERT INTO tickets VALUES (1)"))
        with log.joined(connection), pytest.raises(EmergencyError):
            write(log, "incident/a")
        with suppress(EmergencyError, SQLAlchemyError):
            connection.execute(text("INSERT INTO tickets VALUES (2)"))
            connection.commit()
    assert tickets(lite) == []


def test_a_number_that_no_column_holds(lite: Engine) -> None:
    log = made(lite)
    for after, limit in ((2**70, 1), (0, 2**70)):
        with suppress(EmergencyError):
            log.page(after, limit)


def test_a_head_that_somebody_took_away(portal: Engine) -> None:
    log = made(portal)
    with portal.begin() as connection:
        connection.execute(text("DELETE FROM em_head"))
    with pytest.raises(EmergencyError):
        write(log, "incident/a")


def test_errors_of_the_portals_own_transactions_are_sqlalchemys(lite: Engine) -> None:
    made(lite)
    with lite.connect() as one, lite.connect() as two:
        one.execute(text("INSERT INTO tickets VALUES (1)"))
        with pytest.raises(SQLAlchemyError):
            two.execute(text("INSERT INTO tickets VALUES (2)"))


def test_a_block_that_was_never_left(portal: Engine) -> None:
    """Someone entered it by hand and lost the way out; the connection is long closed."""
    log = made(portal)

    def lost() -> None:
        with portal.connect() as connection:
            log.joined(connection).__enter__()
        write(log, "incident/a")

    contextvars.Context().run(lost)
    assert log.last_position() == 1


# -- And more ------------------------------------------------------------------------------------------------


def test_a_portal_that_sets_its_search_path_at_each_checkout(big: Engine) -> None:
    """As portals of several tenants do; the statement begins a transaction of the driver's."""
    made(big)

    @event.listens_for(big, "checkout")
    def checkout(connection: psycopg.Connection, record: object, proxy: object) -> None:
        del record, proxy
        connection.execute("SET search_path = public")

    log = made(big)
    write(log, "incident/a")
    assert log.last_position() == 1


def test_a_portals_engine_in_autocommit_on_postgresql(postgres_url: str) -> None:
    engine = with_tickets(create_engine(postgres_url, isolation_level="AUTOCOMMIT"))
    try:
        log = made(engine)
        write(log, "incident/a")
        with engine.connect() as connection:
            connection.execute(text("INSERT INTO tickets VALUES (1)"))
        assert (log.last_position(), tickets(engine)) == (1, [1])
    finally:
        engine.dispose()


def test_several_stores_are_made_in_one_new_schema_at_once(big: Engine) -> None:
    ready = threading.Barrier(4)

    def make(number: int) -> None:
        ready.wait()
        Log(big, JsonCodec(), prefix=f"p{number}_", schema="fresh")

    with ThreadPoolExecutor(4) as pool:
        outcomes = [one.exception() for one in [pool.submit(make, n) for n in range(4)]]
    assert outcomes == [None] * 4


@pytest.mark.parametrize("query", ["table_prefix=a&table_prefix=b", "timeout=1&timeout=2"])
def test_a_url_that_asks_for_what_is_not_known(tmp_path: Path, query: str) -> None:
    with suppress(EmergencyError):
        Log.open(f"sqlite:///{tmp_path / 'a.db'}?{query}", JsonCodec()).close()


def test_a_provisional_place_is_not_told_in_a_refusal(big: Engine) -> None:
    log = made(big)
    with big.begin() as connection, log.joined(connection), log.writing() as writing:
        writing.append("incident/a", 0, noted(1), command_id="c1", command_hash="x")
        with pytest.raises(CommandConflictError) as caught:
            writing.once("c1", "y")
    assert str(PENDING) not in str(caught.value)


def test_the_newest_of_a_type_is_not_a_provisional_place(big: Engine) -> None:
    log = made(big)
    with big.begin() as connection, log.joined(connection), log.writing() as writing:
        writing.append("office/a", 0, [Draft(event={"type": "office.a"})])
        assert writing.last_of_type("office.") < PENDING


def test_a_connection_lost_in_the_portals_hands(big: Engine) -> None:
    log = made(big)
    with big.connect() as connection, log.joined(connection):
        write(log, "incident/a")
        pid = connection.scalar(text("SELECT pg_backend_pid()"))
        with psycopg.connect(
            big.url.set(drivername="postgresql").render_as_string(hide_password=False)
        ) as admin:
            admin.execute("SELECT pg_terminate_backend(%s)", (pid,))
        began = time.monotonic()
        with pytest.raises(UnreachableError):
            log.write(lambda w: w.append("incident/b", 0, noted(1)))
        assert time.monotonic() - began < 1
        with suppress(SQLAlchemyError):
            connection.rollback()
    write(log, "incident/c")
    assert log.streams() == ["incident/c"]


def test_a_subscription_beside_a_portal_whose_commit_comes_late(big: Engine) -> None:
    log = made(big)
    with log.recorder.subscribe(gt=0) as subscription:
        with big.begin() as connection:
            with log.joined(connection):
                write(log, "incident/a")
            write(log, "incident/b")
            assert next(subscription).id == 1
        began = time.monotonic()
        assert next(subscription).id == 2
        assert time.monotonic() - began < 1


def test_a_row_written_by_hand_behind_the_head(portal: Engine) -> None:
    log = made(portal)
    write(log, "incident/a", 0, 1, 2)
    with portal.begin() as connection:
        connection.execute(text("UPDATE em_events SET position = 40 WHERE position = 2"))
    write(log, "incident/b")
    with portal.begin() as connection, log.joined(connection):
        write(log, "incident/c")
    assert [e.position for e in log.page(0, 9)] == [1, 40, 41, 42]


def test_a_portal_that_commits_in_another_role(big: Engine) -> None:
    log = made(big)
    with big.begin() as connection:
        connection.execute(text("CREATE ROLE weak"))
    try:
        with big.begin() as connection:
            with log.joined(connection):
                write(log, "incident/a")
            connection.execute(text("SET LOCAL ROLE weak"))
        assert log.last_position() == 1
    finally:
        with big.begin() as connection:
            connection.execute(text("DROP ROLE weak"))
