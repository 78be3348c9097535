"""Logging an act: ``emergency report xiangshui-20261121-01 --to yancheng --by phone 死=6 重伤=30``."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar

import click

from emergency.domain.fixed import changed, fixed
from emergency_cli.after import print_outcome
from emergency_cli.asking import ask, choose, meant, on_terminal
from emergency_cli.bilingual import WrongUseError, both, command, option
from emergency_cli.choices import CATEGORIES, CHANNELS, ORIGINS, OUTCOMES, OneOf
from emergency_cli.context import (
    Settings,
    common_options,
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


_words = click.argument("words", nargs=-1, metavar="[INCIDENT] [FIGURE=NUMBER | 2死3伤]...")

opening_options = decorated(
    shared_option(
        "--new",
        metavar="TITLE",
        help=both("新立一起事件，并记入本条。", "Put a new incident on record with this entry."),
    ),
    shared_option(
        "--category",
        type=OneOf(CATEGORIES),
        help=both(
            "与 --new 同用：类别；不写则按种类，种类不能确定的为 accident。",
            "With --new: the category; that of the kind unless given, accident where the kind tells none.",
        ),
    ),
    shared_option(
        "--kind",
        metavar="WORD",
        help=both(
            "与 --new 同用：种类，如 fire、coal-mine、flood。",
            "With --new: what it is, like fire, coal-mine, flood.",
        ),
    ),
    shared_option(
        "--place", metavar="TEXT", help=both("与 --new 同用：发生地点。", "With --new: where it happened.")
    ),
    shared_option(
        "--division",
        metavar="CODE",
        help=both("与 --new 同用：行政区划代码，六位。", "With --new: the division code, six digits."),
    ),
    shared_option(
        "--occurred", metavar="TIME", help=both("与 --new 同用：发生时间。", "With --new: when it happened.")
    ),
    shared_option(
        "--secrecy",
        metavar="WORD",
        type=typed(SECRECY),
        help=both("与 --new 同用：密级，内部至绝密。", "With --new: internal to top-secret."),
    ),
    shared_option(
        "--urgency",
        metavar="WORD",
        type=typed(URGENCY),
        help=both("与 --new 同用：紧急程度，平急至特提。", "With --new: routine to flash."),
    ),
)

saying_options = decorated(
    shared_option(
        "--at",
        metavar="TIME",
        help=both(
            "何时：13:05、半小时前、昨晚11点40、约13:05、不明；不写为现在。",
            "When: 13:05, 半小时前, 10 min ago, 昨天 23:40, 约 13:05, 不明; now unless given.",
        ),
    ),
    shared_option("--nature", metavar="TEXT", help=both("事件性质，文字说明。", "What it is, in words.")),
    shared_option(
        "--figure",
        "others",
        multiple=True,
        metavar="NAME=NUMBER",
        help=both(
            "其他数据，如 sick=12；可多次给出。", "Any other figure, like sick=12; may be given again."
        ),
    ),
    shared_option(
        "--circumstance",
        "circumstances",
        multiple=True,
        metavar="SLUG",
        help=both("情形，按英文代号；可多次给出。", "A circumstance, by its slug; may be given again."),
    ),
    shared_option("--source", metavar="TEXT", help=both("信息来源。", "Where this is known from.")),
    shared_option(
        "--from",
        "acting",
        metavar="OFFICE",
        help=both("此事为其他单位所为，本单位代录。", "The act is another office's, which I only log."),
    ),
)

telling_options = decorated(
    shared_option(
        "--to",
        multiple=True,
        metavar="OFFICE",
        help=both("报给谁；可多次给出。", "To whom; may be given again."),
    ),
    shared_option("--by", "channel", type=OneOf(CHANNELS), help=both("以何种方式报告。", "How it was told.")),
    shared_option(
        "--received",
        metavar="TIME",
        help=both("对方何时接报，已知时填写。", "When it was received, where that is known."),
    ),
)

carrying_options = decorated(
    shared_option(
        "--say",
        "says",
        multiple=True,
        metavar="ELEMENT=TEXT",
        help=both(
            "数据以外的要素，如 measures=已封控；可多次给出。",
            "What it says beside figures, like measures=已封控; may be given again.",
        ),
    ),
    shared_option(
        "--verifying",
        multiple=True,
        metavar="ELEMENT",
        help=both(
            "正在核实的要素；数据写作 死=?。",
            "An element that is still being verified; a figure is written 死=?",
        ),
    ),
    shared_option(
        "--complete/--incomplete",
        default=None,
        help=both(
            "所录是否为报告全部内容：是，则未列出的要素视为未报。",
            "Whether figures and elements are all it says: what is not named was left out.",
        ),
    ),
    shared_option(
        "--dissent",
        metavar="TEXT",
        help=both("与统稿不一致、本单位掌握的情况。", "What I hold otherwise than the unified draft."),
    ),
    shared_option("--skipping", metavar="WHY", help=both("越级报告的原因。", "Why a level was passed over.")),
    shared_option(
        "--signer", metavar="ID", help=both("签发人：岗位或人员编号。", "Who signed it: role or officer id.")
    ),
    shared_option(
        "--sealed/--unsealed",
        default=None,
        help=both("是否加盖公章。", "Whether it bears the office's seal."),
    ),
    shared_option(
        "--media/--no-media",
        default=None,
        help=both("是否附有影像、录音。", "Whether pictures or sound went with it."),
    ),
)

drafted_options = decorated(
    shared_option(
        "--draft",
        "draft",
        is_flag=False,
        flag_value=MINE,
        metavar="[OFFICE]",
        help=both(
            "按印发的统稿上报，数据自动填入；有几份统稿时写明牵头单位。",
            "Send the unified draft as issued: facts are filled in. OFFICE: who holds it, if there are several.",
        ),
    ),
    shared_option(
        "--version",
        type=click.IntRange(1),
        metavar="N",
        help=both(
            "与 --draft 同用：第几版；不写为最新一版。",
            "With --draft: which issued version; the last one unless given.",
        ),
    ),
)

ordering_options = decorated(
    shared_option(
        "--authority",
        metavar="TEXT",
        help=both("依据：命令、条文或单位。", "On whose authority: the order, article or office."),
    ),
    shared_option("--why", metavar="TEXT", help=both("原因。", "The reason.")),
    shared_option(
        "--whom",
        multiple=True,
        metavar="OFFICE",
        help=both("哪些单位的事项；不写为本单位。", "Whose duties; the acting office's own unless given."),
    ),
)

ending_options = decorated(
    shared_option(
        "--command-id",
        metavar="ID",
        help=both("供脚本使用：同一编号只入库一次。", "For scripts: the same id never records twice."),
    ),
    shared_option(
        "--quiet",
        "-q",
        is_flag=True,
        help=both("只显示事件编号和条目编号。", "Print only the incident and the entry's id."),
    ),
    shared_option(
        "--format",
        "form",
        type=click.Choice(["table", "json"]),
        default="table",
        help=both("输出格式：供阅读，或供程序使用。", "What to print."),
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
    category: str | None = None
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


@command(
    zh="""记录单位获悉突发事件。

    数据可写 死=6，也可照口头说法写 2死3伤1失联。

    例：emergency learn --new "化工厂爆炸" --kind chemical-plant --place 陈家港镇 --occurred 14:48 6死30伤
    """
)
@_words
@decorated(opening_options, saying_options)
@option(
    "--sign",
    is_flag=True,
    help=both("仅为异常迹象，如压力骤降。", "A bare sign only, such as a pressure drop."),
)
@ending_options
def learn(settings: Settings, sign: bool, **said: Any) -> None:  # noqa: ANN401 - click's own
    """Log that an office came to know of an incident.

    Figures are typed like 死=6, or as they are said: 2死3伤1失联.

    Example: emergency learn --new "化工厂爆炸" --kind chemical-plant --place 陈家港镇 --occurred 14:48 6死30伤
    """
    record_entry(settings, Said(**said), "Learned", {"sign": sign})


@command(
    zh="""记录报告；不写 --to 则报直接上级。

    例：emergency report xiangshui-20261121-01 --to yancheng --by phone --at 15:20 死=6
    """
)
@_words
@decorated(
    opening_options, saying_options, telling_options, carrying_options, drafted_options, ending_options
)
def report(settings: Settings, **said: Any) -> None:  # noqa: ANN401 - click's own
    """Log a report; to the direct superior unless --to is given.

    Example: emergency report xiangshui-20261121-01 --to yancheng --by phone --at 15:20 死=6
    """
    record_entry(settings, Said(**said), "Reported", upward=True)


@command("follow-up", zh="记录续报：报告新的情况。")
@_words
@decorated(saying_options, telling_options, carrying_options, drafted_options, ending_options)
def follow_up(settings: Settings, **said: Any) -> None:  # noqa: ANN401 - click's own
    """Log a later report on what is new."""
    record_entry(settings, Said(**said), "FollowUpFiled", upward=True)


@command(zh="记录终报、核报：事态稳定或处置结束后的报告。")
@_words
@decorated(saying_options, telling_options, carrying_options, drafted_options, ending_options)
def final(settings: Settings, **said: Any) -> None:  # noqa: ANN401 - click's own
    """Log the final report: the one after the situation is stable or the handling ended."""
    record_entry(settings, Said(**said), "FinalReportFiled", upward=True)


@command(
    zh="""记录更正、补报：更正本单位先前报告的数据。

    此处录入有误的，用 `emergency amend` 更正。
    """
)
@_words
@decorated(saying_options, telling_options, carrying_options, drafted_options, ending_options)
def correct(settings: Settings, **said: Any) -> None:  # noqa: ANN401 - click's own
    """Log a report that corrects an earlier figure of the office's own.

    To put right what was typed wrongly here, use `emergency amend`.
    """
    record_entry(settings, Said(**said), "Corrected", upward=True)


@command(
    zh="""记录把下级来报上报、转报；加 --draft 则按印发的统稿上报。

    例：emergency forward - --draft --to yc-em --by written
    """
)
@_words
@decorated(
    opening_options, saying_options, telling_options, carrying_options, drafted_options, ending_options
)
def forward(settings: Settings, **said: Any) -> None:  # noqa: ANN401 - click's own
    """Log what came from below and was passed upward; with --draft, the unified draft as it was issued.

    Example: emergency forward - --draft --to yc-em --by written
    """
    record_entry(settings, Said(**said), "ForwardedUpward", upward=True)


@command(zh="记录核实、查实的情况。")
@_words
@decorated(saying_options, telling_options)
@option(
    "--outcome",
    type=OneOf(OUTCOMES),
    default="confirmed",
    show_default=True,
    help=both("核实结果。", "What the check came to."),
)
@ending_options
def verify(settings: Settings, outcome: str, **said: Any) -> None:  # noqa: ANN401 - click's own
    """Log what an office checked and established."""
    record_entry(settings, Said(**said), "Verified", {"outcome": outcome})


@command(
    zh="""记录报送渠道以外的线索：报警、媒体、网络、举报。

    不写 --from、--to 则为社会提供、本单位收到。举报人姓名用密钥封存，不进入条目；没有密钥则不保存姓名，线索照常入库。
    """
)
@_words
@decorated(opening_options, saying_options, telling_options)
@option(
    "--origin",
    type=OneOf(ORIGINS),
    help=both(
        "来自何人：本单位人员、外部、不明；来自社会的为外部。",
        "Whose people gave it; outside where it came from the public.",
    ),
)
@option("--sign", is_flag=True, help=both("仅为异常迹象。", "A bare sign only."))
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
    """Log a sign from outside the reporting line: an alarm call, the press, the web, a tip-off.

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


