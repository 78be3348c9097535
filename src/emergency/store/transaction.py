"""How a write transaction begins, and what is said when the database refuses; the same for every database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from eventsourcing.persistence import PersistenceError
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from emergency.errors import BusyError, EmergencyError, StoreError
from emergency.store import sqlite


@contextmanager
def write_transaction(engine: Engine) -> Iterator[Connection]:
    """Hold the right to write from the first statement on; commit at the end, roll back on any exception."""
    with engine.connect() as connection:
        connection.execution_options(**{sqlite.WRITES: True})
        with connection.begin():
            yield connection


@contextmanager
def read_transaction(engine: Engine) -> Iterator[Connection]:
    """Read one unchanging state of the store; it never waits for a writer and never holds one up."""
    with engine.connect() as connection, connection.begin():
        yield connection


def explain(engine: Engine, error: BaseException) -> EmergencyError | None:
    """Say in our words what the database meant; None when it is not the database that speaks."""
    fault = error.__cause__ if isinstance(error, PersistenceError) else error
    if isinstance(fault, PoolTimeoutError):
        return BusyError(
            "All connections to the database are in use; nothing was written. Try again. "
            "(A database in memory has one connection: inside a transaction, read through the transaction.)"
        )
    if isinstance(fault, DBAPIError):
        return sqlite.explain(fault, engine.url.database)
    if isinstance(error, PersistenceError):
        return StoreError(f"The database refused: {error}")
    return None


@contextmanager
def translated(engine: Engine) -> Iterator[None]:
    """Turn what the libraries raise into our own errors; the cause stays attached."""
    try:
        yield
    except (PersistenceError, DBAPIError, PoolTimeoutError) as error:
        ours = explain(engine, error)
        if ours is None:  # pragma: no cover  the three types are all explained
            raise
        raise ours from error
