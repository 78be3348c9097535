"""An ordinary incident: a roof fall in a mine, told upward by everyone who heard of it, and followed up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from emergency.domain.offices import Directory, directory_of
from emergency.domain.record import Recorded
from emergency.exchange.case_file import CaseFile
from emergency.exchange.timeline_import import imported

_OFFICES = {
    "mine": ("unit", "enterprise", ["county-bureau"]),
    "county-bureau": ("county", "department", ["county"]),
    "county": ("county", "government", ["city"]),
    "city": ("city", "government", []),
}
_TRAPPED = {"trapped": 4}
_DEAD = {"deaths": 1, "trapped": 3}
_MORE = {"deaths": 2, "trapped": 2}
_ENDED = {"deaths": 3, "rescued": 1}
_STEPS: tuple[tuple[str, str, str, str | None, str, dict[str, int]], ...] = (
    ("08:05", "occurred", "mine", None, "", {}),
    ("08:12", "learned", "mine", None, "", _TRAPPED),
    ("08:40", "clue", "public", "county-bureau", "phone", {}),
    ("09:15", "inquired", "county-bureau", "mine", "phone", {}),
    ("09:30", "reported", "mine", "county-bureau", "phone", _TRAPPED),
    ("09:40", "reported", "county-bureau", "county", "phone", _TRAPPED),
    ("10:10", "inquired", "city", "county", "phone", {}),
    ("10:25", "answered", "county", "city", "phone", _TRAPPED),
    ("10:40", "forwarded", "county", "city", "written", _TRAPPED),
    ("12:50", "followed-up", "mine", "county-bureau", "phone", _DEAD),
    ("13:20", "followed-up", "county-bureau", "county", "written", _DEAD),
    ("13:50", "followed-up", "county", "city", "written", _DEAD),
    ("15:00", "learned", "mine", None, "", _MORE),
    ("16:00", "inquired", "county-bureau", "mine", "phone", {}),
    ("16:20", "answered", "mine", "county-bureau", "phone", _DEAD),
    ("19:10", "followed-up", "mine", "county-bureau", "phone", _ENDED),
    ("19:40", "followed-up", "county-bureau", "county", "written", _ENDED),
    ("20:00", "followed-up", "county", "city", "written", _ENDED),
    ("20:30", "verified", "county", None, "", {"deaths": 4}),
)
"""When, what, who, to whom, how, and with which figures: with the opening, twenty events."""


@dataclass(frozen=True, slots=True)
class Incident:
    """What one assessment starts from, decoded and not yet judged."""

    history: tuple[Recorded[Any], ...]
    directory: Directory


def ordinary() -> Incident:
    """The incident, each time made anew: nothing that one assessment keeps on it helps the next."""
    new = imported(CaseFile.model_validate(_file()))
    return Incident(
        tuple(_recorded((new.opened, *new.entries), f"incident/{new.ref}")),
        directory_of(_recorded(new.offices, "offices")),
    )


def _file() -> dict[str, Any]:
    return {
        "format": "1",
        "case": "roof-fall",
        "title": "顶板事故",
        "category": "accident",
        "kind": "coal-mine",
        "place": {"name": "某县", "division": None},
        "occurred_at": _at("08:05"),
        "record": {"complete_for": ["mine"]},
        "offices": {
            key: {"name": key, "tier": tier, "line": line, "reports_to": up}
            for key, (tier, line, up) in _OFFICES.items()
        },
        "steps": [_step(number, *step) for number, step in enumerate(_STEPS, start=1)],
    }


def _step(
    number: int, at: str, act: str, office: str, to: str | None, channel: str, facts: dict[str, int]
) -> dict[str, Any]:
    told = {} if to is None else {"to": to, "channel": channel}
    return {"id": f"s{number}", "act": act, "office": office, "at": _at(at), "facts": facts, **told}


def _at(clock: str) -> str:
    return f"2023-03-14T{clock}+08:00"


def _recorded(bodies: tuple[Any, ...], stream: str) -> list[Recorded[Any]]:
    """The bodies as they stand in the log."""
    return [
        Recorded(
            position=version,
            stream=stream,
            version=version,
            event_id=f"{stream}:{version}",
            recorded_at=datetime(2023, 4, 1, tzinfo=UTC),
            event=body,
        )
        for version, body in enumerate(bodies, start=1)
    ]