@command(zh="记录签收；ENTRY 为条目号，如 #3，或其编号开头。")
@click.argument("incident")
@click.argument("entry")
@saying_options
@ending_options
def ack(settings: Settings, incident: str, entry: str, **said: Any) -> None:  # noqa: ANN401 - click's own
    """Log the receipt of a message; ENTRY is its number, like #3, or the beginning of its id."""
    typed = Said(words=(incident,), **said)
    ref = settings.incident(incident)
    record_entry(settings, typed, "Acknowledged", {"of": settings.engine.entry(ref, entry).event_id}, ref=ref)


@command(
    "return",
    zh="""记录退回补正；ENTRY 为条目号，如 #3。

    例：emergency return - #7 --why "死亡人数与医院不符"
    """,
)
@click.argument("incident")
@click.argument("entry")
@option("--why", metavar="TEXT", help=both("退回原因。", "Why it is sent back."))
@decorated(saying_options, ending_options)
def send_back(settings: Settings, incident: str, entry: str, why: str | None, **said: Any) -> None:  # noqa: ANN401 - click's own
    """Log that a message was sent back to be put right; ENTRY is its number, like #3.

    Example: emergency return - #7 --why "死亡人数与医院不符"
    """
    from emergency.domain.receiving import Returned  # noqa: PLC0415 - help needs no engine

    typed = Said(words=(incident,), **said)
    ref = settings.incident(incident)
    reason = why or ask("--why", settings.say("退回原因", "Why"))
    record_entry(
        settings, typed, Returned, {"of": settings.engine.entry(ref, entry).event_id, "why": reason}, ref=ref
    )


