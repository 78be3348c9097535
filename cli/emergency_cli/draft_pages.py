"""How a unified draft is shown: after a command, whole, as a difference, in a list, in a line of its incident."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Any

import click

from emergency_cli.bilingual import WrongUseError
from emergency_cli.context import Settings, now
from emergency_cli.elements import element_name
from emergency_cli.figures import NAMES, OTHERS
from emergency_cli.output import SCHEMA, Column, emit_json, indented, table
from emergency_cli.output import show as print_out
from emergency_cli.words import moment, office

if TYPE_CHECKING:
    from rich.text import Text

    from emergency.commands.drafts import Drafted, Elsewhere, Task
    from emergency.domain.draft import Contradiction, DraftState, Remark, SignedOff, Version
    from emergency.domain.events import Entry
    from emergency.engine import View

SHORT_HASH = len("sha256:") + 12
"""So much of a hash tells two versions apart on a screen; JSON has all of it."""

SAME_LINES = 2
"""So many unchanged lines are shown beside a changed one."""


class Page:
    """What is needed to say anything of one incident's drafts."""

    def __init__(self, settings: Settings, view: View) -> None:
        self.settings = settings
        self.view = view
        self.say = settings.say
        self._elsewhere: Mapping[str, Elsewhere] | None = None

    def entry(self, event_id: str) -> str:
        """An entry by its number, and whose it is: ``#3 xs-em``."""
        step = self.view.timeline.by_id.get(event_id)
        if step is not None:
            return f"#{self.view.numbers.get(event_id)} {self.office(step.office)}"
        if self._elsewhere is None:
            self._elsewhere = self.settings.engine.drafts.elsewhere(self.view.timeline.ref)
        other = self._elsewhere.get(event_id)
        if other is not None:
            return f"{other.ref}:#{other.number} {self.office(other.entry.office)}"
        number = self.view.numbers.get(event_id)
        known = f"#{number}" if number is not None else event_id[:8]
        return f"{known} {self.say('（已不计）', '(no longer counted)')}"

    def entries(self, ids: Iterable[str]) -> str:
        """Some entries."""
        return self.say("、", ", ").join(self.entry(each) for each in ids)

    def office(self, name: str) -> str:
        """An office, as tables name it."""
        return office(self.settings, self.view.directory, name)

    def offices(self, names: Iterable[str]) -> str:
        """Some offices."""
        return self.say("、", ", ").join(self.office(each) for each in names)

    def when(self, event_id: str) -> str:
        """When an act was, as the record leaves it."""
        step = self.view.timeline.by_id.get(event_id)
        at = step.at.earliest or step.at.latest if step is not None else None
        return moment(at, self.settings.zone(self.view.directory), now()) if at is not None else "?"

    def person(self, act: Entry) -> str:
        """Who did it: by officer id, else by role, else the office alone."""
        who = act.officer or act.role
        return f"{who} ({self.office(act.office)})" if who else self.office(act.office)

    def fact(self, name: str) -> str:
        """The name of a fact."""
        if name in NAMES or name in OTHERS:
            chinese = NAMES[name][0] if name in NAMES else OTHERS[name]
            return self.say(chinese, name.replace("_", " "))
        named = {"nature": "性质", "category": "类别", "kind": "种类", "level": "级别"}.get(name)
        return self.say(named, name) if named is not None else element_name(self.settings, name)

    def value(self, value: Any) -> str:  # noqa: ANN401 - the value of a fact
        """What a fact reads."""
        from emergency.domain.values import Amount, Count, Element  # noqa: PLC0415 - the engine is loaded by now

        if value is None:
            return "—"
        if value == "?":
            return self.say("正在核实", "being verified")
        if isinstance(value, Count):
            return (self.say("约", "about ") if value.about else "") + f"{value.value:,}"
        if isinstance(value, Amount):
            return f"{value.value if value.value is not None else f'{value.min}–{value.max}'} {value.unit}"
        if isinstance(value, Element):
            parts = [
                value.text or "",
                self.say("（正在核实）", "(being verified)") if value.verifying else "",
            ]
            return " ".join(part for part in parts if part)
        return self.say("有", "stated") if value is True else str(value)

    def remark(self, remark: Remark) -> str:
        """What is odd about an act."""
        from emergency.commands.draft_words import remark_words  # noqa: PLC0415 - the engine is loaded by now

        return self.settings.words(
            remark_words(remark, self.say("、", ", ").join(map(self.fact, remark.facts)))
        )


