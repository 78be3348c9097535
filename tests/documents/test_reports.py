"""What the reports that go up say, and what they never say."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.documents.scene import DAY, NOW, clock, entry, said, view

from emergency.documents.paper import Choices
from emergency.documents.reports import Kind, next_follow_up, report_of, reports_on_record
from emergency.domain.bookkeeping import Merged, Voided
from emergency.domain.drafting import DraftEdited, DraftOpened, UnifiedDraftIssued
from emergency.domain.events import (
    ClueLinked,
    Corrected,
    Denied,
    Entry,
    EntryAmended,
    FinalReportFiled,
    FollowUpFiled,
    HandlingEnded,
    Learned,
    Reported,
    Verified,
)
from emergency.domain.instructions import InstructionReceived
from emergency.domain.values import StatedTime
from emergency.domain.vocabulary import Basis
from emergency.errors import NotFoundError, RefusedError, UsageError

ENGLISH = Choices(chinese=False)
LEARNED = entry(Learned, "county", clock(13, 10), {"deaths": 1})


def up(facts: dict[str, Any], kind: type[Entry] = Reported, minute: int = 20, **more: Any) -> Entry:  # noqa: ANN401 - of the report
    return entry(kind, "county", clock(13, minute), facts, to=("city",), channel="written", **more)


def first(facts: dict[str, Any], **more: Any) -> str:  # noqa: ANN401 - of the report
    made = view([LEARNED, up(facts, **more)])
    return said(report_of(made, Kind.FIRST, "county", entry="e3", at=NOW))


def held(entries: list[Entry], kind: Kind = Kind.FIRST, office: str = "county", **opened: Any) -> str:  # noqa: ANN401 - of the opening
    return said(report_of(view(entries, **opened), kind, office, entry=None, at=NOW))


class TestFigures:
    """Stated, stated as none, being verified, and not known."""

    @pytest.mark.parametrize(
        ("facts", "shown", "unknown"),
        [
            ({"deaths": 2}, "死亡2人。", "失联、被困、受伤情况：暂未掌握。"),
            ({"deaths": 0}, "死亡0人。", "失联、被困、受伤情况：暂未掌握。"),
            ({"verifying": ["deaths"]}, "死亡情况正在核实。", "失联、被困、受伤情况：暂未掌握。"),
            (
                {"deaths": 2, "verifying": ["deaths"]},
                "死亡2人（正在核实）。",
                "失联、被困、受伤情况：暂未掌握。",
            ),
            ({"deaths": {"value": 20, "about": True}}, "死亡约20人。", "失联、被困、受伤情况：暂未掌握。"),
            ({"dead_or_missing": 5}, "死亡、失联合计5人。", "被困、受伤情况：暂未掌握。"),
            ({"seriously_injured": 3}, "重伤3人。", "死亡、失联、被困情况：暂未掌握。"),
            ({"figures": {"sick": 12}}, "患病12人。", "死亡、失联、被困、受伤情况：暂未掌握。"),
            (
                {"amounts": [{"of": "苯", "unit": "吨", "min": 8, "max": 10}]},
                "苯8至10吨。",
                "死亡、失联、被困、受伤",
            ),
        ],
    )
    def test_stated_verifying_and_unknown_are_three_things(
        self, facts: dict[str, Any], shown: str, unknown: str
    ) -> None:
        text = first(facts)
        assert f"截至2025年3月11日13时20分，{shown}" in text
        assert unknown in text

    def test_nothing_stated_is_nowhere_zero_and_nobody_verifies_it(self) -> None:
        text = first({})
        assert "死亡、失联、被困、受伤情况：暂未掌握。" in text
        assert "0人" not in text
        assert "正在核实" not in text

    def test_they_stand_in_the_customary_order(self) -> None:
        facts = {
            "loss_yuan": 9,
            "injured": 5,
            "trapped": 4,
            "missing": 3,
            "deaths": 2,
            "seriously_injured": 1,
        }
        assert "死亡2人、失联3人、被困4人、受伤5人、重伤1人、直接经济损失9元。" in first(facts)

    def test_what_another_logged_of_the_office_is_only_not_on_record(self) -> None:
        report = up({"deaths": 1}, logged_by="city")
        made = view([report])
        text = said(report_of(made, Kind.FIRST, "county", entry="e2", at=NOW))
        assert "失联、被困、受伤情况：记录未载。" in text
        assert "暂未掌握" not in text


class TestOrder:
    """The parts of a report."""

    def test_the_parts_are_in_their_order_whatever_order_they_were_said_in(self) -> None:
        slugs = ("requests", "next-steps", "leaders-on-scene", "measures", "course", "unit-profile")
        text = first({"deaths": 1}, content=[{"of": slug, "text": f"甲{slug}"} for slug in slugs])
        headings = [line for line in text.splitlines() if line[1:2] == "、" and line[0] in "一二三四五六"]
        assert headings == [
            "一、基本情况",
            "二、人员伤亡和损失情况",
            "三、已采取的措施",
            "四、领导批示和到场情况",
            "五、发展趋势和下一步工作",
            "六、请求事项",
        ]
        places = [text.index(f"甲{slug}") for slug in reversed(slugs)]
        assert places == sorted(places)

    def test_a_part_of_which_nothing_is_said_has_no_heading_and_the_numbers_close_up(self) -> None:
        text = first({}, content=[{"of": "requests", "text": "请派医疗队"}])
        assert "三、请求事项" in text
        assert "建议或者请求：请派医疗队。" in text

    def test_an_element_is_verifying_only_where_it_was_said_to_be(self) -> None:
        text = first({}, content=[{"of": "trend", "verifying": True}])
        assert "发展趋势：正在核实。" in text
        assert "已采取的措施" in text.split("暂未掌握。")[-2]  # asked for by the rules, and not said

    def test_line_breaks_that_somebody_typed_make_no_new_lines(self) -> None:
        text = first({}, content=[{"of": "measures", "text": "一、停产\n二、疏散"}])
        assert "三、已采取的措施\n一、停产 二、疏散。" in text

    def test_a_persons_name_is_no_element_of_the_paper(self) -> None:
        assert "联系人" not in first({}, content=[{"of": "contact"}])


class TestLead:
    """The first sentence, and where it comes from."""

    @pytest.mark.parametrize(
        ("stated", "words"),
        [
            (clock(13, 5), "2025年3月11日13时05分，某县某镇发生"),
            (clock(13), "2025年3月11日13时，"),
            (clock(13, 5, text="约13:05", basis=Basis.ABOUT), "2025年3月11日13时05分左右，"),
            (clock(13, 5, basis=Basis.ASSUMED), "2025年3月11日13时05分（推定），"),
            (
                StatedTime(
                    text="13时许",
                    earliest=DAY.replace(hour=13),
                    latest=DAY.replace(hour=14),
                    basis=Basis.STATED,
                ),
                "2025年3月11日13时许，",
            ),
            (
                StatedTime(
                    text="x", earliest=DAY.replace(hour=13), latest=DAY.replace(hour=15), basis=Basis.STATED
                ),
                "2025年3月11日13时至15时，",
            ),
            (
                StatedTime(earliest=DAY, latest=DAY.replace(day=12), basis=Basis.STATED),
                "2025年3月11日，",
            ),
            (StatedTime(), "某县某镇发生化工厂氯气泄漏，发生时间暂未掌握"),
        ],
    )
    def test_when_it_happened_as_far_as_anybody_says(self, stated: StatedTime, words: str) -> None:
        made = view([up({})], occurred_at=stated)
        assert words in said(report_of(made, Kind.FIRST, "county", entry="e2", at=NOW))

    def test_where_it_comes_from(self) -> None:
        told = entry(Reported, "unit", clock(13, 12), {"deaths": 1}, to=("county",), channel="phone")
        made = view([told, up({"deaths": 1})])
        text = said(report_of(made, Kind.FIRST, "county", entry="e3", at=NOW))
        assert "信息来源：某化工厂（2025年3月11日13时12分电话报告）。" in text

    def test_a_report_that_came_later_is_no_source_of_it(self) -> None:
        told = entry(Reported, "unit", clock(14), {"deaths": 1}, to=("county",), channel="phone")
        made = view([up({"deaths": 1}), told])
        assert "信息来源" not in said(report_of(made, Kind.FIRST, "county", entry="e2", at=NOW))


class TestFollowUps:
    """Numbered by the record, and only what is new."""

    def test_they_are_numbered_by_the_record_and_what_goes_to_two_at_once_is_one(self) -> None:
        one = up({"deaths": 2}, FollowUpFiled, 30)
        same = entry(FollowUpFiled, "county", clock(13, 30), {"deaths": 2}, to=("unit",))
        two = up({"deaths": 3}, FollowUpFiled, 40)
        made = view([up({"deaths": 1}), one, same, two])
        titles = [report_of(made, Kind.FOLLOW_UP, "county", entry=f"e{n}", at=NOW).title for n in (3, 4, 5)]
        assert [title[-5:] for title in titles] == ["（续报一）", "（续报一）", "（续报二）"]
        assert next_follow_up(made, "county") == 3
        assert next_follow_up(made, "city") == 1

    def test_it_tells_what_is_new_and_does_not_retell_the_start(self) -> None:
        made = view([up({"deaths": 1, "injured": 5}), up({"deaths": 2, "injured": 5}, FollowUpFiled, 30)])
        text = said(report_of(made, Kind.FOLLOW_UP, "county", entry="e3", at=NOW))
        assert "死亡2人（前报1人）、受伤5人。" in text
        assert "13时05分" not in text
        assert "暂未掌握" not in text

    def test_a_correction_says_that_it_is_one(self) -> None:
        made = view([up({"deaths": 3}), up({"deaths": 2}, Corrected, 30)])
        document = report_of(made, Kind.FOLLOW_UP, "county", entry="e3", at=NOW)
        assert document.title.endswith("（续报一，更正）")
        assert "死亡2人（前报3人）" in said(document)


class TestHeld:
    """A paper that is still to be sent, from what the office holds."""

    def test_it_says_that_it_was_not_sent(self) -> None:
        document = report_of(view([LEARNED]), Kind.FIRST, "county", entry=None, at=NOW)
        assert document.unsent
        assert "待报稿" in said(document)
        assert document.addressees == ("某市人民政府",)

    def test_figures_have_their_sources_and_the_newest_stands_first(self) -> None:
        health = entry(Reported, "health", clock(13, 30), {"deaths": 2}, to=("county",), channel="phone")
        text = held([LEARNED, health])
        assert "死亡2人（某县卫健局 #3）（另据本单位掌握 #2：1人）" in text

    def test_what_it_verified_takes_the_place_of_all_before(self) -> None:
        verified = entry(Verified, "county", clock(14), {"deaths": 3}, source="县人民医院")
        text = held([LEARNED, verified])
        assert "死亡3人（本单位核实，县人民医院 #3）。" in text
        assert "另据" not in text

    def test_later_words_of_others_are_not_hidden_by_it(self) -> None:
        verified = entry(Verified, "county", clock(14), {"deaths": 3})
        health = entry(Reported, "health", clock(15), {"deaths": 4}, to=("county",), channel="phone")
        assert "死亡4人（某县卫健局 #3）（另据本单位核实 #2：3人）" in held([verified, health])

    def test_somebody_elses_verifying_is_said_to_be_theirs(self) -> None:
        health = entry(
            Reported, "health", clock(13, 30), {"verifying": ["missing"]}, to=("county",), channel="phone"
        )
        assert "失联情况正在核实（某县卫健局 #3）" in held([LEARNED, health])

    @pytest.mark.parametrize(
        "not_held",
        [
            entry(ClueLinked, "public", clock(13, 30), {"deaths": 9}, to=("county",)),
            entry(Denied, "county", clock(13, 30), {"deaths": 9}, to=("city",)),
            entry(Learned, "county", clock(13, 30), {"deaths": 9}, sign=True),
            entry(Verified, "county", clock(13, 30), {"deaths": 9}, outcome="refuted"),
            entry(Reported, "unit", clock(13, 30), {"deaths": 9}, to=("city",)),
        ],
        ids=["clue", "denial", "sign", "refuted", "told to another"],
    )
    def test_what_it_does_not_hold_is_not_on_its_paper(self, not_held: Entry) -> None:
        assert "9人" not in held([LEARNED, not_held])

    def test_what_it_reported_is_no_source_beside_what_it_holds(self) -> None:
        health = entry(Reported, "health", clock(15), {"deaths": 4}, to=("county",), channel="phone")
        text = held([up({"deaths": 1}), health])
        assert "死亡4人（某县卫健局 #3）。" in text
        assert "死亡1人（本单位此前报告 #2）" in held([up({"deaths": 1})])

    def test_names_and_phones_are_left_to_the_pen(self) -> None:
        text = held(
            [LEARNED], place={"name": "某地", "division": "370686"}
        )  # where the regulation asks for them
        assert "联系人和联系方式：请在报出时填写（系统不存姓名、电话）。" in text


class TestDraft:
    """A report beside a unified draft."""

    ISSUED = (
        entry(DraftOpened, "county", clock(14), draft="county", contributions=("e2",)),
        entry(DraftEdited, "county", clock(14, 1), {"deaths": 2}, draft="county", version=1, text="文"),
        entry(UnifiedDraftIssued, "county", clock(14, 2), draft="county", version=1, hash="sha256:0"),
    )

    def test_who_holds_otherwise_says_so(self) -> None:
        health = entry(Reported, "health", clock(13, 30), {"deaths": 1}, to=("county",))
        knows = entry(Verified, "health", clock(14, 10), {"deaths": 3})
        text = held([health, *self.ISSUED, knows], office="health")
        assert (
            "与统稿不同之处：本单位死亡3人，某县人民政府统稿第1版（2025年3月11日14时02分印发）死亡2人。"
            in text
        )

    def test_an_offices_own_issued_draft_is_its_own_word(self) -> None:
        health = entry(Reported, "health", clock(13, 30), {"deaths": 1}, to=("county",))
        text = held([health, *self.ISSUED])
        assert "死亡2人（统稿第1版 #5）。" in text
        assert "与统稿不同" not in text

    def test_a_recorded_dissent_is_printed(self) -> None:
        sent = up({"deaths": 2}, draft="county", version=1, dissent="医院核实死亡3人")
        made = view([LEARNED, *self.ISSUED, sent])
        text = said(report_of(made, Kind.FIRST, "county", entry="e6", at=NOW))
        assert "与统稿不同之处：医院核实死亡3人。" in text


class TestLeaders:
    """Leaders' instructions."""

    def test_their_words_stand_as_they_were_written(self) -> None:
        wrote = entry(InstructionReceived, "county", clock(13, 15), leader="市长", words="全力救人")
        made = view([wrote, up({"deaths": 1})])
        text = said(report_of(made, Kind.FIRST, "county", entry="e3", at=NOW))
        assert "2025年3月11日13时15分，市长批示：“全力救人”。" in text

    def test_what_came_after_the_report_is_not_in_it(self) -> None:
        wrote = entry(InstructionReceived, "county", clock(15), leader="市长", words="全力救人")
        made = view([up({"deaths": 1}), wrote])
        assert "批示：" not in said(report_of(made, Kind.FIRST, "county", entry="e2", at=NOW))


