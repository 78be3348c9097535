"""All that only PostgreSQL can do: its locks, its clock, its error codes, and a place in the log given at the commit.

Two locks, both held until the transaction ends. Whoever writes to a stream first takes that stream's. Whoever
gives places in the log takes the log's, last of all and just before the insert: so events become visible in the
order of their positions, and no reader who goes by position can ever miss one. A stream's lock is never waited
for by a holder of the log's lock, so these two cannot lock each other out.

A transaction of a portal's may be long, and must not keep others from writing: there the events are written as
*pending*, and a trigger gives them their places, their hour and their seals when that transaction commits.
"""

from __future__ import annotations

import select
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import UTC, datetime
from hashlib import blake2b
from typing import Any, ClassVar

import psycopg
from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.exc import DisconnectionError

from emergency.errors import BusyError, EmergencyError, StoreError
from emergency.store.database import Bell, Database, Row, Stand, driver_of, no_head, no_transaction
from emergency.store.port import (
    PENDING,
    ConflictError,
    DeadlockError,
    DiskFullError,
    ReadOnlyError,
    UnreachableError,
)
from emergency.store.seal import sealed
from emergency.store.tables import LAST, POSTGRESQL, Tables, tables_of
from emergency.words import Words

CLOCK = "clock_timestamp()"
"""The server's clock."""

_STAND = (
    f"SELECT greatest(h.position, {LAST}), h.seal, h.recorded_at, {{clock}}, "
    "(SELECT max(version) FROM {events} WHERE stream = ?), "
    "EXISTS (SELECT 1 FROM {events} WHERE command_id = ?) FROM {head} h"
)
_COLUMNS = (
    ("position", "bigint"),
    ("stream", "text"),
    ("version", "integer"),
    ("type", "text"),
    ("schema_version", "integer"),
    ("body", "bytea"),
    ("event_id", "text"),
    ("command_id", "text"),
    ("command_hash", "text"),
    ("correlation_id", "text"),
    ("causation_id", "text"),
    ("recorded_at", "timestamptz"),
    ("clock_back", "boolean"),
    ("seal", "bytea"),
)
_INTO = f"INSERT INTO {{events}} ({', '.join(name for name, _ in _COLUMNS)})"
_ONE = f"{_INTO} VALUES ({', '.join('?' for _ in _COLUMNS)})"
# Arrays go as binary: written as text, psycopg looks through every value of theirs for signs to escape.
_MANY = f"{_INTO} SELECT * FROM unnest({', '.join(f'%b::{kind}[]' for _, kind in _COLUMNS)})"
_SHARED = (
    "stream",
    "command_id",
    "command_hash",
    "correlation_id",
    "causation_id",
    "recorded_at",
    "clock_back",
)
"""Columns that the events of one command mostly share, and that then go once."""
_OWN = [(name, kind) for name, kind in _COLUMNS if name not in _SHARED]
_ALIKE = (
    f"{_INTO} SELECT {', '.join(f'?::{kind}' if name in _SHARED else f'own.{name}' for name, kind in _COLUMNS)} "
    f"FROM unnest({', '.join(f'%b::{kind}[]' for _, kind in _OWN)}) AS own ({', '.join(name for name, _ in _OWN)})"
)
_PLACES = {name: place for place, (name, _) in enumerate(_COLUMNS)}
_MOVE = "UPDATE {head} SET position = ?, seal = ?, recorded_at = ?"


