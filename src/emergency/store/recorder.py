"""The recorder: the event-sourcing library's contract on our own tables.

All that the log reads and writes of its events goes through here; `emergency.store.log` says what it means.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from eventsourcing.persistence import (
    AggregateRecorder,
    ApplicationRecorder,
    DatabaseError,
    IntegrityError,
    Notification,
    OperationalError,
    ProcessRecorder,
    StoredEvent,
    Subscription,
    Tracking,
)
from sqlalchemy import Connection, Engine, exc

from emergency.store.database import Bell, Database, Row, Stand, driver_of
from emergency.store.port import PENDING, UnreachableError
from emergency.store.tables import LAST

_COLUMNS = (
    "stream, version, type, body, position, schema_version, event_id, command_id, command_hash, correlation_id, "
    "causation_id, recorded_at, clock_back"
)
_SELECT = f"SELECT {_COLUMNS} FROM {{events}}"
_EPOCH = datetime.fromtimestamp(0, UTC)
_SURROGATES, _AFTER_SURROGATES = 0xD800, 0xE000
MANY = 200
"""How many names are asked for in one statement."""


class _SameEvent:
    """Equality as the library has it: a plain event with the same four fields is the same event.

    Our classes only carry more columns, and a dataclass otherwise equals nothing but its own class.
    """

    originator_id: UUID | str
    originator_version: int
    topic: str
    state: bytes

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, StoredEvent):
            return NotImplemented
        return (self.originator_id, self.originator_version, self.topic, self.state) == (
            other.originator_id,
            other.originator_version,
            other.topic,
            other.state,
        )

    def __hash__(self) -> int:
        return hash((self.originator_id, self.originator_version, self.topic, self.state))


@dataclass(frozen=True, eq=False)
class NewEvent(_SameEvent, StoredEvent):
    """An event that is about to be written, with the columns that the library does not know.

    ``recorded_at`` is not among them: only the recorder stamps it.
    """

    schema_version: int = 1
    event_id: str | None = None
    command_id: str | None = None
    command_hash: str | None = None
    correlation_id: str | None = None
    causation_id: str | None = None


@dataclass(frozen=True, eq=False)
class LoggedEvent(_SameEvent, Notification):
    """An event as it stands in the log, with all its columns."""

    schema_version: int = 1
    event_id: str = ""
    command_id: str | None = None
    command_hash: str | None = None
    correlation_id: str | None = None
    causation_id: str | None = None
    recorded_at: datetime = _EPOCH
    clock_back: bool = False


class SqlAggregateRecorder(AggregateRecorder):
    """Keeps streams of events; every write is one transaction, or takes part in the caller's."""

    def __init__(self, engine: Engine, database: Database) -> None:
        self._engine = engine
        self.database = database
        self._of_stream = database.sql(f"{_SELECT} WHERE stream = ? ORDER BY version")

    def insert_events(
        self,
        stored_events: Sequence[StoredEvent],
        **kwargs: Any,  # noqa: ANN401  the library's signature
    ) -> Sequence[int] | None:
        """Write events, all or none.

        Raises:
            IntegrityError: The stream already has such a version, or the log such an event id.
        """
        self.record(stored_events, **kwargs)
        return None

    def select_events(
        self,
        originator_id: UUID | str,
        *,
        gt: int | None = None,
        lte: int | None = None,
        desc: bool = False,
        limit: int | None = None,
        connection: Connection | None = None,
    ) -> Sequence[LoggedEvent]:
        """Read one stream in the order of its versions."""
        stream = str(originator_id)
        if gt is None and lte is None and limit is None and not desc:
            return self._select(connection, self._of_stream, (stream,))
        conditions = ["stream = ?"]
        parameters: list[Any] = [stream]
        for condition, value in (("version > ?", gt), ("version <= ?", lte)):
            if value is not None:
                conditions.append(condition)
                parameters.append(value)
        statement = f"{_SELECT} WHERE {' AND '.join(conditions)} ORDER BY version{' DESC' if desc else ''}"
        if limit is not None:
            statement += " LIMIT ?"
            parameters.append(limit)
        return self._select(connection, self.database.sql(statement), parameters)

    def record(
        self, stored_events: Sequence[StoredEvent], *, connection: Connection | None = None
    ) -> list[LoggedEvent]:
        """Write events as `insert_events` does, and give them back as they stand in the log."""
        if not stored_events:
            return []
        with self._writing(connection) as writer:
            return self._recorded(writer, stored_events)

    def _recorded(self, writer: Connection, stored_events: Sequence[StoredEvent]) -> list[LoggedEvent]:
        waited = False
        for stream in sorted({str(stored.originator_id) for stored in stored_events}):
            stand = self.database.stand(writer, stream, None, joined=False, waited=waited)
            waited = True
        return self.put(writer, stand, [_new(stored) for stored in stored_events], joined=False)

    def put(
        self, connection: Connection, stand: Stand, events: Sequence[NewEvent], *, joined: bool
    ) -> list[LoggedEvent]:
        """Write events for whoever has the right to, and give them back as they stand in the log."""
        rows = [
            (
                str(new.originator_id),
                new.originator_version,
                new.topic,
                new.schema_version,
                new.state,
                new.event_id or str(uuid4()),
                new.command_id,
                new.command_hash,
                new.correlation_id,
                new.causation_id,
            )
            for new in events
        ]
        logged = []
        for row in self.database.insert(connection, stand, rows, joined=joined):
            position, stream, version, topic, schema_version, body, *ids, recorded_at, back = row
            logged.append(
                _logged(
                    (stream, version, topic, body, position, schema_version, *ids),
                    recorded_at,
                    clock_back=back,
                )
            )
        return logged

    def _select(
        self, connection: Connection | None, statement: str, parameters: Sequence[Any] = ()
    ) -> list[LoggedEvent]:
        with self._reading(connection) as reader:
            moment = self.database.moment
            return [
                _logged(row, moment(row[-2]), clock_back=bool(row[-1]))
                for row in self.database.rows(reader, statement, parameters)
            ]

    @contextmanager
    def _reading(self, connection: Connection | None) -> Iterator[Connection]:
        with (
            self._library_errors(),
            self.database.reading(self._engine) if connection is None else nullcontext(connection) as reader,
        ):
            yield reader

    @contextmanager
    def _writing(self, connection: Connection | None) -> Iterator[Connection]:
        with (
            self._library_errors(),
            self.database.writing(self._engine) if connection is None else _savepoint(connection) as writer,
        ):
            yield writer

    @contextmanager
    def _library_errors(self) -> Iterator[None]:
        driver = self.database.driver
        try:
            yield
        except (driver.Error, exc.DBAPIError) as error:
            fault = error.orig if isinstance(error, exc.DBAPIError) else error
            kind: type[Exception] = DatabaseError
            if isinstance(fault, driver.IntegrityError):
                kind = IntegrityError
            elif isinstance(fault, driver.OperationalError):
                kind = OperationalError
            raise kind(str(fault)) from error


