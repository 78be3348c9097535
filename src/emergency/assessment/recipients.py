"""To whom a rule's report goes: found among the superiors of the office that owes it, on that day."""

from __future__ import annotations

from dataclasses import field
from datetime import date

from emergency.domain.fixed import fixed
from emergency.domain.offices import Directory, Office
from emergency.domain.vocabulary import TIERS_RISING, Line, Tier
from emergency.rulebook import Recipient
from emergency.words import Words

ENTERPRISE, PARTY = Line.ENTERPRISE, Line.PARTY

LINE_NOT_TOLD_APART = Words("接报单位的条块未区分", "line not told apart")


@fixed()
class Found:
    """A recipient.

    Args:
        office: Its id.
        equals: Others that fit as well as it does: a report to one of them will do.
        note: How it was found, where that is less than exact.
    """

    office: str
    equals: tuple[str, ...] = ()
    note: Words | None = None


@fixed(eq=False)
class Superiors:
    """Everyone whom an office may report to on a day.

    Args:
        above: All of them that the directory knows, the nearest first.
        inside: It reports directly to other parts of an enterprise only.
        alike: Whose letterhead means one of them, where offices were succeeded.
    """

    above: tuple[Office, ...]
    inside: bool
    alike: dict[str, tuple[str, ...]]
    by_tier: dict[Tier, list[Office]] = field(init=False, repr=False)
    """The same by tier."""
    found: dict[str, Found | None] = field(init=False, repr=False)
    """Who among them was asked for, by what tells one kind of recipient from another."""

    def __post_init__(self) -> None:
        """Sort them."""
        by_tier: dict[Tier, list[Office]] = {}
        for office in self.above:
            by_tier.setdefault(office.tier, []).append(office)
        self.__dict__.update(by_tier=by_tier, found={})


def superiors_of(office: Office, directory: Directory, day: date | None) -> Superiors:
    """Everyone whom an office may report to on a day."""
    # Every incident asks for the same few offices.
    key = "superiors", office.id, directory.turn(day)
    known: Superiors | None = directory.memo.get(key)
    if known is None:
        known = directory.memo[key] = _superiors_of(office, directory, day)
    return known


def _superiors_of(office: Office, directory: Directory, day: date | None) -> Superiors:
    direct = [o for i in directory.superiors(office.id, day) if (o := directory.get(i)) is not None]
    above = [o for i in directory.above(office.id, day) if (o := directory.get(i)) is not None]
    alike = {o.id: others for o in above if (others := directory.alike(o.id, day))}
    return Superiors(tuple(above), bool(direct) and all(o.line is ENTERPRISE for o in direct), alike)


def recipient_of(wanted: Recipient, office: Office, directory: Directory, day: date | None) -> Found | None:
    """The office that a rule's report goes to: by tier and line first, then by tier alone; None where none fits."""
    return found_among(superiors_of(office, directory, day), wanted, office)


def found_among(superiors: Superiors, wanted: Recipient, office: Office) -> Found | None:
    """The same among superiors that are already looked up; whoever they succeeded is as good as they are.

    A report with the old letterhead reaches whoever has taken over its telephone: nobody is late for that.
    """
    found = _found_among(superiors, wanted, office)
    if found is None or not superiors.alike:
        return found
    others = [o for one in (found.office, *found.equals) for o in superiors.alike.get(one, ())]
    equals = [o for o in dict.fromkeys((*found.equals, *others)) if o not in (found.office, office.id)]
    return Found(found.office, tuple(equals), found.note)


def _found_among(superiors: Superiors, wanted: Recipient, office: Office) -> Found | None:
    """The recipient without anybody's letterhead.

    A part of an enterprise that reports only to other parts of it owes nothing outward of its own: its unit does.
    """
    line = office.line if wanted.line == "same" else wanted.line
    if superiors.inside and office.line is ENTERPRISE and line is not ENTERPRISE:
        return None
    above, by_tier = superiors.above, superiors.by_tier
    for tier in _tiers(wanted, office.tier) if above else ():
        at_tier = by_tier.get(tier)
        if at_tier is None:
            continue
        higher = [o for o in above if o.line is line and o.tier is not tier] if wanted.or_above else []
        fitting = [o for o in at_tier if o.line is line]
        if fitting:
            beside = (
                [o for o in at_tier if o.line not in (line, ENTERPRISE, PARTY)] if wanted.any_line else []
            )
            return Found(fitting[0].id, tuple([o.id for o in (*fitting[1:], *beside, *higher)]))
        if line is ENTERPRISE:
            continue
        others = [o for o in at_tier if o.line is not ENTERPRISE]
        if others:
            equals = tuple([o.id for o in (*others[1:], *higher)])
            return Found(others[0].id, equals, LINE_NOT_TOLD_APART)
    return None


def _tiers(wanted: Recipient, own: Tier) -> tuple[Tier, ...]:
    if wanted.tier == "same":
        return (own,)
    if wanted.tier == "next":
        return TIERS_RISING[TIERS_RISING.index(own) + 1 :]
    if wanted.tier is None:
        return ()
    if wanted.or_above:
        return TIERS_RISING[TIERS_RISING.index(wanted.tier) :]
    return (wanted.tier,)
