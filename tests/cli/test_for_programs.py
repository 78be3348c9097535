"""What other programs rely on: JSON, exit codes, command ids, what is remembered."""

from __future__ import annotations

import csv
import io
import json
import sqlite3
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.cli.conftest import Type

from emergency.projections.tables import SHAPE
from emergency.store import clock
from emergency_cli.audit import FINDING_KEYS, OBLIGATION_KEYS
from emergency_cli.main import app
from emergency_cli.output import _flat

ENVELOPE = {"schema", "at", "recorded_through", "rulebook", "rows", "parked"}
OBLIGATION = {
    "id", "incident", "office", "office_ref", "recipient", "recipient_ref", "stage", "channel", "occasion",
    "trigger", "due", "state", "reason", "met_by", "met_at", "met_on", "reached_by", "late_by", "grounds",
    "rests_on", "holds_from",
}  # fmt: skip
FINDING = {
    "id", "incident", "office", "office_ref", "kind", "status", "could_be", "obligation", "evidence", "late_by",
    "grounds", "rests_on", "holds_from", "determination", "explanation",
}  # fmt: skip
NEW = [
    "learn",
    "--new",
    "火灾",
    "--kind",
    "chemical-plant",
    "--place",
    "镇",
    "--at",
    "2026-03-21T14:52",
    "死=1",
]


def _json(text: str) -> Any:  # noqa: ANN401 - whatever JSON holds
    return json.loads(text)


def _late(on_duty: Type) -> None:
    assert on_duty(*NEW).code == 0
    assert on_duty("report", "-", "--at", "2026-03-21T18:00", "死=1").code == 0


def test_the_json_of_audits_has_the_promised_keys(on_duty: Type) -> None:
    _late(on_duty)
    for what, keys in (("obligations", OBLIGATION), ("findings", FINDING)):
        for named in ([], ["xiangshui"]):
            ran = on_duty("audit", what, *named, "--format", "json")
            assert ran.code == 1
            envelope = _json(ran.out)
            assert envelope.keys() >= ENVELOPE
            assert envelope["schema"] == 1
            assert envelope["rulebook"].startswith("sha256:")
            assert envelope["rows"]
            assert all(row.keys() >= keys for row in envelope["rows"])
    explanation = envelope["rows"][0]["explanation"]
    assert explanation.keys() == {"zh", "en"}


def test_csv_has_the_same_columns_with_and_without_rows(on_duty: Type) -> None:
    _late(on_duty)
    for what, keys in (("obligations", OBLIGATION_KEYS), ("findings", FINDING_KEYS)):
        for filters in ([], ["--office", "yc-em"]):
            out = on_duty("audit", what, "--format", "csv", *filters).out
            assert next(csv.reader(io.StringIO(out))) == list(keys)
    for listing in (["list"], ["offices", "list"], ["rules", "list"]):
        rows = list(csv.DictReader(io.StringIO(on_duty(*listing, "--format", "csv").out)))
        assert rows
        assert None not in rows[0]


def test_an_audit_s_exit_code(on_duty: Type) -> None:
    assert on_duty("audit", "findings").code == 0
    assert on_duty("audit", "obligations").code == 0
    _late(on_duty)
    assert on_duty("audit", "findings").code == 1
    assert on_duty("audit", "obligations").code == 1
    assert on_duty("audit", "obligations", "--state", "met").code == 0
    assert on_duty("audit", "findings", "--wrong").code == 2
    assert on_duty("audit", "findings", "nothing").code == 3


@pytest.mark.parametrize(
    ("status", "code"), [("established", 1), ("presumed", 1), ("suspected", 1), ("possible", 0), ("none", 0)]
)
def test_how_sure_a_finding_must_be_to_count(
    on_duty: Type, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, status: str, code: int
) -> None:
    from emergency.answers import View  # noqa: PLC0415 - the command line loads it where it is used

    _late(on_duty)
    assert on_duty("list").code == 0
    with sqlite3.connect(tmp_path / "log.db") as connection:
        connection.execute(f"UPDATE view{SHAPE}a_findings SET status = ?", [status])  # noqa: S608 - our own names
    connection.close()
    assert on_duty("audit", "findings").code == code
    assert on_duty("audit", "obligations").code == code
    honest = View.finding_rows
    monkeypatch.setattr(
        View,
        "finding_rows",
        property(lambda view: [{**row, "status": status} for row in honest.__get__(view)]),
    )
    assert on_duty("audit", "findings", "-").code == code
    assert on_duty("audit", "obligations", "-").code == code


def test_a_command_id_never_records_twice(on_duty: Type) -> None:
    first = on_duty(*NEW, "--command-id", "k1", "--quiet")
    again = on_duty(*NEW, "--command-id", "k1", "--quiet")
    assert (first.code, again.code) == (0, 0)
    assert first.out == again.out
    other = on_duty("report", "-", "死=1", "--command-id", "k1")
    assert other.code == 3
    assert "already used" in other.err
    assert "carried out before" in on_duty(*NEW, "--command-id", "k1").out
    assert len(_json(on_duty("list", "--format", "json").out)["rows"]) == 1


