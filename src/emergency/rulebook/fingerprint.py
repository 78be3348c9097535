"""One short name for the content of a rulebook, so that a verdict can say under which rules it stands."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import date, timedelta

from emergency.rulebook.model import LevelTable, Rule


def fingerprint(
    rules: Iterable[Rule], tables: Iterable[LevelTable], families: Mapping[str, tuple[str, ...]]
) -> str:
    """Hash what the rules say; comments, layout and the order of files and keys make no difference.

    The canonical form is our own and leaves out what is at its default: neither another version of pydantic
    nor a new optional key changes the name of rules that say the same.
    """
    content = {
        "rules": {rule.id: rule.model_dump(exclude_defaults=True) for rule in rules},
        "tables": {table.id: table.model_dump(exclude_defaults=True) for table in tables},
        "families": families,
    }
    canonical = json.dumps(_plain(content), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return f"sha256:{hashlib.sha256(canonical.encode()).hexdigest()}"


def _plain(value: object) -> object:
    if isinstance(value, Mapping):
        return {str(_plain(key)): _plain(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(inner) for inner in value]
    if isinstance(value, timedelta):
        return f"PT{value // timedelta(seconds=1)}S"
    if isinstance(value, date):
        return value.isoformat()
    return value