@command(zh="记录牵头处置单位结案。")
@_words
@decorated(saying_options, ending_options)
def close(settings: Settings, **said: Any) -> None:  # noqa: ANN401 - click's own
    """Log that the office that leads the handling closed the incident."""
    record_entry(settings, Said(**said), "Closed")


@command(
    zh="""记录单位研判事件可能发生。

    例：emergency foresee --new "台风登陆" --category natural-disaster --kind typhoon --place 沿海 --level II
    """
)
@_words
@decorated(opening_options, saying_options)
@option(
    "--level",
    metavar="LEVEL",
    help=both("预计级别：I 至 IV，或特别重大至一般。", "The level it expects: I to IV, or 特别重大 to 一般."),
)
@ending_options
def foresee(settings: Settings, level: str | None, **said: Any) -> None:  # noqa: ANN401 - click's own
    """Log that an office judged that an event may happen.

    Example: emergency foresee --new "台风登陆" --category natural-disaster --kind typhoon --place 沿海 --level II
    """
    expected = level_of(f"--level {level}", level) if level is not None else None
    record_entry(settings, Said(**said), "Foreseen", {"level": expected})


@command(zh="记录发布预警、宣布进入预警期。")
@_words
@decorated(opening_options, saying_options, ending_options)
def warn(settings: Settings, **said: Any) -> None:  # noqa: ANN401 - click's own
    """Log that a warning was issued, or the warning period declared."""
    record_entry(settings, Said(**said), "Warned")