class Postgres(Database):
    """A PostgreSQL database, from version 12."""

    dialect: ClassVar[str] = POSTGRESQL
    driver = psycopg

    def __init__(self, tables: Tables, patience: float) -> None:
        super().__init__(tables, patience)
        self._insert = tuple(self.sql(f"WITH put AS ({put}) {_MOVE}") for put in (_ONE, _ALIKE, _MANY))
        self._pend = tuple(self.sql(put) for put in (_ONE, _ALIKE, _MANY))
        self.channel = f"{tables.schema}.{tables.prefix}events"
        self._log_key = self._key("log")
        self._look = self.sql(_STAND)
        patient = f"set_config('lock_timeout', '{max(1, round(patience * 1000))}ms', true)"
        log = f"pg_advisory_xact_lock({self._log_key}), pg_notify({_text(self.channel)}, '')"
        self._lock_log = f"SELECT {patient}, {log}"
        self._lock_all = f"SELECT {patient}, pg_advisory_xact_lock(%s), pg_advisory_xact_lock(%s), {log}"
        self._lock_one = f"SELECT {patient}, pg_advisory_xact_lock(%s)"
        self._lock_theirs = f"{self._lock_one}, set_config('lock_timeout', %s, true)"
        self._next_pending = f"SELECT nextval({_text(self._sequence)}) FROM generate_series(1, %s)"

    @property
    def _sequence(self) -> str:
        return self.tables.named("events_pending")

    def prepare(self, engine: Engine) -> None:
        """Notice a lost connection before it is used."""
        if not event.contains(engine, "checkout", _checkout):
            event.listen(engine, "checkout", _checkout)

    @contextmanager
    def reading(self, engine: Engine) -> Iterator[Connection]:
        """One snapshot for all that is read."""
        with engine.connect() as connection:
            _settled(connection)
            connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
            with connection.begin():
                yield connection

    @contextmanager
    def writing(self, engine: Engine) -> Iterator[Connection]:
        """Each statement sees what was committed before it; the locks are taken by whoever appends."""
        with engine.connect() as connection:
            _settled(connection)
            connection.execution_options(isolation_level="READ COMMITTED")
            with connection.begin():
                yield connection

    def join(self, connection: Connection) -> None:
        """Refuse a connection without transactions."""
        if driver_of(connection).autocommit:
            raise no_transaction()

    def may_succeed_anew(self, connection: Connection) -> bool:
        """Where each statement sees what was committed before it."""
        return connection.get_isolation_level() == "READ COMMITTED"

    @contextmanager
    def joining(self, connection: Connection) -> Iterator[None]:
        """A savepoint."""
        with connection.begin_nested():
            yield

    def sql(self, statement: str) -> str:
        """Psycopg takes ``%s``."""
        return self.tables.sql(statement.replace("{clock}", CLOCK)).replace("?", "%s")

    def rows(self, connection: Connection, statement: str, parameters: Sequence[Any] = ()) -> list[Row]:
        """Read with psycopg."""
        found: list[Row] = driver_of(connection).cursor(binary=True).execute(statement, parameters).fetchall()
        return found

    def moment(self, stored: Any) -> datetime:  # noqa: ANN401  by driver
        """From the session's zone."""
        utc: datetime = stored.astimezone(UTC)
        return utc

    def stored(self, moment: datetime) -> datetime:
        """As it is."""
        return moment

    def stand(
        self,
        connection: Connection,
        stream: str,
        command_id: str | None,
        event_ids: Sequence[str] = (),
        *,
        joined: bool,
        waited: bool,
    ) -> Stand:
        """Take the locks and look; in one round trip where nothing else must be asked."""
        driver = driver_of(connection)
        stream_key = self._key(f"stream {stream}")
        command_key = stream_key if command_id is None else self._key(f"command {command_id}")
        ids = sorted(self._key(f"event {event_id}") for event_id in event_ids)
        # Binary, so that no setting of the session's changes how a time is read.
        looking = driver.cursor(binary=True)
        if joined:
            for key in (*ids, command_key, stream_key):
                self._take(driver, key)
        elif waited:
            for key in (*ids, command_key, stream_key):
                if not self._had(driver, key):
                    raise ConflictError(
                        f"Another program is writing to the record {stream} and has not finished. "
                        "Nothing was written. Try again.",
                        zh=f"另有程序正在写入记录 {stream}，尚未完成。未作记录，请重试。",
                    )
        else:
            for key in ids:
                driver.execute(self._lock_one, (key,))
        with nullcontext() if joined or waited else _pipeline(driver):
            if not (joined or waited):
                driver.execute(self._lock_all, (command_key, stream_key))
            looking.execute(self._look, (stream, command_id))
            found = looking.fetchone()
        if found is None:
            raise no_head()
        position, seal, recorded_at, now, version, known = found
        return Stand(
            position,
            bytes(seal),
            recorded_at and self.moment(recorded_at),
            self.moment(now),
            version or 0,
            known,
        )

    def claim(self, connection: Connection, stream: str) -> bool:
        """Try to take the stream's lock."""
        return self._had(driver_of(connection), self._key(f"stream {stream}"))

    def _key(self, name: str) -> int:
        """The number by which PostgreSQL knows a lock of this store."""
        return int.from_bytes(
            blake2b(f"{self.channel} {name}".encode(), digest_size=8).digest(), "big", signed=True
        )

    def _take(self, driver: Any, key: int) -> None:  # noqa: ANN401  by driver
        """Wait for a lock with our patience, and leave the portal's own as it was."""
        (patience,) = driver.execute("SELECT current_setting('lock_timeout')").fetchone()
        driver.execute(self._lock_theirs, (key, patience))

    @staticmethod
    def _had(driver: Any, key: int) -> bool:  # noqa: ANN401  by driver
        """Take a lock without waiting for it: for who holds something that others wait for."""
        return bool(driver.execute("SELECT pg_try_advisory_xact_lock(%s)", (key,)).fetchone()[0])

    def insert(
        self, connection: Connection, stand: Stand, events: Sequence[Row], *, joined: bool
    ) -> list[Row]:
        """Write rows and move the head, or leave them pending."""
        now = stand.now
        if joined:
            places = [
                p for (p,) in driver_of(connection).execute(self._next_pending, (len(events),)).fetchall()
            ]
            given = [(place, *one, now, False) for place, one in zip(places, events, strict=True)]
            self._put(connection, self._pend, [(*row, None) for row in given])
            return given
        back = stand.recorded_at is not None and now < stand.recorded_at
        position, seal = stand.position, stand.seal
        rows, given = [], []
        for one in events:
            position += 1
            seal = sealed(seal, position, one, now, clock_back=back)
            given.append((position, *one, now, back))
            rows.append((*given[-1], seal))
        self._put(connection, self._insert, rows, (position, seal, now))
        stand.position, stand.seal, stand.recorded_at = position, seal, now
        return given

    @staticmethod
    def _put(
        connection: Connection, ways: tuple[str, ...], rows: Sequence[Row], more: tuple[Any, ...] = ()
    ) -> None:
        one, alike, many = ways
        driver = driver_of(connection)
        if len(rows) == 1:
            driver.execute(one, (*rows[0], *more))
            return
        columns = [list(column) for column in zip(*rows, strict=True)]
        shared = [columns[_PLACES[name]] for name in _SHARED]
        if all(value == column[0] for column in shared for value in column):
            own = (columns[_PLACES[name]] for name, _ in _OWN)
            driver.execute(alike, (*(column[0] for column in shared), *own, *more))
        else:
            driver.execute(many, (*columns, *more))

    def lock(self, connection: Connection, name: str, *, joined: bool) -> None:
        """An advisory lock, with patience."""
        driver, key = driver_of(connection), self._key(f"named {name}")
        if joined:
            self._take(driver, key)
        else:
            driver.execute(self._lock_one, (key,))

    def alone(self, connection: Connection) -> None:
        """Take the log's lock before anything is read."""
        driver_of(connection).execute(self._lock_log)

    def create(self, connection: Connection) -> None:
        """Make the tables, the head, and the trigger that gives pending events their places."""
        there = "SELECT 1 FROM pg_catalog.pg_namespace WHERE nspname = %s"
        # Several stores may be made in one new schema at once.
        driver_of(connection).execute(
            "SELECT pg_advisory_xact_lock(hashtext(%s))", (f"schema {self.tables.schema}",)
        )
        if not self.rows(connection, there, (self.tables.schema,)):
            driver_of(connection).execute(f'CREATE SCHEMA "{self.tables.schema}"')
        self.tables.metadata.create_all(connection)
        self.fill(connection)
        for statement in self.places_at_commit():
            driver_of(connection).execute(statement)

    def places_at_commit(self) -> tuple[str, ...]:
        """The sequence, the functions and the trigger that give pending events their places."""
        events, head, last = (self.tables.sql(name) for name in ("{events}", "{head}", LAST))
        frame, place = self.tables.named("events_frame"), self.tables.named("events_place")
        texts = ("stream", "type", "event_id", "command_id", "command_hash", "correlation_id", "causation_id")
        return (
            f"CREATE SEQUENCE {self._sequence} MINVALUE {PENDING} START {PENDING}",
            # The same as seal.framed.
            f"""CREATE FUNCTION {frame}(said bytea) RETURNS bytea LANGUAGE sql IMMUTABLE AS $$
                SELECT CASE WHEN said IS NULL THEN '-,'::bytea
                ELSE convert_to(octet_length(said)::text || ':', 'UTF8') || said || ','::bytea END $$""",
            # It runs for each row, and does all of them the first time.
            # As its owner: a portal may commit in a role of fewer rights.
            f"""CREATE FUNCTION {place}() RETURNS trigger LANGUAGE plpgsql
                SECURITY DEFINER SET search_path = pg_catalog AS $$
                DECLARE
                    stamp timestamptz; place bigint; chain bytea; latest timestamptz; back boolean; one record;
                BEGIN
                    IF NOT EXISTS (SELECT 1 FROM {events} WHERE position = NEW.position) THEN RETURN NULL; END IF;
                    PERFORM pg_advisory_xact_lock({self._log_key});
                    SELECT greatest(h.position, {last}), h.seal, h.recorded_at
                        INTO place, chain, latest FROM {head} h FOR UPDATE;  -- refused to an outdated snapshot
                    stamp := clock_timestamp();
                    back := coalesce(stamp < latest, false);
                    FOR one IN SELECT * FROM {events} WHERE position >= {PENDING} ORDER BY position LOOP
                        place := place + 1;
                        chain := sha256(chain || convert_to(place || ':' || one.version || ':' || one.schema_version
                            || ':' || round(extract(epoch FROM stamp)::numeric * 1000000)::bigint || ':'
                            || back::int || ',', 'UTF8')
                            || {" || ".join(f"{frame}(convert_to(one.{name}, 'UTF8'))" for name in texts)}
                            || {frame}(one.body));
                        UPDATE {events} SET position = place, recorded_at = stamp, clock_back = back, seal = chain
                            WHERE position = one.position;
                    END LOOP;
                    UPDATE {head} SET position = place, seal = chain, recorded_at = stamp;
                    PERFORM pg_notify({_text(self.channel)}, '');
                    RETURN NULL;
                END $$""",
            f"""CREATE CONSTRAINT TRIGGER "{self.tables.prefix}events_place" AFTER INSERT ON {events}
                DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.position >= {PENDING})
                EXECUTE FUNCTION {place}()""",
        )

    def bell(self, engine: Engine) -> Bell:
        """The server rings."""
        return Ringing(engine, self.channel)

    def wipe(self, engine: Engine) -> bool:
        """Write the table of people anew: a changed row leaves its former self in the file until somebody does.

        It takes the owner of the table, and a moment in which nobody else reads it.
        """
        with engine.connect() as connection:
            _settled(connection)
            connection.execution_options(isolation_level="AUTOCOMMIT")
            driver = driver_of(connection)
            try:
                driver.execute(f"SET lock_timeout = {round(self.patience * 1000)}")
                driver.execute(self.sql("VACUUM (FULL) {contacts}"))
            except psycopg.Error:
                return False
            finally:
                driver.execute("RESET lock_timeout")
            # Whoever does not own the table is only warned, and the server goes on: was it written anew?
            owned = "SELECT pg_has_role(c.relowner, 'USAGE') FROM pg_class c WHERE c.oid = %s::regclass"
            ((mine,),) = self.rows(connection, owned, (self.sql("{contacts}"),))
            return bool(mine)

    def exists(self, connection: Connection, table: str) -> bool:
        """Ask PostgreSQL's catalogue."""
        # Not to_regclass: it may answer from what this connection knew before it waited for a lock.
        found = (
            "SELECT 1 FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace "
            "WHERE c.relname = %s AND n.nspname = coalesce(%s, current_schema())"
        )
        return bool(self.rows(connection, found, (self.tables.prefix + table, self.tables.schema)))

    def explain_driver(self, fault: BaseException, url: URL) -> EmergencyError:
        """Say what PostgreSQL's error means and what to do about it."""
        return explain(fault, url.database)


