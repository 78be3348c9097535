"""The unified draft: one for several units, what is sent up of it, its sign-off, its sides; signature and seal."""

from __future__ import annotations

from typing import Any

import pytest

from emergency.domain.drafting import (
    DraftEdited,
    DraftOpened,
    DraftReviewed,
    DraftSignedOff,
    Traced,
    UnifiedDraftIssued,
)
from emergency.domain.events import Entry, ForwardedUpward, Verified
from emergency.domain.offices import OfficeRegistered
from emergency.domain.values import Facts
from emergency.domain.vocabulary import Channel, Line, Outcome, SignOff, Tier

from .procedure_scene import Scene, act, asking, closed, knew, told

DONGYANG, NINGBO, ZHAOQING, HECHI = "330783", "330203", "441202", "451202"

TWO_UNITS = (
    told("fire", ["gov", "party"], "09:00", "f", facts=Facts(deaths=1)),
    told("health", ["gov", "party"], "09:10", "h", facts=Facts(injured=4)),
)


def issued(clock: str = "10:00", version: int = 1, holder: str = "gov", **facts: Any) -> tuple[Entry, ...]:  # noqa: ANN401
    """A version was laid down and issued."""
    named = {"draft": holder, "version": version}
    edit = act(DraftEdited, holder, clock, f"edit-{holder}-{version}", facts=Facts(**facts), **named)
    return edit, act(UnifiedDraftIssued, holder, clock, f"issue-{holder}-{version}", hash="sha256:0", **named)


OPENED = act(
    DraftOpened, "gov", "09:20", "opened", draft="gov", contributions=("incident/test:f", "incident/test:h")
)


# -- one draft -------------------------------------------------------------------------------------------------


def desk(*entries: Entry, at: str | None = None, **more: Any) -> str | None:  # noqa: ANN401 - of a scene
    return Scene(DONGYANG, entries, **more).rows(at).get("gov one-draft")


def test_several_units_are_drafted_once_by_the_desk() -> None:
    assert desk(TWO_UNITS[0], closed()) == "not-applicable", "one unit alone"
    assert desk(*TWO_UNITS) == "unknown", "not yet"
    assert desk(*TWO_UNITS, OPENED, *issued(), closed()) == "pass"
    assert desk(*TWO_UNITS, OPENED, *issued(), at="09:59") == "unknown"
    assert desk(*TWO_UNITS, closed("20:00"), at="19:59") == "unknown"
    assert desk(*TWO_UNITS, closed("20:00")) == "fail possible"
    assert desk(*TWO_UNITS, closed("20:00"), imported=True) == "unknown", "its silence says nothing"


def test_either_of_the_two_offices_may_hold_it_and_not_each_its_own() -> None:
    by_party = issued(holder="party")
    assert desk(*TWO_UNITS, *by_party, closed()) == "pass"
    assert desk(*TWO_UNITS, *by_party, *issued("11:00"), closed()) == "fail possible"
    together = act(DraftOpened, "gov", "09:20", "opened", draft="gov", jointly="party")
    assert desk(*TWO_UNITS, together, *by_party, *issued("11:00"), closed()) == "pass"


def test_the_offices_of_another_place_are_not_its_two_offices() -> None:
    elsewhere = OfficeRegistered(
        office="party", name="party", tier=Tier.COUNTY, line=Line.PARTY, division="330102"
    )
    assert desk(*TWO_UNITS, *issued(holder="party"), closed(), more=(elsewhere,)) == "fail possible"


def test_what_came_from_above_is_no_contribution() -> None:
    from_above = told("city-gov", "gov", "09:10", "down")
    assert desk(TWO_UNITS[0], from_above, closed()) == "not-applicable"


def sent(clock: str, *more: Entry, complete: bool = True, **fields: Any) -> str | None:  # noqa: ANN401 - of a report
    """What the fire department's report upward came to."""
    up = told("fire", "city-fire", clock, "up", kind=ForwardedUpward, **fields)
    entries = (*TWO_UNITS, OPENED, *issued("10:00", deaths=1, injured=4), *more, up)
    return Scene(DONGYANG, entries, imported=not complete).rows().get("fire one-draft@up")


def test_what_goes_up_after_the_issue_derives_from_it_or_carries_its_dissent() -> None:
    assert sent("10:30", draft="gov", version=1) == "pass"
    assert sent("10:30", dissent="本单位掌握死亡2人") == "pass"
    assert sent("10:30", facts=Facts(deaths=2)) == "fail possible"
    assert sent("10:30", facts=Facts(deaths=2), complete=False) == "unknown"
    assert sent("10:30", facts=Facts(deaths=1)) == "unknown", "nobody recorded what it is made of"
    assert sent("10:30") == "unknown"


