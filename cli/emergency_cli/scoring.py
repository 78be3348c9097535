"""``emergency adopt`` and ``emergency commend``: what schemes of points go by beside findings."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from emergency_cli.after import print_outcome
from emergency_cli.bilingual import WrongUseError, both, command, option
from emergency_cli.context import (
    Settings,
    common_options,
    identity_options,
    now,
    pass_settings,
    shared_option,
)
from emergency_cli.entries import known, stated

if TYPE_CHECKING:
    from emergency.domain.values import StatedTime

USES = {
    "专报": "special-report",
    "送阅": "for-leaders",
    "约稿": "on-request",
    "综合": "compiled",
    "备查": "on-file",
}
TIERS = {
    "市": "city",
    "市级": "city",
    "省": "province",
    "省级": "province",
    "国家": "state",
    "国家级": "state",
}
_TIERS = ("county", "city", "province", "ministry", "state")

_at = shared_option(
    "--at",
    metavar="TIME",
    help=both(
        "时间：13:05、2026-03-01、不明；默认为录入时间。",
        "When: 13:05, 2026-03-01, 不明; the recording unless given.",
    ),
)
_source = shared_option("--source", metavar="TEXT", help=both("从何得知。", "Where this is known from."))
_command_id = shared_option(
    "--command-id",
    metavar="ID",
    help=both("供脚本使用：同一编号只入库一次。", "For scripts: the same id never records twice."),
)


@command(
    zh="""记录信息被采用；ENTRY 为其编号，如 #3。

    例：emergency adopt xiangshui '#3' --use 专报 --instruction '#7'
    """
)
@click.argument("incident")
@click.argument("entry")
@option(
    "--use",
    required=True,
    type=click.Choice([*USES, *USES.values()]),
    metavar="USE",
    help=both(
        "用途：专报 special-report、送阅 for-leaders、约稿 on-request、综合 compiled、备查 on-file。",
        "What for: special-report, for-leaders, on-request, compiled, on-file; or the Chinese word for it.",
    ),
)
@option(
    "--instruction",
    "instructions",
    multiple=True,
    metavar="ENTRY",
    help=both(
        "领导在上面所作的批示；可多次给出。",
        "A leader's instruction that was written on it; may be given again.",
    ),
)
@option(
    "--from",
    "acting",
    metavar="OFFICE",
    help=both("由其他单位采用，本单位只作记录。", "Another office used it; I only log that."),
)
@_at
@_source
@_command_id
@shared_option(
    "--quiet",
    "-q",
    is_flag=True,
    help=both("只输出事件编号和条目编号。", "Print only the incident and the entry's id."),
)
@shared_option(
    "--format",
    "form",
    type=click.Choice(["table", "json"]),
    default="table",
    help=both("输出格式：供阅读，或供程序使用。", "What to print."),
)
@identity_options
@common_options
@pass_settings
def adopt(
    settings: Settings,
    incident: str,
    entry: str,
    *,
    use: str,
    instructions: tuple[str, ...],
    acting: str | None,
    at: str | None,
    source: str | None,
    command_id: str | None,
    quiet: bool,
    form: str,
) -> None:
    """Log that a report was used where it was received; ENTRY is its number, like #3.

    Example: emergency adopt xiangshui '#3' --use 专报 --instruction '#7'
    """
    identity = settings.identity
    ref = settings.incident(incident)
    known(settings.engine.directory(), acting or identity.office)
    outcome = settings.engine.points.adopt(
        ref,
        entry,
        USES.get(use, use),
        identity=identity,
        instructions=instructions,
        at=_stated(settings, at),
        office=acting,
        source=source,
        command_id=command_id,
    )
    settings.recorded_so_far = settings.say(
        f"已入库：{outcome.incident} {outcome.event_ids[-1]}。",
        f"The entry is on record: {outcome.incident} {outcome.event_ids[-1]}.",
    )
    settings.used(ref)
    print_outcome(settings, outcome, form=form, quiet=quiet)


@command(
    zh="""记录单位的经验被上级领导、会议或刊物肯定。

    例：emergency commend qilin --tier province --words 值班信息第12期
    """
)
@click.argument("whom", metavar="OFFICE")
@option(
    "--tier",
    type=click.Choice([*_TIERS, *TIERS]),
    metavar="TIER",
    help=both(
        "肯定者的层级：county 县级、city 市级、province 省级、ministry 部委、state 国家级。",
        "Of whoever commended it: county, city, province, ministry, state.",
    ),
)
@option(
    "--words",
    metavar="TEXT",
    help=both(
        "肯定了什么、由谁：领导写职务，刊物写名称。",
        "What was commended, and by whom: a leader by role, a journal.",
    ),
)
@option(
    "--withdraw",
    metavar="NUMBER",
    help=both("改为撤回一条；记录保留。", "Instead: take a commendation back; the log keeps it."),
)
@option("--why", metavar="TEXT", help=both("为何撤回。", "Why it is taken back."))
@_at
@_source
@_command_id
@identity_options
@common_options
@pass_settings
def commend(
    settings: Settings,
    whom: str,
    *,
    tier: str | None,
    words: str | None,
    withdraw: str | None,
    why: str | None,
    at: str | None,
    source: str | None,
    command_id: str | None,
) -> None:
    """Log that an office's experience was commended by a leader, meeting or journal above.

    Example: emergency commend qilin --tier province --words 值班信息第12期
    """
    if (tier is None) == (withdraw is None):
        raise WrongUseError(
            "Say who commended it: --tier TIER; or what is taken back: --withdraw NUMBER.",
            zh="请写明由谁肯定：--tier TIER；或撤回哪一条：--withdraw NUMBER。",
        )
    identity = settings.identity
    directory = settings.engine.directory()
    known(directory, whom)
    points = settings.engine.points
    if withdraw is not None:
        back = points.take_back(whom, withdraw, why=why or "", identity=identity, command_id=command_id)
        what = settings.say(f"#{back.version} 撤回 {withdraw}", f"#{back.version} withdraws {withdraw}")
    else:
        event = points.commend(
            whom,
            TIERS.get(tier or "", tier or ""),
            identity=identity,
            at=_stated(settings, at),
            words=words,
            source=source,
            command_id=command_id,
        )
        what = settings.say(f"#{event.version} 肯定已入库", f"#{event.version} commendation on record")
    click.echo(f"{directory.name(whom)} ({whom})  {what}")


def _stated(settings: Settings, text: str | None) -> StatedTime:
    """A typed time; without one nobody said when, and what counts is when it was recorded."""
    from emergency.domain.values import UNSTATED  # noqa: PLC0415 - help needs no engine

    if text is None:
        return UNSTATED
    return stated(settings, settings.engine.directory(), text, now(), "--at")
