"""The timeline file (format 1): one incident as an auditor writes it down from paper records and phone logs."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    model_validator,
)

from emergency import yamlfile
from emergency.domain.intervals import OPEN, Interval
from emergency.domain.times import read_iso
from emergency.domain.values import LONGEST_ID, Division, Facts
from emergency.domain.vocabulary import (
    PUBLIC,
    Basis,
    Category,
    Channel,
    Fault,
    Level,
    Line,
    Origin,
    Outcome,
    Tier,
)
from emergency.errors import WrongValueError
from emergency.words import Words as Said  # "Words" are here a text of the file
from emergency.yamlfile import BrokenFileError, Document, Flaw


class _Closed(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)


def _listed(value: object) -> object:
    """One name or a list of them; null = nobody is named."""
    if value is None:
        return ()
    return value if isinstance(value, (list, tuple)) else (value,)


def _time(value: object) -> Time | object | None:
    if value is None or isinstance(value, Time):
        return value
    if isinstance(value, str):
        return Time(text=value, interval=read_iso(value))
    if isinstance(value, dict):
        if not value or not set(value) <= {"from", "to"}:
            raise WrongValueError(
                "a span of time has from, to, or both; either may be left out where it is unknown",
                zh="一段时间写 from、to 或两者都写；不清楚的一端可以不写",
            )
        early, late = value.get("from"), value.get("to")
        first, last = _end(early), _end(late)
        if first.earliest and last.earliest and last.latest and last.earliest < first.earliest >= last.latest:
            raise WrongValueError(
                "the end lies before the beginning; check from and to", zh="结束早于开始；请核对 from 和 to"
            )
        return Time(text=f"{early or '?'} – {late or '?'}", interval=Interval(first.earliest, last.latest))
    raise WrongValueError(_WRITE_A_TIME.en, zh=_WRITE_A_TIME.zh)


_WRITE_A_TIME = Said(
    "请写时间，如 2014-04-07T04:50+08:00，或某日、某月、{from: …, to: …}、null",
    "write a time like 2014-04-07T04:50+08:00, a day, a month, {from: …, to: …}, or null",
)


def _end(value: object) -> Interval:
    """One end of a span of time; open where it is null."""
    if value is None:
        return OPEN
    if not isinstance(value, str):
        raise WrongValueError(_WRITE_A_TIME.en, zh=_WRITE_A_TIME.zh)
    return read_iso(value)


class Time:
    """A time of the file: its words and the interval they cover."""

    def __init__(self, text: str, interval: Interval) -> None:
        self.text = text
        self.interval = interval


At = Annotated[Time | None, BeforeValidator(_time)]
Names = Annotated[tuple[str, ...], BeforeValidator(_listed)]
Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]

Act = Literal[
    "occurred",
    "learned",
    "reported",
    "followed-up",
    "corrected",
    "forwarded",
    "notified",
    "not-reported",
    "inquired",
    "answered",
    "denied",
    "withheld",
    "directed",
    "obstructed",
    "clue",
    "verified",
    "determined",
    "final-report",
    "graded",
    "stabilised",
    "suspended",
    "resumed",
    "foreseen",
    "warned",
    "handling-ended",
    "handed-over",
    "call-logged",
    "instruction-received",
    "instruction-relayed",
    "instruction-answered",
    "instruction-pressed",
    "instruction-closed",
    "waived",
    "voided",
]

TELLING = frozenset(
    {
        "reported",
        "followed-up",
        "corrected",
        "forwarded",
        "notified",
        "not-reported",
        "inquired",
        "answered",
        "denied",
        "clue",
        "verified",
        "final-report",
        "handed-over",
    }
)
"""The acts that have a receiver; the others keep no ``to``, ``channel`` or ``received_at``."""

ONLY_FOR: dict[str, frozenset[str]] = {
    "to": TELLING | {"waived"},
    "channel": TELLING | {"instruction-received", "instruction-relayed", "instruction-pressed"},
    "received_at": TELLING,
    "whom": frozenset(
        {
            "directed",
            "obstructed",
            "suspended",
            "resumed",
            "waived",
            "instruction-relayed",
            "instruction-pressed",
        }
    ),
    "by": frozenset({"clue"}),
    "sign": frozenset({"learned", "clue"}),
    "finding": frozenset({"determined"}),
    "outcome": frozenset({"verified"}),
    "level": frozenset({"graded", "foreseen"}),
    "authority": frozenset({"suspended", "resumed", "waived"}),
    "why": frozenset({"suspended", "resumed", "waived", "voided", "instruction-closed"}),
    "of": frozenset(
        {
            "handed-over",
            "call-logged",
            "voided",
            "instruction-relayed",
            "instruction-answered",
            "instruction-pressed",
            "instruction-closed",
        }
    ),
    "words": frozenset({"instruction-received", "instruction-answered", "directed", "obstructed"}),
    "leader": frozenset({"instruction-received"}),
    "tier": frozenset({"instruction-received"}),
    "addressed": frozenset({"instruction-received"}),
    "read_back": frozenset({"instruction-received"}),
    "relay_by": frozenset({"instruction-received"}),
    "answer_by": frozenset({"instruction-received", "instruction-pressed"}),
    "final": frozenset({"instruction-answered"}),
    "written_asked": frozenset({"call-logged"}),
}

_AUTHORITY = "authority", Said("由谁准许，用文字写明", "on whose authority, in words")
_WHY = "why", Said("理由，用文字写明", "the reason, in words")
_OF_AN_INSTRUCTION = "of", Said("该批示的那一步", "the step of the instruction")

NEEDED: dict[str, tuple[tuple[str, Said], ...]] = {
    "determined": (("finding", Said("[{office: …, kind: …}]", "[{office: …, kind: …}]")),),
    "graded": (("level", Said("I、II、III 或 IV", "I, II, III or IV")),),
    "suspended": (_AUTHORITY, _WHY),
    "resumed": (_AUTHORITY, _WHY),
    "waived": (
        ("whom", Said("哪些单位可以不报", "the offices that need not report")),
        _AUTHORITY,
        _WHY,
    ),
    "voided": (
        ("of", Said("核实并无此事的那一步", "the step that verified that there was no such event")),
        _WHY,
    ),
    "call-logged": (("of", Said("该报告的那一步", "the step of the report")),),
    "instruction-received": (
        ("leader", Said("哪位领导，写职务", "whose, by role")),
        ("words", Said("批示原文", "the exact words")),
    ),
    "instruction-relayed": (_OF_AN_INSTRUCTION, ("whom", Said("传达到的单位", "the offices told"))),
    "instruction-answered": (_OF_AN_INSTRUCTION, ("words", Said("办理情况", "what was answered"))),
    "instruction-pressed": (_OF_AN_INSTRUCTION,),
    "instruction-closed": (_OF_AN_INSTRUCTION,),
}
"""What an act cannot do without, and how it is written."""

_TELLING = TELLING, Said("告知他人的一步", "a step that tells somebody something")

MEANT: dict[str, tuple[frozenset[str], Said]] = {
    "handed-over": _TELLING,
    "call-logged": _TELLING,
    "voided": (frozenset({"verified"}), Said("verified 的一步", "a verified step")),
    **dict.fromkeys(
        ("instruction-relayed", "instruction-answered", "instruction-pressed", "instruction-closed"),
        (
            frozenset({"instruction-received"}),
            Said("instruction-received 的一步", "an instruction-received step"),
        ),
    ),
}
"""What the step must be that an act names as ``of``: its acts, and the same in words."""


class Also(_Closed):
    """Another source's time."""

    at: At
    source: str


