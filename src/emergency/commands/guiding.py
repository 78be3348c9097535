"""Is it me, and what now: asked before anything is on record, answered by the one assessment.

What is judged is a record that nobody wrote: the event, and that this office came to know of it. What it would owe
then, by the same functions that judge what is on record, is what it is told. A second such record, on which it has
reported at once, shows what comes after that; a third, on which the situation is over, what comes last.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Literal

from emergency.answers import Due, standing, still_due
from emergency.assessment.asked import Asked, newest_of
from emergency.assessment.assess import assess_timeline
from emergency.assessment.clocks import KNOWLEDGE
from emergency.assessment.conditions import Start, conditioned
from emergency.assessment.duties import OfficeRecord, applicable, office_record, recipient
from emergency.assessment.model import Assessment, Ground, Obligation, Words
from emergency.assessment.norms.case import Case
from emergency.assessment.norms.content import required, told_by
from emergency.assessment.norms.procedure_skipping import NECESSARY
from emergency.assessment.recipients import LINE_NOT_TOLD_APART, found_among, superiors_of
from emergency.assessment.timeline import Timeline, timeline_of
from emergency.assessment.words import CLOCKS, office_words
from emergency.domain import events
from emergency.domain.fixed import changed, fixed
from emergency.domain.offices import Directory, Office
from emergency.domain.record import Recorded
from emergency.domain.times import CHINA
from emergency.domain.values import NO_FACTS, Facts, Place, StatedTime
from emergency.domain.vocabulary import TIERS_RISING, Basis, Category, Channel, Level, Line, Tier
from emergency.projections.said import CHECKS
from emergency.rulebook import CheckName, Modality, Recipient, Rulebook, Stage
from emergency.rulebook.provisions import Sort

Answer = Literal["yes", "depends", "not-known"]
"""Whether it is the office's to report; there is no *no*: a rule that is not known here may ask for it."""

REF = "guide"
NOBODY = "?"
"""The id of an office that only its tier and line are told of."""

ANSWERS: dict[Answer, Words] = {
    "yes": Words("该报：应由本单位报告", "Yes: it is yours to report"),
    "depends": Words(
        "视情形而定：下列条件成立，即应由本单位报告；拿不准，先报",
        "It depends on the conditions below; in doubt, report",
    ),
    "not-known": Words(
        "所收规定中未见应由本单位报告的；这不等于不用报", "Not by any rule known here; that does not mean no"
    ),
}


@fixed(frozen=True, slots=True, kw_only=True)
class Advised:
    """One report to make, as advice.

    Args:
        due: To whom, by when at the latest, under which article: the earliest defensible deadline.
        limit: The limit of the rule that gives that deadline.
        clock: What starts it.
        rule: That rule.
        rules: All that ask for it.
        to: Whom the rule names, where the directory has nobody of that kind; None where it has.
        line_open: The directory does not tell the recipient's line apart: an office of its tier stands in for it.
        since: Since when it is owed.
        incident: On which incident; None where nothing is on record.
        title: What people call that.
        closed: The incident was closed.
    """

    due: Due
    limit: Words
    clock: Words | None
    rule: str
    rules: tuple[str, ...]
    to: Words | None = None
    line_open: bool = False
    since: datetime | None = None
    incident: str | None = None
    title: str | None = None
    closed: bool = False


@fixed(frozen=True, slots=True, kw_only=True)
class Content:
    """What the first report must say over a channel (要素).

    Args:
        channels: Over which.
        elements: Each by its slug, with its name and whether what was typed tells it.
        grounds: The lists that ask for it.
    """

    channels: tuple[str, ...]
    elements: tuple[tuple[str, Words, bool], ...]
    grounds: tuple[Ground, ...]


