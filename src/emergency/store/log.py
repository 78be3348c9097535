"""The log: one append-only order of everything that was recorded, in streams."""

from __future__ import annotations

import random
import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, TypeVar

from eventsourcing.persistence import IntegrityError, Tracking
from sqlalchemy import URL, Connection, Engine, delete, make_url
from sqlalchemy.exc import ArgumentError

from emergency.domain.record import Recorded
from emergency.errors import (
    BrokenDataError,
    CommandConflictError,
    RefusedError,
    StoreError,
    UnknownEventError,
    UsageError,
    words_of,
)
from emergency.store import clock
from emergency.store.database import PATIENCE, Database
from emergency.store.drill import NAME as DRILL
from emergency.store.drill import DrillClock
from emergency.store.port import (
    PENDING,
    Codec,
    ConflictError,
    Draft,
    StoredCommand,
    Undecodable,
    UnreachableError,
)
from emergency.store.recorder import LoggedEvent, NewEvent, SqlRecorder
from emergency.store.tables import POSTGRESQL, SCHEMA_VERSION, SQLITE, Tables, tables_of
from emergency.words import NOTHING, Words

if TYPE_CHECKING:
    from sqlalchemy.orm import Session, scoped_session

T = TypeVar("T")


class _Joined:
    """A transaction of somebody else's that is worked in, until it is over: a task may outlive the block."""

    def __init__(self, transaction: Connection | Session | scoped_session[Session]) -> None:
        self.transaction = transaction
        self.over = False

    def connection(self) -> Connection:
        """The connection now: a session that was committed goes on with another."""
        own = self.transaction
        return own if isinstance(own, Connection) else own.connection()


_joined: ContextVar[Mapping[int, _Joined]] = ContextVar("emergency_joined")
"""The transactions of portals that this thread or task works in, by log."""


