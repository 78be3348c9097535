"""What every command needs: the log with its directory and its rules; done once, judged from its own stream."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, NamedTuple, TypeVar
from uuid import uuid4

from emergency.answers import Identity, Outcome, View, standing, still_due
from emergency.assessment.assess import assess_timeline
from emergency.assessment.model import Finding, Obligation
from emergency.assessment.timeline import as_known_to, cut, timeline_of
from emergency.domain import events
from emergency.domain.amendment import amended
from emergency.domain.bookkeeping import BOOKKEEPING
from emergency.domain.incident import (
    Amend,
    Command,
    Incident,
    Open,
    Record,
    decide,
    entry_named,
    incident_of,
)
from emergency.domain.offices import Directory
from emergency.domain.record import Recorded
from emergency.domain.times import CHINA
from emergency.domain.values import Value
from emergency.domain.vocabulary import PUBLIC
from emergency.errors import BrokenDataError, NotFoundError, UsageError, why_not
from emergency.exchange import registration
from emergency.projections.streams import INCIDENT, Directories, directory, history, incident_stream
from emergency.rulebook import Rulebook
from emergency.store import PENDING, Draft, Log, Reading, Writing
from emergency.words import NOTHING, Words

E = TypeVar("E", bound=events.Entry)


class Asked(NamedTuple):
    """A command's id, and its content as a hash."""

    id: str
    digest: str


