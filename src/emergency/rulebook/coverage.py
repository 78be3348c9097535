"""Which duties some rule gives, and which none: by category, line, tier, stage and level."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from emergency.domain.vocabulary import Category, Level, Line, Tier
from emergency.rulebook.folders import dated
from emergency.rulebook.lookup import Rulebook
from emergency.rulebook.model import Rule
from emergency.rulebook.vocabulary import Modality, Stage

TIERS = tuple(tier for tier in Tier if tier is not Tier.STATE)
"""Whose duties there can be: above the state there is nobody."""


class Covered(StrEnum):
    """How far rules reach.

    ``full``: a rule whose text was read binds for every kind and figure. ``partly``: only for some kinds, figures or
    circumstances. ``unconfirmed``: only by texts that nobody has read. ``none``: by no rule at all.
    """

    FULL = "full"
    PARTLY = "partly"
    UNCONFIRMED = "unconfirmed"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Cell:
    """One duty that there may be.

    Args:
        category: The category of the event.
        line: The line of the office.
        tier: Its tier.
        stage: Which report.
        level: The level of the event.
        covered: How far rules reach.
        rules: The ids of the rules that bind.
    """

    category: Category
    line: Line
    tier: Tier
    stage: Stage
    level: Level
    covered: Covered
    rules: tuple[str, ...]


def coverage(book: Rulebook, day: date, division: str | None = None) -> Iterator[Cell]:
    """Give every cell, in order.

    Args:
        book: The rulebook.
        day: On which day.
        division: With the rules of this division; national ones alone unless given.
    """
    in_force = [
        (rule, value.confirmed)
        for rule in book.rules
        if rule.modality is Modality.MUST
        and (value := rule.value_on(day)) is not None
        and (rule.where is None or any((division or "").startswith(code) for code in rule.where))
    ]
    for category in Category:
        for line in Line:
            for tier in TIERS:
                if line is Line.ENTERPRISE and tier is not Tier.UNIT:
                    continue
                here = [
                    (rule, confirmed)
                    for rule, confirmed in in_force
                    if category in (rule.categories or (category,))
                    and line in rule.who.lines
                    and tier in rule.who.tiers
                ]
                for stage in Stage:
                    for level in Level:
                        yield _cell(category, line, tier, stage, level, here)


def _cell(
    category: Category, line: Line, tier: Tier, stage: Stage, level: Level, here: list[tuple[Rule, bool]]
) -> Cell:
    binding = [(r, sure) for r, sure in here if r.stage is stage and level in (r.levels or (level,))]
    read = [rule for rule, confirmed in binding if confirmed]
    if any(not (r.kinds or r.kinds_except or r.at_least or r.circumstances or r.level_unclear) for r in read):
        covered = Covered.FULL
    elif read:
        covered = Covered.PARTLY
    else:
        covered = Covered.UNCONFIRMED if binding else Covered.NONE
    return Cell(category, line, tier, stage, level, covered, tuple(rule.id for rule, _ in binding))


def rows(book: Rulebook) -> Mapping[str, tuple[str, ...]]:
    """Tell by which files each row of the collection is encoded, in the order of the rows."""
    found: dict[str, set[str]] = defaultdict(set)
    for scope in (*dated(book), *book.unread):
        for row in (scope.row or "").replace(";", ",").split(","):
            if row.strip():
                found[row.strip()].add(scope.id)
    return {row: tuple(sorted(found[row])) for row in sorted(found, key=_by_number)}


def _by_number(row: str) -> tuple[tuple[int, str], ...]:
    return tuple((int(part), "") if part.isdigit() else (10**9, part) for part in row.split("."))


__all__ = ["TIERS", "Cell", "Covered", "coverage", "rows"]
