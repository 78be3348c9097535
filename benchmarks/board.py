"""What the duty board takes: one redraw with 500 open obligations, and reading them anew after an entry.

Run as ``python -m benchmarks.board``. A redraw is everything between two ticks of the clock: the rows in the order of
this second, those that fit as lines, the screen that goes to the terminal (here: to nowhere). Wall time counts, for
somebody waits for it. A fixed amount of plain Python is timed in turns with it, to hold it against another machine's.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory

from rich.console import Console
from rich.live import Live
from rich.table import Table

from benchmarks.assessment import calibration
from benchmarks.measuring import WALL, Row, at_most, in_turns
from emergency import Engine, Identity
from emergency.domain.events import Learned
from emergency.domain.offices import OfficeRegistered
from emergency.domain.vocabulary import Line, Tier
from emergency.store import clock
from emergency_cli.board import Board, show
from emergency_cli.context import Settings

OBLIGATIONS = 500
SIZES = ((80, 24), (120, 50))
ROUNDS = 60
BAR = 100.0
"""Milliseconds that a redraw may take."""

OFFICE = "county"


def prepare(engine: Engine, obligations: int = OBLIGATIONS) -> None:
    """A county that has not yet reported so many accidents."""
    engine.register_offices(
        [
            OfficeRegistered(office="city", name="盐城市人民政府", tier=Tier.CITY, line=Line.GOVERNMENT),
            OfficeRegistered(
                office=OFFICE,
                name="响水县人民政府",
                tier=Tier.COUNTY,
                line=Line.GOVERNMENT,
                reports_to=("city",),
            ),
        ]
    )
    for number in range(obligations):
        enter(engine, f"plant-{number:03d}")


def enter(engine: Engine, ref: str) -> None:
    """One more accident that the county learned of."""
    engine.open_incident(
        title="化工厂爆炸",
        category="accident",
        kind="chemical-plant",
        place="陈家港镇",
        identity=Identity(office=OFFICE),
        ref=ref,
        first=Learned(office=OFFICE),
    )


@contextmanager
def drawing(board: Board, width: int, height: int) -> Iterator[Callable[[], None]]:
    """A board on a screen of that size; what is given draws it once, each time a second later."""
    with Path(os.devnull).open("w", encoding="utf-8") as nowhere:
        console = Console(
            file=nowhere, width=width, height=height, force_terminal=True, color_system="truecolor"
        )
        with Live(console=console, screen=True, auto_refresh=False) as live:
            began, ticks = clock.now(), iter(range(1_000_000))
            yield lambda: show(board, console, live.update, began + timedelta(seconds=next(ticks)))


def measure(rounds: int = ROUNDS, obligations: int = OBLIGATIONS) -> list[Row]:
    """Everything, measured now."""
    rows = []
    with TemporaryDirectory() as folder, Engine.open(f"sqlite:///{Path(folder) / 'log.db'}") as engine:
        prepare(engine, obligations)
        found = engine.next(OFFICE)
        board = Board(Settings(lang="zh"), who="duty X17", found=found, read_at=clock.now(), every=10**6)
        for width, height in SIZES:
            with drawing(board, width, height) as draw:

                def redraw(draw: Callable[[], None] = draw) -> Callable[[], None]:
                    return draw

                turns = in_turns(redraw, lambda: calibration, rounds=rounds, clock=WALL)
            rows.append(
                _row(
                    f"redraw-{width}x{height}",
                    f"one redraw of {len(found.rows)} open obligations on {width} x {height}",
                    turns,
                    bar=BAR,
                )
            )
        numbers = iter(range(10**6))

        def after_an_entry() -> Callable[[], object]:
            enter(engine, f"later-{next(numbers):04d}")
            return lambda: engine.next(OFFICE)

        turns = in_turns(after_an_entry, lambda: calibration, rounds=max(rounds // 4, 2), clock=WALL)
        rows.append(_row("list-anew", "the same list read anew after an entry, caught up", turns))
        turns = in_turns(lambda: engine.advice.position, lambda: calibration, rounds=rounds, clock=WALL)
        rows.append(_row("poll", "whether there is anything new to read", turns))
    return rows


def _row(name: str, what: str, turns: list[tuple[float, ...]], *, bar: float | None = None) -> Row:
    times = [turn[0] * 1000 for turn in turns]
    p95 = quantiles(times, n=20, method="inclusive")[-1]
    ours = f"median {median(times):.1f} ms, p95 {p95:.1f} ms"
    ratio = f"{median(turn[0] / turn[1] for turn in turns):.1f} × the calibration loop"
    if bar is None:
        return Row(name, what, ours, ratio, round(p95, 3))
    return at_most(name, what, ours, ratio, figure=p95, bar=bar, unit="ms")


def table(rows: list[Row]) -> Table:
    """The rows for reading."""
    shown = Table("what", "ours", "beside", "must reach", "")
    for row in rows:
        verdict = "" if row.reached is None else "reached" if row.reached else "[bold]MISSED[/]"
        shown.add_row(row.what, row.ours, row.beside, row.must, verdict)
    return shown


if __name__ == "__main__":
    began = time.perf_counter()
    Console(width=140).print(table(measure()))
    print(f"in {time.perf_counter() - began:.0f} s")
