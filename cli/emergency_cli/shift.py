"""``emergency shift``: who is on duty, what is handed over, what was promised 值班."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from emergency_cli.bilingual import WrongUseError, both, group, option
from emergency_cli.context import (
    Settings,
    common_options,
    identity_options,
    lang_option,
    now,
    pass_settings,
)
from emergency_cli.identity import warn_of_name
from emergency_cli.lengths import ago, length_of
from emergency_cli.output import SCHEMA, Column, emit_csv, emit_json, indented, show, table
from emergency_cli.words import moment

if TYPE_CHECKING:
    from emergency.commands.desk import DeskOutcome
    from emergency.commands.matters import Matters, Owed, Unacknowledged
    from emergency.domain.desk import Promise
    from emergency.domain.duty import DeskState, Handover, Promised, Turn, When
    from emergency.domain.values import StatedTime

SHOWN = 20
"""So many things of a kind fit on the screen of a handover; the rest are counted."""

TURN_KEYS = (
    "officer",
    "role",
    "began_earliest",
    "began_latest",
    "until",
    "ended_earliest",
    "ended_latest",
    "backfilled",
    "began_by",
    "ended_by",
)

_at = option(
    "--at",
    metavar="TIME",
    help=both("何时：13:05、昨天 23:40；不写为现在。", "When: 13:05, 昨天 23:40; now unless given."),
)
_remarks = option("--remarks", metavar="TEXT", help=both("备注。", "Anything else, in words."))
_command_id = option(
    "--command-id",
    metavar="ID",
    help=both("供脚本使用：同一编号只入库一次。", "For scripts: the same id never records twice."),
)
_form = option(
    "--format",
    "form",
    type=click.Choice(["table", "json"]),
    default="table",
    help=both("输出格式：供阅读，或供程序使用。", "What to print."),
)
_rows_form = option(
    "--format",
    "form",
    type=click.Choice(["table", "json", "csv"]),
    default="table",
    help=both("输出格式：供阅读，或供程序使用。", "What to print."),
)


@group(
    "shift",
    zh="""值班：上岗、交班、接班、下岗；谁在岗，什么未了，承诺了什么。

    A 为主班，B 为副班。迟录、漏录都照录不误，并加注；人员只用编号，不写姓名。
    """,
)
@lang_option
def shift() -> None:
    """The shift: who is on duty, what is open, what was promised.

    A is the officer who answers for the desk, B stands by. Nothing is refused for being late or out of order: it is
    recorded and remarked on. Officers are named by id, never by name.
    """


@shift.command(
    "start",
    zh="""上岗。

    例：emergency shift start --duty A --until 08:00
    """,
)
@option(
    "--duty",
    type=click.Choice(["A", "B"]),
    default="A",
    show_default=True,
    help=both("A 主班，B 副班。", "A answers for the desk, B stands by."),
)
@_at
@option(
    "--until",
    metavar="TIME",
    help=both("计划值到何时：08:00、8h。", "When it is planned to end: 08:00, 8h."),
)
@_command_id
@_form
@identity_options
@common_options
@pass_settings
def start(
    settings: Settings, *, duty: str, at: str | None, until: str | None, command_id: str | None, form: str
) -> None:
    """Come on duty.

    Example: emergency shift start --duty A --until 08:00
    """
    identity = settings.identity
    warn_of_name(settings, identity.officer)
    outcome = settings.engine.desk.start(
        identity,
        role=duty,
        at=(began := _stated(settings, at)),
        until=None if until is None else _ahead(settings, until, "--until", began.earliest or now()),
        command_id=command_id,
    )
    _done(settings, outcome, form, settings.say("上岗", "on duty"))


@shift.command("end", zh="下岗，不交班。交班请用 emergency shift handover。")
@_at
@_remarks
@_command_id
@_form
@identity_options
@common_options
@pass_settings
def end(
    settings: Settings, *, at: str | None, remarks: str | None, command_id: str | None, form: str
) -> None:
    """Go off duty without handing over. To hand over: emergency shift handover."""
    outcome = settings.engine.desk.end(
        settings.identity, at=_stated(settings, at), remarks=remarks, command_id=command_id
    )
    _done(settings, outcome, form, settings.say("下岗", "off duty"))


@shift.command(
    "handover",
    zh="""交班：一屏列出未了事项，最急的在前；逾期、承诺、未签收一并交接。

    接班人用 emergency shift ack 确认；确认之前仍由交班人负责。

    例：emergency shift handover --to X18 --promised "回复市局核实情况" 08:00
    """,
)
@option("--to", metavar="OFFICER", help=both("接班人编号。", "The successor's id."))
@option(
    "--promised",
    nargs=2,
    multiple=True,
    metavar="TEXT TIME",
    help=both(
        "承诺事项及何时之前；没有时限写 -。可多次给出。",
        "What was promised, and by when; - for no time. May be given again.",
    ),
)
@_remarks
@_at
@_command_id
@_form
@identity_options
@common_options
@pass_settings
def handover(
    settings: Settings,
    *,
    to: str | None,
    promised: Sequence[tuple[str, str]],
    remarks: str | None,
    at: str | None,
    command_id: str | None,
    form: str,
) -> None:
    """Hand the desk over: one screen of what is open, soonest first, overdue, promised, unacknowledged.

    The successor acknowledges with emergency shift ack; until then the desk is the predecessor's.

    Example: emergency shift handover --to X18 --promised "回复市局核实情况" 08:00
    """
    warn_of_name(settings, to)
    given = _stated(settings, at)
    outcome = settings.engine.desk.hand_over(
        settings.identity,
        to=to,
        promised=[_promise(settings, text, by, given.earliest or now()) for text, by in promised],
        remarks=remarks,
        at=given,
        command_id=command_id,
    )
    if form == "json":
        emit_json(_json(outcome))
        return
    _done(
        settings,
        outcome,
        form,
        settings.say(f"交班给 {to or '接班人'}", f"handed over to {to or 'whoever acknowledges'}"),
    )
    if outcome.matters is not None:
        _open(settings, outcome.matters, outcome.desk)
    show(
        settings.say(
            f"接班人请确认：emergency shift ack #{outcome.number} --officer {to or '编号'}",
            f"The successor acknowledges with: emergency shift ack #{outcome.number} --officer {to or 'ID'}",
        )
    )


@shift.command(
    "ack",
    zh="""接班确认：自此由接班人负责，沿用交班人的 A、B 岗。

    例：emergency shift ack --officer X18 --contested "少交一份传真"
    """,
)
@click.argument("number", metavar="[#HANDOVER]", required=False)
@option(
    "--contested",
    metavar="TEXT",
    help=both("与所交不符之处。", "What is otherwise than it was handed over."),
)
@_at
@_command_id
@_form
@identity_options
@common_options
@pass_settings
def ack(
    settings: Settings,
    *,
    number: str | None,
    contested: str | None,
    at: str | None,
    command_id: str | None,
    form: str,
) -> None:
    """Take the desk over: from here on it is the successor's, in the role of whoever handed it over.

    Example: emergency shift ack --officer X18 --contested "one fax is missing"
    """
    identity = settings.identity
    warn_of_name(settings, identity.officer)
    outcome = settings.engine.desk.acknowledge(
        identity, handover=number, contested=contested, at=_stated(settings, at), command_id=command_id
    )
    taken = outcome.handover
    said = settings.say("接班", "took over")
    if taken is not None:
        said = settings.say(
            f"接 {taken.event.officer} 的班（#{taken.number}）",
            f"took over from {taken.event.officer} (#{taken.number})",
        )
    _done(settings, outcome, form, said)
    if form == "table":
        _open(settings, settings.engine.desk.matters(identity.office), outcome.desk)


@shift.command(
    "done",
    zh="""承诺事项已了结，如 5.1；之后不再提醒。

    例：emergency shift done 5.1 --note 已电话回复
    """,
)
@click.argument("promise")
@option("--note", metavar="TEXT", help=both("如何了结。", "How."))
@_at
@_command_id
@_form
@identity_options
@common_options
@pass_settings
def done(
    settings: Settings, promise: str, *, note: str | None, at: str | None, command_id: str | None, form: str
) -> None:
    """Note that what was promised, like 5.1, was done: no reminder of it any more.

    Example: emergency shift done 5.1 --note "phoned them"
    """
    outcome = settings.engine.desk.kept(
        settings.identity, promise, note=note, at=_stated(settings, at), command_id=command_id
    )
    _done(settings, outcome, form, settings.say(f"{promise} 已了结", f"{promise} is done"))


@shift.command("show", zh="现在谁在岗，什么未了，谁还没有接班。")
@_form
@identity_options
@common_options
@pass_settings
def show_shift(settings: Settings, form: str) -> None:
    """Who is on duty now, what is open, and which handover nobody has acknowledged."""
    settings.only_read()
    office = settings.identity.office
    desk = settings.engine.desk.state(office)
    matters = settings.engine.desk.matters(office)
    if form == "json":
        emit_json({**_desk_row(desk, now()), "open": _matters_rows(matters), "warnings": _warnings(matters)})
        return
    name = matters.directory.name(office)
    click.echo(f"{name} ({office})")
    _on_duty(settings, desk)
    _open(settings, matters, desk)


@shift.command("list", zh="历次值班：谁，何时起，何时止。")
@option(
    "--since", metavar="TIME", help=both("只列此后的：2026-11-01、7d。", "Only from then on: 2026-11-01, 7d.")
)
@_rows_form
@identity_options
@common_options
@pass_settings
def list_shifts(settings: Settings, since: str | None, form: str) -> None:
    """All shifts and handovers: who, from when, until when."""
    settings.only_read()
    office, say = settings.identity.office, settings.say
    desk = settings.engine.desk.state(office)
    after = None if since is None else ago(since, now(), settings.zone(settings.engine.directory()))
    turns = [turn for turn in desk.turns if after is None or turn.ended is None or turn.ended.latest >= after]
    handovers = [
        each for each in desk.handovers if after is None or (each.acknowledged or each.at).latest >= after
    ]
    if form == "json":
        emit_json(
            {
                "schema": SCHEMA,
                "office": office,
                "turns": [_turn_row(turn) for turn in turns],
                "handovers": [_handover_row(each) for each in handovers],
                "remarks": _remark_rows(desk),
            }
        )
        return
    if form == "csv":
        emit_csv([_turn_row(turn) for turn in turns], TURN_KEYS)
        return
    if not (turns or handovers):
        click.echo(say("没有值班记录。", "No shifts are on record."))
        return
    show(
        table(
            [
                Column(say("人员", "officer"), lambda turn: turn.officer, fold=False),
                Column(say("岗", "duty"), lambda turn: turn.role.value, fold=False),
                Column(say("起", "from"), lambda turn: _when(settings, turn.began), fold=False),
                Column(
                    say("止", "to"),
                    lambda turn: _when(settings, turn.ended) if turn.ended else say("在岗", "on duty"),
                    fold=False,
                ),
                Column("", lambda turn: say("补录", "backfilled") if turn.backfilled else ""),
            ],
            turns,
        )
    )
    for each in handovers:
        show(indented(_handover_words(settings, each), 2))
    for remark in _remarks_said(settings, desk):
        show(indented(remark, 2))


# -- what is printed -------------------------------------------------------------------------------------------


def _done(settings: Settings, outcome: DeskOutcome, form: str, said: str) -> None:
    """What was recorded, and what is odd about it."""
    settings.recorded_so_far = settings.say(
        f"已入库：{outcome.event_id}。", f"It is on record: {outcome.event_id}."
    )
    if form == "json":
        emit_json(_json(outcome))
        return
    if outcome.already:
        click.echo(
            settings.say(
                "此命令先前已执行，本次未再入库。",
                "This command was carried out before; nothing was recorded now.",
            )
        )
    click.echo(f"{outcome.office} #{outcome.number}  {said}")
    for words in outcome.remarks:
        show(indented(f"{settings.say('注意：', 'Note: ')}{settings.words(words)}", 2))
    _on_duty(settings, outcome.desk)


def _on_duty(settings: Settings, desk: DeskState) -> None:
    say, hour = settings.say, now()
    there = desk.on_duty(hour)
    for turn in there:
        since = say(f"自 {_when(settings, turn.began)}", f"since {_when(settings, turn.began)}")
        until = ""
        if turn.until is not None:
            at = moment(turn.until, settings.zone(), hour)
            past = turn.until < hour
            until = say(f"，计划至 {at}", f", planned until {at}")
            if past:
                until += say("（已过计划时间）", " (that has passed)")
        show(
            indented(
                say(
                    f"在岗 {turn.role.value} 岗 {turn.officer}，{since}{until}",
                    f"on duty {turn.role.value}: {turn.officer}, {since}{until}",
                ),
                2,
            )
        )
    if not any(turn.role == "A" for turn in there):
        words = (
            say("现在没有主班在岗。", "Nobody is on duty as A now.")
            if desk.version
            else say("本单位没有值班记录。", "No shift was ever recorded here.")
        )
        show(indented(words, 2))
    for each in desk.waiting:
        show(indented(_handover_words(settings, each), 2))


def _open(settings: Settings, matters: Matters, desk: DeskState) -> None:
    """What is open, on one screen: owed, promised, unacknowledged, and what nobody can tell."""
    say = settings.say
    for words in matters.warnings:
        show(indented(f"{say('警告：', 'Warning: ')}{settings.words(words)}", 2))
    for broken in matters.unjudged:
        warned = say(
            f"{broken.incident} 无法判定，是否有应报事项不得而知：{broken.reason}",
            f"{broken.incident} cannot be judged; whether anything is owed nobody can tell: {broken.reason}",
        )
        show(indented(f"{say('警告：', 'Warning: ')}{warned}", 2))
    _some(
        settings,
        say("应报未报", "Owed"),
        [_owed_words(settings, each, matters) for each in matters.owed],
        say("没有应报未报事项。", "Nothing is owed."),
    )
    promises = sorted(
        desk.promises,
        key=lambda pair: (pair[1].promise.by is None, pair[1].promise.by or now(), pair[1].name),
    )
    _some(
        settings,
        say("承诺事项", "Promised"),
        [_promise_words(settings, promised) for _, promised in promises],
        None,
    )
    _some(
        settings,
        say("未签收", "Not acknowledged"),
        [words for message in matters.messages for words in _message_words(settings, message, matters)],
        None,
    )


def _some(settings: Settings, title: str, lines: Sequence[str], otherwise: str | None) -> None:
    if not lines:
        if otherwise is not None:
            click.echo(otherwise)
        return
    click.echo(f"{title}{settings.say('：', ':')}")
    show(*(indented(line, 2) for line in lines[:SHOWN]))
    if len(lines) > SHOWN:
        more = len(lines) - SHOWN
        show(indented(settings.say(f"…… 另有 {more} 项", f"… and {more} more"), 2))


def _owed_words(settings: Settings, owed: Owed, matters: Matters) -> str:
    from emergency.assessment.words import stage_words  # noqa: PLC0415 - the engine is loaded by now
    from emergency_cli.owed import conditions  # noqa: PLC0415 - as above

    due, say = owed.due, settings.say
    when = say("立即", "at once") if due.by is None else _left(settings, due.by, matters)
    what = settings.words(stage_words(due.stage, due.occasion))
    open_ = conditions(settings, due, now(), settings.zone(matters.directory))
    condition = f" [{open_}]" if open_ else ""
    return f"{when} → {due.recipient_name} {what}{condition} · {owed.incident}"


def _promise_words(settings: Settings, promised: Promised) -> str:
    by = promised.promise.by
    when = "" if by is None else f"  {_left(settings, by, None)}"
    return f"{promised.name} {promised.promise.text}{when}"


def _message_words(settings: Settings, message: Unacknowledged, matters: Matters) -> list[str]:
    at = moment(message.sent_at, settings.zone(matters.directory), now())
    found = []
    for kind, other in message.sides(matters.offices):
        name = matters.directory.name(other)
        found.append(
            settings.say(
                f"{at} 发往 {name}，对方未签收 · {message.incident} #{message.number}",
                f"{at} to {name}, who has not acknowledged it · {message.incident} #{message.number}",
            )
            if kind == "not-acknowledged"
            else settings.say(
                f"{at} {name} 发来，本单位未签收 · {message.incident} #{message.number}",
                f"{at} from {name}; we have not acknowledged it · {message.incident} #{message.number}",
            )
        )
    return found


def _left(settings: Settings, by: datetime, matters: Matters | None) -> str:
    from emergency.assessment.words import duration_words  # noqa: PLC0415 - as above

    hour, say = now(), settings.say
    at = moment(by, settings.zone(matters.directory if matters else None), hour)
    length = settings.words(duration_words(abs(by - hour)))
    how = (
        say(f"已逾期 {length}", f"overdue by {length}")
        if by < hour
        else say(f"还剩 {length}", f"{length} left")
    )
    return say(f"{at}（{how}）", f"{at} ({how})")


def _handover_words(settings: Settings, each: Handover) -> str:
    say = settings.say
    to = each.event.to or "?"
    at = _when(settings, each.at)
    if each.acknowledged is None:
        return say(
            f"#{each.number} {at} {each.event.officer} 交班给 {to}，尚未接班确认",
            f"#{each.number} {at}: {each.event.officer} handed over to {to}; not acknowledged yet",
        )
    taken = _when(settings, each.acknowledged)
    contested = say(f"；异议：{each.contested}", f"; contested: {each.contested}") if each.contested else ""
    return (
        say(
            f"#{each.number} {at} {each.event.officer} 交班，{taken} {each.by} 接班",
            f"#{each.number} {at}: {each.event.officer} handed over; {each.by} took over {taken}",
        )
        + contested
    )


def _remarks_said(settings: Settings, desk: DeskState) -> list[str]:
    from emergency.commands.desk import ODD_WORDS  # noqa: PLC0415 - the engine is loaded by now

    return [
        f"{settings.say('注意：', 'Note: ')}{each.officer} {settings.words(ODD_WORDS[each.odd])}"
        for each in desk.remarks
    ]


def _when(settings: Settings, when: When) -> str:
    zone, hour = settings.zone(), now()
    early, late = (moment(at, zone, hour) for at in (when.earliest, when.latest))
    return early if early == late else f"{early}–{late}"


# -- what is typed ---------------------------------------------------------------------------------------------


def _stated(settings: Settings, at: str | None) -> StatedTime:
    """A typed time; nothing stated where there is none, which is the time of recording."""
    from emergency.domain.values import UNSTATED  # noqa: PLC0415 - help needs no engine

    if at is None:
        return UNSTATED
    from emergency_cli.entries import stated  # noqa: PLC0415 - as above

    return stated(settings, settings.engine.directory(), at, now(), "--at")


def _ahead(settings: Settings, text: str, option: str, since: datetime) -> datetime:
    """A time that lies ahead: ``08:00`` is the next one after ``since``, ``2h`` is two hours after it."""
    from emergency_cli.entries import stated  # noqa: PLC0415 - help needs no engine

    length = length_of(text)
    if length is not None:
        return since + length
    found = stated(settings, settings.engine.directory(), text, now(), option, ahead=since).latest
    if found is None:
        raise WrongUseError(
            f"{option}: {text!r} names no time. Write 08:00, 11-21 08:00, or 2h.",
            zh=f"{option}“{text}”没有说明时间。请写作 08:00、11-21 08:00，或 2h。",
        )
    return found


def _promise(settings: Settings, text: str, by: str, since: datetime) -> Promise:
    from emergency.domain.desk import Promise  # noqa: PLC0415 - help needs no engine
    from emergency_cli.entries import valid  # noqa: PLC0415 - as above

    open_ended = by.strip() in ("-", "", "不限")
    when = None if open_ended else _ahead(settings, by, "--promised", since)
    promise: Promise = valid(Promise, {"text": text, "by": when})
    return promise


# -- for programs ----------------------------------------------------------------------------------------------


def _json(outcome: DeskOutcome) -> dict[str, Any]:
    row: dict[str, Any] = {
        **_desk_row(outcome.desk, now()),
        "event_ids": [outcome.event_id],
        "number": outcome.number,
        "recorded_through": outcome.position,
        "already": outcome.already,
        "noted": [{"zh": words.zh, "en": words.en} for words in outcome.remarks],
    }
    if outcome.matters is not None:
        row["open"] = _matters_rows(outcome.matters)
        row["warnings"] = _warnings(outcome.matters)
    return row


def _desk_row(desk: DeskState, at: datetime) -> dict[str, Any]:
    from emergency.projections.rows import iso_instant  # noqa: PLC0415 - the engine is loaded by now

    return {
        "schema": SCHEMA,
        "office": desk.office,
        "on_duty": [_turn_row(turn) for turn in desk.on_duty(at)],
        "waiting": [_handover_row(each) for each in desk.waiting],
        "promised": [
            {
                "name": promised.name,
                "text": promised.promise.text,
                "by": iso_instant(promised.promise.by),
                "handover": each.event_id,
            }
            for each, promised in desk.promises
        ],
        "remarks": _remark_rows(desk),
    }


def _matters_rows(matters: Matters) -> dict[str, Any]:
    from emergency.commands.desk import snapshot  # noqa: PLC0415 - the engine is loaded by now

    return {
        "matters": [matter.model_dump(mode="json") for matter in snapshot(matters)],
        "unjudged": [
            {"incident": each.incident, "position": each.position, "reason": each.reason}
            for each in matters.unjudged
        ],
    }


def _warnings(matters: Matters) -> list[dict[str, str]]:
    return [{"zh": words.zh, "en": words.en} for words in matters.warnings]


def _turn_row(turn: Turn) -> dict[str, Any]:
    from emergency.projections.rows import iso_instant  # noqa: PLC0415 - as above

    return {
        "officer": turn.officer,
        "role": turn.role.value,
        "began": _when_row(turn.began),
        "until": iso_instant(turn.until),
        "ended": _when_row(turn.ended),
        "backfilled": turn.backfilled,
        "began_by": turn.began_by,
        "ended_by": turn.ended_by,
    }


def _handover_row(each: Handover) -> dict[str, Any]:
    return {
        "number": each.number,
        "event_id": each.event_id,
        "from": each.event.officer,
        "to": each.event.to,
        "at": _when_row(each.at),
        "open": [matter.model_dump(mode="json") for matter in each.event.open],
        "remarks": each.event.remarks,
        "acknowledged": _when_row(each.acknowledged),
        "by": each.by,
        "contested": each.contested,
    }


def _when_row(when: When | None) -> dict[str, Any] | None:
    from emergency.projections.rows import iso_instant  # noqa: PLC0415 - as above

    if when is None:
        return None
    return {"earliest": iso_instant(when.earliest), "latest": iso_instant(when.latest)}


def _remark_rows(desk: DeskState) -> list[dict[str, Any]]:
    from emergency.commands.desk import ODD_WORDS  # noqa: PLC0415 - as above

    return [
        {
            "remark": each.odd.value,
            "officer": each.officer,
            "event_id": each.event_id,
            "words": {"zh": ODD_WORDS[each.odd].zh, "en": ODD_WORDS[each.odd].en},
        }
        for each in desk.remarks
    ]
