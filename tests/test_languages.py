"""Whatever the library says to people it says in Chinese and in English: read from its source, and tried.

An error is raised with both (``zh=``), or hands on both texts of another; a text with two languages is a `Words`. What
stands in the braces of one text stands in those of the other: whoever reads Chinese is told no less.
"""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from pydantic import BaseModel, ValidationError

from emergency import yamlfile
from emergency.domain.complaint import complaint
from emergency.domain.events import Reported
from emergency.domain.values import Amount, Element, Facts, Place, StatedTime
from emergency.errors import EmergencyError, NotFoundError
from emergency.exchange.case_file import CaseFile
from emergency.rulebook.model import Rule
from emergency.words import Words

SOURCE = Path(__file__).parents[1] / "src" / "emergency"

CHINESE = re.compile(r"[\u4e00-\u9fff]")
HALF_WIDTH = re.compile(r"[\u4e00-\u9fff）”][,;:!?(]|[\u4e00-\u9fff）”]\.(?:\s|$)")
"""A sign of the other script's punctuation right behind a Chinese word."""
PROGRAM_WORDS = re.compile(r"`[^`]*`|emergency [a-z][^。；，（）]*|pip install \S+|[a-z_]+: \{[^}]*\}")
"""Commands and keys, which are the same in every language."""
LATIN = re.compile("[A-Za-z]{2}")
ENGLISH = re.compile(r"\b[A-Za-z]{2,} [a-z]{2,} [a-z]{2,}\b")
"""Three words of a sentence."""

PLAIN_VALUE_ERRORS = {
    "domain/spoken.py": "nobody reads them: a phrase that cannot be read is one of several tried",
}
"""Where a plain ValueError may be raised, and why."""


class Said(NamedTuple):
    """One text in both languages as the source has it."""

    place: str
    en: ast.expr
    zh: ast.expr | None
    scope: ast.AST


# -- what the source says --------------------------------------------------------------------------------------


@cache
def modules() -> dict[str, ast.Module]:
    return {
        path.relative_to(SOURCE).as_posix(): ast.parse(path.read_text(encoding="utf-8"))
        for path in sorted(SOURCE.rglob("*.py"))
    }


def called(call: ast.Call) -> str:
    return getattr(call.func, "id", getattr(call.func, "attr", ""))


def family(root: str, trees: dict[str, ast.Module]) -> dict[str, ast.ClassDef]:
    """The classes that come of one, by name."""
    classes = [node for tree in trees.values() for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]
    found = {one.name: one for one in classes if one.name == root}
    while True:
        more = {
            one.name: one
            for one in classes
            if one.name not in found and any(getattr(base, "id", "") in found for base in one.bases)
        }
        if not more:
            return found
        found |= more


def speaks_for_itself(one: ast.ClassDef) -> bool:
    """Whether a class puts its own message together."""
    return any(isinstance(part, ast.FunctionDef) and part.name == "__init__" for part in one.body)


@cache
def calls(tree: ast.AST) -> list[tuple[ast.Call, ast.AST]]:
    """Every call, with the innermost function that it stands in."""
    found: list[tuple[ast.Call, ast.AST]] = []
    todo: list[tuple[ast.AST, ast.AST]] = [(tree, tree)]
    while todo:
        node, scope = todo.pop()
        inner = node if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) else scope
        if isinstance(node, ast.Call):
            found.append((node, inner))
        todo += [(child, inner) for child in ast.iter_child_nodes(node)]
    return found


def keyword(call: ast.Call, name: str) -> ast.expr | None:
    return next((one.value for one in call.keywords if one.arg == name), None)


def errors_said(trees: dict[str, ast.Module]) -> Iterator[Said]:
    """What errors, wrong values and flaws of files say."""
    classes = family("EmergencyError", trees) | family("WrongValueError", trees)
    own = {name for name, one in classes.items() if speaks_for_itself(one)} - {
        "EmergencyError",
        "WrongValueError",
    }
    for one in own:
        for call, scope in calls(classes[one]):
            if called(call) == "__init__" and call.args:
                yield Said(f"{one}:{call.lineno}", call.args[0], keyword(call, "zh"), scope)
    for name, tree in trees.items():
        for call, scope in calls(tree):
            what, place = called(call), f"{name}:{call.lineno}"
            if what in classes.keys() - own and call.args:
                yield Said(place, call.args[0], keyword(call, "zh"), scope)
            elif what == "flaw" and len(call.args) > 1:
                yield Said(place, call.args[1], keyword(call, "zh"), scope)
            elif what == "Flaw" and getattr(scope, "name", "") != "flaw":
                zh = call.args[4] if len(call.args) > 4 else keyword(call, "zh")
                yield Said(place, call.args[3], zh, scope)