# -- after a command -------------------------------------------------------------------------------------------


def print_drafted(settings: Settings, done: Drafted, form: str) -> None:
    """What a command on a draft came to, what is odd about it, and what is next."""
    from emergency.commands.draft_words import draft_row, remark_row  # noqa: PLC0415 - loaded by now
    from emergency.commands.drafts import assigned_tasks  # noqa: PLC0415

    outcome, say = done.outcome, settings.say
    view = outcome.view
    if form == "json":
        tasks = assigned_tasks(done.draft, view, now()) if view is not None else ()
        emit_json(
            {
                "schema": SCHEMA,
                "incident": outcome.incident,
                "event_ids": list(outcome.event_ids),
                "recorded_through": outcome.position,
                "already": outcome.already,
                "version": done.version.number if done.version else None,
                "hash": done.version.hash if done.version else None,
                "warnings": [remark_row(remark) for remark in done.remarks],
                "draft": draft_row(done.draft, tasks, view.numbers if view is not None else {}),
                "unjudged": why.en if (why := outcome.unjudged) else None,
                "unjudged_zh": why.zh if why else None,
            }
        )
        return
    if outcome.already:
        click.echo(
            say(
                "此命令先前已执行，本次未再入库。",
                "This command was carried out before; nothing was recorded now.",
            )
        )
    if view is None:
        ids = ", ".join(outcome.event_ids)
        print_out(
            indented(say(f"{outcome.incident}  已入库：{ids}", f"{outcome.incident}  on record: {ids}"), 0)
        )
        return
    page = Page(settings, view)
    for event_id in outcome.event_ids:
        print_out(indented(_done(page, event_id, done), 0))
    _after(page, done)
    for remark in done.remarks:
        print_out(indented(f"! {page.remark(remark)}", 2))
    _still_owed(page, done)
    _next_step(page, done.draft)


def _done(page: Page, event_id: str, done: Drafted) -> str:
    """One line on what was recorded."""
    from emergency.domain.drafting import DraftAssigned, DraftOpened  # noqa: PLC0415 - the engine is loaded by now

    step = page.view.timeline.by_id[event_id]
    what = page.settings.words(_act(step.entry))
    head = f"#{page.view.numbers.get(event_id)} {what} {page.when(event_id)} {page.person(step.entry)}"
    act = step.entry
    if isinstance(act, DraftOpened):
        made_of = page.entries(act.contributions) or page.say("尚无来稿", "no report yet")
        return f"{head}{page.say('：', ': ')}{made_of}"
    if isinstance(act, DraftAssigned):
        return f"{head}{page.say('：', ': ')}{_number(page, act.version)} → {page.office(act.whom)}"
    number = done.version.number if done.version is not None else 0
    return f"{head}{page.say('：', ': ')}{_number(page, number)}"


def _number(page: Page, number: int) -> str:
    return page.say(f"第{number}版", f"version {number}")


def _act(entry: Entry) -> Any:  # noqa: ANN401 - words in both languages
    from emergency.commands.draft_words import STAGES  # noqa: PLC0415 - the engine is loaded by now
    from emergency.domain.drafting import DraftReviewed, DraftSignedOff  # noqa: PLC0415
    from emergency.domain.vocabulary import SignOff  # noqa: PLC0415
    from emergency.projections import said  # noqa: PLC0415

    if isinstance(entry, (DraftReviewed, DraftSignedOff)):
        stage = STAGES[entry.stage if isinstance(entry, DraftReviewed) else SignOff.SIGN]
        zh, en = ("通过", "approved") if entry.approved else ("退回", "returned")
        return type(stage)(f"{stage.zh}{zh}", f"{stage.en}: {en}")
    return said.word(said.ACTS, type(entry).__name__)


def _after(page: Page, done: Drafted) -> None:
    """What whoever did it must know now."""
    from emergency.commands.drafts import assigned_tasks  # noqa: PLC0415 - the engine is loaded by now
    from emergency.domain.drafting import (  # noqa: PLC0415
        DraftAssigned,
        DraftEdited,
        DraftOpened,
        UnifiedDraftIssued,
    )

    acts = {event_id: page.view.timeline.by_id[event_id].entry for event_id in done.outcome.event_ids}
    kinds = {type(act) for act in acts.values()}
    version = done.version
    if version is not None and DraftEdited in kinds:
        _facts(page, version)
    if kinds & {DraftEdited, DraftOpened}:
        _contradictions(page, done.draft.contradictions)
    if kinds & {DraftEdited}:
        _left_out(page, done.draft)
    if version is not None and UnifiedDraftIssued in kinds:
        click.echo(f"  {version.hash}")
    if DraftAssigned in kinds:
        for task in assigned_tasks(done.draft, page.view, now()):
            if task.id in acts:
                print_out(indented(_task(page, task), 2))


