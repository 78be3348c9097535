"""Is it me, what now, what next: asked without recording anything, and agreeing with the screen after an entry."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.engine.bench import at

from emergency import Engine, Facts, Identity
from emergency.answers import standing, still_due
from emergency.commands.advice import Next
from emergency.commands.guiding import Guide
from emergency.domain.events import (
    Closed,
    Entry,
    FollowUpFiled,
    Learned,
    Reported,
    Stabilised,
)
from emergency.domain.instructions import InstructionReceived
from emergency.domain.offices import ClassGiven, OfficeRegistered
from emergency.domain.values import StatedTime
from emergency.domain.vocabulary import Channel, Line, ReportingClass, State, Tier
from emergency.errors import NotFoundError, UsageError

NOON = datetime.fromisoformat("2026-11-22T12:00:00+08:00")
HOUR = timedelta(hours=1)
G, D, E, P = Line.GOVERNMENT, Line.DEPARTMENT, Line.ENTERPRISE, Line.PARTY
OFFICES = (
    ("plant", Tier.UNIT, E, ("county-em",)),
    ("plant-shift", Tier.UNIT, E, ("plant",)),
    ("village", Tier.VILLAGE, P, ("township",)),
    ("township", Tier.TOWNSHIP, G, ("county",)),
    ("county", Tier.COUNTY, G, ("city",)),
    ("county-em", Tier.COUNTY, D, ("county", "city-em")),
    ("county-party", Tier.COUNTY, P, ()),
    ("city", Tier.CITY, G, ("province",)),
    ("city-em", Tier.CITY, D, ("city",)),
    ("province", Tier.PROVINCE, G, ()),
)


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    """A store with a directory; what is asked of it leaves nothing there."""
    with Engine.open("sqlite://") as made:
        _register(made)
        yield made


def _register(made: Engine) -> None:
    made.register_offices(
        OfficeRegistered(office=name, name=name.upper(), tier=tier, line=line, reports_to=up)
        for name, tier, line, up in OFFICES
    )


def ask(engine: Engine, office: str | None, kind: str = "coal-mine", **more: object) -> Guide:
    found: Guide = engine.guide(office, kind=kind, at=NOON, **more)  # type: ignore[arg-type]
    return found


def deaths(number: int) -> Facts:
    return Facts.model_validate({"deaths": number})


def by(guide: Guide, recipient: str, channel: str = "any") -> timedelta | None:
    """How long after noon the report to somebody is due; None = at once."""
    (found,) = (r for r in guide.reports if r.due.recipient == recipient and r.due.channel == channel)
    return None if found.due.by is None else found.due.by - NOON


# -- is it me ------------------------------------------------------------------------------------------------------


def test_yes_with_whom_by_when_and_under_which_article(engine: Engine) -> None:
    found = ask(engine, "county")
    assert found.answer == "yes"
    (report,) = (r for r in found.reports if r.due.sure)
    assert (report.due.recipient, report.due.recipient_name) == ("city", "CITY")
    assert by(found, "city") == 2 * HOUR
    assert "第493号" in report.due.citation
    assert report.due.at_once is not None  # the law asks for it at once as well
    assert (report.limit.zh, report.clock and report.clock.zh) == ("2小时内", "接报")


@pytest.mark.parametrize(("dead", "sure"), [(2, False), (3, True)])
def test_a_level_that_the_figures_reach_makes_a_condition_sure(
    engine: Engine, dead: int, *, sure: bool
) -> None:
    found = ask(engine, "county-em", facts=deaths(dead))
    to_province = [r for r in found.reports if r.due.recipient == "province" and r.due.channel == "any"]
    assert [r.due.sure for r in to_province] == [sure]
    assert (to_province[0].due.condition is None) is sure
    assert by(found, "province") == HOUR


def test_a_level_that_was_given_counts_like_one_that_the_figures_reach(engine: Engine) -> None:
    found = ask(engine, "county-em", level="III")
    assert [r.due.sure for r in found.reports if r.due.recipient == "province"] == [True, True]


def test_it_depends_where_every_duty_hangs_on_a_condition(engine: Engine) -> None:
    found = ask(engine, None, "flood", tier="county", line="party")
    assert found.answer == "depends"
    assert found.reports
    assert all(r.due.condition is not None for r in found.reports)


def test_never_no_but_who_it_is_put_on_and_what_is_not_known(engine: Engine) -> None:
    found = ask(engine, "village")
    assert (found.answer, found.reports) == ("not-known", ())
    assert [words.zh for words in found.who] == [
        "TOWNSHIP (township)",
        "COUNTY (county)",
        "CITY (city)",
        "PROVINCE (province)",
    ]
    assert any("行政区划" in words.zh for words in found.open)
    assert any("2025" in words.zh for words in found.open), "a text that nobody has read may ask for it"
    assert ask(engine, "county").who == ()


def test_recipients_that_the_directory_lacks_are_named_with_their_deadline(engine: Engine) -> None:
    found = ask(engine, None, tier="unit", line="enterprise")
    assert found.answer == "yes"
    named = {r.to.zh: r.due.by and r.due.by - NOON for r in found.reports if r.to is not None and r.due.sure}
    assert named["县级主管部门"] == HOUR
    assert any("没有本单位的上级" in words.zh for words in found.open)
    assert [r.to for r in ask(engine, "county").reports] == [None]
    assert [r.due.recipient for r in ask(engine, "county-party", "flood").reports if r.to is None] == []


def test_a_part_of_an_enterprise_is_told_that_its_enterprise_reports(engine: Engine) -> None:
    found = ask(engine, "plant-shift")
    assert any("本企业负责人" in words.zh for words in found.open)
    assert all(r.to is None for r in found.reports)


def test_time_that_others_lost_brings_the_deadline_forward(engine: Engine) -> None:
    fire = {"kind": "forest-fire", "facts": deaths(30)}
    late = ask(engine, "province", **fire, occurred_at=at(NOON - HOUR))  # type: ignore[arg-type]
    fresh = ask(engine, "province", **fire, occurred_at=at(NOON))  # type: ignore[arg-type]
    soonest = [min(r.due.by for r in one.reports if r.due.by is not None) for one in (late, fresh)]
    assert soonest[0] <= soonest[1]


def test_what_was_learned_long_ago_is_overdue_by_now(engine: Engine) -> None:
    assert by(ask(engine, "county", learned_at=at(NOON - 3 * HOUR)), "city") == -HOUR


def test_what_comes_after_the_first_report_and_at_the_end(engine: Engine) -> None:
    found = ask(engine, "county-em", facts=deaths(1))
    assert [(r.due.stage, r.due.by) for r in found.after if r.due.sure] == [
        ("follow-up", datetime.fromisoformat("2026-11-24T00:00:00+08:00"))
    ]
    flood = ask(engine, "province", "flood")
    assert {r.due.stage for r in flood.ending} == {"final", "recovery"}


def test_which_level_may_be_passed_over(engine: Engine) -> None:
    (rule,) = ask(engine, "county").passing
    assert (rule.office, rule.over, rule.where_necessary) == ("province", ("city",), True)
    assert "突发事件应对法" in rule.citation.zh
    assert ask(engine, "city").passing == ()
    assert "county-em" not in [p.office for p in ask(engine, "plant").passing], "nobody lies in between"
    with Engine.open("sqlite://") as other:
        _register(other)
        other.change_office(
            ClassGiven(office="township", reporting=ReportingClass.DIRECT, directly_to=("city",))
        )
        (own,) = (p for p in ask(other, "township").passing if p.because == "class")
        assert (own.office, own.over) == ("city", ("county",))


def test_what_the_first_report_must_say(engine: Engine) -> None:
    found = ask(engine, "county", facts=deaths(1), place="某镇", occurred_at=at(NOON))
    phone, written = found.content
    assert (phone.channels, written.channels) == (("phone",), ("written",))
    told = {element for element, _, said in phone.elements if said}
    assert told == {"deaths", "place", "occurred-at"}
    assert any(not ground.confirmed for ground in phone.grounds)
    assert "not-below-what-was-held" in [check.id for check in found.checks]


def test_kinds_are_taken_by_their_name_and_hinted_at(engine: Engine) -> None:
    assert ask(engine, "county", "煤矿事故").kind == "coal-mine"
    assert ask(engine, "county", "煤矿事故").category == "accident"
    assert ask(engine, "county", "petition").category == "social-security"
    odd = ask(engine, "county", "coal-mien")
    assert any("词表" in words.zh for words in odd.open)
    assert engine.advice.kinds_near("coal-mien")[0] == "coal-mine"
    assert engine.advice.kinds_near("coal-mine-flood") == ()


def test_who_asks_must_be_known_or_described(engine: Engine) -> None:
    with pytest.raises(NotFoundError, match="Did you mean county"):
        ask(engine, "countyy")
    with pytest.raises(UsageError) as error:
        ask(engine, None)
    assert "层级" in error.value.zh
    for wrong in ({"category": "fire"}, {"level": "V"}, {"division": "32"}):
        with pytest.raises(UsageError) as error:
            ask(engine, "county", **wrong)
        assert error.value.zh != str(error.value)


def test_nothing_is_recorded() -> None:
    with Engine.open("sqlite://") as own:
        _register(own)
        before = own.advice.position()
        ask(own, "county", facts=deaths(30))
        assert (own.advice.position(), own.refs()) == (before, [])


# -- the same as the screen after an entry ---------------------------------------------------------------------------


def test_the_guide_says_what_the_screen_after_the_entry_says() -> None:
    with Engine.open("sqlite://") as own:
        _register(own)
        now = own.now()
        for office in ("county", "county-em", "township", "plant"):
            guide = own.guide(office, kind="coal-mine", facts=deaths(3), division="320921", at=now)
            outcome = own.open_incident(
                title="透水",
                category="accident",
                kind="coal-mine",
                place="某县",
                division="320921",
                identity=Identity(office=office),
                first=Learned(office=office, at=guide.learned_at, facts=deaths(3)),
            )
            said = {(r.due.recipient, r.due.channel): r.due.by for r in guide.reports if r.to is None}
            assert said == {(due.recipient, due.channel): due.by for due in outcome.due}, office


def _said(found: Next) -> dict[str, tuple[object, ...]]:
    return {
        row.due.obligation: (row.due.by, row.due.recipient, row.due.citation, row.due.state, row.due.at_once)
        for row in found.rows
    }


ACTS = st.sampled_from(["report", "wrong", "follow", "stable", "ended", "instruct", "late", "nothing"])


def _act(name: str, office: str, moment: datetime) -> Entry | None:
    when: StatedTime = at(moment)
    if name in ("report", "late"):
        return Reported(office=office, to=("city",), channel=Channel.PHONE, at=when)
    if name == "wrong":
        return Reported(office=office, to=("province",), channel=Channel.WRITTEN, at=when)
    if name == "follow":
        return FollowUpFiled(office=office, to=("city",), at=when, facts=deaths(4))
    if name == "stable":
        return Stabilised(office=office, at=when)
    if name == "ended":
        return Closed(office=office, at=when)
    if name == "instruct":
        return InstructionReceived(office=office, at=when, leader="市长", words="全力救治")
    return None


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    acts=st.lists(st.tuples(ACTS, st.integers(0, 72)), max_size=5),
    dead=st.integers(0, 12),
    hours=st.integers(0, 100),
)
def test_next_says_what_every_incident_says_by_itself(
    acts: list[tuple[str, int]], dead: int, hours: int
) -> None:
    """The lists and the stream give the same deadlines at any instant, whatever was done."""
    with Engine.open("sqlite://") as own:
        _register(own)
        now = own.now()
        began = now - timedelta(hours=48)
        for office in ("county", "county-em"):
            ref = own.open_incident(
                title="洪水",
                category="natural-disaster",
                kind="flood",
                place="某县",
                identity=Identity(office=office),
                first=Learned(office=office, at=at(began), facts=deaths(dead)),
            ).incident
            for name, after in acts:
                entry = _act(name, office, began + timedelta(hours=after))
                if entry is not None:
                    own.record(ref, entry, Identity(office=office))
        at_ = began + timedelta(hours=hours)
        for office in ("county", "county-em", "city"):
            wanted = {}
            for ref in own.refs():
                view = own.view(ref)
                for due in still_due(standing(view.assessment.obligations, at_), office, view.directory):
                    wanted[due.obligation] = (due.by, due.recipient, due.citation, due.state, due.at_once)
            assert _said(own.next(office, at=at_, closed=True)) == wanted


# -- what next -------------------------------------------------------------------------------------------------------


@pytest.fixture
def desk() -> Iterator[Engine]:
    """A county with one incident long overdue, one fresh, and one that is closed."""
    with Engine.open("sqlite://") as made:
        _register(made)
        now = made.now()
        for number, (kind, ago) in enumerate(
            (("coal-mine", 0), ("flood", 30), ("coal-mine", 1), ("fire", 9))
        ):
            made.open_incident(
                title=f"T{number}",
                category="natural-disaster" if kind == "flood" else "accident",
                kind=kind,
                place="某县",
                identity=Identity(office="county"),
                ref=f"i{number}",
                first=Learned(office="county", at=at(now - timedelta(hours=ago))),
            )
        made.record("i3", Closed(office="county", at=at(now)), Identity(office="county"))
        yield made


def test_overdue_first_then_the_soonest_then_what_hangs_on_a_condition(desk: Engine) -> None:
    found = desk.next("county")
    rows = [(row.incident, row.due.sure, row.due.by) for row in found.rows]
    assert rows[0][0] == "i1"
    assert rows[0][2] is not None
    assert rows[0][2] < found.at
    sure = [by for _, is_sure, by in rows if is_sure and by is not None]
    assert sure == sorted(sure)
    assert [is_sure for _, is_sure, _ in rows] == sorted((s for _, s, _ in rows), reverse=True)
    assert any(not is_sure for _, is_sure, _ in rows)
    assert found.rows[0].title == "T1"


def test_overdue_comes_before_what_is_due_at_once_and_that_before_any_hour(desk: Engine) -> None:
    now = desk.now()
    for ref, ago in (("a0", 0), ("a1", 30)):
        desk.open_incident(
            title=ref,
            category="accident",
            kind="coal-mine",
            place="某县",
            identity=Identity(office="county-em"),
            ref=ref,
            first=Learned(office="county-em", at=at(now - timedelta(hours=ago))),
        )
    rows = [row for row in desk.next("county-em").rows if row.due.sure]
    kinds = ["at once" if r.due.by is None else "overdue" if r.due.by < now else "due" for r in rows]
    assert list(dict.fromkeys(kinds)) == ["overdue", "at once", "due"]
    assert len(kinds) > len(set(kinds))
    assert kinds == sorted(kinds, key=["overdue", "at once", "due"].index)


def test_closed_incidents_are_counted_and_shown_when_asked_for(desk: Engine) -> None:
    found = desk.next("county")
    assert "i3" not in {row.incident for row in found.rows}
    assert found.closed > 0
    everything = desk.next("county", closed=True)
    assert "i3" in {row.incident for row in everything.rows}
    assert (everything.closed, len(everything.rows)) == (0, len(found.rows) + found.closed)


def test_what_is_owed_to_me_is_what_others_owe(desk: Engine) -> None:
    owed = desk.next("city", owed_to_me=True)
    assert {row.due.office for row in owed.rows} == {"county"}
    assert {row.due.obligation for row in owed.rows} == {
        row.due.obligation for row in desk.next("county").rows if row.due.recipient == "city"
    }
    assert desk.next("county", owed_to_me=True).rows == ()


def test_a_report_takes_its_duty_off_the_list(desk: Engine) -> None:
    before = {row.due.obligation for row in desk.next("county").rows}
    desk.record(
        "i0", Reported(office="county", to=("city",), channel=Channel.PHONE), Identity(office="county")
    )
    after = {row.due.obligation: row.due.state for row in desk.next("county").rows}
    assert before - set(after) == {"i0:county>city:first:any:first"}
    assert State.MET not in after.values()


def test_an_office_that_nobody_knows_is_refused_with_the_nearest(desk: Engine) -> None:
    with pytest.raises(NotFoundError, match="Did you mean county"):
        desk.next("countyy")
