"""Reminders: due and not yet sent. Nothing is missed, and nothing is repeated without saying so."""

from __future__ import annotations

import shutil
import signal
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from emergency import Engine, Identity, UsageError
from emergency.commands.reminders import MARGIN, Delivered, Plan, Said, Sink
from emergency.commands.sinks import command_sink
from emergency.domain.desk import Promise
from emergency.domain.events import Acknowledged, Learned, Reported
from emergency.domain.vocabulary import Channel
from emergency.errors import BusyError
from emergency.store import DrillClock, check_store, clock

from . import worker
from .bench import CITY, COUNTY, OFFICES, at, begin, insert, learned, open_incident, reported, url

T0 = datetime(2026, 11, 22, 4, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
TAKES = timedelta(seconds=30)

LIMIT = timedelta(hours=2)
"""So long a county has under the rules of the day for what is told here."""


class Hour:
    """The clock of the store, which the test sets."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.shows = T0
        patch.setattr(clock, "now", lambda: self.shows)

    def go(self, minutes: float) -> None:
        self.shows += minutes * MINUTE


class Killed(BaseException):
    """The sweep dies here."""


class Box:
    """A sink that keeps what it gets, and whose sweep dies or fails where the test says so."""

    def __init__(self, name: str = "box") -> None:
        self.got: list[dict[str, Any]] = []
        self.mood = "well"
        self.meanwhile: Callable[[], object] | None = None
        self.sink = Sink(name, self._deliver, TAKES)

    def _deliver(self, row: dict[str, Any]) -> Delivered:
        if self.meanwhile is not None:
            meanwhile, self.meanwhile = self.meanwhile, None
            meanwhile()
        if self.mood == "killed before":
            raise Killed
        if self.mood == "fails":
            return Delivered(done=False, said="no")
        self.got.append(row)
        if self.mood == "killed after":
            raise Killed
        return Delivered(done=True)

    @property
    def kinds(self) -> list[str]:
        return [row["kind"] for row in self.got]

    @property
    def unmarked(self) -> Counter[str]:
        return Counter(row["key"] for row in self.got if not row["may_repeat"])


def sweep(engine: Engine, box: Box, plan: Plan | None = None, *offices: str) -> list[Said]:
    """One sweep to its end, or to where it is killed."""
    said: list[Said] = []
    try:
        for one in engine.reminders.sweep(offices or ("county",), [box.sink], plan).said:
            said.append(one)  # noqa: PERF402 - what came before it was killed is kept
    except Killed:
        pass
    return said


@pytest.fixture
def hour(monkeypatch: pytest.MonkeyPatch) -> Hour:
    return Hour(monkeypatch)


@pytest.fixture(params=["sqlite", "postgresql"])
def both(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """An engine on each database."""
    if request.param == "sqlite":
        with begin(tmp_path / "both.db") as engine:
            yield engine
    else:
        with Engine.open(request.getfixturevalue("postgres_url")) as engine:
            engine.register_offices(OFFICES)
            yield engine


def incident(engine: Engine, ref: str = "mine-01", when: datetime = T0) -> datetime:
    """An incident that the county knows of; gives by when the city must have its report."""
    open_incident(engine, ref)
    engine.record(ref, Learned(office="county", at=at(when, "so"), facts={"deaths": 3}), COUNTY)
    (due,) = engine.due(ref, "county")
    assert due.by == when + LIMIT
    return due.by


class TestObligations:
    """When it is said, and that it is said once."""

    def test_due_soon_from_the_threshold_on_and_overdue_after_the_limit(
        self, engine: Engine, hour: Hour
    ) -> None:
        due, box = incident(engine), Box()
        for shows, kinds in (
            (due - 15 * MINUTE - timedelta(seconds=1), []),
            (due - 15 * MINUTE, ["due-soon"]),
            (due, ["due-soon"]),
            (due + timedelta(seconds=1), ["due-soon", "overdue"]),
            (due + timedelta(days=3), ["due-soon", "overdue"]),
        ):
            hour.shows = shows
            sweep(engine, box)
            assert box.kinds == kinds, shows

    def test_on_the_very_limit_it_is_due_soon_still(self, engine: Engine, hour: Hour) -> None:
        hour.shows = incident(engine)
        box = Box()
        sweep(engine, box)
        assert box.kinds == ["due-soon"]

    def test_a_sweep_that_comes_days_late_says_what_is_overdue_once(self, engine: Engine, hour: Hour) -> None:
        incident(engine)
        hour.go(3 * 24 * 60)
        box = Box()
        sweep(engine, box)
        sweep(engine, box)
        (row,) = box.got
        assert (row["kind"], row["incident"], row["other"], row["attempt"]) == (
            "overdue",
            "mine-01",
            "city",
            1,
        )
        assert "已逾期2天22小时" in row["words"]["zh"]
        assert "overdue by 2 d 22 h" in row["words"]["en"]

    def test_several_thresholds_each_once_the_nearest_for_who_comes_late(
        self, engine: Engine, hour: Hour
    ) -> None:
        due, box = incident(engine), Box()
        plan = Plan(before=(5 * MINUTE, 30 * MINUTE))
        hour.shows = due - 29 * MINUTE
        sweep(engine, box, plan)
        sweep(engine, box, plan)
        hour.shows = due - 4 * MINUTE
        sweep(engine, box, plan)
        assert [row["before"] for row in box.got] == ["PT30M", "PT5M"]
        late = Box("late")
        sweep(engine, late, plan)
        assert [row["before"] for row in late.got] == ["PT5M"]

    def test_after_the_report_there_is_no_reminder(self, engine: Engine, hour: Hour) -> None:
        incident(engine)
        hour.go(50)
        engine.record("mine-01", reported("city"), COUNTY)
        hour.go(160)
        box = Box()
        sweep(engine, box)
        assert box.got == []

    def test_what_is_overdue_is_said_again_each_so_long_only_if_asked(
        self, engine: Engine, hour: Hour
    ) -> None:
        due, box = incident(engine), Box()
        again = Plan(again=30 * MINUTE)
        for late, count in ((1, 1), (29, 1), (30, 2), (31, 2), (59, 2), (200, 3), (209, 3), (210, 4)):
            hour.shows = due + late * MINUTE
            sweep(engine, box, again)
            assert len(box.got) == count, late
        hour.go(1000)
        sweep(engine, box)
        assert len(box.got) == 4

    def test_another_deadline_is_another_reminder(self, engine: Engine, hour: Hour) -> None:
        due, box = incident(engine), Box()
        hour.shows = due + MINUTE
        sweep(engine, box)
        earlier = at(T0 - 30 * MINUTE, "so").model_dump(mode="json")
        engine.amend("mine-01", "2", {"at": earlier}, why="x", identity=COUNTY)
        sweep(engine, box)
        assert [row["deadline"] for row in box.got] == [
            "2026-11-22T14:00:00+08:00",
            "2026-11-22T13:30:00+08:00",
        ]

    def test_a_duty_at_once_is_said_at_once(self, engine: Engine, hour: Hour) -> None:
        open_incident(engine)
        engine.record("mine-01", learned(), COUNTY)
        dues = engine.due("mine-01", "county")
        assert [due.by for due in dues] == [None]
        box = Box()
        sweep(engine, box)
        sweep(engine, box)
        assert box.kinds == ["at-once"]
        hour.go(160)
        sweep(engine, box)
        assert box.kinds == ["at-once"]

    def test_only_what_was_due_from_an_instant_on(self, engine: Engine, hour: Hour) -> None:
        due, box = incident(engine), Box()
        hour.shows = due + MINUTE
        sweep(engine, box, Plan(since=due + timedelta(seconds=1)))
        assert box.got == []
        sweep(engine, box, Plan(since=due))
        assert box.kinds == ["overdue"]

    def test_what_was_done_late_is_done(self, engine: Engine, hour: Hour) -> None:
        due, box = incident(engine), Box()
        hour.shows = due + MINUTE
        engine.record("mine-01", reported("city"), COUNTY)
        assert sweep(engine, box) == []
        assert engine.reminders.sweep(["county"], [box.sink]).matters.owed == ()

    def test_only_of_the_offices_that_are_asked_for(self, engine: Engine, hour: Hour) -> None:
        incident(engine)
        hour.go(160)
        box = Box()
        assert sweep(engine, box, None, "city") == []
        assert box.got == []

    def test_every_sink_gets_its_own(self, engine: Engine, hour: Hour) -> None:
        incident(engine)
        hour.go(160)
        one, other = Box("one"), Box("other")
        list(engine.reminders.sweep(["county"], [one.sink, other.sink]).said)
        list(engine.reminders.sweep(["county"], [one.sink, other.sink]).said)
        assert (one.kinds, other.kinds) == (["overdue"], ["overdue"])

    def test_a_dry_run_delivers_and_records_nothing(self, engine: Engine, hour: Hour) -> None:
        incident(engine)
        hour.go(160)
        box = Box()
        before = engine.projection_status(catch_up=True).recorded_through
        found = list(engine.reminders.sweep(["county"], [box.sink], dry_run=True).said)
        assert [said.outcome for said in found] == ["due"]
        assert box.got == []
        assert engine.projection_status(catch_up=True).recorded_through == before

    def test_what_is_settled_while_others_are_sent_is_not_sent(self, engine: Engine, hour: Hour) -> None:
        incident(engine, "mine-01")
        incident(engine, "mine-02")
        hour.go(160)
        box = Box()
        box.meanwhile = lambda: engine.record("mine-02", reported("city"), COUNTY)
        assert [said.outcome for said in sweep(engine, box)] == ["sent", "passed"]
        assert [row["incident"] for row in box.got] == ["mine-01"]

    def test_no_title_place_or_figure_leaves_the_building(self, engine: Engine, hour: Hour) -> None:
        incident(engine)
        hour.go(160)
        box = Box()
        sweep(engine, box)
        assert not {"透水", "某县"} & {str(value) for value in box.got[0].values()}
        assert "透水" not in str(box.got)
        assert "某县" not in str(box.got)

    def test_of_a_drill_it_says_so(self, tmp_path: Path) -> None:
        stands = DrillClock(shows=T0, since=clock.now(), held=True)
        with Engine.open(url(tmp_path / "drill.db"), drill=stands) as engine:
            engine.register_offices(OFFICES)
            incident(engine)
            engine.set_clock(T0 + LIMIT + MINUTE)
            box = Box()
            sweep(engine, box)
        (row,) = box.got
        assert row["drill"] is True
        assert row["words"]["zh"].startswith("【演练】")

    def test_inside_a_portals_transaction_it_is_refused(self, engine: Engine, hour: Hour) -> None:
        del hour
        with (
            engine._log.engine.begin() as connection,
            engine.joined(connection),
            pytest.raises(UsageError, match="inside a portal's transaction"),
        ):
            sweep(engine, Box())


class TestMessages:
    """What nobody has signed for, sent by the office or to it."""

    def test_a_fax_that_the_recipient_has_not_acknowledged(self, engine: Engine, hour: Hour) -> None:
        incident(engine)
        fax = reported("city").model_copy(update={"channel": Channel.WRITTEN, "at": at(T0, "so")})
        sent = engine.record("mine-01", fax, COUNTY).event_ids[0]
        box = Box()
        hour.shows = T0 + 30 * MINUTE - timedelta(seconds=1)
        sweep(engine, box, None, "county", "city")
        assert box.got == []
        hour.shows = T0 + 30 * MINUTE
        sweep(engine, box, None, "county", "city")
        sweep(engine, box, None, "county", "city")
        assert [(row["office"], row["kind"], row["about"]) for row in box.got] == [
            ("city", "to-acknowledge", sent),
            ("county", "not-acknowledged", sent),
        ]

    def test_once_it_is_acknowledged_there_is_none(self, engine: Engine, hour: Hour) -> None:
        incident(engine)
        fax = reported("city").model_copy(update={"channel": Channel.WRITTEN, "at": at(T0, "so")})
        sent = engine.record("mine-01", fax, COUNTY).event_ids[0]
        engine.record("mine-01", Acknowledged(office="city", of=sent), CITY)
        hour.go(60)
        box = Box()
        sweep(engine, box, None, "county", "city")
        assert box.got == []

    def test_whoever_was_spoken_to_has_received_it_but_may_not_have_entered_it(
        self, engine: Engine, hour: Hour
    ) -> None:
        incident(engine)
        engine.record("mine-01", reported("city"), COUNTY)
        hour.go(60)
        box = Box()
        sweep(engine, box, None, "county", "city")
        assert [(row["office"], row["kind"]) for row in box.got if row["subject"] == "message"] == [
            ("city", "to-acknowledge")
        ]

    def test_what_the_office_logged_itself_it_knows(self, engine: Engine, hour: Hour) -> None:
        incident(engine)
        told = Reported(office="unit", to=("county",), channel=Channel.WRITTEN)
        engine.record("mine-01", told, COUNTY)
        hour.go(40)
        box = Box()
        sweep(engine, box)
        assert [kind for kind in box.kinds if "acknowledge" in kind] == []

    def test_never_is_never(self, engine: Engine, hour: Hour) -> None:
        incident(engine)
        engine.record("mine-01", reported("city"), COUNTY)
        hour.go(60)
        box = Box()
        sweep(engine, box, Plan(unacknowledged=None), "city")
        assert box.kinds == ["at-once"]


class TestTheDesk:
    """What was promised at a handover, and a handover that nobody took."""

    def test_a_promise_is_said_soon_then_overdue_until_it_is_kept(self, engine: Engine, hour: Hour) -> None:
        box = Box()
        promises = [
            Promise(text="a", by=T0 + 60 * MINUTE),
            Promise(text="b", by=T0 + 60 * MINUTE),
            Promise(text="c"),
        ]
        engine.desk.hand_over(COUNTY, promised=promises)
        engine.desk.acknowledge(Identity(office="county", officer="o9"))
        hour.go(50)
        sweep(engine, box)
        assert [(row["kind"], row["number"]) for row in box.got] == [("due-soon", "1.1"), ("due-soon", "1.2")]
        engine.desk.kept(COUNTY, "1.1")
        hour.go(20)
        sweep(engine, box)
        assert [(row["kind"], row["number"]) for row in box.got[2:]] == [("overdue", "1.2")]

    def test_a_handover_that_nobody_acknowledged(self, engine: Engine, hour: Hour) -> None:
        engine.desk.hand_over(COUNTY)
        box = Box()
        hour.go(29)
        sweep(engine, box)
        assert box.got == []
        hour.go(1)
        sweep(engine, box)
        sweep(engine, box)
        assert [(row["kind"], row["subject"]) for row in box.got] == [("to-acknowledge", "handover")]

    def test_what_was_kept_while_others_were_sent_is_not_sent(self, engine: Engine, hour: Hour) -> None:
        promises = [Promise(text="a", by=T0 + MINUTE), Promise(text="b", by=T0 + MINUTE)]
        engine.desk.hand_over(COUNTY, promised=promises)
        hour.go(2)
        box = Box()
        box.meanwhile = lambda: engine.desk.kept(COUNTY, "1.2")
        assert [said.outcome for said in sweep(engine, box)] == ["sent", "passed"]


class TestWhatNobodyCanTell:
    """Silence is not absence: what cannot be judged is named, and lists that cannot serve are not needed."""

    def test_an_incident_that_cannot_be_judged_is_said_once_and_the_others_are_too(
        self, engine: Engine, file: Path, hour: Hour
    ) -> None:
        incident(engine, "mine-01")
        incident(engine, "mine-02")
        insert(file, "incident/mine-01", "incident.from-the-future", b"{}")
        hour.go(160)
        box = Box()
        for _ in range(2):
            found = engine.reminders.sweep(["county"], [box.sink])
            list(found.said)
            assert [broken.incident for broken in found.matters.unjudged] == ["mine-01"]
        assert sorted((row["kind"], row["incident"]) for row in box.got) == [
            ("overdue", "mine-02"),
            ("unjudged", "mine-01"),
        ]

    @pytest.mark.parametrize("trouble", ["never made", "behind", "other rules", "waiting"])
    def test_lists_that_do_not_serve_hide_nothing(
        self, engine: Engine, hour: Hour, monkeypatch: pytest.MonkeyPatch, trouble: str
    ) -> None:
        if trouble != "never made":
            engine.incidents()
        incident(engine)
        views = engine.projections
        if trouble == "other rules":
            engine.incidents()
            with engine._log.writing() as writing:
                live = views.live(writing)
                assert live is not None
                writing.connection.execute(live.incidents.update().values(rulebook="sha256:old"))
                writing.connection.execute(live.obligations.delete())
        elif trouble == "waiting":
            engine.incidents()
            with engine._log.writing() as writing:
                live = views.live(writing)
                assert live is not None
                writing.connection.execute(live.obligations.delete())
                writing.connection.execute(live.waiting.insert().values(incident="mine-01"))

        def busy() -> int:
            raise BusyError("somebody else is writing")

        monkeypatch.setattr(views, "catch_up", busy)
        hour.go(160)
        box = Box()
        found = engine.reminders.sweep(["county"], [box.sink])
        list(found.said)
        assert box.kinds == ["overdue"]
        assert found.matters.warnings
        for words in found.matters.warnings:
            assert words.zh != words.en


class TestKilled:
    """Claim, deliver, record: what a crash in between leaves."""

    @pytest.mark.parametrize("mood", ["killed before", "killed after"])
    def test_it_is_in_hand_until_the_claim_lapses_and_then_sent_as_a_possible_repeat(
        self, both: Engine, hour: Hour, mood: str
    ) -> None:
        incident(both)
        hour.go(160)
        box = Box()
        box.mood = mood
        sweep(both, box)
        box.mood, before = "well", len(box.got)
        hour.shows += TAKES + MARGIN - timedelta(seconds=1)
        assert [said.outcome for said in sweep(both, box)] == ["in-hand"]
        hour.go(1)
        (said,) = sweep(both, box)
        assert (said.outcome, said.may_repeat, said.attempt) == ("sent", True, 2)
        assert box.got[before]["words"]["zh"].startswith("（可能重复）")
        hour.go(160)
        assert sweep(both, box) == []

    def test_a_failure_is_tried_again_with_a_count_and_is_no_repeat(self, both: Engine, hour: Hour) -> None:
        incident(both)
        hour.go(160)
        box = Box()
        box.mood = "fails"
        assert [(said.outcome, said.attempt) for said in sweep(both, box)] == [("failed", 1)]
        assert [(said.outcome, said.attempt) for said in sweep(both, box)] == [("failed", 2)]
        box.mood = "well"
        assert [(said.outcome, said.attempt, said.may_repeat) for said in sweep(both, box)] == [
            ("sent", 3, False)
        ]
        assert [sent.row["outcome"] for sent in both.reminders.history(["county"])] == [
            "failed",
            "failed",
            "sent",
        ]

    def test_what_may_repeat_says_so_until_it_is_delivered(self, engine: Engine, hour: Hour) -> None:
        incident(engine)
        hour.go(160)
        box = Box()
        for mood in ("killed after", "fails", "killed before", "fails", "well"):
            box.mood = mood
            sweep(engine, box)
            hour.go(5)
        assert [row["may_repeat"] for row in box.got] == [False, True]

    def test_two_sweeps_at_the_same_time_deliver_once(self, both: Engine, hour: Hour) -> None:
        incident(both, "mine-01")
        incident(both, "mine-02")
        hour.go(160)
        box = Box()
        box.meanwhile = lambda: sweep(both, box)
        outcomes = [said.outcome for said in sweep(both, box)]
        assert outcomes == ["sent"], "the other sweep has sent the second by then"
        assert set(box.unmarked.values()) == {1}
        assert len(box.got) == 2

    def test_four_at_once_deliver_each_once(self, both: Engine, hour: Hour) -> None:
        for n in range(5):
            incident(both, f"mine-0{n}")
        hour.go(160)
        box = Box()
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(lambda _: sweep(both, box), range(4)))
        assert set(box.unmarked.values()) == {1}
        assert len(box.got) == 5

    def test_a_clock_that_is_set_back_keeps_no_claim_alive(self, engine: Engine, hour: Hour) -> None:
        incident(engine)
        hour.go(600)
        box = Box()
        box.mood = "killed before"
        sweep(engine, box)
        box.mood = "well"
        hour.go(-300)
        assert [said.outcome for said in sweep(engine, box)] == ["sent"]

    def test_the_lists_are_the_same_with_or_without_and_after_a_rebuild(
        self, both: Engine, hour: Hour
    ) -> None:
        incident(both)
        rows = both.obligations().rows
        hour.go(160)
        box = Box()
        box.mood = "killed before"
        sweep(both, box)
        both.desk.start(COUNTY)
        both.desk.hand_over(COUNTY)
        listed = both.obligations(at=T0)
        assert (listed.rows, listed.parked, listed.behind, listed.waiting) == (rows, (), 0, 0)
        both.rebuild()
        listed = both.obligations(at=T0)
        assert (listed.rows, listed.parked) == (rows, ())


DONE_TO_IT = ["well", "fails", "killed before", "killed after"]
ACTS = st.lists(
    st.tuples(
        st.sampled_from(
            [("sweep", mood) for mood in DONE_TO_IT]
            + [("two", mood) for mood in DONE_TO_IT]
            + [("report", "mine-02"), ("wait", "")]
        ),
        st.sampled_from([0, 2, 2, 60]),
    ),
    min_size=1,
    max_size=8,
)
"""What is done, and how many minutes pass then: 2 are more than a claim lasts."""


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with two incidents, one an hour later than the other."""
    path = tmp_path_factory.mktemp("template") / "log.db"
    with pytest.MonkeyPatch.context() as patch:
        hour = Hour(patch)
        with begin(path) as engine:
            incident(engine, "mine-01")
            hour.go(60)
            incident(engine, "mine-02", hour.shows)
            engine.incidents()
    return path


def played(template: Path, tmp_path: Path, acts: list[tuple[tuple[str, str], int]]) -> None:
    """Play a schedule of sweeps; nothing is missed, and nothing is repeated without saying so."""
    file = tmp_path / "copy.db"
    shutil.copy(template, file)
    dues = {"mine-01": T0 + LIMIT, "mine-02": T0 + LIMIT + 60 * MINUTE}
    box, met = Box(), set[str]()
    with pytest.MonkeyPatch.context() as patch, Engine.open(url(file)) as engine:
        hour = Hour(patch)
        hour.go(110)
        for (act, how), minutes in [*acts, (("wait", ""), 2), (("sweep", "well"), 0)]:
            if act == "report":
                engine.record(how, reported("city"), COUNTY)
                met.add(how)
            elif act != "wait":
                box.mood = how
                if act == "two":
                    box.meanwhile = lambda: sweep(engine, box)
                before = len(box.got)
                sweep(engine, box)
                box.meanwhile = None
                for row in box.got[before:]:  # the plain model of what may be said now
                    due = dues[row["incident"]]
                    assert row["incident"] not in met
                    kind = "overdue" if hour.shows > due else "due-soon"
                    assert row["kind"] == kind
                    assert hour.shows >= due - 15 * MINUTE
            hour.go(minutes)
        assert set(box.unmarked.values()) <= {1}, "no repeat that does not say so"
        for ref, due in dues.items():
            if ref in met or hour.shows < due - 15 * MINUTE:
                continue
            kind = "overdue" if hour.shows > due else "due-soon"
            assert (ref, kind) in {(row["incident"], row["kind"]) for row in box.got}, "no miss"
        sent = Counter(
            e.event.key for e in engine.reminders.history(["county"]) if e.row["outcome"] == "sent"
        )
        assert set(sent.values()) <= {1}
        assert check_store(url(file)).faults == []


QUICK = settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@QUICK
@given(acts=ACTS)
def test_whatever_sweeps_come_when_nothing_is_missed_or_repeated_unsaid(
    template: Path, tmp_path: Path, acts: list[tuple[tuple[str, str], int]]
) -> None:
    played(template, tmp_path, acts)


@pytest.mark.long
@settings(QUICK, max_examples=400)
@given(acts=ACTS)
def test_the_same_of_very_many(
    template: Path, tmp_path: Path, acts: list[tuple[tuple[str, str], int]]
) -> None:
    played(template, tmp_path, acts)


class TestProcesses:
    """Sweeps in processes of their own, killed for good."""

    def test_killed_with_9_between_claim_and_outcome_it_is_repeated_and_marked(
        self, file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        long_ago = datetime.now(UTC) - timedelta(days=1)
        with begin(file) as engine:
            open_incident(engine)
            entry = Learned(office="county", at=at(long_ago, "so"), facts={"deaths": 3})
            engine.record("mine-01", entry, COUNTY)
        out = tmp_path / "out"
        process = worker.start(file, "remind", out, "slow")
        worker.go(process)
        assert process.stdout is not None
        assert process.stdout.readline() == "delivering\n"
        process.send_signal(signal.SIGKILL)
        process.communicate()
        assert process.returncode == -signal.SIGKILL
        with Engine.open(url(file)) as engine:
            box = Box("file")
            assert [said.outcome for said in sweep(engine, box)] == ["in-hand"]
            later = datetime.now(UTC) + TAKES + 2 * MARGIN
            monkeypatch.setattr(clock, "now", lambda: later)
            assert [(said.outcome, said.may_repeat) for said in sweep(engine, box)] == [("sent", True)]
        assert len(out.read_text(encoding="utf-8").splitlines()) == 1

    def test_two_processes_at_once_deliver_each_once(self, file: Path, tmp_path: Path) -> None:
        long_ago = datetime.now(UTC) - timedelta(days=1)
        with begin(file) as engine:
            for n in range(5):
                open_incident(engine, f"mine-0{n}")
                entry = Learned(office="county", at=at(long_ago, "so"), facts={"deaths": 3})
                engine.record(f"mine-0{n}", entry, COUNTY)
            engine.incidents()
        out = tmp_path / "out"
        both = [worker.start(file, "remind", out, "quick") for _ in range(2)]
        for process in both:
            worker.go(process)
        for process in both:
            process.communicate()
            assert process.returncode == 0
        keys = out.read_text(encoding="utf-8").splitlines()
        assert len(keys) == len(set(keys)) == 5


class TestCommands:
    """A command as a sink."""

    ROW: dict[str, Any] = {"key": "k", "words": {"zh": "提醒", "en": "a"}}  # noqa: RUF012 - nobody changes it

    def test_it_gets_the_json_and_nothing_of_the_environment(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("EMERGENCY_DB", "postgresql://u:secret@h/d")
        found = command_sink(f"sh -c 'cat > {tmp_path}/in; env > {tmp_path}/env; echo ok'").deliver(self.ROW)
        assert (found.done, found.said) == (True, "ok")
        assert '"zh": "提醒"' in (tmp_path / "in").read_text(encoding="utf-8")
        assert "EMERGENCY" not in (tmp_path / "env").read_text(encoding="utf-8")

    def test_no_shell_looks_at_it_unless_asked(self) -> None:
        assert command_sink("echo $HOME;false").deliver(self.ROW).said == "$HOME;false"
        assert command_sink("echo a; exit 3", shell=True).deliver(self.ROW).said == "exit code 3: a"  # noqa: S604 - asked

    def test_one_that_takes_too_long_is_ended_with_all_it_started_and_may_have_delivered(
        self, tmp_path: Path
    ) -> None:
        sink = command_sink(
            f"sh -c '(sleep 2; touch {tmp_path}/late) & sleep 9'", timeout=timedelta(seconds=0.3)
        )
        found = sink.deliver(self.ROW)
        assert (found.done, found.unsure, found.said) == (False, True, "timed out after 0.3 s")
        assert not (tmp_path / "late").exists()

    def test_one_that_reads_nothing_is_no_trouble(self) -> None:
        assert command_sink("true").deliver({"key": "k" * 200_000}).done

    def test_a_token_in_it_stays_out_of_the_log(self) -> None:
        name = command_sink("/usr/bin/curl -H 'token: s3cret' https://h").name
        assert name.startswith("exec:curl#")
        assert "s3cret" not in name
        assert name != command_sink("/usr/bin/curl -H 'token: other' https://h").name