def words_said(trees: dict[str, ast.Module]) -> Iterator[Said]:
    """What stands in both languages side by side."""
    for name, tree in trees.items():
        for call, scope in calls(tree):
            if called(call) in ("Words", "Said") and len(call.args) == 2:
                yield Said(f"{name}:{call.lineno}", call.args[1], call.args[0], scope)


def resolved(said: ast.expr, scope: ast.AST) -> ast.expr:
    """What a local name stands for: the last assignment above it."""
    if not isinstance(said, ast.Name):
        return said
    values = [
        node.value
        for node in ast.walk(scope)
        if isinstance(node, ast.Assign)
        and node.lineno <= said.lineno
        and any(isinstance(target, ast.Name) and target.id == said.id for target in node.targets)
    ]
    return values[-1] if values else said


def literal(said: ast.expr) -> str:
    """The letters of a text, without what is put into it."""
    if isinstance(said, (ast.Call, ast.Subscript)):
        return ""  # put together elsewhere
    if isinstance(said, ast.JoinedStr):
        return "".join(str(part.value) for part in said.values if isinstance(part, ast.Constant))
    return "".join(
        str(node.value)
        for node in ast.walk(said)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    )


def put_in(said: ast.expr) -> set[str]:
    """What is put into a text, by its names: ``state.id``; of words and errors without the language."""
    bound = {
        name.id
        for node in ast.walk(said)
        if isinstance(node, ast.comprehension)
        for name in ast.walk(node.target)
        if isinstance(name, ast.Name)
    }
    found = set()
    inner = {id(node.value) for node in ast.walk(said) if isinstance(node, ast.Attribute)}
    for node in ast.walk(said):
        if isinstance(node, (ast.Name, ast.Attribute)) and id(node) not in inner:
            chain = ast.unparse(node)
            root = chain.partition(".")[0]
            if not root.isidentifier() or root in bound or root in vars(builtins):
                continue
            found.add(re.sub(r"(\.(en|zh|join|format|isoformat)|_(en|zh|ZH))$", "", chain))
    return found


def same(en: set[str], zh: set[str]) -> bool:
    """Whether the same stands in both; what is called ``zh`` stands for one thing that the English calls otherwise."""
    return en == zh or (zh - en == {"zh"} and len(en - zh) == 1)


def faults(said: Said, *, alike: bool = True) -> Iterator[str]:
    """What is wrong with one text; ``alike``: both must tell the same particulars."""
    if said.zh is None:
        yield f"{said.place}: has no Chinese"
        return
    en, zh = resolved(said.en, said.scope), resolved(said.zh, said.scope)
    words = LATIN.search(literal(en)) and literal(en) != literal(zh).strip()
    put_together = not alike and not literal(zh)  # of other words
    if words and not put_together and not CHINESE.search(literal(zh)):
        yield f"{said.place}: its Chinese is none: {literal(zh)}"
    if alike and not same(put_in(en), put_in(zh)):
        yield f"{said.place}: {sorted(put_in(en))} in English, {sorted(put_in(zh))} in Chinese"
    if HALF_WIDTH.search(literal(zh)):
        yield f"{said.place}: half-width punctuation in Chinese: {literal(zh)}"
    if CHINESE.search(literal(zh)) and ENGLISH.search(PROGRAM_WORDS.sub(" ", literal(zh))):
        yield f"{said.place}: English in Chinese: {literal(zh)}"


# -- the source ------------------------------------------------------------------------------------------------


def test_every_error_is_said_in_both_languages() -> None:
    said = list(errors_said(modules()))
    assert len(said) > 300
    assert [fault for one in said for fault in faults(one)] == []


def test_words_are_said_in_both_languages() -> None:
    said = list(words_said(modules()))
    assert len(said) > 300
    # What is told of a verdict may name more in one language than the other needs.
    assert [fault for one in said for fault in faults(one, alike=False)] == []


