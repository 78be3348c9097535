"""emergency: an event-sourced engine for emergency-information reporting (紧急信息报送).

Every incident is an append-only stream of what happened and what was said; the rules are dated, cited data; late,
missed, falsified and concealed reports (迟报、漏报、谎报、瞒报) are computed from both, each with its evidence and
article. Names are loaded when they are first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from emergency.domain.values import Count, Facts, Place, StatedTime
    from emergency.engine import Due, Engine, Identity, Outcome, View
    from emergency.errors import (
        BrokenDataError,
        BusyError,
        CommandConflictError,
        EmergencyError,
        NotFoundError,
        RefusedError,
        StoreError,
        UsageError,
    )

__all__ = [
    "BrokenDataError",
    "BusyError",
    "CommandConflictError",
    "Count",
    "Due",
    "EmergencyError",
    "Engine",
    "Facts",
    "Identity",
    "NotFoundError",
    "Outcome",
    "Place",
    "RefusedError",
    "StatedTime",
    "StoreError",
    "UsageError",
    "View",
]

_HOMES = {
    "emergency.engine": ("Due", "Engine", "Identity", "Outcome", "View"),
    "emergency.domain.values": ("Count", "Facts", "Place", "StatedTime"),
}
_LATER = {name: home for home, names in _HOMES.items() for name in names}


def __getattr__(name: str) -> Any:  # noqa: ANN401 - a module holds whatever it holds
    """Load a public name where it is first used: errors and help need neither database nor validation."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_LATER.get(name, "emergency.errors")), name)
