"""People's names and phones, outside the log (人员保护): erasable; the log has subject ids."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select, update
from sqlalchemy.exc import IntegrityError

from emergency.errors import NotFoundError, RefusedError
from emergency.store import clock
from emergency.store.log import Reading


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """A person who informed, or who was hurt.

    Args:
        subject_id: What the log calls this person.
        kind: What this person is to the incident, such as ``informant``.
        name: The name; None once erased.
        phone: The phone; None once erased.
        note: Anything else that may identify the person; None once erased.
        added_at: When it was added (UTC).
        erased_at: When it was erased (UTC); None if it stands.
    """

    subject_id: str
    kind: str
    name: str | None
    phone: str | None
    note: str | None
    added_at: datetime
    erased_at: datetime | None


class Contacts:
    """The table of people, within one transaction.

    Args:
        reading: Of `Log.reading` or `Log.writing`.
    """

    def __init__(self, reading: Reading) -> None:
        self._connection = reading.connection
        self._table = reading.tables.contacts

    def add(
        self,
        subject_id: str,
        kind: str,
        *,
        name: str | None = None,
        phone: str | None = None,
        note: str | None = None,
    ) -> Contact:
        """Add a person.

        Raises:
            RefusedError: There is already one of that id, erased or not.
        """
        row = {
            "subject_id": subject_id,
            "kind": kind,
            "name": name,
            "phone": phone,
            "note": note,
            "added_at": clock.now(),
        }
        try:
            with self._connection.begin_nested():
                self._connection.execute(insert(self._table), row)
        except IntegrityError as error:
            raise RefusedError(f"There is already a person {subject_id}. Use another id.") from error
        return self.get(subject_id)

    def get(self, subject_id: str) -> Contact:
        """Give a person; what was erased is None.

        Raises:
            NotFoundError: There is none of that id.
        """
        row = self._connection.execute(
            select(self._table).where(self._table.c.subject_id == subject_id)
        ).first()
        if row is None:
            raise NotFoundError(f"There is no person {subject_id}.")
        return Contact(**row._mapping)  # noqa: SLF001  SQLAlchemy's public name for it

    def erase(self, subject_id: str) -> Contact:
        """Remove all that identifies the person; the row stays and says when. Erasing twice changes nothing.

        Raises:
            NotFoundError: There is none of that id.
        """
        self._connection.execute(
            update(self._table)
            .where(self._table.c.subject_id == subject_id, self._table.c.erased_at.is_(None))
            .values(name=None, phone=None, note=None, erased_at=clock.now())
        )
        return self.get(subject_id)
