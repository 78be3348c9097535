"""Between an event of ours and a row of the log: the library's mapper, with our codec in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from eventsourcing.domain import DomainEventProtocol
from eventsourcing.persistence import EventStore, Mapper, Recording, StoredEvent
from sqlalchemy import Connection

from emergency.domain.record import Recorded
from emergency.errors import BrokenDataError, UnknownEventError
from emergency.store.port import Codec
from emergency.store.recorder import LoggedEvent, NewEvent, SqlRecorder


@dataclass(frozen=True, kw_only=True)
class Entry:
    """An event on its way into the log, in the form that the library asks for."""

    originator_id: str
    originator_version: int
    event: Any
    event_id: str | None = None
    command_id: str | None = None
    command_hash: str | None = None
    correlation_id: str | None = None
    causation_id: str | None = None


@dataclass(frozen=True)
class Kept:
    """An event out of the log, in the form that the library asks for."""

    recorded: Recorded[Any]

    @property
    def originator_id(self) -> str:
        """The stream."""
        return self.recorded.stream

    @property
    def originator_version(self) -> int:
        """Its place in the stream."""
        return self.recorded.version


class EventMapper(Mapper[str]):
    """Writes bodies with the codec and reads them back as `Recorded`."""

    def __init__(self, codec: Codec) -> None:
        # The library's transcoder, compressor and cipher have no part in this: the codec does all of it.
        self._codec = codec

    def to_stored_event(self, domain_event: DomainEventProtocol[str]) -> StoredEvent:
        """Encode an `Entry`."""
        if not isinstance(domain_event, Entry):
            raise TypeError(f"only an Entry can be written, not {type(domain_event).__name__}")
        type_name, schema_version, body = self._codec.encode(domain_event.event)
        return NewEvent(
            originator_id=domain_event.originator_id,
            originator_version=domain_event.originator_version,
            topic=type_name,
            state=body,
            schema_version=schema_version,
            event_id=domain_event.event_id,
            command_id=domain_event.command_id,
            command_hash=domain_event.command_hash,
            correlation_id=domain_event.correlation_id,
            causation_id=domain_event.causation_id,
        )

    def to_domain_event(self, stored_event: StoredEvent) -> Kept:
        """Decode a `LoggedEvent`.

        Raises:
            UnknownEventError: Its type or schema version is not known here.
            BrokenDataError: Its body cannot be read.
        """
        if not isinstance(stored_event, LoggedEvent):
            raise TypeError(f"only a LoggedEvent can be read, not {type(stored_event).__name__}")
        try:
            event = self._codec.decode(stored_event.topic, stored_event.schema_version, stored_event.state)
        except UnknownEventError as error:
            raise UnknownEventError(
                f"{_place(stored_event)} is not known to this program: {error}. "
                "It was probably written by a newer version: use that one."
            ) from error
        except Exception as error:  # whatever a codec raises, this event cannot be read
            raise BrokenDataError(f"{_place(stored_event)} cannot be read: {error}") from error
        return Kept(recorded(stored_event, event))


class RecordedEvents(EventStore[str]):
    """The library's event store; what it puts comes back with all the columns of the log."""

    mapper: EventMapper
    recorder: SqlRecorder

    def __init__(self, mapper: EventMapper, recorder: SqlRecorder) -> None:
        super().__init__(mapper, recorder)
        self.mapper = mapper
        self.recorder = recorder

    def put(
        self,
        domain_events: Sequence[DomainEventProtocol[str]],
        *,
        connection: Connection | None = None,
        **kwargs: Any,  # noqa: ANN401  the library's signature
    ) -> list[Recording[str]]:
        """Write events, in the caller's transaction where there is one."""
        stored = [self.mapper.to_stored_event(domain_event) for domain_event in domain_events]
        logged = self.recorder.record(stored, connection=connection, **kwargs)
        return [
            Recording(event, notification) for event, notification in zip(domain_events, logged, strict=True)
        ]


def recorded(logged: LoggedEvent, event: object) -> Recorded[Any]:
    """Put the body into the envelope that its row describes."""
    return Recorded(
        position=logged.id,
        stream=str(logged.originator_id),
        version=logged.originator_version,
        event_id=logged.event_id,
        recorded_at=logged.recorded_at,
        clock_back=logged.clock_back,
        command_id=logged.command_id,
        correlation_id=logged.correlation_id,
        causation_id=logged.causation_id,
        event=event,
    )


def _place(logged: LoggedEvent) -> str:
    return (
        f"The event of type {logged.topic} (schema version {logged.schema_version}) at position {logged.id}, "
        f"version {logged.originator_version} of stream {logged.originator_id},"
    )
