"""The read models' tables: in the same database as the log, made and dropped without loss.

There are two sets of them, ``a`` and ``b``. One is read and kept up to date; the other is there only while it is
being built, until it takes the first one's place. Their names hold the shape of their rows, so that programs of
two versions can read one store, each from its own.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Protocol

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    exc,
    inspect,
)

from emergency.projections.judging import Judged, Odd

SHAPE = 6
"""The version of the rows and of these tables; another program's rows of another shape are left alone."""

SLOTS = ("a", "b")

POSTGRESQL = "postgresql"

COPIED = 500
"""So many rows at a time are made into the text that PostgreSQL reads."""


class StoreTables(Protocol):
    """What the names of the tables are made of."""

    @property
    def dialect(self) -> str:
        """The kind of database."""

    @property
    def prefix(self) -> str:
        """What all names begin with."""

    @property
    def schema(self) -> str | None:
        """The schema that they are in."""


def _words() -> Text:
    """Text in the order of code points, whatever the database's language: an index serves ranges only so."""
    return Text().with_variant(Text(collation="C"), POSTGRESQL)


def _position() -> BigInteger:
    return BigInteger()


class Slots:
    """The one table that says which set of tables is read, and which is being built and how far it has come."""

    def __init__(self, dialect: str, prefix: str, schema: str | None) -> None:
        self.metadata = MetaData(schema=schema)
        self.table = Table(
            f"{prefix}view_slots",
            self.metadata,
            Column("shape", Integer, primary_key=True, autoincrement=False),
            Column("live", Text),
            Column("live_id", Text),
            Column("building", Text),
            Column("building_id", Text),
            Column("rulebook", Text),
            Column("through", BigInteger, nullable=False),
            Column("done", BigInteger, nullable=False),
        )
        self.name = f"views{SHAPE}"
        self.views = {slot: Views(dialect, prefix, schema, slot) for slot in SLOTS}


