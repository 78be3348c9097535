"""What is wrong with a value, in words for whoever typed it: the field, what is wrong, what to do."""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

SHOWN = 60
"""What was given is quoted where it has at most so many characters."""

_WORDS = {
    "missing": "is missing; give it",
    "extra_forbidden": "is not known here; leave it out, or see how it is spelt",
    "string_type": "must be text",
    "string_too_short": "says nothing; fill it in",
    "string_too_long": "is longer than {max_length} characters; shorten it",
    "greater_than_equal": "must be {ge} or more",
    "finite_number": "must be a finite number; write digits",
    "enum": "must be one of {expected}",
    "literal_error": "must be one of {expected}",
    "timezone_aware": "needs its offset, like 2014-04-07T04:50+08:00",
}
_KINDS = {
    "int": "must be a whole number; write digits",
    "float": "must be a number; write digits",
    "bool": "must be true or false",
    "datetime": "must be a time with its offset, like 2014-04-07T04:50+08:00",
    "timezone": "must be a time with its offset, like 2014-04-07T04:50+08:00",
    "date": "must be a day, like 2014-04-07",
    "tuple": "must be a list",
    "list": "must be a list",
    "model": "must say its parts by name",
    "dict": "must say its parts by name",
}
"""By the first word of pydantic's name for what is wrong, where that says enough."""
_PATTERNS = {
    r"^\S+$": "must be one word without blanks",
    "^[0-9]{6}$": "must be a division code of six digits, like 320921",
    r"^[\w.\-]+$": "must be one word of letters, digits, dots, hyphens and underscores",
}


_OF_A_KEY = "[key]"
"""What pydantic adds to the place of a mapping's key; people know it by the key."""


def complaint(error: ValidationError) -> str:
    """The first thing that is wrong, in one sentence: ``facts.deaths: must be 0 or more, not -3``."""
    first = error.errors(include_url=False)[0]
    where = ".".join(str(part) for part in first["loc"] if part != _OF_A_KEY)
    said = _said(first)
    return f"{where}: {said}" if where else said


def _said(detail: ErrorDetails) -> str:
    kind, context = detail["type"], detail.get("ctx", {})
    if kind == "value_error":
        return str(context["error"])  # our own words
    words = _PATTERNS.get(str(context.get("pattern"))) or _WORDS.get(kind) or _KINDS.get(kind.split("_")[0])
    if words is None:
        words = "cannot be this; put it right"
    return words.format(**context) + _given(kind, detail.get("input"))


def _given(kind: str, given: Any) -> str:  # noqa: ANN401 - what the outside handed in
    """What was given instead, where it is short enough to help."""
    if kind in ("missing", "extra_forbidden", "string_too_short", "string_too_long"):
        return ""
    return f", not {given!r}" if isinstance(given, (str, int, float)) and len(str(given)) <= SHOWN else ""
