"""Which dates do not count for an office, because a duty was suspended by whoever a rule names for it (暂停).

A suspension by anybody else is on record and counts for nothing: no one excuses a duty unless a rule says who may,
and nobody excuses his own, or that of an office which does not stand below him.
"""

from __future__ import annotations

from datetime import date, timedelta
from zoneinfo import ZoneInfo

from emergency.assessment.due import INSTANT, Paused, never
from emergency.assessment.timeline import Step, Timeline
from emergency.domain.events import Resumed, Suspended
from emergency.domain.fixed import fixed
from emergency.domain.intervals import Interval
from emergency.domain.offices import Directory
from emergency.rulebook import Rule


@fixed(slots=True)
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
        acting, moment = directory.get(step.office), step.at.latest or step.at.earliest
        above = directory.above(office, None if moment is None else moment.astimezone(zone).date())
        return (
            acting is not None
            and acting.id in above
            and acting.tier in who.tiers
            and acting.line in who.lines
        )

    def meant(step: Step) -> bool:
        entry = step.entry
        return isinstance(entry, (Suspended, Resumed)) and office in entry.whom

    acts = [s for s in timeline.steps if meant(s) and may(s)]
    begun = sorted((s for s in acts if isinstance(s.entry, Suspended)), key=_order)
    if not begun:
        return NONE
    over = sorted((s for s in acts if isinstance(s.entry, Resumed)), key=_order)
    undated = next((s for s in over if s.at.earliest is None and s.at.latest is None), None)
    surely, possibly = [], []
    for start in begun:
        end = next((s for s in over if _order(s) >= _order(start)), undated)
        from_, until = _dates(start.at, zone), (None, None) if end is None else _dates(end.at, zone)
        if end is None and from_[1] is not None:
            surely.append((from_[1], date.max))
        elif from_[1] is not None and until[0] is not None:
            # On the date on which it was lifted it counts again.
            surely.append((from_[1], until[0] - timedelta(days=1)))
        possibly.append((from_[0] or date.min, until[1] or date.max))
    return Pauses(Paused(surely), Paused(possibly), tuple(s.id for s in acts))


def _dates(at: Interval, zone: ZoneInfo) -> tuple[date | None, date | None]:
    """The first and the last date of an interval; the midnight that ends it is no date of its own."""
    early, late = at.earliest, at.latest
    if late is not None and late != early:
        late -= INSTANT
    return (
        None if early is None else early.astimezone(zone).date(),
        None if late is None else late.astimezone(zone).date(),
    )


def _order(step: Step) -> tuple[float, str]:
    end = step.at.earliest or step.at.latest
    return (end.timestamp() if end else float("-inf")), step.ref
