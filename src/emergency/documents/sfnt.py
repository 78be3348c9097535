"""What a font file says of itself: the names of its faces, how heavy they are, and which characters they have.

Enough of the OpenType format to choose a font and to know beforehand what it lacks; a file that cannot be read is no
font to us.
"""

from __future__ import annotations

import struct
from bisect import bisect_right
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any, BinaryIO

from emergency.domain.fixed import fixed

SUFFIXES = frozenset({".ttf", ".otf", ".ttc", ".otc"})

_FAMILY, _FULL, _POSTSCRIPT, _TYPOGRAPHIC = 1, 4, 6, 16
_UNICODE, _WINDOWS = 0, 3


@fixed(frozen=True, slots=True)
class Face:
    """One face of a font file.

    Args:
        path: The file.
        index: Which face of it; 0 where it has only one.
        names: What it is called, in every language, each name as `plain` makes it.
        weight: How heavy: 400 is regular, 700 bold.
        cmap: Where in the file it says which characters it has.
    """

    path: Path
    index: int
    names: frozenset[str]
    weight: int
    cmap: int

    def lacks(self, characters: set[str]) -> set[str]:
        """Those of the characters that it has no glyph for."""
        starts, ends = _covered(self.path, self.cmap)
        found = set()
        for one in characters:
            at = bisect_right(starts, ord(one)) - 1
            if at < 0 or ord(one) > ends[at]:
                found.add(one)
        return found


def plain(name: str) -> str:
    """A font's name without what people and programs write differently."""
    return name.casefold().replace(" ", "").replace("-", "").replace("_", "")


def faces(path: Path) -> list[Face]:
    """The faces of a font file; none where it is not one, or is damaged."""
    try:
        with path.open("rb") as file:
            return list(_faces(path, file))
    except (OSError, struct.error, ValueError, UnicodeError):
        return []


def _faces(path: Path, file: BinaryIO) -> Iterator[Face]:
    offsets = [0]
    if (kind := file.read(4)) == b"ttcf":
        _, count = _read(file, ">II")
        offsets = list(_read(file, f">{count}I"))
    elif kind not in {b"\x00\x01\x00\x00", b"OTTO", b"true"}:
        return
    for index, offset in enumerate(offsets):
        file.seek(offset + 4)
        (count,) = _read(file, ">H6x")
        tables = {tag: (at, size) for tag, at, size in (_read(file, ">4s4xII") for _ in range(count))}
        if b"cmap" not in tables or b"name" not in tables:
            continue
        weight = 400
        if b"OS/2" in tables:
            file.seek(tables[b"OS/2"][0] + 4)
            (weight,) = _read(file, ">H")
        file.seek(tables[b"name"][0])
        names = frozenset(filter(None, map(plain, _names(file.read(tables[b"name"][1])))))
        yield Face(path, index, names, weight, tables[b"cmap"][0])


def _names(table: bytes) -> Iterator[str]:
    count, start = struct.unpack_from(">2xHH", table)
    for platform, _, _, which, size, at in struct.iter_unpack(">6H", table[6 : 6 + 12 * count]):
        if platform in {_UNICODE, _WINDOWS} and which in {_FAMILY, _FULL, _POSTSCRIPT, _TYPOGRAPHIC}:
            yield table[start + at : start + at + size].decode("utf-16-be", "ignore")


@lru_cache(maxsize=64)
def _covered(path: Path, start: int) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """First and last of each run of characters that have a glyph, in order; none where the file is damaged."""
    try:
        with path.open("rb") as file:
            return _runs(file, start)
    except (OSError, struct.error):
        return (), ()


def _runs(file: BinaryIO, start: int) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """They, out of the best table for Unicode."""
    file.seek(start)
    (count,) = _read(file, ">2xH")
    places = {at for platform, _, at in (_read(file, ">HHI") for _ in range(count)) if platform in {0, 3}}
    forms = {}
    for at in places:
        file.seek(start + at)
        forms[_read(file, ">H")[0]] = at
    # The table of format 12 has all that the one of format 4 has, which ends at U+FFFF.
    if 12 in forms:  # noqa: PLR2004 - the number of the format
        file.seek(start + forms[12] + 12)
        (groups,) = _read(file, ">I")
        numbers = struct.unpack(f">{3 * groups}I", file.read(12 * groups))
        return numbers[::3], numbers[1::3]
    if 4 in forms:  # noqa: PLR2004 - the same
        file.seek(start + forms[4] + 2)
        single = tuple(sorted(_segments(file)))
        return single, single
    return (), ()


def _segments(file: BinaryIO) -> Iterator[int]:
    size, twice = _read(file, ">H2xH6x")
    table = file.read(size - 14)
    ends = struct.unpack_from(f">{twice // 2}H", table)
    starts = struct.unpack_from(f">{twice // 2}H", table, twice + 2)
    deltas = struct.unpack_from(f">{twice // 2}H", table, 2 * twice + 2)
    offsets = struct.unpack_from(f">{twice // 2}H", table, 3 * twice + 2)
    for at, (first, last, delta, offset) in enumerate(zip(starts, ends, deltas, offsets, strict=True)):
        for one in range(first, last + 1):
            glyph = one + delta
            if offset:
                # The format counts from where the offset itself stands.
                where = 3 * twice + 2 + 2 * at + offset + 2 * (one - first)
                (glyph,) = struct.unpack_from(">H", table, where) if where + 2 <= len(table) else (0,)
            if glyph & 0xFFFF and one != 0xFFFF:  # noqa: PLR2004 - ends the table, and is no character
                yield one


def _read(file: BinaryIO, form: str) -> tuple[Any, ...]:
    return struct.unpack(form, file.read(struct.calcsize(form)))
