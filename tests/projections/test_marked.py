"""Lists limited by how secret and how urgent incidents are: all three kinds, read from the lists or one by one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from emergency import Engine, UsageError
from emergency.projections.listing import Kind, cleared

from .bench import ME, timeline

MARKS: dict[str, dict[str, str]] = {
    "a": {"secrecy": "internal"},
    "b": {"secrecy": "secret", "urgency": "flash"},
    "c": {"secrecy": "top-secret", "urgency": "routine"},
    "d": {},
}


@pytest.fixture
def marked(store: Engine, tmp_path: Path) -> Engine:
    """Four incidents, each with obligations and findings."""
    for ref, marks in MARKS.items():
        store.import_timeline(timeline(tmp_path, ref))
        if marks:
            opened = store.view(ref).timeline.opened_id
            store.amend(ref, opened, marks, why="marked", identity=ME)
    return store


def refs(rows: Any) -> list[str]:  # noqa: ANN401 - rows
    return sorted({row["incident"] for row in rows})


def test_every_list_is_limited_and_one_by_one_it_is_the_same(marked: Engine) -> None:
    for filters, expected in (
        ({"secrecy": "secret"}, ["b"]),
        ({"secrecy": ["internal", "unknown"]}, ["a", "d"]),
        ({"urgency": "unknown"}, ["a", "d"]),
        ({"urgency": ["flash", "routine"], "secrecy": cleared("secret")}, ["b"]),
        ({"secrecy": None, "urgency": None}, ["a", "b", "c", "d"]),
        ({"secrecy": cleared("top-secret", unmarked=True)}, ["a", "b", "c", "d"]),
        ({"secrecy": "confidential"}, []),
    ):
        assert refs(marked.incidents(**filters).rows) == expected
        for ask in (marked.obligations, marked.findings):
            assert refs(ask(**filters).rows) == expected
            assert ask(list(MARKS), **filters).rows == ask(**filters).rows
        kinds: tuple[Kind, ...] = ("incidents", "obligations", "findings")
        for kind in kinds:
            with marked.streamed(kind, serious=["established"], **filters) as found:
                assert found.serious is bool(expected)
                assert len(list(found.texts)) >= len(expected)


def test_together_with_other_filters(marked: Engine) -> None:
    rows = marked.obligations(party="b/county", secrecy="secret").rows
    assert rows == marked.obligations(party="b/county").rows
    assert len(rows) > 1
    assert not marked.obligations(party="b/county", secrecy="internal").rows
    assert marked.findings(kind="late", office_or_ref="unit", secrecy="internal").rows
    assert not marked.findings(kind="concealed", secrecy="internal").rows


def test_what_nobody_has_marked_is_left_out_unless_it_is_asked_for(marked: Engine) -> None:
    assert refs(marked.incidents(up_to="secret").rows) == ["a", "b"]
    assert refs(marked.incidents(up_to="secret", unmarked=True).rows) == ["a", "b", "d"]
    assert refs(marked.incidents(up_to="internal").rows) == ["a"]
    assert refs(marked.incidents(up_to="top-secret").rows) == ["a", "b", "c"]
    assert cleared("confidential") == ("internal", "confidential")


def test_slips_are_told(store: Engine) -> None:
    with pytest.raises(UsageError, match="no secrecy public; there is top-secret"):
        store.incidents(secrecy="public")
    with pytest.raises(UsageError, match="no urgency soon"):
        store.obligations(urgency=["flash", "soon"])
    with pytest.raises(UsageError, match="no secrecy unknown"):
        store.incidents(up_to="unknown")
    with pytest.raises(UsageError, match="either"):
        store.incidents(up_to="secret", secrecy="secret")


def test_the_marks_stand_in_the_row(marked: Engine) -> None:
    marks = {r["incident"]: (r["secrecy"], r["urgency"]) for r in marked.incidents().rows}
    assert marks == {
        "a": ("internal", None),
        "b": ("secret", "flash"),
        "c": ("top-secret", "routine"),
        "d": (None, None),
    }
    assert marked.view("b").incident_row["secrecy"] == "secret"