class Ringing:
    """Listens on a connection of its own; one that was lost is made anew, and until then a wait is just a wait."""

    LOOKS_AGAIN, NAP = 2.0, 0.2

    def __init__(self, engine: Engine, channel: str) -> None:
        self._engine, self._channel = engine, channel
        self._driver: Any = None
        self._stopped = threading.Event()

    def listen(self) -> None:
        """Have a connection that listens."""
        if self._driver is None or self._driver.closed:
            fairy = self._engine.raw_connection()
            driver: Any = fairy.dbapi_connection
            fairy.detach()
            driver.commit()
            driver.set_autocommit(True)
            driver.execute(f'LISTEN "{self._channel}"')
            self._driver = driver
            if self._stopped.is_set():
                driver.close()

    def wait(self) -> None:
        """Until it rings, two seconds at most."""
        until = time.monotonic() + self.LOOKS_AGAIN
        while not self._stopped.is_set() and time.monotonic() < until:
            if self._driver is None:
                self._stopped.wait(self.NAP)
                return
            try:
                if any(True for _ in self._driver.notifies(timeout=self.NAP, stop_after=1)):
                    return
            except psycopg.Error:
                self._driver = None

    def stop(self) -> None:
        """Let whoever waits go, and close the connection."""
        self._stopped.set()
        if self._driver is not None:
            self._driver.close()


