"""The record of one incident as steps in time: what counts, and when each act was, as far as the record says.

A step without a stated time lies between the latest thing it must follow and the earliest thing it must precede.
Causality narrows what is stated (received after sent, sent after the event) and never inverts it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import field, replace
from datetime import date, datetime
from typing import Any

from emergency.domain.acts import ENTRIES, MESSAGES
from emergency.domain.amendment import effective
from emergency.domain.bookkeeping import BOOKKEEPING, Merged, Reopened, Unmerged, Voided, Waived
from emergency.domain.drafting import DraftAssigned, DraftEdited, UnifiedDraftIssued
from emergency.domain.events import (
    FOLLOWING,
    REPORTS,
    Acknowledged,
    Closed,
    ClueLinked,
    Entry,
    Foreseen,
    ForwardedUpward,
    Graded,
    IncidentOpened,
    Inquired,
    Learned,
    NonReportStated,
    Occurred,
    Reported,
    Warned,
)
from emergency.domain.fixed import fixed, kept
from emergency.domain.incident import BACKFILLED_AFTER
from emergency.domain.instructions import InstructionAct, InstructionPressed, InstructionRelayed
from emergency.domain.intervals import OPEN, Interval, first_of, in_utc, narrowed
from emergency.domain.record import Recorded
from emergency.domain.references import FIELDS, FOLLOWING_WHAT_THEY_NAME
from emergency.domain.review import Determined, ReviewAct, ReviewOpened
from emergency.domain.review_state import Review, review_of
from emergency.domain.times import CHINA
from emergency.domain.values import Facts, StatedTime
from emergency.domain.vocabulary import Basis, Channel
from emergency.errors import BrokenDataError

DIRECT = frozenset({Channel.PHONE, Channel.IN_PERSON, Channel.NETWORK, Channel.UNKNOWN})
"""Channels on which the sending itself is taken for the receipt where no receipt is stated."""


_NO_SIGN_OF_A_RECEIPT = frozenset({NonReportStated, Occurred, Acknowledged, Inquired, ClueLinked})
"""Acts that do not show that whoever did them had received anything."""


_SHARED = frozenset({Merged, Reopened, Unmerged, Voided})
"""Acts about the record that everybody who reads it knows of."""

_TOLD_OTHERWISE = frozenset({InstructionRelayed, InstructionPressed, Waived, DraftAssigned}) | _SHARED
"""Acts that an office knows of without being named as their receiver."""


_BEFORE_THE_EVENT = frozenset({ClueLinked, Foreseen, Inquired, Occurred, Warned})
"""Acts that may come before the event, or are the event."""


@fixed(eq=False)
class Step:
    """One act that counts, with its time resolved. What is asked of it again and again is worked out once."""

    id: str
    ref: str
    """What other programs call it by: its id in the imported file, else its event id."""
    label: str
    """What people call it by: its id in the imported file, else its number in the incident."""
    entry: Entry
    at: Interval
    recorded_at: datetime
    imported: bool
    clock_back: bool = False
    """The store's clock had been set back when it was recorded."""
    leans_on: tuple[str, ...] = ()
    """Steps with an assumed or unstated time that narrowed this one's, by event id."""
    act: type[Entry] = field(init=False, repr=False)
    """The kind of act. To ask for it is many times faster than `isinstance`, which a pydantic class answers itself."""
    office: str = field(init=False, repr=False)
    """Who acted."""
    to: tuple[str, ...] = field(init=False, repr=False)
    """Whom it was told to; empty where nobody is named or the act tells nobody."""
    facts: Facts = field(init=False, repr=False)
    """What was stated."""
    assumed: bool = field(init=False, repr=False)
    """Its time was assumed by whoever made the record, or is not stated at all."""
    rests_on: tuple[str, ...] = field(init=False, repr=False)
    """The steps with an assumed or unstated time that this one's time rests on: itself, and what narrowed it."""
    memo: dict[Any, Any] = field(init=False, repr=False)
    """What pure functions of this step have already worked out."""

    def __post_init__(self) -> None:
        """Work out what is asked of it again and again."""
        entry = self.entry
        assumed = _assumed(entry)
        self.__dict__.update(
            act=type(entry),
            office=entry.office,
            to=_to(entry),
            facts=entry.facts,
            assumed=assumed,
            rests_on=(self.id, *self.leans_on) if assumed else self.leans_on,
            memo={},
        )

    @property
    def backfilled(self) -> bool:
        """Recorded more than an hour after its stated time (补录)."""
        return self.at.latest is not None and self.recorded_at - self.at.latest > BACKFILLED_AFTER


