"""Steps, offices and citations as an explanation shows them."""

from __future__ import annotations

from collections.abc import Iterable

from emergency.assessment.timeline import Step, Timeline
from emergency.assessment.why.model import Called, Cited, StepRead
from emergency.domain.events import Message
from emergency.domain.offices import Directory
from emergency.domain.vocabulary import Channel
from emergency.rulebook import Citation
from emergency.rulebook.data_model import Dated
from emergency.rulebook.vocabulary import Rank


def called(directory: Directory, office: str) -> Called:
    """An office by every name that it has."""
    return Called(office, directory.ref(office), directory.name(office))


def step_read(timeline: Timeline, directory: Directory, step: Step) -> StepRead:
    """A step with what its source says and what the order of things makes of it."""
    entry = step.entry
    how = entry.channel if isinstance(entry, Message) else Channel.UNKNOWN
    return StepRead(
        id=step.ref,
        label=step.label,
        act=type(entry).__name__,
        office=called(directory, step.office),
        to=tuple(called(directory, to) for to in step.to),
        channel=None if how is Channel.UNKNOWN else how.value,
        stated=entry.at.text,
        stated_at=entry.at.interval,
        at=step.at,
        assumed=step.assumed,
        leans_on=labels(timeline, step.leans_on),
        source=entry.source,
    )


def labels(timeline: Timeline, ids: Iterable[str]) -> tuple[str, ...]:
    """What people call entries by."""
    return tuple(timeline.labels.get(i, i) for i in ids)


def quoted(citation: Citation) -> str:
    """Law, number and article, as one would quote it."""
    return " ".join(filter(None, (f"《{citation.law}》", citation.number, citation.article)))


def cited(value: Dated, rank: Rank | None) -> Cited:
    """Where a dated value is written."""
    return Cited(
        citation=quoted(value.citation),
        rank=None if rank is None else rank.value,
        confirmed=value.confirmed,
        text=value.citation.text,
        source=value.citation.source,
        since=value.since,
        recorded_on=value.recorded_on,
        checked_on=value.checked_on,
        note=value.remark,
    )
