"""How a drill is told: what reaches the trainee, and the debrief (讲评)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from emergency.projections import said
from emergency_cli.bilingual import say
from emergency_cli.output import indented, show, table
from emergency_cli.words import (
    acts,
    addressed,
    channel,
    figures,
    finding_line,
    obligation_columns,
    particulars,
    state,
)

if TYPE_CHECKING:
    from emergency.domain.events import Entry
    from emergency.drill.debrief import Debrief
    from emergency.drill.play import Played
    from emergency.drill.script import Script
    from emergency.engine import View
    from emergency_cli.context import Settings


def heard(settings: Settings, played: Played) -> bool:
    """Say what has reached the trainee's office, if anything has."""
    if not played.cue.heard:
        return False
    settings.used(played.incident)
    view = settings.engine.view(played.incident)
    step = next(step for step in view.timeline.steps if step.id == played.entry)
    whom = say("、", ", ").join(view.directory.name(to) for to in addressed(step))
    parts = [
        played.cue.at.astimezone(settings.zone()).strftime("%H:%M"),
        _named(settings, view, step.office),
        acts(settings, step),
        f"→ {whom}{channel(settings, step)}" if whom else "",
        particulars(settings, step),
        figures(settings, step.entry.facts),
        f"#{view.numbers[step.id]}",
    ]
    show(indented(" ".join(part for part in parts if part), 0))
    if played.cue.words:
        show(indented(f"“{played.cue.words}”", 2))
    return True


def _named(settings: Settings, view: View, office: str) -> str:
    return settings.say("群众", "the public") if office == "public" else view.directory.name(office)


def debriefed(settings: Settings, script: Script, found: Debrief) -> None:
    """What was met and what was missed, then how the office did it in the file."""
    say, directory = settings.say, settings.engine.directory()
    case = script.case
    click.echo(say(f"讲评：{case.title}", f"Debrief: {case.title_en or case.title}"))
    office = f"{directory.name(found.me)} ({found.me})"
    hour = found.at.astimezone(settings.zone()).strftime("%m-%d %H:%M")
    click.echo(say(f"{office}，截至演练时间 {hour}", f"{office}, as of {hour} of the drill"))
    counted = [f"{state(settings, name)} {count}" for name, count in sorted(found.states.items())]
    click.echo(say("报告义务：", "Obligations: ") + (say("，", ", ").join(counted) or say("无", "none")))
    if found.obligations:
        show(table(obligation_columns(settings, directory), found.obligations))
    if found.findings:
        click.echo(say("疑点：", "What stands out:"))
        for row in found.findings:
            show(indented(finding_line(settings, directory, row), 2), indented(say(**row["explanation"]), 4))
    if found.norms:
        click.echo(say("不合规范之处：", "Norms that were not kept:"))
        for row in found.norms:
            show(indented(say(**row["explanation"]), 2))
    if found.left:
        click.echo(
            say(
                f"脚本还有 {len(found.left)} 步未到：以上只是到目前为止。",
                f"{len(found.left)} steps of the script are still to come: this is how it stands so far.",
            )
        )
    if found.own:
        click.echo(say("脚本中该单位的做法：", "What the office did in the script:"))
        for entry in found.own:
            show(indented(_done(settings, entry, script), 2))


def _done(settings: Settings, entry: Entry, script: Script) -> str:
    early = entry.at.earliest or entry.at.latest
    whom = say("、", ", ").join(
        script.case.offices[to].name for to in getattr(entry, "to", ()) if to in script.case.offices
    )
    parts = [
        early.astimezone(settings.zone()).strftime("%m-%d %H:%M") if early else "?",
        settings.words(said.word(said.ACTS, type(entry).__name__)),
        f"→ {whom}" if whom else "",
        figures(settings, entry.facts),
    ]
    return " ".join(part for part in parts if part)
