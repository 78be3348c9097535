"""A document as DOCX, made with python-docx: A4 in the layout of GB/T 9704-2012.

The fonts are named as the standard has them; the computer that opens the file supplies them, or what it has in their
place. Lines and characters are counted out by exact line pitch and character spacing. A document grid would be the
obvious means, but LibreOffice lays out 19 lines of 14 characters by it.
"""

from __future__ import annotations

import io
import math
import zipfile
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

from emergency.documents import page
from emergency.documents.extra import not_installed
from emergency.documents.model import Block, Grid, Heading, Official
from emergency.domain.fixed import fixed

if TYPE_CHECKING:
    from docx.document import Document

LINE = 28.95
"""The pitch of the lines, in points: 22 of them fit the type area however a program rounds."""
TRACKING = -0.25
"""By how much more narrowly than its font says a character of 三号 is set, in points: 28 of them fit a line."""

FANG, KAI, HEI, BIAOSONG, SONG = "仿宋_GB2312", "楷体_GB2312", "黑体", "方正小标宋简体", "宋体"
_INSTEAD = {FANG: "仿宋", KAI: "楷体", HEI: "SimHei", BIAOSONG: "方正小标宋_GBK", SONG: "SimSun"}
"""Under which other name a program may look for a font."""
_LATIN = {FANG: "Times New Roman", KAI: "Times New Roman", BIAOSONG: "Times New Roman", HEI: "Arial"}
"""For documents in English."""
_LEVELS = (HEI, KAI, FANG, FANG)

_OFF = {"w:val": "0"}
_EPOCH = (1980, 1, 1, 0, 0, 0)
"""The date of every file within: the earliest that such a file can bear, so that equal documents are equal."""
_FOOTER = 40.0
"""How far the last line of a page stands from the edge of the paper, in points."""


@fixed(frozen=True, slots=True)
class _Run:
    """Some text in one kind of letters."""

    text: str
    font: str = FANG
    size: float = page.BODY
    red: bool = False
    boxed: bool = False
    field: bool = False


def rendered(document: Official) -> bytes:
    """The document as DOCX; the same document gives the same bytes.

    Raises:
        NotInstalledError: python-docx is not installed.
    """
    try:
        import docx  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise not_installed("python-docx", "DOCX") from error
    document = page.with_texts(document, page.printable)
    made = docx.Document()
    _settings(made, document)
    writer = _Writer(document)
    body = made.element.body
    for element in (*writer.head(), *writer.main(), *writer.ending()):
        body.insert(len(body) - 1, element)
    _edges(made, writer)
    return _packed(made)


