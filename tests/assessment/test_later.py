"""Reports beyond the first: each form of limit from each clock, both sides, and what nobody can conclude."""

from __future__ import annotations

from typing import Any

import pytest
from tests.assessment.timelines import Judged, judged, rulebook, varied

from emergency.rulebook import Rule, Rulebook, Unread

CITATION = {"law": "试行办法", "article": None, "promulgated": None, "source": "made for this test"}
BASE: dict[str, Any] = {
    "occurred_at": "08:00",
    "offices": {
        "county": {"name": "县局", "tier": "county", "line": "department", "reports_to": ["city"]},
        "city": {"name": "市局", "tier": "city", "line": "department", "reports_to": []},
    },
    "record": {"complete_for": ["county"]},
    "steps": [
        {"id": "s1", "act": "learned", "office": "county", "at": "08:00", "facts": {"deaths": "1"}},
        {
            "id": "s2",
            "act": "reported",
            "office": "county",
            "to": "city",
            "channel": "phone",
            "at": "09:00",
            "facts": {"deaths": "1"},
        },
    ],
}


def rule(name: str = "later", *, confirmed: bool = True, since: str = "2000-01-01", **said: Any) -> Rule:  # noqa: ANN401
    limit, clock = said.pop("limit"), said.pop("clock", "last-report")
    return Rule.model_validate(
        {
            "id": f"cn/{name}",
            "title": {"zh": name, "en": name},
            "row": "0",
            "rank": "notice",
            "who": {"tiers": ["county"], "lines": ["department"]},
            "to": {"tier": "next", "line": "department"},
            "stage": "follow-up",
            "values": {
                since: {
                    "limit": limit,
                    "clock": clock,
                    "citation": CITATION,
                    "confirmed": confirmed,
                    "recorded_on": "2026-11-22",
                }
            },
            **said,
        }
    )


def under(*rules: Rule) -> Rulebook:
    book = rulebook()
    return Rulebook(rules=rules, tables=book.tables, families=book.families, calendars=book.calendars)


def told(at: str, act: str = "followed-up", **more: Any) -> dict[str, Any]:  # noqa: ANN401
    return {
        "id": f"{act}-{at}".replace(" ", "").replace(":", ""),
        "act": act,
        "office": "county",
        "to": "city",
        "channel": "phone",
        "at": at,
        **more,
    }


def act(name: str, at: str | None, **more: Any) -> dict[str, Any]:  # noqa: ANN401
    return {"id": name, "act": name, "office": "county", "at": at, **more}


def judge(rules: Rule | tuple[Rule, ...], *steps: dict[str, Any], **change: Any) -> Judged:  # noqa: ANN401
    book = under(*(rules if isinstance(rules, tuple) else (rules,)))
    return judged(varied(BASE, {"add": list(steps), "set": change}), rules=book)


def states(result: Judged) -> dict[str, str]:
    return {name.partition("@")[2]: row["state"] for name, row in result.obligations().items()}


def due(result: Judged) -> dict[str, str]:
    return {name.partition("@")[2]: row["due"]["latest"] for name, row in result.obligations().items()}


# -- so many a day ---------------------------------------------------------------------------------------------

DAILY = rule(limit={"times_a_day": "1"})
TWICE = rule(limit={"times_a_day": "2"})


def test_a_day_with_its_report_is_met_and_one_without_is_one_matter_until_the_next_report() -> None:
    result = judge(DAILY, told("+1 23:59"), told("+4 08:00"), act("stabilised", "+5 00:00"))
    assert states(result) == {"2020-03-11": "met", "2020-03-12": "late", "2020-03-14": "met"}
    late = result.obligations()["county>city@2020-03-12"]
    assert late["due"] == {"earliest": "2020-03-13T00:00:00+08:00", "latest": "2020-03-13T00:00:00+08:00"}
    assert late["late_by"] == {"at_least": "P1DT8H", "at_most": "P1DT8H"}
    assert result.found() == ["county>city@2020-03-12 late established"]


def test_a_report_after_midnight_counts_for_the_next_day() -> None:
    result = judge(DAILY, told("+2 00:01"), act("stabilised", "+3 00:00"))
    assert states(result) == {"2020-03-11": "late", "2020-03-12": "met"}
    assert result.obligations()["county>city@2020-03-11"]["late_by"]["at_least"] == "PT1M"


