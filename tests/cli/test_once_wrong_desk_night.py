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
        "learn",
        "--new",
        "一起",
        "--kind",
        said,
        "--place",
        "某处",
        "--division",
        "320921",
        "--format",
        "json",
    )
    entered = json.loads(ran.out)
    keys = ("recipient", "stage", "channel", "applies", "citation", "at_once")
    mine = {tuple(row[key] for key in keys) for row in asked["rows"] if row["recipient"]}
    assert mine == {tuple(row[key] for key in keys) for row in entered["due"]}
    (row,) = json.loads(on_duty("list", "--format", "json").out)["rows"]
    assert (row["kind"], row["category"]) == (kind, category)
    if asked["answer"] != "not-known":
        assert asked["category"] == category


def test_a_home_that_is_none_hinders_nobody_who_says_who_he_is(
    type_in: Type, env: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Services have such homes: /dev/null."""
    del env
    monkeypatch.delenv("EMERGENCY_CONFIG")
    monkeypatch.setenv("HOME", "/dev/null")
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    monkeypatch.delenv("XDG_DATA_HOME", raising=False)
    assert "yours to report" in type_in("guide", "fire", "--tier", "county", "--line", "government").out
    refused = type_in("drill", "start", "chlorine-leak")
    assert refused.code == 3
    assert "--folder" in refused.err


def test_an_amended_kind_is_taken_for_what_it_is(on_duty: Type) -> None:
    assert on_duty("learn", "--new", "一起", "--kind", "奇怪的事", "--place", "某处").code == 0
    assert on_duty("amend", "-", "1", "kind=居民住宅火灾", "--why", "查明").code == 0
    (row,) = json.loads(on_duty("list", "--format", "json").out)["rows"]
    assert row["kind"] == "residential-fire"


def test_a_promise_is_due_when_its_words_come_next(on_duty: Type) -> None:
    """``晚上8点`` was yesterday's, and ``明天早上8点`` in the small hours today's: overdue at once, or a day early."""
    assert on_duty("shift", "start", "--at", "2026-11-20 14:00", "--until", "晚上8点").code == 0
    said = on_duty(
        "shift", "handover", "--to", "X18", "--at", "2026-11-20 15:00", "--promised", "续报", "晚上8点",
        "--format", "json",
    )  # fmt: skip
    assert said.code == 0, said.err
    assert '"2026-11-20T20:00:00+08:00"' in said.out


def test_a_handover_names_what_would_have_to_be_so(on_duty: Type) -> None:
    assert on_duty("use", DEPARTMENT, "--as", "duty", "--officer", "X17").code == 0
    assert on_duty("learn", "--new", "河水污染", "--kind", "water-pollution", "--place", "响水").code == 0
    assert on_duty("shift", "start").code == 0
    out = "".join(on_duty("shift", "handover", "--to", "X18").out.split())
    assert "江苏省人民政府firstreport[ifthelevelisI,II(notestablished)]" in out
    assert "otherwiseby" in out


def test_a_category_that_was_given_stands(on_duty: Type) -> None:
    words = ("learn", "--new", "一起", "--kind", "flood", "--category", "accident", "--place", "某处")
    assert on_duty(*words).code == 0
    (row,) = json.loads(on_duty("list", "--format", "json").out)["rows"]
    assert (row["kind"], row["category"]) == ("flood", "accident")
