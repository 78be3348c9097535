"""The log: one append-only order of everything that was recorded, in streams."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from types import TracebackType
from typing import Any, Self

from eventsourcing.persistence import IntegrityError, Tracking
from sqlalchemy import Connection, Engine, delete, func, insert, inspect, make_url, select
from sqlalchemy.exc import ArgumentError

from emergency.domain.record import Recorded
from emergency.errors import BrokenDataError, CommandConflictError, RefusedError, StoreError, UsageError
from emergency.store import sqlite, tables
from emergency.store.mapper import Entry, EventMapper, RecordedEvents, recorded
from emergency.store.port import Codec, ConflictError, Draft, StoredCommand, Undecodable
from emergency.store.recorder import LoggedEvent, SqlRecorder
from emergency.store.transaction import read_transaction, translated, write_transaction


class Reading:
    """One unchanging state of the store: everything read through it belongs together.

    Args:
        connection: For other tables of ours that shall be read in the same transaction.
        store: The library's event store.
    """

    def __init__(self, connection: Connection, store: RecordedEvents) -> None:
        self.connection = connection
        self._store = store

    def stream(self, stream: str, *, through: int | None = None) -> list[Recorded[Any]]:
        """Read one stream in the order of its versions; empty if there is none of that name.

        Args:
            stream: Its name.
            through: Leave out what stands after this *position* of the log.

        Raises:
            UnknownEventError: An event of a type or schema version that this program does not know.
            BrokenDataError: An event that cannot be read.
        """
        rows = self._store.recorder.select_events(stream, connection=self.connection)
        decode = self._store.mapper.to_domain_event
        return [decode(row).recorded for row in rows if through is None or row.id <= through]

    def readable(self, stream: str) -> list[Recorded[Any] | Undecodable]:
        """Read one stream; what cannot be decoded comes as `Undecodable`."""
        rows = self._store.recorder.select_events(stream, connection=self.connection)
        return [self._decoded(row) for row in rows]

    def version(self, stream: str) -> int:
        """Give the version of the last event of a stream, 0 if there is none; nothing is decoded."""
        return self._store.recorder.max_version(stream, self.connection) or 0

    def streams(self, prefix: str = "") -> list[str]:
        """Give the names of the streams that begin with the prefix, in the order of their first positions."""
        return list(self._store.recorder.select_streams(prefix, self.connection))

    def page(
        self, after: int, limit: int, *, type_prefix: str | None = None
    ) -> list[Recorded[Any] | Undecodable]:
        """Read the whole log in order of position; what cannot be decoded comes as `Undecodable`.

        Args:
            after: The position after which to begin; 0 for the beginning.
            limit: At most so many events.
            type_prefix: Only events whose type begins with it.
        """
        rows = self._store.recorder.select_notifications(
            after, limit, inclusive_of_start=False, topic_prefix=type_prefix, connection=self.connection
        )
        return [self._decoded(row) for row in rows]

    def last_position(self) -> int:
        """Give the position of the newest event, 0 for an empty log."""
        return self._store.recorder.max_notification_id(self.connection) or 0

    def position_at(self, moment: datetime) -> int:
        """Give the position of the last event that the store's clock dated no later than this, 0 if none."""
        query = select(func.max(tables.events.c.position)).where(tables.events.c.recorded_at <= moment)
        return self.connection.execute(query).scalar() or 0

    def command(self, command_id: str) -> StoredCommand | None:
        """Give what an earlier command of that id wrote, None if there was none."""
        rows = self._store.recorder.select_command(command_id, self.connection)
        if not rows:
            return None
        decode = self._store.mapper.to_domain_event
        return StoredCommand(
            command_id=command_id,
            content_hash=rows[0].command_hash,
            events=tuple(decode(row).recorded for row in rows),
        )

    def tracked(self, name: str) -> int:
        """Say how far the reader of that name has come in the log, 0 if it has not begun."""
        return self._store.recorder.max_tracking_id(name, self.connection) or 0

    def _decoded(self, row: LoggedEvent) -> Recorded[Any] | Undecodable:
        try:
            return self._store.mapper.to_domain_event(row).recorded
        except BrokenDataError as error:
            return Undecodable(
                position=row.id,
                stream=str(row.originator_id),
                version=row.originator_version,
                type=row.topic,
                schema_version=row.schema_version,
                recorded_at=row.recorded_at,
                reason=str(error),
            )


