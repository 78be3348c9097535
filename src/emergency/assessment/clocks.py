"""What starts a clock beside the office's knowledge of the event: an act of its own, the end of the situation.

An office answers for the moment of its own act. What another office declared is a fact that it may have heard of
later: when, the record does not say, so the latest end stays open.
"""

from __future__ import annotations

from emergency.assessment.conditions import Start
from emergency.assessment.timeline import Step, Timeline
from emergency.domain.events import (
    Closed,
    Entry,
    Foreseen,
    Graded,
    HandlingEnded,
    Inquired,
    Stabilised,
    Verified,
    Warned,
)
from emergency.domain.intervals import Interval
from emergency.domain.vocabulary import Outcome
from emergency.rulebook import Clock

ACTS: dict[Clock, tuple[type[Entry], ...]] = {
    Clock.VERIFIED: (Verified,),
    Clock.GRADED: (Graded,),
    Clock.FORESEEN: (Foreseen,),
    Clock.WARNED: (Warned,),
    Clock.STABLE: (Stabilised,),
    Clock.ENDED: (HandlingEnded, Closed),
}
"""The acts that start each clock."""

KNOWLEDGE = frozenset({Clock.LEARNED, Clock.RECEIVED, Clock.OCCURRED})
"""The clocks that start with the office's own knowledge of the event."""

ONCE = frozenset({Clock.STABLE, Clock.ENDED, Clock.VERIFIED})
"""The clocks that start only once, at the first such act."""


def started_by(
    timeline: Timeline, office: str, clock: Clock, askers: frozenset[str] | None = None
) -> list[Start]:
    """Every start of a clock for an office, the earliest first; its own acts, or for an end that of anyone.

    Args:
        timeline: The incident.
        office: Whose clock.
        clock: The clock.
        askers: Whose inquiries call for an answer, for the clock of an inquiry; None for anybody's.
    """
    key = ("started", office, clock, askers)
    if key not in timeline.memo:
        timeline.memo[key] = _started_by(timeline, office, clock, askers)
    found: list[Start] = timeline.memo[key]
    return found


def _started_by(timeline: Timeline, office: str, clock: Clock, askers: frozenset[str] | None) -> list[Start]:
    if clock is Clock.ASKED:
        return [
            _asked(timeline, s, office)
            for s in timeline.told(office)
            if s.act is Inquired and (askers is None or s.office in askers)
        ]
    kinds = ACTS.get(clock)
    if kinds is None:
        return []
    acts = [s for s in timeline.steps if s.act in kinds and _counts(s)]
    own = [s for s in acts if s.office == office]
    others = acts if clock in (Clock.STABLE, Clock.ENDED) and not own else []
    starts = [Start(s.at, (s.id,), rests_on=s.rests_on) for s in sorted(own, key=_when)]
    starts += [
        Start(Interval(s.at.earliest, None), (s.id,), rests_on=s.rests_on) for s in sorted(others, key=_when)
    ]
    return starts[:1] if clock in ONCE else starts


def _asked(timeline: Timeline, inquiry: Step, office: str) -> Start:
    """Each inquiry calls for an answer of its own, from its receipt on."""
    receipt = timeline.receipt(inquiry, office)
    return Start(receipt.at, (inquiry.id,), rests_on=receipt.rests_on)


def silent_clocks(timeline: Timeline) -> frozenset[Clock]:
    """The clocks of acts that nobody did: they started for no office."""
    known: frozenset[Clock] | None = timeline.memo.get("silent")
    if known is None:
        kinds = timeline.kinds
        silent = [clock for clock, acts in ACTS.items() if kinds.isdisjoint(acts)]
        known = frozenset(silent if Inquired in kinds else [*silent, Clock.ASKED])
        timeline.memo["silent"] = known
    return known


def declared_over(timeline: Timeline) -> tuple[Step, ...]:
    """The steps by which the situation was declared stable, the handling ended or the incident closed."""
    if "over" not in timeline.memo:
        timeline.memo["over"] = tuple(
            s for s in timeline.steps if s.act in (Stabilised, HandlingEnded, Closed)
        )
    ends: tuple[Step, ...] = timeline.memo["over"]
    return ends


def _counts(step: Step) -> bool:
    return step.act is not Verified or getattr(step.entry, "outcome", None) is Outcome.CONFIRMED


def _when(step: Step) -> tuple[float, str]:
    end = step.at.latest or step.at.earliest
    return (end.timestamp() if end else float("inf")), step.ref
