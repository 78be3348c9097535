"""From an incident's events to its rows: judged once, pure, and parked where that cannot be done."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from emergency.assessment.assess import assess_timeline
from emergency.assessment.timeline import timeline_of
from emergency.domain.events import EntryAmended
from emergency.domain.offices import Directory
from emergency.domain.record import Recorded
from emergency.domain.review import Determined, ReviewOpened
from emergency.errors import BrokenDataError, why_not
from emergency.projections.rows import (
    check_json,
    finding_json,
    incident_row,
    mark,
    obligation_json,
    row_json,
)
from emergency.projections.streams import OFFICE, UNJUDGED, incident_stream, reviews_of
from emergency.rulebook import Rulebook
from emergency.store import Reading, Undecodable
from emergency.words import Words

AT_ONCE = 100
"""Of so many incidents the events are read at a time: they take more room than the rows that come of them."""

ALWAYS, FOR_GOOD = "", "~"
"""Before and after all instants that `sortable` writes."""

Stored = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Odd:
    """A stream that is no incident's and that cannot be read.

    Args:
        stream: Its name.
        position: The position of its last event that cannot be read.
        reason: Why.
    """

    stream: str
    position: int
    reason: Words


@dataclass(frozen=True, slots=True)
class Judged:
    """One incident as it goes into the tables; each tuple is a row in the order of the columns.

    Args:
        ref: The incident.
        position: The position of its last event, or of the first one that cannot be read.
        offices: All offices that it was judged by.
        incident: Its own row; None where it is parked.
        obligations: The rows of its obligations.
        findings: The rows of its findings.
        norms: The rows of the checks of the four norms.
        parked: Its row among the parked ones; None where it was judged.
    """

    ref: str
    position: int
    offices: tuple[str, ...]
    incident: Stored | None = None
    obligations: tuple[Stored, ...] = ()
    findings: tuple[Stored, ...] = ()
    norms: tuple[Stored, ...] = ()
    parked: Stored | None = None

    def parked_because(self, error: Exception) -> Judged:
        """The same incident, parked."""
        reason = _plain(
            why_not(getattr(error, "orig", None) or error)
        )  # what the database said, without the statement
        return Judged(
            self.ref,
            self.position,
            self.offices,
            parked=(incident_stream(self.ref), self.position, True, reason.en, reason.zh),
        )


def judge(reading: Reading, refs: Sequence[str], offices: Directory, rulebook: Rulebook) -> list[Judged]:
    """Judge incidents from their own streams and those of their reviews, in the order that they are named in."""
    found: list[Judged] = []
    for start in range(0, len(refs), AT_ONCE):
        some = refs[start : start + AT_ONCE]
        reviews = reviews_of(reading, some)
        names = {ref: [incident_stream(ref), *reviews.get(ref, ())] for ref in some}
        streams = reading.readable_many([name for mine in names.values() for name in mine])
        found += (
            judged(ref, [event for name in mine for event in streams.get(name, ())], offices, rulebook)
            for ref, mine in names.items()
        )
    return found


def judged(
    ref: str, found: Sequence[Recorded[Any] | Undecodable], offices: Directory, rulebook: Rulebook
) -> Judged:
    """Judge one incident; whatever goes wrong with it must not hide the others."""
    from emergency.assessment.norms.checks import norms_of  # noqa: PLC0415 - an entry checks no norms

    events = sorted((e for e in found if isinstance(e, Recorded)), key=_position)
    broken = sorted((e for e in found if isinstance(e, Undecodable)), key=_position)
    named = {office for recorded in events for office in _named(recorded.event)}
    position = broken[0].position if broken else events[-1].position if events else 0
    try:
        if broken:
            raise BrokenDataError(broken[0].reason, zh=broken[0].reason_zh)  # noqa: TRY301 - parked like all that fails here
        timeline = timeline_of(events)
        if timeline.ref != ref:
            raise BrokenDataError(  # noqa: TRY301 - the same
                f"The record of {ref} calls itself {timeline.ref}.",
                zh=f"{ref} 的记录自称为 {timeline.ref}，请从备份核对。",
            )
        assessment = assess_timeline(timeline, offices, rulebook)
        named |= assessment.offices
        named.update(o.recipient for o in assessment.obligations)
        concerned = offices.reachable(named)
        return Judged(
            ref=ref,
            position=position,
            offices=tuple(sorted(concerned)),
            incident=(
                ref,
                events[-1].version,
                rulebook.fingerprint,
                max((o.position for i in concerned if (o := offices.get(i))), default=0),
                mark(timeline.opened.secrecy),
                mark(timeline.opened.urgency),
                row_json(incident_row(timeline, offices)),
            ),
            obligations=tuple(
                (
                    ref,
                    phase,
                    each.id,
                    each.office,
                    offices.ref(each.office),
                    each.recipient,
                    each.state.value,
                    sortable(each.holds_from) or ALWAYS,
                    sortable(each.holds_until) or FOR_GOOD,
                    obligation_json(each, timeline, offices)[1],
                )
                for phase, each in enumerate(assessment.obligations)
            ),
            findings=tuple(
                (
                    ref,
                    phase,
                    each.obligation,
                    each.office,
                    offices.ref(each.office),
                    each.kind.value,
                    each.status.value,
                    sortable(each.holds_from) or ALWAYS,
                    sortable(each.holds_until) or FOR_GOOD,
                    finding_json(each, timeline, offices)[1],
                )
                for phase, each in enumerate(assessment.findings)
            ),
            norms=tuple(
                (
                    ref,
                    phase,
                    each.id,
                    each.office,
                    offices.ref(each.office),
                    each.norm.value,
                    each.check,
                    each.result.value,
                    each.status.value,
                    sortable(each.holds_from) or ALWAYS,
                    sortable(each.holds_until) or FOR_GOOD,
                    check_json(each, timeline, offices),
                )
                for phase, each in enumerate(norms_of(timeline, offices, rulebook, assessment))
            ),
        )
    except Exception as error:  # noqa: BLE001 - one incident that breaks the engine must not hide the others
        return Judged(ref, position, tuple(sorted(offices.reachable(named)))).parked_because(error)


def unreadable(stream: str, found: Iterable[Recorded[Any] | Undecodable]) -> Odd | None:
    """An office, a protected person or a desk of which something cannot be read."""
    broken = [e for e in found if isinstance(e, Undecodable)]
    return (
        Odd(stream, broken[-1].position, _plain(Words(broken[-1].reason_zh, broken[-1].reason)))
        if broken
        else None
    )


def odd_stream(stream: str, position: int) -> Odd:
    """A stream of a kind that this program does not know."""
    reason = Words(f"本程序不认识流 {stream}", f"no reader knows the stream {stream}")
    return Odd(stream, position, _plain(reason))


def odd_ones(reading: Reading, streams: Sequence[str]) -> list[Odd]:
    """Those of some streams, none of them an incident's or a review's, that cannot be read."""
    found: list[Odd] = []
    for stream, events in reading.readable_many(list(streams)).items():
        if stream.startswith((OFFICE, *UNJUDGED)):
            if broken := unreadable(stream, events):
                found.append(broken)
        elif events:
            found.append(odd_stream(stream, events[-1].position))
    return found


def sortable(moment: datetime | None) -> str | None:
    """An instant as text that sorts: UTC, to the microsecond."""
    return None if moment is None else _sortable(moment)


@lru_cache(4096)
def _sortable(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def _position(event: Recorded[Any] | Undecodable) -> int:
    return event.position


_OFFICES = ("office", "concerned", "to", "whom", "complete_for", "logged_by", "draft", "jointly", "addressed")
"""The fields that name offices."""


@lru_cache
def _naming(body: type[Any]) -> tuple[str, ...]:
    """The fields of one kind of event that name offices."""
    return tuple(field for field in _OFFICES if field in body.model_fields)


def _named(event: Any) -> Iterator[str]:  # noqa: ANN401 - a body of an event
    """Every office that an event names, also in what it changes of another."""
    for field in _naming(type(event)):  # type: ignore[arg-type]  # a class can be hashed
        said = getattr(event, field)
        if said:
            yield from (said,) if type(said) is str else said
    if type(event) is EntryAmended:
        yield from _named_in(event.changes)
    elif type(event) is Determined:
        yield from (verdict.office for verdict in event.verdicts)
    elif type(event) is ReviewOpened:
        yield from (finding.office for finding in event.findings)


def _named_in(said: Any) -> Iterator[str]:  # noqa: ANN401 - JSON values
    if isinstance(said, dict):
        for key, value in said.items():
            if key in _OFFICES:
                names = value if isinstance(value, (list, tuple)) else (value,)
                yield from (name for name in names if isinstance(name, str))
            else:
                yield from _named_in(value)
    elif isinstance(said, (list, tuple)):
        for part in said:
            yield from _named_in(part)


def _plain(words: Words) -> Words:
    """Words that any database keeps: an error may quote what it could not read."""
    return Words(*(_kept(said) for said in (words.zh, words.en)))


def _kept(said: str) -> str:
    return said.encode("utf-8", "replace").decode().replace("\0", "\N{REPLACEMENT CHARACTER}")
