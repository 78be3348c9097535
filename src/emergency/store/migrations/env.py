"""What Alembic runs around the steps; `emergency.store.upgrade` gives it the connection and the tables."""

from __future__ import annotations

from typing import Any

from alembic import context

database = context.config.attributes["database"]
connection = context.config.attributes["connection"]
tables = database.tables


def say_version(*, step: Any, **_: Any) -> None:  # noqa: ANN401  Alembic's own
    """Programs look at ``store_meta`` when they open a store: it says the same as Alembic's table."""
    meta = tables.store_meta
    connection.execute(meta.delete().where(meta.c.name == "schema_version"))
    connection.execute(meta.insert().values(name="schema_version", value=str(int(step.up_revision_id))))


context.configure(
    connection=connection,
    target_metadata=tables.metadata,
    version_table=tables.revision.name,
    version_table_schema=tables.schema,
    on_version_apply=say_version,  # type: ignore[arg-type]  # it is called by these names
    database=database,
)
# In the transaction that is already there: all steps, or none.
context.run_migrations()
