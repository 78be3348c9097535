"""``死=6 重伤=约30 失联=?``: figures as they are typed at night, in Chinese or English."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any

import click

from emergency_cli.context import hint

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
_NUMBER = re.compile(r"(\d+)(?:\.(\d+))?(万|亿)?(?:人|元|名)?")
_UNITS = {"": 0, "万": 4, "亿": 8}

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


def is_figure(word: str) -> bool:
    """Whether a word is meant as a figure rather than a name."""
    return "=" in unicodedata.normalize("NFKC", word)


def facts_of(words: Iterable[str], start: dict[str, Any] | None = None) -> dict[str, Any]:
    """What was typed, as the engine takes facts; on top of ``start`` where an entry is put right.

    ``死=6``; ``死=约20`` approximate; ``死=?`` being verified; ``死=0`` stated as none; ``死=`` takes a figure
    of ``start`` back out.

    Raises:
        click.UsageError: a word that is no figure, with what may have been meant.
    """
    facts: dict[str, Any] = dict(start or {})
    seen: dict[str, str] = {}
    for word in words:
        name, value = _split(word)
        if name in seen:
            raise click.UsageError(
                f"{word}: {name.replace('_', ' ')} was already said: {seen[name]}. Say it once."
            )
        seen[name] = word
        if name == "level":
            facts["level"] = level_of(word, value)
            continue
        verifying = [held for held in facts.get("verifying") or () if held != name]
        facts.pop(name, None)
        if value in _VERIFYING:
            verifying.append(name)
        elif value or start is None:
            facts[name] = _count(word, value)
        facts["verifying"] = verifying
    return facts


def others_of(words: Iterable[str], start: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Other figures as the engine takes them, on top of ``start``: ``sick=12``, ``burnt-hectares=约120``.

    Raises:
        click.UsageError: a word that is none, or a figure that is written without ``--figure``.
    """
    others = dict(start or {})
    said = set()
    for word in words:
        key, equals, value = _parts(word)
        own = _BY_WORD.get(key) or _BY_WORD.get(key.lower())
        if own is not None:
            raise click.UsageError(f"--figure {word}: write {key}=NUMBER without --figure.")
        name = _OTHER_BY_WORD.get(key) or key.lower().replace("-", "_")
        if not equals or not name:
            raise click.UsageError(f"--figure {word}: write NAME=NUMBER, like sick=12.")
        if name in said:
            raise click.UsageError(f"--figure {word}: {name} was already said. Say it once.")
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
    key, equals, value = _parts(word)
    if not equals:
        raise click.UsageError(
            f"{word!r} is no figure. Write name=number, like 死=6, 失联=约20 or injured=30."
        )
    if key.lower() in LEVEL_WORDS:
        return "level", value
    name = _BY_WORD.get(key) or _BY_WORD.get(key.lower())
    if name is None:
        known = ", ".join(f"{name} {words[0]}" for name, words in NAMES.items())
        raise click.UsageError(
            f"There is no figure {key!r}.{hint(key, _BY_WORD)} The figures are: {known}. "
            "Any other is given with --figure, like --figure sick=12."
        )
    return name, value


def _count(word: str, said: str, *, verifiable: bool = True) -> dict[str, Any]:
    bare = _ABOUT.sub("", said).strip().replace(",", "")
    match = _NUMBER.fullmatch(bare)
    if match is None:
        forms = ["digits like 6", "约20 where it is approximate"]
        forms += ["? while it is being verified"] if verifiable else []
        raise click.UsageError(
            f"{word!r}: {said!r} is no number. Write {', '.join(forms[:-1])}, or {forms[-1]}."
        )
    whole, part, unit = match[1], (match[2] or "").rstrip("0"), _UNITS[match[3] or ""]
    if len(part) > unit:
        raise click.UsageError(f"{word!r}: give a whole number.")
    return {"value": int(whole + part.ljust(unit, "0")), "about": bare != said.replace(",", "")}


def level_of(word: str, said: str) -> str | None:
    """A level as the engine takes it: ``较大``, ``III`` or ``III级``; None where nothing is said.

    Raises:
        click.UsageError: it is none; ``word`` is what was typed.
    """
    said = unicodedata.normalize("NFKC", said).strip()
    if not said:
        return None
    level = _LEVELS.get(said.upper().removesuffix("级"))
    if level is None:
        raise click.UsageError(f"{word!r}: the levels are I, II, III, IV (特别重大, 重大, 较大, 一般).")
    return level


def named_figure(word: str) -> str | None:
    """The figure that a word names; None where it names none."""
    return _BY_WORD.get(word) or _BY_WORD.get(word.lower())


def taken_out(words: Iterable[str], others: Iterable[str] = ()) -> tuple[list[str], list[str], list[str]]:
    """Figures that state something, other figures that do, and the names of those taken out: ``死=``.

    Raises:
        click.UsageError: a word that is no figure.
    """
    gone = []
    kept: tuple[list[str], list[str]] = [], []
    for word in words:
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
