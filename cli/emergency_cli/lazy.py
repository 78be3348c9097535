"""A group that loads a command's module only when the command is called, and ends every run in plain words.

``emergency --help`` must answer at once on a slow machine: neither the database library nor the table
renderer is loaded for it.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from importlib import import_module
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn

import click

from emergency_cli.bilingual import Both, Group, WrongUseError, both, of_system, speaking
from emergency_cli.context import Settings, hint

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

USAGE, REFUSED, INTERRUPTED, PIPE_CLOSED = 2, 3, 130, 141


class Later(NamedTuple):
    """Where a command is to be found, and its one line of help, which is shown without loading it."""

    module: str
    name: str
    help: Both


class LazyGroup(Group):
    """A group of commands that are loaded when they are first needed."""

    def __init__(
        self,
        *args: Any,  # noqa: ANN401 - click's own
        later: Mapping[str, Later] | None = None,
        sections: Mapping[Both, Mapping[str, Later]] | None = None,
        **kwargs: Any,  # noqa: ANN401 - as above
    ) -> None:
        super().__init__(*args, **kwargs)
        self.sections = sections or {both("命令", "Commands"): later or {}}
        self.later = {name: place for part in self.sections.values() for name, place in part.items()}

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The commands in the order they are meant to be read in."""
        del ctx
        return list(self.later)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Load one command."""
        del ctx
        place = self.later.get(cmd_name)
        if place is None:
            return None
        command: click.Command = getattr(import_module(place.module), place.name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands by their one line of help."""
        del ctx
        for title, part in self.sections.items():
            with formatter.section(title.chosen):
                formatter.write_dl([(name, place.help.chosen) for name, place in part.items()])

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem[str]]:
        """The commands that begin so, none of them loaded; and the options."""
        from click.shell_completion import CompletionItem  # noqa: PLC0415 - asked for by a shell

        named = [
            CompletionItem(name, help=place.help.chosen)
            for name, place in self.later.items()
            if name.startswith(incomplete)
        ]
        return named + click.Command.shell_complete(self, ctx, incomplete)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command; a word that is none is answered with the nearest."""
        if args and args[0] not in self.later and not args[0].startswith("-"):
            near = hint(args[0], self.later)
            raise WrongUseError(
                f"There is no command {args[0]}.{near}", ctx, zh=f"没有命令 {args[0]}。{near.zh}"
            )
        return super().resolve_command(ctx, args)


class Program(LazyGroup):
    """The outermost group: every error ends as one clear message and an exit code, never as a traceback."""

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401 - click's own
        """Run the command; where nobody reads on, stop quietly (click itself would end with 1: *found*)."""
        try:
            result = super().invoke(ctx)
            sys.stdout.flush()
            if ctx.obj is not None and ctx.obj.recorded_so_far is not None:
                from emergency_cli.unsent import remind  # noqa: PLC0415 - where something was entered

                with suppress(OSError, click.ClickException):  # what was entered is entered
                    remind(ctx.obj)
        except BrokenPipeError:
            _leave_pipe()
            leave(PIPE_CLOSED)
        return result

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        *_: Any,  # noqa: ANN401 - click's own
        standalone_mode: bool = True,
        **extra: Any,  # noqa: ANN401 - click's own
    ) -> Any:  # noqa: ANN401 - click's own
        """Run once and leave with the exit code."""
        if not standalone_mode:
            return super().main(args, prog_name, standalone_mode=False, **extra)
        _speak_utf8()
        settings = extra.setdefault("obj", Settings())
        if asked := os.environ.get("_EMERGENCY_COMPLETE"):
            from emergency_cli.completing import answer  # noqa: PLC0415 - asked for by a shell, never by a person

            click.echo(answer(self, settings, asked))
            sys.exit(0)
        settings.lang = settings.lang or _language_named(sys.argv[1:] if args is None else args)
        from emergency_cli.click_words import message, spoken  # noqa: PLC0415 - belongs to a run, not to the commands

        with speaking(settings), spoken(), _noting_interrupts() as interrupts:
            try:
                code = super().main(args, prog_name, standalone_mode=False, **extra) or 0
            except (click.Abort, KeyboardInterrupt, EOFError):
                code = _interrupted(settings)
            except click.UsageError as error:
                where = error.ctx.command_path if error.ctx else prog_name
                _say(f"{_error(settings)}{message(error)}\n{settings.say('帮助：', 'Help: ')}{where} --help")
                code = USAGE
            except click.ClickException as error:
                _say(_error(settings) + message(error))
                code = REFUSED
            except Exception as error:  # noqa: BLE001 - the last line of defence: words, not a traceback
                code = _interrupted(settings) if interrupts else _explain(settings, error)
        sys.exit(code)


def _language_named(args: Sequence[str]) -> str | None:
    """The language that a command names anywhere: what is shown before click comes to it is said in it, too."""
    named = None
    for word, following in zip(args, (*args[1:], ""), strict=True):
        if word == "--":
            break
        option, _, value = word.partition("=")
        if option == "--lang" and (value or following).lower() in ("zh", "en"):
            named = (value or following).lower()
    return named


@contextmanager
def _noting_interrupts() -> Iterator[list[int]]:
    """Remember that the user interrupted: a library that is interrupted at its work may make an error of it."""
    seen: list[int] = []

    def note(number: int, _: object) -> NoReturn:
        seen.append(number)
        raise KeyboardInterrupt

    before = signal.getsignal(signal.SIGINT)
    if before is not signal.default_int_handler or threading.current_thread() is not threading.main_thread():
        yield seen
        return
    signal.signal(signal.SIGINT, note)
    try:
        yield seen
    finally:
        signal.signal(signal.SIGINT, before)


def _interrupted(settings: Settings) -> int:
    line_end = "\n" if sys.stderr.isatty() else ""
    _say(line_end + (settings.recorded_so_far or settings.say("未入库任何内容。", "Nothing was recorded.")))
    return INTERRUPTED


def _speak_utf8() -> None:
    """Write UTF-8 whatever the locale says: half of every answer is Chinese."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(encoding="utf-8", errors="backslashreplace")


