"""One short name for the content of a rulebook, so that a verdict can say under which rules it stands."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import date, time, timedelta
from typing import TYPE_CHECKING

from pydantic import BaseModel

from emergency.rulebook.fields import Period

if TYPE_CHECKING:
    from emergency.rulebook.lookup import Rulebook


def fingerprint(book: Rulebook) -> str:
    """Hash what the rules say; comments, layout and the order of files and keys make no difference.

    The canonical form is our own and leaves out what is at its default: neither another version of pydantic
    nor a new optional key changes the name of rules that say the same. Provisions and the names of kinds and words
    are shown and never judged by, so they are no part of it.
    """
    content = {
        "rules": {rule.id: rule.model_dump(exclude_defaults=True) for rule in book.rules},
        "tables": {table.id: table.model_dump(exclude_defaults=True) for table in book.tables},
        "elements": {one.id: one.model_dump(exclude_defaults=True) for one in book.elements},
        "norms": {norm.id: norm.model_dump(exclude_defaults=True) for norm in book.norms},
        "reviews": {one.id: one.model_dump(exclude_defaults=True) for one in book.reviews},
        "families": book.families,
        "unread": {text.id: text.model_dump(exclude_defaults=True) for text in book.unread},
        "calendars": {
            country: {year: one.model_dump(exclude_defaults=True) for year, one in calendar.years.items()}
            for country, calendar in book.calendars.items()
        },
    }
    canonical = json.dumps(_plain(content), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return f"sha256:{hashlib.sha256(canonical.encode()).hexdigest()}"


def _plain(value: object) -> object:
    if isinstance(value, BaseModel):
        return _plain(value.model_dump(exclude_defaults=True))
    if isinstance(value, Mapping):
        return {str(_plain(key)): _plain(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(inner) for inner in value]
    if isinstance(value, timedelta):
        return f"PT{value // timedelta(seconds=1)}S"
    if isinstance(value, Period):
        return str(value)
    if isinstance(value, (date, time)):
        return value.isoformat()
    return value