class Reading:
    """One unchanging state of the store: everything read through it belongs together.

    Args:
        connection: For other tables that shall be read in the same transaction.
        recorder: What reads the events.
        codec: How bodies are written and read.
        joined: It is part of a portal's own transaction.
    """

    def __init__(
        self, connection: Connection, recorder: SqlRecorder, codec: Codec, *, joined: bool = False
    ) -> None:
        self.connection = connection
        self._recorder = recorder
        self._codec = codec
        self._joined = joined

    @property
    def tables(self) -> Tables:
        """The store's tables."""
        return self._recorder.database.tables

    @property
    def uncommitted(self) -> bool:
        """Whether what is read may yet be taken back: in a portal's transaction it may."""
        return self._joined

    def stream(self, stream: str, *, through: int | None = None) -> list[Recorded[Any]]:
        """Read one stream in the order of its versions; empty if there is none of that name.

        Args:
            stream: Its name.
            through: Leave out what stands after this *position* of the log.

        Raises:
            UnknownEventError: An event of a type or schema version that this program does not know.
            BrokenDataError: An event that cannot be read.
        """
        rows = self._recorder.select_events(stream, connection=self.connection)
        return [decoded(row, self._codec) for row in rows if through is None or row.id <= through]

    def readable(self, stream: str) -> list[Recorded[Any] | Undecodable]:
        """Read one stream; what cannot be decoded comes as `Undecodable`."""
        rows = self._recorder.select_events(stream, connection=self.connection)
        return [self._readable(row) for row in rows]

    def readable_many(self, streams: Sequence[str]) -> dict[str, list[Recorded[Any] | Undecodable]]:
        """Read several streams at once, each as `readable` does; one that is not there is empty."""
        found = self._recorder.select_streams(streams, self.connection)
        return {stream: [self._readable(row) for row in rows] for stream, rows in found.items()}

    def version(self, stream: str) -> int:
        """Give the version of the last event of a stream, 0 if there is none; nothing is decoded."""
        return self._recorder.max_version(stream, self.connection) or 0

    def streams(self, prefix: str = "", *, limit: int | None = None) -> list[str]:
        """Give the names of the streams that begin with the prefix, in the order of their first positions."""
        return list(self._recorder.select_names(prefix, limit=limit, connection=self.connection))

    def begun(self, prefix: str, *, after: int, through: int, limit: int) -> list[tuple[str, int]]:
        """Give streams by the position of their first event, in that order.

        Args:
            prefix: Only streams whose names begin with it.
            after: Only those that begin after this position.
            through: And no later than this.
            limit: At most so many.
        """
        return list(self._recorder.select_begun(prefix, after, through, limit, self.connection))

    def page(
        self, after: int, limit: int, *, type_prefix: str | None = None
    ) -> list[Recorded[Any] | Undecodable]:
        """Read the whole log in order of position; what cannot be decoded comes as `Undecodable`.

        Args:
            after: The position after which to begin; 0 for the beginning.
            limit: At most so many events.
            type_prefix: Only events whose type begins with it.
        """
        rows = self._recorder.select_notifications(
            after, limit, inclusive_of_start=False, topic_prefix=type_prefix, connection=self.connection
        )
        return [self._readable(row) for row in rows]

    def last_position(self) -> int:
        """Give the position of the newest event, 0 for an empty log."""
        return self._recorder.max_notification_id(self.connection) or 0

    def last_of_type(self, prefix: str) -> int:
        """Give the position of the newest event whose type begins with the prefix, 0 if there is none."""
        return self._recorder.max_position_of_type(prefix, self.connection) or 0

    def position_at(self, moment: datetime) -> int:
        """Give the position of the last event that the store's clock dated no later than this, 0 if none."""
        return self._recorder.max_position_at(moment, self.connection) or 0

    def command(self, command_id: str) -> StoredCommand | None:
        """Give what an earlier command of that id wrote, None if there was none."""
        rows = self._recorder.select_command(command_id, self.connection)
        if not rows:
            return None
        return StoredCommand(
            command_id=command_id,
            content_hash=rows[0].command_hash,
            events=tuple(decoded(row, self._codec) for row in rows),
        )

    def tracked(self, name: str) -> int:
        """Say how far the reader of that name has come in the log, 0 if it has not begun."""
        return self._recorder.max_tracking_id(name, self.connection) or 0

    def _readable(self, row: LoggedEvent) -> Recorded[Any] | Undecodable:
        try:
            return decoded(row, self._codec)
        except BrokenDataError as error:
            return Undecodable(
                position=row.id,
                stream=str(row.originator_id),
                version=row.originator_version,
                type=row.topic,
                schema_version=row.schema_version,
                recorded_at=row.recorded_at,
                reason=str(error),
                reason_zh=error.zh,
            )


