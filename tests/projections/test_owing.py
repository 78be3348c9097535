"""What is owed, as the lists have it, in either database: the same as each incident says by itself."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from emergency import Engine
from emergency.answers import standing, still_due
from emergency.domain.events import Learned, Reported
from emergency.domain.vocabulary import Channel
from emergency.errors import StoreError

from .bench import ME, OFFICES, open_incident, timeline


def _dues(store: Engine, office: str, at: datetime) -> dict[str, datetime | None]:
    found: dict[str, datetime | None] = {}
    for ref in store.refs():
        view = store.view(ref)
        dues = still_due(standing(view.assessment.obligations, at), office, view.directory)
        found.update({due.obligation: due.by for due in dues})
    return found


def _next(store: Engine, office: str, at: datetime) -> dict[str, datetime | None]:
    rows = store.next(office, at=at, closed=True).rows
    return {row.due.obligation: row.due.by for row in rows}


def test_both_databases_say_what_the_incidents_say(store: Engine, tmp_path: Path) -> None:
    for number in range(3):
        open_incident(store, f"i{number}")
        store.record(f"i{number}", Learned(office="county"), ME)
    store.record("i1", Reported(office="county", to=("city",), channel=Channel.PHONE), ME)
    store.import_timeline(timeline(tmp_path, "old"), mapping={"county": "county", "city": "city"})
    now = store.now()
    for at in (now, now + timedelta(days=2), datetime(2020, 1, 2, 2, tzinfo=UTC)):
        for office in ("county", "city", "unit"):
            assert _next(store, office, at) == _dues(store, office, at), (office, at)
    assert set(_next(store, "county", now)) >= {
        "i0:county>city:first:any:first",
        "i2:county>city:first:any:first",
    }
    mine = {row.due.obligation for row in store.next("county", at=now).rows if row.due.recipient == "city"}
    theirs = {row.due.obligation for row in store.next("city", at=now, owed_to_me=True).rows}
    assert {name for name in theirs if ":county>" in name} == mine


def test_a_list_that_was_never_made_and_cannot_be_is_no_empty_one(tmp_path: Path) -> None:
    path = tmp_path / "log.db"
    with Engine.open(f"sqlite:///{path}") as made:
        made.register_offices(OFFICES)
    with Engine.open(f"sqlite:///file:{path}?mode=ro&uri=true", create=False) as reader:
        with pytest.raises(StoreError, match="never made") as error:
            reader.next("county")
        assert "尚未建立" in error.value.zh