class Views:
    """One set of tables, and how rows get into it.

    Args:
        dialect: The kind of database.
        prefix: What the names of all tables begin with.
        schema: The schema that they are in.
        slot: ``a`` or ``b``.
    """

    def __init__(self, dialect: str, prefix: str, schema: str | None, slot: str) -> None:
        start = f"{prefix}view{SHAPE}{slot}_"
        self.slot = slot
        self.name = f"views{SHAPE}{slot}"
        """What its position is tracked under, and what whoever writes to it holds the lock of."""
        self.metadata = MetaData(schema=schema)
        self.postgresql = dialect == POSTGRESQL

        def table(name: str, *columns: Column[Any]) -> Table:
            return Table(start + name, self.metadata, *columns)

        # The text of a row comes last: what is looked for stands before it and is found without reading it.
        self.incidents = table(
            "incidents",
            Column("incident", _words(), primary_key=True),
            Column("version", Integer, nullable=False),
            Column("rulebook", _words(), nullable=False),
            Column("directory", _position(), nullable=False),
            Column("secrecy", _words(), nullable=False),
            Column("urgency", _words(), nullable=False),
            Column("row", Text, nullable=False),
        )
        """One row an incident: the rulebook and the directory position that its verdicts stand under, and its marks."""

        self.obligations = table(
            "obligations",
            Column("incident", _words(), primary_key=True),
            Column("phase", Integer, primary_key=True, autoincrement=False),
            Column("id", _words(), nullable=False),
            Column("office", _words(), nullable=False),
            Column("office_ref", _words(), nullable=False),
            Column("recipient", _words(), nullable=False),
            Column("state", _words(), nullable=False),
            Column("holds_from", _words(), nullable=False),
            Column("holds_until", _words(), nullable=False),
            Column("row", Text, nullable=False),
        )
        self.findings = table(
            "findings",
            Column("incident", _words(), primary_key=True),
            Column("phase", Integer, primary_key=True, autoincrement=False),
            Column("obligation", _words()),
            Column("office", _words(), nullable=False),
            Column("office_ref", _words(), nullable=False),
            Column("kind", _words(), nullable=False),
            Column("status", _words(), nullable=False),
            Column("holds_from", _words(), nullable=False),
            Column("holds_until", _words(), nullable=False),
            Column("row", Text, nullable=False),
        )
        self.norms = table(
            "norms",
            Column("incident", _words(), primary_key=True),
            Column("phase", Integer, primary_key=True, autoincrement=False),
            Column("id", _words(), nullable=False),
            Column("office", _words(), nullable=False),
            Column("office_ref", _words(), nullable=False),
            Column("norm", _words(), nullable=False),
            Column("check", _words(), nullable=False),
            Column("result", _words(), nullable=False),
            Column("status", _words(), nullable=False),
            Column("holds_from", _words(), nullable=False),
            Column("holds_until", _words(), nullable=False),
            Column("row", Text, nullable=False),
        )
        """The checks of the four norms (四个统一规范)."""

        self.offices = table(
            "offices",
            Column("office", _words(), primary_key=True),
            Column("incident", _words(), primary_key=True),
        )
        """Which incidents looked up which offices: where the directory changes, they are judged again."""

        self.waiting = table("waiting", Column("incident", _words(), primary_key=True))
        """Incidents to be judged again although nothing was recorded of them: the directory changed."""

        self.parked = table(
            "parked",
            Column("stream", _words(), primary_key=True),
            Column("position", _position(), nullable=False),
            Column("incident", Boolean(create_constraint=False), nullable=False),
            Column("reason", Text, nullable=False),
            Column("reason_zh", Text, nullable=False),
        )
        """Streams that cannot be folded: shown on every list, tried again at the next change or rebuild."""

        owed, found = self.obligations.c, self.findings.c
        Index(f"{start}incidents_rulebook", self.incidents.c.rulebook)
        # How much is open of each incident is counted without reading its rows.
        Index(f"{start}obligations_counts", owed.incident, owed.state, owed.holds_until, owed.holds_from)
        Index(f"{start}findings_counts", found.incident, found.status, found.holds_until, found.holds_from)
        # The board of an office: of the phases that an obligation goes through, all but one are over.
        Index(f"{start}obligations_office", owed.office, owed.state, owed.holds_until)
        Index(f"{start}obligations_recipient", owed.recipient, owed.state, owed.holds_until)
        Index(f"{start}findings_office", found.office, found.kind, found.holds_until)
        # Whether anything serious is there is asked of every audit, and mostly answered by the first row.
        Index(f"{start}findings_status", found.status, found.holds_until)
        checked = self.norms.c
        Index(f"{start}norms_office", checked.office, checked.check, checked.holds_until)
        Index(f"{start}norms_status", checked.status, checked.holds_until)
        # Only offices of imported files are called otherwise there.
        for rows, state in ((self.obligations, "state"), (self.findings, "kind"), (self.norms, "check")):
            Index(
                f"{rows.name}_ref",
                rows.c.office_ref,
                rows.c[state],
                rows.c.holds_until,
                sqlite_where=rows.c.office_ref != rows.c.office,
                postgresql_where=rows.c.office_ref != rows.c.office,
            )
        Index(f"{start}offices_incident", self.offices.c.incident)

    # -- existence --------------------------------------------------------------------------------------------

    def exist(self, connection: Connection) -> bool:
        """Whether its tables are there."""
        return inspect(connection).has_table(self.incidents.name, schema=self.metadata.schema)

    def create(self, connection: Connection) -> None:
        """Make the tables."""
        self.metadata.create_all(connection, checkfirst=False)

    def drop(self, connection: Connection) -> None:
        """Drop the tables that are there."""
        self.metadata.drop_all(connection)

    def emptied(self, connection: Connection, limit: int) -> bool:
        """In SQLite, take one step to empty the tables: an index, or so many rows; says whether nothing is left.

        Dropping a large table at once would hold up others. Without its indexes its rows go much faster.
        """
        for table in (self.obligations, self.findings, self.norms, self.incidents, self.offices):
            index = connection.exec_driver_sql(
                "SELECT name FROM sqlite_master WHERE type = 'index' AND tbl_name = ? AND sql IS NOT NULL",
                (table.name,),
            ).scalar()
            if index is not None:
                connection.exec_driver_sql(f"DROP INDEX {index}")
                return False
            gone = connection.exec_driver_sql(
                f"DELETE FROM {table} WHERE rowid IN (SELECT rowid FROM {table} LIMIT {limit})"  # noqa: S608 - our own names
            )
            if gone.rowcount == limit:
                return False
        return True

    # -- rows -------------------------------------------------------------------------------------------------

    def write(
        self,
        connection: Connection,
        judged: Sequence[Judged],
        odd: Collection[Odd],
        *,
        replace: Collection[str],
    ) -> None:
        """Put incidents' rows in.

        What the database does not take is parked, and the others go on; the offices of a parked incident are kept,
        so that a change of the directory tries it again.

        Args:
            connection: In a write transaction.
            judged: The incidents.
            odd: Streams that are no incident's and cannot be read.
            replace: The incidents among them that may have rows already.
        """
        if replace:
            for table in (self.obligations, self.findings, self.norms, self.incidents, self.offices):
                self._delete(connection, table, "incident", replace)
            self._delete(connection, self.parked, "stream", [f"incident/{ref}" for ref in replace])
        if odd:
            self._delete(connection, self.parked, "stream", [each.stream for each in odd])
        refused = _refusals(connection)
        try:
            with connection.begin_nested():
                self._insert_all(connection, judged, odd)
        except refused:
            for each in judged:
                try:
                    with connection.begin_nested():
                        self._insert_all(connection, [each], ())
                except refused as error:
                    self._insert_all(connection, [each.parked_because(error)], ())
            self._insert_all(connection, (), odd)

    def _insert_all(self, connection: Connection, judged: Sequence[Judged], odd: Collection[Odd]) -> None:
        parked = [(each.stream, each.position, False, each.reason.en, each.reason.zh) for each in odd]
        parked += [each.parked for each in judged if each.parked is not None]
        for table, rows in (
            (self.incidents, [each.incident for each in judged if each.incident is not None]),
            (self.obligations, [row for each in judged for row in each.obligations]),
            (self.findings, [row for each in judged for row in each.findings]),
            (self.norms, [row for each in judged for row in each.norms]),
            (self.offices, [(office, each.ref) for each in judged for office in each.offices]),
            (self.parked, parked),
        ):
            self._insert(connection, table, rows)

    def _insert(self, connection: Connection, table: Table, rows: Sequence[tuple[Any, ...]]) -> None:
        if not rows:
            return
        if self.postgresql:
            cursor = connection.connection.cursor()
            with cursor, cursor.copy(f"COPY {table} FROM STDIN") as copy:  # type: ignore[attr-defined]  # psycopg's own
                for start in range(0, len(rows), COPIED):
                    copy.write("".join(map(_line, rows[start : start + COPIED])))
        else:
            marks = ",".join("?" * len(rows[0]))
            statement = f"INSERT INTO {table} VALUES ({marks})"  # noqa: S608 - our own names
            connection.exec_driver_sql(statement, list(rows))

    def _delete(self, connection: Connection, table: Table, column: str, values: Iterable[str]) -> None:
        condition, parameters = self.among(column, values)
        connection.exec_driver_sql(f"DELETE FROM {table} WHERE {condition}", parameters)  # noqa: S608 - our own names

    def among(self, column: str, values: Iterable[str]) -> tuple[str, tuple[Any, ...]]:
        """A condition that a column is one of many values, as one parameter of the driver."""
        if self.postgresql:
            return f"{column} = ANY(%s)", (list(values),)
        listed = "SELECT value FROM json_each(?)"
        return f"{column} IN ({listed})", (json.dumps(list(values)),)

    def wait(self, connection: Connection, offices: Iterable[str]) -> None:
        """Note the incidents that looked these offices up."""
        condition, parameters = self.among("office", offices)
        statement = f"INSERT INTO {self.waiting} SELECT DISTINCT incident FROM {self.offices}"  # noqa: S608 - our own names
        connection.exec_driver_sql(f"{statement} WHERE {condition} ON CONFLICT DO NOTHING", parameters)

    def waited(self, connection: Connection, refs: Iterable[str]) -> None:
        """Incidents that were judged wait no more."""
        self._delete(connection, self.waiting, "incident", refs)

    def try_again(self, connection: Connection, refs: Sequence[str]) -> None:
        """Note incidents that are to be judged again."""
        if refs:
            mark = "%s" if self.postgresql else "?"
            connection.exec_driver_sql(
                f"INSERT INTO {self.waiting} VALUES ({mark}) ON CONFLICT DO NOTHING",  # noqa: S608 - our own names
                [(ref,) for ref in refs],
            )


