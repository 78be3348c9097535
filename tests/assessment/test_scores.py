"""Points: the three schemes reckoned by hand and reproduced, and what holds of every scheme."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.assessment.timelines import rulebook

from emergency.assessment.scores import (
    Adoption,
    Evidence,
    Found,
    Instruction,
    Praise,
    Reason,
    Sheet,
    sheets,
)
from emergency.domain.vocabulary import Fault, Status, Tier, Use
from emergency.rulebook import SchemeValue

TODAY = date(2026, 11, 22)
NAMES = ("宝鸡", "梅州", "东阳")
LATE, MISSED, FALSIFIED, CONCEALED = Fault.LATE, Fault.MISSED, Fault.FALSIFIED, Fault.CONCEALED


def scheme(name: str) -> SchemeValue:
    value = rulebook().scheme(name).value_on(TODAY)
    assert value is not None
    return value


def found(number: int, kind: Fault, status: Status, determination: str | None = None, **more: Any) -> Found:  # noqa: ANN401 - fields
    given = {"incident": "i", "office": "o", **more}
    return Found(id=f"f{number}", kind=kind, status=status, determination=determination, **given)


def used(number: int, report: str, use: Use, **more: Any) -> Adoption:  # noqa: ANN401 - fields
    return Adoption(id=f"a{number}", report=report, use=use, **{"incident": "i", "office": "o", **more})


def sheet(name: str, **of: Any) -> Sheet:  # noqa: ANN401 - fields
    (only,) = sheets(scheme(name), Evidence(**{"incidents": {"o": {"i"}}, **of}))
    return only


def lines(one: Sheet) -> list[tuple[str, str]]:
    return [(point.line, str(point.points)) for point in one.points]


def reasons(one: Sheet) -> list[tuple[str, Reason]]:
    return [(left.sources[0], left.reason) for left in one.uncounted]


class TestBaoji:
    """宝鸡: of five points, 迟报 −1, 谎报 −2, 漏报 −3, 瞒报 −4 each time."""

    def test_each_kind_takes_what_it_takes(self) -> None:
        one = sheet(
            "宝鸡",
            found=(
                found(1, LATE, Status.ESTABLISHED),
                found(2, LATE, Status.ESTABLISHED),
                found(3, FALSIFIED, Status.SUSPECTED, "falsified"),
            ),
        )
        # 5 − 1 − 1 − 2 = 1
        assert lines(one) == [("base", "5"), ("late", "-1"), ("late", "-1"), ("falsified", "-2")]
        assert (one.total, one.result) == (Decimal(1), Fraction(1))

    @pytest.mark.parametrize(
        ("kind", "left"), [(LATE, 4), (FALSIFIED, 3), (MISSED, 2), (CONCEALED, 1)], ids=str
    )
    def test_once_of_one_kind(self, kind: Fault, left: int) -> None:
        assert sheet("宝鸡", found=(found(1, kind, Status.NONE, kind.value),)).result == left

    def test_no_floor_is_made_up(self) -> None:
        two = tuple(found(n, CONCEALED, Status.SUSPECTED, "concealed") for n in (1, 2))
        assert sheet("宝鸡", found=two).result == 5 - 4 - 4 == -3
        assert scheme("宝鸡").floor is None

    def test_who_owed_reports_and_did_nothing_wrong_keeps_five(self) -> None:
        assert sheet("宝鸡").result == 5

    def test_an_office_without_anything_in_the_period_has_no_result_and_no_zero(self) -> None:
        (one,) = sheets(scheme("宝鸡"), Evidence(praise=(Praise(id="p", office="o", tier=Tier.CITY),)))
        assert (one.items, one.total) == (0, Decimal())
        assert one.result is None


class TestMeizhou:
    """梅州: by use, instructions and pictures; half an item for late and false, ten for concealed and missed; mean."""

    def test_the_mean_of_what_was_used(self) -> None:
        one = sheet(
            "梅州",
            adoptions=(
                used(1, "r1", Use.SPECIAL_REPORT, media=True, instructions=("b1", "b2")),
                used(2, "r2", Use.COMPILED),
                used(3, "r3", Use.ON_FILE),
            ),
            instructions=(
                Instruction(id="b1", incident="i", tier=Tier.PROVINCE),
                Instruction(id="b2", incident="i", tier=Tier.CITY),
            ),
            found=(
                found(1, LATE, Status.ESTABLISHED, reports=("r1",)),
                found(2, MISSED, Status.SUSPECTED, "missed"),
            ),
        )
        # r1: 5 + 1 + 4 + 3 = 13, half of it lost: 6.5; r2: 2; r3: 1; one missed: −10. (6.5 + 2 + 1 − 10) ÷ 3
        assert one.total == Decimal("6.5") + 2 + 1 - 10 == Decimal("-0.5")
        assert (one.items, one.result) == (3, Fraction(-1, 6))
        assert {line: points for line, points in lines(one) if Decimal(points) < 0} == {
            "late-or-false": "-6.5",
            "concealed-or-missed": "-10",
        }

    @pytest.mark.parametrize(
        ("use", "points"),
        [
            (Use.SPECIAL_REPORT, 5),
            (Use.FOR_LEADERS, 4),
            (Use.ON_REQUEST, 3),
            (Use.COMPILED, 2),
            (Use.ON_FILE, 1),
        ],
    )
    def test_each_use(self, use: Use, points: int) -> None:
        assert sheet("梅州", adoptions=(used(1, "r1", use),)).result == points

    @pytest.mark.parametrize(
        ("tier", "more"), [(Tier.STATE, 5), (Tier.PROVINCE, 4), (Tier.CITY, 3), (Tier.COUNTY, 0), (None, 0)]
    )
    def test_each_leader(self, tier: Tier | None, more: int) -> None:
        one = sheet(
            "梅州",
            adoptions=(used(1, "r1", Use.ON_FILE),),
            instructions=(Instruction(id="b1", incident="i", tier=tier),),
        )
        assert one.result == 1 + more
        assert reasons(one) == ([("b1", Reason.TIER_UNKNOWN)] if tier is None else [])

    def test_of_several_uses_of_one_report_the_most(self) -> None:
        one = sheet("梅州", adoptions=(used(1, "r1", Use.ON_FILE), used(2, "r1", Use.FOR_LEADERS)))
        assert (one.items, one.result) == (1, Fraction(4))
        assert reasons(one) == [("a1", Reason.LESSER_USE)]

    def test_late_and_false_loses_half_once_with_both_traced(self) -> None:
        one = sheet(
            "梅州",
            adoptions=(used(1, "r1", Use.SPECIAL_REPORT),),
            found=(
                found(1, LATE, Status.ESTABLISHED, reports=("r1",)),
                found(2, LATE, Status.ESTABLISHED, reports=("r1",)),
                found(3, FALSIFIED, Status.NONE, "falsified"),
            ),
        )
        assert one.result == Fraction(5, 2)
        assert one.points[-1].sources == ("f1", "f2", "f3")

    def test_what_is_late_and_was_not_used_has_nothing_to_lose(self) -> None:
        one = sheet(
            "梅州",
            adoptions=(used(1, "r1", Use.SPECIAL_REPORT),),
            found=(found(1, LATE, Status.ESTABLISHED, reports=("r2",)), found(2, LATE, Status.ESTABLISHED)),
        )
        assert one.result == 5
        assert reasons(one) == [("f1", Reason.NO_ITEM), ("f2", Reason.NO_ITEM)]

    def test_an_instruction_that_could_be_on_two_reports_counts_for_none(self) -> None:
        two = (used(1, "r1", Use.ON_FILE), used(2, "r2", Use.ON_FILE))
        written = (Instruction(id="b1", incident="i", tier=Tier.CITY),)
        one = sheet("梅州", adoptions=two, instructions=written)
        assert (one.total, reasons(one)) == (Decimal(2), [("b1", Reason.WHICH_REPORT)])
        said = (two[0], used(2, "r2", Use.ON_FILE, instructions=("b1",)))
        assert sheet("梅州", adoptions=said, instructions=written).total == 5

    def test_without_an_item_there_is_no_mean(self) -> None:
        one = sheet("梅州", found=(found(1, CONCEALED, Status.NONE, "concealed"),))
        assert (one.total, one.items) == (Decimal(-10), 0)
        assert one.result is None

    def test_grades_without_bounds_are_not_given(self) -> None:
        assert [grade.title.zh for grade in scheme("梅州").grades] == ["优", "良", "一般", "差"]
        assert sheet("梅州", adoptions=(used(1, "r1", Use.SPECIAL_REPORT),)).grade is None


class TestDongyang:
    """东阳: commended by the city +0.5, the province +1, the state +2; demerits without amounts."""

    def test_each_tier(self) -> None:
        tiers = (Tier.CITY, Tier.CITY, Tier.PROVINCE, Tier.STATE, Tier.COUNTY)
        praised = tuple(Praise(id=f"p{n}", office="o", tier=tier) for n, tier in enumerate(tiers))
        (one,) = sheets(scheme("东阳"), Evidence(praise=praised))
        # 0.5 + 0.5 + 1 + 2
        assert (one.total, one.result) == (Decimal(4), Fraction(4))
        assert [point.sources for point in one.points] == [("p0",), ("p1",), ("p2",), ("p3",)]

    def test_demerits_take_nothing_as_long_as_nobody_knows_what(self) -> None:
        assert sheet("东阳", found=(found(1, LATE, Status.ESTABLISHED),)).total == 0
        assert scheme("东阳").lines[-1].points is None  # type: ignore[index]


class TestWhatCounts:
    """A finding counts where it is established, or where people determined its kind."""

    @pytest.mark.parametrize(
        ("status", "determination", "why"),
        [
            (Status.ESTABLISHED, None, None),
            (Status.ESTABLISHED, "rejected", Reason.REJECTED),
            (Status.PRESUMED, None, Reason.PRESUMED),
            (Status.PRESUMED, "late", None),
            (Status.POSSIBLE, None, Reason.POSSIBLE),
            (Status.POSSIBLE, "late", None),
            (Status.SUSPECTED, None, Reason.NOT_DETERMINED),
            (Status.SUSPECTED, "late", None),
            (Status.SUSPECTED, "rejected", Reason.REJECTED),
            (Status.NONE, "late", None),
        ],
    )
    def test_by_status_and_determination(
        self, status: Status, determination: str | None, why: Reason | None
    ) -> None:
        one = sheet("宝鸡", found=(found(1, LATE, status, determination),))
        assert one.total == (4 if why is None else 5)
        assert reasons(one) == ([] if why is None else [("f1", why)])

    def test_presumed_counts_where_a_scheme_says_so(self) -> None:
        lenient = scheme("宝鸡").model_copy(update={"presumed": True})
        (one,) = sheets(lenient, Evidence(found=(found(1, LATE, Status.PRESUMED),)))
        assert one.total == 4

    @pytest.mark.parametrize(("late", "total"), [(None, 2), ("late", 1)])
    def test_what_was_determined_missed_is_not_also_late(self, late: str | None, total: int) -> None:
        one = sheet(
            "宝鸡",
            found=(
                found(1, LATE, Status.ESTABLISHED, late, obligation="x"),
                found(2, MISSED, Status.SUSPECTED, "missed", obligation="x"),
            ),
        )
        assert one.total == total

    @pytest.mark.parametrize(
        ("kind", "status", "determination", "lost"),
        [
            (CONCEALED, Status.SUSPECTED, "late", -1),
            (LATE, Status.ESTABLISHED, "missed", -3),
            (LATE, Status.POSSIBLE, "missed", -3),
        ],
    )
    def test_what_people_changed_it_into_is_what_counts(
        self, kind: Fault, status: Status, determination: str, lost: int
    ) -> None:
        one = sheet("宝鸡", found=(found(1, kind, status, determination),))
        assert one.total == 5 + lost
        assert reasons(one) == []
        assert [point.sources for point in one.points if point.sources] == [("f1",)]

    @pytest.mark.parametrize(("obligation", "total"), [("x", 4), (None, 4), ("y", 3)])
    def test_what_is_changed_into_a_late_report_is_not_late_twice(
        self, obligation: str | None, total: int
    ) -> None:
        late = found(1, LATE, Status.ESTABLISHED, obligation="x")
        changed = found(2, CONCEALED, Status.SUSPECTED, "late", obligation=obligation)
        one = sheet("宝鸡", found=(late, changed))
        assert one.total == total
        assert reasons(one) == ([] if total == 3 else [("f2", Reason.SAME_MATTER)])

    def test_another_obligation_is_another_matter(self) -> None:
        one = sheet(
            "宝鸡",
            found=(
                found(1, LATE, Status.ESTABLISHED, obligation="y"),
                found(2, MISSED, Status.SUSPECTED, "missed", obligation="x"),
            ),
        )
        assert one.total == 5 - 1 - 3

    def test_a_finding_that_stands_in_two_rows_counts_once(self) -> None:
        twice = (found(1, LATE, Status.ESTABLISHED), found(1, LATE, Status.ESTABLISHED))
        assert sheet("宝鸡", found=twice).total == 4

    def test_a_floor_and_bounds_hold_where_a_text_gives_them(self) -> None:
        text = scheme("梅州").model_dump()
        bounds = ("4", "3", "2", None)
        grades = [{**grade, "at_least": bound} for grade, bound in zip(text["grades"], bounds, strict=True)]
        known = SchemeValue.model_validate({**text, "since": "2018-01-01", "grades": grades, "floor": "1.5"})
        for use, grade in ((Use.FOR_LEADERS, "优"), (Use.ON_REQUEST, "良"), (Use.ON_FILE, "差")):
            (one,) = sheets(known, Evidence(adoptions=(used(1, "r1", use),)))
            assert one.grade is not None
            assert one.grade.zh == grade
        assert (one.total, one.result) == (Decimal(1), Fraction(3, 2))


OFFICES, INCIDENTS = st.sampled_from("pq"), st.sampled_from("ij")
WEAK = [
    (Status.POSSIBLE, None),
    (Status.PRESUMED, None),
    (Status.SUSPECTED, None),
    *((status, "rejected") for status in Status),
]


@st.composite
def findings(draw: st.DrawFn, *, weak: bool, start: int) -> tuple[Found, ...]:
    made = []
    for number in range(draw(st.integers(0, 5))):
        kind = draw(st.sampled_from(Fault))
        strong = [(Status.ESTABLISHED, None), *((status, kind.value) for status in Status)]
        status, determination = draw(st.sampled_from(WEAK if weak else strong))
        made.append(
            found(
                start + number,
                kind,
                status,
                determination,
                incident=draw(INCIDENTS),
                office=draw(OFFICES),
                obligation=draw(st.sampled_from([None, "x", "y"])),
                reports=draw(st.sampled_from([(), ("i-r1",), ("i-r1", "j-r2")])),
            )
        )
    return tuple(made)


@st.composite
def records(draw: st.DrawFn) -> Evidence:
    uses = []
    for number in range(draw(st.integers(0, 5))):
        incident = draw(INCIDENTS)
        report = f"{incident}-r{draw(st.integers(1, 2))}"
        uses.append(
            used(
                number,
                report,
                draw(st.sampled_from(Use)),
                incident=incident,
                office="pq"[report.endswith("1")],
                instructions=draw(st.sampled_from([(), ("b0",), ("b1",)])),
                media=draw(st.booleans()),
            )
        )
    written = [
        Instruction(id=f"b{n}", incident=draw(INCIDENTS), tier=draw(st.sampled_from([None, *Tier])))
        for n in range(draw(st.integers(0, 3)))
    ]
    praised = [
        Praise(id=f"p{n}", office=draw(OFFICES), tier=draw(st.sampled_from(Tier)))
        for n in range(draw(st.integers(0, 3)))
    ]
    return Evidence(
        incidents={"p": {"i", "j"}, "q": {"i"}},
        found=draw(findings(weak=False, start=0)),
        adoptions=tuple(uses),
        instructions=tuple(written),
        praise=tuple(praised),
    )


def outcomes(name: str, record: Evidence) -> dict[str, Any]:
    return {one.office: (one.points, one.total, one.result) for one in sheets(scheme(name), record)}


@settings(max_examples=40)
@given(record=records(), name=st.sampled_from(NAMES))
def test_a_total_is_the_sum_of_its_traced_lines(record: Evidence, name: str) -> None:
    known = {line.name for line in scheme(name).lines or ()} | {"base"}
    sources = {one.id for some in (record.found, record.adoptions, record.instructions) for one in some}
    sources |= {one.id for one in record.praise} | {one.report for one in record.adoptions}
    for one in sheets(scheme(name), record):
        assert one.total == sum((point.points for point in one.points), Decimal())
        for point in one.points:
            assert point.line in known
            assert set(point.sources) <= sources
            assert bool(point.sources) == (point.line != "base")
        both = [(p.line, p.item, s) for p in one.points for s in p.sources]
        assert len(both) == len(set(both)), "something counts twice on one line"


@settings(max_examples=40)
@given(record=records(), weak=findings(weak=True, start=100), name=st.sampled_from(NAMES))
def test_what_is_possible_suspected_or_rejected_never_moves_a_score(
    record: Evidence, weak: tuple[Found, ...], name: str
) -> None:
    more = Evidence(
        incidents=record.incidents,
        found=record.found + weak,
        adoptions=record.adoptions,
        instructions=record.instructions,
        praise=record.praise,
    )
    assert outcomes(name, more) == outcomes(name, record)


@settings(max_examples=40)
@given(record=records(), name=st.sampled_from(NAMES), data=st.data())
def test_the_order_of_events_makes_no_difference(record: Evidence, name: str, data: st.DataObject) -> None:
    shuffled = Evidence(
        incidents=record.incidents,
        found=tuple(data.draw(st.permutations(record.found))),
        adoptions=tuple(data.draw(st.permutations(record.adoptions))),
        instructions=tuple(data.draw(st.permutations(record.instructions))),
        praise=tuple(data.draw(st.permutations(record.praise))),
    )
    assert sheets(scheme(name), shuffled) == sheets(scheme(name), record)
