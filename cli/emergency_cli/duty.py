"""``emergency audit duty``: how the desks were kept: gaps, overlaps, handovers that took long 值班审计."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import click

from emergency_cli.bilingual import both, command, option
from emergency_cli.context import Settings, common_options, now, pass_settings
from emergency_cli.lengths import ago, length
from emergency_cli.output import Column, emit_csv, emit_json, envelope, show, table
from emergency_cli.words import moment

if TYPE_CHECKING:
    from emergency.commands.desk import DutyAudit
    from emergency.domain.duty import DutyRow

KEYS = (
    "office",
    "kind",
    "since",
    "until",
    "lasted_at_least",
    "lasted_at_most",
    "officers",
    "evidence",
    "backfilled",
)

KINDS = {
    "gap": ("无主班", "nobody on duty as A"),
    "overlap": ("两名主班", "two on duty as A"),
    "slow-handover": ("接班迟缓", "slow handover"),
    "open-handover": ("未接班", "not taken over"),
}


@command(
    "duty",
    zh="""值班情况：主班空缺、重叠，交接迟缓。

    自第一次上岗起算；从未记录值班的单位无从说起，会注明。所列是值班事实，不属于迟报、漏报、谎报、瞒报，退出码为 0。
    """,
)
@option(
    "--office",
    "who",
    multiple=True,
    metavar="ID",
    help=both("只列此单位；可多次给出。", "Only this office; may be given again."),
)
@option("--since", metavar="TIME", help=both("自何时起：2026-11-01、7d。", "From when on: 2026-11-01, 7d."))
@option("--until", metavar="TIME", help=both("到何时为止。", "Until when."))
@option(
    "--longer-than",
    "slow",
    type=length,
    metavar="LENGTH",
    help=both("多久未接班算迟缓；默认 30m。", "A handover is slow after so long; 30m unless given."),
)
@option(
    "--at", metavar="TIME", help=both("以何时为准；默认现在。", "The instant of judging; now unless given.")
)
@option(
    "--format",
    "form",
    type=click.Choice(["table", "json", "csv"]),
    default="table",
    help=both("输出格式：供阅读，或供程序使用。", "For people, or for programs."),
)
@common_options
@pass_settings
def duty(
    settings: Settings,
    *,
    who: Sequence[str],
    since: str | None,
    until: str | None,
    slow: timedelta | None,
    at: str | None,
    form: str,
) -> None:
    """How desks were kept: gaps and overlaps of the A role, handovers that took long.

    A desk counts from its first shift on; of an office that never recorded one nothing can be said, and the page says
    so. These are none of the four kinds of breach: the exit code is 0.
    """
    from emergency.domain.duty import SLOW  # noqa: PLC0415 - help needs no engine

    settings.only_read()
    zone = settings.zone(settings.engine.directory())
    hour = settings.moment(at, "--at") or now()
    found = settings.engine.desk.duty(
        list(who),
        at=hour,
        since=None if since is None else ago(since, hour, zone),
        until=None if until is None else ago(until, hour, zone),
        slow=slow or SLOW,
    )
    _warn(settings, found)
    _emit(settings, found, hour, form)


def _warn(settings: Settings, found: DutyAudit) -> None:
    say = settings.say
    for broken in found.broken:
        click.echo(
            say(
                f"警告：{broken['incident']} 有内容无法读取，已略去（位置 {broken['position']}）：{broken['reason']}",
                f"Warning: something of {broken['incident']} cannot be read and is left out "
                f"(position {broken['position']}): {broken['reason']}",
            ),
            err=True,
        )
    for office in found.unkept:
        click.echo(
            say(
                f"{office} 没有值班记录：是否有人在岗无从说起。",
                f"{office} keeps no record of its desk: whether anybody was on duty nobody can tell.",
            ),
            err=True,
        )


def _emit(settings: Settings, found: DutyAudit, hour: datetime, form: str) -> None:
    from emergency.commands.desk import duty_row  # noqa: PLC0415 - the engine is loaded by now
    from emergency.projections.listing import Listing  # noqa: PLC0415 - as above

    rows = [duty_row(row) for row in found.rows]
    if form == "json":
        about = Listing((), found.position, 0, found.broken, ())
        page: dict[str, Any] = envelope(about, hour, rows, settings.engine.rulebook.fingerprint)
        emit_json({**page, "kept": list(found.kept), "unkept": list(found.unkept)})
        return
    if form == "csv":
        emit_csv(rows, KEYS)
        return
    say = settings.say
    if not rows:
        words = (
            say("没有空岗、重岗或迟缓的交接。", "No gaps, overlaps or slow handovers.")
            if found.kept
            else say("没有值班记录。", "No desk is kept here.")
        )
        click.echo(words)
        return
    zone = settings.zone(settings.engine.directory())

    def ends(row: DutyRow) -> str:
        return moment(row.until, zone, hour) if row.until else say("至今", "to now")

    columns = [
        Column(say("单位", "office"), lambda row: row.office),
        Column(say("情况", "what"), lambda row: say(*KINDS[row.kind.value])),
        Column(say("起", "from"), lambda row: moment(row.since, zone, hour), fold=False),
        Column(say("止", "to"), ends, fold=False),
        Column(say("至少", "at least"), lambda row: _long(settings, row.at_least), fold=False),
        Column(say("人员", "officers"), lambda row: " ".join(row.officers)),
        Column("", lambda row: say("补录", "backfilled") if row.backfilled else ""),
    ]
    show(table(columns, found.rows))


def _long(settings: Settings, length: timedelta) -> str:
    from emergency.assessment.words import duration_words  # noqa: PLC0415 - the engine is loaded by now

    return settings.words(duration_words(length))
