"""Offices that end, and who stands in their place; posts and reporting classes, each with its days."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError
from tests.domain.test_directory import CHAIN, DAY, EARLIER, LATER, directory, log, office

from emergency.domain.offices import (
    ClassGiven,
    Directory,
    OfficeDissolved,
    OfficeEvent,
    OfficeRegistered,
    OfficeRenamed,
    OfficeSucceeded,
    PostGiven,
    Predecessor,
    SuperiorChanged,
    days_existed,
    directory_of,
    holds_already,
    lineage,
    updates,
)
from emergency.domain.vocabulary import POST_NAMES, REPORTING_NAMES, Post, ReportingClass, Tier

ALWAYS = None
LONG_AFTER = date(2030, 1, 1)


def since(day: date, name: str, *reports_to: str) -> OfficeRegistered:
    return office(name, *reports_to).model_copy(update={"since": day})


def gone(name: str, *by: str, on: date = DAY) -> OfficeSucceeded:
    return OfficeSucceeded(office=name, since=on, by=by)


def ended(name: str, on: date = DAY) -> OfficeDissolved:
    return OfficeDissolved(office=name, since=on)


# -- there or gone -----------------------------------------------------------------------------------------------


def test_an_office_exists_until_the_day_it_is_succeeded() -> None:
    known = directory(*CHAIN, office("district", "city"), gone("county", "district"))
    assert [known.exists_on("county", day) for day in (EARLIER, DAY, LATER, ALWAYS)] == [
        True,
        False,
        False,
        False,
    ]
    assert [known.successors("county", day) for day in (EARLIER, DAY)] == [(), ("district",)]
    assert known.exists_on("district", EARLIER), "nobody says since when: as long as anyone knows"
    assert not known.exists_on("nobody", DAY)
    assert known.successors("nobody", DAY) == ()


def test_an_office_exists_from_its_first_day() -> None:
    known = directory(since(DAY, "county"))
    assert [known.exists_on("county", day) for day in (EARLIER, DAY, ALWAYS)] == [False, True, True]
    assert known["county"].founded == DAY
    assert directory(office("county"))["county"].founded is None


def test_a_dissolved_office_has_no_successor() -> None:
    known = directory(*CHAIN, ended("county"))
    assert not known.exists_on("county", DAY)
    assert known.successors("county", DAY) == ()
    assert known["county"].gone(EARLIER) is None
    assert known["county"].gone(DAY) == ()


def test_registered_again_it_is_there_again() -> None:
    known = directory(*CHAIN, ended("county"), since(LONG_AFTER, "county", "city"))
    days = (EARLIER, DAY, LONG_AFTER - timedelta(days=1), LONG_AFTER)
    assert [known.exists_on("county", day) for day in days] == [True, False, False, True]
    assert known["county"].spans == ((None, DAY), (LONG_AFTER, None))
    assert known["county"].founded is None


def test_an_end_told_of_the_wrong_day_is_put_right() -> None:
    """Registered from that day on, it never ended then."""
    known = directory(*CHAIN, ended("county"), since(DAY, "county", "city"), ended("county", LATER))
    assert [known.exists_on("county", day) for day in (EARLIER, DAY, LATER)] == [True, True, False]
    assert known["county"].spans == ((None, LATER),)


def test_registered_anew_without_a_day_says_nothing_of_its_life() -> None:
    moved = office("county", "city", tier=Tier.CITY)
    assert not directory(*CHAIN, ended("county"), moved).exists_on("county", DAY)
    assert directory(since(DAY, "county"), moved)["county"].founded == DAY


def test_what_registering_it_with_a_day_changes() -> None:
    county = directory(*CHAIN, ended("county"))["county"]
    assert updates(county, office("county", "city")) == ()
    assert updates(county, since(EARLIER, "county", "city")) == ()
    assert updates(county, since(DAY, "county", "city")) == (since(DAY, "county", "city"),)
    young = directory(since(DAY, "county", "city"))["county"]
    assert updates(young, since(LATER, "county", "city")) == ()
    assert updates(young, since(EARLIER, "county", "city")) == (since(EARLIER, "county", "city"),)


def test_an_end_before_the_beginning_is_read_all_the_same() -> None:
    """It is refused where it is told; a log that holds one is no reason to stop."""
    known = directory(since(LATER, "county"), office("x"), gone("county", "x"))
    assert known["county"].founded == LATER
    assert [known.exists_on("county", day) for day in (DAY, LATER)] == [False, True]
    never = directory(since(DAY, "county"), office("x"), gone("county", "x"))
    assert never["county"].spans == ()
    assert lineage(never, "x", DAY) == (Predecessor("county", DAY),)


def test_an_end_needs_its_day_and_a_succession_a_successor() -> None:
    with pytest.raises(ValidationError):
        OfficeSucceeded.model_validate({"office": "county", "by": ["x"]})
    with pytest.raises(ValidationError):
        OfficeSucceeded.model_validate({"office": "county", "since": "2025-01-01", "by": []})
    with pytest.raises(ValidationError):
        OfficeDissolved.model_validate({"office": "county"})


# -- who is reported to ------------------------------------------------------------------------------------------


def test_whoever_reported_to_it_reports_to_its_successor() -> None:
    known = directory(*CHAIN, office("district", "city"), gone("county", "district"))
    assert [known.superiors("unit", day) for day in (EARLIER, DAY)] == [("county",), ("district",)]
    assert known.above("unit", EARLIER) == ("county", "city", "province")
    assert known.above("unit", DAY) == ("district", "city", "province")
    assert known.superiors("unit") == ("county", "district"), "without a day, both"


def test_split_it_leaves_both_to_be_told() -> None:
    known = directory(*CHAIN, office("east", "city"), office("west", "city"), gone("county", "east", "west"))
    assert known.superiors("unit", DAY) == ("east", "west")
    assert known.above("unit", DAY) == ("east", "west", "city", "province")


def test_two_merged_into_one_leave_one() -> None:
    known = directory(
        office("u", "a", "b"), office("a"), office("b"), office("c"), gone("a", "c"), gone("b", "c")
    )
    assert known.superiors("u", DAY) == ("c",)


def test_a_successor_that_is_succeeded_later() -> None:
    known = directory(*CHAIN, office("b"), office("c"), gone("county", "b"), gone("b", "c", on=LATER))
    assert [known.superiors("unit", day) for day in (EARLIER, DAY, LATER)] == [("county",), ("b",), ("c",)]


def test_dissolved_without_a_successor_those_above_it_are_told() -> None:
    known = directory(*CHAIN, ended("county"))
    assert [known.superiors("unit", day) for day in (EARLIER, DAY)] == [("county",), ("city",)]
    assert known.above("unit", DAY) == ("city", "province")


def test_an_office_that_takes_over_from_its_superior_does_not_report_to_itself() -> None:
    known = directory(*CHAIN, gone("county", "unit"))
    assert known.superiors("unit", DAY) == ("city",)
    assert known.above("unit", DAY) == ("city", "province")


def test_successions_in_a_circle_are_walked_once() -> None:
    known = directory(
        office("u", "a"), office("a", "top"), office("b"), office("top"), gone("a", "b"), gone("b", "a")
    )
    assert known.superiors("u", EARLIER) == ("a",)
    assert known.superiors("u", DAY) == ("top",)
    assert lineage(known, "a", DAY) == (Predecessor("b", DAY),)
    assert known.alike("a", DAY) == ("b",)


def test_a_new_superior_is_one_whatever_became_of_the_old() -> None:
    changed = SuperiorChanged(office="unit", since=LATER, reports_to=("province",))
    known = directory(*CHAIN, office("district"), gone("county", "district"), changed)
    assert [known.superiors("unit", day) for day in (EARLIER, DAY, LATER)] == [
        ("county",), ("district",), ("province",),
    ]  # fmt: skip


def test_the_number_of_the_turn_tells_the_days_of_successions_apart() -> None:
    known = directory(*CHAIN, office("district"), gone("county", "district"))
    assert known.turn(EARLIER) == known.turn(date.min)
    assert known.turn(EARLIER) != known.turn(DAY) == known.turn(date.max)
    assert known.turn(None) not in (known.turn(EARLIER), known.turn(DAY)), "no day is like any of them"
    assert directory(*CHAIN, since(DAY, "x")).turn(EARLIER) != directory(*CHAIN, since(DAY, "x")).turn(DAY)


def test_reachable_are_those_in_its_place_and_above_them() -> None:
    known = directory(*CHAIN, office("district", "port"), office("port"), gone("county", "district"))
    assert known.reachable(["unit"]) == {"unit", "county", "city", "province", "district", "port"}


# -- whose letterhead means whom ---------------------------------------------------------------------------------


def test_a_letterhead_of_before_means_the_successor_from_the_day_on() -> None:
    known = directory(*CHAIN, office("district"), office("area"), gone("county", "district"),
                      gone("district", "area", on=LATER))  # fmt: skip
    assert known.alike("district", EARLIER) == ()
    assert known.alike("district", DAY) == ("county",)
    assert known.alike("area", DAY) == ()
    assert known.alike("area", LATER) == ("district", "county")


def test_an_office_made_to_succeed_it_may_be_told_what_it_was_owed() -> None:
    """One that was there already was another office then: what it was told it was told in error."""
    known = directory(*CHAIN, since(DAY, "new"), office("neighbour"), gone("county", "new", "neighbour"))
    assert known.alike("county", EARLIER) == ("new",)
    assert known.alike("county") == ("new", "neighbour"), "without a day, all of them"


# -- predecessors ------------------------------------------------------------------------------------------------


def test_predecessors_are_those_of_the_day() -> None:
    known = directory(*CHAIN, office("district"), gone("county", "district"))
    assert [known.predecessors("district", day) for day in (EARLIER, DAY)] == [(), ("county",)]
    assert known.predecessors("county", DAY) == ()


def test_a_lineage_goes_back_to_all_of_them_with_their_days() -> None:
    known = directory(
        office("a"), office("b"), office("c"), office("d"),
        gone("a", "c"), gone("b", "c", on=LATER), gone("c", "d", on=LONG_AFTER),
    )  # fmt: skip
    assert lineage(known, "d", LATER) == ()
    assert lineage(known, "c", DAY) == (Predecessor("a", DAY),)
    assert lineage(known, "d", LONG_AFTER) == lineage(known, "d") == (
        Predecessor("c", LONG_AFTER), Predecessor("a", DAY), Predecessor("b", LATER),
    )  # fmt: skip


def test_of_an_office_that_was_split_each_successor_inherits() -> None:
    known = directory(office("a"), office("b"), office("c"), gone("a", "b", "c"))
    assert lineage(known, "b", DAY) == lineage(known, "c", DAY) == (Predecessor("a", DAY),)


def test_it_is_inherited_since_the_heir_stood_in_its_place() -> None:
    known = directory(office("a"), office("b"), office("c"), gone("a", "b"), gone("a", "c", on=LATER),
                      gone("a", "c", "b", on=LONG_AFTER))  # fmt: skip
    assert lineage(known, "b", DAY) == (Predecessor("a", DAY),)
    assert lineage(known, "b", LATER) == ()
    assert lineage(known, "b", LONG_AFTER) == (Predecessor("a", LONG_AFTER),)
    assert lineage(known, "c", LONG_AFTER) == (Predecessor("a", LATER),)


# -- exposure ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first", "last", "days"),
    [
        (date(2025, 1, 1), date(2025, 1, 31), 31),
        (date(2024, 12, 1), date(2024, 12, 31), 0),
        (date(2024, 12, 1), date(2025, 1, 1), 1),
        (date(2025, 6, 29), date(2025, 7, 31), 2),
        (date(2025, 7, 1), date(2025, 7, 31), 0),
        (date(2020, 1, 1), date(2026, 1, 2), 181 + 2),
        (date(2026, 1, 2), date(2026, 1, 1), 0),
    ],
)
def test_a_rate_is_divided_by_the_days_it_existed(first: date, last: date, days: int) -> None:
    known = directory(
        since(DAY, "county"), ended("county", date(2025, 7, 1)), since(date(2026, 1, 1), "county")
    )
    assert days_existed(known, "county", first, last) == days


def test_an_office_without_a_day_existed_always_and_an_unknown_one_never() -> None:
    known = directory(office("county"))
    assert days_existed(known, "county", DAY, LATER) == 2
    assert days_existed(known, "nobody", DAY, LATER) == 0


# -- names, classes, posts ---------------------------------------------------------------------------------------


def test_its_name_on_a_day() -> None:
    known = directory(*CHAIN, OfficeRenamed(office="unit", since=DAY, name="New"))
    assert [known.name_on("unit", day) for day in (EARLIER, DAY, ALWAYS)] == ["UNIT", "New", "New"]
    assert known.name_on("nobody", DAY) == "nobody"


def direct(name: str, *to: str, day: date | None = DAY) -> ClassGiven:
    return ClassGiven(office=name, since=day, reporting=ReportingClass.DIRECT, directly_to=to)


def test_a_class_holds_from_its_day_and_is_unknown_before() -> None:
    elective = ClassGiven(office="unit", since=LATER, reporting=ReportingClass.ELECTIVE)
    known = directory(*CHAIN, elective, direct("unit", "city"))
    assert [known.reporting_class("unit", day) for day in (EARLIER, DAY, LATER, ALWAYS)] == [
        None, ReportingClass.DIRECT, ReportingClass.ELECTIVE, ReportingClass.ELECTIVE,
    ]  # fmt: skip
    assert known.reporting_class("county", DAY) is None
    assert known.reporting_class("nobody", DAY) is None


def test_a_direct_office_may_tell_those_that_are_named_from_its_day() -> None:
    known = directory(*CHAIN, direct("unit", "city"))
    assert [known.may_report_directly("unit", "city", day) for day in (EARLIER, DAY)] == [False, True]
    assert not known.may_report_directly("unit", "province", DAY)
    assert not known.may_report_directly("county", "city", DAY)
    assert directory(*CHAIN, direct("unit", "city", day=None)).may_report_directly("unit", "city", EARLIER)


def test_who_may_tell_an_office_may_tell_its_successor() -> None:
    known = directory(*CHAIN, office("new"), direct("unit", "city", day=None), gone("city", "new"))
    assert [known.may_report_directly("unit", "new", day) for day in (EARLIER, DAY)] == [False, True]
    assert known.may_report_directly("unit", "city", DAY), "with the old letterhead"


def test_a_class_changes_nobodys_superiors() -> None:
    plain, classed = directory(*CHAIN), directory(*CHAIN, direct("unit", "city"))
    assert plain.above("unit", DAY) == classed.above("unit", DAY)


def test_only_a_direct_office_is_given_whom_to_tell_directly() -> None:
    with pytest.raises(ValidationError, match="only a direct-report office"):
        ClassGiven(office="unit", reporting=ReportingClass.MUST_REPORT, directly_to=("city",))


def post(officer: str | None, day: date | None, which: Post = Post.FIRST_REPORTER) -> PostGiven:
    return PostGiven(office="unit", since=day, post=which, officer=officer)


def test_a_post_is_held_from_its_day_then_vacant_and_unknown_before() -> None:
    known = directory(*CHAIN, post(None, LATER), post("o1", DAY), post("o2", LATER, Post.FIRST_VERIFIER))
    assert known.posts("unit", EARLIER) == {}
    assert known.posts("unit", DAY) == {Post.FIRST_REPORTER: "o1"}
    assert known.posts("unit", LATER) == {Post.FIRST_REPORTER: None, Post.FIRST_VERIFIER: "o2"}
    assert known.posts("nobody") == {}


def test_posts_and_classes_stay_through_a_new_registration() -> None:
    given_ = (direct("unit", "city"), post("o1", DAY), ended("unit", LATER))
    known = directory(*CHAIN, *given_, office("unit", "county", tier=Tier.UNIT))
    assert known.reporting_class("unit", DAY) is ReportingClass.DIRECT
    assert known.posts("unit", DAY) == {Post.FIRST_REPORTER: "o1"}
    assert not known.exists_on("unit", LATER)


def test_every_post_and_class_has_its_chinese_name() -> None:
    assert set(POST_NAMES) == set(Post)
    assert set(REPORTING_NAMES) == set(ReportingClass)


@pytest.mark.parametrize(
    ("event", "again", "other"),
    [
        (post("o1", DAY), post("o1", LATER), post("o1", EARLIER)),
        (post("o1", DAY), post("o1", DAY), post("o2", DAY)),
        (post(None, DAY), post(None, DAY), post(None, EARLIER)),
        (post("o1", None), post("o1", None), post(None, None)),
        (post("o1", DAY), post("o1", DAY), post("o1", DAY, Post.FIRST_VERIFIER)),
        (direct("unit", "city"), direct("unit", "city"), direct("unit")),
        (direct("unit", "city"), direct("unit", "city", day=LATER), direct("unit", "city", day=None)),
        (gone("unit", "city"), gone("unit", "city", on=LATER), gone("unit", "city", on=EARLIER)),
        (gone("unit", "city"), gone("unit", "city"), ended("unit")),
        (ended("unit"), ended("unit"), gone("unit", "city")),
        (
            OfficeRenamed(office="unit", since=DAY, name="New"),
            OfficeRenamed(office="unit", since=DAY, name="New"),
            OfficeRenamed(office="unit", since=EARLIER, name="New"),
        ),
        (
            SuperiorChanged(office="unit", since=DAY, reports_to=("city",)),
            SuperiorChanged(office="unit", since=DAY, reports_to=("city",)),
            SuperiorChanged(office="unit", since=DAY, reports_to=("city", "county")),
        ),
    ],
)
def test_told_again_it_changes_nothing(event: OfficeEvent, again: OfficeEvent, other: OfficeEvent) -> None:
    assert not holds_already(directory(*CHAIN)["unit"], event)
    known = directory(*CHAIN, event)["unit"]
    assert holds_already(known, event)
    assert holds_already(known, again)
    assert not holds_already(known, other)


# -- in any order ------------------------------------------------------------------------------------------------

NAMES = ("a", "b", "c", "d")
DAYS = [DAY + timedelta(days=30 * n) for n in range(4)]


@st.composite
def told(draw: st.DrawFn) -> list[OfficeEvent]:
    """What happened to a few offices, no two things of one kind and office on one day."""
    found: dict[tuple[str, date, str], OfficeEvent] = {}
    for _ in range(draw(st.integers(1, 6))):
        name, day = draw(st.sampled_from(NAMES)), draw(st.sampled_from(DAYS))
        kind = draw(st.sampled_from(("life", "class", "post", "superior")))
        others = tuple(
            draw(st.lists(st.sampled_from([n for n in NAMES if n != name]), unique=True, max_size=2))
        )
        event: OfficeEvent
        if kind == "life":
            event = gone(name, *others, on=day) if others else ended(name, day)
        elif kind == "class":
            event = direct(name, *others, day=day)
        elif kind == "post":
            event = PostGiven(
                office=name, since=day, post=Post.FIRST_REPORTER, officer=draw(st.sampled_from("xy"))
            )
        else:
            event = SuperiorChanged(office=name, since=day, reports_to=others)
        found[name, day, kind] = event
    return list(found.values())


def answers(known: Directory) -> list[object]:
    return [
        (
            known.exists_on(name, day), known.successors(name, day), set(known.predecessors(name, day)),
            known.superiors(name, day), known.above(name, day), set(lineage(known, name, day)),
            set(known.alike(name, day)), known.posts(name, day), known.reporting_class(name, day),
            [known.may_report_directly(name, to, day) for to in NAMES], known[name].spans,
        )
        for name in NAMES
        for day in (None, EARLIER, *DAYS, LONG_AFTER)
    ]  # fmt: skip


OFFICES = [office(name, up) for name, up in zip(NAMES, ("b", "c", "d", "e"), strict=True)]


@given(told(), st.randoms(use_true_random=False))
@settings(max_examples=60, deadline=None)
def test_recorded_in_any_order_the_directory_on_a_day_is_the_same(
    events: list[OfficeEvent], order: object
) -> None:
    shuffled = list(events)
    order.shuffle(shuffled)  # type: ignore[attr-defined]
    assert answers(directory(*OFFICES, *events)) == answers(directory(*OFFICES, *shuffled))


@given(told())
@settings(max_examples=60, deadline=None)
def test_nobody_reports_to_an_office_that_is_gone_or_to_itself(events: list[OfficeEvent]) -> None:
    known = directory(*OFFICES, *events)
    for name in NAMES:
        for day in (EARLIER, *DAYS, LONG_AFTER):
            superiors = known.superiors(name, day)
            assert name not in superiors
            assert len(set(superiors)) == len(superiors)
            assert all(up == "e" or known.exists_on(up, day) for up in superiors)


@given(told(), st.integers(0, 6))
@settings(max_examples=30, deadline=None)
def test_folded_in_two_parts_it_is_the_same(events: list[OfficeEvent], cut: int) -> None:
    everything = log(*OFFICES, *events)
    at = min(len(everything), len(OFFICES) + cut)
    assert directory_of(everything[at:], directory_of(everything[:at])) == directory_of(everything)
