"""``emergency remind``: say what is due and not yet said, from any scheduler, at any interval 提醒."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import click

from emergency_cli.bilingual import WrongUseError, both, command, option
from emergency_cli.context import Settings, common_options, identity_options, now, pass_settings
from emergency_cli.lazy import REFUSED, leave
from emergency_cli.lengths import ago, length, length_of
from emergency_cli.output import SCHEMA, Column, emit_json, indented, show, table
from emergency_cli.words import moment

if TYPE_CHECKING:
    from emergency.commands.reminders import Plan, Said, Sink, Sweep

TERMINAL = "terminal"
"""What the terminal is called in the log."""

NEVER = ("never", "off", "不提醒")

KINDS = {
    "due-soon": ("将到期", "due soon"),
    "overdue": ("已逾期", "overdue"),
    "at-once": ("立即", "at once"),
    "not-acknowledged": ("对方未签收", "not acknowledged"),
    "to-acknowledge": ("待签收", "to be acknowledged"),
    "unjudged": ("无法判定", "cannot be judged"),
}


_HOW = (
    (re.compile(r"exit code (\d+)"), r"退出码 \1"),
    (re.compile(r"ended by signal (\d+)"), r"被信号 \1 终止"),
    (re.compile(r"timed out after ([\d.]+) s"), r"超过 \1 秒未结束"),
)
"""How a command failed, as it stands in the log, and in Chinese."""


def _reason(said: str) -> str:
    """Why nothing was delivered, in Chinese; what the command itself said stays as it is."""
    from emergency.system import in_chinese  # noqa: PLC0415 - the engine is loaded by now

    for known, zh in _HOW:
        if match := known.match(said):
            return match.expand(zh) + said[match.end() :].replace(": ", "：", 1)
    where, _, why = said.rpartition(": ")
    told = in_chinese(why)
    return f"{where}：{told}" if told else said


@command(
    "remind",
    zh="""提醒一遍：将到期、已逾期、应立即报送、未签收、交班承诺。

    可由任何定时程序按任何间隔调用，迟到、重复、几台机器同时调用都不漏不重；中途被杀的，下一遍补发并注明“可能重复”。
    发往终端，或用 --exec 交给任一命令：每条提醒以 JSON 写入其标准输入，退出码 0 为送达，其余下一遍再送。

    退出码：0 全部送达；3 有未送达的。

    例：emergency remind --exec /usr/local/bin/notify --before 15m --before 1h
    """,
)
@option(
    "--exec",
    "commands",
    multiple=True,
    metavar="COMMAND",
    help=both(
        "交给此命令，而不在终端显示；可多次给出。不经 shell。",
        "Hand them to this command instead of the terminal; may be given again. No shell.",
    ),
)
@option("--shell", is_flag=True, help=both("--exec 经 /bin/sh 运行。", "Let /bin/sh run --exec."))
@option(
    "--timeout",
    type=length,
    metavar="LENGTH",
    help=both("--exec 至多运行多久；默认 30s。", "How long --exec may take; 30s unless given."),
)
@option(
    "--terminal", is_flag=True, help=both("有 --exec 时终端也显示。", "With --exec: the terminal as well.")
)
@option(
    "--before",
    type=length,
    multiple=True,
    metavar="LENGTH",
    help=both(
        "时限前多久提醒；可多次使用；默认 15m。",
        "How long before a deadline; may be given again; 15m unless given.",
    ),
)
@option(
    "--again",
    type=length,
    metavar="LENGTH",
    help=both(
        "逾期后每隔多久再提醒；不写只提醒一次。",
        "Say again what is overdue, each so long; once unless given.",
    ),
)
@option(
    "--unacknowledged",
    metavar="LENGTH",
    default="30m",
    show_default=True,
    help=both(
        "多久未签收则提醒；never 为不提醒。", "After how long without acknowledgement; never for not at all."
    ),
)
@option(
    "--all",
    "everybody",
    is_flag=True,
    help=both("凡在本库录入的单位。", "Every office that logs in this store."),
)
@option(
    "--dry-run", is_flag=True, help=both("只列出，不送达，不入库。", "Only list; deliver and record nothing.")
)
@option(
    "--history",
    is_flag=True,
    help=both("列出已送达和未送达的。", "List what was delivered, and what failed."),
)
@option(
    "--since",
    metavar="TIME",
    help=both(
        "只提醒此后到期、发出的，如 2026-11-01、12h；与 --history 同用亦然。",
        "Only what was due or sent from then on, like 2026-11-01 or 12h; with --history likewise.",
    ),
)
@option(
    "--format",
    "form",
    type=click.Choice(["table", "json"]),
    default="table",
    help=both("输出格式：供阅读，或供程序使用。", "What to print."),
)
@identity_options
@common_options
@pass_settings
def remind(
    settings: Settings,
    *,
    commands: Sequence[str],
    shell: bool,
    timeout: timedelta | None,
    terminal: bool,
    before: Sequence[timedelta],
    again: timedelta | None,
    unacknowledged: str,
    everybody: bool,
    dry_run: bool,
    history: bool,
    since: str | None,
    form: str,
) -> None:
    """Say what is due and not yet said: due soon, overdue, at once, unacknowledged, promised at a handover.

    Any scheduler may call it at any interval, late, twice, or from several machines at once: nothing is missed or
    repeated. Where a sweep was killed, the next one sends again and says that it may be a repeat. It goes to the
    terminal, or with --exec to any command: each reminder as JSON on its standard input; exit code 0 = delivered,
    anything else is tried again by the next sweep.

    Exit code 0 where all was delivered, 3 where something was not.

    Example: emergency remind --exec /usr/local/bin/notify --before 15m --before 1h
    """
    if not commands and (shell or timeout is not None or terminal):
        raise WrongUseError(
            "--shell, --timeout and --terminal go with --exec.",
            zh="--shell、--timeout、--terminal 须与 --exec 同用。",
        )
    plan = _plan(before, again, unacknowledged)
    settings.only_read()
    offices = _offices(settings, everybody=everybody)
    after = None if since is None else ago(since, now(), settings.zone(settings.engine.directory()))
    if history:
        _history(settings, offices, after, form)
        return
    printer = _Printer(settings, form)
    sweep = settings.engine.reminders.sweep(
        offices,
        _sinks(commands, printer, shell=shell, timeout=timeout, terminal=terminal),
        replace(plan, since=after),
        dry_run=dry_run,
    )
    printer.begin(sweep, offices)
    try:
        for said in sweep.said:
            printer.add(said)
    finally:
        printer.end(sweep)
    leave(REFUSED if printer.failed else 0)


def _plan(before: Sequence[timedelta], again: timedelta | None, unacknowledged: str) -> Plan:
    from emergency.commands.reminders import BEFORE, Plan  # noqa: PLC0415 - help needs no engine

    after = None
    if unacknowledged.strip().lower() not in NEVER:
        after = length_of(unacknowledged)
        if after is None:
            raise WrongUseError(
                f"--unacknowledged {unacknowledged!r} is no length of time. Write 30m, 2h, or never.",
                zh=f"--unacknowledged“{unacknowledged}”不是时长。请写作 30m、2h，或 never。",
            )
    return Plan(before=tuple(before) or BEFORE, again=again, unacknowledged=after)


def _offices(settings: Settings, *, everybody: bool) -> list[str]:
    """Whose reminders: my office's, or those of every office that logs here."""
    if not everybody:
        return [settings.identity.office]
    found = [office.id for office in settings.engine.directory() if office.logs_since is not None]
    if not found:
        click.echo(
            settings.say("尚无单位在本库录入。", "No office logs in this store yet."),
            err=True,
        )
    return sorted(found)


