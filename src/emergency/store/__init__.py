"""The log: events kept for good, in order, in a database (入库).

``Log`` is what the rest of the program uses. It is loaded when first asked for, so that a program that only
wants a name from here does not pay for the database library.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from emergency.store.port import (
    PENDING,
    Codec,
    ConflictError,
    Draft,
    ReadOnlyError,
    StoredCommand,
    Undecodable,
    UnreachableError,
)

if TYPE_CHECKING:
    from emergency.store.contacts import Contact, Contacts
    from emergency.store.log import Log, Reading, Writing

__all__ = [
    "PENDING",
    "Codec",
    "ConflictError",
    "Contact",
    "Contacts",
    "Draft",
    "Log",
    "ReadOnlyError",
    "Reading",
    "StoredCommand",
    "Undecodable",
    "UnreachableError",
    "Writing",
]

_LATER = {
    "Contact": "emergency.store.contacts",
    "Contacts": "emergency.store.contacts",
    "Log": "emergency.store.log",
    "Reading": "emergency.store.log",
    "Writing": "emergency.store.log",
}


def __getattr__(name: str) -> Any:  # noqa: ANN401  a module holds whatever it holds
    """Load what needs the database library only when it is asked for."""
    if name not in _LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_LATER[name]), name)