@command(
    zh="""记录单位定级、调级：I 至 IV，或特别重大至一般。

    例：emergency grade xiangshui 重大 --source 市政府通报
    """
)
@click.argument("incident")
@click.argument("level")
@click.argument("words", nargs=-1, metavar="[FIGURE=NUMBER]...")
@decorated(saying_options, ending_options)
def grade(settings: Settings, incident: str, level: str, words: tuple[str, ...], **said: Any) -> None:  # noqa: ANN401 - click's own
    """Log that an office officially gave the incident a level: I to IV, or 特别重大 to 一般.

    Example: emergency grade xiangshui 重大 --source 市政府通报
    """
    given = level_of(level, level)
    record_entry(settings, Said(words=(incident, *words), **said), "Graded", {"level": given})


@command(zh="记录灾情、事态稳定：此后有新情况才续报。")
@_words
@decorated(saying_options, ending_options)
def stable(settings: Settings, **said: Any) -> None:  # noqa: ANN401 - click's own
    """Log that the situation is stable: follow-ups are due only where something is new."""
    record_entry(settings, Said(**said), "Stabilised")


@command(
    zh="""记录暂停续报及按日计算的事项。

    例：emergency suspend - --authority 省防指通知 --why 抢险 --whom county
    """
)
@_words
@decorated(saying_options, ordering_options, ending_options)
def suspend(
    settings: Settings,
    authority: str | None,
    why: str | None,
    whom: Sequence[str],
    **said: Any,  # noqa: ANN401 - click's own
) -> None:
    """Log that follow-ups and duties counted in days were suspended.

    Example: emergency suspend - --authority 省防指通知 --why 抢险 --whom county
    """
    record_entry(settings, Said(**said), "Suspended", _order(settings, authority, why, whom))


