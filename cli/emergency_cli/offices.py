"""``emergency offices``: the directory of who reports to whom."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import click

from emergency_cli.context import Settings, common_options, now, pass_settings
from emergency_cli.output import SCHEMA, Column, emit_csv, emit_json, format_option, show, table

TIERS = ("unit", "village", "township", "county", "city", "province", "ministry", "state")
OFFICE_KEYS = ("office", "name", "tier", "line", "reports_to", "division", "logs_here", "broken")
LINES = ("party", "government", "department", "enterprise")


@click.group()
def offices() -> None:
    """The directory: who reports to whom 报送网络."""


@offices.command()
@click.argument("office")
@click.option("--name", required=True, help="Its name, as people call it.")
@click.option("--tier", required=True, type=click.Choice(TIERS), help="Where it stands in the chain.")
@click.option(
    "--line", required=True, type=click.Choice(LINES), help="Party, government, department, enterprise."
)
@click.option("--reports-to", multiple=True, metavar="ID", help="A direct superior; may be given again.")
@click.option("--division", metavar="CODE", help="Its division code (GB/T 2260), six digits.")
@click.option("--since", metavar="DAY", type=click.DateTime(["%Y-%m-%d"]), help="The first day this holds.")
@common_options
@pass_settings
def add(settings: Settings, /, office: str, since: datetime | None, **said: Any) -> None:  # noqa: ANN401 - click's own
    """Add an office, or bring a known one up to date."""
    from pydantic import ValidationError  # noqa: PLC0415 - help needs no engine

    from emergency.domain.complaint import complaint  # noqa: PLC0415
    from emergency.domain.offices import OfficeRegistered  # noqa: PLC0415

    try:
        registered = OfficeRegistered(office=office, since=since.date() if since else None, **said)
    except ValidationError as error:
        raise click.UsageError(f"{complaint(error)}.") from None
    _tell(settings, settings.engine.register_offices([registered]))


@offices.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@common_options
@pass_settings
def import_file(settings: Settings, file: Path) -> None:
    """Add the offices of a YAML file, all or none.

    The file reads offices: {ID: {name, tier, line, reports_to, division, since}}.
    """
    from emergency_cli.office_file import read  # noqa: PLC0415 - help needs no engine

    _tell(settings, settings.engine.register_offices(read(file, settings.engine.directory().offices)))


def _tell(settings: Settings, outcome: dict[str, str]) -> None:
    said = {"added": "已登记", "changed": "已更新", "unchanged": "无变化"}
    for office, status in outcome.items():
        click.echo(f"{settings.say(said[status], status)} {office}")


@offices.command("list")
@click.option("--all", "everyone", is_flag=True, help="Offices of imported files as well.")
@format_option
@common_options
@pass_settings
def list_offices(settings: Settings, everyone: bool, form: str) -> None:
    """The offices of this store, each with whom it reports to."""
    settings.only_read()
    moment = now()
    directory = settings.engine.directory()
    rows = [
        {
            "office": office.id,
            "name": office.name,
            "tier": office.tier.value,
            "line": office.line.value,
            "reports_to": list(directory.superiors(office.id, moment.astimezone(settings.zone()).date())),
            "division": office.division,
            "logs_here": office.logs_since is not None,
            "broken": directory.broken.get(office.id),
        }
        for office in directory
        if everyone or office.ref is None
    ]
    for office, reason in directory.broken.items():
        click.echo(f"Warning: a change of the office {office} is left out: {reason}", err=True)
    rows += [
        dict.fromkeys(OFFICE_KEYS) | {"office": office, "reports_to": [], "broken": reason}
        for office, reason in directory.broken.items()
        if directory.get(office) is None
    ]
    if form == "json":
        emit_json({"schema": SCHEMA, "at": moment.astimezone(settings.zone()).isoformat(), "rows": rows})
    elif form == "csv":
        emit_csv(rows, OFFICE_KEYS)
    elif not rows:
        click.echo(settings.say("还没有登记单位。", "No offices yet: emergency offices add, or import."))
    else:
        say = settings.say
        columns = [
            Column("id", lambda row: row["office"]),
            Column(say("名称", "name"), lambda row: row["name"] or say("无法读取", "cannot be read")),
            Column(say("层级", "tier"), lambda row: row["tier"] or ""),
            Column(say("条块", "line"), lambda row: row["line"] or ""),
            Column(say("报送", "reports to"), lambda row: ", ".join(row["reports_to"])),
        ]
        show(table(columns, rows))
