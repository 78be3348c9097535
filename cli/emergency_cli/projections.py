"""``emergency projections``: the read models, and judging all anew."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING

import click

from emergency_cli.bilingual import both, group, option
from emergency_cli.context import Settings, common_options, lang_option, now, pass_settings
from emergency_cli.output import SCHEMA, Column, emit_json, indented, show, table

if TYPE_CHECKING:
    from emergency.engine import ProjectionStatus
    from emergency.projections.building import Progress


@group(zh="读模型：状态、重建、重试。")
@lang_option
def projections() -> None:
    """The read models: status, rebuild, retry."""


@projections.command(zh="读模型处理到何处、按哪个规则库、哪些无法判定。")
@option(
    "--format",
    "form",
    type=click.Choice(["table", "json"]),
    default="table",
    help=both("输出格式：供阅读，或供程序使用。", "What to print."),
)
@common_options
@pass_settings
def status(settings: Settings, form: str) -> None:
    """How far the read models have come, under which rulebook, and what cannot be judged."""
    settings.only_read()
    known = settings.engine.projection_status()
    if form == "json":
        emit_json(
            {
                "schema": SCHEMA,
                "at": now().astimezone(settings.zone()).isoformat(),
                "recorded_through": known.recorded_through,
                "behind": known.behind,
                "incidents": known.incidents,
                "waiting": known.waiting,
                "rebuilding": (
                    {"done": known.rebuilding[0], "of": known.rebuilding[1]} if known.rebuilding else None
                ),
                "rulebook": known.rulebook,
                "rulebooks": list(known.rulebooks),
                "parked": list(known.parked),
            }
        )
        return
    say = settings.say
    click.echo(f"{say('已处理至：', 'recorded through: ')}{known.recorded_through}")
    click.echo(f"{say('落后：', 'behind: ')}{known.behind}")
    click.echo(f"{say('事件：', 'incidents: ')}{known.incidents}")
    click.echo(f"{say('现行规则库：', 'rulebook: ')}{known.rulebook[:19]}")
    for book in known.rulebooks:
        if book != known.rulebook:
            click.echo(f"{say('另有按此规则库判定的：', 'rows under another rulebook: ')}{book[:19]}")
    if known.waiting:
        click.echo(f"{say('待重新判定：', 'waiting to be judged again: ')}{known.waiting}")
    if known.rebuilding:
        done, of = known.rebuilding
        click.echo(f"{say('正在重建：', 'being rebuilt: ')}{done} / {of}")
    _print_parked(settings, known)


def _print_parked(settings: Settings, known: ProjectionStatus) -> None:
    if not known.parked:
        return
    say = settings.say
    click.echo("")
    columns = [
        Column(say("无法判定", "parked"), lambda row: str(row["incident"])),
        Column(say("位置", "position"), lambda row: str(row["position"]), fold=False, right=True),
        Column(say("原因", "reason"), lambda row: str(say(row["reason_zh"], row["reason"]))),
    ]
    show(table(columns, known.parked))
    show(
        indented(
            say(
                "修好以后：emergency projections retry",
                "Once that is put right: emergency projections retry",
            ),
            0,
        )
    )


@projections.command(
    zh="""从记录重新判定全部，期间原有列表照常可读。

    中断后，下次接着进行。
    """
)
@option(
    "--anew",
    is_flag=True,
    help=both("不接着上次中断的重建。", "Do not go on with a rebuild that was broken off."),
)
@option(
    "--processes",
    type=click.IntRange(1, 64),
    default=1,
    show_default=True,
    help=both("同时判定的进程数。", "How many judge at once."),
)
@common_options
@pass_settings
def rebuild(settings: Settings, *, anew: bool, processes: int) -> None:
    """Judge everything anew from the log, beside the lists that are read meanwhile.

    Broken off, it goes on where it was the next time.
    """
    settings.only_read()
    with _bar(settings) as telling:
        made = settings.engine.projections.rebuild(telling=telling, anew=anew, processes=processes)
    say = settings.say
    lines = [say(f"已重建至 {made.position}。", f"Rebuilt through position {made.position}.")]
    lines.append(
        say(
            f"事件 {made.incidents} 起，无法判定 {made.parked} 项，用时 {_clock(made.seconds)}。",
            f"{made.incidents} incidents, {made.parked} parked, in {_clock(made.seconds)}.",
        )
    )
    if made.compared:
        lines.append(
            say(
                f"已核对：每起事件都有结果；抽取 {made.compared} 起重新判定，逐行一致。",
                f"Verified: every incident is there; {made.compared} were judged once more, each row the same.",
            )
        )
    show(*(indented(line, 0) for line in lines))


@projections.command(zh="重试无法判定的；默认为全部，可指明事件。")
@click.argument("incidents", nargs=-1, metavar="[INCIDENT]...")
@common_options
@pass_settings
def retry(settings: Settings, incidents: tuple[str, ...]) -> None:
    """Try again what could not be judged; all of it, unless incidents are named."""
    settings.only_read()
    tried = settings.engine.retry_parked(incidents)
    known = settings.engine.projection_status()
    still = {row["incident"] for row in known.parked}
    back = [name for name in tried if name not in still]
    say = settings.say
    if not tried:
        click.echo(say("没有无法判定的事件。", "Nothing is parked."))
        return
    click.echo(
        say(
            f"重试 {len(tried)} 项，其中 {len(back)} 项已恢复。",
            f"{len(tried)} tried, {len(back)} back on the lists.",
        )
    )
    _print_parked(settings, known)


def _clock(seconds: float) -> str:
    """A length of time as people read it."""
    return str(timedelta(seconds=round(seconds))) if seconds >= 1 else f"{seconds:.1f} s"


@contextmanager
def _bar(settings: Settings) -> Iterator[Callable[[Progress], None] | None]:
    """A bar on a terminal; nothing elsewhere."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console  # noqa: PLC0415 - only on a terminal
    from rich.progress import BarColumn, TextColumn  # noqa: PLC0415
    from rich.progress import Progress as Bar  # noqa: PLC0415

    say = settings.say
    with Bar(
        TextColumn(say("重建", "rebuilding")),
        BarColumn(bar_width=None),
        TextColumn("{task.fields[words]}"),
        console=Console(stderr=True, highlight=False),
        transient=True,
    ) as bar:
        task = bar.add_task("", total=1, words="")

        def tell(progress: Progress) -> None:
            left = "" if progress.remaining is None else _clock(progress.remaining)
            words = say(
                f"{progress.done}/{progress.of} · 每秒 {progress.rate:.0f} · 还需 {left}",
                f"{progress.done}/{progress.of} · {progress.rate:.0f}/s · {left} left",
            )
            bar.update(task, completed=progress.done, total=progress.of, words=words)

        yield tell
