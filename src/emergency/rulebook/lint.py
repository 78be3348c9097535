"""Looks over a folder of rules and lists what is wrong or odd in it, without stopping at the first.

An error keeps the rulebook from being loaded; the model finds those. A warning asks somebody to look, and carries a
code. One that was looked at and found right is silenced in the rule itself, with the reason:
``accepts: {overlap: the plan says so for the same hour}``. What is accepted without being there is a warning, too.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from fnmatch import fnmatchcase
from pathlib import Path

from emergency import yamlfile
from emergency.errors import BrokenDataError
from emergency.rulebook import exercised
from emergency.rulebook.folders import FOLDERS, DatedScope
from emergency.rulebook.loader import Reading, read_part
from emergency.rulebook.lookup import Rulebook
from emergency.rulebook.model import Rule, Unread
from emergency.rulebook.overlap import Pair, laxer_than_national, overlaps
from emergency.rulebook.vocabulary import CheckName
from emergency.words import NOTHING, Words
from emergency.yamlfile import Document, Flaw

PROMULGATED_LATER = "promulgated-after-effect"
NEVER_CHECKED = "never-checked"
OVERLAP = "overlap"
LAXER = "laxer-than-national"
TOUCHES_NOTHING = "touches-no-rule"
NOT_FOR_THIS_CHECK = "setting-without-effect"
GRADES_UNORDERED = "grades-out-of-order"
ACCEPTS_NOTHING = "accepts-nothing"
CODES = (*exercised.CODES, OVERLAP, LAXER, PROMULGATED_LATER, NEVER_CHECKED)
"""The codes that a rule may accept."""


class Severity(StrEnum):
    """An error keeps the rulebook from being loaded; a warning asks somebody to look."""

    ERROR = "error"
    WARNING = "warning"


_SEVERITIES = {Severity.ERROR: "错误", Severity.WARNING: "提醒"}


@dataclass(frozen=True, slots=True)
class Problem:
    """Something in a rule file that somebody should look at.

    Args:
        severity: Whether the rulebook can be loaded all the same.
        file: The file, below the folder of rules.
        line: The line, from 1.
        key: The keys that lead there, joined by dots.
        message: What is wrong and what to do.
        code: What kind of warning it is; None for an error.
    """

    severity: Severity
    file: str
    line: int
    key: str
    message: str
    zh: str
    code: str | None = None

    @property
    def words(self) -> Words:
        """As ``file:line: severity: key: message [code]``, in both languages."""
        code = f" [{self.code}]" if self.code else ""
        where = f"{self.file}:{self.line}: "
        return Words(
            f"{where}{_SEVERITIES[self.severity]}：{f'{self.key}：' if self.key else ''}{self.zh}{code}",
            f"{where}{self.severity}: {f'{self.key}: ' if self.key else ''}{self.message}{code}",
        )

    def __str__(self) -> str:
        """Write it as ``file:line: severity: key: message [code]``."""
        return self.words.en


@dataclass(frozen=True, slots=True)
class _Warning:
    """A warning before it is known whether somebody accepts it."""

    code: str
    flaw: Flaw
    accepted_by: tuple[Rule, ...] = ()
    """The rules of which each may accept it."""


def lint(folder: Path | None = None) -> list[Problem]:
    """List the problems of a folder of rules, or of one file or folder in it; see `read_part`.

    Args:
        folder: The folder; the rules that come with this package unless given.

    Returns:
        The problems by file and line; empty where there are none.
    """
    try:
        part = read_part(folder)
    except BrokenDataError as error:
        return [Problem(Severity.ERROR, str(folder), 1, "", str(error), error.zh)]
    return [problem for problem in _look_over(part.reading) if problem.file in part.files]


def _look_over(reading: Reading) -> list[Problem]:
    problems = [_problem(Severity.ERROR, flaw, None) for flaw in reading.flaws]
    accepted: set[tuple[str, str]] = set()
    for warning in _warnings(reading):
        by = [(rule.id, warning.code) for rule in warning.accepted_by if warning.code in rule.accepts]
        accepted.update(by)
        if not by:
            problems.append(_problem(Severity.WARNING, warning.flaw, warning.code))
    problems.extend(_problem(Severity.WARNING, flaw, ACCEPTS_NOTHING) for flaw in _idle(reading, accepted))
    return sorted(problems, key=lambda problem: (problem.file, problem.line, problem.key, problem.message))


def _problem(severity: Severity, flaw: Flaw, code: str | None) -> Problem:
    return Problem(severity, flaw.file, flaw.line, flaw.key, flaw.message, flaw.zh, code)


def _idle(reading: Reading, accepted: set[tuple[str, str]]) -> Iterator[Flaw]:
    for rule, document in reading.rules.values():
        for code in rule.accepts:
            if (rule.id, code) not in accepted:
                hint = NOTHING if code in CODES else yamlfile.nearest(code, CODES)
                if code not in CODES and not hint.en:
                    hint = Words(f"；可用的代码：{'、'.join(CODES)}", f"; the codes are {', '.join(CODES)}")
                yield document.flaw(
                    ("accepts", code),
                    f"accepts a warning that is not there; remove it{hint.en}",
                    zh=f"认可的提醒并不存在；请去掉它{hint.zh}",
                )


def _warnings(reading: Reading) -> Iterator[_Warning]:
    yield from _of_citations(reading)
    yield from _of_settings(reading)
    yield from _of_grades(reading)
    for rule, document in reading.rules.values():
        for code, day, said in exercised.unexercised(rule):
            path = ("values", day.isoformat(), "limit")
            yield _Warning(code, document.flaw(path, said.en, zh=said.zh), (rule,))
    yield from _of_pairs(reading)
    for text, document in reading.unread.values():
        for index, pattern in enumerate(text.rules):
            if not any(fnmatchcase(rule_id, pattern) for rule_id in reading.rules):
                message = f'"{pattern}" is no rule; correct it, or remove it'
                zh = f"没有规则“{pattern}”；请改正，或去掉它"
                yield _Warning(TOUCHES_NOTHING, document.flaw(("rules", index), message, zh=zh))


def _dated(reading: Reading) -> Iterator[tuple[DatedScope, Document]]:
    """All that says something from a day on, whatever folder it lies in."""
    for folder in FOLDERS:
        if folder.model is not Unread:
            yield from getattr(reading, folder.shelf).values()


def _of_citations(reading: Reading) -> Iterator[_Warning]:
    for scope, document in _dated(reading):
        by = (scope,) if isinstance(scope, Rule) else ()
        for day, value in scope.values.items():
            path = ("values", day.isoformat())
            promulgated = value.citation.promulgated
            if promulgated is not None and promulgated > day:
                message = f"is {promulgated}, after the day of effect; check both days"
                zh = f"是 {promulgated}，晚于施行日期；请核对这两个日期"
                flaw = document.flaw((*path, "citation", "promulgated"), message, zh=zh)
                yield _Warning(PROMULGATED_LATER, flaw, by)
            if value.confirmed and value.checked_on is None:
                message = "is true, but nobody says when the text was read; add checked_on"
                zh = "写作 true，但没有写明何时读过原文；请加上 checked_on"
                yield _Warning(NEVER_CHECKED, document.flaw((*path, "confirmed"), message, zh=zh), by)


_SETTINGS: Mapping[str, frozenset[CheckName]] = {
    "chain": frozenset({CheckName.SIGN_OFF}),
    "in_order": frozenset({CheckName.SIGN_OFF}),
    "separate": frozenset({CheckName.SIGN_OFF}),
    "sides": frozenset({CheckName.SEVERAL_SIDES}),
    "read_back": frozenset({CheckName.INSTRUCTIONS}),
    "answered_within": frozenset({CheckName.INSTRUCTIONS}),
}
"""The checks that heed each setting; one that is not here may be heeded by any."""


def _of_settings(reading: Reading) -> Iterator[_Warning]:
    """What a text asks for and no check of that name looks at: it would be thought to be checked."""
    for rule, document in reading.norms.values():
        for day, value in rule.values.items():
            asks = value.asks
            for name in () if asks is None else asks.model_fields_set & _SETTINGS.keys():
                if rule.check not in _SETTINGS[name]:
                    known = ", ".join(sorted(_SETTINGS[name]))
                    message = f"is not looked at by {rule.check}, only by {known}; remove it"
                    zh = f"{rule.check} 不看这一项，只有 {known} 才看；请去掉它"
                    flaw = document.flaw(("values", day.isoformat(), "asks", name), message, zh=zh)
                    yield _Warning(NOT_FOR_THIS_CHECK, flaw)
            if rule.check is CheckName.SIGN_OFF and asks is not None and asks.chain is None:
                message = "names no step of a chain, so it is always met; add chain: [review, sign]"
                zh = "没有写审签环节，因而总是符合；请加上 chain: [review, sign]"
                flaw = document.flaw(("values", day.isoformat(), "asks"), message, zh=zh)
                yield _Warning(NOT_FOR_THIS_CHECK, flaw)


def _of_grades(reading: Reading) -> Iterator[_Warning]:
    """The first grade that a result reaches is given: one that stands behind a lower one is never reached."""
    for scheme, document in reading.schemes.values():
        for day, value in scheme.values.items():
            lowest = None
            for index, grade in enumerate(value.grades):
                if grade.at_least is None:
                    continue
                if lowest is not None and grade.at_least >= lowest:
                    message = f"is {grade.at_least}, not below {lowest} before it; write the best grade first"
                    path = ("values", day.isoformat(), "grades", index, "at_least")
                    zh = f"为 {grade.at_least}，不低于前面的 {lowest}；请从最好的等次写起"
                    yield _Warning(GRADES_UNORDERED, document.flaw(path, message, zh=zh))
                lowest = grade.at_least


def _of_pairs(reading: Reading) -> Iterator[_Warning]:
    book = Rulebook(
        rules=tuple(rule for rule, _ in reading.rules.values()),
        families=reading.families,
        kinds=reading.kinds,
    )
    for pair in overlaps(book):
        said = Words(
            f"自 {pair.day} 起与同一位阶的 {pair.other.id} 不一致；请核对两者",
            f"says otherwise than {pair.other.id} of the same rank from {pair.day} on; check both",
        )
        yield _Warning(OVERLAP, _at(reading, pair, said), (pair.rule, pair.other))
    for pair in laxer_than_national(book):
        said = Words(
            f"自 {pair.day} 起比 {pair.other.id} 宽；请核对两者",
            f"gives longer than {pair.other.id} from {pair.day} on; check both",
        )
        yield _Warning(LAXER, _at(reading, pair, said), (pair.rule,))


def _at(reading: Reading, pair: Pair, said: Words) -> Flaw:
    rule, document = reading.rules[pair.rule.id]
    value = rule.value_on(pair.day)
    since = pair.day if value is None else value.since
    return document.flaw(("values", since.isoformat(), "limit"), said.en, zh=said.zh)


__all__ = ["CODES", "Problem", "Severity", "lint"]
