"""What a rebuild of the read models takes, in a process of its own: ``python -m benchmarks.rebuilding URL``.

Prints JSON: how many events, seconds of CPU of this process and of those it started, seconds passed, and the most
memory that it held (MB).
"""

from __future__ import annotations

import argparse
import json
import resource
import time

from emergency import Engine


def main() -> None:
    """Rebuild what the command line names."""
    asked = argparse.ArgumentParser(prog="python -m benchmarks.rebuilding", description=__doc__)
    asked.add_argument("url")
    asked.add_argument("--only-open", action="store_true", help="open the store and rebuild nothing")
    given = asked.parse_args()
    with Engine.open(given.url, create=False) as engine:
        began, wall = _cpu(), time.perf_counter()
        events = 0 if given.only_open else engine.rebuild()
        told = {"events": events, "cpu": _cpu() - began, "wall": time.perf_counter() - wall}
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps(told | {"memory": most}))


def _cpu() -> float:
    both = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(used.ru_utime + used.ru_stime for used in both)


if __name__ == "__main__":
    main()
