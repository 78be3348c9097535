"""Putting offices into the directory: new ones, and what changed of known ones."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from emergency.domain.offices import (
    ClassGiven,
    Directory,
    LoggingStarted,
    Office,
    OfficeDissolved,
    OfficeEvent,
    OfficeLeftFile,
    OfficeRegistered,
    OfficeSucceeded,
    SuperiorChanged,
    directory_of,
    holds_already,
    updates,
)
from emergency.domain.record import Recorded
from emergency.domain.vocabulary import PUBLIC
from emergency.errors import NotFoundError, RefusedError, UsageError
from emergency.projections.streams import directory, office_stream
from emergency.store import Draft, Writing
from emergency.words import NOTHING, Words


def register(writing: Writing, offices: tuple[OfficeEvent, ...]) -> dict[str, str]:
    """Add offices or bring known ones up to date: ``added``, ``changed`` or ``unchanged``, by id.

    What else is said of an office, such as its posts, is noted after all of them are there.

    Raises:
        RefusedError: one reports to an office that is neither registered nor in the list, or is called public.
        NotFoundError: something else is said of, or names, an office that is neither.
    """
    known = directory(writing)
    new = [office for office in offices if isinstance(office, OfficeRegistered)]
    names = [*known.offices, *known.broken, *(office.office for office in new)]
    for office in new:
        if office.office == PUBLIC:
            raise RefusedError(
                '"public" stands for whoever is no office; give the office another id.',
                zh="“public”代表不属于任何单位的人，请给该单位另取编号。",
            )
        for up in office.reports_to:
            if up not in names:
                raise RefusedError(
                    f"{office.office} is to report to {up}, which is not in the directory.{_near(up, names).en} "
                    "Add that office first.",
                    zh=f"{office.office} 的上级 {up} 不在报送网络中。{_near(up, names).zh}请先添加该上级。",
                )
    became: dict[str, str] = {}
    for office in new:
        old = known.get(office.office)
        written = append(writing, *((office,) if old is None else updates(old, office)))
        known = directory_of(written, known)
        became[office.office] = "added" if old is None else "changed" if written else "unchanged"
    for event in offices:
        if not isinstance(event, OfficeRegistered):
            written = _changed(writing, known, event)
            known = directory_of(written, known)
            if became.get(event.office) != "added":
                became[event.office] = "changed" if written else became.get(event.office, "unchanged")
    return became


def change(writing: Writing, event: OfficeEvent) -> str:
    """Note what happened to an office that is in the directory: ``changed``, or ``unchanged`` where it is on record.

    Raises:
        NotFoundError: the office, or one that it names, is not in the directory.
        RefusedError: an office is to succeed itself, or one that is gone by then is; or it is to end before it began.
        UsageError: it is no change of an office.
    """
    return "changed" if _changed(writing, directory(writing), event) else "unchanged"


def _changed(writing: Writing, known: Directory, event: OfficeEvent) -> tuple[Recorded[Any], ...]:
    if isinstance(event, OfficeRegistered | LoggingStarted | OfficeLeftFile):
        raise UsageError(
            f"{type(event).__name__} is no change that one makes to an office: `register_offices` adds offices, "
            "and what they log tells the rest.",
            zh=(
                f"{type(event).__name__} 不是对单位的变更：添加单位用 "
                "`register_offices`，其余由单位的录入得出。"
            ),
        )
    old = known.get(event.office)
    if old is None:
        raise NotFoundError(
            f"There is no office {event.office} in the directory{_unread(known, event.office).en}."
            f"{_near(event.office, known.offices).en} `emergency offices list` shows them.",
            zh=(
                f"报送网络中没有{_unread(known, event.office).zh}单位 "
                f"{event.office}。{_near(event.office, known.offices).zh}全部单位见 "
                "`emergency offices list`。"
            ),
        )
    if isinstance(event, OfficeSucceeded):
        _all_known(known, event.office, Words("由其承接", "be succeeded by"), event.by)
        if event.office in event.by:
            raise RefusedError(
                f"{event.office} cannot succeed itself. Under another name it is the same office: record its new name "
                "instead; where others take part of its work over, it goes on.",
                zh=(
                    f"{event.office} 不能由自身承接。只是改了名称的，仍是同一单位，"
                    "请记录新名称；只有部分职责转给他人的，该单位继续存在。"
                ),
            )
        for heir in event.by:
            _check_heir(known[heir], event)
    elif isinstance(event, ClassGiven):
        _all_known(known, event.office, Words("直报", "report directly to"), event.directly_to)
        if event.office in event.directly_to:
            raise RefusedError(
                f"{event.office} cannot report to itself.", zh=f"{event.office} 不能以自身为上级。"
            )
    elif isinstance(event, SuperiorChanged):
        _all_known(known, event.office, Words("报告", "report to"), event.reports_to)
    if isinstance(event, OfficeSucceeded | OfficeDissolved) and old.founded and event.since <= old.founded:
        raise RefusedError(
            f"{event.office} is in the directory since {old.founded}, so it cannot be gone from {event.since} on. "
            "Give the day from which it is gone, or register it anew with its first day.",
            zh=(
                f"{event.office} 自 {old.founded} 起才在报送网络中，不能自 "
                f"{event.since} 起不复存在。请写明撤销之日，或以其成立之日重新登记。"
            ),
        )
    return () if holds_already(old, event) else append(writing, event)


def _check_heir(heir: Office, event: OfficeSucceeded) -> None:
    """Refuse one that is gone by then, or will be in favour of the very office that it succeeds: both would vanish."""
    back = [since for since, by in heir.life if since and since > event.since and event.office in (by or ())]
    gone = event.since if heir.gone(event.since) is not None else min(back, default=None)
    if gone is not None:
        raise RefusedError(
            f"{event.office} is to be succeeded by {heir.id}, which is itself gone on {gone}. Check the day; "
            f"`emergency offices show {heir.id}` tells who is in its place.",
            zh=(
                f"{event.office} 要由 {heir.id} 承接，而后者在 {gone} "
                "也已不复存在。请核对日期；由谁承接，见 `emergency offices "
                f"show {heir.id}`。"
            ),
        )


def _all_known(known: Directory, office: str, verb: Words, named: Iterable[str]) -> None:
    for other in named:
        if other not in known:
            raise NotFoundError(
                f"{office} is to {verb.en} {other}, which is not in the directory.{_near(other, known.offices).en} "
                "Add that office first.",
                zh=(
                    f"{office} 要{verb.zh}的 {other} 不在报送网络中。{_near(other, known.offices).zh}"
                    "请先添加该单位。"
                ),
            )


def _unread(known: Directory, office: str) -> Words:
    return Words("可以读取的", " that can be read") if office in known.broken else NOTHING


def _near(name: str, names: Iterable[str]) -> Words:
    from difflib import get_close_matches  # noqa: PLC0415 - only for a mistake

    near = get_close_matches(name, list(names), n=1)
    return Words(f"是否指 {near[0]}？", f" Did you mean {near[0]}?") if near and near[0] != name else NOTHING


def start_logging(
    writing: Writing, office: str, *, command_id: str | None = None, command_hash: str | None = None
) -> tuple[Recorded[Any], ...]:
    """Note that an office logs here from now on, unless that is on record already."""
    stream = office_stream(office)
    if not writing.claim(stream):
        # Somebody is writing that office's record, likely this very thing. If not, its next entry will.
        return ()
    before = writing.readable(stream)
    if any(isinstance(e, Recorded) and isinstance(e.event, LoggingStarted) for e in before):
        return ()
    return tuple(
        writing.append(
            stream,
            before[-1].version if before else 0,
            [Draft(event=LoggingStarted(office=office))],
            command_id=command_id,
            command_hash=command_hash,
        )
    )


def append(writing: Writing, *events: OfficeEvent) -> tuple[Recorded[Any], ...]:
    """Write events to the streams of their offices; an event there that cannot be read is no hindrance."""
    written: list[Recorded[Any]] = []
    for event in events:
        stream = office_stream(event.office)
        written += writing.append(stream, writing.version(stream), [Draft(event=event)])
    return tuple(written)
