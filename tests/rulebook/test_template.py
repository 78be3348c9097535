"""The template is a rule as it stands."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from emergency.assessment.examples import run_examples
from emergency.domain.vocabulary import Category, Line, Tier
from emergency.rulebook import Clock, Rank, Rule, Stage, load
from emergency.rulebook.folders import BY_NAME
from emergency.rulebook.limits import FORMS
from emergency.rulebook.lint import lint
from emergency.rulebook.loader import read_part, rulebook_of
from emergency.rulebook.model import Value
from emergency.rulebook.template import TEMPLATES, folder_at, template

from .bench import EXAMPLES, RULE, write

PLACES = ["cn/national/x/new.yaml", "cn/local/330127-chunan/new.yaml", "cn/local/33-zhejiang/fire/new.yaml"]


@pytest.mark.parametrize("place", PLACES)
def test_it_loads_passes_and_has_no_problem(tmp_path: Path, place: str) -> None:
    path = tmp_path / place
    path.parent.mkdir(parents=True)
    path.write_text(template(path), encoding="utf-8")
    assert lint(path) == []
    part = read_part(path)
    (rule,) = part.rules
    assert rule.where == (
        None if "national" in place else (path.parts[path.parts.index("local") + 1].split("-")[0],)
    )
    tried = list(run_examples(rulebook_of(part.reading), part.rules))
    assert len(tried) == 3
    assert all(one.passed for one in tried)
    assert load(tmp_path).rules[0].id == place.removesuffix(".yaml")


def test_it_names_every_key_and_every_word() -> None:
    said = template(Path("cn/national/x/new.yaml"))
    for name in {*Rule.model_fields, *Value.model_fields, *FORMS} - {
        "id",
        "since",
        "accepts",
        "window",
        "suspended_by",
        "waived_by",
    }:
        assert re.search(rf"\b{name}\b", said), name
    for words in (Tier, Line, Rank, Stage, Clock, Category):
        for word in words:
            assert word.value in said, word


def test_every_line_that_is_commented_out_would_load(tmp_path: Path) -> None:
    said = template(Path("cn/national/x/new.yaml"))
    optional = re.findall(r"^# (\w+: .*?)(?:  #.*)?$", said, re.MULTILINE)
    assert len(optional) >= 9
    for number, line in enumerate(optional):
        if line.startswith("circumstances"):
            continue  # it must be declared first
        path = tmp_path / str(number) / "cn/national/x/new.yaml"
        path.parent.mkdir(parents=True)
        path.write_text(f"{line}\n{said}", encoding="utf-8")
        load(tmp_path / str(number))


@pytest.mark.parametrize("folder", [name for name in TEMPLATES if name != "rules"])
@pytest.mark.parametrize("place", ["new.yaml", "local/330127-chunan/new.yaml"])
def test_what_lies_beside_the_rules_has_templates_that_load(tmp_path: Path, folder: str, place: str) -> None:
    write(tmp_path, "cn/national/x/rule.yaml", RULE + EXAMPLES)
    path = tmp_path / "cn" / folder / place
    path.parent.mkdir(parents=True)
    said = template(path)
    path.write_text(said, encoding="utf-8")
    assert lint(path) == []
    (one,) = getattr(load(tmp_path), BY_NAME[folder].shelf)
    assert one.where == (("330127",) if "local" in place else None)
    for number, line in enumerate(re.findall(r"^ *# (\w+: [^#]*?)(?:  +#.*)?$", said, re.MULTILINE)):
        name = line.partition(":")[0]
        if name in ("where", "body"):
            continue
        indent = re.search(rf"^( *)# {name}:", said, re.MULTILINE)
        assert indent is not None, number
        path.write_text(said.replace(f"# {line}", line, 1), encoding="utf-8")
        load(tmp_path)


def test_a_path_tells_what_is_to_stand_there() -> None:
    for place, folder in (
        ("cn/norms/local/330127-chunan/a.yaml", "norms"),
        ("cn/national/schemes/a.yaml", "rules"),
        ("schemes/a.yaml", "rules"),
        ("cn/levels/a.yaml", "levels"),
    ):
        assert folder_at(Path(place)) == folder
