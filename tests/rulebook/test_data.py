"""What comes with the package: every value cited, and in force from its own day and not the day before."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest

from emergency.domain.vocabulary import TIERS_RISING, Category, Level, Line, Tier
from emergency.rulebook import (
    Clock,
    LevelTable,
    Rank,
    Rule,
    Rulebook,
    RuleChannel,
    Thresholds,
    Value,
    load,
)
from emergency.rulebook.folders import dated
from emergency.rulebook.lint import lint

BOOK = load()
SCOPES: list[Rule | LevelTable] = [*BOOK.rules, *BOOK.tables]
DATED = [(scope, day) for scope in SCOPES for day in scope.values]
PT1H, PT2H, PT4H = (timedelta(hours=hours) for hours in (1, 2, 4))


def _names(item: object) -> str:
    return item.id if isinstance(item, (Rule, LevelTable)) else str(item)


def test_the_packaged_rules_have_no_problem() -> None:
    assert [str(problem) for problem in lint()] == []


@pytest.mark.parametrize(("scope", "day"), DATED, ids=_names)
def test_a_value_holds_from_its_day_and_not_the_day_before(scope: Rule | LevelTable, day: date) -> None:
    value = scope.values[day]
    assert value.since == day
    assert scope.value_on(day) == (value if isinstance(value, (Value, Thresholds)) else None)
    before = scope.value_on(day - timedelta(days=1))
    assert before is None or before.since < day


@pytest.mark.parametrize(("scope", "day"), DATED, ids=_names)
def test_every_value_says_where_it_is_written(scope: Rule | LevelTable, day: date) -> None:
    value = scope.values[day]
    assert value.citation.law.strip()
    assert value.citation.source.strip()
    assert value.recorded_on >= date(2026, 11, 21)
    assert value.confirmed == (value.checked_on is not None)
    if value.citation.article is None or value.citation.promulgated is None:
        assert value.note, "what is not known is said"


NOTES = [
    *((f"{scope.id} {day}", value.note) for scope in dated(BOOK) for day, value in scope.values.items()),
    *((f"calendar {year}", one.note) for days in BOOK.calendars.values() for year, one in days.years.items()),
]
HAN = "[\u4e00-\u9fff][\u4e00-\u9fff、]*"
DATES = r"\d{4}-\d{2}-\d{2}|(?<!\d)(?:19|20)\d{2}(?!\d)"


def test_every_note_is_in_both_languages_and_says_the_same_days_and_words() -> None:
    seen = 0
    for where, note in NOTES:
        if note is None:
            continue
        seen += 1
        assert re.search(HAN, note.zh), where
        assert note.zh.endswith("。"), where
        assert not re.search("[A-Za-z]{4,}", note.zh.replace("class-a-disease", "")), where
        assert re.search("[A-Za-z]{4,}", note.en), where
        # What of the Chinese text is quoted in English stands in Chinese too; so do days and years.
        bare = re.sub("[《》“”]", "", note.zh)
        assert [term for term in re.findall(HAN, note.en) if term.strip("、") not in bare] == [], where
        assert set(re.findall(DATES, note.en)) == set(re.findall(DATES, note.zh)), where
    assert seen > 400


@pytest.mark.parametrize("rule", BOOK.rules, ids=_names)
def test_a_rule_asks_a_report_of_somebody_else(rule: Rule) -> None:
    """Upward, to the own government or party office, or from a unit inside its enterprise; never down."""
    if isinstance(rule.to.tier, Tier):
        assert all(TIERS_RISING.index(tier) <= TIERS_RISING.index(rule.to.tier) for tier in rule.who.tiers)
    if rule.to.tier == "same" or rule.to.tier in rule.who.tiers:
        inside = rule.who.tiers == (Tier.UNIT,) and rule.who.lines == (Line.ENTERPRISE,)
        assert rule.to.line not in rule.who.lines or inside


RULES = {
    "emergency-response/county-to-next": ("2007-11-01", None, Clock.OCCURRED, True),
    "emergency-response/department-to-superior": ("2024-11-01", None, Clock.LEARNED, True),
    "work-safety/unit-to-county": ("2007-06-01", PT1H, Clock.RECEIVED, True),
    "work-safety/department-county-to-city": ("2007-06-01", PT2H, Clock.RECEIVED, True),
    "work-safety/government-city-to-province": ("2007-06-01", PT2H, Clock.RECEIVED, True),
    "work-safety/department-to-own-government": ("2007-06-01", None, Clock.RECEIVED, True),
    "work-safety/unit-to-province": ("2009-07-01", PT1H, Clock.RECEIVED, True),
    "environment/lesser-to-superior-department": ("2011-05-01", PT4H, Clock.LEARNED, True),
    "environment/grave-to-province": ("2011-05-01", PT2H, Clock.LEARNED, True),
    "environment/grave-province-to-ministry": ("2011-05-01", PT1H, Clock.RECEIVED, False),
    "disaster/county-to-city": ("2021-01-01", PT2H, Clock.OCCURRED, True),
    "public-health/unit-to-county-department": ("2003-05-09", PT2H, Clock.LEARNED, True),
    "public-health/province-to-ministry": ("2003-05-09", PT1H, Clock.RECEIVED, True),
    "general-plan/province-to-state": ("2006-01-08", PT4H, Clock.OCCURRED, False),
}


@pytest.mark.parametrize(("name", "expected"), RULES.items(), ids=_names)
def test_a_rule_says_what_its_text_says(
    rulebook: Rulebook, name: str, expected: tuple[str, timedelta | None, Clock, bool]
) -> None:
    since, within, clock, confirmed = expected
    rule = rulebook.rule(f"cn/national/{name}")
    assert next(iter(rule.values)) == date.fromisoformat(since)
    value = rule.value_on(date.fromisoformat(since))
    assert value is not None
    assert (value.limit.within, value.clock, value.confirmed) == (within, clock, confirmed)


def test_the_law_of_2024_has_its_own_articles_beside_those_of_2007(rulebook: Rulebook) -> None:
    rule = rulebook.rule("cn/national/emergency-response/affected-unit-to-county")
    old, new = rule.value_on(date(2024, 10, 31)), rule.value_on(date(2024, 11, 1))
    assert old is not None
    assert new is not None
    assert (old.citation.article, new.citation.article) == ("第五十六条第一款", "第七十八条第一款")


def test_the_four_hours_of_the_general_plan_end_with_the_plan(rulebook: Rulebook) -> None:
    rule = rulebook.rule("cn/national/general-plan/province-to-state")
    old, new = rule.value_on(date(2025, 2, 24)), rule.value_on(date(2025, 2, 25))
    assert old is not None
    assert new is not None
    assert (old.limit.within, new.limit.within, new.limit.no_hours) == (PT4H, None, "立即")
    assert not new.confirmed


def test_how_high_a_work_safety_accident_goes(rulebook: Rulebook) -> None:
    """Order 493 art. 10: an ordinary accident to the city, a larger one to the province, a grave one up."""
    reach = {
        rule.id.removeprefix("cn/national/work-safety/department-"): rule.levels
        for rule in rulebook.rules
        if rule.row == "1.2.5" and rule.who.lines == (Line.DEPARTMENT,)
    }
    assert reach == {
        "county-to-city": None,
        "city-to-province": (Level.I, Level.II, Level.III),
        "province-to-ministry": (Level.I, Level.II),
    }


def test_a_second_written_report_is_another_channel(rulebook: Rulebook) -> None:
    phone = rulebook.rule("cn/national/work-safety/province-to-ministry-by-phone")
    written = rulebook.rule("cn/national/work-safety/province-to-ministry-in-writing")
    assert (phone.channel, written.channel) == (RuleChannel.ANY, RuleChannel.WRITTEN)


def test_ten_dead_or_missing_make_the_county_tell_the_ministry(rulebook: Rulebook) -> None:
    rule = rulebook.rule("cn/national/disaster/ten-dead-county-to-ministry")
    assert rule.figures_reach({"dead_or_missing": 10})
    assert not rule.figures_reach({"dead_or_missing": 9, "evacuated": 100_000})
    assert not rule.figures_reach({})
    assert rulebook.rule("cn/national/disaster/county-to-city").figures_reach({})


def test_the_ranks_stand_in_their_order(rulebook: Rulebook) -> None:
    orders = [rule.rank.order for rule in rulebook.rules]
    assert orders == sorted(orders)
    assert Rank.LAW.order < Rank.DEPARTMENTAL_RULE.order < Rank.NOTICE.order
    found = rulebook.rules_for(
        category=Category.ACCIDENT, kind="coal-mine", tier=Tier.UNIT, line=Line.ENTERPRISE, division="330127"
    )
    assert found[0].rank is Rank.LAW
    assert found[-1].rank is Rank.NOTICE