class Ledger:
    """The log, the directory and the rulebook, and how a command is carried out over them.

    Args:
        log: The log.
        rulebook: The rules that incidents are judged by.
    """

    def __init__(self, log: Log, rulebook: Rulebook) -> None:
        self.log = log
        self.rulebook = rulebook
        self.directories = Directories()

    def now(self) -> datetime:
        """The hour by the store's clock: that of the machine, but for a drill (演练), whose clock can be set."""
        return self.log.now()

    # -- commands --------------------------------------------------------------------------------------------

    def carry_out(self, ref: str, command: Command, identity: Identity, command_id: str | None) -> Outcome:
        """Carry out a command on one incident; the same id with the same content is done once."""

        def decided(writing: Writing, asked: Asked) -> tuple[Recorded[Any], ...]:
            return self.decide(writing, ref, command, identity, asked)

        written, already = self.once(command_id, digest_of(ref, command), decided)
        return self.outcome(ref, written, identity.office, already=already)

    def once(
        self,
        command_id: str | None,
        digest: str,
        decided: Callable[[Writing, Asked], tuple[Recorded[Any], ...]],
    ) -> tuple[tuple[Recorded[Any], ...], bool]:
        """Carry out a command once, whatever happens to the connection: what it wrote, and whether it had been before.

        A command that its caller did not name gets an id all the same: a commit that was not answered is looked up
        by it.
        """
        asked = Asked(command_id or str(uuid4()), digest)
        turns = 0

        def work(writing: Writing) -> tuple[tuple[Recorded[Any], ...], bool]:
            nonlocal turns
            turns += 1
            may_be_done = command_id is not None or turns > 1
            if may_be_done and (done := writing.once(asked.id, asked.digest)) is not None:
                return done.events, command_id is not None
            return decided(writing, asked), False

        return self.log.write(work)

    def decide(
        self, writing: Writing, ref: str, command: Command, identity: Identity, asked: Asked
    ) -> tuple[Recorded[Any], ...]:
        """Decide a command that was not carried out before, and write what it leads to."""
        offices = self.directories.of(writing)
        stream = incident_stream(ref)
        unreadable = False
        try:
            before = writing.stream(stream)
            state, version = incident_of(before), before[-1].version if before else 0
        except BrokenDataError:
            # What cannot be read of an incident must not keep anybody from reporting on it.
            if not isinstance(command, Record):
                raise
            state, version, unreadable = None, writing.version(stream), True
        if state is None and not unreadable and not isinstance(command, Open):
            raise self.no_incident(writing, ref)
        self.known(offices, identity.office)
        if isinstance(command, Record):
            for office in _named(command.entry):
                self.known(offices, office)
        new: tuple[events.IncidentEvent, ...]
        if unreadable and isinstance(command, Record):
            new = (command.entry,)
        else:
            now = self.now()
            new = decide(command, state, now)
        if isinstance(command, Amend) and state is not None:
            now_reads = amended(entry_named(command.target, state).event, command.changes)
            for office in _named(now_reads, command.changes):
                self.known(offices, office)
        written = writing.append(
            stream,
            version,
            [Draft(event=event) for event in new],
            command_id=asked.id,
            command_hash=asked.digest,
        )
        if isinstance(command, Record) and _starts_logging(offices, command.entry):
            written += registration.start_logging(
                writing, command.entry.office, command_id=asked.id, command_hash=asked.digest
            )
        return tuple(written)

    def act(
        self,
        ref: str,
        said: object,
        decided: Callable[[Incident, Reading], Sequence[events.Entry]],
        identity: Identity,
        command_id: str | None,
    ) -> tuple[tuple[Recorded[Any], ...], bool]:
        """Carry out a command that leads to one or more entries of an incident: all or none, and once.

        Args:
            ref: The incident.
            said: What was asked for: an object with slots, for the same id comes with the same content.
            decided: The entries that it leads to, from the incident as it stands when they are written, and whatever
                else stands then.
            identity: Who is at the keyboard.
            command_id: The command's id; None = it needs none.

        Returns:
            What was written, and whether it had been before.
        """

        def work(writing: Writing, asked: Asked) -> tuple[Recorded[Any], ...]:
            offices = self.directories.of(writing)
            stream = incident_stream(ref)
            before = writing.stream(stream)
            state = incident_of(before)
            if state is None:
                raise self.no_incident(writing, ref)
            self.known(offices, identity.office)
            new = decided(state, writing)
            for entry in new:
                for office in _named(entry):
                    self.known(offices, office)
            now = self.now()
            drafts = [Draft(event=event) for entry in new for event in decide(Record(entry), state, now)]
            written = writing.append(
                stream, before[-1].version, drafts, command_id=asked.id, command_hash=asked.digest
            )
            for entry in new:
                if _starts_logging(offices, entry):
                    written += registration.start_logging(
                        writing, entry.office, command_id=asked.id, command_hash=asked.digest
                    )
                    break  # all of them are acts of one office
            return tuple(written)

        return self.once(command_id, digest_of(ref, said), work)

    def outcome(self, ref: str, written: tuple[Recorded[Any], ...], office: str, *, already: bool) -> Outcome:
        """What was recorded came to. It is on record by now: where it cannot be judged, the outcome says so."""
        mine = [recorded for recorded in written if recorded.stream == incident_stream(ref)]
        entry = next((r.event for r in mine if isinstance(r.event, events.Entry)), None)
        outcome = Outcome(
            incident=ref,
            event_ids=tuple(recorded.event_id for recorded in mine),
            position=written[-1].position if written[-1].position < PENDING else None,
            already=already,
            repeats=entry.repeats if entry else None,
            in_doubt=entry.in_doubt if entry else False,
        )
        try:
            return self._judged(outcome, mine, office)
        except Exception as error:  # noqa: BLE001 - nobody is kept from reporting by a bug in judging
            return replace(outcome, unjudged=why_not(error))

    def _judged(self, outcome: Outcome, written: Sequence[Recorded[Any]], office: str) -> Outcome:
        with self.log.reading() as reading:
            view = self.view(reading, outcome.incident)
        ids = {r.event.target if isinstance(r.event, events.EntryAmended) else r.event_id for r in written}
        steps = [s for s in view.timeline.steps if s.id in ids]
        now = standing(view.assessment.obligations, self.now())
        return replace(
            outcome,
            repeats=steps[0].entry.repeats if steps else None,
            in_doubt=steps[0].entry.in_doubt if steps else False,
            backfilled=any(s.backfilled for s in steps),
            met=tuple(o for o in now if o.met_by in ids),
            due=tuple(still_due(now, office, view.directory)),
            remarks=tuple(r.words for r in view.assessment.remarks if r.office == office),
            view=view,
        )

    def mint_ref(self, writing: Writing, office: str) -> str:
        """Make a reference for an incident of an office: its id, the day, a number; of a drill, marked as one."""
        day = self.now().astimezone(CHINA).strftime("%Y%m%d")
        drill = DRILL if self.log.is_drill else ""
        start = f"{drill}{_UNFIT.sub('-', office)}-{day}-"
        used = writing.streams(incident_stream(start))
        number = max((int(n) for s in used if (n := s.rpartition("-")[2]).isdecimal()), default=0) + 1
        while not writing.claim(incident_stream(f"{start}{number:02d}")):
            number += 1  # somebody is opening that one; nobody waits for whether it comes to be
        return f"{start}{number:02d}"

    def known(self, offices: Directory, office: str) -> None:
        """Refuse an office that is not in the directory.

        Raises:
            NotFoundError: it is not.
        """
        if office != PUBLIC and office not in offices:
            raise NotFoundError(
                f"There is no office {office} in the directory.{nearest(office, offices.offices).en} "
                f"Add it with: emergency offices add {office} --name … --tier … --line …",
                zh=(
                    f"报送网络中没有单位 {office}。{nearest(office, offices.offices).zh}添加用："
                    f"emergency offices add {office} --name … --tier … --line …"
                ),
            )

    def no_incident(self, reading: Reading, ref: str) -> NotFoundError:
        """What to raise where there is no such incident: with the nearest there is."""
        latest = reading.streams(INCIDENT)[-_LOOKED_AT:]
        near = nearest(ref, (s.removeprefix(INCIDENT) for s in latest))
        return NotFoundError(f"There is no incident {ref}.{near.en}", zh=f"没有事件 {ref}。{near.zh}")

    # -- reading ---------------------------------------------------------------------------------------------

    def view(
        self,
        reading: Reading,
        ref: str,
        *,
        as_of: datetime | None = None,
        happened_by: datetime | None = None,
        known_to: str | None = None,
    ) -> View:
        """One incident, judged from its own stream; see `Engine.view`."""
        through = position_at(reading, as_of)
        recorded = history(reading, ref, through=through)
        if not recorded:
            if as_of is not None and history(reading, ref):
                raise NotFoundError(
                    f"Nothing of {ref} was recorded by {as_of.isoformat()}. It came on record later: "
                    "for what had happened by then, use --happened-by.",
                    zh=(
                        f"截至 {as_of.isoformat()}，{ref} 尚无任何记录，入库在此之后。"
                        "要看届时已经发生的情况，请用 --happened-by。"
                    ),
                )
            raise self.no_incident(reading, ref)
        offices = self.directories.of(reading) if through is None else directory(reading, through=through)
        timeline = timeline_of(recorded)
        if happened_by is not None:
            timeline = cut(timeline, happened_by)
        if known_to is not None:
            self.known(offices, known_to)
            timeline = as_known_to(timeline, known_to)
        assessment = assess_timeline(timeline, offices, self.rulebook)
        if happened_by is not None:
            assessment = replace(
                assessment,
                obligations=tuple(o for o in assessment.obligations if held(o, happened_by)),
                findings=tuple(f for f in assessment.findings if held(f, happened_by)),
            )
        position = through if through is not None else reading.last_position()
        numbers = {r.event_id: r.version for r in recorded if r.stream == incident_stream(ref)}
        put_right: dict[str, tuple[events.EntryAmended, ...]] = {}
        for event in (r.event for r in recorded):
            if isinstance(event, events.EntryAmended):
                put_right[event.target] = (*put_right.get(event.target, ()), event)
        return View(timeline, assessment, offices, position, self.rulebook, numbers, put_right)


