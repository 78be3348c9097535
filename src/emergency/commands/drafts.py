"""Unified drafts (统稿): ``engine.drafts``. Every command is one or more entries of the incident, recorded once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from emergency.answers import Due, Identity, Outcome, View, standing, still_due
from emergency.domain.bookkeeping import Linked, Merged, Unmerged
from emergency.domain.draft import (
    DraftState,
    Made,
    Remark,
    Sent,
    Version,
    agree,
    drafts_of,
    is_source,
    said_in,
)
from emergency.domain.draft_commands import (
    AssignDraft,
    DraftCommand,
    EditDraft,
    ForwardDraft,
    IssueDraft,
    OpenDraft,
    ReviewDraft,
    Settle,
    Trace,
    Unit,
    decide_draft,
    named_draft,
)
from emergency.domain.drafting import DraftAct, DraftAssigned, DraftOpened
from emergency.domain.events import Entry, Report
from emergency.domain.fixed import fixed
from emergency.domain.incident import incident_of
from emergency.domain.schema import NAMES
from emergency.domain.values import NO_FACTS, Element, Facts, StatedTime
from emergency.domain.vocabulary import Basis, SignOff
from emergency.errors import BrokenDataError, RefusedError
from emergency.ledger import Ledger, logged
from emergency.projections.streams import INCIDENT, PAGE, incident_stream
from emergency.words import NOTHING, Words

if TYPE_CHECKING:
    from emergency.domain.incident import Incident
    from emergency.domain.record import Recorded
    from emergency.store import Reading

__all__ = ["Drafted", "Drafts", "Elsewhere", "Task", "assigned_tasks", "departures", "drafts_in"]


@fixed(frozen=True, slots=True, kw_only=True)
class Drafted:
    """What a command on a draft came to.

    Args:
        outcome: What was recorded, and what the acting office owes next.
        draft: The draft as it stands now.
        version: The version that it was about; None where there was none, as at the opening.
        remarks: What is odd about what was done: steps out of order, a contradiction that nobody settled.
    """

    outcome: Outcome
    draft: DraftState
    version: Version | None
    remarks: tuple[Remark, ...]


@fixed(frozen=True, slots=True, kw_only=True)
class Task:
    """What one unit was told to send up by itself (分头上报), and how far that is.

    Args:
        id: The assignment, by event id.
        version: Which version.
        unit: Who shall send it.
        to: To whom: as assigned, else to whom the unit owes a report.
        assigned: By when, as assigned; None where only the rules say.
        owed: What the unit surely owes those recipients by rule, the soonest first; the assignment moves none of it.
        by: The earlier of both: what the unit goes by. None where neither gives an hour.
        sent: What it sent, by event id.
        acknowledged: Which of those offices acknowledged it.
        returned: Which of those offices returned it.
        open: To whom it is still to be sent.
    """

    id: str
    version: int
    unit: str
    to: tuple[str, ...]
    assigned: datetime | None
    owed: tuple[Due, ...]
    by: datetime | None
    sent: tuple[str, ...]
    acknowledged: tuple[str, ...]
    returned: tuple[str, ...]
    open: tuple[str, ...]


class Drafts:
    """Commands and questions on unified drafts.

    A draft is named by the office that holds it; where ``draft`` is None, it is the acting office's own, else the one
    that it holds jointly, else the only one of the incident.
    """

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def open(
        self,
        ref: str,
        identity: Identity,
        *,
        contributions: Sequence[str] | None = None,
        jointly: str | None = None,
        at: StatedTime | None = None,
        command_id: str | None = None,
    ) -> Drafted:
        """Begin the draft that the acting office holds, or add reports to it (开始统稿).

        Args:
            ref: The incident.
            identity: Who is at the keyboard.
            contributions: Reports on this incident, by number, step or id; None = those that the office received.
            jointly: The other of the two offices.
            at: When, as stated.
            command_id: Given again with the same content, the first outcome is returned and nothing is written.

        Raises:
            NotFoundError: no such incident, report or office.
            RefusedError: a report of another incident, something that is no report, or nothing would be added.
        """
        named = None if contributions is None else tuple(contributions)
        command = OpenDraft(who=self._who(identity, at), contributions=named, jointly=jointly)
        return self._carry_out(ref, command, identity, command_id, named or ())

    def edit(
        self,
        ref: str,
        identity: Identity,
        *,
        draft: str | None = None,
        like: str | None = None,
        facts: Facts = NO_FACTS,
        content: Sequence[Element] = (),
        without: Sequence[str] = (),
        text: str | None = None,
        trace: Mapping[str, Sequence[str]] | None = None,
        settle: Iterable[tuple[str, str | None, str]] = (),
        contributions: Sequence[str] = (),
        at: StatedTime | None = None,
        command_id: str | None = None,
    ) -> Drafted:
        """Make the next version (拟稿、修改). What is not said reads as in the version before.

        Args:
            ref: The incident.
            identity: Who is at the keyboard.
            draft: The office that holds the draft.
            like: What it begins with instead of the last version: a version's number, or a report as people name it.
            facts: Facts that are stated anew.
            content: Elements that are said anew.
            without: Names of facts and elements that it shall not have any more.
            text: The text that goes up; None = as before.
            trace: What facts rest on; by default, on every contribution and verification that states the same.
            settle: Contradictions settled: the fact, the entry that is followed or None, and why.
            contributions: Reports to add to those it is made of.
            at: When, as stated.
            command_id: Given again with the same content, the first outcome is returned and nothing is written.

        Raises:
            NotFoundError: no such incident, draft, version or entry.
            RefusedError: nothing would change, or a fact would rest on what is no source.
            UsageError: what was said contradicts itself.
        """
        traces = tuple(Trace(fact, tuple(to)) for fact, to in (trace or {}).items())
        settlements = tuple(Settle(*each) for each in settle)
        named = (
            *contributions,
            *(each for trace in traces for each in trace.to),
            *(each.by for each in settlements if each.by is not None),
            *([like] if like is not None else []),
        )
        command = EditDraft(
            who=self._who(identity, at),
            draft=draft,
            like=like,
            facts=facts,
            content=tuple(content),
            without=tuple(without),
            text=text,
            trace=traces,
            settle=settlements,
            contributions=tuple(contributions),
        )
        return self._carry_out(ref, command, identity, command_id, named)

    def review(
        self,
        ref: str,
        identity: Identity,
        *,
        stage: SignOff | str,
        approve: bool,
        why: str | None = None,
        draft: str | None = None,
        version: int | None = None,
        at: StatedTime | None = None,
        command_id: str | None = None,
    ) -> Drafted:
        """Approve a version at one step of the chain, or return it with a reason (初审、复核、审核).

        Whoever does it, in whatever order, it is recorded; what is odd is in ``remarks``.

        Args:
            ref: The incident.
            identity: Who is at the keyboard.
            stage: Which step.
            approve: Approved, or returned.
            why: The reason; a return needs one.
            draft: The office that holds the draft.
            version: Which version; None = the last one.
            at: When, as stated.
            command_id: Given again with the same content, the first outcome is returned and nothing is written.

        Raises:
            NotFoundError: no such incident, draft or version.
            UsageError: returned without a reason.
        """
        command = ReviewDraft(
            who=self._who(identity, at),
            stage=SignOff(stage),
            approved=approve,
            why=why,
            draft=draft,
            version=version,
        )
        return self._carry_out(ref, command, identity, command_id)

    def sign(
        self,
        ref: str,
        identity: Identity,
        *,
        approve: bool,
        why: str | None = None,
        draft: str | None = None,
        version: int | None = None,
        at: StatedTime | None = None,
        command_id: str | None = None,
    ) -> Drafted:
        """Sign a version, or return it with a reason (签发); see `review`."""
        return self.review(
            ref,
            identity,
            stage=SignOff.SIGN,
            approve=approve,
            why=why,
            draft=draft,
            version=version,
            at=at,
            command_id=command_id,
        )

    def issue(
        self,
        ref: str,
        identity: Identity,
        *,
        draft: str | None = None,
        version: int | None = None,
        at: StatedTime | None = None,
        command_id: str | None = None,
    ) -> Drafted:
        """Send a version out as the one set of facts, with its hash (印发统稿).

        A step of the chain that is missing, or a contradiction that nobody settled, keeps nothing up: it is recorded,
        and ``remarks`` says so.

        Args:
            ref: The incident.
            identity: Who is at the keyboard.
            draft: The office that holds the draft.
            version: Which version; None = the last one.
            at: When, as stated.
            command_id: Given again with the same content, the first outcome is returned and nothing is written.

        Raises:
            NotFoundError: no such incident, draft or version.
            RefusedError: it was issued already, or a later one was.
        """
        command = IssueDraft(who=self._who(identity, at), draft=draft, version=version)
        return self._carry_out(ref, command, identity, command_id)

    def assign(
        self,
        ref: str,
        identity: Identity,
        *,
        units: Mapping[str, StatedTime | None],
        to: Sequence[str] = (),
        draft: str | None = None,
        version: int | None = None,
        at: StatedTime | None = None,
        command_id: str | None = None,
    ) -> Drafted:
        """Have units send an issued version up, each by itself (分头上报): all of them or none.

        Args:
            ref: The incident.
            identity: Who is at the keyboard.
            units: Who shall send it up, and by when; None = by when they owe it. No time limit moves by this.
            to: To whom; empty = to whom each owes it.
            draft: The office that holds the draft.
            version: Which version; None = the last that was issued.
            at: When, as stated.
            command_id: Given again with the same content, the first outcome is returned and nothing is written.

        Raises:
            NotFoundError: no such incident, draft, version or office.
            RefusedError: the version was not issued.
        """
        command = AssignDraft(
            who=self._who(identity, at),
            units=tuple(Unit(office, by) for office, by in units.items()),
            to=tuple(to),
            draft=draft,
            version=version,
        )
        return self._carry_out(ref, command, identity, command_id)

    def forward(
        self,
        ref: str,
        report: Report,
        identity: Identity,
        *,
        draft: str | None = None,
        version: int | None = None,
        without: Sequence[str] = (),
        command_id: str | None = None,
    ) -> Drafted:
        """Send an issued version on; its facts and content are filled in, and the hash of what was sent.

        Args:
            ref: The incident.
            report: What carries it: a forward, a report, a follow-up. What it states itself is sent in place of what
                the version says: then the hash differs, and ``remarks`` says so.
            identity: Who is at the keyboard.
            draft: The office that holds the draft.
            version: Which version; None = the last that was issued.
            without: Names of facts and elements of the version that are left out.
            command_id: Given again with the same content, the first outcome is returned and nothing is written.

        Raises:
            NotFoundError: no such incident, draft or office.
            RefusedError: the version was never issued. To report at once, record the report without a draft.
        """
        command = ForwardDraft(
            report=logged(report, identity), draft=draft, version=version, without=tuple(without)
        )
        return self._carry_out(ref, command, identity, command_id)

    def show(
        self, ref: str, draft: str | None = None, *, office: str | None = None
    ) -> tuple[DraftState, View]:
        """One draft as it stands, with the incident it belongs to.

        Args:
            ref: The incident.
            draft: The office that holds it.
            office: Who asks: its own draft is meant where none is named.

        Raises:
            NotFoundError: no such incident or draft.
            RefusedError: there are several drafts, and none is named.
        """
        with self._ledger.log.reading() as reading:
            view = self._ledger.view(reading, ref)
            state = self._incident(reading, ref)
        return named_draft(draft, office or "", _drafts(state), state), view

    def list(self, ref: str) -> tuple[dict[str, DraftState], View]:
        """The drafts of an incident, by the office that holds each, with the incident.

        Raises:
            NotFoundError: no such incident.
        """
        with self._ledger.log.reading() as reading:
            view = self._ledger.view(reading, ref)
            state = self._incident(reading, ref)
        return _drafts(state), view

    def elsewhere(self, ref: str) -> dict[str, Elsewhere]:
        """What drafts may rest on that was reported on incidents merged into this one, by event id."""
        with self._ledger.log.reading() as reading:
            state = self._incident(reading, ref)
        return {
            key: Elsewhere(recorded.stream.removeprefix(INCIDENT), recorded.version, recorded.event)
            for key, recorded in state.entries.items()
            if recorded.stream != state.stream
        }

    def refs(self) -> tuple[str, ...]:
        """The incidents that a draft was ever opened on, the oldest draft first."""
        found: dict[str, None] = {}
        after = 0
        with self._ledger.log.reading() as reading:
            while page := reading.page(after, PAGE, type_prefix=NAMES[DraftOpened]):
                after = page[-1].position
                found.update(dict.fromkeys(event.stream.removeprefix(INCIDENT) for event in page))
        return tuple(found)

    def _who(self, identity: Identity, at: StatedTime | None) -> Entry:
        """An entry that says who acts and when, and nothing else."""
        stated = at
        if stated is None:
            minute = self._ledger.now().replace(second=0, microsecond=0)
            stated = StatedTime(earliest=minute, latest=minute, basis=Basis.STATED)
        return logged(Entry(office=identity.office, at=stated), identity)

    # -- how it is done --------------------------------------------------------------------------------------

    def _incident(self, reading: Reading, ref: str) -> Incident:
        """The incident, with what was reported on those that were merged into it."""
        state = incident_of(reading.stream(incident_stream(ref)))
        if state is None:
            raise self._ledger.no_incident(reading, ref)
        return _with_merged(state, reading)

    def _carry_out(
        self,
        ref: str,
        command: DraftCommand,
        identity: Identity,
        command_id: str | None,
        named: Sequence[str] = (),
    ) -> Drafted:
        def decided(own: Incident, reading: Reading) -> tuple[Entry, ...]:
            incident = _with_merged(own, reading)
            self._of_this_event(incident, named, reading)
            return decide_draft(command, incident)

        written, already = self._ledger.act(ref, command, decided, identity, command_id)
        outcome = self._ledger.outcome(ref, written, identity.office, already=already)
        with self._ledger.log.reading() as reading:
            drafts = _drafts(self._incident(reading, ref))
        act = next(r.event for r in written if isinstance(r.event, (DraftAct, Report)))
        holder = act.draft or ""
        draft = drafts.get(holder) or DraftState(holder=holder)
        number = getattr(act, "version", None)
        mine = {recorded.event_id for recorded in written}
        return Drafted(
            outcome=outcome,
            draft=draft,
            version=draft.version(number) if number is not None else None,
            remarks=tuple(remark for remark in draft.remarks if remark.of in mine),
        )

    def _of_this_event(self, incident: Incident, named: Iterable[str], reading: Reading) -> None:
        """Refuse reports of other incidents, named as ``OTHER:#3``: one draft is about one event at one place."""
        ref = incident.opened.event.ref
        here = {recorded.stream for recorded in incident.entries.values()}
        steps = {getattr(recorded.event, "step", None) for recorded in incident.entries.values()}
        for word in named:
            other, colon, entry = word.replace("：", ":").partition(":")
            if not colon or word in steps or (incident_stream(other) in here and other != ref):
                continue
            there = incident_of(reading.stream(incident_stream(other)))
            if there is None:
                raise self._ledger.no_incident(reading, other)
            if other == ref:
                raise RefusedError(
                    f"{word}: name the reports of {ref} itself by their numbers alone: {entry}.",
                    zh=f"{word}：{ref} 自己的报告只写序号：{entry}。",
                )
            why = _elsewhere(incident, there, word, entry)
            raise RefusedError(why.en, zh=why.zh)


