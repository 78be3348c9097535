"""Whatever is appended reads back equal, in each stream and in the whole log."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from emergency.domain.record import Recorded
from emergency.store import Draft, Log

from .worker import JsonCodec

words = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
bodies = st.fixed_dictionaries({"text": words, "n": st.integers(-(2**60), 2**60)})
streams = st.sampled_from(["incident/a", "incident/甲", "incident/a%", "office/'x"])
appends = st.lists(st.tuples(streams, st.lists(bodies, max_size=4)), max_size=6)


@settings(max_examples=60, deadline=None)
@given(transactions=st.lists(appends, max_size=5), pages=st.integers(1, 7))
def test_what_is_appended_reads_back(
    transactions: list[list[tuple[str, list[dict[str, Any]]]]], pages: int
) -> None:
    model: list[Recorded[Any]] = []
    with Log.open("sqlite://", JsonCodec()) as log:
        for transaction in transactions:
            with log.writing() as writing:
                for stream, said in transaction:
                    version = sum(event.stream == stream for event in model)
                    written = writing.append(stream, version, [Draft(event=body) for body in said])
                    assert [event.event for event in written] == said
                    model.extend(written)
        read: list[Any] = []
        while page := log.page(read[-1].position if read else 0, pages):
            assert len(page) <= pages
            read.extend(page)
        assert read == model
        assert [event.position for event in read] == list(range(1, len(model) + 1))
        assert log.streams("") == list(dict.fromkeys(event.stream for event in model))
        for stream in log.streams(""):
            own = [event for event in model if event.stream == stream]
            assert log.stream(stream) == own
            assert [event.version for event in own] == list(range(1, len(own) + 1))
            for through in (0, own[0].position, len(model)):
                expected = [event for event in own if event.position <= through]
                assert log.stream(stream, through=through) == expected
