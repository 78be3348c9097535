"""What a whole command costs, from the start of its process to its end, beside the import of what it stands on.

Run as ``python -m benchmarks.start``. ``emergency --help`` is held against importing click, ``emergency report``
against importing click, SQLAlchemy and pydantic: less than that no program can take that uses them. The four are run
in turns, each in a fresh process, so that what else the machine does meets them alike; a ratio is made of two
neighbours in time. Reports go to a store in a file, with some hundred offices and incidents, each on an incident of
its own, while another process goes on recording there. CPU is user and system time of the child, wall is what
somebody waits.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory

from rich.console import Console
from rich.table import Table

from emergency import Engine, Identity
from emergency.domain.events import Learned
from emergency.domain.offices import OfficeRegistered
from emergency.domain.vocabulary import Line, Tier

ROUNDS = 31
INCIDENTS = 300
COUNTIES = 200
PAUSE = 0.2
"""Seconds that the other writer rests after each of its entries."""

CLICK = ("-c", "import click")
LIBRARIES = ("-c", "import click, sqlalchemy, pydantic")
HELP = ("-m", "emergency_cli", "--help")


@dataclass(frozen=True, slots=True)
class Cost:
    """What one process took, in milliseconds."""

    cpu: float
    wall: float


def run(arguments: tuple[str, ...], env: Mapping[str, str]) -> Cost:
    """Run Python once and see what it took; it must end well."""
    began = time.perf_counter()
    child = subprocess.Popen(  # noqa: S603 - the arguments are ours
        [sys.executable, *arguments], env=env, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )
    _, status, used = os.wait4(child.pid, 0)
    wall = time.perf_counter() - began
    child.returncode = os.waitstatus_to_exitcode(status)
    assert child.stderr is not None
    with child.stderr:
        assert child.returncode == 0, child.stderr.read().decode()
    return Cost((used.ru_utime + used.ru_stime) * 1000, wall * 1000)


def prepare(url: str) -> None:
    """A store with some hundred offices and incidents, all learned of by a county and not yet reported."""
    offices = [
        OfficeRegistered(office="city", name="某市", tier=Tier.CITY, line=Line.GOVERNMENT),
        *(
            OfficeRegistered(
                office=f"county-{number:03d}",
                name=f"第{number}县",
                tier=Tier.COUNTY,
                line=Line.GOVERNMENT,
                reports_to=("city",),
            )
            for number in range(COUNTIES)
        ),
    ]
    with Engine.open(url) as engine:
        engine.register_offices(offices)
        for number in range(INCIDENTS):
            identity = Identity(office=f"county-{number % COUNTIES:03d}", role="duty", officer="o1")
            engine.open_incident(
                title="化工厂爆炸",
                category="accident",
                kind="chemical-plant",
                place="某镇",
                identity=identity,
                ref=f"plant-{number:03d}",
                first=Learned(office=identity.office),
            )


def go_on_recording(url: str) -> None:
    """Be the other process: learn something on one incident after the other until the input ends."""
    identity = Identity(office="county-000", role="duty", officer="o2")
    with Engine.open(f"{url}?timeout=60") as engine:
        engine.view("plant-000")
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        os.set_blocking(sys.stdin.fileno(), False)
        for number in range(sys.maxsize):
            if sys.stdin.buffer.read(1) == b"":
                return
            engine.record(
                f"plant-{number % INCIDENTS:03d}",
                Learned(office=identity.office, source=f"call {number}"),
                identity,
            )
            time.sleep(PAUSE)


@contextmanager
def other_writer(url: str, env: Mapping[str, str]) -> Iterator[None]:
    """Another process that appends to the same store all the while."""
    code = f"from benchmarks.start import go_on_recording; go_on_recording({url!r})"
    process = subprocess.Popen(  # noqa: S603 - the code is ours
        [sys.executable, "-c", code], env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert process.stdin is not None
    assert process.stdout is not None
    with process, process.stdin, process.stdout:
        assert process.stdout.readline() == b"ready\n"
        yield
        assert process.poll() is None, "the other writer has failed"
        process.stdin.close()


def reporting(number: int) -> tuple[str, ...]:
    """The arguments of a report on an incident that has none yet."""
    office = f"county-{number % COUNTIES:03d}"
    return (
        *("-m", "emergency_cli", "report", f"plant-{number:03d}", "死=2", "重伤=3"),
        *("--by", "phone", "--office", office, "--as", "duty", "--officer", "o1"),
    )


def times(rounds: int = ROUNDS) -> dict[str, list[Cost]]:
    """The costs of the four in turns; the first round, which may have compiled, is left out."""
    found: dict[str, list[Cost]] = {"click": [], "help": [], "libraries": [], "report": []}
    with TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'log.db'}"
        env = {
            **{name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"},
            "PYTHONPATH": os.pathsep.join(filter(None, map(os.path.abspath, sys.path))),
            "EMERGENCY_DB": url,
            "EMERGENCY_CONFIG": str(Path(folder) / "identity.json"),
        }
        prepare(url)
        with other_writer(url, env):
            for number in range(rounds + 1):
                costs = {
                    "click": run(CLICK, env),
                    "help": run(HELP, env),
                    "libraries": run(LIBRARIES, env),
                    "report": run(reporting(number), env),
                }
                if number:
                    for name, cost in costs.items():
                        found[name].append(cost)
    return found


def measure(rounds: int = ROUNDS) -> dict[str, float]:
    """Median and 95th percentile of each in milliseconds, and as ratios of neighbours in time.

    The keys are ``help/click cpu median``, ``report wall p95`` and the like.
    """
    found: dict[str, float] = {}
    costs = times(rounds)
    for what in ("cpu", "wall"):
        values = {name: [getattr(cost, what) for cost in each] for name, each in costs.items()}
        for part, whole in (("help", "click"), ("report", "libraries")):
            values[f"{part}/{whole}"] = [a / b for a, b in zip(values[part], values[whole], strict=True)]
        for name, each in values.items():
            found[f"{name} {what} median"] = median(each)
            found[f"{name} {what} p95"] = quantiles(each, n=20, method="inclusive")[-1]
    return found


def table(found: Mapping[str, float]) -> Table:
    """What was measured, as a table."""
    shown = Table("what", "CPU median", "CPU p95", "wall median", "wall p95")
    names = {
        "click": "import click",
        "help": "emergency --help",
        "help/click": "the second / the first",
        "libraries": "import click, sqlalchemy, pydantic",
        "report": "emergency report, beside another writer",
        "report/libraries": "the second / the first",
    }
    for name, words in names.items():
        unit = "×" if "/" in name else "ms"
        shown.add_row(
            words,
            *(
                f"{found[f'{name} {what} {how}']:.{2 if unit == '×' else 0}f} {unit}"
                for what in ("cpu", "wall")
                for how in ("median", "p95")
            ),
        )
    return shown


if __name__ == "__main__":
    Console().print(table(measure()))
