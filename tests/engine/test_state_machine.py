"""Random histories on a real store beside a plain model: nothing is lost, nothing written ever changes."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from emergency import CommandConflictError, Engine, NotFoundError, Outcome, RefusedError
from emergency.domain import events
from emergency.domain.events import Entry, Message
from emergency.domain.times import CHINA
from emergency.domain.values import Count, Facts
from emergency.domain.vocabulary import Level, Tier

from .bench import COUNTY, OFFICES, at, begin, entries, office, open_incident, table, timeline, url

FAR = datetime(2100, 1, 1, tzinfo=UTC)
MARKS = ("in_doubt", "repeats")

OFFICE = st.sampled_from(["unit", "county", "city"])
SOURCE = st.sampled_from([None, "fax", "电话"])
FIGURES = st.builds(
    Facts,
    deaths=st.none() | st.builds(Count, value=st.integers(0, 3)),
    figures=st.dictionaries(st.sampled_from(["sick", "stranded"]), st.integers(0, 2)),
    circumstances=st.sampled_from([(), ("night",)]),
)
SENT = st.sampled_from([datetime(2026, 1, 1, hour, tzinfo=UTC) for hour in (1, 2, 3)] + [FAR])
WHEN = st.builds(at, SENT, st.just("so")) | st.just(events.Learned(office="x").at)
MESSAGES: list[type[Message]] = [
    events.Reported,
    events.FollowUpFiled,
    events.FinalReportFiled,
    events.Inquired,
    events.Denied,
]
PLAIN: list[type[Entry]] = [
    events.Learned,
    events.Withheld,
    events.Occurred,
    events.Foreseen,
    events.Warned,
    events.Stabilised,
    events.HandlingEnded,
]
ORDERS: list[type[Entry]] = [events.Suspended, events.Resumed]
LEVELLED: list[type[Entry]] = [events.Graded, events.Foreseen]
ENTRY = (
    st.builds(
        lambda cls, **fields: cls(**fields),
        st.sampled_from(PLAIN),
        office=OFFICE,
        source=SOURCE,
        facts=FIGURES,
        at=WHEN,
    )
    | st.builds(
        lambda cls, to, **fields: cls(to=(to,), **fields),
        st.sampled_from(MESSAGES),
        to=OFFICE,
        office=OFFICE,
        source=SOURCE,
        facts=FIGURES,
        at=WHEN,
    )
    | st.builds(
        lambda cls, **fields: cls(**fields),
        st.sampled_from(ORDERS),
        office=OFFICE,
        whom=st.sampled_from([(), ("unit",), ("unit", "county")]),
        authority=st.just("省防指"),
        why=st.sampled_from(["抢险", "解除"]),
        facts=FIGURES,
        at=WHEN,
    )
    | st.builds(
        lambda cls, **fields: cls(**fields),
        st.sampled_from(LEVELLED),
        office=OFFICE,
        level=st.sampled_from(Level),
        facts=FIGURES,
        at=WHEN,
    )
)
CHANGES = st.fixed_dictionaries(
    {}, optional={"source": st.sampled_from(["x", "y", None]), "facts": FIGURES}
).filter(bool)


@dataclass
class Model:
    """What must be on record: per incident the entries that count, and who reports to whom."""

    incidents: dict[str, dict[str, Entry]] = field(default_factory=dict)
    superiors: dict[str, tuple[str, ...]] = field(default_factory=dict)
    files: dict[str, dict[str, Any]] = field(default_factory=dict)


class Histories(RuleBasedStateMachine):
    """Commands of all kinds, restarts, rebuilds and looks back in time."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.file = self.folder / "log.db"
        self.engine = begin(self.file)
        self.model = Model(superiors={o.office: o.reports_to for o in OFFICES})
        self.moments: list[tuple[datetime, Model]] = []
        self.commands: dict[str, tuple[str, Entry, Outcome]] = {}
        self.seen: list[bytes] = []

    def teardown(self) -> None:
        self.engine.close()
        shutil.rmtree(self.folder)

    # -- commands --------------------------------------------------------------------------------------------

    @initialize()
    def first(self) -> None:
        self.opened()

    @rule()
    def opened(self) -> None:
        ref = f"mine-{len(self.model.incidents)}"
        outcome = open_incident(self.engine, ref)
        assert outcome.incident == ref
        self.model.incidents[ref] = {}

    @precondition(lambda self: self.model.incidents)
    @rule(data=st.data(), entry=ENTRY, named=st.booleans())
    def recorded(self, data: st.DataObject, entry: Entry, named: bool) -> None:  # noqa: FBT001
        ref = data.draw(st.sampled_from(sorted(self.model.incidents)))
        command = f"c{len(self.commands)}" if named else None
        outcome = self.engine.record(ref, entry, COUNTY, command_id=command)
        self.expect(ref, entry, outcome)
        if command:
            self.commands[command] = (ref, entry, outcome)

    def expect(self, ref: str, entry: Entry, outcome: Outcome) -> None:
        standing = self.model.incidents[ref]
        filled = entry.model_copy(
            update={"logged_by": COUNTY.office, "officer": COUNTY.officer, "role": COUNTY.role}
        )
        twin = next((i for i, e in reversed(standing.items()) if self.same(e, filled)), None)
        marks = {"in_doubt": entry.at.earliest == FAR, "repeats": twin}
        (event_id,) = outcome.event_ids
        assert event_id not in standing
        assert (outcome.in_doubt, outcome.repeats, outcome.already) == (*marks.values(), False)
        standing[event_id] = filled.model_copy(update=marks)

    @staticmethod
    def same(one: Entry, other: Entry) -> bool:
        blank = dict.fromkeys(MARKS) | {"at": one.at.text}
        return type(one) is type(other) and one.model_copy(update=blank) == other.model_copy(
            update=dict.fromkeys(MARKS) | {"at": other.at.text}
        )

    @precondition(lambda self: self.commands)
    @rule(data=st.data())
    def said_again(self, data: st.DataObject) -> None:
        command = data.draw(st.sampled_from(sorted(self.commands)))
        ref, entry, first = self.commands[command]
        before = table(self.file)
        again = self.engine.record(ref, entry, COUNTY, command_id=command)
        assert again.already
        assert (again.incident, again.event_ids, again.position) == (ref, first.event_ids, first.position)
        assert table(self.file) == before

    @precondition(lambda self: self.commands)
    @rule(data=st.data())
    def another_thing_said_under_the_same_id(self, data: st.DataObject) -> None:
        command = data.draw(st.sampled_from(sorted(self.commands)))
        ref, entry, _ = self.commands[command]
        before = table(self.file)
        with pytest.raises(CommandConflictError):
            self.engine.record(ref, entry.model_copy(update={"source": "other"}), COUNTY, command_id=command)
        assert table(self.file) == before

    def some_entry(self, data: st.DataObject) -> tuple[str, str]:
        known = [(ref, i) for ref, standing in self.model.incidents.items() for i in standing]
        return data.draw(st.sampled_from(known))

    @precondition(lambda self: any(self.model.incidents.values()))
    @rule(data=st.data(), changes=CHANGES)
    def amended(self, data: st.DataObject, changes: dict[str, Any]) -> None:
        ref, event_id = self.some_entry(data)
        old = self.model.incidents[ref][event_id]
        new = old.model_copy(update=changes)
        said = {k: v.model_dump(mode="json") if isinstance(v, Facts) else v for k, v in changes.items()}
        if new == old:
            with pytest.raises(RefusedError, match="Nothing would change"):
                self.engine.amend(ref, event_id, said, why="x", identity=COUNTY)
            return
        self.engine.amend(ref, event_id, said, why="x", identity=COUNTY)
        self.model.incidents[ref][event_id] = new

    @precondition(lambda self: any(self.model.incidents.values()))
    @rule(data=st.data())
    def withdrawn(self, data: st.DataObject) -> None:
        ref, event_id = self.some_entry(data)
        self.engine.withdraw(ref, event_id, why="x", identity=COUNTY)
        del self.model.incidents[ref][event_id]
        with pytest.raises(NotFoundError, match="that counts"):
            self.engine.withdraw(ref, event_id, why="x", identity=COUNTY)

    @rule(
        number=st.integers(0, 1),
        title=st.sampled_from("TU"),
        deaths=st.integers(1, 3),
        hour=st.integers(5, 9),
    )
    def imported(self, number: int, title: str, deaths: int, hour: int) -> None:
        ref = f"case-{number}"
        content = {"title": title, "deaths": deaths, "hour": hour}
        path = timeline(self.folder, ref, title=title, deaths=deaths, hour=hour)
        known = self.model.files.get(ref)
        if known not in (None, content):
            before = table(self.file)
            with pytest.raises(RefusedError, match="the file differs"):
                self.engine.import_timeline(path)
            assert table(self.file) == before
        outcome = self.engine.import_timeline(path, amend=True)
        status = "imported" if known is None else "unchanged" if known == content else "amended"
        assert outcome.status == status
        self.model.files[ref] = content
        assert self.engine.import_timeline(path).status == "unchanged"

    @rule(name=OFFICE, up=st.sampled_from(["city", "province"]))
    def reports_to_another(self, name: str, up: str) -> None:
        old = next(o for o in OFFICES if o.office == name)
        outcome = self.engine.register_offices([old.model_copy(update={"reports_to": (up,)})])
        assert outcome == {name: "unchanged" if self.model.superiors[name] == (up,) else "changed"}
        self.model.superiors[name] = (up,)

    @rule()
    def another_office(self) -> None:
        name = f"office-{len(self.model.superiors)}"
        self.engine.register_offices([office(name, "county", tier=Tier.TOWNSHIP)])
        self.model.superiors[name] = ("county",)

    # -- the store -------------------------------------------------------------------------------------------

    @rule()
    def restarted(self) -> None:
        self.engine.close()
        self.engine = Engine.open(url(self.file))

    @rule()
    def rebuilt(self) -> None:
        live = self.listed()
        self.engine.rebuild()
        assert self.listed() == live

    def listed(self) -> tuple[Any, ...]:
        listings = (self.engine.incidents(), self.engine.obligations(at=FAR), self.engine.findings(at=FAR))
        assert [listing.behind for listing in listings] == [0, 0, 0]
        assert [listing.parked for listing in listings] == [(), (), ()]
        return tuple(listing.rows for listing in listings)

    @rule()
    def remembered(self) -> None:
        self.moments.append((self.last_recorded(), deepcopy(self.model)))

    def last_recorded(self) -> datetime:
        with self.engine._log.reading() as reading:
            (last,) = reading.page(reading.last_position() - 1, 1)
        return last.recorded_at

    @precondition(lambda self: self.moments)
    @rule(data=st.data())
    def looked_back(self, data: st.DataObject) -> None:
        moment, then = data.draw(st.sampled_from(self.moments))
        directory = self.engine.directory(as_of=moment)
        assert {o.id: o.superiors[-1][1] for o in directory if "/" not in o.id} == then.superiors
        for ref in self.model.incidents:
            if ref in then.incidents:
                assert entries(self.engine, ref, moment) == then.incidents[ref]
            else:
                with pytest.raises(NotFoundError):
                    self.engine.view(ref, as_of=moment)
        for ref, content in then.files.items():
            assert self.of_file(ref, moment) == content

    def of_file(self, ref: str, as_of: datetime | None = None) -> dict[str, Any]:
        """What a view says of the things that the files differ in."""
        view = self.engine.view(ref, as_of=as_of)
        learned, report = view.timeline.steps
        deaths, sent = learned.entry.facts.deaths, report.at.earliest
        assert deaths is not None
        assert sent is not None
        return {
            "title": view.timeline.opened.title,
            "deaths": deaths.value,
            "hour": sent.astimezone(CHINA).hour,
        }

    # -- what always holds -----------------------------------------------------------------------------------

    @invariant()
    def what_was_written_never_changes(self) -> None:
        rows = table(self.file)
        positions = [row[0] for row in rows]
        assert positions == sorted(set(positions))
        hashes = [hashlib.sha256(repr(row).encode()).digest() for row in rows]
        assert hashes[: len(self.seen)] == self.seen
        self.seen = hashes

    @invariant()
    def the_view_is_the_model(self) -> None:
        for ref, standing in self.model.incidents.items():
            found = entries(self.engine, ref)
            assert list(found) == list(standing)
            assert found == standing
        for ref, content in self.model.files.items():
            assert self.of_file(ref) == content
        assert set(self.engine.refs()) == {*self.model.incidents, *self.model.files}
        directory = self.engine.directory()
        assert {o.id: o.superiors[-1][1] for o in directory if "/" not in o.id} == self.model.superiors

    @invariant()
    def the_listing_is_the_views(self) -> None:
        refs = sorted(self.engine.refs())
        incidents, obligations, findings = self.listed()
        assert list(incidents) == [self.engine.view(ref).incident_row for ref in refs]
        assert obligations == self.engine.obligations(refs, at=FAR).rows
        assert findings == self.engine.findings(refs, at=FAR).rows


QUIET = [HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large]


def run(examples: int, steps: int) -> None:
    """Live through so many histories of so many steps."""
    machine = Histories.TestCase
    machine.settings = settings(
        max_examples=examples, stateful_step_count=steps, deadline=None, suppress_health_check=QUIET
    )
    machine().runTest()


def test_histories() -> None:
    run(examples=12, steps=20)


@pytest.mark.long
def test_many_long_histories() -> None:
    run(examples=60, steps=40)
