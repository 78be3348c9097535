"""Every document of the real cases: made without error, with no figure and no zero that is not on record."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pytest
from tests.documents.scene import rulebook, said

from emergency.answers import View
from emergency.assessment.assess import assess_timeline
from emergency.assessment.timeline import timeline_of
from emergency.documents import plain
from emergency.documents.circular import incident_circular_of
from emergency.documents.model import Official
from emergency.documents.paper import Choices
from emergency.documents.reports import Kind, report_of, reports_on_record
from emergency.domain.offices import directory_of
from emergency.domain.record import Recorded
from emergency.domain.review import ReviewOpened
from emergency.exchange import case_file, timeline_import

FOLDER = Path(__file__).parents[1] / "cases"
CASES = sorted(FOLDER.glob("*.yaml"))
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
BOTH = (Choices(), Choices(chinese=False))
_FIGURE = re.compile(
    r"(?:死亡、失联合计|死亡|失联|被困|重伤|受伤|获救|涉险|转移|发现遗体|直接经济损失|患病|参与|滞留)约?(\d+)(?:人|具|元)"
)


@cache
def seen(path: Path) -> View:
    """A case as a view, without a store."""
    new = timeline_import.imported(case_file.read(path))
    at = datetime(2026, 11, 1, tzinfo=UTC)

    def log(bodies: list[object], stream: str, start: int) -> list[Recorded[object]]:
        return [
            Recorded(
                position=start + i,
                stream=stream,
                version=i,
                event_id=f"{stream}:{i}",
                recorded_at=at,
                event=one,
            )
            for i, one in enumerate(bodies, 1)
        ]

    recorded = log([new.opened, *new.entries], f"incident/{new.ref}", 0)
    reviewed = log([ReviewOpened(incident=new.ref), *new.determined], f"review/{new.ref}", len(recorded))
    timeline = timeline_of([*recorded, *(reviewed if new.determined else ())])
    directory = directory_of(log([*new.offices], "offices", 0))  # type: ignore[arg-type]
    judged = assess_timeline(timeline, directory, rulebook())
    return View(
        timeline, judged, directory, len(recorded), rulebook(), {r.event_id: r.version for r in recorded}
    )


def documents(view: View, choices: Choices) -> Iterator[tuple[str, Official]]:
    """Every document of a case: of each office what it holds, and of each report on record."""
    for office in view.timeline.offices:
        if office == "public":
            continue
        for kind in Kind:
            entries = [None, *(step.id for step in reports_on_record(view, office, kind))]
            for entry in entries:
                made = report_of(view, kind, office, entry=entry, at=NOW, choices=choices)
                yield f"{office} {kind} {entry}", made
    yield "circular", incident_circular_of(view, view.timeline.steps[0].office, at=NOW, choices=choices)


def on_record(view: View) -> set[int]:
    """Every number that anybody stated."""
    found: set[int] = set()
    for step in view.timeline.steps:
        found |= {count.value for _, count in step.facts.counts()}
        found |= {other.count.value for other in step.facts.figures}
    return found


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_every_document_is_made_and_every_figure_on_it_is_on_record(path: Path) -> None:
    view = seen(path)
    figures, title = on_record(view), view.timeline.opened.title
    for name, document in documents(view, BOTH[0]):
        text = said(document).replace(title, "")
        printed = {int(number) for number in _FIGURE.findall(text)}
        assert printed <= figures, f"{name}: {printed - figures} stands on no record"
        assert max(map(plain.columns, plain.rendered(document).splitlines())) <= plain.WIDTH, name


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_what_is_being_verified_was_said_to_be(path: Path) -> None:
    view = seen(path)
    verifying = any(step.facts.verifying for step in view.timeline.steps)
    for name, document in documents(view, BOTH[0]):
        assert verifying or "正在核实" not in said(document), name


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_a_circular_names_no_fault_that_was_not_determined(path: Path) -> None:
    view = seen(path)
    determined = {f.determination for f in view.assessment.findings if f.determination}
    made = incident_circular_of(view, view.timeline.steps[0].office, at=NOW)
    text = said(made).replace(view.timeline.opened.title, "")
    for word, kind in (("漏报", "missed"), ("谎报", "falsified"), ("瞒报", "concealed")):
        assert (word in text) == (kind in determined)


def test_the_cases_print_figures_and_faults_enough_to_show_something() -> None:
    texts = [said(document) for path in CASES[:8] for _, document in documents(seen(path), BOTH[1])]
    assert sum(len(re.findall(r"\d+ (?:dead|missing|trapped)", text)) for text in texts) > 20
    assert any("determined" in text for text in texts)
