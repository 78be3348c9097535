"""``emergency draft``: one text and one set of facts over what several units reported 统稿."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from emergency_cli.asking import on_terminal
from emergency_cli.bilingual import WrongUseError, both, command, group, of_system, option
from emergency_cli.context import (
    Settings,
    common_options,
    identity_options,
    lang_option,
    now,
    pass_settings,
    shared_option,
)
from emergency_cli.draft_pages import difference, print_draft, print_drafted, print_list
from emergency_cli.elements import elements_of
from emergency_cli.entries import known, stated, valid
from emergency_cli.figures import facts_of, named_figure, others_of, taken_out
from emergency_cli.lazy import Later, LazyGroup

if TYPE_CHECKING:
    from emergency.commands.drafts import Drafted
    from emergency.domain.offices import Directory
    from emergency.domain.values import Facts, StatedTime

F = TypeVar("F", bound=Callable[..., Any])
STAGES = ("first-check", "recheck", "review")

_HERE = "emergency_cli.draft"
COMMANDS = {
    "open": Later(_HERE, "open_draft", both("就若干报告开始统稿。", "Begin a draft over reports.")),
    "edit": Later(_HERE, "edit", both("拟出或修改下一版。", "Make the next version.")),
    "diff": Later(_HERE, "diff", both("比较两版的不同。", "What two versions say differently.")),
    "review": Later(
        _HERE, "review", both("初审、复核、审核某一版。", "First check, recheck or review a version.")
    ),
    "sign": Later(_HERE, "sign", both("签发某一版。", "Sign a version.")),
    "issue": Later(
        _HERE, "issue", both("印发某一版，作为统一口径。", "Send a version out as the one set of facts.")
    ),
    "assign": Later(_HERE, "assign", both("请各单位分头上报。", "Have units send it up, each by itself.")),
    "show": Later(_HERE, "show", both("统稿进展与下一步。", "Where a draft stands, and what is next.")),
    "list": Later(_HERE, "list_drafts", both("全部统稿。", "All drafts.")),
}


@group(
    cls=LazyGroup,
    later=COMMANDS,
    zh="""统稿：几个单位报告之上的统一文稿和统一事实。

    不因此等候：任何单位都可先行报告，并附不同意见（emergency report … --dissent TEXT）。
    """,
)
@lang_option
def draft() -> None:
    """The unified draft: one text and one set of facts over what several units reported.

    No time limit waits for it: a unit may report at once, with its dissent (`emergency report … --dissent TEXT`).
    """


def _all(*decorators: Callable[[Any], Any]) -> Callable[[F], F]:
    def decorate(command: F) -> F:
        for each in reversed(decorators):
            command = each(command)
        return command

    return decorate


_draft_option = shared_option(
    "--draft",
    "holder",
    metavar="OFFICE",
    help=both(
        "统稿单位；有几份统稿时须写明。", "The office that holds the draft; needed where there are several."
    ),
)
_version_option = shared_option(
    "--version",
    "number",
    type=click.IntRange(1),
    metavar="N",
    help=both("第几版；默认为最后一版。", "Which version; the last one unless given."),
)
_form_option = shared_option(
    "--format",
    "form",
    type=click.Choice(["table", "json"]),
    default="table",
    help=both("输出格式：供阅读，或供程序使用。", "What to print."),
)
_ending = _all(
    shared_option(
        "--at",
        metavar="TIME",
        help=both(
            "时间：13:05、昨天 23:40、约 13:05、不明；默认为现在。",
            "When: 13:05, 昨天 23:40, 约 13:05, 不明; now unless given.",
        ),
    ),
    shared_option(
        "--command-id",
        metavar="ID",
        help=both("供脚本使用：同一编号只入库一次。", "For scripts: the same id never records twice."),
    ),
    shared_option(
        "--quiet",
        "-q",
        is_flag=True,
        help=both("只输出事件编号和条目编号。", "Print only the incident and the entry's id."),
    ),
    _form_option,
    identity_options,
    common_options,
    pass_settings,
)


# -- commands --------------------------------------------------------------------------------------------------


@command(
    "open",
    zh="""就若干报告开始统稿，或把报告加入本单位的统稿；不指明时为本单位收到的报告。

    REPORT 为报告在事件中的编号，如 #3。

    例：emergency draft open - #3 #5 --jointly xiangshui-party
    """,
)
@click.argument("incident")
@click.argument("reports", nargs=-1, metavar="[REPORT]...")
@option(
    "--jointly",
    metavar="OFFICE",
    help=both("两办中的另一办。", "The other of the two offices (of Party committee and government)."),
)
@_ending
def open_draft(
    settings: Settings,
    incident: str,
    reports: Sequence[str],
    jointly: str | None,
    **ending: Any,  # noqa: ANN401 - click's own
) -> None:
    """Begin a draft over reports, or add reports to mine; those that my office received unless named.

    REPORT is a report's number on the incident, like #3.

    Example: emergency draft open - #3 #5 --jointly xiangshui-party
    """
    ref, at = _begin(settings, incident, ending["at"], *([jointly] if jointly else []))
    done = settings.engine.drafts.open(
        ref,
        settings.identity,
        contributions=reports or None,
        jointly=jointly,
        at=at,
        command_id=ending["command_id"],
    )
    _print(settings, done, ending)


@command(
    zh="""拟稿、修改：形成下一版。未提及的同前一版；死= 删去该数字。

    每项事实以内容相同的报告或核实为据，另有 --trace 的除外。对矛盾的数字，择一并说明理由：--settle "死=#5:
    医院确认"。

    例：emergency draft edit - 死=6 重伤=30 --say measures=已封控 --text-file draft.txt
    """
)
@click.argument("incident")
@click.argument("words", nargs=-1, metavar="[FIGURE=NUMBER]...")
@option(
    "--say",
    "says",
    multiple=True,
    metavar="ELEMENT=TEXT",
    help=both("某要素的内容；可多次给出。", "What it says of an element; may be given again."),
)
@option(
    "--verifying",
    multiple=True,
    metavar="ELEMENT",
    help=both("尚在核实的要素。", "An element that is still being verified."),
)
@option("--nature", metavar="TEXT", help=both("性质，用文字写明。", "What it is, in words."))
@option(
    "--figure",
    "others",
    multiple=True,
    metavar="NAME=NUMBER",
    help=both("其他数字，如 sick=12。", "Any other figure, like sick=12."),
)
@option(
    "--circumstance",
    "circumstances",
    multiple=True,
    metavar="SLUG",
    help=both("情形，写其代号。", "A circumstance, by its slug."),
)
@option(
    "--without",
    multiple=True,
    metavar="FACT",
    help=both("不再保留的事实或要素。", "A fact or element that it shall not have any more."),
)
@option("--text", metavar="TEXT", help=both("上报的正文。", "The text that goes up."))
@option(
    "--text-file",
    metavar="FILE",
    help=both("正文取自文件；- 为读取管道输入。", "The text, from a file; - reads what is piped in."),
)
@option("--editor", is_flag=True, help=both("用 $EDITOR 编写正文。", "Write the text in $EDITOR."))
@option(
    "--like",
    metavar="N|#N",
    help=both("以第 N 版或报告 #N 的内容为底稿。", "Begin with version N, or with what report #N states."),
)
@option(
    "--add",
    "reports",
    multiple=True,
    metavar="REPORT",
    help=both("加入统稿的报告。", "A report to add to those it is made of."),
)
@option(
    "--trace",
    "traces",
    multiple=True,
    metavar="FACT=#N,#N",
    help=both("某项事实的依据。", "What a fact rests on."),
)
@option(
    "--settle",
    "settlements",
    multiple=True,
    metavar='"FACT=#N: WHY"',
    help=both("对矛盾作出取舍。", "Settle a contradiction."),
)
@_draft_option
@_ending
def edit(settings: Settings, incident: str, words: Sequence[str], holder: str | None, **said: Any) -> None:  # noqa: ANN401 - click's own
    """Make the next version. What is not said reads as in the version before; 死= takes a figure out.

    Each fact rests on whatever contribution or verification states the same, unless --trace says otherwise.
    To settle is to follow a report, with a reason: --settle "死=#5: 医院确认".

    Example: emergency draft edit - 死=6 重伤=30 --say measures=已封控 --text-file draft.txt
    """
    ref, at = _begin(settings, incident, said["at"])
    facts, others, gone = taken_out(words, said["others"])
    content, unsaid = elements_of(settings, said["says"], said["verifying"])
    text = _text(settings, ref, holder, words, said)
    done = settings.engine.drafts.edit(
        ref,
        settings.identity,
        draft=holder,
        like=said["like"],
        facts=_facts(facts, others, said["nature"], said["circumstances"]),
        content=content,
        without=(*gone, *unsaid, *(_fact_name(each) for each in said["without"])),
        text=text,
        trace=dict(map(_trace, said["traces"])),
        settle=tuple(map(_settlement, said["settlements"])),
        contributions=said["reports"],
        at=at,
        command_id=said["command_id"],
    )
    _print(settings, done, said)


@command(zh="比较两版的不同；默认为最后两版：[-删去-]、{+增加+}。")
@click.argument("incident")
@click.argument("old", type=click.IntRange(1), required=False, metavar="[V1]")
@click.argument("new", type=click.IntRange(1), required=False, metavar="[V2]")
@_draft_option
@_all(_form_option, identity_options, common_options, pass_settings)
def diff(
    settings: Settings, incident: str, old: int | None, new: int | None, holder: str | None, form: str
) -> None:
    """What two versions say differently; the last two unless named: [-taken out-], {+put in+}."""
    settings.only_read()
    state, view = settings.engine.drafts.show(settings.incident(incident), holder, office=_me(settings))
    difference(settings, state, view, old, new, form)


@command(
    zh="""初审、复核、审核某一版：通过，或写明理由退回。

    不论由谁、按何顺序，都予记录；有异常的会提示。

    例：emergency draft review - --stage recheck --return "死亡人数不符"
    """
)
@click.argument("incident")
@option(
    "--stage",
    type=click.Choice(STAGES),
    required=True,
    help=both("哪一步：初审 first-check、复核 recheck、审核 review。", "Which step."),
)
@option("--approve", is_flag=True, help=both("通过。", "Approve it."))
@option("--return", "why", metavar="WHY", help=both("退回，写明理由。", "Send it back with the reason."))
@_all(_draft_option, _version_option, _ending)
def review(
    settings: Settings,
    incident: str,
    stage: str,
    approve: bool,
    why: str | None,
    **said: Any,  # noqa: ANN401 - click's own
) -> None:
    """First check, recheck or review a version: approve it, or return it with the reason.

    Whoever does it, in whatever order: it is recorded, and what is odd is said.

    Example: emergency draft review - --stage recheck --return "死亡人数不符"
    """
    _sign_off(settings, incident, stage, approve, why, said)


@command(zh="签发某一版，或写明理由退回。")
@click.argument("incident")
@option("--approve", is_flag=True, help=both("签发。", "Sign it."))
@option("--return", "why", metavar="WHY", help=both("退回，写明理由。", "Send it back with the reason."))
@_all(_draft_option, _version_option, _ending)
def sign(settings: Settings, incident: str, approve: bool, why: str | None, **said: Any) -> None:  # noqa: ANN401 - click's own
    """Sign a version, or return it with the reason."""
    _sign_off(settings, incident, "sign", approve, why, said)


@command(zh="印发：将某一版作为统一事实发出，附事实与正文的摘要值。")
@click.argument("incident")
@_all(_draft_option, _version_option, _ending)
def issue(settings: Settings, incident: str, holder: str | None, number: int | None, **ending: Any) -> None:  # noqa: ANN401 - click's own
    """Send a version out as the one set of facts, with the hash of its facts and text."""
    ref, at = _begin(settings, incident, ending["at"])
    done = settings.engine.drafts.issue(
        ref, settings.identity, draft=holder, version=number, at=at, command_id=ending["command_id"]
    )
    _print(settings, done, ending)


@command(
    zh="""分头上报：由各单位将印发稿各自按期上报。

    规则的时限不变；规则时限更早的，会显示，并以其为准。

    例：emergency draft assign - xs-em=15:30 xs-police=16:00
    """
)
@click.argument("incident")
@click.argument("units", nargs=-1, required=True, metavar="UNIT[=TIME]...")
@option(
    "--due",
    metavar="TIME",
    help=both(
        "未另定时间的单位的时限：16:00、30分钟、2h。",
        "By when, for units without a time of their own: 16:00, 30分钟, 2h.",
    ),
)
@option(
    "--to",
    multiple=True,
    metavar="OFFICE",
    help=both("报给谁；默认为其应报的单位。", "To whom; to whom each owes it unless given."),
)
@_all(_draft_option, _version_option, _ending)
def assign(
    settings: Settings,
    incident: str,
    units: Sequence[str],
    due: str | None,
    to: Sequence[str],
    holder: str | None,
    number: int | None,
    **ending: Any,  # noqa: ANN401 - click's own
) -> None:
    """Have units send an issued version up, each by itself, by its own deadline.

    The time limits of the rules stay what they are: where one is earlier, it is shown, and holds.

    Example: emergency draft assign - xs-em=15:30 xs-police=16:00
    """
    directory = settings.engine.directory()
    named = [_unit(each) for each in units]
    ref, at = _begin(settings, incident, ending["at"], *(unit for unit, _ in named), *to)
    hours: dict[str, StatedTime | None] = {}
    for unit, time in named:
        if unit in hours:
            raise WrongUseError(
                f"{unit} was named twice. Name each unit once.", zh=f"{unit} 重复。每个单位只写一次。"
            )
        text = time or due
        hours[unit] = _deadline(settings, directory, text) if text else None
    done = settings.engine.drafts.assign(
        ref,
        settings.identity,
        units=hours,
        to=to,
        draft=holder,
        version=number,
        at=at,
        command_id=ending["command_id"],
    )
    _print(settings, done, ending)


@command(zh="统稿的现状：各版、流程、事实及出处、矛盾、谁已上报。")
@click.argument("incident")
@_all(_draft_option, _form_option, identity_options, common_options, pass_settings)
def show(settings: Settings, incident: str, holder: str | None, form: str) -> None:
    """Where a draft stands: versions, chain, facts with their sources, contradictions, who has sent it up."""
    settings.only_read()
    state, view = settings.engine.drafts.show(settings.incident(incident), holder, office=_me(settings))
    print_draft(settings, state, view, form)


@command("list", zh="全部统稿，或某些事件的统稿。")
@click.argument("incidents", nargs=-1, metavar="[INCIDENT]...")
@_all(_form_option, common_options, pass_settings)
def list_drafts(settings: Settings, incidents: Sequence[str], form: str) -> None:
    """All drafts, or those of some incidents."""
    settings.only_read()
    refs = [settings.incident(each) for each in incidents] or settings.engine.drafts.refs()
    print_list(settings, refs, form)


# -- what was typed --------------------------------------------------------------------------------------------


def _begin(settings: Settings, incident: str, at: str | None, *offices: str) -> tuple[str, StatedTime | None]:
    """The incident and the time, with everything that can be wrong found before anything is recorded."""
    identity = settings.identity
    ref = settings.incident(incident)
    directory = settings.engine.directory()
    for office in (identity.office, *offices):
        known(directory, office)
    return ref, stated(settings, directory, at, now(), "--at") if at is not None else None


def _me(settings: Settings) -> str | None:
    """My office, where anybody said which it is: to look takes no identity."""
    try:
        return settings.identity.office
    except WrongUseError:
        return None


def _sign_off(
    settings: Settings, incident: str, stage: str, approve: bool, why: str | None, said: dict[str, Any]
) -> None:
    if approve == (why is not None):
        raise WrongUseError(
            "Say one of both: --approve, or --return WHY with the reason."
            if approve
            else "Say what comes of it: --approve, or --return WHY with the reason.",
            zh="--approve 与 --return WHY 只能用一个。"
            if approve
            else "请写明结果：通过 --approve，或退回并说明理由 --return WHY。",
        )
    ref, at = _begin(settings, incident, said["at"])
    done = settings.engine.drafts.review(
        ref,
        settings.identity,
        stage=stage,
        approve=approve,
        why=why,
        draft=said["holder"],
        version=said["number"],
        at=at,
        command_id=said["command_id"],
    )
    _print(settings, done, said)


def _facts(
    words: Sequence[str], others: Sequence[str], nature: str | None, circumstances: Sequence[str]
) -> Facts:
    from emergency.domain.values import Facts  # noqa: PLC0415 - help needs no engine

    fields = facts_of(words)
    if nature:
        fields["nature"] = nature
    fields["figures"], fields["circumstances"] = others_of(others), circumstances
    facts: Facts = valid(Facts, fields)
    return facts


def _fact_name(word: str) -> str:
    """A fact as it is named in the record: 死 is ``deaths``."""
    return named_figure(word.strip()) or word.strip()


def _trace(word: str) -> tuple[str, tuple[str, ...]]:
    name, equals, entries = word.replace("＝", "=", 1).partition("=")
    listed = tuple(each.strip() for each in entries.replace("，", ",").split(",") if each.strip())
    if not equals or not name.strip() or not listed:
        raise WrongUseError(
            f"--trace {word}: write FACT=#N,#N, like --trace 死=#3,#5.",
            zh=f"--trace {word}：请写成 FACT=#N,#N，如 --trace 死=#3,#5。",
        )
    return _fact_name(name), listed


def _settlement(word: str) -> tuple[str, str | None, str]:
    what, colon, why = word.replace("：", ":", 1).replace("＝", "=", 1).partition(":")
    name, _, entry = what.partition("=")
    if not colon or not why.strip() or not name.strip():
        raise WrongUseError(
            f'--settle {word}: write "FACT=#N: WHY" to follow a report, like "死=#5: 医院确认", or "FACT: WHY" to '
            "follow none of them.",
            zh=f"--settle {word}：采用某份报告的，写“FACT=#N: WHY”，如“死=#5: 医院确认”；都不采用的，"
            "写“FACT: WHY”。",
        )
    return _fact_name(name), entry.strip() or None, why.strip()


def _text(
    settings: Settings, ref: str, holder: str | None, words: Sequence[str], said: dict[str, Any]
) -> str | None:
    """The text as it was given, or written in an editor; None = as before."""
    given = [option for option in ("text", "text_file", "editor") if said[option]]
    if len(given) > 1:
        raise WrongUseError(
            "Give the text once: --text TEXT, --text-file FILE or --editor.",
            zh="正文只给一次：--text TEXT、--text-file FILE 或 --editor。",
        )
    if said["text_file"]:
        return _read(said["text_file"])
    if said["text"] is not None:
        text: str = said["text"]
        return text
    silent = not words and not any(
        said[name]
        for name in (
            "says", "verifying", "nature", "others", "circumstances", "without", "like", "reports", "traces",
            "settlements",
        )
    )  # fmt: skip
    if not said["editor"] and not (silent and on_terminal()):
        return None
    state, _ = settings.engine.drafts.show(ref, holder, office=settings.identity.office)
    before = state.latest.edited.text if state.latest is not None else ""
    return click.edit(before, extension=".txt")


def _read(name: str) -> str:
    try:
        if name == "-":
            return sys.stdin.read()
        return Path(name).read_text(encoding="utf-8-sig")
    except OSError as error:
        said = of_system(error)
        raise WrongUseError(f"--text-file {name}: {said}.", zh=f"--text-file {name}：{said.zh}。") from None
    except UnicodeDecodeError:
        raise WrongUseError(
            f"--text-file {name}: it is not UTF-8 text. Save it as UTF-8.",
            zh=f"--text-file {name}：不是 UTF-8 文本。请另存为 UTF-8。",
        ) from None


def _unit(word: str) -> tuple[str, str | None]:
    unit, _, time = word.replace("＝", "=", 1).partition("=")
    return unit.strip(), time.strip() or None


_LENGTH = re.compile(r"([0-9]{1,4})\s*(m|min|分钟|分|h|小时)")


def _deadline(settings: Settings, directory: Directory, text: str) -> StatedTime:
    """A time to come: a length from now, or the next time the clock reads so."""
    from emergency.domain.values import StatedTime  # noqa: PLC0415 - help needs no engine
    from emergency.domain.vocabulary import Basis  # noqa: PLC0415

    hour = now()
    if match := _LENGTH.fullmatch(text.strip()):
        length = (
            timedelta(minutes=int(match[1]))
            if match[2] in ("m", "min", "分钟", "分")
            else timedelta(hours=int(match[1]))
        )
        moment = (hour + length).astimezone(settings.zone(directory)).replace(second=0, microsecond=0)
        return StatedTime(text=text.strip(), earliest=moment, latest=moment, basis=Basis.STATED)
    return stated(settings, directory, text, hour, "--due", ahead=hour)


def _print(settings: Settings, done: Drafted, ending: dict[str, Any]) -> None:
    settings.recorded_so_far = settings.say(
        f"已入库：{done.outcome.incident} {done.outcome.event_ids[-1]}。",
        f"It is on record: {done.outcome.incident} {done.outcome.event_ids[-1]}.",
    )
    settings.used(done.outcome.incident)
    if ending["quiet"]:
        click.echo(f"{done.outcome.incident} {done.outcome.event_ids[-1]}")
        return
    print_drafted(settings, done, ending["form"])
