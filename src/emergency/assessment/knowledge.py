"""What shows that an office knew, and since when (获悉). An office answers only from its own knowledge."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from enum import Enum, auto
from typing import Any

from emergency.assessment.timeline import Receipt, Step, Timeline
from emergency.domain.events import (
    REPORTS,
    Acknowledged,
    Answered,
    ClueLinked,
    Denied,
    Directed,
    Entry,
    Graded,
    HandlingEnded,
    Inquired,
    Learned,
    Notified,
    Obstructed,
    Stabilised,
    Verified,
    Withheld,
)
from emergency.domain.fixed import fixed
from emergency.domain.instructions import InstructionAnswered, InstructionReceived, InstructionRelayed
from emergency.domain.intervals import Interval, first_of
from emergency.domain.receiving import CallLogged, HandedOver
from emergency.domain.vocabulary import Origin, Outcome


class Shows(Enum):
    """How far a step shows knowledge."""

    DIRECTLY = auto()
    """It tells when the office came to know."""
    BY_THEN = auto()
    """The office knew by then at the latest: its own act shows it."""
    SIGN = auto()
    """A sign only: it starts a clock possibly."""


_DIRECTLY, _BY_THEN, _SIGN = Shows.DIRECTLY, Shows.BY_THEN, Shows.SIGN


@fixed()
class Evidence:
    """One step that shows, or is a sign of, an office's knowledge."""

    step: Step
    shows: Shows
    at: Interval
    rests_on: tuple[str, ...]
    """Steps with an assumed or unstated time that its time rests on."""


@fixed()
class Knowledge:
    """Since when an office knew.

    Args:
        since: When it learned, as far as its record says. With signs only, the latest end is open.
        shown_since: The same, without what is only a sign.
        shown: Whether anything shows knowledge; False where there are signs only.
        triggers: The steps that the clock starts from, ids.
        rests_on: Those of them whose time is assumed, or not stated at all.
        latest_steps: The steps that give the latest end.
        evidence: All of it.
    """

    since: Interval
    shown_since: Interval
    shown: bool
    triggers: tuple[str, ...]
    rests_on: tuple[str, ...]
    latest_steps: frozenset[str]
    evidence: tuple[Evidence, ...]

    @property
    def dated(self) -> bool:
        """Whether a step tells when it came to know, rather than only that it knew by then."""
        latest = self.shown_since.latest
        return any(
            e.shows is Shows.DIRECTLY and (latest is None or e.at.earliest is None or e.at.earliest <= latest)
            for e in self.evidence
        )


def evidence_of(timeline: Timeline, office: str) -> tuple[Evidence, ...]:
    """Every step that shows or hints at the office's knowledge."""
    occurred = timeline.occurred.earliest
    found: list[Evidence] = []
    for step in timeline.acts(office):
        act = step.act
        shows = _DONE[act] if act in _DONE else _DONE_BY_CONTENT.get(act, _nothing)(step.entry)
        if shows is not None:
            found.append(_of_the_event(step, shows, step, occurred))
    for step in timeline.told(office):
        act = step.act
        shows = _TOLD[act] if act in _TOLD else _TOLD_BY_CONTENT.get(act, _nothing)(step.entry)
        if shows is not None and step.office != office:
            found.append(_of_the_event(step, shows, timeline.receipt(step, office), occurred))
    return tuple(found)


def _of_the_event(step: Step, shows: Shows, had: Step | Receipt, occurred: datetime | None) -> Evidence:
    """What was known before the event is no knowledge of the event: when that came is open."""
    at = had.at
    if occurred is not None:
        early, late = at.earliest, at.latest
        # A receipt that a source puts before its own sending ends before it begins: each end is asked for itself.
        if late is not None and late < occurred and not step.entry.at.also:
            at = Interval(occurred, None)
        elif shows is _SIGN and early is not None and early < occurred:
            at = Interval(occurred, late)
    return Evidence(step, shows, at, had.rests_on)


_DONE = dict.fromkeys(
    (
        Withheld,
        Denied,
        Directed,
        Obstructed,
        Acknowledged,
        CallLogged,
        Graded,
        Stabilised,
        HandlingEnded,
        InstructionReceived,
        InstructionRelayed,
        InstructionAnswered,
        *REPORTS,
    ),
    Shows.BY_THEN,
)
_DONE[Inquired] = Shows.SIGN
"""What an act of its own shows of an office, where nothing else of the act matters."""
_TOLD = {
    ClueLinked: Shows.SIGN,
    Inquired: Shows.SIGN,
    Notified: Shows.DIRECTLY,
    HandedOver: Shows.DIRECTLY,
}
_TOLD.update(dict.fromkeys(REPORTS, Shows.DIRECTLY))
"""What an act shows of an office that was told, where nothing else of the act matters."""


def _nothing(_: Any) -> None:  # noqa: ANN401 - of whatever kind of act
    return None


def _verified(entry: Any) -> Shows:  # noqa: ANN401 - each is called with its own kind of act
    return _DIRECTLY if entry.outcome is Outcome.CONFIRMED else _SIGN


