"""The same file again changes nothing; an edited one is refused, or recorded as amendments that leave what was."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from emergency import Engine, Identity, RefusedError
from emergency.domain.events import Entry, EntryAmended, EntryWithdrawn, Learned
from emergency.domain.offices import OfficeRegistered
from emergency.domain.record import Recorded
from emergency.domain.vocabulary import Line, Tier
from emergency.store import Writing

from .bench import NEW_STEP, SMALL, edited, log, without, write

REF = "mine-20200102"
REPORT_AT = 'at: "2020-01-02T09:50+08:00"'


@dataclass(frozen=True)
class Edit:
    """An edited file, and what is said of it."""

    name: str
    text: str
    said: tuple[str, ...]

    def __str__(self) -> str:
        return self.name


EDITS = [
    Edit("a time", edited(REPORT_AT, 'at: "2020-01-02T05:20+08:00"'), ("step s2 changed: at",)),
    Edit("the words of a time", edited(REPORT_AT, 'at: "2020-01-02T01:50Z"'), ("step s2 changed: at",)),
    Edit("how sure it is", edited(REPORT_AT, f"{REPORT_AT}\n    basis: assumed"), ("step s2 changed: at",)),
    Edit("an order", edited(REPORT_AT, f"{REPORT_AT}\n    after: s1"), ("step s2 changed: at",)),
    Edit("a time taken away", edited(f"    {REPORT_AT}\n", ""), ("step s2 changed: at",)),
    Edit(
        "a receipt",
        edited(REPORT_AT, f'{REPORT_AT}\n    received_at: "2020-01-03"'),
        ("step s2 changed: received_at",),
    ),
    Edit("a source taken away", edited("    source: phone log\n", ""), ("step s1 changed: source",)),
    Edit(
        "facts taken away",
        edited("    facts: {trapped: 2}\n    source", "    source"),
        ("step s1 changed: facts",),
    ),
    Edit(
        "two fields",
        edited("to: county\n    channel: phone", "to: city\n    channel: written"),
        ("step s2 changed: to, channel",),
    ),
    Edit(
        "another office",
        edited("act: reported\n    office: unit", "act: reported\n    office: county"),
        ("step s2 changed: office",),
    ),
    Edit(
        "another act",
        edited("act: reported", "act: forwarded"),
        ("step s2 is another act now", "step s2 added"),
    ),
    Edit(
        "another figure",
        edited("{trapped: 2}\n    source", "{trapped: 2, figures: {sick: 3}}\n    source"),
        ("step s1 changed: facts",),
    ),
    Edit(
        "a circumstance",
        edited("{trapped: 2}\n    source", "{trapped: 2, circumstances: [night]}\n    source"),
        ("step s1 changed: facts",),
    ),
    Edit("a step more", SMALL + NEW_STEP, ("step s4 added",)),
    Edit(
        "a suspension more",
        SMALL + "  - {id: s4, act: suspended, office: city, whom: unit, authority: x, why: y}\n",
        ("step s4 added",),
    ),
    Edit("a step fewer", without("s2"), ("step s2 removed",)),
    Edit("a step under another id", edited("id: s2", "id: s5"), ("step s5 added", "step s2 removed")),
    Edit("a determination", edited("kind: late", "kind: concealed"), ("step s3 changed: verdicts",)),
    Edit("a determination fewer", without("s3"), ("step s3 removed",)),
    Edit("the name of an office", edited("某煤矿, tier", "某某煤矿, tier"), ("office unit changed",)),
    Edit("the tier of an office", edited("tier: city", "tier: province"), ("office city changed",)),
    Edit("a superior", edited("reports_to: [county]", "reports_to: [city]"), ("office unit changed",)),
    Edit(
        "an office more",
        edited("steps:\n", "  more: {name: x, tier: unit, line: party}\nsteps:\n"),
        ("office more added",),
    ),
    Edit(
        "an office fewer",
        edited("  city:   {name: 某市, tier: city, line: government, reports_to: []}\n", "")
        .replace("reports_to: [city]", "reports_to: []")
        .replace("office: city", "office: county"),
        (
            "office county changed",
            "office city removed (it stays in the directory: what was recorded of it cannot be erased)",
            "step s3 changed: office",
        ),
    ),
    Edit("the title", edited("title: 某", "title: 一"), ("head changed: title",)),
    Edit("the level taken away", edited("level: III", "level: null"), ("head changed: level",)),
    Edit(
        "the place and time",
        edited('"530302"', "null", edited('occurred_at: "2020-01-02T04:50+08:00"', "occurred_at: null")),
        ("head changed: place, occurred_at",),
    ),
    Edit(
        "who is complete",
        edited("offices:\n", "record: {complete_for: [unit]}\noffices:\n"),
        ("head changed: complete_for",),
    ),
    Edit(
        "many things",
        edited("title: 某", "title: 一", without("s1")) + NEW_STEP,
        ("head changed: title", "step s4 added", "step s1 removed"),
    ),
]


@pytest.fixture
def imported(engine: Engine, tmp_path: Path) -> Engine:
    engine.import_timeline(write(tmp_path, SMALL))
    return engine


def fresh_rows(text: str, folder: Path) -> tuple[Any, ...]:
    """The rows that the text gives in a store of its own."""
    with Engine.open("sqlite://") as other:
        other.import_timeline(write(folder, text))
        return rows(other)


def rows(engine: Engine) -> tuple[Any, ...]:
    """Everything that is said of the incident, without the ids that the store minted."""
    view = engine.view(REF)
    return (
        view.incident_row,
        sorted((s.ref, type(s.entry).__name__, s.entry.model_dump_json()) for s in view.timeline.steps),
        sorted(d.event.model_dump_json() for d in view.timeline.determined),
        {row["office"] for row in view.obligation_rows},
        sorted((row["office"], row["kind"], row["status"]) for row in view.finding_rows),
    )


def test_the_same_file_again_changes_nothing(imported: Engine, tmp_path: Path) -> None:
    before = log(imported)
    for amend in (False, True):
        outcome = imported.import_timeline(write(tmp_path, SMALL), amend=amend)
        assert (outcome.status, outcome.changes, outcome.position) == ("unchanged", (), before[-1].position)
    assert log(imported) == before


@pytest.mark.parametrize(
    "same",
    [
        SMALL + "expected: {certainty: high}\n",
        "# a remark\n" + SMALL,
        edited("to: county", "to: [county]"),
        edited("reports_to: []", "reports_to: null"),
        SMALL.replace("\n", "\r\n"),
    ],
    ids=["expected", "a remark", "a list of one", "null", "line ends"],
)
def test_another_way_to_write_the_same_changes_nothing(imported: Engine, tmp_path: Path, same: str) -> None:
    assert imported.import_timeline(write(tmp_path, same)).status == "unchanged"


@pytest.mark.parametrize("edit", EDITS, ids=str)
def test_an_edited_file_is_refused_with_what_changed(imported: Engine, tmp_path: Path, edit: Edit) -> None:
    before = log(imported)
    with pytest.raises(RefusedError) as refusal:
        imported.import_timeline(write(tmp_path, edit.text))
    message = str(refusal.value)
    assert f"the file differs: {'; '.join(edit.said)}. Nothing was written." in message
    assert "--amend" in message
    assert log(imported) == before


@pytest.mark.parametrize("edit", EDITS, ids=str)
def test_amended_it_reads_as_the_file_and_the_log_keeps_what_was(
    imported: Engine, tmp_path: Path, edit: Edit
) -> None:
    before = log(imported)
    outcome = imported.import_timeline(write(tmp_path, edit.text), amend=True)
    assert (outcome.status, tuple(map(str, outcome.changes))) == ("amended", edit.said)
    after = log(imported)
    assert after[: len(before)] == before
    assert len(after) > len(before)
    assert outcome.position == after[-1].position
    assert rows(imported) == fresh_rows(edit.text, tmp_path)
    again = imported.import_timeline(write(tmp_path, edit.text))
    assert (again.status, again.position) == ("unchanged", outcome.position)
    assert imported.incidents().parked == ()


@pytest.mark.parametrize("edit", EDITS, ids=str)
def test_what_was_edited_can_be_edited_back(imported: Engine, tmp_path: Path, edit: Edit) -> None:
    at_first = rows(imported)
    imported.import_timeline(write(tmp_path, edit.text), amend=True)
    imported.import_timeline(write(tmp_path, SMALL), amend=True)
    assert imported.import_timeline(write(tmp_path, SMALL)).status == "unchanged"
    assert rows(imported) == at_first


@pytest.mark.parametrize("edit", EDITS, ids=str)
def test_replayed_as_of_before_the_amendment_it_is_as_it_was(
    imported: Engine, tmp_path: Path, edit: Edit
) -> None:
    moment = log(imported)[-1].recorded_at
    then = imported.view(REF)
    imported.import_timeline(write(tmp_path, edit.text), amend=True)
    replayed = imported.view(REF, as_of=moment)
    assert [(step.ref, step.entry, step.at) for step in replayed.timeline.steps] == [
        (step.ref, step.entry, step.at) for step in then.timeline.steps
    ]
    assert (replayed.obligation_rows, replayed.finding_rows, replayed.incident_row) == (
        then.obligation_rows,
        then.finding_rows,
        then.incident_row,
    )


def test_an_amended_figure_then_and_now(imported: Engine, tmp_path: Path) -> None:
    moment = log(imported)[-1].recorded_at
    text = edited("facts: {trapped: 2}\n    source", "facts: {trapped: 5, deaths: 1}\n    source")
    imported.import_timeline(write(tmp_path, text), amend=True)

    def figures(as_of: datetime | None) -> dict[str, int]:
        step = next(s for s in imported.view(REF, as_of=as_of).timeline.steps if s.ref == "s1")
        return {name: count.value for name, count in step.entry.facts.counts()}

    assert figures(moment) == {"trapped": 2}
    assert figures(None) == {"trapped": 5, "deaths": 1}


def test_an_amendment_says_which_why_and_only_what_changed(imported: Engine, tmp_path: Path) -> None:
    learned = next(r for r in log(imported) if isinstance(r.event, Learned))
    imported.import_timeline(write(tmp_path, edited("source: phone log", "source: fax")), amend=True)
    assert log(imported)[-1].event == EntryAmended(
        target=learned.event_id, changes={"source": "fax"}, why="the imported file was edited"
    )
    imported.import_timeline(write(tmp_path, without("s1")), amend=True)
    assert log(imported)[-1].event == EntryWithdrawn(
        target=learned.event_id, why="the imported file no longer has it"
    )


def test_what_was_logged_here_is_no_difference(imported: Engine, tmp_path: Path) -> None:
    """The file says nothing of it: it is neither a change nor removed."""
    office = f"{REF}/county"
    imported.record(REF, Learned(office=office), Identity(office=office))
    assert imported.import_timeline(write(tmp_path, SMALL)).status == "unchanged"
    imported.import_timeline(write(tmp_path, SMALL + NEW_STEP), amend=True)
    logged = [r for r in log(imported) if isinstance(r.event, Entry) and r.event.step is None]
    assert [s.id for s in imported.view(REF).timeline.steps if s.entry.step is None] == [
        r.event_id for r in logged
    ]


@pytest.mark.parametrize("amend", [False, True])
def test_an_incident_that_was_logged_here_is_never_overwritten(
    engine: Engine,
    tmp_path: Path,
    amend: bool,  # noqa: FBT001
) -> None:
    engine.register_offices([OfficeRegistered(office="C", name="C", tier=Tier.COUNTY, line=Line.GOVERNMENT)])
    engine.open_incident(
        title="x", category="accident", kind="coal-mine", place="p", identity=Identity(office="C"), ref=REF
    )
    before = log(engine)
    with pytest.raises(RefusedError, match=f"{REF} is an incident that was logged here"):
        engine.import_timeline(write(tmp_path, SMALL), amend=amend)
    assert log(engine) == before


@pytest.mark.parametrize("after", range(1, 8))
def test_an_import_that_breaks_off_writes_nothing(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, after: int
) -> None:
    """Whichever of its writes is the last one that succeeds; the second time it is done."""
    real = Writing.append
    written = 0

    def breaks_off(self: Writing, *arguments: Any, **named: Any) -> list[Recorded[Any]]:  # noqa: ANN401
        nonlocal written
        done = real(self, *arguments, **named)
        written += 1
        if written == after:
            raise KeyboardInterrupt
        return done

    edited_file = write(tmp_path, edited("title: 某", "title: 一", without("s1")) + NEW_STEP, "edited.yaml")
    for path in (write(tmp_path, SMALL), edited_file):
        before = log(engine)
        with monkeypatch.context() as patch:
            patch.setattr(Writing, "append", breaks_off)
            try:
                engine.import_timeline(path, amend=True)
            except KeyboardInterrupt:
                assert log(engine) == before
                engine.import_timeline(path, amend=True)
        assert log(engine)[: len(before)] == before
        assert engine.import_timeline(path).status == "unchanged"
    assert written >= after, "the test broke nothing off"
