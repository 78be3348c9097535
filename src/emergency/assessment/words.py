"""How times, durations and figures are said, in Chinese and English."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from emergency.assessment.model import Words
from emergency.domain.intervals import Interval, Span
from emergency.domain.times import CHINA
from emergency.domain.vocabulary import Fault, Line, Status, Tier
from emergency.rulebook import Clock, Limit, Period, Stage

INSTRUCTION_RELAY = "instruction-relay"
"""The stage of an obligation to pass an instruction on; no rule for reports has it."""
INSTRUCTION_ANSWER = "instruction-answer"
"""The stage of an obligation to report back what became of an instruction."""

FAULTS = {
    Fault.LATE: Words("迟报", "late"),
    Fault.MISSED: Words("漏报", "missed"),
    Fault.FALSIFIED: Words("谎报", "falsified"),
    Fault.CONCEALED: Words("瞒报", "concealed"),
}

STATUSES = {
    Status.ESTABLISHED: Words("可以认定", "established"),
    Status.PRESUMED: Words(
        "推定（所据时间系假定或未载明）", "presumed (rests on an assumed or unstated time)"
    ),
    Status.POSSIBLE: Words("可能", "possible"),
    Status.SUSPECTED: Words(
        "疑似，须由有权机关认定", "suspected; only people with authority can determine it"
    ),
    Status.NONE: Words("系统未发现", "not seen by the engine"),
}


STAGES: Mapping[str, Words] = {
    Stage.FIRST: Words("首报", "first report"),
    Stage.FOLLOW_UP: Words("续报", "follow-up"),
    Stage.SUPPLEMENT: Words("补报", "supplement"),
    Stage.FINAL: Words("终报", "final report"),
    Stage.LIKELY: Words("可能发生的事件", "likely event"),
    Stage.WARNING: Words("预警", "warning"),
    Stage.RECOVERY: Words("善后总结", "recovery report"),
    INSTRUCTION_RELAY: Words("传达批示", "passing on an instruction"),
    INSTRUCTION_ANSWER: Words("反馈批示落实", "answer to an instruction"),
}


REVIEW_STEPS = {
    "statement": Words("听取陈述申辩", "hearing the statement"),
    "determination": Words("作出认定", "determination"),
    "delivery": Words("送达", "delivery of the decision"),
    "appeal": Words("申请复审复核", "appeal"),
    "appeal-decision": Words("对申请作出决定", "decision of the appeal"),
}
"""The steps of a review that somebody owes, beside the reports."""


def stage_words(stage: str, occasion: str) -> Words:
    """Which report, where it is not the first; a follow-up with its day; or which step of a review."""
    if stage in REVIEW_STEPS:
        return REVIEW_STEPS[stage]
    said = STAGES[stage]
    day = occasion[:10]
    dated = f" {day}" if len(day) == 10 and day[4::3] == "--" else ""  # noqa: PLR2004 - a day like 2020-03-11
    return Words(f"{said.zh}{dated}", f"{said.en}{dated}")


def instant(moment: datetime, zone: ZoneInfo = CHINA) -> str:
    """A moment to the minute, in the zone that readers live in."""
    return moment.astimezone(zone).isoformat(" ", "minutes")[:16]


def interval_words(interval: Interval, zone: ZoneInfo = CHINA) -> Words:
    """An interval as one reads it."""
    early, late = interval.earliest, interval.latest
    if early is None and late is None:
        return Words("时间不明", "at an unknown time")
    begins = None if early is None else instant(early, zone)
    if early == late and begins is not None:
        return Words(begins, begins)
    ends = None if late is None else instant(late, zone)
    if begins is None:
        return Words(f"不晚于{ends}", f"no later than {ends}")
    if ends is None:
        return Words(f"不早于{begins}", f"no earlier than {begins}")
    return Words(f"{begins}至{ends}之间", f"between {begins} and {ends}")


def due_words(due: Interval, zone: ZoneInfo = CHINA) -> Words:
    """When something was due, as far as the record tells."""
    early, late = due.earliest, due.latest
    if early is not None and early == late:
        by = instant(early, zone)
        return Words(f"应于{by}前报出", f"due by {by}")
    said = interval_words(due, zone)
    return Words(f"应报时限在{said.zh}", f"due {said.en}")


def duration_words(length: timedelta) -> Words:
    """A duration in days, hours and minutes."""
    minutes = int(length.total_seconds() // 60)
    days, rest = divmod(minutes, 24 * 60)
    hours, left = divmod(rest, 60)
    parts = [(days, "天", "d"), (hours, "小时", "h"), (left, "分钟", "min")]
    shown = [p for p in parts if p[0]] or [(0, "分钟", "min")]
    return Words("".join(f"{n}{zh}" for n, zh, _ in shown), " ".join(f"{n} {en}" for n, _, en in shown))


def length_words(length: timedelta | Period) -> Words:
    """A length of a limit: exact, or counted in dates."""
    if isinstance(length, timedelta):
        return duration_words(length)
    parts = [(length.months, "个月", "month"), (length.days, "日", "day")]
    shown = [p for p in parts if p[0]]
    return Words(
        "".join(f"{n}{zh}" for n, zh, _ in shown),
        " and ".join(f"{n} {en}{'s' if n > 1 else ''}" for n, _, en in shown),
    )


TIERS = {
    Tier.UNIT: Words("单位", "unit"),
    Tier.VILLAGE: Words("村级", "village"),
    Tier.TOWNSHIP: Words("乡级", "township"),
    Tier.COUNTY: Words("县级", "county"),
    Tier.CITY: Words("市级", "city"),
    Tier.PROVINCE: Words("省级", "province"),
    Tier.MINISTRY: Words("部级", "ministry"),
    Tier.STATE: Words("国家级", "state"),
}

LINES = {
    Line.PARTY: Words("党委", "party"),
    Line.GOVERNMENT: Words("政府", "government"),
    Line.DEPARTMENT: Words("主管部门", "department"),
    Line.ENTERPRISE: Words("企业", "enterprise"),
}

CLOCKS = {
    Clock.LEARNED: Words("获悉", "learning of it"),
    Clock.RECEIVED: Words("接报", "receiving it"),
    Clock.OCCURRED: Words("事发", "the event"),
    Clock.VERIFIED: Words("核实", "its verification"),
    Clock.GRADED: Words("定级", "its grading"),
    Clock.CHANGED: Words("数字变化", "the change"),
    Clock.FIRST_REPORT: Words("首报", "the first report"),
    Clock.FOLLOW_UP: Words("首次续报", "the first follow-up"),
    Clock.LAST_REPORT: Words("上次报告", "the last report"),
    Clock.LAST_FOLLOW_UP: Words("末次续报", "the last follow-up"),
    Clock.ASKED: Words("被询问", "being asked"),
    Clock.STABLE: Words("事态稳定", "its becoming stable"),
    Clock.ENDED: Words("处置结束", "the end of the handling"),
    Clock.FORESEEN: Words("预见", "foreseeing it"),
    Clock.WARNED: Words("发布预警", "the warning"),
}


def limit_words(limit: Limit) -> Words:
    """A rule's limit, without what starts it."""
    said = _form(limit)
    zh, en = said.zh, said.en
    if limit.by is not None:
        zh, en = f"{zh}，末日{limit.by:%H:%M}前", f"{en}, by {limit.by:%H:%M} of the last day"
    if limit.at_most is not None:
        outer, clock = length_words(limit.at_most.within), CLOCKS[limit.at_most.clock]
        zh, en = (
            f"{zh}，且不迟于{clock.zh}后{outer.zh}",
            f"{en}, and in any case within {outer.en} of {clock.en}",
        )
    if limit.shift is not None:
        zh, en = f"{zh}，遇休息日顺延至下一工作日", f"{en}; what falls on a day off, on the next working day"
        if limit.shift_by is not None:
            zh, en = f"{zh}{limit.shift_by:%H:%M}前", f"{en} by {limit.shift_by:%H:%M}"
    return Words(zh, en)