@fixed()
class Receipt:
    """When a message was received, and which assumed or unstated times that rests on."""

    at: Interval
    rests_on: tuple[str, ...]
    inferred: bool = False
    """Only a later act of the receiver's bounds it, which may have been done without the message."""


@fixed()
class Timeline:
    """One incident's record, ready to be judged."""

    opened: IncidentOpened
    opened_id: str
    steps: tuple[Step, ...]
    determined: tuple[Recorded[Determined], ...] = ()
    """All determinations, in the order of the days they were made on."""
    acknowledged: dict[tuple[str, str], Step] = field(default_factory=dict)
    """Receipts, by message and office."""
    labels: dict[str, str] = field(default_factory=dict)
    """What people call each entry by, also one that is cut away, by event id."""
    reviews: tuple[Review, ...] = ()
    """The reviews, in the order of the log."""
    seen_by: str | None = None
    """Only what this office did and was told; what others did beyond that is not on it."""
    partial: bool = False
    """Cut at an instant: its end is not the end of the record."""
    memo: dict[Any, Any] = field(default_factory=dict, init=False, repr=False, compare=False)
    """What pure functions of this timeline have already worked out."""

    @property
    def ref(self) -> str:
        """The incident's reference."""
        return self.opened.ref

    @kept
    def occurred(self) -> Interval:
        """When the event was, first stage."""
        stages = [s.at for s in self.steps if s.act is Occurred]
        begun = in_utc(self.opened.occurred_at.interval)
        dated = [at for at in (begun, *stages) if at.earliest is not None]
        return first_of(dated) if dated else OPEN

    @kept
    def speaking(self) -> tuple[Step, ...]:
        """The steps without what is only done about the record as a whole, from which nothing else is read."""
        if BOOKKEEPING.isdisjoint(self.kinds):
            return self.steps
        return tuple([s for s in self.steps if s.act not in BOOKKEEPING])

    @kept
    def first_closed(self) -> Step | None:
        """The step that first closed the incident: verdicts go by it, as no reopening takes one back."""
        return min(self._closings, key=_when_closed, default=None)

    @kept
    def closed(self) -> Step | None:
        """The step by which the incident is closed; one that was reopened since is not."""
        closings = self._closings
        if closings and Reopened in self.kinds:
            order = {s.id: number for number, s in enumerate(self.steps)}

            def undone(closing: Step, reopened: Step) -> bool:
                at, again = closing.at.latest, reopened.at.latest
                if at is None or again is None or at == again:
                    return order[reopened.id] > order[closing.id]
                return again > at

            again = [s for s in self.steps if s.act is Reopened]
            closings = tuple([c for c in closings if not any(undone(c, r) for r in again)])
        return min(closings, key=_when_closed, default=None)

    @kept
    def _closings(self) -> tuple[Step, ...]:
        if Closed not in self.kinds:
            return ()
        return tuple([s for s in self.steps if s.act is Closed and s.at.latest is not None])

    @kept
    def merged(self) -> Step | None:
        """The merging by which the incident goes on as another; None where there is none, or it was undone."""
        if Merged not in self.kinds:
            return None
        undone = {s.entry.merge for s in self.steps if isinstance(s.entry, Unmerged)}
        return next((s for s in reversed(self.steps) if s.act is Merged and s.id not in undone), None)

    @kept
    def ends(self) -> datetime | None:
        """The last instant that the record surely speaks of."""
        return max((s.at.earliest for s in self.speaking if s.at.earliest is not None), default=None)

    @kept
    def days(self) -> tuple[date, date] | None:
        """The first and the last China day that anything on it speaks of; None where its beginning is open."""
        if self.occurred.earliest is None:
            return None
        first = last = self.occurred.earliest
        opened = in_utc(self.opened.occurred_at.interval)
        steps = self.speaking
        receipts = [at for s in steps if s.to and (at := _stated_receipt(s.entry)) is not None]
        for at in (opened, self.occurred, *[s.at for s in steps], *receipts):
            early, late = at.earliest, at.latest
            if early is not None:
                if early < first:
                    first = early
                elif early > last:
                    last = early
            if late is not None and late is not early:
                if late > last:
                    last = late
                elif late < first:
                    first = late
        return first.astimezone(CHINA).date(), last.astimezone(CHINA).date()

    @kept
    def by_office(self) -> dict[str, tuple[Step, ...]]:
        """The acts of each office, but for those that are only about the record."""
        acts: dict[str, list[Step]] = {}
        for step in self.speaking:
            acts.setdefault(step.office, []).append(step)
        return {office: tuple(listed) for office, listed in acts.items()}

    @kept
    def to_office(self) -> dict[str, tuple[Step, ...]]:
        """What was told to each office."""
        told: dict[str, list[Step]] = {}
        for step in self.speaking:
            for office in step.to:
                told.setdefault(office, []).append(step)
        return {office: tuple(listed) for office, listed in told.items()}

    @kept
    def offices(self) -> tuple[str, ...]:
        """Everyone who acts or is told, in the order of the record."""
        return tuple(dict.fromkeys(o for s in self.speaking for o in (s.office, *s.to)))

    @kept
    def kinds(self) -> frozenset[type[Entry]]:
        """The kinds of acts that there are on it."""
        return frozenset([s.act for s in self.steps])

    @kept
    def gradings(self) -> tuple[Step, ...]:
        """The official gradings, by whomever."""
        return tuple([s for s in self.steps if s.act is Graded]) if Graded in self.kinds else ()

    @kept
    def by_id(self) -> dict[str, Step]:
        """The steps by event id."""
        return {s.id: s for s in self.steps}

    def step(self, event_id: str) -> Step:
        """The step of that event id."""
        return self.by_id[event_id]

    def acts(self, office: str) -> tuple[Step, ...]:
        """What the office did."""
        return self.by_office.get(office, ())

    def told(self, office: str) -> tuple[Step, ...]:
        """What the office was told."""
        return self.to_office.get(office, ())

    def receipt(self, message: Step, office: str) -> Receipt:
        """When ``office`` received the message.

        As stated; where that is not stated, the sending itself by phone, in person or network (and where no
        channel is named); otherwise from the sending to the receiver's first act that surely came after it. An
        acknowledgement is the latest end.
        """
        entry = message.entry
        if message.act in MESSAGES:
            stated = _stated_receipt(entry)
            if stated is not None:
                return Receipt(narrowed(stated, not_before=message.at.earliest), message.leans_on)
            if getattr(entry, "channel", Channel.UNKNOWN) not in DIRECT:
                key = ("receipt", message.id, office)
                if key not in self.memo:
                    self.memo[key] = self._inferred(message, office)
                receipt: Receipt = self.memo[key]
                return receipt
        return Receipt(message.at, message.rests_on)

    def _inferred(self, message: Step, office: str) -> Receipt:
        """When a message was received of which nobody says so: by the receiver's first act after it."""
        receipt = self.acknowledged.get((message.id, office))
        ends = [a for a in self.acts(office) if _came_after(a, message)]
        linked = [a for a in ends if _said_to_follow(a, message)]
        linked += [receipt] if receipt is not None and receipt.at.latest is not None else []
        end = min(linked or ends, key=lambda a: (a.at.latest, a.assumed, a.ref), default=None)
        if end is None:
            return Receipt(Interval(message.at.earliest, None), message.rests_on)
        inferred = end not in linked
        rests_on = (*message.rests_on, *end.rests_on, *((message.id,) if inferred else ()))
        at = Interval(message.at.earliest, end.at.latest)
        return Receipt(at, tuple(dict.fromkeys(rests_on)), inferred)

    def received(self, message: Step, office: str) -> Interval:
        """When ``office`` received the message."""
        return self.receipt(message, office).at


