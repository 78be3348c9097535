"""How the text of a rule file becomes days, durations and numbers, and nothing else is taken for one."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from typing import Annotated

from pydantic import BeforeValidator, PlainSerializer, StringConstraints

from emergency.domain.fixed import fixed
from emergency.domain.times import CHINA, read_iso
from emergency.errors import WrongValueError
from emergency.words import Words as Said  # "Words" are here a text of a rule

# Patterns are compiled when first used: what was read once and kept is not read again.
_DAY = r"\d{4}-\d{2}-\d{2}"
_DURATION = (
    r"P(?=.)(?:(?P<weeks>\d+)W)?(?:(?P<days>\d+)D)?"
    r"(?:T(?=.)(?:(?P<hours>\d+)H)?(?:(?P<minutes>\d+)M)?(?:(?P<seconds>\d+)S)?)?"
)
_PERIOD = r"P(?=.)(?:(?P<years>\d+)Y)?(?:(?P<months>\d+)M)?(?:(?P<weeks>\d+)W)?(?:(?P<days>\d+)D)?"
_HOURS = r"PT(?=.)(?:(?P<hours>\d+)H)?(?:(?P<minutes>\d+)M)?(?:(?P<seconds>\d+)S)?"
_OFFSET = r"(Z|[+-]\d{2}:\d{2})$"
_MOMENT = r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2})?(Z|[+-]\d{2}:\d{2})?"
_CLOCKFACE = r"([01]\d|2[0-3]):([0-5]\d)"
_SPOKEN = (
    ("s|secs?|seconds?|秒", Said("PT{}S", "PT{}S")),
    ("mins?|minutes?|分|分钟", Said("PT{}M", "PT{}M")),
    ("h|hrs?|hours?|小时|个小时", Said("PT{}H", "PT{}H")),
    ("d|days?|天|日", Said("P{}D", "P{}D")),
    ("w|weeks?|周", Said("P{}W", "P{}W")),
    (
        "months?|月|个月",
        Said(
            "P{}M，按日期计；如指小时，写 PT720H",
            "P{}M, which is counted in dates; where hours are meant, PT720H",
        ),
    ),
)
_COUNT = r"0|[1-9]\d*"


def read_day(value: object) -> date:
    """Read a day written like ``2007-06-01``."""
    if type(value) is date:
        return value
    text = str(value)
    if re.fullmatch(_DAY, text):
        try:
            return date.fromisoformat(text)
        except ValueError:
            message = f'"{text}" is not a day of the calendar; write one like 2007-06-01'
            zh = f"“{text}”不在日历上；请写成 2007-06-01 这样"
            raise WrongValueError(message, zh=zh) from None
    raise WrongValueError(
        f'"{text}" is not a day; write it like 2007-06-01', zh=f"“{text}”不是日期；请写成 2007-06-01 这样"
    )


@fixed(slots=True)
class Period:
    """A length in dates: so many months and days, of the calendar."""

    months: int = 0
    days: int = 0

    def __str__(self) -> str:
        """Write it in ISO 8601."""
        return f"P{f'{self.months}M' if self.months else ''}{f'{self.days}D' if self.days else ''}"


def read_length(value: object) -> timedelta | Period:
    """Read a length in ISO 8601: hours, minutes and seconds (PT2H), or days, weeks and months (P14D, P1M)."""
    if isinstance(value, (timedelta, Period)):
        return value
    text = str(value)
    try:
        if match := re.fullmatch(_HOURS, text):
            found = timedelta(**{unit: int(n) for unit, n in match.groupdict(default="0").items()})
            if found:
                return found
        elif match := re.fullmatch(_PERIOD, text):
            parts = {unit: int(n) for unit, n in match.groupdict(default="0").items()}
            period = Period(parts["years"] * 12 + parts["months"], parts["weeks"] * 7 + parts["days"])
            if period.months > _MOST_MONTHS or period.days > _MOST_DAYS:
                raise OverflowError  # noqa: TRY301 - as an overflow of hours does
            if period != Period():
                return period
        else:
            said = _suggested(text)
            raise WrongValueError(
                f'"{text}" is not a length of time; {said.en}', zh=f"“{text}”不是时长；{said.zh}"
            )
    except OverflowError:
        raise WrongValueError(
            f'"{text}" is too long for a limit; write it like PT2H',
            zh=f"“{text}”作为时限太长；请写成 PT2H 这样",
        ) from None
    raise WrongValueError(
        f'"{text}" is no time at all; for "at once" write no_hours: 立即',
        zh=f"“{text}”没有时长；“立即”请写 no_hours: 立即",
    )


def written_length(length: timedelta | Period) -> str:
    """Write a length as it is read: hours stay hours (PT24H), for P1D is a date."""
    if isinstance(length, Period):
        return str(length)
    minutes, seconds = divmod(length // timedelta(seconds=1), 60)
    hours, minutes = divmod(minutes, 60)
    parts = ((hours, "H"), (minutes, "M"), (seconds, "S"))
    return "PT" + "".join(f"{number}{unit}" for number, unit in parts if number)


def _suggested(text: str) -> Said:
    """What somebody who wrote ``2 hours`` or ``P1DT2H`` most likely meant."""
    for words, form in _SPOKEN:
        if match := re.fullmatch(rf"(\d+)\s*(?:{words})", text.strip(), re.IGNORECASE):
            return Said(f"请写 {form.zh.format(match[1])}", f"write {form.en.format(match[1])}")
    if re.fullmatch(_DURATION, text):
        return Said(
            "请只写小时（P1D 写作 PT24H），或只写天数，天数按日期计",
            "write hours only (P1D as PT24H), or days only, which are counted in dates",
        )
    return Said(
        "小时写成 PT2H、PT30M 这样，天数写成 P14D，一个月写成 P1M",
        "write hours like PT2H or PT30M, days like P14D, a month like P1M",
    )


_MOST_MONTHS = 1200
_MOST_DAYS = 36525


def read_period(value: object) -> Period:
    """Read a length in dates, such as ``P30D``."""
    length = read_length(value)
    if not isinstance(length, Period):
        raise WrongValueError(
            f'"{value}" is counted in hours; write days like P30D', zh=f"“{value}”以小时计；请写天数，如 P30D"
        )
    return length


def read_clockface(value: object) -> time:
    """Read an hour of the day like ``09:00``."""
    if isinstance(value, time):
        return value
    text = str(value)
    match = re.fullmatch(_CLOCKFACE, text)
    if match is None:
        raise WrongValueError(
            f'"{text}" is not an hour of the day; write it like 09:00',
            zh=f"“{text}”不是钟点；请写成 09:00 这样",
        )
    return time(int(match[1]), int(match[2]))


def read_moment(value: object) -> datetime:
    """Read an instant like ``2014-04-07T10:00``, in China unless an offset is written."""
    if isinstance(value, datetime):
        return value
    text = str(value)
    if not re.fullmatch(_MOMENT, text, re.ASCII):
        raise WrongValueError(
            f'"{text}" is not a time; write day and hour like 2014-04-07T10:00',
            zh=f"“{text}”不是时间；请写日期和钟点，如 2014-04-07T10:00",
        )
    moment = datetime.fromisoformat(text) if _in_calendar(text) else None
    if moment is None:
        raise WrongValueError(
            f'"{text}" is not in the calendar; check month, day, hour and year',
            zh=f"“{text}”不在日历上；请核对年、月、日和钟点",
        )
    return moment if moment.tzinfo else moment.replace(tzinfo=CHINA)


def _in_calendar(text: str) -> bool:
    try:
        read_iso(text if re.search(_OFFSET, text) else f"{text}Z")
    except ValueError:
        return False
    return True


def read_count(value: object) -> int:
    """Read a whole number in digits."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    text = str(value)
    if not re.fullmatch(_COUNT, text):
        raise WrongValueError(
            f'"{text}" is not a whole number; write digits only, like 30',
            zh=f"“{text}”不是整数；请只写数字，如 30",
        )
    return int(text)


