"""Where a unified draft (统稿) stands: its versions, what each rests on, who checked it, what became of it.

A pure fold over the entries of one incident. It takes whatever is on record, also what was done out of order, by one
person in several roles or on a version that is not there: that is noted as a `Remark`, for people to see and for the
norms to judge. What an issued version says stays as it is, whatever comes after.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import field
from enum import StrEnum
from typing import Any, Generic, NamedTuple, TypeVar

from emergency.domain.drafting import (
    DraftAct,
    DraftAssigned,
    DraftEdited,
    DraftOpened,
    DraftReviewed,
    DraftSignedOff,
    Settled,
    UnifiedDraftIssued,
)
from emergency.domain.events import (
    Acknowledged,
    Answered,
    Entry,
    EntryAmended,
    EntryWithdrawn,
    Report,
    Verified,
)
from emergency.domain.fixed import fixed
from emergency.domain.receiving import Returned
from emergency.domain.record import Recorded
from emergency.domain.values import MEASURES, Amount, Count, Element, Facts
from emergency.domain.vocabulary import Outcome, SignOff
from emergency.errors import RefusedError
from emergency.words import Words

CHAIN = tuple(SignOff)
"""The steps of the chain in their order: 初审 first-check, 复核 recheck, 审核 review, 签发 sign."""

BEING_VERIFIED = "?"
"""What a figure reads that is only stated to be still being verified (正在核实)."""

E_co = TypeVar("E_co", bound=Entry, covariant=True)


class Made(NamedTuple, Generic[E_co]):
    """An entry, and its event id."""

    id: str
    act: E_co


# -- facts -----------------------------------------------------------------------------------------------------


def said_in(facts: Facts, content: Iterable[Element] = ()) -> dict[str, Any]:
    """What facts and content state, by name.

    The names are those of figures (``deaths``, ``sick``), of what amounts are of, ``nature``, ``category``, ``kind``,
    ``level``, circumstances and elements by their slugs. A figure that is only being verified reads `BEING_VERIFIED`.
    """
    said: dict[str, Any] = dict(facts.counts())
    said.update({name: BEING_VERIFIED for name in facts.verifying if name not in said})
    said.update({figure.of: figure.count for figure in facts.figures})
    said.update({amount.of: amount for amount in facts.amounts})
    for name in ("category", "kind", "level", "nature"):
        value = getattr(facts, name)
        if value is not None:
            said[name] = value
    said.update(dict.fromkeys(facts.circumstances, True))
    said.update({element.of: element for element in content})
    return said


def agree(fact: str, one: object, other: object) -> bool:
    """Whether two statements of one fact say the same: the number, whether or not about it. Text always does."""
    if isinstance(one, Count) and isinstance(other, Count):
        return one.value == other.value
    if isinstance(one, Amount) and isinstance(other, Amount):
        return one.model_copy(update={"about": other.about}) == other
    if fact == "nature" or isinstance(one, Element) or isinstance(other, Element):
        return True  # free text is never judged
    return one == other


def laid_over(base: Facts, new: Facts, without: Iterable[str] = ()) -> Facts:
    """The facts of ``base`` with those of ``new`` in their place, and without the named ones."""
    gone = set(without)
    stated = said_in(new)
    fields: dict[str, Any] = {}
    verifying = []
    for name in MEASURES:
        source = new if name in stated else None if name in gone else base
        fields[name] = None if source is None else getattr(source, name)
        if source is not None and name in source.verifying:
            verifying.append(name)
    for name in ("nature", "category", "kind", "level"):
        kept = None if name in gone else getattr(base, name)
        fields[name] = getattr(new, name) if getattr(new, name) is not None else kept
    replaced = gone | stated.keys()
    figures = [figure for figure in base.figures if figure.of not in replaced]
    fields["figures"] = tuple(sorted((*figures, *new.figures), key=lambda figure: figure.of))
    fields["amounts"] = (*(amount for amount in base.amounts if amount.of not in replaced), *new.amounts)
    circumstances = [slug for slug in base.circumstances if slug not in replaced]
    fields["circumstances"] = (*circumstances, *new.circumstances)
    return Facts(**fields, verifying=tuple(verifying))


def said_over(
    base: Iterable[Element], new: Iterable[Element], without: Iterable[str] = ()
) -> tuple[Element, ...]:
    """The elements of ``base`` with those of ``new`` in their place, and without the named ones."""
    gone = set(without)
    elements = {element.of: element for element in base if element.of not in gone}
    elements.update({element.of: element for element in new})
    return tuple(elements.values())


def hash_of(facts: Facts, content: Iterable[Element], text: str) -> str:
    """The hash of what a version says, as ``sha256:…``: of its facts, its content and its text, and nothing else.

    The order in which figures and elements were typed is no part of it.
    """
    written = facts.model_dump(mode="json", exclude_defaults=True)
    for name in ("verifying", "circumstances"):
        if name in written:
            written[name] = sorted(written[name])
    if "amounts" in written:
        written["amounts"] = sorted(written["amounts"], key=_canonical)
    elements = sorted(
        (element.model_dump(mode="json", exclude_defaults=True) for element in content), key=_canonical
    )
    whole = _canonical({"facts": written, "content": elements, "text": text})
    return f"sha256:{hashlib.sha256(whole.encode(errors='surrogatepass')).hexdigest()}"


def _canonical(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


# -- where a draft stands --------------------------------------------------------------------------------------


class Statement(NamedTuple):
    """What one contribution or verification says of one fact.

    Args:
        fact: Its name.
        value: What it says; a `Count`, a level, `BEING_VERIFIED` …
        by: The contribution or verification, by event id.
        office: Whose it is.
    """

    fact: str
    value: Any
    by: str
    office: str


class Contradiction(NamedTuple):
    """A fact on which what is stated differs.

    Args:
        fact: Its name.
        said: What contributions and verifications say of it: of each office the last.
        draft: What the version says; None where it does not state the fact.
        settled: How it was settled; None where it is not, or where somebody has spoken since.
    """

    fact: str
    said: tuple[Statement, ...]
    draft: Any
    settled: Settled | None


class Odd(StrEnum):
    """What is odd about an act on a draft. None of it keeps the act from being recorded."""

    NO_SUCH_VERSION = "no-such-version"
    NOT_A_HOLDER = "not-a-holder"
    NEWER_VERSION = "newer-version"
    ISSUED_ALREADY = "issued-already"
    BEFORE = "before"
    RETURNED = "returned"
    SAME_PERSON = "same-person"
    UNSIGNED = "unsigned"
    UNSETTLED = "unsettled"
    UNTRACED = "untraced"
    NO_CONTRIBUTION = "no-contribution"
    NEWER_ISSUED = "newer-issued"
    SENT_OTHERWISE = "sent-otherwise"
    DISSENTED = "dissented"


class Remark(NamedTuple):
    """Something odd about one act.

    Args:
        odd: What.
        of: The act, by event id.
        version: The version that it concerns, or the newer one that there was.
        stages: The steps of the chain that it is about.
        facts: The facts that it is about, by name.
    """

    odd: Odd
    of: str
    version: int | None = None
    stages: tuple[SignOff, ...] = ()
    facts: tuple[str, ...] = ()


class SignedOff(NamedTuple):
    """One step of the chain, done on one version by one person."""

    id: str
    stage: SignOff
    approved: bool
    act: DraftReviewed | DraftSignedOff


class Sent(NamedTuple):
    """A version as somebody sent it on, with the receipts and returns of those who received it."""

    id: str
    act: Report
    acknowledged: tuple[Made[Acknowledged], ...]
    returned: tuple[Made[Returned], ...]


@fixed(kw_only=True)
class Version:
    """One version of a draft.

    Args:
        number: From 1.
        id: The event that laid it down.
        edited: What it says, and what that rests on.
        contributions: The reports that the draft was made of by then, by event id.
        counting: The entries that there were by then and that still count, by event id.
        signed_off: The steps done on it, in the order of the record.
        issued: Its issue; None = it was not issued.
        unsettled: The contradictions that were not settled when it was issued; empty before.
        assigned: To whom it was assigned.
        sent: As what and by whom it was sent on.
    """

    number: int
    id: str
    edited: DraftEdited
    contributions: tuple[str, ...]
    counting: frozenset[str]
    signed_off: tuple[SignedOff, ...] = ()
    issued: Made[UnifiedDraftIssued] | None = None
    unsettled: tuple[Contradiction, ...] = ()
    assigned: tuple[Made[DraftAssigned], ...] = ()
    sent: tuple[Sent, ...] = ()

    @property
    def hash(self) -> str:
        """The hash of what it says."""
        return hash_of(self.edited.facts, self.edited.content, self.edited.text)

    @property
    def said(self) -> dict[str, Any]:
        """What it states, by name."""
        return said_in(self.edited.facts, self.edited.content)

    @property
    def sources(self) -> dict[str, tuple[str, ...]]:
        """What each fact rests on, by event id; nothing rests on an entry that was withdrawn."""
        found = {}
        for traced in self.edited.sources:
            if to := tuple(each for each in traced.to if each in self.counting):
                found[traced.fact] = to
        return found

    @property
    def untraced(self) -> tuple[str, ...]:
        """Its facts that rest on nothing. A figure that is only being verified needs nothing to rest on."""
        sources = self.sources
        return tuple(
            fact for fact, value in self.said.items() if fact not in sources and value != BEING_VERIFIED
        )

    @property
    def standing(self) -> dict[SignOff, SignedOff]:
        """The last word of each step of the chain, in the order of the chain."""
        last = {done.stage: done for done in self.signed_off}
        return {stage: last[stage] for stage in CHAIN if stage in last}

    @property
    def missing(self) -> tuple[SignOff, ...]:
        """The steps that did not approve it: not done, or returned."""
        standing = self.standing
        return tuple(stage for stage in CHAIN if stage not in standing or not standing[stage].approved)

    @property
    def state(self) -> str:
        """``issued``, ``signed``, ``returned``, ``in-review`` or ``drafted``."""
        standing = self.standing
        if self.issued is not None:
            return "issued"
        if any(not done.approved for done in standing.values()):
            return "returned"
        return "signed" if SignOff.SIGN in standing else "in-review" if standing else "drafted"


@fixed(kw_only=True)
class DraftState:
    """One unified draft.

    Args:
        holder: The office that holds it, and that it is known by.
        jointly: The other of the two offices; None where the holder drafts alone.
        opened: Its openings: the first, and those that added contributions.
        contributions: The reports that it is made of, by event id.
        statements: What contributions and confirmed verifications say: of each office and fact the last.
        versions: Its versions, by number.
        contradictions: Facts on which statements, or they and the last version, differ.
        remarks: What is odd, in the order of the record.
    """

    holder: str
    jointly: str | None = None
    opened: tuple[Made[DraftOpened], ...] = ()
    contributions: tuple[str, ...] = ()
    statements: tuple[Statement, ...] = ()
    versions: tuple[Version, ...] = ()
    contradictions: tuple[Contradiction, ...] = ()
    remarks: tuple[Remark, ...] = ()

    @property
    def latest(self) -> Version | None:
        """The last version."""
        return self.versions[-1] if self.versions else None

    @property
    def issued(self) -> Version | None:
        """The last version that was issued."""
        return next((version for version in reversed(self.versions) if version.issued), None)

    def version(self, number: int) -> Version | None:
        """The version of that number."""
        return next((version for version in self.versions if version.number == number), None)

    @property
    def left_out(self) -> tuple[Statement, ...]:
        """What contributions and verifications state and the last version does not say at all."""
        said = self.latest.said if self.latest is not None else {}
        return tuple(each for each in self.statements if each.fact not in said)

    def remarks_on(self, event_id: str) -> tuple[Remark, ...]:
        """What is odd about one act."""
        return tuple(remark for remark in self.remarks if remark.of == event_id)


def drafts_of(entries: Iterable[tuple[str, Entry]]) -> dict[str, DraftState]:
    """The drafts of an incident, by the office that holds each.

    Args:
        entries: The entries that count, by event id, in the order of the log.
    """
    listed = tuple(entries)
    holders = dict.fromkeys(act.draft for _, act in listed if isinstance(act, DraftAct))
    return {holder: _folded(holder, listed) for holder in holders}


@fixed()
class _Fold:
    """A draft while its entries are read."""

    holder: str
    jointly: str | None = None
    opened: list[Made[DraftOpened]] = field(default_factory=list)
    contributions: list[str] = field(default_factory=list)
    read: dict[str, Entry] = field(default_factory=dict)
    """Every entry so far."""
    versions: dict[int, Version] = field(default_factory=dict)
    remarks: list[Remark] = field(default_factory=list)
    known_at: dict[str, frozenset[str]] = field(default_factory=dict)
    """The contributions and verifications that there were when a version was laid down, by the version's event."""


