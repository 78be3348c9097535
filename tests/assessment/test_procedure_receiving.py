"""What a receiver does, leaders' instructions, and what nobody may do: both sides of each check."""

from __future__ import annotations

from typing import Any

import pytest

from emergency.domain.bookkeeping import Waived
from emergency.domain.events import (
    Acknowledged,
    ClueLinked,
    Directed,
    Entry,
    ForwardedUpward,
    Inquired,
    Obstructed,
    Verified,
)
from emergency.domain.instructions import InstructionAnswered, InstructionReceived, InstructionRelayed
from emergency.domain.receiving import CallLogged, HandedOver
from emergency.domain.values import Element
from emergency.domain.vocabulary import Category, Channel

from .procedure_scene import Scene, act, asking, at, closed, knew, told

ANYWHERE, ZHAOQING, DONGYANG = "530302", "441202", "330783"
CALL = told("unit", "fire", "09:00", "call")


def done(
    check: str,
    *entries: Entry,
    clock: str | None = None,
    office: str = "fire",
    **more: Any,  # noqa: ANN401 - of a scene
) -> str | None:
    """What a check of an office's comes to, about the call or about all of it."""
    rows = Scene(more.pop("division", ANYWHERE), entries, **more).rows(clock)
    return rows.get(f"{office} {check}@call", rows.get(f"{office} {check}"))


# -- receipt ---------------------------------------------------------------------------------------------------


def test_no_text_of_the_rulebook_asks_for_a_receipt() -> None:
    assert done("acknowledged", CALL, closed()) is None


def test_a_report_is_acknowledged() -> None:
    plain = asking("acknowledged")
    receipt = act(Acknowledged, "fire", "09:20", of="incident/test:call")
    assert done("acknowledged", CALL, receipt, rules=plain) == "pass"
    assert done("acknowledged", CALL, receipt, clock="09:19", rules=plain) == "unknown"
    assert done("acknowledged", CALL, rules=plain) == "unknown"
    assert done("acknowledged", CALL, closed(), rules=plain) == "fail established"
    assert done("acknowledged", CALL, closed(), rules=plain, imported=True) == "unknown"
    of_another = act(Acknowledged, "gov", "09:20", of="incident/test:call")
    assert done("acknowledged", CALL, of_another, closed(), rules=plain) == "fail established"


def test_what_is_done_after_the_closing_takes_nothing_back() -> None:
    for clock, expected in (("09:30", "pass"), ("12:00", "pass"), ("13:00", "fail established")):
        assert done("checked-at-once", CALL, closed("12:00"), act(Verified, "fire", clock)) == expected


def test_a_text_may_give_it_hours() -> None:
    within = asking("acknowledged", within={"within": "PT30M"})
    for clock, expected in (("09:30", "pass"), ("09:31", "fail established"), ("09:25~", "unknown")):
        receipt = act(Acknowledged, "fire", clock, of="incident/test:call")
        assert done("acknowledged", CALL, receipt, rules=within) == expected
    assert done("acknowledged", CALL, clock="09:30", rules=within) == "unknown"
    assert done("acknowledged", CALL, clock="09:31", rules=within) == "fail established"
    assert done("acknowledged", CALL, rules=within, imported=True) == "unknown"


# -- at once ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "act_of_it",
    [
        act(Verified, "fire", "09:20"),
        act(Inquired, "fire", "09:20", to=("unit",)),
        act(HandedOver, "fire", "09:20", to=("health",)),
        told("fire", "gov", "09:20", kind=ForwardedUpward),
    ],
)
def test_whoever_is_told_checks_asks_or_passes_it_on(act_of_it: Entry) -> None:
    assert done("checked-at-once", CALL, act_of_it) == "pass"
    assert done("checked-at-once", CALL, act_of_it, clock="09:19") == "unknown"
    assert done("checked-at-once", CALL, closed()) == "fail established"
    assert done("checked-at-once", CALL, closed(), imported=True) == "unknown"


