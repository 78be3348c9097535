"""How secret and how urgent an incident is 密级与紧急程度, as people type it and as they read it."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from emergency_cli.bilingual import WrongUseError, say

if TYPE_CHECKING:
    from emergency_cli.context import Settings

SECRECY = {"internal": "内部", "confidential": "秘密", "secret": "机密", "top-secret": "绝密"}
"""From the lowest to the highest."""

URGENCY = {"flash": "特提", "immediate": "特急", "urgent": "加急", "routine": "平急"}

UNMARKED = {"unknown": "未定"}


def typed(words: Mapping[str, str]) -> Callable[[str], str]:
    """What makes the English word of one that was typed in English or Chinese.

    Args:
        words: The English words, each with the Chinese one.
    """

    def understood(value: str) -> str:
        said = unicodedata.normalize("NFKC", value).strip()
        for english, chinese in words.items():
            if said.lower() == english or said == chinese:
                return english
        known = say("、", ", ").join(f"{english} {chinese}" for english, chinese in words.items())
        raise WrongUseError(f"{said!r} is none of {known}.", zh=f"{said!r} 不在可选之列：{known}。")

    return understood


def marking(settings: Settings, row: dict[str, Any], gap: str) -> str:
    """How an incident is marked, by its row; empty where nobody has marked it."""
    said = ((SECRECY, row["secrecy"]), (URGENCY, row["urgency"]))
    return gap.join(settings.say(words[word], word) for words, word in said if word)
