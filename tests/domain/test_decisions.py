"""Given / when / then for every decision on an incident: what is recorded, what is marked, what is refused."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from emergency.domain import bookkeeping, drafting, events, instructions, receiving, scoring
from emergency.domain.amendment import FIXED
from emergency.domain.events import (
    Acknowledged,
    Closed,
    Entry,
    EntryAmended,
    EntryWithdrawn,
    IncidentEvent,
    Learned,
    Message,
    Reported,
)
from emergency.domain.incident import (
    BACKFILLED_AFTER,
    SAME_ENTRY_WITHIN,
    Amend,
    Open,
    Record,
    Withdraw,
    decide,
    entry_named,
)
from emergency.domain.schema import TYPES
from emergency.domain.values import Count, Facts
from emergency.domain.vocabulary import Channel, Level, Outcome
from emergency.errors import NotFoundError, RefusedError

from .scene import LEARNED, NOON, OPENED, REPORT, Scene, at, given

NEEDED: dict[type[Entry], dict[str, Any]] = {
    Acknowledged: {"of": "e2"},
    events.Graded: {"level": Level.III},
    events.Suspended: {"authority": "省防指", "why": "抢险"},
    events.Resumed: {"authority": "省防指", "why": "险情解除"},
    drafting.DraftOpened: {"draft": "county"},
    drafting.DraftEdited: {"draft": "county", "version": 1},
    drafting.DraftReviewed: {"draft": "county", "version": 1, "stage": "recheck", "approved": True},
    drafting.DraftSignedOff: {"draft": "county", "version": 1, "approved": True},
    drafting.UnifiedDraftIssued: {"draft": "county", "version": 1, "hash": "sha256:00"},
    drafting.DraftAssigned: {"draft": "county", "version": 1, "whom": "unit"},
    instructions.InstructionReceived: {"leader": "市长", "words": "全力救援"},
    instructions.InstructionRelayed: {"of": "e2", "whom": ("unit",)},
    instructions.InstructionAnswered: {"of": "e2", "words": "已落实"},
    instructions.InstructionPressed: {"of": "e2"},
    instructions.InstructionClosed: {"of": "e2"},
    receiving.CallLogged: {"of": "e2"},
    receiving.Returned: {"of": "e2", "why": "数字有误"},
    bookkeeping.Waived: {"whom": ("unit",), "authority": "省政府", "why": "演习"},
    bookkeeping.Voided: {"refuted_by": "e2", "why": "误报"},
    bookkeeping.Merged: {"into": "mine-02", "why": "同一事故"},
    bookkeeping.Unmerged: {"merge": "e2", "why": "并错"},
    bookkeeping.Linked: {"other": "mine-02", "relation": "same-cause"},
    bookkeeping.Annotated: {"note": "家属已通知"},
    bookkeeping.Reopened: {"why": "余震"},
    scoring.Adopted: {"of": "e2", "use": "compiled"},
}
"""What an act cannot do without."""
EVERY = [cls for cls in TYPES.values() if issubclass(cls, Entry)]
REFERRING: dict[type[Entry], Entry] = {
    Acknowledged: REPORT,
    receiving.Returned: REPORT,
    receiving.CallLogged: REPORT,
    scoring.Adopted: REPORT,
    **{
        cls: instructions.InstructionReceived(office="county", leader="市长", words="全力救援")
        for cls in instructions.InstructionAct.__subclasses__()
    },
    bookkeeping.Voided: events.Verified(office="county", outcome=Outcome.REFUTED),
    bookkeeping.Unmerged: bookkeeping.Merged(office="county", into="mine-02", why="同一事故"),
}
"""What refers to another entry, with one that it may refer to."""
ENTRIES = [cls for cls in EVERY if cls not in REFERRING]
MINUTE = timedelta(minutes=1)
SECOND = timedelta(seconds=1)
TICK = timedelta(microseconds=1)


def amend(target: str, why: str = "a slip", **changes: Any) -> Amend:  # noqa: ANN401 - JSON values
    return Amend(target=target, changes=changes, why=why, office="county", officer="o7")


def amended(target: str, why: str = "a slip", **changes: Any) -> EntryAmended:  # noqa: ANN401 - JSON values
    return EntryAmended(target=target, changes=changes, why=why, office="county", officer="o7")


class TestOpen:
    """An incident comes on record."""

    def test_an_incident_comes_on_record(self) -> None:
        given().when(Open(OPENED)).then(OPENED)

    def test_an_incident_is_opened_once(self) -> None:
        given(OPENED).when(Open(OPENED)).refused(
            RefusedError, "already an incident mine-01", "another reference"
        )

    def test_a_stream_without_an_opening_is_no_incident(self) -> None:
        assert given(LEARNED).state is None


class TestRecord:
    """An entry is added: what was done is recorded, whoever did it and whenever."""

    @pytest.mark.parametrize("cls", ENTRIES)
    def test_every_act_is_taken_as_it_is(self, cls: type[Entry]) -> None:
        entry = cls(
            office="county",
            at=at(NOON - MINUTE),
            facts=Facts(deaths=0, figures={"sick": 2}, circumstances=("sensitive-place",)),
            source="phone log",
            officer="o7",
            **NEEDED.get(cls, {}),
        )
        given(OPENED).when(Record(entry)).then(entry)

    @pytest.mark.parametrize("cls", EVERY)
    def test_nothing_is_recorded_where_no_incident_is(self, cls: type[Entry]) -> None:
        given().when(Record(cls(office="county", **NEEDED.get(cls, {})))).refused(
            NotFoundError, "no such incident", "Open it"
        )

    def test_nobody_is_refused_for_being_out_of_order(self) -> None:
        follow_up = events.FollowUpFiled(office="unit", to=("state",), at=at(NOON - timedelta(days=900)))
        given(OPENED, Closed(office="county")).when(Record(follow_up)).then(follow_up)

    def test_nobody_is_refused_for_a_report_before_the_event(self) -> None:
        opened = OPENED.model_copy(update={"occurred_at": at(NOON)})
        early = REPORT.model_copy(update={"at": at(NOON - timedelta(hours=3))})
        given(opened).when(Record(early)).then(early)

    @pytest.mark.parametrize(("cls", "other"), REFERRING.items())
    def test_what_refers_to_another_entry(self, cls: type[Entry], other: Entry) -> None:
        entry = cls(office="city", **NEEDED[cls])
        given(OPENED, other).when(Record(entry)).then(entry)

    @pytest.mark.parametrize("cls", REFERRING)
    @pytest.mark.parametrize("withdrawn", [False, True])
    def test_what_refers_to_nothing_that_it_could_mean(self, cls: type[Entry], *, withdrawn: bool) -> None:
        there = (REFERRING[cls], EntryWithdrawn(target="e2", why="twice")) if withdrawn else (LEARNED,)
        entry = cls(office="city", **NEEDED[cls])
        given(OPENED, *there).when(Record(entry)).refused(NotFoundError, "There is no", "e2")

    @pytest.mark.parametrize("outcome", [Outcome.CONFIRMED, Outcome.CANNOT_BE_VERIFIED])
    def test_an_incident_is_not_voided_on_what_does_not_refute_it(self, outcome: Outcome) -> None:
        void = bookkeeping.Voided(office="county", refuted_by="e2", why="误报")
        checked = events.Verified(office="county", outcome=outcome)
        given(OPENED, checked).when(Record(void)).refused(RefusedError, "refutes it", "--outcome refuted")

    @pytest.mark.parametrize("cls", [c for c in ENTRIES if issubclass(c, Message)])
    def test_every_message_can_be_acknowledged(self, cls: type[Message]) -> None:
        receipt = Acknowledged(office="city", of="e2")
        given(OPENED, cls(office="county", to=("city",))).when(Record(receipt)).then(receipt)

    @pytest.mark.parametrize("of", ["e1", "e2", "e4", "e9"])
    def test_no_receipt_of_what_is_no_message_that_counts(self, of: str) -> None:
        """The opening, something learned, a message that was withdrawn, nothing at all."""
        scene = given(OPENED, LEARNED, REPORT, REPORT, EntryWithdrawn(target="e4", why="twice"))
        scene.when(Record(Acknowledged(office="city", of=of))).refused(NotFoundError, f"no message {of}")


class TestDoubt:
    """A stated time in the future."""

    def test_a_time_ahead_of_the_clock_is_kept_and_marked(self) -> None:
        ahead = LEARNED.model_copy(update={"at": at(NOON + TICK)})
        given(OPENED).when(Record(ahead)).then(ahead.model_copy(update={"in_doubt": True}))

    def test_the_very_instant_is_no_doubt(self) -> None:
        now = LEARNED.model_copy(update={"at": at(NOON)})
        given(OPENED).when(Record(now)).then(now)

    def test_a_span_that_has_begun_is_no_doubt(self) -> None:
        today = LEARNED.model_copy(
            update={"at": at(NOON).model_copy(update={"latest": NOON + timedelta(hours=9)})}
        )
        given(OPENED).when(Record(today)).then(today)

    def test_no_stated_time_is_no_doubt(self) -> None:
        given(OPENED).when(Record(LEARNED)).then(LEARNED)


class TestRepeats:
    """The identical entry within two minutes is recorded, and marked as the repeat of the first."""

    @pytest.mark.parametrize("passed", [timedelta(0), SECOND, SAME_ENTRY_WITHIN - TICK, SAME_ENTRY_WITHIN])
    def test_within_two_minutes(self, passed: timedelta) -> None:
        marked = REPORT.model_copy(update={"repeats": "e2"})
        given(OPENED, REPORT).later(passed).when(Record(REPORT)).then(marked)

    @pytest.mark.parametrize("passed", [SAME_ENTRY_WITHIN + TICK, timedelta(hours=1)])
    def test_later_it_is_an_entry_of_its_own(self, passed: timedelta) -> None:
        given(OPENED, REPORT).later(passed).when(Record(REPORT)).then(REPORT)

    def test_two_minutes_are_two_minutes(self) -> None:
        assert timedelta(minutes=2) == SAME_ENTRY_WITHIN
        assert timedelta(minutes=60) == BACKFILLED_AFTER

    def test_the_third_repeats_the_second(self) -> None:
        scene = given(OPENED).when(Record(REPORT)).then(REPORT).later(MINUTE)
        scene = (
            scene.when(Record(REPORT)).then(REPORT.model_copy(update={"repeats": "e2"})).later(MINUTE * 1.5)
        )
        scene.when(Record(REPORT)).then(REPORT.model_copy(update={"repeats": "e3"}))

    def test_a_clock_that_was_set_back_makes_no_difference(self) -> None:
        marked = REPORT.model_copy(update={"repeats": "e2"})
        given(OPENED, REPORT).later(-timedelta(hours=1)).when(Record(REPORT)).then(marked)

    @pytest.mark.parametrize(
        "difference",
        [
            {"office": "unit"},
            {"to": ("province",)},
            {"channel": Channel.WRITTEN},
            {"facts": Facts(deaths=1)},
            {"source": "another"},
            {"officer": "o8"},
            {"at": at(NOON, "12:00")},
        ],
        ids=lambda d: str(next(iter(d))),
    )
    def test_any_other_content_is_no_repeat(self, difference: dict[str, Any]) -> None:
        other = REPORT.model_copy(update=difference)
        given(OPENED, REPORT).when(Record(other)).then(other)

    def test_another_act_is_no_repeat(self) -> None:
        forward = events.ForwardedUpward(**REPORT.model_dump())
        given(OPENED, REPORT).when(Record(forward)).then(forward)

    def test_the_minute_of_typing_is_no_difference(self) -> None:
        first = REPORT.model_copy(update={"at": at(NOON)})
        second = REPORT.model_copy(update={"at": at(NOON + MINUTE)})
        marked = second.model_copy(update={"repeats": "e2"})
        given(OPENED, first).later(MINUTE).when(Record(second)).then(marked)

    def test_what_was_withdrawn_is_not_repeated(self) -> None:
        scene = (
            given(OPENED, REPORT)
            .when(Withdraw(target="e2", why="wrong"))
            .then(EntryWithdrawn(target="e2", why="wrong"))
        )
        scene.when(Record(REPORT)).then(REPORT)

    def test_what_is_compared_is_the_entry_as_amended(self) -> None:
        scene = given(OPENED, REPORT).when(amend("e2", source="fax")).then(amended("e2", source="fax"))
        scene.when(Record(REPORT)).then(REPORT)
        faxed = REPORT.model_copy(update={"source": "fax"})
        scene.when(Record(faxed)).then(faxed.model_copy(update={"repeats": "e2"}))

    def test_only_what_is_logged_here_is_compared(self) -> None:
        imported = Reported(office="county", to=("city",))
        given(OPENED, imported).when(Record(imported)).then(imported)


class TestAmend:
    """An entry is put right."""

    def test_an_entry(self) -> None:
        given(OPENED, REPORT).when(amend("e2", channel="written")).then(amended("e2", channel="written"))

    def test_the_opening(self) -> None:
        given(OPENED).when(amend("e1", level="II")).then(amended("e1", level="II"))

    def test_an_amendment_can_be_amended_back(self) -> None:
        scene = given(OPENED, REPORT).when(amend("e2", source="fax")).then(amended("e2", source="fax"))
        scene.when(amend("e2", source=None)).then(amended("e2", source=None))

    def test_where_no_incident_is(self) -> None:
        given().when(amend("e2", source="fax")).refused(NotFoundError, "no such incident")

    def test_what_is_not_there(self) -> None:
        given(OPENED).when(amend("e2", source="fax")).refused(
            NotFoundError, "no entry e2 on mine-01 that counts"
        )

    def test_an_amendment_is_no_entry(self) -> None:
        scene = given(OPENED, REPORT, EntryAmended(target="e2", changes={"source": "fax"}, why="x"))
        scene.when(amend("e3", why="y")).refused(NotFoundError, "no entry e3")

    def test_what_was_withdrawn(self) -> None:
        scene = given(OPENED, REPORT, EntryWithdrawn(target="e2", why="wrong"))
        scene.when(amend("e2", source="fax")).refused(NotFoundError, "withdrawn")

    def test_nothing(self) -> None:
        given(OPENED, REPORT).when(amend("e2")).refused(RefusedError, "Nothing would change")

    def test_what_already_reads_so(self) -> None:
        given(OPENED, REPORT).when(amend("e2", channel="phone")).refused(RefusedError, "already reads so")

    @pytest.mark.parametrize(
        ("changes", "key"),
        [
            ({"chanel": "phone"}, "chanel"),
            ({"channel": "pigeon"}, "channel"),
            ({"office": None}, "office"),
            ({"facts": {"deaths": -1}}, "facts.deaths.value"),
            ({"facts": {"dead": 1}}, "facts.dead"),
            ({"at": {"earliest": "2026-03-01T12:00"}}, "at.earliest"),
            ({"whom": ["city"]}, "whom"),
            ({"facts": {"figures": {"sick": -1}}}, "facts.figures.sick.value"),
            ({"facts": {"figures": {"deaths": 1}}}, "facts.figures.deaths"),
            ({"facts": {"circumstances": ["a", "a"]}}, "facts.circumstances"),
        ],
    )
    def test_what_it_cannot_read(self, changes: dict[str, Any], key: str) -> None:
        given(OPENED, REPORT).when(amend("e2", **changes)).refused(RefusedError, f"cannot read so: {key}: ")

    @pytest.mark.parametrize("field", FIXED)
    @pytest.mark.parametrize("target", ["e1", "e2"])
    def test_how_it_came_on_record_is_not_amended(self, target: str, field: str) -> None:
        given(OPENED, REPORT).when(amend(target, **{"source": "x", field: "other"})).refused(
            RefusedError, f"{field} cannot be amended", "how the entry came on record", "withdraw"
        )

    def test_every_field_that_is_not_amended_is_one(self) -> None:
        fields = {name for cls in TYPES.values() for name in cls.model_fields}
        assert set(FIXED) <= fields

    def test_a_receipt_stays_one_of_a_message(self) -> None:
        scene = given(OPENED, LEARNED, REPORT, Acknowledged(office="city", of="e3"))
        scene.when(amend("e4", of="e2")).refused(NotFoundError, "no message e2")

    def test_a_time_put_right_loses_its_doubt(self) -> None:
        wrong = LEARNED.model_copy(update={"at": at(NOON + MINUTE), "in_doubt": True})
        right = at(NOON).model_dump(mode="json")
        given(OPENED, wrong).when(amend("e2", at=right)).then(amended("e2", at=right, in_doubt=False))

    def test_a_time_moved_into_the_future_gains_doubt(self) -> None:
        wrong = at(NOON + MINUTE).model_dump(mode="json")
        given(OPENED, LEARNED).when(amend("e2", at=wrong)).then(amended("e2", at=wrong, in_doubt=True))

    def test_another_field_leaves_the_doubt_as_it_is(self) -> None:
        doubtful = LEARNED.model_copy(update={"at": at(NOON + MINUTE), "in_doubt": True})
        scene = given(OPENED, doubtful).later(MINUTE * 5)
        scene.when(amend("e2", source="fax")).then(amended("e2", source="fax"))

    @pytest.mark.parametrize(
        ("changes", "words"),
        [
            ({"facts": {"deaths": -1}}, "facts.deaths.value: must be 0 or more, not -1."),
            ({"channel": "pigeon"}, "channel: must be one of 'phone', 'written'"),
            ({"to": "city"}, "to: must be a list"),
            ({"to": ["a b"]}, "to.0: must be one word without blanks, not 'a b'."),
            ({"chanel": "phone"}, "chanel: is not known here; leave it out"),
            ({"at": {"earliest": "2026-03-01T12:00"}}, "at.earliest: needs its offset, like"),
            ({"at": {"earliest": "9999-12-31T12:00Z"}}, "at: a stated time lies out of range"),
        ],
    )
    def test_the_officer_is_told_what_is_wrong_in_our_words(
        self, changes: dict[str, Any], words: str
    ) -> None:
        given(OPENED, REPORT).when(amend("e2", **changes)).refused(RefusedError, f"cannot read so: {words}")


class TestName:
    """How people name an entry."""

    def scene(self) -> Scene:
        """Steps of a file: one is called 3, one like the beginning of an event id."""
        return given(
            OPENED,
            Learned(office="unit", step="3"),
            Learned(office="unit", step="s2"),
            Learned(office="unit", step="e1"),
        )

    @pytest.mark.parametrize(
        ("said", "event_id"),
        [
            ("s2", "e3"),
            ("3", "e2"),
            ("#3", "e3"),
            ("#1", "e1"),
            ("4", "e4"),
            ("e3", "e3"),
        ],
    )
    def test_a_step_then_a_number_then_an_id(self, said: str, event_id: str) -> None:
        state = self.scene().state
        assert state is not None
        assert entry_named(said, state).event_id == event_id

    def test_the_beginning_of_an_id_where_it_is_the_only_one(self) -> None:
        state = given(OPENED, REPORT).state
        assert state is not None
        long = replace(state, entries={"f00d-1": replace(state.entries["e2"], event_id="f00d-1")})
        assert entry_named("f00", long).event_id == "f00d-1"

    @pytest.mark.parametrize("said", ["", "#", "²", "##2", "03", "-1", "٣", "9" * 5000, "x", "e"])
    def test_anything_else_is_not_found(self, said: str) -> None:
        for command in (Withdraw(target=said, why="x"), amend(said, source="x")):
            with pytest.raises(NotFoundError):
                decide(command, self.scene().state, NOON)

    def test_what_was_withdrawn_is_not_named_by_its_number(self) -> None:
        scene = given(OPENED, REPORT, EntryWithdrawn(target="e2", why="x"))
        for said in ("#2", "2", "#3"):
            scene.when(Withdraw(target=said, why="x")).refused(NotFoundError, f"no entry {said} on mine-01")


class TestWithdraw:
    """An entry is taken back."""

    def test_an_entry(self) -> None:
        command = Withdraw(target="e2", why="twice", office="county", officer="o7")
        event = EntryWithdrawn(target="e2", why="twice", office="county", officer="o7")
        given(OPENED, REPORT).when(command).then(event)

    def test_where_no_incident_is(self) -> None:
        given().when(Withdraw(target="e2", why="x")).refused(NotFoundError, "no such incident")

    def test_twice(self) -> None:
        scene = given(OPENED, REPORT, EntryWithdrawn(target="e2", why="x"))
        scene.when(Withdraw(target="e2", why="x")).refused(NotFoundError, "no entry e2")

    def test_the_opening(self) -> None:
        given(OPENED).when(Withdraw(target="e1", why="x")).refused(
            RefusedError, "opening cannot be withdrawn", "amend"
        )


class TestFold:
    """What counts, after amendments and withdrawals."""

    def entry(self, scene: Scene) -> Entry | None:
        state = scene.state
        assert state is not None
        found = state.entries.get("e2")
        return found.event if found else None

    def test_the_version_is_that_of_the_last_event_counted_or_not(self) -> None:
        state = given(OPENED, REPORT, EntryWithdrawn(target="e2", why="x")).state
        assert state is not None
        assert (state.version, list(state.entries)) == (3, [])

    def test_amended(self) -> None:
        scene = given(OPENED, REPORT, amended("e2", channel="written", facts={"deaths": 2}))
        assert self.entry(scene) == REPORT.model_copy(
            update={"channel": Channel.WRITTEN, "facts": Facts(deaths=2)}
        )

    def test_facts_are_replaced_whole(self) -> None:
        report = REPORT.model_copy(
            update={"facts": Facts(deaths=1, figures={"sick": 2}, circumstances=("sensitive-place",))}
        )
        stranded = Facts(figures={"stranded": 9}, circumstances=("night",))
        again = stranded.model_dump(mode="json")
        assert self.entry(given(OPENED, report, amended("e2", facts=again))) == report.model_copy(
            update={"facts": stranded}
        )
        none_left = self.entry(given(OPENED, report, amended("e2", facts={"deaths": 1})))
        assert none_left == report.model_copy(update={"facts": Facts(deaths=1)})

    def test_another_field_leaves_the_facts_as_they_are(self) -> None:
        facts = Facts(figures={"sick": Count(value=2, about=True)}, circumstances=("night",))
        report = REPORT.model_copy(update={"facts": facts})
        scene = given(OPENED, report, amended("e2", source="fax"))
        assert self.entry(scene) == report.model_copy(update={"source": "fax"})

    def test_an_act_of_its_own_is_put_right(self) -> None:
        suspended = events.Suspended(office="county", authority="省防指", why="抢险")
        scene = given(OPENED, suspended, amended("e2", whom=["unit"], authority="国家防总"))
        assert self.entry(scene) == suspended.model_copy(update={"whom": ("unit",), "authority": "国家防总"})

    def test_amended_twice(self) -> None:
        scene = given(
            OPENED, REPORT, amended("e2", source="fax", role="duty"), amended("e2", source="letter")
        )
        assert self.entry(scene) == REPORT.model_copy(update={"source": "letter", "role": "duty"})

    def test_an_amendment_takes_a_field_away(self) -> None:
        scene = given(OPENED, REPORT.model_copy(update={"source": "fax"}), amended("e2", source=None))
        assert self.entry(scene) == REPORT

    def test_withdrawn(self) -> None:
        assert self.entry(given(OPENED, REPORT, EntryWithdrawn(target="e2", why="x"))) is None

    def test_withdrawn_then_amended_stays_withdrawn(self) -> None:
        scene = given(OPENED, REPORT, EntryWithdrawn(target="e2", why="x"), amended("e2", source="fax"))
        assert self.entry(scene) is None

    def test_amended_then_withdrawn(self) -> None:
        scene = given(OPENED, REPORT, amended("e2", source="fax"), EntryWithdrawn(target="e2", why="x"))
        assert self.entry(scene) is None

    def test_an_amended_entry_keeps_its_place(self) -> None:
        state = given(OPENED, REPORT, LEARNED, amended("e2", source="fax")).state
        assert state is not None
        assert list(state.entries) == ["e2", "e3"]
        assert state.entries["e2"].version == 2
        assert state.entries["e2"].recorded_at == NOON

    def test_the_opening_amended(self) -> None:
        state = given(OPENED, amended("e1", level="II", title="x")).state
        assert state is not None
        assert state.opened.event == OPENED.model_copy(update={"level": Level.II, "title": "x"})

    def test_an_amendment_of_nothing_changes_nothing(self) -> None:
        stray: list[IncidentEvent] = [amended("e9", source="fax"), EntryWithdrawn(target="e8", why="x")]
        assert self.entry(given(OPENED, REPORT, *stray)) == REPORT

    def test_a_learned_stays_a_learned(self) -> None:
        scene = given(OPENED, LEARNED, amended("e2", sign=True))
        assert isinstance(self.entry(scene), Learned)
