"""Given / when / then for every decision in a review: who may judge, who must be heard, what can be contested."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from hypothesis import given as drawn
from hypothesis import settings
from hypothesis import strategies as st

from emergency.domain.review import (
    AppealOutcome,
    Consequence,
    ConsequenceRecorded,
    DecisionDelivered,
    Determined,
    EvidenceAdded,
    ReviewOpened,
    StatementHeard,
    Verdict,
)
from emergency.domain.review_state import rulings
from emergency.domain.reviewing import Do, OpenReview, decide
from emergency.domain.vocabulary import Fault
from emergency.errors import EmergencyError, NotFoundError, RefusedError

from .review_scene import (
    APPEALED,
    CLEARED,
    CLOSED,
    DETERMINED,
    HEARD,
    LATE,
    NOON,
    OPENED,
    REOPENED,
    Scene,
    copied,
    decided,
    given,
    on,
)

EVIDENCE = EvidenceAdded(office="county", words="通话清单", finding="f-late")
DELIVERED = DecisionDelivered(office="city", at=on(4), of="e3", to="county")
FINED = ConsequenceRecorded(office="city", whom="county", consequence=Consequence.CIRCULAR, words="全市通报")
DONE = (OPENED, HEARD, DETERMINED)


def but(event: Any, **changes: Any) -> Any:  # noqa: ANN401 - any event
    return event.model_copy(update=changes)


class TestOpening:
    """A review of one office and incident."""

    def test_a_review_is_opened(self) -> None:
        given().when(OpenReview(OPENED)).then(OPENED)

    def test_without_a_finding_of_the_engine_too(self) -> None:
        opened = but(OPENED, findings=())
        given().when(OpenReview(opened)).then(opened)

    def test_a_name_is_used_once(self) -> None:
        given(OPENED).when(OpenReview(OPENED)).refused(RefusedError, "already a review mine-01/r1")

    def test_it_is_of_one_office(self) -> None:
        given().when(OpenReview(but(OPENED, concerned=None))).refused(RefusedError, "one office")
        other = but(copied("f-city", Fault.LATE), office="city")
        two = but(OPENED, findings=(*OPENED.findings, other))
        given().when(OpenReview(two)).refused(RefusedError, "county and city", "open one for each")

    @pytest.mark.parametrize("act", [EVIDENCE, HEARD, DETERMINED, APPEALED, CLOSED])
    def test_nothing_is_done_in_a_review_that_is_not_there(self, act: Any) -> None:  # noqa: ANN401 - any act
        given().when(act).refused(NotFoundError, "no such review", "review open")


class TestEvidence:
    """Evidence is recorded, whoever has it and whenever."""

    @pytest.mark.parametrize("office", ["county", "city", "press"])
    def test_by_anybody(self, office: str) -> None:
        evidence = but(EVIDENCE, office=office)
        given(OPENED).when(evidence).then(evidence)

    def test_after_the_closing_too(self) -> None:
        given(*DONE, CLOSED).when(EVIDENCE).then(EVIDENCE)

    def test_about_a_finding_under_review(self) -> None:
        given(OPENED).when(but(EVIDENCE, finding="f-other")).refused(
            NotFoundError, "f-other is not under review", "late f-late", "concealed f-concealed"
        )


class TestStatement:
    """The office concerned is heard, or waives it."""

    @pytest.mark.parametrize("changes", [{}, {"waived": True, "words": None}, {"post": "值班室主任"}])
    def test_heard_or_waived(self, changes: dict[str, Any]) -> None:
        statement = but(HEARD, **changes)
        given(OPENED).when(statement).then(statement)

    def test_it_is_that_of_the_office_concerned(self) -> None:
        given(OPENED).when(but(HEARD, office="city")).refused(RefusedError, "county, the office concerned")

    def test_silence_is_no_statement(self) -> None:
        given(OPENED).when(but(HEARD, words=None)).refused(RefusedError, "What did the office state?")


class TestDetermination:
    """Nothing is determined of an office that was not heard, nor by that office."""

    def test_after_the_statement(self) -> None:
        given(OPENED, HEARD).when(DETERMINED).then(DETERMINED)

    def test_after_the_waiver(self) -> None:
        waived = but(HEARD, waived=True, words=None)
        given(OPENED, waived).when(DETERMINED).then(DETERMINED)

    def test_not_unheard(self) -> None:
        given(OPENED, EVIDENCE).when(DETERMINED).refused(
            RefusedError, "county was not heard", "review statement mine-01/r1"
        )

    def test_not_dated_before_the_statement(self) -> None:
        given(OPENED, HEARD).when(but(DETERMINED, at=on(1))).refused(RefusedError, "before the statement")

    def test_on_the_minute_of_the_statement(self) -> None:
        same = but(DETERMINED, at=on(2))
        given(OPENED, HEARD).when(same).then(same)

    def test_not_in_an_imported_review(self) -> None:
        imported = ReviewOpened(incident="mine-01")
        later = but(DETERMINED, verdicts=(Verdict(office="county", kind=Fault.LATE),))
        given(imported, later).when(later).refused(RefusedError, "was imported", "review open mine-01")

    def test_one_post_does_not_speak_for_the_office_but_the_office_for_its_posts(self) -> None:
        of_post = but(HEARD, post="值班员")
        given(OPENED, of_post).when(DETERMINED).refused(RefusedError, "county was not heard")
        post = but(DETERMINED, verdicts=(but(LATE, post="值班员"),))
        given(OPENED, of_post).when(post).then(post)
        other = but(DETERMINED, verdicts=(but(LATE, post="县长"),))
        given(OPENED, of_post).when(other).refused(RefusedError, "county was not heard")
        given(OPENED, HEARD).when(other).then(other)

    @pytest.mark.parametrize("changes", [{"office": "county"}, {"logged_by": "county"}])
    def test_not_by_the_office_concerned(self, changes: dict[str, Any]) -> None:
        given(OPENED, HEARD).when(but(DETERMINED, **changes)).refused(
            RefusedError, "county is the office concerned", "cannot determine what it did"
        )

    @pytest.mark.parametrize(
        ("verdicts", "words"),
        [
            ((), ["Nothing would be determined"]),
            ((but(LATE, office="city", finding=None),), ["city is not under review", "county"]),
            ((but(LATE, finding="f-9"),), ["f-9 is not under review"]),
            ((LATE, but(LATE, kind="none")), ["determined twice"]),
        ],
    )
    def test_only_what_is_under_review(self, verdicts: tuple[Verdict, ...], words: list[str]) -> None:
        error = NotFoundError if "f-9" in words[0] else RefusedError
        given(OPENED, HEARD).when(but(DETERMINED, verdicts=verdicts)).refused(error, *words)

    def test_by_post_beside_the_office(self) -> None:
        posts = but(DETERMINED, verdicts=(LATE, but(LATE, post="甲"), but(LATE, post="乙", kind="none")))
        given(OPENED, HEARD).when(posts).then(posts)

    def test_what_the_engine_did_not_see(self) -> None:
        seen = but(DETERMINED, verdicts=(Verdict(office="county", kind=Fault.FALSIFIED),))
        given(OPENED, HEARD).when(seen).then(seen)

    def test_not_in_a_closed_review_until_it_is_reopened(self) -> None:
        closed = given(*DONE, CLOSED)
        closed.when(DETERMINED).refused(RefusedError, "is closed", "review reopen mine-01/r1")
        again = but(DETERMINED, at=on(11))
        closed.given(REOPENED).when(again).then(again)


class TestDelivery:
    """From the delivery on the limit to appeal runs."""

    def test_a_determination_is_delivered(self) -> None:
        given(*DONE).when(DELIVERED).then(DELIVERED)

    def test_once(self) -> None:
        given(*DONE, DELIVERED).when(DELIVERED).refused(RefusedError, "delivered already")

    def test_what_was_never_determined_is_not_delivered(self) -> None:
        given(OPENED, HEARD).when(DELIVERED).refused(NotFoundError, "no determination or decision e3")


class TestAppeal:
    """What was determined can be contested, and a body that is not concerned decides."""

    def test_an_appeal_is_recorded_however_late(self) -> None:
        for appeal in (APPEALED, but(APPEALED, at=on(300)), but(APPEALED, office="union", post="值班员")):
            given(*DONE).when(appeal).then(appeal)

    def test_after_the_closing_too(self) -> None:
        given(*DONE, CLOSED).when(APPEALED).then(APPEALED)

    def test_nothing_determined_nothing_contested(self) -> None:
        given(OPENED, HEARD).when(APPEALED).refused(RefusedError, "Nothing is determined")

    def test_something_else_is_not_contested(self) -> None:
        given(*DONE).when(but(APPEALED, of="e2")).refused(NotFoundError, "no determination or decision e2")

    @pytest.mark.parametrize(
        "decision",
        [
            decided(AppealOutcome.UPHELD),
            decided(AppealOutcome.REVOKED),
            decided(AppealOutcome.REVOKED, CLEARED),
            decided(AppealOutcome.CHANGED, but(LATE, kind="none")),
        ],
    )
    def test_it_is_decided(self, decision: Any) -> None:  # noqa: ANN401 - a decision
        given(*DONE, APPEALED).when(decision).then(decision)

    def test_not_by_the_office_concerned(self) -> None:
        for changes in ({"office": "county"}, {"logged_by": "county"}):
            own = but(decided(AppealOutcome.REVOKED), **changes)
            given(*DONE, APPEALED).when(own).refused(
                RefusedError, "county is the office concerned", "its own appeal"
            )

    def test_not_without_an_appeal(self) -> None:
        given(*DONE).when(decided(AppealOutcome.UPHELD)).refused(
            RefusedError, "no appeal e4", "review appeal"
        )

    def test_not_twice(self) -> None:
        first = decided(AppealOutcome.UPHELD)
        given(*DONE, APPEALED, first).when(first).refused(RefusedError, "decided already")

    def test_the_decision_can_be_contested_again(self) -> None:
        again = but(APPEALED, of="e5", at=on(8))
        second = decided(AppealOutcome.REVOKED, appeal="e6", day=9)
        given(*DONE, APPEALED, decided(AppealOutcome.UPHELD)).when(again).then(again).when(second).then(
            second
        )

    def test_changed_says_into_what_and_upheld_changes_nothing(self) -> None:
        scene = given(*DONE, APPEALED)
        scene.when(decided(AppealOutcome.CHANGED)).refused(RefusedError, "Changed into what?")
        scene.when(decided(AppealOutcome.UPHELD, LATE)).refused(RefusedError, "stays as it is")

    def test_in_a_closed_review_only_once_it_is_reopened(self) -> None:
        closed = given(*DONE, APPEALED, CLOSED)
        closed.when(decided(AppealOutcome.UPHELD)).refused(RefusedError, "nothing can be decided", "reopen")
        closed.given(REOPENED).when(decided(AppealOutcome.UPHELD)).then(decided(AppealOutcome.UPHELD))


class TestEnd:
    """Consequences, closing, reopening."""

    @pytest.mark.parametrize("before", [(OPENED,), DONE, (*DONE, CLOSED)])
    def test_a_consequence_is_recorded_whenever_it_comes(self, before: tuple[Any, ...]) -> None:
        given(*before).when(FINED).then(FINED)

    def test_not_for_an_office_that_is_not_under_review(self) -> None:
        given(*DONE).when(but(FINED, whom="city")).refused(RefusedError, "city is not under review")

    def test_closed_and_reopened_in_turn(self) -> None:
        open_again = given(OPENED).when(CLOSED).then(CLOSED).when(REOPENED).then(REOPENED)
        assert not open_again.review.closed
        open_again.when(REOPENED).refused(RefusedError, "nothing to reopen")
        closed = open_again.when(CLOSED).then(CLOSED)
        assert closed.review.closed
        closed.when(CLOSED).refused(RefusedError, "closed already")


class TestRulings:
    """What stands, and from when until when."""

    def test_a_determination_stands_from_its_day(self) -> None:
        (ruling,) = rulings(given(*DONE).review)
        assert (ruling.since, ruling.until, ruling.verdicts) == (on(3).latest, None, (LATE, CLEARED))

    @pytest.mark.parametrize(
        ("outcome", "verdicts", "until", "then"),
        [
            (AppealOutcome.UPHELD, (), None, None),
            (AppealOutcome.REVOKED, (), on(7).latest, ()),
            (AppealOutcome.REVOKED, (CLEARED,), on(7).latest, (CLEARED,)),
            (AppealOutcome.CHANGED, (LATE,), on(7).latest, (LATE,)),
        ],
    )
    def test_until_an_appeal_ends_it(
        self,
        outcome: AppealOutcome,
        verdicts: tuple[Verdict, ...],
        until: datetime | None,
        then: tuple[Verdict, ...] | None,
    ) -> None:
        first, *others = rulings(given(*DONE, APPEALED, decided(outcome, *verdicts)).review)
        assert first.until == until
        assert [r.verdicts for r in others] == ([] if then is None else [then])

    def test_a_second_appeal_ends_what_the_first_upheld(self) -> None:
        scene = given(*DONE, APPEALED, decided(AppealOutcome.UPHELD), but(APPEALED, of="e5", at=on(8)))
        scene = scene.given(decided(AppealOutcome.REVOKED, appeal="e6", day=9))
        first, second = rulings(scene.review)
        assert (first.until, second.since, second.verdicts) == (on(9).latest, on(9).latest, ())

    def test_a_second_appeal_ends_what_the_first_changed(self) -> None:
        changed = decided(AppealOutcome.CHANGED, LATE)
        scene = given(*DONE, APPEALED, changed, but(APPEALED, of="e5", at=on(8)))
        first, second, third = rulings(scene.given(decided(AppealOutcome.REVOKED, appeal="e6", day=9)).review)
        assert [r.until for r in (first, second, third)] == [on(7).latest, on(9).latest, None]


ACTS = (
    EVIDENCE,
    HEARD,
    but(HEARD, waived=True, words=None),
    DETERMINED,
    but(DETERMINED, office="county"),
    APPEALED,
    but(APPEALED, of="e5"),
    decided(AppealOutcome.REVOKED),
    decided(AppealOutcome.UPHELD),
    but(decided(AppealOutcome.REVOKED), office="county"),
    CLOSED,
    REOPENED,
    FINED,
)


@settings(max_examples=60, deadline=None)
@drawn(st.lists(st.sampled_from(ACTS), max_size=14))
def test_whatever_comes_nobody_judges_unheard_or_in_their_own_matter(acts: list[Any]) -> None:
    scene: Scene = given(OPENED)
    for act in acts:
        try:
            scene = scene.given(*decide(Do(act), scene.state, NOON))
        except EmergencyError:
            continue
    heard = False
    for recorded in scene.log:
        event = recorded.event
        heard = heard or isinstance(event, StatementHeard)
        if isinstance(event, Determined):
            assert heard
            assert event.office != "county"
    assert all(r.event.office != "county" for r in scene.review.decisions)
    assert {r.event.appeal for r in scene.review.decisions} <= {r.event_id for r in scene.review.appeals}
    assert [r.event for r in scene.log if isinstance(r.event, EvidenceAdded)] == [
        a for a in acts if a is EVIDENCE
    ]
