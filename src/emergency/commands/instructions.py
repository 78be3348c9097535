"""Leaders' instructions (批示) over the ledger: ``engine.instructions``. They are recorded as any entry is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from emergency.answers import View, standing
from emergency.assessment.model import Obligation
from emergency.assessment.timeline import Step
from emergency.assessment.words import INSTRUCTION_ANSWER, INSTRUCTION_RELAY
from emergency.domain.fixed import fixed
from emergency.domain.instructions import (
    InstructionAct,
    InstructionAnswered,
    InstructionClosed,
    InstructionReceived,
)
from emergency.domain.vocabulary import State
from emergency.errors import EmergencyError
from emergency.ledger import Ledger
from emergency.projections.rows import Row, interval_row, iso_instant, obligation_row
from emergency.projections.streams import INCIDENT
from emergency.store import Reading
from emergency.words import Words

__all__ = ["Instructions", "Listed"]

_RECEIVED = "incident.instruction-received"
_PAGE = 1000
_STANDING = {"overdue": 0, "open": 1, "answered": 2, "closed": 3}
"""What comes first in a list."""
_WAITED_FOR = frozenset({State.OPEN, State.OVERDUE, State.UNDETERMINED})


@fixed(frozen=True, slots=True, kw_only=True)
class Listed:
    """Instructions as they stand at an instant, those that are overdue first.

    Args:
        at: The instant.
        position: The position of the log that was read to.
        rows: One for each instruction.
        parked: References of incidents that cannot be judged now, each with the reason.
    """

    at: datetime
    position: int
    rows: tuple[Row, ...]
    parked: tuple[tuple[str, Words], ...] = ()


class Instructions:
    """Questions about instructions."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def listed(self, refs: Sequence[str] = (), *, at: datetime | None = None) -> Listed:
        """Every instruction with what is owed about it, overdue and open ones first.

        Args:
            refs: The incidents; none = all.
            at: The instant of judging (default: now).

        Raises:
            NotFoundError: there is no such incident.
        """
        moment = at or self._ledger.now()
        rows: list[Row] = []
        parked: list[tuple[str, Words]] = []
        with self._ledger.log.reading() as reading:
            position = reading.last_position()
            for ref in refs or tuple(_with_instructions(reading)):
                try:
                    view = self._ledger.view(reading, ref)
                except EmergencyError as error:
                    # One incident that cannot be judged hides no other; whoever names it is told.
                    if refs:
                        raise
                    parked.append((ref, error.words))
                    continue
                rows += _rows(view, moment)
        rows.sort(
            key=lambda row: (
                _STANDING[row["state"]],
                row["due"] is None,
                row["due"] or row["received"]["latest"] or "",
            )
        )
        return Listed(at=moment, position=position, rows=tuple(rows), parked=tuple(parked))


def _with_instructions(reading: Reading) -> Iterator[str]:
    """The incidents on which instructions were received, in the order of the first."""
    after, seen = 0, dict[str, None]()
    while page := reading.page(after, _PAGE, type_prefix=_RECEIVED):
        after = page[-1].position
        seen.update(dict.fromkeys(event.stream.removeprefix(INCIDENT) for event in page))
    yield from seen


def _rows(view: View, at: datetime) -> Iterator[Row]:
    owed: dict[str, list[Obligation]] = {}
    for obligation in standing(view.assessment.obligations, at):
        if obligation.stage in (INSTRUCTION_RELAY, INSTRUCTION_ANSWER):
            owed.setdefault(obligation.trigger[0], []).append(obligation)
    for step in view.timeline.steps:
        if isinstance(step.entry, InstructionReceived):
            yield _row(view, step, step.entry, owed.get(step.id, []))


def _row(view: View, step: Step, entry: InstructionReceived, owed: list[Obligation]) -> Row:
    about = [
        s.entry for s in view.timeline.steps if isinstance(s.entry, InstructionAct) and s.entry.of == step.id
    ]
    state = "open"
    if any(isinstance(act, InstructionClosed) for act in about):
        state = "closed"
    elif any(isinstance(act, InstructionAnswered) and act.final for act in about):
        state = "answered"
    # Past its due time and not shown to be absent, nobody can say that it is overdue; it is still waited for.
    waiting = [o for o in owed if o.met_by is None and o.state in _WAITED_FOR]
    if any(o.state is State.OVERDUE for o in waiting):
        state = "overdue"
    dues = [o.due.latest for o in waiting if o.due.latest is not None]
    return {
        "incident": view.timeline.ref,
        "instruction": step.ref,
        "label": step.label,
        "office": step.office,
        "leader": entry.leader,
        "tier": entry.tier.value if entry.tier else None,
        "words": entry.words,
        "received": interval_row(step.at),
        "addressed": list(entry.addressed),
        "relay_by": None if entry.relay_by is None else interval_row(entry.relay_by.interval),
        "answer_by": None if entry.answer_by is None else interval_row(entry.answer_by.interval),
        "state": state,
        "due": iso_instant(min(dues, default=None)),
        "answers": sum(isinstance(act, InstructionAnswered) for act in about),
        "owed": [obligation_row(o, view.timeline, view.directory) for o in owed],
    }
