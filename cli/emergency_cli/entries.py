"""Logging an act: ``emergency report xiangshui-20261121-01 --to yancheng --by phone 死=6 重伤=30``."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar

import click

from emergency.domain.fixed import changed, fixed
from emergency_cli.after import print_outcome
from emergency_cli.asking import ask, on_terminal
from emergency_cli.bilingual import WrongUseError
from emergency_cli.context import (
    Settings,
    common_options,
    hint,
    identity_options,
    now,
    pass_settings,
    shared_option,
)
from emergency_cli.elements import elements_of
from emergency_cli.figures import facts_of, is_figure, level_of, others_of, taken_out
from emergency_cli.informant import Informant, informant_options, tell
from emergency_cli.lazy import REFUSED, leave
from emergency_cli.markings import SECRECY, URGENCY, typed

if TYPE_CHECKING:
    from pathlib import Path

    from emergency.commands.people import Named
    from emergency.domain import events
    from emergency.domain.offices import Directory
    from emergency.domain.values import Facts, StatedTime
    from emergency.engine import Identity, Outcome, View

F = TypeVar("F", bound=Callable[..., Any])
CATEGORIES = ("natural-disaster", "accident", "public-health", "social-security")
CHANNELS = ("phone", "written", "network", "in-person")
PUBLIC = "public"
MINE = ""
"""What ``--draft`` means without an office: the one draft that can be meant."""


# -- options ---------------------------------------------------------------------------------------------------


def decorated(*decorators: Callable[[Any], Any]) -> Callable[[F], F]:
    """Several decorators as one, the first the outermost."""

    def decorate(command: F) -> F:
        for each in reversed(decorators):
            command = each(command)
        return command

    return decorate


_words = click.argument("words", nargs=-1, metavar="[INCIDENT] [FIGURE=NUMBER]...")

opening_options = decorated(
    shared_option("--new", metavar="TITLE", help="Put a new incident on record with this entry."),
    shared_option(
        "--category", type=click.Choice(CATEGORIES), default="accident", show_default=True, help="With --new."
    ),
    shared_option("--kind", metavar="WORD", help="With --new: what it is, like fire, coal-mine, flood."),
    shared_option("--place", metavar="TEXT", help="With --new: where it happened."),
    shared_option("--division", metavar="CODE", help="With --new: the division code, six digits."),
    shared_option("--occurred", metavar="TIME", help="With --new: when it happened."),
    shared_option(
        "--secrecy", metavar="WORD", type=typed(SECRECY), help="With --new: internal 内部 to top-secret 绝密."
    ),
    shared_option(
        "--urgency", metavar="WORD", type=typed(URGENCY), help="With --new: routine 平急 to flash 特提."
    ),
)

saying_options = decorated(
    shared_option("--at", metavar="TIME", help="When: 13:05, 昨天 23:40, 约 13:05, 不明; now unless given."),
    shared_option("--nature", metavar="TEXT", help="What it is, in words."),
    shared_option(
        "--figure",
        "others",
        multiple=True,
        metavar="NAME=NUMBER",
        help="Any other figure, like sick=12; may be given again.",
    ),
    shared_option(
        "--circumstance",
        "circumstances",
        multiple=True,
        metavar="SLUG",
        help="A circumstance, by its slug; may be given again.",
    ),
    shared_option("--source", metavar="TEXT", help="Where this is known from."),
    shared_option(
        "--from", "acting", metavar="OFFICE", help="The act is another office's, which I only log."
    ),
)

telling_options = decorated(
    shared_option("--to", multiple=True, metavar="OFFICE", help="To whom; may be given again."),
    shared_option("--by", "channel", type=click.Choice(CHANNELS), help="How it was told."),
    shared_option("--received", metavar="TIME", help="When it was received, where that is known."),
)

carrying_options = decorated(
    shared_option(
        "--say",
        "says",
        multiple=True,
        metavar="ELEMENT=TEXT",
        help="What it says beside figures, like measures=已封控; may be given again.",
    ),
    shared_option(
        "--verifying",
        multiple=True,
        metavar="ELEMENT",
        help="An element that is still being verified; a figure is written 死=?",
    ),
    shared_option(
        "--complete/--incomplete",
        default=None,
        help="Whether figures and elements are all it says: what is not named was left out 要素已录全.",
    ),
    shared_option("--dissent", metavar="TEXT", help="What I hold otherwise than the unified draft 不同意见."),
    shared_option("--skipping", metavar="WHY", help="Why a level was passed over 越级."),
    shared_option("--signer", metavar="ID", help="Who signed it: role or officer id 签发人."),
    shared_option("--sealed/--unsealed", default=None, help="Whether it bears the office's seal 盖章."),
    shared_option("--media/--no-media", default=None, help="Whether pictures or sound went with it 影像."),
)

drafted_options = decorated(
    shared_option(
        "--draft",
        "draft",
        is_flag=False,
        flag_value=MINE,
        metavar="[OFFICE]",
        help="Send the unified draft 统稿 as issued: facts are filled in. OFFICE: who holds it, if there are several.",
    ),
    shared_option(
        "--version",
        type=click.IntRange(1),
        metavar="N",
        help="With --draft: which issued version; the last one unless given.",
    ),
)

ordering_options = decorated(
    shared_option("--authority", metavar="TEXT", help="On whose authority: the order, article or office."),
    shared_option("--why", metavar="TEXT", help="The reason."),
    shared_option(
        "--whom", multiple=True, metavar="OFFICE", help="Whose duties; the acting office's own unless given."
    ),
)

ending_options = decorated(
    shared_option("--command-id", metavar="ID", help="For scripts: the same id never records twice."),
    shared_option("--quiet", "-q", is_flag=True, help="Print only the incident and the entry's id."),
    shared_option(
        "--format", "form", type=click.Choice(["table", "json"]), default="table", help="What to print."
    ),
    identity_options,
    common_options,
    pass_settings,
)


@fixed(kw_only=True)
class Said:
    """What was typed for one entry, as it was typed."""

    words: Sequence[str]
    at: str | None = None
    nature: str | None = None
    others: Sequence[str] = ()
    circumstances: Sequence[str] = ()
    source: str | None = None
    acting: str | None = None
    to: Sequence[str] = ()
    channel: str | None = None
    received: str | None = None
    new: str | None = None
    category: str = "accident"
    kind: str | None = None
    place: str | None = None
    division: str | None = None
    occurred: str | None = None
    says: Sequence[str] = ()
    verifying: Sequence[str] = ()
    dissent: str | None = None
    skipping: str | None = None
    signer: str | None = None
    sealed: bool | None = None
    media: bool | None = None
    complete: bool | None = None
    draft: str | None = None
    version: int | None = None
    secrecy: str | None = None
    urgency: str | None = None
    command_id: str | None = None
    quiet: bool = False
    form: str = "table"


# -- commands --------------------------------------------------------------------------------------------------


@click.command()
@_words
@decorated(opening_options, saying_options)
@click.option("--sign", is_flag=True, help="A bare sign only, such as a pressure drop.")
@ending_options
def learn(settings: Settings, sign: bool, **said: Any) -> None:  # noqa: ANN401 - click's own
    """Log that an office came to know of an incident 获悉.

    Example: emergency learn --new "化工厂爆炸" --kind chemical-plant --place 陈家港镇 --occurred 14:48 死=6
    """
    record_entry(settings, Said(**said), "Learned", {"sign": sign})


@click.command()
@_words
@decorated(
    opening_options, saying_options, telling_options, carrying_options, drafted_options, ending_options
)
def report(settings: Settings, **said: Any) -> None:  # noqa: ANN401 - click's own
    """Log a report 报告; to the direct superior unless --to is given.

    Example: emergency report xiangshui-20261121-01 --to yancheng --by phone --at 15:20 死=6
    """
    record_entry(settings, Said(**said), "Reported", upward=True)


@click.command("follow-up")
@_words
@decorated(saying_options, telling_options, carrying_options, drafted_options, ending_options)
def follow_up(settings: Settings, **said: Any) -> None:  # noqa: ANN401 - click's own
    """Log a later report on what is new 续报."""
    record_entry(settings, Said(**said), "FollowUpFiled", upward=True)


@click.command()
@_words
@decorated(saying_options, telling_options, carrying_options, drafted_options, ending_options)
def final(settings: Settings, **said: Any) -> None:  # noqa: ANN401 - click's own
    """Log the final report 终报、核报: the one after the situation is stable or the handling ended."""
    record_entry(settings, Said(**said), "FinalReportFiled", upward=True)


@click.command()
@_words
@decorated(saying_options, telling_options, carrying_options, drafted_options, ending_options)
def correct(settings: Settings, **said: Any) -> None:  # noqa: ANN401 - click's own
    """Log a report that corrects an earlier figure of the office's own 更正、补报.

    To put right what was typed wrongly here, use `emergency amend`.
    """
    record_entry(settings, Said(**said), "Corrected", upward=True)


@click.command()
@_words
@decorated(
    opening_options, saying_options, telling_options, carrying_options, drafted_options, ending_options
)
def forward(settings: Settings, **said: Any) -> None:  # noqa: ANN401 - click's own
    """Log what came from below and was passed upward 上报、转报; with --draft, the unified draft as it was issued.

    Example: emergency forward - --draft --to yc-em --by written
    """
    record_entry(settings, Said(**said), "ForwardedUpward", upward=True)


@click.command()
@_words
@decorated(saying_options, telling_options)
@click.option(
    "--outcome",
    type=click.Choice(["confirmed", "refuted", "cannot-be-verified"]),
    default="confirmed",
    show_default=True,
    help="What the check came to.",
)
@ending_options
def verify(settings: Settings, outcome: str, **said: Any) -> None:  # noqa: ANN401 - click's own
    """Log what an office checked and established 核实、查实."""
    record_entry(settings, Said(**said), "Verified", {"outcome": outcome})


@click.command()
@_words
@decorated(opening_options, saying_options, telling_options)
@click.option(
    "--origin",
    type=click.Choice(["own", "outside", "unknown"]),
    help="Whose people gave it; outside where it came from the public.",
)
@click.option("--sign", is_flag=True, help="A bare sign only.")
@informant_options
@ending_options
def clue(
    settings: Settings,
    origin: str | None,
    sign: bool,
    *,
    informant: str | None,
    informant_name: str | None,
    informant_phone: str | None,
    key: Path | None,
    unsealed: bool,
    **said: Any,  # noqa: ANN401 - click's own
) -> None:
    """Log a sign from outside the reporting line 线索: an alarm call, the press, the web, a tip-off.

    It came from the public and to my office, unless --from and --to say otherwise. An informant's name is sealed with
    the key and is no part of the entry; for want of a key it is not kept, and the clue is recorded all the same.
    """
    typed = Said(**said)
    who = Informant(
        informant=informant,
        informant_name=informant_name,
        informant_phone=informant_phone,
        key=key,
        unsealed=unsealed,
    )
    giver = typed.acting or PUBLIC
    by = origin or ("outside" if giver == PUBLIC else "unknown")
    record_entry(
        settings, typed, "ClueLinked", {"by": by, "sign": sign}, giver=giver, to_me=True, informant=who
    )


@click.command()
@click.argument("incident")
@click.argument("entry")
@saying_options
@ending_options
def ack(settings: Settings, incident: str, entry: str, **said: Any) -> None:  # noqa: ANN401 - click's own
    """Log the receipt of a message 签收; ENTRY is its number, like #3, or the beginning of its id."""
    typed = Said(words=(incident,), **said)
    ref = settings.incident(incident)
    record_entry(settings, typed, "Acknowledged", {"of": settings.engine.entry(ref, entry).event_id}, ref=ref)


