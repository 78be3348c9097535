"""The review's own deadlines, and whether an appeal came in time: both sides of every limit."""

from __future__ import annotations

from typing import Any

import pytest

from emergency.assessment.competence import appeal_competence, competence
from emergency.domain.events import Graded
from emergency.domain.review import (
    AppealDecided,
    Appealed,
    AppealOutcome,
    DecisionDelivered,
    Determined,
    Proceeding,
    ReviewClosed,
    StatementHeard,
    Verdict,
)
from emergency.domain.review_state import review_of
from emergency.domain.values import UNSTATED
from emergency.domain.vocabulary import Fault, Level
from emergency.rulebook import load

from .reviews import LATE, OPENED, judged, moment, on, recorded, review

HEARD = StatementHeard(office="county", at=on("2026-03-03"), waived=True)
VERDICTS = (Verdict(office="county", kind=Fault.LATE, finding=LATE),)


def determined(day: str = "2026-03-05", **more: Any) -> Determined:  # noqa: ANN401 - fields
    return Determined(office="city", at=on(day), verdicts=VERDICTS, **more)


def delivered(day: str, of: str = "r1-3") -> DecisionDelivered:
    return DecisionDelivered(office="city", at=on(day), of=of, to="county")


def appealed(day: str, to: str | None = "province", of: str = "r1-3") -> Appealed:
    return Appealed(office="county", at=on(day), of=of, to=to, grounds="不服")


def decided(day: str, appeal: str = "r1-5", office: str = "province") -> AppealDecided:
    return AppealDecided(office=office, at=on(day), appeal=appeal, outcome=AppealOutcome.UPHELD, why="维持")


class TestStatement:
    """It is to be heard before anything is determined."""

    def test_it_waits_and_is_met(self) -> None:
        assert judged((review(),)).owed()["statement"] == "open"
        heard = judged((review(), HEARD))
        assert heard.owed("2026-03-02 12:00")["statement"] == "open"
        assert heard.owed("2026-03-03 12:00")["statement"] == "met"
        assert heard.obligation("statement").met_by == "r1-2"

    @pytest.mark.parametrize("proceeding", [None, "circular", "investigation"])
    def test_where_no_text_gives_a_limit_there_is_none(self, proceeding: str | None) -> None:
        assert judged((review(proceeding=proceeding), HEARD, determined())).owed() == {}


class TestDetermination:
    """By when, as far as a text says."""

    @pytest.mark.parametrize(
        ("day", "state"),
        [
            ("2026-09-02", "met"),
            ("2026-09-03", "possibly-late"),
            ("2027-03-02", "possibly-late"),
            ("2027-03-03", "late"),
        ],
    )
    def test_discipline_is_decided_within_six_months_or_twelve(self, day: str, state: str) -> None:
        acts = (review(proceeding="discipline"), HEARD, determined(day))
        owed = judged(acts).obligation("determination")
        assert owed.due.earliest == moment("2026-09-03 00:00")
        # Whether it was extended is not on record: only past the longest it could be is it surely late.
        assert owed.state.value == state

    def test_not_determined_it_is_overdue_only_past_the_extension(self) -> None:
        waiting = judged((review(proceeding="discipline"), HEARD))
        assert waiting.owed("2027-03-02 12:00")["determination"] == "open"
        assert waiting.owed("2027-03-03 00:01")["determination"] == "overdue"

    def test_a_penalty_may_have_another_limit_so_nobody_is_late(self) -> None:
        assert judged((review(), HEARD, determined("2026-05-31"))).owed()["determination"] == "met"
        late = judged((review(), HEARD, determined("2026-06-01"))).obligation("determination")
        assert late.state.value == "undetermined"
        assert late.reason is not None
        assert "otherwise" in late.reason.en

    def test_closed_without_one_it_is_not_owed(self) -> None:
        closed = judged(
            (review(proceeding="discipline"), ReviewClosed(office="city", at=on("2026-04-01"), why="撤案"))
        )
        assert closed.owed("2026-03-31 12:00")["determination"] == "open"
        assert closed.owed("2028-01-01 12:00")["determination"] == "excused"


