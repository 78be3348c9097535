"""Made-up incidents (虚构的突发事件): what happened, who told whom and when, and what was said.

``CASES`` is what the 22 real cases under ``tests/cases`` hold, counted. They are cases that went wrong: half of them
were concealed, and nearly all were judged in the end. A store in daily use holds mostly incidents that went as they
should, with the traffic that no inquiry prints: receipts, follow-ups, gradings, closings, slips of the hand. So the
words, the figures, the delays of those that went wrong and what was determined are taken from the cases; how often
something happens stands in ``CHANCE``, and what both together come to in ``MIX``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from math import exp, log
from random import Random
from typing import Any, TypeVar
from uuid import UUID

from benchmarks.province import ID as PROVINCE
from benchmarks.province import Company, County, Province, province
from emergency.domain import events
from emergency.domain.review import Determined, ReviewOpened, Verdict
from emergency.domain.values import NO_FACTS, Count, Facts, Place, StatedTime, Value
from emergency.domain.vocabulary import PUBLIC, Basis, Category, Channel, Fault, Level, Origin

CASES = {
    "cases": 22,
    "steps": 164,  # 2 to 17 a case, the median 6.5
    "offices": (2, 12),
    "acts": {
        "notified": 31, "reported": 21, "clue": 18, "verified": 17, "learned": 15, "withheld": 15, "determined": 13,
        "forwarded": 9, "inquired": 7, "followed-up": 7, "denied": 3, "not-reported": 3, "directed": 2,
        "corrected": 1, "occurred": 1, "obstructed": 1,
    },
    "cases with": {
        "clue": 15, "verified": 14, "notified": 13, "determined": 13, "reported": 12, "withheld": 11, "learned": 10,
        "inquired": 6, "forwarded": 5, "followed-up": 4, "not-reported": 3, "denied": 2,
    },
    "basis of a time": {"stated": 113, "none": 24, "assumed": 18, "about": 9},
    "figures at a step": {0: 61, 1: 59, 2: 24, 3: 17, 4: 3},
    "a figure said again": {"the same": 51, "higher": 32, "lower": 7},
    "figures": {"deaths": 55, "missing": 27, "injured": 26, "trapped": 18, "seriously_injured": 6},
    "determined": {"concealed": 14, "falsified": 6, "late": 6},
    "hours to the first report of a unit": (0.6, 1.9, 3.0, 6.1, 6.3, 13.3, 30.9),
    "hours to the first report of a county": (1.0, 3.2, 13.6, 13.6, 31.6),
    "hours to a clue from outside": (0.0, 0.1, 0.3, 5.8, 18.6, 29.6),
}  # fmt: skip
"""Counted from the 22 real cases; hours from the event, where both times are on record."""

CHANCE = {
    "imported": 0.12,  # an old case that an auditor read in from paper
    "concealed": 0.06,  # half of the real cases: they are on record because they were
    "occurred": 0.40,
    "a clue": 0.30,
    "inquired": 0.22,
    "answered": 0.85,
    "told the city bureau": 0.45,
    "never told": 0.03,  # at each step up the chain
    "acknowledged": 0.25,
    "graded": 0.12,
    "told the public": 0.40,
    "told a neighbour": 0.15,
    "corrected": 0.06,
    "verified": 0.35,
    "stabilised": 0.20,
    "handling ended": 0.20,
    "final report": 0.30,
    "closed": 0.55,
    "amended": 0.04,
    "withdrawn": 0.02,
    "another follow-up": 0.50,  # after each one, at most six
    "denied": 0.20,  # of those concealed, and so are the next
    "directed": 0.12,
    "obstructed": 0.08,
    "stated not to have reported": 0.20,
    "determined": 0.60,
    "late, determined": 0.10,  # of those where a first report took three hours
}
"""How often something happens in an incident of a store in daily use: an estimate, not a measurement."""

MINUTES = {
    "learned": (4, 1.0),
    "a clue": (25, 1.2),
    "unit": (30, 0.8),  # the law gives it an hour: about one in five is late
    "bureau": (25, 0.8),
    "county": (45, 0.8),  # two hours: about one in nine is late
    "city": (60, 0.7),
    "receipt": (6, 0.8),
    "question": (70, 0.8),
    "answer": (20, 0.8),
    "next follow-up": (240, 0.7),
    "concealed": (800, 1.2),  # until it is reported, or somebody else tells
    "public": (300, 0.9),
    "verified": (1500, 1.0),
    "review": (60_000, 0.6),
    "entry": (5, 0.8),  # from the act to its entry in the store
    "import": (250_000, 0.5),
}
"""How long something takes: the median in minutes, and the spread of its logarithm."""

LEVELS = {Level.IV: 70, Level.III: 22, Level.II: 7, Level.I: 1}
_DEATHS = {Level.IV: (0, 2), Level.III: (3, 9), Level.II: (10, 29), Level.I: (30, 80)}

MIX = {
    "incident.opened": 1.0,
    "incident.followed-up": 4.5,
    "incident.reported": 1.96,
    "incident.acknowledged": 1.90,
    "incident.forwarded": 1.72,
    "incident.learned": 0.77,
    "incident.notified": 0.58,
    "incident.closed": 0.55,
    "incident.occurred": 0.41,
    "incident.verified": 0.38,
    "incident.clue": 0.34,
    "incident.final-report": 0.30,
    "incident.inquired": 0.27,
    "incident.stabilised": 0.20,
    "incident.handling-ended": 0.20,
    "incident.answered": 0.18,
    "incident.graded": 0.11,
    "incident.corrected": 0.06,
    "incident.withheld": 0.06,
    "review.opened": 0.04,
    "review.determined": 0.04,
    "entry.amended": 0.03,
    "entry.withdrawn": 0.02,
    "incident.not-reported": 0.01,
    "incident.denied": 0.01,
    "incident.directed": 0.01,
    "incident.obstructed": 0.005,
}
"""What both come to: events an incident, by type; about 15.6 in all, 8 to 25 for nineteen of twenty."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of incident: how often, what it is called, and where it happens."""

    slug: str
    weight: int
    category: Category
    title: str
    sort: str | None
    """The sort of company that it happens in; None = anywhere in a township."""
    bureau: str
    """The line of department that hears of it first."""