def _folded(holder: str, entries: Iterable[tuple[str, Entry]]) -> DraftState:
    fold = _Fold(holder)
    for event_id, act in entries:
        fold.read[event_id] = act
        if isinstance(act, DraftAct):
            if act.draft == holder:
                _take_act(fold, event_id, act)
        elif isinstance(act, Report):
            if act.draft == holder and act.version is not None:
                _take_sent(fold, event_id, act)
        elif isinstance(act, (Acknowledged, Returned)):
            _take_receipt(fold, event_id, act)
    versions = tuple(fold.versions[number] for number in sorted(fold.versions))
    return DraftState(
        holder=holder,
        jointly=fold.jointly,
        opened=tuple(fold.opened),
        contributions=tuple(fold.contributions),
        statements=tuple(_live(fold)),
        versions=versions,
        contradictions=tuple(_contradictions(fold, versions[-1] if versions else None)),
        remarks=tuple(fold.remarks),
    )


def _take_act(fold: _Fold, event_id: str, act: DraftAct) -> None:
    if isinstance(act, DraftOpened):
        fold.__dict__["jointly"] = act.jointly or fold.jointly
        fold.opened.append(Made(event_id, act))
        _add(fold, act.contributions)
        if not fold.contributions:
            fold.remarks.append(Remark(Odd.NO_CONTRIBUTION, event_id))
    if act.office not in (fold.holder, fold.jointly):
        fold.remarks.append(Remark(Odd.NOT_A_HOLDER, event_id))
    if isinstance(act, DraftEdited):
        _take_edit(fold, event_id, act)
    elif not isinstance(act, DraftOpened):
        number: int = getattr(act, "version", 0)
        version = fold.versions.get(number)
        if version is None:
            fold.remarks.append(Remark(Odd.NO_SUCH_VERSION, event_id, number))
        elif isinstance(act, UnifiedDraftIssued):
            _take_issue(fold, version, event_id, act)
        elif isinstance(act, DraftAssigned):
            _put(fold, version, assigned=(*version.assigned, Made(event_id, act)))
        elif isinstance(act, (DraftReviewed, DraftSignedOff)):
            _take_sign_off(fold, version, event_id, act)


