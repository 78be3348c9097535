"""What changed between two states of the rules: two days of one rulebook, or two rulebooks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from emergency.rulebook.data_model import Title
from emergency.rulebook.lookup import Rulebook
from emergency.rulebook.model import LevelTable, Rule

SCOPE = (
    "rank",
    "who",
    "to",
    "modality",
    "stage",
    "channel",
    "levels",
    "at_least",
    "circumstances",
    "level_unclear",
    "window",
    "suspended_by",
    "waived_by",
    "categories",
    "kinds",
    "kinds_except",
    "where",
)
"""What a rule or table says whatever the day."""

VALUE = (
    "limit",
    "clock",
    "thresholds",
    "together",
    "level_circumstances",
    "law",
    "number",
    "article",
    "promulgated",
    "confirmed",
)
"""What it says from a day on; the parts of the citation one by one."""


class What(StrEnum):
    """What became of something."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One difference.

    Args:
        id: The rule, or table of levels.
        title: What it is about.
        what: Added, removed or changed: the whole of it where ``since`` and ``part`` are None.
        since: The day of the value that is meant; None where a part is meant that no day changes.
        part: Which part changed; None where the whole, or the whole value, is meant.
        before: What it said; None where it said nothing.
        after: What it says.
    """

    id: str
    title: Title
    what: What
    since: date | None = None
    part: str | None = None
    before: Any = None
    after: Any = None


Scope = Rule | LevelTable


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two states.

    Args:
        scopes: The rules and tables that are meant, by id.
        day: Only what is in force on this day; None for all values.
    """

    scopes: Mapping[str, Scope]
    day: date | None = None


def side(book: Rulebook, day: date | None = None, pack: str | None = None) -> Side:
    """Take a rulebook, or a pack of it, as one of the two states.

    Args:
        book: The rulebook.
        day: Only what is in force on this day.
        pack: Only what lies in this folder, such as ``cn/local/330127-chunan``.
    """
    found: tuple[Scope, ...] = (*book.rules, *book.tables)
    scopes = {scope.id: scope for scope in found}
    if pack is not None:
        scopes = {name: scope for name, scope in scopes.items() if name.startswith(f"{pack}/")}
    return Side(scopes, day)


def differences(old: Side, new: Side) -> Iterator[Change]:
    """List what is different, by id; what is the same on both sides is left out.

    Where both sides name a day, a rule that is not in force counts as not there, and its value is compared whatever
    day it began on. Otherwise values are compared day by day.
    """
    for name in sorted({*old.scopes, *new.scopes}):
        before, after = _there(old, name), _there(new, name)
        known = after or before
        if known is None:
            continue
        if before is None or after is None:
            what = What.ADDED if before is None else What.REMOVED
            yield Change(id=name, title=known.title, what=what)
        else:
            yield from _compared(before, after, old.day, new.day)


def _there(one: Side, name: str) -> Scope | None:
    scope = one.scopes.get(name)
    if scope is None or one.day is None:
        return scope
    return scope if scope.value_on(one.day) is not None else None


def _compared(before: Scope, after: Scope, old_day: date | None, new_day: date | None) -> Iterator[Change]:
    for part in SCOPE:
        said, says = getattr(before, part, None), getattr(after, part, None)
        if said != says:
            yield Change(
                id=after.id, title=after.title, what=What.CHANGED, part=part, before=said, after=says
            )
    if old_day is not None and new_day is not None:
        now_value = after.value_on(new_day)
        since = None if now_value is None else now_value.since
        yield from _parts(after, before.value_on(old_day), now_value, since)
        return
    for since in sorted({*before.values, *after.values}):
        was, now = before.values.get(since), after.values.get(since)
        if was is None or now is None:
            what = What.ADDED if was is None else What.REMOVED
            yield Change(id=after.id, title=after.title, what=what, since=since, before=was, after=now)
        else:
            yield from _parts(after, was, now, since)


def _parts(scope: Scope, before: Any, after: Any, since: date | None) -> Iterator[Change]:  # noqa: ANN401 - any value
    for part in VALUE:
        was, now = _part(before, part), _part(after, part)
        if was != now:
            yield Change(
                id=scope.id,
                title=scope.title,
                what=What.CHANGED,
                since=since,
                part=part,
                before=was,
                after=now,
            )


def _part(value: Any, part: str) -> Any:  # noqa: ANN401 - any part of any value
    if part == "level_circumstances":
        return getattr(value, "circumstances", None)
    if part in ("law", "number", "article", "promulgated"):
        return getattr(value.citation, part)
    return getattr(value, part, None)


__all__ = ["SCOPE", "VALUE", "Change", "Side", "What", "differences", "side"]
