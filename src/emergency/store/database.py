"""What a database must be able to do for the log; SQLite and PostgreSQL each say how.

The statements that run at every command go to the driver itself: SQLAlchemy's own way of executing one costs
many times what SQLite needs for it. Everything else is SQLAlchemy Core.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import datetime
from threading import Event
from types import ModuleType
from typing import Any, ClassVar, Protocol

from eventsourcing.persistence import PersistenceError
from sqlalchemy import URL, Connection, Engine
from sqlalchemy.exc import DBAPIError, StatementError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from emergency.errors import BusyError, EmergencyError, StoreError, UsageError
from emergency.store import clock
from emergency.store.drill import NAME, DrillClock, read_clock
from emergency.store.seal import FIRST
from emergency.store.tables import SCHEMA_VERSION, Tables

PATIENCE = 5.0
"""Seconds that a writer waits for another, unless the URL says ``?timeout=SECONDS``."""

Row = tuple[Any, ...]


@dataclass(slots=True)
class Stand:
    """How the log stands for whoever has just got the right to write to it.

    Args:
        position: The last position given.
        seal: The seal of the event there.
        recorded_at: When it was recorded; None in an empty log.
        now: The store's clock.
        version: The version of the last event of the stream that was asked for, 0 if there is none.
        carried_out: Whether the command that was asked for has already written something.
    """

    position: int
    seal: bytes
    recorded_at: datetime | None
    now: datetime
    version: int
    carried_out: bool


class Database(ABC):
    """One kind of database, with the tables of one log.

    Args:
        tables: The tables.
        patience: Seconds that a writer waits for another.
    """

    dialect: ClassVar[str]
    driver: ModuleType
    """The driver's module, for the names of its errors."""

    def __init__(self, tables: Tables, patience: float) -> None:
        self.tables = tables
        self.patience = patience
        self.drill = False
        """Whether it is a drill's (演练): then its clock is not the machine's. Known once the store was opened."""

    def hour(self, connection: Connection) -> datetime:
        """The hour by the store's clock, in UTC."""
        real = clock.now()
        return self.drill_clock(connection).hour(real) if self.drill else real

    def drill_clock(self, connection: Connection) -> DrillClock:
        """Where the clock of a drill stands."""
        kept = self.rows(connection, self.sql("SELECT value FROM {store_meta} WHERE name = ?"), (NAME,))
        return read_clock(kept[0][0])

    def set_drill_clock(self, connection: Connection, stands: DrillClock) -> None:
        """Make it a drill's, or set the clock of one."""
        meta = self.tables.store_meta
        connection.execute(meta.delete().where(meta.c.name == NAME))
        connection.execute(meta.insert().values(name=NAME, value=stands.written()))
        self.drill = True

    @abstractmethod
    def prepare(self, engine: Engine) -> None:
        """Give this engine, and no other, what the log needs of its connections; twice does nothing."""

    @abstractmethod
    def reading(self, engine: Engine) -> AbstractContextManager[Connection]:
        """Read one unchanging state of the store; it never waits for a writer and never holds one up."""

    @abstractmethod
    def writing(self, engine: Engine) -> AbstractContextManager[Connection]:
        """A transaction that may write; commit at the end, roll back on any exception."""

    @abstractmethod
    def join(self, connection: Connection) -> None:
        """Make sure that somebody else's transaction has begun, and is one.

        Raises:
            UsageError: Each statement of that connection is committed by itself.
        """

    @abstractmethod
    def may_succeed_anew(self, connection: Connection) -> bool:
        """Whether what was overtaken inside somebody else's transaction can succeed when it is done anew there."""

    @abstractmethod
    def joining(self, connection: Connection) -> AbstractContextManager[None]:
        """Write inside a transaction of somebody else's: an exception undoes this and nothing else of it."""

    @abstractmethod
    def sql(self, statement: str) -> str:
        """A statement as the driver takes it; written with ``{table}`` and ``?``."""

    @abstractmethod
    def rows(self, connection: Connection, statement: str, parameters: Sequence[Any] = ()) -> list[Row]:
        """Read with the driver; the statement is one of `sql`."""

    @abstractmethod
    def moment(self, stored: Any) -> datetime:  # noqa: ANN401  by driver
        """A moment as the driver gives it, in UTC."""

    @abstractmethod
    def stored(self, moment: datetime) -> Any:  # noqa: ANN401  by driver
        """A moment as the driver takes it."""

    @abstractmethod
    def stand(
        self,
        connection: Connection,
        stream: str,
        command_id: str | None,
        event_ids: Sequence[str] = (),
        *,
        joined: bool,
        waited: bool,
    ) -> Stand:
        """Take the right to write to a stream, and to the log, until the transaction ends.

        Args:
            connection: In a transaction.
            stream: The stream that will be written to.
            command_id: Whether this command has already written is to be found out as well.
            event_ids: Ids that will be used, where they are not minted: nobody else may use them meanwhile.
            joined: The transaction is somebody else's, and may be long: do not hold up other streams' writers.
            waited: This transaction already has the right to write to the log: never wait for a stream's now.

        Raises:
            ConflictError: Somebody else is writing to that stream, and waiting could have no end.
        """

    @abstractmethod
    def claim(self, connection: Connection, stream: str) -> bool:
        """Take the right to write to a stream without waiting for it; says whether it was to be had."""

    @abstractmethod
    def insert(
        self, connection: Connection, stand: Stand, events: Sequence[Row], *, joined: bool
    ) -> list[Row]:
        """Write events, each ``(stream, version, …, causation_id)``, and give the full rows.

        Returns:
            For each the position, the seal's input in order, ``recorded_at`` and ``clock_back``.
        """

    @abstractmethod
    def lock(self, connection: Connection, name: str, *, joined: bool) -> None:
        """Be the only one who does what is called so, until the transaction ends."""

    @abstractmethod
    def alone(self, connection: Connection) -> None:
        """Take the right to write to the log from the start, so that nothing read before can be overtaken."""

    def bell(self, engine: Engine) -> Bell:
        """What tells a reader that something was written."""
        del engine
        return Polling()

    @abstractmethod
    def create(self, connection: Connection) -> None:
        """Make the tables, and what belongs to them."""

    def fill(self, connection: Connection) -> None:
        """Write into new tables what stands in them before the first event: the head, and which version they are."""
        tables = self.tables
        connection.execute(tables.head.insert().values(position=0, seal=FIRST, recorded_at=None))
        self._say_version(connection, SCHEMA_VERSION)

    def stamp(self, connection: Connection, version: int) -> None:
        """Say anew which version the tables are: for programs, and for the migrations."""
        meta, revision = self.tables.store_meta, self.tables.revision
        revision.create(connection, checkfirst=True)
        connection.execute(revision.delete())
        connection.execute(meta.delete().where(meta.c.name == "schema_version"))
        self._say_version(connection, version)

    def _say_version(self, connection: Connection, version: int) -> None:
        tables = self.tables
        connection.execute(tables.store_meta.insert().values(name="schema_version", value=str(version)))
        connection.execute(tables.revision.insert().values(version_num=revision_of(version)))

    @abstractmethod
    def wipe(self, engine: Engine) -> bool:
        """Leave nothing on the disk of what was erased of people; False where that could not be done now."""

    @abstractmethod
    def exists(self, connection: Connection, table: str) -> bool:
        """Whether there is such a table, by its name without the prefix."""

    @abstractmethod
    def explain_driver(self, fault: BaseException, url: URL) -> EmergencyError:
        """Say in our words what an error of the driver means and what to do about it."""

    def explain(self, error: BaseException, engine: Engine) -> EmergencyError | None:
        """Say in our words what the database meant; None when it is not the database that speaks."""
        fault: BaseException | None = error.__cause__ if isinstance(error, PersistenceError) else error
        if isinstance(fault, PoolTimeoutError):
            return BusyError(
                "All connections to the database are in use; nothing was written. Try again. "
                "(A database in memory has one connection: inside a transaction, read through the transaction.)",
                zh=(
                    "数据库的连接已全部占用；未作记录，请重试。（内存中的数据库只有一个连接："
                    "在事务之内，请通过该事务读取。）"
                ),
            )
        if isinstance(fault, DBAPIError):
            fault = fault.orig
        if isinstance(fault, self.driver.Error):
            return self.explain_driver(fault, engine.url)
        if isinstance(error, PersistenceError):
            return StoreError(f"The database refused: {error}", zh=f"数据库拒绝：{error}")
        return None

    @contextmanager
    def translated(self, engine: Engine) -> Iterator[None]:
        """Turn what the libraries raise into our own errors; the cause stays attached."""
        try:
            yield
        except UnicodeEncodeError as error:
            raise no_text(error) from error
        except OverflowError as error:
            raise UsageError(
                "A number is too large for any database. Nothing was written.",
                zh="有一个数太大，数据库存不下。未作记录。",
            ) from error
        except (PersistenceError, DBAPIError, PoolTimeoutError, self.driver.Error) as error:
            hush(error)
            ours = self.explain(error, engine)
            if ours is None:  # pragma: no cover  the types are all explained
                raise
            raise ours from error


