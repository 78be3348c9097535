"""One finding explained: what such a finding looks for, what was found here, and what the texts say of the fault."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from emergency.assessment.model import Finding, Words
from emergency.assessment.timeline import Timeline
from emergency.assessment.why.model import DeterminedRead, FindingWhy, ObligationWhy, ProvisionRead
from emergency.assessment.why.reading import called, cited, labels, step_read
from emergency.domain.offices import Directory
from emergency.domain.review_state import rulings
from emergency.domain.times import CHINA
from emergency.domain.vocabulary import Fault
from emergency.rulebook import Provision, Rulebook, Sort

PATTERNS = {
    "late": Words(
        "时限届满之后才报告，或者至今未报：只按时间计算，不问原因",
        "it reported after the limit had run out, or not at all: by arithmetic alone, whatever the cause",
    ),
    "missed": Words(
        "该单位已知情，时限已过，直至结案、核查或完整记录结束仍未报告",
        "it knew, the limit ran out, and nothing was reported by the closing, by a check, or by the end of a complete "
        "record",
    ),
    "left-out": Words(
        "已知的死亡、失踪或被困人数没有写进报告",
        "dead, missing or trapped that it held are not in its report",
    ),
    "falsified": Words(
        "报告的数字低于报告时本单位已掌握的数字，或者隐瞒之后低于他方查实的数字",
        "a report states less than its sender then held, or, after it had withheld, less than others later verified",
    ),
    "concealed": Words(
        "该单位已知情，时限已过而未报，且有隐瞒或否认，或者上级先从外部得知；也包括压下已知的伤亡。时间再长，本身也不构成瞒报",
        "it knew, the limit ran out, and it withheld or denied, or an office above learned of it from outsiders first; "
        "or it kept back known casualties. No length of a delay by itself makes concealment",
    ),
    "determined": Words(
        "系统未发现，由有权机关认定", "the engine saw nothing; people with authority determined it"
    ),
}
"""What each kind of finding looks for, by the end of its id."""

ON_A_FAULT = frozenset({Sort.DEFINITION, Sort.PROHIBITION, Sort.DECIDER, Sort.CONSEQUENCE, Sort.DISCIPLINE})
"""The sorts of provisions that are shown beside a finding."""

ON_ANY_FAULT = frozenset({Sort.DECIDER, Sort.CONSEQUENCE, Sort.DISCIPLINE})
"""Of these, the sorts that are shown also where they name no fault in particular."""


def ending(finding: Finding) -> str:
    """What tells a finding from others of its office or obligation: the end of its id."""
    return finding.id.rpartition(":")[2]


def finding_why(
    finding: Finding,
    short: str,
    timeline: Timeline,
    directory: Directory,
    rulebook: Rulebook,
    obligation: ObligationWhy | None,
) -> FindingWhy:
    """A finding with its pattern, its evidence, and the provisions on its fault."""
    moment = finding.holds_from
    day = None if moment is None else moment.astimezone(CHINA).date()
    return FindingWhy(
        id=finding.id,
        short=short,
        incident=finding.incident,
        office=called(directory, finding.office),
        kind=finding.kind.value,
        status=finding.status.value,
        could_be=tuple(fault.value for fault in finding.could_be),
        late_by=finding.late_by,
        holds_from=finding.holds_from,
        holds_until=finding.holds_until,
        pattern=PATTERNS.get(ending(finding), PATTERNS[finding.kind.value]),
        explanation=finding.explanation,
        evidence=tuple(
            step_read(timeline, directory, timeline.by_id[i]) for i in finding.evidence if i in timeline.by_id
        ),
        rests_on=labels(timeline, finding.rests_on),
        determination=finding.determination,
        determined=tuple(_determined(timeline, directory, finding)),
        obligation=obligation,
        day=day,
        provisions=() if day is None else _provisions(rulebook, timeline, finding.kind, day),
    )


def _determined(timeline: Timeline, directory: Directory, finding: Finding) -> Iterator[DeterminedRead]:
    """Everything that was ever ruled of the office, but for what names another finding or a post; ended or not."""
    ruled = [(ruling, review) for review in timeline.reviews for ruling in rulings(review)]
    for ruling, review in sorted(ruled, key=lambda pair: pair[0].order):
        act = review.act(ruling.id)
        kinds = tuple(
            str(v.kind)
            for v in ruling.verdicts
            if v.office == finding.office and v.post is None and v.finding in (None, finding.id)
        )
        if kinds and act is not None:
            yield DeterminedRead(
                by=called(directory, act.event.office),
                at=act.event.at.interval,
                kinds=kinds,
                step=getattr(act.event, "step", None),
                source=getattr(act.event, "source", None),
                until=ruling.until,
            )


def _provisions(rulebook: Rulebook, timeline: Timeline, fault: Fault, day: date) -> tuple[ProvisionRead, ...]:
    """What the texts in force on a day say of a fault, on such an event in such a place, the highest rank first."""
    opened = timeline.opened
    found = [
        provision
        for provision in sorted(rulebook.provisions, key=lambda p: (p.rank.order, p.sort, p.id))
        if _speaks_of(provision, fault)
        and provision.value_on(day) is not None
        and rulebook.about(provision, opened.category, opened.kind, opened.place.division)
    ]
    shown = {provision.id for provision in found}
    return tuple(
        read
        for provision in found
        if (
            read := _provision_read(
                provision,
                day,
                tuple(other for other in provision.prevails_over if other in shown),
                tuple(other.id for other in found if provision.id in other.prevails_over),
            )
        )
        is not None
    )


def _speaks_of(provision: Provision, fault: Fault) -> bool:
    if provision.faults is None:
        return provision.sort in ON_ANY_FAULT
    return provision.sort in ON_A_FAULT and fault in provision.faults


def _provision_read(
    provision: Provision, day: date, prevails_over: tuple[str, ...], displaced_by: tuple[str, ...]
) -> ProvisionRead | None:
    value = provision.value_on(day)
    if value is None or value.says is None:
        return None
    whom = provision.whom
    return ProvisionRead(
        provision=provision.id,
        title=Words(provision.title.zh, provision.title.en),
        sort=provision.sort.value,
        says=Words(value.says.zh, value.says.en),
        whom=None if whom is None else Words(whom.zh, whom.en),
        cited=cited(value, provision.rank),
        prevails_over=prevails_over,
        displaced_by=displaced_by,
    )
