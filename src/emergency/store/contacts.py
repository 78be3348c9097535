"""People's names and phones, outside the log (人员保护): sealed where there is a key, and erasable.

The log has subject ids only. No seal of the log's chain covers this table, so that erasing a person leaves the log as
it can be proved.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import insert, select, update
from sqlalchemy.exc import IntegrityError

from emergency.errors import NotFoundError, RefusedError
from emergency.store import clock
from emergency.store.database import hush
from emergency.store.log import Reading
from emergency.store.tables import SQLITE


class Sealed(NamedTuple):
    """What identifies a person, as only the holder of the key can read it.

    Args:
        content: See `emergency.store.sealing`.
        key_id: Which key it was sealed with; says nothing about the key itself.
    """

    content: bytes
    key_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """A person who informed, or who was hurt. What identifies the person is never part of its ``repr``.

    Args:
        subject_id: What the log calls this person.
        kind: What this person is to the incident, such as ``informant``.
        name: The name, where it is kept unsealed.
        phone: The phone, where it is kept unsealed.
        note: Anything else that may identify the person, where it is kept unsealed.
        added_at: When it was added (UTC).
        erased_at: When it was erased (UTC); None if it stands.
        sealed: What was sealed; None where nothing was, or once erased.
    """

    subject_id: str
    kind: str
    name: str | None = field(repr=False)
    phone: str | None = field(repr=False)
    note: str | None = field(repr=False)
    added_at: datetime
    erased_at: datetime | None
    sealed: Sealed | None = field(default=None, repr=False)

    @property
    def plain(self) -> bool:
        """Whether anything that identifies the person can be read without a key."""
        return (self.name, self.phone, self.note) != (None, None, None)


class Contacts:
    """The table of people, within one transaction.

    Args:
        reading: Of `Log.reading` or `Log.writing`.
    """

    def __init__(self, reading: Reading) -> None:
        self._connection = reading.connection
        self._table = reading.tables.contacts
        self._sqlite = reading.tables.dialect == SQLITE

    def add(
        self,
        subject_id: str,
        kind: str,
        *,
        name: str | None = None,
        phone: str | None = None,
        note: str | None = None,
        sealed: Sealed | None = None,
    ) -> Contact:
        """Add a person.

        Raises:
            RefusedError: There is already one of that id, erased or not.
        """
        row = {
            "subject_id": subject_id,
            "kind": kind,
            **_identifying(name, phone, note, sealed),
            "added_at": clock.now(),
        }
        try:
            with self._connection.begin_nested():
                self._connection.execute(insert(self._table), row)
        except IntegrityError as error:
            hush(error)
            raise RefusedError(
                f"There is already a person {subject_id}. Use another id.",
                zh=f"已有人员 {subject_id}。请另用一个编号。",
            ) from error
        return self.get(subject_id)

    def get(self, subject_id: str) -> Contact:
        """Give a person; what was erased is None.

        Raises:
            NotFoundError: There is none of that id.
        """
        found = self._found(self._table.c.subject_id == subject_id)
        if not found:
            raise NotFoundError(f"There is no person {subject_id}.", zh=f"没有人员 {subject_id}。")
        return found[0]

    def all(self) -> list[Contact]:
        """Give everybody, erased or not, in the order in which they were added."""
        return self._found()

    def put(
        self,
        subject_id: str,
        *,
        name: str | None = None,
        phone: str | None = None,
        note: str | None = None,
        sealed: Sealed | None = None,
    ) -> Contact:
        """Keep this of a person, in place of what was kept. Of one who was erased nothing is kept any more.

        Raises:
            NotFoundError: There is none of that id.
        """
        self._overwrite(subject_id, _identifying(name, phone, note, sealed))
        return self.get(subject_id)

    def erase(self, subject_id: str) -> Contact:
        """Remove all that identifies the person; the row stays and says when. Erasing twice changes nothing.

        What the database keeps besides its rows is wiped by `Log.wipe`, after the transaction.

        Raises:
            NotFoundError: There is none of that id.
        """
        self._overwrite(subject_id, {**_identifying(None, None, None, None), "erased_at": clock.now()})
        return self.get(subject_id)

    def _found(self, *conditions: object) -> list[Contact]:
        table = self._table
        query = select(table).order_by(table.c.added_at, table.c.subject_id)
        found = []
        for row in self._connection.execute(query.where(*conditions)).mappings():  # type: ignore[arg-type]
            values = {name: row[name] for name in Contact.__slots__ if name != "sealed"}
            content, key_id = row["sealed"], row["key_id"]
            if isinstance(content, str):  # written by hand: SQLite keeps any value in any column
                content = content.encode()
            sealed = Sealed(bytes(content), key_id or "") if content is not None else None
            found.append(Contact(**values, sealed=sealed))
        return found

    def _overwrite(self, subject_id: str, values: dict[str, object]) -> None:
        table = self._table
        if self._sqlite:  # a portal's own connection may not have been told to overwrite what it frees
            self._connection.exec_driver_sql("PRAGMA secure_delete=ON")
        done = self._connection.execute(
            update(table)
            .where(table.c.subject_id == subject_id, table.c.erased_at.is_(None))
            .values(**values)
        )
        if done.rowcount and self._sqlite:
            # Where SQLite moved a row to another page, the old page still holds it in a gap that no later deletion
            # reaches. Emptied as a whole, the table gives all of its pages back overwritten.
            run = self._connection.exec_driver_sql
            rows = [tuple(row) for row in run(f"SELECT * FROM {table}")]
            run(f"DELETE FROM {table}")
            run(f"INSERT INTO {table} VALUES ({','.join('?' * len(table.columns))})", rows)


def _identifying(
    name: str | None, phone: str | None, note: str | None, sealed: Sealed | None
) -> dict[str, object]:
    content, key_id = sealed or (None, None)
    return {"name": name, "phone": phone, "note": note, "sealed": content, "key_id": key_id}