def read_truth(value: object) -> bool:
    """Read ``true`` or ``false``."""
    if isinstance(value, bool):
        return value
    if value not in ("true", "false"):
        raise WrongValueError(
            f'"{value}" is neither true nor false; write one of the two',
            zh=f"“{value}”既不是 true 也不是 false；请写其中之一",
        )
    return value == "true"


def read_prefix(value: object) -> str:
    """Read the beginning of a GB/T 2260 division code: two digits a province, four a city, six a county."""
    text = str(value)
    if not re.fullmatch(r"\d{2}|\d{4}|\d{6}", text, re.ASCII):
        raise WrongValueError(
            f'"{text}" does not begin a division code; write 2, 4 or 6 digits, like 330127',
            zh=(f"“{text}”不是行政区划代码的开头；请写 2、4 或 6 位数字，如 330127"),
        )
    whole = text.removesuffix("00").removesuffix("00")
    if whole != text:
        raise WrongValueError(
            f'"{text}" would match nothing below it; write {whole} for the whole division',
            zh=f"“{text}”不能涵盖其下级；要指整个行政区，请写 {whole}",
        )
    return text


def read_no_hours(value: object) -> str:
    """Read the words of a duty without hours, such as 立即."""
    text = str(value)
    if not text or not all("\u4e00" <= char <= "\u9fff" for char in text):
        raise WrongValueError(
            f'"{text}" is not the Chinese word for a duty without hours; write one like 立即',
            zh=f"“{text}”不是表示没有具体时限的中文词；请写“立即”一类的词",
        )
    return text


Day = Annotated[date, BeforeValidator(read_day)]
Moment = Annotated[datetime, BeforeValidator(read_moment)]
Length = Annotated[
    timedelta | Period,
    BeforeValidator(read_length),
    PlainSerializer(written_length),
]
PeriodOnly = Annotated[Period, BeforeValidator(read_period), PlainSerializer(written_length)]
Clockface = Annotated[
    time, BeforeValidator(read_clockface), PlainSerializer(lambda hour: f"{hour:%H:%M}", when_used="json")
]
Count = Annotated[int, BeforeValidator(read_count)]
Truth = Annotated[bool, BeforeValidator(read_truth)]
DivisionPrefix = Annotated[str, BeforeValidator(read_prefix)]
NoHours = Annotated[str, BeforeValidator(read_no_hours)]
Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
