"""What an officer asks before and between entries: is it me, what now, what next. Nothing of it is recorded."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from enum import StrEnum
from typing import TypeVar

from pydantic import ValidationError

from emergency.commands.guiding import (
    Advised,
    Guide,
    Question,
    advised,
    guidance,
    kinds_near,
    moment,
    unnamed,
    urgency,
)
from emergency.domain.complaint import complaint
from emergency.domain.fixed import fixed
from emergency.domain.values import NO_FACTS, UNSTATED, Facts, Place, StatedTime
from emergency.domain.vocabulary import Category, Level, Line, Tier
from emergency.errors import UsageError
from emergency.ledger import Ledger
from emergency.projections.catch_up import Projections
from emergency.projections.listing import Listing
from emergency.projections.owing import owing
from emergency.rulebook.kinds import category_of, kind_named

W = TypeVar("W", bound=StrEnum)


@fixed(frozen=True, slots=True, kw_only=True)
class Next:
    """What an office owes now over all incidents, or what others owe it.

    Args:
        office: The office.
        office_name: What it is called.
        zone: The zone that it lives in.
        at: The instant of judging.
        owed_to_me: Whether it is what others owe it.
        rows: What is owed: overdue first, then at once, then the soonest; at the end what hangs on a condition.
        closed: How many rows of closed incidents were left out.
        about: What a reader must know about the lists that this was read from.
    """

    office: str
    office_name: str
    zone: str
    at: datetime
    owed_to_me: bool
    rows: tuple[Advised, ...]
    closed: int
    about: Listing


class Advice:
    """The questions that nothing is recorded by.

    Args:
        ledger: The log with its directory and rules.
        caught_up: Gives the read models, brought up to date where this reader may write.
    """

    def __init__(self, ledger: Ledger, caught_up: Callable[[], Projections]) -> None:
        self._ledger = ledger
        self._caught_up = caught_up

    def guide(
        self,
        office: str | None = None,
        *,
        kind: str,
        category: Category | str | None = None,
        place: str = "",
        division: str | None = None,
        occurred_at: StatedTime | None = None,
        learned_at: StatedTime | None = None,
        facts: Facts | None = None,
        level: Level | str | None = None,
        tier: Tier | str | None = None,
        line: Line | str | None = None,
        at: datetime | None = None,
    ) -> Guide:
        """See `Engine.guide`."""
        rulebook = self._ledger.rulebook
        now = at or self._ledger.now()
        with self._ledger.log.reading() as reading:
            offices, position = self._ledger.directories.of(reading), reading.last_position()
        if office is not None:
            self._ledger.known(offices, office)
        elif tier is None or line is None:
            raise UsageError(
                "Say which office asks, or of which tier and line it is.",
                zh="请说明是哪个单位，或者是哪一层级、哪一条线的单位。",
            )
        me = offices.get(office) if office is not None else None
        if me is None:
            if tier is None or line is None:
                raise UsageError(
                    f"What the directory says of {office} cannot be read. Give its tier and line instead.",
                    zh=f"报送网络中关于 {office} 的记载无法读取，请改为说明其层级和条线。",
                )
            me = unnamed(_word(Tier, tier), _word(Line, line), division)
        word = kind_named(kind, rulebook)
        derived = category_of(word, rulebook) if category is None else None
        said = _word(Category, category) if category is not None else derived or Category.ACCIDENT
        try:
            where = Place(name=place or "-", division=division or me.division)
        except ValidationError as error:
            wrong = complaint(error).sentence
            raise UsageError(wrong.en, zh=wrong.zh) from error
        question = Question(
            office=me,
            category=said,
            kind=word,
            place=place,
            division=where.division,
            occurred_at=occurred_at or UNSTATED,
            learned_at=learned_at or moment(now),
            facts=facts or NO_FACTS,
            level=_word(Level, level) if level is not None else None,
            category_open=category is None and derived is None,
        )
        return guidance(question, offices, rulebook, at=now, position=position)

    def kinds_near(self, word: str) -> tuple[str, ...]:
        """The kinds nearest to a word that is none; empty where the word is one."""
        rulebook = self._ledger.rulebook
        return kinds_near(kind_named(word, rulebook), rulebook)

    def next(
        self, office: str, *, at: datetime | None = None, owed_to_me: bool = False, closed: bool = False
    ) -> Next:
        """See `Engine.next`."""
        now = at or self._ledger.now()
        with self._ledger.log.reading() as reading:
            offices = self._ledger.directories.of(reading)
        self._ledger.known(offices, office)
        found = owing(self._caught_up(), office, at=now, party="recipient" if owed_to_me else "office")
        whose = dict.fromkeys(one.office for one in found.obligations) if owed_to_me else (office,)
        rows: list[Advised] = []
        for owing_office in whose:
            rows += advised(found.obligations, owing_office, offices, self._ledger.rulebook)
        rows = [
            replace(one, title=row.get("title"), closed=bool(row.get("closed")))
            for one in rows
            for row in (found.incidents.get(one.incident or "", {}),)
        ]
        shown = [one for one in rows if closed or not one.closed]
        known = offices.get(office)
        return Next(
            office=office,
            office_name=offices.name(office),
            zone=known.zone if known is not None else "Asia/Shanghai",
            at=now,
            owed_to_me=owed_to_me,
            rows=tuple(soonest_first(shown, now)),
            closed=len(rows) - len(shown),
            about=found.about,
        )

    def position(self) -> int:
        """The position of the newest event: what changes when there is anything new to read."""
        return self._ledger.log.last_position()


def _word(of: type[W], word: str) -> W:
    """A word of a closed list.

    Raises:
        UsageError: it is none.
    """
    try:
        return of(word)
    except ValueError:
        listed = ", ".join(of)
        raise UsageError(f"{word} is none of {listed}.", zh=f"{word} 不在 {listed} 之中。") from None


def soonest_first(rows: Sequence[Advised], now: datetime) -> list[Advised]:
    """What is owed in the order of doing: overdue, at once, the soonest; at the end what hangs on a condition."""
    return sorted(rows, key=lambda one: (_overdue(one, now), urgency(one)))


def _overdue(one: Advised, now: datetime) -> bool:
    """Sorts what is surely overdue before everything else."""
    return not (one.due.sure and one.due.by is not None and one.due.by < now)
