"""Given / when / then for every decision on a unified draft, and what must hold of any draft whatever was done."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any, Self

import pytest
from hypothesis import given as for_any
from hypothesis import settings
from hypothesis import strategies as st

from emergency.domain.draft import (
    BEING_VERIFIED,
    CHAIN,
    DraftState,
    Odd,
    drafts_of,
    hash_of,
    laid_over,
    said_in,
)
from emergency.domain.draft_commands import (
    AssignDraft,
    DraftCommand,
    EditDraft,
    ForwardDraft,
    IssueDraft,
    OpenDraft,
    ReviewDraft,
    Settle,
    Trace,
    Unit,
    decide_draft,
)
from emergency.domain.drafting import (
    DraftAssigned,
    DraftEdited,
    DraftOpened,
    DraftReviewed,
    DraftSignedOff,
    Settled,
    Traced,
    UnifiedDraftIssued,
)
from emergency.domain.events import (
    Acknowledged,
    Answered,
    Entry,
    ForwardedUpward,
    Learned,
    Reported,
    Verified,
)
from emergency.domain.incident import Amend, Record, Withdraw, decide
from emergency.domain.receiving import Returned
from emergency.domain.values import Amount, Count, Element, Facts, Figure
from emergency.domain.vocabulary import Level, Outcome, SignOff
from emergency.errors import EmergencyError, NotFoundError, RefusedError, UsageError

from .scene import NOON, OPENED, Scene, at, given


def facts(**figures: int) -> Facts:
    return Facts.model_validate(figures)


def who(office: str = "county", officer: str | None = "o1") -> Entry:
    return Entry(office=office, officer=officer, at=at(NOON), logged_by=office)


def report(office: str, stated: Facts, *content: Element, to: str = "county") -> Reported:
    return Reported(office=office, to=(to,), facts=stated, content=content or None, logged_by=office)


PLANT = report("plant", facts(deaths=1, injured=5), Element(of="measures", text="已停产"))  # e2
HOSPITAL = report("health", facts(deaths=2, injured=5, evacuated=9))  # e3
MEASURES = Element(of="measures", text="已封控")


@dataclass(frozen=True)
class Desk:
    """A scene with a unified draft in it."""

    scene: Scene

    @property
    def draft(self) -> DraftState:
        assert self.scene.state is not None
        return drafts_of((key, r.event) for key, r in self.scene.state.entries.items())["county"]

    def decided(self, command: DraftCommand) -> tuple[Entry, ...]:
        assert self.scene.state is not None
        return decide_draft(command, self.scene.state)

    def after(self, *commands: DraftCommand | Entry) -> Self:
        """These are carried out, or are put on record, one after the other."""
        desk = self
        for command in commands:
            entries = (command,) if isinstance(command, Entry) else desk.decided(command)
            desk = replace(desk, scene=desk.scene.given(*entries))
        return desk

    def refused(self, command: DraftCommand, error: type[EmergencyError], *words: str) -> None:
        with pytest.raises(error, match=".*".join(map(re.escape, words))) as refusal:
            self.decided(command)
        assert type(refusal.value) is error

    def odd(self, command: DraftCommand) -> dict[Odd, tuple[Any, ...]]:
        """What is odd about the last thing that the command leads to."""
        desk = self.after(command)
        last = f"e{len(desk.scene.log)}"
        return {each.odd: each.stages or each.facts for each in desk.draft.remarks_on(last)}


OPEN = OpenDraft(who=who(), contributions=("#2", "#3"))
EDIT = EditDraft(who=who(), facts=facts(deaths=2), text="死亡2人")


def review(
    stage: SignOff, officer: str | None = None, *, approved: bool = True, version: int | None = None
) -> ReviewDraft:
    return ReviewDraft(
        who=who(officer=officer or f"o-{stage}"),
        stage=stage,
        approved=approved,
        why=None if approved else "数字不符",
        version=version,
    )


REVIEWS = tuple(review(stage) for stage in CHAIN)
ISSUE = IssueDraft(who=who())
BARE = Desk(given(OPENED, PLANT, HOSPITAL))
OPENED_DESK = BARE.after(OPEN)
DRAFTED = OPENED_DESK.after(EDIT)
ISSUED = DRAFTED.after(*REVIEWS, ISSUE)
FORWARD = ForwardedUpward(office="em", to=("city",), logged_by="em")


class TestOpening:
    """A draft is made of reports on one incident."""

    def test_over_named_reports_in_any_naming(self) -> None:
        command = OpenDraft(who=who(), contributions=("#3", "2", "e3"), jointly="party")
        assert BARE.decided(command) == (
            DraftOpened(
                office="county",
                at=at(NOON),
                officer="o1",
                logged_by="county",
                draft="county",
                contributions=("e3", "e2"),
                jointly="party",
            ),
        )

    def test_over_what_the_two_offices_received_where_nothing_is_named(self) -> None:
        scene = given(
            OPENED,
            PLANT,
            report("em", facts(deaths=3), to="party"),
            report("em", facts(deaths=3), to="elsewhere"),
            report("party", facts(), to="county"),  # one of the two offices to the other
            Answered(office="police", to=("county",), facts=facts(deaths=2)),
            Learned(office="county", facts=facts(deaths=1)),
        )
        (alone,) = Desk(scene).decided(OpenDraft(who=who()))
        (jointly,) = Desk(scene).decided(OpenDraft(who=who(), jointly="party"))
        assert isinstance(alone, DraftOpened)
        assert isinstance(jointly, DraftOpened)
        assert alone.contributions == ("e2", "e5", "e6")
        assert jointly.contributions == ("e2", "e3", "e6")

    def test_over_nothing_is_recorded_and_noted(self) -> None:
        assert Desk(given(OPENED)).odd(OpenDraft(who=who())) == {Odd.NO_CONTRIBUTION: ()}

    def test_again_adds_what_is_new(self) -> None:
        desk = OPENED_DESK.after(report("police", facts(deaths=2)))
        (again,) = desk.decided(OpenDraft(who=who(), contributions=("#2", "#5")))
        assert isinstance(again, DraftOpened)
        assert again.contributions == ("e5",)
        desk.after(again)
        desk.refused(OPEN, RefusedError, "already", "#2, #3", "Nothing would be added")
        (joined,) = desk.decided(OpenDraft(who=who(), contributions=(), jointly="party"))
        assert isinstance(joined, DraftOpened)
        assert desk.after(joined).draft.jointly == "party"

    def test_another_office_has_a_draft_of_its_own(self) -> None:
        desk = OPENED_DESK.after(OpenDraft(who=who("party"), contributions=("#3",)))
        assert desk.draft.contributions == ("e2", "e3")

    @pytest.mark.parametrize(
        ("contributions", "error", "words"),
        [
            (("#9",), NotFoundError, "no entry #9"),
            (("#1",), RefusedError, "#1 is no report"),
            (("#4",), RefusedError, "--trace"),
        ],
    )
    def test_only_reports(
        self, contributions: tuple[str, ...], error: type[EmergencyError], words: str
    ) -> None:
        desk = BARE.after(Verified(office="county", facts=facts(deaths=2)))
        desk.refused(OpenDraft(who=who(), contributions=contributions), error, words)

    def test_not_jointly_with_oneself(self) -> None:
        BARE.refused(OpenDraft(who=who(), jointly="county"), RefusedError, "other of the two offices")


class TestEditing:
    """A version states facts; each rests on what states the same."""

    def test_the_first_version(self) -> None:
        command = EditDraft(
            who=who(), facts=facts(deaths=2, injured=5), content=(MEASURES,), text=" 死亡2人\n"
        )
        assert OPENED_DESK.decided(command) == (
            DraftEdited(
                office="county",
                at=at(NOON),
                officer="o1",
                logged_by="county",
                draft="county",
                version=1,
                facts=facts(deaths=2, injured=5),
                content=(MEASURES,),
                text="死亡2人",
                sources=(
                    Traced(fact="deaths", to=("e3",)),
                    Traced(fact="injured", to=("e2", "e3")),
                    Traced(fact="measures", to=("e2",)),
                ),
            ),
        )

    def test_what_is_not_said_reads_as_before(self) -> None:
        desk = DRAFTED.after(EditDraft(who=who(), facts=facts(injured=5), content=(MEASURES,)))
        latest = desk.draft.latest
        assert latest is not None
        assert latest.number == 2
        assert latest.said == {"deaths": Count(value=2), "injured": Count(value=5), "measures": MEASURES}
        assert latest.edited.text == "死亡2人"
        desk = desk.after(EditDraft(who=who(), without=("injured", "measures")))
        assert desk.draft.latest is not None
        assert desk.draft.latest.edited.facts == facts(deaths=2)
        assert desk.draft.latest.edited.content == ()

    def test_a_fact_that_nobody_states_is_recorded_untraced(self) -> None:
        command = EditDraft(who=who(), facts=facts(deaths=4, trapped=1))
        assert OPENED_DESK.odd(command) == {Odd.UNTRACED: ("deaths", "trapped")}

    def test_a_figure_that_is_being_verified_needs_no_source(self) -> None:
        desk = OPENED_DESK.after(EditDraft(who=who(), facts=Facts(verifying=("deaths", "missing"))))
        latest = desk.draft.latest
        assert latest is not None
        assert latest.said == {"deaths": BEING_VERIFIED, "missing": BEING_VERIFIED}
        assert latest.untraced == ()
        assert latest.sources == {}

    def test_a_verification_is_a_source_and_one_that_refutes_is_none(self) -> None:
        confirmed = Verified(office="city", facts=facts(deaths=4))
        refuted = Verified(office="city", facts=facts(trapped=1), outcome=Outcome.REFUTED)
        desk = OPENED_DESK.after(confirmed, refuted, EditDraft(who=who(), facts=facts(deaths=4, trapped=1)))
        assert desk.draft.latest is not None
        assert desk.draft.latest.sources == {"deaths": ("e5",)}

    def test_a_later_report_of_the_same_office_replaces_its_earlier_one(self) -> None:
        desk = OPENED_DESK.after(
            report("plant", facts(deaths=2)), OpenDraft(who=who(), contributions=("#5",))
        )
        assert desk.draft.contradictions == ()
        desk = desk.after(EditDraft(who=who(), facts=facts(deaths=1)))
        assert desk.draft.latest is not None
        assert desk.draft.latest.untraced == ("deaths",)
        assert [each.fact for each in desk.draft.contradictions] == ["deaths"]

    def test_the_order_of_recording_does_not_make_an_older_word_the_last(self) -> None:
        told = PLANT.model_copy(update={"at": at(NOON)})
        earlier = report("plant", facts(deaths=7)).model_copy(update={"at": at(NOON.replace(hour=1))})
        desk = Desk(given(OPENED, told, earlier)).after(OPEN)
        assert [each.value for each in desk.draft.statements if each.fact == "deaths"] == [Count(value=1)]

    def test_traced_by_hand(self) -> None:
        desk = DRAFTED.after(report("police", facts(deaths=8)))
        desk = desk.after(EditDraft(who=who(), trace=(Trace("deaths", ("#2", "#6")),)))
        assert desk.draft.latest is not None
        assert desk.draft.latest.sources == {"deaths": ("e2", "e6")}
        assert desk.draft.contributions == ("e2", "e3", "e6")  # what it rests on, it is made of

    def test_what_a_fact_rests_on_is_kept_while_it_reads_the_same(self) -> None:
        desk = DRAFTED.after(EditDraft(who=who(), trace=(Trace("deaths", ("#2",)),)))
        kept = desk.after(EditDraft(who=who(), text="另文")).draft.latest
        changed = desk.after(EditDraft(who=who(), facts=facts(deaths=9))).draft.latest
        assert kept is not None
        assert changed is not None
        assert kept.sources == {"deaths": ("e2", "e3")}
        assert changed.sources == {}

    def test_like_another_version_or_a_report(self) -> None:
        desk = DRAFTED.after(EditDraft(who=who(), facts=facts(deaths=1), text="死亡1人"))
        back = desk.after(EditDraft(who=who(), like="1")).draft.latest
        plant = desk.after(EditDraft(who=who(), like="#2")).draft.latest
        assert back is not None
        assert plant is not None
        assert (back.edited.facts, back.edited.text) == (facts(deaths=2), "死亡2人")
        assert (plant.edited.facts, plant.edited.content) == (PLANT.facts, PLANT.content)
        assert plant.edited.text == "死亡1人"

    @pytest.mark.parametrize(
        ("changes", "error", "words"),
        [
            ({"facts": facts(deaths=2)}, RefusedError, "Nothing would change: version 1"),
            ({"like": "7"}, NotFoundError, "no version 7"),
            ({"trace": (Trace("injured", ("#2",)),)}, RefusedError, "says nothing of injured"),
            ({"trace": (Trace("deaths", ("#1",)),)}, RefusedError, "neither a report nor a verification"),
            ({"contributions": ("#9",)}, NotFoundError, "no entry #9"),
            ({"draft": "party", "text": "x"}, NotFoundError, "party holds no unified draft"),
        ],
    )
    def test_refused(self, changes: dict[str, Any], error: type[EmergencyError], words: str) -> None:
        DRAFTED.refused(EditDraft(who=who(), **changes), error, words)

    def test_not_without_a_draft_and_not_about_nothing(self) -> None:
        BARE.refused(EDIT, NotFoundError, "emergency draft open mine-01")
        OPENED_DESK.refused(EditDraft(who=who()), UsageError, "Say what the version states")


class TestContradictions:
    """Reports that differ on a figure are shown side by side, and settled with a reason."""

    def test_shown_until_settled(self) -> None:
        (found,) = OPENED_DESK.draft.contradictions
        assert [(each.by, each.value.value) for each in found.said] == [("e2", 1), ("e3", 2)]
        assert (found.fact, found.draft, found.settled) == ("deaths", None, None)
        settled = DRAFTED.after(EditDraft(who=who(), settle=(Settle("deaths", "#3", "医院核实"),)))
        (found,) = settled.draft.contradictions
        assert found.settled == Settled(fact="deaths", by="e3", why="医院核实")

    def test_to_follow_a_report_is_to_state_what_it_states(self) -> None:
        desk = OPENED_DESK.after(EditDraft(who=who(), settle=(Settle("deaths", "#3", "医院核实"),)))
        assert desk.draft.latest is not None
        assert desk.draft.latest.edited.facts == facts(deaths=2)
        assert desk.draft.latest.sources == {"deaths": ("e3",)}

    def test_open_again_where_somebody_speaks_after(self) -> None:
        settled = DRAFTED.after(EditDraft(who=who(), settle=(Settle("deaths", None, "取多数"),)))
        same = settled.after(Verified(office="city", facts=facts(injured=5)))
        other = settled.after(Verified(office="city", facts=facts(deaths=3)))
        edited = settled.after(EditDraft(who=who(), facts=facts(deaths=3)))
        text = settled.after(EditDraft(who=who(), text="另文"))
        states = {
            name: [each.settled is not None for each in desk.draft.contradictions]
            for name, desk in (("same", same), ("other", other), ("edited", edited), ("text", text))
        }
        assert states == {"same": [True], "other": [False], "edited": [False], "text": [True]}

    def test_between_the_reports_and_the_draft(self) -> None:
        desk = Desk(given(OPENED, PLANT)).after(OPEN.__class__(who=who(), contributions=("#2",)))
        assert desk.draft.contradictions == ()
        desk = desk.after(EditDraft(who=who(), facts=facts(deaths=2)))
        (found,) = desk.draft.contradictions
        assert (found.fact, found.draft) == ("deaths", Count(value=2))

    @pytest.mark.parametrize(
        ("one", "other", "differ"),
        [
            (Facts(deaths=Count(value=2)), Facts(deaths=Count(value=2, about=True)), False),
            (Facts(deaths=Count(value=2)), Facts(verifying=("deaths",)), False),
            (Facts(deaths=Count(value=0)), Facts(), False),
            (Facts(deaths=Count(value=0)), Facts(deaths=Count(value=1)), True),
            (Facts(nature="着火"), Facts(nature="爆炸"), False),
            (Facts(level=Level.II), Facts(level=Level.I), True),
            (Facts(figures=(Figure(of="sick", count=Count(value=1)),)), Facts(figures=()), False),
            (
                Facts(figures=(Figure(of="sick", count=Count(value=1)),)),
                Facts(figures=(Figure(of="sick", count=Count(value=2)),)),
                True,
            ),
            (
                Facts(amounts=(Amount(of="苯", unit="t", value=1),)),
                Facts(amounts=(Amount(of="苯", unit="kg", value=1),)),
                True,
            ),
        ],
    )
    def test_what_contradicts_what(self, one: Facts, other: Facts, *, differ: bool) -> None:
        desk = Desk(given(OPENED, report("a", one), report("b", other))).after(OPEN)
        assert bool(desk.draft.contradictions) is differ

    @pytest.mark.parametrize(
        ("settle", "changes", "error", "words"),
        [
            (Settle("evacuated", "#2", "x"), {}, RefusedError, "#2 says nothing of evacuated"),
            (Settle("missing", None, "x"), {}, RefusedError, "Nobody states missing"),
            (Settle("deaths", "#3", "x"), {"facts": facts(deaths=1)}, UsageError, "another figure was typed"),
            (Settle("deaths", "#3", " "), {}, UsageError, "say why"),
        ],
    )
    def test_refused(
        self, settle: Settle, changes: dict[str, Any], error: type[EmergencyError], words: str
    ) -> None:
        OPENED_DESK.refused(EditDraft(who=who(), settle=(settle,), **changes), error, words)

    def test_what_reports_state_and_the_draft_leaves_out(self) -> None:
        assert {each.fact for each in DRAFTED.draft.left_out} == {"injured", "evacuated", "measures"}


class TestTheChain:
    """First check, recheck, review, signing: whoever does them, in whatever order, is recorded."""

    def test_in_order_by_four_people_nothing_is_odd(self) -> None:
        desk = DRAFTED.after(*REVIEWS)
        assert desk.draft.remarks == ()
        assert desk.draft.latest is not None
        assert (desk.draft.latest.missing, desk.draft.latest.state) == ((), "signed")

    def test_what_is_recorded(self) -> None:
        (reviewed,) = DRAFTED.decided(review(SignOff.RECHECK, approved=False))
        (signed,) = DRAFTED.decided(review(SignOff.SIGN))
        assert isinstance(reviewed, DraftReviewed)
        assert (reviewed.stage, reviewed.approved, reviewed.why) == (SignOff.RECHECK, False, "数字不符")
        assert isinstance(signed, DraftSignedOff)
        assert (signed.version, signed.approved, signed.why) == (1, True, None)

    def test_the_drafter_does_the_first_check_and_nothing_after_it(self) -> None:
        assert DRAFTED.odd(review(SignOff.FIRST_CHECK, "o1")) == {}
        first = DRAFTED.after(review(SignOff.FIRST_CHECK, "o1"))
        assert first.odd(review(SignOff.RECHECK, "o1")) == {Odd.SAME_PERSON: (SignOff.FIRST_CHECK,)}

    def test_out_of_order_or_by_one_person(self) -> None:
        assert DRAFTED.odd(review(SignOff.RECHECK)) == {Odd.BEFORE: (SignOff.FIRST_CHECK,)}
        desk = DRAFTED.after(*REVIEWS[:3])
        assert desk.odd(review(SignOff.SIGN, "o-review")) == {Odd.SAME_PERSON: (SignOff.REVIEW,)}

    def test_nobody_known_is_nobody_in_particular(self) -> None:
        desk = Desk(given(OPENED, PLANT, HOSPITAL)).after(
            OPEN, EditDraft(who=who(officer=None), facts=facts(deaths=2))
        )
        for stage in CHAIN:
            nobody = ReviewDraft(who=who(officer=None), stage=stage, approved=True)
            assert desk.odd(nobody) == {}
            desk = desk.after(nobody)

    def test_returned_until_the_same_step_approves(self) -> None:
        desk = DRAFTED.after(REVIEWS[0], review(SignOff.RECHECK, approved=False))
        assert desk.draft.latest is not None
        assert desk.draft.latest.state == "returned"
        assert desk.odd(review(SignOff.REVIEW)) == {Odd.RETURNED: (SignOff.RECHECK,)}
        assert desk.after(REVIEWS[1]).odd(review(SignOff.REVIEW)) == {}

    def test_each_version_has_a_chain_of_its_own(self) -> None:
        desk = DRAFTED.after(*REVIEWS, EditDraft(who=who(), text="另文"))
        assert desk.draft.latest is not None
        assert desk.draft.latest.missing == CHAIN
        assert desk.odd(review(SignOff.FIRST_CHECK, version=1)) == {Odd.NEWER_VERSION: ()}

    def test_by_an_office_that_does_not_hold_the_draft(self) -> None:
        outsider = ReviewDraft(who=who("em"), stage=SignOff.FIRST_CHECK, approved=True)
        assert DRAFTED.odd(outsider) == {Odd.NOT_A_HOLDER: ()}
        jointly = DRAFTED.after(OpenDraft(who=who(), contributions=(), jointly="em"))
        assert jointly.odd(outsider) == {}

    def test_refused_is_only_what_cannot_be_meant(self) -> None:
        DRAFTED.refused(review(SignOff.SIGN, version=2), NotFoundError, "no version 2", "the last is 1")
        OPENED_DESK.refused(REVIEWS[0], NotFoundError, "no version yet", "emergency draft edit")
        wordless = ReviewDraft(who=who(), stage=SignOff.REVIEW, approved=False, why=" ")
        DRAFTED.refused(wordless, UsageError, "Say why")


class TestIssuing:
    """What went out is fixed; what was missing then is noted and keeps nothing up."""

    def test_with_the_hash_of_what_it_says(self) -> None:
        (issued,) = DRAFTED.after(*REVIEWS).decided(ISSUE)
        assert isinstance(issued, UnifiedDraftIssued)
        assert issued.hash == hash_of(facts(deaths=2), (), "死亡2人")
        assert ISSUED.draft.issued is not None
        assert ISSUED.draft.issued.state == "issued"

    def test_a_contradiction_that_nobody_settled_keeps_nothing_up(self) -> None:
        assert DRAFTED.after(*REVIEWS).odd(ISSUE) == {Odd.UNSETTLED: ("deaths",)}
        assert ISSUED.draft.issued is not None
        assert [each.fact for each in ISSUED.draft.issued.unsettled] == ["deaths"]
        # Settled in the next version, it was still open when this one went out.
        later = ISSUED.after(EditDraft(who=who(), settle=(Settle("deaths", "#3", "核实"),)))
        assert later.draft.versions[0].unsettled == ISSUED.draft.issued.unsettled
        assert later.draft.contradictions[0].settled is not None

    def test_steps_that_are_missing_or_returned(self) -> None:
        settled = DRAFTED.after(EditDraft(who=who(), settle=(Settle("deaths", "#3", "核实"),)))
        assert settled.odd(ISSUE) == {Odd.UNSIGNED: CHAIN}
        returned = settled.after(*REVIEWS[:2], review(SignOff.REVIEW, approved=False), REVIEWS[3])
        assert returned.odd(ISSUE) == {Odd.RETURNED: (SignOff.REVIEW,)}

    def test_once(self) -> None:
        ISSUED.refused(ISSUE, RefusedError, "issued already (#10)", "next version")

    def test_never_back_to_an_older_version(self) -> None:
        desk = DRAFTED.after(EditDraft(who=who(), text="另文"), ISSUE)
        older = IssueDraft(who=who(), version=1)
        desk.refused(older, RefusedError, "Version 2 was issued after version 1", "--like 1")
        again = desk.after(EditDraft(who=who(), like="1"), ISSUE).draft.issued
        assert again is not None
        assert (again.number, again.edited.text) == (3, "死亡2人")

    def test_an_older_one_may_go_first(self) -> None:
        desk = DRAFTED.after(EditDraft(who=who(), text="另文"))
        assert Odd.NEWER_VERSION in desk.odd(IssueDraft(who=who(), version=1))
        assert desk.after(IssueDraft(who=who(), version=1), ISSUE).draft.issued is not None

    @pytest.mark.parametrize("target", ["#5", "#10"])
    def test_what_went_out_is_neither_amended_nor_withdrawn(self, target: str) -> None:
        sent = ISSUED.after(ForwardDraft(report=FORWARD))
        for command in (
            Withdraw(target=target, why="x"),
            Amend(
                target=target,
                changes={"facts": {"deaths": 1}} if target == "#5" else {"hash": "sha256:00"},
                why="x",
            ),
        ):
            sent.scene.when(command).refused(RefusedError, "Version 1", "was issued (#10)", "draft edit")

    def test_a_version_that_did_not_go_out_is_amended_like_any_entry(self) -> None:
        state = DRAFTED.scene.state
        assert len(decide(Amend(target="#5", changes={"text": "死2人"}, why="x"), state, NOON)) == 1
        assert len(decide(Withdraw(target="#5", why="x"), state, NOON)) == 1
        at_noon = Amend(target="#5", changes={"source": "值班记录"}, why="x")
        assert len(decide(at_noon, ISSUED.scene.state, NOON)) == 1

    def test_an_issue_by_mistake_is_taken_back_while_nobody_has_sent_it(self) -> None:
        assert len(decide(Withdraw(target="#10", why="x"), ISSUED.scene.state, NOON)) == 1


class TestAssigning:
    """Units send an issued version up, each by itself and by its own deadline."""

    def test_several_at_once(self) -> None:
        soon = at(NOON.replace(hour=13), "13:00")
        command = AssignDraft(who=who(), units=(Unit("em", soon), Unit("police")), to=("city",))
        one, other = ISSUED.decided(command)
        assert isinstance(one, DraftAssigned)
        assert isinstance(other, DraftAssigned)
        assert (one.whom, one.by, one.version, one.to) == ("em", soon, 1, ("city",))
        assert (other.whom, other.by) == ("police", None)
        assert [made.act.whom for made in ISSUED.after(command).draft.versions[0].assigned] == [
            "em",
            "police",
        ]

    def test_only_what_was_issued(self) -> None:
        command = AssignDraft(who=who(), units=(Unit("em"),))
        DRAFTED.refused(command, RefusedError, "No version", "issued yet", "Issue it first")
        DRAFTED.refused(replace(command, version=1), RefusedError, "Version 1", "not issued yet")
        ISSUED.refused(replace(command, version=2), NotFoundError, "no version 2")

    def test_each_unit_once_and_at_least_one(self) -> None:
        ISSUED.refused(AssignDraft(who=who(), units=()), UsageError, "Say who")
        ISSUED.refused(
            AssignDraft(who=who(), units=(Unit("em"), Unit("em"))), UsageError, "em was named 2 times"
        )


class TestForwarding:
    """Exactly that version, with the hash of what was sent; or something else, said loudly."""

    def test_facts_and_content_are_filled_in(self) -> None:
        desk = OPENED_DESK.after(
            EditDraft(who=who(), facts=facts(deaths=2), content=(MEASURES,), text="文"), ISSUE
        )
        (sent,) = desk.decided(ForwardDraft(report=FORWARD))
        assert isinstance(sent, ForwardedUpward)
        assert (sent.draft, sent.version, sent.facts, sent.content) == (
            "county",
            1,
            facts(deaths=2),
            (MEASURES,),
        )
        assert sent.sent_hash == desk.draft.versions[0].hash
        assert desk.after(sent).draft.remarks_on("e7") == ()

    def test_typed_figures_are_what_was_sent(self) -> None:
        otherwise = FORWARD.model_copy(update={"facts": facts(deaths=9)})
        (sent,) = ISSUED.decided(ForwardDraft(report=otherwise))
        assert isinstance(sent, ForwardedUpward)
        assert sent.facts == facts(deaths=9)
        assert sent.sent_hash != ISSUED.draft.versions[0].hash
        assert ISSUED.odd(ForwardDraft(report=otherwise)) == {Odd.SENT_OTHERWISE: ("deaths",)}
        honest = otherwise.model_copy(update={"dissent": "本单位掌握9人"})
        assert ISSUED.odd(ForwardDraft(report=honest)) == {Odd.DISSENTED: ("deaths",)}
        left_out = ForwardDraft(report=FORWARD, without=("deaths",))
        assert ISSUED.odd(left_out) == {Odd.SENT_OTHERWISE: ("deaths",)}
        the_same = FORWARD.model_copy(update={"facts": facts(deaths=2)})
        assert ISSUED.odd(ForwardDraft(report=the_same)) == {}

    def test_the_last_that_was_issued_unless_named(self) -> None:
        desk = ISSUED.after(EditDraft(who=who(), facts=facts(deaths=3)))
        (sent,) = desk.decided(ForwardDraft(report=FORWARD))
        assert getattr(sent, "version", None) == 1
        desk = desk.after(ISSUE)
        (sent,) = desk.decided(ForwardDraft(report=FORWARD))
        assert getattr(sent, "version", None) == 2
        assert desk.odd(ForwardDraft(report=FORWARD, version=1)) == {Odd.NEWER_ISSUED: ()}

    @pytest.mark.parametrize("version", [None, 1, 2])
    def test_never_what_was_not_issued(self, version: int | None) -> None:
        DRAFTED.refused(
            ForwardDraft(report=FORWARD, version=version),
            RefusedError,
            "Nothing was recorded",
            "time limits run on",
            "--dissent",
        )

    def test_nor_by_any_other_way(self) -> None:
        claims = FORWARD.model_copy(update={"draft": "county", "version": 1})
        DRAFTED.scene.when(Record(claims)).refused(RefusedError, "Version 1", "never issued")
        BARE.scene.when(Record(claims)).refused(RefusedError, "no unified draft of county")
        assert decide(Record(claims), ISSUED.scene.state, NOON) == (claims,)

    def test_a_report_without_the_draft_is_never_held_up(self) -> None:
        own = FORWARD.model_copy(update={"facts": facts(deaths=9), "dissent": "本单位掌握9人"})
        assert decide(Record(own), DRAFTED.scene.state, NOON) == (own,)

    def test_what_was_typed_wrongly_takes_the_hash_with_it(self) -> None:
        desk = ISSUED.after(ForwardDraft(report=FORWARD.model_copy(update={"facts": facts(deaths=9)})))
        (amendment,) = decide(
            Amend(target="#11", changes={"facts": {"deaths": 2}}, why="x"), desk.scene.state, NOON
        )
        desk = replace(desk, scene=desk.scene.given(amendment))
        assert desk.draft.versions[0].sent[0].act.sent_hash == desk.draft.versions[0].hash
        assert desk.draft.remarks_on("e11") == ()

    def test_acknowledged_and_returned(self) -> None:
        desk = ISSUED.after(
            ForwardDraft(report=FORWARD),
            Acknowledged(office="city", of="e11"),
            Returned(office="city", of="e11", why="无盖章"),
        )
        (sent,) = desk.draft.versions[0].sent
        assert [made.id for made in sent.acknowledged] == ["e12"]
        assert [made.act.why for made in sent.returned] == ["无盖章"]

    @pytest.mark.parametrize("kind", [Acknowledged, Returned])
    def test_what_was_never_sent_is_neither_acknowledged_nor_returned(self, kind: type[Any]) -> None:
        receipt = kind(office="city", of="e99", **({"why": "x"} if kind is Returned else {}))
        ISSUED.scene.when(Record(receipt)).refused(NotFoundError, "no message e99")
        issue = receipt.model_copy(update={"of": "e10"})  # an issue is no message
        ISSUED.scene.when(Record(issue)).refused(NotFoundError, "no message e10")


class TestWhichDraft:
    """Its own, the one it holds jointly, the only one; else it must be named."""

    def test_in_that_order(self) -> None:
        party = EditDraft(who=who("party"), text="x")
        em = EditDraft(who=who("em"), text="x")
        assert getattr(DRAFTED.decided(em)[0], "draft", None) == "county"
        joint = OPENED_DESK.after(OpenDraft(who=who("city"), contributions=("#2",), jointly="party"))
        assert getattr(joint.decided(party)[0], "draft", None) == "city"
        joint.refused(em, RefusedError, "several unified drafts", "county, city")
        assert getattr(joint.decided(replace(em, draft="county"))[0], "draft", None) == "county"
        own = joint.after(OpenDraft(who=who("party"), contributions=("#2",)))
        assert getattr(own.decided(party)[0], "draft", None) == "party"


# -- whatever was done -----------------------------------------------------------------------------------------

FIGURES = st.builds(
    Facts.model_validate,
    st.dictionaries(st.sampled_from(["deaths", "injured", "missing"]), st.integers(0, 4)),
)
CONTENT = st.lists(
    st.builds(Element, of=st.sampled_from(["measures", "trend"]), text=st.sampled_from(["甲", "乙"])),
    max_size=2,
    unique_by=lambda element: element.of,
).map(tuple)
TEXT = st.sampled_from(["", "甲", "乙"])
NUMBER = st.one_of(st.none(), st.integers(1, 3))
PEOPLE = st.builds(who, st.sampled_from(["county", "party"]), st.sampled_from(["o1", "o2", None]))
COMMANDS = st.one_of(
    st.builds(OpenDraft, who=st.just(who()), contributions=st.sampled_from([("#2",), ("#3",), ("#2", "#3")])),
    st.builds(
        EditDraft,
        who=PEOPLE,
        facts=FIGURES,
        content=CONTENT,
        text=st.one_of(st.none(), TEXT),
        settle=st.sampled_from([(), (Settle("deaths", None, "x"),)]),
    ),
    st.builds(
        ReviewDraft,
        who=PEOPLE,
        stage=st.sampled_from(SignOff),
        approved=st.booleans(),
        why=st.just("x"),
        version=NUMBER,
    ),
    st.builds(IssueDraft, who=PEOPLE, version=NUMBER),
    st.builds(AssignDraft, who=PEOPLE, units=st.just((Unit("em"),)), version=NUMBER),
    st.builds(ForwardDraft, report=st.just(FORWARD), version=NUMBER),
    st.builds(report, st.sampled_from(["plant", "health"]), FIGURES),
    st.builds(lambda facts: Verified(office="city", facts=facts), FIGURES),
)


@settings(max_examples=60, deadline=None)
@for_any(st.lists(COMMANDS, max_size=14))
def test_what_went_out_stays_and_everything_is_traced(commands: list[DraftCommand | Entry]) -> None:
    desk = OPENED_DESK
    out: dict[int, tuple[Facts, tuple[Element, ...], str]] = {}
    for command in commands:
        try:
            desk = desk.after(command)
        except EmergencyError:
            continue  # refused: nothing was written
        draft = desk.draft
        for version in draft.versions:
            says = (version.edited.facts, version.edited.content, version.edited.text)
            assert out.get(version.number, says) == says
            if version.issued is not None:
                out[version.number] = says
                assert version.issued.act.hash == version.hash
            open_ones = {fact for fact, value in version.said.items() if value == BEING_VERIFIED}
            assert version.said.keys() == version.sources.keys() | set(version.untraced) | open_ones
            assert not version.sources.keys() & set(version.untraced)
            assert all(to in desk.scene.state.entries for each in version.sources.values() for to in each)  # type: ignore[union-attr]
        assert [version.number for version in draft.versions] == list(range(1, len(draft.versions) + 1))
        assert all(sent.act.version in out for version in draft.versions for sent in version.sent)


@settings(max_examples=40, deadline=None)
@for_any(st.permutations(REVIEWS), st.lists(st.sampled_from(REVIEWS), max_size=4))
def test_the_chain_in_any_order_is_recorded(order: list[ReviewDraft], again: list[ReviewDraft]) -> None:
    desk = DRAFTED.after(*order, *again, ISSUE)
    assert desk.draft.issued is not None
    assert desk.draft.issued.missing == ()
    assert Odd.UNSIGNED not in {each.odd for each in desk.draft.remarks}


@settings(max_examples=60, deadline=None)
@for_any(FIGURES, CONTENT, TEXT, FIGURES, CONTENT, TEXT)
def test_the_hash_changes_with_what_is_said_and_with_nothing_else(
    one: Facts,
    content: tuple[Element, ...],
    text: str,
    other: Facts,
    content_too: tuple[Element, ...],
    text_too: str,
) -> None:
    same = (one, {each.of: each for each in content}, text) == (
        other,
        {each.of: each for each in content_too},
        text_too,
    )
    assert (hash_of(one, content, text) == hash_of(other, content_too, text_too)) is same
    assert hash_of(one, content[::-1], text) == hash_of(one, content, text)


def test_the_hash_is_the_same_in_every_release() -> None:
    """It is kept in the log, and in letters that went out: it must not follow a change of the program."""
    stated = Facts(
        deaths=Count(value=2),
        missing=Count(value=3, about=True),
        verifying=("missing", "injured"),
        amounts=(Amount(of="苯", unit="t", value=1.5),),
        figures=(Figure(of="sick", count=Count(value=0)),),
        circumstances=("sensitive-place", "drinking-water-source"),
        level=Level.III,
        nature="泄漏",
    )
    assert hash_of(stated, (MEASURES, Element(of="trend", verifying=True)), "全文") == (
        "sha256:3b289d620effa3cd82a77ce1d03d653f08d9d5e7c093dde30fa724c6de1a3cc6"
    )
    assert (
        hash_of(Facts(), (), "") == "sha256:bc95853f405d194d17e42b20b9fbf17e79c12716a6e261a113fa530d12745441"
    )


@for_any(FIGURES, FIGURES)
@settings(max_examples=40, deadline=None)
def test_facts_laid_over_others(base: Facts, new: Facts) -> None:
    over = laid_over(base, new)
    assert said_in(over) == {**said_in(base), **said_in(new)}
    assert said_in(laid_over(base, new, said_in(base))) == said_in(new)


def test_a_record_that_others_made_is_taken_as_it_is() -> None:
    """Acts done elsewhere are recorded, not refused: a version that is not there, a version written anew."""
    base = {"office": "county", "draft": "county"}
    desk = Desk(
        given(
            OPENED,
            UnifiedDraftIssued(**base, version=3, hash="sha256:00"),
            DraftEdited(**base, version=1, text="甲"),
            DraftEdited(**base, version=1, text="乙"),
            UnifiedDraftIssued(**base, version=1, hash="sha256:00"),
            DraftEdited(**base, version=1, text="丙"),
            UnifiedDraftIssued(**base, version=1, hash="sha256:00"),
        )
    )
    (version,) = desk.draft.versions
    assert version.edited.text == "乙"
    assert [(each.odd, each.of) for each in desk.draft.remarks] == [
        (Odd.NO_SUCH_VERSION, "e2"),
        (Odd.UNSIGNED, "e5"),
        (Odd.ISSUED_ALREADY, "e6"),
        (Odd.ISSUED_ALREADY, "e7"),
    ]