def _when_closed(closing: Step) -> tuple[float, str]:
    return (closing.at.latest.timestamp() if closing.at.latest else float("inf")), closing.ref


def _stated_receipt(entry: Entry) -> Interval | None:
    """When a source says that something was received; None where none does."""
    stated: StatedTime | None = getattr(entry, "received_at", None) if type(entry) in MESSAGES else None
    return in_utc(stated.interval) if stated is not None and stated.stated else None


def _came_after(act: Step, message: Step) -> bool:
    """Whether an act of the receiver surely came after the sending: by its time, or because a source says so."""
    if act.at.latest is None or act.act in _NO_SIGN_OF_A_RECEIPT:
        return False
    if _said_to_follow(act, message):
        return True
    sent = message.at.latest
    return sent is not None and act.at.earliest is not None and act.at.earliest >= sent


def _said_to_follow(act: Step, message: Step) -> bool:
    """Whether a source says that an act came after a message."""
    after = act.entry.at.after
    return bool(after) and (message.ref in after or message.id in after)


def _assumed(entry: Entry) -> bool:
    return entry.at.basis is Basis.ASSUMED or not entry.at.stated


def timeline_of(history: Iterable[Recorded[Any]]) -> Timeline:
    """The timeline of one incident from its own stream and its reviews' streams.

    Raises:
        BrokenDataError: the history has no opening.
    """
    streams: dict[str, list[Recorded[Any]]] = {}
    for recorded in history:
        streams.setdefault(recorded.stream, []).append(recorded)
    opened: Recorded[IncidentOpened] | None = None
    entries: list[Recorded[Entry]] = []
    reviews: list[Review] = []
    for events in streams.values():
        standing = effective(events)
        kinds = [type(r.event) for r in standing]
        if ReviewOpened in kinds:
            reviews += [review for review in (review_of(events),) if review is not None]
            continue
        for kind, recorded in zip(kinds, standing, strict=True):
            if kind in ENTRIES:
                entries.append(recorded)
            elif kind is IncidentOpened:
                opened = recorded
    if opened is None:
        raise BrokenDataError(
            "The history has no opening of an incident: it cannot be judged.",
            zh=("这段记录没有事件的立项，无法判定。请运行 emergency db check，或从备份恢复。"),
        )
    steps = tuple(_resolved(opened.event, entries))
    acknowledged: dict[tuple[str, str], Step] = {}
    for step in sorted([s for s in steps if s.act is Acknowledged], key=_first_known):
        of = _acknowledged(step.entry)
        if of is not None:
            acknowledged.setdefault((of, step.office), step)  # the first receipt is the receipt
    return Timeline(
        opened.event,
        opened.event_id,
        steps,
        _determined(reviews),
        acknowledged,
        {s.id: s.label for s in steps},
        tuple(reviews),
    )


