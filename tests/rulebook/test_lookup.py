"""Who finds which rules: by category, kind, tier, line and place."""

from __future__ import annotations

from pathlib import Path

import pytest

from emergency.domain.vocabulary import Category, Line, Tier
from emergency.errors import NotFoundError
from emergency.rulebook import Rulebook, load

from .bench import NAME, RULE, edited, write


def _ids(
    rulebook: Rulebook,
    kind: str | None = "coal-mine",
    category: Category = Category.ACCIDENT,
    tier: Tier = Tier.UNIT,
    line: Line = Line.ENTERPRISE,
    division: str | None = "530302",
) -> set[str]:
    rules = rulebook.rules_for(category=category, kind=kind, tier=tier, line=line, division=division)
    return {rule.id.removeprefix("cn/") for rule in rules}


def test_a_mine_owes_the_county_by_law_and_by_regulation(rulebook: Rulebook) -> None:
    assert _ids(rulebook) >= {
        "national/emergency-response/anyone-to-county",
        "national/emergency-response/affected-unit-to-county",
        "national/work-safety/unit-to-county",
        "national/work-safety/unit-to-province",
        "national/work-safety/unit-to-superior-unit",
    }


def test_a_local_rule_judges_only_in_its_own_county(rulebook: Rulebook) -> None:
    local = {"local/330127-chunan/unit-to-party-office", "local/330127-chunan/unit-to-government-office"}
    assert local <= _ids(rulebook, division="330127")
    for elsewhere in ("330128", "330126", "330100", "3301", "133012", None):
        assert not any(each.startswith("local/") for each in _ids(rulebook, division=elsewhere))


def test_a_rule_of_a_province_judges_in_all_its_counties(tmp_path: Path) -> None:
    name = "cn/local/33-zhejiang/unit-to-county"
    write(tmp_path, f"{name}.yaml", edited(("row:", 'where: ["3301", "3307"]\nrow:')))
    book = load(tmp_path)
    for division in ("330127", "3301", "330100", "330783"):
        assert _ids(book, division=division) == {name.removeprefix("cn/")}
    for elsewhere in ("330227", "33", "133301", "", None):
        assert _ids(book, division=elsewhere) == set()


@pytest.mark.parametrize("kind", ["water-pollution", "soil-contamination", "nuclear-leak", "defence-works"])
def test_order_493_leaves_pollution_nuclear_and_defence_alone(rulebook: Rulebook, kind: str) -> None:
    assert not any(each.startswith("national/work-safety/") for each in _ids(rulebook, kind))


@pytest.mark.parametrize(
    "kind", ["coal-mine", "chemical-plant", "tailings-dam", "a-kind-nobody-has-named", None]
)
def test_order_493_holds_for_every_other_kind(rulebook: Rulebook, kind: str | None) -> None:
    assert "national/work-safety/unit-to-county" in _ids(rulebook, kind)


def test_the_environment_rules_hold_for_their_family_only(rulebook: Rulebook) -> None:
    def found(kind: str | None) -> bool:
        ids = _ids(rulebook, kind, tier=Tier.COUNTY, line=Line.DEPARTMENT)
        return "national/environment/grave-to-province" in ids

    assert found("water-pollution")
    assert not found("tailings-dam")
    assert not found("nuclear-pollution")
    assert not found(None)


def test_animal_disease_is_left_out_of_the_health_regulation(rulebook: Rulebook) -> None:
    def found(kind: str) -> bool:
        ids = _ids(rulebook, kind, category=Category.PUBLIC_HEALTH)
        return "national/public-health/unit-to-county-department" in ids

    assert found("food-safety")
    assert not found("african-swine-fever")


def test_tier_and_line_decide_whose_duty_it_is(rulebook: Rulebook) -> None:
    government = _ids(rulebook, tier=Tier.COUNTY, line=Line.GOVERNMENT)
    department = _ids(rulebook, tier=Tier.COUNTY, line=Line.DEPARTMENT)
    assert "national/work-safety/government-county-to-city" in government - department
    assert "national/work-safety/department-county-to-city" in department - government
    assert "national/work-safety/department-city-to-province" not in department
    assert _ids(rulebook, tier=Tier.COUNTY, line=Line.PARTY) == {"national/party/committee-to-next"}


def test_the_category_decides(rulebook: Rulebook) -> None:
    social = _ids(rulebook, category=Category.SOCIAL_SECURITY)
    assert "national/emergency-response/anyone-to-county" in social
    assert not any(each.startswith("national/work-safety/") for each in social)


def test_a_pattern_may_stand_in_place_of_a_family(tmp_path: Path) -> None:
    write(tmp_path, f"{NAME}.yaml", edited(("kinds_except: [environment]", 'kinds: ["*-mine"]')))
    book = load(tmp_path)
    assert book.in_family("coal-mine", "*-mine")
    assert _ids(book) == {NAME.removeprefix("cn/")}
    assert _ids(book, "coal-mine-shaft") == set()


def test_asking_twice_gives_the_same_answer(rulebook: Rulebook) -> None:
    def ask() -> object:
        return rulebook.rules_for(
            category=Category.ACCIDENT, kind="x", tier=Tier.CITY, line=Line.GOVERNMENT, division=None
        )

    assert ask() is ask()


def test_a_rule_that_is_not_there_is_answered_with_the_nearest(rulebook: Rulebook) -> None:
    near = r"There is no rule cn/national/work-safety/unit-to-conty\. Did you mean .*/unit-to-county\?"
    with pytest.raises(NotFoundError, match=near):
        rulebook.rule("cn/national/work-safety/unit-to-conty")


def test_two_loads_of_one_folder_are_one_rulebook(rulebook: Rulebook, tmp_path: Path) -> None:
    assert load() == rulebook
    assert len({load(), rulebook}) == 1
    write(tmp_path, f"{NAME}.yaml", RULE)
    assert load(tmp_path) != rulebook


def test_a_repealed_rule_holds_until_the_day_before(tmp_path: Path) -> None:
    repeal = RULE[RULE.index("  2007-06-01") :].replace("2007-06-01", "2020-01-01")
    repeal = repeal.replace("{within: PT1H}", "null").replace("    clock: received\n", "")
    write(tmp_path, f"{NAME}.yaml", RULE + repeal)
    rule = load(tmp_path).rule(NAME)
    days = sorted(rule.values)
    assert rule.value_on(days[1].replace(year=2019, month=12, day=31)) is not None
    assert rule.value_on(days[1]) is None
    assert rule.values[days[1]].citation.law == "条例"
