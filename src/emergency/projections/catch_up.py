"""Bringing the read models up to the log: one batch, one transaction, a guarded position.

Live reading and rebuilding are one code path: a rebuild empties the tables and catches up from the beginning.
Nothing is skipped silently: what cannot be folded is parked and shown, and the others go on.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from sqlalchemy import delete, insert, inspect, select

from emergency.assessment.assess import assess_timeline
from emergency.assessment.model import Assessment
from emergency.assessment.timeline import Timeline, timeline_of
from emergency.domain.offices import Directory
from emergency.domain.record import Recorded
from emergency.errors import BrokenDataError
from emergency.projections import tables
from emergency.projections.rows import finding_row, incident_row, obligation_row
from emergency.projections.streams import (
    INCIDENT,
    OFFICE,
    REVIEW,
    directory,
    incident_of_review,
    incident_stream,
    streams_of,
)
from emergency.rulebook import Rulebook
from emergency.store import Log, ReadOnlyError, Undecodable, Writing

NAME = "views"
BATCH = 500


class Projections:
    """The read models over one log, under one rulebook."""

    def __init__(self, log: Log, rulebook: Rulebook) -> None:
        self._log = log
        self._rulebook = rulebook
        with log.reading() as reading:
            there = set(inspect(reading.connection).get_table_names())
        if not there >= set(tables.metadata.tables):
            try:
                with log.writing() as writing:
                    tables.metadata.create_all(writing.connection)
            except ReadOnlyError as error:
                raise ReadOnlyError(
                    "This store can only be read, and its lists were never made. Let somebody who may write to it "
                    "run `emergency list` once; a single incident can be read with `emergency show`."
                ) from error

    def catch_up(self) -> int:
        """Apply what the log has more than the read models; gives the position reached."""
        while True:
            with self._log.reading() as reading:
                behind = reading.tracked(NAME) < reading.last_position()
                reached = reading.tracked(NAME)
            if not behind:
                return reached
            with self._log.writing() as writing:
                self._batch(writing)

    def rebuild(self) -> int:
        """Throw the read models away and fold the whole log again, in one transaction."""
        with self._log.writing() as writing:
            for table in reversed(tables.metadata.sorted_tables):
                writing.connection.execute(delete(table))
            writing.untrack(NAME)
            while self._batch(writing):
                pass
            return writing.tracked(NAME)

    def _batch(self, writing: Writing) -> bool:
        """Fold one batch; the position is read and moved inside the same transaction."""
        after = writing.tracked(NAME)
        page = writing.page(after, BATCH)
        if not page:
            return False
        touched = self._touched(writing, page)
        offices = directory(writing)
        for stream in touched:
            self._refresh(writing, stream, offices)
        writing.track(NAME, page[-1].position)
        return True

    def _touched(self, writing: Writing, page: Iterable[Recorded[Any] | Undecodable]) -> list[str]:
        """The incident streams that a batch concerns, each once, in the order of the log."""
        touched: dict[str, None] = {}
        for event in page:
            if event.stream.startswith(INCIDENT):
                touched[event.stream] = None
            elif event.stream.startswith(REVIEW):
                touched[incident_stream(incident_of_review(event.stream))] = None
            elif event.stream.startswith(OFFICE):
                office = event.stream.removeprefix(OFFICE)
                found = writing.connection.execute(
                    select(tables.offices.c.stream).where(tables.offices.c.office == office)
                )
                touched.update(dict.fromkeys(found.scalars()))
                if isinstance(event, Undecodable):
                    self._park(writing, event.stream, event.position, event.reason)
            else:
                self._park(
                    writing, event.stream, event.position, f"no reader knows the stream {event.stream}"
                )
        return list(touched)

    def _refresh(self, writing: Writing, stream: str, offices: Directory) -> None:
        """Judge one incident again from its own stream and put its rows in place of the old ones.

        What cannot be judged or written is parked; its offices are kept, so that a change of the directory tries it
        again.
        """
        connection = writing.connection
        ref = stream.removeprefix(INCIDENT)
        old = select(tables.incidents.c.incident).where(tables.incidents.c.stream == stream)
        for table in (tables.obligations, tables.findings):
            connection.execute(delete(table).where(table.c.incident.in_(old)))
        for table in (tables.incidents, tables.offices, tables.parked):
            connection.execute(delete(table).where(table.c.stream == stream))
        found = [event for name in streams_of(writing, ref) for event in writing.readable(name)]
        events = sorted((e for e in found if isinstance(e, Recorded)), key=lambda e: e.position)
        broken = sorted((e for e in found if isinstance(e, Undecodable)), key=lambda e: e.position)
        named = set(_named([e.event.model_dump() for e in events]))
        try:
            with connection.begin_nested():
                if broken:
                    raise BrokenDataError(broken[0].reason)  # noqa: TRY301 - parked like all that fails here
                timeline = timeline_of(events)
                if timeline.ref != ref:
                    raise BrokenDataError(f"The record of {ref} calls itself {timeline.ref}.")  # noqa: TRY301 - the same
                assessment = assess_timeline(timeline, offices, self._rulebook)
                named |= assessment.offices | {o.recipient for o in assessment.obligations}
                concerned = offices.reachable(named)
                self._write(writing, stream, timeline, assessment, events[-1].version, offices, concerned)
        except Exception as error:  # noqa: BLE001 - one incident that breaks the engine must not hide the others
            reason = str(error) if isinstance(error, BrokenDataError) else f"{type(error).__name__}: {error}"
            position = broken[0].position if broken else max((e.position for e in events), default=0)
            self._park(writing, stream, position, reason)
        concerned = offices.reachable(named)
        if concerned:
            rows = [{"office": office, "stream": stream} for office in sorted(concerned)]
            connection.execute(insert(tables.offices), rows)

    def _write(
        self,
        writing: Writing,
        stream: str,
        timeline: Timeline,
        assessment: Assessment,
        version: int,
        offices: Directory,
        concerned: frozenset[str],
    ) -> None:
        connection = writing.connection
        position = max((o.position for i in concerned if (o := offices.get(i))), default=0)
        connection.execute(
            insert(tables.incidents),
            {
                "incident": timeline.ref,
                "stream": stream,
                "row": _json(incident_row(timeline, offices)),
                "version": version,
                "rulebook": self._rulebook.fingerprint,
                "directory": position,
            },
        )
        owed = [obligation_row(o, timeline, offices) for o in assessment.obligations]
        found = [finding_row(f, timeline, offices) for f in assessment.findings]
        if owed:
            keys = ("id", "incident", "office", "recipient", "state", "holds_from", "holds_until")
            connection.execute(
                insert(tables.obligations),
                [{k: r[k] for k in keys} | {"phase": i, "row": _json(r)} for i, r in enumerate(owed)],
            )
        if found:
            keys = ("id", "incident", "office", "kind", "status", "holds_from", "holds_until")
            connection.execute(
                insert(tables.findings),
                [{k: r[k] for k in keys} | {"phase": i, "row": _json(r)} for i, r in enumerate(found)],
            )

    def _park(self, writing: Writing, stream: str, position: int, reason: str) -> None:
        connection = writing.connection
        connection.execute(delete(tables.parked).where(tables.parked.c.stream == stream))
        connection.execute(
            insert(tables.parked),
            {
                "stream": stream,
                "position": position,
                "reason": reason.encode("utf-8", "replace").decode(),
                "incident": stream.startswith(INCIDENT),
            },
        )


_OFFICE_KEYS = frozenset({"office", "to", "whom", "complete_for", "logged_by"})


def _named(said: Any) -> Iterator[str]:  # noqa: ANN401 - a body of an event, or a part of one
    """Every office that events name, also in what an amendment changes."""
    if isinstance(said, dict):
        for key, value in said.items():
            if key in _OFFICE_KEYS:
                names = value if isinstance(value, (list, tuple)) else (value,)
                yield from (name for name in names if isinstance(name, str))
            else:
                yield from _named(value)
    elif isinstance(said, (list, tuple)):
        for part in said:
            yield from _named(part)


def _json(row: dict[str, Any]) -> str:
    return json.dumps(row, ensure_ascii=False, separators=(",", ":"))
