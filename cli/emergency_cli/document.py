"""``emergency document``: papers in the layout of GB/T 9704-2012, or as plain text. To make one is no act."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from emergency_cli.bilingual import Group, StoppedError, WrongUseError, both, command, option
from emergency_cli.context import Settings, common_options, lang_option, pass_settings
from emergency_cli.lazy import Later, LazyGroup

if TYPE_CHECKING:
    from emergency.documents.desk import Choices, Kind, Official

F = TypeVar("F", bound=Callable[..., Any])

COMMANDS = {
    "first-report": Later(
        "emergency_cli.document",
        "first_report",
        both("首报。", "The first report on an incident."),
    ),
    "follow-up": Later(
        "emergency_cli.document",
        "follow_up",
        both("续报，按入库次序编号。", "A follow-up, numbered by the record."),
    ),
    "final": Later(
        "emergency_cli.document",
        "final",
        both("终报。", "The final report."),
    ),
    "unified-draft": Later(
        "emergency_cli.document",
        "unified_draft",
        both("统稿：正文、数据出处、审签。", "The unified draft: text, facts, sign-off."),
    ),
    "circular": Later(
        "emergency_cli.document",
        "circular",
        both("通报：一起事件，或一个期间。", "A circular on one incident, or on a period."),
    ),
}

FORMATS = {".docx": "docx", ".pdf": "pdf", ".txt": "text"}
"""What the ending of a file's name says of its format."""


class _Documents(LazyGroup, Group):
    """The documents, each loaded when it is asked for."""


@click.group(
    cls=_Documents,
    later=COMMANDS,
    zh="""公文：首报、续报、终报、统稿、通报。

    按 GB/T 9704-2012 版式生成 DOCX、PDF，或纯文本。内容只取自记录：未掌握的写“暂未掌握”，有人在核实的才写“正在核实”，
    从不写成 0。生成公文不是报告，不入库。
    """,
)
@lang_option
def document() -> None:
    """Documents: first report, follow-up, final report, unified draft, circular.

    As DOCX or PDF in the layout of GB/T 9704-2012, or as plain text. What they say comes from the record: what is not
    known reads so, never 0; only what somebody verifies reads being verified. To make one is no report, and nothing
    is recorded.
    """


# -- options -------------------------------------------------------------------------------------------------------

_PAPER: tuple[tuple[tuple[str, ...], dict[str, Any]], ...] = (
    (
        ("--output",),
        {
            "type": click.Path(path_type=Path, dir_okay=False),
            "metavar": "FILE",
            "help": both("写入文件，按后缀 .docx、.pdf、.txt 定格式。", "Write FILE: .docx, .pdf or .txt."),
        },
    ),
    (
        ("--as", "form_of_file"),
        {
            "type": click.Choice(["docx", "pdf", "text"]),
            "help": both("文件格式；不按后缀。", "The format, whatever the file is called."),
        },
    ),
    (
        ("--force",),
        {"is_flag": True, "help": both("覆盖已有文件。", "Write over a file that is there.")},
    ),
    (
        ("--form",),
        {
            "type": click.Choice(["letter", "bulletin"]),
            "default": "letter",
            "show_default": True,
            "help": both("公文 letter，值班信息 bulletin。", "A letter, or an issue of a duty publication."),
        },
    ),
    (
        ("--mark",),
        {
            "metavar": "TEXT",
            "help": both("红头；不写则按单位名称。", "The red head; the office's name unless given."),
        },
    ),
    (("--number",), {"metavar": "TEXT", "help": both("发文字号。", "The document's number.")}),
    (
        ("--issue",),
        {"metavar": "TEXT", "help": both("期号（值班信息）。", "Which issue, of a duty publication.")},
    ),
    (
        ("--copy-number",),
        {"metavar": "DIGITS", "help": both("份号，六位数字。", "The copy's number, six digits.")},
    ),
    (
        ("--to", "addressees"),
        {
            "multiple": True,
            "metavar": "TEXT",
            "help": both("主送；可多次给出。", "To whom; may be repeated."),
        },
    ),
    (
        ("--cc", "copies_to"),
        {
            "multiple": True,
            "metavar": "TEXT",
            "help": both("抄送；可多次给出。", "Copies to; may be repeated."),
        },
    ),
    (
        ("--attachment", "attachments"),
        {
            "multiple": True,
            "metavar": "TEXT",
            "help": both("附件名称；可多次给出。", "An attachment's name."),
        },
    ),
    (
        ("--secrecy-period",),
        {
            "metavar": "TEXT",
            "help": both(
                "保密期限，如 1年；密级取自事件。", "How long it stays secret; how secret, the incident says."
            ),
        },
    ),
    (
        ("--signer-name",),
        {
            "metavar": "NAME",
            "help": both(
                "签发人姓名，只印在纸上，不留存。", "The signer's name, for the paper only; kept nowhere."
            ),
        },
    ),
    (("--printed-by",), {"metavar": "TEXT", "help": both("印发机关。", "Who printed it.")}),
    (("--drill",), {"is_flag": True, "help": both("每页标明“演练”。", "Mark every page as of a drill.")}),
)
"""What every document takes."""


