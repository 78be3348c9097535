"""Plays the stories of ``cases/``; README.md says how they are written."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from tests.cli.conftest import Ran, Type

CASES = sorted(Path(__file__).with_name("cases").glob("*.txt"))


@dataclass(slots=True)
class Move:
    """One command of a story and what is expected of it."""

    line: int
    command: list[str]
    code: int = 0
    checks: list[tuple[str, str]] = field(default_factory=list)


def read(text: str, folder: Path | None = None) -> list[Move]:
    """The commands of a story; its files are written into ``folder``."""
    moves: list[Move] = []
    lines = iter(enumerate(text.splitlines(), start=1))
    for number, line in lines:
        if line.startswith("@file "):
            content = []
            for _, inner in lines:
                if inner == "@end":
                    break
                content.append(inner)
            if folder is not None:
                path = folder / line.removeprefix("@file ")
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text("\n".join(content) + "\n", encoding="utf-8")
        elif line.startswith("$ emergency"):
            moves.append(Move(number, shlex.split(line)[2:]))
        elif line.startswith("= "):
            moves[-1].code = int(line.removeprefix("= "))
        elif match := re.match(r"(2>|>~|>!|>) (.*)", line):
            moves[-1].checks.append((match[1], match[2]))
        elif line and not line.startswith("#"):
            pytest.fail(f"line {number} of the case means nothing: {line}")
    return moves


def _unbroken(text: str) -> str:
    """The text as though no line of it had been broken: a line of Chinese is broken where no blank stands."""
    return re.sub(
        r"(?<=[\u3000-\u9fff\uff00-\uffef]) | (?=[\u3000-\u9fff\uff00-\uffef])", "", " ".join(text.split())
    )


def check(move: Move, ran: Ran) -> None:
    """What came out is what the story says, wherever lines were broken."""
    shown = f"line {move.line}: emergency {shlex.join(move.command)}\n{ran.out}\n{ran.err}"
    assert ran.code == move.code, shown
    out, err = _unbroken(ran.out), _unbroken(ran.err)
    spaced = " ".join(ran.out.split())
    place = seen = 0
    for kind, said in move.checks:
        text = _unbroken(said)
        if kind == "2>":
            assert text in err, f"{said!r} is not among the messages of {shown}"
        elif kind == ">!":
            assert text not in out, f"{said!r} stands in {shown}"
        elif kind == ">~":
            match = re.compile(said).search(spaced, seen)
            assert match, f"no {said!r} in {shown}"
            seen = match.end()
        else:
            found = out.find(text, place)
            assert found >= 0, f"{said!r} is not in {shown}"
            place = found + len(text)
    assert "Traceback" not in ran.err, shown


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.stem)
def test_case(case: Path, type_in: Type, tmp_path: Path) -> None:
    for move in read(case.read_text(encoding="utf-8"), tmp_path):
        check(move, type_in(*move.command))


def test_a_wrong_expectation_fails(type_in: Type, tmp_path: Path) -> None:
    story = "$ emergency list\n> something else\n"
    (move,) = read(story, tmp_path)
    with pytest.raises(AssertionError, match="something else"):
        check(move, type_in(*move.command))
