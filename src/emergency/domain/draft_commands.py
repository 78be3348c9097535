"""What may be done with a unified draft, and which entries it leads to.

Steps out of order, missing, or by one person in several roles lead to entries like any other; so does an issue with a
contradiction that nobody settled. Refused is only what cannot be meant: a version that is not there, a version that
went out already, a fact traced to what is no source. A time limit runs on meanwhile, and no refusal here keeps a unit
from reporting on its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple, TypeVar

from pydantic import ValidationError

from emergency.domain.complaint import complaint
from emergency.domain.draft import (
    BEING_VERIFIED,
    CONTRIBUTIONS,
    DraftState,
    Statement,
    Version,
    agree,
    drafts_of,
    hash_of,
    is_contribution,
    is_source,
    laid_over,
    never_issued,
    said_in,
    said_over,
)
from emergency.domain.drafting import (
    DraftAssigned,
    DraftEdited,
    DraftOpened,
    DraftReviewed,
    DraftSignedOff,
    Settled,
    Traced,
    UnifiedDraftIssued,
)
from emergency.domain.events import Entry, Report
from emergency.domain.fixed import fixed
from emergency.domain.incident import Incident, entry_named
from emergency.domain.record import Recorded
from emergency.domain.values import NO_FACTS, Element, Facts, StatedTime
from emergency.domain.vocabulary import SignOff
from emergency.errors import NotFoundError, RefusedError, UsageError
from emergency.words import Words

E = TypeVar("E", bound=Entry)


@fixed(slots=True, kw_only=True)
class OpenDraft:
    """Begin a draft, or add contributions to one that the same office holds.

    Args:
        who: Who does it and when: an entry that says nothing else.
        contributions: The reports it is made of, as people name them; None = those that the holder received.
        jointly: The other of the two offices.
    """

    who: Entry
    contributions: tuple[str, ...] | None = None
    jointly: str | None = None


class Trace(NamedTuple):
    """A fact, and the entries that it is said to rest on, as people name them."""

    fact: str
    to: tuple[str, ...]


class Settle(NamedTuple):
    """A contradiction on a fact settled: the entry that is followed, as people name it (None = none), and why."""

    fact: str
    by: str | None
    why: str


@fixed(slots=True, kw_only=True)
class EditDraft:
    """Make the next version. What is not said reads as in the version before.

    Args:
        who: Who does it and when.
        draft: The office that holds it; None = the one draft that can be meant.
        like: What it begins with instead of the last version: another version's number, or a report as people name
            it.
        facts: Facts that are stated anew.
        content: Elements that are said anew.
        without: Facts and elements that it shall not have any more.
        text: The text; None = as before.
        trace: What facts rest on, beside the contributions and verifications that state the same.
        settle: Contradictions that are settled.
        contributions: Reports to add.
    """

    who: Entry
    draft: str | None = None
    like: str | None = None
    facts: Facts = NO_FACTS
    content: tuple[Element, ...] = ()
    without: tuple[str, ...] = ()
    text: str | None = None
    trace: tuple[Trace, ...] = ()
    settle: tuple[Settle, ...] = ()
    contributions: tuple[str, ...] = ()


@fixed(slots=True, kw_only=True)
class ReviewDraft:
    """Approve a version at one step of the chain, or return it; ``version`` None = the last one."""

    who: Entry
    stage: SignOff
    approved: bool
    draft: str | None = None
    version: int | None = None
    why: str | None = None


@fixed(slots=True, kw_only=True)
class IssueDraft:
    """Send a version out as the one set of facts; ``version`` None = the last one."""

    who: Entry
    draft: str | None = None
    version: int | None = None


class Unit(NamedTuple):
    """A unit that shall send a version up, and by when; None = by when it owes it."""

    office: str
    by: StatedTime | None = None


@fixed(slots=True, kw_only=True)
class AssignDraft:
    """Have units send an issued version up, each by itself; ``version`` None = the last that was issued."""

    who: Entry
    units: tuple[Unit, ...]
    to: tuple[str, ...] = ()
    draft: str | None = None
    version: int | None = None


@fixed(slots=True, kw_only=True)
class ForwardDraft:
    """Send an issued version on, exactly as it is, unless ``report`` says something else.

    Args:
        report: The report that carries it; its facts and content are what it says otherwise than the version.
        draft: The office that holds the draft; None = the one that can be meant.
        version: Which; None = the last that was issued.
        without: Facts and elements of the version that the report leaves out.
    """

    report: Report
    draft: str | None = None
    version: int | None = None
    without: tuple[str, ...] = ()


DraftCommand = OpenDraft | EditDraft | ReviewDraft | IssueDraft | AssignDraft | ForwardDraft


def decide_draft(command: DraftCommand, incident: Incident) -> tuple[Entry, ...]:
    """The entries that the command leads to.

    Args:
        command: What was asked for.
        incident: The incident; among its entries may be what was reported on incidents that were merged into it,
            each with the stream that it is recorded in.

    Raises:
        NotFoundError: there is no such draft, version or entry.
        RefusedError: it cannot be meant as things stand.
        UsageError: what was said contradicts itself.
    """
    drafts = drafts_of((key, recorded.event) for key, recorded in incident.entries.items())
    if isinstance(command, OpenDraft):
        return (_opened(command, incident, drafts.get(command.who.office)),)
    office = command.report.office if isinstance(command, ForwardDraft) else command.who.office
    draft = named_draft(command.draft, office, drafts, incident)
    if isinstance(command, EditDraft):
        return (_edited(command, incident, draft),)
    if isinstance(command, ReviewDraft):
        return (_reviewed(command, incident, draft),)
    if isinstance(command, IssueDraft):
        return (_issued(command, incident, draft),)
    if isinstance(command, AssignDraft):
        return tuple(_assigned(command, incident, draft))
    return (_forwarded(command, incident, draft),)


def named_draft(
    said: str | None, office: str, drafts: dict[str, DraftState], incident: Incident
) -> DraftState:
    """The draft that is meant: the named one; else the office's own, the one it holds jointly, the only one.

    Raises:
        NotFoundError: there is none.
        RefusedError: there are several.
    """
    ref = incident.opened.event.ref
    if not drafts:
        raise NotFoundError(
            f"There is no unified draft on {ref} yet. Begin one: emergency draft open {ref} #N …",
            zh=f"{ref} 尚无统稿。请先开始统稿：emergency draft open {ref} #N …",
        )
    if said is not None:
        if said in drafts:
            return drafts[said]
        raise NotFoundError(
            f"{said} holds no unified draft on {ref}. A draft is named by the office that holds it: "
            f"{', '.join(drafts)}.",
            zh=f"{said} 在 {ref} 上没有统稿。统稿以持稿单位称呼：{'、'.join(drafts)}。",
        )
    if office in drafts:
        return drafts[office]
    joint = [draft for draft in drafts.values() if draft.jointly == office]
    found = joint or list(drafts.values())
    if len(found) == 1:
        return found[0]
    raise RefusedError(
        f"There are several unified drafts on {ref}, held by {', '.join(drafts)}. Say which: --draft OFFICE.",
        zh=(f"{ref} 有多份统稿，持稿单位：{'、'.join(drafts)}。请写明哪一份：--draft OFFICE。"),
    )


def _made(kind: type[E], who: Entry, **fields: Any) -> E:  # noqa: ANN401 - fields of an event
    try:
        return kind(
            office=who.office,
            at=who.at,
            source=who.source,
            officer=who.officer,
            role=who.role,
            logged_by=who.logged_by,
            **fields,
        )
    except ValidationError as error:
        said = complaint(error).sentence
        raise UsageError(said.en, zh=said.zh) from error


def _number(incident: Incident, event_id: str) -> str:
    recorded = incident.entries[event_id]
    return f"{'' if recorded.stream == incident.stream else f'{_ref(recorded)}:'}#{recorded.version}"


def _ref(recorded: Recorded[Any]) -> str:
    """The incident that an entry is recorded on."""
    return recorded.stream.partition("/")[2]


def _named(said: str, incident: Incident) -> Recorded[Any]:
    """The entry that people mean; ``OTHER:#3`` is one of an incident that was merged into this one."""
    other, colon, entry = said.replace("：", ":").partition(":")
    ref = other if colon and any(_ref(each) == other for each in incident.entries.values()) else None
    stream = (
        incident.stream
        if ref is None
        else next(r.stream for r in incident.entries.values() if _ref(r) == ref)
    )
    entries = {key: recorded for key, recorded in incident.entries.items() if recorded.stream == stream}
    return entry_named(
        said if ref is None else entry, Incident(stream, incident.version, incident.opened, entries)
    )


