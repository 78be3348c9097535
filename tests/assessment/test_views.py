"""The record as one office knew it or as it stood at an instant, and determinations that come later."""

from __future__ import annotations

from typing import Any

from tests.assessment.timelines import instant, judged, rulebook, varied

from emergency.assessment.assess import assess_timeline
from emergency.assessment.timeline import as_known_to, cut
from emergency.domain.times import read_iso

OFFICES: dict[str, Any] = {
    "unit": {"name": "某矿", "tier": "unit", "line": "enterprise", "reports_to": ["county"]},
    "county": {"name": "县局", "tier": "county", "line": "department", "reports_to": ["gov", "city"]},
    "gov": {"name": "县政府", "tier": "county", "line": "government", "reports_to": []},
    "city": {"name": "市局", "tier": "city", "line": "department", "reports_to": []},
}
BASE: dict[str, Any] = {
    "occurred_at": "08:00",
    "offices": OFFICES,
    "record": {"complete_for": ["unit", "county"]},
    "steps": [
        {"id": "s1", "act": "learned", "office": "unit", "at": "08:00"},
        {"id": "s2", "act": "reported", "office": "unit", "to": "county", "channel": "phone", "at": "09:30"},
        {"id": "s3", "act": "forwarded", "office": "county", "to": "city", "channel": "phone", "at": "10:00"},
        {"id": "s4", "act": "forwarded", "office": "county", "to": "gov", "channel": "phone", "at": "12:30"},
    ],
}
RULED_LATE = {"id": "d1", "act": "determined", "office": "gov", "at": "+9 10:00"}
CLEARED = {"id": "d2", "act": "determined", "office": "city", "at": "+20 10:00"}


def _at(clock: str) -> str:
    return str(instant(clock, "2020-03-10"))


def _ruled(*rulings: dict[str, Any]) -> dict[str, Any]:
    return varied(BASE, {"add": list(rulings)})


def test_as_one_office_knew_it_accuses_nobody_of_what_it_did_not_see() -> None:
    """The government was told at 12:30 and knows nothing of what the city was told in time."""
    seen = judged(varied(BASE, {}))
    view = as_known_to(seen.timeline, "test-case/gov")
    findings = assess_timeline(view, seen.directory, rulebook()).findings
    assert [f.id for f in findings if f.office == "test-case/county"] == []
    county = as_known_to(seen.timeline, "test-case/county")
    assert [s.label for s in county.steps] == ["s2", "s3", "s4"]


def test_a_cut_record_judges_what_may_have_happened_by_then() -> None:
    seen = judged(varied(BASE, {}))
    early = cut(seen.timeline, read_iso(instant("09:20", "2020-03-10")).earliest)  # type: ignore[arg-type]
    assert [s.label for s in early.steps] == ["s1"]
    kinds = [f.kind.value for f in assess_timeline(early, seen.directory, rulebook()).findings]
    assert "missed" not in kinds, "the cut is not the end of the record"


def test_a_determination_stands_from_its_own_day() -> None:
    late = {"finding": [{"office": "unit", "kind": "late"}]}
    seen = judged(_ruled(RULED_LATE | late))
    before, after = seen.findings(_at("+5 10:00")), seen.findings(_at("+10 10:00"))
    assert [(f["kind"], f["determination"]) for f in before] == [("late", None)]
    assert [(f["kind"], f["determination"]) for f in after] == [("late", "late")]


def test_the_later_of_two_determinations_stands() -> None:
    late = {"finding": [{"office": "unit", "kind": "late"}, {"office": "unit", "kind": "concealed"}]}
    cleared = {"finding": [{"office": "unit", "kind": "none"}]}
    for rulings in ((RULED_LATE | late, CLEARED | cleared), (CLEARED | cleared, RULED_LATE | late)):
        seen = judged(_ruled(*rulings))
        assert {f["determination"] for f in seen.findings(_at("+10 10:00"))} == {"late", "concealed"}
        assert {f["determination"] for f in seen.findings(_at("+30 10:00"))} == {"rejected"}
