"""All kinds of entries, once every module that has some is loaded."""

from __future__ import annotations

from collections.abc import Iterator

from emergency.domain import bookkeeping, drafting, instructions, receiving, scoring  # noqa: F401 - their entries
from emergency.domain.events import Entry, Message


def _below(kind: type[Entry]) -> Iterator[type[Entry]]:
    for part in kind.__subclasses__():
        yield part
        yield from _below(part)


ENTRIES = frozenset(_below(Entry))
"""The kinds of entries: looked up many times faster than by `isinstance`, which a pydantic class answers itself."""

MESSAGES = frozenset(_below(Message))
"""The kinds of entries that tell somebody something."""
