"""What is on a sheet of paper: read back out of a PDF, with the tools of poppler."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import dataclass
from xml.etree import ElementTree as ET

from emergency.documents.fonts import found
from emergency.errors import NotInstalledError

HOW_TO_INSTALL = (
    "A font with Chinese, or pdftotext and pdftoppm, are not here. Run tests/install-fonts as root, or install poppler "
    "and Noto Serif and Sans CJK, or name a folder with such fonts with EMERGENCY_FONTS."
)
MM = 72 / 25.4
AREA = (28.0, 37.0, 184.0, 262.0)
"""The type area: left, upper, right and lower edge in millimetres."""
DPI = 120


def there() -> bool:
    """Whether documents can be printed and read back."""
    try:
        found()
    except NotInstalledError:
        return False
    return all(shutil.which(program) for program in ("pdftotext", "pdftoppm"))


@dataclass(frozen=True, slots=True)
class Line:
    """A line of text and where it stands, in millimetres."""

    text: str
    left: float
    top: float
    right: float
    bottom: float

    @property
    def middle(self) -> float:
        """Between its left and its right end."""
        return (self.left + self.right) / 2

    @property
    def height(self) -> float:
        """At half its height."""
        return (self.top + self.bottom) / 2


def sheets(pdf: bytes) -> list[list[Line]]:
    """The lines of every page, from above; within a line from the left."""
    shown = _run("pdftotext", "-bbox-layout", "-", "-", given=pdf).decode()
    root = ET.fromstring(shown.replace(' xmlns="http://www.w3.org/1999/xhtml"', ""))  # noqa: S314 - written by poppler
    pages = []
    for page in root.iter("page"):
        lines = []
        for line in page.iter("line"):
            place = (float(line.get(edge, "nan")) / MM for edge in ("xMin", "yMin", "xMax", "yMax"))
            lines.append(Line(" ".join(word.text or "" for word in line.iter("word")), *place))
        pages.append(sorted(lines, key=lambda line: (round(line.height), line.left)))
    return pages


def area(lines: list[Line]) -> list[Line]:
    """Those within the type area."""
    return [line for line in lines if AREA[1] < line.height < AREA[3]]


def text(pdf: bytes) -> str:
    """All text, in the order in which it was written."""
    return _run("pdftotext", "-raw", "-", "-", given=pdf).decode()


@dataclass(frozen=True, slots=True)
class Stroke:
    """A straight stroke from the left to the right, in millimetres."""

    left: float
    right: float
    height: float


class Picture:
    """A page as it looks."""

    def __init__(self, pdf: bytes, page: int) -> None:
        name = str(page)
        shown = _run("pdftoppm", "-r", str(DPI), "-f", name, "-l", name, "-", given=pdf)
        kind, size, _, pixels = shown.split(b"\n", 3)
        assert kind == b"P6"
        width = int(size.split()[0])
        self._rows = [pixels[at : at + 3 * width] for at in range(0, len(pixels), 3 * width)]

    def red(self) -> list[tuple[float, float, float]]:
        """Where there is red: height, from, to, in millimetres."""
        found = []
        for height, row in enumerate(self._rows):
            there = [
                at
                for at, (red, green) in enumerate(zip(row[::3], row[1::3], strict=True))
                if red > 200 and green < 120
            ]
            if there:
                found.append((_mm(height), _mm(there[0]), _mm(there[-1] + 1)))
        return found

    def strokes(self) -> list[Stroke]:
        """Black strokes of 5 cm and more."""
        found: list[Stroke] = []
        least = round(50 / 25.4 * DPI)
        for height, row in enumerate(self._rows):
            dark = bytes(one < 160 for one in row[1::3])
            if (at := dark.find(b"\1" * least)) >= 0:
                end = dark.find(b"\0", at)
                found.append(Stroke(_mm(at), _mm(end), _mm(height + 0.5)))
        return found


def _mm(dots: float) -> float:
    return dots / DPI * 25.4


def _run(*command: str, given: bytes) -> bytes:
    return subprocess.run(command, input=given, check=True, capture_output=True).stdout
