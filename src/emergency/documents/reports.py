"""The reports that go up: first report (首报), follow-up (续报), final report (终报).

Each is made from one entry on record, or, before it is sent, from what the office then holds: such a paper says at its
head that it has not been reported. What nobody said is printed as not on record, never as 0 and never as being
verified; where sources differ, all of them are printed, each with its source.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

from emergency.answers import View, standing, still_due
from emergency.assessment.model import Words
from emergency.assessment.timeline import Step
from emergency.commands.drafts import drafts_in
from emergency.documents.model import Block, Official, Paragraph
from emergency.documents.paper import (
    PLAIN_PAPER,
    Choices,
    Content,
    Source,
    afterwards,
    numbered,
    put_on_paper,
    sentences,
    short_hash,
)
from emergency.documents.phrases import (
    AFTER_HARM,
    CATEGORIES,
    CORE,
    HARM,
    LEVELS,
    Speech,
    numeral,
    zone_of,
)
from emergency.domain.draft import DraftState, Version, agree, said_in
from emergency.domain.drafting import UnifiedDraftIssued
from emergency.domain.events import (
    REPORTS,
    Answered,
    Corrected,
    FinalReportFiled,
    FollowUpFiled,
    ForwardedUpward,
    HandlingEnded,
    Learned,
    Report,
    Reported,
    Stabilised,
    Verified,
    Withheld,
)
from emergency.domain.fixed import fixed
from emergency.domain.instructions import InstructionReceived
from emergency.domain.receiving import NOTICES, CallLogged
from emergency.domain.values import PERSONAL, Amount, Count, Element, Facts
from emergency.domain.vocabulary import PUBLIC, Channel, Level, Outcome
from emergency.errors import NotFoundError, RefusedError
from emergency.projections.said import CHANNELS
from emergency.rulebook import RuleChannel, Stage


class Kind(StrEnum):
    """Which report."""

    FIRST = "first-report"
    FOLLOW_UP = "follow-up"
    FINAL = "final"


NAMES: Mapping[Kind, Words] = {
    Kind.FIRST: Words("首报", "first report"),
    Kind.FOLLOW_UP: Words("续报", "follow-up"),
    Kind.FINAL: Words("终报", "final report"),
}

_ACTS: Mapping[Kind, tuple[type[Report], ...]] = {
    Kind.FIRST: (Reported, ForwardedUpward),
    Kind.FOLLOW_UP: (FollowUpFiled, Corrected),
    Kind.FINAL: (FinalReportFiled,),
}
"""What each is made from."""

_STAGES = {Kind.FIRST: Stage.FIRST, Kind.FOLLOW_UP: Stage.FOLLOW_UP, Kind.FINAL: Stage.FINAL}

OWN = ""
"""Whose word an office's own is."""

_REPORTED = "\0reported"
"""Under which an office's own report stands among the words on a figure; no office is called so."""

UNSENT = Words(
    "〔待报稿：尚未报出，未作为报告入库〕", "[To be sent: not reported yet, and not on record as a report]"
)

# -- what is said ----------------------------------------------------------------------------------------------


class Stated(NamedTuple):
    """What one source last said of one figure.

    Args:
        value: The number; None where it is only said to be being verified.
        source: Whose word it is: an office's id, or `OWN`.
        step: Where it was said.
        verifying: It is said to be still being verified.
    """

    value: Count | Amount | None
    source: str
    step: Step
    verifying: bool = False


@fixed(kw_only=True)
class Told:
    """What a paper has to say.

    Args:
        figures: What is said of each figure, the newest word first; of an entry, its own.
        elements: The other elements, with whose word they are.
        nature: What it is, in words.
        level: The level as it was first judged.
        circumstances: Circumstances, by slug.
        sourced: Whether each figure is printed with its source.
    """

    figures: Mapping[str, tuple[Stated, ...]]
    elements: Mapping[str, tuple[Element, Step]]
    nature: str | None = None
    level: Level | None = None
    circumstances: tuple[str, ...] = ()
    sourced: bool = False


def told_by(step: Step) -> Told:
    """What one entry says."""
    facts, content = step.facts, getattr(step.entry, "content", None) or ()
    return Told(
        figures={name: (each,) for name, each in _stated(step, OWN)},
        elements={element.of: (element, step) for element in content},
        nature=facts.nature,
        level=facts.level,
        circumstances=facts.circumstances,
    )


