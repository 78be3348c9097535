"""A glance at the log without opening the store: what a shell asks for at each press of a key.

It only reads, loads neither the database library nor the rules, waits for nobody, and finds nothing where there is
no store, or none that can be read. What decides anything is read through `Log`.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

PATIENCE = 1
"""Seconds for a database to answer."""

Row = tuple[Any, ...]
Ask = Callable[[str, Sequence[Any]], list[Row]]


class Glimpse(NamedTuple):
    """An event as it is stored.

    Args:
        stream: Where it stands.
        version: Its number there.
        type: Its kind.
        body: What it says; empty where that cannot be read.
    """

    stream: str
    version: int
    type: str
    body: dict[str, Any]


def beginnings(url: str, prefix: str, *, limit: int, newest: bool = False) -> list[Glimpse]:
    """The first events of streams whose names begin so.

    Args:
        url: Of the store.
        prefix: What the names begin with; an index finds them.
        limit: At most so many.
        newest: Those begun last, the newest first; otherwise by name.
    """
    order = "position DESC" if newest else "stream"
    return _asked(
        url,
        "SELECT stream, version, type, body FROM {events} WHERE version = 1 AND stream >= {} AND stream < {} "
        f"ORDER BY {order} LIMIT {{}}",
        (prefix, prefix + "\U0010ffff", limit),
    )


def last_of(url: str, stream: str, *, limit: int) -> list[Glimpse]:
    """The last events of one stream, the newest first."""
    return _asked(
        url,
        "SELECT stream, version, type, body FROM {events} WHERE stream = {} ORDER BY version DESC LIMIT {}",
        (stream, limit),
    )


def offices(url: str) -> list[Glimpse]:
    """The registrations and renamings of offices, in the order of the log."""
    return _asked(
        url,
        "SELECT stream, version, type, body FROM {events} WHERE type >= 'office.' AND type < 'office/' "
        "AND type IN ('office.registered', 'office.renamed') ORDER BY position",
        (),
    )


def _asked(url: str, statement: str, parameters: Sequence[Any]) -> list[Glimpse]:
    try:
        rows = _reach(url, statement, parameters)
    except Exception:  # noqa: BLE001 - whatever is wrong with a store is said by the commands that use it
        return []
    return [Glimpse(stream, version, kind, _read(body)) for stream, version, kind, body in rows]


def _read(body: Any) -> dict[str, Any]:  # noqa: ANN401 - by driver
    try:
        found = json.loads(bytes(body) if not isinstance(body, str) else body)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _reach(url: str, statement: str, parameters: Sequence[Any]) -> list[Row]:
    parts = urlsplit(url)
    asked = dict(parse_qsl(parts.query))
    events = '"' + asked.pop("table_prefix", "").replace('"', "") + 'events"'
    schema = asked.pop("table_schema", None)
    asked.pop("timeout", None)
    if schema:
        events = '"' + schema.replace('"', "") + '".' + events
    sqlite = parts.scheme.partition("+")[0] == "sqlite"
    marks = ("?" if sqlite else "%s",) * len(parameters)
    said = statement.format(*marks, events=events)
    if sqlite:
        return _sqlite(parts.path[1:], said, parameters)
    return _postgresql(parts._replace(scheme="postgresql", query=urlencode(asked)).geturl(), said, parameters)


def _sqlite(name: str, statement: str, parameters: Sequence[Any]) -> list[Row]:
    path = Path(name)
    if not name or not path.is_file():
        return []
    address = f"file:{quote(str(path.absolute()))}"
    try:
        return _sqlite_at(f"{address}?mode=rw", statement, parameters)
    except sqlite3.OperationalError:  # not ours to write
        return _sqlite_at(f"{address}?mode=ro", statement, parameters)


def _sqlite_at(address: str, statement: str, parameters: Sequence[Any]) -> list[Row]:
    with closing(sqlite3.connect(address, uri=True, timeout=PATIENCE)) as connection:
        # Who may only read leaves the files of the write-ahead log lying about; who may write clears them away.
        connection.execute("PRAGMA query_only=ON")
        return connection.execute(statement, parameters).fetchall()


def _postgresql(url: str, statement: str, parameters: Sequence[Any]) -> list[Row]:
    import psycopg  # noqa: PLC0415 - where the store is in one

    options = "-c default_transaction_read_only=on -c statement_timeout=1000"
    with psycopg.connect(url, connect_timeout=PATIENCE, options=options) as connection:
        return connection.execute(statement, parameters).fetchall()
