"""Figures as people type them."""

from __future__ import annotations

from typing import Any

import click
import pytest

from emergency_cli.figures import NAMES, OTHERS, facts_of, level_of, others_of


def _n(value: int, *, about: bool = False) -> dict[str, Any]:
    return {"value": value, "about": about}


@pytest.mark.parametrize(
    ("word", "name", "count"),
    [
        ("死=6", "deaths", _n(6)),
        ("死亡=0", "deaths", _n(0)),
        ("死＝１２", "deaths", _n(12)),
        ("deaths=6", "deaths", _n(6)),
        ("失踪=3人", "missing", _n(3)),
        ("被困=约20", "trapped", _n(20, about=True)),
        ("被困=20左右", "trapped", _n(20, about=True)),
        ("at-risk=~5", "at_risk", _n(5, about=True)),
        ("重伤=1,200", "seriously_injured", _n(1200)),
        ("损失(元)=500万", "loss_yuan", _n(5_000_000)),
        ("损失=1.2亿元", "loss_yuan", _n(120_000_000)),
    ],
)
def test_a_figure(word: str, name: str, count: dict[str, Any]) -> None:
    assert facts_of([word])[name] == count


def test_being_verified_is_no_number() -> None:
    assert facts_of(["死=?", "失联=核实中", "伤=3"]) == {
        "verifying": ["deaths", "missing"],
        "injured": _n(3),
    }


def test_a_level() -> None:
    assert facts_of(["级别=较大"])["level"] == "III"
    assert facts_of(["level=Ⅱ"])["level"] == "II"


def test_putting_right_starts_from_what_was_said() -> None:
    said = {"deaths": 6, "injured": 3, "verifying": ["missing"]}
    assert facts_of(["死=", "失联=2"], said) == {"injured": 3, "missing": _n(2), "verifying": []}


@pytest.mark.parametrize("word", ["死", "死=", "死=-1", "死=六", "死=1.5", "死=6.55万亿", "伤员=1", "=3"])
def test_what_is_no_figure(word: str) -> None:
    with pytest.raises(click.UsageError):
        facts_of([word])


@pytest.mark.parametrize(
    ("word", "name", "count"),
    [
        ("sick=12", "sick", _n(12)),
        ("Burnt-Hectares=约120", "burnt_hectares", _n(120, about=True)),
        ("滞留＝１２０左右", "stranded", _n(120, about=True)),
        ("participants=1.2万人", "participants", _n(12_000)),
    ],
)
def test_another_figure(word: str, name: str, count: dict[str, Any]) -> None:
    assert others_of([word]) == {name: count}


def test_other_figures_are_put_right_one_by_one() -> None:
    assert others_of(["sick=", "stranded=2"], {"sick": 3, "stranded": 1, "participants": 9}) == {
        "stranded": _n(2),
        "participants": 9,
    }


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["deaths=3"], "write deaths=NUMBER without --figure"),
        (["死=3"], "write 死=NUMBER without --figure"),
        (["sick"], "write NAME=NUMBER"),
        (["=3"], "write NAME=NUMBER"),
        (["sick="], "is no number"),
        (["sick=?"], "Write digits like 6, or 约20"),
        (["sick=many"], "is no number"),
        (["sick=1.5"], "whole number"),
        (["sick=1", "患病=2"], "already said"),
    ],
)
def test_what_is_no_other_figure(words: list[str], said: str) -> None:
    with pytest.raises(click.UsageError, match=said):
        others_of(words)


def test_a_level_by_itself() -> None:
    assert [level_of(word, word) for word in ("重大", "Ⅲ级", "iv", " ")] == ["II", "III", "IV", None]
    with pytest.raises(click.UsageError, match="the levels are I, II, III, IV"):
        level_of("grave", "grave")


def test_each_figure_has_a_chinese_name_of_its_own() -> None:
    words = [*OTHERS, *OTHERS.values(), *NAMES, *(word for several in NAMES.values() for word in several)]
    assert len(words) == len(set(words))


def test_the_figures_are_those_of_the_engine() -> None:
    from emergency.domain.values import MEASURES  # noqa: PLC0415 - only here

    assert tuple(NAMES) == MEASURES
