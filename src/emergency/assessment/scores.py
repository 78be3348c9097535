"""Points by a scheme (考核计分): a sheet for each office, every point traced to what it was given for.

Pure: from what stands on record to sheets, without a clock and without reading anything. Scores count findings, never
the grounds of one. A finding counts where it is established or determined, as what people determined; what is only
possible, presumed, suspected or rejected is listed with the reason, and takes nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import field
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import TypeVar

from emergency.assessment.model import Words
from emergency.domain.fixed import fixed
from emergency.domain.vocabulary import Fault, Status, Tier, Use
from emergency.rulebook.schemes import ItemSort, Result, SchemeLine, SchemeValue

BASE = "base"
"""The line of the points that every office begins with."""

REJECTED = "rejected"
"""What the determination of a finding reads where people found that it is not so."""

T = TypeVar("T", "Found", "Adoption", "Instruction", "Praise")
S = TypeVar("S", "Found", "Adoption", "Praise")


class Reason(StrEnum):
    """Why something gives or takes no points."""

    POSSIBLE = "possible"
    PRESUMED = "presumed"
    NOT_DETERMINED = "not-determined"
    REJECTED = "rejected"
    SAME_MATTER = "same-matter"
    NO_ITEM = "no-item"
    NO_AMOUNT = "no-amount"
    LESSER_USE = "lesser-use"
    TIER_UNKNOWN = "tier-unknown"
    WHICH_REPORT = "which-report"


REASONS: Mapping[Reason, Words] = {
    Reason.POSSIBLE: Words("仅为可能，不计分", "only possible: it never scores"),
    Reason.PRESUMED: Words(
        "依据推定的时间，未经认定不计分", "rests on an assumed time and was not determined"
    ),
    Reason.NOT_DETERMINED: Words("仅为疑点，未经认定不计分", "only suspected: people have not determined it"),
    Reason.REJECTED: Words("已被否定，不计分", "people rejected it"),
    Reason.SAME_MATTER: Words(
        "同一报告义务已按认定计分", "the same obligation already counts for what was determined"
    ),
    Reason.NO_ITEM: Words("没有可扣分的条目", "there is no item of which a share could be taken"),
    Reason.NO_AMOUNT: Words("办法没有写明分值", "the text gives no amount"),
    Reason.LESSER_USE: Words(
        "同一条信息已按分值更高的采用计分", "the same report counts for a use that gives more"
    ),
    Reason.TIER_UNKNOWN: Words("批示领导的层级不明", "the tier of the leader is not on record"),
    Reason.WHICH_REPORT: Words(
        "没有记明批在哪条信息上", "on which of the reports it was written is not on record"
    ),
}


@fixed(kw_only=True)
class Found:
    """A finding as it stands at an instant. ``reports``: those it is about, as far as it names any."""

    id: str
    incident: str
    office: str
    kind: Fault
    status: Status
    determination: str | None = None
    obligation: str | None = None
    reports: tuple[str, ...] = ()


@fixed(kw_only=True)
class Adoption:
    """A use of a report (采用): ``office`` is whose report; ``instructions`` those that people said it bears."""

    id: str
    incident: str
    office: str
    report: str
    use: Use
    instructions: tuple[str, ...] = ()
    media: bool = False


@fixed(kw_only=True)
class Instruction:
    """A leader's instruction (批示) on an incident; ``tier`` None where it is not on record."""

    id: str
    incident: str
    tier: Tier | None = None


@fixed(kw_only=True)
class Praise:
    """Experience of an office that was commended (肯定)."""

    id: str
    office: str
    tier: Tier


@fixed(kw_only=True)
class Evidence:
    """Everything of a period that can score.

    Args:
        incidents: The incidents that each office owed a report on.
        found: Findings.
        adoptions: Uses of reports.
        instructions: Leaders' instructions on the incidents of which reports were used.
        praise: Commendations.
    """

    incidents: Mapping[str, Collection[str]] = field(default_factory=dict)
    found: tuple[Found, ...] = ()
    adoptions: tuple[Adoption, ...] = ()
    instructions: tuple[Instruction, ...] = ()
    praise: tuple[Praise, ...] = ()


