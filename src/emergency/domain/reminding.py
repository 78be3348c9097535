"""Reminders (提醒): which are due, and what has become of each; pure.

A reminder is *due and not yet sent*: nothing depends on a sweep that runs at the right minute. What makes two sweeps
speak of the same reminder is its key. A new deadline makes a new reminder.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from emergency.domain.desk import ReminderClaimed, ReminderFailed, ReminderSent
from emergency.domain.fixed import fixed
from emergency.domain.record import Recorded

CLOCKS_DIFFER = timedelta(minutes=10)
"""By so much the clocks of two machines on one store may differ; a claim from further ahead is of a clock set back."""


@fixed(slots=True, kw_only=True)
class Delivery:
    """What has become of one reminder at one sink.

    Args:
        attempts: How often somebody has begun to deliver it since it was last sent.
        sent_at: When it was last delivered; None = never.
        claim: The claim of whoever is delivering it; None where nobody is.
        may_repeat: It may have been delivered, and nobody knows: a failure that is not sure.
    """

    attempts: int = 0
    sent_at: datetime | None = None
    claim: ReminderClaimed | None = None
    may_repeat: bool = False

    def in_hand(self, now: datetime) -> bool:
        """Whether somebody is delivering it, and has not taken longer than it may take.

        A clock that was set back must not keep a claim alive for as long as it was set back.
        """
        return self.claim is not None and self.claim.at - CLOCKS_DIFFER <= now < self.claim.until

    def wanted(self, now: datetime, deadline: datetime | None, again: timedelta | None) -> bool:
        """Whether it is to be delivered.

        Args:
            now: The instant of the sweep.
            deadline: Since when it is overdue.
            again: How often it is to be said again; None = once is enough. What was missed is not made up for: said
                once now, it says the same as three times.
        """
        if self.sent_at is None:
            return True
        if again is None or deadline is None:
            return False
        return (now - deadline) // again > (self.sent_at - deadline) // again


def delivery_of(events: Iterable[Recorded[Any]]) -> Delivery:
    """The fold of one reminder's stream."""
    state = Delivery()
    for recorded in events:
        event = recorded.event
        if isinstance(event, ReminderClaimed):
            may_repeat = state.may_repeat or event.may_repeat
            state = replace(state, attempts=state.attempts + 1, claim=event, may_repeat=may_repeat)
            continue
        own = state.claim is not None and state.claim.token == event.token
        if isinstance(event, ReminderSent):
            state = replace(state, attempts=0, sent_at=recorded.recorded_at, may_repeat=False)
        elif isinstance(event, ReminderFailed):
            state = replace(state, may_repeat=state.may_repeat or event.unsure)
        if own:
            state = replace(state, claim=None)
    return state


def rung(deadline: datetime, before: Iterable[timedelta], now: datetime) -> timedelta | None:
    """How long before the deadline it is to be said now: the last threshold that has passed; None = none has.

    A sweep that comes late says it once, for the nearest threshold, and not for every one that it missed.
    """
    passed = [length for length in before if deadline - length <= now]
    return min(passed) if passed and now <= deadline else None
