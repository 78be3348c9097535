"""The rows that other programs read (held stable): plain JSON values, times with offset, durations in ISO 8601."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from emergency.assessment.model import Finding, Ground, Obligation
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


def span_row(span: Span | None) -> Row | None:
    """At least and at most; null = no bound on record."""
    if span is None:
        return None
    return {"at_least": iso_duration(span.at_least), "at_most": iso_duration(span.at_most)}


def ground_row(ground: Ground) -> Row:
    """One rule's claim."""
    return {
        "rule": ground.rule,
        "citation": ground.citation,
        "rank": ground.rank,
        "confirmed": ground.confirmed,
        "limit": {"zh": ground.limit.zh, "en": ground.limit.en},
        "due": interval_row(ground.due),
        "breached": ground.breached,
        "applies": "surely" if ground.sure else "possibly",
        "condition": {"zh": ground.condition.zh, "en": ground.condition.en} if ground.condition else None,
        "note": ground.note,
        "unread": [{"zh": words.zh, "en": words.en} for words in ground.unread],
    }


def obligation_row(obligation: Obligation, timeline: Timeline, directory: Directory) -> Row:
    """One obligation in one phase of its life."""
    ref = _refs(timeline)
    return {
        "id": obligation.id,
        "incident": obligation.incident,
        "office": obligation.office,
        "office_ref": directory.ref(obligation.office),
        "recipient": obligation.recipient,
        "recipient_ref": directory.ref(obligation.recipient),
        "stage": obligation.stage,
        "channel": obligation.channel,
        "occasion": ref.get(obligation.occasion, obligation.occasion),
        "trigger": [ref.get(i, i) for i in obligation.trigger],
        "due": interval_row(obligation.due),
        "state": obligation.state.value,
        "reason": {"zh": obligation.reason.zh, "en": obligation.reason.en} if obligation.reason else None,
        "met_by": ref.get(obligation.met_by, obligation.met_by) if obligation.met_by else None,
        "met_at": interval_row(obligation.met_at),
        "met_on": obligation.met_on,
        "reached_by": ref.get(obligation.reached_by, obligation.reached_by)
        if obligation.reached_by
        else None,
        "late_by": span_row(obligation.late_by),
        "grounds": [ground_row(g) for g in obligation.grounds],
        "governing": None if obligation.governing is None else obligation.grounds[obligation.governing].rule,
        "rests_on": [ref.get(i, i) for i in obligation.rests_on],
        "holds_from": iso_instant(obligation.holds_from),
        "holds_until": iso_instant(obligation.holds_until),
    }


def finding_row(finding: Finding, timeline: Timeline, directory: Directory) -> Row:
    """One finding."""
    ref = _refs(timeline)
    return {
        "id": finding.id,
        "incident": finding.incident,
        "office": finding.office,
        "office_ref": directory.ref(finding.office),
        "kind": finding.kind.value,
        "status": finding.status.value,
        "could_be": [kind.value for kind in finding.could_be],
        "obligation": finding.obligation,
        "evidence": [ref.get(i, i) for i in finding.evidence],
        "late_by": span_row(finding.late_by),
        "grounds": [ground_row(g) for g in finding.grounds],
        "rests_on": [ref.get(i, i) for i in finding.rests_on],
        "holds_from": iso_instant(finding.holds_from),
        "holds_until": iso_instant(finding.holds_until),
        "determination": finding.determination,
        "explanation": {"zh": finding.explanation.zh, "en": finding.explanation.en},
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


def _refs(timeline: Timeline) -> dict[str, str]:
    refs = {s.id: s.ref for s in timeline.steps}
    refs.update((d.event_id, d.event.step) for d in timeline.determined if d.event.step)
    refs[timeline.opened_id] = "opened"
    return refs


def holds(row: Row, at: datetime) -> bool:
    """Whether a row holds at an instant of judging."""
    since, until = row["holds_from"], row["holds_until"]
    return (since is None or datetime.fromisoformat(since) <= at) and (
        until is None or at < datetime.fromisoformat(until)
    )
