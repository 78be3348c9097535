"""One office on one incident as its norms are checked, and how a check becomes a row."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any, Protocol
from zoneinfo import ZoneInfo

from emergency.assessment.due import window_end
from emergency.assessment.holding import reports_of
from emergency.assessment.model import Assessment, Finding, Ground, Obligation, Words
from emergency.assessment.norms.model import Check
from emergency.assessment.timeline import Step, Timeline
from emergency.domain.fixed import changed, fixed, kept
from emergency.domain.intervals import Interval
from emergency.domain.offices import Directory, Office
from emergency.domain.vocabulary import Result, Status
from emergency.rulebook import CheckName

if TYPE_CHECKING:
    from emergency.rulebook import NormRule, Rulebook
    from emergency.rulebook.data_model import Citation
    from emergency.rulebook.norms import Asked

INCIDENT = "incident"
"""The occasion of a check that is about all of an incident."""

NO_LIMIT = Words("无时限", "no limit")

_FIRST, _LAST = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)


class Calls(Protocol):
    """What calls for a check: its name, and the texts as grounds."""

    @property
    def check(self) -> CheckName:
        """Which check."""

    @property
    def grounds(self) -> tuple[Ground, ...]:
        """The texts that ask for it, none of them breached."""


@fixed(eq=False)
class Asking:
    """What asks for one check of an office on a day.

    Args:
        check: The check.
        texts: What asks for it, each with what it says on that day, the highest in rank first.
    """

    check: CheckName
    texts: tuple[tuple[NormRule, Asked], ...]

    @kept
    def grounds(self) -> tuple[Ground, ...]:
        """The texts as grounds, none of them breached."""
        return tuple(ground_of(rule, value) for rule, value in self.texts)

    @kept
    def for_a_while(self) -> bool:
        """Whether any of them asks only so long after the event."""
        return any(rule.window is not None for rule, _ in self.texts)

    def set_by(self, setting: str) -> tuple[NormRule, Asked] | None:
        """The first text that says something about a setting; None where none does."""
        default = _default(setting)
        return next((one for one in self.texts if getattr(one[1].asks, setting) != default), None)

    def setting(self, name: str) -> Any:  # noqa: ANN401 - of what it holds
        """How strictly, by the first text that says so; the default of `Settings` where none does."""
        found = self.set_by(name)
        return _default(name) if found is None else getattr(found[1].asks, name)


def _default(setting: str) -> Any:  # noqa: ANN401 - of what it holds
    from emergency.rulebook.norms import Settings  # noqa: PLC0415 - what a report leaves out is said without

    return Settings.model_fields[setting].default


def ground_of(rule: NormRule, value: Asked, *, due: Interval | None = None) -> Ground:
    """A text that asks for a check, as a ground."""
    return cited_ground(
        rule.id, rule.rank.value, value.citation, confirmed=value.confirmed, note=value.remark, due=due
    )


def cited_ground(
    rule: str,
    rank: str,
    citation: Citation,
    *,
    confirmed: bool,
    note: Words | None,
    due: Interval | None = None,
) -> Ground:
    """What a file of the rulebook says, as a ground without a limit of its own."""
    law = f"《{citation.law}》" if not citation.law.startswith("《") else citation.law
    return Ground(
        rule=rule,
        citation=" ".join(filter(None, (law, citation.number, citation.article))),
        rank=rank,
        confirmed=confirmed,
        limit=NO_LIMIT,
        due=due,
        sure=True,
        note=note,
    )


class Texts:
    """The texts that ask for checks of one kind of office on one kind of event; kept with the rulebook.

    Between two days on which any of them changes, every day asks the same.
    """

    def __init__(self, rules: tuple[NormRule, ...]) -> None:
        self.rules = rules
        self.checks = frozenset([rule.check for rule in rules])
        self._turns = sorted({day for rule in rules for day in rule.values})
        self._on: dict[int, Mapping[CheckName, Asking]] = {}

    def on(self, day: date) -> Mapping[CheckName, Asking]:
        """What asks for which check on a day."""
        turn = bisect_right(self._turns, day)
        known = self._on.get(turn)
        if known is None:
            found: dict[CheckName, list[tuple[NormRule, Asked]]] = {}
            for rule in self.rules:
                value = rule.value_on(day)
                if value is not None:
                    found.setdefault(rule.check, []).append((rule, value))
            known = self._on[turn] = {
                check: Asking(check, tuple(sorted(texts, key=lambda one: (one[0].rank.order, one[0].id))))
                for check, texts in found.items()
            }
        return known


@fixed(eq=False)
class Case:
    """One office on one incident.

    Args:
        timeline: The incident's record.
        directory: Who reports to whom.
        rulebook: Under which rules.
        office: The office.
        assessment: What the incident was judged to; its obligations and findings.
    """

    timeline: Timeline
    directory: Directory
    rulebook: Rulebook
    office: Office
    assessment: Assessment

    @property
    def name(self) -> str:
        """What the office is called."""
        return self.directory.name(self.office.id)

    @kept
    def zone(self) -> ZoneInfo:
        """The zone that its days are counted in."""
        return ZoneInfo(self.office.zone)

    @kept
    def _days(self) -> dict[datetime, date]:
        """The days of moments that were asked for."""
        return {}

    @kept
    def division(self) -> str | None:
        """Where the office is; where that is not known, where the event was."""
        return self.office.division or self.timeline.opened.place.division

    @kept
    def acts(self) -> tuple[Step, ...]:
        """What the office did."""
        return self.timeline.acts(self.office.id)

    @kept
    def told(self) -> tuple[Step, ...]:
        """What the office was told by others."""
        return tuple([s for s in self.timeline.told(self.office.id) if s.office != self.office.id])

    @kept
    def reports(self) -> tuple[Step, ...]:
        """Its reports to other offices, in the order of time; answers are none."""
        return tuple(sorted(reports_of(self.timeline, self.office.id, answers=False), key=when))

    @kept
    def obligations(self) -> tuple[Obligation, ...]:
        """What it owed, all phases."""
        return self.assessment.owed_by.get(self.office.id, ())

    @kept
    def findings(self) -> tuple[Finding, ...]:
        """What stands out about it."""
        return self.assessment.found_of.get(self.office.id, ())

    @property
    def rules(self) -> tuple[NormRule, ...]:
        """The texts that ask for checks of an office of its kind on such an event, whatever the day."""
        return self._texts.rules

    def ever_asks(self, check: CheckName) -> bool:
        """Whether any text ever asks for a check of such an office: where none does, nothing need be looked at."""
        return check in self._texts.checks

    @kept
    def scope(self) -> tuple[Any, ...]:
        """What tells it from offices and events of which something else is asked."""
        opened, office = self.timeline.opened, self.office
        places = self.rulebook.places_of(self.division)
        return opened.category, opened.kind, office.tier, office.line, places

    @kept
    def _texts(self) -> Texts:
        key = ("texts", self.scope)
        known: Texts | None = self.rulebook.memo.get(key)
        if known is None:
            opened = self.timeline.opened
            found = self.rulebook.norms_for(
                category=opened.category,
                kind=opened.kind,
                tier=self.office.tier,
                line=self.office.line,
                division=self.division,
            )
            known = self.rulebook.memo[key] = Texts(found)
        return known

    def asking(self, check: CheckName, at: Interval | None = None) -> Asking | None:
        """What asks for a check on the day of an act (of the event, unless given); None where nothing does."""
        texts = self._texts
        asking = texts.on(self.day(at)).get(check) if texts.rules else None
        if asking is None or not asking.for_a_while:
            return asking
        left = tuple([one for one in asking.texts if not self._over(one[0], at)])
        return Asking(check, left) if left else None

    def _over(self, rule: NormRule, at: Interval | None) -> bool:
        """Whether an act surely came after the time for which a text asks for a check."""
        began = self.timeline.occurred.latest
        if rule.window is None or began is None or at is None or at.earliest is None:
            return False
        return at.earliest > window_end(rule.window, began, self.zone)

    def day(self, at: Interval | None = None) -> date:
        """The day of the law for an act: its last possible one, or that of the event, or the last there is."""
        for one in (at, self.timeline.occurred):
            moment = None if one is None else one.latest or one.earliest
            if moment is not None:
                known = self._days.get(moment)
                if known is None:
                    known = self._days[moment] = moment.astimezone(self.zone).date()
                return known
        ends = self.timeline.ends
        return ends.astimezone(self.zone).date() if ends is not None else date.max

    def made(
        self,
        asking: Calls,
        result: Result,
        explanation: Words,
        *,
        occasion: str = INCIDENT,
        evidence: Iterable[str | None] = (),
        rests_on: Iterable[str] = (),
        breached: Iterable[str] | None = None,
        at_most: Status = Status.ESTABLISHED,
        holds_from: datetime | None = None,
        holds_until: datetime | None = None,
    ) -> Check:
        """A check as a row.

        Args:
            asking: What asks for it.
            result: What it came to.
            explanation: Why.
            occasion: What it is about, by event id.
            evidence: The entries that it rests on; None is left out.
            rests_on: Entries with an assumed or unstated time that it rests on.
            breached: For a failure, the ids of the texts that it goes against; None = all that ask for it.
            at_most: How sure a failure is at most, where it rests on something that is itself less sure.
            holds_from: Since when it stands so.
            holds_until: Until when.
        """
        grounds, status, assumed = asking.grounds, Status.NONE, tuple(dict.fromkeys(rests_on))
        if result is Result.FAIL:
            against = None if breached is None else set(breached)
            grounds = tuple(
                [changed(g, breached=True) if against is None or g.rule in against else g for g in grounds]
            )
            sure = any(g.breached and g.confirmed for g in grounds)
            status = Status.POSSIBLE if not sure else Status.PRESUMED if assumed else Status.ESTABLISHED
            status = max(status, at_most, key=_SURENESS.index)
        return Check(
            id=f"{self.timeline.ref}:{self.office.id}:{asking.check.norm}:{asking.check}:{occasion}",
            incident=self.timeline.ref,
            office=self.office.id,
            norm=asking.check.norm,
            check=asking.check.value,
            occasion=occasion,
            result=result,
            status=status,
            evidence=tuple(dict.fromkeys([e for e in evidence if e is not None])),
            grounds=grounds,
            rests_on=assumed,
            explanation=explanation,
            holds_from=holds_from,
            holds_until=holds_until,
        )


_SURENESS = (Status.ESTABLISHED, Status.PRESUMED, Status.POSSIBLE)
"""From the surest."""


def when(step: Step) -> tuple[datetime, datetime, datetime, str]:
    """The order of acts in time, whatever their order on record; of one minute, in that."""
    return step.at.latest or _LAST, step.at.earliest or _FIRST, step.recorded_at, step.ref


def since(*steps: Step) -> datetime | None:
    """From when on what rests on some acts stands: they may all be done."""
    known = [m for s in steps if (m := s.at.latest or s.at.earliest) is not None]
    return max(known, default=None)


def leaning(*steps: Step) -> tuple[str, ...]:
    """The entries with an assumed or unstated time that the times of some acts rest on."""
    return tuple(dict.fromkeys([i for s in steps for i in s.rests_on]))