def _still_owed(page: Page, done: Drafted) -> None:
    """What the acting office owes meanwhile: no time limit waits for a draft."""
    owed = [due for due in done.outcome.due if due.sure]
    if not owed:
        return
    zone, hour = page.settings.zone(page.view.directory), now()
    first = min(owed, key=lambda due: due.by or hour)
    by = moment(first.by, zone, hour) if first.by is not None else page.say("立即", "at once")
    late = page.say("（已逾期）", " (overdue)") if first.by is not None and first.by < hour else ""
    others = page.say(f"，另 {len(owed) - 1} 项", f", and {len(owed) - 1} more") if len(owed) > 1 else ""
    whom = page.office(first.recipient)
    print_out(
        indented(
            page.say(
                f"法定时限照常计算，本单位尚应报 {whom}：{by}{late}{others}",
                f"Time limits run on; your office still owes {whom} a report: {by}{late}{others}",
            ),
            0,
        )
    )


def _next_step(page: Page, draft: DraftState) -> None:
    """The command that most likely comes next."""
    ref, latest = page.view.timeline.ref, draft.latest
    if latest is None:
        hint = f"emergency draft edit {ref} 死=… --text …"
    elif latest.state == "returned":
        hint = f"emergency draft edit {ref} …"
    elif latest.issued is None and latest.missing:
        stage = latest.missing[0].value
        hint = (
            f"emergency draft sign {ref} --approve"
            if stage == "sign"
            else f"emergency draft review {ref} --stage {stage} --approve"
        )
    elif latest.issued is None:
        hint = f"emergency draft issue {ref}"
    elif not latest.assigned and not latest.sent:
        hint = f"emergency draft assign {ref} UNIT=TIME …"
    else:
        return
    print_out(indented(f"{page.say('下一步：', 'Next: ')}{hint}", 0))


# -- the whole draft -------------------------------------------------------------------------------------------


def print_draft(settings: Settings, draft: DraftState, view: View, form: str) -> None:
    """Where a draft stands, in 80 columns."""
    from emergency.commands.draft_words import draft_row  # noqa: PLC0415 - the engine is loaded by now
    from emergency.commands.drafts import assigned_tasks  # noqa: PLC0415
    from emergency.projections.rows import iso_instant  # noqa: PLC0415

    at = now()
    tasks = assigned_tasks(draft, view, at)
    if form == "json":
        row = {"incident": view.timeline.ref, **draft_row(draft, tasks, view.numbers)}
        emit_json(
            {
                "schema": SCHEMA,
                "at": iso_instant(at),
                "recorded_through": view.position,
                "rulebook": settings.engine.rulebook.fingerprint,
                "rows": [row],
            }
        )
        return
    page, say = Page(settings, view), settings.say
    opened = view.timeline.opened
    print_out(indented(f"{opened.ref}  {say(opened.title, opened.title_en or opened.title)}", 0))
    joint = (
        say(f"，与{page.office(draft.jointly)}共同", f", jointly with {page.office(draft.jointly)}")
        if draft.jointly
        else ""
    )
    print_out(indented(f"{say('统稿：', 'Unified draft of ')}{page.office(draft.holder)}{joint}", 0))
    made_of = page.entries(draft.contributions) or say("尚无来稿", "no report yet")
    print_out(indented(f"{say('来稿：', 'Made of ')}{made_of}", 0))
    latest = draft.latest
    for version in reversed(draft.versions):
        if version is latest:
            _version(page, version)
        else:
            _older(page, version)
    if latest is not None:
        head = say(f"第{latest.number}版的内容", f"What version {latest.number} says")
        click.echo(f"\n{head}")
        _facts(page, latest)
        if latest.edited.text:
            print_out(indented(latest.edited.text, 4))
    if draft.contradictions:
        click.echo("\n" + say("矛盾", "Contradictions"))
        _contradictions(page, draft.contradictions)
    _left_out(page, draft)
    if tasks:
        click.echo("\n" + say("分头上报", "Sent up separately"))
        print_out(*(indented(_task(page, task), 2) for task in tasks))
    _others_sent(page, draft, {task.unit for task in tasks})
    remarks = [remark for remark in draft.remarks if _matters(remark, draft)]
    if remarks:
        click.echo("\n" + say("需注意", "To be noted"))
        for remark in remarks:
            number = view.numbers.get(remark.of)
            print_out(indented(f"! #{number} {page.remark(remark)}", 2))
    click.echo("")
    _next_step(page, draft)


