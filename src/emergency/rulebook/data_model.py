"""What everything in a rule file has in common: closed, frozen, dated and cited."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from emergency.errors import WrongValueError
from emergency.rulebook.fields import Day, Truth, Words
from emergency.words import Words as Said  # "Words" are here a text of a rule


class Data(BaseModel):
    """Closed and frozen: an unknown key is a mistake, and a rule never changes in the hand."""

    # A model is built when the first item of it is read: what an entry needs is a few of them.
    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=False, defer_build=True)


class Title(Data):
    """A title, or a few sentences, in both languages."""

    zh: Words
    en: Words

    @property
    def words(self) -> Said:
        """As the engine says its own words."""
        return Said(self.zh, self.en)


def read_note(value: object) -> object:
    """Refuse a note in one language: half of those who rely on the rule could not read it."""
    if isinstance(value, str):
        raise WrongValueError(
            "is in one language only; write it in both, below each other: zh: 中文 and en: English",
            zh="只有一种语言；请分两行写中英文：zh: 中文，en: English",
        )
    return value


Note = Annotated[Title, BeforeValidator(read_note)]
"""A remark on a value, in both languages."""


class Citation(Data):
    """Where a value is written (依据).

    Args:
        law: The name of the text.
        number: Its number, such as 国务院令第493号.
        article: Article and paragraph; None where the text has none, or it is not known.
        promulgated: The day on which it was promulgated; None where it is not known.
        text: The words themselves, only where they were read.
        source: How we came to know it.
    """

    law: Words
    number: Words | None = None
    article: Words | None
    promulgated: Day | None
    text: Words | None = None
    source: Words


class Dated(Data):
    """What every dated value carries.

    Args:
        since: The day on which it took effect; the key in the file.
        citation: Where it is written.
        confirmed: The text, or a stored excerpt of it, was read.
        recorded_on: The day on which it entered this rulebook.
        checked_on: The day on which somebody last compared it with the text.
        note: What a reader must know before relying on it.
    """

    since: Day = Field(exclude=True)
    citation: Citation
    confirmed: Truth
    recorded_on: Day
    checked_on: Day | None = None
    note: Note | None = None

    @property
    def remark(self) -> Said | None:
        """The note, as the engine says its own words."""
        return None if self.note is None else self.note.words


def with_days(values: Any) -> Any:  # noqa: ANN401 - whatever the file says
    """Give each value the day it is keyed by."""
    if not isinstance(values, Mapping):
        return values
    if not values:
        raise WrongValueError(
            "is empty; write at least one value under the day it takes effect",
            zh="是空的；请至少写一个值，放在其施行日期之下",
        )
    dated = {}
    for day, value in values.items():
        if isinstance(value, dict):
            if "since" in value:
                raise WrongValueError(
                    "the day stands in the key; remove since", zh="日期已写在键上；请去掉 since"
                )
            dated[day] = {**value, "since": day}
        else:
            dated[day] = value
    return dated


T = TypeVar("T", bound=Dated)


def in_order(values: Mapping[date, T]) -> Mapping[date, T]:
    """Refuse values that are not in the order of their days."""
    days = list(values)
    if days != sorted(days):
        raise WrongValueError(
            "are not in the order of their days; write the oldest first",
            zh="没有按日期先后排列；请从最早的写起",
        )
    return values


def latest(values: Mapping[date, T], day: date) -> T | None:
    """The value whose day of effect is the last one not after ``day``."""
    found = None
    for since, value in values.items():
        if since > day:
            break
        found = value
    return found


__all__ = ["Citation", "Data", "Dated", "Note", "Title", "in_order", "latest", "with_days"]