class SqlRecorder(SqlAggregateRecorder, ProcessRecorder):
    """Keeps streams, the whole log in one order, and how far each reader of it has come.

    Every method takes an optional ``connection``: with it, the work is part of that transaction; without it,
    it is a transaction of its own. Nothing is kept between calls but the engine.
    """

    def __init__(self, engine: Engine, database: Database) -> None:
        super().__init__(engine, database)
        sql = database.sql
        self._last = sql(f"SELECT {LAST}")
        self._version = sql("SELECT max(version) FROM {events} WHERE stream = ?")
        self._of_command = sql(f"{_SELECT} WHERE command_id = ? ORDER BY position")
        self._tracked = sql("SELECT position FROM {tracking} WHERE name = ?")
        # The guard stands in the statement: of two runners that come with the same position, the second
        # changes no row.
        self._move = sql(
            "INSERT INTO {tracking} AS t (name, position) VALUES (?, ?) "
            "ON CONFLICT (name) DO UPDATE SET position = excluded.position WHERE t.position < excluded.position"
        )

    def insert_events(
        self,
        stored_events: Sequence[StoredEvent],
        *,
        tracking: Tracking | None = None,
        connection: Connection | None = None,
        **kwargs: Any,  # noqa: ANN401  the library's signature
    ) -> Sequence[int]:
        """Write events (and ``tracking``, where given), all or none, and give their positions.

        Raises:
            IntegrityError: The stream already has such a version, the log such an event id, or the reader has
                already been there.
        """
        del kwargs
        if tracking is None and not stored_events:
            return []
        with self._writing(connection) as writer:
            logged = self._recorded(writer, stored_events) if stored_events else []
            if tracking is not None:
                self._track(writer, tracking)
            return [one.id for one in logged]

    def select_notifications(
        self,
        start: int | None,
        limit: int,
        stop: int | None = None,
        topics: Sequence[str] = (),
        *,
        inclusive_of_start: bool = True,
        topic_prefix: str | None = None,
        connection: Connection | None = None,
    ) -> Sequence[LoggedEvent]:
        """Read the log in order of position."""
        conditions: list[str] = []
        parameters: list[Any] = []
        if start is not None:
            conditions.append("position >= ?" if inclusive_of_start else "position > ?")
            parameters.append(start)
        if stop is not None:
            conditions.append("position <= ?")
            parameters.append(stop)
        if topics:
            conditions.append(f"type IN ({', '.join('?' for _ in topics)})")
            parameters += topics
        if topic_prefix:
            condition, values = begins_with("type", topic_prefix)
            conditions.append(condition)
            parameters += values
        where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
        statement = self.database.sql(f"{_SELECT}{where} ORDER BY position LIMIT ?")
        return self._select(connection, statement, (*parameters, limit))

    def select_streams(
        self, streams: Sequence[str], connection: Connection | None = None
    ) -> dict[str, list[LoggedEvent]]:
        """Read several streams, each in the order of its versions; those that are not there are empty."""
        found: dict[str, list[LoggedEvent]] = {stream: [] for stream in streams}
        names = list(found)
        for start in range(0, len(names), MANY):
            some = names[start : start + MANY]
            marks = ", ".join("?" for _ in some)
            statement = self.database.sql(f"{_SELECT} WHERE stream IN ({marks}) ORDER BY stream, version")
            for logged in self._select(connection, statement, some):
                found[str(logged.originator_id)].append(logged)
        return found

    def select_command(self, command_id: str, connection: Connection | None = None) -> Sequence[LoggedEvent]:
        """Read what a command wrote, in order of position."""
        return self._select(connection, self._of_command, (command_id,))

    def max_notification_id(self, connection: Connection | None = None) -> int | None:
        """Give the highest position, None for an empty log."""
        return self._one(connection, self._last) or None

    def max_version(self, stream: str, connection: Connection) -> int | None:
        """Give the highest version of a stream, None if there is no such stream."""
        return self._one(connection, self._version, (stream,))

    def select_names(
        self, prefix: str, *, limit: int | None = None, connection: Connection | None = None
    ) -> Sequence[str]:
        """Give the names of the streams that begin with the prefix, in the order of their first events."""
        condition, parameters = begins_with("stream", prefix)
        statement = f"SELECT stream FROM {{events}} WHERE version = 1 AND {condition} ORDER BY position"
        if limit is not None:
            statement += f" LIMIT {limit:d}"
        with self._reading(connection) as reader:
            return [name for (name,) in self.database.rows(reader, self.database.sql(statement), parameters)]

    def select_begun(
        self, prefix: str, after: int, through: int, limit: int, connection: Connection
    ) -> Sequence[tuple[str, int]]:
        """Give streams by the position of their first event, in that order."""
        condition, parameters = begins_with("stream", prefix)
        statement = self.database.sql(
            f"SELECT stream, position FROM {{events}} WHERE position > ? AND position <= ? AND version = 1 "
            f"AND {condition} ORDER BY position LIMIT ?"
        )
        with self._reading(connection) as reader:
            rows = self.database.rows(reader, statement, (after, through, *parameters, limit))
            return [(stream, position) for stream, position in rows]

    def max_position_of_type(self, prefix: str, connection: Connection) -> int | None:
        """Give the highest position of an event whose type begins so, None if there is none."""
        condition, parameters = begins_with("type", prefix)
        return self._one(
            connection,
            self.database.sql(
                f"SELECT max(position) FROM {{events}} WHERE {condition} AND position < {PENDING}"
            ),
            parameters,
        )

    def max_position_at(self, moment: datetime, connection: Connection) -> int | None:
        """Give the position of the last event recorded no later than this, None if there is none."""
        statement = self.database.sql(
            f"SELECT position FROM {{events}} WHERE recorded_at <= ? AND position < {PENDING} "
            "ORDER BY position DESC LIMIT 1"
        )
        return self._one(connection, statement, (self.database.stored(moment),))

    def select_event_ids(self, event_ids: Sequence[str], connection: Connection) -> Sequence[str]:
        """Give those of the ids that the log already has."""
        marks = ", ".join("?" for _ in event_ids)
        statement = self.database.sql(f"SELECT event_id FROM {{events}} WHERE event_id IN ({marks})")
        with self._reading(connection) as reader:
            return [found for (found,) in self.database.rows(reader, statement, event_ids)]

    def subscribe(
        self, gt: int | None = None, topics: Sequence[str] = ()
    ) -> Subscription[ApplicationRecorder]:
        """Give the events after a position, and then each new one as it comes."""
        return FollowingSubscription(
            recorder=self, gt=gt, topics=topics, bell=self.database.bell(self._engine)
        )

    def is_away(self, error: Exception) -> bool:
        """Whether an error says that the database does not answer now."""
        return isinstance(self.database.explain(error, self._engine), UnreachableError)

    def insert_tracking(self, tracking: Tracking, connection: Connection | None = None) -> None:
        """Note how far a reader has come.

        Raises:
            IntegrityError: It has already come that far, or further.
        """
        with self._writing(connection) as writer:
            self._track(writer, tracking)

    def max_tracking_id(self, application_name: str, connection: Connection | None = None) -> int | None:
        """Say how far a reader has come, None if it has not begun."""
        return self._one(connection, self._tracked, (application_name,))

    def _track(self, connection: Connection, wanted: Tracking) -> None:
        moved = driver_of(connection).execute(self._move, (wanted.application_name, wanted.notification_id))
        if moved.rowcount == 0:
            raise IntegrityError(f"{wanted.application_name} has already been at {wanted.notification_id}")

    def _one(
        self, connection: Connection | None, statement: str, parameters: Sequence[Any] = ()
    ) -> int | None:
        with self._reading(connection) as reader:
            rows = self.database.rows(reader, statement, parameters)
            return rows[0][0] if rows else None


