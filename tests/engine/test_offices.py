"""What happens to offices, on the real store: told once, told again, refused; and lists that follow."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from tests.projections.bench import tables_of

from emergency import Engine, Identity, NotFoundError, RefusedError, UsageError
from emergency.domain.offices import (
    ClassGiven,
    LoggingStarted,
    OfficeDissolved,
    OfficeEvent,
    OfficeRenamed,
    OfficeSucceeded,
    PostGiven,
    SuperiorChanged,
)
from emergency.domain.vocabulary import Post, ReportingClass, Tier

from .bench import COUNTY, at, insert, learned, office, open_incident, reported, table

DAY, LATER = date(2026, 3, 1), date(2026, 4, 1)
NEW = office("district", "city", tier=Tier.COUNTY)


def gone(name: str, *by: str, since: date = DAY) -> OfficeSucceeded:
    return OfficeSucceeded(office=name, since=since, by=by)


CHANGES: list[OfficeEvent] = [
    PostGiven(office="county", since=DAY, post=Post.FIRST_REPORTER, officer="o7"),
    PostGiven(office="county", since=DAY, post=Post.FIRST_VERIFIER),
    ClassGiven(office="unit", since=DAY, reporting=ReportingClass.DIRECT, directly_to=("city", "province")),
    gone("county", "city"),
    OfficeDissolved(office="county", since=DAY),
    OfficeRenamed(office="county", since=DAY, name="区"),
    SuperiorChanged(office="unit", since=DAY, reports_to=("city",)),
]


@pytest.mark.parametrize("event", CHANGES, ids=lambda event: type(event).__name__)
def test_told_again_it_is_written_once(engine: Engine, file: Path, event: OfficeEvent) -> None:
    assert engine.change_office(event) == "changed"
    after = table(file)
    assert engine.change_office(event) == "unchanged"
    assert table(file) == after


@pytest.mark.parametrize(
    ("event", "words"),
    [
        (
            PostGiven(office="contry", post=Post.FIRST_REPORTER, officer="o7"),
            "no office contry.*Did you mean county",
        ),
        (gone("contry", "city"), "no office contry"),
        (
            gone("county", "citty"),
            "county is to be succeeded by citty.*Did you mean city.*Add that office first",
        ),
        (gone("county", "city", "county"), "county cannot succeed itself"),
        (
            ClassGiven(office="unit", reporting=ReportingClass.DIRECT, directly_to=("citty",)),
            "unit is to report directly to citty.*Did you mean city",
        ),
        (ClassGiven(office="unit", reporting=ReportingClass.DIRECT, directly_to=("unit",)), "to itself"),
        (SuperiorChanged(office="unit", reports_to=("citty",)), "unit is to report to citty"),
        (
            gone("young", "city"),
            "young is in the directory since 2026-03-01, so it cannot be gone from 2026-03-01 on",
        ),
        (OfficeDissolved(office="young", since=date(2026, 2, 28)), "so it cannot be gone from 2026-02-28 on"),
    ],
)
def test_it_is_refused_and_nothing_is_written(
    engine: Engine, file: Path, event: OfficeEvent, words: str
) -> None:
    engine.register_offices([office("young", tier=Tier.COUNTY).model_copy(update={"since": DAY})])
    before = table(file)
    with pytest.raises(RefusedError, match=words):
        engine.change_office(event)
    assert table(file) == before


def test_the_day_after_it_was_founded_it_may_end(engine: Engine) -> None:
    engine.register_offices([office("young", tier=Tier.COUNTY).model_copy(update={"since": DAY})])
    assert engine.change_office(OfficeDissolved(office="young", since=date(2026, 3, 2))) == "changed"


@pytest.mark.parametrize("event", [NEW, LoggingStarted(office="county")], ids=lambda e: type(e).__name__)
def test_what_is_no_change_of_an_office_is_wrong_use(engine: Engine, event: OfficeEvent) -> None:
    with pytest.raises(UsageError, match="no change that one makes to an office"):
        engine.change_office(event)


def test_an_office_that_cannot_be_read_is_not_changed_blindly(engine: Engine, file: Path) -> None:
    insert(file, "office/strange", "office.registered", b"{}")
    with pytest.raises(NotFoundError, match="no office strange in the directory that can be read"):
        engine.change_office(OfficeDissolved(office="strange", since=DAY))


def test_registered_with_all_that_is_said_of_them_or_not_at_all(engine: Engine, file: Path) -> None:
    given = ClassGiven(office="district", reporting=ReportingClass.DIRECT, directly_to=("township",))
    post = PostGiven(office="county", post=Post.FIRST_RESPONSIBLE, officer="o7")
    before = table(file)
    with pytest.raises(NotFoundError, match="township"):
        engine.register_offices([given, post, NEW])
    assert table(file) == before
    listed: list[OfficeEvent] = [given, post, post, NEW, office("township", "district", tier=Tier.TOWNSHIP)]
    assert engine.register_offices(listed) == {"district": "added", "township": "added", "county": "changed"}
    written = table(file)
    assert len(written) == len(before) + 4, "what stands twice in the list is written once"
    assert set(engine.register_offices(listed).values()) == {"unchanged"}
    assert table(file) == written
    known = engine.directory()
    assert known.may_report_directly("district", "township")
    assert known.posts("county") == {Post.FIRST_RESPONSIBLE: "o7"}


def test_what_was_said_before_a_day_is_read_as_of_then(engine: Engine) -> None:
    before = datetime.now(UTC)
    engine.register_offices([NEW])
    engine.change_office(gone("county", "district"))
    assert engine.directory().superiors("unit", DAY) == ("district",)
    assert engine.directory(as_of=before).superiors("unit", DAY) == ("county",)


def test_the_lists_follow_and_a_rebuild_makes_the_same(engine: Engine) -> None:
    """A succession that is told late moves what is owed after its day, and nothing of before."""
    unit = Identity(office="unit", officer="o1")
    for ref, day in (("mine-01", 27), ("mine-02", 1)):
        open_incident(engine, ref)
        moment = datetime(2026, 3 if day == 1 else 2, day, 4, tzinfo=UTC)
        engine.record(ref, learned().model_copy(update={"office": "unit", "at": at(moment)}), unit)
        engine.record(ref, reported("county", office="unit").model_copy(update={"at": at(moment)}), unit)

    def owed() -> dict[str, list[str]]:
        """To whom the first reports went that are met."""
        met = [
            row for row in engine.obligations().rows if row["state"] == "met" and row["occasion"] == "first"
        ]
        return {
            ref: [row["recipient"] for row in met if row["incident"] == ref] for ref in ("mine-01", "mine-02")
        }

    assert owed() == {"mine-01": ["county"], "mine-02": ["county"]}
    engine.register_offices([NEW.model_copy(update={"since": DAY})])
    engine.change_office(gone("county", "district"))
    assert owed() == {"mine-01": ["county"], "mine-02": ["district"]}
    live = tables_of(engine)
    engine.rebuild()
    assert tables_of(engine) == live
    engine.change_office(SuperiorChanged(office="district", since=LATER, reports_to=("province",)))
    engine.obligations()
    live = tables_of(engine)
    engine.rebuild()
    assert tables_of(engine) == live, "a change of the successor concerns what was judged with it"


def test_whoever_is_gone_may_still_report(engine: Engine) -> None:
    """Nothing is refused for coming from the wrong office."""
    engine.change_office(OfficeDissolved(office="county", since=DAY))
    open_incident(engine)
    engine.record("mine-01", learned(), COUNTY)
    assert engine.directory()["county"].logs_since is not None
