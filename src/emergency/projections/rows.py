"""The rows that other programs read (held stable): plain JSON values, times with offset, durations in ISO 8601."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

import pydantic_core

from emergency.assessment.model import Finding, Ground, Obligation, Words
from emergency.assessment.timeline import Timeline
from emergency.domain.intervals import Interval, Span
from emergency.domain.offices import Directory
from emergency.domain.times import CHINA

Row = dict[str, Any]


def iso_instant(moment: datetime | None) -> str | None:
    """ISO 8601 with the offset of China."""
    return None if moment is None else moment.astimezone(CHINA).isoformat()


def iso_duration(length: timedelta | None) -> str | None:
    """ISO 8601, days to seconds."""
    if length is None:
        return None
    rest = length.total_seconds() - length.days * 86400
    hours, rest = divmod(rest, 3600)
    minutes, seconds = divmod(rest, 60)
    days = f"{length.days}D" if length.days else ""
    clock = "".join(f"{n:g}{unit}" for n, unit in ((hours, "H"), (minutes, "M"), (seconds, "S")) if n)
    if not days and not clock:
        return "PT0S"
    return f"P{days}T{clock}" if clock else f"P{days}"


def interval_row(interval: Interval | None) -> Row | None:
    """Both ends; null = open."""
    if interval is None:
        return None
    return {"earliest": iso_instant(interval.earliest), "latest": iso_instant(interval.latest)}


def words_row(words: Words | None) -> Row | None:
    """In both languages."""
    return None if words is None else {"zh": words.zh, "en": words.en}


def span_row(span: Span | None) -> Row | None:
    """At least and at most; null = no bound on record."""
    if span is None:
        return None
    return {"at_least": iso_duration(span.at_least), "at_most": iso_duration(span.at_most)}


def row_json(row: Row) -> str:
    """A row as compact JSON, UTF-8 not escaped."""
    return pydantic_core.to_json(row).decode()


class _Sheet:
    """What the rows of one timeline say again and again, each written once."""

    def __init__(self, timeline: Timeline) -> None:
        self.refs = {s.id: s.ref for s in timeline.steps}
        self.refs.update((d.event_id, d.event.step) for d in timeline.determined if d.event.step)
        self.refs[timeline.opened_id] = "opened"
        self._instants: dict[datetime | None, str | None] = {None: None}
        self._grounds: dict[int, tuple[Ground, str]] = {}
        """By identity, with the ground itself so that none is taken for another."""

    @staticmethod
    def of(timeline: Timeline) -> _Sheet:
        """The sheet of a timeline."""
        known: _Sheet | None = timeline.memo.get("sheet")
        if known is None:
            known = timeline.memo["sheet"] = _Sheet(timeline)
        return known

    def ref(self, event_id: str | None) -> str | None:
        """What other programs call a step by."""
        return self.refs.get(event_id, event_id) if event_id else None

    def listed(self, event_ids: tuple[str, ...]) -> list[str]:
        """What other programs call some steps by."""
        refs = self.refs
        return [refs.get(i, i) for i in event_ids]

    def instant(self, moment: datetime | None) -> str | None:
        """See `iso_instant`."""
        known = self._instants.get(moment)
        if known is None and moment is not None:
            known = self._instants[moment] = iso_instant(moment)
        return known

    def interval(self, interval: Interval | None) -> Row | None:
        """See `interval_row`."""
        if interval is None:
            return None
        return {"earliest": self.instant(interval.earliest), "latest": self.instant(interval.latest)}

    def with_grounds(self, row: Row, grounds: tuple[Ground, ...]) -> str:
        """A row of which the grounds are left out, as JSON with them."""
        # No text of a row can hold these bytes: a quotation mark inside of one is escaped.
        said = ",".join([self._ground(ground) for ground in grounds])
        return row_json(row).replace('"grounds":[]', f'"grounds":[{said}]', 1)

    def _ground(self, ground: Ground) -> str:
        known = self._grounds.get(id(ground))
        if known is None:
            known = self._grounds[id(ground)] = ground, self._ground_json(ground)
        return known[1]

    def _ground_json(self, ground: Ground) -> str:
        """See `ground_row`; what a rule says is the same in many incidents."""
        says = _says(ground.rule, ground.citation, ground.rank, ground.confirmed, ground.limit)
        leaves_open = _leaves_open(ground.sure, ground.condition, ground.note, ground.unread)
        due = "null" if ground.due is None else self._interval_json(ground.due)
        breached = "true" if ground.breached else "false"
        return f'{{{says},"due":{due},"breached":{breached},{leaves_open}}}'

    def _interval_json(self, interval: Interval) -> str:
        early, late = self.instant(interval.earliest), self.instant(interval.latest)
        earliest = "null" if early is None else f'"{early}"'
        latest = "null" if late is None else f'"{late}"'
        return f'{{"earliest":{earliest},"latest":{latest}}}'


@lru_cache(maxsize=4096)
def _says(rule: str, citation: str, rank: str, confirmed: bool, limit: Words) -> str:  # noqa: FBT001 - a part of a key
    """The members of a ground that come from its rule, as JSON."""
    row = {
        "rule": rule,
        "citation": citation,
        "rank": rank,
        "confirmed": confirmed,
        "limit": words_row(limit),
    }
    return row_json(row)[1:-1]


@lru_cache(maxsize=4096)
def _leaves_open(sure: bool, condition: Words | None, note: str | None, unread: tuple[Words, ...]) -> str:  # noqa: FBT001 - the same
    """The members of a ground on how far it applies, as JSON."""
    row = {
        "applies": "surely" if sure else "possibly",
        "condition": words_row(condition),
        "note": note,
        "unread": [words_row(words) for words in unread],
    }
    return row_json(row)[1:-1]


def ground_row(ground: Ground) -> Row:
    """One rule's claim."""
    return {
        "rule": ground.rule,
        "citation": ground.citation,
        "rank": ground.rank,
        "confirmed": ground.confirmed,
        "limit": words_row(ground.limit),
        "due": interval_row(ground.due),
        "breached": ground.breached,
        "applies": "surely" if ground.sure else "possibly",
        "condition": words_row(ground.condition),
        "note": ground.note,
        "unread": [words_row(words) for words in ground.unread],
    }


