"""A document (公文) before it is a page: its parts, in the order of GB/T 9704-2012, without any layout."""

from __future__ import annotations

from emergency.domain.fixed import fixed


@fixed(frozen=True, slots=True)
class Heading:
    """A heading of the body: level 1 一、, 2 (一), 3 1., 4 (1); the number is part of the text."""

    level: int
    text: str


@fixed(frozen=True, slots=True)
class Paragraph:
    """A paragraph of the body; its first line is set in by two characters unless ``flush``."""

    text: str
    flush: bool = False


@fixed(frozen=True, slots=True)
class Grid:
    """A table of the body: its head, its rows, and how wide its columns are to each other."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    widths: tuple[int, ...] = ()


Block = Heading | Paragraph | Grid


@fixed(frozen=True, slots=True, kw_only=True)
class Official:
    """One document, ready to be rendered.

    Args:
        mark: What stands in red at the head (发文机关标志), like ``响水县应急管理局文件`` or a publication's name.
        title: The title (标题).
        addressees: To whom it goes (主送机关), in order.
        body: What it says.
        signature: Who signs it off at the end (发文机关署名).
        dated: The date of issue as it is written (成文日期), like ``2026年11月21日``.
        copy_number: Six digits (份号); None = none.
        secrecy: Secrecy and its period as written (密级和保密期限), like ``机密★1年``; None = unmarked.
        urgency: 特提、特急、加急、平急 as written (紧急程度); None = unmarked.
        number: The document's number (发文字号), like ``响应急〔2026〕12号``; None = none.
        signer: Who signed it (签发人), of a document that goes upward; None = not stated.
        attachments: Names of attachments (附件).
        notes: Lines below the date in brackets (附注).
        copies_to: To whom copies go (抄送).
        printed_by: Who printed it (印发机关), in the imprint; None = no imprint line.
        printed_on: When (印发日期), as written.
        footer: One short line of every page: version, hash, through which position of the log.
        drill: It comes from a drill: every page is marked 演练.
        chinese: The language; a document in English keeps the layout.
        bulletin: It is an issue of a duty publication (值班信息) and no letter: below the publication's name in red
            stand ``issue``, then ``issued_by`` on the left and ``dated`` on the right, then the red line; nobody is
            addressed above the body and nobody signs below it: ``addressees`` (报) and ``copies_to`` (送) stand in
            the imprint.
        issue: Which issue of the publication (期号), like ``第12期（总第88期）``; None = none was given.
        issued_by: Which office issues the publication; None for a letter.
        unsent: It is a report that was not sent yet, made from what the office holds.
    """

    mark: str
    title: str
    body: tuple[Block, ...]
    addressees: tuple[str, ...] = ()
    signature: str | None = None
    dated: str | None = None
    copy_number: str | None = None
    secrecy: str | None = None
    urgency: str | None = None
    number: str | None = None
    signer: str | None = None
    attachments: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    copies_to: tuple[str, ...] = ()
    printed_by: str | None = None
    printed_on: str | None = None
    footer: str = ""
    drill: bool = False
    chinese: bool = True
    bulletin: bool = False
    issue: str | None = None
    issued_by: str | None = None
    unsent: bool = False
