"""One duty in one line, for the list and for the board: state by word and sign, how long is left, whom, what."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from emergency.answers import Due
    from emergency.commands.guiding import Advised
    from emergency_cli.context import Settings

SOON = timedelta(minutes=30)
"""What is due within this is said to be due soon."""

OVERDUE, AT_ONCE, DUE_SOON, DUE, CONDITION = "overdue", "at-once", "soon", "due", "condition"
SIGNS = {OVERDUE: "!!", AT_ONCE: ">>", DUE_SOON: "! ", DUE: "- ", CONDITION: "? "}
"""The sign of each state: plain characters, that every terminal has and that need no colour."""


class Line(NamedTuple):
    """What is said of one duty.

    Args:
        state: One of the states above.
        sign: Its sign.
        word: Its word, in the language of this run.
        left: How long is left, or since when it is overdue or owed; empty where nobody knows.
        by: When at the latest.
        whom: To whom, or who owes it.
        which: Which report, where it is not the first over any channel.
        title: On what.
        ref: The incident.
        condition: What would have to be so, and by when it is due if it is not; empty where nothing is open.
    """

    state: str
    sign: str
    word: str
    left: str
    by: str
    whom: str
    which: str
    title: str
    ref: str
    condition: str


def state_of(one: Advised, at: datetime) -> str:
    """Where a duty stands for whoever must do something about it."""
    by = one.due.by
    if not one.due.sure:
        return CONDITION
    if by is None:
        return AT_ONCE
    if by < at:
        return OVERDUE
    return DUE_SOON if by - at <= SOON else DUE


def state_word(settings: Settings, state: str) -> str:
    """What that is called."""
    zh, en = {
        OVERDUE: ("逾期", "overdue"),
        AT_ONCE: ("立即", "at once"),
        DUE_SOON: ("将到期", "due soon"),
        DUE: ("待报", "due"),
        CONDITION: ("视条件", "if so"),
    }[state]
    return settings.say(zh, en)


def line_of(
    settings: Settings,
    one: Advised,
    at: datetime,
    zone: ZoneInfo,
    *,
    ticking: bool = False,
    owed_to_me: bool = False,
    owing: str = "",
) -> Line:
    """A duty as one line.

    Args:
        settings: The language.
        one: The duty.
        at: The hour.
        zone: The zone of the clock that hangs beside it.
        ticking: With seconds, as a clock shows them.
        owed_to_me: Whether it is owed by others: then they are named.
        owing: What whoever owes it is called.
    """
    from emergency.assessment.words import stage_words  # noqa: PLC0415 - help needs none of it
    from emergency_cli.words import moment  # noqa: PLC0415

    due, state = one.due, state_of(one, at)
    which = "" if due.stage == "first" else settings.words(stage_words(due.stage, due.occasion))
    if due.channel == "written":
        which += settings.say("（书面）", " (written)") if which else settings.say("书面", "in writing")
    return Line(
        state=state,
        sign=SIGNS[state],
        word=state_word(settings, state),
        left=_left(settings, one, at, ticking=ticking),
        by="" if due.by is None else moment(due.by, zone, at),
        whom=owing if owed_to_me else due.recipient_name,
        which=which,
        title=one.title or "",
        ref=one.incident or "",
        condition=conditions(settings, due, at, zone),
    )


def conditions(settings: Settings, due: Due, at: datetime, zone: ZoneInfo) -> str:
    """What would have to be so for the time that is named, and what holds otherwise; empty where nothing is open."""
    from emergency_cli.words import moment  # noqa: PLC0415 - help needs none of it

    parts = [] if due.condition is None else [settings.words(due.condition)]
    if due.surely_by is not None:
        later = moment(due.surely_by, zone, at)
        parts.append(settings.say(f"否则 {later} 前", f"otherwise by {later}"))
    elif due.condition is not None and due.sure:
        parts.append(settings.say("否则立即", "otherwise at once"))
    return settings.say("；", "; ").join(parts)


def _left(settings: Settings, one: Advised, at: datetime, *, ticking: bool) -> str:
    by, since = one.due.by, one.since
    if by is not None:
        length, before = abs(by - at), "" if by >= at else "-"
    elif since is not None and since <= at:
        length, before = at - since, "+"
    else:
        return ""
    if ticking:
        return before + _clock(settings, length)
    from emergency.assessment.words import duration_words  # noqa: PLC0415 - help needs none of it

    said = settings.words(duration_words(length))
    if before == "-":
        return settings.say(f"已逾期 {said}", f"overdue by {said}")
    if before == "+":
        return settings.say(f"已过{said}", f"for {said}")
    return settings.say(f"还剩 {said}", f"{said} left")


def _clock(settings: Settings, length: timedelta) -> str:
    """A length of time as a clock shows it; from four days on in whole days."""
    seconds = int(length.total_seconds())
    days, rest = divmod(seconds, 86400)
    if days >= _WHOLE_DAYS:
        return settings.say(f"{days}天", f"{days} d")
    hours, rest = divmod(rest + days * 86400, 3600)
    return f"{hours}:{rest // 60:02d}:{rest % 60:02d}"


_WHOLE_DAYS = 4
"""From so many days on the hours no longer matter."""
