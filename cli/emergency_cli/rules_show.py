"""``emergency rules list``, ``at`` and ``show``: rules in force, what a day changes, and one rule in full."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime, timedelta
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any, TypeVar

import click

from emergency_cli.context import Settings, common_options, now, pass_settings
from emergency_cli.entries import CATEGORIES
from emergency_cli.offices import LINES, TIERS
from emergency_cli.output import SCHEMA, emit_csv, emit_json, format_option, indented, show

if TYPE_CHECKING:
    from emergency.rulebook import NormRule, Rule, Rulebook, Value
    from emergency.rulebook.norms import Asked

F = TypeVar("F", bound=Callable[..., Any])
LEVELS = ("I", "II", "III", "IV")
STAGES = ("first", "follow-up", "supplement", "final", "likely", "warning", "recovery")


form_option = click.option(
    "--format",
    "form",
    type=click.Choice(["table", "json"]),
    default="table",
    show_default=True,
    help="For people, or for programs.",
)


def day_option(name: str, words: str) -> Callable[[F], F]:
    """A day of the calendar."""
    return click.option(f"--{name}", name, metavar="DAY", type=click.DateTime(["%Y-%m-%d"]), help=words)


def filters(command: F) -> F:
    """Which rules are meant."""
    for option in (
        click.option("--unconfirmed", is_flag=True, help="Only those whose text nobody has read."),
        click.option("--where", metavar="CODE", help="Only those for this division, national ones included."),
        click.option("--level", type=click.Choice(LEVELS), help="For events of this level."),
        click.option("--stage", type=click.Choice(STAGES), help="For this report."),
        click.option("--line", type=click.Choice(LINES), help="Owed by offices of this line."),
        click.option("--tier", type=click.Choice(TIERS), help="Owed by offices of this tier."),
        click.option("--category", type=click.Choice(CATEGORIES), help="For this category of events."),
    ):
        command = option(command)
    return command


@click.command("list")
@day_option("on", "In force on this day.")
@click.option(
    "--checks", is_flag=True, help="The texts that ask for checks of the four norms, in place of rules."
)
@filters
@format_option
@common_options
@pass_settings
def list_rules(settings: Settings, /, on: datetime | None, checks: bool, form: str, **wanted: Any) -> None:  # noqa: ANN401 - click's own
    """The rules in force today, or on a day."""
    from emergency.rulebook import load  # noqa: PLC0415 - help needs no rules

    book = load(settings.rules)
    day = on.date() if on else today(settings)
    if checks:
        _list_checks(settings, book, day, form, wanted)
        return
    rows = [
        row_of(rule, value)
        for rule in book.rules
        if (value := rule.value_on(day)) is not None and _fits(rule, value, **wanted)
    ]
    if form == "json":
        emit_json({"schema": SCHEMA, "on": day.isoformat(), "rulebook": book.fingerprint, "rows": rows})
    elif form == "csv":
        emit_csv(rows, RULE_KEYS)
    elif not rows:
        click.echo(settings.say("没有符合条件的规则。", f"No rule in force on {day} fits."))
    else:
        _table(settings, book, rows)


def _list_checks(settings: Settings, book: Rulebook, day: date, form: str, wanted: dict[str, Any]) -> None:
    """The texts that ask for checks, in force on a day; what they have no word for filters nothing out."""
    from emergency_cli import rules_norms as norms  # noqa: PLC0415 - only for whoever asks

    def fits(rule: NormRule, value: Asked) -> bool:
        who, where = rule.who, wanted["where"]
        return (
            (wanted["category"] is None or rule.categories is None or wanted["category"] in rule.categories)
            and (wanted["tier"] is None or who is None or wanted["tier"] in who.tiers)
            and (wanted["line"] is None or who is None or wanted["line"] in who.lines)
            and (wanted["level"] is None or rule.levels is None or wanted["level"] in rule.levels)
            and (where is None or rule.where is None or any(where.startswith(code) for code in rule.where))
            and not (wanted["unconfirmed"] and value.confirmed)
        )

    rows = norms.rows(book, day, fits)
    if form == "json":
        emit_json({"schema": SCHEMA, "on": day.isoformat(), "rulebook": book.fingerprint, "rows": rows})
    elif form == "csv":
        emit_csv(rows, norms.KEYS)
    elif not rows:
        click.echo(settings.say("没有符合条件的检查依据。", f"No text that asks for a check on {day} fits."))
    else:
        norms.print_rows(settings.say, book, rows)


@click.command("at")
@click.argument("day", metavar="DATE", type=click.DateTime(["%Y-%m-%d"]))
@click.option("--changed", is_flag=True, help="Only what begins, ends or changes on that day.")
@filters
@format_option
@common_options
@pass_settings
def rules_at(settings: Settings, /, day: datetime, changed: bool, form: str, **wanted: Any) -> None:  # noqa: ANN401 - click's own
    """The rules in force on DATE, and which of them begin, change or end on that very day."""
    from emergency.rulebook import load  # noqa: PLC0415 - help needs no rules

    book = load(settings.rules)
    at = day.date()
    rows = list(_on_the_day(book, at, wanted, changed=changed))
    if form == "json":
        emit_json({"schema": SCHEMA, "on": at.isoformat(), "rulebook": book.fingerprint, "rows": rows})
        return
    if form == "csv":
        emit_csv(rows, (*RULE_KEYS, "day"))
        return
    _table(settings, book, rows)
    counted = {kind: sum(row["day"] == kind for row in rows) for kind in ("begins", "changes", "ends")}
    standing = len(rows) - counted["ends"]
    click.echo(
        settings.say(
            f"{at} 有效 {standing} 条；当日起施行 {counted['begins']} 条，"
            f"变更 {counted['changes']} 条，失效 {counted['ends']} 条。",
            f"{standing} in force on {at}; {counted['begins']} begin, {counted['changes']} change, "
            f"{counted['ends']} end on that day.",
        )
    )


def _on_the_day(
    book: Rulebook, day: date, wanted: dict[str, Any], *, changed: bool
) -> Iterator[dict[str, Any]]:
    """The rows of a day: ``day`` tells whether the rule begins, changes or ends on it, else null."""
    for rule in book.rules:
        value = rule.value_on(day)
        before = rule.value_on(day - timedelta(days=1)) if day > date.min else None
        told = value or before
        if told is None or not _fits(rule, told, **wanted):
            continue
        kind = None
        if value is None:
            kind = "ends"
        elif before is None:
            kind = "begins"
        elif value is not before:
            kind = "changes"
        if kind is not None or not changed:
            yield {**row_of(rule, told), "day": kind}


def today(settings: Settings) -> date:
    """The day at the keyboard."""
    return now().astimezone(settings.zone()).date()


def _fits(
    rule: Rule,
    value: Value,
    *,
    category: str | None,
    tier: str | None,
    line: str | None,
    stage: str | None,
    level: str | None,
    where: str | None,
    unconfirmed: bool,
) -> bool:
    return (
        (category is None or rule.categories is None or category in rule.categories)
        and (tier is None or tier in rule.who.tiers)
        and (line is None or line in rule.who.lines)
        and (stage is None or stage == rule.stage)
        and (level is None or rule.levels is None or level in rule.levels)
        and (where is None or rule.where is None or any(where.startswith(code) for code in rule.where))
        and not (unconfirmed and value.confirmed)
    )


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
    "stage",
    "modality",
    "limit_zh",
    "limit_en",
    "levels",
    "at_least",
    "circumstances",
    "level_unclear",
    "categories",
    "kinds",
    "kinds_except",
    "where",
    "row",
)


def row_of(rule: Rule, value: Value) -> dict[str, Any]:
    """A rule as it stands on a day, for programs (held stable)."""
    from emergency.assessment.words import limit_words  # noqa: PLC0415 - help needs no engine
    from emergency.rulebook.plain import plain  # noqa: PLC0415 - as above

    words = limit_words(value.limit)
    form = plain(value.limit)
    return {
        "rule": rule.id,
        "title_zh": rule.title.zh,
        "title_en": rule.title.en,
        "rank": rule.rank.value,
        "tiers": [tier.value for tier in rule.who.tiers],
        "lines": [line.value for line in rule.who.lines],
        "to_tier": None if rule.to.tier is None else str(rule.to.tier),
        "to_line": None if rule.to.line is None else str(rule.to.line),
        "to_named": None if rule.to.named is None else {"zh": rule.to.named.zh, "en": rule.to.named.en},
        "channel": rule.channel.value,
        "clock": value.clock.value,
        "within": form.get("within"),
        "no_hours": value.limit.no_hours,
        "limit": form,
        "limit_zh": words.zh,
        "limit_en": words.en,
        "since": value.since.isoformat(),
        "citation": cited(value),
        "confirmed": value.confirmed,
        "stage": rule.stage.value,
        "modality": rule.modality.value,
        "levels": plain(rule.levels),
        "at_least": plain(rule.at_least),
        "circumstances": plain(rule.circumstances),
        "level_unclear": rule.level_unclear,
        "window": plain(rule.window),
        "categories": plain(rule.categories),
        "kinds": plain(rule.kinds),
        "kinds_except": plain(rule.kinds_except),
        "where": plain(rule.where),
        "row": rule.row,
    }


def cited(value: Value) -> str:
    """Law, number and article of a value."""
    from emergency_cli import rules_words as words  # noqa: PLC0415 - help needs no engine

    return words.cited(value.citation)


def _table(settings: Settings, book: Rulebook, rows: list[dict[str, Any]]) -> None:
    """One block a rule: its name, its title, who by when to whom, and where that is written."""
    from emergency_cli import rules_words as words  # noqa: PLC0415 - help needs no engine

    say = settings.say
    for row in rows:
        rule = book.rule(row["rule"])
        value = rule.value_on(date.fromisoformat(row["since"]))
        assert value is not None  # noqa: S101 - a row is made of a value
        mark = _MARKS.get(row.get("day") or "")
        lines = [row["title_zh"] if settings.chinese else row["title_en"]]
        if rule.modality.value == "may":
            lines.append(say("允许，不评判", "allowed, never judged"))
        lines.append(words.limit(say, value.limit, value.clock))
        if only := words.conditions(say, rule, book):
            lines.append(f"{say('条件', 'only if')}: {only}")
        unsure = "" if row["confirmed"] else say(" [原文未核对]", " [text not confirmed]")
        lines.append(f"{row['citation']}{unsure}")
        show(
            row["rule"] + (f"  {say(*mark)}" if mark else ""),
            *(indented(line, 2) for line in lines),
        )


_MARKS = {
    "begins": ("▲ 当日施行", "▲ begins"),
    "changes": ("△ 当日变更", "△ changes"),
    "ends": ("▽ 当日失效", "▽ ends"),
}


@click.command("show")
@click.argument("rule")
@common_options
@pass_settings
def show_rule(settings: Settings, rule: str) -> None:
    """One rule with all its values; RULE is its name or a part that only it has."""
    from emergency.rulebook import Rule, Value, load  # noqa: PLC0415 - help needs no rules
    from emergency_cli import rules_words as words  # noqa: PLC0415 - help needs no engine

    book = load(settings.rules)
    found = _named(book, rule)
    if not isinstance(found, Rule):
        _show_check(settings, found)
        return
    say = settings.say
    show(found.id, indented(found.title.zh, 2), indented(found.title.en, 2))
    for name, text in words.scope(say, found, book):
        show(indented(f"{name}: {text}", 2))
    show(indented(f"{say('汇编行号', 'row')}: {found.row}", 2))
    for since, value in found.values.items():
        limit = (
            words.limit(say, value.limit, value.clock)
            if isinstance(value, Value)
            else say("废止", "repealed")
        )
        click.echo("")
        show(f"{say('自', 'since')} {since}: {limit}")
        for line in _value_lines(settings, value):
            show(indented(line, 2))
    for title, lines in _beside(settings, book, found):
        click.echo("")
        show(title, *(indented(line, 2) for line in lines))


def _show_check(settings: Settings, rule: NormRule) -> None:
    """A text that asks for a check, with all its values."""
    from emergency_cli import rules_norms as norms  # noqa: PLC0415 - only for whoever asks

    say = settings.say
    show(rule.id, indented(rule.title.zh, 2), indented(rule.title.en, 2))
    for name, text in norms.scope(say, rule):
        show(indented(f"{name}: {text}", 2))
    show(indented(f"{say('汇编行号', 'row')}: {rule.row}", 2))
    for since, value in rule.values.items():
        click.echo("")
        show(f"{say('自', 'since')} {since}: {norms.value_words(say, value)}")
        for line in _value_lines(settings, value):
            show(indented(line, 2))


def _beside(settings: Settings, book: Rulebook, rule: Rule) -> Iterator[tuple[str, list[str]]]:
    """What stands beside the values: unread texts that may have changed it, examples, what was accepted."""
    from emergency_cli import rules_words as words  # noqa: PLC0415 - help needs no engine

    say = settings.say
    unread = [text for text in book.unread if any(fnmatchcase(rule.id, pattern) for pattern in text.rules)]
    if unread:
        yield (
            say(
                "可能已改变此规则、尚无人读过的文本",
                "Texts that may have changed it and that nobody has read",
            ),
            [f"{say('自', 'since')} {text.since}: {say(text.says.zh, text.says.en)}" for text in unread],
        )
    if rule.examples:
        numbered = (f"{number}. {words.example(say, one)}" for number, one in enumerate(rule.examples, 1))
        yield say("例子", "Examples"), list(numbered)
    if rule.accepts:
        yield (
            say("已看过、照此保留的提醒", "Warnings that were looked at and left"),
            [f"{code}: {why}" for code, why in rule.accepts.items()],
        )


def _named(book: Rulebook, name: str) -> Rule | NormRule:
    """The rule of that id, or the only one whose id ends so, or holds it; else a text that asks for a check."""
    from emergency.errors import NotFoundError  # noqa: PLC0415 - help needs no rules

    shelves: tuple[Iterable[Rule | NormRule], ...] = (book.rules, book.norms)
    for shelf in shelves:
        for fits in (str.__eq__, lambda rule_id, part: rule_id.endswith(f"/{part}"), str.__contains__):
            fitting = [rule for rule in shelf if fits(rule.id, name)]
            if len(fitting) > 1:
                some = ", ".join(rule.id for rule in fitting[:5]) + (", …" if len(fitting) > 5 else "")  # noqa: PLR2004
                raise NotFoundError(f"{len(fitting)} rules fit {name}: {some}. Write more of the name.")
            if fitting:
                return fitting[0]
    return book.rule(name)


def _value_lines(settings: Settings, value: Any) -> list[str]:  # noqa: ANN401 - a value or a repeal
    say, citation = settings.say, value.citation
    promulgated = f", {say('公布', 'promulgated')} {citation.promulgated}" if citation.promulgated else ""
    lines = [f"{cited(value)}{promulgated}"]
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