def _matters(remark: Remark, draft: DraftState) -> bool:
    """What an older version rested on matters only where it went out."""
    from emergency.domain.draft import Odd  # noqa: PLC0415 - the engine is loaded by now

    version = draft.version(remark.version or 0)
    gone = version is not None and version is not draft.latest and version.issued is None
    return not (gone and remark.odd is Odd.UNTRACED)


def _version(page: Page, version: Version) -> None:
    from emergency.commands.draft_words import STATES  # noqa: PLC0415 - the engine is loaded by now

    state = page.settings.words(STATES[version.state])
    head = f"\n{_number(page, version.number)}  {state}"
    if version.issued is not None:
        number = page.view.numbers.get(version.issued.id)
        head += f" {page.when(version.issued.id)} (#{number})  {version.hash[:SHORT_HASH]}…"
    click.echo(head)
    number = page.view.numbers.get(version.id)
    parts = [f"{page.say('拟稿', 'drafted')} #{number} {page.when(version.id)} {page.person(version.edited)}"]
    parts += [_step(page, stage, version.standing.get(stage)) for stage in _chain()]
    print_out(*(indented(part, 2) for part in parts))


def _older(page: Page, version: Version) -> None:
    """A version that has a later one, in a line: what went out, or why it did not."""
    from emergency.commands.draft_words import STATES, stages_words  # noqa: PLC0415 - the engine is loaded by now

    parts = [f"{_number(page, version.number)}  {page.settings.words(STATES[version.state])}"]
    if version.issued is not None:
        number = page.view.numbers.get(version.issued.id)
        parts[0] += f" {page.when(version.issued.id)} (#{number})  {version.hash[:SHORT_HASH]}…"
    else:
        returned = [done for done in version.standing.values() if not done.approved]
        parts += [_step(page, done.stage, done) for done in returned]
    if version.missing and not (version.issued is None and version.state == "drafted"):
        parts.append(
            page.say("未通过：", "not approved: ") + page.settings.words(stages_words(version.missing))
        )
    print_out(indented(page.say("；", "; ").join(parts), 0))


def _chain() -> tuple[Any, ...]:
    from emergency.domain.draft import CHAIN  # noqa: PLC0415 - the engine is loaded by now

    return CHAIN


def _step(page: Page, stage: Any, done: SignedOff | None) -> str:  # noqa: ANN401 - a step of the chain
    from emergency.commands.draft_words import STAGES  # noqa: PLC0415 - the engine is loaded by now

    name = page.settings.words(STAGES[stage])
    if done is None:
        return f"· {name}{page.say('：未办', ': not done')}"
    number = page.view.numbers.get(done.id)
    mark = "✓" if done.approved else page.say("✗ 退回", "✗ returned")
    why = f"{page.say('：', ': ')}{done.act.why}" if done.act.why else ""
    return f"{mark} {name} #{number} {page.when(done.id)} {page.person(done.act)}{why}"


def _facts(page: Page, version: Version) -> None:
    """Each fact with what it rests on."""
    sources, untraced = version.sources, set(version.untraced)
    for name, value in version.said.items():
        rests = page.entries(sources.get(name, ()))
        if name in untraced:
            rests = page.say("无出处", "untraced")
        settled = next((each.why for each in version.edited.settled if each.fact == name), None)
        why = page.say(f"；裁定：{settled}", f"; settled: {settled}") if settled else ""
        basis = f"  ← {rests}{why}" if rests else why
        print_out(indented(f"{page.fact(name)} {page.value(value)}{basis}", 4))


