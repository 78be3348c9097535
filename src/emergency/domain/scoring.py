"""What became of reports and experience elsewhere: what schemes of points go by beside findings."""

from __future__ import annotations

from emergency.domain.events import Entry
from emergency.domain.values import OfficeId
from emergency.domain.vocabulary import Tier, Use


class Adopted(Entry):
    """A report was used where it was received (采用). ``of``: the report, by event id."""

    of: str
    use: Use


class Commended(Entry):
    """An office's experience was commended by a leader, meeting or journal of a ``tier`` above (肯定、推广)."""

    whom: OfficeId
    tier: Tier
