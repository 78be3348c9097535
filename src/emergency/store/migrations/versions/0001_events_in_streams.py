"""Events in streams, how far each reader has come, people, and the version of the store."""

from __future__ import annotations

from alembic import op
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Integer,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
)

revision = "0001"
down_revision = None
ZH = "按流存放的事件、各读取者的进度、人员、库的版本。"


def upgrade() -> None:
    """Make the tables of version 1. It was never released for PostgreSQL: there it is a step on the way only."""
    tables = op.get_context().opts["database"].tables
    prefix, schema = tables.prefix, tables.schema
    postgresql = tables.dialect == "postgresql"
    words = Text(collation="C") if postgresql else Text()
    instant = DateTime(timezone=True) if postgresql else String(32)
    op.create_table(
        prefix + "events",
        Column(
            "position",
            BigInteger().with_variant(Integer, "sqlite"),
            primary_key=True,
            autoincrement=not postgresql,
        ),
        Column("stream", words, nullable=False),
        Column("version", Integer, nullable=False),
        Column("type", words, nullable=False),
        Column("schema_version", Integer, nullable=False),
        Column("body", LargeBinary, nullable=False),
        Column("event_id", Text, nullable=False, unique=True),
        Column("command_id", Text),
        Column("command_hash", Text),
        Column("correlation_id", Text),
        Column("causation_id", Text),
        Column("recorded_at", instant, nullable=False),
        Column("clock_back", Boolean(create_constraint=False), nullable=False),
        UniqueConstraint("stream", "version"),
        schema=schema,
        sqlite_autoincrement=True,
    )
    op.create_index(f"{prefix}events_command_id", prefix + "events", ["command_id"], schema=schema)
    op.create_table(
        prefix + "tracking",
        Column("name", Text, primary_key=True),
        Column("position", BigInteger, nullable=False),
        schema=schema,
    )
    op.create_table(
        prefix + "contacts",
        Column("subject_id", Text, primary_key=True),
        Column("kind", Text, nullable=False),
        Column("name", Text),
        Column("phone", Text),
        Column("note", Text),
        Column("added_at", instant, nullable=False),
        Column("erased_at", instant),
        schema=schema,
    )
    op.create_table(
        prefix + "store_meta",
        Column("name", Text, primary_key=True),
        Column("value", Text, nullable=False),
        schema=schema,
    )