def test_the_final_report_says_how_it_ended_and_what_was_reported() -> None:
    ended = entry(HandlingEnded, "county", clock(18))
    made = view(
        [up({"deaths": 1}), ended, entry(FinalReportFiled, "county", clock(20), {"deaths": 1}, to=("city",))]
    )
    document = report_of(made, Kind.FINAL, "county", entry="e4", at=NOW)
    text = said(document)
    assert document.title.endswith("（终报）")
    assert "2025年3月11日18时，某县人民政府记录：应急处置结束。" in text
    assert "此前报告情况：2025年3月11日13时20分报告。" in text


class TestPaper:
    """What stands around it."""

    def test_secrecy_urgency_and_signer_come_from_the_record(self) -> None:
        made = view([up({}, signer="L1")], secrecy="secret", urgency="immediate")
        document = report_of(made, Kind.FIRST, "county", entry="e2", at=NOW)
        assert (document.secrecy, document.urgency, document.signer) == ("机密", "特急", "L1")
        assert document.mark == "某县人民政府文件"
        assert document.dated == "2025年3月11日"

    def test_what_nobody_marked_is_not_marked_and_a_period_needs_a_marking(self) -> None:
        made = view([up({})])
        document = report_of(made, Kind.FIRST, "county", entry="e2", at=NOW)
        assert (document.secrecy, document.urgency, document.signer) == (None, None, None)
        with pytest.raises(UsageError, match="nobody has marked"):
            report_of(made, Kind.FIRST, "county", entry="e2", at=NOW, choices=Choices(secrecy_period="1年"))

    def test_a_period_stands_after_its_star(self) -> None:
        made = view([up({})], secrecy="secret")
        choices = Choices(secrecy_period="1年", signer_name="张某", drill=True, addressees=("市应急办",))
        document = report_of(made, Kind.FIRST, "county", entry="e2", at=NOW, choices=choices)
        assert (document.secrecy, document.signer, document.drill) == ("机密★1年", "张某", True)
        assert document.addressees == ("市应急办",)

    def test_a_duty_publication_has_an_issue_and_no_signature(self) -> None:
        choices = Choices(form="bulletin", issue="第12期")
        document = report_of(view([up({})]), Kind.FIRST, "county", entry="e2", at=NOW, choices=choices)
        assert (document.mark, document.issue, document.issued_by) == ("值班信息", "第12期", "某县人民政府")
        assert document.signature is None
        assert document.dated == "2025年3月11日13时20分"

    @pytest.mark.parametrize(
        "wrong", [{"copy_number": "12"}, {"issue": "第1期"}, {"form": "bulletin", "number": "某〔2025〕1号"}]
    )
    def test_what_no_such_paper_has_is_refused(self, wrong: dict[str, Any]) -> None:
        with pytest.raises(UsageError):
            Choices(**wrong)

    def test_the_footer_tells_version_hash_entry_position_and_hour(self) -> None:
        made = view([up({"deaths": 1})])
        document = report_of(made, Kind.FIRST, "county", entry="e2", at=NOW)
        assert "首报v1 sha256:" in document.footer
        assert document.footer.endswith(" · leak #2 · 日志2 · 2025-03-12 09:30")
        later = report_of(made, Kind.FIRST, "county", entry="e2", at=NOW.replace(hour=10))
        assert (
            later.footer.split(" · ")[0] == document.footer.split(" · ")[0]
        )  # of what it says, not of the hour
        other = report_of(view([up({"deaths": 2})]), Kind.FIRST, "county", entry="e2", at=NOW)
        assert other.footer.split(" · ")[0] != document.footer.split(" · ")[0]

    def test_an_entry_that_was_put_right_since_says_so(self) -> None:
        made = view([up({"deaths": 1})])
        right = replace(made, amended={"e2": (EntryAmended(target="e2", changes={}, why="x"),)})
        assert report_of(made, Kind.FIRST, "county", entry="e2", at=NOW).notes == ()
        assert report_of(right, Kind.FIRST, "county", entry="e2", at=NOW).notes == (
            "该记录入库后更正1次，本件按更正后的内容",
        )

    def test_a_merged_and_a_voided_incident_say_so(self) -> None:
        merged = entry(Merged, "county", clock(16), into="leak-2", why="同一事件")
        assert "本事件已并入leak-2，在该事件继续。" in held([LEARNED, merged])
        refuted = entry(Verified, "county", clock(16), outcome="refuted")
        voided = entry(Voided, "county", clock(17), refuted_by="e3", why="误报")
        assert "本事件经核实并无此事，已撤销。" in held([LEARNED, refuted, voided])

    def test_what_was_sent_of_a_draft_has_its_version_and_hash_in_the_footer(self) -> None:
        sent = up({"deaths": 2}, draft="county", version=1, sent_hash="sha256:0123456789abcdef")
        made = view([LEARNED, *TestDraft.ISSUED, sent])
        document = report_of(made, Kind.FIRST, "county", entry="e6", at=NOW)
        assert "leak #6 统稿第1版 sha256:0123456789ab ·" in document.footer

    def test_in_english_the_layout_stays(self) -> None:
        made = view([LEARNED, up({"deaths": 2, "verifying": ["missing"]})], title_en="Chlorine leak")
        document = report_of(made, Kind.FIRST, "county", entry="e3", at=NOW, choices=ENGLISH)
        text = said(document)
        assert document.title == "Report on: Chlorine leak"
        assert "As of 11 March 2025 at 13:20: 2 dead, missing: being verified." in text
        assert "trapped, injured: not known yet." in text
        assert not document.chinese


