"""Who judges while the read models are built: this process, or others beside it that read the log themselves."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from typing import TYPE_CHECKING

from emergency.domain.schema import EventCodec
from emergency.projections.judging import Judged, judge
from emergency.projections.streams import Directories
from emergency.rulebook import Rulebook
from emergency.store import Log, Reading

if TYPE_CHECKING:
    from emergency.projections.catch_up import Projections

Verdicts = Callable[[], list[Judged]]
"""Gives the incidents judged; waits for them where another process judges them."""

Judges = Callable[[Reading, Sequence[str]], Verdicts]
"""Takes the incidents to be judged."""


@contextmanager
def judges(projections: Projections, processes: int) -> Iterator[Judges]:
    """Those who judge.

    Other processes open the store by its URL. They see it as it is when they read, which is never older than what
    whoever asks them has seen; that is all that building needs.

    Args:
        projections: The read models.
        processes: How many; 1 = this process itself, as for a store in memory, which nobody else can open.
    """
    url = projections.log.engine.url
    if processes == 1 or (url.get_backend_name() == "sqlite" and url.database in (None, "", ":memory:")):

        def here(reading: Reading, refs: Sequence[str]) -> Verdicts:
            projections.directories.forget_answers()
            found = judge(reading, refs, projections.directories.of(reading), projections.rulebook)
            return lambda: found

        yield here
        return
    tables = projections.log.tables
    named = {"table_prefix": tables.prefix} if tables.prefix else {}
    if tables.schema is not None:
        named["table_schema"] = tables.schema
    where = url.update_query_dict(named).render_as_string(hide_password=False)
    # A forked process would share this one's connections.
    with ProcessPoolExecutor(
        processes, get_context("spawn"), initializer=_begin, initargs=(where, projections.rulebook)
    ) as pool:

        def there(reading: Reading, refs: Sequence[str]) -> Verdicts:
            del reading
            return pool.submit(_judge, list(refs)).result

        try:
            yield there
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


_bench: list[tuple[Log, Directories, Rulebook]] = []
"""In a process that judges for another: what it judges with."""


def _begin(url: str, rulebook: Rulebook) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # who asks is interrupted, and ends us
    log = Log.open(url, EventCodec(), create=False)
    _bench.append((log, Directories(), rulebook))


def _judge(refs: list[str]) -> list[Judged]:
    log, directories, rulebook = _bench[0]
    directories.forget_answers()
    with log.reading() as reading:
        return judge(reading, refs, directories.of(reading), rulebook)
