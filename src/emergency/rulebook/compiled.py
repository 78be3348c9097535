"""The packaged rules read once and kept as one file, as Python keeps its byte code; used only while nothing changed.

What it is good for is told by the names, sizes and times of every rule file and of the code that reads them, and by
the versions of Python and pydantic. It is used only where it is whole. Where nothing can be kept, the rules are read
from their files each time.
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import suppress
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import VERSION

from emergency.rulebook.calendar import Calendar
from emergency.rulebook.lookup import Rulebook
from emergency.rulebook.packing import opened, packed
from emergency.rulebook.shelf import Catalogue, Later, Shelf, catalogued, shelved

if TYPE_CHECKING:
    from emergency.rulebook.model import Rule

FORMAT = 4
HOME = Path(__file__).parent
"""The folder of the code that reads rules; the rules themselves lie in it."""

Content = Mapping[str, Any]

_SHELVES = ("rules", "tables", "provisions", "elements", "norms", "reviews", "schemes", "unread")


def load(folder: Path | None = None) -> Rulebook:
    """Load a rulebook.

    Args:
        folder: The folder of rules; the rules that come with this package unless given.

    Raises:
        BrokenDataError: There is no such folder, it holds no rule, or a file in it cannot be used; the
            message names file, line and key of every mistake, and what to do.
    """
    return _packaged() if folder is None else _read(folder)


@cache
def _packaged() -> Rulebook:
    """The rules that come with this package: read from their files once, and from what was kept of them after that."""
    try:
        state = state_of(HOME, HOME.parent / "domain", HOME.parent / "yamlfile.py")
    except OSError:
        return _read()  # the package lies in an archive, or without its source
    kept = read(state, HOME)
    if kept is not None:
        return _of_content(kept)
    book = _read(HOME / "data")
    keep(state, HOME, _content(book))
    return book


def _read(folder: Path | None = None) -> Rulebook:
    from emergency.rulebook.loader import read_folder, rulebook_of  # noqa: PLC0415 - not for what is kept

    return rulebook_of(read_folder(folder))


def _content(book: Rulebook) -> Content:
    """What of a rulebook is kept."""
    return {
        "rules": shelved(map(_examples_later, book.rules), seldom=False),
        "tables": shelved(book.tables, seldom=False),
        "provisions": shelved(book.provisions, seldom=True),
        "elements": shelved(book.elements, seldom=True),
        "norms": shelved(book.norms, seldom=True),
        "reviews": shelved(book.reviews, seldom=True),
        "schemes": shelved(book.schemes, seldom=True),
        "unread": shelved(book.unread, seldom=False),
        "families": dict(book.families),
        "years": {country: catalogued(known.years) for country, known in book.calendars.items()},
        "kinds": catalogued(book.kinds),
        "words": {listed: catalogued(words) for listed, words in book.words.items()},
        "kept_fingerprint": book.fingerprint,
    }


def _examples_later(rule: Rule) -> Rule:
    if not rule.examples:
        return rule
    return rule.model_copy(update={"examples": Later(packed(tuple(rule.examples), seldom=True))})


def _of_content(content: Content) -> Rulebook:
    """A rulebook whose items are opened when somebody asks for them."""
    return Rulebook(
        **{name: Shelf(*content[name]) for name in _SHELVES},
        families=content["families"],
        calendars={country: Calendar(Catalogue(years)) for country, years in content["years"].items()},
        kinds=Catalogue(content["kinds"]),
        words={listed: Catalogue(words) for listed, words in content["words"].items()},
        kept_fingerprint=content["kept_fingerprint"],
    )


def state_of(*places: Path) -> str:
    """A short name for some files and folders as they are now, by name, size and time, and for what reads them."""
    versions = f"{FORMAT} {sys.implementation.cache_tag} {VERSION}\n"
    files = sorted(line for place in places for line in _lines(place))
    return sha256("".join((versions, *files)).encode("utf-8", "surrogateescape")).hexdigest()


def _lines(place: Path) -> list[str]:
    return _inside(os.fspath(place)) if place.is_dir() else [_line(os.fspath(place), place.stat())]


def _inside(folder: str) -> list[str]:
    """A line for each file in a folder that says what rules say, or how they are read."""
    lines = []
    with os.scandir(folder) as entries:
        for entry in entries:
            name = entry.name
            if name.endswith((".yaml", ".yml", ".py")):
                lines.append(_line(entry.path, entry.stat()))
            elif name != "__pycache__" and entry.is_dir():
                lines += _inside(entry.path)
    return lines


def _line(path: str, stat: os.stat_result) -> str:
    return f"{path}\t{stat.st_size}\t{stat.st_mtime_ns}\n"


def read(state: str, folder: Path) -> Content | None:
    """What was kept for this state of the files; None where nothing was, or it cannot be read."""
    for path in _places(folder):
        with suppress(OSError):
            with path.open("rb") as kept:
                head, body = kept.readline(), kept.read()
            if head == _head(state, body):
                content: Content = opened(body)
                return content
    return None


def keep(state: str, folder: Path, content: Content) -> None:
    """Keep the content for this state of the files, at the first place that can be written; or nowhere."""
    body = packed(content)
    for path in _places(folder):
        draft = path.with_name(f"{path.name}.{os.getpid()}.{threading.get_ident()}")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            draft.write_bytes(_head(state, body) + body)
            draft.replace(path)
        except OSError:
            with suppress(OSError):
                draft.unlink(missing_ok=True)
            continue
        return


def _head(state: str, body: bytes) -> bytes:
    """The first line: what the rest is good for, and whether it is whole."""
    return f"{state} {sha256(body).hexdigest()}\n".encode()


def _places(folder: Path) -> Iterator[Path]:
    yield folder / "__pycache__" / "rules.kept"
    from platformdirs import user_cache_path  # noqa: PLC0415 - only where the package cannot be written

    name = sha256(os.fspath(folder).encode("utf-8", "surrogateescape")).hexdigest()[:16]
    with suppress(OSError, RuntimeError):
        yield user_cache_path("emergency", appauthor=False) / f"rules-{name}.kept"
