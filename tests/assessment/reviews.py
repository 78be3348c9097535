"""An incident with reviews of it, judged: what stands on each day, what is owed in a review."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from emergency.assessment.assess import assess
from emergency.assessment.model import Assessment, Finding, Obligation
from emergency.assessment.review_duties import Mark, appeal_marks
from emergency.assessment.timeline import Timeline, timeline_of
from emergency.domain.events import IncidentOpened, Learned, Reported
from emergency.domain.offices import Directory, LoggingStarted, OfficeRegistered, directory_of
from emergency.domain.record import Recorded
from emergency.domain.review import ReviewOpened
from emergency.domain.review_state import review_of
from emergency.domain.values import Facts, Place, StatedTime
from emergency.domain.vocabulary import Basis, Category, Channel, Line, Tier
from emergency.rulebook import Rulebook, load

OFFICES = (
    OfficeRegistered(office="state", name="国务院", tier=Tier.STATE, line=Line.GOVERNMENT),
    OfficeRegistered(
        office="province",
        name="某省",
        tier=Tier.PROVINCE,
        line=Line.GOVERNMENT,
        reports_to=("state",),
        division="370000",
    ),
    OfficeRegistered(
        office="city",
        name="某市",
        tier=Tier.CITY,
        line=Line.GOVERNMENT,
        reports_to=("province",),
        division="370600",
    ),
    OfficeRegistered(
        office="city-em", name="某市应急局", tier=Tier.CITY, line=Line.DEPARTMENT, reports_to=("city",)
    ),
    OfficeRegistered(
        office="other-city",
        name="另市",
        tier=Tier.CITY,
        line=Line.GOVERNMENT,
        reports_to=("province",),
        division="370100",
    ),
    OfficeRegistered(
        office="county",
        name="某县",
        tier=Tier.COUNTY,
        line=Line.GOVERNMENT,
        reports_to=("city",),
        division="370686",
    ),
)


def moment(text: str) -> datetime:
    """``2026-03-05 10:00``, in China."""
    return datetime.fromisoformat(f"{text}+08:00")


def on(text: str) -> StatedTime:
    at = moment(text if " " in text else f"{text} 12:00")
    return StatedTime(text=text, earliest=at, latest=at, basis=Basis.STATED)


OPENED = IncidentOpened(
    ref="mine-01",
    title="透水",
    category=Category.ACCIDENT,
    kind="coal-mine",
    place=Place(name="某矿", division="370686"),
    occurred_at=on("2026-03-01 08:00"),
    complete_for=("county",),
)
LEARNED = Learned(office="county", at=on("2026-03-01 09:00"), facts=Facts(deaths=4))
REPORTED = Reported(office="county", at=on("2026-03-01 14:00"), to=("city",), channel=Channel.PHONE)
LATE = "mine-01:county>city:first:any:first:late"


@dataclass(frozen=True)
class Judged:
    """What came of it."""

    timeline: Timeline
    directory: Directory
    assessment: Assessment
    marks: tuple[Mark, ...]

    def findings(self, at: str, office: str = "county") -> list[Finding]:
        return [f for f in self.assessment.findings if f.office == office and _held(f, moment(at))]

    def determined(self, at: str, office: str = "county") -> dict[str, tuple[str, str | None]]:
        """By kind: the engine's status and the people's determination."""
        return {f.kind.value: (f.status.value, f.determination) for f in self.findings(at, office)}

    def owed(self, at: str | None = None) -> dict[str, str]:
        """By step: the state, of the review's own deadlines at an instant, or in the end."""
        mine = [o for o in self.assessment.obligations if o.recipient == "county" and o.stage in STEPS]
        if at is not None:
            mine = [o for o in mine if _held(o, moment(at))]
        return {o.stage: o.state.value for o in mine}

    def obligation(self, stage: str) -> Obligation:
        return [o for o in self.assessment.obligations if o.stage == stage][-1]


STEPS = ("statement", "determination", "delivery", "appeal-decision")


def _held(one: Finding | Obligation, at: datetime) -> bool:
    return (one.holds_from is None or one.holds_from <= at) and (
        one.holds_until is None or at < one.holds_until
    )


def recorded(
    events: Iterable[Any], stream: str, first: int = 1, name: str = "e", at: datetime | None = None
) -> list[Recorded[Any]]:
    """The events of one stream, each recorded on its own stated day unless said otherwise; their ids are counted."""
    return [
        Recorded(
            position=n + first,
            stream=stream,
            version=n + 1,
            event_id=f"{name}{n + 1}",
            recorded_at=at or _at(event) or datetime(2026, 12, 1, tzinfo=UTC),
            event=event,
        )
        for n, event in enumerate(events)
    ]


def _at(event: Any) -> datetime | None:  # noqa: ANN401 - any body
    stated = getattr(event, "at", None)
    return stated.latest.astimezone(UTC) if stated is not None and stated.latest is not None else None


def judged(
    *reviews: Iterable[Any],
    opened: IncidentOpened = OPENED,
    entries: Iterable[Any] = (LEARNED, REPORTED),
    logging: Iterable[str] = (),
    rules: Rulebook | None = None,
) -> Judged:
    """Judge an incident with some reviews; the events of the first are called r1-1, r1-2 and so on."""
    history = recorded((opened, *entries), "incident/mine-01")
    for number, events in enumerate(reviews, 1):
        history += recorded(events, f"review/mine-01/r{number}", 100 * number, f"r{number}-")
    told: list[Any] = [*OFFICES, *(LoggingStarted(office=office) for office in logging)]
    directory = directory_of(recorded(told, "offices", at=datetime(2026, 1, 1, tzinfo=UTC)))
    book = rules or load()
    timeline = timeline_of(history)
    marks = [
        mark
        for number in range(1, len(reviews) + 1)
        for review in [review_of([r for r in history if r.stream == f"review/mine-01/r{number}"])]
        if review is not None
        for mark in appeal_marks(review, timeline, directory, book)
    ]
    return Judged(timeline, directory, assess(history, directory, book), tuple(marks))


def review(**changes: Any) -> ReviewOpened:  # noqa: ANN401 - fields of the opening
    fields: dict[str, Any] = {
        "incident": "mine-01",
        "concerned": "county",
        "office": "city",
        "at": on("2026-03-02"),
        "why": "督查",
        "proceeding": "penalty",
    }
    return ReviewOpened(**{**fields, **changes})
