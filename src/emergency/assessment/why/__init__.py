"""Why a verdict is what it is (依据): worked out anew from the record whenever somebody asks, and stored nowhere."""

from __future__ import annotations

from emergency.assessment.why.answer import LEVEL, explain
from emergency.assessment.why.level import levels_why
from emergency.assessment.why.model import CheckWhy, FindingWhy, LevelWhy, ObligationWhy, Standing, Why

__all__ = [
    "LEVEL",
    "CheckWhy",
    "FindingWhy",
    "LevelWhy",
    "ObligationWhy",
    "Standing",
    "Why",
    "explain",
    "levels_why",
]
