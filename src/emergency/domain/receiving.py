"""What a receiver does with what it is told, beside passing it upward."""

from __future__ import annotations

from pydantic import Field

from emergency.domain.events import Entry, Message, Notified
from emergency.domain.values import Element


class HandedOver(Message):
    """What is not the office's own was handed over to whom it concerns (转办). ``of``: the message, if one is meant."""

    of: str | None = None


class CallLogged(Entry):
    """A phone report was entered in the log (电话记录).

    Args:
        of: The report, by event id.
        content: What the caller said, and who recorded it.
        written_asked: Whether the written report was asked for.
    """

    of: str
    content: tuple[Element, ...] = ()
    written_asked: bool | None = None


class Returned(Entry):
    """A message was sent back to be put right (退回)."""

    of: str
    why: str = Field(min_length=1)


NOTICES = frozenset({Notified, HandedOver})
"""The acts that tell somebody of the event and are no report; whoever is told knows, and whoever had to be told was."""
