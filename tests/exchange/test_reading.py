"""A good file becomes exactly the events that it tells of, every field of them."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import get_args

import pytest

from emergency import Engine
from emergency.domain import bookkeeping, events, instructions, receiving
from emergency.domain.events import Entry, IncidentOpened
from emergency.domain.offices import OfficeRegistered
from emergency.domain.review import Determined, ReviewOpened, Verdict
from emergency.domain.values import NO_FACTS, Amount, Count, Facts, Figure, OtherTime, Place, StatedTime
from emergency.domain.vocabulary import Basis, Category, Channel, Fault, Level, Line, Origin, Outcome, Tier
from emergency.exchange.case_file import Act, FileStep
from emergency.exchange.timeline_import import ENTRIES

from .bench import SMALL, log, write

WHOLE = """\
format: 1
case: 曲靖-20140407
title: 透水
title_en: Flooding
category: accident
kind: coal-mine
level: II
place: {name: 云南省曲靖市, division: "530302"}
occurred_at: "2014-04-07T04:50+08:00"
record: {complete_for: [unit, county]}
offices:
  unit:   {name: 某煤矿, tier: unit, line: enterprise, reports_to: county, division: "530302"}
  county: {name: 某区, tier: county, line: government, reports_to: [city, bureau]}
  bureau: {name: 某局, tier: city, line: department, reports_to: null}
  city:   {name: 某市, tier: city, line: government}
steps:
  - {id: occurred, act: occurred, office: unit, at: "2014-04-07", source: press}
  - {id: learned, act: learned, office: unit, at: "2014-04", sign: true, facts: {trapped: {value: 22, about: true}}}
  - id: reported
    act: reported
    office: unit
    to: county
    channel: written
    at: "2014-04-07T07:50:30+08:00"
    received_at: "2014-04-07T08:00Z"
    basis: about
    also: [{at: "2014-04-07T09:00+08:00", source: 日报}, {at: null, source: a rumour}]
    after: learned
    before: [followed-up, corrected]
    facts:
      deaths: 1
      missing: 2
      trapped: 3
      dead_or_missing: 4
      injured: 5
      seriously_injured: 6
      at_risk: 7
      evacuated: 8
      rescued: 9
      bodies: 10
      loss_yuan: 11
      amounts: [{of: 水, value: 1.5, unit: m³}, {of: 油, min: 1, max: 2, unit: t, about: true}]
      nature: 透水
      category: accident
      kind: coal-mine
      level: III
      verifying: [deaths, missing]
      figures: {sick: 12, burnt_hectares: {value: 120, about: true}}
      circumstances: [sensitive-place, drinking-water-source]
    source: phone log
  - {id: followed-up, act: followed-up, office: unit, to: [county, city], channel: phone, at: null}
  - {id: corrected, act: corrected, office: unit, to: null, channel: network}
  - {id: forwarded, act: forwarded, office: county, to: city, at: {from: "2014-04-07T09:00+08:00", to: "2014-04-08"}}
  - {id: notified, act: notified, office: county, to: public, at: {from: "2014-04-07"}, basis: assumed}
  - {id: not-reported, act: not-reported, office: county, to: city, at: {to: "2014-04-08T00:00+08:00"}}
  - {id: inquired, act: inquired, office: city, to: county, channel: in-person}
  - {id: answered, act: answered, office: county, to: city}
  - {id: denied, act: denied, office: county, to: city, facts: {deaths: 0}}
  - {id: withheld, act: withheld, office: county, facts: {deaths: 3}}
  - {id: directed, act: directed, office: county, whom: unit, words: 先不要上报}
  - {id: obstructed, act: obstructed, office: county, whom: [unit, bureau]}
  - {id: clue, act: clue, office: public, to: city, by: outside, sign: true}
  - {id: verified, act: verified, office: city, to: bureau, outcome: refuted}
  - {id: foreseen, act: foreseen, office: city, at: "2014-04-07", level: II}
  - {id: warned, act: warned, office: city, at: "2014-04-07"}
  - {id: graded, act: graded, office: city, at: "2014-04-07", level: III}
  - {id: stabilised, act: stabilised, office: county}
  - {id: suspended, act: suspended, office: city, whom: [county, unit], authority: 省防指, why: " 全力抢险 "}
  - {id: resumed, act: resumed, office: city, authority: 省防指, why: 险情解除}
  - {id: handling-ended, act: handling-ended, office: city}
  - {id: final-report, act: final-report, office: county, to: city, channel: written, facts: {figures: {sick: 0}}}
  - {id: handed-over, act: handed-over, office: county, to: bureau, channel: phone, of: reported, facts: {deaths: 1}}
  - {id: call-logged, act: call-logged, office: county, of: followed-up, written_asked: true}
  - id: instruction-received
    act: instruction-received
    office: county
    leader: 市长
    tier: city
    words: 全力救援
    channel: phone
    read_back: false
    addressed: [unit, bureau]
    relay_by: "2014-04-07"
    answer_by: "2014-04-08T12:00+08:00"
  - {id: relayed, act: instruction-relayed, office: county, of: instruction-received, whom: unit, channel: written}
  - {id: told, act: instruction-answered, office: unit, of: instruction-received, words: 已救出, final: true}
  - id: pressed
    act: instruction-pressed
    office: city
    of: instruction-received
    whom: [unit]
    channel: in-person
    answer_by: "2014-04-09"
  - {id: settled, act: instruction-closed, office: city, of: instruction-received, why: 办结}
  - {id: waived, act: waived, office: city, whom: county, to: bureau, authority: 电话通知, why: 另行安排}
  - {id: voided, act: voided, office: city, of: verified, why: 误报}
  - id: determined
    act: determined
    office: city
    at: "2014-05-01"
    finding: [{office: unit, kind: late}, {office: county, kind: none}]
    facts: {deaths: 3}
    source: report
