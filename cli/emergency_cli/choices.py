"""Closed lists as people type them: the word that programs use, or the Chinese one."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from typing import Any

import click

from emergency_cli.bilingual import in_chinese

CATEGORIES = {
    "natural-disaster": "自然灾害",
    "accident": "事故灾难",
    "public-health": "公共卫生事件",
    "social-security": "社会安全事件",
}
CHANNELS = {"phone": "电话", "written": "书面", "network": "网络", "in-person": "当面"}
OUTCOMES = {"confirmed": "属实", "refuted": "不属实", "cannot-be-verified": "无法核实"}
ORIGINS = {"own": "本系统人员", "outside": "社会", "unknown": "不明"}
TIERS = {
    "unit": "单位",
    "village": "村",
    "township": "乡镇",
    "county": "县级",
    "city": "市级",
    "province": "省级",
    "ministry": "部委",
    "state": "国家",
}
LINES = {"party": "党委", "government": "政府", "department": "部门", "enterprise": "企业"}


def word_of(said: str, words: Mapping[str, str]) -> str:
    """The English word of one that was typed in English, or in Chinese as far as it is clear; else what was typed."""
    plain = unicodedata.normalize("NFKC", said).strip()
    meant = [word for word, chinese in words.items() if plain and chinese.startswith(plain)]
    return meant[0] if len(meant) == 1 else plain


class OneOf(click.Choice):  # type: ignore[type-arg]  # click 8.1 knows no type of a choice
    """One word of a closed list, typed in English or in Chinese; either way it becomes the English one.

    Args:
        words: The English words, each with the Chinese one.
    """

    def __init__(self, words: Mapping[str, str]) -> None:
        super().__init__(list(words))
        self.words = words

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:  # noqa: ANN401 - click's own
        """The English word."""
        return super().convert(word_of(str(value), self.words), param, ctx)

    def get_metavar(self, param: click.Parameter, ctx: click.Context | None = None) -> str:
        """The words to choose from, in the language of the run."""
        del param, ctx
        return f"[{'|'.join(self.words.values() if in_chinese() else self.words)}]"