@fixed(frozen=True, slots=True, kw_only=True)
class Passing:
    """Whom one may tell past a level (越级); the level passed over is owed its report all the same.

    Args:
        office: Whom; None where the directory has nobody of that kind.
        name: What it is called.
        over: Who is passed over.
        because: The rule, or ``class`` for an office that reports directly (直报).
        citation: Under which article.
        confirmed: Whether that text was read.
        where_necessary: Only where that is necessary (必要时): say why in the report.
        condition: What would have to be so, where that is open.
    """

    office: str | None
    name: Words
    over: tuple[str, ...]
    because: str
    citation: Words
    confirmed: bool
    where_necessary: bool
    condition: Words | None


@fixed(frozen=True, slots=True, kw_only=True)
class Said:
    """What a text says beside who owes whom a report: a check that is asked for, a step of the procedure.

    Args:
        id: Its id; of a check, its name.
        says: What it says.
        citation: Where.
        confirmed: Whether that text was read.
    """

    id: str
    says: Words
    citation: str
    confirmed: bool


@fixed(frozen=True, slots=True, kw_only=True)
class Guide:
    """What an office is told before anything is on record; nothing of it is stored.

    Args:
        office: Who asks; `NOBODY` where only its tier and line were told.
        office_name: What it is called.
        at: The instant of judging.
        learned_at: When it came to know.
        category: The category of the event.
        kind: Its kind.
        division: The division code of the place; None where nobody said, so that no local rule counts.
        answer: Whether it is the office's to report.
        reports: What it owes first, the surest and most urgent first.
        after: What comes after that, as if it had reported by now.
        ending: What comes when the situation is over: times are counted from then.
        content: What the first report must say.
        passing: Which levels may be passed over.
        checks: Which checks of the four norms will be made of it.
        procedure: What else texts say of how to report.
        beside: Whom else rules ask it to tell, who are in no directory.
        who: On whom the rules put it, where it is not surely this office.
        open: What is not known here and could change the answer.
        position: The position of the log that the directory was read at.
        rulebook: The hash of the rules.
    """

    office: str
    office_name: str
    at: datetime
    learned_at: StatedTime
    category: Category
    kind: str
    division: str | None
    answer: Answer
    reports: tuple[Advised, ...]
    after: tuple[Advised, ...]
    ending: tuple[Advised, ...]
    content: tuple[Content, ...]
    passing: tuple[Passing, ...]
    checks: tuple[Said, ...]
    procedure: tuple[Said, ...]
    beside: tuple[Words, ...]
    who: tuple[Words, ...]
    open: tuple[Words, ...]
    position: int
    rulebook: str


@fixed(kw_only=True)
class Question:
    """What is asked.

    Args:
        office: Whose duty.
        category: The category of the event.
        kind: Its kind, in the writer's own word.
        place: Where it happened.
        division: The division code of that place.
        occurred_at: When it happened.
        learned_at: When the office came to know.
        facts: What it holds of it.
        level: The level that it was officially given, if it was.
    """

    office: Office
    category: Category
    kind: str
    place: str
    division: str | None
    occurred_at: StatedTime
    learned_at: StatedTime
    facts: Facts = NO_FACTS
    level: Level | None = None
    category_open: bool = False
    """Nobody said of which category it is, and the kind does not tell: an accident is taken for granted."""


def moment(at: datetime) -> StatedTime:
    """An instant, stated to the minute."""
    minute = at.replace(second=0, microsecond=0)
    return StatedTime(earliest=minute, latest=minute, basis=Basis.STATED)


def unnamed(tier: Tier, line: Line, division: str | None) -> Office:
    """An office that only its tier and line are told of."""
    return _office(NOBODY, tier, line, division, ())


def _office(
    name: str,
    tier: Tier,
    line: Line,
    division: str | None,
    above: tuple[str, ...],
    zone: str = "Asia/Shanghai",
) -> Office:
    called = office_words(tier, line).zh
    return Office(
        id=name,
        tier=tier,
        line=line,
        division=division,
        zone=zone,
        ref=None,
        names=((None, called),),
        superiors=((None, above),),
        logs_since=None,
        in_file=True,
        position=0,
    )


