"""The reference: pages made from the program itself, so that they cannot say what it does not do.

``python -m tests.docs.reference`` writes them; a test compares them with what the program would write now.
"""

from __future__ import annotations

import ast
import enum
import inspect
import itertools
import re
import types
import typing
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import click

from emergency import errors
from emergency.assessment.model import Words
from emergency.domain import events, vocabulary
from emergency.domain.offices import OfficeEvent
from emergency.domain.review import ReviewAct
from emergency.domain.schema import TYPES, VERSIONS
from emergency.domain.values import Value
from emergency.projections import said
from emergency_cli.bilingual import Both
from emergency_cli.lazy import LazyGroup
from emergency_cli.main import app

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "docs" / "reference"
HEAD = "<!-- Written by `make reference`; do not edit. -->\n\n"


def pages() -> dict[str, str]:
    """Every page by its name."""
    made = {
        "commands.md": commands(),
        "events.md": event_types(),
        "findings.md": findings(),
        "errors.md": error_classes(),
        "vocabulary.md": words(),
    }
    return {name: HEAD + text.rstrip() + "\n" for name, text in made.items()}


def _table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    lines = [list(head)]
    lines.append(["---"] * len(lines[0]))
    lines += [list(row) for row in rows]
    return (
        "".join(f"| {' | '.join(cell.replace('|', '&#124;') for cell in line)} |\n" for line in lines) + "\n"
    )


def _one_line(text: str) -> str:
    return " ".join(text.split())


# -- commands --------------------------------------------------------------------------------------------------


def _both(text: object) -> tuple[str, str]:
    """What click holds, in English and in Chinese."""
    if isinstance(text, Both):
        return str.__str__(text), text.zh
    return str(text or ""), ""


def commands() -> str:
    """Every command with its options, in both languages."""
    out = ["# Commands 命令\n\n"]
    out.append(
        "`emergency [OPTIONS] COMMAND …`; `--lang zh|en` and `EMERGENCY_LANG` choose the "
        "language, else the locale.\nExit codes: 0 nothing found; 1 an audit found something "
        "established, presumed or suspected; 2 wrong use; 3 refused, or broken data.\n\n"
    )
    context = click.Context(app, info_name="emergency")
    out.append(_options(app))
    assert isinstance(app, LazyGroup)
    for title, part in app.sections.items():
        out.append(f"## {str.__str__(title)} {title.zh}\n\n")
        for name in part:
            command = app.get_command(context, name)
            assert command is not None
            out += _command(command, ("emergency", name), context)
    return "".join(out)


def _command(command: click.Command, path: tuple[str, ...], above: click.Context) -> Iterator[str]:
    context = click.Context(command, info_name=path[-1], parent=above)
    yield f"### {' '.join(path)}\n\n"
    usage = " ".join(command.collect_usage_pieces(context))
    yield f"`{' '.join(path)} {usage}`\n\n"
    english, chinese = _both(getattr(command, "_both_help", command.help))
    for text in (english, chinese):
        for paragraph in inspect.cleandoc(text).replace("\b", "").split("\n\n"):
            if paragraph.strip():
                yield f"{_one_line(paragraph)}\n\n"
    yield _options(command)
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            below = command.get_command(context, name)
            assert below is not None
            yield from _command(below, (*path, name), context)


SHARED = {"office", "role", "officer", "lang", "db", "help", "version"}
"""Options that stand once, before all commands."""


def _options(command: click.Command) -> str:
    rows = []
    for param in command.params:
        if not isinstance(param, click.Option) or param.hidden:
            continue
        if command is not app and param.name in SHARED and not param.required:
            continue
        names = ", ".join(f"`{name}`" for name in (*param.opts, *param.secondary_opts))
        metavar = "" if param.is_flag or param.count else f" `{param.make_metavar(click.Context(command))}`"
        english, chinese = _both(getattr(param, "_both_help", param.help))
        rows.append((names + metavar, _one_line(english), _one_line(chinese)))
    return _table(("option", "meaning", "含义"), rows) if rows else ""


# -- events ----------------------------------------------------------------------------------------------------

_ARGUMENT = re.compile(r"^    (\w+): (.*(?:\n {8,}.*)*)", re.MULTILINE)


def _described(cls: type) -> tuple[str, dict[str, str]]:
    """The first paragraph of a class, and what it says of its fields, with what its bases say."""
    text = inspect.cleandoc(cls.__doc__ or "")
    fields: dict[str, str] = {}
    for base in reversed(cls.__mro__):
        for name, words_ in _ARGUMENT.findall(inspect.cleandoc(base.__doc__ or "")):
            fields[name] = _one_line(words_)
        if issubclass(base, Value) and base is not Value:
            fields |= _below_fields(base)
    return _one_line(text.split("\n\n")[0]), fields


