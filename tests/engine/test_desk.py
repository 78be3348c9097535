"""The duty desk in a store: recorded once, refused only what does not exist, and the last entry taken back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from emergency import CommandConflictError, Engine, Identity, NotFoundError, RefusedError, UsageError
from emergency.domain.desk import Promise
from emergency.domain.duty import Irregular
from emergency.domain.events import Acknowledged, EntryWithdrawn, ForwardedUpward, Learned
from emergency.domain.vocabulary import Channel
from emergency.projections.catch_up import Batch
from emergency.store import Writing, check_store, clock

from .bench import CITY, COUNTY, OFFICES, at, begin, entries, insert, learned, open_incident, reported, url

NEXT = Identity(office="county", officer="o9")
NOBODY = Identity(office="county")


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


class TestTheShift:
    """Start, hand over, acknowledge, end."""

    def test_a_night(self, both: Engine) -> None:
        open_incident(both)
        both.record("mine-01", Learned(office="county", at=at(both.now() - timedelta(hours=5), "so")), COUNTY)
        both.desk.start(COUNTY)
        handed = both.desk.hand_over(COUNTY, to="o9", promised=[Promise(text="x")], remarks="r")
        assert handed.matters is not None
        assert handed.handover is not None
        assert [m.about for m in handed.handover.event.open] == [
            o.due.obligation for o in handed.matters.owed
        ]
        assert [turn.officer for turn in handed.desk.on_duty(both.now())] == ["o7"]
        taken = both.desk.acknowledge(NEXT, contested="c")
        assert [turn.officer for turn in taken.desk.on_duty(both.now())] == ["o9"]
        assert taken.handover is not None
        assert (taken.handover.by, taken.handover.contested) == ("o9", "c")
        assert both.desk.end(NEXT).desk.on_duty(both.now()) == ()
        assert both.desk.duty().rows[0].kind is Irregular.GAP

    def test_nothing_of_it_makes_an_incident_judged_anew(
        self, engine: Engine, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        open_incident(engine)
        rows = engine.obligations().rows
        engine.desk.start(COUNTY)
        calls: list[object] = []
        before = engine.projections.put

        def put(writing: Writing, batch: Batch) -> bool:
            calls.extend(batch.judged)
            return before(writing, batch)

        monkeypatch.setattr(engine.projections, "put", put)
        listed = engine.obligations()
        assert (calls, listed.rows, listed.behind, listed.parked) == ([], rows, 0, ())

    def test_an_event_of_a_desk_that_cannot_be_read_is_named_and_hides_nothing(
        self, engine: Engine, file: Path
    ) -> None:
        engine.desk.start(COUNTY)
        insert(file, "desk/county", "desk.from-the-future", b"{}")
        assert [turn.officer for turn in engine.desk.end(COUNTY).desk.turns] == ["o7"]
        assert [parked["incident"] for parked in engine.incidents().parked] == ["desk/county"]
        audit = engine.desk.duty(["county"])
        assert [broken["position"] for broken in audit.broken]
        engine.rebuild()
        assert [parked["incident"] for parked in engine.incidents().parked] == ["desk/county"]

    def test_done_once_by_its_id(self, engine: Engine) -> None:
        first = engine.desk.hand_over(COUNTY, to="o9", command_id="c1")
        open_incident(engine)
        engine.record("mine-01", learned(deaths=3), COUNTY)
        again = engine.desk.hand_over(COUNTY, to="o9", command_id="c1")
        assert (again.event_id, again.already) == (first.event_id, True)
        assert len(again.desk.handovers) == 1
        with pytest.raises(CommandConflictError):
            engine.desk.hand_over(COUNTY, to="o8", command_id="c1")

    def test_refused_is_only_what_does_not_exist(self, engine: Engine) -> None:
        with pytest.raises(NotFoundError, match="no office nowhere"):
            engine.desk.start(Identity(office="nowhere", officer="x"))
        with pytest.raises(NotFoundError, match="No handover waits"):
            engine.desk.acknowledge(NEXT)
        with pytest.raises(NotFoundError, match="no handover 7"):
            engine.desk.acknowledge(NEXT, handover="7")
        with pytest.raises(NotFoundError, match=r"Nothing was promised as 1\.1"):
            engine.desk.kept(NEXT, "1.1")
        with pytest.raises(UsageError, match="--officer ID") as error:
            engine.desk.start(NOBODY)
        assert "人员编号" in error.value.zh
        assert engine.desk.state("county").version == 0
        assert engine.desk.end(NEXT).remarks, "ended what never began: recorded, and remarked on"

    def test_the_handover_to_me_is_meant_before_another(self, engine: Engine) -> None:
        mine = engine.desk.hand_over(COUNTY, to="o9")
        engine.desk.hand_over(Identity(office="county", officer="o1"), to="o2")
        taken = engine.desk.acknowledge(NEXT)
        assert taken.handover is not None
        assert taken.handover.event_id == mine.event_id

    def test_a_handover_is_named_by_its_number_or_the_beginning_of_its_id(self, engine: Engine) -> None:
        handed = engine.desk.hand_over(COUNTY).event_id
        for said in ("1", "#1", handed, handed[:8]):
            taken = engine.desk.acknowledge(NEXT, handover=said).handover
            assert taken is not None
            assert taken.event_id == handed
        for wrong in ("2", handed[:7], "", "#"):
            with pytest.raises(NotFoundError, match="There is no handover"):
                engine.desk.acknowledge(NEXT, handover=wrong)

    def test_an_audit_as_of_an_instant_sees_only_what_was_recorded_by_then(self, engine: Engine) -> None:
        engine.desk.start(COUNTY)
        before = engine.now()
        engine.desk.end(COUNTY)
        assert engine.desk.duty(at=before).rows == ()
        assert len(engine.desk.duty().rows) == 1

    def test_an_office_without_a_desk_is_named(self, engine: Engine) -> None:
        engine.desk.start(COUNTY)
        audit = engine.desk.duty(["county", "city"])
        assert (audit.kept, audit.unkept) == (("county",), ("city",))

    def test_the_log_is_whole_and_sealed(self, engine: Engine, file: Path) -> None:
        engine.desk.start(COUNTY)
        engine.desk.hand_over(COUNTY)
        engine.desk.acknowledge(NEXT)
        engine.close()
        assert check_store(url(file)).faults == []


class TestTheLastEntry:
    """Taken back on the record, and only one's own of this shift."""

    def test_it_is_withdrawn_and_the_log_keeps_it(self, both: Engine) -> None:
        open_incident(both)
        both.record("mine-01", learned(deaths=1), COUNTY)
        second = both.record("mine-01", learned(deaths=2), COUNTY).event_ids[0]
        found = both.desk.last(COUNTY)
        assert (found.incident, found.entry.event_id, found.on_shift) == ("mine-01", second, False)
        outcome = both.desk.undo(COUNTY, second)
        with both._log.reading() as reading:
            last = reading.stream("incident/mine-01")[-1]
        assert outcome.event_ids == (last.event_id,)
        assert last.event == EntryWithdrawn(target=second, why="撤销录入", office="county", officer="o7")
        assert len(entries(both, "mine-01")) == 1

    def test_again_it_is_the_one_before_it(self, engine: Engine) -> None:
        open_incident(engine)
        first = engine.record("mine-01", learned(deaths=1), COUNTY).event_ids[0]
        second = engine.record("mine-01", learned(deaths=2), COUNTY).event_ids[0]
        engine.desk.undo(COUNTY, second, command_id="c")
        assert engine.desk.last(COUNTY).entry.event_id == first
        assert engine.desk.undo(COUNTY, second, command_id="c").already

    def test_of_another_officer_or_office_nothing(self, engine: Engine) -> None:
        open_incident(engine)
        engine.record("mine-01", learned(deaths=1), COUNTY)
        for who in (NEXT, CITY):
            with pytest.raises(NotFoundError, match="no entry of yours"):
                engine.desk.last(who)
        with pytest.raises(UsageError):
            engine.desk.last(NOBODY)

    def test_only_from_the_beginning_of_the_shift_on(self, engine: Engine) -> None:
        open_incident(engine)
        engine.record("mine-01", learned(deaths=1), COUNTY)
        engine.desk.start(COUNTY)
        with pytest.raises(NotFoundError, match="emergency withdraw"):
            engine.desk.last(COUNTY)
        mine = engine.record("mine-01", learned(deaths=2), COUNTY).event_ids[0]
        assert engine.desk.last(COUNTY).entry.event_id == mine

    @pytest.mark.parametrize("hours", [11.99, 12.01])
    def test_without_a_shift_of_the_last_twelve_hours(
        self, engine: Engine, monkeypatch: pytest.MonkeyPatch, hours: float
    ) -> None:
        open_incident(engine)
        mine = engine.record("mine-01", learned(deaths=1), COUNTY).event_ids[0]
        later: datetime = engine.now() + timedelta(hours=hours)
        monkeypatch.setattr(clock, "now", lambda: later)
        if hours < 12:
            assert engine.desk.last(COUNTY).entry.event_id == mine
        else:
            with pytest.raises(NotFoundError):
                engine.desk.last(COUNTY)

    def test_another_is_never_taken_in_its_place(self, engine: Engine) -> None:
        open_incident(engine)
        first = engine.record("mine-01", learned(deaths=1), COUNTY).event_ids[0]
        engine.record("mine-01", learned(deaths=2), COUNTY)
        with pytest.raises(RefusedError, match="another by now"):
            engine.desk.undo(COUNTY, first)
        assert len(entries(engine, "mine-01")) == 2

    def test_what_the_recipient_acknowledged_is_theirs_too(self, engine: Engine) -> None:
        open_incident(engine)
        sent = engine.record("mine-01", reported("city"), COUNTY).event_ids[0]
        engine.desk.last(COUNTY)
        engine.record("mine-01", Acknowledged(office="city", of=sent), CITY)
        with pytest.raises(RefusedError, match="emergency correct mine-01") as error:
            engine.desk.undo(COUNTY, sent)
        assert "不能一撤了之" in error.value.zh

    def test_so_is_what_the_recipient_has_passed_on(self, engine: Engine) -> None:
        open_incident(engine)
        sent = engine.record("mine-01", reported("city"), COUNTY).event_ids[0]
        passed = ForwardedUpward(office="city", to=("province",), channel=Channel.PHONE)
        engine.record("mine-01", passed, CITY)
        with pytest.raises(RefusedError, match="city has acted on"):
            engine.desk.undo(COUNTY, sent)

    def test_what_others_did_without_having_to_do_with_it_is_no_hindrance(self, engine: Engine) -> None:
        open_incident(engine)
        mine = engine.record("mine-01", learned(deaths=1), COUNTY).event_ids[0]
        engine.record("mine-01", Learned(office="city"), CITY)
        engine.desk.undo(COUNTY, mine)

    def test_a_correction_is_put_right_again_and_nothing_older_is_touched(self, engine: Engine) -> None:
        open_incident(engine)
        mine = engine.record("mine-01", learned(deaths=1), COUNTY).event_ids[0]
        engine.amend("mine-01", mine, {"source": "x"}, why="y", identity=COUNTY)
        with pytest.raises(RefusedError, match="put right again"):
            engine.desk.last(COUNTY)

    def test_the_opening_stays_and_the_entry_it_came_with_goes(self, engine: Engine) -> None:
        engine.open_incident(
            title="t",
            category="accident",
            kind="fire",
            place="p",
            identity=COUNTY,
            ref="fire-1",
            first=learned(deaths=1),
        )
        found = engine.desk.last(COUNTY)
        assert found.opened
        engine.desk.undo(COUNTY, found.entry.event_id)
        assert engine.view("fire-1").timeline.steps == ()
        with pytest.raises(RefusedError, match="An incident is not taken back"):
            engine.desk.last(COUNTY)

    def test_what_concerns_two_incidents_has_a_way_back_of_its_own(self, engine: Engine) -> None:
        open_incident(engine, "mine-01")
        open_incident(engine, "mine-02")
        engine.merging.merge("mine-02", into="mine-01", why="w", identity=COUNTY)
        with pytest.raises(RefusedError, match="emergency unmerge mine-02"):
            engine.desk.last(COUNTY)
        engine.merging.unmerge("mine-02", why="w", identity=COUNTY)
        with pytest.raises(RefusedError, match="emergency merge mine-02 --into"):
            engine.desk.last(COUNTY)
        engine.merging.link("mine-02", other="mine-01", relation="same-cause", identity=COUNTY)
        with pytest.raises(RefusedError, match="emergency withdraw mine-0"):
            engine.desk.last(COUNTY)
