"""``emergency guide``: is it mine to report, to whom, by when, with what; asked before anything is entered."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import click

from emergency_cli.bilingual import WrongUseError, both, command, option, say
from emergency_cli.choices import CATEGORIES, LINES, TIERS, OneOf
from emergency_cli.context import Settings, common_options, hint, identity_options, now, pass_settings

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from emergency.assessment.model import Words
    from emergency.commands.guiding import Advised, Guide, Passing
    from emergency.domain.values import Facts
    from emergency.engine import Engine


@command(
    "guide",
    zh="""录入之前先问：该不该我报、报给谁、何时之前、报什么。

    只问不记，什么也不入库。KIND 为事件种类，可写词表中的词（如 coal-mine）、中文名称（如 煤矿事故）或自己的话。

    例：emergency guide 煤矿事故 死=6 被困=3 --occurred 13:05
    """,
)
@click.argument("words", nargs=-1, metavar="[KIND] [FIGURE=NUMBER]...")
@option("--kind", metavar="WORD", help=both("事件种类。", "What it is, like fire, coal-mine, flood."))
@option(
    "--category",
    type=OneOf(CATEGORIES),
    help=both("类别；不写则按种类。", "The category; that of the kind unless given."),
)
@option("--place", metavar="TEXT", help=both("事发地点。", "Where it happened."))
@option(
    "--division",
    metavar="CODE",
    help=both(
        "事发地行政区划代码，六位；不写则用本单位的。",
        "The division code of the place; my office's unless given.",
    ),
)
@option("--occurred", metavar="TIME", help=both("事发时间。", "When it happened."))
@option(
    "--learned",
    metavar="TIME",
    help=both("获悉时间；不写为现在。", "When I learned of it; now unless given."),
)
@option("--level", metavar="LEVEL", help=both("已定的级别：I 至 IV。", "The level it was given: I to IV."))
@option(
    "--figure",
    "others",
    multiple=True,
    metavar="NAME=NUMBER",
    help=both("其他数据，如 sick=12；可多次给出。", "Any other figure, like sick=12; may be given again."),
)
@option(
    "--circumstance",
    "circumstances",
    multiple=True,
    metavar="WORD",
    help=both("情形，如 饮用水；可多次给出。", "A circumstance, like sensitive; may be given again."),
)
@option(
    "--tier",
    type=OneOf(TIERS),
    help=both("本单位层级，未登记时用。", "My tier, if I am in no directory."),
)
@option(
    "--line",
    type=OneOf(LINES),
    help=both("本单位条线，未登记时用。", "My line, if I am in no directory."),
)
@option(
    "--at", metavar="TIME", help=both("以此时为准；不写为现在。", "The instant of judging; now unless given.")
)
@option(
    "--format",
    "form",
    type=click.Choice(["table", "json"]),
    default="table",
    help=both("输出格式：供阅读，或供程序使用。", "For people, or for programs."),
)
@identity_options
@common_options
@pass_settings
def guide(
    settings: Settings,
    words: Sequence[str],
    *,
    kind: str | None,
    category: str | None,
    place: str | None,
    division: str | None,
    occurred: str | None,
    learned: str | None,
    level: str | None,
    others: Sequence[str],
    circumstances: Sequence[str],
    tier: str | None,
    line: str | None,
    at: str | None,
    form: str,
) -> None:
    """Ask before anything is entered: is it mine, to whom, by when, with what.

    Nothing is recorded. KIND is a kind of the list (coal-mine), its Chinese name (煤矿事故), or your own word.

    Example: emergency guide coal-mine 死=6 被困=3 --occurred 13:05
    """
    from emergency_cli.entries import stated  # noqa: PLC0415 - help needs none of it
    from emergency_cli.figures import facts_of, is_figure, level_of, others_of  # noqa: PLC0415

    named = [word for word in words if not is_figure(word)]
    word = kind or (named.pop(0) if named else None)
    if word is None:
        raise WrongUseError(
            "Say what it is: emergency guide KIND, like coal-mine, flood, 食品安全事故, or any word of your own.",
            zh="请说明是什么事：emergency guide 种类，如 煤矿事故、flood、食品安全事故，也可用自己的话。",
        )
    if named:
        raise WrongUseError(
            f"{named[0]} is neither the kind nor a figure. Write figures as NAME=NUMBER, like 死=6.",
            zh=f"{named[0]} 既不是种类也不是数字。数字写作 名称=数，如 死=6。",
        )
    if division is not None and not (division.isascii() and division.isdigit() and len(division) == _CODE):
        raise WrongUseError(
            f"--division {division}: a division code has six digits, like 320921.",
            zh=f"--division {division}：行政区划代码为六位数字，如 320921。",
        )
    office = _office(settings, tier, line)
    engine = _engine(settings, office)
    fields = facts_of([one for one in words if is_figure(one)])
    given = level_of(f"--level {level}", level) if level is not None else fields.pop("level", None)
    fields["figures"] = others_of(others)
    fields["circumstances"] = tuple(_circumstance(engine, one) for one in circumstances)
    facts = _facts(fields)
    hour = now()
    directory = engine.directory()
    found = engine.guide(
        office,
        kind=word,
        category=category,
        place=place or "",
        division=division,
        occurred_at=stated(settings, directory, occurred, hour, "--occurred") if occurred else None,
        learned_at=stated(settings, directory, learned, hour, "--learned") if learned else None,
        facts=facts,
        level=given,
        tier=tier,
        line=line,
        at=settings.moment(at, "--at"),
    )
    near = engine.advice.kinds_near(word)
    if form == "json":
        _print_json(found, near)
    else:
        zone = settings.zone(directory)
        _print(settings, found, zone, [_kind_words(settings, engine, one) for one in near])


_CODE = 6
"""So many digits a division code has."""


def _office(settings: Settings, tier: str | None, line: str | None) -> str | None:
    """Who asks; None where it is told by tier and line."""
    if tier is not None and line is not None:
        return None
    if tier is not None or line is not None:
        missing = "--line" if line is None else "--tier"
        choices = say("、", ", ").join(say(zh, en) for en, zh in (LINES if line is None else TIERS).items())
        raise WrongUseError(
            f"An office that is in no directory is told by both --tier and --line: give {missing} ({choices}).",
            zh=f"未登记的单位须同时说明 --tier 和 --line：请补 {missing}（{choices}）。",
        )
    try:
        return settings.identity.office
    except click.UsageError:
        raise WrongUseError(
            "Nobody has said which office this is. Say it once with: emergency use OFFICE --as ROLE --officer ID; "
            "or ask as --office OFFICE; or, in no directory, as --tier county --line government.",
            zh="尚未说明本单位。请先设定：emergency use 单位 --as 岗位 --officer 编号；或写 --office 单位；"
            "未登记的单位可写 --tier county --line government。",
        ) from None


def _engine(settings: Settings, office: str | None) -> Engine:
    """The engine over the store; where there is none yet, and no office of it is asked for, over none."""
    from emergency.errors import StoreError  # noqa: PLC0415 - help needs no engine

    try:
        settings.only_read()
    except StoreError:
        if office is not None:
            raise
        from emergency.engine import Engine  # noqa: PLC0415

        engine = Engine.open("sqlite://", rules=settings.rules)
        click.get_current_context().call_on_close(engine.close)
        return engine
    return settings.engine


def _circumstance(engine: Engine, word: str) -> str:
    """A circumstance by its slug, or by a part of its Chinese words that only one has."""
    titles = engine.rulebook.words.get("circumstances", {})
    if word in titles:
        return word
    found = [slug for slug, title in titles.items() if word in title.zh or word.lower() in slug]
    if len(found) == 1:
        return found[0]
    if found:
        listed = say("、", ", ").join(f"{slug} {titles[slug].zh}" for slug in found[:5])
        raise WrongUseError(
            f"--circumstance {word} fits several: {listed}. Write more of it.",
            zh=f"--circumstance {word} 对应多种情形：{listed}。请写得更具体。",
        )
    near = hint(word, titles)
    raise WrongUseError(
        f"--circumstance {word}: no rule goes by such a circumstance.{near} "
        "`emergency rules show` names those of a rule; leave it out where none fits.",
        zh=f"--circumstance {word}：没有规定以此种情形为条件。{near.zh}"
        "各规定的条件见 `emergency rules show`；没有合适的就不写。",
    )


def _facts(fields: dict[str, Any]) -> Facts:
    from emergency.domain.values import Facts  # noqa: PLC0415 - help needs no engine
    from emergency_cli.entries import valid  # noqa: PLC0415

    made: Facts = valid(Facts, fields)
    return made


def _kind_words(settings: Settings, engine: Engine, slug: str) -> str:
    title = engine.rulebook.kinds[slug].title
    return settings.say(f"{title.zh} ({slug})", f"{slug} {title.zh}")


# -- for people ------------------------------------------------------------------------------------------------


class _Articles:
    """The articles that the lines above them name by number."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._numbers: dict[str, tuple[int, bool, tuple[str, ...]]] = {}

    def number(self, citation: str, *, confirmed: bool, unread: Iterable[Words] = ()) -> str:
        """The number of an article, in brackets."""
        if citation not in self._numbers:
            said = tuple(self._settings.words(words) for words in unread)
            self._numbers[citation] = len(self._numbers) + 1, confirmed, said
        return f"[{self._numbers[citation][0]}]"

    def lines(self) -> Iterable[str]:
        """The articles, one each."""
        say = self._settings.say
        for citation, (number, confirmed, unread) in self._numbers.items():
            parts = [f"[{number}] {citation}"]
            parts += [] if confirmed else [say("（原文未核对）", "(text not confirmed)")]
            parts += [say(f"（{words}）", f"({words})") for words in unread]
            yield " ".join(parts)


