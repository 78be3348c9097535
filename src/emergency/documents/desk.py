"""Documents (公文) for the desk and for portals: ``engine.documents``. To make one is no act: nothing is recorded."""

from __future__ import annotations

import json
from collections.abc import Iterable
from contextlib import AbstractContextManager, suppress
from dataclasses import replace
from datetime import date
from typing import Any, Protocol

from emergency.answers import View
from emergency.assessment.timeline import timeline_of
from emergency.commands.drafts import Drafts
from emergency.documents import circular, reports, unified
from emergency.documents.model import Official
from emergency.documents.paper import PLAIN_PAPER, Choices
from emergency.documents.reports import Kind
from emergency.domain.incident import entry_named, incident_of
from emergency.domain.vocabulary import PUBLIC
from emergency.errors import BrokenDataError, NotFoundError, RefusedError, UsageError
from emergency.ledger import Ledger
from emergency.projections import scoring
from emergency.projections.listing import Streamed
from emergency.projections.rows import Row
from emergency.projections.streams import history, incident_stream
from emergency.store import Reading

__all__ = ["Choices", "Documents", "Kind", "Official"]


class Lists(Protocol):
    """The rows of the lists, as `Engine.streamed` gives them."""

    def __call__(self, what: Any, /, *, at: Any) -> AbstractContextManager[Streamed]:  # noqa: ANN401 - a kind, an instant
        """Open one of the lists."""


