"""How words and digits become stated times: ISO 8601 in files, and what an officer types at night.

``now`` is handed in where words need it (``13:05``, ``昨天 23:40``); nothing here reads a clock.
"""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from emergency.domain.intervals import Interval
from emergency.domain.values import StatedTime
from emergency.domain.vocabulary import Basis
from emergency.errors import UsageError

CHINA = ZoneInfo("Asia/Shanghai")

_INSTANT = re.compile(r"(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,6})?)?)(Z|[+-]\d{2}:\d{2})?")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_MONTH = re.compile(r"(\d{4})-(\d{2})")
_CLOCK = re.compile(r"(\d{1,2})[:：时点](\d{2})?分?")
_SHORT_DAY = re.compile(r"(\d{1,2})(?:-|月|/)(\d{1,2})日?号?\s*(.*)")
_WORDS = {
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
ABOUT = re.compile(r"^(?:约|大约|大概|about\s|~)\s*|(?:左右|前后|许)$")


def read_iso(text: str, zone: ZoneInfo = CHINA) -> Interval:
    """The interval that an ISO 8601 time, day or month covers.

    A time to the minute is that minute, both ends; a bare day or month is some time inside it, to the following
    midnight, in ``zone``.

    Raises:
        ValueError: it is none of these, or an hour is given without its offset.
    """
    if match := _INSTANT.fullmatch(text):
        if match[3] is None:
            raise ValueError(f'"{text}" has no offset; write it like 2014-04-07T04:50+08:00')
        moment = _calendar(lambda: datetime.fromisoformat(text), text)
        return Interval(moment, moment)
    if _DAY.fullmatch(text):
        day = _calendar(lambda: date.fromisoformat(text), text)
        return Interval(_midnight(day, zone), _midnight(day + timedelta(days=1), zone))
    if match := _MONTH.fullmatch(text):
        first = _calendar(lambda: date(int(match[1]), int(match[2]), 1), text)
        following = date(first.year + first.month // 12, first.month % 12 + 1, 1)
        return Interval(_midnight(first, zone), _midnight(following, zone))
    raise ValueError(
        f'"{text}" is no time; write 2014-04-07T04:50+08:00, a day like 2014-04-07, a month like 2014-04, '
        "or leave it null where no source gives one"
    )


def _calendar(read, text: str):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 - one try for three readers
    try:
        return read()
    except (ValueError, OverflowError):
        raise ValueError(f'"{text}" is not in the calendar; check month, day and hour') from None


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), tzinfo=zone)


def understood(text: str, now: datetime, zone: ZoneInfo = CHINA) -> StatedTime:
    """A time as an officer types it, in the office's zone.

    ``13:05`` is today's, or yesterday's where that would lie more than an hour ahead; ``昨天 23:40``,
    ``11-20 23:40``, ISO with or without offset; ``约`` or ``左右`` makes it about; ``不明`` is no time at all.

    Raises:
        UsageError: it cannot be understood.
    """
    said = text.strip()
    if said in ("不明", "不详", "unknown", "?"):
        return StatedTime()
    words = ABOUT.sub("", said).strip()
    interval = _spoken(words, now.astimezone(zone), zone)
    if interval is None:
        raise UsageError(
            f"The time {text!r} cannot be understood. Write 13:05, 昨天 23:40, 11-20 23:40, "
            "2026-11-20T23:40, 约 13:05, or 不明 where nobody knows."
        )
    basis = Basis.ABOUT if words != said else Basis.STATED
    return StatedTime(text=said, earliest=interval.earliest, latest=interval.latest, basis=basis)


def _spoken(words: str, now: datetime, zone: ZoneInfo) -> Interval | None:
    try:
        if (match := _INSTANT.fullmatch(words)) and match[3] is None:
            moment = datetime.fromisoformat(words).replace(tzinfo=zone)
            return Interval(moment, moment)
        if _INSTANT.fullmatch(words) or _DAY.fullmatch(words):
            return read_iso(words, zone)
        if words in ("刚才", "现在", "now"):
            minute = now.replace(second=0, microsecond=0)
            return Interval(minute, minute)
        for word, days in _WORDS.items():
            if words.startswith(word):
                return _at((now + timedelta(days=days)).date(), words[len(word) :].strip(), zone)
        if match := _CLOCK.fullmatch(words):
            moment = datetime.combine(now.date(), _clock(match), tzinfo=zone)
            if moment - now > timedelta(hours=1):
                moment = datetime.combine(now.date() - timedelta(days=1), _clock(match), tzinfo=zone)
            return Interval(moment, moment)
        if match := _SHORT_DAY.fullmatch(words):
            day = date(now.year, int(match[1]), int(match[2]))
            if day > now.date() + timedelta(days=1):
                day = day.replace(year=now.year - 1)
            return _at(day, match[3], zone)
    except ValueError:
        return None
    return None


def _at(day: date, clock: str, zone: ZoneInfo) -> Interval | None:
    if not clock:
        return Interval(_midnight(day, zone), _midnight(day + timedelta(days=1), zone))
    match = _CLOCK.fullmatch(clock)
    if match is None:
        return None
    moment = datetime.combine(day, _clock(match), tzinfo=zone)
    return Interval(moment, moment)


def _clock(match: re.Match[str]) -> time:
    return time(int(match[1]), int(match[2] or 0))
