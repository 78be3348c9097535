"""What a receiver does with what it is told: handed over (转办), logged from the phone (电话记录)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import click

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


@click.command()
@click.argument("incident")
@click.argument("message", metavar="[#ENTRY]", required=False)
@decorated(saying_options, telling_options, ending_options)
def handover(settings: Settings, incident: str, message: str | None, **said: Any) -> None:  # noqa: ANN401 - click's own
    """Log that what is not the office's own was handed over to whom it concerns 转办.

    Whoever gets it knows from then on, with what the message said.

    Example: emergency handover - #3 --to city-emergency --by phone
    """
    from emergency.domain.receiving import HandedOver  # noqa: PLC0415 - help needs no engine

    typed = Said(words=(incident,), **said)
    if not typed.to:
        raise click.UsageError("Say to whom it was handed over: --to OFFICE.")
    ref = settings.incident(incident)
    of = settings.engine.entry(ref, message) if message else None
    more: dict[str, Any] = {"of": of.event_id if of else None}
    facts = getattr(of.event, "facts", None) if of else None
    if facts is not None and not (typed.others or typed.nature or typed.circumstances):
        more["facts"] = facts  # what the message said is what is handed over, unless something else is said
    record_entry(settings, typed, HandedOver, more, ref=ref)


@click.command("call-log")
@click.argument("incident")
@click.argument("report", metavar="#ENTRY")
@click.option(
    "--say",
    "content",
    multiple=True,
    metavar="ELEMENT=TEXT",
    help="What the caller said; may be given again.",
)
@click.option(
    "--verifying", multiple=True, metavar="ELEMENT", help="An element that was still being verified."
)
@click.option("--written-asked", is_flag=True, default=None, help="The written report was asked for.")
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
    """Log what a phone report said, element by element 电话记录.

    Example: emergency call-log - #3 --say measures=已疏散周边群众 --say trend=火势已控 --written-asked
    """
    from emergency.domain.receiving import CallLogged  # noqa: PLC0415 - help needs no engine

    elements, unsaid = elements_of(settings, content, verifying)
    if unsaid:
        raise click.UsageError(f"--say {unsaid[0]}=: say what it is, like --say {unsaid[0]}=TEXT.")
    ref = settings.incident(incident)
    more = {
        "of": settings.engine.entry(ref, report).event_id,
        "content": elements,
        "written_asked": written_asked,
    }
    record_entry(settings, Said(words=(incident,), **said), CallLogged, more, ref=ref)