def guidance(
    question: Question, offices: Directory, rulebook: Rulebook, *, at: datetime, position: int = 0
) -> Guide:
    """Answer a question: pure, without a clock.

    Args:
        question: What is asked.
        offices: Who reports to whom.
        rulebook: Under which rules.
        at: The instant of judging.
        position: The position of the log that the directory was read at.
    """
    office = question.office
    known = offices if office.id in offices.offices else Directory({**offices.offices, office.id: office})
    asking = _Asking(question, known, rulebook, at)
    reports, first = asking.owed()
    sure = [one for one in reports if one.due.sure]
    answer: Answer = "yes" if sure else "depends" if reports else "not-known"
    telling = tuple(dict.fromkeys(one.due.recipient for one in sure or reports))
    seen = frozenset(one.due.obligation for one in reports)
    reported = asking.reporting(telling)
    after, second = asking.owed(reported, seen)
    last, _ = asking.owed(reported, seen | {one.due.obligation for one in after}, over=True)
    record = asking.record(first)
    case = Case(second.timeline, known, rulebook, office, second.judged)
    return Guide(
        office=office.id,
        office_name=known.name(office.id),
        at=at,
        learned_at=question.learned_at,
        category=question.category,
        kind=question.kind,
        division=question.division,
        answer=answer,
        reports=reports,
        after=after,
        ending=last,
        content=_content(case, asking),
        passing=tuple(_passing(record, asking)) if record is not None else (),
        checks=tuple(_checks(case)),
        procedure=tuple(_procedure(question, rulebook, asking.day)),
        beside=asking.beside(first),
        who=() if answer == "yes" else _who(question, known, rulebook, asking.day),
        open=tuple(_open(question, known, rulebook, asking.day, answer, inside=asking.inside)),
        position=position,
        rulebook=rulebook.fingerprint,
    )


@fixed(eq=False)
class _Read:
    """A record that nobody wrote, judged."""

    timeline: Timeline
    judged: Assessment


