"""A verdict holds under every reading: whatever exact times an imprecise record leaves open, late stays late."""

from __future__ import annotations

import copy
import itertools
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.assessment.timelines import Judged, judged, varied

CHINA = ZoneInfo("Asia/Shanghai")
START = datetime(2020, 3, 10, 8, tzinfo=CHINA)
OFFICES = {
    "unit": {"name": "某矿", "tier": "unit", "line": "enterprise", "reports_to": ["county"]},
    "county": {"name": "县局", "tier": "county", "line": "department", "reports_to": ["city"]},
    "city": {"name": "市局", "tier": "city", "line": "department", "reports_to": []},
}
UP = {"unit": "county", "county": "city"}
Reading = dict[str, Any]


def _iso(minutes: int) -> str:
    return (START + timedelta(minutes=minutes)).isoformat()


@st.composite
def spans(draw: st.DrawFn) -> tuple[int, int] | None:
    """Minutes after the event, from and to; None = no source gives a time."""
    if draw(st.integers(0, 7)) == 0:
        return None
    early = draw(st.integers(0, 30)) * 10
    return early, early + draw(st.sampled_from((0, 0, 1, 10, 30, 60, 120)))


@st.composite
def records(draw: st.DrawFn) -> Reading:
    """A small record: who learned and told whom, at times that are only partly known."""
    steps: list[dict[str, Any]] = []
    acts = draw(
        st.lists(
            st.sampled_from(
                [
                    ("learned", "unit"),
                    ("learned", "unit"),
                    ("reported", "unit"),
                    ("reported", "unit"),
                    ("learned", "county"),
                    ("forwarded", "county"),
                    ("forwarded", "county"),
                    ("followed-up", "unit"),
                    ("withheld", "unit"),
                    ("inquired", "city"),
                    ("not-reported", "unit"),
                ]
            ),
            min_size=2,
            max_size=4,
        )
    )
    for number, (act, office) in enumerate(acts):
        step: dict[str, Any] = {"id": f"s{number}", "act": act, "office": office, "span": draw(spans())}
        if act in ("reported", "forwarded", "followed-up", "not-reported"):
            step |= {"to": UP[office], "channel": draw(st.sampled_from(("phone", "phone", "written")))}
        if act == "inquired":
            step |= {"to": "county", "span": step["span"]}
        if number and draw(st.integers(0, 5)) == 0:
            step["after"] = [f"s{draw(st.integers(0, number - 1))}"]
        steps.append(step)
    complete = draw(st.sampled_from(((), ("unit",), ("unit", "county"))))
    return {"steps": steps, "complete": list(complete)}


def _timeline(record: Reading, exact: dict[str, int] | None, received: dict[str, int]) -> dict[str, Any]:
    steps = []
    for step in copy.deepcopy(record["steps"]):
        span = step.pop("span")
        if exact is not None:
            step["at"] = _iso(exact[step["id"]])
            if step["id"] in received:
                step["received_at"] = _iso(received[step["id"]])
        elif span is None:
            step["at"] = None
        else:
            step["at"] = _iso(span[0]) if span[0] == span[1] else {"from": _iso(span[0]), "to": _iso(span[1])}
        steps.append(step)
    base = {
        "occurred_at": START.isoformat(),
        "record": {"complete_for": record["complete"]},
        "offices": OFFICES,
        "steps": steps,
    }
    return varied(base, {})


OPEN_END = 60 * 30
"""How far a reading goes where no end is on record, in minutes."""


def _corners(record: Reading) -> Iterator[tuple[dict[str, int], dict[str, int]]]:
    """Exact times at the ends of every interval, as far as they agree with what came after what."""
    steps = record["steps"]
    ends = [sorted({0, OPEN_END} if s["span"] is None else set(s["span"])) for s in steps]
    written = [s["id"] for s in steps if s.get("channel") == "written" and s["act"] != "not-reported"]
    for chosen in itertools.product(*ends):
        exact = {s["id"]: at for s, at in zip(steps, chosen, strict=True)}
        if any(exact[s["id"]] < exact[before] for s in steps for before in s.get("after", ())):
            continue
        if any(
            _before_what_it_follows(s, steps, exact) or _against_an_absence(s, steps, exact) for s in steps
        ):
            continue
        latest = {}
        for step in steps:
            if step["id"] in written:
                receiver = step["to"]
                later = [
                    exact[s["id"]]
                    for s in steps
                    if s["office"] == receiver and exact[s["id"]] >= exact[step["id"]]
                ]
                latest[step["id"]] = min(later, default=OPEN_END + 60)
        for received in ({i: exact[i] for i in written}, latest):
            if _in_order(steps, exact, received):
                yield exact, received


