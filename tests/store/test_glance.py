"""A glance at the log finds what the log holds, in either database, and nothing where there is none."""

from __future__ import annotations

from pathlib import Path

import pytest

from emergency import Engine, Identity
from emergency.domain.events import Learned
from emergency.domain.offices import OfficeRegistered, OfficeRenamed
from emergency.domain.vocabulary import Line, Tier
from emergency.store.glance import beginnings, last_of, offices


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A store whose tables have a name of their own."""
    base = (
        f"sqlite:///{tmp_path / 'log.db'}"
        if request.param == "sqlite"
        else str(request.getfixturevalue("postgres_url"))
    )
    return f"{base}{'&' if '?' in base else '?'}table_prefix=own_"


def test_what_is_there_is_found(url: str) -> None:
    assert beginnings(url, "incident/", limit=9) == []
    with Engine.open(url) as engine:
        engine.register_offices(
            [OfficeRegistered(office="xs", name="响水县", tier=Tier.COUNTY, line=Line.GOVERNMENT)]
        )
        engine.change_office(OfficeRenamed(office="xs", name="响水县人民政府"))
        for title in ("一", "二", "三"):
            engine.open_incident(
                title=title,
                category="accident",
                kind="fire",
                place="镇",
                identity=Identity(office="xs"),
                first=Learned(office="xs"),
            )
        refs = engine.refs()
    assert [one.body["name"] for one in offices(url)] == ["响水县", "响水县人民政府"]
    newest = beginnings(url, "incident/", limit=2, newest=True)
    assert [(one.stream, one.body["title"]) for one in newest] == [
        (f"incident/{ref}", title) for ref, title in zip(refs[:0:-1], ("三", "二"), strict=True)
    ]
    assert [one.body["title"] for one in beginnings(url, f"incident/{refs[0]}", limit=2)] == ["一"]
    assert [(one.version, one.type) for one in last_of(url, f"incident/{refs[0]}", limit=1)] == [
        (2, "incident.learned")
    ]


@pytest.mark.parametrize(
    "nowhere", ["", "::", "sqlite://", "sqlite:////no/where.db", "mysql://x/y", "postgresql://"]
)
def test_nowhere_nothing_is_found(nowhere: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGHOST", "/no/where")
    assert offices(nowhere) == []