def _paper_options(given: F) -> F:
    made = given
    for names, attributes in reversed(_PAPER):
        made = option(*names, **attributes)(made)
    return made


_incident = click.argument("incident", default="-", metavar="[INCIDENT]")
_report = option(
    "--report",
    metavar="N",
    help=both(
        "按此编号的记录；不写为本单位最近一份。",
        "The entry it is made from; the office's newest unless given.",
    ),
)
_held = option(
    "--held",
    is_flag=True,
    help=both("按本单位目前掌握的情况，作待报稿。", "Made from what the office holds now, to be sent."),
)
_office = option(
    "--office",
    "who",
    metavar="ID",
    help=both("哪个单位的报告；不写为本单位。", "Whose report; mine unless given."),
)


def _choices(settings: Settings, paper: dict[str, Any]) -> Choices:
    from emergency.documents.desk import Choices  # noqa: PLC0415 - help needs no engine

    names = (
        "form", "mark", "number", "issue", "copy_number", "addressees", "copies_to", "attachments", "secrecy_period",
        "signer_name", "printed_by", "drill",
    )  # fmt: skip
    return Choices(chinese=settings.chinese, **{name: paper[name] for name in names})


# -- commands ------------------------------------------------------------------------------------------------------


@command("first-report", zh="首报：取自已入库的报告；尚未报告的，按本单位目前掌握的情况作待报稿。")
@_incident
@_report
@_held
@_office
@_paper_options
@common_options
@pass_settings
def first_report(settings: Settings, /, incident: str, **given: Any) -> None:  # noqa: ANN401 - the options above
    """The first report: of one on record; where there is none, of what the office holds, to be sent."""
    from emergency.documents.desk import Kind  # noqa: PLC0415 - as above

    _report_document(settings, Kind.FIRST, incident, given)


@command("follow-up", zh="续报：只写新情况，按入库次序编号；尚未入库的，按本单位目前掌握的情况作待报稿。")
@_incident
@_report
@_held
@_office
@_paper_options
@common_options
@pass_settings
def follow_up(settings: Settings, /, incident: str, **given: Any) -> None:  # noqa: ANN401 - as above
    """A follow-up: what is new, numbered by the record; where none is on record, what the office holds, to be sent."""
    from emergency.documents.desk import Kind  # noqa: PLC0415 - as above

    _report_document(settings, Kind.FOLLOW_UP, incident, given)


@command("final", zh="终报：取自已入库的终报；尚未入库的，按本单位目前掌握的情况作待报稿。")
@_incident
@_report
@_held
@_office
@_paper_options
@common_options
@pass_settings
def final(settings: Settings, /, incident: str, **given: Any) -> None:  # noqa: ANN401 - as above
    """The final report: of one on record; where there is none, of what the office holds, to be sent."""
    from emergency.documents.desk import Kind  # noqa: PLC0415 - as above

    _report_document(settings, Kind.FINAL, incident, given)


