"""Whether one incident may be merged into another (并案), or a merging undone; what becomes of obligations is judged.

A merging is a formal act done here: what cannot be meant is refused, with what to do instead. Reports on a merged
incident are never refused.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from emergency.domain.bookkeeping import MERGED_HERE, Linked, Merged, Unmerged
from emergency.domain.incident import Incident
from emergency.domain.record import Recorded
from emergency.errors import RefusedError


def merged_into(state: Incident) -> Recorded[Merged] | None:
    """The merging that stands; None where there is none."""
    undone = {r.event.merge for r in state.entries.values() if isinstance(r.event, Unmerged)}
    standing: Recorded[Any] | None = None
    for recorded in state.entries.values():
        if isinstance(recorded.event, Merged) and recorded.event_id not in undone:
            standing = recorded
    return standing


def linked_here(state: Incident) -> tuple[str, ...]:
    """The incidents that were ever merged into this one, by reference; some may have been taken out again."""
    return tuple(
        dict.fromkeys(
            r.event.other
            for r in state.entries.values()
            if isinstance(r.event, Linked) and r.event.relation == MERGED_HERE
        )
    )


def check_merge(state: Incident, other: Incident, guests: Sequence[str]) -> None:
    """Refuse a merging that cannot be meant.

    Args:
        state: The incident that would be merged.
        other: The one that it would go on as.
        guests: The incidents that are merged into the first one.

    Raises:
        RefusedError: it is the same, is merged already, has others merged into it, or lies elsewhere.
    """
    ref, into = state.opened.event.ref, other.opened.event.ref
    if ref == into:
        raise RefusedError(
            f"{ref} cannot be merged into itself. Name the other incident.",
            zh=f"{ref} 不能并入自身。请写明另一起事件。",
        )
    standing = merged_into(state)
    if standing is not None:
        raise RefusedError(
            f"{ref} is merged into {standing.event.into} already. Undo that first: emergency unmerge {ref} --why …",
            zh=(f"{ref} 已经并入 {standing.event.into}。请先撤销并案：emergency unmerge {ref} --why …"),
        )
    further = merged_into(other)
    if further is not None:
        goes_on = further.event.into
        if goes_on == ref:
            raise RefusedError(
                f"{into} is itself merged into {ref}: they go on as one already. "
                f"To turn that round, undo it first: emergency unmerge {into} --why …",
                zh=(
                    f"{into} 本身已并入 {ref}，二者已是一案。如要倒过来，请先撤销并案："
                    f"emergency unmerge {into} --why …"
                ),
            )
        raise RefusedError(
            f"{into} is itself merged into {goes_on}. Merge into that one: "
            f"emergency merge {ref} --into {goes_on} --why …",
            zh=(f"{into} 本身已并入 {goes_on}。请并入后者：emergency merge {ref} --into {goes_on} --why …"),
        )
    if guests:
        raise RefusedError(
            f"{', '.join(guests)} {'is' if len(guests) == 1 else 'are'} merged into {ref}, and mergings make no "
            f"chain. Merge {into} into {ref} instead, or undo that first: emergency unmerge {guests[0]} --why …",
            zh=(
                f"{'、'.join(guests)} 已并入 {ref}，并案不能一环接一环。"
                f"请改为把 {into} 并入 {ref}，或先撤销原来的并案：emergency "
                f"unmerge {guests[0]} --why …"
            ),
        )
    here, there = state.opened.event.place, other.opened.event.place
    if here.division and there.division and not _may_be_one(here.division, there.division):
        raise RefusedError(
            f"{ref} is at {here.name} ({here.division}) and {into} at {there.name} ({there.division}): these are two "
            "events. Where one of the places is wrong, put it right first: emergency amend INCIDENT #1 "
            "division=CODE --why …; where one led to the other, link them: emergency link.",
            zh=(
                f"{ref} 发生在{here.name}（{here.division}），{into} 发生在{there.name}（{there.division}"
                "），是两起事件。地点写错的，请先更正：emergency amend "
                "INCIDENT #1 division=CODE --why …；有因果关系的，请作关联："
                "emergency link。"
            ),
        )


def doubts(state: Incident, other: Incident) -> tuple[tuple[str, str], ...]:
    """What whoever merges must know: in Chinese and in English."""
    found: list[tuple[str, str]] = []
    here, there = state.opened.event, other.opened.event
    if not (here.place.division and there.place.division):
        found.append(
            (
                "两起事件的行政区划代码不全，是否同一地点请自行核对",
                "the division code of a place is missing: nobody checked that both are the same place",
            )
        )
    if here.category is not there.category:
        found.append(
            (
                f"两起事件类别不同（{here.category.value}、{there.category.value}），各按各的规定",
                f"they are of two categories ({here.category.value}, {there.category.value}): each keeps its own rules",
            )
        )
    return tuple(found)


def _may_be_one(one: str, other: str) -> bool:
    """Whether two division codes may mean the same place: a county lies in its city and its province."""
    short, long = sorted((_significant(one), _significant(other)), key=len)
    return long.startswith(short)


def _significant(division: str) -> str:
    """The code without the pairs of zeros at its end."""
    while division.endswith("00"):
        division = division[:-2]
    return division