def test_the_outcome_of_an_entry_for_programs(on_duty: Type) -> None:
    outcome = _json(on_duty(*NEW, "--format", "json").out)
    assert outcome["numbers"] == [1, 2]
    assert outcome["backfilled"] is True
    assert outcome["due"][0]["recipient"] == "yancheng"
    assert outcome["due"][0]["by"] == "2026-03-21T16:52:00+08:00"
    assert {"already", "repeats", "in_doubt", "met", "remarks"} <= outcome.keys()


def test_a_time_ahead_is_recorded_and_in_doubt(on_duty: Type) -> None:
    assert on_duty(*NEW).code == 0
    assert "in doubt" in on_duty("report", "-", "--at", "2099-01-01T00:00").out
    assert "in doubt" in on_duty("show", "-").out


def test_looking_does_not_move_the_dash(on_duty: Type) -> None:
    one = on_duty(*NEW, "-q").out.split()[0]
    two = on_duty(*NEW, "-q").out.split()[0]
    assert one != two
    on_duty("show", one)
    assert on_duty("report", "-", "-q").out.split()[0] == two


def test_what_is_said_overrides_what_is_remembered(on_duty: Type, monkeypatch: pytest.MonkeyPatch) -> None:
    def who() -> tuple[str, str | None]:
        entry = _json(on_duty("show", "-", "--format", "json").out)["entries"][-1]
        return entry["office"], entry["officer"]

    assert on_duty(*NEW).code == 0
    assert who() == ("xiangshui", "X17")
    monkeypatch.setenv("EMERGENCY_OFFICE", "yancheng")
    assert on_duty("report", "-").code == 0
    assert who() == ("yancheng", None)  # X17 is an officer of the other office
    assert on_duty("report", "-", "--office", "yc-em", "--officer", "Y1").code == 0
    assert who() == ("yc-em", "Y1")


def test_a_broken_memory_is_named(on_duty: Type, tmp_path: Path) -> None:
    (tmp_path / "identity.json").write_text("{", encoding="utf-8")
    ran = on_duty("report", "-")
    assert ran.code == 3
    assert "identity.json" in ran.err


def test_rows_under_another_rulebook_are_marked(on_duty: Type, tmp_path: Path) -> None:
    _late(on_duty)
    assert on_duty("list").err == ""
    rule = tmp_path / "rules" / "cn" / "national" / "r" / "one.yaml"
    rule.parent.mkdir(parents=True)
    rule.write_text(
        "title: {zh: 一, en: one}\nrow: '1'\nrank: law\nwho: {tiers: [village], lines: [party]}\n"
        "to: {tier: next, line: same}\nvalues:\n  2000-01-01:\n    limit: {within: PT1H}\n    clock: learned\n"
        "    citation: {law: 法, article: null, promulgated: null, source: test}\n    confirmed: false\n"
        "    recorded_on: 2026-01-01\n",
        encoding="utf-8",
    )
    rules = ["--rules", str(tmp_path / "rules")]
    ran = on_duty(*rules, "audit", "findings", "--format", "json")
    assert "another rulebook" in ran.err
    shown = _json(ran.out)["rulebook"]
    assert on_duty(*rules, "projections", "rebuild").code == 0
    ran = on_duty(*rules, "audit", "findings", "--format", "json")
    assert ran.err == ""
    assert (ran.code, _json(ran.out)["rows"]) == (0, [])
    assert _json(ran.out)["rulebook"] != shown


def test_csv_holds_all_that_json_holds(on_duty: Type) -> None:
    """The columns are fixed before the first row is read: none of a row's values may be missing among them."""
    _late(on_duty)
    for command in (("list",), ("audit", "obligations"), ("audit", "findings")):
        rows = _json(on_duty(*command, "--format", "json").out)["rows"]
        assert rows
        listed = list(csv.DictReader(io.StringIO(on_duty(*command, "--format", "csv").out)))
        for row, cells in zip(rows, listed, strict=True):
            held = {key for key, value in _flat(row).items() if value is not None}
            assert held <= cells.keys()


def test_a_failure_of_the_program_itself_is_no_traceback(
    on_duty: Type, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("boom")

    monkeypatch.setattr("emergency.engine.Engine.streamed", broken)
    ran = on_duty("list")
    assert ran.code == 3
    assert "the program itself failed (RuntimeError: boom)" in ran.err


def test_the_program_has_a_name_and_a_version(type_in: Type) -> None:
    assert app.name
    assert type_in("--version").code == 0


def test_an_entry_recorded_after_the_clock_was_set_back_says_so(
    on_duty: Type, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert on_duty(*NEW).code == 0

    def shown() -> str:
        """The last column of the timeline, put together again."""
        return " ".join(line[50:].strip() for line in on_duty("show", "-").out.splitlines())

    assert "set back" not in shown()
    earlier = clock.now() - timedelta(hours=3)
    with monkeypatch.context() as patch:
        patch.setattr(clock, "now", lambda: earlier)
        assert on_duty("report", "-", "--at", "2026-03-21T15:20", "死=1").code == 0
    assert "recorded after the clock was set back" in shown()
    entries = json.loads(on_duty("show", "-", "--format", "json").out)["entries"]
    assert [entry["clock_back"] for entry in entries] == [False, True]
