"""Values that events are made of: stated times, figures, places. Frozen, closed to unknown keys."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    SerializerFunctionWrapHandler,
    StringConstraints,
    field_validator,
    model_serializer,
    model_validator,
)
from pydantic_core import CoreSchema, core_schema

from emergency.domain.intervals import Interval, hull, widened
from emergency.domain.vocabulary import Basis, Category, Level
from emergency.errors import WrongValueError
from emergency.words import NOTHING, Words


class Value(BaseModel):
    """A frozen value that refuses keys it does not know."""

    # Built when the first one is read or made: an entry meets a few of the kinds of events, not all of them.
    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True, defer_build=True)


LONGEST_ID = 200
"""So many characters an office's id may have."""

OfficeId = Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_ID, pattern=r"^\S+$")]
Division = Annotated[str, StringConstraints(pattern=r"^[0-9]{6}$")]
"""A division code (行政区划代码) of GB/T 2260: six digits, province, prefecture, county."""


YEARS = range(1900, 2201)
"""The years that a stated time may lie in: arithmetic on it never leaves the calendar."""
# A day of the last year ends in the next, and another zone's first hour lies in the year before.
_YEAR_BEFORE, _YEAR_AFTER = YEARS[0] - 1, YEARS[-1] + 1
OUT_OF_RANGE = f"out of range; the years {YEARS[0]} to {YEARS[-1]} are accepted"
OUT_OF_RANGE_ZH = f"超出范围；只接受{YEARS[0]}年至{YEARS[-1]}年"


class OtherTime(Value):
    """Another source's time for the same thing."""

    earliest: AwareDatetime | None = None
    latest: AwareDatetime | None = None
    source: str


class StatedTime(Value):
    """A time as a source gives it (所述时间): never one number, and never guessed.

    Args:
        text: The words or digits as stated; None where no source gives any.
        earliest: The first instant that the words cover, before *about* widens them.
        latest: The last instant that the words cover. A bare day runs to the next midnight.
        basis: stated, about, or assumed by whoever made the record; None where there is no time.
        also: Contradicting times of other sources.
        after: References (step or event ids) of what a source says came before this.
        before: References of what a source says came after this.
    """

    text: str | None = None
    earliest: AwareDatetime | None = None
    latest: AwareDatetime | None = None
    basis: Basis | None = None
    also: tuple[OtherTime, ...] = ()
    after: tuple[str, ...] = ()
    before: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _ends_in_order(self) -> StatedTime:
        _check_ends(self)
        for other in self.also:
            _check_ends(other)
        return self

    @property
    def interval(self) -> Interval:
        """What the words allow: widened where they are only *about*, the hull where sources differ."""
        own = Interval(self.earliest, self.latest)
        if self.basis is Basis.ABOUT:
            own = widened(own)
        if not self.also:
            return own
        return hull((own, *(Interval(other.earliest, other.latest) for other in self.also)))

    @property
    def stated(self) -> bool:
        """Whether a source gives a time at all."""
        return self.earliest is not None or self.latest is not None


def _check_ends(one: StatedTime | OtherTime) -> None:
    earliest, latest = one.earliest, one.latest
    if (earliest is not None and not _YEAR_BEFORE <= earliest.year <= _YEAR_AFTER) or (
        latest is not None and not _YEAR_BEFORE <= latest.year <= _YEAR_AFTER
    ):
        raise WrongValueError(f"a stated time lies {OUT_OF_RANGE}", zh=f"所写时间{OUT_OF_RANGE_ZH}")
    if earliest is not None and latest is not None and latest < earliest:
        raise WrongValueError(
            "the end of a stated time lies before its beginning", zh="所写时间的结束早于开始"
        )


UNSTATED = StatedTime()
"""No source gives a time."""


class Count(Value):
    """A number of people or things; ``about`` where it is only approximate."""

    value: Annotated[int, Field(ge=0)]
    about: bool = False

    @model_validator(mode="before")
    @classmethod
    def _bare_number(cls, data: Any) -> Any:  # noqa: ANN401 - what the outside hands in
        # Nearly all are plain numbers, and a pydantic class takes its time to say that they are none of its own.
        return {"value": data} if type(data) is int or not isinstance(data, (dict, Count)) else data

    @model_serializer
    def _as_bare_number(self) -> int | dict[str, Any]:
        return {"value": self.value, "about": True} if self.about else self.value

    @property
    def at_least(self) -> int:
        """What surely holds: the number, or at least one where it is an approximate number above nothing."""
        return min(self.value, 1) if self.about else self.value


