"""What is owed about a leader's instruction, on both sides of each limit, and what nobody can conclude."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest
from tests.assessment.timelines import Judged, judged, rulebook, varied

from emergency.assessment.holding import held_by, known_of
from emergency.assessment.knowledge import knowledge_of
from emergency.assessment.timeline import as_known_to
from emergency.rulebook import Rulebook
from emergency.rulebook.norms import NormRule

BASE: dict[str, Any] = {
    "occurred_at": "08:00",
    "place": {"name": "某市", "division": "990100"},
    "offices": {
        "county": {"name": "县政府", "tier": "county", "line": "government", "reports_to": ["city"]},
        "bureau": {"name": "县应急局", "tier": "county", "line": "department", "reports_to": ["county"]},
        "city": {"name": "市政府", "tier": "city", "line": "government", "reports_to": []},
    },
    "record": {"complete_for": ["county", "bureau", "city"]},
    "steps": [
        {
            "id": "i",
            "act": "instruction-received",
            "office": "city",
            "at": "10:00",
            "leader": "市长",
            "words": "全力救援",
            "addressed": ["county"],
            "relay_by": "10:30",
            "answer_by": "18:00",
        },
        {"id": "end", "act": "notified", "office": "city", "at": "23:00"},
    ],
}
RELAY: dict[str, Any] = {
    "id": "p",
    "act": "instruction-relayed",
    "office": "city",
    "of": "i",
    "whom": "county",
}
ANSWER: dict[str, Any] = {
    "id": "a",
    "act": "instruction-answered",
    "office": "county",
    "of": "i",
    "words": "已救出",
}
PRESS: dict[str, Any] = {
    "id": "d",
    "act": "instruction-pressed",
    "office": "city",
    "of": "i",
    "whom": "county",
}
CLOSE: dict[str, Any] = {"id": "c", "act": "instruction-closed", "office": "city", "of": "i"}


def of(*steps: dict[str, Any], rules: Rulebook | None = None, **more: Any) -> dict[str, dict[str, Any]]:  # noqa: ANN401
    """The obligations about instructions in the end, by ``stage office>recipient@occasion``."""
    return rows(judged(varied(BASE, {"add": list(steps), **more}), rules=rules))


def rows(found: Judged, at: str | None = None) -> dict[str, dict[str, Any]]:
    return {
        f"{row['stage'].removeprefix('instruction-')} {name}": row
        for name, row in found.obligations(at).items()
        if row["stage"].startswith("instruction-")
    }


def states(found: dict[str, dict[str, Any]]) -> dict[str, str]:
    return {name: row["state"] for name, row in found.items()}


RELAYED, ANSWERED = "relay city>county@i", "answer county>city@i"


@pytest.mark.parametrize(
    ("at", "state"),
    [("10:30", "met"), ("10:30:01", "late"), ({"from": "10:29", "to": "10:31"}, "possibly-late")],
)
def test_passing_on_by_the_time_that_it_names(at: Any, state: str) -> None:  # noqa: ANN401
    assert of({**RELAY, "at": at})[RELAYED]["state"] == state


@pytest.mark.parametrize(("at", "state"), [("18:00", "met"), ("18:01", "late")])
def test_answering_by_the_time_that_it_names(at: str, state: str) -> None:
    found = of({**RELAY, "at": "10:10"}, {**ANSWER, "at": at})
    assert states(found) == {RELAYED: "met", ANSWERED: state}
    assert found[ANSWERED]["grounds"][0]["citation"] == "批示本身"
    assert found[ANSWERED]["trigger"] == ["i", "p"]


@pytest.mark.parametrize(("at", "state"), [("+1 00:00", "met"), ("+1 00:00:01", "late")])
def test_a_day_as_a_limit_lasts_to_its_end(at: str, state: str) -> None:
    named: dict[str, Any] = {"set": {"i.answer_by": "2020-03-10"}}
    assert of({**RELAY, "at": "10:10"}, {**ANSWER, "at": at}, **named)[ANSWERED]["state"] == state


def test_the_first_answer_is_the_one_that_is_judged() -> None:
    found = of({**RELAY, "at": "10:10"}, {**ANSWER, "at": "19:00"}, {**ANSWER, "id": "a2", "at": "17:00"})
    assert (found[ANSWERED]["state"], found[ANSWERED]["met_by"]) == ("met", "a2")


def test_it_is_open_until_due_overdue_after_it_and_late_once_answered() -> None:
    found = judged(varied(BASE, {"add": [{**RELAY, "at": "10:10"}, {**ANSWER, "at": "19:00"}]}))
    day = "2020-03-10T"
    for at, state in (
        ("10:10:00", "open"),
        ("18:00:00", "open"),
        ("18:00:01", "overdue"),
        ("19:00:00", "late"),
    ):
        assert rows(found, f"{day}{at}+08:00")[ANSWERED]["state"] == state
    assert ANSWERED not in rows(found, f"{day}10:09:59+08:00")


def test_what_never_reached_an_office_it_need_not_answer() -> None:
    found = of()
    assert states(found) == {RELAYED: "overdue"}
    assert found[RELAYED]["late_by"]["at_least"] == "PT12H30M"


def test_without_a_limit_for_passing_on_that_of_the_answer_holds() -> None:
    unsaid: dict[str, Any] = {"set": {"i.relay_by": None}}
    assert of({**RELAY, "at": "18:00"}, **unsaid)[RELAYED]["state"] == "met"
    late = of({**RELAY, "at": "18:01"}, **unsaid)
    assert states(late) == {RELAYED: "late", ANSWERED: "excused"}
    assert late[ANSWERED]["reason"]["en"] == "it was passed on to this office only after the answer was due"


def test_without_any_limit_nobody_owes_anything_by_a_time() -> None:
    unsaid: dict[str, Any] = {"set": {"i.relay_by": None, "i.answer_by": None}}
    assert of({**RELAY, "at": "10:10"}, **unsaid) == {}


def test_who_had_it_answers_to_the_leader_where_it_is_meant_for_nobody_else() -> None:
    alone: dict[str, Any] = {
        "set": {"i.addressed": None, "i.relay_by": None, "i.office": "county", "i.tier": "city"}
    }
    assert states(of({**ANSWER, "at": "18:01"}, **alone)) == {"answer county>city@i": "late"}
    own: dict[str, Any] = {"set": {**alone["set"], "i.tier": "county"}}
    assert states(of({**ANSWER, "at": "18:00"}, **own)) == {"answer county>county@i": "met"}


def test_pressing_names_a_limit_of_its_own_and_moves_none() -> None:
    pressed = ({**RELAY, "at": "10:10"}, {**PRESS, "at": "19:00", "answer_by": "20:00"})
    found = of(*pressed, {**ANSWER, "at": "20:00"})
    assert states(found) == {RELAYED: "met", ANSWERED: "late", "answer county>city@d": "met"}
    early = of(*pressed, {**ANSWER, "at": "17:00"})
    assert states(early) == {RELAYED: "met", ANSWERED: "met", "answer county>city@d": "overdue"}
    without = of({**RELAY, "at": "10:10"}, {**PRESS, "at": "19:00"})
    assert "answer county>city@d" not in without


@pytest.mark.parametrize(
    ("office", "at", "state"),
    [("city", "18:00", "excused"), ("city", "18:01", "overdue"), ("county", "17:00", "overdue")],
)
def test_settling_it_excuses_others_from_what_is_not_due(office: str, at: str, state: str) -> None:
    found = of({**RELAY, "at": "10:10"}, {**CLOSE, "office": office, "at": at})
    assert found[ANSWERED]["state"] == state


def test_silence_is_absence_only_where_the_record_is_complete() -> None:
    found = of({**RELAY, "at": "10:10"}, set={"record.complete_for": ["city"]})
    assert states(found) == {RELAYED: "met", ANSWERED: "undetermined"}


def test_an_answer_too_late_is_no_kind_of_breach() -> None:
    late = judged(varied(BASE, {"add": [{**RELAY, "at": "11:00"}, {**ANSWER, "at": "19:00"}]}))
    assert late.obligations()["county>city@i"]["state"] == "late"
    assert [f for f in late.all_findings if "instruction" in (f["obligation"] or "")] == []


def test_voiding_excuses_what_is_not_due() -> None:
    check = {"id": "v", "act": "verified", "office": "city", "outcome": "refuted", "at": "11:00"}
    void = {"id": "x", "act": "voided", "office": "city", "of": "v", "why": "误报"}
    steps = ({**RELAY, "at": "10:10"}, check)
    assert of(*steps, {**void, "at": "18:00"})[ANSWERED]["state"] == "excused"
    assert of(*steps, {**void, "at": "18:01"})[ANSWERED]["state"] == "overdue"


# -- what a text asks for ----------------------------------------------------------------------------------------


@cache
def asking(within: str | None, answered: str | None) -> Rulebook:
    """A rulebook with one text that asks for both."""
    asks = {
        "within": {"no_hours": within}
        if within and within[0] != "P"
        else {"within": within}
        if within
        else None,
        "answered_within": {"within": answered} if answered else None,
    }
    made_up = {"law": "试行办法", "article": None, "promulgated": None, "source": "made for this test"}
    norm = NormRule.model_validate(
        {
            "id": "cn/norms/x",
            "title": {"zh": "x", "en": "x"},
            "row": "0",
            "rank": "notice",
            "check": "instructions",
            "where": ["9901"],
            "values": {
                "2000-01-01": {
                    "asks": {key: value for key, value in asks.items() if value},
                    "citation": made_up,
                    "confirmed": True,
                    "recorded_on": "2026-11-22",
                }
            },
        }
    )
    return Rulebook(rules=(), tables=(), norms=(norm,))


UNSAID = {"i.relay_by": None, "i.answer_by": None}


@pytest.mark.parametrize(
    ("relayed", "answered", "expected"),
    [
        ("10:30", "12:30", {RELAYED: "met", ANSWERED: "met"}),
        ("10:31", "12:31", {RELAYED: "late", ANSWERED: "met"}),
        ("10:31", "12:32", {RELAYED: "late", ANSWERED: "late"}),
    ],
)
def test_each_limit_of_a_text_runs_from_its_own_start(
    relayed: str, answered: str, expected: dict[str, str]
) -> None:
    """An office's limit for the answer runs from when the instruction had come to it."""
    steps = ({**RELAY, "at": relayed}, {**ANSWER, "at": answered})
    assert states(of(*steps, rules=asking("PT30M", "PT2H"), set=UNSAID)) == expected