def test_what_went_up_before_the_issue_is_no_failure_of_the_unit() -> None:
    assert sent("09:59", facts=Facts(deaths=2)) == "not-applicable"
    assert sent("10:00", facts=Facts(deaths=2)) == "not-applicable", "in the same minute"
    assert sent("10:01", facts=Facts(deaths=2)) == "fail possible"
    assert sent("10:00~", facts=Facts(deaths=2)) == "unknown"


def test_a_version_that_was_never_issued_is_not_the_draft() -> None:
    assert sent("10:30", draft="gov", version=2) == "fail possible"
    assert sent("10:30", draft="health", version=1) == "fail possible"
    assert sent("10:30", draft="gov") == "unknown", "nobody recorded which version"
    later = issued("11:00", 2, deaths=2, injured=4)
    assert sent("10:30", *later, draft="gov", version=2) == "fail possible"
    assert sent("11:30", *later, draft="gov", version=2) == "pass"
    assert sent("11:30", *later, facts=Facts(deaths=2)) == "unknown", "as version 2 has it"
    assert sent("10:30", *later, facts=Facts(deaths=2)) == "fail possible"


# -- sign-off --------------------------------------------------------------------------------------------------

THREE = (SignOff.FIRST_CHECK, SignOff.RECHECK, SignOff.REVIEW)


def reviewed(
    stage: SignOff,
    clock: str | None,
    officer: str | None,
    *,
    approved: bool = True,
    version: int = 1,
    step: str = "",
) -> Entry:
    return act(
        DraftReviewed,
        "gov",
        clock,
        step or f"{stage}-{clock}",
        draft="gov",
        version=version,
        stage=stage,
        approved=approved,
        why=None if approved else "数字不符",
        officer=officer,
    )


def chain(*clocks: str | None, officers: tuple[str | None, ...] = ("a", "b", "c")) -> tuple[Entry, ...]:
    return tuple(
        reviewed(stage, clock, officer)
        for stage, clock, officer in zip(THREE, clocks, officers, strict=True)
        if clock != "-"
    )


def signed(*entries: Entry, division: str = NINGBO, **more: Any) -> str | None:  # noqa: ANN401 - of a scene
    whole = (knew("gov", "09:00"), OPENED, *entries, *issued("10:00", deaths=1))
    return Scene(division, whole, **more).rows().get("gov sign-off@issue-gov-1")


@pytest.mark.parametrize(
    ("entries", "expected"),
    [
        (chain("09:30", "09:40", "09:50"), "pass"),
        (chain("09:30", "09:30", "10:00"), "pass"),
        (chain("09:30", "09:29", "09:50"), "fail possible"),
        (chain("09:30", "09:20~", "09:50"), "unknown"),
        (chain("09:30", "09:40", "10:01"), "fail possible"),
        (chain("09:30", "09:40", "09:50~"), "unknown"),
        (chain("09:30", "-", "09:50"), "fail possible"),
        (chain("09:30", "09:40", "09:50", officers=("a", "b", "a")), "fail possible"),
        (chain("09:30", "09:40", "09:50", officers=("a", "b", None)), "unknown"),
        (chain("09:30", "09:40", "09:50", officers=("a", "a", None)), "fail possible"),
        (
            (*chain("09:30", "09:40", "09:50"), reviewed(SignOff.REVIEW, "09:55", "c", approved=False)),
            "fail possible",
        ),
        (
            (*chain("09:30", "09:40", "-"), reviewed(SignOff.REVIEW, "09:45", "c", approved=False)),
            "fail possible",
        ),
        ((reviewed(SignOff.REVIEW, "09:45", "c", approved=False), *chain("09:30", "09:40", "09:50")), "pass"),
        ((*chain("09:30", "09:40", "-"), reviewed(SignOff.REVIEW, "09:50", "c", version=2)), "fail possible"),
    ],
)
def test_each_step_of_the_chain_comes_before_the_issue(entries: tuple[Entry, ...], expected: str) -> None:
    assert signed(*entries) == expected


def test_a_missing_step_is_unknown_where_silence_says_nothing() -> None:
    assert signed(*chain("09:30", "-", "09:50"), imported=True) == "unknown"


