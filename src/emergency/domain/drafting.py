"""The unified draft (统稿): one text and one set of facts over what several units reported, in versions.

A draft is known by the office that holds it, the two offices' desk: each incident has at most one for each office.
Every event is an entry of the incident. ``facts`` of a `DraftEdited` are the set of facts of that version; nobody
comes to know or to hold anything by them.
"""

from __future__ import annotations

from pydantic import Field

from emergency.domain.events import Entry
from emergency.domain.values import Element, OfficeId, StatedTime, Value
from emergency.domain.vocabulary import SignOff


class Traced(Value):
    """What one fact of a draft rests on.

    Args:
        fact: Its name among the facts or elements: ``deaths``, ``measures``.
        to: The contributions and verifications, by event id.
    """

    fact: str
    to: tuple[str, ...] = Field(min_length=1)


class Settled(Value):
    """A contradiction between contributions, settled with a reason.

    Args:
        fact: Which fact they differ on.
        by: The contribution or verification that was followed, by event id; None where none of them was.
        why: Why.
    """

    fact: str
    by: str | None = None
    why: str = Field(min_length=1)


class DraftAct(Entry):
    """Something done with a draft. ``draft``: the office that holds it."""

    draft: OfficeId


class DraftOpened(DraftAct):
    """A unified draft was begun over contributions (开始统稿).

    Args:
        contributions: The reports that it is made of, by event id.
        jointly: The other of the two offices, where both draft together.
    """

    contributions: tuple[str, ...] = ()
    jointly: OfficeId | None = None


class DraftEdited(DraftAct):
    """A version of the text was laid down (拟稿、修改).

    Args:
        version: Its number, from 1.
        text: The text that goes up.
        content: What it says beside its figures.
        sources: What each fact rests on.
        settled: Contradictions that it settles.
        contributions: Reports that were added to those it is made of.
    """

    version: int = Field(ge=1)
    text: str = ""
    content: tuple[Element, ...] = ()
    sources: tuple[Traced, ...] = ()
    settled: tuple[Settled, ...] = ()
    contributions: tuple[str, ...] = ()


class DraftReviewed(DraftAct):
    """A version was checked by one person in the chain (初审、复核、审核): approved, or returned with a reason."""

    version: int = Field(ge=1)
    stage: SignOff
    approved: bool
    why: str | None = None


class DraftSignedOff(DraftAct):
    """A version was signed (签发), or returned by the leader with a reason."""

    version: int = Field(ge=1)
    approved: bool
    why: str | None = None


class UnifiedDraftIssued(DraftAct):
    """A version went out to the units as the one set of facts (印发统稿). ``hash``: of its text and facts."""

    version: int = Field(ge=1)
    hash: str


class DraftAssigned(DraftAct):
    """A unit was told to send an issued version up by itself (分头上报).

    Args:
        version: Which.
        whom: The unit.
        to: To whom it shall send it; empty = to whom it owes it.
        by: By when.
    """

    version: int = Field(ge=1)
    whom: OfficeId
    to: tuple[OfficeId, ...] = ()
    by: StatedTime | None = None