class Found(_Closed):
    """What a determination says of one office."""

    office: str
    kind: Fault | Literal["none"]


class FileStep(_Closed):
    """One step of the file."""

    id: Annotated[str, Field(min_length=1)]
    act: Act
    office: str
    to: Names = ()
    channel: Channel = Channel.UNKNOWN
    at: At = None
    received_at: At = None
    basis: Basis | None = None
    also: tuple[Also, ...] = ()
    after: Names = ()
    before: Names = ()
    sign: bool = False
    by: Origin = Origin.UNKNOWN
    whom: Names = ()
    outcome: Outcome = Outcome.CONFIRMED
    level: Level | None = None
    authority: Words | None = None
    why: Words | None = None
    facts: Facts = Facts()
    finding: tuple[Found, ...] = ()
    source: str | None = None
    of: str | None = None
    words: Words | None = None
    leader: Words | None = None
    tier: Tier | None = None
    addressed: Names = ()
    read_back: bool | None = None
    relay_by: At = None
    answer_by: At = None
    final: bool = False
    written_asked: bool | None = None

    @model_validator(mode="after")
    def _fits_the_act(self) -> FileStep:
        for key, acts in ONLY_FOR.items():
            if key in self.model_fields_set and self.act not in acts:
                raise WrongValueError(
                    f"{self.act} has no {key}; {key} belongs to {', '.join(sorted(acts))}",
                    zh=f"{self.act} 没有 {key} 这一项；{key} 用于 {'、'.join(sorted(acts))}",
                )
        for key, form in NEEDED.get(self.act, ()):
            if not getattr(self, key):
                raise WrongValueError(
                    f"a {self.act} step needs its {key}: {form.en}",
                    zh=f"{self.act} 这一步要写 {key}：{form.zh}",
                )
        if self.at is None and self.basis is not None:
            raise WrongValueError(
                "basis says how sure a time is; leave it out where at is null",
                zh="basis 说明时间有多确切；at 为 null 时请去掉它",
            )
        return self


