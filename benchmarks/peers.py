"""What the store is compared with: the bare drivers, and what is ready-made for the same purpose.

The ready-made store is eventsourcing-sqlalchemy under an `Application` of eventsourcing, as its documentation has it;
its aggregates are written with ``@event``. It keeps four columns an event where ours keep fourteen: no event id, no
time, no command, no correlation.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
from eventsourcing.application import Application
from eventsourcing.domain import Aggregate, DomainEventProtocol, event
from psycopg import sql

from emergency.domain.schema import NAMES
from emergency.domain.values import Value

Stored = tuple[Any, ...]
"""A row of our table of events, as the driver gives it."""


class RawSqlite:
    """A table like ours in a file of its own, written by the driver: one insert, one durable transaction.

    Args:
        ours: A file that holds our tables.
        file: Where the copy is made.
    """

    def __init__(self, ours: Path, file: Path) -> None:
        self._ours = sqlite3.connect(ours)
        shape = self._ours.execute(
            "SELECT sql FROM sqlite_master WHERE tbl_name = 'events' AND type IN ('table', 'index') AND sql > ''"
            " ORDER BY type DESC"
        )
        self._raw = sqlite3.connect(file, isolation_level=None)
        for setting in ("journal_mode=WAL", "synchronous=FULL"):
            self._raw.execute(f"PRAGMA {setting}")
        for (statement,) in shape.fetchall():
            self._raw.execute(statement)
        columns = [name for _, name, *_ in self._ours.execute("PRAGMA table_info(events)")][1:]
        names, marks = ", ".join(columns), ", ".join("?" * len(columns))
        self._read = f"SELECT {names} FROM events ORDER BY position DESC LIMIT ?"  # noqa: S608 - names of columns
        self._write = f"INSERT INTO events ({names}) VALUES ({marks})"  # noqa: S608 - the same

    def newest(self, number: int) -> list[Stored]:
        """The newest events of our store, without their positions."""
        return self._ours.execute(self._read, (number,)).fetchall()

    def save(self, rows: Sequence[Stored]) -> None:
        """Insert each in a transaction of its own."""
        for row in rows:
            self._raw.execute(self._write, row)

    def close(self) -> None:
        """Close both files."""
        self._raw.close()
        self._ours.close()


class RawPostgres:
    """A table like ours in the same database, written by the driver in autocommit mode."""

    def __init__(self, conninfo: str) -> None:
        self._connection = psycopg.connect(conninfo, autocommit=True)
        self._connection.execute("DROP TABLE IF EXISTS raw_events")
        self._connection.execute("CREATE TABLE raw_events (LIKE events INCLUDING ALL)")
        found = self._connection.execute("SELECT * FROM events LIMIT 0").description or ()
        names = [sql.Identifier(column.name) for column in found]
        self._read = sql.SQL("SELECT {} FROM events ORDER BY position DESC LIMIT %s").format(
            sql.SQL(", ").join(names)
        )
        self._write = sql.SQL("INSERT INTO raw_events ({}) VALUES ({})").format(
            sql.SQL(", ").join(names), sql.SQL(", ").join([sql.Placeholder()] * len(names))
        )

    def newest(self, number: int) -> list[Stored]:
        """The newest events of our store, with their positions: ours are not given by a sequence."""
        return self._connection.execute(self._read, (number,)).fetchall()

    def save(self, rows: Sequence[Stored]) -> None:
        """Insert each in a transaction of its own."""
        for row in rows:
            self._connection.execute(self._write, row)

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()


class Case(Aggregate):
    """An incident as the ready-made aggregates have it: what was said, in order."""

    def __init__(self, kind: str, said: dict[str, Any]) -> None:
        self.entries = [(kind, said)]

    @event("Said")
    def say(self, kind: str, said: dict[str, Any]) -> None:
        """Add one entry."""
        self.entries.append((kind, said))


class ReadyMade:
    """The ready-made store.

    Args:
        url: Its database; on PostgreSQL with psycopg.
    """

    def __init__(self, url: str) -> None:
        self.app: Application[UUID] = Application(
            env={"PERSISTENCE_MODULE": "eventsourcing_sqlalchemy", "SQLALCHEMY_URL": url}
        )

    def case(self, bodies: Sequence[Value]) -> tuple[UUID, list[DomainEventProtocol[UUID]]]:
        """The id and the unsaved events of an aggregate that says the same as these bodies of ours."""
        said = [
            (NAMES[type(body)], body.model_dump(mode="json", exclude_none=True))
            for body in bodies
        ]  # fmt: skip
        case = Case(*said[0])
        for kind, content in said[1:]:
            case.say(kind, content)
        return case.id, list(case.collect_events())

    def save(self, events: Sequence[DomainEventProtocol[UUID]]) -> int:
        """Save them together, in one transaction; gives how many were written."""
        return len(self.app.save(*events))

    def replay(self, case: UUID) -> Case:
        """An aggregate from its events."""
        found: Case = self.app.repository.get(case)
        return found

    def page(self, start: int, limit: int) -> int:
        """Read a page of the log; gives how many events there were."""
        return len(self.app.recorder.select_notifications(start, limit))

    def close(self) -> None:
        """Close the connections."""
        self.app.close()
        engine = self.app.factory.datastore.engine  # type: ignore[attr-defined]
        engine.dispose()
