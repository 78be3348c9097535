"""Counts as people say them: ``2死3伤1失联``, ``2人死亡、3人受伤``, ``死亡两人``, ``无人员伤亡``, ``6 killed``.

A phrase is read whole or not at all. ``10余人`` is about ten. What says no number that can be kept is refused with what
to write: ``数十人`` is none, and of ``至少3人`` the record could not keep that it is a lower bound. ``无人员伤亡`` says
that nobody is dead and nobody injured, and is recorded so; ``暂无人员伤亡报告`` says only that nobody has reported any,
and states nothing; ``伤亡不明`` is being verified.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Any

from emergency_cli.bilingual import WrongUseError
from emergency_cli.numerals import number_of

MEASURES = {
    "deaths": (
        "死亡",
        "遇难",
        "身亡",
        "丧生",
        "罹难",
        "死",
        "亡",
        "deaths",
        "death",
        "dead",
        "killed",
        "died",
    ),
    "missing": ("失联", "失踪", "下落不明", "missing"),
    "trapped": ("被困", "受困", "困", "trapped"),
    "dead_or_missing": (
        "死亡失踪",
        "死亡或失踪",
        "死亡、失踪",
        "死亡失联",
        "遇难失联",
        "死亡和失踪",
        "dead or missing",
    ),
    "seriously_injured": ("重伤", "重症", "危重", "seriously injured", "severely injured"),
    "slightly_injured": ("轻伤", "slightly injured"),
    "injured": ("受伤", "轻重伤", "负伤", "伤", "injured", "wounded", "hurt", "injuries"),
    "at_risk": ("受威胁", "涉险", "at risk"),
    "evacuated": ("转移", "疏散", "撤离", "evacuated"),
    "rescued": ("获救", "救出", "rescued"),
    "bodies": ("遗体", "bodies"),
    "loss_yuan": ("直接经济损失", "经济损失", "直接损失", "损失"),
    "both": ("人员伤亡", "死伤", "伤亡", "casualties"),
}
"""What is counted, as phrases name it; ``both``: dead and injured together, which no figure is for."""

_BY_WORD = {word: name for name, words in MEASURES.items() for word in words}
_WORD = "|".join(sorted(map(re.escape, _BY_WORD), key=len, reverse=True))
_CHINESE = "零〇一二两三四五六七八九十百千万亿"
_ABOUT = r"大约|大概|约|近|about|around|nearly|some|~"
_AT_LEAST = r"至少|不少于|超过|逾|多达|最少|at least|over|more than"
_VAGUE = "数十|数百|数千|几十|几百|上百|上千|若干|多|数|几|dozens(?: of)?|several|many|some|a few"
_NUMBER = (
    rf"(?:(?P<least>{_AT_LEAST})\s*|(?P<about>{_ABOUT})\s*)?"
    rf"(?:(?P<number>(?:[0-9]{{1,3}}(?:,[0-9]{{3}})+|[0-9]+)(?:\.[0-9]+)?[万亿]?|[{_CHINESE}]+)(?P<range>\s*[-~到至]\s*[0-9{_CHINESE}]+)?"
    rf"|(?P<vague>{_VAGUE}))"
    r"(?P<more>余|多|几|来)?\s*(?P<unit>万|亿)?(?P<more_after>余|多)?\s*"
    r"(?:people|persons|人员|人|名|个|例|具|元)?(?P<above>以上|左右|上下)?\s*"
)
_LEAD = (
    r"(?:目前|现场|事故|已经|已|共计|共|造成|导致|致|累计|另外|另有|另|其中|有|当场|是|为"
    r"|and\b|are\b|is\b|[、,;:()和及与/]|\s)*"
)
_WHO = r"(?:工人|矿工|群众|村民|居民|人员|学生|员工|游客|船员|旅客|儿童)?\s*(?:当场|已经|已|are\s|were\s|is\s)?\s*"
_BEFORE = re.compile(rf"{_LEAD}{_NUMBER}{_WHO}(?P<what>{_WORD})(?:人员|人|者)?")
_AFTER = re.compile(rf"{_LEAD}(?P<what>{_WORD})(?:人数|人员|者)?\s*(?:为|达|共|有|[:：])?\s*{_NUMBER}")
_NONE = re.compile(
    rf"{_LEAD}(?:无|没有|未造成|未发生|未有|零|no\b|0)\s*(?:人员|人|people)?\s*(?P<what>{_WORD})(?:人员|情况|人)?(?![^、,;。]*(?:报告|消息|信息))\s*"
)
_UNREPORTED = re.compile(
    rf"{_LEAD}(?:(?:暂无|暂未|尚无|尚未|未接到|未接|未收到|未发现|没有接到|没有发现)(?:接到|收到|发现|有|造成)?|无(?=.*(?:报告|消息|信息)))"
    rf"\s*(?:人员|人)?(?:{_WORD})的?(?:人员|情况)?的?(?:报告|消息|信息)?\s*"
)
_OPEN = re.compile(
    rf"{_LEAD}(?P<what>{_WORD})(?:人员)?(?:人数|情况|数字|数)?\s*(?:不明|不详|未知|尚不清楚|(?:正在|正|有待|待|尚待)?(?:进一步)?(?:核实|统计|核查)中?"
    r"|unknown|unclear|being verified)\s*"
)
_END = re.compile(r"[、,;。.()\s]*")


def read_counts(said: str) -> dict[str, Any] | None:
    """The facts that a phrase states, as the engine takes them; None where it is no such phrase.

    Raises:
        WrongUseError: it is one, but says something that cannot be kept, or contradicts itself.
    """
    words = unicodedata.normalize("NFKC", said).strip().lower()
    items = _items(words)
    return None if items is None else _facts(said, items)


def _items(words: str) -> list[tuple[str, re.Match[str]]] | None:
    """What the phrase is made of, in one order: numbers before what they count, or behind it."""
    for counted in (_BEFORE, _AFTER):
        found = _run(words, counted)
        if found is not None:
            return found
    parts = [part for part in re.split(r"[、,;。()\s]+", words) if part]
    if len(parts) < 2:  # noqa: PLR2004
        return None
    found = []
    for part in parts:
        items = _run(part, _BEFORE) or _run(part, _AFTER)
        if items is None:
            return None
        found += items
    return found


def _run(words: str, counted: re.Pattern[str]) -> list[tuple[str, re.Match[str]]] | None:
    place, found = 0, []
    while not (end := _END.match(words, place)) or end.end() < len(words):
        for kind, pattern in (
            ("open", _OPEN),
            ("none", _NONE),
            ("unreported", _UNREPORTED),
            ("count", counted),
        ):
            if match := pattern.match(words, place):
                found.append((kind, match))
                place = match.end()
                break
        else:
            return None
    return found or None


def _facts(said: str, items: list[tuple[str, re.Match[str]]]) -> dict[str, Any]:
    facts: dict[str, Any] = {}
    verifying: list[str] = []

    def state(name: str, count: dict[str, Any] | None) -> None:
        if name in facts or name in verifying:
            title = MEASURES[name][0]
            raise WrongUseError(
                f"{said!r}: {title} ({name.replace('_', ' ')}) is said twice. Say it once.",
                zh=f"“{said}”中“{title}”（{name.replace('_', ' ')}）说了两次，请只写一次。",
            )
        if count is None:
            verifying.append(name)
        else:
            facts[name] = count

    for kind, match in items:
        if kind == "unreported":
            continue
        name = _BY_WORD[match["what"]]
        if kind == "count":
            state(_countable(said, name), _number(said, match, yuan=name == "loss_yuan"))
            continue
        for each in ("deaths", "injured") if name == "both" else (_countable(said, name),):
            state(each, None if kind == "open" else {"value": 0, "about": False})
    slight = facts.pop("slightly_injured", None)
    if slight is not None or "slightly_injured" in verifying:
        _add_slightly(said, facts, slight)
    return {**facts, **({"verifying": verifying} if verifying else {})}


def _countable(said: str, name: str) -> str:
    if name == "both":
        raise WrongUseError(
            f"{said!r}: dead and injured are kept apart. Write like 2死3伤, or 伤亡不明.",
            zh=f"“{said}”：死亡与受伤须分别写明，如 2死3伤；不清楚写 伤亡不明。",
        )
    return name


def _add_slightly(said: str, facts: dict[str, Any], slight: dict[str, Any] | None) -> None:
    """Seriously and slightly injured together are the injured; either alone is not."""
    serious = facts.get("seriously_injured")
    if slight is None or serious is None:
        raise WrongUseError(
            f"{said!r}: the slightly injured are kept together with the seriously injured. Write 重伤2轻伤3, "
            "or all the injured: 伤3.",
            zh=f"“{said}”：轻伤须与重伤一并写明，如 重伤2轻伤3；或写受伤总数，如 伤3。",
        )
    together = {
        "value": serious["value"] + slight["value"],
        "about": serious["about"] or slight["about"],
    }
    stated = facts.setdefault("injured", together)
    if stated != together:
        raise WrongUseError(
            f"{said!r}: {serious['value']} seriously and {slight['value']} slightly injured are not "
            f"{stated['value']} injured. Check the figures.",
            zh=f"“{said}”：重伤{serious['value']}人、轻伤{slight['value']}人，与受伤{stated['value']}人不符，请核对。",
        )


def _number(said: str, match: re.Match[str], *, yuan: bool) -> dict[str, Any]:
    if match["vague"]:
        raise WrongUseError(
            f"{said!r}: {match['vague']!r} is no number. Write 约20 where it is approximate, or 死=? while it is "
            "being verified.",
            zh=f"“{said}”：“{match['vague']}”不是数字。大约的写 约20，正在核实的写 死=?。",
        )
    if match["least"] or match["above"] == "以上":
        raise WrongUseError(
            f"{said!r}: that it is no fewer cannot be kept. Write the number that is established, like 3死, or 约3 "
            "where it is approximate.",
            zh=f"“{said}”：不能只记下限。已查明的写确数，如 3死；大约的写 约3。",
        )
    if match["range"]:
        raise WrongUseError(
            f"{said!r}: a count is one number. Write 约4 where it is approximate.",
            zh=f"“{said}”：只能写一个数。大约的写 约4。",
        )
    value = number_of(match["number"] + (match["unit"] or ""))
    if value is None:
        raise WrongUseError(
            f"{said!r}: {match['number']!r} is no whole number. Write digits, like 12.",
            zh=f"“{said}”：“{match['number']}”不是整数。请写数字，如 12。",
        )
    about = bool(match["about"] or match["more"] or match["more_after"] or match["above"])
    if yuan and not re.search("[万亿元]", match[0]):
        raise WrongUseError(
            f"{said!r}: say in which unit, like 损失300万元.", zh=f"“{said}”：请写明单位，如 损失300万元。"
        )
    return {"value": value, "about": about}
