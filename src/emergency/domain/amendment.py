"""What an amendment makes of an entry: the one place that applies it, for every fold and every check."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any, TypeVar

from emergency.domain.events import EntryAmended, EntryWithdrawn
from emergency.domain.record import Recorded
from emergency.domain.values import Value

V = TypeVar("V", bound=Value)

FIXED = ("ref", "imported", "logged_by", "officer", "role", "step", "in_doubt", "repeats", "informant")
"""What nobody amends: it says how an entry came on record and who recorded it, not what happened."""


def amended(event: V, changes: dict[str, Any]) -> V:
    """The event with some fields replaced.

    Raises:
        pydantic.ValidationError: a field does not exist or cannot take the value.
    """
    return type(event).model_validate({**event.model_dump(mode="json"), **changes})


def effective(events: Iterable[Recorded[Any]]) -> tuple[Recorded[Any], ...]:
    """The events of one stream as they count: amended entries amended, withdrawn ones left out, in log order."""
    standing: dict[str, Recorded[Any]] = {}
    for recorded in events:
        event = recorded.event
        kind = type(event)
        if kind is EntryAmended:
            target = standing.get(event.target)
            if target is not None:
                standing[event.target] = replace(target, event=amended(target.event, event.changes))
        elif kind is EntryWithdrawn:
            standing.pop(event.target, None)
        else:
            standing[recorded.event_id] = recorded
    return tuple(standing.values())
