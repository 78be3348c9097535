"""The file of offices: ``offices: {id: {name, tier, line, reports_to, division, since}}``.

An office may have ``reporting``, ``directly_to`` and ``posts`` as well; they hold from its ``since`` on.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from emergency import yamlfile
from emergency.domain.offices import ClassGiven, OfficeEvent, OfficeRegistered, PostGiven
from emergency.domain.values import Division, OfficeId
from emergency.domain.vocabulary import POST_NAMES, PUBLIC, REPORTING_NAMES, Line, Post, ReportingClass, Tier
from emergency.yamlfile import BrokenFileError


def _listed(value: object) -> object:
    """One name or a list of them; null = reports to nobody."""
    if value is None:
        return ()
    return value if isinstance(value, (list, tuple)) else (value,)


def _in_english(value: object) -> object:
    """A reporting class by its Chinese name."""
    return next((word.value for word, zh in REPORTING_NAMES.items() if value == zh), value)


def _posts_in_english(value: object) -> object:
    """Posts by their Chinese names."""
    if not isinstance(value, Mapping):
        return value
    named = {zh: word.value for word, zh in POST_NAMES.items()}
    return {named.get(post, post): officer for post, officer in value.items()}


class _Closed(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class _Office(_Closed):
    name: Annotated[str, Field(min_length=1)]
    tier: Tier
    line: Line
    reports_to: Annotated[tuple[OfficeId, ...], BeforeValidator(_listed)] = ()
    division: Division | None = None
    since: date | None = None
    reporting: Annotated[ReportingClass | None, BeforeValidator(_in_english)] = None
    directly_to: Annotated[tuple[OfficeId, ...], BeforeValidator(_listed)] = ()
    posts: Annotated[
        dict[Post, Annotated[str, Field(min_length=1)] | None], BeforeValidator(_posts_in_english)
    ] = Field(default_factory=dict)


class _File(_Closed):
    offices: Annotated[dict[OfficeId, _Office], Field(min_length=1)]


def read(path: Path, known: Iterable[str]) -> list[OfficeEvent]:
    """Read and check a file of offices, whole.

    Args:
        path: The file.
        known: The offices that are registered already, to which those of the file may report.

    Raises:
        BrokenFileError: naming file, line, key, what is wrong and what to do.
    """
    document = yamlfile.read(path)
    try:
        file = _File.model_validate(document.data)
    except ValidationError as error:
        raise yamlfile.explain(document, error, _File) from None
    there = {*known, *file.offices}
    flaws = []
    for name, office in file.offices.items():
        if name == PUBLIC:
            flaws.append(
                document.flaw(
                    ("offices", name),
                    '"public" stands for whoever is no office; rename it',
                    zh="“public”专指不属于任何单位的人；请改名",
                )
            )
        flaws += [
            document.flaw(
                ("offices", name, key),
                f'there is no office "{other}"{near.en}; add it to this file or register it first',
                zh=f"没有单位“{other}”{near.zh}；请加入本文件，或先行登记",
            )
            for key, others in (("reports_to", office.reports_to), ("directly_to", office.directly_to))
            for other in others
            if other not in there
            for near in (yamlfile.nearest(other, there),)
        ]
        if office.directly_to and office.reporting is not ReportingClass.DIRECT:
            flaws.append(
                document.flaw(
                    ("offices", name, "directly_to"),
                    "only a direct-report office reports directly; say reporting: direct (直报), or leave it out",
                    zh="只有直报单位才能直接上报；请写 reporting: direct，或去掉这一项",
                )
            )
    if flaws:
        raise BrokenFileError(flaws)
    return [event for name, office in file.offices.items() for event in _said_of(name, office)]


def _said_of(name: str, office: _Office) -> Iterator[OfficeEvent]:
    """What the file says of one office."""
    registered = {key: getattr(office, key) for key in _REGISTERED}
    yield OfficeRegistered(office=name, **registered)
    if office.reporting is not None:
        yield ClassGiven(
            office=name, since=office.since, reporting=office.reporting, directly_to=office.directly_to
        )
    for post, officer in office.posts.items():
        yield PostGiven(office=name, since=office.since, post=post, officer=officer)


_REGISTERED = ("name", "tier", "line", "reports_to", "division", "since")
