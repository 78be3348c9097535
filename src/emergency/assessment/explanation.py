"""Why a finding is there, in Chinese and English: rule, clock, arithmetic, evidence."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial, wraps
from typing import ParamSpec

from emergency.assessment.duties import OfficeRecord
from emergency.assessment.model import Explanation, Ground, Obligation, Words
from emergency.assessment.timeline import Step
from emergency.assessment.words import (
    FAULTS,
    STATUSES,
    due_words,
    figure,
    instant,
    interval_words,
    span_words,
    stage_words,
)
from emergency.domain.fixed import fixed
from emergency.domain.intervals import Span
from emergency.domain.vocabulary import Fault, State, Status
from emergency.rulebook import Stage

P = ParamSpec("P")


def _when_read(render: Callable[P, Words]) -> Callable[P, Explanation]:
    """Put the words together only when somebody reads them."""

    @wraps(render)
    def later(*args: P.args, **kwargs: P.kwargs) -> Explanation:
        return Explanation(partial(render, *args, **kwargs))

    return later


Why = Words
"""The pattern that a suspicion of concealment rests on."""

WITHHELD = Why(
    "该单位已知情，报告时限已过而未报，且有隐瞒或否认的行为",
    "the office knew, the limit ran out without a report, and it withheld or denied",
)
WITHHELD_AT_ONCE = Why(
    "该单位已知情，依法应当立即报告（未规定时限），却有隐瞒或否认的行为",
    "the office knew, owed a report at once (no hours are given), and withheld or denied",
)
WITHHELD_NO_RULE = Why(
    "该单位已知情而有隐瞒或否认的行为；规则库中没有当日有效的报告规定，本疑点以隐瞒行为本身为据",
    "the office knew and withheld or denied; the rulebook has no rule in force that day, "
    "so this rests on the act itself",
)
FOUND_OUT = Why(
    "该单位已知情，报告时限已过；应接报单位或其上级在该单位报告之前，从外部或自行核查得知",
    "the office knew and the limit had run out; the recipient or an office above learned of it from outsiders or by "
    "its own inquiry before the office reported",
)
PARTLY = Why(
    "该单位压下了已知的死亡、失踪或被困人数，在案的报告均未报出",
    "the office kept back known dead, missing or trapped, and no report of its on record tells of them",
)

MEASURES = {
    "deaths": Words("死亡人数", "deaths"),
    "persons": Words("死亡、失踪、被困人数合计", "dead, missing and trapped together"),
    "loss_yuan": Words("直接经济损失（元）", "direct loss (yuan)"),
}


@fixed(slots=True)
class Understatement:
    """A report, what it lies below, and by how much."""

    report: Step
    against: tuple[Step, ...]
    measures: dict[str, tuple[float, float]]


def _rule(ground: Ground) -> Words:
    unsure = (
        Words("", "")
        if ground.confirmed
        else Words("（该规定的原文尚未核对）", " (nobody has confirmed this text)")
    )
    return Words(
        f"依{ground.citation}，应{ground.limit.zh}报告{unsure.zh}",
        f"under {ground.citation} a report was due {ground.limit.en}{unsure.en}",
    )


def _named(record: OfficeRecord, office: str) -> str:
    return record.directory.name(office)


def _receivers(record: OfficeRecord, step: Step) -> str:
    return "、".join(_named(record, to) for to in step.to) or "（未载明）"


def _refs(steps: tuple[Step, ...]) -> str:
    return ", ".join(s.label for s in steps)


@_when_read
def late(record: OfficeRecord, ground: Ground, phase: Obligation, status: Status) -> Words:
    """Rule, clock, due time, what was done, difference, and what it rests on."""
    office, recipient = record.office.name, _named(record, phase.recipient)
    rule = _rule(ground)
    opening = _opening(record, phase)
    due = due_words(phase.due)
    by = Words("", "")
    if phase.late_by is not None and phase.late_by != Span():
        by = Words(f"，迟{span_words(phase.late_by).zh}", f": late by {span_words(phase.late_by).en}")
    said = STATUSES[status]
    if phase.state is State.OVERDUE:
        done = Words("至记录所载时仍未报告", "it had still not reported as far as the record goes")
    elif phase.met_by is not None and phase.met_at is not None:
        at = interval_words(phase.met_at)
        done = Words(f"实际报告时间为{at.zh}", f"it reported {at.en}")
    else:
        done = Words(
            "报告未送达应接报单位，以该单位从其他途径得知之时为准",
            "its report did not go to the right office; counted until that office knew by another route",
        )
    stricter = [g for g in phase.grounds if g.breached and g is not ground and not g.confirmed]
    more = Words("", "")
    if phase.state is State.MET and stricter:
        rule = _rule(stricter[0])
        due = due_words(stricter[0].due or phase.due)
        more = Words("；已确认的规定并未违反", "; no confirmed rule was broken")
    evidence = ", ".join(
        record.timeline.labels.get(i, i) for i in (*phase.trigger, *((phase.met_by,) if phase.met_by else ()))
    )
    rests = ", ".join(record.timeline.labels.get(i, i) for i in phase.rests_on)
    zh = (
        f"{office}{opening.zh}，{rule.zh}（报{recipient}），{due.zh}；{done.zh}{by.zh}{more.zh}。"
        f"{said.zh}。依据：{evidence}"
    )
    en = (
        f"{office} {opening.en}; {rule.en} to {recipient}, {due.en}; {done.en}{by.en}{more.en}. "
        f"{said.en.capitalize()}. Evidence: {evidence}"
    )
    if rests:
        zh, en = f"{zh}；其中时间系假定或未载明：{rests}", f"{en}; assumed or unstated times: {rests}"
    return _with_unread(Words(zh, en), ground)


def _opening(record: OfficeRecord, phase: Obligation) -> Words:
    """What called for the report: knowledge of the event, or what came after it."""
    if phase.stage == Stage.FIRST:
        known = interval_words(record.knowledge.since)
        return Words(f"于{known.zh}知情", f"knew {known.en}")
    said = stage_words(phase.stage, phase.occasion)
    return Words(f"应报{said.zh}", f"owed a {said.en}")


def _with_unread(words: Words, ground: Ground) -> Words:
    """The verdict with one line for each text that may have changed its rule and that nobody has read."""
    zh = "".join(f"。{text.zh.rstrip('。')}" for text in ground.unread)
    en = "".join(f". {text.en.rstrip('.')}" for text in ground.unread)
    return Words(f"{words.zh}{zh}", f"{words.en}{en}")


@_when_read
def falsified(record: OfficeRecord, found: list[Understatement]) -> Words:
    """Each report with the figures it lies below, and where those come from."""
    zh, en = [], []
    for one in found:
        at = interval_words(one.report.at)
        for measure, (said, held) in one.measures.items():
            name = MEASURES.get(measure, Words(measure, measure))
            zh.append(
                f"{at.zh}向{_receivers(record, one.report)}报称{name.zh}{figure(said)}，"
                f"而{_refs(one.against)}载明{figure(held)}（{one.report.label}）"
            )
            en.append(
                f"{at.en} it told {_receivers(record, one.report)} {name.en} {figure(said)}, "
                f"while {_refs(one.against)} shows {figure(held)} ({one.report.label})"
            )
    tail = STATUSES[Status.SUSPECTED]
    return Words(
        f"{record.office.name}：{'；'.join(zh)}。{FAULTS[Fault.FALSIFIED].zh}或{FAULTS[Fault.CONCEALED].zh}{tail.zh}",
        f"{record.office.name}: {'; '.join(en)}. Falsified or concealed: {tail.en}",
    )


@_when_read
def concealed(
    record: OfficeRecord,
    ground: Ground | None,
    obligation: Obligation | None,
    steps: tuple[Step, ...],
    why: Why,
) -> Words:
    """The pattern, the rule and its limit, and the steps."""
    zh = f"{record.office.name}：{why.zh}"
    en = f"{record.office.name}: {why.en}"
    known = interval_words(record.knowledge.since)
    zh, en = f"{zh}。知情：{known.zh}", f"{en}. It knew {known.en}"
    if ground is not None and obligation is not None:
        rule, due = _rule(ground), due_words(obligation.due)
        zh, en = f"{zh}；{rule.zh}", f"{en}; {rule.en}"
        if ground.due is not None:
            zh, en = f"{zh}，{due.zh}", f"{en}, {due.en}"
    tail = STATUSES[Status.SUSPECTED]
    said = Words(
        f"{zh}。依据：{_refs(steps)}。{tail.zh}", f"{en}. Evidence: {_refs(steps)}. {tail.en.capitalize()}"
    )
    return said if ground is None else _with_unread(said, ground)


@_when_read
def missed(record: OfficeRecord, ground: Ground, phase: Obligation, since: datetime) -> Words:
    """The duty, when it was due, and until when it is on record that nothing came."""
    rule, due = _rule(ground), due_words(phase.due)
    recipient = _named(record, phase.recipient)
    tail = STATUSES[Status.SUSPECTED]
    by_zh = f"，{due.zh}" if ground.due is not None else ""
    by_en = f", {due.en}" if ground.due is not None else ""
    said = Words(
        f"{record.office.name}已知情，{rule.zh}（报{recipient}）{by_zh}；至{instant(since)}仍无报告。漏报或瞒报{tail.zh}",
        f"{record.office.name} knew; {rule.en} to {recipient}{by_en}; by {instant(since)} there was no report. "
        f"Missed or concealed: {tail.en}",
    )
    return _with_unread(said, ground)


@_when_read
def left_out(record: OfficeRecord, report: Step, held: tuple[Step, ...]) -> Words:
    """A report that says nothing of the dead or missing that its office then held."""
    tail = STATUSES[Status.SUSPECTED]
    at = interval_words(report.at)
    return Words(
        f"{record.office.name}{at.zh}的报告未提伤亡失踪，也未注明正在核实，而当时已掌握（{_refs(held)}）。漏报或瞒报{tail.zh}",
        f"{record.office.name}'s report {at.en} says nothing of dead or missing, nor that they are being verified, "
        f"though it then held figures ({_refs(held)}). Missed or concealed: {tail.en}",
    )


@_when_read
def determined_only(record_office: str, kind: Fault) -> Words:
    """Where only people found it."""
    return Words(
        f"{record_office}：有权机关认定为{FAULTS[kind].zh}；系统从记录中未发现",
        f"{record_office}: determined as {FAULTS[kind].en} by the competent body; "
        "the engine does not see it in the record",
    )
