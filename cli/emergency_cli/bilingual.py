"""Two languages by one mechanism: whatever is said is written in both where it is said, and chosen when it is shown.

``settings.say("没有", "none")`` chooses where a command prints. What click keeps as text until somebody asks for it
(help, errors) is a `Both`, chosen at that moment: the same process may speak either language. Errors of the library
carry their Chinese as ``zh=``; those of the command line do the same, by the classes here.
"""

from __future__ import annotations

import inspect
import locale
import os
from collections.abc import Callable
from typing import Any, Self, TypeVar

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


def in_chinese() -> bool:
    """Whether this run speaks Chinese; outside a command, whether the locale does."""
    context = click.get_current_context(silent=True)
    settings = context.find_root().obj if context is not None else None
    return bool(settings.chinese) if settings is not None else language() == "zh"


def language() -> str:
    """``zh`` or ``en``, as the environment has it."""
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


class Command(click.Command):
    """A command whose help is said in both languages: the docstring in English, ``zh`` in Chinese."""

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


class Group(Command, click.Group):
    """A group of commands whose help is said in both languages."""

    command_class = Command


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


class StoppedError(click.ClickException):
    """A command that cannot go on (exit code 3): why and what to do next, in English and as ``zh`` in Chinese."""

    def __init__(self, said: str, *, zh: str) -> None:
        super().__init__(both(zh, said))

    def format_message(self) -> str:
        """The message in the language of this run."""
        return self.message.chosen if isinstance(self.message, Both) else self.message
