"""Ways to break the store, so that each contract test can be seen to fail."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Engine, delete, insert

from emergency.errors import EmergencyError, StoreError
from emergency.store import Draft, Undecodable, contacts, database, log, recorder, sqlite

if TYPE_CHECKING:
    import pytest
    from eventsourcing.persistence import Tracking

    from emergency.store.log import Reading, Writing

Sabotage = Callable[["pytest.MonkeyPatch"], None]


def _begin_as(patch: pytest.MonkeyPatch, reader: str | None, writer: str | None) -> None:
    transaction = sqlite.Sqlite._transaction

    def wrong(self: sqlite.Sqlite, engine: Engine, begin: str) -> Any:  # noqa: ANN401  passes on
        return transaction(self, engine, {"BEGIN": reader, "BEGIN IMMEDIATE": writer}[begin] or "SELECT 1")

    patch.setattr(sqlite.Sqlite, "_transaction", wrong)


def sorted_by_stream(patch: pytest.MonkeyPatch) -> None:
    page = log.Reading.page

    def wrong(self: Reading, *args: Any, **kwargs: Any) -> list[Any]:  # noqa: ANN401  passes on
        return sorted(page(self, *args, **kwargs), key=lambda event: (event.stream, event.version))

    patch.setattr(log.Reading, "page", wrong)


def types_ignored(patch: pytest.MonkeyPatch) -> None:
    page = log.Reading.page

    def wrong(self: Reading, after: int, limit: int, *, type_prefix: str | None = None) -> list[Any]:
        del type_prefix
        return page(self, after, limit)

    patch.setattr(log.Reading, "page", wrong)


def moments_cut_short(patch: pytest.MonkeyPatch) -> None:
    made = log.recorded

    def wrong(logged: recorder.LoggedEvent, event: object) -> Any:  # noqa: ANN401  passes on
        return replace(made(logged, event), recorded_at=logged.recorded_at.replace(microsecond=0))

    patch.setattr(log, "recorded", wrong)


def positions_reused(patch: pytest.MonkeyPatch) -> None:
    stand = sqlite.Sqlite.stand

    def wrong(self: sqlite.Sqlite, connection: Connection, *args: Any, **kwargs: Any) -> database.Stand:  # noqa: ANN401
        newest = self.rows(connection, self.sql("SELECT coalesce(max(position), 0) FROM {events}"))
        return replace(stand(self, connection, *args, **kwargs), position=newest[0][0])

    patch.setattr(sqlite.Sqlite, "stand", wrong)


def no_transactions(patch: pytest.MonkeyPatch) -> None:
    _begin_as(patch, None, None)
    patch.setattr(sqlite, "_still_on", lambda connection: None)  # noqa: ARG005  called by its name


def any_version(patch: pytest.MonkeyPatch) -> None:
    append = log.Writing.append

    def wrong(self: Writing, stream: str, expected: int, events: Sequence[Draft], **kwargs: Any) -> Any:  # noqa: ANN401
        del expected
        return append(self, stream, len(self.stream(stream)), events, **kwargs)

    patch.setattr(log.Writing, "append", wrong)


def own_event_ids(patch: pytest.MonkeyPatch) -> None:
    append = log.Writing.append

    def wrong(self: Writing, stream: str, expected: int, events: Sequence[Draft], **kwargs: Any) -> Any:  # noqa: ANN401
        return append(self, stream, expected, [replace(draft, event_id=None) for draft in events], **kwargs)

    patch.setattr(log.Writing, "append", wrong)


def half_an_append(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(log.Writing, "_refuse_used", lambda *_: None)


def lost_writes(patch: pytest.MonkeyPatch) -> None:
    turns = iter(range(1_000_000))
    writing = sqlite.Sqlite.writing

    @contextmanager
    def wrong(self: sqlite.Sqlite, engine: Engine) -> Iterator[Connection]:
        with writing(self, engine) as connection:
            yield connection
            if next(turns) % 7 == 3:
                connection.rollback()

    patch.setattr(sqlite.Sqlite, "writing", wrong)


def commands_forgotten(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(log.Writing, "_is_new", lambda *_: False)
    patch.setattr(log.Writing, "once", lambda *_: None)


def command_content_ignored(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(log.Writing, "once", lambda self, command_id, _: self.command(command_id))


def steps_back_unnoticed(patch: pytest.MonkeyPatch) -> None:
    stand = sqlite.Sqlite.stand

    def wrong(self: sqlite.Sqlite, *args: Any, **kwargs: Any) -> database.Stand:  # noqa: ANN401  passes on
        return replace(stand(self, *args, **kwargs), recorded_at=None)

    patch.setattr(sqlite.Sqlite, "stand", wrong)


def tracking_unguarded(patch: pytest.MonkeyPatch) -> None:
    def wrong(self: recorder.SqlRecorder, connection: Connection, wanted: Tracking) -> None:
        name, tracking = wanted.application_name, self.database.tables.tracking
        connection.execute(delete(tracking).where(tracking.c.name == name))
        connection.execute(insert(tracking).values(name=name, position=wanted.notification_id))

    patch.setattr(recorder.SqlRecorder, "_track", wrong)


def readers_take_the_lock(patch: pytest.MonkeyPatch) -> None:
    _begin_as(patch, "BEGIN IMMEDIATE", "BEGIN IMMEDIATE")


def readings_without_transaction(patch: pytest.MonkeyPatch) -> None:
    _begin_as(patch, None, "BEGIN IMMEDIATE")


def faults_unexplained(patch: pytest.MonkeyPatch) -> None:
    def wrong(error: BaseException, database: str | None) -> EmergencyError:
        del database
        return StoreError(str(error))

    patch.setattr(sqlite, "explain", wrong)


def undecodable_skipped(patch: pytest.MonkeyPatch) -> None:
    page = log.Reading.page

    def wrong(self: Reading, *args: Any, **kwargs: Any) -> list[Any]:  # noqa: ANN401  passes on
        return [event for event in page(self, *args, **kwargs) if not isinstance(event, Undecodable)]

    patch.setattr(log.Reading, "page", wrong)


def one_connection_for_all(patch: pytest.MonkeyPatch) -> None:
    current: list[Connection] = []
    writing = sqlite.Sqlite.writing

    @contextmanager
    def wrong(self: sqlite.Sqlite, engine: Engine) -> Iterator[Connection]:
        if current:
            yield current[0]
            return
        with writing(self, engine) as connection:
            current.append(connection)
            yield connection
            current.clear()

    patch.setattr(sqlite.Sqlite, "writing", wrong)


def always_ready(patch: pytest.MonkeyPatch) -> None:
    ready = log._is_ready

    def wrong(connection: Connection, where: database.Database) -> bool:
        try:
            return ready(connection, where)
        except StoreError:
            return True

    patch.setattr(log, "_is_ready", wrong)


def made_without_looking(patch: pytest.MonkeyPatch) -> None:
    ready = log._is_ready
    first: dict[Engine, bool] = {}

    def wrong(connection: Connection, where: database.Database) -> bool:
        if connection.engine not in first:
            first[connection.engine] = ready(connection, where)
            time.sleep(0.2)  # so that all have looked before one writes
        return first[connection.engine]

    patch.setattr(log, "_is_ready", wrong)


def readers_make_stores(patch: pytest.MonkeyPatch) -> None:
    make, open_engine = log._make_ready, sqlite.open_engine

    def wrong(engine: Engine, where: database.Database, *, create: bool, drill: object = None) -> None:
        del create, drill
        make(engine, where, create=True)

    patch.setattr(log, "_make_ready", wrong)
    patch.setattr(
        sqlite, "open_engine", lambda url, **options: open_engine(url, **{**options, "create": True})
    )


def erasing_does_nothing(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(contacts.Contacts, "erase", contacts.Contacts.get)


BY_NAME: dict[str, Sabotage] = {
    function.__name__: function
    for function in (
        sorted_by_stream,
        types_ignored,
        moments_cut_short,
        positions_reused,
        no_transactions,
        any_version,
        own_event_ids,
        half_an_append,
        lost_writes,
        commands_forgotten,
        command_content_ignored,
        steps_back_unnoticed,
        tracking_unguarded,
        readers_take_the_lock,
        readings_without_transaction,
        faults_unexplained,
        undecodable_skipped,
        one_connection_for_all,
        always_ready,
        made_without_looking,
        readers_make_stores,
        erasing_does_nothing,
    )
}
