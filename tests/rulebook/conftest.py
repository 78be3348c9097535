"""The packaged rulebook, loaded once."""

from __future__ import annotations

import pytest

from emergency.rulebook import Rulebook, load


@pytest.fixture(scope="session")
def rulebook() -> Rulebook:
    return load()
