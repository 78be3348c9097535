"""Records on which an honest office would be accused, or a breach that the record proves would go unseen."""

from __future__ import annotations

from typing import Any

import pytest
from tests.assessment.test_later import (
    BASE,
    CITATION,
    DAILY,
    FINAL,
    SAME_DAY,
    act,
    due,
    judge,
    rule,
    states,
    told,
    under,
)
from tests.assessment.timelines import Judged, judged, varied

from emergency.assessment.assess import assess_timeline
from emergency.assessment.timeline import as_known_to
from emergency.rulebook import Rule

EVERY = rule(limit={"every": "PT24H"})
TWICE_IF_GRAVE = rule(limit={"times_a_day": "2"}, levels=["I", "II"])
GRAVE = rule(stage="first", limit={"within": "PT2H"}, clock="learned", levels=["I", "II"])
INCOMPLETE: dict[str, Any] = {"record.complete_for": []}
TWO_DEAD = act("learned", "+1 10:00", facts={"deaths": "2"})


def span(early: str, late: str) -> dict[str, str]:
    return {"from": f"{early}+08:00", "to": f"{late}+08:00"}


def versions(*values: tuple[str, dict[str, str], str], stage: str = "follow-up") -> Rule:
    """A rule that said something else from some day on."""
    newest = rule(limit=values[-1][1], clock=values[-1][2], stage=stage)
    said = {
        day: {
            "limit": limit,
            "clock": clock,
            "citation": CITATION,
            "confirmed": True,
            "recorded_on": "2026-11-22",
        }
        for day, limit, clock in values
    }
    return Rule.model_validate({**newest.model_dump(exclude={"values"}), "id": newest.id, "values": said})


def first(one: Rule | tuple[Rule, ...], facts: dict[str, str], *steps: dict[str, Any]) -> Judged:
    """A county that held some facts at 08:00 and reported nothing but what the steps say, for two days."""
    rules = one if isinstance(one, tuple) else (one,)
    end = act("stabilised", "+2 00:00")
    return judged(
        varied(BASE, {"without": ["s2"], "set": {"s1.facts": facts}, "add": [*steps, end]}),
        rules=under(*rules),
    )


def accused(result: Judged) -> list[str]:
    """What is found without any *possible*."""
    return [found for found in result.found() if not found.endswith(" possible")]


# -- silence is no absence -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "steps"),
    [
        (DAILY, [told("+1 10:00"), told("+3 08:00"), act("stabilised", "+3 09:00")]),
        (EVERY, [told("+2 08:00"), act("stabilised", "+2 09:00")]),
        (SAME_DAY, [TWO_DEAD, told("+3 08:00")]),
        (FINAL, [act("stabilised", "+1 10:00"), told("+20 10:00", "final-report")]),
    ],
    ids=["daily", "every", "supplement", "final"],
)
def test_a_gap_in_an_incomplete_record_is_no_lateness(one: Rule, steps: list[dict[str, Any]]) -> None:
    """Nothing says that the record holds all that the office sent (principle 4, ADR 0007)."""
    assert accused(judge(one, *steps, **INCOMPLETE)) == []


@pytest.mark.parametrize("doubt", [{"to": []}, {"at": None}], ids=["receiver unnamed", "time unstated"])
@pytest.mark.parametrize(
    ("one", "steps"),
    [
        (DAILY, [told("+2 08:00"), act("stabilised", "+2 09:00")]),
        (EVERY, [told("+2 08:00"), act("stabilised", "+2 09:00")]),
    ],
    ids=["daily", "every"],
)
def test_a_report_in_doubt_leaves_the_gap_in_doubt(
    one: Rule, steps: list[dict[str, Any]], doubt: dict[str, Any]
) -> None:
    """As with first reports: RECEIVER_UNNAMED, REPORT_UNDATED."""
    assert accused(judge(one, {**told("+1 08:00"), **doubt, "id": "doubt"}, *steps)) == []


