"""The plain text of a document: 72 columns, wide characters counted as two. It needs nothing but this library."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence

from emergency.documents.model import Grid, Heading, Official, Paragraph

WIDTH = 72
"""So many columns."""

_PIECE = re.compile(r"[\x21-\x7e]+|\s+|.", re.DOTALL)
"""What stays in one piece: a word or number in narrow characters; of Chinese each character."""
_NEVER_FIRST = frozenset("，。、；：？！）》”’】〕％·—…,.;:?!)]}%")
"""What no line begins with."""
_NEVER_LAST = frozenset("（《“‘【〔([{#")
"""What no line ends with."""
_INDENT = 4
"""Two Chinese characters."""
_GAP = 2
"""Between the columns of a table."""


def rendered(document: Official) -> str:
    """The whole document as text, with a newline at its end."""
    return "\n".join(line.rstrip() for line in _lines(document)) + "\n"


def columns(text: str) -> int:
    """How many columns a text takes on a terminal."""
    return sum(
        0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text
    )


def _lines(document: Official) -> Iterator[str]:
    say = _Say(document.chinese)
    yield from _head(document, say)
    for block in document.body:
        if isinstance(block, Heading):
            yield from wrapped(block.text, WIDTH, first=_INDENT)
        elif isinstance(block, Paragraph):
            yield from wrapped(block.text, WIDTH, first=0 if block.flush else _INDENT)
        else:
            yield from _table(block)
    if document.attachments:
        yield ""
        for number, name in enumerate(document.attachments, 1):
            yield from wrapped(f"{say('附件：', 'Attached: ')}{number}. {name}", WIDTH, first=_INDENT)
    yield ""
    if not document.bulletin:
        if document.signature:
            yield _right(document.signature)
        if document.dated:
            yield _right(document.dated)
    for note in document.notes:
        yield from wrapped(say(f"（{note}）", f"({note})"), WIDTH, first=_INDENT)
    yield from _imprint(document, say)
    yield "─" * WIDTH
    yield from wrapped(document.footer, WIDTH)
    if document.drill:
        yield _centred(_drill(say))


def _head(document: Official, say: _Say) -> Iterator[str]:
    """Everything above the body."""
    if document.drill:
        yield _centred(_drill(say))
    for mark in (document.copy_number, document.secrecy, document.urgency):
        if mark:
            yield mark
    yield from (_centred(line) for line in wrapped(document.mark, WIDTH))
    yield from _below_the_mark(document, say)
    yield "━" * WIDTH
    yield ""
    yield from (_centred(line) for line in wrapped(document.title, WIDTH - 8))
    yield ""
    if document.addressees and not document.bulletin:
        yield from wrapped(say.listed(document.addressees) + say("：", ":"), WIDTH)


def _drill(say: _Say) -> str:
    return say("【演练】", "[DRILL]")


class _Say:
    """The words around a document, in its language."""

    def __init__(self, chinese: bool) -> None:  # noqa: FBT001 - as the document has it
        self.chinese = chinese

    def __call__(self, zh: str, en: str) -> str:
        return zh if self.chinese else en

    def listed(self, parts: Sequence[str]) -> str:
        return ("，" if self.chinese else ", ").join(parts)


def _below_the_mark(document: Official, say: _Say) -> Iterator[str]:
    """The number and who signed; or the issue, its office and its date."""
    if document.bulletin:
        if document.issue:
            yield _centred(document.issue)
        yield _apart(document.issued_by or "", document.dated or "")
        if document.signer:
            yield _right(say(f"签发：{document.signer}", f"Signed off: {document.signer}"))
        return
    signer = say(f"签发人：{document.signer}", f"Signed: {document.signer}") if document.signer else ""
    if document.number or signer:
        yield _apart(document.number or "", signer) if signer else _centred(document.number or "")


def _imprint(document: Official, say: _Say) -> Iterator[str]:
    lines = []
    if document.bulletin and document.addressees:
        lines.append(say("报：", "To: ") + say.listed(document.addressees))
    if document.copies_to:
        name = say("送：", "Cc: ") if document.bulletin else say("抄送：", "Cc: ")
        lines.append(name + say.listed(document.copies_to))
    if document.printed_by:
        on = (
            say(f"{document.printed_on}印发", f"printed {document.printed_on}") if document.printed_on else ""
        )
        lines.append(_apart(document.printed_by, on))
    if lines:
        yield "─" * WIDTH
        for line in lines:
            yield from wrapped(line, WIDTH) if columns(line) > WIDTH else (line,)


def _centred(text: str) -> str:
    return " " * max((WIDTH - columns(text)) // 2, 0) + text


def _right(text: str) -> str:
    """Flush right, with room for four characters."""
    return " " * max(WIDTH - columns(text) - 2 * _INDENT, 0) + text


def _apart(left: str, right: str) -> str:
    space = WIDTH - columns(left) - columns(right)
    return left + " " * space + right if space > 0 else f"{left}\n{_right(right)}"


def wrapped(text: str, width: int, *, first: int = 0) -> list[str]:
    """A paragraph in lines of so many columns; words stay whole where they fit into a line.

    Args:
        text: The paragraph.
        width: How many columns there are.
        first: How far its first line is set in.
    """
    lines: list[str] = []
    line: list[str] = []
    room = width - first
    taken = 0

    def flush() -> None:
        nonlocal line, taken, room
        lines.append("".join(line).rstrip())
        line, taken, room = [], 0, width

    for piece in _pieces(text, width):
        if piece == "\n":
            flush()
            continue
        wide = columns(piece)
        if taken + wide > room and line:
            carried: list[str] = []
            while (carried[0] if carried else piece)[0] in _NEVER_FIRST and len(line) > 1:
                carried.insert(0, line.pop())
            while len(line) > 1 and line[-1] in _NEVER_LAST:
                carried.insert(0, line.pop())
            flush()
            line, taken = carried, sum(map(columns, carried))
        if piece.isspace() and not line and lines:
            continue
        line.append(piece)
        taken += wide
    flush()
    lines[0] = " " * first + lines[0]
    return lines


def _pieces(text: str, width: int) -> Iterator[str]:
    for piece in _PIECE.findall(text):
        if piece.isspace():
            yield "\n" if "\n" in piece else " "
            continue
        while len(piece) > width // 2 and len(piece) > 1:  # a long word breaks where it must
            yield piece[: width // 2]
            piece = piece[width // 2 :]  # noqa: PLW2901 - what is left of it
        yield piece


def _table(grid: Grid) -> Iterator[str]:
    """A table: each cell is broken within its column."""
    count = len(grid.head)
    shares = grid.widths or (1,) * count
    space = WIDTH - _GAP * (count - 1)
    widths = [max(space * share // sum(shares), 4) for share in shares]
    yield ""
    for index, row in enumerate((grid.head, *grid.rows)):
        cells = [wrapped(cell, widths[i]) for i, cell in enumerate(row)]
        for number in range(max(map(len, cells))):
            parts = [cell[number] if number < len(cell) else "" for cell in cells]
            yield (" " * _GAP).join(part + " " * (widths[i] - columns(part)) for i, part in enumerate(parts))
        if index == 0:
            yield "─" * WIDTH
    yield ""
