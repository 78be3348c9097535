"""What the store says about itself, in both languages."""

from __future__ import annotations

from typing import NamedTuple


class Words(NamedTuple):
    """The same words in Chinese and in English."""

    zh: str
    en: str
