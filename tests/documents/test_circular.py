"""What a circular states of an office, what it sets apart, and what it leaves unsaid."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest
from tests.documents.scene import NOW, clock, entry, offices, said, view

from emergency.documents.circular import (
    Counts,
    Period,
    Praised,
    counts_of,
    incident_circular_of,
    period_circular_of,
    standing_of,
)
from emergency.documents.paper import Choices
from emergency.domain.events import Entry, Learned, Obstructed, Reported, Withheld
from emergency.domain.offices import Directory, OfficeDissolved, OfficeRegistered, directory_of
from emergency.domain.record import Recorded
from emergency.domain.vocabulary import Line, Tier
from emergency.errors import UsageError

GROUND = {
    "rule": "r",
    "citation": "《某条例》第九条",
    "rank": "law",
    "confirmed": True,
    "breached": True,
    "limit": {"zh": "", "en": ""},
}
LATE_BY = {"at_least": "PT20M", "at_most": "PT20M"}


def finding(number: int, **more: Any) -> dict[str, Any]:  # noqa: ANN401 - of the row
    return {
        "id": f"f{number}",
        "incident": "leak",
        "office": "county",
        "kind": "late",
        "status": "established",
        "obligation": f"o{number}",
        "determination": None,
        "late_by": LATE_BY,
        "grounds": [GROUND],
        "evidence": [],
        "holds_from": None,
        "holds_until": None,
        "explanation": {"zh": "迟20分钟。", "en": "late by 20 min."},
        **more,
    }


def obligation(number: int, state: str, **more: Any) -> dict[str, Any]:  # noqa: ANN401 - of the row
    return {
        "id": f"o{number}",
        "incident": "leak",
        "office": "county",
        "recipient": "city",
        "stage": "first",
        "occasion": "first",
        "state": state,
        "due": {"earliest": "2025-03-11T15:10:00+08:00", "latest": "2025-03-11T15:10:00+08:00"},
        "met_at": {"earliest": "2025-03-11T15:30:00+08:00", "latest": "2025-03-11T15:30:00+08:00"},
        "holds_from": None,
        "holds_until": None,
        **more,
    }


def incident(**more: Any) -> dict[str, Any]:  # noqa: ANN401 - of the row
    return {
        "incident": "leak",
        "title": "氯气泄漏",
        "title_en": None,
        "secrecy": None,
        "urgency": None,
        **more,
    }


def period(
    obligations: list[dict[str, Any]],
    findings: list[dict[str, Any]],
    **more: Any,  # noqa: ANN401 - of the period
) -> Period:
    given: dict[str, Any] = {
        "since": date(2025, 3, 1),
        "until": date(2025, 3, 31),
        "at": NOW,
        "incidents": {"leak": incident()},
        "undated": (),
        "obligations": tuple(obligations),
        "findings": tuple(findings),
        "praised": (),
        "directory": offices(),
        "through": 40,
        **more,
    }
    return Period(**given)


class TestWhatIsStated:
    """Which findings a circular states, sets apart, only counts, or leaves out."""

    @pytest.mark.parametrize(
        ("row", "where"),
        [
            ({}, "stated"),
            ({"determination": "late", "status": "presumed"}, "stated"),
            ({"kind": "concealed", "status": "suspected", "determination": "concealed"}, "stated"),
            ({"kind": "falsified", "status": "none", "determination": "falsified"}, "stated"),
            ({"status": "presumed"}, "apart"),
            ({"status": "possible"}, "apart"),
            ({"kind": "concealed", "status": "suspected"}, "awaiting"),
            ({"kind": "missed", "status": "suspected"}, "awaiting"),
            ({"kind": "falsified", "status": "presumed"}, "awaiting"),
            ({"determination": "rejected"}, "rejected"),
            ({"kind": "concealed", "status": "suspected", "determination": "rejected"}, "rejected"),
            ({"holds_until": "2025-03-12T00:00:00+08:00"}, ""),
            ({"holds_from": "2025-03-13T00:00:00+08:00"}, ""),
        ],
    )
    def test_only_determinations_and_arithmetic(self, row: dict[str, Any], where: str) -> None:
        found = standing_of([finding(1, **row)], NOW)
        counted = {
            "stated": len(found.stated),
            "apart": len(found.apart),
            "awaiting": found.awaiting,
            "rejected": found.rejected,
        }
        assert counted == {**dict.fromkeys(counted, 0), **({where: 1} if where else {})}

    def test_a_determination_of_a_kind_beside_the_engines_is_said_with_both(self) -> None:
        text = said(
            period_circular_of(
                period([], [finding(1, status="suspected", kind="concealed", determination="concealed")]),
                "city",
            )
        )
        assert "瞒报（20分钟），有权机关已认定，系统判定：疑似。" in text


class TestIncident:
    """The circular on one incident."""

    KNEW = entry(Learned, "county", clock(13, 10), {"deaths": 1})
    HIDDEN = entry(Withheld, "county", clock(13, 12), {"deaths": 3})
    KEPT = entry(Obstructed, "county", clock(13, 13), whom=("unit",), words="不许报")
    LATE = entry(Reported, "county", clock(19), {"deaths": 1}, to=("city",), channel="network")

    def text(self, *entries: Entry) -> str:
        return said(incident_circular_of(view(list(entries)), "city", at=NOW))

    def test_the_course_holds_what_was_told_and_not_what_only_people_determine(self) -> None:
        text = self.text(self.KNEW, self.HIDDEN, self.KEPT, self.LATE)
        assert "2025年3月11日13时10分|某县人民政府|获悉|死亡1人" in text
        assert "2025年3月11日19时|某县人民政府|报告（网络）：某市人民政府|死亡1人" in text
        for word in ("隐瞒", "阻碍", "不许报", "瞒报", "死亡3人"):
            assert word not in text

    def test_what_only_people_can_determine_is_counted_and_not_named(self) -> None:
        made = view([self.KNEW, self.HIDDEN, self.LATE])
        suspected = [row for row in made.finding_rows if row["status"] == "suspected"]
        assert suspected, "the scene must hold a suspicion for this to show anything"
        text = said(incident_circular_of(made, "city", at=NOW))
        assert "须由有权机关认定，尚未认定，本件不作表述" in text
        assert "疑似" not in text

    def test_a_late_report_by_arithmetic_is_stated_with_its_reckoning(self) -> None:
        told = entry(
            Reported, "unit", clock(16), {"deaths": 1}, to=("county",), channel="phone", logged_by="county"
        )
        knew = entry(Learned, "unit", clock(13, 5), {"deaths": 1}, logged_by="county")
        text = self.text(knew, told)
        assert "1. 某化工厂：迟报（1小时55分钟），系统判定：可以认定。" in text
        assert "实际报告时间为2025年3月11日16时" in text

    def test_where_nothing_is_to_be_stated_it_says_none(self) -> None:
        in_time = entry(Reported, "county", clock(13, 20), {"deaths": 1}, to=("city",), channel="network")
        assert "三、通报事项\n无。" in self.text(self.KNEW, in_time)


class TestCounts:
    """Every report is in exactly one count."""

    @pytest.mark.parametrize(
        ("state", "found", "field"),
        [
            ("met", {}, "in_time"),
            ("late", {"status": "established"}, "late"),
            ("late", {"status": "presumed"}, "undetermined"),
            ("late", {"status": "possible"}, "undetermined"),
            ("late", {"status": "presumed", "determination": "late"}, "late"),
            ("late", {"status": "established", "determination": "rejected"}, "not_due"),
            ("overdue", {"status": "established"}, "unmet"),
            ("overdue", None, "unmet"),
            ("overdue", {"status": "presumed"}, "undetermined"),
            ("possibly-late", None, "undetermined"),
            ("undetermined", None, "undetermined"),
            ("undetermined", {"status": "possible"}, "undetermined"),
            ("open", None, "not_due"),
            ("excused", None, "not_due"),
        ],
    )
    def test_each_report_is_counted_once(self, state: str, found: dict[str, Any] | None, field: str) -> None:
        rows = [] if found is None or state == "met" else [finding(1, **found)]
        counts = counts_of(period([obligation(1, state)], rows))["county"]
        assert counts == Counts(**{field: 1})
        assert counts.due == (0 if field == "not_due" else 1)

    def test_what_is_owed_in_a_review_or_about_an_instruction_is_no_report(self) -> None:
        stages = ("statement", "determination", "instruction-relay", "instruction-answer")
        assert counts_of(period([obligation(n, "late", stage=s) for n, s in enumerate(stages)], [])) == {}

    def test_only_what_holds_at_the_instant(self) -> None:
        gone = obligation(1, "overdue", holds_until="2025-03-12T00:00:00+08:00")
        now = obligation(1, "met", holds_from="2025-03-12T00:00:00+08:00")
        assert counts_of(period([gone, now], []))["county"] == Counts(in_time=1)


class TestPeriod:
    """The circular on a period."""

    def test_counts_grounds_and_what_was_commended(self) -> None:
        rows = [obligation(1, "late"), obligation(2, "met"), obligation(3, "undetermined")]
        praised = (Praised(office="county", tier=Tier.PROVINCE),) * 2
        text = said(period_circular_of(period(rows, [finding(1)], praised=praised), "city"))
        assert "某县人民政府|3|1|1|0|1" in text
        assert (
            "1. 某县人民政府：氯气泄漏，应报某市人民政府的首报，时限2025年3月11日15时10分，实报2025年3月11日15时30分，"
            "迟报（20分钟），系统判定：可以认定。依据：《某条例》第九条。" in text
        )
        assert "某县人民政府：经验获省级肯定2次。" in text

    def test_what_is_presumed_stands_apart_and_a_text_that_nobody_confirmed_is_marked(self) -> None:
        unread = finding(1, status="possible", grounds=[{**GROUND, "confirmed": False}])
        text = said(period_circular_of(period([obligation(1, "late")], [unread]), "city"))
        assert "某县人民政府|1|0|0|0|1" in text
        late, apart = text.split("待核实事项（不作结论，不计入）")
        assert "无。" in late
        assert "系统判定：可能" in apart
        assert "《某条例》第九条（原文未核对）" in apart

    def test_an_office_that_was_there_on_part_of_the_days_says_so(self) -> None:
        founded = OfficeRegistered(
            office="county",
            name="新县人民政府",
            tier=Tier.COUNTY,
            line=Line.GOVERNMENT,
            since=date(2025, 3, 11),
        )
        gone = OfficeDissolved(office="county", since=date(2025, 3, 21))
        text = said(
            period_circular_of(period([obligation(1, "met")], [], directory=directory(founded, gone)), "city")
        )
        assert "新县人民政府：本期31日中存续10日。" in text
        whole = said(period_circular_of(period([obligation(1, "met")], []), "city"))
        assert "存续" not in whole

    def test_the_paper_is_as_secret_as_the_gravest_incident_that_it_names(self) -> None:
        others = {
            "leak": incident(),
            "fire": incident(incident="fire", secrecy="confidential", urgency="urgent"),
        }
        others["mine"] = incident(incident="mine", secrecy="secret")  # not named
        rows = [finding(1), finding(2, incident="fire")]
        made = period_circular_of(
            period([], rows, incidents=others), "city", choices=Choices(secrecy_period="1年")
        )
        assert (made.secrecy, made.urgency) == ("秘密★1年", "加急")

    def test_nothing_in_it(self) -> None:
        text = said(period_circular_of(period([], [], incidents={}), "city"))
        assert "共0起" in text
        assert "本期无应报事项。" in text

    def test_what_is_left_out_is_told(self) -> None:
        rows = [finding(1, kind="missed", status="suspected"), finding(2, determination="rejected")]
        more = {"undated": ("x",), "parked": ("y", "z"), "behind": 3}
        text = said(period_circular_of(period([obligation(1, "open")], rows, **more), "city"))
        for words in (
            "未到期、免除或经认定不构成迟报的1项",
            "另有1项须由有权机关认定",
            "另有1项经有权机关认定不成立",
            "发生时间不明的事件1起",
            "无法读取或判定的事件2起",
            "落后日志3条",
        ):
            assert words in text

    def test_what_is_appealed_and_not_decided_says_so(self) -> None:
        rows = [finding(1, determination="late"), finding(2, office="unit", determination="late")]
        text = said(period_circular_of(period([], rows, appealed=frozenset({("leak", "county")})), "city"))
        assert (
            "某县人民政府：氯气泄漏，迟报（20分钟），有权机关已认定，已申诉，尚未作出决定，系统判定：可以认定。"
            in text
        )
        assert text.count("已申诉") == 1

    def test_one_office_only(self) -> None:
        rows = [obligation(1, "late"), obligation(2, "met", office="unit")]
        only = period(rows, [finding(1)], offices=frozenset({"unit"}))
        text = said(period_circular_of(only, "city"))
        assert "某化工厂|1|1|0|0|0" in text
        assert "某县人民政府：" not in text

    def test_a_period_without_days_is_refused(self) -> None:
        with pytest.raises(UsageError, match="before it begins"):
            period([], [], since=date(2025, 4, 1))

    @pytest.mark.parametrize(
        ("ends", "words"),
        [
            ((date(2025, 3, 1), None), "2025年3月1日以来"),
            ((None, date(2025, 3, 31)), "截至2025年3月31日"),
            ((date(2025, 3, 1), date(2025, 3, 1)), "关于2025年3月1日信息报送情况"),
            ((None, None), "入库以来"),
            ((date(2025, 3, 1), date(2025, 3, 31)), "关于2025年3月信息报送情况"),
            ((date(2025, 2, 1), date(2025, 2, 28)), "关于2025年2月信息报送情况"),
            ((date(2024, 2, 1), date(2024, 2, 28)), "关于2024年2月1日至28日信息报送情况"),
            ((date(2025, 1, 1), date(2025, 12, 31)), "关于2025年信息报送情况"),
            ((date(2025, 3, 2), date(2025, 4, 1)), "关于2025年3月2日至4月1日信息报送情况"),
            ((date(2024, 3, 1), date(2025, 3, 31)), "关于2024年3月1日至2025年3月31日信息报送情况"),
        ],
    )
    def test_it_is_called_as_people_call_it(self, ends: tuple[date | None, date | None], words: str) -> None:
        made = period_circular_of(period([], [], since=ends[0], until=ends[1]), "city")
        assert words in made.title


def directory(*events: Any) -> Directory:  # noqa: ANN401 - office events
    city = OfficeRegistered(office="city", name="某市人民政府", tier=Tier.CITY, line=Line.GOVERNMENT)
    at = datetime.fromisoformat("2025-01-01T00:00:00+08:00")
    return directory_of(
        Recorded(position=n, stream="office/x", version=n, event_id=f"o{n}", recorded_at=at, event=event)
        for n, event in enumerate((city, *events), 1)
    )
