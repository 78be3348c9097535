"""``emergency undo``: one's own last entry of this shift taken back, on the record 撤回录入."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from emergency_cli.after import print_outcome
from emergency_cli.asking import on_terminal
from emergency_cli.bilingual import WrongUseError, both, command, option
from emergency_cli.context import Settings, common_options, identity_options, now, pass_settings
from emergency_cli.lazy import leave
from emergency_cli.output import indented, show
from emergency_cli.words import moment

if TYPE_CHECKING:
    from emergency.commands.desk import Last

NOT_DONE = 3


@command(
    "undo",
    zh="""撤回本人在本班内的最后一条录入；未录上岗的，限十二小时内。

    记录保留，只是不再计入。对方已签收或已处理的不能这样撤回，会提示改用何种命令。再次运行撤回再前一条；撤回本身不能撤回，
    请重新录入。
    """,
)
@option("--why", metavar="TEXT", help=both("撤回原因；默认“撤销录入”。", "Why; 撤销录入 unless given."))
@option("--yes", is_flag=True, help=both("不再询问。", "Do not ask."))
@option(
    "--quiet",
    "-q",
    is_flag=True,
    help=both("只输出事件和条目编号。", "Print only the incident and the entry's id."),
)
@option(
    "--format",
    "form",
    type=click.Choice(["table", "json"]),
    default="table",
    help=both("输出格式：供阅读，或供程序使用。", "What to print."),
)
@identity_options
@common_options
@pass_settings
def undo(settings: Settings, *, why: str | None, yes: bool, quiet: bool, form: str) -> None:
    """Take back one's own last entry of this shift; where no shift was started, of the last twelve hours.

    The log keeps it; nothing counts it. What somebody has acknowledged or acted on is not taken back so: the message
    says what to do instead. Run again, it takes back the one before. What was taken back is not brought back: record
    it anew.
    """
    from emergency.commands.desk import TAKEN_BACK  # noqa: PLC0415 - help needs no engine

    identity = settings.identity
    desk = settings.engine.desk
    found = desk.last(identity)
    if form == "table" and not quiet:
        _show(settings, found)
    if not yes:
        if not on_terminal():
            raise WrongUseError(
                "Nobody can be asked here: give --yes to take it back. Nothing was taken back.",
                zh="此处无法询问：确要撤回请加 --yes。未撤回任何内容。",
            )
        if not click.confirm(settings.say("撤回这一条？", "Take it back?"), err=True):
            click.echo(settings.say("未撤回任何内容。", "Nothing was taken back."), err=True)
            leave(NOT_DONE)
    outcome = desk.undo(identity, found.entry.event_id, why=why or TAKEN_BACK)
    settings.recorded_so_far = settings.say(
        f"已入库：{outcome.incident} {outcome.event_ids[-1]}。",
        f"It is on record: {outcome.incident} {outcome.event_ids[-1]}.",
    )
    settings.used(outcome.incident)
    print_outcome(settings, outcome, form=form, quiet=quiet, put_right=found.entry.event_id)


def _show(settings: Settings, found: Last) -> None:
    """What would be taken back, also where the incident cannot be judged."""
    from emergency.errors import EmergencyError  # noqa: PLC0415 - the engine is loaded by now
    from emergency_cli.words import acts, figures  # noqa: PLC0415 - as above

    title, act = "", ""
    try:
        view = settings.engine.view(found.incident)
    except EmergencyError:
        pass
    else:
        title = view.timeline.opened.title
        step = next((step for step in view.timeline.steps if step.id == found.entry.event_id), None)
        act = "" if step is None else f"{acts(settings, step)} {figures(settings, step.entry.facts)}".rstrip()
    at = moment(found.entry.recorded_at, settings.zone(settings.engine.directory()), now())
    number = found.entry.version
    show(f"{found.incident}  {title}".rstrip())
    show(indented(settings.say(f"#{number} {act}，{at} 入库", f"#{number} {act}, recorded {at}"), 2))
    if found.opened:
        words = settings.say(
            "该事件由这一条登记：撤回后事件仍在，只是没有这一条。",
            "It put the incident on record: the incident stays, without this entry.",
        )
        show(indented(words, 2))
