"""The board: drawn at every size, in both languages, never silently old; and driven on a real terminal."""

from __future__ import annotations

import os
import re
import sys
import threading
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len
from tests.cli.conftest import Type
from tests.cli.terminal import CTRL_C, Terminal

from emergency import Engine, Identity
from emergency.answers import Due
from emergency.assessment.model import Words
from emergency.commands.advice import Next, soonest_first
from emergency.commands.guiding import Advised
from emergency.domain.duty import DeskState
from emergency.domain.events import Learned
from emergency.domain.vocabulary import State
from emergency.errors import NotFoundError, StoreError
from emergency.projections.listing import Listing
from emergency_cli.board import Board, _Reader, draw
from emergency_cli.context import Settings

NOON = datetime.fromisoformat("2026-11-22T12:00:00+08:00")


def owed(number: int, by: timedelta | None, *, condition: str = "", written: bool = False) -> Advised:
    open_ = Words(condition, condition) if condition else None
    return Advised(
        due=Due(
            office="county",
            recipient="city",
            recipient_name="盐城市人民政府",
            stage="first",
            occasion="first",
            channel="written" if written else "any",
            by=None if by is None else NOON + by,
            citation="《条例》",
            confirmed=True,
            condition=open_,
            state=State.OPEN,
            at_once=None,
            obligation=f"i{number}:county>city",
            sure=open_ is None,
        ),
        limit=Words("2小时内", "within 2 h"),
        clock=None,
        rule="r",
        rules=("r",),
        since=NOON - timedelta(hours=1),
        incident=f"xiangshui-20261122-{number:02d}",
        title=f"化工厂爆炸{number}",
    )


ROWS = (
    owed(1, timedelta(hours=3)),
    owed(2, timedelta(minutes=-12, seconds=-31)),
    owed(3, None),
    owed(4, timedelta(minutes=20), written=True),
    owed(5, timedelta(hours=1), condition="如等级为I、II（尚未确定）"),
)


def board(
    rows: tuple[Advised, ...] = ROWS, lang: str = "en", *, behind: int = 0, parked: int = 0, closed: int = 0
) -> Board:
    about = Listing((), 1234, behind, tuple({} for _ in range(parked)), ())
    found = Next(
        office="county",
        office_name="响水县人民政府",
        zone="Asia/Shanghai",
        at=NOON,
        owed_to_me=False,
        rows=tuple(soonest_first(rows, NOON)),
        closed=closed,
        about=about,
    )
    return Board(Settings(lang=lang), who="duty X17", found=found, read_at=NOON, position=1234)


def drawn(made: Board, width: int = 80, height: int = 24, after: float = 0) -> list[str]:
    return [line.plain for line in draw(made, width, height, NOON + timedelta(seconds=after))]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_states_are_told_by_sign_and_word_the_most_urgent_first(lang: str) -> None:
    lines = [line for line in drawn(board(lang=lang)) if "化工厂爆炸" in line]
    words = {
        "zh": ["!! 逾期", ">> 立即", "!  将到期", "-  待报", "?  视条件"],
        "en": ["!! overdue", ">> at once", "!  due soon", "-  due", "?  if so"],
    }[lang]
    assert [line.startswith(word) for line, word in zip(lines, words, strict=True)] == [True] * 5
    assert "-0:12:31" in lines[0]
    assert "11:47" in lines[0]
    assert "+1:00:00" in lines[1]
    assert ("书面" if lang == "zh" else "in writing") in lines[2]
    assert "[如等级为I" in lines[4]


def test_it_counts_down_and_what_runs_out_comes_to_the_top() -> None:
    made = board((owed(1, timedelta(seconds=2)), owed(2, timedelta(hours=4))))
    first = [drawn(made, after=seconds)[4] for seconds in (0, 1, 2, 3)]
    assert ["!  due soon" in line for line in first] == [True, True, True, False]
    left = [next(part for part in line.split() if ":" in part) for line in first]
    assert left == ["0:00:02", "0:00:01", "0:00:00", "-0:00:01"]
    assert "!! overdue" in first[3]
    assert "!! overdue 1" in drawn(made, after=3)[2]


