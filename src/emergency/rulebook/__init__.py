"""The rules as dated, cited data (规则库): loaded, looked up, and never judged with here."""

from __future__ import annotations

from emergency.rulebook.lint import Problem, Severity, lint
from emergency.rulebook.loader import load
from emergency.rulebook.lookup import Graded, Rulebook
from emergency.rulebook.model import Citation, LevelTable, Limit, Recipient, Rule, Thresholds, Value, Who
from emergency.rulebook.vocabulary import Clock, Measure, Rank, RuleChannel

__all__ = [
    "Citation",
    "Clock",
    "Graded",
    "LevelTable",
    "Limit",
    "Measure",
    "Problem",
    "Rank",
    "Recipient",
    "Rule",
    "RuleChannel",
    "Rulebook",
    "Severity",
    "Thresholds",
    "Value",
    "Who",
    "lint",
    "load",
]
