"""A page of help, broken by the cells of a terminal.

Click counts characters and breaks at blanks alone, so that a sentence of Chinese would run past the edge.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from itertools import groupby

import click

from emergency_cli.bilingual import say
from emergency_cli.paragraph import broken, cells, wide

COLUMN = 30
"""So wide is the left column of a list at most."""

_AS_IT_STANDS = "\b"
"""A paragraph that begins with this on a line of its own keeps its lines."""


class HelpPage(click.HelpFormatter):
    """Writes help as click does, but counts cells, and breaks Chinese where Chinese is broken."""

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        """Write how the command is typed; what follows its name is set in below itself."""
        begun = f"{say('用法：', 'Usage: ') if prefix is None else prefix}{prog} "
        room = self.width - cells(begun)
        if room < COLUMN // 2:
            self.write(f"{begun.rstrip()}\n")
            begun, room = " " * 4, self.width - 4
        for line in broken(args, room) or [""]:
            self.write(f"{begun}{line}".rstrip() + "\n")
            begun = " " * cells(begun)

    def write_heading(self, heading: str) -> None:
        """Write what the lines below are about."""
        self.write(f"{'':{self.current_indent}}{heading}{say('：', ':')}\n")

    def write_text(self, text: str) -> None:
        """Write paragraphs, set in."""
        inset = " " * self.current_indent
        for line in paragraphs(text, self.width - self.current_indent):
            self.write(f"{inset}{line}".rstrip() + "\n")

    def write_dl(self, rows: Iterable[tuple[str, str]], col_max: int = COLUMN, col_spacing: int = 2) -> None:
        """Write words and what they mean, in two columns; what does not fit the first has a line of its own."""
        rows = list(rows)
        inset = " " * self.current_indent
        column = min(max((cells(first) for first, _ in rows), default=0), col_max) + col_spacing
        for first, second in rows:
            lines = paragraphs(second, max(self.width - self.current_indent - column, 10))
            fits = cells(first) <= column - col_spacing
            begun = (
                f"{first}{' ' * (column - cells(first))}{lines.pop(0) if lines else ''}" if fits else first
            )
            # What is to be typed is broken only where it may be: an option, and the choices after it.
            head, *more = broken(begun, self.width - self.current_indent) if not fits else [begun]
            self.write(f"{inset}{head}".rstrip() + "\n")
            for line in [*(f"    {line}" for line in more), *(" " * column + line for line in lines)]:
                self.write(f"{inset}{line}".rstrip() + "\n")


def paragraphs(text: str, width: int) -> list[str]:
    """The lines of paragraphs that blank lines part."""
    lines: list[str] = []
    for blank, group in groupby(text.expandtabs().splitlines(), key=lambda line: not line.strip(" ")):
        if blank:
            continue
        if lines:
            lines.append("")
        paragraph = list(group)
        if paragraph[0].strip(" ") == _AS_IT_STANDS:
            lines += paragraph[1:]
        else:
            lines += broken(joined(paragraph), width)
    return lines


def joined(lines: Sequence[str]) -> str:
    """The lines of a paragraph as one; between Chinese and Chinese, and beside its marks, stands no blank."""
    whole = ""
    for line in map(str.strip, lines):
        if whole and line and not _close(whole[-1], line[0]):
            whole += " "
        whole += line
    return whole


def _close(before: str, after: str) -> bool:
    return (wide(before) and wide(after)) or any(
        wide(mark) and unicodedata.category(mark)[0] == "P" for mark in (before, after)
    )