def _refusals(connection: Connection) -> tuple[type[Exception], ...]:
    """The errors that say that a value cannot be kept; any other means that the database itself is in trouble."""
    driver = connection.dialect.loaded_dbapi
    return (UnicodeError, exc.DataError, exc.InterfaceError, exc.ProgrammingError, driver.DataError)


def _line(row: tuple[Any, ...]) -> str:
    """A row as PostgreSQL's COPY reads it."""
    return "\t".join([_field(value) for value in row]) + "\n"


def _field(value: Any) -> str:  # noqa: ANN401 - whatever a column holds
    if type(value) is str:
        plain = value.replace("\\", "\\\\").replace("\n", "\\n")
        return plain.replace("\t", "\\t").replace("\r", "\\r")
    if value is None:
        return "\\N"
    return str(value)


@dataclass(frozen=True, slots=True)
class State:
    """Which tables are read, and which are being built.

    Args:
        live: The slot that is read; None = none yet.
        live_id: What names this building of it.
        building: The slot that is being built; None = none.
        building_id: What names this building.
        rulebook: The hash of the rulebook that it is being built under.
        through: It is built from the streams that had begun at this position; what came later is caught up.
        done: The position up to which the beginnings of streams have been dealt with.
    """

    live: str | None = None
    live_id: str | None = None
    building: str | None = None
    building_id: str | None = None
    rulebook: str | None = None
    through: int = 0
    done: int = 0

    def id_of(self, slot: str) -> str | None:
        """What names the building of a slot; None where it is not in use."""
        if slot == self.live:
            return self.live_id
        return self.building_id if slot == self.building else None


@lru_cache(maxsize=64)
def slots_of(dialect: str, prefix: str, schema: str | None) -> Slots:
    """The tables of these names, built once."""
    return Slots(dialect, prefix, schema)
