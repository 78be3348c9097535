"""What of a draft is typed in other ways: piped text, deadlines to come; and how a difference is found."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.cli.conftest import Type

from emergency_cli import draft
from emergency_cli.draft_pages import text_difference
from emergency_cli.main import app

MINUTE = timedelta(minutes=1)


@pytest.fixture
def drafting(on_duty: Type) -> Type:
    """An incident with one report, and a draft over it."""
    assert on_duty("learn", "--new", "泄漏", "--kind", "fire", "--place", "陈家港").code == 0
    assert on_duty("report", "-", "--office", "xs-em", "--to", "xiangshui", "死=6").code == 0
    assert on_duty("draft", "open", "-").code == 0
    return on_duty


def shown(type_in: Type) -> Any:  # noqa: ANN401 - JSON
    (row,) = json.loads(type_in("draft", "show", "-", "--format", "json").out)["rows"]
    return row


def test_a_text_that_is_piped_in(drafting: Type, tmp_path: Path) -> None:
    done = CliRunner().invoke(
        app,
        ["draft", "edit", "-", "死=6", "--text-file", "-"],
        input="今日\n死亡6人。\n",
        prog_name="emergency",
    )
    assert done.exit_code == 0, done.stderr
    (version,) = shown(drafting)["versions"]
    assert version["text"] == "今日\n死亡6人。"
    (tmp_path / "latin.txt").write_bytes("é".encode("latin-1"))
    wrong = drafting("draft", "edit", "-", "--text-file", "latin.txt")
    assert wrong.code == 2
    assert "not UTF-8" in wrong.err


def test_a_text_that_is_written_in_an_editor(drafting: Type, monkeypatch: pytest.MonkeyPatch) -> None:
    drafting("draft", "edit", "-", "--text", "甲")
    monkeypatch.setattr("click.edit", lambda text, **_: f"{text}乙")
    assert drafting("draft", "edit", "-", "--editor").code == 0
    monkeypatch.setattr("click.edit", lambda *_, **__: None)  # closed without saving
    assert "Nothing would change" in drafting("draft", "edit", "-", "--editor").err
    monkeypatch.setattr(draft, "on_terminal", lambda: True)
    monkeypatch.setattr("click.edit", lambda text, **_: f"{text}丙")
    assert drafting("draft", "edit", "-").code == 0  # nothing said, and somebody is there to write
    versions = shown(drafting)["versions"]
    assert [version["text"] for version in versions] == ["甲", "甲乙", "甲乙丙"]


@pytest.mark.parametrize(
    ("typed", "ahead"),
    [("30分钟", 30), ("30m", 30), ("2h", 120), ("2 小时", 120), ("{later}", 90), ("{earlier}", 24 * 60 - 90)],
)
def test_a_deadline_lies_ahead(drafting: Type, typed: str, ahead: int) -> None:
    here = datetime.now(UTC) + timedelta(hours=8)
    clock = {"later": here + 90 * MINUTE, "earlier": here - 90 * MINUTE}
    words = typed.format(**{name: at.strftime("%H:%M") for name, at in clock.items()})
    drafting("draft", "edit", "-", "死=6")
    drafting("draft", "issue", "-")
    before = datetime.now(UTC)
    assert drafting("draft", "assign", "-", f"xs-em={words}", "--to", "yc-em").code == 0
    (task,) = shown(drafting)["assignments"]
    due = datetime.fromisoformat(task["assigned"])
    assert abs(due - before - ahead * MINUTE) <= 2 * MINUTE


def test_a_day_is_not_moved(drafting: Type) -> None:
    drafting("draft", "edit", "-", "死=6")
    drafting("draft", "issue", "-")
    assert drafting("draft", "assign", "-", "xs-em=2025-03-03T08:00", "--to", "yc-em").code == 0
    (task,) = shown(drafting)["assignments"]
    assert task["assigned"] == "2025-03-03T08:00:00+08:00"


def test_json_says_what_is_odd(drafting: Type) -> None:
    said = json.loads(drafting("draft", "edit", "-", "死=7", "--format", "json").out)
    assert said["version"] == 1
    assert [each["odd"] for each in said["warnings"]] == ["untraced"]
    assert said["draft"]["contradictions"][0]["draft"] == 7
    assert said["hash"].startswith("sha256:")


WORDS = st.text("甲乙丙 ab1\n", max_size=30)


@settings(max_examples=80, deadline=None)
@given(WORDS, WORDS)
def test_a_difference_is_both_texts(old: str, new: str) -> None:
    parts = list(text_difference(old, new))
    assert "".join(text for how, text in parts if how != "added") == old
    assert "".join(text for how, text in parts if how != "removed") == new


def test_a_difference_is_by_character_in_chinese_and_by_word_and_number_elsewhere() -> None:
    assert list(text_difference("死亡2人，受伤12人", "死亡2人，受伤13人")) == [
        ("same", "死亡2人，受伤"),
        ("removed", "12"),
        ("added", "13"),
        ("same", "人"),
    ]
    assert list(text_difference("已封控现场", "已封锁现场")) == [
        ("same", "已封"),
        ("removed", "控"),
        ("added", "锁"),
        ("same", "现场"),
    ]
