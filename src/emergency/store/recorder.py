"""The recorder: the event-sourcing library's contract on our own tables, in SQLAlchemy Core."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime
from threading import Event
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
from sqlalchemy import Connection, Engine, Select, bindparam, exc, func, insert, select, update

from emergency.store import clock
from emergency.store.tables import events, tracking
from emergency.store.transaction import read_transaction, write_transaction

_INSERT = insert(events).returning(events.c.position, sort_by_parameter_order=True)
_NEWEST = select(events.c.recorded_at).order_by(events.c.position.desc()).limit(1)
_HIGHEST: Select[int] = select(func.max(events.c.position))
_VERSION = select(func.max(events.c.version)).where(events.c.stream == bindparam("stream"))
_EPOCH = datetime.fromtimestamp(0, UTC)


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


# In the order of LoggedEvent's fields, so that a row is one.
_SELECT: Select[Any] = select(
    events.c.stream,
    events.c.version,
    events.c.type,
    events.c.body,
    events.c.position,
    events.c.schema_version,
    events.c.event_id,
    events.c.command_id,
    events.c.command_hash,
    events.c.correlation_id,
    events.c.causation_id,
    events.c.recorded_at,
    events.c.clock_back,
)


class SqlAggregateRecorder(AggregateRecorder):
    """Keeps streams of events; every write is one transaction, or takes part in the caller's."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

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
        statement = _SELECT.where(events.c.stream == str(originator_id))
        if gt is not None:
            statement = statement.where(events.c.version > gt)
        if lte is not None:
            statement = statement.where(events.c.version <= lte)
        statement = statement.order_by(events.c.version.desc() if desc else events.c.version)
        if limit is not None:
            statement = statement.limit(limit)
        with self._reading(connection) as reader:
            return [_logged(row) for row in reader.execute(statement)]

    def record(
        self,
        stored_events: Sequence[StoredEvent],
        *,
        tracking: Tracking | None = None,
        connection: Connection | None = None,
    ) -> list[LoggedEvent]:
        """Write events as `insert_events` does, and give them back as they stand in the log."""
        if not stored_events and tracking is None:
            return []
        with self._writing(connection) as writer:
            logged = _write(writer, stored_events)
            if tracking is not None:
                _track(writer, tracking)
            return logged

    @contextmanager
    def _reading(self, connection: Connection | None) -> Iterator[Connection]:
        with (
            _library_errors(),
            read_transaction(self._engine) if connection is None else nullcontext(connection) as reader,
        ):
            yield reader

    @contextmanager
    def _writing(self, connection: Connection | None) -> Iterator[Connection]:
        with (
            _library_errors(),
            write_transaction(self._engine) if connection is None else _savepoint(connection) as writer,
        ):
            yield writer


class SqlRecorder(SqlAggregateRecorder, ProcessRecorder):
    """Keeps streams, the whole log in one order, and how far each reader of it has come.

    Every method takes an optional ``connection``: with it, the work is part of that transaction; without it,
    it is a transaction of its own. Nothing is kept between calls but the engine.
    """

    def insert_events(
        self,
        stored_events: Sequence[StoredEvent],
        **kwargs: Any,  # noqa: ANN401  the library's signature
    ) -> Sequence[int]:
        """Write events (and ``tracking``, where given), all or none, and give their positions.

        Raises:
            IntegrityError: The stream already has such a version, the log such an event id, or the reader has
                already been there.
        """
        return [logged.id for logged in self.record(stored_events, **kwargs)]

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
        statement = _SELECT.order_by(events.c.position).limit(limit)
        if start is not None:
            position = events.c.position
            statement = statement.where(position >= start if inclusive_of_start else position > start)
        if stop is not None:
            statement = statement.where(events.c.position <= stop)
        if topics:
            statement = statement.where(events.c.type.in_(topics))
        if topic_prefix:
            statement = statement.where(func.substr(events.c.type, 1, len(topic_prefix)) == topic_prefix)
        with self._reading(connection) as reader:
            return [_logged(row) for row in reader.execute(statement)]

    def select_command(self, command_id: str, connection: Connection | None = None) -> Sequence[LoggedEvent]:
        """Read what a command wrote, in order of position."""
        statement = _SELECT.where(events.c.command_id == command_id).order_by(events.c.position)
        with self._reading(connection) as reader:
            return [_logged(row) for row in reader.execute(statement)]

    def max_notification_id(self, connection: Connection | None = None) -> int | None:
        """Give the highest position, None for an empty log."""
        with self._reading(connection) as reader:
            highest: int | None = reader.scalar(_HIGHEST)
            return highest

    def max_version(self, stream: str, connection: Connection) -> int | None:
        """Give the highest version of a stream, None if there is no such stream."""
        with self._reading(connection) as reader:
            highest: int | None = reader.scalar(_VERSION, {"stream": stream})
            return highest

    def select_streams(self, prefix: str, connection: Connection | None = None) -> Sequence[str]:
        """Give the names of the streams that begin with the prefix, in the order of their first events."""
        statement = select(events.c.stream).group_by(events.c.stream).order_by(func.min(events.c.position))
        if prefix:
            statement = statement.where(func.substr(events.c.stream, 1, len(prefix)) == prefix)
        with self._reading(connection) as reader:
            return reader.scalars(statement).all()

    def select_event_ids(self, event_ids: Sequence[str], connection: Connection) -> Sequence[str]:
        """Give those of the ids that the log already has."""
        with self._reading(connection) as reader:
            return reader.scalars(select(events.c.event_id).where(events.c.event_id.in_(event_ids))).all()

    def subscribe(
        self, gt: int | None = None, topics: Sequence[str] = ()
    ) -> Subscription[ApplicationRecorder]:
        """Give the events after a position, and then each new one as it comes; it looks every 50 ms."""
        return PollingSubscription(recorder=self, gt=gt, topics=topics)

    def insert_tracking(self, tracking: Tracking, connection: Connection | None = None) -> None:
        """Note how far a reader has come.

        Raises:
            IntegrityError: It has already come that far, or further.
        """
        with self._writing(connection) as writer:
            _track(writer, tracking)

    def max_tracking_id(self, application_name: str, connection: Connection | None = None) -> int | None:
        """Say how far a reader has come, None if it has not begun."""
        with self._reading(connection) as reader:
            return reader.scalar(select(tracking.c.position).where(tracking.c.name == application_name))