def _determined(reviews: Iterable[Review]) -> tuple[Recorded[Determined], ...]:
    return tuple(sorted((d for review in reviews for d in review.determined), key=_ruled))


def _first_known(step: Step) -> tuple[bool, float, str]:
    """The order in which things surely were there, whatever the order in which they came on record."""
    latest = step.at.latest
    return latest is None, 0.0 if latest is None else latest.timestamp(), step.ref


def _acknowledged(entry: Entry) -> str | None:
    """The message of which an entry is the receipt; None where it is none."""
    return entry.of if type(entry) is Acknowledged else None


def _ruled(determined: Recorded[Determined]) -> tuple[float, int]:
    """The order of determinations: by the day they were made, then as recorded."""
    at = determined.event.at.interval
    moment = at.latest or at.earliest or determined.recorded_at
    return moment.timestamp(), determined.position


def as_known_to(timeline: Timeline, office: str) -> Timeline:
    """The record as one office knew it: what it did and what it was told."""
    steps = tuple(s for s in timeline.steps if s.office == office or office in s.to)
    if not _TOLD_OTHERWISE.isdisjoint(timeline.kinds):
        shown = {s.id for s in steps}
        for step in timeline.steps:
            entry = step.entry
            if isinstance(entry, DraftAssigned):
                if entry.whom == office:  # with it goes what it shall send up
                    shown.add(step.id)
                    shown.update(_sent_with(timeline, entry))
            elif step.act in _SHARED or (
                step.act in _TOLD_OTHERWISE and office in getattr(entry, "whom", ())
            ):
                shown.add(step.id)
                if isinstance(entry, InstructionAct):
                    shown.add(entry.of)
        steps = tuple(s for s in timeline.steps if s.id in shown)
    return replace(timeline, steps=steps, seen_by=office)


