"""What excuses an obligation, and from when on: the event was voided, merged into another, or lawfully waived.

Whatever is given after an obligation was due removes nothing: a verdict already due stays. On the very instant that it
is due a report is still in time, and so is what excuses it. A waiver (准予不报) counts only where a rule names who may
give it, and only for that rule; any other is a direction not to report, and the duty stands.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from emergency.assessment.doing import Doing
from emergency.assessment.duties import Claim, Duty, OfficeRecord
from emergency.assessment.model import Obligation, Words
from emergency.assessment.obligations import assess_duty
from emergency.assessment.reasons import MAYBE_RELIEVED, WAIVED
from emergency.assessment.timeline import Step, Timeline
from emergency.domain.bookkeeping import Merged, Voided, Waived
from emergency.domain.events import Verified
from emergency.domain.fixed import changed, fixed
from emergency.domain.intervals import Interval, last_of, possibly_by, surely_after, surely_by
from emergency.domain.offices import Directory
from emergency.domain.times import CHINA
from emergency.domain.vocabulary import Outcome, State
from emergency.rulebook import Rule, Rulebook

RELIEVING = frozenset({Merged, Voided, Waived})
"""The acts that may excuse an obligation."""

BREACHES = frozenset({State.LATE, State.POSSIBLY_LATE, State.OVERDUE})


@fixed()
class Relief:
    """Why an obligation need not be met, and since when.

    Args:
        given: When it was given, as far as the record tells.
        at: From when on it surely holds.
        reason: In words.
    """

    given: Interval
    at: datetime
    reason: Words


def judged_duty(record: OfficeRecord, duty: Duty, doing: Doing) -> tuple[tuple[Obligation, ...], str | None]:
    """The obligation that a duty makes, as `assess_duty` gives it, with what excuses it."""
    phases, elsewhere = assess_duty(record, duty, doing)
    if RELIEVING.isdisjoint(record.timeline.kinds):
        return phases, elsewhere
    due = duty.governing.judged
    if due is None and record.timeline.first_closed is not None and phases[-1].state is State.OVERDUE:
        due = record.timeline.first_closed.at  # due at once, it was found unmet when the incident was closed
    for relief in sorted(_reliefs(record, duty, phases[-1]), key=lambda each: each.at):
        phases = relieved(phases, due, relief)
    return phases, elsewhere


def relieved(phases: tuple[Obligation, ...], due: Interval | None, relief: Relief) -> tuple[Obligation, ...]:
    """The obligation with what excuses it; unchanged where it was met, or already due.

    Args:
        phases: The phases of its life, the last one last.
        due: What a verdict goes by; None for a duty *at once* that no closing found unmet.
        relief: What excuses it.
    """
    last = phases[-1]
    if last.state in (State.MET, State.EXCUSED) or (due is not None and surely_after(relief.given, due)):
        return phases
    if due is not None and not surely_by(relief.given, due):
        return tuple([_in_doubt(phase) if phase.state in BREACHES else phase for phase in phases])
    before = [p for p in phases if p.state not in BREACHES and _begins(p) < relief.at.timestamp()]
    if before:
        before[-1] = changed(before[-1], holds_until=relief.at)
    first = phases[0].holds_from
    excused = changed(
        last,
        state=State.EXCUSED,
        reason=relief.reason,
        late_by=None,
        reached_by=None,
        grounds=tuple([changed(g, breached=False) if g.breached else g for g in last.grounds]),
        holds_from=relief.at if first is None or first < relief.at else first,
        holds_until=None,
    )
    return (*before, excused)


def _in_doubt(phase: Obligation) -> Obligation:
    """Whether it was excused in time is open, and so is any lateness."""
    return changed(phase, state=State.UNDETERMINED, reason=MAYBE_RELIEVED, late_by=None)


def _begins(phase: Obligation) -> float:
    return float("-inf") if phase.holds_from is None else phase.holds_from.timestamp()


def _reliefs(record: OfficeRecord, duty: Duty, obligation: Obligation) -> Iterator[Relief]:
    yield from reliefs_of_all(record.timeline, obligation)
    if Waived not in record.timeline.kinds:
        return
    if not all(_perhaps_waived(record, claim, duty) for claim in duty.claims):
        return
    # Waived under each of its rules, it is waived from the last of these waivers on.
    first = [min(_waivers(record, duty, claim.rule), key=_moment) for claim in duty.claims]
    last = max(first, key=_moment)
    given = _by(first[duty.claims.index(duty.governing)], WAIVED).given
    words = Words(
        f"{record.directory.name(last.office)}依规定准予不报（{last.label}）",
        f"{record.directory.ref(last.office)} waived it, as its rule allows ({last.label})",
    )
    yield Relief(given, _moment(last), words)


def reliefs_of_all(timeline: Timeline, obligation: Obligation) -> Iterator[Relief]:
    """What excuses an obligation whatever rule it rests on: the event was voided, or goes on as another."""
    if Voided in timeline.kinds:
        for step in timeline.steps:
            if isinstance(step.entry, Voided) and _refuted(timeline, step.entry):
                checked = timeline.step(step.entry.refuted_by)
                if _called_for_anew(timeline, checked, obligation):
                    continue
                given = _by(
                    step,
                    Words(f"事件经核实不实，已撤销（{step.label}）", f"the event was voided ({step.label})"),
                )
                # Nobody can void an event before anything refutes it.
                both = last_of([given.given, Interval(checked.at.earliest, _moment(checked))])
                yield Relief(both, max(given.at, _moment(checked)), given.reason)
    merged = timeline.merged
    if merged is not None and isinstance(merged.entry, Merged):
        for fate in merged.entry.fates:
            if fate.obligation == obligation.id and fate.fate == "continues":
                into = merged.entry.into
                yield _by(
                    merged,
                    Words(f"并入{into}，由{fate.by}承接", f"continues on {into} as {fate.by}"),
                )


def _called_for_anew(timeline: Timeline, refuted: Step, obligation: Obligation) -> bool:
    """Whether a duty was called for only after the event had been confirmed after all: no voiding was about that."""
    triggers = [timeline.by_id[i] for i in obligation.trigger if i in timeline.by_id]
    return bool(triggers) and any(
        s.act is Verified
        and getattr(s.entry, "outcome", None) is Outcome.CONFIRMED
        and surely_after(s.at, refuted.at)
        and all(surely_by(s.at, trigger.at) for trigger in triggers)
        for s in timeline.steps
    )


def _by(step: Step, reason: Words) -> Relief:
    return Relief(Interval(step.at.earliest, _moment(step)), _moment(step), reason)


def _moment(step: Step) -> datetime:
    """From when on an act surely stands; at the latest from its recording."""
    return step.at.latest or step.recorded_at


def _refuted(timeline: Timeline, voided: Voided) -> bool:
    checked = timeline.by_id.get(voided.refuted_by)
    return checked is not None and getattr(checked.entry, "outcome", None) is Outcome.REFUTED


# -- waivers -----------------------------------------------------------------------------------------------------


def waiver_counts(
    timeline: Timeline,
    directory: Directory,
    rule: Rule,
    waived: Step,
    office: str,
    recipient: str | None = None,
) -> bool:
    """Whether a rule lets whoever gave a waiver give it to an office.

    The rule names the tiers and lines that may; of these only one that stands above the office, for nobody excuses
    his own duty. When it was given is another question: what was due by then stays due.

    Args:
        timeline: The incident.
        directory: Who reports to whom.
        rule: The rule that asks for the report.
        waived: The waiver.
        office: Whose duty.
        recipient: To whom it is owed; None for anybody.
    """
    entry, who = waived.entry, rule.waived_by
    if who is None or not isinstance(entry, Waived) or office not in entry.whom:
        return False
    if entry.to and recipient is not None and recipient not in entry.to:
        return False
    acting = directory.get(waived.office)
    moment = waived.at.latest or waived.at.earliest or timeline.occurred.earliest
    day = None if moment is None else moment.astimezone(CHINA).date()
    return (
        acting is not None
        and acting.id in directory.above(office, day)
        and acting.tier in who.tiers
        and acting.line in who.lines
    )


def idle_waivers(timeline: Timeline, directory: Directory, rulebook: Rulebook) -> Iterator[tuple[Step, str]]:
    """Every waiver with each office that it excuses from nothing: a direction not to report.

    Yields:
        (the waiver, the office that it was given to).
    """
    if Waived not in timeline.kinds:
        return
    opened = timeline.opened
    for step in timeline.steps:
        if not isinstance(step.entry, Waived):
            continue
        for whom in step.entry.whom:
            office = directory.get(whom)
            rules = (
                ()
                if office is None
                else rulebook.rules_for(
                    category=opened.category,
                    kind=opened.kind,
                    tier=office.tier,
                    line=office.line,
                    division=opened.place.division,
                )
            )
            if not any(waiver_counts(timeline, directory, rule, step, whom) for rule in rules):
                yield step, whom


def without_waived(record: OfficeRecord, duty: Duty) -> Duty:
    """The duty without the grounds that were waived in time, where others stand beside them.

    They are still shown where another surely binds; where none does, whether anything binds hangs on the others alone.
    """
    waived = [claim for claim in duty.claims if _waived_in_time(record, claim, duty)]
    others = [claim for claim in duty.claims if claim not in waived]
    if not waived or not others:
        return duty
    claims = others
    if any(claim.ground.sure for claim in others):
        claims = [
            changed(c, ground=changed(c.ground, sure=False, condition=WAIVED)) if c in waived else c
            for c in duty.claims
        ]
    return Duty(
        duty.office, duty.knowledge, duty.found, duty.channel, duty.occasion, tuple(claims), stage=duty.stage
    )


def _waived_in_time(record: OfficeRecord, claim: Claim, duty: Duty) -> bool:
    due = claim.judged
    return any(due is None or surely_by(step.at, due) for step in _waivers(record, duty, claim.rule))


def _perhaps_waived(record: OfficeRecord, claim: Claim, duty: Duty) -> bool:
    due = claim.judged
    return any(due is None or possibly_by(step.at, due) for step in _waivers(record, duty, claim.rule))


def _waivers(record: OfficeRecord, duty: Duty, rule: Rule) -> list[Step]:
    timeline, directory = record.timeline, record.directory
    if rule.waived_by is None:
        return []
    return [
        step
        for step in timeline.steps
        if step.act is Waived
        and waiver_counts(timeline, directory, rule, step, duty.office.id, duty.found.office)
    ]
