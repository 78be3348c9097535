"""What is owed about a leader's instruction (批示): to pass it on, and to report back what came of it.

The limits are those that the instruction itself names, those that whoever presses for it names, and those of a text
that asks for this in the place (`emergency.rulebook.norms`). Without any there is nothing to be late by: the
instruction is on record, and nobody owes anything by a time. An office answers only for what reached it: an
instruction that was never passed on to it, it need not carry out, and who had it is late in passing it on. These are
no reports of the event: to be late with them is none of the four kinds of breach.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from emergency.assessment.due import Days, due_after, moved
from emergency.assessment.duties import silence_counts
from emergency.assessment.model import Ground, Obligation, Words
from emergency.assessment.obligations import JUST_AFTER, life, met_on
from emergency.assessment.reasons import (
    CALENDAR_UNKNOWN,
    INSTRUCTION_CLOSED,
    NO_HOURS,
    NOT_PASSED_ON,
    RECORD_INCOMPLETE,
    REPORT_UNDATED,
    START_UNDATED,
)
from emergency.assessment.recipients import recipient_of
from emergency.assessment.relief import Relief, reliefs_of_all, relieved
from emergency.assessment.timeline import Step, Timeline
from emergency.assessment.words import INSTRUCTION_ANSWER, INSTRUCTION_RELAY, instant, limit_words
from emergency.domain.fixed import changed, fixed
from emergency.domain.instructions import (
    InstructionAct,
    InstructionAnswered,
    InstructionClosed,
    InstructionPressed,
    InstructionReceived,
    InstructionRelayed,
)
from emergency.domain.intervals import OPEN, Interval, Span, in_utc, overrun, surely_after, surely_by
from emergency.domain.offices import Directory, Office
from emergency.domain.times import CHINA
from emergency.domain.values import StatedTime
from emergency.domain.vocabulary import State
from emergency.rulebook import Limit, Rank, Recipient, Rulebook, YearNotPublishedError
from emergency.rulebook.vocabulary import CheckName

ITSELF = "instruction"
"""What stands for a rule's name where the instruction's own words give the limit."""

CITED = "批示本身"
"""The instruction itself, as a citation."""


@fixed(eq=False)
class Owing:
    """One thing that an office owes about an instruction, before it is known what was done.

    Args:
        office: Who owes it.
        recipient: To whom.
        stage: Passing on, or answering.
        occasion: The instruction, or who pressed for it, by event id.
        start: When the office's clock started.
        trigger: The steps that started it.
        grounds: By when, and on what ground.
        done: What was done, if anything.
    """

    office: Office
    recipient: str
    stage: str
    occasion: str
    start: Interval
    trigger: tuple[Step, ...]
    grounds: tuple[Ground, ...]
    done: Step | None


def instructions_owed(timeline: Timeline, directory: Directory, rulebook: Rulebook) -> Iterator[Obligation]:
    """Every obligation about the instructions on record, one row a phase of its life."""
    if InstructionReceived not in timeline.kinds:
        return
    for step in timeline.steps:
        if isinstance(step.entry, InstructionReceived):
            yield from _Instruction(timeline, directory, rulebook, step, step.entry).obligations()


def offices_of(timeline: Timeline) -> Iterator[str]:
    """Every office that an instruction is meant for, or that was pressed or told of one."""
    for step in timeline.steps:
        entry = step.entry
        if isinstance(entry, InstructionReceived):
            yield from entry.addressed
        elif isinstance(entry, (InstructionRelayed, InstructionPressed)):
            yield from entry.whom


class _Instruction:
    """One instruction, with everything that was done about it."""

    def __init__(
        self,
        timeline: Timeline,
        directory: Directory,
        rulebook: Rulebook,
        received: Step,
        entry: InstructionReceived,
    ) -> None:
        self._timeline, self._directory, self._rulebook = timeline, directory, rulebook
        self._received, self._entry = received, entry
        self._about = [
            s for s in timeline.steps if isinstance(s.entry, InstructionAct) and s.entry.of == received.id
        ]

    def obligations(self) -> Iterator[Obligation]:
        """Who owes what, by when, and what became of it."""
        for owing in self._owing():
            if owing.grounds:
                yield from self._judged(owing)

    # -- who owes what -------------------------------------------------------------------------------------------

    def _owing(self) -> Iterator[Owing]:
        had, entry = self._received, self._entry
        holder = self._directory.get(had.office)
        others = [whom for whom in entry.addressed if whom != had.office]
        if holder is not None:
            for whom in others:
                grounds = (*self._named(holder, relay=True), *self._asked(holder, had.at, relay=True))
                done = self._passed_on(whom)
                yield Owing(holder, whom, INSTRUCTION_RELAY, had.id, had.at, (had,), grounds, done)
        owners = entry.addressed or (had.office,)
        for whom in owners:
            yield from self._answer(whom)
        for pressed in self._about:
            act = pressed.entry
            if isinstance(act, InstructionPressed) and act.answer_by is not None:
                for whom in act.whom or owners:
                    yield from self._pressed(pressed, act.answer_by, whom)

    def _answer(self, whom: str) -> Iterator[Owing]:
        """What is to be reported back by one of those who are to carry it out, once it had come to them."""
        office, had = self._directory.get(whom), self._received
        if whom != had.office:
            relayed = self._passed_on(whom)
            if relayed is None:
                return
            had = relayed
        if office is not None:
            grounds = (*self._named(office, relay=False), *self._asked(office, had.at, relay=False))
            done = _first(s for s in self._of(InstructionAnswered) if s.office == whom)
            yield Owing(
                office,
                self._giver(office),
                INSTRUCTION_ANSWER,
                self._received.id,
                had.at,
                (self._received,) if had is self._received else (self._received, had),
                grounds,
                done,
            )

    def _pressed(self, pressed: Step, by: StatedTime, whom: str) -> Iterator[Owing]:
        """The answer that a pressing calls for, which moves no earlier limit."""
        office = self._directory.get(whom)
        if office is None:
            return
        after = (
            s
            for s in self._of(InstructionAnswered)
            if s.office == whom and not surely_after(pressed.at, s.at)
        )
        recipient = pressed.office if pressed.office != whom else self._giver(office)
        trigger = (self._received, pressed)
        grounds = (self._itself(office, by, Words("督办所定", "as the pressing says")),)
        yield Owing(
            office, recipient, INSTRUCTION_ANSWER, pressed.id, pressed.at, trigger, grounds, _first(after)
        )

    def _giver(self, office: Office) -> str:
        """To whom an office answers: who had the instruction; whoever had it, to the leader's own tier."""
        holder, tier = self._received.office, self._entry.tier
        if office.id != holder or tier is None:
            return holder
        moment = self._received.at.latest or self._received.at.earliest
        day = None if moment is None else moment.astimezone(CHINA).date()
        found = recipient_of(Recipient(tier=tier, line="same"), office, self._directory, day)
        return holder if found is None else found.office

    def _passed_on(self, whom: str) -> Step | None:
        """The act that first passed it on to an office, whoever did that."""
        return _first(
            s for s in self._about if isinstance(s.entry, InstructionRelayed) and whom in s.entry.whom
        )

    def _of(self, act: type[InstructionAct]) -> list[Step]:
        return [s for s in self._about if s.act is act]

    # -- by when -------------------------------------------------------------------------------------------------

    def _named(self, office: Office, *, relay: bool) -> Iterator[Ground]:
        """The limits that the instruction itself names."""
        entry = self._entry
        if relay and entry.relay_by is not None:
            yield self._itself(office, entry.relay_by, Words("批示所定", "as the instruction says"))
        elif entry.answer_by is not None:
            # What is to be answered by then cannot be passed on later.
            said = (
                Words("批示所定反馈时限", "when its answer is due")
                if relay
                else Words("批示所定", "as the instruction says")
            )
            yield self._itself(office, entry.answer_by, said)

    def _itself(self, office: Office, by: StatedTime, said: Words) -> Ground:
        end = in_utc(by.interval).latest
        zone = ZoneInfo(office.zone)
        when = Words("时间不明", "at a time unknown")
        if end is not None:
            when = Words(f"{instant(end, zone)}前", f"by {instant(end, zone)}")
        return Ground(
            rule=ITSELF,
            citation=CITED,
            rank=Rank.NOTICE.value,
            confirmed=True,
            limit=Words(f"{when.zh}（{said.zh}）", f"{when.en}, {said.en}"),
            due=Interval(end, end),
            sure=True,
        )

    def _asked(self, office: Office, start: Interval, *, relay: bool) -> Iterator[Ground]:
        """The limits of the texts that ask for it in that place."""
        opened, moment = self._timeline.opened, start.earliest or start.latest
        if moment is None:
            return
        norms = self._rulebook.norms_for(
            category=opened.category,
            kind=opened.kind,
            tier=office.tier,
            line=office.line,
            division=office.division or opened.place.division,
        )
        zone = ZoneInfo(office.zone)
        for norm in norms:
            value = (
                norm.value_on(moment.astimezone(zone).date())
                if norm.check is CheckName.INSTRUCTIONS
                else None
            )
            limit = None if value is None else value.asks.within if relay else value.asks.answered_within
            if value is None or limit is None:
                continue
            days = Days(zone, self._rulebook.calendar(norm.id))
            due, note = _due(limit, start, days)
            citation = value.citation
            yield Ground(
                rule=norm.id,
                citation=" ".join(filter(None, (f"《{citation.law}》", citation.number, citation.article))),
                rank=norm.rank.value,
                confirmed=value.confirmed,
                limit=limit_words(limit),
                due=due,
                sure=note is None,
                condition=note,
                note=value.remark,
            )

    # -- what became of it ---------------------------------------------------------------------------------------

    def _judged(self, owing: Owing) -> Iterator[Obligation]:
        timeline, done = self._timeline, owing.done
        # What was over before it reached the office, it could not do in time.
        binding = [g for g in owing.grounds if g.due is None or not surely_after(owing.start, g.due)]
        governs = _governing(binding or owing.grounds)
        due = governs.due
        complete = silence_counts(timeline, owing.office, owing.start)
        rests_on = dict.fromkeys(i for s in (*owing.trigger, *((done,) if done else ())) for i in s.rests_on)
        obligation = Obligation(
            id=f"{timeline.ref}:{owing.office.id}>{owing.recipient}:{owing.stage}:any:{owing.occasion}",
            incident=timeline.ref,
            office=owing.office.id,
            recipient=owing.recipient,
            stage=owing.stage,
            channel="any",
            occasion=owing.occasion,
            trigger=tuple(s.id for s in owing.trigger),
            due=due or OPEN,
            state=State.EXCUSED,
            reason=NOT_PASSED_ON,
            met_by=done.id if done else None,
            met_at=done.at if done else None,
            met_on=met_on(timeline, done),
            grounds=tuple(
                changed(g, breached=True)
                if done and g in binding and g.due and surely_after(done.at, g.due)
                else g
                for g in owing.grounds
            ),
            governing=owing.grounds.index(governs),
            rests_on=tuple(rests_on),
        )
        if not binding:
            yield changed(obligation, holds_from=owing.start.earliest or owing.start.latest)
            return
        state, reason, late_by = self._state(owing, governs, complete=complete)
        last = changed(obligation, state=state, reason=reason, late_by=late_by)
        phases = tuple(life(last, owing.start, self._ended(last), absent=complete))
        limit = due
        if due is None and state is State.OVERDUE and timeline.first_closed is not None:
            limit = timeline.first_closed.at
        for relief in self._reliefs(owing, last):
            phases = relieved(phases, limit, relief)
        yield from phases

    def _state(
        self, owing: Owing, governs: Ground, *, complete: bool
    ) -> tuple[State, Words | None, Span | None]:
        due, done = governs.due, owing.done
        if not governs.sure:
            return State.UNDETERMINED, governs.condition, None
        if due is None:
            return self._state_at_once(owing, complete=complete)
        if done is None:
            return self._not_done(due, complete=complete)
        if surely_by(done.at, due):
            return State.MET, None, None
        if surely_after(done.at, due):
            return State.LATE, None, overrun(done.at, due)
        if not (due.known and done.at.known):
            return State.UNDETERMINED, START_UNDATED if done.at.known else REPORT_UNDATED, None
        return State.POSSIBLY_LATE, None, overrun(done.at, due)

    def _state_at_once(self, owing: Owing, *, complete: bool) -> tuple[State, Words | None, Span | None]:
        closed = self._timeline.first_closed
        if owing.done is not None:
            return State.MET, NO_HOURS, None
        if not complete:
            return State.UNDETERMINED, RECORD_INCOMPLETE, None
        unmet = closed is not None and surely_by(owing.start, closed.at)
        return (State.OVERDUE if unmet else State.OPEN), NO_HOURS, None

    def _not_done(self, due: Interval, *, complete: bool) -> tuple[State, Words | None, Span | None]:
        if due.latest is None:
            return State.UNDETERMINED, START_UNDATED, None
        if not complete:
            return State.UNDETERMINED, RECORD_INCOMPLETE, None
        ends = self._timeline.ends
        past = ends - due.latest if ends is not None and ends > due.latest else None
        return State.OVERDUE, None, Span(past, None)

    def _ended(self, last: Obligation) -> datetime | None:
        """From when on it is as it ended."""
        if last.met_at is not None:
            early, late = last.met_at.earliest, last.met_at.latest
            return (early or late) if last.state is State.LATE else (late or early)
        if last.due.latest is not None:
            return last.due.latest + JUST_AFTER
        closed = self._timeline.first_closed
        return closed.at.latest if last.state is State.OVERDUE and closed is not None else None

    def _reliefs(self, owing: Owing, obligation: Obligation) -> list[Relief]:
        """What excuses it: the event was voided, or the instruction was settled by somebody else than who owes it."""
        found = list(reliefs_of_all(self._timeline, obligation))
        for step in self._of(InstructionClosed):
            if step.office != owing.office.id:
                at = step.at.latest or step.recorded_at
                found.append(Relief(Interval(step.at.earliest, at), at, INSTRUCTION_CLOSED))
        return sorted(found, key=lambda relief: relief.at)


def _due(limit: Limit, start: Interval, days: Days) -> tuple[Interval | None, Words | None]:
    """By when, and what is open about it; no due time for what is to be done at once."""
    if limit.within is None and limit.working_days is None and not limit.same_day:
        return None, None
    try:
        return moved(limit, due_after(limit, start, days), days), None
    except YearNotPublishedError:
        return OPEN, CALENDAR_UNKNOWN


def _governing(grounds: Iterable[Ground]) -> Ground:
    """The strictest confirmed ground; without any, the strictest; one with a time before one without."""
    listed = list(grounds)
    sure = [g for g in listed if g.sure] or listed

    def strictness(ground: Ground) -> tuple[bool, float]:
        if ground.due is None:
            return True, 0.0
        end = ground.due.latest or ground.due.earliest
        return False, float("inf") if end is None else end.timestamp()

    return min([g for g in sure if g.confirmed] or sure, key=strictness)


def _first(steps: Iterable[Step]) -> Step | None:
    """The earliest of some steps."""

    def end(step: Step) -> tuple[float, str]:
        at = step.at.latest or step.at.earliest
        return (at.timestamp() if at else float("inf")), step.ref

    return min(steps, key=end, default=None)
