"""What the look-over warns of, where, and how a warning is accepted."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from emergency.rulebook import load
from emergency.rulebook.lint import Problem, Severity, lint
from emergency.rulebook.loader import read_part

from .bench import EXAMPLES, NAME, RULE, edited, write

FILE = f"{NAME}.yaml"
DAY = "values.2007-06-01"
SOUND = RULE + EXAMPLES
LOCAL = "cn/local/33-zhejiang/unit-to-county"


def _codes(folder: Path) -> list[str]:
    return [str(problem.code or problem) for problem in lint(folder)]


def test_a_sound_folder_has_no_problem(tmp_path: Path) -> None:
    write(tmp_path, FILE, SOUND)
    assert lint(tmp_path) == []


def test_a_text_promulgated_after_it_took_effect(tmp_path: Path) -> None:
    write(tmp_path, FILE, SOUND.replace("2007-04-09", "2008-04-09"))
    load(tmp_path)
    (problem,) = lint(tmp_path)
    assert problem.severity is Severity.WARNING
    assert str(problem) == (
        f"{FILE}:17: warning: {DAY}.citation.promulgated: "
        "is 2008-04-09, after the day of effect; check both days [promulgated-after-effect]"
    )


def test_a_confirmed_value_that_nobody_says_when_they_read(tmp_path: Path) -> None:
    write(tmp_path, FILE, SOUND.replace("    checked_on: 2026-11-21\n", ""))
    (problem,) = lint(tmp_path)
    assert (problem.severity, problem.line, problem.code) == (Severity.WARNING, 19, "never-checked")


# -- examples -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("gone", "code"),
    [
        ('  - {starts: "2007-06-01T10:00", sent: "2007-06-01T11:00", then: met}\n', "no-example-at-limit"),
        ('  - {starts: "2007-06-01T10:00", sent: "2007-06-01T11:01", then: late}\n', "no-example-past-limit"),
        ('  - {starts: "2007-05-31T10:00", sent: "2007-05-31T20:00", then: none}\n', "no-example-before-day"),
    ],
)
def test_a_side_that_no_example_shows(tmp_path: Path, gone: str, code: str) -> None:
    assert gone in SOUND
    write(tmp_path, FILE, SOUND.replace(gone, ""))
    (problem,) = lint(tmp_path)
    assert (problem.line, problem.key, problem.code) == (12, f"{DAY}.limit", code)


def test_what_is_missing_is_written_out_to_be_copied(tmp_path: Path) -> None:
    write(tmp_path, FILE, RULE)
    said = {problem.code: problem.message for problem in lint(tmp_path)}
    assert set(said) == {
        "no-example-at-limit",
        "no-example-past-limit",
        "no-example-before-day",
        "no-example-on-day",
    }
    assert '{starts: "2007-06-01T10:00", sent: "2007-06-01T11:00", then: met}' in said["no-example-at-limit"]
    assert (
        '{starts: "2007-06-01T10:00", sent: "2007-06-01T11:01", then: late}' in said["no-example-past-limit"]
    )


def test_an_example_near_the_limit_is_not_at_it(tmp_path: Path) -> None:
    far = SOUND.replace("T11:00", "T10:59").replace("T11:01", "T11:02")
    write(tmp_path, FILE, far)
    assert sorted(_codes(tmp_path)) == ["no-example-at-limit", "no-example-past-limit"]


def _limited(limit: str, *examples: str) -> str:
    return edited(("{within: PT1H}", limit)) + "examples:\n" + "".join(f"  - {{{e}}}\n" for e in examples)


BEFORE = 'starts: "2007-05-31T10:00", then: none'


@pytest.mark.parametrize(
    ("limit", "met", "late"),
    [
        (
            "{within: P14D}",
            ('"2007-06-15T23:59"', '"2007-06-14T10:00"'),
            ('"2007-06-16T00:00"', '"2007-06-17T00:00"'),
        ),
        ("{same_day: true}", ('"2007-06-01T23:00"', None), ('"2007-06-02T00:00"', '"2007-06-03T00:00"')),
        (
            '{within: P3D, by: "09:00"}',
            ('"2007-06-04T09:00"', '"2007-06-03T09:00"'),
            ('"2007-06-04T09:01"', '"2007-06-06T09:00"'),
        ),
    ],
)
def test_the_ends_of_days_are_their_last_day_and_the_next(
    tmp_path: Path, limit: str, met: tuple[str, str | None], late: tuple[str, str]
) -> None:
    def told(at: str, then: str) -> str:
        return f'starts: "2007-06-01T10:00", sent: {at}, then: {then}'

    write(tmp_path, FILE, _limited(limit, told(met[0], "met"), told(late[0], "late"), BEFORE))
    assert _codes(tmp_path) == []
    write(tmp_path, FILE, _limited(limit, told(met[0], "met"), told(late[1], "late"), BEFORE))
    assert _codes(tmp_path) == ["no-example-past-limit"]
    if met[1] is not None:
        write(tmp_path, FILE, _limited(limit, told(met[1], "met"), told(late[0], "late"), BEFORE))
        assert _codes(tmp_path) == ["no-example-at-limit"]


def test_a_duty_at_once_needs_one_that_is_met(tmp_path: Path) -> None:
    met = 'starts: "2007-06-01T10:00", sent: "2007-06-02T10:00", then: met'
    write(tmp_path, FILE, _limited("{no_hours: 立即}", met, BEFORE))
    assert _codes(tmp_path) == []
    write(tmp_path, FILE, _limited("{no_hours: 立即}", BEFORE, 'starts: "2007-06-01T10:00", then: none'))
    assert _codes(tmp_path) == ["no-example-at-limit"]


def test_one_report_after_another_is_shown_by_day(tmp_path: Path) -> None:
    daily = edited(
        ("{within: PT1H}", "{times_a_day: 1}"),
        ("clock: received", "clock: last-report"),
        ("row:", "stage: follow-up\nrow:"),
    )
    shown = (
        'starts: "2007-06-01T10:00", sent: "2007-06-02T10:00", then: {2007-06-02: met, 2007-06-03: overdue}'
    )
    write(tmp_path, FILE, f"{daily}examples:\n  - {{{shown}}}\n  - {{{BEFORE}}}\n")
    assert _codes(tmp_path) == []
    write(tmp_path, FILE, f"{daily}examples:\n  - {{{shown.replace('overdue', 'met')}}}\n  - {{{BEFORE}}}\n")
    assert _codes(tmp_path) == ["no-example-past-limit"]


SECOND = RULE[RULE.index("  2007-06-01:") :].replace("2007-06-01", "2020-01-01")


def test_a_day_that_changes_only_the_citation_needs_no_example(tmp_path: Path) -> None:
    write(tmp_path, FILE, RULE + SECOND.replace("第九条", "第十条") + EXAMPLES)
    assert _codes(tmp_path) == []


def test_a_day_that_changes_the_limit_needs_examples_on_both_sides(tmp_path: Path) -> None:
    write(tmp_path, FILE, RULE + SECOND.replace("PT1H", "PT2H") + EXAMPLES)
    problems = lint(tmp_path)
    assert {(p.key, p.code) for p in problems} == {
        ("values.2020-01-01.limit", f"no-example-{side}")
        for side in ("at-limit", "past-limit", "before-day", "on-day")
    }


def test_a_repeal_needs_examples_on_both_sides(tmp_path: Path) -> None:
    repeal = SECOND.replace("{within: PT1H}", "null").replace("    clock: received\n", "")
    write(tmp_path, FILE, RULE + repeal + EXAMPLES)
    assert sorted(_codes(tmp_path)) == ["no-example-before-day", "no-example-on-day"]
    after = '  - {starts: "2020-01-01T10:00", then: none}\n  - {starts: "2019-12-31T10:00", then: overdue}\n'
    write(tmp_path, FILE, RULE + repeal + EXAMPLES + after)
    assert _codes(tmp_path) == []


@pytest.mark.parametrize(
    "change",
    [
        ("row:", "modality: may\nrow:"),
        ("{tier: county, line: department, or_above: true}", "{named: {zh: 公安机关, en: the police}}"),
    ],
)
def test_what_is_never_judged_needs_no_example(tmp_path: Path, change: tuple[str, str]) -> None:
    write(tmp_path, FILE, edited(change))
    assert _codes(tmp_path) == []


# -- pairs ----------------------------------------------------------------------------------------------------


def _pair(folder: Path, first: tuple[tuple[str, str], ...], second: tuple[tuple[str, str], ...]) -> list[str]:
    """The codes about two rules, the examples left aside."""
    for name, changes in (("a", first), ("b", second)):
        write(folder, f"cn/national/x/{name}.yaml", edited(*changes))
    return [code for code in _codes(folder) if not code.startswith("no-example")]


TWO_HOURS = ("PT1H", "PT2H")


def test_two_rules_that_say_otherwise_are_named_once(tmp_path: Path) -> None:
    assert _pair(tmp_path, (), (TWO_HOURS,)) == ["overlap"]
    (problem,) = [p for p in lint(tmp_path) if p.code == "overlap"]
    assert str(problem).startswith("cn/national/x/a.yaml:12: warning: values.2007-06-01.limit: ")
    assert "cn/national/x/b" in problem.message


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ((), ()),
        ((), (TWO_HOURS, ("rank: administrative-regulation", "rank: plan"))),
        ((), (TWO_HOURS, ("tiers: [unit]", "tiers: [county]"))),
        ((), (TWO_HOURS, ("lines: [enterprise]", "lines: [department]"))),
        ((), (TWO_HOURS, ("tier: county", "tier: city"))),
        ((), (TWO_HOURS, ("row:", "stage: final\nrow:"))),
        ((), (TWO_HOURS, ("row:", "channel: written\nrow:"))),
        ((), (TWO_HOURS, ("clock: received", "clock: occurred"))),
        ((), (TWO_HOURS, ("[accident]", "[public-health]"))),
        ((), (TWO_HOURS, ("row:", "modality: may\nrow:"))),
        ((), (("{within: PT1H}", "{no_hours: 立即}"),)),
        ((("row:", "levels: [I, II]\nrow:"),), (TWO_HOURS, ("row:", "levels: [III, IV]\nrow:"))),
        ((("row:", "levels: [I, II]\nrow:"),), (TWO_HOURS, ("row:", "level_unclear: true\nrow:"))),
        ((("row:", 'where: ["33"]\nrow:'),), (TWO_HOURS, ("row:", 'where: ["3201"]\nrow:'))),
        ((("kinds_except", "kinds"),), (TWO_HOURS,)),
        (
            (("kinds_except: [environment]", 'kinds: ["*-mine"]'),),
            (TWO_HOURS, ("[environment]", '["*-mine"]')),
        ),
        # A special rule that is stricter is how law is made.
        ((("row:", "at_least: {deaths: 3}\nrow:"),), (TWO_HOURS,)),
        ((("row:", "levels: [I]\nrow:"),), (TWO_HOURS,)),
        ((("row:", 'where: ["3301"]\nrow:'),), (TWO_HOURS, ("row:", 'where: ["33"]\nrow:'))),
        ((("row:", "at_least: {deaths: 9}\nrow:"),), (TWO_HOURS, ("row:", "at_least: {deaths: 3}\nrow:"))),
    ],
)
def test_rules_that_do_not_meet_or_fit_together(
    tmp_path: Path, first: tuple[tuple[str, str], ...], second: tuple[tuple[str, str], ...]
) -> None:
    assert _pair(tmp_path, first, second) == []


@pytest.mark.parametrize(
    ("first", "second"),
    [
        # The special one is the laxer: it never governs.
        ((), (TWO_HOURS, ("row:", "at_least: {deaths: 3}\nrow:"))),
        ((), (TWO_HOURS, ("row:", "levels: [I]\nrow:"))),
        # Neither is special beside the other.
        ((("row:", "levels: [I, II]\nrow:"),), (TWO_HOURS, ("row:", "levels: [II, III]\nrow:"))),
        ((("row:", "at_least: {deaths: 3}\nrow:"),), (TWO_HOURS, ("row:", "levels: [I]\nrow:"))),
        ((), (TWO_HOURS, ("tiers: [unit]", "tiers: [unit, village]"))),
        (
            (),
            (
                TWO_HOURS,
                ("{tier: county, line: department, or_above: true}", "{tier: county, line: department}"),
            ),
        ),
        ((), (("{within: PT1H}", "{within: P1D}"),)),
        ((), (("{within: PT1H}", "{working_days: 1}"),)),
    ],
)
def test_rules_that_meet_and_say_otherwise(
    tmp_path: Path, first: tuple[tuple[str, str], ...], second: tuple[tuple[str, str], ...]
) -> None:
    assert _pair(tmp_path, first, second) == ["overlap"]


def test_rules_that_are_in_force_one_after_the_other_do_not_meet(tmp_path: Path) -> None:
    repeal = SECOND.replace("{within: PT1H}", "null").replace("    clock: received\n", "")
    write(tmp_path, "cn/national/x/a.yaml", RULE + repeal)
    write(tmp_path, "cn/national/x/b.yaml", edited(TWO_HOURS, ("2007-06-01", "2020-01-01")))
    assert "overlap" not in _codes(tmp_path)
    write(tmp_path, "cn/national/x/b.yaml", edited(TWO_HOURS, ("2007-06-01", "2019-12-31")))
    assert "overlap" in _codes(tmp_path)


def _local(folder: Path, *changes: tuple[str, str]) -> list[str]:
    write(folder, FILE, RULE)
    write(folder, f"{LOCAL}.yaml", edited(("row:", 'where: ["33"]\nrow:'), *changes))
    return [code for code in _codes(folder) if not code.startswith("no-example")]


NOTICE = ("rank: administrative-regulation", "rank: notice")


def test_a_local_rule_that_gives_longer_than_the_country(tmp_path: Path) -> None:
    assert _local(tmp_path, NOTICE, TWO_HOURS) == ["laxer-than-national"]
    (problem,) = [p for p in lint(tmp_path) if p.code == "laxer-than-national"]
    assert problem.file == f"{LOCAL}.yaml"
    assert NAME in problem.message


def test_a_local_rule_that_starts_from_learning_is_compared_with_receiving(tmp_path: Path) -> None:
    assert _local(tmp_path, NOTICE, TWO_HOURS, ("clock: received", "clock: learned")) == [
        "laxer-than-national"
    ]


@pytest.mark.parametrize(
    "changes",
    [
        (("PT1H", "PT30M"),),
        (TWO_HOURS, ("clock: received", "clock: occurred")),
        (TWO_HOURS, ("tier: county", "tier: city")),
        (("{within: PT1H}", "{no_hours: 立即}"),),
    ],
)
def test_a_local_rule_that_is_not_laxer(tmp_path: Path, changes: tuple[tuple[str, str], ...]) -> None:
    assert _local(tmp_path, NOTICE, *changes) == []


def test_a_national_rule_for_the_gravest_alone_makes_no_general_local_rule_lax(tmp_path: Path) -> None:
    write(tmp_path, FILE, edited(("row:", "levels: [I]\nrow:")))
    write(tmp_path, f"{LOCAL}.yaml", edited(("row:", 'where: ["33"]\nrow:'), NOTICE, TWO_HOURS))
    assert "laxer-than-national" not in _codes(tmp_path)


# -- accepting ------------------------------------------------------------------------------------------------


def test_a_warning_is_accepted_in_the_rule_with_the_reason(tmp_path: Path) -> None:
    accepts = ("row:", "accepts: {overlap: both stand in the text}\nrow:")
    assert _pair(tmp_path, (accepts,), (TWO_HOURS,)) == []
    assert _pair(tmp_path, (), (TWO_HOURS, accepts)) == []
    assert (
        _local(tmp_path / "other", NOTICE, TWO_HOURS, ("row:", "accepts: {laxer-than-national: x}\nrow:"))
        == []
    )


@pytest.mark.parametrize(
    ("code", "words"),
    [("overlap", "not there; remove it"), ("overlapp", 'did you mean "overlap"?'), ("zzz", "the codes are ")],
)
def test_what_is_accepted_without_being_there_is_a_warning(tmp_path: Path, code: str, words: str) -> None:
    write(tmp_path, FILE, SOUND.replace("row:", f"accepts: {{{code}: so}}\nrow:"))
    (problem,) = lint(tmp_path)
    assert (problem.line, problem.key, problem.code) == (4, f"accepts.{code}", "accepts-nothing")
    assert words in problem.message


def test_a_warning_needs_a_reason_to_be_accepted(tmp_path: Path) -> None:
    write(tmp_path, FILE, SOUND.replace("row:", 'accepts: {overlap: " "}\nrow:'))
    assert [str(p).split(": ")[:3] for p in lint(tmp_path)] == [[f"{FILE}:4", "error", "accepts.overlap"]]


def test_an_unread_text_that_touches_no_rule_is_named(tmp_path: Path) -> None:
    write(tmp_path, FILE, SOUND)
    write(
        tmp_path,
        "cn/unread/text.yaml",
        "title: {zh: 法, en: A law}\nrow: '1'\nsince: 2025-01-01\nrules: ['cn/national/work-safety/*', cn/other]\n"
        "citation: {law: 法, article: null, promulgated: null, source: not read}\nsays: {zh: 未读, en: not read}\n"
        "recorded_on: 2026-11-21\n",
    )
    (problem,) = lint(tmp_path)
    assert (problem.key, problem.code) == ("rules.1", "touches-no-rule")


def test_two_hundred_rules_are_looked_over_in_a_moment(tmp_path: Path) -> None:
    for number in range(200):
        write(tmp_path, f"cn/national/x/r{number}.yaml", SOUND.replace("PT1H", f"PT{number + 1}H"))
    begun = time.perf_counter()
    problems = lint(tmp_path)
    assert time.perf_counter() - begun < 10  # seconds; about two on a slow machine
    assert sum(problem.code == "overlap" for problem in problems) == 200 * 199 / 2


# -- what is looked over --------------------------------------------------------------------------------------


def test_one_file_or_folder_of_many_is_looked_over_alone(tmp_path: Path) -> None:
    write(tmp_path, "cn/national/x/a.yaml", RULE)
    write(tmp_path, "cn/national/y/b.yaml", RULE.replace("rank:", "rnk:"))
    for part, files in (
        (tmp_path, {"cn/national/x/a.yaml", "cn/national/y/b.yaml"}),
        (tmp_path / "cn", {"cn/national/x/a.yaml", "cn/national/y/b.yaml"}),
        (tmp_path / "cn/national/x", {"cn/national/x/a.yaml"}),
        (tmp_path / "cn/national/y/b.yaml", {"cn/national/y/b.yaml"}),
    ):
        assert {problem.file for problem in lint(part)} == files
        assert {rule.id for rule in read_part(part).rules} == {
            file.removesuffix(".yaml") for file in files if file.endswith("a.yaml")
        }


def test_a_pack_leans_on_the_rules_that_come_with_the_package(tmp_path: Path) -> None:
    pack = tmp_path / "cn/local/330127-chunan/new.yaml"
    pack.parent.mkdir(parents=True)
    rule = edited(
        ("row:", 'where: ["330127"]\nrow:'), ("[environment]", "[nuclear]"), NOTICE, ("PT1H", "PT3H")
    )
    pack.write_text(rule + EXAMPLES, encoding="utf-8")
    for path in (tmp_path, tmp_path / "cn/local", pack):
        assert {problem.file for problem in lint(path)} == {"cn/local/330127-chunan/new.yaml"}
        assert "laxer-than-national" in _codes(path)
        assert [rule.id for rule in read_part(path).rules] == ["cn/local/330127-chunan/new"]


def test_a_file_that_stands_outside_every_country_is_refused(tmp_path: Path) -> None:
    write(tmp_path, "rule.yaml", RULE)
    (problem,) = lint(tmp_path)
    assert str(problem) == (
        "rule.yaml:1: error: stands outside every country; move it, like cn/national/<field>/rule.yaml"
    )


# -- what lies beside the rules -------------------------------------------------------------------------------

CITED = """\
    citation: {law: 办法, article: null, promulgated: 2020-01-01, source: a test}
    confirmed: true
    recorded_on: 2026-11-22
    checked_on: 2026-11-22
