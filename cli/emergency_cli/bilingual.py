"""Two languages by one mechanism: whatever is said is written in both where it is said, and chosen when it is shown.

``settings.say("没有", "none")`` chooses where a command prints. What click keeps as text until somebody asks for it
(help, errors) is a `Both`, chosen at that moment: the same process may speak either language. Errors of the library
carry their Chinese as ``zh=``; those of the command line do the same, by the classes here.
"""

from __future__ import annotations

import errno
import inspect
import locale
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Protocol, Self, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])


class Both(str):
    """Words in both languages. As a string it is the English; `chosen` is what this run shows."""

    __slots__ = ("zh",)
    zh: str

    def __new__(cls, zh: str, en: str) -> Self:
        """Keep both; the Chinese stands first, as in ``say``."""
        made = super().__new__(cls, en)
        made.zh = zh
        return made

    @property
    def chosen(self) -> str:
        """The words in the language of this run."""
        return self.zh if in_chinese() else str.__str__(self)


both = Both


def say(zh: str, en: str) -> str:
    """The words in the language of this run, where no settings are at hand."""
    return zh if in_chinese() else en


class Speaking(Protocol):
    """Who knows the language of a run."""

    @property
    def chinese(self) -> bool:
        """Whether it is Chinese."""


_run: ContextVar[Speaking | None] = ContextVar("run", default=None)


@contextmanager
def speaking(settings: Speaking) -> Iterator[None]:
    """Speak as these settings say until the run has ended: its last error is shown when no command is left to ask."""
    before = _run.set(settings)
    try:
        yield
    finally:
        _run.reset(before)


def in_chinese() -> bool:
    """Whether this run speaks Chinese; outside a run, whether the locale does."""
    settings = _run.get()
    if settings is None:
        context = click.get_current_context(silent=True)
        settings = context.find_root().obj if context is not None else None
    return settings.chinese if settings is not None else language() == "zh"


