"""The DOCX, as it stands in the file: an office program is too heavy for a test."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace
from typing import Any

import docx as python_docx
import pytest
from docx.document import Document
from docx.oxml.ns import qn
from docx.shared import Mm
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.rendering.given import BULLETIN, CIRCULAR, ENGLISH, FOOTER, LETTER, PLAIN

from emergency.documents import docx, page
from emergency.documents.model import Block, Grid, Heading, Official, Paragraph

TWIPS = 1440 / 25.4
AREA = 156 * TWIPS


def opened(document: Official) -> Document:
    return python_docx.Document(io.BytesIO(docx.rendered(document)))


def with_text(made: Document, text: str) -> Any:  # noqa: ANN401 - an element
    """The first paragraph that says so, wherever in the body."""
    for paragraph in made.element.body.iter(qn("w:p")):
        if said(paragraph) == text:
            return paragraph
    raise AssertionError(text)


def said(element: Any) -> str:  # noqa: ANN401 - an element
    shown = {qn("w:br"): "\n", qn("w:tab"): "\t"}
    return "".join(
        one.text or "" if one.tag == qn("w:t") else shown.get(one.tag, "")
        for one in element.iter()
        if one.tag != qn("w:tab") or one.getparent().tag == qn("w:r")
    )


def value(element: Any, path: str) -> str | None:  # noqa: ANN401 - an element
    """One attribute, like ``w:pPr/w:spacing/@w:line``."""
    found = element.xpath(f"./{path}")
    return str(found[0]) if found else None


def test_the_paper_and_its_edges() -> None:
    section = opened(LETTER).sections[0]
    assert (section.page_width, section.page_height) == pytest.approx((Mm(210), Mm(297)), abs=700)
    edges = (section.top_margin, section.left_margin, section.right_margin, section.bottom_margin)
    for edge, millimetres in zip(edges, (37, 28, 26, 35), strict=True):
        assert edge == pytest.approx(Mm(millimetres), abs=700)  # a twentieth of a point
    assert section._sectPr.find(qn("w:docGrid")) is None


def test_22_lines_of_28_characters_fit_and_no_more() -> None:
    paragraph = with_text(opened(LETTER), LETTER.body[0].text)  # type: ignore[union-attr]
    assert value(paragraph, "w:pPr/w:spacing/@w:lineRule") == "exact"
    line = int(value(paragraph, "w:pPr/w:spacing/@w:line") or 0)
    assert 22 * line <= 225 * TWIPS < 22.1 * line
    size = int(value(paragraph, "w:r/w:rPr/w:sz/@w:val") or 0) * 10
    character = size + int(value(paragraph, "w:r/w:rPr/w:spacing/@w:val") or 0)
    assert 28 * character <= AREA < 28.1 * character
    assert (
        value(paragraph, "w:pPr/w:ind/@w:firstLineChars"),
        value(paragraph, "w:pPr/w:ind/@w:firstLine"),
    ) == (
        "200",
        "640",
    )
    for name in ("widowControl", "autoSpaceDE", "autoSpaceDN", "snapToGrid"):
        assert value(paragraph, f"w:pPr/w:{name}/@w:val") == "0"


@pytest.mark.parametrize(
    ("document", "text", "font", "half_points", "colour"),
    [
        (LETTER, "甲县应急管理局文件", "方正小标宋简体", None, "FF0000"),
        (BULLETIN, "值班信息", "方正小标宋简体", 120, "FF0000"),
        (LETTER, LETTER.title, "方正小标宋简体", 44, None),
        (LETTER, "特急", "黑体", 32, None),
        (CIRCULAR, "机密★1年", "黑体", 32, None),
        (CIRCULAR, "一、总体情况", "黑体", 32, None),
        (CIRCULAR, "（一）电话报告", "楷体_GB2312", 32, None),
        (CIRCULAR, "1.书面报告", "仿宋_GB2312", 32, None),
        (CIRCULAR, "特此通报。", "仿宋_GB2312", 32, None),
        (CIRCULAR, "抄送：省应急管理厅，市委办公室。", "仿宋_GB2312", 28, None),
        (BULLETIN, "报：乙市应急管理局，甲县人民政府。", "仿宋_GB2312", 28, None),
    ],
)
def test_letters_are_of_their_kind_and_size(
    document: Official, text: str, font: str, half_points: int | None, colour: str | None
) -> None:
    paragraph = with_text(opened(document), text)
    assert {str(one) for one in paragraph.xpath("./w:r/w:rPr/w:rFonts/@w:eastAsia")} == {font}
    if half_points:
        assert value(paragraph, "w:r/w:rPr/w:sz/@w:val") == str(half_points)
    assert value(paragraph, "w:r/w:rPr/w:color/@w:val") == colour


def test_who_signs_a_letter_that_goes_upward_stands_in_another_hand() -> None:
    made = opened(LETTER)
    paragraph = with_text(made, "甲应急〔2026〕12号\t签发人：王某某")
    assert paragraph.xpath("./w:r[w:t='王某某']/w:rPr/w:rFonts/@w:eastAsia") == ["楷体_GB2312"]
    assert paragraph.xpath("./w:r[w:t='签发人：']/w:rPr/w:rFonts/@w:eastAsia") == ["仿宋_GB2312"]
    assert value(paragraph, "w:pPr/w:tabs/w:tab/@w:val") == "right"


def test_mark_and_title_stand_at_their_height() -> None:
    body = opened(replace(LETTER, copy_number="000012", secrecy="机密★1年")).element.body
    used = 0.0
    heights = {}
    for paragraph in body.findall(qn("w:p")):
        high = int(value(paragraph, "w:pPr/w:spacing/@w:line") or 0)
        heights[said(paragraph) or value(paragraph, "w:pPr/w:pBdr/w:bottom/@w:color")] = (used / TWIPS, high)
        used += high + int(value(paragraph, "w:pPr/w:pBdr/w:bottom/@w:sz") or 0) * 20 / 8
    above, high = heights[LETTER.mark]
    size = page.mark_size(LETTER.mark) * 20
    assert above * TWIPS + (high - size) / 2 == pytest.approx(35 * TWIPS, abs=3)
    number = heights["甲应急〔2026〕12号\t签发人：王某某"][0]
    line = 28.95 * 20 / TWIPS
    assert number == pytest.approx(above + high / TWIPS + 2 * line, abs=0.1)
    red = heights["FF0000"]
    assert red[0] + red[1] / TWIPS == pytest.approx(number + (line + 16 / 72 * 25.4) / 2 + 4, abs=0.1)
    title = heights[LETTER.title][0]
    assert title / line == pytest.approx(round(title / line), abs=0.01)
    assert 1.4 * line < title - red[0] < 2.8 * line


def test_headings_and_the_end_keep_with_what_follows() -> None:
    made = opened(CIRCULAR)
    kept = {said(one) for one in made.element.body.iter(qn("w:p")) if one.xpath("./w:pPr/w:keepNext")}
    assert {
        "一、总体情况",
        "（一）电话报告",
        "1.书面报告",
        "（1）首次报告",
        CIRCULAR.title,
        "特此通报。",
    } <= kept
    assert {CIRCULAR.signature, CIRCULAR.dated} <= kept
    assert "按时报送一百二十一起。" * 20 not in kept
    assert "（此件公开发布）" not in kept
    levels = {said(one): value(one, "w:pPr/w:outlineLvl/@w:val") for one in made.element.body.iter(qn("w:p"))}
    assert [levels[one.text] for one in CIRCULAR.body if isinstance(one, Heading)] == ["0", "1", "2", "3"]


def test_a_table_is_as_wide_as_the_area_and_repeats_its_head() -> None:
    table = opened(CIRCULAR).tables[0]._tbl
    columns = [int(one) for one in table.xpath("./w:tblGrid/w:gridCol/@w:w")]
    assert sum(columns) == pytest.approx(AREA, abs=3)
    assert [round(one / columns[1], 1) for one in columns] == [2, 1, 4]
    rows = table.xpath("./w:tr")
    assert len(rows) == 41
    assert [bool(row.xpath("./w:trPr/w:tblHeader")) for row in rows] == [True] + [False] * 40
    assert all(row.xpath("./w:trPr/w:cantSplit") for row in rows)


def test_a_row_that_is_longer_than_a_page_may_be_broken() -> None:
    body = (Grid(("甲", "乙"), (("长" * 500, "x"), ("短", "x")), (1, 1)),)
    rows = opened(replace(PLAIN, body=body)).tables[0]._tbl.xpath("./w:tr")
    assert [bool(row.xpath("./w:trPr/w:cantSplit")) for row in rows] == [True, False, True]


def test_who_signs_stands_above_the_date_with_its_four_blanks() -> None:
    made = opened(LETTER)
    dated = with_text(made, "2026年11月21日")
    assert value(dated, "w:pPr/w:jc/@w:val") == "right"
    assert int(value(dated, "w:pPr/w:ind/@w:right") or 0) == pytest.approx(4 * 156 / 28 * TWIPS, abs=5)
    assert value(with_text(made, "甲县应急管理局"), "w:pPr/w:jc/@w:val") == "right"


def test_the_imprint_hangs_on_the_lower_edge_between_its_lines() -> None:
    table = opened(CIRCULAR).tables[-1]._tbl
    assert value(table, "w:tblPr/w:tblpPr/@w:tblpYSpec") == "bottom"
    assert value(table, "w:tblPr/w:tblpPr/@w:vertAnchor") == "margin"
    assert int(value(table, "w:tblPr/w:tblpPr/@w:tblpX") or 0) == pytest.approx(28 * TWIPS, abs=1)
    assert int(value(table, "w:tblPr/w:tblW/@w:w") or 0) == pytest.approx(AREA, abs=1)
    lines = {
        name: int(value(table, f"w:tblPr/w:tblBorders/w:{name}/@w:sz") or 0)
        for name in ("top", "insideH", "bottom")
    }
    millimetres = {name: round(eighths / 8 / 72 * 25.4, 2) for name, eighths in lines.items()}
    assert millimetres == {
        "top": 0.35,
        "insideH": 0.26,
        "bottom": 0.35,
    }  # eighths of a point are what there is
    assert [said(row) for row in table.xpath("./w:tr")] == [
        "抄送：省应急管理厅，市委办公室。",
        "乙市应急管理局办公室\t2026年11月5日印发",
    ]


@pytest.mark.parametrize("drill", [True, False])
def test_pages_are_numbered_outside_and_bear_hash_and_drill(*, drill: bool) -> None:
    made = opened(replace(CIRCULAR, drill=drill))
    assert made.settings.odd_and_even_pages_header_footer
    section = made.sections[0]
    for footer, side in ((section.footer, "right"), (section.even_page_footer, "left")):
        number, hashed = footer._element.findall(qn("w:p"))
        assert value(number, "w:pPr/w:jc/@w:val") == side
        assert int(value(number, f"w:pPr/w:ind/@w:{side}") or 0) == 280  # a blank of 四号
        assert "".join(number.xpath("./w:r/*/text()")) == "—  PAGE 1 —"
        assert number.xpath("./w:r/w:rPr/w:sz/@w:val")[0] == "28"
        assert said(hashed) == FOOTER
    assert [said(one._element).strip("\u00a0") for one in (section.header, section.even_page_header)] == [
        page.DRILL if drill else ""
    ] * 2


def test_every_computer_may_look_for_a_font_under_two_names() -> None:
    with zipfile.ZipFile(io.BytesIO(docx.rendered(LETTER))) as packed:
        fonts = packed.read("word/fontTable.xml").decode()
        styles = packed.read("word/styles.xml").decode()
        assert "docProps/thumbnail.jpeg" not in packed.namelist()
        assert {info.date_time for info in packed.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert "2013" not in packed.read("docProps/core.xml").decode()
    for name in ("仿宋_GB2312", "楷体_GB2312", "黑体", "方正小标宋简体"):
        assert f'<w:font w:name="{name}"><w:altName' in fonts
    assert "<w:docDefaults" in styles


@pytest.mark.parametrize(
    "document", [LETTER, CIRCULAR, BULLETIN, ENGLISH], ids=["letter", "circular", "bulletin", "en"]
)
def test_elements_stand_in_the_order_that_the_format_asks_for(document: Official) -> None:
    """Word takes a file for damaged whose elements are in another order."""
    order = [
        "keepNext",
        "framePr",
        "widowControl",
        "pBdr",
        "tabs",
        "overflowPunct",
        "autoSpaceDE",
        "autoSpaceDN",
        "snapToGrid",
        "spacing",
        "ind",
        "jc",
        "outlineLvl",
        "rPr",
    ]
    run = ["rFonts", "color", "spacing", "sz", "szCs", "bdr"]
    table = ["tblStyle", "tblpPr", "tblW", "jc", "tblBorders", "tblLayout", "tblCellMar"]
    made = opened(document)
    for name, names in (("pPr", order), ("rPr", run), ("tblPr", table), ("trPr", ["cantSplit", "tblHeader"])):
        for element in made.element.body.iter(qn(f"w:{name}")):
            there = [child.tag.partition("}")[2] for child in element]
            assert there == sorted(there, key=names.index), name


@settings(max_examples=8, deadline=None)
@given(st.lists(st.text(max_size=40), max_size=8))
def test_any_text_comes_back_as_it_was(texts: list[str]) -> None:
    body: tuple[Block, ...] = (
        *(Paragraph(one) for one in texts),
        Grid(("甲",), tuple((one,) for one in texts)),
    )
    made = opened(replace(PLAIN, body=body))
    paragraphs = [said(one) for one in made.element.body.iter(qn("w:p"))]
    shown = [page.printable(one) for one in texts]
    assert paragraphs[2 : 2 + len(texts)] == shown
    assert [said(row) for row in made.tables[0]._tbl.xpath("./w:tr")] == ["甲", *shown]


def test_what_no_file_may_hold_is_shown_by_its_code() -> None:
    made = opened(replace(PLAIN, title="响\x07\ud800\ufffe\r\n完\t了", footer="a\x00"))
    assert with_text(made, "响[U+0007][U+D800][U+FFFE]\n完 了") is not None
    assert said(made.sections[0].footer._element).endswith("a[U+0000]")


def test_a_document_in_english_says_everything_in_english() -> None:
    made = opened(ENGLISH)
    for text in (
        "City Bureau, County Government:",
        "Attachments: 1.\tMap",
        "2.\tList",
        "(Phone: 0000)",
        "Copies: Province.",
    ):
        paragraph = with_text(made, text)
        assert value(paragraph, "w:pPr/w:jc/@w:val") == "left" or "Copies" in text
    assert made.core_properties.language == "en"