"""
HEAD = "title: {zh: 甲, en: A}\nrow: '0'\nrank: notice\n"
BESIDE = {
    "cn/levels/a.yaml": (
        "title: {zh: 甲, en: A}\nvalues:\n  2020-01-01:\n    thresholds: {deaths: {I: 30}}\n",
        ("I: 30", "I: many", 4, "values.2020-01-01.thresholds.deaths.I"),
    ),
    "cn/provisions/a.yaml": (
        f"{HEAD}sort: definition\nvalues:\n  2020-01-01:\n    says: {{zh: 乙, en: B}}\n",
        ("definition", "definiton", 4, "sort"),
    ),
    "cn/elements/a.yaml": (
        f"{HEAD}values:\n  2020-01-01:\n    required: [time]\n",
        ("[time]", "[tme]", 6, "values.2020-01-01.required.0"),
    ),
    "cn/norms/a.yaml": (
        f"{HEAD}check: several-sides\nvalues:\n  2020-01-01:\n    asks: {{sides: 2}}\n",
        ("sides: 2", "sides: 0", 7, "values.2020-01-01.asks.sides"),
    ),
    "cn/review/a.yaml": (
        (
            f"{HEAD}proceedings: [penalty]\nstep: appeal\nvalues:\n  2020-01-01:\n    limit: {{within: P1M}}\n"
            "    clock: delivered\n"
        ),
        ("delivered", "sent", 9, "values.2020-01-01.clock"),
    ),
    "cn/schemes/a.yaml": (
        (
            f"{HEAD}values:\n  2020-01-01:\n    lines:\n      - name: late\n        title: {{zh: 迟报, en: late}}\n"
            "        counts: {findings: [late]}\n        points: -1\n"
        ),
        ("points: -1", "points: one", 10, "values.2020-01-01.lines.0.points"),
    ),
}
WORDS = "words: {time: {zh: 时间, en: time}}\n"


def _beside(folder: Path, name: str, text: str) -> list[Problem]:
    write(folder, FILE, SOUND)
    write(folder, "cn/elements.yaml", WORDS)
    write(folder, name, text)
    return lint(folder)


@pytest.mark.parametrize("name", BESIDE)
def test_a_mistake_in_any_folder_is_named_with_file_line_and_key(tmp_path: Path, name: str) -> None:
    sound, (old, new, line, key) = BESIDE[name]
    assert _beside(tmp_path / "sound", name, sound + CITED) == []
    (problem,) = _beside(tmp_path / "broken", name, (sound + CITED).replace(old, new))
    assert (problem.severity, problem.file, problem.line, problem.key) == (Severity.ERROR, name, line, key)
    assert len(problem.message) > 10
    (problem,) = _beside(tmp_path / "unsure", name, sound + CITED.replace("true", "maybe"))
    assert (problem.key, problem.line) == ("values.2020-01-01.confirmed", len(sound.splitlines()) + 2)


@pytest.mark.parametrize("name", BESIDE)
def test_the_days_of_a_text_are_looked_at_in_any_folder(tmp_path: Path, name: str) -> None:
    later = CITED.replace("promulgated: 2020-01-01", "promulgated: 2020-01-02").replace(
        "    checked_on: 2026-11-22\n", ""
    )
    problems = _beside(tmp_path, name, BESIDE[name][0] + later)
    assert {(problem.file, problem.code) for problem in problems} == {
        (name, "promulgated-after-effect"),
        (name, "never-checked"),
    }


@pytest.mark.parametrize(
    ("second", "codes"), [("79", []), ("80", ["grades-out-of-order"]), ("90", ["grades-out-of-order"])]
)
def test_a_grade_that_is_never_reached_is_named(tmp_path: Path, second: str, codes: list[str]) -> None:
    grades = (
        "    grades:\n      - {title: {zh: 优, en: good}, at_least: 80}\n"
        f"      - {{title: {{zh: 良, en: fair}}, at_least: {second}}}\n      - {{title: {{zh: 差, en: poor}}}}\n"
    )
    problems = _beside(tmp_path, "cn/schemes/a.yaml", BESIDE["cn/schemes/a.yaml"][0] + grades + CITED)
    assert [problem.code for problem in problems] == codes
    assert all(problem.line == 13 for problem in problems)