def test_a_text_of_another_place_asks_for_nothing() -> None:
    elsewhere = {**UNSAID, "place.division": "990200"}
    assert of({**RELAY, "at": "11:00"}, rules=asking("PT30M", "PT2H"), set=elsewhere) == {}


def test_at_once_is_never_late_and_overdue_at_the_closing() -> None:
    book = asking("立即", None)
    assert states(of({**RELAY, "at": "22:00"}, rules=book, set=UNSAID)) == {RELAYED: "met"}
    assert states(of(rules=book, set=UNSAID)) == {RELAYED: "open"}
    closed = [{"act": "closed", "office": "city", "at": "22:00"}]
    assert states(of(rules=book, set=UNSAID, logged=closed)) == {RELAYED: "overdue"}


def test_the_strictest_of_several_limits_binds() -> None:
    found = of({**RELAY, "at": "10:20"}, rules=asking("PT15M", None))
    assert (found[RELAYED]["state"], found[RELAYED]["governing"]) == ("late", "cn/norms/x")
    assert [ground["breached"] for ground in found[RELAYED]["grounds"]] == [False, True]


@pytest.mark.parametrize("place", ["441200", "330783"])
def test_the_texts_that_were_read_give_no_hours(place: str) -> None:
    """肇庆 asks for it at once, 东阳 in time; no text that was read gives hours for the answer."""
    day = {"day": "2020-03-10", "place.division": place, **UNSAID}
    found = of({**RELAY, "at": "10:20"}, rules=rulebook(), set=day)
    assert states(found) == {RELAYED: "met"}
    assert [(g["confirmed"], g["due"]) for g in found[RELAYED]["grounds"]] == [(False, None)]