class _Writer:
    """The parts of one document, as the elements of which the file is made."""

    def __init__(self, document: Official) -> None:
        self._document = document

    def head(self) -> list[Any]:
        """From the top of the first page to where the title stands."""
        document = self._document
        if not document.mark:
            return []
        size = page.mark_size(document.mark)
        high = 1.2 * size
        made = [self._p([_Run(line, HEI)]) for line in page.top_lines(document)]
        # The letters of the mark begin a little below the top of their line.
        made.append(_blank(max(page.HEAD * page.MM - len(made) * LINE - (high - size) / 2, 1.0)))
        made.append(self._p([_Run(document.mark, BIAOSONG, size, red=True)], align="center", line=high))
        room = page.WIDTH * page.MM / size
        lines = sum(max(1, math.ceil(page.width(line) / room)) for line in document.mark.split("\n"))
        made += self._below_mark()
        red_line = {"w:val": "single", "w:sz": _eighths(page.RED_LINE), "w:space": "0", "w:color": page.RED}
        made.append(
            _blank(
                page.BELOW_NUMBER * page.MM - (LINE - page.BODY) / 2,
                _e("w:pBdr", {}, _e("w:bottom", red_line)),
            )
        )
        used = sum(map(_height, made)) + (lines - 1) * high + page.RED_LINE * page.MM
        # So that what follows stands on the lines of the page.
        made.append(_blank(round(used / LINE + 2) * LINE - used))
        return made

    def _below_mark(self) -> list[Any]:
        document = self._document
        if document.bulletin:
            issue = (
                [_blank(LINE / 2), self._p([_Run(document.issue)], align="center")] if document.issue else []
            )
            sides = self._both_sides([_Run(document.issued_by or "")], [_Run(document.dated or "")])
            return [*issue, _blank(LINE / 2), sides]
        number = [_Run(document.number or "")]
        if document.signer:
            signer = [_Run(page.signed_by(document)), _Run(document.signer, KAI)]
            return [_blank(2 * LINE), self._both_sides(number, signer)]
        return [_blank(2 * LINE), *([self._p(number, align="center")] if document.number else [])]

    def main(self) -> list[Any]:
        """Title, addressees, body, attachments."""
        document = self._document
        title = [_Run(page.title_of(document), BIAOSONG, page.TITLE)]
        made = [self._p(title, align="center", keep=True), _blank(LINE, keep=True)]
        if addressed := page.addressed(document):
            made.append(self._p([_Run(addressed)], keep=True))
        ends = self._signed() or bool(document.attachments)
        for at, block in enumerate(document.body):
            made += self._block(block, last=ends and at == len(document.body) - 1)
        if document.attachments:
            made.append(_blank(LINE, keep=True))
        first, names = page.attachment_indents(document)
        for at, (label, name) in enumerate(page.attached(document)):
            hanging = names - first if at == 0 else page.width("1. ")
            text = f"{label.rstrip()}\t{name}"
            made.append(self._p([_Run(text)], left=names, hanging=hanging, keep=self._signed()))
        return made

    def _block(self, block: Block, *, last: bool) -> list[Any]:
        if isinstance(block, Grid):
            # A table is followed by a paragraph, or a program puts one there.
            return [self._table(block), _blank(1.0, keep=last)]
        if isinstance(block, Heading):
            level = min(max(block.level, 1), page.LEVELS)
            return [
                self._p([_Run(block.text, _LEVELS[level - 1])], first=page.INDENT, keep=True, level=level)
            ]
        return [self._p([_Run(block.text)], first=0 if block.flush else page.INDENT, keep=last)]

    def ending(self) -> list[Any]:
        """Signature, date, notes and imprint."""
        document = self._document
        made = []
        if self._signed():
            signature, dated = document.signature or "", document.dated or ""
            blanks = page.signature_blanks(signature, dated)
            made.append(_blank(LINE, keep=True))
            if signature:
                made.append(
                    self._p(
                        [_Run(signature)], align="right", right=blanks, keep=bool(dated or document.notes)
                    )
                )
            if dated:
                made.append(
                    self._p([_Run(dated)], align="right", right=page.DATE_BLANKS, keep=bool(document.notes))
                )
        notes = list(page.noted(document))
        made += [
            self._p([_Run(note)], first=page.INDENT, keep=at < len(notes)) for at, note in enumerate(notes, 1)
        ]
        return made + self._imprint()

    def _signed(self) -> bool:
        return not self._document.bulletin and bool(self._document.signature or self._document.dated)

    def _imprint(self) -> list[Any]:
        """A table that hangs on the lower edge of the type area of the page on which the document ends."""
        document = self._document
        high = 0.85 * LINE
        cell = page.SMALL / page.CELL
        rows = [
            self._p(
                [_Run(label + offices, size=page.SMALL)],
                left=(page.width(label) + 1) * cell,
                hanging=page.width(label) * cell,
                right=cell,
                line=high,
            )
            for label, offices in page.sent(document)
        ]
        office, when = page.printed(document)
        if office or when:
            runs = [_Run(office, size=page.SMALL)], [_Run(when, size=page.SMALL)]
            rows.append(self._both_sides(*runs, blank=cell, line=high))
        if not rows:
            return []
        thick = {"w:val": "single", "w:sz": _eighths(page.THICK), "w:space": "0", "w:color": "000000"}
        thin = {**thick, "w:sz": _eighths(page.THIN)}
        lines = {"w:top": thick, "w:bottom": thick, "w:insideH": thin}
        # LibreOffice lets a table as wide as the text hang freely only where it hangs on the paper.
        place = {"w:leftFromText": "0", "w:rightFromText": "0", "w:topFromText": _twips(LINE / 2)}
        place |= {"w:vertAnchor": "margin", "w:horzAnchor": "page", "w:tblpX": _twips(page.LEFT * page.MM)}
        place["w:tblpYSpec"] = "bottom"
        whole = page.WIDTH * page.MM
        shown = [_row([_cell(row, whole)]) for row in rows]
        return [_table([whole], lines, shown, _e("w:tblpPr", place), sides=0), _blank(1.0)]

    def _table(self, grid: Grid) -> Any:  # noqa: ANN401 - an element
        shares = page.columns(grid)
        size = page.table_size(grid)
        widths = [page.WIDTH * page.MM * share / sum(shares) for share in shares]
        line = {"w:val": "single", "w:sz": "4", "w:space": "0", "w:color": "000000"}
        names = ("w:top", "w:left", "w:bottom", "w:right", "w:insideH", "w:insideV")
        rows, rooms, short = [], page.rooms(grid), page.short_columns(grid)
        for at, row in enumerate(page.filled(grid)):
            cells = []
            for text, width, centred in zip(row, widths, short, strict=True):
                font = HEI if at == 0 else FANG
                shown = self._p(
                    [_Run(text, font, size)],
                    align="center" if at == 0 or centred else "left",
                    line=1.35 * size,
                    keep=at == 0,
                )
                cells.append(_cell(shown, width, middle=True))
            rows.append(_row(cells, head=at == 0, whole=not page.long_row(row, rooms)))
        return _table(widths, dict.fromkeys(names, line), rows, sides=0.3 * size)

    def footer(self, *, odd: bool) -> list[Any]:
        """The number of the page, on its outer side, and the line with version and hash."""
        number = [_Run(text, SONG, page.SMALL, field=text == "PAGE") for text in ("— ", "PAGE", " —")]
        blank = page.SMALL / page.CELL
        high = 1.3 * page.TINY
        # From the lower edge of the type area down to the middle of the number, which is 20 points high.
        gap = (page.BOTTOM - page.PAGE_NUMBER) * page.MM - 10 - _FOOTER - high
        shown = (
            self._p(number, align="right", right=blank, line=20, after=gap)
            if odd
            else self._p(number, align="left", left=blank, line=20, after=gap)
        )
        return [shown, self._p([_Run(self._document.footer, size=page.TINY)], align="center", line=high)]

    def header(self) -> list[Any]:
        """The mark of a drill."""
        mark = page.drill_mark(self._document)
        run = [_Run(f"\u00a0{mark}\u00a0", HEI, page.TITLE, boxed=True)] if mark else []
        return [self._p(run, align="center", line=1.4 * page.TITLE)]

    def _both_sides(
        self, left: list[_Run], right: list[_Run], *, blank: float = 1.0, line: float = LINE
    ) -> Any:  # noqa: ANN401 - an element
        """A line with something at either end, each with a blank beside it."""
        end = page.WIDTH * page.MM - blank * page.CELL
        tab = _e("w:tabs", {}, _e("w:tab", {"w:val": "right", "w:pos": _twips(end)}))
        between = [_Run("\t", size=left[0].size)]
        return self._p([*left, *between, *right], align="left", left=blank, line=line, tabs=tab)

    def _p(
        self,
        runs: Iterable[_Run],
        *,
        align: str = "both",
        first: float = 0,
        left: float = 0,
        right: float = 0,
        hanging: float = 0,
        line: float = LINE,
        after: float = 0,
        keep: bool = False,
        level: int = 0,
        tabs: Any = None,  # noqa: ANN401 - an element
    ) -> Any:  # noqa: ANN401 - an element
        """A paragraph; widths are in characters of the grid, heights in points."""
        indents = {"w:left": left, "w:right": right, "w:firstLine": first, "w:hanging": hanging}
        given = {name: _twips(cells * page.CELL) for name, cells in indents.items() if cells}
        if first:
            # Programs that count characters go by the second, the others by the first.
            given |= {
                "w:firstLine": str(round(first * page.BODY * 20)),
                "w:firstLineChars": str(round(first * 100)),
            }
        if align == "both" and not self._document.chinese:
            align = "left"
        spacing = {"w:before": "0", "w:after": _twips(after), "w:line": _twips(line), "w:lineRule": "exact"}
        properties = _e(
            "w:pPr",
            {},
            *([_e("w:keepNext")] if keep else []),
            _e("w:widowControl", _OFF),
            *([tabs] if tabs is not None else []),
            *_switches(),
            _e("w:spacing", spacing),
            *([_e("w:ind", given)] if given else []),
            _e("w:jc", {"w:val": align}),
            *([_e("w:outlineLvl", {"w:val": str(level - 1)})] if level else []),
        )
        return _e("w:p", {}, properties, *(part for run in runs if run.text for part in self._r(run)))

    def _r(self, run: _Run) -> list[Any]:
        latin = run.font if self._document.chinese else _LATIN.get(run.font, run.font)
        fonts = {"w:ascii": latin, "w:hAnsi": latin, "w:eastAsia": run.font, "w:cs": latin}
        tracked = run.size == page.BODY and self._document.chinese
        half = str(round(run.size * 2))
        box = {"w:val": "single", "w:sz": "10", "w:space": "0", "w:color": "000000"}

        def made(*children: Any) -> Any:  # noqa: ANN401 - elements
            properties = _e(
                "w:rPr",
                {},
                _e("w:rFonts", fonts),
                *([_e("w:color", {"w:val": page.RED})] if run.red else []),
                _e("w:spacing", {"w:val": _twips(TRACKING) if tracked else "0"}),
                _e("w:sz", {"w:val": half}),
                _e("w:szCs", {"w:val": half}),
                *([_e("w:bdr", box)] if run.boxed else []),
            )
            return _e("w:r", {}, properties, *children)

        if run.field:
            code = _e("w:instrText", {"xml:space": "preserve"}, text=f" {run.text} ")
            kinds = [_e("w:fldChar", {"w:fldCharType": kind}) for kind in ("begin", "separate", "end")]
            return [made(kinds[0]), made(code), made(kinds[1]), made(_e("w:t", text="1")), made(kinds[2])]
        return [made(*_characters(run.text))]


