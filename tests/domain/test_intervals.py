"""Intervals: one function for each kind of time arithmetic, both directions."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emergency.domain.intervals import (
    ABOUT,
    OPEN,
    Interval,
    Span,
    first_of,
    hull,
    last_of,
    narrowed,
    overrun,
    possibly_by,
    shifted,
    surely_after,
    surely_by,
    widened,
)

DAY = datetime(2020, 3, 10, tzinfo=UTC)


def at(hour: float) -> datetime:
    return DAY + timedelta(hours=hour)


def between(early: float | None, late: float | None) -> Interval:
    return Interval(None if early is None else at(early), None if late is None else at(late))


@st.composite
def intervals(draw: st.DrawFn) -> Interval:
    early = draw(st.none() | st.integers(0, 48))
    late = draw(st.none() | st.integers(0, 48))
    if early is not None and late is not None and late < early:
        early, late = late, early
    return between(early, late)


@st.composite
def known(draw: st.DrawFn) -> tuple[Interval, datetime]:
    """An interval and one instant that it leaves possible."""
    interval = draw(intervals())
    moment = at(draw(st.integers(0, 48)))
    if interval.earliest is not None:
        moment = max(moment, interval.earliest)
    if interval.latest is not None:
        moment = min(moment, interval.latest)
    return interval, moment


durations = st.integers(-72, 72).map(lambda hours: timedelta(hours=hours))


@pytest.mark.parametrize(
    ("listed", "first", "whole", "last"),
    [
        ([(1, 5), (2, 3)], (1, 3), (1, 5), (2, 5)),
        ([(1, 2), (3, 4)], (1, 2), (1, 4), (3, 4)),
        ([(1, 1), (1, 1)], (1, 1), (1, 1), (1, 1)),
        ([(None, 5), (2, 3)], (None, 3), (None, 5), (2, 5)),
        ([(1, None), (2, 3)], (1, 3), (1, None), (2, None)),
        ([(1, None)], (1, None), (1, None), (1, None)),
        ([(None, None), (2, 3)], (None, 3), (None, None), (2, None)),
        ([], (None, None), (None, None), (None, None)),
    ],
)
def test_first_of_is_not_the_hull(
    listed: list[tuple[float | None, float | None]],
    first: tuple[float | None, float | None],
    whole: tuple[float | None, float | None],
    last: tuple[float | None, float | None],
) -> None:
    things = [between(*ends) for ends in listed]
    assert first_of(things) == between(*first)
    assert hull(things) == between(*whole)
    assert last_of(things) == between(*last)


@pytest.mark.parametrize(
    ("interval", "not_before", "not_after", "result"),
    [
        ((1, 5), 2, None, (2, 5)),
        ((1, 5), None, 4, (1, 4)),
        ((1, 5), 5, None, (5, 5)),
        ((1, 5), None, 1, (1, 1)),
        ((1, 5), 6, None, (1, 5)),
        ((1, 5), None, 0, (1, 5)),
        ((1, 5), 0, 9, (1, 5)),
        ((None, None), 2, 4, (2, 4)),
        ((None, 3), 4, None, (None, 3)),
        ((2, 2), 2, 2, (2, 2)),
        ((1, 5), 4, 2, (4, 5)),
    ],
)
def test_causality_narrows_and_never_inverts(
    interval: tuple[float | None, float | None],
    not_before: float | None,
    not_after: float | None,
    result: tuple[float | None, float | None],
) -> None:
    assert narrowed(
        between(*interval),
        not_before=None if not_before is None else at(not_before),
        not_after=None if not_after is None else at(not_after),
    ) == between(*result)


@pytest.mark.parametrize(
    ("done", "due", "by", "after"),
    [
        ((9, 9), (9, 9), True, False),
        ((9.01, 9.01), (9, 9), False, True),
        ((8, 9), (9, 10), True, False),
        ((8, 9.5), (9, 10), False, False),
        ((10, 11), (9, 10), False, False),
        ((10.1, 11), (9, 10), False, True),
        ((None, 9), (9, None), True, False),
        ((9, None), (9, 9), False, False),
        ((9.1, None), (None, 9), False, True),
        ((9.1, None), (9, None), False, False),
        ((None, None), (9, 9), False, False),
        ((9, 9), (None, None), False, False),
    ],
)
def test_in_time_and_late(
    done: tuple[float | None, float | None],
    due: tuple[float | None, float | None],
    *,
    by: bool,
    after: bool,
) -> None:
    assert surely_by(between(*done), between(*due)) is by
    assert surely_after(between(*done), between(*due)) is after


@pytest.mark.parametrize(
    ("done", "due", "span"),
    [
        ((10, 10), (9, 9), (1, 1)),
        ((9, 9), (9, 9), (0, 0)),
        ((8, 8), (9, 9), (0, 0)),
        ((10, 12), (8, 9), (1, 4)),
        ((8, 12), (9, 10), (0, 3)),
        ((10, None), (9, 9), (1, None)),
        ((None, 10), (9, 9), (None, 1)),
        ((10, 10), (None, 9), (1, None)),
        ((10, 10), (9, None), (None, 1)),
    ],
)
def test_overrun(
    done: tuple[float | None, float | None],
    due: tuple[float | None, float | None],
    span: tuple[float | None, float | None],
) -> None:
    least, most = (None if hours is None else timedelta(hours=hours) for hours in span)
    assert overrun(between(*done), between(*due)) == Span(least, most)


def test_about_is_a_quarter_of_an_hour_either_way() -> None:
    assert timedelta(minutes=15) == ABOUT
    assert widened(between(8, 9)) == between(7.75, 9.25)
    assert widened(between(8, None)) == between(7.75, None)
    assert widened(OPEN) == OPEN
    assert between(8, 9).known
    assert not between(None, 9).known
    assert not between(8, None).known


@given(intervals(), durations)
def test_adding_and_taking_away_are_one_arithmetic(interval: Interval, by: timedelta) -> None:
    assert shifted(shifted(interval, by), -by) == interval


@given(intervals(), durations)
def test_a_report_as_long_after_the_start_as_the_limit_is_in_time(start: Interval, limit: timedelta) -> None:
    if start.known and start.earliest == start.latest:
        assert surely_by(shifted(start, limit), shifted(start, limit))
        late = shifted(shifted(start, limit), timedelta(seconds=1))
        assert surely_after(late, shifted(start, limit))
        assert overrun(late, shifted(start, limit)) == Span(timedelta(seconds=1), timedelta(seconds=1))


@given(st.lists(known(), min_size=1, max_size=4))
def test_first_last_and_hull_hold_what_they_are_of(things: list[tuple[Interval, datetime]]) -> None:
    listed = [interval for interval, _ in things]
    moments = [moment for _, moment in things]
    assert _holds(first_of(listed), min(moments))
    assert _holds(last_of(listed), max(moments))
    assert all(_holds(hull(listed), moment) for moment in moments)


def _holds(interval: Interval, moment: datetime) -> bool:
    return (interval.earliest is None or interval.earliest <= moment) and (
        interval.latest is None or moment <= interval.latest
    )


@given(intervals(), st.none() | st.integers(0, 48), st.none() | st.integers(0, 48))
def test_narrowing_never_inverts_and_never_widens(
    interval: Interval, before: int | None, after: int | None
) -> None:
    result = narrowed(
        interval,
        not_before=None if before is None else at(before),
        not_after=None if after is None else at(after),
    )
    if result.known:
        assert result.earliest is not None
        assert result.latest is not None
        assert result.earliest <= result.latest
    if interval.earliest is not None:
        assert result.earliest is not None
        assert result.earliest >= interval.earliest
    if interval.latest is not None:
        assert result.latest is not None
        assert result.latest <= interval.latest


@given(known(), known())
def test_what_is_sure_is_so_under_every_reading(
    one: tuple[Interval, datetime], other: tuple[Interval, datetime]
) -> None:
    assert not (surely_by(one[0], other[0]) and surely_after(one[0], other[0]))
    if surely_by(one[0], other[0]):
        assert one[1] <= other[1]
        assert possibly_by(one[0], other[0])
    if surely_after(one[0], other[0]):
        assert one[1] > other[1]
    if one[1] <= other[1]:
        assert possibly_by(one[0], other[0])


@given(known(), known())
def test_an_overrun_bounds_every_reading(
    done: tuple[Interval, datetime], due: tuple[Interval, datetime]
) -> None:
    span = overrun(done[0], due[0])
    really = max(done[1] - due[1], timedelta())
    assert span.at_least is None or span.at_least <= really
    assert span.at_most is None or really <= span.at_most
