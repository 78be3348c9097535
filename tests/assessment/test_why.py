"""An explanation comes to the verdict that it explains, and says nothing that the record does not hold."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from tests.assessment.test_cases import CASES
from tests.assessment.test_later import BASE as COUNTY
from tests.assessment.test_later import DAILY, act, under
from tests.assessment.test_readings import Reading, _timeline, records
from tests.assessment.timelines import Judged, judged, rulebook, varied

from emergency import yamlfile
from emergency.assessment.why import ObligationWhy, Why, explain
from emergency.domain.intervals import OPEN
from emergency.domain.times import CHINA
from emergency.errors import NotFoundError
from emergency.projections.prose import markdown, prose
from emergency.projections.rows import interval_row
from emergency.projections.why_rows import why_row
from emergency.rulebook import Rulebook

AT = datetime(2027, 1, 1, tzinfo=UTC)
LATE = datetime(2020, 3, 10, 9, tzinfo=UTC)

BASE: dict[str, Any] = {
    "record": {"complete_for": ["unit", "county"]},
    "occurred_at": "08:00",
    "offices": {
        "unit": {"name": "某矿", "tier": "unit", "line": "enterprise", "reports_to": ["county"]},
        "county": {"name": "县局", "tier": "county", "line": "department", "reports_to": ["city"]},
        "city": {"name": "市局", "tier": "city", "line": "department", "reports_to": []},
    },
    "steps": [
        {"id": "s1", "act": "learned", "office": "unit", "at": "08:00", "facts": {"deaths": 12}},
        {"id": "s2", "act": "reported", "office": "unit", "to": "county", "at": "11:00", "channel": "phone"},
    ],
}


def why(seen: Judged, what: str = "", rules: Rulebook | None = None, at: datetime = AT) -> Why:
    return explain(seen.timeline, seen.directory, rules or rulebook(), at=at, what=what)


def one(seen: Judged, what: str) -> ObligationWhy:
    (found,) = why(seen, what).obligations
    return found


def explained(seen: Judged) -> Iterator[tuple[dict[str, Any], ObligationWhy]]:
    """Every obligation as it ended, with its explanation."""
    for row in seen.obligations().values():
        yield row, one(seen, row["id"])


def held_to(row: dict[str, Any], told: ObligationWhy) -> None:
    """The explanation comes to what the row says."""
    assert interval_row(told.reckoning.due or OPEN) == row["due"], row["id"]
    assert told.governs.rule == row["governing"]
    assert {told.governs.rule, *(r.rule for r in told.others)} == {g["rule"] for g in row["grounds"]}
    assert told.state == row["state"]
    outcomes = {reading.outcome for reading in told.readings}
    if row["state"] == "late":
        assert outcomes <= {"late", "open"}
    if row["state"] == "met" and told.readings:
        assert outcomes == {"in-time"}
    seen_steps = {step.id for step in told.inputs}
    assert {
        *row["trigger"],
        *row["rests_on"],
        *filter(None, (row["met_by"], row["reached_by"])),
    } <= seen_steps


@settings(max_examples=150, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(record=records())
def test_the_arithmetic_comes_to_the_due_time_of_the_row(record: Reading) -> None:
    seen = judged(_timeline(record, None, {}))
    for row, told in explained(seen):
        held_to(row, told)
    for finding in seen.findings():
        (found,) = why(seen, finding["id"]).findings
        assert [step.id for step in found.evidence] == finding["evidence"]


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_both_sides_of_every_limit_are_explained(path: Path) -> None:
    data: Any = yamlfile.read(path).data
    for variant in data["variants"]:
        seen = judged(varied(data["base"], variant))
        for row, told in explained(seen):
            held_to(row, told)
        for finding in seen.findings():
            assert why(seen, finding["id"]).findings


@pytest.mark.parametrize(
    "path", sorted((Path(__file__).parents[1] / "cases").glob("*.yaml")), ids=lambda p: p.stem
)
def test_real_cases_are_explained_in_both_languages(path: Path) -> None:
    from emergency import Engine  # noqa: PLC0415 - a store is needed here only

    with Engine.open("sqlite://") as engine:
        ref = engine.import_timeline(path).ref
        view = engine.view(ref)
        for row in [r for r in view.obligation_rows if r["holds_until"] is None]:
            (told,) = engine.why(ref, row["id"]).why.obligations
            held_to(row, told)
        for standing in engine.why(ref).why.standing:
            found = engine.why(ref, standing.short)
            (same,) = found.why.obligations or found.why.findings
            assert same.id == standing.id
            assert json.loads(json.dumps(found.row))["incident"] == ref
            zh, en = found.markdown("zh"), found.markdown("en")
            assert zh.startswith("# ")
            assert "## 计算" in zh or found.why.findings
            assert en.count("\n#") == zh.count("\n#")
        assert engine.why(ref, "level").markdown("zh")


def test_a_note_and_how_the_recipient_was_found_are_told_in_both_languages() -> None:
    """Under the key that was there first in English, and beside it in Chinese; both remarks where there are two."""
    data = {**BASE, "day": "2022-03-10"}
    seen = judged(varied(data, {"set": {"offices.county.line": "government"}}))
    grounds = seen.obligations()["unit>county"]["grounds"]
    notes = {
        ground["rule"].removeprefix("cn/national/"): (ground["note"], ground["note_zh"]) for ground in grounds
    }
    law = rulebook().rule("cn/national/work-safety/law-unit-to-county").values[date(2021, 9, 1)].note
    assert law is not None
    assert notes["emergency-response/affected-unit-to-county"] == (None, None)
    assert notes["work-safety/unit-to-county"] == ("line not told apart", "接报单位的条块未区分")
    assert notes["work-safety/law-unit-to-county"] == (
        f"line not told apart; {law.en}",
        f"接报单位的条块未区分；{law.zh}",
    )


def test_a_note_is_told_in_the_language_of_the_reader() -> None:
    seen = judged(varied({**BASE, "day": "2022-03-10"}, {"set": {"offices.county.line": "government"}}))
    told = why(seen, "county city first").obligations[0]
    note = told.governs.cited.note
    assert note is not None
    for chinese, shown, hidden in ((True, note.zh, note.en), (False, note.en, note.zh)):
        text = "\n".join(line.text for line in prose(why(seen, told.id), chinese=chinese))
        assert shown in text
        assert hidden not in text
    cited = why_row(why(seen, told.id))["obligations"][0]["governs"]["cited"]
    assert (cited["note"], cited["note_zh"]) == (note.en, note.zh)


def test_the_sums_are_written_out_for_both_ends() -> None:
    seen = judged(varied(BASE, {"set": {"s1.at": {"from": "08:00", "to": "08:30"}}}))
    told = one(seen, "unit county")
    sums = [(line.end, f"{line.start.astimezone(CHINA):%H:%M}") for line in told.reckoning.sums]
    assert sums == [("earliest", "08:00"), ("latest", "08:30")]
    assert [(r.outcome, str(r.by)) for r in told.readings] == [("late", "2:00:00"), ("late", "1:30:00")]
    assert told.clock.evidence[0].shows == "directly"
    assert told.clock.evidence[0].counts


def test_every_rule_of_the_office_is_accounted_for() -> None:
    seen = judged(varied(BASE, {}))
    told = one(seen, "unit county")
    mine = [r for r in rulebook().rules if "unit" in r.who.tiers and "enterprise" in r.who.lines]
    named = [told.governs.rule, *(r.rule for r in told.others)]
    named += [rule.rule for group in told.considered for rule in group.rules]
    assert len(named) == len(set(named))
    assert len(named) + told.elsewhere == len(mine)
    reasons = {group.reason for group in told.considered}
    assert {"not-in-force", "allowed-only", "other-stage"} <= reasons


def test_a_day_before_any_rule_says_since_when_they_hold() -> None:
    seen = judged(varied(BASE, {"set": {"day": "2008-03-10"}}))
    told = one(seen, "unit county")
    (group,) = [g for g in told.considered if g.reason == "not-in-force"]
    assert all(rule.since.year > 2008 or (rule.until and rule.until.year <= 2008) for rule in group.rules)


def test_it_stands_as_it_stood_at_the_instant() -> None:
    seen = judged(varied(BASE, {}))
    early = datetime.fromisoformat("2020-03-10T08:30+08:00")
    (told,) = why(seen, "unit county", at=early).obligations
    assert told.state == "open"
    assert [phase.state for phase in told.phases] == ["open", "overdue", "late"]


def test_what_is_open_late_or_suspicious_comes_most_serious_first() -> None:
    more = [
        {"id": "s3", "act": "withheld", "office": "county", "at": "11:30", "facts": {"deaths": 12}},
        {
            "id": "s4",
            "act": "reported",
            "office": "county",
            "to": "city",
            "at": "20:00",
            "facts": {"deaths": 1, "missing": 0},
        },
    ]
    standing = why(judged(varied(BASE, {"add": more}))).standing
    gravity = ["established", "presumed", "suspected", "possible"]
    found = [s.verdict[1] for s in standing if s.what == "finding"]
    assert found == sorted(found, key=gravity.index)
    assert {"established", "suspected"} <= set(found)


def test_level_tells_what_each_figure_reaches() -> None:
    seen = judged(
        varied(
            BASE,
            {
                "add": [
                    {"id": "s3", "act": "learned", "office": "unit", "at": "09:00", "facts": {"deaths": 30}}
                ]
            },
        )
    )
    unit = next(level for level in why(seen, "level").levels if level.office.ref == "unit")
    assert (unit.level, unit.by, unit.open_above) == ("I", "s3", ())
    reached = [
        (r.figure, r.level, r.starts, r.next_starts)
        for h in unit.held
        for r in h.reaches
        if r.measure == "dead_or_missing"
    ]
    assert reached == [(12, "II", 10, 30), (30, "I", 30, None)]


@pytest.mark.parametrize(
    "asked", ["nothing", "unit county laet", "level of it", "*", "%", "\x00", "㍿" * 500]
)
def test_what_is_not_there_is_answered_with_what_is(asked: str) -> None:
    with pytest.raises(NotFoundError, match=r"Did you mean|There are|fits several"):
        why(judged(varied(BASE, {})), asked)


def test_words_of_the_record_are_no_markup() -> None:
    seen = judged(varied(BASE, {"set": {"offices.unit.name": "# 某矿 <script>*x*</script> [a](b)"}}))
    page = markdown(prose(why(seen, "unit county"), chinese=True))
    assert "<script>" not in page
    assert page.startswith(r"# \# 某矿 \<script\>")


def test_json_keys_are_there_whatever_was_asked() -> None:
    seen = judged(varied(BASE, {}))
    keys = {
        "incident",
        "title",
        "at",
        "standing",
        "undetermined",
        "obligations",
        "findings",
        "levels",
        "checks",
    }
    for asked in ("", "level", "unit county", "unit county late"):
        row = why_row(why(seen, asked))
        assert set(row) == keys
        assert json.loads(json.dumps(row)) == row


def test_a_follow_up_is_explained_with_whatever_ended_the_situation() -> None:
    rules = under(DAILY)
    ended = act("stabilised", "+3 00:00")
    seen = judged(varied(COUNTY, {"add": [ended]}), rules=rules)
    told = why(seen, "county city follow-up 2020-03-11 late", rules)
    assert any(line["id"] == "stabilised" for line in why_row(told)["findings"][0]["obligation"]["inputs"])
    assert list(prose(told, chinese=False))