class _Asking:
    """A question, and the records that answer it."""

    def __init__(self, question: Question, known: Directory, rulebook: Rulebook, at: datetime) -> None:
        self.question, self.known, self.rulebook, self.at = question, known, rulebook, at
        learned = question.learned_at.latest or question.learned_at.earliest or at
        self.day = learned.astimezone(CHINA).date()
        superiors = superiors_of(question.office, known, self.day)
        self.inside = superiors.inside
        """It is a part of an enterprise that reports to other parts of it only."""
        self._named: dict[str, Words] = {}
        self._wider: Directory | None = None
        self._lacking: frozenset[str] = frozenset()

    # -- records that nobody wrote -------------------------------------------------------------------------------

    def _timeline(self, *more: events.Entry) -> Timeline:
        asked = self.question
        office = asked.office.id
        opened = events.IncidentOpened(
            ref=REF,
            title=REF,
            category=asked.category,
            kind=asked.kind,
            place=Place(name=asked.place or REF, division=asked.division),
            occurred_at=asked.occurred_at,
            logged_by=office,
        )
        said: list[object] = [
            opened,
            events.Learned(office=office, at=asked.learned_at, facts=asked.facts, logged_by=office),
        ]
        if asked.level is not None:
            said.append(
                events.Graded(office=office, at=asked.learned_at, level=asked.level, logged_by=office)
            )
        said += more
        return timeline_of(
            Recorded(
                position=number,
                stream=f"incident/{REF}",
                version=number,
                event_id=f"{REF}-{number}",
                recorded_at=self.at,
                event=event,
            )
            for number, event in enumerate(said, 1)
        )

    def reporting(self, to: tuple[str, ...]) -> events.Reported | None:
        """The report that it makes at once to everyone whom it owes one; None where that is nobody."""
        if not to:
            return None
        asked = self.question
        learned = asked.learned_at.latest
        sent = moment(max(self.at, learned) if learned is not None else self.at)
        return events.Reported(
            office=asked.office.id,
            at=sent,
            to=to,
            channel=Channel.PHONE,
            facts=asked.facts,
            logged_by=asked.office.id,
        )

    def record(self, read: _Read) -> OfficeRecord | None:
        """What the office would be judged from."""
        return office_record(read.timeline, self.known, self.rulebook, self.question.office.id)

    # -- what it owes --------------------------------------------------------------------------------------------

    def owed(
        self, report: events.Reported | None = None, but: frozenset[str] = frozenset(), *, over: bool = False
    ) -> tuple[tuple[Advised, ...], _Read]:
        """What it owes on such a record, but for obligations that were named before.

        What a rule asks it to send to somebody whom the directory lacks is judged as if there were such an office.
        """
        if report is None and (but or over):
            return (), self._read(self._timeline(), self.known)
        more: list[events.Entry] = [] if report is None else [report]
        office = self.question.office.id
        if over and report is not None and report.at.latest is not None:
            ended = moment(report.at.latest + timedelta(minutes=1))  # what was sent before is no final report
            more += [
                events.Stabilised(office=office, at=ended, logged_by=office),
                events.HandlingEnded(office=office, at=ended, logged_by=office),
            ]
        timeline = self._timeline(*more)
        read = self._read(timeline, self.known)
        if self._wider is None:
            self._widen(read)
        obligations = list(read.judged.obligations)
        assert self._wider is not None  # noqa: S101 - made above
        if self._named:
            wider = self._read(timeline, self._wider)
            obligations += [
                changed(one, grounds=grounds)
                for one in wider.judged.obligations
                if one.recipient in self._named
                and (grounds := tuple([g for g in one.grounds if g.rule in self._lacking]))
            ]
        now = [one for one in standing(obligations, self.at) if one.id not in but]
        found = advised(now, office, self._wider, self.rulebook, named=self._named)
        return tuple(sorted(found, key=urgency)), read

    def _read(self, timeline: Timeline, offices: Directory) -> _Read:
        return _Read(timeline, assess_timeline(timeline, offices, self.rulebook))

    def _widen(self, read: _Read) -> None:
        """Put an office above it for every kind of recipient that a rule names and the directory lacks."""
        me, record = self.question.office, self.record(read)
        if record is None or self.inside:
            self._wider = self.known
            return
        asks = applicable(record)
        lacking = [
            one
            for one in (*asks.firsts, *asks.later)
            if not one.named and recipient(record, one, self.day) is None
        ]
        self._lacking = frozenset(one.rule.id for one in lacking)
        made: dict[str, Office] = {}
        for one in lacking:
            tier, line = _kind_of(one.rule.to, me)
            name = f"{NOBODY}{tier.value}-{line.value}"
            self._named[name] = office_words(tier, line)
            made[name] = _office(name, tier, line, None, (), me.zone)
        above = tuple([(since, (*ups, *made)) for since, ups in me.superiors])
        self._wider = Directory(
            {**self.known.offices, **made, me.id: replace(me, superiors=above)}, self.known.broken
        )

    def beside(self, read: _Read) -> tuple[Words, ...]:
        """Whom else rules ask it to tell; and, where it cannot be told otherwise, that somebody is lacking."""
        record = self.record(read)
        gone = (
            set()
            if record is None or self.inside
            else {one.no_recipient for one in (*applicable(record).firsts, *applicable(record).later)}
        )
        mine = [r.words for r in read.judged.remarks if r.office == self.question.office.id]
        return tuple(words for words in dict.fromkeys(mine) if words not in gone)


