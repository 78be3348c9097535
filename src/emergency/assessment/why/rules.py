"""Which rules were weighed for a duty: the one that governs, the others that may apply, and those that do not."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from emergency.assessment.assess import Owed
from emergency.assessment.doing import Doing
from emergency.assessment.duties import Claim, Duty, bases_of, days_of
from emergency.assessment.model import Ground, Obligation, Words
from emergency.assessment.recipients import recipient_of
from emergency.assessment.why.model import Considered, RuleNamed, RuleRead
from emergency.assessment.why.reading import cited, quoted
from emergency.rulebook import Modality, Rule, Stage, Value
from emergency.rulebook.shelf import scopes


@dataclass(frozen=True, slots=True)
class Case:
    """One office's duties, each with what was done about it and the phases of its life."""

    owed: Owed
    duties: tuple[tuple[Duty, Doing, tuple[Obligation, ...]], ...]


GOVERNS = {
    (True, True): Words(
        "确定适用且原文已核对的规定中最严的一条",
        "the strictest of the rules that surely apply and whose text was read",
    ),
    (True, False): Words(
        "没有原文已核对的规定确定适用，以确定适用者中最严的一条为准",
        "no rule whose text was read surely applies; this is the strictest of those that do",
    ),
    (False, False): Words(
        "没有规定确定适用，以可能适用者中最严的一条提示",
        "no rule surely applies; this is the strictest of those that may",
    ),
}
"""Why a rule governs, by whether it surely applies, and is confirmed as well."""

ROLES = {
    "unconfirmed": Words(
        "原文尚未核对，不据以认定", "nobody has confirmed its text, so no verdict rests on it"
    ),
    "no-hours": Words(
        "未规定时限，不以时间计算迟报", "it gives no hours, so nothing is late by its arithmetic"
    ),
    "order-only": Words("只规定先后次序", "it only sets an order"),
    "equal": Words(
        "时限相同，所引为效力较高者", "it gives the same due time; the one of higher rank is named"
    ),
    "laxer": Words("时限较宽", "it allows more time"),
}

REASONS = {
    "not-in-force": Words("当日不在效力期内", "not in force on that day"),
    "allowed-only": Words("只是允许，不是要求", "it allows something and demands nothing"),
    "told-others": Words(
        "接报者不在报送网络中，只作提示，不作评判",
        "it names bodies outside the directory: shown, never judged",
    ),
    "other-stage": Words("规定的是另一种报告", "it asks for another kind of report"),
    "another-duty": Words(
        "构成本单位的另一项报告义务（另一接报单位、方式或事由）",
        "it makes another duty of this office (another recipient, form or occasion)",
    ),
    "no-recipient": Words("报送网络中没有其接报单位", "the directory has no recipient for it"),
    "clock-not-started": Words(
        "起算的事由没有发生，或未载明", "what starts its clock did not happen, or is not on record"
    ),
    "covered": Words(
        "级别未定：各级规定合起来覆盖所有级别，以其中最宽的时限为准",
        "the level is open: the rules for all levels together bind with the laxest of their limits",
    ),
}
"""Why rules of this kind of office are no grounds of a duty, in the order in which they are shown."""


def rules_read(duty: Duty, grounds: Iterable[Ground]) -> tuple[RuleRead, tuple[RuleRead, ...]]:
    """The rule that governs a duty, and the others that may apply."""
    governs = duty.governing
    read = [_rule_read(claim, ground, governs) for claim, ground in zip(duty.claims, grounds, strict=True)]
    mine = duty.claims.index(governs)
    return read[mine], tuple(rule for number, rule in enumerate(read) if number != mine)


def _rule_read(claim: Claim, ground: Ground, governs: Claim) -> RuleRead:
    role = "governs" if claim is governs else _role(claim, governs)
    why = ROLES.get(role) or GOVERNS[ground.sure, ground.sure and ground.confirmed]
    if role == "possible" and ground.condition is not None:
        why = Words(
            f"是否适用尚未确定：{ground.condition.zh}", f"whether it applies is open: {ground.condition.en}"
        )
    return RuleRead(
        rule=ground.rule,
        title=Words(claim.rule.title.zh, claim.rule.title.en),
        cited=cited(claim.value, claim.rule.rank),
        clock=claim.value.clock.value,
        limit=ground.limit,
        role=role,
        why=why,
        due=ground.due,
        sure=ground.sure,
        condition=ground.condition,
        breached=ground.breached,
        recipient_note=claim.found.note,
        unread=ground.unread,
    )


def _role(claim: Claim, governs: Claim) -> str:
    """What a rule that does not govern was to the verdict."""
    ground = claim.ground
    if not ground.sure:
        return "possible"
    if governs.ground.confirmed and not ground.confirmed:
        return "unconfirmed"
    if claim.value.limit.before is not None:
        return "order-only"
    if ground.due is None:
        return "no-hours"
    return "equal" if ground.due == governs.ground.due else "laxer"


def considered(case: Case, duty: Duty) -> tuple[Considered, ...]:
    """The rules for this kind of office and event that are no grounds of the duty, by reason."""
    own = {claim.rule.id for claim in duty.claims}
    groups: dict[str, list[RuleNamed]] = {}
    for rule in case.owed.rules:
        if rule.id not in own:
            reason, ids = _reason(case, duty, rule)
            groups.setdefault(reason, []).append(_named(rule, ids))
    return tuple(
        Considered(reason, why, tuple(groups[reason])) for reason, why in REASONS.items() if reason in groups
    )


def _reason(case: Case, duty: Duty, rule: Rule) -> tuple[str, tuple[str, ...]]:
    """Why a rule is no ground of a duty, and of which others it is one."""
    record = case.owed.record
    days = days_of(record.timeline, duty.governing.start)
    others = tuple(
        phases[-1].id for other, _, phases in case.duties if any(c.rule.id == rule.id for c in other.claims)
    )
    if not others and all(rule.value_on(day) is None for day in days):
        return "not-in-force", ()
    if rule.modality is Modality.MAY:
        return "allowed-only", ()
    if rule.to.named is not None:
        return "told-others", ()
    if rule.stage is not duty.stage:
        return "other-stage", others
    if others:
        return "another-duty", others
    if recipient_of(rule.to, record.office, record.directory, days[-1]) is None:
        return "no-recipient", ()
    if rule.stage is not Stage.FIRST or next(iter(bases_of(record, rule)), None) is None:
        return "clock-not-started", ()
    return "covered", ()


def _named(rule: Rule, duties: tuple[str, ...]) -> RuleNamed:
    held = [value for value in rule.values.values() if isinstance(value, Value)]
    last = list(rule.values.values())[-1]
    return RuleNamed(
        rule=rule.id,
        title=Words(rule.title.zh, rule.title.en),
        citation=quoted(last.citation if not held else held[-1].citation),
        since=next(iter(rule.values)),
        until=None if isinstance(last, Value) else last.since,
        duties=duties,
    )


def about_other_events(owed: Owed) -> int:
    """How many further rules for this kind of office speak of other events or other places."""
    office = owed.record.office
    read = scopes(owed.record.rulebook.rules)
    return sum(office.tier in s.tiers and office.line in s.lines for s in read) - len(owed.rules)
