"""``show``, ``list``, ``replay``: incidents as they stand, and as they stood."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from emergency_cli.bilingual import WrongUseError, both, command, option
from emergency_cli.context import Settings, common_options, hint, now, pass_settings
from emergency_cli.markings import SECRECY, UNMARKED, URGENCY, marking, typed
from emergency_cli.norms import summary_of
from emergency_cli.output import (
    SCHEMA,
    Column,
    emit_csv_rows,
    emit_json,
    emit_json_rows,
    format_option,
    indented,
    table,
    warn_about,
)
from emergency_cli.output import (
    show as print_out,
)
from emergency_cli.words import (
    acts,
    between,
    broken,
    concerned,
    explained,
    figures,
    finding_line,
    marks,
    merged_words,
    obligation_columns,
    office,
    particulars,
    sort_words,
    stated_words,
    told,
    unread_notes,
)

if TYPE_CHECKING:
    from emergency.assessment.timeline import Step
    from emergency.domain.events import Entry
    from emergency.engine import View

SERIOUS = ("established", "presumed", "suspected")

_form = option(
    "--format",
    "form",
    type=click.Choice(["table", "json"]),
    default="table",
    help=both("输出格式：供阅读，或供程序使用。", "What to print."),
)


@command(zh="一起事件：概况、时间线、目前的报告义务与疑点。")
@click.argument("incident")
@_form
@common_options
@pass_settings
def show(settings: Settings, incident: str, form: str) -> None:
    """One incident: head, timeline, obligations and findings as they stand now."""
    settings.only_read()
    ref = settings.incident(incident)
    view = settings.engine.view(ref)
    _print_view(settings, view, now(), form, {})


@command(zh="回放：一起事件当时在库的、当时已发生的，或某单位当时所知的。")
@click.argument("incident")
@option("--as-of", metavar="TIME", help=both("至此时已入库的。", "As it was recorded by then."))
@option("--happened-by", metavar="TIME", help=both("至此时已发生的。", "As it had happened by then."))
@option(
    "--known-to",
    metavar="OFFICE",
    help=both("此单位所知的：它所做的和被告知的。", "As that office knew it: what it did and was told."),
)
@_form
@common_options
@pass_settings
def replay(
    settings: Settings,
    incident: str,
    as_of: str | None,
    happened_by: str | None,
    known_to: str | None,
    form: str,
) -> None:
    """One incident as it was recorded, as it had happened, or as an office knew it."""
    settings.only_read()
    ref = settings.incident(incident)
    recorded_by = settings.moment(as_of, "--as-of")
    by = settings.moment(happened_by, "--happened-by")
    who = office_id(settings, ref, known_to)
    view = settings.engine.view(ref, as_of=recorded_by, happened_by=by, known_to=who)
    if recorded_by is not None:
        _explain_import(settings, view)
    cut = {"as_of": recorded_by, "happened_by": by, "known_to": who}
    _print_view(
        settings, view, by or recorded_by or now(), form, {k: v for k, v in cut.items() if v is not None}
    )


def known_office(settings: Settings, name: str | None) -> None:
    """Refuse an office that nobody knows: a list of nothing would read as if there were nothing against it.

    Args:
        settings: Of this run.
        name: An office by its id, or by the id that an imported file gives it; None for no office.

    Raises:
        NotFoundError: there is none.
    """
    if name is None:
        return
    directory = settings.engine.directory()
    if name in directory or any(office.ref == name for office in directory):
        return
    from emergency.errors import NotFoundError  # noqa: PLC0415 - only for a mistake

    names = [*directory.offices, *{office.ref for office in directory if office.ref}]
    near = hint(name, names)
    raise NotFoundError(
        f"There is no office {name} in the directory.{near} `emergency offices list --all` shows them.",
        zh=f"报送网络中没有单位 {name}。{near.zh}emergency offices list --all 可查。",
    )


def office_id(settings: Settings, ref: str, name: str | None) -> str | None:
    """An office by its id, or by the id that the incident's own file gives it."""
    if name is None or name in settings.engine.directory():
        return name
    of_file = f"{ref}/{name}"
    return of_file if of_file in settings.engine.directory() else name


def _explain_import(settings: Settings, view: View) -> None:
    ref = view.timeline.ref
    if not view.timeline.opened.imported:
        return
    days = sorted(
        {step.recorded_at.astimezone(settings.zone()).date().isoformat() for step in view.timeline.steps}
    )
    click.echo(
        settings.say(
            f"{ref} 系导入，全部于 {days[0]} 入库；要看当时已发生什么，请用 --happened-by。",
            f"{ref} was imported: everything was recorded on {days[0]}. "
            "For what had happened by then, use --happened-by.",
        ),
        err=True,
    )


