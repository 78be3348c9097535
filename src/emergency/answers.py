"""What commands and queries give back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Literal

from emergency.assessment.model import Assessment, Ground, Obligation, Words
from emergency.assessment.timeline import Timeline
from emergency.domain.events import EntryAmended
from emergency.domain.fixed import fixed
from emergency.domain.offices import Directory
from emergency.domain.vocabulary import State
from emergency.projections.rows import Row, check_row, finding_row, incident_row, obligation_row

if TYPE_CHECKING:
    from emergency.assessment.norms.model import Check
    from emergency.assessment.why import Why
    from emergency.rulebook import Rulebook


@fixed(frozen=True, slots=True, kw_only=True)
class Identity:
    """Who is at the keyboard: an office, a role in it, the officer's id. Never a name."""

    office: str
    role: str | None = None
    officer: str | None = None


@fixed(frozen=True, slots=True, kw_only=True)
class Due:
    """A report that an office still owes, as advice: the earliest defensible deadline.

    Args:
        office: Who owes it.
        recipient: To whom.
        recipient_name: The recipient's name.
        stage: Which report: ``first``, ``follow-up``, ``supplement``, ``final``…
        occasion: What calls for it: ``first``, a day, an entry.
        channel: ``any`` or ``written``.
        by: When at the latest; None for a duty *at once*.
        citation: The rule that gives the earliest time.
        confirmed: Whether that rule's text was read.
        condition: What would have to be so for that time to hold, where that is open.
        sure: A report is owed under every reading, though perhaps only by ``surely_by``.
        surely_by: By when it is owed under every reading, where that is later than ``by``; None otherwise.
        state: Where the obligation stands.
        at_once: The rule that asks for the same report at once, without hours, if there is one.
        obligation: Its id.
        unread: One line for each text in force that may have changed that rule and that nobody has read.
    """

    office: str
    recipient: str
    recipient_name: str
    stage: str
    occasion: str
    channel: str
    by: datetime | None
    citation: str
    confirmed: bool
    condition: Words | None
    state: State
    at_once: str | None
    obligation: str
    unread: tuple[Words, ...] = ()
    sure: bool = True
    surely_by: datetime | None = None