def _sent_with(timeline: Timeline, assigned: DraftAssigned) -> Iterator[str]:
    """The text and the issue of the version that a unit was told to send up."""
    for step in timeline.steps:
        entry = step.entry
        if isinstance(entry, (DraftEdited, UnifiedDraftIssued)) and (entry.draft, entry.version) == (
            assigned.draft,
            assigned.version,
        ):
            yield step.id


def _resolved(opened: IncidentOpened, entries: list[Recorded[Entry]]) -> Iterator[Step]:
    """Every entry with the interval that its own words, its neighbours and causality leave."""
    if opened.imported:
        entries = _with_ids(entries)
    stated = {r.event_id: in_utc(r.event.at.interval) for r in entries}
    at = dict(stated)
    ids: dict[str, str] | None = None
    beginning = in_utc(opened.occurred_at.interval).earliest
    order: list[tuple[str, str]] = []  # (earlier, later)
    for recorded in entries:
        entry, here = recorded.event, recorded.event_id
        own = stated[here]
        received = getattr(entry, "received_at", None) if type(entry) in MESSAGES else None
        if received is not None:
            own = at[here] = narrowed(own, not_after=in_utc(received.interval).latest)
        # Sources that differ on this time may differ on the event's as well: then both stay.
        begins = own.earliest
        if (
            beginning is not None
            and (begins is None or begins < beginning)
            and _follows_the_event(entry)
            and not entry.at.also
        ):
            at[here] = narrowed(own, not_before=beginning)
        if entry.at.after or entry.at.before:
            if ids is None:
                ids = {r.event.step: r.event_id for r in entries if r.event.step}
            order += [(ids.get(ref, ref), here) for ref in entry.at.after]
            order += [(here, ids.get(ref, ref)) for ref in entry.at.before]
        if type(entry) in FOLLOWING_WHAT_THEY_NAME and (named := getattr(entry, FIELDS[type(entry)])):
            order.append((named, here))
    order += _after_the_first(entries, stated)
    order += _after_the_absence(entries)
    order = [(a, b) for a, b in order if a in at and b in at]
    leans: dict[str, dict[str, None]] = {}
    if order:
        assumed = {r.event_id for r in entries if _assumed(r.event)}
        at, leans = _ordered(at, order, assumed)
    for recorded in entries:
        entry, here = recorded.event, recorded.event_id
        leans_on = tuple([i for i in leans[here] if i != here]) if here in leans else ()
        ref, label = entry.step or here, entry.step or f"#{recorded.version}"
        yield Step(
            here,
            ref,
            label,
            entry,
            at[here],
            recorded.recorded_at,
            opened.imported,
            recorded.clock_back,
            leans_on,
        )


def _with_ids(entries: list[Recorded[Entry]]) -> list[Recorded[Entry]]:
    """The entries with event ids where a file names one of its own steps."""
    if not any(type(r.event) in FIELDS for r in entries):
        return entries
    ids = {r.event.step: r.event_id for r in entries if r.event.step}
    found = []
    for recorded in entries:
        field_ = FIELDS.get(type(recorded.event))
        named = None if field_ is None else getattr(recorded.event, field_)
        if field_ is not None and named in ids:
            event = recorded.event.model_copy(update={field_: ids[named]})
            found.append(replace(recorded, event=event))
        else:
            found.append(recorded)
    return found