def test_one_after_another_in_an_order_that_is_open() -> None:
    """Sent at 09:00 on the 11th, what is undated but for three days meets both."""
    undated = {**told("+1 09:00"), "id": "u", "at": span("2020-03-10T20:00", "2020-03-13T00:00")}
    assert accused(judge(EVERY, undated, told("+2 09:00"), act("stabilised", "+2 10:00"))) == []
    exact = {**undated, "at": "+1 09:00"}
    assert accused(judge(EVERY, exact, told("+2 09:00"), act("stabilised", "+2 10:00"))) == []


def test_a_report_of_which_only_the_quarter_is_known() -> None:
    wide = {**told("+1 10:00"), "id": "u", "at": span("2020-03-11T00:00", "2020-06-30T00:00")}
    result = judge(
        DAILY, wide, told("2020-05-30T08:00+08:00"), act("handling-ended", "2020-05-31T00:00+08:00")
    )
    assert accused(result) == []


# -- the law of the day ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "steps"),
    [
        (
            versions(
                ("2000-01-01", {"times_a_day": "1"}, "last-report"),
                ("2021-01-01", {"times_a_day": "2"}, "last-report"),
            ),
            [told("+1 08:00"), told("+2 08:00"), act("stabilised", "+2 09:00")],
        ),
        (
            versions(
                ("2000-01-01", {"every": "PT24H"}, "last-report"),
                ("2021-01-01", {"every": "PT4H"}, "last-report"),
            ),
            [told("+1 08:00"), act("stabilised", "+1 08:30")],
        ),
    ],
    ids=["times a day", "every"],
)
def test_nobody_is_judged_by_a_cadence_that_came_later(one: Rule, steps: list[dict[str, Any]]) -> None:
    """One a day, which is what the law of 2020 asked for, was done (principle 8, design 6)."""
    assert accused(judge(one, *steps)) == []


def test_nobody_is_judged_by_a_clock_that_came_later() -> None:
    one = versions(
        ("2000-01-01", {"within": "PT1H"}, "graded"),
        ("2021-01-01", {"within": "PT1H"}, "learned"),
        stage="first",
    )
    assert accused(judge(one, **{"s2.at": "10:00"})) == []


def test_a_clock_that_came_later_excuses_nobody() -> None:
    one = versions(
        ("2000-01-01", {"within": "PT1H"}, "learned"),
        ("2021-01-01", {"within": "PT1H"}, "graded"),
        stage="first",
    )
    assert judge(one, **{"s2.at": "10:00"}).found() == ["county>city late established"]


# -- levels ----------------------------------------------------------------------------------------------------

RAISED = {**act("graded", "08:00", level="II"), "id": "raised"}
ONCE_A_DAY = (
    told("+1 08:00"),
    told("+1 09:00"),
    told("+2 08:00"),
    told("+3 08:00"),
    act("stabilised", "+3 09:00"),
)


@pytest.mark.parametrize(
    "steps",
    [
        (act("graded", "10:00", level="II"), {**act("graded", "+1 10:00", level="IV"), "id": "lowered"}),
        (act("learned", "10:00", facts={"deaths": "10"}), act("verified", "+1 10:00", facts={"deaths": "1"})),
    ],
    ids=["regraded", "figures corrected"],
)
def test_twice_a_day_ends_with_the_level_that_asked_for_it(steps: tuple[dict[str, Any], ...]) -> None:
    """The 12th, two days after the lowering took hold, asks for no second report (ADR 0012, 0013)."""
    assert accused(judge(TWICE_IF_GRAVE, *steps, *ONCE_A_DAY)) == []


