"""What was read and found right once, as bytes that are quickly made into the same again.

Python's own pickle does it, because building the schema that reads a rule from plain data costs more than all else
that an entry needs of the rulebook. Unlike pickle in general, what is opened here may only name the data of this
rulebook, so that bytes which somebody else put in their place can lie but not act.
"""

from __future__ import annotations

import pickle
import zlib
from collections.abc import Callable
from functools import cache
from importlib import import_module
from io import BytesIO
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import BaseModel

_PICKLED = b"\x80"
"""How a pickle begins, and nothing that was made small."""

_OURS = ("emergency.rulebook.", "emergency.domain.")
_OTHERS = {
    "decimal": {"Decimal"},
    "datetime": {"date", "datetime", "time", "timedelta", "timezone"},
    "zoneinfo": {"ZoneInfo"},
}


def packed(item: object, *, seldom: bool = False) -> bytes:
    """Pack a rule, a table, or whatever else of a rulebook.

    Args:
        item: What to pack.
        seldom: It is seldom opened, and so made small rather than quickly opened.
    """
    buffer = BytesIO()
    _Packer(buffer, protocol=5).dump(item)
    return zlib.compress(buffer.getvalue()) if seldom else buffer.getvalue()


def opened(data: bytes) -> Any:  # noqa: ANN401 - whatever was packed
    """Give what was packed.

    Raises:
        UnpicklingError: It holds what no rulebook holds.
    """
    return _Opener(BytesIO(data if data.startswith(_PICKLED) else zlib.decompress(data))).load()


class _Packer(pickle.Pickler):
    def reducer_override(self, obj: object) -> Any:  # noqa: ANN401 - as pickle wants it
        if isinstance(obj, BaseModel):
            return _made, (type(obj), obj.__dict__, obj.__pydantic_fields_set__)
        if isinstance(obj, ZoneInfo):
            return ZoneInfo, (obj.key,)
        return NotImplemented


def _made(model: type[BaseModel], values: dict[str, Any], given: set[str]) -> BaseModel:
    """A model as it was, for which pydantic's own way takes twice as long."""
    found = model.__new__(model)
    found.__setstate__(
        {
            "__dict__": values,
            "__pydantic_fields_set__": given,
            "__pydantic_extra__": None,
            "__pydantic_private__": None,
        }
    )
    return found


class _Opener(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Callable[..., Any]:
        return _found(module, name)


@cache
def _found(module: str, name: str) -> Callable[..., Any]:
    if (module, name) == (__name__, _made.__name__):
        return _made
    if module.startswith(_OURS) or name in _OTHERS.get(module, ()):
        found = getattr(import_module(module), name, None)
        if isinstance(found, type) and found.__module__ == module:
            return found
    raise pickle.UnpicklingError(f"{module}.{name} is no part of a rulebook")


__all__ = ["opened", "packed"]
