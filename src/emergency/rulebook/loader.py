"""Reads a folder of rules: one rule a file, the path its name.

``<country>/kinds.yaml`` names the families of kinds, ``<country>/levels/…`` holds tables of levels, every
other ``.yaml`` file is one rule; those under ``<country>/local/<code>-<name>/`` judge only in that division.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path, PurePosixPath
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from emergency import yamlfile
from emergency.errors import BrokenDataError
from emergency.rulebook.lookup import Rulebook, is_pattern
from emergency.rulebook.model import Families, LevelTable, Rule
from emergency.yamlfile import BrokenFileError, Document, Flaw

M = TypeVar("M", bound=BaseModel)


@dataclass(slots=True)
class Reading:
    """What a folder holds, good and bad: a rulebook is made of it only where nothing is bad."""

    rules: dict[str, tuple[Rule, Document]] = field(default_factory=dict)
    tables: dict[str, tuple[LevelTable, Document]] = field(default_factory=dict)
    families: dict[str, tuple[str, ...]] = field(default_factory=dict)
    flaws: list[Flaw] = field(default_factory=list)


def load(folder: Path | None = None) -> Rulebook:
    """Load a rulebook.

    Args:
        folder: The folder of rules; the rules that come with this package unless given.

    Raises:
        BrokenDataError: There is no such folder, it holds no rule, or a file in it cannot be used; the
            message names file, line and key of every mistake, and what to do.
    """
    reading = read_folder(folder)
    if reading.flaws:
        raise BrokenFileError(reading.flaws)
    return Rulebook(
        rules=tuple(rule for rule, _ in reading.rules.values()),
        tables=tuple(table for table, _ in reading.tables.values()),
        families=reading.families,
    )


def read_folder(folder: Path | None = None) -> Reading:
    """Read every file of a folder and keep what is wrong beside what is right; for arguments see `load`."""
    if folder is None:
        with resources.as_file(resources.files(__package__ or "emergency.rulebook") / "data") as packaged:
            return _read(packaged)
    return _read(folder)


def _read(folder: Path) -> Reading:
    if not folder.is_dir():
        raise BrokenDataError(f"{folder}: there is no such folder; give the folder that holds the rules")
    reading = Reading()
    for path, name in _files(folder):
        try:
            _read_file(reading, path, name)
        except BrokenFileError as error:
            reading.flaws.extend(error.flaws)
    if not reading.rules and not reading.flaws:
        raise BrokenDataError(f"{folder}: holds no rule; write one like cn/national/<field>/<rule>.yaml")
    reading.flaws.extend(_unknown_families(reading))
    return reading


def _files(folder: Path) -> Iterator[tuple[Path, PurePosixPath]]:
    for path in sorted(folder.rglob("*")):
        name = PurePosixPath(path.relative_to(folder).as_posix())
        if path.is_file() and name.suffix.lower() in {".yaml", ".yml"} and not name.name.startswith("."):
            yield path, name


def _read_file(reading: Reading, path: Path, name: PurePosixPath) -> None:
    shown = str(name)
    if name.suffix != ".yaml":
        raise BrokenFileError([Flaw(shown, 1, "", "does not end in .yaml; rename it")])
    document = yamlfile.read(path, shown)
    identity = str(name.with_suffix(""))
    if "id" in document.data:
        raise BrokenFileError([document.flaw(("id",), "the path is the rule's name; remove id")])
    if name.name == "kinds.yaml":
        reading.families.update(_validated(document, Families, document.data).families)
    elif name.parts[1:2] == ("levels",):
        table = _validated(document, LevelTable, {**document.data, "id": identity})
        reading.tables[identity] = (table, document)
    else:
        rule = _validated(document, Rule, {**document.data, "id": identity})
        _check_place(document, rule, name)
        reading.rules[identity] = (rule, document)


def _validated(document: Document, model: type[M], data: dict[str, yamlfile.Plain]) -> M:
    try:
        return model.model_validate(data)
    except ValidationError as error:
        raise yamlfile.explain(document, error, model) from None


def _check_place(document: Document, rule: Rule, name: PurePosixPath) -> None:
    if name.parts[1:2] != ("local",):
        return
    code = name.parts[2].partition("-")[0]
    if rule.where is None:
        flaw = document.flaw(("where",), f"is missing in a local rule; add where: [{code}]")
        raise BrokenFileError([flaw])
    if not all(prefix.startswith(code) for prefix in rule.where):
        message = f"lies outside {code}, the division of its folder; write where: [{code}] or move the file"
        raise BrokenFileError([document.flaw(("where",), message)])


def _unknown_families(reading: Reading) -> Iterable[Flaw]:
    scoped = (*reading.rules.values(), *reading.tables.values())
    for scope, document in scoped:
        for key, words in (("kinds", scope.kinds), ("kinds_except", scope.kinds_except)):
            for index, word in enumerate(words or ()):
                if word not in reading.families and not is_pattern(word):
                    hint = (
                        yamlfile.nearest(word, reading.families)
                        or "; add it to kinds.yaml, or write a pattern"
                    )
                    yield document.flaw((key, index), f'"{word}" is not a family of kinds{hint}')
