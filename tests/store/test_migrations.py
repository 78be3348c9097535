"""A store of an older version comes out of an upgrade as one that was made new, with every event as it was."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, create_engine, text
from tests.postgres import Server

from emergency.domain.schema import EventCodec
from emergency.engine import Engine as Emergency
from emergency.errors import BusyError, StoreError
from emergency.store import Contacts, Draft, Log
from emergency.store.check import check_store
from emergency.store.database import Database
from emergency.store.log import database_of
from emergency.store.migrations import __path__ as folder
from emergency.store.seal import FIRST, sealed
from emergency.store.tables import SCHEMA_VERSION, tables_of
from emergency.store.upgrade import alembic_config, migrate, opened, store_status, upgrade_store

from .worker import JsonCodec

GOLDEN = Path(__file__).parents[1] / "golden"
"""A store of each former version, as the program of its day wrote it."""

COLUMNS = (
    "position, stream, version, type, schema_version, body, event_id, command_id, command_hash, correlation_id, "
    "causation_id, recorded_at, clock_back"
)
PEOPLE = "SELECT subject_id, kind, name, phone, note, added_at, erased_at FROM contacts ORDER BY subject_id"
NAMES = [("", None), ("em_", None), ("", "em"), ("em_", "em")]
AT = datetime(2026, 12, 1, tzinfo=UTC)


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """The store of version 1 in a file."""
    return written(tmp_path / "old.db", 1)


def written(file: Path, version: int) -> Path:
    """A store of a former version in a file."""
    with closing(sqlite3.connect(file)) as raw:
        raw.executescript((GOLDEN / f"store-{version}.sql").read_text(encoding="utf-8"))
    return file


def rows(file: Path, statement: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(file)) as raw:
        return raw.execute(statement).fetchall()


def do(file: Path, *statements: str) -> None:
    with closing(sqlite3.connect(file)) as raw, raw:
        for statement in statements:
            raw.execute(statement)


# -- the same tables ------------------------------------------------------------------------------------------


@pytest.fixture(
    params=[("sqlite", *n) for n in NAMES if n[1] is None] + [("postgresql", *n) for n in NAMES], ids=str
)
def names(request: pytest.FixtureRequest) -> tuple[str, str, str | None]:
    named: tuple[str, str, str | None] = request.param
    return named


@pytest.fixture
def two_engines(
    request: pytest.FixtureRequest, names: tuple[str, str, str | None], tmp_path: Path
) -> Iterator[tuple[Engine, Engine]]:
    """Two empty databases."""
    databases = []
    if names[0] == "sqlite":
        urls = [f"sqlite:///{tmp_path / name}.db" for name in "ab"]
    else:
        server: Server = request.getfixturevalue("postgres")
        databases = [server.create_database() for _ in "ab"]
        urls = [server.url(name) for name in databases]
    engines = [create_engine(url) for url in urls]
    yield engines[0], engines[1]
    for engine in engines:
        engine.dispose()
    for name in databases:
        server.drop_database(name)


def catalogue(engine: Engine) -> dict[str, Any]:
    """All that a database holds, as it says itself."""
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            found = connection.execute(text("SELECT type, name, tbl_name, sql FROM sqlite_master"))
            # A column that came later stands on the line of the one before it.
            return {
                f"{kind} {name} of {table}": sorted("".join((sql or "").split()).strip(")").split(","))
                for kind, name, table, sql in found
            }
        asked = {
            "columns": "SELECT table_schema, table_name, ordinal_position, column_name, data_type, is_nullable, "
            "column_default, collation_name, character_maximum_length FROM information_schema.columns "
            "WHERE table_schema IN ('public', 'em')",
            "indexes": "SELECT schemaname, indexname, indexdef FROM pg_indexes "
            "WHERE schemaname IN ('public', 'em')",
            "constraints": "SELECT conname, contype, pg_get_constraintdef(oid) FROM pg_constraint "
            "WHERE connamespace::regnamespace::text IN ('public', 'em')",
            "triggers": "SELECT tgname, pg_get_triggerdef(oid), tgenabled FROM pg_trigger WHERE NOT tgisinternal",
            "functions": "SELECT oid::regprocedure::text, pg_get_functiondef(oid) FROM pg_proc "
            "WHERE pronamespace::regnamespace::text IN ('public', 'em')",
            "sequences": "SELECT * FROM pg_sequences",
        }
        return {what: sorted(map(str, connection.execute(text(ask)))) for what, ask in asked.items()}


def content(engine: Engine, database: Database) -> dict[str, Any]:
    """What stands in the tables of a store in which nothing was recorded."""
    with engine.connect() as connection:
        tables = database.tables.metadata.tables
        return {name: list(map(tuple, connection.execute(table.select()))) for name, table in tables.items()}


def test_migrated_from_nothing_is_the_same_as_made_new(
    two_engines: tuple[Engine, Engine], names: tuple[str, str, str | None]
) -> None:
    made, migrated = two_engines
    _, prefix, schema = names
    Log(made, JsonCodec(), prefix=prefix, schema=schema)
    database = database_of(migrated, prefix, schema, 5)
    with database.writing(migrated) as connection:
        if schema is not None:
            connection.execute(text(f"CREATE SCHEMA {schema}"))
        migrate(connection, database)
    assert catalogue(migrated) == catalogue(made)
    assert content(migrated, database) == content(made, database)
    for engine in two_engines:
        with engine.connect() as connection:
            context = MigrationContext.configure(
                connection,
                opts={
                    "version_table": database.tables.revision.name,
                    "version_table_schema": schema,
                    "include_schemas": schema is not None,
                    "include_name": lambda name, kind, _: kind != "schema" or name == schema,
                },
            )
            assert context.get_current_heads() == (f"{SCHEMA_VERSION:04}",)
            assert compare_metadata(context, tables_of(names[0], prefix, schema).metadata) == []
    with Log(migrated, JsonCodec(), prefix=prefix, schema=schema).writing() as writing:
        assert writing.append("a", 0, [Draft(event={})])[0].position == 1
    assert check_store(migrated, prefix=prefix, schema=schema).faults == []


def test_every_version_has_its_step() -> None:
    found = sorted(path.name[:4] for path in Path(folder[0], "versions").glob("[0-9]*.py"))
    assert found == [f"{version:04}" for version in range(1, SCHEMA_VERSION + 1)]


def test_a_new_store_is_made_without_alembic(tmp_path: Path) -> None:
    script = (
        "import sys; from emergency.engine import Engine\n"
        f"Engine.open('sqlite:///{tmp_path / 'log.db'}').close()\n"
        f"from emergency.store.upgrade import *; print(upgrade_store('sqlite:///{tmp_path / 'log.db'}').steps)\n"
        "print('alembic' in sys.modules)"
    )
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert ran.stdout.split("\n")[:2] == ["()", "False"]


# -- a store of version 1 -------------------------------------------------------------------------------------


def test_no_event_is_changed(old: Path) -> None:
    kept = (f"SELECT {COLUMNS} FROM events ORDER BY position", PEOPLE)
    before = [rows(old, statement) for statement in kept]
    assert [len(found) for found in before] == [30, 2]
    upgraded = upgrade_store(f"sqlite:///{old}")
    assert (upgraded.before, upgraded.after, upgraded.events) == (1, SCHEMA_VERSION, 30)
    assert [rows(old, statement) for statement in kept] == before
    assert not [name for (name,) in rows(old, "SELECT name FROM sqlite_master") if name.startswith("view_")]
    assert rows(old, "SELECT * FROM tracking") == []
    seal, chain = FIRST, []
    for position, *row, recorded_at, back in before[0]:
        seal = sealed(seal, position, tuple(row), datetime.fromisoformat(recorded_at), clock_back=bool(back))
        chain.append((seal,))
    assert rows(old, "SELECT seal FROM events ORDER BY position") == chain
    assert rows(old, "SELECT position, seal, recorded_at FROM head") == [
        (before[0][-1][0], seal, before[0][-1][-2])
    ]
    assert check_store(f"sqlite:///{old}", EventCodec()).faults == []


def test_the_verdicts_stay_the_same(old: Path, tmp_path: Path) -> None:
    """As they are over the same events in a store that never was of version 1."""
    new = tmp_path / "new.db"
    Log.open(f"sqlite:///{new}", EventCodec()).close()
    do(
        new,
        f"ATTACH '{old}' AS old",
        f"INSERT INTO events ({COLUMNS}) SELECT {COLUMNS} FROM old.events ORDER BY position",
        "UPDATE head SET position = (SELECT max(position) FROM events)",
    )
    upgrade_store(f"sqlite:///{old}")
    assert verdicts(old) == verdicts(new)
    assert len(verdicts(old)) > 1000
    assert check_store(f"sqlite:///{old}").faults == []


def verdicts(file: Path) -> str:
    with Emergency.open(f"sqlite:///{file}") as engine:
        found = (list(engine.obligations(at=AT).rows), list(engine.findings(at=AT).rows))
        assert all(found)
        return json.dumps(found, ensure_ascii=False, default=str)


def test_what_is_recorded_after_an_upgrade_is_sealed_upon_what_was_before(old: Path) -> None:
    upgrade_store(f"sqlite:///{old}")
    with Log.open(f"sqlite:///{old}", JsonCodec()) as log, log.writing() as writing:
        assert writing.append("incident/new", 0, [Draft(event={})])[0].position == 31
    assert check_store(f"sqlite:///{old}").faults == []


def test_a_store_with_many_events_is_sealed_to_the_end(old: Path) -> None:
    do(
        old,
        "WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 5000) "
        "INSERT INTO events SELECT 100 + n, 'many', n, 'noted', 1, x'7b7d', 'id' || n, NULL, NULL, NULL, NULL, "
        "'2026-12-01T00:00:00.000000+00:00', 0 FROM n",
    )
    assert upgrade_store(f"sqlite:///{old}").events == 5030
    checked = check_store(f"sqlite:///{old}")
    assert (checked.faults, checked.last_position) == ([], 5100)


def test_a_row_that_was_missing_before_is_no_break_of_the_chain_but_a_missing_version(old: Path) -> None:
    do(old, "DELETE FROM events WHERE position = 25")
    upgrade_store(f"sqlite:///{old}")
    assert [f.kind for f in check_store(f"sqlite:///{old}").faults] == ["version-missing"]


def test_the_last_position_is_remembered_though_its_row_was_taken_out(old: Path) -> None:
    do(old, "DELETE FROM events WHERE position = 30")
    upgrade_store(f"sqlite:///{old}")
    assert [(f.kind, f.position) for f in check_store(f"sqlite:///{old}").faults] == [("head-ahead", 30)]
    with Log.open(f"sqlite:///{old}", JsonCodec()) as log, log.writing() as writing:
        assert writing.append("incident/new", 0, [Draft(event={})])[0].position == 31


def test_an_empty_store_is_upgraded(old: Path) -> None:
    do(old, "DELETE FROM events", "DELETE FROM sqlite_sequence")
    assert upgrade_store(f"sqlite:///{old}").events == 0
    assert check_store(f"sqlite:///{old}").faults == []


def test_a_row_that_cannot_be_sealed_leaves_the_store_as_it_was(old: Path) -> None:
    do(old, "UPDATE events SET body = 'text' WHERE position = 20")
    before = list(dump(old))
    with pytest.raises(StoreError, match="position 20"):
        upgrade_store(f"sqlite:///{old}")
    assert list(dump(old)) == before


def dump(file: Path) -> list[str]:
    with closing(sqlite3.connect(file)) as raw:
        return list(raw.iterdump())


# -- a store of version 2 -------------------------------------------------------------------------------------


def test_a_store_of_version_2_keeps_its_seals_and_its_people(tmp_path: Path) -> None:
    file = written(tmp_path / "two.db", 2)
    kept = ("SELECT * FROM events ORDER BY position", "SELECT * FROM head", PEOPLE)
    before = [rows(file, statement) for statement in kept]
    assert [len(found) for found in before] == [3, 1, 2]
    upgraded = upgrade_store(f"sqlite:///{file}")
    assert (upgraded.before, upgraded.after, [step.version for step in upgraded.steps]) == (2, 3, [3])
    assert [rows(file, statement) for statement in kept] == before
    assert check_store(f"sqlite:///{file}", EventCodec()).faults == []
    with Log.open(f"sqlite:///{file}", JsonCodec()) as log, log.reading() as reading:
        named, erased = Contacts(reading).all()
        assert (named.name, named.phone, named.sealed, named.plain) == ("某甲", "13800000000", None, True)
        assert (erased.name, erased.sealed, erased.plain) == (None, None, False)


# -- how it stands ---------------------------------------------------------------------------------------------


def test_the_status_says_what_an_upgrade_would_do(old: Path) -> None:
    url = f"sqlite:///{old}"
    before = dump(old)
    status = store_status(url)
    assert (status.version, status.program_version, status.events, status.last_position) == (
        1,
        SCHEMA_VERSION,
        30,
        30,
    )
    assert [step.version for step in status.steps] == [2, 3]
    assert status.readers == {"views": 30}
    assert status.size == old.stat().st_size
    tried = upgrade_store(url, dry_run=True)
    assert (tried.before, tried.after, tried.steps) == (1, 1, status.steps)
    assert dump(old) == before
    assert upgrade_store(url).steps == status.steps
    assert (store_status(url).version, store_status(url).steps) == (SCHEMA_VERSION, ())
    assert upgrade_store(url).steps == ()


def test_no_password_is_shown(postgres: Server, postgres_url: str) -> None:
    del postgres
    url = f"{postgres_url.replace('postgres@', 'postgres:secret@')}&table_prefix=em_&table_schema=em"
    Log.open(url, JsonCodec()).close()
    status = store_status(url)
    assert "secret" not in status.url
    assert (status.dialect, status.prefix, status.schema, status.version) == (
        "postgresql",
        "em_",
        "em",
        SCHEMA_VERSION,
    )
    assert status.size > 0
    assert "secret" not in check_store(url).url


@pytest.mark.parametrize("ask", [store_status, upgrade_store, check_store])
def test_a_newer_store_is_refused(old: Path, ask: Any) -> None:  # noqa: ANN401  one of the three
    do(old, "UPDATE store_meta SET value = '99'")
    with pytest.raises(StoreError, match=f"store version 99; this program knows {SCHEMA_VERSION}"):
        ask(f"sqlite:///{old}")


@pytest.mark.parametrize("ask", [store_status, upgrade_store, check_store])
def test_where_there_is_no_store(tmp_path: Path, ask: Any) -> None:  # noqa: ANN401  one of the three
    with pytest.raises(StoreError, match="There is no store at"):
        ask(f"sqlite:///{tmp_path / 'none.db'}")
    assert list(tmp_path.iterdir()) == []
    do(tmp_path / "other.db", "CREATE TABLE kept_by_others (a)")
    with pytest.raises(StoreError, match="There is no store at"):
        ask(f"sqlite:///{tmp_path / 'other.db'}")


def test_an_old_store_is_not_opened_and_the_way_is_shown(old: Path) -> None:
    with pytest.raises(StoreError, match="emergency db upgrade"):
        Emergency.open(f"sqlite:///{old}")


# -- two at once, and killed in the middle ----------------------------------------------------------------------


def test_several_upgrades_at_once_are_as_good_as_one(old: Path) -> None:
    with ThreadPoolExecutor(4) as pool:
        done = list(pool.map(lambda _: upgrade_store(f"sqlite:///{old}"), range(4)))
    assert sorted(len(one.steps) for one in done) == [0, 0, 0, 2]
    assert check_store(f"sqlite:///{old}").faults == []


UPGRADES = """\
import sys
from emergency.store.upgrade import upgrade_store
print(len(upgrade_store(sys.argv[1]).steps))
"""


def test_several_programs_may_upgrade_at_once(old: Path) -> None:
    started = [
        subprocess.Popen(
            [sys.executable, "-c", UPGRADES, f"sqlite:///{old}"], stdout=subprocess.PIPE, text=True
        )
        for _ in range(3)
    ]
    assert sorted(process.communicate()[0] for process in started) == ["0\n", "0\n", "2\n"]
    assert check_store(f"sqlite:///{old}").faults == []


def test_an_upgrade_waits_for_a_writer_and_not_for_ever(old: Path) -> None:
    with closing(sqlite3.connect(old, isolation_level=None)) as writer:
        writer.execute("BEGIN IMMEDIATE")
        with pytest.raises(BusyError):
            upgrade_store(f"sqlite:///{old}?timeout=0.1")
    assert store_status(f"sqlite:///{old}").version == 1


KILLED = """\
import os, signal, sys
from emergency.store import upgrade
from emergency.store.database import Database
run = upgrade.migrate
def killed(connection, database):
    run(connection, database)
    assert connection.exec_driver_sql("SELECT count(*) FROM head").scalar() == 1
    os.kill(os.getpid(), signal.SIGKILL)
