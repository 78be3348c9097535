"""Values that are made by the hundred: dataclasses that only the type checker holds frozen.

A frozen dataclass sets each field through a check that nothing but a mistake ever meets, and takes four times as
long to make as a plain one; judging one incident makes some six hundred. The type checker refuses such a mistake
before it runs.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar, dataclass_transform

T = TypeVar("T")


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def fixed(*, slots: bool = False, kw_only: bool = False, eq: bool = True) -> Callable[[type[T]], type[T]]:
    """A dataclass that nobody may change; compared and hashed by its fields, or with ``eq=False`` by what it is."""
    return dataclass(slots=slots, kw_only=kw_only, eq=eq, unsafe_hash=eq)


def changed(one: T, **changes: object) -> T:
    """The same with some fields replaced, of a class that is `fixed`, without slots and without cached properties.

    `dataclasses.replace` asks for every field by its name and sets each anew: ten times slower for a wide class.
    """
    new = object.__new__(type(one))
    new.__dict__.update(one.__dict__, **changes)
    return new
