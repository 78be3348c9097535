"""Collections whose items are read when somebody asks for them: an entry needs a dozen rules, not all of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar, overload

from pydantic import BaseModel

M = TypeVar("M", bound=BaseModel)
K = TypeVar("K")

Plain = dict[str, Any]
"""An item as it stands in its file."""


@dataclass(frozen=True, slots=True)
class Scope:
    """What an item speaks of, for finding it without reading it; each as in `Scoped`, and whose duty it is."""

    id: str
    categories: Sequence[str] | None
    kinds: Sequence[str] | None
    kinds_except: Sequence[str] | None
    where: Sequence[str] | None
    tiers: Sequence[str]
    lines: Sequence[str]


class Shelf(Sequence[M], Generic[M]):
    """Items of one model in a fixed order, each validated at the first use.

    Args:
        model: Their model.
        plain: The items as they stand in their files, with their ids.
    """

    def __init__(self, model: type[M], plain: list[Plain]) -> None:
        self._model, self._plain = model, plain
        self._read: list[M | None] = [None] * len(plain)

    def scopes(self) -> Iterator[Scope]:
        """What each item speaks of, in order."""
        return map(_plain_scope, self._plain)

    def __len__(self) -> int:
        return len(self._plain)

    @overload
    def __getitem__(self, index: int) -> M: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[M]: ...
    def __getitem__(self, index: int | slice) -> M | Sequence[M]:
        if isinstance(index, slice):
            return [self[i] for i in range(*index.indices(len(self)))]
        found = self._read[index]
        if found is None:
            found = self._read[index] = self._model.model_validate(self._plain[index])
        return found


class Catalogue(Mapping[K, M], Generic[K, M]):
    """Items of one model by key, each validated at the first use; for arguments see `Shelf`."""

    def __init__(self, model: type[M], plain: Mapping[K, Plain]) -> None:
        self._model, self._plain = model, plain
        self._read: dict[K, M] = {}

    def __getitem__(self, key: K) -> M:
        found = self._read.get(key)
        if found is None:
            found = self._read[key] = self._model.model_validate(self._plain[key])
        return found

    def __iter__(self) -> Iterator[K]:
        return iter(self._plain)

    def __len__(self) -> int:
        return len(self._plain)


def scopes(items: Iterable[Any]) -> Iterator[Scope]:
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


def _plain_scope(plain: Plain) -> Scope:
    who = plain.get("who") or {}
    return Scope(
        id=plain["id"],
        categories=plain.get("categories"),
        kinds=plain.get("kinds"),
        kinds_except=plain.get("kinds_except"),
        where=plain.get("where"),
        tiers=who.get("tiers", ()),
        lines=who.get("lines", ()),
    )
