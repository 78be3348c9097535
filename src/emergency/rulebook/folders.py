"""Which folders of rule files there are: what each holds, and where a rulebook keeps it.

Whatever goes through all that the rules say goes by this table, so that no sort of file is forgotten by one of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple

from emergency.rulebook.model import LevelTable, Rule, Scoped, Unread
from emergency.rulebook.norms import NormRule
from emergency.rulebook.provisions import Elements, Provision
from emergency.rulebook.reviews import ReviewRule
from emergency.rulebook.schemes import Scheme

if TYPE_CHECKING:
    from emergency.rulebook.lookup import Rulebook


class Folder(NamedTuple):
    """One sort of rule files.

    Args:
        name: The folder below that of the country; duties to report lie in every folder that is not named here.
        shelf: The attribute of a rulebook that holds what is in it.
        model: What one file is.
    """

    name: str
    shelf: str
    model: type[Scoped]


RULES = Folder("rules", "rules", Rule)
FOLDERS = (
    RULES,
    Folder("levels", "tables", LevelTable),
    Folder("provisions", "provisions", Provision),
    Folder("elements", "elements", Elements),
    Folder("norms", "norms", NormRule),
    Folder("review", "reviews", ReviewRule),
    Folder("schemes", "schemes", Scheme),
    Folder("unread", "unread", Unread),
)
BY_NAME: Mapping[str, Folder] = {folder.name: folder for folder in FOLDERS}

DatedScope = Rule | LevelTable | Provision | Elements | NormRule | ReviewRule | Scheme
"""What says something from a day on: all but the texts that nobody has read."""


def dated(book: Rulebook) -> Iterator[DatedScope]:
    """Give all that says something from a day on, folder by folder."""
    for folder in FOLDERS:
        if folder.model is not Unread:
            yield from getattr(book, folder.shelf)


def folder_of(identity: str) -> Folder:
    """Tell in which folder a file of that id lies."""
    return BY_NAME.get(identity.split("/")[1], RULES)


__all__ = ["BY_NAME", "FOLDERS", "RULES", "DatedScope", "Folder", "dated", "folder_of"]
