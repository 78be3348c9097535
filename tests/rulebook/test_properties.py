"""What holds of every rulebook, whatever is in it: found by brute force, and compared."""

from __future__ import annotations

from datetime import date, timedelta
from fnmatch import fnmatchcase
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from emergency.domain.vocabulary import LEVELS_RISING, Category, Level, Line, Tier
from emergency.rulebook import Elements, LevelTable, Measure, Provision, Rule, Rulebook, Thresholds, load
from emergency.rulebook.data_model import Dated
from emergency.rulebook.lookup import is_pattern

BOOK = load()
FAMILIES = {"mine": ("*-mine", "tailings*"), "fire": ("*fire*",), "lone": ("quarry",)}
WORDS = ["coal-mine", "tailings-dam", "forest-fire", "quarry", "mine", "", "fire-mine", "water-pollution"]
CODES = ["33", "3301", "330127", "3302", "53"]
PLACES = ["330127", "330128", "330200", "530302", "110000", "", "33"]

families = st.lists(st.sampled_from([*FAMILIES, "*-mine", "forest-*", "?oal*"]), min_size=1, max_size=2)
days = st.dates(date(2000, 1, 1), date(2030, 1, 1))
CITATION = {"law": "条例", "article": None, "promulgated": None, "source": "read"}


def _some(words: Any, most: int = 3) -> st.SearchStrategy[list[Any]]:  # noqa: ANN401 - an enum or a list
    return st.lists(st.sampled_from(list(words)), min_size=1, max_size=most, unique=True)


@st.composite
def _rules(draw: st.DrawFn) -> tuple[Rule, ...]:
    found = []
    for number in range(draw(st.integers(0, 6))):
        dated = draw(
            st.dictionaries(days, st.tuples(st.none() | st.integers(1, 9), days), min_size=1, max_size=3)
        )
        values = {
            day.isoformat(): {
                "citation": CITATION,
                "confirmed": "true",
                "recorded_on": recorded.isoformat(),
                **(
                    {"limit": None}
                    if hours is None
                    else {"limit": {"within": f"PT{hours}H"}, "clock": "learned"}
                ),
            }
            for day, (hours, recorded) in sorted(dated.items())
        }
        data = {
            "id": f"cn/national/r{number}",
            "title": {"zh": "规则", "en": "A rule"},
            "row": "1",
            "rank": "law",
            "who": {"tiers": draw(_some(Tier)), "lines": draw(_some(Line))},
            "to": {"tier": "next", "line": "same"},
            "categories": draw(st.none() | _some(Category)),
            "kinds": draw(st.none() | families),
            "kinds_except": draw(st.none() | families),
            "where": draw(st.none() | _some(CODES)),
            "values": values,
        }
        found.append(Rule.model_validate({key: value for key, value in data.items() if value is not None}))
    return tuple(found)


def _fits(word: str | None, names: tuple[str, ...] | None) -> bool:
    return word is not None and any(
        fnmatchcase(word, glob)
        for name in names or ()
        for glob in ((name,) if is_pattern(name) else FAMILIES[name])
    )


@settings(max_examples=200)
@given(
    rules=_rules(),
    category=st.sampled_from(Category),
    kind=st.none() | st.sampled_from(WORDS),
    tier=st.sampled_from(Tier),
    line=st.sampled_from(Line),
    division=st.none() | st.sampled_from(PLACES),
)
def test_the_rules_that_are_found_are_those_that_a_search_finds(
    rules: tuple[Rule, ...],
    category: Category,
    kind: str | None,
    tier: Tier,
    line: Line,
    division: str | None,
) -> None:
    book = Rulebook(rules=rules, families=FAMILIES)
    wanted = {
        rule.id
        for rule in rules
        if tier in rule.who.tiers
        and line in rule.who.lines
        and (rule.categories is None or category in rule.categories)
        and (rule.kinds is None or _fits(kind, rule.kinds))
        and not _fits(kind, rule.kinds_except)
        and (
            rule.where is None
            or any(
                len(division or "") >= len(code) and (division or "").startswith(code) for code in rule.where
            )
        )
    }
    for _ in range(2):  # the second answer comes from memory
        found = book.rules_for(category=category, kind=kind, tier=tier, line=line, division=division)
        assert {rule.id for rule in found} == wanted
        assert [rule.id for rule in found] == sorted(wanted)


@given(rules=_rules(), day=days)
def test_the_value_of_a_day_is_the_one_that_a_search_finds(rules: tuple[Rule, ...], day: date) -> None:
    for rule in rules:
        begun = [since for since in rule.values if since <= day]
        newest = rule.values[max(begun)] if begun else None
        assert rule.value_on(day) == (newest if newest is not None and newest.limit is not None else None)


