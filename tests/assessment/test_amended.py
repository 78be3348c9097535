"""Entries that were put right or taken back, and live stores, where silence is silence."""

from __future__ import annotations

from typing import Any

import pytest
from tests.assessment.timelines import Judged, instant, judged, recorded, rulebook, varied

from emergency.assessment.assess import assess
from emergency.domain.events import EntryAmended, EntryWithdrawn
from emergency.domain.offices import Directory
from emergency.domain.times import read_iso
from emergency.domain.values import StatedTime
from emergency.domain.vocabulary import Basis
from emergency.errors import BrokenDataError

OFFICES: dict[str, Any] = {
    "unit": {"name": "某矿", "tier": "unit", "line": "enterprise", "reports_to": ["county"]},
    "county": {"name": "县局", "tier": "county", "line": "department", "reports_to": []},
}
BASE: dict[str, Any] = {
    "occurred_at": "08:00",
    "offices": OFFICES,
    "steps": [
        {"id": "s1", "act": "learned", "office": "unit", "at": "08:00"},
        {"id": "s2", "act": "reported", "office": "unit", "to": "county", "channel": "phone", "at": "09:01"},
    ],
}
STREAM = "incident/test-case"


def _at(clock: str) -> dict[str, Any]:
    interval = read_iso(instant(clock, "2020-03-10"))
    stated = StatedTime(text=clock, earliest=interval.earliest, latest=interval.latest, basis=Basis.STATED)
    return stated.model_dump(mode="json")


def _after(*more: Any) -> Judged:  # noqa: ANN401 - events
    return judged(varied(BASE, {}), more=more)


def test_as_it_stood() -> None:
    assert _after().found() == ["unit>county late established"]


def test_a_time_put_right_counts_as_put_right() -> None:
    seen = _after(EntryAmended(target=f"{STREAM}:s2", changes={"at": _at("09:00")}, why="typing mistake"))
    assert seen.found() == []
    assert seen.obligations()["unit>county"]["met_at"]["latest"] == "2020-03-10T09:00:00+08:00"


def test_the_last_amendment_counts() -> None:
    seen = _after(
        EntryAmended(target=f"{STREAM}:s2", changes={"at": _at("09:00")}, why="one"),
        EntryAmended(target=f"{STREAM}:s2", changes={"at": _at("09:30")}, why="two"),
    )
    assert seen.obligations()["unit>county"]["late_by"] == {"at_least": "PT30M", "at_most": "PT30M"}


def test_a_withdrawn_report_is_no_report() -> None:
    seen = _after(EntryWithdrawn(target=f"{STREAM}:s2", why="of another incident"))
    assert seen.obligations()["unit>county"]["state"] == "undetermined"
    assert seen.found() == []


def test_withdrawn_knowledge_leaves_the_report_to_show_it() -> None:
    seen = _after(EntryWithdrawn(target=f"{STREAM}:s1", why="of another incident"))
    row = seen.obligations()["unit>county"]
    assert (row["state"], row["late_by"]) == ("undetermined", None)
    assert seen.found() == []


def test_an_amendment_of_what_was_withdrawn_brings_nothing_back() -> None:
    seen = _after(
        EntryWithdrawn(target=f"{STREAM}:s2", why="of another incident"),
        EntryAmended(target=f"{STREAM}:s2", changes={"at": _at("08:30")}, why="after all"),
    )
    assert seen.obligations()["unit>county"]["state"] == "undetermined"


def test_the_head_put_right() -> None:
    seen = _after(
        EntryAmended(
            target=f"{STREAM}:0", changes={"complete_for": ["test-case/unit"]}, why="phone log found"
        ),
        EntryWithdrawn(target=f"{STREAM}:s2", why="of another incident"),
    )
    assert seen.obligations()["unit>county"]["state"] == "overdue"


def test_a_live_office_that_logs_here_is_silent_where_it_is_silent() -> None:
    live = varied(BASE, {"without": ["s2"]}) | {"logs": ["unit"]}
    seen = judged(live)
    assert seen.found() == ["unit>county late established"]
    assert seen.found("2020-03-10T08:59:59+08:00") == []
    states = [row["state"] for row in seen.all_obligations if row["recipient_ref"] == "county"]
    assert states == ["open", "overdue"]


def test_a_live_office_that_does_not_log_here_is_not() -> None:
    live = varied(BASE, {"without": ["s2"]}) | {"logs": ["county"]}
    assert judged(live).found() == []


def test_a_live_overdue_report_is_missed_only_at_the_closing() -> None:
    closed = varied(
        BASE, {"without": ["s2"], "logged": [{"act": "closed", "office": "county", "at": "+2 08:00"}]}
    )
    seen = judged(closed | {"logs": ["unit"]})
    assert seen.found() == ["unit>county late established", "unit>county missed suspected"]
    assert seen.found("2020-03-12T07:59:59+08:00") == ["unit>county late established"]


def test_the_phases_of_an_obligation_follow_each_other_without_gap_or_overlap() -> None:
    seen = judged(varied(BASE, {}) | {"logs": ["unit"]})
    phases = [
        row for row in seen.all_obligations if row["recipient_ref"] == "county" and row["stage"] == "first"
    ]
    assert [row["state"] for row in phases] == ["open", "overdue", "late"]
    assert [row["holds_from"] for row in phases[1:]] == [row["holds_until"] for row in phases[:-1]]
    assert phases[-1]["holds_until"] is None


def test_a_history_without_an_opening_cannot_be_judged() -> None:
    with pytest.raises(BrokenDataError, match="no opening"):
        assess(recorded([], STREAM), Directory(), rulebook())
