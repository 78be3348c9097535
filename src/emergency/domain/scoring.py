"""What became of reports and experience elsewhere: what schemes of points go by beside findings."""

from __future__ import annotations

from emergency.domain.events import Entry
from emergency.domain.values import UNSTATED, OfficeId, StatedTime, Value
from emergency.domain.vocabulary import Tier, Use


class Adopted(Entry):
    """A report was used where it was received (采用).

    Args:
        of: The report, by event id.
        use: What it was used for.
        instructions: The leaders' instructions that were written on it, by the event ids of their receipt; None
            where nobody recorded that.
    """

    of: str
    use: Use
    instructions: tuple[str, ...] | None = None


class Commended(Value):
    """An office's experience was commended by a leader, meeting or journal above (经验被肯定、推广).

    It is of an office and of no one incident, and it changes nothing in the directory.

    Args:
        office: Whose experience.
        tier: The tier of whoever commended it.
        at: When.
        words: What was commended, and by whom: a leader by role, a meeting, a journal.
        source: Where this is known from.
        officer: Id of the officer who recorded it, never a name.
        logged_by: The office that recorded it here.
    """

    office: OfficeId
    tier: Tier
    at: StatedTime = UNSTATED
    words: str | None = None
    source: str | None = None
    officer: str | None = None
    logged_by: OfficeId | None = None