def test_nothing_is_owed_for_the_day_of_the_first_report_nor_for_the_day_it_became_stable() -> None:
    assert states(judge(DAILY, act("stabilised", "+1 12:00"))) == {}
    assert states(judge(DAILY, act("stabilised", "+1 23:59"))) == {}
    assert states(judge(DAILY, act("stabilised", "+2 00:00"))) == {"2020-03-11": "overdue"}


def test_until_when_follow_ups_were_due_is_not_guessed() -> None:
    result = judge(DAILY, told("+3 08:00"))
    assert states(result) == {
        "2020-03-11": "undetermined",
        "2020-03-13": "met",
        "2020-03-14": "undetermined",
    }
    assert result.found() == []


def test_in_a_live_store_what_nobody_declared_stable_goes_on() -> None:
    book = under(DAILY)
    live = judged({**varied(BASE, {"add": [told("+1 10:00")]}), "logs": ["county"]}, rules=book)
    assert states(live) == {"2020-03-11": "met", "2020-03-12": "overdue"}
    on_that_day = live.obligations("2020-03-12T12:00:00+08:00")
    assert on_that_day["county>city@2020-03-12"]["state"] == "open"


def test_twice_a_day_asks_for_two_on_each_day() -> None:
    result = judge(TWICE, told("+1 08:00"), told("+1 20:00"), told("+2 08:00"), act("stabilised", "+3 00:00"))
    assert states(result) == {"2020-03-11x2": "met", "2020-03-12x2": "overdue"}
    assert result.obligations()["county>city@2020-03-11x2"]["met_by"] == "followed-up-+12000"


def test_a_report_whose_day_is_open_leaves_the_day_open() -> None:
    open_day = {**told("+1 08:00"), "at": {"from": "2020-03-11T23:00+08:00", "to": "2020-03-12T01:00+08:00"}}
    result = judge(DAILY, open_day, act("stabilised", "+3 00:00"))
    assert states(result) == {"2020-03-11": "undetermined", "2020-03-12": "undetermined"}
    assert result.found() == []


def test_by_an_hour_of_the_day() -> None:
    morning = rule(limit={"daily_by": "09:00"})
    result = judge(morning, told("+1 09:00"), told("+2 09:01"), act("stabilised", "+3 08:59"))
    assert states(result) == {"2020-03-11by0900": "met", "2020-03-12by0900": "late"}
    assert due(result)["2020-03-12by0900"] == "2020-03-12T09:00:00+08:00"
    assert result.obligations()["county>city@2020-03-12by0900"]["late_by"]["at_least"] == "PT1M"


def test_a_graver_level_asks_for_more_from_the_day_after_it_was_known() -> None:
    graver = rule("graver", limit={"times_a_day": "2"}, levels=["I", "II"])
    raised = act("learned", "+1 10:00", facts={"deaths": "10"})
    result = judge((DAILY, graver), raised, told("+1 12:00"), told("+2 12:00"), act("stabilised", "+3 00:00"))
    assert states(result) == {"2020-03-11": "met", "2020-03-12": "met", "2020-03-12x2": "overdue"}


def test_every_so_many_hours() -> None:
    rolling = rule(limit={"every": "PT24H"})
    result = judge(rolling, told("+1 09:00"), told("+2 09:01"), act("stabilised", "+3 09:00"))
    assert states(result) == {"s2": "met", "followed-up-+10900": "late"}
    assert result.obligations()["county>city@followed-up-+10900"]["late_by"]["at_least"] == "PT1M"


def test_no_follow_up_is_owed_where_the_first_report_never_came() -> None:
    result = judged(varied(BASE, {"without": ["s2"]}), rules=under(DAILY))
    assert result.obligations() == {}


def test_a_rule_that_nobody_confirmed_only_says_possible() -> None:
    result = judge(rule(limit={"times_a_day": "1"}, confirmed=False), act("stabilised", "+3 00:00"))
    assert result.found() == ["county>city@2020-03-11 late possible"]


# -- changed figures -------------------------------------------------------------------------------------------

