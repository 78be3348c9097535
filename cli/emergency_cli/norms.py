"""``audit norms``: the checks of the four unified norms 四个统一规范, one by one and at a glance."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from itertools import groupby
from typing import TYPE_CHECKING, Any

import click

from emergency.projections import said
from emergency_cli.context import Settings
from emergency_cli.output import (
    Column,
    emit_csv,
    emit_json,
    envelope,
    indented,
    show,
    table,
    warn_about,
)
from emergency_cli.words import broken, explained, office

if TYPE_CHECKING:
    from emergency.domain.offices import Directory
    from emergency.projections.matrix import Matrix

NORM_KEYS = (
    "id",
    "incident",
    "office",
    "office_ref",
    "norm",
    "check",
    "occasion",
    "result",
    "status",
    "evidence",
    "grounds",
    "rests_on",
    "holds_from",
    "holds_until",
    "explanation_zh",
    "explanation_en",
)

MARKS = {"pass": "✓", "fail": "✗", "possible": "~", "unknown": "?", "not_applicable": "–"}
"""What stands beside a count in the matrix."""


def print_norms(settings: Settings, rows: Sequence[Mapping[str, Any]]) -> None:
    """Checks as a table for each incident."""
    if not rows:
        click.echo(settings.say("没有这样的检查。", "There is no such check."))
    directory = settings.engine.directory()
    for ref, mine in groupby(rows, key=lambda row: str(row["incident"])):
        show(table(_columns(settings, directory), list(mine), title=ref))


def _columns(settings: Settings, directory: Directory) -> list[Column]:
    say = settings.say

    def check(row: Mapping[str, Any]) -> str:
        norm, name = said.word(said.NORMS, row["norm"]), said.word(said.CHECKS, row["check"])
        return say(f"{norm.zh}·{name.zh}", f"{norm.en}: {name.en}")

    def result(row: Mapping[str, Any]) -> str:
        shown = settings.words(said.word(said.RESULTS, row["result"]))
        if row["result"] == "fail":
            shown += f"\n({settings.words(said.word(said.STATUSES, row['status']))})"
        return shown

    def why(row: Mapping[str, Any]) -> str:
        about = row["occasion"]
        told = explained(settings, row)
        if len(told) > _LONGEST:
            told = told[:_LONGEST] + "…"
        return (
            f"{about}{settings.say('：', ': ')}{told}"
            if len(about) < _SHORT and about != "incident"
            else told
        )

    return [
        Column(say("单位", "office"), lambda row: broken(office(settings, directory, row["office"]))),
        Column(say("检查", "check"), check),
        Column(say("结果", "result"), result, fold=False),
        Column(say("说明", "why"), why),
    ]


_LONGEST = 160
"""So much of an explanation stands in a table; `emergency why` and JSON give all of it."""

_SHORT = 12
"""An occasion that is shorter than this is one that people call an entry by."""


def summary_of(settings: Settings, rows: Iterable[Mapping[str, Any]]) -> list[str]:
    """One line for each norm that anything was checked of: how many checks came to what."""
    counts: dict[str, dict[str, int]] = {}
    for row in rows:
        counted = counts.setdefault(row["norm"], {})
        possible = row["result"] == "fail" and row["status"] == "possible"
        what = "possible" if possible else row["result"].replace("-", "_")
        counted[what] = counted.get(what, 0) + 1
    return [
        f"{settings.words(said.NORMS[norm])}{settings.say('：', ': ')}{_counts(settings, counts[norm])}"
        for norm in said.NORMS
        if norm in counts
    ]


def _counts(settings: Settings, counts: Mapping[str, int]) -> str:
    listed = [f"{_came_to(settings, what)} {counts[what]}" for what in MARKS if counts.get(what)]
    return settings.say("，", ", ").join(listed)


def _came_to(settings: Settings, what: str) -> str:
    if what == "possible":
        return settings.say("可能不合格", "possibly fail")
    return settings.words(said.RESULTS[what.replace("_", "-")])


def emit_matrix(
    settings: Settings, matrix: Matrix, at: datetime, form: str, asked: Mapping[str, Any]
) -> None:
    """The matrix for people or for programs; ``asked``: by what and for which days."""
    from emergency.projections.matrix import BASIS  # noqa: PLC0415 - the engine is loaded by now

    current = settings.engine.rulebook.fingerprint
    warn_about(matrix.about, current)
    if form == "json":
        around = envelope(matrix.about, at, matrix.rows, current)
        basis = {"zh": BASIS.zh, "en": BASIS.en}
        emit_json({**around, "matrix": {**asked, "basis": basis, "undated": matrix.undated}})
        return
    if form == "csv":
        head = ("month",) if asked["by"] == "month" else ("office", "office_ref", "name", "inherited_by")
        emit_csv(matrix.rows, head)
        return
    _print_matrix(settings, matrix, asked)


def _print_matrix(settings: Settings, matrix: Matrix, asked: Mapping[str, Any]) -> None:
    from emergency.projections.matrix import BASIS  # noqa: PLC0415 - the engine is loaded by now

    say = settings.say

    def cell(norm: str) -> Any:  # noqa: ANN401 - a function of a row
        def shown(row: Mapping[str, Any]) -> str:
            counts = row["norms"].get(norm)
            return (
                "" if counts is None else " ".join(f"{counts[w]}{m}" for w, m in MARKS.items() if counts[w])
            )

        return shown

    def first(row: Mapping[str, Any]) -> str:
        if asked["by"] == "month":
            return str(row["month"])
        name = broken(say(row["name"], row["office"]), 24)
        if row["inherited_by"] is None:
            return name
        return f"  {name}\n  {say('（承接前）', '(inherited)')}"

    if matrix.rows:
        head = say("月份", "month") if asked["by"] == "month" else say("单位", "office")
        columns = [Column(head, first)]
        columns += [Column(settings.words(words), cell(norm)) for norm, words in said.NORMS.items()]
        show(table(columns, matrix.rows))
        legend = say("  ", "  ").join(f"{mark} {_came_to(settings, what)}" for what, mark in MARKS.items())
        show(indented(legend, 0))
    else:
        click.echo(say("没有这样的检查。", "There is no such check."))
    days = [str(asked[key]) if asked[key] else "…" for key in ("from", "until")]
    if asked["from"] or asked["until"]:
        show(indented(say(f"期间：{days[0]}至{days[1]}", f"Days: {days[0]} to {days[1]}"), 0))
    show(indented(say(f"计入方式：{BASIS.zh}。", f"Basis: {BASIS.en}."), 0))
    if matrix.undated:
        show(
            indented(
                say(f"无日期的检查：{matrix.undated}项。", f"Checks without a day: {matrix.undated}."), 0
            )
        )
