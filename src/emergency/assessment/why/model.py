"""What an explanation consists of: every reading that led to a verdict, and every one that did not.

Whoever shows it decides on the order and the words; nothing is computed after this. Steps and offices carry what
programs and what people call them by.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from emergency.assessment.model import Words
from emergency.domain.intervals import Interval, Span


@dataclass(frozen=True, slots=True)
class Called:
    """An office by its id, by the id that its imported file gives it, and by name."""

    id: str
    ref: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StepRead:
    """A step as it was read.

    Args:
        id: Its id in the imported file, else its event id.
        label: What people call it by.
        act: The name of the event, such as ``Reported``.
        stated: The source's words for its time; None where no source gives one.
        stated_at: What these words leave open.
        at: What the order of things leaves of that.
        assumed: The time was assumed by whoever made the record, or is not stated at all.
        leans_on: Steps with an assumed or unstated time that narrowed it, by label.
    """

    id: str
    label: str
    act: str
    office: Called
    to: tuple[Called, ...]
    channel: str | None
    stated: str | None
    stated_at: Interval
    at: Interval
    assumed: bool
    leans_on: tuple[str, ...]
    source: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Cited:
    """Where something is written, and how sure we are of it.

    Args:
        citation: Law, number and article in one line.
        text: The words themselves, only where they were read.
        since: The day on which it took effect.
        note: What a reader must know before relying on it.
    """

    citation: str
    rank: str | None
    confirmed: bool
    text: str | None
    source: str
    since: date
    recorded_on: date
    checked_on: date | None
    note: Words | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleRead:
    """A rule that may apply to the duty, and what it was to the verdict.

    Args:
        rule: Its id.
        clock: What starts it, such as ``learned``.
        role: ``governs``, ``laxer``, ``equal``, ``unconfirmed``, ``no-hours``, ``order-only`` or ``possible``.
        why: Why it governs, or why it does not.
        due: When the report was due under it; None for a duty at once.
        sure: It applies under every reading; otherwise ``condition`` says what is open.
        breached: Breached under every reading.
        recipient_note: How the recipient was found, where that is less than exact.
        unread: Texts in force then that may have changed it and that nobody has read.
    """

    rule: str
    title: Words
    cited: Cited
    clock: str
    limit: Words
    role: str
    why: Words
    due: Interval | None
    sure: bool
    condition: Words | None
    breached: bool
    recipient_note: Words | None
    unread: tuple[Words, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleNamed:
    """A rule that was considered and is no ground of the duty.

    Args:
        since: The first day on which it held.
        until: The first day on which it held no longer; None = it still holds.
        duties: Ids of the other duties of the office that it is a ground of.
    """

    rule: str
    title: Words
    citation: str
    since: date
    until: date | None
    duties: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Considered:
    """Rules of this kind of office that did not apply to the duty, for one and the same reason."""

    reason: str
    why: Words
    rules: tuple[RuleNamed, ...]


@dataclass(frozen=True, slots=True)
class Evidenced:
    """A step that the clock's start was read from.

    Args:
        shows: ``directly`` (it tells when), ``by-then`` (it knew by then at the latest), ``sign`` (a sign only), or
            ``starts`` (the act itself, or what brought the figures, starts the clock).
        at: When, seen from the office: for a message, its receipt.
        counts: The start rests on it; otherwise it was read and came later.
    """

    step: StepRead
    shows: str
    at: Interval
    counts: bool


@dataclass(frozen=True, slots=True)
class ClockRead:
    """When the clock of the rule that governs started, and from what that was read."""

    clock: str
    start: Interval
    evidence: tuple[Evidenced, ...]
    rests_on: tuple[str, ...]
    """Steps with an assumed or unstated time that the start rests on, by label."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """How days were counted.

    Args:
        first: The day of the start, not counted.
        last: The last day.
        counted: How many days count.
        off: Days off in between, which are no working days.
        suspended: Days on which the duty was suspended.
        by: The hour of the last day; None = its end.
    """

    first: date
    last: date | None
    counted: int
    off: tuple[date, ...] = ()
    suspended: tuple[date, ...] = ()
    by: time | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sum:
    """One line of arithmetic: a start, a limit, when it ran out.

    Args:
        end: Of which end of the interval, ``earliest`` or ``latest``.
    """

    end: str
    start: datetime
    limit: Words
    due: datetime | None
    count: Count | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outer:
    """The outer end of a limit, from a clock of its own."""

    clock: str
    start: Interval
    limit: Words
    end: Interval
    binds: bool
    """Whether it may be the earlier of the two: one that was over when the clock started does not bind."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Inherited:
    """What the officer is shown where the limit runs from the event: the time lost by others is not counted."""

    event: datetime
    due: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Reckoning:
    """How the due time came about, each step written out.

    Args:
        form: ``hours``, ``days``, ``day-by-day``, ``every``, ``order`` (no later than another report), ``at-once``, or
            ``unknown``.
        sums: The arithmetic, one line for each end and each version of the law that the start leaves open.
        judged: What the verdict goes by.
        due: What the officer is shown; the same, but for time inherited.
        moved_from: When it would have been due, had that not been a day off (the rule moves it to the next working
            day).
        open_end: Why the latest end is left open, where it is.
        suspended_by: The steps that suspended or resumed the duty, by label.
    """

    form: str
    sums: tuple[Sum, ...] = ()
    judged: Interval | None = None
    due: Interval | None = None
    outer: Outer | None = None
    moved_from: Interval | None = None
    inherited: Inherited | None = None
    open_end: Words | None = None
    suspended_by: tuple[str, ...] = ()
    why: Words | None = None


