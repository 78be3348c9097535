"""How a unified draft is said: its states, the steps of its chain, what is odd about it; and as rows for programs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import BaseModel

from emergency.assessment.model import Words
from emergency.commands.drafts import Task
from emergency.domain.draft import CHAIN, Contradiction, DraftState, Odd, Remark, SignedOff, Version
from emergency.domain.drafting import Settled
from emergency.domain.vocabulary import SignOff
from emergency.projections.rows import Row, iso_instant, words_row

STAGES: Mapping[SignOff, Words] = {
    SignOff.FIRST_CHECK: Words("初审", "first check"),
    SignOff.RECHECK: Words("复核", "recheck"),
    SignOff.REVIEW: Words("审核", "review"),
    SignOff.SIGN: Words("签发", "signing"),
}
"""The steps of the chain."""

STATES: Mapping[str, Words] = {
    "drafted": Words("已拟稿", "drafted"),
    "in-review": Words("审核中", "in review"),
    "returned": Words("已退回", "returned"),
    "signed": Words("已签发", "signed"),
    "issued": Words("已印发", "issued"),
}
"""Where a version stands."""


def stages_words(stages: Iterable[SignOff]) -> Words:
    """Some steps of the chain."""
    named = [STAGES[stage] for stage in stages]
    return Words("、".join(each.zh for each in named), ", ".join(each.en for each in named))


def remark_words(remark: Remark, facts: str | None = None) -> Words:
    """What is odd about an act, in words. It is on record all the same.

    Args:
        remark: What is odd.
        facts: The facts that it is about as the reader calls them; None = by their names in the record.
    """
    number = remark.version
    facts = ", ".join(remark.facts).replace("_", " ") if facts is None else facts
    done = stages_words(remark.stages)
    said = {
        Odd.NO_SUCH_VERSION: (
            f"统稿没有印发过第{number}版",
            f"no version {number} of the draft was issued",
        ),
        Odd.NOT_A_HOLDER: ("办理单位并非持有该统稿的两办", "not by one of the offices that hold the draft"),
        Odd.NEWER_VERSION: (
            f"其时已有第{number}版",
            f"there was a version {number} already",
        ),
        Odd.ISSUED_ALREADY: (
            f"第{number}版此前已印发",
            f"version {number} had been issued before",
        ),
        Odd.BEFORE: (f"尚无{done.zh}", f"before any {done.en} is on record"),
        Odd.RETURNED: (f"{done.zh}已退回，未再通过", f"returned at {done.en} and not approved there since"),
        Odd.SAME_PERSON: (
            f"与{_with_drafting(remark, done.zh)}系同一人",
            f"by the same person as {_with_drafting(remark, done.en)}",
        ),
        Odd.UNSIGNED: (f"印发时尚无{done.zh}", f"issued without {done.en}"),
        Odd.UNSETTLED: (
            f"印发时矛盾未裁定：{facts}",
            f"issued although reports contradict each other and nobody settled it: {facts}",
        ),
        Odd.UNTRACED: (
            f"无出处（没有报告或核实这样说）：{facts}",
            f"untraced (no report and no verification states it): {facts}",
        ),
        Odd.NO_CONTRIBUTION: ("尚无任何来稿", "made of no report so far"),
        Odd.NEWER_ISSUED: (
            f"其时第{number}版已印发",
            f"version {number} had been issued by then",
        ),
        Odd.SENT_OTHERWISE: (
            f"所发与所印发的第{number}版不一致：{facts or '正文'}",
            f"what was sent is not what was issued as version {number}: {facts or 'text'}",
        ),
        Odd.DISSENTED: (
            f"与所印发的第{number}版不一致，已附不同意见：{facts or '正文'}",
            f"differs from version {number} as issued, with its dissent on record: {facts or 'text'}",
        ),
    }[remark.odd]
    return Words(*said)


def _with_drafting(remark: Remark, done: str) -> str:
    """Whoever drafts does the first check: where one person did it, either may be meant."""
    return (
        done.replace("first check", "the drafting or first check")
        if SignOff.FIRST_CHECK in remark.stages
        else done
    )


# -- rows ------------------------------------------------------------------------------------------------------


def draft_row(draft: DraftState, tasks: Iterable[Task], numbers: Mapping[str, int]) -> Row:
    """A draft as plain JSON values."""
    return {
        "draft": draft.holder,
        "jointly": draft.jointly,
        "contributions": list(draft.contributions),
        "versions": [_version_row(version) for version in draft.versions],
        "contradictions": [_contradiction_row(each) for each in draft.contradictions],
        "left_out": [
            {"fact": each.fact, "value": plain(each.value), "by": each.by, "office": each.office}
            for each in draft.left_out
        ],
        "assignments": [task_row(task) for task in tasks],
        "remarks": [remark_row(remark) for remark in draft.remarks],
        "numbers": {key: numbers[key] for key in _named(draft) if key in numbers},
    }


def remark_row(remark: Remark) -> Row:
    """What is odd about one act."""
    return {
        "odd": remark.odd.value,
        "of": remark.of,
        "version": remark.version,
        "stages": [stage.value for stage in remark.stages],
        "facts": list(remark.facts),
        "words": words_row(remark_words(remark)),
    }


def task_row(task: Task) -> Row:
    """One assignment."""
    return {
        "id": task.id,
        "version": task.version,
        "unit": task.unit,
        "to": list(task.to),
        "assigned": iso_instant(task.assigned),
        "by": iso_instant(task.by),
        "owed": [
            {
                "obligation": due.obligation,
                "recipient": due.recipient,
                "by": iso_instant(due.by),
                "citation": due.citation,
                "confirmed": due.confirmed,
                "condition": words_row(due.condition),
            }
            for due in task.owed
        ],
        "sent": list(task.sent),
        "acknowledged": list(task.acknowledged),
        "returned": list(task.returned),
        "open": list(task.open),
    }


def _version_row(version: Version) -> Row:
    edited = version.edited
    return {
        "version": version.number,
        "id": version.id,
        "state": version.state,
        "hash": version.hash,
        "facts": edited.facts.model_dump(mode="json", exclude_defaults=True),
        "content": [element.model_dump(mode="json", exclude_defaults=True) for element in edited.content],
        "text": edited.text,
        "sources": {fact: list(to) for fact, to in version.sources.items()},
        "untraced": list(version.untraced),
        "settled": [_settled_row(each) for each in edited.settled],
        "officer": edited.officer,
        "chain": [_step_row(stage, version.standing.get(stage)) for stage in CHAIN],
        "missing": [stage.value for stage in version.missing],
        "issued": version.issued.id if version.issued else None,
        "unsettled_when_issued": [each.fact for each in version.unsettled],
        "sent": [
            {
                "id": sent.id,
                "office": sent.act.office,
                "to": list(sent.act.to),
                "sent_hash": sent.act.sent_hash,
                "as_issued": None if sent.act.sent_hash is None else sent.act.sent_hash == version.hash,
                "dissent": sent.act.dissent,
                "acknowledged": [ack.id for ack in sent.acknowledged],
                "returned": [{"id": back.id, "why": back.act.why} for back in sent.returned],
            }
            for sent in version.sent
        ],
    }


def _step_row(stage: SignOff, done: SignedOff | None) -> Row:
    return {
        "stage": stage.value,
        "approved": done.approved if done else None,
        "id": done.id if done else None,
        "office": done.act.office if done else None,
        "officer": done.act.officer if done else None,
        "role": done.act.role if done else None,
        "why": done.act.why if done else None,
    }


def _contradiction_row(one: Contradiction) -> Row:
    return {
        "fact": one.fact,
        "said": [{"by": each.by, "office": each.office, "value": plain(each.value)} for each in one.said],
        "draft": plain(one.draft),
        "settled": _settled_row(one.settled) if one.settled else None,
    }


def _settled_row(settled: Settled) -> Row:
    return settled.model_dump(mode="json")


def plain(value: Any) -> Any:  # noqa: ANN401 - a value of a fact
    """The value of a fact as plain JSON values."""
    return value.model_dump(mode="json", exclude_defaults=True) if isinstance(value, BaseModel) else value


def _named(draft: DraftState) -> Iterable[str]:
    """The entries that a draft refers to, by event id."""
    yield from (made.id for made in draft.opened)
    yield from draft.contributions
    yield from (each.by for each in draft.statements)
    for version in draft.versions:
        yield version.id
        yield from (each for to in version.sources.values() for each in to)
        yield from (done.id for done in version.signed_off)
        yield from (made.id for made in version.assigned)
        if version.issued:
            yield version.issued.id
        for sent in version.sent:
            yield sent.id
            yield from (ack.id for ack in sent.acknowledged)
            yield from (back.id for back in sent.returned)
