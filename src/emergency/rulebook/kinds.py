"""What people call a kind of event (种类), and of which category it is: the same for an entry as for the guide."""

from __future__ import annotations

from emergency.domain.vocabulary import Category
from emergency.rulebook.lookup import Rulebook


def kind_named(word: str, rulebook: Rulebook) -> str:
    """The kind that a word names: by its slug, or by its Chinese title or the only one that holds the word."""
    slug = word.strip()
    if slug in rulebook.kinds or slug.isascii():
        return slug.lower() if slug.isascii() else slug
    exact = [name for name, kind in rulebook.kinds.items() if kind.title.zh == slug]
    holding = [name for name, kind in rulebook.kinds.items() if slug in kind.title.zh]
    found = exact or holding
    return found[0] if len(found) == 1 else slug


def category_of(kind: str, rulebook: Rulebook) -> Category | None:
    """The category that a kind is of: by the list of kinds, else by the rules for its family; None where it is open."""
    known = rulebook.kinds.get(kind)
    if known is not None:
        return known.category
    named = [
        rule.categories
        for rule in rulebook.rules
        if rule.kinds and rule.categories and any(rulebook.in_family(kind, each) for each in rule.kinds)
    ]
    found = {category for categories in named for category in categories}
    return found.pop() if len(found) == 1 else None
