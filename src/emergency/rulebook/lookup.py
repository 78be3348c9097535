"""The rulebook: every rule, found by who owes it, for what and where."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import field, replace
from datetime import date
from fnmatch import fnmatchcase, translate
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

from emergency.domain.fixed import fixed
from emergency.domain.vocabulary import LEVELS_RISING, Category, Level, Line, Tier
from emergency.errors import NotFoundError
from emergency.rulebook.calendar import Calendar
from emergency.rulebook.shelf import Scope, Shelf, scopes
from emergency.words import NOTHING, Words

if TYPE_CHECKING:
    from emergency.rulebook.data_model import Title
    from emergency.rulebook.model import LevelTable, Rule, Scoped, Thresholds, Unread
    from emergency.rulebook.norms import NormRule
    from emergency.rulebook.provisions import Elements, Kind, Provision
    from emergency.rulebook.reviews import ReviewRule
    from emergency.rulebook.schemes import Scheme


@fixed(slots=True)
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


@fixed(kw_only=True, eq=False)
class Rulebook:
    """Dated, cited data (规则库): it answers which rules there are and judges nothing.

    Args:
        rules: Every rule, in the order of rank and then of id.
        tables: Every table of levels, in the order of id.
        families: The families of kinds, each with its patterns.
        provisions: What the texts say beside duties to report.
        elements: What reports must say.
        norms: Which checks of the four norms are asked for.
        reviews: By when the steps of a review are due.
        schemes: How reporting is scored.
        unread: Texts that may have changed rules and that nobody has read.
        calendars: The working days of each country, by the first part of the rules' ids.
        kinds: Kinds with a name of their own.
        words: The measures, circumstances and elements that the rules declare, each with what it means.
        kept_fingerprint: The fingerprint, where it was worked out before and nothing changed since.
    """

    rules: Sequence[Rule]
    tables: Sequence[LevelTable] = ()
    families: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    provisions: Sequence[Provision] = ()
    elements: Sequence[Elements] = ()
    norms: Sequence[NormRule] = ()
    reviews: Sequence[ReviewRule] = ()
    schemes: Sequence[Scheme] = ()
    unread: Sequence[Unread] = ()
    calendars: Mapping[str, Calendar] = field(default_factory=dict)
    kinds: Mapping[str, Kind] = field(default_factory=dict)
    words: Mapping[str, Mapping[str, Title]] = field(default_factory=dict)
    kept_fingerprint: str | None = None

    def __post_init__(self) -> None:
        """Put rules and tables in their order, whatever the order in which they were found."""
        if not isinstance(self.rules, Shelf):
            in_rank = sorted(self.rules, key=lambda rule: (rule.rank.order, rule.id))
            object.__setattr__(self, "rules", tuple(in_rank))
        if not isinstance(self.tables, Shelf):
            object.__setattr__(self, "tables", tuple(sorted(self.tables, key=lambda table: table.id)))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Rulebook) and self.fingerprint == other.fingerprint

    def __hash__(self) -> int:
        return hash(self.fingerprint)

    @cached_property
    def fingerprint(self) -> str:
        """``sha256:…`` over the content: the same rules give the same, whatever files they came from."""
        if self.kept_fingerprint is not None:
            return self.kept_fingerprint
        from emergency.rulebook.fingerprint import fingerprint  # noqa: PLC0415 - mostly it is known already

        return fingerprint(self)

    def rule(self, rule_id: str) -> Rule:
        """Give the rule of an id.

        Raises:
            NotFoundError: There is none; the message names the nearest.
        """
        found = self._by_id.get(rule_id)
        if found is None:
            from difflib import get_close_matches  # noqa: PLC0415 - only for whoever mistyped

            near = get_close_matches(rule_id, self._by_id, n=1, cutoff=0)
            hint = Words(f"是否指 {near[0]}？", f" Did you mean {near[0]}?") if near else NOTHING
            raise NotFoundError(f"There is no rule {rule_id}.{hint.en}", zh=f"没有规则 {rule_id}。{hint.zh}")
        return self.rules[found]

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
        places = self.places_of(division)
        key = (category, kind, tier, line, places)
        found = self._found.get(key)
        if found is None:
            found = tuple(
                self.rules[index]
                for index, scope in enumerate(self._scopes)
                if tier in scope.tiers and line in scope.lines and self.about(scope, category, kind, division)
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
        circumstances: Iterable[str] = (),
        division: str | None = None,
        confirmed_only: bool = False,
    ) -> Graded | None:
        """Give the gravest level that figures known as lower bounds surely reach.

        Args:
            category: The category of the event.
            kind: The kind of the event; None where it is not told.
            day: The day of the law.
            measures: Lower bounds, by name; a name that no table goes by makes no difference.
            circumstances: What was stated of it.
            division: The division code of the place; None where it is not told, where no local table counts.
            confirmed_only: Leave out tables whose text nobody has read.

        Returns:
            The level with its table; IV where a table applies and nothing higher is reached; None where
            no table applies. Of two tables that give the same level, a confirmed one is named first.
        """
        best: Graded | None = None
        for table in self.tables_for(category, kind, division):
            value = table.value_on(day)
            if value is None or (confirmed_only and not value.confirmed):
                continue
            graded = Graded(value.reached(measures, circumstances), table, value)
            if best is None or _weight(graded) > _weight(best):
                best = graded
        return best

    def tables_for(
        self, category: Category, kind: str | None, division: str | None = None
    ) -> tuple[LevelTable, ...]:
        """Find the tables that grade such an event, whatever the day."""
        key = (category, kind, self.places_of(division))
        found = self._found_tables.get(key)
        if found is None:
            found = tuple(
                self.tables[index]
                for index, scope in enumerate(scopes(self.tables))
                if self.about(scope, category, kind, division)
            )
            self._found_tables[key] = found
        return found

    def norms_for(
        self, *, category: Category, kind: str | None, tier: Tier, line: Line, division: str | None
    ) -> tuple[NormRule, ...]:
        """Find what asks for checks of an office of this tier and line on such an event; arguments as `rules_for`."""
        key = ("norms", category, kind, tier, line, self.places_of(division))
        found: tuple[NormRule, ...] | None = self.memo.get(key)
        if found is None:
            found = self.memo[key] = tuple(
                self.norms[index]
                for index, scope in enumerate(scopes(self.norms))
                if (not scope.tiers or tier in scope.tiers)
                and (not scope.lines or line in scope.lines)
                and self.about(scope, category, kind, division)
            )
        return found

    def elements_for(
        self, *, category: Category, kind: str | None, tier: Tier, line: Line, division: str | None
    ) -> tuple[Elements, ...]:
        """Find what reports of an office of this tier and line on such an event must say; as `norms_for`."""
        key = ("elements", category, kind, tier, line, self.places_of(division))
        found: tuple[Elements, ...] | None = self.memo.get(key)
        if found is None:
            found = self.memo[key] = tuple(
                self.elements[index]
                for index, scope in enumerate(scopes(self.elements))
                if (not scope.tiers or tier in scope.tiers)
                and (not scope.lines or line in scope.lines)
                and self.about(scope, category, kind, division)
            )
        return found

    def reviews_for(
        self, *, category: Category, kind: str | None, division: str | None
    ) -> tuple[ReviewRule, ...]:
        """Find what gives limits for the steps of a review of such an event; arguments as `rules_for`."""
        return tuple(
            self.reviews[index]
            for index, scope in enumerate(scopes(self.reviews))
            if self.about(scope, category, kind, division)
        )

    def scheme(self, name: str) -> Scheme:
        """Find a scheme of points by its id, or by a part of its id or Chinese title that no other has.

        Raises:
            NotFoundError: There is none, or more than one.
        """
        ids = [scope.id for scope in scopes(self.schemes)]
        if name in ids:
            return self.schemes[ids.index(name)]
        found = [one for one in self.schemes if name and (name in one.id or name in one.title.zh)]
        if len(found) == 1:
            return found[0]
        listed = ", ".join(one.id for one in found) or ", ".join(ids)
        said = (
            Words(
                f"{name} 对应多个计分办法：{listed}。请再多写几个字。",
                f"{name} fits several schemes: {listed}. Write more of it.",
            )
            if found
            else Words(
                f"没有计分办法 {name}。现有的：{listed or '无'}。",
                f"There is no scheme {name}. The schemes are: {listed or 'none'}.",
            )
        )
        raise NotFoundError(said.en, zh=said.zh)

    def about(
        self, scope: Scoped | Scope, category: Category, kind: str | None, division: str | None
    ) -> bool:
        """Tell whether a rule, table or provision speaks of such an event in such a place."""
        return (
            (scope.categories is None or category in scope.categories)
            and (scope.where is None or not set(self.places_of(division)).isdisjoint(scope.where))
            and (scope.kinds is None or any(self.in_family(kind, each) for each in scope.kinds))
            and not any(self.in_family(kind, each) for each in scope.kinds_except or ())
        )

    def unread_for(
        self, rule_id: str, *, category: Category, kind: str | None, division: str | None, day: date
    ) -> tuple[Unread, ...]:
        """Find the texts, in force on a day, that may have changed a rule and that nobody has read."""
        key = ("unread", rule_id, category, kind, self.places_of(division))
        about: tuple[Unread, ...] | None = self.memo.get(key)
        if about is None:
            about = self.memo[key] = tuple(
                text
                for text in self.unread
                if any(fnmatchcase(rule_id, pattern) for pattern in text.rules)
                and self.about(text, category, kind, division)
            )
        return tuple(text for text in about if text.since <= day)

    def calendar(self, rule_id: str) -> Calendar:
        """Give the working days of the country that a rule belongs to; one without any year where none is known."""
        return self.calendars.get(rule_id.partition("/")[0]) or _NO_CALENDAR

    def known_on(self, day: date) -> Rulebook:
        """Give the rulebook as it had been recorded by a day: what was recorded later is left out."""
        return replace(
            self,
            kept_fingerprint=None,
            rules=_known(self.rules, day),
            tables=_known(self.tables, day),
            provisions=_known(self.provisions, day),
            elements=_known(self.elements, day),
            norms=_known(self.norms, day),
            reviews=_known(self.reviews, day),
            schemes=_known(self.schemes, day),
            unread=tuple(text for text in self.unread if text.recorded_on <= day),
        )

    def with_rules(self, others: Iterable[Rule]) -> Rulebook:
        """Give the rulebook with some rules put in the place of those of the same id, or added."""
        changed = {rule.id: rule for rule in (*self.rules, *others)}
        return replace(self, rules=tuple(changed.values()), kept_fingerprint=None)

    def places_of(self, division: str | None) -> tuple[str, ...]:
        """Give the divisions with rules of their own that a place lies in, the widest first."""
        if not division:
            return ()
        found: tuple[str, ...] | None = self.memo.get(("places", division))
        if found is None:
            found = tuple([code for end in (2, 4, 6) if (code := division[:end]) in self._places])
            self.memo["places", division] = found
        return found

    def in_family(self, kind: str | None, family: str) -> bool:
        """Tell whether a kind belongs to a family, or matches a pattern that stands in its place."""
        return kind is not None and self._pattern(family).fullmatch(kind) is not None

    def _pattern(self, family: str) -> re.Pattern[str]:
        found = self._patterns.get(family)
        if found is None:
            globs = (family,) if is_pattern(family) else self.families.get(family, ())
            found = re.compile("|".join(map(translate, globs)) or r"(?!)")
            self._patterns[family] = found
        return found

    @cached_property
    def memo(self) -> dict[Any, Any]:
        """What pure functions of this rulebook have already worked out."""
        return {}

    @cached_property
    def _scopes(self) -> tuple[Scope, ...]:
        """What each rule speaks of, so that only those that are asked for need be read."""
        return tuple(scopes(self.rules))

    @cached_property
    def _by_id(self) -> dict[str, int]:
        return {scope.id: index for index, scope in enumerate(self._scopes)}

    @cached_property
    def _places(self) -> frozenset[str]:
        """The divisions that have rules of their own: the others share one answer."""
        scoped = (
            self.rules,
            self.tables,
            self.provisions,
            self.elements,
            self.norms,
            self.reviews,
            self.unread,
        )
        return frozenset(code for items in scoped for scope in scopes(items) for code in scope.where or ())

    @cached_property
    def _found(self) -> dict[tuple[Category, str | None, Tier, Line, tuple[str, ...]], tuple[Rule, ...]]:
        return {}

    @cached_property
    def _found_tables(self) -> dict[tuple[Category, str | None, tuple[str, ...]], tuple[LevelTable, ...]]:
        return {}

    @cached_property
    def _patterns(self) -> dict[str, re.Pattern[str]]:
        return {}


_NO_CALENDAR = Calendar({})

S = TypeVar("S", "Rule", "LevelTable", "Provision", "Elements", "NormRule", "ReviewRule", "Scheme")


def _known(scoped: Sequence[S], day: date) -> tuple[S, ...]:
    """What had been recorded by a day; whatever has no value left is left out."""
    found = []
    for one in scoped:
        values = {since: value for since, value in one.values.items() if value.recorded_on <= day}
        if len(values) == len(one.values):
            found.append(one)
        elif values:
            found.append(one.model_copy(update={"values": values}))
    return tuple(found)


def is_pattern(word: str) -> bool:
    """Tell a pattern such as ``*pollution*`` from the name of a family."""
    return any(char in word for char in "*?[")


def _weight(graded: Graded) -> tuple[int, bool]:
    return LEVELS_RISING.index(graded.level), graded.value.confirmed