def _kind_of(to: Recipient, me: Office) -> tuple[Tier, Line]:
    """Of which tier and line a recipient would be, seen from whoever reports."""
    line = me.line if to.line == "same" or to.line is None else Line(to.line)
    if to.tier == "same":
        return me.tier, line
    if to.tier != "next" and to.tier is not None:
        return Tier(to.tier), line
    if me.tier is Tier.PROVINCE:
        return (Tier.MINISTRY if line is Line.DEPARTMENT else Tier.STATE), line
    if me.tier in (Tier.UNIT, Tier.VILLAGE):
        return (Tier.COUNTY if line is Line.DEPARTMENT else Tier.TOWNSHIP), line
    return TIERS_RISING[min(TIERS_RISING.index(me.tier) + 1, len(TIERS_RISING) - 1)], line


def advised(
    obligations: Sequence[Obligation],
    office: str,
    offices: Directory,
    rulebook: Rulebook,
    *,
    named: dict[str, Words] | None = None,
) -> list[Advised]:
    """What an office still owes, by the same function as the screen after an entry, with what else advice says."""
    by_id = {one.id: one for one in obligations}
    found = []
    for due in still_due(obligations, office, offices):
        one = by_id[due.obligation]
        strict = next(
            (g for g in one.grounds if g.due is not None and g.due.earliest == due.by), one.grounds[0]
        )
        found.append(
            Advised(
                due=due,
                limit=strict.limit,
                clock=_clock(rulebook, strict, one),
                rule=strict.rule,
                rules=tuple(g.rule for g in one.grounds),
                to=(named or {}).get(due.recipient),
                line_open=strict.note is not None and LINE_NOT_TOLD_APART.en in strict.note.en,
                since=one.holds_from,
                incident=one.incident,
            )
        )
    return found


def _clock(rulebook: Rulebook, ground: Ground, obligation: Obligation) -> Words | None:
    """What starts the limit of a ground; None where it is no rule for reports."""
    try:
        rule = rulebook.rule(ground.rule)
    except LookupError:
        return None
    except Exception:  # noqa: BLE001 - a step of a review, an instruction: nothing starts it but what is named there
        return None
    began = obligation.holds_from
    value = rule.value_on(began.astimezone(CHINA).date()) if began is not None else newest_of(rule)
    return None if value is None else CLOCKS[value.clock]


def urgency(one: Advised) -> tuple[bool, bool, float, bool, str]:
    """The order of what to do: what surely applies before what may; at once before any hour; the soonest first.

    Of two that are due together, what may be told by phone comes before what must be written.
    """
    by = one.due.by
    written = one.due.channel == "written"
    return (
        not one.due.sure,
        by is not None,
        0.0 if by is None else by.timestamp(),
        written,
        one.due.obligation,
    )


# -- content, levels passed over, checks ---------------------------------------------------------------------------


def _content(case: Case, asking: _Asking) -> tuple[Content, ...]:
    """What the first report must say by phone and in writing: once, where that is the same."""
    titles = case.rulebook.words.get("elements", {})
    step = next((s for s in case.timeline.steps if s.act is events.Reported), None)
    asked = asking.question
    typed = (
        {"kind"}
        | ({"place"} if asked.place else set())
        | ({"occurred-at"} if asked.occurred_at.stated else set())
    )
    told = told_by(step or case.timeline.steps[0]) | typed
    found: dict[tuple[str, ...], tuple[list[str], list[Ground]]] = {}
    for channel in (Channel.PHONE, Channel.WRITTEN):
        lists = required(case, asking.day, Stage.FIRST, channel)
        elements = tuple(dict.fromkeys(e for _, listed in lists for e in listed))
        if elements:
            channels, grounds = found.setdefault(elements, ([], []))
            channels.append(channel.value)
            grounds += [ground for ground, _ in lists if ground not in grounds]
    return tuple(
        Content(
            channels=tuple(channels),
            elements=tuple(
                (e, Words(titles[e].zh, titles[e].en) if e in titles else Words(e, e), e in told)
                for e in elements
            ),
            grounds=tuple(grounds),
        )
        for elements, (channels, grounds) in found.items()
    )


