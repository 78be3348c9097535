"""Score sheets over a store: what is gathered, from which period, as of which instant."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from emergency import Engine, NotFoundError, UsageError
from emergency.domain.events import Reported
from emergency.domain.instructions import InstructionReceived
from emergency.domain.offices import OfficeRegistered, OfficeSucceeded
from emergency.domain.values import StatedTime
from emergency.domain.vocabulary import Basis, Line, Tier
from emergency.projections.judging import Judged, judge
from emergency.projections.scoring import Entries, Period, evidence, written

from .bench import ME, timeline

NOW = datetime(2026, 12, 1, tzinfo=UTC)
UNIT = "late/unit"


def at(text: str) -> StatedTime:
    moment = datetime.fromisoformat(text)
    return StatedTime(text=text, earliest=moment, latest=moment, basis=Basis.STATED)


def sheet(engine: Engine, scheme: str, office: str = UNIT, **asked: Any) -> dict[str, Any]:  # noqa: ANN401 - options
    found = engine.points.sheets(scheme, office=office, **{"at": NOW, **asked}).rows
    return next((row for row in found if row["office"] == office), {})


@pytest.fixture
def late(engine: Engine, tmp_path: Path) -> Engine:
    """One incident of 2020-01-02: the unit reported at 08:10 what it knew at 04:50."""
    engine.import_timeline(timeline(tmp_path, "late", hour=8))
    return engine


def test_every_point_names_its_finding_and_its_line(late: Engine) -> None:
    row = sheet(late, "宝鸡")
    assert [(p["line"], p["points"]) for p in row["points"]] == [("base", "5"), ("late", "-1")]
    (finding,) = [f for f in late.findings(at=NOW, office=UNIT).rows if f["kind"] == "late"]
    assert finding["status"] == "established"
    assert row["points"][1]["sources"] == [finding["id"]]
    assert (row["items"], row["total"], row["result"]) == (1, "4", "4")
    assert row["inherited"] == []


def test_a_sheet_is_of_an_instant(late: Engine) -> None:
    before = datetime.fromisoformat("2020-01-02T05:00+08:00")
    assert sheet(late, "宝鸡", at=datetime.fromisoformat("2020-01-02T09:00+08:00"))["result"] == "4"
    # The scheme's own day counts, too: an hour after the event, nothing is late yet.
    assert sheet(late, "宝鸡", at=before)["result"] == "5"


def test_the_late_report_that_was_used_loses_half(late: Engine) -> None:
    late.points.adopt("late", "s2", "special-report", identity=ME, at=at("2020-01-03T10:00+08:00"))
    row = sheet(late, "梅州")
    assert (row["items"], row["result"]) == (1, "2.5")
    (item,) = {point["item"] for point in row["points"]}
    assert item == late.entry("late", "s2").event_id
    # Before it was used there was no item.
    assert sheet(late, "梅州", at=datetime.fromisoformat("2020-01-03T09:59+08:00"))["result"] is None
    assert sheet(late, "梅州", at=datetime.fromisoformat("2020-01-03T10:00+08:00"))["result"] == "2.5"


def test_what_is_late_is_of_the_report_that_came_late() -> None:
    """Not of the one before it, which started its clock."""
    owed = {"id": "o", "incident": "i", "office": "x", "stage": "first", "met_by": "s5"}
    late = {
        "id": "f",
        "incident": "i",
        "office": "x",
        "kind": "late",
        "status": "established",
        "determination": None,
        "obligation": "o",
        "evidence": ["s5", "s2"],
    }
    names = {("i", "s5"): "e5", ("i", "s2"): "e2", ("j", "s5"): "other"}
    (found,) = evidence([owed], [late], Entries((), (), names), ()).found
    assert found.reports == ("e5",)
    (false,) = evidence([owed], [{**late, "kind": "falsified"}], Entries((), (), names), ()).found
    assert false.reports == ("e5", "e2")


def test_an_adoption_that_was_withdrawn_counts_no_more(late: Engine) -> None:
    done = late.points.adopt("late", "s2", "compiled", identity=ME)
    assert sheet(late, "梅州")["items"] == 1
    late.withdraw("late", done.event_ids[0], why="another incident's", identity=ME)
    assert sheet(late, "梅州")["items"] == 0


def test_pictures_and_a_leaders_words_on_it(late: Engine) -> None:
    told = late.record(
        "late", Reported(office="county", to=("city",), at=at("2020-01-02T08:20+08:00"), media=True), ME
    )
    words = InstructionReceived(office="county", leader="副省长", tier=Tier.PROVINCE, words="全力救援")
    said = late.record("late", words, ME)
    other = late.record("late", words.model_copy(update={"tier": Tier.CITY, "words": "速报"}), ME)
    late.points.adopt("late", "s2", "on-file", identity=ME)
    late.points.adopt(
        "late", told.event_ids[0], "for-leaders", identity=ME, instructions=(said.event_ids[0],)
    )
    row = sheet(late, "梅州", "county")
    # 4 + 1 for the pictures + 4 for the province's; on which report the city's stands nobody said.
    assert row["result"] == "9"
    assert [(one["reason"], one["sources"]) for one in row["not_counted"]] == [
        ("which-report", [other.event_ids[0]])
    ]


def test_what_is_no_report_is_not_adopted(late: Engine) -> None:
    with pytest.raises(NotFoundError, match="no report"):
        late.points.adopt("late", "s1", "compiled", identity=ME)
    with pytest.raises(NotFoundError, match="no leader's instruction"):
        late.points.adopt("late", "s2", "compiled", identity=ME, instructions=("s1",))
    with pytest.raises(UsageError):
        late.points.adopt("late", "s2", "headline", identity=ME)


@pytest.mark.parametrize(
    ("since", "until", "inside"),
    [
        (None, None, True),
        (date(2020, 1, 2), date(2020, 1, 2), True),
        (date(2020, 1, 3), None, False),
        (None, date(2020, 1, 1), False),
    ],
)
def test_an_incident_belongs_to_the_period_in_which_it_happened(
    late: Engine,
    since: date | None,
    until: date | None,
    inside: bool,  # noqa: FBT001 - what is expected
) -> None:
    assert bool(sheet(late, "宝鸡", since=since, until=until)) is inside


def test_days_are_those_of_china() -> None:
    period = Period(date(2020, 1, 2), date(2020, 1, 2))
    assert period.holds(datetime.fromisoformat("2020-01-01T16:00+00:00"))
    assert not period.holds(datetime.fromisoformat("2020-01-01T15:59+00:00"))
    assert period.holds(None) is None
    assert Period().holds(None)


def test_an_incident_of_no_known_day_is_named_and_left_out(engine: Engine) -> None:
    engine.open_incident(title="x", category="accident", kind="fire", place="x", identity=ME, ref="undated")
    found = engine.points.sheets("宝鸡", since=date(2020, 1, 1), at=NOW)
    assert (found.undated, found.rows) == (("undated",), ())
    assert engine.points.sheets("宝鸡", at=NOW).undated == ()


def test_a_commendation_is_an_offices_and_nothing_is_judged_anew(
    late: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    late.incidents()
    directory = late.directory()
    judged: list[str] = []

    def watched(reading: Any, refs: Sequence[str], *more: Any) -> list[Judged]:  # noqa: ANN401 - as it is
        judged.extend(refs)
        return judge(reading, refs, *more)

    monkeypatch.setattr("emergency.projections.catch_up.judge", watched)
    # The office of the incident itself: a change of the directory would have the incident judged again.
    late.points.commend("late/county", "city", identity=ME)
    given = late.points.commend("county", "province", identity=ME, at=at("2026-03-01T10:00+08:00"))
    status = late.projection_status(catch_up=True)
    assert (judged, status.waiting, status.behind) == ([], 0, 0)
    assert late.directory().offices == directory.offices
    assert sheet(late, "东阳", "late/county")["result"] == "0.5"
    assert sheet(late, "东阳", "county")["result"] == "1"
    assert sheet(late, "东阳", "county", until=date(2026, 2, 28)) == {}
    late.rebuild()
    assert late.projection_status().parked == ()
    late.points.take_back("county", f"#{given.version}", why="twice", identity=ME)
    assert sheet(late, "东阳", "county") == {}
    with pytest.raises(NotFoundError, match="no commendation"):
        late.points.take_back("county", f"#{given.version}", why="twice", identity=ME)


def test_the_same_command_commends_once(engine: Engine) -> None:
    first = engine.points.commend("county", "city", identity=ME, command_id="c")
    assert engine.points.commend("county", "city", identity=ME, command_id="c") == first
    with pytest.raises(NotFoundError):
        engine.points.commend("nobody", "city", identity=ME)
    with pytest.raises(NotFoundError):
        engine.points.commend("public", "city", identity=ME)


def test_another_scheme_and_other_rules_list_whose_result_moves(late: Engine) -> None:
    late.points.adopt("late", "s2", "special-report", identity=ME)
    found = late.points.sheets("宝鸡", against="梅州", at=NOW)
    moved = {row["office"]: row for row in found.moved}
    assert (moved[UNIT]["before"]["result"], moved[UNIT]["after"]["result"]) == ("4", "2.5")
    assert [p["line"] for p in moved[UNIT]["points_after"]] == ["special-report", "late-or-false"]
    earlier = late.points.sheets("宝鸡", known_on=date(2000, 1, 1), at=NOW)
    # What people determined of the unit stands under any rules; what the rules made of the county does not.
    (row,) = earlier.moved
    assert row["office"] == "late/county"
    assert (row["before"]["result"], row["after"]["result"]) == ("4", "5")
    assert [p["line"] for p in row["points_before"]] == ["late"]
    assert row["points_after"] == []
    assert earlier.rulebook_tried not in (None, late.rulebook.fingerprint)
    assert late.points.sheets("宝鸡", against="宝鸡", at=NOW).moved == ()


def test_what_a_predecessor_came_to_stands_beside_and_is_not_added(late: Engine) -> None:
    new = OfficeRegistered(office="new", name="N", tier=Tier.COUNTY, line=Line.GOVERNMENT)
    late.register_offices([new])
    late.points.commend("county", "state", identity=ME, at=at("2024-03-01T10:00+08:00"))
    late.points.commend("new", "city", identity=ME, at=at("2026-03-01T10:00+08:00"))
    late.change_office(OfficeSucceeded(office="county", since=date(2025, 1, 1), by=("new",)))
    row = sheet(late, "东阳", "new")
    assert row["result"] == "0.5"
    (old,) = row["inherited"]
    assert (old["office"], old["since"], old["result"]) == ("county", "2025-01-01", "2")
    assert sheet(late, "东阳", "county")["inherited"] == []
    before = late.points.sheets("东阳", at=datetime(2024, 12, 31, tzinfo=UTC)).rows
    assert all(row["inherited"] == [] for row in before)


@pytest.mark.parametrize(
    ("result", "text"),
    [
        (None, None),
        (Fraction(5), "5"),
        (Fraction(5, 2), "2.5"),
        (Fraction(-1, 6), "-0.1667"),
        (Fraction(10), "10"),
        (Fraction(0), "0"),
        (Fraction(1, 32), "0.03125"),
    ],
)
def test_a_result_is_exact_where_it_has_an_end(result: Fraction | None, text: str | None) -> None:
    assert written(result) == text