@command("list", zh="全部事件，各有几项未办、有何疑点。")
@option(
    "--secrecy",
    multiple=True,
    metavar="WORD",
    type=typed(SECRECY | UNMARKED),
    help=both(
        "只看此密级：internal 内部、confidential 秘密、secret 机密、top-secret 绝密；尚未定密"
        "的为 unknown 未定。可多次给出。",
        "Only of that secrecy: internal, confidential, secret, top-secret; unknown where "
        "nobody has marked it. May be given again.",
    ),
)
@option(
    "--up-to",
    metavar="WORD",
    type=typed(SECRECY),
    help=both(
        "只看此密级及以下的。未定密级的可能是任何密级，不列出。",
        "Only up to that secrecy. What nobody has marked may be anything, and is left out.",
    ),
)
@option(
    "--unmarked",
    is_flag=True,
    help=both("与 --up-to 同用：未定密级的也列出。", "With --up-to: what nobody has marked as well."),
)
@option(
    "--urgency",
    multiple=True,
    metavar="WORD",
    type=typed(URGENCY | UNMARKED),
    help=both(
        "只看此紧急程度：flash 特提、immediate 特急、urgent 加急、routine 平急；unknown 未定。可多次给出。",
        "Only of that urgency: flash, immediate, urgent, routine; unknown where nobody has "
        "marked it. May be given again.",
    ),
)
@format_option
@common_options
@pass_settings
def list_incidents(
    settings: Settings,
    form: str,
    *,
    secrecy: tuple[str, ...],
    up_to: str | None,
    unmarked: bool,
    urgency: tuple[str, ...],
) -> None:
    """All incidents, each with how much is open and what stands out."""
    may = _secrecy(settings, secrecy, up_to, unmarked=unmarked)
    settings.only_read()
    moment = now()
    current = settings.engine.rulebook.fingerprint
    say = settings.say
    rows: list[dict[str, Any]] = []
    with settings.engine.streamed(
        "incidents", at=moment, counted=True, serious=SERIOUS, secrecy=may, urgency=urgency or None
    ) as found:
        warn_about(found.about, current)
        if form == "json":
            emit_json_rows(found.about, moment, found.texts, current)
        elif form == "csv":
            emit_csv_rows(found.texts, INCIDENT_KEYS)
        else:
            rows = [json.loads(text) for text in found.texts]
    if form != "table":
        return
    if not rows and (may or urgency):
        click.echo(say("没有这样标注的突发事件。", "No incident is marked so."))
    elif not rows:
        click.echo(say("还没有突发事件。", 'No incidents yet. Open one with: emergency learn --new "TITLE"'))
    else:
        columns = [
            Column(
                say("编号与事件", "incident"),
                lambda row: f"{row['incident']}\n{say(row['title'], row['title_en'] or row['title'])}",
            ),
            *(
                (Column(say("密级／缓急", "marked"), lambda row: marking(settings, row, "\n"), fold=False),)
                if any(row["secrecy"] or row["urgency"] for row in rows)
                else ()
            ),
            Column(say("发生", "occurred"), lambda row: between(row["occurred"])[:10], fold=False),
            Column(say("待报", "open"), lambda row: str(row["open"] or ""), fold=False, right=True),
            Column(say("逾期", "overdue"), lambda row: str(row["overdue"] or ""), fold=False, right=True),
            Column(say("疑点", "findings"), lambda row: str(row["findings"] or ""), fold=False, right=True),
        ]
        print_out(table(columns, rows))


def _secrecy(
    settings: Settings, said: tuple[str, ...], up_to: str | None, *, unmarked: bool
) -> tuple[str, ...] | None:
    """What the list is limited to by secrecy; None = nothing is left out."""
    if up_to is None:
        if unmarked:
            raise WrongUseError(
                "--unmarked belongs to --up-to. Only what nobody has marked: --secrecy unknown.",
                zh="--unmarked 须与 --up-to 同用。只看未定密级的：--secrecy unknown。",
            )
        return said or None
    if said:
        raise WrongUseError("Say either --secrecy, or --up-to.", zh="--secrecy 与 --up-to 只能用一个。")
    from emergency.projections.listing import cleared  # noqa: PLC0415 - help needs no engine

    if not unmarked:
        click.echo(
            settings.say(
                "未定密级的事件未列出；加 --unmarked 一并列出。",
                "Incidents whose secrecy nobody has marked are left out; --unmarked lists them, too.",
            ),
            err=True,
        )
    return cleared(up_to, unmarked=unmarked)