def _passing(record: OfficeRecord, asking: _Asking) -> Iterable[Passing]:
    """Which levels may be passed over: by the office's class, or by a rule that allows it."""
    office, known, day = record.office, record.directory, asking.day
    direct = known.superiors(office.id, day)
    for up in known.above(office.id, day):
        if up not in direct and known.may_report_directly(office.id, up, day):
            yield Passing(
                office=up,
                name=Words(known.name(up), known.name(up)),
                over=_between(known, direct, up, day),
                because="class",
                citation=Words("直报单位", "its class of direct-report offices"),
                confirmed=True,
                where_necessary=False,
                condition=None,
            )
    superiors = superiors_of(office, known, day)
    opened, rulebook = record.timeline.opened, record.rulebook
    for rule in applicable(record).rules:
        value, newest = rule.value_on(day), newest_of(rule)
        if (
            rule.modality is not Modality.MAY
            or value is None
            or newest is None
            or value.clock not in KNOWLEDGE
        ):
            continue
        found = None if asking.inside else found_among(superiors, rule.to, office)
        if found is not None and found.office in direct:
            continue  # no level lies between
        unread = rulebook.unread_for(
            rule.id, category=opened.category, kind=opened.kind, division=opened.place.division, day=day
        )
        asked = Asked(rulebook, rule, newest, unread)
        knows = Start(record.knowledge.since, record.knowledge.triggers)
        start = conditioned(record.holding, asked, record.knowledge, knows)
        name = office_words(*_kind_of(rule.to, office))
        if found is not None:
            name = Words(known.name(found.office), known.name(found.office))
        cited = " ".join(
            filter(None, (f"《{value.citation.law}》", value.citation.number, value.citation.article))
        )
        yield Passing(
            office=None if found is None else found.office,
            name=name,
            over=() if found is None else _between(known, direct, found.office, day),
            because=rule.id,
            citation=Words(cited, cited),
            confirmed=value.confirmed,
            where_necessary=value.limit.no_hours == NECESSARY,
            condition=None if start.sure else start.condition,
        )


def _between(known: Directory, direct: Iterable[str], up: str, day: date) -> tuple[str, ...]:
    return tuple(one for one in direct if up in known.above(one, day))


def _checks(case: Case) -> Iterable[Said]:
    """The checks of the four norms that texts ask for of such an office on such an event."""
    at = next((s.at for s in case.timeline.steps if s.act is events.Reported), None)
    for check in CheckName:
        asking = case.asking(check, at or case.timeline.steps[0].at)
        if asking is None:
            continue
        ground = asking.grounds[0]
        yield Said(
            id=check.value, says=CHECKS[check.value], citation=ground.citation, confirmed=ground.confirmed
        )


def _procedure(question: Question, rulebook: Rulebook, day: date) -> Iterable[Said]:
    """What else texts say of how such an event is reported (报送程序)."""
    for one in rulebook.provisions:
        if one.sort is not Sort.PROCEDURE or not rulebook.about(
            one, question.category, question.kind, question.division
        ):
            continue
        value = one.value_on(day)
        if value is not None and value.says is not None:
            cited = " ".join(
                filter(None, (f"《{value.citation.law}》", value.citation.number, value.citation.article))
            )
            yield Said(
                id=one.id,
                says=Words(value.says.zh, value.says.en),
                citation=cited,
                confirmed=value.confirmed,
            )


# -- where it is not surely this office's --------------------------------------------------------------------------


