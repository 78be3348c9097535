"""An event as it stands in the log: the body that was said, and the facts that the store stamped on it."""

from __future__ import annotations

from datetime import datetime
from typing import Generic, TypeVar

from emergency.domain.fixed import fixed

E_co = TypeVar("E_co", covariant=True)


@fixed(slots=True, kw_only=True)
class Recorded(Generic[E_co]):
    """One event of the log (入库的事件).

    Args:
        position: Its place in the whole log; order is position, never a clock.
        stream: The aggregate it belongs to, such as ``incident/qujing-20140407``.
        version: Its place in that stream, from 1.
        event_id: Unique; what other events, obligations and findings refer to.
        recorded_at: The store's real clock when it was written (UTC).
        clock_back: That clock read earlier than the event before it in the log: it was set back.
        command_id: The command that caused it; the same id never writes twice.
        correlation_id: What it belongs to beyond its stream, such as one import.
        causation_id: The event that called for it.
        event: The body.
    """

    position: int
    stream: str
    version: int
    event_id: str
    recorded_at: datetime
    clock_back: bool = False
    command_id: str | None = None
    correlation_id: str | None = None
    causation_id: str | None = None
    event: E_co
