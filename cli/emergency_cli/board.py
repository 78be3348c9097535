"""The duty board (值班看板): what is owed, counting down by the second, on a terminal of any size.

One thread reads the store and another draws, so that a store that does not answer never stops the clock: the board
then says since when it is stale. Only the rows that fit are drawn; the others are counted.
"""

from __future__ import annotations

import os
import select
import signal
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from emergency_cli.context import Settings
from emergency_cli.owed import (
    AT_ONCE,
    CONDITION,
    DUE,
    DUE_SOON,
    OVERDUE,
    SIGNS,
    Line,
    line_of,
    state_of,
    state_word,
)

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

    from emergency.commands.advice import Next
    from emergency.commands.guiding import Advised
    from emergency.engine import Engine

NARROWEST, LOWEST = 24, 5
"""Below so many columns, or lines, the board only says that the terminal is too small."""

WIDE, MEDIUM = 100, 60
"""From so many columns on a row names the incident's reference too; below the other it names no times of day."""

LIST_ANEW = timedelta(seconds=60)
"""At least so often everything is listed anew: some duties begin without anything being recorded."""

PATIENCE = timedelta(seconds=5)
"""For so long beyond its turn the store may be silent before the board says so."""

STYLES = {
    OVERDUE: "bold #d55e00",
    AT_ONCE: "bold #56b4e9",
    DUE_SOON: "#e69f00",
    DUE: "",
    CONDITION: "dim",
}
"""Colours that differ for every kind of colour vision; they say nothing that sign and word do not."""


@dataclass(slots=True)
class Board:
    """What the board shows, apart from the hour.

    Args:
        settings: The language.
        who: Who sits here: the role and the officer, as they were remembered.
        on_duty: Who is on duty by the shift's record; empty where nobody keeps one.
        found: What is owed, as it was last read; None where it was never read.
        read_at: When that was, by the machine's clock.
        shift: How far the store's clock is ahead of the machine's: nothing, but for a drill.
        stands: Where the store's clock stands still, as a drill's may; None where it runs.
        drill: The store is a drill's.
        position: The position of the log that was last seen.
        trouble: Why the store cannot be read just now; empty where it can.
        names: What offices are called.
        rulebook: The hash of the rules that stand.
        every: How often the store is looked at, in seconds.
    """

    settings: Settings
    who: str = ""
    on_duty: str = ""
    found: Next | None = None
    read_at: datetime | None = None
    shift: timedelta = timedelta()
    stands: datetime | None = None
    drill: bool = False
    position: int | None = None
    trouble: str = ""
    names: Callable[[str], str] = str
    rulebook: str = ""
    every: int = 2
    lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def hour(self, real: datetime) -> datetime:
        """The hour by the store's clock at a moment of the machine's."""
        return self.stands or real + self.shift


# -- drawing -----------------------------------------------------------------------------------------------------


def draw(board: Board, width: int, height: int, real: datetime) -> list[Text]:
    """The board as lines, exactly as many as fit, none wider than the terminal, at a moment of the machine's clock."""
    from rich.text import Text  # noqa: PLC0415 - the rest of the program draws nothing

    say, at = board.settings.say, board.hour(real)
    if width < NARROWEST or height < LOWEST:
        words = say("终端太小", "too small")
        return [Text(_fitted(f"{words} {NARROWEST}x{LOWEST}", width))][:height]
    found = board.found
    zone = ZoneInfo(found.zone) if found is not None else ZoneInfo("Asia/Shanghai")
    head = _head(board, width, height, at, zone, real)
    if found is None:
        wait = say("正在读取……", "reading …") if not board.trouble else ""
        return [*head, Text(_fitted(wait, width))][:height]
    foot = 1
    room = max(height - len(head) - foot, 1)
    rows = ranked(found.rows, at)
    body = _rows(board, found, rows[:room], width, at, zone)
    if not rows:
        body = [Text(_fitted(say("现在没有待办的报告事项。", "Nothing is owed now."), width))]
    blank = [Text("")] * max(room - len(body), 0)
    return [*head, *body, *blank, _foot(board, found, len(rows) - len(body) if rows else 0, width)][:height]


def ranked(rows: Sequence[Advised], at: datetime) -> list[Advised]:
    """The rows in the order of doing at this moment: what ran out since they were read comes to the top."""
    order = (OVERDUE, AT_ONCE, DUE_SOON, DUE, CONDITION)
    return sorted(rows, key=lambda one: order.index(state_of(one, at)))