def test_no_wrong_value_is_said_in_english_only() -> None:
    found = {
        name for name, tree in modules().items() for call, _ in calls(tree) if called(call) == "ValueError"
    }
    assert found <= PLAIN_VALUE_ERRORS.keys()


WELL = 'raise RefusedError(f"{ref} is closed.", zh=f"{ref} 已经办结。")'


@pytest.mark.parametrize(
    ("source", "fault"),
    [
        (WELL, None),
        ('raise RefusedError(f"{ref} is closed.")', "has no Chinese"),
        ('raise RefusedError(f"{ref} is closed.", zh=f"{ref} is closed; open it")', "its Chinese is none"),
        ('raise RefusedError(f"{ref} is closed.", zh="已经办结。")', "['ref'] in English, [] in Chinese"),
        ('raise RefusedError("Closed.", zh=f"{ref} 已经办结。")', "[] in English, ['ref'] in Chinese"),
        ('raise RefusedError("Closed.", zh="已经办结, 请重启。")', "half-width"),
        ('raise RefusedError("Closed.", zh="已经办结：open it again first。")', "English in Chinese"),
        ('raise RefusedError("Closed.", zh="已经办结：emergency review reopen。")', None),
        ('raise RefusedError(f"A: {error}", zh=f"甲：{error.zh}") from error', None),
        ("raise RefusedError(why.en, zh=why.zh)", None),
        ('raise RefusedError(f"No{hint}", zh=f"没有{zh}")', None),
        ('raise RefusedError(f"No {ref}{hint}", zh=f"没有{zh}")', "['hint', 'ref'] in English"),
        ("raise RefusedError(why.en, zh=other.zh)", "in English"),
        ('raise ClosedError(f"{ref}")', "has no Chinese"),
        ('yield document.flaw(("id",), "the path is its name")', "has no Chinese"),
    ],
)
def test_what_is_looked_for_is_found(source: str, fault: str | None) -> None:
    errors = "class EmergencyError(Exception): ...\nclass RefusedError(EmergencyError): ...\n"
    tree = ast.parse(f"{errors}class ClosedError(RefusedError): ...\ndef one():\n    {source}\n")
    found = [fault for said in errors_said({"it.py": tree}) for fault in faults(said)]
    assert len(found) == (fault is not None)
    assert (fault or "") in "".join(found)


def test_a_class_with_words_of_its_own_is_looked_at() -> None:
    tree = ast.parse(
        "class EmergencyError(Exception): ...\nclass YearError(EmergencyError):\n"
        "    def __init__(self, year):\n        super().__init__(f'{year} is not known')\n"
        "def one():\n    raise YearError(2030)\n"
    )
    assert [fault for said in errors_said({"it.py": tree}) for fault in faults(said)] == [
        "YearError:4: has no Chinese"
    ]


# -- what is said of values ------------------------------------------------------------------------------------

WRONG_VALUES: list[tuple[Callable[..., BaseModel], dict[str, Any]]] = [
    (Place, {}),
    (Place, {"name": "x", "where": 1}),
    (Place, {"name": 3}),
    (Place, {"name": "x", "division": "33"}),
    (Facts, {"deaths": -3}),
    (Facts, {"deaths": "many"}),
    (Facts, {"deaths": 1.5}),
    (Facts, {"level": "V"}),
    (Facts, {"verifying": ["births"]}),
    (Facts, {"verifying": 3}),
    (Facts, {"circumstances": ["Drinking Water"]}),
    (Facts, {"circumstances": ["a", "a"]}),
    (Facts, {"figures": {"deaths": 1}}),
    (Facts, {"figures": {"Burnt Area": 1}}),
    (Facts, {"amounts": [{"of": "oil", "unit": "t"}]}),
    (Facts, {"amounts": 3}),
    (Amount, {"of": "oil", "unit": "t", "value": float("inf")}),
    (Amount, {"of": "oil", "unit": "t", "value": "much"}),
    (Amount, {"of": "oil", "unit": "t", "min": 3, "max": 1}),
    (Element, {"of": "contact", "text": "x"}),
    (Element, {"of": "trend", "verifying": "maybe"}),
    (StatedTime, {"earliest": "2014-04-07T04:50"}),
    (StatedTime, {"earliest": "yesterday"}),
    (StatedTime, {"earliest": "2014-04-07T04:50+08:00", "latest": "2014-04-06T04:50+08:00"}),
    (StatedTime, {"earliest": "0014-04-07T04:50+08:00"}),
    (Reported, {"office": "two words", "to": ["x"]}),
    (Reported, {"office": "x" * 999, "to": ["x"]}),
    (Reported, {"office": "", "to": ["x"]}),
]


