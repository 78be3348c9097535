"""A check finds whatever was done to the log by hand, says what it was, and never complains of an untouched store."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.postgres import Server

from emergency.errors import StoreError
from emergency.store import Draft, Log, clock, sqlite
from emergency.store.check import Checked, check_store
from emergency.store.rows import AT_ONCE
from emergency.store.seal import sealed

from .hands import ROWS, Hands, PostgresHands, SqliteHands
from .worker import JsonCodec

EVERY = range(1, ROWS + 1)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hands]:
    if request.param == "sqlite":
        yield SqliteHands(tmp_path_factory.mktemp("store"))
        return
    server: Server = request.getfixturevalue("postgres")
    name = server.create_database()
    hands = PostgresHands(server.url(name))
    yield hands
    hands.close()
    server.drop_database(name)


@pytest.fixture
def hands(store: Hands) -> Hands:
    store.anew()
    return store


def chain(checked: Checked) -> list[tuple[str, int | None, int | None]]:
    """What is said of the chain; the numbering of streams is told separately."""
    return [(f.kind, f.position, f.through) for f in checked.faults if not f.kind.startswith("version-")]


def test_an_untouched_store_is_sound(hands: Hands) -> None:
    for quick in (False, True):
        checked = hands.check(quick=quick)
        assert (checked.sound, checked.faults, checked.undecodable) == (True, [], [])
        assert (checked.events, checked.last_position) == (ROWS, ROWS)


def test_an_empty_store_is_sound(postgres_url: str, tmp_path: Path) -> None:
    for url in (postgres_url, f"sqlite:///{tmp_path / 'empty.db'}"):
        Log.open(url, JsonCodec()).close()
        assert check_store(url).faults == []


def test_a_row_that_was_taken_out(hands: Hands) -> None:
    for gone in EVERY:
        hands.anew()
        (row,) = hands.sees(f"SELECT stream, version FROM events WHERE position = {gone}")
        hands.does(f"DELETE FROM events WHERE position = {gone}")
        checked = hands.check()
        said = chain(checked)
        if gone < ROWS:
            assert said == [("rows-missing", gone, None)]
        else:
            assert said == [("tail-missing", gone, None), ("reader-ahead", ROWS, None)]
        numbered = [(f.kind, f.stream) for f in checked.faults if f.kind.startswith("version-")]
        assert numbered == ([("version-missing", row[0])] if row[1] < 3 else [])


@pytest.mark.parametrize(("first", "last"), [(1, 4), (3, 7), (1, ROWS), (5, ROWS)])
def test_rows_that_were_taken_out(hands: Hands, first: int, last: int) -> None:
    hands.does(f"DELETE FROM events WHERE position BETWEEN {first} AND {last}")
    kind = "rows-missing" if last < ROWS else "tail-missing"
    assert chain(hands.check())[0] == (kind, first, last)


def test_a_row_that_was_taken_out_stays_missing(hands: Hands) -> None:
    """What is written afterwards does not hide it."""
    hands.does(f"DELETE FROM events WHERE position = {ROWS}")
    with Log.open(hands.url, JsonCodec()) as log, log.writing() as writing:
        writing.append("incident/b", 0, [Draft(event={"n": 1})])
    assert chain(hands.check()) == [("rows-missing", ROWS, None)]


ALTERED = {
    "stream": ["stream || 'x'", "stream || ' '"],
    "version": ["version + 10"],
    "type": ["type || 'x'", "''"],
    "schema_version": ["schema_version + 1"],
    "event_id": ["event_id || 'x'"],
    "command_id": ["coalesce(command_id || 'x', '')", "nullif('x', coalesce(command_id, 'y'))"],
    "command_hash": ["coalesce(command_hash || 'x', '')"],
    "correlation_id": ["coalesce(correlation_id || 'x', '')"],
    "causation_id": ["coalesce(causation_id || 'x', '')"],
}
ALTERED_SQLITE = {
    "stream": ["CAST(stream AS BLOB)", "CAST(CAST(stream AS BLOB) || x'ff' AS TEXT)"],
    "version": ["'v' || version", "version + 0.5", "CAST(version AS BLOB)"],
    "type": ["CAST(x'c328' AS TEXT)"],
    "body": ["x'7b7d'", "CAST(body AS TEXT)", "body || x'20'", "1"],
    "command_id": ["x'00'"],
    "recorded_at": [
        "'2026-01-01T00:00:00.000000+00:00'",
        "replace(recorded_at, '+00:00', 'Z')",
        "'yesterday'",
        "CAST(recorded_at AS BLOB)",
        "'9999-12-31T23:59:59.999999-12:00'",
        "1",
    ],
    "clock_back": ["1", "2", "'no'"],
    "seal": ["NULL", "zeroblob(32)", "x''", "'none'", "1"],
}
ALTERED_POSTGRESQL = {
    "body": [r"'\x7b7d'::bytea", r"body || '\x20'::bytea"],
    "recorded_at": [
        "recorded_at + interval '1 microsecond'",
        "recorded_at - interval '1 day'",
        "'infinity'",
        "'-infinity'",
        "'20000-01-01'",
        "'0044-03-15 BC'",
    ],
    "clock_back": ["true"],
    "seal": ["NULL", r"'\x'::bytea", r"decode(repeat('00', 32), 'hex')"],
}


def test_a_row_of_which_one_column_was_altered(hands: Hands) -> None:
    """Every column of every row; no two neighbours at once, so that each stands for itself."""
    more = ALTERED_SQLITE if hands.dialect == "sqlite" else ALTERED_POSTGRESQL
    for column, value in [(c, v) for known in (ALTERED, more) for c, values in known.items() for v in values]:
        kind = "seal-altered" if column == "seal" else "row-altered"
        for positions in (EVERY[::2], EVERY[1::2], EVERY[3:4]):
            hands.anew()
            hands.does(f"UPDATE events SET {column} = {value} WHERE position IN ({str([*positions])[1:-1]})")
            expected = [(kind, position, None) for position in positions]
            assert chain(hands.check()) == expected, f"{column} = {value}"


def test_every_column_is_altered_by_these_tests(hands: Hands) -> None:
    with Log.open(hands.url, JsonCodec()) as log:
        columns = {column.name for column in log.tables.events.columns}
    more = ALTERED_SQLITE if hands.dialect == "sqlite" else ALTERED_POSTGRESQL
    assert columns - {*ALTERED, *more} == {"position"}


def test_a_row_that_was_put_elsewhere(hands: Hands) -> None:
    for position in EVERY:
        for elsewhere in (0, -7, ROWS + 1, ROWS + 90, 2**62 + 5):
            hands.anew()
            hands.does(f"UPDATE events SET position = {elsewhere} WHERE position = {position}")
            said = chain(hands.check())
            assert ("row-moved", position, None) in said, said
            assert {kind for kind, *_ in said} <= {"row-moved", "row-without-place", "reader-ahead"}, said


def test_two_rows_that_changed_places(hands: Hands) -> None:
    for one, other in combinations(EVERY, 2):
        hands.anew()
        hands.does(
            f"UPDATE events SET position = 1000 WHERE position = {one}",
            f"UPDATE events SET position = {one} WHERE position = {other}",
            f"UPDATE events SET position = {other} WHERE position = 1000",
        )
        checked = hands.check()
        assert chain(checked) == [("row-moved", one, None), ("row-moved", other, None)]
        assert [f"position {other}:" in f.what.en for f in checked.faults if f.position == one][:1] == [True]


def test_two_rows_that_changed_what_they_say(hands: Hands) -> None:
    """The seals stay where they were."""
    for one, other in combinations(EVERY, 2):
        hands.anew()
        columns = (
            "stream, version, type, body, event_id, command_id, command_hash, correlation_id, causation_id"
        )
        columns += ", recorded_at"
        hands.does(
            f"CREATE TEMPORARY TABLE both_rows AS SELECT {columns}, position FROM events "
            f"WHERE position IN ({one}, {other})",
            f"UPDATE events SET stream = 's' || position, event_id = position WHERE position IN ({one}, {other})",
            *(
                f"UPDATE events SET ({columns}) = (SELECT {columns} FROM both_rows b WHERE b.position = {take}) "
                f"WHERE position = {give}"
                for take, give in ((one, other), (other, one))
            ),
            "DROP TABLE both_rows",
        )
        assert chain(hands.check()) == [("row-moved", one, None), ("row-moved", other, None)]


def appended(hands: Hands, position: int, seal: str) -> str:
    back = "false" if hands.dialect == "postgresql" else "0"
    return (
        "INSERT INTO events (position, stream, version, type, schema_version, body, event_id, recorded_at, "
        f"clock_back, seal) VALUES ({position}, 'incident/b{position}', 1, 'noted', 1, {hands.blob(b'{}')}, "
        f"'by-hand-{position}', '2030-01-01T00:00:00.000000+00:00', {back}, {seal})"
    )


@pytest.mark.parametrize("places", [[ROWS + 1], [ROWS + 1, ROWS + 2], [500], [ROWS + 1, 500, 501], [-1]])
@pytest.mark.parametrize("sealed_as", ["not", "as another", "anyhow"])
def test_a_row_that_was_put_in(hands: Hands, places: list[int], sealed_as: str) -> None:
    (copied,) = hands.sees("SELECT seal FROM events WHERE position = 4")[0]
    seal = {"not": "NULL", "as another": hands.blob(copied), "anyhow": hands.blob(b"7" * 32)}[sealed_as]
    hands.does(*(appended(hands, place, seal) for place in places))
    put_in = [("row-put-in", place, None) for place in places]
    assert [one for one in chain(hands.check()) if one[0] != "row-without-place"] == put_in
    with Log.open(hands.url, JsonCodec()) as log, log.writing() as writing:
        writing.append("incident/c", 0, [Draft(event={"n": 1})])
    assert [one for one in chain(hands.check()) if one[0] != "row-without-place"] == put_in


def test_a_row_that_was_put_in_by_somebody_who_knows_how_to_seal(hands: Hands) -> None:
    (before,) = hands.sees(f"SELECT seal FROM events WHERE position = {ROWS}")[0]
    row = (f"incident/b{ROWS + 1}", 1, "noted", 1, b"{}", f"by-hand-{ROWS + 1}", None, None, None, None)
    seal = sealed(before, ROWS + 1, row, datetime(2030, 1, 1, tzinfo=UTC), clock_back=False)
    hands.does(appended(hands, ROWS + 1, hands.blob(seal)))
    assert chain(hands.check()) == [("head-behind", ROWS, ROWS + 1)]


@pytest.mark.parametrize(
    ("statement", "kind"),
    [
        ("DELETE FROM head", "head-missing"),
        ("INSERT INTO head SELECT * FROM head", "head-missing"),
        ("UPDATE head SET position = position - 1", "head-behind"),
        ("UPDATE head SET position = position + 1", "head-ahead"),
        ("UPDATE head SET recorded_at = NULL", "head-altered"),
        ("UPDATE head SET recorded_at = '2030-01-01T00:00:00.000000+00:00'", "head-altered"),
        ("UPDATE head SET seal = (SELECT seal FROM events WHERE position = 3)", "head-altered"),
        ("UPDATE tracking SET position = 10", "reader-ahead"),
        ("UPDATE tracking SET position = -1", "reader-ahead"),
    ],
)
def test_a_head_or_a_reader_that_was_altered(hands: Hands, statement: str, kind: str) -> None:
    hands.does(statement)
    assert [said[0] for said in chain(hands.check())] == [kind]


def test_an_event_that_cannot_be_read_is_listed_and_is_no_fault(hands: Hands) -> None:
    codec = JsonCodec()
    with Log.open(hands.url, codec) as log, log.writing() as writing:
        writing.append("incident/b", 0, [Draft(event={"type": "future"})])
    checked = hands.check()
    assert (checked.sound, checked.undecodable_count) == (True, 1)
    assert [(e.position, e.stream, e.type) for e in checked.undecodable] == [
        (ROWS + 1, "incident/b", "future")
    ]
    assert hands.check(quick=True).undecodable == []


def test_one_altered_row_does_not_condemn_the_others(hands: Hands) -> None:
    hands.does(
        f"UPDATE events SET body = {hands.blob(b'{}')} WHERE position = 2",
        "DELETE FROM events WHERE position = 4",
        "UPDATE events SET seal = NULL WHERE position = 7",
    )
    assert chain(hands.check()) == [
        ("row-altered", 2, None),
        ("rows-missing", 4, None),
        ("seal-altered", 7, None),
    ]


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    altered=st.sets(st.sampled_from(EVERY), max_size=3),
    gone=st.sets(st.sampled_from(EVERY), max_size=3),
    unsealed=st.sets(st.sampled_from(EVERY), max_size=2),
)
def test_whatever_was_done_is_found_where_it_was_done(
    hands: Hands, altered: set[int], gone: set[int], unsealed: set[int]
) -> None:
    hands.anew()
    for position in altered:
        hands.does(f"UPDATE events SET body = {hands.blob(b'[]')} WHERE position = {position}")
    for position in unsealed:
        hands.does(f"UPDATE events SET seal = NULL WHERE position = {position}")
    for position in gone:
        hands.does(f"DELETE FROM events WHERE position = {position}")
    named: set[int] = set()
    for _, first, through in chain(hands.check(quick=True)):
        assert first is not None
        named.update(range(first, (through or first) + 1))
    touched = altered | gone | unsealed
    assert bool(named) == bool(touched)
    # Of a row behind one that is gone or unsealed it cannot be said whether it was altered, too.
    behind = {p + 1 for p in gone | unsealed}
    while more := {p + 1 for p in behind if p in gone} - behind:
        behind |= more
    reader = {ROWS} if ROWS in gone else set()
    assert gone <= named
    assert altered | unsealed <= named | behind
    assert named <= touched | behind | reader


def test_the_numbering_of_streams(hands: Hands) -> None:
    """Where the order of positions is right and the seals were made to fit, the numbers still tell."""
    if hands.dialect == "sqlite":
        hands.does(
            "CREATE TABLE e2 AS SELECT * FROM events", "DROP TABLE events", "ALTER TABLE e2 RENAME TO events"
        )
        hands.does("UPDATE events SET version = 1 WHERE position = 4")
        kinds = [f.kind for f in hands.check().faults]
        assert kinds.count("version-wrong") == 1
        assert "constraint-missing" in kinds
        assert "index-missing" in kinds


def test_a_clock_that_went_back_unmarked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hour = datetime(2026, 1, 1, tzinfo=UTC)
    url = f"sqlite:///{tmp_path / 'log.db'}"
    stand = sqlite.Sqlite.stand

    def forgetful(self, *args, **kwargs):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN002, ANN003, ANN202
        found = stand(self, *args, **kwargs)
        found.recorded_at = None
        return found

    for number, marks in enumerate((True, False)):
        for version in range(2):
            monkeypatch.setattr(clock, "now", lambda: hour - timedelta(days=version))  # noqa: B023
            if not marks:
                monkeypatch.setattr(sqlite.Sqlite, "stand", forgetful)
            with Log.open(url, JsonCodec()) as log, log.writing() as writing:
                writing.append(f"incident/{number}", version, [Draft(event={})])
    said = [(f.kind, f.position) for f in check_store(url).faults]
    assert said == [("clock-back-unmarked", 4)]


@pytest.mark.parametrize(
    ("statement", "kind"),
    [
        ("DROP TABLE contacts", "table-missing"),
        ("ALTER TABLE contacts DROP COLUMN note", "column-missing"),
        ("DROP INDEX events_command_id", "index-missing"),
        ("DROP INDEX events_offices", "index-missing"),
    ],
)
def test_tables_and_indexes_that_are_not_there(
    postgres_url: str, tmp_path: Path, statement: str, kind: str
) -> None:
    for made in (SqliteHands(tmp_path), PostgresHands(postgres_url)):
        made.does(statement)
        assert [f.kind for f in made.check().faults] == [kind]
        if isinstance(made, PostgresHands):
            made.close()


@pytest.mark.parametrize(
    ("statement", "kind"),
    [
        ("DROP TRIGGER events_place ON events", "trigger-missing"),
        ("ALTER TABLE events DISABLE TRIGGER events_place", "trigger-missing"),
        ("DROP FUNCTION events_frame", "function-missing"),
        (
            "CREATE OR REPLACE FUNCTION events_place() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'",
            "function-missing",
        ),
        ("DROP SEQUENCE events_pending", "sequence-missing"),
        ("ALTER TABLE events DROP CONSTRAINT events_stream_version_key", "constraint-missing"),
        ("ALTER TABLE events DROP CONSTRAINT events_pkey", "constraint-missing"),
        (
            "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'events_offices'::regclass",
            "index-invalid",
        ),
    ],
)
def test_what_only_postgresql_has(postgres_url: str, statement: str, kind: str) -> None:
    made = PostgresHands(postgres_url)
    made.does(statement)
    assert [f.kind for f in made.check().faults] == [kind]
    made.close()


def test_a_position_that_is_there_twice(postgres_url: str) -> None:
    made = PostgresHands(postgres_url)
    made.does(
        "ALTER TABLE events DROP CONSTRAINT events_pkey",
        "ALTER TABLE events DROP CONSTRAINT events_event_id_key",
        "ALTER TABLE events DROP CONSTRAINT events_stream_version_key",
        "INSERT INTO events SELECT * FROM events WHERE position = 4",
    )
    said = [(f.kind, f.position) for f in made.check().faults if f.kind != "constraint-missing"]
    assert said == [("row-put-in", 4), ("version-wrong", 4)]
    made.close()


def test_the_extension_that_proves_indexes_is_asked_where_it_is(postgres_url: str) -> None:
    made = PostgresHands(postgres_url)
    if not made.sees("SELECT 1 FROM pg_available_extensions WHERE name = 'amcheck'"):
        pytest.skip("PostgreSQL's amcheck is not installed here")
    made.does("CREATE SCHEMA proofs", "CREATE EXTENSION amcheck SCHEMA proofs")
    assert made.check().faults == []
    made.close()


def test_a_store_that_is_written_to_meanwhile_is_sound(hands: Hands) -> None:
    stop = threading.Event()

    def write(number: int) -> int:
        written = 0
        with Log.open(hands.url, JsonCodec()) as log:
            while not stop.is_set():
                drafts = [Draft(event={"n": written})] * (1 + written % 3)
                log.write(lambda w: w.append(f"b/{number}", w.version(f"b/{number}"), drafts))  # noqa: B023
                written += 1
        return written

    with ThreadPoolExecutor(2) as pool:
        written = [pool.submit(write, number) for number in range(2)]
        try:
            checks = [hands.check(quick=True) for _ in range(12)]
        finally:
            stop.set()
        assert all(one.result() for one in written)
    assert [checked.faults for checked in checks] == [[]] * 12
    assert checks[-1].events > checks[0].events


def test_a_damaged_file(tmp_path: Path) -> None:
    made = SqliteHands(tmp_path)
    file = tmp_path / "log.db"
    held = bytearray(file.read_bytes())
    (root,) = made.sees("SELECT rootpage FROM sqlite_master WHERE name = 'sqlite_autoindex_events_2'")[0]
    (size,) = made.sees("PRAGMA page_size")[0]
    held[(root - 1) * size : root * size] = b"\x5a" * size
    file.write_bytes(held)
    kinds = {f.kind for f in made.check().faults}
    assert kinds & {"database-damaged", "unreadable"}


def test_many_rows_are_read_a_few_at_a_time(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'log.db'}"
    many = 3 * AT_ONCE + 1
    seen: list[tuple[int, int]] = []
    with Log.open(url, JsonCodec()) as log, log.writing() as writing:
        writing.append("a", 0, [Draft(event={"n": n}) for n in range(many)])
        checked = check_store(url, JsonCodec(), progress=lambda done, all_: seen.append((done, all_)))
        assert checked.events == 0, "what is not committed is not there"
    assert check_store(url, JsonCodec(), progress=lambda done, all_: seen.append((done, all_))).sound
    assert seen[-1] == (many, many)
    hands = SqliteHands.__new__(SqliteHands)
    hands._file = tmp_path / "log.db"
    hands.does(
        "UPDATE events SET body = x'00' WHERE position IN (5, 700)", "DELETE FROM events WHERE position = 50"
    )
    assert chain(check_store(url)) == [
        ("row-altered", 5, None),
        ("rows-missing", 50, None),
        ("row-altered", 700, None),
    ]
    hands.does("UPDATE events SET body = x'00'")
    checked = check_store(url)
    assert checked.fault_count == 503
    assert [f.kind for f in checked.faults][-3:] == ["row-doubtful", "rows-not-proved", "version-missing"]


def test_a_store_of_another_version_is_refused(tmp_path: Path) -> None:
    made = SqliteHands(tmp_path)
    for version, said in ((99, "newer version"), (1, "emergency db upgrade")):
        made.does(f"UPDATE store_meta SET value = '{version}'")
        with pytest.raises(StoreError, match=said):
            made.check()


def test_where_there_is_no_store(tmp_path: Path) -> None:
    file = tmp_path / "log.db"
    with pytest.raises(StoreError, match="no store"):
        check_store(f"sqlite:///{file}")
    assert not file.exists()
    file.write_bytes(b"")
    with pytest.raises(StoreError, match="no store"):
        check_store(f"sqlite:///{file}")
