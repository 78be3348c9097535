"""Reads YAML as plain text values and remembers where each of them stood.

Rules and timelines are written by hand and judged by: a reader that silently turned ``0755`` into 493, kept
the last of two equal keys, or followed an alias would change what was written. So every scalar but a plain
null stays text, and whatever could mean two things is refused with file and line.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from difflib import get_close_matches
from types import UnionType
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias, Union, get_args, get_origin

from emergency.errors import BrokenDataError, words_of
from emergency.system import system_words
from emergency.words import NOTHING, Words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from pydantic import BaseModel, ValidationError
    from pydantic_core import ErrorDetails

Plain: TypeAlias = "str | dict[str, Plain] | list[Plain] | None"
KeyPath: TypeAlias = "tuple[str | int, ...]"

MAX_DEPTH = 50
"""Deeper nesting than this is a mistake or an attack, never a rule or a timeline."""

SHOWN = 10
"""One message names at most this many problems."""

_CHOICES = (Annotated, Union, UnionType)

_NULLS = frozenset({"null", "Null", "NULL", "~"})


@dataclass(frozen=True, slots=True)
class Flaw:
    """One thing that is wrong in a file.

    Args:
        file: The name of the file.
        line: The line, from 1.
        key: The keys that lead there, joined by dots; empty where the file as a whole is meant.
        message: What is wrong and what to do.
        zh: The same in Chinese.
    """

    file: str
    line: int
    key: str
    message: str
    zh: str

    @property
    def words(self) -> Words:
        """With the place before it: ``file:line: key: message``."""
        where = f"{self.file}:{self.line}: "
        return Words(
            f"{where}{self.key}：{self.zh}" if self.key else f"{where}{self.zh}",
            f"{where}{self.key}: {self.message}" if self.key else f"{where}{self.message}",
        )

    def __str__(self) -> str:
        """Write it as ``file:line: key: message``."""
        return self.words.en


class BrokenFileError(BrokenDataError):
    """A file that cannot be used, with every flaw that was found in it."""

    def __init__(self, flaws: Iterable[Flaw]) -> None:
        self.flaws = tuple(flaws)
        lines = [flaw.words for flaw in self.flaws[:SHOWN]]
        if (more := len(self.flaws) - SHOWN) > 0:
            lines.append(Words(f"…… 另有 {more} 处。", f"… and {more} more."))
        super().__init__("\n".join(line.en for line in lines), zh="\n".join(line.zh for line in lines))


@dataclass(slots=True)
class _Place:
    """Where a value stands, and the places of what it holds."""

    line: int
    inner: dict[str | int, _Place] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Document:
    """What a file said, and where it said it.

    Args:
        name: The name that messages give the file.
        data: The mapping at its root: dicts, lists, text and None.
    """

    name: str
    data: dict[str, Plain]
    _root: _Place = field(repr=False, compare=False)

    def line(self, path: KeyPath) -> int:
        """Give the line of the key or item at the path, or of its nearest ancestor that exists."""
        place = self._root
        for step in path:
            found = place.inner.get(step)
            if found is None:
                break
            place = found
        return place.line

    def flaw(self, path: KeyPath, message: str, *, zh: str) -> Flaw:
        """Name something wrong at the path."""
        return Flaw(self.name, self.line(path), ".".join(map(str, path)), message, zh)


def read(path: Path, name: str | None = None) -> Document:
    """Read a file.

    Args:
        path: The file.
        name: What messages call it; its path unless given.

    Raises:
        BrokenFileError: It cannot be read, or is not one plain YAML mapping in UTF-8.
    """
    shown = name or str(path)
    try:
        raw = path.read_bytes()
    except OSError as error:
        reason = system_words(error)
        flaw = Flaw(
            shown,
            1,
            "",
            f"cannot be read ({reason.en}); check the path and its permissions",
            f"无法读取（{reason.zh}）；请核对路径和权限",
        )
        raise BrokenFileError([flaw]) from error
    return parse(raw, shown)


def parse(text: str | bytes, name: str) -> Document:
    """Read text or bytes as one plain YAML mapping.

    Args:
        text: The content; bytes must be UTF-8.
        name: What messages call it.

    Raises:
        BrokenFileError: It is not one plain YAML mapping in UTF-8.
    """
    import yaml  # noqa: PLC0415 - whoever only wants Document should not pay for the parser

    loader_class = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    content = _decoded(text, name)
    try:
        loader = loader_class(content)
        try:
            return _Builder(name, loader).document()
        finally:
            loader.dispose()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        said = _syntax(error, content, line)
        raise BrokenFileError([Flaw(name, line, "", said.en, said.zh)]) from None
    except yaml.YAMLError as error:
        raise BrokenFileError(
            [
                Flaw(
                    name,
                    1,
                    "",
                    f"is not YAML ({error}); rewrite it as plain text",
                    f"不是 YAML（原文：{error}）；请改写成普通文本",
                )
            ]
        ) from None


def _decoded(text: str | bytes, name: str) -> str:
    if isinstance(text, bytes):
        try:
            return text.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = text.count(b"\n", 0, error.start) + 1
            message = f"byte {error.start} is not UTF-8; save the file as UTF-8"
            zh = f"第 {error.start} 个字节不是 UTF-8；请将文件存为 UTF-8"
            raise BrokenFileError([Flaw(name, line, "", message, zh)]) from None
    if any("\ud800" <= char <= "\udfff" for char in text):
        message, zh = "holds half a character; save the text as UTF-8", "含有半个字符；请将文本存为 UTF-8"
        raise BrokenFileError([Flaw(name, 1, "", message, zh)])
    return text.removeprefix("\ufeff")


def _syntax(error: Any, content: str, line: int) -> Words:  # noqa: ANN401 - yaml is imported where it is used
    lines = content.splitlines()
    bad = lines[line - 1] if line <= len(lines) else ""
    if "\t" in bad[: len(bad) - len(bad.lstrip())]:
        return Words("用制表符缩进；请改用空格", "is indented with a tab; indent with spaces")
    problem = error.problem or error.context or "cannot be parsed"
    return Words(
        f"不是 YAML（原文：{problem}）；请检查本行和上一行的缩进、冒号和引号",
        f"is not YAML ({problem}); check indentation, colons and quotes on this line and the one before",
    )


_EMPTY = Words(
    "是空的；请写 `key: value` 各行，或删去该文件", "is empty; write `key: value` lines, or delete the file"
)
_MAPPING = Words("应为若干行 `key: value`", "must be a mapping; write `key: value` lines")
_SECOND_DOCUMENT = Words(
    "从这里起是第二份文档；一个文件只写一份", "starts a second document; write one document a file"
)
_TOO_DEEP = Words("层次太深；请减少层次", "is nested too deeply; write it flatter")
_NO_VALUE = Words("没有值；请填写，没有的写 null", "has no value; write one, or null if there is none")
_NO_WORD = Words("冒号前不是一个词；请写一个词", "has a key that is no word; write one before the colon")
_EMPTY_KEY = Words("冒号前是空的；请写一个词", "has an empty key; write a word before the colon")
_MERGES = Words("<< 引入另一组内容；请逐项照写", "<< merges another mapping; write its keys out")


class _Builder:
    """Builds plain data from the parser's events, the only place where anchors and tags are still visible."""

    def __init__(self, name: str, parser: Any) -> None:  # noqa: ANN401 - C and Python parsers share no type
        import yaml  # noqa: PLC0415 - see parse

        self._name = name
        self._next = parser.get_event
        self._events = yaml.events

    def document(self) -> Document:
        events = self._events
        self._next()  # the stream starts
        event = self._next()
        if isinstance(event, events.StreamEndEvent):
            raise self._broken(1, (), _EMPTY)
        event = self._next()
        root = _Place(1)
        if not isinstance(event, events.MappingStartEvent):
            if isinstance(event, events.ScalarEvent) and not event.value:
                raise self._broken(1, (), _EMPTY)
            raise self._broken(event.start_mark.line + 1, (), _MAPPING)
        data = self._mapping(event, (), root)
        self._next()  # the document ends
        event = self._next()
        if not isinstance(event, events.StreamEndEvent):
            line = event.start_mark.line + 1
            raise self._broken(line, (), _SECOND_DOCUMENT)
        return Document(self._name, data, root)

    def _broken(self, line: int, path: KeyPath, said: Words) -> BrokenFileError:
        return BrokenFileError([Flaw(self._name, line, ".".join(map(str, path)), said.en, said.zh)])

    def _plain(self, event: Any, path: KeyPath, place: _Place) -> Plain:  # noqa: ANN401
        events = self._events
        if isinstance(event, events.AliasEvent):
            said = Words(f"*{event.anchor} 是别名；请照写原值", f"*{event.anchor} is an alias; write it out")
            raise self._broken(event.start_mark.line + 1, path, said)
        if isinstance(event, events.ScalarEvent):
            self._refuse_marks(event, path)
            return self._scalar(event, path)
        if len(path) >= MAX_DEPTH:
            raise self._broken(event.start_mark.line + 1, path[:3], _TOO_DEEP)
        if isinstance(event, events.SequenceStartEvent):
            self._refuse_marks(event, path)
            return self._sequence(path, place)
        return self._mapping(event, path, place)

    def _refuse_marks(self, event: Any, path: KeyPath) -> None:  # noqa: ANN401
        if event.anchor:
            message = Words(
                f"&{event.anchor} 是锚点；请去掉它，在用到的地方照写原值",
                f"&{event.anchor} is an anchor; remove it and write the value out where it is used",
            )
            raise self._broken(event.start_mark.line + 1, path, message)
        if event.tag:
            message = Words(
                f"{event.tag} 是标签；请去掉它：所有值都是文字",
                f"{event.tag} is a tag; remove it: every value is text",
            )
            raise self._broken(event.start_mark.line + 1, path, message)

    def _scalar(self, event: Any, path: KeyPath) -> str | None:  # noqa: ANN401
        value: str = event.value
        if event.style is None or event.style == "":
            if value in _NULLS:
                return None
            if not value:
                raise self._broken(event.start_mark.line + 1, path, _NO_VALUE)
        return value

    def _sequence(self, path: KeyPath, place: _Place) -> list[Plain]:
        items: list[Plain] = []
        while not isinstance(event := self._next(), self._events.SequenceEndEvent):
            inner = _Place(event.start_mark.line + 1)
            place.inner[len(items)] = inner
            items.append(self._plain(event, (*path, len(items)), inner))
        return items

    def _mapping(self, event: Any, path: KeyPath, place: _Place) -> dict[str, Plain]:  # noqa: ANN401
        self._refuse_marks(event, path)
        data: dict[str, Plain] = {}
        while not isinstance(event := self._next(), self._events.MappingEndEvent):
            line = event.start_mark.line + 1
            if not isinstance(event, self._events.ScalarEvent):
                raise self._broken(line, path, _NO_WORD)
            self._refuse_marks(event, path)
            key: str = event.value
            here = (*path, key)
            if not key:
                raise self._broken(line, path, _EMPTY_KEY)
            if key == "<<" and not event.style:
                raise self._broken(line, path, _MERGES)
            if key in data:
                first = place.inner[key].line
                said = Words(
                    f"出现了两次，第一次在第 {first} 行；请保留一个",
                    f"stands twice, first on line {first}; keep one of them",
                )
                raise self._broken(line, here, said)
            inner = _Place(line)
            place.inner[key] = inner
            data[key] = self._plain(self._next(), here, inner)
        return data


