"""The whole command line speaks Chinese and English: its help, its errors, and what click itself says."""

from __future__ import annotations

import ast
import re
import shlex
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import click
import pytest
from tests.cli.conftest import Type
from tests.cli.test_help import ALL

import emergency_cli
from emergency import errors
from emergency_cli import bilingual, click_words
from emergency_cli.help_page import joined, paragraphs
from emergency_cli.lazy import LazyGroup
from emergency_cli.main import app
from emergency_cli.paragraph import cells

pytest_plugins = ["tests.cli.conftest"]

PENDING: set[str] = set()
"""Modules that do not speak both languages yet."""

FOLDER = Path(emergency_cli.__file__).parent
SOURCES = sorted(path for path in FOLDER.glob("*.py") if path.stem not in PENDING)
CHINESE = re.compile(r"[\u4e00-\u9fff]")
LETTERS = re.compile(r"[A-Za-z]{2,}")
COMMANDS = {(): app, **ALL}


def _module(command: click.Command) -> str:
    return getattr(command.callback, "__module__", "").rpartition(".")[2]


SPOKEN = [path for path, command in COMMANDS.items() if _module(command) not in PENDING]


@pytest.fixture
def chinese(type_in: Type, monkeypatch: pytest.MonkeyPatch) -> Type:
    """Type a command where the language is Chinese."""
    monkeypatch.setenv("EMERGENCY_LANG", "zh")
    return type_in


# -- help ------------------------------------------------------------------------------------------------------


def _said(holder: click.Command | click.Option, monkeypatch: pytest.MonkeyPatch) -> tuple[str, str]:
    found = []
    for language in ("zh", "en"):
        monkeypatch.setenv("EMERGENCY_LANG", language)
        found.append(holder.help or "")
    return found[0], found[1]


@pytest.mark.parametrize("path", SPOKEN, ids=" ".join)
def test_help_is_there_in_both_languages(path: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    command = COMMANDS[path]
    options = [
        param
        for param in command.params
        if isinstance(param, click.Option) and not getattr(param, "hidden", False)
    ]
    holders: list[click.Command | click.Option] = [command, *options]
    for holder in holders:
        if PENDING and not isinstance(vars(holder).get("_both_help"), bilingual.Both):
            continue  # an option that a module makes which does not speak both languages yet
        zh, en = _said(holder, monkeypatch)
        assert CHINESE.search(zh), f"{path} {holder.name}: nothing in Chinese: {zh!r}"
        assert zh != en, f"{path} {holder.name}: the same in both"
        assert LETTERS.search(en), f"{path} {holder.name}: nothing in English: {en!r}"
        first = en.split("\n\n")[0]
        assert not re.search(r"[\u4e00-\u9fff][.:;]?$", first) or re.search("like|or ", first), (
            f"Chinese ends the English {en!r}"
        )
    if isinstance(command, LazyGroup):
        for name, later in command.later.items():
            assert CHINESE.search(later.help.zh), name
            assert not CHINESE.search(later.help), name


ENGLISH_OF_CLICK = re.compile(
    r"Usage|Options:|Commands:|Show this|Show the|\[required|\[default|Error|Try '|Missing|Invalid|No such|Did you"
)


@pytest.mark.parametrize("path", SPOKEN, ids=" ".join)
def test_a_page_of_chinese_help_fits_and_leaves_no_word_of_click_in_english(
    path: tuple[str, ...], chinese: Type
) -> None:
    ran = chinese(*path, "--help")
    assert ran.code == 0
    assert ran.out.startswith("用法：emergency")
    assert [line for line in ran.out.splitlines() if cells(line) > 80] == []
    assert [line for line in ran.out.splitlines() if re.match(r"\s*[，。、；：）]", line)] == []
    assert not ENGLISH_OF_CLICK.search(ran.out), ran.out
    assert "显示本帮助。" in ran.out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("lst", "没有命令 lst。是否指 list？"),
        ("list --bogus", "没有选项"),
        ("offices add", "缺少参数 'OFFICE'"),
        ("review open -", "缺少选项 '--office'。"),
        ("list more than that", "多出了参数（more than that）。"),
        ("audit findings --format csw", "'--format' 的取值无效：'csw' 不在可选之列"),
        ("audit norms --matrix --from x", "不合格式"),
        ("draft sign - --approve --version no", "'no' 不是整数"),
        ("draft sign - --approve --version 0", "0 不在范围 x>=1 内"),
        ("draft sign - --approve --return x", "只能用一个"),
        ("list --format", "选项 '--format' 后须有一个值。"),
        ("list --lang fr", "'fr' 不在可选之列"),
        ("offices post x none-such", "不在可选之列：first-reporter"),
        ("use --as duty", "还须写明单位"),
        ("--office x timeline import --map county x.yaml", "请写成 FILE_OFFICE=REGISTERED_OFFICE"),
    ],
)
def test_wrong_use_is_said_in_chinese(words: str, said: str, chinese: Type) -> None:
    ran = chinese(*shlex.split(words))
    assert ran.code == 2, ran
    assert said in ran.err
    assert ran.err.startswith("错误：")
    assert "帮助：emergency" in ran.err
    assert not ENGLISH_OF_CLICK.search(ran.err), ran.err


