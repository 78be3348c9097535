"""What changed between two days, two folders, two packs."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from emergency.rulebook import Limit, Rulebook, load
from emergency.rulebook.diff import Change, What, differences, scope_parts, side, value_parts, within_pack
from emergency.rulebook.folders import BY_NAME, FOLDERS, dated, folder_of
from emergency_cli.rules_compare import _PARTS

from .bench import NAME, RULE, edited, write

SECOND = RULE[RULE.index("  2007-06-01:") :].replace("2007-06-01", "2020-01-01")
REPEAL = SECOND.replace("{within: PT1H}", "null").replace("    clock: received\n", "")


def _book(folder: Path, content: str, name: str = NAME) -> Rulebook:
    write(folder, f"{name}.yaml", content)
    return load(folder)


def _between(folder: Path, old: str, new: str) -> list[Change]:
    return list(differences(side(_book(folder / "old", old)), side(_book(folder / "new", new))))


def _days(book: Rulebook, old: date, new: date) -> list[Change]:
    return list(differences(side(book, old), side(book, new)))


def test_the_same_rules_differ_in_nothing(tmp_path: Path, rulebook: Rulebook) -> None:
    assert _between(tmp_path, RULE, RULE) == []
    assert list(differences(side(rulebook), side(load()))) == []
    assert _days(rulebook, date(2020, 1, 1), date(2020, 1, 1)) == []


def test_a_limit_that_changed_says_from_what_to_what(tmp_path: Path) -> None:
    (change,) = _between(tmp_path, RULE, edited(("PT1H", "PT2H")))
    assert (change.id, change.what, change.part, change.since) == (
        NAME,
        What.CHANGED,
        "limit",
        date(2007, 6, 1),
    )
    assert (change.before, change.after) == (
        Limit.model_validate({"within": "PT1H"}),
        Limit.model_validate({"within": "PT2H"}),
    )


def test_each_part_of_a_rule_is_compared(tmp_path: Path) -> None:
    changes = {
        "clock": ("clock: received", "clock: learned"),
        "article": ("第九条", "第十条"),
        "promulgated": ("2007-04-09", "2007-04-10"),
        "confirmed": (
            "confirmed: true\n    recorded_on: 2026-11-21\n    checked_on: 2026-11-21",
            "confirmed: false\n    recorded_on: 2026-11-21",
        ),
        "law": ("law: 条例", "law: 办法"),
        "levels": ("row:", "levels: [I]\nrow:"),
        "at_least": ("row:", "at_least: {deaths: 3}\nrow:"),
        "rank": ("rank: administrative-regulation", "rank: plan"),
        "to": ("or_above: true", "or_above: false"),
        "stage": ("row:", "stage: final\nrow:"),
        "where": ("row:", 'where: ["33"]\nrow:'),
    }
    for number, (part, change) in enumerate(changes.items()):
        assert [c.part for c in _between(tmp_path / str(number), RULE, edited(change))] == [part]


def test_every_part_that_can_change_has_words(rulebook: Rulebook) -> None:
    """Whatever a file may say is compared; the command must be able to name it."""
    parts = {part for folder in FOLDERS if folder.name != "unread" for part in scope_parts(folder.model)}
    parts |= {
        part for one in dated(rulebook) for each in one.values.values() for part in value_parts(type(each))
    }
    assert parts == set(_PARTS)


def test_rules_and_values_come_and_go(tmp_path: Path) -> None:
    (added,) = _between(tmp_path / "1", RULE, RULE + SECOND)
    assert (added.what, added.since, added.part) == (What.ADDED, date(2020, 1, 1), None)
    (removed,) = _between(tmp_path / "2", RULE + SECOND, RULE)
    assert (removed.what, removed.since) == (What.REMOVED, date(2020, 1, 1))
    old, new = _book(tmp_path / "a", RULE), _book(tmp_path / "b", RULE, "cn/national/x/other")
    assert [(c.id, c.what) for c in differences(side(old), side(new))] == [
        (NAME, What.REMOVED),
        ("cn/national/x/other", What.ADDED),
    ]


def test_two_days_are_compared_by_what_is_in_force_on_them(tmp_path: Path) -> None:
    book = _book(tmp_path, RULE + SECOND.replace("PT1H", "PT2H"))
    assert [c.what for c in _days(book, date(2007, 5, 31), date(2007, 6, 1))] == [What.ADDED]
    (change,) = _days(book, date(2019, 12, 31), date(2020, 1, 1))
    assert (change.part, change.since) == ("limit", date(2020, 1, 1))
    assert _days(book, date(2020, 1, 1), date(2026, 1, 1)) == []
    repealed = _book(tmp_path / "other", RULE + REPEAL)
    assert [c.what for c in _days(repealed, date(2019, 12, 31), date(2020, 1, 1))] == [What.REMOVED]


def test_a_pack_is_compared_alone(rulebook: Rulebook) -> None:
    pack = side(rulebook, pack="cn/local/330127-chunan")
    assert pack.scopes
    assert all("/local/330127-chunan/" in name for name in pack.scopes)
    assert {folder_of(name).name for name in pack.scopes} >= {"rules", "norms"}
    assert (
        within_pack("cn/norms/local/330127-chunan/no-skipping", "cn/local/330127-chunan")
        == "norms/no-skipping"
    )
    assert within_pack("cn/norms/local/330127-chunan/no-skipping", "cn/local/330127") is None


def test_the_law_of_2024_changed_articles(rulebook: Rulebook) -> None:
    changes = _days(rulebook, date(2024, 10, 31), date(2024, 11, 1))
    mine = [c for c in changes if c.id == "cn/national/emergency-response/affected-unit-to-county"]
    assert [(c.part, c.before, c.after) for c in mine if c.part == "article"] == [
        ("article", "第五十六条第一款", "第七十八条第一款")
    ]


CITED = """\
    citation: {law: 办法, article: null, promulgated: null, source: a test}
    confirmed: false
    recorded_on: 2026-11-22