@click.command("return")
@click.argument("incident")
@click.argument("entry")
@click.option("--why", metavar="TEXT", help="Why it is sent back.")
@decorated(saying_options, ending_options)
def send_back(settings: Settings, incident: str, entry: str, why: str | None, **said: Any) -> None:  # noqa: ANN401 - click's own
    """Log that a message was sent back to be put right 退回; ENTRY is its number, like #3.

    Example: emergency return - #7 --why "死亡人数与医院不符"
    """
    from emergency.domain.receiving import Returned  # noqa: PLC0415 - help needs no engine

    typed = Said(words=(incident,), **said)
    ref = settings.incident(incident)
    reason = why or ask("--why", settings.say("退回原因", "Why"))
    record_entry(
        settings, typed, Returned, {"of": settings.engine.entry(ref, entry).event_id, "why": reason}, ref=ref
    )


@click.command()
@_words
@decorated(saying_options, ending_options)
def close(settings: Settings, **said: Any) -> None:  # noqa: ANN401 - click's own
    """Log that the office that leads the handling closed the incident 结案."""
    record_entry(settings, Said(**said), "Closed")


@click.command()
@_words
@decorated(opening_options, saying_options)
@click.option("--level", metavar="LEVEL", help="The level it expects: I to IV, or 特别重大 to 一般.")
@ending_options
def foresee(settings: Settings, level: str | None, **said: Any) -> None:  # noqa: ANN401 - click's own
    """Log that an office judged that an event may happen 可能发生.

    Example: emergency foresee --new "台风登陆" --category natural-disaster --kind typhoon --place 沿海 --level II
    """
    expected = level_of(f"--level {level}", level) if level is not None else None
    record_entry(settings, Said(**said), "Foreseen", {"level": expected})


