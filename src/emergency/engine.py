"""The engine: opens a store, reads the clock, mints ids; the only place that does.

A command is a method that returns its outcome: what was recorded, what it met, what is due next. A query returns
rows. Everything between is decided by pure functions.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, TypeVar

import sqlalchemy
from pydantic import ValidationError
from sqlalchemy import func, select

from emergency.answers import (
    Due,
    Explained,
    Identity,
    ImportOutcome,
    Outcome,
    ProjectionStatus,
    View,
    WhatIf,
    standing,
    still_due,
)
from emergency.assessment.assess import assess_timeline
from emergency.assessment.timeline import Timeline, timeline_of
from emergency.domain import events
from emergency.domain.complaint import complaint
from emergency.domain.incident import (
    Amend,
    Open,
    Record,
    Withdraw,
    entry_named,
    incident_of,
    same_entry,
)
from emergency.domain.offices import Directory, OfficeEvent
from emergency.domain.record import Recorded
from emergency.domain.schema import EventCodec
from emergency.domain.values import Place, StatedTime, Value
from emergency.domain.vocabulary import Category, Secrecy, Urgency
from emergency.errors import BrokenDataError, BusyError, SeveralFitError, UsageError, why_not
from emergency.exchange import registration
from emergency.ledger import Asked, Ledger, digest_of, held, logged, position_at
from emergency.projections.rows import UNMARKED, Row, finding_row, holds, obligation_row, row_json
from emergency.projections.streams import (
    INCIDENT,
    directory,
    history,
    incident_stream,
    streams_of,
)
from emergency.rulebook import Rulebook, load
from emergency.store import DiskFullError, DrillClock, Log, Reading, ReadOnlyError, Undecodable, Writing

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from emergency.commands.advice import Advice, Next
    from emergency.commands.desk import Desk
    from emergency.commands.drafts import Drafts
    from emergency.commands.guiding import Guide
    from emergency.commands.incidents import Incidents
    from emergency.commands.instructions import Instructions
    from emergency.commands.people import Named, People
    from emergency.commands.points import Points
    from emergency.commands.reminders import Reminders
    from emergency.commands.reviews import Reviews
    from emergency.documents.desk import Documents
    from emergency.domain.values import Facts
    from emergency.domain.vocabulary import Level, Line, Tier
    from emergency.exchange.case_file import CaseFile
    from emergency.projections.building import Telling
    from emergency.projections.catch_up import Projections
    from emergency.projections.listing import Kind, Listing, Streamed, Wanted
    from emergency.projections.matrix import By, Matrix

__all__ = [
    "Due",
    "Engine",
    "Explained",
    "Identity",
    "ImportOutcome",
    "Outcome",
    "ProjectionStatus",
    "View",
    "WhatIf",
]


class Engine:
    """The whole library behind one object. Safe to use from several threads; close it, or use it as a context.

    Args:
        engine: A SQLAlchemy engine, on SQLite or PostgreSQL; the caller keeps it.
        rules: A folder of rules in place of the packaged ones.
        prefix: What the names of the store's tables begin with.
        schema: The schema they are in (PostgreSQL); None = the connection's own.

    Raises:
        StoreError: the database cannot be used.
        UsageError: the prefix or schema cannot be one.
        BrokenDataError: the rules cannot be loaded.
    """

    def __init__(
        self,
        engine: sqlalchemy.Engine,
        *,
        rules: Path | None = None,
        prefix: str = "",
        schema: str | None = None,
    ) -> None:
        self._start(Log(engine, EventCodec(), prefix=prefix, schema=schema), rules)

    @classmethod
    def open(
        cls,
        url: str,
        *,
        rules: Path | None = None,
        create: bool = True,
        drill: DrillClock | None = None,
    ) -> Self:
        """Open a store by its URL, such as ``sqlite:////srv/emergency.db`` or ``postgresql://user@host/database``.

        Args:
            url: Where it is; ``?timeout=SECONDS`` says how long a writer waits for another (5), ``table_prefix`` and
                ``table_schema`` how the tables are named.
            rules: A folder of rules in place of the packaged ones.
            create: Make it where it is not there; for whoever only reads, False.
            drill: Make it a drill's (演练), whose clock stands so; only a new file of SQLite can be one.

        Raises:
            StoreError: there is none and ``create`` is False, or the database cannot be used.
            RefusedError: a drill is to be made where there is a store.
        """
        opened = cls.__new__(cls)
        opened._start(Log.open(url, EventCodec(), create=create, drill=drill), rules)  # noqa: SLF001 - our own
        return opened

    def _start(self, log: Log, rules: Path | None) -> None:
        self._log = log
        self.rulebook: Rulebook = load(rules)
        self._ledger = Ledger(log, self.rulebook)
        self._views: Projections | None = None

    def close(self) -> None:
        """Close the connections that this engine opened itself."""
        self._log.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @contextmanager
    def joined(self, transaction: sqlalchemy.Connection | Session) -> Iterator[Self]:
        """Work inside a portal's own transaction: what is recorded here is committed with it, or not at all.

        It holds for this thread or task and this engine. A refused command undoes only itself. Queries see what the
        transaction sees; lists are those of the last catch-up, and say how far behind they are.

        Args:
            transaction: A connection or session of the SQLAlchemy engine that this engine was given.

        Raises:
            UsageError: it belongs to another SQLAlchemy engine.
        """
        with self._log.joined(transaction):
            yield self

    def now(self) -> datetime:
        """The hour by the store's clock: that of the machine, but for a drill (演练), whose clock can be set."""
        return self._ledger.now()

    @property
    def is_drill(self) -> bool:
        """Whether this is the store of a drill (演练): whatever leaves it must be marked so."""
        return self._log.is_drill

    @property
    def clock_stands(self) -> bool:
        """Whether this is a drill whose clock stands still until it is set."""
        return self._log.clock_stands

    def set_clock(self, to: datetime, *, held: bool = False) -> None:
        """Set the clock of a drill forward; ``held``: it stands still until it is set again.

        Raises:
            RefusedError: this is no drill, or the clock would go back.
        """
        self._log.set_clock(to, held=held)

    # -- families of commands --------------------------------------------------------------------------------

    @property
    def desk(self) -> Desk:
        """The duty desk (值班): shifts, handovers, who was on duty when; the last entry taken back."""
        from emergency.commands.desk import Desk  # noqa: PLC0415 - entries have nothing to do with it

        return Desk(self._ledger, self.projections)

    @property
    def reminders(self) -> Reminders:
        """Reminders (提醒): what is due and not yet sent, at any interval, without a miss or a repeat."""
        from emergency.commands.reminders import Reminders  # noqa: PLC0415 - as above

        return Reminders(self._ledger, self.projections)

    @property
    def drafts(self) -> Drafts:
        """Unified drafts (统稿): opened, edited, reviewed, signed, issued, assigned, sent on."""
        from emergency.commands.drafts import Drafts  # noqa: PLC0415 - most commands have to do with none

        return Drafts(self._ledger)

    @property
    def instructions(self) -> Instructions:
        """Leaders' instructions (批示), with what is owed about each."""
        from emergency.commands.instructions import Instructions  # noqa: PLC0415 - few commands have to do with any

        return Instructions(self._ledger)

    @property
    def merging(self) -> Incidents:
        """What concerns two incidents: merged (并案), taken apart again, linked."""
        from emergency.commands.incidents import Incidents  # noqa: PLC0415 - as above

        return Incidents(self._ledger)

    # -- offices ---------------------------------------------------------------------------------------------

    def directory(self, *, as_of: datetime | None = None) -> Directory:
        """Who reports to whom."""
        with self._log.reading() as reading:
            if as_of is None:
                return self._ledger.directories.of(reading)
            return directory(reading, through=position_at(reading, as_of))

    def register_offices(self, offices: Iterable[OfficeEvent]) -> dict[str, str]:
        """Add offices, or bring known ones up to date, with what else is said of them: all or none.

        Returns:
            What became of each: ``added``, ``changed`` or ``unchanged``.

        Raises:
            RefusedError: an office reports to one that is neither registered nor in the same list.
        """
        listed = tuple(offices)

        def work(writing: Writing) -> dict[str, str]:
            writing.alone()
            return registration.register(writing, listed)

        return self._log.write(work)

    def change_office(self, event: OfficeEvent) -> str:
        """Note what happened to an office: a post, a class, a name, a superior, a succession, its end.

        Returns:
            ``changed``, or ``unchanged`` where the directory says so already of that day.

        Raises:
            NotFoundError: the office, or one that is named, is not in the directory.
            RefusedError: it cannot be so: an office that succeeds itself, or ends before it began.
        """

        def work(writing: Writing) -> str:
            writing.alone()
            return registration.change(writing, event)

        return self._log.write(work)

    def starts_logging(self, office: str) -> None:
        """From here on an office logs all that it does in this store: its silence is silence.

        Its first entry of its own says the same; this is for one whose silence shall count before that, as in a drill.

        Raises:
            NotFoundError: it is not in the directory.
        """

        def work(writing: Writing) -> None:
            writing.alone()
            self._ledger.known(self._ledger.directories.of(writing), office)
            registration.start_logging(writing, office)

        self._log.write(work)

    # -- commands on incidents -------------------------------------------------------------------------------

    def open_incident(
        self,
        *,
        title: str,
        category: Category | str,
        kind: str,
        place: str,
        division: str | None = None,
        occurred_at: StatedTime | None = None,
        identity: Identity,
        ref: str | None = None,
        first: events.Entry | None = None,
        informant: Named | None = None,
        secrecy: Secrecy | str | None = None,
        urgency: Urgency | str | None = None,
        command_id: str | None = None,
    ) -> Outcome:
        """Put an incident on record; its reference is minted from the office, the day and a number.

        Args:
            title: What people call it.
            category: One of the four categories.
            kind: The writer's own word for its kind.
            place: Where it happened.
            division: The division code of the place.
            occurred_at: When it happened; None = nobody knows.
            identity: Who is at the keyboard.
            ref: Its reference; minted unless given.
            first: Its first entry: recorded together with the opening, or neither.
            informant: Who gave the clue that the first entry is: see `record`.
            secrecy: How secret it is; None = nobody has said.
            urgency: How urgent it is; None = nobody has said.
            command_id: Given again with the same content, the first outcome is returned and nothing is written.

        Raises:
            NotFoundError: an office that is not in the directory.
            RefusedError: the reference is in use.
            CommandConflictError: the command id was used for something else.
        """
        at = occurred_at or StatedTime()
        opened = _valid(
            events.IncidentOpened,
            ref=ref or "-",  # until it is minted
            title=title,
            category=category,
            kind=kind,
            place=_valid(Place, name=place, division=division),
            occurred_at=at,
            logged_by=identity.office,
            officer=identity.officer,
            secrecy=secrecy,
            urgency=urgency,
        )
        record = Record(logged(first, identity)) if first is not None else None
        # A minted reference is no part of what was asked for: asked again, it is the same command.
        said = Open(opened if ref else opened.model_copy(update={"ref": ""}))
        if informant is not None and first is None:
            raise UsageError(
                "An informant belongs to a clue: give it as the first entry.",
                zh="提供线索的人只能随线索记录：请把线索作为第一条录入。",
            )
        people = self.people if informant is not None else None
        protecting = people.said(informant) if people is not None and informant is not None else ()
        digest = digest_of(ref or "", *((said, record) if record else (said,)), *protecting)

        def decided(writing: Writing, asked: Asked) -> tuple[Recorded[Any], ...]:
            self._ledger.known(self._ledger.directories.of(writing), identity.office)
            name = ref or self._ledger.mint_ref(writing, identity.office)
            written = self._ledger.decide(
                writing, name, Open(opened.model_copy(update={"ref": name})), identity, asked
            )
            if record is None:
                return written
            if people is not None and informant is not None:
                return written + people.clue(writing, name, record.entry, informant, identity, asked)
            return written + self._ledger.decide(writing, name, record, identity, asked)

        written, already = self._ledger.once(command_id, digest, decided)
        name = written[0].stream.removeprefix(INCIDENT)
        return self._ledger.outcome(name, written, identity.office, already=already)

    def record(
        self,
        ref: str,
        entry: events.Entry,
        identity: Identity,
        *,
        informant: Named | None = None,
        command_id: str | None = None,
    ) -> Outcome:
        """Add an entry to an incident: any act of any office. Nothing is refused for being late or out of order.

        Args:
            ref: The incident.
            entry: What was done; who logged it is filled in from ``identity``.
            identity: Who is at the keyboard.
            informant: Who gave the clue that the entry is, to be put under protection with it. Without a key the name
                is not kept; the clue is recorded all the same. One who is protected already is named in the entry.
            command_id: Given again with the same content, the first outcome is returned and nothing is written. An
                informant's name is no part of what is compared.

        Raises:
            NotFoundError: no such incident, or an office that is not in the directory.
            CommandConflictError: the command id was used for something else.
            UsageError: an informant of an entry that is no clue.
        """
        if informant is not None:
            return self.people.record(ref, logged(entry, identity), informant, identity, command_id)
        return self._ledger.carry_out(ref, Record(logged(entry, identity)), identity, command_id)

    def amend(
        self,
        ref: str,
        target: str,
        changes: Mapping[str, Any],
        *,
        why: str,
        identity: Identity,
        command_id: str | None = None,
    ) -> Outcome:
        """Put an entry right; the log keeps both.

        Args:
            ref: The incident.
            target: The entry's number, its step in an imported file, its event id, or the beginning of that id.
            changes: Fields of its body and what each shall read, as JSON values.
            why: Why it has to be put right.
            identity: Who is at the keyboard.
            command_id: Given again with the same content, the first outcome is returned and nothing is written.

        Raises:
            NotFoundError: no such incident or entry that counts, or an office that is not in the directory.
            RefusedError: nothing would change, the entry cannot read so, or the field is not one to amend.
        """
        command = Amend(
            target=target, changes=dict(changes), why=why, office=identity.office, officer=identity.officer
        )
        return self._ledger.carry_out(ref, command, identity, command_id)

    def withdraw(
        self, ref: str, target: str, *, why: str, identity: Identity, command_id: str | None = None
    ) -> Outcome:
        """Take an entry back; the log keeps it, nothing counts it. For the arguments see `amend`."""
        command = Withdraw(target=target, why=why, office=identity.office, officer=identity.officer)
        return self._ledger.carry_out(ref, command, identity, command_id)

    def entry(self, ref: str, target: str) -> Recorded[Any]:
        """The opening or entry that people mean by its number, step or id; it is found, not judged.

        Raises:
            NotFoundError: no such incident, or no one entry that counts.
        """
        with self._log.reading() as reading:
            state = incident_of(reading.stream(incident_stream(ref)))
            if state is None:
                raise self._ledger.no_incident(reading, ref)
        return entry_named(target, state)

    def repeated(self, ref: str, entry: events.Entry, identity: Identity) -> Recorded[events.Entry] | None:
        """The identical entry of at most two minutes ago: ask before recording it again."""
        try:
            with self._log.reading() as reading:
                state = incident_of(reading.stream(incident_stream(ref)))
        except BrokenDataError:
            return None  # nobody is kept from recording by what cannot be read
        if state is None:
            return None
        return same_entry(logged(entry, identity), state, self.now())

    # -- families of commands ---------------------------------------------------------------------------------

    @property
    def people(self) -> People:
        """Protected people: their names sealed, opened on the record, erased."""
        from emergency.commands.people import People  # noqa: PLC0415 - few entries need it

        return People(self._ledger)

    @property
    def points(self) -> Points:
        """Adoptions, commendations, and score sheets by a scheme."""
        from emergency.commands.points import Points  # noqa: PLC0415 - no entry needs it

        return Points(self._ledger, self.streamed)

    @property
    def documents(self) -> Documents:
        """Documents (公文): first report, follow-up, final report, unified draft, circular; nothing is recorded."""
        from emergency.documents.desk import Documents  # noqa: PLC0415 - no entry needs it

        return Documents(self._ledger, self.streamed, drill=self.is_drill)

    @property
    def reviews(self) -> Reviews:
        """The reviews (责任追究): opened on findings, determined, contested; see `emergency.commands.reviews`."""
        from emergency.commands.reviews import Reviews  # noqa: PLC0415 - no entry needs it

        return Reviews(self._ledger)

    # -- timelines -------------------------------------------------------------------------------------------

    def import_timeline(
        self,
        case: CaseFile | Path,
        *,
        amend: bool = False,
        mapping: Mapping[str, str] | None = None,
    ) -> ImportOutcome:
        """Read one timeline file into the store: all of it or none.

        The same file again changes nothing. An edited one is refused with the list of what changed, unless
        ``amend``: then every change is an amendment, a withdrawal or a new entry, and the log keeps what was.

        Args:
            case: The file, or its path.
            amend: Record the differences from what is on record.
            mapping: The file's own office ids that stand for offices of this store.

        Raises:
            BrokenDataError: the file is not a timeline; nothing was written.
            RefusedError: the incident is on record in another form.
        """
        from emergency.exchange import case_file, importer, timeline_import  # noqa: PLC0415 - no entry needs it

        new = timeline_import.imported(case_file.read(case) if isinstance(case, Path) else case, mapping)

        def work(writing: Writing) -> ImportOutcome:
            writing.alone()
            for office in (mapping or {}).values():
                self._ledger.known(self._ledger.directories.of(writing), office)
            return importer.write(writing, new, amend=amend, rulebook=self.rulebook.fingerprint)

        return self._log.write(work)

    # -- queries ---------------------------------------------------------------------------------------------

    def refs(self, prefix: str = "") -> list[str]:
        """The references of all incidents that begin so, the oldest first."""
        with self._log.reading() as reading:
            return [s.removeprefix(INCIDENT) for s in reading.streams(incident_stream(prefix))]

    def resolve(self, ref: str) -> str:
        """The one incident that is meant: the beginning or another part of its reference, or a word of its title.

        ``xiangshui-2026``, ``1121-01``; ``#01`` is the number at its end; ``化工厂`` is looked for where no reference
        holds it.

        Raises:
            SeveralFitError: it fits more than one, which the error names.
            NotFoundError: it fits none.
            UsageError: nothing was said, as by a script whose variable was empty: that names no incident.
        """
        ref = ref.strip()
        number = ref.removeprefix("#")
        if not number:
            raise UsageError(
                "Name the incident: `emergency list` shows them.",
                zh="请写明事件编号；全部事件见 `emergency list`。",
            )
        with self._log.reading() as reading:
            if reading.version(incident_stream(ref)):
                return ref
            found = reading.streams(incident_stream(ref))
            if not found and number != ref and number.isdecimal():
                found = [s for s in reading.streams(INCIDENT) if _number(s) == int(number)]
            if not found:
                found = [s for s in reading.streams(INCIDENT) if ref in s.removeprefix(INCIDENT)]
            titles = {} if found else self._titled(reading, ref)
            found = found or [incident_stream(one) for one in titles]
            if not found:
                raise self._ledger.no_incident(reading, ref)
            if len(found) == 1:
                return found[0].removeprefix(INCIDENT)
            # The latest are the likeliest to be meant, and the references come the oldest first.
            shown = [stream.removeprefix(INCIDENT) for stream in found[-_SHOWN:]]
            choices = {one: titles.get(one) or self._title(reading, one) for one in shown}
        more = len(found) > _SHOWN
        raise SeveralFitError(
            f"{ref} fits several incidents: {', '.join(shown)}{' and more' if more else ''}. Write more of it.",
            found=choices,
            zh=f"{ref} 可以指几起事件：{'、'.join(shown)}{'等' if more else ''}。请写得更完整。",
        )

    def _titled(self, reading: Reading, word: str) -> dict[str, str]:
        """The latest incidents whose title holds a word, by reference."""
        found: dict[str, str] = {}
        if word.isascii() and any(one.isdigit() for one in word):
            return found  # a reference that was misspelt
        for stream in reading.streams(INCIDENT)[-_TITLES:]:
            ref = stream.removeprefix(INCIDENT)
            if word in (title := self._title(reading, ref)):
                found[ref] = title
        return found

    @staticmethod
    def _title(reading: Reading, ref: str) -> str:
        try:
            state = incident_of(reading.stream(incident_stream(ref)))
        except BrokenDataError:
            return ""  # it can be named by its reference all the same
        return "" if state is None else state.opened.event.title

    def view(
        self,
        ref: str,
        *,
        as_of: datetime | None = None,
        happened_by: datetime | None = None,
        known_to: str | None = None,
    ) -> View:
        """One incident, judged from its own stream.

        Args:
            ref: The incident.
            as_of: As it was recorded by then.
            happened_by: As it had happened by then; what may have happened by then is in it.
            known_to: As that office knew it: what it did and what it was told.

        Raises:
            NotFoundError: there is no such incident, or nothing of it was recorded by then.
            BrokenDataError: its events cannot be read.
        """
        with self._log.reading() as reading:
            return self._ledger.view(reading, ref, as_of=as_of, happened_by=happened_by, known_to=known_to)

    def why(
        self, ref: str, what: str = "", *, office: str | None = None, at: datetime | None = None
    ) -> Explained:
        """Why a verdict is what it is: rules, clock, arithmetic, what was done, every reading, every step read.

        Args:
            ref: The incident.
            what: The id of an obligation, finding or check, the beginning of one, words that fit only one of them
                (``county late``), or ``level``; empty for everything that is open, late or suspicious.
            office: Only of this office.
            at: The instant of judging (default: now).

        Raises:
            NotFoundError: no such incident or office; or nothing, or more than one thing, fits.
            BrokenDataError: its events cannot be read.
        """
        from emergency.assessment.why import explain  # noqa: PLC0415 - no entry needs it

        with self._log.reading() as reading:
            recorded = history(reading, ref)
            if not recorded:
                raise self._ledger.no_incident(reading, ref)
            offices = self._ledger.directories.of(reading)
            if office is not None:
                self._ledger.known(offices, office)
            why = explain(
                timeline_of(recorded),
                offices,
                self.rulebook,
                at=at or self.now(),
                what=what,
                office=office,
            )
            return Explained(why, reading.last_position(), self.rulebook.fingerprint)

    def what_if(
        self,
        refs: Sequence[str] = (),
        *,
        rules: str | Path | None = None,
        known_on: date | None = None,
        at: datetime | None = None,
        norms: bool = False,
        progress: Callable[[int, int], None] | None = None,
    ) -> WhatIf:
        """What other rules would have made of incidents on record: every verdict that moves.

        Each incident is judged twice from its own stream, under the rules that stand and under those that are tried;
        the read models are neither read nor written.

        Args:
            refs: The incidents; none = all.
            rules: A file, a folder or a pack to lay over the rules that stand; see `emergency.rulebook.trying.tried`.
            known_on: The rules that stand as they had been recorded by this day.
            at: The instant of judging (default: now).
            norms: Check the four norms as well.
            progress: Told after each incident how many of how many are done.

        Raises:
            UsageError: neither rules nor a day are given.
            NotFoundError: there is no such incident, file, folder or pack.
            BrokenDataError: the rules cannot be used, or an incident that was named cannot be read.
        """
        if rules is None and known_on is None:
            raise UsageError(
                "Say what to try: other rules, the rules as they were known on a day, or both.",
                zh="请写明试什么：另一套规则、某日所知的规则，或两者都写。",
            )
        from emergency.projections import moves  # noqa: PLC0415 - no entry needs it
        from emergency.rulebook.trying import tried  # noqa: PLC0415 - as above

        other = tried(self.rulebook, rules, known_on=known_on)
        moment = at or self.now()
        obligations: list[Row] = []
        findings: list[Row] = []
        parked: list[Row] = []
        checks: list[Row] = []
        books = (self.rulebook, other.rulebook)
        with self._log.reading() as reading:
            offices = self._ledger.directories.of(reading)
            every = list(refs) or [s.removeprefix(INCIDENT) for s in reading.streams(INCIDENT)]
            for done, ref in enumerate(every, 1):
                try:
                    recorded = history(reading, ref)
                    if not recorded:
                        raise self._ledger.no_incident(reading, ref)  # noqa: TRY301 - passed on below
                    timeline = timeline_of(recorded)
                    (owed, found), (owed_now, found_now) = (
                        _standing_rows(timeline, offices, book, moment) for book in books
                    )
                    checked = [
                        _standing_checks(timeline, offices, book, moment) if norms else [] for book in books
                    ]
                except Exception as error:
                    # One incident that cannot be judged hides no other; whoever names it is told.
                    if refs:
                        raise
                    parked.append(_parked(reading, ref, error))
                else:
                    obligations += moves.moved_obligations(owed, owed_now)
                    findings += moves.moved_findings(found, found_now, owed, owed_now)
                    checks += moves.moved_checks(*checked)
                if progress is not None:
                    progress(done, len(every))
            position = reading.last_position()
        return WhatIf(
            at=moment,
            position=position,
            judged=len(every) - len(parked),
            obligations=tuple(obligations),
            findings=tuple(findings),
            norms=tuple(checks),
            parked=tuple(parked),
            before=self.rulebook.fingerprint,
            after=other.rulebook.fingerprint,
            replaced=other.replaced,
            added=other.added,
            removed=other.removed,
        )

    def due(self, ref: str, office: str) -> tuple[Due, ...]:
        """What an office still owes on an incident, the soonest first."""
        view = self.view(ref)
        now = standing(view.assessment.obligations, self.now())
        return tuple(still_due(now, office, view.directory))

    @property
    def advice(self) -> Advice:
        """What is asked before and between entries: see `guide` and `next`."""
        from emergency.commands.advice import Advice  # noqa: PLC0415 - an entry asks nothing

        def caught_up() -> Projections:
            self._catch_up()
            return self.projections

        return Advice(self._ledger, caught_up)

    def guide(
        self,
        office: str | None = None,
        *,
        kind: str,
        category: Category | str | None = None,
        place: str = "",
        division: str | None = None,
        occurred_at: StatedTime | None = None,
        learned_at: StatedTime | None = None,
        facts: Facts | None = None,
        level: Level | str | None = None,
        tier: Tier | str | None = None,
        line: Line | str | None = None,
        at: datetime | None = None,
    ) -> Guide:
        """Whether an office must report an event that is not on record, to whom, by when and with what.

        It is judged as if the office came to know of it, by the same functions as what is on record; nothing is
        recorded. The answer is never *no*: a rule that is not known here may ask for a report.

        Args:
            office: Who asks; None where only its tier and line are told.
            kind: What the event is: a kind of the rulebook, its Chinese title, or the writer's own word.
            category: One of the four categories; that of the kind, or an accident, unless given.
            place: Where it happened.
            division: The division code of that place; that of the office unless given.
            occurred_at: When it happened; None = nobody knows.
            learned_at: When the office came to know; None = at the instant of judging.
            facts: What the office holds: figures, circumstances.
            level: The level that the event was officially given, if it was.
            tier: Of which tier the office is, where it is in no directory.
            line: Of which line it is then.
            at: The instant of judging (default: now).

        Raises:
            NotFoundError: the office is not in the directory.
            UsageError: neither an office nor its tier and line are given, or a word is none of its list.
        """
        return self.advice.guide(
            office,
            kind=kind,
            category=category,
            place=place,
            division=division,
            occurred_at=occurred_at,
            learned_at=learned_at,
            facts=facts,
            level=level,
            tier=tier,
            line=line,
            at=at,
        )

    def next(
        self, office: str, *, at: datetime | None = None, owed_to_me: bool = False, closed: bool = False
    ) -> Next:
        """What an office owes over all incidents, read from the read models, the most urgent first.

        Deadlines are those of `due`: the earliest defensible ones.

        Args:
            office: The office.
            at: The instant of judging (default: now).
            owed_to_me: What others owe the office instead.
            closed: Also what is left of incidents that were closed.

        Raises:
            NotFoundError: the office is not in the directory.
        """
        return self.advice.next(office, at=at, owed_to_me=owed_to_me, closed=closed)

    def incidents(
        self,
        *,
        secrecy: Wanted = None,
        urgency: Wanted = None,
        up_to: str | None = None,
        unmarked: bool = False,
    ) -> Listing:
        """All incidents, or those that are marked so.

        Args:
            secrecy: Only incidents of that secrecy, or one of those; ``unknown`` where nobody has marked it.
            urgency: The same, by urgency.
            up_to: Only what a reader may see who is cleared up to this secrecy. What nobody has marked may be
                anything, and is left out.
            unmarked: With ``up_to``: what nobody has marked as well.

        Raises:
            UsageError: there is no such secrecy or urgency; or both ``secrecy`` and ``up_to`` are given.
        """
        if up_to is not None:
            if secrecy is not None:
                raise UsageError(
                    "Say either a secrecy, or up to which.", zh="密级和“至某密级为止”只能写一个。"
                )
            from emergency.projections.listing import cleared  # noqa: PLC0415 - no entry needs lists

            secrecy = cleared(up_to, unmarked=unmarked)
        _check_filters("incidents", {"secrecy": secrecy, "urgency": urgency})
        return self._listing("incidents", secrecy=secrecy, urgency=urgency)

    def obligations(
        self, refs: Sequence[str] = (), *, at: datetime | None = None, **filters: Wanted
    ) -> Listing:
        """Obligations as they stand at an instant (default: now), of some incidents or of all.

        Named incidents are judged from their own streams; all of them are read from the read models.

        Args:
            refs: The incidents; none = all.
            at: The instant of judging.
            filters: Only rows where it is that, or one of those; None = no filter. ``office``, ``recipient``,
                ``state``; ``party``, whoever owes or is owed; ``office_or_ref``, an office by its id or by the id in
                its file; ``secrecy`` and ``urgency``, how the incident is marked (``unknown``: nobody has).

        Raises:
            UsageError: there is no such filter.
        """
        return self._audit("obligations", refs, at, filters)

    def findings(self, refs: Sequence[str] = (), *, at: datetime | None = None, **filters: Wanted) -> Listing:
        """Findings that hold at an instant (default: now), of some incidents or of all.

        Args:
            refs: The incidents; none = all.
            at: The instant of judging.
            filters: Only rows where it is that, or one of those; None = no filter. ``office``, ``kind``, ``status``;
                ``office_or_ref``, an office by its id or by the id in its file; ``secrecy`` and ``urgency``, how the
                incident is marked (``unknown``: nobody has).

        Raises:
            UsageError: there is no such filter.
        """
        return self._audit("findings", refs, at, filters)

    def norms(self, refs: Sequence[str] = (), *, at: datetime | None = None, **filters: Wanted) -> Listing:
        """Checks of the four norms that hold at an instant (default: now), of some incidents or of all.

        Args:
            refs: The incidents; none = all.
            at: The instant of judging.
            filters: Only rows where it is that, or one of those; None = no filter. ``office``, ``norm``, ``check``,
                ``result``, ``status``; ``office_or_ref``, an office by its id or by the id in its file.

        Raises:
            UsageError: there is no such filter.
        """
        return self._audit("norms", refs, at, filters)

    def norm_matrix(
        self,
        refs: Sequence[str] = (),
        *,
        at: datetime | None = None,
        by: By = "office",
        since: date | None = None,
        until: date | None = None,
        **filters: Wanted,
    ) -> Matrix:
        """How many checks of each norm came to what at an instant (default: now), by office or by month.

        Args:
            refs: The incidents; none = all.
            at: The instant of judging.
            by: A line for each office, or for each month.
            since: Only checks that stand as they do since this China day or a later one.
            until: Only those of this day or an earlier one.
            filters: As for `norms`.

        Raises:
            UsageError: there is no such filter.
        """
        from emergency.projections import matrix  # noqa: PLC0415 - no entry needs it

        moment, period = at or self.now(), matrix.Period(since, until)
        _check_filters("norms", filters)
        offices = self.directory()
        own = None
        if by == "office" and filters.get("office_or_ref") is not None:
            own, with_former = matrix.whose(offices, filters["office_or_ref"])
            filters["office_or_ref"] = with_former
        if refs:
            listed = self._audit("norms", refs, moment, filters)
            found, standing = list(matrix.counted_rows(listed.rows, period)), replace(listed, rows=())
        else:
            self._catch_up()
            found, standing = matrix.counted(self.projections, moment, period, filters)
        return matrix.matrix_of(found, standing, offices, by=by, period=period, offices=own)

    @contextmanager
    def streamed(
        self,
        what: Kind,
        /,
        refs: Sequence[str] = (),
        *,
        at: datetime | None = None,
        counted: bool = False,
        serious: Collection[str] = (),
        **filters: Wanted,
    ) -> Iterator[Streamed]:
        """The same rows one after the other, as the text of JSON objects: however many, they take no room.

        Args:
            what: ``incidents``, ``obligations``, ``findings`` or ``norms``.
            refs: The incidents; none = all. For ``incidents`` always all.
            at: The instant of judging (default: now).
            counted: Beside each incident, how many obligations are ``open`` and ``overdue``, and how many
                ``findings`` of a serious status there are.
            serious: Those statuses; whether there is such a finding is told beforehand; for ``norms``, whether a check
                fails so.
            filters: As for `obligations`, `findings` and `norms`.

        Raises:
            UsageError: there is no such filter.
        """
        moment = at or self.now()
        _check_filters(what, filters)
        if not refs:
            self._catch_up()
            from emergency.projections.listing import streamed  # noqa: PLC0415 - no entry needs lists

            with streamed(
                self.projections, what, at=moment, counted=counted, serious=serious, **filters
            ) as found:
                yield found
            return
        listed = self._audit(what, refs, moment, filters)
        own = what in ("findings", "norms")
        rows = listed.rows if own else self._audit("findings", refs, moment, {}).rows
        ids = {row["id"] for row in listed.rows}
        grave = any(row["status"] in serious and (own or row["obligation"] in ids) for row in rows)
        from emergency.projections.listing import Streamed  # noqa: PLC0415 - no entry needs lists

        yield Streamed(replace(listed, rows=()), map(row_json, listed.rows), grave)

    def _audit(
        self, kind: Kind, refs: Sequence[str], at: datetime | None, filters: Mapping[str, Wanted]
    ) -> Listing:
        from emergency.projections import listing as lists  # noqa: PLC0415 - no entry needs lists

        moment = at or self.now()
        _check_filters(kind, filters)
        if not refs:
            return self._listing(kind, at=moment, **filters)
        rows: list[Row] = []
        position = 0
        for ref in refs:
            view = self.view(ref)
            position = view.position
            if not lists.marked_so(view.incident_row, filters):
                continue
            mine = _ROWS[kind](view)
            rows += [row for row in mine if holds(row, moment) and lists.fits(row, kind, filters)]
        return lists.Listing(tuple(rows), position, 0, (), (self.rulebook.fingerprint,))

    def _listing(self, what: Kind, /, *, at: datetime | None = None, **filters: Wanted) -> Listing:
        self._catch_up()
        from emergency.projections.listing import listing  # noqa: PLC0415 - no entry needs lists

        return listing(self.projections, what, at=at, **filters)

    def _catch_up(self) -> None:
        """Catch up first; where this reader may not write, or somebody else is writing, read what is there.

        The listing says how far behind it is. Inside somebody else's transaction nothing is caught up: who only
        reads there must not hold others up until it ends.
        """
        if not self._log.is_joined:
            with suppress(ReadOnlyError, BusyError, DiskFullError):
                self.projections.catch_up()

    @property
    def projections(self) -> Projections:
        """The read models over this store."""
        if self._views is None:
            from emergency.projections.catch_up import Projections  # noqa: PLC0415 - no entry needs lists

            self._views = Projections(self._log, self.rulebook, self._ledger.directories)
        return self._views

    def _apart(self) -> Projections:
        """The read models, for who changes them."""
        if self._log.is_joined:
            raise UsageError(
                "The lists cannot be changed inside a portal's transaction: that would keep everybody else from them "
                "until it ends. Do it outside.",
                zh=(
                    "不能在门户系统的事务之内更改列表：事务结束之前，其他人都将无法使用列表。"
                    "请在事务之外进行。"
                ),
            )
        return self.projections

    def projection_status(self, *, catch_up: bool = False) -> ProjectionStatus:
        """How far the read models have come, what is parked, and under which rulebooks their rows stand."""
        views = self._apart() if catch_up else self.projections
        if catch_up:
            views.catch_up()
        with self._log.reading() as reading:
            from emergency.projections.listing import about  # noqa: PLC0415 - no entry needs lists

            found, state = about(views, reading), views.state(reading)
            live = views.live(reading)
            count = select(func.count()).select_from(live.incidents) if live is not None else None
            return ProjectionStatus(
                recorded_through=found.recorded_through,
                behind=found.behind,
                incidents=(reading.connection.scalar(count) or 0) if count is not None else 0,
                parked=found.parked,
                rulebook=self.rulebook.fingerprint,
                rulebooks=found.rulebooks,
                waiting=found.waiting,
                rebuilding=(state.done, state.through) if state.building is not None else None,
            )

    def rebuild(self, *, progress: Telling | None = None, anew: bool = False, processes: int = 1) -> int:
        """Judge everything anew beside the lists that are read, verify, and put the new ones in their place.

        Readers and writers go on meanwhile; broken off, it goes on where it was. For the arguments, the errors, and
        what else it came to, see `Projections.rebuild`.

        Returns:
            The position reached.
        """
        return self._apart().rebuild(telling=progress, anew=anew, processes=processes).position

    def retry_parked(self, names: Sequence[str] = ()) -> tuple[str, ...]:
        """Try again what is parked, or some of it; gives what was tried.

        Raises:
            NotFoundError: one of them is not parked.
        """
        return self._apart().retry(names)


