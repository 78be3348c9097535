"""The same words in both languages: what is said to people carries both, and whoever shows it chooses."""

from __future__ import annotations


class Words:
    """The same in Chinese and in English.

    Args:
        zh: In Chinese.
        en: In English.
    """

    # No dataclass: whoever only raises an error would pay for loading what makes one.

    def __init__(self, zh: str, en: str) -> None:
        self._zh = zh
        self._en = en

    @property
    def zh(self) -> str:
        """In Chinese."""
        return self._zh

    @property
    def en(self) -> str:
        """In English."""
        return self._en

    @property
    def sentence(self) -> Words:
        """The same as a whole sentence: one that ends with a question mark gets no full stop behind it."""
        stops = "?", "？"
        return Words(
            self.zh if self.zh.endswith(stops) else f"{self.zh}。",
            self.en if self.en.endswith(stops) else f"{self.en}.",
        )

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Words) and (self.zh, self.en) == (other.zh, other.en)

    def __hash__(self) -> int:
        return hash((self.zh, self.en))

    def __str__(self) -> str:
        """In English, as ``str(error)`` is."""
        return self.en

    def __repr__(self) -> str:
        return f"Words(zh={self.zh!r}, en={self.en!r})"


NOTHING = Words("", "")
"""What is said where there is nothing to say."""
