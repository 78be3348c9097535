"""How a long title is broken: by sense, and each line longer or shorter than the one before."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.rendering.given import LETTER
from tests.rendering.paper import area, sheets

from emergency.documents import page, pdf
from emergency.documents.fonts import Fonts
from emergency.documents.page import title_lines, width

MOST = page.WIDTH * page.MM / page.TITLE


@pytest.mark.parametrize(
    ("title", "lines"),
    [
        ("关于泄漏的报告", 1),
        ("关于甲县某化工有限责任公司爆炸事故的报", 1),
        ("关于山东五彩龙投资有限公司栖霞市笏山金矿“1·10”重大爆炸事故的报告（终报）", 2),
        ("关于江苏天某某精细化工新材料股份有限公司旧固废仓库硝化废料自燃引发特别重大爆炸事故的报告", 3),
        ("关于2026年1月1日至3月31日信息报送情况的通报", 2),
        ("甲" * 61, 4),
        ("", 1),
    ],
)
def test_a_title_takes_as_many_lines_as_it_must_and_loses_nothing(title: str, lines: int) -> None:
    made = title_lines(title, MOST).split("\n")
    assert "".join(made) == title
    assert len(made) == lines
    assert all(width(line) <= MOST for line in made)


@pytest.mark.parametrize(
    "word", ["有限公司", "爆炸", "事故", "特别重大", "1月1日", "3月31日", "（续报一）", "“1·10”", "关于"]
)
def test_no_word_of_it_is_broken_where_there_is_another_place(word: str) -> None:
    for before in range(8, 24):
        title = f"{'甲' * before}{word}{'乙' * 12}"
        assert word in title_lines(title, MOST), title


def test_no_line_begins_with_a_particle_or_a_mark() -> None:
    for before in range(15, 22):
        for mark in "的、，）":
            later = title_lines(f"{'甲' * before}{mark}{'乙' * 12}", MOST).split("\n")[1:]
            assert not any(line.startswith(mark) for line in later)


def test_it_stands_so_on_paper(fonts: Fonts) -> None:
    title = "关于江苏天某某精细化工新材料股份有限公司旧固废仓库硝化废料自燃引发特别重大爆炸事故的报告"
    shown = [line.text for line in area(sheets(pdf.rendered(replace(LETTER, title=title), fonts))[0])]
    for line in title_lines(title, MOST).split("\n"):
        assert line in shown