@fixed(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a command came to.

    Args:
        incident: The incident's reference.
        event_ids: What was recorded.
        position: Where the log stands after the whole command; None while the portal's transaction that it is part
            of is open: places are given at its commit.
        already: The same command had been carried out before; nothing was written now.
        repeats: The identical entry of at most two minutes before, which this one repeats.
        in_doubt: The stated time lies in the future.
        backfilled: Recorded more than an hour after its stated time.
        met: Obligations that the entry met, or was late for.
        due: What the acting office owes next, the soonest first.
        remarks: Duties of the acting office that could not be tied to a recipient in the directory.
        unjudged: Why the incident cannot be judged now; the entry is on record all the same. None where it is.
        view: The incident as it was judged for this outcome; None where it was not.
    """

    incident: str
    event_ids: tuple[str, ...]
    position: int | None
    already: bool = False
    repeats: str | None = None
    in_doubt: bool = False
    backfilled: bool = False
    met: tuple[Obligation, ...] = ()
    due: tuple[Due, ...] = ()
    remarks: tuple[Words, ...] = ()
    unjudged: Words | None = None
    view: View | None = field(default=None, repr=False, compare=False)


@fixed(frozen=True, slots=True)
class View:
    """One incident, judged from its own stream."""

    timeline: Timeline
    assessment: Assessment
    directory: Directory
    position: int
    rulebook: Rulebook
    numbers: Mapping[str, int] = field(default_factory=dict)
    """The number of each entry in its incident, by event id: what people call it by."""
    amended: Mapping[str, tuple[EntryAmended, ...]] = field(default_factory=dict)
    """What was put right afterwards, by the event id of the entry, in the order of the log."""

    @property
    def obligation_rows(self) -> list[Row]:
        """The obligations as rows."""
        return [obligation_row(o, self.timeline, self.directory) for o in self.assessment.obligations]

    @property
    def finding_rows(self) -> list[Row]:
        """The findings as rows."""
        return [finding_row(f, self.timeline, self.directory) for f in self.assessment.findings]

    @property
    def checks(self) -> tuple[Check, ...]:
        """The checks of the four norms; made when they are asked for."""
        from emergency.assessment.norms.checks import norms_of  # noqa: PLC0415 - an entry checks no norms

        return tuple(norms_of(self.timeline, self.directory, self.rulebook, self.assessment))

    @property
    def norm_rows(self) -> list[Row]:
        """The checks of the four norms as rows."""
        return [check_row(c, self.timeline, self.directory) for c in self.checks]

    @property
    def incident_row(self) -> Row:
        """The incident as a row."""
        return incident_row(self.timeline, self.directory)


@fixed(frozen=True, slots=True)
class Explained:
    """Why a verdict is what it is, worked out when it was asked for and stored nowhere.

    Args:
        why: The explanation as a tree of values.
        position: The position of the log that it was read at.
        rulebook: The hash of the rulebook that it stands under.
    """

    why: Why
    position: int
    rulebook: str

    @property
    def row(self) -> Row:
        """The explanation as plain JSON values."""
        from emergency.projections.why_rows import why_row  # noqa: PLC0415 - an entry explains nothing

        return why_row(self.why)

    def markdown(self, lang: Literal["zh", "en"]) -> str:
        """The explanation as a page of Markdown."""
        from emergency.projections.prose import markdown, prose  # noqa: PLC0415 - as above

        return markdown(prose(self.why, chinese=lang == "zh"))


@fixed(frozen=True, slots=True, kw_only=True)
class WhatIf:
    """What other rules would have made of incidents on record; nothing of it is stored.

    Args:
        at: The instant of judging.
        position: The position of the log that was read to.
        judged: How many incidents were judged under both.
        obligations: The obligations that move: one row each, with both sides.
        findings: The findings that move.
        norms: The checks of the four norms that move, where they were asked for.
        parked: Incidents that could not be judged, with the reason.
        before: The hash of the rulebook that stands.
        after: The hash of the one that was tried.
        replaced: Ids of the rules and tables that it has in another form; likewise ``added`` and ``removed``.
    """

    at: datetime
    position: int
    judged: int
    obligations: tuple[Row, ...]
    findings: tuple[Row, ...]
    norms: tuple[Row, ...] = ()
    parked: tuple[Row, ...]
    before: str
    after: str
    replaced: tuple[str, ...]
    added: tuple[str, ...]
    removed: tuple[str, ...]


@fixed(frozen=True, slots=True)
class ImportOutcome:
    """What an import came to: ``imported``, ``unchanged`` or ``amended``, and what changed.

    ``position`` is where the log stands after it; None while the portal's transaction that it is part of is open.
    """

    ref: str
    status: Literal["imported", "unchanged", "amended"]
    changes: tuple[Words, ...]
    position: int | None


@fixed(frozen=True, slots=True, kw_only=True)
class ProjectionStatus:
    """How the read models stand to the log and the rulebook.

    Args:
        recorded_through: The position of the log that they take in.
        behind: How many positions the log is ahead of them.
        incidents: How many incidents have rows.
        parked: What cannot be judged, with the reason.
        rulebook: The hash of the rulebook that stands.
        rulebooks: Those that rows stand under.
        waiting: How many incidents are still to be judged again, since the directory changed.
        rebuilding: Positions done, and positions there are, of a rebuild that goes on or was broken off.
    """

    recorded_through: int
    behind: int
    incidents: int
    parked: tuple[Row, ...]
    rulebook: str
    rulebooks: tuple[str, ...]
    waiting: int = 0
    rebuilding: tuple[int, int] | None = None


def standing(obligations: Iterable[Obligation], at: datetime) -> list[Obligation]:
    """Each obligation in the phase that holds at an instant; one that does not hold yet as it will begin."""
    found: dict[str, Obligation] = {}
    for phase in obligations:
        if phase.id not in found or phase.holds_from is None or phase.holds_from <= at:
            found[phase.id] = phase
    return list(found.values())


def still_due(obligations: Iterable[Obligation], office: str, offices: Directory) -> list[Due]:
    """What the office still owes: the strictest ground of each, whether or not it governs a verdict."""
    found: list[Due] = []
    for obligation in obligations:
        if obligation.office != office or obligation.met_by is not None:
            continue
        if obligation.state in (State.MET, State.EXCUSED):
            continue
        by, ground = _strictest(obligation)
        sure = [g for g in obligation.grounds if g.sure]
        surely = min((g.due.earliest for g in sure if g.due and g.due.earliest), default=None)
        at_once = [g.citation for g in obligation.grounds if g.due is None and g.sure]
        found.append(
            Due(
                office=office,
                recipient=obligation.recipient,
                recipient_name=offices.name(obligation.recipient),
                stage=obligation.stage,
                occasion=obligation.occasion,
                channel=obligation.channel,
                by=by,
                citation=ground.citation,
                confirmed=ground.confirmed,
                condition=None if ground.sure else ground.condition,
                state=obligation.state,
                at_once=at_once[0] if at_once else None,
                obligation=obligation.id,
                unread=ground.unread,
                sure=bool(sure),
                surely_by=surely if surely != by else None,
            )
        )
    first = datetime.min.replace(tzinfo=UTC)
    return sorted(found, key=lambda due: (not due.sure, due.by or first))


def _strictest(obligation: Obligation) -> tuple[datetime | None, Ground]:
    """The earliest time that any ground gives, and that ground; of those without hours, the first that is sure."""
    timed = [
        (g.due.earliest, g) for g in obligation.grounds if g.due is not None and g.due.earliest is not None
    ]
    if timed:
        return min(timed, key=lambda pair: pair[0])
    grounds = obligation.grounds
    return None, next((ground for ground in grounds if ground.sure), grounds[0])