def obligation_row(obligation: Obligation, timeline: Timeline, directory: Directory) -> Row:
    """One obligation in one phase of its life."""
    row = _without_grounds(obligation, _Sheet.of(timeline), directory)
    return {**row, "grounds": [ground_row(g) for g in obligation.grounds]}


def obligation_json(obligation: Obligation, timeline: Timeline, directory: Directory) -> tuple[Row, str]:
    """One obligation in one phase of its life: its row but for the grounds, and the whole row as JSON."""
    sheet = _Sheet.of(timeline)
    row = _without_grounds(obligation, sheet, directory)
    return row, sheet.with_grounds(row, obligation.grounds)


def _without_grounds(obligation: Obligation, sheet: _Sheet, directory: Directory) -> Row:
    return {
        "id": obligation.id,
        "incident": obligation.incident,
        "office": obligation.office,
        "office_ref": directory.ref(obligation.office),
        "recipient": obligation.recipient,
        "recipient_ref": directory.ref(obligation.recipient),
        "stage": obligation.stage,
        "channel": obligation.channel,
        "occasion": sheet.refs.get(obligation.occasion, obligation.occasion),
        "trigger": sheet.listed(obligation.trigger),
        "due": sheet.interval(obligation.due),
        "state": obligation.state._value_,
        "reason": words_row(obligation.reason),
        "met_by": sheet.ref(obligation.met_by),
        "met_at": sheet.interval(obligation.met_at),
        "met_on": obligation.met_on,
        "reached_by": sheet.ref(obligation.reached_by),
        "late_by": span_row(obligation.late_by),
        "grounds": [],
        "governing": None if obligation.governing is None else obligation.grounds[obligation.governing].rule,
        "rests_on": sheet.listed(obligation.rests_on),
        "holds_from": sheet.instant(obligation.holds_from),
        "holds_until": sheet.instant(obligation.holds_until),
    }


def finding_row(finding: Finding, timeline: Timeline, directory: Directory) -> Row:
    """One finding."""
    row = _finding_without_grounds(finding, _Sheet.of(timeline), directory)
    return {**row, "grounds": [ground_row(g) for g in finding.grounds]}


def finding_json(finding: Finding, timeline: Timeline, directory: Directory) -> tuple[Row, str]:
    """One finding: its row but for the grounds, and the whole row as JSON."""
    sheet = _Sheet.of(timeline)
    row = _finding_without_grounds(finding, sheet, directory)
    return row, sheet.with_grounds(row, finding.grounds)


def _finding_without_grounds(finding: Finding, sheet: _Sheet, directory: Directory) -> Row:
    return {
        "id": finding.id,
        "incident": finding.incident,
        "office": finding.office,
        "office_ref": directory.ref(finding.office),
        "kind": finding.kind._value_,
        "status": finding.status._value_,
        "could_be": [kind._value_ for kind in finding.could_be],
        "obligation": finding.obligation,
        "evidence": sheet.listed(finding.evidence),
        "late_by": span_row(finding.late_by),
        "grounds": [],
        "rests_on": sheet.listed(finding.rests_on),
        "holds_from": sheet.instant(finding.holds_from),
        "holds_until": sheet.instant(finding.holds_until),
        "determination": finding.determination,
        "explanation": words_row(finding.explanation),
    }


def incident_row(timeline: Timeline, directory: Directory) -> Row:
    """One incident, for lists."""
    opened = timeline.opened
    return {
        "incident": opened.ref,
        "title": opened.title,
        "title_en": opened.title_en,
        "category": opened.category.value,
        "kind": opened.kind,
        "place": opened.place.name,
        "division": opened.place.division,
        "occurred": interval_row(timeline.occurred),
        "level": opened.level.value if opened.level else None,
        "imported": opened.imported,
        "closed": timeline.closed is not None,
        "entries": len(timeline.steps),
        "offices": [directory.name(o) for o in timeline.offices if o != "public"],
    }


def holds(row: Row, at: datetime) -> bool:
    """Whether a row holds at an instant of judging."""
    since, until = row["holds_from"], row["holds_until"]
    return (since is None or datetime.fromisoformat(since) <= at) and (
        until is None or at < datetime.fromisoformat(until)
    )
