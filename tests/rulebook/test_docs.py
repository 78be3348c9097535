"""The page about the rules says what is so."""

from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path
from typing import get_args

from emergency.assessment.examples import run_examples
from emergency.domain.vocabulary import Category, Line, SignOff, Tier
from emergency.rulebook import (
    CheckName,
    Citation,
    Clock,
    Example,
    Limit,
    Modality,
    NormRule,
    Rank,
    Recipient,
    Rule,
    Rulebook,
    Stage,
    Value,
    Who,
    load,
)
from emergency.rulebook.folders import FOLDERS, dated, folder_of
from emergency.rulebook.limits import FORMS, Outer
from emergency.rulebook.model import Outcome
from emergency.rulebook.norms import Asked, Settings
from emergency_cli.rules_pages import pages

from .bench import NAME, edited, write

LISTED = (Clock, Stage, Modality, Rank, Tier, Line, Category, CheckName, SignOff)
PAGE = Path(__file__).parents[2] / "docs/rules/README.md"


def test_the_example_is_the_rule_that_it_shows(rulebook: Rulebook, tmp_path: Path) -> None:
    example, _ = re.findall(r"```yaml\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    families = ", ".join(f"{family}: [{family}]" for family in rulebook.families)
    write(tmp_path, "cn/kinds.yaml", f"families: {{{families}}}\n")
    write(tmp_path, f"{NAME}.yaml", example)
    shown, real = load(tmp_path).rule(NAME), rulebook.rule(NAME)
    assert (shown.who, shown.to, shown.kinds_except) == (real.who, real.to, real.kinds_except)
    (value,), (packaged,) = shown.values.values(), real.values.values()
    assert isinstance(value, Value)
    assert isinstance(packaged, Value)
    assert (value.since, value.limit, value.clock) == (packaged.since, packaged.limit, packaged.clock)


def test_the_text_that_asks_for_a_check_is_the_one_that_it_shows(rulebook: Rulebook, tmp_path: Path) -> None:
    name = "cn/norms/local/3302-ningbo/sign-off"
    _, example = re.findall(r"```yaml\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    citation = "    citation: {law: x, article: null, promulgated: null, source: a test}\n"
    rest = f"{citation}    confirmed: false\n    recorded_on: 2026-11-22\n"
    written = re.sub(r"    # citation.*\n", rest, example)
    write(tmp_path, f"{NAME}.yaml", edited())
    write(tmp_path, "cn/provisions/national/prohibitions/obstructing-others.yaml", PROVISION)
    write(tmp_path, f"{name}.yaml", written)
    (shown,) = load(tmp_path).norms
    (real,) = (norm for norm in rulebook.norms if norm.id == name)
    assert (shown.check, shown.title, shown.where) == (real.check, real.title, real.where)
    assert [value.asks for value in shown.values.values()] == [value.asks for value in real.values.values()]


PROVISION = """\
title: {zh: 不得阻碍, en: No obstructing}
row: "0"
rank: law
sort: prohibition
values:
  2024-11-01:
    says: {zh: 不得阻碍, en: No obstructing}
    citation: {law: x, article: null, promulgated: null, source: a test}
    confirmed: false
    recorded_on: 2026-11-22
"""


ROW = re.compile(r"^\| `(\{.*?\})` \| .*? \| (.*?) \| (.*?) \|$", re.MULTILINE)
MOMENT = re.compile(r"(?:(?P<day>\d+) (?P<month>September|October) )?(?P<clock>\d\d:\d\d)(?(day)| that day)")


def _moment(cell: str) -> str | None:
    """``3 October 23:59`` or ``18:00 that day``, as an example writes it."""
    said = MOMENT.match(cell)
    if said is None:
        return None
    month = {"September": 9, "October": 10}[said["month"] or "September"]
    return f"2026-{month:02}-{int(said['day'] or 30):02}T{said['clock']}"


def test_the_worked_examples_of_limits_come_out_as_the_page_says(rulebook: Rulebook, tmp_path: Path) -> None:
    section = PAGE.read_text(encoding="utf-8").split("## The forms of a limit")[1].split("\n## ")[0]
    rows = ROW.findall(section)
    worked = [(limit, at) for limit, *cells in rows if None not in (at := tuple(map(_moment, cells)))]
    assert len(rows) == len(FORMS) + 2, "three forms of within"
    assert len(worked) == len(FORMS) + 2 - 2, "all but two have both times"
    for limit, (in_time, late) in worked:
        recurs = "daily" in limit or "every" in limit
        changes = [("{within: PT1H}", limit)]
        if recurs:
            changes += [("clock: received", "clock: last-report"), ("row:", "stage: follow-up\nrow:")]
        write(tmp_path, f"{NAME}.yaml", edited(*changes))
        rule = load(tmp_path).rule(NAME)
        examples = []
        for sent, then in ((in_time, "met"), (late, "late")):
            assert sent is not None
            after = {sent[:10]: then} if recurs else then
            ends = {"ends": "2026-10-03T08:00" if "daily" in limit else "2026-09-30T21:00"} if recurs else {}
            examples.append({"starts": "2026-09-30T16:00", "sent": sent, "then": after, **ends})
        shown = rule.model_copy(update={"examples": tuple(map(Example.model_validate, examples))})
        for tried in run_examples(rulebook, [shown]):
            assert tried.passed, (limit, tried.example.sent, tried.came)


def test_the_reference_pages_are_up_to_date(rulebook: Rulebook) -> None:
    """Made anew by: emergency rules reference --output docs/rules/reference."""
    folder = PAGE.parent / "reference"
    made = pages(rulebook)
    assert {path.name for path in folder.iterdir()} == set(made)
    old = [name for name, text in made.items() if (folder / name).read_text(encoding="utf-8") != text]
    assert old == []


def test_the_reference_says_all_that_the_rules_say(rulebook: Rulebook) -> None:
    whole = "\n".join(pages(rulebook).values())
    every = list(dated(rulebook))
    assert {folder_of(one.id).shelf for one in every} == {f.shelf for f in FOLDERS} - {"unread"}
    for rule in (*every, *rulebook.unread):
        assert f"### {rule.id}\n" in whole
    citations = {value.citation.law for rule in every for value in rule.values.values()}
    assert all(law in whole for law in citations)
    unsure = sum(not value.confirmed for rule in every for value in rule.values.values())
    assert whole.count("text not confirmed") >= unsure


def test_every_page_that_the_page_leads_to_is_there() -> None:
    for link in re.findall(r"\]\(([^)#:]+\.md)", PAGE.read_text(encoding="utf-8")):
        assert (PAGE.parent / link).is_file(), link


def test_the_page_names_every_key_and_every_word() -> None:
    text = PAGE.read_text(encoding="utf-8")
    models = (Rule, Value, Citation, Who, Recipient, Limit, Outer, Example, NormRule, Asked, Settings)
    keys = {name for model in models for name in model.model_fields} - {"id", "since"}
    words = {word.value for listed in LISTED for word in listed}
    lint = import_module("emergency.rulebook.lint")  # the package has a function of that name
    codes = {
        *lint.CODES,
        lint.ACCEPTS_NOTHING,
        lint.TOUCHES_NOTHING,
        lint.NOT_FOR_THIS_CHECK,
        lint.GRADES_UNORDERED,
    }
    outcomes = {outcome for outcome in get_args(Outcome) if outcome != "none"}
    missing = [
        word
        for word in {*keys, *words, *codes, *outcomes}
        if not re.search(rf"(?<![\w-]){word}(?![\w-])", text)
    ]
    assert missing == []