def _characters(text: str) -> list[Any]:
    """The text with its line breaks and tabs."""
    made: list[Any] = []
    for at, line in enumerate(text.split("\n")):
        if at:
            made.append(_e("w:br"))
        for after, part in enumerate(line.split("\t")):
            if after:
                made.append(_e("w:tab"))
            if part:
                made.append(_e("w:t", {"xml:space": "preserve"}, text=part))
    return made


def _table(
    widths: list[float],
    lines: Mapping[str, Mapping[str, str]],
    rows: list[Any],
    place: Any = None,  # noqa: ANN401 - an element
    *,
    sides: float,
) -> Any:  # noqa: ANN401 - an element
    """A table as wide as the type area."""
    margins = [_e(name, {"w:w": _twips(sides), "w:type": "dxa"}) for name in ("w:left", "w:right")]
    properties = _e(
        "w:tblPr",
        {},
        *([place] if place is not None else []),
        _e("w:tblW", {"w:w": _twips(sum(widths)), "w:type": "dxa"}),
        *([_e("w:jc", {"w:val": "center"})] if place is None else []),
        _e("w:tblBorders", {}, *(_e(name, line) for name, line in lines.items())),
        _e("w:tblLayout", {"w:type": "fixed"}),
        _e("w:tblCellMar", {}, *margins),
    )
    columns = _e("w:tblGrid", {}, *(_e("w:gridCol", {"w:w": _twips(width)}) for width in widths))
    return _e("w:tbl", {}, properties, columns, *rows)


