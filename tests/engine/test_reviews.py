"""Reviews through the engine: done once, shown in every list, nothing of the import disturbed, a dossier that holds."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from emergency import Engine, Facts, Identity
from emergency.domain.events import ClueLinked, Withheld
from emergency.domain.review import Verdict
from emergency.domain.vocabulary import Fault
from emergency.errors import CommandConflictError, NotFoundError, RefusedError, UsageError
from emergency.projections.dossier import verified

from .bench import CITY, COUNTY, at, learned, open_incident, reported, table

AUDITOR = Identity(office="province", role="auditor", officer="o9")
CASE = Path(__file__).parents[1] / "cases" / "qixia-hushan-20210110.yaml"
BEGIN = datetime(2026, 3, 1, 1, 0, tzinfo=UTC)


@pytest.fixture
def told(engine: Engine) -> Engine:
    """A county that knew at nine and told the city at two."""
    open_incident(engine)
    engine.record("mine-01", learned(deaths=1).model_copy(update={"at": at(BEGIN)}), COUNTY)
    late = reported().model_copy(update={"at": at(BEGIN + timedelta(hours=5)), "facts": Facts(deaths=1)})
    engine.record("mine-01", late, COUNTY)
    return engine


def opened(engine: Engine, **more: Any) -> str:  # noqa: ANN401 - of the command
    return engine.reviews.open("mine-01", "county", why="督查", identity=AUDITOR, **more).review


def late(engine: Engine, review: str, kind: Any = Fault.LATE, post: str | None = None) -> Verdict:  # noqa: ANN401
    (finding,) = [f for f in engine.reviews.show(review).review.opened.event.findings if f.kind is Fault.LATE]
    return Verdict(office="county", kind=kind, finding=finding.id, post=post)


def determined(engine: Engine, review: str, **more: Any) -> Any:  # noqa: ANN401 - an outcome
    engine.reviews.hear(review, words="线路中断", identity=AUDITOR)
    return engine.reviews.determine(review, [late(engine, review)], why="属实", identity=AUDITOR, **more)


def rows(engine: Engine, *refs: str) -> dict[str, tuple[str, str | None]]:
    return {
        row["kind"]: (row["status"], row["determination"])
        for row in engine.findings(refs, office="county").rows
    }


def test_an_opening_copies_what_was_found_and_under_which_rules(told: Engine) -> None:
    before = told.view("mine-01").position
    review = opened(told)
    (finding,) = told.findings(["mine-01"], office="county").rows
    shown = told.reviews.show(review).review.opened.event
    (copied,) = shown.findings
    assert (copied.id, copied.status.value, copied.en) == (
        finding["id"],
        "established",
        finding["explanation"]["en"],
    )
    assert copied.late_by is not None
    assert copied.late_by.at_least == timedelta(hours=3)
    assert [r.rule for r in copied.rules or ()] == [ground["rule"] for ground in finding["grounds"]]
    assert (shown.rulebook, shown.concerned) == (told.rulebook.fingerprint, "county")
    assert shown.position == before


def test_the_lists_and_the_incident_show_the_same_and_a_rebuild_gives_it_again(told: Engine) -> None:
    assert rows(told) == rows(told, "mine-01") == {"late": ("established", None)}
    review = opened(told)
    determined(told, review)
    assert rows(told) == rows(told, "mine-01") == {"late": ("established", "late")}
    told.reviews.deliver(review, identity=AUDITOR)
    told.reviews.appeal(review, grounds="不服", identity=COUNTY, to="city")
    told.reviews.decide(review, "revoked", why="证据不足", identity=CITY)
    assert rows(told) == rows(told, "mine-01") == {"late": ("established", None)}
    told.rebuild()
    assert rows(told) == {"late": ("established", None)}


def test_each_command_is_done_once(told: Engine, file: Path) -> None:
    reviews = told.reviews
    first = reviews.open("mine-01", "county", why="督查", identity=AUDITOR, command_id="c1")
    again = reviews.open("mine-01", "county", why="督查", identity=AUDITOR, command_id="c1")
    assert (again.review, again.event_ids, again.already) == (first.review, first.event_ids, True)
    with pytest.raises(CommandConflictError):
        reviews.open("mine-01", "county", why="别的", identity=AUDITOR, command_id="c1")
    reviews.hear(first.review, waived=True, identity=AUDITOR, command_id="c2")
    verdict = late(told, first.review)
    for _ in range(2):
        reviews.determine(first.review, [verdict], why="属实", identity=AUDITOR, command_id="c3")
        reviews.appeal(first.review, grounds="不服", identity=COUNTY, command_id="c4")
    for _ in range(2):
        done = reviews.decide(first.review, "upheld", why="维持", identity=CITY, command_id="c5")
    assert done.already
    assert len([row for row in table(file) if row[1].startswith("review/")]) == 5


@pytest.mark.parametrize("proceeding", ["punishment", ""])
def test_what_cannot_be_meant_is_wrong_use_and_nothing_is_written(
    told: Engine, file: Path, proceeding: str
) -> None:
    before = table(file)
    with pytest.raises(UsageError, match="proceeding"):
        opened(told, proceeding=proceeding)
    for missing in ("mine-02", "mine-01/r1"):
        with pytest.raises(NotFoundError, match=missing):
            told.reviews.show(missing if "/" in missing else f"{missing}/r1")
    with pytest.raises(NotFoundError, match="of county on mine-01"):
        opened(told, findings=["concealed"])
    assert table(file) == before


def test_what_is_refused_leaves_the_log_as_it_was(told: Engine, file: Path) -> None:
    review = opened(told)
    before = table(file)
    with pytest.raises(RefusedError, match="was not heard"):
        told.reviews.determine(review, [late(told, review)], why="属实", identity=AUDITOR)
    told_by_county = [late(told, review)]
    with pytest.raises(RefusedError, match="office concerned"):
        told.reviews.determine(review, told_by_county, why="无事", identity=COUNTY)
    with pytest.raises(NotFoundError, match="no office nobody"):
        told.reviews.appeal(review, grounds="不服", to="nobody", identity=COUNTY)
    assert table(file) == before


def test_two_reviews_of_one_office_go_on_beside_each_other(told: Engine) -> None:
    first, second = (
        opened(told, proceeding="penalty"),
        told.reviews.open("mine-01", "county", why="监察", proceeding="supervision", identity=CITY),
    )
    assert (first, second.review) == ("mine-01/r1", "mine-01/r2")
    assert "r1" in second.warnings[0].en
    assert [row["state"] for row in told.reviews.list(["mine-01"]).rows] == ["open", "open"]
    assert told.reviews.list(office="city").rows == ()


def test_who_may_not_be_competent_is_told_and_not_refused(told: Engine) -> None:
    review = opened(told, proceeding="investigation")
    outcome = determined(told, review)
    assert "competence unknown" in outcome.warnings[0].en
    (act,) = told.reviews.show(review).review.determined
    assert act.event.competence is not None
    assert act.event.competence.provision == "cn/provisions/national/deciders/coal-investigation"


class TestImported:
    """What a file says stays as the file says it, whatever is done here beside it."""

    def test_the_same_file_changes_nothing_after_a_review_of_ones_own(self, engine: Engine) -> None:
        engine.import_timeline(CASE)
        ref = CASE.stem
        before = engine.findings([ref], status="none").rows
        done = engine.reviews.open(ref, f"{ref}/county", why="复查", identity=AUDITOR)
        engine.reviews.hear(done.review, waived=True, identity=AUDITOR)
        engine.reviews.determine(
            done.review, [Verdict(office=f"{ref}/county", kind="none")], why="复查", identity=AUDITOR
        )
        assert engine.import_timeline(CASE).status == "unchanged"
        county = engine.findings([ref], office=f"{ref}/county").rows
        assert {row["determination"] for row in county} == {"rejected"}
        assert engine.findings([ref], status="none").rows == before

    def test_a_step_called_like_a_review_gets_a_review_of_its_own(
        self, engine: Engine, tmp_path: Path
    ) -> None:
        text = CASE.read_text(encoding="utf-8")
        without = tmp_path / "without.yaml"
        before, step = text.split("  - id: s11\n")[0], text.split("  - id: s11\n")[1].split("expected:")[0]
        without.write_text(before, encoding="utf-8")
        engine.import_timeline(without)
        ref = CASE.stem
        assert engine.reviews.open(ref, f"{ref}/county", why="复查", identity=AUDITOR).review == f"{ref}/r1"
        named = tmp_path / "named.yaml"
        named.write_text(f"{before}  - id: r1\n{step}", encoding="utf-8")
        engine.import_timeline(named, amend=True)
        assert engine.import_timeline(named).status == "unchanged"
        assert [row["review"] for row in engine.reviews.list([ref]).rows] == [
            f"{ref}/r1",
            f"{ref}/r1-imported",
        ]

    def test_what_the_source_does_not_say_is_unknown(self, engine: Engine) -> None:
        engine.import_timeline(CASE)
        (row,) = engine.reviews.list([CASE.stem]).rows
        assert (row["imported"], row["statement"], row["proceeding"], row["opened_by"]) == (
            True,
            "unknown",
            None,
            None,
        )
        assert row["state"] == "determined"


class TestDossier:
    """One folder that says everything and names nobody."""

    @pytest.fixture
    def reviewed(self, told: Engine) -> str:
        clue = ClueLinked(
            office="public",
            to=("city",),
            at=at(BEGIN),
            source="王某 13012345678",
            informant="s-77",
            by="outside",
        )
        told.record("mine-01", clue, CITY)
        told.record("mine-01", Withheld(office="county", at=at(BEGIN)), CITY)
        review = opened(told, proceeding="supervision")
        told.reviews.add_evidence(review, "通话清单 | *附件*", sha256="ab" * 32, identity=AUDITOR)
        determined(told, review)
        told.reviews.deliver(review, identity=AUDITOR)
        told.reviews.appeal(review, grounds="不服", identity=COUNTY)
        told.reviews.decide(
            review, "changed", verdicts=[late(told, review, "none")], why="采信", identity=CITY
        )
        told.reviews.record_consequence(review, "interview", "约谈", post="县长", identity=AUDITOR)
        told.reviews.close(review, why="办结", identity=AUDITOR)
        return review

    def test_the_same_bytes_each_time_whole_and_bilingual(
        self, told: Engine, reviewed: str, tmp_path: Path
    ) -> None:
        told.reviews.dossier(reviewed).write(tmp_path / "one")
        open_incident(told, ref="mine-02")
        dossier = told.reviews.dossier(reviewed)
        dossier.write(tmp_path / "two")
        for path in (tmp_path / "one").iterdir():
            assert path.read_bytes() == (tmp_path / "two" / path.name).read_bytes(), path.name
        assert verified(tmp_path / "one") == []
        pages = "\n".join(text.decode() for name, text in dossier.files.items() if name.endswith(".md"))
        for words in (
            "认定 Determined: **不成立 rejected**",
            "可以认定 established",
            "线路中断",
            "约谈 interview",
            "在期限内提出",
            "通话清单 \\| \\*附件\\*",
            "ab" * 32,
            "县长",
            "第四十九条",
            "第三条",
        ):
            assert words in pages, words

    def test_its_json_is_what_the_review_shows(self, told: Engine, reviewed: str) -> None:
        files = told.reviews.dossier(reviewed).files
        row = json.loads(files["review.json"])
        assert [act["act"] for act in row["acts"]] == [
            *(
                "evidence",
                "statement",
                "determined",
                "delivered",
                "appealed",
                "decided",
                "consequence",
                "closed",
            )
        ]
        (finding,) = [f for f in row["findings_then"] if f["kind"] == "late"]
        assert [(v["view"], v["kind"]) for v in finding["determined"]] == [("rejecting", "none")]
        assert {f["status"] for f in row["findings_now"]} == {f["status"] for f in row["findings_then"]}
        texts = {one["rule"] for one in json.loads(files["rules.json"])}
        assert {"cn/review/supervision-appeal", "cn/provisions/national/deciders/discipline"} <= texts
        assert {rule["rule"] for f in row["findings_then"] for rule in f["rules"]} <= texts

    def test_nobody_who_gave_a_clue_is_in_it(self, told: Engine, reviewed: str) -> None:
        whole = b"".join(told.reviews.dossier(reviewed).files.values()).decode()
        for secret in ("王某", "13012345678", "s-77"):
            assert secret not in whole

    def test_it_is_never_mixed_with_anything(self, told: Engine, reviewed: str, tmp_path: Path) -> None:
        dossier = told.reviews.dossier(reviewed)
        (tmp_path / "full").mkdir()
        (tmp_path / "full" / "notes.txt").write_text("mine")
        for taken in (tmp_path / "full", tmp_path / "full" / "notes.txt"):
            with pytest.raises(RefusedError, match="not empty"):
                dossier.write(taken)
        assert [path.name for path in (tmp_path / "full").iterdir()] == ["notes.txt"]

    def test_what_was_changed_in_it_is_seen(self, told: Engine, reviewed: str, tmp_path: Path) -> None:
        told.reviews.dossier(reviewed).write(tmp_path / "d")
        (tmp_path / "d" / "3-evidence.md").write_text("nothing")
        (tmp_path / "d" / "8-rules.md").unlink()
        (tmp_path / "d" / "more.md").write_text("more")
        assert verified(tmp_path / "d") == [
            "8-rules.md is missing",
            "more.md was put in",
            "3-evidence.md was changed",
        ]
