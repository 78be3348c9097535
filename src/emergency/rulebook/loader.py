"""Reads a folder of rules: one rule a file, the path its name.

``<country>/kinds.yaml`` names the families of kinds; ``measures.yaml``, ``circumstances.yaml`` and ``elements.yaml``
beside it the words that rules may use. ``levels/``, ``provisions/``, ``elements/``, ``norms/``, ``review/``,
``schemes/``, ``unread/`` and ``calendar/`` hold what their names say. Every other ``.yaml`` file is one rule; what
lies under ``local/<code>-<name>/`` holds only in that division.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from importlib import resources
from pathlib import Path, PurePosixPath
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from emergency import yamlfile
from emergency.errors import BrokenDataError
from emergency.rulebook.calendar import Calendar
from emergency.rulebook.calendar_year import CalendarYear
from emergency.rulebook.data_model import Title
from emergency.rulebook.folders import BY_NAME, FOLDERS, RULES
from emergency.rulebook.lookup import Rulebook, is_pattern
from emergency.rulebook.model import LevelTable, Rule, Scoped, Thresholds, Unread
from emergency.rulebook.norms import NormRule
from emergency.rulebook.provisions import Declared, Elements, Families, Kind, Provision
from emergency.rulebook.reviews import ReviewRule
from emergency.rulebook.schemes import Scheme
from emergency.rulebook.shelf import scopes
from emergency.rulebook.vocabulary import Measure
from emergency.words import Words
from emergency.yamlfile import BrokenFileError, Document, Flaw

M = TypeVar("M", bound=BaseModel)


_PACKAGED = resources.files(__package__ or "emergency.rulebook") / "data"
_COUNTRY = "[a-z][a-z]"
"""The folder of a country is its code of two letters."""
_SIGNS = ("kinds.yaml", "national", "local", *(folder.name for folder in FOLDERS if folder is not RULES))
"""What lies in the folder of a country."""

WORD_LISTS = ("measures", "circumstances", "elements")


@dataclass(slots=True)
class Reading:
    """What a folder holds, good and bad: a rulebook is made of it only where nothing is bad."""

    rules: dict[str, tuple[Rule, Document]] = field(default_factory=dict)
    tables: dict[str, tuple[LevelTable, Document]] = field(default_factory=dict)
    provisions: dict[str, tuple[Provision, Document]] = field(default_factory=dict)
    elements: dict[str, tuple[Elements, Document]] = field(default_factory=dict)
    norms: dict[str, tuple[NormRule, Document]] = field(default_factory=dict)
    reviews: dict[str, tuple[ReviewRule, Document]] = field(default_factory=dict)
    schemes: dict[str, tuple[Scheme, Document]] = field(default_factory=dict)
    unread: dict[str, tuple[Unread, Document]] = field(default_factory=dict)
    years: dict[str, dict[int, CalendarYear]] = field(default_factory=dict)
    families: dict[str, tuple[str, ...]] = field(default_factory=dict)
    kinds: dict[str, Kind] = field(default_factory=dict)
    words: dict[str, dict[str, Title]] = field(default_factory=lambda: {name: {} for name in WORD_LISTS})
    flaws: list[Flaw] = field(default_factory=list)
    beneath: frozenset[str] = frozenset()
    """The provisions of the rulebook that this is laid over."""


def rulebook_of(reading: Reading) -> Rulebook:
    """Make a rulebook of what was read.

    Raises:
        BrokenDataError: Something in it cannot be used.
    """
    if reading.flaws:
        raise BrokenFileError(reading.flaws)
    held: dict[str, Any] = {
        folder.shelf: tuple(one for one, _ in getattr(reading, folder.shelf).values()) for folder in FOLDERS
    }
    return Rulebook(
        **held,
        families=reading.families,
        calendars={country: Calendar(years) for country, years in reading.years.items()},
        kinds=reading.kinds,
        words=reading.words,
    )


def read_folder(folder: Path | None = None) -> Reading:
    """Read every file of a folder, the packaged one unless given, and keep what is wrong beside what is right."""
    if folder is None:
        with resources.as_file(_PACKAGED) as packaged:
            return _read(packaged)
    return _read(folder)


def _read(folder: Path, onto: Reading | None = None) -> Reading:
    if not folder.is_dir():
        raise BrokenDataError(
            f"{folder}: there is no such folder; give the folder that holds the rules",
            zh=f"{folder}：没有这个文件夹；请写存放规则的文件夹",
        )
    reading = onto or Reading()
    for path, name in _files(folder):
        try:
            _read_file(reading, path, name)
        except BrokenFileError as error:
            reading.flaws.extend(error.flaws)
    if not reading.rules and not reading.flaws:
        raise BrokenDataError(
            f"{folder}: holds no rule; write one like cn/national/<field>/<rule>.yaml",
            zh=f"{folder}：其中没有规则；请写一条，如 cn/national/<field>/<rule>.yaml",
        )
    reading.flaws.extend(_unknown_words(reading))
    return reading


@dataclass(frozen=True, slots=True)
class Part:
    """Some files of a folder of rules, and whatever they lean on.

    Args:
        reading: All that was read.
        files: The files that are meant, by their names below the folder.
    """

    reading: Reading
    files: frozenset[str]

    @property
    def rules(self) -> tuple[Rule, ...]:
        """The rules that are meant."""
        return tuple(rule for rule, _ in self.reading.rules.values() if f"{rule.id}.yaml" in self.files)


def read_part(path: Path | None = None) -> Part:
    """Read a folder of rules, or one file or folder in it, to be looked over.

    A folder without a ``kinds.yaml`` is a pack: it is laid over the rules that come with the package and leans on
    their families, words, tables and calendars.

    Args:
        path: What is meant; the rules that come with the package unless given.

    Raises:
        BrokenDataError: There is no such file or folder, or no rule in it.
    """
    if path is None:
        with resources.as_file(_PACKAGED) as packaged:
            return read_part(packaged)
    if not path.exists():
        raise BrokenDataError(
            f"{path}: there is no such folder; give the folder that holds the rules",
            zh=f"{path}：没有这个文件夹；请写存放规则的文件夹",
        )
    meant = path.absolute()
    root = _root_of(meant)
    whole = any(root.glob(f"{_COUNTRY}/kinds.yaml"))
    files = frozenset(str(name) for full, name in _files(root) if full == meant or meant in full.parents)
    if not files:
        raise BrokenDataError(
            f"{path}: holds no rule; write one like cn/national/<field>/<rule>.yaml",
            zh=f"{path}：其中没有规则；请写一条，如 cn/national/<field>/<rule>.yaml",
        )
    return Part(_read(root, None if whole else read_folder()), files)


def read_over(book: Rulebook, files: Mapping[PurePosixPath, Path]) -> Reading:
    """Read some files, each as if it stood at its place in a folder of rules, by what a rulebook declares.

    Args:
        book: Whose families of kinds and words they may use.
        files: The files, by their places.
    """
    reading = Reading(
        families=dict(book.families),
        kinds=dict(book.kinds),
        words={listed: dict(book.words.get(listed, {})) for listed in WORD_LISTS},
        beneath=frozenset(scope.id for scope in scopes(book.provisions)),
    )
    for name, path in files.items():
        try:
            _read_file(reading, path, name)
        except BrokenFileError as error:
            reading.flaws.extend(error.flaws)
    reading.flaws.extend(_unknown_words(reading))
    return reading


def place_of(path: Path) -> PurePosixPath | None:
    """Where a file stands below the folder of rules that it lies in; None where it lies in none."""
    full = path.absolute()
    name = PurePosixPath(full.relative_to(_root_of(full)).as_posix())
    return name if len(name.parts) > 1 and fnmatchcase(name.parts[0], _COUNTRY) else None


def _root_of(path: Path) -> Path:
    """The folder of rules that a file or folder lies in: the one that holds its country."""
    start = path if path.is_dir() else path.parent
    for folder in (start, *start.parents):
        if any(any(folder.glob(f"{_COUNTRY}/{sign}")) for sign in _SIGNS):
            return folder
    return start


def _files(folder: Path) -> Iterator[tuple[Path, PurePosixPath]]:
    for path in sorted(folder.rglob("*")):
        name = PurePosixPath(path.relative_to(folder).as_posix())
        if path.is_file() and name.suffix.lower() in {".yaml", ".yml"} and not name.name.startswith("."):
            yield path, name


def _held(reading: Reading, folder: str) -> tuple[dict[str, Any], type[Scoped]]:
    """Where what lies in a folder is kept, and as what it is read."""
    known = BY_NAME.get(folder, RULES)
    return getattr(reading, known.shelf), known.model


def _read_file(reading: Reading, path: Path, name: PurePosixPath) -> None:
    shown = str(name)
    if name.suffix != ".yaml":
        raise BrokenFileError(
            [Flaw(shown, 1, "", "does not end in .yaml; rename it", zh="文件名不以 .yaml 结尾；请改名")]
        )
    document = yamlfile.read(path, shown)
    identity = str(name.with_suffix(""))
    if "id" in document.data:
        raise BrokenFileError(
            [
                document.flaw(
                    ("id",), "the path is the rule's name; remove id", zh="规则以其路径为名；请去掉 id"
                )
            ]
        )
    if len(name.parts) == 1:
        message = f"stands outside every country; move it, like cn/national/<field>/{name.name}"
        zh = f"不在任何国家的文件夹中；请移入，如 cn/national/<field>/{name.name}"
        raise BrokenFileError([document.flaw((), message, zh=zh)])
    if len(name.parts) == 2:  # noqa: PLR2004 - <country>/<file>
        _read_words(reading, document, name.stem)
        return
    if name.parts[1] == "calendar":
        _read_year(reading, document, name)
        return
    held, model = _held(reading, name.parts[1])
    read = _validated(document, model, {**document.data, "id": identity})
    _check_place(document, read, name)
    held[identity] = (read, document)


def _read_words(reading: Reading, document: Document, stem: str) -> None:
    if stem == "kinds":
        read = _validated(document, Families, document.data)
        reading.families.update(read.families)
        reading.kinds.update(read.kinds)
    elif stem in WORD_LISTS:
        reading.words[stem].update(_validated(document, Declared, document.data).words)
    else:
        known = ", ".join(f"{each}.yaml" for each in ("kinds", *WORD_LISTS))
        message = f"is none of {known}; a rule belongs into a folder, like national/<field>/{stem}.yaml"
        zh = f"不在 {known} 之列；规则要放在文件夹中，如 national/<field>/{stem}.yaml"
        raise BrokenFileError([document.flaw((), message, zh=zh)])


def _read_year(reading: Reading, document: Document, name: PurePosixPath) -> None:
    year = _validated(document, CalendarYear, document.data)
    if name.stem != str(year.year):
        raise BrokenFileError(
            [
                document.flaw(
                    ("year",), f"is not that of its file, {name.stem}", zh=f"与文件名 {name.stem} 不符"
                )
            ]
        )
    reading.years.setdefault(name.parts[0], {})[year.year] = year


def _validated(document: Document, model: type[M], data: dict[str, yamlfile.Plain]) -> M:
    try:
        return model.model_validate(data)
    except ValidationError as error:
        raise yamlfile.explain(document, error, model) from None


def _check_place(document: Document, scope: Scoped, name: PurePosixPath) -> None:
    if "local" not in name.parts[1:-2]:
        return
    code = name.parts[name.parts.index("local") + 1].partition("-")[0]
    if scope.where is None:
        flaw = document.flaw(
            ("where",),
            f"is missing in a local rule; add where: [{code}]",
            zh=f"地方规则没有写这一项；请加上 where: [{code}]",
        )
        raise BrokenFileError([flaw])
    if not all(prefix.startswith(code) for prefix in scope.where):
        message = f"lies outside {code}, the division of its folder; write where: [{code}] or move the file"
        zh = f"不在其文件夹所属的行政区 {code} 之内；请写 where: [{code}]，或移动文件"
        raise BrokenFileError([document.flaw(("where",), message, zh=zh)])


def _unknown_words(reading: Reading) -> Iterator[Flaw]:
    for folder in FOLDERS:
        for scope, document in getattr(reading, folder.shelf).values():
            yield from _unknown_families(reading, scope, document)
    for rule, document in reading.rules.values():
        yield from _undeclared(reading, document, "measures", rule.at_least or (), ("at_least",))
        named = rule.circumstances or ()
        yield from _undeclared(reading, document, "circumstances", named, ("circumstances",))
        for index, example in enumerate(rule.examples):
            stated = [figure.of for figure in example.facts.figures]
            path = ("examples", index, "facts")
            yield from _undeclared(reading, document, "measures", stated, path)
            slugs = example.facts.circumstances
            yield from _undeclared(reading, document, "circumstances", slugs, (*path, "circumstances"))
    for table, document in reading.tables.values():
        for day, value in table.values.items():
            if isinstance(value, Thresholds):
                yield from _unknown_in(reading, document, value, ("values", day.isoformat()))
    for listed, document in reading.elements.values():
        for day, wanted in listed.values.items():
            where = ("values", day.isoformat(), "required")
            yield from _undeclared(reading, document, "elements", wanted.required or (), where)
    for provision, document in reading.provisions.values():
        yield from _no_provisions(reading, document, "prevails_over", provision.prevails_over)
    for norm, document in reading.norms.values():
        yield from _no_provisions(reading, document, "beside", norm.beside)


def _no_provisions(reading: Reading, document: Document, key: str, named: Iterable[str]) -> Iterator[Flaw]:
    for index, other in enumerate(named):
        if other not in reading.provisions and other not in reading.beneath:
            hint = yamlfile.nearest(other, reading.provisions)
            yield document.flaw(
                (key, index), f'"{other}" is no provision{hint.en}', zh=f"没有条文“{other}”{hint.zh}"
            )


def _unknown_families(reading: Reading, scope: Scoped, document: Document) -> Iterator[Flaw]:
    for key, words in (("kinds", scope.kinds), ("kinds_except", scope.kinds_except)):
        for index, word in enumerate(words or ()):
            if word not in reading.families and not is_pattern(word):
                hint = yamlfile.nearest(word, reading.families)
                if not hint.en:
                    hint = Words(
                        "；请加入 kinds.yaml，或写成通配的样式",
                        "; add it to kinds.yaml, or write a pattern",
                    )
                yield document.flaw(
                    (key, index),
                    f'"{word}" is not a family of kinds{hint.en}',
                    zh=f"“{word}”不是事件种类的族名{hint.zh}",
                )


def _unknown_in(
    reading: Reading, document: Document, value: Thresholds, path: tuple[str, ...]
) -> Iterator[Flaw]:
    yield from _undeclared(reading, document, "measures", value.thresholds, (*path, "thresholds"))
    for level, alternatives in value.together.items():
        for index, one in enumerate(alternatives):
            yield from _undeclared(reading, document, "measures", one, (*path, "together", level, index))
    for level, slugs in value.circumstances.items():
        where = (*path, "circumstances", level)
        yield from _undeclared(reading, document, "circumstances", slugs, where)


def _undeclared(
    reading: Reading, document: Document, listed: str, names: Iterable[str], path: tuple[str | int, ...]
) -> Iterator[Flaw]:
    known: set[str] = set(reading.words[listed])
    if listed == "measures":
        known |= set(Measure)
    for index, name in enumerate(names):
        if name not in known:
            hint = yamlfile.nearest(name, known)
            if not hint.en:
                hint = Words(
                    f"；请加入 {listed}.yaml，并写明含义", f"; add it to {listed}.yaml with what it means"
                )
            step = name if listed == "measures" else index
            yield document.flaw(
                (*path, step), f'"{name}" is not declared{hint.en}', zh=f"“{name}”没有声明{hint.zh}"
            )