def test_how_strict_it_is_the_text_says() -> None:
    """Zhaoqing asks for a review and a signature, and says nothing of different people."""
    review = reviewed(SignOff.REVIEW, "09:40", "a")
    sign = act(DraftSignedOff, "gov", "09:50", "sign", draft="gov", version=1, approved=True, officer="a")
    assert signed(review, sign, division=ZHAOQING) == "pass"
    assert signed(review, division=ZHAOQING) == "fail possible"
    early = act(DraftSignedOff, "gov", "09:30", "sign", draft="gov", version=1, approved=True, officer="a")
    assert signed(review, early, division=ZHAOQING) == "fail possible"
    any_order = asking("sign-off", chain=["review", "sign"])
    assert signed(review, early, rules=any_order) == "pass"


def test_what_was_never_issued_need_not_be_signed() -> None:
    entries = (knew("gov", "09:00"), OPENED, *chain("09:30", "09:40", "09:50"))
    assert Scene(NINGBO, entries).rows()["gov sign-off"] == "not-applicable"
    scene = Scene(NINGBO, (*entries, *issued("10:00")))
    assert scene.rows("09:59")["gov sign-off"] == "not-applicable"
    assert "gov sign-off" not in scene.rows("10:00")


# -- sides -----------------------------------------------------------------------------------------------------


def sides(*entries: Entry, rules: Any = None, imported: bool = False) -> str | None:  # noqa: ANN401 - a rulebook
    whole = (knew("gov", "08:30"), *TWO_UNITS, *entries)
    return Scene(NINGBO, whole, rules=rules, imported=imported).rows().get("gov several-sides@issue-gov-1")


def traced(*to: str) -> tuple[Entry, ...]:
    named = {"draft": "gov", "version": 1}
    sources = (Traced(fact="deaths", to=tuple(f"incident/test:{one}" for one in to)),)
    edit = act(DraftEdited, "gov", "09:50", "edit", facts=Facts(deaths=1), sources=sources, **named)
    return edit, act(UnifiedDraftIssued, "gov", "10:00", "issue-gov-1", hash="sha256:0", **named)


def test_what_a_draft_states_comes_from_several_sides() -> None:
    assert sides(OPENED, *issued()) == "pass"
    assert sides(*traced("f", "h")) == "pass"
    assert sides(*traced("f")) == "fail possible"
    assert sides(*traced("f"), imported=True) == "unknown"
    assert sides(*traced("f", "h"), rules=asking("several-sides", sides=3)) == "fail established"
    seen = act(Verified, "city-fire", "09:40", to=("gov",), outcome=Outcome.CONFIRMED)
    assert sides(*traced("f"), seen) == "pass"
    refuted = act(Verified, "city-fire", "09:40", to=("gov",), outcome=Outcome.REFUTED)
    assert sides(*traced("f"), refuted) == "fail possible"
    afterwards = act(Verified, "city-fire", "10:01", to=("gov",), outcome=Outcome.CONFIRMED)
    assert sides(*traced("f"), afterwards) == "fail possible"


# -- signature and seal ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"signer": "director", "sealed": True}, "pass"),
        ({"signer": "director", "sealed": False}, "fail possible"),
        ({"sealed": False}, "fail possible"),
        ({"signer": "director"}, "unknown"),
        ({"sealed": True}, "unknown"),
        ({}, "unknown"),
    ],
)
def test_a_written_report_is_signed_and_sealed(fields: dict[str, Any], expected: str) -> None:
    up = told("gov", "city-gov", "09:30", "up", channel=Channel.WRITTEN, **fields)
    assert Scene(HECHI, (knew("gov", "09:00"), up)).rows()["gov signed-and-sealed@up"] == expected


def test_a_report_by_phone_is_followed_by_the_text() -> None:
    call = told("gov", ["city-gov", "city-party"], "09:30", "call")
    one = told("gov", "city-gov", "10:30", "text", channel=Channel.WRITTEN, signer="director", sealed=True)
    both = told(
        "gov", "city-party", "10:40", "other", channel=Channel.WRITTEN, signer="director", sealed=True
    )
    known = knew("gov", "09:00")

    def followed(*entries: Entry, at: str | None = None, imported: bool = False) -> str | None:
        return (
            Scene(ZHAOQING, (known, call, *entries), imported=imported)
            .rows(at)
            .get("gov signed-and-sealed@call")
        )

    assert followed() == "unknown"
    assert followed(one, both) == "pass"
    assert followed(one, both, at="10:39") == "unknown"
    assert followed(one, closed()) == "fail possible", "nothing went to the party committee"
    assert followed(closed()) == "fail possible"
    assert followed(closed(), imported=True) == "unknown"
    again = told("gov", "city-gov", "12:00", "again")
    rows = Scene(ZHAOQING, (known, call, again, one, both)).rows()
    assert "gov signed-and-sealed@again" not in rows, "once is enough"
