"""The paper around what a document says: head, number, signer, imprint, and the line below every page.

What stands on it comes from the record or from whoever prints it (`Choices`); nothing is made up. A signer is known
by id: a name may be given for the paper, and is kept nowhere.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, replace
from datetime import datetime
from typing import Literal

from emergency.answers import View
from emergency.documents.model import Block, Grid, Heading, Official, Paragraph
from emergency.documents.phrases import SECRECY, URGENCY, Speech, numeral
from emergency.domain.bookkeeping import Merged, Voided
from emergency.domain.fixed import fixed
from emergency.domain.vocabulary import Secrecy, Urgency
from emergency.errors import UsageError

KIND_VERSION = 1
"""Of the way documents are made: the same content under the same number gives the same hash."""

SHORT_HASH = 12
"""So many digits of a hash stand on a page."""

_BREAKS = re.compile(r"\s*[\r\n\t\f\v\x85\u2028\u2029]+\s*")
_COPY_NUMBER = re.compile(r"[0-9]{6}")


@fixed(frozen=True, slots=True, kw_only=True)
class Choices:
    """What whoever prints a document decides about the paper.

    Args:
        chinese: The language.
        form: A letter (公文), or an issue of a duty publication (值班信息).
        mark: What stands in red at the head; None = the office's name and 文件, or 值班信息.
        number: The document's number (发文字号).
        issue: The publication's issue (期号).
        copy_number: Six digits (份号).
        addressees: To whom it goes (主送), as written.
        copies_to: To whom copies go (抄送), as written.
        attachments: Names of attachments (附件).
        secrecy_period: For how long it stays as secret as the incident is marked, like ``1年``.
        signer_name: The signer's name, for the paper only.
        printed_by: Who printed it (印发机关).
        drill: It comes from a drill.

    Raises:
        UsageError: a copy number that is none, or a number or issue that the other form has.
    """

    chinese: bool = True
    form: Literal["letter", "bulletin"] = "letter"
    mark: str | None = None
    number: str | None = None
    issue: str | None = None
    copy_number: str | None = None
    addressees: tuple[str, ...] = ()
    copies_to: tuple[str, ...] = ()
    attachments: tuple[str, ...] = ()
    secrecy_period: str | None = None
    signer_name: str | None = None
    printed_by: str | None = None
    drill: bool = False

    def __post_init__(self) -> None:
        """Refuse what no such paper has."""
        if self.copy_number is not None and not _COPY_NUMBER.fullmatch(self.copy_number):
            raise UsageError(
                f"The copy number {self.copy_number!r} is none: write six digits, like 000001.",
                zh=f"份号“{self.copy_number}”有误：应为六位数字，如 000001。",
            )
        if self.form == "letter" and self.issue is not None:
            raise UsageError(
                "An issue number belongs to a duty publication: choose that form, or give a document number.",
                zh="期号用于值班信息：请选用该格式，或改给发文字号。",
            )
        if self.form == "bulletin" and self.number is not None:
            raise UsageError(
                "A document number belongs to a letter: choose that form, or give an issue number.",
                zh="发文字号用于公文：请选用该格式，或改给期号。",
            )


PLAIN_PAPER = Choices()
"""A letter in Chinese, nothing else said."""


@fixed(frozen=True, slots=True, kw_only=True)
class Source:
    """Where a document comes from, for the line below each page: short enough to stand on one line.

    Args:
        kind: What it is, in the language of the document.
        through: The position of the log that it was read through.
        at: The hour at which it was made.
        about: What it is made from: an entry, a draft with its hash; None = the incident or the lists.
    """

    kind: str
    through: int
    at: datetime
    about: str | None = None


@fixed(frozen=True, slots=True, kw_only=True)
class Content:
    """What a document says, before it is put on paper.

    Args:
        title: The title.
        body: What it says.
        source: Where it comes from.
        office: Whose document it is, by name.
        signed: When it is dated.
        signer: Who signed it, by id; None = not stated.
        secrecy: The gravest marking of what it speaks of.
        urgency: The most urgent one.
        addressees: To whom it goes, where the record says so.
        notes: Lines below the date.
        unsent: It is still to be sent.
    """

    title: str
    body: tuple[Block, ...]
    source: Source
    office: str
    signed: datetime
    signer: str | None = None
    secrecy: Secrecy | None = None
    urgency: Urgency | None = None
    addressees: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    unsent: bool = False


def put_on_paper(content: Content, choices: Choices, speech: Speech) -> Official:
    """The document, ready to be rendered.

    Raises:
        UsageError: a period of secrecy is given for what nobody has marked.
    """
    bulletin = choices.form == "bulletin"
    default = (
        speech.say("值班信息", "Duty Information")
        if bulletin
        else speech.say(f"{content.office}文件", content.office)
    )
    dated = speech.day(content.signed.astimezone(speech.zone).date())
    official = Official(
        mark=choices.mark or default,
        title=_one_line(content.title),
        body=tuple(map(_clean, content.body)),
        addressees=choices.addressees or content.addressees,
        signature=None if bulletin else content.office,
        dated=speech.moment(content.signed) if bulletin else dated,
        copy_number=choices.copy_number,
        secrecy=_secrecy(content.secrecy, choices.secrecy_period, speech),
        urgency=speech.words(URGENCY[content.urgency]) if content.urgency is not None else None,
        number=choices.number,
        signer=choices.signer_name or content.signer,
        attachments=choices.attachments,
        notes=content.notes,
        copies_to=choices.copies_to,
        printed_by=choices.printed_by,
        printed_on=dated if choices.printed_by else None,
        drill=choices.drill,
        chinese=choices.chinese,
        bulletin=bulletin,
        issue=choices.issue,
        issued_by=content.office if bulletin else None,
        unsent=content.unsent,
    )
    return replace(official, footer=_footer(official, content.source, speech))


def _clean(block: Block) -> Block:
    """A block whose words are one paragraph each, whatever line breaks somebody typed into them."""
    if isinstance(block, Grid):
        rows = tuple(tuple(map(_one_line, row)) for row in block.rows)
        return Grid(block.head, rows, block.widths)
    return replace(block, text=_one_line(block.text))


def _one_line(text: str) -> str:
    return _BREAKS.sub(" ", text)


def _secrecy(marked: Secrecy | None, period: str | None, speech: Speech) -> str | None:
    if marked is None or marked is Secrecy.INTERNAL:
        if period is not None:
            raise UsageError(
                "A period of secrecy belongs to a marking, and nobody has marked this top secret, secret or "
                "confidential. Mark the incident first, or leave the period out.",
                zh="保密期限须与密级同用，而本事件未标绝密、机密或秘密。请先标注密级，或不写保密期限。",
            )
        return None if marked is None else speech.words(SECRECY[marked])
    said = speech.words(SECRECY[marked])
    return f"{said}★{period}" if period else said


def gravest(marked: Iterable[Secrecy | None]) -> Secrecy | None:
    """The gravest of some markings; None where nobody has marked any."""
    there = set(marked)
    return next((one for one in SECRECY if one in there), None)


def most_urgent(marked: Iterable[Urgency | None]) -> Urgency | None:
    """The most urgent of some markings; None where nobody has marked any."""
    there = set(marked)
    return next((one for one in URGENCY if one in there), None)


def content_hash(official: Official) -> str:
    """The hash of all that a document says and shows but its footer, as ``sha256:…``."""
    shown = asdict(official)
    del shown["footer"]
    blocks = [(type(block).__name__, asdict(block)) for block in official.body]
    whole = json.dumps({**shown, "body": blocks}, ensure_ascii=False, sort_keys=True)
    return f"sha256:{hashlib.sha256(whole.encode(errors='surrogatepass')).hexdigest()}"


def short_hash(whole: str) -> str:
    """So much of a hash as stands on a page."""
    return whole[: len("sha256:") + SHORT_HASH]


def _footer(official: Official, source: Source, speech: Speech) -> str:
    made = source.at.astimezone(speech.zone)
    parts = [
        f"{source.kind}{speech.say('', ' ')}v{KIND_VERSION} {short_hash(content_hash(official))}",
        source.about or "",
        speech.say(f"日志{source.through}", f"log {source.through}"),
        f"{made:%Y-%m-%d %H:%M}",
    ]
    return " · ".join(part for part in parts if part)


def afterwards(view: View, speech: Speech) -> Iterator[Paragraph]:
    """That the incident was merged into another, or that there was no such event: whoever reads of it must know."""
    merged = view.timeline.merged
    if merged is not None and isinstance(merged.entry, Merged):
        into = merged.entry.into
        yield Paragraph(
            speech.say(f"本事件已并入{into}，在该事件继续。", f"This was merged: it goes on as {into}.")
        )
    if Voided in view.timeline.kinds:
        yield Paragraph(
            speech.say(
                "本事件经核实并无此事，已撤销。", "There was no such event, as was verified: it was voided."
            )
        )


def numbered(sections: Sequence[tuple[str, Sequence[Block]]], speech: Speech) -> tuple[Block, ...]:
    """The parts of a body under headings of the first level; a part that says nothing is left out."""
    blocks: list[Block] = []
    number = 0
    for title, part in sections:
        if not part:
            continue
        number += 1
        blocks.append(Heading(1, speech.say(f"{numeral(number)}、{title}", f"{number}. {title}")))
        blocks += part
    return tuple(blocks)


def sentences(parts: Iterable[str], speech: Speech) -> Paragraph:
    """Several statements as one paragraph."""
    said = speech.say("；", "; ").join(part.rstrip("。.；;") for part in parts)
    return Paragraph(said + speech.say("。", "."))
