"""How words and digits become stated times: ISO 8601 in files, and what an officer types at night.

``now`` is handed in where words need it (``13:05``, ``昨天 23:40``); nothing here reads a clock.
"""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from emergency.domain.intervals import Interval
from emergency.domain.values import OUT_OF_RANGE, OUT_OF_RANGE_ZH, YEARS, StatedTime
from emergency.domain.vocabulary import Basis
from emergency.errors import UsageError, WrongValueError

CHINA = ZoneInfo("Asia/Shanghai")
DAY = timedelta(days=1)

INSTANT = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})[T ]([0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,6})?)?)(Z|[+-][0-9]{2}:[0-9]{2})?"
)
BARE_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MONTH = re.compile(r"([0-9]{4})-([0-9]{2})")
_YEAR = re.compile(r"[0-9]{4}(?=-)")


def read_iso(text: str, zone: ZoneInfo = CHINA) -> Interval:
    """The interval that an ISO 8601 time, day or month covers.

    A time to the minute is that minute, both ends; a bare day or month is some time inside it, to the following
    midnight, in ``zone``.

    Raises:
        ValueError: it is none of these, an hour is given without its offset, or its year is out of range.
    """
    if (year := _YEAR.match(text)) and int(year[0]) not in YEARS:
        raise WrongValueError(f'"{text}" is {OUT_OF_RANGE}', zh=f"“{text}”的年份{OUT_OF_RANGE_ZH}")
    if match := INSTANT.fullmatch(text):
        if match[3] is None:
            raise WrongValueError(
                f'"{text}" has no offset; write it like 2014-04-07T04:50+08:00',
                zh=f"“{text}”没有写明时区；请写成 2014-04-07T04:50+08:00 这样",
            )
        moment = _calendar(lambda: datetime.fromisoformat(text), text)
        return Interval(moment, moment)
    if BARE_DAY.fullmatch(text):
        day = _calendar(lambda: date.fromisoformat(text), text)
        return Interval(midnight(day, zone), midnight(day + DAY, zone))
    if match := _MONTH.fullmatch(text):
        first = _calendar(lambda: date(int(match[1]), int(match[2]), 1), text)
        return Interval(midnight(first, zone), midnight(next_month(first.year, first.month), zone))
    raise WrongValueError(
        f'"{text}" is no time; write 2014-04-07T04:50+08:00, a day like 2014-04-07, a month like 2014-04, '
        "or leave it null where no source gives one",
        zh=f"“{text}”不是时间；请写 2014-04-07T04:50+08:00，某日如 2014-04-07，某月如 2014-04；没有来源写明的，写 null",
    )


def _calendar(read, text: str):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 - one try for three readers
    try:
        return read()
    except (ValueError, OverflowError):
        raise WrongValueError(
            f'"{text}" is not in the calendar; check month, day and hour',
            zh=f"“{text}”不在日历上；请核对月、日和钟点",
        ) from None


def next_month(year: int, month: int) -> date:
    """The first day of the month after one."""
    return date(year + month // 12, month % 12 + 1, 1)


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """The instant at which a day begins."""
    return datetime.combine(day, time(), tzinfo=zone)


def understood(
    text: str, now: datetime, zone: ZoneInfo = CHINA, *, ahead: datetime | None = None
) -> StatedTime:
    """A time as an officer types or says it, in the office's zone; the zone of the machine is never asked.

    ``13:05`` is today's, or yesterday's where that would lie more than an hour ahead; ``昨天 23:40``, ``昨晚11点半``,
    ``下午3点``, ``三点一刻``, ``半小时前``, ``上周五``, ``11-20 23:40``, ``20日23时``, ISO with or without offset;
    ``19时许`` is some time from 19:00 to 20:00, ``凌晨`` some time before six; ``13:00-13:20`` is in between;
    ``约`` or ``左右`` makes it about; ``不明`` is no time at all. What may mean several times is never guessed:
    `spoken` has the table.

    Args:
        text: As it was said.
        now: The hour.
        zone: The office's.
        ahead: A time to come is meant, such as a limit that runs from then on: the first that the words can name
            from there, ``周一`` the coming one; what names a day that is over stays over. None: a time that has been.

    Raises:
        AmbiguousTimeError: it may mean several times; the error carries them.
        UsageError: it cannot be understood, or its year is out of range.
    """
    from emergency.domain import spoken  # noqa: PLC0415 - few entries name a time: none waits for its patterns

    said = text.strip()
    if said.lower() in _NOBODY_KNOWS:
        return StatedTime()
    try:
        plain = spoken.plain(said)
        words = spoken.ABOUT.sub("", plain).strip()
        if not words:
            meant = []
        elif ahead is None:
            meant = spoken.readings(words, now.astimezone(zone), zone)
        else:
            meant = spoken.to_come(words, now.astimezone(zone), zone, ahead.astimezone(zone))
        found = [_stated(said, one, Basis.ABOUT if words != plain else Basis.STATED) for one in meant]
    except (ValueError, OverflowError) as error:
        raise _not_understood(text, out_of_range=OUT_OF_RANGE in str(error)) from None
    if not found:
        raise _not_understood(text, out_of_range=False)
    if len(found) > 1:
        about = "约 " if words != plain else ""
        raise AmbiguousTimeError(
            said, tuple(found), tuple(about + spoken.written(one, zone) for one in meant)
        )
    return found[0]


_NOBODY_KNOWS = frozenset(("不明", "不详", "未知", "不清楚", "时间不明", "时间不详", "unknown", "?", "？"))


def _stated(said: str, meant: Interval, basis: Basis) -> StatedTime:
    return StatedTime(text=said, earliest=meant.earliest, latest=meant.latest, basis=basis)


def _not_understood(text: str, *, out_of_range: bool) -> UsageError:
    en, zh = ("", "")
    if out_of_range:
        en, zh = f": it is {OUT_OF_RANGE}", f"（超出范围：只接受 {YEARS[0]} 年至 {YEARS[-1]} 年）"
    return UsageError(
        f"The time {text!r} cannot be understood{en}. Write 13:05, 昨天 23:40, 下午3点, 半小时前, 11-20 23:40, "
        "2026-11-20T23:40, 约 13:05, or 不明 where nobody knows.",
        zh=f"时间“{text}”无法识别{zh}。请写成 13:05、昨天 23:40、下午3点、半小时前、11-20 23:40、"
        "2026-11-20T23:40、约13:05；无人知道的写 不明。",
    )


class AmbiguousTimeError(UsageError):
    """Words that may mean several times: the officer chooses, the program does not.

    Args:
        said: The words.
        readings: What they may mean.
        written: How to write each so that it can mean nothing else.
    """

    def __init__(self, said: str, readings: tuple[StatedTime, ...], written: tuple[str, ...]) -> None:
        self.said, self.readings, self.written = said, readings, written
        super().__init__(
            f"The time {said!r} could be {' or '.join(written)}. Write the one that is meant.",
            zh=f"时间“{said}”可以理解为 {' 或 '.join(written)}。请写明是哪一个。",
        )