def _below_fields(cls: type) -> dict[str, str]:
    """What stands as a string below a field."""
    try:
        tree = ast.parse(inspect.getsource(cls).strip())
    except (OSError, SyntaxError):
        return {}
    (body,) = (node.body for node in tree.body if isinstance(node, ast.ClassDef))
    found = {}
    for field, after in itertools.pairwise(body):
        if not isinstance(field, ast.AnnAssign) or not isinstance(field.target, ast.Name):
            continue
        if isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant):
            found[field.target.id] = _one_line(str(after.value.value))
    return found


def _type_of(annotation: object) -> str:
    """A type as a reader of JSON sees it."""
    origin, parts = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is typing.Annotated:
        return _type_of(parts[0])
    if origin is typing.Literal:
        return " or ".join(repr(part) for part in parts)
    if origin in (typing.Union, types.UnionType):
        return " or ".join(_type_of(part) for part in parts if part is not type(None))
    if origin is tuple:
        each = [_type_of(part) for part in parts if part is not ...]
        return f"list of {each[0]}" if ... in parts else f"({', '.join(each)})"
    if origin is not None:
        return f"{_type_of(origin)} of {', '.join(_type_of(part) for part in parts)}"
    return annotation.__name__ if isinstance(annotation, type) else str(annotation).replace("typing.", "")


FAMILIES: Mapping[str, str] = {
    "incident": "Of an incident: the stream `incident/REF`",
    "entry": "Of an entry: in the stream of its incident",
    "review": "Of a review: the stream `review/INCIDENT/NAME`",
    "office": "Of an office: the stream `office/ID`; together the directory",
    "person": "Of a protected person: the stream `person/SUBJECT`",
    "desk": "Of a duty desk: the stream `desk/OFFICE`",
}


def event_types() -> str:
    """Every event that is ever written."""
    out = ["# Events 事件\n\n"]
    out.append(
        "What is stored, for good: short stable type names with a schema version each. A version "
        "that was once written is read for ever. Every event also has an id, its stream and "
        "version there, its position in the log, the command that wrote it, `recorded_at` by the "
        "store's clock, and a seal over all of it. Fields left out were not stated: unknown, "
        "never zero.\n\n"
    )
    shared = set(events.Entry.model_fields)
    out.append("## Fields of every entry\n\n")
    _, told = _described(events.Entry)
    out.append(
        _table(
            ("field", "type", "meaning"),
            (
                (f"`{name}`", f"`{_type_of(field.annotation)}`", told.get(name, ""))
                for name, field in events.Entry.model_fields.items()
            ),
        )
    )
    for family, title in FAMILIES.items():
        own = {name: cls for name, cls in TYPES.items() if name.partition(".")[0] == family}
        if not own:
            continue
        out.append(f"## {title}\n\n")
        for name, cls in own.items():
            out.append(f"### `{name}` {VERSIONS.get(name, 1)}\n\n")
            meaning, told = _described(cls)
            chinese = said.ACTS.get(cls.__name__)
            out.append(f"`{cls.__name__}`{f' {chinese.zh}' if chinese else ''}: {meaning}\n\n")
            base = shared if issubclass(cls, events.Entry) and not issubclass(cls, ReviewAct) else set()
            rows = [
                (
                    f"`{field}`" + ("" if info.is_required() else " (optional)"),
                    f"`{_type_of(info.annotation)}`",
                    told.get(field, ""),
                )
                for field, info in cls.model_fields.items()
                if field not in base
            ]
            out.append(_table(("field", "type", "meaning"), rows) if rows else "No fields of its own.\n\n")
    unsorted = {name for name in TYPES if name.partition(".")[0] not in FAMILIES}
    assert not unsorted, f"say to which family {unsorted} belong"
    assert issubclass(TYPES["office.registered"], OfficeEvent)
    return "".join(out)


# -- findings --------------------------------------------------------------------------------------------------


def _words(table: Mapping[str, Words], *heads: str) -> str:
    return _table(heads, ((f"`{key}`", words_.zh, words_.en) for key, words_ in table.items()))


def findings() -> str:
    """The closed lists of what is judged."""
    out = ["# Findings, states and checks 疑点、状态、检查\n\n"]
    out.append(
        "What each means is told in [reading the rows](../rows.md) and in [findings and "
        "determinations](../explanation/findings-and-determinations.md); here are the lists "
        "themselves.\n\n"
    )
    out.append("## Kinds of findings\n\n" + _words(said.KINDS, "kind", "中文", "English"))
    out.append("## How sure the engine is\n\n" + _words(said.STATUSES, "status", "中文", "English"))
    out.append("## States of an obligation\n\n" + _words(said.STATES, "state", "中文", "English"))
    out.append("## Which report\n\n" + _words(said.STAGES, "stage", "中文", "English"))
    out.append("## The four norms 四个统一规范\n\n" + _words(said.NORMS, "norm", "中文", "English"))
    out.append("## Checks of the norms\n\n" + _words(said.CHECKS, "check", "中文", "English"))
    out.append("## Results of a check\n\n" + _words(said.RESULTS, "result", "中文", "English"))
    out.append("## Ranks of a text\n\n" + _words(said.RANKS, "rank", "中文", "English"))
    return "".join(out)


# -- errors ----------------------------------------------------------------------------------------------------

EXIT = {"UsageError": 2}


