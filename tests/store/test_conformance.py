"""The event-sourcing library's own test cases for recorders, run against ours, in memory, in a file and on PostgreSQL.

Its performance cases are left as they are: they write a hundred events and assert nothing about time.
"""

from __future__ import annotations

import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING
from unittest import TestCase
from uuid import uuid4

import pytest
from eventsourcing.tests.persistence import (
    AggregateRecorderTestCase,
    ApplicationRecorderTestCase,
    NonInterleavingNotificationIDsBaseCase,
    ProcessRecorderTestCase,
    TrackingRecorderTestCase,
)
from sqlalchemy import make_url

from emergency.store import Log
from emergency.store.recorder import SqlAggregateRecorder, SqlRecorder

from .worker import JsonCodec

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from emergency.store.database import Database


class InMemory(TestCase):
    """Opens a database in memory, and closes it after each test."""

    def open(self) -> tuple[Engine, Database]:
        return self._opened("sqlite://")

    def _opened(self, url: str) -> tuple[Engine, Database]:
        log = Log.open(url, JsonCodec())
        self.addCleanup(log.close)
        return log.engine, log.database

    def new_originator_id(self) -> str:
        return f"incident/{uuid4()}"


class InFile(InMemory):
    """Opens a database in a file."""

    def open(self) -> tuple[Engine, Database]:
        stack = self.enterContext(ExitStack())
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        # Many writers at once on a slow disk: waiting long is no conflict, which is what these cases are about.
        return self._opened(f"sqlite:///{Path(folder) / 'log.db'}?timeout=60")


class OnPostgres(InMemory):
    """Opens a database of a private server."""

    @pytest.fixture(autouse=True)
    def _database(self, postgres_url: str) -> None:
        self.url = postgres_url

    def open(self) -> tuple[Engine, Database]:
        where = make_url(self.url).update_query_dict({"timeout": "60"})
        return self._opened(where.render_as_string(hide_password=False))


class TestAggregateRecorderInMemory(InMemory, AggregateRecorderTestCase):
    """Aggregate recorder, in memory."""

    def create_recorder(self) -> SqlAggregateRecorder:
        return SqlAggregateRecorder(*self.open())


class TestAggregateRecorderInFile(InFile, AggregateRecorderTestCase):
    """Aggregate recorder, in a file."""

    def create_recorder(self) -> SqlAggregateRecorder:
        return SqlAggregateRecorder(*self.open())


class TestAggregateRecorderOnPostgres(OnPostgres, AggregateRecorderTestCase):
    """Aggregate recorder, on PostgreSQL."""

    def create_recorder(self) -> SqlAggregateRecorder:
        return SqlAggregateRecorder(*self.open())


class TestApplicationRecorderInMemory(InMemory, ApplicationRecorderTestCase[SqlRecorder]):
    """Application recorder, in memory."""

    def create_recorder(self) -> SqlRecorder:
        return SqlRecorder(*self.open())

    def test_insert_subscribe(self) -> None:
        self.optional_test_insert_subscribe()


class TestApplicationRecorderInFile(InFile, ApplicationRecorderTestCase[SqlRecorder]):
    """Application recorder, in a file."""

    def create_recorder(self) -> SqlRecorder:
        return SqlRecorder(*self.open())

    def test_insert_subscribe(self) -> None:
        self.optional_test_insert_subscribe()


class TestApplicationRecorderOnPostgres(OnPostgres, ApplicationRecorderTestCase[SqlRecorder]):
    """Application recorder, on PostgreSQL."""

    def create_recorder(self) -> SqlRecorder:
        return SqlRecorder(*self.open())

    def test_insert_subscribe(self) -> None:
        self.optional_test_insert_subscribe()


class TestTrackingRecorderInMemory(InMemory, TrackingRecorderTestCase):
    """Tracking recorder, in memory."""

    def create_recorder(self) -> SqlRecorder:
        return SqlRecorder(*self.open())


class TestTrackingRecorderInFile(InFile, TrackingRecorderTestCase):
    """Tracking recorder, in a file."""

    def create_recorder(self) -> SqlRecorder:
        return SqlRecorder(*self.open())


class TestTrackingRecorderOnPostgres(OnPostgres, TrackingRecorderTestCase):
    """Tracking recorder, on PostgreSQL."""

    def create_recorder(self) -> SqlRecorder:
        return SqlRecorder(*self.open())


class TestProcessRecorderInMemory(InMemory, ProcessRecorderTestCase):
    """Process recorder, in memory."""

    def create_recorder(self) -> SqlRecorder:
        return SqlRecorder(*self.open())


class TestProcessRecorderInFile(InFile, ProcessRecorderTestCase):
    """Process recorder, in a file."""

    def create_recorder(self) -> SqlRecorder:
        return SqlRecorder(*self.open())


class TestProcessRecorderOnPostgres(OnPostgres, ProcessRecorderTestCase):
    """Process recorder, on PostgreSQL."""

    def create_recorder(self) -> SqlRecorder:
        return SqlRecorder(*self.open())


class TestNonInterleavingInMemory(InMemory, NonInterleavingNotificationIDsBaseCase):
    """Positions of two writers do not interleave, in memory."""

    def create_recorder(self) -> SqlRecorder:
        return SqlRecorder(*self.open())


class TestNonInterleavingInFile(InFile, NonInterleavingNotificationIDsBaseCase):
    """Positions of two writers do not interleave, in a file."""

    def create_recorder(self) -> SqlRecorder:
        return SqlRecorder(*self.open())


class TestNonInterleavingOnPostgres(OnPostgres, NonInterleavingNotificationIDsBaseCase):
    """Positions of two writers do not interleave, on PostgreSQL."""

    def create_recorder(self) -> SqlRecorder:
        return SqlRecorder(*self.open())