def test_at_once_is_told_and_never_late() -> None:
    scene = Scene(ANYWHERE, (CALL, act(Verified, "fire", "20:00")))
    (row,) = [c for c in scene.checks() if c.check == "checked-at-once" and c.holds_until is None]
    assert row.result == "pass"
    assert "历时11小时" in row.explanation.zh
    assert "11 h later" in row.explanation.en


def test_what_comes_from_above_or_was_done_before_is_no_check() -> None:
    assert done("checked-at-once", told("gov", "fire", "09:00"), closed()) is None
    before = act(Verified, "fire", "08:59")
    assert done("checked-at-once", CALL, before, closed()) == "fail established"
    clue = act(ClueLinked, "public", "09:00", "clue", to=("fire",))
    assert done("checked-at-once", clue, act(Verified, "fire", "09:01")) == "pass"


def test_the_duty_came_with_the_law_of_2024() -> None:
    for day, expected in (("2024-10-31", None), ("2024-11-01", "pass")):
        call = told("unit", "fire", "09:00", "call", day=day)
        checked = act(Verified, "fire", "09:20", day=day)
        assert done("checked-at-once", call, checked, day=day) == expected


def test_what_is_handed_over_is_told_and_nothing_else_is() -> None:
    over = act(HandedOver, "fire", "09:20", "over", to=("health",), of="incident/test:call")
    assert Scene(ANYWHERE, (CALL, over)).rows()["fire handed-over@over"] == "pass"
    nowhere = act(HandedOver, "fire", "09:20", "over")
    assert Scene(ANYWHERE, (CALL, nowhere)).rows()["fire handed-over@over"] == "unknown"
    assert not any("handed-over" in name for name in Scene(ANYWHERE, (CALL, closed())).rows())
    within = asking("handed-over", within={"within": "PT10M"})
    late = Scene(ANYWHERE, (CALL, over), rules=within)
    assert late.rows()["fire handed-over@over"] == "fail established"


# -- by phone --------------------------------------------------------------------------------------------------

POLLUTION: dict[str, Any] = {"kind": "water-pollution"}
UP = told("fire", "city-fire", "09:00", "call")
LOG = act(CallLogged, "city-fire", "09:10", "log", of="incident/test:call")


def logged(*entries: Entry, check: str = "call-logged", **more: Any) -> str | None:  # noqa: ANN401 - of a scene
    return done(check, UP, *entries, office="city-fire", **{**POLLUTION, **more})


def test_a_superior_department_logs_a_phone_report_of_pollution() -> None:
    assert logged(LOG) == "pass"
    assert logged() == "unknown"
    assert logged(closed()) == "fail established"
    assert logged(closed(), imported=True) == "unknown"
    assert logged(closed(), kind="coal-mine") is None, "another kind"
    written = told("fire", "city-fire", "09:00", "call", channel=Channel.WRITTEN)
    assert done("call-logged", written, closed(), office="city-fire", **POLLUTION) is None


def test_the_log_holds_the_elements_of_the_list() -> None:
    required = [
        "occurred-at",
        "place",
        "nature-or-cause",
        "course",
        "measures",
        "result",
        "social-effect",
        "trend",
        "already-reported-to",
        "reporter",
        "reporter-post",
        "reporter-phone",
        "recorder",
    ]
    call = told("town", "gov", "09:00", "call")

    def log(*slugs: str) -> str | None:
        content = tuple(Element(of=slug) for slug in slugs)
        entry = act(CallLogged, "gov", "09:10", of="incident/test:call", content=content)
        return done("call-logged", call, entry, office="gov", division=ZHAOQING)

    assert log(*required) == "pass"
    assert log(*required[:-1]) == "fail possible"
    assert log() == "unknown", "nobody recorded what it says"


