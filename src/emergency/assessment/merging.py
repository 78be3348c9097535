"""What becomes of each obligation that is open when its incident is merged into another: worked out once, then data.

No clock moves. An obligation goes on as one of the other incident only where that one asks the same office for the
same report to the same office, no later and on grounds no weaker, or where it was met there already. Every other
obligation stands where it is.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from emergency.assessment.model import Ground, Obligation
from emergency.domain.bookkeeping import Fate
from emergency.domain.vocabulary import State
from emergency.rulebook import Stage

_REPORTS = frozenset(stage.value for stage in Stage)
"""What is owed about an instruction, or in a review, is owed on its own incident alone."""
_OPEN = frozenset({State.OPEN, State.UNDETERMINED})
_HOLDING = frozenset({State.OPEN, State.MET, State.LATE, State.POSSIBLY_LATE, State.OVERDUE})


def fates_of(mine: Iterable[Obligation], theirs: Iterable[Obligation], at: datetime) -> tuple[Fate, ...]:
    """The fate of each obligation that is open at the merging.

    Args:
        mine: The obligations of the incident that is merged, each in the phase that holds then.
        theirs: Those of the other, likewise.
        at: When they are merged.
    """
    listed = [o for o in theirs if o.state in _HOLDING or _is_open(o, at)]
    fates = []
    for owed in mine:
        if not _is_open(owed, at):
            continue
        by = next((other.id for other in listed if _stands_for(other, owed)), None)
        fates.append(
            Fate(obligation=owed.id, fate="stands")
            if by is None
            else Fate(obligation=owed.id, fate="continues", by=by)
        )
    return tuple(fates)


def _is_open(owed: Obligation, at: datetime) -> bool:
    """Not met, and not yet due or due at once."""
    if owed.met_by is not None or owed.state not in _OPEN:
        return False
    begun = owed.holds_from is None or owed.holds_from <= at
    return begun and (owed.due.latest is None or at <= owed.due.latest)


def _stands_for(other: Obligation, owed: Obligation) -> bool:
    """Whether an obligation on the other incident asks for no less."""
    same = (
        other.office == owed.office
        and other.recipient == owed.recipient
        and other.stage == owed.stage
        and other.stage in _REPORTS
        and other.channel == owed.channel
    )
    if not same:
        return False
    if other.state is State.MET:
        return True
    theirs, mine = _governs(other), _governs(owed)
    if theirs is None or mine is None or theirs.confirmed < mine.confirmed:
        return False
    if not theirs.sure and (mine.sure or theirs.rule != mine.rule):
        return False  # whether it applies there is open, on other terms than here
    if mine.due is None or theirs.due is None:
        return mine.due is None and theirs.due is None
    end = theirs.due.latest
    return end is not None and mine.due.latest is not None and end <= mine.due.latest


def _governs(owed: Obligation) -> Ground | None:
    return None if owed.governing is None else owed.grounds[owed.governing]
