"""Two or more ways to do the same thing, timed in turns; and rows of a table that say what came out.

A machine is shared and its pace changes within seconds, so what is compared is done back to back, in turns, and what
is reported of a ratio is the median of the ratios of the turns.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median

CPU = time.process_time
"""What this process works: it leaves out what a database server does, and waiting for the disk."""
WALL = time.perf_counter
"""What somebody waits for it."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table.

    Args:
        name: What it is asked for by: ``--only NAME``.
        what: What was done.
        ours: What it takes here, in words.
        beside: What it takes elsewhere, in words; empty where nothing is compared.
        figure: The number that is judged; None where it is only reported.
        must: What the number must reach, in words; empty where it is only reported.
        reached: Whether it does; None where it is only reported.
    """

    name: str
    what: str
    ours: str
    beside: str = ""
    figure: float | None = None
    must: str = ""
    reached: bool | None = None


def at_least(
    name: str, what: str, ours: str, beside: str, *, figure: float, bar: float, unit: str = "×"
) -> Row:
    """A row whose figure must not lie below a bar."""
    return Row(name, what, ours, beside, round(figure, 3), f"≥ {bar:,g} {unit}", figure >= bar)


def at_most(name: str, what: str, ours: str, beside: str, *, figure: float, bar: float, unit: str) -> Row:
    """A row whose figure must not lie above a bar."""
    return Row(name, what, ours, beside, round(figure, 3), f"≤ {bar:,g} {unit}", figure <= bar)


def in_turns(
    *works: Callable[[], Callable[[], object]], rounds: int, clock: Callable[[], float] = CPU
) -> list[tuple[float, ...]]:
    """The seconds that each of several works takes, done one after the other again and again.

    Args:
        works: Each makes ready and gives what is timed.
        rounds: How often; one more round comes first and is not counted: it fills caches.
        clock: What is read.
    """
    found = []
    for _ in range(rounds + 1):
        times = []
        for work in works:
            timed = work()
            # What was made ready is not gone through again and again while the work is timed.
            gc.collect()
            gc.freeze()
            began = clock()
            timed()
            times.append(clock() - began)
            gc.unfreeze()
        found.append(tuple(times))
    return found[1:]


def middle(turns: Sequence[tuple[float, ...]], which: int) -> float:
    """The median time of one of the works."""
    return median(turn[which] for turn in turns)


def times_slower(turns: Sequence[tuple[float, ...]], which: int, than: int = 0) -> float:
    """How many times longer one work took than another: the median of the turns."""
    return median(turn[which] / turn[than] for turn in turns)
