"""The page on informants is followed from top to bottom; the id that it shows stands for the one that is minted."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner
from tests.docs.test_documentation import BLOCK, ROOT, pattern, steps

from emergency_cli.main import app

PAGE = ROOT / "docs/how-to/protect-an-informant.md"
MINTED = re.compile(r"p-[a-z2-7]{10}")


def test_the_page_does_what_it_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("EMERGENCY_OFFICE", "EMERGENCY_LANG", "EMERGENCY_KEY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("EMERGENCY_DB", "sqlite:///emergency.db")
    monkeypatch.setenv("EMERGENCY_CONFIG", str(tmp_path / "config.json"))
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    monkeypatch.setenv("COLUMNS", "100")
    text = PAGE.read_text(encoding="utf-8")
    (shown,) = set(MINTED.findall(text))
    real = shown
    blocks = BLOCK.findall(text)
    (program,) = (block for kind, block in blocks if kind == "python")
    exec(compile(program, PAGE, "exec"), {})  # noqa: S102 - that is what the page is for
    for command, expected in (step for kind, block in blocks if kind == "console" for step in steps(block)):
        words = shlex.split(command.replace(shown, real))
        if words[0] == "export":
            name, _, value = words[1].partition("=")
            monkeypatch.setenv(name, value)
            continue
        line = f"{words[1]}\n" if words[0] == "echo" else None
        begin = words.index("emergency")
        assert words[:begin] == (["echo", words[1], "|"] if line else [])
        done = CliRunner().invoke(app, words[begin + 1 :], input=line, prog_name="emergency")
        if minted := MINTED.search(done.output):
            real = minted[0]
        printed = "".join(f"{each.rstrip()}\n" for each in done.output.replace(real, shown).splitlines())
        printed += f"[exit code {done.exit_code}]\n" if done.exit_code else ""
        assert pattern(expected).fullmatch(printed), f"$ {command}\n{printed}\n-- expected --\n{expected}"
    assert real != shown