@click.command()
@_words
@decorated(opening_options, saying_options, ending_options)
def warn(settings: Settings, **said: Any) -> None:  # noqa: ANN401 - click's own
    """Log that a warning was issued, or the warning period declared 发布预警、宣布进入预警期."""
    record_entry(settings, Said(**said), "Warned")


@click.command()
@click.argument("incident")
@click.argument("level")
@click.argument("words", nargs=-1, metavar="[FIGURE=NUMBER]...")
@decorated(saying_options, ending_options)
def grade(settings: Settings, incident: str, level: str, words: tuple[str, ...], **said: Any) -> None:  # noqa: ANN401 - click's own
    """Log that an office officially gave the incident a level 定级、调级: I to IV, or 特别重大 to 一般.

    Example: emergency grade xiangshui 重大 --source 市政府通报
    """
    given = level_of(level, level)
    record_entry(settings, Said(words=(incident, *words), **said), "Graded", {"level": given})


@click.command()
@_words
@decorated(saying_options, ending_options)
def stable(settings: Settings, **said: Any) -> None:  # noqa: ANN401 - click's own
    """Log that the situation is stable 灾情、事态稳定: follow-ups are due only where something is new."""
    record_entry(settings, Said(**said), "Stabilised")


@click.command()
@_words
@decorated(saying_options, ordering_options, ending_options)
def suspend(
    settings: Settings,
    authority: str | None,
    why: str | None,
    whom: Sequence[str],
    **said: Any,  # noqa: ANN401 - click's own
) -> None:
    """Log that follow-ups and duties counted in days were suspended 暂停.

    Example: emergency suspend - --authority 省防指通知 --why 抢险 --whom county
    """
    record_entry(settings, Said(**said), "Suspended", _order(settings, authority, why, whom))


