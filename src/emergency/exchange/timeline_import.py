"""From a timeline file to events, and what would change where the incident is already on record."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from emergency.domain import bookkeeping, events, instructions, receiving
from emergency.domain.intervals import Interval
from emergency.domain.offices import Directory, OfficeLeftFile, OfficeRegistered, updates
from emergency.domain.record import Recorded
from emergency.domain.review import Determined, Verdict
from emergency.domain.values import OtherTime, Place, StatedTime, Value
from emergency.domain.vocabulary import PUBLIC, Basis
from emergency.exchange.case_file import At, CaseFile, FileStep, office_id
from emergency.words import Words

ENTRIES: dict[str, type[events.Entry]] = {
    "occurred": events.Occurred,
    "learned": events.Learned,
    "reported": events.Reported,
    "followed-up": events.FollowUpFiled,
    "corrected": events.Corrected,
    "forwarded": events.ForwardedUpward,
    "notified": events.Notified,
    "not-reported": events.NonReportStated,
    "inquired": events.Inquired,
    "answered": events.Answered,
    "denied": events.Denied,
    "withheld": events.Withheld,
    "directed": events.Directed,
    "obstructed": events.Obstructed,
    "clue": events.ClueLinked,
    "verified": events.Verified,
    "final-report": events.FinalReportFiled,
    "graded": events.Graded,
    "stabilised": events.Stabilised,
    "suspended": events.Suspended,
    "resumed": events.Resumed,
    "foreseen": events.Foreseen,
    "warned": events.Warned,
    "handling-ended": events.HandlingEnded,
    "handed-over": receiving.HandedOver,
    "call-logged": receiving.CallLogged,
    "instruction-received": instructions.InstructionReceived,
    "instruction-relayed": instructions.InstructionRelayed,
    "instruction-answered": instructions.InstructionAnswered,
    "instruction-pressed": instructions.InstructionPressed,
    "instruction-closed": instructions.InstructionClosed,
    "waived": bookkeeping.Waived,
    "voided": bookkeeping.Voided,
}


@dataclass(frozen=True, slots=True)
class Imported:
    """What a file says, as events; nothing is written yet."""

    ref: str
    offices: tuple[OfficeRegistered, ...]
    opened: events.IncidentOpened
    entries: tuple[events.Entry, ...]
    determined: tuple[Determined, ...]


def imported(case: CaseFile, mapping: Mapping[str, str] | None = None) -> Imported:
    """The events of one file.

    Args:
        case: The file, read and checked.
        mapping: The file's own office ids that stand for offices registered in this store.
    """
    known = dict(mapping or {})

    def office(name: str) -> str:
        return PUBLIC if name == PUBLIC else known.get(name, office_id(case.case, name))

    return Imported(
        ref=case.case,
        offices=tuple(
            OfficeRegistered(
                office=office(key),
                name=entry.name,
                tier=entry.tier,
                line=entry.line,
                reports_to=tuple(office(up) for up in entry.reports_to),
                division=entry.division,
                ref=key,
            )
            for key, entry in case.offices.items()
            if key not in known
        ),
        opened=events.IncidentOpened(
            ref=case.case,
            title=case.title,
            title_en=case.title_en,
            category=case.category,
            kind=case.kind,
            place=Place(name=case.place.name, division=case.place.division),
            occurred_at=_stated(case.occurred_at, Basis.STATED),
            level=case.level,
            imported=True,
            complete_for=tuple(office(name) for name in case.record.complete_for),
        ),
        entries=tuple(_entry(step, office) for step in case.steps if step.act != "determined"),
        determined=tuple(
            Determined(
                office=office(step.office),
                at=_of(step),
                verdicts=tuple(Verdict(office=office(f.office), kind=f.kind) for f in step.finding),
                facts=step.facts,
                source=step.source,
                step=step.id,
            )
            for step in case.steps
            if step.act == "determined"
        ),
    )


def _stated(at: At, basis: Basis | None) -> StatedTime:
    if at is None:
        return StatedTime()
    return StatedTime(text=at.text, earliest=at.interval.earliest, latest=at.interval.latest, basis=basis)


def _of(step: FileStep) -> StatedTime:
    stated = _stated(step.at, step.basis or Basis.STATED)
    also = []
    for other in step.also:
        interval = other.at.interval if other.at else Interval()
        also.append(OtherTime(earliest=interval.earliest, latest=interval.latest, source=other.source))
    return stated.model_copy(update={"also": tuple(also), "after": step.after, "before": step.before})


def _entry(step: FileStep, office: Callable[[str], str]) -> events.Entry:
    cls = ENTRIES[step.act]
    fields: dict[str, Any] = {
        "office": office(step.office),
        "at": _of(step),
        "facts": step.facts,
        "source": step.source,
        "step": step.id,
    }
    if issubclass(cls, events.Message):
        fields["to"] = tuple(office(to) for to in step.to)
        fields["channel"] = step.channel
        if step.received_at is not None:
            fields["received_at"] = _stated(step.received_at, Basis.STATED)
    if cls in (events.Learned, events.ClueLinked):
        fields["sign"] = step.sign
    if cls is events.ClueLinked:
        fields["by"] = step.by
    if cls is events.Verified:
        fields["outcome"] = step.outcome
    fields.update(_particulars(step, cls, office))
    return cls(**fields)


def _particulars(step: FileStep, cls: type[events.Entry], office: Callable[[str], str]) -> dict[str, Any]:
    """What only some acts have."""
    fields: dict[str, Any] = {
        name: tuple(office(each) for each in getattr(step, name))
        for name in ("whom", "addressed")
        if name in cls.model_fields
    }
    fields.update({name: getattr(step, name) for name in _AS_WRITTEN if name in cls.model_fields})
    for name in ("relay_by", "answer_by"):
        if name in cls.model_fields and (by := getattr(step, name)) is not None:
            fields[name] = _stated(by, Basis.STATED)
    if cls is bookkeeping.Waived:
        fields["to"] = tuple(office(to) for to in step.to)
    elif cls is bookkeeping.Voided:
        fields["refuted_by"] = step.of
    elif issubclass(cls, (instructions.InstructionReceived, instructions.InstructionRelayed)):
        fields["channel"] = step.channel
    elif cls is instructions.InstructionPressed:
        fields["means"] = step.channel
    return fields


_AS_WRITTEN = (
    "level",
    "authority",
    "why",
    "of",
    "words",
    "leader",
    "tier",
    "read_back",
    "final",
    "written_asked",
)
"""What an entry says in the words of the file, under the same name; a step that is named is found when it is judged."""


@dataclass(frozen=True, slots=True)
class Change:
    """One difference between a file and what is on record."""

    what: Words
    """In words: ``step s3 changed: at, facts``."""
    target: str | None
    """The event that would be amended or withdrawn; None for something new."""
    new: OfficeRegistered | OfficeLeftFile | events.IncidentOpened | events.Entry | Determined | None
    """What it would read; None for something the file no longer has."""
    fields: tuple[str, ...] = ()


def changes(
    new: Imported,
    opened: Recorded[events.IncidentOpened],
    entries: Mapping[str, Recorded[events.Entry]],
    determined: tuple[Recorded[Determined], ...],
    directory: Directory,
) -> list[Change]:
    """What differs between the file and the record, in the order of the file."""
    found: list[Change] = []
    for office in new.offices:
        known = directory.get(office.office)
        if known is None or updates(known, office):
            found.append(
                Change(
                    Words(f"单位 {office.ref} 有更改", f"office {office.ref} changed")
                    if known
                    else Words(f"单位 {office.ref} 是新增的", f"office {office.ref} added"),
                    None,
                    office,
                )
            )
    found += [
        Change(
            Words(
                f"单位 {gone.ref} 已删去（仍留在报送网络中：已有的记录不能抹去）",
                f"office {gone.ref} removed (it stays in the directory: what was recorded of it cannot be erased)",
            ),
            None,
            OfficeLeftFile(office=gone.id),
        )
        for gone in directory
        if gone.ref is not None and gone.in_file and gone.id == office_id(new.ref, gone.ref)
        if gone.id not in {office.office for office in new.offices}
    ]
    differing = _differing(opened.event, new.opened)
    if differing:
        found.append(
            Change(
                Words(f"文件头有更改：{'、'.join(differing)}", f"head changed: {', '.join(differing)}"),
                opened.event_id,
                new.opened,
                differing,
            )
        )
    recorded: dict[str | None, Recorded[Any]] = {r.event.step: r for r in entries.values()}
    recorded.update((d.event.step, d) for d in determined)
    steps: list[events.Entry | Determined] = list(new.entries)
    steps += new.determined
    for entry in steps:
        old = recorded.pop(entry.step, None)
        if old is not None and type(old.event) is not type(entry):
            found.append(
                Change(
                    Words(f"步骤 {entry.step} 改为另一种行为", f"step {entry.step} is another act now"),
                    old.event_id,
                    None,
                )
            )
            old = None
        if old is None:
            found.append(
                Change(Words(f"步骤 {entry.step} 是新增的", f"step {entry.step} added"), None, entry)
            )
            continue
        differing = _differing(old.event, entry)
        if differing:
            found.append(
                Change(
                    Words(
                        f"步骤 {entry.step} 有更改：{'、'.join(differing)}",
                        f"step {entry.step} changed: {', '.join(differing)}",
                    ),
                    old.event_id,
                    entry,
                    differing,
                )
            )
    found += [
        Change(Words(f"步骤 {step} 已删去", f"step {step} removed"), old.event_id, None)
        for step, old in recorded.items()
        if step is not None
    ]
    return found


def _differing(old: Value, new: Value) -> tuple[str, ...]:
    return tuple(
        name
        for name in type(new).model_fields
        if name not in ("in_doubt", "repeats") and getattr(old, name) != getattr(new, name)
    )