@pytest.mark.parametrize(
    ("deaths", "steps"),
    [
        ("10", [act("verified", "12:00", facts={"deaths": "1"})]),
        ("1", [RAISED, {**act("graded", "12:00", level="IV"), "id": "lowered"}]),
    ],
    ids=["figures", "level"],
)
def test_what_was_lowered_in_time_is_excused_also_in_days(deaths: str, steps: list[dict[str, Any]]) -> None:
    in_days = rule(stage="first", limit={"within": "P1D"}, clock="learned", levels=["I", "II"])
    result = first(in_days, {"deaths": deaths}, *steps, act("learned", "+5 00:00"))
    assert states(result) == {"": "excused"}
    assert accused(result) == []


@pytest.mark.parametrize("kind", ["verified", "graded"])
@pytest.mark.parametrize("at", [span("2020-03-10T08:30", "2020-03-10T11:00"), None], ids=["span", "unstated"])
def test_a_lowering_that_may_have_come_in_time(kind: str, at: dict[str, str] | None) -> None:
    """Lowered at 09:00 it excuses; a verdict of late needs lateness under every reading (principle 6)."""
    said: dict[str, Any] = {"level": "IV"} if kind == "graded" else {"facts": {"deaths": "1"}}
    lowering = {**act(kind, None, **said), "at": at, "id": "lowered"}
    raised, deaths = ([RAISED], "1") if kind == "graded" else ([], "10")
    assert states(first(GRAVE, {"deaths": deaths}, *raised, lowering)) == {"": "undetermined"}


@pytest.mark.parametrize("more", [{"injured": "5"}, {"missing": "0"}, {"trapped": "0"}])
def test_a_correction_need_not_restate_what_does_not_matter(more: dict[str, str]) -> None:
    """The dead are what the level goes by, and they were found to be one."""
    corrected = act("verified", "08:30", facts={"deaths": "1"})
    result = first(GRAVE, {"deaths": "10", **more}, corrected)
    assert states(result) == {"": "excused"}


def test_a_raise_asks_for_nothing_that_was_due_before_it() -> None:
    rolling = rule(limit={"every": "PT4H"}, levels=["I"])
    raised = act("learned", "20:00", facts={"deaths": "30"})
    result = judge(rolling, raised, told("20:30", facts={"deaths": "30"}), act("stabilised", "21:00"))
    assert accused(result) == []


@pytest.mark.parametrize(
    "at", [span("2020-03-11T23:00", "2020-03-12T01:00"), None], ids=["midnight", "unstated"]
)
def test_a_level_binds_from_the_day_after_it_was_surely_known(at: dict[str, str] | None) -> None:
    raised = {**act("learned", None, facts={"deaths": "10"}), "at": at}
    steps = (
        told("+1 08:00"),
        told("+2 08:00"),
        told("+3 08:00"),
        told("+3 09:00"),
        act("stabilised", "+4 00:00"),
    )
    assert accused(judge(TWICE_IF_GRAVE, raised, *steps)) == []


def test_a_window_closes_also_where_only_the_knowledge_is_dated() -> None:
    """It was known on 10 March, so it happened by then: on 30 May the thirty days were over."""
    larger = rule(stage="first", limit={"within": "PT2H"}, clock="learned", levels=["II", "III"])
    died = act("learned", "2020-05-30T10:00+08:00", facts={"deaths": "3"})
    end = act("stabilised", "2020-07-01T00:00+08:00")
    assert accused(judge(larger, died, end, occurred_at=None)) == []


@pytest.mark.parametrize("again", ["08:20", "12:00"])
def test_lowered_and_raised_again_is_raised(again: str) -> None:
    """Otherwise a minute at level IV excuses whoever grades."""
    result = first(
        GRAVE,
        {"deaths": "1"},
        act("graded", "08:00", level="II"),
        {**act("graded", "08:10", level="IV"), "id": "lowered"},
        {**act("graded", again, level="I"), "id": "raised"},
    )
    assert any(found.startswith("county>city") and "late established" in found for found in result.found())


