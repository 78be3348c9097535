"""What is done about an incident's record as a whole: waived, voided, merged, linked, remarked, reopened."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from emergency.domain.events import Entry
from emergency.domain.scoring import Adopted
from emergency.domain.values import OfficeId, Value


class Waived(Entry):
    """Somebody said that others need not report (准予不报). It counts only where a rule names who may say so.

    Args:
        whom: Who need not.
        to: To whom; empty = to anybody.
        authority: On whose authority, in words.
        why: Why.
    """

    whom: tuple[OfficeId, ...] = Field(min_length=1)
    to: tuple[OfficeId, ...] = ()
    authority: str = Field(min_length=1)
    why: str = Field(min_length=1)


class Voided(Entry):
    """There was no such event (撤销事件): it takes a verification that refutes it, and removes no earlier verdict.

    Args:
        refuted_by: The verification, by event id.
        why: Why.
    """

    refuted_by: str
    why: str = Field(min_length=1)


class Fate(Value):
    """What becomes of one obligation that was open when its incident was merged into another.

    Args:
        obligation: Its id.
        fate: ``stands``: it is owed here as before, by its own clock. ``continues``: the same office owes the same
            recipient the same report on the other incident, due no later; that one stands for it.
        by: The obligation on the other incident that stands for it.
    """

    obligation: str
    fate: Literal["stands", "continues"]
    by: str | None = None


class Merged(Entry):
    """This incident is the same event as another (并案), on which it goes on. No clock moves.

    Args:
        into: The other incident's reference.
        fates: What becomes of each obligation that is open now.
        why: Why.
    """

    into: str
    fates: tuple[Fate, ...] = ()
    why: str = Field(min_length=1)


class Unmerged(Entry):
    """The merging was wrong (撤销并案): it is as though it had never been.

    Args:
        merge: The merging, by event id.
        why: Why.
    """

    merge: str
    why: str = Field(min_length=1)


class Linked(Entry):
    """Another incident has to do with this one (关联). ``relation``: how, like ``merged-here`` or ``same-cause``."""

    other: str
    relation: str = Field(min_length=1)


class Annotated(Entry):
    """A remark on the record (备注); nothing is judged by it. ``of``: the entry that it is about, if any."""

    of: str | None = None
    note: str = Field(min_length=1)


class Reopened(Entry):
    """A closed incident goes on (重新启动)."""

    why: str = Field(min_length=1)


BOOKKEEPING = frozenset({Waived, Voided, Merged, Unmerged, Linked, Annotated, Reopened, Adopted})
"""Acts about the record as a whole: nothing is read from them of who knew, told or received anything, and when."""

MERGED_HERE = "merged-here"
"""The relation of an incident to one that was merged into it."""
UNMERGED = "unmerged"
"""The same, from when that merging was undone."""
