"""The review's own deadlines: what whoever reviews owes whoever is reviewed, and whether an appeal came in time.

Only duties are obligations: to hear, to determine, to deliver, to decide an appeal. To appeal is a right: its limit
marks the appeal and makes nobody late. Where no text gives a limit there is none, and where the record or the text
leaves the end of a limit open, nobody is said to be late.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import timedelta
from zoneinfo import ZoneInfo

from emergency.assessment.competence import cited
from emergency.assessment.due import Days, due_after
from emergency.assessment.model import Ground, Obligation, Words
from emergency.assessment.timeline import Timeline
from emergency.assessment.words import limit_words
from emergency.domain.fixed import changed, fixed
from emergency.domain.incident import BACKFILLED_AFTER
from emergency.domain.intervals import OPEN, Interval, Span, overrun, surely_after, surely_by
from emergency.domain.offices import Directory
from emergency.domain.record import Recorded
from emergency.domain.review import AppealDecided, Appealed, Determined, Proceeding, ReviewClosed
from emergency.domain.review_state import Review, proceeding_of
from emergency.domain.times import CHINA
from emergency.domain.values import StatedTime, Value
from emergency.domain.vocabulary import State
from emergency.rulebook import (
    Limit,
    Period,
    ReviewClock,
    ReviewLimit,
    ReviewRule,
    ReviewStep,
    Rulebook,
    YearNotPublishedError,
)

JUST_AFTER = timedelta(seconds=1)

NOT_DELIVERED = Words("送达时间没有记录", "when the decision was delivered is not on record")
NO_LIMIT = Words("规则库中没有这种决定的申请期限", "the rulebook has no limit for contesting such a decision")
DELIVERED_BEFORE = Words("送达时间早于作出时间", "its delivery is dated before the decision itself")
NOT_ACCEPTED = Words("受理时间没有记录", "when the application was accepted is not on record")
NOT_KEPT_HERE = Words("该机关的办理情况不在本库记录", "what that body did is not recorded here")
NO_CALENDAR = Words("该年度工作日历尚未收录", "the working days of that year are not known here")
NO_HOURS = Words("条文未规定时限", "the text gives no hours")
CLOSED = Words("已结案，未作出认定", "the review was closed without a determination")


@fixed(kw_only=True)
class Limited:
    """A limit of a step, applied: the ground, and by when a verdict needs it to be over.

    Args:
        ground: The text's claim; its ``due`` leaves an extension out: that is what people are told.
        judged: The same with what could be extended; None for a duty without hours, or where no time can be told.
        unknown: Why no time can be told.
    """

    ground: Ground
    judged: Interval | None
    unknown: Words | None


@fixed(kw_only=True)
class Mark:
    """Whether an appeal came in time (是否在期限内).

    Args:
        appeal: The appeal, by event id.
        in_time: None where that is unknown.
        late_by: By how much it was late.
        ground: The text that gives the limit; None where there is none.
        reason: Why it is unknown.
    """

    appeal: str
    in_time: bool | None
    late_by: Span | None = None
    ground: Ground | None = None
    reason: Words | None = None


def review_duties(timeline: Timeline, directory: Directory, rulebook: Rulebook) -> list[Obligation]:
    """What is owed in the reviews of an incident that are made here."""
    return [
        phase
        for review in timeline.reviews
        if review.concerned is not None
        for phase in _Desk(review, timeline, directory, rulebook).obligations()
    ]


def appeal_marks(review: Review, timeline: Timeline, directory: Directory, rulebook: Rulebook) -> list[Mark]:
    """Whether each appeal in a review came in time."""
    desk = _Desk(review, timeline, directory, rulebook)
    return [desk.mark(appeal) for appeal in review.appeals]


@fixed()
class _Desk:
    """One review and what it is judged by."""

    review: Review
    timeline: Timeline
    directory: Directory
    rulebook: Rulebook

    def obligations(self) -> Iterator[Obligation]:
        review, opened = self.review, self.review.opened
        opener, first = opened.event.office, next(iter(review.determined), None)
        proceeding = opened.event.proceeding or (first.event.proceeding if first else None)
        start = _at(opened)
        if opener is not None:
            heard = next(iter(review.statements), None)
            rules = self._rules(ReviewStep.STATEMENT, proceeding)
            yield from self._owed(rules, ReviewStep.STATEMENT, opener, opened, start, heard)
            rules = self._rules(ReviewStep.DETERMINATION, proceeding)
            owed = self._owed(rules, ReviewStep.DETERMINATION, opener, opened, start, first)
            yield from self._excused(owed) if review.closed and first is None else owed
        ruled_here: tuple[Recorded[Determined] | Recorded[AppealDecided], ...]
        ruled_here = (*review.determined, *review.decisions)
        for ruled in ruled_here:
            rules = self._rules(ReviewStep.DELIVERY, proceeding_of(review, ruled.event))
            done = review.delivered(ruled.event_id)
            yield from self._owed(rules, ReviewStep.DELIVERY, ruled.event.office, ruled, _at(ruled), done)
        for appeal in review.appeals:
            yield from self._appeal_decision(appeal)

    def mark(self, appeal: Recorded[Appealed]) -> Mark:
        contested = self.review.contested(appeal.event)
        rules = self._rules(
            ReviewStep.APPEAL,
            proceeding_of(self.review, contested.event if contested else None),
            round_=_round(contested),
        )
        delivered = self.review.delivered(appeal.event.of)
        if not rules:
            return Mark(appeal=appeal.event_id, in_time=None, reason=NO_LIMIT)
        office = contested.event.office if contested is not None else appeal.event.office
        start = _at(delivered) if delivered is not None else OPEN
        limits = self._limits(rules, office, start, _at(contested or appeal))
        if not limits:
            return Mark(appeal=appeal.event_id, in_time=None, reason=NO_LIMIT)
        longest = max(limits, key=lambda one: _end(one.judged))
        if delivered is None or longest.judged is None:
            reason = NOT_DELIVERED if delivered is None else longest.unknown
            return Mark(appeal=appeal.event_id, in_time=None, ground=longest.ground, reason=reason)
        made = _at(appeal)
        if contested is not None and surely_after(_at(contested), _at(delivered)):
            reason = DELIVERED_BEFORE
            return Mark(appeal=appeal.event_id, in_time=None, ground=longest.ground, reason=reason)
        if surely_by(made, longest.judged):
            return Mark(appeal=appeal.event_id, in_time=True, ground=longest.ground)
        if surely_after(made, longest.judged) and longest.ground.sure:
            late = overrun(made, longest.judged)
            return Mark(
                appeal=appeal.event_id,
                in_time=False,
                late_by=late,
                ground=changed(longest.ground, breached=True),
            )
        return Mark(
            appeal=appeal.event_id, in_time=None, ground=longest.ground, reason=longest.ground.condition
        )

    # -- what applies ----------------------------------------------------------------------------------------

    def _rules(
        self, step: ReviewStep, proceeding: Proceeding | None, *, round_: str | None = None
    ) -> list[ReviewRule]:
        opened = self.timeline.opened
        if proceeding is None:
            return []
        return [
            rule
            for rule in self.rulebook.reviews_for(
                category=opened.category, kind=opened.kind, division=opened.place.division
            )
            if rule.step is step and proceeding in rule.proceedings and rule.round in (None, round_)
        ]

    def _limits(
        self, rules: Iterable[ReviewRule], office: str, start: Interval, law: Interval
    ) -> list[Limited]:
        """The texts in force when the step began, each applied; of a day that may be one or the other, both."""
        days = {end.astimezone(CHINA).date() for end in (law.earliest, law.latest) if end is not None}
        found: list[Limited] = []
        for rule in rules:
            values = [value for value in map(rule.value_on, sorted(days)) if value is not None]
            found += [
                self._limited(rule, value, office, start, sure=len(values) == len(days))
                for value in dict.fromkeys(values)
            ]
        return sorted(
            found, key=lambda one: (not one.ground.sure, not one.ground.confirmed, _end(one.judged))
        )

    def _limited(
        self, rule: ReviewRule, value: ReviewLimit, office: str, start: Interval, *, sure: bool
    ) -> Limited:
        zone = self.directory[office].zone if office in self.directory.offices else str(CHINA)
        days = Days(ZoneInfo(zone), self.rulebook.calendar(rule.id))
        due = judged = None
        unknown = None
        if value.limit.no_hours is None:
            try:
                begun = _begun(value, start, days)
                due = due_after(value.limit, begun, days)
                judged = Interval(due.earliest, due_after(_extended(value), begun, days).latest)
                unknown = (
                    NOT_ACCEPTED if judged.latest is None and value.clock is ReviewClock.ACCEPTED else None
                )
            except YearNotPublishedError:
                due = judged = OPEN
                unknown = NO_CALENDAR
        opened = value.leaves_open
        ground = Ground(
            rule=rule.id,
            citation=cited(value.citation),
            rank=rule.rank.value,
            confirmed=value.confirmed,
            limit=_SAID.get(value.limit.no_hours or "") or limit_words(value.limit),
            due=due,
            sure=sure and opened is None,
            condition=Words(opened.zh, opened.en) if opened is not None else None,
            note=value.remark,
        )
        return Limited(ground=ground, judged=judged, unknown=unknown)

    # -- what became of it -----------------------------------------------------------------------------------

    def _appeal_decision(self, appeal: Recorded[Appealed]) -> Iterator[Obligation]:
        contested = self.review.contested(appeal.event)
        if contested is None:
            return
        rules = self._rules(
            ReviewStep.APPEAL_DECISION,
            proceeding_of(self.review, contested.event if contested else None),
            round_=_round(contested),
        )
        decision = next((r for r in self.review.decisions if r.event.appeal == appeal.event_id), None)
        body = appeal.event.to or (decision.event.office if decision is not None else None)
        own = contested.event.office
        if body is None and {rule.body for rule in rules} == {"same"}:
            body = own
        if body is None:
            return  # whom it was made to is not on record: nobody can be said to owe the answer
        whose = "same" if body == own else "other"
        rules = [rule for rule in rules if rule.body in (None, whose)]
        yield from self._owed(rules, ReviewStep.APPEAL_DECISION, body, appeal, _at(appeal), decision)

    def _owed(
        self,
        rules: Iterable[ReviewRule],
        step: ReviewStep,
        office: str,
        cause: Recorded[Value],
        start: Interval,
        done: Recorded[Value] | None,
    ) -> Iterator[Obligation]:
        limits = self._limits(rules, office, start, start)
        concerned = self.review.concerned
        if not limits or concerned is None or office == concerned:
            return
        governing = limits[0]
        state, reason, late_by = self._state(governing, office, done)
        late = state is State.LATE
        base = Obligation(
            id=f"{self.review.incident}:{office}>{concerned}:{step}:any:{cause.event_id}",
            incident=self.review.incident,
            office=office,
            recipient=concerned,
            stage=step.value,
            channel="any",
            occasion=cause.event_id,
            trigger=(cause.event_id,),
            due=governing.ground.due or OPEN,
            state=state,
            reason=reason,
            met_by=done.event_id if done is not None else None,
            met_at=_at(done) if done is not None else None,
            met_on=_met_on(done),
            late_by=late_by,
            grounds=tuple([changed(one.ground, breached=late and one is governing) for one in limits]),
            governing=0,
        )
        yield from _phases(base, start, governing, kept=self._kept(office))

    def _kept(self, office: str) -> bool:
        """Whether what the body did in this review is recorded here: it keeps the review, or logs in this store."""
        known = self.directory.get(office)
        return office == self.review.opened.event.office or (
            known is not None and known.logs_since is not None
        )

    def _state(
        self, governing: Limited, office: str, done: Recorded[Value] | None
    ) -> tuple[State, Words | None, Span | None]:
        judged, ground = governing.judged, governing.ground
        if judged is None:
            return (State.OPEN if done is None else State.MET), NO_HOURS, None
        if done is not None and surely_by(_at(done), judged):
            return State.MET, None, None
        if governing.unknown is not None or judged.latest is None:
            return State.UNDETERMINED, governing.unknown, None
        if not ground.sure:
            return State.UNDETERMINED, ground.condition, None
        if done is None:
            return (
                (State.OVERDUE, None, Span())
                if self._kept(office)
                else (State.UNDETERMINED, NOT_KEPT_HERE, None)
            )
        made = _at(done)
        if surely_after(made, judged):
            return State.LATE, None, overrun(made, judged)
        known = made.known and judged.known
        return (
            (State.POSSIBLY_LATE, None, overrun(made, judged)) if known else (State.UNDETERMINED, None, None)
        )

    def _excused(self, owed: Iterable[Obligation]) -> Iterator[Obligation]:
        """The same, of a review that was closed before anything was determined: from the closing on it is not owed."""
        ended = _at(self.review.of(ReviewClosed)[-1]).latest
        last: Obligation | None = None
        for last in owed:
            begins, ends = last.holds_from, last.holds_until
            if ended is None or begins is None or begins < ended:
                yield changed(last, holds_until=ended if ends is None or (ended and ended < ends) else ends)
        if last is not None:
            over = changed(last, state=State.EXCUSED, reason=CLOSED, late_by=None)
            yield changed(over, holds_from=ended, holds_until=None)


_SAID = {
    "作出决定前": Words("作出决定前", "before it decides"),
    "及时": Words("及时", "without delay"),
}
"""What duties without hours are called in a review, where *at once* would say too much."""


def _at(recorded: Recorded[Value]) -> Interval:
    """When it was done; where nobody says, no later than it was recorded."""
    stated: StatedTime | None = getattr(recorded.event, "at", None)
    interval = stated.interval if stated is not None else OPEN
    return interval if interval != OPEN else Interval(None, recorded.recorded_at)


def _round(contested: Recorded[Determined] | Recorded[AppealDecided] | None) -> str:
    return "second" if contested is not None and isinstance(contested.event, AppealDecided) else "first"


def _begun(value: ReviewLimit, start: Interval, days: Days) -> Interval:
    """When the clock started; an acceptance that is not on record, between the application and its latest end."""
    if value.clock is not ReviewClock.ACCEPTED:
        return start
    if value.accepted_within is None:
        return Interval(start.earliest, None)
    return Interval(start.earliest, due_after(Limit(working_days=value.accepted_within), start, days).latest)


def _extended(value: ReviewLimit) -> Limit:
    """The limit with all of what it may be extended by."""
    within, more = value.limit.within, value.extension
    if more is None or not isinstance(within, Period):
        return value.limit
    return value.limit.model_copy(
        update={"within": Period(within.months + more.months, within.days + more.days)}
    )


def _end(interval: Interval | None) -> float:
    if interval is None:
        return float("inf")
    end = interval.latest or interval.earliest
    return end.timestamp() if end is not None else float("inf")


def _met_on(done: Recorded[Value] | None) -> str | None:
    if done is None:
        return None
    latest = _at(done).latest
    late = latest is not None and done.recorded_at - latest > BACKFILLED_AFTER
    return "backfilled" if late else "recorded at the time"


def _phases(last: Obligation, start: Interval, limit: Limited, *, kept: bool) -> Iterator[Obligation]:
    """Open, perhaps past due, then as it ended; nothing here depends on a clock."""
    began = start.earliest or start.latest
    # Where a limit's latest end is open, it may be over from its earliest on.
    end = None if limit.judged is None else limit.judged.latest or limit.judged.earliest
    passed = None if end is None else end + JUST_AFTER
    done = (last.met_at.latest or last.met_at.earliest) if last.met_at is not None else None
    if began is None or (done is not None and done <= began):
        yield changed(last, holds_from=began)
        return
    before = changed(last, state=State.OPEN, reason=None, met_by=None, met_at=None, met_on=None, late_by=None)
    before = changed(before, grounds=tuple([changed(g, breached=False) for g in last.grounds]))
    if last.state is State.OPEN:
        yield changed(last, holds_from=began)
        return
    turns = [moment for moment in (passed, done) if moment is not None and moment > began]
    if not turns:
        yield changed(last, holds_from=began)
        return
    first = min(turns)
    yield changed(before, holds_from=began, holds_until=first)
    if done is None or first == done:
        yield changed(last, holds_from=first)
        return
    sure = limit.ground.sure and limit.judged is not None and limit.judged.latest is not None
    over = State.OVERDUE if sure and kept else State.UNDETERMINED
    reason = None if over is State.OVERDUE else limit.unknown or limit.ground.condition or NOT_KEPT_HERE
    yield changed(before, state=over, reason=reason, holds_from=first, holds_until=done)
    yield changed(last, holds_from=done)
