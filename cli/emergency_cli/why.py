"""``why``: every reading that led to a verdict, for people and for programs."""

from __future__ import annotations

from typing import Any

import click

from emergency_cli.bilingual import both, command, option
from emergency_cli.context import Settings, common_options, now, pass_settings
from emergency_cli.incidents import office_id
from emergency_cli.output import SCHEMA, emit_json, indented, show

FORMATS = ("text", "json", "markdown")


@command(
    no_args_is_help=True,
    zh="""依据：为何如此判定。规则、时限、推算，以及所依的每一步。

    以编号、编号的开头，或只合其一的词语（如 county late）指明报告义务、疑点或规范检查；level 说明级别。都不
    写，即列出未办、迟报、可疑的全部，最重的在前，各附可进一步说明的词语。
    """,
)
@click.argument("incident")
@click.argument("what", nargs=-1, metavar="[ID | WORDS... | level]")
@option("--office", "who", metavar="ID", help=both("只看此单位。", "Only this office."))
@option(
    "--at", metavar="TIME", help=both("判定的时刻；默认为现在。", "The instant of judging; now unless given.")
)
@option(
    "--format",
    "form",
    type=click.Choice(FORMATS),
    default="text",
    show_default=True,
    help=both("输出格式：供阅读，或供程序使用。", "For people, or for programs."),
)
@common_options
@pass_settings
def why(
    settings: Settings, incident: str, what: tuple[str, ...], who: str | None, at: str | None, form: str
) -> None:
    """Why a verdict is what it is: rule, clock, arithmetic, and every step that was read.

    Name an obligation, finding or check of a norm by its id, by the beginning of it, or by words that only one fits,
    such as `county late`; `level` explains the level. Without any, everything that is open, late or suspicious is
    listed, the most serious first, each with the words that explain it further.
    """
    settings.only_read()
    ref = settings.incident(incident)
    moment = settings.moment(at, "--at") or now()
    explained = settings.engine.why(ref, " ".join(what), office=office_id(settings, ref, who), at=moment)
    if form == "json":
        found: dict[str, Any] = explained.row
        emit_json(
            {
                "schema": SCHEMA,
                "at": found.pop("at"),
                "recorded_through": explained.position,
                "rulebook": explained.rulebook,
                **found,
            }
        )
    elif form == "markdown":
        click.echo(explained.markdown("zh" if settings.chinese else "en"), nl=False)
    else:
        from emergency.projections.prose import prose  # noqa: PLC0415 - help and JSON need no prose

        for number, line in enumerate(prose(explained.why, chinese=settings.chinese)):
            if line.heading and number:
                click.echo("")
            inset = 0 if line.heading else 2 * line.depth
            if line.whole:
                click.echo(" " * inset + line.text)
            else:
                show(indented(line.text, inset))
