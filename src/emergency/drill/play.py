"""Playing a script into a drill's store: what others do goes on record at its hour, and at no other."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from emergency.answers import Identity
from emergency.domain import events
from emergency.domain.fixed import fixed
from emergency.domain.values import StatedTime
from emergency.domain.vocabulary import PUBLIC
from emergency.drill.script import Cue, Script
from emergency.engine import Engine
from emergency.errors import NotFoundError, RefusedError
from emergency.store import DrillClock, clock


@fixed(frozen=True, slots=True, kw_only=True)
class Played:
    """A cue that has just been played.

    Args:
        cue: What it was.
        incident: The incident's reference.
        entry: The event id of what went on record.
    """

    cue: Cue
    incident: str
    entry: str


def begun(url: str, script: Script, *, rules: Path | None = None, held: bool = False) -> Engine:
    """Make the store of a drill: its clock stands where the script begins, and everybody is in its directory.

    Args:
        url: A file of SQLite that is not there yet.
        script: What will be played.
        rules: A folder of rules in place of the packaged ones.
        held: The clock stands still until it is set; else it runs on.

    Raises:
        RefusedError: there is a store already.
    """
    engine = Engine.open(
        url, rules=rules, drill=DrillClock(shows=script.begins, since=clock.now(), held=held)
    )
    try:
        engine.register_offices(script.offices)
        engine.starts_logging(script.me)  # the trainee's silence is silence from the first minute
    except BaseException:
        engine.close()
        raise
    return engine


def waiting(engine: Engine, script: Script) -> tuple[Cue, ...]:
    """What has not been played yet, in order."""
    done = _done(engine, script)
    return tuple(cue for cue in script.cues if cue.id not in done)


def play(engine: Engine, script: Script) -> Iterator[Played]:
    """Put on record whatever others have done by now; each thing once, however often this is called."""
    _must_be_drill(engine)
    hour = engine.now()
    for cue in waiting(engine, script):
        if cue.at > hour:
            return
        yield _played(engine, script, cue)


def play_until(engine: Engine, script: Script, until: datetime, *, held: bool = False) -> Iterator[Played]:
    """Set the clock forward and play what happens on the way, each thing at its own hour.

    Args:
        engine: The drill's store.
        script: What is played.
        until: What the clock shows in the end.
        held: The clock then stands still.

    Raises:
        RefusedError: this is no drill, or the clock would go back.
    """
    _must_be_drill(engine)
    for cue in waiting(engine, script):
        if cue.at > until:
            break
        if cue.at > engine.now():
            engine.set_clock(cue.at, held=held)
        yield _played(engine, script, cue)
    # A clock that runs has gone on by now: it is never set to an hour that was read from it before.
    if until > engine.now():
        engine.set_clock(until, held=held)
    elif held and not engine.clock_stands:
        engine.set_clock(engine.now() + timedelta(seconds=1), held=True)


def _must_be_drill(engine: Engine) -> None:
    if not engine.is_drill:
        raise RefusedError(
            "This is no drill: a script is never played into a real store. Make one with: emergency drill start",
            zh="这不是演练库：脚本绝不能写入真实库。新建演练：emergency drill start",
        )


def _done(engine: Engine, script: Script) -> set[str | None]:
    try:
        view = engine.view(script.ref)
    except NotFoundError:
        return set()  # nobody has done anything yet
    return {step.label for step in view.timeline.steps}


def _played(engine: Engine, script: Script, cue: Cue) -> Played:
    """Record it in the name of whoever did it; whose hand was at the keyboard is theirs, too."""
    entry = cue.entry
    who = Identity(office=script.me if entry.office == PUBLIC else entry.office, officer="script")
    command = f"{script.ref}/{cue.id}"
    if cue is script.cues[0]:
        opened = script.opened
        outcome = engine.open_incident(
            title=opened.title,
            category=opened.category,
            kind=opened.kind,
            place=opened.place.name,
            division=opened.place.division,
            occurred_at=_known_by_now(opened, cue),
            identity=who,
            ref=script.ref,
            first=entry,
            command_id=command,
        )
    else:
        outcome = engine.record(script.ref, entry, who, command_id=command)
    return Played(cue=cue, incident=outcome.incident, entry=outcome.event_ids[-1])


def _known_by_now(opened: events.IncidentOpened, cue: Cue) -> StatedTime | None:
    """When it happened, unless that lies ahead of the first thing that is known of it."""
    early = opened.occurred_at.earliest
    return None if early is not None and early > cue.at else opened.occurred_at
