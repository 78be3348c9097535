"""The rules as plain data for programs: days and lengths in ISO 8601, what is at its default left out."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, time, timedelta
from decimal import Decimal
from enum import Enum
from typing import Any

from pydantic import BaseModel

from emergency.rulebook.fields import Period, written_length


def plain(value: Any) -> Any:  # noqa: ANN401 - whatever a rule holds
    """Give what JSON can hold: lengths like ``PT2H`` and ``P14D``, hours like ``09:00``."""
    if isinstance(value, BaseModel):
        given = {name: getattr(value, name) for name in type(value).model_fields}
        defaults = {name: field.default for name, field in type(value).model_fields.items()}
        return {
            name: _exact(value, name) if isinstance(held, Decimal) else plain(held)
            for name, held in given.items()
            if held != defaults[name]
        }
    if isinstance(value, Mapping):
        return {str(plain(key)): plain(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(inner) for inner in value]
    if isinstance(value, (timedelta, Period)):
        return written_length(value)
    if isinstance(value, time):
        return f"{value:%H:%M}"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    return value.value if isinstance(value, Enum) else value


def _exact(holder: BaseModel, name: str) -> Any:  # noqa: ANN401 - as the file writes it
    """Points and shares as the file has them, such as ``-50%``: a number of another kind would not be exact."""
    return holder.model_dump(mode="json", include={name})[name]


__all__ = ["plain"]
