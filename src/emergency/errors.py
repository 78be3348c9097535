"""What can go wrong, as a tree under one root.

A breach of a reporting rule is never an exception: it is data that the engine reports. An exception says
that a command was refused or that data is broken, and its message tells what to do next.
"""

from __future__ import annotations

from emergency.words import Words


class EmergencyError(Exception):
    """The root of all errors that this library raises on purpose.

    Args:
        said: What is wrong and what to do next, in English: ``str(error)``.
        zh: The same in Chinese.
    """

    def __init__(self, *said: object, zh: str | None = None) -> None:
        super().__init__(*said)
        self._zh = zh

    @property
    def zh(self) -> str:
        """The message in Chinese; in English where nobody has put it into Chinese."""
        return self._zh if self._zh is not None else str(self)

    @property
    def words(self) -> Words:
        """The message in both languages."""
        return Words(self.zh, str(self))


class UsageError(EmergencyError):
    """The caller asked for something in a form that cannot be understood (exit code 2)."""


class RefusedError(EmergencyError):
    """A well-formed command that cannot be carried out as things stand (exit code 3)."""


class NotFoundError(RefusedError):
    """There is no such incident, office, entry or rule; the message names the nearest one there is."""


class SeveralFitError(NotFoundError):
    """What was named fits several incidents, and the program does not choose.

    Args:
        said: What is wrong and what to do next, in English.
        found: The references that fit, each with its title; the first few where there are many.
        zh: The same as ``said`` in Chinese.
    """

    def __init__(self, said: str, *, found: dict[str, str], zh: str) -> None:
        super().__init__(said, zh=zh)
        self.found = found


class CommandConflictError(RefusedError):
    """A command id was used again with other content."""


class BusyError(RefusedError):
    """Another writer holds the store for longer than we wait; nothing was written, try again."""


class BrokenDataError(EmergencyError):
    """A file, a rule or a stored event is not what it must be (exit code 3)."""


class UnknownEventError(BrokenDataError):
    """The log holds an event whose type or schema version this program does not know."""


class StoreError(EmergencyError):
    """The database cannot be opened, read or written."""


class WrongValueError(ValueError):
    """A value that cannot be this, found while values are read: it becomes part of an `EmergencyError`.

    Args:
        said: What is wrong and what to do, in English.
        zh: The same in Chinese.
    """

    def __init__(self, said: str, *, zh: str) -> None:
        super().__init__(said)
        self.zh = zh


def words_of(error: BaseException) -> Words:
    """What any error says: in both languages where it is one of ours, else as it says it."""
    said = str(error) or type(error).__name__
    return Words(str(getattr(error, "zh", None) or said), said)


def why_not(error: BaseException) -> Words:
    """Why something could not be worked out; what is no error of ours is a bug, or the system's, and is named so."""
    if isinstance(error, EmergencyError):
        return error.words
    said = f"{type(error).__name__}: {error}"
    return Words(f"程序出错（{said}），请报告此错误", said)


class NotInstalledError(RefusedError):
    """What this needs is not installed here, a package or a font; the message says how to get it, or do without."""