# -- what it shows of who knew -----------------------------------------------------------------------------------


def test_whoever_was_told_of_it_sees_it() -> None:
    """As the county knew it: what was passed on to it, and the instruction itself; not what it was never told."""
    found = judged(varied(BASE, {"add": [{**RELAY, "at": "10:10"}, {**ANSWER, "at": "17:00"}]})).timeline
    assert [s.ref for s in as_known_to(found, "test-case/county").steps] == ["i", "p", "a"]
    assert [s.ref for s in as_known_to(found, "test-case/bureau").steps] == []


def test_whoever_had_it_knew_of_the_event_by_then() -> None:
    told = judged(varied(BASE, {"set": {"i.office": "county", "i.addressed": None, "i.relay_by": None}}))
    known = knowledge_of(told.timeline, "test-case/county")
    assert known is not None
    assert known.shown
    assert known.since.latest is not None
    assert known.since.latest.isoformat() == "2020-03-10T02:00:00+00:00"


HANDED: dict[str, Any] = {
    "id": "h",
    "act": "handed-over",
    "office": "city",
    "to": "bureau",
    "channel": "phone",
    "at": "09:00",
    "facts": {"deaths": "2"},
}


def test_whoever_gets_what_was_handed_over_knows_and_holds_it() -> None:
    found = judged(varied(BASE, {"add": [HANDED]}))
    known = knowledge_of(found.timeline, "test-case/bureau")
    assert known is not None
    assert known.triggers == ("incident/test-case:h",)
    assert [known_of(h.step) for h in held_by(found.timeline, "test-case/bureau")] == [
        {"deaths": 2, "persons": 2}
    ]
    assert found.obligations()["bureau>county"]["trigger"] == ["h"]


def test_a_report_below_what_was_handed_over_is_suspected() -> None:
    report = {
        "id": "r",
        "act": "reported",
        "office": "bureau",
        "to": "county",
        "channel": "phone",
        "at": "09:30",
    }
    below = judged(varied(BASE, {"add": [HANDED, {**report, "facts": {"deaths": "1"}}]}))
    assert "bureau falsified suspected" in below.found()
    equal = judged(varied(BASE, {"add": [HANDED, {**report, "facts": {"deaths": "2"}}]}))
    assert "bureau falsified suspected" not in equal.found()


@pytest.mark.parametrize(("deaths", "met_by"), [("2", "h2"), ("1", None)])
def test_who_hands_it_over_to_whom_it_owed_a_report_has_told_it(deaths: str, met_by: str | None) -> None:
    """As by a notice: truthfully, or not at all."""
    up = {
        **HANDED,
        "id": "h2",
        "office": "bureau",
        "to": "county",
        "at": "09:30",
        "facts": {"deaths": deaths},
    }
    assert judged(varied(BASE, {"add": [HANDED, up]})).obligations()["bureau>county"]["met_by"] == met_by
