"""What holds of the checks of procedure whatever happened: one row at a time, and no matter in which order."""

from __future__ import annotations

from collections import defaultdict
from itertools import pairwise
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from emergency.domain.drafting import DraftEdited, DraftOpened, DraftReviewed, UnifiedDraftIssued
from emergency.domain.events import Acknowledged, Directed, Entry, NonReportStated, Verified
from emergency.domain.instructions import InstructionAnswered, InstructionReceived, InstructionRelayed
from emergency.domain.receiving import CallLogged, HandedOver
from emergency.domain.values import Facts
from emergency.domain.vocabulary import Channel, SignOff

from .procedure_scene import Scene, act, closed, knew, told

PLACES = ("330783", "330127", "330203", "451202", "441202", "530302")
CLOCKS = st.sampled_from((None, "09:00", "09:10", "09:10~", "09:11", "10:00", "10:00-11:00", "12:00"))
SENDERS = st.sampled_from(("unit", "town", "fire", "health", "gov", "party"))
RECEIVERS = st.lists(
    st.sampled_from(("fire", "gov", "party", "city-fire", "city-gov", "city-party", "prov-gov")),
    max_size=2,
    unique=True,
)
CHANNELS = st.sampled_from((Channel.PHONE, Channel.WRITTEN, Channel.UNKNOWN))


@st.composite
def happened(draw: st.DrawFn) -> tuple[Entry, ...]:
    """Some entries, each with an id of its own."""
    found: list[Entry] = [knew("gov", "08:30", deaths=draw(st.integers(0, 4)))]
    for number in range(draw(st.integers(1, 4))):
        to = tuple(r for r in draw(RECEIVERS))
        facts = Facts(deaths=draw(st.integers(0, 2)))
        draft = draw(st.sampled_from((None, "gov")))
        found.append(
            told(
                draw(SENDERS),
                to,
                draw(CLOCKS),
                f"told-{number}",
                channel=draw(CHANNELS),
                facts=facts,
                draft=draft,
            )
        )
    first = "incident/test:told-0"
    named: dict[str, Any] = {"draft": "gov", "version": 1}
    others = (
        act(DraftOpened, "gov", draw(CLOCKS), draft="gov", contributions=(first,)),
        act(DraftEdited, "gov", draw(CLOCKS), facts=Facts(deaths=1), **named),
        act(DraftReviewed, "gov", draw(CLOCKS), stage=SignOff.REVIEW, approved=draw(st.booleans()), **named),
        act(UnifiedDraftIssued, "gov", draw(CLOCKS), hash="sha256:0", **named),
        act(Acknowledged, "gov", draw(CLOCKS), of=first),
        act(
            CallLogged,
            "gov",
            draw(CLOCKS),
            of=first,
            written_asked=draw(st.sampled_from((None, True, False))),
        ),
        act(HandedOver, "gov", draw(CLOCKS), of=first, to=("health",)),
        act(Verified, "gov", draw(CLOCKS), to=("city-gov",)),
        act(Directed, "gov", draw(CLOCKS), whom=("fire",)),
        act(NonReportStated, "gov", draw(CLOCKS), to=("city-party",)),
        act(InstructionReceived, "gov", "09:30", "said", leader="市长", words="救人"),
        act(InstructionRelayed, "gov", draw(CLOCKS), of="incident/test:said", whom=("fire",)),
        act(InstructionAnswered, "gov", draw(CLOCKS), of="incident/test:said", words="已办"),
        closed(),
    )
    found += [one for one in others if draw(st.booleans())]
    return tuple(found)


@settings(max_examples=40, deadline=None)
@given(division=st.sampled_from(PLACES), entries=happened(), imported=st.booleans(), data=st.data())
def test_at_any_instant_one_check_comes_to_one_thing_whatever_the_order(
    division: str, entries: tuple[Entry, ...], *, imported: bool, data: st.DataObject
) -> None:
    scene = Scene(division, entries, imported=imported)
    found = scene.checks()
    phases = defaultdict(list)
    for check in found:
        phases[check.id].append(check)
    for listed in phases.values():
        for one, other in pairwise(listed):
            assert one.holds_until is not None
            assert one.holds_until == other.holds_from
            assert one.holds_from is None or one.holds_from < one.holds_until
    mixed = Scene(division, tuple(data.draw(st.permutations(entries))), imported=imported)
    assert {(c.id, c.holds_from, c.result, c.explanation.zh) for c in mixed.checks()} == {
        (c.id, c.holds_from, c.result, c.explanation.zh) for c in found
    }
