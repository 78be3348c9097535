"""Whether the examples of a rule show both sides of its limit, and of each day on which it changes.

What is asked for, of every rule that is judged (one that binds, and whose recipient stands in a directory):

- for each limit that its values give, an example that is *met* at its very end and one that is *late* just after
  it. The end of hours is their last instant, and just after is at most a minute later; the end of days is the last
  of them, and just after is the next day. Where the end cannot be told here (working days, months, a shift off days
  off, an outer end, one report after another, an order of two reports), any example that is met and any that is late
  or overdue will do. A duty at once needs an example that is met; it is never late by arithmetic.
- for each day on which limit or clock begin, change or end, an example that starts on that day and one that starts
  on the day before, both in China. A day that only changes the citation changes no verdict and needs none.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta

from emergency.domain.times import CHINA
from emergency.rulebook.fields import Period
from emergency.rulebook.limits import Limit
from emergency.rulebook.model import Example, Rule, Value
from emergency.rulebook.vocabulary import Modality
from emergency.words import Words

DAY = timedelta(days=1)
JUST_AFTER = timedelta(minutes=1)

AT_LIMIT = "no-example-at-limit"
PAST_LIMIT = "no-example-past-limit"
BEFORE_DAY = "no-example-before-day"
ON_DAY = "no-example-on-day"
CODES = (AT_LIMIT, PAST_LIMIT, BEFORE_DAY, ON_DAY)


def unexercised(rule: Rule) -> Iterator[tuple[str, date, Words]]:
    """Name what the examples of a rule leave unshown: the code, the day of the value, and what to do."""
    if rule.modality is Modality.MAY or rule.to.named is not None:
        return
    yield from _limits(rule)
    yield from _days(rule)


def _limits(rule: Rule) -> Iterator[tuple[str, date, Words]]:
    first: dict[Limit, date] = {}
    for day, value in rule.values.items():
        if isinstance(value, Value):
            first.setdefault(value.limit, day)
    for limit, day in first.items():
        under = [e for e in rule.examples if (v := rule.value_on(_china(e.starts))) and v.limit == limit]
        if not any(_at_the_end(limit, example) for example in under):
            yield (
                AT_LIMIT,
                day,
                _with(
                    Words("没有一个例子恰在时限届满时完成", "no example is met at the very end of it"),
                    _like(limit, day, past=False),
                ),
            )
        if limit.has_hours and not any(_just_after(limit, example) for example in under):
            yield (
                PAST_LIMIT,
                day,
                _with(
                    Words("没有一个例子刚刚超过时限", "no example is late just after it"),
                    _like(limit, day, past=True),
                ),
            )


def _like(limit: Limit, day: date, *, past: bool) -> Words:
    """An example to copy, where one can be worked out."""
    if limit.hours is None or not _plain(limit):
        return Words("；请加一个", "; add one")
    starts = datetime(day.year, day.month, day.day, 10, tzinfo=CHINA)
    sent = starts + limit.hours + (JUST_AFTER if past else timedelta())
    then = "late" if past else "met"
    said = f'starts: "{starts:%Y-%m-%dT%H:%M}", sent: "{sent:%Y-%m-%dT%H:%M}", then: {then}'
    return Words(f"；请加一个，如 {{{said}}}", f"; add one like {{{said}}}")


def _with(said: Words, hint: Words) -> Words:
    return Words(f"{said.zh}{hint.zh}", f"{said.en}{hint.en}")


def _plain(limit: Limit) -> bool:
    return limit.at_most is None and limit.shift is None


def _outcomes(example: Example) -> set[str]:
    then = example.then
    return set(then.values()) if isinstance(then, Mapping) else {then}


def _at_the_end(limit: Limit, example: Example) -> bool:
    if not limit.has_hours:
        return not _outcomes(example).isdisjoint({"met", "open", "overdue"})
    if "met" not in _outcomes(example):
        return False
    if limit.hours is not None and _plain(limit):
        return any(sent - example.starts == limit.hours for sent in example.sent)
    last = _last_day(limit, example.starts)
    return last is None or any(_china(sent) == last for sent in example.sent)


def _just_after(limit: Limit, example: Example) -> bool:
    outcomes = _outcomes(example)
    if limit.hours is not None and _plain(limit):
        return "late" in outcomes and any(
            timedelta() < sent - example.starts - limit.hours <= JUST_AFTER for sent in example.sent
        )
    last = _last_day(limit, example.starts)
    if last is None:
        return not outcomes.isdisjoint({"late", "overdue"})
    near = (last, last + DAY) if limit.by is not None else (last + DAY,)
    return "late" in outcomes and any(_china(sent) in near for sent in example.sent)


def _last_day(limit: Limit, starts: datetime) -> date | None:
    """The last day of a limit in days, where that needs neither calendar nor the length of months."""
    if not _plain(limit):
        return None
    if limit.same_day:
        return _china(starts)
    if isinstance(limit.within, Period) and not limit.within.months:
        return _china(starts) + limit.within.days * DAY
    return None


def _days(rule: Rule) -> Iterator[tuple[str, date, Words]]:
    started = {_china(example.starts) for example in rule.examples}
    for day in turns(rule):
        if day > date.min and day - DAY not in started:
            yield (
                BEFORE_DAY,
                day,
                Words(
                    f"没有一个例子始于前一日 {day - DAY}；请加一个",
                    f"no example starts on {day - DAY}, the day before; add one",
                ),
            )
        if day not in started:
            yield (
                ON_DAY,
                day,
                Words(f"没有一个例子始于 {day}；请加一个", f"no example starts on {day}; add one"),
            )


def turns(rule: Rule) -> Iterator[date]:
    """The days on which limit or clock begin, change or end."""
    before: tuple[object, object] | None = None
    for day, value in rule.values.items():
        now = (value.limit, value.clock) if isinstance(value, Value) else None
        if now != before:
            yield day
        before = now


def _china(moment: datetime) -> date:
    return moment.astimezone(CHINA).date()


__all__ = ["CODES", "turns", "unexercised"]