class Writing(Reading):
    """One write transaction; it reads its own writes.

    In SQLite it holds the only right to write until it ends. In PostgreSQL others may write until it appends
    something: what was read before may then be out of date, and the append is refused with `ConflictError`.
    `Log.write` does it anew.

    Args:
        joined: It is part of a portal's own transaction.
    """

    def __init__(
        self, connection: Connection, recorder: SqlRecorder, codec: Codec, *, joined: bool = False
    ) -> None:
        super().__init__(connection, recorder, codec, joined=joined)
        self._appended = False
        self._asked: set[str] = set()
        self._begun: dict[str, str | None] = {}

    @property
    def uncommitted(self) -> bool:
        """It has appended something, or is part of what may have."""
        return self._joined or self._appended

    @property
    def pending(self) -> bool:
        """Whether events get their final positions only when the portal's transaction commits."""
        return self._joined and self.tables.dialect == POSTGRESQL

    def alone(self) -> None:
        """Let nobody else write from here on, before anything is read: for what is decided from many streams.

        In a portal's transaction it does nothing: others are not kept waiting for that.
        """
        if not self._joined:
            self._recorder.database.alone(self.connection)
            self._appended = True

    def claim(self, stream: str) -> bool:
        """Take the right to write to a stream without waiting for somebody who has it; says whether it was free."""
        return self._recorder.database.claim(self.connection, stream)

    def lock(self, name: str) -> None:
        """Be the only one in this store who does what is called so, until the transaction ends."""
        self._recorder.database.lock(self.connection, name, joined=self._joined)

    def once(self, command_id: str, command_hash: str) -> StoredCommand | None:
        """Ask before deciding whether this command was already carried out.

        Returns:
            Its first outcome, to be given back to the caller; None if it is new.

        Raises:
            CommandConflictError: The id was used before for a command with other content.
        """
        done = self.command(command_id)
        if done is not None and done.content_hash != command_hash:
            place = done.events[0].position
            where = (
                Words(f"（记在位置 {place}）", f", recorded at position {place}")
                if place < PENDING
                else NOTHING
            )
            raise CommandConflictError(
                f"Command {command_id} was already used for something else{where.en}. "
                "Nothing was written. Give a new command a new id.",
                zh=(f"命令编号 {command_id} 已用于别的内容{where.zh}。未作记录。新的命令请用新的编号。"),
            )
        if done is None:
            self._asked.add(command_id)
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
        database = self._recorder.database
        new = command_id is not None and self._is_new(command_id, command_hash)
        given = [draft.event_id for draft in events if draft.event_id is not None]
        stand = database.stand(
            self.connection,
            stream,
            command_id if new else None,
            given,
            joined=self._joined,
            waited=self._appended,
        )
        self._appended = True
        if new and stand.carried_out and command_id is not None and command_hash is not None:
            return self._carried_out(command_id, command_hash, stream)
        if stand.version != expected_version:
            raise ConflictError(
                f"The record {stream} has moved on: it stands at version {stand.version}, the decision was made at "
                f"version {expected_version}. Nothing was written. Look at it again, then try again.",
                zh=(
                    f"记录 {stream} 已有新的内容：现为第{stand.version}版，"
                    f"而这次决定依据的是第{expected_version}版。未作记录。"
                    "请重新查看，然后重试。"
                ),
            )
        self._refuse_used(given)
        entries = []
        for version, draft in enumerate(events, start=expected_version + 1):
            type_name, schema_version, body = self._codec.encode(draft.event)
            entries.append(
                NewEvent(
                    stream,
                    version,
                    type_name,
                    body,
                    schema_version,
                    draft.event_id,
                    command_id,
                    command_hash,
                    correlation_id,
                    draft.causation_id,
                )
            )
        if not entries:
            return []
        try:
            logged = self._recorder.put(self.connection, stand, entries, joined=self._joined)
        except (
            database.driver.IntegrityError
        ) as error:  # seen too late by a transaction that sees nothing newer
            raise ConflictError(
                f"The record {stream} has moved on. Nothing was written. Try again.",
                zh=f"记录 {stream} 已有新的内容。未作记录，请重试。",
            ) from error
        if command_id is not None:
            self._begun[command_id] = command_hash
        return [recorded(one, draft.event) for one, draft in zip(logged, events, strict=True)]

    def track(self, name: str, position: int) -> None:
        """Note that the reader of that name has come to a position, in the same transaction as its rows.

        Raises:
            ConflictError: It has already been there: another runner was quicker.
        """
        try:
            self._recorder.insert_tracking(Tracking(name, position), self.connection)
        except IntegrityError as error:
            raise ConflictError(
                f"{name} has already come to position {self.tracked(name)}: another program was quicker. "
                "Nothing was written; go on from there.",
                zh=(
                    f"{name} 已经到了位置 {self.tracked(name)}：另一个程序先到一步。未作记录，请从那里继续。"
                ),
            ) from error

    def untrack(self, name: str) -> None:
        """Forget how far a reader has come, so that it can begin again."""
        tracking = self.tables.tracking
        self.connection.execute(delete(tracking).where(tracking.c.name == name))

    def _is_new(self, command_id: str, command_hash: str | None) -> bool:
        """Whether this is the first append of that command in this transaction."""
        if command_hash is None:
            raise UsageError(
                "A command id needs the hash of the command's content beside it.",
                zh="命令编号要与命令内容的摘要一并给出。",
            )
        if command_id not in self._begun:
            return True
        if self._begun[command_id] != command_hash:
            raise CommandConflictError(
                f"Command {command_id} is used in this transaction for something else. "
                "Nothing was written. Give a new command a new id.",
                zh=(f"命令编号 {command_id} 在本事务中已用于别的内容。未作记录。新的命令请用新的编号。"),
            )
        return False

    def _carried_out(self, command_id: str, command_hash: str, stream: str) -> list[Recorded[Any]]:
        """What the command wrote to this stream when it was carried out."""
        if command_id in self._asked:
            raise ConflictError(
                f"Command {command_id} was carried out by another program in between. Nothing was written. Try again.",
                zh=f"命令 {command_id} 已由另一个程序执行。未作记录，请重试。",
            )
        done = self.once(command_id, command_hash)
        here = [event for event in done.events if event.stream == stream] if done else []
        if not here:
            raise CommandConflictError(
                f"Command {command_id} was already carried out and wrote nothing to {stream}. "
                "Nothing was written. Give a new command a new id.",
                zh=(f"命令 {command_id} 已经执行过，没有写入 {stream}。未作记录。新的命令请用新的编号。"),
            )
        return here

    def _refuse_used(self, ids: Sequence[str]) -> None:
        if not ids:
            return
        used = self._recorder.select_event_ids(ids, self.connection)
        twice = sorted({*used, *(i for i in ids if ids.count(i) > 1)})
        if twice:
            raise RefusedError(
                f"The event id {twice[0]} is already in use. Nothing was written. "
                "Give each event an id of its own.",
                zh=f"事件编号 {twice[0]} 已被使用。未作记录。请给每个事件各用一个编号。",
            )