INCIDENT_KEYS = (
    "incident",
    "title",
    "title_en",
    "category",
    "kind",
    "place",
    "division",
    "occurred_earliest",
    "occurred_latest",
    "level",
    "secrecy",
    "urgency",
    "imported",
    "closed",
    "entries",
    "offices",
    "open",
    "overdue",
    "findings",
)


def _print_view(settings: Settings, view: View, at: datetime, form: str, cut: dict[str, Any]) -> None:
    from emergency.projections.rows import holds  # noqa: PLC0415 - the engine is loaded by now

    owed = [row for row in view.obligation_rows if holds(row, at)]
    found = [row for row in view.finding_rows if holds(row, at)]
    if form == "json":
        emit_json(_json(settings, view, at, owed, found, cut))
        return
    _head(settings, view)
    for words in _cut_words(settings, cut):
        print_out(indented(words, 0))
    by = cut.get("happened_by")
    click.echo("")
    print_out(table(_timeline_columns(settings, view, by), view.timeline.steps))
    _drafts(settings, view)
    say = settings.say
    click.echo("\n" + (say("报告义务", "Obligations") if owed else say("没有报告义务。", "No obligations.")))
    if owed:
        print_out(table(obligation_columns(settings, view.directory), owed))
        print_out(*(indented(note, 2) for note in unread_notes(settings, owed)))
    click.echo("\n" + (say("疑点", "Findings") if found else say("没有疑点。", "No findings.")))
    for row in found:
        print_out(
            indented(finding_line(settings, view.directory, row), 2),
            indented(explained(settings, row, view.numbers), 4),
        )
    checked = [] if cut else summary_of(settings, [row for row in view.norm_rows if holds(row, at)])
    if checked:
        click.echo("\n" + say("四个统一规范", "The four norms"))
        print_out(*(indented(line, 2) for line in checked))


def _drafts(settings: Settings, view: View) -> None:
    """The unified drafts, a few words each; `emergency draft show` tells the rest."""
    from emergency.domain.drafting import DraftAct  # noqa: PLC0415 - the engine is loaded by now

    if not any(issubclass(kind, DraftAct) for kind in view.timeline.kinds):
        return
    from emergency_cli.draft_pages import draft_lines  # noqa: PLC0415 - only where there is a draft

    click.echo("")
    for line in draft_lines(settings, view):
        inset = len(line) - len(line.lstrip())
        print_out(indented(line.lstrip(), inset))


def _head(settings: Settings, view: View) -> None:
    say, opened, row = settings.say, view.timeline.opened, view.incident_row
    print_out(indented(f"{opened.ref}  {say(opened.title, opened.title_en or opened.title)}", 0))
    division = f" ({opened.place.division})" if opened.place.division else ""
    parts = [
        _when_occurred(settings, row),
        f"{opened.place.name}{division}",
        sort_words(settings, opened),
        *((say(f"{opened.level.value}级", f"level {opened.level.value}"),) if opened.level else ()),
        *((marking(settings, row, " / "),) if row["secrecy"] or row["urgency"] else ()),
        *((say("导入", "imported"),) if opened.imported else ()),
        *((say("已结案", "closed"),) if row["closed"] else ()),
        *((say("已更正", "amended"),) if view.timeline.opened_id in view.amended else ()),
    ]
    print_out(indented(" · ".join(parts), 0))
    if goes_on := merged_words(settings, view):
        print_out(indented(goes_on, 0))
    graded = _graded_words(settings, view)
    if graded:
        print_out(indented(graded, 0))


def _when_occurred(settings: Settings, row: dict[str, Any]) -> str:
    when = between(row["occurred"])
    return settings.say("发生时间不明" if when == "?" else f"发生 {when}", f"occurred {when}")


def _graded_words(settings: Settings, view: View) -> str:
    """The official gradings, and beside them what the figures that each office held reach."""
    from emergency.assessment.why import levels_why  # noqa: PLC0415 - the engine is loaded by now

    levels = levels_why(view.timeline, view.directory, settings.engine.rulebook)
    official = [(each.step.office.id, each.level) for each in levels[0].gradings] if levels else []
    reached = [(each.office.id, each.level) for each in levels if each.level is not None]
    names = (
        settings.say("正式定级", "officially graded"),
        settings.say("按所掌握的数字", "by the figures held"),
    )
    return " · ".join(
        name
        + settings.say("：", ": ")
        + settings.say("，", ", ").join(
            office(settings, view.directory, who) + settings.say(f" {level}级", f" {level}")
            for who, level in listed
        )
        for name, listed in zip(names, (official, reached), strict=True)
        if listed
    )