def _row(cells: list[Any], *, head: bool = False, whole: bool = True) -> Any:  # noqa: ANN401 - an element
    """A row, which may stay whole on one page, and may be repeated as the head of each."""
    said = [*([_e("w:cantSplit")] if whole else []), *([_e("w:tblHeader")] if head else [])]
    return _e("w:tr", {}, *([_e("w:trPr", {}, *said)] if said else []), *cells)


def _cell(paragraph: Any, width: float, *, middle: bool = False) -> Any:  # noqa: ANN401 - elements
    properties = _e("w:tcPr", {}, _e("w:tcW", {"w:w": _twips(width), "w:type": "dxa"}))
    if middle:
        properties.append(_e("w:vAlign", {"w:val": "center"}))
    return _e("w:tc", {}, properties, paragraph)


def _blank(height: float, border: Any = None, *, keep: bool = False) -> Any:  # noqa: ANN401 - elements
    """A blank of some height in points."""
    spacing = {"w:before": "0", "w:after": "0", "w:line": _twips(height), "w:lineRule": "exact"}
    size = _e("w:sz", {"w:val": "2"})
    said = [*([_e("w:keepNext")] if keep else []), *([border] if border is not None else [])]
    return _e("w:p", {}, _e("w:pPr", {}, *said, _e("w:spacing", spacing), _e("w:rPr", {}, size)))


