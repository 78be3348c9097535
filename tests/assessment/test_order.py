"""The order of steps in a file is no evidence: whatever it is, the same rows come out."""

from __future__ import annotations

import itertools
import random
import time
from typing import Any

import pytest
from tests.assessment.timelines import Judged, judged, varied

from emergency.assessment.knowledge import evidence_of

OFFICES = {
    "unit": {"name": "某矿", "tier": "unit", "line": "enterprise", "reports_to": ["county"]},
    "county": {"name": "县局", "tier": "county", "line": "department", "reports_to": ["county-gov", "city"]},
    "county-gov": {"name": "县政府", "tier": "county", "line": "government", "reports_to": []},
    "city": {"name": "市局", "tier": "city", "line": "department", "reports_to": ["province"]},
    "province": {"name": "省厅", "tier": "province", "line": "department", "reports_to": []},
}
LEARNED: dict[str, Any] = {
    "id": "l",
    "act": "learned",
    "office": "unit",
    "at": "08:00",
    "facts": {"deaths": "1"},
}
REPORTED: dict[str, Any] = {
    "id": "r",
    "act": "reported",
    "office": "unit",
    "to": "county",
    "channel": "phone",
    "at": "09:20",
}
PASSED_ON: dict[str, Any] = {
    "id": "f",
    "act": "forwarded",
    "office": "county",
    "to": "city",
    "channel": "phone",
    "at": "12:00",
}
RECORDS: dict[str, list[dict[str, Any]]] = {
    "two figures learned in the same minute": [
        LEARNED,
        {**LEARNED, "id": "m", "facts": {"deaths": "5"}},
        {**REPORTED, "facts": {"deaths": "2"}},
        PASSED_ON,
    ],
    "two reports in the same minute, of different figures": [
        LEARNED,
        {**REPORTED, "facts": {"deaths": "3"}},
        {**REPORTED, "id": "q", "to": "city", "facts": {"deaths": "5"}},
        PASSED_ON,
    ],
    "withheld, reported and verified in the same minute": [
        LEARNED,
        {**REPORTED, "facts": {"deaths": "1"}},
        {"id": "w", "act": "withheld", "office": "unit", "at": "09:20", "facts": {"deaths": "2"}},
        {"id": "v", "act": "verified", "office": "city", "at": "09:20", "facts": {"deaths": "4"}},
    ],
    "a figure that reaches a level, from two sources at once": [
        {**LEARNED, "id": "c", "office": "city"},
        {**LEARNED, "id": "d", "office": "city", "at": "09:00", "facts": {"deaths": "3"}},
        {**PASSED_ON, "at": "09:00", "facts": {"deaths": "4"}},
        {**REPORTED, "office": "city", "to": "province", "at": "15:00"},
    ],
    "undated, one after the other": [
        {**LEARNED, "at": None, "before": ["i"]},
        {"id": "i", "act": "inquired", "office": "city", "to": "county", "at": "10:00"},
        {**REPORTED, "at": None, "after": ["i"]},
        {**PASSED_ON, "at": None, "after": ["r"]},
    ],
    "each after the other": [
        {**LEARNED, "at": None, "after": ["r"]},
        {**REPORTED, "at": None, "after": ["l"]},
        PASSED_ON,
    ],
}


def _judged(steps: list[dict[str, Any]], **more: Any) -> Judged:  # noqa: ANN401 - keys of a case
    return judged(varied({"occurred_at": "08:00", "offices": OFFICES, "steps": steps, **more}, {}))


def _rows(seen: Judged) -> tuple[list[str], list[str]]:
    found = [
        (f["id"], f["status"], f["late_by"], f["holds_from"], f["holds_until"]) for f in seen.all_findings
    ]
    owed = [
        (o["id"], o["state"], o["due"], o["met_at"], o["late_by"], o["holds_from"], o["holds_until"])
        for o in seen.all_obligations
    ]
    return sorted(map(str, found)), sorted(map(str, owed))


@pytest.mark.parametrize("name", RECORDS)
def test_any_order_gives_the_same(name: str) -> None:
    given = _rows(_judged(RECORDS[name]))
    for order in itertools.permutations(RECORDS[name]):
        assert _rows(_judged(list(order))) == given


def test_two_hundred_undated_steps_in_any_order() -> None:
    """A chain of follow-ups, each known only to come after the one before, takes no time worth speaking of."""
    chain: list[dict[str, Any]] = [
        {**REPORTED, "id": f"x{i}", "act": "followed-up", "at": None, "after": [f"x{i - 1}" if i else "r"]}
        for i in range(200)
    ]
    steps: list[dict[str, Any]] = [LEARNED, REPORTED, *chain]
    began = time.perf_counter()
    given = _rows(_judged(steps))
    assert time.perf_counter() - began < 10
    random.Random(1).shuffle(steps)  # noqa: S311 - a shuffle, not a secret
    assert _rows(_judged(steps)) == given
    assert _judged(steps).found() == ["unit>county late established"]


def test_a_receipt_that_a_source_puts_before_its_own_sending_dates_no_knowledge() -> None:
    """What the city said is put after a letter of two hours later, and lies before the event."""
    record = {
        "occurred_at": "08:00",
        "offices": {
            "county": {"name": "县局", "tier": "county", "line": "department", "reports_to": ["city"]},
            "city": {"name": "市局", "tier": "city", "line": "department", "reports_to": []},
        },
        "steps": [
            {
                "id": "letter",
                "act": "reported",
                "office": "county",
                "to": "city",
                "channel": "written",
                "at": "09:00",
            },
            {
                "id": "answer",
                "act": "notified",
                "office": "city",
                "to": "county",
                "at": "07:00",
                "after": "letter",
            },
        ],
    }
    timeline = judged(varied(record, {})).timeline
    letter = next(s for s in timeline.steps if s.ref == "letter")
    receipt = timeline.received(letter, letter.to[0])
    assert receipt.earliest is not None
    assert receipt.latest is not None
    assert receipt.latest < receipt.earliest
    (told,) = evidence_of(timeline, letter.to[0])
    assert (told.at.earliest, told.at.latest) == (timeline.occurred.earliest, None)