def _report_document(settings: Settings, kind: Kind, incident: str, given: dict[str, Any]) -> None:
    target = _target(given)
    settings.only_read()
    report, held, who = given["report"], given["held"], given["who"]
    if report is not None and held:
        raise WrongUseError("Give either --report N or --held.", zh="--report 与 --held 只用其一。")
    ref = settings.incident(incident)
    office = who or (None if report is not None else settings.identity.office)
    made = settings.engine.documents.report(
        kind, ref, office=office, report=report, held=held, choices=_choices(settings, given)
    )
    _hand_out(settings, made, target)
    if made.unsent:
        verb = {"first-report": "report", "follow-up": "follow-up", "final": "final"}[kind]
        click.echo(
            settings.say(
                f"此件为待报稿。报出后请入库：emergency {verb} {ref} --to …",
                f"It is still to be sent. Once it is, log it: emergency {verb} {ref} --to …",
            ),
            err=True,
        )


@command("unified-draft", zh="统稿：最近印发的一版；未印发的，取最近一版并标明。")
@_incident
@option("--draft", metavar="OFFICE", help=both("持有统稿的单位。", "The office that holds the draft."))
@option("--version", "which", type=int, metavar="N", help=both("第几版。", "Which version."))
@_paper_options
@common_options
@pass_settings
def unified_draft(settings: Settings, /, incident: str, **given: Any) -> None:  # noqa: ANN401 - as above
    """The unified draft: the version issued last; where none was, the last there is, marked so."""
    target = _target(given)
    settings.only_read()
    ref = settings.incident(incident)
    made = settings.engine.documents.unified_draft(
        ref,
        draft=given["draft"],
        office=_me(settings),
        version=given["which"],
        choices=_choices(settings, given),
    )
    _hand_out(settings, made, target)


@command(
    "circular",
    zh="""通报：一起事件（写 INCIDENT），或一个期间（--since、--until）。

    只表述有权机关已认定的事项和可以认定的迟报；推定、可能的另列，不计入；须由有权机关认定而尚未认定的，不作表述。
    """,
)
@click.argument("incident", required=False, metavar="[INCIDENT]")
@option(
    "--since", type=click.DateTime(["%Y-%m-%d"]), metavar="DAY", help=both("期间的首日。", "From this day.")
)
@option(
    "--until", type=click.DateTime(["%Y-%m-%d"]), metavar="DAY", help=both("期间的末日。", "To this day.")
)
@option("--office", "who", metavar="ID", help=both("期间通报只列此单位。", "Of a period: only this office."))
@_paper_options
@common_options
@pass_settings
def circular(settings: Settings, /, incident: str | None, **given: Any) -> None:  # noqa: ANN401 - as above
    """A circular on one incident (INCIDENT), or on a period (--since, --until).

    It states only what people determined, and what is late by arithmetic. What is presumed or possible stands apart
    and is not counted; what only people can determine, and did not, is not stated.
    """
    target = _target(given)
    since, until = _day(given["since"]), _day(given["until"])
    period = since is not None or until is not None
    if period == (incident is not None):
        raise WrongUseError(
            "A circular is on one incident or on a period: name an INCIDENT, or give --since DAY and --until DAY.",
            zh="通报针对一起事件或一个期间：写 INCIDENT，或写 --since DAY --until DAY。",
        )
    if not period and given["who"] is not None:
        raise WrongUseError(
            "--office goes with a period: --since DAY --until DAY.",
            zh="--office 与期间同用：--since DAY --until DAY。",
        )
    settings.only_read()
    documents, choices = settings.engine.documents, _choices(settings, given)
    issuer = settings.identity.office
    if incident is not None:
        made = documents.circular(settings.incident(incident), office=issuer, choices=choices)
    else:
        made = documents.period_circular(
            office=issuer, since=since, until=until, of=given["who"], choices=choices
        )
    _hand_out(settings, made, target)


def _day(given: datetime | None) -> date | None:
    return given.date() if given is not None else None


def _me(settings: Settings) -> str | None:
    """The office at the keyboard, where anybody has said so."""
    try:
        return settings.identity.office
    except click.UsageError:
        return None


# -- where it goes -------------------------------------------------------------------------------------------------


