"""The page of GB/T 9704-2012 in figures, and what of a text can stand on it: for whatever renders a document.

The figures were compiled from descriptions of the standard, some of them from memory; nobody held them against its
printed text. What the standard leaves open (the size of the mark, the thickness of the red line, how a table looks,
where the line with version and hash stands) is a choice of ours.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from itertools import pairwise
from typing import Any

from emergency.documents.model import Grid, Official

MM = 72 / 25.4
"""Points in a millimetre."""

PAPER = (210.0, 297.0)
TOP, LEFT, RIGHT, BOTTOM = 37.0, 28.0, 26.0, 35.0
"""The white edges (天头、订口…), in millimetres, of every page, odd or even."""
WIDTH = PAPER[0] - LEFT - RIGHT
HEIGHT = PAPER[1] - TOP - BOTTOM
"""The type area (版心), in millimetres."""

LINES, CHARACTERS = 22, 28
PITCH = HEIGHT * MM / LINES
"""From one line to the next, in points."""
BODY, TITLE, SMALL, TABLE, TINY = 16.0, 22.0, 14.0, 12.0, 8.0
"""三号, 二号, 四号 and 小四, in points; the last is the line with version and hash."""
CELL = (WIDTH * MM - BODY) / (CHARACTERS - 1) - 0.001
"""From one character to the next, in points: a little less than a character of 三号, of which 28 are 158 mm."""
MARK_MOST, MARK_LEAST = 60.0, 24.0
"""How large the mark may be, and how small before it takes a second line, in points."""
HEAD = 35.0
"""From the upper edge of the type area to the upper edge of the mark, in millimetres."""
BELOW_NUMBER = 4.0
"""From the document's number to the red line, in millimetres."""
RED_LINE, THICK, THIN = 0.5, 0.35, 0.25
"""Lines, in millimetres: the red one, the outer ones of the imprint, the one within."""
PAGE_NUMBER = 7.0
"""From the lower edge of the type area to the dashes of the page number, in millimetres."""
RED = "FF0000"
INDENT = 2
"""Characters by which a paragraph's first line is set in."""
DATE_BLANKS = 4
"""Characters that stay blank to the right of the date."""

LEVELS, KAI_LEVEL = 4, 2
"""How many levels of headings there are, and which of them is in 楷体; the first is in 黑体, the others in 仿宋."""

DRILL = "演　练"

LONG_ROW, SHORT_CELL = 8, 8
"""A row of a table with more lines than the first may be broken over pages, lest it be longer than one; a column of
which nothing has more characters than the second is centred."""

_BREAKS = re.compile("\r\n|[\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029]")
_UNPRINTABLE = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufdd0-\ufdef"
    + "".join(f"{chr(plane << 16 | 0xFFFE)}{chr(plane << 16 | 0xFFFF)}" for plane in range(17))
    + "]"
)
_CHUNK = 8
_ZERO_WIDTH_SPACE = "\u200b"


def printable(text: str) -> str:
    r"""The text with what cannot stand on a page shown by its code, so that nothing vanishes and nothing misleads.

    Every kind of line break becomes ``\n``, a tab a space. Control characters, halves of surrogate pairs and what no
    text may hold are shown like ``[U+0007]``; so are the marks that turn the order of writing round, since with them
    a figure can be made to read otherwise than it stands.
    """
    text = _BREAKS.sub("\n", text).replace("\t", " ")
    if text.isprintable():
        return text
    return _UNPRINTABLE.sub(lambda found: coded(found.group()), text)


def coded(character: str) -> str:
    """A character by its code, for where it cannot be shown itself."""
    return f"[U+{ord(character):04X}]"


def width(text: str) -> float:
    """How many characters of the grid a text takes, about: half a one for each narrow character."""
    wide = {"W", "F", "A"}
    return sum(
        0.0 if unicodedata.combining(one) else 1.0 if unicodedata.east_asian_width(one) in wide else 0.5
        for one in text
    )


def breakable(text: str, most: float) -> str:
    """The text with places to break in words that are longer than ``most`` characters of the grid.

    A word that does not fit a line would run over the edge of the paper. Places are made between plain letters and
    figures; in other scripts every few characters, and never before a mark that belongs to the letter before it.
    """

    def broken(found: re.Match[str]) -> str:
        word = found.group()
        if width(word) <= most:
            return word
        made = [word[0]]
        since = 0
        for before, one in pairwise(word):
            since += 1
            plain = before.isascii() and one.isascii()
            if (
                (plain or since >= _CHUNK)
                and not unicodedata.category(one).startswith("M")
                and one != "\u200d"
            ):
                made.append(_ZERO_WIDTH_SPACE)
                since = 0
            made.append(one)
        return "".join(made)

    return _LONG.sub(broken, text) if most < len(text) * 2 else text


# A run without a space and without a character of those that may be broken after anyway.
_LONG = re.compile("[^\\s\u2e80-\u9fff\uac00-\ud7a3\uf900-\ufaff\uff00-\uff60\U00020000-\U0003ffff]{4,}")


