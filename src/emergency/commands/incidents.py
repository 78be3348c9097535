"""Formal acts on whole incidents: ``engine.merging``. Merged, taken apart again, linked: each a command done once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any

from emergency.answers import Identity, Outcome, standing
from emergency.assessment.merging import fates_of
from emergency.assessment.model import Words
from emergency.domain.bookkeeping import MERGED_HERE, UNMERGED, Linked, Merged, Unmerged
from emergency.domain.incident import Incident, Record, incident_of
from emergency.domain.merging import check_merge, doubts, linked_here, merged_into
from emergency.domain.record import Recorded
from emergency.domain.values import StatedTime
from emergency.domain.vocabulary import Basis
from emergency.errors import RefusedError
from emergency.ledger import Asked, Ledger, digest_of, logged
from emergency.projections.streams import incident_stream
from emergency.store import Reading, Writing

__all__ = ["Incidents"]


class Incidents:
    """Commands that concern more than one incident."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def merge(
        self, ref: str, *, into: str, why: str, identity: Identity, command_id: str | None = None
    ) -> Outcome:
        """Merge an incident into another, as which it goes on (并案). No clock moves.

        Every obligation that is open now either continues as one of the other incident, which asks for no less, or
        stands where it is: see ``fates`` of what is recorded. What was due already stays as it is. Reports on the
        merged incident are taken as before.

        Args:
            ref: The incident that is merged.
            into: The one as which it goes on.
            why: Why.
            identity: Who is at the keyboard.
            command_id: Given again with the same content, the first outcome is returned and nothing is written.

        Raises:
            NotFoundError: no such incident or office.
            RefusedError: it is the same incident, is merged already, has others merged into it, or lies elsewhere.
        """
        said = Merged(office=identity.office, into=into, why=why)
        warned: list[Words] = []

        def decided(writing: Writing, asked: Asked) -> tuple[Recorded[Any], ...]:
            now = self._ledger.now()
            state, other = self._state(writing, ref), self._state(writing, into)
            check_merge(state, other, tuple(self._guests(writing, state)))
            warned[:] = [Words(zh, en) for zh, en in doubts(state, other)]
            mine, theirs = (
                standing(self._ledger.view(writing, one).assessment.obligations, now) for one in (ref, into)
            )
            merged = said.model_copy(update={"at": _at(now), "fates": fates_of(mine, theirs, now)})
            link = Linked(office=identity.office, at=merged.at, other=ref, relation=MERGED_HERE)
            return (
                *self._ledger.decide(writing, ref, Record(logged(merged, identity)), identity, asked),
                *self._ledger.decide(writing, into, Record(logged(link, identity)), identity, asked),
            )

        written, already = self._ledger.once(command_id, digest_of(ref, Record(said)), decided)
        outcome = self._ledger.outcome(ref, written, identity.office, already=already)
        return replace(outcome, remarks=(*warned, *outcome.remarks))

    def unmerge(self, ref: str, *, why: str, identity: Identity, command_id: str | None = None) -> Outcome:
        """Undo the merging of an incident (撤销并案): it is as though it had never been.

        Raises:
            NotFoundError: no such incident or office.
            RefusedError: it is not merged.
        """
        said = Unmerged(office=identity.office, merge="-", why=why)

        def decided(writing: Writing, asked: Asked) -> tuple[Recorded[Any], ...]:
            merging = merged_into(self._state(writing, ref))
            if merging is None:
                raise RefusedError(
                    f"{ref} is not merged into another incident: there is nothing to undo.",
                    zh=f"{ref} 没有并入其他事件，无须撤销。",
                )
            at = _at(self._ledger.now())
            undone = said.model_copy(update={"at": at, "merge": merging.event_id})
            link = Linked(office=identity.office, at=at, other=ref, relation=UNMERGED)
            return (
                *self._ledger.decide(writing, ref, Record(logged(undone, identity)), identity, asked),
                *self._ledger.decide(
                    writing, merging.event.into, Record(logged(link, identity)), identity, asked
                ),
            )

        written, already = self._ledger.once(command_id, digest_of(ref, Record(said)), decided)
        return self._ledger.outcome(ref, written, identity.office, already=already)

    def link(
        self, ref: str, *, other: str, relation: str, identity: Identity, command_id: str | None = None
    ) -> Outcome:
        """Note on both that two incidents have to do with each other (关联); nothing is judged by it.

        Args:
            ref: One incident.
            other: The other.
            relation: How, in a word of your own, such as ``same-cause``.
            identity: Who is at the keyboard.
            command_id: Given again with the same content, the first outcome is returned and nothing is written.

        Raises:
            NotFoundError: no such incident or office.
            RefusedError: it is the same incident, or the relation is one that merging gives.
        """
        if other == ref:
            raise RefusedError(
                f"{ref} cannot be linked to itself. Name the other incident.",
                zh=f"{ref} 不能与自身关联。请写明另一起事件。",
            )
        if relation in (MERGED_HERE, UNMERGED):
            raise RefusedError(
                f"{relation} is said by merging only: emergency merge {other} --into {ref} --why …",
                zh=(f"{relation} 只由并案产生：emergency merge {other} --into {ref} --why …"),
            )
        said = Linked(office=identity.office, other=other, relation=relation)

        def decided(writing: Writing, asked: Asked) -> tuple[Recorded[Any], ...]:
            self._state(writing, ref), self._state(writing, other)
            link = said.model_copy(update={"at": _at(self._ledger.now())})
            back = link.model_copy(update={"other": ref})
            return (
                *self._ledger.decide(writing, ref, Record(logged(link, identity)), identity, asked),
                *self._ledger.decide(writing, other, Record(logged(back, identity)), identity, asked),
            )

        written, already = self._ledger.once(command_id, digest_of(ref, Record(said)), decided)
        return self._ledger.outcome(ref, written, identity.office, already=already)

    def _state(self, reading: Reading, ref: str) -> Incident:
        state = incident_of(reading.stream(incident_stream(ref)))
        if state is None:
            raise self._ledger.no_incident(reading, ref)
        return state

    def _guests(self, reading: Reading, state: Incident) -> Iterator[str]:
        """The incidents that are merged into this one."""
        for ref in linked_here(state):
            guest = incident_of(reading.stream(incident_stream(ref)))
            merging = None if guest is None else merged_into(guest)
            if merging is not None and merging.event.into == state.opened.event.ref:
                yield ref


def _at(now: datetime) -> StatedTime:
    """This very instant: a merging holds from when it is recorded."""
    return StatedTime(earliest=now, latest=now, basis=Basis.STATED)
