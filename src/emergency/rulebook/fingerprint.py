"""One short name for the content of a rulebook, so that a verdict can say under which rules it stands."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping

from emergency.rulebook.model import LevelTable, Rule


def fingerprint(
    rules: Iterable[Rule], tables: Iterable[LevelTable], families: Mapping[str, tuple[str, ...]]
) -> str:
    """Hash what the rules say; comments, layout and the order of files and keys make no difference."""
    content = {
        "rules": {rule.id: rule.model_dump(mode="json") for rule in rules},
        "tables": {table.id: table.model_dump(mode="json") for table in tables},
        "families": {name: list(patterns) for name, patterns in families.items()},
    }
    canonical = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return f"sha256:{hashlib.sha256(canonical.encode()).hexdigest()}"
