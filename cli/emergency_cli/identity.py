"""``emergency use``: who is at the keyboard, remembered."""

from __future__ import annotations

import click

from emergency_cli.bilingual import WrongUseError, both, command, option
from emergency_cli.context import (
    Settings,
    common_options,
    config_path,
    hint,
    pass_settings,
    remember,
    remembered,
)


@command(zh="记住本单位、本人岗位和人员编号；不写 OFFICE 即显示当前身份。")
@click.argument("office", required=False)
@option(
    "--as",
    "role",
    metavar="ROLE",
    help=both("本人岗位，如 duty、leader。", "My role there, like duty or leader."),
)
@option("--officer", metavar="ID", help=both("本人人员编号，不写姓名。", "My officer id, never a name."))
@common_options
@pass_settings
def use(settings: Settings, office: str | None, role: str | None, officer: str | None) -> None:
    """Remember which office this is, in which role, by whose officer id; without OFFICE: show it."""
    known = remembered()
    if office is None:
        if role or officer:
            raise WrongUseError(
                "Say the office too: emergency use OFFICE --as ROLE --officer ID.",
                zh="还须写明单位：emergency use OFFICE --as ROLE --officer ID。",
            )
        identity = settings.identity
        name = _name(settings, identity.office)
        click.echo(f"{name} ({identity.office})" if name else identity.office)
        click.echo(f"{settings.say('岗位：', 'role: ')}{identity.role or '-'}")
        click.echo(f"{settings.say('人员：', 'officer: ')}{identity.officer or '-'}")
        click.echo(f"{settings.say('记在：', 'remembered in: ')}{config_path()}")
        return
    settings.only_read()
    directory = settings.engine.directory()
    if office not in directory:
        from emergency.errors import NotFoundError  # noqa: PLC0415 - only for a mistake

        near = hint(office, directory.offices)
        raise NotFoundError(
            f"There is no office {office} in the directory.{near} "
            f"`emergency offices list` shows them; `emergency offices add {office} …` adds it.",
            zh=f"报送网络中没有单位 {office}。{near.zh}emergency offices list 可查；"
            f"emergency offices add {office} … 可新增。",
        )
    remember({**known, "office": office, "role": role, "officer": officer})
    warn_of_name(settings, officer)
    click.echo(
        f"{directory.name(office)} ({office}){f', {role}' if role else ''}{f', {officer}' if officer else ''}"
    )


def warn_of_name(settings: Settings, officer: str | None) -> None:
    """Say so where an officer's id looks like a name: it goes into the log, out of which nothing is erased."""
    if officer is not None and any("\u4e00" <= sign <= "\u9fff" for sign in officer):
        click.echo(
            settings.say(
                f"注意：{officer} 像是姓名。入库后不能删除，请改用人员编号。",
                f"Note: {officer} looks like a name. What is in the log cannot be erased: use an officer id.",
            ),
            err=True,
        )


def _name(settings: Settings, office: str) -> str | None:
    """Its name; None where the store, which may not be there yet, does not know it."""
    from emergency.errors import StoreError  # noqa: PLC0415 - help needs no engine

    try:
        settings.only_read()
    except StoreError:
        return None
    known = settings.engine.directory().get(office)
    return known.name if known else None
