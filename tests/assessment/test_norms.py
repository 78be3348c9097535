"""The cases in ``norm_cases/``: a record of events, and exactly which checks of a norm stand in the end.

``expected`` names checks; under each, every row of it that stands: ``office@occasion: result`` with how sure a
failure is; of ``in-time`` those that are named. ``at`` looks at an instant instead. ``says``, ``evidence``,
``breached`` and ``rests_on`` look closer at the one row of a check that is named by ``check office@occasion``.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.assessment.norm_scene import Checked, about, checked, varied
from tests.assessment.timelines import instant, rulebook

from emergency import yamlfile
from emergency.rulebook import CheckName, Period

CASES = sorted(Path(__file__).with_name("norm_cases").glob("*.yaml"))
CLOSER = ("says", "evidence", "breached", "rests_on")


def _variants() -> Iterator[Any]:
    for path in CASES:
        data: Any = yamlfile.read(path).data
        for variant in data["variants"]:
            yield pytest.param(data["base"], variant, id=f"{path.stem}: {variant['name']}")


def _row(seen: Checked, words: str, at: str | None) -> dict[str, Any]:
    check, _, name = words.partition(" ")
    (row,) = [r for r in seen.at(at) if r["check"] == check and f"{r['office']}@{about(r)}" == name]
    return row


@pytest.mark.parametrize(("base", "variant"), list(_variants()))
def test_case(base: dict[str, Any], variant: dict[str, Any]) -> None:
    data = varied(base, variant)
    seen = checked(data)
    for moment, expected in [(None, variant.get("expected")), *(variant.get("at") or {}).items()]:
        at = None if moment is None else instant(moment, data["day"])
        for check, wanted in (expected or {}).items():
            found = seen.of(check, at)
            if check == "in-time":  # an office owes much else
                found = {name: result for name, result in found.items() if name in wanted}
            assert found == (wanted or {}), (check, moment)
    for words, text in (variant.get("says") or {}).items():
        assert text in _row(seen, words, None)["explanation"]["en"]
    for key in ("evidence", "rests_on"):
        for words, steps in (variant.get(key) or {}).items():
            assert sorted(_row(seen, words, None)[key]) == sorted(steps)
    for words, rules in (variant.get("breached") or {}).items():
        grounds = _row(seen, words, None)["grounds"]
        assert sorted(g["rule"].removeprefix("cn/") for g in grounds if g["breached"]) == sorted(rules)


def test_every_case_says_what_it_expects() -> None:
    """A misspelt key in a case would be a test that tests nothing."""
    for path in CASES:
        data: Any = yamlfile.read(path).data
        assert set(data) <= {"about", "base", "variants"}, path.name
        names = [variant["name"] for variant in data["variants"]]
        assert len(names) == len(set(names)), path.name
        for variant in data["variants"]:
            keys = {"name", "why", "set", "without", "add", "at", "expected", *CLOSER}
            assert set(variant) <= keys, (path.name, variant["name"])
            assert variant.get("expected") or variant.get("at"), (path.name, variant["name"])


def test_a_text_that_asks_for_a_while_asks_no_more_when_that_is_over() -> None:
    book = rulebook()
    until = [
        n.model_copy(update={"window": Period(days=1)}) if n.check is CheckName.FIGURES_CONSISTENT else n
        for n in book.norms
    ]
    report: dict[str, Any] = {"id": "r", "act": "reported", "office": "unit", "to": ["bureau"]}
    for at, asked in (("+1 23:59", True), ("+2 00:01", False)):
        data = {
            **varied({"offices": _OFFICES, "occurred_at": "08:00"}, {}),
            "entries": [{**report, "at": at, "facts": {"deaths": 1, "bodies": 2}}],
        }
        seen = checked(data, replace(book, norms=until, kept_fingerprint=None))
        assert bool(seen.of("figures-consistent")) is asked


@pytest.mark.parametrize(
    ("changes", "sure"), [({}, "established"), ({"l1.assumed": True}, "presumed"), ({"kind": "sudden"}, None)]
)
def test_a_draft_is_held_as_surely_as_the_unit_is_late(changes: dict[str, Any], sure: str | None) -> None:
    """By a confirmed text: under the packaged one, which nobody has confirmed, it is possible at most."""
    book = rulebook()
    norms = []
    for norm in book.norms:
        values = {day: value.model_copy(update={"confirmed": True}) for day, value in norm.values.items()}
        held = norm.check is CheckName.DRAFT_NOT_HELD
        norms.append(norm.model_copy(update={"values": values}) if held else norm)
    base: Any = yamlfile.read(CASES[0].with_name("timely.yaml")).data["base"]
    confirmed = replace(book, norms=norms, kept_fingerprint=None)
    if (
        sure is None
    ):  # the lateness itself is only possible: no text that somebody read gives the unit its hours
        rules = []
        for rule in book.rules:
            unread = {day: v.model_copy(update={"confirmed": False}) for day, v in rule.values.items()}
            rules.append(rule.model_copy(update={"values": unread}))
        confirmed, changes, sure = replace(confirmed, rules=rules), {}, "possible"
    seen = checked(varied(base, {"set": changes}), confirmed)
    assert seen.of("draft-not-held") == {"desk@o1": f"fail {sure}"}


def _written(seen: Checked) -> list[str]:
    """Each row but for the order of what it rests on, and for what a duty was read from, which is the duty's own."""

    def plain(row: dict[str, Any]) -> dict[str, Any]:
        evidence = [] if row["check"] == "in-time" else sorted(row["evidence"])
        return {**row, "grounds": None, "evidence": evidence, "rests_on": sorted(row["rests_on"])}

    return sorted(str(plain(row)) for row in seen.rows)