def hush(error: BaseException) -> None:
    """Keep what was to be written out of what a failure says of itself: logs keep that, and it may be a name."""
    fault: BaseException | None = error
    while fault is not None:
        if isinstance(fault, StatementError):
            fault.hide_parameters = True
        fault = fault.__cause__ or fault.__context__


class Bell(Protocol):
    """Tells a waiting reader that something may have been written."""

    def listen(self) -> None:
        """Begin to listen; what is written from now on rings. Listening already, it does nothing."""

    def wait(self) -> None:
        """Wait until it rings, or some moments: a ring may be missed."""

    def stop(self) -> None:
        """Let whoever waits go, for good."""


class Polling:
    """A bell for a database that cannot ring: it is looked at again and again."""

    INTERVAL = 0.05

    def __init__(self) -> None:
        self._stopped = Event()

    def listen(self) -> None:
        """Nothing to do."""

    def wait(self) -> None:
        """Wait a moment."""
        self._stopped.wait(self.INTERVAL)

    def stop(self) -> None:
        """Let whoever waits go."""
        self._stopped.set()


def revision_of(version: int) -> str:
    """The migration that leads to a version of the tables, by Alembic's name for it."""
    return f"{version:04d}"


def driver_of(connection: Connection) -> Any:  # noqa: ANN401  by driver
    """The driver's connection beneath."""
    return connection.connection.dbapi_connection


def no_transaction() -> UsageError:
    """What to say of a connection that commits each statement by itself."""
    return UsageError(
        "This connection commits each statement by itself (AUTOCOMMIT), so there is no transaction to join. "
        "Give one that has a transaction.",
        zh=("这个连接逐句自行提交（AUTOCOMMIT），没有可以加入的事务。请提供带事务的连接。"),
    )


def no_text(error: UnicodeEncodeError) -> UsageError:
    """What to say of half a sign, as an unreadable argument of a command line has it."""
    # The rest is not repeated: it may be somebody's name.
    sign = ascii(error.object[error.start : error.end])
    return UsageError(
        f"Something that was given has a sign that no text can hold: {sign}. Nothing was written. Leave it out.",
        zh=f"所填内容中有一个无法保存的字符：{sign}。未作记录，请去掉它。",
    )


def no_head() -> StoreError:
    """What to say where the row that counts positions is gone."""
    return StoreError(
        "The store has lost the row that counts its positions. Nothing was written. See `emergency db check`.",
        zh=("库中登记位置的一行丢失了。未作记录。请运行 `emergency db check`。"),
    )
