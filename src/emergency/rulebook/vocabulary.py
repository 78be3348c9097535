"""The closed lists of words that rules use, beside those shared with events and verdicts."""

from __future__ import annotations

from enum import StrEnum


class Clock(StrEnum):
    """What starts the time of a limit: 获悉 learned, 接报 received, 事发 occurred."""

    LEARNED = "learned"
    RECEIVED = "received"
    OCCURRED = "occurred"


class Rank(StrEnum):
    """The force of the text that a rule stands in (效力位阶), the highest first."""

    LAW = "law"
    ADMINISTRATIVE_REGULATION = "administrative-regulation"
    LOCAL_REGULATION = "local-regulation"
    DEPARTMENTAL_RULE = "departmental-rule"
    LOCAL_RULE = "local-rule"
    PLAN = "plan"
    NOTICE = "notice"

    @property
    def order(self) -> int:
        """Its place in the order of precedence, 0 for the highest."""
        return _RANKS.index(self)


_RANKS = tuple(Rank)


class Measure(StrEnum):
    """A figure that levels and conditions are measured by."""

    DEAD_OR_MISSING = "dead_or_missing"
    SERIOUSLY_INJURED = "seriously_injured"
    LOSS_YUAN = "loss_yuan"
    EVACUATED = "evacuated"


class RuleChannel(StrEnum):
    """What a rule asks for: any way of telling, or a second, written report."""

    ANY = "any"
    WRITTEN = "written"
