"""An explanation as plain JSON values: the keys are the fields' own names, values as in all rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from emergency.assessment.why import Why
from emergency.domain.intervals import Interval, Span
from emergency.projections.rows import Row, interval_row, iso_duration, iso_instant, note_row, span_row
from emergency.words import Words

_NOTES = ("note", "recipient_note")
"""What is in two languages under two keys; all other words are one value with ``zh`` and ``en``."""


def why_row(why: Why) -> Row:
    """An answer to why; every list is there, empty where it does not apply."""
    row: Row = _plain(why)
    return row


def _plain(value: Any) -> Any:  # noqa: ANN401 - whatever an explanation holds, one return each
    if isinstance(value, Interval):
        return interval_row(value)
    if isinstance(value, Span):
        return span_row(value)
    if isinstance(value, Words):
        return {"zh": value.zh, "en": value.en}
    if is_dataclass(value):
        row: Row = {}
        for field in fields(value):
            held = getattr(value, field.name)
            row.update(note_row(held, field.name) if field.name in _NOTES else {field.name: _plain(held)})
        return row
    if isinstance(value, datetime):
        return iso_instant(value)
    if isinstance(value, timedelta):
        return iso_duration(value)
    if isinstance(value, time):
        return f"{value:%H:%M}"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {key: _plain(inner) for key, inner in value.items()}
    return [_plain(inner) for inner in value] if isinstance(value, tuple) else value