def _sinks(
    commands: Sequence[str], printer: _Printer, *, shell: bool, timeout: timedelta | None, terminal: bool
) -> list[Sink]:
    from emergency.commands.reminders import Sink  # noqa: PLC0415 - help needs no engine
    from emergency.commands.sinks import TIMEOUT, command_sink  # noqa: PLC0415 - as above

    found = [Sink(TERMINAL, printer.deliver)] if terminal or not commands else []
    found += [command_sink(each, shell=shell, timeout=timeout or TIMEOUT) for each in dict.fromkeys(commands)]
    return found


class _Printer:
    """What a sweep prints, as it happens; also the sink that is called terminal."""

    def __init__(self, settings: Settings, form: str) -> None:
        self.settings = settings
        self.form = form
        self.failed = 0
        self.sent = 0
        self.shown = 0
        self.in_hand = 0

    def begin(self, sweep: Sweep, offices: Sequence[str]) -> None:
        """Warn of what nobody can tell: silence must not read as if nothing were owed."""
        say = self.settings.say
        for words in sweep.matters.warnings:
            click.echo(f"{say('警告：', 'Warning: ')}{self.settings.words(words)}", err=True)
        for broken in sweep.matters.unjudged:
            warned = say(
                f"{broken.incident} 无法判定，是否有应报事项不得而知：{broken.reason}",
                f"{broken.incident} cannot be judged; whether anything is owed nobody can tell: {broken.reason}",
            )
            click.echo(f"{say('警告：', 'Warning: ')}{warned}", err=True)
        if self.form == "json":
            head = _head(self.settings, sweep, offices)
            lines = [
                f"  {json.dumps(key)}: {json.dumps(value, ensure_ascii=False)},\n"
                for key, value in head.items()
            ]
            click.echo("{\n" + "".join(lines) + '  "rows": [', nl=False)

    def deliver(self, row: dict[str, Any]) -> Any:  # noqa: ANN401 - of a module that is loaded late
        """Show one reminder."""
        from emergency.commands.reminders import Delivered  # noqa: PLC0415 - the engine is loaded by now

        if self.form == "json":
            self._print({**row, "sink": TERMINAL, "outcome": "sent", "said": ""})
        else:
            self._line(row["kind"], self._words(row))
        return Delivered(done=True)  # what is echoed is flushed

    def add(self, said: Said) -> None:
        """One delivery that was made, or tried."""
        self.failed += said.outcome == "failed"
        self.sent += said.outcome == "sent"
        self.settings.recorded_so_far = self.settings.say(
            f"已送达 {self.sent} 条，均已入库；其余下一遍再送。",
            f"{self.sent} were delivered and are on record; the next sweep goes on.",
        )
        if said.outcome in ("in-hand", "passed"):
            self.in_hand += said.outcome == "in-hand"
            return
        if said.sink == TERMINAL and said.outcome == "sent":
            return  # it is on the screen
        if self.form == "json":
            self._print(said.row)
            return
        say = self.settings.say
        outcome = {
            "sent": say(f"已送 {said.sink}", f"delivered to {said.sink}"),
            "failed": say(
                f"未送达 {said.sink}（第 {said.attempt} 次）：{_reason(said.said)}",
                f"not delivered to {said.sink} (attempt {said.attempt}): {said.said}",
            ),
            "due": say(f"将送 {said.sink}", f"would go to {said.sink}"),
        }[said.outcome]
        self._line(said.reminder.kind, f"{self._words(said.row)}  [{outcome}]")
        if said.outcome == "sent" and said.said:
            show(indented(said.said, 4))

    def end(self, sweep: Sweep) -> None:
        """Say so where there was nothing to say."""
        say = self.settings.say
        if self.form == "json":
            click.echo(("\n  " if self.shown else "") + f'],\n  "failed": {self.failed}\n}}')
            return
        if self.in_hand:
            click.echo(
                say(
                    f"另有 {self.in_hand} 条正由另一进程送达。",
                    f"{self.in_hand} more are being delivered by another sweep.",
                )
            )
        if not self.shown:
            open_ones = len(sweep.matters.owed)
            click.echo(
                say(
                    f"没有新的提醒；应报未报 {open_ones} 项。",
                    f"Nothing new to remind of; {open_ones} reports are owed.",
                )
            )

    def _words(self, row: dict[str, Any]) -> str:
        return self.settings.say(row["words"]["zh"], row["words"]["en"])

    def _line(self, kind: str, words: str) -> None:
        self.shown += 1
        show(indented(f"[{self.settings.say(*KINDS[kind])}] {words}", 0))

    def _print(self, row: dict[str, Any]) -> None:
        click.echo((",\n    " if self.shown else "\n    ") + json.dumps(row, ensure_ascii=False), nl=False)
        self.shown += 1


