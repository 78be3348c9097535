"""``emergency unsent``: entries that were begun in the form and not sent; none of them is a report."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from emergency_cli.asking import on_terminal
from emergency_cli.bilingual import StoppedError, WrongUseError, both, confirm, group, option
from emergency_cli.context import Settings, common_options, now, pass_settings, remembered
from emergency_cli.output import Column, emit_csv, emit_json, format_option, show, table

if TYPE_CHECKING:
    from emergency_cli.kept import Unreadable, Unsent

TIMES = ("at", "received", "occurred")
_number = click.argument("number", type=click.IntRange(1), metavar="N")
KEYS = (
    "number",
    "since",
    "store",
    "office",
    "act",
    "incident",
    "title",
    "answers",
    "being_entered",
    "broken",
)


@group(
    "unsent",
    zh="""未提交的录入：中断的逐项录入留在这里。

    未提交的录入没有入库，不是报告，不计入任何统计、任何判定。
    """,
    invoke_without_command=True,
)
@common_options
@click.pass_context
def unsent(ctx: click.Context) -> None:
    """Entries that were begun in the form and not sent.

    None of them is on record, none is a report, and none is counted anywhere as one.
    """
    if ctx.invoked_subcommand is None:
        ctx.invoke(list_unsent, form="table")


@unsent.command(
    "list",
    zh="列出未提交的录入：编号、何时开始、单位、事件、内容。",
)
@format_option
@common_options
@pass_settings
def list_unsent(settings: Settings, form: str) -> None:
    """List unsent entries: number, since when, office, incident, what."""
    from emergency_cli.kept import Unreadable, all_unsent  # noqa: PLC0415 - help needs none of it

    say = settings.say
    found = list(all_unsent())
    rows = [_row(one) for one in found]
    if form == "json":
        emit_json({"schema": 1, "rows": rows})
        return
    if form == "csv":
        emit_csv(rows, KEYS)
        return
    if not found:
        click.echo(say("没有未提交的录入。", "There are no unsent entries."))
        return
    show(
        table(
            [
                Column(say("编号", "number"), lambda row: str(row["number"]), fold=False, right=True),
                Column(say("开始", "since"), _since, fold=False),
                Column(say("单位", "office"), lambda row: row["office"] or "?"),
                Column(say("事件", "incident"), lambda row: _which(settings, row)),
                Column(say("内容", "what"), lambda row: _what(settings, row)),
            ],
            rows,
        ),
        say(
            "以上均未入库，不是报告，不计入任何统计。"
            "续录：emergency unsent resume N；丢弃：emergency unsent discard N。",
            "None of these is on record or a report, and none is counted. `emergency unsent resume N` goes on with "
            "one, `emergency unsent discard N` throws it away.",
        ),
    )
    for one in found:
        if isinstance(one, Unreadable):
            click.echo(
                say(f"无法读取 {one.path}：{one.why}", f"{one.path} cannot be read: {one.why}"), err=True
            )


@unsent.command("show", zh="显示一条未提交的录入。")
@_number
@common_options
@pass_settings
def show_unsent(settings: Settings, number: int) -> None:
    """Show one unsent entry."""
    kept = _readable(settings, number)
    _show_one(settings, kept)


@unsent.command("resume", zh="在终端上继续一条未提交的录入。")
@_number
@common_options
@pass_settings
def resume(settings: Settings, number: int) -> None:
    """Go on with an unsent entry, on a terminal."""
    from emergency_cli.form import resumed  # noqa: PLC0415 - as above
    from emergency_cli.kept import hold  # noqa: PLC0415

    _readable(settings, number)
    if not hold(number):
        raise StoppedError(
            f"Unsent entry {number} is being entered at another terminal. Go on there, or close it first.",
            zh=f"未提交的录入 {number} 正在另一个终端上录入。请在那里继续，或先关闭那个终端。",
        )
    resumed(settings, _readable(settings, number))  # as it is now that nobody else changes it


@unsent.command("discard", zh="丢弃一条未提交的录入；丢弃后不能恢复。")
@_number
@option("--yes", is_flag=True, help=both("不再询问。", "Do not ask."))
@common_options
@pass_settings
def discard(settings: Settings, number: int, *, yes: bool) -> None:
    """Throw an unsent entry away; it cannot be brought back."""
    from emergency_cli.kept import Unsent, drop, hold  # noqa: PLC0415 - as above

    say = settings.say
    found = _found(settings, number)
    if not hold(number):
        raise StoppedError(
            f"Unsent entry {number} is being entered at another terminal. It was not thrown away.",
            zh=f"未提交的录入 {number} 正在另一个终端上录入，没有丢弃。",
        )
    if not yes:
        if not on_terminal():
            raise WrongUseError(
                "It cannot be brought back. Say that it is meant: --yes.",
                zh="丢弃后不能恢复。确认丢弃请加 --yes。",
            )
        if isinstance(found, Unsent):
            _show_one(settings, found)
        if not confirm(say(f"丢弃未提交的录入 {number}？", f"Throw unsent entry {number} away?"), err=True):
            click.echo(say("没有丢弃。", "It was not thrown away."))
            return
    drop(number)
    click.echo(say(f"未提交的录入 {number} 已丢弃。", f"Unsent entry {number} is thrown away."))


def remind(settings: Settings) -> None:
    """One line, where entries of this office wait to be sent; only at a terminal."""
    if not on_terminal():
        return
    from emergency_cli.form import without_password  # noqa: PLC0415
    from emergency_cli.kept import Unsent, all_unsent, is_held  # noqa: PLC0415 - as above

    office, store = settings.office or remembered().get("office"), without_password(settings.url)
    waiting = [
        one
        for one in all_unsent()
        if isinstance(one, Unsent) and (one.office, one.store) == (office, store) and not is_held(one.number)
    ]
    if waiting:
        numbers = settings.say("、", ", ").join(str(one.number) for one in waiting)
        click.echo(
            settings.say(
                f"提醒：本单位有未提交的录入（{numbers}），不算报告：emergency unsent",
                f"Reminder: this office has unsent entries ({numbers}), which are no reports: emergency unsent",
            ),
            err=True,
        )


def _found(settings: Settings, number: int) -> Unsent | Unreadable:
    from emergency_cli.kept import all_unsent, read  # noqa: PLC0415 - as above

    del settings
    found = read(number)
    if found is not None:
        return found
    there = ", ".join(str(one.number) for one in all_unsent())
    raise StoppedError(
        f"There is no unsent entry {number}." + (f" There are: {there}." if there else " There are none."),
        zh=f"没有未提交的录入 {number}。" + (f"现有：{there}。" if there else "目前一条也没有。"),
    )


def _readable(settings: Settings, number: int) -> Unsent:
    from emergency_cli.kept import Unsent  # noqa: PLC0415 - as above

    found = _found(settings, number)
    if isinstance(found, Unsent):
        return found
    raise StoppedError(
        f"{found.path} cannot be read ({found.why}). Look into the file for what was typed; "
        f"`emergency unsent discard {number}` throws it away.",
        zh=f"无法读取 {found.path}（{found.why}）。已填内容可打开文件查看；丢弃：emergency unsent discard {number}。",
    )


def _row(one: Unsent | Unreadable) -> dict[str, Any]:
    from emergency_cli.kept import Unreadable, is_held  # noqa: PLC0415 - as above

    if isinstance(one, Unreadable):
        return {**dict.fromkeys(KEYS), "number": one.number, "broken": one.why}
    return {
        "number": one.number,
        "since": one.since,
        "store": one.store,
        "office": one.office,
        "act": one.said("act"),
        "incident": one.said("incident"),
        "title": one.said("title"),
        "answers": {name: answer.said for name, answer in one.answers.items() if answer.said},
        "being_entered": is_held(one.number),
        "broken": None,
    }


def _since(row: dict[str, Any]) -> str:
    if not row["since"]:
        return "?"
    at, today = datetime.fromisoformat(row["since"]).astimezone(_zone()), now().astimezone(_zone())
    return at.strftime("%H:%M" if at.date() == today.date() else "%m-%d %H:%M")


def _zone() -> Any:  # noqa: ANN401 - whatever the office has
    return click.get_current_context().find_object(Settings).zone()  # type: ignore[union-attr]


def _which(settings: Settings, row: dict[str, Any]) -> str:
    from emergency_cli.form import without_password  # noqa: PLC0415 - as above

    which = settings.say("新：", "new: ") + str(row["title"]) if row["title"] else row["incident"] or "—"
    elsewhere = row["store"] not in (None, without_password(settings.url))
    return which + (settings.say("（另一数据库）", " (another store)") if elsewhere else "")


def _what(settings: Settings, row: dict[str, Any]) -> str:
    if row["broken"]:
        return settings.say("无法读取", "cannot be read")
    said: dict[str, str] = row["answers"]
    words = " ".join(said[key] for key in ("words", "to", "nature", "why") if said.get(key))
    act = _act(row["act"])
    busy = settings.say("（另一终端正在录入）", " (being entered now)") if row["being_entered"] else ""
    return f"{act} {words}".strip() + busy


def _act(name: str | None) -> str:
    from emergency_cli.acts import ACTS  # noqa: PLC0415 - as above

    return ACTS[name].title.chosen if name in ACTS else "—"


def _show_one(settings: Settings, kept: Unsent) -> None:
    from emergency_cli.acts import ACTS, questions  # noqa: PLC0415 - as above
    from emergency_cli.form import beside  # noqa: PLC0415

    say = settings.say
    act = kept.said("act")
    titles = {
        one.key: one.title.chosen for one in questions(act if act in ACTS else None, kept.said("incident"))
    }
    lines = [
        *beside(say("编号", "number"), str(kept.number)),
        *beside(
            say("开始", "since"),
            datetime.fromisoformat(kept.since).astimezone(_zone()).strftime("%Y-%m-%d %H:%M"),
        ),
        *beside(say("单位", "office"), kept.office),
        *beside(say("数据库", "store"), kept.store),
    ]
    for key, answer in kept.answers.items():
        if answer.said:
            said = _act(act) if key == "act" else answer.said
            if key in TIMES:
                at = datetime.fromisoformat(answer.hour).astimezone(_zone())
                said += say(f"（{at:%m-%d %H:%M} 时所说）", f" (said on {at:%m-%d %H:%M})")
            lines += beside(titles.get(key, key), said)
    show(
        *lines,
        "",
        say(
            "未入库，不是报告，不计入任何统计。",
            "It is not on record, is no report, and is counted nowhere as one.",
        ),
        say(
            f"继续：emergency unsent resume {kept.number}",
            f"Go on with: emergency unsent resume {kept.number}",
        ),
    )
