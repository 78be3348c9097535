"""What identifies a person once stood in what a failure said of itself, where logs and terminals keep it."""

from __future__ import annotations

import traceback
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from emergency import Engine
from emergency.commands.people import Key, Named
from emergency.domain.schema import EventCodec
from emergency.errors import EmergencyError, UsageError
from emergency.store import Contacts, Log

from .bench import COUNTY, open_incident, url

NAME, PHONE = "王小明", "13800001111"


@pytest.mark.parametrize("portal", [False, True])
def test_a_database_that_fails_tells_no_name(file: Path, engine: Engine, *, portal: bool) -> None:
    raw = create_engine(f"sqlite:///{file}")
    with raw.begin() as connection:
        connection.execute(
            text("CREATE TRIGGER full BEFORE INSERT ON contacts BEGIN SELECT RAISE(FAIL, 'disk full'); END")
        )
    people = Engine(raw).people if portal else engine.people
    with pytest.raises(EmergencyError) as failed:
        people.protect(Named(name=NAME, phone=PHONE, unsealed=True), COUNTY)
    said = "".join(traceback.format_exception(failed.value))
    assert "disk full" in said
    for secret in (NAME, PHONE):
        assert secret not in said
    raw.dispose()


@pytest.mark.parametrize("name", [f"{NAME}\udcff", f"\udcff{NAME}"])
@pytest.mark.parametrize("sealed", [False, True])
def test_a_name_that_cannot_be_kept_is_not_repeated(
    engine: Engine, tmp_path: Path, name: str, *, sealed: bool
) -> None:
    open_incident(engine)
    key = Key.make(tmp_path / "key") if sealed else None
    with pytest.raises(UsageError, match="no text can hold") as refused:
        engine.people.protect(Named(name=name, key=key, unsealed=not sealed), COUNTY)
    assert NAME not in "".join(traceback.format_exception(refused.value))
    assert engine.people.all() == []


def test_an_id_that_is_taken_tells_no_name(file: Path, engine: Engine) -> None:
    person = engine.people.protect(Named(name=NAME, unsealed=True), COUNTY)
    log = Log.open(url(file), EventCodec())
    with pytest.raises(EmergencyError, match="already a person") as refused:
        log.write(lambda writing: Contacts(writing).add(person.subject, "witness", name=NAME))
    assert NAME not in "".join(traceback.format_exception(refused.value))
    log.close()
