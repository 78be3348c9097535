"""``emergency db``: the store itself: how it stands, whether it is sound, and bringing it up to this version."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, Self

import click

from emergency_cli.bilingual import both, group, option
from emergency_cli.context import Settings, common_options, lang_option, now, pass_settings
from emergency_cli.lazy import REFUSED, leave
from emergency_cli.output import SCHEMA, emit_json

if TYPE_CHECKING:
    from emergency.store import Checked
    from emergency.store.upgrade import Step
    from emergency.words import Words

_form = option(
    "--format",
    "form",
    type=click.Choice(["table", "json"]),
    default="table",
    help=both("输出格式：供阅读，或供程序使用。", "What to print."),
)


@group(zh="数据库：状态、检查、升级。")
@lang_option
def db() -> None:
    """The store itself: status, check, upgrade."""


@db.command(zh="是哪个库、什么版本、存了多少、升级将做什么。")
@_form
@common_options
@pass_settings
def status(settings: Settings, form: str) -> None:
    """Which store this is, of which version, how much it holds, and what an upgrade would do."""
    from emergency.store import store_status  # noqa: PLC0415 - help needs no database

    known = store_status(settings.url)
    behind = {name: known.last_position - position for name, position in known.readers.items()}
    if form == "json":
        emit_json(
            {
                **_envelope(settings, known.last_position, known.url, known.version),
                "program_version": known.program_version,
                "upgrade": [_step(step) for step in known.steps],
                "dialect": known.dialect,
                "prefix": known.prefix,
                "table_schema": known.schema,
                "events": known.events,
                "size": known.size,
                "readers": [
                    {"name": name, "position": position, "behind": behind[name]}
                    for name, position in known.readers.items()
                ],
            }
        )
        return
    say = settings.say
    click.echo(f"{say('库：', 'store: ')}{known.url}")
    if known.prefix or known.schema:
        tables = f"{known.schema}." if known.schema else ""
        click.echo(f"{say('表：', 'tables: ')}{tables}{known.prefix}*")
    click.echo(
        f"{say('库的版本：', 'store version: ')}{known.version}"
        + say(f"（本程序写 {known.program_version}）", f" (this program writes {known.program_version})")
    )
    click.echo(f"{say('事件：', 'events: ')}{known.events}")
    click.echo(f"{say('最后位置：', 'last position: ')}{known.last_position}")
    click.echo(f"{say('大小：', 'size: ')}{_size(known.size)}")
    lists = ", ".join(
        say(
            f"{name} 至 {position}（落后 {behind[name]}）",
            f"{name} through {position} ({behind[name]} behind)",
        )
        for name, position in known.readers.items()
    )
    click.echo(f"{say('列表：', 'lists: ')}{lists or say('尚未建立', 'not built yet')}")
    if known.steps:
        click.echo(say("升级将做：", "An upgrade would do this:"))
        _say_steps(settings, known.steps)
        click.echo(
            say(
                "先留一份副本，然后运行 emergency db upgrade。", "Keep a copy, then run: emergency db upgrade"
            )
        )


@db.command(
    zh="""检查库有无问题：记录被人改动、删除、插入、挪动，以及损坏。

    不改动任何内容，他人可同时录入。有问题时退出码为 3。
    """
)
@option(
    "--quick",
    is_flag=True,
    help=both(
        "不查正文，也不做数据库自身的长时检查。", "Leave out the bodies and the database's own long check."
    ),
)
@_form
@common_options
@pass_settings
def check(settings: Settings, form: str, *, quick: bool) -> None:
    """Look the store through for faults: rows altered, taken out, put in or moved by hand, and damage.

    Nothing is changed, and others may go on writing. Exit code 3 says that there are faults.
    """
    from emergency.domain.schema import EventCodec  # noqa: PLC0415 - as above
    from emergency.store import check_store  # noqa: PLC0415 - as above

    with _Progress(settings.say("核验", "checking")) as progress:
        checked = check_store(settings.url, EventCodec(), quick=quick, progress=progress)
    if form == "json":
        emit_json(
            {
                **_envelope(settings, checked.last_position, checked.url, checked.version),
                "events": checked.events,
                "quick": checked.quick,
                "sound": checked.sound,
                "faults": checked.fault_count,
                "rows": [
                    {
                        "kind": fault.kind,
                        "position": fault.position,
                        "through": fault.through,
                        "stream": fault.stream,
                        "version": fault.version,
                        "what": {"zh": fault.what.zh, "en": fault.what.en},
                        "do": {"zh": fault.do.zh, "en": fault.do.en},
                    }
                    for fault in checked.faults
                ],
                "undecodable": [
                    {
                        "position": event.position,
                        "stream": event.stream,
                        "version": event.version,
                        "type": event.type,
                        "schema_version": event.schema_version,
                        "reason": event.reason,
                    }
                    for event in checked.undecodable
                ],
                "undecodable_count": checked.undecodable_count,
            }
        )
    else:
        _tell(settings, checked)
    if not checked.sound:
        leave(REFUSED)


@db.command(
    zh="""把库升级到本程序的版本：要么全部完成，要么不变。

    请先留一份副本，并停止使用此库的旧版本程序。
    """
)
@option("--dry-run", is_flag=True, help=both("只说明将做什么。", "Only say what would be done."))
@common_options
@pass_settings
def upgrade(settings: Settings, *, dry_run: bool) -> None:
    """Bring the store up to the version of this program: whole, or not at all.

    Keep a copy first, and end the programs of the older version that use the store.
    """
    from emergency.store import upgrade_store  # noqa: PLC0415 - as above

    done = upgrade_store(settings.url, dry_run=dry_run)
    say = settings.say
    if not done.steps:
        click.echo(
            say(
                f"库已是版本 {done.after}，无需升级。",
                f"The store is of version {done.after}: there is nothing to do.",
            )
        )
        return
    if dry_run:
        click.echo(
            say(f"库为版本 {done.before}，升级将做：", f"The store is of version {done.before}; would do:")
        )
        _say_steps(settings, done.steps)
        return
    _say_steps(settings, done.steps)
    click.echo(
        say(
            f"已由版本 {done.before} 升至 {done.after}，事件 {done.events} 个，内容未变。",
            f"Upgraded from version {done.before} to {done.after}: {done.events} events, none of them changed.",
        )
    )


class _Progress:
    """A bar on the terminal, from the first news on; nothing where there is no terminal."""

    def __init__(self, label: str) -> None:
        self._label = label
        self._bar: Any = None
        self._done = 0

    def __enter__(self) -> Self:
        return self

    def __call__(self, done: int, of: int) -> None:
        if self._bar is None:
            if not sys.stderr.isatty():
                return
            self._bar = click.progressbar(length=of, label=self._label, file=sys.stderr)
            self._bar.__enter__()
        self._bar.update(done - self._done)
        self._done = done

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.__exit__(None, None, None)


def _tell(settings: Settings, checked: Checked) -> None:
    say = settings.say
    for fault in checked.faults:
        click.echo(f"✗ {_words(settings, fault.what)}")
        click.echo(f"  {_words(settings, fault.do)}")
    if checked.fault_count > len(checked.faults):
        more = checked.fault_count - len(checked.faults)
        click.echo(say(f"另有 {more} 处。", f"And {more} more."))
    for event in checked.undecodable:
        click.echo(
            say(
                f"? 本程序读不懂位置 {event.position}",
                f"? This program cannot read position {event.position}",
            )
            + f" ({event.stream}, {event.type}): {say(event.reason_zh, event.reason).splitlines()[0]}"
        )
    if checked.undecodable_count > len(checked.undecodable):
        more = checked.undecodable_count - len(checked.undecodable)
        click.echo(say(f"另有 {more} 个读不懂。", f"And {more} more that it cannot read."))
    through = say(
        f"已核验 {checked.events} 起事件，至位置 {checked.last_position}：",
        f"{checked.events} events checked through position {checked.last_position}: ",
    )
    if checked.sound:
        click.echo(through + say("完好。", "sound."))
    else:
        count = checked.fault_count
        click.echo(through + say(f"{count} 处问题。", f"{count} {'fault' if count == 1 else 'faults'}."))


def _envelope(settings: Settings, last: int, url: str, version: int) -> dict[str, Any]:
    return {
        "schema": SCHEMA,
        "at": now().astimezone(settings.zone()).isoformat(),
        "recorded_through": last,
        "store": url,
        "version": version,
    }


def _step(step: Step) -> dict[str, Any]:
    return {"version": step.version, "what": {"zh": step.what.zh, "en": step.what.en}}


def _say_steps(settings: Settings, steps: tuple[Step, ...]) -> None:
    for step in steps:
        click.echo(f"  {step.version}: {_words(settings, step.what)}")


def _words(settings: Settings, words: Words) -> str:
    return settings.say(words.zh, words.en)


def _size(octets: int) -> str:
    mebi = octets / 2**20
    return f"{mebi:.1f} MiB" if mebi >= 1 else f"{octets / 2**10:.0f} KiB"
