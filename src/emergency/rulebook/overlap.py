"""Rules that speak of the same report with different limits, and local rules that are laxer than national ones.

Two rules *meet* where one office may owe one recipient one report on one event by both:

- they share a tier and a line of ``who``, and for such an office ``to`` comes to the same tier and line (``same`` and
  ``next`` worked out); ``or_above`` and ``any_line`` make no difference;
- stage and channel are the same, both bind, and neither names bodies outside the directory;
- they share a category, a kind and a place. A kind is shared where some word fits both: a kind of ``kinds.yaml``, a
  word made of a pattern that either uses, or a word that nobody has named. A place is shared where one division lies
  in the other;
- their conditions can hold at once: no two lists of levels without a common one, and no list of levels beside
  ``level_unclear``. Figures and circumstances can always come together;
- on some day both are in force.

One is *special* beside the other where it holds only for some of what the other holds for, never for more. A special
rule that is stricter is how law is ordinarily made, and is not named.

Limits are compared where both give a length: at once and an order of two reports are compared with nothing, and one
report after another with its like only. For comparing, a working day is a day, and a month has 30 of them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from itertools import combinations

from emergency.domain.vocabulary import TIERS_RISING, Category, Level, Line, Tier
from emergency.rulebook.fields import Period
from emergency.rulebook.limits import Limit
from emergency.rulebook.lookup import Rulebook, is_pattern
from emergency.rulebook.model import Rule, Value
from emergency.rulebook.vocabulary import Clock, Modality

DAY = timedelta(days=1)

Owed = tuple[Tier, Line, str, str]
"""An office's tier and line, and its recipient's."""


@dataclass(frozen=True, slots=True)
class Pair:
    """Two rules that meet.

    Args:
        rule: The one that is named: the local one, or the later one in order.
        other: The other one.
        day: The first day on which both are in force with these limits.
        limit: What the first says then.
        other_limit: What the other says then.
    """

    rule: Rule
    other: Rule
    day: date
    limit: Limit
    other_limit: Limit


def overlaps(book: Rulebook) -> Iterator[Pair]:
    """Pairs of one rank that meet with the same clock and different limits, both national or both local.

    A special rule that is stricter is left out.
    """
    scopes = _Scopes(book)
    for one, other in scopes.pairs():
        if one.rank is not other.rank or is_local(one) != is_local(other) or not scopes.meet(one, other):
            continue
        for day, value, others in _together(one, other):
            if value.clock is not others.clock or not _compared(value.limit, others.limit):
                continue
            strict = one if allowance(value.limit) < allowance(others.limit) else other
            if not scopes.special(strict, other if strict is one else one):
                yield Pair(one, other, day, value.limit, others.limit)
                break


def laxer_than_national(book: Rulebook) -> Iterator[Pair]:
    """Local rules that give a longer limit than a national one that they meet.

    Clocks must be the same, learning and receiving taken for one. A national rule that asks for more than the local
    one, such as a graver level, is left out: the local rule was not made for that.
    """
    scopes = _Scopes(book)
    for one, other in scopes.pairs():
        if is_local(one) == is_local(other):
            continue
        local, national = (one, other) if is_local(one) else (other, one)
        if not scopes.meet(local, national) or asks_more(national, local):
            continue
        for day, value, others in _together(local, national):
            if (
                _CLOCK.get(value.clock, value.clock) is _CLOCK.get(others.clock, others.clock)
                and _compared(value.limit, others.limit)
                and allowance(value.limit) > allowance(others.limit)
            ):
                yield Pair(local, national, day, value.limit, others.limit)
                break


_CLOCK = {Clock.RECEIVED: Clock.LEARNED}


def is_local(rule: Rule) -> bool:
    """Tell whether a rule lies in a local pack."""
    return "local" in rule.id.split("/")[:-1]


def allowance(limit: Limit) -> timedelta:
    """How long a limit roughly gives, for comparing two of them; without end for one that gives no length."""
    for length in (limit.within, limit.every):
        if isinstance(length, timedelta):
            return length
        if isinstance(length, Period):
            return DAY * (length.months * 30 + length.days)
    if limit.working_days is not None:
        return DAY * limit.working_days
    if limit.times_a_day is not None:
        return DAY / limit.times_a_day
    return DAY if limit.same_day or limit.daily_by is not None else timedelta.max


def _compared(one: Limit, other: Limit) -> bool:
    lengths = {allowance(one), allowance(other)}
    return one.recurs == other.recurs and len(lengths) > 1 and timedelta.max not in lengths


def _together(one: Rule, other: Rule) -> Iterator[tuple[date, Value, Value]]:
    """What both say while both are in force, from the day on which that begins."""
    for day in sorted({*one.values, *other.values}):
        value, others = one.value_on(day), other.value_on(day)
        if value is not None and others is not None:
            yield day, value, others


class _Scopes:
    """What each rule of a rulebook holds for, worked out once."""

    def __init__(self, book: Rulebook) -> None:
        self._book = book
        self._fitting: dict[tuple[object, object], frozenset[str]] = {}

    def pairs(self) -> Iterator[tuple[Rule, Rule]]:
        """Give the pairs that may meet, each once."""
        groups: dict[tuple[Owed, str, str], list[Rule]] = defaultdict(list)
        for rule in self._book.rules:
            if rule.modality is Modality.MUST and rule.to.named is None:
                for owed in _owed(rule):
                    groups[owed, rule.stage, rule.channel].append(rule)
        seen = {pair for rules in groups.values() for pair in combinations(sorted(rules, key=_id), 2)}
        yield from sorted(seen, key=lambda pair: (pair[0].id, pair[1].id))

    def meet(self, one: Rule, other: Rule) -> bool:
        """Tell whether one event and one level can call for both."""
        levels = _levels(one) & _levels(other)
        return (
            not _categories(one).isdisjoint(_categories(other))
            and not self._kinds(one).isdisjoint(self._kinds(other))
            and any(a.startswith(b) or b.startswith(a) for a in _places(one) for b in _places(other))
            and bool(levels)
            and not (one.level_unclear and other.levels is not None)
            and not (other.level_unclear and one.levels is not None)
        )

    def special(self, one: Rule, other: Rule) -> bool:
        """Tell whether one holds only for some of what the other holds for."""
        return self._inside(one, other) and not self._inside(other, one)

    def _inside(self, one: Rule, other: Rule) -> bool:
        return (
            _asks(one, other)
            and _categories(one) <= _categories(other)
            and self._kinds(one) <= self._kinds(other)
            and all(any(a.startswith(b) for b in _places(other)) for a in _places(one))
        )

    def _kinds(self, rule: Rule) -> frozenset[str]:
        key = (rule.kinds, rule.kinds_except)
        found = self._fitting.get(key)
        if found is None:
            found = frozenset(word for word in self._words if self._fits(rule, word))
            self._fitting[key] = found
        return found

    def _fits(self, rule: Rule, word: str) -> bool:
        among = self._book.in_family
        return (rule.kinds is None or any(among(word, each) for each in rule.kinds)) and not any(
            among(word, each) for each in rule.kinds_except or ()
        )

    @cached_property
    def _words(self) -> frozenset[str]:
        """Kinds with a name, words made of every pattern, and a word that nobody has named."""
        used = {
            word for rule in self._book.rules for word in (*(rule.kinds or ()), *(rule.kinds_except or ()))
        }
        patterns = {word for word in used if is_pattern(word)}
        patterns.update(pattern for globs in self._book.families.values() for pattern in globs)
        made = {pattern.replace("*", fill).replace("?", "x") for pattern in patterns for fill in ("", "x")}
        return frozenset({*self._book.kinds, *made, "a kind that nobody has named"})


def asks_more(one: Rule, other: Rule) -> bool:
    """Tell whether the conditions of one hold only in some of the cases in which those of the other do."""
    return _asks(one, other) and not _asks(other, one)


def _asks(one: Rule, other: Rule) -> bool:
    """Whether the conditions of the other hold wherever those of the one do."""
    return (
        _levels(one) <= _levels(other)
        and (one.level_unclear or not other.level_unclear)
        and (
            other.circumstances is None
            or (one.circumstances is not None and set(one.circumstances) <= set(other.circumstances))
        )
        and (
            other.at_least is None
            or (
                one.at_least is not None and all(other.figures_reach({n: c}) for n, c in one.at_least.items())
            )
        )
    )


def _id(rule: Rule) -> str:
    return rule.id


def _levels(rule: Rule) -> frozenset[Level]:
    return frozenset(rule.levels or Level)


def _categories(rule: Rule) -> frozenset[Category]:
    return frozenset(rule.categories or Category)


def _places(rule: Rule) -> tuple[str, ...]:
    return rule.where or ("",)


def _owed(rule: Rule) -> Iterator[Owed]:
    for tier in rule.who.tiers:
        for line in rule.who.lines:
            to_tier = tier if rule.to.tier == "same" else rule.to.tier
            if to_tier == "next":
                to_tier = TIERS_RISING[min(TIERS_RISING.index(tier) + 1, len(TIERS_RISING) - 1)]
            yield tier, line, str(to_tier), str(line if rule.to.line == "same" else rule.to.line)


__all__ = ["Pair", "allowance", "is_local", "laxer_than_national", "overlaps"]
