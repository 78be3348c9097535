"""How rows are said to people: states, kinds, times and figures, in both languages. Nothing here judges."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from emergency_cli.output import Column

if TYPE_CHECKING:
    from emergency_cli.context import Settings

OBLIGATION_STATES = ("met", "late", "possibly-late", "open", "overdue", "undetermined", "excused")
FINDING_KINDS = ("late", "missed", "falsified", "concealed")
FINDING_STATUSES = ("established", "presumed", "possible", "suspected", "none")

_STATES = {
    "met": "按时",
    "late": "迟报",
    "possibly-late": "可能迟报",
    "open": "未到期",
    "overdue": "逾期未报",
    "undetermined": "无法判定",
    "excused": "免除",
}
_KINDS = {"late": "迟报", "missed": "漏报", "falsified": "谎报", "concealed": "瞒报"}
_STATUSES = {
    "established": "可以认定",
    "presumed": "推定",
    "possible": "可能",
    "suspected": "疑似",
    "none": "系统未发现",
}
_CHANNELS = {"any": "", "written": "书面"}


def state(settings: Settings, word: str) -> str:
    """The state of an obligation."""
    return settings.say(_STATES.get(word, word), word)


def clock(text: str | None) -> str:
    """An ISO time as people read it, to the minute."""
    return datetime.fromisoformat(text).strftime("%Y-%m-%d %H:%M") if text else "?"


def between(ends: Mapping[str, Any] | None) -> str:
    """An interval row, short: the day once where both ends share it."""
    if ends is None or (ends["earliest"] is None and ends["latest"] is None):
        return "?"
    if ends["latest"] is None:
        return f"≥{clock(ends['earliest'])}"
    if ends["earliest"] is None:
        return f"≤{clock(ends['latest'])}"
    early, late = clock(ends["earliest"]), clock(ends["latest"])
    if early == late:
        return early
    return f"{early}–{late[11:]}" if early[:10] == late[:10] else f"{early} – {late}"


def length(text: str | None) -> timedelta | None:
    """An ISO duration of a row as a length of time."""
    if text is None:
        return None
    from pydantic import TypeAdapter  # noqa: PLC0415 - the engine is loaded by now

    return TypeAdapter(timedelta).validate_python(text)


def late_by(settings: Settings, span: Mapping[str, Any] | None) -> str:
    """How late, at least and at most."""
    if span is None:
        return ""
    from emergency.assessment.words import span_words  # noqa: PLC0415 - the engine is loaded by now
    from emergency.domain.intervals import Span  # noqa: PLC0415

    return settings.words(span_words(Span(length(span["at_least"]), length(span["at_most"]))))


def obligation_columns(settings: Settings) -> list[Column]:
    """Obligations in 80 columns."""
    say = settings.say

    def whom(row: Mapping[str, Any]) -> str:
        channel = row["channel"] if row["channel"] != "any" else ""
        return str(row["recipient_ref"]) + (
            f" ({say(_CHANNELS.get(channel, channel), channel)})" if channel else ""
        )

    def due(row: Mapping[str, Any]) -> str:
        timed = any(ground["due"] is not None for ground in row["grounds"])
        return between(row["due"]) if timed else say("立即", "at once")

    return [
        Column(say("单位", "office"), lambda row: row["office_ref"]),
        Column(say("报送", "to"), whom),
        Column(say("截止", "due"), due),
        Column(say("状态", "state"), lambda row: state(settings, row["state"]), fold=False),
        Column(say("迟", "late by"), lambda row: late_by(settings, row["late_by"])),
    ]


def finding_line(settings: Settings, row: Mapping[str, Any]) -> str:
    """One finding in one line."""
    kind = settings.say(_KINDS[row["kind"]], row["kind"])
    status = settings.say(_STATUSES[row["status"]], row["status"])
    parts = [f"{row['office_ref']}: {kind} ({status})"]
    if row["late_by"]:
        parts.append(late_by(settings, row["late_by"]))
    could = [settings.say(_KINDS[k], k) for k in row["could_be"] if k != row["kind"]]
    if could:
        parts.append(settings.say("也可能是", "could also be ") + "、".join(could))
    if row["determination"]:
        determined = settings.say(
            _KINDS.get(row["determination"], row["determination"]), row["determination"]
        )
        parts.append(settings.say("认定：", "determined: ") + determined)
    return "; ".join(parts)
