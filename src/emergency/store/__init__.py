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
    DiskFullError,
    Draft,
    ReadOnlyError,
    StoredCommand,
    Undecodable,
    UnreachableError,
)

if TYPE_CHECKING:
    from emergency.store.check import Checked, Fault, check_store
    from emergency.store.contacts import Contact, Contacts, Sealed
    from emergency.store.drill import DrillClock, drill_hour
    from emergency.store.log import Log, Reading, Writing
    from emergency.store.upgrade import StoreStatus, Upgraded, store_status, upgrade_store

__all__ = [
    "PENDING",
    "Checked",
    "Codec",
    "ConflictError",
    "Contact",
    "Contacts",
    "DiskFullError",
    "Draft",
    "DrillClock",
    "Fault",
    "Log",
    "ReadOnlyError",
    "Reading",
    "Sealed",
    "StoreStatus",
    "StoredCommand",
    "Undecodable",
    "UnreachableError",
    "Upgraded",
    "Writing",
    "check_store",
    "drill_hour",
    "store_status",
    "upgrade_store",
]

_LATER = {
    "Checked": "emergency.store.check",
    "Contact": "emergency.store.contacts",
    "Contacts": "emergency.store.contacts",
    "DrillClock": "emergency.store.drill",
    "drill_hour": "emergency.store.drill",
    "Fault": "emergency.store.check",
    "Log": "emergency.store.log",
    "Reading": "emergency.store.log",
    "Sealed": "emergency.store.contacts",
    "StoreStatus": "emergency.store.upgrade",
    "Upgraded": "emergency.store.upgrade",
    "Writing": "emergency.store.log",
    "check_store": "emergency.store.check",
    "store_status": "emergency.store.upgrade",
    "upgrade_store": "emergency.store.upgrade",
}


def __getattr__(name: str) -> Any:  # noqa: ANN401  a module holds whatever it holds
    """Load what needs the database library only when it is asked for."""
    if name not in _LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_LATER[name]), name)
