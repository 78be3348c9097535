"""The norm of procedure (统一规范程序): who is told first, how a draft comes about, what a receiver does.

Three principles hold in all of it. A field that nobody filled in is unknown, never *no*. What is not done yet has
failed only at a limit that a text gives, or at the closing. And the law's own clock waits for no procedure: what a
local text forbids and the law demands is shown side by side.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from emergency.assessment.norms import (
    procedure_drafts,
    procedure_offices,
    procedure_orders,
    procedure_receiving,
    procedure_signing,
    procedure_skipping,
)
from emergency.assessment.norms.case import Case
from emergency.assessment.norms.model import Check
from emergency.rulebook import CheckName

CHECKS: Mapping[CheckName, Callable[[Case], Iterator[Check]]] = {
    CheckName.BOTH_OFFICES: procedure_offices.both_offices,
    CheckName.OFFICES_FIRST: procedure_offices.offices_first,
    CheckName.ONE_DRAFT: procedure_drafts.one_draft,
    CheckName.SIGN_OFF: procedure_signing.sign_off,
    CheckName.SIGNED_AND_SEALED: procedure_signing.signed_and_sealed,
    CheckName.SKIPPING_JUSTIFIED: procedure_skipping.skipping_justified,
    CheckName.SEVERAL_SIDES: procedure_signing.several_sides,
    CheckName.ACKNOWLEDGED: procedure_receiving.acknowledged,
    CheckName.CHECKED_AT_ONCE: procedure_receiving.checked_at_once,
    CheckName.HANDED_OVER: procedure_receiving.handed_over,
    CheckName.CALL_LOGGED: procedure_receiving.call_logged,
    CheckName.WRITTEN_ASKED_FOR: procedure_receiving.written_asked_for,
    CheckName.INSTRUCTIONS: procedure_orders.instructions,
    CheckName.NOBODY_DIRECTED: procedure_orders.nobody_directed,
    CheckName.NOBODY_OBSTRUCTED: procedure_orders.nobody_obstructed,
}


def checks(case: Case) -> Iterator[Check]:
    """The checks of this norm of one office on one incident."""
    for check, made in CHECKS.items():
        if case.ever_asks(check):
            yield from made(case)