def _cut_words(settings: Settings, cut: dict[str, Any]) -> list[str]:
    say, zone = settings.say, settings.zone()

    def hour(name: str) -> str:
        moment: datetime = cut[name]
        return moment.astimezone(zone).strftime("%Y-%m-%d %H:%M")

    said = []
    if "as_of" in cut:
        said.append(say(f"截至 {hour('as_of')} 已入库的内容", f"As it was recorded by {hour('as_of')}"))
    if "happened_by" in cut:
        said.append(
            say(f"截至 {hour('happened_by')} 已发生的内容", f"As it had happened by {hour('happened_by')}")
        )
    if "known_to" in cut:
        said.append(say(f"{cut['known_to']} 所知的内容", f"As {cut['known_to']} knew it"))
    return said


def _timeline_columns(settings: Settings, view: View, by: datetime | None) -> list[Column]:
    say = settings.say

    def facts(step: Step) -> str:
        said = (particulars(settings, step), figures(settings, step.entry.facts))
        parts = [*said, marks(settings, step, view)]
        if by is not None and _straddles(step, by):
            parts.append(say("可能已发生", "may have happened"))
        return "\n".join(part for part in parts if part)

    return [
        Column("#", lambda step: step.label.removeprefix("#"), fold=False, right=True),
        Column(say("时间", "time"), lambda step: stated_words(settings, step, "\n"), fold=False),
        Column(say("行为", "act"), lambda step: acts(settings, step), fold=False),
        Column(say("单位", "office"), lambda step: broken(office(settings, view.directory, step.office))),
        Column(say("对象", "to"), lambda step: told(settings, step, view.directory)),
        Column(say("事实", "facts"), facts),
    ]


def _straddles(step: Step, by: datetime) -> bool:
    """Whether it may as well have happened after that instant."""
    return step.at.earliest is None or step.at.latest is None or step.at.latest > by


def _json(
    settings: Settings,
    view: View,
    at: datetime,
    owed: list[dict[str, Any]],
    found: list[dict[str, Any]],
    cut: dict[str, Any],
) -> dict[str, Any]:
    from emergency.projections.rows import interval_row, iso_instant  # noqa: PLC0415 - loaded by now

    by = cut.get("happened_by")
    return {
        "schema": SCHEMA,
        "at": iso_instant(at),
        "recorded_through": view.position,
        "rulebook": settings.engine.rulebook.fingerprint,
        "cut": {k: iso_instant(v) if isinstance(v, datetime) else v for k, v in cut.items()},
        "incident": view.incident_row,
        "entries": [
            {
                "number": view.numbers.get(step.id),
                "id": step.id,
                "ref": step.ref,
                "act": acts_key(step),
                "office": step.office,
                "office_ref": view.directory.ref(step.office),
                "to": list(step.to),
                "stated": step.entry.at.text,
                "at": interval_row(step.at),
                "recorded_at": iso_instant(step.recorded_at),
                "whom": list(concerned(step.entry)),
                **{key: getattr(step.entry, key, None) for key in ("level", "authority", "why")},
                **_of_draft(step.entry),
                "facts": step.entry.facts.model_dump(mode="json", exclude_defaults=True),
                "source": step.entry.source,
                # Whether there is one, never who: what is exported goes further than the key.
                "informant": "protected" if getattr(step.entry, "informant", None) is not None else None,
                "logged_by": step.entry.logged_by,
                "officer": step.entry.officer,
                "backfilled": step.backfilled and not step.imported,
                "in_doubt": step.entry.in_doubt,
                "clock_back": step.clock_back,
                "repeats": step.entry.repeats,
                "amended": [
                    {"changes": change.changes, "why": change.why} for change in view.amended.get(step.id, ())
                ],
                **({"may_have_happened": _straddles(step, by)} if by is not None else {}),
            }
            for step in view.timeline.steps
        ],
        "obligations": owed,
        "findings": found,
    }


OF_DRAFT = (
    "draft",
    "version",
    "sent_hash",
    "hash",
    "dissent",
    "skipping",
    "signer",
    "sealed",
    "media",
    "complete",
    "stage",
)
"""What a report or an act on a draft says beside its facts."""


def _of_draft(entry: Entry) -> dict[str, Any]:
    """What of it there is: most entries have none of it."""
    said = {key: getattr(entry, key, None) for key in (*OF_DRAFT, "approved")}
    return {key: value for key, value in said.items() if value is not None}


def acts_key(step: Step) -> str:
    """The act as programs name it: the event's own name."""
    return type(step.entry).__name__