upgrade.migrate = killed
upgrade.upgrade_store(sys.argv[1])
"""


def test_killed_in_the_middle_it_leaves_the_former_version(old: Path) -> None:
    before = dump(old)
    ran = subprocess.run([sys.executable, "-c", KILLED, f"sqlite:///{old}"], check=False)
    assert ran.returncode == -9
    assert dump(old) == before
    assert upgrade_store(f"sqlite:///{old}").after == SCHEMA_VERSION
    assert check_store(f"sqlite:///{old}").faults == []


class TestPostgres:
    """No store of version 1 was ever on PostgreSQL; one is made here, since later versions go the same way."""

    @pytest.fixture
    def old_url(self, postgres_url: str) -> str:
        engine = create_engine(postgres_url)
        database = database_of(engine, "", None, 5)
        with database.writing(engine) as connection:
            config = alembic_config()
            config.attributes.update(connection=connection, database=database)
            command.upgrade(config, "0001")
            connection.execute(
                text(
                    "INSERT INTO events SELECT n, 'many', n, 'noted', 1, '{}', 'id' || n, NULL, NULL, NULL, NULL, "
                    "now(), false FROM generate_series(1, 2500) n"
                )
            )
        engine.dispose()
        return postgres_url

    def test_it_is_sealed_in_the_order_of_the_log(self, old_url: str) -> None:
        with pytest.raises(StoreError, match="emergency db upgrade"):
            Log.open(old_url, JsonCodec())
        upgraded = upgrade_store(old_url)
        assert (upgraded.before, upgraded.after, upgraded.events) == (1, SCHEMA_VERSION, 2500)
        assert check_store(old_url).faults == []

    def test_several_upgrades_at_once_are_as_good_as_one(self, old_url: str) -> None:
        with ThreadPoolExecutor(3) as pool:
            done = list(pool.map(lambda _: upgrade_store(old_url), range(3)))
        assert sorted(len(one.steps) for one in done) == [0, 0, 2]
        assert check_store(old_url).faults == []

    def test_an_upgrade_waits_for_a_writer_and_not_for_ever(self, old_url: str) -> None:
        url = f"{old_url}&timeout=0.2"
        with opened(url) as (engine, database), database.writing(engine) as connection:
            database.alone(connection)
            with pytest.raises(BusyError):
                upgrade_store(url)
        assert store_status(url).version == 1

    def test_killed_in_the_middle_it_leaves_the_former_version(self, old_url: str) -> None:
        ran = subprocess.run([sys.executable, "-c", KILLED, old_url], check=False)
        assert ran.returncode == -9
        assert store_status(old_url).version == 1
        until = time.monotonic() + 10
        while True:  # the server notices a moment later that its client is gone
            try:
                assert upgrade_store(old_url).after == SCHEMA_VERSION
                break
            except BusyError:
                assert time.monotonic() < until
        assert check_store(old_url).faults == []