SAME_DAY = rule(stage="supplement", limit={"same_day": "true"}, clock="changed", window="P30D")


@pytest.mark.parametrize(("sent", "state"), [("+1 23:59", "met"), ("+2 00:01", "late")])
def test_a_changed_figure_is_reported_on_the_same_day(sent: str, state: str) -> None:
    result = judge(
        SAME_DAY, act("learned", "+1 10:00", facts={"deaths": "2"}), told(sent, facts={"deaths": "2"})
    )
    assert states(result) == {"learned": state}


def test_the_same_figure_again_is_no_change_and_a_lower_one_of_its_own_is() -> None:
    same = act("learned", "+1 10:00", facts={"deaths": "1"})
    assert states(judge(SAME_DAY, same)) == {}
    lower = act("learned", "+1 10:00", facts={"deaths": "0"})
    assert states(judge(SAME_DAY, lower)) == {"learned": "overdue"}


@pytest.mark.parametrize(
    ("at", "called_for"), [("2020-04-09T23:59+08:00", True), ("2020-04-10T00:01+08:00", False)]
)
def test_only_within_the_window_of_thirty_days(at: str, called_for: bool) -> None:  # noqa: FBT001
    result = judge(SAME_DAY, act("learned", at, facts={"deaths": "2"}))
    assert ("learned" in states(result)) is called_for


# -- counted in days and working days --------------------------------------------------------------------------

FINAL = rule(stage="final", limit={"working_days": "2"}, clock="stable")


@pytest.mark.parametrize(
    ("sent", "state"),
    [("2020-03-16T23:59+08:00", "met"), ("2020-03-17T00:01+08:00", "late")],
)
def test_working_days_pass_over_the_weekend(sent: str, state: str) -> None:
    # Stable on Thursday 12 March 2020; Friday and Monday are the two working days.
    stable = act("stabilised", "2020-03-12T10:00+08:00")
    result = judge(FINAL, stable, told(sent, "final-report"))
    assert states(result) == {"stable": state}


def test_a_year_without_a_published_calendar_is_undetermined() -> None:
    stable = act("stabilised", "2031-03-12T10:00+08:00")
    result = judge(FINAL, stable, told("2031-05-01T10:00+08:00", "final-report"))
    row = result.obligations()["county>city@stable"]
    assert (row["state"], row["due"]) == ("undetermined", {"earliest": None, "latest": None})
    assert "working days" in row["reason"]["en"]
    assert result.found() == []


def test_a_later_report_that_may_have_been_the_final_one_leaves_it_open() -> None:
    stable = act("stabilised", "2020-03-12T10:00+08:00")
    result = judge(FINAL, stable, told("2020-03-20T10:00+08:00"))
    assert states(result) == {"stable": "undetermined"}


def test_what_another_office_declared_stable_starts_no_clock_that_late_can_be_told_by() -> None:
    stable = {**act("stabilised", "2020-03-12T10:00+08:00"), "office": "city"}
    result = judge(FINAL, stable, told("2020-03-30T10:00+08:00", "final-report"))
    assert states(result) == {"stable": "undetermined"}


def test_a_month_ends_on_the_same_date_or_the_last_of_the_month() -> None:
    monthly = rule(stage="final", limit={"within": "P1M"}, clock="last-report")
    result = judge(monthly, told("2020-04-10T23:59+08:00", "final-report"))
    assert due(result) == {"last-report": "2020-04-11T00:00:00+08:00"}
    assert states(result) == {"last-report": "met"}
    end = judge(
        monthly,
        told("2021-02-28T12:00+08:00", "final-report"),
        **{"s2.at": "2021-01-31T12:00+08:00", "s1.at": "2021-01-31T11:00+08:00"},
    )
    assert due(end) == {"last-report": "2021-03-01T00:00:00+08:00"}


def test_what_falls_due_on_a_day_off_moves_to_the_next_working_day() -> None:
    shifted = rule(
        stage="follow-up",
        limit={"within": "PT72H", "shift": "next-working-day", "shift_by": "12:00"},
        clock="first-report",
    )
    # Reported on Wednesday 11 March 2020 at 09:00: Saturday 09:00 becomes Monday noon; from Tuesday, Friday stays.
    wednesday = {"s1.at": "+1 08:00", "s2.at": "+1 09:00"}
    assert due(judge(shifted, **wednesday)) == {"first-report": "2020-03-16T12:00:00+08:00"}
    assert due(judge(shifted)) == {"first-report": "2020-03-13T09:00:00+08:00"}


