"""The commands of ``emergency``, and the options that stand before all of them."""

from __future__ import annotations

import gc
from pathlib import Path

import click

from emergency_cli.context import Settings, lang_option
from emergency_cli.lazy import Later, Program

COMMANDS = {
    "use": Later("emergency_cli.identity", "use", "Remember who I am: office, role, officer 设定身份."),
    "offices": Later("emergency_cli.offices", "offices", "The directory: who reports to whom 报送网络."),
    "learn": Later("emergency_cli.entries", "learn", "Log that an office came to know 获悉."),
    "report": Later("emergency_cli.entries", "report", "Log a report 报告."),
    "follow-up": Later("emergency_cli.entries", "follow_up", "Log a later report on what is new 续报."),
    "final": Later("emergency_cli.entries", "final", "Log the final report 终报、核报."),
    "correct": Later(
        "emergency_cli.entries", "correct", "Log a report that corrects an earlier one 更正报告."
    ),
    "forward": Later("emergency_cli.entries", "forward", "Log what was passed upward 转报."),
    "verify": Later("emergency_cli.entries", "verify", "Log what was checked and established 核实."),
    "clue": Later("emergency_cli.entries", "clue", "Log a sign from outside the reporting line 线索."),
    "ack": Later("emergency_cli.entries", "ack", "Log the receipt of a message 签收."),
    "return": Later("emergency_cli.entries", "send_back", "Log that a message was sent back 退回."),
    "draft": Later("emergency_cli.draft", "draft", "The unified draft of several units' reports 统稿."),
    "foresee": Later("emergency_cli.entries", "foresee", "Log that an event may happen 可能发生."),
    "warn": Later("emergency_cli.entries", "warn", "Log a warning that was issued 发布预警."),
    "grade": Later("emergency_cli.entries", "grade", "Log the level officially given 定级、调级."),
    "stable": Later("emergency_cli.entries", "stable", "Log that the situation is stable 事态稳定."),
    "suspend": Later("emergency_cli.entries", "suspend", "Log that follow-ups were suspended 暂停."),
    "resume": Later("emergency_cli.entries", "resume", "Log that follow-ups were resumed 恢复."),
    "ended": Later("emergency_cli.entries", "ended", "Log that the handling ended 应急处置结束."),
    "close": Later("emergency_cli.entries", "close", "Log that the incident is closed 结案."),
    "reopen": Later("emergency_cli.bookkeeping", "reopen", "Log that a closed incident goes on 重新启动."),
    "instruction": Later("emergency_cli.instruction", "instruction", "Leaders' instructions 批示."),
    "handover": Later("emergency_cli.receiving", "handover", "Log what was handed over to others 转办."),
    "call-log": Later("emergency_cli.receiving", "call_log", "Log what a phone report said 电话记录."),
    "direct": Later("emergency_cli.bookkeeping", "direct", "Log that others were told not to report 授意."),
    "obstruct": Later("emergency_cli.bookkeeping", "obstruct", "Log that others were kept from it 阻碍."),
    "waive": Later("emergency_cli.bookkeeping", "waive", "Log a permission not to report 准予不报."),
    "void": Later("emergency_cli.bookkeeping", "void", "There was no such event: excuse what is open 撤销."),
    "merge": Later("emergency_cli.bookkeeping", "merge", "Let an incident go on as another 并案."),
    "unmerge": Later("emergency_cli.bookkeeping", "unmerge", "Take a merging back 撤销并案."),
    "link": Later("emergency_cli.bookkeeping", "link", "Note that two incidents belong together 关联."),
    "note": Later("emergency_cli.bookkeeping", "note", "Add a remark; nothing is judged by it 备注."),
    "adopt": Later(
        "emergency_cli.scoring", "adopt", "Log that a report was used where it was received 采用."
    ),
    "commend": Later(
        "emergency_cli.scoring", "commend", "Log that an office's experience was commended 肯定."
    ),
    "amend": Later("emergency_cli.amending", "amend", "Put an entry right; the log keeps both 更正录入."),
    "withdraw": Later("emergency_cli.amending", "withdraw", "Take an entry back; the log keeps it 撤回录入."),
    "people": Later("emergency_cli.people", "people", "Protected people: sealed names 人员保护."),
    "show": Later("emergency_cli.incidents", "show", "One incident: timeline, obligations, findings."),
    "list": Later("emergency_cli.incidents", "list_incidents", "All incidents."),
    "replay": Later("emergency_cli.incidents", "replay", "One incident as it was known at some time 回放."),
    "why": Later("emergency_cli.why", "why", "Why a verdict is what it is: rule, clock, arithmetic 依据."),
    "timeline": Later("emergency_cli.timeline", "timeline", "Read incidents from timeline files."),
    "audit": Later("emergency_cli.audit", "audit", "Obligations, findings, norms, points 报告义务与疑点."),
    "review": Later("emergency_cli.review", "review", "People decide: evidence, statement, appeal 责任追究."),
    "rules": Later("emergency_cli.rules", "rules", "The rules, dated and cited 规则库."),
    "projections": Later("emergency_cli.projections", "projections", "The read models: status, rebuild."),
    "db": Later("emergency_cli.db", "db", "The store itself: status, check, upgrade 数据库."),
}


@click.group(
    cls=Program,
    later=COMMANDS,
    epilog="Exit codes: 0 nothing found; 1 an audit found something established, presumed or suspected; "
    "2 wrong use; 3 refused, or broken data.",
    context_settings={"help_option_names": ["-h", "--help"], "terminal_width": 72},
)
@click.option(
    "--db",
    envvar="EMERGENCY_DB",
    metavar="URL",
    help="The store: sqlite:////srv/emergency.db or postgresql://user@host/name.",
)
@click.option("--office", envvar="EMERGENCY_OFFICE", metavar="ID", help="The office I sit in.")
@click.option("--as", "role", envvar="EMERGENCY_ROLE", metavar="ROLE", help="My role there.")
@click.option("--officer", envvar="EMERGENCY_OFFICER", metavar="ID", help="My officer id, never a name.")
@click.option(
    "--rules",
    envvar="EMERGENCY_RULES",
    type=click.Path(path_type=Path),
    metavar="FOLDER",
    help="Rules in place of those that come with the program.",
)
@lang_option
@click.version_option(package_name="emergency")
@click.pass_context
def app(
    ctx: click.Context,
    db: str | None,
    office: str | None,
    role: str | None,
    officer: str | None,
    rules: Path | None,
) -> None:
    """Emergency-information reporting (紧急信息报送).

    Log who learned what and told whom; see what is owed, to whom and by when; judge afterwards what was late,
    missed, falsified or concealed, with article and proof.
    """
    settings = ctx.ensure_object(Settings)
    settings.db = db or settings.db
    settings.office, settings.role, settings.officer = office, role, officer
    settings.rules = rules


ROUND = 300_000
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
