"""A paragraph is broken exactly as the renderer of our tables breaks it: pages of both look as one."""

from __future__ import annotations

import io

from hypothesis import example, given, settings
from hypothesis import strategies as st
from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from emergency_cli.paragraph import Paragraph

WORDS = st.text(st.sampled_from("ab-é第县→（）·✓😀\u3000 \n\r"), min_size=1, max_size=80).filter(str.strip)


def rendered(text: str, by: int, width: int) -> list[str]:
    page = io.StringIO()
    Console(file=page, width=width, highlight=False, markup=False, emoji=False, legacy_windows=False).print(
        Padding(Text(text, overflow="fold"), (0, 0, 0, by), expand=False)
    )
    return [line.rstrip() for line in page.getvalue().removesuffix("\n").split("\n")]


@given(text=WORDS, by=st.sampled_from((0, 2, 4)), width=st.integers(8, 40))
@settings(max_examples=500)
@example("", 0, 10)
@example("第1县 → 某市: whether the rule applies is left open", 2, 20)
@example("anothermuchlongerwordthantheline and on", 4, 16)
@example("a" * 12 + "   b", 0, 12)
def test_broken_as_the_renderer_does(text: str, by: int, width: int) -> None:
    assert list(Paragraph(text, by).lines(width)) == rendered(text, by, width)


def test_a_tab_goes_to_the_next_stop() -> None:
    """Of a tab the renderer makes lines that are too narrow, which we do not."""
    assert list(Paragraph("县\t6 dead", 2).lines(20)) == ["  县      6 dead"]