def opened(engine: Engine, prefix: str, schema: str | None, patience: float) -> Postgres:
    """The database with its tables; a schema that nobody named is the one that the connections are in.

    It is looked up once and named in every statement: a session may change where it looks for tables.
    """
    if engine.dialect.driver != "psycopg":
        raise StoreError(
            f"PostgreSQL is reached through the driver psycopg 3, not {engine.dialect.driver}. Make the engine with "
            "create_engine('postgresql+psycopg://…').",
            zh=(
                f"连接 PostgreSQL 要用驱动程序 psycopg 3，不能用 {engine.dialect.driver}。"
                "请用 create_engine('postgresql+psycopg://…') 建立引擎。"
            ),
        )
    asked = "SELECT current_schema(), current_setting('server_encoding')"
    with (
        Postgres(tables_of(POSTGRESQL, prefix, "public"), patience).translated(engine),
        engine.connect() as found,
    ):
        current, encoding = found.exec_driver_sql(asked).one()
    if encoding != "UTF8":
        raise StoreError(
            f"The database {engine.url.database} is encoded in {encoding} and cannot hold every sign. Nothing was "
            "written. Make one with ENCODING 'UTF8'.",
            zh=(
                f"数据库 {engine.url.database} 的编码为 {encoding}，不能保存所有字符。"
                "未作任何写入。请以 ENCODING 'UTF8' 另建数据库。"
            ),
        )
    return Postgres(tables_of(POSTGRESQL, prefix, schema or current or "public"), patience)


