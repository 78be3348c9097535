"""Verdicts as they are typed: few letters, never two meanings."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import click
import pytest

from emergency.domain.review import CopiedFinding, ReviewOpened
from emergency.domain.vocabulary import Fault, Status
from emergency_cli.review_words import verdicts_of

FINDINGS = tuple(
    CopiedFinding(id=name, office="county", kind=kind, status=Status.SUSPECTED)
    for name, kind in (("f1", Fault.LATE), ("f2", Fault.LATE), ("f3", Fault.CONCEALED))
)
OPENED = ReviewOpened(incident="mine-01", concerned="county", findings=FINDINGS)
REVIEW = SimpleNamespace(id="mine-01/r1", concerned="county", opened=SimpleNamespace(event=OPENED))
VIEW: Any = SimpleNamespace(review=REVIEW)


@pytest.mark.parametrize(
    ("words", "posts", "said"),
    [
        (["F1=confirmed"], [], [("f1", "late", None)]),
        (["f2＝rejected"], [], [("f2", "none", None)]),
        (["concealed=late"], [], [("f3", "late", None)]),
        (["all=confirmed"], [], [("f1", "late", None), ("f2", "late", None), ("f3", "concealed", None)]),
        (["new=falsified"], [], [(None, "falsified", None)]),
        ([], ["值班=员=late", "县长=rejected"], [(None, "late", "值班=员"), (None, "none", "县长")]),
    ],
)
def test_what_is_typed_is_meant(words: list[str], posts: list[str], said: list[Any]) -> None:
    assert [(v.finding, v.kind, v.post) for v in verdicts_of(VIEW, words, posts)] == said


@pytest.mark.parametrize(
    ("word", "answer"),
    [
        (
            "late=confirmed",
            "late fits several findings. Name one by its number: F1 late, F2 late, F3 concealed",
        ),
        ("F4=confirmed", "F4 is no finding under review"),
        ("F1=maybe", "maybe is none of confirmed, rejected, late"),
        ("F1", "write FINDING=VERDICT"),
        ("=late", "write FINDING=VERDICT"),
    ],
)
def test_what_could_be_meant_in_two_ways_is_asked_back(word: str, answer: str) -> None:
    with pytest.raises(click.UsageError, match=answer):
        verdicts_of(VIEW, [word])


def test_of_an_imported_review_nothing_is_determined_here() -> None:
    imported: Any = SimpleNamespace(
        review=SimpleNamespace(id="mine-01/s5", concerned=None, opened=REVIEW.opened)
    )
    with pytest.raises(click.UsageError, match="was imported"):
        verdicts_of(imported, ["F1=confirmed"])
