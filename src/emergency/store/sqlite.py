"""All that only SQLite can do: its pragmas, its locks, its error codes.

SQLite's driver starts transactions by itself, late, and as readers; two of them that both read and then write run
into each other. So in our own transactions the driver is told to keep out, and they begin as what they are: ``BEGIN
IMMEDIATE`` for a writer, a plain ``BEGIN`` for a reader. When they end, the connection is given back as it was: a
portal's own transactions are its own affair.
"""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, ClassVar

from sqlalchemy import URL, Connection, Engine, create_engine
from sqlalchemy.pool import QueuePool

from emergency.errors import BusyError, EmergencyError, StoreError
from emergency.store.database import PATIENCE, Database, Row, Stand, driver_of, no_head, no_transaction
from emergency.store.port import ConflictError, DiskFullError, ReadOnlyError
from emergency.store.seal import sealed
from emergency.store.tables import LAST, SQLITE, Tables
from emergency.system import system_words
from emergency.words import Words

_READY = "emergency_ready"

_STAND = (
    f"SELECT max(h.position, coalesce({LAST}, 0)), h.seal, h.recorded_at, "
    "(SELECT max(version) FROM {events} WHERE stream = ?), "
    "(SELECT 1 FROM {events} WHERE command_id = ? LIMIT 1) FROM {head} h"
)
_INSERT = (
    "INSERT INTO {events} (position, stream, version, type, schema_version, body, event_id, command_id, command_hash, "
    "correlation_id, causation_id, recorded_at, clock_back, seal) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
_MOVE = "UPDATE {head} SET position = ?, seal = ?, recorded_at = ?"


class Sqlite(Database):
    """A SQLite file, or a database in memory: one writer at a time."""

    dialect: ClassVar[str] = SQLITE
    driver = sqlite3

    def __init__(self, tables: Tables, patience: float) -> None:
        super().__init__(tables, patience)
        self._stand, self._insert, self._move = (self.sql(s) for s in (_STAND, _INSERT, _MOVE))

    def prepare(self, engine: Engine) -> None:
        """Nothing: a connection is made ready when it is used."""

    @contextmanager
    def reading(self, engine: Engine) -> Iterator[Connection]:
        """A transaction that only reads."""
        with self._transaction(engine, "BEGIN") as connection:
            yield connection

    @contextmanager
    def writing(self, engine: Engine) -> Iterator[Connection]:
        """Hold the right to write from the first statement on."""
        with self._transaction(engine, "BEGIN IMMEDIATE") as connection:
            yield connection
            _still_on(connection)

    @contextmanager
    def _transaction(self, engine: Engine, begin: str) -> Iterator[Connection]:
        with engine.connect() as connection:
            _make_ready(connection)
            driver = driver_of(connection)
            before, driver.isolation_level = driver.isolation_level, None
            try:
                with connection.begin():
                    if (
                        driver.in_transaction
                    ):  # a portal begins its transactions itself, and not as we want them
                        driver.execute("ROLLBACK")
                    driver.execute(begin)
                    yield connection
            finally:
                driver.isolation_level = before

    def join(self, connection: Connection) -> None:
        """Begin the portal's transaction as a writer, where it has not begun: it can then not be overtaken."""
        driver = driver_of(connection)
        if not connection.in_transaction():
            connection.begin()
        if driver.in_transaction:
            return
        if driver.isolation_level is None:
            raise no_transaction()
        _make_ready(connection)
        driver.execute("BEGIN IMMEDIATE")

    @contextmanager
    def joining(self, connection: Connection) -> Iterator[None]:
        """A savepoint. Where SQLite broke the whole transaction off, nothing more can be done on that connection."""
        try:
            with connection.begin_nested():
                yield
                _still_on(connection)
        except BaseException:
            if not driver_of(connection).in_transaction:
                connection.invalidate()
            raise

    def may_succeed_anew(self, connection: Connection) -> bool:
        """Never: a transaction that was overtaken stays so."""
        del connection
        return False

    def sql(self, statement: str) -> str:
        """SQLite takes ``?``."""
        return self.tables.sql(statement)

    def rows(self, connection: Connection, statement: str, parameters: Sequence[Any] = ()) -> list[Row]:
        """Read with sqlite3."""
        found: list[Row] = driver_of(connection).execute(statement, parameters).fetchall()
        return found

    def moment(self, stored: Any) -> datetime:  # noqa: ANN401  by driver
        """From text."""
        return datetime.fromisoformat(stored)

    def stored(self, moment: datetime) -> str:
        """As text of fixed width in UTC."""
        return moment.astimezone(UTC).isoformat(timespec="microseconds")

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
        """A writer has the whole database to itself: there is nothing to take."""
        del event_ids, joined, waited
        found = driver_of(connection).execute(self._stand, (stream, command_id)).fetchone()
        if found is None:
            raise no_head()
        position, seal, recorded_at, version, known = found
        return Stand(
            position,
            seal,
            recorded_at and self.moment(recorded_at),
            self.hour(connection),
            version or 0,
            known is not None,
        )

    def claim(self, connection: Connection, stream: str) -> bool:
        """A writer has every stream."""
        del connection, stream
        return True

    def insert(
        self, connection: Connection, stand: Stand, events: Sequence[Row], *, joined: bool
    ) -> list[Row]:
        """Write rows and move the head."""
        del joined
        now = stand.now
        text, back = self.stored(now), stand.recorded_at is not None and now < stand.recorded_at
        position, seal = stand.position, stand.seal
        rows, given = [], []
        for one in events:
            position += 1
            seal = sealed(seal, position, one, now, clock_back=back)
            rows.append((position, *one, text, back, seal))
            given.append((position, *one, now, back))
        driver = driver_of(connection)
        if len(rows) == 1:
            driver.execute(self._insert, rows[0])
        else:
            driver.executemany(self._insert, rows)
        driver.execute(self._move, (position, seal, text))
        stand.position, stand.seal, stand.recorded_at = position, seal, now
        return given

    def lock(self, connection: Connection, name: str, *, joined: bool) -> None:
        """A writer is alone anyway."""

    def alone(self, connection: Connection) -> None:
        """A writer is alone anyway."""

    def create(self, connection: Connection) -> None:
        """Make the tables and the head."""
        self.tables.metadata.create_all(connection)
        self.fill(connection)

    def wipe(self, engine: Engine) -> bool:
        """Empty the write-ahead log, which holds pages as they were; whoever still reads an older state hinders it."""
        with engine.connect() as connection:
            _make_ready(connection)
            driver = driver_of(connection)
            if driver.in_transaction:  # a portal begins its transactions itself
                driver.rollback()
            hindered: int = driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
            return not hindered

    def exists(self, connection: Connection, table: str) -> bool:
        """Ask SQLite's catalogue."""
        found = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?"
        return bool(self.rows(connection, found, (self.tables.prefix + table,)))

    def explain_driver(self, fault: BaseException, url: URL) -> EmergencyError:
        """Say what SQLite's error means and what to do about it."""
        return explain(fault, url.database)


def open_engine(url: URL, *, patience: float = PATIENCE, create: bool = True) -> Engine:
    """Build an engine for a file or for a database in memory.

    A file that is not there is made, and its folder with it, unless ``create`` is False.

    A database in memory has one connection, which is lent to one user at a time: shared by several, their
    transactions would run into each other.

    Raises:
        StoreError: There is no file, or the folder cannot be made.
    """
    if not create and (missing := _missing(url)) is not None:
        raise StoreError(
            f"There is no store at {missing}; the first entry, import or `emergency offices add` makes it.",
            zh=(f"{missing} 没有库；第一次录入、导入或运行 `emergency offices add` 时自动建立。"),
        )
    arguments: dict[str, Any] = {"timeout": patience, "check_same_thread": False}
    if _in_memory(url):
        return create_engine(
            url,
            connect_args=arguments,
            poolclass=QueuePool,
            pool_size=1,
            max_overflow=0,
            pool_timeout=patience,
        )
    _make_folder(url)
    return create_engine(url, connect_args=arguments, poolclass=QueuePool)


def explain(fault: BaseException, database: str | None) -> EmergencyError:
    """Say what SQLite's error means and what to do about it."""
    place = (
        Words(f"数据库 {database} ", f"The database {database}")
        if database
        else Words("内存中的数据库", "The database in memory")
    )
    whole = getattr(fault, "sqlite_errorcode", sqlite3.SQLITE_ERROR)
    code = whole & 0xFF
    if whole == sqlite3.SQLITE_BUSY_SNAPSHOT:
        return ConflictError(
            f"{place.en} was written by another program since this transaction began. Nothing was written. "
            "Begin the transaction anew.",
            zh=(f"本事务开始之后，另有程序写入了{place.zh}。未作记录。请重新开始事务。"),
        )
    if code in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
        return BusyError(
            f"{place.en} is being written by another program; nothing was written. Try again.",
            zh=f"另有程序正在写入{place.zh}；未作记录，请重试。",
        )
    if code == sqlite3.SQLITE_READONLY:
        return ReadOnlyError(
            f"{place.en} can be read but not written. Nothing was written. Give this user the "
            "right to write to the file and its folder, or use another database.",
            zh=(
                f"{place.zh}可以读取，但不能写入。未作记录。请给该用户以写入该文件及其文件夹的"
                "权限，或改用其他数据库。"
            ),
        )
    if whole in _BEFORE_WRITING and database is not None and _no_room(Path(database)):
        code = sqlite3.SQLITE_FULL
    advice = {
        sqlite3.SQLITE_FULL: Words(
            "不能再增大：磁盘已满。未作记录。请腾出空间后重试。",
            "cannot grow: the disk is full. Nothing was written. Free some space and try again.",
        ),
        sqlite3.SQLITE_CANTOPEN: Words(
            "无法打开。请确认它是文件而不是文件夹，并且该用户可以读写该文件及其文件夹。",
            "cannot be opened. See that it is a file, not a folder, and that this user may read and write it and its "
            "folder.",
        ),
        sqlite3.SQLITE_NOTADB: Words(
            "不是数据库文件，未作改动。请另写一个文件，或从备份恢复。",
            "is not a database. Name another file, or restore this one from a backup; it was left as it is.",
        ),
        sqlite3.SQLITE_CORRUPT: Words(
            "已损坏。请停止写入，保留副本，并从备份恢复。",
            "is damaged. Stop writing to it, keep a copy, and restore it from a backup.",
        ),
        sqlite3.SQLITE_IOERR: Words(
            "无法读写：磁盘报错。请确认磁盘在位、完好，然后重试。",
            "cannot be read or written: the disk reports an error. See that the disk is there and sound, then try "
            "again.",
        ),
    }
    if code in advice:
        kind = DiskFullError if code == sqlite3.SQLITE_FULL else StoreError
        return kind(f"{place.en} {advice[code].en}", zh=f"{place.zh}{advice[code].zh}")
    return StoreError(
        f"{place.en} refused: {fault}. Nothing was written.", zh=f"{place.zh}拒绝：{fault}。未作记录。"
    )


_BEFORE_WRITING = frozenset(
    {sqlite3.SQLITE_IOERR_SHMOPEN, sqlite3.SQLITE_IOERR_SHMSIZE, sqlite3.SQLITE_IOERR_SHMMAP}
)
"""What SQLite says where it cannot make the file beside the database that it needs before it reads or writes."""


def _no_room(file: Path) -> bool:
    """Whether the disk that the file lies on has no room for that."""
    try:
        disk = os.statvfs(file.parent)
    except (OSError, AttributeError):
        return False  # gone, or a system that does not tell
    return disk.f_bavail * disk.f_frsize < _NEEDED


_NEEDED = 32 * 1024
"""So many bytes the file beside the database takes at first."""


def _in_memory(url: URL) -> bool:
    name = url.database
    return not name or name == ":memory:" or (name.startswith("file:") and ":memory:" in name)


def _missing(url: URL) -> Path | None:
    """The file that the URL names, where it is not there."""
    if _in_memory(url):
        return None
    path = Path((url.database or "").removeprefix("file:"))
    return None if path.exists() else path


def _make_folder(url: URL) -> None:
    name = url.database
    if not name or name.startswith("file:"):
        return
    folder = Path(name).parent
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        said = system_words(error)
        raise StoreError(
            f"The folder {folder} for the database cannot be made: {said.en}. "
            "Make it, or name another with --db or EMERGENCY_DB.",
            zh=(
                f"无法建立数据库所在的文件夹 {folder}：{said.zh}。请自行建立，"
                "或用 --db、EMERGENCY_DB 另指一处。"
            ),
        ) from error


def _make_ready(connection: Connection) -> None:
    if _READY in connection.info:
        return
    driver = driver_of(connection)
    if not driver.in_transaction:
        _use_wal(driver)
        driver.execute("PRAGMA synchronous=FULL")
        driver.execute("PRAGMA secure_delete=ON")  # what was erased shall not linger in a free page
        connection.info[_READY] = True


def _use_wal(connection: sqlite3.Connection) -> None:
    # Changing the mode does not wait for a lock as other statements do, and two programs may open a new file
    # at the same moment. A database that is in that mode already needs no lock: a reader is never held up.
    patience = connection.execute("PRAGMA busy_timeout").fetchone()[0] / 1000
    until = time.monotonic() + patience
    while connection.execute("PRAGMA journal_mode").fetchone()[0] not in {"wal", "memory"}:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_READONLY:
                return
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                raise
            time.sleep(0.01)
        else:
            return  # some file systems keep their own mode: correct, though readers may then wait


def _still_on(connection: Connection) -> None:
    # After some faults (a full disk) SQLite rolls back by itself, and the driver then takes a commit without
    # a transaction for a success. What is lost must not be reported as written.
    if not driver_of(connection).in_transaction:
        raise StoreError(
            "The database broke the transaction off; nothing was written. Try again.",
            zh="数据库中断了事务；未作记录，请重试。",
        )