class Elsewhere(NamedTuple):
    """A report or verification on an incident that was merged into the one that a draft is about.

    Args:
        ref: The incident it is recorded on.
        number: Its number there.
        entry: What it says.
    """

    ref: str
    number: int
    entry: Entry


def _with_merged(state: Incident, reading: Reading) -> Incident:
    """The incident, and what was reported and verified on those that go on as this one, first.

    Drafts of their own, and what was sent of them, stay where they are.
    """
    linked = dict.fromkeys(r.event.other for r in state.entries.values() if isinstance(r.event, Linked))
    found: dict[str, Recorded[Any]] = {}
    for other in linked:
        try:
            there = incident_of(reading.stream(incident_stream(other)))
        except BrokenDataError:
            continue  # what cannot be read there keeps nobody from working here
        if there is None or _goes_on_as(there) != state.opened.event.ref:
            continue
        found.update(
            (key, recorded)
            for key, recorded in there.entries.items()
            if is_source(recorded.event) and getattr(recorded.event, "draft", None) is None
        )
    return replace(state, entries={**found, **state.entries}) if found else state


def _goes_on_as(incident: Incident) -> str | None:
    """The incident that this one was merged into; None where it was not, or was taken apart again."""
    undone = {r.event.merge for r in incident.entries.values() if isinstance(r.event, Unmerged)}
    into: str | None = None
    for recorded in incident.entries.values():
        if isinstance(recorded.event, Merged) and recorded.event_id not in undone:
            into = recorded.event.into
    return into


