"""Papers that once said what the record does not hold, or said it as no office would."""

from __future__ import annotations

from typing import Any

import pytest
from tests.documents.scene import NOW, clock, entry, said, view
from tests.documents.test_circular import finding, obligation, period

from emergency.commands.drafts import drafts_in
from emergency.documents.circular import counts_of, incident_circular_of
from emergency.documents.phrases import Speech
from emergency.documents.reports import Kind, report_of
from emergency.documents.unified import unified_draft_of
from emergency.domain.drafting import DraftEdited, DraftOpened, Settled, UnifiedDraftIssued
from emergency.domain.events import Entry, FollowUpFiled, Learned, Reported, Verified
from emergency.domain.instructions import InstructionReceived
from emergency.domain.values import Amount, Count

ZH, EN = Speech(), Speech(chinese=False)
KNEW = entry(Learned, "county", clock(13, 10), {"deaths": 1})


def up(facts: dict[str, Any], hour: int = 14, kind: type[Entry] = Reported, **more: Any) -> Entry:  # noqa: ANN401 - of the entry
    return entry(kind, "county", clock(hour), facts, **{"to": ("city",), "channel": "network", **more})


def issued(hour: int, deaths: int = 6) -> tuple[Entry, ...]:
    """A unified draft of the county, opened, edited and issued within an hour of the day."""
    return (
        entry(DraftOpened, "county", clock(hour, 10), draft="county", contributions=("e2",)),
        entry(
            DraftEdited, "county", clock(hour, 11), {"deaths": deaths}, draft="county", version=1, text="文"
        ),
        entry(UnifiedDraftIssued, "county", clock(hour, 12), draft="county", version=1, hash="sha256:0"),
    )


def held(entries: list[Entry], kind: Kind = Kind.FIRST) -> str:
    return said(report_of(view(entries), kind, "county", entry=None, at=NOW))


class TestDraftsThatCameLater:
    """A paper knows of no unified draft that was issued after it went out."""

    def test_a_report_does_not_speak_of_a_draft_issued_after_it(self) -> None:
        made = view([KNEW, up({"deaths": 2}, 14), *issued(15)])
        assert "与统稿不同" not in said(report_of(made, Kind.FIRST, "county", entry="e3", at=NOW))

    def test_nor_where_it_was_entered_only_afterwards(self) -> None:
        made = view([KNEW, *issued(15), up({"deaths": 2}, 14)])
        assert "与统稿不同" not in said(report_of(made, Kind.FIRST, "county", entry="e6", at=NOW))

    def test_of_one_issued_before_it_says_when(self) -> None:
        made = view([KNEW, *issued(15), up({"deaths": 7}, 16)])
        text = said(report_of(made, Kind.FIRST, "county", entry="e6", at=NOW))
        assert "本单位死亡7人，某县人民政府统稿第1版（2025年3月11日15时12分印发）死亡6人。" in text

    def test_what_reports_differ_on_since_the_issue_stands_apart(self) -> None:
        health = entry(Reported, "health", clock(13, 20), {"deaths": 1}, to=("county",), channel="phone")
        plant = entry(Reported, "unit", clock(13, 30), {"deaths": 2}, to=("county",), channel="phone")
        opened = entry(DraftOpened, "county", clock(14), draft="county", contributions=("e2", "e3"))
        settled = (Settled(fact="deaths", by="e3", why="现场核实"),)
        edited = entry(
            DraftEdited,
            "county",
            clock(14, 1),
            {"deaths": 2},
            draft="county",
            version=1,
            text="文",
            settled=settled,
        )
        issue = entry(UnifiedDraftIssued, "county", clock(14, 2), draft="county", version=1, hash="sha256:0")
        found = entry(Verified, "county", clock(18), {"deaths": 5})

        def paper(*entries: Entry) -> str:
            made = view([health, plant, opened, edited, issue, *entries])
            return said(unified_draft_of(made, drafts_in(made)["county"], at=NOW))

        before, after = paper(), paper(found)
        settlement = "裁定采用：某化工厂 #3，理由：现场核实。"
        assert settlement in before
        assert "印发以后" not in before
        assert "尚未裁定" not in before
        assert settlement in after, "that it was settled when it was issued stays said"
        assert (
            after.index(settlement)
            < after.index("印发以后，又有不同：")
            < after.index("某县人民政府 #7：5人。尚未裁定")
        )