# -- opening ---------------------------------------------------------------------------------------------------


def _opened(command: OpenDraft, incident: Incident, there: DraftState | None) -> DraftOpened:
    holder = command.who.office
    if command.jointly == holder:
        raise RefusedError(
            f"{holder} holds the draft itself. --jointly names the other of the two offices.",
            zh=f"{holder} 自己就是持稿单位。--jointly 填写两办中的另一方。",
        )
    if command.contributions is not None:
        named = tuple(dict.fromkeys(_contributions(command.contributions, incident)))
    else:
        named = tuple(_received(incident, {holder, command.jointly, there.jointly if there else None}))
    if there is not None:
        known = set(there.contributions)
        named = tuple(each for each in named if each not in known)
        if not named and command.jointly in (None, there.jointly):
            raise RefusedError(
                f"{holder} holds a unified draft on {incident.opened.event.ref} already, made of "
                f"{_listed(incident, there.contributions) or 'no report yet'}. Nothing would be added. "
                "Name further reports, or make the next version with: emergency draft edit.",
                zh=(
                    f"{holder} 在 {incident.opened.event.ref} 上已有统稿，"
                    f"来稿：{_listed(incident, there.contributions) or '尚无'}。"
                    "没有可增加的内容。请写明要增加的报告，或另拟下一版："
                    "emergency draft edit。"
                ),
            )
    return _made(DraftOpened, command.who, draft=holder, contributions=named, jointly=command.jointly)