class Writing(Reading):
    """One write transaction; it reads its own writes. It holds the only right to write until it ends."""

    def __init__(self, connection: Connection, store: RecordedEvents) -> None:
        super().__init__(connection, store)
        self._begun: dict[str, str | None] = {}

    def once(self, command_id: str, command_hash: str) -> StoredCommand | None:
        """Ask before deciding whether this command was already carried out.

        Returns:
            Its first outcome, to be given back to the caller; None if it is new.

        Raises:
            CommandConflictError: The id was used before for a command with other content.
        """
        done = self.command(command_id)
        if done is not None and done.content_hash != command_hash:
            raise CommandConflictError(
                f"Command {command_id} was already used for something else, recorded at position "
                f"{done.events[0].position}. Nothing was written. Give a new command a new id."
            )
        return done

    def append(
        self,
        stream: str,
        expected_version: int,
        events: Sequence[Draft],
        *,
        command_id: str | None = None,
        command_hash: str | None = None,
        correlation_id: str | None = None,
    ) -> list[Recorded[Any]]:
        """Write events at the end of a stream; all get the same ``recorded_at``.

        A command may append to several streams in one transaction. A command that was carried out in an
        earlier transaction is not carried out again: what it wrote to this stream then is given back.

        Args:
            stream: Its name; the first event makes it.
            expected_version: The version of its last event as the decision saw it, 0 for a new stream.
            events: What to write.
            command_id: The command that causes them.
            command_hash: The hash of the command's content; needed with a ``command_id``.
            correlation_id: What they belong to beyond the stream.

        Raises:
            ConflictError: The stream has moved on; read it again and decide again.
            CommandConflictError: The command id was used before for other content.
            RefusedError: An event id is already in the log.
        """
        if command_id is not None:
            done = self._carried_out(command_id, command_hash, stream)
            if done is not None:
                return done
        actual = self.version(stream)
        if actual != expected_version:
            raise ConflictError(
                f"The record {stream} has moved on: it stands at version {actual}, the decision was made at "
                f"version {expected_version}. Nothing was written. Look at it again, then try again."
            )
        entries = [
            Entry(
                originator_id=stream,
                originator_version=version,
                event=draft.event,
                event_id=draft.event_id,
                command_id=command_id,
                command_hash=command_hash,
                correlation_id=correlation_id,
                causation_id=draft.causation_id,
            )
            for version, draft in enumerate(events, start=expected_version + 1)
        ]
        try:
            recordings = self._store.put(entries, connection=self.connection)
        except IntegrityError as error:
            raise self._refusal(stream, events) from error
        if command_id is not None:
            self._begun[command_id] = command_hash
        return [
            recorded(recording.notification, entry.event)
            for entry, recording in zip(entries, recordings, strict=True)
            if isinstance(recording.notification, LoggedEvent)
        ]

    def track(self, name: str, position: int) -> None:
        """Note that the reader of that name has come to a position, in the same transaction as its rows.

        Raises:
            ConflictError: It has already been there: another runner was quicker.
        """
        try:
            self._store.recorder.insert_tracking(Tracking(name, position), self.connection)
        except IntegrityError as error:
            raise ConflictError(
                f"{name} has already come to position {self.tracked(name)}: another program was quicker. "
                "Nothing was written; go on from there."
            ) from error

    def untrack(self, name: str) -> None:
        """Forget how far a reader has come, so that it can begin again."""
        self.connection.execute(delete(tables.tracking).where(tables.tracking.c.name == name))

    def _carried_out(
        self, command_id: str, command_hash: str | None, stream: str
    ) -> list[Recorded[Any]] | None:
        if command_hash is None:
            raise UsageError("A command id needs the hash of the command's content beside it.")
        if command_id in self._begun:
            if self._begun[command_id] != command_hash:
                raise CommandConflictError(
                    f"Command {command_id} is used in this transaction for something else. "
                    "Nothing was written. Give a new command a new id."
                )
            return None
        done = self.once(command_id, command_hash)
        if done is None:
            return None
        here = [event for event in done.events if event.stream == stream]
        if not here:
            raise CommandConflictError(
                f"Command {command_id} was already carried out and wrote nothing to {stream}. "
                "Nothing was written. Give a new command a new id."
            )
        return here

    def _refusal(self, stream: str, drafts: Sequence[Draft]) -> RefusedError:
        ids = [draft.event_id for draft in drafts if draft.event_id is not None]
        used = self._store.recorder.select_event_ids(ids, self.connection)
        twice = sorted({*used, *(i for i in ids if ids.count(i) > 1)})
        if twice:
            return RefusedError(
                f"The event id {twice[0]} is already in use. Nothing was written. "
                "Give each event an id of its own."
            )
        return ConflictError(f"The record {stream} has moved on. Nothing was written. Try again.")


