"""Which dates do not count for an office, because a duty was suspended by whoever a rule names for it (暂停).

A suspension by anybody else is on record and counts for nothing: no one excuses a duty unless a rule says who may.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from emergency.assessment.due import Paused, never
from emergency.assessment.timeline import Step, Timeline
from emergency.domain.events import Resumed, Suspended
from emergency.domain.offices import Directory
from emergency.rulebook import Rule


@dataclass(frozen=True, slots=True)
class Pauses:
    """The dates that surely, and those that possibly, do not count; and the steps that say so."""

    surely: Paused = never
    possibly: Paused = never
    steps: tuple[str, ...] = ()


NONE = Pauses()


def pauses_of(timeline: Timeline, directory: Directory, rule: Rule, office: str, zone: ZoneInfo) -> Pauses:
    """The dates on which a rule was suspended for an office."""
    who = rule.suspended_by
    if who is None:
        return NONE

    def may(step: Step) -> bool:
        acting = directory.get(step.office)
        return acting is not None and acting.tier in who.tiers and acting.line in who.lines

    def meant(step: Step) -> bool:
        entry = step.entry
        return isinstance(entry, (Suspended, Resumed)) and (
            office in entry.whom or (not entry.whom and step.office == office)
        )

    acts = [s for s in timeline.steps if meant(s) and may(s)]
    begun = sorted((s for s in acts if isinstance(s.entry, Suspended)), key=_order)
    if not begun:
        return NONE
    over = sorted((s for s in acts if isinstance(s.entry, Resumed)), key=_order)
    spans = []
    for start in begun:
        end = next((s for s in over if _order(s) >= _order(start)), None)
        spans.append((start, end))

    def surely(day: date) -> bool:
        return any(
            _on(s.at.latest, zone) is not None
            and _on(s.at.latest, zone) <= day  # type: ignore[operator]
            and (e is None or (_on(e.at.earliest, zone) or date.max) > day)
            for s, e in spans
        )

    def possibly(day: date) -> bool:
        return any(
            (_on(s.at.earliest, zone) or date.min) <= day
            and (e is None or (_on(e.at.latest, zone) or date.max) >= day)
            for s, e in spans
        )

    return Pauses(surely, possibly, tuple(s.id for s in acts))


def _on(moment: datetime | None, zone: ZoneInfo) -> date | None:
    return None if moment is None else moment.astimezone(zone).date()


def _order(step: Step) -> tuple[float, str]:
    end = step.at.earliest or step.at.latest
    return (end.timestamp() if end else float("-inf")), step.ref
