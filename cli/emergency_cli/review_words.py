"""How reviews are typed and shown: verdicts in a few letters, the two views side by side."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from emergency.projections import review_said as pages
from emergency.projections import said
from emergency_cli.bilingual import WrongUseError, say
from emergency_cli.context import hint
from emergency_cli.output import SCHEMA, Column, emit_json, indented, show
from emergency_cli.words import FINDING_KINDS, between, broken, late_by, office

if TYPE_CHECKING:
    from emergency.commands.reviews import ReviewOutcome
    from emergency.domain.offices import Directory
    from emergency.domain.review import CopiedFinding, Verdict
    from emergency.projections.review_rows import ReviewView
    from emergency_cli.context import Settings
    from emergency_cli.paragraph import Paragraph

REVIEW_KEYS = (
    "review",
    "incident",
    "office",
    "office_ref",
    "offices",
    "imported",
    "state",
    "proceeding",
    "opened_by",
    "opened_at_earliest",
    "opened_at_latest",
    "findings",
    "statement",
    "verdicts",
    "appeals",
    "undecided",
    "outcomes",
    "consequences",
)

CONFIRMED, REJECTED, NEW, ALL = "confirmed", "rejected", "new", "all"


def verdicts_of(view: ReviewView, words: Sequence[str], posts: Sequence[str] = ()) -> list[Verdict]:
    """Verdicts as they are typed: ``late=confirmed``, ``F2=rejected``, ``concealed=late``, ``new=missed``; by post.

    Raises:
        WrongUseError: one of them cannot be understood, or could be meant in two ways.
    """
    from emergency.domain.review import Verdict  # noqa: PLC0415 - help needs no engine

    review = view.review
    copied = review.opened.event.findings
    concerned = review.concerned
    if concerned is None:
        raise WrongUseError(
            f"{review.id} was imported: what was determined elsewhere is not changed here.",
            zh=f"{review.id} 系导入：在别处作出的认定，不在此更改。",
        )
    found: list[Verdict] = []
    for word in words:
        name, equals, verdict = word.replace("＝", "=", 1).partition("=")
        if not (name and equals and verdict):
            raise WrongUseError(
                f"{word}: write FINDING=VERDICT, like late=confirmed or concealed=rejected.",
                zh=f"{word}：请写成 FINDING=VERDICT，如 late=confirmed 或 concealed=rejected。",
            )
        if name == NEW:
            found.append(Verdict(office=concerned, kind=_kind(word, verdict)))
            continue
        for finding in _meant(name, copied):
            kind = {CONFIRMED: finding.kind.value, REJECTED: "none"}.get(verdict) or _kind(word, verdict)
            found.append(Verdict(office=concerned, kind=kind, finding=finding.id))
    for word in posts:
        post, equals, verdict = word.replace("＝", "=", 1).rpartition("=")
        if not (post and equals and verdict):
            raise WrongUseError(
                f"--post {word}: write POST=VERDICT, like 值班员=late or 值班员=rejected.",
                zh=f"--post {word}：请写成 POST=VERDICT，如 值班员=late 或 值班员=rejected。",
            )
        kind = "none" if verdict == REJECTED else _kind(f"--post {word}", verdict)
        found.append(Verdict(office=concerned, kind=kind, post=post))
    return found


def _kind(word: str, verdict: str) -> Any:  # noqa: ANN401 - one of the kinds
    if verdict not in FINDING_KINDS:
        known = (CONFIRMED, REJECTED, *FINDING_KINDS)
        raise WrongUseError(
            f"{word}: {verdict} is none of {', '.join(known)}.{hint(verdict, known)}",
            zh=f"{word}：{verdict} 不在可选之列：{'、'.join(known)}。{hint(verdict, known).zh}",
        )
    return verdict


def _meant(name: str, copied: Sequence[CopiedFinding]) -> list[CopiedFinding]:
    """The findings under review that a word names."""
    numbered = {f"F{n}": f for n, f in enumerate(copied, 1)}
    if name == ALL:
        return list(copied)
    if name.upper() in numbered:
        return [numbered[name.upper()]]
    found = [f for f in copied if name in (f.kind.value, f.id)]
    if len(found) == 1:
        return found
    listed = say("、", ", ").join(f"{number} {f.kind.value}" for number, f in numbered.items())
    if found:
        raise WrongUseError(
            f"{name} fits several findings. Name one by its number: {listed}.",
            zh=f"{name} 与几项疑点相符。请写编号：{listed}。",
        )
    raise WrongUseError(
        f"{name} is no finding under review. They are: {listed or 'none'}; or `new`, `all`.",
        zh=f"{name} 不是本案的疑点。本案有：{listed or '无'}；或写 new、all。",
    )


def review_columns(settings: Settings, directory: Directory) -> list[Column]:
    """Reviews in 80 columns."""
    say = settings.say

    def whose(row: Mapping[str, Any]) -> str:
        return "\n".join(broken(office(settings, directory, one)) for one in row["offices"])

    def verdicts(row: Mapping[str, Any]) -> str:
        found = (_found(settings, verdict) for verdict in row["verdicts"])
        return say("、", ", ").join(dict.fromkeys(found))

    return [
        Column(say("案件", "review"), lambda row: row["review"]),
        Column(say("单位", "office"), whose),
        Column(
            say("状态", "state"), lambda row: settings.words(said.word(pages.REVIEW_STATES, row["state"]))
        ),
        Column(say("立案", "opened"), lambda row: between(row["opened_at"])[:10], fold=False),
        Column(say("认定", "determined"), verdicts),
    ]


def review_page(settings: Settings, view: ReviewView, at: datetime) -> Iterator[Paragraph]:
    """One review on a screen: the engine's view and the people's side by side, then what was done."""
    row, directory, say = view.row(at), view.directory, settings.say
    whose = say("、", ", ").join(directory.name(one) for one in row["offices"])
    state = settings.words(said.word(pages.REVIEW_STATES, row["state"]))
    yield indented(f"{row['review']}  {view.timeline.opened.title}", 0)
    yield indented(f"{whose}{settings.say('：', ': ')}{state}", 0)
    if row["why"]:
        yield indented(f"{say('事由：', 'why: ')}{row['why']}", 0)
    if row["findings_then"]:
        yield indented(say("疑点（系统｜认定）：", "Findings (the engine | people):"), 0)
    for number, finding in enumerate(row["findings_then"], 1):
        yield indented(f"F{number} {_finding(settings, finding)}", 2)
    if row["imported"]:
        yield indented(
            say("由文件导入；其余情况来源未载明", "imported; what the source does not say is unknown"), 0
        )
    if row["acts"]:
        yield indented(say("经过：", "What was done:"), 0)
    numbers = {f["id"]: f"F{n} " for n, f in enumerate(row["findings_then"], 1)}
    for act in row["acts"]:
        yield indented(_act(settings, directory, act, numbers), 2)
    if row["obligations"]:
        yield indented(say("期限：", "Deadlines:"), 0)
    for owed in row["obligations"]:
        yield indented(_owed(settings, directory, owed), 2)


def _finding(settings: Settings, row: Mapping[str, Any]) -> str:
    kind = settings.words(said.word(said.KINDS, row["kind"]))
    status = settings.words(said.word(said.STATUSES, row["status"]))
    late = f"{settings.say('，', ', ')}{late_by(settings, row['late_by'])}" if row["late_by"] else ""
    ruled = settings.say("；", "; ").join(_found(settings, verdict) for verdict in row["determined"])
    return f"{kind} ({status}{late}) | {ruled or settings.say('未认定', 'not determined')}"


def _act(settings: Settings, directory: Directory, row: Mapping[str, Any], numbers: Mapping[str, str]) -> str:
    what = settings.words(said.word(pages.REVIEW_ACTS, row["act"]))
    who = office(settings, directory, row["office"])
    who = settings.say(f" {who}", f", {who}")
    return f"#{row['number']} {between(row['at'])} {what}{_post(row)}{who}{_said(settings, directory, row, numbers)}"


def _said(
    settings: Settings, directory: Directory, row: Mapping[str, Any], numbers: Mapping[str, str]
) -> str:
    parts: list[str] = []
    if row.get("waived"):
        parts.append(settings.say("放弃", "waived"))
    for table, key in ((pages.CONSEQUENCES, "consequence"), (pages.OUTCOMES, "outcome")):
        if row.get(key):
            parts.append(settings.words(said.word(table, row[key])))
    listed = row.get("verdicts") or ()
    several = len({verdict["office"] for verdict in listed}) > 1
    for verdict in listed:
        whose = f"{office(settings, directory, verdict['office'])} " if several else ""
        parts.append(whose + numbers.get(verdict["finding"], "") + _found(settings, verdict))
    parts += [str(row[key]) for key in ("words", "grounds", "why") if row.get(key)]
    if row.get("limit") is not None:
        parts.append(settings.say(**row["limit"]["explanation"]))
    if row.get("competence") is not None:
        found = row["competence"]
        parts.append(settings.words(said.word(pages.COMPETENCE, found["result"])))
    return settings.say("：", ": ") + settings.say("；", "; ").join(parts) if parts else ""


def _found(settings: Settings, verdict: Mapping[str, Any]) -> str:
    kind = "rejected" if verdict["kind"] == "none" else verdict["kind"]
    return settings.words(said.word(said.KINDS, kind)) + _post(verdict)


def _post(row: Mapping[str, Any]) -> str:
    return f" [{row['post']}]" if row.get("post") else ""


def _owed(settings: Settings, directory: Directory, row: Mapping[str, Any]) -> str:
    from emergency.assessment.words import REVIEW_STEPS  # noqa: PLC0415 - the engine is loaded by now

    step = settings.words(REVIEW_STEPS[row["stage"]])
    state = settings.words(said.word(_STATES, row["state"]))
    timed = row["due"]["earliest"] or row["due"]["latest"]
    due = f" {settings.say('期限', 'due')} {between(row['due'])}" if timed else ""
    whose, by = office(settings, directory, row["office"]), row["grounds"][0]["citation"]
    return settings.say(f"{step}：{whose}{due}：{state}（{by}）", f"{step}: {whose}{due}: {state} ({by})")


_STATES = {**said.STATES, **pages.DEADLINE_STATES}


def print_done(settings: Settings, done: ReviewOutcome, *, quiet: bool, form: str) -> None:
    """Print what a command in a review came to."""
    settings.recorded_so_far = settings.say(
        f"已入库：{done.review} {done.event_ids[-1]}。",
        f"It is on record: {done.review} {done.event_ids[-1]}.",
    )
    if quiet:
        click.echo(f"{done.review} {done.event_ids[-1]}")
        return
    warnings: Sequence[Any] = done.warnings
    if form == "json":
        emit_json(
            {
                "schema": SCHEMA,
                "review": done.review,
                "event_ids": list(done.event_ids),
                "recorded_through": done.position,
                "already": done.already,
                "warnings": [{"zh": words.zh, "en": words.en} for words in warnings],
            }
        )
        return
    already = settings.say("（先前已执行，本次未再入库）", " (carried out before; nothing was recorded now)")
    number = _number(settings, done)
    click.echo(
        f"{done.review}  {number} {settings.say('已入库', 'on record')}{already if done.already else ''}"
    )
    show(*(indented(f"{settings.say('注意：', 'Note: ')}{settings.words(words)}", 2) for words in warnings))


def _number(settings: Settings, done: ReviewOutcome) -> str:
    review = settings.engine.reviews.show(done.review).review
    known = {r.event_id: r.version for r in (review.opened, *review.acts)}
    return f"#{known.get(done.event_ids[-1], '?')}"
