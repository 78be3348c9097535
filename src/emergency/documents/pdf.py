"""A document as PDF, made with typst: A4 in the layout of GB/T 9704-2012, in the archival form PDF/A-2u.

That form asks for every character to have a glyph; where a font lacks one, nothing is written rather than an empty
box. So what the fonts lack is found beforehand and shown by its code.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Sequence
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

from emergency.assessment.model import Words
from emergency.documents import page
from emergency.documents.extra import not_installed
from emergency.documents.fonts import Fonts, Role, found, lacking
from emergency.documents.model import Block, Grid, Heading, Official
from emergency.documents.sfnt import Face
from emergency.domain.fixed import fixed
from emergency.errors import BrokenDataError


@fixed(frozen=True, slots=True)
class Pdf:
    """A document as PDF, and what is to be said about it.

    Args:
        content: The file.
        warnings: Which customary fonts are missing, and which characters no font has.
    """

    content: bytes
    warnings: tuple[Words, ...]


def rendered(document: Official, fonts: Fonts | None = None) -> bytes:
    """The document as PDF: as `made`, without the warnings."""
    return made(document, fonts).content


def made(document: Official, fonts: Fonts | None = None) -> Pdf:
    """The document as PDF; the same document with the same fonts gives the same bytes.

    Args:
        document: What is rendered.
        fonts: The fonts to choose from; None = those of this computer.

    Raises:
        NotInstalledError: typst is not installed, or no font has Chinese.
    """
    try:
        import typst  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise not_installed("typst", "PDF") from error
    fonts = fonts or found()
    document = page.with_texts(document, page.printable)
    roles = sorted(_roles(document))
    labels = "—0123456789[]U+ABCDEF（）：，。" + page.DRILL
    further, missing = fonts.for_text(page.texts(document) + labels, roles)
    if missing:
        document = page.with_texts(document, lambda text: _without(text, missing))
    with tempfile.TemporaryDirectory(prefix="emergency-fonts-") as folder:
        chosen = {role: fonts.roles[role] for role in roles}
        named, loaded = _load(typst, [*chosen.values(), *further], Path(folder))
        families = [named[face] for face in further]
        faces = {
            role.value: {"families": [named[face], *families], "weight": face.weight}
            for role, face in chosen.items()
        }
        content = _compiled(typst, loaded, _data(document, faces))
    used = {role for role in roles if role is not Role.SONG}
    warnings = [words for role, words in fonts.warnings.items() if role in used]
    return Pdf(content, (*warnings, *([lacking(missing)] if missing else [])))


def _compiled(typst: Any, fonts: Any, data: dict[str, Any]) -> bytes:  # noqa: ANN401 - the module, and fonts of it
    """What typst makes of the data; a second time where the signature stood on a page of its own."""
    try:
        with as_file(files(__package__).joinpath("layout.typ")) as layout:
            content, alone = _once(typst.Compiler, layout, fonts, {**data, "break-before": None})
            if alone and (at := _last_part(data["body"])):
                content, _ = _once(typst.Compiler, layout, fonts, {**data, "break-before": at})
    except typst.TypstError as error:
        message = str(error.message)
        raise BrokenDataError(
            f"The document could not be made into a PDF: {message}. Write it as DOCX or as plain text instead.",
            zh=f"无法将公文生成 PDF：{message}。请改用 DOCX 或纯文本。",
        ) from error
    return content


def _once(compiler: Any, layout: Path, fonts: Any, data: dict[str, Any]) -> tuple[bytes, bool]:  # noqa: ANN401
    """The file, and whether its last page has nothing but a signature or an imprint."""
    sent = {"document": json.dumps(data)}
    one = compiler(layout, root=layout.parent, font_paths=fonts, ignore_system_fonts=True, sys_inputs=sent)
    # The date of the file is fixed: that of the document is on the page, as it was written.
    content: bytes = one.compile(format="pdf", pdf_standards="a-2u", timestamp=0)
    return content, json.loads(one.query("<said-on-last-page>", field="value")) == [False]


def _last_part(body: list[dict[str, Any]]) -> int:
    """Where in the body its last part starts, with the headings above it."""
    at = len(body) - 1
    while at > 0 and body[at - 1]["kind"] == "heading":
        at -= 1
    return max(at, 0)


def _roles(document: Official) -> set[Role]:
    """What fonts a document asks for: no file is read that it does not need."""
    roles = {Role.FANG, Role.BIAOSONG, Role.SONG}
    levels = {block.level for block in document.body if isinstance(block, Heading)}
    tables = any(isinstance(block, Grid) for block in document.body)
    top = (document.copy_number, document.secrecy, document.urgency)
    if min(levels, default=2) <= 1 or tables or document.drill or any(top):
        roles.add(Role.HEI)
    if page.KAI_LEVEL in levels or document.signer:
        roles.add(Role.KAI)
    return roles


def _without(text: str, missing: set[str]) -> str:
    return "".join(page.coded(one) if one in missing else one for one in text)


def _load(typst: Any, faces: Sequence[Face], folder: Path) -> tuple[dict[Face, str], Any]:  # noqa: ANN401
    """The files of the chosen faces read by typst, and the name that it knows each by.

    It reads whole folders, and all that a large collection of fonts holds; so it gets one with these files only.
    """
    links: dict[Path, Path] = {}
    for face in faces:
        if face.path not in links:
            link = folder / f"{len(links)}{face.path.suffix}"
            try:
                link.symlink_to(face.path.absolute())
            except OSError:  # Windows asks for a privilege
                os.link(face.path, link)
            links[face.path] = link
    loaded = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[folder])
    known = {(Path(one.path).resolve(), one.index): str(one.family) for one in loaded.fonts()}
    named = {face: known.get((face.path.resolve(), face.index), "") for face in faces}
    for face, name in named.items():
        if not name:
            raise BrokenDataError(
                f"The font file {face.path} cannot be read; it may be damaged. Install it again or take it away.",
                zh=f"无法读取字体文件 {face.path}，可能已损坏。请重新安装该字体，或将其移走。",
            )
    return named, loaded


def _data(document: Official, faces: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """The document and the figures of its page, as the layout asks for them."""
    line = page.CHARACTERS - page.INDENT

    def fitting(text: str | None, most: float = line) -> str:
        return page.breakable(text or "", most)

    ends = not document.bulletin and bool(document.signature or document.dated)
    printed = page.printed(document)
    return {
        "page": _FIGURES,
        "fonts": {role.value: faces.get(role.value, faces["fang"]) for role in Role},
        "chinese": document.chinese,
        "drill": page.drill_mark(document),
        "footer": fitting(document.footer, page.WIDTH * page.MM / page.TINY - 1),
        "top-lines": [fitting(line) for line in page.top_lines(document)],
        "mark": fitting(document.mark, page.WIDTH * page.MM / page.mark_size(document.mark)),
        "mark-size": page.mark_size(document.mark),
        "bulletin": document.bulletin,
        "issue": fitting(document.issue),
        "issued-by": fitting(document.issued_by, page.CHARACTERS / 2),
        "number": fitting(document.number, page.CHARACTERS / 2),
        "signed-by": page.signed_by(document),
        "signer": fitting(document.signer, page.CHARACTERS / 3),
        "title": fitting(page.title_of(document), page.WIDTH * page.MM / page.TITLE - 1),
        "addressed": fitting(page.addressed(document)),
        "body": [_block(block) for block in document.body],
        "attachments": [[label, fitting(name, line - 8)] for label, name in page.attached(document)],
        "attachment-indents": page.attachment_indents(document),
        "ends": ends,
        "signature": fitting(document.signature),
        "signature-blanks": page.signature_blanks(document.signature or "", document.dated or ""),
        "dated": fitting(document.dated, line - page.DATE_BLANKS),
        "notes": [fitting(note) for note in page.noted(document)],
        "sent": [
            [label, page.width(label), fitting(offices, line)] for label, offices in page.sent(document)
        ],
        "printed": [fitting(one, page.CHARACTERS / 2) for one in printed] if any(printed) else [],
    }


def _block(block: Block) -> dict[str, Any]:
    most = page.CHARACTERS - page.INDENT
    if isinstance(block, Heading):
        level = min(max(block.level, 1), page.LEVELS)
        return {"kind": "heading", "level": level, "text": page.breakable(block.text, most)}
    if not isinstance(block, Grid):
        return {"kind": "paragraph", "flush": block.flush, "text": page.breakable(block.text, most)}
    rooms, short = page.rooms(block), page.short_columns(block)
    head, *rows = page.filled(block)

    def places(row: list[str]) -> list[dict[str, Any]]:
        long = page.long_row(row, rooms)
        return [
            {"text": page.breakable(text, room), "long": long, "short": centred}
            for text, room, centred in zip(row, rooms, short, strict=True)
        ]

    return {
        "kind": "grid",
        "size": page.table_size(block),
        "widths": page.columns(block),
        "head": places(head),
        "rows": [places(row) for row in rows],
    }


_FIGURES = {
    "top": page.TOP,
    "left": page.LEFT,
    "right": page.RIGHT,
    "bottom": page.BOTTOM,
    "width": page.WIDTH,
    "pitch": page.PITCH,
    "cell": page.CELL,
    "body": page.BODY,
    "title": page.TITLE,
    "small": page.SMALL,
    "tiny": page.TINY,
    "head": page.HEAD,
    "below-number": page.BELOW_NUMBER,
    "red": page.RED,
    "red-line": page.RED_LINE,
    "thick": page.THICK,
    "thin": page.THIN,
    "number": page.PAGE_NUMBER,
    "indent": page.INDENT,
    "date-blanks": page.DATE_BLANKS,
}
