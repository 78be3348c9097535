"""Documents to print, and whether they can be printed here."""

from __future__ import annotations

import os

import pytest
from tests.rendering.paper import HOW_TO_INSTALL, there

from emergency.documents.fonts import Fonts, found


@pytest.fixture(scope="session")
def fonts() -> Fonts:
    """The fonts of this computer. Without any, or without poppler, the test is skipped; where CI is set, it fails."""
    if not there():
        if os.environ.get("CI", "").lower() not in {"", "0", "false"}:
            pytest.fail(HOW_TO_INSTALL, pytrace=False)
        pytest.skip(HOW_TO_INSTALL)
    return found()
