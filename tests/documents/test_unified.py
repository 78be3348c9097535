"""The unified draft on paper: what it says, what it rests on, who signed, who differs, and whether it went out."""

from __future__ import annotations

import pytest
from tests.documents.scene import NOW, clock, entry, said, view

from emergency.commands.drafts import drafts_in
from emergency.documents.model import Official
from emergency.documents.paper import Choices
from emergency.documents.unified import unified_draft_of
from emergency.domain.drafting import (
    DraftAssigned,
    DraftEdited,
    DraftOpened,
    DraftReviewed,
    DraftSignedOff,
    UnifiedDraftIssued,
)
from emergency.domain.events import Entry, ForwardedUpward, Reported
from emergency.errors import RefusedError

UNIT = entry(Reported, "unit", clock(13, 20), {"deaths": 1}, to=("county",))
HEALTH = entry(Reported, "health", clock(13, 30), {"deaths": 2, "injured": 7}, to=("county",))
OPENED = entry(DraftOpened, "county", clock(13, 40), draft="county", contributions=("e2", "e3"))
EDITED = entry(
    DraftEdited,
    "county",
    clock(13, 50),
    {"deaths": 2, "injured": 7, "verifying": ["missing"]},
    draft="county",
    version=1,
    officer="C2",
    text="某镇发生泄漏。\n死亡2人。",
    sources=({"fact": "deaths", "to": ("e3",)},),
    settled=({"fact": "deaths", "by": "e3", "why": "医院核实"},),
)
CHECKED = entry(
    DraftReviewed,
    "county",
    clock(13, 55),
    draft="county",
    version=1,
    stage="first-check",
    approved=True,
    officer="C2",
)
SIGNED = entry(DraftSignedOff, "county", clock(14), draft="county", version=1, approved=True, officer="L1")
ISSUED = entry(UnifiedDraftIssued, "county", clock(14, 2), draft="county", version=1, hash="sha256:0")
ASSIGNED = entry(
    DraftAssigned, "county", clock(14, 3), draft="county", version=1, whom="health", to=("city",)
)
SENT = entry(
    ForwardedUpward,
    "health",
    clock(14, 10),
    {"deaths": 3},
    to=("city",),
    draft="county",
    version=1,
    dissent="核实死亡3人",
)
WHOLE = (UNIT, HEALTH, OPENED, EDITED, CHECKED, SIGNED, ISSUED, ASSIGNED, SENT)


def made(*entries: Entry, version: int | None = None, choices: Choices | None = None) -> Official:
    seen = view(entries)
    draft = drafts_in(seen)["county"]
    return unified_draft_of(seen, draft, version=version, at=NOW, choices=choices or Choices())


def test_the_text_stands_first_and_every_fact_with_what_it_rests_on() -> None:
    document = made(*WHOLE)
    lines = said(document).splitlines()
    assert lines[:3] == ["关于化工厂氯气泄漏的报告（统稿）", "某镇发生泄漏。", "死亡2人。"]
    assert "死亡|2人|某县卫健局 #3" in lines
    assert "失联|正在核实|" in lines
    assert "受伤|7人|无出处" in lines
    assert (
        lines.index("死亡|2人|某县卫健局 #3") < lines.index("失联|正在核实|") < lines.index("受伤|7人|无出处")
    )


def test_the_chain_names_officers_by_id_and_what_is_missing() -> None:
    text = said(made(*WHOLE))
    assert "拟稿|某县人民政府 C2|2025年3月11日13时50分|" in text
    assert "初审|某县人民政府 C2|2025年3月11日13时55分|通过" in text
    assert "复核|尚无||" in text
    assert "签发|某县人民政府 L1|2025年3月11日14时|通过" in text
    assert made(*WHOLE).signer == "L1"


def test_contradictions_and_dissent_are_printed() -> None:
    text = said(made(*WHOLE))
    assert "死亡：某化工厂 #2：1人；某县卫健局 #3：2人。裁定采用：某县卫健局 #3，理由：医院核实。" in text
    assert "某县卫健局 #10：核实死亡3人。" in text


def test_version_and_hash_stand_on_it() -> None:
    document = made(*WHOLE)
    whole = drafts_in(view(WHOLE))["county"].versions[0].hash
    assert whole in said(document)
    assert f"leak 统稿第1版 {whole[:19]}" in document.footer
    assert document.notes == ("第1版，已印发",)
    assert document.addressees == ("某市人民政府",)


def test_what_was_not_issued_says_so_and_what_was_issued_comes_before_what_is_newer() -> None:
    document = made(*WHOLE[:4])
    assert "未印发" in said(document)
    assert document.signer is None
    newer = entry(DraftEdited, "county", clock(15), {"deaths": 3}, draft="county", version=2, text="新稿")
    assert made(*WHOLE, newer).notes == ("第1版，已印发",)
    assert "新稿" in said(made(*WHOLE, newer, version=2))


def test_a_version_that_is_not_there_is_refused() -> None:
    with pytest.raises(RefusedError, match=r"no version 3\. There are: 1"):
        made(*WHOLE, version=3)
    with pytest.raises(RefusedError, match="emergency draft edit"):
        made(*WHOLE[:3])


def test_in_english() -> None:
    text = said(made(*WHOLE, choices=Choices(chinese=False)))
    assert "dead|2|某县卫健局 #3" in text
    assert "signing|某县人民政府, L1|11 March 2025 at 14:00|approved" in text
