"""What click itself says, in Chinese: `Usage:`, `Missing option`, `is not one of` and the like.

Click hands each of its own sentences to ``_`` (gettext) in the module that says it, and gettext would choose by the
environment alone: neither by ``--lang``, nor without compiled files. So, for as long as one run lasts, the ``_`` of
click's modules looks a sentence up here. A sentence that a later click adds and that is not here stays as click has it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib import import_module
from typing import Any

import click

from emergency_cli.bilingual import in_chinese

MODULES = ("core", "decorators", "exceptions", "formatting", "parser", "termui", "types")
"""The modules of click that speak to whoever types a command."""

WORDS: Mapping[str, str] = {
    "Usage:": "用法：",
    "Options": "选项",
    "Commands": "命令",
    "Positional arguments": "参数",
    "Show this message and exit.": "显示本帮助。",
    "Show the version and exit.": "显示版本。",
    "%(prog)s, version %(version)s": "%(prog)s，版本 %(version)s",
    "default: {default}": "默认：{default}",
    "env var: {var}": "环境变量：{var}",
    "required": "必填",
    "(dynamic)": "（按情况）",
    "deprecated": "已停用",
    "(Deprecated) {text}": "（已停用）{text}",
    "{text} {deprecated_message}": "{text}{deprecated_message}",
    "DeprecationWarning: The command {name!r} is deprecated.": "注意：命令 {name!r} 已停用。",
    "DeprecationWarning: The command {name!r} is deprecated.{extra_message}": (
        "注意：命令 {name!r} 已停用。{extra_message}"
    ),
    "DeprecationWarning: The {param_type} {name!r} is deprecated.{extra_message}": (
        "注意：{param_type} {name!r} 已停用。{extra_message}"
    ),
    "Error: {message}": "错误：{message}",
    "Error: {e.message}": "错误：{e.message}",
    "Error: invalid input": "输入无效，请重新输入。",
    "Error: The value you entered was invalid.": "输入无效，请重新输入。",
    "Error: The two entered values do not match.": "两次输入不一致，请重新输入。",
    "Repeat for confirmation": "请再输入一次",
    "Do you want to continue?": "是否继续？",
    "Confirm the action without prompting.": "不再询问，直接执行。",
    "Press any key to continue...": "按任意键继续……",
    "Aborted!": "已中止。",
    "Try '{command} {option}' for help.": "帮助：{command} {option}",
    "Invalid value: {message}": "取值无效：{message}",
    "Invalid value for {param_hint}: {message}": "{param_hint} 的取值无效：{message}",
    "Missing argument": "缺少参数",
    "Missing option": "缺少选项",
    "Missing parameter": "缺少参数",
    "Missing parameter: {param_name}": "缺少参数：{param_name}",
    "Missing {param_type}": "缺少{param_type}",
    "Missing command.": "缺少命令。",
    "Choose from:\n\t{choices}": "可选：\n\t{choices}",
    "No such option: {name}": "没有选项 {name}。",
    "No such option {name!r}.": "没有选项 {name!r}。",
    "No such command {name!r}.": "没有命令 {name!r}。",
    "Did you mean {possibility}?": "是否指 {possibility}？",
    "(Possible options: {possibilities})": "（相近的：{possibilities}）",
    "(Did you mean one of: {possibilities}?)": "（相近的：{possibilities}）",
    "Got unexpected extra argument ({args})": "多出了参数（{args}）。",
    "Got unexpected extra arguments ({args})": "多出了参数（{args}）。",
    "Takes {nargs} values but 1 was given.": "应有 {nargs} 个值，只给了 1 个。",
    "Takes {nargs} values but {len} were given.": "应有 {nargs} 个值，给了 {len} 个。",
    "Option {name!r} does not take a value.": "选项 {name!r} 不带值。",
    "Option {name!r} requires an argument.": "选项 {name!r} 后须有一个值。",
    "Option {name!r} requires {nargs} arguments.": "选项 {name!r} 后须有 {nargs} 个值。",
    "Argument {name!r} takes {nargs} values.": "参数 {name!r} 应有 {nargs} 个值。",
    "Value must be an iterable.": "应为多个值。",
    "Could not open file {filename!r}: {message}": "文件 {filename!r} 打不开：{message}",
    "unknown error": "原因不明",
    "{value!r} is not {choice}.": "{value!r} 不是 {choice}。",
    "{value!r} is not one of {choices}.": "{value!r} 不在可选之列：{choices}。",
    "{value!r} does not match the format {format}.": "{value!r} 不合格式 {format}。",
    "{value!r} does not match the formats {formats}.": "{value!r} 不合下列任何格式：{formats}。",
    "{value!r} is not a valid boolean.": "{value!r} 不是“是”或“否”（true、false）。",
    "{value!r} is not a valid boolean. Recognized values: {states}": "{value!r} 不是“是”或“否”。可写：{states}",
    "{value!r} is not a valid {number_type}.": "{value!r} 不是{number_type}。",
    "{value!r} is not a valid UUID.": "{value!r} 不是 UUID。",
    "{value} is not in the range {range}.": "{value} 不在范围 {range} 内。",
    "{len_type} values are required, but {len_value} was given.": "应有 {len_type} 个值，给了 {len_value} 个。",
    "{len_type} values are required, but {len_value} were given.": "应有 {len_type} 个值，给了 {len_value} 个。",
    "{name} {filename!r} does not exist.": "{name} {filename!r} 不存在。",
    "{name} {filename!r} is a file.": "{name} {filename!r} 是文件，不是文件夹。",
    "{name} {filename!r} is a directory.": "{name} {filename!r} 是文件夹，不是文件。",
    "{name} '{filename}' is a directory.": "{name} '{filename}' 是文件夹，不是文件。",
    "{name} {filename!r} is not readable.": "{name} {filename!r} 无权读取。",
    "{name} {filename!r} is not writable.": "{name} {filename!r} 无权写入。",
    "{name} {filename!r} is not executable.": "{name} {filename!r} 无权执行。",
}
"""Click's sentence (of any version from 8.1 on), and the same in Chinese."""

