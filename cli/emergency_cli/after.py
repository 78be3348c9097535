"""The screen after an entry: what is on record, what it met, and what is still owed, the most urgent first."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import click

from emergency.words import NOTHING
from emergency_cli.context import Settings, now
from emergency_cli.output import SCHEMA, emit_json, indented, show
from emergency_cli.words import (
    acts,
    addressed,
    channel,
    explained,
    figures,
    marks,
    merged_words,
    moment,
    particulars,
    sort_words,
    stated_words,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from emergency.assessment.model import Obligation
    from emergency.assessment.norms.model import Check
    from emergency.assessment.timeline import Step
    from emergency.engine import Due, Outcome, View

SHOWN = 6
"""So many duties fit on one screen; the rest are counted."""

BESIDE = timedelta(minutes=2)
"""Within so long what others entered on the same incident was entered at the same time."""

LONGEST = 200
"""So much of what a check says fits on the screen; `emergency audit norms` gives all of it."""


def print_outcome(
    settings: Settings, outcome: Outcome, *, form: str, quiet: bool, put_right: str | None = None
) -> None:
    """Print what a command came to; ``put_right``: the entry that it amended or withdrew."""
    if quiet:
        click.echo(f"{outcome.incident} {outcome.event_ids[-1]}")
        return
    say = settings.say
    if outcome.unjudged is not None:
        _unjudged(settings, outcome, form)
        return
    view = outcome.view or settings.engine.view(outcome.incident)
    if form == "json":
        emit_json(_json(outcome, view))
        return
    if outcome.already:
        click.echo(
            say(
                "此命令先前已执行，本次未再入库。",
                "This command was carried out before; nothing was recorded now.",
            )
        )
    _what(settings, outcome, view, put_right)
    merged = view.timeline.merged
    if (
        merged is not None
        and merged.id not in outcome.event_ids
        and (goes_on := merged_words(settings, view))
    ):
        show(indented(goes_on, 2))
    for obligation in outcome.met:
        done, article = _met(settings, obligation, view)
        show(indented(done, 2), indented(article, 4))
    _owed(settings, outcome, view)
    if put_right is None:
        _beside(settings, outcome, view)
        _lacking(settings, outcome, view)
    for remark in outcome.remarks:
        show(indented(f"{say('注意：', 'Note: ')}{settings.words(remark)}", 2))


def _unjudged(settings: Settings, outcome: Outcome, form: str) -> None:
    """It is on record; what is due cannot be said."""
    if form == "json":
        emit_json(_head(outcome))
        return
    ids, why = ", ".join(outcome.event_ids), outcome.unjudged or NOTHING
    show(
        indented(
            settings.say(
                f"{outcome.incident}  已入库：{ids}\n目前无法判定，请按规定先行报告：{why.zh}",
                f"{outcome.incident}  on record: {ids}\n"
                f"What is due cannot be judged now; report as the rules say: {why.en}",
            ),
            0,
        )
    )


def _what(settings: Settings, outcome: Outcome, view: View, put_right: str | None) -> None:
    say = settings.say
    click.echo(f"{outcome.incident}  {view.timeline.opened.title}")
    if put_right is not None:
        number, target = view.numbers.get(outcome.event_ids[-1]), view.numbers.get(put_right)
        standing = put_right == view.timeline.opened_id or any(s.id == put_right for s in view.timeline.steps)
        click.echo(
            say(f"#{number} 更正 #{target}，现为：", f"#{number} amends #{target}, which now reads:")
            if standing
            else say(f"#{number} 撤回 #{target}", f"#{number} withdraws #{target}")
        )
    steps = {step.id: step for step in view.timeline.steps}
    for event_id in (put_right,) if put_right is not None else outcome.event_ids:
        if event_id in steps:
            _entry(settings, steps[event_id], view)
        elif event_id == view.timeline.opened_id and put_right is None:
            click.echo(
                say(f"#{view.numbers.get(event_id)} 事件已登记", f"#{view.numbers.get(event_id)} opened")
            )
        elif event_id == view.timeline.opened_id:
            opened = view.timeline.opened
            click.echo(
                f"#{view.numbers.get(event_id)} {sort_words(settings, opened)}{say('，', ', ')}{opened.place.name}"
            )


def _entry(settings: Settings, step: Step, view: View) -> None:
    whom = settings.say("、", ", ").join(_named(settings, view, to) for to in addressed(step))
    parts = [
        f"#{view.numbers.get(step.id)}",
        acts(settings, step),
        stated_words(settings, step),
        _named(settings, view, step.office),
        f"→ {whom}{channel(settings, step)}" if whom else "",
        particulars(settings, step),
        figures(settings, step.entry.facts),
    ]
    show(indented(" ".join(part for part in parts if part), 0))
    if marked := marks(settings, step, view):
        click.echo(f"   {marked}")


def _named(settings: Settings, view: View, office: str) -> str:
    if office == "public":
        return settings.say("社会", office)
    return (
        f"{view.directory.name(office)} ({view.directory.ref(office)})"
        if office in view.directory
        else office
    )


def _met(settings: Settings, obligation: Obligation, view: View) -> tuple[str, str]:
    """In time, or late by how much; and under which article."""
    from emergency.assessment.words import span_words  # noqa: PLC0415 - the engine is loaded by now
    from emergency.domain.vocabulary import State  # noqa: PLC0415

    say = settings.say
    whom = f"{view.directory.name(obligation.office)} → {view.directory.name(obligation.recipient)}"
    by = settings.words(span_words(obligation.late_by)) if obligation.late_by else ""
    late = "逾期" if obligation.stage.startswith("instruction") else "迟报"
    said = {
        State.MET: say(f"✓ 按时：{whom}", f"✓ in time: {whom}"),
        State.LATE: say(f"✗ {late}{by}：{whom}", f"✗ late by {by}: {whom}"),
        State.POSSIBLY_LATE: say(f"? 可能{late}（{by}）：{whom}", f"? possibly late ({by}): {whom}"),
    }.get(obligation.state)
    if said is None:
        why = settings.words(obligation.reason) if obligation.reason else obligation.state.value
        said = say(f"? {whom}：{why}", f"? {whom}: {why}")
    return said, obligation.grounds[obligation.governing or 0].citation if obligation.grounds else ""


def _owed(settings: Settings, outcome: Outcome, view: View) -> None:
    say = settings.say
    if not outcome.due:
        click.echo(say("本单位没有待报事项。", "Your office owes no further report."))
        return
    click.echo(say("本单位还应报告：", "Your office still owes:"))
    hour = now()
    for due in _urgent_first(outcome.due)[:SHOWN]:
        duty, article = _duty(settings, due, hour, view)
        show(indented(duty, 2), indented(article, 4))
    if len(outcome.due) > SHOWN:
        more = len(outcome.due) - SHOWN
        click.echo(
            say(f"  …… 另有 {more} 项", f"  … and {more} more") + f": emergency show {outcome.incident}"
        )


def _beside(settings: Settings, outcome: Outcome, view: View) -> None:
    """What somebody else entered on this incident at the same time: both stand."""
    say = settings.say
    mine = [step for step in view.timeline.steps if step.id in outcome.event_ids]
    if not mine:
        return
    last = mine[-1]
    for step in view.timeline.steps:
        by = (step.entry.logged_by, step.entry.officer)
        if step.imported or step.id in outcome.event_ids or by == (last.entry.logged_by, last.entry.officer):
            continue
        if abs(last.recorded_at - step.recorded_at) > BESIDE:
            continue
        who = " ".join(part for part in (view.directory.ref(by[0] or step.office), by[1]) if part)
        seconds = int(abs(last.recorded_at - step.recorded_at).total_seconds())
        said = " ".join(part for part in (acts(settings, step), figures(settings, step.entry.facts)) if part)
        words = say(
            f"{who} 同时录入 #{view.numbers.get(step.id)}（相差 {seconds} 秒）：{said}。两条都在案。",
            f"{who} entered #{view.numbers.get(step.id)} at the same time ({seconds} s apart): {said}. Both stand.",
        )
        show(indented(f"{say('注意：', 'Note: ')}{words}", 2))


def lacking(outcome: Outcome, view: View) -> list[Check]:
    """The checks of the norms that a report just recorded fails or leaves unknown.

    The rules of the norms take longer to load than all else an entry does: where nothing about a report calls for
    them, only the elements are looked at, which every report is asked for.
    """
    from emergency.domain.events import REPORTS, Report  # noqa: PLC0415 - the engine is loaded by now
    from emergency.domain.vocabulary import Channel, Result  # noqa: PLC0415

    found: list[Check] = []
    for step in view.timeline.steps:
        if step.id not in outcome.event_ids or step.act not in REPORTS or step.office not in view.directory:
            continue
        entry = step.entry
        assert isinstance(entry, Report)  # noqa: S101 - its act is one
        facts = step.facts
        day = step.recorded_at.date()
        asked = (
            entry.channel is Channel.WRITTEN
            or entry.draft is not None
            or entry.skipping is not None
            or facts.bodies is not None
            or facts.dead_or_missing is not None
            or facts.seriously_injured is not None
            or not set(step.to) <= set(view.directory.superiors(step.office, day))
        )
        checks: Iterable[Check]
        if asked:
            checks = view.checks
        else:
            from emergency.assessment.norms.case import Case  # noqa: PLC0415 - a report only
            from emergency.assessment.norms.content import elements  # noqa: PLC0415 - as above

            office = view.directory[step.office]
            checks = elements(Case(view.timeline, view.directory, view.rulebook, office, view.assessment))
        found += [
            check
            for check in checks
            if check.occasion == step.id
            and check.office == step.office
            and check.result in (Result.FAIL, Result.UNKNOWN)
        ]
    return found


def _lacking(settings: Settings, outcome: Outcome, view: View) -> None:
    """What a report does not say, or what else of the norms it fails or leaves open; unknown is no failure."""
    from emergency.domain.vocabulary import Result  # noqa: PLC0415 - the engine is loaded by now
    from emergency.projections import said  # noqa: PLC0415 - as above

    try:
        checks = lacking(outcome, view)
    except Exception as error:  # noqa: BLE001 - it is on record, and a bug in judging must not read as though it were not
        words = settings.say(
            f"已入库；要素与规范暂无法检查（{type(error).__name__}: {error}）。",
            f"It is on record; what it lacks cannot be checked now ({type(error).__name__}: {error}).",
        )
        show(indented(words, 2))
        return
    for check in checks:
        mark = "✗" if check.result is Result.FAIL else "?"
        row = {"explanation": {"zh": check.explanation.zh, "en": check.explanation.en}}
        told = explained(settings, row, view.numbers)
        if len(told) > LONGEST:
            told = told[:LONGEST] + "…"
        name = settings.words(said.word(said.CHECKS, check.check))
        if check.check == "elements":
            name = settings.say("要素", "elements")  # 要素齐全 is what is checked, not what it came to
        show(indented(f"{mark} {name}{settings.say('：', ': ')}{told}", 2))
    if any(check.check == "elements" and check.result is Result.UNKNOWN for check in checks):
        words = settings.say(
            "未载不等于未报；录入时用 --say 要素=内容 载明。",
            "Unknown is no failure; what was told is said with --say ELEMENT=TEXT.",
        )
        show(indented(words, 4))


def _urgent_first(dues: tuple[Due, ...]) -> list[Due]:
    """What surely applies before what may; at once before any hour."""
    return sorted(dues, key=lambda due: (not due.sure, due.by is not None, due.by or now()))


def _duty(settings: Settings, due: Due, hour: datetime, view: View) -> tuple[str, str]:
    """When and to whom; and under which article, on which condition, how sure."""
    from emergency.assessment.words import REVIEW_STEPS, stage_words  # noqa: PLC0415 - the engine is loaded by now

    say = settings.say
    if due.by is None:
        when = say("及时", "without delay") if due.stage in REVIEW_STEPS else say("立即", "at once")
    else:
        left = due.by - hour
        how = (
            say("还剩 ", "") + _long(settings, left) + say("", " left")
            if left >= timedelta()
            else say("已逾期 ", "overdue by ") + _long(settings, -left)
        )
        when = f"{moment(due.by, settings.zone(view.directory), hour)} ({how})"
    written = say("（书面）", " (in writing)") if due.channel == "written" else ""
    parts = [due.citation]
    if due.at_once is not None and due.by is not None:
        parts[-1] += say(f"；{due.at_once}并要求立即报告", f"; {due.at_once} asks for it at once")
    if due.condition is not None:
        parts.append(f"[{settings.words(due.condition)}]")
    if due.surely_by is not None:
        later = moment(due.surely_by, settings.zone(view.directory), hour)
        parts.append(say(f"[否则 {later} 前]", f"[otherwise by {later}]"))
    if not due.confirmed:
        parts.append(say("[原文未核对]", "[text not confirmed]"))
    parts += [f"[{settings.words(words)}]" for words in due.unread]
    which = "" if due.stage == "first" else f"{settings.words(stage_words(due.stage, due.occasion))} "
    return f"{when} → {which}{due.recipient_name} ({due.recipient}){written}", " ".join(parts)


def _long(settings: Settings, length: timedelta) -> str:
    from emergency.assessment.words import duration_words  # noqa: PLC0415 - the engine is loaded by now

    return settings.words(duration_words(length))


def _head(outcome: Outcome) -> dict[str, Any]:
    """What is said of every outcome, judged or not."""
    return {
        "schema": SCHEMA,
        "incident": outcome.incident,
        "event_ids": list(outcome.event_ids),
        "recorded_through": outcome.position,
        "already": outcome.already,
        "repeats": outcome.repeats,
        "in_doubt": outcome.in_doubt,
        "unjudged": why.en if (why := outcome.unjudged) else None,
        "unjudged_zh": why.zh if why else None,
    }


def _json(outcome: Outcome, view: View) -> dict[str, Any]:
    """The outcome for programs."""
    from emergency.projections.rows import iso_instant, obligation_row  # noqa: PLC0415 - loaded by now

    return {
        **_head(outcome),
        "numbers": [view.numbers.get(event_id) for event_id in outcome.event_ids],
        "backfilled": outcome.backfilled,
        "met": [obligation_row(o, view.timeline, view.directory) for o in outcome.met],
        "due": [
            {
                "office": due.office,
                "recipient": due.recipient,
                "recipient_name": due.recipient_name,
                "stage": due.stage,
                "occasion": due.occasion,
                "channel": due.channel,
                "by": iso_instant(due.by),
                "surely_by": iso_instant(due.surely_by),
                "applies": "surely" if due.sure else "possibly",
                "citation": due.citation,
                "confirmed": due.confirmed,
                "condition": {"zh": due.condition.zh, "en": due.condition.en} if due.condition else None,
                "state": due.state.value,
                "at_once": due.at_once,
                "obligation": due.obligation,
                "unread": [{"zh": words.zh, "en": words.en} for words in due.unread],
            }
            for due in _urgent_first(outcome.due)
        ],
        "remarks": [{"zh": remark.zh, "en": remark.en} for remark in outcome.remarks],
        "lacking": [
            {
                "norm": check.norm.value,
                "check": check.check,
                "entry": check.occasion,
                "result": check.result.value,
                "status": check.status.value,
                "explanation": {"zh": check.explanation.zh, "en": check.explanation.en},
            }
            for check in lacking(outcome, view)
        ],
    }
