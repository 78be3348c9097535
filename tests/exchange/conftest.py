"""A fresh store."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from emergency import Engine


@pytest.fixture
def engine() -> Iterator[Engine]:
    with Engine.open("sqlite://") as opened:
        yield opened
