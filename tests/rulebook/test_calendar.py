"""Working days: as the notices say, counted alike both ways, and unknown where no notice is known."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import holidays
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

import emergency.rulebook
from emergency import yamlfile
from emergency.errors import NotFoundError, UsageError
from emergency.rulebook.calendar import Calendar, YearNotPublishedError
from emergency.rulebook.calendar_year import CalendarYear

FOLDER = Path(emergency.rulebook.__file__).parent / "data" / "cn" / "calendar"
FIRST = 2007
PACKAGED = sorted(int(path.stem) for path in FOLDER.iterdir())

YEAR = """\
year: 2026
holidays: [2026-02-16, 2026-02-17, 2026-02-21]
workdays: [2026-02-14, 2026-02-28]
citation:
  law: 通知
  article: null
  promulgated: 2025-11-04
  source: made up
confirmed: true
recorded_on: 2026-11-22
"""


def year_of(text: str | bytes) -> CalendarYear:
    document = yamlfile.parse(text, "2026.yaml")
    try:
        return CalendarYear.model_validate(document.data)
    except ValidationError as error:
        raise yamlfile.explain(document, error, CalendarYear) from None


def packaged(year: int) -> CalendarYear:
    return year_of((FOLDER / f"{year}.yaml").read_bytes())


CALENDAR = Calendar({year: packaged(year) for year in range(FIRST, 2027)})
"""Without later years, so that what is unknown in it stays unknown when they are added."""

OPEN, CLOSED = date(FIRST, 1, 1), date(2026, 12, 31)

days = st.dates(OPEN, CLOSED)
inner = st.dates(date(2008, 1, 1), date(2025, 12, 31))
"""Far enough from both ends for every count of `counts`."""
counts = st.integers(0, 120)


def days_of(year: int) -> list[date]:
    start = date(year, 1, 1)
    return [start + timedelta(days=passed) for passed in range((date(year + 1, 1, 1) - start).days)]


@pytest.mark.parametrize(
    ("day", "working"),
    [
        (date(2026, 2, 13), True),  # a Friday
        (date(2026, 2, 14), True),  # a Saturday that is worked instead
        (date(2026, 2, 17), False),  # a Tuesday, the first day of the lunar year
        (date(2026, 2, 22), False),  # a Sunday within the holidays
        (date(2026, 2, 24), True),  # a Tuesday, the first day after them
        (date(2026, 3, 1), False),  # a Sunday like any other
        (date(2020, 1, 31), False),  # a Friday, off by the later notice only
        (date(2020, 2, 1), False),  # a Saturday, worked by the first notice, off by the later one
        (date(2018, 12, 29), True),  # a Saturday, worked by the notice for 2019
        (date(2018, 12, 31), False),  # a Monday, off by the notice for 2019
    ],
)
def test_a_day_works_or_not_as_the_notices_say(day: date, working: bool) -> None:  # noqa: FBT001 - a table
    assert CALENDAR.is_working(day) is working


def test_days_are_counted_over_holidays_and_over_a_saturday_that_is_worked() -> None:
    friday, saturday, after = date(2026, 2, 13), date(2026, 2, 14), date(2026, 2, 24)
    assert CALENDAR.working_days_after(friday, 1) == saturday
    assert CALENDAR.working_days_after(friday, 2) == after
    assert CALENDAR.working_days_before(after, 2) == friday
    assert CALENDAR.working_days_between(friday, after) == 2
    assert CALENDAR.working_days_between(after, friday) == -2


def test_a_day_off_is_no_working_day_to_count_from() -> None:
    holiday, before, after = date(2026, 2, 17), date(2026, 2, 14), date(2026, 2, 24)
    assert CALENDAR.next_working(holiday) == after
    assert [CALENDAR.working_days_after(holiday, n) for n in (0, 1)] == [after, after]
    assert [CALENDAR.working_days_before(holiday, n) for n in (0, 1)] == [before, before]
    assert CALENDAR.working_days_between(holiday, after) == 1


def test_no_working_day_from_a_working_day_is_the_day_itself() -> None:
    assert CALENDAR.next_working(CLOSED) == CLOSED
    assert CALENDAR.working_days_after(CLOSED, 0) == CALENDAR.working_days_before(CLOSED, 0) == CLOSED
    assert CALENDAR.working_days_between(CLOSED, CLOSED) == 0


@given(day=inner, n=counts)
def test_from_a_working_day_there_and_back_is_the_same_day(day: date, n: int) -> None:
    start = CALENDAR.next_working(day)
    assert CALENDAR.working_days_before(CALENDAR.working_days_after(start, n), n) == start
    assert CALENDAR.working_days_after(CALENDAR.working_days_before(start, n), n) == start


@given(day=inner.filter(lambda day: not CALENDAR.is_working(day)), n=st.integers(1, 120))
def test_from_a_day_off_there_and_back_is_the_working_day_beyond_it(day: date, n: int) -> None:
    """Of n there, n - 1 back is the working day after the day off, and n back the one before it."""
    there = CALENDAR.working_days_after(day, n)
    assert CALENDAR.working_days_before(there, n - 1) == CALENDAR.next_working(day) > day
    assert CALENDAR.working_days_before(there, n) == CALENDAR.working_days_before(day, 0) < day


@given(day=inner, n=st.integers(1, 120))
def test_counting_the_days_gives_back_how_many_were_gone(day: date, n: int) -> None:
    assert CALENDAR.working_days_between(day, CALENDAR.working_days_after(day, n)) == n
    start = CALENDAR.next_working(day)
    assert CALENDAR.working_days_between(start, CALENDAR.working_days_before(start, n)) == -n


@given(day=inner, n=counts)
def test_the_nth_day_is_the_nth_of_the_list_of_working_days(day: date, n: int) -> None:
    near = [day + timedelta(days=passed) for passed in range(-250, 251)]
    later = [each for each in near if each > day and CALENDAR.is_working(each)]
    earlier = [each for each in reversed(near) if each < day and CALENDAR.is_working(each)]
    if CALENDAR.is_working(day):
        later.insert(0, day)
        earlier.insert(0, day)
        expected = later[n], earlier[n]
    else:
        expected = later[max(n - 1, 0)], earlier[max(n - 1, 0)]
    assert (CALENDAR.working_days_after(day, n), CALENDAR.working_days_before(day, n)) == expected


@given(start=days, length=st.integers(0, 400))
def test_the_count_is_that_of_the_weekdays_less_holidays_and_with_the_days_worked_instead(
    start: date, length: int
) -> None:
    end = min(start + timedelta(days=length), CLOSED)
    counted = [start + timedelta(days=passed) for passed in range(1, (end - start).days + 1)]
    off = {day for year in CALENDAR.years.values() for day in year.holidays}
    worked = {day for year in CALENDAR.years.values() for day in year.workdays}
    expected = sum(day.weekday() < 5 and day not in off for day in counted) + len(worked & set(counted))
    assert CALENDAR.working_days_between(start, end) == expected
    assert CALENDAR.working_days_between(end, start) == -expected


@given(one=inner, other=inner, n=counts)
def test_a_later_day_is_never_due_earlier(one: date, other: date, n: int) -> None:
    earlier, later = sorted((one, other))
    assert CALENDAR.working_days_after(earlier, n) <= CALENDAR.working_days_after(later, n)
    assert CALENDAR.working_days_before(earlier, n) <= CALENDAR.working_days_before(later, n)


@given(day=inner, n=st.integers(1, 120))
def test_one_more_day_is_later_and_works(day: date, n: int) -> None:
    nth, next_one = CALENDAR.working_days_after(day, n), CALENDAR.working_days_after(day, n + 1)
    assert day < nth < next_one
    assert CALENDAR.is_working(nth)


def test_a_year_that_is_not_published_is_unknown_and_named() -> None:
    with pytest.raises(
        YearNotPublishedError, match=r"of 2027 are not known.*nearest.*2026.*2027\.yaml"
    ) as caught:
        CALENDAR.is_working(date(2027, 1, 4))
    assert caught.value.year == 2027
    assert isinstance(caught.value, NotFoundError)


def test_counting_does_not_go_on_into_an_unknown_year() -> None:
    assert CALENDAR.working_days_after(date(2026, 12, 30), 1) == CLOSED
    with pytest.raises(YearNotPublishedError, match="2027"):
        CALENDAR.working_days_after(CLOSED, 1)
    with pytest.raises(YearNotPublishedError, match="2027"):
        CALENDAR.working_days_between(CLOSED, date(2027, 1, 1))
    with pytest.raises(YearNotPublishedError, match="2006"):
        CALENDAR.working_days_before(OPEN, 0)
    assert CALENDAR.working_days_between(date(2006, 12, 31), date(FIRST, 1, 4)) == 1


@pytest.mark.parametrize("day", [date.min, date(2006, 12, 31), date(2027, 1, 1), date.max])
def test_counting_does_not_start_in_an_unknown_year(day: date) -> None:
    for count in (CALENDAR.working_days_after, CALENDAR.working_days_before):
        for n in (0, 1):
            with pytest.raises(YearNotPublishedError, match=f"of {day.year} are"):
                count(day, n)
    with pytest.raises(YearNotPublishedError):
        CALENDAR.next_working(day)


def test_a_calendar_without_a_year_names_no_nearest_one() -> None:
    with pytest.raises(YearNotPublishedError) as caught:
        Calendar({}).is_working(CLOSED)
    assert "nearest" not in str(caught.value)


def test_a_negative_count_is_refused() -> None:
    for count in (CALENDAR.working_days_after, CALENDAR.working_days_before):
        with pytest.raises(UsageError, match="other direction"):
            count(CLOSED, -1)


def test_another_weekend_may_be_written() -> None:
    year = year_of(YEAR.replace("holidays:", "weekend: [5, 6]\nholidays:"))
    assert not year.is_working(date(2026, 3, 6))  # a Friday
    assert year.is_working(date(2026, 3, 8))  # a Sunday


BAD = {
    "a holiday of another year": (
        ("2026-02-21]", "2027-01-01]"),
        2,
        "holidays: 2027-01-01 is not in 2026; move it",
    ),
    "a workday of another year": (
        ("[2026-02-14,", "[2025-02-15,"),
        3,
        "workdays: 2025-02-15 is not in 2026; move it",
    ),
    "a day in both lists": (
        ("2026-02-28]", "2026-02-21]"),
        3,
        "workdays: 2026-02-21 stands among the holidays too",
    ),
    "a workday that is none anyway": (("2026-02-28]", "2026-02-27]"), 3, "2026-02-27 is not on the weekend"),
    "a holiday twice": (
        ("2026-02-17,", "2026-02-16,"),
        2,
        "holidays: 2026-02-16 stands there twice; remove one",
    ),
    "a workday twice": (
        ("2026-02-28]", "2026-02-14]"),
        3,
        "workdays: 2026-02-14 stands there twice; remove one",
    ),
    "holidays in disorder": (
        ("2026-02-16,", "2026-02-20,"),
        2,
        "2026-02-17 stands after 2026-02-20; write the earl",
    ),
    "workdays in disorder": (
        ("2026-02-28]", "2026-01-04]"),
        3,
        "2026-01-04 stands after 2026-02-14; write the earl",
    ),
    "no day at all": (("2026-02-17,", "02-17,"), 2, 'holidays.1: "02-17" is not a day; write it like'),
    "a weekday that is none": (("holidays:", "weekend: [6, 8]\nholidays:"), 2, "weekend.1"),
    "a weekend in disorder": (("holidays:", "weekend: [7, 6]\nholidays:"), 2, "weekend: 6 stands after 7"),
    "a weekday twice": (("holidays:", "weekend: [6, 6]\nholidays:"), 2, "weekend: 6 stands after 6"),
    "a week without work": (("holidays:", "weekend: [1, 2, 3, 4, 5, 6, 7]\nholidays:"), 2, "weekend"),
    "no weekend": (("holidays:", "weekend: []\nholidays:"), 2, "weekend: "),
    "a year in words": (("year: 2026", "year: this"), 1, 'year: "this" is not a whole number'),
    "an unknown key": (
        ("workdays:", "weekends: [7]\nworkdays:"),
        3,
        'is not a known key; did you mean "weekend"?',
    ),
    "no holidays": (
        ("holidays: [2026-02-16, 2026-02-17, 2026-02-21]\n", ""),
        1,
        "holidays: is missing; add it",
    ),
    "no citation": ((YEAR[YEAR.index("citation") : YEAR.index("confirmed")], ""), 1, "citation: is missing"),
}


@pytest.mark.parametrize(("edit", "line", "message"), BAD.values(), ids=BAD)
def test_a_broken_file_is_refused_with_line_and_key(edit: tuple[str, str], line: int, message: str) -> None:
    assert edit[0] in YEAR
    with pytest.raises(yamlfile.BrokenFileError) as caught:
        year_of(YEAR.replace(*edit))
    assert str(caught.value).startswith(f"2026.yaml:{line}: ")
    assert message in str(caught.value)


def test_every_year_from_the_first_on_is_packaged() -> None:
    assert list(range(FIRST, max(PACKAGED) + 1)) == PACKAGED
    assert max(PACKAGED) >= 2026


@pytest.mark.parametrize("year", PACKAGED)
def test_a_packaged_year_is_its_own_cited_and_honest(year: int) -> None:
    known = packaged(year)
    assert known.year == year
    assert known.weekend == (6, 7)
    assert f"关于{year}年部分节假日安排的通知" in known.citation.law
    assert known.confirmed or known.note
    assert (known.checked_on is not None) == known.confirmed


@pytest.mark.parametrize("year", PACKAGED)
def test_a_packaged_year_agrees_with_another_calendar_on_every_day(year: int) -> None:
    known, other = packaged(year), holidays.country_holidays("CN", years=year)
    assert [day for day in days_of(year) if known.is_working(day) != other.is_working_day(day)] == []
