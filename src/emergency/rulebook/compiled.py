"""The packaged rules read once and kept as one file, as Python keeps its byte code; used only while nothing changed.

What it is good for is told by the names, sizes and times of every rule file and of the code that reads them. Where it
cannot be kept, the rules are read from their files each time.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from pydantic_core import from_json

FORMAT = 1
Content = Mapping[str, Any]


def state_of(*folders: Path) -> str:
    """A short name for the files of folders as they are now, by name, size and time."""
    digest = hashlib.sha256(f"{FORMAT}".encode())
    for folder in folders:
        for line in sorted(_files(os.fspath(folder))):
            digest.update(line.encode("utf-8", "surrogateescape"))
    return digest.hexdigest()


def _files(folder: str) -> Iterator[str]:
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir():
                if entry.name != "__pycache__":
                    yield from _files(entry.path)
            elif entry.name.endswith((".yaml", ".yml", ".py")):
                stat = entry.stat()
                yield f"{entry.path}\t{stat.st_size}\t{stat.st_mtime_ns}\n"


def read(state: str, folder: Path) -> Content | None:
    """What was kept for this state of the files; None where nothing was, or it cannot be read."""
    for path in _places(folder):
        with suppress(OSError, ValueError):
            content = from_json(path.read_bytes())
            if isinstance(content, dict) and content.get("state") == state:
                return content
    return None


def keep(state: str, folder: Path, content: Content) -> None:
    """Keep the content for this state of the files, at the first place that can be written; or nowhere."""
    text = json.dumps({"state": state, **content}, ensure_ascii=False, separators=(",", ":"))
    for path in _places(folder):
        draft = path.with_name(f"{path.name}.{os.getpid()}")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            draft.write_text(text, encoding="utf-8")
            draft.replace(path)
        except OSError:
            continue
        return


def _places(folder: Path) -> Iterator[Path]:
    yield folder / "__pycache__" / "rules.json"
    from platformdirs import user_cache_path  # noqa: PLC0415 - only where the package cannot be written

    name = hashlib.sha256(os.fspath(folder).encode("utf-8", "surrogateescape")).hexdigest()[:16]
    with suppress(OSError, RuntimeError):
        yield user_cache_path("emergency", appauthor=False) / f"rules-{name}.json"
