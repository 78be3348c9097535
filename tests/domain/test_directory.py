"""The directory: who reports to whom, on a given day."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from emergency.domain.offices import (
    Directory,
    LoggingStarted,
    OfficeEvent,
    OfficeLeftFile,
    OfficeRegistered,
    OfficeRenamed,
    SuperiorChanged,
    directory_of,
    updates,
)
from emergency.domain.record import Recorded
from emergency.domain.vocabulary import Line, Tier
from emergency.words import Words

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
EARLIER, DAY, LATER = date(2024, 12, 31), date(2025, 1, 1), date(2025, 1, 2)


def log(*office_events: OfficeEvent, after: int = 0) -> list[Recorded[OfficeEvent]]:
    return [
        Recorded(
            position=n,
            stream=f"office/{event.office}",
            version=n,
            event_id=f"e{n}",
            recorded_at=NOON.replace(minute=n),
            event=event,
        )
        for n, event in enumerate(office_events, start=after + 1)
    ]


def office(name: str, *reports_to: str, tier: Tier = Tier.COUNTY, ref: str | None = None) -> OfficeRegistered:
    return OfficeRegistered(
        office=name, name=name.upper(), tier=tier, line=Line.GOVERNMENT, reports_to=reports_to, ref=ref
    )


def directory(*office_events: OfficeEvent) -> Directory:
    return directory_of(log(*office_events))


CHAIN = (office("unit", "county"), office("county", "city"), office("city", "province"), office("province"))


def test_registered() -> None:
    known = directory(*CHAIN)
    assert [o.id for o in known] == ["unit", "county", "city", "province"]
    assert "unit" in known
    assert "state" not in known
    assert known.get("state") is None
    unit = known["unit"]
    assert (unit.name, unit.tier, unit.line, unit.zone) == (
        "UNIT",
        Tier.COUNTY,
        Line.GOVERNMENT,
        "Asia/Shanghai",
    )
    assert (unit.division, unit.logs_since, unit.position) == (None, None, 1)


def test_what_to_call_it() -> None:
    known = directory(office("case/unit", ref="unit"), office("county"))
    assert (known.name("county"), known.name("nobody")) == ("COUNTY", "nobody")
    assert (known.ref("case/unit"), known.ref("county"), known.ref("nobody")) == ("unit", "county", "nobody")


def test_renamed_keeps_its_id_and_its_old_name() -> None:
    known = directory(*CHAIN, OfficeRenamed(office="unit", since=DAY, name="New"))
    assert known["unit"].name == known.name("unit") == "New"
    assert known["unit"].names == ((None, "UNIT"), (DAY, "New"))
    assert known.superiors("unit") == ("county",)


def test_a_superior_changes_on_its_day() -> None:
    known = directory(*CHAIN, SuperiorChanged(office="unit", since=DAY, reports_to=("city",)))
    assert known.superiors("unit", EARLIER) == ("county",)
    assert known.superiors("unit", DAY) == ("city",)
    assert known.superiors("unit", LATER) == ("city",)
    assert known.superiors("unit") == ("city",), "without a day the newest"


def test_two_changes_of_superior() -> None:
    known = directory(
        *CHAIN,
        SuperiorChanged(office="unit", since=DAY, reports_to=("city",)),
        SuperiorChanged(office="unit", since=LATER, reports_to=()),
    )
    assert [known.superiors("unit", day) for day in (EARLIER, DAY, LATER)] == [("county",), ("city",), ()]


def test_an_office_that_came_later_has_its_first_superiors_before() -> None:
    registered = office("unit", "county").model_copy(update={"since": DAY})
    assert directory(registered).superiors("unit", EARLIER) == ("county",)


def test_a_chain_is_walked_upward_nearest_first() -> None:
    known = directory(*CHAIN)
    assert known.above("unit") == ("county", "city", "province")
    assert known.above("province") == ()
    assert known.above("nobody") == ()


def test_two_lines_are_walked_side_by_side() -> None:
    known = directory(office("u", "gov", "dep"), office("gov", "city"), office("dep", "ministry"))
    assert known.above("u") == ("gov", "dep", "city", "ministry")


def test_the_chain_of_an_earlier_day() -> None:
    known = directory(*CHAIN, SuperiorChanged(office="county", since=DAY, reports_to=("province",)))
    assert known.above("unit", EARLIER) == ("county", "city", "province")
    assert known.above("unit", DAY) == ("county", "province")


def test_a_loop_is_walked_once() -> None:
    known = directory(office("a", "b"), office("b", "c"), office("c", "a", "b", "c"))
    assert known.above("a") == ("b", "c")
    assert known.above("c") == ("a", "b")
    assert directory(office("a", "a")).above("a") == ()


def test_a_superior_that_is_not_registered_is_named_and_ends_the_chain() -> None:
    assert directory(office("unit", "nobody")).above("unit") == ("nobody",)


def test_logging_starts_once() -> None:
    known = directory(*CHAIN, LoggingStarted(office="unit"), LoggingStarted(office="unit"))
    assert known["unit"].logs_since == NOON.replace(minute=5)
    assert known["county"].logs_since is None
    assert known["unit"].position == 6


def test_logging_goes_on_through_a_new_registration() -> None:
    known = directory(*CHAIN, LoggingStarted(office="unit"), office("unit", "city", tier=Tier.UNIT))
    assert known["unit"].logs_since == NOON.replace(minute=5)
    assert (known["unit"].tier, known["unit"].position) == (Tier.UNIT, 6)
    assert known.superiors("unit") == ("city",)


def test_what_is_said_of_an_unknown_office_is_left_out() -> None:
    assert list(directory(OfficeRenamed(office="a", name="b"), LoggingStarted(office="a"))) == []


def test_folding_on_top_of_an_earlier_directory_is_folding_the_whole() -> None:
    more = (OfficeRenamed(office="unit", name="New"), LoggingStarted(office="city"))
    start = directory(*CHAIN)
    assert directory_of(log(*more, after=4), start) == directory(*CHAIN, *more)
    assert start == directory(*CHAIN), "the start is left as it was"


def test_a_change_of_an_earlier_day_does_not_win_over_a_newer_one() -> None:
    known = directory(
        *CHAIN,
        SuperiorChanged(office="unit", since=LATER, reports_to=("province",)),
        SuperiorChanged(office="unit", since=DAY, reports_to=("city",)),
        OfficeRenamed(office="unit", since=LATER, name="Newest"),
        OfficeRenamed(office="unit", since=DAY, name="Newer"),
    )
    assert [known.superiors("unit", day) for day in (EARLIER, DAY, LATER, None)] == [
        ("county",), ("city",), ("province",), ("province",),
    ]  # fmt: skip
    assert known.name("unit") == "Newest"


def test_said_twice_of_one_day_what_was_recorded_later_holds() -> None:
    known = directory(
        *CHAIN,
        SuperiorChanged(office="unit", since=DAY, reports_to=("city",)),
        SuperiorChanged(office="unit", since=DAY, reports_to=("province",)),
        OfficeRenamed(office="unit", name="New"),
    )
    assert [known.superiors("unit", day) for day in (EARLIER, DAY)] == [("county",), ("province",)]
    assert known["unit"].names == ((None, "New"),)


@pytest.mark.parametrize(
    "changed",
    [{"tier": Tier.UNIT}, {"line": Line.PARTY}, {"division": "530302"}, {"zone": "Asia/Urumqi"}],
    ids=lambda c: next(iter(c)),
)
def test_a_new_registration_keeps_what_is_dated(changed: dict[str, Any]) -> None:
    known = directory(
        *CHAIN,
        SuperiorChanged(office="unit", since=DAY, reports_to=("city",)),
        OfficeRenamed(office="unit", since=DAY, name="New"),
        office("unit", "county").model_copy(update=changed),
    )
    assert known["unit"].superiors == ((None, ("county",)), (DAY, ("city",)))
    assert known["unit"].names == ((None, "UNIT"), (DAY, "New"))
    assert {name: getattr(known["unit"], name) for name in changed} == changed


def test_what_brings_a_known_office_up_to_date() -> None:
    known = directory(*CHAIN, SuperiorChanged(office="unit", since=DAY, reports_to=("city",)))["unit"]
    as_first = office("unit", "county")
    assert updates(known, as_first) == ()
    assert updates(known, office("unit", "city").model_copy(update={"since": LATER})) == ()
    assert updates(known, office("unit", "province")) == (
        SuperiorChanged(office="unit", reports_to=("province",)),
    )
    moved = as_first.model_copy(update={"tier": Tier.UNIT})
    assert updates(known, moved) == (moved,)


def test_an_office_that_left_its_file_comes_back_by_registration() -> None:
    gone = directory(*CHAIN, OfficeLeftFile(office="unit"))["unit"]
    assert not gone.in_file
    assert updates(gone, office("unit", "county")) == (office("unit", "county"),)
    assert directory(*CHAIN, OfficeLeftFile(office="unit"), office("unit", "county"))["unit"].in_file


def test_reachable_is_everyone_above_on_any_day() -> None:
    known = directory(
        *CHAIN,
        office("old"),
        office("new", "newer"),
        SuperiorChanged(office="county", since=DAY, reports_to=("old",)),
        SuperiorChanged(office="county", since=date(2099, 1, 1), reports_to=("new",)),
    )
    assert known.reachable(["unit", "nobody"]) == {
        "unit", "nobody", "county", "city", "province", "old", "new", "newer",
    }  # fmt: skip
    assert known.reachable([]) == frozenset()


def test_an_office_that_cannot_be_read_is_on_record() -> None:
    known = directory_of(
        log(*CHAIN), broken={"strange": Words("较新", "newer"), "unit": Words("损坏", "broken")}
    )
    assert "strange" in known
    assert known.get("strange") is None
    assert known.name("strange") == "strange"
    assert known["unit"].name == "UNIT"
    assert directory_of([], known).broken == known.broken
