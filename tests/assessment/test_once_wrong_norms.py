"""Verdicts of the norms that were wrong once: who was honest and failed, who was not and passed, what is open."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from tests.assessment.norm_scene import Checked, checked, varied

from emergency.domain.events import Acknowledged

from .procedure_scene import Scene, act, asking, knew, told

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
    return checked(varied({**base, **more}, {"add": list(entries)}))


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