def explain(
    document: Document, error: ValidationError, model: type[BaseModel] | None = None
) -> BrokenFileError:
    """Turn pydantic's errors about a document into one error for the person who wrote it.

    Args:
        document: The document whose data was validated.
        error: What pydantic said.
        model: The model of the whole document; with it, an unknown key is answered with a known one.
    """
    return BrokenFileError(flaws(document, error, model))


def flaws(document: Document, error: ValidationError, model: type[BaseModel] | None = None) -> list[Flaw]:
    """Name each thing that pydantic found, by line and key, once; for the arguments see `explain`."""
    details = error.errors(include_url=False)
    paths = [_path(document.data, detail) for detail in details]
    missing: dict[KeyPath, list[str]] = {}
    for detail, path in zip(details, paths, strict=True):
        if detail["type"] in _MISSING:
            missing.setdefault(path[:-1], []).append(str(path[-1]))
    found: dict[KeyPath, Flaw] = {}
    for detail, path in zip(details, paths, strict=True):
        if path in found:
            continue
        if detail["type"] == "too_short" and any(path == other[: len(path)] != other for other in paths):
            continue  # a list whose items were all refused is not also empty
        known = [*missing.get(path[:-1], ()), *_keys(model, path[:-1])]
        allowed = [
            word for each, at in zip(details, paths, strict=True) if at == path for word in _allowed(each)
        ]
        said = _message(detail, path, known, allowed)
        found[path] = document.flaw(path, said.en, zh=said.zh)
    return sorted(found.values(), key=lambda flaw: flaw.line)


