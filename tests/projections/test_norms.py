"""The checks of the norms among the read models: the same rows as from the stream, filtered, streamed, counted."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from tests.projections.bench import FAR, timeline

from emergency import Engine
from emergency.domain.offices import Directory, OfficeRegistered, OfficeSucceeded, directory_of
from emergency.domain.record import Recorded
from emergency.errors import UsageError
from emergency.projections.listing import Listing
from emergency.projections.matrix import By, Counted, Period, matrix_of, whose

REFS = ["one", "two"]


@pytest.fixture
def engine(store: Engine, tmp_path: Path) -> Engine:
    """Two incidents in either database; the unit of the first one is late."""
    store.import_timeline(timeline(tmp_path, "one", hour=8))
    store.import_timeline(timeline(tmp_path, "two", hour=5))
    return store


class TestRows:
    """Rows of the lists, and of incidents by name."""

    def test_the_lists_hold_what_judging_each_incident_gives(self, engine: Engine) -> None:
        listed = engine.norms(at=FAR).rows
        assert listed == engine.norms(REFS, at=FAR).rows
        assert {row["norm"] for row in listed} == {"content", "time"}
        early = datetime(2020, 1, 1, 21, 30, tzinfo=UTC)
        assert engine.norms(at=early).rows == engine.norms(REFS, at=early).rows
        assert len(engine.norms(at=early).rows) < len(listed)

    def test_filters(self, engine: Engine) -> None:
        wanted: list[dict[str, Any]] = [
            {"norm": "time", "result": "fail"},
            {"check": "in-time", "office_or_ref": "unit"},
            {"office": "one/unit"},
            {"status": ["established", "presumed"]},
            {"result": "unknown", "office_or_ref": ["one/unit", "county"]},
        ]
        for one in wanted:
            found = engine.norms(at=FAR, **one).rows
            assert found, one
            assert found == engine.norms(REFS, at=FAR, **one).rows
            assert len(found) < len(engine.norms(at=FAR).rows)
        with pytest.raises(UsageError, match="There is no filter kind; the filters are office"):
            engine.norms(kind="late")

    def test_streamed_with_whether_any_fails(self, engine: Engine) -> None:
        for refs, norm in product(([], REFS), ("time", "content", None)):
            with engine.streamed("norms", refs, at=FAR, serious={"established"}, norm=norm) as found:
                assert found.serious is (norm != "content")
                assert [json.loads(text) for text in found.texts] == list(
                    engine.norms(at=FAR, norm=norm).rows
                )


class TestMatrix:
    """Counts by office and by month."""

    def test_the_lists_count_as_the_incidents_do(self, engine: Engine) -> None:
        days: list[dict[str, Any]] = [{}, {"since": date(2020, 1, 2)}, {"until": date(2020, 1, 2)}]
        bys: tuple[By, ...] = ("office", "month")
        for by, period in product(bys, [*days, {"since": date(2020, 1, 3)}]):
            counted = engine.norm_matrix(at=FAR, by=by, **period)
            assert counted.rows == engine.norm_matrix(REFS, at=FAR, by=by, **period).rows

    def test_every_check_is_counted_once(self, engine: Engine) -> None:
        rows = engine.norm_matrix(at=FAR).rows
        assert sum(n for row in rows for norm in row["norms"].values() for n in norm.values()) == len(
            engine.norms(at=FAR).rows
        )
        (late,) = [row for row in rows if row["office"] == "one/unit"]
        assert late["norms"]["time"]["fail"] == 1
        assert "procedure" not in late["norms"]
        assert "two/city" not in {row["office"] for row in rows}, (
            "an office without checks is not shown as zero"
        )

    def test_only_one_office(self, engine: Engine) -> None:
        for refs in ([], REFS):
            rows = engine.norm_matrix(refs, at=FAR, office_or_ref="unit").rows
            assert [row["office"] for row in rows] == ["one/unit", "two/unit"]


def _directory() -> Directory:
    kept = {"tier": "county", "line": "department"}
    bodies: list[Any] = [OfficeRegistered(office=name, name=name, **kept) for name in ("old", "new", "other")]
    bodies.append(OfficeSucceeded(office="old", by=("new",), since=date(2020, 1, 1)))
    return directory_of(
        Recorded(
            position=i,
            stream="o",
            version=i,
            event_id=str(i),
            recorded_at=datetime(2020, 1, 1, tzinfo=UTC),
            event=body,
        )
        for i, body in enumerate(bodies, 1)
    )


def test_what_a_predecessor_did_has_a_line_of_its_own() -> None:
    when = datetime(2020, 1, 31, 16, tzinfo=UTC)  # already February in China
    found = [
        Counted("old", "old", "time", "fail", "established", when, 2),
        Counted("new", "new", "time", "fail", "possible", when, 3),
        Counted("new", "new", "wording", "unknown", "none", None, 1),
    ]
    about = Listing((), 0, 0, (), ())
    made = matrix_of(found, about, _directory(), by="office", period=Period())
    lines = [(row["office"], row["inherited_by"]) for row in made.rows]
    assert lines == [("new", None), ("old", "new"), ("old", None)]
    assert made.rows[0]["norms"]["time"] == {
        "pass": 0,
        "fail": 0,
        "possible": 3,
        "unknown": 0,
        "not_applicable": 0,
    }
    assert made.rows[1]["norms"]["time"]["fail"] == made.rows[2]["norms"]["time"]["fail"] == 2
    months = matrix_of(found, about, _directory(), by="month", period=Period())
    assert [row["month"] for row in months.rows] == ["2020-02"]
    assert months.undated == 1
    assert [set(some) for some in whose(_directory(), "new")] == [{"new"}, {"new", "old"}]
    asked = matrix_of(found, about, _directory(), by="office", period=Period(), offices={"new"})
    assert [(row["office"], row["inherited_by"]) for row in asked.rows] == [("new", None), ("old", "new")]