_WORDS = re.compile(
    "(?=("
    "特别重大|有限公司|股份有限|人民政府|关于|情况|报告|通报|信息|报送|紧急|事故|"
    "事件|灾害|灾难|爆炸|火灾|中毒|泄漏|泄露|坍塌|垮塌|透水|瓦斯|突出|滑坡|燃爆|"
    "窒息|溃坝|暴雨|洪水|地震|疫情|特别|特大|重大|较大|一般|有限|公司|责任|股份|"
    "集团|材料|原料|废料|燃料|煤矿|金矿|工厂|工业|化工|仓库|医院|学校|政府|人民|"
    "委员|办公|管理|应急|死亡|失联|引发|发生|进展|处置|救援|善后|续报|终报|统稿|"
    "更正"
    r"|[0-9]+月[0-9]+日))"
)
"""Words that a line of a title does not end within, where there is another place; the longest first."""

_WITHIN_WORD, _BEFORE_PARTICLE = 60.0, 40.0
_TITLE_LINES = 6
"""More lines than that are left as they fall."""


def title_lines(title: str, most: float) -> str:
    """A Chinese title in lines as it is set: each longer or shorter than the one before (梯形), no word broken.

    Args:
        title: The title, in one line.
        most: How many characters a line takes.
    """
    count = math.ceil(width(title) / most) if most > 0 else 1
    if "\n" in title or not 1 < count <= _TITLE_LINES:
        return title
    places = _places(title)
    found = min(
        (
            best
            for more in (0, 1)
            for step in (-1.0, 1.0)
            if (best := _set(title, places, count + more, most, step))
        ),
        default=None,
    )
    if found is None:
        return title
    edges = [0, *found[1], len(title)]
    return "\n".join(title[start:end].strip() for start, end in pairwise(edges))


def _places(title: str) -> dict[int, float]:
    """Where a line of a title may end, with what is lost by it."""
    inside = {at for word in _WORDS.finditer(title) for at in range(word.start(1) + 1, word.end(1))}
    depth, found = 0, {}
    for at in range(1, len(title)):
        before, after = title[at - 1], title[at]
        depth += (before in "（(《“〔") - (before in "）)》”〕")
        narrow = before.isascii() and after.isascii() and not (before.isspace() or after.isspace())
        mark = unicodedata.category(after).startswith("M") or not (after.isalnum() or after in "（《“〔 ")
        if narrow or mark or before in "（(《“〔":
            continue
        split = at in inside or depth > 0 or (before.isdigit() and not after.isdigit())
        found[at] = _WITHIN_WORD * split + _BEFORE_PARTICLE * (after in "的和与及、")
    return found


def _set(
    title: str, places: Mapping[int, float], count: int, most: float, step: float
) -> tuple[float, tuple[int, ...]] | None:
    """The least that is lost with so many lines, each longer by ``step`` than the one before, and where they end."""
    target = width(title) / count
    wanted = [target + step * (number - (count - 1) / 2) for number in range(count)]
    best: dict[int, tuple[float, tuple[int, ...]]] = {
        0: (80.0 * (count - math.ceil(width(title) / most)), ())
    }
    for number, want in enumerate(wanted):
        ends = places if number < count - 1 else {len(title): 0.0}
        reached: dict[int, tuple[float, tuple[int, ...]]] = {}
        for start, (lost, way) in best.items():
            for end, cost in ends.items():
                long = width(title[start:end])
                if start < end and long <= most:
                    whole = lost + cost + (long - want) ** 2, (*way, end)
                    reached[end] = min(reached.get(end, whole), whole)
        best = reached
    last = best.get(len(title))
    return None if last is None else (last[0], last[1][:-1])


def title_of(document: Official) -> str:
    """The title as it stands on paper: in lines that are broken by sense, where it is Chinese."""
    return title_lines(document.title, WIDTH * MM / TITLE) if document.chinese else document.title


def mark_size(mark: str) -> float:
    """How large the mark is set, in points: as large as a line of the type area takes, within limits."""
    # Letters of this weight are wider than half a character.
    longest = max(width(line) + 0.12 * (len(line) - width(line)) for line in mark.split("\n"))
    return max(MARK_LEAST, min(MARK_MOST, WIDTH * MM * 0.94 / longest)) if longest else MARK_MOST


def signature_blanks(signature: str, dated: str) -> float:
    """How many characters stay blank to the right of the signature, so that it stands centred above the date."""
    return max(1.0, DATE_BLANKS + (width(dated) - width(signature)) / 2)


def addressed(document: Official) -> str:
    """The addressees above the body in one line, with the colon; empty where there are none."""
    if document.bulletin or not document.addressees:
        return ""
    between, colon = ("，", "：") if document.chinese else (", ", ":")
    return between.join(document.addressees).rstrip("：:") + colon


def top_lines(document: Official) -> list[str]:
    """What stands at the top left, line by line; what is secret stands on the second even without a copy number."""
    first = [document.copy_number or ""] if document.copy_number or document.secrecy else []
    return [*first, *filter(None, (document.secrecy, document.urgency))]