def _print(settings: Settings, found: Guide, zone: ZoneInfo, near: Sequence[str]) -> None:
    from emergency_cli.output import indented, show  # noqa: PLC0415 - help needs none of it

    say = settings.say
    articles = _Articles(settings)
    lines = [indented(text, 0) for text in _verdict(settings, found, zone)]

    def part(title: str, texts: Iterable[str]) -> None:
        listed = [indented(text, 2) for text in texts]
        if listed:
            lines.append(indented("", 0))
            lines.append(indented(title, 0))
            lines.extend(listed)

    def reports(title: str, listed: Sequence[Advised], *, relative: bool = False) -> None:
        part(title, (_report(settings, one, found, zone, articles, relative=relative) for one in listed))

    reports(say("现在就报", "Now"), [one for one in found.reports if one.due.sure])
    reports(
        say("条件成立即报（拿不准，先报）", "If the condition holds (in doubt, report)"),
        [one for one in found.reports if not one.due.sure],
    )
    part(say("规定要求报告的单位", "The rules put it on"), (settings.words(words) for words in found.who))
    part(say("首报内容", "What the first report says"), _content(settings, found, articles))
    reports(say("报出之后（按现在报出计）", "After that (as if reported now)"), found.after)
    reports(say("事态稳定、处置结束之后", "When it is over"), found.ending, relative=True)
    part(
        say(
            "可以越级（被越过的一级仍须报告）",
            "May be passed over (that level is owed its report all the same)",
        ),
        (_passed(settings, one, articles) for one in found.passing),
    )
    part(say("另须告知", "Tell also"), (settings.words(words) for words in found.beside))
    part(
        say("届时检查", "Checked afterwards"),
        [say("  ", ", ").join(settings.words(one.says) for one in found.checks)] if found.checks else [],
    )
    unknown = [settings.words(words) for words in found.open]
    if near:
        unknown.append(say("相近的种类：", "Kinds near to it: ") + say("、", ", ").join(near))
    part(say("尚不清楚，可能影响以上结论", "Not known here, and may change the answer"), unknown)
    part(say("依据", "Articles"), articles.lines())
    lines.append(indented("", 0))
    lines.append(indented(say("以上未入库。报出后用 emergency report 记录。", _RECORDED), 0))
    show(*lines)


