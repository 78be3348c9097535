"""How times, figures and offices are written on paper: 24 hours with 时 and 分, 约 and 许 kept, no adjectives.

A figure that is stated as none reads 0; one that is being verified reads 正在核实; one that nobody stated is no figure
and never reads 0.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from emergency.assessment.model import Words
from emergency.domain.fixed import fixed
from emergency.domain.intervals import Interval
from emergency.domain.offices import Directory
from emergency.domain.times import CHINA
from emergency.domain.values import Amount, Count, Facts, StatedTime
from emergency.domain.vocabulary import PUBLIC, Basis, Category, Level, Secrecy, Urgency

HARM = ("deaths", "missing", "dead_or_missing", "trapped", "injured", "seriously_injured")
"""The figures on people in the order in which they are written: 死亡、失联、被困、受伤（重伤）."""

AFTER_HARM = ("bodies", "rescued", "at_risk", "evacuated", "loss_yuan")
"""The other figures, in the order in which they follow."""

CORE = ("deaths", "missing", "trapped", "injured")
"""What every report on people harmed is read for: where one of them is not on record, the paper says so."""

FIGURES: Mapping[str, tuple[str, str, str]] = {
    "deaths": ("死亡", "人", "dead"),
    "missing": ("失联", "人", "missing"),
    "dead_or_missing": ("死亡、失联合计", "人", "dead or missing together"),
    "trapped": ("被困", "人", "trapped"),
    "injured": ("受伤", "人", "injured"),
    "seriously_injured": ("重伤", "人", "seriously injured"),
    "bodies": ("发现遗体", "具", "bodies found"),
    "rescued": ("获救", "人", "rescued"),
    "at_risk": ("涉险", "人", "at risk"),
    "evacuated": ("转移", "人", "evacuated"),
    "loss_yuan": ("直接经济损失", "元", "yuan of direct loss"),
    "burnt_hectares": ("过火", "公顷", "hectares burnt"),
    "participants": ("参与", "人", "taking part"),
    "sick": ("患病", "人", "sick"),
    "stranded": ("滞留", "人", "stranded"),
    "blocked_hours": ("中断", "小时", "hours of blockage"),
}
"""What a figure is called, what it is counted in, and both in English."""

LEVELS: Mapping[Level, Words] = {
    Level.I: Words("特别重大", "level I"),
    Level.II: Words("重大", "level II"),
    Level.III: Words("较大", "level III"),
    Level.IV: Words("一般", "level IV"),
}

CATEGORIES: Mapping[Category, Words] = {
    Category.NATURAL_DISASTER: Words("自然灾害", "natural disaster"),
    Category.ACCIDENT: Words("事故灾难", "accident"),
    Category.PUBLIC_HEALTH: Words("公共卫生事件", "public-health event"),
    Category.SOCIAL_SECURITY: Words("社会安全事件", "social-security event"),
}

SECRECY: Mapping[Secrecy, Words] = {
    Secrecy.TOP_SECRET: Words("绝密", "TOP SECRET"),
    Secrecy.SECRET: Words("机密", "SECRET"),
    Secrecy.CONFIDENTIAL: Words("秘密", "CONFIDENTIAL"),
    Secrecy.INTERNAL: Words("内部", "INTERNAL"),
}
"""The markings, the gravest first."""

URGENCY: Mapping[Urgency, Words] = {
    Urgency.FLASH: Words("特提", "FLASH"),
    Urgency.IMMEDIATE: Words("特急", "IMMEDIATE"),
    Urgency.URGENT: Words("加急", "URGENT"),
    Urgency.ROUTINE: Words("平急", "ROUTINE"),
}

_TEN_THOUSAND = 10_000

_NUMBERS = "零一二三四五六七八九"
_ONE_DAY = timedelta(days=1)
_PAST = re.compile(r"[时点]许")


def numeral(number: int) -> str:
    """A number as headings have it, up to 99: 一、十二、二十."""
    if not 0 < number < 100:  # noqa: PLR2004 - two digits
        return str(number)
    tens, ones = divmod(number, 10)
    if not tens:
        return _NUMBERS[ones]
    return ("" if tens == 1 else _NUMBERS[tens]) + "十" + (_NUMBERS[ones] if ones else "")


@fixed(slots=True)
class Speech:
    """The language of a document, and the zone that its hours are written in."""

    chinese: bool = True
    zone: ZoneInfo = CHINA

    def say(self, zh: str, en: str) -> str:
        """The words in the language of the document."""
        return zh if self.chinese else en

    def words(self, words: Words) -> str:
        """The same of words that are kept in both."""
        return words.zh if self.chinese else words.en

    def listed(self, parts: Iterable[str]) -> str:
        """Several things in one row."""
        return self.say("、", ", ").join(parts)

    def colon(self, name: str, text: str) -> str:
        """``名称：内容``."""
        return self.say(f"{name}：{text}", f"{name}: {text}")

    # -- figures -----------------------------------------------------------------------------------------------

    def name(self, figure: str) -> str:
        """What a figure is called."""
        known = FIGURES.get(figure)
        if known is None:
            return figure if self.chinese else figure.replace("_", " ")
        return self.say(known[0], known[2])

    def number(self, count: Count) -> str:
        """How many, as stated: 约 is kept."""
        return (self.say("约", "about ") if count.about else "") + str(count.value)

    def figure(self, figure: str, count: Count) -> str:
        """``死亡2人``."""
        known = FIGURES.get(figure)
        if known is None:
            return self.say(f"{figure} {self.number(count)}", f"{self.number(count)} {self.name(figure)}")
        zh, _, en = known
        return self.say(f"{zh}{self.quantity(figure, count)}", f"{self.number(count)} {en}")

    def quantity(self, figure: str, count: Count) -> str:
        """``2人``: the number with what it is counted in; losses, as is the custom, in 万元, to the last yuan."""
        if self.chinese and figure == "loss_yuan" and count.value >= _TEN_THOUSAND:
            about = "约" if count.about else ""
            return f"{about}{_decimal(Decimal(count.value) / _TEN_THOUSAND)}万元"
        unit = FIGURES[figure][1] if figure in FIGURES else ""
        return self.say(f"{self.number(count)}{unit}", self.number(count))

    def amount(self, amount: Amount) -> str:
        """A measured amount as stated."""
        about = self.say("约", "about ") if amount.about else ""
        if amount.value is not None:
            said = _plain(amount.value)
        elif amount.min is not None and amount.max is not None:
            said = self.say(
                f"{_plain(amount.min)}至{_plain(amount.max)}", f"{_plain(amount.min)} to {_plain(amount.max)}"
            )
        elif amount.min is not None:
            said = self.say(f"不少于{_plain(amount.min)}", f"at least {_plain(amount.min)}")
        else:
            said = self.say(f"不超过{_plain(amount.max or 0)}", f"at most {_plain(amount.max or 0)}")
        return (
            f"{amount.of}{self.say('', ' ')}{about}{said}{amount.unit if self.chinese else ' ' + amount.unit}"
        )

    def figures(self, facts: Facts, *, harm_only: bool = False) -> list[str]:
        """Every figure that facts state, in the order of paper; what is being verified says so."""
        found = []
        for figure in HARM if harm_only else (*HARM, *AFTER_HARM):
            count = facts.figure(figure)
            verifying = figure in facts.verifying
            if count is not None:
                found.append(
                    self.figure(figure, count) + (self.say("（正在核实）", " (being verified)") * verifying)
                )
            elif verifying:
                found.append(self.being_verified(self.name(figure)))
        if not harm_only:
            found += [self.figure(other.of, other.count) for other in facts.figures]
            found += [self.amount(amount) for amount in facts.amounts]
        return found

    def being_verified(self, name: str) -> str:
        """That somebody says that it is being verified."""
        return self.say(f"{name}情况正在核实", f"{name}: being verified")

    # -- time ----------------------------------------------------------------------------------------------------

    def day(self, day: date) -> str:
        """``2026年11月21日``."""
        return self.say(f"{day.year}年{day.month}月{day.day}日", f"{day.day} {day:%B} {day.year}")

    def hour(self, moment: datetime) -> str:
        """``13时05分``; a full hour is ``13时``."""
        there = moment.astimezone(self.zone)
        if self.chinese:
            return f"{there.hour}时" + (f"{there.minute:02d}分" if there.minute else "")
        return f"{there:%H:%M}"

    def moment(self, moment: datetime) -> str:
        """Day and hour."""
        day = self.day(moment.astimezone(self.zone).date())
        return self.say(f"{day}{self.hour(moment)}", f"{day} at {self.hour(moment)}")

    def time(self, stated: StatedTime, narrowed: Interval | None = None) -> str | None:
        """A time as a source states it; where none does, what the record leaves of it; None where that is nothing."""
        if stated.stated:
            said = self._interval(Interval(stated.earliest, stated.latest), stated.text or "")
            if stated.basis is Basis.ABOUT and not _PAST.search(stated.text or ""):
                said = self.say(f"{said}左右", f"about {said}")
            if stated.basis is Basis.ASSUMED:
                said = self.say(f"{said}（推定）", f"{said} (assumed)")
            others = [self._interval(Interval(o.earliest, o.latest)) for o in stated.also]
            if others:
                listed = self.listed(others)
                said = self.say(f"{said}（另有来源称{listed}）", f"{said} (another source: {listed})")
            return said
        return None if narrowed is None else self.within(narrowed)

    def within(self, interval: Interval) -> str | None:
        """An interval; None where nothing bounds it."""
        if interval.earliest is None and interval.latest is None:
            return None
        return self._interval(interval)

    def _interval(self, interval: Interval, text: str = "") -> str:
        early, late = interval.earliest, interval.latest
        if early is None or late is None:
            if early is not None:
                return self.say(f"{self.moment(early)}之后", f"after {self.moment(early)}")
            return (
                self.say(f"{self.moment(late)}之前", f"before {self.moment(late)}")
                if late is not None
                else ""
            )
        if early == late:
            return self.moment(early)
        first, last = early.astimezone(self.zone), late.astimezone(self.zone)
        if last - first == timedelta(hours=1) and _PAST.search(text):
            return self.say(
                f"{self.day(first.date())}{first.hour}时许", f"{self.day(first.date())} past {first:%H}:00"
            )
        if not (first.hour or first.minute or last.hour or last.minute):
            if last - first == _ONE_DAY:
                return self.day(first.date())
            day = self.day((last - _ONE_DAY).date())
            return self.say(f"{self.day(first.date())}至{day}", f"{self.day(first.date())} to {day}")
        end = self.hour(late) if first.date() == last.date() else self.moment(late)
        return self.say(f"{self.moment(early)}至{end}", f"{self.moment(early)} to {end}")

    # -- offices -------------------------------------------------------------------------------------------------

    def office(self, directory: Directory, office: str, day: date | None = None) -> str:
        """An office by its name, on a day."""
        if office == PUBLIC:
            return self.say("社会", "the public")
        return directory.name_on(office, day)


def _plain(number: float) -> str:
    """Every digit that was stated, and no exponent."""
    return _decimal(Decimal(str(number)))


def _decimal(number: Decimal) -> str:
    said = f"{number:f}"
    return said.rstrip("0").rstrip(".") if "." in said else said


def zone_of(directory: Directory, office: str | None) -> ZoneInfo:
    """The zone that an office writes its hours in."""
    known = directory.get(office) if office else None
    return ZoneInfo(known.zone) if known is not None else CHINA