def _drafts(incident: Incident) -> dict[str, DraftState]:
    return drafts_of((key, recorded.event) for key, recorded in incident.entries.items())


def _elsewhere(here: Incident, there: Incident, word: str, entry: str) -> Words:
    one, other = here.opened.event, there.opened.event
    places = [
        f"{each.place.name}{f' ({each.place.division})' if each.place.division else ''}"
        for each in (one, other)
    ]
    differ = (
        one.place.division != other.place.division
        if one.place.division and other.place.division
        else one.place.name != other.place.name
    )
    what = (
        Words(
            f"两起事件地点不同：{one.ref} 在{places[0]}，{other.ref} 在{places[1]}。",
            f"They are incidents of different places: {one.ref} at {places[0]}, {other.ref} at {places[1]}. ",
        )
        if differ
        else NOTHING
    )
    return Words(
        f"{word} 是另一起事件的报告。{what.zh}一份统稿只汇总一起事件的报告。未作记录，也没有遗失：二者确为同一事件的，"
        f"请先并案（emergency merge {other.ref} --into {one.ref} --why WHY），然后即可写 {word}；不是的，"
        f"请为 {other.ref} 另拟统稿：emergency draft open {other.ref} {entry}",
        f"{word} is a report on another incident. {what.en}A unified draft is made over the reports of one incident. "
        f"Nothing was recorded, and nothing is lost: where both are the same event, they are merged first (emergency "
        f"merge {other.ref} --into {one.ref} --why WHY), and then {word} can be named; else {other.ref} has a draft of "
        f"its own: emergency draft open {other.ref} {entry}",
    )


