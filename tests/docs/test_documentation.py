"""Every command in the documentation runs, and prints what the page says it prints."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = [
    "README.md",
    "docs/tutorial.md",
    "docs/how-to/try-a-rule.md",
    "docs/how-to/review-a-finding.md",
    "docs/how-to/offices.md",
    "docs/how-to/unified-draft.md",
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


def run(command: str, environment: dict[str, str]) -> str:
    words = shlex.split(command)
    assert words[0] == "emergency", f"the documentation runs only emergency: {command}"
    done = subprocess.run(
        [sys.executable, "-m", "emergency_cli", *words[1:]],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert not done.stderr, done.stderr
    tail = f"[exit code {done.returncode}]\n" if done.returncode else ""
    return "\n".join(line.rstrip() for line in done.stdout.splitlines()) + "\n" + tail


@pytest.mark.parametrize("page", PAGES)
def test_the_page_does_what_it_says(page: str, tmp_path: Path) -> None:
    environment = {
        **os.environ,
        "EMERGENCY_DB": f"sqlite:///{tmp_path / 'store.db'}",
        "EMERGENCY_CONFIG": str(tmp_path / "config.json"),
        "LANG": "C.UTF-8",
        "LC_ALL": "C.UTF-8",
        "COLUMNS": "80",
    }
    ran = 0
    for kind, block in BLOCK.findall((ROOT / page).read_text(encoding="utf-8")):
        if kind == "python":
            code = compile(block, page, "exec")
            exec(code, {})  # noqa: S102 - that is what the page is for
            ran += 1
            continue
        for command, expected in steps(block):
            if command.startswith("make "):
                continue
            printed = run(command, environment)
            assert pattern(expected).fullmatch(printed), f"$ {command}\n{printed}\n-- expected --\n{expected}"
            ran += 1
    assert ran, f"{page} shows no command"
