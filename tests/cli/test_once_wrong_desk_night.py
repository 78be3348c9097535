"""Mistakes that a night at the desk once brought to light."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

import pytest
from tests.cli.conftest import Type

DEPARTMENT = "xs-em"


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_duty_that_surely_applies_is_no_conditional_one_for_a_stricter_limit_that_may(
    on_duty: Type, lang: str
) -> None:
    """The entry screen, the guide and the list say the same: owed, the strictest limit, and otherwise by when."""
    ran = on_duty(
        "--lang", lang, "learn", "--new", "河水污染", "--kind", "water-pollution", "--place", "响水",
        "--office", DEPARTMENT,
    )  # fmt: skip
    assert ran.code == 0, ran.err
    said = "".join(ran.out.split())
    assert ("否则" if lang == "zh" else "otherwiseby") in said
    order = [said.index(name) for name in ("(yc-em)", "(xiangshui)", "(js)")]
    assert order == sorted(order), "what only may apply comes last"
    rows = json.loads(on_duty("next", DEPARTMENT, "--format", "json").out)["rows"]
    later = [row for row in rows if row["surely_by"]]
    assert later
    for row in later:
        assert row["applies"] == "surely"
        by, surely = (datetime.fromisoformat(row[key]) for key in ("by", "surely_by"))
        assert surely - by == timedelta(hours=2)
    listed = "".join(on_duty("--lang", lang, "next", DEPARTMENT).out.split())
    assert ("否则" if lang == "zh" else "otherwiseby") in listed


@pytest.mark.parametrize(
    ("said", "kind", "category"),
    [
        ("居民住宅火灾", "residential-fire", "accident"),
        ("flood", "flood", "natural-disaster"),
        ("food-poisoning", "food-poisoning", "public-health"),
        ("动物疫情", "animal-epidemic", "public-health"),
        ("奇怪的事", "奇怪的事", "accident"),
    ],
)
def test_an_entry_takes_the_kind_for_what_the_guide_takes_it_for(
    on_duty: Type, said: str, kind: str, category: str
) -> None:
    """A kind in Chinese, or of another category than accidents, was judged by the rules of something else."""
    asked = json.loads(on_duty("guide", said, "--division", "320921", "--format", "json").out)
    ran = on_duty(
        "learn", "--new", "一起", "--kind", said, "--place", "某处", "--division", "320921", "--format", "json"
    )
    entered = json.loads(ran.out)
    keys = ("recipient", "stage", "channel", "applies", "citation", "at_once")
    mine = {tuple(row[key] for key in keys) for row in asked["rows"] if row["recipient"]}
    assert mine == {tuple(row[key] for key in keys) for row in entered["due"]}
    (row,) = json.loads(on_duty("list", "--format", "json").out)["rows"]
    assert (row["kind"], row["category"]) == (kind, category)
    if asked["answer"] != "not-known":
        assert asked["category"] == category


def test_a_category_that_was_given_stands(on_duty: Type) -> None:
    words = ("learn", "--new", "一起", "--kind", "flood", "--category", "accident", "--place", "某处")
    assert on_duty(*words).code == 0
    (row,) = json.loads(on_duty("list", "--format", "json").out)["rows"]
    assert (row["kind"], row["category"]) == ("flood", "accident")
