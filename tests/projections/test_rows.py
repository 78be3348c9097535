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
from emergency.projections.owing import obligation_of
from emergency.projections.rows import finding_json, finding_row, obligation_json, obligation_row

CASES = sorted((Path(__file__).parents[1] / "cases").glob("*.yaml"))


def _both_ways(path: Path) -> Iterator[tuple[dict[str, Any], tuple[dict[str, Any], str]]]:
    new = timeline_import.imported(case_file.read(path))
    timeline = timeline_of(recorded((new.opened, *new.entries), f"incident/{new.ref}"))
    offices = directory_of(recorded(new.offices, "offices"))
    judged = assess_timeline(timeline, offices, rulebook())
    for owed in judged.obligations:
        kept = obligation_of(obligation_row(owed, timeline, offices)).grounds
        assert [ground.note for ground in kept] == [ground.note for ground in owed.grounds]
        yield obligation_row(owed, timeline, offices), obligation_json(owed, timeline, offices)
    for found in judged.findings:
        yield finding_row(found, timeline, offices), finding_json(found, timeline, offices)


def test_the_json_of_a_row_is_that_row() -> None:
    rows = [both for path in CASES for both in _both_ways(path)]
    for row, (columns, text) in rows:
        assert text == json.dumps(row, ensure_ascii=False, separators=(",", ":"))
        assert {**columns, "grounds": row["grounds"]} == row
    notes = {(g["note"], g["note_zh"]) for row, _ in rows for g in row["grounds"]}
    assert {en is None for en, _ in notes} == {True, False}
    for en, zh in notes - {(None, None)}:
        assert (en[0].isascii(), zh[0].isascii() and zh[0].isalpha()) == (True, False)
    assert any(not row["grounds"] for row, _ in rows)
    assert any(ground["condition"] for row, _ in rows for ground in row["grounds"])
