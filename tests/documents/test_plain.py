"""Plain text fits its columns, wide characters counted as two, and keeps stops at the ends of lines."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emergency.documents.model import Grid, Heading, Official, Paragraph
from emergency.documents.plain import WIDTH, columns, rendered, wrapped

WHOLE = Official(
    mark="某县应急管理局文件",
    title="关于化工厂氯气泄漏的报告",
    body=(
        Heading(1, "一、基本情况"),
        Paragraph("氯气泄漏。" * 40),
        Grid(("单位", "应报"), (("某县人民政府办公室应急值守科", "3"), ("甲", "")), (2, 5)),
    ),
    addressees=("某市人民政府", "市委办"),
    signature="某县应急管理局",
    dated="2025年3月11日",
    copy_number="000001",
    secrecy="机密★1年",
    urgency="特急",
    number="某应急〔2025〕12号",
    signer="L1",
    attachments=("名单",),
    notes=("待报稿",),
    copies_to=("县委办",),
    printed_by="县政府办",
    printed_on="2025年3月11日",
    footer="首报v1 sha256:0 · 日志2",
    drill=True,
)


def wide(line: str) -> int:
    """By another way of counting than the one that is tested."""
    return sum(2 if unicodedata.east_asian_width(c) in ("W", "F") else 1 for c in line)


def test_everything_that_a_document_has_is_in_its_text() -> None:
    text = rendered(WHOLE)
    for part in (
        "【演练】", "000001", "机密★1年", "特急", "某县应急管理局文件", "某应急〔2025〕12号", "签发人：L1",
        "关于化工厂氯气泄漏的报告", "某市人民政府，市委办：", "    一、基本情况", "应报", "附件：1. 名单", "（待报稿）",
        "抄送：县委办", "2025年3月11日印发", "首报v1 sha256:0 · 日志2",
    ):  # fmt: skip
        assert part in text, part
    assert max(map(wide, text.splitlines())) <= WIDTH


def test_a_duty_publication_has_its_own_head_and_foot() -> None:
    text = rendered(
        Official(
            mark="值班信息",
            title="标题",
            body=(),
            bulletin=True,
            issue="第12期",
            issued_by="县政府办",
            dated="2025年3月11日13时",
            addressees=("市政府",),
            copies_to=("县委办",),
        )
    )
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    assert lines[0:2] == ["值班信息", "第12期"]
    assert lines[2].startswith("县政府办")
    assert lines[2].endswith("2025年3月11日13时")
    assert "报：市政府" in lines
    assert "送：县委办" in lines
    assert "市政府：" not in text


@pytest.mark.parametrize("stop", "，。；：）》”】")
def test_no_line_begins_with_a_stop(stop: str) -> None:
    for length in range(1, 12):
        lines = wrapped("字" * length + stop + stop + "字" * 20, 16)
        assert all(line[0] != stop for line in lines)
        assert max(map(columns, lines)) <= 16


def test_no_line_ends_with_an_opening_bracket() -> None:
    for length in range(1, 12):
        assert all(line[-1] != "（" for line in wrapped("字" * length + "（" + "字" * 20, 16))


TEXT = st.text(alphabet=st.sampled_from("死亡人，。（）《》ab1 -2025#\n"), max_size=120)


@settings(max_examples=60, deadline=None)
@given(TEXT, st.integers(12, 72), st.sampled_from([0, 4]))
def test_nothing_is_lost_and_nothing_is_too_wide(text: str, width: int, first: int) -> None:
    lines = wrapped(text, width, first=first)
    assert "".join("".join(lines).split()) == "".join(text.split())
    assert max(map(wide, lines)) <= width
