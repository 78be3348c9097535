"""What excuses and what does not: waivers, voiding, merging, on both sides of the instant that a report was due."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.assessment.test_later import rule, under
from tests.assessment.timelines import Judged, judged, varied

from emergency.assessment.examples import run_examples
from emergency.assessment.relief import idle_waivers
from emergency.domain.bookkeeping import (
    MERGED_HERE,
    Annotated,
    Fate,
    Linked,
    Merged,
    Reopened,
    Unmerged,
    Voided,
    Waived,
)
from emergency.domain.events import Closed, Entry
from emergency.domain.times import CHINA
from emergency.domain.values import StatedTime
from emergency.domain.vocabulary import Basis
from emergency.rulebook import Rulebook, load
from emergency.rulebook.lint import lint

PACK = Path(__file__).parents[1] / "rulebook" / "packs" / "waived"
FIRST = "test-case:test-case/county>test-case/city:first:any:first"
BASE: dict[str, Any] = {
    "occurred_at": "08:00",
    "offices": {
        "county": {"name": "县局", "tier": "county", "line": "department", "reports_to": ["city"]},
        "city": {"name": "市局", "tier": "city", "line": "department", "reports_to": ["province"]},
        "province": {"name": "省厅", "tier": "province", "line": "department", "reports_to": []},
        "elsewhere": {"name": "邻市局", "tier": "city", "line": "department", "reports_to": ["province"]},
        "government": {"name": "市政府", "tier": "city", "line": "government", "reports_to": []},
    },
    "record": {"complete_for": ["county"]},
    "steps": [{"id": "s1", "act": "learned", "office": "county", "at": "08:00", "facts": {"deaths": "1"}}],
}
WAIVER: dict[str, Any] = {
    "id": "w",
    "act": "waived",
    "office": "city",
    "whom": "county",
    "authority": "电话通知",
    "why": "另行安排",
}
REPORT: dict[str, Any] = {
    "id": "r",
    "act": "reported",
    "office": "county",
    "to": "city",
    "channel": "phone",
    "facts": {"deaths": "1"},
}
CHECK = {"id": "v", "act": "verified", "office": "city", "outcome": "refuted"}
VOID = {"id": "x", "act": "voided", "office": "city", "of": "v", "why": "误报"}


@cache
def pack() -> Rulebook:
    """Rules of which one names who may waive it."""
    return load(PACK)


def with_steps(*steps: dict[str, Any], rules: Rulebook | None = None, **more: Any) -> Judged:  # noqa: ANN401
    return judged(varied(BASE, {"add": list(steps), **more}), rules=rules or pack())


def first(found: Judged, at: str | None = None) -> dict[str, Any]:
    return found.obligations(at)["county>city"]


def test_the_pack_is_sound() -> None:
    assert lint(PACK) == []
    assert all(one.passed for one in run_examples(pack()))


# -- waivers -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("at", "state", "found"),
    [
        ("08:59", "excused", []),
        ("09:00", "excused", []),
        ("09:00:01", "overdue", ["county>city late established", "county>city missed suspected"]),
        ({"from": "08:59", "to": "09:01"}, "undetermined", []),
        ("2020-03-10", "undetermined", []),
    ],
)
def test_a_lawful_waiver_excuses_what_is_not_due_yet(at: Any, state: str, found: list[str]) -> None:  # noqa: ANN401
    """On the instant that it is due a report is in time, and so is a waiver."""
    came = with_steps({**WAIVER, "at": at})
    assert first(came)["state"] == state
    assert came.found() == found


def test_until_the_waiver_it_was_open() -> None:
    came = with_steps({**WAIVER, "at": "08:30"})
    assert first(came, "2020-03-10T08:29:59+08:00")["state"] == "open"
    held = first(came, "2020-03-10T08:30:00+08:00")
    assert (held["state"], held["reason"]["en"]) == ("excused", "city waived it, as its rule allows (w)")


@pytest.mark.parametrize(
    "different",
    [
        {"office": "county"},
        {"office": "government"},
        {"office": "elsewhere"},
        {"whom": "province"},
        {"to": "province"},
    ],
    ids=["himself", "another line", "not above him", "somebody else", "another recipient"],
)
def test_any_other_waiver_excuses_nothing(different: dict[str, Any]) -> None:
    came = with_steps({**WAIVER, "at": "08:30", **different})
    assert first(came)["state"] == "overdue"


def test_it_counts_only_where_the_rule_says_so() -> None:
    plain = under(rule("plain", limit={"within": "PT1H"}, clock="learned", stage="first"))
    came = with_steps({**WAIVER, "at": "08:30"}, rules=plain)
    assert first(came)["state"] == "overdue"
    assert [(s.ref, o) for s, o in idle_waivers(came.timeline, came.directory, plain)] == [
        ("w", "test-case/county")
    ]
    assert list(idle_waivers(came.timeline, came.directory, pack())) == []


def test_of_two_grounds_the_one_that_was_not_waived_binds() -> None:
    who = {"tiers": ["city"], "lines": ["department"]}
    one = rule("one", limit={"within": "PT1H"}, clock="learned", stage="first", waived_by=who)
    two = rule("two", limit={"within": "PT2H"}, clock="learned", stage="first")
    came = with_steps({**WAIVER, "at": "08:30"}, {**REPORT, "at": "10:01"}, rules=under(one, two))
    owed = first(came)
    assert (owed["state"], owed["governing"], owed["late_by"]["at_least"]) == ("late", "cn/two", "PT1M")
    waived = {ground["rule"]: ground["applies"] for ground in owed["grounds"]}
    assert waived == {"cn/one": "possibly", "cn/two": "surely"}
    both = under(one, rule("two", limit={"within": "PT2H"}, clock="learned", stage="first", waived_by=who))
    assert first(with_steps({**WAIVER, "at": "08:30"}, rules=both))["state"] == "excused"


def test_each_ground_may_be_waived_by_its_own_time() -> None:
    who = {"tiers": ["city"], "lines": ["department"]}
    above = {"tiers": ["province"], "lines": ["department"]}
    one = rule("one", limit={"within": "PT1H"}, clock="learned", stage="first", waived_by=who)
    two = rule("two", limit={"within": "PT2H"}, clock="learned", stage="first", waived_by=above)
    later = {**WAIVER, "id": "w2", "office": "province"}
    came = with_steps({**WAIVER, "at": "08:30"}, {**later, "at": "10:00"}, rules=under(one, two))
    assert first(came, "2020-03-10T09:59:59+08:00")["state"] == "open"
    assert first(came)["state"] == "excused"
    late = with_steps({**WAIVER, "at": "08:30"}, {**later, "at": "10:01"}, rules=under(one, two))
    assert (first(late)["state"], first(late)["governing"]) == ("overdue", "cn/two")
    perhaps = with_steps(
        {**WAIVER, "at": "08:30"}, {**later, "at": {"from": "09:59", "to": "10:01"}}, rules=under(one, two)
    )
    assert first(perhaps)["state"] == "undetermined"


def test_what_may_apply_beside_a_waived_ground_stays_open() -> None:
    who = {"tiers": ["city"], "lines": ["department"]}
    one = rule("one", limit={"within": "PT1H"}, clock="learned", stage="first", waived_by=who)
    perhaps = rule("two", limit={"within": "PT2H"}, clock="learned", stage="first", levels=["I"])
    came = with_steps({**WAIVER, "at": "08:30"}, rules=under(one, perhaps))
    assert first(came)["state"] == "undetermined"
    assert [ground["rule"] for ground in first(came)["grounds"]] == ["cn/two"]
    assert first(with_steps(rules=under(one, perhaps)))["state"] == "overdue"


def test_what_was_due_at_once_is_excused_until_the_closing_found_it_unmet() -> None:
    at_once = under(
        rule(
            "at-once",
            limit={"no_hours": "立即"},
            clock="learned",
            stage="first",
            waived_by={"tiers": ["city"], "lines": ["department"]},
        )
    )
    closed = {"logged": [{"act": "closed", "office": "city", "at": "12:00"}]}
    assert first(with_steps(rules=at_once, **closed))["state"] == "overdue"
    assert first(with_steps({**WAIVER, "at": "12:00"}, rules=at_once, **closed))["state"] == "excused"
    assert first(with_steps({**WAIVER, "at": "12:01"}, rules=at_once, **closed))["state"] == "overdue"


def test_what_was_reported_all_the_same_is_judged_as_it_was() -> None:
    in_time = first(with_steps({**WAIVER, "at": "08:30"}, {**REPORT, "at": "08:45"}))
    assert in_time["state"] == "met"
    later = with_steps({**WAIVER, "at": "08:30"}, {**REPORT, "at": "11:00"})
    assert (first(later)["state"], first(later)["met_by"], later.found()) == ("excused", "r", [])


# -- voiding -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("at", "state"), [("08:30", "excused"), ("09:00", "excused"), ("09:01", "overdue"), ("23:00", "overdue")]
)
def test_voiding_excuses_what_is_not_due_yet(at: str, state: str) -> None:
    assert first(with_steps({**CHECK, "at": "08:20"}, {**VOID, "at": at}))["state"] == state


@pytest.mark.parametrize("outcome", ["confirmed", "cannot-be-verified"])
def test_voiding_rests_on_a_verification_that_refutes(outcome: str) -> None:
    came = with_steps({**CHECK, "at": "08:20", "outcome": outcome}, {**VOID, "at": "08:30"})
    assert first(came)["state"] == "overdue"


def test_voiding_counts_for_nothing_once_its_verification_is_taken_back() -> None:
    stands = with_steps({**CHECK, "at": "08:20"}, {**VOID, "at": "08:30"})
    assert first(stands)["state"] == "excused"
    assert first(with_steps({**VOID, "at": "08:30"}))["state"] == "overdue"


def test_what_was_late_before_stays_late() -> None:
    came = with_steps({**REPORT, "at": "09:30"}, {**CHECK, "at": "10:00"}, {**VOID, "at": "10:01"})
    assert first(came)["state"] == "late"
    assert came.found() == ["county>city late established"]


# -- closing and reopening ---------------------------------------------------------------------------------------


def test_a_reopened_incident_is_open_and_what_its_closing_found_stays() -> None:
    at_once = under(rule("at-once", limit={"no_hours": "立即"}, clock="learned", stage="first"))

    def then(*acts: Entry) -> Judged:
        return judged(varied(BASE, {}), more=acts, rules=at_once)

    closed = Closed(office="test-case/city", at=_at("12:00"), step="c1")
    again = Reopened(office="test-case/city", at=_at("12:00"), why="复燃", step="o")
    finally_ = Closed(office="test-case/city", at=_at("15:00"), step="c2")
    before = then(closed)
    assert before.timeline.closed is not None
    assert before.found() == ["county>city missed suspected"]
    reopened = then(closed, again)
    assert reopened.timeline.closed is None
    assert reopened.found() == before.found()
    last = then(closed, again, finally_).timeline.closed
    assert last is not None
    assert last.ref == "c2"
    assert then(again, closed).timeline.closed is not None  # reopened before it was closed


# -- merging -----------------------------------------------------------------------------------------------------


def _at(clock: str) -> StatedTime:
    moment = datetime.fromisoformat(f"2020-03-10T{clock}").replace(tzinfo=CHINA)
    return StatedTime(text=clock, earliest=moment, latest=moment, basis=Basis.STATED)


def _merged(clock: str, fate: str = "continues") -> Merged:
    one = Fate.model_validate(
        {"obligation": FIRST, "fate": fate, "by": "other:x" if fate == "continues" else None}
    )
    return Merged(
        office="test-case/county", at=_at(clock), into="other", fates=(one,), why="同一起", step="m"
    )


@pytest.mark.parametrize(
    ("clock", "fate", "state"),
    [
        ("08:30", "continues", "excused"),
        ("09:00", "continues", "excused"),
        ("09:01", "continues", "overdue"),
        ("08:30", "stands", "overdue"),
    ],
)
def test_what_continues_elsewhere_is_excused_here_unless_it_was_due(
    clock: str, fate: str, state: str
) -> None:
    came = judged(varied(BASE, {}), more=[_merged(clock, fate)], rules=pack())
    assert first(came)["state"] == state
    if state == "excused":
        assert first(came)["reason"]["en"] == "continues on other as other:x"


MINUTES = st.integers(min_value=0, max_value=240)


def _clock(minutes: int) -> str:
    return f"{8 + minutes // 60:02d}:{minutes % 60:02d}"


ACTS = st.lists(st.tuples(st.sampled_from(["report", "learned", "note", "close"]), MINUTES), max_size=4)


def _recorded(acts: list[tuple[str, int]], prefix: str) -> list[dict[str, Any]]:
    made = []
    for number, (act, minutes) in enumerate(acts):
        step = {"id": f"{prefix}{number}", "at": _clock(minutes)}
        if act == "report":
            made.append({**REPORT, **step})
        elif act == "learned":
            made.append({"act": "learned", "office": "city", **step})
    return made


def _rows(found: Judged) -> list[dict[str, Any]]:
    return [*found.all_obligations, *found.all_findings]


@settings(max_examples=40, deadline=None)
@given(before=ACTS, merged=MINUTES, unmerged=MINUTES, complete=st.booleans())
def test_merging_and_unmerging_is_neutral(
    before: list[tuple[str, int]], merged: int, unmerged: int, *, complete: bool
) -> None:
    """Whatever else is on record, and whenever either was done."""
    data = varied(
        BASE, {"add": _recorded(before, "b"), "set": {"record.complete_for": ["county"] if complete else []}}
    )
    pair = [
        _merged(_clock(merged)),
        Linked(office="test-case/province", at=_at("23:58"), other="x", relation=MERGED_HERE),
        Annotated(office="test-case/government", at=_at("23:59"), note="备注"),
        Unmerged(
            office="test-case/province", at=_at(_clock(unmerged)), merge="incident/test-case:m", why="两起"
        ),
    ]
    assert _rows(judged(data, more=pair)) == _rows(judged(data))


@settings(max_examples=60, deadline=None)
@given(
    acts=ACTS,
    what=st.sampled_from(["waived", "voided", "merged"]),
    after=st.integers(min_value=1, max_value=600),
    lawful=st.booleans(),
)
def test_no_excuse_given_after_a_breach_removes_it(
    acts: list[tuple[str, int]], what: str, after: int, *, lawful: bool
) -> None:
    """Whatever is given after something was due leaves it, and what was found of it, as it was."""
    book = pack() if lawful else None
    data = varied(BASE, {"add": [*_recorded(acts, "b"), {**CHECK, "at": "08:01"}]})
    given_at = _at("09:00").earliest
    assert given_at is not None
    moment = given_at + timedelta(seconds=after)
    at = StatedTime(earliest=moment, latest=moment, basis=Basis.STATED)
    without = judged(data, rules=book)
    ids = tuple(dict.fromkeys(o.id for o in without.assessment.obligations))
    excuse: dict[str, Entry] = {
        "waived": Waived(
            office="test-case/city", at=at, whom=("test-case/county",), authority="通知", why="安排"
        ),
        "voided": Voided(office="test-case/city", at=at, refuted_by="incident/test-case:v", why="误报"),
        "merged": Merged(
            office="test-case/city",
            at=at,
            into="other",
            fates=tuple(Fate(obligation=i, fate="continues", by="other:x") for i in ids),
            why="同一起",
        ),
    }
    came = judged(data, more=[excuse[what]], rules=book)
    due = [row for row in without.all_obligations if _was_due(row, moment)]
    assert all(row in came.all_obligations for row in due)
    ids_due = {row["id"] for row in due}
    found = [row for row in without.all_findings if row["obligation"] in {None, *ids_due}]
    assert found == [row for row in came.all_findings if row["obligation"] in {None, *ids_due}]


def _was_due(row: dict[str, Any], moment: datetime) -> bool:
    return row["due"]["latest"] is not None and datetime.fromisoformat(row["due"]["latest"]) < moment
