"""A row written at once as JSON says what the row itself says."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.assessment.timelines import recorded, rulebook

from emergency.assessment.assess import assess_timeline
from emergency.assessment.timeline import timeline_of
from emergency.domain.offices import directory_of
from emergency.exchange import case_file, timeline_import
from emergency.projections.rows import finding_json, finding_row, obligation_json, obligation_row

CASES = sorted((Path(__file__).parents[1] / "cases").glob("*.yaml"))


def _both_ways(path: Path) -> Iterator[tuple[dict[str, Any], tuple[dict[str, Any], str]]]:
    new = timeline_import.imported(case_file.read(path))
    timeline = timeline_of(recorded((new.opened, *new.entries), f"incident/{new.ref}"))
    offices = directory_of(recorded(new.offices, "offices"))
    judged = assess_timeline(timeline, offices, rulebook())
    for owed in judged.obligations:
        yield obligation_row(owed, timeline, offices), obligation_json(owed, timeline, offices)
    for found in judged.findings:
        yield finding_row(found, timeline, offices), finding_json(found, timeline, offices)


def test_the_json_of_a_row_is_that_row() -> None:
    rows = [both for path in CASES for both in _both_ways(path)]
    for row, (columns, text) in rows:
        assert text == json.dumps(row, ensure_ascii=False, separators=(",", ":"))
        assert {**columns, "grounds": row["grounds"]} == row
    assert any(not row["grounds"] for row, _ in rows)
    assert any(ground["condition"] for row, _ in rows for ground in row["grounds"])
