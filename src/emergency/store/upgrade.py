"""A store of an older version is brought up to this one (升级), and says how it stands.

Alembic is loaded only here, and only where there is something to upgrade.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import Connection, Engine

from emergency.errors import StoreError
from emergency.store.database import PATIENCE, Database, revision_of
from emergency.store.log import database_of, reached, store_version
from emergency.store.tables import LAST, POSTGRESQL, SCHEMA_VERSION
from emergency.words import Words

_one_at_a_time = threading.Lock()
"""Alembic keeps in its modules which migration it runs."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step of an upgrade.

    Args:
        version: The version of the tables that it leads to.
        what: What it does.
    """

    version: int
    what: Words


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreStatus:
    """How a store stands.

    Args:
        url: Where it is, without the password.
        dialect: ``sqlite`` or ``postgresql``.
        prefix: What the names of its tables begin with.
        schema: The schema they are in; None = the connection's own.
        version: The version of its tables.
        program_version: The version that this program writes.
        steps: What an upgrade would do; empty where there is nothing to do.
        events: How many events it holds.
        last_position: The position of the newest; 0 in an empty store.
        size: The size in bytes: of the file, or of the log's tables and their indexes.
        readers: How far each reader of the log, such as the lists, has come, by its name.
    """

    url: str
    dialect: str
    prefix: str
    schema: str | None
    version: int
    program_version: int
    steps: tuple[Step, ...]
    events: int
    last_position: int
    size: int
    readers: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Upgraded:
    """What an upgrade did, or, on a trial run, would do.

    Args:
        url: Where the store is, without the password.
        before: The version it was.
        after: The version it is now; on a trial run as before.
        steps: What was done, or would be.
        events: How many events the store holds.
    """

    url: str
    before: int
    after: int
    steps: tuple[Step, ...]
    events: int


def store_status(where: str | Engine, *, prefix: str = "", schema: str | None = None) -> StoreStatus:
    """Say how a store stands, whatever its version; nothing is changed.

    Args:
        where: The store's URL, or a portal's engine.
        prefix: What the names of the tables begin with; a URL says so itself.
        schema: The schema they are in; a URL says so itself.

    Raises:
        StoreError: There is no store, it is of a newer version, or the database cannot be read.
        UsageError: The URL cannot be understood.
    """
    with opened(where, prefix=prefix, schema=schema) as (engine, database):
        with database.reading(engine) as connection:
            version = _version_there(connection, database, engine)
            (events, last), *_ = database.rows(
                connection, database.sql(f"SELECT count(*), coalesce({LAST}, 0) FROM {{events}}")
            )
            readers = database.rows(
                connection, database.sql("SELECT name, position FROM {tracking} ORDER BY name")
            )
            size = _size(connection, database)
        return StoreStatus(
            url=shown(engine),
            dialect=database.dialect,
            prefix=database.tables.prefix,
            schema=database.tables.schema,
            version=version,
            program_version=SCHEMA_VERSION,
            steps=_steps(version),
            events=events,
            last_position=last,
            size=size,
            readers=dict(cast("list[tuple[str, int]]", readers)),
        )


def upgrade_store(
    where: str | Engine, *, prefix: str = "", schema: str | None = None, dry_run: bool = False
) -> Upgraded:
    """Bring a store up to this version, in one transaction: it is done whole, or nothing has changed.

    Nobody else may write meanwhile, and two upgrades at once are as good as one. Programs of the older version must
    be ended first: they look at the version only when they open the store.

    Args:
        where: The store's URL, or a portal's engine.
        prefix: What the names of the tables begin with; a URL says so itself.
        schema: The schema they are in; a URL says so itself.
        dry_run: Only say what would be done.

    Raises:
        StoreError: There is no store, it is of a newer version, a row of it is broken, or it cannot be written.
        BusyError: Another program is writing for longer than we wait; nothing was changed.
        UsageError: The URL cannot be understood.
    """
    with opened(where, prefix=prefix, schema=schema) as (engine, database):
        with database.reading(engine) as connection:
            before = _version_there(connection, database, engine)
            events = _count(connection, database)
        steps = _steps(before)
        if steps and not dry_run:
            with database.writing(engine) as connection:
                database.alone(connection)
                before = store_version(connection, database)  # another program may have been quicker
                events = _count(connection, database)
                steps = _steps(before)
                if steps:
                    database.stamp(connection, before)
                    migrate(connection, database)
        after = before if dry_run else SCHEMA_VERSION
        return Upgraded(url=shown(engine), before=before, after=after, steps=steps, events=events)


def migrate(connection: Connection, database: Database) -> None:
    """Run the steps that are still to be run, in the transaction of the connection."""
    from alembic import command  # noqa: PLC0415  see above

    with _one_at_a_time:
        config = alembic_config()
        config.attributes.update(connection=connection, database=database)
        command.upgrade(config, "head")


@contextmanager
def opened(
    where: str | Engine, *, prefix: str = "", schema: str | None = None
) -> Iterator[tuple[Engine, Database]]:
    """Reach a store whatever its version is; what the database says is put in our words."""
    patience = PATIENCE
    if isinstance(where, Engine):
        engine = where
    else:
        engine, prefix, schema, patience = reached(where, create=False)
    try:
        database = database_of(engine, prefix, schema, patience)
        with database.translated(engine):
            yield engine, database
    finally:
        if engine is not where:
            engine.dispose()


def shown(engine: Engine) -> str:
    """Where a store is, without the password."""
    return engine.url.render_as_string(hide_password=True)


def _version_there(connection: Connection, database: Database, engine: Engine) -> int:
    version = store_version(connection, database)
    if version == 0:
        raise StoreError(
            f"There is no store at {shown(engine)}; the first entry, import or `emergency offices add` makes it.",
            zh=(f"{shown(engine)} 没有库；第一次录入、导入或运行 `emergency offices add` 时自动建立。"),
        )
    return version


def _steps(version: int) -> tuple[Step, ...]:
    if version >= SCHEMA_VERSION:
        return ()
    from alembic.script import ScriptDirectory  # noqa: PLC0415  see above

    steps = ScriptDirectory.from_config(alembic_config()).walk_revisions(
        base=revision_of(version), head="heads"
    )
    found = [Step(int(step.revision), Words(step.module.ZH, " ".join(step.doc.split()))) for step in steps]
    return tuple(step for step in reversed(found) if step.version > version)


def alembic_config() -> Any:  # noqa: ANN401  Alembic is not loaded here
    """What Alembic must know: where the steps are. Nobody needs a file for it."""
    from alembic.config import Config  # noqa: PLC0415  see above

    config = Config()
    config.set_main_option("script_location", "emergency.store:migrations")
    return config


def _count(connection: Connection, database: Database) -> int:
    ((events,),) = database.rows(connection, database.sql("SELECT count(*) FROM {events}"))
    return cast("int", events)


def _size(connection: Connection, database: Database) -> int:
    tables = database.tables
    if database.dialect == POSTGRESQL:
        measure = (
            "SELECT coalesce(sum(pg_total_relation_size(c.oid)), 0)::bigint FROM pg_catalog.pg_class c "
            "JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace "
            "WHERE n.nspname = coalesce(%s, current_schema()) AND c.relname = ANY(%s)"
        )
        names = [table.name for table in tables.metadata.tables.values()]
        ((size,),) = database.rows(connection, measure, (tables.schema, names))
    else:
        ((pages,),) = database.rows(connection, "PRAGMA page_count")
        ((page,),) = database.rows(connection, "PRAGMA page_size")
        size = pages * page
    return cast("int", size)