def open_engine(url: URL) -> Engine:
    """Build an engine; the plain name of the database means psycopg 3."""
    return create_engine(url.set(drivername="postgresql+psycopg"))


_LOST = ("08", "57P01", "57P02", "57P03")
_ADVICE = {
    "53100": Words(
        "不能再增大：磁盘已满。未作记录。请腾出空间后重试。",
        "cannot grow: the disk is full. Nothing was written. Free some space and try again.",
    ),
    "3D000": Words("不存在。请由管理员建立。", "is not there. Let its administrator create it."),
    "28": Words(
        "不允许该用户登录。请核对用户名和密码。",
        "does not let this user in. See that the user and the password are right.",
    ),
    "58": Words(
        "无法读写：磁盘报错。请检查磁盘，然后重试。",
        "cannot be read or written: its disk reports an error. See that the disk is sound, then try again.",
    ),
    "XX": Words(
        "已损坏。请停止写入，保留副本，并从备份恢复。",
        "is damaged. Stop writing to it, keep a copy, and restore it from a backup.",
    ),
}


def explain(fault: BaseException, database: str | None) -> EmergencyError:
    """Say what PostgreSQL's error means and what to do about it."""
    code = getattr(fault, "sqlstate", None) or ""
    place = Words(f"数据库 {database} ", f"The database {database}")
    if code == "53300":
        return BusyError(
            f"{place.en} takes no more connections now; nothing was written. Try again.",
            zh=f"{place.zh}现在不接受更多连接；未作记录，请重试。",
        )
    if code in {"55P03", "57014"}:
        return BusyError(
            f"{place.en} is being written by another program; nothing was written. Try again.",
            zh=f"另有程序正在写入{place.zh}；未作记录，请重试。",
        )
    if code == "40P01":
        return DeadlockError(
            f"This transaction on {database} and another waited for each other. Nothing was written. "
            "End the transaction and do it anew.",
            zh=(f"{database} 上的本事务与另一事务互相等待。未作记录。请结束本事务，重新进行。"),
        )
    if code == "40001":
        return ConflictError(
            f"Another program wrote to {database} in between. Nothing was written. Try again.",
            zh=f"其间另有程序写入了 {database}。未作记录，请重试。",
        )
    if code in {"25006", "42501"}:
        return ReadOnlyError(
            f"{place.en} can be read but not written by this user. Nothing was written. Let its administrator "
            "grant the right to write, or use another user.",
            zh=(f"{place.zh}可以读取，但该用户不能写入。未作记录。请由管理员授予写入权限，或改用其他用户。"),
        )
    said = " ".join(str(fault).split())
    for beginning, advice in _ADVICE.items():
        if code.startswith(beginning):
            kind = DiskFullError if beginning == "53100" else StoreError
            return kind(f"{place.en} {advice.en} ({said})", zh=f"{place.zh}{advice.zh}（原文：{said}）")
    if code.startswith(_LOST) or (not code and isinstance(fault, psycopg.OperationalError)):
        return UnreachableError(
            f"{place.en} cannot be reached ({said}). Try again; if it stays so, see that the server runs, that the "
            "name of the database and the user are right, and that they may connect from here.",
            zh=(
                f"连接不上{place.zh}（原文：{said}）。请重试；如仍然不行，"
                "请查看服务器是否运行，数据库名和用户是否正确，以及是否允许从本机连接。"
            ),
        )
    return StoreError(
        f"{place.en} refused: {said}. Nothing was written.", zh=f"{place.zh}拒绝：{said}。未作记录。"
    )