@fixed(kw_only=True)
class Point:
    """What one line of the scheme gives or takes, and for what.

    Args:
        line: The line, by name; ``base`` for what every office begins with.
        points: How many, exact.
        sources: Findings, or entries, that it is traced to, by id; none for the base.
        incident: Of which incident; None where it is of none.
        item: The report that it belongs to, by id.
        says: What the scheme says.
    """

    line: str
    points: Decimal
    sources: tuple[str, ...] = ()
    incident: str | None = None
    item: str | None = None
    says: Words | None = None


@fixed(kw_only=True)
class Uncounted:
    """What a line of the scheme would count, and why it does not."""

    line: str
    reason: Reason
    sources: tuple[str, ...]
    incident: str | None = None
    item: str | None = None


@fixed(kw_only=True)
class Sheet:
    """The points of one office.

    Args:
        office: Whose.
        points: Every point; ``total`` is their sum and nothing else.
        uncounted: What was seen and does not score.
        items: How many items there are, by what the scheme counts as one.
        total: The sum.
        result: What the scheme makes of it, exact; None where there is nothing to make one of.
        grade: The grade; None where there is no result, or the text gives no bounds.
    """

    office: str
    points: tuple[Point, ...]
    uncounted: tuple[Uncounted, ...]
    items: int
    total: Decimal
    result: Fraction | None
    grade: Words | None = None


def sheets(scheme: SchemeValue, evidence: Evidence) -> tuple[Sheet, ...]:
    """The sheet of every office that anything is on record of, by office.

    Args:
        scheme: What the scheme says.
        evidence: What can score; its order makes no difference.
    """
    found, adoptions = _by_office(evidence.found), _by_office(evidence.adoptions)
    praise, written = _by_office(evidence.praise), _written(evidence)
    return tuple(
        _sheet(
            scheme,
            office,
            evidence.incidents.get(office, ()),
            written,
            found.get(office, ()),
            adoptions.get(office, ()),
            praise.get(office, ()),
        )
        for office in sorted({*evidence.incidents, *found, *adoptions, *praise})
    )


Line = Point | Uncounted
Written = Mapping[str, Sequence[tuple[Instruction, Collection[str]]]]


def _sheet(
    scheme: SchemeValue,
    office: str,
    incidents: Collection[str],
    written: Written,
    found: Collection[Found],
    adoptions: Collection[Adoption],
    praise: Collection[Praise],
) -> Sheet:
    items = {a.report for a in adoptions} if scheme.items is ItemSort.ADOPTED_REPORT else set(incidents)
    given = [*_for_items(scheme, written, adoptions), *_for_praise(scheme, praise)]
    worth: dict[str, Decimal] = {}
    for one in given:
        if isinstance(one, Point) and one.item is not None:
            worth[one.item] = worth.get(one.item, Decimal()) + one.points
    order = [line.name for line in scheme.lines or ()]
    listed = sorted(
        [*given, *_for_findings(scheme, found, adoptions, worth)],
        key=lambda one: (order.index(one.line), one.incident or "", one.item or "", one.sources),
    )
    if scheme.base is not None and (items or listed):
        listed.insert(0, Point(line=BASE, points=scheme.base, says=Words("基础分", "to begin with")))
    points = tuple(one for one in listed if isinstance(one, Point))
    total = sum((one.points for one in points), Decimal())
    result = _result(scheme, total, len(items), nothing=not points)
    return Sheet(
        office=office,
        points=points,
        uncounted=tuple(one for one in listed if isinstance(one, Uncounted)),
        items=len(items),
        total=total,
        result=result,
        grade=_grade(scheme, result),
    )


def _result(scheme: SchemeValue, total: Decimal, items: int, *, nothing: bool) -> Fraction | None:
    """What the points come to; an office of which nothing is on record has no result, which is not a zero."""
    if (scheme.result is Result.MEAN and not items) or (not items and nothing):
        return None
    result = Fraction(total) / items if scheme.result is Result.MEAN else Fraction(total)
    return result if scheme.floor is None else max(result, Fraction(scheme.floor))


def _grade(scheme: SchemeValue, result: Fraction | None) -> Words | None:
    """The grade, where the text gives every bound but that of the last one."""
    if result is None or not scheme.grades:
        return None
    *better, last = scheme.grades
    if any(grade.at_least is None for grade in better):
        return None
    reached = (g for g in better if g.at_least is not None and result >= Fraction(g.at_least))
    title = next(reached, last).title
    return Words(title.zh, title.en)


# -- findings --------------------------------------------------------------------------------------------------


