"""Schemes of points: what their files may say, what they say then, and that the page shows one as it is."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from emergency.errors import BrokenDataError, NotFoundError
from emergency.rulebook import Rulebook, load
from emergency.rulebook.compiled import _content, _of_content

from .bench import NAME, RULE, write

PAGE = Path(__file__).parents[2] / "docs/rules/schemes.md"
PLACE = "cn/schemes/local/6103-baoji/points"
(SHOWN,) = re.findall(r"```yaml\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)


def loaded(folder: Path, *changes: tuple[str, str], text: str = SHOWN) -> Rulebook:
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    write(folder, f"{NAME}.yaml", RULE)
    return load(write(folder, f"{PLACE}.yaml", text))


def test_the_page_shows_the_scheme_as_it_is(rulebook: Rulebook, tmp_path: Path) -> None:
    shown, real = loaded(tmp_path).scheme(PLACE), rulebook.scheme(PLACE)
    (note,) = [value.note for value in real.values.values()]
    assert note
    assert shown.model_dump(exclude={"values"}) == real.model_dump(exclude={"values"})
    (mine,), (packaged,) = shown.values.values(), real.values.values()
    assert mine.model_dump(exclude={"note"}) == packaged.model_dump(exclude={"note"})


def test_every_scheme_says_how_sure_it_is_and_is_kept_as_it_was_read(rulebook: Rulebook) -> None:
    assert len(rulebook.schemes) == 3
    for scheme in rulebook.schemes:
        for value in scheme.values.values():
            assert value.confirmed or value.note
    assert tuple(_of_content(_content(rulebook)).schemes) == tuple(rulebook.schemes)


@pytest.mark.parametrize("name", [PLACE, "baoji", "宝鸡", "6103"])
def test_a_scheme_is_found_by_a_part_of_its_name(rulebook: Rulebook, name: str) -> None:
    assert rulebook.scheme(name).id == PLACE


@pytest.mark.parametrize(
    ("name", "words"), [("宝鸡市府", "There is no scheme"), ("points", "several"), ("", "no scheme")]
)
def test_any_other_name_is_answered_with_those_there_are(rulebook: Rulebook, name: str, words: str) -> None:
    with pytest.raises(NotFoundError, match=words) as refused:
        rulebook.scheme(name)
    assert PLACE in str(refused.value)


def test_it_holds_from_its_day_to_its_end(tmp_path: Path) -> None:
    ended = (
        SHOWN
        + """\
  2020-01-01:
    lines: null
    citation: {law: 通知, article: null, promulgated: null, source: x}
    confirmed: false
    recorded_on: 2026-11-23
"""
    )
    book = loaded(tmp_path, text=ended)
    scheme = book.scheme("baoji")
    days = [date(2011, 4, 25), date(2011, 4, 26), date(2019, 12, 31), date(2020, 1, 1)]
    assert [scheme.value_on(day) is not None for day in days] == [False, True, True, False]
    known = book.known_on(date(2026, 11, 22)).scheme("baoji")
    assert known.value_on(date(2020, 1, 1)) is not None
    assert not book.known_on(date(2026, 11, 21)).schemes


@pytest.mark.parametrize("points", ["5", "+5", "-0.5", "0"])
def test_points_are_exact(tmp_path: Path, points: str) -> None:
    value = loaded(tmp_path, ("base: 5", f"base: {points}")).scheme("baoji").value_on(date(2020, 1, 1))
    assert value is not None
    assert value.base == Decimal(points)


WRONG = {
    "points in words": (("base: 5 ", "base: five "), "base", "write one like 5, -1 or 0.5"),
    "points in halves": (("points: -1 ", "points: 1/2 "), "lines.0.points", "is not a number of points"),
    "a share without percent": (
        ("points: -1 ", "share_of_item: -0.5 "),
        "lines.0.share_of_item",
        "write one like -50%",
    ),
    "a share of no item": (("points: -1 ", "share_of_item: -50% "), "", "write items: adopted-report"),
    "points and a share": (
        ("points: -1 ", "points: -1\n        share_of_item: -50% "),
        "lines.0",
        "needs points or share_of_item, not both",
    ),
    "a share of a use": (
        (
            "counts: {findings: [late]}\n        points: -1 ",
            "counts: {media: true}\n        share_of_item: -50% ",
        ),
        "lines.0",
        "which only findings can",
    ),
    "two things": (
        ("{findings: [late]}", "{findings: [late], media: true}"),
        "lines.0.counts",
        "exactly one of",
    ),
    "nothing": (("{findings: [late]}", "{findings: []}"), "lines.0.counts", "exactly one of"),
    "no such finding": (("[late]", "[lat]"), "lines.0.counts.findings.0", 'did you mean "late"?'),
    "one name twice": (("name: falsified", "name: late"), "", "two lines have the same name"),
    "no line": (("    lines:\n", "    rows:\n"), "lines", "is missing"),
    "another place": (('["6103"]', '["4414"]'), None, "lies outside 6103"),
}


@pytest.mark.parametrize(("change", "key", "words"), WRONG.values(), ids=WRONG.keys())
def test_what_cannot_be_used_is_told_with_its_place(
    tmp_path: Path, change: tuple[str, str], key: str | None, words: str
) -> None:
    with pytest.raises(BrokenDataError) as refused:
        loaded(tmp_path, change)
    said = str(refused.value)
    where = "where" if key is None else f"values.2011-04-26{key and f'.{key}'}"
    assert f"{PLACE}.yaml:" in said
    assert f" {where}: " in said
    assert words in said
