"""``emergency drill``: a night at the desk that did not happen, in a store of its own, by a clock that can be set."""

from __future__ import annotations

import json
import re
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click

from emergency_cli.bilingual import StoppedError, WrongUseError, both, group, of_system, option
from emergency_cli.context import Settings, common_options, lang_option, pass_settings
from emergency_cli.drill_words import debriefed, heard
from emergency_cli.output import Column, emit_json, format_option, show, table

if TYPE_CHECKING:
    from collections.abc import Iterable

    from emergency.drill.play import Played
    from emergency.drill.script import Script

STORE, SCRIPT, ABOUT, DESK = "drill.db", "script.yaml", "drill.json", "desk.json"
"""What a drill's folder holds: its store, a copy of its script, whose part is played when, and who sits there."""

_LENGTH = re.compile(r"\+?(?:(\d{1,3})(?:h|小时))?(?:(\d{1,4})(?:m|min|分钟|分))?")
_CLOCK = re.compile(r"(\d{1,2})[:：](\d{2})")


class _Drill(NamedTuple):
    """The drill that is in hand."""

    folder: Path
    script: Script


@group("drill", zh="演练：单独的库，时钟可调；演练数据与真实数据互不相通，所有输出都标明【演练】。")
@lang_option
def drill() -> None:
    """Drills: a store of their own, whose clock can be set; nothing in it ever meets what is real."""


@drill.command("scripts", zh="随程序附带的演练脚本。")
@common_options
@pass_settings
def scripts(settings: Settings) -> None:
    """Which scripts come with the program."""
    from emergency.drill.script import packaged, script  # noqa: PLC0415 - help needs no engine

    say = settings.say
    rows = [(path.stem, script(path)) for path in packaged()]
    columns = [
        Column(say("脚本", "script"), lambda row: row[0], fold=False),
        Column(
            say("事件", "incident"),
            lambda row: say(row[1].case.title, row[1].case.title_en or row[1].case.title),
        ),
        Column(say("扮演", "your part"), lambda row: row[1].case.offices[row[1].me].name),
        Column(say("情况", "cues"), lambda row: str(sum(cue.heard for cue in row[1].cues)), right=True),
    ]
    show(table(columns, rows))
    click.echo(
        say(
            "任何时间线文件都可以演练：emergency drill start 文件.yaml --me 单位",
            "Any timeline file can be practised: emergency drill start FILE.yaml --me OFFICE",
        )
    )