class PollingSubscription(Subscription[ApplicationRecorder]):
    """Looks for new events again and again: SQLite cannot call us, and a call can be missed anyway."""

    INTERVAL = 0.05
    PAGE = 500

    def __init__(
        self, recorder: ApplicationRecorder, gt: int | None = None, topics: Sequence[str] = ()
    ) -> None:
        super().__init__(recorder=recorder, gt=gt, topics=topics)
        self._stopped = Event()
        self._page: Iterator[Notification] = iter(())

    def stop(self) -> None:
        """End the subscription; a waiting reader is let go."""
        super().stop()
        self._stopped.set()

    def __next__(self) -> Notification:
        while not self._stopped.is_set():
            found = next(self._page, None)
            if found is not None:
                self._last_notification_id = found.id
                return found
            page = self._recorder.select_notifications(
                start=self._last_notification_id,
                limit=self.PAGE,
                topics=self._topics,
                inclusive_of_start=False,
            )
            self._page = iter(page)
            if not page:
                self._stopped.wait(self.INTERVAL)
        raise StopIteration


@contextmanager
def _savepoint(connection: Connection) -> Iterator[Connection]:
    # In the caller's transaction a conflict undoes the whole of this write and leaves the rest.
    with connection.begin_nested():
        yield connection


def _write(connection: Connection, stored_events: Sequence[StoredEvent]) -> list[LoggedEvent]:
    # The clock is read here, once for all of them, after the transaction has got the right to write.
    if not stored_events:
        return []
    before = connection.scalar(_NEWEST)
    recorded_at = clock.now()
    clock_back = before is not None and recorded_at < before
    rows = [_row(stored, recorded_at, clock_back=clock_back) for stored in stored_events]
    positions = connection.scalars(_INSERT, rows).all()
    return [
        LoggedEvent(
            originator_id=row["stream"],
            originator_version=row["version"],
            topic=row["type"],
            state=row["body"],
            id=position,
            schema_version=row["schema_version"],
            event_id=row["event_id"],
            command_id=row["command_id"],
            command_hash=row["command_hash"],
            correlation_id=row["correlation_id"],
            causation_id=row["causation_id"],
            recorded_at=recorded_at,
            clock_back=clock_back,
        )
        for row, position in zip(rows, positions, strict=True)
    ]


def _row(stored: StoredEvent, recorded_at: datetime, *, clock_back: bool) -> dict[str, Any]:
    new = stored if isinstance(stored, NewEvent) else None
    return {
        "stream": str(stored.originator_id),
        "version": stored.originator_version,
        "type": stored.topic,
        "schema_version": new.schema_version if new else 1,
        "body": stored.state,
        "event_id": (new.event_id if new else None) or str(uuid4()),
        "command_id": new.command_id if new else None,
        "command_hash": new.command_hash if new else None,
        "correlation_id": new.correlation_id if new else None,
        "causation_id": new.causation_id if new else None,
        "recorded_at": recorded_at,
        "clock_back": clock_back,
    }


def _logged(row: Sequence[Any]) -> LoggedEvent:
    return LoggedEvent(*row)


def _track(connection: Connection, wanted: Tracking) -> None:
    # The guard stands in the statement: of two runners that come with the same position, the second
    # changes no row, and then its insert finds the name taken.
    name, position = wanted.application_name, wanted.notification_id
    moved = connection.execute(
        update(tracking)
        .where(tracking.c.name == name, tracking.c.position < position)
        .values(position=position)
    )
    if moved.rowcount == 0:
        connection.execute(insert(tracking).values(name=name, position=position))


@contextmanager
def _library_errors() -> Iterator[None]:
    try:
        yield
    except exc.IntegrityError as error:
        raise IntegrityError(str(error.orig)) from error
    except exc.OperationalError as error:
        raise OperationalError(str(error.orig)) from error
    except exc.DBAPIError as error:
        raise DatabaseError(str(error.orig)) from error
