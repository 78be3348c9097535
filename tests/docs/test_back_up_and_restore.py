"""The page on backups is followed from top to bottom, on each database, while the store is in use."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import make_url
from tests.docs.test_documentation import BLOCK, ROOT, pattern, steps
from tests.postgres import Server

from emergency.engine import Engine
from emergency.store import store_status

PAGE = ROOT / "docs/how-to/back-up-and-restore.md"
CASES = [ROOT / "tests/cases" / f"{name}.yaml" for name in ("qixia-hushan-20210110", "xiangshui-20190321")]
OWN = {
    "sqlite": {"emergency", "sqlite3", "python3", "cp", "cmp"},
    "postgresql": {"emergency", "pg_dump", "pg_restore", "createdb", "cmp"},
}


def sections() -> dict[str, str]:
    """The page by headings, what stands before the first under its name ``first``."""
    first, *others = PAGE.read_text(encoding="utf-8").split("\n## ")
    return {"first": first, **{part.split("\n", 1)[0].lower(): part for part in others}}


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """Where ``emergency`` and ``python3`` are this program and this Python."""
    programs = tmp_path / "bin"
    programs.mkdir()
    for name, start in (("emergency", "-m emergency_cli"), ("python3", "")):
        script = programs / name
        script.write_text(f'#!/bin/sh\nexec "{sys.executable}" {start} "$@"\n')
        script.chmod(0o755)
    paths = os.pathsep.join(os.path.abspath(path) for path in sys.path if path)  # noqa: PTH100
    return {
        **os.environ,
        "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": paths,
        "EMERGENCY_CONFIG": str(tmp_path / "config.json"),
        "LC_ALL": "C.UTF-8",
    }


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, environment: dict[str, str], tmp_path: Path) -> Iterator[str]:
    """Where the page's store is."""
    if request.param == "sqlite":
        environment["EMERGENCY_DB"] = "sqlite:///emergency.db"
        yield f"sqlite:///{tmp_path / 'emergency.db'}"
        return
    server: Server = request.getfixturevalue("postgres")
    query = make_url(server.url()).query
    environment |= {"PGHOST": str(query["host"]), "PGPORT": str(query["port"]), "PGUSER": "postgres"}
    environment["EMERGENCY_DB"] = "postgresql:///emergency"
    subprocess.run(["createdb", "emergency"], env=environment, check=True)
    yield server.url("emergency")
    for name in ("emergency", "restored"):
        server.drop_database(name)


def test_the_page_does_what_it_says(url: str, environment: dict[str, str], tmp_path: Path) -> None:
    dialect = make_url(url).get_backend_name()
    found = sections()
    ran = set()
    with Engine.open(url) as engine:  # it stays open: what it recorded last is not in SQLite's file yet
        for case in CASES:
            engine.import_timeline(case)
        engine.rebuild()
        for _, block in BLOCK.findall(found["first"] + found[dialect]):
            for command, expected in steps(block):
                program = command.split()[0]
                assert program in OWN[dialect], f"another program than the page means to need: {command}"
                ran.add(program)
                if program == "sqlite3" and shutil.which(program) is None:
                    with closing(sqlite3.connect(tmp_path / "emergency.db")) as raw:  # as the page says
                        raw.execute("VACUUM INTO ?", [str(tmp_path / "backup.db")])
                    continue
                assert_does(command, expected, environment, tmp_path)
    assert ran == OWN[dialect]
    assert (tmp_path / "before.csv").stat().st_size > 1000
    if dialect == "sqlite":
        check = ["emergency", "--db", "sqlite:///copy.db", "db", "check"]
        assert subprocess.run(check, cwd=tmp_path, env=environment, check=False).returncode == 0


def assert_does(command: str, expected: str, environment: dict[str, str], folder: Path) -> None:
    """It prints and ends as the page says."""
    done = subprocess.run(
        ["/bin/sh", "-c", command],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert not done.stderr, f"$ {command}\n{done.stderr}"
    tail = f"[exit code {done.returncode}]\n" if done.returncode else ""
    printed = "".join(f"{line.rstrip()}\n" for line in done.stdout.splitlines()) + tail
    assert pattern(expected).fullmatch(printed), f"$ {command}\n{printed}\n-- expected --\n{expected}"


def test_a_bare_copy_of_the_file_would_miss_what_was_recorded_last(tmp_path: Path) -> None:
    """Why the page says never to make one."""
    store, copy = (f"sqlite:///{tmp_path / name}.db" for name in ("emergency", "copy"))
    Engine.open(store).close()
    with Engine.open(store) as engine:
        engine.import_timeline(CASES[0])
        shutil.copy(tmp_path / "emergency.db", tmp_path / "copy.db")
    assert store_status(store).events > store_status(copy).events