def _received(incident: Incident, desk: set[str | None]) -> Iterator[str]:
    """What others reported to the desk."""
    for key, recorded in incident.entries.items():
        entry = recorded.event
        if isinstance(entry, CONTRIBUTIONS) and desk.intersection(entry.to) and entry.office not in desk:
            yield key


def _listed(incident: Incident, ids: Iterable[str]) -> str:
    return ", ".join(_number(incident, each) if each in incident.entries else each for each in ids)


def _contributions(said: Iterable[str], incident: Incident) -> Iterator[str]:
    for word in said:
        found = _named(word, incident)
        if not is_contribution(found.event):
            raise RefusedError(
                f"{word} is no report: a unified draft is made of reports and answers. What was checked is named by "
                "--trace FACT=#N, and need not be named where it states the same figure.",
                zh=(
                    f"{word} 不是报告：统稿以报告和答复为来稿。核实结果用 "
                    "--trace FACT=#N 注明；数字相同的，不必注明。"
                ),
            )
        yield found.event_id


# -- a version -------------------------------------------------------------------------------------------------


class _Base(NamedTuple):
    """What a version begins with."""

    facts: Facts = NO_FACTS
    content: tuple[Element, ...] = ()
    text: str = ""
    sources: dict[str, tuple[str, ...]] = {}  # noqa: RUF012 - never changed


def _base(command: EditDraft, incident: Incident, draft: DraftState) -> _Base:
    like = command.like
    if like is None:
        return _of_version(draft.latest) if draft.latest is not None else _Base()
    if like.isdecimal():
        return _of_version(_version(int(like), draft, incident))
    entry = _named(like, incident).event
    if isinstance(entry, DraftEdited):
        return _Base(entry.facts, entry.content, entry.text, {each.fact: each.to for each in entry.sources})
    if not is_source(entry):
        raise RefusedError(
            f"{like} is no report, verification or version that a version could begin with.",
            zh=f"{like} 不是报告、核实，也不是统稿版本，不能作为新版的底稿。",
        )
    text = draft.latest.edited.text if draft.latest is not None else ""
    return _Base(entry.facts, getattr(entry, "content", None) or (), text)


