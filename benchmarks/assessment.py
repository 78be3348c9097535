"""What one assessment costs, and what of the start of a process is the rulebook's.

Run as ``python -m benchmarks.assessment``. Machines differ and are shared: every time is CPU time, medians of many
runs, those that are compared taken in turns. The calibration loop is plain Python that does a fixed amount of work,
so a ratio to it can be held against another machine's; so can a ratio to the import of the libraries. Every start is
that of a fresh process, whose steps are timed one after the other: what a step adds is not lost in the difference of
two processes. The rulebook's part is its modules and what assessing an ordinary incident asks of it; of the modules
of pydantic, most are loaded by whoever first makes a model, which is the domain.
"""

from __future__ import annotations

import os
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
ROUNDS = 21
STARTED = "from time import process_time as now; began = now()"
DOMAIN = "import emergency.domain.incident, emergency.domain.schema, emergency.domain.times"
MODULES = "import emergency.rulebook as r; r.Calendar, r.Clock, r.Graded, r.Rule, r.Rulebook, r.load"
STEPS = (
    ("the libraries alone: click, sqlalchemy, pydantic", "import click, sqlalchemy, pydantic"),
    ("the domain, and of pydantic what it needs", f"{DOMAIN}; from benchmarks.asking import asked_of"),
    ("the rulebook: its modules", MODULES),
    ("the rulebook: loading what an incident asks for", "asked_of(r.load())"),
)
"""What a process does one after the other, from its start."""


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


def starting() -> list[list[float]]:
    """The times of the steps in fresh processes, each with the byte code of all modules at hand."""
    code = [STARTED]
    for _, step in STEPS:
        code.append(step)
        code.append("print((now() - began) * 1000); began = now()")
    known = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    found = []
    for number in range(ROUNDS + 1):
        run = subprocess.run(  # noqa: S603 - the code is ours
            [sys.executable, "-c", "\n".join(code)], check=True, capture_output=True, text=True, env=known
        )
        if number:  # the first one may have compiled
            found.append([float(line) for line in run.stdout.split()])
    return found


def table() -> Table:
    """Everything, measured now."""
    rulebook, incident = load(), ordinary()
    rows = len(assess(incident.history, incident.directory, rulebook).obligations)
    times = assessing(rulebook)
    starts = starting()
    shown = Table("what", "median", "least")

    def add(what: str, unit: str, values: list[float]) -> None:
        shown.add_row(what, f"{median(values):.2f} {unit}", f"{min(values):.2f} {unit}")

    events, rules = len(incident.history), len(rulebook.rules)
    add(
        f"one assessment: {events} events, {rows} obligation rows, {rules} rules", "ms", [a for a, _ in times]
    )
    add("calibration loop", "ms", [c for _, c in times])
    add("assessment / calibration loop", "×", [a / c for a, c in times])
    for number, (what, _) in enumerate(STEPS):
        add(what, "ms", [start[number] for start in starts])
    add("the rulebook in all", "ms", [modules + loading for *_, modules, loading in starts])
    add("the same / the libraries alone", "×", [(start[2] + start[3]) / start[0] for start in starts])
    return shown


if __name__ == "__main__":
    Console().print(table())
