"""Protected people (人员保护): who informed, was hurt or saw it, by an opaque id; what was done with the name.

The log never holds a name or a phone, sealed or not. A subject's id is random and derived from nothing, so that it
can stand in the log for ever after the name is erased.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import StringConstraints

from emergency.domain.values import OfficeId, Value

SubjectId = Annotated[str, StringConstraints(max_length=60, pattern=r"^[A-Za-z0-9][A-Za-z0-9._\-]*$")]
"""What the log calls a person. A name in Chinese is refused here: it would stand in the log for ever."""


class Part(StrEnum):
    """What a person is to an incident: 举报人 informant, 受害人 victim, 证人 witness."""

    INFORMANT = "informant"
    VICTIM = "victim"
    WITNESS = "witness"


class Kept(StrEnum):
    """How a name is kept: 封存 sealed, 明文 unsealed, or not at all (for want of a key, or because nobody gave it)."""

    SEALED = "sealed"
    UNSEALED = "unsealed"
    NOT_KEPT = "not-kept"


class Refusal(StrEnum):
    """Why a name was not told: another key sealed it, it was altered since, or the person was erased."""

    WRONG_KEY = "wrong-key"
    ALTERED = "altered"
    ERASED = "erased"


class PersonEvent(Value):
    """What was done with a person's name, by which office and officer (an id, never a name)."""

    subject: SubjectId
    office: OfficeId
    officer: str | None = None


class PersonProtected(PersonEvent):
    """A person came under protection (纳入保护). ``incident``: the one it was for, if any."""

    kind: Part
    incident: str | None = None
    kept: Kept


class PersonNamed(PersonEvent):
    """The name was given later, or is kept otherwise than before: sealed, or sealed with another key (改封)."""

    kept: Kept


class PersonOpened(PersonEvent):
    """Somebody read the name (启封查看), and why. Recorded before it is told."""

    why: str


class OpeningRefused(PersonEvent):
    """Somebody wanted to read the name and was refused (拒绝启封)."""

    reason: Refusal


class PersonErased(PersonEvent):
    """The name is gone for good (删除), and why; the subject's id and what was recorded of it stay."""

    why: str
