"""Every example of the packaged rules comes out as it says; a wrong one does not."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

import pytest

from emergency.assessment.examples import Tried, run_examples
from emergency.rulebook import Example, Modality, Rule, Value, limits, load

BOOK = load()
EVERY = [
    pytest.param(rule, number, id=f"{rule.id}#{number}")
    for rule in BOOK.rules
    for number in range(1, len(rule.examples) + 1)
]


@cache
def _tried(rule: Rule) -> tuple[Tried, ...]:
    return tuple(run_examples(BOOK, [rule]))


@pytest.mark.parametrize(("rule", "number"), EVERY)
def test_an_example_comes_out_as_it_says(rule: Rule, number: int) -> None:
    tried = _tried(rule)[number - 1]
    assert tried.passed, f"came out {tried.came}: {tried.reason.en if tried.reason else ''}"


FORMS = {
    next(f for f in limits.FORMS if getattr(value.limit, f)): rule
    for rule in BOOK.rules
    for value in rule.values.values()
    if isinstance(value, Value) and rule.examples and rule.modality is Modality.MUST and rule.to.named is None
}


@pytest.mark.parametrize("rule", FORMS.values(), ids=FORMS.keys())
def test_an_example_that_says_otherwise_fails(rule: Rule) -> None:
    """One rule of each form of limit, each of its examples turned into a wrong one."""
    wrong = tuple(
        one.model_copy(
            update={
                "then": {day: _flipped(then) for day, then in one.then.items()}
                if isinstance(one.then, Mapping)
                else _flipped(one.then)
            }
        )
        for one in rule.examples
    )
    tried = list(run_examples(BOOK, [rule.model_copy(update={"examples": wrong})]))
    assert len(tried) == len(wrong)
    assert not any(one.passed for one in tried)


def _flipped(then: str) -> str:
    return "late" if then == "met" else "met"


def _came(rule: str, *examples: dict[str, Any], **changes: Any) -> list[str]:  # noqa: ANN401 - any field
    read = tuple(Example.model_validate({"then": "met", **example}) for example in examples)
    changed = BOOK.rule(f"cn/national/{rule}").model_copy(update={"examples": read, **changes})
    return [
        tried.came if isinstance(tried.came, str) else "by day" for tried in run_examples(BOOK, [changed])
    ]


def test_a_limit_runs_from_what_starts_its_clock() -> None:
    assert _came(
        "work-safety/unit-to-county",
        {"starts": "2014-04-07T10:00", "sent": "2014-04-07T11:00"},
        {"starts": "2014-04-07T10:00", "sent": "2014-04-07T11:00:01"},
        {"starts": "2014-04-07T10:00+09:00", "sent": "2014-04-07T10:01"},
        {"starts": "2014-04-07T10:00"},
    ) == ["met", "late", "late", "overdue"]


def test_the_day_of_effect_decides_whether_there_is_a_duty() -> None:
    assert _came(
        "work-safety/unit-to-county",
        {"starts": "2007-05-31T23:59", "sent": "2007-06-01T02:00"},
        {"starts": "2007-06-01T00:00", "sent": "2007-06-01T02:00"},
    ) == ["none", "late"]


def test_a_duty_at_once_is_met_or_open() -> None:
    assert _came(
        "work-safety/department-to-own-government",
        {"starts": "2014-04-07T10:00", "sent": "2014-04-08T10:00"},
        {"starts": "2014-04-07T10:00"},
    ) == ["met", "open"]


def test_figures_are_held_and_reach_a_level_or_do_not() -> None:
    late = {"starts": "2014-04-07T10:00", "sent": "2014-04-07T12:01"}
    assert _came(
        "work-safety/department-city-to-province",
        {**late, "facts": {"deaths": "3"}},
        {**late, "facts": {"deaths": "2"}},
        {**late, "facts": {"loss_yuan": "10000000"}},
        late,
    ) == ["late", "undetermined", "late", "undetermined"]


def test_what_the_office_held_only_later_starts_the_clock_later() -> None:
    assert _came(
        "work-safety/department-city-to-province",
        {
            "learned": "2014-04-07T08:00",
            "starts": "2014-04-07T10:00",
            "sent": "2014-04-07T12:00",
            "facts": {"deaths": "3"},
        },
    ) == ["met"]


def test_a_written_report_is_met_in_writing_only() -> None:
    sent = {"starts": "2020-04-07T10:00", "sent": "2020-04-07T11:00"}
    said = _came(
        "work-safety/province-to-ministry-in-writing",
        {**sent, "facts": {"deaths": "10"}},
        {**sent, "facts": {"deaths": "10"}, "channel": "phone"},
    )
    assert said == ["met", "open"]


def test_time_lost_before_the_office_knew_is_not_its_own() -> None:
    assert _came(
        "disaster/county-to-city",
        {"starts": "2021-04-07T10:00", "learned": "2021-04-07T11:30", "sent": "2021-04-07T13:30"},
        {"starts": "2021-04-07T10:00", "learned": "2021-04-07T11:30", "sent": "2021-04-07T13:31"},
    ) == ["met", "late"]


def test_a_local_rule_is_judged_in_its_own_place_and_nowhere_else() -> None:
    rule = next(rule for rule in BOOK.rules if rule.id.endswith("chunan/unit-to-party-office"))
    day = next(iter(rule.values))
    at = {"starts": f"{day}T10:00", "sent": f"{day}T10:01", "then": "met"}
    examples = tuple(Example.model_validate(e) for e in (at, {**at, "division": "330128"}))
    said = [tried.came for tried in run_examples(BOOK, [rule.model_copy(update={"examples": examples})])]
    assert said == ["met", "none"]


def test_what_came_out_says_why() -> None:
    tried: Tried
    rule = BOOK.rule("cn/national/work-safety/department-city-to-province")
    example = Example.model_validate({"starts": "2014-04-07T10:00", "then": "late"})
    (tried,) = run_examples(BOOK, [rule.model_copy(update={"examples": (example,)})])
    assert not tried.passed
    assert (tried.name, tried.came) == (f"{rule.id}#1", "undetermined")
    assert tried.reason is not None
    assert "level" in tried.reason.en