def _before_what_it_follows(step: dict[str, Any], steps: list[dict[str, Any]], exact: dict[str, int]) -> bool:
    """A follow-up comes after the office's first report to the same receiver, wherever their times allow it."""
    if step["act"] != "followed-up":
        return False
    firsts = [
        s
        for s in steps
        if s["act"] in ("reported", "forwarded") and (s["office"], s["to"]) == (step["office"], step["to"])
    ]
    if not firsts or exact[step["id"]] >= min(exact[s["id"]] for s in firsts):
        return False
    return step["span"] is None or any(s["span"] is None or step["span"][1] >= s["span"][0] for s in firsts)


def _against_an_absence(step: dict[str, Any], steps: list[dict[str, Any]], exact: dict[str, int]) -> bool:
    """What was stated not to be reported by a time was reported later, wherever the times allow it."""
    if step["act"] not in ("reported", "forwarded", "followed-up"):
        return False
    return any(
        s["act"] == "not-reported"
        and (s["office"], s["to"]) == (step["office"], step["to"])
        and exact[step["id"]] < exact[s["id"]]
        and (step["span"] is None or s["span"] is None or step["span"][1] >= s["span"][0])
        for s in steps
    )


OWN_ACTS = ("reported", "forwarded", "followed-up", "withheld")


def _in_order(steps: list[dict[str, Any]], exact: dict[str, int], received: dict[str, int]) -> bool:
    """Nobody reports or withholds what it came to know only later."""
    for office in OFFICES:
        knew = [exact[s["id"]] for s in steps if s["act"] == "learned" and s["office"] == office]
        knew += [
            received.get(s["id"], exact[s["id"]])
            for s in steps
            if s.get("to") == office and s["act"] in ("reported", "forwarded", "followed-up")
        ]
        acts = [exact[s["id"]] for s in steps if s["office"] == office and s["act"] in OWN_ACTS]
        if knew and acts and min(acts) < min(knew):
            return False
    return True


def _minutes(text: str | None) -> float | None:
    if text is None:
        return None
    days, _, clock = text.removeprefix("P").partition("T")
    total = float(days.rstrip("D") or 0) * 1440
    for unit, worth in (("H", 60.0), ("M", 1.0), ("S", 1 / 60)):
        number, found, rest = clock.partition(unit)
        if found:
            total, clock = total + float(number) * worth, rest
    return total


def _unambiguous(seen: Judged) -> dict[str, dict[str, Any]]:
    return {name: row for name, row in seen.obligations().items() if row["due"]["earliest"] is not None}


@settings(max_examples=400, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(record=records())
def test_a_verdict_holds_under_every_reading(record: Reading) -> None:
    _holds_under_every_reading(record)


@pytest.mark.long
@settings(max_examples=20_000, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(record=records())
def test_a_verdict_holds_under_every_reading_of_many_records(record: Reading) -> None:
    _holds_under_every_reading(record)


def _holds_under_every_reading(record: Reading) -> None:
    verdicts = _unambiguous(judged(_timeline(record, None, {})))
    decided = {name: row for name, row in verdicts.items() if row["state"] in ("late", "met")}
    if not decided:
        return
    for exact, received in _corners(record):
        corner = judged(_timeline(record, exact, received)).obligations()
        for name, row in decided.items():
            told = (name, row["state"], row["late_by"], exact, received)
            assert name in corner, told
            there = corner[name]
            assert there["state"] == row["state"], (told, there["state"], there["late_by"])
            if row["state"] == "late":
                least, most = (_minutes(row["late_by"][end]) for end in ("at_least", "at_most"))
                by = _minutes(there["late_by"]["at_least"])
                assert by is not None
                assert by > 0
                assert least is not None
                assert least <= by, told
                assert most is None or by <= most, told


@settings(max_examples=150, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(record=records())
def test_nothing_that_only_people_can_determine_is_ever_established(record: Reading) -> None:
    seen = judged(_timeline(record, None, {}))
    for finding in seen.all_findings:
        assert finding["kind"] == "late" or finding["status"] == "suspected"
    late = [f for f in seen.findings() if f["kind"] == "late"]
    assert len({f["obligation"] for f in late}) == len(late), "one obligation, at most one late finding"
    suspected = [f for f in seen.findings() if f["kind"] in ("falsified", "concealed")]
    assert len({f["office"] for f in suspected}) == len(suspected), "one suspicion for one matter"


@settings(max_examples=150, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(record=records(), order=st.randoms(use_true_random=False))
def test_the_order_of_the_steps_is_no_evidence(record: Reading, order: Any) -> None:  # noqa: ANN401 - a Random
    timeline = _timeline(record, None, {})
    shuffled = copy.deepcopy(timeline)
    order.shuffle(shuffled["steps"])
    one, other = judged(timeline), judged(shuffled)
    keys = ("state", "due", "late_by", "met_at")
    assert {n: [r[k] for k in keys] for n, r in one.obligations().items()} == {
        n: [r[k] for k in keys] for n, r in other.obligations().items()
    }
    assert one.found() == other.found()
