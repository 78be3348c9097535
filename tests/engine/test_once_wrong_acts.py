"""What duty officers did with drafts and mergings that once came out wrong, in a real store."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from emergency import Engine, Facts, Identity, RefusedError
from emergency.assessment.timeline import as_known_to
from emergency.commands.drafts import assigned_tasks
from emergency.domain.draft import Odd
from emergency.domain.drafting import DraftAssigned, DraftEdited, UnifiedDraftIssued
from emergency.domain.events import Acknowledged, ForwardedUpward, Reported

from .bench import COUNTY, learned, open_incident

UNIT = Identity(office="unit", officer="u1")
REF = "mine-01"


@pytest.fixture
def contribution(engine: Engine) -> str:
    """An incident with one report, and a first version over it."""
    open_incident(engine)
    report = Reported(office="unit", to=("county",), facts=Facts.model_validate({"deaths": 2}))
    told = engine.record(REF, report, UNIT).event_ids[0]
    engine.drafts.open(REF, COUNTY)
    engine.drafts.edit(REF, COUNTY, facts=Facts.model_validate({"deaths": 2}), text="死亡2人")
    return told


def test_nothing_rests_on_a_report_that_was_withdrawn(engine: Engine, contribution: str) -> None:
    assert engine.drafts.show(REF)[0].remarks == ()
    engine.withdraw(REF, contribution, why="记错事件", identity=COUNTY)
    draft, _ = engine.drafts.show(REF)
    assert draft.contributions == ()
    assert draft.versions[0].untraced == ("deaths",)
    assert [remark.odd for remark in draft.remarks] == [Odd.NO_CONTRIBUTION, Odd.UNTRACED]


def test_a_contradiction_settled_by_what_was_withdrawn_is_open_again(
    engine: Engine, contribution: str
) -> None:
    assert contribution
    report = Reported(office="county", to=("city",), facts=Facts.model_validate({"deaths": 3}))
    other = engine.record(REF, report, COUNTY).event_ids[0]
    engine.drafts.edit(REF, COUNTY, settle=[("deaths", other, "医院核实")], contributions=[other])
    assert [each.settled is None for each in engine.drafts.show(REF)[0].contradictions] == [False]
    engine.withdraw(REF, other, why="记错事件", identity=COUNTY)
    assert [each.settled is None for each in engine.drafts.show(REF)[0].contradictions] == [True]


def test_a_receipt_of_an_office_that_was_not_told_is_none(engine: Engine, contribution: str) -> None:
    assert contribution
    engine.drafts.issue(REF, COUNTY)
    engine.drafts.assign(REF, COUNTY, units={"county": None}, to=("city",))
    sent = engine.drafts.forward(REF, ForwardedUpward(office="county", to=("city",)), COUNTY)
    for office, acknowledged in (("province", ()), ("city", ("city",))):
        receipt = Acknowledged(office=office, of=sent.outcome.event_ids[0])
        engine.record(REF, receipt, Identity(office=office))
        (task,) = assigned_tasks(*engine.drafts.show(REF), datetime.now(UTC))
        assert task.acknowledged == acknowledged


def test_a_unit_knows_what_it_was_told_to_send_up(engine: Engine, contribution: str) -> None:
    assert contribution
    engine.drafts.issue(REF, COUNTY)
    engine.drafts.assign(REF, COUNTY, units={"unit": None})
    engine.drafts.edit(REF, COUNTY, text="另稿")
    timeline = engine.view(REF).timeline
    acts = [step.act for step in as_known_to(timeline, "unit").steps]
    assert acts == [Reported, DraftEdited, UnifiedDraftIssued, DraftAssigned]
    assert [step.act for step in as_known_to(timeline, "uni").steps] == []


def test_what_became_of_obligations_at_a_merging_is_not_typed_over(engine: Engine) -> None:
    for ref in (REF, "mine-02"):
        open_incident(engine, ref)
        engine.record(ref, learned(deaths=1), COUNTY)
    engine.merging.merge("mine-02", into=REF, why="同一起", identity=COUNTY)
    merged = engine.view("mine-02").timeline.merged
    assert merged is not None
    typed: tuple[dict[str, Any], ...] = ({"fates": []}, {"at": {}}, {"into": "mine-03"})
    for changes in typed:
        with pytest.raises(RefusedError, match="emergency unmerge"):
            engine.amend("mine-02", merged.id, changes, why="改", identity=COUNTY)
    engine.amend("mine-02", merged.id, {"why": "同一起事故"}, why="改", identity=COUNTY)