_RECORDED = "Nothing was recorded. Once it is reported, log it with emergency report."


def _verdict(settings: Settings, found: Guide, zone: ZoneInfo) -> Iterable[str]:
    """The first lines: is it mine; and the one thing to do first."""
    from emergency.commands.guiding import ANSWERS  # noqa: PLC0415 - help needs none of it

    say = settings.say
    mark = {"yes": "●", "depends": "?", "not-known": "○"}[found.answer]
    who = found.office_name if found.office == "?" else f"{found.office_name} {found.office}"
    yield f"{mark} {settings.words(ANSWERS[found.answer])}{say(f'（{who}）', f' ({who})')}"
    if found.answer == "not-known":
        yield say(
            "未收录的规定、预案或上级要求可能要求报告。没有规定禁止报告，告知上级总不会错。",
            "A text that is not known here, a plan or an order may ask for it. No rule here forbids a report: "
            "telling the superior is never wrong.",
        )
        return
    first = found.reports[0]
    timed = [one for one in found.reports if one.due.by is not None and one.due.sure == first.due.sure]
    soon = min(timed, key=lambda one: one.due.by or found.at, default=None)
    parts = []
    if first.due.by is None and first.due.channel != "written":
        parts.append(say(f"立即报 {_name(settings, first)}", f"at once to {_name(settings, first)}"))
    if soon is not None and soon.due.by is not None:
        when = _clock(soon.due.by, zone, found.at)
        left = countdown(settings, soon.due.by - found.at)
        parts.append(
            say(
                f"{when} 前报 {_name(settings, soon)}（{left}）",
                f"by {when} to {_name(settings, soon)} ({left})",
            )
        )
    said = say("；", "; ").join(parts)
    yield say(f"→ {said}", f"→ {said}")


