"""Whether a body may decide (管辖): by the level of the incident, the kind of decision, and who it is.

Nobody is refused for it. Where no directory tells which department is in charge, or who may appoint or supervise
whom, or nobody has said of which level the incident is, the answer is *unknown*.
"""

from __future__ import annotations

from datetime import date
from typing import Literal

from emergency.assessment.model import Words
from emergency.assessment.timeline import Timeline
from emergency.assessment.words import LINES, TIERS
from emergency.domain.offices import Directory, Office
from emergency.domain.record import Recorded
from emergency.domain.review import AppealDecided, Appealed, Competence, Proceeding
from emergency.domain.review_state import Review, proceeding_of
from emergency.domain.vocabulary import TIERS_RISING, Level
from emergency.rulebook import Citation, Provision, ReviewStep, Rulebook, Who
from emergency.rulebook.provisions import ProvisionValue, Sort
from emergency.rulebook.reviews import Decides

Result = Literal["pass", "fail", "unknown"]

PROCEEDINGS = {
    Proceeding.INVESTIGATION: Words("事故调查", "an investigation"),
    Proceeding.SUPERVISION: Words("政务处分", "discipline by the supervision body"),
    Proceeding.DISCIPLINE: Words("任免机关处分", "discipline by the appointing body"),
    Proceeding.PENALTY: Words("行政处罚", "an administrative penalty"),
    Proceeding.CIRCULAR: Words("通报考核", "a circular or assessment"),
}


def cited(citation: Citation) -> str:
    """A citation as one would quote it."""
    parts = (citation.number, citation.article)
    return f"《{citation.law}》" + "".join(f" {part}" for part in parts if part)


def competence(
    body: str,
    proceeding: Proceeding | None,
    day: date,
    timeline: Timeline,
    directory: Directory,
    rulebook: Rulebook,
) -> Competence:
    """Whether a body may decide on an incident.

    Args:
        body: The body.
        proceeding: What kind of decision; None where nobody said so.
        day: The day of the law.
        timeline: The incident.
        directory: The offices.
        rulebook: Whose provisions on deciders count.
    """
    if proceeding is None:
        return _said("unknown", None, "未说明属于哪种处理", "of what kind the decision is was not said")
    deciders = _deciders(proceeding, day, timeline, rulebook)
    office = directory.get(body)
    if not deciders:
        said = PROCEEDINGS[proceeding]
        return _said(
            "unknown",
            None,
            f"规则库未收录{said.zh}由谁决定",
            f"the rulebook does not say who decides {said.en}",
        )
    if office is None:
        return _said("unknown", deciders[0], "该机关不在报送网络中", "the body is not in the directory")
    who, found = _required(deciders, level := _level(timeline))
    if who is None:
        if all(decides.by_level for _, _, decides in deciders if not decides.or_above) and level is None:
            return _said("unknown", found, "事件级别没有记录", "the level of the incident is not on record")
        return _said(
            "unknown",
            found,
            "该机关是否有管理权限，报送网络中没有记载",
            "no directory tells whom that body appoints or supervises",
        )
    return _compared(office, who, found, deciders, timeline)


def appeal_competence(
    body: str,
    review: Review,
    appeal: Recorded[Appealed],
    day: date,
    timeline: Timeline,
    directory: Directory,
    rulebook: Rulebook,
) -> Competence:
    """Whether a body may decide an appeal: the one that determined, or another, as the texts on its limit say."""
    proceeding, contested = proceeding_of(review, appeal.event), review.contested(appeal.event)
    opened = timeline.opened
    round_ = "second" if contested is not None and isinstance(contested.event, AppealDecided) else "first"
    rules = [
        (rule, value)
        for rule in rulebook.reviews_for(
            category=opened.category, kind=opened.kind, division=opened.place.division
        )
        if rule.step is ReviewStep.APPEAL_DECISION
        and proceeding in rule.proceedings
        and rule.round in (None, round_)
        and (value := rule.value_on(day)) is not None
    ]
    if contested is None or not rules:
        return _plain(
            "unknown",
            None,
            None,
            "规则库未收录由谁复审复核",
            "the rulebook does not say who decides the appeal",
        )
    own = body == contested.event.office
    fitting = [(r, v) for r, v in rules if r.body is None or (r.body == "same") == own]
    rule, value = (fitting or rules)[0]
    if not fitting:
        zh = "应由作出决定的机关办理" if rule.body == "same" else "应由另一机关办理"
        en = "it is for the body that decided" if rule.body == "same" else "it is for another body"
        return _plain("fail", rule.id, cited(value.citation), zh, en)
    if own:
        return _plain(
            "pass", rule.id, cited(value.citation), "由作出决定的机关办理", "it is for the body that decided"
        )
    above = body in directory.above(contested.event.office)
    zh, en = (
        ("系上级机关", "it stands above the body that decided")
        if above
        else ("是否有管理权限，报送网络中没有记载", "no directory tells whether it is in charge")
    )
    return _plain("pass" if above else "unknown", rule.id, cited(value.citation), zh, en)


