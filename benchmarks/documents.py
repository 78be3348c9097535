"""What a document costs, from the start of its process to its end: somebody at night waits for it.

Run as ``python -m benchmarks.documents``. A letter of one page and a circular of some pages with a table are made as
DOCX and as PDF, and ``emergency document first-report`` makes the report on one of some hundred incidents in a
store, as both; each in a fresh process, in turns, beside the import of what it stands on: python-docx, typst. The PDF
searches the fonts of this computer anew each time, as it does for whoever prints one document. CPU is user and system
time of the child, wall is what somebody waits.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory

from rich.console import Console
from rich.table import Table

from benchmarks.start import Cost, prepare, run

ROUNDS = 21
BAR = 1000
"""Milliseconds that nobody minds."""

WORKS: dict[str, tuple[str, str]] = {
    "import docx": ("import python-docx", "import docx"),
    "import typst": ("import typst", "import typst"),
    "letter docx": ("a letter as DOCX", "docx LETTER"),
    "letter pdf": ("a letter as PDF", "pdf LETTER"),
    "circular docx": ("a circular with a table as DOCX", "docx CIRCULAR"),
    "circular pdf": ("the same as PDF", "pdf CIRCULAR"),
    "command docx": ("emergency document, as DOCX", "emergency docx"),
    "command pdf": ("emergency document, as PDF", "emergency pdf"),
}
"""What is run: in words, and an import, or the form and the document, or the command and the form."""


def arguments(work: str, target: Path) -> tuple[str, ...]:
    """What Python is given in one process."""
    first, second = WORKS[work][1].split()
    if first == "import":
        return "-c", f"import {second}"
    if first == "emergency":
        return (
            *(
                "-m",
                "emergency_cli",
                "document",
                "first-report",
                "plant-007",
                "--held",
                "--office",
                "county-007",
            ),
            *("--output", f"{target}.{second}", "--force"),
        )
    program = (
        f"from pathlib import Path; from emergency.documents import {first}; from benchmarks.papers import {second}; "
        f"Path({str(target)!r}).write_bytes({first}.rendered({second}))"
    )
    return "-c", program


def times(rounds: int = ROUNDS) -> dict[str, list[Cost]]:
    """The costs of each in turns; the first round, which may have compiled and filled caches, is left out."""
    found: dict[str, list[Cost]] = {work: [] for work in WORKS}
    env = {
        **{name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"},
        "PYTHONPATH": os.pathsep.join(filter(None, map(os.path.abspath, sys.path))),
    }
    with TemporaryDirectory() as folder:
        env["EMERGENCY_DB"] = f"sqlite:///{Path(folder) / 'log.db'}"
        env["EMERGENCY_CONFIG"] = str(Path(folder) / "identity.json")
        prepare(env["EMERGENCY_DB"])
        for number in range(rounds + 1):
            for work, costs in found.items():
                cost = run(arguments(work, Path(folder) / "document"), env)
                if number:
                    costs.append(cost)
    return found


def measure(rounds: int = ROUNDS) -> dict[str, float]:
    """Median and 95th percentile of each in milliseconds; the keys are ``letter pdf wall p95`` and the like."""
    found: dict[str, float] = {}
    for work, costs in times(rounds).items():
        for what in ("cpu", "wall"):
            values = [getattr(cost, what) for cost in costs]
            found[f"{work} {what} median"] = median(values)
            found[f"{work} {what} p95"] = quantiles(values, n=20, method="inclusive")[-1]
    return found


def table(found: Mapping[str, float]) -> Table:
    """What was measured, as a table."""
    shown = Table("what", "CPU median", "CPU p95", "wall median", "wall p95", f"≤ {BAR} ms")
    for work, (words, said) in WORKS.items():
        figures = [
            f"{found[f'{work} {what} {how}']:.0f} ms" for what in ("cpu", "wall") for how in ("median", "p95")
        ]
        judged = "yes" if found[f"{work} wall p95"] <= BAR else "no"
        shown.add_row(words, *figures, "" if said.startswith("import ") else judged)
    return shown


if __name__ == "__main__":
    Console().print(table(measure()))