def language() -> str:
    """``zh`` or ``en``, as the environment has it: English where it names neither."""
    for name in ("EMERGENCY_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        if value := os.environ.get(name):
            return "zh" if value.lower().startswith("zh") else "en"
    return "zh" if (locale.getlocale()[0] or "").lower().startswith(("zh", "chinese")) else "en"


class _Spoken:
    """An attribute that click reads as text whenever it shows something: the words in the language of this run."""

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = f"_both_{name}"

    def __get__(self, holder: Any, owner: type | None = None) -> Any:  # noqa: ANN401 - whatever click put there
        if holder is None:
            return self
        held = getattr(holder, self._name, None)
        return held.chosen if isinstance(held, Both) else held

    def __set__(self, holder: Any, held: Any) -> None:  # noqa: ANN401 - as above
        setattr(holder, self._name, held)


class Option(click.Option):
    """An option whose help is said in both languages."""

    help = _Spoken()

    def __init__(self, *names: Any, help: str | None = None, **attributes: Any) -> None:  # noqa: A002, ANN401 - click's own
        super().__init__(*names, **{"help": help, **attributes})
        self.help = help


class Context(click.Context):
    """A run of a command, whose help is set by the cells of a terminal."""

    def make_formatter(self) -> click.HelpFormatter:
        """What writes the page of help."""
        from emergency_cli.help_page import HelpPage  # noqa: PLC0415 - most runs show no help

        return HelpPage(width=self.terminal_width, max_width=self.max_content_width)


class Command(click.Command):
    """A command whose help is said in both languages: the docstring in English, ``zh`` in Chinese."""

    context_class = Context
    help = _Spoken()
    epilog = _Spoken()
    short_help = _Spoken()

    def __init__(
        self,
        *given: Any,  # noqa: ANN401 - click's own
        zh: str | None = None,
        help: str | None = None,  # noqa: A002 - as above
        **attributes: Any,  # noqa: ANN401 - as above
    ) -> None:
        super().__init__(*given, **{"help": help, **attributes})
        self.help = both(inspect.cleandoc(zh), inspect.cleandoc(help)) if zh and help else help

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        """The option ``--help``; click keeps it from one run to the next, whatever their languages."""
        made = super().get_help_option(ctx)
        if made is not None:
            made.help = say("显示本帮助。", "Show this message and exit.")
        return made

    def get_short_help_str(self, limit: int = 45) -> str:
        """What a list of commands says of this one: the first sentence."""
        said = self.short_help or self.help
        return said.split("。")[0] + "。" if said and in_chinese() else super().get_short_help_str(limit)


class Group(Command, click.Group):
    """A group of commands whose help is said in both languages."""

    command_class = Command
    group_class = type


def option(*names: str, **attributes: Any) -> Callable[[F], F]:  # noqa: ANN401 - click's own
    """As ``click.option``; ``help`` is ``both("中文", "English")``."""
    return click.option(*names, cls=attributes.pop("cls", Option), **attributes)


def command(
    name: str | None = None,
    *,
    zh: str | None = None,
    **attributes: Any,  # noqa: ANN401 - click's own
) -> Callable[[Callable[..., Any]], click.Command]:
    """As ``click.command``; the docstring is the help in English, ``zh`` the same in Chinese."""
    return click.command(name, cls=attributes.pop("cls", Command), zh=zh, **attributes)


def group(
    name: str | None = None,
    *,
    zh: str | None = None,
    **attributes: Any,  # noqa: ANN401 - click's own
) -> Callable[[Callable[..., Any]], click.Group]:
    """As ``click.group``; the docstring is the help in English, ``zh`` the same in Chinese."""
    return click.group(name, cls=attributes.pop("cls", Group), zh=zh, **attributes)


class WrongUseError(click.UsageError):
    """Wrong use (exit code 2): what is wrong and what to do next, in English and as ``zh`` in Chinese."""

    def __init__(self, said: str, ctx: click.Context | None = None, *, zh: str) -> None:
        super().__init__(both(zh, said), ctx)

    def format_message(self) -> str:
        """The message in the language of this run."""
        return self.message.chosen if isinstance(self.message, Both) else self.message


class WrongValueError(click.BadParameter):
    """A value that cannot be (exit code 2), in English and as ``zh`` in Chinese; click adds which option has it."""

    def __init__(self, said: str, *, zh: str, **where: Any) -> None:  # noqa: ANN401 - click's own
        super().__init__(say(zh, said), **where)  # click puts the bare message into its own, and into prompts


class StoppedError(click.ClickException):
    """A command that cannot go on (exit code 3): why and what to do next, in English and as ``zh`` in Chinese."""

    def __init__(self, said: str, *, zh: str) -> None:
        super().__init__(both(zh, said))

    def format_message(self) -> str:
        """The message in the language of this run."""
        return self.message.chosen if isinstance(self.message, Both) else self.message


_OF_THE_SYSTEM = {
    errno.ENOENT: "没有此文件或文件夹",
    errno.EACCES: "权限不足",
    errno.EPERM: "不允许此操作",
    errno.EEXIST: "已存在",
    errno.EISDIR: "是文件夹，不是文件",
    errno.ENOTDIR: "不是文件夹",
    errno.ENOTEMPTY: "文件夹不空",
    errno.ENOSPC: "磁盘已满",
    errno.EROFS: "只读，不能写入",
    errno.ENAMETOOLONG: "文件名过长",
    errno.EIO: "读写出错",
}


def of_system(error: OSError) -> Both:
    """What the system says was wrong with a file; in Chinese where it is one of the usual things."""
    said = error.strerror or str(error)
    return both(_OF_THE_SYSTEM.get(error.errno or 0, said), said)


_YES, _NO = ("y", "yes", "是"), ("n", "no", "否", "")


def confirm(question: str, *, err: bool = False) -> bool:
    """Ask whether to go on: ``y`` or 是 is yes, ``n``, 否 or nothing is no; anything else is asked again."""
    while True:
        answer = click.prompt(
            f"{question} [y/N]", default="", show_default=False, prompt_suffix=say("：", ": "), err=err
        )
        if answer.strip().lower() in (*_YES, *_NO):
            return answer.strip().lower() in _YES
        click.echo(say("请答 y（是）或 n（否）。", "Please answer y or n."), err=err)