def _path(data: Plain, detail: ErrorDetails) -> KeyPath:
    """Give the part of pydantic's location that is in the file, without the names of models and choices."""
    path: list[str | int] = []
    loc = detail["loc"]
    for step in loc:
        inside = isinstance(data, dict) and step in data
        if inside or (isinstance(data, list) and isinstance(step, int) and step < len(data)):
            data = data[step]  # type: ignore[index]
            path.append(step)
    if detail["type"] == "missing":
        path.append(loc[-1])
    if detail["type"] in {"union_tag_invalid", "union_tag_not_found"} and isinstance(data, dict):
        path.append(detail["ctx"]["discriminator"].strip("'"))
    return tuple(path)


def _keys(model: type[BaseModel] | None, path: KeyPath) -> list[str]:
    """Give the keys that the model knows in the mapping at the path."""
    here: list[Any] = [model] if model else []
    for step in path:
        here = [inner for annotation in here for inner in _inside(annotation, step)]
    return [
        str(known.alias or name)
        for annotation in here
        for one in _models(annotation)
        for name, known in one.model_fields.items()
        if known.exclude is not True
    ]


def _inside(annotation: Any, step: str | int) -> Iterator[Any]:  # noqa: ANN401 - an annotation is any object
    """Give the annotations one step inside a model, a mapping, a list or a choice of them."""
    origin = get_origin(annotation)
    arguments = get_args(annotation)
    if hasattr(annotation, "model_fields"):
        fields = annotation.model_fields.items()
        yield from (known.annotation for name, known in fields if step in (name, known.alias))
    elif origin in _CHOICES:
        for one in arguments:
            yield from _inside(one, step)
    elif arguments:
        yield arguments[-1] if isinstance(step, str) else arguments[0]


