"""A broken rule file is refused with file, line, key, what is wrong and what to do."""

from __future__ import annotations

from pathlib import Path

import pytest

from emergency.errors import BrokenDataError
from emergency.rulebook import load
from emergency.rulebook.lint import Severity, lint

from .bench import NAME, RULE, edited, write

FILE = f"{NAME}.yaml"
DAY = "values.2007-06-01"

BAD = {
    "an unknown key": (edited(("row:", "levles: [I]\nrow:")), 4, "levles", 'did you mean "levels"?'),
    "an unknown key inside a value": (
        edited(("within:", "witin:")),
        12,
        f"{DAY}.limit.witin",
        'mean "within"?',
    ),
    "a misspelt required key": (edited(("who:", "whom:")), 6, "whom", 'did you mean "who"?'),
    "a key that stands twice": (edited(("row:", "rank: law\nrow:")), 6, "rank", "first on line 4"),
    "no citation": (
        RULE[: RULE.index("    citation:")] + RULE[RULE.index("    confirmed:") :],
        11,
        f"{DAY}.citation",
        "is missing; add it",
    ),
    "an empty citation": (edited(("law: 条例", 'law: " "')), 15, f"{DAY}.citation.law", "says nothing"),
    "hours in words": (edited(("PT1H", "2 hours")), 12, f"{DAY}.limit.within", "write PT2H"),
    "a month where hours are meant": (
        edited(("PT1H", "1 month")),
        12,
        f"{DAY}.limit.within",
        "write P1M, which is counted in dates; where hours are meant, PT720H",
    ),
    "days and hours at once": (edited(("PT1H", "P1DT2H")), 12, f"{DAY}.limit.within", "hours only"),
    "no time at all": (edited(("PT1H", "PT0H")), 12, f"{DAY}.limit.within", "no_hours"),
    "half a duration": (
        edited(("PT1H", "PT")),
        12,
        f"{DAY}.limit.within",
        "is not a length of time; write hours like PT2H",
    ),
    "hours and no hours": (
        edited(("within: PT1H", "within: PT1H, no_hours: 立即")),
        12,
        f"{DAY}.limit",
        "exactly one of within",
    ),
    "no hours in figures": (edited(("within: PT1H", "no_hours: PT1H")), 12, f"{DAY}.limit.no_hours", "立即"),
    "a limit without hours or words": (
        edited(("{within: PT1H}", "{}")),
        12,
        f"{DAY}.limit",
        "exactly one of",
    ),
    "a limit left empty": (edited(("{within: PT1H}", "")), 12, f"{DAY}.limit", "null if there is none"),
    "a repeal with a clock": (edited(("{within: PT1H}", "null")), 13, f"{DAY}.clock", "is not a known key"),
    "a note in one language": (
        edited(("confirmed: true", "confirmed: true\n    note: Read in part.")),
        20,
        f"{DAY}.note",
        "is in one language only; write it in both, below each other: zh: 中文 and en: English",
    ),
    "half a note": (
        edited(("confirmed: true", "confirmed: true\n    note: {en: Read in part.}")),
        20,
        f"{DAY}.note.zh",
        "is missing; add it",
    ),
    "no clock": (edited(("    clock: received\n", "")), 11, f"{DAY}.clock", "is missing; add it"),
    "no title in Chinese": (
        edited(("  zh: 单位1小时内向县级部门报告\n", "")),
        1,
        "title.zh",
        "is missing; add it",
    ),
    "an unknown channel": (edited(("row:", "channel: fax\nrow:")), 4, "channel", "any, phone, written"),
    "an unknown stage": (edited(("row:", "stage: second\nrow:")), 4, "stage", "is not one of first"),
    "a level that is none": (edited(("row:", "levels: [V]\nrow:")), 4, "levels.0", "I, II, III, IV"),
    "an empty list": (edited(("[accident]", "[]")), 8, "categories", "is empty"),
    "a limit that is too long": (
        edited(("PT1H", "P999999999999D")),
        12,
        f"{DAY}.limit.within",
        "is too long",
    ),
    "values as text": (RULE[: RULE.index("values:")] + "values: soon\n", 10, "values", "must be a mapping"),
    "a value as text": (
        RULE[: RULE.index("values:")] + "values: {2007-06-01: soon}\n",
        10,
        DAY,
        "must be a mapping",
    ),
    "a day that is not in the calendar": (
        edited(("2007-06-01", "2007-02-30")),
        11,
        "values.2007-02-30",
        "is not a day of the calendar",
    ),
    "a day in figures": (edited(("2007-06-01", "20070601")), 11, "values.20070601", "is not a day"),
    "an impossible promulgation": (
        edited(("2007-04-09", "2007-13-01")),
        17,
        f"{DAY}.citation.promulgated",
        "is not a day of the calendar",
    ),
    "an unknown tier": (edited(("tier: county", "tier: countty")), 7, "to.tier", 'did you mean "county"?'),
    "an unknown tier in a list": (edited(("[unit]", "[unt]")), 6, "who.tiers.0", 'did you mean "unit"?'),
    "an unknown rank": (edited(("rank: administrative-regulation", "rank: decree")), 5, "rank", "law, "),
    "neither true nor false": (
        edited(("confirmed: true", "confirmed: maybe")),
        19,
        f"{DAY}.confirmed",
        "true nor false",
    ),
    "an unknown family": (edited(("[environment]", "[enviroment]")), 9, "kinds_except.0", '"environment"?'),
    "an unknown measure": (
        edited(("row:", "at_least: {dead: 10}\nrow:")),
        4,
        "at_least.dead",
        'did you mean "deaths"?',
    ),
    "a figure in words": (
        edited(("row:", "at_least: {loss_yuan: ten}\nrow:")),
        4,
        "at_least.loss_yuan",
        "digits only",
    ),
    "a whole city's code": (edited(("row:", 'where: ["330100"]\nrow:')), 4, "where.0", "write 3301"),
    "half a division code": (edited(("row:", 'where: ["33012"]\nrow:')), 4, "where.0", "2, 4 or 6 digits"),
    "its own id": (edited(("row:", "id: mine\nrow:")), 4, "id", "remove id"),
    "its own since": (
        edited(("    clock:", "    since: 2007-06-01\n    clock:")),
        10,
        "values",
        "remove since",
    ),
    "no values": (RULE[: RULE.index("values:")] + "values: {}\n", 10, "values", "is empty"),
    "values in disorder": (
        RULE + RULE[RULE.index("  2007-06-01") :].replace("2007-06-01", "2006-01-01"),
        10,
        "values",
        "oldest first",
    ),
    "an indentation with tabs": (edited(("    clock", "\tclock")), 13, "", "indent with spaces"),
    "a colon inside plain text": (edited(("en: The", "en: Note: the")), 3, "", "colons and quotes"),
    "an empty file": ("", 1, "", "is empty"),
    "only a comment": ("# nothing yet\n", 1, "", "is empty"),
    "a list": ("- one\n", 1, "", "must be a mapping"),
    "a word": ("---\nword\n", 2, "", "must be a mapping"),
    "a second document": (RULE + "---\na: b\n", 22, "", "one document a file"),
    "an anchor": (edited(("row: ", "row: &row ")), 4, "row", "is an anchor"),
    "an alias": (edited(('"1.2.2"', "*row")), 4, "row", "is an alias"),
    "a merge": (edited(("row:", "<<: {a: b}\nrow:")), 4, "", "write its keys out"),
    "a tag": (edited(("row: ", "row: !!int ")), 4, "row", "is a tag"),
    "text instead of a mapping": (
        edited(("{within: PT1H}", "PT1H")),
        12,
        f"{DAY}.limit",
        "must be a mapping",
    ),
    "text instead of a list": (edited(("[unit]", "unit")), 6, "who.tiers", "must be a list"),
}