class FileOffice(_Closed):
    """One office of the file."""

    name: str
    tier: Tier
    line: Line
    reports_to: Names = ()
    division: Division | None = None


class FilePlace(_Closed):
    """Where it happened."""

    name: str
    division: Division | None = None


class FileRecord(_Closed):
    """What the record holds completely."""

    complete_for: Names = ()


class FileDrill(_Closed):
    """What a drill (演练) makes of the file; an import ignores it.

    Args:
        me: The office whose part the trainee plays.
        tell: What the trainee hears at a step, in words, beside what goes on record; by step.
    """

    me: str
    tell: dict[str, str] = Field(default_factory=dict)


class CaseFile(_Closed):
    """The whole file; ``expected`` is ignored."""

    format: Literal["1"]
    case: Annotated[str, Field(pattern=r"^[\w.\-]{1,120}$")]
    title: str
    title_en: str | None = None
    category: Category
    kind: str
    level: Level | None = None
    place: FilePlace
    occurred_at: At = None
    record: FileRecord = FileRecord()
    offices: Annotated[dict[str, FileOffice], Field(min_length=1)]
    steps: Annotated[tuple[FileStep, ...], Field(min_length=1)]
    drill: FileDrill | None = None
    expected: Any = None


def office_id(case: str, key: str) -> str:
    """What the store calls an office of a file that stands for no registered one."""
    return f"{case}/{key}"


def read(path: Path) -> CaseFile:
    """Read and check one timeline file, whole.

    Raises:
        BrokenDataError: naming file, line, key, what is wrong and what to do; nothing was taken from the file.
    """
    document = yamlfile.read(path)
    return checked(document)


def checked(document: Document) -> CaseFile:
    """The document as a timeline file, every reference resolved."""
    try:
        case = CaseFile.model_validate(document.data)
    except ValidationError as error:
        raise yamlfile.explain(document, error, CaseFile) from error
    flaws = list(_references(document, case))
    if flaws:
        raise BrokenFileError(flaws)
    return case


def _unfit_ids(document: Document, case: CaseFile) -> list[Flaw]:
    """Every office whose key cannot be its id."""
    flaws = []
    for key in case.offices:
        if key == PUBLIC:
            flaws.append(
                document.flaw(
                    ("offices", key),
                    '"public" is reserved for whoever is no office; rename it',
                    zh="“public”专指不属于任何单位的人；请改名",
                )
            )
        elif not re.fullmatch(r"\S+", key):
            flaws.append(
                document.flaw(
                    ("offices", key),
                    f'"{key}" is no id; write one word without blanks',
                    zh=f"“{key}”不能作编号；请写不含空格的一个词",
                )
            )
        elif len(office_id(case.case, key)) > LONGEST_ID:
            flaws.append(
                document.flaw(
                    ("offices", key),
                    f"is too long; with the case's name an id has at most {LONGEST_ID} characters",
                    zh=f"太长；连同案件名，编号至多 {LONGEST_ID} 个字符",
                )
            )
    return flaws


