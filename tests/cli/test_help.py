"""Help: there for every command, readable in 80 columns, and quick."""

from __future__ import annotations

import subprocess
import sys
import unicodedata
from collections.abc import Iterator

import click
import pytest
from tests.cli.conftest import Type
from tests.cli.test_cases import CASES, read

from emergency_cli.lazy import LazyGroup
from emergency_cli.main import COMMANDS, app

HEAVY = ("sqlalchemy", "pydantic", "eventsourcing", "yaml", "rich")


def _commands(
    group: click.Group, path: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None, name
        yield (*path, name), command
        if isinstance(command, click.Group):
            yield from _commands(command, (*path, name))


ALL = dict(_commands(app))
LEAVES = [path for path, command in ALL.items() if not isinstance(command, click.Group)]


def _wide(line: str) -> int:
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in line)


@pytest.mark.parametrize("path", [(), *ALL], ids=" ".join)
def test_every_command_has_help_that_fits_80_columns(path: tuple[str, ...], type_in: Type) -> None:
    ran = type_in(*path, "--help")
    assert ran.code == 0
    assert [line for line in ran.out.splitlines() if _wide(line) > 80] == []
    command = ALL.get(path, app)
    assert command.help
    for param in command.params:
        if isinstance(param, click.Option) and not param.hidden:
            assert param.help, f"{path}: {param.name} says nothing"


def test_the_list_of_commands_names_what_is_there() -> None:
    assert isinstance(app, LazyGroup)
    assert {path[0] for path in ALL} == set(COMMANDS)
    for name, later in COMMANDS.items():
        assert ALL[name,].name == name, f"{later.name} calls itself {ALL[name,].name}"


@pytest.mark.parametrize("path", LEAVES, ids=" ".join)
def test_every_command_is_tried_well_and_wrongly(path: tuple[str, ...]) -> None:
    moves = [move for case in CASES for move in read(case.read_text(encoding="utf-8"))]
    codes = {move.code for move in moves if tuple(move.command[: len(path)]) == path}
    assert codes & {0, 1}, "no case uses it well"
    assert codes & {2, 3}, "no case uses it wrongly"


@pytest.mark.parametrize(
    "words", [["--help"], ["report", "--help"], ["audit", "findings", "--help"], ["shwo"]]
)
def test_help_loads_nothing_heavy(words: list[str]) -> None:
    program = (
        "import sys\n"
        "from emergency_cli.main import main\n"
        "try:\n    main()\n"
        "except SystemExit:\n    pass\n"
        f"print([n for n in {HEAVY!r} if n in sys.modules])\n"
    )
    ran = subprocess.run([sys.executable, "-c", program, *words], capture_output=True, text=True, check=True)
    assert ran.stdout.splitlines()[-1] == "[]"
