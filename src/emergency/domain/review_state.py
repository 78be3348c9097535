"""A review as it stands: the fold of its stream, and what of it holds from when until when."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TypeVar, cast

from emergency.domain.amendment import effective
from emergency.domain.fixed import changed, fixed
from emergency.domain.record import Recorded
from emergency.domain.review import (
    ACTS,
    AppealDecided,
    Appealed,
    AppealOutcome,
    DecisionDelivered,
    Determined,
    Proceeding,
    ReviewAct,
    ReviewClosed,
    ReviewEvent,
    ReviewOpened,
    ReviewReopened,
    StatementHeard,
    Verdict,
)
from emergency.domain.values import StatedTime, Value

E = TypeVar("E", bound=Value)


@fixed()
class Ruling:
    """Verdicts, and for how long they stand.

    Args:
        id: The determination, or the decision of an appeal, by event id.
        since: When it was made, at the latest; None = nobody knows, so it is taken to stand throughout.
        until: When an appeal ended it.
        verdicts: What was found.
        order: Of two that stand at the same instant, the greater holds.
    """

    id: str
    since: datetime | None
    until: datetime | None
    verdicts: tuple[Verdict, ...]
    order: tuple[float, int]


@fixed()
class Review:
    """A review as it stands.

    Args:
        stream: Its stream.
        opened: How it was opened.
        version: Its last version, that of an amendment included.
        acts: What was done in it that counts, in the order of the log.
    """

    stream: str
    opened: Recorded[ReviewOpened]
    version: int
    acts: tuple[Recorded[ReviewAct], ...] = ()

    @property
    def incident(self) -> str:
        """The incident."""
        return self.opened.event.incident

    @property
    def name(self) -> str:
        """Its name within the incident."""
        return self.stream.rpartition("/")[2]

    @property
    def id(self) -> str:
        """What people call it by."""
        return f"{self.incident}/{self.name}"

    @property
    def concerned(self) -> str | None:
        """The office concerned; None where the review was imported."""
        return self.opened.event.concerned

    @property
    def judged(self) -> frozenset[str]:
        """Who is judged: the office concerned, or in an imported review whoever a verdict is on."""
        if self.concerned is not None:
            return frozenset({self.concerned})
        found = {verdict.office for r in self.determined for verdict in r.event.verdicts}
        return frozenset(found | {verdict.office for r in self.decisions for verdict in r.event.verdicts})

    def of(self, kind: type[E]) -> tuple[Recorded[E], ...]:
        """The acts of one kind."""
        return tuple([cast("Recorded[E]", r) for r in self.acts if type(r.event) is kind])

    @property
    def determined(self) -> tuple[Recorded[Determined], ...]:
        """The determinations."""
        return self.of(Determined)

    @property
    def statements(self) -> tuple[Recorded[StatementHeard], ...]:
        """What the office concerned said."""
        return self.of(StatementHeard)

    @property
    def appeals(self) -> tuple[Recorded[Appealed], ...]:
        """The appeals."""
        return self.of(Appealed)

    @property
    def decisions(self) -> tuple[Recorded[AppealDecided], ...]:
        """The decisions of appeals."""
        return self.of(AppealDecided)

    @property
    def closed(self) -> bool:
        """Whether it is closed."""
        return next(
            (type(r.event) is ReviewClosed for r in reversed(self.acts) if type(r.event) in _ENDS), False
        )

    @property
    def undecided(self) -> tuple[Recorded[Appealed], ...]:
        """The appeals that wait for a decision."""
        decided = {r.event.appeal for r in self.decisions}
        return tuple([r for r in self.appeals if r.event_id not in decided])

    @property
    def contestable(self) -> Recorded[Determined] | Recorded[AppealDecided] | None:
        """What was determined or decided last."""
        found: list[Recorded[Determined] | Recorded[AppealDecided]] = [*self.determined, *self.decisions]
        return max(found, key=lambda r: r.position, default=None)

    def act(self, event_id: str) -> Recorded[ReviewAct] | None:
        """The act of that event id."""
        return next((r for r in self.acts if r.event_id == event_id), None)

    def contested(self, appeal: Appealed) -> Recorded[Determined] | Recorded[AppealDecided] | None:
        """What an appeal is against."""
        found: list[Recorded[Determined] | Recorded[AppealDecided]] = [*self.determined, *self.decisions]
        return next((r for r in found if r.event_id == appeal.of), None)

    def delivered(self, event_id: str) -> Recorded[DecisionDelivered] | None:
        """The first delivery of a determination or decision."""
        return next((r for r in self.of(DecisionDelivered) if r.event.of == event_id), None)


_ENDS = (ReviewClosed, ReviewReopened)


def review_of(events: Iterable[Recorded[ReviewEvent]]) -> Review | None:
    """The fold of one review stream, amendments and withdrawals applied; None where it was never opened."""
    listed = tuple(events)
    standing = effective(listed)
    opened = next((r for r in standing if type(r.event) is ReviewOpened), None)
    if opened is None:
        return None
    acts = tuple([r for r in standing if type(r.event) in ACTS])
    return Review(opened.stream, opened, listed[-1].version, acts)


def moment(at: StatedTime) -> datetime | None:
    """The instant that an act stands from: its latest, so that nothing is held against anybody too early."""
    interval = at.interval
    return interval.latest or interval.earliest


def proceeding_of(review: Review, event: Determined | AppealDecided | Appealed | None) -> Proceeding | None:
    """The kind of decision: that of the determination which an appeal or its decision goes back to."""
    seen: set[str] = set()
    while isinstance(event, (Appealed, AppealDecided)):
        back = event.of if isinstance(event, Appealed) else event.appeal
        found = review.act(back) if back not in seen else None
        seen.add(back)
        known = found is not None and isinstance(found.event, (Appealed, AppealDecided, Determined))
        event = cast("Determined | AppealDecided | Appealed", found.event) if found and known else None
    return (event.proceeding if event is not None else None) or review.opened.event.proceeding


def rulings(review: Review) -> tuple[Ruling, ...]:
    """What stands of a review, and when: a determination until an appeal changes or revokes it."""
    found: dict[str, Ruling] = {}
    roots: dict[str, str | None] = {}
    for recorded in review.acts:
        event, here = recorded.event, recorded.event_id
        if isinstance(event, Determined):
            # Of one that was made here it is known that it was not before it was recorded.
            made = recorded.recorded_at if review.concerned is not None else None
            found[here] = _ruling(recorded, moment(event.at) or made, event.verdicts)
            roots[here] = here
        elif isinstance(event, AppealDecided):
            appeal = review.act(event.appeal)
            against = appeal.event.of if appeal is not None and isinstance(appeal.event, Appealed) else ""
            root = roots.get(against)
            if event.outcome is AppealOutcome.UPHELD:
                roots[here] = root
                continue
            since = moment(event.at) or recorded.recorded_at
            if root is not None:
                ended = found[root]
                until = since if ended.until is None else min(ended.until, since)
                found[root] = changed(ended, until=until)
            found[here] = _ruling(recorded, since, event.verdicts)
            roots[here] = here
    return tuple(found.values())


def _ruling(recorded: Recorded[ReviewAct], since: datetime | None, verdicts: tuple[Verdict, ...]) -> Ruling:
    order = (since or recorded.recorded_at).timestamp(), recorded.position
    return Ruling(recorded.event_id, since, None, verdicts, order)
