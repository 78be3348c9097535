"""``emergency audit scores``: the points of every office by a scheme, each traced to what it was given for."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from emergency_cli.bilingual import both, command, option
from emergency_cli.context import Settings, common_options, now, pass_settings
from emergency_cli.incidents import known_office
from emergency_cli.lazy import leave
from emergency_cli.output import (
    Column,
    emit_csv,
    emit_json,
    envelope,
    format_option,
    indented,
    show,
    table,
    warn_about,
)

if TYPE_CHECKING:
    from emergency.commands.points import Scores
    from emergency.domain.offices import Directory

Row = dict[str, Any]

FOUND = 1
"""The exit code where a finding costs points, or a result moves."""

KEYS = (
    "office",
    "office_ref",
    "what",
    "line",
    "points",
    "incident",
    "item",
    "sources",
    "reason",
    "says_zh",
    "says_en",
)
MOVED_KEYS = (
    "office",
    "office_ref",
    "before_items",
    "before_total",
    "before_result",
    "after_items",
    "after_total",
    "after_result",
    "points_before",
    "points_after",
)
_DAY = click.DateTime(["%Y-%m-%d"])


@command(
    zh="""考核计分：每一分都列出所依的疑点与条目。

    事件归入其发生的周期。只是可能、推定、疑似或已被否定的，一律不计分，列出并说明原因。有疑点导致扣分，或有
    结果变动时，退出码为 1。
    """
)
@option(
    "--scheme",
    required=True,
    metavar="NAME",
    help=both("计分办法：编号或其一部分，如 宝鸡。", "The scheme: its id, or a part of it, like 宝鸡."),
)
@option(
    "--against",
    metavar="NAME",
    help=both("改为比较：换用另一办法，谁的结果变动。", "Instead: whose result moves under another scheme."),
)
@option(
    "--rules",
    "other_rules",
    metavar="FILE|FOLDER|PACK",
    help=both(
        "改为比较：叠加另外的规则，谁的结果变动。",
        "Instead: whose result moves under other rules, laid over those that stand.",
    ),
)
@option(
    "--rules-known-on",
    "known_on",
    metavar="DAY",
    type=_DAY,
    help=both(
        "改为比较：按此日前已录入的规则，谁的结果变动。",
        "Instead: whose result moves under the rules as they were recorded by this day.",
    ),
)
@option(
    "--from", "since", metavar="DAY", type=_DAY, help=both("周期的第一天。", "The first day of the period.")
)
@option("--until", metavar="DAY", type=_DAY, help=both("周期的最后一天。", "The last day of the period."))
@option(
    "--at", metavar="TIME", help=both("判定的时刻；默认为现在。", "The instant of judging; now unless given.")
)
@option("--office", "who", metavar="ID", help=both("只看此单位。", "Only this office."))
@format_option
@common_options
@pass_settings
def scores(
    settings: Settings,
    scheme: str,
    *,
    against: str | None,
    other_rules: str | None,
    known_on: datetime | None,
    since: datetime | None,
    until: datetime | None,
    at: str | None,
    who: str | None,
    form: str,
) -> None:
    """Points by a scheme: every point with the findings and entries it comes from.

    An incident belongs to the period in which it happened. What is only possible, presumed, suspected or rejected
    never scores and is listed with the reason. Exit code 1 where a finding costs points, or a result moves.
    """
    settings.only_read()
    known_office(settings, who)
    found = settings.engine.points.sheets(
        scheme,
        against=against,
        rules=other_rules,
        known_on=known_on.date() if known_on else None,
        since=since.date() if since else None,
        until=until.date() if until else None,
        office=who,
        at=settings.moment(at, "--at") or now(),
    )
    current = settings.engine.rulebook.fingerprint
    warn_about(found.about, current)
    for ref in found.undated:
        click.echo(
            settings.say(
                f"注意：{ref} 的发生时间不明，未计入本周期。",
                f"Warning: nobody knows when {ref} happened; it is left out of the period.",
            ),
            err=True,
        )
    for ref in found.parked:
        click.echo(
            settings.say(
                f"注意：{ref} 按试用的规则无法判定，未列出。",
                f"Warning: {ref} cannot be judged under the other rules and is left out.",
            ),
            err=True,
        )
    compared = found.tried is not None
    if form == "json":
        emit_json(_envelope(found, current))
    elif form == "csv" and compared:
        emit_csv(found.moved, MOVED_KEYS)
    elif form == "csv":
        emit_csv([line for row in found.rows for line in _flat(row)], KEYS)
    else:
        (_print_moved if compared else _print_sheets)(settings, found)
    lost = any(p["points"].startswith("-") for row in found.rows for p in row["points"])
    leave(FOUND if (found.moved if compared else lost) else 0)


def _envelope(found: Scores, current: str) -> Row:
    """The envelope of all rows, with the scheme and the time basis of the period."""
    from emergency.projections.scoring import BASIS  # noqa: PLC0415 - the engine is loaded by now

    period = {
        "since": found.period.since.isoformat() if found.period.since else None,
        "until": found.period.until.isoformat() if found.period.until else None,
        "basis": BASIS,
        "undated": list(found.undated),
    }
    rows = found.moved if found.tried is not None else found.rows
    more: Row = {"scheme": found.scheme, "period": period}
    if found.tried is not None:
        more |= {
            "scheme_tried": found.tried,
            "rulebook_tried": found.rulebook_tried,
            "parked_tried": list(found.parked),
            "summary": {"offices": len(found.rows), "moved": len(found.moved)},
        }
    return {**envelope(found.about, found.at, rows, current), **more}


def _flat(row: Row) -> Iterator[Row]:
    """A sheet as lines: its points, what does not count, the sum and the result."""
    whose = {"office": row["office"], "office_ref": row["office_ref"]}
    yield from ({**whose, "what": "point", **point} for point in row["points"])
    yield from ({**whose, "what": "not-counted", **one} for one in row["not_counted"])
    yield {**whose, "what": "total", "points": row["total"]}
    yield {**whose, "what": "result", "points": row["result"]}


def _print_sheets(settings: Settings, found: Scores) -> None:
    say = settings.say
    _head(settings, found.scheme, found)
    if not found.rows:
        click.echo(say("没有可计分的单位。", "No office to score."))
    directory = settings.engine.directory()
    titles = {line["line"]: line["title"] for line in found.scheme["lines"]}
    for row in found.rows:
        click.echo("")
        show(indented(f"{_who(directory, row['office'])}  {_outcome(settings, row)}", 0))
        for point in row["points"]:
            says = point["says"]
            what = say(says["zh"], says["en"]) if says else point["line"]
            show(indented(_line(_signed(point["points"]), what, point), 2))
        for one in row["not_counted"]:
            why = say(one["says"]["zh"], one["says"]["en"])
            what = say(titles[one["line"]]["zh"], titles[one["line"]]["en"])
            show(indented(_line(say("不计", "—"), what, one) + say(f"；{why}", f"; {why}"), 2))
        for one in row["inherited"]:
            name = _who(directory, one["office"])
            show(indented(f"{say('承继', 'inherited')}: {name}  {_outcome(settings, one)}", 2))

    others = sum(row["speaks_of"] is False for row in found.rows)
    if others:
        click.echo("")
        show(
            indented(
                say(
                    f"{len(found.rows)}个单位中，{others}个不在该办法所指范围内，仅供比较。",
                    f"Offices that the text does not speak of: {others} of {len(found.rows)}; they are for comparison.",
                ),
                0,
            )
        )


def _who(directory: Directory, name: str) -> str:
    """An office by name and by its whole id: sheets go over many incidents."""
    known = directory.name(name)
    return name if known == name else f"{known} ({name})"


def _print_moved(settings: Settings, found: Scores) -> None:
    say = settings.say
    _head(settings, found.scheme, found)
    tried = found.tried or {}
    if tried["id"] != found.scheme["id"]:
        _head(settings, tried, None)
    directory = settings.engine.directory()
    if found.moved:
        show(table(_columns(settings, directory), found.moved))
    click.echo(
        say(
            f"共{len(found.rows)}个单位，其中{len(found.moved)}个结果有变动。",
            f"The result of {len(found.moved)} of {len(found.rows)} offices moves.",
        )
    )


def _head(settings: Settings, scheme: Row, found: Scores | None) -> None:
    """Which scheme, who vouches for it, and which incidents it is laid on."""
    say = settings.say
    sure = (
        say("原文已核对", "text confirmed")
        if scheme["confirmed"]
        else say("原文尚未核对", "nobody has confirmed its text")
    )
    show(indented(f"{say(scheme['title']['zh'], scheme['title']['en'])}  {scheme['citation']} ({sure})", 0))
    if scheme["floor"] is None:
        show(indented(say("没有写明最低分。", "No lowest result is stated."), 2))
    if scheme["grades"] and any(grade["at_least"] is None for grade in scheme["grades"][:-1]):
        names = say("、", ", ").join(say(grade["zh"], grade["en"]) for grade in scheme["grades"])
        show(
            indented(
                say(
                    f"等次：{names}；没有写明界线，不评等次。",
                    f"Grades: {names}; their bounds are not stated: none is given.",
                ),
                2,
            )
        )
    if found is not None and (found.period.since or found.period.until):
        first, last = found.period.since or "…", found.period.until or "…"
        show(
            indented(say(f"{first}至{last}发生的事件", f"incidents that happened from {first} to {last}"), 2)
        )


def _outcome(settings: Settings, row: Row) -> str:
    say = settings.say
    result = (
        row["result"]
        if row["result"] is not None
        else say("无结果（期内无条目）", "no result: no item in the period")
    )
    total = say(f"总分{row['total']}，{row['items']}条", f"total {row['total']}, items {row['items']}")
    grade = f", {say(row['grade']['zh'], row['grade']['en'])}" if row["grade"] else ""
    return f"{result}{grade} ({total})"


def _line(amount: str, what: str, one: Row) -> str:
    """One line of a sheet: how much, by which line, for what."""
    return "  ".join([amount, what, *(one["sources"] or ())])


def _signed(points: str) -> str:
    return points if points.startswith("-") else f"+{points}"


def _columns(settings: Settings, directory: Directory) -> list[Column]:
    say = settings.say

    def side(which: str) -> Any:  # noqa: ANN401 - a cell
        return lambda row: "—" if row[which] is None else _outcome(settings, row[which])

    def lines(row: Row) -> str:
        gone = [f"{_signed(p['points'])} {p['line']} →" for p in row["points_before"]]
        return "\n".join([*gone, *(f"→ {_signed(p['points'])} {p['line']}" for p in row["points_after"])])

    return [
        Column(say("单位", "office"), lambda row: _who(directory, row["office"])),
        Column(say("现计", "before"), side("before")),
        Column(say("试计", "after"), side("after")),
        Column(say("分项", "lines"), lines),
    ]


__all__ = ["scores"]
