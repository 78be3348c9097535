"""Whom a clue came from (举报人): the name is sealed and never becomes part of the entry."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from emergency_cli.asking import on_terminal
from emergency_cli.bilingual import WrongUseError, both
from emergency_cli.context import Settings, shared_option

if TYPE_CHECKING:
    from emergency.commands.people import Key, Named, Protected
    from emergency.engine import Outcome

F = TypeVar("F", bound=Callable[..., Any])

key_option = shared_option(
    "--key",
    envvar="EMERGENCY_KEY",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help=both(
        "封存姓名的密钥文件。[环境变量：EMERGENCY_KEY]", "The key that seals names.  [env: EMERGENCY_KEY]"
    ),
)
unsealed_option = shared_option(
    "--unsealed",
    is_flag=True,
    help=both(
        "姓名不封存：能读数据库者即可读到。",
        "Keep the name unsealed: whoever reads the database can read it.",
    ),
)
name_option = shared_option(
    "--name",
    metavar="NAME|-",
    help=both(
        "姓名；写 - 则询问，或读入一行：姓名，电话。（在此键入的内容会留在命令历史中。）",
        "The name; - asks for it, or reads a line: NAME, PHONE. (What is typed here stays in the shell's history.)",
    ),
)
phone_option = shared_option("--phone", metavar="PHONE", help=both("电话。", "The phone."))

_OPTIONS = (
    shared_option(
        "--informant",
        metavar="SUBJECT|-",
        help=both(
            "举报人：已受保护者的编号；写 - 则询问姓名，或读入一行：姓名，电话。",
            "Who gave it: one who is protected already; - asks for the name, or reads a line: NAME, PHONE.",
        ),
    ),
    shared_option(
        "--informant-name",
        metavar="NAME",
        help=both("姓名；会留在命令历史中。", "The name; it stays in the shell's history."),
    ),
    shared_option(
        "--informant-phone",
        metavar="PHONE",
        help=both("电话；同样会留在命令历史中。", "The phone; it stays there, too."),
    ),
    key_option,
    unsealed_option,
)


def informant_options(command: F) -> F:
    """Who gave a clue."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


@dataclass(frozen=True, slots=True, kw_only=True)
class Informant:
    """Who gave a clue, as it was typed; its ``repr`` tells nothing."""

    informant: str | None = field(repr=False)
    informant_name: str | None = field(repr=False)
    informant_phone: str | None = field(repr=False)
    key: Path | None
    unsealed: bool

    def subject(self, settings: Settings) -> str | None:
        """One who is protected already; a slip is told before anything is recorded."""
        if self.informant is None or self.informant == "-":
            return None
        if self.informant_name or self.informant_phone:
            raise WrongUseError(
                "Say either --informant SUBJECT, or a name.", zh="--informant 编号 与姓名只写其一。"
            )
        return settings.engine.people.resolve(self.informant)

    def named(self, settings: Settings) -> Named | None:
        """One who is to be protected with the clue; what is wrong with the key keeps nobody from recording it."""
        name, phone = self.informant_name, self.informant_phone
        if self.informant == "-":
            if name:
                raise WrongUseError(
                    "Say either --informant -, or --informant-name.",
                    zh="--informant - 与 --informant-name 只写其一。",
                )
            name, line_phone = typed_name(settings)
            phone = phone or line_phone
        if not name and not phone:
            return None
        from emergency.commands.people import Named  # noqa: PLC0415 - few entries need it
        from emergency.errors import RefusedError  # noqa: PLC0415

        try:
            key = key_of(settings, self.key)
        except RefusedError as error:
            click.echo(settings.say(error.zh, str(error)), err=True)
            key = None
        return Named(name=name, phone=phone, key=key, unsealed=self.unsealed and key is None)


def typed_name(settings: Settings) -> tuple[str, str | None]:
    """A name and perhaps a phone, from where no history keeps them."""
    if on_terminal():
        line = click.prompt(
            settings.say("姓名，电话（不显示）", "Name, phone (not shown)"), hide_input=True, err=True
        )
    else:
        line = sys.stdin.readline()
    name, _, phone = line.replace("，", ",").strip().partition(",")
    if not name.strip():
        raise WrongUseError(
            "No name was given: one line is read, like 王某, 13800000000.",
            zh="未给出姓名：请输入一行，如 王某，13800000000。",
        )
    return name.strip(), phone.strip() or None


def key_of(settings: Settings, path: Path | None) -> Key | None:
    """The key in a file; None where none was named."""
    if path is None:
        return None
    from emergency.commands.people import Key  # noqa: PLC0415 - few commands need it
    from emergency.store.sealing import others_may_read  # noqa: PLC0415

    key = Key.read(path)
    if others_may_read(path):
        click.echo(
            settings.say(
                f"其他用户也能读取密钥文件 {path}，请执行：chmod 600 {path}",
                f"Others may read the key file {path}. Keep it to its owner: chmod 600 {path}",
            ),
            err=True,
        )
    return key


def kept_words(settings: Settings, person: Protected) -> str:
    """How a name is kept."""
    from emergency.domain.people import Kept  # noqa: PLC0415 - the engine is loaded by now

    say = settings.say
    if person.erased_at is not None:
        return (
            say("已删除", "erased")
            if person.kept is Kept.NOT_KEPT
            else say("已删除，但又从备份恢复，请再次删除", "erased, but back from a backup: erase it again")
        )
    return {
        Kept.SEALED: say(f"已封存（密钥 {person.key_id}）", f"sealed (key {person.key_id})"),
        Kept.UNSEALED: say("明文保存", "not sealed"),
        Kept.NOT_KEPT: say("未保存姓名", "no name kept"),
    }[person.kept]


def tell(settings: Settings, outcome: Outcome, *, aside: bool) -> None:
    """Say under which id an informant is protected, and what to do where the name could not be kept.

    Args:
        settings: For the language.
        outcome: Of the clue.
        aside: Among the messages: the output is read by a program.
    """
    from emergency.domain.people import Kept  # noqa: PLC0415 - the engine is loaded by now

    event = settings.engine.entry(outcome.incident, outcome.event_ids[-1]).event
    subject = getattr(event, "informant", None)
    if subject is None:
        return
    person, say = settings.engine.people.get(subject), settings.say
    click.echo(f"{say('举报人', 'informant')} {subject}: {kept_words(settings, person)}", err=aside)
    if person.kept is Kept.NOT_KEPT and person.erased_at is None:
        click.echo(
            say(
                f"线索已入库，但没有密钥，姓名未保存。设定 EMERGENCY_KEY 后执行：emergency people name {subject}",
                "The clue is on record; for want of a key the name was not kept. Name a key with EMERGENCY_KEY=FILE "
                f"(`emergency people key new FILE` makes one), then: emergency people name {subject} --name -",
            ),
            err=True,
        )
