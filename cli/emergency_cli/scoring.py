"""``emergency adopt`` and ``emergency commend``: what schemes of points go by beside findings."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from emergency_cli.after import print_outcome
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

_at = shared_option("--at", metavar="TIME", help="When: 13:05, 2026-03-01, 不明; the recording unless given.")
_source = shared_option("--source", metavar="TEXT", help="Where this is known from.")
_command_id = shared_option(
    "--command-id", metavar="ID", help="For scripts: the same id never records twice."
)


@click.command()
@click.argument("incident")
@click.argument("entry")
@click.option(
    "--use",
    required=True,
    type=click.Choice([*USES, *USES.values()]),
    metavar="USE",
    help="What for: 专报 special-report, 送阅 for-leaders, 约稿 on-request, 综合 compiled, 备查 on-file.",
)
@click.option(
    "--instruction",
    "instructions",
    multiple=True,
    metavar="ENTRY",
    help="A leader's instruction that was written on it; may be given again.",
)
@click.option("--from", "acting", metavar="OFFICE", help="Another office used it; I only log that.")
@_at
@_source
@_command_id
@shared_option("--quiet", "-q", is_flag=True, help="Print only the incident and the entry's id.")
@shared_option(
    "--format", "form", type=click.Choice(["table", "json"]), default="table", help="What to print."
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
    """Log that a report was used where it was received 采用; ENTRY is its number, like #3.

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
    settings.recorded_so_far = f"The entry is on record: {outcome.incident} {outcome.event_ids[-1]}."
    settings.used(ref)
    print_outcome(settings, outcome, form=form, quiet=quiet)


@click.command()
@click.argument("whom", metavar="OFFICE")
@click.option(
    "--tier",
    type=click.Choice([*_TIERS, *TIERS]),
    metavar="TIER",
    help="Of whoever commended it: county, city 市级, province 省级, ministry, state 国家级.",
)
@click.option("--words", metavar="TEXT", help="What was commended, and by whom: a leader by role, a journal.")
@click.option("--withdraw", metavar="NUMBER", help="Instead: take a commendation back; the log keeps it.")
@click.option("--why", metavar="TEXT", help="Why it is taken back.")
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
    """Log that an office's experience was commended by a leader, meeting or journal above 经验被肯定.

    Example: emergency commend qilin --tier province --words 值班信息第12期
    """
    if (tier is None) == (withdraw is None):
        raise click.UsageError("Say who commended it: --tier TIER; or what is taken back: --withdraw NUMBER.")
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
