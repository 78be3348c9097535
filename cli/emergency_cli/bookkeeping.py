"""Pressure and excuses, and what is done about an incident as a whole: waived, voided, merged, linked, reopened."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from emergency_cli.after import print_outcome
from emergency_cli.asking import ask
from emergency_cli.bilingual import WrongUseError, both, command, option
from emergency_cli.context import Settings
from emergency_cli.entries import Said, decorated, ending_options, record_entry, saying_options
from emergency_cli.output import indented, show

if TYPE_CHECKING:
    from emergency.engine import Outcome

_incident = click.argument("incident")
_why = option("--why", metavar="TEXT", help=both("原因。", "The reason."))
_whom = option(
    "--whom",
    multiple=True,
    metavar="OFFICE",
    help=both("对方单位；可多次给出。", "Whom; may be given again."),
)
_words = option(
    "--words",
    "quoted",
    metavar="TEXT",
    help=both("说了或做了什么，照录原话。", "What was said or done, word for word."),
)


def _reason(settings: Settings, why: str | None) -> str:
    return why or ask("--why", settings.say("原因", "Why"))


# -- pressure and excuses --------------------------------------------------------------------------------------


@command(
    zh="""记录授意：某单位授意他人不报或谎报。

    例：emergency direct - --from county --whom town --words "先不要上报"
    """
)
@_incident
@_whom
@_words
@decorated(saying_options, ending_options)
def direct(settings: Settings, incident: str, whom: Sequence[str], quoted: str | None, **said: Any) -> None:  # noqa: ANN401 - click's own
    """Log that an office told others not to report, or to report falsely.

    Example: emergency direct - --from county --whom town --words "先不要上报"
    """
    record_entry(
        settings, Said(words=(incident,), **said), "Directed", {"whom": tuple(whom), "words": quoted}
    )


@command(zh="记录阻碍：某单位阻碍他人报告。")
@_incident
@_whom
@_words
@decorated(saying_options, ending_options)
def obstruct(settings: Settings, incident: str, whom: Sequence[str], quoted: str | None, **said: Any) -> None:  # noqa: ANN401 - click's own
    """Log that an office kept others from reporting."""
    record_entry(
        settings, Said(words=(incident,), **said), "Obstructed", {"whom": tuple(whom), "words": quoted}
    )


@command(
    zh="""记录准予不报：某单位表示他人无须报告。

    只有规则写明谁可准予，且事项尚未到期，才免除义务；否则按授意不报记录，义务照旧。

    例：emergency waive - --from city --whom county --authority 市委办通知 --why 已由市局直报
    """
)
@_incident
@_whom
@option(
    "--to",
    "recipients",
    multiple=True,
    metavar="OFFICE",
    help=both("对谁无须报告；默认为对任何单位。", "To whom; to anybody unless given."),
)
@option(
    "--authority",
    metavar="TEXT",
    help=both("依据：命令、条文或单位。", "On whose authority: the order, article or office."),
)
@_why
@decorated(saying_options, ending_options)
def waive(
    settings: Settings,
    incident: str,
    *,
    whom: Sequence[str],
    recipients: Sequence[str],
    authority: str | None,
    why: str | None,
    **said: Any,  # noqa: ANN401 - click's own
) -> None:
    """Log that an office said that others need not report.

    It excuses only where a rule names who may say so, and only what was not due yet. Any other is a direction not
    to report: the duty stands.

    Example: emergency waive - --from city --whom county --authority 市委办通知 --why 已由市局直报
    """
    from emergency.domain.bookkeeping import Waived  # noqa: PLC0415 - help needs no engine

    if not whom:
        raise WrongUseError("Say who need not report: --whom OFFICE.", zh="请写明谁无须报告：--whom OFFICE。")
    more = {
        "whom": tuple(whom),
        "to": tuple(recipients),
        "authority": authority or ask("--authority", settings.say("依据", "On whose authority")),
        "why": _reason(settings, why),
    }
    typed = Said(words=(incident,), **said)
    outcome = record_entry(settings, typed, Waived, more)
    if typed.form == "table" and not typed.quiet:
        _idle(settings, outcome)


def _idle(settings: Settings, outcome: Outcome) -> None:
    """Say whom the waiver excuses from nothing."""
    from emergency.assessment.relief import idle_waivers  # noqa: PLC0415 - the engine is loaded by now

    view = outcome.view
    if view is None:
        return
    for step, whom in idle_waivers(view.timeline, view.directory, settings.engine.rulebook):
        if step.id in outcome.event_ids:
            name = view.directory.name(whom)
            words = settings.say(
                f"没有规定授权该单位准予{name}不报：按授意不报记录，报告义务不变。",
                f"No rule lets this office excuse {name}: it stands as a direction not to report, and the duty stands.",
            )
            show(indented(words, 2))


# -- the incident as a whole -----------------------------------------------------------------------------------


@command(
    zh="""撤销事件：并无此事，未到期的未办事项免除。

    须以查否的核实为据。已到期的判定不变。

    例：emergency verify - --outcome refuted，再：emergency void - --on #5 --why 误报
    """
)
@_incident
@option(
    "--on",
    "verification",
    metavar="#ENTRY",
    help=both("查明并无此事的那条核实。", "The verification that found no such event."),
)
@_why
@decorated(saying_options, ending_options)
def void(
    settings: Settings,
    incident: str,
    *,
    verification: str | None,
    why: str | None,
    **said: Any,  # noqa: ANN401 - click's own
) -> None:
    """There was no such event: what is still open and not due is excused.

    It rests on a verification that refutes the event. Every verdict already due stays.

    Example: emergency verify - --outcome refuted, then: emergency void - --on #5 --why 误报
    """
    from emergency.domain.bookkeeping import Voided  # noqa: PLC0415 - help needs no engine

    if verification is None:
        raise WrongUseError(
            "Say on which verification: --on #ENTRY. Record it first, if it is not on record: "
            "emergency verify INCIDENT --outcome refuted",
            zh="请写明依哪条核实：--on #ENTRY。尚未录入的，先录入：emergency verify INCIDENT "
            "--outcome refuted",
        )
    ref = settings.incident(incident)
    more = {
        "refuted_by": settings.engine.entry(ref, verification).event_id,
        "why": _reason(settings, why),
    }
    record_entry(settings, Said(words=(incident,), **said), Voided, more, ref=ref)


@command(zh="记录重新启动：已结案的事件继续。结案时的疑点不变。")
@_incident
@_why
@decorated(saying_options, ending_options)
def reopen(settings: Settings, incident: str, why: str | None, **said: Any) -> None:  # noqa: ANN401 - click's own
    """Log that a closed incident goes on. What was found at its closing stays."""
    from emergency.domain.bookkeeping import Reopened  # noqa: PLC0415 - help needs no engine

    record_entry(settings, Said(words=(incident,), **said), Reopened, {"why": _reason(settings, why)})


@command(
    zh="""对事件或某条录入加备注；不作为判定依据。

    例：emergency note - #4 --say "对方称已口头报告市委办"
    """
)
@_incident
@click.argument("about", metavar="[#ENTRY]", required=False)
@option("--say", "remark", metavar="TEXT", help=both("备注内容。", "The remark."))
@decorated(saying_options, ending_options)
def note(settings: Settings, incident: str, about: str | None, remark: str | None, **said: Any) -> None:  # noqa: ANN401 - click's own
    """Add a remark on the record, or on one entry; nothing is judged by it.

    Example: emergency note - #4 --say "对方称已口头报告市委办"
    """
    from emergency.domain.bookkeeping import Annotated  # noqa: PLC0415 - help needs no engine

    ref = settings.incident(incident)
    more = {
        "of": settings.engine.entry(ref, about).event_id if about else None,
        "note": remark or ask("--say", settings.say("备注", "The remark")),
    }
    record_entry(settings, Said(words=(incident,), **said), Annotated, more, ref=ref)


# -- two incidents ---------------------------------------------------------------------------------------------


@command(
    zh="""并案：一起事件并入另一起继续。各时限不变，可撤销。

    另一起事件中同一单位有不晚于此的同样报告义务的，未办事项转到那里；否则仍留在本事件。

    例：emergency merge town-20261121-02 --into county-20261121-01 --why 同一起事故
    """
)
@_incident
@option("--into", metavar="INCIDENT", help=both("并入的事件。", "The incident as which it goes on."))
@_why
@ending_options
def merge(
    settings: Settings,
    incident: str,
    *,
    into: str | None,
    why: str | None,
    command_id: str | None,
    quiet: bool,
    form: str,
) -> None:
    """Let an incident go on as another. No clock moves, and it can be taken back.

    What is open goes on there where the other asks the same office for the same report no later; else it stands here.

    Example: emergency merge town-20261121-02 --into county-20261121-01 --why 同一起事故
    """
    if into is None:
        raise WrongUseError(
            "Say as which incident it goes on: --into INCIDENT.", zh="请写明并入哪起事件：--into INCIDENT。"
        )
    ref, other = settings.incident(incident), settings.incident(into)
    outcome = settings.engine.merging.merge(
        ref, into=other, why=_reason(settings, why), identity=settings.identity, command_id=command_id
    )
    print_outcome(settings, outcome, form=form, quiet=quiet)
    if form == "table" and not quiet:
        _fates(settings, outcome)


def _fates(settings: Settings, outcome: Outcome) -> None:
    """What becomes of everything that is open."""
    from emergency.domain.bookkeeping import Merged  # noqa: PLC0415 - the engine is loaded by now

    say, view = settings.say, outcome.view
    merged = None if view is None else view.timeline.merged
    if merged is None or not isinstance(merged.entry, Merged):
        return
    for fate in merged.entry.fates:
        if fate.fate == "continues":
            words = say(f"{fate.obligation} 由 {fate.by} 承接", f"{fate.obligation} continues as {fate.by}")
        else:
            words = say(f"{fate.obligation} 仍在本事件", f"{fate.obligation} stands here")
        show(indented(words, 2))


@command(zh="撤销并案：如同从未并案。")
@_incident
@_why
@ending_options
def unmerge(
    settings: Settings,
    incident: str,
    *,
    why: str | None,
    command_id: str | None,
    quiet: bool,
    form: str,
) -> None:
    """Take a merging back: everything is as though it had never been."""
    ref = settings.incident(incident)
    outcome = settings.engine.merging.unmerge(
        ref, why=_reason(settings, why), identity=settings.identity, command_id=command_id
    )
    print_outcome(settings, outcome, form=form, quiet=quiet)


@command(zh="关联：在两起事件上都注明彼此相关；不作为判定依据。")
@_incident
@click.argument("other")
@option(
    "--relation",
    metavar="WORD",
    default="related",
    show_default=True,
    help=both("何种关联，如 same-cause。", "How, like same-cause."),
)
@ending_options
def link(
    settings: Settings,
    incident: str,
    other: str,
    *,
    relation: str,
    command_id: str | None,
    quiet: bool,
    form: str,
) -> None:
    """Note on both that two incidents have to do with each other; nothing is judged by it."""
    ref, another = settings.incident(incident), settings.incident(other)
    outcome = settings.engine.merging.link(
        ref, other=another, relation=relation, identity=settings.identity, command_id=command_id
    )
    print_outcome(settings, outcome, form=form, quiet=quiet)
