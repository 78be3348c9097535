"""Levels from figures: both sides of every threshold, and never lower for a higher figure."""

from __future__ import annotations

from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emergency.domain.vocabulary import LEVELS_RISING, Category, Level
from emergency.errors import BrokenDataError
from emergency.rulebook import LevelTable, Measure, Rulebook, Thresholds, load

from .bench import NAME, RULE, write

BOOK = load()
EDGES = [
    pytest.param(table, day, measure, level, bound, id=f"{table.id} {day} {measure} {level}")
    for table in BOOK.tables
    for day, value in table.values.items()
    if isinstance(value, Thresholds)
    for measure, bounds in value.thresholds.items()
    for level in (Level.I, Level.II, Level.III)
    if (bound := getattr(bounds, level)) is not None
]
KINDS = {
    "cn/levels/work-safety": (Category.ACCIDENT, "coal-mine"),
    "cn/levels/environment": (Category.ACCIDENT, "water-pollution"),
    "cn/levels/earthquake": (Category.NATURAL_DISASTER, "earthquake"),
}
DAY = date(2020, 1, 1)


def _level(table: str, day: date, measures: dict[str, int]) -> Level:
    category, kind = KINDS[table]
    graded = BOOK.lowest_level(category=category, kind=kind, day=day, measures=measures)
    assert graded is not None
    assert graded.table.id == table
    return graded.level


@pytest.mark.parametrize(("table", "day", "measure", "level", "bound"), EDGES)
def test_a_threshold_includes_its_own_number(
    table: LevelTable, day: date, measure: str, level: Level, bound: int
) -> None:
    value = table.value_on(day)
    assert value is not None
    assert value.reached({measure: bound}) is level
    below = value.reached({measure: bound - 1})
    assert LEVELS_RISING.index(below) < LEVELS_RISING.index(level)


@pytest.mark.parametrize(
    ("measure", "figures"),
    [
        ("dead_or_missing", (30, 10, 3)),
        ("seriously_injured", (100, 50, 10)),
        ("loss_yuan", (100_000_000, 50_000_000, 10_000_000)),
    ],
)
def test_order_493_article_3(measure: str, figures: tuple[int, int, int]) -> None:
    for level, figure in zip((Level.I, Level.II, Level.III), figures, strict=True):
        assert _level("cn/levels/work-safety", DAY, {measure: figure}) is level
    assert _level("cn/levels/work-safety", DAY, {measure: figures[2] - 1}) is Level.IV


def test_the_gravest_measure_decides() -> None:
    figures = {"dead_or_missing": 2, "seriously_injured": 50, "loss_yuan": 1}
    assert _level("cn/levels/work-safety", DAY, figures) is Level.II


def test_nothing_known_is_at_least_ordinary_where_a_table_applies(rulebook: Rulebook) -> None:
    assert _level("cn/levels/work-safety", DAY, {}) is Level.IV
    assert rulebook.lowest_level(category=Category.SOCIAL_SECURITY, kind="x", day=DAY, measures={}) is None


def test_before_its_day_a_table_grades_nothing(rulebook: Rulebook) -> None:
    def graded(day: date) -> object:
        return rulebook.lowest_level(
            category=Category.ACCIDENT, kind="coal-mine", day=day, measures={"dead_or_missing": 30}
        )

    assert graded(date(2007, 5, 31)) is None
    assert graded(date(2007, 6, 1)) is not None


def test_the_plan_of_2014_changed_what_three_deaths_by_pollution_weigh() -> None:
    table = "cn/levels/environment"
    assert _level(table, date(2014, 12, 28), {"dead_or_missing": 3}) is Level.II
    assert _level(table, date(2014, 12, 29), {"dead_or_missing": 3}) is Level.III


def test_a_level_says_whether_anybody_read_its_table(rulebook: Rulebook) -> None:
    def graded(*, confirmed_only: bool) -> bool | None:
        found = rulebook.lowest_level(
            category=Category.PUBLIC_HEALTH,
            kind="food-safety",
            day=DAY,
            measures={"dead_or_missing": 300},
            confirmed_only=confirmed_only,
        )
        return None if found is None else found.value.confirmed

    assert graded(confirmed_only=False) is False
    assert graded(confirmed_only=True) is None