# -- clocks of its own acts ------------------------------------------------------------------------------------


def test_an_outer_end_binds_where_it_comes_first_and_not_once_it_is_over() -> None:
    outer = {"within": "PT4H", "at_most": {"within": "PT24H", "clock": "learned"}}
    initial = rule(stage="first", limit=outer, clock="graded")

    def due_when_graded(at: str) -> str:
        result = judged(
            varied(BASE, {"without": ["s2"], "add": [act("graded", at, level="II")]}), rules=under(initial)
        )
        return str(result.obligations()["county>city"]["due"]["latest"])

    assert due_when_graded("10:00") == "2020-03-10T14:00:00+08:00"
    assert due_when_graded("+1 06:00") == "2020-03-11T08:00:00+08:00"
    assert due_when_graded("+1 08:01") == "2020-03-11T12:01:00+08:00"


def test_no_grading_no_duty() -> None:
    initial = rule(stage="first", limit={"within": "PT4H"}, clock="graded")
    assert judge(initial).obligations() == {}


def test_each_regrading_calls_for_a_supplement_of_its_own() -> None:
    regraded = rule(stage="supplement", limit={"within": "PT2H"}, clock="graded")
    result = judge(
        regraded,
        act("graded", "10:00", level="III"),
        {**act("graded", "14:00", level="II"), "id": "again"},
        told("11:00"),
    )
    assert {n: r["state"] for n, r in result.obligations().items()} == {
        "county>city@graded": "met",
        "county>city@again": "overdue",
    }


@pytest.mark.parametrize(
    ("name", "clock", "stage"), [("foreseen", "foreseen", "likely"), ("warned", "warned", "warning")]
)
def test_what_may_happen_is_reported_without_any_event(name: str, clock: str, stage: str) -> None:
    early = rule(stage=stage, limit={"within": "PT1H"}, clock=clock)
    base = {**BASE, "occurred_at": None, "steps": [act(name, "08:00"), told("09:01", "reported")]}
    result = judged(varied(base, {}), rules=under(early))
    assert states(result) == {name: "late"}


def test_reporting_in_the_wrong_order_is_shown_and_is_no_lateness() -> None:
    base = {
        **BASE,
        "offices": {
            **BASE["offices"],
            "office": {"name": "县委办", "tier": "county", "line": "party", "reports_to": []},
            "county": {**BASE["offices"]["county"], "reports_to": ["city", "office"]},
        },
    }
    before = rule(
        stage="first",
        to={"tier": "same", "line": "party"},
        limit={"before": {"tier": "next", "line": "department"}},
        clock="learned",
    )
    in_order = {**told("08:59", "reported", facts={"deaths": "1"}), "to": "office"}
    behind = {**told("09:01", "reported", facts={"deaths": "1"}), "to": "office"}
    assert (
        judged(varied(base, {"add": [in_order]}), rules=under(before)).obligations()["county>office"]["state"]
        == "met"
    )
    result = judged(varied(base, {"add": [behind]}), rules=under(before))
    assert result.obligations()["county>office"]["state"] == "late"
    assert result.found() == []


# -- suspended -------------------------------------------------------------------------------------------------


def _suspended(by: str) -> Judged:
    counted = rule(
        stage="final",
        limit={"within": "P3D"},
        clock="stable",
        suspended_by={"tiers": ["city"], "lines": ["department"]},
    )
    return judge(
        counted,
        act("stabilised", "10:00"),
        {
            **act("suspended", "+1 12:00"),
            "office": by,
            "whom": ["county"],
            "authority": "市局",
            "why": "封闭",
        },
        {**act("resumed", "+3 12:00"), "office": by, "whom": ["county"], "authority": "市局", "why": "解封"},
    )