def chinese_throughout(words: Words) -> bool:
    return bool(CHINESE.search(words.zh)) and not ENGLISH.search(words.zh) and not HALF_WIDTH.search(words.zh)


@pytest.mark.parametrize(("cls", "fields"), WRONG_VALUES)
def test_a_wrong_value_is_told_in_both_languages(
    cls: Callable[..., BaseModel], fields: dict[str, Any]
) -> None:
    with pytest.raises(ValidationError) as caught:
        cls(**fields)
    said = complaint(caught.value)
    assert chinese_throughout(said), said
    assert not CHINESE.search(said.en), said


WRONG_FILES = {
    "nothing": "",
    "a list": "- a",
    "a tab": "case:\n\t- a",
    "no YAML": "case: [",
    "half a value": "case:",
    "twice": "case: a\ncase: b",
    "an alias": "case: &a b\nplace: *a",
    "a tag": "case: !!str b",
    "two documents": "case: a\n---\ncase: b",
    "what does not fit": "case: 3\nplace: [x]\noffices: {}\n"
    "steps: [{id: s1, act: learnt, office: x, at: soon}]\nnew: 1",
    "unknown words": "case: a\ntitle: t\nrecord: {complete_for: none}\nsteps: x\nlevel: V\ncategory: fire\n",
}


@pytest.mark.parametrize("text", WRONG_FILES.values(), ids=WRONG_FILES)
@pytest.mark.parametrize("model", [CaseFile, Rule])
def test_a_wrong_file_is_told_in_both_languages(text: str, model: type[BaseModel]) -> None:
    with pytest.raises(yamlfile.BrokenFileError) as caught:  # noqa: PT012 - either may raise
        document = yamlfile.parse(text, "it.yaml")
        try:
            model.model_validate(document.data)
        except ValidationError as error:
            raise yamlfile.explain(document, error, model) from None
    lines = caught.value.zh.split("\n")
    assert len(lines) == len(str(caught.value).split("\n"))
    for line in lines:
        # What the reader of YAML says it says in English only; it is quoted.
        assert chinese_throughout(Words(re.sub("原文：[^）]*", "", line), "")), line


def test_a_message_without_chinese_is_told_in_english() -> None:
    assert EmergencyError("It broke.").zh == "It broke."
    assert NotFoundError("None.", zh="没有。").words == Words("没有。", "None.")


def test_words_are_alike_where_both_languages_are() -> None:
    assert Words("甲", "a") == Words("甲", "a")
    assert Words("甲", "a") != Words("乙", "a")
    assert len({Words("甲", "a"), Words("甲", "a"), Words("甲", "b")}) == 2
    assert f"{Words('甲', 'a')}" == "a"


def test_a_question_is_a_sentence_without_a_full_stop() -> None:
    assert Words("是否指 xs？", "did you mean xs?").sentence == Words("是否指 xs？", "did you mean xs?")
    assert Words("不是数字", "is no number").sentence == Words("不是数字。", "is no number.")


ONE_WORD = {
    "密封": "封存（姓名）",
    "录入标识": "条目编号",
    "名录": "报送网络",
    "示例：": "例：",
    "被审查单位": "当事单位",
    "没有审查": "没有案件",
    "本人身份": "本人岗位",
    "的发现": "疑点",
    "可重复。": "可多次给出。",
    "在册": "入库",
    "输出什么": "输出格式",
}
"""Words that once stood for a thing that has another name everywhere else."""


@pytest.mark.parametrize("folder", ["src/emergency", "cli/emergency_cli"])
def test_one_thing_has_one_name(folder: str) -> None:
    found = []
    for path in sorted((SOURCE.parents[1] / folder).rglob("*.py")):
        if "migrations" in path.parts:
            continue  # what a store has once been told stays as it is
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                found += [
                    f"{path.name}:{node.lineno}: {old}, elsewhere {new}"
                    for old, new in ONE_WORD.items()
                    if old in node.value
                ]
    assert found == []