def _ordered(
    at: dict[str, Interval], order: list[tuple[str, str]], assumed: set[str]
) -> tuple[dict[str, Interval], dict[str, dict[str, None]]]:
    """Every time narrowed by what came before and after it, all at once, so that no order of the file matters.

    Bounds that would leave nothing contradict each other: then none of them is applied.
    """
    leans: dict[str, dict[str, None]] = {one: {} for pair in order for one in pair}
    before: dict[str, list[str]] = {}
    after: dict[str, list[str]] = {}
    for earlier, later in order:
        before.setdefault(later, []).append(earlier)
        after.setdefault(earlier, []).append(later)
    # Only what has a neighbour can be narrowed, and again only when one of its neighbours was.
    waiting = [one for one in at if one in leans]
    for _ in range(len(order)):
        new: dict[str, Interval] = {}
        for one in waiting:
            own = at[one]
            lows = {b: e for b in before.get(one, ()) if (e := at[b].earliest) is not None}
            highs = {a: e for a in after.get(one, ()) if (e := at[a].latest) is not None}
            earliest = max([*lows.values(), *([own.earliest] if own.earliest else [])], default=None)
            latest = min([*highs.values(), *([own.latest] if own.latest else [])], default=None)
            bounded = Interval(earliest, latest)
            if bounded == own or (earliest is not None and latest is not None and earliest > latest):
                continue
            new[one] = bounded
            bounds = [b for b, e in lows.items() if e == earliest != own.earliest]
            bounds += [a for a, e in highs.items() if e == latest != own.latest]
            for by in bounds:
                leans[one].update({**({by: None} if by in assumed else {}), **leans[by]})
        if not new:
            break
        at = at | new
        touched = {other for one in new for other in (*before.get(one, ()), *after.get(one, ()))}
        waiting = [one for one in at if one in touched]
    return at, leans


def _after_the_absence(entries: list[Recorded[Entry]]) -> Iterator[tuple[str, str]]:
    """What an office is stated not to have reported by a time, it reported later, wherever the times allow it."""
    for absent in entries:
        if type(absent.event) is not NonReportStated:
            continue
        for told in entries:
            if (
                type(told.event) in REPORTS
                and told.event.office == absent.event.office
                and set(_to(told.event)) & set(_to(absent.event))
            ):
                yield absent.event_id, told.event_id


def _after_the_first(
    entries: list[Recorded[Entry]], stated: dict[str, Interval]
) -> Iterator[tuple[str, str]]:
    """A follow-up or correction comes after the office's first report on record to the same receiver.

    Where their times say otherwise, an earlier report is implied, and they stand as they are.
    """
    firsts = [r for r in entries if type(r.event) in (Reported, ForwardedUpward)]
    for late in entries:
        if type(late.event) not in FOLLOWING:
            continue
        for receiver in _to(late.event):
            told = [r for r in firsts if r.event.office == late.event.office and receiver in _to(r.event)]
            dated = [r for r in told if r.event.at.earliest is not None]
            if dated and len(dated) == len(told):
                first = min(dated, key=lambda r: stated[r.event_id].earliest or r.recorded_at)
                yield first.event_id, late.event_id


def _to(entry: Entry) -> tuple[str, ...]:
    to: tuple[str, ...] = getattr(entry, "to", ()) if type(entry) in MESSAGES else ()
    return to


def _follows_the_event(entry: Entry) -> bool:
    """Signs, forecasts, warnings and questions may come before the event; knowledge and reports of it do not."""
    if type(entry) in _BEFORE_THE_EVENT:
        return False
    return not (type(entry) is Learned and entry.sign)


def cut(timeline: Timeline, happened_by: datetime) -> Timeline:
    """What had happened, or may have happened, by an instant."""
    kept = tuple(s for s in timeline.steps if s.at.earliest is None or s.at.earliest <= happened_by)
    ids = {s.id for s in kept}

    def had(act: Recorded[ReviewAct]) -> bool:
        at = act.event.at.interval.earliest
        return at is None or at <= happened_by

    reviews = tuple([replace(r, acts=tuple([a for a in r.acts if had(a)])) for r in timeline.reviews])
    return replace(
        timeline,
        steps=kept,
        partial=True,
        determined=_determined(reviews),
        reviews=reviews,
        acknowledged={k: v for k, v in timeline.acknowledged.items() if v.id in ids},
    )
