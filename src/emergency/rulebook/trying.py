"""Other rules to judge by, before anybody adopts them: a file, a folder or a pack, laid over those there are.

Only rules, tables of levels, calendars, families of kinds, and what the norms are checked by change a verdict, and
schemes of points a score; provisions are left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path, PurePosixPath
from typing import TypeVar

from emergency.errors import BrokenDataError, NotFoundError
from emergency.rulebook.calendar import Calendar
from emergency.rulebook.compiled import load
from emergency.rulebook.loader import Reading, place_of, read_over
from emergency.rulebook.lookup import Rulebook
from emergency.rulebook.model import LevelTable, Rule, Scoped, Thresholds, Value
from emergency.rulebook.norms import Asked, NormRule
from emergency.rulebook.provisions import Elements, ElementValue
from emergency.yamlfile import BrokenFileError, nearest

LOCAL = "local"
NOT_JUDGED_BY = frozenset({"provisions"})
"""Folders of what is shown and never judged by."""

T = TypeVar("T", bound=Scoped)
S = TypeVar("S", Rule, LevelTable, NormRule, Elements)

ALWAYS = date.min
"""The day from which a pack is taken to hold."""


@dataclass(frozen=True, slots=True)
class Tried:
    """A rulebook to try, and how it differs from the one that it is tried against.

    Args:
        rulebook: The rulebook.
        replaced: Ids of the rules and tables that it has in another form.
        added: Ids of those that it has beside.
        removed: Ids of those that it has no longer.
    """

    rulebook: Rulebook
    replaced: tuple[str, ...]
    added: tuple[str, ...]
    removed: tuple[str, ...]


def tried(book: Rulebook, named: str | Path | None = None, *, known_on: date | None = None) -> Tried:
    """The rules to try.

    - A file is one rule, or one table. Lying in a folder of rules (``cn/national/…``), it has the id that its path
      gives; elsewhere it takes the place of the one rule whose id ends in its name, and where there is none it is
      added under ``<country>/tried/<name>``.
    - A folder is laid over the rules there are, file by file. One with a ``kinds.yaml`` of its own is a rulebook and
      stands in their place.
    - A pack is the name, or the division code, of a folder below ``local/``: its newest rules, as if they held
      everywhere and always.

    Args:
        book: The rules there are.
        named: A file, a folder or a pack; None for the rules there are.
        known_on: The rules there are as they had been recorded by this day; what is tried is laid over them.

    Raises:
        NotFoundError: it is neither a file nor a folder nor a pack.
        BrokenDataError: a file cannot be used, or holds nothing that a verdict goes by.
    """
    base = book if known_on is None else book.known_on(known_on)
    if named is None:
        return _compared(book, base)
    path = Path(named)
    if path.is_dir():
        return _compared(book, _with_folder(base, path, known_on))
    if path.exists():
        return _compared(book, _with_files(base, {_place(base, path): path}))
    return _compared(book, _with_pack(base, str(named)))


def _compared(book: Rulebook, other: Rulebook) -> Tried:
    before, after = ({one.id: one for one in _judging(each)} for each in (book, other))
    return Tried(
        rulebook=other,
        replaced=tuple(
            i for i, one in after.items() if i in before and before[i] is not one and before[i] != one
        ),
        added=tuple(i for i in after if i not in before),
        removed=tuple(i for i in before if i not in after),
    )


def _judging(book: Rulebook) -> tuple[Scoped, ...]:
    """Everything in a rulebook that a verdict goes by."""
    return (*book.rules, *book.tables, *book.norms, *book.elements)


def _with_folder(base: Rulebook, folder: Path, known_on: date | None) -> Rulebook:
    if any(folder.glob("*/kinds.yaml")):
        whole = load(folder)
        return whole if known_on is None else whole.known_on(known_on)
    files = {
        _place(base, path): path
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.suffix.lower() in {".yaml", ".yml"} and not path.name.startswith(".")
    }
    if not files:
        raise BrokenDataError(
            f"{folder}: holds no rule; put the rules to try in it, each a .yaml file",
            zh=(f"{folder}：其中没有规则；请把要试的规则放进去，每条一个 .yaml 文件"),
        )
    return _with_files(base, files)


def _place(book: Rulebook, path: Path) -> PurePosixPath:
    """Where a file would stand: where it lies, else in the place of the one rule of that name."""
    place = place_of(path)
    if place is not None:
        return place
    named = [rule.id for rule in book.rules if rule.id.rpartition("/")[2] == path.stem]
    if len(named) > 1:
        raise BrokenDataError(
            f"{path}: {len(named)} rules are called {path.stem} ({', '.join(named[:3])}…); put the file in folders "
            f"like theirs, such as {named[0]}.yaml, so that it is clear which one it replaces",
            zh=(
                f"{path}：有 {len(named)} 条规则都叫 {path.stem}（{'、'.join(named[:3])}……）；"
                f"请按它们的样子把文件放进文件夹，如 {named[0]}.yaml，"
                "以便看出替换的是哪一条"
            ),
        )
    country = next(iter(sorted({rule.id.partition("/")[0] for rule in book.rules})), "cn")
    return PurePosixPath(named[0] if named else f"{country}/tried/{path.stem}").with_suffix(path.suffix)


def _with_files(base: Rulebook, files: Mapping[PurePosixPath, Path]) -> Rulebook:
    """The rulebook with some files laid over it."""
    judging = {name: path for name, path in files.items() if not NOT_JUDGED_BY & set(name.parts[1:2])}
    reading = read_over(base, judging)
    if reading.flaws:
        shown = {str(name): str(path) for name, path in judging.items()}
        raise BrokenFileError([replace(flaw, file=shown.get(flaw.file, flaw.file)) for flaw in reading.flaws])
    held = (reading.rules, reading.tables, reading.years, reading.unread, reading.norms, reading.elements)
    if not any(held) and not reading.schemes:
        listed = ", ".join(map(str, files.values()))
        raise BrokenDataError(
            f"{listed}: holds neither a rule nor a table of levels: no verdict goes by it",
            zh=f"{listed}：其中既没有规则，也没有分级表，判定不会用到",
        )
    return _laid_over(base, reading)


def _laid_over(base: Rulebook, reading: Reading) -> Rulebook:
    calendars = {
        country: Calendar({**(base.calendars[country].years if country in base.calendars else {}), **years})
        for country, years in reading.years.items()
    }
    unread = {text.id: text for text in base.unread} | {i: text for i, (text, _) in reading.unread.items()}
    return replace(
        _with(
            base,
            (r for r, _ in reading.rules.values()),
            (t for t, _ in reading.tables.values()),
            (n for n, _ in reading.norms.values()),
            (e for e, _ in reading.elements.values()),
        ),
        schemes=_put(base.schemes, (s for s, _ in reading.schemes.values())),
        families=reading.families,
        kinds=reading.kinds,
        words=reading.words,
        unread=tuple(unread.values()),
        calendars={**base.calendars, **calendars},
        kept_fingerprint=None,
    )


def _with(
    base: Rulebook,
    rules: Iterable[Rule],
    tables: Iterable[LevelTable],
    norms: Iterable[NormRule],
    elements: Iterable[Elements],
) -> Rulebook:
    return replace(
        base.with_rules(rules),
        tables=_put(base.tables, tables),
        norms=_put(base.norms, norms),
        elements=_put(base.elements, elements),
        kept_fingerprint=None,
    )


def _put(there: Iterable[T], others: Iterable[T]) -> tuple[T, ...]:
    """Some items in the place of those of the same id, or added."""
    new = tuple(others)
    gone = {one.id for one in new}
    return (*[one for one in there if one.id not in gone], *new)


def _with_pack(base: Rulebook, named: str) -> Rulebook:
    packs = sorted({pack for one in _judging(base) if (pack := _pack_of(one.id)) is not None})
    meant = [p for p in packs if named == p] or [p for p in packs if named in p.split("-", 1)]
    if len(meant) != 1:
        raise NotFoundError(
            f"There is neither a file nor a folder nor a pack {named}{nearest(named, packs).en}. "
            f"The packs are {', '.join(packs)}.",
            zh=(
                f"没有名为 {named} 的文件、文件夹或规则包{nearest(named, packs).zh}。"
                f"现有的规则包：{'、'.join(packs)}。"
            ),
        )
    return _with(
        base,
        _packed(base.rules, meant[0]),
        _packed(base.tables, meant[0]),
        _packed(base.norms, meant[0]),
        _packed(base.elements, meant[0]),
    )


def _packed(items: Iterable[S], pack: str) -> list[S]:
    """Those of a pack that still hold, as if they held everywhere and always."""
    mine = [one for one in items if _pack_of(one.id) == pack]
    return [always for one in mine if (always := _always(one)) is not None]


def _pack_of(rule_id: str) -> str | None:
    """The folder below ``local/`` that a rule lies in."""
    folders = rule_id.split("/")[:-1]
    return folders[folders.index(LOCAL) + 1] if LOCAL in folders[:-1] else None


def _always(one: S) -> S | None:
    """Its newest value, as if it held everywhere and always; None where it was repealed."""
    newest = list(one.values.values())[-1]
    repealed = isinstance(newest, ElementValue) and newest.required is None
    if repealed or not isinstance(newest, (Value, Thresholds, Asked, ElementValue)):
        return None
    return one.model_copy(update={"where": None, "values": {ALWAYS: newest}})
