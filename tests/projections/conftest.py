"""A store in a file, with four offices in it."""

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
