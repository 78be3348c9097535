"""Protected people: the name is sealed with the clue, told to the key alone and on the record, and erased for good."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import create_engine, select

from emergency import (
    CommandConflictError,
    Engine,
    NotFoundError,
    Outcome,
    RefusedError,
    StoreError,
    UsageError,
)
from emergency.commands.people import Key, Named, Particulars, People
from emergency.domain.events import ClueLinked, Learned
from emergency.domain.people import (
    Kept,
    OpeningRefused,
    Part,
    PersonOpened,
    Refusal,
)
from emergency.domain.schema import EventCodec
from emergency.store import Contacts, check_store

from .bench import CITY, COUNTY, OFFICES, begin, open_incident, table

NAME, PHONE, NOTE = "欧阳某甲", "13812345678", "东门门卫"
CLUE = ClueLinked(office="public", to=("county",))


@pytest.fixture
def key(tmp_path: Path) -> Key:
    return Key.make(tmp_path / "people.key")


@pytest.fixture
def other(tmp_path: Path) -> Key:
    return Key.make(tmp_path / "other.key")


@pytest.fixture(params=["sqlite", "postgresql"])
def both(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """An engine on each database."""
    if request.param == "sqlite":
        with begin(tmp_path / "both.db") as engine:
            yield engine
    else:
        with Engine.open(request.getfixturevalue("postgres_url")) as engine:
            engine.register_offices(OFFICES)
            yield engine


def told(engine: Engine, named: Named, command_id: str | None = None) -> str:
    """Record a clue of somebody; gives the subject's id."""
    if "mine-01" not in engine.refs():
        open_incident(engine)
    outcome = engine.record("mine-01", CLUE, COUNTY, informant=named, command_id=command_id)
    return subject_of(engine, outcome)


def subject_of(engine: Engine, outcome: Outcome) -> str:
    event = engine.entry(outcome.incident, outcome.event_ids[-1]).event
    assert isinstance(event, ClueLinked)
    assert event.informant is not None
    return event.informant


def named(key: Key | None, *, unsealed: bool = False) -> Named:
    return Named(name=NAME, phone=PHONE, note=NOTE, key=key, unsealed=unsealed)


def acts(engine: Engine, subject: str) -> list[str]:
    return [type(recorded.event).__name__ for recorded in engine.people.get(subject).history]


def traces(file: Path) -> int:
    """How often what identifies the person stands in the files of the database, in any way text is written there."""
    found = 0
    for path in file.parent.glob(f"{file.name}*"):
        content = path.read_bytes()
        for word in (NAME, PHONE, NOTE):
            written = (
                word.encode(),
                word.encode("utf-16-le"),
                word.encode("unicode_escape"),
                word.encode().hex(),
            )
            found += sum(content.count(w if isinstance(w, bytes) else w.encode()) for w in written)
    return found


