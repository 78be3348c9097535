"""What people determined, beside what the engine found: the engine's own view stays as it is, for ever.

A ruling holds from the day it was made until an appeal changes or revokes it; of several that stand at an instant the
latest holds. A finding takes a determination by its id, or, where people named none, by its office and kind. What
people found of a post is in the review alone: it says nothing of the office.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime

from emergency.assessment import explanation
from emergency.assessment.model import Finding
from emergency.assessment.timeline import Timeline
from emergency.domain.fixed import changed, fixed
from emergency.domain.offices import Directory
from emergency.domain.review import Verdict
from emergency.domain.review_state import Ruling, rulings
from emergency.domain.vocabulary import Fault, Status

REJECTED = "rejected"
"""What a finding's determination reads where people found that it is not so."""


@fixed()
class _Said:
    """One verdict of a ruling on one finding."""

    ruling: Ruling
    word: str

    def holds(self, at: datetime | None) -> bool:
        """Whether it stands at an instant; None = before all instants."""
        since, until = self.ruling.since, self.ruling.until
        if at is None:
            return since is None
        return (since is None or since <= at) and (until is None or at < until)


def with_determinations(
    timeline: Timeline, directory: Directory, findings: Sequence[Finding]
) -> list[Finding]:
    """The findings with what people determined of each from which day on, and what only people found."""
    ruled = sorted((r for review in timeline.reviews for r in rulings(review)), key=lambda r: r.order)
    if not ruled:
        return list(findings)
    kinds = {f.id: f.kind for review in timeline.reviews for f in review.opened.event.findings}
    known = {f.id for f in findings}
    taken: dict[str, list[_Said]] = {f.id: [] for f in findings}
    others: dict[tuple[str, Fault], list[_Said]] = {}
    for ruling in ruled:
        verdicts = [verdict for verdict in ruling.verdicts if verdict.post is None]
        named = {verdict.finding for verdict in verdicts} & known
        for verdict in verdicts:
            seen_as = None if verdict.finding is None else kinds.get(verdict.finding)
            about = [f for f in findings if _about(verdict, f, named, seen_as)]
            for finding in about:
                taken[finding.id].append(_Said(ruling, _word(verdict)))
            for key in _beside(verdict, seen_as, others, taken=bool(about)):
                others.setdefault(key, []).append(_Said(ruling, _word(verdict)))
    result = [part for finding in findings for part in _parts(finding, taken[finding.id])]
    for (office, kind), said in others.items():
        result += _only_determined(timeline, directory, office, kind, said)
    return result


def _about(verdict: Verdict, finding: Finding, named: Collection[str | None], seen_as: Fault | None) -> bool:
    """Whether a verdict is on a finding that is seen now.

    ``named``: those that its ruling speaks of by id; ``seen_as``: the kind of the finding under review that it is on.
    """
    if verdict.finding in named:
        return verdict.finding == finding.id
    if verdict.office != finding.office:
        return False
    if verdict.finding is None:
        return verdict.kind in (finding.kind, "none")
    # A finding that is no longer seen under its id: whatever is seen of that kind now is what was meant, but for what
    # the same ruling says something else of.
    return finding.id not in named and finding.kind == (seen_as or verdict.kind)


def _beside(
    verdict: Verdict, seen_as: Fault | None, others: Collection[tuple[str, Fault]], *, taken: bool
) -> list[tuple[str, Fault]]:
    """What of the things that the engine does not see a verdict is on: each an office and a kind."""
    office = verdict.office
    if verdict.finding is None and verdict.kind == "none":
        return [key for key in others if key[0] == office]  # it clears the office of everything
    if taken:
        return []
    if seen_as is not None and (verdict.kind == "none" or (office, seen_as) in others):
        return [(office, seen_as)]
    return [] if verdict.kind == "none" else [(office, Fault(verdict.kind))]


def _word(verdict: Verdict) -> str:
    return REJECTED if verdict.kind == "none" else verdict.kind


def _parts(finding: Finding, said: Sequence[_Said]) -> Iterator[Finding]:
    """The finding in as many rows as its determination changes, each with the days it holds."""
    if not said:
        yield finding
        return
    begin, end = finding.holds_from, finding.holds_until
    for since, until, last in _spans(begin, end, said):
        yield changed(finding, holds_from=since, holds_until=until, determination=last.word if last else None)


def _spans(
    begin: datetime | None, end: datetime | None, said: Sequence[_Said]
) -> list[tuple[datetime | None, datetime | None, _Said | None]]:
    """From when to when which verdict holds, the last of those that stand; neighbours of one word are one."""
    turns = {turn for one in said for turn in (one.ruling.since, one.ruling.until) if turn is not None}
    inside = sorted(t for t in turns if (begin is None or begin < t) and (end is None or t < end))
    starts: list[datetime | None] = [begin, *inside]
    spans: list[tuple[datetime | None, datetime | None, _Said | None]] = []
    for since, until in zip(starts, [*inside, end], strict=True):
        last = next((one for one in reversed(said) if one.holds(since)), None)
        if spans and (spans[-1][2].word if spans[-1][2] else None) == (last.word if last else None):
            spans[-1] = (spans[-1][0], until, spans[-1][2])
        else:
            spans.append((since, until, last))
    return spans


def _only_determined(
    timeline: Timeline, directory: Directory, office: str, kind: Fault, said: Sequence[_Said]
) -> Iterator[Finding]:
    firsts = [one.ruling.since for one in said if one.word == kind] or [one.ruling.since for one in said]
    begin = None if None in firsts else min(since for since in firsts if since is not None)
    evidence: tuple[str, ...] = ()
    for since, until, last in _spans(begin, None, said):
        if last is None:
            continue  # revoked: nobody finds anything there
        if last.word != REJECTED or not evidence:
            evidence = (last.ruling.id,)
        yield Finding(
            id=f"{timeline.ref}:{office}:{kind}:determined",
            incident=timeline.ref,
            office=office,
            kind=kind,
            status=Status.NONE,
            could_be=(kind,),
            obligation=None,
            evidence=evidence,
            holds_from=since,
            holds_until=until,
            determination=last.word,
            explanation=explanation.determined_only(directory.name(office), kind),
        )