class Log:
    """What was recorded, for good, in order of position.

    Args:
        engine: Where it is kept. Its connections get the pragmas and transactions that the log needs.
        codec: How bodies are written and read.

    Raises:
        StoreError: The database cannot be used: the message says why and what to do.
    """

    def __init__(self, engine: Engine, codec: Codec) -> None:
        if engine.dialect.name != "sqlite":
            raise _not_sqlite(engine.dialect.name)
        sqlite.prepare(engine)
        self._engine = engine
        self._store = RecordedEvents(EventMapper(codec), SqlRecorder(engine))
        self._ours = False
        with translated(engine):
            _make_ready(engine)

    @classmethod
    def open(cls, url: str, codec: Codec, *, create: bool = True) -> Log:
        """Open the log at a URL such as ``sqlite:////srv/log.db``; ``close`` it when done.

        Args:
            url: Where it is; ``sqlite://`` is in memory, ``?timeout=SECONDS`` how long a writer waits (5).
            codec: How bodies are written and read.
            create: Make it where it is not there.

        Raises:
            UsageError: The URL cannot be understood.
            StoreError: The database cannot be used.
        """
        try:
            parsed = make_url(url)
            if parsed.get_backend_name() != "sqlite":
                raise _not_sqlite(parsed.get_backend_name())
            engine = sqlite.open_engine(parsed, create=create)
        except (ArgumentError, ValueError) as error:
            raise UsageError(f"{url!r} does not name a database. Write it as sqlite:///FILE.") from error
        try:
            log = cls(engine, codec)
        except BaseException:
            engine.dispose()
            raise
        log._ours = True
        return log

    @property
    def engine(self) -> Engine:
        """The engine, for other tables of ours in the same database."""
        return self._engine

    @property
    def recorder(self) -> SqlRecorder:
        """The recorder, in the shape of the event-sourcing library."""
        return self._store.recorder

    def close(self) -> None:
        """Close the connections, if this log opened them itself."""
        if self._ours:
            self._engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @contextmanager
    def reading(self) -> Iterator[Reading]:
        """Read one unchanging state; never waits for a writer."""
        with translated(self._engine), read_transaction(self._engine) as connection:
            yield Reading(connection, self._store)

    @contextmanager
    def writing(self) -> Iterator[Writing]:
        """Write to one or several streams: all or none. Any exception rolls everything back.

        Raises:
            BusyError: Another program is writing for longer than we wait; nothing was written.
            StoreError: The database cannot be written; nothing was written.
        """
        with translated(self._engine), write_transaction(self._engine) as connection:
            yield Writing(connection, self._store)

    def stream(self, stream: str, *, through: int | None = None) -> list[Recorded[Any]]:
        """Read one stream; see `Reading.stream`."""
        with self.reading() as reading:
            return reading.stream(stream, through=through)

    def streams(self, prefix: str = "") -> list[str]:
        """Name the streams; see `Reading.streams`."""
        with self.reading() as reading:
            return reading.streams(prefix)

    def page(
        self, after: int, limit: int, *, type_prefix: str | None = None
    ) -> list[Recorded[Any] | Undecodable]:
        """Read the log in order of position; see `Reading.page`."""
        with self.reading() as reading:
            return reading.page(after, limit, type_prefix=type_prefix)

    def last_position(self) -> int:
        """Give the position of the newest event, 0 for an empty log."""
        with self.reading() as reading:
            return reading.last_position()

    def tracked(self, name: str) -> int:
        """Say how far a reader has come; see `Reading.tracked`."""
        with self.reading() as reading:
            return reading.tracked(name)


def _not_sqlite(name: str) -> StoreError:
    return StoreError(
        f"This version keeps its log in SQLite, not in {name}. Name a database such as sqlite:///FILE."
    )


def _make_ready(engine: Engine) -> None:
    with read_transaction(engine) as connection:
        if _is_ready(connection):
            return
    with write_transaction(engine) as connection:
        if not _is_ready(connection):  # another program may have been quicker
            tables.metadata.create_all(connection)
            connection.execute(
                insert(tables.store_meta).values(name="schema_version", value=str(tables.SCHEMA_VERSION))
            )


def _is_ready(connection: Connection) -> bool:
    there = set(inspect(connection).get_table_names())
    if tables.store_meta.name not in there:
        strange = sorted(there & set(tables.metadata.tables))
        if strange:
            raise StoreError(
                f"The database already has a table {strange[0]} that is not ours. Nothing was written. "
                "Name another database."
            )
        return False
    meta = tables.store_meta
    version = connection.scalar(select(meta.c.value).where(meta.c.name == "schema_version"))
    if version is None or not version.isdecimal():
        raise StoreError(
            "The database does not say which version of the store it holds. Restore it from a backup."
        )
    if int(version) > tables.SCHEMA_VERSION:
        raise StoreError(
            f"The database was written by a newer version of this program (store version {version}; "
            f"this program knows {tables.SCHEMA_VERSION}). Nothing was changed. Use the newer program."
        )
    return True
