"""``emergency instruction``: what a leader instructed, passed on, answered, pressed for, settled (批示)."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import click

from emergency_cli.bilingual import WrongUseError, both, group, option
from emergency_cli.choices import CHANNELS, TIERS, OneOf
from emergency_cli.context import Settings, common_options, lang_option, now, pass_settings
from emergency_cli.entries import (
    Said,
    decorated,
    ending_options,
    record_entry,
    saying_options,
    stated,
)
from emergency_cli.output import SCHEMA, Column, emit_csv, emit_json, format_option, table
from emergency_cli.output import show as print_out
from emergency_cli.words import broken, clock, office

if TYPE_CHECKING:
    from emergency.domain.values import StatedTime

KEYS = (
    "incident",
    "instruction",
    "label",
    "office",
    "leader",
    "tier",
    "words",
    "received_earliest",
    "received_latest",
    "addressed",
    "relay_by_latest",
    "answer_by_latest",
    "state",
    "due",
    "answers",
    "owed",
)


@group(
    zh="""领导批示：收到、传达、反馈、督办、办结。

    时限以批示或督办所定的为准，以及就此另有规定的条文所定的。
    """
)
@lang_option
def instruction() -> None:
    """Leaders' instructions: received, passed on, answered, pressed for, settled.

    The limits are those that the instruction or a pressing names, and those of a text that asks for it there.
    """


_incident = click.argument("incident")
_which = click.argument("entry", metavar="#INSTRUCTION")
_answer_by = option(
    "--answer-by", metavar="TIME", help=both("反馈结果的时限。", "By when the result is to be reported back.")
)
_by = option("--by", "how", type=OneOf(CHANNELS), help=both("方式。", "How."))
_words = option(
    "--words",
    "quoted",
    metavar="TEXT|-",
    help=both("原文；- 为从文件或管道读取。", "The exact words; - reads them from a file or pipe."),
)


@instruction.command(
    zh="""收到批示：照录原文。

    例：emergency instruction receive - --leader 市长 --words "全力救援" --for county --answer-by 18:00
    """
)
@_incident
@option(
    "--leader",
    metavar="ROLE",
    required=True,
    help=both("谁的批示，写职务，如 市长；不写姓名。", "Whose, by role: 市长. Never a name."),
)
@option("--tier", type=OneOf(TIERS), help=both("领导的层级。", "The leader's tier."))
@_words
@_by
@option(
    "--read-back",
    is_flag=True,
    default=None,
    help=both("电话批示已复述核对。", "What came by phone was read back."),
)
@option("--relay-by", metavar="TIME", help=both("传达的时限。", "By when it is to be passed on."))
@_answer_by
@option(
    "--for",
    "addressed",
    multiple=True,
    metavar="OFFICE",
    help=both("批示给谁；可多次给出。", "For whom it is meant; may be given again."),
)
@decorated(saying_options, ending_options)
def receive(
    settings: Settings,
    incident: str,
    *,
    leader: str,
    tier: str | None,
    quoted: str | None,
    how: str | None,
    read_back: bool | None,
    relay_by: str | None,
    answer_by: str | None,
    addressed: Sequence[str],
    **said: Any,  # noqa: ANN401 - click's own
) -> None:
    """Log an instruction with its exact words.

    Example: emergency instruction receive - --leader 市长 --words "全力救援" --for county --answer-by 18:00
    """
    from emergency.domain.instructions import InstructionReceived  # noqa: PLC0415 - help needs no engine

    if relay_by and not addressed:
        raise WrongUseError(
            "--relay-by needs to know for whom the instruction is meant: --for OFFICE.",
            zh="用 --relay-by 须写明批示给谁：--for OFFICE。",
        )
    typed = Said(words=(incident,), **said)
    more = {
        "leader": leader,
        "tier": tier,
        "words": _exact(quoted),
        "channel": how or "unknown",
        "read_back": read_back,
        "relay_by": _limit(settings, relay_by, typed.at, "--relay-by"),
        "answer_by": _limit(settings, answer_by, typed.at, "--answer-by"),
        "addressed": tuple(addressed),
    }
    record_entry(settings, typed, InstructionReceived, more)


@instruction.command(zh="传达批示。")
@_incident
@_which
@option(
    "--whom",
    multiple=True,
    metavar="OFFICE",
    help=both("传达给谁；默认为批示所给的单位。", "To whom; those it is meant for unless given."),
)
@_by
@decorated(saying_options, ending_options)
def relay(
    settings: Settings,
    incident: str,
    entry: str,
    *,
    whom: Sequence[str],
    how: str | None,
    **said: Any,  # noqa: ANN401 - click's own
) -> None:
    """Log that an instruction was passed on."""
    from emergency.domain.instructions import InstructionRelayed  # noqa: PLC0415 - help needs no engine

    ref = settings.incident(incident)
    meant = settings.engine.entry(ref, entry)
    told = tuple(whom) or tuple(getattr(meant.event, "addressed", ()))
    if not told:
        raise WrongUseError(
            "The instruction names nobody: say to whom it was passed on, --whom OFFICE.",
            zh="批示未写明给谁。请写明传达给谁：--whom OFFICE。",
        )
    more = {"of": meant.event_id, "whom": told, "channel": how or "unknown"}
    record_entry(settings, Said(words=(incident,), **said), InstructionRelayed, more, ref=ref)


@instruction.command(zh="反馈落实情况。")
@_incident
@_which
@_words
@option("--final", is_flag=True, help=both("再无后续反馈。", "Nothing more is to come."))
@decorated(saying_options, ending_options)
def answer(
    settings: Settings,
    incident: str,
    entry: str,
    *,
    quoted: str | None,
    final: bool,
    **said: Any,  # noqa: ANN401 - click's own
) -> None:
    """Log what was reported back on an instruction."""
    from emergency.domain.instructions import InstructionAnswered  # noqa: PLC0415 - help needs no engine

    ref = settings.incident(incident)
    more = {"of": settings.engine.entry(ref, entry).event_id, "words": _exact(quoted), "final": final}
    record_entry(settings, Said(words=(incident,), **said), InstructionAnswered, more, ref=ref)


@instruction.command(zh="督办：催促承办单位；新定时限不改变原有时限。")
@_incident
@_which
@option(
    "--whom",
    multiple=True,
    metavar="OFFICE",
    help=both("督办谁；默认为批示所给的单位。", "Whom; those it is meant for unless given."),
)
@_by
@_answer_by
@decorated(saying_options, ending_options)
def press(
    settings: Settings,
    incident: str,
    entry: str,
    *,
    whom: Sequence[str],
    how: str | None,
    answer_by: str | None,
    **said: Any,  # noqa: ANN401 - click's own
) -> None:
    """Log that whoever is to carry it out was pressed; a new limit moves no earlier one."""
    from emergency.domain.instructions import InstructionPressed  # noqa: PLC0415 - help needs no engine

    ref = settings.incident(incident)
    typed = Said(words=(incident,), **said)
    more = {
        "of": settings.engine.entry(ref, entry).event_id,
        "whom": tuple(whom),
        "means": how or "unknown",
        "answer_by": _limit(settings, answer_by, typed.at, "--answer-by"),
    }
    record_entry(settings, typed, InstructionPressed, more, ref=ref)


@instruction.command(zh="办结。任何单位不能以此免除自身应办的事。")
@_incident
@_which
@option("--why", metavar="TEXT", help=both("为何办结。", "Why it is settled."))
@decorated(saying_options, ending_options)
def close(settings: Settings, incident: str, entry: str, why: str | None, **said: Any) -> None:  # noqa: ANN401 - click's own
    """Log that an instruction is settled. Nobody settles by it what he owes himself."""
    from emergency.domain.instructions import InstructionClosed  # noqa: PLC0415 - help needs no engine

    ref = settings.incident(incident)
    more = {"of": settings.engine.entry(ref, entry).event_id, "why": why}
    record_entry(settings, Said(words=(incident,), **said), InstructionClosed, more, ref=ref)


@instruction.command("list", zh="批示列表：逾期、未办的在前，注明剩余时间。")
@click.argument("incidents", nargs=-1, metavar="[INCIDENT]...")
@option(
    "--at", metavar="TIME", help=both("判定的时刻；默认为现在。", "The instant of judging; now unless given.")
)
@format_option
@common_options
@pass_settings
def list_instructions(settings: Settings, incidents: tuple[str, ...], at: str | None, form: str) -> None:
    """Instructions, overdue and open ones first, with the time that is left."""
    settings.only_read()
    moment = settings.moment(at, "--at") or now()
    refs = [settings.incident(ref) for ref in incidents]
    listed = settings.engine.instructions.listed(refs, at=moment)
    for ref, reason in listed.parked:
        click.echo(
            settings.say(
                f"注意：{ref} 无法判定，未列出：{reason.zh}",
                f"Warning: {ref} cannot be judged and is left out: {reason.en}",
            ),
            err=True,
        )
    if form == "json":
        from emergency.projections.rows import iso_instant  # noqa: PLC0415 - the engine is loaded by now

        emit_json(
            {
                "schema": SCHEMA,
                "at": iso_instant(moment),
                "recorded_through": listed.position,
                "rulebook": settings.engine.rulebook.fingerprint,
                "rows": listed.rows,
            }
        )
    elif form == "csv":
        emit_csv(listed.rows, KEYS)
    elif listed.rows:
        print_out(table(_columns(settings, moment), listed.rows))
    else:
        click.echo(settings.say("没有批示。", "No instructions."))


_STATES = {"overdue": "逾期", "open": "办理中", "answered": "已反馈", "closed": "已办结"}


def _columns(settings: Settings, at: datetime) -> list[Column]:
    say = settings.say
    directory = settings.engine.directory()

    def due(row: Mapping[str, Any]) -> str:
        if row["due"] is None:
            return ""
        left = datetime.fromisoformat(row["due"]) - at
        return f"{clock(row['due'])}\n{_left(settings, left, overdue=row['state'] == 'overdue')}"

    def whom(row: Mapping[str, Any]) -> str:
        offices = row["addressed"] or [row["office"]]
        return "\n".join(broken(office(settings, directory, each)) for each in offices)

    return [
        Column(say("事件", "incident"), lambda row: f"{broken(row['incident'])}\n{row['label']}"),
        Column(say("领导", "leader"), lambda row: row["leader"]),
        Column(say("批示", "words"), lambda row: row["words"]),
        Column(say("承办", "for"), whom),
        Column(say("截止", "due"), due, fold=False),
        Column(say("状态", "state"), lambda row: say(_STATES[row["state"]], row["state"]), fold=False),
    ]


def _left(settings: Settings, left: timedelta, *, overdue: bool) -> str:
    """How long is left, or how long ago it was; overdue it is only where the record shows that nothing was done."""
    from emergency.assessment.words import duration_words  # noqa: PLC0415 - the engine is loaded by now

    words = settings.words(duration_words(abs(left)))
    if left >= timedelta():
        return settings.say(f"还剩 {words}", f"{words} left")
    if overdue:
        return settings.say(f"已逾期 {words}", f"overdue by {words}")
    return settings.say(f"已过 {words}，未见反馈", f"{words} ago, nothing on record")


# -- words and limits ------------------------------------------------------------------------------------------


def _exact(quoted: str | None) -> str:
    """The exact words; from a pipe where they are ``-``."""
    words = sys.stdin.read().strip() if quoted == "-" else (quoted or "").strip()
    if not words:
        raise WrongUseError(
            'Give the exact words: --words "…", or --words - to read them from a pipe.',
            zh='请写明原文：--words "…"；或 --words - 从管道读取。',
        )
    return words


def _limit(settings: Settings, text: str | None, since: str | None, option: str) -> StatedTime | None:
    """A typed limit: an hour without a day is the next one after what it is counted from."""
    if text is None:
        return None
    directory, hour = settings.engine.directory(), now()
    begun = stated(settings, directory, since, hour, "--at").earliest or hour
    by = stated(settings, directory, text, hour, option, ahead=begun)
    if by.latest is None:
        raise WrongUseError(
            f"{option} needs a time, like 18:00 or 11-21 09:00.",
            zh=f"{option} 须有时间，如 18:00 或 11-21 09:00。",
        )
    return by
