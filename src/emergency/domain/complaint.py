"""What is wrong with a value, in words for whoever typed it: the field, what is wrong, what to do."""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from emergency.errors import words_of
from emergency.words import NOTHING, Words

SHOWN = 60
"""What was given is quoted where it has at most so many characters."""

_OFFSET = Words(
    "应为带时区的时间，如 2014-04-07T04:50+08:00",
    "must be a time with its offset, like 2014-04-07T04:50+08:00",
)
_ONE_OF = Words("只能是下列之一：{expected}", "must be one of {expected}")
_LIST = Words("应为列表", "must be a list")
_PARTS = Words("应逐项写明名称和内容", "must say its parts by name")
_WORDS = {
    "missing": Words("没有填写；请补上", "is missing; give it"),
    "extra_forbidden": Words(
        "这里没有这一项；请去掉，或核对写法", "is not known here; leave it out, or see how it is spelt"
    ),
    "string_type": Words("应为文字", "must be text"),
    "string_too_short": Words("没有内容；请填写", "says nothing; fill it in"),
    "string_too_long": Words(
        "超过 {max_length} 个字符；请缩短", "is longer than {max_length} characters; shorten it"
    ),
    "greater_than_equal": Words("应为 {ge} 或以上", "must be {ge} or more"),
    "finite_number": Words("应为有限的数；请写数字", "must be a finite number; write digits"),
    "enum": _ONE_OF,
    "literal_error": _ONE_OF,
    "timezone_aware": Words(
        "要写明时区，如 2014-04-07T04:50+08:00", "needs its offset, like 2014-04-07T04:50+08:00"
    ),
}
_KINDS = {
    "int": Words("应为整数；请写数字", "must be a whole number; write digits"),
    "float": Words("应为数；请写数字", "must be a number; write digits"),
    "bool": Words("应为 true 或 false", "must be true or false"),
    "datetime": _OFFSET,
    "timezone": _OFFSET,
    "date": Words("应为日期，如 2014-04-07", "must be a day, like 2014-04-07"),
    "tuple": _LIST,
    "list": _LIST,
    "model": _PARTS,
    "dict": _PARTS,
}
"""By the first word of pydantic's name for what is wrong, where that says enough."""
_PATTERNS = {
    r"^\S+$": Words("应为不含空格的一个词", "must be one word without blanks"),
    "^[0-9]{6}$": Words(
        "应为六位行政区划代码，如 320921", "must be a division code of six digits, like 320921"
    ),
    r"^[\w.\-]+$": Words(
        "应为一个词，只用文字、数字、点、连字符和下划线",
        "must be one word of letters, digits, dots, hyphens and underscores",
    ),
}
_OTHERWISE = Words("不能这样写；请改正", "cannot be this; put it right")


_OF_A_KEY = "[key]"
"""What pydantic adds to the place of a mapping's key; people know it by the key."""


def complaint(error: ValidationError) -> Words:
    """The first thing that is wrong, in one sentence: ``facts.deaths: must be 0 or more, not -3``."""
    first = error.errors(include_url=False)[0]
    where = ".".join(str(part) for part in first["loc"] if part != _OF_A_KEY)
    said = _said(first)
    return Words(f"{where}：{said.zh}", f"{where}: {said.en}") if where else said


def _said(detail: ErrorDetails) -> Words:
    kind, context = detail["type"], detail.get("ctx", {})
    if kind == "value_error":
        return words_of(context["error"])  # our own words
    words = _PATTERNS.get(str(context.get("pattern"))) or _WORDS.get(kind) or _KINDS.get(kind.split("_")[0])
    words = words or _OTHERWISE
    given = _given(kind, detail.get("input"))
    in_chinese = {
        **context,
        "expected": str(context.get("expected", "")).replace(" or ", "、").replace(", ", "、"),
    }
    return Words(words.zh.format(**in_chinese) + given.zh, words.en.format(**context) + given.en)


def _given(kind: str, given: Any) -> Words:  # noqa: ANN401 - what the outside handed in
    """What was given instead, where it is short enough to help."""
    if kind in ("missing", "extra_forbidden", "string_too_short", "string_too_long"):
        return NOTHING
    if not isinstance(given, (str, int, float)) or len(str(given)) > SHOWN:
        return NOTHING
    return Words(f"，现为 {given!r}", f", not {given!r}")