def _head(settings: Settings, sweep: Sweep, offices: Sequence[str]) -> dict[str, Any]:
    """What stands before the rows."""
    from emergency.projections.rows import iso_instant  # noqa: PLC0415 - the engine is loaded by now

    matters = sweep.matters
    return {
        "schema": SCHEMA,
        **({"drill": True} if settings.in_drill else {}),
        "at": iso_instant(sweep.at),
        "recorded_through": matters.position,
        "rulebook": matters.rulebook,
        "offices": list(offices),
        "warnings": [{"zh": words.zh, "en": words.en} for words in matters.warnings],
        "parked": [
            {"incident": each.incident, "position": each.position, "reason": each.reason}
            for each in matters.unjudged
        ],
    }


def _history(settings: Settings, offices: Sequence[str], after: datetime | None, form: str) -> None:
    """What was delivered, and what failed."""
    zone = settings.zone(settings.engine.directory())
    found = settings.engine.reminders.history(offices, since=after)
    rows = [sent.row for sent in found]
    if form == "json":
        emit_json({"schema": SCHEMA, "offices": list(offices), "rows": rows})
        return
    say = settings.say
    if not found:
        click.echo(say("没有提醒记录。", "No reminder is on record."))
        return
    hour = now()
    show(
        table(
            [
                Column(say("时间", "at"), lambda sent: moment(sent.recorded_at, zone, hour), fold=False),
                Column(say("提醒", "reminder"), lambda sent: say(*KINDS[sent.event.kind])),
                Column(say("事件", "incident"), lambda sent: sent.event.incident or ""),
                Column(say("去向", "sink"), lambda sent: sent.event.sink, fold=False),
                Column(
                    say("结果", "outcome"),
                    lambda sent: (
                        say("送达", "delivered")
                        if sent.row["outcome"] == "sent"
                        else say(f"未送达：{_reason(sent.row['reason'])}", f"failed: {sent.row['reason']}")
                    ),
                ),
            ],
            found,
        )
    )
