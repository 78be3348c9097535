"""How times, durations and figures are said, in Chinese and English."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from emergency.assessment.model import Words
from emergency.domain.intervals import Interval, Span
from emergency.domain.times import CHINA
from emergency.domain.vocabulary import Fault, Status
from emergency.rulebook import Limit, Period

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


def instant(moment: datetime, zone: ZoneInfo = CHINA) -> str:
    """A moment to the minute, in the zone that readers live in."""
    return moment.astimezone(zone).strftime("%Y-%m-%d %H:%M")


def interval_words(interval: Interval, zone: ZoneInfo = CHINA) -> Words:
    """An interval as one reads it."""
    early, late = interval.earliest, interval.latest
    if early is None and late is None:
        return Words("时间不明", "at an unknown time")
    if early is None and late is not None:
        return Words(f"不晚于{instant(late, zone)}", f"no later than {instant(late, zone)}")
    if late is None and early is not None:
        return Words(f"不早于{instant(early, zone)}", f"no earlier than {instant(early, zone)}")
    if early == late and early is not None:
        return Words(instant(early, zone), instant(early, zone))
    assert early is not None  # noqa: S101 - both ends are known here
    assert late is not None  # noqa: S101
    return Words(
        f"{instant(early, zone)}至{instant(late, zone)}之间",
        f"between {instant(early, zone)} and {instant(late, zone)}",
    )


def due_words(due: Interval, zone: ZoneInfo = CHINA) -> Words:
    """When something was due, as far as the record tells."""
    early, late = due.earliest, due.latest
    if early is not None and early == late:
        return Words(f"应于{instant(early, zone)}前报出", f"due by {instant(early, zone)}")
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


def limit_words(limit: Limit) -> Words:
    """A rule's limit."""
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
        return Words(f"每日至少{times}次", f"at least {'once' if times == 1 else f'{times} times'} a day")
    if limit.daily_by is not None:
        return Words(f"每日{limit.daily_by:%H:%M}前", f"every day by {limit.daily_by:%H:%M}")
    if limit.every is not None:
        said = length_words(limit.every)
        return Words(f"至少每{said.zh}一次", f"at least every {said.en}")
    if limit.before is not None:
        return Words("在向另一单位报告之前", "before it reports to another office")
    return Words(limit.no_hours or "立即", "at once")


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
