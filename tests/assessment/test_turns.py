"""An office that comes to report to others: what was worked out for one day is not taken for another."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from tests.assessment.timelines import judged, recorded, rulebook, varied

from emergency.assessment.assess import assess_timeline
from emergency.domain.offices import Directory, OfficeRegistered, SuperiorChanged, directory_of
from emergency.domain.vocabulary import Line, Tier

TURN = date(2020, 3, 12)
BASE: dict[str, Any] = {
    "occurred_at": "08:00",
    "offices": {
        "unit": {"name": "某矿", "tier": "unit", "line": "enterprise", "reports_to": ["county"]},
        "county": {"name": "县局", "tier": "county", "line": "department", "reports_to": []},
        "other": {"name": "邻县局", "tier": "county", "line": "department", "reports_to": []},
    },
    "steps": [{"id": "s1", "act": "learned", "office": "unit", "at": "08:00"}],
}


def _turning() -> Directory:
    """The unit reports to another county from the day of the turn on."""
    old = [
        OfficeRegistered(
            office="test-case/unit",
            name="某矿",
            tier=Tier.UNIT,
            line=Line.ENTERPRISE,
            reports_to=("test-case/county",),
        ),
        *(
            OfficeRegistered(office=f"test-case/{name}", name=name, tier=Tier.COUNTY, line=Line.DEPARTMENT)
            for name in ("county", "other")
        ),
    ]
    new = SuperiorChanged(office="test-case/unit", since=TURN, reports_to=("test-case/other",))
    return directory_of(recorded([*old, new], "offices"))


def _owed_to(directory: Directory, learned: str, *more: dict[str, Any]) -> set[str]:
    seen = judged(varied(BASE, {"set": {"s1.at": learned}, "add": list(more)}))
    owed = assess_timeline(seen.timeline, directory, rulebook()).obligations
    return {one.recipient.removeprefix("test-case/") for one in owed}


def test_two_incidents_before_and_after_the_turn() -> None:
    directory = _turning()
    assert _owed_to(directory, "08:00") == {"county"}
    assert _owed_to(directory, "+2 08:00") == {"other"}
    assert _owed_to(replace(directory), "+2 08:00") == {"other"}


def test_one_incident_on_both_sides_of_the_turn() -> None:
    """The event was before it, the office knew after it; a later act of another changes nothing."""
    later = {"id": "s2", "act": "learned", "office": "other", "at": "+5 08:00"}
    assert _owed_to(_turning(), "08:00", later) == {"county"}
    assert _owed_to(_turning(), "+2 08:00", later) == {"other"}


def test_the_number_of_the_turn_tells_days_apart() -> None:
    directory = _turning()
    before, after = directory.turn(date(2020, 3, 11)), directory.turn(TURN)
    assert before == directory.turn(date.min) != after == directory.turn(date.max) == directory.turn(None)
