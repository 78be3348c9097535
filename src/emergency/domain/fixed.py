"""Values that are made by the hundred: dataclasses that only the type checker holds frozen.

A frozen dataclass sets each field through a check that nothing but a mistake ever meets, and takes four times as
long to make as a plain one; judging one incident makes some six hundred. The type checker refuses such a mistake
before it runs.

Defining them is quick as well: Python writes and compiles six functions for a frozen dataclass, each time the program
starts. Here only ``__init__`` is compiled; the others are the same few closures for every class.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, fields
from operator import attrgetter
from typing import Any, Generic, TypeVar, dataclass_transform, overload

T = TypeVar("T")
V = TypeVar("V")


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def fixed(
    *, slots: bool = False, kw_only: bool = False, eq: bool = True, frozen: bool = False
) -> Callable[[type[T]], type[T]]:
    """A dataclass that nobody may change.

    Args:
        slots: Without a ``__dict__``.
        kw_only: Made by naming its fields.
        eq: Compared and hashed by its fields; otherwise by what it is.
        frozen: Held frozen at run time as well: for what callers of ours get, whom no type checker may watch.
    """

    def made(cls: type[T]) -> type[T]:
        one: Any = dataclass(slots=slots, kw_only=kw_only, eq=False, repr=False, frozen=frozen)(cls)
        one.__repr__ = _repr
        if eq:
            _compared_by_fields(one)
        found: type[T] = one
        return found

    return made


def _compared_by_fields(cls: Any) -> None:  # noqa: ANN401 - methods are put on it
    key: Callable[[Any], Any] = attrgetter(*(one.name for one in fields(cls) if one.compare))

    def eq(self: object, other: object) -> Any:  # noqa: ANN401 - NotImplemented as well
        return key(self) == key(other) if other.__class__ is self.__class__ else NotImplemented

    def hashed(self: object) -> int:
        return hash(key(self))

    cls.__eq__, cls.__hash__ = eq, hashed


def _repr(self: Any) -> str:  # noqa: ANN401 - any of them
    shown = ", ".join(f"{one.name}={getattr(self, one.name)!r}" for one in fields(self) if one.repr)
    return f"{type(self).__qualname__}({shown})"


def changed(one: T, **changes: object) -> T:
    """The same with some fields replaced, of a class that is `fixed`, without slots and without cached properties.

    `dataclasses.replace` asks for every field by its name and sets each anew: ten times slower for a wide class.
    """
    new = object.__new__(type(one))
    new.__dict__.update(one.__dict__, **changes)
    return new


class kept(Generic[V]):  # noqa: N801 - it stands where `property` would
    """A property that is worked out once, when it is first asked for.

    `functools.cached_property` takes a lock each time before Python 3.12: that costs more than most of these values.
    """

    def __init__(self, work_out: Callable[[Any], V]) -> None:
        self._work_out = work_out
        self._name = work_out.__name__
        self.__doc__ = work_out.__doc__

    @overload
    def __get__(self, one: None, of: type[Any]) -> kept[V]: ...
    @overload
    def __get__(self, one: object, of: type[Any]) -> V: ...
    def __get__(self, one: object | None, of: type[Any]) -> kept[V] | V:
        """Work it out and put it where Python looks first."""
        if one is None:
            return self
        value = one.__dict__[self._name] = self._work_out(one)
        return value