def held_now(view: View, office: str) -> Told:
    """What an office holds, from its own acts and from what it was told: of each source its last word.

    A clue is not held, nor what it said in a denial. What it verified itself, and what a unified draft of its own says
    that was issued, takes the place of all before. What it only reported stands where it holds nothing else; a later
    report of its own that says otherwise stands beside what it holds, and before it where it says more.
    """
    figures: dict[str, dict[str, Stated]] = {}
    reported: dict[str, Stated] = {}
    """What it reported since anybody told it anything else."""
    elements: dict[str, tuple[Element, Step]] = {}
    nature: str | None = None
    level: Level | None = None
    circumstances: dict[str, None] = {}
    issued = _issued(view, office)
    for step, source in _sources(view, office):
        own_report = source == OWN and step.act in REPORTS
        verified = source == OWN and (step.act is Verified or step.id in issued)
        said, content = issued.get(step.id, (step.facts, getattr(step.entry, "content", None) or ()))
        for name, each in _stated(step, source, said):
            if own_report:
                reported[name] = each
                continue
            words = figures.setdefault(name, {})
            reported.pop(name, None)
            if verified:
                words.clear()
            words.pop(source, None)
            words[source] = each
        for element in content:
            elements[element.of] = element, step
        nature, level = said.nature or nature, said.level or level
        circumstances.update(dict.fromkeys(said.circumstances))
    for name, each in reported.items():
        words = figures.setdefault(name, {})
        newest = next(reversed(words.values()), None)
        if newest is None:
            words[_REPORTED] = each
        elif not any(_same(name, each, one) for one in words.values()):
            figures[name] = {**words, _REPORTED: each} if _more(each, newest) else {_REPORTED: each, **words}
    return Told(
        figures={name: tuple(reversed(words.values())) for name, words in figures.items()},
        elements=elements,
        nature=nature,
        level=level,
        circumstances=tuple(circumstances),
        sourced=True,
    )


_HELD = (Learned, Verified, Withheld, *REPORTS, Answered, CallLogged)
_TOLD = (*REPORTS, Answered, *NOTICES, Verified)


def _issued(view: View, office: str) -> dict[str, tuple[Facts, tuple[Element, ...]]]:
    """What the unified drafts say that an office issued itself or jointly, by the event id of the issue."""
    return {
        version.issued.id: (version.edited.facts, version.edited.content)
        for draft in drafts_in(view).values()
        if office in (draft.holder, draft.jointly)
        for version in draft.versions
        if version.issued is not None
    }


def _sources(view: View, office: str) -> list[tuple[Step, str]]:
    """What an office holds anything from, in the order in which it came to hold it."""
    timeline = view.timeline
    found: list[tuple[float, int, Step, str]] = []

    def put(step: Step, at: datetime | None, source: str) -> None:
        number = view.numbers.get(step.id, 0)
        found.append((at.timestamp() if at is not None else float("inf"), number, step, source))

    for step in timeline.acts(office):
        if step.act in _HELD and _counts(step):
            put(step, step.at.latest or step.at.earliest, OWN)
    for event_id in _issued(view, office):
        step = timeline.by_id[event_id]
        put(step, step.at.latest or step.at.earliest, OWN)
    for step in timeline.told(office):
        if step.office not in (office, PUBLIC) and step.act in _TOLD and _counts(step):
            at = timeline.received(step, office)
            put(step, at.latest or at.earliest, step.office)
    return [(step, source) for _, _, step, source in sorted(found, key=lambda each: each[:2])]


def _counts(step: Step) -> bool:
    entry = step.entry
    if isinstance(entry, Verified):
        return entry.outcome is Outcome.CONFIRMED
    return not (isinstance(entry, Learned) and entry.sign)


def _stated(step: Step, source: str, said: Facts | None = None) -> Iterator[tuple[str, Stated]]:
    facts = said if said is not None else step.facts
    for name in (*HARM, *AFTER_HARM):
        count, verifying = facts.figure(name), name in facts.verifying
        if count is not None or verifying:
            yield name, Stated(count, source, step, verifying)
    for other in facts.figures:
        yield other.of, Stated(other.count, source, step)
    for amount in facts.amounts:
        yield amount.of, Stated(amount, source, step)


# -- which entry -----------------------------------------------------------------------------------------------


def reports_on_record(view: View, office: str, kind: Kind) -> list[Step]:
    """The office's reports of that kind, in the order of the record."""
    mine = [step for step in view.timeline.acts(office) if step.act in _ACTS[kind]]
    return sorted(mine, key=lambda step: view.numbers.get(step.id, 0))


def fits(step: Step, kind: Kind) -> bool:
    """Whether such a report can be made from an entry."""
    return step.act in _ACTS[kind]


