"""The contract on a SQLite file, and what only SQLite can do wrong."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import Engine, StaticPool, create_engine, text

from emergency.errors import BusyError, StoreError, UsageError
from emergency.store import Contacts, Log

from .contract import StoreContract, noted, opened
from .worker import JsonCodec


class TestSqliteFile(StoreContract):
    """A database in a file."""

    @pytest.fixture
    def url(self, tmp_path: Path) -> str:
        return f"sqlite:///{tmp_path / 'new folder' / 'log.db'}?timeout=1"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "log.db"


@pytest.fixture
def written(file: Path) -> Path:
    with opened(f"sqlite:///{file}") as log, log.writing() as writing:
        writing.append("a", 0, noted(1))
    return file


def test_the_pragmas_are_set(file: Path) -> None:
    with opened(f"sqlite:///{file}?timeout=7") as log, log.reading() as reading:
        found = {
            name: reading.connection.scalar(text(f"PRAGMA {name}"))
            for name in ("journal_mode", "synchronous", "busy_timeout", "secure_delete")
        }
    assert found == {
        "journal_mode": "wal",
        "synchronous": 2,
        "busy_timeout": 7000,
        "secure_delete": 1,
    }


def test_anyone_can_read_the_log_without_us(written: Path) -> None:
    with closing(sqlite3.connect(written)) as raw:
        row = raw.execute("SELECT position, stream, version, type, body, recorded_at FROM events").fetchone()
    assert row[:4] == (1, "a", 1, "noted")
    assert row[4] == b'{"n": 1}'
    assert len(row[5]) == len("2026-05-01T04:00:00.000000+00:00")
    assert row[5].endswith("+00:00")


def test_a_file_that_is_not_a_database(file: Path) -> None:
    file.write_text("一份普通的文稿\n" * 100, encoding="utf-8")
    with pytest.raises(StoreError, match="is not a database"):
        opened(f"sqlite:///{file}")
    assert file.read_text(encoding="utf-8").startswith("一份普通的文稿")


def test_a_folder_in_place_of_a_file(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="a file, not a folder"):
        opened(f"sqlite:///{tmp_path}")


def test_a_folder_that_cannot_be_made(file: Path) -> None:
    file.write_text("")
    with pytest.raises(StoreError, match="cannot be made"):
        opened(f"sqlite:///{file}/sub/log.db")


def test_a_read_only_file_can_be_read_and_not_written(written: Path) -> None:
    with opened(f"sqlite:///file:{written}?mode=ro&uri=true") as log:
        assert log.last_position() == 1
        with pytest.raises(StoreError, match="can be read but not written"), log.writing() as writing:
            writing.append("a", 1, noted(2))


def test_an_empty_read_only_file(file: Path) -> None:
    with closing(sqlite3.connect(file)) as raw:
        raw.execute("CREATE TABLE other (x)")
    with pytest.raises(StoreError, match="can be read but not written"):
        opened(f"sqlite:///file:{file}?mode=ro&uri=true")


def test_a_file_that_must_be_there_and_is_not(file: Path) -> None:
    with pytest.raises(StoreError, match="cannot be opened"):
        opened(f"sqlite:///file:{file}?mode=rw&uri=true")


def test_a_full_disk(written: Path) -> None:
    with opened(f"sqlite:///{written}") as log:

        def fill() -> None:
            with log.writing() as writing:
                writing.connection.execute(text("PRAGMA max_page_count=1"))
                writing.append("b", 0, noted(*range(5000)))

        with pytest.raises(StoreError, match="disk is full"):
            fill()
    with opened(f"sqlite:///{written}") as log:
        assert log.last_position() == 1


def test_a_transaction_that_the_database_broke_off_is_not_reported_as_written(written: Path) -> None:
    with opened(f"sqlite:///{written}") as log:

        def swallow() -> None:
            with log.writing() as writing:
                writing.append("a", 1, noted(2))
                writing.connection.exec_driver_sql("ROLLBACK")

        with pytest.raises(StoreError, match="broke the transaction off"):
            swallow()
        assert log.last_position() == 1


def test_a_damaged_database(written: Path) -> None:
    page = 4096
    content = bytearray(written.read_bytes())
    content[page:] = b"\x00" * (len(content) - page)
    written.write_bytes(content)
    with pytest.raises(StoreError, match=r"is damaged|refused"), opened(f"sqlite:///{written}") as log:
        log.page(0, 10)


@pytest.mark.parametrize(
    "url", ["log.db", "", "sqlite://log.db", "sqlite+nonsense://", "sqlite://?timeout=soon"]
)
def test_what_does_not_name_a_database(url: str) -> None:
    with pytest.raises(UsageError, match="sqlite:///FILE"):
        opened(url)


def test_another_kind_of_database_is_refused() -> None:
    with pytest.raises(StoreError, match="SQLite or PostgreSQL, not in mysql"):
        opened("mysql://localhost/log")


@pytest.fixture
def static() -> Iterator[Engine]:
    engine = create_engine("sqlite://", poolclass=StaticPool)
    yield engine
    engine.dispose()


def test_an_engine_of_the_caller_in_memory(static: Engine) -> None:
    log = Log(static, JsonCodec())
    with log.writing() as writing:
        writing.append("a", 0, noted(1))
    log.close()
    assert Log(static, JsonCodec()).last_position() == 1


def test_an_engine_of_the_caller_whose_connections_are_already_open(file: Path) -> None:
    engine = create_engine(f"sqlite:///{file}")
    try:
        with engine.begin() as connection:
            connection.execute(text("CREATE TABLE theirs (x)"))
        log = Log(engine, JsonCodec())
        with log.writing() as writing:
            writing.append("a", 0, noted(1))
            writing.connection.execute(text("INSERT INTO theirs VALUES (1)"))
            assert writing.connection.scalar(text("PRAGMA synchronous")) == 2
        with engine.begin() as connection:
            assert connection.scalar(text("SELECT count(*) FROM theirs")) == 1
    finally:
        engine.dispose()


def test_a_second_connection_to_a_database_in_memory_is_refused() -> None:
    with opened("sqlite://?timeout=0.1") as log, log.writing() as writing:
        writing.append("a", 0, noted(1))
        with pytest.raises(BusyError, match="read through the transaction"):
            log.last_position()


def test_what_is_erased_is_gone_from_the_file(file: Path) -> None:
    with opened(f"sqlite:///{file}") as log:
        with log.writing() as writing:
            Contacts(writing).add("s1", "informant", name="某甲", phone="13812345678")
        with log.writing() as writing:
            Contacts(writing).erase("s1")
    kept = b"".join(path.read_bytes() for path in file.parent.iterdir())
    assert b"s1" in kept
    assert b"13812345678" not in kept


def test_the_package_is_cheap_to_import() -> None:
    program = "import sys, emergency.store; sys.exit('sqlalchemy' in sys.modules)"
    path = {"PYTHONPATH": ":".join(filter(None, sys.path))}
    assert subprocess.run([sys.executable, "-c", program], env=path, check=False).returncode == 0
