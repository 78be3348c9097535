"""Paragraphs broken at the width, wide characters counted as two, without the renderer that tables need."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

_WORD = re.compile(r"\s*\S+\s*")
_TAB = 8
_UNPRINTED = dict.fromkeys(map(ord, "\a\b\v\f\r"))
"""What moves the cursor and is no text."""


class Paragraph(NamedTuple):
    """Text to be broken at the width, and how far it is set in."""

    text: str
    by: int = 0

    def lines(self, width: int) -> Iterator[str]:
        """The lines, each at most so wide; a line that was written keeps to itself, however short."""
        inset = " " * self.by
        for line in self.text.translate(_UNPRINTED).split("\n"):
            for broken in _broken(_untabbed(line), max(width - self.by, 1)):
                yield (inset + broken).rstrip()


def _broken(line: str, width: int) -> Iterator[str]:
    """As many words a line as fit; a word that fits no line is broken where a line ends."""
    from rich.cells import cell_len, chop_cells  # noqa: PLC0415 - help breaks its lines by itself

    begun = ""
    for word in _WORD.findall(line):
        wide = cell_len(word.rstrip())
        if cell_len(begun) + wide <= width:
            begun += word
            continue
        if begun:
            yield begun
        *full, begun = chop_cells(word, width) if wide > width else [word]
        yield from full
    yield begun


def _untabbed(line: str) -> str:
    from rich.cells import cell_len  # noqa: PLC0415 - as above

    first, *others = line.split("\t")
    for part in others:
        first += " " * (_TAB - cell_len(first) % _TAB) + part
    return first
