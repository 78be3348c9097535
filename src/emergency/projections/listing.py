"""Reading the read models: filtered rows, and what is parked or under another rulebook."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Table, select

from emergency.projections import tables
from emergency.projections.catch_up import NAME
from emergency.projections.rows import Row, holds
from emergency.projections.streams import INCIDENT
from emergency.store import Log

FILTERS = {
    tables.incidents.name: (),
    tables.obligations.name: ("office", "recipient", "state"),
    tables.findings.name: ("office", "kind", "status"),
}
"""What the rows of a table can be filtered by: keys of the rows, each a column of its own."""


@dataclass(frozen=True, slots=True)
class Listing:
    """Rows, and everything that a reader must know about them.

    Args:
        rows: The rows.
        recorded_through: The position of the log that they take in.
        behind: How many positions the log is ahead of them.
        parked: Incidents that could not be folded, with the reason.
        rulebooks: The rulebooks that the rows stand under.
    """

    rows: tuple[Row, ...]
    recorded_through: int
    behind: int
    parked: tuple[Row, ...]
    rulebooks: tuple[str, ...]


def listing(log: Log, table: Table, *, at: datetime | None = None, **filters: Any) -> Listing:  # noqa: ANN401
    """Rows of one table, in the order of incident and id.

    Args:
        log: The log, for how far it has come.
        table: One of the read models' tables.
        at: Only rows that hold at this instant.
        filters: Columns and the value each must have; None = no filter.
    """
    query = select(table.c.row)
    for column, value in filters.items():
        if value is not None:
            query = query.where(table.c[column] == value)
    order = [table.c.incident, *(table.c[c] for c in ("phase",) if c in table.c)]
    with log.reading() as reading:
        rows = [json.loads(text) for text in reading.connection.execute(query.order_by(*order)).scalars()]
        through = reading.tracked(NAME)
        behind = reading.last_position() - through
        parked = (
            reading.connection.execute(select(tables.parked).order_by(tables.parked.c.stream))
            .mappings()
            .all()
        )
        rulebooks = (
            reading.connection.execute(select(tables.incidents.c.rulebook).distinct().order_by("rulebook"))
            .scalars()
            .all()
        )
    if at is not None:
        rows = [row for row in rows if holds(row, at)]
    return Listing(
        rows=tuple(rows),
        recorded_through=through,
        behind=behind,
        parked=tuple(
            {"incident": p["stream"].removeprefix(INCIDENT), "position": p["position"], "reason": p["reason"]}
            for p in parked
        ),
        rulebooks=tuple(rulebooks),
    )
