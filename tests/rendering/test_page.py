"""What of a text can stand on a page."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.rendering.given import CIRCULAR, LETTER

from emergency.documents import page
from emergency.documents.model import Grid, Official


@pytest.mark.parametrize(
    ("given_", "shown"),
    [
        ("一\r\n二\r三\n四\x0b五\u2028六\x85七", "一\n二\n三\n四\n五\n六\n七"),
        ("一\t二　三", "一 二　三"),
        ("\x00\x1b[31m", "[U+0000][U+001B][31m"),
        ("\u202e21\u2066", "[U+202E]21[U+2066]"),
        ("\udc80\uffff\U0001ffff\ufdd0", "[U+DC80][U+FFFF][U+1FFFF][U+FDD0]"),
        ("👨\u200d👩\ufe0f e\u0301 \ue000", "👨\u200d👩\ufe0f e\u0301 \ue000"),
    ],
)
def test_nothing_vanishes_and_nothing_misleads(given_: str, shown: str) -> None:
    assert page.printable(given_) == shown


@given(st.text())
def test_it_is_done_once_and_for_all(text: str) -> None:
    once = page.printable(text)
    assert page.printable(once) == once
    once.encode()


@given(st.text(alphabet="ab1-中。 жЖ\u0301\u200d", max_size=200), st.floats(3, 30))
def test_places_to_break_change_no_word_and_leave_none_too_long(text: str, most: float) -> None:
    made = page.breakable(text, most)
    assert made.replace("\u200b", "") == text
    for place in made.split("\u200b")[1:]:
        assert not place.startswith(("\u0301", "\u200d"))
    if text.isascii():
        for word in made.replace("\u200b", " ").split():
            assert page.width(word) <= max(most, 2)


def test_a_word_that_fits_is_left_alone() -> None:
    assert page.breakable("a" * 52, 26) == "a" * 52
    assert page.breakable("a" * 53, 26) == "\u200b".join("a" * 53)


def test_a_change_reaches_every_text() -> None:
    seen: list[str] = []
    whole = replace(CIRCULAR, signer="王某", issue="第1期", issued_by="值班室")
    made = page.with_texts(whole, lambda text: seen.append(text) or f"<{text}>")  # type: ignore[func-returns-value]
    assert set(seen) == set(page.texts(whole).split("\n"))
    assert made.title == f"<{whole.title}>"
    assert (made.drill, made.chinese, made.copy_number) == (False, True, "<000012>")
    (table,) = [one for one in made.body if isinstance(one, Grid)]
    assert table.head == ("<单位>", "<应报>", "<说明>")
    assert table.widths == (2, 1, 4)


@pytest.mark.parametrize(
    ("grid", "columns"),
    [
        (Grid(("甲", "乙"), (("一", "二"),), (1, 3)), (1, 3)),
        (Grid(("甲", "乙"), (("一", "二" * 7),)), (20, 70)),
        (Grid(("甲", "乙"), (("一", "二" * 90),)), (20, 140)),
        (Grid(("甲",), (("一", "二", "三"),), (1,)), (20, 20, 20)),
        (Grid((), ()), ()),
    ],
)
def test_columns_are_as_wide_as_is_said_or_needed(grid: Grid, columns: tuple[int, ...]) -> None:
    assert page.columns(grid) == columns
    assert all(len(row) == len(columns) for row in page.filled(grid))


def test_a_column_of_short_entries_only_is_centred() -> None:
    grid = Grid(("甲", "很长很长很长的栏目", "丙"), (("一", "二", "三" * 8), ("一", "二", "三" * 9), ("x",)))
    assert page.short_columns(grid) == [True, True, False]
    assert page.short_columns(Grid(("甲", "乙"), ())) == [True, True]


@pytest.mark.parametrize(
    ("changes", "lines"),
    [
        ({}, ["特急"]),
        ({"urgency": None}, []),
        ({"secrecy": "秘密★6个月"}, ["", "秘密★6个月", "特急"]),
        ({"secrecy": "秘密★6个月", "copy_number": "000001"}, ["000001", "秘密★6个月", "特急"]),
    ],
)
def test_what_is_secret_stands_on_the_second_line(changes: dict[str, str], lines: list[str]) -> None:
    assert page.top_lines(replace(LETTER, **changes)) == lines  # type: ignore[arg-type]


def test_a_mark_is_as_large_as_its_line_allows() -> None:
    assert page.mark_size("值班信息") == 60
    assert page.mark_size("某" * 10) == pytest.approx(156 / 25.4 * 72 * 0.94 / 10)
    assert page.mark_size("某" * 40) == 24
    assert 40 < page.mark_size("Duty Information") < 50
    assert page.mark_size("") == 60


def test_the_date_of_printing_says_what_it_is() -> None:
    assert page.printed(replace(LETTER, printed_by="办公室", printed_on="2026年1月1日")) == (
        "办公室",
        "2026年1月1日印发",
    )
    assert page.printed(replace(LETTER, printed_on="2026年1月1日印发")) == ("", "2026年1月1日印发")
    assert page.printed(replace(LETTER, chinese=False, printed_on="1 May")) == ("", "1 May")


def test_notes_are_in_brackets_once() -> None:
    assert list(page.noted(replace(LETTER, notes=("甲", "（乙）")))) == ["（甲）", "（乙）"]


def test_an_official_without_anything_has_no_lines() -> None:
    nothing = Official(mark="", title="", body=())
    assert (page.addressed(nothing), page.sent(nothing), page.printed(nothing)) == ("", [], ("", ""))
