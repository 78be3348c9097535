"""The incident aggregate: its state, and what a command may add to it.

Nobody is refused for being late, out of order, of the wrong office or told twice: such an entry is recorded and
judged. What is refused is what cannot be meant: an entry on no incident, an amendment of no entry.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from pydantic import ValidationError

from emergency.domain.amendment import FIXED, amended, effective
from emergency.domain.bookkeeping import Merged, Unmerged
from emergency.domain.complaint import complaint
from emergency.domain.drafting import DraftEdited, UnifiedDraftIssued
from emergency.domain.events import (
    Entry,
    EntryAmended,
    EntryWithdrawn,
    IncidentEvent,
    IncidentOpened,
    Report,
)
from emergency.domain.fixed import fixed
from emergency.domain.record import Recorded
from emergency.domain.references import check_reference
from emergency.domain.values import Value
from emergency.errors import NotFoundError, RefusedError

SAME_ENTRY_WITHIN = timedelta(minutes=2)
"""At most so long after it the identical entry is taken for a slip of the hand and marked."""

BACKFILLED_AFTER = timedelta(minutes=60)
"""An entry recorded later than this after its stated time is a backfilled one (补录)."""


@fixed(slots=True)
class Incident:
    """An incident as far as commands need it."""

    stream: str
    version: int
    opened: Recorded[IncidentOpened]
    entries: dict[str, Recorded[Entry]]
    """The entries that count, by event id, in log order."""


def incident_of(events: Iterable[Recorded[Any]]) -> Incident | None:
    """The fold of one incident stream; None where it was never opened."""
    listed = tuple(events)
    standing = effective(listed)
    opened = next((r for r in standing if isinstance(r.event, IncidentOpened)), None)
    if opened is None:
        return None
    entries = {r.event_id: r for r in standing if isinstance(r.event, Entry)}
    return Incident(opened.stream, listed[-1].version, opened, entries)


@fixed(slots=True)
class Open:
    """Put an incident on record."""

    opened: IncidentOpened


@fixed(slots=True)
class Record:
    """Add an entry."""

    entry: Entry


@fixed(slots=True, kw_only=True)
class Amend:
    """Put an entry right; ``target`` names it as people do (`entry_named`)."""

    target: str
    changes: dict[str, Any]
    why: str
    office: str | None = None
    officer: str | None = None


@fixed(slots=True, kw_only=True)
class Withdraw:
    """Take an entry back; ``target`` names it as people do (`entry_named`)."""

    target: str
    why: str
    office: str | None = None
    officer: str | None = None


Command = Open | Record | Amend | Withdraw


def decide(command: Command, state: Incident | None, now: datetime) -> tuple[IncidentEvent, ...]:
    """The events that the command leads to. ``now`` stamps and marks; it never decides.

    Raises:
        RefusedError: the command cannot be meant as things stand.
    """
    if isinstance(command, Open):
        if state is not None:
            raise RefusedError(
                f"There is already an incident {state.opened.event.ref}. Use another reference.",
                zh=f"已有事件 {state.opened.event.ref}。请另用一个编号。",
            )
        return (command.opened,)
    if state is None:
        raise NotFoundError("There is no such incident. Open it first.", zh="没有这起事件。请先立项。")
    if isinstance(command, Record):
        return (_recorded(command.entry, state, now),)
    target = entry_named(command.target, state)
    if isinstance(command, Withdraw):
        if target is state.opened:
            raise RefusedError(
                "The incident's own opening cannot be withdrawn; amend it, or withdraw its entries.",
                zh="事件的立项本身不能撤回；请更正立项，或逐条撤回其下的录入。",
            )
        withdrawn = EntryWithdrawn(
            target=target.event_id, why=command.why, office=command.office, officer=command.officer
        )
        _check_unissued(withdrawn, target, state)
        return (withdrawn,)
    amendment = _amendment(command, target, state, now)
    _check_unissued(amendment, target, state)
    return (amendment,)


def _check_unissued(change: EntryAmended | EntryWithdrawn, target: Recorded[Any], state: Incident) -> None:
    """Refuse to change what an issued version of a unified draft says."""
    if isinstance(target.event, (DraftEdited, UnifiedDraftIssued)):
        from emergency.domain.draft import check_unissued  # noqa: PLC0415 - most entries have to do with none

        check_unissued(change, target, state.entries, state.opened.event.ref)


def _check_issued(entry: Entry, state: Incident) -> None:
    """Refuse a report that claims to be a version of a unified draft that was never issued."""
    if isinstance(entry, Report) and entry.draft is not None:
        from emergency.domain.draft import check_issued  # noqa: PLC0415 - as above

        check_issued(entry, state.entries, state.opened.event.ref)


def _short_number(said: str) -> bool:
    return said.isdecimal() and len(said) < 8  # noqa: PLR2004 - the first group of an id


def entry_named(said: str, state: Incident) -> Recorded[Any]:
    """The opening or entry that people mean, among those that count.

    Args:
        said: The step of the imported file, the entry's number (``#3`` or ``3``), its event id, or the beginning
            of that id.
        state: The incident.

    Raises:
        NotFoundError: there is none, or more than one.
    """
    counted = (state.opened, *state.entries.values())
    number = said.removeprefix("#")
    ways = (
        [r for r in counted if said in (getattr(r.event, "step", None), r.event_id)],
        [r for r in counted if str(r.version) == number],
        # A short number that is no entry's is a slip, never the beginning of some id.
        [r for r in counted if said and not _short_number(said) and r.event_id.startswith(said)],
    )
    found = next((way for way in ways if way), [])
    if len(found) == 1:
        return found[0]
    ref = state.opened.event.ref
    if found:
        raise NotFoundError(
            f"Several entries of {ref} begin with {said}. Write more of it.",
            zh=f"{ref} 有多条录入以 {said} 开头。请再多写几位。",
        )
    raise NotFoundError(
        f"There is no entry {said[:60]} on {ref} that counts: one that was withdrawn does not. "
        f"`emergency show {ref}` lists them with their numbers.",
        zh=(f"{ref} 没有有效的录入 {said[:60]}（已撤回的不算）。录入及其序号见 `emergency show {ref}`。"),
    )


def _amendment(command: Amend, target: Recorded[Any], state: Incident, now: datetime) -> EntryAmended:
    if not command.changes:
        raise RefusedError(
            "Nothing would change. Say what the entry should read.", zh="没有改动。请写明这条录入应改成什么。"
        )
    if fixed := [name for name in FIXED if name in command.changes]:
        raise RefusedError(
            f"{', '.join(fixed)} cannot be amended: this says how the entry came on record, not what happened. "
            "Where it is wrong, withdraw the entry and record it anew.",
            zh=(
                f"{'、'.join(fixed)} 不能更正：它说明这条录入如何入库，"
                "不说明发生了什么。如有错误，请撤回这条录入，重新录入。"
            ),
        )
    if isinstance(target.event, (Merged, Unmerged)) and not {"why", "source"}.issuperset(command.changes):
        raise RefusedError(
            "When and into what an incident was merged, and what became of its obligations, was worked out then and is "
            "not typed over. Undo the merging, and merge anew: emergency unmerge INCIDENT --why …",
            zh=(
                "并案的时间、去向以及各项义务如何处理，当时已经算定，"
                "不能改写。请先撤销并案，再重新并案：emergency unmerge "
                "INCIDENT --why …"
            ),
        )
    try:
        changed = amended(target.event, command.changes)
    except ValidationError as error:
        said = complaint(error).sentence
        raise RefusedError(
            f"The entry cannot read so: {said.en}", zh=f"这条录入不能这样写：{said.zh}"
        ) from error
    if changed == target.event:
        raise RefusedError(
            "Nothing would change: the entry already reads so.", zh="没有改动：这条录入已经如此。"
        )
    changes = dict(command.changes)
    if isinstance(changed, Entry):
        check_reference(changed, state.entries)
        if "draft" in changes or "version" in changes:
            _check_issued(changed, state)
        if isinstance(changed, Report) and changed.draft is not None and "sent_hash" not in changes:
            from emergency.domain.draft import sent_hash  # noqa: PLC0415 - as above

            sent = sent_hash(changed, state.entries)
            if sent != changed.sent_hash and sent is not None:
                changes["sent_hash"] = sent
        if "at" in changes and _in_doubt(changed, now) != changed.in_doubt:
            changes["in_doubt"] = not changed.in_doubt
    return EntryAmended(
        target=target.event_id,
        changes=changes,
        why=command.why,
        office=command.office,
        officer=command.officer,
    )


def _recorded(entry: Entry, state: Incident, now: datetime) -> Entry:
    check_reference(entry, state.entries)
    _check_issued(entry, state)
    repeated = same_entry(entry, state, now)
    marks = {"in_doubt": _in_doubt(entry, now), "repeats": repeated.event_id if repeated else None}
    return entry.model_copy(update=marks)


def _in_doubt(entry: Entry, now: datetime) -> bool:
    """Its stated time has not come yet."""
    return entry.at.earliest is not None and entry.at.earliest > now


def same_entry(entry: Entry, state: Incident, now: datetime) -> Recorded[Entry] | None:
    """The identical entry of at most two minutes ago, if there is one. Only entries logged here are compared."""
    if entry.logged_by is None:
        return None
    for earlier in reversed(state.entries.values()):
        if now - earlier.recorded_at > SAME_ENTRY_WITHIN:
            return None
        if type(earlier.event) is type(entry) and _content(earlier.event) == _content(entry):
            return earlier
    return None


def _content(entry: Value) -> dict[str, Any]:
    content = entry.model_dump(exclude={"at", "in_doubt", "repeats"})
    stated = getattr(entry, "at", None)
    # An entry without a stated time carries the minute of its typing; that minute is no difference.
    content["at"] = None if stated is None or stated.text is None else stated.text
    return content
