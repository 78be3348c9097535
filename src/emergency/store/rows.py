"""The rows of the log as they stand in the database, one after another, for whoever proves them.

Nothing is taken for granted: a row that was altered by hand may hold anything that the database lets in.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection

from emergency.store.database import Database, Row, driver_of
from emergency.store.seal import sealed
from emergency.store.tables import POSTGRESQL

AT_ONCE = 1000
"""How many rows are held at a time."""

_COLUMNS = (
    "position, stream, version, type, schema_version, body, event_id, command_id, command_hash, correlation_id, "
    "causation_id, {recorded_at}, clock_back, seal"
)
_RECORDED_AT = "CASE WHEN recorded_at BETWEEN '0001-01-02' AND '9999-12-30' THEN recorded_at END"
"""PostgreSQL knows moments that Python does not."""


@dataclass(frozen=True, slots=True)
class Stored:
    """A row as it stands.

    Args:
        position: Its place in the log.
        said: Stream, version, type, schema version, body, event id, command id and hash, correlation, causation.
        recorded_at: The store's clock; None where what stands there is no moment, or not written as we write it.
        clock_back: Whether that was set back; None where it is neither yes nor no.
        seal: What it is sealed with, whatever that is.
    """

    position: int
    said: Row
    recorded_at: datetime | None
    clock_back: bool | None
    seal: Any

    @property
    def stream(self) -> str:
        """The stream, in words whatever it is."""
        return self.said[0] if isinstance(self.said[0], str) else repr(self.said[0])

    @property
    def version(self) -> Any:  # noqa: ANN401  whatever stands there
        """Its place in the stream."""
        return self.said[1]

    def sealed_upon(self, before: bytes | None, at: int | None = None) -> bytes | None:
        """The seal that it must have upon the one before it, at its own position or at another.

        None where it cannot have one: something in it is not what the log writes.
        """
        if before is None or self.recorded_at is None or self.clock_back is None:
            return None
        stream, version, type_name, schema_version, body, event_id, *ids = self.said
        if not (
            isinstance(version, int)
            and isinstance(schema_version, int)
            and isinstance(body, bytes)
            and all(isinstance(text, str) for text in (stream, type_name, event_id))
            and all(text is None or isinstance(text, str) for text in ids)
        ):
            return None
        try:
            return sealed(
                before,
                self.position if at is None else at,
                self.said,
                self.recorded_at,
                clock_back=self.clock_back,
            )
        except UnicodeEncodeError:  # bytes that are no text
            return None

    def fits(self, before: bytes | None, at: int | None = None) -> bool:
        """Whether its own seal is the one that it must have."""
        return self.seal is not None and self.sealed_upon(before, at) == self.seal


def all_rows(connection: Connection, database: Database) -> Iterator[Stored]:
    """Every row of the log in the order of positions, a thousand in memory at a time."""
    postgresql = database.dialect == POSTGRESQL
    columns = _COLUMNS.format(
        recorded_at=_RECORDED_AT if postgresql else "recorded_at",
    )
    select = f"SELECT {columns} FROM {database.tables.sql('{events}')} ORDER BY position"
    for row in streamed(connection, database, select):
        position, *said, recorded_at, back, seal = row
        yield Stored(
            position,
            tuple(said),
            moment_of(recorded_at),
            bool(back) if back in (0, 1) and isinstance(back, int) else None,
            seal,
        )


def streamed(connection: Connection, database: Database, select: str) -> Iterator[Row]:
    """The rows that a statement finds, without holding them all."""
    driver = driver_of(connection)
    if database.dialect == POSTGRESQL:
        with driver.cursor("emergency_rows", binary=True) as cursor:
            cursor.execute(select)
            while rows := cursor.fetchmany(AT_ONCE):
                yield from rows
        return
    with _any_text(driver):
        cursor = driver.execute(select)
        while rows := cursor.fetchmany(AT_ONCE):
            yield from rows


def moment_of(stored: object) -> datetime | None:
    """A moment as the driver gives it; None where it is none, or not written as the log writes it."""
    if isinstance(stored, datetime):
        return stored.astimezone(UTC)
    if not isinstance(stored, str):
        return None
    try:
        moment = datetime.fromisoformat(stored)
        as_we_write = moment.astimezone(UTC).isoformat(timespec="microseconds")
    except (ValueError, OverflowError):
        return None
    return moment if stored == as_we_write else None


@contextmanager
def _any_text(driver: Any) -> Iterator[None]:  # noqa: ANN401  by driver
    """SQLite lets any bytes into a text; they are read all the same, and cannot be taken for text."""
    before = driver.text_factory
    driver.text_factory = lambda said: said.decode("utf-8", "surrogateescape")
    try:
        yield
    finally:
        driver.text_factory = before
