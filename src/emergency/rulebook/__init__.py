"""The rules as dated, cited data (规则库): loaded, looked up, and never judged with here."""

from __future__ import annotations

from emergency.rulebook.calendar import Calendar, YearNotPublishedError
from emergency.rulebook.fields import Period
from emergency.rulebook.lint import Problem, Severity, lint
from emergency.rulebook.loader import load
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
    Value,
    Who,
)
from emergency.rulebook.provisions import Elements, Provision, Sort, Unread
from emergency.rulebook.vocabulary import Clock, Measure, Modality, Rank, RuleChannel, Stage

__all__ = [
    "Calendar",
    "Citation",
    "Clock",
    "Elements",
    "Example",
    "Graded",
    "LevelTable",
    "Limit",
    "Measure",
    "Modality",
    "Period",
    "Problem",
    "Provision",
    "Rank",
    "Recipient",
    "Rule",
    "RuleChannel",
    "Rulebook",
    "Severity",
    "Sort",
    "Stage",
    "Thresholds",
    "Title",
    "Unread",
    "Value",
    "Who",
    "YearNotPublishedError",
    "lint",
    "load",
]
