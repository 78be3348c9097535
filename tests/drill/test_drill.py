"""A drill is played by its own clock, into its own store, and by nobody but its script and the trainee."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from emergency import Engine
from emergency.answers import Identity
from emergency.domain import events
from emergency.domain.times import CHINA
from emergency.domain.values import StatedTime
from emergency.drill.debrief import debrief
from emergency.drill.play import begun, play, play_until, waiting
from emergency.drill.script import Script, found, packaged, script
from emergency.errors import BrokenDataError, NotFoundError, RefusedError, UsageError

DAY = date(2026, 11, 20)
MINUTE = timedelta(minutes=1)
CASES = sorted((Path(__file__).parent.parent / "cases").glob("*.yaml"))
ME = Identity(office="county", role="duty", officer="trainee")


def at(hour: int, minute: int, day: int = 20) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=CHINA)


@pytest.fixture(name="leak")
def leak_() -> Script:
    return script(found("chlorine-leak"), on=DAY)


@contextmanager
def drill(folder: Path, played: Script) -> Iterator[Engine]:
    with begun(f"sqlite:///{folder / 'drill.db'}", played, held=True) as engine:
        yield engine


def test_the_script_is_moved_by_whole_days_and_the_trainees_own_part_is_left_out(leak: Script) -> None:
    assert leak.begins == at(1, 4)
    assert [cue.id for cue in leak.cues] == ["s1", "s2", "s3", "s5", "s6", "s8", "s10"]
    assert [cue.at for cue in leak.cues][:2] == [at(1, 5), at(1, 12)]
    assert [cue.heard for cue in leak.cues] == [False, True, True, True, True, True, False]
    assert [entry.step for entry in leak.own] == ["s4", "s7", "s9"]
    assert leak.cues[0].entry.at.interval.earliest == at(1, 5)
    as_dated = script(found("chlorine-leak"))
    assert as_dated.begins.astimezone(CHINA).date() == date(2026, 3, 10)


def test_everything_goes_on_record_at_its_own_hour_and_once(tmp_path: Path, leak: Script) -> None:
    with drill(tmp_path, leak) as engine:
        assert engine.now() == leak.begins
        first = list(play_until(engine, leak, at(1, 31), held=True))
        assert [one.cue.id for one in first] == ["s1", "s2", "s3"]
        assert engine.now() == at(1, 31)
        assert list(play(engine, leak)) == []
        rest = list(play_until(engine, leak, at(7, 0), held=True))
        assert [one.cue.id for one in rest] == ["s5", "s6", "s8", "s10"]
        assert waiting(engine, leak) == ()
        steps = engine.view(leak.ref).timeline.steps
        assert {step.label: step.recorded_at for step in steps} == {cue.id: cue.at for cue in leak.cues}
        assert not any(step.backfilled for step in steps)


def test_a_report_in_time_meets_the_duty_and_silence_is_judged(tmp_path: Path, leak: Script) -> None:
    with drill(tmp_path, leak) as engine:
        list(play_until(engine, leak, at(1, 31), held=True))
        told = StatedTime(earliest=at(1, 31), latest=at(1, 31), basis="stated")
        report = events.Reported(office="county", at=told, to=("city",), channel="phone")
        outcome = engine.record(leak.ref, report, ME)
        assert [o.recipient for o in outcome.met] == ["city"]
        list(play_until(engine, leak, at(7, 0), held=True))
        result = debrief(engine, leak)
        states = {(row["recipient"], row["state"]) for row in result.obligations if row["stage"] == "first"}
        assert ("city", "met") in states
        assert ("province", "overdue") in states  # three dead at 04:40, and nobody told the province
        assert result.states["met"] == 1
        assert result.left == ()


def test_the_clock_goes_forward_only_and_of_a_real_store_not_at_all(tmp_path: Path, leak: Script) -> None:
    with drill(tmp_path, leak) as engine:
        engine.set_clock(at(2, 0), held=True)
        engine.set_clock(at(2, 0), held=True)
        with pytest.raises(RefusedError, match="cannot go back"):
            engine.set_clock(at(2, 0) - MINUTE)
        assert engine.now() == at(2, 0)
    with Engine.open(f"sqlite:///{tmp_path / 'real.db'}") as real:
        assert not real.is_drill
        with pytest.raises(RefusedError, match="no drill"):
            real.set_clock(at(2, 0))
        with pytest.raises(RefusedError, match="no drill"):
            list(play(real, leak))
        with pytest.raises(RefusedError, match="no drill"):
            list(play_until(real, leak, at(3, 0)))
        assert real.incidents().rows == ()


def test_a_clock_that_runs_goes_on_and_is_kept(tmp_path: Path, leak: Script) -> None:
    with begun(f"sqlite:///{tmp_path / 'drill.db'}", leak) as engine:
        assert leak.begins <= engine.now() < leak.begins + MINUTE
        engine.set_clock(at(5, 0))
    with Engine.open(f"sqlite:///{tmp_path / 'drill.db'}") as again:
        assert again.is_drill
        assert at(5, 0) < again.now() < at(5, 1)
        assert not again.clock_stands


def test_a_script_is_played_by_a_clock_that_runs(tmp_path: Path, leak: Script) -> None:
    with begun(f"sqlite:///{tmp_path / 'drill.db'}", leak) as engine:
        assert [one.cue.id for one in play_until(engine, leak, at(1, 31))] == ["s1", "s2", "s3"]
        assert at(1, 31) <= engine.now() < at(1, 32)
        assert list(play_until(engine, leak, at(1, 31))) == []
        assert not engine.clock_stands
        assert list(play_until(engine, leak, at(1, 31), held=True)) == []
        assert engine.clock_stands
        shows = engine.now()
        assert list(play_until(engine, leak, at(1, 31), held=True)) == []
        assert engine.now() == shows


def test_a_drill_gets_a_store_of_its_own(tmp_path: Path, leak: Script) -> None:
    Engine.open(f"sqlite:///{tmp_path / 'drill.db'}").close()
    with pytest.raises(RefusedError, match="gets one of its own"):
        begun(f"sqlite:///{tmp_path / 'drill.db'}", leak)
    with Engine.open(f"sqlite:///{tmp_path / 'drill.db'}") as real:
        assert not real.is_drill
    begun(f"sqlite:///{tmp_path / 'other.db'}", leak).close()
    with pytest.raises(RefusedError, match="gets one of its own"):
        begun(f"sqlite:///{tmp_path / 'other.db'}", leak)


def test_postgresql_keeps_no_drills(leak: Script) -> None:
    with pytest.raises(UsageError, match="file of its own"):
        begun("postgresql://nobody@127.0.0.1:9/none", leak)


def test_references_of_a_drill_are_marked_whoever_opens_the_incident(tmp_path: Path, leak: Script) -> None:
    with drill(tmp_path, leak) as engine:
        opened = engine.open_incident(
            title="x",
            category="accident",
            kind="fire",
            place="y",
            identity=ME,
            first=events.Learned(office="county"),
        )
        assert opened.incident == "drill-county-20261120-01"
        assert leak.ref == "drill-chlorine-leak"


@pytest.mark.parametrize("path", packaged(), ids=lambda path: path.stem)
def test_a_script_that_comes_along_can_be_played_to_its_end(path: Path, tmp_path: Path) -> None:
    played = script(path, on=DAY)
    with drill(tmp_path, played) as engine:
        last = played.cues[-1].at
        told = list(play_until(engine, played, last, held=True))
        assert [one.cue.id for one in told] == [cue.id for cue in played.cues]
        result = debrief(engine, played)
        assert result.obligations  # the trainee did nothing, and that shows
        assert not result.states["met"]


@pytest.mark.parametrize("path", CASES[::4], ids=lambda path: path.stem)
def test_a_real_case_can_be_practised_by_each_of_its_offices(path: Path, tmp_path: Path) -> None:
    from emergency.exchange.case_file import read  # noqa: PLC0415 - of one test

    for number, me in enumerate(read(path).offices):
        try:
            played = script(path, me=me)
        except RefusedError:
            continue  # nobody else does anything in it
        folder = tmp_path / str(number)
        folder.mkdir()
        with drill(folder, played) as engine:
            list(play_until(engine, played, played.cues[-1].at, held=True))
            assert debrief(engine, played).left == ()
            assert all(step.office != me for step in engine.view(played.ref).timeline.steps)


def test_what_no_script_can_be_is_refused_in_words(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="Did you mean chlorine-leak"):
        found("clorine-leak")
    with pytest.raises(RefusedError, match="--me OFFICE"):
        script(CASES[0])
    with pytest.raises(NotFoundError, match="no office nobody"):
        script(CASES[0], me="nobody")
    text = found("chlorine-leak").read_text(encoding="utf-8")
    broken = tmp_path / "broken.yaml"
    broken.write_text(text.replace("  me: county\n", "  me: countie\n"), encoding="utf-8")
    with pytest.raises(BrokenDataError, match='no office "countie"'):
        script(broken)
    broken.write_text(text.replace("    s2: 接警员", "    s99: 接警员"), encoding="utf-8")
    with pytest.raises(BrokenDataError, match='no step "s99"'):
        script(broken)


def test_the_file_of_a_drill_is_a_timeline_like_any_other(tmp_path: Path) -> None:
    with Engine.open(f"sqlite:///{tmp_path / 'real.db'}") as real:
        assert real.import_timeline(found("chlorine-leak")).status == "imported"
