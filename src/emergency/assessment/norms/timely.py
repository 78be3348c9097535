"""The norm of time (统一规范时间)."""

from __future__ import annotations

from collections.abc import Iterator

from emergency.assessment.norms.case import Case
from emergency.assessment.norms.model import Check


def checks(case: Case) -> Iterator[Check]:
    """The checks of this norm of one office on one incident."""
    del case
    yield from ()
