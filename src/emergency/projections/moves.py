"""What moves between two ways of judging the same incident: verdicts that change, appear or go."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from emergency.domain.vocabulary import Status
from emergency.projections.rows import Row


def moved_obligations(before: Iterable[Row], after: Iterable[Row]) -> Iterator[Row]:
    """Obligations whose state or lateness is not what it was; each row of both sides stands at one instant."""
    for old, new in _pairs(before, after):
        if _of(old, "state", "late_by") != _of(new, "state", "late_by"):
            yield {
                **_named(old or new, "obligation"),
                **_of(old or new, "stage", "channel", "occasion"),
                "rule_before": _get(old, "governing"),
                "rule_after": _get(new, "governing"),
                "before": _get(old, "state"),
                "after": _get(new, "state"),
                "due_before": _get(old, "due"),
                "due_after": _get(new, "due"),
                "late_by_before": _get(old, "late_by"),
                "late_by_after": _get(new, "late_by"),
            }


def moved_findings(
    before: Iterable[Row], after: Iterable[Row], owed_before: Iterable[Row], owed_after: Iterable[Row]
) -> Iterator[Row]:
    """Findings whose status or lateness is not what it was; the rule is that of the obligation they are tied to.

    What only people found stands under any rules: it does not move.
    """
    before, after = ([row for row in rows if row["status"] != Status.NONE.value] for rows in (before, after))
    duties_before = {row["id"]: row for row in owed_before}
    duties_after = {row["id"]: row for row in owed_after}
    for old, new in _pairs(before, after):
        if _of(old, "status", "late_by") == _of(new, "status", "late_by"):
            continue
        was = duties_before.get(_get(old, "obligation"))
        now = duties_after.get(_get(new, "obligation"))
        yield {
            **_named({**(was or now or {}), **(old or new or {})}, "finding"),
            **_of(old or new, "kind", "obligation"),
            "rule_before": _get(was, "governing"),
            "rule_after": _get(now, "governing"),
            "before": _get(old, "status"),
            "after": _get(new, "status"),
            "due_before": _get(was, "due"),
            "due_after": _get(now, "due"),
            "late_by_before": _get(old, "late_by"),
            "late_by_after": _get(new, "late_by"),
        }


def moved_checks(before: Iterable[Row], after: Iterable[Row]) -> Iterator[Row]:
    """Checks of the norms whose result, or how sure a failure is, is not what it was."""
    for old, new in _pairs(before, after):
        if _of(old, "result", "status") != _of(new, "result", "status"):
            yield {
                **_named(old or new, "check"),
                **_of(old or new, "norm", "check", "occasion"),
                "before": _get(old, "result"),
                "after": _get(new, "result"),
                "status_before": _get(old, "status"),
                "status_after": _get(new, "status"),
            }


def summary(rows: Iterable[Row], judged: int) -> Row:
    """How many verdicts moved, on how many of the incidents that were judged, how, and for which offices."""
    listed = list(rows)
    changes = Counter((row["before"], row["after"]) for row in listed)
    verdicts = Counter(row["office"] for row in listed)
    incidents = Counter(office for office, _ in {(row["office"], row["incident"]) for row in listed})
    refs = {row["office"]: row["office_ref"] for row in listed}
    return {
        "incidents": judged,
        "moved": len({row["incident"] for row in listed}),
        "verdicts": len(listed),
        "changes": [
            {"before": before, "after": after, "verdicts": count}
            for (before, after), count in changes.most_common()
        ],
        "offices": [
            {"office": office, "office_ref": refs[office], "incidents": incidents[office], "verdicts": count}
            for office, count in verdicts.most_common()
        ],
    }


def _pairs(before: Iterable[Row], after: Iterable[Row]) -> Iterator[tuple[Row | None, Row | None]]:
    old = {row["id"]: row for row in before}
    new = {row["id"]: row for row in after}
    for i in dict.fromkeys((*old, *new)):
        yield old.get(i), new.get(i)


def _named(row: Row | None, what: str) -> Row:
    keys = ("incident", "office", "office_ref", "recipient", "recipient_ref")
    return {**_of(row, *keys), "what": what, "id": _get(row, "id")}


def _of(row: Row | None, *keys: str) -> Row:
    return {key: _get(row, key) for key in keys}


def _get(row: Row | None, key: str) -> Any:  # noqa: ANN401 - whatever a row holds
    return None if row is None else row.get(key)
