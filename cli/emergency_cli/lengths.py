"""Lengths of time, as people type them: ``30m``, ``2h``, ``90分钟``."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from emergency_cli.bilingual import WrongUseError

_UNITS = {
    "s": 1,
    "秒": 1,
    "m": 60,
    "min": 60,
    "分": 60,
    "分钟": 60,
    "h": 3600,
    "小时": 3600,
    "d": 86400,
    "天": 86400,
    "日": 86400,
}
_PART = re.compile(rf"\s*([0-9]+)\s*({'|'.join(sorted(_UNITS, key=len, reverse=True))})")
_LONGEST = timedelta(days=3650)


def length(text: str) -> timedelta:
    """A length of time that an option names; for ``type=`` of the option.

    Raises:
        WrongUseError: it is none.
    """
    found = length_of(text)
    if found is None:
        raise WrongUseError(
            f"{text!r} is no length of time. Write 30m, 2h, 1h30m or 1d.",
            zh=f"“{text}”不是时长。请写作 30m、2h、1h30m、1d，或 30分钟、2小时。",
        )
    return found


def length_of(text: str) -> timedelta | None:
    """The length that is meant; None where it is none, or nothing."""
    seconds, place = 0, 0
    while match := _PART.match(text, place):
        if len(match[1]) > 9:  # noqa: PLR2004 - beyond any calendar
            return None
        seconds += int(match[1]) * _UNITS[match[2]]
        place = match.end()
    whole = timedelta(seconds=seconds)
    return whole if place and not text[place:].strip() and timedelta() < whole <= _LONGEST else None


def ago(text: str, now: datetime, zone: ZoneInfo) -> datetime:
    """A time that lies behind, as one types it: ``2h`` is two hours ago; a day is its beginning.

    Raises:
        UsageError: it cannot be understood.
        WrongUseError: it names no time.
    """
    from emergency.domain.times import understood  # noqa: PLC0415 - as above

    length = length_of(text)
    if length is not None:
        return now - length
    found = understood(text, now, zone).interval.earliest
    if found is None:
        raise WrongUseError(
            f"{text!r} names no time. Write 2026-11-21, 11-21 08:00, or 12h.",
            zh=f"“{text}”没有说明时间。请写作 2026-11-21、11-21 08:00，或 12h。",
        )
    return found
