"""What a check of a norm came to."""

from __future__ import annotations

from datetime import datetime

from emergency.assessment.model import Ground, Words
from emergency.domain.fixed import fixed
from emergency.domain.vocabulary import Norm, Result, Status


@fixed(kw_only=True)
class Check:
    """One check of one office on one incident, in one phase of its life (``holds_from``, ``holds_until``).

    Args:
        id: ``INCIDENT:OFFICE:norm:check:occasion``; the same in all phases.
        incident: The incident's reference.
        office: Whose check: who did what it asks for, or failed to.
        norm: The norm that it belongs to.
        check: Its name among `emergency.rulebook.norms.CheckName`.
        occasion: What it is about: a report, a draft's version, an instruction, by event id; ``incident`` where it
            is about all of it.
        result: pass, fail, unknown, not-applicable.
        status: How sure a failure is, in the words of findings: established, presumed (it rests on an assumed time),
            possible (nobody has confirmed the text that asks for it); *none* for any other result.
        evidence: The entries that it rests on, by event id.
        grounds: The texts that ask for it; ``due`` where one gives a limit.
        rests_on: Entries with an assumed or unstated time that it rests on.
        explanation: Why, in both languages.
        holds_from: Since when it stands so; None = from the beginning.
        holds_until: Until when; None = for good.
    """

    id: str
    incident: str
    office: str
    norm: Norm
    check: str
    occasion: str
    result: Result
    status: Status
    evidence: tuple[str, ...]
    grounds: tuple[Ground, ...]
    rests_on: tuple[str, ...] = ()
    explanation: Words
    holds_from: datetime | None = None
    holds_until: datetime | None = None