def test_days_do_not_count_while_suspended_by_whoever_the_rule_names() -> None:
    row = _suspended("city").obligations()["county>city@stable"]
    # Three dates after 10 March: 11, 12 and 13 were touched by the suspension, 14, 15 and 16 count.
    assert row["due"]["latest"] == "2020-03-17T00:00:00+08:00"


def test_a_suspension_by_anybody_else_counts_for_nothing() -> None:
    row = _suspended("county").obligations()["county>city@stable"]
    assert row["due"]["latest"] == "2020-03-14T00:00:00+08:00"


def test_what_nobody_has_read_is_said_with_every_verdict_that_it_could_change() -> None:
    text = Unread.model_validate(
        {
            "id": "cn/unread/new-law",
            "title": {"zh": "新法", "en": "a new law"},
            "row": "0",
            "since": "2020-03-10",
            "rules": ["cn/lat*"],
            "citation": CITATION,
            "says": {"zh": "新法未读", "en": "the new law was not read"},
            "recorded_on": "2026-11-22",
        }
    )
    book = Rulebook(rules=(DAILY,), unread=(text,))
    after = judged(varied(BASE, {"add": [act("stabilised", "+3 00:00")]}), rules=book)
    (row,) = after.obligations().values()
    assert row["grounds"][0]["unread"] == [{"zh": "新法未读", "en": "the new law was not read"}]
    (late,) = after.findings()
    assert late["explanation"]["zh"].endswith("。新法未读")
    assert late["explanation"]["en"].endswith(". the new law was not read")
    before = judged(
        varied({**BASE, "day": "2020-03-01"}, {"add": [act("stabilised", "+3 00:00")]}), rules=book
    )
    (row,) = before.obligations().values()
    assert row["grounds"][0]["unread"] == []


# -- what the packs of other countries ask for ------------------------------------------------------------------


def test_an_outer_end_on_a_day_off_moves_with_the_rest() -> None:
    # Learned and graded on Saturday 14 March 2020: four hours and a day both end on the weekend, so Monday noon.
    initial = rule(
        stage="first",
        limit={
            "within": "PT4H",
            "at_most": {"within": "PT24H", "clock": "learned"},
            "shift": "next-working-day",
            "shift_by": "12:00",
        },
        clock="graded",
    )
    saturday = {"s1.at": "2020-03-14T09:00+08:00", "occurred_at": "2020-03-14T08:00+08:00"}
    grading = act("graded", "2020-03-14T10:00+08:00", level="I")
    in_time = told("2020-03-16T11:00+08:00", "reported")
    result = judged(
        varied(BASE, {"without": ["s2"], "set": saturday, "add": [grading, in_time]}), rules=under(initial)
    )
    row = result.obligations()["county>city"]
    assert (row["state"], row["due"]["latest"]) == ("met", "2020-03-16T12:00:00+08:00")


def test_what_is_due_stays_due_whatever_is_reported_after_it() -> None:
    monthly = rule(stage="final", limit={"within": "P1M"}, clock="last-report")
    result = judge(monthly, told("2020-04-20T10:00+08:00"))
    assert due(result) == {"last-report": "2020-04-11T00:00:00+08:00"}
    before_it = judge(monthly, told("2020-04-10T10:00+08:00"))
    assert due(before_it) == {"last-report": "2020-05-11T00:00:00+08:00"}


def test_without_a_follow_up_nothing_is_counted_from_the_last_one() -> None:
    monthly = rule(stage="final", limit={"within": "P1M"}, clock="last-follow-up")
    assert states(judge(monthly)) == {}
    again = judge(monthly, told("2020-03-11T10:00+08:00"), told("2020-03-20T10:00+08:00"))
    assert due(again) == {"last-follow-up": "2020-04-21T00:00:00+08:00"}


@pytest.mark.parametrize(("answered", "state"), [("10:30", "met"), ("10:31", "late")])
def test_being_asked_calls_for_an_answer_of_its_own(answered: str, state: str) -> None:
    on_request = rule(stage="supplement", limit={"within": "PT30M"}, clock="asked")
    asked = {
        "id": "q",
        "act": "inquired",
        "office": "city",
        "to": "county",
        "channel": "phone",
        "at": "10:00",
    }
    answer = told(answered, "answered", facts={"deaths": "1"})
    assert states(judge(on_request, asked, answer)) == {"q": state}