class TestSealing:
    """A clue with its informant."""

    def test_it_is_sealed_and_told_to_the_key_alone(self, both: Engine, key: Key, other: Key) -> None:
        both.incidents()  # from here on the lists catch up
        subject = told(both, named(key))
        person = both.people.get(subject)
        assert (person.kind, person.incident, person.kept, person.key_id) == (
            Part.INFORMANT,
            "mine-01",
            Kept.SEALED,
            key.id,
        )
        with pytest.raises(RefusedError, match=f"the key {key.id} did"):
            both.people.open(subject, why="ask back", identity=CITY, key=other)
        found = both.people.open(subject, why="ask back", identity=COUNTY, key=key)
        assert found == Particulars(name=NAME, phone=PHONE, note=NOTE)
        _, refused, opened = (recorded.event for recorded in both.people.get(subject).history)
        assert refused == OpeningRefused(
            subject=subject, office="city", officer="o8", reason=Refusal.WRONG_KEY
        )
        assert opened == PersonOpened(subject=subject, office="county", officer="o7", why="ask back")
        erased = both.people.erase(subject, why="asked for", identity=CITY)
        assert (erased.already, erased.wiped) == (False, True)
        with pytest.raises(RefusedError, match="gone for good"):
            both.people.open(subject, why="ask back", identity=COUNTY, key=key)
        assert acts(both, subject)[3:] == ["PersonErased", "OpeningRefused"]
        assert both.people.all() == [both.people.get(subject)]
        assert both.incidents().parked == ()
        both.rebuild()
        assert both.incidents().parked == ()
        checked = check_store(both._log.engine, EventCodec())
        assert (checked.faults, checked.undecodable) == ([], [])

    def test_the_database_never_holds_the_name(
        self, engine: Engine, file: Path, key: Key, other: Key
    ) -> None:
        subject = told(engine, named(key), command_id="c1")
        with pytest.raises(RefusedError):
            engine.people.open(subject, why="w", identity=COUNTY, key=other)
        engine.people.open(subject, why="w", identity=COUNTY, key=key)
        engine.people.reseal(COUNTY, key=other, former=[key])
        engine.incidents()
        assert traces(file) == 0
        told(engine, named(None, unsealed=True))
        assert traces(file)  # it is looked for where it would be

    def test_the_clue_and_its_informant_are_recorded_together_or_not_at_all(
        self, engine: Engine, file: Path, key: Key
    ) -> None:
        open_incident(engine)
        before = table(file)
        wrong = ClueLinked(office="public", to=("nobody",))
        with pytest.raises(NotFoundError, match="nobody"):
            engine.record("mine-01", wrong, COUNTY, informant=named(key))
        with pytest.raises(NotFoundError, match="mine-99"):
            engine.record("mine-99", CLUE, COUNTY, informant=named(key))
        with pytest.raises(UsageError, match="Only a clue"):
            engine.record("mine-01", Learned(office="county"), COUNTY, informant=named(key))
        assert (table(file), engine.people.all()) == (before, [])

    def test_an_incident_is_opened_with_a_clue_of_somebody(self, both: Engine, key: Key) -> None:
        asked = {
            "title": "泄漏",
            "category": "accident",
            "kind": "chemical",
            "place": "x",
            "identity": COUNTY,
        }
        for _ in range(2):
            outcome = both.open_incident(**asked, first=CLUE, informant=named(key), command_id="c1")  # type: ignore[arg-type]
        assert outcome.already
        assert len(outcome.event_ids) == 2
        (person,) = both.people.all()
        assert (person.subject, person.incident) == (subject_of(both, outcome), outcome.incident)
        with pytest.raises(UsageError, match="first entry"):
            both.open_incident(**asked, informant=named(key))  # type: ignore[arg-type]

    def test_the_same_command_again_protects_nobody_anew(self, engine: Engine, file: Path, key: Key) -> None:
        subject = told(engine, named(key), command_id="c1")
        before = table(file)
        assert told(engine, named(key), command_id="c1") == subject
        # The name is no part of what is compared: a hash of it in the log could be guessed.
        assert told(engine, Named(name="别人", key=key), command_id="c1") == subject
        assert table(file) == before
        with pytest.raises(CommandConflictError):
            engine.record("mine-01", CLUE, COUNTY, command_id="c1")
        assert engine.people.open(subject, why="w", identity=COUNTY, key=key).name == NAME

    def test_a_subject_cannot_be_a_name(self) -> None:
        for word in (NAME, "王", "a 王", "", "p-王"):
            with pytest.raises(ValueError, match="informant"):
                ClueLinked(office="public", informant=word)


class TestWithoutAKey:
    """The clue comes first."""

    def test_the_clue_is_recorded_and_the_name_can_be_given_later(self, both: Engine, key: Key) -> None:
        subject = told(both, named(None))
        assert both.people.get(subject).kept is Kept.NOT_KEPT
        with pytest.raises(RefusedError, match="No name of"):
            both.people.open(subject, why="w", identity=COUNTY, key=key)
        with pytest.raises(UsageError, match="no key"):
            both.people.name(subject, named(None), COUNTY)
        assert both.people.name(subject, named(key), COUNTY).kept is Kept.SEALED
        assert both.people.open(subject, why="w", identity=COUNTY, key=key).phone == PHONE
        assert acts(both, subject) == ["PersonProtected", "PersonNamed", "PersonOpened"]

    def test_nobody_is_protected_apart_from_a_clue_without_one(self, engine: Engine) -> None:
        with pytest.raises(UsageError, match="no key"):
            engine.people.protect(named(None), COUNTY)
        with pytest.raises(UsageError, match="Say who"):
            engine.people.protect(Named(unsealed=True), COUNTY)
        assert engine.people.all() == []

    def test_unsealed_is_said_and_is_read_without_a_key(self, engine: Engine) -> None:
        person = engine.people.protect(named(None, unsealed=True), COUNTY)
        assert (person.kept, person.key_id, person.incident) == (Kept.UNSEALED, None, None)
        assert engine.people.open(person.subject, why="w", identity=COUNTY, key=None).note == NOTE

    def test_what_was_kept_unsealed_is_gone_once_it_is_sealed(
        self, engine: Engine, file: Path, key: Key
    ) -> None:
        subject = told(engine, named(None, unsealed=True))
        assert traces(file)
        assert engine.people.name(subject, named(key), COUNTY).kept is Kept.SEALED
        assert traces(file) == 0

    def test_a_sealed_name_without_its_key(self, engine: Engine, key: Key) -> None:
        subject = told(engine, named(key))
        with pytest.raises(UsageError, match=f"sealed with the key {key.id}"):
            engine.people.open(subject, why="w", identity=COUNTY, key=None)
        assert acts(engine, subject) == ["PersonProtected"]

    def test_a_victim_of_an_incident(self, engine: Engine, key: Key) -> None:
        open_incident(engine)
        with pytest.raises(NotFoundError, match="Did you mean mine-01"):
            engine.people.protect(named(key), COUNTY, incident="mine-02")
        asked = Named(name=NAME, key=key, kind=Part.VICTIM)
        person = engine.people.protect(asked, COUNTY, incident="mine-01", command_id="v1")
        assert (person.kind, person.incident) == (Part.VICTIM, "mine-01")
        assert engine.people.protect(asked, COUNTY, incident="mine-01", command_id="v1") == person


