"""The rules as dated, cited data (规则库): loaded, looked up, and never judged with here.

Names are loaded when they are first used: whoever only needs the words of a rule does not pay for the rules, and
whoever judges by them does not pay for reading them from their files.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from emergency.rulebook.calendar import Calendar, YearNotPublishedError
    from emergency.rulebook.compiled import load
    from emergency.rulebook.elements import Elements
    from emergency.rulebook.fields import Period
    from emergency.rulebook.lookup import Graded, Rulebook
    from emergency.rulebook.model import (
        Citation,
        Example,
        LevelTable,
        Limit,
        Recipient,
        Rule,
        Thresholds,
        Title,
        Unread,
        Value,
        Who,
    )
    from emergency.rulebook.norms import NormRule
    from emergency.rulebook.provisions import Provision, Sort
    from emergency.rulebook.reviews import ReviewClock, ReviewLimit, ReviewRule, ReviewStep
    from emergency.rulebook.schemes import Scheme, SchemeLine, SchemeValue
    from emergency.rulebook.vocabulary import CheckName, Clock, Measure, Modality, Rank, RuleChannel, Stage

__all__ = [
    "Calendar",
    "CheckName",
    "Citation",
    "Clock",
    "Elements",
    "Example",
    "Graded",
    "LevelTable",
    "Limit",
    "Measure",
    "Modality",
    "NormRule",
    "Period",
    "Provision",
    "Rank",
    "Recipient",
    "ReviewClock",
    "ReviewLimit",
    "ReviewRule",
    "ReviewStep",
    "Rule",
    "RuleChannel",
    "Rulebook",
    "Scheme",
    "SchemeLine",
    "SchemeValue",
    "Sort",
    "Stage",
    "Thresholds",
    "Title",
    "Unread",
    "Value",
    "Who",
    "YearNotPublishedError",
    "load",
]

_HOMES = {
    "calendar": ("Calendar", "YearNotPublishedError"),
    "compiled": ("load",),
    "fields": ("Period",),
    "lookup": ("Graded", "Rulebook"),
    "norms": ("NormRule",),
    "reviews": ("ReviewClock", "ReviewLimit", "ReviewRule", "ReviewStep"),
    "elements": ("Elements",),
    "provisions": ("Provision", "Sort"),
    "schemes": ("Scheme", "SchemeLine", "SchemeValue"),
    "vocabulary": ("CheckName", "Clock", "Measure", "Modality", "Rank", "RuleChannel", "Stage"),
}
_LATER = {name: home for home, names in _HOMES.items() for name in names}


def __getattr__(name: str) -> Any:  # noqa: ANN401 - a module holds whatever it holds
    """Load a public name where it is first used."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_LATER.get(name, 'model')}"), name)
