"""What assessing an ordinary incident asks of a rulebook, and nothing else."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from emergency.domain.vocabulary import Category, Line, Tier

if TYPE_CHECKING:
    from emergency.rulebook import Rulebook

KIND = "coal-mine"
DAY = date(2023, 3, 14)
OFFICES = (
    (Tier.UNIT, Line.ENTERPRISE),
    (Tier.COUNTY, Line.DEPARTMENT),
    (Tier.COUNTY, Line.GOVERNMENT),
    (Tier.CITY, Line.GOVERNMENT),
)
"""Those of the incident in ``benchmarks.incident``."""


def asked_of(book: Rulebook) -> int:
    """Ask for the rules of every office, the tables, the texts that nobody has read, and the name of it all.

    Returns:
        How many rules were found.
    """
    found = set()
    for tier, line in OFFICES:
        for rule in book.rules_for(
            category=Category.ACCIDENT, kind=KIND, tier=tier, line=line, division=None
        ):
            found.add(rule)
            rule.value_on(DAY)
            book.unread_for(rule.id, category=Category.ACCIDENT, kind=KIND, division=None, day=DAY)
    for table in book.tables_for(Category.ACCIDENT, KIND):
        table.value_on(DAY)
    assert book.fingerprint
    return len(found)