# -- reading ---------------------------------------------------------------------------------------------------


def drafts_in(
    view: View, elsewhere: Mapping[str, Elsewhere] | None = None, *, through: str | None = None
) -> dict[str, DraftState]:
    """The drafts of an incident as it is viewed, by the office that holds each.

    Args:
        view: The incident.
        elsewhere: What was reported on incidents merged into it (`Drafts.elsewhere`).
        through: The event id of the last entry that is read; None = all.
    """
    steps = sorted(view.timeline.steps, key=lambda step: view.numbers.get(step.id, 0))
    last = view.numbers.get(through) if through is not None else None
    if last is not None:
        steps = [step for step in steps if view.numbers.get(step.id, 0) <= last]
    others = [(key, each.entry) for key, each in (elsewhere or {}).items()]
    return drafts_of((*others, *((step.id, step.entry) for step in steps)))


def departures(view: View, report: Report) -> Iterator[tuple[str, int, tuple[str, ...]]]:
    """The issued drafts that a report differs from: who holds each, the version, and the facts that both state."""
    says = said_in(report.facts)
    for draft in drafts_in(view).values():
        issued = draft.issued
        if issued is None:
            continue
        said = said_in(issued.edited.facts)
        facts = tuple(
            fact for fact, value in says.items() if fact in said and not agree(fact, value, said[fact])
        )
        if facts:
            yield draft.holder, issued.number, facts


