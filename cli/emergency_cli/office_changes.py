"""``emergency offices post|class|succeed|dissolve``: what happens to an office, each from a day on."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar

import click

from emergency_cli.context import Settings, common_options, pass_settings
from emergency_cli.identity import warn_of_name
from emergency_cli.office_words import CLASSES, POSTS, called, class_word, one_of, post_word, today

if TYPE_CHECKING:
    from emergency.domain.offices import OfficeDissolved, OfficeEvent, OfficeSucceeded

F = TypeVar("F", bound=Callable[..., Any])
DAY = click.DateTime(["%Y-%m-%d"])
SHOWN = 5
"""So many offices are named; of more, their number."""


def _since(*, required: bool = False) -> Callable[[F], F]:
    words = "The first day without it." if required else "The first day this holds; today unless given."
    return click.option("--since", metavar="DAY", type=DAY, required=required, help=words)


@click.command()
@click.argument("office")
@click.argument("post", callback=one_of(POSTS), metavar="POST")
@click.option("--officer", metavar="ID", help="Who holds it: the officer's id, never a name.")
@click.option("--vacant", is_flag=True, help="Nobody holds it.")
@_since()
@common_options
@pass_settings
def post(
    settings: Settings, *, office: str, post: str, officer: str | None, vacant: bool, since: datetime | None
) -> None:
    """Say who holds a post 第一汇报人、第一核实人、第一责任人.

    POST is first-reporter, first-verifier or first-responsible, or its Chinese name.
    """
    if bool(officer) == vacant:
        raise click.UsageError("Say who holds the post: --officer ID; or that nobody does: --vacant.")
    from emergency.domain.offices import PostGiven  # noqa: PLC0415 - help needs no engine
    from emergency.domain.vocabulary import Post  # noqa: PLC0415

    day = since.date() if since else today(settings)
    warn_of_name(settings, officer)
    event = PostGiven(office=office, since=day, post=Post(post), officer=officer)
    holder = officer or settings.say("空缺", "vacant")
    _tell(settings, event, f"{post_word(settings, post)} {holder}")


@click.command("class")
@click.argument("office")
@click.argument("reporting", callback=one_of(CLASSES), metavar="CLASS")
@click.option("--directly-to", multiple=True, metavar="ID", help="Whom it may tell past its superior.")
@_since()
@common_options
@pass_settings
def reporting_class(
    settings: Settings, *, office: str, reporting: str, directly_to: tuple[str, ...], since: datetime | None
) -> None:
    """Say which reporting class an office is of 必报、选报、直报.

    CLASS is must-report, elective or direct, or its Chinese name. It changes no duty: a direct office still owes
    the level that it passes over its report.
    """
    if directly_to and reporting != "direct":
        raise click.UsageError(
            "--directly-to is for a direct-report office: emergency offices class OFFICE direct."
        )
    from emergency.domain.offices import ClassGiven  # noqa: PLC0415 - help needs no engine
    from emergency.domain.vocabulary import ReportingClass  # noqa: PLC0415

    day = since.date() if since else today(settings)
    event = ClassGiven(
        office=office,
        since=day,
        reporting=ReportingClass(reporting),
        directly_to=tuple(dict.fromkeys(directly_to)),
    )
    to = (
        settings.say("，可直报 ", ", may tell directly: ") + ", ".join(event.directly_to)
        if directly_to
        else ""
    )
    _tell(settings, event, f"{class_word(settings, reporting)}{to}")


@click.command()
@click.argument("office", metavar="OLD")
@click.option(
    "--by", required=True, multiple=True, metavar="NEW", help="Who is in its place; may be given again."
)
@_since(required=True)
@common_options
@pass_settings
def succeed(settings: Settings, office: str, by: tuple[str, ...], since: datetime) -> None:
    """Say that others are in an office's place 撤并、改组.

    What it owed and did before stays its own. From the day on, whoever reported to it reports to them.
    """
    from emergency.domain.offices import OfficeSucceeded  # noqa: PLC0415 - help needs no engine

    event = OfficeSucceeded(office=office, since=since.date(), by=tuple(dict.fromkeys(by)))
    heirs = ", ".join(event.by)
    _tell_the_end(settings, event, settings.say(f"由 {heirs} 承接", f"succeeded by {heirs}"))


@click.command()
@click.argument("office")
@_since(required=True)
@common_options
@pass_settings
def dissolve(settings: Settings, office: str, since: datetime) -> None:
    """Say that an office is gone and none is in its place 撤销.

    From the day on, whoever reported to it reports to those above it, until other superiors are given.
    """
    from emergency.domain.offices import OfficeDissolved  # noqa: PLC0415 - help needs no engine

    event = OfficeDissolved(office=office, since=since.date())
    _tell_the_end(settings, event, settings.say("撤销", "dissolved"))


def _tell(settings: Settings, event: OfficeEvent, what: str) -> None:
    status = settings.engine.change_office(event)
    done = settings.say({"changed": "已更新", "unchanged": "无变化"}[status], status)
    when = settings.say(f"（自 {event.since} 起）：", f" since {event.since}: ")
    click.echo(f"{done} {event.office}{when}{what}")


def _tell_the_end(settings: Settings, event: OfficeSucceeded | OfficeDissolved, what: str) -> None:
    """Say as well who reports to others now: a mistake in the directory is best seen at once."""
    before, day = settings.engine.directory(), event.since
    _tell(settings, event, what)
    after = settings.engine.directory()
    groups: dict[tuple[str, ...], list[str]] = {}
    for office in after:
        told = after.superiors(office.id, day)
        if office.exists_on(day) and told != before.superiors(office.id, day):
            groups.setdefault(told, []).append(office.id)
    say = settings.say
    for told, who in groups.items():
        more = len(who) - SHOWN
        names = ", ".join(who[:SHOWN]) + (
            say(f" 等 {len(who)} 个单位", f" and {more} more") if more > 0 else ""
        )
        if told:
            click.echo(
                say(f"  {names} 改报 {called(after, told)}", f"  {names}: to {called(after, told)} now")
            )
        else:
            click.echo(
                say(
                    f"  {names} 已无上级；请用 emergency offices add … --reports-to 指定。",
                    f"  {names}: to nobody now; name whom with emergency offices add … --reports-to.",
                )
            )
