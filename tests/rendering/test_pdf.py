"""The PDF, counted and measured as it comes out of the reader."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.rendering.given import BULLETIN, CIRCULAR, ENGLISH, FOOTER, LETTER, PLAIN, lines
from tests.rendering.paper import AREA, Picture, area, sheets, text

from emergency.documents import pdf
from emergency.documents.fonts import Fonts, found
from emergency.documents.model import Grid, Heading, Official, Paragraph

LEFT, TOP, RIGHT, LOWER = AREA
PITCH = 225 / 22
CELL = 156 / 28


def test_a_page_has_22_lines_of_28_characters_over_the_whole_type_area(fonts: Fonts) -> None:
    pages = sheets(pdf.rendered(replace(PLAIN, body=(lines(50),)), fonts))
    full = area(pages[1])
    assert [len(line.text) for line in full] == [28] * 22
    assert [len(area(page)) for page in pages] == [
        21,
        22,
        8,
    ]  # on the first, a title and a blank line stand above
    for at, line in enumerate(full):
        assert line.height == pytest.approx(TOP + (at + 0.5) * PITCH, abs=1)
        assert (line.left, line.right) == pytest.approx((LEFT, RIGHT), abs=0.3)
    for one, other in pairwise(full):
        assert other.top - one.top == pytest.approx(PITCH, abs=0.02)


@pytest.mark.parametrize(("count", "pages"), [(20, 1), (21, 2)])
def test_what_does_not_fit_the_page_stands_on_the_next(fonts: Fonts, count: int, pages: int) -> None:
    assert len(sheets(pdf.rendered(replace(PLAIN, body=(lines(count),)), fonts))) == pages


def test_the_first_line_of_a_paragraph_is_set_in_by_two_characters(fonts: Fonts) -> None:
    _, first, second = area(sheets(pdf.rendered(replace(PLAIN, body=(lines(2, flush=False),)), fonts))[0])
    assert (len(first.text), len(second.text)) == (26, 28)
    assert first.left == pytest.approx(LEFT + 2 * CELL, abs=0.2)
    assert second.left == pytest.approx(LEFT, abs=0.2)


def test_figures_and_letters_leave_no_gap_and_a_line_of_them_ends_at_the_edge(fonts: Fonts) -> None:
    said = "2026年11月21日14时48分许，A区发生爆炸，造成2人死亡。" * 8
    shown = area(sheets(pdf.rendered(replace(PLAIN, body=(Paragraph(said),)), fonts))[0])[1:]
    assert "".join(line.text for line in shown) == said
    for line in shown[:-1]:
        # A mark at the end of a line leaves half of itself blank.
        assert RIGHT - 4 < line.right < RIGHT + 0.5
        assert line.text[0] not in "，。"


def test_the_head_of_a_letter_stands_where_the_standard_has_it(fonts: Fonts) -> None:
    made = pdf.rendered(LETTER, fonts)
    urgency, mark, number, signer, title, *_ = sheets(made)[0]
    assert urgency.text == "特急"
    assert urgency.left == pytest.approx(LEFT, abs=0.3)
    assert urgency.height == pytest.approx(TOP + PITCH / 2, abs=1)
    assert mark.middle == pytest.approx((LEFT + RIGHT) / 2, abs=1)
    assert (number.text, signer.text) == ("甲应急〔2026〕12号", "签发人：王某某")
    assert number.left == pytest.approx(LEFT + CELL, abs=0.3)
    assert signer.right == pytest.approx(RIGHT - CELL, abs=0.3)
    assert title.text == LETTER.title
    assert title.middle == pytest.approx((LEFT + RIGHT) / 2, abs=0.5)

    red = Picture(made, 1).red()
    assert red[0][0] == pytest.approx(TOP + 35, abs=0.4)  # the upper edge of the mark
    height, left, right = red[-1]
    assert (left, right) == pytest.approx((LEFT, RIGHT), abs=0.4)
    bottom_of_number = number.height + 16 / 72 * 25.4 / 2
    assert height == pytest.approx(bottom_of_number + 4.25, abs=0.8)
    assert title.height == pytest.approx(height + 2.5 * PITCH, abs=PITCH / 2 + 1)


def test_only_head_and_line_are_red(fonts: Fonts) -> None:
    made = pdf.rendered(replace(CIRCULAR, drill=True), fonts)
    assert [bool(Picture(made, page).red()) for page in (1, 2)] == [True, False]


def test_a_letter_that_goes_to_nobody_above_has_its_number_in_the_middle(fonts: Fonts) -> None:
    shown = sheets(pdf.rendered(replace(LETTER, signer=None), fonts))[0]
    (number,) = [line for line in shown if line.text == LETTER.number]
    assert number.middle == pytest.approx((LEFT + RIGHT) / 2, abs=0.5)


@pytest.mark.parametrize(
    ("document", "at_lines"),
    [
        (replace(LETTER, copy_number="000012", secrecy="机密★1年"), {"000012": 1, "机密★1年": 2, "特急": 3}),
        (replace(LETTER, secrecy="机密★1年"), {"机密★1年": 2, "特急": 3}),
        (LETTER, {"特急": 1}),
    ],
    ids=["all three", "no copy number", "urgency only"],
)
def test_what_stands_at_the_top_left(fonts: Fonts, document: Official, at_lines: dict[str, int]) -> None:
    shown = {line.text: line for line in sheets(pdf.rendered(document, fonts))[0]}
    for said, at in at_lines.items():
        assert shown[said].height == pytest.approx(TOP + (at - 0.5) * PITCH, abs=1)
        assert shown[said].left == pytest.approx(LEFT, abs=0.4)


def test_a_publication_has_its_issue_below_its_name_and_nobody_signs_it(fonts: Fonts) -> None:
    made = pdf.rendered(BULLETIN, fonts)
    shown = {line.text: line for page in sheets(made) for line in page}
    issue = shown["第12期（总第88期）"]
    office, dated = area(sheets(made)[0])[3:5]
    # A bracket at the end leaves half of itself blank.
    assert issue.middle == pytest.approx((LEFT + RIGHT) / 2, abs=1.6)
    assert (office.text, dated.text) == ("甲县政府总值班室", "2026年11月21日")
    assert (office.left, dated.right) == pytest.approx((LEFT + CELL, RIGHT - CELL), abs=0.3)
    assert text(made).count("2026年11月21日") == 3  # in the head, in the body, in the imprint: not below it
    assert "甲县应急管理局" not in text(made)
    assert {"报：乙市应急管理局，甲县人民政府。", "送：县委书记。"} <= shown.keys()


@pytest.mark.parametrize(("before", "moved"), [(18, False), (19, True)])
def test_a_heading_does_not_stand_at_the_foot_of_a_page(fonts: Fonts, before: int, *, moved: bool) -> None:
    body = (lines(before), Heading(1, "一、情况"), lines(3))
    first = area(sheets(pdf.rendered(replace(PLAIN, body=body), fonts))[0])
    assert ("一、情况" not in [line.text for line in first]) is moved


def test_pages_are_numbered_on_their_outer_side_below_the_type_area(fonts: Fonts) -> None:
    for at, page in enumerate(sheets(pdf.rendered(replace(PLAIN, body=(lines(50),)), fonts)), 1):
        (number,) = [line for line in page if line.text == f"— {at} —"]
        assert number.height == pytest.approx(LOWER + 7, abs=1.5)
        blank = 14 / 72 * 25.4
        if at % 2:
            assert number.right == pytest.approx(RIGHT - blank, abs=0.5)
        else:
            assert number.left == pytest.approx(LEFT + blank, abs=0.5)


@pytest.mark.parametrize(("drill", "chinese"), [(True, True), (True, False), (False, True)])
def test_every_page_bears_its_hash_and_the_mark_of_a_drill(
    fonts: Fonts, *, drill: bool, chinese: bool
) -> None:
    pages = sheets(pdf.rendered(replace(CIRCULAR, drill=drill, chinese=chinese), fonts))
    assert len(pages) > 2
    for page in pages:
        (footer,) = [line for line in page if line.text == FOOTER]
        assert LOWER + 12 < footer.top < 297 - 10
        marks = [line for line in page if "演" in line.text and line.bottom < TOP]
        assert len(marks) == drill
        assert not drill or ("DRILL" in marks[0].text) is not chinese


def test_the_imprint_ends_at_the_lower_edge_of_the_last_page(fonts: Fonts) -> None:
    made = pdf.rendered(CIRCULAR, fonts)
    pages = sheets(made)
    copies, printed_by, printed_on = area(pages[-1])[-3:]
    assert (copies.text, printed_by.text) == ("抄送：省应急管理厅，市委办公室。", "乙市应急管理局办公室")
    assert printed_on.text == "2026年11月5日印发"
    blank = 14 / 72 * 25.4
    assert (copies.left, printed_by.left) == pytest.approx((LEFT + blank, LEFT + blank), abs=0.3)
    assert printed_on.right == pytest.approx(RIGHT - blank, abs=0.3)
    strokes = Picture(made, len(pages)).strokes()
    assert strokes[-1].height == pytest.approx(LOWER, abs=0.3)
    for stroke in strokes:
        assert (stroke.left, stroke.right) == pytest.approx((LEFT, RIGHT), abs=0.4)
    assert all("抄送" not in line.text for page in pages[:-1] for line in page)


@pytest.mark.parametrize(
    "end", [{"signature": "甲县应急管理局", "dated": "2026年11月21日"}, {"printed_by": "办公室"}]
)
@pytest.mark.parametrize("count", [14, 17, 18, 20])
def test_neither_signature_nor_imprint_stands_on_a_page_alone(
    fonts: Fonts, end: dict[str, str], count: int
) -> None:
    said = replace(PLAIN, body=(lines(count - 2), Heading(1, "一、情况"), lines(1)), **end)  # type: ignore[arg-type]
    pages = [[line.text for line in area(page)] for page in sheets(pdf.rendered(said, fonts))]
    assert len(pages) == (1 if count == 14 else len(pages))
    assert end.get("signature", "办公室") in pages[-1]
    assert "县" * 28 in pages[-1]
    assert "一、情况" in pages[-1]


def test_who_signs_stands_centred_above_the_date_with_four_blanks(fonts: Fonts) -> None:
    shown = {line.text: line for line in area(sheets(pdf.rendered(LETTER, fonts))[-1])}
    signature, dated = shown["甲县应急管理局"], shown["2026年11月21日"]
    assert dated.right == pytest.approx(RIGHT - 4 * CELL, abs=0.4)
    assert signature.middle == pytest.approx(dated.middle, abs=3)
    assert dated.top - signature.top == pytest.approx(PITCH, abs=0.3)


def test_a_long_table_goes_over_pages_with_its_head_on_each_and_stays_within_the_area(fonts: Fonts) -> None:
    made = pdf.rendered(CIRCULAR, fonts)
    pages = sheets(made)
    with_rows = [page for page in pages if any(line.text.startswith("第") for line in area(page))]
    assert len(with_rows) > 1
    assert all({"单位", "应报", "说明"} <= {line.text for line in page} for page in with_rows)
    shown = [line.text for page in pages for line in area(page)]
    assert [f"第{number}县" for number in range(1, 41)] == [one for one in shown if one.startswith("第")]
    for stroke in Picture(made, 2).strokes():
        assert (stroke.left, stroke.right) == pytest.approx((LEFT, RIGHT), abs=0.5)


def test_no_word_is_too_long_and_no_table_too_wide_for_the_paper(fonts: Fonts) -> None:
    word = "https://example.org/" + "a" * 300
    strange = "ж" * 200
    wide = Grid(tuple(f"列{at}" for at in range(14)), (("x" * 60,) * 14, ("短",)))
    body = (
        Heading(1, word),
        Paragraph(word),
        Paragraph(strange),
        Grid(("甲", "乙"), ((word, "乙"),), (1, 3)),
        wide,
    )
    given = dict.fromkeys(("title", "number", "signer", "signature", "dated", "footer", "printed_by"), word)
    said = replace(LETTER, body=body, addressees=(word,), attachments=(word,), notes=(word,), **given)  # type: ignore[arg-type]
    for page in sheets(pdf.rendered(replace(said, mark=word, copies_to=(word,)), fonts)):
        for line in page:
            assert line.left > LEFT - 1, line
            assert line.right < RIGHT + 1, line


def test_a_row_that_is_longer_than_a_page_is_shown_whole(fonts: Fonts) -> None:
    long = "".join(f"第{number}条说明。" for number in range(1, 251))
    lines = "\n".join(f"行{number}" for number in range(60))
    table = Grid(("甲", "乙", "丙"), ((long, "x", "y"), ("x", lines, "y")), (5, 1, 5))
    shown = _within(text(pdf.rendered(replace(PLAIN, body=(table,)), fonts)))
    for number in range(1, 251):
        assert f"第{number}条说明。" in shown.replace("甲乙丙", "")
    for number in range(60):
        assert f"行{number}" in shown


HOSTILE = [
    "#let x = 1", "$x^2$", "@reference", "<label>", "\\", "[content]", "]", "*bold*", "_it_", "`raw`", "= heading",
    "// comment", "/* */", "“引号”‘单’", '"quoted"', "'", "~", "---", "...", "#panic()", "{", "}", "%d", "&amp;",
    "</w:t>",
]  # fmt: skip


def test_what_looks_like_markup_is_shown_as_it_is(fonts: Fonts) -> None:
    body = tuple(Paragraph(one, flush=True) for one in HOSTILE)
    shown = area(sheets(pdf.rendered(replace(PLAIN, body=body), fonts))[0])
    assert [line.text for line in shown[1:]] == HOSTILE[:20]


@settings(max_examples=6, deadline=None)
@given(st.lists(st.text("#$@<>\\[]{}*_`=/~\"'“”‘’&%^+-.:;,，。 0aZé中䶮\n\t", max_size=40), max_size=30))
def test_any_text_is_shown_as_it_is(texts: list[str]) -> None:
    table = Grid(("甲",), tuple((one,) for one in texts))
    said = replace(PLAIN, body=(*(Paragraph(one) for one in texts), table))
    shown = _within(text(pdf.rendered(said, _fonts())))
    assert sorted(shown) == sorted(_bare("标题甲" + "".join(texts) * 2) + "甲" * (shown.count("甲") - 1))


def _fonts() -> Fonts:
    return found()


def _within(shown: str) -> str:
    """What stands within the type area, without blanks."""
    edges = re.compile(rf"— \d+ —|{re.escape(FOOTER)}")
    return _bare(edges.sub("", shown))


def _bare(shown: str) -> str:
    return "".join(shown.split()).replace("\u200b", "").replace("\f", "")


def test_what_cannot_be_printed_is_shown_by_its_code_and_named(fonts: Fonts) -> None:
    odd = "响铃\x07，倒写\u202e21，半个\ud800，私用\ue000，无字\U000dddd0"
    made = pdf.made(replace(PLAIN, title=odd, body=(Paragraph(odd),)), fonts)
    shown = text(made.content).replace("\n", "")
    assert shown.count("响铃[U+0007]，倒写[U+202E]21，半个[U+D800]，私用[U+E000]，无字[U+DDDD0]") == 2
    said = made.warnings[-1]
    for words in (said.zh, said.en):
        assert "U+E000" in words
        assert "U+DDDD0" in words
        assert "U+0007" not in words  # no font would help


def test_rare_characters_of_names_are_there(fonts: Fonts) -> None:
    made = pdf.made(replace(LETTER, signer="李䶮", signature="㍙𬭚"), fonts)
    assert {"䶮", "㍙", "𬭚"} <= set(text(made.content))
    assert all("U+" not in words.zh for words in made.warnings)


def test_right_to_left_marks_of_emphasis_and_joined_emoji_do_no_harm(fonts: Fonts) -> None:
    shown = text(
        pdf.rendered(replace(PLAIN, body=(Paragraph("前שלום后 e\u0301 👨\u200d👩\ufe0f 完"),)), fonts)
    )
    assert "前" in shown
    assert "完" in shown


def test_a_document_in_english_says_everything_in_english(fonts: Fonts) -> None:
    shown = " ".join(text(pdf.rendered(ENGLISH, fonts)).split())
    for said in (
        "City Bureau, County Government:", "Signed by: Wang", "Attachments: 1. Map", "2. List", "(Phone: 0000)",
        "Copies: Province.", "某化工厂",
    ):  # fmt: skip
        assert said in shown
    assert not {"附", "抄", "签", "印"} & set(shown)


@pytest.mark.parametrize(
    "document", [LETTER, CIRCULAR, BULLETIN, ENGLISH], ids=["letter", "circular", "bulletin", "en"]
)
def test_nothing_that_a_document_says_is_left_out(fonts: Fonts, document: Official) -> None:
    shown = _bare(text(pdf.rendered(document, fonts)))
    for said in filter(
        None, (document.mark, document.title, document.number, document.urgency, document.dated)
    ):
        assert _bare(said) in shown
    for block in document.body:
        for said in (*block.head, *sum(block.rows, ())) if isinstance(block, Grid) else (block.text,):
            assert all(one in shown for one in _bare(said))


def test_the_same_document_gives_the_same_bytes_in_another_process(fonts: Fonts) -> None:
    code = (
        "import sys; from tests.rendering.given import CIRCULAR; from emergency.documents import docx, pdf;"
        "sys.stdout.buffer.write(pdf.rendered(CIRCULAR) + docx.rendered(CIRCULAR))"
    )
    from emergency.documents import docx  # noqa: PLC0415

    env = {**os.environ, "PYTHONHASHSEED": "7", "PYTHONPATH": os.pathsep.join(sys.path), "TZ": "UTC+5"}
    there = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, env=env, cwd=Path(__file__).parents[2]
    )
    assert there.stdout == pdf.rendered(CIRCULAR, fonts) + docx.rendered(CIRCULAR)


def test_an_empty_document_is_a_page(fonts: Fonts) -> None:
    assert len(sheets(pdf.rendered(Official(mark="", title="", body=()), fonts))) == 1


def test_a_long_title_and_mark_take_more_lines(fonts: Fonts) -> None:
    title = "关于甲县某某镇某某化工有限责任公司特别重大爆炸事故应急处置有关情况以及善后工作进展情况的紧急报告（续报三）"
    mark = "某某省某某市某某县某某镇人民政府突发事件应急管理委员会办公室文件"
    made = pdf.rendered(replace(LETTER, title=title, mark=mark), fonts)
    shown = [line.text for line in area(sheets(made)[0])]
    assert title in "".join(shown)
    assert mark in "".join(shown)
    assert Picture(made, 1).red()[0][0] == pytest.approx(TOP + 35, abs=0.4)
