"""``emergency rules diff``, ``coverage`` and ``reference``: what changed, what is missing, and the whole to read."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from emergency_cli.bilingual import WrongUseError, both, command, option
from emergency_cli.choices import CATEGORIES, OneOf
from emergency_cli.context import Settings, common_options, pass_settings
from emergency_cli.output import SCHEMA, Column, emit_json, indented, show, table
from emergency_cli.rules_show import day_option, form_option, today

if TYPE_CHECKING:
    from emergency.rulebook import Rulebook
    from emergency.rulebook.coverage import Cell
    from emergency.rulebook.diff import Change, Side

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


@command(
    "diff",
    zh="""从 A 到 B 的变化；A、B 各为日期（如 2024-11-01）、规则文件夹或规则包（如 330127-chunan）。

    两个日期，比较当日有效的规则；一个日期与一个文件夹，比较两者在当日的内容；两个文件夹，比较全部内容。
    """,
)
@click.argument("old", metavar="A")
@click.argument("new", metavar="B")
@form_option
@common_options
@pass_settings
def diff_rules(settings: Settings, old: str, new: str, form: str) -> None:
    """What changed from A to B, each a day like 2024-11-01, a folder of rules, or a pack such as 330127-chunan.

    Two days are compared by what is in force on them; a day and a folder by what both say on that day; two folders by
    all their values.
    """
    from emergency.rulebook.diff import differences  # noqa: PLC0415 - help needs no rules

    sides, book = _sides(settings, old, new)
    changes = list(differences(*sides))
    if form == "json":
        emit_json({"schema": SCHEMA, "from": old, "to": new, "rows": [_change_row(each) for each in changes]})
        return
    last = None
    for change in changes:
        if change.id != last:
            show(change.id, indented(settings.say(change.title.zh, change.title.en), 2))
            last = change.id
        show(indented(_said(settings, change, book), 4))
    counted = Counter(change.what.value for change in changes if change.since is None and change.part is None)
    changed = len({change.id for change in changes if change.since or change.part})
    click.echo(
        settings.say(
            f"新增 {counted['added']} 条，删去 {counted['removed']} 条，变更 {changed} 条。",
            f"{counted['added']} added, {counted['removed']} removed, {changed} changed.",
        )
    )


def _sides(settings: Settings, old: str, new: str) -> tuple[tuple[Side, Side], Rulebook]:
    """Both states, and the rulebook whose words are used."""
    from emergency.rulebook.diff import Side, side, within_pack  # noqa: PLC0415 - help needs no rules

    given = [_side(settings, one) for one in (old, new)]
    days = {day for _, day, _ in given if day is not None}
    packs = [pack for _, _, pack in given if pack is not None]
    sides: list[Side] = []
    for book, day, pack in given:
        one = side(book, day or (min(days) if days else None), pack or (packs[0] if packs else None))
        if len(packs) == len(given) and pack is not None:  # two packs: compared file by file
            scopes = {within_pack(name, pack) or name: scope for name, scope in one.scopes.items()}
            one = Side(scopes, one.day)
        sides.append(one)
    return (sides[0], sides[1]), given[1][0]


def _side(settings: Settings, said: str) -> tuple[Rulebook, date | None, str | None]:
    """The rulebook, day and pack that an argument names."""
    from emergency.rulebook import load  # noqa: PLC0415 - help needs no rules
    from emergency.rulebook.fields import read_day  # noqa: PLC0415 - as above

    if _DAY.fullmatch(said):
        try:
            return load(settings.rules), read_day(said), None
        except ValueError:
            raise WrongUseError(
                f'"{said}" is not a day of the calendar; write one like 2007-06-01.',
                zh=f"日历上没有“{said}”这一天；请写成如 2007-06-01。",
            ) from None
    if Path(said).is_dir():
        return load(Path(said)), None, None
    book = load(settings.rules)
    packs = sorted({_pack_of(rule.id) for rule in book.rules})
    fitting = [pack for pack in packs if said.strip("/") in (pack, pack.rpartition("/")[2])]
    if len(fitting) == 1:
        return book, None, fitting[0]
    raise WrongUseError(
        f"{said} is neither a day like 2024-11-01, nor a folder, nor a pack. The packs: {', '.join(packs)}.",
        zh=f"{said} 不是日期（如 2024-11-01），也不是文件夹或规则包。规则包有：{'、'.join(packs)}。",
    )


def _pack_of(rule_id: str) -> str:
    """The folder of a local pack; the national rules are one pack."""
    parts = rule_id.split("/")
    return "/".join(parts[:3] if parts[1] == "local" else parts[:2])


def _change_row(change: Change) -> dict[str, Any]:
    from emergency.rulebook.plain import plain  # noqa: PLC0415 - help needs no rules

    return {
        "id": change.id,
        "title": {"zh": change.title.zh, "en": change.title.en},
        "what": change.what.value,
        "since": plain(change.since),
        "part": change.part,
        "before": plain(change.before),
        "after": plain(change.after),
    }


_PARTS = {
    "rank": ("效力", "rank"),
    "who": ("谁", "who"),
    "to": ("报谁", "to"),
    "modality": ("性质", "modality"),
    "stage": ("报告", "stage"),
    "channel": ("方式", "channel"),
    "levels": ("级别条件", "levels"),
    "at_least": ("数字条件", "figures"),
    "circumstances": ("情形条件", "circumstances"),
    "level_unclear": ("级别不明条件", "unclear level"),
    "window": ("窗口", "window"),
    "suspended_by": ("可由其暂停", "suspended by"),
    "waived_by": ("可由其准予不报", "waived by"),
    "categories": ("类别", "categories"),
    "kinds": ("种类", "kinds"),
    "kinds_except": ("不含种类", "kinds left out"),
    "where": ("地域", "where"),
    "limit": ("时限", "limit"),
    "clock": ("起算", "clock"),
    "thresholds": ("分级数字", "thresholds"),
    "together": ("合并数字", "figures together"),
    "level_circumstances": ("分级情形", "circumstances of levels"),
    "sort": ("类型", "sort"),
    "faults": ("涉及", "about"),
    "whom": ("对象", "on whom"),
    "prevails_over": ("优先于", "prevails over"),
    "says": ("内容", "content"),
    "decides": ("认定主体", "who decides"),
    "stages": ("报告", "stages"),
    "required": ("要素", "elements"),
    "unknown_allowed": ("可注明正在核实", "may be left open"),
    "check": ("检查", "check"),
    "beside": ("并列出示", "shown beside it"),
    "asks": ("要求", "asks for"),
    "proceedings": ("处理方式", "proceedings"),
    "step": ("步骤", "step"),
    "round": ("审级", "round"),
    "body": ("机关", "body"),
    "extension": ("延长", "extension"),
    "accepted_within": ("视为受理（工作日）", "counts as accepted (working days)"),
    "leaves_open": ("条文未明确", "left open"),
    "lines": ("计分项", "lines"),
    "result": ("合计方式", "result"),
    "items": ("一条", "an item"),
    "base": ("基础分", "begins with"),
    "floor": ("最低分", "never below"),
    "grades": ("等次", "grades"),
    "presumed": ("推定的也计", "what is presumed counts"),
    "law": ("依据", "text"),
    "number": ("文号", "number"),
    "article": ("条款", "article"),
    "promulgated": ("公布日", "promulgated"),
    "confirmed": ("原文核对", "confirmed"),
}


def _said(settings: Settings, change: Change, book: Rulebook) -> str:
    say = settings.say
    since = "" if change.since is None else say(f"（自{change.since}）", f" (since {change.since})")
    if change.part is None:
        whole = {"added": ("新增", "added"), "removed": ("删去", "removed")}[change.what.value]
        value = change.after if change.what.value == "added" else change.before
        more = "" if value is None else _value_said(settings, change.id, value, book)
        return say(*whole) + since + (say(f"：{more}", f": {more}") if more else "")
    name = say(*_PARTS[change.part])
    was, now = change.before, change.after
    if change.part == "lines" and was and now:  # of a long list, only what is different
        was, now = ([one for one in was if one not in now], [one for one in now if one not in was])
    before, after = (_shown(settings, change.part, part, book) for part in (was, now))
    return say(f"{name}{since}：由「{before}」改为「{after}」", f"{name}{since}: from {before} to {after}")


def _value_said(settings: Settings, identity: str, value: Any, book: Rulebook) -> str:  # noqa: ANN401 - any value
    """A whole value, in one line."""
    from emergency.rulebook.folders import folder_of  # noqa: PLC0415 - help needs no rules
    from emergency_cli.rules_folders import SORTS_OF_FILES  # noqa: PLC0415 - only for whoever asks

    sort = SORTS_OF_FILES.get(folder_of(identity).name)
    if sort is None:
        return _shown(settings, "limit", getattr(value, "limit", None), book)
    return sort.value(settings.say, value, book)


def _shown(settings: Settings, part: str, value: Any, book: Rulebook) -> str:  # noqa: ANN401 - any part
    from emergency.assessment.words import CLOCKS, limit_words  # noqa: PLC0415 - help needs no engine
    from emergency.rulebook import Limit, Recipient, SchemeLine, Title, Who  # noqa: PLC0415 - as above
    from emergency.rulebook.norms import Settings as Asks  # noqa: PLC0415 - as above
    from emergency.rulebook.plain import plain  # noqa: PLC0415 - as above
    from emergency.rulebook.schemes import Grade  # noqa: PLC0415 - as above
    from emergency_cli import rules_folders as folders  # noqa: PLC0415 - as above
    from emergency_cli import rules_words as words  # noqa: PLC0415 - as above

    say = settings.say
    if value is None:
        return say("废止", "repealed") if part in ("limit", "lines", "asks") else say("无", "none")
    by_type: dict[type, Callable[[Any], str]] = {
        Limit: lambda limit: words.worded(say, limit_words(limit)),
        Recipient: lambda recipient: words.to(say, recipient),
        Who: lambda office: words.who(say, office),
        Title: lambda title: say(title.zh, title.en),
        Asks: lambda asks: folders.asks(say, asks) or say("无其他要求", "no more than that"),
        SchemeLine: lambda line: folders.line_words(say, line),
        Grade: lambda grade: folders.grade_words(say, grade),
    }
    if type(value) in by_type:
        return by_type[type(value)](value)
    if part == "clock":
        return words.worded(say, CLOCKS[value]) if value in CLOCKS else say(*folders.CLOCKS[value])
    if isinstance(value, bool):
        return say("是", "yes") if value else say("否", "no")
    if part in ("circumstances", "required"):
        declared = "elements" if part == "required" else part
        return words.listed(say, (words.declared(say, book, declared, slug) for slug in value))
    if isinstance(value, (tuple, list)):
        return words.listed(say, (_shown(settings, "", one, book) for one in value)) or say("无", "none")
    simple = plain(value)
    return str(simple) if not isinstance(simple, dict) else "; ".join(f"{k} {v}" for k, v in simple.items())


# -- coverage -------------------------------------------------------------------------------------------------


@command("coverage", zh="某日哪些义务有规则、哪些没有；许可不计。")
@day_option("on", both("哪一日；默认为今日。", "On this day; today unless given."))
@option("--category", type=OneOf(CATEGORIES), help=both("只看此类事件。", "Only this category of events."))
@option(
    "--where",
    metavar="CODE",
    help=both(
        "含此行政区划的规则；默认只看全国规则。",
        "With the rules of this division; national ones alone unless given.",
    ),
)
@option(
    "--rows",
    "by_row",
    is_flag=True,
    help=both("汇编的哪些条目由哪些文件写成规则。", "Which rows of the collection which files encode."),
)
@form_option
@common_options
@pass_settings
def coverage(
    settings: Settings, on: datetime | None, category: str | None, where: str | None, by_row: bool, form: str
) -> None:
    """Which duties some rule gives on a day, and which none; permissions count for nothing."""
    from emergency.rulebook import load  # noqa: PLC0415 - help needs no rules
    from emergency.rulebook.coverage import coverage as cells_of  # noqa: PLC0415 - as above

    book = load(settings.rules)
    if by_row:
        _rows(book, form)
        return
    day = on.date() if on else today(settings)
    cells = [cell for cell in cells_of(book, day, where) if category in (None, cell.category)]
    if form == "json":
        rows = [
            {
                "category": cell.category.value,
                "line": cell.line.value,
                "tier": cell.tier.value,
                "stage": cell.stage.value,
                "level": cell.level.value,
                "covered": cell.covered.value,
                "rules": list(cell.rules),
            }
            for cell in cells
        ]
        emit_json({"schema": SCHEMA, "on": day.isoformat(), "rulebook": book.fingerprint, "rows": rows})
        return
    for each in dict.fromkeys(cell.category for cell in cells):
        _coverage_table(settings, [cell for cell in cells if cell.category is each], day)
    legend = settings.say(
        "每格：有规则的级别。* 仅部分种类、数字或情形；? 仅有原文未核对的规则；· 没有规则。",
        "Each cell: the levels with a rule. * only for some kinds, figures or circumstances; "
        "? only by texts not confirmed; · no rule.",
    )
    show(indented(legend, 0))


def _rows(book: Rulebook, form: str) -> None:
    from emergency.rulebook.coverage import rows  # noqa: PLC0415 - help needs no rules

    found = rows(book)
    if form == "json":
        encoded = [{"row": row, "files": list(files)} for row, files in found.items()]
        emit_json({"schema": SCHEMA, "rulebook": book.fingerprint, "rows": encoded})
        return
    for row, files in found.items():
        show(row, *(indented(file, 2) for file in files))


_NARROW = {
    "party": ("党委", "party"),
    "government": ("政府", "gov."),
    "department": ("部门", "dept."),
    "enterprise": ("企业", "firm"),
    "unit": ("单位", "unit"),
    "village": ("村", "vill."),
    "township": ("乡", "town."),
    "county": ("县", "county"),
    "city": ("市", "city"),
    "province": ("省", "prov."),
    "ministry": ("部", "min."),
}
"""Names of lines and tiers that leave room for the levels in 80 columns."""


def _coverage_table(settings: Settings, cells: list[Cell], day: date) -> None:
    from emergency.rulebook.coverage import TIERS, Covered  # noqa: PLC0415 - help needs no rules
    from emergency_cli import rules_words as words  # noqa: PLC0415 - as above

    say = settings.say
    lines: dict[tuple[str, str], dict[str, list[Cell]]] = {}
    for cell in cells:
        lines.setdefault((cell.line, cell.stage), {}).setdefault(cell.tier, []).append(cell)
    bare = [
        key
        for key, tiers in lines.items()
        if {c.covered for some in tiers.values() for c in some} == {Covered.NONE}
    ]
    shown = [(key, tiers) for key, tiers in lines.items() if key not in bare]
    columns = [
        Column(say("线", "line"), lambda row: say(*_NARROW[row[0][0]]), fold=False),
        Column(say("报告", "stage"), lambda row: say(words.STAGES[row[0][1]][0], row[0][1]), fold=False),
        *(_tier_column(say(*_NARROW[tier]), tier) for tier in TIERS),
    ]
    title = f"{words.named(say, words.CATEGORIES, cells[0].category)} · {day}"
    show(table(columns, shown, title=title))
    for line in dict.fromkeys(line for line, _ in bare):
        stages = words.listed(
            say, (words.named(say, words.STAGES, stage) for of, stage in bare if of == line)
        )
        show(indented(f"{say('没有规则：', 'no rule: ')}{say(*_NARROW[line])}{say('：', ': ')}{stages}", 0))
    show("")


def _tier_column(title: str, tier: str) -> Column:
    return Column(title, lambda row: _mark(row[1].get(tier, ())), fold=False)


def _mark(cells: Iterable[Cell]) -> str:
    """The levels that some rule reaches, in 80 columns: ``I-IV``, ``I,II*``, ``I-IV?``, ``·``."""
    found: dict[str, list[int]] = {"full": [], "partly": [], "unconfirmed": []}
    for number, cell in enumerate(cells):
        if cell.covered.value in found:
            found[cell.covered.value].append(number)
    signs = {"full": "", "partly": "*", "unconfirmed": "?"}
    return " ".join(_span(numbers) + signs[kind] for kind, numbers in found.items() if numbers) or "·"


def _span(numbers: list[int]) -> str:
    levels = ("I", "II", "III", "IV")
    if len(numbers) > 2 and numbers[-1] - numbers[0] == len(numbers) - 1:  # noqa: PLR2004 - three in a row
        return f"{levels[numbers[0]]}-{levels[numbers[-1]]}"
    return ",".join(levels[number] for number in numbers)


# -- reference ------------------------------------------------------------------------------------------------


@command("reference", zh="规则的 Markdown 页面，每包一页，附全部出处，中英文对照。")
@option(
    "--output",
    type=click.Path(path_type=Path, file_okay=False),
    help=both("把页面写入此文件夹。", "Write the pages into this folder."),
)
@option(
    "--check",
    is_flag=True,
    help=both(
        "不写入；有页面不是最新的，退出码为 3。", "Write nothing; exit code 3 where a page is not up to date."
    ),
)
@common_options
@pass_settings
def reference(settings: Settings, output: Path | None, check: bool) -> None:
    """The rules as Markdown pages, one a pack, with every citation, in both languages."""
    from emergency.rulebook import load  # noqa: PLC0415 - help needs no rules
    from emergency_cli.lazy import REFUSED, leave  # noqa: PLC0415 - only here
    from emergency_cli.rules_pages import pages  # noqa: PLC0415 - help needs no engine

    made = pages(load(settings.rules))
    if output is None:
        if check:
            raise WrongUseError(
                "--check needs --output, the folder of the pages.",
                zh="用 --check 须有 --output，即页面所在的文件夹。",
            )
        for text in made.values():
            click.echo(text)
        return
    there = {path.name for path in output.glob("*.md")} if output.is_dir() else set()
    old = sorted(
        {name for name, text in made.items() if _read(output / name) != text} | (there - made.keys())
    )
    if check:
        for name in old:
            click.echo(str(output / name))
        leave(REFUSED if old else 0)
    output.mkdir(parents=True, exist_ok=True)
    for name, text in made.items():
        (output / name).write_text(text, encoding="utf-8")
    for name in there - made.keys():
        if (_read(output / name) or "").startswith("<!-- made by"):
            (output / name).unlink()
    click.echo(
        settings.say(f"{len(made)} 页，{len(old)} 页有变。", f"{len(made)} pages, {len(old)} changed.")
    )


def _read(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
