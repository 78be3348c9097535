"""What a receiver does with what it is told: handed over (转办), logged from the phone (电话记录)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import click

from emergency_cli.bilingual import WrongUseError, both, command, option
from emergency_cli.context import Settings
from emergency_cli.elements import elements_of
from emergency_cli.entries import (
    Said,
    decorated,
    ending_options,
    record_entry,
    saying_options,
    telling_options,
)


@command(
    zh="""转办：把不属本单位的事项转给有关单位。

    接收单位自此获悉原报告内容。

    例：emergency handover - #3 --to city-emergency --by phone
    """
)
@click.argument("incident")
@click.argument("message", metavar="[#ENTRY]", required=False)
@decorated(saying_options, telling_options, ending_options)
def handover(settings: Settings, incident: str, message: str | None, **said: Any) -> None:  # noqa: ANN401 - click's own
    """Log that what is not the office's own was handed over to whom it concerns.

    Whoever gets it knows from then on, with what the message said.

    Example: emergency handover - #3 --to city-emergency --by phone
    """
    from emergency.domain.receiving import HandedOver  # noqa: PLC0415 - help needs no engine

    typed = Said(words=(incident,), **said)
    if not typed.to:
        raise WrongUseError("Say to whom it was handed over: --to OFFICE.", zh="请写明转给谁：--to OFFICE。")
    ref = settings.incident(incident)
    of = settings.engine.entry(ref, message) if message else None
    more: dict[str, Any] = {"of": of.event_id if of else None}
    facts = getattr(of.event, "facts", None) if of else None
    if facts is not None and not (typed.others or typed.nature or typed.circumstances):
        more["facts"] = facts  # what the message said is what is handed over, unless something else is said
    record_entry(settings, typed, HandedOver, more, ref=ref)


@command(
    "call-log",
    zh="""电话记录：逐项记录电话报告的要素。

    例：emergency call-log - #3 --say measures=已疏散周边群众 --say trend=火势已控 --written-asked
    """,
)
@click.argument("incident")
@click.argument("report", metavar="#ENTRY")
@option(
    "--say",
    "content",
    multiple=True,
    metavar="ELEMENT=TEXT",
    help=both("来电内容；可多次给出。", "What the caller said; may be given again."),
)
@option(
    "--verifying",
    multiple=True,
    metavar="ELEMENT",
    help=both("尚在核实的要素。", "An element that was still being verified."),
)
@option(
    "--written-asked",
    is_flag=True,
    default=None,
    help=both("已要求补报书面报告。", "The written report was asked for."),
)
@decorated(saying_options, ending_options)
def call_log(
    settings: Settings,
    incident: str,
    report: str,
    *,
    content: Sequence[str],
    verifying: Sequence[str],
    written_asked: bool | None,
    **said: Any,  # noqa: ANN401 - click's own
) -> None:
    """Log what a phone report said, element by element.

    Example: emergency call-log - #3 --say measures=已疏散周边群众 --say trend=火势已控 --written-asked
    """
    from emergency.domain.receiving import CallLogged  # noqa: PLC0415 - help needs no engine

    elements, unsaid = elements_of(settings, content, verifying)
    if unsaid:
        raise WrongUseError(
            f"--say {unsaid[0]}=: say what it is, like --say {unsaid[0]}=TEXT.",
            zh=f"--say {unsaid[0]}=：请写明内容，如 --say {unsaid[0]}=TEXT。",
        )
    ref = settings.incident(incident)
    more = {
        "of": settings.engine.entry(ref, report).event_id,
        "content": elements,
        "written_asked": written_asked,
    }
    record_entry(settings, Said(words=(incident,), **said), CallLogged, more, ref=ref)
