"""The four norms at a glance: how many checks of each norm came to what, by office or by month.

Each check counts in the phase that holds at the instant of judging, on the China day from which that phase holds.
What fails only by a text that nobody has confirmed is counted apart from what fails; what is unknown is shown as
unknown; an office of which nothing was checked has no line.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal

from sqlalchemy import and_, func, or_, select

from emergency.assessment.model import Words
from emergency.domain.offices import Directory, lineage
from emergency.domain.times import CHINA
from emergency.domain.vocabulary import Norm, Result, Status
from emergency.projections.catch_up import Projections
from emergency.projections.judging import ALWAYS, sortable
from emergency.projections.listing import Listing, Wanted, about, branches, holding
from emergency.projections.rows import Row

By = Literal["office", "month"]

BASIS = Words(
    "每项检查按其在判定时刻所处阶段计一次，计入该阶段开始之日（北京时间）；无日期的另计",
    "each check counts once, as it stands at the instant of judging, on the China day since which it stands so; "
    "those without a day are counted apart",
)
"""The time basis."""

COUNTS = ("pass", "fail", "possible", "unknown", "not_applicable")
"""What is counted of each norm; ``possible``: fails only by a text that nobody has confirmed."""

_HOUR = 13
"""So much of an instant as text tells the hour, as in ``2026-11-22T08``: China's days begin on one of UTC."""


@dataclass(frozen=True, slots=True)
class Period:
    """The days that count, both included; None = no bound."""

    since: date | None = None
    until: date | None = None

    @property
    def bounded(self) -> bool:
        """Whether any day is left out."""
        return self.since is not None or self.until is not None

    @property
    def ends(self) -> tuple[datetime | None, datetime | None]:
        """The instants that it begins and ends with, the last one left out."""
        return _begin(self.since), _begin(None if self.until is None else self.until + timedelta(days=1))


def _begin(day: date | None) -> datetime | None:
    return None if day is None else datetime.combine(day, time(), CHINA)


@dataclass(frozen=True, slots=True)
class Matrix:
    """Counted checks.

    Args:
        rows: One an office, or one a month; ``norms`` holds the counts of each norm that anything was checked of.
            ``inherited_by``: the line of an office that another one took over from.
        about: How the read models stand; no rows.
        undated: How many checks have no day: they are in no month and in no bounded period.
    """

    rows: tuple[Row, ...]
    about: Listing
    undated: int


@dataclass(frozen=True, slots=True)
class Counted:
    """So many checks that are alike. ``since``: the instant from which they hold, to the hour; None = no day."""

    office: str
    office_ref: str
    norm: str
    result: str
    status: str
    since: datetime | None
    count: int


def counted(
    projections: Projections, at: datetime, period: Period, filters: Mapping[str, Wanted]
) -> tuple[list[Counted], Listing]:
    """The checks of all incidents as the read models have them, counted by the database."""
    with projections.log.reading() as reading:
        standing = about(projections, reading)
        views = projections.live(reading)
        if views is None:
            return [], standing
        table = views.norms
        c = table.c
        hour = func.substr(c.holds_from, 1, _HOUR).label("hour")
        keys = (c.office, c.office_ref, c.norm, c.result, c.status)
        fit = [and_(*branch) for branch in branches(table, "norms", filters) if branch]
        start, end = period.ends
        inside = [c.holds_from >= sortable(start)] if start is not None else []
        inside += [c.holds_from < sortable(end)] if end is not None else []
        dated = or_(and_(*inside), c.holds_from == ALWAYS) if inside else None
        query = (
            select(*keys, hour, func.count())
            .where(*holding(table, sortable(at)), *([or_(*fit)] if fit else []))
            .group_by(*keys, hour)
        )
        found = reading.connection.execute(query if dated is None else query.where(dated))
        alike = [
            Counted(office, ref, norm, result, status, _hour(since), count)
            for office, ref, norm, result, status, since, count in found
        ]
        return alike, standing


def counted_rows(rows: Iterable[Row], period: Period) -> Iterator[Counted]:
    """The same of rows at hand, each by itself."""
    start, end = period.ends
    for row in rows:
        since = row["holds_from"] and datetime.fromisoformat(row["holds_from"])
        if since and ((start and since < start) or (end and since >= end)):
            continue
        yield Counted(
            row["office"], row["office_ref"], row["norm"], row["result"], row["status"], since or None, 1
        )


def _hour(text: str) -> datetime | None:
    return datetime.fromisoformat(f"{text}:00").replace(tzinfo=UTC) if text else None


def matrix_of(
    found: Iterable[Counted],
    standing: Listing,
    directory: Directory,
    *,
    by: By,
    period: Period,
    offices: Collection[str] | None = None,
) -> Matrix:
    """Put counted checks into lines, the offices or months in order.

    Below an office stands a line for each office that it took over from, marked as inherited: such a line says what
    the other office did, and is never added to its own.

    Args:
        found: The checks.
        standing: How the read models stand.
        directory: Who took over from whom, and what everybody is called.
        by: A line for each what.
        period: The days that count.
        offices: Whose lines to give; None for all.
    """
    lines: dict[str, Counter[tuple[str, str]]] = {}
    refs: dict[str, str] = {}
    undated = 0
    for one in found:
        if one.since is None:
            undated += one.count
            if by == "month" or period.bounded:
                continue
        key = one.office if by == "office" or one.since is None else _month(one.since)
        refs[one.office] = one.office_ref
        lines.setdefault(key, Counter())[one.norm, _came_to(one)] += one.count
    if by == "month":
        months = [{"month": key, "norms": _norms(counts)} for key, counts in sorted(lines.items())]
        return Matrix(tuple(months), standing, undated)
    shown = sorted({*lines, *directory.offices} if offices is None else offices)
    named: list[tuple[str, str | None]] = [(office, None) for office in shown if office in lines]
    named += [
        (before.office, office)
        for office in shown
        for before in lineage(directory, office)
        if before.office in lines
    ]
    rows: list[Row] = [
        {
            "office": office,
            "office_ref": refs[office],
            "name": directory.name(office),
            "inherited_by": heir,
            "norms": _norms(lines[office]),
        }
        for office, heir in sorted(named, key=lambda one: (one[1] or one[0], one[1] is not None, one[0]))
    ]
    return Matrix(tuple(rows), standing, undated)


def whose(directory: Directory, wanted: Wanted) -> tuple[frozenset[str], frozenset[str]]:
    """The offices of some ids or ids in their files; and with those that they took over from."""
    named = {wanted} if isinstance(wanted, str) else set(wanted or ())
    own = frozenset(o.id for o in directory if o.id in named or o.ref in named) | named
    return own, own | {before.office for office in own for before in lineage(directory, office)}


def _norms(counts: Counter[tuple[str, str]]) -> Row:
    """The counts of each norm that anything was checked of."""
    return {
        norm.value: {what: counts[norm.value, what] for what in COUNTS}
        for norm in Norm
        if any(counts[norm.value, what] for what in COUNTS)
    }


def _month(moment: datetime) -> str:
    return moment.astimezone(CHINA).strftime("%Y-%m")


def _came_to(one: Counted) -> str:
    if one.result == Result.FAIL.value and one.status == Status.POSSIBLE.value:
        return "possible"
    return one.result.replace("-", "_")