def test_no_grading_of_its_own_undoes_the_figures_that_the_office_holds() -> None:
    """Thirty dead are level I by a confirmed table; it holds no other figure (principle 10)."""
    result = first(GRAVE, {"deaths": "30"}, act("graded", "08:10", level="IV"))
    assert states(result)[""] == "overdue"


# -- changed figures -------------------------------------------------------------------------------------------


def test_nobody_owes_the_recipient_what_the_recipient_said() -> None:
    said = {**told("+1 10:00", "notified", facts={"deaths": "2"}), "office": "city", "to": "county"}
    assert accused(judge(SAME_DAY, said, act("stabilised", "+3 00:00"))) == []


def test_a_figure_that_was_told_is_no_change_when_it_is_verified() -> None:
    early = told("12:00", facts={"deaths": "2"})
    verified = act("verified", "+1 10:00", facts={"deaths": "2"})
    assert accused(judge(SAME_DAY, early, verified, act("stabilised", "+3 00:00"))) == []


def test_the_same_toll_in_other_words_is_no_change() -> None:
    split = {"deaths": "1", "missing": "2"}
    together = act("learned", "+1 10:00", facts={"dead_or_missing": "3"})
    result = judge(
        SAME_DAY, together, act("stabilised", "+3 00:00"), **{"s1.facts": split, "s2.facts": split}
    )
    assert accused(result) == []


def test_a_supplement_with_the_old_figure_is_none() -> None:
    changed = act("learned", "+1 10:00", facts={"deaths": "9"})
    result = judge(SAME_DAY, changed, told("+1 11:00", facts={"deaths": "1"}), act("stabilised", "+3 00:00"))
    assert states(result)["learned"] != "met"


def test_a_report_that_may_have_come_before_the_change() -> None:
    before = {**told("+1 08:00"), "id": "u", "at": span("2020-03-11T08:00", "2020-03-11T20:00")}
    assert states(judge(SAME_DAY, TWO_DEAD, before, told("+3 10:00"))) != {"learned": "met"}


# -- several rules ---------------------------------------------------------------------------------------------


def test_what_meets_each_of_two_cadences_meets_both() -> None:
    """By 09:00 of the 11th: sent at 20:00 on the 10th. One on the 11th: sent at 20:00."""
    one, other = rule("a", limit={"times_a_day": "1"}), rule("b", limit={"daily_by": "09:00"})
    steps = (told("20:00"), told("+1 20:00"), act("stabilised", "+2 00:00"))
    assert judge(one, *steps).found() == []
    assert judge(other, *steps).found() == []
    assert judge((one, other), *steps).found() == []


@pytest.mark.parametrize(
    ("ranks", "sent", "found"),
    [
        (("law", "notice"), ("09:00", "13:00"), []),
        (("notice", "law"), ("09:00", "+1 13:00"), ["county>city@learned late established"]),
    ],
    ids=["accused", "excused"],
)
def test_a_raise_is_an_occasion_of_its_own(
    ranks: tuple[str, str], sent: tuple[str, str], found: list[str]
) -> None:
    """Told at 09:00 of what it knew at 08:00; thirty dead at 12:00 call for another within two hours."""
    limit = {"within": "PT2H"}
    grave = rule("z", stage="supplement", limit=limit, clock="learned", levels=["I"], rank=ranks[0])
    any_ = rule("b", stage="supplement", limit=limit, clock="learned", rank=ranks[1])
    raised = act("learned", "12:00", facts={"deaths": "30"})
    result = judge((grave, any_), raised, told(sent[1], facts={"deaths": "30"}), **{"s2.at": sent[0]})
    assert [f.partition(" ")[2] for f in result.found()] == [f.partition(" ")[2] for f in found]


def test_one_day_without_a_report_is_one_matter() -> None:
    """The obligation has two grounds; scores count findings (design 4, ADR 0013)."""
    facts: dict[str, Any] = {"s1.facts": {"deaths": "30"}, "s2.facts": {"deaths": "30"}}
    steps = (told("+2 08:00"), told("+2 09:00"), act("stabilised", "+2 12:00"))
    grave = rule("grave", limit={"times_a_day": "2"}, levels=["I", "II"])
    assert len(judge((DAILY, grave), *steps, **facts).found()) == 1


