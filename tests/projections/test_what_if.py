"""Other rules tried on the record: what moves is told, and nothing of it is stored."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from tests.assessment.test_readings import Reading, _timeline, records
from tests.assessment.timelines import judged, rulebook
from tests.rulebook.test_trying import NAME, RULE, write

from emergency import BrokenDataError, Engine, NotFoundError, UsageError
from emergency.projections.moves import moved_findings, moved_obligations, summary

from .bench import insert, tables_of, timeline

NOW = datetime(2026, 12, 1, tzinfo=UTC)
STRICT = RULE.replace("{tiers: [county], lines: [government]}", "{tiers: [unit], lines: [enterprise]}")
"""Thirty minutes for the unit, where the rule that stands gives it an hour."""


def strict(folder: Path, limit: str = "PT30M") -> Path:
    text = STRICT.replace("line: same", "line: department").replace("PT30M", limit)
    return write(folder / "tried" / f"{NAME}.yaml", text)


def test_what_moves_is_listed_with_both_sides(engine: Engine, tmp_path: Path) -> None:
    engine.import_timeline(timeline(tmp_path, "soon", hour=5))
    engine.import_timeline(timeline(tmp_path, "slow", hour=8))
    told: list[tuple[int, int]] = []
    found = engine.what_if(
        rules=strict(tmp_path, "PT10M"), at=NOW, progress=lambda done, of: told.append((done, of))
    )
    moved = {(r["incident"], r["before"], r["after"]) for r in found.obligations if r["office_ref"] == "unit"}
    assert ("soon", "met", "late") in moved
    assert ("slow", "late", "late") in moved
    (late,) = [r for r in found.findings if r["incident"] == "soon" and r["kind"] == "late"]
    assert (late["before"], late["after"], late["rule_after"]) == (None, "established", NAME)
    assert late["late_by_after"] == {"at_least": "PT10M", "at_most": "PT10M"}
    assert told == [(1, 2), (2, 2)]
    assert found.replaced == (NAME,)
    assert found.before == engine.rulebook.fingerprint != found.after
    counts = summary(found.obligations, found.judged)
    assert counts["incidents"] == counts["moved"] == 2
    assert counts["verdicts"] == sum(one["verdicts"] for one in counts["offices"])
    assert counts["verdicts"] == sum(one["verdicts"] for one in counts["changes"])
    assert json.loads(json.dumps(found.findings)) == list(found.findings)


def test_named_incidents_only(engine: Engine, tmp_path: Path) -> None:
    for ref in ("one", "two"):
        engine.import_timeline(timeline(tmp_path, ref))
    found = engine.what_if(["two"], rules=strict(tmp_path), at=NOW)
    assert found.judged == 1
    assert {row["incident"] for row in found.obligations} == {"two"}
    with pytest.raises(NotFoundError):
        engine.what_if(["three"], rules=strict(tmp_path))


def test_an_hour_before_anything_was_due_nothing_moves(engine: Engine, tmp_path: Path) -> None:
    engine.import_timeline(timeline(tmp_path, "one"))
    early = datetime.fromisoformat("2020-01-02T04:00+08:00")
    assert engine.what_if(rules=strict(tmp_path), at=early).findings == ()


def test_nothing_of_it_is_stored(engine: Engine, tmp_path: Path) -> None:
    engine.import_timeline(timeline(tmp_path, "one"))
    engine.incidents()
    before = tables_of(engine)
    assert engine.what_if(rules=strict(tmp_path)).obligations
    assert engine.what_if(known_on=date(2000, 1, 1)).obligations
    assert tables_of(engine) == before
    assert engine.projection_status().rulebooks == (engine.rulebook.fingerprint,)


def test_a_store_that_was_never_listed_gets_no_lists(file: Path, tmp_path: Path) -> None:
    with Engine.open(f"sqlite:///{file}") as engine:
        engine.import_timeline(timeline(tmp_path, "one"))
        assert engine.what_if(rules=strict(tmp_path)).judged == 1
        with engine._log.reading() as reading:
            names = reading.connection.exec_driver_sql("select name from sqlite_master").scalars().all()
        assert not [name for name in names if name.startswith("view_")]


def test_an_incident_that_cannot_be_read_hides_no_other(engine: Engine, file: Path, tmp_path: Path) -> None:
    for ref in ("one", "two"):
        engine.import_timeline(timeline(tmp_path, ref))
    position = insert(file, "incident/one", "incident.evacuated", b"{}")
    found = engine.what_if(rules=strict(tmp_path), at=NOW)
    assert (found.judged, [p["incident"] for p in found.parked]) == (1, ["one"])
    assert found.parked[0]["position"] == position
    assert {row["incident"] for row in found.obligations} == {"two"}
    with pytest.raises(BrokenDataError):
        engine.what_if(["one"], rules=strict(tmp_path))
    with pytest.raises(BrokenDataError):
        engine.why("one")


def test_something_must_be_tried(engine: Engine) -> None:
    with pytest.raises(UsageError):
        engine.what_if()


def test_rules_as_they_were_known(engine: Engine, tmp_path: Path) -> None:
    engine.import_timeline(timeline(tmp_path, "one", determined=None))
    found = engine.what_if(known_on=date(2000, 1, 1), at=NOW)
    assert {row["after"] for row in (*found.obligations, *found.findings)} == {None}
    book = engine.rulebook
    assert len(found.removed) == sum(map(len, (book.rules, book.tables, book.norms, book.elements)))


def test_under_the_same_rules_nothing_moves_in_a_store(engine: Engine, tmp_path: Path) -> None:
    for ref in ("one", "two"):
        engine.import_timeline(timeline(tmp_path, ref, determined="concealed"))
    same = engine.what_if(known_on=date(9999, 1, 1))
    assert (same.obligations, same.findings, same.before) == ((), (), same.after)


@settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(record=records())
def test_under_the_same_rules_nothing_ever_moves(record: Reading) -> None:
    data = _timeline(record, None, {})
    one, other = judged(data), judged(data, rules=rulebook().known_on(date(9999, 1, 1)))
    mine, its = list(one.obligations().values()), list(other.obligations().values())
    assert list(moved_obligations(mine, its)) == []
    assert list(moved_findings(one.findings(), other.findings(), mine, its)) == []


@settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(record=records(), times=records())
def test_every_difference_is_told_once_and_both_ways(record: Reading, times: Reading) -> None:
    one, other = judged(_timeline(record, None, {})), judged(_timeline(times, None, {}))
    mine, its = list(one.obligations().values()), list(other.obligations().values())
    there, back = list(moved_obligations(mine, its)), list(moved_obligations(its, mine))
    assert {(r["id"], r["before"], r["after"]) for r in there} == {
        (r["id"], r["after"], r["before"]) for r in back
    }
    assert len({r["id"] for r in there}) == len(there)