def _stated(entry: Any) -> Shows | None:  # noqa: ANN401 - the same
    return _BY_THEN if entry.facts.asserts_harm else None


# To look the kind of act up is many times faster than to match it, which a pydantic class answers itself.
_DONE_BY_CONTENT: dict[type[Entry], Callable[[Any], Shows | None]] = {
    Learned: lambda entry: _SIGN if entry.sign else _DIRECTLY,
    Verified: _verified,
    ClueLinked: lambda entry: _BY_THEN if entry.by is Origin.OWN and not entry.sign else _SIGN,
    Notified: _stated,
    HandedOver: _stated,
    Answered: _stated,
}
"""What an act of its own shows of an office by what was said."""
_TOLD_BY_CONTENT: dict[type[Entry], Callable[[Any], Shows | None]] = {
    Verified: _verified,
    Answered: lambda entry: _DIRECTLY if entry.facts.asserts_harm else _SIGN,
}
"""What an act shows of an office that was told by what was said."""


def knowledge_of(timeline: Timeline, office: str) -> Knowledge | None:
    """Since when the office knew; None where nothing on record even hints at it."""
    key = ("knowledge", office)
    if key not in timeline.memo:
        timeline.memo[key] = _knowledge(timeline, office)
    known: Knowledge | None = timeline.memo[key]
    return known


def _knowledge(timeline: Timeline, office: str) -> Knowledge | None:
    evidence = evidence_of(timeline, office)
    if not evidence:
        return None
    floor = timeline.occurred.earliest
    if len(evidence) == 1 and evidence[0].shows is not _SIGN:
        return _by_one(evidence[0], floor)
    direct: list[Evidence] = []
    by_then: list[Evidence] = []
    signs: list[Evidence] = []
    for one in evidence:
        (direct if one.shows is _DIRECTLY else by_then if one.shows is _BY_THEN else signs).append(one)
    shown = direct + by_then
    latest: datetime | None = None
    for one in shown:
        end = one.at.latest
        if end is not None and (latest is None or end < latest):
            latest = end
    ends: list[Evidence] = []
    if latest is not None:
        ends = shown if len(shown) == 1 else [e for e in shown if e.at.latest == latest]
    shown_since = _shown_since(direct, latest, floor)
    since = shown_since if shown else Interval(None, None)
    if signs:
        # A sign starts the clock possibly: one without a time leaves its beginning open.
        sign = first_of([e.at for e in signs]).earliest
        first = since.earliest if shown else sign
        since = Interval(None if sign is None or first is None else min(sign, first), latest)
    triggers = [
        e.step.id
        for e in (direct + signs if signs else direct)
        if latest is None or e.at.earliest is None or e.at.earliest <= latest
    ]
    if ends:
        triggers.append(ends[0].step.id)
    start = _start(direct, ends)
    rests_on = (
        start[0].rests_on if len(start) == 1 else tuple(dict.fromkeys([i for e in start for i in e.rests_on]))
    )
    return Knowledge(
        since=since,
        shown_since=shown_since,
        shown=bool(shown),
        triggers=tuple(dict.fromkeys(triggers)),
        rests_on=rests_on,
        latest_steps=frozenset([e.step.id for e in ends]),
        evidence=evidence,
    )


def _by_one(one: Evidence, floor: datetime | None) -> Knowledge:
    """What one piece of evidence that is no mere sign shows, as most offices have no other."""
    latest, here = one.at.latest, (one.step.id,)
    since = _shown_since([one] if one.shows is _DIRECTLY else [], latest, floor)
    told = one.shows is _DIRECTLY or latest is not None
    return Knowledge(
        since=since,
        shown_since=since,
        shown=True,
        triggers=here if told else (),
        rests_on=one.rests_on if told else (),
        latest_steps=frozenset(() if latest is None else here),
        evidence=(one,),
    )


def _shown_since(direct: list[Evidence], latest: datetime | None, floor: datetime | None) -> Interval:
    """Since when its knowledge is shown.

    Where only its own acts show that it knew by then, it may have known since the event.
    """
    earliest = floor
    if direct:
        earliest = direct[0].at.earliest if len(direct) == 1 else first_of([e.at for e in direct]).earliest
    if earliest is not None and latest is not None and earliest > latest:
        earliest = floor if floor is not None and floor <= latest else None
    return Interval(earliest, latest)


def _start(direct: list[Evidence], ends: list[Evidence]) -> list[Evidence]:
    """The evidence that the clock's start rests on.

    Where an act of the office's own bounds its knowledge before any receipt or learning is surely dated, the
    start is still that receipt, whose time nobody stated; the act only bounds it. Of several that give the same
    end, one whose time is stated carries the verdict.
    """
    if not ends:
        return direct
    told = [e for e in ends if e.shows is _DIRECTLY]
    latest = ends[0].at.latest
    if direct and not told and latest is not None:
        undated = [e for e in direct if e.at.earliest is None or e.at.earliest <= latest]
        if undated:
            return undated
    ends = told or ends
    return ends if len(ends) == 1 else [min(ends, key=lambda e: len(e.rests_on))]
