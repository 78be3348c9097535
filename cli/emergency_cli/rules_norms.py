"""The texts that ask for checks of the four norms, said: in a list, one in full, and on a page."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from emergency.assessment.words import limit_words
from emergency.projections.said import CHECKS, NORMS
from emergency_cli import rules_words as words
from emergency_cli.output import indented, show

if TYPE_CHECKING:
    from datetime import date

    from emergency.rulebook import NormRule, Rulebook
    from emergency.rulebook.norms import Asked, AskedValue, Settings
    from emergency_cli.rules_words import Say

STEPS = {
    "first-check": ("初审", "first check"),
    "recheck": ("复核", "recheck"),
    "review": ("审核", "review"),
    "sign": ("签发", "signature"),
}

KEYS = (
    "rule",
    "title_zh",
    "title_en",
    "norm",
    "check",
    "rank",
    "tiers",
    "lines",
    "asks",
    "since",
    "citation",
    "confirmed",
    "levels",
    "categories",
    "kinds",
    "kinds_except",
    "where",
    "beside",
    "row",
)


def check_words(say: Say, rule: NormRule) -> str:
    """The norm and the check."""
    norm, check = NORMS[rule.check.norm.value], CHECKS[rule.check.value]
    return say(f"{norm.zh}：{check.zh}（{rule.check}）", f"{norm.en}: {check.en} ({rule.check})")


def asks_words(say: Say, asks: Settings) -> str:
    """How strictly, in one line; empty where the text says no more than that it asks."""
    parts = []
    if asks.chain:
        steps = words.listed(say, (say(*STEPS[step.value]) for step in asks.chain))
        parts.append(say(f"环节：{steps}", f"steps: {steps}"))
    if asks.in_order:
        parts.append(say("依次", "in this order"))
    if asks.separate:
        parts.append(say("由不同的人", "by different people"))
    if asks.within is not None:
        parts.append(words.worded(say, limit_words(asks.within)))
    if asks.answered_within is not None:
        said = words.worded(say, limit_words(asks.answered_within))
        parts.append(say(f"反馈：{said}", f"answered {said}"))
    if asks.sides is not None:
        parts.append(say(f"至少{asks.sides}方", f"from {asks.sides} sides"))
    if asks.read_back:
        parts.append(say("电话批示复述核对", "what came by phone is read back"))
    return say("，", ", ").join(parts)


def scope(say: Say, rule: NormRule) -> Iterator[tuple[str, str]]:
    """The parts that do not change with the day: name and words."""
    yield say("检查", "check"), check_words(say, rule)
    if rule.who is not None:
        yield say("谁", "who"), words.who(say, rule.who)
    yield say("效力", "rank"), words.named(say, words.RANKS, rule.rank)
    for (zh, en), held in (
        (("级别", "levels"), rule.levels),
        (("类别", "categories"), rule.categories),
        (("种类", "kinds"), rule.kinds),
        (("不含", "except"), rule.kinds_except),
        (("地域", "where"), rule.where),
        (("并列出示", "shown beside it"), rule.beside),
    ):
        if held:
            yield say(zh, en), ", ".join(held)


def value_words(say: Say, value: AskedValue) -> str:
    """What a value asks for, in one line."""
    if value.asks is None:
        return say("不再要求", "no longer asked for")
    return asks_words(say, value.asks) or say("要求", "asked for")


def rows(book: Rulebook, day: date, fits: Any) -> list[dict[str, Any]]:  # noqa: ANN401 - a predicate
    """The texts in force on a day, as rows for programs (held stable)."""
    return [
        row_of(rule, value)
        for rule in sorted(book.norms, key=lambda rule: (rule.rank.order, rule.id))
        if (value := rule.value_on(day)) is not None and fits(rule, value)
    ]


def row_of(rule: NormRule, value: Asked) -> dict[str, Any]:
    """A text as it stands on a day."""
    from emergency.rulebook.plain import plain  # noqa: PLC0415 - only for whoever asks

    return {
        "rule": rule.id,
        "title_zh": rule.title.zh,
        "title_en": rule.title.en,
        "norm": rule.check.norm.value,
        "check": rule.check.value,
        "rank": rule.rank.value,
        "tiers": None if rule.who is None else plain(rule.who.tiers),
        "lines": None if rule.who is None else plain(rule.who.lines),
        "asks": plain(value.asks),
        "since": value.since.isoformat(),
        "citation": words.cited(value.citation),
        "confirmed": value.confirmed,
        "levels": plain(rule.levels),
        "categories": plain(rule.categories),
        "kinds": plain(rule.kinds),
        "kinds_except": plain(rule.kinds_except),
        "where": plain(rule.where),
        "beside": list(rule.beside),
        "row": rule.row,
    }


def print_rows(say: Say, book: Rulebook, listed: list[dict[str, Any]]) -> None:
    """One block a text."""
    by_id = {rule.id: rule for rule in book.norms}
    for row in listed:
        rule = by_id[row["rule"]]
        value = next(v for day, v in rule.values.items() if day.isoformat() == row["since"])
        unsure = "" if row["confirmed"] else say(" [原文未核对]", " [text not confirmed]")
        lines = [
            say(row["title_zh"], row["title_en"]),
            check_words(say, rule),
            value_words(say, value),
            f"{row['citation']}{unsure}",
        ]
        show(rule.id, *(indented(line, 2) for line in lines))
