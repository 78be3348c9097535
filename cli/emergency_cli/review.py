"""``emergency review``: people decide what the engine only suspects; the office is heard, and can appeal."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from emergency.projections import review_said
from emergency_cli.bilingual import WrongUseError, both, group, option
from emergency_cli.context import (
    Settings,
    common_options,
    identity_options,
    lang_option,
    now,
    pass_settings,
    shared_option,
)
from emergency_cli.entries import stated
from emergency_cli.incidents import known_office
from emergency_cli.output import (
    SCHEMA,
    emit_csv,
    emit_json,
    envelope,
    format_option,
    show,
    table,
    warn_about,
)
from emergency_cli.review_words import (
    REVIEW_KEYS,
    print_done,
    review_columns,
    review_page,
    verdicts_of,
)

if TYPE_CHECKING:
    from emergency.commands.reviews import Reviews
    from emergency.domain.values import StatedTime

F = TypeVar("F", bound=Callable[..., Any])

PROCEEDINGS = ("investigation", "supervision", "discipline", "penalty", "circular")
OUTCOMES, CONSEQUENCES = tuple(review_said.OUTCOMES), tuple(review_said.CONSEQUENCES)

_review = click.argument("review", metavar="REVIEW")
_why = option("--why", metavar="TEXT", required=True, help=both("理由。", "The reasons."))
_post = option(
    "--post",
    metavar="POST",
    help=both("只及此岗位：写岗位，不写姓名。", "Of this post only: a role, never a person's name."),
)


_recording = (
    shared_option(
        "--by", metavar="OFFICE", help=both("由谁作出，本单位只作记录。", "Who acts, where I only log it.")
    ),
    shared_option("--at", metavar="TIME", help=both("时间；默认为现在。", "When; now unless given.")),
    shared_option(
        "--command-id",
        metavar="ID",
        help=both("供脚本使用：同一编号只入库一次。", "For scripts: the same id never records twice."),
    ),
    shared_option(
        "--quiet",
        "-q",
        is_flag=True,
        help=both("只输出案件编号和条目编号。", "Print only the review and the id."),
    ),
    shared_option(
        "--format",
        "form",
        type=click.Choice(["table", "json"]),
        default="table",
        help=both("输出格式：供阅读，或供程序使用。", "What to print."),
    ),
)


def _all(*options: Callable[[Any], Any]) -> Callable[[F], F]:
    def decorate(command: F) -> F:
        for decorate_with in reversed(options):
            command = decorate_with(command)
        return command

    return decorate


opening_options = _all(*_recording, common_options, pass_settings)
"""What is said of an opening: there, --office is the office concerned."""
act_options = _all(*_recording, identity_options, common_options, pass_settings)
"""What every command that records something in a review takes."""


@group(
    zh="""责任追究：人的认定，与系统列出的疑点并列。

    REVIEW 为 emergency review list 所列的 INCIDENT/NAME，如 qixia/r1；事件只有一案的，写事件编号即可。
    """
)
@lang_option
def review() -> None:
    """Reviews: what people determine, beside what the engine found.

    REVIEW is INCIDENT/NAME as `emergency review list` shows it, like qixia/r1; where an incident
    has one review, the incident will do.
    """


@review.command(
    "open",
    zh="""立案：就某单位的疑点立案。

    谁可认定、有何时限，依 --proceeding：

    \b
    investigation  事故调查
    supervision    监察机关政务处分
    discipline     任免机关、单位处分
    penalty        行政处罚
    circular       通报考核

    例：emergency review open qixia --office county --proceeding supervision --why 督查发现
    """,
)
@click.argument("incident")
@option(
    "--office", "concerned", metavar="OFFICE", required=True, help=both("当事单位。", "The office concerned.")
)
@option(
    "--finding",
    "findings",
    multiple=True,
    metavar="ID",
    help=both(
        "只及此项疑点，写编号或种类；可多次给出。", "Only this finding, by id or kind; again for more."
    ),
)
@option(
    "--proceeding",
    type=click.Choice(PROCEEDINGS),
    help=both("拟作出何种决定。", "What kind of decision it is to lead to."),
)
@_why
@opening_options
def open_(
    settings: Settings,
    incident: str,
    *,
    concerned: str,
    findings: tuple[str, ...],
    proceeding: str | None,
    why: str,
    by: str | None,
    at: str | None,
    command_id: str | None,
    quiet: bool,
    form: str,
) -> None:
    """Open a review of one office on its findings.

    Who may decide, and which limits run, goes by --proceeding:

    \b
    investigation  into the accident
    supervision    sanction by the supervision body
    discipline     sanction by the appointing body
    penalty        administrative penalty
    circular       circular and assessment

    Example: emergency review open qixia --office county --proceeding supervision --why 督查发现
    """  # noqa: D301 - click keeps the lines after this sign
    done = _reviews(settings).open(
        settings.incident(incident),
        concerned,
        why=why,
        findings=findings or None,
        proceeding=proceeding,
        identity=settings.identity,
        by=by,
        at=_at(settings, at),
        command_id=command_id,
    )
    print_done(settings, done, quiet=quiet, form=form)


@review.command(zh="补充证据，结案后亦可。")
@_review
@click.argument("words")
@option("--source", metavar="TEXT", help=both("来源。", "Where it comes from."))
@option(
    "--finding",
    metavar="FINDING",
    help=both("关于哪项疑点：F2、种类或编号。", "Which finding it is about: F2, a kind, or its id."),
)
@option(
    "--file",
    "path",
    type=click.Path(path_type=Path),
    help=both("另行保存的文件：记下其 SHA-256。", "A file kept elsewhere: its SHA-256 is noted."),
)
@option(
    "--sha256",
    metavar="HEX",
    help=both("不在手边的文件的 SHA-256。", "The SHA-256 of a file that is not at hand."),
)
@act_options
def evidence(
    settings: Settings,
    review: str,
    words: str,
    *,
    source: str | None,
    finding: str | None,
    path: Path | None,
    sha256: str | None,
    **how: Any,  # noqa: ANN401 - click's own
) -> None:
    """Add evidence, also after the closing."""
    if path is not None and sha256 is not None:
        raise WrongUseError("Give --file or --sha256, not both.", zh="--file 与 --sha256 只能用一个。")
    name = _named(settings, review)
    about = (
        None if finding is None else verdicts_of(_shown(settings, name), [f"{finding}=confirmed"])[0].finding
    )
    digest = sha256 if path is None else _sha256(path)
    _do(settings, name, "add_evidence", how, words, source=source, finding=about, sha256=digest)


@review.command(
    zh="""记录单位的陈述申辩。

    未听取陈述、对方也未放弃的，不作认定。
    """
)
@_review
@option("--heard", metavar="TEXT", help=both("陈述内容。", "What the office stated."))
@option("--waived", is_flag=True, help=both("放弃陈述。", "It gave up its right to."))
@_post
@act_options
def statement(
    settings: Settings,
    review: str,
    *,
    heard: str | None,
    waived: bool,
    post: str | None,
    **how: Any,  # noqa: ANN401 - click's own
) -> None:
    """Record the statement of the office.

    Nothing is determined before it was heard, or waived.
    """
    if (heard is None) is not waived:
        raise WrongUseError(
            "Say what the office stated with --heard TEXT, or that it gave up its right with --waived.",
            zh="请用 --heard TEXT 写明陈述内容，或用 --waived 写明放弃。",
        )
    _do(settings, _named(settings, review), "hear", how, words=heard, waived=waived, post=post)


_verdicts = click.argument("verdicts", nargs=-1, metavar="[FINDING=VERDICT]...")
_posts = option(
    "--post",
    "posts",
    multiple=True,
    metavar="POST=VERDICT",
    help=both(
        "对某岗位，如 值班室主任=late；可多次给出。", "Of one post, like 值班室主任=late; again for more."
    ),
)


@review.command(
    zh="""认定：该单位属于何种行为。

    当事单位自己不得认定，陈述申辩之前也不得认定。

    FINDING 为种类、emergency review show 中的编号（如 F2）、all，或 new（系统未发现的）；VERDICT 为
    confirmed、rejected，或认定的种类：late 迟报、missed 漏报、falsified 谎报、concealed 瞒报。

    例：emergency review determine qixia/r1 late=confirmed concealed=rejected --post 值班员=late --why 证据
    确凿
    """
)
@_review
@_verdicts
@_posts
@option(
    "--source",
    metavar="TEXT",
    help=both("载于何处，如文号。", "Where this is written, such as the number of the document."),
)
@option(
    "--proceeding", type=click.Choice(PROCEEDINGS), help=both("何种决定。", "What kind of decision it is.")
)
@_why
@act_options
def determine(
    settings: Settings,
    review: str,
    verdicts: tuple[str, ...],
    *,
    posts: tuple[str, ...],
    source: str | None,
    proceeding: str | None,
    why: str,
    **how: Any,  # noqa: ANN401 - click's own
) -> None:
    """Determine what the office did.

    It is refused to the office concerned, and before its statement.

    FINDING is a kind, its number in `emergency review show`, like F2, `all`, or `new` for what the engine did not see;
    VERDICT is `confirmed`, `rejected`, or the kind that it is: late, missed, falsified, concealed.

    Example: emergency review determine qixia/r1 late=confirmed concealed=rejected --post 值班员=late --why 证据确凿
    """
    name = _named(settings, review)
    found = verdicts_of(_shown(settings, name), verdicts, posts)
    _do(settings, name, "determine", how, found, why=why, source=source, proceeding=proceeding)


@review.command(
    zh="""记录决定已送达。

    申诉期限自此起算。
    """
)
@_review
@option(
    "--of",
    "target",
    metavar="NUMBER",
    help=both("哪项决定，如 #3；默认为最后一项。", "Which decision, like #3; the last unless given."),
)
@act_options
def deliver(settings: Settings, review: str, *, target: str | None, **how: Any) -> None:  # noqa: ANN401 - click's own
    """Record that a decision was delivered.

    The limit to appeal runs from then on.
    """
    name = _named(settings, review)
    _do(settings, name, "deliver", how, of=_act(settings, name, target))


@review.command(
    zh="""记录申请复审、复核、复议、申诉。

    逾期的也记录，并注明。
    """
)
@_review
@option("--grounds", metavar="TEXT", required=True, help=both("理由。", "On what grounds."))
@option("--to", metavar="OFFICE", help=both("受理机关。", "The body it was lodged with."))
@option(
    "--of",
    "target",
    metavar="NUMBER",
    help=both(
        "对哪项决定，如 #3；默认为最后一项。", "Against which decision, like #3; the last unless given."
    ),
)
@_post
@act_options
def appeal(
    settings: Settings,
    review: str,
    *,
    grounds: str,
    to: str | None,
    target: str | None,
    post: str | None,
    **how: Any,  # noqa: ANN401 - click's own
) -> None:
    """Record an appeal.

    One that comes late is recorded and marked.
    """
    name = _named(settings, review)
    _do(settings, name, "appeal", how, grounds=grounds, to=to, post=post, of=_act(settings, name, target))


@review.command(
    zh="""对申诉作出决定：维持 upheld、变更 changed、撤销 revoked。

    变更的结果须全部写明：未再写明的不再有效。写法同 emergency review determine。

    例：emergency review decide qixia/r1 changed concealed=late --why 隐瞒证据不足
    """
)
@_review
@click.argument("outcome", type=click.Choice(OUTCOMES))
@_verdicts
@_posts
@option(
    "--appeal",
    "target",
    metavar="NUMBER",
    help=both(
        "对哪项申诉，如 #5；默认为待决的一项。", "Which appeal, like #5; the one that waits unless given."
    ),
)
@_why
@act_options
def decide(
    settings: Settings,
    review: str,
    outcome: str,
    verdicts: tuple[str, ...],
    *,
    posts: tuple[str, ...],
    target: str | None,
    why: str,
    **how: Any,  # noqa: ANN401 - click's own
) -> None:
    """Decide an appeal: upheld, changed, revoked.

    What it is changed into is said in full: what is not said again no longer stands. Verdicts are written as for
    `emergency review determine`.

    Example: emergency review decide qixia/r1 changed concealed=late --why 隐瞒证据不足
    """
    name = _named(settings, review)
    found = verdicts_of(_shown(settings, name), verdicts, posts) if verdicts or posts else []
    _do(settings, name, "decide", how, outcome, verdicts=found, why=why, appeal=_act(settings, name, target))


@review.command(
    zh="""记录处理结果。

    WHAT 为：

    \b
    circular 通报, interview 约谈, points 扣分, inspection 责令检查,
    no-award 取消评优, admonition 诫勉, reassignment 组织处理,
    warning 警告, demerit 记过, great-demerit 记大过, demotion 降级,
    removal 撤职, dismissal 开除, party-discipline 党纪处分,
    fine 罚款, transfer 移送, other 其他
    """
)
@_review
@click.argument("what", type=click.Choice(CONSEQUENCES), metavar="WHAT")
@click.argument("words")
@_post
@act_options
def consequence(
    settings: Settings,
    review: str,
    what: str,
    words: str,
    *,
    post: str | None,
    **how: Any,  # noqa: ANN401 - click's own
) -> None:
    """Record what followed.

    WHAT is one of:

    \b
    circular, interview, points, inspection, no-award, admonition,
    reassignment, warning, demerit, great-demerit, demotion, removal,
    dismissal, party-discipline, fine, transfer, other
    """  # noqa: D301 - click keeps the lines after this sign
    _do(settings, _named(settings, review), "record_consequence", how, what, words, post=post)


@review.command(
    zh="""结案。

    此后证据和申诉仍可记录，不再认定。
    """
)
@_review
@_why
@act_options
def close(settings: Settings, review: str, *, why: str, **how: Any) -> None:  # noqa: ANN401 - click's own
    """Close it.

    Evidence and appeals are recorded all the same; nothing is determined any more.
    """
    _do(settings, _named(settings, review), "close", how, why=why)


@review.command(zh="重新立案。")
@_review
@_why
@act_options
def reopen(settings: Settings, review: str, *, why: str, **how: Any) -> None:  # noqa: ANN401 - click's own
    """Open it again."""
    _do(settings, _named(settings, review), "reopen", how, why=why)


@review.command(
    "show",
    zh="""一案：疑点与认定并列。

    系统列出的疑点、人的认定、已办的、应办的。
    """,
)
@_review
@option(
    "--at", metavar="TIME", help=both("判定的时刻；默认为现在。", "The instant of judging; now unless given.")
)
@option(
    "--format",
    "form",
    type=click.Choice(["table", "json"]),
    default="table",
    help=both("输出格式：供阅读，或供程序使用。", "What to print."),
)
@common_options
@pass_settings
def show_(settings: Settings, review: str, at: str | None, form: str) -> None:
    """One review: both views side by side.

    What the engine found, what people determined, what was done, and what is owed.
    """
    settings.only_read()
    moment = settings.moment(at, "--at") or now()
    view = _shown(settings, _named(settings, review))
    if form == "json":
        from emergency.projections.rows import iso_instant  # noqa: PLC0415 - help needs no engine

        head = {"schema": SCHEMA, "at": iso_instant(moment), "recorded_through": view.position}
        emit_json({**head, "rulebook": view.rulebook.fingerprint, **view.row(moment)})
        return
    show(*review_page(settings, view, moment))


@review.command("list", zh="全部案件，或某些事件的案件。")
@click.argument("incidents", nargs=-1, metavar="[INCIDENT]...")
@option("--office", "who", metavar="ID", help=both("只看此单位。", "Only of this office."))
@format_option
@common_options
@pass_settings
def list_(settings: Settings, incidents: tuple[str, ...], who: str | None, form: str) -> None:
    """All reviews, of some incidents or of all."""
    settings.only_read()
    known_office(settings, who)
    refs = [settings.incident(ref) for ref in incidents]
    listing = _reviews(settings).list(refs, office=who)
    current = settings.engine.rulebook.fingerprint
    warn_about(listing, current)
    if form == "json":
        emit_json(envelope(listing, now(), listing.rows, current))
    elif form == "csv":
        emit_csv(listing.rows, REVIEW_KEYS)
    elif not listing.rows:
        click.echo(settings.say("没有案件。", "No reviews."))
    else:
        show(table(review_columns(settings, settings.engine.directory()), listing.rows))


@review.command(
    zh="""卷宗：写成一个文件夹。

    时间线、疑点、证据、陈述、决定和规则原文，Markdown 与 JSON 各一份。
    """
)
@_review
@option(
    "--output",
    type=click.Path(path_type=Path),
    required=True,
    metavar="DIR",
    help=both("尚不存在的文件夹。", "A folder that is not there yet."),
)
@common_options
@pass_settings
def dossier(settings: Settings, review: str, output: Path) -> None:
    """Write the dossier as one folder.

    Timeline, findings, evidence, statement, decisions and the text of the rules, as Markdown and JSON.
    """
    settings.only_read()
    made = _reviews(settings).dossier(_named(settings, review))
    written = made.write(output)
    count = len(written)
    click.echo(
        settings.say(
            f"{made.review}：{count} 个文件，在 {output}", f"{made.review}: {count} files in {output}"
        )
    )


# -- how ---------------------------------------------------------------------------------------------------------


def _reviews(settings: Settings) -> Reviews:
    return settings.engine.reviews


def _named(settings: Settings, said: str) -> str:
    """The review that is meant: INCIDENT/NAME, or the incident where it has only one."""
    ref, _, name = said.partition("/")
    return _reviews(settings).named(settings.incident(ref), name)


def _shown(settings: Settings, name: str) -> Any:  # noqa: ANN401 - a ReviewView, which help does not load
    return _reviews(settings).show(name)


def _act(settings: Settings, name: str, number: str | None) -> str | None:
    """The event that people call by its number in the review."""
    if number is None:
        return None
    acts = {str(r.version): r.event_id for r in _shown(settings, name).review.acts}
    found = acts.get(number.removeprefix("#")) or (number if number in acts.values() else None)
    if found is None:
        listed = settings.say("、", ", ").join(f"#{n}" for n in acts)
        raise WrongUseError(
            f"{name} has no {number}; what was done in it is {listed or 'none'}.",
            zh=f"{name} 没有 {number}；其中已有：{listed or '无'}。",
        )
    return found


def _do(settings: Settings, name: str, command: str, how: dict[str, Any], *args: Any, **fields: Any) -> None:  # noqa: ANN401 - of many commands
    done = getattr(_reviews(settings), command)(
        name,
        *args,
        identity=settings.identity,
        by=how["by"],
        at=_at(settings, how["at"]),
        command_id=how["command_id"],
        **fields,
    )
    print_done(settings, done, quiet=how["quiet"], form=how["form"])


def _at(settings: Settings, text: str | None) -> StatedTime | None:
    return None if text is None else stated(settings, settings.engine.directory(), text, now(), "--at")


def _sha256(path: Path) -> str:
    import hashlib  # noqa: PLC0415 - only for a file

    return hashlib.sha256(path.read_bytes()).hexdigest()
