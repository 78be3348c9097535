"""The engine inside somebody else's program: its transaction, its threads, its event loop; on both databases."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import sqlalchemy
from sqlalchemy import create_engine, text
from sqlalchemy.orm import Session

from emergency import BusyError, Engine, Outcome, RefusedError
from emergency.domain.events import Learned

from .bench import CITY, COUNTY, OFFICES, learned, open_incident, reported


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[sqlalchemy.Engine]:
    where = (
        f"sqlite:///{tmp_path / 'portal.db'}"
        if request.param == "sqlite"
        else request.getfixturevalue("postgres_url")
    )
    engine = create_engine(where, pool_size=12)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE tickets (number INTEGER PRIMARY KEY)"))
    yield engine
    engine.dispose()


@pytest.fixture
def engine(database: sqlalchemy.Engine) -> Engine:
    engine = Engine(database, prefix="em_")
    engine.register_offices(OFFICES)
    return engine


def tickets(database: sqlalchemy.Engine) -> int:
    with database.connect() as connection:
        return int(connection.scalar(text("SELECT count(*) FROM tickets")) or 0)


def test_a_joined_command_is_judged_and_committed_with_the_portals(
    database: sqlalchemy.Engine, engine: Engine
) -> None:
    with Session(database) as session, session.begin():
        session.execute(text("INSERT INTO tickets VALUES (1)"))
        with engine.joined(session):
            open_incident(engine)
            outcome = engine.record("mine-01", learned(deaths=3), COUNTY)
            assert outcome.unjudged is None
            assert [due.recipient for due in outcome.due]
            assert len(engine.view("mine-01").timeline.steps) == 1
            assert engine.obligations(["mine-01"]).rows
            assert engine.obligations().rows == ()  # the lists are those of the last catch-up
        assert engine.refs() == []
    assert engine.refs() == ["mine-01"]
    assert tickets(database) == 1
    assert {row["incident"] for row in engine.obligations().rows} == {"mine-01"}
    # The office logs from its first own entry on, also where that was joined.
    county = engine.directory().get("county")
    assert county is not None
    assert county.logs_since is not None


def test_what_the_portal_takes_back_was_never_recorded(database: sqlalchemy.Engine, engine: Engine) -> None:
    with Session(database) as session:
        with engine.joined(session):
            open_incident(engine, command_id="c1")
        session.rollback()
    assert engine.refs() == []
    assert not open_incident(engine, command_id="c1").already
    with Session(database) as session, session.begin(), engine.joined(session):
        assert open_incident(engine, command_id="c1").already


def test_refusals_leave_the_portals_transaction_usable(database: sqlalchemy.Engine, engine: Engine) -> None:
    open_incident(engine)
    with Session(database) as session, session.begin():
        for number in range(3):
            with pytest.raises(RefusedError), engine.joined(session):
                open_incident(engine)
            session.execute(text("INSERT INTO tickets VALUES (:number)"), {"number": number})
        with engine.joined(session):
            engine.record("mine-01", learned(deaths=1), COUNTY)
    assert tickets(database) == 3
    assert len(engine.view("mine-01").timeline.steps) == 1


def test_a_position_is_told_once_it_is_certain(database: sqlalchemy.Engine, engine: Engine) -> None:
    direct = open_incident(engine)
    assert direct.position is not None
    with Session(database) as session, session.begin(), engine.joined(session):
        joined = engine.record("mine-01", learned(deaths=1), COUNTY)
    if database.dialect.name == "postgresql":
        assert joined.position is None
    else:
        assert joined.position is not None
        assert joined.position > direct.position


def test_many_threads_use_one_engine(engine: Engine) -> None:
    open_incident(engine)

    def work(number: int) -> Outcome:
        return engine.record("mine-01", Learned(office="county", source=f"s{number}"), COUNTY)

    with ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(work, range(24)))
    assert all(outcome.unjudged is None for outcome in outcomes)
    steps = engine.view("mine-01").timeline.steps
    assert sorted(step.entry.source or "" for step in steps) == sorted(f"s{n}" for n in range(24))
    assert len({outcome.position for outcome in outcomes}) == 24


def test_two_engines_of_one_database_do_not_see_each_other(
    database: sqlalchemy.Engine, engine: Engine
) -> None:
    other = Engine(database, prefix="other_")
    other.register_offices(OFFICES)
    with Session(database) as session, session.begin(), engine.joined(session):
        open_incident(engine)
        if database.dialect.name == "postgresql":  # SQLite has one writer at a time
            open_incident(other, "elsewhere")
    assert engine.refs() == ["mine-01"]
    assert "mine-01" not in other.refs()


def test_a_loop_goes_on_while_the_engine_waits(database: sqlalchemy.Engine, engine: Engine) -> None:
    """The engine is kept waiting by another writer; the loop that waits for it does other things meanwhile."""
    open_incident(engine)
    holds, release = threading.Event(), threading.Event()

    def hold() -> None:
        with Session(database) as session, session.begin(), engine.joined(session):
            engine.record("mine-01", learned(deaths=1), COUNTY)
            holds.set()
            release.wait(10)

    async def portal() -> tuple[int, Outcome]:
        holding = asyncio.create_task(asyncio.to_thread(hold))
        await asyncio.to_thread(holds.wait, 10)
        writing = asyncio.create_task(asyncio.to_thread(engine.record, "mine-01", reported(), COUNTY))
        ticks = 0
        began = time.monotonic()
        while time.monotonic() - began < 0.5:
            await asyncio.sleep(0.01)
            ticks += 1
        assert not writing.done()
        release.set()
        await holding
        return ticks, await writing

    ticks, outcome = asyncio.run(portal())
    assert ticks >= 10
    assert outcome.unjudged is None
    assert [type(step.entry).__name__ for step in engine.view("mine-01").timeline.steps] == [
        "Learned",
        "Reported",
    ]


def test_a_task_that_joined_does_not_draw_others_in(database: sqlalchemy.Engine, engine: Engine) -> None:
    open_incident(engine)

    async def joined(number: int) -> None:
        def work() -> None:
            with Session(database) as session, session.begin(), engine.joined(session):
                engine.record("mine-01", learned(f"joined {number}", deaths=1), COUNTY)
                if number % 2:
                    session.rollback()

        for _ in range(20):
            try:
                await asyncio.to_thread(work)
            except BusyError:  # SQLite: one writer at a time
                continue
            return

    async def portal() -> None:
        await asyncio.gather(*(joined(number) for number in range(4)))

    asyncio.run(portal())
    engine.record("mine-01", learned("direct"), CITY)
    sources = [step.entry.source for step in engine.view("mine-01").timeline.steps]
    assert sorted(source or "" for source in sources) == ["direct", "joined 0", "joined 2"]
