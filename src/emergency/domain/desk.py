"""The duty desk (值班): who is on duty, what was handed over to whom, and which reminders went out.

What happens at a desk stands in a stream of its own, beside the incidents, and judges none of them. Officers are
named by id, never by name. Nothing is refused for being late or out of order: whoever starts twice, or ends what
never began, is recorded, and the fold (`emergency.domain.duty`) remarks on it.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

from pydantic import AwareDatetime, Field

from emergency.domain.values import UNSTATED, OfficeId, StatedTime, Value


class Duty(StrEnum):
    """The two roles of a desk (AB 岗): A 主班 answers for the desk, B 副班 stands by."""

    A = "A"
    B = "B"


class DeskEvent(Value):
    """What an officer did at the desk of an office.

    Args:
        office: Whose desk it is.
        officer: The officer's id, never a name.
        at: When, as stated; where nothing is stated, it was when it was recorded.
    """

    office: OfficeId
    officer: str = Field(min_length=1)
    at: StatedTime = UNSTATED


class ShiftStarted(DeskEvent):
    """The officer came on duty (上岗), as A or B; ``until``: when the shift is planned to end."""

    role: Duty = Duty.A
    until: AwareDatetime | None = None


class ShiftEnded(DeskEvent):
    """The officer went off duty without handing over to anybody (下岗)."""

    remarks: str | None = None


class Matter(Value):
    """One thing that was open when a shift was handed over, as it stood then (未了事项).

    Args:
        kind: ``obligation``: a report that the office owes. ``not-acknowledged``: a message of the office's own that
            its recipient has not acknowledged. ``to-acknowledge``: one to the office that it has not.
        incident: The incident.
        about: The obligation's id, or the message's event id.
        stage: Which report; of a message, the type of its entry.
        other: The other office: to whom it is owed, who has not acknowledged, whose message it is.
        by: When at the latest; None for a duty *at once*. Of a message: when it was sent.
        overdue: Whether that had passed.
    """

    kind: Literal["obligation", "not-acknowledged", "to-acknowledge"]
    incident: str
    about: str
    stage: str
    other: str
    by: AwareDatetime | None = None
    overdue: bool = False


class Promise(Value):
    """Something that the desk has promised somebody (承诺事项), and by when, where that was said."""

    text: str = Field(min_length=1)
    by: AwareDatetime | None = None


class ShiftHandedOver(DeskEvent):
    """The officer handed the desk over (交班). It is theirs until the successor acknowledges.

    Args:
        to: The successor's id; None = whoever acknowledges.
        open: What was open then.
        promised: What was promised.
        remarks: Anything else, in words.
    """

    to: str | None = None
    open: tuple[Matter, ...] = ()
    promised: tuple[Promise, ...] = ()
    remarks: str | None = None


class HandoverAcknowledged(DeskEvent):
    """The successor took the desk over (接班).

    Args:
        of: The handover, by event id.
        contested: What the successor finds otherwise than it was handed over.
    """

    of: str
    contested: str | None = None


class PromiseKept(DeskEvent):
    """What a handover lists as promised was done (了结).

    Args:
        of: The handover, by event id.
        number: Which of its promises, from 1.
        note: How, in words.
    """

    of: str
    number: int = Field(ge=1)
    note: str | None = None


class ReminderEvent(Value):
    """What became of one reminder (提醒) at one sink: each has a stream of its own.

    Args:
        office: Who is reminded.
        key: What makes it one and the same reminder: office, kind, what it is about, threshold, deadline.
        kind: ``due-soon``, ``overdue``, ``at-once``, ``not-acknowledged``, ``to-acknowledge`` or ``unjudged``.
        incident: The incident; None for what a handover promised, and for the handover itself.
        about: The obligation's id, or the event id of the message or handover.
        deadline: The deadline that it was about.
        sink: Where it was to go.
        attempt: The how-manieth attempt to deliver it there this is.
    """

    office: OfficeId
    key: str
    kind: str
    incident: str | None = None
    about: str
    deadline: AwareDatetime | None = None
    sink: str
    attempt: int = Field(ge=1)


class ReminderClaimed(ReminderEvent):
    """A sweep is about to deliver it. Until ``until`` no other does; then another may, and says that it may repeat.

    Args:
        token: Names the sweep.
        at: When it was claimed, by the clock that ``until`` goes by: the database may have another.
        until: When the claim lapses.
        may_repeat: An earlier claim lapsed without an outcome: it may have been delivered already.
    """

    token: str
    at: AwareDatetime
    until: AwareDatetime
    may_repeat: bool = False


class ReminderSent(ReminderEvent):
    """It was delivered."""

    token: str


class ReminderFailed(ReminderEvent):
    """It could not be delivered, and why; the next sweep tries again. ``unsure``: it may have been all the same."""

    token: str
    reason: str
    unsure: bool = False
