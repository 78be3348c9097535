"""A small store and somebody who gets at its tables without the program, on either database."""

from __future__ import annotations

import shutil
import sqlite3
from abc import ABC, abstractmethod
from contextlib import closing
from pathlib import Path
from typing import Any, ClassVar

import psycopg
from sqlalchemy import Engine, create_engine

from emergency.store import Draft, Log
from emergency.store.check import Checked, check_store

from .worker import JsonCodec

ROWS = 9
"""How many events the store holds."""


def fill(log: Log) -> None:
    """Three streams in turn; every column is empty in some rows and not in others; one reader has read it all."""
    for version in range(3):
        for stream in ("office/x", "incident/a", "incident/曲靖"):
            with log.writing() as writing:
                command = f"c{version}" if stream == "incident/a" else None
                writing.append(
                    stream,
                    version,
                    [Draft(event={"n": version, "type": "迟报"}, causation_id="e0" if version else None)],
                    command_id=command,
                    command_hash=command and "h1",
                    correlation_id="import-1" if version == 1 else None,
                )
    with log.writing() as writing:
        writing.track("views", ROWS)


class Hands(ABC):
    """Writes SQL of their own into the store at ``url``; ``anew`` gives it back as the program left it."""

    url: str
    where: str | Engine
    dialect: ClassVar[str]

    @abstractmethod
    def does(self, *statements: str) -> None:
        """Carry out statements, as the owner of the database."""

    @abstractmethod
    def sees(self, statement: str) -> list[tuple[Any, ...]]:
        """Read."""

    @abstractmethod
    def anew(self) -> None:
        """Undo everything that was done by hand."""

    def check(self, *, quick: bool = False) -> Checked:
        """What a check says."""
        return check_store(self.where, JsonCodec(), quick=quick)

    def blob(self, said: bytes) -> str:
        """Bytes in SQL."""
        return f"x'{said.hex()}'" if self.dialect == "sqlite" else rf"'\x{said.hex()}'::bytea"


class SqliteHands(Hands):
    """A file, and a copy of it."""

    dialect = "sqlite"

    def __init__(self, folder: Path) -> None:
        self._file, self._kept = folder / "log.db", folder / "kept.db"
        self.url = self.where = f"sqlite:///{self._file}"
        with Log.open(self.url, JsonCodec()) as log:
            fill(log)
        shutil.copy(self._file, self._kept)

    def does(self, *statements: str) -> None:
        with closing(sqlite3.connect(self._file)) as raw, raw:
            raw.execute("PRAGMA synchronous=OFF")
            for statement in statements:
                raw.execute(statement)

    def sees(self, statement: str) -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(self._file)) as raw:
            return raw.execute(statement).fetchall()

    def anew(self) -> None:
        for leftover in ("-wal", "-shm"):
            self._file.with_name(self._file.name + leftover).unlink(missing_ok=True)
        shutil.copy(self._kept, self._file)


class PostgresHands(Hands):
    """A database, and a copy of its tables."""

    dialect = "postgresql"

    def __init__(self, url: str) -> None:
        self.url = url
        self.where = self._engine = create_engine(url)
        with Log.open(url, JsonCodec()) as log:
            fill(log)
        self._raw = psycopg.connect(url.replace("+psycopg", ""), autocommit=True)
        for table in ("events", "head", "tracking"):
            self.does(f"CREATE TABLE kept_{table} AS SELECT * FROM {table}")

    def does(self, *statements: str) -> None:
        with self._raw.transaction():
            for statement in statements:
                self._raw.execute(statement.encode())

    def sees(self, statement: str) -> list[tuple[Any, ...]]:
        return self._raw.execute(statement.encode()).fetchall()

    def anew(self) -> None:
        for table in ("events", "head", "tracking"):
            self.does(f"TRUNCATE {table}", f"INSERT INTO {table} SELECT * FROM kept_{table}")

    def close(self) -> None:
        """Close the connections."""
        self._engine.dispose()
        self._raw.close()
