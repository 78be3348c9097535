"""``emergency rules list``, ``at`` and ``show``: rules in force, what a day changes, and one rule in full."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime, timedelta
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any, TypeVar

import click

from emergency_cli.bilingual import Both, both, command, option
from emergency_cli.choices import CATEGORIES, LINES, TIERS, OneOf
from emergency_cli.context import Settings, common_options, now, pass_settings
from emergency_cli.output import SCHEMA, emit_csv, emit_json, format_option, indented, show

if TYPE_CHECKING:
    from emergency.rulebook import Rule, Rulebook, Value

F = TypeVar("F", bound=Callable[..., Any])
LEVELS = ("I", "II", "III", "IV")
STAGES = ("first", "follow-up", "supplement", "final", "likely", "warning", "recovery")


form_option = option(
    "--format",
    "form",
    type=click.Choice(["table", "json"]),
    default="table",
    show_default=True,
    help=both("输出格式：供阅读，或供程序使用。", "For people, or for programs."),
)


def day_option(name: str, words: Both) -> Callable[[F], F]:
    """A day of the calendar."""
    return option(f"--{name}", name, metavar="DAY", type=click.DateTime(["%Y-%m-%d"]), help=words)


def filters(command: F) -> F:
    """Which rules are meant."""
    for decorate in (
        option(
            "--unconfirmed",
            is_flag=True,
            help=both("只看无人核对过原文的。", "Only those whose text nobody has read."),
        ),
        option(
            "--where",
            metavar="CODE",
            help=both(
                "只看用于此行政区划的，含全国规则。", "Only those for this division, national ones included."
            ),
        ),
        option("--level", type=click.Choice(LEVELS), help=both("事件级别。", "For events of this level.")),
        option("--stage", type=click.Choice(STAGES), help=both("何种报告。", "For this report.")),
        option("--line", type=OneOf(LINES), help=both("义务单位的系统。", "Owed by offices of this line.")),
        option("--tier", type=OneOf(TIERS), help=both("义务单位的层级。", "Owed by offices of this tier.")),
        option(
            "--category",
            type=OneOf(CATEGORIES),
            help=both("事件类别。", "For this category of events."),
        ),
    ):
        command = decorate(command)
    return command


OF = ("rules", "levels", "provisions", "elements", "norms", "review", "schemes")
"""The folders of rule files; `emergency.rulebook.folders` says what each holds."""
Found = tuple[Any, Any, str | None]
"""A rule or other file, its value on a day, and whether it begins, changes or ends on it."""

of_option = option(
    "--of",
    type=click.Choice(OF),
    default="rules",
    show_default=True,
    help=both(
        "看什么：报告义务，或其他目录之一（norms 四个统一规范、schemes 考核计分）。",
        "What: duties to report, or one of the folders beside them (norms, schemes).",
    ),
)


@command(
    "list",
    zh="""今日或某日有效的规则。

    筛选只去掉内容不合的；规则未提及该条件的，照样列出。
    """,
)
@day_option("on", both("当日有效的。", "In force on this day."))
@of_option
@filters
@format_option
@common_options
@pass_settings
def list_rules(settings: Settings, /, on: datetime | None, of: str, form: str, **wanted: Any) -> None:  # noqa: ANN401 - click's own
    """The rules in force today, or on a day.

    A filter leaves out what speaks of something else; what does not speak of it at all is listed.
    """
    from emergency.rulebook import load  # noqa: PLC0415 - help needs no rules

    book = load(settings.rules)
    day = on.date() if on else today(settings)
    found: list[Found] = [
        (one, value, None)
        for one in _shelf(book, of)
        if (value := one.value_on(day)) is not None and _fits(one, value, **wanted)
    ]
    if form == "json":
        _emit(book, day, _rows(found, of))
    elif form == "csv":
        emit_csv(_rows(found, of), _keys(of))
    elif found:
        _table(settings, book, found, of)
    elif of == "rules":
        click.echo(settings.say(f"{day} 没有符合条件的规则。", f"No rule in force on {day} fits."))
    else:
        click.echo(settings.say(f"{of}：{day} 没有符合条件的。", f"{of}: nothing in force on {day} fits."))


@command(
    "at",
    zh="""DATE 当日有效的规则，以及其中当日起施行、变更、失效的。

    规则之后，列出当日其他的起止与变更：分级表、要素、规范、计分办法等。
    """,
)
@click.argument("day", metavar="DATE", type=click.DateTime(["%Y-%m-%d"]))
@option(
    "--changed",
    is_flag=True,
    help=both("只看当日起施行、失效或变更的。", "Only what begins, ends or changes on that day."),
)
@of_option
@filters
@format_option
@common_options
@pass_settings
def rules_at(
    settings: Settings,
    /,
    day: datetime,
    changed: bool,
    of: str,
    form: str,
    **wanted: Any,  # noqa: ANN401 - click's own
) -> None:
    """The rules in force on DATE, and which of them begin, change or end on that very day.

    Below the rules stands whatever else begins, changes or ends on it: tables, elements, norms, schemes…
    """
    from emergency.rulebook import load  # noqa: PLC0415 - help needs no rules

    book = load(settings.rules)
    at = day.date()
    found = list(_on_the_day(book, at, of, wanted, changed=changed))
    beside = [] if of != "rules" else [other for other in OF if other != of]
    others = {other: list(_on_the_day(book, at, other, wanted, changed=True)) for other in beside}
    if form == "json":
        more = [
            {"of": other, **row} for other, listed in others.items() for row in _marked_rows(listed, other)
        ]
        _emit(book, at, _marked_rows(found, of), **({"others": more} if of == "rules" else {}))
        return
    if form == "csv":
        emit_csv(_marked_rows(found, of), (*_keys(of), "day"))
        return
    _table(settings, book, found, of)
    counted = {kind: sum(each[2] == kind for each in found) for kind in _MARKS}
    standing = len(found) - counted["ends"]
    click.echo(
        settings.say(
            f"{at} 有效 {standing} 条；当日起施行 {counted['begins']} 条，"
            f"变更 {counted['changes']} 条，失效 {counted['ends']} 条。",
            f"{standing} in force on {at}; {counted['begins']} begin, {counted['changes']} change, "
            f"{counted['ends']} end on that day.",
        )
    )
    if any(others.values()):
        click.echo(settings.say("\n当日另有变化：", "\nWhat else begins, changes or ends on that day:"))
    for other, listed in others.items():
        _table(settings, book, listed, other)


def _emit(book: Rulebook, day: date, rows: list[dict[str, Any]], **more: Any) -> None:  # noqa: ANN401 - rows
    emit_json({"schema": SCHEMA, "on": day.isoformat(), "rulebook": book.fingerprint, "rows": rows, **more})


def _shelf(book: Rulebook, of: str) -> list[Any]:
    """What lies in a folder, the highest rank first."""
    from emergency.rulebook.folders import BY_NAME  # noqa: PLC0415 - help needs no rules

    listed = getattr(book, BY_NAME[of].shelf)
    return sorted(listed, key=lambda one: (one.rank.order if hasattr(one, "rank") else 0, one.id))


def _on_the_day(
    book: Rulebook, day: date, of: str, wanted: dict[str, Any], *, changed: bool
) -> Iterator[Found]:
    """What stands on a day, and what begins, changes or ends on it."""
    for one in _shelf(book, of):
        value = one.value_on(day)
        before = one.value_on(day - timedelta(days=1)) if day > date.min else None
        told = value or before
        if told is None or not _fits(one, told, **wanted):
            continue
        kind = None
        if value is None:
            kind = "ends"
        elif before is None:
            kind = "begins"
        elif value is not before:
            kind = "changes"
        if kind is not None or not changed:
            yield one, told, kind


def _keys(of: str) -> tuple[str, ...]:
    """The keys of a row."""
    if of == "rules":
        return RULE_KEYS
    from emergency_cli.rules_folders import SORTS_OF_FILES  # noqa: PLC0415 - only for whoever asks

    return SORTS_OF_FILES[of].keys


def _rows(found: Iterable[Found], of: str) -> list[dict[str, Any]]:
    """The rows for programs."""
    if of == "rules":
        return [row_of(rule, value) for rule, value, _ in found]
    from emergency_cli import rules_folders as folders  # noqa: PLC0415 - only for whoever asks

    sort = folders.SORTS_OF_FILES[of]
    return [folders.row_of(one, value, sort) for one, value, _ in found]


def _marked_rows(found: list[Found], of: str) -> list[dict[str, Any]]:
    """The rows of a day: ``day`` tells whether it begins, changes or ends on it, else null."""
    return [{**row, "day": kind} for row, (_, _, kind) in zip(_rows(found, of), found, strict=True)]


def today(settings: Settings) -> date:
    """The day at the keyboard."""
    return now().astimezone(settings.zone()).date()


def _fits(
    one: Any,  # noqa: ANN401 - of any folder
    value: Any,  # noqa: ANN401 - as above
    *,
    category: str | None,
    tier: str | None,
    line: str | None,
    stage: str | None,
    level: str | None,
    where: str | None,
    unconfirmed: bool,
) -> bool:
    who, levels = getattr(one, "who", None), getattr(one, "levels", None)
    stages = (one.stage,) if hasattr(one, "stage") else getattr(one, "stages", None)
    return (
        (category is None or one.categories is None or category in one.categories)
        and (tier is None or who is None or tier in who.tiers)
        and (line is None or who is None or line in who.lines)
        and (stage is None or stages is None or stage in stages)
        and (level is None or levels is None or level in levels)
        and (where is None or one.where is None or any(where.startswith(code) for code in one.where))
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


def _table(settings: Settings, book: Rulebook, found: Iterable[Found], of: str) -> None:
    """One block each: its name, its title, what it says, and where that is written."""
    said = _rule_lines if of == "rules" else _other_lines
    for one, value, kind in found:
        mark = f"  {settings.say(*_MARKS[kind])}" if kind else ""
        unsure = "" if value.confirmed else settings.say(" [原文未核对]", " [text not confirmed]")
        lines = (
            settings.say(one.title.zh, one.title.en),
            *said(settings, book, one, value),
            f"{cited(value)}{unsure}",
        )
        show(one.id + mark, *(indented(line, 2) for line in lines))


def _rule_lines(settings: Settings, book: Rulebook, rule: Rule, value: Value) -> Iterator[str]:
    from emergency_cli import rules_words as words  # noqa: PLC0415 - help needs no engine

    say = settings.say
    if rule.modality.value == "may":
        yield say("允许，不评判", "allowed, never judged")
    yield words.limit(say, value.limit, value.clock)
    if only := words.conditions(say, rule, book):
        yield f"{say('条件：', 'only if: ')}{only}"


def _other_lines(settings: Settings, book: Rulebook, one: Any, value: Any) -> Iterator[str]:  # noqa: ANN401 - of any folder
    from emergency.rulebook.folders import folder_of  # noqa: PLC0415 - help needs no rules
    from emergency_cli.rules_folders import SORTS_OF_FILES  # noqa: PLC0415 - only for whoever asks

    sort, say = SORTS_OF_FILES[folder_of(one.id).name], settings.say
    yield from (text for _, text in list(sort.scope(say, one, book))[:1])
    if said := sort.value(say, value, book):
        yield said


_MARKS = {
    "begins": ("▲ 当日施行", "▲ begins"),
    "changes": ("△ 当日变更", "△ changes"),
    "ends": ("▽ 当日失效", "▽ ends"),
}


@command(
    "show",
    zh="""一条规则的全部内容；RULE 为其名称，或只有它才有的一部分。

    分级表、条款、要素、规范、责任追究时限、考核计分办法，也可同样查看。
    """,
)
@click.argument("rule")
@common_options
@pass_settings
def show_rule(settings: Settings, rule: str) -> None:
    """One rule with all its values; RULE is its name or a part that only it has.

    Tables of levels, provisions, elements, norms, limits in a review and schemes of points are shown likewise.
    """
    from emergency.rulebook import Rule, Value, load  # noqa: PLC0415 - help needs no rules
    from emergency_cli import rules_words as words  # noqa: PLC0415 - help needs no engine

    book = load(settings.rules)
    found = _named(book, rule)
    if not isinstance(found, Rule):
        _show_other(settings, book, found)
        return
    say = settings.say
    show(found.id, indented(say(found.title.zh, found.title.en), 2))
    for name, text in words.scope(say, found, book):
        show(indented(f"{name}{say('：', ': ')}{text}", 2))
    show(indented(f"{say('汇编行号：', 'row: ')}{found.row}", 2))
    for since, value in found.values.items():
        limit = (
            words.limit(say, value.limit, value.clock)
            if isinstance(value, Value)
            else say("废止", "repealed")
        )
        click.echo("")
        show(say(f"自 {since} 起：{limit}", f"since {since}: {limit}"))
        for line in _value_lines(settings, value):
            show(indented(line, 2))
    for title, lines in _beside(settings, book, found):
        click.echo("")
        show(title, *(indented(line, 2) for line in lines))


def _show_other(settings: Settings, book: Rulebook, one: Any) -> None:  # noqa: ANN401 - of any folder
    """What lies beside the duties to report, with all its values."""
    from emergency.rulebook.folders import folder_of  # noqa: PLC0415 - help needs no rules
    from emergency_cli import rules_folders as folders  # noqa: PLC0415 - only for whoever asks

    sort, say = folders.SORTS_OF_FILES[folder_of(one.id).name], settings.say
    show(one.id, indented(say(one.title.zh, one.title.en), 2))
    for name, text in folders.scope(say, one, book, sort):
        show(indented(f"{name}{say('：', ': ')}{text}", 2))
    if one.row is not None:
        show(indented(f"{say('汇编行号：', 'row: ')}{one.row}", 2))
    for since, value in one.values.items():
        said = sort.value(say, value, book)
        click.echo("")
        show(say(f"自 {since} 起", f"since {since}") + (say(f"：{said}", f": {said}") if said else ""))
        for line in (*sort.lines(say, value, book), *_value_lines(settings, value)):
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
            [
                say(f"自 {text.since} 起：{text.says.zh}", f"since {text.since}: {text.says.en}")
                for text in unread
            ],
        )
    if rule.examples:
        numbered = (f"{number}. {words.example(say, one)}" for number, one in enumerate(rule.examples, 1))
        yield say("例子", "Examples"), list(numbered)
    if rule.accepts:
        yield (
            say("已看过、照此保留的提醒", "Warnings that were looked at and left"),
            [f"{code}{say('：', ': ')}{why}" for code, why in rule.accepts.items()],
        )


def _named(book: Rulebook, name: str) -> Any:  # noqa: ANN401 - of any folder
    """What has that id, or alone one that ends so, or alone one that holds it; rules before what lies beside them."""
    from emergency.errors import NotFoundError  # noqa: PLC0415 - help needs no rules
    from emergency.rulebook.folders import dated  # noqa: PLC0415 - as above

    shelves = (book.rules, list(dated(book))[len(book.rules) :])
    for fits in (str.__eq__, lambda one_id, part: one_id.endswith(f"/{part}"), str.__contains__):
        for shelf in shelves:
            fitting = [one for one in shelf if fits(one.id, name)]
            if len(fitting) > 1:
                some = ", ".join(one.id for one in fitting[:5]) + (", …" if len(fitting) > 5 else "")  # noqa: PLR2004
                raise NotFoundError(
                    f"{len(fitting)} rules fit {name}: {some}. Write more of the name.",
                    zh=f"有 {len(fitting)} 条规则与 {name} 相符：{some}。请把名称写得更全。",
                )
            if fitting:
                return fitting[0]
    return book.rule(name)


def _value_lines(settings: Settings, value: Any) -> list[str]:  # noqa: ANN401 - a value or a repeal
    say, citation = settings.say, value.citation
    promulgated = (
        say("，公布于 ", ", promulgated ") + f"{citation.promulgated}" if citation.promulgated else ""
    )
    lines = [f"{cited(value)}{promulgated}"]
    if citation.text:
        lines.append(f"“{citation.text}”")
    lines.append(_in_english(settings, "来源", "source", citation.source))
    lines.append(
        _checked(settings, value.checked_on) if value.confirmed else say("原文未核对", "text not confirmed")
    )
    lines.append(f"{say('入库', 'recorded on')} {value.recorded_on}")
    if value.note:
        lines.append(f"{say('说明：', 'note: ')}{say(value.note.zh, value.note.en)}")
    return lines


def _in_english(settings: Settings, zh: str, en: str, text: str) -> str:
    """What whoever wrote the rule says of it, mostly in English only: then whoever reads Chinese is told so."""
    zh = f"{zh}（英文）" if text[:1].isascii() else zh
    return settings.say(f"{zh}：{text}", f"{en}: {text}")


def _checked(settings: Settings, day: date | None) -> str:
    return settings.say("原文已核对", "confirmed") + (f" {day}" if day else "")
