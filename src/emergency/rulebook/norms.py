"""Which checks of the four unified norms (四个统一规范) are asked for where, by which text, and how strictly.

The checks themselves are code (`emergency.assessment.norms`); that one is made at all, of whom, and with which
settings, is data: a check that no text asks for in a place is not made there.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Annotated

from pydantic import Discriminator, Field, Tag, field_validator

from emergency.domain.vocabulary import Level, Norm, SignOff
from emergency.rulebook.data_model import Data, Dated, in_order, latest, with_days
from emergency.rulebook.fields import Count, Day, PeriodOnly, Truth, Words
from emergency.rulebook.limits import Limit
from emergency.rulebook.model import Scoped, Who
from emergency.rulebook.vocabulary import Rank


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


class Settings(Data):
    """How strictly a check is made, where it can be made in more than one way. What is not written is not asked.

    Args:
        chain: Which steps a draft goes through (审签环节).
        in_order: In that order.
        separate: Each by another person.
        within: By when the thing is to be done, counted from what calls for it: a limit as rules write it.
        answered_within: By when an instruction's result is to be reported back, counted from its coming to whoever is
            to carry it out; ``within`` is then for its passing on.
        sides: From how many sides what is stated is to be verified.
        read_back: What came by phone is to be read back (复述核对).
    """

    chain: Annotated[tuple[SignOff, ...], Field(min_length=1)] | None = None
    in_order: Truth = False
    separate: Truth = False
    within: Limit | None = None
    answered_within: Limit | None = None
    sides: Annotated[Count, Field(ge=1)] | None = None
    read_back: Truth = False


class Asked(Dated):
    """What a text asks for from a day on. ``asks``: how strictly; may be empty."""

    asks: Settings


class NoMore(Dated):
    """From this day on it is asked for no more: an explicit null in the file."""

    asks: None


def _kind(value: object) -> str:
    if isinstance(value, dict):
        return "no-more" if "asks" in value and value["asks"] is None else "asked"
    return "no-more" if isinstance(value, NoMore) else "asked"


AskedValue = Annotated[
    Annotated[Asked, Tag("asked")] | Annotated[NoMore, Tag("no-more")], Discriminator(_kind)
]


class NormRule(Scoped):
    """One text that asks for one check.

    Args:
        row: Where it stands in the collection it was taken from.
        rank: The force of the text.
        check: Which check.
        who: Of whom; None for everybody.
        levels: Only for events of these levels; None for all.
        beside: Ids of provisions that are shown beside it: what must be read with it, and is not checked by it.
        window: Only so long after the event.
        values: How strictly, by the day each value takes effect, the oldest first.
    """

    row: Words
    rank: Rank
    check: CheckName
    who: Who | None = None
    levels: Annotated[tuple[Level, ...], Field(min_length=1)] | None = None
    beside: tuple[Words, ...] = ()
    window: PeriodOnly | None = None
    values: Mapping[Day, AskedValue]

    _days = field_validator("values", mode="before")(with_days)
    _order = field_validator("values", mode="after")(in_order)
    __hash__ = Scoped.__hash__

    def value_on(self, day: date) -> Asked | None:
        """What it asks for on a day; None before the first, and after a repeal."""
        value = latest(self.values, day)
        return value if isinstance(value, Asked) else None