def _put(fold: _Fold, version: Version, **changes: Any) -> None:  # noqa: ANN401 - fields of a version
    new = object.__new__(Version)
    new.__dict__.update(version.__dict__, **changes)
    fold.versions[version.number] = new


def _add(fold: _Fold, contributions: Iterable[str]) -> None:
    """Contributions that count: one that was withdrawn does not."""
    new = (each for each in dict.fromkeys(contributions) if each in fold.read)
    fold.contributions.extend(each for each in new if each not in fold.contributions)


def _take_edit(fold: _Fold, event_id: str, act: DraftEdited) -> None:
    _add(fold, act.contributions)
    there = fold.versions.get(act.version)
    if there is not None and there.issued is not None:
        # What went out stays what it was.
        fold.remarks.append(Remark(Odd.ISSUED_ALREADY, event_id, act.version))
        return
    fold.known_at[event_id] = frozenset(each for each, _ in _voices(fold))
    version = Version(
        number=act.version,
        id=event_id,
        edited=act,
        contributions=tuple(fold.contributions),
        counting=frozenset(fold.read),
    )
    fold.versions[act.version] = version
    if version.untraced:
        fold.remarks.append(Remark(Odd.UNTRACED, event_id, act.version, facts=version.untraced))


def _newer(fold: _Fold, version: Version, event_id: str) -> None:
    last = max(fold.versions)
    if last > version.number:
        fold.remarks.append(Remark(Odd.NEWER_VERSION, event_id, last))


