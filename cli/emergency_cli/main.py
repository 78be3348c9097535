"""The commands of ``emergency``, and the options that stand before all of them."""

from __future__ import annotations

import gc
from pathlib import Path

import click

from emergency_cli.bilingual import both, group, option, say
from emergency_cli.context import Settings, lang_option
from emergency_cli.lazy import Later, Program

SECTIONS = {
    both("值班", "The desk"): {
        "use": Later(
            "emergency_cli.identity",
            "use",
            both("设定身份：单位、岗位、人员编号。", "Remember who I am: office, role, officer."),
        ),
        "guide": Later(
            "emergency_cli.guide",
            "guide",
            both(
                "录入之前先问：该不该我报、报给谁、何时之前。",
                "Before anything is entered: is it mine, to whom, by when.",
            ),
        ),
        "next": Later(
            "emergency_cli.next",
            "next_due",
            both(
                "本单位现在应办的事，最急的在前；--watch 为值班看板。",
                "What this office owes now, soonest first; --watch is the board.",
            ),
        ),
        "remind": Later(
            "emergency_cli.remind",
            "remind",
            both(
                "提醒一遍：将到期、已逾期、未签收；可重复运行。",
                "Remind of what is due, overdue, unacknowledged; safe to repeat.",
            ),
        ),
        "shift": Later(
            "emergency_cli.shift",
            "shift",
            both("值班：上岗、交接班、下岗。", "The shift: start, hand over, end."),
        ),
        "form": Later(
            "emergency_cli.form",
            "form",
            both("在终端上逐项录入。", "Enter an act on the terminal, question by question."),
        ),
        "unsent": Later(
            "emergency_cli.unsent",
            "unsent",
            both("未提交的录入：列出、续录、丢弃。", "Unfinished entries: list, go on, discard."),
        ),
        "undo": Later(
            "emergency_cli.undo",
            "undo",
            both(
                "撤回本班内本人最后一条录入；记录保留。",
                "Take back one's last entry of this shift; the log keeps it.",
            ),
        ),
        "document": Later(
            "emergency_cli.document",
            "document",
            both("公文：首报、续报、终报、统稿、通报。", "Documents: first report to circular."),
        ),
        "drill": Later(
            "emergency_cli.drill",
            "drill",
            both("演练：单独的库，时钟可调。", "Drills: a store of their own, whose clock can be set."),
        ),
    },
    both("录入", "Entries"): {
        "learn": Later(
            "emergency_cli.entries", "learn", both("记录获悉。", "Log that an office came to know.")
        ),
        "report": Later("emergency_cli.entries", "report", both("记录报告。", "Log a report.")),
        "follow-up": Later(
            "emergency_cli.entries", "follow_up", both("记录续报。", "Log a later report on what is new.")
        ),
        "final": Later("emergency_cli.entries", "final", both("记录终报、核报。", "Log the final report.")),
        "correct": Later(
            "emergency_cli.entries",
            "correct",
            both("记录更正报告。", "Log a report that corrects an earlier one."),
        ),
        "forward": Later(
            "emergency_cli.entries", "forward", both("记录上报、转报。", "Log what was passed upward.")
        ),
        "verify": Later(
            "emergency_cli.entries", "verify", both("记录核实结果。", "Log what was checked and established.")
        ),
        "clue": Later(
            "emergency_cli.entries",
            "clue",
            both("记录报送渠道以外的线索。", "Log a sign from outside the reporting line."),
        ),
        "ack": Later("emergency_cli.entries", "ack", both("记录签收。", "Log the receipt of a message.")),
        "return": Later(
            "emergency_cli.entries", "send_back", both("记录退回。", "Log that a message was sent back.")
        ),
        "handover": Later(
            "emergency_cli.receiving", "handover", both("记录转办。", "Log what was handed over to others.")
        ),
        "call-log": Later(
            "emergency_cli.receiving", "call_log", both("电话记录。", "Log what a phone report said.")
        ),
        "draft": Later(
            "emergency_cli.draft",
            "draft",
            both("统稿：多个单位报告的统一稿。", "The unified draft of several units' reports."),
        ),
        "instruction": Later(
            "emergency_cli.instruction", "instruction", both("领导批示。", "Leaders' instructions.")
        ),
        "foresee": Later(
            "emergency_cli.entries", "foresee", both("记录可能发生的事件。", "Log that an event may happen.")
        ),
        "warn": Later(
            "emergency_cli.entries", "warn", both("记录发布预警。", "Log a warning that was issued.")
        ),
        "grade": Later(
            "emergency_cli.entries", "grade", both("记录定级、调级。", "Log the level officially given.")
        ),
        "stable": Later(
            "emergency_cli.entries", "stable", both("记录事态稳定。", "Log that the situation is stable.")
        ),
        "suspend": Later(
            "emergency_cli.entries", "suspend", both("记录暂停续报。", "Log that follow-ups were suspended.")
        ),
        "resume": Later(
            "emergency_cli.entries", "resume", both("记录恢复续报。", "Log that follow-ups were resumed.")
        ),
        "ended": Later(
            "emergency_cli.entries", "ended", both("记录应急处置结束。", "Log that the handling ended.")
        ),
        "close": Later(
            "emergency_cli.entries", "close", both("记录结案。", "Log that the incident is closed.")
        ),
        "reopen": Later(
            "emergency_cli.bookkeeping",
            "reopen",
            both("记录重新启动。", "Log that a closed incident goes on."),
        ),
        "note": Later(
            "emergency_cli.bookkeeping",
            "note",
            both("备注；不作为判定依据。", "Add a remark; nothing is judged by it."),
        ),
        "direct": Later(
            "emergency_cli.bookkeeping",
            "direct",
            both("记录授意不报。", "Log that others were told not to report."),
        ),
        "obstruct": Later(
            "emergency_cli.bookkeeping",
            "obstruct",
            both("记录阻碍报告。", "Log that others were kept from it."),
        ),
        "waive": Later(
            "emergency_cli.bookkeeping", "waive", both("记录准予不报。", "Log a permission not to report.")
        ),
        "adopt": Later(
            "emergency_cli.scoring",
            "adopt",
            both("记录信息被采用。", "Log that a report was used where it was received."),
        ),
        "commend": Later(
            "emergency_cli.scoring",
            "commend",
            both("记录经验被肯定。", "Log that an office's experience was commended."),
        ),
    },
    both("更正", "Putting right"): {
        "amend": Later(
            "emergency_cli.amending",
            "amend",
            both("更正录入；原文与更正都保留。", "Put an entry right; the log keeps both."),
        ),
        "withdraw": Later(
            "emergency_cli.amending",
            "withdraw",
            both("撤回录入；记录保留。", "Take an entry back; the log keeps it."),
        ),
        "void": Later(
            "emergency_cli.bookkeeping",
            "void",
            both("撤销：并无此事，免除未到期事项。", "There was no such event: excuse what is open."),
        ),
        "merge": Later(
            "emergency_cli.bookkeeping", "merge", both("并案。", "Let an incident go on as another.")
        ),
        "unmerge": Later("emergency_cli.bookkeeping", "unmerge", both("撤销并案。", "Take a merging back.")),
        "link": Later(
            "emergency_cli.bookkeeping",
            "link",
            both("关联两起事件。", "Note that two incidents belong together."),
        ),
    },
    both("查阅与审计", "Reading and judging"): {
        "show": Later(
            "emergency_cli.incidents",
            "show",
            both("一起事件：时间线、报告义务、疑点。", "One incident: timeline, obligations, findings."),
        ),
        "list": Later("emergency_cli.incidents", "list_incidents", both("全部事件。", "All incidents.")),
        "replay": Later(
            "emergency_cli.incidents",
            "replay",
            both("回放：当时所知的事件。", "One incident as it was known at some time."),
        ),
        "why": Later(
            "emergency_cli.why",
            "why",
            both("依据：为何如此判定。", "Why a verdict is what it is: rule, clock, arithmetic."),
        ),
        "audit": Later(
            "emergency_cli.audit",
            "audit",
            both("审计：报告义务、疑点、四个统一规范、考核计分。", "Obligations, findings, norms, points."),
        ),
        "review": Later(
            "emergency_cli.review",
            "review",
            both("责任追究：证据、陈述、认定、申诉。", "People decide: evidence, statement, appeal."),
        ),
        "timeline": Later(
            "emergency_cli.timeline",
            "timeline",
            both("从时间线文件导入事件。", "Read incidents from timeline files."),
        ),
    },
    both("资料与系统", "Data and system"): {
        "offices": Later(
            "emergency_cli.offices",
            "offices",
            both("报送网络：谁向谁报告。", "The directory: who reports to whom."),
        ),
        "people": Later(
            "emergency_cli.people",
            "people",
            both("人员保护：封存的姓名。", "Protected people: sealed names."),
        ),
        "rules": Later(
            "emergency_cli.rules", "rules", both("规则库：有日期、有出处。", "The rules, dated and cited.")
        ),
        "projections": Later(
            "emergency_cli.projections",
            "projections",
            both("读模型：状态、重建。", "The read models: status, rebuild."),
        ),
        "db": Later(
            "emergency_cli.db",
            "db",
            both("数据库：状态、检查、升级。", "The store itself: status, check, upgrade."),
        ),
        "completion": Later(
            "emergency_cli.completion",
            "completion",
            both("命令行补全：bash、zsh、fish。", "Completion for bash, zsh and fish."),
        ),
    },
}
"""The commands, by what they are for."""