def _models(annotation: Any) -> Iterator[Any]:  # noqa: ANN401 - see _inside
    """Find the models among the choices of an annotation such as ``A | B | None``."""
    if hasattr(annotation, "model_fields"):
        yield annotation
    elif get_origin(annotation) in _CHOICES:
        for one in get_args(annotation):
            yield from _models(one)


def nearest(word: str, known: Iterable[str]) -> Words:
    """Say ``; did you mean "…"?`` where a known word is near, else nothing."""
    match = get_close_matches(word, list(dict.fromkeys(known)), n=1, cutoff=0.6)
    return Words(f"；是否指“{match[0]}”？", f'; did you mean "{match[0]}"?') if match else NOTHING


_MISSING = frozenset({"missing", "union_tag_not_found"})

_A_LIST = Words("应为列表；写法：[a, b]", "must be a list; write [one, two]")
_WANTED = {
    "string_type": Words("应为文字", "must be text"),
    "tuple_type": _A_LIST,
    "list_type": _A_LIST,
    "dict_type": _MAPPING,
    "mapping_type": _MAPPING,
    "model_type": _MAPPING,
    "model_attributes_type": _MAPPING,
    "none_required": Words("应为 null", "must be null"),
    "string_too_short": Words(
        "没有内容；请填写，可以省略的也可去掉这一项",
        "says nothing; fill it in, or remove the key where it may be left out",
    ),
    "too_short": Words(
        "是空的；请填写，可以省略的也可去掉这一项",
        "is empty; fill it in, or remove the key where it may be left out",
    ),
}