@drill.command(
    "start",
    zh="""开始一场演练：SCRIPT 为自带脚本名，或任何时间线文件。

    另建一个库，不碰真实库；在其中照常使用各命令。

    例：eval "$(emergency drill start chlorine-leak --exports)"
    """,
)
@click.argument("name", metavar="SCRIPT")
@option("--me", metavar="OFFICE", help=both("扮演脚本中的哪个单位。", "Whose part of the script is played."))
@option(
    "--on",
    metavar="DAY",
    help=both(
        "演练发生在哪一天（默认今天，适用当日规则）。", "The day it begins; today unless given, and its law."
    ),
)
@option("--as-dated", is_flag=True, help=both("按文件原来的日期。", "On the day of the file, under its law."))
@option(
    "--folder", type=click.Path(path_type=Path), help=both("放在哪个文件夹。", "The folder to keep it in.")
)
@option(
    "--still", is_flag=True, help=both("时钟停住，只在 go 时前进。", "The clock stands still between `go`s.")
)
@option(
    "--exports", is_flag=True, help=both("只打印进入演练的两行命令。", "Print only the lines that enter it.")
)
@common_options
@pass_settings
def start(
    settings: Settings,
    name: str,
    me: str | None,
    on: str | None,
    as_dated: bool,
    folder: Path | None,
    still: bool,
    exports: bool,
) -> None:
    """Begin a drill: SCRIPT is one that comes with the program, or any timeline file.

    It makes a store of its own and leaves the real one alone. Every command works in it as it always does.

    Example: eval "$(emergency drill start chlorine-leak --exports)"
    """
    from emergency.drill.play import begun  # noqa: PLC0415 - help needs no engine
    from emergency.drill.script import found, script  # noqa: PLC0415
    from emergency.store import clock  # noqa: PLC0415

    if on is not None and as_dated:
        raise WrongUseError("Say either --on or --as-dated.", zh="--on 与 --as-dated 只能选一个。")
    path = found(name)
    day = None if as_dated else _day(on) or clock.now().astimezone(settings.zone()).date()
    played = script(path, me=me, on=day)
    place = folder or _new_folder(path.stem)
    try:
        place.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        why = of_system(error)
        raise StoppedError(
            f"The folder {place} for the drill cannot be made: {why}. Name another with --folder.",
            zh=f"无法建立演练的文件夹 {place}：{why.zh}。请用 --folder 另指一处。",
        ) from None
    url = f"sqlite:///{(place / STORE).resolve()}"
    begun(url, played, rules=settings.rules, held=still).close()
    _keep(place / SCRIPT, path.read_text(encoding="utf-8"))
    _keep(place / ABOUT, json.dumps({"me": played.me, "on": day.isoformat() if day else None}))
    _keep(place / DESK, json.dumps({"office": played.me, "role": "duty", "officer": "trainee"}))
    lines = (f"export EMERGENCY_DB='{url}'", f"export EMERGENCY_CONFIG='{(place / DESK).resolve()}'")
    if exports:
        click.echo("\n".join(lines))
        return
    say, case = settings.say, played.case
    click.echo(say(f"【演练】{case.title}", f"[DRILL 演练] {case.title_en or case.title}"))
    hour = played.begins.strftime("%Y-%m-%d %H:%M")
    office = f"{case.offices[played.me].name} ({played.me})"
    click.echo(say(f"扮演：{office}；演练时钟：{hour}", f"Your part: {office}; the clock shows {hour}"))
    click.echo(say("在本终端进入演练：", "Enter it in this terminal:"))
    for line in lines:
        click.echo(f"  {line}")
    click.echo(
        say(
            "然后照常使用各命令（next、guide、report……）。\n"
            "  emergency drill go        前进到下一个情况\n"
            "  emergency drill go +15m   前进十五分钟\n"
            "  emergency drill debrief   讲评\n"
            "退出：unset EMERGENCY_DB EMERGENCY_CONFIG",
            "Then use every command as always (next, guide, report …).\n"
            "  emergency drill go        on to the next thing that happens\n"
            "  emergency drill go +15m   a quarter of an hour on\n"
            "  emergency drill debrief   what was met and what was missed\n"
            "Leave it: unset EMERGENCY_DB EMERGENCY_CONFIG",
        )
    )


@drill.command(
    "go",
    zh="""让时间前进：到本单位得知的下一个情况，或 +15m、+1小时30分钟，或到 02:30。

    途中他人所做的，按各自时间入库；到达本单位的会显示出来。
    """,
)
@click.argument("until", required=False, metavar="[WHEN]")
@common_options
@pass_settings
def go(settings: Settings, until: str | None) -> None:
    """Let time pass: to the next thing that you hear of, by +15m or +1h30m, or until 02:30.

    What others do on the way goes on record at its hour; you see what reaches your office.
    """
    from emergency.drill.play import play, play_until, waiting  # noqa: PLC0415 - help needs no engine

    held = _held(settings)
    told = list(play(settings.engine, held.script))
    if until is None and told:
        _tell(settings, held, told)
        return
    left = waiting(settings.engine, held.script)
    hour = settings.engine.now()
    if until is not None:
        goal = _goal(until, hour)
    else:
        goal = next((cue.at for cue in left if cue.heard), left[-1].at if left else hour)
    still = _still(settings)
    told += play_until(settings.engine, held.script, goal, held=still)
    _tell(settings, held, told)


@drill.command("status", zh="演练进展：时钟、扮演的单位、已到达的情况。")
@common_options
@pass_settings
def status(settings: Settings) -> None:
    """Where the drill stands: the hour, your part, and what has reached you."""
    from emergency.drill.play import play, waiting  # noqa: PLC0415 - help needs no engine

    held = _held(settings)
    told = list(play(settings.engine, held.script))
    say, case = settings.say, held.script.case
    click.echo(say(case.title, case.title_en or case.title))
    click.echo(
        say(
            f"扮演：{case.offices[held.script.me].name} ({held.script.me})",
            f"Your part: {case.offices[held.script.me].name} ({held.script.me})",
        )
    )
    for one in told:
        heard(settings, one)
    ahead = waiting(settings.engine, held.script)
    count = sum(cue.heard for cue in ahead)
    click.echo(say(f"尚有 {count} 个情况", f"{count} more things will reach you"))


