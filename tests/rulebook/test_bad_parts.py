"""What the wider language refuses, and what it says then: never in pydantic's words."""

from __future__ import annotations

from pathlib import Path

import pytest

from emergency.errors import BrokenDataError
from emergency.rulebook import load

from .bench import NAME, RULE, edited, write

LIMIT = "{within: PT1H}"
TO = "{tier: county, line: department, or_above: true}"
HERE = "values.2007-06-01.limit"

LIMITS = {
    "two forms": ("{within: PT1H, working_days: 2}", "", "has within and working_days; write exactly one of"),
    "no form": ("{by: '09:00'}", "", "says nothing; write exactly one of"),
    "an hour for hours": ("{within: PT1H, by: '09:00'}", "", "by belongs to a limit in days"),
    "days in words": ("{working_days: two}", ".working_days", "digits only, like 30"),
    "no day at all": ("{working_days: 0}", ".working_days", '"0" is too small; write 1 or more'),
    "yes": ("{same_day: yes}", ".same_day", "neither true nor false"),
    "no time a day": ("{times_a_day: 0}", ".times_a_day", "write 1 or more"),
    "an hour in one digit": ("{daily_by: 9}", ".daily_by", "write it like 09:00"),
    "an hour past the day": ("{daily_by: '25:00'}", ".daily_by", "is not an hour of the day"),
    "how often in words": ("{every: daily}", ".every", "write hours like PT2H"),
    "another office in a word": ("{before: city}", ".before", "must be a mapping"),
    "another office of no tier": (
        "{before: {tier: citty, line: party}}",
        ".before.tier",
        'did you mean "city"?',
    ),
    "another office of no line": ("{before: {tier: city}}", ".before.line", "is missing; add it"),
    "at once in English": ("{no_hours: at once}", ".no_hours", "write one like 立即"),
    "an outer end without a clock": ("{within: P1D, at_most: PT2H}", ".at_most", "must be a mapping"),
    "an outer end of no clock": (
        "{within: P1D, at_most: {within: PT2H, clock: occured}}",
        ".at_most.clock",
        'did you mean "occurred"?',
    ),
    "an outer end of nothing": (
        "{no_hours: 立即, at_most: {within: PT2H, clock: occurred}}",
        "",
        "belong to a limit with a length",
    ),
    "a shift to nowhere": ("{within: P1D, shift: next}", ".shift", "is not one of next-working-day"),
    "a unit of its own": ("{days: 3}", ".days", "is not a known key; known here: within, working_days"),
    "a list": ("[PT2H]", "", "must be a mapping"),
    "a length in parts": ("{within: {hours: 2}}", ".within", "write hours like PT2H"),
}


def _refused(folder: Path) -> str:
    with pytest.raises(BrokenDataError) as refused:
        load(folder)
    said = str(refused.value)
    for words in ("input should", "Input", "pydantic", "value_error", "validation", "match pattern"):
        assert words not in said
    return said


@pytest.mark.parametrize(("limit", "key", "words"), LIMITS.values(), ids=LIMITS.keys())
def test_a_limit(tmp_path: Path, limit: str, key: str, words: str) -> None:
    write(tmp_path, f"{NAME}.yaml", edited((LIMIT, limit)))
    said = _refused(tmp_path)
    assert said.startswith(f"{NAME}.yaml:12: {HERE}{key}: ")
    assert words in said


def test_one_report_after_another_needs_its_clock_and_its_stage(tmp_path: Path) -> None:
    write(tmp_path, f"{NAME}.yaml", edited((LIMIT, "{every: PT4H}")))
    assert "values.2007-06-01: one report after another is counted from the last one" in _refused(tmp_path)
    write(
        tmp_path, f"{NAME}.yaml", edited((LIMIT, "{every: PT4H}"), ("clock: received", "clock: last-report"))
    )
    assert ":10: values: ask for one report after another" in _refused(tmp_path)


