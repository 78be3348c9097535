"""How words and digits become stated times: ISO 8601 in files, and what an officer types at night.

``now`` is handed in where words need it (``13:05``, ``昨天 23:40``); nothing here reads a clock.
"""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from emergency.domain.intervals import Interval
from emergency.domain.values import OUT_OF_RANGE, YEARS, StatedTime
from emergency.domain.vocabulary import Basis
from emergency.errors import UsageError

CHINA = ZoneInfo("Asia/Shanghai")
DAY = timedelta(days=1)

_INSTANT = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})[T ]([0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,6})?)?)(Z|[+-][0-9]{2}:[0-9]{2})?"
)
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MONTH = re.compile(r"([0-9]{4})-([0-9]{2})")
_YEAR = re.compile(r"[0-9]{4}(?=-)")
ABOUT = re.compile(r"^(?:约|大约|大概|about\s|~)\s*|(?:左右|前后|(?<![时点])许)$")

_DAYS = {
    "前天": -2,
    "昨天": -1,
    "昨日": -1,
    "昨": -1,
    "今天": 0,
    "今日": 0,
    "今": 0,
    "yesterday": -1,
    "today": 0,
}
_PARTS = {
    "凌晨": range(6),
    "早上": range(4, 12),
    "上午": range(12),
    "中午": range(11, 15),
    "下午": range(12, 20),
    "晚上": range(17, 24),
    "晚": range(17, 24),
    "夜": range(17, 24),
}
"""The hours that a part of the day is said of; 3 in the afternoon is the one of 3 and 15 that lies in them."""
_WIDE = str.maketrans("０１２３４５６７８９：？～", "0123456789:?~")
"""What an input method for Chinese writes in full width."""
_NOW = ("刚才", "现在", "now")
_SPOKEN = re.compile(
    rf"(?:(?P<word>{'|'.join(_DAYS)})\s*"
    r"|(?:(?P<year>[0-9]{4})[-年/])?(?P<month>[0-9]{1,2})[-月/](?P<date>[0-9]{1,2})(?:[日号]\s*|\s+|$))?"
    rf"(?:(?P<part>{'|'.join(_PARTS)})?\s*(?P<hour>[0-9]{{1,2}})"
    r"(?::(?P<minutes>[0-9]{2})|[时点](?:(?P<half>半)|(?P<past>许)|(?P<minute>[0-9]{2}|[0-9](?=分))分?)?))?"
)
"""A day, a clock, or both: ``昨晚23:40``, ``11月20日 23时``, ``下午3点半``."""


def read_iso(text: str, zone: ZoneInfo = CHINA) -> Interval:
    """The interval that an ISO 8601 time, day or month covers.

    A time to the minute is that minute, both ends; a bare day or month is some time inside it, to the following
    midnight, in ``zone``.

    Raises:
        ValueError: it is none of these, an hour is given without its offset, or its year is out of range.
    """
    if (year := _YEAR.match(text)) and int(year[0]) not in YEARS:
        raise ValueError(f'"{text}" is {OUT_OF_RANGE}')
    if match := _INSTANT.fullmatch(text):
        if match[3] is None:
            raise ValueError(f'"{text}" has no offset; write it like 2014-04-07T04:50+08:00')
        moment = _calendar(lambda: datetime.fromisoformat(text), text)
        return Interval(moment, moment)
    if _DAY.fullmatch(text):
        day = _calendar(lambda: date.fromisoformat(text), text)
        return Interval(_midnight(day, zone), _midnight(day + DAY, zone))
    if match := _MONTH.fullmatch(text):
        first = _calendar(lambda: date(int(match[1]), int(match[2]), 1), text)
        return Interval(_midnight(first, zone), _midnight(_next_month(first.year, first.month), zone))
    raise ValueError(
        f'"{text}" is no time; write 2014-04-07T04:50+08:00, a day like 2014-04-07, a month like 2014-04, '
        "or leave it null where no source gives one"
    )


