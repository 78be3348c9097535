"""Points (考核计分): the acts that schemes go by beside findings, and the sheets that come of them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, suppress
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any, Protocol

from pydantic import ValidationError

from emergency.answers import Identity, Outcome
from emergency.assessment.assess import assess_timeline
from emergency.assessment.scores import Evidence, sheets
from emergency.assessment.timeline import timeline_of
from emergency.domain.amendment import effective
from emergency.domain.complaint import complaint
from emergency.domain.events import EntryWithdrawn
from emergency.domain.fixed import fixed
from emergency.domain.incident import Record, entry_named, incident_of
from emergency.domain.instructions import InstructionReceived
from emergency.domain.record import Recorded
from emergency.domain.scoring import Adopted, Commended
from emergency.domain.times import CHINA
from emergency.domain.values import UNSTATED, StatedTime, Value
from emergency.domain.vocabulary import Tier, Use
from emergency.errors import NotFoundError, RefusedError, UsageError
from emergency.ledger import Asked, Ledger, digest_of, held, logged
from emergency.projections import scoring
from emergency.projections.listing import Listing, Streamed
from emergency.projections.rows import Row, finding_row, obligation_row
from emergency.projections.streams import history, incident_stream, office_stream
from emergency.rulebook import Rulebook
from emergency.rulebook.schemes import Scheme, SchemeValue
from emergency.store import Draft, Writing


class Lists(Protocol):
    """The rows of the lists, as `Engine.streamed` gives them."""

    def __call__(self, what: Any, /, *, at: datetime) -> AbstractContextManager[Streamed]:  # noqa: ANN401 - a kind
        """Open one of the lists."""


@fixed(frozen=True, slots=True, kw_only=True)
class Scores:
    """Score sheets by a scheme; where something else was tried, what became of them.

    Args:
        at: The instant of judging.
        period: The days that incidents and commendations were taken from.
        about: What a reader must know about the lists that this was read from.
        scheme: The scheme as it holds.
        rows: A sheet for each office.
        undated: Incidents that may lie in the period or not, because nobody knows when they happened.
        tried: The scheme of the other side; None where nothing was tried.
        tried_rows: The sheets of the other side.
        moved: The offices whose result is another one.
        rulebook_tried: The hash of the rules that were tried, where other rules were.
        parked: Incidents that the rules that were tried could not judge.
    """

    at: datetime
    period: scoring.Period
    about: Listing
    scheme: Row
    rows: tuple[Row, ...]
    undated: tuple[str, ...]
    tried: Row | None = None
    tried_rows: tuple[Row, ...] = ()
    moved: tuple[Row, ...] = ()
    rulebook_tried: str | None = None
    parked: tuple[str, ...] = ()


@fixed(slots=True)
class Commend:
    """Put a commendation on record."""

    event: Value


class Points:
    """Adoptions, commendations and score sheets over one store.

    Args:
        ledger: The log, its directory and its rules.
        lists: The rows of the lists.
    """

    def __init__(self, ledger: Ledger, lists: Lists) -> None:
        self._ledger = ledger
        self._lists = lists

    # -- acts ------------------------------------------------------------------------------------------------

    def adopt(
        self,
        ref: str,
        report: str,
        use: Use | str,
        *,
        identity: Identity,
        instructions: Iterable[str] = (),
        at: StatedTime = UNSTATED,
        office: str | None = None,
        source: str | None = None,
        command_id: str | None = None,
    ) -> Outcome:
        """Put on record that a report was used where it was received (采用).

        Args:
            ref: The incident.
            report: The report, by its number, its step in an imported file, its event id, or the beginning of that.
            use: What it was used for.
            identity: Who is at the keyboard.
            instructions: The leaders' instructions that were written on it, each named as the report is.
            at: When.
            office: Who used it, where that is not the office at the keyboard.
            source: Where this is known from.
            command_id: Given again with the same content, the first outcome is returned and nothing is written.

        Raises:
            NotFoundError: no such incident, office, report or instruction.
            CommandConflictError: the command id was used for something else.
        """
        with self._ledger.log.reading() as reading:
            state = incident_of(reading.stream(incident_stream(ref)))
            if state is None:
                raise self._ledger.no_incident(reading, ref)
        written = tuple(entry_named(name, state) for name in instructions)
        if other := [r for r in written if not isinstance(r.event, InstructionReceived)]:
            raise NotFoundError(
                f"Entry #{other[0].version} of {ref} is no leader's instruction that was received. "
                f"`emergency show {ref}` lists the entries with their numbers.",
                zh=(
                    f"{ref} 的录入 #{other[0].version} 不是收到的领导批示。"
                    f"录入及其序号见 `emergency show {ref}`。"
                ),
            )
        entry = _valid(
            Adopted,
            office=office or identity.office,
            at=at,
            source=source,
            of=entry_named(report, state).event_id,
            use=use,
            instructions=tuple(r.event_id for r in written) or None,
        )
        return self._ledger.carry_out(ref, Record(logged(entry, identity)), identity, command_id)

    def commend(
        self,
        office: str,
        tier: Tier | str,
        *,
        identity: Identity,
        at: StatedTime = UNSTATED,
        words: str | None = None,
        source: str | None = None,
        command_id: str | None = None,
    ) -> Recorded[Any]:
        """Put on record that experience of an office was commended by a leader, meeting or journal above (肯定).

        Args:
            office: Whose experience.
            tier: The tier of whoever commended it.
            identity: Who is at the keyboard.
            at: When; counts as of its recording where nobody says.
            words: What was commended, and by whom.
            source: Where this is known from.
            command_id: Given again with the same content, the first outcome is returned and nothing is written.

        Raises:
            NotFoundError: there is no such office.
            CommandConflictError: the command id was used for something else.
        """
        event = _valid(
            Commended,
            office=office,
            tier=tier,
            at=at,
            words=words,
            source=source,
            officer=identity.officer,
            logged_by=identity.office,
        )
        return self._of_office(office, lambda _: event, Commend(event), identity, command_id)

    def take_back(
        self, office: str, number: str, *, why: str, identity: Identity, command_id: str | None = None
    ) -> Recorded[Any]:
        """Take a commendation back; the log keeps it, nothing counts it.

        Args:
            office: Whose it is.
            number: Its number, as it was told when it was recorded, or its event id.
            why: Why.
            identity: Who is at the keyboard.
            command_id: As for `commend`.

        Raises:
            NotFoundError: there is no such office, or no such commendation that counts.
            RefusedError: no reason is given.
        """
        if not why.strip():
            raise RefusedError("Say why it is taken back: --why …", zh="请写明撤回的理由：--why …")
        said = number.removeprefix("#")

        def withdrawn(writing: Writing) -> Value:
            readable = [e for e in writing.readable(office_stream(office)) if isinstance(e, Recorded)]
            for one in effective(readable):
                if isinstance(one.event, Commended) and said in (str(one.version), one.event_id):
                    return EntryWithdrawn(
                        target=one.event_id, why=why, office=identity.office, officer=identity.officer
                    )
            raise NotFoundError(
                f"There is no commendation #{said} of {office} that counts.",
                zh=f"{office} 没有有效的肯定 #{said}。",
            )

        asked = Commend(EntryWithdrawn(target=f"{office} {said}", why=why, office=identity.office))
        return self._of_office(office, withdrawn, asked, identity, command_id)

    def _of_office(
        self,
        office: str,
        made: Callable[[Writing], Value],
        asked_for: Commend,
        identity: Identity,
        command_id: str | None,
    ) -> Recorded[Any]:
        """Write one event to the stream of an office, once."""

        def decided(writing: Writing, asked: Asked) -> tuple[Recorded[Any], ...]:
            offices = self._ledger.directories.of(writing)
            self._ledger.known(offices, identity.office)
            if office not in offices:  # the public is no office
                self._ledger.known(offices, office)
                raise NotFoundError(
                    f"There is no office {office} in the directory.", zh=f"报送网络中没有单位 {office}。"
                )
            stream = office_stream(office)
            return tuple(
                writing.append(
                    stream,
                    writing.version(stream),
                    [Draft(event=made(writing))],
                    command_id=asked.id,
                    command_hash=asked.digest,
                )
            )

        written, _ = self._ledger.once(command_id, digest_of(office, asked_for), decided)
        return written[0]

    # -- sheets ----------------------------------------------------------------------------------------------

    def sheets(
        self,
        scheme: str,
        *,
        against: str | None = None,
        rules: str | Path | None = None,
        known_on: date | None = None,
        since: date | None = None,
        until: date | None = None,
        office: str | None = None,
        at: datetime | None = None,
    ) -> Scores:
        """The points of every office by a scheme, each traced; and what becomes of them by something else.

        Findings are those of the lists, or, under other rules, judged anew from each incident's own stream; nothing
        is stored. An incident belongs to the period in which it happened.

        Args:
            scheme: The scheme: its id, or a part of its id or Chinese title.
            against: Another scheme to hold beside it.
            rules: Other rules to judge and score by: a file, a folder or a pack; see `emergency.rulebook.trying.tried`.
            known_on: The rules as they had been recorded by this day.
            since: The first day of the period; None = from the beginning.
            until: The last day of the period; None = to the end.
            office: Only this office, by its id or by the id in its file.
            at: The instant of judging (default: now).

        Raises:
            NotFoundError: there is no such scheme, or more than one.
            UsageError: a scheme does not hold on the last day of the period, or the period has no days.
        """
        if since is not None and until is not None and until < since:
            raise UsageError(
                f"The period ends on {until} before it begins on {since}.",
                zh=f"期间的截止日 {until} 早于起始日 {since}。",
            )
        moment = at or self._ledger.now()
        period = scoring.Period(since, until)
        # A sheet is made at the end of its period, by what holds then.
        day = min(until or date.max, moment.astimezone(CHINA).date())
        book = self._ledger.rulebook
        named, value = _holding(book, scheme, day)
        with self._lists("incidents", at=moment) as listed:
            inside = {row["incident"]: period.takes_in(row) for row in map(json.loads, listed.texts)}
            about = replace(listed.about, rows=())
        refs = {ref for ref, lies in inside.items() if lies}
        with self._ledger.log.reading() as reading:
            offices = self._ledger.directories.of(reading)
            said = scoring.entries(reading, refs, moment)
            praised = scoring.praise(reading, period, moment)
        with self._lists("obligations", at=moment) as owed, self._lists("findings", at=moment) as found:
            seen = scoring.evidence(_of(owed, refs), _of(found, refs), said, praised)

        def rows(by: Scheme, says: SchemeValue, evidence: Evidence) -> tuple[Row, ...]:
            made = scoring.sheet_rows(sheets(says, evidence), by, offices, day)
            return tuple(row for row in made if office in (None, row["office"], row["office_ref"]))

        scores = Scores(
            at=moment,
            period=period,
            about=about,
            scheme=scoring.scheme_row(named, value),
            rows=rows(named, value, seen),
            undated=tuple(sorted(ref for ref, lies in inside.items() if lies is None)),
        )
        if against is None and rules is None and known_on is None:
            return scores
        parked: tuple[str, ...] = ()
        fingerprint = None
        other_book = book
        if rules is not None or known_on is not None:
            from emergency.rulebook.trying import tried  # noqa: PLC0415 - only where other rules are tried

            other_book = tried(book, rules, known_on=known_on).rulebook
            fingerprint = other_book.fingerprint
            owed_now, found_now, parked = self._judged(sorted(refs), other_book, moment)
            seen = scoring.evidence(owed_now, found_now, said, praised, besides=seen.incidents)
        other, says = _holding_in((other_book, book), against or named.id, day)
        tried_rows = rows(other, says, seen)
        return replace(
            scores,
            tried=scoring.scheme_row(other, says),
            tried_rows=tried_rows,
            moved=tuple(scoring.moved_rows(scores.rows, tried_rows)),
            rulebook_tried=fingerprint,
            parked=parked,
        )

    def _judged(
        self, refs: Sequence[str], book: Rulebook, at: datetime
    ) -> tuple[list[Row], list[Row], tuple[str, ...]]:
        """Obligations and findings of some incidents under other rules, and those that could not be judged."""
        owed: list[Row] = []
        found: list[Row] = []
        parked: list[str] = []
        with self._ledger.log.reading() as reading:
            offices = self._ledger.directories.of(reading)
            for ref in refs:
                try:
                    timeline = timeline_of(history(reading, ref))
                    judged = assess_timeline(timeline, offices, book)
                except Exception:  # noqa: BLE001 - one incident that cannot be judged hides no other
                    parked.append(ref)
                    continue
                owed += (obligation_row(o, timeline, offices) for o in judged.obligations if held(o, at))
                found += (finding_row(f, timeline, offices) for f in judged.findings if held(f, at))
        return owed, found, tuple(parked)


def _of(listed: Streamed, refs: set[str]) -> Iterator[Row]:
    return (row for row in map(json.loads, listed.texts) if row["incident"] in refs)


def _holding(book: Rulebook, name: str, day: date) -> tuple[Scheme, SchemeValue]:
    """The scheme of a name, and what it says on a day."""
    scheme = book.scheme(name)
    value = scheme.value_on(day)
    if value is None:
        days = ", ".join(since.isoformat() for since in scheme.values)
        raise UsageError(
            f"The scheme {scheme.id} does not hold on {day}; it is known from {days}. Choose a period that ends later: "
            "--until DAY.",
            zh=(
                f"计分办法 {scheme.id} 在 {day} 尚未施行或已失效；已知的施行日期有 "
                f"{days}。请选择截止日更晚的期间：--until DAY。"
            ),
        )
    return scheme, value


def _holding_in(books: Sequence[Rulebook], name: str, day: date) -> tuple[Scheme, SchemeValue]:
    """The same, of the first rulebook that has it then: rules that are tried may be older than the scheme."""
    *first, last = books
    for book in first:
        with suppress(NotFoundError, UsageError):
            return _holding(book, name, day)
    return _holding(last, name, day)


def _valid(cls: Any, **fields: object) -> Any:  # noqa: ANN401 - any value of the domain
    try:
        return cls(**fields)
    except ValidationError as error:
        said = complaint(error).sentence
        raise UsageError(said.en, zh=said.zh) from error