class TestOpening:
    """Who reads a name is on record first."""

    @pytest.mark.parametrize("change", ["x'00'", "substr(sealed, 1, 40)", "randomblob(200)", "'text'"])
    def test_what_was_altered_is_not_told(self, engine: Engine, file: Path, key: Key, change: str) -> None:
        subject = told(engine, named(key))
        with closing(sqlite3.connect(file)) as raw, raw:
            raw.execute(f"UPDATE contacts SET sealed = {change}")  # noqa: S608 - of this test
        with pytest.raises(RefusedError, match="was altered since"):
            engine.people.open(subject, why="w", identity=COUNTY, key=key)
        assert engine.people.get(subject).history[-1].event.reason is Refusal.ALTERED

    def test_two_that_were_exchanged_are_told_of_neither(self, engine: Engine, file: Path, key: Key) -> None:
        first, second = told(engine, named(key)), told(engine, Named(name="某乙", key=key))
        with closing(sqlite3.connect(file)) as raw, raw:
            found = dict(raw.execute("SELECT subject_id, sealed FROM contacts").fetchall())
            for one, content in ((first, found[second]), (second, found[first])):
                raw.execute("UPDATE contacts SET sealed = ? WHERE subject_id = ?", (content, one))
        for subject in (first, second):
            with pytest.raises(RefusedError, match="altered since, or sealed for somebody else"):
                engine.people.open(subject, why="w", identity=COUNTY, key=key)

    def test_nothing_is_told_that_could_not_be_recorded(
        self, engine: Engine, key: Key, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        subject = told(engine, named(key))

        def full(*_: object) -> None:
            raise StoreError("full")

        monkeypatch.setattr(People, "_append", full)
        with pytest.raises(StoreError, match="full"):
            engine.people.open(subject, why="w", identity=COUNTY, key=key)

    def test_not_inside_a_portals_transaction(self, tmp_path: Path, key: Key) -> None:
        portal = create_engine(f"sqlite:///{tmp_path / 'portal.db'}")
        engine = Engine(portal)
        engine.register_offices(OFFICES)
        subject = told(engine, named(key))
        with portal.connect() as connection, engine.joined(connection):
            with pytest.raises(UsageError, match="inside a portal's transaction"):
                engine.people.open(subject, why="w", identity=COUNTY, key=key)
            engine.record("mine-01", CLUE, COUNTY, informant=named(key))
            assert not engine.people.erase(subject, why="w", identity=COUNTY).wiped
            assert len(engine.people.all()) == 2
            connection.rollback()
        assert [person.erased_at for person in engine.people.all()] == [None]
        assert engine.people.open(subject, why="w", identity=COUNTY, key=key).name == NAME
        portal.dispose()

    def test_why_and_who_are_asked_for(self, engine: Engine, key: Key) -> None:
        subject = told(engine, named(key))
        with pytest.raises(UsageError, match="why"):
            engine.people.open(subject, why=" ", identity=COUNTY, key=key)
        with pytest.raises(UsageError, match="why"):
            engine.people.erase(subject, why="", identity=COUNTY)
        with pytest.raises(NotFoundError, match=f"Did you mean {subject}"):
            engine.people.open(f"{subject[:-1]}1", why="w", identity=COUNTY, key=key)
        assert acts(engine, subject) == ["PersonProtected"]


class TestErasing:
    """The name goes; the log stays as it can be proved."""

    def test_nothing_is_left_and_the_log_is_as_it_was(self, engine: Engine, file: Path) -> None:
        subject = told(engine, named(None, unsealed=True))
        before, row = table(file), engine.incidents().rows
        assert traces(file)
        assert engine.people.erase(subject, why="asked for", identity=CITY).wiped
        assert traces(file) == 0
        assert table(file)[: len(before)] == before
        assert check_store(f"sqlite:///{file}", EventCodec()).faults == []
        assert engine.incidents().rows == row
        again = engine.people.erase(subject, why="asked for", identity=CITY)
        assert (again.already, again.wiped) == (True, True)
        assert acts(engine, subject) == ["PersonProtected", "PersonErased"]
        with pytest.raises(RefusedError, match="was erased"):
            engine.people.name(subject, named(None, unsealed=True), COUNTY)

    def test_what_a_backup_brings_back_stays_closed_and_is_erased_again(
        self, engine: Engine, file: Path, key: Key, other: Key
    ) -> None:
        subject = told(engine, named(key))
        with closing(sqlite3.connect(file)) as raw:
            backup = raw.execute("SELECT * FROM contacts").fetchone()
        engine.people.erase(subject, why="w", identity=COUNTY)
        with closing(sqlite3.connect(file)) as raw, raw:
            raw.execute("DELETE FROM contacts")
            raw.execute(f"INSERT INTO contacts VALUES ({','.join('?' * len(backup))})", backup)  # noqa: S608
        person = engine.people.get(subject)
        assert (person.kept, person.erased_at is None) == (Kept.SEALED, False)
        with pytest.raises(RefusedError, match="gone for good"):
            engine.people.open(subject, why="w", identity=COUNTY, key=key)
        done = engine.people.reseal(COUNTY, key=other, former=[key])
        assert (done.sealed, done.left) == ((), ())
        assert engine.people.erase(subject, why="w", identity=COUNTY).already
        assert engine.people.get(subject).kept is Kept.NOT_KEPT

    def test_somebody_of_whom_only_the_table_knows(self, engine: Engine) -> None:
        """As a portal may have put in before there were commands."""
        with engine._log.writing() as writing:
            Contacts(writing).add("s1", "informant", name=NAME)
        assert [(p.subject, p.kind, p.kept) for p in engine.people.all()] == [("s1", None, Kept.UNSEALED)]
        assert engine.people.open("s1", why="w", identity=COUNTY, key=None).name == NAME
        assert not engine.people.erase("s1", why="w", identity=COUNTY).already
        assert acts(engine, "s1") == ["PersonOpened", "PersonErased"]
        assert engine.people.get("s1").kept is Kept.NOT_KEPT


class TestResealing:
    """Another key, or a key at last."""

    def test_a_former_key_opens_nothing_any_more(
        self, both: Engine, key: Key, other: Key, tmp_path: Path
    ) -> None:
        lost = Key.make(tmp_path / "lost.key")
        sealed, plain = told(both, named(key)), told(both, named(None, unsealed=True))
        bare, gone, strange = told(both, named(None)), told(both, named(key)), told(both, named(lost))
        both.people.erase(gone, why="w", identity=COUNTY)
        done = both.people.reseal(COUNTY, key=other, former=[key])
        assert (set(done.sealed), done.left, done.wiped) == (
            {sealed, plain},
            ((strange, Refusal.WRONG_KEY),),
            True,
        )
        assert {p.subject: p.key_id for p in both.people.all()} == {
            sealed: other.id,
            plain: other.id,
            bare: None,
            gone: None,
            strange: lost.id,
        }
        with pytest.raises(RefusedError, match="did not seal"):
            both.people.open(sealed, why="w", identity=COUNTY, key=key)
        for subject in (sealed, plain):
            assert both.people.open(subject, why="w", identity=COUNTY, key=other).name == NAME
        assert both.people.reseal(COUNTY, key=other, former=[lost]).sealed == (strange,)
        assert both.people.reseal(COUNTY, key=other).sealed == ()
        with both._log.reading() as reading:
            columns = reading.tables.contacts.c
            kept = reading.connection.execute(select(columns.name, columns.phone, columns.note)).all()
        assert set(map(tuple, kept)) == {(None, None, None)}