def _height(paragraph: Any) -> float:  # noqa: ANN401 - an element
    """How high a paragraph of one line is, in points."""
    (line,) = paragraph.xpath("./w:pPr/w:spacing/@w:line")
    return int(line) / 20


def _e(
    name: str,
    attributes: Mapping[str, str] | None = None,
    *children: Any,  # noqa: ANN401 - elements
    text: str | None = None,
) -> Any:  # noqa: ANN401 - an element
    """An element."""
    # OxmlElement looks each name up anew: a long table is made of a hundred thousand.
    make, names = _maker()
    made = make(_named(name), {_named(key): value for key, value in (attributes or {}).items()}, names)
    made.extend(children)
    if text is not None:
        made.text = text
    return made


@cache
def _maker() -> tuple[Callable[..., Any], dict[str, str]]:
    """What makes an element, and the name space that all of them are in."""
    from docx.oxml.ns import nsmap  # noqa: PLC0415 - an extra
    from docx.oxml.parser import oxml_parser  # noqa: PLC0415 - the same

    return oxml_parser.makeelement, {"w": nsmap["w"]}


@cache
def _named(name: str) -> str:
    from docx.oxml.ns import qn  # noqa: PLC0415 - an extra

    return qn(name)


def _switches() -> list[Any]:
    """What a program does unless each paragraph says no: hang a comma over the edge, put blanks beside figures."""
    return [_e(name, _OFF) for name in ("w:overflowPunct", "w:autoSpaceDE", "w:autoSpaceDN", "w:snapToGrid")]


def _twips(points: float) -> str:
    return str(round(points * 20))


def _eighths(millimetres: float) -> str:
    return str(round(millimetres * page.MM * 8))