def _references(document: Document, case: CaseFile) -> list[Flaw]:
    """Every name in the file that points at nothing."""
    flaws = _unfit_ids(document, case)
    an_office, a_step = Said("单位", "office"), Said("步骤", "step")

    def among(
        name: str, known: Iterable[str], path: tuple[str | int, ...], what: Said, *, public: bool
    ) -> None:
        if name not in known and not (public and name == PUBLIC):
            hint = yamlfile.nearest(name, known)
            flaws.append(
                document.flaw(
                    path,
                    f'there is no {what.en} "{name}" in this file{hint.en}; name one of its own',
                    zh=f"本文件中没有{what.zh}“{name}”{hint.zh}；请写本文件中的",
                )
            )

    offices = case.offices.keys()
    for key, entry in case.offices.items():
        for name in entry.reports_to:
            among(name, offices, ("offices", key, "reports_to"), an_office, public=False)
    for name in case.record.complete_for:
        among(name, offices, ("record", "complete_for"), an_office, public=False)
    ids = [step.id for step in case.steps]
    for i, step in enumerate(case.steps):
        where = ("steps", i)
        if ids.index(step.id) != i:
            flaws.append(
                document.flaw(
                    (*where, "id"),
                    f'the id "{step.id}" is used twice; give each step its own',
                    zh=f"编号“{step.id}”用了两次；请给每一步各用一个编号",
                )
            )
        among(step.office, offices, (*where, "office"), an_office, public=step.act == "clue")
        named = [
            ("to", step.to),
            ("whom", step.whom),
            ("addressed", step.addressed),
            ("finding", tuple(f.office for f in step.finding)),
        ]
        for key, names in named:
            for name in names:
                among(name, offices, (*where, key), an_office, public=key == "to")
        for key, refs in (("after", step.after), ("before", step.before)):
            for ref in refs:
                among(ref, ids, (*where, key), a_step, public=False)
            if step.id in refs:
                flaws.append(
                    document.flaw(
                        (*where, key),
                        "a step cannot come before or after itself",
                        zh="一步不能在自身之前或之后",
                    )
                )
        if step.of is not None:
            among(step.of, ids, (*where, "of"), a_step, public=False)
    return flaws + _unfit_references(document, case) + _unfit_drill(document, case)


def _unfit_drill(document: Document, case: CaseFile) -> list[Flaw]:
    """Every name that a drill needs and the file has not."""
    if case.drill is None:
        return []
    an_office, a_step = Said("单位", "office"), Said("步骤", "step")
    named: list[tuple[str, Collection[str], tuple[str, ...], Said]] = [
        (case.drill.me, case.offices, ("drill", "me"), an_office)
    ]
    ids = [step.id for step in case.steps]
    named += [(name, ids, ("drill", "tell", name), a_step) for name in case.drill.tell]
    return [
        document.flaw(
            path,
            f'there is no {what.en} "{name}" in this file{near.en}',
            zh=f"本文件中没有{what.zh}“{name}”{near.zh}",
        )
        for name, known, path, what in named
        if name not in known
        for near in (yamlfile.nearest(name, known),)
    ]


def _unfit_references(document: Document, case: CaseFile) -> list[Flaw]:
    """Every step that is done about another which is not what it can be done about."""
    acts = {step.id: step.act for step in case.steps}
    flaws = []
    for i, step in enumerate(case.steps):
        if step.of in acts:
            fitting, what = MEANT[step.act]
            if acts[step.of] not in fitting:
                flaws.append(
                    document.flaw(
                        ("steps", i, "of"),
                        f'"{step.of}" is another act; name {what.en}',
                        zh=f"“{step.of}”是另一种行为；请写{what.zh}",
                    )
                )
    return flaws
