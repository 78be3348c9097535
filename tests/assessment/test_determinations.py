"""The engine's view and the people's side by side: which determination a row shows on which day."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emergency.domain.review import (
    AppealDecided,
    Appealed,
    AppealOutcome,
    Determined,
    ReviewClosed,
    ReviewOpened,
    StatementHeard,
    Verdict,
)
from emergency.domain.vocabulary import Fault

from .reviews import LATE, Judged, judged, moment, on, review

HEARD = StatementHeard(office="county", at=on("2026-03-03"), waived=False, words="信号中断")
REJECTED: tuple[Verdict, ...] = (Verdict(office="county", kind="none", finding=LATE),)
CONFIRMED = (Verdict(office="county", kind=Fault.LATE, finding=LATE),)
CONCEALED = (Verdict(office="county", kind=Fault.CONCEALED, finding=LATE),)


def determined(verdicts: tuple[Verdict, ...], day: str = "2026-03-05", **more: Any) -> Determined:  # noqa: ANN401
    return Determined(office="city", at=on(day), verdicts=verdicts, **more)


def appealed(of: str = "r1-3", day: str = "2026-03-06") -> Appealed:
    return Appealed(office="county", at=on(day), of=of, to="province", grounds="不服")


def decided(
    outcome: AppealOutcome, *verdicts: Verdict, appeal: str = "r1-4", day: str = "2026-03-09"
) -> AppealDecided:
    return AppealDecided(
        office="province", at=on(day), appeal=appeal, outcome=outcome, verdicts=verdicts, why="复议"
    )


def late(of: Judged, day: str) -> str | None:
    status, ruled = of.determined(f"{day} 13:00")["late"]
    assert status == "established"
    return ruled


def test_before_anything_is_determined_there_is_the_engines_view_alone() -> None:
    assert judged(()).determined("2026-04-01 12:00") == {"late": ("established", None)}
    assert judged((review(), HEARD)).determined("2026-04-01 12:00") == {"late": ("established", None)}


@pytest.mark.parametrize(
    ("verdicts", "word"), [(CONFIRMED, "late"), (REJECTED, "rejected"), (CONCEALED, "concealed")]
)
def test_from_the_day_on_it_shows_what_people_determined(verdicts: tuple[Verdict, ...], word: str) -> None:
    found = judged((review(), HEARD, determined(verdicts)))
    assert found.determined("2026-03-05 11:59")["late"] == ("established", None)
    assert found.determined("2026-03-05 12:00")["late"] == ("established", word)
    assert found.determined("2026-03-05 12:00").keys() == {"late"}


@pytest.mark.parametrize(
    ("decision", "word"),
    [
        (decided(AppealOutcome.UPHELD), "late"),
        (decided(AppealOutcome.REVOKED), None),
        (decided(AppealOutcome.REVOKED, *REJECTED), "rejected"),
        (decided(AppealOutcome.CHANGED, *CONCEALED), "concealed"),
    ],
)
def test_an_appeal_changes_it_from_its_decision_on(decision: AppealDecided, word: str | None) -> None:
    found = judged((review(), HEARD, determined(CONFIRMED), appealed(), decision))
    assert [late(found, f"2026-03-{day:02}") for day in (4, 5, 8, 9, 30)] == [
        None,
        "late",
        "late",
        word,
        word,
    ]


def test_a_revoked_determination_gives_back_what_stood_before_it() -> None:
    first = (review(), HEARD, determined(REJECTED, "2026-03-04"))
    second = (
        review(),
        HEARD,
        determined(CONFIRMED),
        appealed("r2-3"),
        decided(AppealOutcome.REVOKED, appeal="r2-4"),
    )
    found = judged(first, second)
    assert [late(found, f"2026-03-{day:02}") for day in (3, 4, 5, 9)] == [
        None,
        "rejected",
        "late",
        "rejected",
    ]


def test_the_latest_by_its_day_holds_whatever_the_order_of_the_log() -> None:
    early, later = determined(REJECTED, "2026-03-05"), determined(CONFIRMED, "2026-03-06")
    for acts in ((early, later), (later, early)):
        assert late(judged((review(), HEARD, *acts)), "2026-03-07") == "late"


def test_what_people_found_of_a_post_says_nothing_of_the_office() -> None:
    post = Verdict(office="county", kind=Fault.LATE, finding=LATE, post="值班员")
    assert late(judged((review(), HEARD, determined((post,)))), "2026-04-01") is None
    assert late(judged((review(), HEARD, determined((*REJECTED, post)))), "2026-04-01") == "rejected"


def test_what_only_people_found_stands_by_itself_until_it_is_revoked() -> None:
    new = (Verdict(office="county", kind=Fault.FALSIFIED),)
    found = judged((review(), HEARD, determined(new), appealed(), decided(AppealOutcome.REVOKED)))
    assert "falsified" not in found.determined("2026-03-05 11:59")
    assert found.determined("2026-03-05 12:00")["falsified"] == ("none", "falsified")
    (row,) = [f for f in found.findings("2026-03-06 12:00") if f.kind is Fault.FALSIFIED]
    assert row.evidence == ("r1-3",)
    assert "falsified" not in found.determined("2026-03-09 12:00")


def test_what_only_people_found_and_then_rejected_stays_visible() -> None:
    new = (Verdict(office="county", kind=Fault.FALSIFIED),)
    none = (Verdict(office="county", kind="none"),)
    found = judged((review(), HEARD, determined(new), determined(none, "2026-03-08")))
    assert found.determined("2026-03-08 12:00") == {
        "late": ("established", "rejected"),
        "falsified": ("none", "rejected"),
    }


def test_a_finding_that_is_no_longer_seen_is_still_determined() -> None:
    gone = (Verdict(office="county", kind=Fault.CONCEALED, finding="mine-01:county:concealed"),)
    found = judged((review(), HEARD, determined(gone)))
    assert found.determined("2026-04-01 12:00") == {
        "late": ("established", None),
        "concealed": ("none", "concealed"),
    }


def test_imported_determinations_of_an_unknown_day_hold_throughout() -> None:
    imported = Determined(office="city", verdicts=(Verdict(office="county", kind=Fault.LATE),), step="s9")
    found = judged((ReviewOpened(incident="mine-01"), imported))
    assert late(found, "2026-03-02") == "late"
    assert found.owed() == {}


def test_as_it_had_happened_by_a_day_leaves_out_later_decisions() -> None:
    from emergency.assessment.timeline import cut  # noqa: PLC0415 - only here

    whole = judged((review(), HEARD, determined(CONFIRMED), appealed(), decided(AppealOutcome.REVOKED)))
    before = cut(whole.timeline, moment("2026-03-08 12:00"))
    assert len(before.determined) == 1
    assert [type(r.event).__name__ for r in before.reviews[0].acts] == [
        "StatementHeard",
        "Determined",
        "Appealed",
    ]


ACTS = (
    HEARD,
    determined(CONFIRMED),
    determined(REJECTED, "2026-03-07"),
    determined(CONCEALED, "2026-03-08"),
    appealed("r1-2"),
    appealed("r1-3"),
    decided(AppealOutcome.REVOKED, appeal="r1-3"),
    decided(AppealOutcome.REVOKED, appeal="r1-4", day="2026-03-10"),
    decided(AppealOutcome.CHANGED, *CONFIRMED, appeal="r1-5", day="2026-03-11"),
    ReviewClosed(office="city", at=on("2026-03-12"), why="办结"),
)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.sampled_from(ACTS), max_size=9))
def test_no_order_of_acts_changes_the_engines_view_and_the_latest_in_force_is_shown(acts: list[Any]) -> None:
    found = judged((review(), *acts))
    plain = judged(())
    for hour in range(24 * 14):
        at = datetime(2026, 3, 1, tzinfo=UTC) + timedelta(hours=hour)
        text = at.astimezone(moment("2026-03-01 00:00").tzinfo).strftime("%Y-%m-%d %H:%M")
        mine, engine = found.determined(text), plain.determined(text)
        assert {k: v[0] for k, v in mine.items() if v[0] != "none"} == {k: v[0] for k, v in engine.items()}
        if "late" in mine:
            assert mine["late"][1] == _in_force(acts, at)
    rows = [f for f in found.assessment.findings if f.id == LATE]
    assert all(a.holds_until == b.holds_from for a, b in pairwise(rows))


def _in_force(acts: list[Any], at: datetime) -> str | None:
    """The plain model: go through the log, keep what stands on that instant, take the latest by its day."""
    stands: dict[str, tuple[datetime, int, str | None]] = {}
    target: dict[str, str | None] = {}
    for place, act in enumerate(acts):
        here = f"r1-{place + 2}"
        when = getattr(act, "at", None)
        since = when.latest if when is not None else None
        if since is None or since > at:
            continue
        if isinstance(act, Determined):
            stands[here] = since, place, _word(act.verdicts)
        elif isinstance(act, Appealed):
            target[here] = act.of
        elif isinstance(act, AppealDecided):
            stands.pop(target.get(act.appeal) or "", None)
            if act.verdicts:
                stands[here] = since, place, _word(act.verdicts)
    return max(stands.values())[2] if stands else None


def _word(verdicts: tuple[Verdict, ...]) -> str:
    return "rejected" if verdicts[0].kind == "none" else verdicts[0].kind


def test_an_explanation_names_every_ruling_and_which_was_ended() -> None:
    from emergency.assessment.why import explain  # noqa: PLC0415 - only here
    from emergency.rulebook import load  # noqa: PLC0415

    post = Verdict(office="county", kind=Fault.CONCEALED, finding=LATE, post="值班员")
    acts = (
        review(),
        HEARD,
        determined((*CONFIRMED, post)),
        appealed(),
        decided(AppealOutcome.CHANGED, *REJECTED),
    )
    found = judged(acts)
    why = explain(found.timeline, found.directory, load(), at=moment("2026-04-01 12:00"), what=LATE)
    (finding,) = why.findings
    assert [(d.by.id, d.kinds, d.until) for d in finding.determined] == [
        ("city", ("late",), on("2026-03-09").latest),
        ("province", ("none",), None),
    ]
