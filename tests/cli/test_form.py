"""The form at a real terminal: what it asks, what it records, and that nothing which ends it loses what was typed."""

from __future__ import annotations

import json
import signal
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.cli.conftest import Type
from tests.cli.terminal import CTRL_C, CTRL_D, Terminal

from emergency_cli.context import Settings
from emergency_cli.kept import Answer, Unsent, keep, let_go
from emergency_cli.questions import Desk, elements, figures, spelled, time

NEW = ("learn", "--new", "化工厂爆炸", "--kind", "chemical-plant", "--place", "陈家港镇", "-q")
ZH = {"EMERGENCY_LANG": "zh"}


def _kept(tmp_path: Path) -> list[Path]:
    return sorted((tmp_path / "identity.unsent").glob("*.json"))


def test_a_report_is_asked_for_checked_put_right_and_recorded(on_duty: Type, tmp_path: Path) -> None:
    assert on_duty(*NEW).code == 0
    with Terminal("form", "report", "-", env=ZH, rows=80) as at:
        at.answer(
            ("报给 [盐城市人民政府 (yancheng)]:", "盐城市应急"),
            ("方式:", "1"),
            ("时间", "<"),
            ("方式 [电话 (phone)]:", ""),
            ("时间", "前年的某一刻"),
            ("! ", "昨天3点"),
            ("请填序号", "2"),
            ("伤亡等数字:", "死=两三个"),
            ("! ", "?"),
            ("不写不等于零", "2死约30伤"),
            ("事件情况:", ""),
            ("其他要素:", "measures=已封控；trend=?"),
            ("信息来源:", ""),
            ("y 入库", "99"),
            ("请输入 y", "3"),
            ("报给", "yancheng"),
            ("盐城市人民政府 (yancheng)", "y"),
        )
        assert at.ended() == 0
    line = next(one for one in reversed(at.said.splitlines()) if one.startswith("emergency report"))
    assert "2死约30伤 --to yancheng --by phone --at '20" in line
    assert " 15:00' --say" in line
    assert "--say measures=已封控 --verifying trend" in line
    assert "= 盐城市应急管理局 (yc-em)" in at.said
    assert not _kept(tmp_path)
    shown = on_duty("show", "-").out
    assert "15:00" in shown
    # The last recipient and channel are offered the next time, and the incident.
    with Terminal("form", "follow-up", env=ZH, rows=80) as at:
        at.answer(
            ("哪起事件 [xiangshui-", ""),
            ("报给 [盐城市人民政府 (yancheng)]", ""),
            ("方式 [电话 (phone)]", ""),
        )
        at.wait_for("时间 [")


