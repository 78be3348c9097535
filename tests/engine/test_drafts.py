"""Unified drafts in a real store: recorded once, all or none, and beside the time limits that bind anyway."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from emergency import (
    CommandConflictError,
    Engine,
    Facts,
    Identity,
    NotFoundError,
    RefusedError,
    UsageError,
)
from emergency.commands.drafts import Task, assigned_tasks
from emergency.domain.bookkeeping import Linked, Merged, Unmerged
from emergency.domain.draft import Odd
from emergency.domain.drafting import DraftAssigned
from emergency.domain.events import Acknowledged, ForwardedUpward, Learned, Reported
from emergency.domain.values import Count, StatedTime

from .bench import CITY, COUNTY, at, entries, office, open_incident, reported, table

UNIT = Identity(office="unit", officer="u1")
REF = "mine-01"
HOUR = timedelta(hours=1)


def facts(**figures: int) -> Facts:
    return Facts.model_validate(figures)


def told(engine: Engine, who: Identity = UNIT, **figures: int) -> str:
    report = Reported(office=who.office, to=("county",), facts=facts(**figures))
    return engine.record(REF, report, who).event_ids[0]


@pytest.fixture
def desk(engine: Engine) -> Engine:
    """An incident with one report, and a draft over it."""
    open_incident(engine)
    told(engine, deaths=2)
    engine.drafts.open(REF, COUNTY)
    return engine


def issued(engine: Engine) -> None:
    engine.drafts.edit(REF, COUNTY, facts=facts(deaths=2), text="死亡2人")
    engine.drafts.issue(REF, COUNTY)


class TestOnce:
    """The same command never records twice, whatever was done between."""

    def test_an_edit_is_the_same_edit_after_later_versions(self, desk: Engine, file: Path) -> None:
        first = desk.drafts.edit(REF, COUNTY, facts=facts(deaths=2), command_id="c1")
        desk.drafts.edit(REF, COUNTY, facts=facts(deaths=3))
        before = table(file)
        again = desk.drafts.edit(REF, COUNTY, facts=facts(deaths=2), command_id="c1")
        assert table(file) == before
        assert again.outcome.already
        assert again.outcome.event_ids == first.outcome.event_ids
        assert again.version is not None
        assert again.version.number == 1
        with pytest.raises(CommandConflictError):
            desk.drafts.edit(REF, COUNTY, facts=facts(deaths=4), command_id="c1")

    def test_a_forward_is_the_same_after_another_version_was_issued(self, desk: Engine, file: Path) -> None:
        issued(desk)
        report = ForwardedUpward(office="county", to=("city",))
        first = desk.drafts.forward(REF, report, COUNTY, command_id="c1")
        desk.drafts.edit(REF, COUNTY, facts=facts(deaths=3))
        desk.drafts.issue(REF, COUNTY)
        before = table(file)
        again = desk.drafts.forward(REF, report, COUNTY, command_id="c1")
        assert table(file) == before
        assert again.outcome.event_ids == first.outcome.event_ids
        assert again.version is not None
        assert again.version.number == 1

    def test_all_assignments_or_none(self, desk: Engine, file: Path) -> None:
        issued(desk)
        before = table(file)
        with pytest.raises(NotFoundError, match="no office nobody"):
            desk.drafts.assign(REF, COUNTY, units={"unit": None, "nobody": None})
        assert table(file) == before
        done = desk.drafts.assign(REF, COUNTY, units={"unit": None, "city": None}, command_id="c1")
        assert len(done.outcome.event_ids) == len(table(file)) - len(before) == 2
        again = desk.drafts.assign(REF, COUNTY, units={"unit": None, "city": None}, command_id="c1")
        assert again.outcome.event_ids == done.outcome.event_ids

    def test_two_at_once_make_two_versions(self, desk: Engine) -> None:
        with ThreadPoolExecutor(2) as pool:
            done = list(
                pool.map(lambda number: desk.drafts.edit(REF, COUNTY, facts=facts(deaths=number)), (3, 4))
            )
        assert sorted(each.version.number for each in done if each.version) == [1, 2]
        state, _ = desk.drafts.show(REF)
        assert [version.number for version in state.versions] == [1, 2]


class TestRefused:
    """A clear answer, and nothing is lost: the log stands as it stood."""

    def test_a_draft_over_incidents_of_different_places(self, desk: Engine, file: Path) -> None:
        desk.open_incident(
            title="泄漏",
            category="accident",
            kind="chemical-plant",
            place="别县",
            division="320922",
            identity=COUNTY,
            ref="plant-02",
        )
        before = table(file)
        words = (
            r"plant-02:#2.*different places: mine-01 at 某县, plant-02 at 别县 \(320922\).*emergency merge"
        )
        with pytest.raises(RefusedError, match=words):
            desk.drafts.open(REF, COUNTY, contributions=["plant-02:#2"])
        with pytest.raises(RefusedError, match="different places"):
            desk.drafts.edit(REF, COUNTY, facts=facts(deaths=2), trace={"deaths": ["plant-02：#2"]})
        with pytest.raises(RefusedError, match="by their numbers alone"):
            desk.drafts.open(REF, COUNTY, contributions=["mine-01:#2"])
        with pytest.raises(NotFoundError, match=r"no incident plant-03.* Did you mean plant-02"):
            desk.drafts.open(REF, COUNTY, contributions=["plant-03:#2"])
        assert table(file) == before

    def test_one_place_is_no_reason_to_speak_of_places(self, desk: Engine) -> None:
        open_incident(desk, "mine-02")
        with pytest.raises(RefusedError, match="report on another incident") as refusal:
            desk.drafts.open(REF, COUNTY, contributions=["mine-02:#2"])
        assert "different places" not in str(refusal.value)

    def test_unknown_offices_and_incidents(self, desk: Engine, file: Path) -> None:
        before = table(file)
        with pytest.raises(NotFoundError, match="no incident mine-09"):
            desk.drafts.open("mine-09", COUNTY)
        with pytest.raises(NotFoundError, match="no office nobody"):
            desk.drafts.open(REF, COUNTY, contributions=[], jointly="nobody")
        with pytest.raises(NotFoundError, match="no office nobody"):
            desk.drafts.edit(REF, Identity(office="nobody"), text="x")
        assert table(file) == before

    def test_a_return_without_a_reason(self, desk: Engine, file: Path) -> None:
        desk.drafts.edit(REF, COUNTY, facts=facts(deaths=2))
        before = table(file)
        with pytest.raises(UsageError, match="Say why"):
            desk.drafts.sign(REF, COUNTY, approve=False)
        assert table(file) == before

    def test_a_forward_of_what_was_never_issued(self, desk: Engine, file: Path) -> None:
        desk.drafts.edit(REF, COUNTY, facts=facts(deaths=2))
        before = table(file)
        report = ForwardedUpward(office="county", to=("city",))
        with pytest.raises(RefusedError, match="issued yet"):
            desk.drafts.forward(REF, report, COUNTY)
        with pytest.raises(RefusedError, match="never issued"):
            desk.record(REF, report.model_copy(update={"draft": "county", "version": 1}), COUNTY)
        assert table(file) == before
        desk.record(REF, report.model_copy(update={"dissent": "掌握3人"}), COUNTY)


class TestMerged:
    """What was reported on an incident that goes on as this one can be named, for as long as it does."""

    def merge(self, engine: Engine, other: str = "mine-02") -> str:
        merged = Merged(office="county", into=REF, why="同一事故")
        done = engine.record(other, merged, COUNTY)
        engine.record(REF, Linked(office="county", other=other, relation="merged-here"), COUNTY)
        return done.event_ids[0]

    def test_its_reports_are_contributions(self, desk: Engine) -> None:
        open_incident(desk, "mine-02")
        report = Reported(office="city", to=("county",), facts=facts(deaths=4))
        there = desk.record("mine-02", report, CITY).event_ids[0]
        with pytest.raises(RefusedError, match="merge mine-02 --into mine-01"):
            desk.drafts.open(REF, COUNTY, contributions=["mine-02:#2"])
        merging = self.merge(desk)
        opened = desk.drafts.open(REF, COUNTY, contributions=["mine-02:#2"])
        assert opened.draft.contributions[-1] == there
        assert [each.fact for each in opened.draft.contradictions] == ["deaths"]
        edited = desk.drafts.edit(REF, COUNTY, settle=[("deaths", "mine-02:#2", "核实")])
        assert edited.version is not None
        assert edited.version.edited.facts == facts(deaths=4)
        assert edited.version.sources == {"deaths": (there,)}
        assert desk.drafts.elsewhere(REF)[there][:2] == ("mine-02", 2)
        # A number alone is always of this incident.
        traced = desk.drafts.edit(REF, COUNTY, trace={"deaths": ["#2"]})
        assert traced.version is not None
        assert traced.version.sources["deaths"] != (there,)
        # Taken apart again, its word counts here no more; what the draft says stays.
        desk.record("mine-02", Unmerged(office="county", merge=merging, why="并错"), COUNTY)
        state, _ = desk.drafts.show(REF)
        assert desk.drafts.elsewhere(REF) == {}
        assert [each.by for each in state.statements] == [state.contributions[0]]
        assert state.latest is not None
        assert state.latest.edited.facts == facts(deaths=4)

    def test_received_there_is_received_here(self, engine: Engine) -> None:
        for ref in (REF, "mine-02"):
            open_incident(engine, ref)
            engine.record(ref, Reported(office="unit", to=("county",), facts=facts(deaths=2)), UNIT)
        self.merge(engine)
        assert len(engine.drafts.open(REF, COUNTY).draft.contributions) == 2

    def test_a_draft_there_stays_there(self, desk: Engine) -> None:
        open_incident(desk, "mine-02")
        desk.drafts.open("mine-02", COUNTY, contributions=[])
        desk.drafts.edit("mine-02", COUNTY, text="彼稿")
        self.merge(desk)
        state, _ = desk.drafts.show(REF)
        assert state.versions == ()

    def test_linked_is_not_merged(self, desk: Engine) -> None:
        open_incident(desk, "mine-02")
        desk.record(REF, Linked(office="county", other="mine-02", relation="same-cause"), COUNTY)
        assert desk.drafts.elsewhere(REF) == {}
        with pytest.raises(RefusedError, match="another incident"):
            desk.drafts.open(REF, COUNTY, contributions=["mine-02:#1"])


class TestKnowing:
    """A draft is words: nobody comes to know or to hold anything by it; who works on it here logs here."""

    def test_a_version_is_no_knowledge(self, engine: Engine) -> None:
        open_incident(engine)
        engine.record(REF, Learned(office="county", facts=facts(deaths=1)), COUNTY)
        engine.record(REF, reported("city"), COUNTY)
        before = engine.view(REF).finding_rows
        engine.drafts.open(REF, COUNTY, contributions=[])
        engine.drafts.edit(REF, COUNTY, facts=facts(deaths=9))
        engine.drafts.issue(REF, COUNTY)
        assert engine.view(REF).finding_rows == before

    def test_whoever_works_on_it_here_logs_here(self, desk: Engine) -> None:
        desk.drafts.edit(REF, COUNTY, facts=facts(deaths=2))
        assert desk.directory().offices["city"].logs_since is None
        desk.drafts.review(REF, CITY, stage="first-check", approve=True)
        assert desk.directory().offices["city"].logs_since is not None


class TestTasks:
    """The earlier of what was assigned and what the rules say is what a unit goes by."""

    def task(self, engine: Engine) -> Task:
        state, view = engine.drafts.show(REF)
        (task,) = assigned_tasks(state, view, datetime.now(UTC))
        return task

    @pytest.fixture
    def owing(self, engine: Engine) -> Engine:
        """The unit learned an hour ago, and owes the county a report at once and within the hour."""
        open_incident(engine)
        learned = Learned(office="unit", at=at(datetime.now(UTC) - HOUR / 2), facts=facts(deaths=1))
        engine.record(REF, learned, UNIT)
        engine.drafts.open(REF, COUNTY, contributions=[])
        issued(engine)
        return engine

    @pytest.mark.parametrize("later", [True, False])
    def test_the_earlier_of_both(self, owing: Engine, *, later: bool) -> None:
        due = next(due for due in owing.due(REF, "unit") if due.by is not None and due.condition is None)
        assert due.by is not None
        moment = due.by + (HOUR / 60 if later else -HOUR / 60)
        owing.drafts.assign(REF, COUNTY, units={"unit": at(moment, "x")}, to=["county"])
        task = self.task(owing)
        assert task.assigned == moment
        assert task.by == min(moment, due.by)
        assert due in task.owed
        # The assignment moved no time limit.
        assert next(d for d in owing.due(REF, "unit") if d.obligation == due.obligation) == due

    def test_to_whom_it_is_owed_unless_said(self, owing: Engine) -> None:
        owing.drafts.assign(REF, COUNTY, units={"unit": None})
        assert self.task(owing).to == ("county",)
        assert self.task(owing).open == ("county",)

    def test_sent_acknowledged_returned(self, owing: Engine) -> None:
        owing.drafts.assign(REF, COUNTY, units={"unit": None}, to=["county", "city"])
        sent = owing.drafts.forward(REF, ForwardedUpward(office="unit", to=("county",)), UNIT)
        owing.record(REF, Acknowledged(office="county", of=sent.outcome.event_ids[0]), COUNTY)
        task = self.task(owing)
        assert (task.sent, task.open, task.acknowledged) == (sent.outcome.event_ids, ("city",), ("county",))


class TestReading:
    """What is shown: one draft, all of an incident, all incidents that have one."""

    def test_refs_are_those_with_a_draft(self, desk: Engine) -> None:
        open_incident(desk, "mine-02")
        assert desk.drafts.refs() == (REF,)

    def test_one_of_several_is_named(self, desk: Engine) -> None:
        desk.drafts.open(REF, CITY, contributions=["#2"])
        drafts, _ = desk.drafts.list(REF)
        assert list(drafts) == ["county", "city"]
        assert desk.drafts.show(REF, "city")[0].holder == "city"
        assert desk.drafts.show(REF, office="city")[0].holder == "city"
        with pytest.raises(RefusedError, match="several unified drafts"):
            desk.drafts.show(REF)
        with pytest.raises(NotFoundError, match="unit holds no unified draft"):
            desk.drafts.show(REF, "unit")

    def test_what_is_odd_comes_with_the_outcome(self, desk: Engine) -> None:
        done = desk.drafts.edit(REF, COUNTY, facts=facts(deaths=2, trapped=1))
        assert [(each.odd, each.facts) for each in done.remarks] == [(Odd.UNTRACED, ("trapped",))]
        assert done.version is not None
        assert done.version.edited.facts.deaths == Count(value=2)
        assert done.outcome.due == desk.due(REF, "county")

    def test_an_unstated_time_is_this_minute(self, desk: Engine) -> None:
        issued(desk)
        stated = StatedTime(text="不明")
        done = desk.drafts.assign(REF, COUNTY, units={"unit": None}, at=stated)
        act = entries(desk, REF)[done.outcome.event_ids[0]]
        assert isinstance(act, DraftAssigned)
        assert act.at == stated
        first = next(iter(desk.drafts.show(REF)[0].opened)).act
        assert first.at.earliest is not None
        assert datetime.now(UTC) - first.at.earliest < HOUR


def test_an_office_may_be_named_later(engine: Engine) -> None:
    open_incident(engine)
    told(engine, deaths=1)
    engine.register_offices([office("party", tier=engine.directory().offices["county"].tier)])
    done = engine.drafts.open(REF, COUNTY, jointly="party")
    assert done.draft.jointly == "party"
