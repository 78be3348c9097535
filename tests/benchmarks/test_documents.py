# ruff: noqa: INP001 - a package of this name would hide the one that it tests
"""What measures documents: it makes them, and judges by the slowest."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks import documents, papers
from emergency.documents import docx


def test_each_process_makes_a_document(tmp_path: Path) -> None:
    target = tmp_path / "made"
    how, program = documents.arguments("letter docx", target)
    exec(program, {})  # noqa: S102 - our own
    assert how == "-c"
    assert target.read_bytes() == docx.rendered(papers.LETTER)
    assert documents.arguments("import docx", target) == ("-c", "import docx")
    assert documents.arguments("command pdf", target)[-2:] == (f"{target}.pdf", "--force")


def test_it_is_judged_by_what_somebody_waits_at_worst(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents, "prepare", str)
    works = documents.WORKS
    monkeypatch.setattr(documents, "WORKS", {"import docx": works["import docx"]})
    found = documents.measure(rounds=2)
    assert set(found) == {
        f"import docx {what} {how}" for what in ("cpu", "wall") for how in ("median", "p95")
    }
    monkeypatch.setattr(documents, "WORKS", {"letter pdf": works["letter pdf"]})
    figures = {f"letter pdf {what} {how}": 1.0 for what in ("cpu", "wall") for how in ("median", "p95")}
    for slowest, judged in ((1000.0, "yes"), (1001.0, "no")):
        shown = documents.table({**figures, "letter pdf wall p95": slowest})
        assert list(shown.columns[-1].cells) == [judged]