def test_what_is_broken_off_is_kept_and_no_report_until_it_is_sent(
    on_duty: Type, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Terminal("form", "learn", "new") as at:
        at.answer(("What it is called:", "仓库火灾"), ("Kind:", "fire"), ("Category [accident", ""))
        at.wait_for("Place:")
        at.keys(CTRL_C)
        assert at.ended() == 130
    assert "Nothing was recorded. What was answered is kept as unsent entry 1" in " ".join(at.said.split())
    assert _kept(tmp_path)[0].stat().st_mode & 0o077 == 0
    assert "No incidents yet" in on_duty("list").out
    assert "new: 仓库火灾" in on_duty("unsent").out
    monkeypatch.setattr("emergency_cli.unsent.on_terminal", lambda: True)
    assert "this office has unsent entries (1), which are no reports" in " ".join(on_duty(*NEW).err.split())
    assert "unsent" not in on_duty(*NEW, "--office", "yancheng").err
    with Terminal("unsent", "resume", "1", rows=60) as at:
        at.answer(("Place:", "陈家港镇"), ("When it happened:", ""), ("When [", ""), ("Figures:", "死=?"))
        at.answer(("What it is, in words:", ""), ("Where this is known from:", ""), ("y records", "y"))
        assert at.ended() == 0
    assert "learned" in at.said
    assert not _kept(tmp_path)
    assert "仓库火灾" in on_duty("list").out


@pytest.mark.parametrize("end", ["hang up", "ctrl-d", pytest.param("kill", marks=pytest.mark.long)])
def test_however_it_ends_no_more_than_the_last_answer_is_lost(
    on_duty: Type, tmp_path: Path, end: str
) -> None:
    assert on_duty(*NEW).code == 0
    with Terminal("form", "ack", "-", "--lang", "en") as at:
        at.answer(("Which entry:", "2"))
        at.wait_for("When [")
        if end == "kill":
            at.signal(signal.SIGKILL)
        elif end == "hang up":
            at.hang_up()
        else:
            at.keys(CTRL_D)
        assert at.ended() == {"kill": -signal.SIGKILL, "hang up": -signal.SIGHUP, "ctrl-d": 130}[end]
    (path,) = _kept(tmp_path)
    assert json.loads(path.read_text(encoding="utf-8"))["answers"]["entry"]["said"] == "2"
    assert on_duty("unsent", "discard", "1", "--yes").code == 0
    assert list(path.parent.glob("1.*")) == []


def test_where_nothing_can_be_kept_all_of_it_is_printed(on_duty: Type, tmp_path: Path) -> None:
    assert on_duty(*NEW).code == 0
    (tmp_path / "identity.unsent").write_text("no folder", encoding="utf-8")
    with Terminal("form", "stable", "-") as at:
        at.answer(("When [", "13:05"))
        at.wait_for("cannot be kept")
        at.answer(("Figures:", "死=2"), ("What it is, in words:", "it's over"))
        at.wait_for("Where this is known from:")
        at.keys(CTRL_C)
        assert at.ended() == 130
    assert r"死=2 --at 13:05 --nature 'it'\''s over'" in at.said.splitlines()[-1]


def test_names_of_people_are_in_no_file(on_duty: Type, tmp_path: Path) -> None:
    assert on_duty(*NEW).code == 0
    with Terminal("form", "clue", "-", rows=60) as at:
        at.answer(
            ("Whose people gave it", ""),
            ("When [", ""),
            ("Figures:", ""),
            ("in words:", ""),
            ("known from:", ""),
        )
        at.answer(
            ("Informant to protect [none]:", "王秘密"),
            ("Type no name or phone here", "y"),
            ("y records", "y"),
        )
        at.wait_for("Name, phone (not shown)")
        at.keys("赵举报, 13800000000")
        at.keys(CTRL_C)
        assert at.ended() == 130
    assert "name and phone are not kept" in at.said
    (path,) = _kept(tmp_path)
    text = path.read_text(encoding="utf-8")
    assert "informant" in text
    for name in ("王秘密", "赵举报", "13800000000"):
        assert name not in text


def _unsent(tmp_path: Path, said: dict[str, str], hour: datetime, **more: Any) -> None:  # noqa: ANN401 - fields
    kept = keep(
        Unsent(
            store=f"sqlite:///{tmp_path / 'log.db'}",
            office="xiangshui",
            since=hour.isoformat(),
            answers={key: Answer(words, hour.isoformat()) for key, words in said.items()},
            **more,
        )
    )
    let_go(kept.number)  # this process lives on


def test_two_terminals_at_once_keep_two_entries_and_none_is_entered_twice(
    on_duty: Type, tmp_path: Path
) -> None:
    assert on_duty(*NEW).code == 0
    _unsent(tmp_path, {"act": "ack"}, datetime.now(UTC), command_id="c-1")
    with Terminal("form", "ack", "-") as at:
        at.answer(("Which entry:", "2"))
        at.wait_for("When [")
        assert [path.name for path in _kept(tmp_path)] == ["1.json", "2.json"]
        assert on_duty("unsent").out.count("being entered") == 1
        assert "is being entered at another terminal" in on_duty("unsent", "discard", "2", "--yes").err
        assert on_duty("unsent", "discard", "1", "--yes").code == 0
    assert "being entered" not in on_duty("unsent").out
    assert on_duty("unsent", "discard", "2", "--yes").code == 0


def test_what_was_sent_when_the_power_failed_is_recorded_once(on_duty: Type, tmp_path: Path) -> None:
    assert on_duty(*NEW).code == 0
    assert on_duty("stable", "-", "--command-id", "c-1", "-q").code == 0
    said = {"act": "stable", "incident": "xiangshui", "at": "now", "words": "", "nature": "", "source": ""}
    _unsent(tmp_path, said, datetime.now(UTC) - timedelta(hours=1), command_id="c-1", sent=True)
    with Terminal("unsent", "resume", "1", rows=60) as at:
        at.wait_for("may be on record")
        at.answer(("y records", "y"))
        assert at.ended() == 0
    assert "recorded when it was first sent; not again" in at.said
    assert on_duty("show", "-").out.count("stabilised") == 1
    assert not _kept(tmp_path)


def test_half_an_hour_ago_is_said_from_when_it_was_typed(on_duty: Type) -> None:
    def reads(settings: Settings, text: str, hours_ago: float) -> tuple[str, ...]:
        hour = datetime.now(UTC) - timedelta(hours=hours_ago)
        return time("--at")(Desk(settings, {}), text, hour).words

    words = _in_a_command(on_duty, lambda settings: (reads(settings, "now", 0), reads(settings, "now", 30)))
    assert words[0] == ()
    then = (datetime.now(UTC) - timedelta(hours=30)).astimezone(Settings().zone())
    assert words[1] == ("--at", then.strftime("%Y-%m-%d %H:%M"))
    about = _in_a_command(on_duty, lambda settings: reads(settings, "约 昨天 01:05", 48))
    assert about[1].startswith("约 20")
    assert about[1].endswith(" 01:05")
    day = _in_a_command(on_duty, lambda settings: reads(settings, "昨天", 24))
    assert len(day[1]) == len("2026-11-20")
    small_hours = _in_a_command(on_duty, lambda settings: reads(settings, "昨天凌晨", 24))
    assert "00:00~" in small_hours[1]


def _in_a_command(type_in: Type, work: Callable[[Settings], Any]) -> Any:  # noqa: ANN401 - what it gives
    import click  # noqa: PLC0415 - here only

    del type_in
    settings = Settings(lang="en", office="xiangshui")
    with click.Context(click.Command("x"), obj=settings):
        return work(settings)


def test_figures_are_parted_where_a_number_is_not(on_duty: Type) -> None:
    words = _in_a_command(
        on_duty, lambda settings: figures(Desk(settings, {}), "死=1,234，伤=3；失联=?", datetime.now(UTC))
    )
    assert words.words == ("死=1,234", "伤=3", "失联=?")


def test_of_who_told_it_only_that_it_was_told_is_kept(on_duty: Type) -> None:
    said = "reporter=王某 13800000000；已采取的措施=已封控；trend=？"
    read = _in_a_command(on_duty, lambda settings: elements(Desk(settings, {}), said, datetime.now(UTC)))
    assert read.said == "reporter；measures=已封控；trend=?"
    assert read.words == ("--say", "reporter", "--say", "measures=已封控", "--verifying", "trend")


def test_a_command_is_spelled_as_a_shell_reads_it() -> None:
    assert spelled(["report", "死=6", "--at", "昨天 23:40", "#3"]) == "report 死=6 --at '昨天 23:40' '#3'"
