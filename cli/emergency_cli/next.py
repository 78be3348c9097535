"""``emergency next``: what this office owes now over all incidents; with ``--watch``, the board."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from emergency_cli.bilingual import WrongUseError, both, command, option
from emergency_cli.context import Settings, common_options, identity_options, now, pass_settings

if TYPE_CHECKING:
    from emergency.commands.advice import Next
    from emergency.commands.guiding import Advised

KEYS = (
    "incident",
    "title",
    "office",
    "recipient",
    "recipient_name",
    "stage",
    "occasion",
    "channel",
    "by",
    "left",
    "overdue_by",
    "applies",
    "state",
    "citation",
    "confirmed",
    "obligation",
)
"""The columns that CSV always has."""


@command(
    "next",
    zh="""本单位现在应办的事，跨全部事件，最急的在前。

    时限一律按最严的说；OFFICE 不写即本单位。--watch 为值班看板：逐秒倒计时，库中有变化即更新，Ctrl-C 退出。

    例：emergency next --watch
    """,
)
@click.argument("whose", required=False, metavar="[OFFICE]")
@option(
    "--owed-to-me",
    is_flag=True,
    help=both("改列下级应报本单位而未报的。", "What others owe this office instead."),
)
@option(
    "--closed",
    is_flag=True,
    help=both("连同已结案事件的未了事项。", "Also what is left of closed incidents."),
)
@option("--watch", is_flag=True, help=both("值班看板，直到 Ctrl-C。", "The live board, until Ctrl-C."))
@option(
    "--every",
    type=click.IntRange(1, 60),
    default=2,
    show_default=True,
    metavar="SECONDS",
    help=both("看板每隔几秒看一次库。", "How often the board looks at the store, in seconds."),
)
@option(
    "--at", metavar="TIME", help=both("以此时为准；不写为现在。", "The instant of judging; now unless given.")
)
@option(
    "--format",
    "form",
    type=click.Choice(["table", "json", "csv"]),
    default="table",
    show_default=True,
    help=both("输出格式：供阅读，或供程序使用。", "For people, or for programs."),
)
@identity_options
@common_options
@pass_settings
def next_due(
    settings: Settings,
    whose: str | None,
    *,
    owed_to_me: bool,
    closed: bool,
    watch: bool,
    every: int,
    at: str | None,
    form: str,
) -> None:
    """What this office owes now over all incidents, the most urgent first.

    Deadlines are the strictest defensible ones; OFFICE is mine unless given. --watch is the board: it counts down
    by the second, takes in what changes in the store, and ends with Ctrl-C.

    Example: emergency next --watch
    """
    if watch and (at is not None or form != "table"):
        other = "--at" if at is not None else f"--format {form}"
        raise WrongUseError(
            f"--watch shows the present on a terminal: leave {other} out, or leave --watch out.",
            zh=f"--watch 在终端上显示当前情况：请去掉 {other}，或者去掉 --watch。",
        )
    settings.only_read()
    who = whose or settings.identity.office
    if watch:
        from emergency_cli.board import can_show, run  # noqa: PLC0415 - only for the board

        if can_show():
            run(settings, who, owed_to_me=owed_to_me, closed=closed, every=every)
            return
        words = settings.say(
            "输出不是终端，看板无法显示，只列一次。",
            "the output is no terminal that a board can be shown on: this is the list, once.",
        )
        click.echo(f"{settings.say('注意：', 'Note: ')}{words}", err=True)
    found = settings.engine.next(
        who, at=settings.moment(at, "--at") or now(), owed_to_me=owed_to_me, closed=closed
    )
    print_next(settings, found, form)


def print_next(settings: Settings, found: Next, form: str) -> None:
    """Print what is owed."""
    from emergency_cli.guide import advised_row  # noqa: PLC0415 - help needs none of it
    from emergency_cli.output import emit_csv, emit_json, envelope, warn_about  # noqa: PLC0415

    current = settings.engine.rulebook.fingerprint
    warn_about(found.about, current)
    rows = [advised_row(one, found.at) for one in found.rows]
    if form == "json":
        around = envelope(found.about, found.at, rows, current)
        about = {"office": found.office, "owed_to_me": found.owed_to_me, "closed_left_out": found.closed}
        emit_json({**around, **about})
    elif form == "csv":
        emit_csv(rows, KEYS)
    else:
        _print_table(settings, found)


def _print_table(settings: Settings, found: Next) -> None:
    from zoneinfo import ZoneInfo  # noqa: PLC0415 - help needs none of it

    from emergency_cli.output import Column, indented, show, table  # noqa: PLC0415
    from emergency_cli.owed import Line, line_of  # noqa: PLC0415
    from emergency_cli.words import broken  # noqa: PLC0415

    say, zone = settings.say, ZoneInfo(found.zone)
    name = f"{found.office_name} ({found.office})"
    if not found.rows:
        click.echo(
            say(f"{name}：没有应报而未报给本单位的事项。", f"{name}: nobody owes it a report.")
            if found.owed_to_me
            else say(f"{name}：现在没有待办的报告事项。", f"{name} owes nothing now.")
        )
        _left_out(settings, found)
        return
    directory = settings.engine.directory() if found.owed_to_me else None

    def said(one: Advised) -> Line:
        owing = directory.name(one.due.office) if directory is not None else ""
        return line_of(settings, one, found.at, zone, owed_to_me=found.owed_to_me, owing=owing)

    def report(line: Line) -> str:
        text = broken(line.whom) if not line.which else f"{line.which}{say('：', ': ')}{broken(line.whom)}"
        return f"{text}\n[{line.condition}]" if line.condition else text

    columns = [
        Column(say("状态", "state"), lambda line: f"{line.sign} {line.word}", fold=False),
        Column(say("时限", "by"), lambda line: f"{line.by}\n{line.left}" if line.by else line.left),
        Column(say("应报单位", "owed by") if found.owed_to_me else say("报给谁", "to whom"), report),
        Column(say("事件", "incident"), lambda line: f"{line.title}\n{broken(line.ref)}"),
    ]
    title = (
        say(f"{name} 应收未收", f"owed to {name}")
        if found.owed_to_me
        else say(f"{name} 应办", f"{name} owes")
    )
    show(indented(f"{title}{say('：', ': ')}{len(found.rows)}", 0), table(columns, map(said, found.rows)))
    _left_out(settings, found)
    if not found.owed_to_me:
        click.echo(say("条文与依据：emergency show 事件", "Articles and grounds: emergency show INCIDENT"))


def _left_out(settings: Settings, found: Next) -> None:
    if found.closed:
        click.echo(
            settings.say(
                f"另有 {found.closed} 项属已结案事件：加 --closed 查看。",
                f"{found.closed} more on closed incidents: --closed shows them.",
            )
        )
