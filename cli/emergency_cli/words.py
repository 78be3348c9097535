"""How rows are said to people: states, kinds, times and figures, in both languages. Nothing here judges."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from emergency.projections import said
from emergency_cli.figures import NAMES, OTHERS
from emergency_cli.output import Column

if TYPE_CHECKING:
    from emergency.assessment.timeline import Step
    from emergency.domain.events import Entry
    from emergency.domain.offices import Directory
    from emergency.domain.values import Count, Facts
    from emergency.engine import View
    from emergency_cli.context import Settings

OBLIGATION_STATES = ("met", "late", "possibly-late", "open", "overdue", "undetermined", "excused")
FINDING_KINDS = ("late", "missed", "falsified", "concealed")
FINDING_STATUSES = ("established", "presumed", "possible", "suspected", "none")
NORMS = tuple(said.NORMS)
CHECKS = tuple(said.CHECKS)
RESULTS = tuple(said.RESULTS)

_CHANNELS = {"any": "", "written": "书面"}


def state(settings: Settings, word: str, stage: str = "first") -> str:
    """The state of an obligation; late with what a leader instructed is no late report (迟报)."""
    zh = said.word(said.STATES, word).zh
    return settings.say(_OF_INSTRUCTIONS.get(word, zh) if stage.startswith("instruction") else zh, word)


_OF_INSTRUCTIONS = {
    "met": "按时",
    "late": "逾期办理",
    "possibly-late": "可能逾期",
    "overdue": "逾期未办",
}


def clock(text: str | None) -> str:
    """An ISO time as people read it, to the minute."""
    return datetime.fromisoformat(text).strftime("%Y-%m-%d %H:%M") if text else "?"


def between(ends: Mapping[str, Any] | None, gap: str = " ") -> str:
    """An interval row, short: the day once where both ends share it, the year too; ``gap`` before the second end."""
    if ends is None or (ends["earliest"] is None and ends["latest"] is None):
        return "?"
    if ends["latest"] is None:
        return f"≥{clock(ends['earliest'])}"
    if ends["earliest"] is None:
        return f"≤{clock(ends['latest'])}"
    early, late = clock(ends["earliest"]), clock(ends["latest"])
    if early == late:
        return early
    if early[:10] == late[:10]:
        return f"{early}–{late[11:]}" if gap == " " else f"{early}{gap}–{late[11:]}"
    return f"{early}{gap}– {late[5:] if early[:4] == late[:4] else late}"


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


def obligation_columns(settings: Settings, directory: Directory) -> list[Column]:
    """Obligations in 80 columns."""
    from emergency.assessment.words import REVIEW_STEPS, stage_words  # noqa: PLC0415 - the engine is loaded by now

    say = settings.say

    def whom(row: Mapping[str, Any]) -> str:
        channel = row["channel"] if row["channel"] != "any" else ""
        shown = broken(office(settings, directory, row["recipient"]))
        if row["stage"] != "first":
            shown += f"\n[{settings.words(stage_words(row['stage'], row['occasion']))}]"
        elif row["occasion"] != "first":
            shown += f"\n[{row['occasion']}]"
        return shown + (f" ({say(_CHANNELS.get(channel, channel), channel)})" if channel else "")

    def due(row: Mapping[str, Any]) -> str:
        governing = [ground for ground in row["grounds"] if ground["rule"] == row["governing"]]
        timed = any(ground["due"] is not None for ground in governing or row["grounds"])
        if not timed and row.get("stage") in REVIEW_STEPS:
            return say(**row["grounds"][0]["limit"])
        return between(row["due"], "\n") if timed else say("立即", "at once")

    def remark(row: Mapping[str, Any]) -> str:
        if row["late_by"]:
            return late_by(settings, row["late_by"])
        return say(**row["reason"]) if row["reason"] else ""

    return [
        Column(say("单位", "office"), lambda row: broken(office(settings, directory, row["office"]))),
        Column(say("报送", "to"), whom),
        Column(say("截止", "due"), due, fold=False),
        Column(say("状态", "state"), lambda row: state(settings, row["state"], row["stage"]), fold=False),
        Column(say("迟多久／说明", "late by / why"), remark),
    ]


def unread_notes(settings: Settings, rows: Iterable[Mapping[str, Any]]) -> list[str]:
    """One line for each text that may have changed a rule of some obligations and that nobody has read."""
    said = [words for row in rows for ground in row["grounds"] for words in ground["unread"]]
    return list(dict.fromkeys(settings.say(**words) for words in said))


def broken(name: str, width: int = 14) -> str:
    """An id that may break after a hyphen where it is long."""
    if len(name) <= width or not name.isascii():
        return name
    lines = [""]
    for part in name.replace("-", "-\n").split("\n"):
        if len(lines[-1]) + len(part) > width and lines[-1]:
            lines.append("")
        lines[-1] += part
    return "\n".join(lines)


_UUID = re.compile(r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b")


def explained(settings: Settings, row: Mapping[str, Any], numbers: Mapping[str, int] | None = None) -> str:
    """Why a finding is there; entries by their number, or by the beginning of their id."""

    def short(match: re.Match[str]) -> str:
        number = (numbers or {}).get(match[0])
        return f"#{number}" if number is not None else match[0][:8]

    return _UUID.sub(short, settings.say(**row["explanation"]))


def finding_line(settings: Settings, directory: Directory, row: Mapping[str, Any]) -> str:
    """One finding in one line."""
    kind = _kind(settings, row["kind"])
    status = settings.say(said.word(said.STATUSES, row["status"]).zh, row["status"])
    who = office(settings, directory, row["office"])
    parts = [settings.say(f"{who}：{kind}（{status}）", f"{who}: {kind} ({status})")]
    if row["late_by"]:
        parts.append(late_by(settings, row["late_by"]))
    could = [_kind(settings, k) for k in row["could_be"] if k != row["kind"]]
    if could:
        parts.append(settings.say("也可能是", "could also be ") + "、".join(could))
    if row["determination"]:
        parts.append(settings.say("认定：", "determined: ") + _kind(settings, row["determination"]))
    return settings.say("；", "; ").join(parts)


def _kind(settings: Settings, word: str) -> str:
    return settings.say(said.word(said.KINDS, word).zh, word)


# -- entries ---------------------------------------------------------------------------------------------------

_CIRCUMSTANCES = {"drinking-water-source": "涉及饮用水水源", "sensitive-place": "敏感地点"}
"""Circumstances in Chinese; any other is shown by its slug."""
_BY_CHANNEL = {"phone": "电话", "written": "书面", "network": "网络", "in-person": "当面"}


def sort_words(settings: Settings, opened: Any) -> str:  # noqa: ANN401 - an incident, however it is held
    """Category and kind: in Chinese as people say them, in English by the words that programs know."""
    from emergency_cli.rules_words import CATEGORIES  # noqa: PLC0415 - only where an incident is headed

    category, kinds = opened.category.value, settings.engine.rulebook.kinds
    title = kinds[opened.kind].title.zh if opened.kind in kinds else opened.kind
    return f"{CATEGORIES[category][0]} / {title}" if settings.chinese else f"{category} / {opened.kind}"


def acts(settings: Settings, step: Step) -> str:
    """What was done."""
    name = type(step.entry).__name__
    return settings.words(said.word(said.ACTS, name))


def office(settings: Settings, directory: Directory, name: str) -> str:
    """An office in a table: its name in Chinese, its short id in English."""
    if name == "public":
        return settings.say("社会", "public")
    return settings.say(directory.name(name), directory.ref(name))


def told(settings: Settings, step: Step, directory: Directory) -> str:
    """To whom, and how; or whom it concerns."""
    whom = settings.say("、", ", ").join(broken(office(settings, directory, to)) for to in addressed(step))
    return whom + channel(settings, step)


def addressed(step: Step) -> tuple[str, ...]:
    """Whom it was told to, or whom it concerns: the offices directed, obstructed, suspended, resumed, waived."""
    return step.to or concerned(step.entry)


def concerned(entry: Entry) -> tuple[str, ...]:
    """Whom an act concerns, one office or several, beside those that it tells."""
    whom: tuple[str, ...] | str = getattr(entry, "whom", ()) or getattr(entry, "addressed", ())
    return (whom,) if isinstance(whom, str) else whom


def particulars(settings: Settings, step: Step) -> str:
    """What an act says beside facts: its level, the authority, the reason; in one line."""
    level, authority, why = (getattr(step.entry, name, None) for name in ("level", "authority", "why"))
    parts = []
    if level is not None:
        parts.append(settings.say(f"{level.value}级", f"level {level.value}"))
    parts += _said(settings, step.entry)
    if authority:
        parts.append(settings.say(f"依据：{authority}", f"authority: {authority}"))
    if why:
        parts.append(settings.say(f"原因：{why}", f"why: {why}"))
    return settings.say("；", "; ").join((*_of_draft(settings, step.entry), *parts))


def _of_draft(settings: Settings, entry: Entry) -> Iterator[str]:
    """Which version of a unified draft it is or is about, what came of it, and where the sender differs."""
    version, approved, stage, dissent, skipping = (
        getattr(entry, name, None) for name in ("version", "approved", "stage", "dissent", "skipping")
    )
    if version is not None:
        yield settings.say(f"统稿第{version}版", f"draft version {version}")
    if approved is not None:
        yield settings.say("通过" if approved else "退回", "approved" if approved else "returned")
    if stage is not None:
        yield settings.say(_STAGES.get(stage.value, stage.value), stage.value.replace("-", " "))
    if dissent:
        yield settings.say(f"不同意见：{dissent}", f"dissent: {dissent}")
    if skipping:
        yield settings.say(f"越级：{skipping}", f"skipping a level: {skipping}")


_STAGES = {"first-check": "初审", "recheck": "复核", "review": "审核", "sign": "签发"}


_OUTCOMES = {"refuted": "查否", "cannot-be-verified": "无法核实"}
"""What a verification came to, where it did not confirm."""


def _said(settings: Settings, entry: object) -> list[str]:
    """What was said or done, beside facts: the words of an instruction, a remark, the other incident."""
    words, note, leader = (getattr(entry, name, None) for name in ("words", "note", "leader"))
    parts = []
    if words:
        parts.append(settings.say(f"“{words}”", f'"{words}"'))
    if leader:
        parts[-1:] = [settings.say(f"{leader}：{parts[-1]}", f"{leader}: {parts[-1]}")]
    if note:
        parts.append(note)
    for name, zh, en in (("relay_by", "传达时限", "pass on by"), ("answer_by", "反馈时限", "answer by")):
        by = getattr(entry, name, None)
        if by is not None:
            when = within(by.interval.earliest, by.interval.latest)
            parts.append(settings.say(f"{zh} {when}", f"{en} {when}"))
    into, other = getattr(entry, "into", None), getattr(entry, "other", None)
    if into:
        parts.append(settings.say(f"并入 {into}", f"goes on as {into}"))
    if other:
        parts.append(f"{other} ({getattr(entry, 'relation', '')})")
    outcome = getattr(entry, "outcome", None)
    if outcome is not None and outcome.value in _OUTCOMES:
        parts.append(settings.say(_OUTCOMES[outcome.value], outcome.value.replace("-", " ")))
    if getattr(entry, "final", False):
        parts.append(settings.say("已办结反馈", "final"))
    if getattr(entry, "written_asked", False):
        parts.append(settings.say("已要求补报书面材料", "the written report was asked for"))
    return parts


def channel(settings: Settings, step: Step) -> str:
    """How it was told, where that is known."""
    how = getattr(step.entry, "channel", None)
    if how is None or how.value not in _BY_CHANNEL:
        return ""
    return settings.say(f"（{_BY_CHANNEL[how.value]}）", f" ({how.value})")


def merged_words(settings: Settings, view: View) -> str:
    """Where an incident that was merged goes on; nothing where it was not."""
    merged = view.timeline.merged
    into = None if merged is None else getattr(merged.entry, "into", None)
    return settings.say(f"已并入 {into}，在该事件继续", f"merged: it goes on as {into}") if into else ""


def figures(settings: Settings, facts: Facts) -> str:
    """What was stated, in one line."""
    parts = []
    for name, count in facts.counts():
        unsure = "?" if name in facts.verifying else ""
        parts.append(f"{_figure(settings, name)} {_number(settings, count)}{unsure}")
    parts += [f"{_figure(settings, other.of)} {_number(settings, other.count)}" for other in facts.figures]
    stated = {name for name, _ in facts.counts()}
    open_ones = [_figure(settings, name) for name in facts.verifying if name not in stated]
    if open_ones:
        parts.append(
            settings.say("正在核实：", "being verified: ") + settings.say("、", ", ").join(open_ones)
        )
    parts += [
        f"{amount.of} {amount.value or f'{amount.min}–{amount.max}'} {amount.unit}"
        for amount in facts.amounts
    ]
    if facts.level is not None:
        parts.append(settings.say(f"{facts.level.value}级", f"level {facts.level.value}"))
    parts += [
        settings.say(_CIRCUMSTANCES.get(slug, slug), slug.replace("-", " ")) for slug in facts.circumstances
    ]
    if facts.nature:
        parts.append(facts.nature)
    return settings.say("，", ", ").join(parts)


def _figure(settings: Settings, name: str) -> str:
    chinese = NAMES[name][0] if name in NAMES else OTHERS.get(name, name)
    return settings.say(chinese, name.replace("_", " "))


def _number(settings: Settings, count: Count) -> str:
    return (settings.say("约", "about ") if count.about else "") + f"{count.value:,}"


def stated_words(settings: Settings, step: Step, gap: str = " ") -> str:
    """When, as the record leaves it, with how sure that is; ``gap`` before the second end and the remark."""
    stated = step.entry.at
    basis = stated.basis.value if stated.basis is not None and stated.stated else None
    if basis == "about":
        return within(stated.earliest, stated.latest, gap) + gap + settings.say("（约）", "(about)")
    said = within(step.at.earliest, step.at.latest, gap)
    return said + gap + settings.say("（假定）", "(assumed)") if basis == "assumed" else said


def within(early: datetime | None, late: datetime | None, gap: str = " ") -> str:
    """Two ends as people read them, in the zone of China."""
    from emergency.projections.rows import iso_instant  # noqa: PLC0415 - the engine is loaded by now

    return between({"earliest": iso_instant(early), "latest": iso_instant(late)}, gap)


def moment(at: datetime, zone: ZoneInfo, now: datetime) -> str:
    """A moment, its day only where it is not today, its year only where it is not this year."""
    there, here = at.astimezone(zone), now.astimezone(zone)
    if there.date() == here.date():
        return there.strftime("%H:%M")
    return there.strftime("%m-%d %H:%M" if there.year == here.year else "%Y-%m-%d %H:%M")


def marks(settings: Settings, step: Step, view: View) -> str:
    """What a reader must know of an entry beside its words."""
    found = []
    if step.backfilled and not step.imported:
        found.append(settings.say("补录", "backfilled"))
    if step.clock_back:
        found.append(settings.say("录入时系统时钟被回拨", "recorded after the clock was set back"))
    if step.entry.in_doubt:
        found.append(
            settings.say("存疑：所述时间在录入时尚未到", "in doubt: its time lay ahead when recorded")
        )
    if step.entry.repeats:
        number = view.numbers.get(step.entry.repeats)
        found.append(settings.say(f"重复 #{number}", f"repeats #{number}"))
    about = getattr(step.entry, "of", None) or getattr(step.entry, "refuted_by", None)
    if about in view.timeline.labels and type(step.entry).__name__ not in ("Acknowledged", "Adopted"):
        label = view.timeline.labels[about]
        found.append(settings.say(f"针对 {label}", f"about {label}"))
    if getattr(step.entry, "informant", None) is not None:
        found.append(settings.say("举报人受保护", "informant protected"))
    if step.id in view.amended:
        found.append(settings.say("已更正", "amended"))
    if step.office != step.entry.logged_by and step.entry.logged_by and step.office != "public":
        by = view.directory.ref(step.entry.logged_by)
        found.append(settings.say(f"由 {by} 代录", f"logged by {by}"))
    return settings.say("，", ", ").join(found)