def _say(words: str) -> None:
    try:
        click.echo(words, err=True)
    except OSError:
        _leave_pipe()


def _error(settings: Settings) -> str:
    """What an error begins with."""
    return settings.say("错误：", "Error: ")


def _explain(settings: Settings, error: Exception) -> int:
    from emergency.errors import EmergencyError, UsageError  # noqa: PLC0415 - only where something went wrong

    if isinstance(error, EmergencyError):
        _say(_error(settings) + settings.say(error.zh, str(error)))
        return USAGE if isinstance(error, UsageError) else REFUSED
    if isinstance(error, OSError):
        where = error.filename or settings.say("系统", "The system")
        said = of_system(error)
        _say(_error(settings) + settings.say(f"{where}：{said.zh}。", f"{where}: {said}."))
        return REFUSED
    if os.environ.get("EMERGENCY_DEBUG"):
        raise error
    what = f"{type(error).__name__}: {error}"
    _say(
        settings.say(
            f"错误：程序自身出错（{what}）。请反馈；设 EMERGENCY_DEBUG=1 可显示出错位置。",
            f"Error: the program itself failed ({what}). Please report this; EMERGENCY_DEBUG=1 shows where.",
        )
    )
    return REFUSED


def _leave_pipe() -> None:
    """Whoever read our output has gone: let the interpreter's last flush go nowhere, too."""
    for stream in (sys.stdout, sys.stderr):
        try:
            sink = os.open(os.devnull, os.O_WRONLY)
            os.dup2(sink, stream.fileno())
        except (OSError, ValueError):
            continue


def leave(code: int) -> NoReturn:
    """End the command with an exit code."""
    raise click.exceptions.Exit(code)
