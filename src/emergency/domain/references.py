"""What entries refer to: another entry of the same incident, which must be there and be what is meant."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from emergency.domain.acts import ENTRIES
from emergency.domain.bookkeeping import Annotated, Merged, Unmerged, Voided
from emergency.domain.events import Acknowledged, Entry, Message, Report, Verified
from emergency.domain.instructions import InstructionAct, InstructionReceived
from emergency.domain.receiving import CallLogged, HandedOver, Returned
from emergency.domain.record import Recorded
from emergency.domain.scoring import Adopted
from emergency.domain.vocabulary import Outcome
from emergency.errors import NotFoundError, RefusedError


class Reference(NamedTuple):
    """A field that names another entry.

    Args:
        field: Its name.
        kind: What the other must be.
        what: The same in words.
        done: What would be done to it, in words.
    """

    field: str
    kind: type[Entry]
    what: str
    done: str


REFERENCES: Mapping[type[Entry], Reference] = {
    Acknowledged: Reference("of", Message, "message", "acknowledged"),
    Returned: Reference("of", Message, "message", "returned"),
    HandedOver: Reference("of", Message, "message", "handed over"),
    CallLogged: Reference("of", Message, "message", "logged"),
    Adopted: Reference("of", Report, "report", "adopted"),
    Annotated: Reference("of", Entry, "entry", "remarked on"),
    InstructionAct: Reference("of", InstructionReceived, "instruction", "followed"),
    Voided: Reference("refuted_by", Verified, "verification", "relied on"),
    Unmerged: Reference("merge", Merged, "merging", "undone"),
}


FIELDS: Mapping[type[Entry], str] = {
    kind: reference.field
    for kind in ENTRIES
    for named, reference in REFERENCES.items()
    if issubclass(kind, named)
}
"""By kind of entry, the field that names another; of the kinds that have one."""

FOLLOWING_WHAT_THEY_NAME = frozenset(
    kind for kind in FIELDS if not issubclass(kind, (Annotated, Adopted, Unmerged, Voided))
)
"""The kinds of entries that are done about another, and so after it."""


def check_reference(entry: Entry, entries: Mapping[str, Recorded[Any]]) -> None:
    """Refuse an entry that refers to nothing, or to something else than it can mean.

    Args:
        entry: The entry.
        entries: The entries of its incident that count, by event id.

    Raises:
        NotFoundError: There is no such entry, or it is of another kind.
        RefusedError: It does not say what is relied on.
    """
    reference = next((r for kind, r in REFERENCES.items() if isinstance(entry, kind)), None)
    named = getattr(entry, reference.field) if reference is not None else None
    if reference is None or named is None:
        return
    other = entries.get(named) or next((r for r in entries.values() if r.event.step == named), None)
    if other is None or not isinstance(other.event, reference.kind):
        # People name entries by their number, which is on every screen; the id alone would tell them nothing.
        number = "" if other is None else f" Entry #{other.version} is another act."
        raise NotFoundError(
            f"There is no {reference.what} {named} on this incident that could be {reference.done}.{number}"
        )
    if isinstance(entry, Voided) and getattr(other.event, "outcome", None) is not Outcome.REFUTED:
        raise RefusedError(
            "An incident is voided on a verification that refutes it, and this one does not. Record what was checked "
            "first: emergency verify INCIDENT --outcome refuted."
        )
