"""``emergency people``: whose names are sealed, who read them, and how they are erased 人员保护."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from emergency_cli.asking import ask
from emergency_cli.bilingual import WrongUseError, both, group, option
from emergency_cli.context import Settings, common_options, identity_options, lang_option, pass_settings
from emergency_cli.informant import (
    kept_words,
    key_of,
    key_option,
    name_option,
    phone_option,
    typed_name,
    unsealed_option,
)
from emergency_cli.lazy import REFUSED, leave
from emergency_cli.output import SCHEMA, Column, emit_csv, emit_json, format_option, table
from emergency_cli.output import show as print_out

if TYPE_CHECKING:
    from emergency.commands.people import Key, Named, Protected
    from emergency.domain.record import Recorded

KEYS = ("subject", "kind", "incident", "kept", "key", "since", "erased_at")
KINDS = {"informant": "举报人", "victim": "受害人", "witness": "证人"}
_ACTS = {
    "PersonProtected": ("纳入保护", "protected"),
    "PersonNamed": ("保存姓名", "name kept"),
    "PersonOpened": ("启封查看", "opened"),
    "OpeningRefused": ("拒绝启封", "refused"),
    "PersonErased": ("删除", "erased"),
}
_REFUSALS = {"wrong-key": "密钥不符", "altered": "内容被改动", "erased": "已删除"}

_form = option(
    "--format",
    "form",
    type=click.Choice(["table", "json"]),
    default="table",
    help=both("输出格式：供阅读，或供程序使用。", "What to print."),
)
_why = option("--why", metavar="TEXT", help=both("原因；入库留痕。", "The reason; it goes on record."))


@group(zh="人员保护：姓名封存、留痕启封、删除。")
@lang_option
def people() -> None:
    """Protected people: names sealed, opened on the record, erased."""


@people.command("list", zh="全部受保护人员；不显示姓名。")
@format_option
@common_options
@pass_settings
def list_people(settings: Settings, form: str) -> None:
    """Everybody under protection; never a name."""
    settings.only_read()
    found = settings.engine.people.all()
    if form == "json":
        emit_json({"schema": SCHEMA, "people": [_row(person) for person in found]})
        return
    if form == "csv":
        emit_csv([_row(person) for person in found], KEYS)
        return
    say = settings.say
    if not found:
        click.echo(say("没有受保护的人员。", "Nobody is under protection."))
        return
    columns = [
        Column(say("编号", "subject"), lambda person: person.subject, fold=False),
        Column(say("身份", "kind"), lambda person: _kind(settings, person), fold=False),
        Column(say("事件", "incident"), lambda person: person.incident or ""),
        Column(say("自", "since"), lambda person: _day(settings, person.added_at), fold=False),
        Column(say("姓名", "name"), lambda person: kept_words(settings, person)),
    ]
    print_out(table(columns, found))


@people.command(
    zh="""一个人：姓名如何保存、谁启封过。

    SUBJECT 为其编号或编号的开头。此处不显示姓名。
    """
)
@click.argument("subject")
@_form
@common_options
@pass_settings
def show(settings: Settings, subject: str, form: str) -> None:
    """One person: how the name is kept, who read it.

    SUBJECT is the id or its beginning. The name itself is never shown here.
    """
    settings.only_read()
    person = settings.engine.people.get(settings.engine.people.resolve(subject))
    if form == "json":
        history = [_event(recorded) for recorded in person.history]
        emit_json({"schema": SCHEMA, **_row(person), "history": history})
        return
    parts = [person.subject, _kind(settings, person), person.incident or "", kept_words(settings, person)]
    click.echo(" · ".join(part for part in parts if part))
    for recorded in person.history:
        click.echo(f"  {_line(settings, recorded)}")


@people.command(
    zh="""将受害人或证人纳入保护。

    举报人：emergency clue … --informant -
    """
)
@click.argument("incident", required=False)
@option(
    "--kind",
    type=click.Choice(list(KINDS)),
    default="witness",
    show_default=True,
    help=both("何种人员。", "What they are."),
)
@name_option
@phone_option
@option(
    "--note",
    metavar="TEXT",
    help=both("其他可能识别本人的内容。", "Anything else that may identify the person."),
)
@key_option
@unsealed_option
@identity_options
@common_options
@pass_settings
def add(settings: Settings, /, incident: str | None, kind: str, **said: Any) -> None:  # noqa: ANN401 - click's own
    """Put a victim or a witness under protection.

    An informant: `emergency clue … --informant -`.
    """
    identity = settings.identity
    ref = settings.incident(incident) if incident else None
    person = settings.engine.people.protect(_named(settings, kind=kind, **said), identity, incident=ref)
    click.echo(f"{person.subject}{settings.say('：', ': ')}{kept_words(settings, person)}")


@people.command(
    zh="""补存姓名，替换原先保存的内容。

    此人已受保护。
    """
)
@click.argument("subject")
@name_option
@phone_option
@option(
    "--note",
    metavar="TEXT",
    help=both("其他可能识别本人的内容。", "Anything else that may identify the person."),
)
@key_option
@unsealed_option
@identity_options
@common_options
@pass_settings
def name(settings: Settings, /, subject: str, **said: Any) -> None:  # noqa: ANN401 - click's own
    """Keep a name in place of what was kept.

    The person is under protection already.
    """
    identity = settings.identity
    subject = settings.engine.people.resolve(subject)
    person = settings.engine.people.name(subject, _named(settings, kind="informant", **said), identity)
    click.echo(f"{person.subject}{settings.say('：', ': ')}{kept_words(settings, person)}")


@people.command(
    "open",
    zh="""启封：读取姓名。

    先入库留痕：谁、为何启封；被拒绝的也留痕。

    例：emergency people open p-k3v7m2qa5x --why 核对时间
    """,
)
@click.argument("subject")
@_why
@key_option
@identity_options
@common_options
@pass_settings
def open_name(settings: Settings, subject: str, why: str | None, key: Path | None) -> None:
    """Read a name.

    That it was read, by whom and why, is on record first; so is a refusal.

    Example: emergency people open p-k3v7m2qa5x --why "to ask back about the time"
    """
    identity, say = settings.identity, settings.say
    subject = settings.engine.people.resolve(subject)
    reason = why or ask("--why", say("原因", "Why"))
    found = settings.engine.people.open(subject, why=reason, identity=identity, key=key_of(settings, key))
    said = (
        (say("姓名", "name"), found.name),
        (say("电话", "phone"), found.phone),
        (say("备注", "note"), found.note),
    )
    for what, value in said:
        if value:
            click.echo(f"{what}{say('：', ': ')}{value}")


@people.command(
    zh="""永久删除姓名。

    编号及有关记录保留。此前的备份仍存有姓名：请销毁备份，或改封后销毁旧密钥。
    """
)
@click.argument("subject")
@_why
@identity_options
@common_options
@pass_settings
def erase(settings: Settings, subject: str, why: str | None) -> None:
    """Erase a name for good.

    The id, and what was recorded of it, stay. A backup that was made before still holds it: destroy that, or seal
    anew and destroy the former key.
    """
    identity, say = settings.identity, settings.say
    subject = settings.engine.people.resolve(subject)
    reason = why or ask("--why", say("原因", "Why"))
    erased = settings.engine.people.erase(subject, why=reason, identity=identity)
    click.echo(
        say(f"{subject}：先前已删除。", f"{subject}: was erased before.")
        if erased.already
        else say(f"{subject}：已删除。", f"{subject}: erased.")
    )
    _say_wiped(settings, wiped=erased.wiped, again=f"emergency people erase {subject} --why …")


@people.command(
    zh="""改封：用一把密钥重新封存全部姓名。

    包括未封存的和用旧密钥封存的。
    """
)
@option(
    "--old-key",
    "former",
    multiple=True,
    type=click.Path(path_type=Path),
    metavar="FILE",
    help=both("旧密钥；可多次给出。", "A key until now; may be given again."),
)
@key_option
@identity_options
@common_options
@pass_settings
def reseal(settings: Settings, former: tuple[Path, ...], key: Path | None) -> None:
    """Seal all names with one key.

    Those that were kept unsealed, and those that a former key sealed.
    """
    identity, say = settings.identity, settings.say
    new = _needed(settings, key)
    old = [found for path in former if (found := key_of(settings, path)) is not None]
    done = settings.engine.people.reseal(identity, key=new, former=old)
    click.echo(
        say(
            f"以密钥 {new.id} 封存：{len(done.sealed)} 人。",
            f"Sealed with the key {new.id}: {len(done.sealed)}.",
        )
    )
    _say_wiped(settings, wiped=done.wiped, again="emergency people reseal")
    for subject, reason in done.left:
        click.echo(f"{subject}{say('：', ': ')}{say(_REFUSALS[reason], reason.value)}", err=True)
    if done.left:
        click.echo(
            say(
                "以上各人未改封，仍按原样保存。",
                "These were left as they are. Name their key with --old-key FILE.",
            ),
            err=True,
        )
        leave(REFUSED)


@people.group(zh="封存姓名的密钥。")
@lang_option
def key() -> None:
    """The key that seals names."""


@key.command(
    zh="""生成新密钥，写入只有本人可读的新文件 FILE。

    请存放在数据库及其备份以外，并留一份副本：没有密钥，姓名即失去，线索不受影响。
    """
)
@click.argument("file", type=click.Path(path_type=Path))
@common_options
@pass_settings
def new(settings: Settings, file: Path) -> None:
    """Make a new key in a new FILE that only you may read.

    Keep it outside the database and its backups, and keep a copy: without it the names are lost, never the clues.
    """
    from emergency.commands.people import Key  # noqa: PLC0415 - help needs no engine

    made = Key.make(file)
    click.echo(settings.say(f"密钥 {made.id} 已写入 {file}", f"The key {made.id} is in {file}"))


def _needed(settings: Settings, path: Path | None) -> Key:
    found = key_of(settings, path)
    if found is None:
        raise WrongUseError(
            "Name the key: EMERGENCY_KEY=FILE, or --key FILE. `emergency people key new FILE` makes one.",
            zh="请指明密钥：EMERGENCY_KEY=FILE，或 --key FILE。emergency people key new FILE 可生成密钥。",
        )
    return found


def _named(
    settings: Settings,
    *,
    kind: str,
    name: str | None,
    phone: str | None,
    note: str | None,
    key: Path | None,
    unsealed: bool,
) -> Named:
    from emergency.commands.people import Named  # noqa: PLC0415 - help needs no engine
    from emergency.domain.people import Part  # noqa: PLC0415

    found = key_of(settings, key)
    if name == "-" or not (name or phone or note):
        name, line_phone = typed_name(settings)
        phone = phone or line_phone
    return Named(
        name=name, phone=phone, note=note, kind=Part(kind), key=found, unsealed=unsealed and found is None
    )


def _say_wiped(settings: Settings, *, wiped: bool, again: str) -> None:
    if wiped:
        return
    click.echo(
        settings.say(
            f"数据库文件中可能仍有残留（有程序正在读取旧状态，或本用户无权清理）。请稍后再执行：{again}",
            "Traces may still be in the database's files: a program reads an older state, or this user may not wipe "
            f"them. Later, once more: {again}",
        ),
        err=True,
    )


def _row(person: Protected) -> dict[str, Any]:
    from emergency.projections.rows import iso_instant  # noqa: PLC0415 - the engine is loaded by now

    return {
        "subject": person.subject,
        "kind": person.kind.value if person.kind else None,
        "incident": person.incident,
        "kept": person.kept.value,
        "key": person.key_id,
        "since": iso_instant(person.added_at),
        "erased_at": iso_instant(person.erased_at),
    }


def _event(recorded: Recorded[Any]) -> dict[str, Any]:
    from emergency.projections.rows import iso_instant  # noqa: PLC0415 - the engine is loaded by now

    event = recorded.event
    return {
        "act": type(event).__name__,
        "recorded_at": iso_instant(recorded.recorded_at),
        **event.model_dump(mode="json", exclude={"subject"}, exclude_none=True),
    }


def _line(settings: Settings, recorded: Recorded[Any]) -> str:
    event = recorded.event
    who = f"{event.office}{f' {event.officer}' if event.officer else ''}"
    reason = getattr(event, "reason", None)
    why = settings.say(_REFUSALS[reason], reason.value) if reason else getattr(event, "why", "")
    at = recorded.recorded_at.astimezone(settings.zone()).strftime("%Y-%m-%d %H:%M")
    parts = [at, settings.say(*_ACTS[type(event).__name__]), who, why]
    return "  ".join(part for part in parts if part)


def _kind(settings: Settings, person: Protected) -> str:
    return settings.say(KINDS[person.kind.value], person.kind.value) if person.kind else ""


def _day(settings: Settings, at: Any) -> str:  # noqa: ANN401 - a moment or none
    return at.astimezone(settings.zone()).date().isoformat() if at else ""