def _take_sign_off(fold: _Fold, version: Version, event_id: str, act: DraftReviewed | DraftSignedOff) -> None:
    stage = SignOff.SIGN if isinstance(act, DraftSignedOff) else act.stage
    _newer(fold, version, event_id)
    if version.issued is not None:
        fold.remarks.append(Remark(Odd.ISSUED_ALREADY, event_id, version.number))
    _put(fold, version, signed_off=(*version.signed_off, SignedOff(event_id, stage, act.approved, act)))
    if not act.approved:
        return
    earlier = CHAIN[: CHAIN.index(stage)]
    not_done = tuple(each for each in earlier if each not in version.standing)
    returned = tuple(
        each for each in earlier if each in version.standing and not version.standing[each].approved
    )
    if not_done:
        fold.remarks.append(Remark(Odd.BEFORE, event_id, version.number, not_done))
    if returned:
        fold.remarks.append(Remark(Odd.RETURNED, event_id, version.number, returned))
    same = tuple(_same_person(version, stage, act))
    if same:
        fold.remarks.append(Remark(Odd.SAME_PERSON, event_id, version.number, same))


def _same_person(version: Version, stage: SignOff, act: Entry) -> Iterator[SignOff]:
    """The other steps that the same officer did. Whoever drafted does the first check, and nothing after it."""
    if act.officer is None:
        return  # nobody recorded who it was
    person = (act.office, act.officer)
    drafted = version.edited
    if stage is not SignOff.FIRST_CHECK and (drafted.office, drafted.officer) == person:
        yield SignOff.FIRST_CHECK
    for other, done in version.standing.items():
        if other is not stage and (done.act.office, done.act.officer) == person:
            if other is SignOff.FIRST_CHECK and (drafted.office, drafted.officer) == person:
                continue  # said already
            yield other