@settings(max_examples=40, deadline=None)
@given(width=st.integers(1, 160), height=st.integers(1, 50), rows=st.integers(0, 60), trouble=st.booleans())
def test_it_fits_every_size_and_counts_what_does_not(
    width: int, height: int, rows: int, *, trouble: bool
) -> None:
    made = board(tuple(owed(n, timedelta(minutes=n * 7 - 30)) for n in range(rows)))
    made.trouble = "数据库连不上 " * 9 if trouble else ""
    lines = drawn(made, width, height)
    assert len(lines) <= height
    assert all(cell_len(line) <= width for line in lines)
    if width >= 40 and height >= 5 and rows:
        shown = sum("盐城市" in line for line in lines)
        assert shown >= 1
        hidden = re.search(r"(\d+) more", lines[-1]) if len(lines) == height else None
        assert shown + (int(hidden[1]) if hidden else 0) == rows


def test_columns_go_as_it_narrows_and_below_that_it_says_so() -> None:
    wide, medium, narrow = (
        next(line for line in drawn(board(), width) if "-0:12" in line) for width in (120, 80, 40)
    )
    assert "xiangshui-20261122-02" in wide
    assert "xiangshui" not in medium
    assert "11:47" in medium
    assert "化工厂爆炸2" in medium
    assert narrow.startswith("!! -0:12:31 盐城市人民政府 化工厂")
    assert drawn(board(), 23)[0] == "too small 24x5"
    assert drawn(board(lang="zh"), 80, 4) == ["终端太小 24x5"]


def test_it_says_since_when_it_is_stale_and_how_far_behind() -> None:
    made = board(behind=3, parked=1, closed=2)
    assert "position 1234 (3 behind)" in drawn(made)[1]
    assert "incidents that cannot be judged: 1" in drawn(made)[-1]
    assert "2 of closed incidents left out" in drawn(made, 120)[-1]
    assert "stale" not in "".join(drawn(made, after=7))
    assert "!! stale since 12:00:00: the store does not answer" in drawn(made, after=8)[1]
    made.trouble = "database is locked"
    assert "!! stale since 12:00:00: database is locked" in drawn(made)[1]
    made.found, made.read_at = None, None
    assert "the store cannot be read: database is locked" in drawn(made)[1]


def test_it_says_where_rows_stand_under_other_rules() -> None:
    made = board()
    made.rulebook = "sha256:new"
    assert "older" not in drawn(made)[-1]
    assert made.found is not None
    made.found = replace(made.found, about=replace(made.found.about, rulebooks=("sha256:old",)))
    assert "!! some rows stand under older rules" in drawn(made)[-1]


def test_a_drill_is_marked_and_its_clock_is_the_one_that_counts() -> None:
    made = board()
    made.drill, made.shift = True, timedelta(hours=2)
    assert drawn(made)[0].startswith("[DRILL 演练]")
    assert "14:00:00" in drawn(made)[0]
    made.stands = NOON + timedelta(hours=5)
    assert "17:00:00" in drawn(made, after=9)[0]


class Broken:
    """An engine that fails as told, and then works."""

    is_drill = clock_stands = False

    def __init__(self, *outcomes: Exception | None) -> None:
        self.outcomes = list(outcomes)
        self.advice = self.desk = self

    def position(self) -> int:
        outcome = self.outcomes.pop(0) if self.outcomes else None
        if outcome is not None:
            raise outcome
        return 7

    def now(self) -> datetime:
        return NOON

    def state(self, _: str) -> DeskState:
        return DeskState(office="county")

    def next(self, *_: object, **__: object) -> Next:
        found = board().found
        assert found is not None
        return found


@pytest.mark.parametrize(
    "error", [StoreError("no connection"), ValueError("bug"), NotFoundError("gone")], ids=type
)
def test_a_store_that_cannot_be_read_for_a_while_leaves_the_board_up(error: Exception) -> None:
    made = board()
    seen: list[str] = []
    woken = threading.Event()

    def wake() -> None:
        seen.append(made.trouble)
        woken.set() if len(seen) > 1 else None

    made.every = 0
    reader = _Reader(made, Broken(error), "county", owed_to_me=False, closed=False, wake=wake)  # type: ignore[arg-type]
    reader.start()
    assert woken.wait(5)
    reader.stop()
    assert seen[:2] == [str(error), ""]
    assert reader.refused is None


