"""What can happen to an incident, each as a class: the schema of an event is what a court would read.

Every entry says who acted (``office``), when that was said to be (``at``), what was stated (``facts``) and on what
source. The store adds when it was recorded and where it stands in the log. No person is named: officers by id,
others by role.
"""

from __future__ import annotations

from typing import Any

from pydantic import Field

from emergency.domain.people import SubjectId
from emergency.domain.values import NO_FACTS, UNSTATED, Element, Facts, OfficeId, Place, StatedTime, Value
from emergency.domain.vocabulary import Category, Channel, Level, Origin, Outcome, Secrecy, Urgency


class IncidentOpened(Value):
    """An incident (突发事件) came on record; whether anyone owes a report follows from its other entries.

    Args:
        ref: What people call it by in this store.
        level: The outcome as people later graded it; for display, never used to judge before a determination.
        imported: Read from a timeline file rather than logged here as it happened.
        complete_for: The offices whose outgoing reports an imported record holds completely.
        secrecy: How secret it is; None where nobody has said, which is not the same as open to all.
        urgency: How urgent it is; None where nobody has said.
    """

    ref: str = Field(min_length=1, max_length=120, pattern=r"^[\w.\-]+$")
    title: str
    title_en: str | None = None
    category: Category
    kind: str
    place: Place
    occurred_at: StatedTime = UNSTATED
    level: Level | None = None
    imported: bool = False
    complete_for: tuple[OfficeId, ...] = ()
    logged_by: OfficeId | None = None
    officer: str | None = None
    secrecy: Secrecy | None = None
    urgency: Urgency | None = None


class Entry(Value):
    """One act of one office.

    Args:
        office: Who acts.
        at: When, as stated.
        facts: What was stated.
        source: Where this is known from.
        step: Its id in the imported file, None where it was logged here.
        officer: Id of the officer who acted or logged, never a name.
        role: In which role.
        logged_by: The office that recorded it here; None where imported. Where it is ``office`` itself, that
            office logs in this store, and its silence is silence.
        repeats: Event id of the identical entry of at most two minutes before.
        in_doubt: The stated time lay in the future when it was recorded.
    """

    office: OfficeId
    at: StatedTime = UNSTATED
    facts: Facts = NO_FACTS
    source: str | None = None
    step: str | None = None
    officer: str | None = None
    role: str | None = None
    logged_by: OfficeId | None = None
    repeats: str | None = None
    in_doubt: bool = False


class Occurred(Entry):
    """The event itself, or a new stage of it (发生): a leak, then an explosion."""


class Learned(Entry):
    """The office came to know the stated facts (获悉). ``sign``: a bare sign, which starts a clock only possibly."""

    sign: bool = False


class Message(Entry):
    """Something told to somebody. ``to`` empty: the source names no receiver."""

    to: tuple[OfficeId, ...] = ()
    channel: Channel = Channel.UNKNOWN
    received_at: StatedTime | None = None


class Report(Message):
    """What carries information upward. None in a field of its own means that nobody recorded it, never *no*.

    Args:
        content: What the report says beside its figures, as far as somebody recorded it.
        complete: Whether that is all it says: only then was an element that is not listed left out.
        draft: The office whose unified draft (统稿) was sent.
        version: Which issued version of that draft.
        sent_hash: The hash of what was sent, as ``sha256:…``.
        dissent: Where the sender differs from the unified draft, in words: what it holds itself.
        skipping: Why a level was passed over (越级), in words.
        signer: Who signed it, by role or officer id.
        sealed: Whether the sheet bears the office's seal.
        media: Whether pictures or sound from the scene went with it.
    """

    content: tuple[Element, ...] | None = None
    complete: bool | None = None
    draft: OfficeId | None = None
    version: int | None = Field(default=None, ge=1)
    sent_hash: str | None = None
    dissent: str | None = None
    skipping: str | None = None
    signer: str | None = None
    sealed: bool | None = None
    media: bool | None = None


class Reported(Report):
    """A report (报告); whether it is the first is derived."""


class FollowUpFiled(Report):
    """A later report on what is new (续报)."""


