"""Every command in the documentation runs, and prints what the page says it prints."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from emergency_cli.main import app

ROOT = Path(__file__).parents[2]
AS_A_USER = ["README.md", "docs/tutorials/a-night-at-the-desk.md"]
"""Pages of which every command is a process of its own, as a reader runs it."""
PAGES = [
    *AS_A_USER,
    "README.zh.md",
    "docs/worked-example.md",
    "docs/tutorials/embedding-in-a-portal.md",
    "docs/tutorials/reviewing-an-incident.md",
    "docs/how-to/try-a-rule.md",
    "docs/how-to/review-a-finding.md",
    "docs/how-to/offices.md",
    "docs/how-to/unified-draft.md",
    "docs/how-to/print-a-document.md",
    "docs/how-to/run-a-drill.md",
    "docs/how-to/reminders.md",
]
BLOCK = re.compile(r"^```(console|python)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
ELLIPSIS = "…"


def steps(block: str) -> list[tuple[str, str]]:
    """(command, what it prints) of a console block."""
    found: list[tuple[str, list[str]]] = []
    for line in block.splitlines():
        if line.startswith("$ "):
            found.append((line[2:], []))
        else:
            found[-1][1].append(line)
    return [(command, "\n".join(lines)) for command, lines in found]


def pattern(expected: str) -> re.Pattern[str]:
    """A line of only … stands for any lines; … inside a line for anything there."""
    parts = []
    for line in expected.splitlines():
        if line.strip() == ELLIPSIS:
            parts.append(r"(?:.*\n)*?")
        else:
            parts.append(re.escape(line).replace(re.escape(ELLIPSIS), r".*") + r" *\n")
    return re.compile("".join(parts))


def run(words: list[str], environment: dict[str, str]) -> tuple[int, str]:
    """A command as a process of its own: its exit code, and what it printed and complained of."""
    done = subprocess.run(
        [sys.executable, "-m", "emergency_cli", *words],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=60,
        check=False,
    )
    return done.returncode, done.stdout


def run_here(words: list[str], _: dict[str, str]) -> tuple[int, str]:
    """The same in this process: to start another takes longer than most commands."""
    result = CliRunner().invoke(app, words, prog_name="emergency", catch_exceptions=False)
    return result.exit_code, result.output


def printed_by(page: str, command: str, environment: dict[str, str]) -> str:
    """What a reader sees of a command, with its exit code."""
    program, *words = shlex.split(command)
    assert program == "emergency", f"the documentation runs only emergency: {command}"
    code, out = (run if page in AS_A_USER else run_here)(words, environment)
    return (
        "\n".join(line.rstrip() for line in out.splitlines())
        + "\n"
        + (f"[exit code {code}]\n" if code else "")
    )


def settings_in(page: str, command: str, before: dict[str, str]) -> dict[str, str] | None:
    """What a line of the shell sets or takes back: ``export``, ``unset``, and ``eval`` of what a command prints.

    None where it is another line. What is unset is as it was before: the reader's own store is the page's.
    """
    first, *rest = shlex.split(command)
    if first == "unset":
        return {name: before[name] for name in rest}
    if first == "eval":
        inner = rest[0].removeprefix("$(").removesuffix(")")
        lines = printed_by(page, inner, dict(os.environ)).splitlines()
        rest = [word for line in lines for word in shlex.split(line.removeprefix("export "))]
    elif first != "export":
        return None
    return dict(word.split("=", 1) for word in rest)


@pytest.mark.parametrize("page", PAGES)
def test_the_page_does_what_it_says(page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fixed = {
        "EMERGENCY_DB": f"sqlite:///{tmp_path / 'store.db'}",
        "EMERGENCY_CONFIG": str(tmp_path / "config.json"),
        "LANG": "C.UTF-8",
        "LC_ALL": "C.UTF-8",
        "COLUMNS": "80",
        "XDG_DATA_HOME": str(tmp_path / "data"),
    }
    for name, value in fixed.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(ROOT)
    ran = 0
    scope: dict[str, object] = {}  # the blocks of a page are one program
    for kind, block in BLOCK.findall((ROOT / page).read_text(encoding="utf-8")):
        if kind == "python":
            code = compile(block, page, "exec")
            exec(code, scope)  # noqa: S102 - that is what the page is for
            ran += 1
            continue
        for command, expected in steps(block):
            if command.startswith("make "):
                continue
            if (of_the_shell := settings_in(page, command, fixed)) is not None:
                for name, value in of_the_shell.items():
                    monkeypatch.setenv(name, value)
                continue
            printed = printed_by(page, command, dict(os.environ))
            assert pattern(expected).fullmatch(printed), f"$ {command}\n{printed}\n-- expected --\n{expected}"
            ran += 1
    assert ran, f"{page} shows no command"