class Log:
    """What was recorded, for good, in order of position. Safe to use from several threads.

    Args:
        engine: Where it is kept. Its connections get what the log needs of them.
        codec: How bodies are written and read.
        prefix: What the names of its tables begin with.
        schema: The schema they are in (PostgreSQL); None = the connection's own.
        patience: Seconds that a writer waits for another.
        create: Make the tables where they are not there.
        drill: Make it a drill's (演练), whose clock stands so; only where there are no tables yet.

    Raises:
        StoreError: The database cannot be used: the message says why and what to do.
        UsageError: The prefix or schema cannot be one, or the database keeps no drills.
    """

    def __init__(
        self,
        engine: Engine,
        codec: Codec,
        *,
        prefix: str = "",
        schema: str | None = None,
        patience: float = PATIENCE,
        create: bool = True,
        drill: DrillClock | None = None,
    ) -> None:
        database = database_of(engine, prefix, schema, patience)
        self._engine = engine
        self._database = database
        self._codec = codec
        self._recorder = SqlRecorder(engine, database)
        self._ours = False
        with database.translated(engine):
            _make_ready(engine, database, create=create, drill=drill)

    def now(self) -> datetime:
        """The hour by the store's clock, in UTC: that of the machine, but for a drill."""
        if not self._database.drill:
            return clock.now()
        with self._database.reading(self._engine) as connection:
            return self._database.hour(connection)

    @property
    def is_drill(self) -> bool:
        """Whether it is a drill's (演练): made for practice, with a clock that can be set."""
        return self._database.drill

    @property
    def clock_stands(self) -> bool:
        """Whether it is a drill's whose clock stands still until it is set."""
        if not self._database.drill:
            return False
        with self._database.reading(self._engine) as connection:
            return self._database.drill_clock(connection).held

    def set_clock(self, to: datetime, *, held: bool = False) -> None:
        """Set the clock of a drill forward.

        Args:
            to: What it shall show.
            held: It stands still until it is set again.

        Raises:
            RefusedError: It is no drill, or would be set back: order and delays would no longer fit together.
        """
        if not self._database.drill:
            raise RefusedError(
                "This is no drill: nobody can set the clock of a real store. Make one with: emergency drill start",
                zh="这不是演练库：真实库的时钟任何人都不能调。新建演练：emergency drill start",
            )
        with self._database.writing(self._engine) as connection:
            shows = self._database.hour(connection)
            if to < shows:
                raise RefusedError(
                    f"The drill's clock shows {shows.isoformat(timespec='minutes')} already and cannot go back. "
                    "Begin another drill: emergency drill start",
                    zh=f"演练时钟已到 {shows.isoformat(timespec='minutes')}，不能往回调。"
                    "请另开一场：emergency drill start",
                )
            self._database.set_drill_clock(connection, DrillClock(shows=to, since=clock.now(), held=held))

    @classmethod
    def open(cls, url: str, codec: Codec, *, create: bool = True, drill: DrillClock | None = None) -> Log:
        """Open the log at a URL such as ``sqlite:////srv/log.db``; ``close`` it when done.

        Args:
            url: Where it is; ``sqlite://`` is in memory. ``?timeout=SECONDS`` says how long a writer waits (5),
                ``table_prefix`` and ``table_schema`` how the tables are named.
            codec: How bodies are written and read.
            create: Make it where it is not there.
            drill: Make it a drill's, whose clock stands so; refused where there is a store.

        Raises:
            UsageError: The URL cannot be understood.
            StoreError: The database cannot be used.
        """
        if drill is not None and not url.startswith(SQLITE):
            raise UsageError(
                "A drill is kept in a file of its own: name one of SQLite, like sqlite:////tmp/drill.db.",
                zh="演练单独存放在一个文件里：请指定 SQLite 文件，如 sqlite:////tmp/drill.db。",
            )
        engine, prefix, schema, patience = reached(url, create=create)
        try:
            log = cls(
                engine, codec, prefix=prefix, schema=schema, patience=patience, create=create, drill=drill
            )
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
    def database(self) -> Database:
        """What the database can do."""
        return self._database

    @property
    def dialect(self) -> str:
        """``sqlite`` or ``postgresql``."""
        return self._database.dialect

    @property
    def tables(self) -> Tables:
        """The store's tables."""
        return self._database.tables

    @property
    def recorder(self) -> SqlRecorder:
        """The recorder, in the shape of the event-sourcing library."""
        return self._recorder

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
    def joined(self, transaction: Connection | Session | scoped_session[Session]) -> Iterator[None]:
        """Work inside somebody else's transaction: what is written here is committed, or not, with theirs.

        It holds for this thread or task, for this log and no other. What is refused inside undoes only itself.

        Args:
            transaction: A connection or session of the engine that this log was given.

        Raises:
            UsageError: It belongs to another engine, or commits each statement by itself.
            BusyError: In SQLite, another program is writing for longer than we wait.
        """
        joined = _Joined(transaction)
        with self._database.translated(self._engine):
            self._attended(joined)
        token = _joined.set({**_joined.get({}), id(self): joined})
        try:
            yield
        finally:
            joined.over = True
            _joined.reset(token)

    @property
    def is_joined(self) -> bool:
        """Whether this thread or task works inside somebody else's transaction."""
        joined = _joined.get({}).get(id(self))
        return joined is not None and not joined.over

    def _theirs(self) -> Connection | None:
        joined = _joined.get({}).get(id(self))
        return None if joined is None or joined.over else self._attended(joined)

    def _attended(self, joined: _Joined) -> Connection:
        connection = joined.connection()
        if not isinstance(connection, Connection) or connection.engine.pool is not self._engine.pool:
            raise UsageError(
                "This transaction belongs to another engine. Give Engine(...) the engine that the portal's own "
                "connections or sessions come from.",
                zh=("这个事务属于另一个引擎。请把门户系统的连接或会话所用的引擎交给 Engine(...)。"),
            )
        self._database.join(connection)
        return connection

    @contextmanager
    def reading(self) -> Iterator[Reading]:
        """Read one unchanging state; never waits for a writer. In a joined transaction: what that sees."""
        with self._database.translated(self._engine):
            theirs = self._theirs()
            if theirs is None:
                with self._database.reading(self._engine) as connection:
                    yield Reading(connection, self._recorder, self._codec)
            else:  # a query that fails must not break the portal's transaction off
                with self._database.joining(theirs):
                    yield Reading(theirs, self._recorder, self._codec, joined=True)

    @contextmanager
    def writing(self) -> Iterator[Writing]:
        """Write to one or several streams: all or none. Any exception rolls everything back.

        Raises:
            ConflictError: Somebody else wrote in between; nothing was written.
            BusyError: Another program is writing for longer than we wait; nothing was written.
            UnreachableError: The database does not answer.
            StoreError: The database cannot be written; nothing was written.
        """
        with self._database.translated(self._engine):
            theirs = self._theirs()
            if theirs is None:
                with self._database.writing(self._engine) as connection:
                    yield Writing(connection, self._recorder, self._codec)
            else:
                with self._database.joining(theirs):
                    yield Writing(theirs, self._recorder, self._codec, joined=True)

    def write(self, work: Callable[[Writing], T]) -> T:
        """Do some work in a write transaction; where it was overtaken or the connection was lost, do it anew.

        It goes on for as long as a writer waits, with pauses of random length. Inside a joined transaction only where
        that can help: not in one that is lost, or that sees nothing newer.

        Args:
            work: Reads, decides and appends. It must be such that a second run, after a first that was committed
                without our hearing of it, changes nothing: a command id sees to that.

        Raises:
            Everything that `writing` raises.
        """
        until = time.monotonic() + self._database.patience
        overtaken, pause = 0, 0.01
        while True:
            try:
                with self.writing() as writing:
                    if overtaken > 1:
                        writing.alone()  # who was overtaken twice stands in line: nobody is overtaken for ever
                    return work(writing)
            except (ConflictError, UnreachableError) as error:
                hopeless = self.is_joined and (
                    isinstance(error, UnreachableError) or not self._may_succeed_anew()
                )
                if hopeless or time.monotonic() > until:
                    raise
                overtaken += isinstance(error, ConflictError)
            time.sleep(random.uniform(0, pause))  # noqa: S311  no secret
            pause = min(2 * pause, 0.5 if not overtaken else 0.1)

    def wipe(self) -> bool:
        """Leave nothing on the disk of what was erased of people, once the transaction that did it is over.

        Returns:
            False where somebody still reads an older state, or this user may not: it can be tried again.
        """
        if self.is_joined:  # what the portal has not committed cannot be gone
            return False
        with self._database.translated(self._engine):
            return self._database.wipe(self._engine)

    def _may_succeed_anew(self) -> bool:
        theirs = self._theirs()
        return theirs is None or self._database.may_succeed_anew(theirs)

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


