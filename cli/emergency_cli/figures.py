"""``死=6 重伤=约30 失联=?``, ``2死3伤1失联``: figures as they are typed at night, in Chinese or English."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any

import click

from emergency_cli.asking import meant
from emergency_cli.bilingual import WrongUseError, both, in_chinese
from emergency_cli.numerals import number_of

NAMES = {
    "deaths": ("死亡", "死", "死亡人数", "遇难"),
    "missing": ("失联", "失踪", "失联人数", "下落不明"),
    "trapped": ("被困", "困"),
    "dead_or_missing": ("死亡失踪", "死亡或失踪"),
    "injured": ("受伤", "伤", "轻重伤"),
    "seriously_injured": ("重伤", "重伤人数", "重症"),
    "at_risk": ("受威胁", "涉险"),
    "evacuated": ("转移", "疏散", "撤离"),
    "rescued": ("获救", "救出"),
    "bodies": ("遗体",),
    "loss_yuan": ("损失", "直接损失", "损失元"),
}
"""The figures that can be stated: the engine's own name, and what people write; the first is shown."""

OTHERS = {
    "burnt_hectares": "过火公顷数",
    "participants": "参与人数",
    "sick": "患病",
    "stranded": "滞留",
    "blocked_hours": "中断小时数",
}
"""Other figures by the names that rules give them, in Chinese; any further name is shown as it is."""

_BY_WORD = {word: name for name, words in NAMES.items() for word in (name, name.replace("_", "-"), *words)}
_OTHER_BY_WORD = {word: name for name, word in OTHERS.items()}
_VERIFYING = {"?", "核实中", "正在核实", "待核实", "verifying"}
_ABOUT = re.compile(r"^(?:约|大约|about|~)|(?:左右|上下)$")
_UNIT = re.compile(r"(?:人|元|名)$")

_LEVELS = {
    "特别重大": "I",
    "重大": "II",
    "较大": "III",
    "一般": "IV",
    "I": "I",
    "II": "II",
    "III": "III",
    "IV": "IV",
}
LEVEL_WORDS = frozenset({"level", "级别", "等级"})


_COUNTED = frozenset("死亡遇难丧生罹失联踪困伤重症威胁涉险转移疏散撤离获救损遗体")
"""The characters that what is counted is named with: a word that has none of them is no phrase of counts."""


def is_figure(word: str) -> bool:
    """Whether a word is meant as figures rather than a name: ``死=6``, ``2死3伤``, ``6 killed``, ``数十人死亡``."""
    if "=" in unicodedata.normalize("NFKC", word):
        return True
    if word.isascii() and " " not in word.strip():
        return False  # a reference, as nearly always
    if not word.isascii() and _COUNTED.isdisjoint(word):
        return False
    from emergency_cli.counts import read_counts  # noqa: PLC0415 - most name an incident here

    try:
        return read_counts(word) is not None
    except WrongUseError:
        return True  # it cannot be kept, and nothing else is meant


def facts_of(words: Iterable[str], start: dict[str, Any] | None = None) -> dict[str, Any]:
    """What was typed, as the engine takes facts; on top of ``start`` where an entry is put right.

    ``死=6``; ``死=约20`` approximate; ``死=?`` being verified; ``死=0`` stated as none; ``死=`` takes a figure
    of ``start`` back out. Words without a sign of equality are a phrase: ``2死3伤``, ``无人员伤亡``; see `counts`.

    Raises:
        WrongUseError: a word that is no figure, with what may have been meant.
    """
    facts: dict[str, Any] = dict(start or {})
    seen: dict[str, str] = {}

    def once(name: str, word: str) -> None:
        if name in seen:
            said = seen[name]
            title = both(NAMES[name][0] if name in NAMES else "级别", name.replace("_", " "))
            raise WrongUseError(
                f"{word}: {title} was already said: {said}. Say it once.",
                zh=f"{word}：{title.zh}已写过：{said}。请只写一次。",
            )
        seen[name] = word

    for word in _phrases(words):
        if "=" not in unicodedata.normalize("NFKC", word):
            for name, count in _counted(word).items():
                once(name, word)
                _state(facts, name, count)
            continue
        name, value = _split(word)
        once(name, word)
        if name == "level":
            facts["level"] = level_of(word, value)
        elif value in _VERIFYING:
            _state(facts, name, None)
        elif value or start is None:
            _state(facts, name, _count(word, value))
        else:
            facts.pop(name, None)
            facts["verifying"] = [held for held in facts.get("verifying") or () if held != name]
    return facts


def _phrases(words: Iterable[str]) -> list[str]:
    """Words with a sign of equality as they are; those between them as one phrase: ``2 dead 3 injured``."""
    found: list[str] = []
    said: list[str] = []
    for word in (*words, "="):
        if "=" not in unicodedata.normalize("NFKC", word):
            said.append(word)
            continue
        if said:
            found.append(" ".join(said))
            said = []
        found.append(word)
    return found[:-1]


def _counted(phrase: str) -> dict[str, dict[str, Any] | None]:
    """What a phrase states by name; None = being verified."""
    from emergency_cli.counts import read_counts  # noqa: PLC0415 - most type 死=6

    said = read_counts(phrase)
    if said is None:
        raise WrongUseError(
            f"{phrase!r} is no figure. Write name=number, like 死=6, 失联=约20 or injured=30; or a phrase, like "
            "2死3伤1失联, 无人员伤亡, 伤亡不明.",
            zh=f"“{phrase}”不是数据。请写成 名称=数字，如 死=6、失联=约20；或写 2死3伤1失联、无人员伤亡、伤亡不明。",
        )
    if not said:
        note = (
            f"注意：“{phrase}”只说明尚无报告，不记为 0。已查明没有的，请写 无人员伤亡。"
            if in_chinese()
            else f"Note: {phrase!r} says only that none was reported, and is not recorded as 0. Where it is "
            "established that there are none, write 无人员伤亡."
        )
        click.echo(note, err=True)
    return {
        **{name: count for name, count in said.items() if name != "verifying"},
        **dict.fromkeys(said.get("verifying", ())),
    }