def error_classes() -> str:
    """Every class of errors, and every message."""
    classes = dict(_tree())
    out = ["# Errors 错误\n\n"]
    out.append(
        "An exception says that a command was refused or that data is broken; a breach of a "
        "reporting rule is never one. `str(error)` is the message in English, `error.zh` in "
        "Chinese; the command line prints the one of its language. `{…}` stands for what is "
        "filled in.\n\n"
    )
    out.append("## Classes\n\n")
    rows = [
        (
            f"`{name}`",
            " → ".join(f"`{base.__name__}`" for base in cls.__mro__[1:] if base in classes.values()),
            str(_exit(cls)),
            _one_line((cls.__doc__ or "").split("\n\n")[0]),
        )
        for name, cls in sorted(classes.items())
    ]
    out.append(_table(("class", "is a", "exit code", "meaning"), rows))
    out.append("## Messages\n\n")
    messages: dict[str, dict[str, str]] = {}
    for path in sorted((ROOT / "src" / "emergency").rglob("*.py")):
        for name, english, chinese in _raised(path, set(classes)):
            messages.setdefault(name, {}).setdefault(english, chinese)
    for name, said_ in sorted(messages.items()):
        out.append(f"### {name}\n\n")
        out.append(_table(("English", "中文"), sorted(said_.items())))
    return "".join(out)


def _tree() -> Iterator[tuple[str, type[errors.EmergencyError]]]:
    for path in sorted((ROOT / "src" / "emergency").rglob("*.py")):
        if "migrations" not in path.parts:
            text = path.read_text(encoding="utf-8")
            if re.search(r"^class \w+Error\(", text, re.MULTILINE):
                module = ".".join(path.relative_to(ROOT / "src").with_suffix("").parts)
                for name, cls in vars(__import__(module, fromlist=["x"])).items():
                    own = inspect.isclass(cls) and cls.__module__ == module
                    if own and issubclass(cls, errors.EmergencyError):
                        yield name, cls


def _exit(cls: type) -> int:
    return next((EXIT[base.__name__] for base in cls.__mro__ if base.__name__ in EXIT), 3)


def _raised(path: Path, classes: set[str]) -> Iterator[tuple[str, str, str]]:
    """Every message that is written where an error is made: its class, its English, its Chinese."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in classes:
            english = next((_template(arg) for arg in node.args), None)
            chinese = next((_template(k.value) for k in node.keywords if k.arg == "zh"), None)
            if english:
                yield node.func.id, english, chinese or ""


def _template(node: ast.expr) -> str | None:
    """A string as it is written, with ``{…}`` for what is filled in; None where it is put together elsewhere."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return _one_line(node.value)
    if isinstance(node, ast.JoinedStr):
        parts = (
            str(part.value) if isinstance(part, ast.Constant) else "{" + _name(part) + "}"
            for part in node.values
        )
        return _one_line("".join(parts))
    return None


def _name(part: ast.expr) -> str:
    inner = part.value if isinstance(part, ast.FormattedValue) else part
    return (
        inner.id if isinstance(inner, ast.Name) else inner.attr if isinstance(inner, ast.Attribute) else "…"
    )


# -- vocabulary ------------------------------------------------------------------------------------------------


def words() -> str:
    """The words of the field, Chinese beside English."""
    out = ["# Vocabulary 中英对照\n\n"]
    out.append(
        "What a thing is called on the screen, in Chinese and in English, and what programs call "
        "it. The reasons behind the words are in the "
        "[explanations](../explanation/README.md).\n\n"
    )
    out.append("## What is done 动作\n\n")
    names = {cls.__name__: name for name, cls in TYPES.items()}
    out.append(
        _table(
            ("中文", "English", "event"),
            ((w.zh, w.en, f"`{names.get(key, key)}`") for key, w in said.ACTS.items()),
        )
    )
    lists = {
        "Kinds of breach 四种情形": said.KINDS,
        "States of an obligation 报告义务的状态": said.STATES,
        "Stages 报告阶段": said.STAGES,
        "How it was told 渠道": said.CHANNELS,
        "How a report is on record 入库方式": said.MET_ON,
        "The four norms 四个统一规范": said.NORMS,
        "Checks 检查": said.CHECKS,
        "Ranks 效力级别": said.RANKS,
    }
    for title, table in lists.items():
        out.append(f"## {title}\n\n")
        out.append(
            _table(("中文", "English", "in rows"), ((w.zh, w.en, f"`{key}`") for key, w in table.items()))
        )
    out.append("## Closed lists 封闭词表\n\n")
    rows = []
    for name, cls in vars(vocabulary).items():
        if inspect.isclass(cls) and cls.__module__ == vocabulary.__name__ and issubclass(cls, enum.Enum):
            rows.append(
                (f"`{name}`", _one_line(cls.__doc__ or ""), ", ".join(f"`{one.value}`" for one in cls))
            )
    out.append(_table(("list", "meaning", "words"), rows))
    return "".join(out)


def write() -> None:
    """Write every page."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, text in pages().items():
        (FOLDER / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write()
