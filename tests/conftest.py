"""A PostgreSQL for the tests that ask for one: started by the first, stopped after the last."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from tests.postgres import HOW_TO_INSTALL, Server, programs


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """A running server. Without its programs the test is skipped and says so; where CI is set, it fails."""
    if programs() is None:
        if os.environ.get("CI", "").lower() not in {"", "0", "false"}:
            pytest.fail(HOW_TO_INSTALL, pytrace=False)
        pytest.skip(HOW_TO_INSTALL)
    with Server() as server:
        yield server


@pytest.fixture
def postgres_url(postgres: Server) -> Iterator[str]:
    """An empty database of the test's own."""
    name = postgres.create_database()
    yield postgres.url(name)
    postgres.drop_database(name)