@pytest.mark.parametrize(
    "words",
    [
        "--lang zh --help",
        "--help --lang zh",
        "--help --lang=zh",
        "rules --help --lang zh",
        "--lang zh rules at --help",
    ],
)
def test_the_language_may_stand_before_and_after_what_asks_for_help(words: str, type_in: Type) -> None:
    assert type_in(*words.split()).out.startswith("用法：emergency")


@pytest.mark.parametrize(
    "words", ["--lang zh lst", "lst --lang zh", "list --bogus --lang zh", "use --as x --lang=zh"]
)
def test_an_error_is_said_in_the_language_that_the_command_names(words: str, type_in: Type) -> None:
    """It is shown when no command is left that could be asked."""
    ran = type_in(*words.split())
    assert ran.err.startswith("错误：")
    assert CHINESE.search(ran.err.removeprefix("错误：").partition("帮助")[0])


def test_what_follows_two_hyphens_names_no_language(type_in: Type) -> None:
    assert type_in("lst", "--", "--lang", "zh").err.startswith("Error: ")


@pytest.mark.parametrize(
    ("named", "locale", "language"),
    [
        ("zh", "en_US.UTF-8", "zh"),
        ("en", "zh_CN.UTF-8", "en"),
        ("zh_CN", "C", "zh"),
        ("", "zh_CN.UTF-8", "zh"),
        ("", "de_DE.UTF-8", "en"),
        ("klingon", "zh_CN.UTF-8", "en"),
    ],
)
def test_the_language_is_that_of_the_variable_or_else_of_the_locale(
    named: str, locale: str, language: str, type_in: Type, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EMERGENCY_LANG", named)
    monkeypatch.setenv("LANG", locale)
    beginning = {"zh": "用法：", "en": "Usage: "}[language]
    assert type_in("list", "--help").out.startswith(beginning)
    other = {"zh": "en", "en": "zh"}[language]
    assert not type_in("list", "--help", "--lang", other).out.startswith(beginning)


def test_english_help_is_as_before_after_a_run_in_chinese(type_in: Type) -> None:
    """Click keeps the option ``--help`` of a command from one run to the next."""
    chinese, english = type_in("list", "--help", "--lang", "zh").out, type_in("list", "--help").out
    assert "Show this message and exit." in english
    assert "Show this message" not in chinese


# -- what click says -------------------------------------------------------------------------------------------

NEVER_SAID = re.compile(
    r"Could not determine name|No options defined|Arguments take exactly|Name '\{name\}' defined|Boolean option"
    r"|Invalid start character|Unknown color|^Choice\(|^(file|directory|path)$"
)
"""Said to programmers, or put into a sentence that is here."""


def test_every_sentence_of_click_is_known_in_chinese() -> None:
    unknown = []
    for name in click_words.MODULES:
        source = Path(str(import_module(f"click.{name}").__file__)).read_text(encoding="utf-8")
        for node in ast.walk(ast.parse(source)):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Name)
                and node.func.id in ("_", "ngettext")
            ):
                said = [str(arg.value) for arg in node.args[:2] if isinstance(arg, ast.Constant)]
                unknown += [
                    each for each in said if each not in click_words.WORDS and not NEVER_SAID.search(each)
                ]
    assert unknown == []