def test_the_wrong_order_beside_a_limit_that_was_met_is_no_lateness() -> None:
    offices = {
        **BASE["offices"],
        "gov": {"name": "县政府", "tier": "county", "line": "government", "reports_to": []},
        "county": {**BASE["offices"]["county"], "reports_to": ["city", "gov"]},
    }
    to = {"tier": "same", "line": "government"}
    order = {"before": {"tier": "next", "line": "department"}}
    rules = (
        rule("order", stage="first", to=to, limit=order, clock="learned"),
        rule("hours", stage="first", to=to, limit={"within": "PT2H"}, clock="learned"),
    )
    second = {**told("09:30", "reported", facts={"deaths": "1"}), "to": "gov"}
    result = judged(varied({**BASE, "offices": offices}, {"add": [second]}), rules=under(*rules))
    assert result.found() == []


# -- ends and beginnings ---------------------------------------------------------------------------------------


def test_an_end_that_may_have_been_earlier_ends_the_follow_ups() -> None:
    stable = {**act("stabilised", None), "at": span("2020-03-11T00:00", "2020-03-30T00:00")}
    result = judge(DAILY, stable, act("handling-ended", "+9 00:00"), told("+5 08:00"))
    assert accused(result) == []


def test_a_situation_that_was_declared_stable_twice() -> None:
    again = {**act("stabilised", "2020-03-20T10:00+08:00"), "id": "again"}
    final = told("2020-03-23T10:00+08:00", "final-report")
    assert accused(judge(FINAL, act("stabilised", "2020-03-12T10:00+08:00"), again, final)) == []


def test_a_gap_is_no_longer_than_the_duty() -> None:
    """Nothing was owed after 12 March, 10:00."""
    result = judge(DAILY, act("stabilised", "+2 10:00"), told("+30 08:00", "final-report"))
    (late,) = result.findings()
    assert late["late_by"]["at_least"] == "PT10H"


def test_a_final_report_before_the_end_is_none() -> None:
    stable = act("stabilised", "2020-03-16T10:00+08:00")
    result = judge(
        FINAL,
        told("10:00", "final-report"),
        stable,
        told("2020-03-30T10:00+08:00", "followed-up"),
    )
    assert states(result) != {"stable": "met"}


def test_a_follow_up_before_it_was_called_for_is_none() -> None:
    graded = rule(limit={"within": "PT2H"}, clock="graded")
    result = judge(graded, told("10:00"), act("graded", "12:00", level="III"), act("stabilised", "+1 00:00"))
    assert states(result) == {"graded": "overdue"}


def test_whoever_asked_is_answered() -> None:
    offices = {
        **BASE["offices"],
        "other": {"name": "邻县", "tier": "county", "line": "department", "reports_to": []},
    }
    on_request = rule(stage="supplement", limit={"within": "PT30M"}, clock="asked")
    asked = {
        "id": "q",
        "act": "inquired",
        "office": "other",
        "to": "county",
        "channel": "phone",
        "at": "10:00",
    }
    answer = {**told("10:10", "answered", facts={"deaths": "1"}), "to": "other"}
    steps = [asked, answer, told("+1 10:00")]
    assert (
        accused(judged(varied({**BASE, "offices": offices}, {"add": steps}), rules=under(on_request))) == []
    )


def test_the_view_of_an_office_accuses_nobody_whom_the_record_clears() -> None:
    stable = {**act("stabilised", "+1 12:00"), "office": "city"}
    steps = [stable, told("+5 08:00"), act("handling-ended", "+9 00:00")]
    live = judged({**varied(BASE, {"add": steps}), "logs": ["county"]}, rules=under(DAILY))
    assert live.found() == []
    seen = assess_timeline(as_known_to(live.timeline, "test-case/county"), live.directory, under(DAILY))
    assert [f.status for f in seen.findings if f.status != "possible"] == []