def _contradictions(page: Page, contradictions: Iterable[Contradiction]) -> None:
    for each in contradictions:
        said = page.say("；", "; ").join(
            f"{page.entry(one.by)}{page.say('：', ': ')}{page.value(one.value)}" for one in each.said
        )
        if each.draft is not None:
            said += page.say(f"；统稿：{page.value(each.draft)}", f"; the draft: {page.value(each.draft)}")
        print_out(indented(f"{'' if each.settled else '! '}{page.fact(each.fact)} — {said}", 2))
        if each.settled is None:
            follow = next((one for one in each.said if one.value == each.draft), each.said[-1])
            number = page.view.numbers.get(follow.by)
            how = page.say(
                f'未裁定。裁定：--settle "{each.fact}=#{number}: 理由"',
                f'not settled; settle it: --settle "{each.fact}=#{number}: WHY"',
            )
        else:
            by = page.entry(each.settled.by) if each.settled.by else None
            zh, en = (f"采用 {by}", f"following {by}") if by else ("均未采用", "following none of them")
            how = page.say(f"已裁定，{zh}：{each.settled.why}", f"settled, {en}: {each.settled.why}")
        print_out(indented(how, 4))


def _left_out(page: Page, draft: DraftState) -> None:
    left = draft.left_out
    if left and draft.latest is not None:
        said = page.say("；", "; ").join(
            f"{page.fact(one.fact)} {page.value(one.value)} ({page.entry(one.by)})" for one in left
        )
        print_out(indented(page.say(f"来稿有而统稿无：{said}", f"Stated but not in the draft: {said}"), 2))


def _task(page: Page, task: Task) -> str:
    """One unit: to whom, by when, by which rule, whether it was sent and received."""
    say, zone, hour = page.say, page.settings.zone(page.view.directory), now()
    parts = [f"{page.office(task.unit)} → {page.offices(task.to) or say('（未定）', '(nobody named)')}"]
    if task.by is not None:
        parts.append(say(f"{moment(task.by, zone, hour)} 前", f"by {moment(task.by, zone, hour)}"))
    first = next((due for due in task.owed if due.by == task.by and due.by is not None), None)
    rule = first.citation if first is not None else ""
    if first is not None and not first.confirmed:
        rule += say(" [原文未核对]", " [text not confirmed]")
    if first is not None and task.assigned is not None and task.by != task.assigned:
        parts[-1] += say(
            f"（法定时限，早于所定的 {moment(task.assigned, zone, hour)}：{rule}）",
            f" (the rules' time limit, before the {moment(task.assigned, zone, hour)} assigned: {rule})",
        )
    elif first is not None and task.assigned is None:
        parts[-1] += say(f"（{rule}）", f" ({rule})")
    if task.sent:
        parts.append(
            say("已报 ", "sent ")
            + say("、", ", ").join(f"#{page.view.numbers.get(each)}" for each in task.sent)
        )
    if task.open:
        late = task.by is not None and task.by < hour
        missing = page.offices(task.open) if task.sent else ""
        parts.append(
            (say("逾期未报", "overdue") if late else say("未报", "not sent"))
            + (f" {missing}" if missing else "")
        )
    if task.acknowledged:
        parts.append(say("已签收：", "acknowledged by ") + page.offices(task.acknowledged))
    if task.returned:
        parts.append(say("退回：", "returned by ") + page.offices(task.returned))
    return say("；", "; ").join(parts)


def _others_sent(page: Page, draft: DraftState, assigned: set[str]) -> None:
    """Versions that were sent on by units that nobody had assigned, and what was said with any of them."""
    lines = []
    for version in draft.versions:
        for sent in version.sent:
            if sent.act.office in assigned and sent.act.dissent is None:
                continue
            parts = [
                f"#{page.view.numbers.get(sent.id)} {page.office(sent.act.office)} → {page.offices(sent.act.to)}",
                _number(page, version.number),
            ]
            if sent.acknowledged:
                parts.append(
                    page.say("已签收：", "acknowledged by ")
                    + page.offices(ack.act.office for ack in sent.acknowledged)
                )
            parts += [
                page.say(f"退回：{back.act.why}", f"returned: {back.act.why}") for back in sent.returned
            ]
            if sent.act.dissent:
                parts.append(page.say(f"不同意见：{sent.act.dissent}", f"dissent: {sent.act.dissent}"))
            lines.append(indented(page.say("；", "; ").join(parts), 2))
    if lines:
        click.echo("\n" + page.say("已发出", "Sent on"))
        print_out(*lines)


# -- lists and lines -------------------------------------------------------------------------------------------