class FollowingSubscription(Subscription[ApplicationRecorder]):
    """Looks for new events when the database rings, and every few moments all the same: a ring can be missed."""

    PAGE = 500

    def __init__(
        self, recorder: ApplicationRecorder, bell: Bell, gt: int | None = None, topics: Sequence[str] = ()
    ) -> None:
        super().__init__(recorder=recorder, gt=gt, topics=topics)
        self._bell = bell
        self._page: Iterator[Notification] = iter(())

    def stop(self) -> None:
        """End the subscription; a waiting reader is let go."""
        super().stop()
        self._bell.stop()

    def __next__(self) -> Notification:
        while not self._has_been_stopped:
            found = next(self._page, None)
            if found is not None:
                self._last_notification_id = found.id
                return found
            page = self._looked()
            self._page = iter(page)
            if not page:
                self._bell.wait()
        raise StopIteration

    def _looked(self) -> Sequence[Notification]:
        """What is new; nothing, where the database does not answer: it is asked again after a while."""
        try:
            self._bell.listen()  # first of all: what is written while we read rings
            return self._recorder.select_notifications(
                start=self._last_notification_id,
                limit=self.PAGE,
                topics=self._topics,
                inclusive_of_start=False,
            )
        except Exception as error:
            if self._has_been_stopped or (
                isinstance(self._recorder, SqlRecorder) and self._recorder.is_away(error)
            ):
                return ()
            raise