class TestHeldAndReported:
    """What an office reported after it last heard anything is not lost from the next paper."""

    VERIFIED = entry(Verified, "county", clock(15), {"deaths": 3})

    def test_a_later_report_that_says_more_stands_first(self) -> None:
        text = held([self.VERIFIED, up({"deaths": 9}, 17, FollowUpFiled)], Kind.FOLLOW_UP)
        assert "死亡9人（本单位此前报告 #3）（另据本单位核实 #2：3人）" in text
        assert "（前报" not in text

    def test_one_that_says_less_than_it_held_stands_beside(self) -> None:
        assert "死亡3人（本单位核实 #2）（另据本单位此前报告 #3：1人）" in held(
            [self.VERIFIED, up({"deaths": 1}, 17)]
        )

    def test_one_that_says_the_same_adds_nothing(self) -> None:
        assert "死亡3人（本单位核实 #2）。" in held([self.VERIFIED, up({"deaths": 3}, 17)])

    def test_what_it_heard_since_takes_its_place(self) -> None:
        health = entry(Reported, "health", clock(18), {"deaths": 4}, to=("county",), channel="phone")
        text = held([self.VERIFIED, up({"deaths": 9}, 17), health])
        assert "死亡4人（某县卫健局 #4）（另据本单位核实 #2：3人）" in text


class TestFigures:
    """Every digit that was stated."""

    @pytest.mark.parametrize(
        ("yuan", "words"),
        [
            (9_999, "直接经济损失9999元"),
            (10_000, "直接经济损失1万元"),
            (10_001, "直接经济损失1.0001万元"),
            (1_986_350_700, "直接经济损失198635.07万元"),
            (0, "直接经济损失0元"),
        ],
    )
    def test_losses_are_in_ten_thousands_to_the_last_yuan(self, yuan: int, words: str) -> None:
        assert ZH.figure("loss_yuan", Count(value=yuan)) == words
        assert EN.figure("loss_yuan", Count(value=yuan)) == f"{yuan} yuan of direct loss"

    @pytest.mark.parametrize(
        ("value", "words"),
        [
            (123456.78, "苯123456.78吨"),
            (1234567.89, "苯1234567.89吨"),
            (0.000012, "苯0.000012吨"),
            (100.0, "苯100吨"),
            (1e7, "苯10000000吨"),
        ],
    )
    def test_an_amount_is_not_rounded(self, value: float, words: str) -> None:
        assert ZH.amount(Amount(of="苯", unit="吨", value=value)) == words


class TestWording:
    """As an office writes."""

    @pytest.mark.parametrize(
        ("words", "end"), [("全力救援。", "批示：“全力救援。”"), ("全力救援", "批示：“全力救援”。")]
    )
    def test_one_full_stop_ends_an_instruction(self, words: str, end: str) -> None:
        told = entry(InstructionReceived, "county", clock(13, 30), leader="市长", words=words)
        assert any(line.endswith(end) for line in held([KNEW, told]).splitlines())

    def test_the_name_of_a_part_is_not_said_twice(self) -> None:
        done = up({}, content=[{"of": "measures", "text": "已停产"}])
        text = said(report_of(view([done]), Kind.FIRST, "county", entry="e2", at=NOW))
        assert "三、已采取的措施\n已停产。" in text

    def test_what_is_reckoned_from_is_found_in_the_course(self) -> None:
        knew = entry(Learned, "unit", clock(13, 5), {"deaths": 1}, logged_by="county")
        told = entry(
            Reported, "unit", clock(16), {"deaths": 1}, to=("county",), channel="phone", logged_by="county"
        )
        text = said(incident_circular_of(view([knew, told]), "city", at=NOW))
        assert "依据：#2、#3。" in text
        assert "#3|2025年3月11日16时|某化工厂|" in text
        assert "《生产安全事故报告和调查处理条例》（国务院令第493号）第九条" in text


class TestCountedAsListed:
    """The counts of a period agree with what is listed below them."""

    @pytest.mark.parametrize(
        ("state", "found", "field"),
        [
            ("met", {"determination": "late"}, "late"),
            ("excused", {"determination": "late"}, "late"),
            ("met", {"status": "possible"}, "undetermined"),
            ("met", {"status": "possible", "determination": "rejected"}, "in_time"),
            ("excused", {"determination": "rejected"}, "not_due"),
        ],
    )
    def test_what_was_made_in_time_by_one_clock_only(
        self, state: str, found: dict[str, Any], field: str
    ) -> None:
        counts = counts_of(period([obligation(1, state)], [finding(1, **found)]))["county"]
        assert getattr(counts, field) == 1
        assert counts.due + counts.not_due == 1
