"""Which fonts a document is printed with: those that the standard names where they are, else others in their place.

None comes with this program: the customary ones are not free. Looked for are the folders where a system keeps fonts,
those named by ``EMERGENCY_FONTS`` and by typst's own ``TYPST_FONT_PATHS``.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable, Iterator
from enum import StrEnum
from pathlib import Path

from emergency.assessment.model import Words
from emergency.documents.sfnt import SUFFIXES, Face, faces, plain
from emergency.domain.fixed import fixed
from emergency.errors import NotInstalledError

ENVIRONMENT = "EMERGENCY_FONTS"
PACKAGE = "fonts-noto-cjk"
"""Debian's package that has a font for every role, and the rare characters of names."""


class Role(StrEnum):
    """What a font is for."""

    FANG = "fang"
    KAI = "kai"
    HEI = "hei"
    BIAOSONG = "biaosong"
    SONG = "song"


ROLES: dict[Role, Words] = {
    Role.FANG: Words("仿宋", "FangSong"),
    Role.KAI: Words("楷体", "KaiTi"),
    Role.HEI: Words("黑体", "SimHei"),
    Role.BIAOSONG: Words("小标宋", "XiaoBiaoSong"),
    Role.SONG: Words("宋体", "SimSun"),
}

REGULAR, BOLD = 400, 700

_SONG = (
    "Noto Serif CJK SC",
    "Noto Serif SC",
    "Source Han Serif SC",
    "Source Han Serif CN",
    "Songti SC",
    "SimSun",
)
_SANS = ("Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC", "Source Han Sans CN", "Microsoft YaHei")

PROPER: dict[Role, tuple[str, ...]] = {
    Role.FANG: (
        *("FangSong_GB2312", "仿宋_GB2312", "FangSong", "仿宋", "STFangsong", "华文仿宋", "FZFangSong-Z02S"),
        *("方正仿宋简体", "FZFangSong-Z02", "方正仿宋_GBK", "FandolFang R", "FandolFang"),
    ),
    Role.KAI: (
        *("KaiTi_GB2312", "楷体_GB2312", "KaiTi", "楷体", "STKaiti", "Kaiti SC", "华文楷体", "FZKai-Z03S"),
        *("方正楷体简体", "FZKai-Z03", "方正楷体_GBK", "FandolKai"),
    ),
    Role.HEI: (
        *("SimHei", "黑体", "STHeiti", "Heiti SC", "华文黑体", "FZHei-B01S", "方正黑体简体", "方正黑体_GBK"),
        *(*_SANS, "FandolHei"),
    ),
    Role.BIAOSONG: (
        *("FZXiaoBiaoSong-B05S", "方正小标宋简体", "FZXiaoBiaoSong-B05", "方正小标宋_GBK", "STZhongsong"),
        "华文中宋",
    ),
    Role.SONG: ("SimSun", "宋体", "NSimSun", "新宋体", "STSong", "华文宋体", *_SONG, "FandolSong"),
}
"""Names that a font of each role goes by, the best first; whether it is one of these decides about a warning."""

INSTEAD: dict[Role, tuple[str, ...]] = {
    Role.FANG: _SONG,
    Role.KAI: (*PROPER[Role.FANG], *_SONG),
    Role.HEI: (),
    Role.BIAOSONG: (*_SONG, "FandolSong"),
    Role.SONG: (),
}
"""What stands in, the best first, before whatever else has Chinese."""

FULL = (*_SONG, *_SANS)
"""Fonts for the rare characters that others lack."""

_CHINESE = frozenset("的死亡报告县〔〕：。")

_UNSEEN = re.compile("[\\s\u00ad\u034f\u061c\u200b-\u200f\u2060\ufe00-\ufe0f\ufeff\U000e0100-\U000e01ef]")
"""What is not seen itself, but does something to its neighbours, or is blank."""


@fixed(frozen=True, slots=True)
class Fonts:
    """The fonts that were found.

    Args:
        roles: The face for each role.
        others: The other faces there are, those with rare characters first.
        warnings: For each role whose customary fonts are missing, what stands in for them.
    """

    roles: dict[Role, Face]
    others: tuple[Face, ...]
    warnings: dict[Role, Words]

    def for_text(self, text: str, roles: Iterable[Role]) -> tuple[tuple[Face, ...], set[str]]:
        """Which further faces a text needs for what the faces of some roles lack, and what none of them has."""
        characters = set(text)
        lacking: set[str] = set()
        for face in {self.roles[role] for role in roles}:
            lacking |= face.lacks(characters)
        lacking = {one for one in lacking if not _UNSEEN.match(one)}
        further: list[Face] = []
        asked = set()
        for face in (*self.roles.values(), *self.others):
            if not lacking:
                break
            # The faces of one file often share the table of characters, and differ in the shape of a few.
            if (face.path, face.cmap) not in asked and (left := face.lacks(lacking)) != lacking:
                further.append(face)
                lacking = left
            asked.add((face.path, face.cmap))
        return tuple(further), lacking