def _head(board: Board, width: int, height: int, at: datetime, zone: ZoneInfo, real: datetime) -> list[Text]:
    """Whose board, the hour, who is on duty, how fresh it is, how many of what; fewer lines where there are few."""
    from rich.text import Text  # noqa: PLC0415 - as above

    say, found = board.settings.say, board.found
    clock = at.astimezone(zone).strftime("%m-%d %H:%M:%S" if width >= MEDIUM else "%H:%M:%S")
    who = ""
    if found is not None:
        who = f"{found.office_name}" + (f" ({found.office})" if width >= MEDIUM else "")
    if found is not None and found.owed_to_me:
        who = say(f"{who} 应收未收", f"owed to {who}")
    if board.drill:
        who = f"【演练】{who}" if board.settings.chinese else f"[DRILL 演练] {who}"
    lines = [Text(_apart(who, clock, width), style="bold reverse")]
    duty = say(f"值班：{board.on_duty}", f"on duty: {board.on_duty}") if board.on_duty else board.who
    stale = _stale(board, real, zone)
    if stale:
        lines.append(Text(_fitted(f"!! {stale}", width), style=STYLES[OVERDUE] + " reverse"))
    elif height >= _ROOMY:
        lines.append(Text(_apart(duty, _store(board) if width >= MEDIUM else "", width)))
    if found is not None and (height >= _ROOMY or not stale):
        counts = Counter(state_of(one, at) for one in found.rows)
        said = [
            f"{SIGNS[state].strip()} {state_word(board.settings, state)} {counts[state]}"
            for state in (OVERDUE, AT_ONCE, DUE_SOON, DUE, CONDITION)
            if counts[state]
        ]
        told = _wrapped(said or [say("无待办", "nothing owed")], width)
        lines += [Text(line, style="bold") for line in told[: 2 if height >= _AIRY else 1]]
    if height >= _AIRY:
        lines.append(Text("─" * width, style="dim"))
    return lines


_ROOMY, _AIRY = 7, 9
"""From so many lines on the header says who is on duty, and is set off by a rule."""


def _store(board: Board) -> str:
    """Which position of the log is shown, and how far the lists are behind."""
    found = board.found
    if found is None:
        return ""
    said = board.settings.say(
        f"库位 {found.about.recorded_through}", f"position {found.about.recorded_through}"
    )
    behind = found.about.behind
    return said + (board.settings.say(f"（落后 {behind}）", f" ({behind} behind)") if behind else "")


def _stale(board: Board, real: datetime, zone: ZoneInfo) -> str:
    """Since when the board is not fresh, and why; empty where it is."""
    say = board.settings.say
    silent = board.read_at is not None and real - board.read_at > timedelta(seconds=board.every) + PATIENCE
    if not board.trouble and not silent:
        return ""
    since = "" if board.read_at is None else board.hour(board.read_at).astimezone(zone).strftime("%H:%M:%S")
    why = board.trouble or say("库无应答", "the store does not answer")
    if not since:
        return say(f"库读不到：{why}", f"the store cannot be read: {why}")
    return say(f"{since} 以后未更新：{why}", f"stale since {since}: {why}")


def _rows(
    board: Board, found: Next, rows: Sequence[Advised], width: int, at: datetime, zone: ZoneInfo
) -> list[Text]:
    from rich.text import Text  # noqa: PLC0415 - as above

    lines = [
        line_of(
            board.settings,
            one,
            at,
            zone,
            ticking=True,
            owed_to_me=found.owed_to_me,
            owing=board.names(one.due.office) if found.owed_to_me else "",
        )
        for one in rows
    ]
    widths = _widths(board, lines, width)
    return [Text(_row(line, widths, width), style=STYLES[line.state]) for line in lines]


@dataclass(frozen=True, slots=True)
class _Widths:
    """How wide each column is; 0 = it is left out."""

    word: int
    left: int
    by: int
    whom: int
    title: int
    ref: int


