"""The page about the rules says what is so."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from pathlib import Path

from emergency.rulebook import LevelTable, Rule, Rulebook, Value, load

from .bench import NAME, write

PAGE = Path(__file__).parents[2] / "docs/rules/README.md"


def test_the_example_is_the_rule_that_it_shows(rulebook: Rulebook, tmp_path: Path) -> None:
    (example,) = re.findall(r"```yaml\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    write(tmp_path, "cn/kinds.yaml", "families: {environment: [a], nuclear: [b], defence: [c]}\n")
    write(tmp_path, f"{NAME}.yaml", example)
    shown, real = load(tmp_path).rule(NAME), rulebook.rule(NAME)
    assert (shown.who, shown.to, shown.kinds_except) == (real.who, real.to, real.kinds_except)
    (value,), (packaged,) = shown.values.values(), real.values.values()
    assert isinstance(value, Value)
    assert isinstance(packaged, Value)
    assert (value.since, value.limit, value.clock) == (packaged.since, packaged.limit, packaged.clock)


def test_every_unconfirmed_value_stands_on_the_page(rulebook: Rulebook) -> None:
    text = PAGE.read_text(encoding="utf-8")
    section = text.split("## What nobody has confirmed")[1].split("\n## ")[0]
    named = re.findall(r"`(cn/[^`]+)`", section)
    scopes: list[Rule | LevelTable] = [*rulebook.rules, *rulebook.tables]
    unconfirmed = {scope.id for scope in scopes for value in scope.values.values() if not value.confirmed}
    on_the_page = {scope.id for scope in scopes if any(fnmatchcase(scope.id, name) for name in named)}
    assert on_the_page == unconfirmed