def begins_with(column: str, prefix: str) -> tuple[str, tuple[str, ...]]:
    """The condition that a column of words begins so, as a range that an index serves.

    Plain words stand in the statement itself, so that the index over a part of the rows can be used for that part.
    """
    if not prefix:
        return "1 = 1", ()
    end = _next(prefix)
    if column == "type" and prefix.replace(".", "").isalpha() and prefix.isascii():
        end = end.replace("{", "{{")  # what comes after z
        return f"{column} >= '{prefix}' AND {column} < '{end}'", ()
    return (f"{column} >= ? AND {column} < ?", (prefix, end)) if end else (f"{column} >= ?", (prefix,))


def _next(prefix: str) -> str:
    """The first word in the order of code points that comes after all that begin with the prefix; none: empty."""
    while prefix:
        following = ord(prefix[-1]) + 1
        if following <= sys.maxunicode:
            # No text holds half a surrogate pair: the next that can stand in one comes after them.
            return prefix[:-1] + chr(_AFTER_SURROGATES if following == _SURROGATES else following)
        prefix = prefix[:-1]
    return ""


@contextmanager
def _savepoint(connection: Connection) -> Iterator[Connection]:
    # In the caller's transaction a conflict undoes the whole of this write and leaves the rest.
    with connection.begin_nested():
        yield connection


def _new(stored: StoredEvent) -> NewEvent:
    if isinstance(stored, NewEvent):
        return stored
    return NewEvent(stored.originator_id, stored.originator_version, stored.topic, stored.state)


def _logged(row: Row, recorded_at: datetime, *, clock_back: bool) -> LoggedEvent:
    # Made by the hundred thousand: the library's frozen class sets each field through a check.
    (
        stream,
        version,
        topic,
        state,
        position,
        schema_version,
        event_id,
        command_id,
        digest,
        correlation,
        cause,
        *_,
    ) = row
    logged = object.__new__(LoggedEvent)
    fields = {
        "originator_id": stream,
        "originator_version": version,
        "topic": topic,
        "state": state,
        "id": position,
        "schema_version": schema_version,
        "event_id": event_id,
        "command_id": command_id,
        "command_hash": digest,
        "correlation_id": correlation,
        "causation_id": cause,
        "recorded_at": recorded_at,
        "clock_back": clock_back,
    }
    object.__setattr__(logged, "__dict__", fields)
    return logged
