"""Reading the read models: filtered rows, and what is parked or under another rulebook."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import ColumnElement, Select, Table, and_, exists, func, or_, select, union_all

from emergency.domain.vocabulary import Secrecy
from emergency.errors import StoreError, UsageError
from emergency.projections.catch_up import Projections
from emergency.projections.judging import sortable
from emergency.projections.rows import UNMARKED, Row
from emergency.projections.streams import INCIDENT
from emergency.projections.tables import Views
from emergency.store import Reading, ReadOnlyError
from emergency.words import Words

Kind = Literal["incidents", "obligations", "findings", "norms"]

Wanted = str | Collection[str] | None
"""What a filter asks for: one word, or one of several; None = no filter."""

OF_INCIDENT = ("secrecy", "urgency")
"""What every list can be filtered by: how the incident is marked; ``unknown`` where nobody has marked it."""

_MARKS = {name: (name,) for name in OF_INCIDENT}

FILTERS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "incidents": _MARKS,
    "obligations": {
        "office": ("office",),
        "office_or_ref": ("office", "office_ref"),
        "recipient": ("recipient",),
        "party": ("office", "recipient"),
        "state": ("state",),
        **_MARKS,
    },
    "findings": {
        "office": ("office",),
        "office_or_ref": ("office", "office_ref"),
        "kind": ("kind",),
        "status": ("status",),
        **_MARKS,
    },
    "norms": {
        "office": ("office",),
        "office_or_ref": ("office", "office_ref"),
        "norm": ("norm",),
        "check": ("check",),
        "result": ("result",),
        "status": ("status",),
        **_MARKS,
    },
}
"""What rows can be filtered by, and the keys of a row of which one must fit."""

SECRECY_RISING = (Secrecy.INTERNAL, Secrecy.CONFIDENTIAL, Secrecy.SECRET, Secrecy.TOP_SECRET)
"""From 内部 to 绝密."""

PAGE = 1000
"""So many rows come from the database at a time."""


@dataclass(frozen=True, slots=True)
class Listing:
    """Rows, and everything that a reader must know about them.

    Args:
        rows: The rows.
        recorded_through: The position of the log that they take in.
        behind: How many positions the log is ahead of them.
        parked: Incidents that could not be folded, with the reason.
        rulebooks: The rulebooks that the rows stand under.
        waiting: How many incidents are still to be judged again, since the directory changed.
    """

    rows: tuple[Row, ...]
    recorded_through: int
    behind: int
    parked: tuple[Row, ...]
    rulebooks: tuple[str, ...]
    waiting: int = 0


@dataclass(frozen=True, slots=True)
class Streamed:
    """Rows as they are read, each the text of a JSON object; to be used up while its context is open.

    Args:
        about: Everything that a reader must know about them; no rows.
        texts: The rows.
        serious: Whether there is a finding of one of the statuses that were asked for: among the rows, or about one
            of the obligations that they are; of norms, whether a check among the rows fails so.
    """

    about: Listing
    texts: Iterator[str] = field(repr=False)
    serious: bool = False


def listing(
    projections: Projections, what: Kind, /, *, at: datetime | None = None, **filters: Wanted
) -> Listing:
    """Rows of one kind, in the order of incident and id; for the arguments see `streamed`."""
    with _held(projections, _Asked(what, sortable(at), counted=False, serious=(), filters=filters)) as found:
        return replace(found.about, rows=tuple(map(json.loads, found.texts)))


@contextmanager
def streamed(
    projections: Projections,
    what: Kind,
    /,
    *,
    at: datetime | None = None,
    counted: bool = False,
    serious: Collection[str] = (),
    **filters: Wanted,
) -> Iterator[Streamed]:
    """Rows of one kind, in the order of incident and id, without keeping them.

    Args:
        projections: The read models; they are read as they are.
        what: ``incidents``, ``obligations``, ``findings`` or ``norms``.
        at: Only rows that hold at this instant.
        counted: Beside each incident, how many obligations are ``open`` and ``overdue``, and how many ``findings``
            of a serious status there are.
        serious: Those statuses.
        filters: What the rows must be, by names of `FILTERS`.

    Raises:
        ReadOnlyError: the tables were never made.
    """
    with _held(projections, _Asked(what, sortable(at), counted, tuple(serious), filters)) as found:
        yield found


@contextmanager
def _held(projections: Projections, asked: _Asked) -> Iterator[Streamed]:
    """Rows, with the snapshot that they come from."""
    try:
        found, held = _begun(projections, asked)
    except ReadOnlyError:
        raise
    except StoreError:
        # The tables may have been dropped between finding out which to read and reading them.
        found, held = _begun(projections, asked)
    with held:
        yield found


def parked_row(incident: str, position: int, reason: Words) -> Row:
    """An incident that cannot be judged, as the lists show it."""
    return {"incident": incident, "position": position, "reason": reason.en, "reason_zh": reason.zh}


def about(projections: Projections, reading: Reading) -> Listing:
    """How the read models stand, without rows."""
    views = projections.live(reading)
    last = reading.last_position()
    if views is None:
        return Listing((), 0, last, (), ())
    connection = reading.connection
    through = reading.tracked(views.name)
    parked = connection.execute(select(views.parked).order_by(views.parked.c.stream)).mappings()
    return Listing(
        rows=(),
        recorded_through=through,
        behind=last - through,
        parked=tuple(
            parked_row(p["stream"].removeprefix(INCIDENT), p["position"], Words(p["reason_zh"], p["reason"]))
            for p in parked
        ),
        rulebooks=_rulebooks(reading, views),
        waiting=connection.scalar(select(func.count()).select_from(views.waiting)) or 0,
    )


def fits(row: Row, kind: Kind, filters: Mapping[str, Wanted]) -> bool:
    """Whether a row is what the filters ask for; how its incident is marked is left to `marked_so`."""
    return all(
        wanted is None or any(row[key] in _values(wanted) for key in FILTERS[kind][name])
        for name, wanted in filters.items()
        if name not in OF_INCIDENT
    )


def marked_so(incident: Row, filters: Mapping[str, Wanted]) -> bool:
    """Whether an incident, by its row, is marked as the filters ask for."""
    return all(
        wanted is None or (incident[name] or UNMARKED) in _values(wanted)
        for name, wanted in filters.items()
        if name in OF_INCIDENT
    )


def cleared(up_to: Secrecy | str, *, unmarked: bool = False) -> tuple[str, ...]:
    """What a reader may see who is cleared up to a secrecy (密级), as a filter.

    Args:
        up_to: The highest secrecy that the reader may see.
        unmarked: Incidents that nobody has marked as well. They may be anything: without it they are left out.

    Raises:
        UsageError: there is no such secrecy.
    """
    if up_to not in tuple(Secrecy):
        raise UsageError(
            f"There is no secrecy {up_to}; there is {', '.join(SECRECY_RISING)}.",
            zh=f"没有密级 {up_to}；可用的有 {'、'.join(SECRECY_RISING)}。",
        )
    may = SECRECY_RISING[: SECRECY_RISING.index(Secrecy(up_to)) + 1]
    return (*(each.value for each in may), *((UNMARKED,) if unmarked else ()))


@dataclass(frozen=True, slots=True)
class _Asked:
    kind: Kind
    at: str | None
    counted: bool
    serious: tuple[str, ...]
    filters: Mapping[str, Wanted]


def _begun(projections: Projections, asked: _Asked) -> tuple[Streamed, ExitStack]:
    """Open a snapshot, and find the first rows in it."""
    with ExitStack() as stack:
        reading = stack.enter_context(projections.log.reading())
        views = projections.live(reading)
        if views is None and projections.log.is_joined:  # nothing is made in somebody else's transaction
            return Streamed(about(projections, reading), iter(())), stack.pop_all()
        if views is None:
            raise ReadOnlyError(
                "The lists of this store were never made, and just now it can only be read. Let somebody who may "
                "write to it run `emergency list` once; a single incident can be read with `emergency show`.",
                zh=(
                    "本库的列表从未建立，而现在只能读取。请由有写入权限的人运行一次 "
                    "`emergency list`；单起事件可以用 `emergency show` 查阅。"
                ),
            )
        if views.postgresql and not projections.log.is_joined:
            # Compiling a plan that reads much by its estimate takes longer than the first thousand rows.
            reading.connection.exec_driver_sql("SET LOCAL jit = off")
        found = reading.connection.execute(
            _query(views, asked), execution_options={"stream_results": True, "yield_per": PAGE}
        )
        stack.callback(found.close)
        texts = (
            (
                f'{text[:-1]},"open":{owed},"overdue":{overdue},"findings":{findings}}}'
                for text, owed, overdue, findings in found
            )
            if asked.counted
            else (text for (text,) in found)
        )
        serious = bool(asked.serious) and bool(reading.connection.scalar(_serious(views, asked)))
        return Streamed(about(projections, reading), texts, serious), stack.pop_all()
    raise AssertionError  # pragma: no cover - the stack swallows nothing


def _query(views: Views, asked: _Asked) -> Any:  # noqa: ANN401 - a select or a union of them
    table: Table = getattr(views, asked.kind)
    c = table.c
    if asked.kind == "incidents":
        return select(c.row, *_counts(views, asked)).where(*_marked(views, asked)).order_by(c.incident)
    holds = [*holding(table, asked.at), *_among_marked(views, table, asked)]
    parts = [
        select(c.row, c.incident, c.phase).where(*holds, *branch)
        for branch in branches(table, asked.kind, asked.filters)
    ]
    if len(parts) == 1:
        return parts[0].with_only_columns(c.row).order_by(c.incident, c.phase)
    both = union_all(*parts).subquery()
    return select(both.c.row).order_by(both.c.incident, both.c.phase)


def branches(table: Table, kind: Kind, filters: Mapping[str, Wanted]) -> list[list[ColumnElement[bool]]]:
    """The conditions of the filters; where one of two columns may fit, once for each, so that an index serves both."""
    plain: list[ColumnElement[bool]] = []
    either: list[list[ColumnElement[bool]]] = []
    for name, wanted in filters.items():
        if wanted is None or name in OF_INCIDENT:
            continue
        first, *more = (table.c[key] for key in FILTERS[kind][name])
        values = _values(wanted)
        here: ColumnElement[bool] = first.in_(values)
        if not more:
            plain.append(here)
            continue
        there = more[0].in_(values)
        if either:
            plain.append(or_(here, there))
            continue
        other: list[ColumnElement[bool]] = [there, first.not_in(values)]
        if name == "office_or_ref":
            other.append(table.c.office_ref != table.c.office)  # what its index is restricted to
        either = [[here], other]
    return [[*plain, *one] for one in either] if either else [plain]


def _marked(views: Views, asked: _Asked) -> list[ColumnElement[bool]]:
    """The conditions on how an incident is marked."""
    return [
        views.incidents.c[name].in_(_values(wanted))
        for name, wanted in asked.filters.items()
        if name in OF_INCIDENT and wanted is not None
    ]


def _among_marked(views: Views, table: Table, asked: _Asked) -> list[ColumnElement[bool]]:
    """The same, for rows about incidents."""
    marked = _marked(views, asked)
    return [table.c.incident.in_(select(views.incidents.c.incident).where(*marked))] if marked else []


def _values(wanted: str | Collection[str]) -> list[str]:
    return [wanted] if isinstance(wanted, str) else list(wanted)


def holding(table: Table, at: str | None) -> list[ColumnElement[bool]]:
    """The condition that a row holds at an instant."""
    return [] if at is None else [table.c.holds_from <= at, table.c.holds_until > at]


def _counts(views: Views, asked: _Asked) -> list[Any]:
    if not asked.counted:
        return []
    owed, found = views.obligations, views.findings
    one = views.incidents.c.incident

    def count(table: Table, *conditions: ColumnElement[bool]) -> Any:  # noqa: ANN401 - SQLAlchemy's
        query = select(func.count()).select_from(table).where(table.c.incident == one, *conditions)
        return query.where(*holding(table, asked.at)).correlate(views.incidents).scalar_subquery()

    return [
        count(owed, owed.c.state == "open"),
        count(owed, owed.c.state == "overdue"),
        count(found, found.c.status.in_(asked.serious)),
    ]


def _serious(views: Views, asked: _Asked) -> Select[tuple[bool]]:
    """Whether anything serious is among the rows, or about them."""
    found = views.norms if asked.kind == "norms" else views.findings
    grave = [
        found.c.status.in_(asked.serious),
        *holding(found, asked.at),
        *_among_marked(views, found, asked),
    ]
    if asked.kind in ("findings", "norms"):
        fit = [and_(*branch) for branch in branches(found, asked.kind, asked.filters) if branch]
        return select(exists().where(*grave, *([or_(*fit)] if fit else [])))
    owed = views.obligations
    fit = [and_(*branch) for branch in branches(owed, asked.kind, asked.filters) if branch]
    return select(
        exists().where(
            *grave,
            owed.c.incident == found.c.incident,
            owed.c.id == found.c.obligation,
            *holding(owed, asked.at),
            *([or_(*fit)] if fit else []),
        )
    )


def _rulebooks(reading: Reading, views: Views) -> tuple[str, ...]:
    """The rulebooks that rows stand under, each found by one step on the index rather than by reading all rows."""
    column = views.incidents.c.rulebook
    found: list[str] = []
    query = select(func.min(column))
    while (book := reading.connection.scalar(query)) is not None:
        found.append(book)
        query = select(func.min(column)).where(column > book)
    return tuple(found)