KEYS = {
    "a clock": (("clock: received", "clock: recieved"), "values.2007-06-01.clock", 'mean "received"?'),
    "named in a word": ((TO, "{named: police}"), "to.named", "must be a mapping"),
    "named in one language": ((TO, "{named: {zh: 公安}}"), "to.named.en", "is missing; add it"),
    "named and a tier": (
        (TO, "{named: {zh: 公安, en: x}, tier: city}"),
        "to",
        "tier and line, or named alone",
    ),
    "a tier without a line": ((TO, "{tier: county}"), "to", "needs tier and line, or named alone"),
    "a recipient in a word": ((TO, "county"), "to", "must be a mapping"),
    "no such tier": ((TO, "{tier: nxt, line: same}"), "to.tier", 'did you mean "next"?'),
    "no such line": ((TO, "{tier: next, line: sam}"), "to.line", 'did you mean "same"?'),
    "a level in figures": (("row:", "levels: [1]\nrow:"), "levels.0", "is not one of I, II, III, IV"),
    "a level alone": (("row:", "levels: I\nrow:"), "levels", "must be a list; write [one, two]"),
    "an undeclared circumstance": (
        ("row:", "circumstances: [drinking]\nrow:"),
        "circumstances.0",
        "add it to circumstances.yaml",
    ),
    "a circumstance in words": (
        ("row:", "circumstances: [Drinking Water]\nrow:"),
        "circumstances.0",
        "lower-case letters, digits and hyphens",
    ),
    "a window in hours": (("row:", "window: PT30H\nrow:"), "window", "write days like P30D"),
    "no such modality": (("row:", "modality: can\nrow:"), "modality", "is not one of must, may"),
    "no such stage": (("row:", "stage: followup\nrow:"), "stage", 'did you mean "follow-up"?'),
    "by phone": (("row:", "channel: phone\nrow:"), "channel", "is not one of any, written"),
    "suspended by a word": (("row:", "suspended_by: province\nrow:"), "suspended_by", "must be a mapping"),
    "a figure in capitals": (
        ("row:", "at_least: {Deaths: 3}\nrow:"),
        "at_least.Deaths",
        "lower-case letters",
    ),
    "a figure of nothing": (("row:", "at_least: {deaths: 0}\nrow:"), "at_least.deaths", "write 1 or more"),
    "accepting without a reason": (("row:", "accepts: [overlap]\nrow:"), "accepts", "must be a mapping"),
    "a citation in a word": (
        (
            RULE[RULE.index("citation:") : RULE.index("    confirmed:")],
            "citation: 条例\n",
        ),
        "values.2007-06-01.citation",
        "must be a mapping",
    ),
}


@pytest.mark.parametrize(("change", "key", "words"), KEYS.values(), ids=KEYS.keys())
def test_a_key(tmp_path: Path, change: tuple[str, str], key: str, words: str) -> None:
    write(tmp_path, f"{NAME}.yaml", edited(change))
    (said,) = _refused(tmp_path).splitlines()
    assert f": {key}: " in said
    assert words in said


AT = 'starts: "2014-04-07T10:00"'
EXAMPLES = {
    "a day for a time": (
        "{starts: 2014-04-07, then: met}",
        "starts",
        "write day and hour like 2014-04-07T10:00",
    ),
    "no such month": ('{starts: "2014-13-07T10:00", then: met}', "starts", "is not in the calendar"),
    "no such outcome": (f"{{{AT}, then: ok}}", "then", "is not one of met, late"),
    "no outcome": (f"{{{AT}}}", "then", "is missing; add it"),
    "no such outcome by day": (f"{{{AT}, then: {{2014-04-08: ok}}}}", "then.2014-04-08", "is not one of met"),
    "no such day": (f"{{{AT}, then: {{tomorrow: met}}}}", "then.tomorrow", "is not a day"),
    "sent in words": (f"{{{AT}, sent: soon, then: met}}", "sent", "write day and hour"),
    "one of several in words": (f"{{{AT}, sent: [soon], then: met}}", "sent.0", "write day and hour"),
    "no such figure": (f"{{{AT}, facts: {{death: 3}}, then: met}}", "facts.death", 'did you mean "deaths"?'),
    "a figure in words": (f"{{{AT}, facts: {{deaths: three}}, then: met}}", "facts.deaths", "digits only"),
    "facts alone": (f"{{{AT}, facts: 3, then: met}}", "facts", "must be a mapping"),
    "half a division": (f"{{{AT}, division: 33, then: met}}", "division", "six digits, like 330127"),
    "no such channel": (f"{{{AT}, channel: fax, then: met}}", "channel", "is not one of phone, written"),
    "a list of outcomes": (f"{{{AT}, then: [met]}}", "then", "a list is not one of met"),
}


@pytest.mark.parametrize(("example", "key", "words"), EXAMPLES.values(), ids=EXAMPLES.keys())
def test_an_example(tmp_path: Path, example: str, key: str, words: str) -> None:
    write(tmp_path, f"{NAME}.yaml", f"{RULE}examples:\n  - {example}\n")
    (said,) = _refused(tmp_path).splitlines()
    assert said.startswith(f"{NAME}.yaml:23: examples.0.{key}: ")
    assert words in said


