"""A head and seals: each event is sealed upon the one before it; an index for the directory; lists are made anew.

On PostgreSQL, events that are written inside a portal's transaction get their places when that commits.
"""

from __future__ import annotations

from typing import Any

from alembic import op
from sqlalchemy import BigInteger, Column, DateTime, LargeBinary, String, text

from emergency.errors import StoreError
from emergency.store.database import Database, driver_of
from emergency.store.seal import FIRST, sealed

revision = "0002"
down_revision = "0001"
ZH = "日志之首与封：每个事件都封于前一个之上；报送网络另有索引；旧列表删去，由日志重建。"

BATCH = 2000
LISTS = ("view_obligations", "view_findings", "view_incident_offices", "view_parked", "view_incidents")
OFFICES = "type >= 'office.' AND type < 'office/'"


def upgrade() -> None:
    """Make what is new, then seal what is there in the order of the log."""
    database: Database = op.get_context().opts["database"]
    tables, connection = database.tables, op.get_bind()
    prefix, schema = tables.prefix, tables.schema
    postgresql = tables.dialect == "postgresql"
    events = prefix + "events"
    for name in LISTS:
        if database.exists(connection, name):
            op.drop_table(prefix + name, schema=schema)
    driver_of(connection).execute(database.sql("DELETE FROM {tracking} WHERE name = 'views'"))
    op.add_column(events, Column("seal", LargeBinary), schema=schema)
    head = op.create_table(
        prefix + "head",
        Column("position", BigInteger, nullable=False),
        Column("seal", LargeBinary, nullable=False),
        Column("recorded_at", DateTime(timezone=True) if postgresql else String(32)),
        schema=schema,
    )
    position, seal, recorded_at = seal_all(database, connection)
    op.bulk_insert(head, [{"position": position, "seal": seal, "recorded_at": recorded_at}])
    where: Any = text(OFFICES)
    op.create_index(
        f"{prefix}events_offices",
        events,
        ["position"],
        schema=schema,
        sqlite_where=where,
        postgresql_where=where,
    )
    if postgresql:
        # No store of version 1 is on PostgreSQL, so there is none that these could come too new for.
        for statement in database.places_at_commit():  # type: ignore[attr-defined]
            driver_of(connection).execute(statement)


def seal_all(database: Database, connection: Any) -> tuple[int, bytes, Any]:  # noqa: ANN401  of Alembic
    """Seal every event in the order of the log; gives what the head holds after that."""
    select = database.sql(
        "SELECT position, stream, version, type, schema_version, body, event_id, command_id, command_hash, "
        "correlation_id, causation_id, recorded_at, clock_back FROM {events} WHERE position > ? "
        "ORDER BY position LIMIT ?"
    )
    update = database.sql("UPDATE {events} SET seal = ? WHERE position = ?")
    driver = driver_of(connection)
    position, seal, recorded_at = _before_the_first(database, connection), FIRST, None
    while rows := database.rows(connection, select, (position, BATCH)):
        seals = []
        for row in rows:
            position, recorded_at = row[0], row[-2]
            try:
                seal = sealed(
                    seal, position, row[1:-2], database.moment(recorded_at), clock_back=bool(row[-1])
                )
            except (AttributeError, TypeError, ValueError) as error:
                raise StoreError(
                    f"The row at position {position} is not what a row of the log must be ({error}). Nothing was "
                    "changed. Compare it with a backup and put it right, then upgrade again.",
                    zh=(
                        f"位置 {position} 的一行不是日志应有的样子（{error}）。"
                        "未作任何改动。请与备份比对并改正，然后再次升级。"
                    ),
                ) from error
            seals.append((seal, position))
        driver.cursor().executemany(update, seals)
    return max(position, _last_given(database, connection)), seal, recorded_at


def _before_the_first(database: Database, connection: Any) -> int:  # noqa: ANN401  of Alembic
    (lowest,) = database.rows(connection, database.sql("SELECT min(position) FROM {events}"))[0]
    return 0 if lowest is None else min(0, lowest - 1)


def _last_given(database: Database, connection: Any) -> int:  # noqa: ANN401  of Alembic
    """SQLite knows the last position that it gave, even where that row was taken out by hand since."""
    if database.tables.dialect != "sqlite":
        return 0
    given = "SELECT seq FROM sqlite_sequence WHERE name = ?"
    found = database.rows(connection, given, (database.tables.events.name,))
    return found[0][0] if found else 0
