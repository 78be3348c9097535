"""The rulebook: every rule, found by who owes it, for what and where."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from difflib import get_close_matches
from fnmatch import translate
from functools import cached_property

from emergency.domain.vocabulary import LEVELS_RISING, Category, Level, Line, Tier
from emergency.errors import NotFoundError, UsageError
from emergency.rulebook.fingerprint import fingerprint
from emergency.rulebook.model import LevelTable, Rule, Thresholds
from emergency.rulebook.vocabulary import Measure

_MEASURES = frozenset(Measure)


@dataclass(frozen=True, slots=True)
class Graded:
    """A level, and the table that gives it.

    Args:
        level: The gravest level that the figures surely reach.
        table: The table.
        value: What the table said on that day, with its citation and whether it is confirmed.
    """

    level: Level
    table: LevelTable
    value: Thresholds


@dataclass(frozen=True, kw_only=True, eq=False)
class Rulebook:
    """Dated, cited data (规则库): it answers which rules there are and judges nothing.

    Args:
        rules: Every rule, in the order of rank and then of id.
        tables: Every table of levels, in the order of id.
        families: The families of kinds, each with its patterns.
    """

    rules: tuple[Rule, ...]
    tables: tuple[LevelTable, ...] = ()
    families: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Put rules and tables in their order, whatever the order in which they were found."""
        object.__setattr__(
            self, "rules", tuple(sorted(self.rules, key=lambda rule: (rule.rank.order, rule.id)))
        )
        object.__setattr__(self, "tables", tuple(sorted(self.tables, key=lambda table: table.id)))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Rulebook) and self.fingerprint == other.fingerprint

    def __hash__(self) -> int:
        return hash(self.fingerprint)

    @cached_property
    def fingerprint(self) -> str:
        """``sha256:…`` over the content: the same rules give the same, whatever files they came from."""
        return fingerprint(self.rules, self.tables, self.families)

    def rule(self, rule_id: str) -> Rule:
        """Give the rule of an id.

        Raises:
            NotFoundError: There is none; the message names the nearest.
        """
        found = self._by_id.get(rule_id)
        if found is None:
            near = get_close_matches(rule_id, self._by_id, n=1, cutoff=0)
            hint = f" Did you mean {near[0]}?" if near else ""
            raise NotFoundError(f"There is no rule {rule_id}.{hint}")
        return found

    def rules_for(
        self, *, category: Category, kind: str | None, tier: Tier, line: Line, division: str | None
    ) -> tuple[Rule, ...]:
        """Find the rules by which an office of this tier and line may owe a report on such an event.

        Levels, figures and days are left to whoever knows them: see `Rule.levels`, `Rule.figures_reach` and
        `Rule.value_on`.

        Args:
            category: The category of the event.
            kind: The writer's own word for its kind; None where it is not told, which belongs to no family.
            tier: The office's tier.
            line: The office's line.
            division: The division code of the place; None where it is not told, where no local rule judges.

        Returns:
            The rules in the order of rank, then of id.
        """
        places = tuple(code for end in (2, 4, 6) if (code := (division or "")[:end]) in self._places)
        key = (category, kind, tier, line, places)
        found = self._found.get(key)
        if found is None:
            found = tuple(
                rule
                for rule in self.rules
                if tier in rule.who.tiers
                and line in rule.who.lines
                and (rule.where is None or not set(places).isdisjoint(rule.where))
                and self._about(rule, category, kind)
            )
            self._found[key] = found
        return found

    def lowest_level(
        self,
        *,
        category: Category,
        kind: str | None,
        day: date,
        measures: Mapping[str, int],
        confirmed_only: bool = False,
    ) -> Graded | None:
        """Give the gravest level that figures known as lower bounds surely reach.

        Args:
            category: The category of the event.
            kind: The kind of the event; None where it is not told.
            day: The day of the law.
            measures: Lower bounds, by the names of `Measure`.
            confirmed_only: Leave out tables whose text nobody has read.

        Returns:
            The level with its table; IV where a table applies and nothing higher is reached; None where
            no table applies. Of two tables that give the same level, a confirmed one is named first.

        Raises:
            UsageError: A measure has a name that no table can know.
        """
        if not measures.keys() <= _MEASURES:
            unknown = ", ".join(sorted(measures.keys() - _MEASURES))
            raise UsageError(f"There is no measure {unknown}; the measures are {', '.join(Measure)}.")
        best: Graded | None = None
        for table in self._tables_for(category, kind):
            value = table.value_on(day)
            if value is None or (confirmed_only and not value.confirmed):
                continue
            graded = Graded(value.reached(measures), table, value)
            if best is None or _weight(graded) > _weight(best):
                best = graded
        return best

    def in_family(self, kind: str | None, family: str) -> bool:
        """Tell whether a kind belongs to a family, or matches a pattern that stands in its place."""
        return kind is not None and self._pattern(family).fullmatch(kind) is not None

    def _tables_for(self, category: Category, kind: str | None) -> tuple[LevelTable, ...]:
        key = (category, kind)
        found = self._found_tables.get(key)
        if found is None:
            found = tuple(table for table in self.tables if self._about(table, category, kind))
            self._found_tables[key] = found
        return found

    def _about(self, scope: Rule | LevelTable, category: Category, kind: str | None) -> bool:
        return (
            (scope.categories is None or category in scope.categories)
            and (scope.kinds is None or any(self.in_family(kind, each) for each in scope.kinds))
            and not any(self.in_family(kind, each) for each in scope.kinds_except or ())
        )

    def _pattern(self, family: str) -> re.Pattern[str]:
        found = self._patterns.get(family)
        if found is None:
            globs = (family,) if is_pattern(family) else self.families.get(family, ())
            found = re.compile("|".join(map(translate, globs)) or r"(?!)")
            self._patterns[family] = found
        return found

    @cached_property
    def _by_id(self) -> dict[str, Rule]:
        return {rule.id: rule for rule in self.rules}

    @cached_property
    def _places(self) -> frozenset[str]:
        """The divisions that have rules of their own: the others share one answer."""
        return frozenset(code for rule in self.rules for code in rule.where or ())

    @cached_property
    def _found(self) -> dict[tuple[Category, str | None, Tier, Line, tuple[str, ...]], tuple[Rule, ...]]:
        return {}

    @cached_property
    def _found_tables(self) -> dict[tuple[Category, str | None], tuple[LevelTable, ...]]:
        return {}

    @cached_property
    def _patterns(self) -> dict[str, re.Pattern[str]]:
        return {}


def is_pattern(word: str) -> bool:
    """Tell a pattern such as ``*pollution*`` from the name of a family."""
    return any(char in word for char in "*?[")


def _weight(graded: Graded) -> tuple[int, bool]:
    return LEVELS_RISING.index(graded.level), graded.value.confirmed
