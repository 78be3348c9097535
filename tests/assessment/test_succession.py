"""Offices that are succeeded: verdicts stay with those that were there, and an old letterhead makes nobody late."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from tests.assessment.timelines import judged, recorded, rulebook, varied

from emergency import yamlfile
from emergency.assessment.assess import assess_timeline
from emergency.assessment.model import Assessment, Obligation
from emergency.domain.offices import (
    ClassGiven,
    OfficeDissolved,
    OfficeEvent,
    OfficeRegistered,
    OfficeSucceeded,
    directory_of,
)
from emergency.domain.vocabulary import Line, ReportingClass, State, Tier

CASES = sorted((Path(__file__).parents[1] / "cases").glob("*.yaml"))
DAY = date(2020, 3, 11)
TODAY = date(2026, 6, 1)
BASE: dict[str, Any] = {
    "occurred_at": "08:00",
    "record": {"complete_for": ["unit"]},
    "offices": {
        "unit": {"name": "某矿", "tier": "unit", "line": "enterprise", "reports_to": ["county"]},
        "county": {"name": "县局", "tier": "county", "line": "department", "reports_to": ["city"]},
        "new": {"name": "区局", "tier": "county", "line": "department", "reports_to": ["city"]},
        "other": {"name": "邻县局", "tier": "county", "line": "department", "reports_to": ["city"]},
        "city": {"name": "市局", "tier": "city", "line": "department", "reports_to": []},
    },
    "steps": [
        {"id": "s1", "act": "learned", "office": "unit", "at": "+1 09:00"},
        {"id": "s2", "act": "reported", "office": "unit", "to": ["county"], "at": "+1 09:30"},
    ],
}


def case(name: str) -> str:
    return f"test-case/{name}"


def registered(name: str, since: date | None = None) -> OfficeRegistered:
    of = BASE["offices"][name]
    return OfficeRegistered(
        office=case(name),
        name=of["name"],
        tier=Tier(of["tier"]),
        line=Line(of["line"]),
        reports_to=tuple(case(up) for up in of["reports_to"]),
        since=since,
    )


def merged(*by: str) -> tuple[OfficeEvent, ...]:
    """The county's bureau is succeeded from the day on; the new one is made for it."""
    offices = [registered(name) for name in ("unit", "county", "other", "city")]
    return (
        *offices,
        registered("new", DAY),
        OfficeSucceeded(office=case("county"), since=DAY, by=tuple(case(name) for name in by)),
    )


def assessed(events: tuple[OfficeEvent, ...], changes: dict[str, Any]) -> Assessment:
    seen = judged(varied(BASE, {"set": changes}))
    return assess_timeline(seen.timeline, directory_of(recorded(events, "offices")), rulebook())


def owed(events: tuple[OfficeEvent, ...], **changes: Any) -> dict[str, State]:  # noqa: ANN401 - whatever a step says
    """Where the first reports of the unit to the county level stand, by recipient."""
    found: list[Obligation] = [
        one
        for one in assessed(
            events, {key.replace("_", ".", 1): value for key, value in changes.items()}
        ).obligations
        if one.office == case("unit") and one.occasion == "first" and one.holds_until is None
    ]
    return {one.recipient.removeprefix("test-case/"): one.state for one in found}


def test_from_the_day_on_the_successor_is_owed_the_report() -> None:
    assert owed(merged("new"), s1_at="08:30", s2_at="08:50") == {"county": State.MET}
    assert owed(merged("new"), s2_to=["new"]) == {"new": State.MET}
    assert owed(merged("new"), s2_to=["other"]).keys() == {"new"}


def test_the_old_letterhead_reaches_the_successor() -> None:
    assert owed(merged("new"), s2_to=["county"]) == {"new": State.MET}
    assert owed(merged("new"), s2_to=["county"], s2_at="+1 10:00") == {"new": State.MET}, (
        "an hour, to the minute"
    )
    assert owed(merged("new"), s2_to=["county"], s2_at="+1 10:01") == {"new": State.LATE}, (
        "but no time is given away"
    )


def test_what_reaches_an_office_that_is_gone_makes_it_owe_nothing() -> None:
    """Whoever answers its telephone is another; an office that acts is judged, gone or not."""

    def owing(*events: OfficeEvent, **changes: Any) -> set[str]:  # noqa: ANN401 - whatever a step says
        rows = assessed(
            events, {key.replace("_", ".", 1): value for key, value in changes.items()}
        ).obligations
        return {one.office.removeprefix("test-case/") for one in rows}

    assert "county" in owing(*merged("new"), s1_at="08:30", s2_at="23:59"), "told on its last day"
    assert "county" not in owing(*merged("new"), s1_at="+1 00:00", s2_at="+1 00:00")
    seen = judged(
        varied(BASE, {"add": [{"id": "s3", "act": "learned", "office": "county", "at": "+1 09:31"}]})
    )
    rows = assess_timeline(
        seen.timeline, directory_of(recorded(merged("new"), "offices")), rulebook()
    ).obligations
    assert case("county") in {one.office for one in rows}