expected: {anything: [goes, here]}
"""
CASE = "曲靖-20140407"
UNIT, COUNTY, BUREAU, CITY = (f"{CASE}/{name}" for name in ("unit", "county", "bureau", "city"))


def t(text: str) -> datetime:
    return datetime.fromisoformat(text)


def stated(text: str, early: str | None, late: str | None, basis: Basis = Basis.STATED) -> StatedTime:
    return StatedTime(
        text=text, earliest=t(early) if early else None, latest=t(late) if late else None, basis=basis
    )


def count(value: int) -> Count:
    return Count(value=value)


THAT_DAY = stated("2014-04-07", "2014-04-07T00:00+08:00", "2014-04-08T00:00+08:00")

EXPECTED: list[Entry] = [
    events.Occurred(
        office=UNIT,
        step="occurred",
        at=stated("2014-04-07", "2014-04-07T00:00+08:00", "2014-04-08T00:00+08:00"),
        source="press",
    ),
    events.Learned(
        office=UNIT,
        step="learned",
        sign=True,
        at=stated("2014-04", "2014-04-01T00:00+08:00", "2014-05-01T00:00+08:00"),
        facts=Facts(trapped=Count(value=22, about=True)),
    ),
    events.Reported(
        office=UNIT,
        step="reported",
        to=(COUNTY,),
        channel=Channel.WRITTEN,
        at=StatedTime(
            text="2014-04-07T07:50:30+08:00",
            earliest=t("2014-04-07T07:50:30+08:00"),
            latest=t("2014-04-07T07:50:30+08:00"),
            basis=Basis.ABOUT,
            also=(
                OtherTime(
                    earliest=t("2014-04-07T09:00+08:00"), latest=t("2014-04-07T09:00+08:00"), source="日报"
                ),
                OtherTime(source="a rumour"),
            ),
            after=("learned",),
            before=("followed-up", "corrected"),
        ),
        received_at=stated("2014-04-07T08:00Z", "2014-04-07T08:00Z", "2014-04-07T08:00Z"),
        facts=Facts(
            deaths=count(1),
            missing=count(2),
            trapped=count(3),
            dead_or_missing=count(4),
            injured=count(5),
            seriously_injured=count(6),
            at_risk=count(7),
            evacuated=count(8),
            rescued=count(9),
            bodies=count(10),
            loss_yuan=count(11),
            amounts=(
                Amount(of="水", value=1.5, unit="m³"),
                Amount(of="油", min=1, max=2, unit="t", about=True),
            ),
            nature="透水",
            category=Category.ACCIDENT,
            kind="coal-mine",
            level=Level.III,
            verifying=("deaths", "missing"),
            figures=(
                Figure(of="burnt_hectares", count=Count(value=120, about=True)),
                Figure(of="sick", count=count(12)),
            ),
            circumstances=("sensitive-place", "drinking-water-source"),
        ),
        source="phone log",
    ),
    events.FollowUpFiled(office=UNIT, step="followed-up", to=(COUNTY, CITY), channel=Channel.PHONE),
    events.Corrected(office=UNIT, step="corrected", channel=Channel.NETWORK),
    events.ForwardedUpward(
        office=COUNTY,
        step="forwarded",
        to=(CITY,),
        at=stated("2014-04-07T09:00+08:00 – 2014-04-08", "2014-04-07T09:00+08:00", "2014-04-09T00:00+08:00"),
    ),
    events.Notified(
        office=COUNTY,
        step="notified",
        to=("public",),
        at=stated("2014-04-07 – ?", "2014-04-07T00:00+08:00", None, Basis.ASSUMED),
    ),
    events.NonReportStated(
        office=COUNTY,
        step="not-reported",
        to=(CITY,),
        at=stated("? – 2014-04-08T00:00+08:00", None, "2014-04-08T00:00+08:00"),
    ),
    events.Inquired(office=CITY, step="inquired", to=(COUNTY,), channel=Channel.IN_PERSON),
    events.Answered(office=COUNTY, step="answered", to=(CITY,)),
    events.Denied(office=COUNTY, step="denied", to=(CITY,), facts=Facts(deaths=count(0))),
    events.Withheld(office=COUNTY, step="withheld", facts=Facts(deaths=count(3))),
    events.Directed(office=COUNTY, step="directed", whom=(UNIT,), words="先不要上报"),
    events.Obstructed(office=COUNTY, step="obstructed", whom=(UNIT, BUREAU)),
    events.ClueLinked(office="public", step="clue", to=(CITY,), by=Origin.OUTSIDE, sign=True),
    events.Verified(office=CITY, step="verified", to=(BUREAU,), outcome=Outcome.REFUTED),
    events.Foreseen(office=CITY, step="foreseen", at=THAT_DAY, level=Level.II),
    events.Warned(office=CITY, step="warned", at=THAT_DAY),
    events.Graded(office=CITY, step="graded", at=THAT_DAY, level=Level.III),
    events.Stabilised(office=COUNTY, step="stabilised"),
    events.Suspended(office=CITY, step="suspended", whom=(COUNTY, UNIT), authority="省防指", why="全力抢险"),
    events.Resumed(office=CITY, step="resumed", authority="省防指", why="险情解除"),
    events.HandlingEnded(office=CITY, step="handling-ended"),
    events.FinalReportFiled(
        office=COUNTY,
        step="final-report",
        to=(CITY,),
        channel=Channel.WRITTEN,
        facts=Facts(figures=(Figure(of="sick", count=count(0)),)),
    ),
    receiving.HandedOver(
        office=COUNTY,
        step="handed-over",
        to=(BUREAU,),
        channel=Channel.PHONE,
        of="reported",
        facts=Facts(deaths=count(1)),
    ),
    receiving.CallLogged(office=COUNTY, step="call-logged", of="followed-up", written_asked=True),
    instructions.InstructionReceived(
        office=COUNTY,
        step="instruction-received",
        leader="市长",
        tier=Tier.CITY,
        words="全力救援",
        channel=Channel.PHONE,
        read_back=False,
        addressed=(UNIT, BUREAU),
        relay_by=THAT_DAY,
        answer_by=stated("2014-04-08T12:00+08:00", "2014-04-08T12:00+08:00", "2014-04-08T12:00+08:00"),
    ),
    instructions.InstructionRelayed(
        office=COUNTY,
        step="relayed",
        of="instruction-received",
        whom=(UNIT,),
        channel=Channel.WRITTEN,
    ),
    instructions.InstructionAnswered(
        office=UNIT, step="told", of="instruction-received", words="已救出", final=True
    ),
    instructions.InstructionPressed(
        office=CITY,
        step="pressed",
        of="instruction-received",
        whom=(UNIT,),
        means=Channel.IN_PERSON,
        answer_by=stated("2014-04-09", "2014-04-09T00:00+08:00", "2014-04-10T00:00+08:00"),
    ),
    instructions.InstructionClosed(office=CITY, step="settled", of="instruction-received", why="办结"),
    bookkeeping.Waived(
        office=CITY, step="waived", whom=(COUNTY,), to=(BUREAU,), authority="电话通知", why="另行安排"
    ),
    bookkeeping.Voided(office=CITY, step="voided", refuted_by="verified", why="误报"),
]


def test_every_act_becomes_the_right_event_with_every_field(engine: Engine, tmp_path: Path) -> None:
    outcome = engine.import_timeline(write(tmp_path, WHOLE))
    assert (outcome.ref, outcome.status, outcome.changes) == (CASE, "imported", ())
    told = [r.event for r in log(engine) if isinstance(r.event, Entry)]
    for found, wanted in zip(told, EXPECTED, strict=True):
        assert type(found) is type(wanted)
        assert found == wanted


def test_a_step_that_is_named_is_found_when_it_is_judged(engine: Engine, tmp_path: Path) -> None:
    """The file names its own steps; whoever judges finds the entries, and the same file again changes nothing."""
    path = write(tmp_path, WHOLE)
    engine.import_timeline(path)
    steps = {step.ref: step for step in engine.view(CASE).timeline.steps}
    named = {"handed-over": "reported", "call-logged": "followed-up", "told": "instruction-received"}
    for one, other in named.items():
        assert getattr(steps[one].entry, "of") == steps[other].id  # noqa: B009 - of several kinds
    assert engine.import_timeline(path).status == "unchanged"


def test_every_act_that_there_is_stands_in_the_whole_file() -> None:
    assert {type(entry) for entry in EXPECTED} == set(ENTRIES.values())


def test_the_page_of_the_format_names_every_act_and_key() -> None:
    page = (Path(__file__).parents[2] / "docs" / "timeline-file.md").read_text(encoding="utf-8")
    for name in (*get_args(Act), *FileStep.model_fields, *Facts.model_fields):
        assert f"`{name}`" in page, name


def test_what_names_the_event_beforehand_may_have_come_before_it(engine: Engine, tmp_path: Path) -> None:
    """The event began on 7 April at 04:50: what a source dates that day only is narrowed to after it, these are not."""
    engine.import_timeline(write(tmp_path, WHOLE))
    steps = {step.ref: step.at for step in engine.view(CASE).timeline.steps}
    for name in ("foreseen", "warned"):
        assert steps[name].earliest == t("2014-04-07T00:00+08:00")
    assert steps["graded"].earliest == t("2014-04-07T04:50+08:00")


def test_the_head_and_the_offices(engine: Engine, tmp_path: Path) -> None:
    engine.import_timeline(write(tmp_path, WHOLE))
    bodies = [r.event for r in log(engine)]
    assert [b for b in bodies if isinstance(b, IncidentOpened)] == [
        IncidentOpened(
            ref=CASE,
            title="透水",
            title_en="Flooding",
            category=Category.ACCIDENT,
            kind="coal-mine",
            level=Level.II,
            place=Place(name="云南省曲靖市", division="530302"),
            occurred_at=stated("2014-04-07T04:50+08:00", "2014-04-07T04:50+08:00", "2014-04-07T04:50+08:00"),
            imported=True,
            complete_for=(UNIT, COUNTY),
        )
    ]
    government = {"line": Line.GOVERNMENT}
    assert [b for b in bodies if isinstance(b, OfficeRegistered)] == [
        OfficeRegistered(
            office=UNIT,
            ref="unit",
            name="某煤矿",
            tier=Tier.UNIT,
            line=Line.ENTERPRISE,
            reports_to=(COUNTY,),
            division="530302",
        ),
        OfficeRegistered(
            office=COUNTY,
            ref="county",
            name="某区",
            tier=Tier.COUNTY,
            reports_to=(CITY, BUREAU),
            **government,
        ),
        OfficeRegistered(office=BUREAU, ref="bureau", name="某局", tier=Tier.CITY, line=Line.DEPARTMENT),
        OfficeRegistered(office=CITY, ref="city", name="某市", tier=Tier.CITY, **government),
    ]


def test_a_determination_is_a_review_of_its_own(engine: Engine, tmp_path: Path) -> None:
    engine.import_timeline(write(tmp_path, WHOLE))
    review = [r for r in log(engine) if r.stream.startswith("review/")]
    assert [r.event for r in review] == [
        ReviewOpened(incident=CASE, rulebook=engine.rulebook.fingerprint),
        Determined(
            office=CITY,
            at=stated("2014-05-01", "2014-05-01T00:00+08:00", "2014-05-02T00:00+08:00"),
            verdicts=(Verdict(office=UNIT, kind=Fault.LATE), Verdict(office=COUNTY, kind="none")),
            facts=Facts(deaths=count(3)),
            source="report",
            step="determined",
        ),
    ]
    assert {r.stream for r in review} == {f"review/{CASE}/determined"}


def test_what_may_be_left_out(engine: Engine, tmp_path: Path) -> None:
    bare = """\
