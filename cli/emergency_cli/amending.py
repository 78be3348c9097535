"""``emergency amend`` and ``withdraw``: putting right what was typed; the log keeps both."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from emergency_cli.after import print_outcome
from emergency_cli.asking import ask
from emergency_cli.bilingual import WrongUseError, both, command, option
from emergency_cli.choices import CATEGORIES, CHANNELS, word_of
from emergency_cli.context import Settings, now
from emergency_cli.entries import (
    ending_options,
    kind_and_category,
    known,
    stated,
    valid,
)
from emergency_cli.figures import LEVEL_WORDS, facts_of, level_of, others_of
from emergency_cli.markings import SECRECY, URGENCY, typed

if TYPE_CHECKING:
    from emergency.domain.offices import Directory
    from emergency.domain.values import Value

OF_ENTRY = ("at", "received", "to", "by", "from", "source", "nature", "circumstances")
OF_SOME = ("level", "whom", "authority", "why")
"""What can be changed of an entry that has it: a level given, a suspension."""
OF_OPENING = ("title", "category", "kind", "place", "division", "occurred", "secrecy", "urgency")


@command(
    zh="""更正录入；ENTRY 为条目号（如 #3）或其编号的开头。

    可更正：at=、received=、to=OFFICE,OFFICE、by=CHANNEL、from=OFFICE、source=、nature=、
    circumstances=SLUG,SLUG 和数字（如 死=3）；录入中原有的 level=、whom=、authority=、why=；录入 #1 即首次
    录入的 title=、category=、kind=、place=、division=、occurred=、secrecy=、urgency=。等号后不写，即删去原
    值：死=

    例：emergency amend - #3 at=13:05 死=3 --why 录入串行
    """
)
@click.argument("incident")
@click.argument("entry")
@click.argument("changes", nargs=-1, metavar="[NAME=VALUE]...")
@option(
    "--figure",
    "others",
    multiple=True,
    metavar="NAME=NUMBER",
    help=both("更正其他数字，如 sick=12。", "Any other figure, like sick=12, put right."),
)
@option("--why", metavar="TEXT", help=both("更正的原因。", "Why it has to be put right."))
@ending_options
def amend(
    settings: Settings,
    incident: str,
    entry: str,
    changes: tuple[str, ...],
    *,
    others: tuple[str, ...],
    why: str | None,
    command_id: str | None,
    quiet: bool,
    form: str,
) -> None:
    """Put an entry right; ENTRY is its number, like #3, or the beginning of its id.

    What can be changed: at=, received=, to=OFFICE,OFFICE, by=CHANNEL, from=OFFICE, source=, nature=,
    circumstances=SLUG,SLUG and figures like 死=3; level=, whom=, authority=, why= where the entry has them; of
    entry #1, the opening: title=, category=, kind=, place=, division=, occurred=, secrecy=, urgency=. Nothing after
    the sign takes the value back out: 死=

    Example: emergency amend - #3 at=13:05 死=3 --why "typed in the wrong line"
    """
    from emergency.domain.events import IncidentOpened  # noqa: PLC0415 - help needs no engine

    identity = settings.identity
    ref = settings.incident(incident)
    directory = settings.engine.directory()
    known(directory, identity.office)
    target = settings.engine.entry(ref, entry)
    event: Value = target.event
    opening = isinstance(event, IncidentOpened)
    if not changes and not others:
        raise WrongUseError(
            "Say what the entry should read, like at=13:05 or 死=3.",
            zh="请写明改成什么，如 at=13:05 或 死=3。",
        )
    if opening and others:
        raise WrongUseError(
            f"--figure: what can be changed here is {', '.join(OF_OPENING)}.",
            zh=f"--figure：这里可更正的只有 {'、'.join(OF_OPENING)}。",
        )
    fields = _changes(settings, directory, event, changes, others)
    reason = why or ask("--why", settings.say("更正原因", "Why"))
    outcome = settings.engine.amend(
        ref, target.event_id, fields, why=reason, identity=identity, command_id=command_id
    )
    settings.recorded_so_far = settings.say(
        f"已入库：{outcome.incident} {outcome.event_ids[-1]}。",
        f"It is on record: {outcome.incident} {outcome.event_ids[-1]}.",
    )
    settings.used(ref)
    print_outcome(settings, outcome, form=form, quiet=quiet, put_right=target.event_id)


@command(zh="撤回录入；记录保留，不再计入。")
@click.argument("incident")
@click.argument("entry")
@option("--why", metavar="TEXT", help=both("为何本不应录入。", "Why it should not have been made."))
@ending_options
def withdraw(
    settings: Settings,
    incident: str,
    entry: str,
    why: str | None,
    command_id: str | None,
    quiet: bool,
    form: str,
) -> None:
    """Take an entry back; the log keeps it, nothing counts it."""
    identity = settings.identity
    ref = settings.incident(incident)
    known(settings.engine.directory(), identity.office)
    target = settings.engine.entry(ref, entry).event_id
    reason = why or ask("--why", settings.say("撤回原因", "Why"))
    outcome = settings.engine.withdraw(ref, target, why=reason, identity=identity, command_id=command_id)
    settings.recorded_so_far = settings.say(
        f"已入库：{outcome.incident} {outcome.event_ids[-1]}。",
        f"It is on record: {outcome.incident} {outcome.event_ids[-1]}.",
    )
    settings.used(ref)
    print_outcome(settings, outcome, form=form, quiet=quiet, put_right=target)


def _changes(
    settings: Settings,
    directory: Directory,
    event: Value,
    words: tuple[str, ...],
    others: tuple[str, ...],
) -> dict[str, Any]:
    """Words like ``at=13:05``, and other figures, as fields of the body of the entry or opening."""
    opening = "facts" not in type(event).model_fields
    own = tuple(name for name in OF_SOME if name in type(event).model_fields)
    allowed = OF_OPENING if opening else (*OF_ENTRY, *own)
    fields: dict[str, Any] = {}
    figures: list[str] = []
    for word in words:
        name, equals, value = word.replace("＝", "=", 1).partition("=")
        if name.lower() in LEVEL_WORDS and "level" in own:
            name = "level"
        if equals and name in allowed:
            fields.update(_field(settings, directory, event, name, value))
        elif opening or (equals and name in OF_OPENING):
            raise WrongUseError(
                f"{name}: what can be changed here is {', '.join(allowed)}.",
                zh=f"{name}：这里可更正的只有 {'、'.join(allowed)}。",
            )
        else:
            figures.append(word)
    said: dict[str, Any] = {name: fields.pop(name) for name in ("nature", "circumstances") if name in fields}
    if figures or others or said:
        from emergency.domain.values import Facts  # noqa: PLC0415 - help needs no engine

        facts = facts_of(figures, event.model_dump(mode="json", exclude_none=True)["facts"])
        facts = {**facts, **said, "figures": others_of(others, facts.get("figures") or {})}
        fields["facts"] = valid(Facts, facts).model_dump(mode="json")
    return fields


def _field(settings: Settings, directory: Directory, event: Value, name: str, value: str) -> dict[str, Any]:
    """One change, as the engine takes it."""
    there = type(event).model_fields
    if name in ("at", "received", "occurred"):
        key = {"at": "at", "received": "received_at", "occurred": "occurred_at"}[name]
        _needs(there, key, name)
        return {key: stated(settings, directory, value or "不明", now(), name).model_dump(mode="json")}
    if name in ("to", "whom"):
        _needs(there, name, name)
        offices = _listed(value)
        for office in offices:
            known(directory, office)
        return {name: offices}
    if name == "circumstances":
        return {name: _listed(value)}
    if name == "level":
        return {name: level_of(f"level={value}", value)}
    if name == "by":
        _needs(there, "channel", name)
        value = word_of(value, CHANNELS)
        if value not in (*CHANNELS, "", "unknown"):
            raise WrongUseError(
                f"by={value}: the channels are {', '.join(CHANNELS)}.",
                zh=f"by={value}：报送方式只有 {'、'.join(CHANNELS.values())}。",
            )
        return {"channel": value or "unknown"}
    if name == "from":
        known(directory, value)
        return {"office": value}
    if name in ("place", "division"):
        place = event.model_dump(mode="json")["place"]
        return {"place": {**place, {"place": "name"}.get(name, name): value or None}}
    if name in ("secrecy", "urgency"):
        words = SECRECY if name == "secrecy" else URGENCY
        return {name: typed(words)(value) if value else None}
    if name == "category":
        value = word_of(value, CATEGORIES)
    if name == "category" and value not in CATEGORIES:
        raise WrongUseError(
            f"category={value}: the categories are {', '.join(CATEGORIES)}.",
            zh=f"category={value}：事件类别只有 {'、'.join(CATEGORIES.values())}。",
        )
    if name == "kind" and value:
        return {name: kind_and_category(settings, value, None)[0]}
    return {name: value or None}


def _listed(value: str) -> list[str]:
    return [each for each in value.replace("，", ",").split(",") if each]


def _needs(there: Any, key: str, name: str) -> None:  # noqa: ANN401 - pydantic's mapping of fields
    if key not in there:
        raise WrongUseError(f"{name}: this entry has none.", zh=f"{name}：此条录入没有这一项。")