@dataclass(frozen=True, slots=True)
class Corner:
    """One reading of the times that are imprecise.

    Args:
        outcome: ``in-time``, ``late`` (``by`` says how much), or ``open`` where an end is not on record.
    """

    due: datetime | None
    done: datetime | None
    outcome: str
    by: timedelta | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What the office did about the duty, as far as the record tells.

    Args:
        report: The report that is judged; ``sent`` and ``received`` are when.
        met_on: How its sending is on record.
        elsewhere: A report to an office that was not the right one.
        reached: The step by which the recipient knew all the same, and since when.
        not_reported: A step that states that nothing had been reported.
        complete: The record holds all that the office sent out: its silence is silence.
        doubt: What may have come before the report.
    """

    report: StepRead | None
    sent: Interval | None
    received: Interval | None
    met_on: str | None
    elsewhere: StepRead | None
    reached: StepRead | None
    reached_at: Interval | None
    not_reported: StepRead | None
    complete: bool
    doubt: Words | None


@dataclass(frozen=True, slots=True)
class Phase:
    """One phase of an obligation's life."""

    state: str
    holds_from: datetime | None
    holds_until: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ObligationWhy:
    """One obligation explained.

    Args:
        id: Its id.
        short: What people may type for it.
        state: How it stands at the instant of judging, with the reason where there is one; ``late_by`` likewise.
        phases: How it stood before, and will stand.
        governs: The rule that decides.
        others: The other rules that may apply.
        considered: The rules of this kind of office that do not, by reason.
        elsewhere: How many further rules for this kind of office speak of other events or places.
        readings: The outcome under each reading of imprecise times.
        inputs: Every step that anything above was read from, in the order of time.
        findings: Ids of the findings tied to it.
    """

    id: str
    short: str
    incident: str
    office: Called
    recipient: Called
    stage: str
    channel: str
    occasion: str
    state: str
    reason: Words | None
    late_by: Span | None
    rests_on: tuple[str, ...]
    phases: tuple[Phase, ...]
    governs: RuleRead
    others: tuple[RuleRead, ...]
    considered: tuple[Considered, ...]
    elsewhere: int
    clock: ClockRead
    reckoning: Reckoning
    done: Done
    readings: tuple[Corner, ...]
    inputs: tuple[StepRead, ...]
    findings: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProvisionRead:
    """What a text says of a fault: shown, never applied.

    Args:
        prevails_over: Ids of the provisions that it displaces, among those shown.
        displaced_by: Ids of those that displace it, among those shown.
    """

    provision: str
    title: Words
    sort: str
    says: Words
    whom: Words | None
    cited: Cited
    prevails_over: tuple[str, ...]
    displaced_by: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DeterminedRead:
    """What people determined of the office (认定). ``until``: when an appeal ended it."""

    by: Called
    at: Interval
    kinds: tuple[str, ...]
    step: str | None
    source: str | None
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingWhy:
    """One finding explained.

    Args:
        pattern: What such a finding looks for, whatever the case.
        explanation: What was found here.
        evidence: The steps that it rests on.
        determined: What people determined of this office.
        obligation: The duty that it is tied to, explained; None where it is tied to none.
        provisions: What the texts in force on ``day`` say of this fault, by rank.
    """

    id: str
    short: str
    incident: str
    office: Called
    kind: str
    status: str
    could_be: tuple[str, ...]
    late_by: Span | None
    holds_from: datetime | None
    holds_until: datetime | None
    pattern: Words
    explanation: Words
    evidence: tuple[StepRead, ...]
    rests_on: tuple[str, ...]
    determination: str | None
    determined: tuple[DeterminedRead, ...]
    obligation: ObligationWhy | None
    day: date | None
    provisions: tuple[ProvisionRead, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TextRead:
    """A text that asks for a check of a norm.

    Args:
        breached: The check fails by it.
    """

    rule: str
    title: Words
    cited: Cited
    breached: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckWhy:
    """One check of a norm explained.

    Args:
        about: The act that it is about; None where it is about the whole incident, or a duty.
        looks_at: What such a check looks at, whatever the case.
        explanation: What it came to here, and why.
        texts: The texts that ask for it.
        evidence: The steps that it rests on.
        obligation: The duty that it is about, explained; None where it is about none.
    """

    id: str
    short: str
    incident: str
    office: Called
    norm: str
    check: str
    about: StepRead | None
    result: str
    status: str
    holds_from: datetime | None
    holds_until: datetime | None
    looks_at: Words
    explanation: Words
    texts: tuple[TextRead, ...]
    evidence: tuple[StepRead, ...]
    rests_on: tuple[str, ...]
    obligation: ObligationWhy | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reaching:
    """What one figure reaches by one table; the number of a level is included (以上).

    Args:
        starts: From how much on the level is reached; None for the lightest.
        next_level: The next graver level that the table gives for the figure, and from how much on.
    """

    table: str
    measure: str
    title: Words
    figure: int
    level: str
    starts: int | None
    next_level: str | None
    next_starts: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TableRead:
    """A table of levels that speaks of such an event.

    Args:
        cited: What it says on the day of the law; None where it was not in force then.
        window: How long after the event changed figures still change the level, and when that ends.
    """

    table: str
    title: Words
    cited: Cited | None
    window: Words | None
    window_ends: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldRead:
    """Facts that the office held, and what they reach.

    Args:
        source: Whose word it is; the office itself where it is its own.
        since: From when on.
        by_then: Only its own act shows that it held them by then.
        level: The gravest level that they surely reach by a confirmed table; None where no table speaks of them.
        after_window: They came after the period in which they still change the level.
    """

    step: StepRead
    source: Called
    since: Interval
    by_then: bool
    reaches: tuple[Reaching, ...]
    circumstances: tuple[Words, ...]
    level: str | None
    table: str | None
    after_window: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class GradedRead:
    """An official grading."""

    step: StepRead
    level: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelWhy:
    """The level that an office held facts of, beside the official one.

    Args:
        day: The day of the law that its figures are graded by.
        tables: The tables that speak of such an event.
        held: What it held, the earliest first.
        level: The gravest level surely reached by a confirmed table; None where nothing it held tells.
        since: Since when.
        by: The step that brought it.
        unconfirmed: A graver level that only tables nobody has confirmed give.
        open_above: The graver levels, which nothing on record rules out.
        gradings: Official gradings, by whomever.
        outcome: The level that the imported file states as the outcome; for display.
    """

    incident: str
    office: Called
    day: date
    tables: tuple[TableRead, ...]
    held: tuple[HeldRead, ...]
    level: str | None
    since: Interval | None
    by: str | None
    unconfirmed: str | None
    open_above: tuple[str, ...]
    gradings: tuple[GradedRead, ...]
    outcome: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """One thing that is open, late or suspicious, in a paragraph.

    Args:
        id: The obligation's or finding's id.
        short: What people may type for it.
        what: ``finding`` or ``obligation``.
        verdict: The kind and status of a finding, or the state of an obligation.
    """

    id: str
    short: str
    what: str
    office: Called
    verdict: tuple[str, ...]
    says: Words


@dataclass(frozen=True, slots=True, kw_only=True)
class Why:
    """An answer: what stands out, or what was asked for, explained.

    Args:
        standing: Where nothing in particular was asked for: what is open, late or suspicious, most serious first.
        undetermined: How many obligations the record allows no verdict on; they are not among ``standing``.
    """

    incident: str
    title: str
    at: datetime
    standing: tuple[Standing, ...] = ()
    undetermined: int = 0
    obligations: tuple[ObligationWhy, ...] = ()
    findings: tuple[FindingWhy, ...] = ()
    levels: tuple[LevelWhy, ...] = ()
    checks: tuple[CheckWhy, ...] = ()