@command(zh="记录恢复已暂停的事项。")
@_words
@decorated(saying_options, ordering_options, ending_options)
def resume(
    settings: Settings,
    authority: str | None,
    why: str | None,
    whom: Sequence[str],
    **said: Any,  # noqa: ANN401 - click's own
) -> None:
    """Log that what was suspended is due again."""
    record_entry(settings, Said(**said), "Resumed", _order(settings, authority, why, whom))


@command(zh="记录应急处置结束；结案用 `emergency close`。")
@_words
@decorated(saying_options, ending_options)
def ended(settings: Settings, **said: Any) -> None:  # noqa: ANN401 - click's own
    """Log that the emergency handling ended; `emergency close` closes the file."""
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
    settings.recorded_so_far = settings.say(
        f"本条已入库：{outcome.incident} {outcome.event_ids[-1]}。",
        f"The entry is on record: {outcome.incident} {outcome.event_ids[-1]}.",
    )
    settings.used(outcome.incident)
    try:
        print_outcome(settings, outcome, form=said.form, quiet=said.quiet)
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:  # a full disk behind the output: the entry stands, and nobody may doubt it
        why = error.strerror or error
        click.echo(
            settings.say(
                f"{settings.recorded_so_far}其余内容无法输出（{why}）；查看：emergency show {outcome.incident}",
                f"{settings.recorded_so_far} The rest could not be printed ({why}); see it with: "
                f"emergency show {outcome.incident}",
            ),
            err=True,
        )
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # what is left over goes nowhere
        leave(REFUSED)


