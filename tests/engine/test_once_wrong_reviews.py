"""What a hostile reader once got out of a review: judged by itself, judged unheard, or left out of the dossier."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

import emergency.rulebook
from emergency import Engine, Facts, Identity, StatedTime
from emergency.domain.offices import OfficeRegistered, OfficeSucceeded
from emergency.domain.review import Determined, ReviewOpened, Verdict
from emergency.domain.vocabulary import Fault, Line, Tier
from emergency.errors import NotFoundError, RefusedError, UsageError

from .bench import CITY, COUNTY, OFFICES, at, learned, open_incident, reported, table, timeline

AUDITOR = Identity(office="province", role="auditor", officer="o9")
RULES = Path(emergency.rulebook.__file__).parent / "data"
BEGIN = datetime(2026, 3, 1, 1, 0, tzinfo=UTC)


@pytest.fixture
def told(engine: Engine) -> Engine:
    """A county that knew at nine and told the city at two."""
    open_incident(engine)
    engine.record("mine-01", learned(deaths=1).model_copy(update={"at": at(BEGIN)}), COUNTY)
    late = reported().model_copy(update={"at": at(BEGIN + timedelta(hours=5)), "facts": Facts(deaths=1)})
    engine.record("mine-01", late, COUNTY)
    return engine


def opened(engine: Engine) -> str:
    return engine.reviews.open("mine-01", "county", why="督查", identity=AUDITOR).review


LATE = Verdict(office="county", kind=Fault.LATE)
CLEARED = Verdict(office="county", kind="none")


class TestImported:
    """A review that was imported is no back door."""

    @pytest.fixture
    def review(self, engine: Engine, tmp_path: Path) -> str:
        engine.import_timeline(timeline(tmp_path, "old"))
        return "old/d1"

    @pytest.mark.parametrize("office", ["old/unit", "province"])
    def test_nothing_is_determined_here_in_a_review_that_a_file_brought(
        self, engine: Engine, review: str, file: Path, office: str
    ) -> None:
        before = table(file)
        with pytest.raises(RefusedError, match=r"imported.*review open"):
            engine.reviews.determine(
                review,
                [Verdict(office="old/unit", kind="none")],
                why="无事",
                identity=Identity(office=office),
            )
        assert table(file) == before

    def test_who_was_judged_in_it_does_not_decide_its_own_appeal(self, engine: Engine, review: str) -> None:
        unit = Identity(office="old/unit")
        engine.reviews.appeal(review, grounds="不服", identity=unit)
        with pytest.raises(RefusedError, match="office concerned"):
            engine.reviews.decide(review, "revoked", why="无事", identity=unit)
        with pytest.raises(RefusedError, match="office concerned"):
            engine.reviews.decide(review, "revoked", why="无事", identity=unit, by="old/city")
        engine.reviews.decide(review, "revoked", why="证据不足", identity=AUDITOR)

    def test_nor_where_the_file_no_longer_has_what_was_appealed(
        self, engine: Engine, review: str, tmp_path: Path
    ) -> None:
        unit = Identity(office="old/unit")
        engine.reviews.appeal(review, grounds="不服", identity=unit)
        missed = Verdict(office="old/unit", kind=Fault.MISSED)
        changed = engine.reviews.decide(review, "changed", verdicts=[missed], why="改", identity=AUDITOR)
        path = tmp_path / "old.yaml"
        kept = [line for line in path.read_text(encoding="utf-8").splitlines() if "id: d1" not in line]
        path.write_text("\n".join(kept), encoding="utf-8")
        engine.import_timeline(path, amend=True)
        engine.reviews.appeal(review, grounds="不服", identity=unit, of=changed.event_ids[0])
        with pytest.raises(RefusedError, match="office concerned"):
            engine.reviews.decide(review, "revoked", why="无事", identity=unit)


class TestSuccession:
    """Whoever stands in the place of the office concerned is no other body."""

    @pytest.fixture
    def review(self, told: Engine) -> str:
        review = opened(told)
        told.reviews.hear(review, waived=True, identity=AUDITOR)
        heir = OfficeRegistered(
            office="district", name="某区", tier=Tier.COUNTY, line=Line.GOVERNMENT, reports_to=("city",)
        )
        told.register_offices([heir])
        told.change_office(OfficeSucceeded(office="county", by=("district",), since=date(2026, 6, 1)))
        return review

    def test_it_does_not_judge_what_it_took_over(self, told: Engine, review: str) -> None:
        heir = Identity(office="district")
        for who, by in ((heir, None), (heir, "city"), (AUDITOR, "district")):
            with pytest.raises(RefusedError, match="place of county"):
                told.reviews.determine(review, [CLEARED], why="无事", identity=who, by=by)
        told.reviews.determine(review, [LATE], why="属实", identity=AUDITOR)
        told.reviews.appeal(review, grounds="不服", identity=heir)
        with pytest.raises(RefusedError, match="place of county"):
            told.reviews.decide(review, "revoked", why="无事", identity=heir)

    def test_it_is_heard_in_its_place(self, told: Engine) -> None:
        review = opened(told)
        heir = OfficeRegistered(
            office="district", name="某区", tier=Tier.COUNTY, line=Line.GOVERNMENT, reports_to=("city",)
        )
        told.register_offices([heir])
        told.change_office(OfficeSucceeded(office="county", by=("district",), since=date(2026, 6, 1)))
        told.reviews.hear(review, words="已撤并", identity=AUDITOR, by="district")
        told.reviews.determine(review, [LATE], why="属实", identity=AUDITOR)


def test_an_office_is_not_judged_where_only_one_of_its_posts_was_heard(told: Engine) -> None:
    review = opened(told)
    told.reviews.hear(review, words="我已上报", post="值班员", identity=AUDITOR)
    with pytest.raises(RefusedError, match="was not heard"):
        told.reviews.determine(review, [LATE], why="属实", identity=AUDITOR)
    told.reviews.hear(review, waived=True, identity=AUDITOR)
    told.reviews.determine(review, [LATE], why="属实", identity=AUDITOR)


def test_the_public_is_neither_reviewed_nor_a_body(told: Engine) -> None:
    with pytest.raises(NotFoundError, match="no office public"):
        told.reviews.open("mine-01", "public", why="督查", identity=AUDITOR)
    review = opened(told)
    told.reviews.hear(review, waived=True, identity=AUDITOR)
    with pytest.raises(NotFoundError, match="no office public"):
        told.reviews.determine(review, [LATE], why="属实", identity=AUDITOR, by="public")


def test_what_only_people_found_is_rejected_by_a_later_review(told: Engine) -> None:
    first = opened(told)
    told.reviews.hear(first, waived=True, identity=AUDITOR)
    told.reviews.determine(
        first, [Verdict(office="county", kind=Fault.FALSIFIED)], why="查实", identity=AUDITOR
    )
    second = told.reviews.open("mine-01", "county", findings=["falsified"], why="复查", identity=AUDITOR)
    (copied,) = told.reviews.show(second.review).review.opened.event.findings
    told.reviews.hear(second.review, waived=True, identity=AUDITOR)
    told.reviews.determine(
        second.review,
        [Verdict(office="county", kind="none", finding=copied.id)],
        why="查否",
        identity=AUDITOR,
    )
    (row,) = told.findings(["mine-01"], kind="falsified").rows
    assert (row["status"], row["determination"]) == ("none", "rejected")


def test_a_dossier_has_the_meaning_of_what_an_appeal_changed_it_into(told: Engine) -> None:
    review = opened(told)
    told.reviews.hear(review, waived=True, identity=AUDITOR)
    told.reviews.determine(review, [LATE], why="属实", identity=AUDITOR)
    told.reviews.appeal(review, grounds="不服", identity=COUNTY)

    def rules() -> set[str]:
        return {one["rule"] for one in json.loads(told.reviews.dossier(review).files["rules.json"])}

    before = rules()
    told.reviews.decide(
        review, "changed", verdicts=[Verdict(office="county", kind=Fault.FALSIFIED)], why="改", identity=CITY
    )
    assert any("definitions/falsified" in rule for rule in rules() - before)


def test_an_incident_under_review_is_on_every_list_and_checked_by_every_norm(told: Engine) -> None:
    before = {row["id"]: row["result"] for row in told.norms(["mine-01"]).rows}
    review = told.reviews.open(
        "mine-01", "county", why="督查", proceeding="supervision", identity=AUDITOR
    ).review
    owed = told.obligations(["mine-01"], office="province").rows
    assert "statement" in {row["stage"] for row in owed}
    assert told.reviews.show(review).obligations(datetime.now(UTC))
    for listing in (told.incidents(), told.norms(), told.norms(["mine-01"]), told.obligations()):
        assert listing.parked == ()
    assert {row["id"]: row["result"] for row in told.norms(["mine-01"]).rows} == before
    (row,) = told.incidents().rows
    assert row["incident"] == "mine-01"


def test_whoever_reviews_an_incident_has_no_share_in_its_points(told: Engine) -> None:
    before = {row["office"]: row["items"] for row in told.points.sheets("宝鸡").rows}
    told.reviews.open("mine-01", "county", why="督查", proceeding="supervision", identity=AUDITOR)
    assert {row["office"]: row["items"] for row in told.points.sheets("宝鸡").rows} == before
    assert "province" not in before
    tried = told.points.sheets("宝鸡", known_on=date(2000, 1, 1))
    assert {row["office"] for row in tried.tried_rows} == set(before)


def test_other_rules_may_bring_another_form_of_the_scheme(told: Engine, tmp_path: Path) -> None:
    kept = RULES / "cn" / "schemes" / "local" / "6103-baoji" / "points.yaml"
    tried = tmp_path / "cn" / "schemes" / "local" / "6103-baoji" / "points.yaml"
    tried.parent.mkdir(parents=True)
    tried.write_text(kept.read_text(encoding="utf-8").replace("points: -1", "points: -2"), encoding="utf-8")
    for named in (tried, tmp_path):
        (row,) = told.points.sheets("宝鸡", rules=named).moved
        assert (row["office"], row["before"]["result"], row["after"]["result"]) == ("county", "4", "3")
    assert told.points.sheets("宝鸡", known_on=date(2026, 11, 22)).moved == ()


def test_what_is_done_in_a_review_is_no_entry_of_the_incident(told: Engine, file: Path) -> None:
    before = table(file)
    done: list[Any] = [
        Determined(office="county", verdicts=(CLEARED,)),
        ReviewOpened(incident="mine-01"),
        OFFICES[0],
    ]
    for event in done:
        with pytest.raises(UsageError, match="no entry of an incident"):
            told.record("mine-01", event, COUNTY)
    assert table(file) == before


def test_what_was_determined_here_at_an_unknown_time_did_not_stand_before_it_was_recorded(
    told: Engine,
) -> None:
    review = opened(told)
    told.reviews.hear(review, waived=True, identity=AUDITOR)
    told.reviews.determine(review, [LATE], why="属实", identity=AUDITOR, at=StatedTime(text="不明"))
    then = BEGIN + timedelta(days=1)
    assert [row["determination"] for row in told.findings(["mine-01"], at=then).rows] == [None]
    assert [row["determination"] for row in told.findings(["mine-01"]).rows] == ["late"]


def test_whoever_of_the_public_reported_is_not_in_the_dossier(told: Engine) -> None:
    told.record("mine-01", reported(office="public", source="村民李某，电话13900001111"), CITY)
    whole = b"".join(told.reviews.dossier(opened(told)).files.values()).decode()
    assert "公众" in whole or "public" in whole
    for secret in ("李某", "13900001111"):
        assert secret not in whole
