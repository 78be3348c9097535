"""Unsent entries (未提交的录入): what a form was told before it was sent or broken off, one file each.

They lie beside the file that remembers who I am, not in the store: an unsent entry is no report and is counted
nowhere as one. A file is written before each question, whole or not at all, so that whatever ends the program (an
interrupt, a closed window, a power cut) takes no more than the answer that was being typed. Names and phones of
people are never in it.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from emergency_cli.context import config_path

FORMAT = 1


class Answer(NamedTuple):
    """What was answered to one question, and when: *half an hour ago* is said from then."""

    said: str
    hour: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsent:
    """What a form was told so far.

    Args:
        store: The URL of the store it is meant for, without a password.
        office: The office at the keyboard.
        since: When the first question was answered.
        answers: By question; the act and the incident are questions, too.
        command_id: Makes sure that it is recorded once, however often it is sent.
        sent: It was sent, and nobody knows yet what became of it.
        number: What it is called here; 0 = not kept yet.
    """

    store: str
    office: str
    since: str
    command_id: str
    answers: dict[str, Answer] = field(default_factory=dict)
    sent: bool = False
    number: int = 0

    def said(self, question: str) -> str | None:
        """What was answered; None where nothing was."""
        answer = self.answers.get(question)
        return answer.said if answer else None

    @property
    def path(self) -> Path:
        """Where it is kept."""
        return folder() / f"{self.number}.json"


class Unreadable(NamedTuple):
    """A file that is no unsent entry, or no longer."""

    number: int
    path: Path
    why: str


def folder() -> Path:
    """Where they are kept: beside the file that remembers who I am."""
    return config_path().with_suffix(".unsent")


def keep(unsent: Unsent) -> Unsent:
    """Write it to the disk; the first time, under a number of its own, whoever else is keeping one now.

    Raises:
        OSError: it cannot be written; what was kept before is still there.
    """
    if not unsent.number:
        unsent = replace(unsent, number=_own_number())
        hold(unsent.number)
    body = {
        "format": FORMAT,
        **{name: getattr(unsent, name) for name in ("store", "office", "since", "command_id", "sent")},
        "answers": {name: answer._asdict() for name, answer in unsent.answers.items()},
    }
    draft = unsent.path.with_suffix(f".{os.getpid()}")
    try:
        file = os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8")
        with file:
            json.dump(body, file, ensure_ascii=False, indent=1)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(unsent.path)
        _sync_folder()
    except OSError:
        with suppress(OSError):
            draft.unlink(missing_ok=True)
        with suppress(OSError):  # a number that holds nothing
            if unsent.path.stat().st_size == 0:
                unsent.path.unlink()
        raise
    return unsent


def _own_number() -> int:
    """A number that nobody else has, taken by an empty file."""
    place = folder()
    place.mkdir(parents=True, exist_ok=True, mode=0o700)
    number = max(_numbers(), default=0) + 1
    while True:
        try:
            os.close(os.open(place / f"{number}.json", os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        except FileExistsError:
            number += 1
        else:
            return number


def _sync_folder() -> None:
    """A file is there for good once its folder says so; some file systems cannot be asked."""
    with suppress(OSError):
        place = os.open(folder(), os.O_RDONLY)
        try:
            os.fsync(place)
        finally:
            os.close(place)


def drop(number: int) -> None:
    """Throw one away."""
    for path in (folder() / f"{number}.json", *folder().glob(f"{number}.*")):
        path.unlink(missing_ok=True)
    let_go(number)


def all_unsent() -> Iterator[Unsent | Unreadable]:
    """Those that are kept, the oldest number first."""
    for number in sorted(_numbers()):
        found = read(number)
        if found is not None:
            yield found


def read(number: int) -> Unsent | Unreadable | None:
    """One of them; None where there is none of that number."""
    path = folder() / f"{number}.json"
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        return Unreadable(number, path, str(error))
    if not text:  # its first answer is being written just now, or never was
        return None
    try:
        return _read(json.loads(text), number)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        return Unreadable(number, path, f"{type(error).__name__}: {error}")


def _read(body: dict[str, Any], number: int) -> Unsent:
    if body["format"] != FORMAT:
        raise ValueError(f"format {body['format']}")
    datetime.fromisoformat(body["since"])
    answers = {name: Answer(str(one["said"]), str(one["hour"])) for name, one in body["answers"].items()}
    for answer in answers.values():
        datetime.fromisoformat(answer.hour)
    return Unsent(
        store=str(body["store"]),
        office=str(body["office"]),
        since=body["since"],
        command_id=str(body["command_id"]),
        answers=answers,
        sent=bool(body["sent"]),
        number=number,
    )


def _numbers() -> list[int]:
    try:
        names = os.listdir(folder())  # noqa: PTH208 - names are enough, at each entry
    except OSError:
        return []
    return [int(name[:-5]) for name in names if name.endswith(".json") and name[:-5].isdecimal()]


# -- who is at it ----------------------------------------------------------------------------------------------
# A byte of one file for each number: the system lets go of it when the program ends, however it ends.

_locks: dict[Path, int] = {}
_ours: set[int] = set()


def hold(number: int) -> bool:
    """Say that one is being worked on here; False where another terminal does."""
    try:
        import fcntl  # noqa: PLC0415 - not on every system

        fcntl.lockf(_lock_file(), fcntl.LOCK_EX | fcntl.LOCK_NB, 1, number)
    except BlockingIOError:
        return False
    except (ImportError, OSError):  # where nothing can be locked, nobody is kept from their own entry
        return True
    _ours.add(number)
    return True


def let_go(number: int) -> None:
    """No longer."""
    _ours.discard(number)
    with suppress(ImportError, OSError):
        import fcntl  # noqa: PLC0415 - as above

        fcntl.lockf(_lock_file(), fcntl.LOCK_UN, 1, number)


def is_held(number: int) -> bool:
    """Whether another terminal is at it."""
    if number in _ours:
        return False
    if not hold(number):
        return True
    let_go(number)
    return False


def _lock_file() -> int:
    """Opened once: to close it anywhere would let go of everything."""
    path = folder() / "lock"
    if path not in _locks:
        _locks[path] = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    return _locks[path]
