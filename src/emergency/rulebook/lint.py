"""Looks over a folder of rules and lists what is wrong or odd in it, without stopping at the first."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from emergency.errors import BrokenDataError
from emergency.rulebook.loader import Reading, read_folder
from emergency.rulebook.model import LevelTable, Rule
from emergency.yamlfile import Document, Flaw


class Severity(StrEnum):
    """An error keeps the rulebook from being loaded; a warning asks somebody to look."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Problem:
    """Something in a rule file that somebody should look at.

    Args:
        severity: Whether the rulebook can be loaded all the same.
        file: The file, below the folder of rules.
        line: The line, from 1.
        key: The keys that lead there, joined by dots.
        message: What is wrong and what to do.
    """

    severity: Severity
    file: str
    line: int
    key: str
    message: str

    def __str__(self) -> str:
        """Write it as ``file:line: severity: key: message``."""
        return f"{self.file}:{self.line}: {self.severity}: {self.key}: {self.message}"


def lint(folder: Path | None = None) -> list[Problem]:
    """List the problems of a folder of rules.

    Args:
        folder: The folder; the rules that come with this package unless given.

    Returns:
        The problems by file and line; empty where there are none.
    """
    try:
        reading = read_folder(folder)
    except BrokenDataError as error:
        return [Problem(Severity.ERROR, str(folder), 1, "", str(error))]
    problems = [_problem(Severity.ERROR, flaw) for flaw in reading.flaws]
    problems.extend(_problem(Severity.WARNING, flaw) for flaw in _oddities(reading))
    return sorted(problems, key=lambda problem: (problem.file, problem.line, problem.key))


def _problem(severity: Severity, flaw: Flaw) -> Problem:
    return Problem(severity, flaw.file, flaw.line, flaw.key, flaw.message)


def _oddities(reading: Reading) -> Iterator[Flaw]:
    scoped: list[tuple[Rule | LevelTable, Document]] = [*reading.rules.values(), *reading.tables.values()]
    for scope, document in scoped:
        for day, value in scope.values.items():
            path = ("values", day.isoformat())
            promulgated = value.citation.promulgated
            if promulgated is not None and promulgated > day:
                message = f"is {promulgated}, after the day of effect; check both days"
                yield document.flaw((*path, "citation", "promulgated"), message)
            if value.confirmed and value.checked_on is None:
                message = "is true, but nobody says when the text was read; add checked_on"
                yield document.flaw((*path, "confirmed"), message)
