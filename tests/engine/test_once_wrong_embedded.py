"""What was once wrong with commands and queries in a portal's transaction."""

from __future__ import annotations

import contextvars
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy
from sqlalchemy import create_engine, text

from emergency import EmergencyError, Engine, Outcome
from emergency.domain.offices import LoggingStarted
from emergency.projections.streams import office_stream
from emergency.store import Reading

from .bench import CITY, COUNTY, OFFICES, learned, open_incident, reported


@pytest.fixture
def big(postgres_url: str) -> Iterator[sqlalchemy.Engine]:
    engine = create_engine(postgres_url, pool_size=12)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE tickets (number INTEGER PRIMARY KEY)"))
    yield engine
    engine.dispose()


@pytest.fixture
def lite(tmp_path: Path) -> Iterator[sqlalchemy.Engine]:
    engine = create_engine(f"sqlite:///{tmp_path / 'portal.db'}")
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE tickets (number INTEGER PRIMARY KEY)"))
    yield engine
    engine.dispose()


@pytest.fixture(params=["lite", "big"])
def database(request: pytest.FixtureRequest) -> sqlalchemy.Engine:
    engine: sqlalchemy.Engine = request.getfixturevalue(request.param)
    return engine


@pytest.fixture
def engine(database: sqlalchemy.Engine) -> Engine:
    return begun(database)


@pytest.fixture
def pg(big: sqlalchemy.Engine) -> Engine:
    return begun(big)


def begun(database: sqlalchemy.Engine) -> Engine:
    engine = Engine(database, prefix="em_")
    engine.register_offices(OFFICES)
    return engine


def apart(work: Any, *arguments: Any, **named: Any) -> Any:  # noqa: ANN401
    """Do something as another program would: outside of what this one has joined."""
    return contextvars.Context().run(work, *arguments, **named)


def test_a_portal_that_opens_an_incident_keeps_nobody_from_opening_another(
    big: sqlalchemy.Engine, pg: Engine
) -> None:
    """Only a second writer of the same incident waits for it, says the how-to."""
    with big.begin() as connection:
        with pg.joined(connection):
            open_incident(pg, ref=None)
        open_incident(pg, ref=None)


def test_two_portals_open_incidents_of_one_office(big: sqlalchemy.Engine, pg: Engine) -> None:
    with big.begin() as first, big.begin() as second:
        with pg.joined(first):
            open_incident(pg, ref=None)
        with pg.joined(second):
            open_incident(pg, ref=None)


def test_a_portal_with_an_offices_first_entry_keeps_it_not_from_reporting_elsewhere(
    big: sqlalchemy.Engine, pg: Engine
) -> None:
    open_incident(pg, "a")
    open_incident(pg, "b")
    with big.begin() as connection:
        with pg.joined(connection):
            pg.record("a", learned("portal", deaths=1), COUNTY)
        pg.record("b", learned("direct", deaths=1), COUNTY)


def test_a_list_inside_a_transaction_leaves_the_lists_where_they_are(
    big: sqlalchemy.Engine, pg: Engine
) -> None:
    """Lists are those of the last catch-up, says `Engine.joined`."""
    pg.incidents()
    open_incident(pg, "a")
    with big.begin() as connection, pg.joined(connection):
        open_incident(pg, "b")
        pg.incidents()
    open_incident(pg, "c")
    assert {row["incident"] for row in pg.incidents().rows} == {"a", "b", "c"}


