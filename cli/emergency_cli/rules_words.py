"""How a rule is said: its parts in words, in the language asked for. Nothing here judges."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from emergency.assessment.words import CLOCKS, LINES, TIERS, length_words, limit_words, office_words
from emergency.domain.times import CHINA
from emergency_cli.bilingual import both

if TYPE_CHECKING:
    from datetime import datetime

    from emergency.assessment.model import Words
    from emergency.rulebook import Citation, Clock, Example, Limit, Recipient, Rule, Rulebook, Who

Say = Callable[[str, str], str]
"""Chinese and English in, what is shown out."""

STAGES = {
    "first": ("首报", "first report"),
    "follow-up": ("续报", "follow-up"),
    "supplement": ("补报", "supplement"),
    "final": ("终报", "final report"),
    "likely": ("可能发生的事件", "likely event"),
    "warning": ("预警", "warning"),
    "recovery": ("善后总结", "recovery"),
}
RANKS = {
    "law": ("法律", "law"),
    "administrative-regulation": ("行政法规", "administrative regulation"),
    "local-regulation": ("地方性法规", "local regulation"),
    "departmental-rule": ("部门规章", "departmental rule"),
    "local-rule": ("地方政府规章", "local rule"),
    "plan": ("预案", "plan"),
    "notice": ("通知、制度", "notice"),
}
CATEGORIES = {
    "natural-disaster": ("自然灾害", "natural disaster"),
    "accident": ("事故灾难", "accident"),
    "public-health": ("公共卫生", "public health"),
    "social-security": ("社会安全", "social security"),
}
CHANNELS = {"any": ("不限", "any"), "written": ("书面", "written"), "phone": ("电话", "phone")}
STATES = {
    "met": ("已报", "met"),
    "late": ("迟报", "late"),
    "possibly-late": ("可能迟报", "possibly late"),
    "overdue": ("逾期未报", "overdue"),
    "open": ("未报、无时限", "open"),
    "undetermined": ("不能认定", "undetermined"),
    "excused": ("免除", "excused"),
    "none": ("无义务", "no duty"),
}


def named(say: Say, words: Mapping[str, tuple[str, str]], slug: str) -> str:
    """A word of a closed list."""
    return say(*words[slug])


def worded(say: Say, words: Words) -> str:
    """Words of the engine."""
    return say(words.zh, words.en)


def listed(say: Say, items: Iterable[str]) -> str:
    """A list."""
    return say("、", ", ").join(items)


def who(say: Say, office: Who) -> str:
    """Whose duty."""
    tiers = listed(say, (worded(say, TIERS[tier]) for tier in office.tiers))
    return f"{tiers} / {listed(say, (worded(say, LINES[line]) for line in office.lines))}"


def to(say: Say, recipient: Recipient) -> str:
    """To whom."""
    if recipient.named is not None:
        outside = say("（报送网络之外，只提示、不评判）", " (outside the directory: shown, never judged)")
        return say(recipient.named.zh, recipient.named.en) + outside
    said = worded(say, office_words(recipient.tier, recipient.line))
    if recipient.or_above:
        said += say("或更高", " or above")
    return said + (say("，或该级其他部门", ", or another office of that tier") if recipient.any_line else "")


def limit(say: Say, given: Limit, clock: Clock) -> str:
    """By when, with what starts the clock."""
    said, start = limit_words(given), CLOCKS[clock]
    if given.recurs or given.before is not None:
        return say(said.zh, said.en)
    if given.no_hours is not None:
        lead = both(f"{start.zh}后", f"{start.en}")
        if said.zh.endswith("后"):  # words like 接到事故报告后 tell themselves what they come after
            lead = both(lead.zh.removesuffix(said.zh) if lead.zh.endswith(said.zh) else "", start.en)
        return say(f"{lead.zh}{said.zh}", f"{said.en} after {lead}")
    if given.hours is not None and given.at_most is None and given.shift is None:
        return say(f"{start.zh}后{said.zh}", f"{said.en} of {start.en}")
    return say(f"{start.zh}后{said.zh}", f"{said.en}, counted from {start.en}")


def cited(citation: Citation) -> str:
    """Law, number and article."""
    return " ".join(part for part in (f"《{citation.law}》", citation.number, citation.article) if part)


def confirmed(say: Say, sure: bool) -> str:
    """Whether anybody read the text."""
    return say("原文已核对", "confirmed") if sure else say("原文未核对", "text not confirmed")


def declared(say: Say, book: Rulebook, where: str, slug: str) -> str:
    """What a declared measure, circumstance or element means; the word itself where nobody says."""
    title = book.words.get(where, {}).get(slug)
    return slug if title is None else say(title.zh, title.en)


def conditions(say: Say, rule: Rule, book: Rulebook) -> str:
    """What must be so beside the event itself, in one line; empty where nothing is."""
    parts = []
    if rule.levels:
        parts.append(say(f"{'、'.join(rule.levels)}级", f"level {', '.join(rule.levels)}"))
    if rule.at_least:
        parts.append(say("或", " or ").join(_figure(say, book, n, c) for n, c in rule.at_least.items()))
    if rule.circumstances:
        named_ones = (declared(say, book, "circumstances", slug) for slug in rule.circumstances)
        parts.append(say("情形：", "where: ") + say("；或", "; or ").join(named_ones))
    if rule.level_unclear:
        parts.append(say("级别难以判明", "while the level cannot be told"))
    return say("，且", "; and ").join(parts)


_COUNTED = {"trapped_or_missing": "被困或失踪"}
"""Figures that are reckoned from others."""


def _figure(say: Say, book: Rulebook, name: str, least: int) -> str:
    what = declared(say, book, "measures", name)
    what = counted(say, name) if what == name else what
    return say(f"{what}{least:,}以上", f"{what} {least:,} or more")


def counted(say: Say, name: str) -> str:
    """What a figure of a record is called."""
    from emergency_cli.figures import NAMES, OTHERS  # noqa: PLC0415 - only where a figure is named

    chinese = NAMES[name][0] if name in NAMES else OTHERS.get(name, _COUNTED.get(name, name))
    return say(chinese, name.replace("_", " "))


def scope(say: Say, rule: Rule, book: Rulebook) -> list[tuple[str, str]]:
    """The parts of a rule that do not change with the day: name and words; what says nothing is left out."""
    plain: list[tuple[str, str]] = [
        (say("谁", "who"), who(say, rule.who)),
        (say("报谁", "to"), to(say, rule.to)),
        (say("报告", "stage"), named(say, STAGES, rule.stage)),
        (say("方式", "channel"), named(say, CHANNELS, rule.channel) if rule.channel.value != "any" else ""),
        (say("效力", "rank"), named(say, RANKS, rule.rank)),
        (
            say("性质", "modality"),
            say("可以（允许，不评判）", "may (allowed, never judged)")
            if rule.modality.value == "may"
            else "",
        ),
        (say("条件", "only if"), conditions(say, rule, book)),
        (
            say("类别", "categories"),
            listed(say, (named(say, CATEGORIES, category) for category in rule.categories or ())),
        ),
        (say("种类", "kinds"), say("、", ", ").join(rule.kinds or ())),
        (say("不含", "except"), say("、", ", ").join(rule.kinds_except or ())),
        (say("地域", "where"), say("、", ", ").join(rule.where or ())),
        (
            say("窗口", "window"),
            ""
            if rule.window is None
            else say(
                f"事发后{length_words(rule.window).zh}内的变化",
                f"changes within {length_words(rule.window).en} of the event",
            ),
        ),
        (say("可由其暂停", "suspended by"), who(say, rule.suspended_by) if rule.suspended_by else ""),
        (say("可由其准予不报", "waived by"), who(say, rule.waived_by) if rule.waived_by else ""),
    ]
    return [(name, text) for name, text in plain if text]


def example(say: Say, one: Example) -> str:
    """An example as a sentence."""
    parts = [say(f"{_at(one.starts)}起算", f"starts {_at(one.starts)}")]
    for moment, zh, en in (
        (one.occurred, "事发", "occurred"),
        (one.learned, "获悉", "learned"),
        (one.ends, "稳定", "stable"),
    ):
        if moment is not None:
            parts.append(say(f"{_at(moment)}{zh}", f"{en} {_at(moment)}"))
    if one.kind:
        parts.append(one.kind)
    parts += facts(say, one)
    sent = listed(say, (_at(moment) for moment in one.sent))
    parts.append(say(f"{sent}报出", f"sent {sent}") if sent else say("未报", "not sent"))
    if one.channel is not None:
        parts.append(say(_CHANNEL.get(one.channel.value, one.channel.value), one.channel.value))
    why = ""
    if one.why:  # in the language of whoever wrote the rule
        why = say(f"（{'英文：' if one.why.isascii() else ''}{one.why}）", f" ({one.why})")
    return f"{say('，', ', ').join(parts)} → {outcome(say, one.then)}{why}"


_CHANNEL = {"phone": "电话", "written": "书面", "network": "网络", "in-person": "当面"}


def facts(say: Say, one: Example) -> list[str]:
    """What the office of an example held."""
    held = one.facts
    figures = [(name, count.value) for name, count in held.counts()]
    figures += [(figure.of, figure.count.value) for figure in held.figures]
    found = [f"{counted(say, name)} {count:,}" for name, count in figures]
    if held.level is not None:
        found.append(say(f"{held.level}级", f"level {held.level}"))
    return [*found, *held.circumstances]


def outcome(say: Say, then: Any) -> str:  # noqa: ANN401 - a state, states by day, or what came out
    """What comes of an example: a state, or one a day."""
    if isinstance(then, Mapping):
        return listed(say, (f"{day} {outcome(say, state)}" for day, state in then.items()))
    return listed(say, (named(say, STATES, s) if s in STATES else s for s in str(then).split(" + ")))


def _at(moment: datetime) -> str:
    there = moment.astimezone(CHINA)
    return there.strftime("%Y-%m-%d %H:%M:%S" if there.second else "%Y-%m-%d %H:%M")
