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

from emergency.errors import BrokenDataError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
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
    """

    file: str
    line: int
    key: str
    message: str

    def __str__(self) -> str:
        """Write it as ``file:line: key: message``."""
        where = f"{self.file}:{self.line}: "
        return f"{where}{self.key}: {self.message}" if self.key else f"{where}{self.message}"


class BrokenFileError(BrokenDataError):
    """A file that cannot be used, with every flaw that was found in it."""

    def __init__(self, flaws: Iterable[Flaw]) -> None:
        self.flaws = tuple(flaws)
        lines = [str(flaw) for flaw in self.flaws[:SHOWN]]
        if len(self.flaws) > SHOWN:
            lines.append(f"… and {len(self.flaws) - SHOWN} more.")
        super().__init__("\n".join(lines))


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

    def flaw(self, path: KeyPath, message: str) -> Flaw:
        """Name something wrong at the path."""
        return Flaw(self.name, self.line(path), ".".join(map(str, path)), message)


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
        reason = error.strerror or str(error)
        flaw = Flaw(shown, 1, "", f"cannot be read ({reason}); check the path and its permissions")
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
        raise BrokenFileError([Flaw(name, line, "", _syntax(error, content, line))]) from None
    except yaml.YAMLError as error:
        raise BrokenFileError(
            [Flaw(name, 1, "", f"is not YAML ({error}); rewrite it as plain text")]
        ) from None


def _decoded(text: str | bytes, name: str) -> str:
    if isinstance(text, bytes):
        try:
            return text.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = text.count(b"\n", 0, error.start) + 1
            message = f"byte {error.start} is not UTF-8; save the file as UTF-8"
            raise BrokenFileError([Flaw(name, line, "", message)]) from None
    if any("\ud800" <= char <= "\udfff" for char in text):
        raise BrokenFileError([Flaw(name, 1, "", "holds half a character; save the text as UTF-8")])
    return text.removeprefix("\ufeff")


def _syntax(error: Any, content: str, line: int) -> str:  # noqa: ANN401 - yaml is imported where it is used
    lines = content.splitlines()
    bad = lines[line - 1] if line <= len(lines) else ""
    if "\t" in bad[: len(bad) - len(bad.lstrip())]:
        return "is indented with a tab; indent with spaces"
    problem = error.problem or error.context or "cannot be parsed"
    return f"is not YAML ({problem}); check indentation, colons and quotes on this line and the one before"


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
            raise self._broken(1, (), "is empty; write `key: value` lines, or delete the file")
        event = self._next()
        root = _Place(1)
        if not isinstance(event, events.MappingStartEvent):
            if isinstance(event, events.ScalarEvent) and not event.value:
                raise self._broken(1, (), "is empty; write `key: value` lines, or delete the file")
            raise self._broken(event.start_mark.line + 1, (), "must be a mapping; write `key: value` lines")
        data = self._mapping(event, (), root)
        self._next()  # the document ends
        event = self._next()
        if not isinstance(event, events.StreamEndEvent):
            line = event.start_mark.line + 1
            raise self._broken(line, (), "starts a second document; write one document a file")
        return Document(self._name, data, root)

    def _broken(self, line: int, path: KeyPath, message: str) -> BrokenFileError:
        return BrokenFileError([Flaw(self._name, line, ".".join(map(str, path)), message)])

    def _plain(self, event: Any, path: KeyPath, place: _Place) -> Plain:  # noqa: ANN401
        events = self._events
        if isinstance(event, events.AliasEvent):
            raise self._broken(event.start_mark.line + 1, path, f"*{event.anchor} is an alias; write it out")
        if isinstance(event, events.ScalarEvent):
            self._refuse_marks(event, path)
            return self._scalar(event, path)
        if len(path) >= MAX_DEPTH:
            raise self._broken(event.start_mark.line + 1, path[:3], "is nested too deeply; write it flatter")
        if isinstance(event, events.SequenceStartEvent):
            self._refuse_marks(event, path)
            return self._sequence(path, place)
        return self._mapping(event, path, place)

    def _refuse_marks(self, event: Any, path: KeyPath) -> None:  # noqa: ANN401
        if event.anchor:
            message = f"&{event.anchor} is an anchor; remove it and write the value out where it is used"
            raise self._broken(event.start_mark.line + 1, path, message)
        if event.tag:
            message = f"{event.tag} is a tag; remove it: every value is text"
            raise self._broken(event.start_mark.line + 1, path, message)

    def _scalar(self, event: Any, path: KeyPath) -> str | None:  # noqa: ANN401
        value: str = event.value
        if event.style is None or event.style == "":
            if value in _NULLS:
                return None
            if not value:
                message = "has no value; write one, or null if there is none"
                raise self._broken(event.start_mark.line + 1, path, message)
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
                raise self._broken(line, path, "has a key that is no word; write one before the colon")
            self._refuse_marks(event, path)
            key: str = event.value
            here = (*path, key)
            if not key:
                raise self._broken(line, path, "has an empty key; write a word before the colon")
            if key == "<<" and not event.style:
                raise self._broken(line, path, "<< merges another mapping; write its keys out")
            if key in data:
                message = f"stands twice, first on line {place.inner[key].line}; keep one of them"
                raise self._broken(line, here, message)
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
        found[path] = document.flaw(path, _message(detail, path, known, allowed))
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


def nearest(word: str, known: Iterable[str]) -> str:
    """Say ``; did you mean "…"?`` where a known word is near, else nothing."""
    match = get_close_matches(word, list(dict.fromkeys(known)), n=1, cutoff=0.6)
    return f'; did you mean "{match[0]}"?' if match else ""


_MISSING = frozenset({"missing", "union_tag_not_found"})

_WANTED = {
    "string_type": "must be text",
    "tuple_type": "must be a list; write [one, two]",
    "list_type": "must be a list; write [one, two]",
    "dict_type": "must be a mapping; write `key: value` lines",
    "mapping_type": "must be a mapping; write `key: value` lines",
    "model_type": "must be a mapping; write `key: value` lines",
    "model_attributes_type": "must be a mapping; write `key: value` lines",
    "none_required": "must be null",
    "string_too_short": "says nothing; fill it in, or remove the key where it may be left out",
    "too_short": "is empty; fill it in, or remove the key where it may be left out",
}


_WRITTEN_LIKE = {
    r"^[a-z][a-z0-9_]*$": "lower-case letters, digits and _, like dead_or_missing",
    r"^[a-z0-9]+(-[a-z0-9]+)*$": "lower-case letters, digits and hyphens, like drinking-water",
    r"^[0-9]{6}$": "six digits, like 330127",
}
"""What a pattern of a model asks for, in words."""


def _message(detail: ErrorDetails, path: KeyPath, known: list[str], allowed: list[str]) -> str:
    kind = detail["type"]
    context = detail.get("ctx", {})
    given = detail.get("input")
    message = f"{detail['msg'][:1].lower()}{detail['msg'][1:]}"
    text = f"{_quoted(given)} {_WANTED.get(kind, f'is not accepted: {message}')}"
    if kind == "extra_forbidden":
        options = ", ".join(dict.fromkeys(known))
        hint = nearest(str(path[-1]), known) or (f"; known here: {options}" if options else "; remove it")
        text = f"is not a known key{hint}"
    elif kind in _MISSING:
        text = "is missing; add it"
    elif kind in {"enum", "literal_error", "union_tag_invalid"}:
        words = list(dict.fromkeys(allowed))
        word = context.get("tag", given)
        text = f"{_quoted(word)} is not one of {', '.join(words)}{nearest(str(word), words)}"
    elif kind in {"greater_than_equal", "less_than_equal"}:
        least, most = context.get("ge"), context.get("le")
        wanted = f"{least} or more" if most is None else f"{most} or less"
        text = f"{_quoted(given)} is too {'small' if most is None else 'large'}; write {wanted}"
    elif kind in {"int_parsing", "int_type"}:
        text = f"{_quoted(given)} is not a whole number; write digits only, like 30"
    elif kind == "string_pattern_mismatch" and context.get("pattern") in _WRITTEN_LIKE:
        text = f"{_quoted(given)} cannot be written so; write {_WRITTEN_LIKE[context['pattern']]}"
    elif kind in {"value_error", "assertion_error"}:
        text = str(context.get("error", detail["msg"]))
    return text


def _allowed(detail: ErrorDetails) -> list[str]:
    context = detail.get("ctx", {})
    expected = str(context.get("expected_tags") or context.get("expected", ""))
    return [part.strip().strip("'") for part in expected.replace(" or ", ", ").split(",") if part.strip()]


def _quoted(given: object) -> str:
    if given is None:
        return "null"
    if isinstance(given, dict):
        return "a mapping"
    if isinstance(given, (list, tuple)):
        return "a list"
    return f'"{given}"'
