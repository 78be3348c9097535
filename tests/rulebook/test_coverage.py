"""Which duties some rule gives, and which rows are encoded."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from emergency.domain.vocabulary import Category, Level, Line, Tier
from emergency.rulebook import Rulebook, Stage, load
from emergency.rulebook.coverage import TIERS, Cell, Covered, coverage, rows
from emergency.rulebook.folders import dated

from .bench import NAME, edited, write

DAY = date(2020, 1, 1)


def _cell(book: Rulebook, day: date = DAY, level: Level = Level.II, division: str | None = None) -> Cell:
    (found,) = [
        cell
        for cell in coverage(book, day, division)
        if (cell.category, cell.line, cell.tier, cell.stage, cell.level)
        == (Category.ACCIDENT, Line.ENTERPRISE, Tier.UNIT, Stage.FIRST, level)
    ]
    return found


UNREAD = (
    "confirmed: true\n    recorded_on: 2026-11-21\n    checked_on: 2026-11-21",
    "confirmed: false\n    recorded_on: 2026-11-21",
)
EVERY = ("kinds_except: [environment]\n", "")


@pytest.mark.parametrize(
    ("changes", "covered"),
    [
        ((EVERY,), Covered.FULL),
        ((), Covered.PARTLY),
        ((EVERY, ("row:", "at_least: {deaths: 3}\nrow:")), Covered.PARTLY),
        ((EVERY, ("row:", "levels: [I, II]\nrow:")), Covered.FULL),
        ((EVERY, ("row:", "levels: [I]\nrow:")), Covered.NONE),
        ((EVERY, UNREAD), Covered.UNCONFIRMED),
        ((EVERY, ("row:", "modality: may\nrow:")), Covered.NONE),
        ((EVERY, ("row:", "stage: final\nrow:")), Covered.NONE),
        ((EVERY, ("row:", 'where: ["33"]\nrow:')), Covered.NONE),
        ((EVERY, ("[accident]", "[public-health]")), Covered.NONE),
    ],
)
def test_a_cell_says_how_far_rules_reach(
    tmp_path: Path, changes: tuple[tuple[str, str], ...], covered: Covered
) -> None:
    write(tmp_path, f"{NAME}.yaml", edited(*changes))
    assert _cell(load(tmp_path)).covered is covered


def test_the_day_and_the_place_decide(tmp_path: Path) -> None:
    write(tmp_path, f"{NAME}.yaml", edited(EVERY, ("row:", 'where: ["33"]\nrow:')))
    book = load(tmp_path)
    assert _cell(book, division="330127").rules == (NAME,)
    assert _cell(book, division="530302").covered is Covered.NONE
    assert _cell(book, date(2007, 5, 31), division="330127").covered is Covered.NONE


def test_every_cell_is_there_once(rulebook: Rulebook) -> None:
    cells = list(coverage(rulebook, DAY))
    keys = {(c.category, c.line, c.tier, c.stage, c.level) for c in cells}
    pairs = len(TIERS) * (len(Line) - 1) + 1
    assert len(cells) == len(keys) == len(Category) * pairs * len(Stage) * len(Level)
    assert all((cell.covered is Covered.NONE) == (not cell.rules) for cell in cells)


def test_the_rows_stand_in_their_order_with_their_files(rulebook: Rulebook) -> None:
    found = rows(rulebook)
    assert "cn/national/work-safety/unit-to-county" in found["1.2.2"]
    order = [row for row in found if row.startswith("1.2.")]
    assert order == sorted(order, key=lambda row: int(row.split(".")[2]))
    encoded = {file for files in found.values() for file in files}
    assert {one.id for one in dated(rulebook) if one.row} | {text.id for text in rulebook.unread} == encoded
    assert "cn/schemes/local/6103-baoji/points" in found["2.4"]
    assert "cn/review/supervision-appeal" in found["2.2"]
