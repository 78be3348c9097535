"""How durations, spans and times are said."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from emergency.assessment.words import (
    CLOCKS,
    LINES,
    TIERS,
    due_words,
    duration_words,
    figure,
    instant,
    interval_words,
    limit_words,
    office_words,
    span_words,
)
from emergency.domain.intervals import OPEN, Interval, Span
from emergency.domain.vocabulary import Line, Tier
from emergency.rulebook import Clock, Limit

EIGHT = datetime(2020, 3, 10, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("length", "zh", "en"),
    [
        (timedelta(), "0分钟", "0 min"),
        (timedelta(minutes=1), "1分钟", "1 min"),
        (timedelta(minutes=60), "1小时", "1 h"),
        (timedelta(minutes=125), "2小时5分钟", "2 h 5 min"),
        (timedelta(hours=24), "1天", "1 d"),
        (timedelta(hours=29, minutes=52), "1天5小时52分钟", "1 d 5 h 52 min"),
        (timedelta(days=38, minutes=1), "38天1分钟", "38 d 1 min"),
    ],
)
def test_durations(length: timedelta, zh: str, en: str) -> None:
    assert (duration_words(length).zh, duration_words(length).en) == (zh, en)


HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("span", "zh", "en"),
    [
        (None, "时长不明", "for an unknown time"),
        (Span(None, None), "时长不明", "for an unknown time"),
        (Span(HOUR, None), "至少1小时", "at least 1 h"),
        (Span(None, HOUR), "至多1小时", "at most 1 h"),
        (Span(HOUR, HOUR), "1小时", "1 h"),
        (Span(HOUR, 2 * HOUR), "1小时至2小时", "1 h to 2 h"),
    ],
)
def test_spans(span: Span | None, zh: str, en: str) -> None:
    assert (span_words(span).zh, span_words(span).en) == (zh, en)


@pytest.mark.parametrize(
    ("limit", "zh", "en"),
    [
        ({"within": "PT2H"}, "2小时内", "within 2 h"),
        ({"within": "PT30M"}, "30分钟内", "within 30 min"),
        ({"within": "P14D"}, "14日内", "within 14 days"),
        ({"within": "P1M"}, "1个月内", "within 1 month"),
        ({"within": "P1D"}, "1日内", "within 1 day"),
        ({"working_days": "1"}, "1个工作日内", "within 1 working day"),
        ({"working_days": "5"}, "5个工作日内", "within 5 working days"),
        ({"same_day": "true"}, "当日内", "on the same day"),
        ({"times_a_day": "1"}, "每日至少1次", "at least once a day"),
        ({"times_a_day": "2"}, "每日至少2次", "at least twice a day"),
        ({"daily_by": "09:00"}, "每日09:00前", "every day by 09:00"),
        ({"every": "PT4H"}, "至少每4小时一次", "at least every 4 h"),
        (
            {"before": {"tier": "next", "line": "same"}},
            "不迟于向上一级同线单位报告",
            "no later than it reports to the office one tier up in its line",
        ),
        ({"times_a_day": "3"}, "每日至少3次", "at least 3 times a day"),
        ({"within": "P3D", "by": "09:00"}, "3日内，末日09:00前", "within 3 days, by 09:00 of the last day"),
        (
            {"within": "PT4H", "at_most": {"within": "PT6H", "clock": "occurred"}},
            "4小时内，且不迟于事发后6小时",
            "within 4 h, and in any case within 6 h of the event",
        ),
        (
            {"working_days": "2", "shift": "next-working-day"},
            "2个工作日内，遇休息日顺延至下一工作日",
            "within 2 working days; what falls on a day off, on the next working day",
        ),
        ({"no_hours": "同时"}, "同时", "at once"),
        ({"no_hours": "立即"}, "立即", "at once"),
    ],
)
def test_limits(limit: dict[str, object], zh: str, en: str) -> None:
    said = limit_words(Limit.model_validate(limit))
    assert (said.zh, said.en) == (zh, en)


@pytest.mark.parametrize(
    ("tier", "line", "zh", "en"),
    [
        ("county", "government", "县级政府", "the county government"),
        ("county", "same", "县级同线单位", "the county office of its line"),
        ("next", "department", "上一级主管部门", "the department one tier up"),
        ("next", "same", "上一级同线单位", "the office one tier up in its line"),
        ("same", "party", "本级党委", "the party of its own tier"),
        ("same", "same", "同级同线的上级单位", "a superior of its own tier and line"),
    ],
)
def test_offices(tier: str, line: str, zh: str, en: str) -> None:
    said = office_words(tier, line)
    assert (said.zh, said.en) == (zh, en)


def test_every_word_of_the_vocabulary_has_its_words() -> None:
    assert (set(TIERS), set(LINES), set(CLOCKS)) == (set(Tier), set(Line), set(Clock))


def test_times_are_said_in_china() -> None:
    assert instant(EIGHT) == "2020-03-10 08:00"
    assert interval_words(OPEN).en == "at an unknown time"
    assert interval_words(Interval(EIGHT, None)).en == "no earlier than 2020-03-10 08:00"
    assert interval_words(Interval(None, EIGHT)).en == "no later than 2020-03-10 08:00"
    assert interval_words(Interval(EIGHT, EIGHT)).en == "2020-03-10 08:00"
    assert interval_words(Interval(EIGHT, EIGHT + HOUR)).en == "between 2020-03-10 08:00 and 2020-03-10 09:00"
    assert due_words(Interval(EIGHT, EIGHT)).en == "due by 2020-03-10 08:00"


def test_figures() -> None:
    assert figure(3) == "3"
    assert figure(133500000) == "133,500,000"
    assert figure(39.5) == "39.5"