def _state(facts: dict[str, Any], name: str, count: dict[str, Any] | None) -> None:
    """Put a figure in the place of what was stated of it before; None = being verified."""
    verifying = [held for held in facts.get("verifying") or () if held != name]
    facts.pop(name, None)
    if count is None:
        verifying.append(name)
    else:
        facts[name] = count
    facts["verifying"] = verifying


def others_of(words: Iterable[str], start: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Other figures as the engine takes them, on top of ``start``: ``sick=12``, ``burnt-hectares=约120``.

    Raises:
        WrongUseError: a word that is none, or a figure that is written without ``--figure``.
    """
    others = dict(start or {})
    said = set()
    for word in words:
        key, equals, value = _parts(word)
        own = _BY_WORD.get(key) or _BY_WORD.get(key.lower())
        if own is not None:
            raise WrongUseError(
                f"--figure {word}: write {key}=NUMBER without --figure.",
                zh=f"--figure {word}：不要写 --figure，直接写 {key}=数字。",
            )
        name = _OTHER_BY_WORD.get(key) or key.lower().replace("-", "_")
        if not equals or not name:
            raise WrongUseError(
                f"--figure {word}: write NAME=NUMBER, like sick=12.",
                zh=f"--figure {word}：请写成 名称=数字，如 sick=12。",
            )
        if name in said:
            raise WrongUseError(
                f"--figure {word}: {name} was already said. Say it once.",
                zh=f"--figure {word}：{name} 已写过，请只写一次。",
            )
        said.add(name)
        others.pop(name, None)
        if value or start is None:
            others[name] = _count(word, value, verifiable=False)
    return others


def _parts(word: str) -> tuple[str, ...]:
    """Before the sign, the sign, after it."""
    said = unicodedata.normalize("NFKC", word).replace("(", "").replace(")", "")
    return tuple(part.strip() for part in said.partition("="))


def _split(word: str) -> tuple[str, str]:
    key, _, value = _parts(word)
    if key.lower() in LEVEL_WORDS:
        return "level", value
    name = _BY_WORD.get(key) or _BY_WORD.get(key.lower())
    if name is None:
        near = meant(key, _BY_WORD)
        raise WrongUseError(
            f"There is no figure {key!r}.{near} The figures are: "
            f"{', '.join(f'{name} {words[0]}' for name, words in NAMES.items())}. "
            "Any other is given with --figure, like --figure sick=12.",
            zh=f"没有“{key}”这一项数据。{near.zh}可写：{'、'.join(words[0] for words in NAMES.values())}。"
            "其他数据用 --figure，如 --figure sick=12。",
        )
    return name, value


def _count(word: str, said: str, *, verifiable: bool = True) -> dict[str, Any]:
    bare = _ABOUT.sub("", said).strip().replace(",", "")
    plain = _UNIT.sub("", bare)
    value = number_of(plain)
    if value is None:
        if re.fullmatch(r"\d+\.\d+[万亿]?", plain):
            raise WrongUseError(f"{word!r}: give a whole number.", zh=f"“{word}”：请写整数。")
        forms = ["digits like 6", "约20 where it is approximate"]
        zh = "数字（如 6）、约20（大约）"
        if verifiable:
            forms.append("? while it is being verified")
            zh += "、?（正在核实）"
        raise WrongUseError(
            f"{word!r}: {said!r} is no number. Write {', '.join(forms[:-1])}, or {forms[-1]}.",
            zh=f"“{word}”：“{said}”不是数字。可写：{zh}。",
        )
    return {"value": value, "about": bare != said.replace(",", "")}


def level_of(word: str, said: str) -> str | None:
    """A level as the engine takes it: ``较大``, ``III`` or ``III级``; None where nothing is said.

    Raises:
        WrongUseError: it is none; ``word`` is what was typed.
    """
    said = unicodedata.normalize("NFKC", said).strip()
    if not said:
        return None
    level = _LEVELS.get(said.upper().removesuffix("级"))
    if level is None:
        raise WrongUseError(
            f"{word!r}: the levels are I, II, III, IV (特别重大, 重大, 较大, 一般).",
            zh=f"“{word}”：级别为 I、II、III、IV（特别重大、重大、较大、一般）。",
        )
    return level


def named_figure(word: str) -> str | None:
    """The figure that a word names; None where it names none."""
    return _BY_WORD.get(word) or _BY_WORD.get(word.lower())


def taken_out(words: Iterable[str], others: Iterable[str] = ()) -> tuple[list[str], list[str], list[str]]:
    """Figures that state something, other figures that do, and the names of those taken out: ``死=``.

    Raises:
        WrongUseError: a word that is no figure.
    """
    gone = []
    kept: tuple[list[str], list[str]] = [], []
    for word in words:
        if "=" not in unicodedata.normalize("NFKC", word):
            kept[0].append(word)  # a phrase always states something
            continue
        name, value = _split(word)
        if value:
            kept[0].append(word)
        else:
            gone.append(name)
    for word in others:
        key, equals, value = _parts(word)
        if equals and not value:
            gone.append(_OTHER_BY_WORD.get(key) or key.lower().replace("-", "_"))
        else:
            kept[1].append(word)
    return *kept, gone