def follow_up_number(view: View, step: Step) -> int:
    """Which follow-up of its office an entry is; what went to several receivers at once is one."""
    seen: list[tuple[Any, Facts]] = []
    for one in reports_on_record(view, step.office, Kind.FOLLOW_UP):
        said = (one.at.earliest, one.at.latest), one.facts
        if said not in seen or one.at.earliest is None:
            seen.append(said)
        if one.id == step.id:
            return seen.index(said) + 1 if one.at.earliest is not None else len(seen)
    return len(seen) + 1


def next_follow_up(view: View, office: str) -> int:
    """The number that the office's next follow-up has."""
    mine = reports_on_record(view, office, Kind.FOLLOW_UP)
    return follow_up_number(view, mine[-1]) + 1 if mine else 1


# -- the paper -------------------------------------------------------------------------------------------------


def report_of(
    view: View, kind: Kind, office: str, *, entry: str | None, at: datetime, choices: Choices = PLAIN_PAPER
) -> Official:
    """A report that goes up.

    Args:
        view: The incident, whole.
        kind: Which report.
        office: Whose: of an entry, who made it; else whose holdings it is made from.
        entry: The entry, by event id; None = what the office holds, to be sent.
        at: The hour at which the paper is made.
        choices: What is decided about the paper.

    Raises:
        NotFoundError: there is no such entry.
        RefusedError: the entry is another kind of act.
        UsageError: a period of secrecy for what nobody has marked.
    """
    step = _entry(view, kind, entry)
    return _Report(view, kind, step.office if step is not None else office, step, at, choices).made()


def _entry(view: View, kind: Kind, entry: str | None) -> Step | None:
    if entry is None:
        return None
    step = view.timeline.by_id.get(entry)
    if step is None:
        number = view.numbers.get(entry)
        named = f"#{number}" if number is not None else entry
        raise NotFoundError(
            f"{named} of {view.timeline.ref} is no entry that a report could be made from. "
            f"`emergency show {view.timeline.ref}` lists them with their numbers.",
            zh=f"{view.timeline.ref} 的 {named} 不是可以生成公文的记录。编号见 emergency show {view.timeline.ref}。",
        )
    if not fits(step, kind):
        other = next((one for one in Kind if fits(step, one)), None)
        number = view.numbers.get(step.id)
        hint, zh = (
            (
                f" It makes a {NAMES[other].en}: emergency document {other}.",
                f"可生成{NAMES[other].zh}：emergency document {other}。",
            )
            if other is not None
            else (
                " Name a report of that kind, or leave the number out.",
                "请指明此类报告的编号，或不写编号。",
            )
        )
        raise RefusedError(
            f"Entry #{number} of {view.timeline.ref} is no {NAMES[kind].en}.{hint}",
            zh=f"{view.timeline.ref} 第{number}号记录不是{NAMES[kind].zh}。{zh}",
        )
    return step


_SECTIONS: tuple[tuple[Words, tuple[str, ...]], ...] = (
    (
        Words("基本情况", "The event"),
        (
            "unit", "unit-profile", "unit-nature", "unit-address", "unit-capacity-and-licences", "units-and-people",
            "scene", "course", "background", "features", "nature-or-cause", "scope", "section", "train",
            "passengers-or-goods", "monitoring-data", "diagnosis", "symptoms", "epidemiology", "sensitive-points",
        ),
    ),
    (Words("人员伤亡和损失情况", "Casualties and loss"), ("people-harmed", "social-effect", "latent-harm")),
    (
        Words("已采取的措施", "What has been done"),
        ("measures", "handling-progress", "control", "relief-given", "result", "accountability"),
    ),
    (Words("领导批示和到场情况", "Leaders"), ("leaders-on-scene", "already-reported-to")),
    (Words("发展趋势和下一步工作", "What comes next"), ("trend", "next-steps", "left-over-problems")),
    (Words("请求事项", "Requests"), ("requests", "relief-needed")),
)  # fmt: skip
"""The parts of a report in the customary order, with the elements that stand in each; any other stands in the first."""

_STOPS = ("。", "！", "？", ".", "!", "?")

_EVENT, _HARM_PART, _DONE, _LEADERS, _NEXT, _REQUESTS = range(len(_SECTIONS))

_ON_PAPER = frozenset(
    {"occurred-at", "place", "adcode", "kind", "reporting-unit", "source", "received-at", "signer"}
)
"""Elements that stand elsewhere on the paper, or in its lead."""

