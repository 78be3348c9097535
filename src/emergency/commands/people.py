"""Protecting people (人员保护): a name is sealed beside the log, read with the key and on the record, and erased.

The log knows a person by an opaque id. No name or phone is in any event, nor in the hash of what a command said: a
phone has few digits, and whoever has a hash of it could try them all.
"""

from __future__ import annotations

import base64
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from emergency.answers import Identity, Outcome
from emergency.domain.events import ClueLinked, Entry
from emergency.domain.fixed import fixed
from emergency.domain.incident import Record
from emergency.domain.people import (
    Kept,
    OpeningRefused,
    Part,
    PersonErased,
    PersonEvent,
    PersonNamed,
    PersonOpened,
    PersonProtected,
    Refusal,
)
from emergency.domain.record import Recorded
from emergency.errors import EmergencyError, NotFoundError, RefusedError, UsageError
from emergency.ledger import Asked, Ledger, digest_of, nearest
from emergency.projections.streams import PERSON, person_stream
from emergency.store import Contact, Contacts, Draft, Reading, Undecodable, Writing
from emergency.store.sealing import AlteredError, Key, Particulars, WrongKeyError

__all__ = ["Erased", "Key", "Named", "Particulars", "People", "Protected", "Resealed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """Somebody to be protected. Its ``repr`` shows nothing that identifies them.

    Args:
        name: The name.
        phone: The phone.
        note: Anything else that may identify the person.
        kind: What the person is to the incident.
        key: What it is sealed with.
        unsealed: Keep it unsealed, where there is no key: whoever can read the database can read it.
    """

    name: str | None = field(default=None, repr=False)
    phone: str | None = field(default=None, repr=False)
    note: str | None = field(default=None, repr=False)
    kind: Part = Part.INFORMANT
    key: Key | None = None
    unsealed: bool = False

    @property
    def particulars(self) -> Particulars:
        """What identifies the person."""
        return Particulars(name=self.name, phone=self.phone, note=self.note)

    @property
    def kept(self) -> Kept:
        """How it will be kept."""
        if not self.particulars or not (self.key or self.unsealed):
            return Kept.NOT_KEPT
        return Kept.SEALED if self.key else Kept.UNSEALED


@fixed(frozen=True, slots=True, kw_only=True)
class Protected:
    """A protected person, without anything that identifies them.

    Args:
        subject: What the log calls the person.
        kind: What the person is to the incident; None where only the table of people knows of them.
        incident: The incident it was for.
        kept: How the name is kept, as the table of people has it. Of one who was erased it is kept only where a backup
            brought it back: erase it again.
        key_id: The id of the key that it was sealed with.
        added_at: Since when.
        erased_at: When the name was erased; None where it stands.
        history: What was done with the name, as it stands in the log.
    """

    subject: str
    kind: Part | None
    incident: str | None
    kept: Kept
    key_id: str | None
    added_at: datetime | None
    erased_at: datetime | None
    history: tuple[Recorded[Any], ...] = ()


@fixed(frozen=True, slots=True, kw_only=True)
class Erased:
    """What an erasure came to.

    Args:
        subject: Who was erased.
        already: The name had been erased before.
        wiped: Nothing of it is left in the database's files either. False where somebody still reads an older state,
            this user may not, or the portal has not committed: erase again later.
    """

    subject: str
    already: bool
    wiped: bool


@fixed(frozen=True, slots=True, kw_only=True)
class Resealed:
    """What sealing anew came to.

    Args:
        sealed: Who is sealed with the new key now and was not before.
        left: Who could not be, and why: ``wrong-key`` or ``altered``.
        wiped: As of `Erased`.
    """

    sealed: tuple[str, ...]
    left: tuple[tuple[str, Refusal], ...]
    wiped: bool


@fixed(slots=True)
class _Protect:
    """The command without what identifies the person."""

    kind: str
    unsealed: bool


@fixed(slots=True)
class _Erase:
    subject: str
    why: str


class _Known(NamedTuple):
    """A person as the log and the table of people tell it; one of them may not."""

    subject: str
    contact: Contact | None
    history: tuple[Recorded[Any], ...]
    version: int

    @property
    def erased(self) -> bool:
        """Whether the log says so, or the table does.

        A backup of the database may bring back what the log says is erased, and must not open it again.
        """
        return self.erased_on_record or bool(self.contact and self.contact.erased_at)

    @property
    def erased_on_record(self) -> bool:
        """Whether the log says so."""
        return any(isinstance(recorded.event, PersonErased) for recorded in self.history)


class People:
    """Commands and queries on protected people.

    Args:
        ledger: What every command needs.
    """

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    # -- protecting ------------------------------------------------------------------------------------------

    def protect(
        self, named: Named, identity: Identity, *, incident: str | None = None, command_id: str | None = None
    ) -> Protected:
        """Put a person under protection apart from any entry: a victim, a witness.

        For a clue's informant give `Named` to `Engine.record` or `Engine.open_incident`.

        Args:
            named: Who, and the key to seal it with.
            identity: Who is at the keyboard.
            incident: The incident it is for.
            command_id: Given again, nothing is written. The name is no part of what is compared.

        Raises:
            UsageError: nothing would be kept: there is no key, or nothing that identifies the person.
            NotFoundError: no such incident, or an office that is not in the directory.
        """
        _refuse_to_lose(named)
        if incident is not None:
            with self._ledger.log.reading() as reading:
                if not reading.version(f"incident/{incident}"):
                    raise self._ledger.no_incident(reading, incident)

        def decided(writing: Writing, asked: Asked) -> tuple[Recorded[Any], ...]:
            self._ledger.known(self._ledger.directories.of(writing), identity.office)
            return self.within(writing, named, identity, incident, asked)

        digest = digest_of(incident or "", *self.said(named))
        written, _ = self._ledger.once(command_id, digest, decided)
        return self.get(written[0].event.subject)

    def said(self, named: Named) -> tuple[Any, ...]:
        """What the hash of a command holds of it: nothing that identifies the person."""
        return (_Protect(named.kind.value, named.unsealed),)

    def within(
        self, writing: Writing, named: Named, identity: Identity, incident: str | None, asked: Asked
    ) -> tuple[Recorded[Any], ...]:
        """Put a person under protection within a command; where there is no key, the name is not kept.

        Returns:
            The one event; its ``subject`` is the minted id.
        """
        subject = f"p-{base64.b32encode(os.urandom(7))[:10].decode().lower()}"
        Contacts(writing).add(subject, named.kind.value, **_stored(subject, named))
        event = PersonProtected(
            subject=subject,
            office=identity.office,
            officer=identity.officer,
            kind=named.kind,
            incident=incident,
            kept=named.kept,
        )
        return self._append(writing, event, 0, asked)

    def name(self, subject: str, named: Named, identity: Identity) -> Protected:
        """Keep what identifies a person who is under protection already, in place of what was kept.

        Raises:
            UsageError: nothing would be kept.
            NotFoundError: nobody is protected by that id.
            RefusedError: the person was erased.
        """
        _refuse_to_lose(named)
        replaced = False

        def work(writing: Writing) -> None:
            nonlocal replaced
            known = self._known(writing, subject)
            if known.erased or known.contact is None:
                raise RefusedError(
                    f"{subject} was erased; nothing is kept of that person any more.",
                    zh=f"{subject} 已经删除，此人的信息不再保存。",
                )
            replaced = known.contact.plain or known.contact.sealed is not None
            Contacts(writing).put(subject, **_stored(subject, named))
            event = PersonNamed(
                subject=subject, office=identity.office, officer=identity.officer, kept=named.kept
            )
            self._append(writing, event, known.version)

        self._write(identity, work)
        if replaced:  # what was kept before must not linger in the database's files
            self._wiped()
        return self.get(subject)

    def record(
        self,
        ref: str,
        entry: Entry,
        informant: Named,
        identity: Identity,
        command_id: str | None,
    ) -> Outcome:
        """Add a clue, and put its informant under protection; see `Engine.record`."""

        def decided(writing: Writing, asked: Asked) -> tuple[Recorded[Any], ...]:
            return self.clue(writing, ref, entry, informant, identity, asked)

        digest = digest_of(ref, Record(entry), *self.said(informant))
        written, already = self._ledger.once(command_id, digest, decided)
        return self._ledger.outcome(ref, written, identity.office, already=already)

    def clue(
        self, writing: Writing, ref: str, entry: Entry, informant: Named, identity: Identity, asked: Asked
    ) -> tuple[Recorded[Any], ...]:
        """Add a clue and its informant within a command: both, or neither.

        For want of a key the name is not kept; the clue is recorded all the same.

        Raises:
            UsageError: the entry is no clue.
        """
        if not isinstance(entry, ClueLinked):
            raise UsageError(
                "Only a clue has an informant. A victim or a witness: `emergency people add`.",
                zh=("只有线索才有提供线索的人。受害人、证人请用：`emergency people add`。"),
            )
        protected = self.within(writing, informant, identity, ref, asked)
        named = entry.model_copy(update={"informant": protected[0].event.subject})
        written = self._ledger.decide(writing, ref, Record(named), identity, asked)
        return (*protected, *written)

    # -- queries ---------------------------------------------------------------------------------------------

    def get(self, subject: str) -> Protected:
        """One person, and what was done with the name; never the name.

        Raises:
            NotFoundError: nobody is protected by that id.
        """
        with self._ledger.log.reading() as reading:
            return _protected(self._known(reading, subject))

    def resolve(self, beginning: str) -> str:
        """The one person whose id begins so.

        Raises:
            NotFoundError: there is none, or more than one.
            UsageError: nothing was said, as by a script whose variable was empty: that names nobody.
        """
        if not beginning:
            raise UsageError(
                "Name the person: `emergency people list` shows who is under protection.",
                zh="请写明是谁；受保护的人见 `emergency people list`。",
            )
        with self._ledger.log.reading() as reading:
            there = {stream.removeprefix(PERSON) for stream in reading.streams(person_stream(beginning))}
            there |= {c.subject_id for c in Contacts(reading).all() if c.subject_id.startswith(beginning)}
            if len(there) != 1 and beginning not in there:
                if there:
                    raise NotFoundError(
                        f"Several people's ids begin with {beginning}. Write more of it.",
                        zh=f"有多人的编号以 {beginning} 开头。请再多写几位。",
                    )
                return self._known(reading, beginning).subject  # raises, with the nearest there is
        return beginning if beginning in there else there.pop()

    def all(self) -> list[Protected]:
        """Everybody under protection, in the order in which they came."""
        with self._ledger.log.reading() as reading:
            contacts = {contact.subject_id: contact for contact in Contacts(reading).all()}
            streams = reading.readable_many(reading.streams(PERSON))
            found = []
            for stream, events in streams.items():
                subject = stream.removeprefix(PERSON)
                found.append(_known(subject, events, contacts.pop(subject, None)))
            found += [_Known(subject, contact, (), 0) for subject, contact in contacts.items()]
            return [_protected(known) for known in found]

    # -- opening ---------------------------------------------------------------------------------------------

    def open(self, subject: str, *, why: str, identity: Identity, key: Key | None) -> Particulars:
        """Read who it is. Who read it, and why, is on record before it is told; so is a refusal.

        Args:
            subject: The person.
            why: Why the name is needed.
            identity: Who is at the keyboard.
            key: The key that it was sealed with; one that was kept unsealed needs none.

        Raises:
            NotFoundError: nobody is protected by that id.
            RefusedError: another key sealed it, or it was altered since, or it was erased: on record; or it was never
                kept.
            UsageError: there is no key, or no reason; or it is asked for inside a portal's transaction, which could
                take the record of it back.
        """
        if self._ledger.log.is_joined:
            raise UsageError(
                "A name cannot be opened inside a portal's transaction: rolled back, nobody would know who read it. "
                "Do it outside.",
                zh=("不能在门户系统的事务之内启封姓名：事务一旦回滚，就无从知道谁看过。请在事务之外进行。"),
            )
        if not why.strip():
            raise UsageError("Say why the name is needed.", zh="请写明为什么需要这个姓名。")
        told: list[Particulars] = []
        refused: list[RefusedError] = []

        def work(writing: Writing) -> None:
            told.clear()
            refused.clear()
            known = self._known(writing, subject)
            by = {"subject": subject, "office": identity.office, "officer": identity.officer}
            found = self._read(known, key)
            event: PersonEvent
            if isinstance(found, Particulars):
                told.append(found)
                event = PersonOpened(**by, why=why)
            else:
                reason, error = found
                refused.append(error)
                event = OpeningRefused(**by, reason=reason)
            self._append(writing, event, known.version)

        self._write(identity, work)
        if refused:
            raise refused[0]
        return told[0]

    def _read(self, known: _Known, key: Key | None) -> Particulars | tuple[Refusal, RefusedError]:
        """What identifies a person, or why it is not told."""
        contact, subject = known.contact, known.subject
        if known.erased or contact is None:
            return Refusal.ERASED, RefusedError(
                f"{subject} was erased; the name is gone for good.", zh=f"{subject} 已经删除，姓名不能恢复。"
            )
        if contact.plain:
            return Particulars(name=contact.name, phone=contact.phone, note=contact.note)
        if contact.sealed is None:
            raise RefusedError(
                f"No name of {subject} was ever kept. `emergency people name {subject}` keeps one now.",
                zh=(f"从未保存过 {subject} 的姓名。现在保存，请用：`emergency people name {subject}`。"),
            )
        if key is None:
            raise UsageError(
                f"The name of {subject} is sealed with the key {contact.sealed.key_id}. Name the file of that key: "
                "EMERGENCY_KEY=FILE, or --key FILE.",
                zh=(
                    f"{subject} 的姓名由密钥 {contact.sealed.key_id} 封存。"
                    "请写明该密钥的文件：EMERGENCY_KEY=FILE，或 --key FILE。"
                ),
            )
        try:
            return key.open(subject, contact.sealed)
        except WrongKeyError as error:
            return Refusal.WRONG_KEY, error
        except AlteredError as error:
            return Refusal.ALTERED, error

    # -- erasing, sealing anew -------------------------------------------------------------------------------

    def erase(self, subject: str, *, why: str, identity: Identity) -> Erased:
        """Erase what identifies a person, for good. The subject's id, and all that was recorded, stay.

        A backup that was made before still has it, sealed or not. What was sealed can be read by nobody once it is
        sealed anew for all others (`reseal`) and the former key is destroyed.

        Raises:
            NotFoundError: nobody is protected by that id.
            UsageError: no reason is given.
        """
        if not why.strip():
            raise UsageError("Say why the name is to be erased.", zh="请写明为什么删除这个姓名。")
        already = False

        def decided(writing: Writing, asked: Asked) -> tuple[Recorded[Any], ...]:
            nonlocal already
            self._ledger.known(self._ledger.directories.of(writing), identity.office)
            known = self._known(writing, subject)
            if known.contact is not None:
                Contacts(writing).erase(subject)
            already = known.erased_on_record
            if already:
                return ()
            event = PersonErased(subject=subject, office=identity.office, officer=identity.officer, why=why)
            return self._append(writing, event, known.version, asked)

        self._ledger.once(None, digest_of(subject, _Erase(subject, why)), decided)
        return Erased(subject=subject, already=already, wiped=self._wiped())

    def reseal(self, identity: Identity, *, key: Key, former: Sequence[Key] = ()) -> Resealed:
        """Seal with one key what is kept unsealed or was sealed with a former one.

        Args:
            identity: Who is at the keyboard.
            key: The key from now on.
            former: The keys until now.

        Raises:
            NotFoundError: an office that is not in the directory.
        """
        sealed: list[str] = []
        left: list[tuple[str, Refusal]] = []
        keys = {each.id: each for each in former}

        def work(writing: Writing) -> None:
            sealed.clear()
            left.clear()
            for contact in Contacts(writing).all():
                subject = contact.subject_id
                if contact.sealed is None and not contact.plain:
                    continue
                if contact.sealed is not None and contact.sealed.key_id == key.id:
                    continue
                known = self._known(writing, subject)
                if known.erased:
                    continue
                found = self._read(known, keys.get(contact.sealed.key_id, key) if contact.sealed else None)
                if not isinstance(found, Particulars):
                    left.append((subject, found[0]))
                    continue
                Contacts(writing).put(subject, sealed=key.seal(subject, found))
                event = PersonNamed(
                    subject=subject, office=identity.office, officer=identity.officer, kept=Kept.SEALED
                )
                self._append(writing, event, known.version)
                sealed.append(subject)

        self._write(identity, work)
        return Resealed(sealed=tuple(sealed), left=tuple(left), wiped=self._wiped())

    # -- within ----------------------------------------------------------------------------------------------

    def _write(self, identity: Identity, work: Callable[[Writing], None]) -> None:
        def checked(writing: Writing) -> None:
            self._ledger.known(self._ledger.directories.of(writing), identity.office)
            work(writing)

        self._ledger.log.write(checked)

    def _wiped(self) -> bool:
        """What was erased is erased, whatever hinders the database in wiping its files."""
        try:
            return self._ledger.log.wipe()
        except EmergencyError:
            return False

    def _append(
        self, writing: Writing, event: PersonEvent, version: int, asked: Asked | None = None
    ) -> tuple[Recorded[Any], ...]:
        return tuple(
            writing.append(
                person_stream(event.subject),
                version,
                [Draft(event=event)],
                command_id=asked.id if asked else None,
                command_hash=asked.digest if asked else None,
            )
        )

    def _known(self, reading: Reading, subject: str) -> _Known:
        try:
            contact = Contacts(reading).get(subject)
        except NotFoundError:
            contact = None
        known = _known(subject, reading.readable(person_stream(subject)), contact)
        if known.version == 0 and contact is None:
            there = [stream.removeprefix(PERSON) for stream in reading.streams(PERSON)]
            raise NotFoundError(
                f"Nobody is protected as {subject[:60]}.{nearest(subject, there).en} "
                "`emergency people list` shows who is.",
                zh=(
                    f"没有名为 {subject[:60]} 的受保护人员。{nearest(subject, there).zh}受保护的人"
                    "见 `emergency people list`。"
                ),
            )
        return known


def _known(subject: str, events: Sequence[Recorded[Any] | Undecodable], contact: Contact | None) -> _Known:
    """What cannot be read of somebody's stream does not keep anybody from erasing the name."""
    history = tuple(event for event in events if not isinstance(event, Undecodable))
    return _Known(subject, contact, history, events[-1].version if events else 0)


def _protected(known: _Known) -> Protected:
    history, contact = known.history, known.contact
    if contact is None or not (contact.plain or contact.sealed):
        kept = Kept.NOT_KEPT
    else:
        kept = Kept.SEALED if contact.sealed else Kept.UNSEALED
    protected = next((r.event for r in history if isinstance(r.event, PersonProtected)), None)
    erased = [r.recorded_at for r in history if isinstance(r.event, PersonErased)]
    return Protected(
        subject=known.subject,
        kind=protected.kind if protected else None,
        incident=protected.incident if protected else None,
        kept=kept,
        key_id=contact.sealed.key_id if contact and contact.sealed else None,
        added_at=contact.added_at if contact else history[0].recorded_at if history else None,
        erased_at=erased[0] if erased else contact.erased_at if contact else None,
        history=history,
    )


def _stored(subject: str, named: Named) -> dict[str, Any]:
    """The columns of what identifies a person."""
    if named.kept is Kept.SEALED and named.key is not None:
        return {"sealed": named.key.seal(subject, named.particulars)}
    if named.kept is Kept.UNSEALED:
        return {"name": named.name, "phone": named.phone, "note": named.note}
    return {}


def _refuse_to_lose(named: Named) -> None:
    if not named.particulars:
        raise UsageError("Say who it is: a name, a phone, or a note.", zh="请写明是谁：姓名、电话或说明。")
    if named.kept is Kept.NOT_KEPT:
        raise UsageError(
            "There is no key to seal the name with, and nothing was recorded. Make one with `emergency people key new "
            "FILE` and name it with EMERGENCY_KEY=FILE or --key FILE; or say --unsealed: then whoever can read the "
            "database can read the name.",
            zh=(
                "没有封存姓名用的密钥，未作记录。请用 `emergency people "
                "key new FILE` 制作密钥，并以 EMERGENCY_KEY=FILE 或 --key "
                "FILE 指明；或者写 --unsealed：那样，凡能读数据库的人都能看到姓名。"
            ),
        )