def _who(question: Question, known: Directory, rulebook: Rulebook, day: date) -> tuple[Words, ...]:
    """On whom the rules put it, whatever the level: offices of the directory nearby, else kinds of offices."""
    bound = [
        (tier, line)
        for tier in TIERS_RISING
        for line in Line
        if any(
            rule.modality is Modality.MUST
            and rule.stage is Stage.FIRST
            and not rule.conditional
            and rule.to.named is None
            and (value := rule.value_on(day)) is not None
            and value.clock in KNOWLEDGE
            for rule in rulebook.rules_for(
                category=question.category,
                kind=question.kind,
                tier=tier,
                line=line,
                division=question.division,
            )
        )
    ]
    me = question.office
    above = known.above(me.id, day)
    near = [
        office
        for office in known
        if office.id != me.id
        and (office.tier, office.line) in bound
        and office.exists_on(day)
        and (
            office.id in above
            or me.id in known.superiors(office.id, day)
            or (question.division is not None and office.division == question.division)
        )
    ]
    if near:
        near.sort(key=lambda one: above.index(one.id) if one.id in above else len(above))
        return tuple(Words(f"{o.name} ({o.id})", f"{o.name} ({o.id})") for o in near[:_NAMED])
    kinds = [
        _BELOW.get(tier) or office_words(tier, line)
        for tier, line in bound
        if (tier, line) != (me.tier, me.line)
    ]
    return tuple(dict.fromkeys(kinds))[:_NAMED]


_BELOW = {
    Tier.UNIT: Words("事发单位、获悉的单位", "the unit where it happened, or that learned of it"),
    Tier.VILLAGE: Words("村（居）民委员会", "the village or neighbourhood committee"),
}
"""Below the township it is the same on every line."""

_NAMED = 6
"""So many offices are named."""


def _open(
    question: Question, known: Directory, rulebook: Rulebook, day: date, answer: Answer, *, inside: bool
) -> Iterable[Words]:
    """What is not known here and could change the answer."""
    office = question.office
    if question.division is None:
        yield Words(
            "未说明事发地行政区划（--division），地方规定未计入",
            "the division of the place is not told (--division): no local rule is counted",
        )
    if question.kind not in rulebook.kinds and not any(
        rulebook.in_family(question.kind, family) for family in rulebook.families
    ):
        yield Words(
            f"“{question.kind}”不在词表之中，只适用不分种类的规定",
            f"{question.kind!r} is no kind of the list: only rules for every kind are counted",
        )
    if question.category_open:
        yield Words(
            "未说明类别（--category），按事故灾难计",
            "of which category it is was not told (--category): it is taken for an accident",
        )
    if inside:
        yield Words(
            "本单位只向本企业内部报告；对外报告由企业负责，请立即报本企业负责人",
            "this office reports inside its enterprise only, which reports outward: tell its head at once",
        )
    elif not known.superiors(office.id, day):
        yield Words(
            "报送网络中没有本单位的上级；接报单位按规定的层级列出",
            "the directory has nobody above this office: recipients are named by their tier",
        )
    if answer != "yes":
        for text in rulebook.unread:
            if text.since <= day and rulebook.about(
                text, question.category, question.kind, question.division
            ):
                yield Words(text.says.zh, text.says.en)


def kinds_near(word: str, rulebook: Rulebook) -> tuple[str, ...]:
    """The kinds nearest to a word that is none, by slug or Chinese title; empty where the word is a kind."""
    from difflib import get_close_matches  # noqa: PLC0415 - only for a word that is none

    if word in rulebook.kinds or any(rulebook.in_family(word, family) for family in rulebook.families):
        return ()
    by_word = {
        **{name: name for name in rulebook.kinds},
        **{k.title.zh: n for n, k in rulebook.kinds.items()},
    }
    near = get_close_matches(word, by_word, n=3, cutoff=0.4)
    if not word.isascii():
        shared = {title: len(set(title) & set(word)) for title in by_word}
        enough = min(2, max(shared.values(), default=0)) or 1  # one character in common, where none has two
        near += [title for title, count in shared.items() if count >= enough]
    return tuple(dict.fromkeys(by_word[one] for one in near))[:4]