def _name(settings: Settings, one: Advised) -> str:
    return settings.words(one.to) if one.to is not None else one.due.recipient_name


def _clock(moment: datetime, zone: ZoneInfo, at: datetime) -> str:
    from emergency_cli.words import moment as said  # noqa: PLC0415 - help needs none of it

    return said(moment, zone, at)


def countdown(settings: Settings, left: timedelta) -> str:
    """How long is left, or since when it is overdue, to the minute."""
    from emergency.assessment.words import duration_words  # noqa: PLC0415 - help needs none of it

    if left < timedelta():
        length = settings.words(duration_words(-left))
        return settings.say(f"已逾期 {length}", f"overdue by {length}")
    length = settings.words(duration_words(left))
    return settings.say(f"还剩 {length}", f"{length} left")


def _report(
    settings: Settings, one: Advised, found: Guide, zone: ZoneInfo, articles: _Articles, *, relative: bool
) -> str:
    """When, to whom, how; then the limit, the condition and the article in short."""
    from emergency.assessment.words import REVIEW_STEPS, stage_words  # noqa: PLC0415 - help needs none of it

    say, due = settings.say, one.due
    limit = settings.words(one.limit)
    if relative:
        when = _limited(settings, one, limit)
    elif due.by is None:
        when = (
            say("及时", "without delay")
            if due.stage in REVIEW_STEPS
            else limit
            if settings.chinese
            else "at once"
        )
    else:
        when = f"{_clock(due.by, zone, found.at)} ({countdown(settings, due.by - found.at)})"
    whom = _name(settings, one)
    whom += (
        f" ({due.recipient})" if one.to is None else say("（报送网络中未登记）", " (not in the directory)")
    )
    how = {"written": say("，书面", ", in writing")}.get(due.channel, "")
    stage = "" if due.stage == "first" else f"{settings.words(stage_words(due.stage, due.occasion))} "
    text = f"{when} → {stage}{whom}{how} {articles.number(due.citation, confirmed=due.confirmed, unread=due.unread)}"
    notes = []
    if due.by is not None and not relative:
        notes.append(_limited(settings, one, limit))
    if due.by is not None and due.at_once is not None:
        number = articles.number(due.at_once, confirmed=True)
        notes.append(say(f"并要求立即 {number}", f"and at once {number}"))
    if due.condition is not None:
        notes.append(settings.words(due.condition))
    if one.due.surely_by is not None and not relative:
        when = _clock(one.due.surely_by, zone, found.at)
        notes.append(say(f"否则 {when} 前", f"otherwise by {when}"))
    if one.line_open:
        notes.append(say("条块未区分，请核对接报单位", "its line is not told apart: check the recipient"))
    return text + ("\n  " + say("；", "; ").join(notes) if notes else "")


def _limited(settings: Settings, one: Advised, limit: str) -> str:
    """The limit from what starts it."""
    if one.clock is None:
        return limit
    clock = settings.words(one.clock)
    return settings.say(
        f"{clock}后{limit}", f"{limit} of {clock}" if limit != "at once" else f"at once on {clock}"
    )


def _content(settings: Settings, found: Guide, articles: _Articles) -> Iterable[str]:
    """What is told already, and what is still to be found out, for each way of telling it."""
    say = settings.say
    names = {"phone": say("电话", "by phone"), "written": say("书面", "in writing")}
    for one in found.content:
        numbers = "".join(articles.number(g.citation, confirmed=g.confirmed) for g in one.grounds)
        channels = say("、", ", ").join(names[channel] for channel in one.channels)
        open_ = say("  ", "; ").join(settings.words(title) for _, title, told in one.elements if not told)
        told = say("  ", "; ").join(settings.words(title) for _, title, told in one.elements if told)
        text = f"{channels} {numbers} {open_}"
        if told:
            text += say(f"\n  已有：{told}", f"\n  told already: {told}")
        yield text
    if found.content:
        yield say(
            "尚不清楚的写明“正在核实”，不要等查清再报。",
            "Say of what is not clear yet that it is being verified (正在核实).",
        )


