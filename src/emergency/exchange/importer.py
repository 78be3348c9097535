"""Writing an imported timeline into the store, inside one transaction: all of it or none."""

from __future__ import annotations

from emergency.answers import ImportOutcome
from emergency.domain import events
from emergency.domain.incident import Incident, incident_of
from emergency.domain.offices import OfficeLeftFile, OfficeRegistered
from emergency.domain.review import Determined, ReviewOpened
from emergency.domain.review_state import Review, review_of
from emergency.errors import RefusedError
from emergency.exchange import registration
from emergency.exchange.timeline_import import Change, Imported, changes
from emergency.projections.streams import directory, incident_stream, review_stream
from emergency.store import ConflictError, Draft, Writing


def write(writing: Writing, new: Imported, *, amend: bool, rulebook: str) -> ImportOutcome:
    """Put the incident on record, or what changed of it where ``amend`` is given.

    Raises:
        RefusedError: it is on record in another form.
    """
    stream = incident_stream(new.ref)
    if not writing.claim(
        stream
    ):  # what is compared with the file must still be so when the changes are written
        raise ConflictError(
            f"Another program is writing to {new.ref}. Nothing was written. Try again.",
            zh=f"另有程序正在写入 {new.ref}。未作记录，请重试。",
        )
    state = incident_of(writing.stream(stream))
    if state is None:
        _write_new(writing, new, rulebook)
        return ImportOutcome(new.ref, "imported", (), _position(writing))
    if not state.opened.event.imported:
        raise RefusedError(
            f"{new.ref} is an incident that was logged here; give the file another case name.",
            zh=f"{new.ref} 是在本系统录入的事件；请给文件另取一个案件名。",
        )
    reviews = _reviews(writing, new.ref)
    determined = tuple(d for review in reviews for d in review.determined)
    found = changes(new, state.opened, state.entries, determined, directory(writing))
    if not found:
        return ImportOutcome(new.ref, "unchanged", (), _position(writing))
    words = tuple(change.what for change in found)
    if not amend:
        raise RefusedError(
            f"{new.ref} is on record already and the file differs: {'; '.join(w.en for w in words)}. "
            "Nothing was written. To record the changes as amendments, add --amend.",
            zh=(
                f"{new.ref} 已经入库，而文件有所不同：{'；'.join(w.zh for w in words)}。"
                "未作记录。要把不同之处记为更正，请加 --amend。"
            ),
        )
    registration.register(writing, tuple(c.new for c in found if isinstance(c.new, OfficeRegistered)))
    registration.append(writing, *(c.new for c in found if isinstance(c.new, OfficeLeftFile)))
    for change in found:
        _write_change(writing, state, reviews, change, rulebook)
    return ImportOutcome(new.ref, "amended", words, _position(writing))


def _position(writing: Writing) -> int | None:
    return None if writing.pending else writing.last_position()


def _reviews(writing: Writing, ref: str) -> list[Review]:
    streams = writing.streams(review_stream(ref, ""))
    return [review for s in streams if (review := review_of(writing.stream(s))) is not None]


def _write_new(writing: Writing, new: Imported, rulebook: str) -> None:
    registration.register(writing, new.offices)
    drafts = [Draft(event=event) for event in (new.opened, *new.entries)]
    writing.append(incident_stream(new.ref), 0, drafts, correlation_id=_correlation(new.ref))
    for determined in new.determined:
        _write_review(writing, new.ref, determined, rulebook)


def _write_review(writing: Writing, ref: str, determined: Determined, rulebook: str) -> None:
    """Each determination of a file is a review of its own, with what the source does not say left unknown."""
    stream = _own_stream(writing, ref, determined.step or "determined")
    version = writing.version(stream)
    drafts = [Draft(event=determined)]
    if not version:
        drafts.insert(0, Draft(event=ReviewOpened(incident=ref, rulebook=rulebook)))
    writing.append(stream, version, drafts, correlation_id=_correlation(ref))


def _own_stream(writing: Writing, ref: str, name: str) -> str:
    """Where a determination of a file goes: never into a review that is made here, whatever its step is called."""
    stream = review_stream(ref, name)
    known = review_of(writing.stream(stream))
    return (
        stream if known is None or known.concerned is None else _own_stream(writing, ref, f"{name}-imported")
    )


def _write_change(
    writing: Writing, state: Incident, reviews: list[Review], change: Change, rulebook: str
) -> None:
    ref = state.opened.event.ref
    new = change.new
    if change.target is not None:
        stream = next(
            (r.stream for r in reviews if any(d.event_id == change.target for d in r.determined)),
            incident_stream(ref),
        )
        event: events.EntryAmended | events.EntryWithdrawn | events.Entry
        if new is None:
            event = events.EntryWithdrawn(target=change.target, why="the imported file no longer has it")
        else:
            read = new.model_dump(mode="json")
            old = state.entries.get(change.target)
            unmarked = {"in_doubt": False} if old and old.event.in_doubt and "at" in change.fields else {}
            event = events.EntryAmended(
                target=change.target,
                changes={name: read[name] for name in change.fields} | unmarked,
                why="the imported file was edited",
            )
        _append(writing, ref, stream, event)
    elif isinstance(new, Determined):
        _write_review(writing, ref, new, rulebook)
    elif isinstance(new, events.Entry):
        _append(writing, ref, incident_stream(ref), new)


def _append(
    writing: Writing, ref: str, stream: str, event: events.EntryAmended | events.EntryWithdrawn | events.Entry
) -> None:
    drafts = [Draft(event=event)]
    writing.append(stream, writing.version(stream), drafts, correlation_id=_correlation(ref))


def _correlation(ref: str) -> str:
    return f"import/{ref}"
