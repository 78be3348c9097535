"""The portal of the how-to, on both databases: its blocks are one program."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

PAGE = Path(__file__).parents[2] / "docs/how-to/embed-in-a-portal.md"
BLOCK = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_the_portal_does_what_the_page_says(
    kind: str, request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = (
        f"sqlite:///{tmp_path / 'portal.db'}" if kind == "sqlite" else request.getfixturevalue("postgres_url")
    )
    monkeypatch.setenv("PORTAL_DB", url)
    blocks = BLOCK.findall(PAGE.read_text(encoding="utf-8"))
    assert len(blocks) == 2
    names: dict[str, Any] = {"__name__": "portal"}
    try:
        for block in blocks:
            exec(compile(block, str(PAGE), "exec"), names)  # noqa: S102 - that is what the page is for
    finally:
        names["database"].dispose()
