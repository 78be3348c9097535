# ruff: noqa: INP001 - a package of this name would hide the one that it tests
"""The made-up incidents: the same for the same seed, readable, judged without trouble, and in the stated mix."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections import Counter
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import pytest
from benchmarks.generate import appends, generate, in_order, main
from benchmarks.histories import CASES, MIX, histories
from benchmarks.province import province

from emergency import Engine, UsageError
from emergency.domain.offices import OfficeRegistered, directory_of
from emergency.domain.record import Recorded
from emergency.domain.schema import NAMES, EventCodec
from emergency.exchange.case_file import read
from emergency.store import Log

ROOT = Path(__file__).parents[2]
CODEC = EventCodec()


def digest(incidents: int, seed: int) -> str:
    """Everything that would be written, as one hash."""
    found = hashlib.sha256()
    for append in appends(incidents, seed):
        for event_id, body in append.entries:
            found.update(repr((append.stream, event_id, CODEC.encode(body))).encode())
    return found.hexdigest()


def test_the_same_seed_makes_the_same_bytes_in_another_process() -> None:
    script = "from test_generate import digest; print(digest(30, 7))"
    told = {
        subprocess.run(
            [sys.executable, "-c", script],
            capture_output=True,
            text=True,
            check=True,
            cwd=ROOT,
            env=os.environ | {"PYTHONHASHSEED": salt, "TZ": zone, "PYTHONPATH": os.pathsep.join(sys.path)},
        ).stdout.strip()
        for salt, zone in (("1", "UTC"), ("2", "Asia/Tokyo"))
    }
    assert told == {digest(30, 7)}


def test_another_seed_makes_others() -> None:
    assert digest(10, 1) != digest(10, 2)


def test_every_body_reads_as_it_was_written() -> None:
    for append in appends(60, 3):
        for _, body in append.entries:
            assert CODEC.decode(*CODEC.encode(body)) == body


def test_no_event_id_is_used_twice() -> None:
    ids = Counter(event_id for append in appends(60, 3) for event_id, _ in append.entries)
    assert set(ids.values()) == {1}


def test_incidents_run_side_by_side() -> None:
    sittings = list(in_order(100, 1, province(100)))
    assert [sitting.at for sitting in sittings] == sorted(sitting.at for sitting in sittings)
    moves = sum(a.stream != b.stream for a, b in pairwise(sittings))
    assert moves > len(sittings) / 2


def test_the_store_holds_what_was_made_and_the_engine_judges_all_of_it(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'made.db'}"
    with Log.open(url, CODEC) as log:
        made = generate(log, incidents=40, seed=5)
        assert log.last_position() == made.events
        with pytest.raises(UsageError, match="not empty"):
            generate(log, incidents=1, seed=5)
    written = [(a.stream, i, body) for a in appends(40, 5) for i, body in a.entries]
    with Log.open(url, CODEC) as log, log.reading() as reading:
        page = [event for event in reading.page(0, made.events + 1) if isinstance(event, Recorded)]
    assert [(event.stream, event.event_id, event.event) for event in page] == written
    with Engine.open(url) as engine:
        listed, owed, found = engine.incidents(), engine.obligations(), engine.findings()
    assert listed.parked == ()
    assert {row["incident"] for row in listed.rows} == {history.ref for history in histories(40, 5)}
    assert {row["state"] for row in owed.rows} >= {"met", "late", "open", "overdue", "undetermined"}
    assert {row["kind"] for row in found.rows} >= {"late", "missed"}


def test_everyone_named_is_in_the_directory() -> None:
    there = province(50)
    known = directory_of([_recorded(n, office) for n, office in enumerate(there.offices, start=1)])
    assert len(known.offices) == len(there.offices)
    for office in there.offices:
        assert set(office.reports_to) <= set(known.offices)
    named = {"public"}
    for history in histories(50, 1):
        for body in history.bodies:
            named |= {getattr(body, field, None) or "public" for field in ("office", "logged_by")}
            for field in ("to", "whom", "complete_for"):
                named |= set(getattr(body, field, ()))
    assert named - {"public"} <= set(known.offices)
    assert known.above(there.counties[0].companies[0].id)[-1] == "province"


def test_the_province_grows_slowly() -> None:
    assert [len(province(n).counties) for n in (1, 10, 1_000, 100_000)] == [6, 8, 35, 80]


def test_the_kinds_of_events_come_in_the_stated_mix() -> None:
    lengths: list[int] = []
    kinds = Counter[str]()
    for history in histories(1_500, 11):
        lengths.append(len(history.bodies))
        kinds.update(NAMES[type(body)] for body in history.bodies)
    assert set(kinds) <= set(MIX)
    for name, share in MIX.items():
        assert kinds[name] / 1_500 == pytest.approx(share, rel=0.12, abs=0.03), name
    assert sum(MIX.values()) == pytest.approx(sum(lengths) / 1_500, rel=0.05)
    assert sum(8 <= length <= 25 for length in lengths) > 0.9 * 1_500


def test_the_cases_are_counted_right() -> None:
    """What is said to be counted from the real cases is what they hold."""
    cases = [read(path) for path in sorted((ROOT / "tests" / "cases").glob("*.yaml"))]
    steps = [step for case in cases for step in case.steps]
    assert (len(cases), len(steps)) == (CASES["cases"], CASES["steps"])
    assert dict(Counter(step.act for step in steps)) == CASES["acts"]
    assert dict(Counter(found.kind for step in steps for found in step.finding)) == CASES["determined"]


def test_the_program_says_what_it_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    url = f"sqlite:///{tmp_path / 'made.db'}"
    monkeypatch.setattr(sys, "argv", ["generate", "--incidents", "3", "--seed", "2", "--db", url])
    main()
    assert capsys.readouterr().out.startswith("3 incidents, ")
    with pytest.raises(SystemExit, match="not empty"):
        main()


def _recorded(number: int, office: OfficeRegistered) -> Recorded[OfficeRegistered]:
    return Recorded(
        position=number,
        stream=f"office/{office.office}",
        version=1,
        event_id=f"e{number}",
        recorded_at=datetime(2026, 1, 1, tzinfo=UTC),
        event=office,
    )