class TestDelivery:
    """Seven working days: over a weekend, and over the May holidays."""

    @pytest.mark.parametrize(
        ("made", "day", "state"),
        [
            ("2026-03-05", "2026-03-16", "met"),
            ("2026-03-05", "2026-03-17", "late"),
            ("2026-04-29", "2026-05-12", "met"),
            ("2026-04-29", "2026-05-13", "late"),
        ],
    )
    def test_within_seven_working_days(self, made: str, day: str, state: str) -> None:
        found = judged((review(), HEARD, determined(made), delivered(day)))
        assert found.owed()["delivery"] == state

    def test_undelivered_it_is_overdue_where_the_review_is_kept_here(self) -> None:
        found = judged((review(), HEARD, determined("2026-03-05")))
        assert found.owed("2026-03-17 00:00")["delivery"] == "open", "on the very instant it is still in time"
        assert found.owed("2026-03-17 00:01")["delivery"] == "overdue"
        other = determined("2026-03-05").model_copy(update={"office": "province"})
        assert judged((review(), HEARD, other)).owed()["delivery"] == "undetermined"
        assert judged((review(), HEARD, other), logging=["province"]).owed()["delivery"] == "overdue"

    def test_without_delay_is_never_late_by_arithmetic(self) -> None:
        acts = (review(proceeding="supervision"), HEARD, determined())
        assert judged(acts).owed()["delivery"] == "open"
        assert judged((*acts, delivered("2026-12-30"))).owed()["delivery"] == "met"

    def test_a_year_without_a_calendar_is_unknown(self) -> None:
        found = judged((review(), HEARD, determined("2031-03-05"), delivered("2031-12-01")))
        assert found.owed()["delivery"] == "undetermined"


class TestAppealDecision:
    """Sixty days from an acceptance that is at the latest five working days after the application, and thirty more."""

    @pytest.mark.parametrize(
        ("day", "state"),
        # Applied 10 March, accepted by 17 March; 60 days end 16 May, with 30 more 15 June.
        [
            ("2026-05-09", "met"),
            ("2026-05-10", "possibly-late"),
            ("2026-06-15", "possibly-late"),
            ("2026-06-16", "late"),
        ],
    )
    def test_reconsideration(self, day: str, state: str) -> None:
        acts = (review(), HEARD, determined(), delivered("2026-03-06"), appealed("2026-03-10"), decided(day))
        found = judged(acts)
        owed = found.obligation("appeal-decision")
        assert (owed.office, owed.recipient, owed.met_by) == ("province", "county", "r1-6")
        assert owed.due.earliest == moment("2026-05-10 00:00")
        assert owed.due.latest == moment("2026-05-17 00:00")
        assert owed.state.value == state

    def test_undecided_it_is_not_said_to_be_overdue_of_a_body_that_does_not_log_here(self) -> None:
        acts = (review(), HEARD, determined(), delivered("2026-03-06"), appealed("2026-03-10"))
        assert judged(acts).owed("2026-06-15 23:59")["appeal-decision"] == "open"
        assert judged(acts).owed("2026-06-16 00:01")["appeal-decision"] == "undetermined"
        assert judged(acts, logging=["province"]).owed("2026-06-16 00:01")["appeal-decision"] == "overdue"

    def test_to_nobody_in_particular_nobody_owes_the_answer(self) -> None:
        acts = (review(), HEARD, determined(), delivered("2026-03-06"), appealed("2026-03-10", None))
        assert "appeal-decision" not in judged(acts).owed()
        assert judged((*acts, decided("2026-03-30"))).owed()["appeal-decision"] == "met"

    @pytest.mark.parametrize(("to", "due"), [("city", "2026-04-10 00:00"), ("province", "2026-05-10 00:00")])
    def test_of_discipline_the_same_body_has_thirty_days_another_sixty(self, to: str, due: str) -> None:
        acts = (
            review(proceeding="discipline"),
            HEARD,
            determined(),
            delivered("2026-03-06"),
            appealed("2026-03-10", to),
        )
        assert judged(acts).obligation("appeal-decision").due.earliest == moment(due)

    def test_the_supervision_body_has_a_month_but_from_when_the_text_leaves_open(self) -> None:
        acts = (
            review(proceeding="supervision"),
            HEARD,
            determined(),
            delivered("2026-03-06"),
            appealed("2026-03-10", None),
        )
        found = judged((*acts, decided("2026-05-30", office="city"))).obligation("appeal-decision")
        assert found.due.latest == moment("2026-04-11 00:00")
        assert found.state.value == "undetermined"


