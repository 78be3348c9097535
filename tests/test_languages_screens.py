"""Every story of the command line once more in Chinese: what an officer then sees, and what must not depend on it.

Held for whole classes of faults, over every screen there is: the same exit code and the same JSON and CSV as in
English; no page wider than a terminal, no line that begins with a comma or ends with an opening bracket, no English
sentence, no half-width punctuation behind a Chinese word.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from tests.cli.test_cases import CASES, read

from emergency_cli.main import app
from emergency_cli.paragraph import cells

pytest_plugins = ["tests.cli.conftest"]

COLUMNS = 80
FOR_PROGRAMS = {"json", "csv"}
NO_PAGES = {"markdown", "completion", "document", "lint", "new"}
"""Commands that print scripts, papers (tested by themselves), and messages that begin with a path, one a line."""
TYPED = re.compile(r"\s*export ")
"""A line to be copied into a shell: broken, it would not be one."""

NAMED = re.compile(
    r"`[^`]*`|“[^”]*”|'[^']*'|\"[^\"]*\"|<[^>]*>|\{[^}]*\}"
    r"|emergency [a-z][^。；，（）]*|(?:export|unset|eval) .*|（英文：[^）]*"
    r"|[\w.-]+(?:/[\w.:-]+)+|--[a-z-]+(?: [A-Z]+)?"
)
"""Commands, paths, options and what is quoted: the same in every language."""
ENGLISH = re.compile(r"(?:\b[A-Za-z']{2,}\b[ ,]+){3,}[A-Za-z']{2,}")
HALF_WIDTH = re.compile(
    r"[\u4e00-\u9fff）”][,;:!?](?: |$)|[\u4e00-\u9fff）”]\.(?: |$)|。 (?=[\u4e00-\u9fff])|？。"
)
BEGUN = re.compile(r"\s*[，。；：、！？）》】〕」』”]")
LEFT_OPEN = re.compile(r"[（《【〔「『“]$")
QUOTES_ENGLISH = re.compile(r"\s*(来源（英文）|说明（英文）)：")
"""Where a rule's own note begins, which its writer wrote in English; it goes on until the line that is Chinese."""


def faults(page: str) -> Iterator[str]:
    """What is wrong with a page in Chinese."""
    quoting = False
    for line in page.splitlines():
        quoting = bool(QUOTES_ENGLISH.match(line)) or (
            quoting and not re.search(r"[\u4e00-\u9fff]", line[:12])
        )
        if quoting:
            continue
        bare = NAMED.sub("#", line)
        if cells(line) > COLUMNS and " " in line.strip() and not TYPED.match(line):
            yield f"{cells(line)} cells: {line}"
        if BEGUN.match(line):
            yield f"begins with its punctuation: {line}"
        if LEFT_OPEN.search(line):
            yield f"ends with an opening bracket: {line}"
        if ENGLISH.search(bare):
            yield f"English: {line}"
        if HALF_WIDTH.search(bare):
            yield f"half-width punctuation: {line}"


READING = {
    *(("next",), ("guide",), ("show",), ("list",), ("replay",), ("why",), ("audit",), ("rules",), ("db",)),
    *(
        ("projections", "status"),
        ("offices", "list"),
        ("offices", "show"),
        ("people", "list"),
        ("people", "show"),
    ),
    *(("instruction", "list"), ("draft", "list"), ("draft", "show"), ("review", "list"), ("review", "show")),
    *(("shift", "list"), ("shift", "show"), ("unsent", "list")),
}
"""Commands that change nothing: asked again, they answer the same."""

TOLD_BY_THE_HOUR = re.compile(r"-?P[0-9DTHMS.]+|\d{4}-\d\d-\d\dT[\d:.]+(?:\+[\d:]+|Z)?")


def answer(command: list[str]) -> tuple[int, str]:
    """What a program is told, but for what the clock has moved meanwhile."""
    ran = CliRunner().invoke(app, command, prog_name="emergency", catch_exceptions=False)
    return ran.exit_code, TOLD_BY_THE_HOUR.sub("T", ran.stdout)


QUICK = ("duty-officer", "instructions", "marked", "people", "shift", "undo", "unsent")


@pytest.mark.parametrize(
    "case",
    [pytest.param(one, id=one.stem, marks=() if one.stem in QUICK else pytest.mark.long) for one in CASES],
)
def test_a_story_is_told_in_chinese_and_programs_are_told_the_same(
    case: Path, env: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EMERGENCY_LANG", env["EMERGENCY_LANG"].replace("en", "zh"))
    found = []
    for move in read(case.read_text(encoding="utf-8"), tmp_path):
        command = move.command
        ran = CliRunner().invoke(app, command, prog_name="emergency", catch_exceptions=False)
        place = f"line {move.line}: {' '.join(command)}"
        assert ran.exit_code == move.code, f"{place}\n{ran.output}"
        if "--lang" in command:
            continue
        # A message may be longer than a line: it is copied and searched for, so it is not broken.
        pages = [line for line in ran.stderr.splitlines() if cells(line) <= COLUMNS]
        page = not FOR_PROGRAMS & set(command) and not NO_PAGES & set(command)
        # Nor an hour by a clock that hangs on no wall there.
        found += [f"{place}: {line}" for line in ran.stderr.splitlines() if "+00:00" in line]
        found += [
            f"{place}: {fault}"
            for fault in faults("\n".join([*(ran.stdout.splitlines() if page else ()), *pages]))
        ]
        if FOR_PROGRAMS & set(command) and READING & {tuple(command[:1]), tuple(command[:2])}:
            in_chinese = answer(command)
            monkeypatch.setenv("EMERGENCY_LANG", "en")
            assert answer(command) == in_chinese, place
            monkeypatch.setenv("EMERGENCY_LANG", "zh")
    assert found == [], "\n".join(found)
