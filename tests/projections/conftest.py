"""A store in a file, with four offices in it; and one in either database."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from emergency import Engine

from .bench import OFFICES


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "log.db"


@pytest.fixture
def engine(file: Path) -> Iterator[Engine]:
    with Engine.open(f"sqlite:///{file}") as opened:
        opened.register_offices(OFFICES)
        yield opened


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty store in one database or the other."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'log.db'}?timeout=30"
    found: str = request.getfixturevalue("postgres_url")
    return found


@pytest.fixture
def store(url: str) -> Iterator[Engine]:
    """A store in either database, with four offices in it."""
    with Engine.open(url) as opened:
        opened.register_offices(OFFICES)
        yield opened
