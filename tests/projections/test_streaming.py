"""Rows read one after the other, filters of all kinds, and what a reader inside another's transaction sees."""

from __future__ import annotations

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from emergency import Engine, StoreError
from emergency.domain.events import Learned, Reported
from emergency.domain.offices import OfficeRenamed
from emergency.exchange import registration
from emergency.projections import listing as listings
from emergency.projections.streams import Directories, directory
from emergency.store import Log

from .bench import FAR, ME, OFFICES, open_incident, timeline

SERIOUS = ("established", "presumed", "suspected")


@pytest.fixture
def filled(store: Engine, tmp_path: Path) -> Engine:
    """Two imported incidents and two of this store's own offices."""
    for ref in ("a", "b"):
        store.import_timeline(timeline(tmp_path, ref, hour=9 if ref == "a" else 5))
    for ref in ("mine", "yours"):
        open_incident(store, ref)
        store.record(ref, Learned.model_validate({"office": "county", "facts": {"deaths": 3}}), ME)
    store.record("mine", Reported.model_validate({"office": "county", "to": ["city"]}), ME)
    return store


def rows_of(engine: Engine, *args: Any, **how: Any) -> list[dict[str, Any]]:  # noqa: ANN401 - handed on
    with engine.streamed(*args, **how) as found:
        return [json.loads(row) for row in found.texts]