def _of_version(version: Version) -> _Base:
    edited = version.edited
    return _Base(edited.facts, edited.content, edited.text, version.sources)


def _version(number: int | None, draft: DraftState, incident: Incident) -> Version:
    """The version of that number; None = the last one."""
    found = draft.latest if number is None else draft.version(number)
    if found is not None:
        return found
    ref = incident.opened.event.ref
    if draft.latest is None:
        raise NotFoundError(
            f"The unified draft of {draft.holder} on {ref} has no version yet. Write the first: "
            f"emergency draft edit {ref} 死=… --text …",
            zh=(
                f"{draft.holder} 在 {ref} 上的统稿尚无任何版本。请先拟第一版："
                f"emergency draft edit {ref} 死=… --text …"
            ),
        )
    raise NotFoundError(
        f"There is no version {number} of the unified draft of {draft.holder} on {ref}; the last is "
        f"{draft.latest.number}. `emergency draft show {ref}` lists them.",
        zh=(
            f"{draft.holder} 在 {ref} 上的统稿没有第{number}版，最后一版是第{draft.latest.number}"
            f"版。全部版本见 `emergency draft show {ref}`。"
        ),
    )


def _edited(command: EditDraft, incident: Incident, draft: DraftState) -> DraftEdited:
    base = _base(command, incident, draft)
    settled, followed = _settlements(command, incident, draft)
    facts = laid_over(laid_over(base.facts, followed, command.without), command.facts)
    content = said_over(base.content, command.content, command.without)
    text = base.text if command.text is None else command.text
    traces = {each.fact: tuple(_sources(each.to, incident)) for each in command.trace}
    reports = (
        each
        for to in (*traces.values(), *((one.by,) for one in settled if one.by is not None))
        for each in to
        if is_contribution(incident.entries[each].event)
    )
    added = dict.fromkeys((*_contributions(command.contributions, incident), *reports))
    new = tuple(each for each in added if each not in draft.contributions)
    said = said_in(facts, content)
    for fact in traces:
        if fact not in said:
            raise RefusedError(
                f"The version says nothing of {fact}, so it rests on nothing. What it says: "
                f"{', '.join(said) or 'nothing yet'}.",
                zh=f"这一版没有写 {fact}，无从注明出处。已写的有：{'、'.join(said) or '尚无'}。",
            )
    last = draft.latest
    same = last is not None and (last.edited.facts, last.edited.content, last.edited.text) == (
        facts,
        content,
        text,
    )
    if same and not (traces or settled or new):
        raise RefusedError(
            f"Nothing would change: version {last.number if last else 0} says so already. Nothing was recorded.",
            zh=(f"没有改动：第{last.number if last else 0}版已经如此。未作记录。"),
        )
    if last is None and not said and not text:
        raise UsageError(
            "Say what the version states: figures like 死=6, --say ELEMENT=TEXT, --text TEXT.",
            zh=("请写明这一版的内容：数字如 死=6，--say ELEMENT=TEXT，--text TEXT。"),
        )
    statements = (*draft.statements, *_stated_by(new, incident))
    return _made(
        DraftEdited,
        command.who,
        draft=draft.holder,
        version=last.number + 1 if last is not None else 1,
        facts=facts,
        content=content,
        text=text,
        sources=tuple(_traced(said, statements, traces, base)),
        settled=settled,
        contributions=new,
    )


def _stated_by(ids: Iterable[str], incident: Incident) -> Iterator[Statement]:
    for each in ids:
        entry = incident.entries[each].event
        for fact, value in said_in(entry.facts, getattr(entry, "content", None) or ()).items():
            yield Statement(fact, value, each, entry.office)


