"""The level that an office's figures reach, by which table, since when; and the official one beside it.

Figures are lower bounds: a graver level is always possible until figures settle it, and a number that a table gives
is included in the level that it begins (以上).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime

from emergency.assessment.conditions import graded_measures
from emergency.assessment.due import window_end
from emergency.assessment.duties import OfficeRecord, days_of, office_record
from emergency.assessment.holding import OWN, Held, without_unverified
from emergency.assessment.model import Words
from emergency.assessment.timeline import Timeline
from emergency.assessment.why.model import GradedRead, HeldRead, LevelWhy, Reaching, TableRead
from emergency.assessment.why.reading import called, cited, step_read
from emergency.assessment.words import length_words
from emergency.domain.events import Graded
from emergency.domain.offices import Directory
from emergency.domain.times import CHINA
from emergency.domain.values import Facts
from emergency.domain.vocabulary import LEVELS_RISING, Level
from emergency.rulebook import LevelTable, Rulebook, Thresholds

FIGURES = {
    "dead_or_missing": Words("死亡、失踪人数", "dead or missing"),
    "deaths": Words("死亡人数", "deaths"),
    "missing": Words("失踪人数", "missing"),
    "trapped": Words("被困人数", "trapped"),
    "trapped_or_missing": Words("被困、失踪人数", "trapped or missing"),
    "seriously_injured": Words("重伤人数", "seriously injured"),
    "injured": Words("受伤人数", "injured"),
    "loss_yuan": Words("直接经济损失（元）", "direct loss (yuan)"),
    "evacuated": Words("转移、疏散人数", "evacuated"),
    "at_risk": Words("受威胁人数", "at risk"),
}
"""The figures that every record knows; others are named by the rulebook."""


def levels_why(
    timeline: Timeline, directory: Directory, rulebook: Rulebook, office: str | None = None
) -> tuple[LevelWhy, ...]:
    """The level as each office's own record shows it, or as that of one office does."""
    named = timeline.offices if office is None else (office,)
    records = (office_record(timeline, directory, rulebook, each) for each in named)
    return tuple(_level_why(record) for record in records if record is not None)


def _level_why(record: OfficeRecord) -> LevelWhy:
    timeline, directory, rulebook = record.timeline, record.directory, record.rulebook
    opened = timeline.opened
    day = days_of(timeline, record.knowledge.since)[-1]
    tables = rulebook.tables_for(opened.category, opened.kind, opened.place.division)
    held = sorted(record.held, key=_since)
    read = [_held_read(record, tables, day, item) for item in held]
    graded = [seen for seen in read if seen.level is not None and not seen.after_window]
    gravest = max(graded, key=lambda seen: _weight(seen.level), default=None)
    level = gravest.level if gravest else None
    return LevelWhy(
        incident=timeline.ref,
        office=called(directory, record.office.id),
        day=day,
        tables=tuple(_table_read(timeline, table, day) for table in tables),
        held=tuple(read),
        level=level,
        since=gravest.since if gravest else None,
        by=gravest.step.label if gravest else None,
        unconfirmed=_unconfirmed(tables, day, held, level),
        open_above=tuple(each.value for each in reversed(LEVELS_RISING) if _weight(each) > _weight(level)),
        gradings=tuple(
            GradedRead(step=step_read(timeline, directory, step), level=step.entry.level.value)
            for step in timeline.steps
            if isinstance(step.entry, Graded)
        ),
        outcome=opened.level.value if opened.level is not None else None,
    )


def _since(held: Held) -> tuple[float, str]:
    end = held.since.latest or held.since.earliest
    return (end.timestamp() if end else float("inf")), held.step.ref


def _weight(level: Level | str | None) -> int:
    return -1 if level is None else LEVELS_RISING.index(Level(level))


def _table_read(timeline: Timeline, table: LevelTable, day: date) -> TableRead:
    value = table.value_on(day)
    return TableRead(
        table=table.id,
        title=Words(table.title.zh, table.title.en),
        cited=None if value is None else cited(value, None),
        window=None if table.window is None else length_words(table.window),
        window_ends=_window_ends(timeline, table),
    )


def _window_ends(timeline: Timeline, table: LevelTable) -> datetime | None:
    occurred = timeline.occurred.latest
    return None if table.window is None or occurred is None else window_end(table.window, occurred, CHINA)


def _held_read(record: OfficeRecord, tables: tuple[LevelTable, ...], day: date, held: Held) -> HeldRead:
    timeline, directory = record.timeline, record.directory
    graded = record.holding.levels.of(held.facts)
    ends = _window_ends(timeline, graded.table) if graded is not None else None
    knew = record.knowledge.since.latest
    declared = record.rulebook.words.get("circumstances", {})
    source = record.office.id if held.source == OWN else held.source
    return HeldRead(
        step=step_read(timeline, directory, held.step),
        source=called(directory, source),
        since=held.since,
        by_then=held.by_then,
        reaches=tuple(_reaching(record, tables, day, held.facts)),
        circumstances=tuple(
            Words(declared[slug].zh, declared[slug].en) if slug in declared else Words(slug, slug)
            for slug in held.facts.circumstances
        ),
        level=graded.level.value if graded is not None else None,
        table=graded.table.id if graded is not None else None,
        after_window=(
            ends is not None
            and held.since.earliest is not None
            and held.since.earliest > ends
            and knew is not None
            and knew <= ends
        ),
    )


def _reaching(
    record: OfficeRecord, tables: tuple[LevelTable, ...], day: date, facts: Facts
) -> Iterator[Reaching]:
    """What each figure reaches by itself, table by table."""
    measures = graded_measures(without_unverified(facts))
    for table in tables:
        value = table.value_on(day)
        for measure, figure in measures.items() if value is not None else ():
            yield from _by_one(record, table, value, measure, figure)


def _by_one(
    record: OfficeRecord, table: LevelTable, value: Thresholds | None, measure: str, figure: int
) -> Iterator[Reaching]:
    bounds = value.thresholds.get(measure) if value is not None else None
    if bounds is None:
        return
    level = bounds.reached(figure)
    numbers: dict[Level, int | None] = {Level.III: bounds.III, Level.II: bounds.II, Level.I: bounds.I}
    above = next(((each, n) for each, n in numbers.items() if n is not None and n > figure), None)
    yield Reaching(
        table=table.id,
        measure=measure,
        title=_measure_words(record.rulebook, measure),
        figure=figure,
        level=level.value,
        starts=numbers.get(level),
        next_level=above[0].value if above else None,
        next_starts=above[1] if above else None,
    )


def _measure_words(rulebook: Rulebook, measure: str) -> Words:
    declared: Mapping[str, object] = rulebook.words.get("measures", {})
    if measure in declared:
        title = rulebook.words["measures"][measure]
        return Words(title.zh, title.en)
    return FIGURES.get(measure, Words(measure, measure.replace("_", " ")))


def _unconfirmed(
    tables: tuple[LevelTable, ...], day: date, held: list[Held], level: str | None
) -> str | None:
    """The gravest level by any table, where it is graver than what confirmed tables give."""
    found = [
        value.reached(graded_measures(stated), stated.circumstances)
        for item in held
        for stated in (without_unverified(item.facts),)
        for table in tables
        if (value := table.value_on(day)) is not None
        and value.speaks_of(graded_measures(stated), stated.circumstances)
    ]
    gravest = max(found, key=_weight, default=None)
    return gravest.value if gravest is not None and _weight(gravest) > _weight(level) else None