def test_the_written_report_is_asked_for_or_comes() -> None:
    def asked(*entries: Entry, **more: Any) -> str | None:  # noqa: ANN401 - of a scene
        return logged(*entries, check="written-asked-for", **more)

    yes, no = (LOG.model_copy(update={"written_asked": said}) for said in (True, False))
    text = told("fire", "city-fire", "12:00", "text", channel=Channel.WRITTEN)
    assert asked(LOG) == "unknown", "nobody recorded whether"
    assert asked(yes) == "pass"
    assert asked(no) == "fail established"
    assert asked(no, text) == "pass"
    assert asked(no, text, clock="11:59") == "fail established"
    assert asked(text) == "pass"
    assert asked(closed()) == "fail established"


# -- instructions ----------------------------------------------------------------------------------------------


def instruction(**fields: Any) -> Entry:  # noqa: ANN401 - of the event
    return act(InstructionReceived, "gov", "10:00", "said", leader="市长", words="全力救援", **fields)


def relayed(clock: str, *whom: str) -> Entry:
    return act(InstructionRelayed, "gov", clock, of="incident/test:said", whom=whom or ("fire",))


def answered(clock: str, office: str = "gov") -> Entry:
    return act(InstructionAnswered, office, clock, of="incident/test:said", words="已落实")


def carried(
    *entries: Entry, clock: str | None = None, division: str = DONGYANG, imported: bool = False
) -> str | None:
    whole = (knew("gov", "09:00"), *entries)
    return Scene(division, whole, imported=imported).rows(clock).get("gov instructions@said")


def test_an_instruction_is_passed_on_and_answered() -> None:
    plain = instruction()
    assert carried(plain) == "unknown"
    assert carried(plain, relayed("10:10")) == "unknown"
    assert carried(plain, relayed("10:10"), answered("18:00")) == "pass"
    assert carried(plain, relayed("10:10"), answered("18:00"), clock="17:59") == "unknown"
    assert carried(plain, relayed("10:10"), closed()) == "fail possible"
    assert carried(plain, relayed("10:10"), closed(), imported=True) == "unknown"
    assert carried(plain, division=ANYWHERE) is None


def test_everybody_whom_it_addresses_has_it() -> None:
    both = instruction(addressed=("fire", "health"))
    assert carried(both, relayed("10:10", "fire"), answered("18:00")) == "unknown"
    assert carried(both, relayed("10:10", "fire"), relayed("10:20", "health"), answered("18:00")) == "pass"


@pytest.mark.parametrize("addressed", [(), ("fire",)])
def test_its_own_limits_are_kept(addressed: tuple[str, ...]) -> None:
    limited = instruction(relay_by=at("10:30"), answer_by=at("18:00"), addressed=addressed)
    who = addressed[0] if addressed else "gov"
    assert carried(limited, relayed("10:30"), answered("18:00", who)) == "pass"
    assert carried(limited, relayed("10:31"), answered("18:00", who)) == "fail possible"
    assert carried(limited, relayed("10:30~"), answered("18:00", who)) == "unknown"
    assert carried(limited, relayed("10:30"), clock="17:59") == "unknown"
    assert carried(limited, clock="10:30") == "unknown"
    assert carried(limited, clock="10:31") == "fail possible"
    assert carried(limited, relayed("10:30"), imported=True) == "unknown"


def test_whoever_is_to_answer_fails_where_it_answers_late() -> None:
    limited = instruction(answer_by=at("18:00"), addressed=("fire",))

    def both(*entries: Entry, clock: str | None = None) -> list[str | None]:
        rows = Scene(DONGYANG, (knew("gov", "09:00"), limited, *entries)).rows(clock)
        return [rows.get(f"{office} instructions@said") for office in ("gov", "fire")]

    assert both(relayed("10:10"), answered("18:00", "fire")) == ["pass", "pass"]
    assert both(relayed("10:10"), answered("18:01", "fire")) == ["pass", "fail possible"]
    assert both(relayed("10:10"), clock="17:59") == ["unknown", "unknown"]
    assert both(relayed("10:10"), answered("18:00~", "fire")) == ["pass", "unknown"]