def recorded(logged: LoggedEvent, event: object) -> Recorded[Any]:
    """Put the body into the envelope that its row describes."""
    return Recorded(
        position=logged.id,
        stream=str(logged.originator_id),
        version=logged.originator_version,
        event_id=logged.event_id,
        recorded_at=logged.recorded_at,
        clock_back=logged.clock_back,
        command_id=logged.command_id,
        correlation_id=logged.correlation_id,
        causation_id=logged.causation_id,
        event=event,
    )


def decoded(logged: LoggedEvent, codec: Codec) -> Recorded[Any]:
    """Read the body of an event.

    Raises:
        UnknownEventError: Its type or schema version is not known here.
        BrokenDataError: Its body cannot be read.
    """
    where = _place(logged)
    try:
        return recorded(logged, codec.decode(logged.topic, logged.schema_version, logged.state))
    except UnknownEventError as error:
        raise UnknownEventError(
            f"{where.en} is not known to this program: {error}. "
            "It was probably written by a newer version: use that one.",
            zh=f"本程序不认识{where.zh}：{error.zh}。多半是较新版本写入的，请改用该版本。",
        ) from error
    except Exception as error:  # whatever a codec raises, this event cannot be read
        said = words_of(error)
        raise BrokenDataError(
            f"{where.en} cannot be read: {said.en}", zh=f"无法读取{where.zh}：{said.zh}"
        ) from error