def _form(limit: Limit) -> Words:
    if limit.within is not None:
        said = length_words(limit.within)
        return Words(f"{said.zh}内", f"within {said.en}")
    if limit.working_days is not None:
        days = limit.working_days
        return Words(f"{days}个工作日内", f"within {days} working day{'s' if days > 1 else ''}")
    if limit.same_day:
        return Words("当日内", "on the same day")
    if limit.times_a_day is not None:
        times = limit.times_a_day
        often = {1: "once", 2: "twice"}.get(times, f"{times} times")
        return Words(f"每日至少{times}次", f"at least {often} a day")
    if limit.daily_by is not None:
        return Words(f"每日{limit.daily_by:%H:%M}前", f"every day by {limit.daily_by:%H:%M}")
    if limit.every is not None:
        said = length_words(limit.every)
        return Words(f"至少每{said.zh}一次", f"at least every {said.en}")
    if limit.before is not None:
        other = office_words(limit.before.tier, limit.before.line)
        return Words(f"不迟于向{other.zh}报告", f"no later than it reports to {other.en}")
    return Words(limit.no_hours or "立即", "at once")


def office_words(tier: Tier | str | None, line: Line | str | None) -> Words:
    """An office of a tier and a line; ``next`` and ``same`` are seen from the office that reports."""
    kind = None if line is None or line == "same" else LINES[Line(line)]
    if tier == "next":
        zh = f"上一级{kind.zh if kind else '同线单位'}"
        return Words(zh, f"the {kind.en} one tier up" if kind else "the office one tier up in its line")
    if tier is None or tier == "same":
        zh = f"本级{kind.zh}" if kind else "同级同线的上级单位"
        return Words(zh, f"the {kind.en} of its own tier" if kind else "a superior of its own tier and line")
    level = TIERS[Tier(tier)]
    zh = f"{level.zh}{kind.zh if kind else '同线单位'}"
    return Words(zh, f"the {level.en} {kind.en}" if kind else f"the {level.en} office of its line")


def span_words(span: Span | None) -> Words:
    """How late, at least and at most."""
    if span is None or not span.at_least:
        if span is not None and span.at_most:
            most = duration_words(span.at_most)
            return Words(f"至多{most.zh}", f"at most {most.en}")
        return Words("时长不明", "for an unknown time")
    least = duration_words(span.at_least)
    if span.at_most is None:
        return Words(f"至少{least.zh}", f"at least {least.en}")
    if span.at_most == span.at_least:
        return least
    most = duration_words(span.at_most)
    return Words(f"{least.zh}至{most.zh}", f"{least.en} to {most.en}")


def figure(number: float) -> str:
    """A figure without a needless decimal part."""
    return f"{number:,.0f}" if number == int(number) else f"{number:,}"