def _take_issue(fold: _Fold, version: Version, event_id: str, act: UnifiedDraftIssued) -> None:
    _newer(fold, version, event_id)
    if version.issued is not None:
        fold.remarks.append(Remark(Odd.ISSUED_ALREADY, event_id, version.number))
        return
    unsettled = tuple(each for each in _contradictions(fold, version) if each.settled is None)
    _put(fold, version, issued=Made(event_id, act), unsettled=unsettled)
    returned = tuple(stage for stage, done in version.standing.items() if not done.approved)
    not_done = tuple(stage for stage in CHAIN if stage not in version.standing)
    if not_done:
        fold.remarks.append(Remark(Odd.UNSIGNED, event_id, version.number, not_done))
    if returned:
        fold.remarks.append(Remark(Odd.RETURNED, event_id, version.number, returned))
    if unsettled:
        facts = tuple(each.fact for each in unsettled)
        fold.remarks.append(Remark(Odd.UNSETTLED, event_id, version.number, facts=facts))


def _take_sent(fold: _Fold, event_id: str, act: Report) -> None:
    version = fold.versions.get(act.version or 0)
    if version is None or version.issued is None:
        fold.remarks.append(Remark(Odd.NO_SUCH_VERSION, event_id, act.version))
        return
    _put(fold, version, sent=(*version.sent, Sent(event_id, act, (), ())))
    last = max(number for number, each in fold.versions.items() if each.issued is not None)
    if last > version.number:
        fold.remarks.append(Remark(Odd.NEWER_ISSUED, event_id, last))
    if act.sent_hash is not None and act.sent_hash != version.issued.act.hash:
        said = said_in(act.facts, act.content or ())
        facts = tuple(differing(version.said, said))
        odd = Odd.SENT_OTHERWISE if act.dissent is None else Odd.DISSENTED
        fold.remarks.append(Remark(odd, event_id, version.number, facts=facts))