@click.command()
@_words
@decorated(saying_options, ordering_options, ending_options)
def resume(
    settings: Settings,
    authority: str | None,
    why: str | None,
    whom: Sequence[str],
    **said: Any,  # noqa: ANN401 - click's own
) -> None:
    """Log that what was suspended is due again 恢复."""
    record_entry(settings, Said(**said), "Resumed", _order(settings, authority, why, whom))


@click.command()
@_words
@decorated(saying_options, ending_options)
def ended(settings: Settings, **said: Any) -> None:  # noqa: ANN401 - click's own
    """Log that the emergency handling ended 应急处置结束; `emergency close` closes the file."""
    record_entry(settings, Said(**said), "HandlingEnded")


# -- how an entry is made --------------------------------------------------------------------------------------


def _order(settings: Settings, authority: str | None, why: str | None, whom: Sequence[str]) -> dict[str, Any]:
    """On whose authority, why and for whom something is suspended or resumed; asked for where it is missing."""
    return {
        "authority": authority or ask("--authority", settings.say("依据", "On whose authority")),
        "why": why or ask("--why", settings.say("原因", "Why")),
        "whom": tuple(whom),
    }


def record_entry(
    settings: Settings,
    said: Said,
    act: str | type[events.Entry],
    more: Mapping[str, Any] | None = None,
    *,
    ref: str | None = None,
    giver: str | None = None,
    upward: bool = False,
    to_me: bool = False,
    informant: Informant | None = None,
) -> Outcome:
    """Understand everything first, then record: nothing is half done. ``act``: by name where it is one of `events`."""
    from emergency.domain import events  # noqa: PLC0415 - help needs no engine

    said = _with_draft(said)
    incident, figures = _split(said)
    facts, gone = _stated_facts(said, figures)
    identity = settings.identity
    directory = settings.engine.directory()
    acting = giver or said.acting or identity.office
    more = more or {}
    for office in (identity.office, acting, *said.to, *more.get("whom", ()), *more.get("addressed", ())):
        known(directory, office)
    hour = now()
    fields: dict[str, Any] = {
        "office": acting,
        "at": stated(settings, directory, said.at, hour, "--at"),
        "facts": facts,
        "source": said.source,
        **more,
    }
    cls: type[events.Entry] = getattr(events, act) if isinstance(act, str) else act
    if issubclass(cls, events.Message):
        to = tuple(said.to) or ((identity.office,) if to_me else ())
        if not to and upward:
            to = _receivers(settings, said, incident, directory, acting, hour)
        fields["to"] = to
        if said.channel:
            fields["channel"] = said.channel
        if said.received:
            fields["received_at"] = stated(settings, directory, said.received, hour, "--received")
    if issubclass(cls, events.Report):
        carried, unsaid = _carried(settings, said)
        fields.update(carried)
        gone += unsaid
    if informant is not None:
        fields["informant"] = informant.subject(settings)
    named = informant.named(settings) if informant is not None else None
    entry = valid(cls, fields)
    if said.draft is not None:
        return _forward_draft(settings, said, entry, settings.incident(incident or ""), gone)
    if said.new is not None:
        outcome = _open(settings, said, directory, identity, entry, hour, named)
    else:
        ref = ref or settings.incident(incident or "")
        if said.command_id is None:
            _ask_about_repeat(settings, ref, entry, identity)
        outcome = settings.engine.record(ref, entry, identity, informant=named, command_id=said.command_id)
    _print_recorded(settings, said, outcome)
    if informant is not None:
        tell(settings, outcome, aside=said.quiet or said.form != "table")
    if issubclass(cls, events.Report) and outcome.view is not None:
        _note_difference(settings, entry, outcome.view)
    return outcome