def _calendar(read, text: str):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 - one try for three readers
    try:
        return read()
    except (ValueError, OverflowError):
        raise ValueError(f'"{text}" is not in the calendar; check month, day and hour') from None


def _next_month(year: int, month: int) -> date:
    return date(year + month // 12, month % 12 + 1, 1)


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), tzinfo=zone)


def understood(text: str, now: datetime, zone: ZoneInfo = CHINA) -> StatedTime:
    """A time as an officer types it, in the office's zone.

    ``13:05`` is today's, or yesterday's where that would lie more than an hour ahead; ``昨天 23:40``, ``昨晚11点半``,
    ``下午3点``, ``11-20 23:40``, ``2026年11月20日23时40分``, ISO with or without offset; ``19时许`` is some time
    from 19:00 to 20:00; ``约`` or ``左右`` makes it about; ``不明`` is no time at all.

    Raises:
        UsageError: it cannot be understood, could be meant in two ways, or its year is out of range.
    """
    said = text.strip()
    plain = said.translate(_WIDE)
    if plain in ("不明", "不详", "unknown", "?"):
        return StatedTime()
    words = ABOUT.sub("", plain).strip()
    try:
        interval = _spoken(words, now.astimezone(zone), zone)
    except ValueError as error:
        why = f": {error}" if OUT_OF_RANGE in str(error) else ""
        raise UsageError(
            f"The time {text!r} cannot be understood{why}. Write 13:05, 昨天 23:40, 下午3点, 11-20 23:40, "
            "2026-11-20T23:40, 约 13:05, or 不明 where nobody knows."
        ) from None
    basis = Basis.ABOUT if words != plain else Basis.STATED
    return StatedTime(text=said, earliest=interval.earliest, latest=interval.latest, basis=basis)


def _spoken(words: str, now: datetime, zone: ZoneInfo) -> Interval:
    """What the words cover; a ValueError where they are no time, or could be two."""
    if (match := _INSTANT.fullmatch(words)) and match[3] is None:
        read_iso(match[1])
        moment = datetime.fromisoformat(words).replace(tzinfo=zone)
        return Interval(moment, moment)
    if match or _DAY.fullmatch(words):
        return read_iso(words, zone)
    if words in _NOW:
        minute = now.replace(second=0, microsecond=0)
        return Interval(minute, minute)
    said = _SPOKEN.fullmatch(words)
    if said is None or not words:
        raise ValueError(words)
    day = _day(said, now.date())
    if said["hour"] is None:
        if day is None:
            raise ValueError(words)
        return Interval(_midnight(day, zone), _midnight(day + DAY, zone))
    clock = _clock(said)
    moment = datetime.combine(day or now.date(), clock, tzinfo=zone)
    if day is None and moment - now > timedelta(hours=1):
        moment = datetime.combine(now.date() - DAY, clock, tzinfo=zone)
    return Interval(moment, moment + timedelta(hours=1) if said["past"] else moment)


def _day(said: re.Match[str], today: date) -> date | None:
    """The day that is named; without its year, the last one that is not after tomorrow."""
    if said["word"]:
        return today + timedelta(days=_DAYS[said["word"]])
    if said["month"] is None:
        return None
    month, number = int(said["month"]), int(said["date"])
    if said["year"]:
        day = date(int(said["year"]), month, number)
        read_iso(day.isoformat())
        return day
    years = (year for year in (today.year, today.year - 1) if number <= (_next_month(year, month) - DAY).day)
    return max(day for year in years if (day := date(year, month, number)) <= today + DAY)


def _clock(said: re.Match[str]) -> time:
    """The hour and minute, on the dial of 24 hours."""
    hour = int(said["hour"])
    if said["part"]:
        (hour,) = {hour, hour + 12} & set(_PARTS[said["part"]])
    return time(hour, 30 if said["half"] else int(said["minutes"] or said["minute"] or 0))
