"""``emergency offices post|class|succeed|dissolve``: what happens to an office, each from a day on."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar

import click

from emergency_cli.bilingual import WrongUseError, both, command, option
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
    words = (
        both("自哪日起不再存在。", "The first day without it.")
        if required
        else both("自哪日起；默认为今日。", "The first day this holds; today unless given.")
    )
    return option("--since", metavar="DAY", type=DAY, required=required, help=words)


@command(
    zh="""设定第一汇报人、第一核实人、第一责任人。

    POST 为 first-reporter、first-verifier、first-responsible，或其中文名称。
    """
)
@click.argument("office")
@click.argument("post", callback=one_of(POSTS), metavar="POST")
@option(
    "--officer",
    metavar="ID",
    help=both("由谁担任：人员编号，不写姓名。", "Who holds it: the officer's id, never a name."),
)
@option("--vacant", is_flag=True, help=both("无人担任。", "Nobody holds it."))
@_since()
@common_options
@pass_settings
def post(
    settings: Settings, *, office: str, post: str, officer: str | None, vacant: bool, since: datetime | None
) -> None:
    """Say who holds a post.

    POST is first-reporter, first-verifier or first-responsible, or its Chinese name.
    """
    if bool(officer) == vacant:
        raise WrongUseError(
            "Say who holds the post: --officer ID; or that nobody does: --vacant.",
            zh="请写明由谁担任：--officer ID；无人担任：--vacant。",
        )
    from emergency.domain.offices import PostGiven  # noqa: PLC0415 - help needs no engine
    from emergency.domain.vocabulary import Post  # noqa: PLC0415

    day = since.date() if since else today(settings)
    warn_of_name(settings, officer)
    event = PostGiven(office=office, since=day, post=Post(post), officer=officer)
    holder = officer or settings.say("空缺", "vacant")
    _tell(settings, event, f"{post_word(settings, post)} {holder}")


@command(
    "class",
    zh="""设定单位的报送类别：必报、选报、直报。

    CLASS 为 must-report、elective、direct，或其中文名称。义务不因此改变：直报单位仍须向被越过的上级报告。
    """,
)
@click.argument("office")
@click.argument("reporting", callback=one_of(CLASSES), metavar="CLASS")
@option(
    "--directly-to",
    multiple=True,
    metavar="ID",
    help=both("可越过上级直接报给谁。", "Whom it may tell past its superior."),
)
@_since()
@common_options
@pass_settings
def reporting_class(
    settings: Settings, *, office: str, reporting: str, directly_to: tuple[str, ...], since: datetime | None
) -> None:
    """Say which reporting class an office is of.

    CLASS is must-report, elective or direct, or its Chinese name. It changes no duty: a direct office still owes
    the level that it passes over its report.
    """
    if directly_to and reporting != "direct":
        raise WrongUseError(
            "--directly-to is for a direct-report office: emergency offices class OFFICE direct.",
            zh="--directly-to 用于直报单位：emergency offices class OFFICE direct。",
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


@command(
    zh="""撤并、改组：由其他单位接替。

    此前应办、已办的仍归原单位。自当日起，原向其报告的单位改向接替单位报告。
    """
)
@click.argument("office", metavar="OLD")
@option(
    "--by",
    required=True,
    multiple=True,
    metavar="NEW",
    help=both("接替单位；可多次给出。", "Who is in its place; may be given again."),
)
@_since(required=True)
@common_options
@pass_settings
def succeed(settings: Settings, office: str, by: tuple[str, ...], since: datetime) -> None:
    """Say that others are in an office's place.

    What it owed and did before stays its own. From the day on, whoever reported to it reports to them.
    """
    from emergency.domain.offices import OfficeSucceeded  # noqa: PLC0415 - help needs no engine

    event = OfficeSucceeded(office=office, since=since.date(), by=tuple(dict.fromkeys(by)))
    heirs = ", ".join(event.by)
    _tell_the_end(settings, event, settings.say(f"由 {heirs} 承接", f"succeeded by {heirs}"))


@command(
    zh="""撤销：单位不再存在，无单位接替。

    自当日起，原向其报告的单位改向其上级报告，另行指定上级的除外。
    """
)
@click.argument("office")
@_since(required=True)
@common_options
@pass_settings
def dissolve(settings: Settings, office: str, since: datetime) -> None:
    """Say that an office is gone and none is in its place.

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
        names = ", ".join(who[:SHOWN]) + (
            say(f" 等 {len(who)} 个单位", f" and {len(who) - SHOWN} more") if len(who) > SHOWN else ""
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