def print_list(settings: Settings, refs: Sequence[str], form: str) -> None:
    """One line a draft."""
    from emergency.commands.draft_words import STATES, draft_row  # noqa: PLC0415 - the engine is loaded by now
    from emergency.commands.drafts import assigned_tasks  # noqa: PLC0415
    from emergency.errors import BrokenDataError  # noqa: PLC0415
    from emergency.projections.rows import iso_instant  # noqa: PLC0415

    say, at = settings.say, now()
    rows: list[dict[str, Any]] = []
    shown: list[tuple[View, DraftState]] = []
    for ref in refs:
        try:
            drafts, view = settings.engine.drafts.list(ref)
        except BrokenDataError as error:
            click.echo(
                settings.say(
                    f"注意：{ref} 读不出，未列出：{error.zh}",
                    f"Warning: {ref} cannot be read and is left out: {error}",
                ),
                err=True,
            )
            continue
        for draft in drafts.values():
            shown.append((view, draft))
            rows.append({"incident": ref, **draft_row(draft, assigned_tasks(draft, view, at), view.numbers)})
    if form == "json":
        emit_json(
            {
                "schema": SCHEMA,
                "at": iso_instant(at),
                "rulebook": settings.engine.rulebook.fingerprint,
                "rows": rows,
            }
        )
        return
    if not shown:
        click.echo(say("还没有统稿。", "No drafts yet. Begin one with: emergency draft open INCIDENT #N …"))
        return

    def standing(pair: tuple[View, DraftState]) -> str:
        latest = pair[1].latest
        if latest is None:
            return say("未拟稿", "no version")
        return f"{_number(Page(settings, pair[0]), latest.number)}\n{settings.words(STATES[latest.state])}"

    def unsettled(pair: tuple[View, DraftState]) -> str:
        return str(sum(1 for each in pair[1].contradictions if each.settled is None) or "")

    def to_send(pair: tuple[View, DraftState]) -> str:
        return str(sum(1 for task in assigned_tasks(pair[1], pair[0], at) if task.open) or "")

    columns = [
        Column(
            say("编号与事件", "incident"),
            lambda pair: f"{pair[0].timeline.ref}\n{pair[0].timeline.opened.title}",
        ),
        Column(say("统稿", "draft of"), lambda pair: Page(settings, pair[0]).office(pair[1].holder)),
        Column(say("版本", "version"), standing, fold=False),
        Column(say("未裁定", "unsettled"), unsettled, fold=False, right=True),
        Column(say("未报", "not sent"), to_send, fold=False, right=True),
    ]
    print_out(table(columns, shown))


def draft_lines(settings: Settings, view: View) -> Iterator[str]:
    """The drafts of an incident, a few words each, for the page of the incident."""
    from emergency.commands.draft_words import STATES, stages_words  # noqa: PLC0415 - the engine is loaded by now
    from emergency.commands.drafts import assigned_tasks, drafts_in  # noqa: PLC0415

    page, say = Page(settings, view), settings.say
    elsewhere = settings.engine.drafts.elsewhere(view.timeline.ref)
    for draft in drafts_in(view, elsewhere).values():
        latest = draft.latest
        parts = [f"{say('统稿', 'Unified draft')} {page.office(draft.holder)}"]
        if latest is None:
            parts.append(say("未拟稿", "no version yet"))
        else:
            parts.append(f"{_number(page, latest.number)} {settings.words(STATES[latest.state])}")
            if latest.missing:
                parts.append(say("未通过：", "not approved: ") + settings.words(stages_words(latest.missing)))
            if latest.issued is None and draft.issued is not None:
                parts.append(
                    say(f"印发的是第{draft.issued.number}版", f"version {draft.issued.number} is issued")
                )
        open_ones = [page.fact(each.fact) for each in draft.contradictions if each.settled is None]
        if open_ones:
            parts.append(
                say("矛盾未裁定：", "contradictions not settled: ") + say("、", ", ").join(open_ones)
            )
        yield say("；", "; ").join(parts)
        for task in assigned_tasks(draft, view, now()):
            if task.open:
                yield f"  {_task(page, task)}"


# -- a difference ----------------------------------------------------------------------------------------------


