"""The clock of a drill's store (演练): it shows another hour than the machine, and can be set forward.

A store is made a drill when it is created, or never becomes one: what is practised and what happened are never in one
log. Where the clock stands is no event: it is kept beside the version of the tables.
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from emergency.domain.fixed import fixed

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
