"""Which mergings cannot be meant, and what whoever merges is told."""

from __future__ import annotations

import re
from typing import Any

import pytest

from emergency.domain.bookkeeping import MERGED_HERE, Linked, Merged, Reopened, Unmerged, Voided
from emergency.domain.events import IncidentOpened, Verified
from emergency.domain.incident import Incident, Record, incident_of
from emergency.domain.merging import check_merge, doubts, linked_here, merged_into
from emergency.domain.receiving import CallLogged, HandedOver
from emergency.domain.record import Recorded
from emergency.domain.values import Place
from emergency.domain.vocabulary import Category, Outcome
from emergency.errors import NotFoundError, RefusedError

from .scene import LEARNED, NOON, OPENED, REPORT, given


def incident(ref: str, *events: Any, division: str | None = "330783", category: str = "accident") -> Incident:  # noqa: ANN401
    opened = IncidentOpened(
        ref=ref,
        title="泄漏",
        category=Category(category),
        kind="leak",
        place=Place(name="某镇", division=division),
    )
    listed = [
        Recorded(
            position=n,
            stream=f"incident/{ref}",
            version=n,
            event_id=f"{ref}{n}",
            recorded_at=NOON,
            event=event,
        )
        for n, event in enumerate((opened, *events), start=1)
    ]
    found = incident_of(listed)
    assert found is not None
    return found


def merged(into: str) -> Merged:
    return Merged(office="county", into=into, why="同一起")


def refused(one: Incident, other: Incident, *words: str, guests: tuple[str, ...] = ()) -> None:
    with pytest.raises(RefusedError, match=".*".join(map(re.escape, words))):
        check_merge(one, other, guests)


def test_two_incidents_at_one_place_may_be_merged() -> None:
    check_merge(incident("a"), incident("b"), ())
    assert doubts(incident("a"), incident("b")) == ()


def test_an_incident_is_not_merged_into_itself() -> None:
    refused(incident("a"), incident("a"), "a cannot be merged into itself")


def test_mergings_make_no_chain() -> None:
    gone = incident("a", merged("b"))
    refused(gone, incident("c"), "a is merged into b already", "emergency unmerge a")
    refused(incident("c"), gone, "a is itself merged into b", "emergency merge c --into b")
    refused(incident("b"), gone, "a is itself merged into b: they go on as one already")
    refused(incident("b"), incident("c"), "a is merged into b", "Merge c into b instead", guests=("a",))


def test_a_merging_that_was_undone_stands_in_nobodys_way() -> None:
    taken_back = incident("a", merged("b"), Unmerged(office="county", merge="a2", why="两起"))
    assert merged_into(taken_back) is None
    check_merge(taken_back, incident("c"), ())
    again = incident("a", merged("b"), Unmerged(office="county", merge="a2", why="两起"), merged("c"))
    standing = merged_into(again)
    assert standing is not None
    assert standing.event.into == "c"


def test_who_was_merged_here() -> None:
    host = incident(
        "b",
        Linked(office="county", other="a", relation=MERGED_HERE),
        Linked(office="county", other="c", relation="same-cause"),
    )
    assert linked_here(host) == ("a",)


@pytest.mark.parametrize(
    ("one", "other", "fits"),
    [
        ("330783", "330783", True),
        ("330783", "330700", True),
        ("330000", "330783", True),
        ("330783", "330784", False),
        ("330783", "340783", False),
    ],
)
def test_different_places_are_two_events(one: str, other: str, *, fits: bool) -> None:
    """A county lies in its city and its province."""
    pair = incident("a", division=one), incident("b", division=other)
    if fits:
        check_merge(*pair, ())
    else:
        refused(*pair, f"({one})", f"({other})", "two events", "emergency link")


def test_a_place_that_is_not_known_is_said_and_not_refused() -> None:
    pair = incident("a", division=None), incident("b")
    check_merge(*pair, ())
    assert ["division code" in en for _, en in doubts(*pair)] == [True]


def test_two_categories_are_said_and_not_refused() -> None:
    pair = incident("a"), incident("b", category="public-health")
    check_merge(*pair, ())
    assert [en for _, en in doubts(*pair)] == [
        "they are of two categories (accident, public-health): each keeps its own rules"
    ]


# -- what refers to another entry --------------------------------------------------------------------------------


def test_an_incident_is_voided_on_a_verification_that_refutes() -> None:
    checked = Verified(office="city", outcome=Outcome.REFUTED)
    void = Voided(office="city", refuted_by="e2", why="误报")
    given(OPENED, checked).when(Record(void)).then(void)
    sure = Verified(office="city", outcome=Outcome.CONFIRMED)
    given(OPENED, sure).when(Record(void)).refused(RefusedError, "refutes it", "--outcome refuted")
    given(OPENED, LEARNED).when(Record(void)).refused(
        NotFoundError, "There is no verification e2", "Entry #2 is another act"
    )
    given(OPENED).when(Record(void)).refused(NotFoundError, "There is no verification e2")


def test_what_is_handed_over_or_logged_is_a_message() -> None:
    logged = CallLogged(office="city", of="e2", written_asked=True)
    given(OPENED, REPORT).when(Record(logged)).then(logged)
    given(OPENED, LEARNED).when(Record(logged)).refused(
        NotFoundError, "There is no message e2", "logged", "#2"
    )
    whole = HandedOver(office="city", to=("bureau",))
    given(OPENED).when(Record(whole)).then(whole)  # no message in particular


def test_a_merging_is_undone_by_naming_it() -> None:
    undone = Unmerged(office="county", merge="e2", why="两起")
    given(OPENED, merged("b")).when(Record(undone)).then(undone)
    given(OPENED, LEARNED).when(Record(undone)).refused(NotFoundError, "no merging")


def test_reopening_is_never_refused() -> None:
    again = Reopened(office="county", why="复燃")
    given(OPENED).when(Record(again)).then(again)
