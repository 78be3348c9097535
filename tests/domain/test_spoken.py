"""Every phrase with its readings, on both sides of where they change; and that none is ever guessed."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emergency.domain.spoken import PARTS
from emergency.domain.times import CHINA, AmbiguousTimeError, understood
from emergency.domain.values import StatedTime
from emergency.domain.vocabulary import Basis
from emergency.errors import UsageError


def china(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}+08:00")


NIGHT = china("2026-11-21T03:10")
"""A Saturday, in the small hours."""
DAY = china("2026-11-21T16:00")
LATE = china("2026-11-20T23:10")


def meant(said: str, now: datetime, *, ahead: datetime | None = None) -> tuple[StatedTime, ...]:
    """All readings."""
    try:
        return (understood(said, now, ahead=ahead),)
    except AmbiguousTimeError as error:
        return error.readings


def shown(stated: StatedTime) -> str:
    """``11-20 23:40``, or both ends."""
    assert stated.earliest is not None
    assert stated.latest is not None
    early, late = (f"{end.astimezone(CHINA):%m-%d %H:%M}" for end in (stated.earliest, stated.latest))
    return early if early == late else f"{early} – {late}"


ONE = [
    # counted back from now
    ("刚才", NIGHT, "11-21 03:10"),
    ("刚刚", NIGHT, "11-21 03:10"),
    ("现在", NIGHT, "11-21 03:10"),
    ("just now", NIGHT, "11-21 03:10"),
    ("半小时前", NIGHT, "11-21 02:40"),
    ("半个小时之前", NIGHT, "11-21 02:40"),
    ("一刻钟前", NIGHT, "11-21 02:55"),
    ("三刻钟前", NIGHT, "11-21 02:25"),
    ("3分钟前", NIGHT, "11-21 03:07"),
    ("３分钟前", NIGHT, "11-21 03:07"),
    ("两个小时前", NIGHT, "11-21 01:10"),
    ("一个半小时前", NIGHT, "11-21 01:40"),
    ("1.5小时前", NIGHT, "11-21 01:40"),
    ("一个小时零五分钟前", NIGHT, "11-21 02:05"),
    ("4小时前", NIGHT, "11-20 23:10"),
    ("三天前", NIGHT, "11-18 00:00 – 11-19 00:00"),
    ("10 min ago", NIGHT, "11-21 03:00"),
    ("half an hour ago", NIGHT, "11-21 02:40"),
    ("an hour ago", NIGHT, "11-21 02:10"),
    ("2 hours ago", NIGHT, "11-21 01:10"),
    ("1 hour 20 minutes ago", NIGHT, "11-21 01:50"),
    # vague lengths are intervals
    ("几分钟前", NIGHT, "11-21 03:00 – 11-21 03:09"),
    ("十几分钟前", NIGHT, "11-21 02:50 – 11-21 03:00"),
    ("二十多分钟前", NIGHT, "11-21 02:40 – 11-21 02:50"),
    ("一个多小时前", NIGHT, "11-21 01:10 – 11-21 02:10"),
    # days
    ("前天", NIGHT, "11-19 00:00 – 11-20 00:00"),
    ("大前天", NIGHT, "11-18 00:00 – 11-19 00:00"),
    ("大前天 08:00", NIGHT, "11-18 08:00"),
    ("前晚8点", NIGHT, "11-19 20:00"),
    ("明天9:00", NIGHT, "11-22 09:00"),
    ("20日23时", NIGHT, "11-20 23:00"),
    ("二十日二十三时", NIGHT, "11-20 23:00"),
    ("21日", NIGHT, "11-21 00:00 – 11-22 00:00"),
    ("23日", NIGHT, "10-23 00:00 – 10-24 00:00"),
    ("31日 8时", NIGHT, "10-31 08:00"),
    ("上周五", NIGHT, "11-13 00:00 – 11-14 00:00"),
    ("上星期五下午3点", NIGHT, "11-13 15:00"),
    ("上周日", NIGHT, "11-15 00:00 – 11-16 00:00"),
    ("周五", NIGHT, "11-20 00:00 – 11-21 00:00"),
    ("周五13:05", NIGHT, "11-20 13:05"),
    ("本周五", LATE, "11-20 00:00 – 11-21 00:00"),
    ("礼拜四", NIGHT, "11-19 00:00 – 11-20 00:00"),
    ("last friday", LATE, "11-13 00:00 – 11-14 00:00"),
    ("二〇二六年十一月二十日二十三点四十分", NIGHT, "11-20 23:40"),
    # clocks
    ("1305", NIGHT, "11-20 13:05"),
    ("昨天 1305", NIGHT, "11-20 13:05"),
    ("13:05:30", DAY, "11-21 13:05"),
    ("13时05分", DAY, "11-21 13:05"),
    ("13时05分30秒", DAY, "11-21 13:05"),
    ("十三点四十", DAY, "11-21 13:40"),
    ("13时整", DAY, "11-21 13:00"),
    ("３：０５", DAY, "11-21 03:05"),
    ("3时", DAY, "11-21 03:00"),
    ("03点", DAY, "11-21 03:00"),
    ("昨晚11点40", NIGHT, "11-20 23:40"),
    ("昨晚11点40分", NIGHT, "11-20 23:40"),
    ("今早6点", DAY, "11-21 06:00"),
    ("今晨3点", DAY, "11-21 03:00"),
    ("下午三点一刻", DAY, "11-21 15:15"),
    ("下午三点三刻", DAY, "11-21 15:45"),
    ("下午差五分三点", DAY, "11-21 14:55"),
    ("下午三点差五分", DAY, "11-21 14:55"),
    ("下午差一刻三点", DAY, "11-21 14:45"),
    ("凌晨三点零五", DAY, "11-21 03:05"),
    ("凌晨12点半", DAY, "11-21 00:30"),
    ("3:05 pm", DAY, "11-21 15:05"),
    ("11:40 p.m.", NIGHT, "11-20 23:40"),
    ("12am", DAY, "11-21 00:00"),
    ("12pm", DAY, "11-21 12:00"),
    ("yesterday 11pm", NIGHT, "11-20 23:00"),
    # noon and midnight
    ("正午", DAY, "11-21 12:00"),
    ("昨天正午", DAY, "11-20 12:00"),
    ("零点", DAY, "11-21 00:00"),
    ("0时", DAY, "11-21 00:00"),
    ("午夜", DAY, "11-21 00:00"),
    ("24:00", DAY, "11-21 00:00"),
    ("11-20 24:00", DAY, "11-21 00:00"),
    ("11-20 24时", DAY, "11-21 00:00"),
    ("11月20日零点", DAY, "11-20 00:00"),
    ("晚上12点", DAY, "11-21 00:00"),
    ("昨晚12点", DAY, "11-21 00:00"),
    ("昨晚12点半", DAY, "11-21 00:30"),
    ("昨晚零点", DAY, "11-21 00:00"),
    ("半夜2点", DAY, "11-21 02:00"),
    # parts of the day; what goes on still ends now
    ("凌晨", DAY, "11-21 00:00 – 11-21 06:00"),
    ("凌晨", NIGHT, "11-21 00:00 – 11-21 03:10"),
    ("11月20日凌晨", DAY, "11-20 00:00 – 11-20 06:00"),
    ("今天上午", DAY, "11-21 06:00 – 11-21 12:00"),
    ("昨天下午", DAY, "11-20 12:00 – 11-20 19:00"),
    ("下午", DAY, "11-21 12:00 – 11-21 16:00"),
    ("近午", DAY, "11-21 11:00 – 11-21 12:00"),
    ("中午", DAY, "11-21 11:00 – 11-21 14:00"),
    ("昨天傍晚", DAY, "11-20 16:00 – 11-20 20:00"),
    ("昨晚", DAY, "11-20 17:00 – 11-21 00:00"),
    ("昨夜", DAY, "11-20 18:00 – 11-21 06:00"),
    ("last night", DAY, "11-20 18:00 – 11-21 06:00"),
    ("this morning", DAY, "11-21 04:00 – 11-21 10:00"),
    ("11月20日深夜", DAY, "11-20 22:00 – 11-21 02:00"),
    ("深夜", DAY, "11-20 22:00 – 11-21 02:00"),
    # from … to …
    ("13时许", DAY, "11-21 13:00 – 11-21 14:00"),
    ("13点多", DAY, "11-21 13:00 – 11-21 14:00"),
    ("13点到14点之间", DAY, "11-21 13:00 – 11-21 14:00"),
    ("13:00-13:20", DAY, "11-21 13:00 – 11-21 13:20"),
    ("13:00～13:20", DAY, "11-21 13:00 – 11-21 13:20"),
    ("between 13:00 and 13:20", DAY, "11-21 13:00 – 11-21 13:20"),
    ("下午3点到4点", DAY, "11-21 15:00 – 11-21 16:00"),
    ("昨晚11点到12点", DAY, "11-20 23:00 – 11-21 00:00"),
    ("晚上11点到6点", DAY, "11-20 23:00 – 11-21 06:00"),
    ("23:50至0:10", DAY, "11-20 23:50 – 11-21 00:10"),
    ("11-20 23:40-23:50", DAY, "11-20 23:40 – 11-20 23:50"),
    ("11-20 22:00-11-21 02:00", DAY, "11-20 22:00 – 11-21 02:00"),
    ("11-19到11-20", DAY, "11-19 00:00 – 11-21 00:00"),
    # a range that has not been was yesterday's
    ("13:00-13:20", china("2026-11-21T12:20"), "11-21 13:00 – 11-21 13:20"),
    ("13:00-13:20", china("2026-11-21T12:19"), "11-20 13:00 – 11-20 13:20"),
]


@pytest.mark.parametrize(("said", "now", "reading"), ONE)
def test_what_is_said(said: str, now: datetime, reading: str) -> None:
    stated = understood(said, now)
    assert shown(stated) == reading
    assert stated.text == said
    assert stated.basis is Basis.STATED


@pytest.mark.parametrize(
    ("said", "reading"),
    [
        ("约13时", "11-21 13:00"),
        ("13时左右", "11-21 13:00"),
        ("大概下午三点", "11-21 15:00"),
        ("约半小时前", "11-21 15:30"),
        ("半小时前左右", "11-21 15:30"),
        ("约今天凌晨", "11-21 00:00 – 11-21 06:00"),
        ("about 10 min ago", "11-21 15:50"),
        ("around 13:05", "11-21 13:05"),
    ],
)
def test_what_is_only_about(said: str, reading: str) -> None:
    stated = understood(said, DAY)
    assert (shown(stated), stated.basis, stated.text) == (reading, Basis.ABOUT, said)


SEVERAL = [
    # whoever is up since yesterday may call it today
    ("今晚11点", china("2026-11-21T00:30"), ["11-20 23:00", "11-21 23:00"]),
    ("今天下午3点", china("2026-11-21T05:59"), ["11-20 15:00", "11-21 15:00"]),
    ("今天下午3点", china("2026-11-21T06:00"), ["11-21 15:00"]),
    ("今天下午", NIGHT, ["11-20 12:00 – 11-20 19:00", "11-21 12:00 – 11-21 19:00"]),
    ("今天3:00", NIGHT, ["11-21 03:00"]),
    ("今天4:10", NIGHT, ["11-21 04:10"]),
    ("今天4:11", china("2026-11-21T03:10"), ["11-20 04:11", "11-21 04:11"]),
    ("today 15:00", NIGHT, ["11-20 15:00", "11-21 15:00"]),
    # on a dial of twelve: one reading only where both dials agree on the last
    ("3点", china("2026-11-21T03:00"), ["11-21 03:00"]),
    ("3点", china("2026-11-21T02:59"), ["11-21 03:00", "11-20 15:00"]),
    ("3点", china("2026-11-21T13:59"), ["11-21 03:00"]),
    ("3点", china("2026-11-21T14:00"), ["11-21 03:00", "11-21 15:00"]),
    ("3点", DAY, ["11-21 03:00", "11-21 15:00"]),
    ("三点半", NIGHT, ["11-21 03:30", "11-20 15:30"]),
    ("三点半", DAY, ["11-21 03:30", "11-21 15:30"]),
    ("差五分三点", DAY, ["11-21 02:55", "11-21 14:55"]),
    ("12点半", china("2026-11-21T01:00"), ["11-20 12:30", "11-21 00:30"]),
    ("12点半", DAY, ["11-21 12:30"]),
    ("昨天3点", DAY, ["11-20 03:00", "11-20 15:00"]),
    ("今天3点", china("2026-11-21T13:59"), ["11-21 03:00"]),
    ("今天3点", china("2026-11-21T14:00"), ["11-21 03:00", "11-21 15:00"]),
    ("昨天12点", DAY, ["11-20 12:00", "11-21 00:00"]),
    ("上午12点", DAY, ["11-21 12:00", "11-21 00:00"]),
    # around midnight
    ("晚上12点", china("2026-11-20T22:59"), ["11-20 00:00"]),
    ("晚上12点", china("2026-11-20T23:00"), ["11-20 00:00", "11-21 00:00"]),
    ("24:00", LATE, ["11-20 00:00", "11-21 00:00"]),
    ("午夜", LATE, ["11-20 00:00", "11-21 00:00"]),
    ("昨天午夜", DAY, ["11-21 00:00", "11-20 00:00"]),
    ("昨夜1点", DAY, ["11-21 01:00", "11-20 01:00"]),
    ("11月20日深夜1点", DAY, ["11-21 01:00", "11-20 01:00"]),
    ("今夜", china("2026-11-21T05:59"), ["11-20 18:00 – 11-21 05:59", "11-21 18:00 – 11-22 06:00"]),
    ("今夜", china("2026-11-21T06:00"), ["11-21 18:00 – 11-22 06:00"]),
    # a part of the day that begins soon
    ("凌晨", china("2026-11-20T22:59"), ["11-20 00:00 – 11-20 06:00"]),
    ("凌晨", china("2026-11-20T23:00"), ["11-20 00:00 – 11-20 06:00", "11-21 00:00 – 11-21 06:00"]),
    ("上午", china("2026-11-21T04:59"), ["11-20 06:00 – 11-20 12:00"]),
    ("上午", china("2026-11-21T05:00"), ["11-20 06:00 – 11-20 12:00", "11-21 06:00 – 11-21 12:00"]),
    ("上午", china("2026-11-21T06:00"), ["11-21 06:00"]),
    # days
    ("周五", LATE, ["11-20 00:00 – 11-21 00:00", "11-13 00:00 – 11-14 00:00"]),
    ("周六", LATE, ["11-14 00:00 – 11-15 00:00", "11-21 00:00 – 11-22 00:00"]),
    ("last friday", DAY, ["11-20 00:00 – 11-21 00:00", "11-13 00:00 – 11-14 00:00"]),
    ("22日", DAY, ["10-22 00:00 – 10-23 00:00", "11-22 00:00 – 11-23 00:00"]),
    # an offset, or the end
    ("2026-11-20 03:00-04:00", DAY, ["11-20 15:00", "11-20 03:00 – 11-20 04:00"]),
    ("2026-11-20 12:00-13:00", DAY, ["11-20 12:00 – 11-20 13:00"]),
    ("2026-11-20T03:00-04:00", DAY, ["11-20 15:00"]),
    # digits that can be a year
    ("2014", DAY, ["11-20 20:14", "01-01 00:00"]),
    ("2026", DAY, ["11-20 20:26", "01-01 00:00"]),
    ("2027", DAY, ["11-20 20:27"]),
    ("3点到4点", DAY, ["11-21 03:00 – 11-21 04:00", "11-21 15:00 – 11-21 16:00"]),
]


@pytest.mark.parametrize(("said", "now", "readings"), SEVERAL)
def test_what_may_mean_several_is_not_guessed(said: str, now: datetime, readings: list[str]) -> None:
    assert [shown(one) for one in meant(said, now)] == readings


def test_the_error_says_how_to_write_each() -> None:
    with pytest.raises(AmbiguousTimeError) as raised:
        understood("约3点", DAY)
    assert raised.value.written == ("约 2026-11-21 03:00", "约 2026-11-21 15:00")
    assert str(raised.value) == (
        "The time '约3点' could be 约 2026-11-21 03:00 or 约 2026-11-21 15:00. Write the one that is meant."
    )
    assert raised.value.zh == (
        "时间“约3点”可以理解为 约 2026-11-21 03:00 或 约 2026-11-21 15:00。请写明是哪一个。"
    )
    assert {one.basis for one in raised.value.readings} == {Basis.ABOUT}


@pytest.mark.parametrize(
    "said",
    [
        "待会儿",
        "一会儿前",
        "前",
        "小时前",
        "分钟前",
        "几十分钟前",
        "半分前",
        "13:00-",
        "-13:00",
        "13:00-20",
        "到14点",
        "2460",
        "9999",
        "13点70分",
        "24:01",
        "25时",
        "三点五",
        "凌晨13点",
        "清晨22点",
        "下午正午",
        "13pm",
        "上上周五",
        "周八",
        "0日",
        "32日",
        "13点前",
        "friend",
        "早上12点",
        "99999999999999999小时前",
        "9" * 400 + "分钟前",
        "二十十点",
        "两三个小时前",
        "七八分钟前",
        "十二三分钟前",
    ],
)
def test_what_cannot_be_read_is_refused_with_what_to_write(said: str) -> None:
    with pytest.raises(UsageError, match="cannot be understood") as raised:
        understood(said, DAY)
    assert "无法识别" in raised.value.zh
    assert "13:05" in raised.value.zh


def test_a_limit_may_lie_ahead() -> None:
    assert shown(understood("今天下午", DAY)) == "11-21 12:00 – 11-21 16:00"
    assert shown(understood("今天下午", DAY, ahead=DAY)) == "11-21 12:00 – 11-21 19:00"
    assert [shown(one) for one in meant("今天9点", DAY, ahead=DAY)] == ["11-21 21:00"]


@pytest.mark.parametrize(
    ("said", "now", "expected"),
    [
        ("晚上8点", DAY, ["11-21 20:00"]),
        ("晚上8点", NIGHT, ["11-21 20:00"]),
        ("上午9点", DAY, ["11-22 09:00"]),
        ("20:00", NIGHT, ["11-21 20:00"]),
        ("24:00", DAY, ["11-22 00:00"]),
        ("零点", LATE, ["11-21 00:00"]),
        ("今晚11点", NIGHT, ["11-21 23:00"]),
        ("8点", DAY, ["11-22 08:00", "11-21 20:00"]),
        ("明天早上8点", NIGHT, ["11-22 08:00"]),
        ("次日8:00", NIGHT, ["11-22 08:00"]),
        ("明早", NIGHT, ["11-22 04:00 – 11-22 10:00"]),
        ("周一8:00", DAY, ["11-23 08:00"]),
        ("下周一8:00", DAY, ["11-23 08:00"]),
        ("25日8时", DAY, ["11-25 08:00"]),
        ("12-01 08:00", DAY, ["12-01 08:00"]),
        ("半小时后", DAY, ["11-21 16:30"]),
        ("两个小时之后", DAY, ["11-21 18:00"]),
        ("三天后", DAY, ["11-24 00:00 – 11-25 00:00"]),
        # what names a day that is over stays over
        ("昨天8:00", DAY, ["11-20 08:00"]),
        ("今天8:00", DAY, ["11-21 08:00"]),
        ("11-21 15:30", DAY, ["11-21 15:30"]),
        ("21日15:30", DAY, ["11-21 15:30"]),
        ("11-18 08:00", DAY, ["11-18 08:00"]),
        ("2025-11-20 08:00", DAY, ["11-20 08:00"]),
    ],
)
def test_a_limit_is_the_next_that_the_words_name(said: str, now: datetime, expected: list[str]) -> None:
    assert [shown(one) for one in meant(said, now, ahead=now)] == expected


def test_a_limit_without_a_day_counts_from_what_it_is_a_limit_of() -> None:
    yesterday = china("2026-11-20T15:00")
    assert [shown(one) for one in meant("18:00", NIGHT, ahead=yesterday)] == ["11-20 18:00"]
    assert [shown(one) for one in meant("明天9:00", NIGHT, ahead=yesterday)] == ["11-22 09:00"]


def test_half_an_hour_ago_is_that_where_clocks_were_changed() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    now = datetime(2026, 10, 25, 1, 15, tzinfo=ZoneInfo("UTC"))  # 02:15 for the second time
    found = understood("半小时前", now, berlin).earliest
    assert found is not None
    assert now - found == timedelta(minutes=30)


NOWS = st.datetimes(datetime(2025, 1, 1), datetime(2028, 12, 31)).map(  # noqa: DTZ001 - the zone is given here
    lambda naive: naive.replace(tzinfo=CHINA)
)
WIDE = str.maketrans("0123456789:-", "０１２３４５６７８９：－")
NUMERALS: tuple[str, ...] = ("零", *"一二三四五六七八九十")


def spelt(number: int) -> str:
    tens, ones = divmod(number, 10)
    if not tens:
        return NUMERALS[ones]
    return (NUMERALS[tens] if tens > 1 else "") + "十" + (NUMERALS[ones] if ones else "")


def spoken_forms(moment: datetime, now: datetime) -> list[str]:
    """How people may say a minute of the last day."""
    today, day = now.date(), moment.date()
    names = {today: "今天", today - timedelta(days=1): "昨天", today - timedelta(days=2): "前天"}
    hour, minute = moment.hour, moment.minute
    digital = f"{hour}:{minute:02}"
    forms = [f"{name}{digital}" for name in (names[day], f"{day.month}-{day.day} ", f"{day.day}日")]
    forms += [
        f"{names[day]}{hour}时{minute:02}分",
        f"{names[day]}{hour}点{minute:02}",
        f"{names[day]}{hour}时许",
    ]
    forms += [f"{names[day]}{spelt(hour)}点{spelt(minute)}分", moment.isoformat(), f"约{names[day]}{digital}"]
    forms += [f"{day.isoformat()} {hour:02}:{minute:02}", f"周{'一二三四五六日'[day.weekday()]}{digital}"]
    forms += [
        f"{names[day]}{name}"
        for name, part in PARTS.items()
        if part.begins <= hour < part.ends and len(name) > 1
    ]
    forms += [
        f"{names[day]}{name}{(hour - 1) % 12 + 1}点{minute:02}分"
        for name, part in PARTS.items()
        if len(name) > 1 and hour in part.hours and (hour - 1) % 12 + 1 != 12
    ]
    ago = int((now.replace(second=0, microsecond=0) - moment).total_seconds()) // 60
    forms += [f"{ago}分钟前", f"{ago // 60}小时{ago % 60}分钟前"]
    if timedelta() <= now - moment < timedelta(hours=23):
        forms += [
            digital,
            f"{hour}点{minute:02}",
            f"{hour:02}{minute:02}",
            f"{hour}点{minute:02}到{hour}点59",
        ]
    return forms + [form.translate(WIDE) for form in forms[:3]]


@settings(max_examples=60, deadline=None)
@given(now=NOWS, back=st.integers(0, 26 * 60))
def test_a_known_minute_is_among_the_readings_of_whatever_is_said(now: datetime, back: int) -> None:
    moment = now.replace(second=0, microsecond=0) - timedelta(minutes=back)
    for said in spoken_forms(moment, now):
        found = [one.interval for one in meant(said, now)]
        assert any(
            one.earliest is not None and one.latest is not None and one.earliest <= moment <= one.latest
            for one in found
        ), (said, found)


NAMED_AHEAD = (
    "今",
    "today",
    "明",
    "本周",
    "周",
    "22日",
    "21日",
    "this",
    "11月",
    "11-",
    "2026-",
    "20日",
    "23日",
    "31日",
    "二",
)


@settings(max_examples=40, deadline=None)
@given(now=NOWS)
def test_nothing_reads_as_a_time_to_come(now: datetime) -> None:
    """Unless its day is named: then the entry is marked as in doubt."""
    for said in dict.fromkeys(row[0] for row in (*ONE, *SEVERAL)):
        if said.startswith(NAMED_AHEAD):
            continue
        try:
            found = understood(said, now)
        except UsageError:
            continue  # asked, or no day of that number
        assert found.earliest is not None
        assert found.earliest <= now + timedelta(hours=1), said


@settings(max_examples=30, deadline=None)
@given(now=NOWS)
def test_each_reading_can_be_written_so_that_it_means_nothing_else(now: datetime) -> None:
    for said in dict.fromkeys(row[0] for row in SEVERAL):
        try:
            understood(said, now)
        except AmbiguousTimeError as error:
            for reading, words in zip(error.readings, error.written, strict=True):
                again = understood(words, now)
                assert (again.earliest, again.latest) == (reading.earliest, reading.latest), words
        except UsageError:
            assert said == "22日"


def test_the_zone_is_the_office_s() -> None:
    urumqi = ZoneInfo("Asia/Urumqi")
    now = datetime(2026, 11, 20, 17, 30, tzinfo=ZoneInfo("UTC"))  # 01:30 in China, 23:30 in Urumqi
    assert understood("今天", now, urumqi).earliest == datetime(2026, 11, 20, tzinfo=urumqi)
    assert understood("今天", now).earliest == datetime(2026, 11, 21, tzinfo=CHINA)
    assert understood("20日", now).earliest == datetime.combine(
        date(2026, 11, 20), datetime.min.time(), CHINA
    )
