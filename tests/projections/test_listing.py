"""What a listing says: rows, how far they go, what is parked, and which of them hold at an instant."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from emergency import Engine, StoreError
from emergency.assessment.model import Finding
from emergency.assessment.timeline import timeline_of
from emergency.domain.events import Learned
from emergency.domain.vocabulary import Tier
from emergency.projections import catch_up, judging, tables
from emergency.projections.listing import Listing
from emergency.projections.rows import Row, finding_json, holds
from emergency.store import Reading, Writing

from .bench import FAR, ME, OFFICES, by_hand, insert, office, open_incident, tables_of, timeline


def _on(day: date) -> dict[str, str]:
    """A stated time at noon of that day."""
    noon = datetime(day.year, day.month, day.day, 12, tzinfo=UTC).isoformat()
    return {"earliest": noon, "latest": noon, "basis": "stated"}


LISTS: list[Callable[[Engine], Listing]] = [
    lambda engine: engine.incidents(),
    lambda engine: engine.obligations(at=FAR),
    lambda engine: engine.findings(at=FAR),
]


def refs(listing: Listing) -> list[str]:
    return sorted({row["incident"] for row in listing.rows})


class TestEnvelope:
    """What every reader must know about the rows."""

    @pytest.mark.parametrize("listed", LISTS)
    def test_of_an_empty_store(self, listed: Callable[[Engine], Listing], file: Path) -> None:
        with Engine.open(f"sqlite:///{file}") as engine:
            assert listed(engine) == Listing((), 0, 0, (), ())

    @pytest.mark.parametrize("listed", LISTS)
    def test_how_far_and_under_which_rules(
        self, listed: Callable[[Engine], Listing], engine: Engine, tmp_path: Path
    ) -> None:
        position = engine.import_timeline(timeline(tmp_path, "one")).position
        found = listed(engine)
        assert (found.recorded_through, found.behind, found.parked) == (position, 0, ())
        assert found.rulebooks == (engine.rulebook.fingerprint,)
        assert refs(found) == ["one"]

    def test_rows_of_two_rulebooks_are_named_until_they_are_rebuilt(
        self, engine: Engine, tmp_path: Path, file: Path
    ) -> None:
        engine.import_timeline(timeline(tmp_path, "one"))
        engine.import_timeline(timeline(tmp_path, "two"))
        engine.incidents()
        lists = f"view{tables.SHAPE}a_incidents"
        by_hand(file, f"UPDATE {lists} SET rulebook = 'sha256:old' WHERE incident = 'one'")  # noqa: S608 - ours
        assert engine.incidents().rulebooks == tuple(sorted((engine.rulebook.fingerprint, "sha256:old")))
        assert engine.projection_status().rulebooks == engine.incidents().rulebooks
        engine.rebuild()
        assert engine.incidents().rulebooks == (engine.rulebook.fingerprint,)

    def test_the_state_of_the_read_models(self, engine: Engine, tmp_path: Path) -> None:
        engine.import_timeline(timeline(tmp_path, "one"))
        last = engine._log.last_position()
        before = engine.projection_status()
        assert (before.recorded_through, before.behind, before.incidents) == (0, last, 0)
        after = engine.projection_status(catch_up=True)
        assert (after.recorded_through, after.behind, after.incidents, after.parked) == (last, 0, 1, ())
        assert after.rulebook == engine.rulebook.fingerprint
        assert engine.rebuild() == last

    def test_rows_are_plain_json(self, engine: Engine, tmp_path: Path) -> None:
        engine.import_timeline(timeline(tmp_path, "one"))
        for listed in LISTS:
            rows = list(listed(engine).rows)
            assert rows
            assert json.loads(json.dumps(rows)) == rows

    def test_filters(self, engine: Engine, tmp_path: Path) -> None:
        engine.import_timeline(timeline(tmp_path, "one"))
        engine.import_timeline(timeline(tmp_path, "two"))
        rows = engine.obligations(at=FAR).rows
        mine = engine.obligations(at=FAR, office="one/unit").rows
        assert mine
        assert mine == tuple(row for row in rows if row["office"] == "one/unit")
        assert engine.obligations(at=FAR, office=None).rows == rows
        assert engine.obligations(at=FAR, office="one/unit", state="nonsense").rows == ()
        assert engine.obligations(["one"], at=FAR, office="one/unit").rows == mine

    def test_in_the_order_of_incidents_and_of_the_judging(self, engine: Engine, tmp_path: Path) -> None:
        for ref in ("b", "a", "c"):
            engine.import_timeline(timeline(tmp_path, ref))
        rows = engine.obligations(at=FAR).rows
        views = [row for ref in "abc" for row in engine.view(ref).obligation_rows if holds(row, FAR)]
        assert list(rows) == views


class TestInstant:
    """A row holds from an instant on, and until another; a list at an instant has those that hold then."""

    NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
    TICK = timedelta(microseconds=1)

    @pytest.mark.parametrize(
        ("since", "until", "before", "at", "after"),
        [
            (None, None, True, True, True),
            ("2026-03-01T20:00:00+08:00", None, False, True, True),
            (None, "2026-03-01T20:00:00+08:00", True, False, False),
            ("2026-03-01T12:00:00+00:00", "2026-03-01T12:00:00.000001+00:00", False, True, False),
        ],
    )
    def test_both_ends(
        self,
        since: str | None,
        until: str | None,
        *,
        before: bool,
        at: bool,
        after: bool,
    ) -> None:
        row = {"holds_from": since, "holds_until": until}
        assert [holds(row, self.NOON + n * self.TICK) for n in (-1, 0, 1)] == [before, at, after]

    def test_a_list_at_an_instant_has_the_rows_that_hold_then(self, engine: Engine, tmp_path: Path) -> None:
        engine.import_timeline(timeline(tmp_path, "one"))
        view = engine.view("one")
        for rows, listed in (
            (view.obligation_rows, engine.obligations),
            (view.finding_rows, engine.findings),
        ):
            ends = {row[key] for row in rows for key in ("holds_from", "holds_until")} - {None}
            assert ends
            for end in map(datetime.fromisoformat, sorted(ends)):
                for moment in (end - self.TICK, end, end + self.TICK):
                    wanted = tuple(row for row in rows if holds(row, moment))
                    assert listed(at=moment).rows == wanted
                    assert listed(["one"], at=moment).rows == wanted

    def test_one_obligation_has_one_phase_at_a_time(self, engine: Engine, tmp_path: Path) -> None:
        engine.import_timeline(timeline(tmp_path, "one"))
        ends = sorted({str(r["holds_from"]) for r in engine.view("one").obligation_rows if r["holds_from"]})
        for end in ends:
            ids = [row["id"] for row in engine.obligations(at=datetime.fromisoformat(end)).rows]
            assert len(ids) == len(set(ids))


BROKEN = [
    pytest.param("incident.evacuated", b'{"office":"x"}', 1, "not known", id="unknown type"),
    pytest.param("incident.learned", b'{"office":"x"}', 9, "version 9", id="too new"),
    pytest.param("incident.learned", b'{"office"', 1, "cannot be read", id="broken body"),
    pytest.param("incident.learned", b'{"rank":1}', 1, "cannot be read", id="another shape"),
]


class TestParked:
    """What cannot be folded is shown on every list; the others go on."""

    @pytest.mark.parametrize(("type_name", "body", "version", "words"), BROKEN)
    @pytest.mark.parametrize("stream", ["incident/one", "review/one/d1"])
    def test_shown_everywhere_and_back_when_it_is_repaired(
        self,
        engine: Engine,
        tmp_path: Path,
        file: Path,
        stream: str,
        type_name: str,
        body: bytes,
        version: int,
        words: str,
    ) -> None:
        for ref in ("one", "two"):
            engine.import_timeline(timeline(tmp_path, ref))
        whole = tables_of(engine) if engine.incidents() else {}
        position = insert(file, stream, type_name, body, version)
        engine.import_timeline(timeline(tmp_path, "three"))
        for listed in LISTS:
            found = listed(engine)
            assert refs(found) == ["three", "two"]
            assert found.behind == 0
            (parked,) = found.parked
            assert parked["incident"] == "one"
            assert words in parked["reason"]
            assert f"position {position}" in parked["reason"]
            assert type_name in parked["reason"]
        assert engine.projection_status().parked == engine.incidents().parked
        by_hand(file, "DELETE FROM events WHERE position = :p", p=position)
        engine.rebuild()
        for listed in LISTS:
            assert listed(engine).parked == ()
            assert refs(listed(engine)) == ["one", "three", "two"]
        again = tables_of(engine)
        for name, rows in whole.items():
            assert set(rows) <= set(again[name])

    def test_it_comes_back_by_itself_with_its_next_event(
        self, engine: Engine, tmp_path: Path, file: Path
    ) -> None:
        open_incident(engine, "one")
        position = insert(file, "incident/one", "incident.evacuated", b"{}")
        assert [p["incident"] for p in engine.incidents().parked] == ["one"]
        by_hand(file, "DELETE FROM events WHERE position = :p", p=position)
        engine.record("one", Learned(office="county"), ME)
        assert engine.incidents().parked == ()
        assert refs(engine.incidents()) == ["one"]
        assert tmp_path.exists()

    def test_a_stream_without_an_opening(self, engine: Engine, file: Path) -> None:
        open_incident(engine, "one")
        insert(file, "incident/ghost", "incident.learned", b'{"office":"county"}')
        (parked,) = engine.incidents().parked
        assert parked["incident"] == "ghost"
        assert "no opening" in parked["reason"]
        assert refs(engine.incidents()) == ["one"]

    def test_a_stream_that_no_reader_knows(self, engine: Engine, file: Path) -> None:
        open_incident(engine, "one")
        position = insert(file, "weather/today", "incident.learned", b'{"office":"county"}')
        (parked,) = engine.incidents().parked
        assert (parked["incident"], parked["position"]) == ("weather/today", position)
        assert "weather/today" in parked["reason"]
        assert refs(engine.incidents()) == ["one"]

    def test_an_incident_that_breaks_the_judging(
        self, engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        real = timeline_of

        def breaks(history: object) -> object:
            made = real(history)  # type: ignore[arg-type]
            if made.ref == "one":
                raise ZeroDivisionError("a bug")
            return made

        for ref in ("one", "two"):
            engine.import_timeline(timeline(tmp_path, ref))
        with monkeypatch.context() as patch:
            patch.setattr(judging, "timeline_of", breaks)
            (parked,) = engine.incidents().parked
        assert (parked["incident"], parked["reason"]) == ("one", "ZeroDivisionError: a bug")
        assert refs(engine.incidents()) == ["two"]
        engine.rebuild()
        assert refs(engine.incidents()) == ["one", "two"]

    def test_what_cannot_be_written_is_parked_and_the_others_go_on(
        self, engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The savepoint takes back what the incident had written so far, and nothing else."""
        for ref in ("one", "two"):
            engine.import_timeline(timeline(tmp_path, ref))
        real = finding_json

        def unwritable(finding: Finding, *rest: Any) -> tuple[Row, Any]:  # noqa: ANN401 - handed on
            row, text = real(finding, *rest)
            return (row, object()) if finding.incident == "one" else (row, text)

        with engine._log.reading() as reading:
            last = max(r.position for r in reading.stream("review/one/d1"))
        with monkeypatch.context() as patch:
            patch.setattr(judging, "finding_json", unwritable)
            for listed in LISTS:
                found = listed(engine)
                assert refs(found) == ["two"]
                assert [(p["incident"], p["position"]) for p in found.parked] == [("one", last)]
            live = tables_of(engine)
            engine.rebuild()
            assert tables_of(engine) == live
        assert {"one/unit", "one/county", "one/city"} <= {o for o, _ in live["offices"]}

    def test_the_position_is_that_of_the_event_that_cannot_be_read(
        self, engine: Engine, tmp_path: Path, file: Path
    ) -> None:
        engine.import_timeline(timeline(tmp_path, "one"))
        position = insert(file, "incident/one", "incident.evacuated", b"{}")
        insert(file, "incident/one", "incident.learned", b'{"office":"one/unit"}')
        engine.import_timeline(timeline(tmp_path, "two"))
        assert [p["position"] for p in engine.incidents().parked] == [position]
        live = tables_of(engine)
        engine.rebuild()
        assert tables_of(engine) == live

    def test_a_change_of_the_directory_tries_it_again(
        self, engine: Engine, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def breaks(*_: object) -> None:
            raise ZeroDivisionError("a bug")

        open_incident(engine, "mine")
        engine.record("mine", Learned(office="county"), ME)
        with monkeypatch.context() as patch:
            patch.setattr(judging, "assess_timeline", breaks)
            assert [p["incident"] for p in engine.incidents().parked] == ["mine"]
            engine.rebuild()
        engine.register_offices([OFFICES[2].model_copy(update={"name": "NEW"})])
        assert engine.incidents().parked == ()
        assert refs(engine.incidents()) == ["mine"]

    def test_an_office_that_cannot_be_read_is_shown_and_the_rest_goes_on(
        self, engine: Engine, file: Path
    ) -> None:
        open_incident(engine, "mine")
        engine.record("mine", Learned(office="county"), ME)
        position = insert(file, "office/city", "office.annexed", b"{}")
        found = engine.obligations(at=FAR)
        assert refs(found) == ["mine"]
        assert [(p["incident"], p["position"]) for p in found.parked] == [("office/city", position)]
        live = tables_of(engine)
        engine.rebuild()
        assert tables_of(engine) == live

    def test_a_record_that_calls_itself_otherwise(self, engine: Engine, file: Path) -> None:
        open_incident(engine, "one")
        body = b'{"ref":"one","title":"x","category":"accident","kind":"x","place":{"name":"x"}}'
        insert(file, "incident/two", "incident.opened", body)
        found = engine.incidents()
        assert refs(found) == ["one"]
        assert [p["reason"] for p in found.parked] == ["The record of two calls itself one."]


class TestReviews:
    """A determination whose step has a stroke in its name."""

    def test_it_belongs_to_its_incident_and_its_amendments_reach_the_rows(
        self, engine: Engine, tmp_path: Path
    ) -> None:
        path = timeline(tmp_path, "one")
        path.write_text(path.read_text(encoding="utf-8").replace("id: d1", "id: d/1"), encoding="utf-8")
        engine.import_timeline(path)

        def determined() -> set[tuple[str, str | None]]:
            found = engine.findings(at=FAR)
            assert found.parked == ()
            return {(row["kind"], row["determination"]) for row in found.rows}

        assert ("late", "late") in determined()
        path.write_text(
            path.read_text(encoding="utf-8").replace("kind: late", "kind: concealed"), encoding="utf-8"
        )
        assert [str(each) for each in engine.import_timeline(path, amend=True).changes] == [
            "step d/1 changed: verdicts"
        ]
        assert ("concealed", "concealed") in determined()
        assert ("late", "late") not in determined()
        live = tables_of(engine)
        engine.rebuild()
        assert tables_of(engine) == live


class TestReadOnly:
    """A reader without the right to write reads what is there, and is told how far it is behind."""

    def test_what_is_there_and_how_far_behind(self, engine: Engine, tmp_path: Path, file: Path) -> None:
        position = engine.import_timeline(timeline(tmp_path, "one")).position or 0
        seen = [listed(engine) for listed in LISTS]
        last = engine.import_timeline(timeline(tmp_path, "two")).position or 0
        with Engine.open(f"sqlite:///file:{file}?mode=ro&uri=true") as reader:
            for listed, before in zip(LISTS, seen, strict=True):
                found = listed(reader)
                assert found.rows == before.rows
                assert (found.recorded_through, found.behind) == (position, last - position)
            assert reader.view("two").timeline.ref == "two", "one incident is judged from its own stream"
            assert reader.obligations(["two"], at=FAR).rows
        assert engine.incidents().behind == 0

    def test_a_store_whose_lists_were_never_made(self, engine: Engine, file: Path) -> None:
        open_incident(engine, "one")
        with Engine.open(f"sqlite:///file:{file}?mode=ro&uri=true") as reader:
            for listed in LISTS:
                with pytest.raises(StoreError, match=r"only be read.*`emergency list` once"):
                    listed(reader)
            assert reader.view("one").timeline.ref == "one"

    @pytest.mark.parametrize("listed", LISTS)
    def test_while_somebody_writes(
        self, listed: Callable[[Engine], Listing], engine: Engine, tmp_path: Path, file: Path
    ) -> None:
        position = engine.import_timeline(timeline(tmp_path, "one")).position or 0
        before = listed(engine)
        last = engine.import_timeline(timeline(tmp_path, "two")).position or 0
        with Engine.open(f"sqlite:///{file}?timeout=0") as reader:
            _ = reader.projections
            with engine._log.writing():
                found = listed(reader)
        assert found.rows == before.rows
        assert (found.recorded_through, found.behind) == (position, last - position)

    @pytest.mark.parametrize("error", [StoreError("the disk is full"), ValueError("a bug")])
    def test_anything_else_is_not_swallowed(
        self, engine: Engine, monkeypatch: pytest.MonkeyPatch, error: Exception
    ) -> None:
        def breaks(_: object) -> None:
            raise error

        monkeypatch.setattr(catch_up.Projections, "catch_up", breaks)
        with pytest.raises(type(error), match=str(error)):
            engine.incidents()


class TestTogether:
    """Two that catch up at once never apply anything twice."""

    def test_threads_with_engines_of_their_own(
        self, engine: Engine, tmp_path: Path, file: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(catch_up, "BATCH", 3)
        written: list[int] = []
        real = catch_up.Projections.put

        def noted(self: catch_up.Projections, writing: Writing, batch: catch_up.Batch) -> bool:
            done = real(self, writing, batch)
            if done and batch.through > batch.after:
                written.append(batch.after)
            return done

        engine.incidents()
        last = engine._log.last_position()
        for n in range(5):
            engine.import_timeline(timeline(tmp_path, f"case-{n}"))
        monkeypatch.setattr(catch_up.Projections, "put", noted)

        def catch(n: int) -> int:
            with Engine.open(f"sqlite:///{file}?timeout=30") as mine:
                return len(mine.incidents().rows) + n * 0

        with ThreadPoolExecutor(4) as pool:
            assert list(pool.map(catch, range(4))) == [5] * 4
        assert written == [*range(last, engine._log.last_position(), 3)], (
            "each batch begins where the last one ended, and none is applied twice"
        )
        live = tables_of(engine)
        engine.rebuild()
        assert tables_of(engine) == live

    def test_a_batch_that_breaks_off_is_done_again_whole(
        self, engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        engine.import_timeline(timeline(tmp_path, "one"))
        engine.incidents()
        before = tables_of(engine)
        engine.import_timeline(timeline(tmp_path, "one", deaths=3), amend=True)

        def breaks(*_: object) -> None:
            raise KeyboardInterrupt

        with monkeypatch.context() as patch:
            patch.setattr(tables.Views, "_insert_all", breaks)
            with pytest.raises(KeyboardInterrupt):
                engine.incidents()
        assert tables_of(engine) == before
        engine.incidents()
        live = tables_of(engine)
        assert live != before
        engine.rebuild()
        assert tables_of(engine) == live


class TestDirectory:
    """A change of the directory judges again exactly the incidents that looked the office up."""

    @pytest.mark.parametrize(
        ("name", "judged"),
        [
            ("one/unit", {"one"}),
            ("one/city", {"one"}),
            ("unit", set()),
            ("county", {"mine"}),
            ("province", {"mine"}),
        ],
    )
    def test_only_those_that_looked_it_up(
        self, engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, judged: set[str]
    ) -> None:
        engine.import_timeline(timeline(tmp_path, "one"))
        engine.import_timeline(timeline(tmp_path, "two"))
        open_incident(engine, "mine")
        engine.record("mine", Learned(office="county"), ME)
        engine.incidents()
        refreshed: set[str] = set()

        def noted(reading: Reading, refs: Sequence[str], *rest: Any) -> list[judging.Judged]:  # noqa: ANN401 - handed on
            refreshed.update(refs)
            return judging.judge(reading, refs, *rest)

        monkeypatch.setattr(catch_up, "judge", noted)
        old = engine.directory()[name]
        again = OFFICES[0].model_copy(
            update={
                "office": name,
                "name": "NEW",
                "tier": old.tier,
                "line": old.line,
                "reports_to": old.superiors[-1][1],
            }
        )
        assert engine.register_offices([again]) == {name: "changed"}
        engine.incidents()
        assert refreshed == judged
        monkeypatch.undo()
        live = tables_of(engine)
        engine.rebuild()
        assert tables_of(engine) == live

    @pytest.mark.parametrize("day", [date(2014, 1, 1), date(2099, 1, 1)])
    def test_a_superior_of_another_day_is_looked_up_too(self, engine: Engine, day: date) -> None:
        """Also one that is not above the office today, and whoever stands above that one."""
        engine.register_offices(
            [
                office("other", "over", tier=Tier.CITY),
                office("over", tier=Tier.PROVINCE),
                OFFICES[1].model_copy(update={"reports_to": ("other",), "since": day}),
            ]
        )
        engine.register_offices([OFFICES[1].model_copy(update={"since": date(2015, 1, 1)})])
        open_incident(engine, "mine")
        entry = Learned.model_validate({"office": "county", "facts": {"deaths": 3}, "at": _on(day)})
        engine.record("mine", entry, ME)
        engine.incidents()
        for name, up in (("over", ()), ("other", ("over",)), ("other", ())):
            changed = office(name, *up, tier=Tier.MINISTRY if name == "over" else Tier.CITY)
            engine.register_offices([changed.model_copy(update={"name": f"NEW {up}"})])
            engine.incidents()
            live = tables_of(engine)
            engine.rebuild()
            assert tables_of(engine) == live

    def test_an_office_that_is_only_named_in_a_determination(self, engine: Engine, tmp_path: Path) -> None:
        path = timeline(tmp_path, "one", determined="concealed", who="aside")
        text = path.read_text(encoding="utf-8")
        aside = "offices:\n  aside: {name: A, tier: unit, line: enterprise}\n"
        path.write_text(text.replace("offices:\n", aside, 1), encoding="utf-8")
        engine.import_timeline(path)
        engine.incidents()
        path.write_text(text.replace("offices:\n", aside.replace("name: A", "name: B"), 1), encoding="utf-8")
        engine.import_timeline(path, amend=True)
        engine.incidents()
        live = tables_of(engine)
        engine.rebuild()
        assert tables_of(engine) == live

    def test_another_superior_moves_the_duty(self, engine: Engine) -> None:
        open_incident(engine, "mine")
        engine.record("mine", Learned.model_validate({"office": "county", "facts": {"deaths": 3}}), ME)
        assert "city" in {row["recipient"] for row in engine.obligations(at=FAR).rows}
        engine.register_offices([OFFICES[1].model_copy(update={"reports_to": ("province",)})])
        after = {row["recipient"] for row in engine.obligations(at=FAR).rows}
        assert "city" not in after
        assert after == {row["recipient"] for row in engine.view("mine").obligation_rows}

    def test_the_position_of_the_directory_stands_with_the_rows(self, engine: Engine, tmp_path: Path) -> None:
        engine.import_timeline(timeline(tmp_path, "one"))
        engine.incidents()
        positions = [o.position for o in engine.directory() if o.id.startswith("one/")]
        with engine._log.reading() as reading:
            views = engine.projections.live(reading)
            assert views is not None
            found = reading.connection.execute(select(views.incidents.c.directory)).scalar_one()
        assert found == max(positions)