def _passed(settings: Settings, one: Passing, articles: _Articles) -> str:
    say = settings.say
    whom = settings.words(one.name) + (f" ({one.office})" if one.office is not None else "")
    parts = [say(f"可直接报 {whom}", f"straight to {whom}")]
    if one.where_necessary:
        parts.append(say("必要时，须说明理由", "where necessary; say why"))
    if one.condition is not None:
        parts.append(settings.words(one.condition))
    cited = settings.words(one.citation)
    number = (
        f"[{cited}]" if one.because == "class" else articles.number(one.citation.zh, confirmed=one.confirmed)
    )
    return f"{say('，', ', ').join(parts)} {number}"


# -- for programs ----------------------------------------------------------------------------------------------


def advised_row(one: Advised, at: datetime) -> dict[str, Any]:
    """One report to make, for programs."""
    from emergency.projections.rows import iso_duration, iso_instant, words_row  # noqa: PLC0415 - loaded by now

    due = one.due
    left = None if due.by is None else due.by - at
    return {
        "incident": one.incident,
        "title": one.title,
        "office": due.office,
        "recipient": None if one.to is not None else due.recipient,
        "recipient_name": due.recipient_name if one.to is None else one.to.zh,
        "stage": due.stage,
        "occasion": due.occasion,
        "channel": due.channel,
        "by": iso_instant(due.by),
        "left": iso_duration(left) if left is not None and left >= timedelta() else None,
        "overdue_by": iso_duration(-left) if left is not None and left < timedelta() else None,
        "surely_by": iso_instant(one.due.surely_by),
        "applies": "surely" if one.due.sure else "possibly",
        "condition": words_row(due.condition),
        "state": due.state.value,
        "since": iso_instant(one.since),
        "citation": due.citation,
        "confirmed": due.confirmed,
        "at_once": due.at_once,
        "limit": words_row(one.limit),
        "clock": words_row(one.clock),
        "rule": one.rule,
        "rules": list(one.rules),
        "line_open": one.line_open,
        "obligation": due.obligation,
        "closed": one.closed,
        "unread": [words_row(words) for words in due.unread],
    }


def _print_json(found: Guide, near: Sequence[str]) -> None:
    from emergency.commands.guiding import ANSWERS  # noqa: PLC0415 - loaded by now
    from emergency.projections.rows import interval_row, iso_instant, words_row  # noqa: PLC0415
    from emergency_cli.output import SCHEMA, emit_json  # noqa: PLC0415

    def reports(listed: Sequence[Advised]) -> list[dict[str, Any]]:
        return [{**advised_row(one, found.at), "incident": None, "obligation": None} for one in listed]

    def texts(listed: Iterable[Any]) -> list[dict[str, Any]]:
        return [
            {"id": one.id, "says": words_row(one.says), "citation": one.citation, "confirmed": one.confirmed}
            for one in listed
        ]

    emit_json(
        {
            "schema": SCHEMA,
            "at": iso_instant(found.at),
            "recorded_through": found.position,
            "rulebook": found.rulebook,
            "office": None if found.office == "?" else found.office,
            "office_name": found.office_name,
            "learned": interval_row(found.learned_at.interval),
            "category": found.category.value,
            "kind": found.kind,
            "kinds_near": list(near),
            "division": found.division,
            "answer": found.answer,
            "said": words_row(ANSWERS[found.answer]),
            "rows": reports(found.reports),
            "after": reports(found.after),
            "ending": reports(found.ending),
            "content": [
                {
                    "channels": list(one.channels),
                    "elements": [
                        {"element": slug, "title": words_row(title), "told": told}
                        for slug, title, told in one.elements
                    ],
                    "grounds": [
                        {"rule": g.rule, "citation": g.citation, "confirmed": g.confirmed}
                        for g in one.grounds
                    ],
                }
                for one in found.content
            ],
            "passing": [
                {
                    "recipient": one.office,
                    "recipient_name": words_row(one.name),
                    "over": list(one.over),
                    "rule": one.because,
                    "citation": words_row(one.citation),
                    "confirmed": one.confirmed,
                    "where_necessary": one.where_necessary,
                    "condition": words_row(one.condition),
                }
                for one in found.passing
            ],
            "checks": texts(found.checks),
            "procedure": texts(found.procedure),
            "beside": [words_row(words) for words in found.beside],
            "who": [words_row(words) for words in found.who],
            "not_known": [words_row(words) for words in found.open],
        }
    )
