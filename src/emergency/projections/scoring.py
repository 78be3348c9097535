"""Score sheets over many incidents: what can score is gathered from the rows and from the streams, once for any scheme.

An incident belongs to the period in which it happened, with all that came of it, whenever that was found or used: so
the points of an item and what is taken from it stand on one sheet. A commendation belongs to its own day.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction
from typing import Any, NamedTuple

from emergency.assessment.scores import (
    REASONS,
    Adoption,
    Evidence,
    Found,
    Instruction,
    Point,
    Praise,
    Sheet,
    Uncounted,
)
from emergency.assessment.words import REVIEW_STEPS
from emergency.domain.amendment import effective
from emergency.domain.events import Entry, Report
from emergency.domain.instructions import InstructionReceived
from emergency.domain.offices import Directory, lineage
from emergency.domain.record import Recorded
from emergency.domain.scoring import Adopted, Commended
from emergency.domain.times import CHINA
from emergency.domain.values import StatedTime
from emergency.domain.vocabulary import Fault, Status
from emergency.projections.rows import Row, note_row, words_row
from emergency.projections.streams import INCIDENT, OFFICE, PAGE
from emergency.rulebook.schemes import Scheme, SchemeValue
from emergency.store import Reading, Undecodable

BASIS = "incident-occurred"
"""What puts an incident into a period: the first instant at which it may have happened."""

PLACES = Decimal("0.0001")
"""How finely a result is written that has no end."""


class Period(NamedTuple):
    """Days of China, the first and the last of them included; None = no end."""

    since: date | None = None
    until: date | None = None

    def holds(self, moment: datetime | None) -> bool | None:
        """Whether an instant lies in it; None where there is no telling."""
        if self.since is None and self.until is None:
            return True
        if moment is None:
            return None
        day = moment.astimezone(CHINA).date()
        return (self.since is None or self.since <= day) and (self.until is None or day <= self.until)

    def takes_in(self, incident: Row) -> bool | None:
        """Whether an incident, by its row, happened in it."""
        occurred = incident["occurred"] or {}
        said = occurred.get("earliest") or occurred.get("latest")
        return self.holds(datetime.fromisoformat(said) if said else None)


class Entries(NamedTuple):
    """What was gathered from streams: what can score, and every entry of those incidents by its name in rows."""

    adoptions: tuple[Adoption, ...]
    instructions: tuple[Instruction, ...]
    names: Mapping[tuple[str, str], str]


# -- gathering -------------------------------------------------------------------------------------------------


def entries(reading: Reading, incidents: Collection[str], at: datetime) -> Entries:
    """The uses of reports, and the instructions beside them, on some incidents, as they stood at an instant."""
    used = [
        s for s in _streams_with(reading, "incident.adopted") if s.removeprefix(INCIDENT) in set(incidents)
    ]
    adoptions: list[Adoption] = []
    instructions: list[Instruction] = []
    names: dict[tuple[str, str], str] = {}
    for stream, standing in _standing(reading, used):
        ref = stream.removeprefix(INCIDENT)
        by_id = {r.event_id: r for r in standing if isinstance(r.event, Entry)}
        names.update(((ref, r.event.step or event_id), event_id) for event_id, r in by_id.items())
        for one in by_id.values():
            if _moment(one, one.event.at) > at:
                continue
            if isinstance(one.event, InstructionReceived):
                instructions.append(Instruction(id=one.event_id, incident=ref, tier=one.event.tier))
            elif isinstance(one.event, Adopted) and one.event.of in by_id:
                report = by_id[one.event.of].event
                adoptions.append(
                    Adoption(
                        id=one.event_id,
                        incident=ref,
                        office=report.office,
                        report=one.event.of,
                        use=one.event.use,
                        instructions=one.event.instructions or (),
                        media=isinstance(report, Report) and bool(report.media),
                    )
                )
    return Entries(tuple(adoptions), tuple(instructions), names)


def praise(reading: Reading, period: Period, at: datetime) -> tuple[Praise, ...]:
    """What was commended in a period, as it stood at an instant."""
    streams = _streams_with(reading, "office.commended")
    return tuple(
        Praise(id=one.event_id, office=one.event.office, tier=one.event.tier)
        for _, standing in _standing(reading, streams)
        for one in standing
        if isinstance(one.event, Commended)
        and (moment := _moment(one, one.event.at)) <= at
        and period.holds(moment)
    )


def evidence(
    owed: Iterable[Row],
    found: Iterable[Row],
    said: Entries,
    praised: Iterable[Praise],
    besides: Mapping[str, Collection[str]] | None = None,
) -> Evidence:
    """What can score, from the rows of one instant and the entries beside them.

    ``besides``: incidents of offices that are known already: an office had part in them whatever other rules ask of it.
    """
    incidents = {office: set(refs) for office, refs in (besides or {}).items()}
    met_by: dict[str, str | None] = {}
    for row in owed:
        if row["stage"] in REVIEW_STEPS:
            continue  # whoever reviews an incident has reported nothing on it
        incidents.setdefault(row["office"], set()).add(row["incident"])
        met_by[row["id"]] = row["met_by"]
    findings: list[Found] = []
    for row in found:
        incidents.setdefault(row["office"], set()).add(row["incident"])
        late = row["kind"] == Fault.LATE and row["status"] != Status.NONE
        about = [met_by.get(row["obligation"])] if late else row["evidence"]
        reports = (said.names.get((row["incident"], name or "")) for name in about)
        findings.append(
            Found(
                id=row["id"],
                incident=row["incident"],
                office=row["office"],
                kind=Fault(row["kind"]),
                status=Status(row["status"]),
                determination=row["determination"],
                obligation=row["obligation"],
                reports=tuple(name for name in reports if name is not None),
            )
        )
    return Evidence(
        incidents=incidents,
        found=tuple(findings),
        adoptions=said.adoptions,
        instructions=said.instructions,
        praise=tuple(praised),
    )


def _streams_with(reading: Reading, type_name: str) -> list[str]:
    """The streams that hold an event of a type, in the order of the log."""
    found: dict[str, None] = {}
    after = 0
    while page := reading.page(after, PAGE, type_prefix=type_name):
        after = page[-1].position
        found.update(dict.fromkeys(event.stream for event in page))
    return list(found)


def _standing(reading: Reading, streams: Sequence[str]) -> Iterator[tuple[str, tuple[Recorded[Any], ...]]]:
    """The events of some streams as they count; a stream that cannot be read is left out, as it is of all lists."""
    for start in range(0, len(streams), PAGE):
        for stream, events in reading.readable_many(streams[start : start + PAGE]).items():
            readable = [event for event in events if isinstance(event, Recorded)]
            if stream.startswith(OFFICE) or not any(isinstance(event, Undecodable) for event in events):
                yield stream, effective(readable)


def _moment(recorded: Recorded[Any], at: StatedTime) -> datetime:
    """When something was, as far as anybody said; else when it was recorded."""
    return at.interval.earliest or recorded.recorded_at


# -- rows ------------------------------------------------------------------------------------------------------


def scheme_row(scheme: Scheme, value: SchemeValue) -> Row:
    """A scheme as it holds: what a reader of its points must know."""
    cited = value.citation
    return {
        "id": scheme.id,
        "title": scheme.title.model_dump(),
        "since": value.since.isoformat(),
        "citation": " ".join(filter(None, (f"《{cited.law}》", cited.number, cited.article))),
        "confirmed": value.confirmed,
        **note_row(value.remark),
        "result": value.result.value,
        "items": value.items.value,
        "base": _text(value.base),
        "floor": _text(value.floor),
        "grades": [{**grade.title.model_dump(), "at_least": _text(grade.at_least)} for grade in value.grades],
        "lines": [
            {
                "line": line.name,
                "title": line.title.model_dump(),
                "points": _text(line.points),
                "share_of_item": None if line.share_of_item is None else f"{line.share_of_item}%",
                "counts": line.counts.model_dump(mode="json", exclude_defaults=True) if line.counts else None,
            }
            for line in value.lines or ()
        ],
    }


def sheet_rows(sheets: Iterable[Sheet], scheme: Scheme, directory: Directory, day: date) -> Iterator[Row]:
    """A row for each office; what those came to in whose place it is on a day stands beside it, and is never added."""
    by_office = {sheet.office: sheet for sheet in sheets}
    for office, sheet in by_office.items():
        yield {
            "office": office,
            "office_ref": directory.ref(office),
            "speaks_of": _speaks_of(scheme, directory, office),
            **_outcome(sheet),
            "points": [_point_row(point) for point in sheet.points],
            "not_counted": [_uncounted_row(one) for one in sheet.uncounted],
            "inherited": [
                {
                    "office": old.office,
                    "office_ref": directory.ref(old.office),
                    "since": old.since.isoformat(),
                    **_outcome(by_office[old.office]),
                }
                for old in lineage(directory, office, day)
                if old.office in by_office
            ],
        }


def moved_rows(before: Iterable[Row], after: Iterable[Row]) -> Iterator[Row]:
    """The offices whose result is another one, with both sides and the points that only one of them has."""
    old, new = ({row["office"]: row for row in rows} for rows in (before, after))
    for office in sorted({*old, *new}):
        was, now = old.get(office), new.get(office)
        if (was or {}).get("result") == (now or {}).get("result"):
            continue
        gone, come = ([*(row or {}).get("points", ())] for row in (was, now))
        yield {
            "office": office,
            "office_ref": (was or now or {})["office_ref"],
            "before": _side(was),
            "after": _side(now),
            "points_before": [point for point in gone if point not in come],
            "points_after": [point for point in come if point not in gone],
        }


def written(result: Fraction | None) -> str | None:
    """A result as text: exact where it has an end, otherwise to four places."""
    if result is None:
        return None
    number = Decimal(result.numerator) / Decimal(result.denominator)
    if Fraction(number) != result:
        number = number.quantize(PLACES, ROUND_HALF_EVEN)
    return _text(number)


def _text(number: Decimal | None) -> str | None:
    """A number as it is said: without an exponent, without noughts at its end."""
    if number is None:
        return None
    text = f"{number:f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text == "-0" else text


def _speaks_of(scheme: Scheme, directory: Directory, office: str) -> bool | None:
    """Whether the text speaks of that office; None where its place is not on record."""
    known = directory.get(office)
    if known is None:
        return None
    who = scheme.who
    if who is not None and (known.tier not in who.tiers or known.line not in who.lines):
        return False
    if scheme.where is None:
        return True
    return None if known.division is None else known.division.startswith(scheme.where)


def _outcome(sheet: Sheet) -> Row:
    return {
        "items": sheet.items,
        "total": _text(sheet.total),
        "result": written(sheet.result),
        "grade": words_row(sheet.grade),
    }


def _side(row: Row | None) -> Row | None:
    return None if row is None else {key: row[key] for key in ("items", "total", "result", "grade")}


def _point_row(point: Point) -> Row:
    return {
        "line": point.line,
        "points": _text(point.points),
        "incident": point.incident,
        "item": point.item,
        "sources": list(point.sources),
        "says": words_row(point.says),
    }


def _uncounted_row(one: Uncounted) -> Row:
    return {
        "line": one.line,
        "reason": one.reason.value,
        "incident": one.incident,
        "item": one.item,
        "sources": list(one.sources),
        "says": words_row(REASONS[one.reason]),
    }


__all__ = [
    "BASIS",
    "Entries",
    "Period",
    "entries",
    "evidence",
    "moved_rows",
    "praise",
    "scheme_row",
    "sheet_rows",
    "written",
]
