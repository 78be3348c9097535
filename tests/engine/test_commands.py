"""What a command comes to: its outcome, its marks, what is refused, and that a refusal writes nothing."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from emergency import (
    CommandConflictError,
    EmergencyError,
    Engine,
    Identity,
    NotFoundError,
    Outcome,
    RefusedError,
    UsageError,
)
from emergency.domain.events import Acknowledged, Directed
from emergency.domain.vocabulary import Tier
from emergency.errors import SeveralFitError
from emergency.store import clock

from .bench import (
    CITY,
    COUNTY,
    begin,
    entries,
    insert,
    learned,
    office,
    open_incident,
    reported,
    table,
    timeline,
    url,
)
from .bench import at as stated

MINUTE = timedelta(minutes=1)
FAR = datetime(2100, 1, 1, tzinfo=UTC)


class TestOpening:
    """An incident comes on record."""

    def test_a_reference_is_minted_from_office_day_and_number(self, engine: Engine) -> None:
        first, second = open_incident(engine, None), open_incident(engine, None)
        other = open_incident(engine, None, CITY)
        start, _, number = first.incident.rpartition("-")
        assert start.startswith("county-20")
        assert number == "01"
        assert second.incident == f"{start}-02"
        assert other.incident.startswith("city-")
        assert other.incident.endswith("-01")

    def test_a_reference_is_given_once(self, engine: Engine, file: Path) -> None:
        open_incident(engine)
        before = table(file)
        with pytest.raises(RefusedError, match="already an incident mine-01"):
            open_incident(engine)
        assert table(file) == before

    @pytest.mark.parametrize("ref", ["a b", "a/b", "x" * 121])
    def test_a_reference_is_one_word(self, engine: Engine, ref: str) -> None:
        with pytest.raises(UsageError, match="ref"):
            open_incident(engine, ref)

    def test_with_its_first_entry_or_not_at_all(self, engine: Engine, file: Path) -> None:
        def both(office: str) -> object:
            return engine.open_incident(
                title="x",
                category="accident",
                kind="coal-mine",
                place="p",
                identity=COUNTY,
                ref="m",
                first=learned().model_copy(update={"office": office}),
            )

        before = table(file)
        with pytest.raises(NotFoundError, match="no office nobody"):
            both("nobody")
        assert table(file) == before
        both("county")
        assert len(entries(engine, "m")) == 1

    @pytest.mark.parametrize("ref", [None, "mine-01"])
    def test_the_same_command_opens_one_incident(self, engine: Engine, file: Path, ref: str | None) -> None:
        first = open_incident(engine, ref, command_id="c1")
        before = table(file)
        again = open_incident(engine, ref, command_id="c1")
        assert (again.incident, again.event_ids, again.already) == (first.incident, first.event_ids, True)
        assert table(file) == before


class TestUnknown:
    """What is not in the store is refused with the nearest that is, and nothing is written."""

    @pytest.mark.parametrize(
        ("do", "words"),
        [
            (lambda e: e.record("mine-01", reported("citty"), COUNTY), "no office citty.*Did you mean city"),
            (lambda e: e.record("mine-01", reported(office="contry"), COUNTY), "contry.*Did you mean county"),
            (lambda e: e.record("mine-01", reported(), Identity(office="count")), "Did you mean county"),
            (
                lambda e: e.record("mine-01", Directed(office="county", whom=("units",)), COUNTY),
                "units.*Did you mean unit",
            ),
            (lambda e: open_incident(e, "x", Identity(office="unti")), "no office unti.*Did you mean unit"),
            (lambda e: e.record("mine-10", reported(), COUNTY), "no incident mine-10. Did you mean mine-01"),
            (lambda e: e.amend("mine-10", "2", {}, why="x", identity=COUNTY), "Did you mean mine-01"),
            (lambda e: e.withdraw("mine-10", "2", why="x", identity=COUNTY), "Did you mean mine-01"),
            (lambda e: e.withdraw("mine-01", "9", why="x", identity=COUNTY), "no entry 9 on mine-01"),
            (lambda e: e.record("mine-01", Acknowledged(office="city", of="e9"), CITY), "no message e9"),
            (
                lambda e: e.amend(
                    "mine-01", "1", {"title": "x"}, why="x", identity=Identity(office="contry")
                ),
                "no office contry.*Did you mean county",
            ),
            (
                lambda e: e.withdraw("mine-01", "2", why="x", identity=Identity(office="contry")),
                "no office contry.*Did you mean county",
            ),
            (
                lambda e: e.amend("mine-01", "1", {"complete_for": ["unti"]}, why="x", identity=COUNTY),
                "no office unti.*Did you mean unit",
            ),
            (lambda e: e.withdraw("mine-01", "²", why="x", identity=COUNTY), "no entry ² on mine-01"),
            (lambda e: e.entry("mine-01", "2"), "no entry 2 on mine-01"),
            (lambda e: e.entry("mine-10", "1"), "Did you mean mine-01"),
            (lambda e: e.view("mine-10"), "Did you mean mine-01"),
            (lambda e: e.view("mine-01", known_to="citty"), "Did you mean city"),
            (lambda e: e.obligations(["mine-10"]), "Did you mean mine-01"),
            (lambda e: e.resolve("mien-01"), "Did you mean mine-01"),
            (
                lambda e: e.register_offices([office("x", "citty", tier=Tier.UNIT)]),
                "citty.*Did you mean city",
            ),
        ],
    )
    def test_it_is_refused(
        self, engine: Engine, file: Path, do: Callable[[Engine], object], words: str
    ) -> None:
        open_incident(engine)
        before = table(file)
        with pytest.raises(RefusedError, match=words):
            do(engine)
        assert table(file) == before

    def test_offices_are_registered_all_or_none(self, engine: Engine, file: Path) -> None:
        before = table(file)
        with pytest.raises(RefusedError, match="public"):
            engine.register_offices([office("new", tier=Tier.CITY), office("public", tier=Tier.CITY)])
        assert table(file) == before

    def test_said_twice_in_one_list_what_comes_later_holds(self, engine: Engine) -> None:
        twice = [office("county", up, tier=Tier.COUNTY) for up in ("province", "city")]
        engine.register_offices(twice)
        assert engine.directory().superiors("county") == ("city",)

    def test_the_public_needs_no_registration(self, engine: Engine) -> None:
        open_incident(engine)
        engine.record("mine-01", reported("public"), COUNTY)

    def test_a_reference_may_be_written_short(self, engine: Engine) -> None:
        open_incident(engine, "mine-01")
        open_incident(engine, "mine-02")
        assert engine.resolve("mine-01") == "mine-01"
        assert engine.resolve("-02") == "mine-02"
        with pytest.raises(NotFoundError, match="several incidents: mine-01, mine-02"):
            engine.resolve("mine")

    def test_a_reference_may_be_its_number_or_a_word_of_its_title(self, engine: Engine) -> None:
        open_incident(engine, "mine-20261121-01")
        open_incident(engine, "mine-20261121-02")
        title = engine.view("mine-20261121-01").timeline.opened.title
        assert (
            engine.resolve("#2") == engine.resolve("#02") == engine.resolve("1121-02") == "mine-20261121-02"
        )
        with pytest.raises(NotFoundError, match="There is no incident #3"):
            engine.resolve("#3")
        with pytest.raises(SeveralFitError, match="several incidents") as raised:
            engine.resolve(title[:2])
        assert raised.value.found == {"mine-20261121-01": title, "mine-20261121-02": title}
        assert "可以指几起事件" in raised.value.zh
        engine.amend("mine-20261121-02", "1", {"title": "油库起火"}, why="改名", identity=COUNTY)
        assert engine.resolve(title[:2]) == "mine-20261121-01"
        assert engine.resolve("油库") == "mine-20261121-02"


class TestOutcome:
    """What is said of what was recorded."""

    def test_who_logged_it_is_filled_in(self, engine: Engine) -> None:
        open_incident(engine)
        outcome = engine.record("mine-01", learned("phone"), COUNTY)
        (event_id,) = outcome.event_ids
        assert entries(engine, "mine-01")[event_id] == learned("phone").model_copy(
            update={"logged_by": "county", "officer": "o7", "role": "duty"}
        )
        assert not any((outcome.already, outcome.in_doubt, outcome.backfilled, outcome.repeats))

    def test_a_time_in_the_future_is_kept_and_marked(self, engine: Engine) -> None:
        open_incident(engine)
        ahead = datetime.now(UTC) + timedelta(days=1)
        outcome = engine.record("mine-01", learned().model_copy(update={"at": stated(ahead)}), COUNTY)
        assert outcome.in_doubt
        (entry,) = entries(engine, "mine-01").values()
        assert entry.in_doubt
        assert entry.at == stated(ahead)

    @pytest.mark.parametrize(("before", "backfilled"), [(61 * MINUTE, True), (59 * MINUTE, False)])
    def test_an_entry_of_long_ago_is_backfilled(
        self,
        engine: Engine,
        before: timedelta,
        backfilled: bool,  # noqa: FBT001
    ) -> None:
        open_incident(engine)
        then = stated(datetime.now(UTC) - before)
        outcome = engine.record("mine-01", learned().model_copy(update={"at": then}), COUNTY)
        assert outcome.backfilled is backfilled

    def test_the_identical_entry_is_kept_and_marked(self, engine: Engine) -> None:
        open_incident(engine)
        assert engine.repeated("mine-01", reported(), COUNTY) is None
        first = engine.record("mine-01", reported(), COUNTY)
        asked = engine.repeated("mine-01", reported(), COUNTY)
        assert asked is not None
        assert asked.event_id == first.event_ids[0]
        assert engine.repeated("mine-01", reported(), CITY) is None
        assert engine.repeated("mine-99", reported(), COUNTY) is None
        second = engine.record("mine-01", reported(), COUNTY)
        assert second.repeats == first.event_ids[0]
        assert len(entries(engine, "mine-01")) == 2

    def test_a_report_meets_what_was_owed(self, engine: Engine) -> None:
        open_incident(engine)
        now = datetime.now(UTC) - MINUTE
        owed = engine.record("mine-01", learned(deaths=3).model_copy(update={"at": stated(now)}), COUNTY).due
        assert [d.recipient for d in owed][:1] == ["city"]
        assert owed == engine.due("mine-01", "county")
        outcome = engine.record("mine-01", reported().model_copy(update={"at": stated(now + MINUTE)}), COUNTY)
        assert {o.met_by for o in outcome.met} == set(outcome.event_ids)
        assert {d.obligation for d in outcome.due}.isdisjoint({o.id for o in outcome.met})
        assert {o.id for o in outcome.met} <= {d.obligation for d in owed}

    def test_the_first_entry_of_its_own_starts_an_offices_logging(self, engine: Engine) -> None:
        open_incident(engine)
        engine.record("mine-01", reported(office="unit"), COUNTY)
        assert [o.id for o in engine.directory() if o.logs_since] == []
        engine.record("mine-01", learned(), COUNTY)
        engine.record("mine-01", learned("again"), COUNTY)
        known = engine.directory()
        assert [o.id for o in known if o.logs_since] == ["county"]

    def test_entries_have_numbers_and_can_be_named_by_them(self, engine: Engine) -> None:
        open_incident(engine)
        first = engine.record("mine-01", learned("a"), COUNTY).event_ids[0]
        second = engine.record("mine-01", learned("b"), COUNTY).event_ids[0]
        numbers = engine.view("mine-01").numbers
        assert (numbers[first], numbers[second]) == (2, 3)
        engine.amend("mine-01", "#2", {"source": "c"}, why="x", identity=COUNTY)
        engine.withdraw("mine-01", "3", why="x", identity=COUNTY)
        assert {i: e.source for i, e in entries(engine, "mine-01").items()} == {first: "c"}
        engine.amend("mine-01", first, {"source": "d"}, why="x", identity=COUNTY)
        assert entries(engine, "mine-01")[first].source == "d"

    def test_the_position_is_that_of_the_whole_command(self, engine: Engine) -> None:
        open_incident(engine)
        outcome = engine.record("mine-01", learned(), COUNTY, command_id="c1")
        assert outcome.position == engine.view("mine-01").position, "the office's first logging is part of it"
        assert len(outcome.event_ids) == 1
        engine.record("mine-01", learned("b"), COUNTY)
        again = engine.record("mine-01", learned(), COUNTY, command_id="c1")
        assert (again.position, again.event_ids) == (outcome.position, outcome.event_ids)

    @pytest.mark.parametrize(
        ("changes", "words"),
        [
            ({"to": ["citty"]}, "no office citty.*Did you mean city"),
            ({"office": "contry"}, "no office contry.*Did you mean county"),
        ],
    )
    def test_an_amendment_names_offices_that_there_are(
        self, engine: Engine, file: Path, changes: dict[str, object], words: str
    ) -> None:
        open_incident(engine)
        engine.record("mine-01", reported(), COUNTY)
        before = table(file)
        with pytest.raises(NotFoundError, match=words):
            engine.amend("mine-01", "#2", changes, why="x", identity=COUNTY)
        assert table(file) == before
        engine.amend("mine-01", "#2", {"to": ["public", "province"]}, why="x", identity=COUNTY)

    def test_an_amended_time_is_in_doubt_no_more(self, engine: Engine) -> None:
        open_incident(engine)
        ahead = learned().model_copy(update={"at": stated(datetime.now(UTC) + timedelta(days=1))})
        event_id = engine.record("mine-01", ahead, COUNTY).event_ids[0]
        past = stated(datetime.now(UTC) - MINUTE).model_dump(mode="json")
        assert not engine.amend("mine-01", "#2", {"at": past}, why="x", identity=COUNTY).in_doubt
        assert not entries(engine, "mine-01")[event_id].in_doubt
        assert engine.amend("mine-01", "#2", {"at": ahead.at}, why="x", identity=COUNTY).in_doubt

    def test_what_cannot_be_meant_is_said_in_our_words(self, engine: Engine) -> None:
        with pytest.raises(UsageError, match=r"^ref: must be one word of letters.*, not 'a b'\.$"):
            open_incident(engine, "a b")


class TestFilters:
    """Rows of one office, of one state; the same for named incidents and for all."""

    @pytest.mark.parametrize("refs", [(), ("mine-01",)])
    def test_a_filter_that_there_is_not(self, engine: Engine, refs: tuple[str, ...]) -> None:
        open_incident(engine)
        with pytest.raises(
            UsageError,
            match="no filter office_ref; the filters are office, office_or_ref, recipient, party, state",
        ):
            engine.obligations(refs, office_ref="county")
        with pytest.raises(
            UsageError, match="no filter state; the filters are office, office_or_ref, kind, status"
        ):
            engine.findings(refs, state="late")

    def test_named_or_listed(self, engine: Engine, tmp_path: Path) -> None:
        engine.import_timeline(timeline(tmp_path, "one"))
        for said in ({"office": "one/unit"}, {"recipient": "one/county"}, {"state": "late"}, {}):
            listed = engine.obligations(at=FAR, **said).rows
            assert listed
            assert listed == engine.obligations(["one"], at=FAR, **said).rows
        for said in ({"office": "one/unit"}, {"kind": "late"}, {"status": "presumed"}, {}):
            assert engine.findings(at=FAR, **said).rows == engine.findings(["one"], at=FAR, **said).rows


class TestNobodyIsPrevented:
    """Neither a broken office nor a bug in judging keeps anybody from reporting."""

    @pytest.mark.parametrize("broken", ["strange", "county", "city"])
    def test_an_office_event_that_cannot_be_read(self, engine: Engine, file: Path, broken: str) -> None:
        open_incident(engine)
        insert(file, f"office/{broken}", "office.annexed", b"{}")
        known = engine.directory()
        assert "office.annexed" in known.broken[broken].en
        assert known.superiors("county") == ("city",)
        outcome = engine.record("mine-01", learned(), COUNTY)
        assert outcome.unjudged is None
        assert outcome.due
        assert engine.record("mine-01", reported("strange" if broken == "strange" else "city"), COUNTY)
        assert engine.register_offices([office(broken, "province", tier=Tier.UNIT)])
        assert engine.directory()[broken].tier is Tier.UNIT
        assert engine.view("mine-01").obligation_rows

    def test_an_office_whose_registration_cannot_be_read_reports(self, engine: Engine, file: Path) -> None:
        insert(file, "office/strange", "office.registered", b"{}")
        mine = Identity(office="strange")
        outcome = open_incident(engine, "mine-02", mine)
        entry = learned().model_copy(update={"office": "strange"})
        assert engine.record(outcome.incident, entry, mine).unjudged is None

    @pytest.mark.parametrize("command", ["open", "record", "amend", "withdraw"])
    def test_a_bug_in_judging(self, engine: Engine, monkeypatch: pytest.MonkeyPatch, command: str) -> None:
        open_incident(engine)
        engine.record("mine-01", learned(), COUNTY)
        ahead = stated(datetime.now(UTC) + timedelta(days=1))
        commands: dict[str, Callable[[], Outcome]] = {
            "open": lambda: open_incident(engine, "mine-02", command_id="c"),
            "record": lambda: engine.record(
                "mine-01", learned().model_copy(update={"at": ahead}), COUNTY, command_id="c"
            ),
            "amend": lambda: engine.amend(
                "mine-01", "2", {"source": "x"}, why="x", identity=COUNTY, command_id="c"
            ),
            "withdraw": lambda: engine.withdraw("mine-01", "2", why="x", identity=COUNTY, command_id="c"),
        }

        def breaks(*_: object) -> None:
            raise ZeroDivisionError("a bug")

        before = engine._log.last_position()
        with monkeypatch.context() as patch:
            patch.setattr("emergency.ledger.assess_timeline", breaks)
            outcome = commands[command]()
        assert str(outcome.unjudged) == "ZeroDivisionError: a bug"
        assert (outcome.due, outcome.met, outcome.in_doubt) == ((), (), command == "record")
        assert outcome.position == engine._log.last_position() == before + 1
        again = commands[command]()
        assert (again.already, again.unjudged, again.event_ids) == (True, None, outcome.event_ids)

    @pytest.mark.parametrize(("type_name", "body"), [("incident.merged", b"{}"), ("incident.learned", b"{")])
    def test_an_unreadable_entry_of_the_incident_itself(
        self, engine: Engine, file: Path, type_name: str, body: bytes
    ) -> None:
        open_incident(engine)
        insert(file, "incident/mine-01", type_name, body)
        outcome = engine.record("mine-01", reported(), COUNTY, command_id="c")
        assert outcome.unjudged is not None
        assert type_name in outcome.unjudged.en
        assert outcome.position is not None
        again = engine.record("mine-01", reported(), COUNTY, command_id="c")
        assert (again.already, again.event_ids) == (True, outcome.event_ids)
        assert [row[0] for row in table(file)][-2:] == [outcome.position - 1, outcome.position]
        with pytest.raises(EmergencyError, match=type_name):
            engine.amend("mine-01", "1", {"title": "x"}, why="x", identity=COUNTY)


class TestOnce:
    """The same command id: the first outcome and nothing written, or a refusal."""

    def test_recorded_once(self, engine: Engine, file: Path) -> None:
        open_incident(engine)
        first = engine.record("mine-01", learned("a"), COUNTY, command_id="c1")
        before = table(file)
        again = engine.record("mine-01", learned("a"), COUNTY, command_id="c1")
        assert (again.event_ids, again.already, first.already) == (first.event_ids, True, False)
        assert table(file) == before

    @pytest.mark.parametrize(
        "other",
        [
            lambda e: e.record("mine-01", learned("b"), COUNTY, command_id="c1"),
            lambda e: e.record("mine-01", learned("a"), CITY, command_id="c1"),
            lambda e: e.record("mine-02", learned("a"), COUNTY, command_id="c1"),
            lambda e: e.withdraw("mine-01", "2", why="x", identity=COUNTY, command_id="c1"),
            lambda e: open_incident(e, "mine-03", command_id="c1"),
        ],
        ids=["content", "identity", "incident", "command", "opening"],
    )
    def test_other_content_is_refused(
        self, engine: Engine, file: Path, other: Callable[[Engine], object]
    ) -> None:
        open_incident(engine)
        open_incident(engine, "mine-02")
        engine.record("mine-01", learned("a"), COUNTY, command_id="c1")
        before = table(file)
        with pytest.raises(CommandConflictError, match="Command c1 was already used"):
            other(engine)
        assert table(file) == before

    @pytest.mark.parametrize("command", ["amend", "withdraw"])
    def test_amended_or_withdrawn_once(self, engine: Engine, file: Path, command: str) -> None:
        open_incident(engine)
        engine.record("mine-01", learned("a"), COUNTY)

        def do() -> object:
            if command == "amend":
                return engine.amend(
                    "mine-01", "2", {"source": "b"}, why="x", identity=COUNTY, command_id="c2"
                )
            return engine.withdraw("mine-01", "2", why="x", identity=COUNTY, command_id="c2")

        do()
        before = table(file)
        do()
        assert table(file) == before

    def test_what_was_refused_can_be_tried_again(self, engine: Engine) -> None:
        open_incident(engine)
        with pytest.raises(NotFoundError):
            engine.record("mine-01", reported("new"), COUNTY, command_id="c1")
        engine.register_offices([office("new", tier=Tier.CITY)])
        assert not engine.record("mine-01", reported("new"), COUNTY, command_id="c1").already


class TestReplay:
    """As it was recorded by an instant."""

    def test_before_it_came_on_record(self, engine: Engine) -> None:
        before = datetime.now(UTC)
        open_incident(engine)
        with pytest.raises(NotFoundError, match=r"Nothing of mine-01 was recorded by .*--happened-by"):
            engine.view("mine-01", as_of=before)

    def test_amended_and_withdrawn_are_as_they_were(self, engine: Engine) -> None:
        open_incident(engine)
        event_id = engine.record("mine-01", learned("a"), COUNTY).event_ids[0]
        moments = [datetime.now(UTC)]
        engine.amend("mine-01", event_id, {"source": "b"}, why="x", identity=COUNTY)
        moments.append(datetime.now(UTC))
        engine.withdraw("mine-01", event_id, why="x", identity=COUNTY)
        moments.append(datetime.now(UTC))
        seen = [[e.source for e in entries(engine, "mine-01", moment).values()] for moment in moments]
        assert seen == [["a"], ["b"], []]

    def test_the_directory_is_as_it_was(self, engine: Engine) -> None:
        before = datetime.now(UTC)
        engine.register_offices([office("county", "province", tier=Tier.COUNTY)])
        assert engine.directory(as_of=before).superiors("county") == ("city",)
        assert engine.directory().superiors("county") == ("province",)

    def test_a_clock_that_steps_back_is_stored_and_marked(
        self, engine: Engine, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        open_incident(engine)
        real = datetime.now(UTC)
        for ahead in (1, 3, 2):
            monkeypatch.setattr(clock, "now", lambda ahead=ahead: real + ahead * MINUTE)
            engine.record("mine-01", reported(source=str(ahead)), CITY)
        with engine._log.reading() as reading:
            told = [
                (r.recorded_at - real, r.clock_back)
                for r in reading.stream("incident/mine-01")
                if r.recorded_at > real
            ]
        assert told == [(MINUTE, False), (3 * MINUTE, False), (2 * MINUTE, True)]

        def sources(moment: datetime) -> list[str | None]:
            return [e.source for e in entries(engine, "mine-01", moment).values()]

        assert sources(real + MINUTE) == ["1"]
        assert sources(real + 1.5 * MINUTE) == ["1"]
        assert sources(real + 2 * MINUTE) == ["1", "3", "2"], "order is position, not the clock"
        assert sources(real + 3 * MINUTE) == ["1", "3", "2"]
        engine.record("mine-01", reported(source="still"), CITY)
        assert sources(real + 5 * MINUTE) == ["1", "3", "2", "still"]
        assert engine.incidents().behind == 0


class TestKeeping:
    """The store is closed and opened, and used by several at once."""

    def test_everything_is_there_after_a_restart(self, file: Path) -> None:
        with begin(file) as engine:
            open_incident(engine)
            engine.record("mine-01", learned("a"), COUNTY)
            then = engine.view("mine-01")
        with Engine.open(url(file)) as engine:
            now = engine.view("mine-01")
            assert [(s.id, s.entry, s.at) for s in now.timeline.steps] == [
                (s.id, s.entry, s.at) for s in then.timeline.steps
            ]
            assert (now.obligation_rows, now.finding_rows, now.incident_row, now.position) == (
                then.obligation_rows,
                then.finding_rows,
                then.incident_row,
                then.position,
            )
            assert engine.refs() == ["mine-01"]

    def test_one_engine_is_used_by_several_threads(self, engine: Engine, tmp_path: Path) -> None:
        open_incident(engine)
        files = [timeline(tmp_path, f"case-{n}") for n in range(8)]

        def work(n: int) -> int:
            engine.record("mine-01", reported(source=f"thread {n}"), COUNTY)
            engine.import_timeline(files[n])
            engine.view("mine-01")
            return len(engine.incidents().rows)

        with ThreadPoolExecutor(8) as pool:
            assert max(pool.map(work, range(8))) == 9
        assert {e.source for e in entries(engine, "mine-01").values()} == {f"thread {n}" for n in range(8)}
        listed = engine.incidents()
        assert (len(listed.rows), listed.behind, listed.parked) == (9, 0, ())

    def test_two_engines_on_a_new_file_at_once(self, file: Path) -> None:
        def work(n: int) -> str:
            try:
                with begin(file) as engine:
                    open_incident(engine, f"mine-{n}")
                    engine.incidents()
            except EmergencyError as error:
                return str(error)
            return "done"

        with ThreadPoolExecutor(4) as pool:
            assert list(pool.map(work, range(4))) == ["done"] * 4
        with Engine.open(url(file)) as engine:
            assert len(engine.incidents().rows) == 4
            assert len(list(engine.directory())) == 4
