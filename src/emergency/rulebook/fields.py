"""How the text of a rule file becomes days, durations and numbers, and nothing else is taken for one."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Annotated

from pydantic import BeforeValidator, StringConstraints

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_DURATION = re.compile(
    r"P(?=.)(?:(?P<weeks>\d+)W)?(?:(?P<days>\d+)D)?"
    r"(?:T(?=.)(?:(?P<hours>\d+)H)?(?:(?P<minutes>\d+)M)?(?:(?P<seconds>\d+)S)?)?"
)
_CALENDAR = re.compile(r"P(?=\d+[YM])(?:\d+Y)?(?:\d+M)?(?:\d+D)?(?:T.*)?")
_COUNT = re.compile(r"0|[1-9]\d*")


def read_day(value: object) -> date:
    """Read a day written like ``2007-06-01``."""
    if type(value) is date:
        return value
    text = str(value)
    if _DAY.fullmatch(text):
        try:
            return date.fromisoformat(text)
        except ValueError:
            message = f'"{text}" is not a day of the calendar; write one like 2007-06-01'
            raise ValueError(message) from None
    raise ValueError(f'"{text}" is not a day; write it like 2007-06-01')


def read_duration(value: object) -> timedelta:
    """Read a duration in ISO 8601, weeks to seconds: a month has no fixed length and is no limit."""
    if isinstance(value, timedelta):
        return value
    text = str(value)
    match = _DURATION.fullmatch(text)
    if match is None:
        if _CALENDAR.fullmatch(text):
            raise ValueError(
                f'"{text}" counts years or months, whose length varies; write days or hours, like P30D'
            )
        raise ValueError(f'"{text}" is not a duration; write it like PT2H, PT30M or P1D')
    try:
        length = timedelta(**{unit: int(number) for unit, number in match.groupdict(default="0").items()})
    except OverflowError:
        raise ValueError(f'"{text}" is too long for a limit; write it like PT2H') from None
    if not length:
        raise ValueError(f'"{text}" is no time at all; for "at once" write no_hours: 立即')
    return length


def read_count(value: object) -> int:
    """Read a whole number in digits."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    text = str(value)
    if not _COUNT.fullmatch(text):
        raise ValueError(f'"{text}" is not a whole number; write digits only, like 30')
    return int(text)


def read_truth(value: object) -> bool:
    """Read ``true`` or ``false``."""
    if isinstance(value, bool):
        return value
    if value not in ("true", "false"):
        raise ValueError(f'"{value}" is neither true nor false; write one of the two')
    return value == "true"


def read_prefix(value: object) -> str:
    """Read the beginning of a GB/T 2260 division code: two digits a province, four a city, six a county."""
    text = str(value)
    if not re.fullmatch(r"\d{2}|\d{4}|\d{6}", text, re.ASCII):
        raise ValueError(f'"{text}" does not begin a division code; write 2, 4 or 6 digits, like 330127')
    whole = text.removesuffix("00").removesuffix("00")
    if whole != text:
        raise ValueError(f'"{text}" would match nothing below it; write {whole} for the whole division')
    return text


def read_no_hours(value: object) -> str:
    """Read the words of a duty without hours, such as 立即."""
    text = str(value)
    if not text or not all("\u4e00" <= char <= "\u9fff" for char in text):
        raise ValueError(f'"{text}" is not the Chinese word for a duty without hours; write one like 立即')
    return text


Day = Annotated[date, BeforeValidator(read_day)]
Duration = Annotated[timedelta, BeforeValidator(read_duration)]
Count = Annotated[int, BeforeValidator(read_count)]
Truth = Annotated[bool, BeforeValidator(read_truth)]
DivisionPrefix = Annotated[str, BeforeValidator(read_prefix)]
NoHours = Annotated[str, BeforeValidator(read_no_hours)]
Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
