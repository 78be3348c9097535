"""What events are made of: stated times, figures, places; and that nothing unknown gets in."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from emergency.domain import events, offices, review, values
from emergency.domain.intervals import Interval
from emergency.domain.schema import TYPES, EventCodec
from emergency.domain.values import (
    MEASURES,
    PERSONAL,
    Amount,
    Count,
    Element,
    Facts,
    Figure,
    OtherTime,
    Place,
    StatedTime,
    Value,
)
from emergency.domain.vocabulary import Basis

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def refused(cls: type[Value], **fields: Any) -> str:  # noqa: ANN401 - the fields of any value
    with pytest.raises(ValidationError) as refusal:
        cls(**fields)
    return str(refusal.value)


class TestEveryValue:
    """What all of them have in common."""

    CLASSES = sorted(
        {
            thing
            for module in (events, offices, review, values)
            for thing in vars(module).values()
            if isinstance(thing, type) and issubclass(thing, Value)
        },
        key=lambda cls: cls.__name__,
    )

    @pytest.mark.parametrize("cls", CLASSES, ids=lambda c: c.__name__)
    def test_is_frozen_and_closed(self, cls: type[Value]) -> None:
        assert cls.model_config["frozen"]
        assert cls.model_config["extra"] == "forbid"

    def test_an_unknown_key_is_refused(self) -> None:
        assert "dead" in refused(Facts, dead=3)
        assert "rank" in refused(events.Learned, office="a", rank=3)
        assert "channel" in refused(events.Learned, office="a", channel="phone")

    def test_a_value_cannot_be_changed(self) -> None:
        with pytest.raises(ValidationError, match="frozen"):
            Facts(deaths=1).deaths = Count(value=2)  # type: ignore[misc]

    def test_every_event_has_one_type_name(self) -> None:
        assert len(set(TYPES.values())) == len(TYPES)

    @pytest.mark.parametrize("office", ["", "a b", "\t", "a\nb", "x" * 201])
    def test_an_office_id_is_one_word(self, office: str) -> None:
        assert "office" in refused(events.Learned, office=office)

    @pytest.mark.parametrize("ref", ["", "a b", "a/b", "x" * 121])
    def test_a_reference_is_one_short_word(self, ref: str) -> None:
        assert "ref" in refused(
            events.IncidentOpened, ref=ref, title="t", category="accident", kind="k", place=Place(name="p")
        )


class TestCount:
    """A number of people or things."""

    def test_a_bare_number(self) -> None:
        assert Facts(deaths=3).deaths == Count(value=3)
        assert Facts.model_validate({"deaths": "3"}).deaths == Count(value=3)

    def test_is_written_as_a_bare_number_where_it_is_exact(self) -> None:
        assert json.loads(Count(value=3).model_dump_json()) == 3
        assert json.loads(Count(value=3, about=True).model_dump_json()) == {"value": 3, "about": True}

    @pytest.mark.parametrize("count", [Count(value=0), Count(value=7), Count(value=7, about=True)])
    def test_comes_back_as_it_was(self, count: Count) -> None:
        assert Count.model_validate_json(count.model_dump_json()) == count

    @pytest.mark.parametrize("bad", [-1, "many", 1.5, None, [], {"value": 1, "roughly": True}])
    def test_what_is_no_number_of_people(self, bad: object) -> None:
        with pytest.raises(ValidationError):
            Count.model_validate(bad)

    @pytest.mark.parametrize(
        ("value", "about", "at_least"),
        [(0, False, 0), (5, False, 5), (0, True, 0), (1, True, 1), (100, True, 1)],
    )
    def test_an_approximate_number_holds_one_at_least(self, value: int, about: bool, at_least: int) -> None:  # noqa: FBT001
        assert Count(value=value, about=about).at_least == at_least


class TestAmount:
    """A measured amount."""

    def test_one_value_or_a_range(self) -> None:
        one = Amount(of="benzene", unit="t", value=100)
        assert (one.at_least, one.at_most) == (100, 100)
        span = Amount(of="benzene", unit="t", min=2, max=5)
        assert (span.at_least, span.at_most) == (2, 5)

    def test_a_range_may_be_open(self) -> None:
        assert (Amount(of="a", unit="t", min=2).at_least, Amount(of="a", unit="t", min=2).at_most) == (
            2,
            None,
        )
        assert (Amount(of="a", unit="t", max=5).at_least, Amount(of="a", unit="t", max=5).at_most) == (0, 5)

    def test_about_bounds_nothing(self) -> None:
        about = Amount(of="benzene", unit="t", value=100, about=True)
        assert (about.at_least, about.at_most) == (0, None)

    @pytest.mark.parametrize(
        "fields",
        [{}, {"value": 1, "min": 1}, {"value": 1, "max": 2}, {"value": 1, "min": 1, "max": 2}, {"value": -1}],
    )
    def test_neither_none_nor_both(self, fields: dict[str, float]) -> None:
        refused(Amount, of="benzene", unit="t", **fields)

    @pytest.mark.parametrize("key", ["value", "min", "max"])
    @pytest.mark.parametrize("number", [float("inf"), float("nan"), "inf", "nan", "1e999"])
    def test_is_finite(self, key: str, number: float | str) -> None:
        refused(Amount, of="benzene", unit="t", **{key: number})

    def test_a_range_ends_no_lower_than_it_begins(self) -> None:
        assert "min lies above max" in refused(Amount, of="benzene", unit="t", min=5, max=2)
        assert Amount(of="benzene", unit="t", min=2, max=2).at_most == 2


class TestFacts:
    """What was stated."""

    def test_absent_is_not_zero(self) -> None:
        assert dict(Facts().counts()) == {}
        assert dict(Facts(deaths=0).counts()) == {"deaths": Count(value=0)}
        assert Facts() != Facts(deaths=0)

    @pytest.mark.parametrize("measure", MEASURES)
    def test_every_figure_asserts_harm_where_it_is_above_nothing(self, measure: str) -> None:
        assert Facts.model_validate({measure: 1}).asserts_harm
        assert not Facts.model_validate({measure: 0}).asserts_harm

    def test_an_amount_asserts_harm_and_words_do_not(self) -> None:
        assert Facts(amounts=(Amount(of="a", unit="t", value=1),)).asserts_harm
        assert not Facts(nature="many dead").asserts_harm

    def test_only_figures_are_being_verified(self) -> None:
        assert Facts(verifying=("deaths",)).verifying == ("deaths",)
        assert "no figure 'dead'" in refused(Facts, verifying=("dead",))
        assert "no figure 'nature'" in refused(Facts, verifying=("nature",))


class TestOtherFigures:
    """What the counts have no field for."""

    def test_are_written_by_name_and_held_in_order_of_name(self) -> None:
        facts = Facts(figures={"sick": "3", "burnt_hectares": {"value": 120, "about": True}})
        about = Figure(of="burnt_hectares", count=Count(value=120, about=True))
        assert facts.figures == (about, Figure(of="sick", count=Count(value=3)))
        assert facts == Facts(figures=(Figure(of="sick", count=3), about))
        assert facts.model_dump(mode="json", exclude_defaults=True) == {
            "figures": {"burnt_hectares": {"value": 120, "about": True}, "sick": 3}
        }

    def test_facts_with_them_can_be_a_key(self) -> None:
        facts = Facts(figures={"sick": 3}, circumstances=("night",))
        assert {facts: 1}[Facts(figures={"sick": 3}, circumstances=("night",))] == 1

    def test_one_is_found_by_its_name_wherever_it_stands(self) -> None:
        facts = Facts(deaths=1, figures={"sick": 0})
        assert facts.figure("deaths") == Count(value=1)
        assert facts.figure("sick") == Count(value=0)
        assert facts.figure("missing") is None
        assert facts.figure("stranded") is None

    def test_assert_harm_where_they_are_above_nothing(self) -> None:
        assert Facts(figures={"sick": 1}).asserts_harm
        assert not Facts(figures={"sick": 0}, circumstances=("night",)).asserts_harm

    @pytest.mark.parametrize("measure", MEASURES)
    def test_a_count_has_its_own_place(self, measure: str) -> None:
        assert "has a place of its own" in refused(Facts, figures={measure: 1})

    @pytest.mark.parametrize("name", ["", "Sick", "1st", "_sick", "sick-people", "病", "sick ness", "x" * 61])
    def test_a_name_is_plain(self, name: str) -> None:
        assert "is no name of a figure" in refused(Facts, figures={name: 1})
        assert "is no name of a figure" in refused(Figure, of=name, count=1)

    def test_a_name_that_is_nearly_one_is_suggested(self) -> None:
        assert 'did you mean "burnt_hectares"?' in refused(Facts, figures={"Burnt-Hectares": 1})

    @pytest.mark.parametrize(
        "bad", [None, 3, "sick", ["sick"], {"sick": -1}, {"sick": None}, {"sick": 1.5}, {"sick": "many"}]
    )
    def test_what_is_no_figure(self, bad: object) -> None:
        assert "figures" in refused(Facts, figures=bad)

    def test_each_name_stands_once(self) -> None:
        twice = (Figure(of="sick", count=1), Figure(of="sick", count=2))
        assert "sick stands twice" in refused(Facts, figures=twice)

    @given(
        st.dictionaries(
            st.from_regex(r"[a-z][a-z0-9_]{0,59}", fullmatch=True).filter(lambda name: name not in MEASURES),
            st.builds(Count, value=st.integers(0, 10**12), about=st.booleans()),
            max_size=4,
        ),
        st.lists(st.from_regex(r"[a-z0-9-]+", fullmatch=True), max_size=4, unique=True),
    )
    def test_come_back_as_they_were(self, figures: dict[str, Count], slugs: list[str]) -> None:
        facts = Facts(figures=figures, circumstances=tuple(slugs))
        codec = EventCodec()
        entry = events.Learned(office="a", facts=facts)
        assert codec.decode(*codec.encode(entry)) == entry
        assert Facts(**facts.model_dump()) == facts
        assert {name: facts.figure(name) for name in figures} == figures

    def test_facts_without_them_are_written_as_ever(self) -> None:
        """What was written before these fields existed stays the same, byte for byte, and so do its hashes."""
        before = (
            b'{"office":"a","at":{"also":[],"after":[],"before":[]},"facts":{"amounts":[],"verifying":[]},'
        )
        assert EventCodec().encode(events.Learned(office="a"))[2].startswith(before)
        assert Facts().model_dump().keys() == Facts.model_fields.keys() - {"figures", "circumstances"}


class TestCircumstances:
    """What was stated to be the case."""

    def test_are_kept_as_stated(self) -> None:
        said = ("sensitive-place", "drinking-water-source")
        assert Facts(circumstances=said).circumstances == said

    @pytest.mark.parametrize("slug", ["", "Night", "a b", "a_b", "夜"])
    def test_are_slugs(self, slug: str) -> None:
        assert "is no circumstance" in refused(Facts, circumstances=(slug,))

    def test_one_that_is_nearly_a_slug_is_suggested(self) -> None:
        assert 'did you mean "sensitive-place"?' in refused(Facts, circumstances=("Sensitive place",))

    def test_each_stands_once(self) -> None:
        assert "night stands twice" in refused(Facts, circumstances=("night", "night"))


class TestActs:
    """What an act cannot do without."""

    @pytest.mark.parametrize("cls", [events.Suspended, events.Resumed])
    @pytest.mark.parametrize("key", ["authority", "why"])
    def test_a_suspension_says_on_whose_authority_and_why(self, cls: type[Value], key: str) -> None:
        said = {"office": "a", "authority": "省防指", "why": "抢险"}
        assert cls(**said).model_dump()["whom"] == ()
        assert key in refused(cls, **{**said, key: " "})
        assert key in refused(cls, **{name: words for name, words in said.items() if name != key})

    def test_a_grade_has_its_level_and_a_forecast_may(self) -> None:
        assert "level" in refused(events.Graded, office="a")
        assert events.Foreseen(office="a").level is None

    def test_a_final_report_is_a_report(self) -> None:
        assert issubclass(events.FinalReportFiled, events.REPORTS)


class TestPlace:
    """Where it happened."""

    @pytest.mark.parametrize("code", ["53030", "5303021", "53030a", "", "530302\n1"])
    def test_a_division_code_has_six_digits(self, code: str) -> None:
        assert "division" in refused(Place, name="p", division=code)

    def test_it_may_be_unknown(self) -> None:
        assert Place(name="p").division is None
        assert Place(name="p", division="530302").division == "530302"


class TestStatedTime:
    """A time as a source gives it."""

    def test_the_ends_stand_in_order(self) -> None:
        StatedTime(earliest=NOON, latest=NOON)
        assert "lies before its beginning" in refused(StatedTime, earliest=NOON, latest=NOON - MINUTE)

    def test_so_do_those_of_another_source(self) -> None:
        other = OtherTime(earliest=NOON, latest=NOON - MINUTE, source="press")
        assert "lies before its beginning" in refused(StatedTime, also=(other,))

    def test_a_time_has_its_offset(self) -> None:
        assert "timezone" in refused(StatedTime, earliest=NOON.replace(tzinfo=None))

    def test_as_stated(self) -> None:
        assert StatedTime(earliest=NOON, latest=NOON, basis=Basis.STATED).interval == Interval(NOON, NOON)

    def test_assumed_is_not_widened(self) -> None:
        assert StatedTime(earliest=NOON, latest=NOON, basis=Basis.ASSUMED).interval == Interval(NOON, NOON)

    def test_about_is_a_quarter_of_an_hour_either_way(self) -> None:
        about = StatedTime(earliest=NOON, latest=NOON, basis=Basis.ABOUT)
        assert about.interval == Interval(NOON - 15 * MINUTE, NOON + 15 * MINUTE)
        assert (about.earliest, about.latest) == (NOON, NOON), "what was said stays as it was said"

    def test_two_sources_give_the_hull(self) -> None:
        other = OtherTime(earliest=NOON + 60 * MINUTE, latest=NOON + 61 * MINUTE, source="press")
        both = StatedTime(earliest=NOON, latest=NOON, basis=Basis.STATED, also=(other,))
        assert both.interval == Interval(NOON, NOON + 61 * MINUTE)

    def test_unstated(self) -> None:
        assert not StatedTime().stated
        assert StatedTime().interval == Interval(None, None)
        assert StatedTime(latest=NOON).stated
        assert StatedTime(earliest=NOON).stated

    @pytest.mark.parametrize("code", ["５３０３０２", "٥٣٠٣٠٢", "53030", "5303020", "53030x"])
    def test_a_division_is_six_plain_digits(self, code: str) -> None:
        assert Place(name="p", division="530302").division == "530302"
        refused(Place, name="p", division=code)


class TestElement:
    """An element of what a report says."""

    @pytest.mark.parametrize("of", sorted(PERSONAL))
    def test_names_and_phones_are_told_and_not_kept(self, of: str) -> None:
        assert Element(of=of).text is None
        assert "which the log never holds" in refused(Element, of=of, text="13900000000")

    def test_anything_else_is_kept_as_it_was_said(self) -> None:
        assert Element(of="reporter-post", text="值班员").text == "值班员"