class Documents:
    """Documents over one store. Render one with `emergency.documents.plain`, ``docx`` or ``pdf``.

    Args:
        ledger: The log, its directory and its rules.
        lists: The rows of the lists.
        drill: The store is a drill's: every page says so, whatever is chosen.
    """

    def __init__(self, ledger: Ledger, lists: Lists, *, drill: bool = False) -> None:
        self._ledger = ledger
        self._lists = lists
        self._drill = drill

    def first_report(
        self,
        ref: str,
        *,
        office: str | None = None,
        report: str | None = None,
        held: bool = False,
        choices: Choices = PLAIN_PAPER,
    ) -> Official:
        """The first report (首报) of an office; see `report`."""
        return self.report(Kind.FIRST, ref, office=office, report=report, held=held, choices=choices)

    def follow_up(
        self,
        ref: str,
        *,
        office: str | None = None,
        report: str | None = None,
        held: bool = False,
        choices: Choices = PLAIN_PAPER,
    ) -> Official:
        """A follow-up (续报), numbered by the record; see `report`."""
        return self.report(Kind.FOLLOW_UP, ref, office=office, report=report, held=held, choices=choices)

    def final(
        self,
        ref: str,
        *,
        office: str | None = None,
        report: str | None = None,
        held: bool = False,
        choices: Choices = PLAIN_PAPER,
    ) -> Official:
        """The final report (终报); see `report`."""
        return self.report(Kind.FINAL, ref, office=office, report=report, held=held, choices=choices)

    def report(
        self,
        kind: Kind | str,
        ref: str,
        *,
        office: str | None = None,
        report: str | None = None,
        held: bool = False,
        choices: Choices = PLAIN_PAPER,
    ) -> Official:
        """A report that goes up: of an entry on record, or of what the office holds now, to be sent.

        Args:
            kind: Which report.
            ref: The incident.
            office: Whose. May be left out where ``report`` is given.
            report: The entry, by its number, its step in an imported file, its event id, or the beginning of that;
                None = the office's newest of that kind, else what it holds.
            held: What it holds, also where it has reported already.
            choices: What is decided about the paper.

        Raises:
            NotFoundError: no such incident, office or entry.
            RefusedError: the entry is no such report, or another office's than was named.
            UsageError: neither an office nor an entry is named, or both an entry and ``held``.
        """
        if report is not None and held:
            raise UsageError(
                "Name an entry, or ask for what the office holds: one of them.",
                zh="指明一条记录，或者用本单位现所掌握的情况，二者择一。",
            )
        view, entry = self._read(ref, report)
        kind = Kind(kind)
        if entry is None:
            whose = self._office(view, office)
            mine = [] if held else reports.reports_on_record(view, whose, kind)
            entry = mine[-1].id if mine else None
        else:
            whose = office or ""
            if office is not None:
                self._made_by(view, entry, self._office(view, office))
        return reports.report_of(
            view, kind, whose, entry=entry, at=self._ledger.now(), choices=self._marked(choices)
        )

    def unified_draft(
        self,
        ref: str,
        *,
        draft: str | None = None,
        office: str | None = None,
        version: int | None = None,
        choices: Choices = PLAIN_PAPER,
    ) -> Official:
        """A version of a unified draft (统稿): the last that was issued, else the last there is, marked so.

        Args:
            ref: The incident.
            draft: The office that holds it.
            office: Who asks: its own draft is meant where none is named.
            version: Which version.
            choices: What is decided about the paper.

        Raises:
            NotFoundError: no such incident or draft.
            RefusedError: there are several drafts and none is named, or there is no such version.
        """
        drafts = Drafts(self._ledger)
        state, view = drafts.show(ref, draft, office=office)
        return unified.unified_draft_of(
            view,
            state,
            version=version,
            at=self._ledger.now(),
            choices=self._marked(choices),
            elsewhere=drafts.elsewhere(ref),
        )

    def circular(self, ref: str, *, office: str | None, choices: Choices = PLAIN_PAPER) -> Official:
        """How one incident was reported (通报).

        Args:
            ref: The incident.
            office: Who issues it.
            choices: What is decided about the paper.

        Raises:
            NotFoundError: no such incident or office.
            UsageError: no office is named.
        """
        view, _ = self._read(ref, None)
        whose = self._office(view, office)
        return circular.incident_circular_of(
            view, whose, at=self._ledger.now(), choices=self._marked(choices)
        )

    def period_circular(
        self,
        *,
        office: str | None,
        since: date | None = None,
        until: date | None = None,
        of: str | None = None,
        choices: Choices = PLAIN_PAPER,
    ) -> Official:
        """How the offices reported in a period (通报). An incident lies in the period in which it happened.

        Args:
            office: Who issues it.
            since: The first day of the period; None = from the beginning.
            until: Its last day; None = to the end.
            of: Only of this office, by its id or by the id in its file.
            choices: What is decided about the paper.

        Raises:
            NotFoundError: there is no such office.
            UsageError: the period has no days, or no office issues it.
        """
        at, days = self._ledger.now(), scoring.Period(since, until)
        with self._lists("incidents", at=at) as listed:
            incidents = {row["incident"]: row for row in map(json.loads, listed.texts)}
            about = listed.about
        lies = {ref: days.takes_in(row) for ref, row in incidents.items()}
        inside = {ref for ref, there in lies.items() if there}

        def rows(what: str) -> tuple[Row, ...]:
            with self._lists(what, at=at) as found:
                return tuple(row for row in map(json.loads, found.texts) if row["incident"] in inside)

        findings = rows("findings")
        with self._ledger.log.reading() as reading:
            directory = self._ledger.directories.of(reading)
            appealed = _appealed(reading, findings)
            praised = scoring.praise(reading, days, at)
        if office is None:
            raise _nobody()
        for named in (office, *((of,) if of is not None else ())):
            if named not in directory and named not in {one.ref for one in directory}:
                self._ledger.known(directory, named)
        period = circular.Period(
            since=since,
            until=until,
            at=at,
            incidents={ref: row for ref, row in incidents.items() if ref in inside},
            undated=tuple(sorted(ref for ref, there in lies.items() if there is None)),
            obligations=rows("obligations"),
            findings=findings,
            appealed=appealed,
            praised=tuple(circular.Praised(office=each.office, tier=each.tier) for each in praised),
            directory=directory,
            through=about.recorded_through,
            behind=about.behind,
            parked=tuple(row["incident"] for row in about.parked),
            offices=None if of is None else frozenset(one.id for one in directory if of in (one.id, one.ref)),
        )
        return circular.period_circular_of(period, office, choices=self._marked(choices))

    def _marked(self, choices: Choices) -> Choices:
        return replace(choices, drill=True) if self._drill else choices

    # -- reading -----------------------------------------------------------------------------------------------

    def _read(self, ref: str, report: str | None) -> tuple[View, str | None]:
        """The incident, and the entry that is named on it."""
        with self._ledger.log.reading() as reading:
            view = self._ledger.view(reading, ref)
            if report is None:
                return view, None
            state = incident_of(reading.stream(incident_stream(ref)))
            if state is None:
                raise self._ledger.no_incident(reading, ref)
            return view, entry_named(report, state).event_id

    def _made_by(self, view: View, entry: str, office: str) -> None:
        """Refuse an entry of another office than the one that is named: its paper would be theirs."""
        step = view.timeline.by_id.get(entry)
        if step is None or step.office == office:
            return
        number, ref = view.numbers.get(entry), view.timeline.ref
        theirs, mine = view.directory.name(step.office), view.directory.name(office)
        raise RefusedError(
            f"Entry #{number} of {ref} is by {theirs} ({step.office}), not by {mine}. Name that office, or an entry of "
            f"{mine}: emergency show {ref}.",
            zh=f"{ref} 第{number}号记录是{theirs}（{step.office}）的，不是{mine}的。请写该单位，或写{mine}的记录："
            f"emergency show {ref}。",
        )

    def _office(self, view: View, office: str | None) -> str:
        if office is None:
            raise _nobody()
        if office == PUBLIC:
            raise NotFoundError(
                "The public is no office: no document is its own.", zh="“社会”不是单位，没有它的公文。"
            )
        here = {view.directory.ref(one): one for one in view.timeline.offices}
        if office not in view.directory and office in here:
            return here[office]  # as the imported file calls it
        self._ledger.known(view.directory, office)
        return office


def _appealed(reading: Reading, findings: Iterable[Row]) -> frozenset[tuple[str, str]]:
    """Of which incidents and offices among findings that people determined an appeal waits for its decision."""
    determined = {row["incident"] for row in findings if row["determination"] is not None}
    found: set[tuple[str, str]] = set()
    for ref in sorted(determined):
        with suppress(BrokenDataError):
            found |= {(ref, office) for office in circular.contested(timeline_of(history(reading, ref)))}
    return frozenset(found)


def _nobody() -> UsageError:
    return UsageError("Say whose document it is: name the office.", zh="请指明是哪个单位的公文。")
