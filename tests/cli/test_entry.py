"""Entering in trouble: asked on a terminal, two at once, a full disk, another zone, a wrong locale."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.cli.conftest import Type
from tests.cli.test_process import NEW, PROGRAM, _run, _talk

from emergency.domain.times import CHINA


def entries(type_in: Type) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(type_in("show", "-", "--format", "json").out)["entries"]
    return found


def test_a_time_that_may_be_two_is_asked_about_on_a_terminal(on_duty: Type) -> None:
    assert on_duty(*NEW).code == 0
    screen, code = _talk(["report", "-", "--at", "昨天3点"], [("means", b"2\n")])
    assert code == 0, screen
    yesterday = (datetime.now(CHINA) - timedelta(days=1)).strftime("%Y-%m-%d")
    assert f"1 {yesterday} 03:00" in screen
    stated = entries(on_duty)[-1]
    assert stated["at"]["earliest"].startswith(f"{yesterday}T15:00")


def test_which_incident_is_asked_about_on_a_terminal(on_duty: Type) -> None:
    assert on_duty(*NEW).code == 0
    assert on_duty("learn", "--new", "水灾", "--kind", "flood", "--place", "镇").code == 0
    screen, code = _talk(["report", "xiangshui", "1死"], [("Which of them", b"1\n")])
    assert code == 0, screen
    assert "-02  水灾" in screen
    assert "-01  火灾" in screen.rpartition("Which of them")[2]


def test_two_officers_at_once_are_told_of_each_other(on_duty: Type) -> None:
    assert on_duty(*NEW).code == 0
    runs = [
        subprocess.Popen(
            [*PROGRAM, "--officer", officer, "report", "-", said],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        for officer, said in (("X18", "1死"), ("X19", "2死"))
    ]
    said = [(*run.communicate(timeout=60), run.returncode) for run in runs]
    assert [code for *_, code in said] == [0, 0], said
    both = entries(on_duty)[-2:]
    assert sorted(one["facts"]["deaths"] for one in both) == [1, 2], "nothing is lost"
    screens = ["".join(out.decode().split()) for out, *_ in said]
    later = "X19" if both[1]["facts"]["deaths"] == 2 else "X18"
    told = screens[1 if later == "X19" else 0]
    other = "X18" if later == "X19" else "X19"
    assert f"{other}entered#3atthesametime" in told
    assert "Bothstand." in told


def test_what_the_same_officer_entered_just_now_is_no_news(on_duty: Type) -> None:
    assert on_duty(*NEW).code == 0
    assert on_duty("report", "-", "1死").code == 0
    assert "at the same time" not in on_duty("report", "-", "2死").out


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "disk"
    folder.mkdir()
    made = ["mount", "-t", "tmpfs", "-o", "size=2m", "none", str(folder)]
    if os.geteuid() != 0 or subprocess.run(made, capture_output=True, check=False).returncode != 0:
        pytest.skip("a disk can only be mounted by root")
    yield folder
    subprocess.run(["umount", "--lazy", folder], check=True)


def test_on_a_full_disk_nothing_is_recorded_and_it_says_so(
    small_disk: Path, on_duty: Type, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EMERGENCY_DB", f"sqlite:///{small_disk / 'log.db'}")
    assert on_duty("offices", "import", "offices.yaml").code == 0
    assert on_duty(*NEW).code == 0
    before = entries(on_duty)
    ballast = small_disk / "ballast"
    filling = os.open(ballast, os.O_WRONLY | os.O_CREAT)
    with suppress(OSError):
        while True:
            os.write(filling, bytes(4096))
    os.close(filling)
    ran = _run("report", "-", "1死", "--nature", "长" * 20_000)
    assert ran.returncode == 3
    assert "the disk is full. Nothing was written." in ran.stderr.decode()
    assert ran.stdout == b""
    ballast.unlink()
    assert entries(on_duty) == before
    assert _run("report", "-", "1死").returncode == 0
    assert len(entries(on_duty)) == len(before) + 1


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full here")
def test_where_the_screen_cannot_be_written_the_entry_is_said_to_be_on_record(on_duty: Type) -> None:
    assert on_duty(*NEW).code == 0
    with Path("/dev/full").open("wb") as full:
        ran = subprocess.run(
            [*PROGRAM, "report", "-", "1死"], stdout=full, stderr=subprocess.PIPE, check=False
        )
    recorded = entries(on_duty)[-1]
    said = ran.stderr.decode()
    assert "The entry is on record: xiangshui-" in said
    assert recorded["id"] in said
    assert "could not be printed" in said
    assert "Exception ignored" not in said
    assert ran.returncode == 3


@pytest.mark.parametrize(
    "locale",
    [
        {"LC_ALL": "C", "LANG": "C"},
        {"LC_ALL": "POSIX"},
        {"LC_ALL": "", "LANG": "xx"},
        {"LC_ALL": "zh_CN.GB18030", "PYTHONIOENCODING": "gb18030"},
    ],
    ids=lambda locale: locale.get("LC_ALL") or locale["LANG"],
)
def test_a_wrong_locale_changes_nothing_that_is_recorded(on_duty: Type, locale: dict[str, str]) -> None:
    assert on_duty(*NEW).code == 0
    ran = _run("report", "-", "2死3伤", "--at", "昨晚11点40", "--nature", "火势已控制", env=locale)
    assert ran.returncode == 0, ran.stderr
    assert "火势已控制" in ran.stdout.decode("utf-8")
    entry = entries(on_duty)[-1]
    assert (entry["facts"]["deaths"], entry["facts"]["injured"]) == (2, 3)
    assert entry["at"]["earliest"][11:16] == "23:40"
    refused = _run("report", "-", "数十人死亡", env={**locale, "EMERGENCY_LANG": "zh"})
    assert refused.returncode == 2
    assert "“数十”不是数字" in refused.stderr.decode("utf-8")


@pytest.mark.parametrize("zone", ["America/New_York", "Pacific/Kiritimati"])
def test_the_zone_of_the_machine_is_never_asked(on_duty: Type, zone: str) -> None:
    assert on_duty(*NEW).code == 0
    assert _run("report", "-", "--at", "昨天12:00", env={"TZ": zone}).returncode == 0
    yesterday = (datetime.now(CHINA) - timedelta(days=1)).strftime("%Y-%m-%d")
    assert entries(on_duty)[-1]["at"]["earliest"] == f"{yesterday}T12:00:00+08:00"


def test_a_bug_in_checking_what_a_report_lacks_is_no_doubt_about_the_entry(
    on_duty: Type, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(*_: object) -> None:
        raise ZeroDivisionError("a bug")

    assert on_duty(*NEW).code == 0
    monkeypatch.setattr("emergency_cli.after.lacking", breaks)
    ran = on_duty("report", "-", "1死")
    assert ran.code == 0
    assert "#3 reported" in ran.out
    assert "It is on record; what it lacks cannot be checked now (ZeroDivisionError: a bug)" in " ".join(
        ran.out.split()
    )


def test_the_screen_after_an_entry_fits(on_duty: Type) -> None:
    """24 lines of 80 columns, in the usual case."""
    assert on_duty(*NEW).code == 0
    for words in (("report", "-", "--by", "phone", "2死3伤"), ("follow-up", "-", "3死"), (*NEW, "1死")):
        for lang in ("en", "zh"):
            lines = on_duty(*words, "--lang", lang).out.splitlines()
            assert len(lines) <= 24
