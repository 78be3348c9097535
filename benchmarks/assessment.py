"""What one assessment costs, and what loading the rulebook adds to the start of a process.

Run as ``python -m benchmarks.assessment``. Machines differ and are shared: every time is CPU time, medians of many
runs, those that are compared taken in turns. The calibration loop is plain Python that does a fixed amount of work,
so a ratio to it can be held against another machine's.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from statistics import median

from rich.console import Console
from rich.table import Table

from benchmarks.incident import ordinary
from emergency.assessment.assess import assess
from emergency.rulebook import Rulebook, load

RUNS = 500
ROUNDS = 15
LIBRARIES = "import click, sqlalchemy, pydantic"
RULEBOOK = f"{LIBRARIES}; import emergency.rulebook; emergency.rulebook.load()"


def calibration() -> int:
    """A fixed amount of plain Python: calls, attributes, dictionaries, comparisons."""
    seen: dict[int, int] = {}
    for number in range(5_000):
        key = number % 97
        seen[key] = max(seen.get(key, 0), number)
    return sum(seen.values())


def cpu_ms(work: Callable[[], object]) -> float:
    """The CPU time that some work takes here, in milliseconds."""
    began = time.process_time()
    work()
    return (time.process_time() - began) * 1000


def assessing(rulebook: Rulebook) -> list[tuple[float, float]]:
    """The times of an assessment and of the calibration loop, in turns.

    Every assessment has an incident and a directory of its own: what one keeps of them cannot help the next.
    """
    found = []
    for _ in range(RUNS):
        incident = ordinary()
        judge = partial(assess, incident.history, incident.directory, rulebook)
        found.append((cpu_ms(judge), cpu_ms(calibration)))
    return found


def process_ms(code: str) -> float:
    """The CPU time of a fresh process that runs the code, in milliseconds."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-c", code], check=True)  # noqa: S603 - the code is ours
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime) * 1000


def starting() -> list[tuple[float, float]]:
    """The times of processes without and with the rulebook, in turns."""
    return [(process_ms(LIBRARIES), process_ms(RULEBOOK)) for _ in range(ROUNDS)]


def table() -> Table:
    """Everything, measured now."""
    rulebook, incident = load(), ordinary()
    rows = len(assess(incident.history, incident.directory, rulebook).obligations)
    times = assessing(rulebook)
    processes = starting()
    shown = Table("what", "median", "least")

    def add(what: str, unit: str, values: list[float]) -> None:
        shown.add_row(what, f"{median(values):.2f} {unit}", f"{min(values):.2f} {unit}")

    events, rules = len(incident.history), len(rulebook.rules)
    add(
        f"one assessment: {events} events, {rows} obligation rows, {rules} rules", "ms", [a for a, _ in times]
    )
    add("calibration loop", "ms", [c for _, c in times])
    add("assessment / calibration loop", "×", [a / c for a, c in times])
    add("process that imports click, sqlalchemy, pydantic", "ms", [p for p, _ in processes])
    add("the same, and loads the rulebook", "ms", [r for _, r in processes])
    add("what the rulebook adds", "ms", [r - p for p, r in processes])
    return shown


if __name__ == "__main__":
    Console().print(table())
