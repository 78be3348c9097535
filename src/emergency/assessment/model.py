"""What an assessment consists of: grounds, obligations, findings."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from emergency.domain.fixed import fixed, kept
from emergency.domain.intervals import Interval, Span
from emergency.domain.vocabulary import Fault, State, Status
from emergency.words import Words


class Explanation(Words):
    """Words that are put together when somebody first reads them: most judgements are made again unread."""

    def __init__(self, render: Callable[[], Words]) -> None:
        self._render = render

    @kept
    def _rendered(self) -> Words:
        return self._render()

    @property
    def zh(self) -> str:
        """In Chinese."""
        return self._rendered.zh

    @property
    def en(self) -> str:
        """In English."""
        return self._rendered.en


@fixed(kw_only=True)
class Ground:
    """One rule's claim on an obligation (依据).

    Args:
        rule: The rule's name.
        citation: Law, number and article, as one would quote it.
        rank: Rank of the source, such as ``law``.
        confirmed: Whether somebody read the text.
        limit: The limit in words.
        due: When the report was due under this rule; None for a duty *at once*, which has no due time.
        sure: It applies under every reading; otherwise ``condition`` says what is open.
        condition: What would have to be so for the rule to apply, where that is open.
        breached: Breached under every reading.
        note: What the rulebook remarks on this rule, or how the recipient was found.
        unread: One line for each text in force then that may have changed this rule and that nobody has read.
    """

    rule: str
    citation: str
    rank: str
    confirmed: bool
    limit: Words
    due: Interval | None
    sure: bool
    condition: Words | None = None
    breached: bool = False
    note: Words | None = None
    unread: tuple[Words, ...] = ()


@fixed(kw_only=True)
class Obligation:
    """Who owes whom which report by when (报告义务), in one phase of its life (``holds_from``, ``holds_until``).

    Ids in ``trigger``, ``met_by``, ``reached_by`` and ``rests_on`` are event ids.
    """

    id: str
    incident: str
    office: str
    recipient: str
    stage: str
    channel: str
    occasion: str
    trigger: tuple[str, ...]
    due: Interval
    state: State
    reason: Words | None
    met_by: str | None = None
    met_at: Interval | None = None
    met_on: str | None = None
    reached_by: str | None = None
    late_by: Span | None = None
    grounds: tuple[Ground, ...] = ()
    governing: int | None = None
    """Which of the grounds governs the state."""
    rests_on: tuple[str, ...] = ()
    holds_from: datetime | None = None
    holds_until: datetime | None = None


@fixed(kw_only=True)
class Finding:
    """A breach that the engine sees (疑点), beside what people determined (认定)."""

    id: str
    incident: str
    office: str
    kind: Fault
    status: Status
    could_be: tuple[Fault, ...]
    obligation: str | None
    evidence: tuple[str, ...]
    late_by: Span | None = None
    grounds: tuple[Ground, ...] = ()
    rests_on: tuple[str, ...] = ()
    holds_from: datetime | None = None
    holds_until: datetime | None = None
    determination: str | None = None
    explanation: Words


@fixed()
class Remark:
    """Something that an officer of an office should know and that is neither an obligation nor a finding."""

    office: str
    words: Words


@fixed()
class Assessment:
    """Everything that one incident's record shows under one rulebook and one directory.

    Args:
        obligations: One row a phase; the last phase of each is its final state.
        findings: What stands out.
        remarks: Duties that could not be tied to a recipient in the directory, and the like.
        offices: Every office that was looked up: when the directory changes for one of them, assess again.
    """

    obligations: tuple[Obligation, ...]
    findings: tuple[Finding, ...]
    remarks: tuple[Remark, ...]
    offices: frozenset[str]

    @kept
    def owed_by(self) -> dict[str, tuple[Obligation, ...]]:
        """The obligations of each office, all phases."""
        found: dict[str, list[Obligation]] = {}
        for one in self.obligations:
            found.setdefault(one.office, []).append(one)
        return {office: tuple(listed) for office, listed in found.items()}

    @kept
    def found_of(self) -> dict[str, tuple[Finding, ...]]:
        """The findings on each office."""
        found: dict[str, list[Finding]] = {}
        for one in self.findings:
            found.setdefault(one.office, []).append(one)
        return {office: tuple(listed) for office, listed in found.items()}


__all__ = ["Assessment", "Explanation", "Finding", "Ground", "Obligation", "Remark", "Words"]
