"""What was determined of a finding that is no longer seen: neither lost, nor said of something else, nor twice."""

from __future__ import annotations

import pytest

from emergency.domain.review import CopiedFinding, Determined, StatementHeard, Verdict
from emergency.domain.vocabulary import Fault, Status

from .reviews import LATE, Judged, judged, on, review

HEARD = StatementHeard(office="county", at=on("2026-03-03"), waived=True)
GONE = "mine-01:county>city:first:written:first:late"
LATER = "2026-04-01 12:00"


def ruled(*verdicts: Verdict, kind: Fault = Fault.LATE) -> Judged:
    copied = tuple(
        CopiedFinding(id=name, office="county", kind=known, status=Status.SUSPECTED)
        for name, known in ((GONE, kind), (LATE, Fault.LATE))
    )
    determined = Determined(office="city", at=on("2026-03-05"), verdicts=verdicts)
    return judged((review(findings=copied), HEARD, determined))


def on_gone(kind: Fault | str) -> Verdict:
    return Verdict.model_validate({"office": "county", "kind": kind, "finding": GONE})


def test_one_matter_under_another_id_is_one_row() -> None:
    rows = ruled(on_gone(Fault.LATE)).findings(LATER)
    assert [(f.id, f.status.value, f.determination) for f in rows] == [(LATE, "established", "late")]


def test_what_was_said_of_a_finding_by_name_is_not_overruled_by_what_was_said_of_one_that_is_gone() -> None:
    rejected = Verdict(office="county", kind="none", finding=LATE)
    for verdicts in ((rejected, on_gone(Fault.LATE)), (on_gone(Fault.LATE), rejected)):
        rows = {f.id: (f.status.value, f.determination) for f in ruled(*verdicts).findings(LATER)}
        assert rows == {
            LATE: ("established", "rejected"),
            "mine-01:county:late:determined": ("none", "late"),
        }


def test_a_suspicion_that_was_rejected_and_is_no_longer_seen_stays_visible_as_rejected() -> None:
    found = ruled(on_gone("none"), kind=Fault.CONCEALED)
    assert found.determined("2026-03-05 11:59") == {"late": ("established", None)}
    assert found.determined(LATER) == {"late": ("established", None), "concealed": ("none", "rejected")}


@pytest.mark.parametrize(("kind", "word"), [("none", "rejected"), (Fault.CONCEALED, "concealed")])
def test_what_was_said_of_a_late_report_holds_where_it_is_seen_under_another_id(kind: str, word: str) -> None:
    assert ruled(on_gone(kind)).determined(LATER) == {"late": ("established", word)}