def found(folders: Iterable[Path] | None = None) -> Fonts:
    """Look for fonts.

    Args:
        folders: Where, in this order; None = where the system keeps them and the environment says.

    Raises:
        NotInstalledError: there is none with Chinese in it.
    """
    looked_in = tuple(folders) if folders is not None else tuple(places())
    there = [face for path in _files(looked_in) for face in faces(path)]
    by_name: dict[str, list[Face]] = {}
    for face in there:
        for name in face.names:
            by_name.setdefault(name, []).append(face)

    def named(names: Iterable[str], weight: int) -> Iterator[Face]:
        for name in names:
            yield from sorted(by_name.get(plain(name), []), key=lambda face: abs(face.weight - weight))[:1]

    chosen: dict[Role, Face] = {}
    warnings: dict[Role, Words] = {}
    for role in Role:
        if proper := next(named(PROPER[role], REGULAR), None):
            chosen[role] = proper
            continue
        weight = BOLD if role is Role.BIAOSONG else REGULAR
        other = next(named(INSTEAD[role], weight), None) or _any_chinese(there, weight)
        if other is None:
            raise _no_chinese(looked_in)
        chosen[role], warnings[role] = other, _stands_in(role, other)
    full = list(named(FULL, REGULAR))
    rest = sorted((face for face in there if face not in full), key=lambda face: abs(face.weight - REGULAR))
    return Fonts(chosen, (*full, *rest), warnings)


def places() -> Iterator[Path]:
    """The folders in which fonts are looked for, those first that somebody named."""
    for variable in (ENVIRONMENT, "TYPST_FONT_PATHS"):
        for part in filter(None, os.environ.get(variable, "").split(os.pathsep)):
            yield Path(part).expanduser()
    home = Path.home()
    if sys.platform == "win32":
        yield Path(os.environ.get("WINDIR", "C:/Windows")) / "Fonts"
        yield Path(os.environ.get("LOCALAPPDATA", home)) / "Microsoft/Windows/Fonts"
    elif sys.platform == "darwin":
        yield from (home / "Library/Fonts", Path("/Library/Fonts"), Path("/System/Library/Fonts"))
    else:
        yield Path(os.environ.get("XDG_DATA_HOME") or home / ".local/share") / "fonts"
        yield from (home / ".fonts", Path("/usr/local/share/fonts"), Path("/usr/share/fonts"))


def lacking(characters: Iterable[str]) -> Words:
    """The warning that no font has a glyph for some characters, and that their codes are printed."""
    shown = sorted(set(characters))
    codes = "".join(f"{one}（U+{ord(one):04X}）" for one in shown)
    listed = ", ".join(f"{one} (U+{ord(one):04X})" for one in shown)
    return Words(
        zh=f"已安装的字体均无下列字符：{codes}，PDF 中以编码代替。请安装字库更全的字体（如 Debian 的 {PACKAGE}），"
        f"或将字体文件放入 {ENVIRONMENT} 所指的文件夹；DOCX 中照原样写出。",
        en=f"No font here has {listed}: the PDF shows the code instead. Install a font with more characters (on "
        f"Debian: {PACKAGE}), or put one into the folder named by {ENVIRONMENT}. The DOCX holds them as they are.",
    )


def _files(folders: Iterable[Path]) -> list[Path]:
    seen: dict[Path, None] = {}
    for folder in folders:
        for top, inner, names in os.walk(folder):
            inner.sort()
            seen.update(
                (Path(top, name), None) for name in sorted(names) if Path(name).suffix.casefold() in SUFFIXES
            )
    return list(seen)


def _any_chinese(there: Iterable[Face], weight: int) -> Face | None:
    fitting = sorted(there, key=lambda face: abs(face.weight - weight))
    return next((face for face in fitting if not face.lacks(set(_CHINESE))), None)


def _stands_in(role: Role, face: Face) -> Words:
    name = ROLES[role]
    return Words(
        zh=f"未找到{name.zh}字体（如 {PROPER[role][0]}），PDF 中以 {face.path.name} 代替；"
        f"可将其字体文件放入 {ENVIRONMENT} 所指的文件夹。DOCX 不受影响，由收文方的电脑提供字体。",
        en=f"There is no {name.en} font here (like {PROPER[role][0]}): the PDF uses {face.path.name} instead. Put "
        f"its file into the folder named by {ENVIRONMENT}. The DOCX is not affected: whoever opens it supplies the "
        "font.",
    )


def _no_chinese(folders: Iterable[Path]) -> NotInstalledError:
    where = ", ".join(map(str, folders))
    return NotInstalledError(
        f"No font with Chinese characters is installed, so no PDF can be made. On Debian or Ubuntu install the "
        f"package {PACKAGE} (apt install {PACKAGE}), or name a folder that holds such a font with {ENVIRONMENT}. "
        f"Looked in: {where}. DOCX and plain text work without.",
        zh=f"未安装任何中文字体，无法生成 PDF。Debian 或 Ubuntu 请安装软件包 {PACKAGE}（apt install {PACKAGE}），"
        f"或用 {ENVIRONMENT} 指定存放中文字体的文件夹。已查找：{where}。DOCX 和纯文本不需要字体。",
    )
