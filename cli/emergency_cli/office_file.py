"""The file of offices: ``offices: {id: {name, tier, line, reports_to, division, since}}``."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from emergency import yamlfile
from emergency.domain.offices import OfficeRegistered
from emergency.domain.values import Division, OfficeId
from emergency.domain.vocabulary import PUBLIC, Line, Tier
from emergency.yamlfile import BrokenFileError


def _listed(value: object) -> object:
    """One name or a list of them; null = reports to nobody."""
    if value is None:
        return ()
    return value if isinstance(value, (list, tuple)) else (value,)


class _Closed(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class _Office(_Closed):
    name: Annotated[str, Field(min_length=1)]
    tier: Tier
    line: Line
    reports_to: Annotated[tuple[OfficeId, ...], BeforeValidator(_listed)] = ()
    division: Division | None = None
    since: date | None = None


class _File(_Closed):
    offices: Annotated[dict[OfficeId, _Office], Field(min_length=1)]


def read(path: Path, known: Iterable[str]) -> list[OfficeRegistered]:
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
                document.flaw(("offices", name), '"public" stands for whoever is no office; rename it')
            )
        flaws += [
            document.flaw(
                ("offices", name, "reports_to"),
                f'there is no office "{up}"{yamlfile.nearest(up, there)}; add it to this file or register it first',
            )
            for up in office.reports_to
            if up not in there
        ]
    if flaws:
        raise BrokenFileError(flaws)
    return [OfficeRegistered(office=name, **dict(office)) for name, office in file.offices.items()]