@pytest.mark.parametrize(("base", "variant"), list(_variants()))
def test_the_order_of_entries_changes_nothing(base: dict[str, Any], variant: dict[str, Any]) -> None:
    data = varied(base, variant)
    given_rows = _written(checked(data))
    backwards = {**data, "entries": data["entries"][::-1]}
    assert _written(checked(backwards)) == given_rows


# -- any record at all -----------------------------------------------------------------------------------------

_PLACES = {"330783": "东阳", "330127": "淳安", "4412": "肇庆", "210302": "铁东", "37": "山东"}
_FIGURES = st.fixed_dictionaries(
    {},
    optional={
        name: st.integers(0, 4) | st.builds(lambda n: {"value": n, "about": True}, st.integers(0, 4))
        for name in ("deaths", "missing", "dead_or_missing", "injured", "seriously_injured")
    },
)
_CONTENT = st.none() | st.lists(
    st.builds(
        lambda of, v: {"of": of, "verifying": v}, st.sampled_from(["measures", "trend"]), st.booleans()
    ),
    max_size=2,
)
_ACTS = (
    *("reported", "followed-up", "corrected", "final-report", "answered"),
    *("learned", "verified", "withheld"),
    *("draft-opened", "draft-edited", "draft-issued"),
)
_OFFICES = {
    "unit": {"tier": "unit", "line": "enterprise", "reports_to": ["bureau", "county"]},
    "bureau": {"tier": "county", "line": "department", "reports_to": ["county", "city"]},
    "county": {"tier": "county", "line": "government", "reports_to": ["city"]},
    "city": {"tier": "city", "line": "government", "reports_to": []},
}


@st.composite
def _records(draw: st.DrawFn) -> dict[str, Any]:
    place = draw(st.sampled_from(sorted(_PLACES)))
    entries: list[dict[str, Any]] = []
    for number in range(draw(st.integers(1, 7))):
        act = draw(st.sampled_from(_ACTS))
        hour = f"{draw(st.integers(8, 12)):02d}:{draw(st.sampled_from(['00', '30']))}"
        entry: dict[str, Any] = {
            "id": f"e{number}",
            "act": act,
            "office": draw(st.sampled_from(["unit", "bureau", "county"])),
            "at": draw(st.sampled_from([hour, hour, [hour, "12:45"], None])),
            "facts": draw(_FIGURES),
        }
        if act.startswith("draft"):
            entry |= {"draft": "county", "office": "county"}
            if act != "draft-opened":
                entry["version"] = draw(st.integers(1, 2))
            else:
                entry["contributions"] = [f"#e{draw(st.integers(0, 6))}"]
            if act == "draft-issued":
                entry["hash"] = draw(st.sampled_from(["sha256:a", "sha256:b"]))
        elif act not in ("learned", "verified", "withheld"):
            entry["to"] = draw(
                st.lists(st.sampled_from(["bureau", "county", "city"]), unique=True, max_size=2)
            )
            entry["channel"] = draw(st.sampled_from(["phone", "written", "unknown"]))
            if act != "answered":
                entry["content"] = draw(_CONTENT)
                entry["complete"] = draw(st.booleans())
                if draw(st.booleans()):
                    entry |= {"draft": "county", "version": draw(st.integers(1, 2))}
                    entry["sent_hash"] = draw(st.sampled_from([None, "sha256:a"]))
                entry["dissent"] = draw(st.sampled_from([None, None, "本单位掌握更多"]))
        entries.append(entry)
    return {
        "day": "2020-03-10",
        "category": "accident",
        "kind": "coal-mine",
        "place": {"name": _PLACES[place], "division": place.ljust(6, "0")},
        "occurred_at": "07:00",
        "logs": [],
        "complete_for": draw(st.sampled_from([[], ["unit", "bureau", "county"]])),
        "offices": {name: {"name": name, **fields} for name, fields in _OFFICES.items()},
        "entries": entries,
    }


@given(_records(), st.randoms(use_true_random=False))
@settings(max_examples=30, deadline=None)
def test_no_check_both_passes_and_fails_and_no_order_of_the_log_matters(
    data: dict[str, Any], rng: Random
) -> None:
    seen = checked(data)
    rows: dict[str, list[dict[str, Any]]] = {}
    for row in seen.rows:
        rows.setdefault(row["id"], []).append(row)
        assert (row["status"] != "none") == (row["result"] == "fail")
        assert row["grounds"]
    for phases in rows.values():
        for one, other in itertools.combinations(phases, 2):
            begins, ends = (
                (one["holds_from"], other["holds_from"]),
                (one["holds_until"], other["holds_until"]),
            )
            first = 0 if begins[1] is None or (begins[0] is not None and begins[0] > begins[1]) else 1
            first = 1 - first
            assert ends[first] is not None
            assert ends[first] <= (begins[1 - first] or "")
    mixed = list(data["entries"])
    rng.shuffle(mixed)
    assert _written(checked({**data, "entries": mixed})) == _written(seen)