# -- dates and days off ----------------------------------------------------------------------------------------


def test_a_shift_between_two_ends_that_are_not_shifted() -> None:
    """Known on Saturday at 23:00 it was due on Monday at noon; known on Sunday at 09:00, on Monday at 09:00."""
    shifted = rule(
        stage="first",
        limit={"within": "PT24H", "shift": "next-working-day", "shift_by": "12:00"},
        clock="learned",
    )
    record: dict[str, Any] = {"occurred_at": "2020-03-12T22:00+08:00", "s2.at": "2020-03-16T10:00+08:00"}
    assert judge(shifted, **record, **{"s1.at": "2020-03-14T23:00+08:00"}).found() == []
    open_ = span("2020-03-12T23:00", "2020-03-15T09:00")
    assert accused(judge(shifted, **record, **{"s1.at": open_})) == []


def test_a_due_time_never_ends_before_it_begins() -> None:
    shifted = rule(
        stage="first",
        limit={"within": "PT24H", "shift": "next-working-day", "shift_by": "12:00"},
        clock="learned",
    )
    result = judge(
        shifted,
        **{
            "occurred_at": "2020-03-14T22:00+08:00",
            "s1.at": span("2020-03-14T23:00", "2020-03-15T09:00"),
            "s2.at": "2020-03-16T08:00+08:00",
        },
    )
    row = result.obligations()["county>city"]
    assert row["due"]["earliest"] <= row["due"]["latest"]


def test_a_bare_day_is_one_day() -> None:
    bare = {**told("+1 10:00"), "id": "bare", "at": "2020-03-11"}
    result = judge(DAILY, bare, told("+3 08:00"), act("stabilised", "+3 09:00"))
    assert states(result) == {"2020-03-11": "met", "2020-03-12": "late"}


def test_a_figure_of_a_bare_day_is_due_on_that_day() -> None:
    changed = {**act("learned", "2020-03-11", facts={"deaths": "2"}), "id": "changed"}
    assert due(judge(SAME_DAY, changed)) == {"changed": "2020-03-12T00:00:00+08:00"}


def test_a_year_without_a_calendar_is_no_exception() -> None:
    final = rule(stage="final", limit={"working_days": "2"}, clock="last-report")
    result = judge(
        final,
        told("2031-03-12T10:00+08:00"),
        **{
            "occurred_at": "2031-03-10T08:00+08:00",
            "s1.at": "2031-03-10T08:00+08:00",
            "s2.at": "2031-03-10T09:00+08:00",
        },
    )
    assert states(result) == {"last-report": "undetermined"}


def test_an_outer_end_that_never_began_binds_nobody() -> None:
    outer = {"within": "PT4H", "at_most": {"within": "PT2H", "clock": "graded"}}
    result = judge(rule(stage="first", limit=outer, clock="learned"))
    assert states(result) == {"": "met"}


# -- suspended -------------------------------------------------------------------------------------------------


def test_only_an_office_above_may_suspend() -> None:
    """A city elsewhere is no authority over this county (principle 10)."""
    offices = {
        **BASE["offices"],
        "far": {"name": "另市局", "tier": "city", "line": "department", "reports_to": []},
    }
    who = {"tiers": ["city"], "lines": ["department"]}
    counted = rule(stage="final", limit={"within": "P3D"}, clock="stable", suspended_by=who)
    order = act("suspended", "+1 12:00", authority="另市局", why="封闭", whom=["county"])
    steps = [act("stabilised", "10:00"), {**order, "office": "far"}, told("+20 10:00", "final-report")]
    result = judged(varied({**BASE, "offices": offices}, {"add": steps}), rules=under(counted))
    assert states(result) == {"stable": "late"}