_TOLD_BY_FIGURE: Mapping[str, tuple[str, ...]] = {
    "deaths": ("deaths", "dead_or_missing", "bodies"),
    "missing": ("missing", "dead_or_missing"),
    "trapped": ("trapped",),
    "injured": ("injured", "seriously_injured"),
    "injured-serious": ("seriously_injured",),
    "at-risk": ("at_risk",),
    "evacuated": ("evacuated",),
    "loss-yuan": ("loss_yuan",),
    "burnt-area": ("burnt_hectares",),
    "people-harmed": HARM,
}
"""The elements that a figure tells."""


class _Report:
    """One report while it is written."""

    def __init__(
        self, view: View, kind: Kind, office: str, step: Step | None, at: datetime, choices: Choices
    ) -> None:
        self.view, self.kind, self.office, self.step = view, kind, office, step
        self.at, self.choices = at, choices
        self.speech = Speech(choices.chinese, zone_of(view.directory, office))
        self.opened = view.timeline.opened
        self.told = told_by(step) if step is not None else held_now(view, office)
        self.when = (step.at.latest or step.at.earliest) if step is not None else at
        self.day = (self.when or at).astimezone(self.speech.zone).date()
        self.earlier = self._earlier()

    # -- whole -------------------------------------------------------------------------------------------------

    def made(self) -> Official:
        speech = self.speech
        kind = speech.words(NAMES[self.kind])
        blocks: list[Block] = []
        if self.step is None:
            blocks.append(Paragraph(speech.words(UNSENT), flush=True))
        blocks += afterwards(self.view, speech)
        blocks.append(Paragraph(self._lead()))
        blocks += numbered(
            [(speech.words(title), self._part(i)) for i, (title, _) in enumerate(_SECTIONS)], speech
        )
        blocks += self._dissent()
        blocks += self._gaps()
        signer = getattr(self.step.entry, "signer", None) if self.step is not None else None
        content = Content(
            title=self._title(),
            body=tuple(blocks),
            source=Source(
                kind=kind,
                through=self.view.position,
                at=self.at,
                about=self._about(),
            ),
            office=self._name(self.office),
            signed=self.when or self.at,
            signer=signer,
            secrecy=self.opened.secrecy,
            urgency=self.opened.urgency,
            addressees=tuple(self._name(office) for office in self._addressees()),
            notes=self._notes(),
            unsent=self.step is None,
        )
        return put_on_paper(content, self.choices, speech)

    def _about(self) -> str:
        """What it is made from: the incident, the entry, and the version of a unified draft that was sent."""
        ref, step = self.view.timeline.ref, self.step
        if step is None:
            return ref
        parts = [ref, f"#{self.view.numbers.get(step.id)}"]
        version, sent = getattr(step.entry, "version", None), getattr(step.entry, "sent_hash", None)
        if version is not None and sent is not None:
            parts += [self.speech.say(f"统稿第{version}版", f"draft version {version}"), short_hash(sent)]
        return " ".join(parts)

    def _notes(self) -> tuple[str, ...]:
        """That it is still to be sent, or that the entry was put right since: the paper may say what was not sent."""
        say = self.speech.say
        if self.step is None:
            return (say("待报稿", "To be sent"),)
        times = len(self.view.amended.get(self.step.id, ()))
        if not times:
            return ()
        return (
            say(
                f"该记录入库后更正{times}次，本件按更正后的内容",
                f"the entry was put right {times} time{'s' if times > 1 else ''}; this is how it reads now",
            ),
        )

    def _name(self, office: str) -> str:
        return self.speech.office(self.view.directory, office, self.day)

    def _event(self) -> str:
        return self.opened.title if self.speech.chinese else self.opened.title_en or self.opened.title

    def _title(self) -> str:
        event, say = self._event(), self.speech.say
        if self.kind is Kind.FIRST:
            return say(f"关于{event}的报告", f"Report on: {event}")
        if self.kind is Kind.FINAL:
            return say(f"关于{event}的报告（终报）", f"Final report on: {event}")
        number = (
            follow_up_number(self.view, self.step)
            if self.step is not None
            else next_follow_up(self.view, self.office)
        )
        put_right = self.step is not None and self.step.act is Corrected
        zh, en = ("，更正", ", corrected") if put_right else ("", "")
        return say(
            f"关于{event}的报告（续报{numeral(number)}{zh}）", f"Report on: {event} (follow-up {number}{en})"
        )

    def _addressees(self) -> tuple[str, ...]:
        if self.step is not None:
            return tuple(office for office in self.step.to if office != PUBLIC)
        owed = still_due(
            standing(self.view.assessment.obligations, self.at), self.office, self.view.directory
        )
        named = tuple(dict.fromkeys(due.recipient for due in owed if due.sure))
        return named or self.view.directory.superiors(self.office, self.day)

    # -- the lead ----------------------------------------------------------------------------------------------

    def _lead(self) -> str:
        say, event = self.speech.say, self._event()
        if self.kind is Kind.FOLLOW_UP:
            return say(
                f"现将{event}的有关进展情况续报如下。", f"What is new on {event} is reported as follows."
            )
        place = self.opened.place.name
        at = self.speech.time(self.opened.occurred_at)
        when = at or say("发生时间暂未掌握", "at an hour not known yet")
        first = (
            say(f"{when}，{place}发生{event}", f"{event}: {place}, {when}")
            if at
            else say(f"{place}发生{event}，{when}", f"{event}: {place}, {when}")
        )
        harm = [self._figure(name, sources=False) for name in HARM if name in self.told.figures]
        parts = [first, *([self.speech.listed(harm)] if harm else [])]
        lead = say("，", "; ").join(parts) + say("。", ".")
        source = self._source()
        return lead + (say("", " ") + source if source else "")

    def _source(self) -> str:
        """Where the information comes from."""
        say = self.speech.say
        said = self.told.elements.get("source")
        if said is not None and said[0].text:
            return say(f"信息来源：{_ended(said[0].text, '。')}", f"Source: {_ended(said[0].text, '.')}")
        received = [
            (step, source)
            for step, source in _sources(self.view, self.office)
            if source != OWN and step.act in (*REPORTS, Answered) and self._by_then(step)
        ]
        parts = [self._heard(step) for step, _ in received]
        if not parts:
            return ""
        return self.speech.colon(say("信息来源", "Source"), self.speech.listed(dict.fromkeys(parts))) + say(
            "。", "."
        )

    def _heard(self, step: Step) -> str:
        """Who told, when and how."""
        at = self.view.timeline.received(step, self.office)
        when = self.speech.within(at) if at.earliest is not None and at.latest is not None else None
        channel = getattr(step.entry, "channel", Channel.UNKNOWN)
        how = CHANNELS.get(channel.value)
        said = self.speech.say("", " ").join(
            part
            for part in (
                when or "",
                self.speech.words(how) if how else "",
                self.speech.say("报告", "report"),
            )
            if part
        )
        return self.speech.say(f"{self._name(step.office)}（{said}）", f"{self._name(step.office)} ({said})")

    def _by_then(self, step: Step) -> bool:
        """Whether the office may have had it when the report was made."""
        if self.step is None:
            return True
        at = self.view.timeline.received(step, self.office) if step.office != self.office else step.at
        early, when = at.earliest, self.step.at.latest
        return early is None or when is None or early <= when

    # -- the parts ---------------------------------------------------------------------------------------------

    def _part(self, index: int) -> list[Block]:
        made: list[Block] = []
        if index == _EVENT:
            made += self._classed()
        elif index == _HARM_PART:
            made += self._harm()
        elif index == _LEADERS:
            made += self._instructions()
        elif index == _DONE and self.kind is Kind.FINAL:
            made += self._ended()
        listed = _SECTIONS[index][1]
        known = {slug for _, slugs in _SECTIONS for slug in slugs}
        for slug in (*listed, *(s for s in self.told.elements if index == _EVENT and s not in known)):
            if (line := self._element(slug, below=self.speech.words(_SECTIONS[index][0]))) is not None:
                made.append(Paragraph(line))
        return made

    def _classed(self) -> Iterator[Block]:
        """Category, nature, level and circumstances, in one paragraph."""
        speech, told = self.speech, self.told
        parts = []
        if self.kind is not Kind.FOLLOW_UP:
            parts.append(
                speech.colon(
                    speech.say("事件类别", "Category"), speech.words(CATEGORIES[self.opened.category])
                )
            )
        if told.nature:
            parts.append(speech.colon(speech.say("性质", "Nature"), told.nature))
        if told.level is not None:
            parts.append(
                speech.colon(
                    speech.say("初判级别", "Level as first judged"), speech.words(LEVELS[told.level])
                )
            )
        if told.circumstances:
            known = self.view.rulebook.words.get("circumstances", {})
            listed = [speech.say(known[s].zh, known[s].en) if s in known else s for s in told.circumstances]
            parts.append(speech.colon(speech.say("有关情形", "Circumstances"), speech.listed(listed)))
        if parts:
            yield sentences(parts, speech)

    def _harm(self) -> Iterator[Block]:
        """Every figure in its order; of the core of them also that it is not on record."""
        told, speech = self.told, self.speech
        stated = [name for name in (*HARM, *AFTER_HARM) if name in told.figures]
        others = [name for name in told.figures if name not in (*HARM, *AFTER_HARM)]
        if not stated and not others and self.kind is Kind.FOLLOW_UP:
            return
        said = [self._figure(name) for name in (*stated, *others)]
        as_of = speech.moment(self.when) if self.when is not None else None
        if said:
            listed = speech.say("；", "; ").join(said) if told.sourced else speech.listed(said)
            head = speech.say(f"截至{as_of}，", f"As of {as_of}: ") if as_of else ""
            yield Paragraph(head + listed + speech.say("。", "."))
        if self.kind is not Kind.FOLLOW_UP and (open_ones := self._unsaid_core()):
            yield Paragraph(
                speech.say("、", ", ").join(speech.name(name) for name in open_ones)
                + speech.say(f"情况：{self._unknown()}。", f": {self._unknown()}.")
            )

    def _unsaid_core(self) -> list[str]:
        said = self.told.figures
        covered = {
            "deaths": {"deaths", "dead_or_missing", "bodies"},
            "missing": {"missing", "dead_or_missing"},
            "injured": {"injured", "seriously_injured"},
        }
        return [name for name in CORE if covered.get(name, {name}).isdisjoint(said)]

    def _unknown(self) -> str:
        """What is printed where nothing is on record: an office's own log is what it holds; another's may hold less."""
        step = self.step
        own = step is None or (step.entry.logged_by == step.office and not step.imported)
        return (
            self.speech.say("暂未掌握", "not known yet")
            if own
            else self.speech.say("记录未载", "not on record")
        )

    def _figure(self, name: str, *, sources: bool = True) -> str:
        """A figure as it is said, with what other sources say where they differ, and what was reported before."""
        speech, said = self.speech, self.told.figures[name]
        first = said[0]
        agreeing = [each for each in said if _same(name, each, first)]
        text = self._value(name, first)
        if self.told.sourced and sources:
            by = speech.listed(dict.fromkeys(self._whose(each) for each in agreeing))
            text += speech.say(f"（{by}）", f" ({by})")
        for other in said:
            if other in agreeing:
                continue
            value = (
                speech.say("正在核实", "being verified")
                if other.value is None
                else self._bare(name, other.value)
            )
            whose = self._whose(other)
            text += speech.say(f"（另据{whose}：{value}）", f" ({whose}: {value})")
        before = self.earlier.get(name)
        if (
            self.kind is Kind.FOLLOW_UP
            and before is not None
            and first.value is not None
            and first.value != before
        ):
            value = self._bare(name, before)
            text += speech.say(f"（前报{value}）", f" (reported before: {value})")
        return text

    def _value(self, name: str, stated: Stated) -> str:
        speech = self.speech
        if stated.value is None:
            return speech.being_verified(speech.name(name))
        said = (
            speech.amount(stated.value)
            if isinstance(stated.value, Amount)
            else speech.figure(name, stated.value)
        )
        return said + (speech.say("（正在核实）", " (being verified)") if stated.verifying else "")

    def _bare(self, name: str, value: Count | Amount) -> str:
        return self.speech.amount(value) if isinstance(value, Amount) else self.speech.quantity(name, value)

    def _whose(self, stated: Stated) -> str:
        """Whose word it is, with the number of the entry."""
        step = stated.step
        number = self.view.numbers.get(step.id)
        ref = f" #{number}" if number is not None else ""
        if stated.source != OWN:
            return f"{self._name(stated.source)}{ref}"
        say = self.speech.say
        if step.act is Verified:
            by = f"{say('，', ', ')}{step.entry.source}" if step.entry.source and not step.imported else ""
            return say("本单位核实", "verified by this office") + by + ref
        if isinstance(step.entry, UnifiedDraftIssued):
            number = step.entry.version
            return say(f"统稿第{number}版", f"unified draft, version {number}") + ref
        if step.act in REPORTS:
            return say("本单位此前报告", "reported by this office before") + ref
        return say("本单位掌握", "known to this office") + ref

    def _element(self, slug: str, *, below: str) -> str | None:
        """What an element says; with its name, but where that is the heading which it stands below."""
        held = self.told.elements.get(slug)
        if held is None or slug in PERSONAL or slug in _ON_PAPER:
            return None
        element, step = held
        if (
            self.kind is Kind.FOLLOW_UP
            and self.step is None
            and step.office == self.office
            and step.act in REPORTS
        ):
            return None  # it was told before: a follow-up says what is new
        speech = self.speech
        verifying = speech.say("正在核实", "being verified")
        if element.text and element.verifying:
            text = speech.say(f"{element.text}（{verifying}）", f"{element.text} ({verifying})")
        else:
            text = element.text or (verifying if element.verifying else "")
        if not text:
            return None
        if self.told.sourced and step.office != self.office:
            text = speech.say(f"{text}（{self._name(step.office)}）", f"{text} ({self._name(step.office)})")
        name, said = self._element_name(slug), _ended(text, speech.say("。", "."))
        return said if name == below else speech.colon(name, said)

    def _element_name(self, slug: str) -> str:
        title = self.view.rulebook.words.get("elements", {}).get(slug)
        if title is None:
            return slug
        return self.speech.say(title.zh, title.en[:1].upper() + title.en[1:])

    def _instructions(self) -> Iterator[Block]:
        """Leaders' instructions that reached the office, in their own words."""
        speech = self.speech
        for step in self.view.timeline.acts(self.office):
            entry = step.entry
            if not isinstance(entry, InstructionReceived) or not self._by_then(step):
                continue
            if self.kind is Kind.FOLLOW_UP and self._before_last_report(step):
                continue
            when = speech.time(entry.at, step.at)
            said = speech.say(f"{entry.leader}批示：“{entry.words}”", f'{entry.leader}: "{entry.words}"')
            stop = (
                "" if entry.words.endswith(_STOPS) else speech.say("。", ".")
            )  # no second one behind the quotation
            yield Paragraph((speech.say(f"{when}，", f"{when}, ") if when else "") + said + stop)

    def _before_last_report(self, step: Step) -> bool:
        """Whether the office had it when it reported the time before: a follow-up does not tell it again."""
        number = self.view.numbers.get(step.id, 0)
        mine = self._own_reports()
        return bool(mine) and number < self.view.numbers.get(mine[-1].id, 0)

    def _ended(self) -> Iterator[Block]:
        speech = self.speech
        says = {
            Stabilised: Words("事态稳定", "the situation is stable"),
            HandlingEnded: Words("应急处置结束", "the handling ended"),
        }
        for step in self.view.timeline.speaking:
            words = says.get(step.act)
            when = speech.time(step.entry.at, step.at)
            if words is not None and when is not None and self._by_then(step):
                who = self._name(step.office)
                yield Paragraph(speech.say(f"{when}，{who}记录：{words.zh}。", f"{when}, {who}: {words.en}."))
        mine = self._own_reports()
        if mine:
            listed = [
                speech.say(f"{when}{act}", f"{act} {when}")
                for step in mine
                if (when := speech.time(step.entry.at, step.at))
                for act in (self._called(step),)
            ]
            if listed:
                yield Paragraph(
                    speech.colon(speech.say("此前报告情况", "Reported before"), speech.listed(listed))
                    + speech.say("。", ".")
                )

    def _called(self, step: Step) -> str:
        kind = next((kind for kind in Kind if fits(step, kind)), Kind.FIRST)
        return self.speech.say("报告", "report") if kind is Kind.FIRST else self.speech.words(NAMES[kind])

    def _own_reports(self) -> list[Step]:
        """The office's reports before this one, in the order of the record."""
        numbers = self.view.numbers
        limit = numbers.get(self.step.id, 0) if self.step is not None else float("inf")
        mine = [
            s
            for s in self.view.timeline.acts(self.office)
            if s.act in REPORTS and numbers.get(s.id, 0) < limit
        ]
        return sorted(mine, key=lambda step: numbers.get(step.id, 0))

    def _earlier(self) -> dict[str, Count | Amount]:
        """The figures as the office last reported them before."""
        found: dict[str, Count | Amount] = {}
        for step in self._own_reports():
            found.update({name: each.value for name, each in _stated(step, OWN) if each.value is not None})
        return found

    # -- what differs, and what is missing -----------------------------------------------------------------------

    def _dissent(self) -> Iterator[Block]:
        """Where the office differs from the unified draft: truth before unity."""
        speech, say = self.speech, self.speech.say
        lines = []
        words = getattr(self.step.entry, "dissent", None) if self.step is not None else None
        if words:
            lines.append(words)
        for draft in drafts_in(self.view).values():
            if (issued := self._issued_by_then(draft)) is None:
                continue
            said = said_in(issued.edited.facts)
            here, there = [], []
            for name, stated in self.told.figures.items():
                mine, theirs = stated[0].value, said.get(name)
                if stated[0].step.act is UnifiedDraftIssued:
                    continue
                if mine is None or not isinstance(theirs, (Count, Amount)) or agree(name, mine, theirs):
                    continue
                here.append(self._named(name, mine))
                there.append(self._named(name, theirs))
            if here:
                lines.append(self._beside(draft.holder, issued, speech.listed(here), speech.listed(there)))
        if lines:
            head = say("与统稿不同之处", "Where this differs from the unified draft")
            yield Paragraph(
                speech.colon(head, say("；", "; ").join(line.rstrip("。.") for line in lines))
                + say("。", ".")
            )

    def _issued_by_then(self, draft: DraftState) -> Version | None:
        """The version that was issued last when the report was made: a paper knows of none that came later."""
        found = None
        for version in draft.versions:
            if version.issued is None:
                continue
            issue = self.view.timeline.by_id[version.issued.id]
            if self.step is None or self._not_after(issue, self.step):
                found = version
        return found

    def _not_after(self, one: Step, other: Step) -> bool:
        """Whether a step came before another; where their times do not tell, in the order of the record."""
        if one.at.latest is not None and other.at.earliest is not None and one.at.latest < other.at.earliest:
            return True
        if one.at.earliest is not None and other.at.latest is not None and one.at.earliest > other.at.latest:
            return False
        return self.view.numbers.get(one.id, 0) < self.view.numbers.get(other.id, 0)

    def _named(self, name: str, value: Count | Amount) -> str:
        return self.speech.amount(value) if isinstance(value, Amount) else self.speech.figure(name, value)

    def _beside(self, holder: str, issued: Version, here: str, there: str) -> str:
        """What the paper says beside what a draft says, with when that was issued: it may be long ago."""
        say, office, made = self.speech.say, self._name(holder), issued.issued
        when = (
            self.speech.time(made.act.at, self.view.timeline.by_id[made.id].at) if made is not None else None
        )
        return say(
            f"本单位{here}，{office}统稿第{issued.number}版{f'（{when}印发）' if when else ''}{there}",
            f"{here} here; {there} in version {issued.number} of the unified draft of {office}"
            + (f" (issued {when})" if when else ""),
        )

    def _gaps(self) -> Iterator[Block]:
        """The elements that the rules ask for and that are not on record; and what no record ever holds."""
        speech = self.speech
        missing = [slug for slug in self._required() if not self._is_there(slug)]
        unknown = [
            slug for slug in missing if slug not in PERSONAL and slug not in _ON_PAPER and slug not in CORE
        ]
        if unknown:
            yield Paragraph(speech.colon(self._names(unknown), self._unknown()) + speech.say("。", "."))
        by_hand = [slug for slug in missing if slug in PERSONAL]
        if by_hand and self.step is None:
            listed = self._names(by_hand)
            yield Paragraph(
                speech.say(
                    f"{listed}：请在报出时填写（系统不存姓名、电话）。",
                    f"{listed}: to be filled in when it is sent (no names or phones are kept).",
                )
            )

    def _names(self, slugs: Iterable[str]) -> str:
        """Several elements in one row."""
        first, *rest = (self._element_name(slug) for slug in slugs)
        return self.speech.listed((first, *(name[:1].lower() + name[1:] for name in rest)))

    def _required(self) -> Iterable[str]:
        office, stage = self.view.directory.get(self.office), _STAGES[self.kind]
        if office is None:
            return ()
        lists = self.view.rulebook.elements_for(
            category=self.opened.category,
            kind=self.opened.kind,
            tier=office.tier,
            line=office.line,
            division=office.division or self.opened.place.division,
        )
        asked: dict[str, None] = {}
        for one in lists:
            of_stage = stage in one.stages if one.stages is not None else stage is Stage.FIRST
            value = one.value_on(self.day) if of_stage and one.channel is not RuleChannel.PHONE else None
            asked.update(dict.fromkeys((value.required or ()) if value is not None else ()))
        return asked

    def _is_there(self, slug: str) -> bool:
        told = self.told
        if slug in told.elements or not set(_TOLD_BY_FIGURE.get(slug, (slug.replace("-", "_"),))).isdisjoint(
            told.figures
        ):
            return True
        return (
            (slug == "nature-or-cause" and told.nature is not None)
            or (slug == "level-initial" and told.level is not None)
            or (
                slug == "pollutants"
                and any(isinstance(each[0].value, Amount) for each in told.figures.values())
            )
        )


def _same(name: str, one: Stated, other: Stated) -> bool:
    if one.value is None or other.value is None:
        return one.value is other.value
    return agree(name, one.value, other.value)


def _more(one: Stated, other: Stated) -> bool:
    return (
        isinstance(one.value, Count)
        and isinstance(other.value, Count)
        and one.value.value > other.value.value
    )


def _ended(text: str, stop: str) -> str:
    """A sentence with its full stop, whatever the record ends with."""
    return text if text.endswith(_STOPS) else text + stop
