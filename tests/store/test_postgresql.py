"""The contract on PostgreSQL, and what only PostgreSQL can do wrong."""

from __future__ import annotations

from datetime import datetime

import pytest

from emergency.store import Log

from .contract import StoreContract


class TestPostgres(StoreContract):
    """A database of a private server."""

    @pytest.fixture
    def url(self, postgres_url: str) -> str:
        return f"{postgres_url}{'&' if '?' in postgres_url else '?'}timeout=1"

    def set_clock(self, log: Log, patch: pytest.MonkeyPatch, reading: datetime) -> None:
        look = log.database._look  # type: ignore[attr-defined]
        shown = look.replace("clock_timestamp()", f"'{reading.isoformat()}'::timestamptz")
        patch.setattr(log.database, "_look", shown)
