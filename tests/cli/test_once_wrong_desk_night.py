"""Mistakes that a night at the desk once brought to light."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

import pytest
from tests.cli.conftest import Type

DEPARTMENT = "xs-em"


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_duty_that_surely_applies_is_no_conditional_one_for_a_stricter_limit_that_may(
    on_duty: Type, lang: str
) -> None:
    """The entry screen, the guide and the list say the same: owed, the strictest limit, and otherwise by when."""
    ran = on_duty(
        "--lang", lang, "learn", "--new", "河水污染", "--kind", "water-pollution", "--place", "响水",
        "--office", DEPARTMENT,
    )  # fmt: skip
    assert ran.code == 0, ran.err
    said = "".join(ran.out.split())
    assert ("否则" if lang == "zh" else "otherwiseby") in said
    order = [said.index(name) for name in ("(yc-em)", "(xiangshui)", "(js)")]
    assert order == sorted(order), "what only may apply comes last"
    rows = json.loads(on_duty("next", DEPARTMENT, "--format", "json").out)["rows"]
    later = [row for row in rows if row["surely_by"]]
    assert later
    for row in later:
        assert row["applies"] == "surely"
        by, surely = (datetime.fromisoformat(row[key]) for key in ("by", "surely_by"))
        assert surely - by == timedelta(hours=2)
    listed = "".join(on_duty("--lang", lang, "next", DEPARTMENT).out.split())
    assert ("否则" if lang == "zh" else "otherwiseby") in listed
