"""Rebuilt rows equal live rows, whatever was recorded and whenever a reader caught up."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from emergency import Engine, RefusedError
from emergency.domain.events import Learned, Reported
from emergency.domain.offices import OfficeRenamed
from emergency.exchange import registration
from emergency.projections import building, catch_up

from .bench import ME, OFFICES, open_incident, tables_of, timeline

Deed = Callable[[Engine, Path], Any]


def importing(number: int, title: str, deaths: int, hour: int, determined: str | None) -> Deed:
    def deed(engine: Engine, folder: Path) -> None:
        path = timeline(
            folder, f"case-{number}", title=title, deaths=deaths, hour=hour, determined=determined
        )
        engine.import_timeline(path, amend=True)

    return deed


def recording(number: int, act: str, deaths: int) -> Deed:
    def deed(engine: Engine, _: Path) -> None:
        ref = f"mine-{number}"
        if ref not in engine.refs():
            open_incident(engine, ref)
        facts = {"deaths": deaths}
        if act == "learned":
            engine.record(ref, Learned.model_validate({"office": "county", "facts": facts}), ME)
        else:
            engine.record(
                ref, Reported.model_validate({"office": "county", "to": ["city"], "facts": facts}), ME
            )

    return deed


def amending(number: int, which: int, how: str) -> Deed:
    def deed(engine: Engine, _: Path) -> None:
        refs = engine.refs()
        if not refs:
            return
        ref = refs[number % len(refs)]
        ids = [s.id for s in engine.view(ref).timeline.steps]
        if not ids:
            return
        target = ids[which % len(ids)]
        try:
            if how == "withdraw":
                engine.withdraw(ref, target, why="x", identity=ME)
            else:
                engine.amend(ref, target, {"facts": {"deaths": which}}, why="x", identity=ME)
        except RefusedError:
            pass  # nothing would change

    return deed


def moving(name: str, up: str, rename: str | None) -> Deed:
    def deed(engine: Engine, _: Path) -> None:
        old = next(o for o in OFFICES if o.office == name)
        changes: dict[str, Any] = {"reports_to": (up,) if up != name else ()}
        if rename:
            changes["name"] = rename
        engine.register_offices([old.model_copy(update=changes)])

    return deed


def renaming(number: int, ref: str, name: str) -> Deed:
    """An office of an imported file gets another name."""

    def deed(engine: Engine, _: Path) -> None:
        office = engine.directory().get(f"case-{number}/{ref}")
        if office is None or office.name == name:
            return
        with engine._log.writing() as writing:
            registration.append(writing, OfficeRenamed(office=office.id, name=name))

    return deed


def catching_up(engine: Engine, _: Path) -> None:
    assert engine.incidents().behind == 0


def rebuilding(engine: Engine, _: Path) -> None:
    engine.rebuild()


NUMBER = st.integers(0, 2)
DEEDS = st.one_of(
    st.builds(
        importing,
        NUMBER,
        st.sampled_from("TU"),
        st.integers(1, 3),
        st.integers(5, 9),
        st.sampled_from([None, "late", "concealed"]),
    ),
    st.builds(recording, NUMBER, st.sampled_from(["learned", "reported"]), st.integers(0, 3)),
    st.builds(amending, st.integers(0, 5), st.integers(0, 5), st.sampled_from(["amend", "withdraw"])),
    st.builds(
        moving,
        st.sampled_from(["county", "city"]),
        st.sampled_from(["city", "province"]),
        st.sampled_from([None, "X"]),
    ),
    st.builds(renaming, NUMBER, st.sampled_from(["unit", "county", "city"]), st.sampled_from("PQ")),
    st.just(catching_up),
    st.just(catching_up),
    st.just(rebuilding),
)


def live_equals_rebuilt(deeds: list[Deed], batch: int, url: str = "sqlite://") -> None:
    with (
        tempfile.TemporaryDirectory() as folder,
        pytest.MonkeyPatch.context() as patch,
        Engine.open(url) as engine,
    ):
        patch.setattr(catch_up, "BATCH", batch)
        patch.setattr(building, "CHUNK", batch)
        engine.register_offices(OFFICES)
        for deed in deeds:
            deed(engine, Path(folder))
        catching_up(engine, Path(folder))
        live = tables_of(engine)
        engine.rebuild()
        assert tables_of(engine) == live
        assert live["parked"] == []
        assert [row[0] for row in live["incidents"]] == sorted(engine.refs())


SEQUENCES = {"deeds": st.lists(DEEDS, min_size=1, max_size=25), "batch": st.sampled_from([1, 3, 500])}
QUIET = [HealthCheck.too_slow]


@settings(max_examples=40, deadline=None, suppress_health_check=QUIET)
@given(**SEQUENCES)
def test_rebuilt_rows_are_the_live_rows(deeds: list[Deed], batch: int) -> None:
    live_equals_rebuilt(deeds, batch)


NUMBERS = count()


@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
@given(**SEQUENCES)
def test_rebuilt_rows_are_the_live_rows_in_postgresql(
    postgres_url: str, deeds: list[Deed], batch: int
) -> None:
    """Each time in tables of its own."""
    live_equals_rebuilt(deeds, batch, f"{postgres_url}&table_prefix=t{next(NUMBERS)}_")


@pytest.mark.long
@settings(max_examples=1000, deadline=None, suppress_health_check=QUIET)
@given(**SEQUENCES)
def test_rebuilt_rows_are_the_live_rows_many_times_over(deeds: list[Deed], batch: int) -> None:
    live_equals_rebuilt(deeds, batch)
