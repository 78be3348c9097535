"""Real incidents: what the record alone shows, and what people found, against the official findings.

Every expectation of a case file is held against the engine's rows; where nobody was found at fault, a finding that
accuses is a failure. Judging all cases in one store must give the same as each alone.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter

from emergency import yamlfile
from emergency.engine import Engine
from emergency.exchange import case_file
from emergency.exchange.case_file import CaseFile

CASES = sorted((Path(__file__).parent / "cases").glob("*.yaml"))
AT = datetime.fromisoformat("2026-01-01T00:00+08:00")
CLAIMS = {"established", "presumed", "suspected"}
UNDECIDED = {"undetermined", "possibly-late", "open"}

Row = dict[str, Any]
Judged = tuple[list[Row], list[Row]]

_length = TypeAdapter(timedelta)


def length(text: str | None) -> timedelta:
    return _length.validate_python(text) if text else timedelta()


def raw(path: Path) -> dict[str, Any]:
    return yamlfile.read(path).data


def record_alone(data: dict[str, Any]) -> dict[str, Any]:
    """The file without its outcome and without what people determined."""
    bare = copy.deepcopy(data)
    bare["level"] = None
    bare["steps"] = [step for step in bare["steps"] if step["act"] != "determined"]
    return bare


def judged(*files: dict[str, Any]) -> Judged:
    with Engine.open("sqlite://") as engine:
        for data in files:
            case: CaseFile = case_file.CaseFile.model_validate(data)
            engine.import_timeline(case)
        return list(engine.obligations(at=AT).rows), list(engine.findings(at=AT).rows)


@pytest.fixture(scope="module")
def alone() -> dict[str, Judged]:
    return {path.stem: judged(record_alone(raw(path))) for path in CASES}


def expectations(part: str) -> list[Any]:
    return list(_expectations(part))


def _expectations(part: str) -> Iterator[Any]:
    for path in CASES:
        expected = raw(path)["expected"]
        for want in expected.get(part) or []:
            if want.get("certainty", expected["certainty"]) != "low":
                name = f"{path.stem}: {want['office']} {want['kind']} {want.get('step', '')}"
                yield pytest.param(path, want, id=name)


def at_step(obligation: Row, step: str | None) -> bool:
    return step is None or step in (obligation["met_by"], obligation["reached_by"], *obligation["trigger"])


@pytest.mark.parametrize(("path", "want"), expectations("before_determination"))
def test_the_record_alone_shows_what_was_found(path: Path, want: Row, alone: dict[str, Judged]) -> None:
    obligations, findings = alone[path.stem]
    due = [o for o in obligations if o["office_ref"] == want["office"] and at_step(o, want.get("step"))]
    mine = [f for f in findings if f["office_ref"] == want["office"]]
    late = [f for f in mine if f["kind"] == "late" and f["obligation"] in {o["id"] for o in due}]
    accused = [f for f in late if f["status"] in CLAIMS]
    judged_here = {o["state"] for o in due if o["met_by"] == want.get("step")}
    if want["kind"] == "late":
        status = "presumed" if want.get("presumed") == "true" else "established"
        best = max((length(f["late_by"]["at_least"]) for f in late if f["status"] == status), default=None)
        assert best is not None, due
        bounds = want.get("by", {})
        assert length(bounds.get("at_least")) <= best <= length(bounds.get("at_most", "P10000D"))
    elif want["kind"] == "on-time":
        assert judged_here == {"met"}
        assert not accused
    elif want["kind"] == "undetermined":
        assert {o["state"] for o in due} & UNDECIDED
        assert "met" not in judged_here
        assert not accused
    else:
        assert (want["kind"], "suspected") in {(f["kind"], f["status"]) for f in mine}


@pytest.mark.parametrize(("path", "want"), expectations("after_determination"))
def test_what_people_determined_stands_beside(path: Path, want: Row) -> None:
    _, findings = judged(raw(path))
    found = {f["determination"] for f in findings if f["office_ref"] == want["office"]}
    assert want["kind"] in found


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_nobody_else_is_accused(path: Path, alone: dict[str, Judged]) -> None:
    expected = raw(path)["expected"]
    wanted = {
        (want["office"], want["kind"])
        for part in ("before_determination", "after_determination")
        for want in expected.get(part) or []
    }
    accused = {(f["office_ref"], f["kind"]) for f in alone[path.stem][1] if f["status"] in CLAIMS}
    assert accused <= wanted


def test_all_in_one_store_give_the_same(alone: dict[str, Judged]) -> None:
    def signature(findings: list[Row]) -> list[tuple[str, ...]]:
        return sorted((f["incident"], f["office_ref"], f["kind"], f["status"]) for f in findings)

    _, together = judged(*(record_alone(raw(path)) for path in CASES))
    assert signature(together) == signature([f for _, findings in alone.values() for f in findings])
    assert len(CASES) == 22
