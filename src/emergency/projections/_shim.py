"""Temporary: what the store will soon have itself."""

# ruff: noqa: ALL
# mypy: ignore-errors
from __future__ import annotations

from types import SimpleNamespace

from sqlalchemy import text

from emergency.store import log as _log
from emergency.store import tables as _tables
from emergency.store.log import Log, Reading, Writing

if not hasattr(Reading, "readable_many"):

    def readable_many(self, names):
        return {n: self.readable(n) for n in names}

    def begun(self, prefix, after=0, through=None, limit=500):
        end = "" if not prefix else " AND stream >= :p AND stream < :q"
        sql = (
            "SELECT stream, position FROM events WHERE version = 1 AND position > :a"
            + ("" if through is None else " AND position <= :t")
            + end
            + " ORDER BY position LIMIT :l"
        )
        given = {
            "a": after,
            "t": through,
            "l": limit,
            "p": prefix,
            "q": prefix[:-1] + chr(ord(prefix[-1]) + 1) if prefix else "",
        }
        given = {k: v for k, v in given.items() if f":{k}" in sql}
        return [tuple(r) for r in self.connection.execute(text(sql), given)]

    def last_of_type(self, prefix):
        return (
            self.connection.execute(
                text("SELECT max(position) FROM events WHERE substr(type, 1, :n) = :p"),
                {"n": len(prefix), "p": prefix},
            ).scalar()
            or 0
        )

    Reading.readable_many = readable_many
    Reading.begun = begun
    Reading.last_of_type = last_of_type
    Reading.tables = property(
        lambda self: SimpleNamespace(prefix="", schema=None, dialect="sqlite", events=_tables.events)
    )
    Writing.lock = lambda self, name: None
    Log.tables = property(
        lambda self: SimpleNamespace(prefix="", schema=None, dialect="sqlite", events=_tables.events)
    )
    Log.dialect = property(lambda self: "sqlite")
    Log.is_joined = property(lambda self: False)

    def write(self, work):
        with self.writing() as writing:
            return work(writing)

    Log.write = write
