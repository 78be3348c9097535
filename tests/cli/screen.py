"""What stands on a terminal after a program has written to it: as much of a VT100 as our programs use."""

from __future__ import annotations

import codecs
import re
import unicodedata
from collections.abc import Callable

CONTROL = re.compile(
    r"\x1b\[(?P<private>[?>=]?)(?P<numbers>[\d;:]*)[ -/]*(?P<final>[@-~])"
    r"|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)"  # a title
    r"|\x1b[()][0-9A-Za-z]"
    r"|\x1b[^\[\]()]"
)
UNFINISHED = re.compile(r"\x1b(?:\[[?>=]?[\d;:]*[ -/]*|\][^\x07\x1b]*\x1b?|[()])?\Z")
TAIL = ""
"""The second cell of a wide character."""


def width_of(char: str) -> int:
    """How many cells a character takes."""
    if unicodedata.combining(char):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


class Screen:
    """The cells of a terminal.

    Args:
        columns: How wide it is.
        rows: How high it is.
    """

    def __init__(self, columns: int, rows: int) -> None:
        self.columns, self.rows = columns, rows
        self.row = self.column = 0
        self.cells = self._blank(rows)
        self.scrolled: list[str] = []
        self.written = ""
        self._aside: tuple[list[list[str]], int, int] | None = None
        self._saved = (0, 0)
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._rest = ""

    def lines(self) -> list[str]:
        """The rows, without the blanks at their ends."""
        return ["".join(cells).rstrip() for cells in self.cells]

    def text(self) -> str:
        """All that can be seen now."""
        return "\n".join(self.lines()).rstrip()

    def resize(self, columns: int, rows: int) -> None:
        """Cut or fill up; the lines that no longer fit leave at the top, where the cursor would be lost."""
        for _ in range(max(self.row - rows + 1, 0)):
            self._scroll()
            self.row -= 1
        self.columns, self.rows = columns, rows
        self.cells = [
            (cells + [" "] * columns)[:columns] for cells in (self.cells + self._blank(rows))[:rows]
        ]
        self.column = min(self.column, columns - 1)

    def feed(self, data: bytes) -> None:
        """Take what a program wrote; a character or sequence may come in pieces."""
        text = self._rest + self._decoder.decode(data)
        unfinished = UNFINISHED.search(text)
        self._rest = unfinished[0] if unfinished else ""
        text = text[: len(text) - len(self._rest)]
        place = 0
        while place < len(text):
            if text[place] == "\x1b" and (match := CONTROL.match(text, place)):
                self._control(match)
                place = match.end()
                continue
            self._put(text[place])
            place += 1

    def _put(self, char: str) -> None:
        if char == "\n":
            self.written += "\n"
            self._down()
        elif char == "\r":
            self.column = 0
        elif char == "\b":
            self.column = max(self.column - 1, 0)
        elif char == "\t":
            self.column = min((self.column // 8 + 1) * 8, self.columns - 1)
            self.written += " "
        elif char >= " " and char != "\x7f":
            self._print(char)

    def _print(self, char: str) -> None:
        self.written += char
        wide = width_of(char)
        if wide == 0:
            self.cells[self.row][max(self.column - 1, 0)] += char
            return
        if self.column + wide > self.columns:
            self.column = 0
            self._down()
        self.cells[self.row][self.column] = char
        if wide == 2:
            self.cells[self.row][self.column + 1] = TAIL
        self.column += wide

    def _down(self) -> None:
        if self.row == self.rows - 1:
            self._scroll()
        else:
            self.row += 1

    def _scroll(self) -> None:
        gone = "".join(self.cells.pop(0)).rstrip()
        if self._aside is None:
            self.scrolled.append(gone)
        self.cells += self._blank(1)

    def _blank(self, rows: int) -> list[list[str]]:
        return [[" "] * self.columns for _ in range(rows)]

    def _control(self, match: re.Match[str]) -> None:
        final = match["final"]
        if final is None:
            self._escape(match[0][1:])
            return
        numbers = [int(number or 0) for number in re.split("[;:]", match["numbers"] or "0")]
        if match["private"]:
            if match["private"] == "?" and final in "hl" and {47, 1047, 1049} & set(numbers):
                self._alternate(on=final == "h")
            return
        move = _MOVES.get(final)
        if move is not None:
            move(self, numbers)
            self.row = min(max(self.row, 0), self.rows - 1)
            self.column = min(max(self.column, 0), self.columns - 1)

    def _escape(self, what: str) -> None:
        if what == "7":
            self._saved = self.row, self.column
        elif what == "8":
            self.row, self.column = self._saved
        elif what == "M":
            if self.row == 0:
                self.cells = self._blank(1) + self.cells[:-1]
            self.row = max(self.row - 1, 0)

    def _alternate(self, *, on: bool) -> None:
        if on and self._aside is None:
            self._aside = self.cells, self.row, self.column
            self.cells, self.row, self.column = self._blank(self.rows), 0, 0
        elif not on and self._aside is not None:
            self.cells, self.row, self.column = self._aside
            self._aside = None
            self.resize(self.columns, self.rows)

    # -- sequences -------------------------------------------------------------------------------------------

    def _move(self, down: int, right: int) -> None:
        self.row += down
        self.column += right

    def _place(self, row: int, column: int) -> None:
        self.row, self.column = row - 1, column - 1

    def _erase_line(self, what: int) -> None:
        first = 0 if what else self.column
        last = min(self.column + 1, self.columns) if what == 1 else self.columns
        self.cells[self.row][first:last] = [" "] * (last - first)

    def _erase(self, what: int) -> None:
        self._erase_line(min(what, 2))
        rows = {0: range(self.row + 1, self.rows), 1: range(self.row)}.get(what, range(self.rows))
        for row in rows:
            self.cells[row] = [" "] * self.columns

    def _shift(self, by: int) -> None:
        """Insert blanks at the cursor, or with a negative number take characters out."""
        cells = self.cells[self.row]
        if by > 0:
            cells[self.column : self.column] = [" "] * by
        else:
            del cells[self.column : self.column - by]
        self.cells[self.row] = (cells + [" "] * self.columns)[: self.columns]

    def _shift_lines(self, by: int) -> None:
        if by > 0:
            self.cells[self.row : self.row] = self._blank(by)
        else:
            del self.cells[self.row : self.row - by]
        self.cells = (self.cells + self._blank(self.rows))[: self.rows]

    def _blank_out(self, count: int) -> None:
        last = min(self.column + count, self.columns)
        self.cells[self.row][self.column : last] = [" "] * (last - self.column)


_MOVES: dict[str, Callable[[Screen, list[int]], None]] = {
    "A": lambda screen, n: screen._move(-(n[0] or 1), 0),
    "B": lambda screen, n: screen._move(n[0] or 1, 0),
    "C": lambda screen, n: screen._move(0, n[0] or 1),
    "D": lambda screen, n: screen._move(0, -(n[0] or 1)),
    "E": lambda screen, n: screen._move(n[0] or 1, -screen.column),
    "F": lambda screen, n: screen._move(-(n[0] or 1), -screen.column),
    "G": lambda screen, n: screen._place(screen.row + 1, n[0] or 1),
    "d": lambda screen, n: screen._place(n[0] or 1, screen.column + 1),
    "H": lambda screen, n: screen._place(n[0] or 1, n[-1] or 1 if len(n) > 1 else 1),
    "f": lambda screen, n: screen._place(n[0] or 1, n[-1] or 1 if len(n) > 1 else 1),
    "J": lambda screen, n: screen._erase(n[0]),
    "K": lambda screen, n: screen._erase_line(n[0]),
    "X": lambda screen, n: screen._blank_out(n[0] or 1),
    "@": lambda screen, n: screen._shift(n[0] or 1),
    "P": lambda screen, n: screen._shift(-(n[0] or 1)),
    "L": lambda screen, n: screen._shift_lines(n[0] or 1),
    "M": lambda screen, n: screen._shift_lines(-(n[0] or 1)),
}
"""What a sequence does, by its last letter; colours and the rest change nothing that can be read."""