def differing(one: Mapping[str, Any], other: Mapping[str, Any]) -> Iterator[str]:
    """The facts that two sets of facts do not state in the same words."""
    for fact in dict.fromkeys((*one, *other)):
        if one.get(fact) != other.get(fact):
            yield fact


def _take_receipt(fold: _Fold, event_id: str, act: Acknowledged | Returned) -> None:
    for version in fold.versions.values():
        for index, sent in enumerate(version.sent):
            if sent.id != act.of:
                continue
            if isinstance(act, Acknowledged):
                told = sent._replace(acknowledged=(*sent.acknowledged, Made(event_id, act)))
            else:
                told = sent._replace(returned=(*sent.returned, Made(event_id, act)))
            _put(fold, version, sent=(*version.sent[:index], told, *version.sent[index + 1 :]))
            return


# -- what it is made of ----------------------------------------------------------------------------------------


CONTRIBUTIONS = (Report, Answered)
"""What a draft can be made of: reports, and answers to questions."""


def is_contribution(entry: object) -> bool:
    """Whether a draft can be made of it."""
    return isinstance(entry, CONTRIBUTIONS)


def is_source(entry: object) -> bool:
    """Whether a fact can rest on it: a contribution, or a verification."""
    return is_contribution(entry) or isinstance(entry, Verified)


def _voices(fold: _Fold) -> Iterator[tuple[str, Entry]]:
    """The contributions, and the verifications that confirmed something, in the order of their stated times."""
    found = []
    last = None
    for index, (event_id, entry) in enumerate(fold.read.items()):
        at = entry.at.interval
        last = at.latest or at.earliest or last
        verified = isinstance(entry, Verified) and entry.outcome is Outcome.CONFIRMED
        if verified or event_id in fold.contributions:
            found.append(((last.timestamp() if last else 0.0, index), event_id, entry))
    return ((event_id, entry) for _, event_id, entry in sorted(found, key=lambda each: each[0]))


def _live(fold: _Fold) -> Iterator[Statement]:
    """What is stated, fact by fact: an office's later statement stands in the place of its earlier one."""
    last: dict[tuple[str, str], Statement] = {}
    for event_id, entry in _voices(fold):
        if isinstance(entry, Report) and entry.draft == fold.holder and entry.sent_hash is not None:
            continue  # the draft itself, come back
        content = getattr(entry, "content", None) or ()
        for fact, value in said_in(entry.facts, content).items():
            last.pop((entry.office, fact), None)
            last[entry.office, fact] = Statement(fact, value, event_id, entry.office)
    yield from last.values()


def _contradictions(fold: _Fold, version: Version | None) -> Iterator[Contradiction]:
    by_fact: dict[str, list[Statement]] = {}
    for each in _live(fold):
        by_fact.setdefault(each.fact, []).append(each)
    said = version.said if version is not None else {}
    for fact, statements in by_fact.items():
        sure = [each.value for each in statements if each.value != BEING_VERIFIED]
        here = said.get(fact)
        values = [*sure, here] if here is not None and here != BEING_VERIFIED else sure
        if all(agree(fact, values[0], other) for other in values[1:]):
            continue
        settled = _settled(fold, version, fact, statements)
        yield Contradiction(fact, tuple(statements), here, settled)


def _settled(
    fold: _Fold, version: Version | None, fact: str, statements: Iterable[Statement]
) -> Settled | None:
    """The last settlement of a fact that still holds: nobody has said anything else since, nor the draft itself."""
    if version is None:
        return None
    for number in sorted((n for n in fold.versions if n <= version.number), reverse=True):
        earlier = fold.versions[number]
        found = next((each for each in earlier.edited.settled if each.fact == fact), None)
        if found is None:
            continue
        if found.by is not None and found.by not in fold.read:
            return None  # what was followed was withdrawn
        known = fold.known_at[earlier.id]
        same = earlier.said.get(fact) == version.said.get(fact)
        return found if same and all(each.by in known for each in statements) else None
    return None


# -- what is guarded -------------------------------------------------------------------------------------------

_SAYS = ("draft", "version", "facts", "content", "text")
"""What makes a version say what it says."""