def test_a_sentence_of_click_keeps_its_places() -> None:
    places = re.compile(r"%\(\w+\)s|\{[^}]*\}")
    for english, said in click_words.WORDS.items():
        assert set(places.findall(said)) == set(places.findall(english)), english
        assert CHINESE.search(said) or said == "{text}{deprecated_message}", english


def test_click_speaks_english_again_after_a_run(chinese: Type) -> None:
    chinese("lst")
    assert click.exceptions._("Missing option") == "Missing option"  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("typed", "language", "answer"),
    [
        ("y", "en", True),
        ("是", "zh", True),
        ("YES", "zh", True),
        ("否", "zh", False),
        ("", "en", False),
        ("n", "en", False),
    ],
)
def test_a_question_is_answered_in_either_language(
    typed: str, language: str, *, answer: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EMERGENCY_LANG", language)
    asked: list[str] = []

    def prompt(question: str, **_: object) -> str:
        asked.append(question)
        return typed if len(asked) > 1 else "maybe"

    monkeypatch.setattr(click, "prompt", prompt)
    assert bilingual.confirm("Go on?") is answer
    assert len(asked) == 2


# -- pages of help ---------------------------------------------------------------------------------------------


def test_lines_of_a_paragraph_join_without_blanks_between_chinese() -> None:
    assert joined(["谁应报告，", "何时", "之前：", "see --at"]) == "谁应报告，何时之前：see --at"
    assert joined(["one", "two", "三"]) == "one two 三"


def test_a_block_keeps_its_lines() -> None:
    assert paragraphs("一二\n三\n\n\b\nfire   火灾\nflood  洪水\n\n末段", 20) == [
        "一二三",
        "",
        "fire   火灾",
        "flood  洪水",
        "",
        "末段",
    ]


# -- the source ------------------------------------------------------------------------------------------------

CHOOSERS = {"say", "both", "words", "Both", "Words", "_words", "_warn"}
"""What is handed both languages and chooses."""
OF_LIBRARY = {
    name for name, held in vars(errors).items() if isinstance(held, type) and issubclass(held, Exception)
}
OF_CLICK = {"UsageError", "ClickException", "BadParameter", "BadArgumentUsage", "BadOptionUsage", "FileError"}
OF_OURS = {"WrongUseError", "StoppedError", "WrongValueError"}
TYPED = re.compile(r"emergency [a-z]|\": ")
"""A command that is shown to be typed, and the key of a JSON, is the same in both languages."""


def _name(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def _bare(node: ast.AST) -> Iterator[str]:
    """Text with letters that stands in an expression outside whatever chooses a language, and outside places."""
    if isinstance(node, ast.Call) and _name(node) in CHOOSERS:
        return
    if isinstance(node, ast.FormattedValue) and not isinstance(node.value, ast.Call | ast.IfExp):
        return
    if isinstance(node, ast.Subscript | ast.Compare):
        return
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and LETTERS.search(node.value):
        yield node.value
    for inner in ast.iter_child_nodes(node):
        yield from _bare(inner)


def _flaws(source: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        name, where = _name(node), f"{node.lineno}: {ast.unparse(node)[:100]}"
        from_click = isinstance(node.func, ast.Attribute) and ast.unparse(node.func.value) == "click"
        if (
            from_click
            and name in OF_CLICK | {"option", "command", "group"}
            and "cls=" not in ast.unparse(node)
        ):
            yield f"{where}: of one language"
        said_zh = any(keyword.arg == "zh" for keyword in node.keywords)
        said = any(isinstance(arg, ast.Constant | ast.JoinedStr) for arg in node.args)
        if name in OF_LIBRARY | OF_OURS and said and not said_zh:
            yield f"{where}: no zh="
        if from_click and name in ("echo", "prompt", "confirm") and node.args:
            for text in _bare(node.args[0]):
                if text not in ("zh", "en") and not TYPED.search(text):
                    yield f"{where}: {text!r} in one language"
        for keyword in node.keywords:
            if keyword.arg in ("help", "label", "title", "epilog"):
                for text in _bare(keyword.value):
                    yield f"{where}: {keyword.arg}={text!r} in one language"


CHOSEN = {"after", "forms", "late", "name", "title"}
"""Names of words that one language has and the other says otherwise."""


def _names(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.NamedExpr):
        yield node.target.id
        return
    if isinstance(node, ast.Name) and node.id.islower() and not node.id.startswith("_"):
        yield node.id.removesuffix("_zh").removesuffix("_en")
    for inner in ast.iter_child_nodes(node):
        yield from _names(inner)


def _places(node: ast.expr) -> set[str]:
    """What is filled into a text, by the names that it is made of."""
    held = (each for each in ast.walk(node) if isinstance(each, ast.FormattedValue))
    found = {name for each in held for name in _names(each.value)}
    return found - CHOSEN - {"say", "settings", "len", "map", "str", "sorted", "number", "zh", "en"}


def _pairs(source: str) -> Iterator[tuple[ast.Call, ast.expr, ast.expr]]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            if _name(node) in CHOOSERS and len(node.args) == 2:
                yield node, node.args[0], node.args[1]
            for keyword in node.keywords:
                said = [
                    arg for arg in node.args if not isinstance(arg, ast.Tuple)
                ]  # where a flaw stands is a tuple
                if keyword.arg == "zh" and said:
                    yield node, keyword.value, said[0]


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
def test_whatever_is_said_is_said_in_both_languages(path: Path) -> None:
    if path.stem in ("bilingual", "lazy"):
        pytest.skip("makes the errors that the others raise")
    assert list(_flaws(path.read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
def test_both_languages_say_the_same_things(path: Path) -> None:
    for node, zh, en in _pairs(path.read_text(encoding="utf-8")):
        assert _places(zh) == _places(en), f"{node.lineno}: {ast.unparse(node)}"


@pytest.mark.parametrize(
    "source",
    [
        'click.echo("No incidents.")',
        'click.echo(f"{what}: not found")',
        'raise click.UsageError("no")',
        'raise NotFoundError(f"no {x}")',
        'raise WrongUseError("no such thing")',
        'option("--x", help="What")',
        'option("--x", help="What" if y else both("甲", "A"))',
        'click.progressbar(files, label="Files")',
    ],
)
def test_one_language_is_found(source: str) -> None:
    assert list(_flaws(source))


@pytest.mark.parametrize(
    "source",
    [
        'click.echo(say("没有", "none"))',
        "click.echo(f\"{done.ref} {settings.say('在库', 'on record')}\")",
        'raise NotFoundError("no", zh="没有")',
        "raise BrokenFileError(flaws)",
        'option("--x", help=both("甲", "A"))',
    ],
)
def test_two_languages_are_found_right(source: str) -> None:
    assert not list(_flaws(source))


def test_no_module_is_pending_that_is_not_there() -> None:
    assert {path.stem for path in FOLDER.glob("*.py")} >= PENDING


# -- where the language is said --------------------------------------------------------------------------------


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_the_language_may_follow_every_command(path: tuple[str, ...], type_in: Type) -> None:
    for words in (
        (*path, "--lang", "ZH", "--help"),
        (*path, "--help", "--lang", "zh"),
        ("--lang", "zh", *path, "--help"),
    ):
        ran = type_in(*words)
        assert (ran.code, ran.out.splitlines()[0][:3]) == (0, "用法："), ran.err
    assert type_in(*path, "--lang", "fr").code == 2
