"""``emergency rules``: what the law says, since when, where it is written, and whether anybody read it."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from emergency_cli.context import Settings, common_options, now, pass_settings
from emergency_cli.entries import CATEGORIES
from emergency_cli.lazy import REFUSED, leave
from emergency_cli.offices import LINES, TIERS
from emergency_cli.output import SCHEMA, emit_csv, emit_json, format_option, indented, show

if TYPE_CHECKING:
    from emergency.rulebook import Citation, Rule, Rulebook, Value


@click.group()
def rules() -> None:
    """The rules, dated and cited 规则库."""


_on = click.option(
    "--on", "on", metavar="DAY", type=click.DateTime(["%Y-%m-%d"]), help="In force on this day."
)


@rules.command("list")
@_on
@click.option("--category", type=click.Choice(CATEGORIES), help="For this category of events.")
@click.option("--tier", type=click.Choice(TIERS), help="Owed by offices of this tier.")
@click.option("--line", type=click.Choice(LINES), help="Owed by offices of this line.")
@format_option
@common_options
@pass_settings
def list_rules(
    settings: Settings,
    on: datetime | None,
    category: str | None,
    tier: str | None,
    line: str | None,
    form: str,
) -> None:
    """The rules in force today, or on a day."""
    from emergency.rulebook import load  # noqa: PLC0415 - help needs no rules

    book = load(settings.rules)
    day = on.date() if on else now().astimezone(settings.zone()).date()
    rows = [
        _row(rule, value)
        for rule in book.rules
        if (value := rule.value_on(day)) is not None
        and (category is None or rule.categories is None or category in rule.categories)
        and (tier is None or tier in rule.who.tiers)
        and (line is None or line in rule.who.lines)
    ]
    if form == "json":
        emit_json({"schema": SCHEMA, "on": day.isoformat(), "rulebook": book.fingerprint, "rows": rows})
    elif form == "csv":
        emit_csv(rows, RULE_KEYS)
    elif not rows:
        click.echo(settings.say("没有符合条件的规则。", f"No rule in force on {day} fits."))
    else:
        for row in rows:
            unsure = "" if row["confirmed"] else settings.say(" [原文未核对]", " [text not confirmed]")
            title = row["title_zh"] if settings.chinese else row["title_en"]
            show(row["rule"], indented(title, 2), indented(f"{row['citation']}{unsure}", 2))


RULE_KEYS = (
    "rule",
    "title_zh",
    "title_en",
    "rank",
    "tiers",
    "lines",
    "to_tier",
    "to_line",
    "channel",
    "clock",
    "within",
    "no_hours",
    "since",
    "citation",
    "confirmed",
)


def _row(rule: Rule, value: Value) -> dict[str, Any]:
    from emergency.projections.rows import iso_duration  # noqa: PLC0415 - help needs no engine

    return {
        "rule": rule.id,
        "title_zh": rule.title.zh,
        "title_en": rule.title.en,
        "rank": rule.rank.value,
        "tiers": [tier.value for tier in rule.who.tiers],
        "lines": [line.value for line in rule.who.lines],
        "to_tier": str(rule.to.tier),
        "to_line": str(rule.to.line),
        "channel": rule.channel.value,
        "clock": value.clock.value,
        "within": iso_duration(value.limit.within),
        "no_hours": value.limit.no_hours,
        "since": value.since.isoformat(),
        "citation": _cited(value.citation),
        "confirmed": value.confirmed,
    }


def _cited(citation: Citation) -> str:
    return " ".join(part for part in (f"《{citation.law}》", citation.number, citation.article) if part)


@rules.command("show")
@click.argument("rule")
@common_options
@pass_settings
def show_rule(settings: Settings, rule: str) -> None:
    """One rule with all its values; RULE is its name or a part that only it has."""
    from emergency.rulebook import load  # noqa: PLC0415 - help needs no rules

    book = load(settings.rules)
    found = _named(book, rule)
    say = settings.say
    show(found.id, indented(found.title.zh, 2), indented(found.title.en, 2))
    for name, text in _scope(settings, found):
        show(indented(f"{name}: {text}", 2))
    for since, value in found.values.items():
        limit = getattr(value, "limit", None)
        click.echo("")
        show(f"{say('自', 'since')} {since}: {_limit(settings, value) if limit else say('废止', 'repealed')}")
        for line in _value_lines(settings, value):
            show(indented(line, 2))


def _named(book: Rulebook, name: str) -> Rule:
    """The rule of that id, or the only one whose id ends so, or holds it."""
    for fits in (str.__eq__, lambda rule_id, part: rule_id.endswith(f"/{part}"), str.__contains__):
        fitting = [rule for rule in book.rules if fits(rule.id, name)]
        if len(fitting) == 1:
            return fitting[0]
    return book.rule(name)


def _scope(settings: Settings, rule: Rule) -> list[tuple[str, str]]:
    say = settings.say

    def listed(words: Any) -> str:  # noqa: ANN401 - tuples of words or of our enums
        return ", ".join(map(str, words))

    lines = [
        (say("谁", "who"), f"{listed(rule.who.tiers)} / {listed(rule.who.lines)}"),
        (
            say("报谁", "to"),
            f"{rule.to.tier} / {rule.to.line}{say('及以上', ' or above') if rule.to.or_above else ''}",
        ),
        (say("效力", "rank"), rule.rank.value),
        (say("方式", "channel"), rule.channel.value),
    ]
    for name, words in (
        (say("类别", "categories"), rule.categories),
        (say("种类", "kinds"), rule.kinds),
        (say("不含", "except"), rule.kinds_except),
        (say("级别", "levels"), rule.levels),
        (say("地域", "where"), rule.where),
    ):
        if words:
            lines.append((name, listed(words)))
    if rule.at_least:
        lines.append((say("数字达到", "at least"), ", ".join(f"{n} {c}" for n, c in rule.at_least.items())))
    return lines


def _limit(settings: Settings, value: Any) -> str:  # noqa: ANN401 - a value or a repeal
    from emergency.assessment.words import limit_words  # noqa: PLC0415 - help needs no engine

    say = settings.say
    say = settings.say
    clock = {
        "learned": say("获悉", "learning of it"),
        "received": say("接报", "receiving it"),
        "occurred": say("事发", "the event"),
    }[value.clock.value]
    limit = settings.words(limit_words(value.limit.within, value.limit.no_hours))
    return say(f"{clock}后{limit}", f"{limit} of {clock}" if value.limit.within else limit)


def _value_lines(settings: Settings, value: Any) -> list[str]:  # noqa: ANN401 - a value or a repeal
    say, citation = settings.say, value.citation
    promulgated = f", {say('公布', 'promulgated')} {citation.promulgated}" if citation.promulgated else ""
    lines = [f"{_cited(citation)}{promulgated}"]
    if citation.text:
        lines.append(f"“{citation.text}”")
    lines.append(f"{say('来源', 'source')}: {citation.source}")
    lines.append(
        _checked(settings, value.checked_on) if value.confirmed else say("原文未核对", "text not confirmed")
    )
    lines.append(f"{say('入库', 'recorded on')} {value.recorded_on}")
    if value.note:
        lines.append(f"{say('说明', 'note')}: {value.note}")
    return lines


def _checked(settings: Settings, day: date | None) -> str:
    return settings.say("原文已核对", "confirmed") + (f" {day}" if day else "")


@rules.command("lint")
@click.argument("folder", required=False, type=click.Path(path_type=Path))
@common_options
@pass_settings
def lint_rules(settings: Settings, folder: Path | None) -> None:
    """Look over a folder of rules, or those that come with the program; exit code 3 where one is broken."""
    from emergency.rulebook import Severity, lint  # noqa: PLC0415 - help needs no rules

    problems = lint(folder or settings.rules)
    for problem in problems:
        click.echo(str(problem))
    errors = sum(problem.severity is Severity.ERROR for problem in problems)
    click.echo(
        settings.say(
            f"{errors} 处错误，{len(problems) - errors} 处提醒。",
            f"{errors} errors, {len(problems) - errors} warnings.",
        )
    )
    leave(REFUSED if errors else 0)