def test_a_wrong_office_stays_a_wrong_office() -> None:
    assert owed(merged("new"), s2_to=["other"]) != {"new": State.MET}
    assert owed(merged("other"), s2_to=["new"]) != {"other": State.MET}


def test_split_either_part_will_do() -> None:
    for told in ("new", "other", "county"):
        assert owed(merged("new", "other"), s2_to=[told]) == {"new": State.MET}


def test_over_the_midnight_of_the_change_the_new_office_will_do() -> None:
    before = {"s1_at": "23:40", "s2_at": "+1 00:20"}
    assert owed(merged("new"), **before, s2_to=["new"]) == {"county": State.MET}
    assert owed(merged("new"), **before, s2_to=["county"]) == {"county": State.MET}


def test_a_neighbour_that_takes_over_later_was_the_wrong_office_before() -> None:
    """What it was told in error before the day stays an error."""
    told = {"s1_at": "08:30", "s2_at": "08:50", "s2_to": ["other"]}
    wrong = owed((*(registered(name) for name in ("unit", "county", "other", "city", "new")),), **told)
    assert State.MET not in wrong.values()
    assert owed(merged("other"), **told) == wrong


def test_a_dissolved_office_leaves_its_own_superior_to_be_told() -> None:
    offices = [registered(name) for name in ("unit", "county", "city")]
    dissolved = (*offices, OfficeDissolved(office=case("county"), since=DAY))
    assert owed(dissolved, s1_at="08:30", s2_at="08:50") == {"county": State.MET}
    assert owed(dissolved, s2_to=["city"]) == {"city": State.MET}


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem[:20])
def test_a_succession_after_it_changes_no_row(path: Path) -> None:
    """By a new office, by another of the same record, or without any: what was owed and found stays word for word."""
    data = dict(yamlfile.read(path).data)
    seen = judged({**data, "day": "2000-01-01"})
    offices = [one.id for one in seen.directory]
    for office in offices:
        new = seen.directory[office]
        heir = OfficeRegistered(
            office="new", since=TODAY, name="新", tier=new.tier, line=new.line, reports_to=new.superiors[0][1]
        )
        others: list[tuple[OfficeEvent, ...]] = [
            (heir, OfficeSucceeded(office=office, since=TODAY, by=("new",))),
            (OfficeDissolved(office=office, since=TODAY),),
        ]
        more = [one for one in offices if one != office][:1]
        others += [(OfficeSucceeded(office=office, since=TODAY, by=(one,)),) for one in more]
        for events in others:
            after = directory_of(recorded(events, "offices", start=10_000), seen.directory)
            found = assess_timeline(seen.timeline, after, rulebook())
            assert found.obligations == seen.assessment.obligations, (office, events)
            assert found.findings == seen.assessment.findings, (office, events)


def test_a_class_excuses_nobody() -> None:
    """Whoever may pass over a level owes the level its report all the same."""
    offices = tuple(registered(name) for name in ("unit", "county", "city"))
    direct = ClassGiven(office=case("unit"), reporting=ReportingClass.DIRECT, directly_to=(case("city"),))
    elective = ClassGiven(office=case("unit"), reporting=ReportingClass.ELECTIVE)
    passed_over = {"s2.to": ["city"], "s2.at": "+1 12:00"}
    plain = assessed(offices, passed_over)
    for event in (direct, elective):
        classed = assessed((*offices, event), passed_over)
        assert (classed.obligations, classed.findings) == (plain.obligations, plain.findings)
    assert plain.findings


def test_what_was_worked_out_for_one_day_is_not_taken_for_another() -> None:
    """Two incidents on both sides of the day, judged with one directory."""
    directory = directory_of(recorded(merged("new"), "offices"))
    found = []
    for changes in ({"s1.at": "08:30", "s2.at": "08:50"}, {}, {"s1.at": "08:30", "s2.at": "08:50"}):
        seen = judged(varied(BASE, {"set": changes}))
        rows = assess_timeline(seen.timeline, directory, rulebook()).obligations
        found.append(
            {one.recipient for one in rows if one.office == case("unit") and one.occasion == "first"}
        )
    assert found == [{case("county")}, {case("new")}, {case("county")}]