def _for_findings(
    scheme: SchemeValue,
    found: Collection[Found],
    adoptions: Collection[Adoption],
    worth: Mapping[str, Decimal],
) -> Iterator[Line]:
    reasons = _why_not(scheme, found)
    for line in scheme.lines or ():
        mine = [one for one in _once(found) if _counts_as(one) in line.what.findings]
        counted = [one for one in mine if reasons[one.id] is None]
        for one in mine:
            if (reason := reasons[one.id]) is not None:
                yield _left(line, reason, one)
        if line.share_of_item is not None:
            yield from _shares(line, line.share_of_item, counted, adoptions, worth)
            continue
        for one in counted:
            if line.points is None:
                yield _left(line, Reason.NO_AMOUNT, one)
            else:
                yield Point(
                    line=line.name,
                    points=line.points,
                    sources=(one.id,),
                    incident=one.incident,
                    says=_words(line),
                )


def _counts_as(found: Found) -> Fault:
    """What people determined it to be, where they did; else what the engine saw in it."""
    return found.kind if found.determination in (None, REJECTED) else Fault(found.determination)


def _why_not(scheme: SchemeValue, found: Collection[Found]) -> dict[str, Reason | None]:
    """Why each finding does not count, by its id; None where it does."""
    reasons = {one.id: _by_itself(scheme, one) for one in _once(found)}
    counted = [one for one in _once(found) if reasons[one.id] is None]
    graver = {
        (one.incident, one.obligation)
        for one in counted
        if _counts_as(one) in (Fault.MISSED, Fault.CONCEALED) and one.obligation
    }
    for one in counted:
        # What was determined not to have been reported is not counted again as reported late, unless people say so.
        late = _counts_as(one) is Fault.LATE and one.determination is None
        if (late and (one.incident, one.obligation) in graver) or _said_again(one, counted):
            reasons[one.id] = Reason.SAME_MATTER
    return reasons


def _said_again(found: Found, counted: Iterable[Found]) -> bool:
    """Whether people changed a finding into what another one of the same matter is already, as far as can be told."""
    into = _counts_as(found)
    return found.kind is not into and any(
        other.kind is _counts_as(other) is into
        and other.incident == found.incident
        and (None in (other.obligation, found.obligation) or other.obligation == found.obligation)
        for other in counted
    )


def _by_itself(scheme: SchemeValue, found: Found) -> Reason | None:
    if found.determination == REJECTED:
        return Reason.REJECTED
    if found.determination is not None or found.status is Status.ESTABLISHED:
        return None
    if found.status is Status.PRESUMED:
        return None if scheme.presumed else Reason.PRESUMED
    return Reason.POSSIBLE if found.status is Status.POSSIBLE else Reason.NOT_DETERMINED


def _shares(
    line: SchemeLine,
    share: Decimal,
    found: Iterable[Found],
    adoptions: Collection[Adoption],
    worth: Mapping[str, Decimal],
) -> Iterator[Line]:
    """A share of the points of each item that findings are about, once an item however many they are."""
    about: dict[str, list[Found]] = {}
    for one in found:
        items = _items_of(one, adoptions)
        if not items:
            yield _left(line, Reason.NO_ITEM, one)
        for item in items:
            about.setdefault(item, []).append(one)
    for item, those in sorted(about.items()):
        yield Point(
            line=line.name,
            points=worth.get(item, Decimal()) * share / 100,
            sources=tuple(one.id for one in those),
            incident=those[0].incident,
            item=item,
            says=_words(line),
        )


def _items_of(found: Found, adoptions: Collection[Adoption]) -> list[str]:
    """The items that a finding is about: those that it names; where it can name none, the only one of its incident."""
    mine = sorted({a.report for a in adoptions if a.incident == found.incident})
    # What is late by arithmetic names its report, or is of a report that was never sent.
    if found.reports or (found.kind is Fault.LATE and found.status is not Status.NONE):
        return [item for item in mine if item in found.reports]
    return mine if len(mine) == 1 else []


# -- what was used, and what was commended ---------------------------------------------------------------------


