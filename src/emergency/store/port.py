"""What goes into the log and what comes out of it, without any database in it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from emergency.domain.record import Recorded
from emergency.errors import RefusedError, StoreError

PENDING = 2**62
"""Where the places begin that events have in a portal's transaction until it commits: behind all others."""


class Codec(Protocol):
    """Turns the body of an event into bytes and back; the store never looks inside."""

    def encode(self, event: Any) -> tuple[str, int, bytes]:  # noqa: ANN401  any body the codec knows
        """Give the stable type name, the schema version and the body as bytes."""
        ...

    def decode(self, type: str, schema_version: int, body: bytes) -> Any:  # noqa: A002, ANN401  the column's name
        """Give the body back, upcast to today's schema.

        Raises:
            UnknownEventError: This type or schema version is not known.
            BrokenDataError: The bytes are not what this type must hold.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """An event that is about to be written.

    Args:
        event: The body.
        event_id: Its id; the store mints one if it is None.
        causation_id: The event that called for it.
    """

    event: Any
    event_id: str | None = None
    causation_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Undecodable:
    """An event that stands in the log and cannot be read by this program: never skipped, shown as such.

    Args:
        position: Its place in the whole log.
        stream: The aggregate it belongs to.
        version: Its place in that stream.
        type: The type name it was written under.
        schema_version: The schema version it was written under.
        recorded_at: The store's clock when it was written (UTC).
        reason: Why it cannot be read.
        reason_zh: The same in Chinese.
    """

    position: int
    stream: str
    version: int
    type: str
    schema_version: int
    recorded_at: datetime
    reason: str
    reason_zh: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredCommand:
    """What an earlier command of the same id wrote.

    Args:
        command_id: Its id.
        content_hash: The hash of what it said.
        events: What it wrote, in order of position.
    """

    command_id: str
    content_hash: str | None
    events: tuple[Recorded[Any], ...]


class ReadOnlyError(StoreError):
    """This user may read the store and not write it; nothing was written."""


class DiskFullError(StoreError):
    """The database cannot grow; nothing was written, and what is there can still be read."""


class ConflictError(RefusedError):
    """Somebody else wrote in between; nothing was written: read again, decide again."""


class DeadlockError(ConflictError):
    """Two transactions waited for each other and this one was broken off; it must end before the other goes on."""


class UnreachableError(StoreError):
    """The database does not answer; whether the last command was written is found by giving it again with its id."""
