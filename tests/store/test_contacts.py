"""What was erased of a person is gone: from the rows, from the pages that held them, from the write-ahead log."""

from __future__ import annotations

import random
import sqlite3
import string
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from emergency.errors import NotFoundError
from emergency.store import Contacts, Draft, Log, Sealed
from emergency.store.check import check_store

from .worker import JsonCodec

FILES = ("", "-wal", "-shm")


def traces(file: Path, word: str) -> int:
    """How often a word stands in the files of a SQLite database."""
    found = [Path(f"{file}{end}") for end in FILES]
    return sum(path.read_bytes().count(word.encode()) for path in found if path.exists())


def test_a_person_is_kept_sealed_or_plain_or_not_at_all(tmp_path: Path) -> None:
    with Log.open(f"sqlite:///{tmp_path / 'log.db'}", JsonCodec()) as log, log.writing() as writing:
        people = Contacts(writing)
        people.add("p-1", "informant", sealed=Sealed(b"\x01sealed", "k1"))
        people.add("p-2", "victim", name="某乙")
        people.add("p-3", "witness")
        found = people.all()
        assert [(one.subject_id, one.sealed, one.plain) for one in found] == [
            ("p-1", (b"\x01sealed", "k1"), False),
            ("p-2", None, True),
            ("p-3", None, False),
        ]
        put = people.put("p-2", sealed=Sealed(b"\x01other", "k2"))
        assert (put.name, put.sealed, put.plain) == (None, (b"\x01other", "k2"), False)
        assert people.get("p-1") == found[0]  # nobody else was touched
        assert people.erase("p-2").sealed is None
        assert people.put("p-2", name="某乙").name is None  # erased is erased
        with pytest.raises(NotFoundError):
            people.put("p-4", name="某丁")


def test_a_repr_tells_nothing(tmp_path: Path) -> None:
    with Log.open(f"sqlite:///{tmp_path / 'log.db'}", JsonCodec()) as log, log.writing() as writing:
        people = Contacts(writing)
        people.add("p-1", "informant", name="欧阳某甲", phone="13800000000", note="门卫")
        for word in ("欧阳某甲", "13800000000", "门卫"):
            assert word not in repr(people.all())


def filled(log: Log, count: int) -> list[str]:
    """Many people with names, and changes among them, so that SQLite moves rows from page to page."""
    choose = random.Random(1)  # noqa: S311 - the same each time
    ids = [f"p-{''.join(choose.choices(string.ascii_lowercase, k=10))}" for _ in range(count)]
    with log.writing() as writing:
        people = Contacts(writing)
        for number, subject in enumerate(ids):
            people.add(subject, "informant", name=f"ZhangSan{number:06}", note="x" * choose.randrange(200))
            if choose.random() < 0.2:
                people.put(
                    choose.choice(ids[: number + 1]), name="ZhangSan", note="y" * choose.randrange(900)
                )
    return ids


def test_sqlite_keeps_nothing_of_what_was_erased(tmp_path: Path) -> None:
    file = tmp_path / "log.db"
    with Log.open(f"sqlite:///{file}", JsonCodec()) as log:
        ids = filled(log, 120)
        assert traces(file, "ZhangSan")
        with log.writing() as writing:
            writing.append("a", 0, [Draft(event={})])
        with log.writing() as writing:
            for subject in ids:
                Contacts(writing).erase(subject)
        assert traces(file, "ZhangSan")  # in the write-ahead log, until it is wiped
        assert log.wipe()
        assert traces(file, "ZhangSan") == 0
        with log.reading() as reading:
            assert {(one.name, one.note) for one in Contacts(reading).all()} == {(None, None)}
            assert len(Contacts(reading).all()) == 120
    assert check_store(f"sqlite:///{file}").faults == []


def test_one_is_erased_and_the_others_are_kept(tmp_path: Path) -> None:
    file = tmp_path / "log.db"
    with Log.open(f"sqlite:///{file}", JsonCodec()) as log:
        ids = filled(log, 20)
        with log.reading() as reading:
            before = {one.subject_id: one for one in Contacts(reading).all()}
        with log.writing() as writing:
            Contacts(writing).erase(ids[7])
        with log.reading() as reading:
            after = {one.subject_id: one for one in Contacts(reading).all()}
        erased = after.pop(ids[7])
        del before[ids[7]]
        assert (after, erased.name, erased.note) == (before, None, None)
        assert erased.erased_at is not None


def test_a_portals_own_connection_overwrites_too(tmp_path: Path) -> None:
    """It began its transaction before we could tell SQLite to overwrite what it frees."""
    file = tmp_path / "log.db"
    engine = create_engine(f"sqlite:///{file}")
    log = Log(engine, JsonCodec())
    ids = filled(log, 30)
    engine.dispose()
    with engine.connect() as connection:
        connection.execute(text("PRAGMA secure_delete=OFF"))
        connection.execute(text("CREATE TABLE portal (a)"))
        connection.execute(text("INSERT INTO portal VALUES (1)"))
        with log.joined(connection), log.writing() as writing:
            for subject in ids:
                Contacts(writing).erase(subject)
            assert not log.wipe()  # not before it is committed
        connection.commit()
    assert log.wipe()
    assert traces(file, "ZhangSan") == 0
    engine.dispose()


def test_who_still_reads_an_older_state_hinders_and_it_is_said(tmp_path: Path) -> None:
    file = tmp_path / "log.db"
    with Log.open(f"sqlite:///{file}?timeout=0.1", JsonCodec()) as log:
        ids = filled(log, 3)
        with closing(sqlite3.connect(file, isolation_level=None)) as reader:
            reader.execute("BEGIN")
            reader.execute("SELECT * FROM contacts").fetchall()
            with log.writing() as writing:
                for subject in ids:
                    Contacts(writing).erase(subject)
            assert not log.wipe()
            reader.execute("ROLLBACK")
        assert log.wipe()
        assert traces(file, "ZhangSan") == 0


def test_postgresql_writes_the_table_anew(postgres_url: str) -> None:
    def pages() -> str:
        with log.reading() as reading:
            reading.connection.execute(text("CHECKPOINT"))
            return str(reading.connection.scalar(text(f"SELECT pg_read_binary_file({where})::text")))

    where = "pg_relation_filepath('em_contacts')"
    with Log.open(f"{postgres_url}&table_prefix=em_", JsonCodec()) as log:
        ids = filled(log, 5)
        with log.writing() as writing:
            sealed = Contacts(writing).put(ids[0], sealed=Sealed(bytes(range(200)), "k1"))
            for subject in ids[1:]:
                Contacts(writing).erase(subject)
        hidden = b"ZhangSan".hex()
        assert hidden in pages()
        assert log.wipe()
        assert hidden not in pages()
        with log.reading() as reading:
            assert Contacts(reading).get(ids[0]) == sealed
        with log.writing() as writing:  # the connection is as it was
            assert writing.append("a", 0, [Draft(event={})])[0].position == 1
