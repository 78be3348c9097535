"""``emergency audit``: what was owed, and what stands out, judged at an instant."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from itertools import groupby
from typing import TYPE_CHECKING, Any, Literal

import click

from emergency.projections import said
from emergency_cli.bilingual import WrongUseError, both, command, group, option
from emergency_cli.choices import OneOf
from emergency_cli.context import Settings, common_options, lang_option, now, pass_settings
from emergency_cli.incidents import known_office
from emergency_cli.lazy import Later, LazyGroup, leave
from emergency_cli.norms import NORM_KEYS, emit_matrix, print_norms
from emergency_cli.output import (
    emit_csv_rows,
    emit_json_rows,
    format_option,
    indented,
    show,
    table,
    warn_about,
)
from emergency_cli.what_if import Trial, rules_options, try_rules
from emergency_cli.words import (
    CHECKS,
    FINDING_KINDS,
    FINDING_STATUSES,
    NORMS,
    OBLIGATION_STATES,
    RESULTS,
    explained,
    finding_line,
    obligation_columns,
    unread_notes,
)

if TYPE_CHECKING:
    from emergency.projections.listing import Streamed

FOUND = 1
"""The exit code where an audit found something."""

SERIOUS = frozenset({"established", "presumed", "suspected"})
"""The statuses that make an audit end with exit code 1; what is only possible does not."""

OBLIGATION_KEYS = (
    "id",
    "incident",
    "office",
    "office_ref",
    "recipient",
    "recipient_ref",
    "stage",
    "channel",
    "occasion",
    "trigger",
    "due_earliest",
    "due_latest",
    "state",
    "reason_zh",
    "reason_en",
    "met_by",
    "met_at_earliest",
    "met_at_latest",
    "met_on",
    "reached_by",
    "late_by_at_least",
    "late_by_at_most",
    "grounds",
    "governing",
    "rests_on",
    "holds_from",
    "holds_until",
)
FINDING_KEYS = (
    "id",
    "incident",
    "office",
    "office_ref",
    "kind",
    "status",
    "could_be",
    "obligation",
    "evidence",
    "late_by_at_least",
    "late_by_at_most",
    "grounds",
    "rests_on",
    "holds_from",
    "holds_until",
    "determination",
    "explanation_zh",
    "explanation_en",
)


COMMANDS = {
    "obligations": Later(
        "emergency_cli.audit",
        "obligations",
        both(
            "报告义务：谁应何时之前向谁报告什么，结果如何。",
            "Who owed whom which report by when, and what became of it.",
        ),
    ),
    "findings": Later(
        "emergency_cli.audit",
        "findings",
        both(
            "疑点：迟报、漏报、谎报、瞒报。",
            "What stands out: late, missed, falsified, concealed.",
        ),
    ),
    "norms": Later(
        "emergency_cli.audit",
        "norms",
        both(
            "四个统一规范，逐项检查。",
            "The four unified norms, check by check.",
        ),
    ),
    "scores": Later(
        "emergency_cli.scores",
        "scores",
        both(
            "考核计分，逐分可查。",
            "Points by a scheme, each traced.",
        ),
    ),
    "duty": Later(
        "emergency_cli.duty",
        "duty",
        both(
            "值班情况：空岗、重岗，交接迟缓。",
            "How desks were kept: gaps, overlaps, slow handovers.",
        ),
    ),
}


@group(
    cls=LazyGroup,
    later=COMMANDS,
    zh="""审计：报告义务、疑点、四个统一规范、考核计分。

    有可以认定、推定或疑似的疑点时，退出码为 1；用 --rules 时，有判定变动即为 1。
    """,
)
@lang_option
def audit() -> None:
    """Judge incidents: obligations, findings, and the four norms.

    Exit code 1 where something is established, presumed or suspected; with --rules, where a verdict moves.
    """


_incidents = click.argument("incidents", nargs=-1, metavar="[INCIDENT]...")
_at = option(
    "--at", metavar="TIME", help=both("判定的时刻；默认为现在。", "The instant of judging; now unless given.")
)
_office = option("--office", "who", metavar="ID", help=both("只看此单位。", "Only this office."))


@command(zh="报告义务：谁应何时之前向谁报告什么，结果如何。")
@_incidents
@_at
@_office
@option(
    "--state",
    type=OneOf({word: said.STATES[word].zh for word in OBLIGATION_STATES}),
    help=both("只看此状态。", "Only in this state."),
)
@rules_options
@format_option
@common_options
@pass_settings
def obligations(
    settings: Settings,
    incidents: tuple[str, ...],
    *,
    at: str | None,
    who: str | None,
    state: str | None,
    other_rules: str | None,
    known_on: datetime | None,
    form: str,
) -> None:
    """Who owed whom which report by when, and what became of it."""
    settings.only_read()
    known_office(settings, who)
    moment = settings.moment(at, "--at") or now()
    refs = [settings.incident(ref) for ref in incidents]
    trial = Trial(other_rules, known_on.date() if known_on else None, who, {"state": state})
    if trial.wanted:
        try_rules(settings, "obligations", refs, moment, trial, form)
    with settings.engine.streamed(
        "obligations", refs, at=moment, serious=SERIOUS, office_or_ref=who, state=state
    ) as found:
        _emit(settings, found, moment, form, OBLIGATION_KEYS)
        rows = _rows(found, form)
    if form == "table":
        if not rows:
            click.echo(settings.say("没有报告义务。", "No obligations."))
        directory = settings.engine.directory()
        for ref, mine in groupby(rows, key=_incident):
            owed = list(mine)
            show(table(obligation_columns(settings, directory), owed, title=ref))
            show(*(indented(note, 2) for note in unread_notes(settings, owed)))
    leave(FOUND if found.serious else 0)


@command(zh="疑点：迟报、漏报、谎报、瞒报，并列经人认定的结果。")
@_incidents
@_at
@_office
@option(
    "--kind",
    type=OneOf({word: said.KINDS[word].zh for word in FINDING_KINDS}),
    help=both("只看此类。", "Only of this kind."),
)
@option(
    "--status",
    type=OneOf({word: said.STATUSES[word].zh for word in FINDING_STATUSES}),
    help=both("只看此认定程度。", "Only of this status."),
)
@rules_options
@format_option
@common_options
@pass_settings
def findings(
    settings: Settings,
    incidents: tuple[str, ...],
    *,
    at: str | None,
    who: str | None,
    kind: str | None,
    status: str | None,
    other_rules: str | None,
    known_on: datetime | None,
    form: str,
) -> None:
    """What stands out: late, missed, falsified, concealed, beside what people determined."""
    settings.only_read()
    known_office(settings, who)
    moment = settings.moment(at, "--at") or now()
    refs = [settings.incident(ref) for ref in incidents]
    trial = Trial(other_rules, known_on.date() if known_on else None, who, {"kind": kind, "status": status})
    if trial.wanted:
        try_rules(settings, "findings", refs, moment, trial, form)
    with settings.engine.streamed(
        "findings", refs, at=moment, serious=SERIOUS, office_or_ref=who, kind=kind, status=status
    ) as found:
        _emit(settings, found, moment, form, FINDING_KEYS)
        rows = _rows(found, form)
    if form == "table":
        _print_findings(settings, rows)
    leave(FOUND if found.serious else 0)


@command(
    zh="""四个统一规范逐项检查：内容、程序、时间、口径。

    有不合格项可以认定或推定时，退出码为 1。只依无人核对过原文的条文不合格的，为可能，不计入；记录看不出的，
    为不明。
    """
)
@_incidents
@_at
@_office
@option(
    "--norm",
    type=OneOf({word: said.NORMS[word].zh for word in NORMS}),
    help=both("只看此规范。", "Only this norm."),
)
@option(
    "--check",
    type=OneOf({word: said.CHECKS[word].zh for word in CHECKS}),
    metavar="CHECK",
    help=both("只看此项检查，如 elements。", "Only this check, such as elements."),
)
@option(
    "--result",
    type=OneOf({word: said.RESULTS[word].zh for word in RESULTS}),
    help=both("只看此结果。", "Only this result."),
)
@option(
    "--matrix",
    is_flag=True,
    help=both(
        "改为统计：各规范的检查各有几项什么结果。", "Instead: how many checks of each norm came to what."
    ),
)
@option(
    "--by",
    type=click.Choice(["office", "month"]),
    help=both(
        "与 --matrix 同用：每行为何。[默认：office]", "With --matrix: a line for each. [default: office]"
    ),
)
@option(
    "--from",
    "since",
    metavar="DAY",
    type=click.DateTime(["%Y-%m-%d"]),
    help=both("与 --matrix 同用：自此日起。", "With --matrix: from this day."),
)
@option(
    "--until",
    metavar="DAY",
    type=click.DateTime(["%Y-%m-%d"]),
    help=both("与 --matrix 同用：至此日止（含当日）。", "With --matrix: to the end of this day."),
)
@rules_options
@format_option
@common_options
@pass_settings
def norms(
    settings: Settings,
    incidents: tuple[str, ...],
    *,
    at: str | None,
    who: str | None,
    norm: str | None,
    check: str | None,
    result: str | None,
    matrix: bool,
    by: Literal["office", "month"] | None,
    since: datetime | None,
    until: datetime | None,
    other_rules: str | None,
    known_on: datetime | None,
    form: str,
) -> None:
    """The four norms, check by check: content, procedure, time, wording.

    Exit code 1 where a check fails, established or presumed. What fails only by a text that nobody has confirmed is
    possible, and does not count; what the record does not tell is unknown.
    """
    settings.only_read()
    known_office(settings, who)
    if not matrix and (by or since or until):
        raise WrongUseError(
            "--by, --from and --until go with --matrix.", zh="--by、--from、--until 须与 --matrix 同用。"
        )
    if matrix and (other_rules or known_on):
        raise WrongUseError(
            "--matrix counts checks under the rules that stand; leave --rules out.",
            zh="--matrix 按现行规则统计；请去掉 --rules。",
        )
    moment = settings.moment(at, "--at") or now()
    refs = [settings.incident(ref) for ref in incidents]
    filters = {"norm": norm, "check": check, "result": result}
    trial = Trial(other_rules, known_on.date() if known_on else None, who, filters)
    if trial.wanted:
        try_rules(settings, "norms", refs, moment, trial, form)
    if matrix:
        first, last = (day.date() if day else None for day in (since, until))
        found = settings.engine.norm_matrix(
            refs,
            at=moment,
            by=by or "office",
            since=first,
            until=last,
            office_or_ref=who,
            norm=norm,
            check=check,
            result=result,
        )
        days = {"from": first and first.isoformat(), "until": last and last.isoformat()}
        emit_matrix(settings, found, moment, form, {"by": by or "office", **days})
        leave(FOUND if any(counts["fail"] for row in found.rows for counts in row["norms"].values()) else 0)
    with settings.engine.streamed(
        "norms", refs, at=moment, serious=SERIOUS, office_or_ref=who, norm=norm, check=check, result=result
    ) as listed:
        _emit(settings, listed, moment, form, NORM_KEYS)
        rows = _rows(listed, form)
    if form == "table":
        print_norms(settings, rows)
    leave(FOUND if listed.serious else 0)


def _incident(row: dict[str, Any]) -> str:
    return str(row["incident"])


def _rows(found: Streamed, form: str) -> list[dict[str, Any]]:
    """The rows for a table; what programs read is printed as it comes."""
    return [json.loads(text) for text in found.texts] if form == "table" else []


def _emit(settings: Settings, found: Streamed, at: datetime, form: str, keys: Sequence[str]) -> None:
    current = settings.engine.rulebook.fingerprint
    warn_about(found.about, current)
    if form == "json":
        emit_json_rows(found.about, at, found.texts, current)
    elif form == "csv":
        emit_csv_rows(found.texts, keys)


def _print_findings(settings: Settings, rows: Sequence[dict[str, Any]]) -> None:
    if not rows:
        click.echo(settings.say("没有疑点。", "No findings."))
    directory = settings.engine.directory()
    last = None
    for row in rows:
        if row["incident"] != last:
            show(("\n" if last else "") + row["incident"])
            last = row["incident"]
        show(
            indented(finding_line(settings, directory, row), 2),
            indented(explained(settings, row), 4),
        )
