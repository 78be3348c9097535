"""``emergency projections``: the read models, and judging all anew."""

from __future__ import annotations

import click

from emergency_cli.context import Settings, common_options, now, pass_settings
from emergency_cli.output import SCHEMA, emit_json


@click.group()
def projections() -> None:
    """The read models: status, rebuild."""


@projections.command()
@click.option(
    "--format", "form", type=click.Choice(["table", "json"]), default="table", help="What to print."
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
                "rulebook": known.rulebook,
                "rulebooks": list(known.rulebooks),
                "parked": list(known.parked),
            }
        )
        return
    say = settings.say
    click.echo(f"{say('已处理至', 'recorded through')}: {known.recorded_through}")
    click.echo(f"{say('落后', 'behind')}: {known.behind}")
    click.echo(f"{say('事件', 'incidents')}: {known.incidents}")
    click.echo(f"{say('现行规则库', 'rulebook')}: {known.rulebook[:19]}")
    for book in known.rulebooks:
        if book != known.rulebook:
            click.echo(f"{say('另有按此规则库判定的', 'rows under another rulebook')}: {book[:19]}")
    for parked in known.parked:
        click.echo(
            f"{say('无法判定', 'parked')}: {parked['incident']} ({parked['position']}): {parked['reason']}"
        )


@projections.command()
@common_options
@pass_settings
def rebuild(settings: Settings) -> None:
    """Throw the read models away and judge everything anew from the log."""
    settings.only_read()
    position = settings.engine.rebuild()
    click.echo(settings.say(f"已重建至 {position}。", f"Rebuilt through position {position}."))
