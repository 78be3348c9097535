"""The clock of a drill's store (演练): it shows another hour than the machine, and can be set forward.

A store is made a drill when it is created, or never becomes one: what is practised and what happened are never in one
log. Where the clock stands is no event: it is kept beside the version of the tables.
"""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from datetime import datetime
from typing import Any
from urllib.parse import quote

from emergency.domain.fixed import fixed
from emergency.store import clock

NAME = "drill"
"""What the row of a drill's clock is called among what the store says of itself."""


@fixed(frozen=True, slots=True, kw_only=True)
class DrillClock:
    """Where a drill's clock stands.

    Args:
        shows: What it was set to.
        since: When, by the machine's own clock.
        held: It stands still until it is set again; else it runs on from there.
    """

    shows: datetime
    since: datetime
    held: bool = False

    def hour(self, real: datetime) -> datetime:
        """What it shows at a moment of the machine's clock."""
        return self.shows if self.held else self.shows + (real - self.since)

    def written(self) -> str:
        """As it is kept."""
        said: dict[str, Any] = {
            "shows": self.shows.isoformat(),
            "since": self.since.isoformat(),
            "held": self.held,
        }
        return json.dumps(said)


def read_clock(text: str) -> DrillClock:
    """The clock as it was kept."""
    said = json.loads(text)
    return DrillClock(
        shows=datetime.fromisoformat(said["shows"]),
        since=datetime.fromisoformat(said["since"]),
        held=bool(said["held"]),
    )


def drill_hour(url: str) -> datetime | None:
    """What the clock of a drill's store shows, before it is opened; None where there is no drill, or no telling."""
    if not url.startswith("sqlite:///"):
        return None
    path = url.removeprefix("sqlite:///").partition("?")[0]
    try:
        with closing(sqlite3.connect(f"file:{quote(path)}?mode=ro", uri=True)) as connection:
            kept = connection.execute("SELECT value FROM store_meta WHERE name = ?", (NAME,)).fetchone()
    except sqlite3.Error:
        return None
    return read_clock(kept[0]).hour(clock.now()) if kept else None
