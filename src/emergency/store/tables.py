"""The tables of the store, in SQLAlchemy Core."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Dialect,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
)

SCHEMA_VERSION = 1
"""The version of these tables. A program refuses a store whose version is higher than its own."""


class Instant(TypeDecorator[datetime]):
    """A moment in UTC to the microsecond, as text of fixed width: it sorts, and anyone can read it."""

    impl = String(32)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> str | None:
        """Write the moment in UTC."""
        del dialect
        return None if value is None else value.astimezone(UTC).isoformat(timespec="microseconds")

    def process_result_value(self, value: str | None, dialect: Dialect) -> datetime | None:
        """Read it back with its zone."""
        del dialect
        return None if value is None else datetime.fromisoformat(value)


metadata = MetaData()

# A position is a 64-bit number that is never given twice, not even after the newest row was deleted by hand:
# a reader who is past it would never see its second owner. SQLite promises that only with AUTOINCREMENT.
events = Table(
    "events",
    metadata,
    Column("position", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("stream", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("type", Text, nullable=False),
    Column("schema_version", Integer, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("event_id", Text, nullable=False, unique=True),
    Column("command_id", Text),
    Column("command_hash", Text),
    Column("correlation_id", Text),
    Column("causation_id", Text),
    Column("recorded_at", Instant, nullable=False),
    Column("clock_back", Boolean(create_constraint=False), nullable=False),
    UniqueConstraint("stream", "version"),
    Index("events_command_id", "command_id"),
    sqlite_autoincrement=True,
)

tracking = Table(
    "tracking",
    metadata,
    Column("name", Text, primary_key=True),
    Column("position", BigInteger, nullable=False),
)

contacts = Table(
    "contacts",
    metadata,
    Column("subject_id", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("name", Text),
    Column("phone", Text),
    Column("note", Text),
    Column("added_at", Instant, nullable=False),
    Column("erased_at", Instant),
)

store_meta = Table(
    "store_meta",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", Text, nullable=False),
)