def _settled(connection: Connection) -> None:
    # What a portal sets on a connection that it hands out begins a transaction of the driver's.
    driver = driver_of(connection)
    if driver.info.transaction_status != psycopg.pq.TransactionStatus.IDLE:
        driver.commit()


def _text(words: str) -> str:
    """As a statement writes words."""
    return "'" + words.replace("'", "''") + "'"


def _pipeline(driver: Any) -> AbstractContextManager[Any]:  # noqa: ANN401  by driver
    return driver.pipeline() if psycopg.Pipeline.is_supported() else nullcontext()


def _readable(socket: int) -> bool:
    if not hasattr(select, "poll"):  # Windows
        return bool(select.select([socket], [], [], 0)[0])
    watched = select.poll()
    watched.register(socket, select.POLLIN)
    return bool(watched.poll(0))


def _checkout(connection: Any, record: Any, proxy: Any) -> None:  # noqa: ANN401  SQLAlchemy's pool objects
    # A server that went away has closed its end, which can be seen without asking it.
    del record, proxy
    if connection.closed:
        raise DisconnectionError
    if _readable(connection.pgconn.socket):
        try:
            connection.pgconn.consume_input()
        except psycopg.Error as error:
            raise DisconnectionError from error
        if connection.closed:
            raise DisconnectionError
