"""Text is broken by the cells of a terminal, where Chinese and English may be broken; tables and paragraphs alike."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from emergency_cli import output
from emergency_cli.output import Column, table
from emergency_cli.paragraph import Paragraph, broken, cells

WORDS = st.text(st.sampled_from("ab-é第县→（），。·✓😀\u3000 \n\r"), min_size=1, max_size=80).filter(
    str.strip
)


@given(text=WORDS, by=st.sampled_from((0, 2, 4)), width=st.integers(8, 40))
@settings(max_examples=300)
@example("", 0, 10)
@example("第1县 → 某市: whether the rule applies is left open", 2, 20)
@example("anothermuchlongerwordthantheline and on", 4, 16)
@example("a" * 12 + "   b", 0, 12)
def test_every_line_fits_and_nothing_is_lost(text: str, by: int, width: int) -> None:
    lines = list(Paragraph(text, by).lines(width))
    assert [line for line in lines if cells(line) > width] == []
    assert "".join("".join(lines).split()) == "".join(text.split())
    assert all(line.startswith(" " * by) for line in lines if line)
    assert len(lines) >= text.count("\n") + 1


@given(text=WORDS.map(lambda text: re.sub(r"[\r\n]", "", text)))
@settings(max_examples=200)
def test_cells_are_counted_as_the_renderer_of_tables_counts_them(text: str) -> None:
    assert cells(text) == cell_len(text)


LINES = [
    ("谁应报告，何时之前。", 8, ["谁应报", "告，何时", "之前。"]),
    ("谁应报告，何时之前。", 10, ["谁应报告，", "何时之前。"]),
    ("见（附件一）", 8, ["见（附件", "一）"]),
    ("见附件（一）", 8, ["见附件", "（一）"]),
    ("用 --lang 选择", 9, ["用 --lang", "选择"]),
    ("用 --lang 选择", 8, ["用", "--lang", "选择"]),
    ("abcdefgh ij", 4, ["abcd", "efgh", "ij"]),
    ("[one|two|three]", 9, ["[one|two|", "three]"]),
    ("表格。  [默认：table]", 16, ["表格。", "[默认：table]"]),
    ("知情：2014-07-05 18:00至", 16, ["知情：2014-07-05", "18:00至"]),
    ("报给 金华市应急管理局 前", 20, ["报给", "金华市应急管理局 前"]),
    ("报给 金华市应急管理局金华市人民政府 前", 20, ["报给 金华市应急管理", "局金华市人民政府 前"]),
    ('{"key": "one|two|three"}', 12, ['{"key":', '"one|two|thr', 'ee"}']),
    ("one two", 5, ["one", "two"]),
    ("陈家港镇伤亡情况：死亡 10，受伤 3", 24, ["陈家港镇伤亡情况：", "死亡 10，受伤 3"]),
    ("陈家港镇伤亡：报告于 14:50", 22, ["陈家港镇伤亡：报告于", "14:50"]),
    ("陈家港镇；其中有 12 项", 20, ["陈家港镇；", "其中有 12 项"]),
    ("[如伤亡达到规定数字（尚未确定）]", 30, ["[如伤亡达到规定数字（尚未确", "定）]"]),
    ("", 9, [""]),
]


@pytest.mark.parametrize(("text", "width", "lines"), LINES)
def test_a_line_ends_where_it_may(text: str, width: int, lines: list[str]) -> None:
    assert broken(text, width) == lines


@pytest.mark.parametrize("text", ["谁应报告，何时之前。" * 9, "景泰县(县委、县政府)" * 5, "one two " * 30])
def test_a_cell_of_a_table_is_broken_as_a_paragraph_is(text: str) -> None:
    shown = output._rendered(table([Column("名称", str)], [text]), 30)
    assert shown[2:] == list(Paragraph(text).lines(30))


def test_a_line_that_was_written_keeps_to_itself() -> None:
    assert list(Paragraph("一\n\n二 三", 2).lines(20)) == ["  一", "", "  二 三"]


def test_a_tab_goes_to_the_next_stop() -> None:
    assert list(Paragraph("县\t6 dead", 2).lines(20)) == ["  县      6 dead"]