def _place(logged: LoggedEvent) -> Words:
    return Words(
        f"位置 {logged.id} 的事件（类型 {logged.topic}，格式第{logged.schema_version}版，流 {logged.originator_id} "
        f"第{logged.originator_version}版）",
        f"The event of type {logged.topic} (schema version {logged.schema_version}) at position {logged.id}, "
        f"version {logged.originator_version} of stream {logged.originator_id},",
    )


_LONGEST = 3600
"""Seconds that a writer may wait at most."""

_ASKED = ("timeout", "table_prefix", "table_schema")
"""What a URL may ask of us and the database does not know."""


def reached(url: str, *, create: bool) -> tuple[Engine, str, str | None, float]:
    """What a URL names, whatever is in it: an engine, the tables' prefix and schema, and a writer's patience."""
    try:
        parsed = make_url(url)
        _known(parsed.get_backend_name())
        asked = {name: str(parsed.query[name]) for name in _ASKED if name in parsed.query}
        patience = float(asked.get("timeout", PATIENCE))
        parsed = parsed.difference_update_query(list(asked))
        engine = _opened(parsed, patience, create=create)
    except (ArgumentError, ValueError) as error:
        raise UsageError(
            f"{_without_password(url)!r} does not name a database. "
            "Write it as sqlite:///FILE or postgresql://USER@HOST/DATABASE.",
            zh=(
                f"{_without_password(url)} 没有指明数据库。请写成 sqlite:///FILE "
                "或 postgresql://USER@HOST/DATABASE。"
            ),
        ) from error
    return engine, asked.get("table_prefix", ""), asked.get("table_schema"), patience