def difference(
    settings: Settings, draft: DraftState, view: View, old: int | None, new: int | None, form: str
) -> None:
    """What two versions say differently: fact by fact, then the text."""
    from emergency.domain.draft import differing  # noqa: PLC0415 - the engine is loaded by now
    from emergency.errors import NotFoundError  # noqa: PLC0415

    numbers = [version.number for version in draft.versions]
    if old is not None and new is None:
        raise WrongUseError(
            "Name both versions, like: emergency draft diff INCIDENT 1 2; or neither, for the last two.",
            zh="请写明两版，如：emergency draft diff INCIDENT 1 2；或都不写，即最后两版。",
        )
    if old is None and len(numbers) < 2:  # noqa: PLR2004 - a difference is between two
        raise NotFoundError(
            f"The unified draft of {draft.holder} has {len(numbers)} version{'' if len(numbers) == 1 else 's'}: there "
            "is nothing to compare.",
            zh=f"{draft.holder} 的统稿只有 {len(numbers)} 版，无可比较。",
        )
    before, after = (draft.version(old or numbers[-2]), draft.version(new or numbers[-1]))
    if before is None or after is None:
        there, missing = settings.say("、", ", ").join(map(str, numbers)), old if before is None else new
        raise NotFoundError(
            f"There is no version {missing}; there are: {there or 'none'}.",
            zh=f"没有第 {missing} 版；现有各版：{there or '无'}。",
        )
    page = Page(settings, view)
    said, says = before.said, after.said
    changed = list(differing(said, says))
    parts = list(text_difference(before.edited.text, after.edited.text))
    if form == "json":
        from emergency.commands.draft_words import plain  # noqa: PLC0415 - as above

        emit_json(
            {
                "schema": SCHEMA,
                "incident": view.timeline.ref,
                "draft": draft.holder,
                "old": before.number,
                "new": after.number,
                "facts": [
                    {
                        "fact": name,
                        "old": plain(said.get(name)),
                        "new": plain(says.get(name)),
                        "sources": list(after.sources.get(name, ())),
                    }
                    for name in changed
                ],
                "text": [{"change": how, "text": text} for how, text in parts],
            }
        )
        return
    click.echo(f"{_number(page, before.number)} → {_number(page, after.number)}")
    if not changed and before.edited.text == after.edited.text:
        click.echo(settings.say("两版内容相同。", "Both say the same."))
        return
    for name in changed:
        sources = page.entries(after.sources.get(name, ()))
        rests = (
            f"  ← {sources}"
            if sources
            else settings.say("  ← 无出处", "  ← untraced")
            if name in after.untraced
            else ""
        )
        print_out(
            indented(
                f"{page.fact(name)} {page.value(said.get(name))} → {page.value(says.get(name))}{rests}", 2
            )
        )
    if before.edited.text != after.edited.text:
        print_out(_marked(parts))


_TOKEN = re.compile(r"[A-Za-z]+|[0-9]+(?:\.[0-9]+)?|\s+|.", re.DOTALL)
"""What is kept whole: a word, a number; of Chinese each character."""


def text_difference(old: str, new: str) -> Iterator[tuple[str, str]]:
    """Two texts as runs that are the ``same``, ``removed`` or ``added``: lines first, characters within them."""
    before, after = old.splitlines(keepends=True), new.splitlines(keepends=True)
    for how, a, b, c, d in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if how == "equal":
            yield "same", "".join(before[a:b])
        else:
            yield from _within("".join(before[a:b]), "".join(after[c:d]))


def _within(old: str, new: str) -> Iterator[tuple[str, str]]:
    before, after = _TOKEN.findall(old), _TOKEN.findall(new)
    removed = added = ""
    for how, a, b, c, d in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if how == "equal":
            yield from _run(removed, added)
            removed = added = ""
            yield "same", "".join(before[a:b])
        else:
            removed += "".join(before[a:b])
            added += "".join(after[c:d])
    yield from _run(removed, added)


def _run(removed: str, added: str) -> Iterator[tuple[str, str]]:
    if removed:
        yield "removed", removed
    if added:
        yield "added", added


def _marked(parts: Iterable[tuple[str, str]]) -> Text:
    """The runs with marks around what changed, in colour on a terminal; long unchanged stretches are left out."""
    from rich.text import Text  # noqa: PLC0415 - only for a difference

    page = Text()
    for how, text in parts:
        if how == "same":
            page.append(_shortened(text))
        elif how == "removed":
            page.append(f"[-{text}-]", style="red")
        else:
            page.append(f"{{+{text}+}}", style="green")
    page.rstrip()
    return page


def _shortened(text: str) -> str:
    lines = text.splitlines(keepends=True)
    if len(lines) <= 2 * SAME_LINES + 1:
        return text
    return "".join([*lines[:SAME_LINES], "…\n", *lines[-SAME_LINES:]])
