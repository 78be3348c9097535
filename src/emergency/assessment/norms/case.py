"""One office on one incident as its norms are checked, and how a check becomes a row."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from emergency.assessment.model import Assessment, Ground, Obligation, Words
from emergency.assessment.norms.model import Check
from emergency.assessment.timeline import Step, Timeline
from emergency.domain.fixed import changed, fixed, kept
from emergency.domain.intervals import Interval
from emergency.domain.offices import Directory, Office
from emergency.domain.vocabulary import Result, Status
from emergency.rulebook import CheckName, NormRule, Provision, Rulebook
from emergency.rulebook.data_model import Dated
from emergency.rulebook.norms import Asked, Settings

INCIDENT = "incident"
"""The occasion of a check that is about all of an incident."""

NO_LIMIT = Words("无时限", "no limit")


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

    def set_by(self, setting: str) -> tuple[NormRule, Asked] | None:
        """The first text that says something about a setting; None where none does."""
        default = Settings.model_fields[setting].default
        return next((one for one in self.texts if getattr(one[1].asks, setting) != default), None)

    def setting(self, name: str) -> Any:  # noqa: ANN401 - of what it holds
        """How strictly, by the first text that says so; the default of `Settings` where none does."""
        found = self.set_by(name)
        return Settings.model_fields[name].default if found is None else getattr(found[1].asks, name)


def ground_of(rule: NormRule | Provision, value: Dated, *, due: Interval | None = None) -> Ground:
    """A text that asks for a check, or is shown beside one, as a ground."""
    citation = value.citation
    law = f"《{citation.law}》" if not citation.law.startswith("《") else citation.law
    return Ground(
        rule=rule.id,
        citation=" ".join(filter(None, (law, citation.number, citation.article))),
        rank=rule.rank.value,
        confirmed=value.confirmed,
        limit=NO_LIMIT,
        due=due,
        sure=True,
        note=value.note,
    )


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
    def obligations(self) -> tuple[Obligation, ...]:
        """What it owed, all phases."""
        return tuple([o for o in self.assessment.obligations if o.office == self.office.id])

    @kept
    def rules(self) -> tuple[NormRule, ...]:
        """The texts that ask for checks of an office of its kind on such an event, whatever the day."""
        opened = self.timeline.opened
        return self.rulebook.norms_for(
            category=opened.category,
            kind=opened.kind,
            tier=self.office.tier,
            line=self.office.line,
            division=self.division,
        )

    def asking(self, check: CheckName, at: Interval | None = None) -> Asking | None:
        """What asks for a check on the day of an act (of the event, unless given); None where nothing does."""
        day = self.day(at)
        texts = [
            (rule, value)
            for rule in self.rules
            if rule.check is check and (value := rule.value_on(day)) is not None
        ]
        return Asking(check, tuple(sorted(texts, key=lambda one: one[0].rank.order))) if texts else None

    def day(self, at: Interval | None = None) -> date:
        """The day of the law for an act: its last possible one, or that of the event, or the last there is."""
        for one in (at, self.timeline.occurred):
            moment = None if one is None else one.latest or one.earliest
            if moment is not None:
                return moment.astimezone(self.zone).date()
        ends = self.timeline.ends
        return ends.astimezone(self.zone).date() if ends is not None else date.max

    def made(
        self,
        asking: Asking,
        result: Result,
        explanation: Words,
        *,
        occasion: str = INCIDENT,
        evidence: Iterable[str | None] = (),
        rests_on: Iterable[str] = (),
        breached: Iterable[str] | None = None,
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
