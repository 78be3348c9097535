"""Figures as people type them."""

from __future__ import annotations

from typing import Any

import click
import pytest

from emergency_cli.figures import NAMES, facts_of


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


def test_each_figure_has_a_chinese_name_of_its_own() -> None:
    words = [word for several in NAMES.values() for word in several]
    assert len(words) == len(set(words))


def test_the_figures_are_those_of_the_engine() -> None:
    from emergency.domain.values import MEASURES  # noqa: PLC0415 - only here

    assert tuple(NAMES) == MEASURES