CITED = (
    "    citation: {law: 条例, article: null, promulgated: null, source: read}\n"
    "    confirmed: false\n    recorded_on: 2026-11-21\n"
)
HEAD = "title: {zh: 一, en: one}\nrow: '1'\n"
TABLE = f"{HEAD}values:\n  2007-06-01:\n    @\n{CITED}"
YEAR = (
    "year: 2026\nholidays: [2026-01-01]\nworkdays: [2026-01-04]\n"
    "citation: {law: 条例, article: null, promulgated: null, source: read}\nconfirmed: false\nrecorded_on: 2026-11-21\n"
)
UNREAD = (
    f"{HEAD}since: 2025-01-01\nrules: ['*']\nsays: {{zh: 一, en: one}}\nrecorded_on: 2026-11-21\n"
    "citation: {law: 法, article: null, promulgated: null, source: not read}\n"
)
OTHERS = {
    "a lighter level that asks for more": (
        "levels/x",
        TABLE.replace("@", "thresholds: {deaths: {I: 3, II: 5}}"),
        "5: values.2007-06-01.thresholds.deaths: needs at least one number, and a higher number for a graver level",
    ),
    "a threshold of no figure": (
        "levels/x",
        TABLE.replace("@", "thresholds: {dead: {I: 3}}"),
        '5: values.2007-06-01.thresholds.dead: "dead" is not declared; did you mean "deaths"?',
    ),
    "a threshold of no level": (
        "levels/x",
        TABLE.replace("@", "thresholds: {deaths: {V: 3}}"),
        "5: values.2007-06-01.thresholds.deaths.V: is not a known key; known here: I, II, III",
    ),
    "figures together that are no list": (
        "levels/x",
        TABLE.replace("@", "together: {I: {deaths: 3}}"),
        "5: values.2007-06-01.together.I: a mapping must be a list",
    ),
    "a circumstance of a level that nobody declared": (
        "levels/x",
        TABLE.replace("@", "circumstances: {I: [flood]}"),
        '5: values.2007-06-01.circumstances.I.0: "flood" is not declared; add it to circumstances.yaml',
    ),
    "a table that says nothing": (
        "levels/x",
        TABLE.replace("    @\n", ""),
        "4: values.2007-06-01: gives no number and no circumstance",
    ),
    "a holiday that cannot be": (
        "calendar/2026",
        YEAR.replace("[2026-01-01]", "[2026-02-30]"),
        '2: holidays.0: "2026-02-30" is not a day of the calendar',
    ),
    "a holiday of another year": (
        "calendar/2026",
        YEAR.replace("[2026-01-01]", "[2025-01-01]"),
        "2: holidays: 2025-01-01 is not in 2026; move it to calendar/2025.yaml",
    ),
    "a year in the wrong file": ("calendar/2025", YEAR, "1: year: is not that of its file, 2025"),
    "a year in words": ("calendar/2026", YEAR.replace("year: 2026", "year: two"), "1: year: "),
    "a list of words that is none": (
        "words",
        "words: {a: {zh: 一, en: one}}\n",
        "1: is none of kinds.yaml, ",
    ),
    "a word in one language": ("measures", "words: {a_b: {zh: 一}}\n", "1: words.a_b.en: is missing; add it"),
    "a provision of no sort": (
        "provisions/x",
        f"{HEAD}rank: law\nsort: punishment\nvalues:\n  2007-06-01:\n    says: {{zh: 一, en: one}}\n{CITED}",
        '4: sort: "punishment" is not one of definition, prohibition',
    ),
    "an element that nobody declared": (
        "elements/x",
        f"{HEAD}rank: law\nvalues:\n  2007-06-01:\n    required: [place]\n{CITED}",
        '6: values.2007-06-01.required.0: "place" is not declared; add it to elements.yaml',
    ),
    "an unread text of a day that cannot be": (
        "unread/x",
        UNREAD.replace("2025-01-01", "2025-02-30"),
        '3: since: "2025-02-30" is not a day of the calendar',
    ),
}


@pytest.mark.parametrize(("name", "content", "words"), OTHERS.values(), ids=OTHERS.keys())
def test_another_file(tmp_path: Path, name: str, content: str, words: str) -> None:
    write(tmp_path, f"{NAME}.yaml", RULE)
    write(tmp_path, f"cn/{name}.yaml", content)
    said = _refused(tmp_path).splitlines()
    assert any(line.startswith(f"cn/{name}.yaml:{words}") for line in said), said


def test_bytes_that_are_not_utf_8_are_refused_wherever_they_stand(tmp_path: Path) -> None:
    write(tmp_path, f"{NAME}.yaml", RULE)
    for name in ("levels/x", "calendar/2026", "kinds", "provisions/x", "unread/x"):
        write(tmp_path, f"cn/{name}.yaml", "title: 规则\n".encode("gb18030"))
    said = _refused(tmp_path)
    assert said.count("is not UTF-8; save the file as UTF-8") == 5