"""
HEAD = "title: {zh: 甲, en: A}\nrow: '0'\nrank: notice\n"
BESIDE = {
    "levels": (
        "title: {zh: 甲, en: A}\nvalues:\n  2020-01-01:\n    thresholds: {deaths: {I: 30}}\n" + CITED,
        ("I: 30", "I: 20"),
        "thresholds",
    ),
    "provisions": (
        f"{HEAD}sort: definition\nvalues:\n  2020-01-01:\n    says: {{zh: 乙, en: B}}\n{CITED}",
        ("en: B", "en: C"),
        "says",
    ),
    "norms": (
        f"{HEAD}check: several-sides\nvalues:\n  2020-01-01:\n    asks: {{sides: 2}}\n{CITED}",
        ("sides: 2", "sides: 3"),
        "asks",
    ),
    "review": (
        (
            f"{HEAD}proceedings: [penalty]\nstep: appeal\nvalues:\n  2020-01-01:\n"
            f"    limit: {{within: P1M}}\n    clock: delivered\n{CITED}"
        ),
        ("P1M", "P2M"),
        "limit",
    ),
    "schemes": (
        (
            f"{HEAD}values:\n  2020-01-01:\n    lines:\n      - {{name: late, title: {{zh: 迟报, en: late}}, "
            f"counts: {{findings: [late]}}, points: -1}}\n{CITED}"
        ),
        ("points: -1", "points: -2"),
        "lines",
    ),
}


@pytest.mark.parametrize("folder", BESIDE)
def test_what_lies_beside_the_rules_is_compared_likewise(tmp_path: Path, folder: str) -> None:
    text, (old, new), part = BESIDE[folder]
    assert old in text
    name = f"cn/{folder}/x/a"
    books = []
    for number, said in enumerate((text, text.replace(old, new))):
        write(tmp_path / str(number), f"{NAME}.yaml", RULE)
        books.append(_book(tmp_path / str(number), said, name))
    (change,) = differences(side(books[0]), side(books[1]))
    assert (change.id, change.part, change.since) == (name, part, date(2020, 1, 1))
    assert [(c.id, c.what) for c in _days(books[0], date(2019, 12, 31), date(2020, 1, 1))] == [
        (name, What.ADDED)
    ]
    assert folder_of(name) == BY_NAME[folder]