def check_issued(entry: Entry, entries: Mapping[str, Recorded[Any]], ref: str) -> None:
    """Refuse a report that claims to be a version of a draft that was never issued.

    Raises:
        RefusedError: it was not.
    """
    if not isinstance(entry, Report) or entry.draft is None or entry.version is None:
        return
    draft = drafts_of((key, r.event) for key, r in entries.items()).get(entry.draft)
    version = draft.version(entry.version) if draft is not None else None
    if version is None or version.issued is None:
        why = never_issued(ref, entry.draft, entry.version, draft)
        raise RefusedError(why.en, zh=why.zh)


def never_issued(ref: str, holder: str, number: int | None, draft: DraftState | None) -> Words:
    """Why that version cannot be sent on, and what to do instead. Nobody is kept from reporting by it."""
    if number is None:
        said = Words(
            f"{holder} 在 {ref} 上的统稿尚未印发任何版本。",
            f"No version of the unified draft of {holder} on {ref} was issued yet.",
        )
    elif draft is None:
        said = Words(f"{holder} 在 {ref} 上没有统稿。", f"There is no unified draft of {holder} on {ref}.")
    elif draft.version(number) is None:
        said = Words(
            f"{holder} 在 {ref} 上的统稿没有第{number}版。",
            f"There is no version {number} of the unified draft of {holder} on {ref}.",
        )
    else:
        said = Words(
            f"{holder} 在 {ref} 上的统稿第{number}版没有印发。",
            f"Version {number} of the unified draft of {holder} on {ref} was never issued.",
        )
    issued = draft.issued if draft is not None else None
    instead = (
        Words(
            f"已印发的是第{issued.number}版：--version {issued.number}。",
            f"Version {issued.number} was issued: --version {issued.number}.",
        )
        if issued is not None
        else Words(
            f"印发用：emergency draft issue {ref}。", f"It is issued with: emergency draft issue {ref}."
        )
    )
    return Words(
        f"{said.zh}未作记录。{instead.zh}报送时限照常计算：请不带 --draft 立即报告；掌握的情况与统稿不一致的，"
        "用 --dissent TEXT 注明。",
        f"{said.en} Nothing was recorded. {instead.en} The time limits run on: report at once without --draft, and "
        "where you hold other facts say so with --dissent TEXT.",
    )


def sent_hash(report: Report, entries: Mapping[str, Recorded[Any]]) -> str | None:
    """The hash of what a report sends of a draft; None where it sends none, or nobody recorded a hash."""
    if report.draft is None or report.version is None or report.sent_hash is None:
        return None
    draft = drafts_of((key, r.event) for key, r in entries.items()).get(report.draft)
    version = draft.version(report.version) if draft is not None else None
    return None if version is None else hash_of(report.facts, report.content or (), version.edited.text)


def check_unissued(
    command: EntryAmended | EntryWithdrawn,
    target: Recorded[Any],
    entries: Mapping[str, Recorded[Any]],
    ref: str,
) -> None:
    """Refuse to put right or take back what an issued version says: it went out, and others sent it on.

    Raises:
        RefusedError: it would change what was issued.
    """
    event = target.event
    changes = command.changes if isinstance(command, EntryAmended) else None
    if not isinstance(event, (DraftEdited, UnifiedDraftIssued)):
        return
    if changes is not None and not any(name in changes for name in (*_SAYS, "hash")):
        return
    draft = drafts_of((key, r.event) for key, r in entries.items()).get(event.draft)
    version = draft.version(event.version) if draft is not None else None
    if version is None or version.issued is None or target.event_id not in (version.id, version.issued.id):
        return
    if isinstance(event, UnifiedDraftIssued) and changes is None and not version.sent:
        return  # issued by mistake, and nobody has sent it on
    raise RefusedError(
        f"Version {event.version} of the unified draft was issued (#{entries[version.issued.id].version}): what it "
        f"says stays on record as it went out. Make the next version instead: emergency draft edit {ref}.",
        zh=(
            f"统稿第{event.version}版已经印发（#{entries[version.issued.id].version}），"
            "印发内容照原样留存，不能改动。请另拟下一版：emergency "
            f"draft edit {ref}。"
        ),
    )