# -- on a real terminal ----------------------------------------------------------------------------------------------


@pytest.fixture
def path(monkeypatch: pytest.MonkeyPatch) -> None:
    """The program that is tested is the one that runs."""
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(filter(None, map(os.path.abspath, sys.path))))


@pytest.mark.usefixtures("path")
def test_a_store_that_is_taken_away_is_noticed_and_taken_up_again(
    on_duty: Type, env: dict[str, str], tmp_path: Path
) -> None:
    assert on_duty("learn", "--kind", "coal-mine", "--place", "响水", "--new", "透水").code == 0
    file = Path(env["EMERGENCY_DB"].removeprefix("sqlite:///"))
    with Terminal("next", "--watch", "--every", "1") as at:
        at.wait_until(lambda: "透水" in at.text)
        file.rename(tmp_path / "elsewhere.db")
        at.wait_until(lambda: "file was moved or replaced" in at.text)
        assert "透水" in at.text, "what was known last is still to be seen"
        (tmp_path / "elsewhere.db").rename(file)
        at.wait_until(lambda: "moved or replaced" not in at.text)
        at.keys(CTRL_C)
        assert at.ended() == 0


@pytest.mark.usefixtures("path")
def test_the_board_lives_resizes_takes_in_what_comes_and_ends_cleanly(
    on_duty: Type, env: dict[str, str]
) -> None:
    assert on_duty("learn", "--kind", "coal-mine", "--place", "响水", "--new", "透水").code == 0
    assert on_duty("shift", "start").code == 0
    assert on_duty("shift", "start", "--duty", "B", "--officer", "X18").code == 0
    with Terminal("next", "--watch", "--every", "1") as at:
        at.wait_until(lambda: "透水" in at.text)
        assert at.screen.lines()[0].startswith("响水县人民政府 (xiangshui)")
        assert at.screen.lines()[1].startswith("on duty: A X17  B X18")
        assert re.search(r"-  due +1:5\d:\d\d +(?:\d\d-\d\d )?\d\d:\d\d 盐城市人民政府 +透水", at.text)
        left = _left(at.text)
        at.wait_until(lambda: _left(at.text) < left, "it does not count down")

        at.resize(40, 8)
        at.wait_until(lambda: "Ctrl-C ends" in at.text and len(at.screen.lines()) <= 8)
        at.wait_until(lambda: bool(re.search(r"1:5\d:\d\d 盐城市人民政府 透水", at.text)))
        with Engine.open(env["EMERGENCY_DB"]) as other:
            other.open_incident(
                title="大火",
                category="accident",
                kind="factory-fire",
                place="响水",
                identity=Identity(office="xiangshui"),
                first=Learned(office="xiangshui"),
            )
        at.wait_until(lambda: "大火" in at.text, "what another process recorded never came")

        at.resize(20, 8)
        at.wait_until(lambda: "too small" in at.text)
        at.resize(100, 30)
        at.wait_until(lambda: "大火" in at.text)
        at.keys(CTRL_C)
        assert at.ended() == 0
        assert "大火" not in at.text, "the screen is given back as it was"


def _left(text: str) -> str:
    """The time left, as it is shown; not the clock above it, which may read 21:56:34."""
    found = re.search(r"(?<!\d)1:5\d:\d\d", text)
    return found[0] if found else "9"


@pytest.mark.usefixtures("path")
@pytest.mark.parametrize(
    ("words", "term", "code", "said"),
    [
        (("next", "--watch"), "dumb", 0, "no terminal that a board can be shown on"),
        (("next", "nobody", "--watch"), "xterm", 3, "There is no office nobody"),
    ],
)
def test_a_terminal_that_cannot_and_an_office_that_is_not(
    on_duty: Type, words: tuple[str, ...], term: str, code: int, said: str
) -> None:
    assert on_duty("list").code == 0
    with Terminal(*words, env={"TERM": term}) as at:
        assert at.ended() == code
    assert said in " ".join(at.text.split())
