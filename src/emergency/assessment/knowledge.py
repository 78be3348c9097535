"""What shows that an office knew, and since when (获悉). An office answers only from its own knowledge."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto

from emergency.assessment.timeline import Step, Timeline
from emergency.domain.events import (
    REPORTS,
    Acknowledged,
    Answered,
    ClueLinked,
    Denied,
    Directed,
    Inquired,
    Learned,
    Message,
    Notified,
    Obstructed,
    Verified,
    Withheld,
)
from emergency.domain.intervals import Interval, first_of
from emergency.domain.vocabulary import Origin, Outcome


class Shows(Enum):
    """How far a step shows knowledge."""

    DIRECTLY = auto()
    """It tells when the office came to know."""
    BY_THEN = auto()
    """The office knew by then at the latest: its own act shows it."""
    SIGN = auto()
    """A sign only: it starts a clock possibly."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """One step that shows, or is a sign of, an office's knowledge."""

    step: Step
    shows: Shows
    at: Interval


@dataclass(frozen=True, slots=True)
class Knowledge:
    """Since when an office knew.

    Args:
        since: When it learned, as far as its record says. With signs only, the latest end is open.
        shown: Whether anything shows knowledge; False where there are signs only.
        triggers: The steps that the clock starts from, ids.
        rests_on: Those of them whose time is assumed, or not stated at all.
        latest_step: The step that gives the latest end.
        evidence: All of it.
    """

    since: Interval
    shown: bool
    triggers: tuple[str, ...]
    rests_on: tuple[str, ...]
    latest_step: str | None
    evidence: tuple[Evidence, ...]

    @property
    def directly(self) -> bool:
        """Whether any step tells when it came to know, rather than that it knew by then."""
        return any(e.shows is Shows.DIRECTLY for e in self.evidence)


def evidence_of(timeline: Timeline, office: str) -> tuple[Evidence, ...]:
    """Every step that shows or hints at the office's knowledge."""
    found = [Evidence(s, shows, s.at) for s in timeline.acts(office) if (shows := _own_act(s)) is not None]
    for step in timeline.told(office):
        shows = _received(step)
        if shows is not None and step.office != office:
            found.append(Evidence(step, shows, timeline.received(step, office)))
    return tuple(found)


def _own_act(step: Step) -> Shows | None:
    entry = step.entry
    match entry:
        case Learned(sign=sign):
            return Shows.SIGN if sign else Shows.DIRECTLY
        case Verified(outcome=outcome):
            return Shows.DIRECTLY if outcome is Outcome.CONFIRMED else Shows.SIGN
        case ClueLinked(by=by, sign=sign):
            return Shows.BY_THEN if by is Origin.OWN and not sign else Shows.SIGN
        case Inquired():
            return Shows.SIGN
        case Notified() | Answered():
            return Shows.BY_THEN if entry.facts.asserts_harm else None
        case Withheld() | Denied() | Directed() | Obstructed() | Acknowledged():
            return Shows.BY_THEN
        case _ if isinstance(entry, REPORTS):
            return Shows.BY_THEN
    return None


def _received(step: Step) -> Shows | None:
    entry = step.entry
    match entry:
        case ClueLinked() | Inquired():
            return Shows.SIGN
        case Verified(outcome=outcome):
            return Shows.DIRECTLY if outcome is Outcome.CONFIRMED else Shows.SIGN
        case Notified():
            return Shows.DIRECTLY
        case Answered():
            return Shows.DIRECTLY if entry.facts.asserts_harm else Shows.SIGN
        case _ if isinstance(entry, REPORTS) and isinstance(entry, Message):
            return Shows.DIRECTLY
    return None


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
    direct = [e for e in evidence if e.shows is Shows.DIRECTLY]
    by_then = [e for e in evidence if e.shows is Shows.BY_THEN]
    signs = [e for e in evidence if e.shows is Shows.SIGN]
    if not direct and not by_then:
        earliest = first_of(e.at for e in signs).earliest
        return Knowledge(
            since=Interval(earliest, None),
            shown=False,
            triggers=tuple(e.step.id for e in signs),
            rests_on=(),
            latest_step=None,
            evidence=evidence,
        )
    shown = [*direct, *by_then]
    last = min(
        (e for e in shown if e.at.latest is not None),
        # Of two that give the same end, the one whose time is stated carries the verdict.
        key=lambda e: (e.at.latest, e.shows is not Shows.DIRECTLY, e.step.assumed),
        default=None,
    )
    latest = last.at.latest if last else None
    earliest = first_of(e.at for e in direct).earliest if direct else floor
    if earliest is not None and latest is not None and earliest > latest:
        earliest = floor if floor is not None and floor <= latest else None
    sign = first_of(e.at for e in signs).earliest if signs else None
    if sign is not None and (earliest is None or sign < earliest):
        earliest = sign
    since = Interval(earliest, latest)
    start = _start(direct, last)
    triggers = [
        e for e in (*direct, *signs) if latest is None or e.at.earliest is None or e.at.earliest <= latest
    ]
    ids = dict.fromkeys(e.step.id for e in triggers)
    if last is not None:
        ids.setdefault(last.step.id)
    return Knowledge(
        since=since,
        shown=True,
        triggers=tuple(ids),
        rests_on=tuple(dict.fromkeys(e.step.id for e in start if e.step.assumed)),
        latest_step=last.step.id if last else None,
        evidence=evidence,
    )


def _start(direct: list[Evidence], last: Evidence | None) -> list[Evidence]:
    """The evidence that the clock's start rests on.

    Where an act of the office's own bounds its knowledge before any receipt or learning is surely dated, the
    start is still that receipt, whose time nobody stated; the act only bounds it.
    """
    if last is None:
        return direct
    if last.shows is Shows.BY_THEN and direct:
        undated = [e for e in direct if e.at.latest is None or e.at.latest > (last.at.latest or e.at.latest)]
        earlier = [e for e in undated if e.at.earliest is None or e.at.earliest <= last.at.latest]  # type: ignore[operator]
        return earlier or [last]
    return [last]
