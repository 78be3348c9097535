"""``emergency offices show``: all that the directory knows of one office, each thing with its first day."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from emergency_cli.bilingual import command
from emergency_cli.context import Settings, common_options, hint, now, pass_settings
from emergency_cli.office_words import called, class_word, day_word, post_word
from emergency_cli.output import SCHEMA, Column, emit_csv, emit_json, format_option, show, table

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from emergency.domain.offices import Directory, Office

KEYS = ("fact", "since", "value", "offices")


@command("show", zh="报送网络中一个单位的全部内容及起止日期。")
@click.argument("office")
@format_option
@common_options
@pass_settings
def show_office(settings: Settings, office: str, form: str) -> None:
    """All that the directory knows of one office, with its days."""
    settings.only_read()
    directory = settings.engine.directory()
    known = directory.get(office)
    reason = directory.broken.get(office)
    if known is None:
        from emergency.errors import NotFoundError  # noqa: PLC0415 - only for a mistake

        near = hint(office, directory.offices)
        why = f" that can be read: {reason.en}." if reason else f".{near}"
        why_zh = f"（或读不出：{reason.zh}）。" if reason else f"。{near.zh}"
        raise NotFoundError(
            f"There is no office {office} in the directory{why} `emergency offices list` shows them.",
            zh=f"报送网络中没有单位 {office}{why_zh}emergency offices list 可查。",
        )
    if reason:
        click.echo(
            settings.say(
                f"注意：单位 {office} 的一项变更未列出：{reason.zh}",
                f"Warning: a change of the office {office} is left out: {reason.en}",
            ),
            err=True,
        )
    moment = now().astimezone(settings.zone(directory))
    facts = list(_facts(directory, known, moment.date()))
    if form == "json":
        emit_json(
            {
                "schema": SCHEMA,
                "at": moment.isoformat(),
                "office": {
                    "office": office,
                    "name": known.name,
                    "tier": known.tier.value,
                    "line": known.line.value,
                    "division": known.division,
                    "zone": known.zone,
                    "logs_here": known.logs_since is not None,
                    "broken": str(reason) if reason else None,
                },
                "rows": facts,
            }
        )
    elif form == "csv":
        emit_csv(facts, KEYS)
    else:
        from emergency.assessment.words import LINES, TIERS  # noqa: PLC0415 - the engine is loaded by now

        head = [
            settings.words(TIERS[known.tier]),
            settings.words(LINES[known.line]),
            *([known.division] if known.division else []),
        ]
        columns = [
            Column("", lambda row: _title(settings, row["fact"])),
            Column(settings.say("自", "since"), lambda row: row["words"][0], fold=False),
            Column("", lambda row: row["words"][1]),
        ]
        rows = [{**row, "words": _words(settings, directory, row)} for row in facts]
        show(f"{known.name} ({office}) {settings.say('，', ', ').join(head)}", table(columns, rows))


def _facts(directory: Directory, office: Office, today: date) -> Iterator[dict[str, Any]]:
    """One thing a row: what it is, from which day on, and a value, offices, or both."""
    for since, gone in office.life:
        yield _fact(
            "exists" if gone is None else "succeeded" if gone else "dissolved", since, None, gone or ()
        )
    for since, name in office.names:
        yield _fact("name", since, name)
    for since, superiors in office.superiors:
        yield _fact("reports-to", since, None, superiors)
    told = directory.superiors(office.id, today)
    if told != directory.listed_superiors(office.id, today):
        yield _fact("reports-today-to", None, None, told)
    for since, (reporting, directly_to) in office.classes:
        yield _fact("reporting", since, reporting.value, directly_to)
    for post, held in office.posts:
        for since, officer in held:
            yield _fact(post.value, since, officer)
    from emergency.domain.offices import lineage  # noqa: PLC0415 - help needs no engine

    for before in lineage(directory, office.id):
        yield _fact("predecessor", before.since, None, (before.office,))


def _fact(fact: str, since: date | None, value: str | None, offices: tuple[str, ...] = ()) -> dict[str, Any]:
    return {
        "fact": fact,
        "since": since.isoformat() if since else None,
        "value": value,
        "offices": list(offices),
    }


_TITLES = {
    "exists": ("存在", "exists"),
    "succeeded": ("由他人承接", "succeeded by"),
    "dissolved": ("撤销", "dissolved"),
    "name": ("名称", "name"),
    "reports-to": ("报送", "reports to"),
    "reports-today-to": ("现报送", "today to"),
    "reporting": ("类别", "class"),
    "predecessor": ("承接自（历史记录）", "took over from"),
}


def _title(settings: Settings, fact: str) -> str:
    return settings.say(*_TITLES[fact]) if fact in _TITLES else post_word(settings, fact)


def _words(settings: Settings, directory: Directory, row: dict[str, Any]) -> tuple[str, str]:
    """A row's day and its value, as people read them."""
    from datetime import date  # noqa: PLC0415 - for the type checker only, above

    say, fact, offices = settings.say, row["fact"], called(directory, row["offices"])
    day = day_word(settings, date.fromisoformat(row["since"]) if row["since"] else None)
    if fact == "reports-today-to":
        return "", offices or say("无上级", "nobody")
    if fact == "reporting":
        to = say("，可直报 ", ", directly to ") + offices if offices else ""
        return day, class_word(settings, row["value"]) + to
    if fact == "reports-to":
        return day, offices or say("无上级", "nobody")
    if fact in ("exists", "dissolved", "succeeded", "predecessor"):
        return day, offices
    return day, row["value"] or say("空缺", "vacant")
