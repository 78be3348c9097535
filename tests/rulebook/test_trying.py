"""Other rules laid over those there are: a file by its place or its name, a folder, a pack, a day."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from emergency.errors import BrokenDataError, NotFoundError
from emergency.rulebook import NormRule, Rule, Rulebook, Value, load
from emergency.rulebook.trying import tried

RULE = """\
title: {zh: 试行, en: on trial}
row: "0.1"
rank: notice
who: {tiers: [county], lines: [government]}
to: {tier: next, line: same}
values:
  2000-01-01:
    limit: {within: PT30M}
    clock: learned
    citation: {law: 试行办法, article: null, promulgated: null, source: a draft}
    confirmed: true
    recorded_on: 2026-11-22
"""
NORM = """\
title: {zh: 试行, en: on trial}
row: "0.1"
rank: law
check: same-facts
values:
  2020-02-01:
    asks: {}
    citation: {law: 试行法, article: null, promulgated: null, source: a draft}
    confirmed: true
    recorded_on: 2026-11-22
"""
NAME = "cn/national/work-safety/unit-to-county"


@pytest.fixture(scope="module")
def book() -> Rulebook:
    return load()


def write(path: Path, text: str = RULE) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def minutes(rule: Rule) -> timedelta | None:
    newest = list(rule.values.values())[-1]
    return newest.limit.hours if isinstance(newest, Value) else None


def test_a_file_in_folders_takes_the_place_that_its_path_gives(book: Rulebook, tmp_path: Path) -> None:
    path = write(tmp_path / f"{NAME}.yaml")
    found = tried(book, path)
    assert (found.replaced, found.added, found.removed) == ((NAME,), (), ())
    assert minutes(found.rulebook.rule(NAME)) == timedelta(minutes=30)
    assert len(found.rulebook.rules) == len(book.rules)
    assert found.rulebook.fingerprint != book.fingerprint


def test_a_file_of_its_own_is_told_by_its_name(book: Rulebook, tmp_path: Path) -> None:
    only = next(
        rule.id
        for rule in book.rules
        if sum(other.id.rpartition("/")[2] == rule.id.rpartition("/")[2] for other in book.rules) == 1
        and rule.where is None
    )
    assert tried(book, write(tmp_path / f"{only.rpartition('/')[2]}.yaml")).replaced == (only,)
    assert tried(book, write(tmp_path / "half-an-hour.yaml")).added == ("cn/tried/half-an-hour",)


def test_a_name_that_several_rules_have_is_asked_back(book: Rulebook, tmp_path: Path) -> None:
    names = [rule.id.rpartition("/")[2] for rule in book.rules]
    twice = next(name for name in names if names.count(name) > 1)
    with pytest.raises(BrokenDataError, match="put the file in folders like theirs"):
        tried(book, write(tmp_path / f"{twice}.yaml"))


def test_a_folder_is_laid_over_and_a_whole_one_stands_instead(book: Rulebook, tmp_path: Path) -> None:
    write(tmp_path / "over" / f"{NAME}.yaml")
    write(tmp_path / "over" / "cn" / "national" / "new" / "one.yaml")
    write(tmp_path / "over" / "cn" / "provisions" / "national" / "x.yaml", "what: ever\n")
    over = tried(book, tmp_path / "over")
    assert (over.replaced, over.added, over.removed) == ((NAME,), ("cn/national/new/one",), ())
    write(tmp_path / "whole" / "cn" / "kinds.yaml", "families: {mine: [coal-mine]}\n")
    write(tmp_path / "whole" / f"{NAME}.yaml")
    whole = tried(book, tmp_path / "whole")
    assert len(whole.rulebook.rules) == 1
    judged_by = (book.rules, book.tables, book.norms, book.elements)
    assert len(whole.removed) == sum(map(len, judged_by)) - 1


def test_a_pack_holds_everywhere_and_always(book: Rulebook) -> None:
    for named in ("330127-chunan", "330127", "chunan"):
        found = tried(book, named)
        judged_by: tuple[Rule | NormRule, ...] = (*found.rulebook.rules, *found.rulebook.norms)
        mine = [rule for rule in judged_by if "/330127-chunan/" in rule.id]
        assert {type(rule) for rule in mine} == {Rule, NormRule}
        assert {rule.id for rule in mine} >= set(found.replaced)
        assert all(rule.where is None and rule.value_on(date(1950, 1, 1)) for rule in mine)


def test_a_norm_laid_over_is_asked_for(book: Rulebook, tmp_path: Path) -> None:
    name = "cn/norms/national/truth/same-facts"
    found = tried(book, write(tmp_path / f"{name}.yaml", NORM))
    assert (found.replaced, found.added) == ((name,), ())
    new = next(norm for norm in found.rulebook.norms if norm.id == name)
    assert new.value_on(date(2020, 1, 31)) is None
    assert new.value_on(date(2020, 2, 1)) is not None


def test_the_rules_as_they_were_known_with_others_laid_over_them(book: Rulebook, tmp_path: Path) -> None:
    before_any = date(2000, 1, 1)
    assert tried(book, known_on=before_any).rulebook.rules == ()
    path = write(tmp_path / f"{NAME}.yaml")
    assert [rule.id for rule in tried(book, path, known_on=before_any).rulebook.rules] == [NAME]


def test_the_same_rules_are_the_same(book: Rulebook) -> None:
    found = tried(book)
    assert (found.replaced, found.added, found.removed) == ((), (), ())
    assert found.rulebook.fingerprint == book.fingerprint


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "is empty"),
        ("[1, 2]", "x.yaml"),
        ("title: {zh: x, en: x}\nnonsense: 1\n", "nonsense"),
        ("a: &x 1\nb: *x\n", "x.yaml"),
        (RULE.replace("PT30M", "30 minutes"), "PT30M"),
        (RULE.replace("who:", "kinds: [nothing-like-it]\nwho:"), "nothing-like-it"),
        ("\x00", "x.yaml"),
    ],
)
def test_what_is_no_rule_is_refused_with_file_and_line(
    book: Rulebook, tmp_path: Path, text: str, says: str
) -> None:
    path = write(tmp_path / "x.yaml", text)
    with pytest.raises(BrokenDataError) as caught:
        tried(book, path)
    assert says in str(caught.value)
    assert str(path) in str(caught.value)


def test_what_is_not_there_names_the_packs(book: Rulebook, tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match=r"neither a file nor a folder nor a pack .*330127-chunan"):
        tried(book, "330127-chunann")
    with pytest.raises(BrokenDataError, match="holds no rule"):
        tried(book, tmp_path)
    binary = tmp_path / "photo.jpg"
    binary.write_bytes(b"\xff\xd8\xff")
    with pytest.raises(BrokenDataError):
        tried(book, binary)
    (tmp_path / "cn" / "national").mkdir(parents=True)
    with pytest.raises(BrokenDataError, match="no verdict goes by it"):
        tried(book, write(tmp_path / "cn" / "provisions" / "national" / "x.yaml"))