def database_of(engine: Engine, prefix: str, schema: str | None, patience: float) -> Database:
    """What the database of an engine can do, for a log whose tables have these names; see `Log`."""
    if not 0 <= patience <= _LONGEST:
        raise UsageError(
            f"A writer cannot wait {patience:g} seconds for another; say 0 to {_LONGEST:d}.",
            zh=f"写入时不能等待 {patience:g} 秒；请写 0 至 {_LONGEST:d}。",
        )
    _known(engine.dialect.name)
    database = _database(engine, prefix, schema, patience)
    database.prepare(engine)
    return database


def _without_password(url: str) -> str:
    return re.sub(r"(//[^/@:]*):[^@]*@", r"\1:***@", url)


def _known(dialect: str) -> str:
    if dialect not in {SQLITE, POSTGRESQL}:
        raise StoreError(
            f"The log is kept in SQLite or PostgreSQL, not in {dialect}. "
            "Name a database such as sqlite:///FILE or postgresql://USER@HOST/DATABASE.",
            zh=(
                f"日志保存在 SQLite 或 PostgreSQL 中，不能保存在 {dialect} "
                "中。请写数据库，如 sqlite:///FILE 或 postgresql://USER@HOST/DATABASE。"
            ),
        )
    return dialect


def _opened(url: URL, patience: float, *, create: bool) -> Engine:
    if url.get_backend_name() == SQLITE:
        from emergency.store import sqlite  # noqa: PLC0415  only the database that is used is loaded

        return sqlite.open_engine(url, patience=patience, create=create)
    engine: Engine = _postgres().open_engine(url)
    return engine