format: "1"
case: bare
title: x
category: public-health
kind: outbreak
place: {name: somewhere, division: null}
occurred_at: null
offices: {unit: {name: x, tier: unit, line: enterprise}}
steps: [{id: s1, act: learned, office: unit, facts: {}}]
"""
    engine.import_timeline(write(tmp_path, bare))
    opened = engine.view("bare").timeline.opened
    assert (opened.level, opened.title_en, opened.place.division) == (None, None, None)
    assert not opened.occurred_at.stated
    (step,) = engine.view("bare").timeline.steps
    assert step.entry == events.Learned(office="bare/unit", step="s1")
    assert step.entry.facts == NO_FACTS


def test_offices_of_a_file_can_stand_for_offices_of_the_store(engine: Engine, tmp_path: Path) -> None:
    engine.register_offices(
        [OfficeRegistered(office="QJ", name="曲靖", tier=Tier.CITY, line=Line.GOVERNMENT)]
    )
    path = write(tmp_path, SMALL)
    assert engine.import_timeline(path, mapping={"city": "QJ"}).status == "imported"
    known = engine.directory()
    assert "mine-20200102/city" not in known
    assert known.superiors("mine-20200102/county") == ("QJ",)
    assert known.name("QJ") == "曲靖"
    (determined,) = engine.view("mine-20200102").timeline.determined
    assert determined.event.office == "QJ"
    assert engine.import_timeline(path, mapping={"city": "QJ"}).status == "unchanged"


def test_what_an_import_writes_belongs_together(engine: Engine, tmp_path: Path) -> None:
    engine.import_timeline(write(tmp_path, SMALL))
    written = [r for r in log(engine) if not r.stream.startswith("office/")]
    assert {r.correlation_id for r in written} == {"import/mine-20200102"}


def test_an_import_is_not_logging(engine: Engine, tmp_path: Path) -> None:
    """A file holds nobody's outgoing reports completely unless it says so."""
    engine.import_timeline(write(tmp_path, SMALL))
    assert [o.logs_since for o in engine.directory()] == [None, None, None]
    assert engine.view("mine-20200102").timeline.opened.complete_for == ()


CASES = sorted((Path(__file__).parents[1] / "cases").glob("*.yaml"))


@pytest.mark.parametrize("path", CASES, ids=lambda p: p.stem)
def test_a_real_case_is_read_once(engine: Engine, path: Path) -> None:
    first = engine.import_timeline(path)
    assert (first.ref, first.status) == (path.stem, "imported")
    before = log(engine)
    again = engine.import_timeline(path)
    assert (again.status, again.position) == ("unchanged", first.position)
    assert log(engine) == before
    assert engine.incidents().parked == ()
