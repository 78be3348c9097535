"""Text broken at the width of a terminal: a wide character takes two cells, and a line of Chinese ends anywhere.

Help, paragraphs and the cells of tables are broken here alike, without the renderer that tables need: that one breaks
at blanks only, so that a sentence of Chinese would begin a line with its comma and split a time of day.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import NamedTuple

_WORD = re.compile(r"^\s*\S+\s*|\S+\s*")
_TAB = 8
_UNPRINTED = dict.fromkeys(map(ord, "\a\b\v\f\r"))
"""What moves the cursor and is no text."""

NAME = 24
"""A word of at most so many cells stays whole where it fits a line: the name of an office, a time of day."""

_NEVER_FIRST = frozenset("，。、；：？！）》】〕」』”’…—·,.;:?!)]}%")
_NEVER_LAST = frozenset("（《【〔「『“‘([{#")
_NUMBER = re.compile(r"[约≥≤]?\d[\d,.]*(?![\d:-])")
"""A number, and no date or time of day."""


class Paragraph(NamedTuple):
    """Text to be broken at the width, and how far it is set in."""

    text: str
    by: int = 0

    def lines(self, width: int) -> Iterator[str]:
        """The lines, each at most so wide; a line that was written keeps to itself, however short."""
        inset = " " * self.by
        for line in self.text.translate(_UNPRINTED).split("\n"):
            for part in broken(_untabbed(line), max(width - self.by, 1)):
                yield (inset + part).rstrip()


def cells(text: str) -> int:
    """How many cells of a terminal the text takes."""
    return len(text) if text.isascii() else sum(map(_cells_of, text))


def _cells_of(character: str) -> int:
    if unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if wide(character) else 1


def wide(character: str) -> bool:
    """Whether a character takes two cells."""
    return unicodedata.east_asian_width(character) in "WF"


def broken(text: str, width: int) -> list[str]:
    """The text in lines of at most so many cells; a word that fits no line is broken where a line ends."""
    if cells(text) <= width:
        return [text.rstrip()]
    lines, held = [""], 0
    for unit in _numbered(_units(text, width), width):
        takes = cells(unit)
        if held and held + cells(unit.rstrip()) > width:
            lines.append("")
            held = 0
        if cells(unit.rstrip()) <= width:
            lines[-1] += unit
            held += takes
            continue
        for character in unit:
            if character.isspace() and held >= width:
                continue
            if held + _cells_of(character) > width:
                lines.append("")
                held = 0
            lines[-1] += character
            held += _cells_of(character)
    return [line.rstrip() for line in lines]


def _units(text: str, width: int) -> Iterator[str]:
    """What stays together: a Chinese character or a word, with its marks; each of [choices|parted]; ``[default]``."""
    for word in _WORD.findall(text):
        if cells(word.strip()) <= min(NAME, width):
            yield word
            continue
        begun = 0
        for at in range(1, len(word)):
            before, after = word[at - 1], word[at]
            if (before == "|" and word.lstrip()[0] == "[" and not after.isspace()) or (
                not (before.isascii() and after.isascii())
                and (wide(before) or wide(after))
                and before not in _NEVER_LAST
                and after not in _NEVER_FIRST
                and not before.isspace()
                and not after.isspace()
                and not _bracketed(word, begun, at, width)
            ):
                yield word[begun:at]
                begun = at
        yield word[begun:]


def _bracketed(word: str, begun: int, at: int, width: int) -> bool:
    """Whether a place lies between brackets that fit a line together."""
    opened = word.rfind("[", begun, at)
    return (
        opened > word.rfind("]", begun, at) and cells(word[opened : word.find("]", at) + 1 or None]) <= width
    )


def _numbered(units: Iterator[str], width: int) -> Iterator[str]:
    """The same, with a number and the Chinese that it belongs to in one piece: 死亡 10, 退出码 0, 3 项."""
    held = ""
    for unit in units:
        if _belongs(held, unit):
            # Of a longer piece only what stands behind its last mark: 情况：死亡 10.
            begun = next((at for at in range(len(held) - 2, 0, -1) if held[at - 1] in _NEVER_FIRST), 0)
            for start in (0, begun):
                if cells(held[start:] + unit.rstrip()) <= min(NAME, width):
                    if start:
                        yield held[:start]
                    held, unit = "", held[start:] + unit  # noqa: PLW2901 - the two are one now
                    break
        if held:
            yield held
        held = unit
    if held:
        yield held


def _belongs(held: str, unit: str) -> bool:
    before = held.rstrip()
    if not before or before == held:
        return False
    if _NUMBER.match(unit):
        return wide(before[-1]) and before[-1] not in _NEVER_FIRST
    return before.split()[-1].isdecimal() and wide(unit[0])


def _untabbed(line: str) -> str:
    first, *others = line.split("\t")
    for part in others:
        first += " " * (_TAB - cells(first) % _TAB) + part
    return first
