"""The rows that other programs read (held stable): plain JSON values, times with offset, durations in ISO 8601."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import pydantic_core

from emergency.assessment.model import Finding, Ground, Obligation, Words
from emergency.assessment.timeline import Timeline
from emergency.domain.intervals import Interval, Span
from emergency.domain.offices import Directory
from emergency.domain.times import CHINA
from emergency.domain.vocabulary import Secrecy, Urgency

if TYPE_CHECKING:
    from emergency.assessment.norms.model import Check

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


class _Instants(dict[datetime | None, str | None]):
    """Instants as they are written, each worked out once: see `iso_instant`."""

    def __missing__(self, moment: datetime | None) -> str | None:
        written = self[moment] = iso_instant(moment)
        return written


class _Sheet:
    """What the rows of one timeline say again and again, each written once."""

    def __init__(self, timeline: Timeline) -> None:
        self.refs = {s.id: s.ref for s in timeline.steps}
        self.refs.update((d.event_id, d.event.step) for d in timeline.determined if d.event.step)
        self.refs[timeline.opened_id] = "opened"
        self.instants = _Instants()
        self._grounds: dict[int, tuple[object, str]] = {}
        """By identity, with the grounds themselves so that none are taken for others."""

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

    def interval(self, interval: Interval | None) -> Row | None:
        """See `interval_row`."""
        if interval is None:
            return None
        return {"earliest": self.instants[interval.earliest], "latest": self.instants[interval.latest]}

    def with_grounds(self, row: Row, grounds: tuple[Ground, ...]) -> str:
        """A row of which the grounds are left out, as JSON with them."""
        # The phases of an obligation, and what was found in it, have the same.
        known = self._grounds.get(id(grounds))
        if known is None:
            said = ",".join([self._ground(ground) for ground in grounds])
            known = self._grounds[id(grounds)] = grounds, f'"grounds":[{said}]'
        # No text of a row can hold these bytes: a quotation mark inside of one is escaped.
        return row_json(row).replace('"grounds":[]', known[1], 1)

    def _ground(self, ground: Ground) -> str:
        """See `ground_row`; what a rule says is the same in many incidents."""
        known = self._grounds.get(id(ground))
        if known is None:
            limit, condition = ground.limit, ground.condition
            says = _says(ground.rule, ground.citation, ground.rank, ground.confirmed, limit.zh, limit.en)
            zh, en = (None, None) if condition is None else (condition.zh, condition.en)
            note_zh, note_en = (None, None) if ground.note is None else (ground.note.zh, ground.note.en)
            leaves_open = _leaves_open(ground.sure, zh, en, note_zh, note_en, ground.unread)
            due = "null" if ground.due is None else self._interval_json(ground.due)
            breached = "true" if ground.breached else "false"
            text = f'{{{says},"due":{due},"breached":{breached},{leaves_open}}}'
            known = self._grounds[id(ground)] = ground, text
        return known[1]

    def _interval_json(self, interval: Interval) -> str:
        early, late = self.instants[interval.earliest], self.instants[interval.latest]
        earliest = "null" if early is None else f'"{early}"'
        latest = "null" if late is None else f'"{late}"'
        return f'{{"earliest":{earliest},"latest":{latest}}}'


@lru_cache(maxsize=4096)
def _says(rule: str, citation: str, rank: str, confirmed: bool, zh: str, en: str) -> str:  # noqa: FBT001 - all of it is the key
    """The members of a ground that come from its rule, as JSON."""
    limit = {"zh": zh, "en": en}
    row = {"rule": rule, "citation": citation, "rank": rank, "confirmed": confirmed, "limit": limit}
    return row_json(row)[1:-1]


@lru_cache(maxsize=4096)
def _leaves_open(
    sure: bool,  # noqa: FBT001 - all of it is the key
    zh: str | None,
    en: str | None,
    note_zh: str | None,
    note_en: str | None,
    unread: tuple[Words, ...],
) -> str:
    """The members of a ground on how far it applies, as JSON."""
    row = {
        "applies": "surely" if sure else "possibly",
        "condition": None if zh is None else {"zh": zh, "en": en},
        "note": note_en,
        "note_zh": note_zh,
        "unread": [words_row(words) for words in unread],
    }
    return row_json(row)[1:-1]


def note_row(note: Words | None, key: str = "note") -> Row:
    """A note under the two keys that each row has for it: the one without language was there first, in English."""
    return {key: None, f"{key}_zh": None} if note is None else {key: note.en, f"{key}_zh": note.zh}


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
        **note_row(ground.note),
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
        "holds_from": sheet.instants[obligation.holds_from],
        "holds_until": sheet.instants[obligation.holds_until],
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
        "holds_from": sheet.instants[finding.holds_from],
        "holds_until": sheet.instants[finding.holds_until],
        "determination": finding.determination,
        "explanation": words_row(finding.explanation),
    }


UNMARKED = "unknown"
"""What a filter calls the secrecy or urgency of an incident that nobody has marked."""


def mark(marked: Secrecy | Urgency | None) -> str:
    """The secrecy or urgency of an incident, as it is looked for."""
    return UNMARKED if marked is None else marked.value


def check_row(check: Check, timeline: Timeline, directory: Directory) -> Row:
    """One check of a norm."""
    row = _check_without_grounds(check, _Sheet.of(timeline), directory)
    return {**row, "grounds": [ground_row(g) for g in check.grounds]}


def check_json(check: Check, timeline: Timeline, directory: Directory) -> str:
    """One check of a norm as JSON."""
    sheet = _Sheet.of(timeline)
    return sheet.with_grounds(_check_without_grounds(check, sheet, directory), check.grounds)


def _check_without_grounds(check: Check, sheet: _Sheet, directory: Directory) -> Row:
    return {
        "id": check.id,
        "incident": check.incident,
        "office": check.office,
        "office_ref": directory.ref(check.office),
        "norm": check.norm._value_,
        "check": check.check,
        "occasion": sheet.refs.get(check.occasion, check.occasion),
        "result": check.result._value_,
        "status": check.status._value_,
        "evidence": sheet.listed(check.evidence),
        "grounds": [],
        "rests_on": sheet.listed(check.rests_on),
        "holds_from": sheet.instants[check.holds_from],
        "holds_until": sheet.instants[check.holds_until],
        "explanation": words_row(check.explanation),
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
        "secrecy": opened.secrecy.value if opened.secrecy else None,
        "urgency": opened.urgency.value if opened.urgency else None,
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
