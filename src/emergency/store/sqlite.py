"""All that only SQLite can do: its pragmas, its locks, its error codes.

SQLite's driver starts transactions by itself, late, and as readers; two of them that both read and then
write run into each other. So the driver is told to keep out, and the ``begin`` event starts them: ``BEGIN
IMMEDIATE`` for a connection that is marked as a writer, a plain ``BEGIN`` for all others.
"""

from __future__ import annotations

import sqlite3
import time
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import QueuePool

from emergency.errors import BusyError, EmergencyError, StoreError
from emergency.store.port import ReadOnlyError

WRITES = "emergency_writes"
"""The execution option that marks a connection as a writer."""

PATIENCE = 5.0
"""Seconds that a writer waits for another, unless the URL says ``?timeout=SECONDS``."""

_READY = "emergency_ready"


def open_engine(url: URL, *, create: bool = True) -> Engine:
    """Build an engine for a file or for a database in memory.

    A file that is not there is made, and its folder with it, unless ``create`` is False.

    A database in memory has one connection, which is lent to one user at a time: shared by several, their
    transactions would run into each other.

    Raises:
        StoreError: There is no file, or the folder cannot be made.
    """
    if not create and (missing := _missing(url)) is not None:
        raise StoreError(
            f"There is no store at {missing}; the first entry, import or `emergency offices add` makes it."
        )
    patience = float(str(url.query.get("timeout", PATIENCE)))
    arguments: dict[str, Any] = {"timeout": patience, "check_same_thread": False}
    if _in_memory(url):
        engine = create_engine(
            url,
            connect_args=arguments,
            poolclass=QueuePool,
            pool_size=1,
            max_overflow=0,
            pool_timeout=patience,
        )
    else:
        _make_folder(url)
        engine = create_engine(url, connect_args=arguments, poolclass=QueuePool)
    prepare(engine)
    return engine


def prepare(engine: Engine) -> None:
    """Give this engine, and no other, the pragmas and transactions that the log needs; twice does nothing.

    Connections that its pool already holds get them when they are next taken out.
    """
    if event.contains(engine, "begin", _begin):
        return
    event.listen(engine, "connect", _connect)
    event.listen(engine, "checkout", _checkout)
    event.listen(engine, "begin", _begin)
    event.listen(engine, "commit", _commit)


def explain(error: DBAPIError, database: str | None) -> EmergencyError:
    """Say what SQLite's error means and what to do about it."""
    place = f"The database {database}" if database else "The database in memory"
    code = getattr(error.orig, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
    if code in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
        return BusyError(f"{place} is being written by another program; nothing was written. Try again.")
    if code == sqlite3.SQLITE_READONLY:
        return ReadOnlyError(
            f"{place} can be read but not written. Nothing was written. Give this user the "
            "right to write to the file and its folder, or use another database."
        )
    advice = {
        sqlite3.SQLITE_FULL: "cannot grow: the disk is full. Nothing was written. "
        "Free some space and try again.",
        sqlite3.SQLITE_CANTOPEN: "cannot be opened. See that it is a file, not a folder, and that this user "
        "may read and write it and its folder.",
        sqlite3.SQLITE_NOTADB: "is not a database. Name another file, or restore this one from a backup; "
        "it was left as it is.",
        sqlite3.SQLITE_CORRUPT: "is damaged. Stop writing to it, keep a copy, and restore it from a backup.",
        sqlite3.SQLITE_IOERR: "cannot be read or written: the disk reports an error. See that the disk is "
        "there and sound, then try again.",
    }
    if code in advice:
        return StoreError(f"{place} {advice[code]}")
    return StoreError(f"{place} refused: {error.orig}. Nothing was written.")


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
        raise StoreError(
            f"The folder {folder} for the database cannot be made: {error.strerror}. "
            "Make it, or name another with --db or EMERGENCY_DB."
        ) from error


def _connect(connection: sqlite3.Connection, record: Any) -> None:  # noqa: ANN401  SQLAlchemy's pool record
    try:
        connection.isolation_level = None
        _use_wal(connection)
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("PRAGMA foreign_keys=ON")
        connection.execute("PRAGMA secure_delete=ON")  # what was erased shall not linger in a free page
    except BaseException:
        connection.close()
        raise
    record.info[_READY] = True


def _checkout(connection: sqlite3.Connection, record: Any, proxy: Any) -> None:  # noqa: ANN401  the same
    del proxy
    if _READY not in record.info:
        _connect(connection, record)


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


def _begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get(WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _commit(connection: Connection) -> None:
    # After some faults (a full disk) SQLite rolls back by itself, and the driver then takes a commit without
    # a transaction for a success. What is lost must not be reported as written.
    if connection.get_execution_options().get(WRITES, False):
        driver: Any = connection.connection.dbapi_connection
        if not driver.in_transaction:
            raise StoreError("The database broke the transaction off; nothing was written. Try again.")
