"""What a rebuild of the read models takes, in a process of its own: ``python -m benchmarks.rebuilding URL``.

Prints JSON: how many events, seconds of CPU of this process and of those it started, seconds passed, and the most
memory that it held (MB).
"""

from __future__ import annotations

import argparse
import json
import resource
import time
from pathlib import Path

from emergency import Engine


def main() -> None:
    """Rebuild what the command line names."""
    asked = argparse.ArgumentParser(prog="python -m benchmarks.rebuilding", description=__doc__)
    asked.add_argument("url")
    asked.add_argument(
        "--processes", type=int, default=1, help="how many judge at once (1); 0 = only open the store"
    )
    given = asked.parse_args()
    with Engine.open(given.url, create=False) as engine:
        began, wall = _cpu(), time.perf_counter()
        events = engine.rebuild(processes=given.processes) if given.processes else 0
        told = {"events": events, "cpu": _cpu() - began, "wall": time.perf_counter() - wall}
    print(json.dumps(told | {"memory": _most_memory()}))


def _most_memory() -> float:
    """The most that this process held, in MB; what the one that started it held is not counted."""
    status = Path("/proc/self/status")
    if status.exists():
        (line,) = (line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _cpu() -> float:
    both = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(used.ru_utime + used.ru_stime for used in both)


if __name__ == "__main__":
    main()