def assigned_tasks(draft: DraftState, view: View, at: datetime) -> tuple[Task, ...]:
    """What units were told to send up, with the time limits that bind them whether or not they were told."""
    now = standing(view.assessment.obligations, at)
    return tuple(
        _task(version, made, draft, view, tuple(still_due(now, made.act.whom, view.directory)), at)
        for version in draft.versions
        for made in version.assigned
    )


def _of_those_told(receipts: Iterable[tuple[Sent, str]]) -> dict[str, None]:
    """Who acknowledged or returned what it was sent; another office's receipt is on record and is no receipt."""
    return dict.fromkeys(office for sent, office in receipts if office in sent.act.to)


def _task(
    version: Version,
    made: Made[DraftAssigned],
    draft: DraftState,
    view: View,
    dues: tuple[Due, ...],
    at: datetime,
) -> Task:
    act = made.act
    sent = [
        each
        for later in draft.versions
        if later.number >= version.number
        for each in later.sent
        if each.act.office == act.whom
    ]
    told = tuple(dict.fromkeys(to for each in sent for to in each.act.to))
    sure = tuple(due for due in dues if due.sure)
    to = act.to or tuple(dict.fromkeys((*told, *(due.recipient for due in sure))))
    if not to:
        day = (act.by.interval.latest if act.by else None) or at
        to = tuple(view.directory.superiors(act.whom, day.date()))
    owed = tuple(due for due in sure if due.recipient in to)
    assigned = (act.by.latest or act.by.earliest) if act.by is not None else None
    hours = [hour for hour in (assigned, *(due.by for due in owed)) if hour is not None]
    return Task(
        id=made.id,
        version=version.number,
        unit=act.whom,
        to=to,
        assigned=assigned,
        owed=owed,
        by=min(hours, default=None),
        sent=tuple(each.id for each in sent),
        acknowledged=tuple(
            _of_those_told((each, ack.act.office) for each in sent for ack in each.acknowledged)
        ),
        returned=tuple(_of_those_told((each, back.act.office) for each in sent for back in each.returned)),
        open=tuple(each for each in to if each not in told),
    )