_WRITTEN_LIKE = {
    r"^[a-z][a-z0-9_]*$": Words(
        "小写字母、数字和 _，如 dead_or_missing", "lower-case letters, digits and _, like dead_or_missing"
    ),
    r"^[a-z0-9]+(-[a-z0-9]+)*$": Words(
        "小写字母、数字和连字符，如 drinking-water",
        "lower-case letters, digits and hyphens, like drinking-water",
    ),
    r"^[0-9]{6}$": Words("六位数字，如 330127", "six digits, like 330127"),
}
"""What a pattern of a model asks for, in words."""


def _message(detail: ErrorDetails, path: KeyPath, known: list[str], allowed: list[str]) -> Words:
    kind = detail["type"]
    context = detail.get("ctx", {})
    given = detail.get("input")
    quoted = _quoted(given)
    said = Words(
        f"{quoted.zh}{_wanted_in_chinese(kind, context)}",
        f"{quoted.en} {_wanted(detail)}",
    )
    if kind == "extra_forbidden":
        options = list(dict.fromkeys(known))
        said = _unknown_key(nearest(str(path[-1]), known), options)
    elif kind in _MISSING:
        said = Words("没有填写；请补上", "is missing; add it")
    elif kind in {"enum", "literal_error", "union_tag_invalid"}:
        words = list(dict.fromkeys(allowed))
        word = context.get("tag", given)
        quoted, near = _quoted(word), nearest(str(word), words)
        said = Words(
            f"{quoted.zh}不在可用的词之列：{'、'.join(words)}{near.zh}",
            f"{quoted.en} is not one of {', '.join(words)}{near.en}",
        )
    elif kind in {"greater_than_equal", "less_than_equal"}:
        said = _out_of_bounds(quoted, context.get("ge"), context.get("le"))
    elif kind in {"int_parsing", "int_type"}:
        said = Words(
            f"{quoted.zh}不是整数；请只写数字，如 30",
            f"{quoted.en} is not a whole number; write digits only, like 30",
        )
    elif kind == "string_pattern_mismatch" and context.get("pattern") in _WRITTEN_LIKE:
        like = _WRITTEN_LIKE[context["pattern"]]
        said = Words(
            f"{quoted.zh}不能这样写；请写{like.zh}", f"{quoted.en} cannot be written so; write {like.en}"
        )
    elif kind in {"value_error", "assertion_error"}:
        error = context.get("error")
        said = words_of(error) if error is not None else Words("不能这样写；请改正", detail["msg"])
    return said


def _wanted(detail: ErrorDetails) -> str:
    known = _WANTED.get(detail["type"])
    return known.en if known else f"is not accepted: {detail['msg'][:1].lower()}{detail['msg'][1:]}"


def _wanted_in_chinese(kind: str, context: Mapping[str, Any]) -> str:
    """What pydantic says in English only is said by its kind; its program words help whoever looks it up."""
    if known := _WANTED.get(kind):
        return known.zh
    limits = "、".join(f"{name}={value}" for name, value in context.items() if name != "error")
    return f"不能这样写；请改正（{kind}{f'：{limits}' if limits else ''}）"


def _unknown_key(near: Words, options: list[str]) -> Words:
    if not near.en:
        near = (
            Words(f"；这里可用的有：{'、'.join(options)}", f"; known here: {', '.join(options)}")
            if options
            else Words("；请去掉它", "; remove it")
        )
    return Words(f"没有这一项{near.zh}", f"is not a known key{near.en}")


def _out_of_bounds(quoted: Words, least: object, most: object) -> Words:
    if most is None:
        return Words(
            f"{quoted.zh}太小；请写 {least} 或以上", f"{quoted.en} is too small; write {least} or more"
        )
    return Words(f"{quoted.zh}太大；请写 {most} 或以下", f"{quoted.en} is too large; write {most} or less")


def _allowed(detail: ErrorDetails) -> list[str]:
    context = detail.get("ctx", {})
    expected = str(context.get("expected_tags") or context.get("expected", ""))
    return [part.strip().strip("'") for part in expected.replace(" or ", ", ").split(",") if part.strip()]


def _quoted(given: object) -> Words:
    if given is None:
        return Words("null ", "null")
    if isinstance(given, dict):
        return Words("这一组内容", "a mapping")
    if isinstance(given, (list, tuple)):
        return Words("这一列表", "a list")
    return Words(f"“{given}”", f'"{given}"')
