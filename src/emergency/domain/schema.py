"""How events are written down: short stable type names, a schema version each, and the upcaster chain.

A type name never changes and never names a Python path. A change of an event's meaning or shape raises its
schema version and adds the step that makes the newer form from the older; what was written stays as it is.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pydantic_core
from pydantic import ValidationError

from emergency.domain import (
    bookkeeping,
    desk,
    drafting,
    events,
    instructions,
    offices,
    people,
    receiving,
    review,
    scoring,
)
from emergency.domain.complaint import complaint
from emergency.domain.values import Value
from emergency.errors import BrokenDataError, UnknownEventError, words_of
from emergency.words import Words

TYPES: dict[str, type[Value]] = {
    "incident.opened": events.IncidentOpened,
    "incident.occurred": events.Occurred,
    "incident.learned": events.Learned,
    "incident.reported": events.Reported,
    "incident.followed-up": events.FollowUpFiled,
    "incident.corrected": events.Corrected,
    "incident.forwarded": events.ForwardedUpward,
    "incident.notified": events.Notified,
    "incident.inquired": events.Inquired,
    "incident.answered": events.Answered,
    "incident.denied": events.Denied,
    "incident.not-reported": events.NonReportStated,
    "incident.withheld": events.Withheld,
    "incident.directed": events.Directed,
    "incident.obstructed": events.Obstructed,
    "incident.clue": events.ClueLinked,
    "incident.verified": events.Verified,
    "incident.acknowledged": events.Acknowledged,
    "incident.closed": events.Closed,
    "incident.final-report": events.FinalReportFiled,
    "incident.graded": events.Graded,
    "incident.stabilised": events.Stabilised,
    "incident.suspended": events.Suspended,
    "incident.resumed": events.Resumed,
    "incident.foreseen": events.Foreseen,
    "incident.warned": events.Warned,
    "incident.handling-ended": events.HandlingEnded,
    "incident.draft-opened": drafting.DraftOpened,
    "incident.draft-edited": drafting.DraftEdited,
    "incident.draft-reviewed": drafting.DraftReviewed,
    "incident.draft-signed": drafting.DraftSignedOff,
    "incident.draft-issued": drafting.UnifiedDraftIssued,
    "incident.draft-assigned": drafting.DraftAssigned,
    "incident.instruction-received": instructions.InstructionReceived,
    "incident.instruction-relayed": instructions.InstructionRelayed,
    "incident.instruction-answered": instructions.InstructionAnswered,
    "incident.instruction-pressed": instructions.InstructionPressed,
    "incident.instruction-closed": instructions.InstructionClosed,
    "incident.handed-over": receiving.HandedOver,
    "incident.call-logged": receiving.CallLogged,
    "incident.returned": receiving.Returned,
    "incident.waived": bookkeeping.Waived,
    "incident.voided": bookkeeping.Voided,
    "incident.merged": bookkeeping.Merged,
    "incident.unmerged": bookkeeping.Unmerged,
    "incident.linked": bookkeeping.Linked,
    "incident.annotated": bookkeeping.Annotated,
    "incident.reopened": bookkeeping.Reopened,
    "incident.adopted": scoring.Adopted,
    "entry.amended": events.EntryAmended,
    "entry.withdrawn": events.EntryWithdrawn,
    "review.opened": review.ReviewOpened,
    "review.determined": review.Determined,
    "review.evidence-added": review.EvidenceAdded,
    "review.statement-heard": review.StatementHeard,
    "review.delivered": review.DecisionDelivered,
    "review.appealed": review.Appealed,
    "review.appeal-decided": review.AppealDecided,
    "review.consequence-recorded": review.ConsequenceRecorded,
    "review.closed": review.ReviewClosed,
    "review.reopened": review.ReviewReopened,
    "office.registered": offices.OfficeRegistered,
    "office.superior-changed": offices.SuperiorChanged,
    "office.renamed": offices.OfficeRenamed,
    "office.logging-started": offices.LoggingStarted,
    "office.left-file": offices.OfficeLeftFile,
    "person.protected": people.PersonProtected,
    "person.named": people.PersonNamed,
    "person.opened": people.PersonOpened,
    "person.opening-refused": people.OpeningRefused,
    "person.erased": people.PersonErased,
    "office.post-given": offices.PostGiven,
    "office.class-given": offices.ClassGiven,
    "office.succeeded": offices.OfficeSucceeded,
    "office.dissolved": offices.OfficeDissolved,
    "office.commended": scoring.Commended,
    "desk.shift-started": desk.ShiftStarted,
    "desk.shift-ended": desk.ShiftEnded,
    "desk.shift-handed-over": desk.ShiftHandedOver,
    "desk.handover-acknowledged": desk.HandoverAcknowledged,
    "desk.promise-kept": desk.PromiseKept,
    "desk.reminder-claimed": desk.ReminderClaimed,
    "desk.reminder-sent": desk.ReminderSent,
    "desk.reminder-failed": desk.ReminderFailed,
}
NAMES = {cls: name for name, cls in TYPES.items()}

VERSIONS: dict[str, int] = {
    "incident.opened": 2,
    "incident.reported": 2,
    "incident.followed-up": 2,
    "incident.corrected": 2,
    "incident.forwarded": 2,
    "incident.final-report": 2,
    "incident.clue": 2,
    "review.opened": 2,
    "review.determined": 2,
    "incident.directed": 2,
    "incident.obstructed": 2,
}
"""The schema version now written, by type name; 1 where it is not listed."""

Upcaster = Callable[[dict[str, Any]], dict[str, Any]]
UPCASTERS: dict[tuple[str, int], Upcaster] = {}
"""From (type, version n) to version n + 1; none where the newer form only has more fields that may be left out."""


class EventCodec:
    """Events to bytes and back."""

    def encode(self, event: Value) -> tuple[str, int, bytes]:
        """The type name, the schema version and the JSON body."""
        name = NAMES[type(event)]
        return name, VERSIONS.get(name, 1), event.model_dump_json(exclude_none=True).encode()

    def decode(self, name: str, version: int, body: bytes) -> Value:
        """The event, brought up to its newest form.

        Raises:
            UnknownEventError: this program does not know the type, or not in that version.
            BrokenDataError: the body is not what the type says.
        """
        cls = TYPES.get(name)
        newest = VERSIONS.get(name, 1)
        if cls is None or not 1 <= version <= newest:
            known = (
                Words(f"只认识到第{newest}版", f"up to version {newest}")
                if cls
                else Words("不认识它", "not at all")
            )
            raise UnknownEventError(
                f"type {name!r}, version {version}; this program knows it {known.en}: upgrade it",
                zh=f"类型 {name}，第{version}版：本程序{known.zh}，请升级程序",
            )
        try:
            steps = [UPCASTERS[name, v] for v in range(version, newest) if (name, v) in UPCASTERS]
            if not steps:
                return cls.model_validate_json(body)
            data = pydantic_core.from_json(body)
            for step in steps:
                data = step(data)
            return cls.model_validate(data)
        except (ValidationError, ValueError) as error:
            short = complaint(error) if isinstance(error, ValidationError) else words_of(error)
            said = Words(short.zh, str(error))
            raise BrokenDataError(
                f"An event of type {name!r}, version {version}, cannot be read: {said.en}",
                zh=f"类型 {name}、第{version}版的事件无法读取：{said.zh}",
            ) from error
