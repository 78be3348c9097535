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
from emergency.words import NOTHING, Words


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
    what: Words
    done: Words


_MESSAGE = Words("文电", "message")

REFERENCES: Mapping[type[Entry], Reference] = {
    Acknowledged: Reference("of", Message, _MESSAGE, Words("签收", "acknowledged")),
    Returned: Reference("of", Message, _MESSAGE, Words("退回", "returned")),
    HandedOver: Reference("of", Message, _MESSAGE, Words("转办", "handed over")),
    CallLogged: Reference("of", Message, _MESSAGE, Words("据以作电话记录", "logged")),
    Adopted: Reference("of", Report, Words("报告", "report"), Words("采用", "adopted")),
    Annotated: Reference("of", Entry, Words("录入", "entry"), Words("备注", "remarked on")),
    InstructionAct: Reference(
        "of", InstructionReceived, Words("批示", "instruction"), Words("办理", "followed")
    ),
    Voided: Reference("refuted_by", Verified, Words("核实", "verification"), Words("作为依据", "relied on")),
    Unmerged: Reference("merge", Merged, Words("并案", "merging"), Words("撤销", "undone")),
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
        number = (
            NOTHING
            if other is None
            else Words(f"#{other.version} 是另一类条目。", f" Entry #{other.version} is another act.")
        )
        raise NotFoundError(
            f"There is no {reference.what.en} {named} on this incident that could be {reference.done.en}.{number.en}",
            zh=f"本事件没有可以{reference.done.zh}的{reference.what.zh}：{named}。{number.zh}",
        )
    if isinstance(entry, Voided) and getattr(other.event, "outcome", None) is not Outcome.REFUTED:
        raise RefusedError(
            "An incident is voided on a verification that refutes it, and this one does not. Record what was checked "
            "first: emergency verify INCIDENT --outcome refuted.",
            zh=(
                "撤销事件要以否定该事件的核实结果为依据，而这一条不是。"
                "请先记录核实结果：emergency verify INCIDENT --outcome "
                "refuted。"
            ),
        )