def _check_filters(kind: Kind, filters: Mapping[str, Wanted]) -> None:
    from emergency.projections.listing import FILTERS  # noqa: PLC0415 - no entry needs lists

    known = FILTERS[kind]
    if unknown := [name for name in filters if name not in known]:
        raise UsageError(
            f"There is no filter {unknown[0]}; the filters are {', '.join(known)}.",
            zh=f"没有筛选条件 {unknown[0]}；可用的有 {'、'.join(known)}。",
        )
    for name, marks in (("secrecy", Secrecy), ("urgency", Urgency)):
        # A slip here would limit a list to nothing, or seem to.
        wanted, there = filters.get(name) or (), [*marks, UNMARKED]
        for word in (wanted,) if isinstance(wanted, str) else wanted:
            if word not in there:
                raise UsageError(
                    f"There is no {name} {word}; there is {', '.join(there)}.",
                    zh=f"{name} 没有 {word} 这一项；可用的有 {'、'.join(there)}。",
                )


_ROWS: Mapping[str, Callable[[View], list[Row]]] = {
    "obligations": lambda view: view.obligation_rows,
    "findings": lambda view: view.finding_rows,
    "norms": lambda view: view.norm_rows,
}
"""The rows of one incident, by kind."""

_SHOWN = 5
"""How many of several incidents are named."""