def drill_mark(document: Official) -> str | None:
    """What stands on every page of a document that comes from a drill."""
    if not document.drill:
        return None
    return DRILL if document.chinese else f"DRILL · {DRILL}"


def signed_by(document: Official) -> str:
    """What stands before the name of who signed it."""
    return "签发人：" if document.chinese else "Signed by: "


def attached(document: Official) -> Iterator[tuple[str, str]]:
    """The attachments, each with what stands before its name."""
    label = "附件：" if document.chinese else "Attachments: "
    for at, name in enumerate(document.attachments, 1):
        number = f"{at}. " if len(document.attachments) > 1 else ""
        yield (label if at == 1 else "") + number, name


def attachment_indents(document: Official) -> tuple[float, float]:
    """From where the first attachment starts, and from where the names of all of them do, in characters."""
    label = width("附件：" if document.chinese else "Attachments: ")
    return INDENT, INDENT + label + (width("1. ") if len(document.attachments) > 1 else 0)


def noted(document: Official) -> Iterator[str]:
    """The notes, each in brackets."""
    opening, closing = ("（", "）") if document.chinese else ("(", ")")
    for note in document.notes:
        yield note if note.startswith(("（", "(")) else f"{opening}{note}{closing}"


def sent(document: Official) -> list[tuple[str, str]]:
    """To whom it goes, as the imprint says it: labels, each with the offices behind it."""
    said = [("抄送：", "Copies: ", document.copies_to)]
    if document.bulletin:
        said = [("报：", "To: ", document.addressees), ("送：", "Copies: ", document.copies_to)]
    if document.chinese:
        return [(zh, "，".join(offices).rstrip("。") + "。") for zh, _, offices in said if offices]
    return [(en, ", ".join(offices).rstrip(".") + ".") for _, en, offices in said if offices]


def printed(document: Official) -> tuple[str, str]:
    """The last line of the imprint: who printed it and when."""
    when = document.printed_on or ""
    if when and document.chinese and not when.endswith("印发"):
        when += "印发"
    return document.printed_by or "", when


def columns(grid: Grid) -> tuple[int, ...]:
    """How wide the columns of a table are to each other: as it says, else by what stands in them."""
    count = max((len(row) for row in (grid.head, *grid.rows)), default=0)
    if len(grid.widths) == count and all(one > 0 for one in grid.widths):
        return grid.widths
    longest = [0.0] * count
    for row in (grid.head, *grid.rows):
        for at, cell in enumerate(row):
            longest[at] = max(longest[at], *(width(line) for line in cell.split("\n")))
    # A column of long text takes lines rather than the whole width.
    return tuple(round(10 * min(max(one, 2.0), 14.0)) for one in longest)


def filled(grid: Grid) -> list[list[str]]:
    """The rows of a table, the head first, all of the same length."""
    count = len(columns(grid))
    return [[*row, *[""] * (count - len(row))] for row in (grid.head, *grid.rows)]


def table_size(grid: Grid) -> float:
    """The size of letters in a table, in points: smaller where there are many columns."""
    count = len(columns(grid))
    return TABLE if count <= 6 else 10.5 if count <= 9 else 7.5  # noqa: PLR2004 - 小四, 五号, 六号


def with_texts(document: Official, change: Callable[[str], str]) -> Official:
    """The same document with every text that it shows changed in the same way."""
    made: Official = _changed(document, change)
    return made


def rooms(grid: Grid) -> list[float]:
    """How many characters a line of each column of a table takes, about."""
    widths, size = columns(grid), table_size(grid)
    return [max(WIDTH * MM * one / sum(widths) / size - 0.7, 1.0) for one in widths]


def short_columns(grid: Grid) -> list[bool]:
    """Which columns have only so little in each place that it is centred."""
    return [
        all(width(line) <= SHORT_CELL for text in column for line in text.split("\n"))
        for column in zip(*filled(grid)[1:], strict=True)
    ] or [True] * len(columns(grid))


def long_row(row: list[str], rooms: list[float]) -> bool:
    """Whether a row of a table may be broken over pages."""
    lines = (
        sum(max(1.0, width(line) / room) for line in text.split("\n"))
        for text, room in zip(row, rooms, strict=True)
    )
    return max(lines, default=0.0) > LONG_ROW


def texts(document: Official) -> str:
    """Every text that the document shows, one after the other."""
    found: list[str] = []

    def kept(text: str) -> str:
        found.append(text)
        return text

    with_texts(document, kept)
    return "\n".join(found)


def _changed(value: Any, change: Callable[[str], str]) -> Any:  # noqa: ANN401 - whatever a document is made of
    if isinstance(value, str):
        return change(value)
    if isinstance(value, tuple):
        return tuple(_changed(one, change) for one in value)
    if is_dataclass(value) and not isinstance(value, type):
        return type(value)(**{one.name: _changed(getattr(value, one.name), change) for one in fields(value)})
    return value