def test_what_came_by_phone_is_read_back_where_the_text_says_so() -> None:
    for said, expected in ((True, "pass"), (False, "fail possible"), (None, "unknown")):
        by_phone = instruction(channel=Channel.PHONE, read_back=said)
        assert carried(by_phone, relayed("10:10"), answered("18:00"), division=ZHAOQING) == expected
        assert carried(by_phone, relayed("10:10"), answered("18:00")) == "pass", (
            "Dongyang does not ask for it"
        )
    on_paper = instruction(channel=Channel.WRITTEN)
    assert carried(on_paper, relayed("10:10"), answered("18:00"), division=ZHAOQING) == "pass"


# -- what nobody may -------------------------------------------------------------------------------------------


def forbidden(entry: Entry, *, day: str = "2026-11-23", **more: Any) -> dict[str, str]:  # noqa: ANN401 - of a scene
    rows = Scene(ANYWHERE, (CALL, entry, closed()), day=day, **more).rows()
    return {name: row for name, row in rows.items() if "nobody" in name}


def test_whoever_directs_or_obstructs_fails_and_nobody_else() -> None:
    directed = act(Directed, "gov", "09:30", "it", whom=("fire",))
    assert forbidden(directed) == {"gov nobody-directed@it": "fail established"}
    obstructed = act(Obstructed, "gov", "09:30", "it", whom=("fire",))
    assert forbidden(obstructed) == {"gov nobody-obstructed@it": "fail established"}
    assert forbidden(act(Verified, "gov", "09:30")) == {}, "no row where nothing is on record"


def test_it_rests_on_the_time_that_the_record_gives() -> None:
    assert forbidden(act(Directed, "gov", None, "it", whom=("fire",))) == {
        "gov nobody-directed@it": "fail presumed"
    }


@pytest.mark.parametrize(
    ("day", "category", "kind", "check", "expected"),
    [
        ("2024-10-31", Category.NATURAL_DISASTER, "flood", "directed", None),
        ("2024-11-01", Category.NATURAL_DISASTER, "flood", "directed", "fail established"),
        ("2024-10-31", Category.NATURAL_DISASTER, "flood", "obstructed", None),
        ("2024-11-01", Category.NATURAL_DISASTER, "flood", "obstructed", "fail established"),
        ("2007-05-31", Category.ACCIDENT, "coal-mine", "obstructed", None),
        ("2007-06-01", Category.ACCIDENT, "coal-mine", "obstructed", "fail established"),
        ("2007-06-01", Category.ACCIDENT, "coal-mine", "directed", "fail established"),
        ("2003-05-08", Category.PUBLIC_HEALTH, "outbreak", "directed", None),
        ("2003-05-09", Category.PUBLIC_HEALTH, "outbreak", "directed", "fail established"),
        ("2003-05-09", Category.PUBLIC_HEALTH, "outbreak", "obstructed", None),
    ],
)
def test_since_when_it_is_forbidden(
    day: str, category: Category, kind: str, check: str, expected: str | None
) -> None:
    entry = act(
        {"directed": Directed, "obstructed": Obstructed}[check], "gov", "09:30", "it", day=day, whom=("fire",)
    )
    rows = Scene(ANYWHERE, (entry,), category=category, kind=kind, day=day).rows()
    assert rows.get(f"gov nobody-{check}@it") == expected


def test_a_time_that_straddles_the_day_of_effect_leaves_it_open() -> None:
    begins, ends = (at(clock, day) for clock, day in (("23:00", "2024-10-31"), ("01:00", "2024-11-01")))
    stated = begins.model_copy(update={"latest": ends.latest})
    entry = act(Directed, "gov", "09:00", "it", whom=("fire",)).model_copy(update={"at": stated})
    scene = Scene(ANYWHERE, (entry,), category=Category.NATURAL_DISASTER, kind="flood", day="2024-10-31")
    assert scene.rows()["gov nobody-directed@it"] == "unknown"


def test_a_waiver_by_somebody_whom_no_rule_names_is_a_direction_not_to_report() -> None:
    waived = act(Waived, "gov", "09:30", "it", whom=("fire",), authority="县领导", why="影响不大")
    assert forbidden(waived) == {"gov nobody-directed@it": "fail established"}