def _stated_facts(said: Said, figures: Sequence[str]) -> tuple[Facts, list[str]]:
    """The facts, and with a draft the names of those that are left out of it: ``死=``."""
    from emergency.domain.values import Facts  # noqa: PLC0415 - help needs no engine

    others: Sequence[str] = said.others
    gone: list[str] = []
    if said.draft is not None:
        figures, others, gone = taken_out(figures, others)
    fields = facts_of(figures)
    if said.nature:
        fields["nature"] = said.nature
    fields["figures"], fields["circumstances"] = others_of(others), said.circumstances
    facts: Facts = valid(Facts, fields)
    return facts, gone


def _print_recorded(settings: Settings, said: Said, outcome: Outcome) -> None:
    settings.recorded_so_far = f"The entry is on record: {outcome.incident} {outcome.event_ids[-1]}."
    settings.used(outcome.incident)
    print_outcome(settings, outcome, form=said.form, quiet=said.quiet)


def _carried(settings: Settings, said: Said) -> tuple[dict[str, Any], Sequence[str]]:
    """What a report says beside its figures, and the elements of a draft that it leaves out."""
    content, unsaid = elements_of(settings, said.says, said.verifying)
    if unsaid and said.draft is None:
        raise click.UsageError(f"--say {unsaid[0]}=: say what it is, like --say {unsaid[0]}=TEXT.")
    fields = {
        name: getattr(said, name) for name in ("dissent", "skipping", "signer", "sealed", "media", "complete")
    }
    # That it says nothing else is said of a list, though it be empty.
    return {**fields, "content": content or (() if said.complete else None)}, unsaid