_TITLES = 300
"""Among how many of the latest incidents one is looked for by a word of its title."""


def _number(stream: str) -> int | None:
    """The number at the end of a reference."""
    last = stream.rpartition("-")[2]
    return int(last) if last.isdecimal() else None


V = TypeVar("V", bound=Value)


def _standing_rows(
    timeline: Timeline, offices: Directory, rulebook: Rulebook, at: datetime
) -> tuple[list[Row], list[Row]]:
    """The obligations and the findings of one incident as they stand at an instant under a rulebook."""
    judged = assess_timeline(timeline, offices, rulebook)
    owed = [obligation_row(o, timeline, offices) for o in judged.obligations if held(o, at)]
    return owed, [finding_row(f, timeline, offices) for f in judged.findings if held(f, at)]


def _standing_checks(timeline: Timeline, offices: Directory, rulebook: Rulebook, at: datetime) -> list[Row]:
    """The checks of the four norms of one incident as they stand at an instant under a rulebook."""
    judged = assess_timeline(timeline, offices, rulebook)
    rows = View(timeline, judged, offices, 0, rulebook).norm_rows
    return [row for row in rows if holds(row, at)]


def _parked(reading: Reading, ref: str, error: Exception) -> Row:
    """An incident that cannot be judged, as the lists show it."""
    events = [event for stream in streams_of(reading, ref) for event in reading.readable(stream)]
    broken = [e.position for e in events if isinstance(e, Undecodable)]
    position = min(broken, default=max((e.position for e in events), default=0))
    from emergency.projections.listing import parked_row  # noqa: PLC0415 - no entry needs lists

    return parked_row(ref, position, why_not(error))


def _valid(cls: type[V], **fields: object) -> V:
    try:
        return cls(**fields)
    except ValidationError as error:
        said = complaint(error).sentence
        raise UsageError(said.en, zh=said.zh) from error