def test_an_entry_of_another_kind_is_refused_and_the_right_document_named() -> None:
    made = view([LEARNED, up({"deaths": 1})])
    with pytest.raises(RefusedError, match="emergency document first-report"):
        report_of(made, Kind.FOLLOW_UP, "county", entry="e3", at=NOW)
    with pytest.raises(RefusedError, match="is no first report"):
        report_of(made, Kind.FIRST, "county", entry="e2", at=NOW)
    with pytest.raises(NotFoundError):
        report_of(made, Kind.FIRST, "county", entry="e9", at=NOW)


COUNTS = st.one_of(
    st.none(), st.integers(0, 40), st.integers(1, 40).map(lambda n: {"value": n, "about": True})
)
FACTS = st.fixed_dictionaries(
    dict.fromkeys(("deaths", "missing", "trapped", "injured", "evacuated"), COUNTS),
    optional={"verifying": st.lists(st.sampled_from(["deaths", "missing", "loss_yuan"]), unique=True)},
)
ACTS = st.tuples(st.sampled_from([Learned, Verified, Reported, FollowUpFiled]), st.booleans(), FACTS)
PRINTED = re.compile(r"(?:死亡|失联|被困|受伤|转移|：|前报)约?(\d+)人")


@settings(max_examples=40, deadline=None)
@given(st.lists(ACTS, min_size=1, max_size=5), st.sampled_from(list(Kind)))
def test_whatever_is_on_record_nothing_else_is_printed(
    acts: list[tuple[type[Entry], bool, dict[str, Any]]], kind: Kind
) -> None:
    entries = []
    for minute, (act, own, facts) in enumerate(acts):
        stated = {name: value for name, value in facts.items() if value is not None}
        office, to = ("county", ("city",)) if own or act in (Learned, Verified) else ("health", ("county",))
        more = {} if act in (Learned, Verified) else {"to": to}
        entries.append(entry(act, office, clock(13, minute), stated, **more))
    made = view(entries)
    numbers = {c.value for e in entries for _, c in e.facts.counts()}
    verifying = any(e.facts.verifying for e in entries)
    ids = [None, *(step.id for step in reports_on_record(made, "county", kind))]
    for one in ids:
        text = said(report_of(made, kind, "county", entry=one, at=NOW))
        assert {int(number) for number in PRINTED.findall(text)} <= numbers
        assert verifying or "正在核实" not in text
        assert "0人" not in re.sub(r"[1-9]0人", "", text) or 0 in numbers