_A, _N, _H, _S = (
    Category.ACCIDENT,
    Category.NATURAL_DISASTER,
    Category.PUBLIC_HEALTH,
    Category.SOCIAL_SECURITY,
)
KINDS = (
    Kind("coal-mine", 14, _A, "煤矿顶板事故", "coal-mine", "emergency"),
    Kind("noncoal-mine", 6, _A, "采石场坍塌事故", "quarry", "emergency"),
    Kind("hazardous-chemicals", 9, _A, "危险化学品泄漏事故", "chemicals", "emergency"),
    Kind("factory-fire", 9, _A, "火灾事故", "factory", "emergency"),
    Kind("construction", 11, _A, "高处坠落事故", "builder", "housing"),
    Kind("gas-supply", 4, _A, "燃气爆燃事故", "gas", "housing"),
    Kind("road-traffic", 12, _A, "道路交通事故", "coach", "transport"),
    Kind("water-pollution", 4, _A, "水污染事件", "chemicals", "ecology"),
    Kind("special-equipment", 3, _A, "起重机械事故", "factory", "market"),
    Kind("rainstorm", 5, _N, "暴雨洪涝灾害", None, "emergency"),
    Kind("landslide", 4, _N, "山体滑坡灾害", None, "emergency"),
    Kind("forest-fire", 3, _N, "森林火灾", None, "emergency"),
    Kind("food-safety", 5, _H, "食物中毒事件", "school", "market"),
    Kind("infectious-disease", 4, _H, "聚集性疫情", "school", "health"),
    Kind("mass-event", 4, _S, "群体性事件", None, "police"),
    Kind("crowd-crush", 3, _S, "踩踏事件", None, "police"),
)
"""Three of four are accidents; of the real cases, nineteen of twenty-two."""

_ZONE = timezone(timedelta(hours=8))
_FIRST = datetime(2019, 1, 1, tzinfo=_ZONE)
_SPAN = timedelta(days=6 * 365)
_GAP = timedelta(hours=6)
_SOURCES = ("值班电话记录", "值班日志", "传真件", "政务值班系统", "现场指挥部通报")
_FINAL = "善后处置完毕"


@dataclass(frozen=True, slots=True)
class Sitting:
    """What one office entered at one go, into one stream.

    Args:
        at: When it was entered: the order of the log.
        stream: Where to.
        entries: Event ids and bodies.
        office: Who entered it; None for whoever read in a file.
    """

    at: datetime
    stream: str
    entries: tuple[tuple[str, Value], ...]
    office: str | None


