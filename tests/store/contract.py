"""What every store must keep to, on whatever database. Inherit `StoreContract` and say where it is."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import ClassVar

import pytest
from sqlalchemy import delete, select, text, update

from emergency.errors import (
    BrokenDataError,
    BusyError,
    CommandConflictError,
    RefusedError,
    StoreError,
    UnknownEventError,
)
from emergency.store import ConflictError, Contacts, Draft, Log, Undecodable, clock

from . import worker
from .worker import JsonCodec


def noted(*numbers: int) -> list[Draft]:
    return [Draft(event={"n": number}) for number in numbers]


def opened(url: str) -> Log:
    return Log.open(url, JsonCodec())


class StoreContract:
    """Every test takes the URL of an empty database that other processes can open too.

    The URL must bear ``?timeout=SECONDS`` and give up a lock after that time.
    """

    sabotaged: ClassVar[str] = ""
    """What is broken on purpose in the processes that a test starts, when it is the test that is tested."""

    def set_clock(self, log: Log, patch: pytest.MonkeyPatch, reading: datetime) -> None:
        """Let the store's clock show this."""
        del log
        patch.setattr(clock, "now", lambda: reading)

    def test_the_log_is_in_order_of_position(self, url: str) -> None:
        with opened(url) as log:
            for version in range(3):
                for stream in ("incident/b", "office/x", "incident/a"):
                    with log.writing() as writing:
                        writing.append(stream, version, noted(version))
            page = log.page(0, 100)
            assert [event.position for event in page] == list(range(1, 10))
            assert [event.stream for event in page] == ["incident/b", "office/x", "incident/a"] * 3
            assert [event.position for event in log.page(4, 3)] == [5, 6, 7]
            assert log.last_position() == 9
            assert log.streams("incident/") == ["incident/b", "incident/a"]
            assert log.streams("") == ["incident/b", "office/x", "incident/a"]
            assert log.streams("INCIDENT/") == []
            assert [event.version for event in log.stream("office/x")] == [1, 2, 3]
            assert [event.version for event in log.stream("office/x", through=5)] == [1, 2]
            assert log.stream("office/y") == []

    def test_the_log_can_be_read_by_type(self, url: str) -> None:
        with opened(url) as log:
            with log.writing() as writing:
                writing.append(
                    "a", 0, [Draft(event={"type": name}) for name in ("review", "report", "Review_2")]
                )
            assert [e.version for e in log.page(0, 9, type_prefix="re")] == [1, 2]
            assert [e.version for e in log.page(0, 9, type_prefix="Review_")] == [3]
            assert log.page(0, 9, type_prefix="%") == []

    def test_an_event_comes_back_as_it_was_written(self, url: str) -> None:
        with opened(url) as log:
            before = datetime.now(UTC)
            with log.writing() as writing:
                written = writing.append(
                    "incident/曲靖",
                    0,
                    [Draft(event={"n": "迟报"}, event_id="e1", causation_id="e0"), *noted(2)],
                    command_id="c1",
                    command_hash="h1",
                    correlation_id="import-1",
                )
                assert writing.stream("incident/曲靖") == written
            assert log.stream("incident/曲靖") == written == log.page(0, 9)
            first, second = written
            assert (first.event, first.event_id, first.causation_id) == ({"n": "迟报"}, "e1", "e0")
            assert (second.event_id != "e1", second.causation_id) == (True, None)
            for event in written:
                assert (event.command_id, event.correlation_id, event.clock_back) == ("c1", "import-1", False)
                assert before <= event.recorded_at <= datetime.now(UTC)
                assert event.recorded_at.utcoffset() == timedelta(0)
            assert first.recorded_at == second.recorded_at

    def test_a_position_is_never_given_twice(self, url: str) -> None:
        with opened(url) as log:
            with log.writing() as writing:
                writing.append("incident/a", 0, noted(1, 2, 3))
            with log.writing() as writing:
                events = log.tables.events
                writing.connection.execute(delete(events).where(events.c.position == 3))
            with log.writing() as writing:
                assert [event.position for event in writing.append("incident/a", 2, noted(4))] == [4]

    def test_several_streams_are_written_all_or_none(self, url: str) -> None:
        with opened(url) as log:

            def half_done() -> None:
                with log.writing() as writing:
                    writing.append("incident/a", 0, noted(1))
                    writing.append("incident/b", 0, noted(1, 2))
                    Contacts(writing).add("s1", "informant")
                    raise InterruptedError

            with pytest.raises(InterruptedError):
                half_done()
            with log.reading() as reading, pytest.raises(RefusedError):
                Contacts(reading).get("s1")
            assert (log.last_position(), log.streams("")) == (0, [])
            with log.writing() as writing:
                writing.append("incident/a", 0, noted(1))
                writing.append("incident/b", 0, noted(1, 2))
            assert log.streams("") == ["incident/a", "incident/b"]

    def test_a_decision_on_an_old_state_is_refused(self, url: str) -> None:
        with opened(url) as log:
            with log.writing() as writing:
                writing.append("incident/a", 0, noted(1, 2))
            for stale in (0, 1, 3):
                with pytest.raises(ConflictError, match="stands at version 2"), log.writing() as writing:
                    writing.append("incident/a", stale, noted(3))
            assert log.last_position() == 2

    def test_an_event_id_is_used_once(self, url: str) -> None:
        with opened(url) as log:
            with log.writing() as writing:
                writing.append("incident/a", 0, [Draft(event={}, event_id="e1")])
            with log.writing() as writing:
                with pytest.raises(RefusedError, match="e1"):
                    writing.append("incident/b", 0, [*noted(1), Draft(event={}, event_id="e1")])
                # The refusal undid the whole of that call, and nothing else of the transaction.
                writing.append("incident/c", 0, noted(1))
            assert log.streams("") == ["incident/a", "incident/c"]

    def test_two_processes_write_and_nothing_is_lost(self, url: str) -> None:
        first, second = (
            worker.start(url, "append", "incident/a", 60, sabotaged=self.sabotaged) for _ in range(2)
        )
        positions = sorted(position for written in worker.go(first, second) for position in written)
        with opened(url) as log:
            stream = log.stream("incident/a")
            assert [event.version for event in stream] == list(range(1, 121))
            assert [event.position for event in stream] == positions
            assert len({event.event["pid"] for event in stream}) == 2

    def test_a_command_is_carried_out_once(self, url: str) -> None:
        with opened(url) as log:
            with log.writing() as writing:
                assert writing.once("c1", "h1") is None
                first = writing.append("a", 0, noted(1, 2), command_id="c1", command_hash="h1")
                other = writing.append("b", 0, noted(3), command_id="c1", command_hash="h1")
            with log.writing() as writing:
                again = writing.append("a", 2, noted(1, 2), command_id="c1", command_hash="h1")
                assert again == first
                assert writing.append("b", 0, noted(3), command_id="c1", command_hash="h1") == other
                done = writing.once("c1", "h1")
                assert done is not None
                assert list(done.events) == [*first, *other]
            assert log.last_position() == 3

    def test_a_command_id_is_not_used_for_something_else(self, url: str) -> None:
        with opened(url) as log:
            with log.writing() as writing:
                writing.append("a", 0, noted(1), command_id="c1", command_hash="h1")
                with pytest.raises(CommandConflictError):
                    writing.append("b", 0, noted(1), command_id="c1", command_hash="h2")
            with pytest.raises(CommandConflictError, match="c1"), log.writing() as writing:
                writing.append("a", 1, noted(1), command_id="c1", command_hash="h2")
            with pytest.raises(CommandConflictError, match="c1"), log.writing() as writing:
                writing.once("c1", "h2")
            with pytest.raises(CommandConflictError, match="wrote nothing to b"), log.writing() as writing:
                writing.append("b", 0, noted(1), command_id="c1", command_hash="h1")
            assert log.last_position() == 1

    def test_two_processes_carry_out_one_command(self, url: str) -> None:
        for turn in range(3):
            workers = [
                worker.start(url, "command", f"c{turn}", "h1", sabotaged=self.sabotaged) for _ in range(2)
            ]
            assert worker.go(*workers) == [[turn + 1]] * 2
        with opened(url) as log:
            assert log.last_position() == 3

    def test_two_processes_use_one_command_id_for_two_things(self, url: str) -> None:
        workers = [
            worker.start(url, "command", "c1", content, sabotaged=self.sabotaged) for content in ("h1", "h2")
        ]
        outcomes = worker.go(*workers)
        assert sorted(outcomes, key=str) == ["CommandConflictError", [1]]
        with opened(url) as log:
            assert log.last_position() == 1

    def test_a_killed_import_leaves_all_or_nothing(self, url: str) -> None:
        def run(kill_after: float | None) -> tuple[float, bool]:
            process = worker.start(url, "import", sabotaged=self.sabotaged)
            assert process.stdin is not None
            assert process.stdout is not None
            with process, process.stdin, process.stdout:
                process.stdin.write("go\n")
                process.stdin.flush()
                assert process.stdout.readline() == "begun\n"
                began = time.monotonic()
                if kill_after is not None:
                    time.sleep(kill_after)
                    process.kill()
                done = process.stdout.readline() == "done\n"
                return time.monotonic() - began, done

        duration, finished = run(None)
        assert finished
        seen = worker.EVENTS_PER_IMPORT
        for share in (0.1, 0.35, 0.6, 0.8, 0.97):
            _, finished = run(share * duration)
            with opened(url) as log:
                now = len(log.page(0, 1_000_000))
                assert now - seen in (
                    {worker.EVENTS_PER_IMPORT} if finished else {0, worker.EVENTS_PER_IMPORT}
                )
                seen = now
        with opened(url) as log, log.writing() as writing:
            assert len(writing.append("incident/after", 0, noted(1))) == 1

    def test_a_clock_that_steps_back_is_stored_and_marked(
        self, url: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        noon = datetime(2026, 5, 1, 4, 0, 0, 7, tzinfo=UTC)
        readings = [noon, noon - timedelta(hours=1), noon - timedelta(minutes=59), noon + timedelta(days=1)]
        with opened(url) as log:
            for version, reading in enumerate(readings):
                with monkeypatch.context() as patch:
                    self.set_clock(log, patch, reading)
                    with log.writing() as writing:
                        writing.append("a", 2 * version, noted(1, 2))
            events = log.stream("a")
            assert [event.recorded_at for event in events] == [r for r in readings for _ in range(2)]
            assert [event.clock_back for event in events] == [False, False, True, True, *[False] * 4]
            assert [event.position for event in events] == list(range(1, 9))

    def test_two_runners_cannot_both_record_a_position(self, url: str) -> None:
        def run(log: Log) -> bool:
            try:
                with log.writing() as writing:
                    writing.track("late-reports", 5)
            except ConflictError:
                return False
            return True

        with opened(url) as first, opened(url) as second, ThreadPoolExecutor(2) as pool:
            assert sorted(pool.map(run, (first, second))) == [False, True]
            with first.writing() as writing:
                writing.track("late-reports", 6)
                writing.track("scores", 1)

            def too_late() -> None:
                with second.writing() as writing:
                    writing.append("a", 0, noted(1))
                    writing.track("late-reports", 6)

            with pytest.raises(ConflictError, match="position 6"):
                too_late()
            assert (second.tracked("late-reports"), second.tracked("scores"), second.tracked("x")) == (
                6,
                1,
                0,
            )
            assert second.last_position() == 0
            with second.writing() as writing:
                writing.untrack("late-reports")
                writing.track("late-reports", 1)
            assert first.tracked("late-reports") == 1

    def test_a_reader_is_served_while_a_writer_writes(self, url: str) -> None:
        with opened(url) as log, opened(url) as other:
            with log.writing() as writing:
                writing.append("a", 0, noted(1))
            with log.writing() as writing:
                writing.append("a", 1, noted(2))
                for reader in (log, other):
                    assert reader.last_position() == 1
                    assert len(reader.stream("a")) == 1
                with opened(url) as newcomer:
                    assert newcomer.last_position() == 1
                assert writing.last_position() == 2
            assert other.last_position() == 2

    def test_a_reading_is_one_state(self, url: str) -> None:
        with opened(url) as log:
            with log.reading() as reading:
                assert reading.last_position() == 0
                with log.writing() as writing:
                    writing.append("a", 0, noted(1))
                assert reading.last_position() == 0
            assert log.last_position() == 1

    def test_a_lock_held_too_long_is_said_so_soon(self, url: str) -> None:
        with opened(url) as log, opened(url) as other, log.writing() as writing:
            writing.append("a", 0, noted(1))
            began = time.monotonic()
            with pytest.raises(BusyError, match="nothing was written"), other.writing() as second:
                second.append("b", 0, noted(1))
            assert time.monotonic() - began < 3

    def test_an_unknown_event_is_shown_and_not_skipped(self, url: str) -> None:
        with opened(url) as log:
            with log.writing() as writing:
                writing.append("a", 0, [*noted(1), Draft(event={"type": "future.told"}), *noted(3)])
            before, unknown, after = log.page(0, 9)
            assert isinstance(unknown, Undecodable)
            assert not isinstance(before, Undecodable)
            assert not isinstance(after, Undecodable)
            assert (unknown.position, unknown.stream, unknown.version) == (2, "a", 2)
            assert (unknown.type, unknown.schema_version) == ("future.told", 1)
            assert unknown.recorded_at == before.recorded_at
            assert "future.told" in unknown.reason
            with pytest.raises(UnknownEventError, match=r"future\.told .*position 2, version 2 of stream a"):
                log.stream("a")
            assert len(log.stream("a", through=1)) == 1

    def test_a_broken_body_is_shown_and_not_skipped(self, url: str) -> None:
        with opened(url) as log:
            with log.writing() as writing:
                writing.append("a", 0, noted(1, 2))
                events = log.tables.events
                writing.connection.execute(update(events).where(events.c.position == 1).values(body=b"\xff{"))
            broken, whole = log.page(0, 9)
            assert isinstance(broken, Undecodable)
            assert not isinstance(whole, Undecodable)
            with pytest.raises(BrokenDataError, match="position 1"):
                log.stream("a")

    def test_two_engines_in_one_process_are_apart(self, url: str) -> None:
        with opened(url) as log, opened("sqlite://") as memory, log.writing() as writing:
            writing.append("a", 0, noted(1))
            with memory.writing() as elsewhere:
                elsewhere.append("b", 0, noted(1, 2))
            assert memory.streams("") == ["b"]
            assert writing.streams("") == ["a"]
            assert log.streams("") == []

    def test_a_newer_store_is_refused(self, url: str) -> None:
        with opened(url) as log, log.writing() as writing:
            writing.connection.execute(update(log.tables.store_meta).values(value="99"))
        with pytest.raises(StoreError, match="newer version"):
            opened(url).close()

    def test_what_others_keep_there_is_left_alone(self, url: str) -> None:
        with opened(url) as log, log.writing() as writing:
            writing.connection.execute(text("DROP TABLE store_meta"))
        with pytest.raises(StoreError, match="not ours"):
            opened(url).close()

    def test_who_only_reads_makes_no_store(self, url: str) -> None:
        for _ in range(2):
            with pytest.raises(StoreError, match="There is no store"):
                Log.open(url, JsonCodec(), create=False).close()
        opened(url).close()
        with Log.open(url, JsonCodec(), create=False) as log:
            assert log.last_position() == 0

    def test_several_programs_may_open_a_new_store_at_once(self, url: str) -> None:
        def open_and_write(number: int) -> int:
            with opened(url) as log, log.writing() as writing:
                return writing.append(f"incident/{number}", 0, noted(number))[0].position

        with ThreadPoolExecutor(6) as pool:
            assert sorted(pool.map(open_and_write, range(6))) == [1, 2, 3, 4, 5, 6]

    def test_a_person_is_kept_outside_the_log_and_can_be_erased(self, url: str) -> None:
        with opened(url) as log:
            with log.writing() as writing:
                people = Contacts(writing)
                added = people.add("s1", "informant", name="某甲", phone="13800000000", note="门卫")
                assert people.get("s1") == added
                with pytest.raises(RefusedError, match="s1"):
                    people.add("s1", "informant")
            with log.writing() as writing:
                erased = Contacts(writing).erase("s1")
            with log.writing() as writing:
                assert Contacts(writing).erase("s1") == erased
                with pytest.raises(RefusedError, match="s1"):
                    Contacts(writing).add("s1", "informant")
                with pytest.raises(RefusedError, match="s2"):
                    Contacts(writing).erase("s2")
            assert (erased.subject_id, erased.kind, erased.added_at) == ("s1", "informant", added.added_at)
            assert (erased.name, erased.phone, erased.note) == (None, None, None)
            assert erased.erased_at is not None
            with log.reading() as reading:
                assert reading.connection.scalar(select(log.tables.contacts.c.phone)) is None