class FinalReportFiled(Report):
    """The report after the situation is stable or the handling ended (终报、核报)."""


class Corrected(Report):
    """A report that corrects an earlier figure of the office's own (更正、补报)."""


class ForwardedUpward(Report):
    """What came from below, passed upward (上报、转报)."""


class Notified(Message):
    """Told sideways, downward or to the public (通报、发布)."""


class Inquired(Message):
    """A superior asked whether and what happened (核实要求)."""


class Answered(Message):
    """What the office answered (答复)."""


class Denied(Message):
    """Stated officially that nothing, or less, happened, against what it knew (否认). Its facts are never held."""


class NonReportStated(Message):
    """A source states that the office had not reported to ``to`` by then (未报)."""


class Withheld(Entry):
    """Decided not to report, to delay, to understate, or hid evidence (隐瞒); ``facts`` = what it kept back."""


class Directed(Entry):
    """Told others not to report or to report falsely (授意). ``words``: what was said, where that is known."""

    whom: tuple[OfficeId, ...] = ()
    words: str | None = None


class Obstructed(Entry):
    """Kept others from reporting (阻碍). ``words``: how, where that is known."""

    whom: tuple[OfficeId, ...] = ()
    words: str | None = None


class ClueLinked(Message):
    """A sign from outside the reporting line (线索): ``office`` gave it (``public`` for an outsider) to ``to``."""

    by: Origin = Origin.UNKNOWN
    sign: bool = False
    informant: SubjectId | None = None
    """The subject id of whoever gave it, whose name is sealed outside the log; None where nobody is named."""


class Verified(Message):
    """A superior or an investigating body established the stated facts (核实、查实)."""

    outcome: Outcome = Outcome.CONFIRMED


class Acknowledged(Entry):
    """The receiver's receipt (签收) for one message: its latest possible time of receipt."""

    of: str


class Closed(Entry):
    """The office that leads the handling closed the incident (结案)."""


class Graded(Entry):
    """The office officially gave the incident a level, or another one (定级、调级)."""

    level: Level


class Stabilised(Entry):
    """The situation is stable (灾情、事态稳定): from then on no follow-up is due merely because time has passed."""


class Suspended(Entry):
    """Follow-ups and duties counted in days rest until resumed (暂停).

    Args:
        whom: Whose duties; empty = those of the acting office itself.
        authority: On whose authority, in words: the order, the article, the office above.
        why: Why, in words.
    """

    whom: tuple[OfficeId, ...] = ()
    authority: str = Field(min_length=1)
    why: str = Field(min_length=1)


class Resumed(Entry):
    """What was suspended is due again (恢复). The fields are those of `Suspended`."""

    whom: tuple[OfficeId, ...] = ()
    authority: str = Field(min_length=1)
    why: str = Field(min_length=1)


class Foreseen(Entry):
    """The office judged that an event may happen (可能发生). ``level``: the level it expects, if it names one."""

    level: Level | None = None


class Warned(Entry):
    """The office issued a warning, or declared that the warning period begins (发布预警、宣布进入预警期)."""


class HandlingEnded(Entry):
    """The emergency handling ended (应急处置结束); closing the file is another act, `Closed`."""


class EntryAmended(Value):
    """An entry was put right (更正录入): the log keeps both. ``changes`` replaces fields of the target's body."""

    target: str
    changes: dict[str, Any]
    why: str
    office: OfficeId | None = None
    officer: str | None = None


class EntryWithdrawn(Value):
    """An entry should not have been made (撤回录入): the log keeps it, no fold counts it."""

    target: str
    why: str
    office: OfficeId | None = None
    officer: str | None = None


IncidentEvent = IncidentOpened | Entry | EntryAmended | EntryWithdrawn

REPORTS = (Reported, FollowUpFiled, FinalReportFiled, Corrected, ForwardedUpward)
"""The acts that carry a report upward; a truthful answer does so too."""

FOLLOWING = (FollowUpFiled, Corrected, FinalReportFiled)
"""Reports that by their own name follow an earlier one."""