def _receivers(
    settings: Settings, said: Said, incident: str | None, directory: Directory, acting: str, hour: datetime
) -> tuple[str, ...]:
    """To whom it goes where nobody says: a draft to whom it was assigned to go, anything else to the superior."""
    if said.draft is not None:
        from emergency.commands.drafts import assigned_tasks  # noqa: PLC0415 - help needs no engine

        drafts, view = settings.engine.drafts.list(settings.incident(incident or ""))
        tasks = (task for draft in drafts.values() for task in assigned_tasks(draft, view, hour))
        found = tuple(dict.fromkeys(to for task in tasks if task.unit == acting for to in task.open))
        if found:
            return found
    return _superior(directory, acting, hour, settings)


def _with_draft(said: Said) -> Said:
    """What ``--draft`` and ``--version`` mean: a figure behind ``--draft`` is a figure, not the name of an office."""
    if said.draft is None:
        if said.version is not None:
            raise click.UsageError(
                "--version says which issued version of a unified draft is sent: give --draft too."
            )
        return said
    if said.new is not None:
        raise click.UsageError(
            "--draft belongs to an incident that has a unified draft; a new one, opened with --new, has none yet. "
            "Report it without --draft."
        )
    if is_figure(said.draft):
        return changed(said, words=(*said.words, said.draft), draft=MINE)
    if said.draft == "-":  # no office: the incident last recorded on
        return changed(said, words=said.words or ("-",), draft=MINE)
    if said.draft != MINE and (not said.words or is_figure(said.words[0])):
        raise click.UsageError(
            f"Name the incident first. What stands behind --draft ({said.draft}) is the office that holds the draft: "
            f"emergency forward INCIDENT --draft {said.draft}."
        )
    return said


def _note_difference(settings: Settings, report: events.Report, view: View) -> None:
    """Say where a report differs from the unified draft that was issued, and that a dissent can be put on record."""
    from emergency.domain.drafting import UnifiedDraftIssued  # noqa: PLC0415 - the engine is loaded by now

    if report.dissent is not None or UnifiedDraftIssued not in view.timeline.kinds:
        return
    from emergency.commands.drafts import departures  # noqa: PLC0415 - only where a draft was issued

    for holder, number, facts in departures(view, report):
        said = ", ".join(facts).replace("_", " ")
        words = settings.say(
            f"与{holder}统稿第{number}版不一致：{said}。如确掌握不同情况，请用 --dissent 载明。",
            f"this differs from version {number} of the unified draft of {holder}: {said}. Where you hold other facts, "
            "say so with --dissent.",
        )
        click.echo(f"{settings.say('注意', 'Note')}: {words}", err=True)


def _forward_draft(
    settings: Settings, said: Said, entry: events.Report, ref: str, without: Sequence[str]
) -> Outcome:
    """Send an issued version on; where what was typed differs from it, it is recorded and said loudly."""
    from emergency.commands.draft_words import remark_words  # noqa: PLC0415 - help needs no engine
    from emergency.domain.draft import Odd  # noqa: PLC0415

    holder = None if said.draft == MINE else said.draft
    if holder is not None:
        known(settings.engine.directory(), holder)
    done = settings.engine.drafts.forward(
        ref,
        entry,
        settings.identity,
        draft=holder,
        version=said.version,
        without=without,
        command_id=said.command_id,
    )
    _print_recorded(settings, said, done.outcome)
    for remark in done.remarks:
        if remark.odd is not Odd.DISSENTED:  # to say what one holds is as it should be
            click.echo(f"{settings.say('注意', 'Warning')}: {settings.words(remark_words(remark))}", err=True)
    return done.outcome


def _split(said: Said) -> tuple[str | None, Sequence[str]]:
    """The incident and the figures; with ``--new`` there are figures only."""
    if said.new is not None:
        return None, said.words
    for option in ("kind", "place", "division", "occurred", "secrecy", "urgency"):
        if getattr(said, option) is not None:
            raise click.UsageError(
                f"--{option} belongs to --new TITLE. To change an incident, use `emergency amend`."
            )
    if not said.words or is_figure(said.words[0]):
        raise click.UsageError(
            "Name the incident first: the beginning of its reference, or - for the last one recorded on. "
            'A new one is opened with --new "TITLE".'
        )
    return said.words[0], said.words[1:]


