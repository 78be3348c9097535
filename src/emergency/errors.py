"""What can go wrong, as a tree under one root.

A breach of a reporting rule is never an exception: it is data that the engine reports. An exception says
that a command was refused or that data is broken, and its message tells what to do next.
"""

from __future__ import annotations


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
