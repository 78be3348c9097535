"""The reference is what the program says of itself now."""

from __future__ import annotations

import pytest
from tests.docs.reference import FOLDER, pages

MADE = pages()


@pytest.mark.parametrize("name", MADE)
def test_the_page_is_up_to_date(name: str) -> None:
    path = FOLDER / name
    written = path.read_text(encoding="utf-8") if path.is_file() else ""
    assert written == MADE[name], f"{name} is not what the program says now: run `make reference`"


def test_no_page_is_left_over() -> None:
    assert {path.name for path in FOLDER.glob("*.md")} - {"README.md", "trouble.md"} == set(MADE)
