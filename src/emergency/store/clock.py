"""The store's clock. Nobody may set it: ``recorded_at`` is what this machine's clock said."""

from __future__ import annotations

from datetime import UTC, datetime


def now() -> datetime:
    """Read the real clock, in UTC, to the microsecond."""
    return datetime.now(UTC)