def _settings(made: Document, document: Official) -> None:
    """Paper and defaults, and nothing that would tell when or on what machine it was made."""
    from docx.opc.constants import RELATIONSHIP_TYPE  # noqa: PLC0415 - an extra
    from docx.oxml.ns import qn  # noqa: PLC0415 - the same
    from docx.shared import Mm, Pt  # noqa: PLC0415 - the same

    section = made.sections[0]
    section.page_width, section.page_height = Mm(page.PAPER[0]), Mm(page.PAPER[1])
    section.top_margin, section.bottom_margin = Mm(page.TOP), Mm(page.BOTTOM)
    section.left_margin, section.right_margin = Mm(page.LEFT), Mm(page.RIGHT)
    section.gutter = Mm(0)
    section.header_distance, section.footer_distance = Mm(14), Pt(_FOOTER)
    for grid in section._sectPr.findall(qn("w:docGrid")):  # noqa: SLF001 - it has no other name
        section._sectPr.remove(grid)  # noqa: SLF001 - the same

    styles = made.styles.element
    defaults = styles.find(qn("w:docDefaults"))
    latin = FANG if document.chinese else _LATIN[FANG]
    fonts = {"w:ascii": latin, "w:hAnsi": latin, "w:eastAsia": FANG, "w:cs": latin}
    languages = {"w:val": "en-US", "w:eastAsia": "zh-CN"}
    half = str(round(page.BODY * 2))
    letters = _e(
        "w:rPr", {}, _e("w:rFonts", fonts), _e("w:sz", {"w:val": half}), _e("w:szCs", {"w:val": half}),
        _e("w:lang", languages),
    )  # fmt: skip
    # A page would lose a line now and then, so that no line of a paragraph stands alone.
    lines = [_e("w:widowControl", _OFF), *_switches()]
    lines.append(
        _e("w:spacing", {"w:before": "0", "w:after": "0", "w:line": _twips(LINE), "w:lineRule": "exact"})
    )
    defaults.clear()
    defaults.extend([_e("w:rPrDefault", {}, letters), _e("w:pPrDefault", {}, _e("w:pPr", {}, *lines))])
    made.settings.odd_and_even_pages_header_footer = True
    settings = made.settings.element
    for name, value in (("w:characterSpacingControl", "doNotCompress"),):
        for one in settings.findall(qn(name)):
            one.set(qn("w:val"), value)

    package = made.part.package
    for key, relation in list(package.rels.items()):
        if relation.reltype == RELATIONSHIP_TYPE.THUMBNAIL:
            del package.rels[key]
    for part in package.iter_parts():
        if part.partname == "/word/fontTable.xml":
            part._blob = _font_table()  # noqa: SLF001 - python-docx leaves this part as it is
    properties = made.core_properties
    for child in list(properties._element):  # noqa: SLF001 - it has a date whatever is done by name
        properties._element.remove(child)  # noqa: SLF001 - the same
    properties.title = document.title.replace("\n", " ")[:255]
    properties.author = (document.issued_by or document.signature or "")[:255]
    properties.language = "zh-CN" if document.chinese else "en"


def _font_table() -> bytes:
    """The names of the fonts, each with another that it goes by."""
    fonts = "".join(
        f'<w:font w:name="{name}"><w:altName w:val="{other}"/><w:charset w:val="86"/></w:font>'
        for name, other in _INSTEAD.items()
    )
    space = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    whole = (
        f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?><w:fonts xmlns:w="{space}">{fonts}</w:fonts>'
    )
    return whole.encode()


def _edges(made: Document, writer: _Writer) -> None:
    """What stands above and below every page, odd and even."""
    section = made.sections[0]
    for part, content in (
        (section.header, writer.header()),
        (section.even_page_header, writer.header()),
        (section.footer, writer.footer(odd=True)),
        (section.even_page_footer, writer.footer(odd=False)),
    ):
        part.is_linked_to_previous = False
        element = part._element  # noqa: SLF001 - it has no other name
        for child in list(element):
            element.remove(child)
        element.extend(content)


def _packed(made: Document) -> bytes:
    """The file, with the same date and order of what is in it each time."""
    written, packed = io.BytesIO(), io.BytesIO()
    made.save(written)
    with zipfile.ZipFile(written) as source, zipfile.ZipFile(packed, "w") as target:
        for name in source.namelist():
            info = zipfile.ZipInfo(name, _EPOCH)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = 0o600 << 16
            info.create_system = 3
            target.writestr(info, source.read(name))
    return packed.getvalue()