COMMANDS = {name: place for part in SECTIONS.values() for name, place in part.items()}


def _show_version(ctx: click.Context, _: click.Parameter, wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version  # noqa: PLC0415 - only where it is asked for

        known = version("emergency")
        click.echo(say(f"emergency，版本 {known}", f"emergency, version {known}"))
        ctx.exit()


@group(
    cls=Program,
    sections=SECTIONS,
    zh="""紧急信息报送。

    记录谁在何时获悉、向谁报告；看清应报什么、报给谁、何时之前；事后凭条文与证据判定迟报、漏报、谎报、瞒报。
    """,
    epilog=both(
        "退出码：0 无疑点；1 审计命令查出疑点（可以认定、推定或疑似）；2 用法有误；3 被拒绝或数据损坏。",
        "Exit codes: 0 nothing found; 1 an audit found something established, presumed or suspected; "
        "2 wrong use; 3 refused, or broken data.",
    ),
    context_settings={"help_option_names": ["-h", "--help"]},
)
@option(
    "--db",
    envvar="EMERGENCY_DB",
    metavar="URL",
    help=both(
        "数据库：sqlite:////srv/emergency.db 或 postgresql://user@host/name。",
        "The store: sqlite:////srv/emergency.db or postgresql://user@host/name.",
    ),
)
@option("--office", envvar="EMERGENCY_OFFICE", metavar="ID", help=both("本单位。", "The office I sit in."))
@option("--as", "role", envvar="EMERGENCY_ROLE", metavar="ROLE", help=both("本人岗位。", "My role there."))
@option(
    "--officer",
    envvar="EMERGENCY_OFFICER",
    metavar="ID",
    help=both("本人人员编号，不写姓名。", "My officer id, never a name."),
)
@option(
    "--rules",
    envvar="EMERGENCY_RULES",
    type=click.Path(path_type=Path),
    metavar="FOLDER",
    help=both("用此文件夹的规则代替自带规则。", "Rules in place of those that come with the program."),
)
@lang_option
@option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_show_version,
    help=both("显示版本。", "Show the version and exit."),
)
@click.pass_context
def app(
    ctx: click.Context,
    db: str | None,
    office: str | None,
    role: str | None,
    officer: str | None,
    rules: Path | None,
) -> None:
    """Emergency-information reporting.

    Log who learned what and told whom; see what is owed, to whom and by when; judge afterwards what was late,
    missed, falsified or concealed, with article and proof.
    """
    settings = ctx.ensure_object(Settings)
    settings.db = db or settings.db
    settings.office, settings.role, settings.officer = office, role, officer
    settings.rules = rules


ROUND = 1_000_000
"""So many new objects before Python looks for cycles among them; its own 700 is met hundreds of times at the start."""


def main() -> None:
    """Run the command as the whole of a process.

    A command makes little but what stays to its end: the modules. Looking for garbage among them, again and again
    at the start and twice at the end, took a fifth of its time. A long command still has its garbage collected.
    """
    gc.set_threshold(ROUND)
    try:
        app.main(prog_name="emergency")
    finally:
        gc.freeze()  # the system takes all of it back at once
