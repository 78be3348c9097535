"""Several processes on one file, and one that is killed at any moment."""

from __future__ import annotations

import random
import signal
import time
from collections import Counter
from pathlib import Path

import pytest

from emergency import Engine

from . import worker
from .bench import begin, entries, open_incident, table, timeline, url

FILES, STEPS = 12, 30


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Many files, each with so many steps that a kill is likely to fall into the writing of one."""
    more = "".join(
        f'  - {{id: m{n}, act: followed-up, office: unit, to: county, at: "2020-01-03T10:{n:02d}+08:00"}}\n'
        for n in range(STEPS)
    )
    made = tmp_path / "files"
    made.mkdir()
    for n in range(FILES):
        timeline(made, f"case-{n:02d}", more=more)
    return made


def events_of(file: Path) -> Counter[str]:
    """How many events each incident has, those of its offices and its review counted in."""
    names = (
        row[1].removeprefix("incident/").removeprefix("office/").removeprefix("review/")
        for row in table(file)
    )
    return Counter(name.split("/")[0] for name in names)


@pytest.mark.parametrize("seed", range(5))
def test_killed_while_importing_each_incident_is_there_whole_or_not_at_all(
    file: Path, folder: Path, seed: int
) -> None:
    dice = random.Random(seed)  # noqa: S311 - a test
    whole = 3 + 1 + (2 + STEPS) + 2
    process = worker.start(file, "import", folder)
    worker.go(process)
    assert process.stdout is not None
    said = [process.stdout.readline().strip() for _ in range(dice.randrange(1, FILES // 2))]
    time.sleep(dice.random() * 0.02)
    process.send_signal(signal.SIGKILL)
    rest = process.communicate()[0].split()
    assert process.returncode == -signal.SIGKILL
    found = events_of(file)
    assert set(found.values()) == {whole}
    assert {*said, *rest} <= set(found), "what was said to be done is there"
    assert len(found) < FILES
    before = table(file)

    second = worker.start(file, "import", folder)
    worker.go(second)
    assert len(second.communicate()[0].split()) == FILES
    assert second.returncode == 0
    assert set(events_of(file).values()) == {whole}
    assert len(events_of(file)) == FILES
    assert table(file)[: len(before)] == before
    with Engine.open(url(file)) as engine:
        listed = engine.incidents()
    assert (len(listed.rows), listed.parked, listed.behind) == (FILES, (), 0)


def test_two_processes_record_on_one_incident(file: Path) -> None:
    with begin(file) as engine:
        open_incident(engine)
    count = 25
    both = [worker.start(file, "record", name, count) for name in "ab"]
    for process in both:
        worker.go(process)
    for process in both:
        process.communicate()
        assert process.returncode == 0
    with Engine.open(url(file)) as engine:
        said = [e.source for e in entries(engine, "mine-01").values()]
        assert len(engine.incidents().rows) == 1
    assert sorted(map(str, said)) == sorted(f"{name} {n}" for name in "ab" for n in range(count))
    for name in "ab":
        assert [s for s in said if str(s).startswith(name)] == [f"{name} {n}" for n in range(count)]
