"""Times as people say them at night: ``半小时前``, ``昨晚11点40``, ``三点一刻``, ``凌晨``, ``13点到14点之间``.

What is written in the manner of 24 hours (``3:05``, ``3时``) means just that. What is said on a dial of twelve
(``3点``) or of a night that has two sides (``昨晚1点``, ``午夜``) may mean several instants: all of them are given
back, and whoever asked for the reading asks the officer. The table:

========================  =======================================================================================
``3:05``, ``3时``          24 hours: today's, or yesterday's where that lies more than an hour ahead
``3点``, ``三点半``        the hour of 24, where it was last on a dial of twelve; otherwise both are readings
``03点``, ``15点``, 下午…  one reading
``昨天3点``                both, as far as they have come
``12点``                  noon where noon was the last; otherwise noon and midnight
``今天下午3点``              before six in the morning, where that is still to come: two readings, for whoever is awake
                          since yesterday calls it today
``晚上12点``, ``24:00``    the midnight that ends the day; without a day, within an hour before midnight, two readings
``昨晚1点``                after that evening, or in that day's first hours: two readings
``11月20日午夜``           the midnight that begins the day or ends it: two readings
``凌晨`` and other parts    the last that has begun; where the next begins within an hour, two readings
``周五``                   this week's where it is over; on the day itself, or before it, two readings
``上周五``                 of the week before; weeks begin on Monday
``1305``                  13:05; two readings where the digits can also be a year of the past
========================  =======================================================================================
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from emergency.domain.intervals import Interval
from emergency.domain.times import BARE_DAY, DAY, INSTANT, midnight, next_month, read_iso

AHEAD = timedelta(hours=1)
"""So far ahead a clock without a day may lie: the clock on the wall is not the one in the machine."""

SMALL_HOURS = 6
"""Before this hour the night goes on that began yesterday, and whoever is up may call yesterday today."""

ABOUT = re.compile(
    r"^(?:大约|大概|大致|约|about\b|around\b|~)\s*(?:在|是|at\b)?\s*|\s*(?:左右|前后|上下|(?<![时点])许)$"
)
"""What makes a time only approximate."""

# -- words -----------------------------------------------------------------------------------------------------

_DIGITS = {digit: str(number) for number, digit in enumerate("零一二三四五六七八九")} | {"〇": "0", "两": "2"}
_NUMERAL = re.compile("[零〇一二两三四五六七八九十]+")

_ENGLISH = (
    (re.compile(r"\blast night\b"), "昨夜"),
    (re.compile(r"\btonight\b"), "今晚"),
    (re.compile(r"\bthis (?=morning|afternoon|evening)"), "今天 "),
    (re.compile(r"\bearly morning\b"), "凌晨"),
    (re.compile(r"\b(?:in the )?morning\b"), "早上"),
    (re.compile(r"\b(?:in the )?afternoon\b"), "下午"),
    (re.compile(r"\b(?:in the )?evening\b"), "晚上"),
    (re.compile(r"\b(?:at )?noon\b"), "正午"),
    (re.compile(r"\b(?:at )?midnight\b"), "午夜"),
    (re.compile(r"\bthe day before yesterday\b"), "前天"),
    (re.compile(r"\byesterday\b"), "昨天"),
    (re.compile(r"\btoday\b"), "今天"),
    (re.compile(r"\btomorrow\b"), "明天"),
    (re.compile(r"\bhalf an hour\b"), "30分"),
    (re.compile(r"\ba quarter of an hour\b"), "15分"),
    (re.compile(r"\ban? (?=hour|minute|day)"), "1"),
    (re.compile(r"\bbetween\b|\bfrom\b"), ""),
    (re.compile(r"\b(?:and|until|to)\b"), "到"),
    (re.compile(r"\bat\b"), ""),
)


def plain(said: str) -> str:
    """The words with one width, one kind of digits and one language for what is said most."""
    words = unicodedata.normalize("NFKC", said).strip().lower()
    if words.isascii():
        for pattern, chinese in _ENGLISH:
            words = pattern.sub(chinese, words)
    words = _NUMERAL.sub(lambda match: _digits(match[0]), words)
    return re.sub(r"\s+", " ", words).strip(" ,，。.")


def _digits(said: str) -> str:
    """Chinese numerals up to 99 as digits; a row of them as a row of digits: ``二〇二六``, ``零五``.

    Two digits side by side are no number but a guess at one: ``两三个小时前``.
    """
    if "十" not in said:
        if 1 < len(said) < 4 and said[0] not in "零〇":  # noqa: PLR2004 - a year has four
            raise ValueError(said)
        return "".join(_DIGITS[one] for one in said)
    tens, _, ones = said.partition("十")
    if len(tens) > 1 and tens[0] in "零〇":
        tens = tens[1:]
    if len(tens) > 1 or len(ones) > 1 or ones == "十":
        raise ValueError(said)
    return str(int(_DIGITS.get(tens, "1")) * 10 + int(_DIGITS.get(ones, "0")))


_DAYS = {
    "大前天": -3,
    "大前日": -3,
    "前天": -2,
    "前日": -2,
    "昨天": -1,
    "昨日": -1,
    "昨": -1,
    "今天": 0,
    "今日": 0,
    "今": 0,
    "明天": 1,
    "明日": 1,
    "明": 1,
    "后天": 2,
}
_WEEKS = {"上": -1, "下": 1}
_WEEKDAYS = {"mon": 0, "tue": 1, "wed": 2, "thu": 3, "fri": 4, "sat": 5, "sun": 6}


class _Part(NamedTuple):
    """A part of the day.

    Args:
        hours: The hours that it is said of; 3 in the afternoon is the one of 3 and 15 that lies in them.
        begins: The hour of the day where it begins when it stands alone.
        ends: Where it ends; 26 is two in the night after.
        night: It runs past midnight, and the hours after midnight are said of it as well.
    """

    hours: range
    begins: int
    ends: int
    night: bool = False


_MORNING, _EVENING = _Part(range(4, 12), 4, 10), _Part(range(17, 24), 17, 24, night=True)
_NIGHT = _Part(range(17, 24), 18, 30, night=True)
PARTS = {
    "凌晨": _Part(range(6), 0, 6),
    "清晨": _Part(range(4, 10), 4, 8),
    "早上": _MORNING,
    "早晨": _MORNING,
    "上午": _Part(range(12), 6, 12),
    "临近中午": _Part(range(10, 13), 11, 12),
    "近午": _Part(range(10, 13), 11, 12),
    "中午": _Part(range(11, 15), 11, 14),
    "午后": _Part(range(12, 18), 12, 18),
    "下午": _Part(range(12, 20), 12, 19),
    "傍晚": _Part(range(16, 21), 16, 20),
    "晚上": _EVENING,
    "晚间": _EVENING,
    "深夜": _Part(range(20, 24), 22, 26, night=True),
    "半夜": _Part(range(21, 24), 22, 28, night=True),
    "夜间": _NIGHT,
    "夜里": _NIGHT,
    "早": _MORNING,
    "晨": _Part(range(12), 0, 9),
    "晚": _EVENING,
    "夜": _NIGHT,
}
"""The parts of the day, widely drawn: what is said of one lies in it."""

_DATE = re.compile(
    rf"(?:(?P<word>{'|'.join(_DAYS)})"
    r"|(?P<nights>前)(?=[晚夜])"
    r"|(?P<week>上个?|下个?|本|这个?)?(?:周|星期|礼拜)(?P<weekday>[1-6日天])"
    r"|(?P<last>last )?(?P<english>mon|tue|wed|thu|fri|sat|sun)(?:s|nes|rs|ur)?(?:day)?\b"
    r"|(?:(?P<year>[0-9]{4})[-年/])?(?P<month>[0-9]{1,2})[-月/](?P<date>[0-9]{1,2})(?:[日号]|(?=\s|$|[^0-9:\s]))"
    r"|(?P<only>[0-9]{1,2})[日号])\s*(?:的|,|，)?\s*"
)
_PART = re.compile(rf"({'|'.join(PARTS)})\s*(?:的|,|，)?\s*")
_CLOCK = re.compile(
    r"(?P<hour>[0-9]{1,2})(?:"
    r":(?P<minutes>[0-9]{2})(?::(?P<seconds>[0-9]{2}))?\s*(?P<half_day>[ap]\.?m\.?)?"
    r"|\s*(?P<only>[ap]\.?m\.?)"
    r"|(?P<unit>[时点])(?:钟|整)?(?:(?P<half>半)|(?P<past>许|多)|(?P<quarter>[1-3])刻"
    r"|差(?P<less>[0-9]{1,2})分|(?P<minute>[0-9]{2}|[0-9](?=分))(?:分(?P<second>[0-9]{1,2}秒)?)?)?"
    r")"
    r"|差(?:(?P<before>[0-9]{1,2})分钟?|(?P<quarters>[1-3])刻钟?)(?P<to>[0-9]{1,2})(?P<mark>[时点])钟?"
    r"|(?P<word>正午|午夜)"
    r"|(?P<row>[0-9]{4})"
)
_NOW = frozenset(("刚才", "刚刚", "刚", "现在", "此刻", "目前", "now", "just now", "right now"))


# -- how long ago ----------------------------------------------------------------------------------------------

_MINUTES = r"(?:分钟|分|minutes?|mins?|m)"
_HOURS = r"(?:个?小时|个?钟头|hours?|hrs?|h)"
_AGO = re.compile(
    rf"(?:(?:(?P<half>半)|(?P<hours>[0-9]+(?:\.[0-9]+)?)\s*(?P<more>个半)?)\s*{_HOURS})?\s*(?P<half_after>半)?\s*[零0]?\s*"
    rf"(?:(?P<minutes>[0-9]+)\s*{_MINUTES}|(?P<quarters>[0-9])\s*刻钟?)?\s*(?:之前|以前|前|ago)"
)
_VAGUE = re.compile(
    rf"(?:(?P<few>几)|(?P<tens>[1-9]0)(?P<some>几|多|余)|(?P<one>[0-9]+)个?多)\s*(?:(?P<minutes>{_MINUTES})|{_HOURS})\s*"
    r"(?:之前|以前|前)"
)
_DAYS_AGO = re.compile(r"(?P<days>[0-9]{1,4})\s*(?:天|days?)\s*(?:之前|以前|前|ago)")


def _ago(words: str, now: datetime, zone: ZoneInfo) -> Interval | None:
    """A time that is counted back from now; None where the words are no such time."""
    # In UTC: an hour ago is an hour ago, also where the clocks were changed since.
    minute = now.astimezone(UTC).replace(second=0, microsecond=0)

    def back(length: timedelta) -> datetime:
        return (minute - length).astimezone(zone)

    if words in _NOW:
        return Interval(back(timedelta()), back(timedelta()))
    if match := _DAYS_AGO.fullmatch(words):
        return _whole(now.date() - timedelta(days=int(match["days"])), zone)
    if match := _VAGUE.fullmatch(words):
        unit = timedelta(minutes=1) if match["minutes"] else timedelta(hours=1)
        if match["few"]:
            least, most = 1, 10
        elif match["tens"]:
            least, most = int(match["tens"]), int(match["tens"]) + 10
        else:
            least, most = int(match["one"]), int(match["one"]) + 1
        return Interval(back(most * unit), back(least * unit))
    match = _AGO.fullmatch(words)
    if match is None or not any(match[name] for name in ("half", "hours", "minutes", "quarters")):
        return None
    if match["half_after"] and not match["hours"]:
        return None
    length = timedelta(
        hours=float(match["hours"] or 0),
        minutes=(30 if match["half"] or match["more"] or match["half_after"] else 0)
        + int(match["minutes"] or 0)
        + 15 * int(match["quarters"] or 0),
    )
    before = back(timedelta(minutes=length // timedelta(minutes=1)))
    return Interval(before, before)


# -- days ------------------------------------------------------------------------------------------------------


def _dates(said: re.Match[str], today: date) -> list[date]:
    """The days that may be meant; without its year, the last one that is not after tomorrow."""
    if said["word"]:
        return [today + timedelta(days=_DAYS[said["word"]])]
    if said["nights"]:
        return [today - 2 * DAY]
    if said["weekday"] or said["english"]:
        return _weekdays(said, today)
    if said["only"]:
        return _days_of_month(int(said["only"]), today)
    month, number = int(said["month"]), int(said["date"])
    if said["year"]:
        day = date(int(said["year"]), month, number)
        read_iso(day.isoformat())
        return [day]
    years = (year for year in (today.year, today.year - 1) if number <= (next_month(year, month) - DAY).day)
    return [max(day for year in years if (day := date(year, month, number)) <= today + DAY)]


def _days_of_month(number: int, today: date) -> list[date]:
    """``20日``: the last one there was; where it is tomorrow, that may be meant as well."""
    found = [today + DAY] if (today + DAY).day == number else []
    first = today.replace(day=1)
    for _ in range(3):
        if number <= (next_month(first.year, first.month) - DAY).day and first.replace(day=number) <= today:
            return [first.replace(day=number), *found]
        first = (first - DAY).replace(day=1)
    raise ValueError(number)


def _weekdays(said: re.Match[str], today: date) -> list[date]:
    monday = today - timedelta(days=today.weekday())
    if said["english"]:
        number = _WEEKDAYS[said["english"]]
    else:
        number = 6 if said["weekday"] in "日天" else int(said["weekday"]) - 1
    this = monday + timedelta(days=number)
    week = said["week"] or ""
    if week:
        return [this + _WEEKS.get(week[0], 0) * 7 * DAY]
    if said["last"]:  # last Friday: the one that is just over, or that of last week
        return list(dict.fromkeys((this if this < today else this - 7 * DAY, this - 7 * DAY)))
    if this < today:
        return [this]
    return [this, this - 7 * DAY] if this == today else [this - 7 * DAY, this]


def _whole(day: date, zone: ZoneInfo) -> Interval:
    return Interval(midnight(day, zone), midnight(day + DAY, zone))


# -- clocks ----------------------------------------------------------------------------------------------------


class _Clock(NamedTuple):
    """A clock as it was said.

    Args:
        hours: The hours of the day that may be meant; 24 is the midnight that ends it, 25 is one o'clock after that.
        minute: Minutes past, or before where they are negative.
        second: Seconds past.
        past: It is some time in the hour after that.
        dial: It was said on a dial of twelve: several hours are nothing but its two halves.
    """

    hours: tuple[int, ...]
    minute: int = 0
    second: int = 0
    past: bool = False
    dial: bool = False

    def on(self, day: date, hour: int, zone: ZoneInfo) -> datetime:
        """The instant."""
        start = datetime.combine(day, time(), tzinfo=zone)
        return start + timedelta(hours=hour, minutes=self.minute, seconds=self.second)


def _clock(said: re.Match[str], part: _Part | None, *, named: bool) -> _Clock:
    """What a clock may mean; ``named``: of a day that is named."""
    if said["word"]:
        if part is not None and not part.night:
            raise ValueError(said[0])
        if said["word"] == "正午":
            return _Clock((12,))
        return _Clock((24,) if part is not None or not named else (24, 0))
    if said["row"]:
        hour, minute, second = int(said["row"][:2]), int(said["row"][2:]), 0
    else:
        hour = int(said["hour"] or said["to"])
        minute = 30 if said["half"] else int(said["minutes"] or said["minute"] or 0)
        minute += 15 * int(said["quarter"] or 0)
        second = int((said["seconds"] or said["second"] or "0").removesuffix("秒"))
    less = int(said["less"] or said["before"] or 0) + 15 * int(said["quarters"] or 0)
    if minute > 59 or second > 59 or less > 59 or hour > 24 or (hour == 24 and (minute or second)):  # noqa: PLR2004
        raise ValueError(said[0])
    dial = (said["unit"] or said["mark"]) == "点"
    half = (said["half_day"] or said["only"] or "")[:1]
    if half:
        if part is not None or not 1 <= hour <= 12:  # noqa: PLR2004
            raise ValueError(said[0])
        hours: tuple[int, ...] = (hour % 12 + (12 if half == "p" else 0),)
    elif part is not None:
        hours = _hours_of(part, hour, said[0])
    elif dial and 1 <= hour <= 12 and not (said["hour"] or said["to"]).startswith("0"):  # noqa: PLR2004
        hours = (hour, hour + 12) if hour < 12 else (12, 24 if named else 0)  # noqa: PLR2004
    else:
        hours = (hour,)
    return _Clock(hours, minute - less, second, past=bool(said["past"]), dial=part is None and len(hours) > 1)


def _hours_of(part: _Part, hour: int, said: str) -> tuple[int, ...]:
    """The hours of a part of the day that a number may mean."""
    fitting = {hour, hour + 12} & set(part.hours)
    if len(fitting) == 1:
        return tuple(fitting)
    if part.night and hour in (0, 12, 24):
        return (24,)
    if part.night and hour < 6:  # noqa: PLR2004 - the small hours
        return (hour + 24, hour)
    if part.begins == 0 and hour == 12:  # noqa: PLR2004 - 凌晨12点半
        return (0,)
    if part is PARTS["上午"] and hour == 12:  # noqa: PLR2004
        return (12, 0)
    raise ValueError(said)


class _Said(NamedTuple):
    """A time that is said by a day, a part of it, a clock: as far as they are there."""

    days: list[date] | None
    part: _Part | None
    clock: re.Match[str] | None
    row: bool
    today: bool = False
    """Its day was said as the present one (今天)."""


def _parse(words: str, today: date) -> _Said:
    rest = words
    days = None
    present = False
    if match := _DATE.match(rest):
        present = _DAYS.get(match["word"]) == 0
        days, rest = _dates(match, today), rest[match.end() :]
    part = None
    if match := _PART.match(rest):
        part, rest = PARTS[match[1]], rest[match.end() :]
    clock = None
    if rest:
        clock = _CLOCK.fullmatch(rest)
        if clock is None:
            raise ValueError(words)
    if days is None and part is None and clock is None:
        raise ValueError(words)
    return _Said(days, part, clock, row=bool(clock and clock["row"]), today=present)


# -- readings --------------------------------------------------------------------------------------------------


def readings(words: str, now: datetime, zone: ZoneInfo, *, ahead: bool = False) -> list[Interval]:
    """All that the words may mean, the likeliest first.

    Args:
        words: As `plain` gives them, without what makes them approximate.
        now: The hour, in the office's zone.
        zone: The office's zone.
        ahead: A time to come is meant as well, such as a limit: what goes on now does not end now.

    Raises:
        ValueError: they are no time.
    """
    try:
        found = _single(words, now, zone, ahead=ahead)
    except ValueError:
        found = list(_ranges(words, now, zone))
        if not found:
            raise
    if _OFFSET_OR_END.fullmatch(words):
        with suppress(ValueError):
            ranges = _from_to(words[:16], words[17:], now, zone)
            found = ranges if int(words[17:19]) > 12 else found + ranges  # noqa: PLR2004 - no zone is farther west
    return list(dict.fromkeys(found))


_OVER = re.compile(r"[昨今前刚现]|上个?(?:周|星期|礼拜)|此刻|目前|[0-9]{4}[-年/]|ago|last|now")
"""Words that name one time and no other: to come they are not, where they have been."""


def to_come(words: str, now: datetime, zone: ZoneInfo, after: datetime) -> list[Interval]:
    """The first times from ``after`` on that the words may mean; what they mean at all, where none of it is to come.

    An hour without a day is counted from ``after``, a day from the one on which it is said.

    Raises:
        ValueError: they are no time.
    """
    words = re.sub(r"^次日", "明天", words)
    if match := _AFTER.fullmatch(words):
        return [_after(f"{match[1]}前", after, zone)]
    dated = _DATE.match(words) is not None
    start = now if dated else after
    said = found = readings(words, start, zone, ahead=True)
    just_over = dated and any(one.latest is not None and after - DAY < one.latest < after for one in said)
    for days in range(1, 1 if just_over or _OVER.search(words) else _HALF_A_YEAR):
        if any(one.latest is not None and one.latest >= after for one in found):
            break
        found = readings(words, start + days * DAY, zone, ahead=True)
    return [one for one in found if one.latest is not None and one.latest >= after] or said


def _after(ago: str, after: datetime, zone: ZoneInfo) -> Interval:
    """As long after a moment as the words say before it."""
    if match := _DAYS_AGO.fullmatch(ago):
        return _whole(after.date() + timedelta(days=int(match["days"])), zone)
    before = _ago(ago, after, zone)
    if before is None or before.earliest is None or before.latest is None:
        raise ValueError(ago)
    minute = after.astimezone(UTC).replace(second=0, microsecond=0)
    return Interval(*((minute + (minute - end)).astimezone(zone) for end in (before.latest, before.earliest)))


_AFTER = re.compile(r"(.+?)\s*(?:之后|以后|后)")
_HALF_A_YEAR = 183
"""A date without its year that is farther ahead is meant of the past."""
_OFFSET_OR_END = re.compile(r"[0-9-]{10} [0-9]{2}:[0-9]{2}-[0-9]{2}:[0-9]{2}")
"""``2026-11-20 03:00-04:00``: west of Greenwich by four hours, or until four."""


def _single(
    words: str, now: datetime, zone: ZoneInfo, *, ahead: bool = False, rows: bool = True
) -> list[Interval]:
    """One time, which is not from one to another; ``rows``: ``1305`` is one as well."""
    if match := INSTANT.fullmatch(words.upper()):
        if match[3] is not None:
            return [read_iso(words.upper(), zone)]
        read_iso(match[1])
        moment = datetime.fromisoformat(words.upper()).replace(tzinfo=zone)
        return [Interval(moment, moment)]
    if BARE_DAY.fullmatch(words):
        return [read_iso(words, zone)]
    if (since := _ago(words, now, zone)) is not None:
        return [since]
    said = _parse(words, now.date())
    if said.row and not rows:
        raise ValueError(words)
    found = list(_meant(said, now, zone, ahead=ahead))
    if said.today and now.hour < SMALL_HOURS and not ahead and all(_to_come(one, now) for one in found):
        said = said._replace(days=[now.date() - DAY])  # the day of whoever has not slept since
        found = [*_meant(said, now, zone), *found]
    return list(dict.fromkeys(found))


def _to_come(one: Interval, now: datetime) -> bool:
    return one.earliest is not None and one.earliest - now > AHEAD


def _meant(said: _Said, now: datetime, zone: ZoneInfo, *, ahead: bool = False) -> Iterable[Interval]:
    if said.clock is None:
        return _days_or_parts(said, now, zone, ahead=ahead)
    clock = _clock(said.clock, said.part, named=said.days is not None)
    found = _instants(clock, said.days, now, zone, ahead=ahead)
    if said.row and said.days is None and said.part is None and 1900 <= int(said.clock["row"]) <= now.year:  # noqa: PLR2004
        year = int(said.clock["row"])
        return [
            *(Interval(one, one) for one in found),
            Interval(midnight(date(year, 1, 1), zone), midnight(date(year + 1, 1, 1), zone)),
        ]
    return [Interval(one, one + timedelta(hours=1) if clock.past else one) for one in found]


def _instants(
    clock: _Clock, days: list[date] | None, now: datetime, zone: ZoneInfo, *, ahead: bool
) -> list[datetime]:
    if days is not None:
        found = [clock.on(day, hour, zone) for day in days for hour in clock.hours]
        come = [one for one in found if one - now <= AHEAD]
        return come if clock.dial and come and not ahead else found
    if clock.hours == (24,):
        this, following = (clock.on(now.date(), hour, zone) for hour in (0, 24))
        return [this, following] if following - now <= AHEAD and following != this else [this]
    found = [_last(clock, hour % 24, now, zone) for hour in clock.hours]
    if clock.dial and not ahead and found[0] <= now and found[0] >= max(found):
        return found[:1]  # both dials agree on it: it is the last
    return found


def _last(clock: _Clock, hour: int, now: datetime, zone: ZoneInfo) -> datetime:
    """Today's, or yesterday's where that would lie more than an hour ahead."""
    moment = clock.on(now.date(), hour, zone)
    return clock.on(now.date() - DAY, hour, zone) if moment - now > AHEAD else moment


def _days_or_parts(said: _Said, now: datetime, zone: ZoneInfo, *, ahead: bool) -> Iterator[Interval]:
    part, today = said.part, now.date()
    if part is None:
        yield from (_whole(day, zone) for day in said.days or ())
        return
    if said.days is None:
        began = [day for day in (today, today - DAY) if _hour(day, part.begins, zone) <= now]
        days = began[:1]
        days += [
            day for day in (today, today + DAY) if timedelta() < _hour(day, part.begins, zone) - now <= AHEAD
        ]
    else:
        days = said.days
        if days == [today] and part.night and now.hour < SMALL_HOURS:  # this night began yesterday
            days = [today - DAY, today]
    for day in days:
        begins, ends = _hour(day, part.begins, zone), _hour(day, part.ends, zone)
        yield Interval(begins, ends) if ahead else Interval(begins, _until(begins, ends, now))


def _until(begins: datetime, ends: datetime, now: datetime) -> datetime:
    """Where a part of the day ends that may still go on: what is told of it has been."""
    minute = now.replace(second=0, microsecond=0)
    return minute if begins <= minute < ends else ends


def _hour(day: date, hour: int, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), tzinfo=zone) + timedelta(hours=hour)


# -- from … to … -----------------------------------------------------------------------------------------------

_CONNECTED = re.compile(r"\s*(?:到|至|~|—+|–|-)\s*")


def _ranges(words: str, now: datetime, zone: ZoneInfo) -> Iterator[Interval]:
    """``13点到14点之间``, ``13:00-13:20``, ``昨晚23:50至0:10``: from one clock to the next that follows it."""
    words = re.sub(r"(?:之间|期间|间)$", "", words)
    for match in _CONNECTED.finditer(words):
        left, right = words[: match.start()], words[match.end() :]
        if not left or not right:
            continue
        try:
            yield from _from_to(left, right, now, zone)
        except ValueError:
            continue
        else:
            return


def _from_to(left: str, right: str, now: datetime, zone: ZoneInfo) -> list[Interval]:
    first = _single(left, now, zone, rows=False)
    end = _following(right, now, zone)
    found = []
    for one in first:
        last = end(one)
        if one.earliest is None or last is None or last < one.earliest:
            continue
        begun = one.earliest
        if last - now > AHEAD and _DATE.match(left) is None and _DATE.match(right) is None:
            begun, last = begun - DAY, last - DAY
        found.append(Interval(begun, last))
    if not found:
        raise ValueError(right)
    short = [one for one in found if one.latest - one.earliest <= timedelta(hours=12)]  # type: ignore[operator]
    return short or found


def _whole_by_itself(words: str) -> bool:
    """Whether it is ISO, or counted back from now."""
    return (
        bool(INSTANT.fullmatch(words.upper()) or BARE_DAY.fullmatch(words) or _AGO.fullmatch(words))
        or words in _NOW
    )


def _following(right: str, now: datetime, zone: ZoneInfo) -> Callable[[Interval], datetime | None]:
    """Where the range ends, by where it begins: the end may leave out its day and the part of it."""
    said = None if _whole_by_itself(right) else _parse(right, now.date())
    if said is None or said.days is not None:
        ends = [one.latest for one in _single(right, now, zone, rows=False) if one.latest is not None]

        def named(begin: Interval) -> datetime | None:
            return min((end for end in ends if begin.earliest is None or end >= begin.earliest), default=None)

        return named
    if said.clock is None or said.row:
        raise ValueError(right)
    clock = _clock(said.clock, said.part, named=False)

    def next_after(begin: Interval) -> datetime | None:
        start = begin.earliest
        if start is None:
            return None
        day = start.astimezone(zone).date()
        ends = [clock.on(day + n * DAY, hour % 24, zone) for n in (0, 1) for hour in clock.hours]
        after = min(end for end in ends if end >= start)
        return after + timedelta(hours=1) if clock.past else after

    return next_after


# -- how to write it -------------------------------------------------------------------------------------------


def written(interval: Interval, zone: ZoneInfo) -> str:
    """An interval in digits that can only be read as that: what to write where words may mean several."""
    assert interval.earliest is not None  # noqa: S101 - what was read has both ends
    assert interval.latest is not None  # noqa: S101 - as above
    early, late = interval.earliest.astimezone(zone), interval.latest.astimezone(zone)
    if early == late:
        return _digital(early)
    if late == early + DAY and early.time() == time():
        return early.date().isoformat()
    same = early.date() == late.date()
    # Not with a hyphen, which would read as an offset: 2026-11-20 03:00-04:00.
    return f"{_digital(early)}~{_digital(late)[11:] if same else _digital(late)}"


def _digital(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%d %H:%M:%S" if moment.second else "%Y-%m-%d %H:%M")
