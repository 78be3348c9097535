"""What is still owed by an office, or to it, over all incidents: read from the read models, not judged again."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import and_, or_, select

from emergency.assessment.model import Ground, Obligation, Words
from emergency.domain.fixed import fixed
from emergency.domain.intervals import Interval
from emergency.domain.vocabulary import State
from emergency.errors import StoreError
from emergency.projections.catch_up import Projections
from emergency.projections.judging import sortable
from emergency.projections.listing import Listing, about
from emergency.projections.rows import Row
from emergency.projections.tables import Views
from emergency.store import ReadOnlyError

DONE = (State.MET.value, State.EXCUSED.value)
"""States in which nothing is owed any more."""

AT_ONCE = 400
"""So many names at a time are asked for: SQLite takes no more than a thousand."""


@fixed(frozen=True, slots=True, kw_only=True)
class Owing:
    """Obligations that are not met, and the incidents that they are about.

    Args:
        obligations: Each in the phase that holds, or as it will begin; in the order of incident and phase.
        incidents: The row of each incident.
        about: Everything that a reader must know about them; no rows.
    """

    obligations: tuple[Obligation, ...]
    incidents: Mapping[str, Row]
    about: Listing


def owing(
    projections: Projections, office: str, *, at: datetime, party: Literal["office", "recipient"] = "office"
) -> Owing:
    """What an office owes, or is owed, at an instant, as the lists have it.

    Args:
        projections: The read models; they are read as they are.
        office: The office.
        at: The instant of judging.
        party: Whether it is who owes, or to whom.

    Raises:
        ReadOnlyError: the tables were never made.
    """
    try:
        return _owing(projections, office, at, party)
    except ReadOnlyError:
        raise
    except StoreError:
        # The tables may have been dropped between finding out which to read and reading them.
        return _owing(projections, office, at, party)


def _owing(projections: Projections, office: str, at: datetime, party: str) -> Owing:
    with projections.log.reading() as reading:
        views = projections.live(reading)
        if views is None:
            if projections.log.is_joined:  # nothing is made in somebody else's transaction
                return Owing(obligations=(), incidents={}, about=about(projections, reading))
            raise ReadOnlyError(
                "The lists of this store were never made, and just now it can only be read. Let somebody who may "
                "write to it run `emergency list` once; a single incident can be read with `emergency show`.",
                zh="此库的列表尚未建立，而目前只能读取。请有写入权限的人运行一次 `emergency list`；"
                "单个事件可用 `emergency show` 查看。",
            )
        c, now = views.obligations.c, sortable(at)
        found = [
            (began, json.loads(text))
            for began, text in reading.connection.execute(
                select(c.holds_from, c.row)
                .where(c[party] == office, c.state.not_in(DONE), c.holds_until > now)
                .order_by(c.incident, c.phase)
            )
        ]
        assert now is not None  # noqa: S101 - an instant is no None
        holding = {row["id"] for began, row in found if began <= now}
        ahead = {
            row["id"]: row["incident"] for began, row in found if began > now and row["id"] not in holding
        }
        over = _met_now(reading.connection, views, ahead, now) if ahead else set()
        rows: dict[str, Row] = {}
        for began, row in found:
            # The first that will begin, until one holds.
            if began <= now or (row["id"] not in over and row["id"] not in rows):
                rows[row["id"]] = row
        listed = [row for row in rows.values() if row["met_by"] is None]
        incidents = _incidents(reading.connection, views, {row["incident"] for row in listed})
        return Owing(
            obligations=tuple(map(obligation_of, listed)),
            incidents=incidents,
            about=about(projections, reading),
        )


def _met_now(connection: Any, views: Views, ahead: Mapping[str, str], now: str) -> set[str]:  # noqa: ANN401 - SQLAlchemy's
    """Those of some obligations that are met, or excused, at the instant: what begins later is not asked of them."""
    c = views.obligations.c
    found: set[str] = set()
    for part in _parts(sorted(ahead.items())):
        query = select(c.id).where(
            or_(*(and_(c.incident == incident, c.id == name) for name, incident in part)),
            c.holds_from <= now,
        )
        found.update(connection.scalars(query))
    return found


def _incidents(connection: Any, views: Views, names: set[str]) -> dict[str, Row]:  # noqa: ANN401 - SQLAlchemy's
    c = views.incidents.c
    return {
        incident: json.loads(text)
        for part in _parts(sorted(names))
        for incident, text in connection.execute(select(c.incident, c.row).where(c.incident.in_(part)))
    }


def _parts(names: list[Any]) -> Iterable[list[Any]]:
    return (names[start : start + AT_ONCE] for start in range(0, len(names), AT_ONCE))


def obligation_of(row: Row) -> Obligation:
    """An obligation read back from its row, as far as advice needs it.

    Entries are named as the row names them: by their ids in an imported file, where they have one.
    """
    return Obligation(
        id=row["id"],
        incident=row["incident"],
        office=row["office"],
        recipient=row["recipient"],
        stage=row["stage"],
        channel=row["channel"],
        occasion=row["occasion"],
        trigger=tuple(row["trigger"]),
        due=_interval(row["due"]) or Interval(),
        state=State(row["state"]),
        reason=_words(row["reason"]),
        met_by=row["met_by"],
        reached_by=row["reached_by"],
        grounds=tuple([_ground(one) for one in row["grounds"]]),
        holds_from=_moment(row["holds_from"]),
        holds_until=_moment(row["holds_until"]),
    )


def _ground(row: Row) -> Ground:
    return Ground(
        rule=row["rule"],
        citation=row["citation"],
        rank=row["rank"],
        confirmed=row["confirmed"],
        limit=Words(**row["limit"]),
        due=_interval(row["due"]),
        sure=row["applies"] == "surely",
        condition=_words(row["condition"]),
        breached=row["breached"],
        note=None if row["note"] is None else Words(row["note_zh"], row["note"]),
        unread=tuple([Words(**words) for words in row["unread"]]),
    )


def _interval(row: Row | None) -> Interval | None:
    return None if row is None else Interval(_moment(row["earliest"]), _moment(row["latest"]))


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def _words(row: Row | None) -> Words | None:
    return None if row is None else Words(**row)
