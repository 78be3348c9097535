"""The value in force on a day, and the fingerprint of the whole."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emergency.rulebook import Period, Rule, Value, load
from emergency.rulebook.fields import read_length

from .bench import KINDS, NAME, RULE, edited, write

days = st.dates(date(1990, 1, 1), date(2040, 1, 1))
limits = st.none() | st.integers(1, 10_000)
CITATION = {"law": "条例", "article": None, "promulgated": None, "source": "read"}


def _rule(dated: dict[date, int | None]) -> Rule:
    values = {
        day.isoformat(): {
            **(
                {"limit": None} if hours is None else {"limit": {"within": f"PT{hours}H"}, "clock": "learned"}
            ),
            "citation": CITATION,
            "confirmed": "true",
            "recorded_on": "2026-11-21",
        }
        for day, hours in sorted(dated.items())
    }
    return Rule.model_validate(
        {
            "id": "x/y",
            "title": {"zh": "规则", "en": "A rule"},
            "row": "1",
            "rank": "law",
            "who": {"tiers": ["unit"], "lines": ["enterprise"]},
            "to": {"tier": "next", "line": "same"},
            "values": values,
        }
    )


@given(dated=st.dictionaries(days, limits, min_size=1, max_size=8), day=days)
def test_the_value_of_a_day_is_the_last_that_took_effect(dated: dict[date, int | None], day: date) -> None:
    expected: tuple[date, int | None] | None = None
    for since, hours in dated.items():
        if since <= day and (expected is None or since > expected[0]):
            expected = (since, hours)
    value = _rule(dated).value_on(day)
    if expected is None or expected[1] is None:
        assert value is None
    else:
        assert isinstance(value, Value)
        assert (value.since, value.limit.within) == (expected[0], timedelta(hours=expected[1]))


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("PT30M", timedelta(minutes=30)),
        ("PT1H", timedelta(hours=1)),
        ("PT1H30M", timedelta(minutes=90)),
        ("PT24H", timedelta(days=1)),
        ("P1D", Period(days=1)),
        ("P1W", Period(days=7)),
        ("P1M", Period(months=1)),
        ("P1Y", Period(months=12)),
        ("P1M15D", Period(months=1, days=15)),
    ],
)
def test_hours_are_exact_and_days_are_counted_in_dates(text: str, length: timedelta | Period) -> None:
    assert read_length(text) == length
    assert isinstance(length, timedelta) or read_length(str(length)) == length


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "write hours like PT2H"),
        ("P", "write hours like PT2H"),
        ("PT", "write hours like PT2H"),
        ("1H", "write PT1H"),
        ("2 hours", "write PT2H"),
        ("30分钟", "write PT30M"),
        ("3天", "write P3D"),
        ("1 month", "write P1M, which is counted in dates; where hours are meant, PT720H"),
        ("P1DT2H", "write hours only .* or days only"),
        ("PT-1H", "write hours like"),
        ("PT1.5H", "write hours like"),
        ("pt1h", "write hours like"),
        ("PT0H", "is no time at all"),
        ("P0D", "is no time at all"),
        ("P999999999999W", "is too long"),
        ("PT999999999999H", "is too long"),
    ],
)
def test_anything_else_is_no_length(text: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        read_length(text)


def _fingerprint(folder: Path, **files: str) -> str:
    for name, content in files.items():
        write(folder, name.replace("__", "/") + ".yaml", content)
    return load(folder).fingerprint


def test_the_fingerprint_does_not_see_comments_layout_or_order(tmp_path: Path) -> None:
    other = edited(("PT1H", "PT2H"))
    first = _fingerprint(tmp_path / "1", cn__r__a=RULE, cn__r__b=other)
    assert first.startswith("sha256:")
    assert len(first) == len("sha256:") + 64
    head, values = RULE.split("values:")
    lines = (
        head.replace("title:\n", "# as read in 2026\n\n")
        .replace("  zh:", "title:\n      zh:")
        .replace("  en:", "      en:")
    )
    reordered = f"values:{values}\n\n{lines}"
    assert _fingerprint(tmp_path / "2", cn__r__b=other, cn__r__a=reordered) == first
    assert _fingerprint(tmp_path / "3", cn__r__a=edited(("PT1H", "PT60M")), cn__r__b=other) == first


def test_the_fingerprint_does_not_see_the_order_of_figures_and_families(tmp_path: Path) -> None:
    figures, turned = "{dead_or_missing: 10, evacuated: 9}", "{evacuated: 9, dead_or_missing: 10}"
    kinds = KINDS + '  nuclear: ["nuclear*"]\n'
    head, *families = kinds.splitlines()
    prints = [
        _fingerprint(
            tmp_path / place,
            cn__kinds="\n".join([head, *lines]),
            cn__r__a=edited(("row:", f"at_least: {written}\nrow:")),
        )
        for place, lines, written in (("1", families, figures), ("2", families[::-1], turned))
    ]
    assert prints[0] == prints[1]


@pytest.mark.parametrize("mode", ["json", "python"])
def test_a_rule_written_out_and_read_again_is_the_same(mode: str) -> None:
    """Examples and accepted warnings are about the file; they are no part of what the rule says."""
    for rule in load().rules:
        said = rule.model_copy(update={"examples": (), "accepts": {}})
        again = Rule.model_validate({**rule.model_dump(mode=mode), "id": rule.id})
        assert again == said
        assert hash(again) == hash(rule)


def test_the_fingerprint_does_not_see_a_default_written_out(tmp_path: Path) -> None:
    written = edited(("row:", "stage: first\nchannel: any\nrow:"))
    assert _fingerprint(tmp_path / "1", cn__r__a=RULE) == _fingerprint(tmp_path / "2", cn__r__a=written)


@pytest.mark.parametrize(
    "change",
    [
        ("PT1H", "PT61M"),
        ("received", "learned"),
        ("第九条", "第十条"),
        ("confirmed: true", "confirmed: false"),
        ("2007-06-01", "2007-06-02"),
        ("tier: county", "tier: city"),
        ("or_above: true", "or_above: false"),
        ("within: PT1H", "no_hours: 立即"),
        ("row:", "levels: [I]\nrow:"),
        ("kinds_except: [environment]", "kinds: [environment]"),
        ("checked_on: 2026-11-21", "checked_on: 2026-11-22"),
    ],
)
def test_the_fingerprint_sees_every_change(tmp_path: Path, change: tuple[str, str]) -> None:
    assert _fingerprint(tmp_path / "1", cn__r__a=RULE) != _fingerprint(
        tmp_path / "2", cn__r__a=edited(change)
    )


def test_the_fingerprint_sees_names_and_families(tmp_path: Path) -> None:
    first = _fingerprint(tmp_path / "1", cn__r__a=RULE)
    assert _fingerprint(tmp_path / "2", cn__r__b=RULE) != first
    assert _fingerprint(tmp_path / "3", cn__kinds=KINDS.replace("pollution", "smoke"), cn__r__a=RULE) != first


def test_the_path_is_the_name(tmp_path: Path) -> None:
    write(tmp_path, f"{NAME}.yaml", RULE)
    assert [rule.id for rule in load(tmp_path).rules] == [NAME]