def test_what_was_told_as_recorded_is_recorded_though_it_could_not_be_judged(
    big: sqlalchemy.Engine, pg: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_incident(pg, "a")
    view = pg._ledger.view

    def slow(reading: Reading, *arguments: Any, **named: Any) -> Any:  # noqa: ANN401
        reading.connection.execute(text("SELECT pg_sleep(2)"))
        return view(reading, *arguments, **named)

    monkeypatch.setattr(pg._ledger, "view", slow)
    with big.begin() as connection:
        connection.execute(text("SET LOCAL statement_timeout = 500"))
        with pg.joined(connection):
            outcome = pg.record("a", learned("portal", deaths=1), COUNTY)
    monkeypatch.undo()
    assert outcome.unjudged
    assert len(pg.view("a").timeline.steps) == 1


def test_a_refused_query_leaves_the_portals_transaction_usable(big: sqlalchemy.Engine, pg: Engine) -> None:
    """The portal catches our error, goes on and commits."""
    open_incident(pg, "a")
    with big.begin() as blocker:
        blocker.execute(text("LOCK TABLE em_events IN ACCESS EXCLUSIVE MODE"))
        with big.begin() as connection:
            connection.execute(text("SET LOCAL lock_timeout = 200"))
            connection.execute(text("INSERT INTO tickets VALUES (1)"))
            with pg.joined(connection), pytest.raises(EmergencyError):
                pg.view("a")
    with big.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM tickets")) == 1


def test_an_office_starts_logging_once(
    big: sqlalchemy.Engine, pg: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    database, engine = big, pg
    open_incident(engine, "a")
    open_incident(engine, "b")
    readable = Reading.readable
    done: list[bool] = []

    def overtaken(reading: Reading, stream: str) -> Any:  # noqa: ANN401
        found = readable(reading, stream)
        if stream == office_stream("county") and not done:
            done.append(True)
            apart(engine.record, "b", learned("direct", deaths=1), COUNTY)
        return found

    monkeypatch.setattr(Reading, "readable", overtaken)
    with database.begin() as connection, engine.joined(connection):
        engine.record("a", learned("portal", deaths=1), COUNTY)
    begun = [e for e in engine._log.stream(office_stream("county")) if isinstance(e.event, LoggingStarted)]
    assert done
    assert len(begun) == 1


@pytest.mark.parametrize("database", ["lite", "big"], indirect=True)
def test_two_requests_with_one_command_id(database: sqlalchemy.Engine, engine: Engine) -> None:
    """A double click: the same call taken twice at once."""
    ready = threading.Barrier(2)

    def take() -> Outcome:
        ready.wait()
        with database.begin() as connection, engine.joined(connection):
            outcome = open_incident(engine, ref=None, command_id="ticket-1")
            time.sleep(0.3)
            return outcome

    with ThreadPoolExecutor(2) as pool:
        outcomes = [one.result() for one in [pool.submit(take) for _ in range(2)]]
    assert len({outcome.incident for outcome in outcomes}) == 1
    assert len(engine.refs()) == 1


def test_one_command_id_for_two_incidents_at_once(big: sqlalchemy.Engine, pg: Engine) -> None:
    open_incident(pg, "a")
    open_incident(pg, "b")
    done: list[Any] = []
    with big.begin() as connection:
        with pg.joined(connection):
            done.append(pg.record("a", reported("city"), COUNTY, command_id="c1"))
        with suppress(EmergencyError):
            done.append(pg.record("b", reported("city", office="city"), CITY, command_id="c1"))
    assert len(done) == 1


@pytest.mark.parametrize("what", ["ref", "command", "office", "target"])
@pytest.mark.parametrize(
    "word",
    [
        "\udcff",
        "\x00",
    ],
)
def test_a_word_that_no_database_takes(engine: Engine, what: str, word: str) -> None:
    open_incident(engine, "a")
    try:
        if what == "ref":
            engine.record(word, learned(deaths=1), COUNTY)
        elif what == "command":
            engine.record("a", learned(deaths=1), COUNTY, command_id=word)
        elif what == "office":
            engine.record("a", learned(deaths=1), COUNTY.__class__(office=word))
        else:
            engine.withdraw("a", word, why="wrong", identity=COUNTY)
    except EmergencyError:
        pass
    engine.view("a")


def test_a_list_inside_a_long_transaction_keeps_nobody_from_the_lists(
    big: sqlalchemy.Engine, pg: Engine
) -> None:
    pg.incidents()
    open_incident(pg, "a")
    with ThreadPoolExecutor(1) as pool, big.begin() as connection:
        with pg.joined(connection):
            pg.incidents()
        open_incident(pg, "b")
        waiting = pool.submit(pg.incidents)
        try:
            waiting.result(timeout=8)
        finally:
            connection.rollback()


def test_an_import_inside_a_transaction_tells_no_place_that_is_another_ones(
    big: sqlalchemy.Engine, pg: Engine
) -> None:
    open_incident(pg, "a")
    case = Path(__file__).parents[1] / "cases" / "leping-mingshan-20140711.yaml"
    with big.begin() as connection, pg.joined(connection):
        told = pg.import_timeline(case)
    found = [e.position for e in pg._log.stream(f"incident/{told.ref}")]
    assert told.position is None or told.position >= max(found)


def test_everything_at_once(big: sqlalchemy.Engine, pg: Engine) -> None:  # noqa: C901
    """Imports, offices, portals that commit and that do not, direct entries: in the end all fits."""
    for ref in "ab":
        open_incident(pg, ref)
    errors: list[BaseException] = []
    told: list[str] = []

    def direct(number: int) -> None:
        for turn in range(12):
            name = f"direct {number} {turn}"
            pg.record("ab"[turn % 2], learned(name, deaths=1), (COUNTY, CITY)[number % 2], command_id=name)
            told.append(name)

    def portal(number: int) -> None:
        for turn in range(12):
            name = f"portal {number} {turn}"
            with big.connect() as connection:
                connection.execute(text("SELECT 1"))
                with pg.joined(connection):
                    pg.record("a", learned(name, deaths=1), COUNTY, command_id=name)
                    if turn % 3:
                        pg.record("b", learned(name + "+", deaths=1), COUNTY)
                if turn % 4 == 3:
                    connection.rollback()
                    continue
                connection.commit()
            told.append(name)
            if turn % 3:
                told.append(name + "+")

    def offices(number: int) -> None:
        for turn in range(8):
            new = OFFICES[0].model_copy(update={"office": f"o{turn}", "name": f"{number} {turn}"})
            pg.register_offices([new])

    def guarded(work: Any, number: int) -> None:  # noqa: ANN401
        try:
            work(number)
        except BaseException as error:  # noqa: BLE001
            errors.append(error)

    threads = [
        threading.Thread(target=guarded, args=(work, n))
        for n in range(2)
        for work in (direct, portal, offices)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    sources = sorted(s.entry.source or "" for ref in "ab" for s in pg.view(ref).timeline.steps)
    page = pg._log.page(0, 9999)
    assert [e.position for e in page] == list(range(1, len(page) + 1))
    assert [str(error) for error in errors] == []
    assert sources == sorted(told)
    assert pg.incidents().behind == 0


def test_lists_that_were_made_in_a_transaction_that_was_taken_back(
    database: sqlalchemy.Engine, engine: Engine
) -> None:
    open_incident(engine, "a")
    with database.connect() as connection:
        with engine.joined(connection):
            open_incident(engine, "b")
            engine.incidents()
        connection.rollback()
    assert {row["incident"] for row in engine.incidents().rows} == {"a"}