def _traced(
    said: dict[str, Any],
    statements: Iterable[Statement],
    traces: dict[str, tuple[str, ...]],
    base: _Base,
) -> Iterator[Traced]:
    """What each fact rests on: what people say it does; else whatever states the same, now or when it was written."""
    before = said_in(base.facts, base.content)
    listed = tuple(statements)
    for fact, value in said.items():
        named = traces.get(fact)
        if named is None:
            same = [each.by for each in listed if each.fact == fact and _same(fact, each.value, value)]
            kept = base.sources.get(fact, ()) if before.get(fact) == value else ()
            named = tuple(dict.fromkeys((*kept, *same)))
        if named:
            yield Traced(fact=fact, to=named)


def _same(fact: str, one: object, other: object) -> bool:
    return (one == BEING_VERIFIED) == (other == BEING_VERIFIED) and agree(fact, one, other)


def _sources(said: Iterable[str], incident: Incident) -> Iterator[str]:
    for word in said:
        found = _named(word, incident)
        if not is_source(found.event):
            raise RefusedError(
                f"{word} is neither a report nor a verification, so no fact of a draft can rest on it. Record what was "
                "checked first: emergency verify INCIDENT …",
                zh=(
                    f"{word} 既不是报告，也不是核实，不能作为统稿事实的出处。"
                    "请先记录核实结果：emergency verify INCIDENT …"
                ),
            )
        yield found.event_id


def _settlements(
    command: EditDraft, incident: Incident, draft: DraftState
) -> tuple[tuple[Settled, ...], Facts]:
    """The settlements, and the figures that follow from them: to follow an entry is to state what it states."""
    typed = said_in(command.facts, command.content)
    stated = (
        {each.fact for each in draft.statements}
        | (draft.latest.said.keys() if draft.latest else set())
        | typed.keys()
    )
    settled, followed = [], NO_FACTS
    for one in command.settle:
        source: Recorded[Any] | None = None
        if one.by is not None:
            (key,) = _sources((one.by,), incident)
            source = incident.entries[key]
            says = said_in(source.event.facts, getattr(source.event, "content", None) or ())
            if one.fact not in says:
                raise RefusedError(
                    f"{one.by} says nothing of {one.fact}, so it cannot be followed on it.",
                    zh=f"{one.by} 没有提到 {one.fact}，不能以它为准。",
                )
            if one.fact in typed and not _same(one.fact, says[one.fact], typed[one.fact]):
                raise UsageError(
                    f"--settle follows {one.by} on {one.fact}, but another figure was typed for it. Leave one of them "
                    f'out, or settle it without following anybody: --settle "{one.fact}: WHY".',
                    zh=(
                        f"--settle 在 {one.fact} 上以 {one.by} 为准，但另外又填了不同的数字。"
                        f'请去掉其中一个；不以任何一方为准的，写：--settle "{one.fact}: '
                        'WHY"。'
                    ),
                )
            followed = laid_over(followed, _only(one.fact, source.event.facts))
        elif one.fact not in stated:
            raise RefusedError(
                f"Nobody states {one.fact}, so there is nothing to settle on it. What is stated: "
                f"{', '.join(sorted(stated)) or 'nothing yet'}.",
                zh=f"没有任何一方说到 {one.fact}，无从裁定。已说到的有：{'、'.join(sorted(stated)) or '尚无'}。",
            )
        try:
            settled.append(Settled(fact=one.fact, by=source.event_id if source else None, why=one.why))
        except ValidationError as error:
            raise UsageError(
                f'--settle {one.fact}: say why, like "{one.fact}=#5: the hospital confirmed it".',
                zh=(f'--settle {one.fact}：请写明理由，例如 "{one.fact}=#5: 经医院核实"。'),
            ) from error
    return tuple(settled), followed


def _only(fact: str, facts: Facts) -> Facts:
    """The facts without all but one of them."""
    return laid_over(facts, NO_FACTS, (name for name in said_in(facts) if name != fact))


# -- the chain, the issue, and what follows --------------------------------------------------------------------