def _database(engine: Engine, prefix: str, schema: str | None, patience: float) -> Database:
    if engine.dialect.name == SQLITE:
        from emergency.store.sqlite import Sqlite  # noqa: PLC0415  only the database that is used is loaded

        return Sqlite(tables_of(SQLITE, prefix, schema), patience)
    database: Database = _postgres().opened(engine, prefix, schema, patience)
    return database


def _postgres() -> Any:  # noqa: ANN401  a module
    try:
        from emergency.store import postgres  # noqa: PLC0415  only the database that is used is loaded
    except ImportError as error:
        raise StoreError(
            f"PostgreSQL needs its driver, which is not installed ({error}): pip install 'emergency[postgresql]'.",
            zh=(f"使用 PostgreSQL 需要驱动程序，尚未安装（{error}）：pip install 'emergency[postgresql]'。"),
        ) from error
    return postgres


def _make_ready(engine: Engine, database: Database, *, create: bool, drill: DrillClock | None = None) -> None:
    with database.reading(engine) as connection:
        if _is_ready(connection, database):
            if drill is not None:
                raise RefusedError(
                    f"There is a store in {engine.url.database} already, and a drill gets one of its own. "
                    "Nothing was changed. Name another file.",
                    zh=f"{engine.url.database} 已有库，演练必须单独建库。未作任何改动，请换一个文件。",
                )
            return
    if not create:
        raise StoreError(
            f"There is no store in {engine.url.database}; the first entry, import or `emergency offices add` makes it.",
            zh=(
                f"{engine.url.database} 中没有库；第一次录入、导入或运行 `emergency offices add` 时自动建立。"
            ),
        )
    with database.writing(engine) as connection:
        database.alone(connection)
        if not _is_ready(connection, database):  # another program may have been quicker
            database.create(connection)
            if drill is not None:
                database.set_drill_clock(connection, drill)


def _is_ready(connection: Connection, database: Database) -> bool:
    version = store_version(connection, database)
    if 0 < version < SCHEMA_VERSION:
        raise StoreError(
            f"The database was written by an older version of this program (store version {version}; this program "
            f"writes {SCHEMA_VERSION}). Nothing was changed. Keep a copy of it, then run: emergency db upgrade",
            zh=(
                f"该数据库由本程序的旧版本写成（库为第{version}版，本程序写第{SCHEMA_VERSION}版"
                "）。未作任何改动。请先备份，再运行：emergency db upgrade"
            ),
        )
    return version > 0


def store_version(connection: Connection, database: Database) -> int:
    """Say which version of the tables the database holds, 0 if there are none.

    Raises:
        StoreError: It holds a newer version, or tables of the same names that are not ours.
    """
    if not database.exists(connection, "store_meta"):
        for table in database.tables.metadata.tables.values():
            if database.exists(connection, table.name.removeprefix(database.tables.prefix)):
                raise StoreError(
                    f"The database already has a table {table.name} that is not ours. Nothing was written. "
                    "Name another database, or give our tables a prefix.",
                    zh=(
                        f"数据库中已有一张不属于本程序的表 {table.name}。未作任何写入。"
                        "请另用一个数据库，或给本程序的表加前缀。"
                    ),
                )
        return 0
    found: dict[str, str] = dict(
        database.rows(connection, database.sql("SELECT name, value FROM {store_meta}"))
    )
    version = found.get("schema_version", "")
    database.drill = DRILL in found
    if not (version.isdecimal() and int(version)):
        raise StoreError(
            "The database does not say which version of the store it holds. Restore it from a backup.",
            zh="数据库没有写明库的版本。请从备份恢复。",
        )
    if int(version) > SCHEMA_VERSION:
        raise StoreError(
            f"The database was written by a newer version of this program (store version {version}; "
            f"this program knows {SCHEMA_VERSION}). Nothing was changed. Use the newer program.",
            zh=(
                f"该数据库由本程序的新版本写成（库为第{version}版，本程序只认识到第{SCHEMA_VERSION}"
                "版）。未作任何改动。请使用新版本程序。"
            ),
        )
    return int(version)