DRILL = "drill-"
"""What the references of a drill's incidents begin with: they are known for what they are wherever they turn up."""

_LOOKED_AT = 2000
"""Among how many of the latest incidents one is looked for that was misspelt."""

_UNFIT = re.compile(r"[^\w.-]")
"""What a reference may not hold."""


def held(judged: Obligation | Finding, at: datetime) -> bool:
    """Whether it held at that instant."""
    since, until = judged.holds_from, judged.holds_until
    return (since is None or since <= at) and (until is None or at < until)


def position_at(reading: Reading, as_of: datetime | None) -> int | None:
    """The last position recorded by then; None = all."""
    return None if as_of is None else reading.position_at(as_of)


def logged(entry: E, identity: Identity) -> E:
    """The entry with who logged it.

    Raises:
        UsageError: it is no entry of an incident: what is done in a review, say, has commands of its own.
    """
    if not isinstance(entry, events.Entry):
        raise UsageError(
            f"{type(entry).__name__} is no entry of an incident. Nothing was recorded.",
            zh=f"{type(entry).__name__} 不是事件的录入。未作记录。",
        )
    return entry.model_copy(
        update={
            "logged_by": identity.office,
            "officer": entry.officer or identity.officer,
            "role": entry.role or identity.role,
        }
    )


OFFICE_FIELDS = ("office", "to", "whom", "complete_for", "draft", "jointly", "addressed")
"""The fields of an entry or an opening that name offices."""


def _named(event: Value, fields: Container[str] = OFFICE_FIELDS) -> Iterator[str]:
    """The offices that an entry or an opening names, in those of its fields."""
    for field in OFFICE_FIELDS:
        if field in fields:
            said = getattr(event, field, None) or ()
            yield from (said,) if isinstance(said, str) else said


def _starts_logging(offices: Directory, entry: events.Entry) -> bool:
    """The first entry that an office logs of its own: from here on its silence is silence."""
    if type(entry) in BOOKKEEPING:
        return False  # it tells nothing of what the office does
    office = offices.get(entry.office)
    return office is not None and entry.logged_by == entry.office and office.logs_since is None


def digest_of(ref: str, *commands: Any) -> str:  # noqa: ANN401 - dataclasses with slots
    """The content of what was asked for, as a hash."""
    content: list[Any] = [ref]
    for command in commands:
        said: dict[str, Any] = {"command": type(command).__name__}
        for name in command.__slots__:
            value = getattr(command, name)
            said[name] = _said(value) if isinstance(value, Value) else value
        content.append(said)
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, default=str)
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()


def _said(value: Value) -> list[Any]:
    """The content of an event; the minute of its typing, where no time was stated, is no part of it."""
    untimed = isinstance(value, events.Entry) and value.at.text is None
    return [type(value).__name__, value.model_dump(mode="json", exclude={"at"} if untimed else None)]


def nearest(word: str, known: Iterable[str]) -> Words:
    """`` Did you mean …?`` where a known word is near, to stand after the sentence that says it is not known."""
    from difflib import get_close_matches  # noqa: PLC0415 - only for a mistake

    near = get_close_matches(word, list(known), n=1, cutoff=0.6)
    return Words(f"是否指 {near[0]}？", f" Did you mean {near[0]}?") if near else NOTHING
