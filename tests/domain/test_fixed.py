"""A value that is `fixed` behaves as the frozen dataclass of the same fields does."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, dataclass, field, replace
from typing import Any

import pytest

from emergency.domain.fixed import changed, fixed


@fixed()
class Pair:
    """Two fields that count, one that does not."""

    left: int
    right: str = "r"
    seen: int = field(default=0, compare=False, repr=False)


@fixed(slots=True, kw_only=True)
class Single:
    """One field, by its name."""

    only: Any


@fixed(frozen=True)
class Given:
    """Handed out."""

    out: int


@fixed(eq=False)
class Itself:
    """Compared by what it is."""

    what: int


class Other(Pair):
    """Another class with the same fields."""


@dataclass(frozen=True)
class Twin:
    """What `Pair` stands beside."""

    left: int
    right: str = "r"
    seen: int = field(default=0, compare=False, repr=False)


def test_compared_and_hashed_by_the_fields_that_count() -> None:
    assert Pair(1) == Pair(1, seen=7)
    assert hash(Pair(1)) == hash(Pair(1, seen=7)) == hash(Twin(1))
    assert Pair(1) != Pair(1, "s")
    assert len({Pair(1), Pair(1), Pair(2), Single(only=1), Single(only=1)}) == 3


def test_equal_to_nothing_of_another_class() -> None:
    twin: object = Twin(1)
    assert Pair(1) != twin
    assert Pair(1) != Other(1)
    assert Pair.__eq__(Pair(1), 1) is NotImplemented


def test_what_cannot_be_hashed_says_so() -> None:
    with pytest.raises(TypeError, match="unhashable"):
        hash(Single(only=[]))


def test_compared_by_what_it_is() -> None:
    assert Itself(1) != Itself(1)
    assert len({Itself(1), Itself(1)}) == 2


def test_shown_with_the_fields_that_are_shown() -> None:
    assert repr(Pair(1)) == repr(Twin(1)).replace("Twin", "Pair")
    assert repr(Single(only="x")) == "Single(only='x')"


def test_copied_with_changes() -> None:
    assert replace(Single(only=1), only=2) == Single(only=2)
    assert changed(Pair(1), left=2) == Pair(2)


def test_frozen_at_run_time_where_that_is_asked_for() -> None:
    with pytest.raises(FrozenInstanceError):
        Given(1).out = 2  # type: ignore[misc]
