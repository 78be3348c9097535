"""The closed lists of words that rules use, beside those shared with events and verdicts."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from emergency.domain.vocabulary import Norm


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


class CheckName(StrEnum):
    """The checks that there are.

    Content 内容: ``elements`` 要素齐全, ``figures-consistent`` 数字一致, ``tells-what-is-new`` 续报报新.
    Procedure 程序: ``both-offices`` 两办同报, ``offices-first`` 先报两办, ``one-draft`` 统稿, ``sign-off`` 审签,
    ``signed-and-sealed`` 签发盖章, ``skipping-justified`` 越级有据, ``several-sides`` 多方核实,
    ``acknowledged`` 签收, ``checked-at-once`` 立即核实, ``handed-over`` 转办, ``call-logged`` 电话记录,
    ``written-asked-for`` 催报书面, ``instructions`` 批示传达反馈, ``nobody-directed`` 不授意,
    ``nobody-obstructed`` 不阻碍.
    Time 时间: ``in-time`` 按时, ``draft-not-held`` 统稿不压.
    Wording 口径: ``same-facts`` 事实一致, ``changed-by-correction`` 更正有据, ``sent-as-issued`` 所发即所签,
    ``not-below-what-was-held`` 不低于所掌握.
    """

    ELEMENTS = "elements"
    FIGURES_CONSISTENT = "figures-consistent"
    TELLS_WHAT_IS_NEW = "tells-what-is-new"
    BOTH_OFFICES = "both-offices"
    OFFICES_FIRST = "offices-first"
    ONE_DRAFT = "one-draft"
    SIGN_OFF = "sign-off"
    SIGNED_AND_SEALED = "signed-and-sealed"
    SKIPPING_JUSTIFIED = "skipping-justified"
    SEVERAL_SIDES = "several-sides"
    ACKNOWLEDGED = "acknowledged"
    CHECKED_AT_ONCE = "checked-at-once"
    HANDED_OVER = "handed-over"
    CALL_LOGGED = "call-logged"
    WRITTEN_ASKED_FOR = "written-asked-for"
    INSTRUCTIONS = "instructions"
    NOBODY_DIRECTED = "nobody-directed"
    NOBODY_OBSTRUCTED = "nobody-obstructed"
    IN_TIME = "in-time"
    DRAFT_NOT_HELD = "draft-not-held"
    SAME_FACTS = "same-facts"
    CHANGED_BY_CORRECTION = "changed-by-correction"
    SENT_AS_ISSUED = "sent-as-issued"
    NOT_BELOW_WHAT_WAS_HELD = "not-below-what-was-held"

    @property
    def norm(self) -> Norm:
        """The norm that it belongs to."""
        return _NORMS[self]


_C, _P, _T, _W = Norm.CONTENT, Norm.PROCEDURE, Norm.TIME, Norm.WORDING
_NORMS: Mapping[CheckName, Norm] = {
    **dict.fromkeys(CheckName, _P),
    **dict.fromkeys((CheckName.ELEMENTS, CheckName.FIGURES_CONSISTENT, CheckName.TELLS_WHAT_IS_NEW), _C),
    **dict.fromkeys((CheckName.IN_TIME, CheckName.DRAFT_NOT_HELD), _T),
    **dict.fromkeys(
        (
            CheckName.SAME_FACTS,
            CheckName.CHANGED_BY_CORRECTION,
            CheckName.SENT_AS_ISSUED,
            CheckName.NOT_BELOW_WHAT_WAS_HELD,
        ),
        _W,
    ),
}