TABLE = """\
title: {{zh: 分级, en: Levels}}
categories: [accident]
values:
  2007-06-01:
    thresholds:
      dead_or_missing: {{I: {one}, II: {two}, III: 3}}
      loss_yuan: {{I: 300}}
    citation: {{law: 条例, article: 第三条, promulgated: 2007-04-09, source: read}}
    confirmed: {confirmed}
    recorded_on: 2026-11-21
"""


def _two_tables(folder: Path, first: str, second: str) -> Rulebook:
    write(folder, "cn/levels/a.yaml", first)
    write(folder, "cn/levels/b.yaml", second)
    write(folder, f"{NAME}.yaml", RULE)
    return load(folder)


def _named(book: Rulebook, dead: int) -> tuple[Level, str]:
    graded = book.lowest_level(
        category=Category.ACCIDENT, kind="x", day=DAY, measures={"dead_or_missing": dead}
    )
    assert graded is not None
    return graded.level, graded.table.id


def test_of_two_tables_the_graver_decides_and_then_the_confirmed(tmp_path: Path) -> None:
    unread = TABLE.format(one=30, two=10, confirmed="false")
    read = TABLE.format(one=30, two=20, confirmed="true")
    for place, (first, second) in {"1": (unread, read), "2": (read, unread)}.items():
        book = _two_tables(tmp_path / place, first, second)
        ids = {"unread": "cn/levels/a", "read": "cn/levels/b"}
        if first is read:
            ids = {"read": "cn/levels/a", "unread": "cn/levels/b"}
        assert _named(book, 30) == (Level.I, ids["read"])
        assert _named(book, 10) == (Level.II, ids["unread"])


def test_a_table_whose_levels_do_not_rise_is_refused(tmp_path: Path) -> None:
    with pytest.raises(
        BrokenDataError, match=r"b\.yaml:6: values\.2007-06-01\.thresholds\.dead_or_missing: .*graver"
    ):
        _two_tables(
            tmp_path,
            TABLE.format(one=30, two=10, confirmed="true"),
            TABLE.format(one=10, two=30, confirmed="true"),
        )


def test_a_table_may_end(tmp_path: Path) -> None:
    table = TABLE.format(one=30, two=10, confirmed="true")
    ended = table + "  2019-01-01:\n    thresholds: null\n" + table[table.index("    citation:") :]
    book = _two_tables(tmp_path, ended, ended)
    assert book.tables[0].value_on(date(2018, 12, 31)) is not None
    assert book.lowest_level(category=Category.ACCIDENT, kind="x", day=DAY, measures={}) is None


def test_a_figure_that_no_table_goes_by_makes_no_difference(rulebook: Rulebook) -> None:
    def graded(measures: dict[str, int]) -> object:
        return rulebook.lowest_level(category=Category.ACCIDENT, kind="x", day=DAY, measures=measures)

    assert graded({"dead_or_missing": 3, "rescued": 99}) == graded({"dead_or_missing": 3})


figures = st.dictionaries(st.sampled_from(list(Measure)), st.integers(0, 200_000_000))


@given(
    table=st.sampled_from(sorted(KINDS)),
    known=figures,
    name=st.sampled_from(list(Measure)),
    more=st.integers(0),
)
def test_a_higher_figure_never_lowers_the_level(
    table: str, known: dict[str, int], name: Measure, more: int
) -> None:
    raised = {**known, name: known.get(name, 0) + more}
    before, after = _level(table, DAY, known), _level(table, DAY, raised)
    assert LEVELS_RISING.index(after) >= LEVELS_RISING.index(before)


@pytest.mark.parametrize("table", BOOK.tables, ids=lambda table: str(table.id))
def test_a_graver_level_asks_for_more(table: LevelTable) -> None:
    for value in table.values.values():
        for bounds in value.thresholds.values() if isinstance(value, Thresholds) else ():
            known = [bound for bound in (bounds.I, bounds.II, bounds.III) if bound is not None]
            assert all(higher > lower for higher, lower in pairwise(known))
