"""Incidents, offices and entries to pick from: by form and by completion, read at a glance."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from emergency.store.glance import Glimpse
    from emergency_cli.context import Settings


def newest_incidents(settings: Settings, limit: int) -> list[tuple[str, str]]:
    """References and titles, the newest first."""
    from emergency.store.glance import beginnings  # noqa: PLC0415 - where somebody picks

    return _titled(settings, beginnings(settings.url, "incident/", limit=limit, newest=True))


def incidents_from(settings: Settings, prefix: str, limit: int) -> list[tuple[str, str]]:
    """References that begin so, with titles; the newest where nothing was typed yet."""
    from emergency.store.glance import beginnings  # noqa: PLC0415 - as above

    return _titled(settings, beginnings(settings.url, f"incident/{prefix}", limit=limit, newest=not prefix))


def title_of(settings: Settings, ref: str) -> str:
    """What an incident is called; empty where that cannot be read."""
    from emergency.store.glance import beginnings  # noqa: PLC0415 - as above

    found = beginnings(settings.url, f"incident/{ref}", limit=1)
    return dict(_titled(settings, found)).get(ref, "")


def _titled(settings: Settings, found: list[Glimpse]) -> list[tuple[str, str]]:
    return [
        (
            one.stream.removeprefix("incident/"),
            settings.say("", one.body.get("title_en") or "") or str(one.body.get("title") or ""),
        )
        for one in found
    ]


def offices(settings: Settings) -> dict[str, str]:
    """The names of offices by id; of a renamed one the last."""
    from emergency.store.glance import offices as registered  # noqa: PLC0415 - as above

    return {
        one.stream.removeprefix("office/"): str(one.body.get("name") or "")
        for one in registered(settings.url)
    }


def entries(settings: Settings, ref: str, *, newest: int) -> list[tuple[int, str]]:
    """The numbers of the last entries of an incident, with what they are, the newest first."""
    from emergency.projections.said import ACTS, word  # noqa: PLC0415 - as above
    from emergency.store.glance import last_of  # noqa: PLC0415

    names: dict[str, str] = {}
    told = []
    for one in last_of(settings.url, f"incident/{ref}", limit=newest):
        if not one.type.startswith("incident.") or "office" not in one.body or "at" not in one.body:
            continue  # an opening, an amendment: nothing to receive or to send back
        names = names or offices(settings)
        act = "".join(part.capitalize() for part in one.type.removeprefix("incident.").split("-"))
        who = str(one.body["office"])
        at = (one.body["at"] or {}).get("earliest") or ""
        told.append(
            (
                one.version,
                f"{at[5:16].replace('T', ' ')} {settings.words(word(ACTS, act))} {names.get(who, who)}".strip(),
            )
        )
    return told
