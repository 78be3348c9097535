"""``audit … --rules``: what other rules would have made of the record, before anybody adopts them."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import TYPE_CHECKING, Any, TypeVar

import click

from emergency.projections import said
from emergency_cli.bilingual import both, option
from emergency_cli.context import Settings
from emergency_cli.lazy import leave
from emergency_cli.output import SCHEMA, Column, emit_csv, emit_json, indented, show, table
from emergency_cli.words import broken, late_by, office

if TYPE_CHECKING:
    from emergency.answers import WhatIf
    from emergency.domain.offices import Directory

F = TypeVar("F", bound=Callable[..., Any])

MOVED = 1
"""The exit code where a verdict moves."""

MOST = 12
"""So many offices are counted in the table; JSON holds all."""

KEYS = (
    "incident",
    "office",
    "office_ref",
    "recipient",
    "recipient_ref",
    "what",
    "id",
    "rule_before",
    "rule_after",
    "before",
    "after",
    "late_by_before_at_least",
    "late_by_before_at_most",
    "late_by_after_at_least",
    "late_by_after_at_most",
)


@dataclass(frozen=True, slots=True)
class Trial:
    """What is to be tried, and for whom it is shown.

    Args:
        rules: A file, a folder or a pack.
        known_on: The rules as they were known on a day.
        office: Only this office.
        kept: Of the other filters, what a row must hold: a key, or both sides of a verdict.
    """

    rules: str | None
    known_on: date | None
    office: str | None
    kept: Mapping[str, str | None]

    @property
    def wanted(self) -> bool:
        """Whether anything is to be tried at all."""
        return self.rules is not None or self.known_on is not None

    def rows(self, rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
        """The rows that were asked for; a state or status is that of either side."""

        def keeps(row: dict[str, Any], key: str, value: str | None) -> bool:
            held = (row["before"], row["after"]) if key in ("state", "status", "result") else (row[key],)
            return value is None or value in held

        return [
            row
            for row in rows
            if self.office in (None, row["office"], row["office_ref"])
            and all(keeps(row, key, value) for key, value in self.kept.items())
        ]


def rules_options(command: F) -> F:
    """The options of a trial."""
    for decorate in (
        option(
            "--rules-known-on",
            "known_on",
            metavar="DAY",
            type=click.DateTime(["%Y-%m-%d"]),
            help=both(
                "改为比较：按此日前已录入的规则，哪些判定变动。",
                "Instead: what moves under the rules as they were recorded by this day.",
            ),
        ),
        option(
            "--rules",
            "other_rules",
            metavar="FILE|FOLDER|PACK",
            help=both(
                "改为比较：叠加另外的规则，哪些判定变动。",
                "Instead: what moves under other rules, laid over those that stand.",
            ),
        ),
    ):
        command = decorate(command)
    return command


def try_rules(
    settings: Settings, what: str, refs: list[str], moment: datetime, trial: Trial, form: str
) -> None:
    """List every obligation, finding or check of a norm whose verdict moves; exit code 1 where one does."""
    with _progress() as progress:
        found = settings.engine.what_if(
            refs,
            rules=trial.rules,
            known_on=trial.known_on,
            at=moment,
            norms=what == "norms",
            progress=progress,
        )
    rows = trial.rows(getattr(found, what))
    for parked in found.parked:
        click.echo(
            settings.say(
                f"注意：{parked['incident']} 无法判定，未列出（位置 {parked['position']}）：{parked['reason']}",
                f"Warning: {parked['incident']} cannot be judged and is left out "
                f"(position {parked['position']}): {parked['reason']}",
            ),
            err=True,
        )
    if form == "json":
        emit_json(_envelope(found, rows))
    elif form == "csv":
        emit_csv(rows, KEYS)
    else:
        _print(settings, found, rows)
    leave(MOVED if rows else 0)


@contextmanager
def _progress() -> Iterator[Callable[[int, int], None] | None]:
    """A bar on a terminal, from the second incident on."""
    if not sys.stderr.isatty():
        yield None
        return
    with click.progressbar(length=1, file=sys.stderr) as bar:

        def tell(done: int, of: int) -> None:
            bar.length = of
            bar.update(done - bar.pos)

        yield tell


def _envelope(found: WhatIf, rows: list[dict[str, Any]]) -> dict[str, Any]:
    from emergency.projections.moves import summary  # noqa: PLC0415 - the engine is loaded by now
    from emergency.projections.rows import iso_instant  # noqa: PLC0415

    return {
        "schema": SCHEMA,
        "at": iso_instant(found.at),
        "recorded_through": found.position,
        "rulebook": found.before,
        "rulebook_tried": found.after,
        "rules": {
            "replaced": list(found.replaced),
            "added": list(found.added),
            "removed": list(found.removed),
        },
        "rows": rows,
        "summary": summary(rows, found.judged),
        "parked": list(found.parked),
    }


def _print(settings: Settings, found: WhatIf, rows: list[dict[str, Any]]) -> None:
    from emergency.projections.moves import summary  # noqa: PLC0415 - the engine is loaded by now

    say = settings.say
    for name, ids in (
        (say("替换的规定", "replaced"), found.replaced),
        (say("增加的规定", "added"), found.added),
        (say("去掉的规定", "removed"), found.removed),
    ):
        if ids:
            listed = ", ".join(ids[:MOST]) + (f" … ({len(ids)})" if len(ids) > MOST else "")
            show(indented(f"{name}{say('：', ': ')}{listed}", 0))
    if not (found.replaced or found.added or found.removed):
        click.echo(say("试用的规定与现行规定相同。", "The rules that were tried are those that stand."))
    directory = settings.engine.directory()
    for ref, mine in groupby(rows, key=lambda row: str(row["incident"])):
        click.echo("")
        show(table(_columns(settings, directory), list(mine), title=ref))
    counts = summary(rows, found.judged)
    click.echo("")
    click.echo(
        say(
            f"共判定{counts['incidents']}起事件，其中{counts['moved']}起有变动，涉及{counts['verdicts']}项。",
            f"{counts['verdicts']} verdict{'' if counts['verdicts'] == 1 else 's'} moved, on {counts['moved']} "
            f"of {counts['incidents']} incident{'' if counts['incidents'] == 1 else 's'}.",
        )
    )
    for change in counts["changes"]:
        moved = f"{_verdict(settings, change['before'])} → {_verdict(settings, change['after'])}"
        show(indented(f"{moved}{say('：', ': ')}{change['verdicts']}"))
    for one in counts["offices"][:MOST]:
        show(indented(f"{_who(directory, one['office'])}{say('：', ': ')}{one['verdicts']}"))
    if len(counts["offices"]) > MOST:
        more = len(counts["offices"]) - MOST
        show(
            indented(say(f"另有{more}个单位，见 --format json", f"and {more} more offices, in --format json"))
        )


def _who(directory: Directory, name: str) -> str:
    """An office by name and by its whole id: the counts go over many incidents."""
    known = directory.name(name)
    return name if known == name else f"{known} ({name})"


def _columns(settings: Settings, directory: Directory) -> list[Column]:
    say = settings.say

    def whose(row: dict[str, Any]) -> str:
        names = [row["office"], *([row["recipient"]] if row["recipient"] else [])]
        return "\n→ ".join(broken(office(settings, directory, name)) for name in names)

    def what(row: dict[str, Any]) -> str:
        if row["what"] == "finding":
            return settings.say(said.word(said.KINDS, row["kind"]).zh, row["kind"])
        if row["what"] == "check":
            return settings.words(said.word(said.CHECKS, row["check"]))
        stage = settings.words(said.word(said.STAGES, row["stage"]))
        return stage if row["occasion"] in ("first", row["stage"]) else f"{stage} {row['occasion']}"

    def side(which: str) -> Callable[[dict[str, Any]], str]:
        def cell(row: dict[str, Any]) -> str:
            if row["what"] == "check":
                status = row[f"status_{which}"]
                sure = f" ({_verdict(settings, status)})" if row[which] == "fail" else ""
                return _verdict(settings, row[which]) + sure
            late = late_by(settings, row[f"late_by_{which}"])
            return _verdict(settings, row[which]) + (f"\n{late}" if late else "")

        return cell

    def rule(row: dict[str, Any]) -> str:
        if row["what"] == "check":
            return str(row["occasion"])
        names = [row["rule_before"], row["rule_after"]]
        return "\n→ ".join(dict.fromkeys(broken(name.rpartition("/")[2], 24) for name in names if name))

    return [
        Column(say("单位", "office"), whose),
        Column(say("事项", "what"), what),
        Column(say("现判", "before"), side("before")),
        Column(say("试判", "after"), side("after")),
        Column(say("规定", "rule"), rule),
    ]


def _verdict(settings: Settings, word: str | None) -> str:
    """A state or a status; a dash where there was none."""
    if word is None:
        return "—"
    listed = next((words for words in (said.STATES, said.RESULTS) if word in words), said.STATUSES)
    return settings.say(said.word(listed, word).zh, word)