def _for_items(scheme: SchemeValue, written: Written, adoptions: Collection[Adoption]) -> Iterator[Line]:
    """Points for reports that were used, for what leaders wrote on them, for pictures and sound."""
    by_report: dict[str, list[Adoption]] = {}
    for one in _once(adoptions):
        by_report.setdefault(one.report, []).append(one)
    for item, uses in by_report.items():
        yield from _for_use(scheme, item, uses)
        for line in scheme.lines or ():
            if line.what.media and any(one.media for one in uses):
                yield _entry(line, item, uses[0].incident, item)
    for incident in sorted({one.incident for one in adoptions}):
        for instruction, on in written.get(incident, ()):
            yield from _for_instruction(scheme, instruction, on, by_report)


def _written(evidence: Evidence) -> Written:
    """The instructions of each incident, each with the reports that it counts for.

    These are the reports that people said bear it; where nobody has said, the only one of that incident that was used.
    """
    used: dict[str, set[str]] = {}
    bearing: dict[tuple[str, str], set[str]] = {}
    for one in evidence.adoptions:
        used.setdefault(one.incident, set()).add(one.report)
        for instruction in one.instructions:
            bearing.setdefault((one.incident, instruction), set()).add(one.report)
    found: dict[str, list[tuple[Instruction, set[str]]]] = {}
    for each in _once(evidence.instructions):
        reports = used.get(each.incident, set())
        on = bearing.get((each.incident, each.id)) or (reports if len(reports) == 1 else set())
        found.setdefault(each.incident, []).append((each, on))
    return found


def _for_use(scheme: SchemeValue, item: str, uses: Collection[Adoption]) -> Iterator[Line]:
    """Of several uses of one report the one that gives most; of equal ones the first by id."""
    matched = [(line, one) for one in uses for line in scheme.lines or () if line.what.adopted is one.use]
    best = max(matched, key=lambda pair: pair[0].points or Decimal(), default=None)
    for line, one in matched:
        if best is not None and (line, one) == best:
            yield _entry(line, one.id, one.incident, item)
        else:
            yield Uncounted(
                line=line.name,
                reason=Reason.LESSER_USE,
                sources=(one.id,),
                incident=one.incident,
                item=item,
            )


def _for_instruction(
    scheme: SchemeValue, instruction: Instruction, on: Collection[str], mine: Collection[str]
) -> Iterator[Line]:
    """Points for an instruction, on the report that people said bears it, or on the only one that was used."""
    lines = [line for line in scheme.lines or () if line.what.instruction]
    matched = [line for line in lines if instruction.tier in line.what.instruction]
    for line in matched:
        for item in sorted(set(on) & set(mine)):
            yield _entry(line, instruction.id, instruction.incident, item)
    untold = lines[:1] if instruction.tier is None and (not on or set(on) & set(mine)) else []
    for line in untold or (matched if not on else ()):
        yield Uncounted(
            line=line.name,
            reason=Reason.TIER_UNKNOWN if untold else Reason.WHICH_REPORT,
            sources=(instruction.id,),
            incident=instruction.incident,
        )


def _for_praise(scheme: SchemeValue, praise: Iterable[Praise]) -> Iterator[Line]:
    for one in _once(praise):
        for line in scheme.lines or ():
            if one.tier in line.what.commended:
                yield _entry(line, one.id, None, None)


# -- small things ----------------------------------------------------------------------------------------------


def _entry(line: SchemeLine, source: str, incident: str | None, item: str | None) -> Line:
    """What a line gives for one entry; nothing where the text gives no amount."""
    if line.points is None:
        return Uncounted(
            line=line.name,
            reason=Reason.NO_AMOUNT,
            sources=(source,),
            incident=incident,
            item=item,
        )
    return Point(
        line=line.name,
        points=line.points,
        sources=(source,),
        incident=incident,
        item=item,
        says=_words(line),
    )


def _left(line: SchemeLine, reason: Reason, found: Found) -> Uncounted:
    return Uncounted(
        line=line.name,
        reason=reason,
        sources=(found.id,),
        incident=found.incident,
    )


def _words(line: SchemeLine) -> Words:
    return Words(line.title.zh, line.title.en)


def _once(things: Iterable[T]) -> list[T]:
    """Each by its id once, in the order of incident and id: the order of the record makes no difference."""
    by_id = {(getattr(one, "incident", ""), one.id): one for one in things}
    return [by_id[key] for key in sorted(by_id)]


def _by_office(things: Iterable[S]) -> dict[str, list[S]]:
    found: dict[str, list[S]] = {}
    for one in things:
        found.setdefault(one.office, []).append(one)
    return found
