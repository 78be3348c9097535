"""A later report is called late only where it is late under every reading of the times on record."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.assessment.test_later import BASE, DAILY, FINAL, SAME_DAY, TWICE, rule, under
from tests.assessment.timelines import judged, varied

from emergency.rulebook import Rule

START = datetime(2020, 3, 10, 9, tzinfo=ZoneInfo("Asia/Shanghai"))
RULES = (
    DAILY,
    TWICE,
    SAME_DAY,
    FINAL,
    rule(limit={"every": "PT24H"}),
    rule(limit={"daily_by": "09:00"}),
    rule(limit={"within": "PT20H"}, clock="first-report"),
    rule(stage="final", limit={"within": "P2D"}, clock="last-report"),
    rule(stage="supplement", limit={"within": "PT2H"}, clock="changed"),
)
Steps = list[dict[str, Any]]


@st.composite
def steps(draw: st.DrawFn) -> Steps:
    """What the county did in the three days after its first report, at times that are only partly known."""
    found = []
    acts = draw(
        st.lists(st.sampled_from(("followed-up", "followed-up", "learned", "final-report")), max_size=3)
    )
    for number, name in enumerate((*acts, "stabilised")):
        early = draw(st.integers(1, 36)) * 120 + 7  # no midnight, which would be of either day
        late = early + draw(st.sampled_from((0, 0, 60, 600, 1600)))
        step: dict[str, Any] = {"id": f"x{number}", "act": name, "office": "county", "span": (early, late)}
        if name == "learned":
            step["facts"] = {"deaths": str(draw(st.integers(1, 3)))}
        elif name != "stabilised":
            to = draw(st.sampled_from(("city", "city", "city", None)))
            step |= {"to": to, "channel": "phone"}
        found.append(step)
    return found


def _at(minutes: int) -> str:
    return (START + timedelta(minutes=minutes)).isoformat()


def _written(listed: Steps, ends: tuple[int, ...] | None) -> Steps:
    """The steps with their spans, or each at one exact time."""
    written = []
    for number, step in enumerate(listed):
        early, late = step["span"]
        at: Any = {"from": _at(early), "to": _at(late)} if early != late else _at(early)
        written.append(
            {**{k: v for k, v in step.items() if k != "span"}, "at": _at(ends[number]) if ends else at}
        )
    return written


def _accused(one: Rule, listed: Steps, ends: tuple[int, ...] | None) -> list[str]:
    found = judged(varied(BASE, {"add": _written(listed, ends)}), rules=under(one)).found()
    return [words for words in found if words.endswith(("late established", "late presumed"))]


def _corners(listed: Steps) -> Iterator[tuple[int, ...]]:
    return itertools.product(*(sorted({*step["span"], sum(step["span"]) // 2}) for step in listed))


@settings(max_examples=250, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(one=st.sampled_from(RULES), listed=steps())
def test_nobody_is_late_who_was_not_under_some_reading(one: Rule, listed: Steps) -> None:
    if _accused(one, listed, None):
        for ends in _corners(listed):
            assert _accused(one, listed, ends), ends


@settings(max_examples=100, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(one=st.sampled_from(RULES), listed=steps(), order=st.randoms(use_true_random=False))
def test_the_order_of_the_steps_is_no_evidence(one: Rule, listed: Steps, order: Any) -> None:  # noqa: ANN401 - a Random
    shuffled = list(listed)
    order.shuffle(shuffled)
    assert _accused(one, listed, None) == _accused(one, shuffled, None)