class TestSameRows:
    """However rows are asked for, they are the same rows in the same order."""

    def test_streamed(self, filled: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(listings, "PAGE", 2)
        for what, listed in (
            ("incidents", filled.incidents()),
            ("obligations", filled.obligations(at=FAR)),
            ("findings", filled.findings(at=FAR)),
        ):
            assert listed.rows
            with filled.streamed(what, at=FAR) as found:  # type: ignore[arg-type]
                assert (found.about.recorded_through, found.about.behind, found.about.rows) == (
                    listed.recorded_through, 0, (),
                )  # fmt: skip
                assert tuple(map(json.loads, found.texts)) == listed.rows

    def test_of_named_incidents(self, filled: Engine) -> None:
        for refs in (["a"], ["mine", "b"]):
            assert (
                tuple(rows_of(filled, "obligations", refs, at=FAR)) == filled.obligations(refs, at=FAR).rows
            )
            assert tuple(rows_of(filled, "findings", refs, at=FAR)) == filled.findings(refs, at=FAR).rows

    @pytest.mark.parametrize(
        "filters",
        [
            {"office": "county"},
            {"office": ["county", "a/county"]},
            {"recipient": "city"},
            {"state": ["open", "overdue", "late"]},
            {"party": "city"},
            {"party": ["county", "city"]},
            {"party": ["city", "a/county"], "state": ["met", "late"]},
            {"office_or_ref": "county"},
            {"office_or_ref": "a/county", "state": "met"},
            {"office_or_ref": ["unit", "city"], "party": "a/city"},
            {"office": [], "state": None},
        ],
        ids=str,
    )
    def test_filters(self, filled: Engine, filters: dict[str, Any]) -> None:
        everything = filled.obligations(at=FAR).rows
        wanted = [row for row in everything if listings.fits(row, "obligations", filters)]
        assert rows_of(filled, "obligations", at=FAR, **filters) == wanted
        assert len(wanted) < len(everything)
        assert rows_of(filled, "obligations", ["a", "mine"], at=FAR, **filters) == [
            row for row in wanted if row["incident"] in ("a", "mine")
        ]

    def test_how_much_is_open(self, filled: Engine) -> None:
        now = datetime.now(UTC)
        for at in (now, now + timedelta(days=400), FAR):
            owed, found = filled.obligations(at=at).rows, filled.findings(at=at).rows
            for row in rows_of(filled, "incidents", at=at, counted=True, serious=SERIOUS):
                mine = [o["state"] for o in owed if o["incident"] == row["incident"]]
                grave = [f for f in found if f["incident"] == row["incident"] and f["status"] in SERIOUS]
                counted = (mine.count("open"), mine.count("overdue"), len(grave))
                assert (row["open"], row["overdue"], row["findings"]) == counted

    @pytest.mark.parametrize("refs", [[], ["a"], ["b"], ["a", "b"]], ids=str)
    @pytest.mark.parametrize("filters", [{}, {"office_or_ref": "unit"}, {"office_or_ref": "city"}], ids=str)
    def test_whether_anything_is_serious(
        self, filled: Engine, refs: list[str], filters: dict[str, Any]
    ) -> None:
        at = datetime(2020, 6, 1, tzinfo=UTC)
        found = filled.findings(refs, at=at, **filters).rows
        ids = {row["id"] for row in filled.obligations(refs, at=at, **filters).rows}
        every = filled.findings(refs, at=at).rows
        with filled.streamed("findings", refs, at=at, serious=SERIOUS, **filters) as streamed:
            assert streamed.serious is any(row["status"] in SERIOUS for row in found)
        with filled.streamed("obligations", refs, at=at, serious=SERIOUS, **filters) as streamed:
            assert streamed.serious is any(r["status"] in SERIOUS and r["obligation"] in ids for r in every)

    def test_nothing_is_read_before_it_is_asked_for(self, filled: Engine) -> None:
        with filled.streamed("obligations", at=FAR) as found:
            next(found.texts)
            open_incident(filled, "later")  # a reader in the middle of a list holds nobody up
        assert "later" in {row["incident"] for row in filled.incidents().rows}


class TestTablesGone:
    """Tables that are dropped between finding out which to read and reading them are looked for again."""

    def test_once(self, filled: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
        wanted = filled.obligations(at=FAR).rows
        real = listings._query
        left = [1]

        def dropped(*args: Any) -> Any:  # noqa: ANN401 - handed on
            if left[0]:
                left[0] -= 1
                return text("SELECT row FROM nothing_is_called_so")
            return real(*args)

        monkeypatch.setattr(listings, "_query", dropped)
        assert filled.obligations(at=FAR).rows == wanted
        left[0] = 2
        with pytest.raises(StoreError):
            filled.obligations(at=FAR)


class TestJoined:
    """Inside a portal's own transaction a list is read as it is: nobody waits for its rows until that ends."""

    def test_what_is_there_and_how_far_behind(self, filled: Engine) -> None:
        before = filled.incidents()
        open_incident(filled, "later")
        behind = filled._log.last_position() - before.recorded_through
        with filled._log.engine.connect() as connection, connection.begin(), filled._log.joined(connection):
            found = filled.incidents()
            assert found.rows == before.rows
            assert (found.recorded_through, found.behind) == (before.recorded_through, behind)
        assert filled.incidents().behind == 0


class TestDirectories:
    """The directory is read anew only where an office has changed, and never from what may be taken back."""

    def test_the_same_until_an_office_changes(self, store: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
        known = Directories()
        with store._log.reading() as reading:
            first = known.of(reading)
            assert first == directory(reading)
        open_incident(store, "one")
        with store._log.reading() as reading:
            assert known.of(reading) is first
        pages: list[int] = []
        real = type(reading).page

        def page(self: Any, after: int, *args: Any, **how: Any) -> Any:  # noqa: ANN401 - handed on
            pages.append(after)
            return real(self, after, *args, **how)

        store.register_offices([OFFICES[0].model_copy(update={"name": "NEW"})])
        last = store._log.last_position()
        monkeypatch.setattr(type(reading), "page", page)
        with store._log.reading() as reading:
            second = known.of(reading)
            assert pages == [len(OFFICES), last], "only what is new is read"
            assert second == directory(reading)
        assert second["unit"].name == "NEW"
        assert first["unit"].name == "UNIT"

    def test_what_is_taken_back_was_never_known(self, store: Engine) -> None:
        known = Directories()
        with store._log.reading() as reading:
            known.of(reading)

        def rename(name: str, *, fails: bool) -> None:
            with store._log.writing() as writing:
                registration.append(writing, OfficeRenamed(office="city", name=name))
                assert known.of(writing)["city"].name == name
                if fails:
                    raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            rename("GONE", fails=True)
        rename("KEPT", fails=False)
        with store._log.reading() as reading:
            assert known.of(reading) == directory(reading)
            assert known.of(reading)["city"].name == "KEPT"

    def test_an_older_snapshot_sees_what_it_saw(self, store: Engine) -> None:
        known = Directories()
        with store._log.reading() as old:
            assert known.of(old)["city"].name == "CITY"

            def change() -> None:
                store.register_offices([OFFICES[2].model_copy(update={"name": "NEW"})])
                with store._log.reading() as reading:
                    assert known.of(reading)["city"].name == "NEW"

            thread = threading.Thread(target=change)
            thread.start()
            thread.join()
            assert known.of(old)["city"].name == "CITY"

    def test_many_threads(self, store: Engine) -> None:
        known = Directories()

        one_by_one = threading.Lock()

        def look(n: int) -> bool:
            with one_by_one:
                store.register_offices([OFFICES[2].model_copy(update={"name": f"N{n}"})])
            with store._log.reading() as reading:
                return known.of(reading) == directory(reading)

        with ThreadPoolExecutor(4) as pool:
            assert all(pool.map(look, range(40)))


def test_a_log_says_whether_it_is_joined(store: Engine) -> None:
    log: Log = store._log
    assert not log.is_joined
