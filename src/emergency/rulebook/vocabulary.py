"""The closed lists of words that rules use, beside those shared with events and verdicts."""

from __future__ import annotations

from enum import StrEnum


class Clock(StrEnum):
    """What starts the time of a limit.

    事发 occurred, 获悉 learned, 接报 received, 核实 verified, 定级 graded, 数字变化 changed, 首报 first-report,
    续报 follow-up (the first one), 前次报告 last-report, 末次续报 last-follow-up, 被询问 asked, 稳定 stable,
    处置结束 ended, 可能发生 foreseen, 预警 warned.
    """

    LEARNED = "learned"
    RECEIVED = "received"
    OCCURRED = "occurred"
    VERIFIED = "verified"
    GRADED = "graded"
    CHANGED = "changed"
    FIRST_REPORT = "first-report"
    FOLLOW_UP = "follow-up"
    LAST_REPORT = "last-report"
    LAST_FOLLOW_UP = "last-follow-up"
    ASKED = "asked"
    STABLE = "stable"
    ENDED = "ended"
    FORESEEN = "foreseen"
    WARNED = "warned"


class Stage(StrEnum):
    """Which report a rule asks for.

    首报 first, 续报 follow-up, 伤亡变化补报 supplement, 终报、核报 final, 可能发生的事件 likely, 预警 warning,
    善后总结 recovery.
    """

    FIRST = "first"
    FOLLOW_UP = "follow-up"
    SUPPLEMENT = "supplement"
    FINAL = "final"
    LIKELY = "likely"
    WARNING = "warning"
    RECOVERY = "recovery"


class Modality(StrEnum):
    """Whether a rule binds (应当) or allows (可以): what is allowed is shown and never judged."""

    MUST = "must"
    MAY = "may"


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
    """The figures that every record knows; a rulebook may declare others in its ``measures.yaml``."""

    DEAD_OR_MISSING = "dead_or_missing"
    DEATHS = "deaths"
    MISSING = "missing"
    TRAPPED = "trapped"
    TRAPPED_OR_MISSING = "trapped_or_missing"
    SERIOUSLY_INJURED = "seriously_injured"
    INJURED = "injured"
    LOSS_YUAN = "loss_yuan"
    EVACUATED = "evacuated"
    AT_RISK = "at_risk"


class RuleChannel(StrEnum):
    """What a rule asks for: any way of telling, or a second, written report; elements also of a phone call."""

    ANY = "any"
    PHONE = "phone"
    WRITTEN = "written"
