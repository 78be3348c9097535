"""The texts that ask for checks: cited as the other files cite them, found by their rows, looked over."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from emergency.errors import BrokenDataError
from emergency.rulebook import CheckName, NormRule, Rulebook, load
from emergency.rulebook.coverage import rows
from emergency.rulebook.lint import lint
from emergency.rulebook.trying import tried

from .bench import EXAMPLES, NAME, RULE, write

BOOK = load()
DATED = [(norm, day) for norm in BOOK.norms for day in norm.values]
NAMES = [f"{norm.id}-{day}" for norm, day in DATED]

CITED = {
    (value.citation.law, value.citation.number, value.citation.article, value.confirmed)
    for values in (
        *[one.values for one in BOOK.rules],
        *[one.values for one in BOOK.provisions],
        *[one.values for one in BOOK.elements],
    )
    for value in values.values()
}


@pytest.mark.parametrize(("norm", "day"), DATED, ids=NAMES)
def test_a_text_is_cited_as_where_it_stands_already_and_holds_from_its_day(norm: NormRule, day: date) -> None:
    value = norm.values[day]
    citation = value.citation
    assert (citation.law, citation.number, citation.article, value.confirmed) in CITED
    assert value.since == day
    before = norm.value_on(day - timedelta(days=1))
    assert before is None or before.since < day
    assert value.confirmed == (value.checked_on is not None)


def test_each_check_of_procedure_has_a_text_but_for_the_receipt() -> None:
    asked = {norm.check for norm in BOOK.norms}
    procedure = {check for check in CheckName if check.norm == "procedure"}
    assert procedure - asked == {CheckName.ACKNOWLEDGED}


LEFT_OUT = {"0.23", "5.2", "5.9", "5.10", "5.12", "5.14"}
"""As docs/rules/README.md says, with the reasons."""


def test_every_row_of_the_founding_documents_is_found_or_left_out(rulebook: Rulebook) -> None:
    found = rows(rulebook)
    wanted = {f"0.{n}" for n in range(1, 24)} | {f"5.{n}" for n in range(1, 15)}
    assert wanted - found.keys() == LEFT_OUT
    checked = {row for row, files in found.items() if any("/norms/" in file for file in files)}
    asked = {
        "0.2",
        "0.3",
        "0.4",
        "0.9",
        "0.11",
        "0.14",
        "0.19",
        "0.21",
        "5.1",
        "5.4",
        "5.5",
        "5.6",
        "5.7",
        "5.8",
    }
    assert asked | {"1.1.2", "1.1.4", "1.4.8", "1.8.6", "1.8.7", "1.8.8"} <= checked


NORM = """\
title: {zh: 审签, en: sign-off}
row: "0.21"
rank: notice
check: sign-off
where: ["3302"]
values:
  2026-01-01:
    asks: {chain: [review, sign]}
    citation: {law: 制度, article: null, promulgated: 2025-12-01, source: a test}
    confirmed: false
    recorded_on: 2026-11-22
"""
FILE = "cn/norms/local/3302-ningbo/mine.yaml"


def _problems(folder: Path, norm: str) -> list[str]:
    write(folder, f"{NAME}.yaml", RULE + EXAMPLES)
    write(folder, FILE, norm)
    return [str(problem) for problem in lint(folder)]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("chain: [review, sign]", "chain: [sign]", None),
        (
            "chain: [review, sign]",
            "in_order: true",
            "mine.yaml:8: warning: values.2026-01-01.asks: names no step",
        ),
        (
            "sign-off\nwhere",
            "one-draft\nwhere",
            "asks.chain: is not looked at by one-draft, only by sign-off",
        ),
        ("2025-12-01", "2026-01-02", "is 2026-01-02, after the day of effect"),
        ("confirmed: false", "confirmed: true", "nobody says when the text was read"),
        ("check: sign-off", "check: sign-of", "error: check"),
        ('where: ["3302"]\n', "", "is missing in a local rule"),
        ("row:", "beside: [cn/provisions/x]\nrow:", 'error: beside.0: "cn/provisions/x" is no provision'),
        ("chain: [review, sign]", "chains: [review]", "chains"),
    ],
)
def test_it_is_looked_over(tmp_path: Path, old: str, new: str, said: str | None) -> None:
    assert old in NORM
    problems = _problems(tmp_path, NORM.replace(old, new, 1))
    assert (problems == []) if said is None else any(said in problem for problem in problems), problems


def test_a_pack_of_checks_alone_can_be_tried_and_lean_on_provisions_that_come_along(tmp_path: Path) -> None:
    beside = "cn/provisions/national/prohibitions/obstructing-others"
    path = tmp_path / FILE
    path.parent.mkdir(parents=True)
    path.write_text(NORM.replace("row:", f"beside: [{beside}]\nrow:", 1), encoding="utf-8")
    book = tried(BOOK, str(tmp_path)).rulebook
    assert FILE.removesuffix(".yaml") in {norm.id for norm in book.norms}
    path.write_text(NORM.replace("row:", "beside: [cn/provisions/x]\nrow:", 1), encoding="utf-8")
    with pytest.raises(BrokenDataError, match="is no provision"):
        tried(BOOK, str(tmp_path))


def test_a_pack_is_tried_everywhere_with_its_checks() -> None:
    book = tried(BOOK, "3302-ningbo").rulebook
    (norm,) = (norm for norm in book.norms if norm.id == "cn/norms/local/3302-ningbo/sign-off")
    assert norm.where is None
    assert norm.value_on(date(2010, 1, 1)) is not None