class _Target:
    """Where a document goes, and in which format; nothing that is there is touched before it is made."""

    def __init__(self, path: Path | None, form: str, *, force: bool) -> None:
        self.path, self.form, self.force = path, form, force

    def check(self) -> None:
        """Refuse a file that is there, or a place where none can be."""
        path = self.path
        if path is None:
            return
        if path.exists() and not path.is_file():
            raise StoppedError(
                f"{path} is no file that could be written over. Name another; nothing was written.",
                zh=f"{path} 不是可以覆盖的文件。请另写文件名；未写入任何内容。",
            )
        if path.exists() and not self.force:
            raise StoppedError(
                f"{path} is there already. Name another file, or write over it with --force; nothing was written.",
                zh=f"{path} 已存在。请另写文件名，或用 --force 覆盖；未写入任何内容。",
            )
        if not path.parent.is_dir():
            raise StoppedError(
                f"There is no folder {path.parent}. Make it first; nothing was written.",
                zh=f"没有文件夹 {path.parent}。请先建立；未写入任何内容。",
            )

    def write(self, content: bytes) -> None:
        """Write the file whole, or leave what was there."""
        assert self.path is not None  # noqa: S101 - where there is none, it is printed
        path = self.path.resolve()
        draft = path.with_name(f".{path.name}.{os.getpid()}")
        try:
            with draft.open("xb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            self.check()  # somebody else may have made it meanwhile
            draft.replace(path)
        except OSError as error:
            why = error.strerror or str(error)
            raise StoppedError(
                f"{self.path} could not be written: {why}. Nothing was left half-written; make room or name another "
                "place, and run the command again.",
                zh=f"{self.path} 未能写入：{why}。没有留下写了一半的文件；请腾出空间或换个位置，再运行一次。",
            ) from None
        finally:
            with suppress(OSError):
                draft.unlink(missing_ok=True)


def _target(given: dict[str, Any]) -> _Target:
    path, form = given["output"], given["form_of_file"]
    if form is None:
        form = "text" if path is None else FORMATS.get(path.suffix.lower())
    if form is None:
        raise WrongUseError(
            f"{path}: the ending says no format. Call it .docx, .pdf or .txt, or say --as docx|pdf|text.",
            zh=f"{path}：后缀看不出格式。请用 .docx、.pdf、.txt，或写 --as docx|pdf|text。",
        )
    if path is None and form != "text":
        raise WrongUseError(
            f"A {form} is written to a file: --output FILE.{form}.",
            zh=f"{form} 须写入文件：--output FILE.{form}。",
        )
    target = _Target(path, form, force=given["force"])
    target.check()
    return target


def _hand_out(settings: Settings, made: Official, target: _Target) -> None:
    """Print it, or write its file; and say that this was no report."""
    if target.path is None:
        from emergency.documents import plain  # noqa: PLC0415 - help needs no engine

        click.echo(plain.rendered(made), nl=False)
    else:
        target.write(_rendered(settings, made, target.form))
        click.echo(settings.say(f"已写入 {target.path}", f"wrote {target.path}"))
    click.echo(
        settings.say(
            "生成公文不是报告，未入库任何内容。", "To make a document is no report: nothing was recorded."
        ),
        err=True,
    )


def _rendered(settings: Settings, made: Official, form: str) -> bytes:
    """The document in a format; what is to be said about it, such as a missing font, is said.

    Raises:
        StoppedError: what it takes is not installed.
    """
    if form == "text":
        from emergency.documents import plain  # noqa: PLC0415 - as above

        return plain.rendered(made).encode()
    try:
        from importlib import import_module  # noqa: PLC0415 - as above

        renderer = import_module(f"emergency.documents.{form}")
    except ImportError as error:
        raise StoppedError(
            f"{form.upper()} needs what is not installed ({error.name or error}). Install it with: pip install "
            "'emergency[documents]'. Plain text needs nothing more: --as text.",
            zh=f"生成 {form.upper()} 所需的程序库未安装（{error.name or error}）。请运行：pip install "
            "'emergency[documents]'。纯文本无需安装：--as text。",
        ) from None
    content: bytes
    if hasattr(renderer, "made"):
        printed = renderer.made(made)
        content = printed.content
        for warning in printed.warnings:
            click.echo(f"{settings.say('注意：', 'Note: ')}{settings.words(warning)}", err=True)
    else:
        content = renderer.rendered(made)
    return content
