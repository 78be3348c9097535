"""The circular (通报): how one incident was reported, or how the offices reported in a period.

A circular is read by many, so it states only two things against an office: what people determined, and a late report
that is established by arithmetic. What rests on an assumed time or on a rule that nobody has confirmed stands apart and
is never counted. What only people can determine, and did not, is not named at all: only how many such matters wait.
The engine's own view stands beside every one, whatever people determined.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import field
from datetime import date, datetime, timedelta
from typing import NamedTuple

from pydantic import TypeAdapter

from emergency.answers import View
from emergency.assessment.timeline import Step, Timeline
from emergency.assessment.words import REVIEW_STEPS, TIERS, span_words, stage_words
from emergency.documents.model import Block, Grid, Official, Paragraph
from emergency.documents.paper import (
    PLAIN_PAPER,
    Choices,
    Content,
    Source,
    afterwards,
    gravest,
    most_urgent,
    numbered,
    put_on_paper,
)
from emergency.documents.phrases import LEVELS, Speech, zone_of
from emergency.domain.events import (
    REPORTS,
    Acknowledged,
    Answered,
    ClueLinked,
    FinalReportFiled,
    Graded,
    HandlingEnded,
    Inquired,
    Learned,
    Notified,
    Occurred,
    Stabilised,
    Verified,
)
from emergency.domain.fixed import fixed
from emergency.domain.intervals import Interval, Span
from emergency.domain.offices import Directory, days_existed, lineage
from emergency.domain.receiving import HandedOver, Returned
from emergency.domain.review import AppealDecided, Verdict
from emergency.domain.review_state import rulings
from emergency.domain.vocabulary import Fault, Secrecy, State, Status, Tier, Urgency
from emergency.errors import UsageError
from emergency.projections.rows import Row, holds
from emergency.projections.said import ACTS, CHANNELS, KINDS, STATUSES, word

REJECTED = "rejected"

_TOLD = (
    Occurred, Learned, *REPORTS, FinalReportFiled, Answered, Inquired, Notified, HandedOver, Returned, Acknowledged,
    ClueLinked, Verified, Graded, Stabilised, HandlingEnded,
)  # fmt: skip
"""What the course of reporting consists of. What an office is said to have withheld, denied, directed or obstructed is
for people to determine: it stands in no circular as a step."""

_UUID = re.compile(r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b")
_ISO = re.compile(r"(?:(?<=[\u4e00-\u9fff]) )?([0-9]{4})-([0-9]{2})-([0-9]{2})(?: ([0-9]{2}):([0-9]{2}))?")
_CITED = re.compile(r"》 ([^ 《》，。；（）]+号)(?:$|(?=[，。；（])| )")
_IDS = re.compile(r"(?<=依据：)[^。；]+")
_LENGTH: TypeAdapter[timedelta] = TypeAdapter(timedelta)


class Standing(NamedTuple):
    """How the findings of some rows may be stated.

    Args:
        stated: What people determined, and what is late by arithmetic and was not rejected.
        apart: Late only by an assumed time or an unconfirmed rule: to be verified, never counted.
        awaiting: How many matters only people can determine, and have not.
        rejected: How many people found not to be so.
    """

    stated: tuple[Row, ...]
    apart: tuple[Row, ...]
    awaiting: int
    rejected: int


def standing_of(rows: Iterable[Row], at: datetime) -> Standing:
    """Sort findings by how they may be stated, each as it holds at an instant."""
    stated: list[Row] = []
    apart: list[Row] = []
    awaiting = rejected = 0
    for row in rows:
        if not holds(row, at):
            continue
        if row["determination"] == REJECTED:
            rejected += 1
        elif row["determination"] is not None or _arithmetic(row):
            stated.append(row)
        elif row["kind"] == Fault.LATE and row["status"] in (Status.PRESUMED, Status.POSSIBLE):
            apart.append(row)
        elif row["status"] != Status.NONE:
            awaiting += 1
    return Standing(tuple(stated), tuple(apart), awaiting, rejected)


def _arithmetic(row: Row) -> bool:
    """Whether it is a late report that arithmetic alone establishes."""
    return bool(row["kind"] == Fault.LATE and row["status"] == Status.ESTABLISHED)


def contested(timeline: Timeline) -> frozenset[str]:
    """The offices of which a determination is appealed and not decided: what stands of it may still fall."""
    return frozenset(office for review in timeline.reviews if review.undecided for office in review.judged)


def _finding_words(row: Row, speech: Speech, by: str = "", *, appealed: bool = False) -> str:
    """What is stated of one finding: the fault that people determined, else the arithmetic; and the engine's view.

    ``by``: who determined it, where that is known; ``appealed``: an appeal waits for its decision.
    """
    status = speech.words(word(STATUSES, row["status"]))
    kind = speech.words(word(KINDS, row["determination"] or row["kind"]))
    late = _late(row, speech)
    parts = [kind + (speech.say(f"（{late}）", f" ({late})") if late else "")]
    if row["determination"] is not None:
        parts.append(
            speech.say(f"{by}认定" if by else "有权机关已认定", f"determined ({by})" if by else "determined")
        )
        if appealed:
            parts.append(speech.say("已申诉，尚未作出决定", "appealed, not decided yet"))
    parts.append(speech.colon(speech.say("系统判定", "the engine"), status))
    return speech.say("，", ", ").join(parts)


def _late(row: Row, speech: Speech) -> str:
    span = row["late_by"]
    if span is None:
        return ""
    least, most = (
        None if span[end] is None else _LENGTH.validate_python(span[end]) for end in ("at_least", "at_most")
    )
    return speech.words(span_words(Span(least, most)))


def _citations(row: Row, speech: Speech) -> str:
    """The rules it is held against, each with whether anybody read the text."""
    grounds = [ground for ground in row["grounds"] if ground["breached"]] or row["grounds"]
    said = [
        (_quoted(ground["citation"]) if speech.chinese else ground["citation"])
        + ("" if ground["confirmed"] else speech.say("（原文未核对）", " (text not confirmed)"))
        for ground in grounds
    ]
    return speech.say("；", "; ").join(dict.fromkeys(said))


def _quoted(citation: str) -> str:
    """A text as Chinese paper quotes it: its number in brackets, nothing set apart by blanks."""
    return _CITED.sub(r"》（\1）", citation).replace("》 第", "》第")


# -- one incident ----------------------------------------------------------------------------------------------


def incident_circular_of(
    view: View, office: str, *, at: datetime, choices: Choices = PLAIN_PAPER
) -> Official:
    """How one incident was reported: the course, what was late, what people determined.

    Args:
        view: The incident, whole.
        office: Who issues the circular.
        at: The instant of judging, and the hour at which the paper is made.
        choices: What is decided about the paper.

    Raises:
        UsageError: a period of secrecy for what nobody has marked.
    """
    return _OfIncident(view, office, at, choices).made()


class _OfIncident:
    def __init__(self, view: View, office: str, at: datetime, choices: Choices) -> None:
        self.view, self.office, self.at, self.choices = view, office, at, choices
        self.speech = Speech(choices.chinese, zone_of(view.directory, office))
        self.found = standing_of(view.finding_rows, at)

    def made(self) -> Official:
        speech, say, opened = self.speech, self.speech.say, self.view.timeline.opened
        event = opened.title if speech.chinese else opened.title_en or opened.title
        moment = speech.moment(self.at)
        lead = say(
            f"现将{event}信息报送情况通报如下。判定截至{moment}，以入库记录为限。",
            f"How {event} was reported. Judged as of {moment}, by what is on record.",
        )
        body = numbered(
            [
                (say("事件概况", "The event"), list(self._event())),
                (say("报送经过", "How it was reported"), list(self._course())),
                (say("通报事项", "What is stated"), list(self._stated())),
                (say("待核实事项（不作结论）", "To be verified (nothing is concluded)"), list(self._apart())),
            ],
            speech,
        )
        content = Content(
            title=say(f"关于{event}信息报送情况的通报", f"Circular on the reporting of: {event}"),
            body=(Paragraph(lead), *afterwards(self.view, speech), *body, *self._rest()),
            source=Source(
                kind=say("通报", "circular"),
                through=self.view.position,
                at=self.at,
                about=self.view.timeline.ref,
            ),
            office=speech.office(self.view.directory, self.office),
            signed=self.at,
            secrecy=opened.secrecy,
            urgency=opened.urgency,
        )
        return put_on_paper(content, self.choices, speech)

    def _name(self, office: str, at: Interval | None = None) -> str:
        moment = (at.earliest or at.latest) if at is not None else None
        day = moment.astimezone(self.speech.zone).date() if moment is not None else None
        return self.speech.office(self.view.directory, office, day)

    def _event(self) -> Iterator[Block]:
        opened, speech, say = self.view.timeline.opened, self.speech, self.speech.say
        when = speech.time(opened.occurred_at)
        parts = [
            speech.colon(say("时间", "When"), when or say("记录未载", "not on record")),
            speech.colon(say("地点", "Where"), opened.place.name),
        ]
        if opened.level is not None:
            parts.append(
                speech.colon(say("记录所载级别", "Level on record"), speech.words(LEVELS[opened.level]))
            )
        yield Paragraph(say("；", "; ").join(parts) + say("。", "."))

    def _course(self) -> Iterator[Block]:
        say = self.speech.say
        steps = sorted(self.view.timeline.speaking, key=_when)
        rows = [self._row(step) for step in steps if step.act in _TOLD]
        if rows:
            head = (
                say("编号", "No."),
                say("时间", "When"),
                say("单位", "Who"),
                say("行为", "What"),
                say("内容", "Stated"),
            )
            yield Grid(head, tuple(rows), (2, 4, 4, 5, 4))

    def _row(self, step: Step) -> tuple[str, ...]:
        speech = self.speech
        when = speech.time(step.entry.at, step.at) or speech.say("未载明", "not stated")
        act = speech.words(word(ACTS, step.act.__name__))
        to = speech.listed(self._name(office, step.at) for office in step.to)
        channel = getattr(step.entry, "channel", None)
        how = CHANNELS.get(channel.value) if channel is not None else None
        what = act + (speech.say(f"（{how.zh}）", f" ({how.en})") if how else "")
        what += speech.say(f"：{to}", f": {to}") if to else ""
        stated = speech.listed(speech.figures(step.facts))
        return self._number(step.id), when, self._name(step.office, step.at), what, stated

    def _number(self, event_id: str) -> str:
        """Under which number an entry stands in the course, and in the reckoning of what was late."""
        number = self.view.numbers.get(event_id)
        return self.view.timeline.labels.get(event_id) or (
            f"#{number}" if number is not None else event_id[:8]
        )

    def _stated(self) -> Iterator[Block]:
        speech = self.speech
        for number, row in enumerate(self.found.stated, 1):
            appealed = row["office"] in contested(self.view.timeline)
            said = _finding_words(row, speech, self._determined_by(row), appealed=appealed)
            yield Paragraph(
                f"{number}. "
                + speech.colon(self._office(row), said)
                + speech.say("。", ".")
                + self._ground(row)
            )
        if not self.found.stated:
            yield Paragraph(speech.say("无。", "None."))

    def _office(self, row: Row) -> str:
        return self._name(row["office"])

    def _determined_by(self, row: Row) -> str:
        """Who determined it, and when, as the record says: of those whose word stands now, the last."""
        speech, found = self.speech, ""
        best = 0
        ruled = [(ruling, review) for review in self.view.timeline.reviews for ruling in rulings(review)]
        for ruling, review in sorted(ruled, key=lambda one: one[0].order):
            made = review.act(ruling.id)
            stands = (ruling.since is None or ruling.since <= self.at) and (
                ruling.until is None or self.at < ruling.until
            )
            fit = max((_fit(verdict, row) for verdict in ruling.verdicts), default=0)
            if made is None or not stands or not fit or fit < best:
                continue
            best = fit
            when = speech.time(made.event.at)
            who = self._name(made.event.office)
            decided = isinstance(made.event, AppealDecided)
            found = speech.say(
                f"{who}{when or ''}" + ("经申诉重新" if decided else ""),
                f"{who}, {when or '?'}" + (", on appeal" if decided else ""),
            )
        return found

    def _ground(self, row: Row) -> str:
        """The arithmetic of a late report, as it is explained; of what else was determined, only the rules.

        What the engine says of a pattern speaks of suspicion: where people determined, their word stands alone.
        """
        speech = self.speech
        arithmetic = row["kind"] == Fault.LATE and row["status"] in (
            Status.ESTABLISHED,
            Status.PRESUMED,
            Status.POSSIBLE,
        )
        if arithmetic:
            return speech.say("", " ") + self._explained(row)
        cited = _citations(row, speech)
        said = speech.colon(speech.say("依据", "Under"), cited) + speech.say("。", ".") if cited else ""
        return speech.say("", " ") + said if said else ""

    def _explained(self, row: Row) -> str:
        said = self.speech.say(row["explanation"]["zh"], row["explanation"]["en"])
        said = _UUID.sub(lambda match: self._number(match[0]), said)
        if not self.speech.chinese:
            return said
        said = _quoted(_IDS.sub(lambda match: match[0].replace(", ", "、"), said))
        return _ISO.sub(_on_paper, said).rstrip("。") + "。"

    def _apart(self) -> Iterator[Block]:
        for number, row in enumerate(self.found.apart, 1):
            kind, status = (
                self.speech.words(word(*each)) for each in ((KINDS, row["kind"]), (STATUSES, row["status"]))
            )
            head = self.speech.colon(
                self._office(row), self.speech.say(f"{kind}（{status}）", f"{kind} ({status})")
            )
            yield Paragraph(f"{number}. {head}{self.speech.say('。', '. ')}{self._explained(row)}")

    def _rest(self) -> Iterator[Block]:
        if said := _not_stated(self.found, self.speech):
            yield Paragraph(said)


def _on_paper(match: re.Match[str]) -> str:
    """A day or moment of an explanation as paper has it."""
    year, month, day, hour, minute = (int(part) if part is not None else None for part in match.groups())
    clock = "" if hour is None else f"{hour}时" + (f"{minute:02d}分" if minute else "")
    return f"{year}年{month}月{day}日{clock}"


def _fit(verdict: Verdict, row: Row) -> int:
    """How surely a verdict is the one that a finding takes; 0 = it is not."""
    if verdict.office != row["office"] or verdict.post is not None or verdict.kind != row["determination"]:
        return 0
    return 3 if verdict.finding == row["id"] else 2 if verdict.finding is None else 1


def _not_stated(found: Standing, speech: Speech) -> str:
    """How many matters are not named, and why."""
    parts = []
    if found.awaiting:
        parts.append(
            speech.say(
                f"另有{found.awaiting}项须由有权机关认定，尚未认定，本件不作表述",
                f"{found.awaiting} more can only be determined by people with authority, who have not; they are not "
                "stated here",
            )
        )
    if found.rejected:
        parts.append(
            speech.say(
                f"另有{found.rejected}项经有权机关认定不成立，不予通报",
                f"{found.rejected} were found by them not to be so, and are not stated",
            )
        )
    return speech.say("；", "; ").join(parts) + speech.say("。", ".") if parts else ""


def _when(step: Step) -> tuple[float, float]:
    """By the middle of what the record leaves open; in the order of the record where that is the same."""
    ends = [end.timestamp() for end in (step.at.earliest, step.at.latest) if end is not None]
    return (sum(ends) / len(ends) if ends else float("inf"), ends[-1] if ends else float("inf"))


# -- a period --------------------------------------------------------------------------------------------------


@fixed(frozen=True, slots=True, kw_only=True)
class Praised:
    """A commendation (肯定) in the period: whose, by which tier."""

    office: str
    tier: Tier


@fixed(frozen=True, slots=True, kw_only=True)
class Period:
    """What a circular on a period is made from: rows of the lists, all at one instant.

    Args:
        since: Its first day; None = from the beginning.
        until: Its last day; None = to the end.
        at: The instant of judging.
        incidents: The incidents that happened in it, by reference.
        undated: Incidents that may lie in it or not, because nobody knows when they happened.
        obligations: Their obligations as they stand at the instant.
        findings: Their findings.
        praised: What was commended.
        directory: Who is called what, and existed when.
        through: The position of the log that the lists take in.
        behind: How many positions the log is ahead of them.
        parked: Incidents that cannot be judged.
        offices: Only these offices; None = all.
        appealed: Of which incident and office a determination is appealed and not decided.
    """

    since: date | None
    until: date | None
    at: datetime
    incidents: Mapping[str, Row]
    undated: tuple[str, ...]
    obligations: tuple[Row, ...]
    findings: tuple[Row, ...]
    praised: tuple[Praised, ...]
    directory: Directory
    through: int
    behind: int = 0
    parked: tuple[str, ...] = ()
    offices: frozenset[str] | None = None
    appealed: frozenset[tuple[str, str]] = frozenset()

    def __post_init__(self) -> None:
        """Refuse a period that has no days."""
        if self.since is not None and self.until is not None and self.until < self.since:
            raise UsageError(
                f"The period ends on {self.until} before it begins on {self.since}.",
                zh=f"期间止于 {self.until}，早于起始日 {self.since}。",
            )


@fixed(slots=True)
class Counts:
    """How many of an office's reports came to what. Every report that was due is in exactly one of the four.

    Args:
        in_time: Met by its own clock.
        late: Late by arithmetic, or determined to be late.
        unmet: Due, and not made, as the record shows.
        undetermined: The record does not allow a verdict, or only one that rests on an assumed or unconfirmed ground.
        not_due: Not yet due, excused, or found by people not to be late: in none of the counts.
    """

    in_time: int = 0
    late: int = 0
    unmet: int = 0
    undetermined: int = 0
    not_due: int = 0

    @property
    def due(self) -> int:
        """How many reports were due: the denominator."""
        return self.in_time + self.late + self.unmet + self.undetermined


def counts_of(period: Period) -> dict[str, Counts]:
    """The counts of each office that any report was asked of, in the order of their ids."""
    lateness = {
        row["obligation"]: row
        for row in period.findings
        if row["obligation"] is not None and row["kind"] == Fault.LATE and holds(row, period.at)
    }
    counted: dict[str, Counter[str]] = {}
    for row in period.obligations:
        if not _is_report(row) or not holds(row, period.at) or not _wanted(period, row):
            continue
        counted.setdefault(row["office"], Counter())[_came_to(row, lateness.get(row["id"]))] += 1
    return {office: Counts(**counts) for office, counts in sorted(counted.items())}


def _is_report(row: Row) -> bool:
    """Whether a row is on a report; what is owed in a review or about an instruction is none."""
    return row["stage"] not in REVIEW_STEPS and not row["stage"].startswith("instruction")


def _wanted(period: Period, row: Row) -> bool:
    return period.offices is None or row["office"] in period.offices


def _came_to(row: Row, finding: Row | None) -> str:
    state = row["state"]
    determined = finding["determination"] if finding is not None else None
    if determined not in (None, REJECTED):
        return "late"
    if state == State.MET:
        doubted = determined is None and finding is not None and finding["status"] != Status.NONE
        return "undetermined" if doubted else "in_time"
    if state in (State.OPEN, State.EXCUSED) or determined == REJECTED:
        return "not_due"
    if state in (State.LATE, State.OVERDUE):
        if finding is not None and finding["status"] != Status.ESTABLISHED:
            return "undetermined"
        return "late" if state == State.LATE else "unmet"
    return "undetermined"


def _days(since: date, until: date, speech: Speech) -> str:
    """A period as people call it: a whole year or month by its name, else its first and last day."""
    after = until + timedelta(days=1)
    whole_month = since.day == 1 and after.day == 1 and (since.year, since.month) == (until.year, until.month)
    if since == until:
        return speech.day(since)
    if (since.month, since.day, after.month, after.day) == (1, 1, 1, 1) and since.year == until.year:
        return speech.say(f"{since.year}年", str(since.year))
    if whole_month:
        return speech.say(f"{since.year}年{since.month}月", f"{since:%B} {since.year}")
    last = speech.day(until)
    if speech.chinese and since.year == until.year:
        last = last.removeprefix(f"{since.year}年")
        if since.month == until.month:
            last = last.removeprefix(f"{since.month}月")
    return speech.say(f"{speech.day(since)}至{last}", f"{speech.day(since)} to {last}")


def period_circular_of(period: Period, office: str, *, choices: Choices = PLAIN_PAPER) -> Official:
    """How the offices reported in a period: counts by office, each late report with its ground, what was commended.

    An incident lies in the period in which it happened, with all that came of it.

    Raises:
        UsageError: a period of secrecy for what nobody has marked.
    """
    return _OfPeriod(period, office, choices).made()


@fixed()
class _OfPeriod:
    period: Period
    office: str
    choices: Choices
    counts: Mapping[str, Counts] = field(init=False)
    speech: Speech = field(init=False)
    found: Standing = field(init=False)
    owed: Mapping[str | None, Row] = field(init=False)

    def __post_init__(self) -> None:
        period = self.period
        mine = [row for row in period.findings if _wanted(period, row)]
        self.__dict__.update(
            counts=counts_of(period),
            speech=Speech(self.choices.chinese, zone_of(period.directory, self.office)),
            found=standing_of(mine, period.at),
            owed={row["id"]: row for row in period.obligations if holds(row, period.at)},
        )

    def made(self) -> Official:
        speech, say, period = self.speech, self.speech.say, self.period
        span = self._span()
        lead = say(
            f"现将{span}信息报送情况通报如下。事件按发生日期计入本期，共{len(period.incidents)}起；"
            f"判定截至{speech.moment(period.at)}，以入库记录为限。",
            f"How events of {span} were reported. An event counts in the period in which it happened; there are "
            f"{len(period.incidents)}. Judged as of {speech.moment(period.at)}, by what is on record.",
        )
        body = numbered(
            [
                (say("总体情况", "By office"), list(self._table())),
                (
                    say("迟报、逾期未报情况", "Late, or not made"),
                    list(self._listed(Fault.LATE, self.found.stated)),
                ),
                (
                    say("经认定的漏报、谎报、瞒报", "Missed, falsified, concealed, as determined"),
                    list(self._determined()),
                ),
                (say("表扬", "Commended"), list(self._praised())),
                (
                    say(
                        "待核实事项（不作结论，不计入）",
                        "To be verified (nothing is concluded, nothing counted)",
                    ),
                    list(self._listed(Fault.LATE, self.found.apart, empty=False)),
                ),
            ],
            speech,
        )
        content = Content(
            title=say(f"关于{span}信息报送情况的通报", f"Circular on reporting: {span}"),
            body=(Paragraph(lead), *body, *self._notes()),
            source=Source(kind=say("通报", "circular"), through=period.through, at=period.at),
            office=speech.office(period.directory, self.office),
            signed=period.at,
            secrecy=gravest(
                Secrecy(m) if (m := self._marked(ref, "secrecy")) else None for ref in self._named()
            ),
            urgency=most_urgent(
                Urgency(m) if (m := self._marked(ref, "urgency")) else None for ref in self._named()
            ),
        )
        return put_on_paper(content, self.choices, speech)

    def _named(self) -> set[str]:
        """The incidents that the circular names: the paper is as secret as the gravest of them."""
        return {row["incident"] for row in (*self.found.stated, *self.found.apart)}

    def _marked(self, ref: str, what: str) -> str | None:
        incident = self.period.incidents.get(ref)
        marked: str | None = incident[what] if incident is not None else None
        return marked

    def _span(self) -> str:
        since, until, speech = self.period.since, self.period.until, self.speech
        if since is not None and until is not None:
            return _days(since, until, speech)
        if since is not None:
            return speech.say(f"{speech.day(since)}以来", f"since {speech.day(since)}")
        if until is not None:
            return speech.say(f"截至{speech.day(until)}", f"until {speech.day(until)}")
        return speech.say("入库以来", "all events on record")

    def _name(self, office: str) -> str:
        return self.speech.office(self.period.directory, office, self.period.until)

    def _table(self) -> Iterator[Block]:
        say = self.speech.say
        rows = [
            (
                self._name(office),
                str(counts.due),
                str(counts.in_time),
                str(counts.late),
                str(counts.unmet),
                str(counts.undetermined),
            )
            for office, counts in self.counts.items()
        ]
        if not rows:
            yield Paragraph(say("本期无应报事项。", "No report was due."))
            return
        head = (
            say("单位", "Office"),
            say("应报", "Due"),
            say("按时", "In time"),
            say("迟报", "Late"),
            say("逾期未报", "Not made"),
            say("未定", "Open"),
        )
        yield Grid(head, tuple(rows), (7, 2, 2, 2, 3, 2))
        for office in self.counts:
            if said := self._exposure(office):
                yield Paragraph(said)

    def _exposure(self, office: str) -> str:
        """On how many days of the period there was such an office, where it was not there on all of them."""
        first, last, known = self.period.since, self.period.until, self.period.directory.get(office)
        if first is None or last is None or known is None:
            return ""
        whole = (last - first).days + 1
        days = days_existed(self.period.directory, office, first, last)
        said = []
        if days < whole:
            said.append(
                self.speech.say(
                    f"本期{whole}日中存续{days}日", f"existed on {days} of {whole} days of the period"
                )
            )
        before = [
            old.office for old in lineage(self.period.directory, office, last) if old.office in self.counts
        ]
        if before:
            listed = self.speech.listed(map(self._name, before))
            said.append(
                self.speech.say(
                    f"{listed}由其承接，各自单列，不相加", f"took over from {listed}: lines of their own"
                )
            )
        return (
            self.speech.colon(self._name(office), self.speech.say("；", "; ").join(said))
            + self.speech.say("。", ".")
            if said
            else ""
        )

    def _listed(self, kind: Fault, rows: Sequence[Row], *, empty: bool = True) -> Iterator[Block]:
        mine = [row for row in rows if (row["determination"] or row["kind"]) == kind]
        for number, row in enumerate(mine, 1):
            yield Paragraph(f"{number}. {self._line(row)}")
        if not mine and empty:
            yield Paragraph(self.speech.say("无。", "None."))

    def _determined(self) -> Iterator[Block]:
        others = [row for row in self.found.stated if (row["determination"] or row["kind"]) != Fault.LATE]
        for number, row in enumerate(others, 1):
            yield Paragraph(f"{number}. {self._line(row)}")

    def _line(self, row: Row) -> str:
        """One finding: whose, on what, which report, when due and made, what of it, under which text."""
        speech, say = self.speech, self.speech.say
        incident = self.period.incidents.get(row["incident"])
        title = row["incident"]
        if incident is not None:
            title = incident["title"] if speech.chinese else incident["title_en"] or incident["title"]
        parts = [title]
        owed = self.owed.get(row["obligation"])
        if owed is not None and row["kind"] == Fault.LATE:
            parts.append(self._report(owed))
        appealed = (row["incident"], row["office"]) in self.period.appealed
        parts.append(_finding_words(row, speech, appealed=appealed))
        cited = _citations(row, speech)
        end = say("。", ".")
        said = speech.colon(self._name(row["office"]), say("，", ", ").join(parts)) + end
        return said + (say("", " ") + speech.colon(say("依据", "Under"), cited) + end if cited else "")

    def _report(self, owed: Row) -> str:
        """Which report, to whom, when due and when made."""
        speech = self.speech
        stage = speech.words(stage_words(owed["stage"], owed["occasion"]))
        to = self._name(owed["recipient"])
        due, met = self._within(owed["due"]), self._within(owed["met_at"])
        parts = [speech.say(f"应报{to}的{stage}", f"the {stage} to {to}")]
        if due:
            parts.append(speech.say(f"时限{due}", f"due {due}"))
        if met:
            parts.append(speech.say(f"实报{met}", f"made {met}"))
        return speech.say("，", ", ").join(parts)

    def _within(self, ends: Row | None) -> str | None:
        if ends is None:
            return None
        early, late = (
            datetime.fromisoformat(ends[end]) if ends[end] else None for end in ("earliest", "latest")
        )
        return self.speech.within(Interval(early, late))

    def _praised(self) -> Iterator[Block]:
        speech = self.speech
        counted = Counter((p.office, p.tier) for p in self.period.praised if self._of(p))
        for (office, tier), count in sorted(counted.items()):
            by = speech.words(TIERS[tier])
            yield Paragraph(
                speech.say(
                    f"{self._name(office)}：经验获{by}肯定{count}次。",
                    f"{self._name(office)}: commended at the tier {by}, {count} time{'s' if count > 1 else ''}.",
                )
            )

    def _of(self, praised: Praised) -> bool:
        return self.period.offices is None or praised.office in self.period.offices

    def _notes(self) -> Iterator[Block]:
        """What is not in the counts, and why."""
        period, say = self.period, self.speech.say
        said = []
        outside = sum(counts.not_due for counts in self.counts.values())
        if outside:
            said.append(
                say(
                    f"未到期、免除或经认定不构成迟报的{outside}项，不计入应报",
                    f"{outside} were not due yet, excused, or found not to be late: in none of the counts",
                )
            )
        if self.counts:
            said.append(
                say(
                    "未定，指记录不足以判定，或所据时间系假定、所据条文未经核对，均不计为迟报",
                    "open: the record allows no verdict, or only one on an assumed time or an unconfirmed text; none "
                    "of these counts as late",
                )
            )
        if rest := _not_stated(self.found, self.speech):
            said.append(rest.rstrip("。."))
        if period.undated:
            said.append(
                say(
                    f"发生时间不明的事件{len(period.undated)}起，无法归入期间，未计入",
                    f"{len(period.undated)} events of an unknown day are in no period and are not counted",
                )
            )
        if period.parked:
            said.append(
                say(
                    f"无法读取或判定的事件{len(period.parked)}起，未计入",
                    f"{len(period.parked)} events cannot be read or judged and are not counted",
                )
            )
        if period.behind:
            said.append(
                say(
                    f"所据列表落后日志{period.behind}条",
                    f"the lists are {period.behind} positions behind the log",
                )
            )
        if said:
            yield Paragraph(say("注：", "Notes: ") + say("；", "; ").join(said) + say("。", "."))


__all__ = [
    "Counts",
    "Period",
    "Praised",
    "Standing",
    "contested",
    "counts_of",
    "incident_circular_of",
    "period_circular_of",
    "standing_of",
]