def _carried(settings: Settings, said: Said) -> tuple[dict[str, Any], Sequence[str]]:
    """What a report says beside its figures, and the elements of a draft that it leaves out."""
    content, unsaid = elements_of(settings, said.says, said.verifying)
    if unsaid and said.draft is None:
        raise WrongUseError(
            f"--say {unsaid[0]}=: say what it is, like --say {unsaid[0]}=TEXT.",
            zh=f"--say {unsaid[0]}=：请写明内容，如 --say {unsaid[0]}=内容。",
        )
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
            raise WrongUseError(
                "--version says which issued version of a unified draft is sent: give --draft too.",
                zh="--version 指明上报统稿的第几版，须与 --draft 同用。",
            )
        return said
    if said.new is not None:
        raise WrongUseError(
            "--draft belongs to an incident that has a unified draft; a new one, opened with --new, has none yet. "
            "Report it without --draft.",
            zh="--draft 用于已有统稿的事件；用 --new 新立的事件还没有统稿，请不加 --draft 上报。",
        )
    if is_figure(said.draft):
        return changed(said, words=(*said.words, said.draft), draft=MINE)
    if said.draft == "-":  # no office: the incident last recorded on
        return changed(said, words=said.words or ("-",), draft=MINE)
    if said.draft != MINE and (not said.words or is_figure(said.words[0])):
        raise WrongUseError(
            f"Name the incident first. What stands behind --draft ({said.draft}) is the office that holds the draft: "
            f"emergency forward INCIDENT --draft {said.draft}.",
            zh=f"请先写事件。--draft 之后的 {said.draft} 是统稿牵头单位：emergency forward 事件 --draft {said.draft}。",
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
        click.echo(f"{settings.say('注意：', 'Note: ')}{words}", err=True)


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
            click.echo(
                f"{settings.say('注意：', 'Warning: ')}{settings.words(remark_words(remark))}", err=True
            )
    return done.outcome


def _split(said: Said) -> tuple[str | None, Sequence[str]]:
    """The incident and the figures; with ``--new`` there are figures only."""
    if said.new is not None:
        return None, said.words
    for name in ("kind", "place", "division", "occurred", "secrecy", "urgency"):
        if getattr(said, name) is not None:
            raise WrongUseError(
                f"--{name} belongs to --new TITLE. To change an incident, use `emergency amend`.",
                zh=f"--{name} 只与 --new 标题 同用。更改事件请用 `emergency amend`。",
            )
    if not said.words or is_figure(said.words[0]):
        raise WrongUseError(
            "Name the incident first: the beginning of its reference, or - for the last one recorded on. "
            'A new one is opened with --new "TITLE".',
            zh='请先写事件：编号开头，或用 - 指上一起录入的事件。新事件用 --new "标题"。',
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
    kind, category = kind_and_category(settings, kind, said.category)
    if said.category is None and not said.quiet:
        _note_category(settings, kind)
    place = said.place or ask("--place", settings.say("地点", "Place"))
    occurred = _occurred(settings, directory, said.occurred, hour, entry) if said.occurred else None
    if said.division is not None and not re.fullmatch(r"[0-9]{6}", said.division):
        raise WrongUseError(
            f"--division {said.division}: a division code has six digits, like 320921.",
            zh=f"--division {said.division}：行政区划代码为六位数字，如 320921。",
        )
    return settings.engine.open_incident(
        title=said.new or "",
        category=category,
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


def _occurred(
    settings: Settings, directory: Directory, text: str, hour: datetime, entry: events.Entry
) -> StatedTime:
    """When it happened; a bare hour is of the day on which it was known, where today's would lie after that."""
    from emergency.domain.events import Foreseen, Warned  # noqa: PLC0415 - help needs no engine
    from emergency.domain.times import understood  # noqa: PLC0415 - as above
    from emergency.errors import UsageError  # noqa: PLC0415

    occurred = stated(settings, directory, text, hour, "--occurred")
    early, known_by = occurred.earliest, entry.at.interval.latest
    if early is None or known_by is None or early <= known_by or isinstance(entry, (Foreseen, Warned)):
        return occurred
    try:
        before = understood(text, known_by, settings.zone(directory))
    except UsageError:  # it could be two times of that day; as of now it is one, and stays that
        return occurred
    return before if before.earliest is not None and before.earliest <= known_by else occurred


def _note_category(settings: Settings, kind: str) -> None:
    """Say so where nobody told the category and the kind does not tell it: which law holds depends on it."""
    from emergency.rulebook.kinds import category_of  # noqa: PLC0415 - help needs no engine

    rulebook = settings.engine.rulebook
    if category_of(kind, rulebook) is not None:
        return
    near = [f"{slug} {rulebook.kinds[slug].title.zh}" for slug in settings.engine.advice.kinds_near(kind)]
    listed = settings.say("相近的种类：", " Kinds near to it: ") + settings.say("、", ", ").join(near)
    words = settings.say(
        f"种类“{kind}”不在列表，类别暂按事故灾难；不对的，用 emergency amend 更正 kind 或 category。",
        f"{kind!r} is no kind of the list, and is taken for an accident; "
        "put kind or category right with emergency amend.",
    )
    click.echo(f"{settings.say('注意：', 'Note: ')}{words}{listed if near else ''}", err=True)


def kind_and_category(settings: Settings, word: str, category: str | None) -> tuple[str, str]:
    """The kind that the guide would take the word for, said where it is another word; and its category."""
    from emergency.rulebook.kinds import category_of, kind_named  # noqa: PLC0415 - help needs no engine

    rulebook = settings.engine.rulebook
    kind = kind_named(word, rulebook)
    known = rulebook.kinds.get(kind)
    if known is not None and word.strip() not in (kind, known.title.zh):
        words = settings.say(
            f"种类“{word}”按“{known.title.zh}”({kind}) 入库；不对的，用 emergency amend 更正。",
            f"{word!r} goes on record as {kind} ({known.title.zh}); put it right with emergency amend.",
        )
        click.echo(f"{settings.say('注意：', 'Note: ')}{words}", err=True)
    derived = category_of(kind, rulebook)
    return kind, category or (derived.value if derived is not None else "accident")


def stated(
    settings: Settings,
    directory: Directory,
    text: str | None,
    hour: datetime,
    option: str,
    *,
    ahead: datetime | None = None,
) -> StatedTime:
    """A typed time as stated, in the office's zone; without one: this minute.

    What may mean several times is asked about, where somebody can answer; elsewhere it is refused with all of them.
    ``ahead``: it is a limit that lies ahead, counted from then.
    """
    from emergency.domain.values import StatedTime  # noqa: PLC0415 - help needs no engine
    from emergency.domain.vocabulary import Basis  # noqa: PLC0415

    zone = settings.zone(directory)
    if text is None:
        minute = hour.astimezone(zone).replace(second=0, microsecond=0)
        return StatedTime(earliest=minute, latest=minute, basis=Basis.STATED)
    from emergency.domain.times import AmbiguousTimeError, understood  # noqa: PLC0415 - as above
    from emergency.errors import UsageError  # noqa: PLC0415

    try:
        return understood(text, hour, zone, ahead=ahead)
    except AmbiguousTimeError as error:
        if on_terminal():
            question = settings.say(f"{option}“{error.said}”是指", f"{option} {error.said!r} means")
            return error.readings[choose(question, error.written)]
        raise UsageError(f"{option}: {error}", zh=f"{option}：{error.zh}") from None
    except UsageError as error:
        raise UsageError(f"{option}: {error}", zh=f"{option}：{error.zh}") from None


def valid(cls: Any, fields: Mapping[str, Any]) -> Any:  # noqa: ANN401 - any value of the domain
    """Make a value; what it refuses is wrong use."""
    from pydantic import ValidationError  # noqa: PLC0415 - help needs no engine

    from emergency.domain.complaint import complaint  # noqa: PLC0415

    try:
        return cls(**fields)
    except ValidationError as error:
        why = complaint(error).sentence
        raise WrongUseError(why.en, zh=why.zh) from None


def known(directory: Directory, office: str) -> None:
    """Refuse an office that is not in the directory before anything is written."""
    if office == PUBLIC or office in directory:
        return
    from emergency.errors import NotFoundError  # noqa: PLC0415 - only for a mistake

    near = meant(office, directory.offices)
    raise NotFoundError(
        f"There is no office {office} in the directory.{near} "
        f"Nothing was recorded. `emergency offices list` shows them; `emergency offices add {office} …` adds it.",
        zh=f"报送网络中没有单位 {office}。{near.zh}未入库任何内容。"
        f"查看全部单位：emergency offices list；增加单位：emergency offices add {office} …",
    )


def _superior(directory: Directory, office: str, hour: datetime, settings: Settings) -> tuple[str, ...]:
    """The direct superior; where there are several, the officer chooses."""
    above = directory.superiors(office, hour.astimezone(settings.zone(directory)).date())
    if len(above) == 1:
        return above
    if not above:
        raise WrongUseError(
            f"{office} reports to nobody in the directory. Say to whom it was told: --to OFFICE.",
            zh=f"报送网络中 {office} 没有上级。请用 --to 写明报给谁。",
        )
    listed = settings.say("、", ", ").join(f"{up} {directory.name(up)}" for up in above)
    if not on_terminal():
        raise WrongUseError(
            f"{office} reports to several offices: {listed}. Say which: --to OFFICE.",
            zh=f"{office} 有几个上级：{listed}。请用 --to 写明报给哪个。",
        )
    chosen = choose(settings.say("报给谁", "To whom"), [f"{directory.name(up)} ({up})" for up in above])
    return (above[chosen],)


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
        click.echo(settings.say("未入库任何内容。", "Nothing was recorded."), err=True)
        leave(REFUSED)
