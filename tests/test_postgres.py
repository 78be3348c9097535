"""The tests' own PostgreSQL: what it promises to the tests that use it, and to the machine."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import create_engine, make_url, text
from tests.postgres import HOW_TO_INSTALL, Server

ROOT = Path(__file__).parents[1]
STARTS_ONE = """\
from tests.postgres import Server
with Server() as server:
    print(server.folder, server.pid, flush=True)
    input()
"""


def ask(url: str, question: str) -> object:
    engine = create_engine(url)
    try:
        with engine.begin() as connection:
            result = connection.execute(text(question))
            return result.scalar() if result.returns_rows else None
    finally:
        engine.dispose()


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_each_test_has_an_empty_database(postgres: Server, postgres_url: str) -> None:
    other = postgres.url(postgres.create_database())
    assert other != postgres_url
    for url in (other, postgres_url):
        assert ask(url, "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'") == 0
    assert ask(postgres_url, "SHOW server_encoding") == "UTF8"


def test_a_database_may_sort_as_people_do(postgres: Server, postgres_url: str) -> None:
    chinese = postgres.url(postgres.create_database(icu="zh-CN"))
    assert [ask(url, "SELECT 'a/1' < 'A0'") for url in (postgres_url, chinese)] == [False, True]


def test_only_its_socket_leads_to_it(postgres: Server, postgres_url: str) -> None:
    assert ask(postgres_url, "SHOW listen_addresses") == ""
    assert postgres.folder.stat().st_mode & 0o77 == 0


@pytest.mark.usefixtures("postgres")  # skipped or failing together with all that need the programs
def test_on_a_port_it_asks_for_the_password() -> None:
    with Server(tcp=True) as server:
        url = make_url(server.url())
        assert url.host == "127.0.0.1"
        assert ask(server.url(), "SELECT 1") == 1
        with pytest.raises(psycopg.OperationalError, match="password"):
            psycopg.connect(host=url.host, port=url.port, user="postgres", password="guess")  # noqa: S106 - wrong


@pytest.mark.usefixtures("postgres")
@pytest.mark.parametrize("mode", ["fast", "immediate"])
def test_what_was_committed_outlives_its_end(mode: str) -> None:
    with Server() as server:
        ask(server.url(), "CREATE TABLE kept AS SELECT 7 AS number")
        first = server.pid
        assert first is not None
        server.restart(mode)
        assert not alive(first)
        assert ask(server.url(), "SELECT number FROM kept") == 7
    assert not server.folder.exists()


@pytest.mark.usefixtures("postgres")
@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_it_ends_when_the_tests_do(end: signal.Signals) -> None:
    if end != signal.SIGINT and shutil.which("setpriv") is None:
        pytest.skip("nothing here ends a process with the one that started it (setpriv)")
    starter = subprocess.Popen(
        [sys.executable, "-c", STARTS_ONE],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert starter.stdout is not None
    folder, pid = starter.stdout.readline().split()
    assert alive(int(pid))
    starter.send_signal(end)
    starter.communicate()
    until = time.monotonic() + 10
    while alive(int(pid)):
        assert time.monotonic() < until
        time.sleep(0.02)
    assert Path(folder).exists() == (end != signal.SIGINT), (
        "only a program that goes on to its end can tidy up"
    )
    shutil.rmtree(folder, ignore_errors=True)


def without_programs(ci: str, *command: str) -> tuple[int, str]:
    """What a command says and ends with where there is no PostgreSQL."""
    environment = {**os.environ, "POSTGRES_BIN": "/nowhere", "CI": ci}
    ran = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    return ran.returncode, ran.stdout + ran.stderr


@pytest.mark.parametrize(
    ("ci", "code", "word"), [("", 0, "SKIPPED"), ("false", 0, "SKIPPED"), ("true", 1, "ERROR")]
)
def test_without_it_nothing_is_skipped_in_silence(ci: str, code: int, word: str) -> None:
    test = f"{Path(__file__).relative_to(ROOT)}::test_only_its_socket_leads_to_it"
    ended, said = without_programs(ci, sys.executable, "-m", "pytest", "-p", "no:cacheprovider", test)
    assert ended == code
    assert any(line.startswith(word) and HOW_TO_INSTALL in line for line in said.splitlines())


@pytest.mark.parametrize(("ci", "code"), [("", 0), ("true", 1)])
def test_the_installer_never_goes_against_what_it_was_told(ci: str, code: int) -> None:
    """A folder that was named and holds nothing is not made up for by installing another."""
    ended, said = without_programs(ci, "tests/install-postgres")
    assert ended == code
    assert "POSTGRES_BIN" in said
    assert ("skipped" in said) == (code == 0)
