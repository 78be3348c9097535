"""``emergency offices``: the directory of who reports to whom."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from emergency_cli.bilingual import WrongUseError, both, group, option
from emergency_cli.choices import LINES, TIERS, OneOf
from emergency_cli.context import Settings, common_options, lang_option, now, pass_settings
from emergency_cli.office_changes import dissolve, post, reporting_class, succeed
from emergency_cli.office_show import show_office
from emergency_cli.output import SCHEMA, Column, emit_csv, emit_json, format_option, show, table

if TYPE_CHECKING:
    from emergency.assessment.model import Words

OFFICE_KEYS = (
    "office", "name", "tier", "line", "reports_to", "division", "logs_here", "broken", "reporting", "exists",
)  # fmt: skip


@group(zh="报送网络：谁向谁报告。")
@lang_option
def offices() -> None:
    """The directory: who reports to whom."""


for one in (post, reporting_class, succeed, dissolve, show_office):
    offices.add_command(one)


@offices.command(zh="新增单位，或更新已有单位。")
@click.argument("office")
@option("--name", required=True, help=both("单位名称。", "Its name, as people call it."))
@option(
    "--tier",
    required=True,
    type=OneOf(TIERS),
    help=both("所在层级。", "Where it stands in the chain."),
)
@option(
    "--line",
    required=True,
    type=OneOf(LINES),
    help=both("党委、政府、部门、企业。", "Party, government, department, enterprise."),
)
@option(
    "--reports-to",
    multiple=True,
    metavar="ID",
    help=both("直接上级；可多次给出。", "A direct superior; may be given again."),
)
@option(
    "--division",
    metavar="CODE",
    help=both("行政区划代码（GB/T 2260），六位。", "Its division code (GB/T 2260), six digits."),
)
@option(
    "--since",
    metavar="DAY",
    type=click.DateTime(["%Y-%m-%d"]),
    help=both("自哪日起。", "The first day this holds."),
)
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
        why = complaint(error).sentence
        raise WrongUseError(why.en, zh=why.zh) from None
    _tell(settings, settings.engine.register_offices([registered]))


@offices.command(
    "import",
    zh="""从 YAML 文件导入单位：全部导入，或全不导入。

    文件格式：offices: {ID: {name, tier, line, reports_to, division, since}}；还可写 reporting（must-report
    必报、elective 选报、direct 直报）、directly_to: [ID] 和 posts: {POST: OFFICER}。
    """,
)
@click.argument("file", type=click.Path(path_type=Path))
@common_options
@pass_settings
def import_file(settings: Settings, file: Path) -> None:
    """Add the offices of a YAML file, all or none.

    The file reads offices: {ID: {name, tier, line, reports_to, division, since}}; an office may have
    reporting (must-report, elective, direct), directly_to: [ID], and posts: {POST: OFFICER} as well.
    """
    from emergency_cli.office_file import read  # noqa: PLC0415 - help needs no engine

    _tell(settings, settings.engine.register_offices(read(file, settings.engine.directory().offices)))


def _tell(settings: Settings, outcome: dict[str, str]) -> None:
    said = {"added": "已登记", "changed": "已更新", "unchanged": "无变化"}
    for office, status in outcome.items():
        click.echo(f"{settings.say(said[status], status)} {office}")


@offices.command("list", zh="库中的单位，各注明向谁报告。")
@option(
    "--all",
    "everyone",
    is_flag=True,
    help=both("也列出导入文件中的单位。", "Offices of imported files as well."),
)
@option("--all-time", is_flag=True, help=both("也列出已撤销的单位。", "Offices that are gone as well."))
@format_option
@common_options
@pass_settings
def list_offices(settings: Settings, *, everyone: bool, all_time: bool, form: str) -> None:
    """The offices of this store, each with whom it reports to."""
    settings.only_read()
    moment = now()
    directory = settings.engine.directory()
    day = moment.astimezone(settings.zone()).date()
    rows = [
        {
            "office": office.id,
            "name": office.name,
            "tier": office.tier.value,
            "line": office.line.value,
            "reports_to": list(directory.superiors(office.id, day)),
            "division": office.division,
            "logs_here": office.logs_since is not None,
            "broken": str(why) if (why := directory.broken.get(office.id)) else None,
            "reporting": directory.reporting_class(office.id, day),
            "exists": office.exists_on(day),
        }
        for office in directory
        if (everyone or office.ref is None) and (all_time or office.gone(day) is None)
    ]
    for office, reason in directory.broken.items():
        click.echo(
            settings.say(
                f"注意：单位 {office} 的一项变更未列出：{reason.zh}",
                f"Warning: a change of the office {office} is left out: {reason.en}",
            ),
            err=True,
        )
    rows += [
        dict.fromkeys(OFFICE_KEYS) | {"office": office, "reports_to": [], "broken": str(reason)}
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
        from emergency.assessment.words import LINES as LINES_SAID  # noqa: PLC0415 - as above
        from emergency.assessment.words import TIERS as TIERS_SAID  # noqa: PLC0415

        say = settings.say
        columns = [
            Column("id", lambda row: row["office"]),
            Column(say("名称", "name"), lambda row: _name(settings, row)),
            Column(say("层级", "tier"), lambda row: _worded(settings, TIERS_SAID, row["tier"])),
            Column(say("条块", "line"), lambda row: _worded(settings, LINES_SAID, row["line"])),
            Column(say("报送", "reports to"), lambda row: ", ".join(row["reports_to"])),
        ]
        show(table(columns, rows))


def _worded(settings: Settings, words: Mapping[Any, Words], word: str | None) -> str:
    return settings.words(words[word]) if word else ""


def _name(settings: Settings, row: dict[str, Any]) -> str:
    name: str | None = row["name"]
    if name is None:
        return settings.say("无法读取", "cannot be read")
    return name if row["exists"] else name + settings.say("（今不存在）", " (not there today)")