Quantity = Annotated[float, Field(ge=0, allow_inf_nan=False)]
"""How much of something: finite, never below nothing."""


class Amount(Value):
    """A measured amount of something, such as a pollutant: one value, or a range."""

    of: str
    unit: str
    value: Quantity | None = None
    min: Quantity | None = None
    max: Quantity | None = None
    about: bool = False

    @model_validator(mode="after")
    def _one_form(self) -> Amount:
        if (self.value is None) == (self.min is None and self.max is None):
            raise WrongValueError(
                "give either value, or min and max", zh="请写 value，或写 min 和 max，二者择一"
            )
        if self.min is not None and self.max is not None and self.max < self.min:
            raise WrongValueError("min lies above max; exchange them", zh="min 大于 max；请对调")
        return self

    @property
    def at_least(self) -> float:
        """What surely holds; nothing where it is only approximate."""
        return 0.0 if self.about else (self.min or 0.0) if self.value is None else self.value

    @property
    def at_most(self) -> float | None:
        """What it surely does not exceed; None where that is open."""
        return None if self.about else self.max if self.value is None else self.value


MEASURES = (
    "deaths",
    "missing",
    "trapped",
    "dead_or_missing",
    "injured",
    "seriously_injured",
    "at_risk",
    "evacuated",
    "rescued",
    "bodies",
    "loss_yuan",
)
"""The figures that can be stated, each a count; absent = not stated, 0 = stated as none."""

LONGEST_NAME = 60
"""So many characters the name of any other figure may have."""

_NAME = re.compile(r"[a-z][a-z0-9_]*")
_SLUG = re.compile(r"[a-z0-9-]+")


def _meant(near: str) -> Words:
    """What may have been meant; nothing where no word is near."""
    return Words(f"；是否指“{near}”？", f'; did you mean "{near}"?') if near else NOTHING


def _figure_name(name: str) -> str:
    if name in MEASURES:
        raise WrongValueError(
            f"{name} has a place of its own; write it beside the other figures, not among them",
            zh=f"{name} 有专门的位置；请与其他数字并列填写，不要写在里面",
        )
    if not _NAME.fullmatch(name) or len(name) > LONGEST_NAME:
        near = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")
        hint = _meant(near if near != name and _NAME.fullmatch(near) else "")
        raise WrongValueError(
            f'"{name[:LONGEST_NAME]}" is no name of a figure; write lower-case letters, digits and underscores, '
            f"a letter first, at most {LONGEST_NAME}, like burnt_hectares{hint.en}",
            zh=(
                f"“{name[:LONGEST_NAME]}”不能作数字的名称；请用小写字母、"
                f"数字和下划线，字母开头，至多 {LONGEST_NAME} 个字符，"
                f"如 burnt_hectares{hint.zh}"
            ),
        )
    return name


def _slug(word: str) -> str:
    if not _SLUG.fullmatch(word):
        near = re.sub(r"[^a-z0-9]+", "-", word.lower()).strip("-")
        hint = _meant(near)
        raise WrongValueError(
            f'"{word}" is no circumstance; write lower-case letters, digits and hyphens, '
            f"like drinking-water-source{hint.en}",
            zh=(f"“{word}”不能作情形的名称；请用小写字母、数字和连字符，如 drinking-water-source{hint.zh}"),
        )
    return word


FigureName = Annotated[str, AfterValidator(_figure_name)]
Slug = Annotated[str, AfterValidator(_slug)]


class Figure(Value):
    """A stated number (其他数据) that no field of `Facts` is for; its name says what is counted, and in which unit.

    Args:
        of: What is counted: ``participants``, ``sick``, ``burnt_hectares``, ``blocked_hours``.
        count: How many, in the unit that the name gives; whole numbers.
    """

    of: FigureName
    count: Count


