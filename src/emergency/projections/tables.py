"""The read models' tables: in the same database as the log, made and dropped without loss."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, MetaData, String, Table, Text

metadata = MetaData()

incidents = Table(
    "view_incidents",
    metadata,
    Column("incident", String, primary_key=True),
    Column("stream", String, nullable=False, unique=True),
    Column("row", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("rulebook", String, nullable=False),
    Column("directory", Integer, nullable=False),
)
"""One row an incident, with the rulebook and the directory position that its verdicts stand under."""

obligations = Table(
    "view_obligations",
    metadata,
    Column("id", String, primary_key=True),
    Column("phase", Integer, primary_key=True),
    Column("incident", String, ForeignKey("view_incidents.incident", ondelete="CASCADE"), nullable=False),
    Column("office", String, nullable=False),
    Column("recipient", String, nullable=False),
    Column("state", String, nullable=False),
    Column("holds_from", String),
    Column("holds_until", String),
    Column("row", Text, nullable=False),
)

findings = Table(
    "view_findings",
    metadata,
    Column("id", String, primary_key=True),
    Column("phase", Integer, primary_key=True),
    Column("incident", String, ForeignKey("view_incidents.incident", ondelete="CASCADE"), nullable=False),
    Column("office", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("status", String, nullable=False),
    Column("holds_from", String),
    Column("holds_until", String),
    Column("row", Text, nullable=False),
)

offices = Table(
    "view_incident_offices",
    metadata,
    Column("office", String, primary_key=True),
    Column("stream", String, primary_key=True),
)
"""Which incidents looked up which offices: where the directory changes, they are judged again."""

parked = Table(
    "view_parked",
    metadata,
    Column("stream", String, primary_key=True),
    Column("position", Integer, nullable=False),
    Column("reason", Text, nullable=False),
    Column("incident", Boolean, nullable=False),
)
"""Streams that cannot be folded: shown on every list, tried again at the next change or rebuild."""

Index("view_obligations_incident", obligations.c.incident)
Index("view_obligations_office", obligations.c.office, obligations.c.state)
Index("view_findings_incident", findings.c.incident)
Index("view_findings_office", findings.c.office, findings.c.kind)
Index("view_incident_offices_stream", offices.c.stream)