def _reviewed(command: ReviewDraft, incident: Incident, draft: DraftState) -> DraftReviewed | DraftSignedOff:
    version = _version(command.version, draft, incident)
    if not command.approved and not (command.why or "").strip():
        raise UsageError(
            "Say why it is returned, so that it can be put right: --return WHY.",
            zh="请写明退回的理由，以便修改：--return WHY。",
        )
    said = {
        "draft": draft.holder,
        "version": version.number,
        "approved": command.approved,
        "why": command.why,
    }
    if command.stage is SignOff.SIGN:
        return _made(DraftSignedOff, command.who, **said)
    return _made(DraftReviewed, command.who, stage=command.stage, **said)


def _issued(command: IssueDraft, incident: Incident, draft: DraftState) -> UnifiedDraftIssued:
    version = _version(command.version, draft, incident)
    if version.issued is not None:
        raise RefusedError(
            f"Version {version.number} was issued already ({_number(incident, version.issued.id)}); what it says stays "
            "as it is. What is new goes into the next version: emergency draft edit.",
            zh=(
                f"第{version.number}版已经印发（{_number(incident, version.issued.id)}），"
                "内容照原样留存。新情况请写入下一版：emergency draft "
                "edit。"
            ),
        )
    last = draft.issued
    if last is not None and last.number > version.number:
        # To go back silently to older facts is the very thing that one set of facts is to prevent.
        raise RefusedError(
            f"Version {last.number} was issued after version {version.number} was written. To go back to what version "
            f"{version.number} says, make it the next version: emergency draft edit --like {version.number}.",
            zh=(
                f"第{version.number}版拟成之后，第{last.number}版已经印发。"
                f"要恢复第{version.number}版的内容，请以它为底稿另拟下一版："
                f"emergency draft edit --like {version.number}。"
            ),
        )
    return _made(
        UnifiedDraftIssued, command.who, draft=draft.holder, version=version.number, hash=version.hash
    )


def _issued_version(number: int | None, draft: DraftState, incident: Incident) -> Version:
    """The version of that number, if it was issued; None = the last that was."""
    found = draft.issued if number is None else draft.version(number)
    if found is None or found.issued is None:
        why = never_issued(incident.opened.event.ref, draft.holder, number, draft)
        raise RefusedError(why.en, zh=why.zh)
    return found


def _assigned(command: AssignDraft, incident: Incident, draft: DraftState) -> Iterator[DraftAssigned]:
    found = draft.issued if command.version is None else _version(command.version, draft, incident)
    if found is None or found.issued is None:
        said = (
            Words(
                f"{draft.holder} 的统稿第{found.number}版尚未印发",
                f"Version {found.number} of the unified draft of {draft.holder} was not issued yet",
            )
            if found is not None
            else Words(
                f"{draft.holder} 的统稿尚未印发任何版本",
                f"No version of the unified draft of {draft.holder} was issued yet",
            )
        )
        raise RefusedError(
            f"{said.en}, so there is nothing to send up. Issue it first: emergency draft issue.",
            zh=f"{said.zh}，没有可供上报的内容。请先印发：emergency draft issue。",
        )
    if not command.units:
        raise UsageError(
            "Say who shall send it up: emergency draft assign INCIDENT OFFICE…",
            zh=("请写明由哪些单位上报：emergency draft assign INCIDENT OFFICE…"),
        )
    for office in dict.fromkeys(unit.office for unit in command.units):
        named = [unit for unit in command.units if unit.office == office]
        if len(named) > 1:
            raise UsageError(
                f"{office} was named {len(named)} times. Name each unit once.",
                zh=f"{office} 写了 {len(named)} 次。每个单位只写一次。",
            )
    for unit in command.units:
        yield _made(
            DraftAssigned,
            command.who,
            draft=draft.holder,
            version=found.number,
            whom=unit.office,
            to=command.to,
            by=unit.by,
        )


def _forwarded(command: ForwardDraft, incident: Incident, draft: DraftState) -> Report:
    version = _issued_version(command.version, draft, incident)
    report = command.report
    facts = laid_over(version.edited.facts, report.facts, command.without)
    content = said_over(version.edited.content, report.content or (), command.without)
    return report.model_copy(
        update={
            "draft": draft.holder,
            "version": version.number,
            "facts": facts,
            "content": content,
            "sent_hash": hash_of(facts, content, version.edited.text),
        }
    )
