"""The seal of an event (封): what shows that a row was altered, taken out or put in by hand.

Each seal is the SHA-256 of the seal before it and of all that the row says, so that the rows of the log are a
chain. The head keeps the last one. Whoever can write to the database can also write a new chain: this finds
mistakes and meddling with rows, and is no proof against an owner.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

FIRST = bytes(32)
"""What the first event is sealed upon."""

Row = tuple[Any, ...]
_EPOCH = datetime.fromtimestamp(0, UTC)
_MICROSECOND = timedelta(microseconds=1)


def framed(said: bytes | None) -> bytes:
    """A field with its length before it, so that no two rows read alike."""
    return b"-," if said is None else b"%d:%b," % (len(said), said)


def sealed(before: bytes, position: int, row: Row, recorded_at: datetime, *, clock_back: bool) -> bytes:
    """The seal of a row upon the seal before it.

    Args:
        before: The seal of the event before it in the log.
        position: Its place there.
        row: Stream, version, type, schema version, body, event id, command id and hash, correlation, causation.
        recorded_at: The store's clock.
        clock_back: Whether that was set back.
    """
    stream, version, type_name, schema_version, body, *ids = row
    micros = (recorded_at - _EPOCH) // _MICROSECOND
    texts = [framed(None if text is None else text.encode()) for text in (stream, type_name, *ids)]
    numbers = b"%d:%d:%d:%d:%d," % (position, version, schema_version, micros, clock_back)
    return sha256(b"".join((before, numbers, *texts, framed(body)))).digest()