@drill.command("debrief", zh="讲评：本单位应办的事办得如何，并与脚本中的做法对照。")
@format_option
@common_options
@pass_settings
def debrief(settings: Settings, form: str) -> None:
    """What your office owed and what became of it, beside what was done in the script."""
    from emergency.drill.debrief import debrief as judged  # noqa: PLC0415 - help needs no engine

    held = _held(settings)
    found = judged(settings.engine, held.script)
    if form != "table":
        if form == "csv":
            raise WrongUseError(
                "A debrief has no CSV; take --format json, or emergency audit obligations --format csv.",
                zh="讲评没有 CSV；请用 --format json，或 emergency audit obligations --format csv。",
            )
        emit_json(
            {
                "schema": 1,
                "at": found.at.isoformat(),
                "office": found.me,
                "states": dict(found.states),
                "obligations": list(found.obligations),
                "findings": list(found.findings),
                "norms": list(found.norms),
                "left": [cue.id for cue in found.left],
            }
        )
        return
    debriefed(settings, held.script, found)


# -- the drill in hand -----------------------------------------------------------------------------------------


def _held(settings: Settings) -> _Drill:
    """The drill whose store this is; refused in a real store."""
    from emergency.drill.script import script  # noqa: PLC0415 - help needs no engine
    from emergency.errors import RefusedError  # noqa: PLC0415

    path = Path(settings.url.removeprefix("sqlite:///").partition("?")[0])
    about = path.with_name(ABOUT)
    if path.name == STORE and about.is_file() and path.is_file():
        settings.only_read()
        if settings.engine.is_drill:
            said = json.loads(about.read_text(encoding="utf-8"))
            on = date.fromisoformat(said["on"]) if said["on"] else None
            return _Drill(path.parent, script(path.with_name(SCRIPT), me=said["me"], on=on))
    raise RefusedError(
        "You are not in a drill. Begin one with `emergency drill start SCRIPT`, and enter it with the two lines "
        "that it prints.",
        zh="现在不在演练中。用 `emergency drill start 脚本` 开始，再执行它打印的两行命令进入。",
    )


def _still(settings: Settings) -> bool:
    """Whether the clock stands still between commands."""
    return settings.engine.clock_stands


def _tell(settings: Settings, held: _Drill, told: Iterable[Played]) -> None:
    from emergency.drill.play import waiting  # noqa: PLC0415 - the engine is loaded by now

    seen = False
    for one in told:
        seen = heard(settings, one) or seen
    say, hour = settings.say, settings.engine.now().astimezone(settings.zone())
    if not seen:
        click.echo(say("没有新情况。", "Nothing new has reached you."))
    click.echo(say(f"演练时钟 {hour:%H:%M}", f"The clock shows {hour:%H:%M}"))
    if not any(cue.heard for cue in waiting(settings.engine, held.script)):
        click.echo(
            say(
                "脚本里的情况已全部到达。办完后讲评：emergency drill debrief",
                "Everything in the script has reached you. When you are done: emergency drill debrief",
            )
        )


def _goal(text: str, hour: datetime) -> datetime:
    """When the clock shall stop: after a length of time, or at the next time that it shows that hour."""
    from emergency.domain.times import CHINA  # noqa: PLC0415 - help needs no engine

    said = text.strip()
    if (length := _LENGTH.fullmatch(said)) and any(length.groups()):
        return hour + timedelta(hours=int(length[1] or 0), minutes=int(length[2] or 0))
    if (at := _CLOCK.fullmatch(said)) and int(at[1]) < 24 and int(at[2]) < 60:  # noqa: PLR2004 - a clock's face
        there = hour.astimezone(CHINA).replace(hour=int(at[1]), minute=int(at[2]), second=0, microsecond=0)
        return there if there >= hour else there + timedelta(days=1)
    raise WrongUseError(
        f"{text!r} is no time to go on to. Write +15m, +1h30m, or an hour like 02:30.",
        zh=f"“{text}”不是可以前进到的时间。请写 +15m、+1小时30分钟，或钟点如 02:30。",
    )


def _day(text: str | None) -> date | None:
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise WrongUseError(
            f"--on {text}: write a day like 2026-11-22.", zh=f"--on {text}：请写日期，如 2026-11-22。"
        ) from None


def _new_folder(stem: str) -> Path:
    """A folder for one more drill, beside the store of every day and never in it."""
    from platformdirs import user_data_path  # noqa: PLC0415 - only where no folder is named

    drills = user_data_path("emergency", appauthor=False) / "drills"
    number = 1
    while (place := drills / f"{stem}-{number}").exists():
        number += 1
    return place


def _keep(path: Path, text: str) -> None:
    path.write_text(text + ("" if text.endswith("\n") else "\n"), encoding="utf-8")
