"""Leaders' instructions (批示): received, relayed, answered, pressed, closed. Leaders by role, never by name."""

from __future__ import annotations

from pydantic import Field

from emergency.domain.events import Entry
from emergency.domain.values import OfficeId, StatedTime
from emergency.domain.vocabulary import Channel, Tier


class InstructionReceived(Entry):
    """An instruction of a leader reached the office (收到批示).

    Args:
        leader: Whose, by role: 市长, deputy secretary.
        tier: The leader's tier, where it is known.
        words: The exact words.
        channel: How it came.
        read_back: Whether what came by phone was read back; None where nobody recorded that.
        relay_by: By when it is to be passed on, where it says so.
        answer_by: By when the result is to be reported back, where it says so.
        addressed: The offices that it is meant for; empty where it names none.
    """

    leader: str = Field(min_length=1)
    tier: Tier | None = None
    words: str = Field(min_length=1)
    channel: Channel = Channel.UNKNOWN
    read_back: bool | None = None
    relay_by: StatedTime | None = None
    answer_by: StatedTime | None = None
    addressed: tuple[OfficeId, ...] = ()


class InstructionAct(Entry):
    """Something done about an instruction. ``of``: the event id of its receipt."""

    of: str


class InstructionRelayed(InstructionAct):
    """It was passed on (传达批示)."""

    whom: tuple[OfficeId, ...] = Field(min_length=1)
    channel: Channel = Channel.UNKNOWN


class InstructionAnswered(InstructionAct):
    """What was done about it was reported back (反馈落实情况). ``final``: nothing more is to come."""

    words: str = Field(min_length=1)
    final: bool = False


class InstructionPressed(InstructionAct):
    """Those who were to carry it out were pressed (督办).

    Args:
        whom: Who.
        means: By phone, on paper, on a visit.
        answer_by: The new limit that the notice names; it moves no earlier one.
    """

    whom: tuple[OfficeId, ...] = ()
    means: Channel = Channel.UNKNOWN
    answer_by: StatedTime | None = None


class InstructionClosed(InstructionAct):
    """It is settled (办结)."""

    why: str | None = None