@pytest.mark.parametrize(("content", "line", "key", "words"), BAD.values(), ids=BAD.keys())
def test_a_bad_file_is_refused_by_file_line_and_key(
    tmp_path: Path, content: str, line: int, key: str, words: str
) -> None:
    write(tmp_path, FILE, content)
    with pytest.raises(BrokenDataError) as refused:
        load(tmp_path)
    said = str(refused.value)
    named = [each for each in said.splitlines() if each.startswith(f"{FILE}:{line}: {key}")]
    assert len(named) == 1, said
    assert words in named[0]
    errors = [(each.line, each.key) for each in lint(tmp_path) if each.severity is Severity.ERROR]
    assert (line, key) in errors


def test_a_file_that_is_not_utf_8_is_refused_at_its_first_bad_line(tmp_path: Path) -> None:
    write(tmp_path, FILE, RULE.encode("gb18030"))
    with pytest.raises(BrokenDataError, match=rf"{FILE}:2: byte 13 is not UTF-8; save the file as UTF-8"):
        load(tmp_path)


def test_every_bad_file_is_named_at_once(tmp_path: Path) -> None:
    write(tmp_path, FILE, edited(("PT1H", "1h30"), ("tier: county", "tier: countty")))
    write(tmp_path, "cn/national/other.yaml", "")
    with pytest.raises(BrokenDataError) as refused:
        load(tmp_path)
    assert [line.split(": ")[0] for line in str(refused.value).splitlines()] == [
        "cn/national/other.yaml:1",
        f"{FILE}:7",
        f"{FILE}:12",
    ]


def test_a_file_with_another_ending_is_not_passed_over_in_silence(tmp_path: Path) -> None:
    write(tmp_path, FILE, RULE)
    write(tmp_path, "cn/national/other.yml", RULE)
    with pytest.raises(BrokenDataError, match=r"other\.yml:1: does not end in \.yaml; rename it"):
        load(tmp_path)


def test_a_local_rule_says_where_it_judges_and_stays_in_its_folder(tmp_path: Path) -> None:
    name = "cn/local/330127-chunan/unit-to-county.yaml"
    write(tmp_path, name, RULE)
    with pytest.raises(
        BrokenDataError, match=rf"{name}:1: where: is missing in a local rule; add where: \[330127\]"
    ):
        load(tmp_path)
    write(tmp_path, name, edited(("row:", 'where: ["330128"]\nrow:')))
    with pytest.raises(BrokenDataError, match=rf"{name}:4: where: lies outside 330127"):
        load(tmp_path)


def test_a_folder_that_is_missing_or_empty_is_wrong_use_and_says_so(tmp_path: Path) -> None:
    with pytest.raises(BrokenDataError, match="there is no such folder"):
        load(tmp_path / "nowhere")
    with pytest.raises(BrokenDataError, match="holds no rule"):
        load(tmp_path)
    assert [each.severity for each in lint(tmp_path)] == [Severity.ERROR]