def _widths(board: Board, lines: Sequence[Line], width: int) -> _Widths:
    """What fits, by what matters most: state, countdown, to whom; then the incident; then times and references."""
    from rich.cells import cell_len  # noqa: PLC0415 - as above

    word = max((cell_len(state_word(board.settings, state)) for state in SIGNS), default=0)
    left = max((cell_len(line.left) for line in lines), default=0)
    by = max((cell_len(line.by) for line in lines), default=0) if width >= MEDIUM else 0
    ref = min(max((cell_len(line.ref) for line in lines), default=0), 26) if width >= WIDE else 0
    if width < MEDIUM:
        word = 0
    used = 3 + sum(column + 1 for column in (word, left, by, ref) if column)
    rest = max(width - used, 4)
    asked = max((cell_len(_whom(line)) for line in lines), default=0)
    if width < MEDIUM:  # whom and what as one text: on a narrow board each gets the room that it needs
        return _Widths(word, left, by, rest, 0, ref)
    whom = min(asked, max(rest * 3 // 5, rest - _titled(lines) - 1))
    return _Widths(word, left, by, whom, rest - whom - 1, ref)


def _titled(lines: Sequence[Line]) -> int:
    from rich.cells import cell_len  # noqa: PLC0415 - as above

    return max((cell_len(_what(line)) for line in lines), default=0)


def _whom(line: Line) -> str:
    return " ".join(filter(None, (line.whom, line.which)))


def _briefly(line: Line) -> str:
    """Whom and what as one text."""
    return " ".join(filter(None, (line.whom, line.which, line.title)))


def _what(line: Line) -> str:
    return f"{line.title} [{line.condition}]" if line.condition else line.title


def _row(line: Line, widths: _Widths, width: int) -> str:
    parts = [line.sign]
    if widths.word:
        parts.append(_padded(line.word, widths.word))
    parts.append(_padded(line.left, widths.left, right=True))
    if widths.by:
        parts.append(_padded(line.by, widths.by, right=True))
    named = _whom(line) if widths.title else _briefly(line)
    parts.append(_padded(named, widths.whom))
    if widths.title:
        parts.append(_padded(_what(line), widths.title))
    if widths.ref:
        parts.append(_padded(line.ref, widths.ref))
    return _fitted(" ".join(parts).rstrip(), width)


def _foot(board: Board, found: Next, hidden: int, width: int) -> Text:
    from rich.text import Text  # noqa: PLC0415 - as above

    say = board.settings.say
    parts = []
    if hidden:
        parts.append(say(f"另有 {hidden} 项未显示", f"{hidden} more not shown"))
    if found.about.parked:
        number = len(found.about.parked)
        parts.append(say(f"!! 无法判定的事件：{number}", f"!! incidents that cannot be judged: {number}"))
    if found.about.waiting or (board.rulebook and set(found.about.rulebooks) - {board.rulebook}):
        parts.append(
            say("!! 部分事项尚按旧规则、旧网络判定", "!! some rows stand under older rules or offices")
        )
    if found.closed:
        parts.append(say(f"已结案 {found.closed} 项未列", f"{found.closed} of closed incidents left out"))
    return Text(
        _apart("  ".join(parts), say("Ctrl-C 退出", "Ctrl-C ends"), width),
        style="bold" if found.about.parked else "dim",
    )


def _wrapped(words: Sequence[str], width: int) -> list[str]:
    """Words in as many lines as they need."""
    from rich.cells import cell_len  # noqa: PLC0415 - as above

    lines = [words[0]]
    for word in words[1:]:
        if cell_len(lines[-1]) + 2 + cell_len(word) > width:
            lines.append(word)
        else:
            lines[-1] += f"  {word}"
    return [_fitted(line, width) for line in lines]


def _fitted(text: str, width: int) -> str:
    """The text cut to the width, with a sign that it was."""
    from rich.cells import cell_len, set_cell_size  # noqa: PLC0415 - as above

    if cell_len(text) <= width:
        return text
    return set_cell_size(text, max(width - 1, 0)).rstrip() + "…"[:width]


def _padded(text: str, width: int, *, right: bool = False) -> str:
    """The text in a column, wide characters counted as two."""
    from rich.cells import cell_len  # noqa: PLC0415 - as above

    cut = _fitted(text, width)
    space = " " * (width - cell_len(cut))
    return space + cut if right else cut + space


def _apart(left: str, right: str, width: int) -> str:
    """One text at each end of a line; the right one stays whole."""
    from rich.cells import cell_len  # noqa: PLC0415 - as above

    tail = _fitted(right, width)
    room = width - cell_len(tail) - (1 if tail else 0)
    return _padded(left, max(room, 0)) + (" " if tail and room > 0 else "") + tail


# -- reading -----------------------------------------------------------------------------------------------------


def read(board: Board, engine: Engine, office: str, *, owed_to_me: bool, closed: bool, whole: bool) -> None:
    """Look at the store once: the position, and the list where anything may have changed."""
    from emergency.store import clock  # noqa: PLC0415 - the engine is loaded by now

    position, hour, real = engine.advice.position(), engine.now(), clock.now()
    shift = hour - real if engine.is_drill else timedelta()
    anew = (
        whole
        or board.found is None
        or position != board.position
        or board.found.about.behind > 0
        or abs(shift - board.shift) > _SET
    )
    found = engine.next(office, at=hour, owed_to_me=owed_to_me, closed=closed) if anew else board.found
    duty = on_duty(engine, office) if anew else board.on_duty
    names = engine.directory().name if anew and owed_to_me else board.names
    stands = hour if engine.is_drill and engine.clock_stands else None
    with board.lock:
        board.found, board.position, board.on_duty, board.names = found, position, duty, names
        board.shift, board.stands, board.drill = shift, stands, engine.is_drill
        board.read_at, board.trouble = clock.now(), ""


_SET = timedelta(seconds=5)
"""A clock that is off by more than this was set."""


def on_duty(engine: Engine, office: str) -> str:
    """Who is on duty by the record of shifts, A before B; empty where nobody keeps one, or it cannot be read."""
    from emergency.errors import BrokenDataError  # noqa: PLC0415 - the engine is loaded by now

    with suppress(BrokenDataError):  # what is owed is shown all the same
        turns = engine.desk.state(office).on_duty(engine.now())
        return "  ".join(f"{turn.role.upper()} {turn.officer}" for turn in turns)
    return ""


class _Reader(threading.Thread):
    """Reads the store at intervals, and waits patiently where it cannot be read."""

    def __init__(
        self,
        board: Board,
        engine: Engine,
        office: str,
        *,
        owed_to_me: bool,
        closed: bool,
        wake: Callable[[], None],
    ) -> None:
        super().__init__(daemon=True, name="board reader")
        self._board, self._engine, self._office = board, engine, office
        self._owed_to_me, self._closed, self._wake = owed_to_me, closed, wake
        self._ended = threading.Event()
        self._file = _file_of(board.settings.url)
        self._began_with = _which(self._file)
        self.refused: Exception | None = None
        """What can never come right: there is no such office."""

    def run(self) -> None:
        """Read until it is told to stop."""
        from emergency.errors import EmergencyError, NotFoundError  # noqa: PLC0415 - the engine is loaded by now

        board, listed = self._board, 0.0
        while not self._ended.is_set():
            whole = time.monotonic() - listed >= LIST_ANEW.total_seconds()
            try:
                self._there()
                read(
                    board,
                    self._engine,
                    self._office,
                    owed_to_me=self._owed_to_me,
                    closed=self._closed,
                    whole=whole,
                )
                listed = time.monotonic() if whole else listed
            except NotFoundError as error:
                if board.found is None:
                    self.refused = error
                    self._wake()
                    return
                self._note(error)
            except EmergencyError as error:
                self._note(error)
            except Exception as error:  # noqa: BLE001 - a board that is up stays up, and says what is wrong
                self._note(error)
            self._wake()
            self._ended.wait(board.every)

    def _there(self) -> None:
        """See to it that the store is still the one that was opened: an open file outlives its name unnoticed.

        Raises:
            StoreError: its file was taken away, or another lies in its place.
        """
        from emergency.errors import StoreError  # noqa: PLC0415 - the engine is loaded by now

        if self._began_with is not None and _which(self._file) != self._began_with:
            raise StoreError(
                f"its file was moved or replaced; put it back, or start the board anew: {self._file}",
                zh=f"库文件已移走或替换；请放回，或重开看板：{self._file}",
            )

    def _note(self, error: Exception) -> None:
        from emergency.errors import EmergencyError  # noqa: PLC0415 - as above

        said = str(error) or type(error).__name__
        if isinstance(error, EmergencyError):
            said = self._board.settings.say(error.zh, said)
        with self._board.lock:
            self._board.trouble = " ".join(said.split())

    def stop(self) -> None:
        """Stop after what is being read now; a store that does not answer is not waited for."""
        self._ended.set()
        self.join(1)


def _file_of(url: str) -> str:
    """The file that the store lies in; empty where it lies in none."""
    return url.removeprefix("sqlite:///").partition("?")[0] if url.startswith("sqlite:///") else ""


def _which(file: str) -> tuple[int, int] | None:
    """What tells a file from another of the same name; None where there is none."""
    try:
        found = Path(file).stat() if file else None
    except OSError:
        return None
    return None if found is None else (found.st_dev, found.st_ino)


# -- on the terminal ---------------------------------------------------------------------------------------------


def can_show() -> bool:
    """Whether the output is a terminal that a screen can be drawn on."""
    return sys.stdout.isatty() and os.environ.get("TERM", "") not in ("", "dumb", "unknown")


def run(settings: Settings, office: str, *, owed_to_me: bool, closed: bool, every: int) -> None:
    """Show the board until Ctrl-C, then give the screen back as it was.

    Raises:
        NotFoundError: there is no such office.
    """
    from rich.console import Console  # noqa: PLC0415 - only for the board
    from rich.live import Live  # noqa: PLC0415

    from emergency.store import clock  # noqa: PLC0415

    engine = settings.engine
    board = Board(settings, who=_who(settings), every=every, rulebook=engine.rulebook.fingerprint)
    with _woken() as (woken, wake, stopped):
        reader = _Reader(board, engine, office, owed_to_me=owed_to_me, closed=closed, wake=wake)
        reader.start()
        console = Console(file=sys.stdout, highlight=False, markup=False, emoji=False, legacy_windows=False)
        live = Live(
            console=console, screen=True, auto_refresh=False, redirect_stdout=False, redirect_stderr=False
        )
        try:
            with live:
                while not stopped():
                    if reader.refused is not None:
                        raise reader.refused
                    show(board, console, live.update, clock.now())
                    _until_next_second(woken)
        finally:
            reader.stop()


def show(board: Board, console: Console, update: Callable[..., Any], real: datetime) -> None:
    """Draw the board at its present size."""
    from rich.text import Text  # noqa: PLC0415 - as above

    with suppress(OSError):
        size = os.get_terminal_size(console.file.fileno())
        if size.columns > 0 and size.lines > 0:
            console.size = (size.columns, size.lines)
    width, height = console.size
    with board.lock:
        lines = draw(board, width, height, real)
    update(Text("\n").join(lines), refresh=True)


def _who(settings: Settings) -> str:
    """The role and the officer that were remembered; nothing where nobody said so."""
    import click  # noqa: PLC0415 - as above

    try:
        identity = settings.identity
    except click.UsageError:
        return ""
    return " ".join(filter(None, (identity.role, identity.officer)))


@contextmanager
def _woken() -> Iterator[tuple[int, Callable[[], None], Callable[[], bool]]]:
    """What ends the wait for the next second: another size of the terminal, news from the store, Ctrl-C.

    Yields:
        What to wait on, how to wake it, and whether it is time to stop. A second Ctrl-C does not wait for anything.
    """
    woken, wakes = os.pipe()
    os.set_blocking(wakes, False)
    os.set_blocking(woken, False)
    asked: list[int] = []
    over = threading.Event()

    def wake() -> None:
        if not over.is_set():
            with suppress(OSError):  # it is full: then it is awake already
                os.write(wakes, b"x")

    def resized(*_: object) -> None:
        wake()

    def stop(number: int, _: object) -> None:
        asked.append(number)
        if len(asked) > 1:
            raise KeyboardInterrupt
        wake()

    before = {
        number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    }
    before[signal.SIGWINCH] = signal.signal(signal.SIGWINCH, resized)
    try:
        yield woken, wake, lambda: bool(asked)
    finally:
        over.set()  # a reader that still waits for the store writes to nobody
        for number, handler in before.items():
            signal.signal(number, handler)
        for end in (woken, wakes):
            os.close(end)


def _until_next_second(woken: int) -> None:
    """Wait until the clock's next second, or until there is something to draw."""
    left = 1 - time.time() % 1
    ready, _, _ = select.select([woken], [], [], left)
    if ready:
        with suppress(BlockingIOError):
            os.read(woken, 4096)
