"""What the rules for one kind of office ask, sorted and taken apart once: every office of that kind is asked the same.

Nothing here knows of an incident: all of it is kept with the rulebook that it was read from.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import field
from datetime import date, timedelta
from functools import cached_property

from emergency.assessment.model import Ground, Words
from emergency.assessment.words import limit_words
from emergency.domain.fixed import fixed
from emergency.domain.vocabulary import Category, Line, Tier
from emergency.rulebook import Clock, Modality, Recipient, Rule, Rulebook, Stage, Value
from emergency.rulebook.model import Unread

AFTER_REPORTS = frozenset(
    {Clock.FIRST_REPORT, Clock.FOLLOW_UP, Clock.LAST_REPORT, Clock.LAST_FOLLOW_UP, Clock.CHANGED}
)
"""The clocks that start with, or after, what the office told the recipient."""


class Terms:
    """What a rule says from a day on, with what a duty under it is shown with."""

    def __init__(self, rule: Rule, value: Value) -> None:
        limit, citation = value.limit, value.citation
        self.value = value
        self.hours: timedelta | None = limit.hours
        self.has_hours = limit.has_hours
        self.plain = limit.hours is not None and limit.at_most is None and limit.shift is None
        """Due so many hours after the start, and at nothing else."""
        self.limit = limit_words(limit)
        self.cited = " ".join(filter(None, (f"《{citation.law}》", citation.number, citation.article)))
        self._rule = rule
        self._grounds: dict[Words | None, Ground] = {}

    @cached_property
    def to_others(self) -> Words:
        """Where it names bodies outside the directory: the officer is told, nobody is judged."""
        named, law, limit = self._rule.to.named, self.value.citation.law, self.limit
        zh, en = (named.zh, named.en) if named is not None else ("", "")
        return Words(
            f"依《{law}》，{limit.zh}告知{zh}（不作评判）",
            f"under 《{law}》 tell {en} {limit.en} (not judged)",
        )

    def ground(self, found_note: Words | None) -> Ground:
        """The ground before anything is known of its due time, for a recipient found in some way."""
        known = self._grounds.get(found_note)
        if known is None:
            known = self._grounds[found_note] = Ground(
                rule=self._rule.id,
                citation=self.cited,
                rank=self._rule.rank.value,
                confirmed=self.value.confirmed,
                limit=self.limit,
                due=None,
                sure=True,
                note=_joined(found_note, self.value.remark),
            )
        return known


def _joined(first: Words | None, then: Words | None) -> Words | None:
    """Both remarks, where there are two."""
    if first is None or then is None:
        return first or then
    return Words(f"{first.zh}；{then.zh}", f"{first.en}; {then.en}")


def wanted(to: Recipient) -> str:
    """What tells one kind of recipient from another."""
    return f"{to.tier} {to.line} {to.or_above} {to.any_line}"


class Asked:
    """One rule that binds, taken apart."""

    def __init__(self, rulebook: Rulebook, rule: Rule, newest: Value, unread: tuple[Unread, ...]) -> None:
        self.rule = rule
        self.newest = newest
        self._circumstances = rulebook.words.get("circumstances", {})
        self.stage = rule.stage
        self.channel = rule.channel.value
        self.wanted = wanted(rule.to)
        self.named = rule.to.named is not None
        self.figures = (rule.levels, None if rule.at_least is None else tuple(rule.at_least.items()))
        """What tells its condition on figures from those of other rules."""
        self.conditional = rule.conditional
        values = [v for v in rule.values.values() if isinstance(v, Value)]
        self.clocks = tuple(dict.fromkeys(v.clock for v in values if not v.limit.recurs))
        """The clocks of its values, of whatever day; for what is asked for again and again, see ``cadences``."""
        self.cadences = tuple(dict.fromkeys(v.limit for v in values if v.limit.recurs))
        self.all_clocks = frozenset([*self.clocks, *([Clock.LAST_REPORT] if self.cadences else [])])
        """Those of all its values: reports asked for again and again are counted from the last one."""
        self.longest = max(
            (v.limit.hours for v in rule.values.values() if isinstance(v, Value) and v.limit.hours),
            default=None,
        )
        """The longest of its limits in hours."""
        self._unread = tuple((text.since, Words(text.says.zh, text.says.en)) for text in unread)
        self.changes = frozenset([*rule.values, *(text.since for text in unread)])
        """The days on which anything about it changes."""
        self._terms = [
            (since, Terms(rule, value) if isinstance(value, Value) else None)
            for since, value in reversed(tuple(rule.values.items()))
        ]

    @cached_property
    def no_recipient(self) -> Words:
        """What an officer is told where the directory has nobody to report to."""
        title = self.rule.title
        return Words(
            f"报送网络中没有「{title.zh}」的接报单位，此项义务无法落实到单位",
            f"the directory has no recipient for '{title.en}'; this duty is tied to no office",
        )

    @cached_property
    def figures_open(self) -> Words:
        """What is shown as its condition while its level, or its number, is not established."""
        levels = self.rule.levels
        if levels is None:
            return Words(
                "如伤亡达到规定数字（尚未确定）", "if the figures reach the rule's number (not established)"
            )
        return Words(
            f"如级别为{'、'.join(levels)}（尚未确定）",
            f"if the level is {', '.join(levels)} (not established)",
        )

    @cached_property
    def circumstances_open(self) -> Words:
        """What is shown as its condition while none of its circumstances is stated."""
        known = [self._circumstances.get(slug) for slug in self.rule.circumstances or ()]
        zh = "、".join(title.zh for title in known if title is not None)
        en = "; ".join(title.en for title in known if title is not None)
        return Words(f"如有下列情形之一：{zh}（未见载明）", f"if one of these is so: {en} (not stated)")

    def on(self, day: date) -> Terms | None:
        """What is in force on a day; None before the first value, and after a repeal."""
        for since, terms in self._terms:
            if since <= day:
                return terms
        return None

    def next_change(self, day: date) -> date:
        """The next day on which anything about it changes; the last day there is where nothing does."""
        return min([change for change in self.changes if change > day], default=date.max)

    def unread(self, day: date) -> tuple[Words, ...]:
        """The texts in force on a day that may have changed it and that nobody has read."""
        return tuple([said for since, said in self._unread if since <= day]) if self._unread else ()


@fixed(slots=True)
class Asks:
    """Everything that is asked of one kind of office on one kind of event.

    Args:
        rules: The rules that bind it, or allow it something.
        firsts: Those that may call for a first report, in the order of the rules.
        later: Those that may call for another.
        turns: The days on which anything changes about those for a first report, in order.
    """

    rules: tuple[Rule, ...]
    firsts: tuple[Asked, ...]
    later: tuple[Asked, ...]
    turns: tuple[date, ...]
    _awake: dict[frozenset[Clock], tuple[Asked, ...]] = field(default_factory=dict, init=False)

    def awake(self, silent: frozenset[Clock]) -> tuple[Asked, ...]:
        """Those that may call for another report though some clocks never started."""
        known = self._awake.get(silent)
        if known is None:
            known = self._awake[silent] = tuple(one for one in self.later if not one.all_clocks <= silent)
        return known

    def turn(self, day: date) -> int:
        """A number that is the same for two days on which the same was asked for as a first report."""
        return bisect_right(self.turns, day)


def asks_of(
    rulebook: Rulebook, *, category: Category, kind: str | None, tier: Tier, line: Line, division: str | None
) -> Asks:
    """What the rulebook asks of an office of this tier and line on such an event: see `Rulebook.rules_for`."""
    key = ("asks", category, kind, tier, line, rulebook.places_of(division))
    known: Asks | None = rulebook.memo.get(key)
    if known is None:
        rules = rulebook.rules_for(category=category, kind=kind, tier=tier, line=line, division=division)
        asked: list[Asked] = []
        for rule in rules:
            newest = newest_of(rule)
            # What is allowed, what was never in force, and what is told to bodies outside the directory under a
            # condition makes no duty and no remark.
            if (
                rule.modality is Modality.MAY
                or newest is None
                or (rule.to.named is not None and rule.conditional)
            ):
                continue
            unread = rulebook.unread_for(
                rule.id, category=category, kind=kind, division=division, day=date.max
            )
            asked.append(Asked(rulebook, rule, newest, unread))
        firsts = tuple(one for one in asked if one.stage is Stage.FIRST)
        later = tuple(one for one in asked if one.stage is not Stage.FIRST)
        turns = sorted(frozenset[date]().union(*(one.changes for one in firsts)))
        known = rulebook.memo[key] = Asks(rules, firsts, later, tuple(turns))
    return known


def newest_of(rule: Rule) -> Value | None:
    """The newest value of a rule; None where it has none."""
    return next((v for v in reversed(tuple(rule.values.values())) if isinstance(v, Value)), None)