@dataclass(frozen=True, slots=True)
class History:
    """One incident from beginning to end."""

    ref: str
    began: datetime
    """When it happened; nothing is entered before, and those that follow began later."""
    sittings: tuple[Sitting, ...]
    """In the order of their times."""

    @property
    def bodies(self) -> tuple[Value, ...]:
        """All that was said, in order."""
        return tuple(body for sitting in self.sittings for _, body in sitting.entries)


def histories(incidents: int, seed: int, where: Province | None = None) -> Iterator[History]:
    """The incidents in the order in which they came on record; the same for the same numbers, on any machine.

    They begin six hours apart on average, closer where that would take more than six years.

    Args:
        incidents: How many.
        seed: Which ones.
        where: Where they happen; left out, the province for so many incidents.
    """
    there = where or province(incidents)
    gap = min(_GAP, _SPAN / max(incidents, 1))
    for number in range(incidents):
        yield _Course(Random(f"{seed}/{number}"), there, number, _FIRST + number * gap, gap).history()  # noqa: S311 - made-up data


@dataclass(frozen=True, slots=True)
class _Said:
    """One entry on its way into the store."""

    at: datetime
    stream: str
    event_id: str
    body: Value
    office: str | None


T = TypeVar("T")


class _Course:
    """How one incident goes."""

    def __init__(
        self, random: Random, there: Province, number: int, begins: datetime, gap: timedelta
    ) -> None:
        self.random = random
        self.kind = self.drawn(KINDS, [kind.weight for kind in KINDS])
        self.county: County = self.one_of(there.counties)
        self.company: Company | None = next(
            (company for company in self.county.companies if company.sort == self.kind.sort), None
        )
        self.begins = (begins + gap * random.random()).replace(second=0, microsecond=0)
        self.ref = f"{self.begins:%Y}-{number + 1:06d}"
        self.stream = f"incident/{self.ref}"
        self.township, self.township_name = self.one_of(self.county.townships)
        self.unit = self.company.id if self.company else self.township
        self.bureau = f"{self.county.id}-{self.kind.bureau}"
        self.city_bureau = f"{self.county.city}-{self.kind.bureau}"
        self.level: Level = self.drawn(tuple(LEVELS), tuple(LEVELS.values()))
        self.one_desk = int(self.county.division) % 2 == 0
        """Its county has one duty room (总值班室) that enters everything."""
        self.imported = self.chance("imported")
        self.concealed = self.chance("concealed")
        self.typing = self.lasts("entry")
        self.import_at = self.begins + self.lasts("import")
        self.said: list[_Said] = []
        low, high = _DEATHS[self.level]
        self.end = low + int(random.random() * (high - low + 1))
        """How many will have died."""
        self.deaths = int(self.end * random.random())
        self.lost = self.end - self.deaths + int(random.random() * 4)
        self.injured = int(random.random() * (4 + 2 * self.end))
        self.first_late = False

    # -- drawing ---------------------------------------------------------------------------------------------

    def chance(self, what: str) -> bool:
        return self.random.random() < CHANCE[what]

    def one_of(self, things: Sequence[T]) -> T:
        return things[int(self.random.random() * len(things))]

    def drawn(self, things: Sequence[T], weights: Sequence[int]) -> T:
        left = self.random.random() * sum(weights)
        for thing, weight in zip(things, weights, strict=True):
            left -= weight
            if left < 0:
                return thing
        return things[-1]

    def lasts(self, what: str) -> timedelta:
        """How long it takes, in whole minutes, at least one."""
        median, spread = MINUTES[what]
        minutes = exp(log(median) + spread * self.random.gauss(0, 1))
        return timedelta(minutes=max(1, round(minutes)))

    # -- saying ----------------------------------------------------------------------------------------------

    def put(self, stream: str, at: datetime, body: Value, office: str | None) -> str:
        event_id = str(UUID(int=self.random.getrandbits(128), version=4))
        self.said.append(_Said(at, stream, event_id, body, office))
        return event_id

    def entered(self, at: datetime) -> datetime:
        return self.import_at if self.imported else at + self.typing

    def desk(self, office: str) -> str | None:
        """Who enters what an office did: itself, in some counties and for companies and the public another one."""
        if self.imported:
            return None
        if office in (PUBLIC, self.unit, self.township):
            office = self.bureau
        return self.county.id if self.one_desk and office.startswith(self.county.id) else office

    def stated(self, at: datetime) -> StatedTime:
        """A time as it is stated: here by the minute, in a file as the real cases have it."""
        bases = CASES["basis of a time"] if self.imported else {"stated": 90, "about": 8, "none": 2}
        assert isinstance(bases, dict)
        basis = self.drawn(tuple(bases), tuple(bases.values()))
        if basis == "none":
            return (
                StatedTime()
                if self.imported
                else StatedTime(earliest=at, latest=at, basis=Basis.STATED)  # the minute of its typing
            )
        return StatedTime(text=at.isoformat(timespec="minutes"), earliest=at, latest=at, basis=Basis(basis))

    def add(
        self,
        kind: type[events.Entry],
        office: str,
        at: datetime,
        facts: Facts = NO_FACTS,
        **fields: Any,  # noqa: ANN401 - the fields of any entry
    ) -> str:
        """One entry of the office."""
        desk = self.desk(office)
        if desk is None:
            fields["step"] = f"s{len(self.said)}"
        else:
            fields.update(logged_by=desk, officer=f"o{sum(map(ord, desk)) % 900 + 100}", role="duty")
        if self.random.random() < 0.4:
            fields["source"] = self.one_of(_SOURCES)
        body = kind(office=office, at=self.stated(at), facts=facts, **fields)
        return self.put(self.stream, self.entered(at), body, desk)

    def tell(
        self,
        kind: type[events.Message],
        office: str,
        to: str,
        at: datetime,
        facts: Facts = NO_FACTS,
        **fields: Any,  # noqa: ANN401 - the same
    ) -> str:
        channel = self.drawn(
            (Channel.PHONE, Channel.NETWORK, Channel.WRITTEN, Channel.UNKNOWN), (50, 25, 15, 10)
        )
        told = self.add(kind, office, at, facts, to=(to,), channel=channel, **fields)
        if (
            not self.imported
            and to != PUBLIC
            and issubclass(kind, events.REPORTS)
            and self.chance("acknowledged")
        ):
            self.add(events.Acknowledged, to, at + self.lasts("receipt"), of=told)
        return told

    def figures(self, *, low: bool = False) -> Facts:
        """What is known by now; ``low``: what those say who conceal."""
        deaths = 0 if low else self.deaths
        found: dict[str, Any] = {"deaths": Count(value=deaths)}
        if self.lost and not low and self.random.random() < 0.7:
            found["missing" if self.kind.category is _N else "trapped"] = Count(value=self.lost)
        if self.injured and self.random.random() < 0.5:
            found["injured"] = Count(value=self.injured, about=self.random.random() < 0.1)
        if self.random.random() < 0.15:
            found["nature"] = self.kind.title
        return Facts(**found)

    def goes_on(self) -> None:
        """Figures rise more often than they fall, and most often are said again, as in the real cases."""
        again = CASES["a figure said again"]
        assert isinstance(again, dict)
        goes = self.drawn(tuple(again), tuple(again.values()))
        if goes == "higher" and self.lost:
            found = 1 + int(self.random.random() * self.lost)
            dead = min(found, max(self.end - self.deaths, 0))
            self.deaths, self.lost = self.deaths + dead, self.lost - found
        elif goes == "lower" and self.injured:
            self.injured -= 1

    # -- the course ------------------------------------------------------------------------------------------

    def history(self) -> History:
        """The whole of it."""
        self.open()
        known = self.begins + self.lasts("learned")
        if self.chance("occurred"):
            self.add(events.Occurred, self.unit, self.begins)
        if self.random.random() < 0.75:
            self.add(events.Learned, self.unit, known, self.figures())
        last = self.hide(known) if self.concealed else self.report(known)
        self.close(last)
        self.slip()
        self.judge(last)
        return History(self.ref, self.begins, tuple(_sittings(self.said)))

    def open(self) -> None:
        where = self.company.name if self.company else self.township_name
        title = f"{where}“{self.begins.month}·{self.begins.day}”{self.kind.title}"
        desk = self.desk(self.unit)
        chain = (self.unit, self.bureau, self.county.id, self.county.city)
        opened = events.IncidentOpened(
            ref=self.ref,
            title=title,
            category=self.kind.category,
            kind=self.kind.slug,
            place=Place(name=f"{self.county.city_name}{self.county.name}", division=self.county.division),
            occurred_at=StatedTime(
                text=self.begins.isoformat(timespec="minutes"),
                earliest=self.begins,
                latest=self.begins,
                basis=Basis.STATED,
            ),
            level=self.level if self.imported else None,
            imported=self.imported,
            complete_for=chain if self.imported else (),
            logged_by=desk,
            officer="o100" if desk else None,
        )
        self.put(self.stream, self.entered(self.begins), opened, desk)

    def report(self, known: datetime) -> datetime:
        """Up the chain, each as soon as it gets to it; then the follow-ups. Gives when the last act was."""
        county, city = self.county.id, self.county.city
        if self.chance("a clue"):
            at = self.begins + self.lasts("a clue")
            self.tell(events.ClueLinked, PUBLIC, self.bureau, at, by=Origin.OUTSIDE)
            known = min(known, at)
        first = known + self.lasts("unit")
        self.first_late = first - known > timedelta(hours=3)
        told = not self.chance("never told")
        if told:
            self.tell(events.Reported, self.unit, self.bureau, first, self.figures())
        at = self.climb(events.Reported, self.bureau, county, first, "bureau")
        if self.chance("told the city bureau"):
            self.climb(events.ForwardedUpward, self.bureau, self.city_bureau, first, "county")
        if self.chance("inquired"):
            self.ask(city, county, at)
        up = self.climb(events.ForwardedUpward, county, city, at, "county")
        if self.level is not Level.IV:
            up = self.climb(events.ForwardedUpward, city, PROVINCE, up, "city")
        if self.chance("told a neighbour"):
            other = "health" if self.kind.bureau != "health" else "police"
            self.tell(
                events.Notified, county, f"{county}-{other}", at + self.lasts("receipt"), self.figures()
            )
        if self.chance("graded"):
            self.add(events.Graded, county, up + self.lasts("answer"), level=self.level)
        last = self.follow(up, told=told)
        if self.chance("told the public"):
            self.tell(events.Notified, city, PUBLIC, self.begins + self.lasts("public"), self.figures())
        return last

    def climb(self, kind: type[events.Message], office: str, to: str, at: datetime, who: str) -> datetime:
        """One step up the chain, unless it is never taken; gives when."""
        at += self.lasts(who)
        if not self.chance("never told"):
            self.tell(kind, office, to, at, self.figures())
        return at

    def ask(self, above: str, below: str, at: datetime) -> None:
        asked = at + self.lasts("question")
        self.tell(events.Inquired, above, below, asked)
        if self.chance("answered"):
            self.tell(events.Answered, below, above, asked + self.lasts("answer"), self.figures())

    def follow(self, at: datetime, *, told: bool) -> datetime:
        """Rounds of follow-ups, from the bottom up."""
        for _ in range(6):
            at += self.lasts("next follow-up")
            self.goes_on()
            if told and self.random.random() < 0.7:
                self.tell(events.FollowUpFiled, self.unit, self.bureau, at, self.figures())
            at += self.lasts("answer")
            self.tell(events.FollowUpFiled, self.bureau, self.county.id, at, self.figures())
            if self.random.random() < 0.6:
                at += self.lasts("answer")
                self.tell(events.FollowUpFiled, self.county.id, self.county.city, at, self.figures())
            if not self.chance("another follow-up"):
                break
        if self.chance("corrected"):
            at += self.lasts("next follow-up")
            self.injured += 1
            self.tell(events.Corrected, self.bureau, self.county.id, at, self.figures())
        return at

    def hide(self, known: datetime) -> datetime:
        """It is kept back until somebody else tells, and then reported, too low."""
        county, city = self.county.id, self.county.city
        culprit = self.unit if self.random.random() < 0.6 else county
        self.add(events.Withheld, culprit, known + self.lasts("learned"), self.figures())
        if culprit == county:
            self.tell(events.Reported, self.unit, self.bureau, known + self.lasts("unit"), self.figures())
            self.add(events.Learned, county, known + self.lasts("county"), self.figures())
        if self.chance("directed"):
            self.add(events.Directed, culprit, known + self.lasts("receipt"), whom=(self.unit,))
        if self.chance("obstructed"):
            self.add(events.Obstructed, culprit, known + self.lasts("receipt"), whom=(self.unit,))
        out = known + self.lasts("concealed")
        if self.random.random() < 0.85:
            self.tell(events.ClueLinked, PUBLIC, self.city_bureau, out, by=Origin.OUTSIDE)
        if self.chance("stated not to have reported"):
            self.tell(events.NonReportStated, culprit, self.bureau if culprit == self.unit else city, out)
        asked = out + self.lasts("question")
        self.tell(events.Inquired, city, county, asked)
        if self.chance("denied"):
            self.tell(
                events.Denied, culprit, self.bureau, asked + self.lasts("answer"), self.figures(low=True)
            )
        at = asked + self.lasts("county")
        if not self.chance("never told"):
            low = self.random.random() < 0.4
            self.tell(events.Reported, self.unit, self.bureau, at, self.figures(low=low))
        at = self.climb(events.Reported, self.bureau, county, at, "bureau")
        at = self.climb(events.ForwardedUpward, county, city, at, "county")
        at = self.climb(events.ForwardedUpward, city, PROVINCE, at, "city")
        self.deaths = max(self.deaths, self.end)
        verified = at + self.lasts("verified")
        self.add(events.Verified, city, verified, self.figures())
        self.tell(events.Notified, city, PUBLIC, verified + self.lasts("public"), self.figures())
        return self.follow(verified, told=True)

    def close(self, at: datetime) -> None:
        """What ends it."""
        county = self.county.id
        if not self.concealed and self.chance("verified"):
            at += self.lasts("verified")
            self.add(events.Verified, county, at, self.figures())
        if self.chance("stabilised"):
            at += self.lasts("next follow-up")
            self.add(events.Stabilised, county, at)
        if self.chance("handling ended"):
            at += self.lasts("next follow-up")
            self.add(events.HandlingEnded, county, at)
        if self.chance("final report"):
            at += self.lasts("verified")
            self.tell(events.FinalReportFiled, self.bureau, county, at, self.figures())
        if self.chance("closed"):
            at += self.lasts("verified")
            self.add(events.Closed, county, at, source=_FINAL)

    def slip(self) -> None:
        """An entry is put right, or taken back."""
        mine = [one for one in self.said if isinstance(one.body, events.FollowUpFiled)]
        if self.imported or not mine:
            return
        target = self.one_of(mine)
        at = target.at + self.lasts("answer")
        how = {"target": target.event_id, "office": target.office}
        if self.chance("amended"):
            changes = {"facts": {"deaths": self.deaths, "injured": self.injured}}
            self.put(
                self.stream, at, events.EntryAmended(**how, changes=changes, why="抄录有误"), target.office
            )
        elif self.chance("withdrawn"):
            self.put(self.stream, at, events.EntryWithdrawn(**how, why="重复录入"), target.office)

    def judge(self, last: datetime) -> None:
        """The city's review, where there is one."""
        if not self.chance("determined" if self.concealed else "late, determined"):
            return
        if not self.concealed and not self.first_late:
            return
        found = CASES["determined"]
        assert isinstance(found, dict)
        fault = Fault(self.drawn(tuple(found), tuple(found.values()))) if self.concealed else Fault.LATE
        at = last + self.lasts("review")
        city = self.county.city
        stream = f"review/{self.ref}/{self.begins:%Y}"
        by = None if self.imported else city
        entered = max(at, self.import_at) if self.imported else at
        self.put(stream, entered, ReviewOpened(incident=self.ref), by)
        determined = Determined(
            office=city,
            at=self.stated(at),
            verdicts=(Verdict(office=self.unit, kind=fault.value),),
            facts=self.figures(),
            step=f"s{len(self.said)}" if self.imported else None,
        )
        self.put(stream, entered, determined, by)


def _sittings(said: list[_Said]) -> Iterator[Sitting]:
    """What one office enters within the hour goes in together."""
    together: list[_Said] = []
    for one in sorted(said, key=lambda one: one.at):
        if together and (
            (one.office, one.stream) != (together[0].office, together[0].stream)
            or one.at - together[0].at > timedelta(hours=1)
        ):
            yield _sitting(together)
            together = []
        together.append(one)
    if together:
        yield _sitting(together)


def _sitting(together: list[_Said]) -> Sitting:
    last = together[-1]
    return Sitting(
        last.at.astimezone(UTC),
        last.stream,
        tuple((one.event_id, one.body) for one in together),
        last.office,
    )
