"""The two offices, who is told first, and levels that are passed over: both sides of each check."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from emergency.assessment.assess import assess_timeline
from emergency.assessment.norms.checks import norms_of
from emergency.domain.events import FollowUpFiled, Graded, NonReportStated, Notified
from emergency.domain.offices import ClassGiven, OfficeRegistered, SuperiorChanged
from emergency.domain.vocabulary import Channel, Level, Line, ReportingClass, Tier

from .procedure_scene import Scene, act, closed, knew, rulebook, told

DONGYANG, CHUNAN, HECHI, NOWHERE = "330783", "330127", "451202", "530302"


def of(check: str, rows: dict[str, str], office: str = "fire") -> str | None:
    """What one check of an office came to."""
    return rows.get(f"{office} {check}")


# -- both ------------------------------------------------------------------------------------------------------

LARGER: dict[str, Any] = {"deaths": 3}


def hechi(*entries: Any, **more: Any) -> dict[str, str]:  # noqa: ANN401 - of a scene
    return Scene(HECHI, (knew("gov", "09:00", **LARGER), *entries), **more).rows()


@pytest.mark.parametrize(
    ("entries", "expected"),
    [
        ([told("gov", ["city-party", "city-gov"], "09:30")], "pass"),
        ([told("gov", "city-party", "09:30"), told("gov", "city-gov", "09:31")], "pass"),
        ([told("gov", "city-party", "09:30"), told("gov", "city-gov", "09:31:01")], "fail possible"),
        ([told("gov", "city-party", "09:30"), act(Notified, "gov", "09:30", to=("city-gov",))], "pass"),
        ([told("gov", "city-party", "09:30~"), told("gov", "city-gov", "09:40~")], "unknown"),
        ([told("gov", "city-party", "09:30")], "fail possible"),
        ([told("gov", "prov-gov", "09:30")], "not-applicable"),
        ([], None),
    ],
)
def test_both_offices_of_the_city_are_told_at_the_same_time(entries: list[Any], expected: str | None) -> None:
    assert of("both-offices", hechi(*entries), "gov") == expected


def test_one_of_them_told_is_unknown_where_silence_says_nothing() -> None:
    alone = told("gov", "city-party", "09:30")
    assert of("both-offices", hechi(alone, imported=True), "gov") == "unknown"
    stated = act(NonReportStated, "gov", "12:00", to=("city-gov",))
    assert of("both-offices", hechi(alone, stated, imported=True), "gov") == "fail possible"


def test_what_is_not_in_the_directory_is_not_told_by_anybody() -> None:
    rows = hechi(told("gov", "city-gov", "09:30"), without=("city-party",))
    assert of("both-offices", rows, "gov") == "unknown"
    rows = hechi(told("gov", "prov-gov", "09:30"), without=("city-party", "city-gov"))
    assert of("both-offices", rows, "gov") == "unknown"


def test_the_text_speaks_of_larger_events_only() -> None:
    alone = told("gov", "city-party", "09:30")
    two_dead = Scene(HECHI, (knew("gov", "09:00", deaths=2), alone))
    assert of("both-offices", two_dead.rows(), "gov") == "unknown", "a graver level is always possible"
    graded = act(Graded, "gov", "09:10", level=Level.IV)
    ordinary = Scene(HECHI, (knew("gov", "09:00", deaths=2), graded, alone))
    assert of("both-offices", ordinary.rows(), "gov") is None
    larger = act(Graded, "gov", "09:10", level=Level.III)
    raised = Scene(HECHI, (knew("gov", "09:00", deaths=2), larger, alone))
    assert of("both-offices", raised.rows(), "gov") == "fail possible"


def test_who_was_told_before_the_level_was_known_need_not_be_told_in_one_breath() -> None:
    early = (told("gov", "city-party", "09:10"), told("gov", "city-gov", "09:20"))
    later = Scene(HECHI, (knew("gov", "09:00", deaths=1), *early, knew("gov", "10:00", deaths=3)))
    assert of("both-offices", later.rows(), "gov") == "pass"


def test_before_the_minute_is_over_nothing_has_failed() -> None:
    scene = Scene(HECHI, (knew("gov", "09:00", **LARGER), told("gov", "city-party", "09:30")))
    assert of("both-offices", scene.rows("09:29"), "gov") is None
    assert of("both-offices", scene.rows("09:30"), "gov") == "unknown"
    assert of("both-offices", scene.rows("09:31"), "gov") == "unknown"
    assert of("both-offices", scene.rows("09:31:01"), "gov") == "fail possible"


def test_without_such_words_the_second_may_be_told_later_and_fails_only_at_the_end() -> None:
    entries = (knew("fire", "09:00"), told("fire", "party", "09:30"))
    told_later = Scene(DONGYANG, (*entries, told("fire", "gov", "11:00"), closed()))
    assert of("both-offices", told_later.rows()) == "pass"
    assert of("both-offices", told_later.rows("10:00")) == "unknown"
    never = Scene(DONGYANG, (*entries, closed("20:00")))
    assert of("both-offices", never.rows("19:59")) == "unknown"
    assert of("both-offices", never.rows("20:00")) == "fail possible"
    assert of("both-offices", Scene(NOWHERE, (*entries, closed())).rows()) is None, (
        "no text asks for it there"
    )


def test_the_end_of_a_record_that_is_complete_shows_what_was_left_out() -> None:
    entries = (knew("fire", "09:00"), told("fire", "party", "09:30"), knew("gov", "11:00"))
    whole = Scene(DONGYANG, entries, imported=True, complete_for=("fire",))
    assert of("both-offices", whole.rows()) == "fail possible"
    assert of("both-offices", whole.rows("10:59")) == "unknown"
    assert of("both-offices", Scene(DONGYANG, entries).rows()) == "unknown", "it may still be going on"


def test_a_government_tells_those_of_the_next_tier_and_a_department_its_own() -> None:
    beside = SuperiorChanged(office="gov", reports_to=("party", "city-gov", "city-party"))
    own = (told("gov", ["party"], "09:30"), told("gov", ["city-gov", "city-party"], "09:40"))
    assert of("both-offices", hechi(*own, more=(beside,)), "gov") == "pass"
    city = (knew("city-fire", "09:00", **LARGER), told("city-fire", ["city-gov", "city-party"], "09:30"))
    assert of("both-offices", Scene(HECHI, city).rows(), "city-fire") == "pass"
    half = (knew("city-fire", "09:00", **LARGER), told("city-fire", ["city-gov", "prov-fire"], "09:30"))
    assert of("both-offices", Scene(HECHI, half).rows(), "city-fire") == "fail possible"


# -- first -----------------------------------------------------------------------------------------------------

UP = told("fire", "city-fire", "10:00", "up")


@pytest.mark.parametrize(
    ("entries", "expected"),
    [
        ([told("fire", ["party", "gov"], "09:59"), UP], "pass"),
        ([told("fire", ["party", "gov"], "10:00"), UP], "pass"),
        ([told("fire", ["party", "gov"], "10:01"), UP], "fail possible"),
        ([told("fire", "party", "09:50"), told("fire", "gov", "10:01"), UP], "fail possible"),
        ([told("fire", "party", "09:50"), UP], "fail possible"),
        ([told("fire", ["party", "gov"], "10:00~"), UP], "unknown"),
        ([UP], "fail possible"),
        ([told("fire", ["party", "gov"], "09:59")], None),
    ],
)
def test_the_two_offices_are_told_no_later_than_the_superior_department(
    entries: list[Any], expected: str | None
) -> None:
    scene = Scene(DONGYANG, (knew("fire", "09:00"), *entries))
    assert of("offices-first", scene.rows()) == expected


def test_an_incomplete_record_does_not_show_that_they_were_not_told() -> None:
    entries = (knew("fire", "09:00"), told("fire", "party", "09:50"), UP)
    assert of("offices-first", Scene(DONGYANG, entries, imported=True).rows()) == "unknown"


def test_what_the_law_says_stands_beside_the_failure() -> None:
    (row,) = [c for c in Scene(DONGYANG, (knew("fire", "09:00"), UP)).checks() if c.check == "offices-first"]
    assert [(g.breached, "突发事件应对法" in g.citation) for g in row.grounds] == [
        (True, False),
        (False, True),
        (False, False),
    ]
    assert "不因两办的程序而中止" in row.explanation.zh
    assert "国务院令第493号" in row.explanation.zh, "what it owed those above"
    assert "obstructing" in row.explanation.en
    assert row.evidence == ("incident/test:up",)


def test_before_the_law_of_2024_only_what_held_then_stands_beside_it() -> None:
    day = "2020-03-10"
    entries = (knew("fire", "09:00"), UP)
    moved = tuple(
        e.model_copy(
            update={
                "at": e.at.model_copy(
                    update={
                        k: getattr(e.at, k).replace(year=2020, month=3, day=10)
                        for k in ("earliest", "latest")
                    }
                )
            }
        )
        for e in entries
    )
    (row,) = [c for c in Scene(DONGYANG, moved, day=day).checks() if c.check == "offices-first"]
    assert not any("突发事件应对法" in g.citation for g in row.grounds)


def test_a_report_inside_the_county_passes_nobody() -> None:
    entries = (knew("unit", "09:00"), told("unit", "fire", "09:10"))
    assert of("offices-first", Scene(CHUNAN, entries).rows(), "unit") is None


# -- past a level ----------------------------------------------------------------------------------------------


def skipped(*entries: Any, division: str = CHUNAN, office: str = "town", **more: Any) -> str | None:  # noqa: ANN401
    rows = Scene(division, (knew(office, "09:00"), *entries), **more).rows()
    return rows.get(f"{office} skipping-justified@past")


def test_a_report_past_a_level_needs_a_ground() -> None:
    past = told("town", "city-gov", "10:00", "past")
    assert skipped(past) == "fail possible"
    assert skipped(past, imported=True) == "unknown", "the level passed over may have been told"
    assert skipped(past, division=NOWHERE) is None, "no text asks for it of a township there"
    assert skipped(told("town", "gov", "10:00"), past) is None, "told by then, nobody was passed over"
    assert skipped(told("town", "gov", "10:01"), past) == "fail possible"
    assert skipped(told("town", "gov", "10:00~"), past) == "unknown"


def test_a_parent_company_is_no_level() -> None:
    group = OfficeRegistered(
        office="group", name="group", tier=Tier.UNIT, line=Line.ENTERPRISE, reports_to=("fire",)
    )
    moved = SuperiorChanged(office="unit", reports_to=("group",))
    past = told("unit", "fire", "10:00", "past")
    assert skipped(past, office="unit", more=(group, moved)) is None


def test_stated_necessity_is_a_ground() -> None:
    past = told("town", "city-gov", "10:00", "past", skipping="县里电话不通")
    assert skipped(past) == "pass"


def test_a_rule_that_allows_it_where_necessary_leaves_open_why_nobody_said_so() -> None:
    past = told("gov", "prov-gov", "10:00", "past")
    assert skipped(past, office="gov", division=NOWHERE) == "unknown"
    assert skipped(past, office="gov", division=NOWHERE, imported=True) == "unknown"
    why = told("gov", "prov-gov", "10:00", "past", skipping="市里失联")
    assert skipped(why, office="gov", division=NOWHERE) == "pass"


def test_a_direct_report_office_may_tell_those_that_its_class_names() -> None:
    past = told("town", "city-gov", "10:00", "past")
    direct = ClassGiven(office="town", reporting=ReportingClass.DIRECT, directly_to=("city-gov",))
    assert skipped(past, more=(direct,)) == "pass"
    elsewhere = ClassGiven(office="town", reporting=ReportingClass.DIRECT, directly_to=("prov-gov",))
    assert skipped(past, more=(elsewhere,)) == "fail possible"


def test_whom_it_owes_a_report_by_a_rule_it_may_tell_first() -> None:
    """Level III goes from the county government straight to the province as well, by a rule of Shanxi."""
    scene = Scene("140105", (knew("gov", "09:00", deaths=3), told("gov", "prov-gov", "09:10", "past")))
    assert scene.rows().get("gov skipping-justified@past") == "pass"


def test_each_report_past_a_level_is_looked_at_by_itself() -> None:
    first = told("town", "city-gov", "10:00", "past")
    again = told("town", "city-gov", "12:00", "again", kind=FollowUpFiled, channel=Channel.WRITTEN)
    scene = Scene(CHUNAN, (knew("town", "09:00"), first, told("town", "gov", "11:00"), again))
    rows = scene.rows()
    assert rows["town skipping-justified@past"] == "fail possible"
    assert "town skipping-justified@again" not in rows


def test_the_packaged_texts_are_those_of_this_test() -> None:
    asked = {n.id for n in rulebook().norms}
    assert "cn/norms/local/330783-dongyang/offices-first" in asked


def test_the_same_record_under_other_rules_is_read_anew() -> None:
    """What was worked out under one rulebook is never taken for what another one says."""
    opened = Scene(HECHI, (knew("gov", "09:00", **LARGER), told("gov", "city-party", "09:30")))
    timeline, directory = opened.timeline, opened.directory
    blind = replace(rulebook(), tables=(), kept_fingerprint=None)
    came = []
    for rules in (rulebook(), blind, rulebook()):
        assessment = assess_timeline(timeline, directory, rules)
        rows = [c for c in norms_of(timeline, directory, rules, assessment) if c.check == "both-offices"]
        came.append(rows[-1].result)
    assert came == ["fail", "unknown", "fail"], "without tables nobody can tell the level"