class _ByName:
    """Figures are written as a mapping by name, and held as a tuple in order of name: facts stay hashable."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:  # noqa: ANN401 - pydantic's signature
        mapping = handler.generate_schema(dict[FigureName, Count])
        return core_schema.no_info_after_validator_function(
            self._held,
            core_schema.no_info_before_validator_function(self._named, mapping),
            serialization=core_schema.plain_serializer_function_ser_schema(self._written),
        )

    @staticmethod
    def _named(given: Any) -> Any:  # noqa: ANN401 - what the outside hands in
        if not isinstance(given, (tuple, list)) or not all(isinstance(one, Figure) for one in given):
            return given
        named: dict[str, Count] = {}
        for figure in given:
            if figure.of in named:
                raise WrongValueError(
                    f"{figure.of} stands twice; keep one of them", zh=f"{figure.of} 出现了两次；请保留一个"
                )
            named[figure.of] = figure.count
        return named

    @staticmethod
    def _held(named: dict[str, Count]) -> tuple[Figure, ...]:
        return tuple(Figure(of=name, count=named[name]) for name in sorted(named))

    @staticmethod
    def _written(figures: tuple[Figure, ...]) -> dict[str, Any]:
        return {figure.of: figure.count.model_dump() for figure in figures}


class Facts(Value):
    """What was stated at one step (所述事实). Absent is not zero; free text (``nature``) is never judged.

    Args:
        dead_or_missing: Deaths and missing given as one number.
        loss_yuan: Direct loss, in yuan.
        verifying: Names of figures stated as being verified (正在核实).
        figures: Other figures, in order of name, each name once; written ``{burnt_hectares: 120}``.
        circumstances: Circumstances stated to be there (情形), by slug, each once: ``drinking-water-source``.
    """

    deaths: Count | None = None
    missing: Count | None = None
    trapped: Count | None = None
    dead_or_missing: Count | None = None
    injured: Count | None = None
    seriously_injured: Count | None = None
    at_risk: Count | None = None
    evacuated: Count | None = None
    rescued: Count | None = None
    bodies: Count | None = None
    loss_yuan: Count | None = None
    amounts: tuple[Amount, ...] = ()
    nature: str | None = None
    category: Category | None = None
    kind: str | None = None
    level: Level | None = None
    verifying: tuple[str, ...] = ()
    figures: Annotated[tuple[Figure, ...], _ByName()] = ()
    circumstances: tuple[Slug, ...] = ()

    @field_validator("verifying")
    @classmethod
    def _known_measures(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        for name in names:
            if name not in MEASURES:
                raise WrongValueError(
                    f"there is no figure {name!r}; the figures are {', '.join(MEASURES)}",
                    zh=f"没有数字 {name}；可用的有 {'、'.join(MEASURES)}",
                )
        return names

    @field_validator("circumstances")
    @classmethod
    def _each_once(cls, slugs: tuple[str, ...]) -> tuple[str, ...]:
        for i, slug in enumerate(slugs):
            if slug in slugs[:i]:
                raise WrongValueError(
                    f"{slug} stands twice; keep one of them", zh=f"{slug} 出现了两次；请保留一个"
                )
        return slugs

    @model_serializer(mode="wrap")
    def _as_before_they_were_there(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Facts without them are written as they were before these fields existed, byte for byte."""
        written: dict[str, Any] = handler(self)
        for name in ("figures", "circumstances"):
            if not getattr(self, name):
                written.pop(name, None)
        return written

    def figure(self, name: str) -> Count | None:
        """The figure of that name, among the counts or the other figures; None where it is not stated."""
        if name in MEASURES:
            count: Count | None = getattr(self, name)
            return count
        return next((figure.count for figure in self.figures if figure.of == name), None)

    def counts(self) -> Iterator[tuple[str, Count]]:
        """The counts that are stated, by name; the other figures are in ``figures``."""
        for name in MEASURES:
            count: Count | None = getattr(self, name)
            if count is not None:
                yield name, count

    @property
    def asserts_harm(self) -> bool:
        """Whether any figure above nothing is stated: whoever says so knows of the matter."""
        counts = (*(count for _, count in self.counts()), *(figure.count for figure in self.figures))
        return any(count.value > 0 for count in counts) or bool(self.amounts)


NO_FACTS = Facts()


PERSONAL = frozenset({"contact", "head", "recorder", "reporter", "reporter-phone"})
"""Elements that are people's names or phones: the log says that they were told, never what they are."""


class Element(Value):
    """One element of what a report says (要素) beside its figures; the text itself is never judged.

    Args:
        of: Which, by its slug: ``measures``, ``trend``, ``leaders-on-scene``.
        text: What is said of it, in words; none for what is `PERSONAL`.
        verifying: It is said to be still being verified (正在核实).
    """

    of: Slug
    text: str | None = None
    verifying: bool = False

    @model_validator(mode="after")
    def _names_nobody(self) -> Element:
        if self.of in PERSONAL and self.text is not None:
            raise WrongValueError(
                f"{self.of} is a name or phone, which the log never holds; say that it was told, without it",
                zh=(f"{self.of} 是姓名或电话，日志从不保存；请只写已经告知，不写内容"),
            )
        return self


class Place(Value):
    """Where it happened; the division code is unknown rather than guessed."""

    name: str
    division: Division | None = None
