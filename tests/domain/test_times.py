"""How words and digits become stated times."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emergency.domain.times import CHINA, read_iso, understood
from emergency.domain.values import OtherTime, StatedTime
from emergency.domain.vocabulary import Basis
from emergency.errors import UsageError

NOW = datetime(2026, 11, 21, 3, 10, 42, tzinfo=CHINA)


def china(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}+08:00")


@pytest.mark.parametrize(
    ("text", "early", "late"),
    [
        ("2014-04-07T04:50+08:00", "2014-04-07T04:50", "2014-04-07T04:50"),
        ("2014-04-07 04:50+08:00", "2014-04-07T04:50", "2014-04-07T04:50"),
        ("2014-04-07T04:50:31+08:00", "2014-04-07T04:50:31", "2014-04-07T04:50:31"),
        ("2014-04-06T20:50Z", "2014-04-07T04:50", "2014-04-07T04:50"),
        ("2014-04-06T15:50-05:00", "2014-04-07T04:50", "2014-04-07T04:50"),
        ("2014-04-07", "2014-04-07T00:00", "2014-04-08T00:00"),
        ("2014-12-31", "2014-12-31T00:00", "2015-01-01T00:00"),
        ("2016-02-29", "2016-02-29T00:00", "2016-03-01T00:00"),
        ("2014-04", "2014-04-01T00:00", "2014-05-01T00:00"),
        ("2014-12", "2014-12-01T00:00", "2015-01-01T00:00"),
        ("2016-02", "2016-02-01T00:00", "2016-03-01T00:00"),
    ],
)
def test_iso(text: str, early: str, late: str) -> None:
    interval = read_iso(text)
    assert (interval.earliest, interval.latest) == (china(early), china(late))


@pytest.mark.parametrize(
    "text",
    [
        "2014-04-07T04:50",
        "2014-04-07T04",
        "2014-4-7",
        "2015-02-29",
        "2014-13",
        "2014-00",
        "2014-04-31",
        "2014-04-07T24:01+08:00",
        "2014-04-07T04:60+08:00",
        "2014",
        "",
        "昨天",
        "04:50",
        "2014-04-07T04:50+08:00 ",
        "２０１４-04-07x",
    ],
)
def test_no_iso_time(text: str) -> None:
    with pytest.raises(ValueError, match=r"no time|no offset|not in the calendar"):
        read_iso(text)


@pytest.mark.parametrize(
    ("said", "early", "late", "basis"),
    [
        ("03:05", "2026-11-21T03:05", "2026-11-21T03:05", "stated"),
        ("3:05", "2026-11-21T03:05", "2026-11-21T03:05", "stated"),
        ("03：05", "2026-11-21T03:05", "2026-11-21T03:05", "stated"),
        ("3时05分", "2026-11-21T03:05", "2026-11-21T03:05", "stated"),
        ("3点05", "2026-11-21T03:05", "2026-11-21T03:05", "stated"),
        # up to an hour ahead it is today's, though in the future; beyond that it was yesterday's
        ("04:10", "2026-11-21T04:10", "2026-11-21T04:10", "stated"),
        ("04:11", "2026-11-20T04:11", "2026-11-20T04:11", "stated"),
        ("23:40", "2026-11-20T23:40", "2026-11-20T23:40", "stated"),
        ("13:05", "2026-11-20T13:05", "2026-11-20T13:05", "stated"),
        ("昨天 23:40", "2026-11-20T23:40", "2026-11-20T23:40", "stated"),
        ("昨天23:40", "2026-11-20T23:40", "2026-11-20T23:40", "stated"),
        ("昨日 23:40", "2026-11-20T23:40", "2026-11-20T23:40", "stated"),
        ("昨天", "2026-11-20T00:00", "2026-11-21T00:00", "stated"),
        ("前天 08:00", "2026-11-19T08:00", "2026-11-19T08:00", "stated"),
        ("今天 01:00", "2026-11-21T01:00", "2026-11-21T01:00", "stated"),
        # a day that is named is not moved
        ("21日 23:00", "2026-11-21T23:00", "2026-11-21T23:00", "stated"),
        ("yesterday 23:40", "2026-11-20T23:40", "2026-11-20T23:40", "stated"),
        ("11-20 23:40", "2026-11-20T23:40", "2026-11-20T23:40", "stated"),
        ("11月20日 23:40", "2026-11-20T23:40", "2026-11-20T23:40", "stated"),
        ("11月20日", "2026-11-20T00:00", "2026-11-21T00:00", "stated"),
        # a day that has not come this year was last year's
        ("12-31 23:40", "2025-12-31T23:40", "2025-12-31T23:40", "stated"),
        ("约13:05", "2026-11-20T12:50", "2026-11-20T13:20", "about"),
        ("约 13:05", "2026-11-20T12:50", "2026-11-20T13:20", "about"),
        ("大约13:05", "2026-11-20T12:50", "2026-11-20T13:20", "about"),
        ("13:05左右", "2026-11-20T12:50", "2026-11-20T13:20", "about"),
        ("昨天 23:40 前后", "2026-11-20T23:25", "2026-11-20T23:55", "about"),
        ("about 13:05", "2026-11-20T12:50", "2026-11-20T13:20", "about"),
        ("刚才", "2026-11-21T03:10", "2026-11-21T03:10", "stated"),
        ("2026-11-20T23:40", "2026-11-20T23:40", "2026-11-20T23:40", "stated"),
        ("2026-11-20 23:40", "2026-11-20T23:40", "2026-11-20T23:40", "stated"),
        ("2026-11-20T15:40Z", "2026-11-20T23:40", "2026-11-20T23:40", "stated"),
        ("2026-11-20", "2026-11-20T00:00", "2026-11-21T00:00", "stated"),
        ("  03:05  ", "2026-11-21T03:05", "2026-11-21T03:05", "stated"),
        ("13时", "2026-11-20T13:00", "2026-11-20T13:00", "stated"),
        ("13点", "2026-11-20T13:00", "2026-11-20T13:00", "stated"),
        ("１３：０５", "2026-11-20T13:05", "2026-11-20T13:05", "stated"),
        ("13点半", "2026-11-20T13:30", "2026-11-20T13:30", "stated"),
        # past the hour is some time in it; past a minute is about it
        ("19时许", "2026-11-20T19:00", "2026-11-20T20:00", "stated"),
        ("昨天19点许", "2026-11-20T19:00", "2026-11-20T20:00", "stated"),
        ("约19时许", "2026-11-20T18:45", "2026-11-20T20:15", "about"),
        ("13:05许", "2026-11-20T12:50", "2026-11-20T13:20", "about"),
        # a part of the day says which half of the dial is meant
        ("凌晨2点", "2026-11-21T02:00", "2026-11-21T02:00", "stated"),
        ("早上8点", "2026-11-20T08:00", "2026-11-20T08:00", "stated"),
        ("上午10时20分", "2026-11-20T10:20", "2026-11-20T10:20", "stated"),
        ("中午12点", "2026-11-20T12:00", "2026-11-20T12:00", "stated"),
        ("中午1点", "2026-11-20T13:00", "2026-11-20T13:00", "stated"),
        ("下午3点", "2026-11-20T15:00", "2026-11-20T15:00", "stated"),
        ("下午15:20", "2026-11-20T15:20", "2026-11-20T15:20", "stated"),
        ("晚上8点半", "2026-11-20T20:30", "2026-11-20T20:30", "stated"),
        ("昨晚23:40", "2026-11-20T23:40", "2026-11-20T23:40", "stated"),
        ("昨晚11点半", "2026-11-20T23:30", "2026-11-20T23:30", "stated"),
        ("昨夜 23:40", "2026-11-20T23:40", "2026-11-20T23:40", "stated"),
        ("前天下午3点", "2026-11-19T15:00", "2026-11-19T15:00", "stated"),
        ("2026年11月20日23时40分", "2026-11-20T23:40", "2026-11-20T23:40", "stated"),
        ("2026年11月20日", "2026-11-20T00:00", "2026-11-21T00:00", "stated"),
        ("11月20日下午3点", "2026-11-20T15:00", "2026-11-20T15:00", "stated"),
        ("11月20日23:40", "2026-11-20T23:40", "2026-11-20T23:40", "stated"),
        ("2200-12-31", "2200-12-31T00:00", "2201-01-01T00:00", "stated"),
    ],
)
def test_spoken(said: str, early: str, late: str, basis: str) -> None:
    stated = understood(said, NOW)
    assert (stated.interval.earliest, stated.interval.latest) == (china(early), china(late))
    assert stated.basis == basis
    assert stated.text == said.strip()


@pytest.mark.parametrize("said", ["不明", "不详", "unknown", "?"])
def test_nobody_knows(said: str) -> None:
    stated = understood(said, NOW)
    assert not stated.stated
    assert stated.basis is None


@pytest.mark.parametrize(
    "said",
    [
        "",
        "soon",
        "25:00",
        "13:60",
        "13:5",
        "昨天 25:00",
        "02-30 08:00",
        "13-01 08:00",
        "大后天",
        "约",
        # a colon without its minutes; half an hour of nothing
        "13:",
        "昨天 13:",
        "半",
        "3点5",
        # the hour does not lie in that part of the day
        "凌晨13点",
        "2-29 08:00",
        "11-2023:40",
    ],
)
def test_nonsense_is_asked_again(said: str) -> None:
    with pytest.raises(UsageError, match="cannot be understood"):
        understood(said, NOW)


@pytest.mark.parametrize(
    "text", ["9999-12-31", "0001-01-01", "1899-12-31", "2201-01-01", "9999-12", "9999-12-31T23:59+08:00"]
)
def test_the_edge_of_the_calendar_is_out_of_range(text: str) -> None:
    with pytest.raises(ValueError, match="out of range; the years 1900 to 2200 are accepted"):
        read_iso(text)
    if text != "9999-12":
        with pytest.raises(UsageError, match="out of range; the years 1900 to 2200"):
            understood(text, NOW)


@pytest.mark.parametrize("said", ["9999年12月31日 23:59", "约9999-12-31T23:59", "0001-01-01T00:00"])
def test_a_spoken_time_at_the_edge_is_out_of_range(said: str) -> None:
    with pytest.raises(UsageError, match="out of range"):
        understood(said, NOW)


def test_a_stated_time_never_leaves_the_calendar() -> None:
    with pytest.raises(ValueError, match="out of range"):
        StatedTime(earliest=datetime(9999, 12, 31, tzinfo=CHINA))
    with pytest.raises(ValueError, match="out of range"):
        StatedTime(also=(OtherTime(latest=datetime(1, 1, 1, tzinfo=ZoneInfo("UTC")), source="x"),))
    assert understood("1900-01-01", NOW).stated


def test_the_day_turns_in_the_zone_of_the_office() -> None:
    just_after_midnight = datetime(2026, 11, 20, 16, 5, tzinfo=ZoneInfo("UTC"))
    assert understood("23:50", just_after_midnight).earliest == china("2026-11-20T23:50")
    assert understood("00:01", just_after_midnight).earliest == china("2026-11-21T00:01")


def test_new_year() -> None:
    now = datetime(2027, 1, 1, 0, 5, tzinfo=CHINA)
    assert understood("23:55", now).earliest == china("2026-12-31T23:55")
    assert understood("12-31 23:55", now).earliest == china("2026-12-31T23:55")
    assert understood("昨天", now).latest == china("2027-01-01T00:00")


@given(st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1)))  # noqa: DTZ001 - the zone is given below
def test_a_clock_time_lies_within_a_day_back_and_an_hour_ahead(moment: datetime) -> None:
    now = moment.replace(tzinfo=CHINA)
    for said in ("00:00", "06:30", "12:00", "23:59"):
        found = understood(said, now).earliest
        assert found is not None
        assert now - timedelta(hours=24) < found + timedelta(hours=1)
        assert found - now <= timedelta(hours=1)


def test_what_sources_say_apart_is_the_hull() -> None:
    eight, nine, ten = (china(f"2020-03-10T{hour}:00") for hour in ("08", "09", "10"))
    stated = StatedTime(
        earliest=nine,
        latest=nine,
        basis=Basis.ABOUT,
        also=(OtherTime(earliest=ten, latest=ten, source="笔录"),),
    )
    assert stated.interval.earliest == nine - timedelta(minutes=15)
    assert stated.interval.latest == ten
    unknown = StatedTime(earliest=nine, latest=nine, also=(OtherTime(source="无"),))
    assert (unknown.interval.earliest, unknown.interval.latest) == (None, None)
    with pytest.raises(ValueError, match="before its beginning"):
        StatedTime(earliest=nine, latest=eight)
