"""Verdicts of the norms that were wrong once: who was honest and failed, who was not and passed, what is open."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from tests.assessment.norm_scene import Checked, checked, varied

from emergency.assessment.norms.case import when
from emergency.assessment.norms.drafts import in_time
from emergency.assessment.timeline import Step
from emergency.domain.events import Acknowledged, Learned
from emergency.domain.instructions import InstructionAnswered, InstructionReceived, InstructionRelayed
from emergency.domain.offices import SuperiorChanged

from .procedure_scene import Scene, act, asking, at, closed, knew, told
from .test_relief import CHECK, VOID, first, with_steps

OFFICES = {
    "unit": {"tier": "unit", "line": "enterprise", "reports_to": ["bureau"]},
    "bureau": {"tier": "county", "line": "department", "reports_to": ["desk", "party", "city"]},
    "desk": {"tier": "county", "line": "government", "reports_to": ["city-gov"]},
    "party": {"tier": "county", "line": "party", "reports_to": ["city-gov"]},
    "city": {"tier": "city", "line": "department", "reports_to": []},
    "city-gov": {"tier": "city", "line": "government", "reports_to": []},
}
KNEW = {"id": "l1", "act": "learned", "office": "bureau", "at": "08:10", "facts": {"deaths": 3}}


def seen(*entries: dict[str, Any], **more: Any) -> Checked:  # noqa: ANN401 - of the record
    base = {
        "place": {"name": "东阳", "division": "330783"},
        "occurred_at": "08:00",
        "offices": OFFICES,
        "logs": list(OFFICES),
    }
    rules = more.pop("rules", None)
    return checked(varied({**base, **more}, {"add": list(entries)}), rules)


def said(step: str, to: str, at: Any, deaths: int, office: str = "bureau", **more: Any) -> dict[str, Any]:  # noqa: ANN401
    facts = {"deaths": deaths}
    return {"id": step, "act": "reported", "office": office, "to": [to], "at": at, "facts": facts, **more}


def issued(version: int, at: str, deaths: int, name: str = "", digest: str = "") -> list[dict[str, Any]]:
    act_ = {"office": "desk", "draft": "desk", "version": version, "at": at}
    name = name or str(version)
    return [
        {"id": f"e{name}", "act": "draft-edited", "text": "稿", "facts": {"deaths": deaths}, **act_},
        {"id": f"i{name}", "act": "draft-issued", "hash": digest or f"sha256:{version}", **act_},
    ]


def sent(step: str, to: str, at: Any, deaths: int, version: int, **more: Any) -> dict[str, Any]:  # noqa: ANN401
    of = {"draft": "desk", "version": version, "sent_hash": f"sha256:{version}"}
    return said(step, to, at, deaths, **{"office": "unit", "act": "forwarded", **of, **more})


class TestSameFacts:
    """The same facts to all, at the same version; a later difference only through a correction or follow-up."""

    @pytest.mark.parametrize(("one", "other"), [("r1", "r2"), ("r2", "r1")])
    def test_in_one_minute_nobody_can_tell_which_was_the_follow_up(self, one: str, other: str) -> None:
        found = seen(KNEW, said(one, "desk", "08:30", 3), said(other, "city", "08:30", 1, act="followed-up"))
        assert set(found.of("same-facts").values()) == {"unknown"}

    def test_a_follow_up_that_may_have_been_sent_first_is_no_surely_stated_change(self) -> None:
        found = seen(
            KNEW, said("r1", "desk", "09:00", 3), said("r2", "city", ["08:30", "09:30"], 1, act="followed-up")
        )
        assert found.of("same-facts") == {"bureau@r2": "unknown"}

    @pytest.mark.parametrize("to", ["city", "city-gov"])
    def test_a_later_version_is_how_a_change_is_told(self, to: str) -> None:
        found = seen(
            *issued(1, "09:00", 3),
            sent("f1", "city", "09:05", 3, 1),
            *issued(2, "09:10", 2),
            sent("f2", to, "09:15", 2, 2),
        )
        check = "changed-by-correction" if to == "city" else "same-facts"
        assert found.of(check) == {"unit@f2": "pass"}

    def test_a_version_issued_after_it_was_sent_explains_nothing(self) -> None:
        found = seen(
            *issued(1, "09:00", 3),
            sent("f1", "city", "09:05", 3, 1),
            sent("f2", "city-gov", "09:15", 2, 2),
            *issued(2, "09:20", 2),
        )
        assert found.of("same-facts") == {"unit@f2": "fail established"}

    def test_to_go_back_to_an_older_version_is_nothing_new(self) -> None:
        found = seen(
            *issued(1, "09:00", 3),
            *issued(2, "09:10", 2),
            sent("f1", "city", "09:15", 2, 2),
            sent("f2", "city-gov", "09:20", 3, 1),
        )
        assert found.of("same-facts") == {"unit@f2": "fail established"}

    @pytest.mark.parametrize("which", ["f1", "f2"])
    def test_a_dissent_excuses_no_figure_below_what_was_held(self, which: str) -> None:
        dissent = {"dissent": "只有1人"}
        found = seen(
            {**KNEW, "office": "unit"},
            *issued(1, "09:00", 3),
            sent("f1", "city", "09:05", 3, 1, **(dissent if which == "f1" else {})),
            sent("f2", "city-gov", "09:06", 1, 1, **(dissent if which == "f2" else {})),
        )
        assert found.of("same-facts") == {"unit@f2": "fail established"}


class TestAsIssued:
    """What was sent is held against what had gone out by then."""

    def test_what_went_out_first_stays_what_it_was(self) -> None:
        found = seen(
            *issued(1, "09:00", 3),
            sent("f1", "city", "09:05", 3, 1),
            *issued(1, "09:10", 2, "again", "sha256:b"),
        )
        assert found.of("sent-as-issued") == {"unit@f1": "pass"}

    def test_before_the_issue_there_is_nothing_to_hold_it_against(self) -> None:
        found = seen(sent("f1", "city", "08:55", 3, 1), *issued(1, "09:00", 3))
        assert found.of("sent-as-issued") == {"unit@f1": "pass"}
        assert found.of("sent-as-issued", "2020-03-10T08:59:00+08:00") == {"unit@f1": "unknown"}

    def test_a_joint_draft_below_what_the_other_office_held(self) -> None:
        opened = {"id": "o", "act": "draft-opened", "office": "desk", "draft": "desk", "at": "08:30"}
        found = seen(
            said("u", "party", "08:20", 3, "unit"),
            {**opened, "jointly": "party", "contributions": ["#u"]},
            *issued(1, "09:00", 1),
        )
        assert found.of("not-below-what-was-held") == {
            "unit@incident": "pass",
            "party@i1": "fail established",
            "desk@i1": "pass",
        }

    def test_what_was_written_after_the_issue_is_no_part_of_it(self) -> None:
        later = {"id": "e9", "act": "draft-edited", "office": "desk", "draft": "desk", "version": 1}
        found = seen(
            said("u", "desk", "08:20", 3, "unit"),
            *issued(1, "09:00", 1),
            {**later, "at": "09:30", "facts": {"deaths": 3}},
        )
        assert found.of("not-below-what-was-held")["desk@i1"] == "fail established"


def _receipts() -> Iterator[tuple[str, ...]]:
    yield "09:03", "12:00"
    yield "12:00", "09:03"


@pytest.mark.parametrize("clocks", list(_receipts()))
def test_the_first_receipt_counts_in_whichever_order_they_came_on_record(clocks: tuple[str, ...]) -> None:
    report = told("unit", "fire", "09:00", "r", channel="written")
    receipts = [act(Acknowledged, "fire", clock, of="incident/test:r") for clock in clocks]
    rules = asking("acknowledged", within={"within": "PT10M"})
    scene = Scene("330783", (knew("unit", "08:50", deaths=1), report, *receipts), rules=rules)
    assert scene.rows()["fire acknowledged@r"] == "pass"


def drafted(name: str, at: str, act: str = "draft-opened", **more: Any) -> dict[str, Any]:  # noqa: ANN401
    return {"id": name, "act": act, "office": "desk", "draft": "desk", "at": at, **more}


def by(at: str) -> dict[str, Any]:
    moment = f"2020-03-10T{at}:00+08:00"
    return {"text": at, "earliest": moment, "latest": moment, "basis": "stated"}


class TestInTime:
    """Every duty by its own clock; whoever holds a draft fails only where nothing else was out in time."""

    @pytest.mark.parametrize(
        ("answered", "result"), [("09:59", "pass"), ("10:01", "fail established"), (None, "fail established")]
    )
    def test_an_instruction_answered_late_is_late(self, answered: str | None, result: str) -> None:
        had = {"id": "n", "act": "instruction-received", "office": "desk", "at": "09:00", "leader": "市长"}
        entries = [{**had, "words": "速报", "answer_by": by("10:00")}]
        if answered is not None:
            done = {"id": "a", "act": "instruction-answered", "office": "desk", "of": "#n", "words": "已办"}
            entries.append({**done, "at": answered})
        assert seen(*entries).of("in-time")["desk@desk:any:incident/case:n"] == result

    @pytest.mark.parametrize("first_out", ["08:50", None])
    def test_a_second_version_in_hand_holds_nobody_up_while_the_first_is_out(
        self, first_out: str | None
    ) -> None:
        out = issued(1, first_out, 3) if first_out else []
        found = seen(
            {**KNEW, "at": "08:20"},
            said("r1", "desk", "08:30", 3),
            drafted("o", "08:40", contributions=["#r1"]),
            *out,
            *issued(2, "08:55", 3)[:1],
            {"id": "i2", **issued(2, "11:00", 3)[1]},
            sent("f", "city", "11:10", 3, 2, office="bureau"),
        )
        rows = found.of("draft-not-held")
        assert rows.pop("desk@o", None) == ("pass" if first_out else "fail possible")
        assert rows == ({"desk@e2": "pass"} if first_out else {})

    def test_to_tell_the_other_of_two_joint_offices_nobody_waits(self) -> None:
        found = seen(
            {**KNEW, "office": "unit", "at": "08:20"},
            said("r1", "desk", "08:30", 3, "unit"),
            drafted("o", "08:40", contributions=["#r1"], jointly="bureau"),
            *issued(1, "11:00", 3),
            said("r2", "bureau", "11:10", 3, "unit"),
        )
        assert found.of("in-time")["unit@bureau"] == "fail established"
        assert found.of("draft-not-held") == {"desk@o": "pass"}


class TestProcedure:
    """Who stands behind a draft, when it was made."""

    def test_contributions_of_a_later_version_are_no_sides_of_an_earlier_one(self) -> None:
        rules = asking("several-sides", sides=2)
        found = seen(
            said("r1", "desk", "08:30", 3),
            drafted("o", "08:40", contributions=["#r1"]),
            *issued(1, "09:00", 3),
            said("r2", "desk", "09:10", 3, "unit"),
            drafted("o2", "09:20", contributions=["#r2"]),
            rules=rules,
        )
        assert found.of("several-sides") == {"desk@i1": "fail established"}

    @pytest.mark.parametrize(("office", "result"), [("party", "pass"), ("desk", "fail established")])
    def test_the_same_id_in_two_offices_is_two_people(self, office: str, result: str) -> None:
        rules = asking("sign-off", chain=["review", "sign"], separate=True)
        review, out = {"stage": "review", "approved": True, "officer": "1"}, issued(1, "09:00", 3)
        found = seen(
            said("r1", "desk", "08:30", 3),
            drafted("o", "08:40", contributions=["#r1"], jointly="party"),
            {**out[0], "at": "08:45"},
            {**drafted("c1", "08:50", "draft-reviewed", version=1, **review), "office": office},
            drafted("c2", "08:55", "draft-signed", version=1, approved=True, officer="1"),
            out[1],
            rules=rules,
        )
        assert found.of("sign-off") == {"desk@i1": result}

    @pytest.mark.parametrize(
        ("complete", "result"), [(["desk"], "unknown"), (["desk", "party"], "fail established")]
    )
    def test_of_a_joint_draft_the_silence_of_both_is_needed(self, complete: list[str], result: str) -> None:
        found = seen(
            said("r1", "desk", "08:30", 3),
            said("r2", "party", "08:30", 3),
            drafted("o", "08:40", contributions=["#r1"], jointly="party"),
            *issued(1, "09:00", 3),
            rules=asking("sign-off", chain=["sign"]),
            logs=[],
            complete_for=complete,
        )
        assert found.of("sign-off") == {"desk@i1": result}

    def test_whether_the_version_was_out_when_it_was_sent_is_open(self) -> None:
        offices = {
            **OFFICES,
            "unit": {**OFFICES["unit"], "reports_to": ["bureau", "desk"]},
        }
        found = seen(
            said("r1", "desk", "08:30", 3),
            said("r2", "desk", "08:35", 3, "unit"),
            *issued(1, "09:00", 3),
            sent("f", "city", ["08:55", "09:10"], 3, 1, office="bureau"),
            rules=asking("one-draft"),
            offices=offices,
        )
        assert found.of("one-draft")["bureau@f"] == "unknown"


@pytest.mark.parametrize(("digest", "result"), [("sha256:2", "unknown"), ("sha256:1", "fail established")])
def test_a_follow_up_with_another_text_may_tell_something_new(digest: str, result: str) -> None:
    more: dict[str, Any] = {"content": [{"of": "measures", "text": "已救援"}]}
    found = seen(
        *issued(1, "09:00", 3),
        sent("f1", "city", "09:05", 3, 1, **more),
        *issued(2, "09:10", 3),
        sent("f2", "city", "09:15", 3, 2, act="followed-up", **{**more, "sent_hash": digest}),
        rules=asking("tells-what-is-new"),
    )
    assert found.of("tells-what-is-new") == {"unit@f2": result}


def test_the_limits_of_an_instruction_are_those_of_the_place_of_the_office() -> None:
    rules = asking("instructions", answered_within={"within": "PT1H"})
    (rule,) = rules.norms
    there = replace(rules, norms=(rule.model_copy(update={"where": ("330783",)}),), kept_fingerprint=None)
    had = {"id": "n", "act": "instruction-received", "office": "desk", "at": "09:00", "leader": "市长"}
    offices = {**OFFICES, "desk": {**OFFICES["desk"], "division": "330783"}}
    found = seen({**had, "words": "速报"}, offices=offices, place={"name": "某地"}, rules=there)
    assert "desk@desk:any:incident/case:n" in found.of("in-time")


class TestVoided:
    """Voiding takes a refutation, and is about what was known by then."""

    @pytest.mark.parametrize(("checked_at", "state"), [("09:00", "excused"), ("09:01", "overdue")])
    def test_nobody_voids_before_anything_refutes_it(self, checked_at: str, state: str) -> None:
        found = with_steps({**CHECK, "at": checked_at}, {**VOID, "at": "08:30"})
        assert first(found)["state"] == state

    @pytest.mark.parametrize(("outcome", "state"), [("confirmed", "overdue"), ("refuted", "excused")])
    def test_what_is_called_for_after_it_was_confirmed_after_all_is_owed(
        self, outcome: str, state: str
    ) -> None:
        again = {
            "id": "v2",
            "act": "verified",
            "office": "city",
            "outcome": outcome,
            "facts": {"deaths": "1"},
        }
        found = with_steps(
            {**CHECK, "at": "08:20"},
            {**VOID, "at": "08:30"},
            {**again, "at": "10:00"},
            {"id": "s2", "act": "learned", "office": "county", "at": "10:05", "facts": {"deaths": "1"}},
            without=["s1"],
        )
        assert first(found)["state"] == state


class TestSeveralActs:
    """Several people act on one thing: which came last, and whether all did."""

    @pytest.mark.parametrize(
        ("approved", "returned", "result"),
        [
            ("09:10", "09:20", "fail established"),
            ("09:20", "09:10", "pass"),
            ("09:10", None, "unknown"),
            (None, "09:10", "unknown"),
        ],
    )
    def test_which_of_an_approval_and_a_return_came_last(
        self, approved: str | None, returned: str | None, result: str
    ) -> None:
        review = {"version": 1, "stage": "review"}
        found = seen(
            said("r1", "desk", "08:30", 3),
            drafted("o", "08:40", contributions=["#r1"]),
            *issued(1, "10:00", 3)[:1],
            {**drafted("a", "-", "draft-reviewed", **review, approved=True), "at": approved},
            {**drafted("b", "-", "draft-reviewed", **review, approved=False), "at": returned},
            issued(1, "10:00", 3)[1],
            rules=asking("sign-off", chain=["review"]),
        )
        assert found.of("sign-off") == {"desk@i1": result}

    def test_of_one_minute_the_record_tells_the_order(self) -> None:
        def step(name: str, second: int) -> Step:
            entry = Learned(office="desk", at=at("09:00"))
            known = at("09:00").interval
            moment = datetime(2026, 11, 23, 2, 0, second, tzinfo=UTC)
            return Step(name, name, name, entry, known, moment, imported=False)

        later, earlier = step("a", 2), step("b", 1)
        assert in_time([later, earlier]) == (earlier, later)
        assert sorted([later, earlier], key=when) == [earlier, later]

    @pytest.mark.parametrize(
        ("who", "result"),
        [
            (("fire",), "fail"),
            (("fire", "town"), "pass"),
            (("gov",), "pass"),
        ],
    )
    def test_an_instruction_to_two_is_answered_by_both_or_by_whoever_had_it(
        self, who: tuple[str, ...], result: str
    ) -> None:
        of = "incident/test:n"
        had = act(
            InstructionReceived, "gov", "09:00", "n", leader="市长", words="速报", addressed=("fire", "town")
        )
        relayed = act(InstructionRelayed, "gov", "09:05", of=of, whom=("fire", "town"))
        answers = [act(InstructionAnswered, one, "09:30", of=of, words="已办") for one in who]
        entries = (knew("gov", "08:50", deaths=1), had, relayed, *answers, closed())
        rows = Scene("330783", entries, rules=asking("instructions")).rows()
        assert rows["gov instructions@n"].split()[0] == result


@pytest.mark.parametrize(
    ("knew_at", "result"),
    [("08:30", "fail established"), (["08:20", "08:50"], "unknown"), (None, "unknown"), ("08:41", "pass")],
)
def test_whether_it_held_more_by_then_is_no_pass_where_it_is_open(knew_at: Any, result: str) -> None:  # noqa: ANN401
    found = seen({**KNEW, "at": knew_at}, said("r1", "city", "08:40", 1))
    assert found.of("not-below-what-was-held") == {"bureau@incident": result}


@pytest.mark.parametrize(
    ("at", "result"), [("08:50", "fail established"), (None, "unknown"), ("09:01", "pass")]
)
def test_whether_the_issuer_held_more_by_then_is_no_pass_either(at: str | None, result: str) -> None:
    found = seen({**KNEW, "office": "desk", "at": at}, *issued(1, "09:00", 1))
    assert found.of("not-below-what-was-held")["desk@i1"] == result


@pytest.mark.parametrize(("since", "rows"), [(date(2026, 11, 24), {"unknown"}), (date(2026, 11, 23), set())])
def test_who_stood_above_whom_is_told_by_the_directory_of_that_day(since: date, rows: set[str]) -> None:
    turned = SuperiorChanged(office="gov", since=since, reports_to=("fire",))
    entries = (knew("fire", "08:30", deaths=1), told("fire", "gov", "09:00", "r"))
    found = Scene("330783", entries, rules=asking("acknowledged"), more=(turned,)).rows()
    assert {result for name, result in found.items() if name.startswith("gov")} == rows


def test_what_failed_at_the_closing_stays_failed() -> None:
    entries = (
        knew("fire", "08:30", deaths=1),
        told("fire", "party", "09:00", "r"),
        closed("12:00"),
        told("fire", "gov", "13:00", "r2"),
    )
    scene = Scene("330783", entries, rules=asking("both-offices"))
    assert scene.rows("12:30")["fire both-offices"] == "fail established"
    assert scene.rows()["fire both-offices"] == "fail established"


def test_a_draft_over_one_report_is_no_draft_over_two() -> None:
    found = seen(
        said("r1", "desk", "08:30", 3),
        *issued(1, "08:40", 3),
        said("r2", "desk", "09:00", 5, "unit"),
        rules=asking("one-draft"),
    )
    assert found.of("one-draft")["desk@incident"] != "pass"
