"""The cases in ``cases/``: what a case officer would write, and exactly what must come out.

``expected`` of a variant names obligations (``unit>county: {state: late, due: "09:00", …}``; null = there is none)
and lists the findings: exactly these, no others. ``at`` judges at an instant instead of in the end.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from tests.assessment.timelines import Judged, instant, judged, varied

from emergency import yamlfile

CASES = sorted(Path(__file__).with_name("cases").glob("*.yaml"))


def _variants() -> Iterator[Any]:
    for path in CASES:
        data: Any = yamlfile.read(path).data
        for variant in data["variants"]:
            yield pytest.param(data["base"], variant, id=f"{path.stem}: {variant['name']}")


def _both(value: Any, day: str) -> dict[str, Any]:  # noqa: ANN401 - whatever the file says
    """One time for both ends, or a list of earliest and latest, as a row has them."""
    ends = value if isinstance(value, list) else [value, value]
    written = [None if end is None else instant(end, day) for end in ends]
    return {
        "earliest": written[0] and _with_seconds(written[0]),
        "latest": written[1] and _with_seconds(written[1]),
    }


def _with_seconds(text: str) -> str:
    return text if text.count(":") == 3 else text.replace("+08:00", ":00+08:00")


def _span(value: Any) -> dict[str, Any]:  # noqa: ANN401 - whatever the file says
    ends = value if isinstance(value, list) else [value, value]
    return {"at_least": ends[0], "at_most": ends[1]}


def _seen(row: Mapping[str, Any], key: str) -> Any:  # noqa: ANN401 - a value of a row
    if key in ("grounds", "has", "lacks"):
        return sorted(ground["rule"].removeprefix("cn/") for ground in row["grounds"])
    if key == "reason":
        return (row["reason"] or {}).get("en")
    return row[key]


def _check_obligation(row: Mapping[str, Any], name: str, wanted: Mapping[str, Any], day: str) -> None:
    for key, value in wanted.items():
        if key in ("due", "met_at"):
            assert row[key] == _both(value, day), (name, key)
        elif key == "late_by":
            assert row[key] == (None if value is None else _span(value)), (name, key)
        elif key == "grounds":
            assert _seen(row, key) == sorted(value), (name, key)
        elif key == "has":
            assert set(value) <= set(_seen(row, key)), (name, key)
        elif key == "lacks":
            assert set(value).isdisjoint(_seen(row, key)), (name, key)
        elif key == "reason":
            assert value in (_seen(row, key) or ""), (name, key)
        else:
            assert row[key] == value, (name, key)


def _check_findings(seen: Judged, wanted: list[str], at: str | None) -> None:
    split = [words.partition(" = ") for words in wanted]
    assert seen.found(at) == sorted(words for words, _, _ in split)
    for words, _, could_be in split:
        if could_be:
            assert [f["could_be"] for f in _of(seen, words, at)] == [could_be.split(" or ")]


def _of(seen: Judged, words: str, at: str | None) -> list[dict[str, Any]]:
    """The findings of an office and a kind, such as ``unit>county missed``."""
    office, kind = words.split(" ")[:2]
    wanted = (office.partition(">")[0], kind)
    return [f for f in seen.findings(at) if (f["office_ref"], f["kind"]) == wanted]


def _check(seen: Judged, expected: Mapping[str, Any], day: str, at: str | None) -> None:
    obligations = seen.obligations(at)
    for name, wanted in (expected.get("obligations") or {}).items():
        if wanted is None:
            assert name not in obligations
        else:
            _check_obligation(obligations[name], name, wanted, day)
    if "findings" in expected:
        _check_findings(seen, expected["findings"] or [], at)
    for words, steps in (expected.get("evidence") or {}).items():
        assert [set(f["evidence"]) for f in _of(seen, words, at)] == [set(steps)]
    if "determined" in expected:
        rows = [f for f in seen.findings(at) if f["determination"] is not None]
        said = [f"{f['office_ref']} {f['kind']} {f['status']}: {f['determination']}" for f in rows]
        assert sorted(said) == sorted(expected["determined"])
    remarks = [remark.words.en for remark in seen.assessment.remarks]
    for words in expected.get("remarks") or ():
        assert any(words in one for one in remarks)


@pytest.mark.parametrize(("base", "variant"), list(_variants()))
def test_case(base: dict[str, Any], variant: dict[str, Any]) -> None:
    data = varied(base, variant)
    at = variant.get("at")
    _check(judged(data), variant["expected"], data["day"], None if at is None else instant(at, data["day"]))


def test_every_case_says_what_it_expects() -> None:
    """A misspelt key in a case would be a test that tests nothing."""
    for path in CASES:
        data: Any = yamlfile.read(path).data
        assert set(data) <= {"about", "base", "variants"}, path.name
        names = [variant["name"] for variant in data["variants"]]
        assert len(names) == len(set(names)), path.name
        for variant in data["variants"]:
            keys = {"name", "why", "set", "without", "add", "logged", "at", "expected"}
            assert set(variant) <= keys, (path.name, variant["name"])
            allowed = {"obligations", "findings", "evidence", "determined", "remarks"}
            assert set(variant["expected"]) <= allowed, (path.name, variant["name"])
            assert variant["expected"], (path.name, variant["name"])
