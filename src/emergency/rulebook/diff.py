"""What changed between two states of the rules: two days of one rulebook, or two rulebooks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from emergency.rulebook.data_model import Dated, Title
from emergency.rulebook.folders import FOLDERS, RULES, DatedScope, dated
from emergency.rulebook.lookup import Rulebook
from emergency.rulebook.model import Scoped

_UNCOMPARED = {"id", "title", "row", "values", "examples", "accepts"}
"""What of a file is no part of what it says."""
_CITED = ("law", "number", "article", "promulgated")
"""The parts of a citation, compared one by one."""


def scope_parts(scope: type[Scoped]) -> tuple[str, ...]:
    """Name what a file says whatever the day."""
    return tuple(name for name in scope.model_fields if name not in _UNCOMPARED)


def value_parts(value: type[Dated]) -> tuple[str, ...]:
    """Name what it says from a day on; what a table of levels calls circumstances is called ``level_circumstances``."""
    said = [name for name in value.model_fields if name not in Dated.model_fields]
    return (
        *("level_circumstances" if name == "circumstances" else name for name in said),
        *_CITED,
        "confirmed",
    )


class What(StrEnum):
    """What became of something."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One difference.

    Args:
        id: The file: a rule, a table of levels, a scheme of points…
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


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two states.

    Args:
        scopes: What is meant, by id.
        day: Only what is in force on this day; None for all values.
    """

    scopes: Mapping[str, DatedScope]
    day: date | None = None


def side(book: Rulebook, day: date | None = None, pack: str | None = None) -> Side:
    """Take a rulebook, or a pack of it, as one of the two states.

    Args:
        book: The rulebook.
        day: Only what is in force on this day.
        pack: Only what lies in this folder, such as ``cn/local/330127-chunan``, and in those of the same name beside
            the rules, such as ``cn/norms/local/330127-chunan``.
    """
    scopes = {scope.id: scope for scope in dated(book)}
    if pack is not None:
        scopes = {name: scope for name, scope in scopes.items() if within_pack(name, pack) is not None}
    return Side(scopes, day)


def within_pack(name: str, pack: str) -> str | None:
    """Give the id without the name of the pack, such as ``norms/sign-off``; None where it lies in another."""
    country, _, place = pack.partition("/")
    for folder in FOLDERS:
        start = f"{pack}/" if folder is RULES else f"{country}/{folder.name}/{place}/"
        if name.startswith(start):
            return ("" if folder is RULES else f"{folder.name}/") + name.removeprefix(start)
    return None


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


def _there(one: Side, name: str) -> DatedScope | None:
    scope = one.scopes.get(name)
    if scope is None or one.day is None:
        return scope
    return scope if scope.value_on(one.day) is not None else None


def _compared(
    before: DatedScope, after: DatedScope, old_day: date | None, new_day: date | None
) -> Iterator[Change]:
    for part in dict.fromkeys((*scope_parts(type(before)), *scope_parts(type(after)))):
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


def _parts(scope: DatedScope, before: Any, after: Any, since: date | None) -> Iterator[Change]:  # noqa: ANN401 - any value
    for part in dict.fromkeys((*value_parts(type(before)), *value_parts(type(after)))):
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
    if part in _CITED:
        return getattr(value.citation, part)
    return getattr(value, part, None)


__all__ = ["Change", "Side", "What", "differences", "scope_parts", "side", "value_parts", "within_pack"]
