"""A script (演练脚本): a timeline file seen from one office, moved to the day of the drill."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from importlib.resources import files
from pathlib import Path
from typing import Any

from emergency.domain import events
from emergency.domain.fixed import fixed
from emergency.domain.offices import OfficeRegistered
from emergency.domain.times import CHINA
from emergency.domain.values import StatedTime
from emergency.errors import NotFoundError, RefusedError
from emergency.exchange.case_file import CaseFile, read
from emergency.exchange.timeline_import import imported
from emergency.ledger import DRILL, nearest

EARLY = timedelta(minutes=1)
"""So long before the first thing happens the trainee sits at the desk."""


@fixed(frozen=True, slots=True, kw_only=True)
class Cue:
    """One thing that somebody else does, at its hour.

    Args:
        id: The step of the file.
        at: When it happens in the drill.
        entry: What goes on record.
        heard: The trainee's office learns of it: it is told to it, or asked of it.
        words: What the file lets the trainee hear beside what is on record; None = nothing.
    """

    id: str
    at: datetime
    entry: events.Entry
    heard: bool
    words: str | None


@fixed(frozen=True, slots=True, kw_only=True)
class Script:
    """An incident to be practised.

    Args:
        case: The file.
        me: The trainee's office, by its id in the file and in the drill.
        offices: Everybody who takes part.
        opened: The incident as the first of them opens it.
        cues: What the others do, in order.
        own: What the trainee's office did in the file: it is not played, and compared with afterwards.
        begins: The hour at which the drill begins.
    """

    case: CaseFile
    me: str
    offices: tuple[OfficeRegistered, ...]
    opened: events.IncidentOpened
    cues: tuple[Cue, ...]
    own: tuple[events.Entry, ...]
    begins: datetime

    @property
    def ref(self) -> str:
        """The incident's reference in the drill."""
        return self.opened.ref


def packaged() -> tuple[Path, ...]:
    """The scripts that come with the program, by name."""
    folder = Path(str(files("emergency.drill").joinpath("scripts")))
    return tuple(sorted(folder.glob("*.yaml")))


def found(name: str) -> Path:
    """The file of a script: one that comes with the program, by its name, or any timeline file, by its path.

    Raises:
        NotFoundError: there is neither.
    """
    known = {path.stem: path for path in packaged()}
    if name in known:
        return known[name]
    path = Path(name)
    if path.is_file():
        return path
    listed, near = ", ".join(known), nearest(name, known)
    raise NotFoundError(
        f"There is no script {name}.{near.en} There are: {listed}; or name a timeline file.",
        zh=f"没有演练脚本 {name}。{near.zh}现有：{listed}；也可以指定一个时间线文件。",
    )


def script(path: Path, *, me: str | None = None, on: date | None = None) -> Script:
    """Read a script.

    Args:
        path: The timeline file.
        me: The trainee's office, as the file calls it; None = the one that the file names for drills.
        on: The day on which it begins in the drill; None = the day of the file.

    Raises:
        BrokenDataError: the file is not what it must be.
        NotFoundError: the file has no such office.
        RefusedError: nobody says whose part is played, or nobody else does anything.
    """
    case = read(path)
    mine = me or (case.drill.me if case.drill is not None else None)
    if mine is None:
        listed = ", ".join(f"{key} {office.name}" for key, office in case.offices.items())
        raise RefusedError(
            f"Say whose part the trainee plays: --me OFFICE. The offices are: {listed}.",
            zh=f"请说明由谁扮演：--me OFFICE。脚本中的单位有：{listed}。",
        )
    if mine not in case.offices:
        listed = ", ".join(f"{key} {office.name}" for key, office in case.offices.items())
        near = nearest(mine, case.offices)
        raise NotFoundError(
            f"There is no office {mine} in the script.{near.en} There are: {listed}.",
            zh=f"脚本中没有单位 {mine}。{near.zh}现有：{listed}。",
        )
    said = imported(case, {key: key for key in case.offices})
    timed = sorted(_timed(said.entries), key=lambda pair: pair[0])
    theirs = [(at, entry) for at, entry in timed if entry.office != mine]
    if not theirs:
        raise RefusedError(
            "In this file nobody but the trainee's office does anything: there is nothing to react to.",
            zh="这个文件里只有扮演单位自己的动作，没有可以应对的情况。",
        )
    first = theirs[0][0]
    by = timedelta(days=(on - first.astimezone(CHINA).date()).days) if on is not None else timedelta()
    told = case.drill.tell if case.drill is not None else {}
    left_out = {entry.step for _, entry in timed if entry.office == mine}
    cues = tuple(
        Cue(
            id=entry.step or str(number),
            at=at + by,
            entry=_moved(_without(entry, left_out), by),
            heard=_heard(entry, mine) or entry.step in told,
            words=told.get(entry.step or ""),
        )
        for number, (at, entry) in enumerate(theirs)
        if getattr(entry, "of", None) not in left_out
    )
    opened = said.opened.model_copy(
        update={
            "ref": f"{DRILL}{case.case}",
            "occurred_at": _later(said.opened.occurred_at, by),
            "imported": False,
            "complete_for": (),
        }
    )
    return Script(
        case=case,
        me=mine,
        offices=tuple(
            OfficeRegistered(
                office=key,
                name=office.name,
                tier=office.tier,
                line=office.line,
                reports_to=office.reports_to,
                division=office.division,
            )
            for key, office in case.offices.items()
        ),
        opened=opened,
        cues=cues,
        own=tuple(_moved(entry, by) for _, entry in timed if entry.office == mine),
        begins=first + by - EARLY,
    )


def _timed(entries: tuple[events.Entry, ...]) -> Iterator[tuple[datetime, events.Entry]]:
    """Each with the earliest hour it can have; without one, with that of the one before it in the file."""
    known = [entry.at.earliest or entry.at.latest for entry in entries]
    hour = next((at for at in known if at is not None), None)
    if hour is None:
        raise RefusedError(
            "No step of this file has a time: it cannot be played.", zh="这个文件没有任何时间，无法演练。"
        )
    for at, entry in zip(known, entries, strict=True):
        hour = at or hour
        yield hour, entry


def _heard(entry: events.Entry, me: str) -> bool:
    named = (getattr(entry, name, ()) for name in ("to", "whom", "addressed"))
    return any(me in offices for offices in named)


def _without(entry: events.Entry, gone: set[str | None]) -> events.Entry:
    """The same without naming steps that are not played."""
    kept = {name: tuple(s for s in getattr(entry.at, name) if s not in gone) for name in ("after", "before")}
    return entry.model_copy(update={"at": entry.at.model_copy(update=kept)})


def _moved(entry: events.Entry, by: timedelta) -> events.Entry:
    fields: dict[str, Any] = {}
    for name in type(entry).model_fields:
        held = getattr(entry, name)
        if isinstance(held, StatedTime):
            fields[name] = _later(held, by)
    return entry.model_copy(update=fields)


def _later(stated: StatedTime, by: timedelta) -> StatedTime:
    def moved(at: datetime | None) -> datetime | None:
        return None if at is None else at + by

    if not by or not stated.stated:
        return stated
    also = tuple(
        other.model_copy(update={"earliest": moved(other.earliest), "latest": moved(other.latest)})
        for other in stated.also
    )
    early, late = moved(stated.earliest), moved(stated.latest)
    ends = [at.isoformat(timespec="minutes") if at else "?" for at in (early, late)]
    text = ends[0] if early == late else " – ".join(ends)
    return stated.model_copy(update={"text": text, "earliest": early, "latest": late, "also": also})
