"""After a drill (讲评): what the trainee's office owed and what became of it, beside what was done in the file."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

from emergency.domain import events
from emergency.domain.fixed import fixed
from emergency.drill.play import waiting
from emergency.drill.script import Cue, Script
from emergency.engine import Engine
from emergency.projections.rows import Row


@fixed(frozen=True, slots=True, kw_only=True)
class Debrief:
    """What a drill came to, judged by the one assessment; nothing is scored.

    Args:
        at: The hour of the drill at which it was judged.
        me: The trainee's office.
        obligations: Its obligations as rows, as they stand.
        findings: What stands out of its doing, as rows.
        norms: The checks of the four norms that its doing failed, as rows.
        states: How many obligations stand in which state.
        left: What the script still holds.
        own: What the same office did in the file.
    """

    at: datetime
    me: str
    obligations: tuple[Row, ...]
    findings: tuple[Row, ...]
    norms: tuple[Row, ...]
    states: Counter[str]
    left: tuple[Cue, ...]
    own: tuple[events.Entry, ...]


def debrief(engine: Engine, script: Script) -> Debrief:
    """Judge the trainee's office at the hour of the drill, over all of its incidents."""
    at = engine.now()
    owed = engine.obligations(at=at, office=script.me).rows
    return Debrief(
        at=at,
        me=script.me,
        obligations=owed,
        findings=engine.findings(at=at, office=script.me).rows,
        norms=engine.norms(at=at, office=script.me, result="fail").rows,
        states=Counter(row["state"] for row in owed),
        left=waiting(engine, script),
        own=script.own,
    )
