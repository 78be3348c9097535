"""The tables of the store, in SQLAlchemy Core, named as the database's owner wants them."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Dialect,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    text,
)
from sqlalchemy.types import TypeEngine

from emergency.errors import UsageError
from emergency.store.port import PENDING

SQLITE, POSTGRESQL = "sqlite", "postgresql"

SCHEMA_VERSION = 3
"""The version of these tables. A program refuses a store of a higher one, and of a lower one until it is upgraded."""

LAST = f"(SELECT max(position) FROM {{events}} WHERE position < {PENDING})"
"""The last position, from the rows themselves: one put in by hand must not keep anybody from reporting."""

_PREFIX = re.compile(r"(?:[a-z][a-z0-9_]{0,30})?")
_SCHEMA = re.compile(r'[^"%?{}\x00]{1,63}')
_OFFICES = "type >= 'office.' AND type < 'office/'"
"""What an index of its own finds: the directory is read at every command and is a small part of the log."""


class Instant(TypeDecorator[datetime]):
    """A moment in UTC to the microsecond. In SQLite text of fixed width: it sorts, and anyone can read it."""

    impl = String(32)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """The database's own type where it has one."""
        return dialect.type_descriptor(DateTime(timezone=True) if dialect.name == POSTGRESQL else String(32))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:  # noqa: ANN401  by database
        """Write the moment in UTC."""
        if value is None or dialect.name == POSTGRESQL:
            return value
        return value.astimezone(UTC).isoformat(timespec="microseconds")

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:  # noqa: ANN401  by database
        """Read it back in UTC."""
        if value is None:
            return None
        return value.astimezone(UTC) if dialect.name == POSTGRESQL else datetime.fromisoformat(value)


class Tables:
    """The store's tables in one database.

    Args:
        dialect: ``sqlite`` or ``postgresql``.
        prefix: What their names begin with.
        schema: The schema they are in; SQLite has none.

    Raises:
        UsageError: The prefix or schema is no plain lower-case name.
    """

    def __init__(self, dialect: str, prefix: str = "", schema: str | None = None) -> None:
        if not _PREFIX.fullmatch(prefix):
            raise UsageError(
                f"{prefix!r} cannot be the tables' prefix: write it in small letters, digits and _, at most 31.",
                zh=(f"{prefix} 不能作表的前缀：请用小写字母、数字和 _，至多 31 个字符。"),
            )
        if schema is not None and not _SCHEMA.fullmatch(schema):
            raise UsageError(
                f'The tables cannot be in a schema called {schema!r}: it is empty, too long or has "%?{{}}.',
                zh=(f'表不能放在名为 {schema} 的模式中：名称为空、太长，或含有 "%?{{}} 中的字符。'),
            )
        if schema is not None and dialect == SQLITE:
            raise UsageError(
                "SQLite has no schemas. Give the tables a prefix instead.",
                zh="SQLite 没有模式。请改用表的前缀。",
            )
        self.dialect, self.prefix, self.schema = dialect, prefix, schema
        self.metadata = MetaData(schema=schema)
        postgresql = dialect == POSTGRESQL

        def words() -> Text:
            # In the order of code points, whatever the database's language: names are looked up by what they
            # begin with, and an index serves that only in this order.
            return Text(collation="C") if postgresql else Text()

        # A position is a 64-bit number that is never given twice, not even after the newest row was deleted by
        # hand: a reader who is past it would never see its second owner. The head keeps the last one given.
        self.events = Table(
            prefix + "events",
            self.metadata,
            Column(
                "position",
                BigInteger().with_variant(Integer, SQLITE),
                primary_key=True,
                autoincrement=not postgresql,
            ),
            Column("stream", words(), nullable=False),
            Column("version", Integer, nullable=False),
            Column("type", words(), nullable=False),
            Column("schema_version", Integer, nullable=False),
            Column("body", LargeBinary, nullable=False),
            Column("event_id", Text, nullable=False, unique=True),
            Column("command_id", Text),
            Column("command_hash", Text),
            Column("correlation_id", Text),
            Column("causation_id", Text),
            Column("recorded_at", Instant, nullable=False),
            Column("clock_back", Boolean(create_constraint=False), nullable=False),
            Column("seal", LargeBinary),
            UniqueConstraint("stream", "version"),
            Index(f"{prefix}events_command_id", "command_id"),
            _index_of_offices(dialect, f"{prefix}events_offices"),
            sqlite_autoincrement=True,
        )
        self.head = Table(
            prefix + "head",
            self.metadata,
            Column("position", BigInteger, nullable=False),
            Column("seal", LargeBinary, nullable=False),
            Column("recorded_at", Instant),
        )
        self.tracking = Table(
            prefix + "tracking",
            self.metadata,
            Column("name", Text, primary_key=True),
            Column("position", BigInteger, nullable=False),
        )
        self.contacts = Table(
            prefix + "contacts",
            self.metadata,
            Column("subject_id", Text, primary_key=True),
            Column("kind", Text, nullable=False),
            Column("name", Text),
            Column("phone", Text),
            Column("note", Text),
            Column("added_at", Instant, nullable=False),
            Column("erased_at", Instant),
            # Added later, and so last: an upgraded store has the same order.
            Column("sealed", LargeBinary),
            Column("key_id", Text),
        )
        self.store_meta = Table(
            prefix + "store_meta",
            self.metadata,
            Column("name", Text, primary_key=True),
            Column("value", Text, nullable=False),
        )
        # Alembic's own, which only an upgrade reads. Not by Alembic's own name for it: a portal that uses Alembic
        # has a table of that name already, or will.
        self.revision = Table(
            prefix + "store_alembic_version",
            self.metadata,
            Column("version_num", String(32), nullable=False),
            PrimaryKeyConstraint("version_num", name=f"{prefix}store_alembic_version_pkc"),
        )

        self._names = {
            name: self.named(name)
            for name in (t.name.removeprefix(prefix) for t in self.metadata.tables.values())
        }

    def named(self, name: str) -> str:
        """Something of ours in the database, by its name without the prefix, as a statement writes it."""
        own = f'"{self.prefix}{name}"'
        return f'"{self.schema}".{own}' if self.schema else own

    def sql(self, statement: str) -> str:
        """A statement with the tables' names in it, written ``{events}``, ``{head}`` and so on."""
        return statement.format_map(self._names)


def _index_of_offices(dialect: str, name: str) -> Index:
    # Not both options at once: SQLAlchemy loads the other database's dialect to check them.
    if dialect == POSTGRESQL:
        return Index(name, "position", postgresql_where=text(_OFFICES))
    return Index(name, "position", sqlite_where=text(_OFFICES))


@lru_cache(maxsize=64)
def tables_of(dialect: str, prefix: str = "", schema: str | None = None) -> Tables:
    """The tables of these names, built once."""
    return Tables(dialect, prefix, schema)