class TestMark:
    """An appeal after its limit is recorded, and marked."""

    @pytest.mark.parametrize(
        ("proceeding", "day", "in_time"),
        [
            ("penalty", "2026-05-05", True),
            ("penalty", "2026-05-06", False),
            ("supervision", "2026-04-06", True),
            ("supervision", "2026-04-07", False),
            ("discipline", "2026-04-05", True),
            ("discipline", "2026-04-06", False),
        ],
    )
    def test_both_sides_of_the_limit(self, proceeding: str, day: str, *, in_time: bool) -> None:
        acts = (review(proceeding=proceeding), HEARD, determined(), delivered("2026-03-06"), appealed(day))
        (mark,) = judged(acts).marks
        assert mark.in_time is in_time
        assert (mark.late_by is None) is in_time
        assert mark.ground is not None
        assert mark.ground.breached is not in_time

    @pytest.mark.parametrize(
        ("acts", "why"),
        [
            ((determined(), appealed("2026-12-30")), "not on record"),
            ((determined(), delivered("2026-03-01"), appealed("2026-03-02")), "before the decision"),
        ],
    )
    def test_unknown_is_not_late(self, acts: tuple[Any, ...], why: str) -> None:
        (mark,) = judged((review(), HEARD, *acts)).marks
        assert mark.in_time is None
        assert mark.reason is not None
        assert why in mark.reason.en

    def test_of_a_circular_no_limit_is_known(self) -> None:
        acts = (
            review(proceeding="circular"),
            HEARD,
            determined(),
            delivered("2026-03-06"),
            appealed("2027-03-06"),
        )
        (mark,) = judged(acts).marks
        assert (mark.in_time, mark.ground) == (None, None)

    def test_against_the_decision_of_an_appeal_it_has_a_limit_of_its_own(self) -> None:
        first = (determined(), delivered("2026-03-06"), appealed("2026-03-10"), decided("2026-04-01"))
        second = (delivered("2026-04-02", "r1-6"), appealed("2026-04-17", of="r1-6"))
        third = (delivered("2026-04-02", "r1-6"), appealed("2026-04-18", of="r1-6"))
        for acts, in_time in ((second, True), (third, False)):
            marks = judged((review(proceeding="discipline"), HEARD, *first, *acts)).marks
            assert [mark.in_time for mark in marks] == [True, in_time]


class TestCompetence:
    """Who may decide, as far as the record and the rulebook tell."""

    @staticmethod
    def of(
        body: str, proceeding: str | None, level: Level | None = None, kind: str = "explosion"
    ) -> tuple[str, str | None]:
        graded = () if level is None else (Graded(office="city", at=on("2026-03-02"), level=level),)
        opened = OPENED.model_copy(update={"kind": kind})
        found = judged((review(),), opened=opened, entries=graded)
        named = Proceeding(proceeding) if proceeding else None
        day = moment("2026-03-05 12:00").date()
        said = competence(body, named, day, found.timeline, found.directory, load())
        return said.result, said.provision.rpartition("/")[2] if said.provision else None

    @pytest.mark.parametrize(
        ("body", "level", "result", "provision"),
        [
            ("city", Level.III, "pass", "investigation"),
            ("county", Level.III, "fail", "investigation"),
            ("province", Level.III, "pass", "taken-over"),
            ("city", Level.II, "fail", "investigation"),
            ("city-em", Level.III, "unknown", "investigation"),
            ("other-city", Level.III, "fail", "investigation"),
            ("city", None, "unknown", "investigation"),
            ("state", Level.I, "pass", "investigation"),
        ],
    )
    def test_an_investigation_goes_by_the_level(
        self, body: str, level: Level | None, result: str, provision: str
    ) -> None:
        assert self.of(body, "investigation", level) == (result, provision)

    def test_what_no_directory_tells_is_unknown(self) -> None:
        assert self.of("city-em", "penalty") == ("unknown", "fines-work-safety-law")
        assert self.of("city", "supervision") == ("unknown", "discipline")
        assert self.of("city", "circular") == ("unknown", None)
        assert self.of("city", None) == ("unknown", None)
        assert self.of("nobody", "investigation", Level.III)[0] == "unknown"

    @pytest.mark.parametrize(
        ("proceeding", "body", "result"),
        [
            ("penalty", "province", "pass"),
            ("penalty", "city", "fail"),
            ("penalty", "other-city", "unknown"),
            ("supervision", "city", "pass"),
            ("supervision", "province", "fail"),
            ("circular", "province", "unknown"),
        ],
    )
    def test_an_appeal_is_for_the_body_that_the_text_names(
        self, proceeding: str, body: str, result: str
    ) -> None:
        acts = (review(proceeding=proceeding), HEARD, determined(), appealed("2026-03-10"))
        found = judged(acts)
        state = review_of(recorded(acts, "review/mine-01/r1", 100, "r1-"))
        assert state is not None
        (appeal,) = state.appeals
        day = moment("2026-03-20 12:00").date()
        said = appeal_competence(body, state, appeal, day, found.timeline, found.directory, load())
        assert said.result == result


def test_an_act_whose_time_nobody_says_was_done_by_its_recording() -> None:
    unsaid = delivered("2026-03-06").model_copy(update={"at": UNSTATED})
    assert judged((review(), HEARD, determined(), unsaid)).owed()["delivery"] in (
        "undetermined",
        "possibly-late",
    )
