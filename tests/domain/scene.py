"""Given what is on record, when a command comes, then these events follow, or it is refused."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Self

import pytest

from emergency.domain.events import IncidentEvent, IncidentOpened, Learned, Reported
from emergency.domain.incident import Command, Incident, decide, incident_of
from emergency.domain.record import Recorded
from emergency.domain.values import Facts, Place, StatedTime
from emergency.domain.vocabulary import Basis, Category, Channel
from emergency.errors import EmergencyError

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)

OPENED = IncidentOpened(
    ref="mine-01", title="透水", category=Category.ACCIDENT, kind="coal-mine", place=Place(name="某矿")
)
LEARNED = Learned(office="county", facts=Facts(deaths=1), logged_by="county")
REPORT = Reported(office="county", to=("city",), channel=Channel.PHONE, logged_by="county")


def at(moment: datetime, text: str | None = None) -> StatedTime:
    return StatedTime(text=text, earliest=moment, latest=moment, basis=Basis.STATED)


def recorded(number: int, event: Any, moment: datetime = NOON) -> Recorded[Any]:  # noqa: ANN401 - any body
    """The event as number ``number`` of the log and of its stream; its id is ``e`` and the number."""
    return Recorded(
        position=number,
        stream="incident/mine-01",
        version=number,
        event_id=f"e{number}",
        recorded_at=moment,
        event=event,
    )


@dataclass(frozen=True)
class Scene:
    """What is on record, and the time on the clock."""

    log: tuple[Recorded[Any], ...] = ()
    clock: datetime = NOON

    def given(self, *events: IncidentEvent) -> Self:
        """These are recorded next, all at the time on the clock, as e1, e2 and so on."""
        first = len(self.log) + 1
        new = tuple(recorded(n, event, self.clock) for n, event in enumerate(events, start=first))
        return replace(self, log=(*self.log, *new))

    def later(self, length: timedelta) -> Self:
        """The clock goes on, or back."""
        return replace(self, clock=self.clock + length)

    @property
    def state(self) -> Incident | None:
        return incident_of(self.log)

    def when(self, command: Command) -> When:
        return When(self, command)


@dataclass(frozen=True)
class When:
    """A command meets the record."""

    scene: Scene
    command: Command

    def then(self, *events: IncidentEvent) -> Scene:
        """Exactly these events follow; gives the scene with them on record."""
        assert decide(self.command, self.scene.state, self.scene.clock) == events
        return self.scene.given(*events)

    def refused(self, error: type[EmergencyError], *words: str) -> None:
        """It is refused with exactly this class of error, and the message holds the words."""
        with pytest.raises(error, match=".*".join(map(re.escape, words))) as refusal:
            decide(self.command, self.scene.state, self.scene.clock)
        assert type(refusal.value) is error


def given(*events: IncidentEvent) -> Scene:
    """The beginning of a scene."""
    return Scene().given(*events)
