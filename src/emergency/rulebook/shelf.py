"""Collections whose items are opened when somebody asks for them: an entry needs a few dozen rules, not all of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any, Generic, NamedTuple, TypeVar, overload

from emergency.rulebook.packing import opened, packed

M = TypeVar("M")
K = TypeVar("K")


class Scope(NamedTuple):
    """What an item speaks of, for finding it without opening it; each as in `Scoped`, and whose duty it is."""

    id: str
    categories: Sequence[str] | None
    kinds: Sequence[str] | None
    kinds_except: Sequence[str] | None
    where: Sequence[str] | None
    tiers: Sequence[str]
    lines: Sequence[str]


class Shelf(Sequence[M], Generic[M]):
    """Items in a fixed order, each packed until its first use.

    Args:
        scopes: What each speaks of, as tuples of plain text.
        items: The items, packed.
    """

    def __init__(self, scopes: Iterable[Iterable[Any]], items: Sequence[bytes]) -> None:
        self._scopes = tuple(map(Scope._make, scopes))
        self._packed = items
        self._open: list[M | None] = [None] * len(items)

    def scopes(self) -> tuple[Scope, ...]:
        """What each item speaks of, in order."""
        return self._scopes

    def __len__(self) -> int:
        return len(self._packed)

    @overload
    def __getitem__(self, index: int) -> M: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[M]: ...
    def __getitem__(self, index: int | slice) -> M | Sequence[M]:
        if isinstance(index, slice):
            return [self[i] for i in range(*index.indices(len(self)))]
        found = self._open[index]
        if found is None:
            found = self._open[index] = opened(self._packed[index])
        return found


class Catalogue(Mapping[K, M], Generic[K, M]):
    """Items by key, each packed until its first use."""

    def __init__(self, items: Mapping[K, bytes]) -> None:
        self._packed = items
        self._open: dict[K, M] = {}

    def __getitem__(self, key: K) -> M:
        found = self._open.get(key)
        if found is None:
            found = self._open[key] = opened(self._packed[key])
        return found

    def __iter__(self) -> Iterator[K]:
        return iter(self._packed)

    def __len__(self) -> int:
        return len(self._packed)


class Later(Sequence[M], Generic[M]):
    """A tuple that is packed until its first use: what few readers of an item ask for.

    Args:
        items: The tuple, packed.
    """

    def __init__(self, items: bytes) -> None:
        self._packed = items

    @cached_property
    def _open(self) -> tuple[M, ...]:
        items: tuple[M, ...] = opened(self._packed)
        return items

    def __reduce__(self) -> tuple[type[Later[M]], tuple[bytes]]:
        return Later, (self._packed,)

    def __len__(self) -> int:
        return len(self._open)

    @overload
    def __getitem__(self, index: int) -> M: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[M, ...]: ...
    def __getitem__(self, index: int | slice) -> M | tuple[M, ...]:
        return self._open[index]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, (tuple, Later)) and self._open == tuple(other)

    def __hash__(self) -> int:
        return hash(self._open)

    def __repr__(self) -> str:
        return repr(self._open)


def shelved(items: Iterable[Any], *, seldom: bool) -> tuple[list[tuple[Any, ...]], list[bytes]]:
    """Pack items for a `Shelf`: what they speak of, and they themselves; for ``seldom`` see `packed`."""
    listed = list(items)
    return [_plain(_scope(item)) for item in listed], [packed(item, seldom=seldom) for item in listed]


def catalogued(items: Mapping[K, object]) -> dict[K, bytes]:
    """Pack items for a `Catalogue`."""
    return {key: packed(item, seldom=True) for key, item in items.items()}


def scopes(items: Iterable[Any]) -> Iterable[Scope]:
    """What each of some items speaks of, in order."""
    return items.scopes() if isinstance(items, Shelf) else map(_scope, items)


def _scope(item: Any) -> Scope:  # noqa: ANN401 - a rule, a table, a provision…
    who = getattr(item, "who", None)
    return Scope(
        id=item.id,
        categories=item.categories,
        kinds=item.kinds,
        kinds_except=item.kinds_except,
        where=item.where,
        tiers=who.tiers if who is not None else (),
        lines=who.lines if who is not None else (),
    )


def _plain(scope: Scope) -> tuple[Any, ...]:
    """A scope with text in place of words of closed lists: it is read without knowing them."""
    return (scope.id, *(None if words is None else tuple(map(str, words)) for words in scope[1:]))