@given(rules=_rules(), day=days)
def test_nothing_that_was_recorded_later_is_known_on_a_day(rules: tuple[Rule, ...], day: date) -> None:
    book = Rulebook(rules=rules, families=FAMILIES)
    known = book.known_on(day)
    held = {(rule.id, since) for rule in known.rules for since in rule.values}
    assert held == {
        (rule.id, since) for rule in rules for since, value in rule.values.items() if value.recorded_on <= day
    }
    assert all(rule.values for rule in known.rules)
    assert known.known_on(day) == known
    assert book.known_on(date.max) == book


def _values(book: Rulebook) -> list[Dated]:
    scopes: tuple[Rule | LevelTable | Provision | Elements, ...] = (
        *book.rules,
        *book.tables,
        *book.provisions,
        *book.elements,
    )
    return [value for scope in scopes for value in scope.values.values()]


def test_the_packaged_rules_were_not_known_before_they_were_recorded() -> None:
    recorded = {value.recorded_on for value in _values(BOOK)}
    for day in {*recorded, min(recorded) - timedelta(days=1)}:
        known = BOOK.known_on(day)
        assert all(value.recorded_on <= day for value in _values(known))
        assert all(text.recorded_on <= day for text in known.unread)


# -- levels ---------------------------------------------------------------------------------------------------

measures = st.sampled_from([*Measure, "participants"])
figures = st.dictionaries(measures, st.integers(0, 60), max_size=5)
slugs = st.sets(st.sampled_from(["cut-off", "school", "cross-border"]))


@st.composite
def _thresholds(draw: st.DrawFn) -> Thresholds:
    bounds = (
        st.lists(st.integers(1, 50), min_size=3, max_size=3, unique=True)
        .map(sorted)
        .map(lambda three: dict(zip(("III", "II", "I"), three, strict=True)))
    )
    level = st.sampled_from([Level.I, Level.II, Level.III])
    alone = draw(st.dictionaries(measures, bounds, min_size=1, max_size=3))
    together = draw(
        st.dictionaries(
            level,
            st.lists(
                st.dictionaries(measures, st.integers(1, 50), min_size=1, max_size=3), min_size=1, max_size=2
            ),
            max_size=2,
        )
    )
    named = draw(st.dictionaries(level, slugs.map(sorted), max_size=2))
    return Thresholds.model_validate(
        {
            "since": "2007-06-01",
            "thresholds": alone,
            "together": together,
            "circumstances": named,
            "citation": CITATION,
            "confirmed": "true",
            "recorded_on": "2026-11-21",
        }
    )


def _grave(level: Level) -> int:
    return LEVELS_RISING.index(level)


@given(table=_thresholds(), known=figures, name=measures, more=st.integers(0, 60), said=slugs, also=slugs)
def test_more_of_anything_never_lowers_the_level(
    table: Thresholds, known: dict[str, int], name: str, more: int, said: set[str], also: set[str]
) -> None:
    raised = {**known, name: known.get(name, 0) + more}
    assert _grave(table.reached(raised, said)) >= _grave(table.reached(known, said))
    assert _grave(table.reached(known, said | also)) >= _grave(table.reached(known, said))


@given(table=_thresholds(), known=figures, said=slugs)
def test_the_level_is_the_gravest_that_any_part_of_the_table_gives(
    table: Thresholds, known: dict[str, int], said: set[str]
) -> None:
    reached = [Level.IV]
    for level in (Level.I, Level.II, Level.III):
        alone = any(
            getattr(bounds, level) is not None and known.get(name, -1) >= getattr(bounds, level)
            for name, bounds in table.thresholds.items()
        )
        all_of = any(
            all(known.get(name, -1) >= least for name, least in one.items())
            for one in table.together.get(level, ())
        )
        if alone or all_of or said & set(table.circumstances.get(level, ())):
            reached.append(level)
    assert table.reached(known, said) is max(reached, key=_grave)


@given(
    table=st.sampled_from(BOOK.tables),
    known=st.dictionaries(st.sampled_from([*Measure, *BOOK.words["measures"]]), st.integers(0, 200_000_000)),
    name=st.sampled_from([*Measure, *BOOK.words["measures"]]),
    more=st.integers(0, 200_000_000),
)
def test_a_higher_figure_never_lowers_the_level_of_a_packaged_table(
    table: LevelTable,
    known: dict[str, int],
    name: str,
    more: int,
) -> None:
    raised = {**known, name: known.get(name, 0) + more}
    for value in table.values.values():
        if isinstance(value, Thresholds):
            assert _grave(value.reached(raised)) >= _grave(value.reached(known))