KINDS = {
    "integer": "整数",
    "integer range": "整数",
    "float": "数字",
    "float range": "数字",
    "path": "路径",
    "file": "文件",
    "filename": "文件",
    "directory": "文件夹",
    "option": "选项",
    "argument": "参数",
    "parameter": "参数",
}
"""What click calls the kinds of things that it puts into its sentences."""


class _Sentence(str):
    """A sentence in Chinese, into which click fills its English word for a kind of thing."""

    __slots__ = ()

    def format(self, *args: Any, **parts: Any) -> str:  # noqa: ANN401 - as str.format
        for name in ("name", "number_type", "param_type"):
            if isinstance(known := parts.get(name), str):
                parts[name] = KINDS.get(known.lower(), known)
        return super().format(*args, **parts)


def say(sentence: str) -> str:
    """Click's sentence in the language of this run."""
    said = WORDS.get(sentence) if in_chinese() else None
    return _Sentence(said) if said is not None else sentence


def say_count(one: str, more: str, count: int) -> str:
    """The same for a sentence that differs by the number of things."""
    return say(one if count == 1 else more)


def message(error: click.ClickException) -> str:
    """What an error says; click ends one of its sentences with a full stop of its own."""
    said = error.format_message()
    if not in_chinese():
        return said
    if isinstance(error, click.MissingParameter):
        said = said.replace("'.", "'。", 1)
    # It joins sentences by a blank, and what it lists by commas or on lines of their own.
    said = said.replace(",\n\t", "、").replace("：\n\t", "：")
    said = said.replace("'%Y-%m-%d'", "年-月-日，如 2026-11-22")
    return said.replace("。 ", "。").replace("', '", "'、'")


@contextmanager
def spoken() -> Iterator[None]:
    """Have click say its words in the language of this run."""
    before = []
    for name in MODULES:
        module = import_module(f"click.{name}")
        for what, ours in (("_", say), ("ngettext", say_count)):
            if theirs := getattr(module, what, None):
                before.append((module, what, theirs))
                setattr(module, what, ours)
    try:
        yield
    finally:
        for module, what, theirs in before:
            setattr(module, what, theirs)