def _open(
    settings: Settings,
    said: Said,
    directory: Directory,
    identity: Identity,
    entry: events.Entry,
    hour: datetime,
    informant: Named | None = None,
) -> Outcome:
    kind = said.kind or ask(
        "--kind", settings.say("种类（如 fire、coal-mine）", "Kind (like fire, coal-mine)")
    )
    place = said.place or ask("--place", settings.say("地点", "Place"))
    occurred = stated(settings, directory, said.occurred, hour, "--occurred") if said.occurred else None
    if said.division is not None and not re.fullmatch(r"[0-9]{6}", said.division):
        raise click.UsageError(f"--division {said.division}: a division code has six digits, like 320921.")
    return settings.engine.open_incident(
        title=said.new or "",
        category=said.category,
        kind=kind,
        place=place,
        division=said.division,
        occurred_at=occurred,
        identity=identity,
        first=entry,
        informant=informant,
        secrecy=said.secrecy,
        urgency=said.urgency,
        command_id=said.command_id,
    )


def stated(
    settings: Settings, directory: Directory, text: str | None, hour: datetime, option: str
) -> StatedTime:
    """A typed time as stated; without one: this minute."""
    from emergency.domain.times import understood  # noqa: PLC0415 - help needs no engine
    from emergency.domain.values import StatedTime  # noqa: PLC0415
    from emergency.domain.vocabulary import Basis  # noqa: PLC0415
    from emergency.errors import UsageError  # noqa: PLC0415

    zone = settings.zone(directory)
    if text is None:
        minute = hour.astimezone(zone).replace(second=0, microsecond=0)
        return StatedTime(earliest=minute, latest=minute, basis=Basis.STATED)
    try:
        return understood(text, hour, zone)
    except UsageError as error:
        raise UsageError(f"{option}: {error}") from None


def valid(cls: Any, fields: Mapping[str, Any]) -> Any:  # noqa: ANN401 - any value of the domain
    """Make a value; what it refuses is wrong use."""
    from pydantic import ValidationError  # noqa: PLC0415 - help needs no engine

    from emergency.domain.complaint import complaint  # noqa: PLC0415

    try:
        return cls(**fields)
    except ValidationError as error:
        why = complaint(error)
        raise WrongUseError(f"{why.en}.", zh=f"{why.zh}。") from None


def known(directory: Directory, office: str) -> None:
    """Refuse an office that is not in the directory before anything is written."""
    if office == PUBLIC or office in directory:
        return
    from emergency.errors import NotFoundError  # noqa: PLC0415 - only for a mistake

    raise NotFoundError(
        f"There is no office {office} in the directory.{hint(office, directory.offices)} "
        f"Nothing was recorded. `emergency offices list` shows them; `emergency offices add {office} …` adds it."
    )


def _superior(directory: Directory, office: str, hour: datetime, settings: Settings) -> tuple[str, ...]:
    """The direct superior; where there are several, the officer chooses."""
    above = directory.superiors(office, hour.astimezone(settings.zone(directory)).date())
    if len(above) == 1:
        return above
    if not above:
        raise click.UsageError(
            f"{office} reports to nobody in the directory. Say to whom it was told: --to OFFICE."
        )
    listed = ", ".join(f"{up} {directory.name(up)}" for up in above)
    if not on_terminal():
        raise click.UsageError(f"{office} reports to several offices: {listed}. Say which: --to OFFICE.")
    for number, up in enumerate(above, start=1):
        click.echo(f"  {number} {directory.name(up)} ({up})", err=True)
    choice = click.prompt(
        settings.say("报给谁", "To whom"), type=click.IntRange(1, len(above)), err=True, show_choices=False
    )
    return (above[choice - 1],)


def _ask_about_repeat(settings: Settings, ref: str, entry: events.Entry, identity: Identity) -> None:
    """The identical entry again is mostly a slip of the hand: ask, where somebody can answer."""
    if not on_terminal():
        return
    earlier = settings.engine.repeated(ref, entry, identity)
    if earlier is None:
        return
    seconds = max(int((now() - earlier.recorded_at).total_seconds()), 0)
    question = settings.say(
        f"{seconds} 秒前已记为 #{earlier.version}；再记一次？",
        f"Recorded {seconds} s ago as #{earlier.version}; record again?",
    )
    if not click.confirm(question, default=False, err=True):
        click.echo("Nothing was recorded.", err=True)
        leave(REFUSED)
