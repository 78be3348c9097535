"""Given what is on record of a review, when a command comes, then these events follow, or it is refused."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Self

import pytest

from emergency.domain.record import Recorded
from emergency.domain.review import (
    AppealDecided,
    Appealed,
    AppealOutcome,
    CopiedFinding,
    Determined,
    Proceeding,
    ReviewClosed,
    ReviewOpened,
    ReviewReopened,
    StatementHeard,
    Verdict,
)
from emergency.domain.review_state import Review, review_of
from emergency.domain.reviewing import Command, Do, OpenReview, decide
from emergency.domain.values import StatedTime
from emergency.domain.vocabulary import Basis, Fault, Status
from emergency.errors import EmergencyError

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def on(day: int, hour: int = 12) -> StatedTime:
    """That day of March, as stated."""
    moment = NOON.replace(hour=hour) + timedelta(days=day - 1)
    return StatedTime(text=moment.isoformat(), earliest=moment, latest=moment, basis=Basis.STATED)


def copied(id_: str, kind: Fault, status: Status = Status.SUSPECTED) -> CopiedFinding:
    return CopiedFinding(id=id_, office="county", kind=kind, status=status)


OPENED = ReviewOpened(
    incident="mine-01",
    findings=(copied("f-late", Fault.LATE, Status.ESTABLISHED), copied("f-concealed", Fault.CONCEALED)),
    rulebook="sha256:0",
    concerned="county",
    office="city",
    at=on(1),
    why="审计",
    position=9,
    proceeding=Proceeding.SUPERVISION,
)
HEARD = StatementHeard(office="county", at=on(2), waived=False, words="电话不通")
LATE = Verdict(office="county", kind=Fault.LATE, finding="f-late")
CLEARED = Verdict(office="county", kind="none", finding="f-concealed", why="已口头报告")
DETERMINED = Determined(office="city", at=on(3), verdicts=(LATE, CLEARED), why="事实清楚", logged_by="city")
APPEALED = Appealed(office="county", at=on(5), of="e3", to="province", grounds="通信中断")
CLOSED = ReviewClosed(office="city", at=on(9), why="处理完毕")
REOPENED = ReviewReopened(office="city", at=on(10), why="新证据")


def decided(outcome: AppealOutcome, *verdicts: Verdict, appeal: str = "e4", day: int = 7) -> AppealDecided:
    return AppealDecided(
        office="province", at=on(day), appeal=appeal, outcome=outcome, verdicts=verdicts, why="复核"
    )


@dataclass(frozen=True)
class Scene:
    """What is on record."""

    log: tuple[Recorded[Any], ...] = ()

    def given(self, *events: Any) -> Self:  # noqa: ANN401 - any body
        """These are recorded next, as e1, e2 and so on."""
        first = len(self.log) + 1
        new = tuple(
            Recorded(
                position=n,
                stream="review/mine-01/r1",
                version=n,
                event_id=f"e{n}",
                recorded_at=NOON,
                event=event,
            )
            for n, event in enumerate(events, start=first)
        )
        return replace(self, log=(*self.log, *new))

    @property
    def state(self) -> Review | None:
        return review_of(self.log)

    @property
    def review(self) -> Review:
        state = self.state
        assert state is not None
        return state

    def when(self, command: Any) -> When:  # noqa: ANN401 - an act or a command
        wrapped = command if isinstance(command, OpenReview) else Do(command)
        return When(self, wrapped)


@dataclass(frozen=True)
class When:
    """A command meets the record."""

    scene: Scene
    command: Command

    def then(self, *events: Any) -> Scene:  # noqa: ANN401 - any body
        """Exactly these events follow; gives the scene with them on record."""
        assert decide(self.command, self.scene.state, NOON) == events
        return self.scene.given(*events)

    def refused(self, error: type[EmergencyError], *words: str) -> None:
        """It is refused with exactly this class of error, and the message holds the words."""
        with pytest.raises(error, match=".*".join(map(re.escape, words))) as refusal:
            decide(self.command, self.scene.state, NOON)
        assert type(refusal.value) is error


def given(*events: Any) -> Scene:  # noqa: ANN401 - any body
    """The beginning of a scene."""
    return Scene().given(*events)