Found = tuple[Provision, ProvisionValue, Decides]


def _deciders(proceeding: Proceeding, day: date, timeline: Timeline, rulebook: Rulebook) -> list[Found]:
    """The provisions in force on who decides, but for those that another displaces."""
    opened = timeline.opened
    found: list[Found] = []
    for provision in rulebook.provisions:
        if provision.sort is not Sort.DECIDER:
            continue
        value = provision.value_on(day)
        decides = value.decides if value is not None else None
        if (
            value is not None
            and decides is not None
            and proceeding in decides.proceedings
            and rulebook.about(provision, opened.category, opened.kind, opened.place.division)
        ):
            found.append((provision, value, decides))
    displaced = {other for provision, _, _ in found for other in provision.prevails_over}
    return [one for one in found if one[0].id not in displaced]


def _level(timeline: Timeline) -> Level | None:
    """The level people gave it: the outcome, else the last official grading."""
    if timeline.opened.level is not None:
        return timeline.opened.level
    levels = [
        level for step in timeline.gradings if (level := getattr(step.entry, "level", None)) is not None
    ]
    return levels[-1] if levels else None


def _required(deciders: list[Found], level: Level | None) -> tuple[Who | None, Found]:
    """Who is asked for, and by which provision."""
    for found in deciders:
        decides = found[2]
        who = decides.anybody or (decides.by_level.get(level) if decides.by_level and level else None)
        if who is not None:
            return who, found
    return None, next((found for found in deciders if not found[2].or_above), deciders[0])


def _compared(
    office: Office, who: Who, found: Found, deciders: list[Found], timeline: Timeline
) -> Competence:
    decides = found[2]
    needed_zh = "、".join(TIERS[tier].zh for tier in who.tiers) + "、".join(
        LINES[line].zh for line in who.lines
    )
    needed_en = f"{' or '.join(t.value for t in who.tiers)} {' or '.join(line.value for line in who.lines)}"
    if office.tier in who.tiers and not _same_place(office, timeline):
        return _said("fail", found, "事发地不在其辖区", "the incident was not in its division")
    if office.tier in who.tiers and office.line in who.lines:
        if decides.in_its_field:
            return _said(
                "unknown",
                found,
                "该部门是否主管，报送网络中没有记载",
                "no directory tells whether it is in charge of that field",
            )
        return _said("pass", found, f"由{needed_zh}决定", f"it is for the {needed_en}")
    if office.tier in who.tiers and decides.delegates:
        return _said(
            "unknown",
            found,
            f"由{needed_zh}决定；是否授权或者委托该机关，没有记录",
            f"it is for the {needed_en}; whether this body was authorised is not on record",
        )
    above = next((one for one in deciders if one[2].or_above), None)
    highest = max(TIERS_RISING.index(tier) for tier in who.tiers)
    if above is not None and TIERS_RISING.index(office.tier) > highest and office.line in who.lines:
        return _said("pass", above, "上级机关可以提级办理", "a body above may take it over")
    return _said("fail", found, f"应由{needed_zh}决定", f"it is for the {needed_en}")


def _same_place(office: Office, timeline: Timeline) -> bool:
    """Whether the incident lies in the body's division; true where either is not told."""
    place = timeline.opened.place.division
    if place is None or office.division is None:
        return True
    return place.startswith(office.division.removesuffix("00").removesuffix("00"))


def _said(result: Result, found: Found | None, zh: str, en: str) -> Competence:
    if found is None:
        return _plain(result, None, None, zh, en)
    return _plain(result, found[0].id, cited(found[1].citation), zh, en)


def _plain(result: Result, provision: str | None, citation: str | None, zh: str, en: str) -> Competence:
    return Competence(result=result, provision=provision, citation=citation, zh=zh, en=en)
