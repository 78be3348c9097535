"""What an office held at a moment, and whether a report of its lies below it.

An office holds what it observed, verified or received, from then on, and what its own withholding records as kept
back. A clue it holds as unverified only: it never counts here. What it said in a denial it does not hold. Free
text is never judged; absent is incomplete, not zero; an approximate figure is at least one, and no more can be
said of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from emergency.assessment.timeline import Step, Timeline
from emergency.domain.events import (
    REPORTS,
    Answered,
    Learned,
    Verified,
    Withheld,
)
from emergency.domain.fixed import fixed
from emergency.domain.intervals import Interval, first_of, possibly_by, surely_after, surely_by
from emergency.domain.receiving import NOTICES
from emergency.domain.values import Amount, Count, Facts
from emergency.domain.vocabulary import Outcome

OWN = "own"
DEATHS = "deaths"
PERSONS = "persons"
LOSS = "loss_yuan"

_PEOPLE = frozenset({"deaths", "missing", "trapped", "dead_or_missing", "rescued"})

Figures = Mapping[str, float]
"""Lower bounds by measure: ``deaths``, ``persons`` (dead, missing and trapped), ``loss_yuan``, and amounts."""


_TELLING = frozenset({*REPORTS, Answered, *NOTICES})
"""Acts that give their facts to whoever is told."""
_REPORTING = {False: frozenset(REPORTS), True: frozenset({*REPORTS, Answered})}
"""The acts that count as reports: without answers, and with them."""


@fixed()
class Held:
    """Facts that an office held from one source, from a time on."""

    step: Step
    source: str
    """Whose word it is: the sender's id, or ``own``."""
    since: Interval
    facts: Facts
    replaces_all: bool = False
    """Its own verification or withholding replaces whatever it held before."""
    by_then: bool = False
    """Only its own act shows that it held them by then; since when is open."""
    rests_on: tuple[str, ...] = ()
    """Steps with an assumed or unstated time that the time rests on."""


def held_by(timeline: Timeline, office: str) -> tuple[Held, ...]:
    """Everything that the office came to hold, from its own acts and from what it was told."""
    found = [h for s in timeline.acts(office) if (h := _own(s)) is not None]
    found += [_told(timeline, s, office) for s in timeline.told(office) if s.office != office and _tells(s)]
    for report in sorted(reports_of(timeline, office, answers=True), key=_ends):
        if _is_news(report, found):
            found.append(Held(report, OWN, report.at, report.facts, by_then=True))
    return tuple(found)


def _told(timeline: Timeline, step: Step, office: str) -> Held:
    """What a message told; where its receipt is only inferred from a later act, nobody knows that it had it by then."""
    receipt = timeline.receipt(step, office)
    at = Interval(receipt.at.earliest, None) if receipt.inferred else receipt.at
    return Held(step, step.office, at, step.facts, rests_on=receipt.rests_on)


def _ends(step: Step) -> float:
    return step.at.latest.timestamp() if step.at.latest else float("inf")


def _is_news(report: Step, held: list[Held]) -> bool:
    """Whether a report states more than anything on record: its office then held that, from then on.

    A lower figure of its own is no knowledge: it takes nothing away from what the office holds.
    """
    stated = known_of(report)
    if not stated:
        return False
    known = [known_of(item.step) for item in held if possibly_by(item.since, report.at)]
    if any(figures == stated for figures in known):
        return False  # told as it was held
    more = False
    for measure, figure in stated.items():
        most = max([figures.get(measure, -1.0) for figures in known], default=-1.0)
        if figure < most:
            return False
        more = more or figure > most
    return more


def _own(step: Step) -> Held | None:
    if step.act not in _HOLDING:
        return None
    entry = step.entry
    match entry:
        case Learned(sign=False):
            return Held(step, OWN, step.at, step.facts, rests_on=step.rests_on)
        case Verified(outcome=Outcome.CONFIRMED):
            return Held(step, OWN, step.at, step.facts, replaces_all=True, rests_on=step.rests_on)
        case Withheld():
            return Held(
                step, OWN, step.at, step.facts, replaces_all=True, by_then=True, rests_on=step.rests_on
            )
    return None


_HOLDING = frozenset({Learned, Verified, Withheld})
"""Acts that show what the office that did them held."""


def _tells(step: Step) -> bool:
    if step.act is Verified:
        return getattr(step.entry, "outcome", None) is Outcome.CONFIRMED
    return step.act in _TELLING


def known_of(step: Step) -> Figures:
    """The figures that a step surely states."""
    known: Figures | None = step.memo.get("known")
    if known is None:
        known = step.memo["known"] = known_figures(step.facts)
    return known


def told_of(step: Step) -> Figures:
    """The figures that a step accounts for as a report."""
    told: Figures | None = step.memo.get("told")
    if told is None:
        told = step.memo["told"] = known_figures(step.facts, told=True)
    return told


def at_most_of(step: Step) -> Figures:
    """What a step says there is at most."""
    stated: Figures | None = step.memo.get("at most")
    if stated is None:
        stated = step.memo["at most"] = _at_most(step.facts, told_of(step))
    return stated


def known_figures(facts: Facts, *, told: bool = False) -> dict[str, float]:
    """The figures that the facts surely state, as lower bounds.

    Args:
        facts: What was stated.
        told: Read them as what a report accounts for: people rescued or injured are accounted for as well.
    """
    figures: dict[str, float] = {}
    if not any(facts.__dict__.values()):
        return figures
    if not told and facts.verifying:
        facts = without_unverified(facts)
    dead = facts.deaths if facts.deaths is not None else facts.bodies
    rescued = facts.rescued if told else None
    if dead is not None:
        figures[DEATHS] = dead.at_least
    missing, together, trapped = facts.missing, facts.dead_or_missing, facts.trapped
    if (dead or missing or together or trapped or rescued) is not None:
        lost = max(_least(dead) + _least(missing), _least(together))
        figures[PERSONS] = lost + _least(trapped)
        if told:
            hurt = max(_least(facts.injured), _least(facts.seriously_injured))
            figures[PERSONS] += max(_least(rescued), hurt)
    if facts.loss_yuan is not None:
        figures[LOSS] = facts.loss_yuan.at_least
    for amount in facts.amounts:
        key = _amount_key(amount)
        figures[key] = min(amount.at_least, figures.get(key, amount.at_least))
    return figures


def without_unverified(facts: Facts) -> Facts:
    """The facts without the figures that were still being verified (正在核实): those nobody holds yet."""
    if not facts.verifying:
        return facts
    names = set(facts.verifying)
    if "dead_or_missing" in names:
        names |= {"deaths", "missing"}
    return facts.model_copy(update=dict.fromkeys(names))


def _least(count: Count | None) -> int:
    """What surely holds; nothing where nothing is stated."""
    return 0 if count is None else count.at_least


def _amount_key(amount: Amount) -> str:
    return f"{amount.of} ({amount.unit})"


def _at_most(facts: Facts, told: Figures) -> dict[str, float]:
    """What a report says there is at most, by measure, from its facts and the figures that it accounts for.

    A measure it does not speak of, or speaks of only approximately or as being verified, is left out.
    """
    figures: dict[str, float] = {}
    if not any(facts.__dict__.values()):
        return figures
    if facts.deaths is not None and not facts.deaths.about and DEATHS not in facts.verifying:
        figures[DEATHS] = facts.deaths.value
    unaccounted = (facts.missing, facts.trapped, facts.dead_or_missing)
    if (
        any(c is not None for c in unaccounted)
        and not any(c is not None and c.about for c in (facts.deaths, *unaccounted, facts.rescued))
        and _PEOPLE.isdisjoint(facts.verifying)
    ):
        figures[PERSONS] = told[PERSONS]
    if facts.loss_yuan is not None and not facts.loss_yuan.about and LOSS not in facts.verifying:
        figures[LOSS] = facts.loss_yuan.value
    for amount in facts.amounts:
        if amount.at_most is not None:
            key = _amount_key(amount)
            figures[key] = max(amount.at_most, figures.get(key, amount.at_most))
    return figures


def below(report: Step, held: Step, *, rescued: int = 0) -> dict[str, tuple[float, float]]:
    """The measures in which a report lies below what another step states: (reported, held).

    Silence is no contradiction.

    Args:
        report: What was reported.
        held: What it is compared with.
        rescued: People known to be rescued by then: a report that is silent on them need not count them.
    """
    said, known = at_most_of(report), known_of(held)
    # What follows can only make the held figures smaller: nothing below them now comes to lie below them.
    lower = {m: (said[m], known[m]) for m in said if m in known and said[m] < known[m]}
    if PERSONS in lower:
        figure = known[PERSONS]
        if report.facts.deaths is None and report.facts.dead_or_missing is None:
            # The report says nothing of deaths, so only those not yet dead can be missing from it.
            alive = held.facts.model_copy(update={"deaths": None, "bodies": None})
            figure = known_figures(alive).get(PERSONS, 0)
        if report.facts.rescued is None:
            figure -= rescued
        if said[PERSONS] < figure:
            lower[PERSONS] = said[PERSONS], figure
        else:
            del lower[PERSONS]
    return lower


@fixed()
class Contradiction:
    """A report that lies below the lowest figure its sender then held."""

    report: Step
    held: tuple[Held, ...]
    measures: Mapping[str, tuple[float, float]]
    """By measure: what was reported, and the lowest that was held."""


def words_of(timeline: Timeline, office: str) -> tuple[Step, ...]:
    """What the office said to another: its reports and answers, then its notices."""
    reports = reports_of(timeline, office, answers=True)
    if NOTICES.isdisjoint(timeline.kinds):
        return reports
    return (*reports, *[s for s in timeline.acts(office) if s.act in NOTICES and s.to and _to_an_office(s)])


def contradictions(
    timeline: Timeline, said_by_it: Iterable[Step], held: tuple[Held, ...], *, perhaps: bool = False
) -> Iterator[Contradiction]:
    """Each word of an office to another that lies below what it held and had not already told its receivers.

    ``perhaps``: also where it is open whether the office held that by then.
    """
    for report in said_by_it:
        stated = at_most_of(report)
        if not any(known_of(h.step).get(m, said) > said for m, said in stated.items() for h in held):
            continue  # most reports lie below nothing that was ever held
        then = [h for h in held if h.step.id != report.id and possibly_by(h.since, report.at)]
        found: dict[str, tuple[float, float]] = {}
        against: list[Held] = []
        for measure, said in stated.items():
            if not any(known_of(h.step).get(measure, said) > said for h in then):
                continue
            rescued = max((c.value for h in then if (c := h.facts.rescued) is not None), default=0)
            figures: list[tuple[float, Held]] = []
            for item in live(then, report, measure):
                lower = below(report, item.step, rescued=rescued).get(measure)
                figures.append((lower[1] if lower else said, item))
            lowest = min((figure for figure, _ in figures), default=said)
            certain = [
                h for figure, h in figures if figure > said and (perhaps or surely_by(h.since, report.at))
            ]
            if said < lowest and certain and _already_told(timeline, report).get(measure, -1.0) < lowest:
                found[measure] = (said, lowest)
                against += [h for h in certain if h not in against]
        if found:
            yield Contradiction(report, tuple(against), found)


def reports_of(timeline: Timeline, office: str, *, answers: bool) -> tuple[Step, ...]:
    """The office's reports that went, or may have gone, to another office; a word to the public is none."""
    key = ("reports", office, answers)
    found: tuple[Step, ...] | None = timeline.memo.get(key)
    if found is None:
        acts = _REPORTING[answers]
        found = tuple(s for s in timeline.acts(office) if s.act in acts and _to_an_office(s))
        timeline.memo[key] = found
    return found


def _to_an_office(step: Step) -> bool:
    to = step.to
    return not to or to[0] != "public" or any(one != "public" for one in to)


def live(held: Iterable[Held], report: Step, measure: str) -> list[Held]:
    """What was, or may have been, the last word of each source on a measure when the report was sent."""
    stating = [h for h in held if measure in known_of(h.step) and possibly_by(h.since, report.at)]
    return [h for h in stating if not any(_replaced(h, later, report, measure) for later in stating)]


def _replaced(earlier: Held, later: Held, report: Step, measure: str) -> bool:
    if later is earlier or not surely_by(later.since, report.at) or later.since == earlier.since:
        return False
    if not (later.replaces_all or later.source == earlier.source):
        return False
    if not surely_by(earlier.since, later.since):
        return False
    # A word on some of the people does not replace a word on all of them.
    return measure != PERSONS or _people(later.facts) >= _people(earlier.facts)


def _people(facts: Facts) -> set[str]:
    names = {n for n in ("deaths", "missing", "trapped") if getattr(facts, n) is not None}
    return names | ({"deaths", "missing"} if facts.dead_or_missing is not None else set())


def _already_told(timeline: Timeline, report: Step) -> dict[str, float]:
    """The highest figures that every receiver had surely been told by this office before."""
    told: list[dict[str, float]] = []
    for receiver in report.to:
        figures: dict[str, float] = {}
        for earlier in reports_of(timeline, report.office, answers=True):
            if earlier.id == report.id or not surely_by(earlier.at, report.at) or earlier.at == report.at:
                continue
            if receiver in earlier.to:
                for measure, figure in told_of(earlier).items():
                    figures[measure] = max(figures.get(measure, 0.0), figure)
        told.append(figures)
    if not told:
        return {}
    common = set(told[0]).intersection(*told[1:])
    return {measure: min(figures[measure] for figures in told) for measure in common}


def understated(
    timeline: Timeline, office: str
) -> Iterator[tuple[Step, Step, Step, dict[str, tuple[float, float]]]]:
    """Reports made after the office had withheld, and below what another office later verified.

    Yields:
        (report, withholding, verification, measures by (reported, verified)).
    """
    kept = [s for s in timeline.acts(office) if s.act is Withheld]
    if not kept:
        return
    verified = [s for s in timeline.steps if s.act is Verified and _tells(s) and s.office != office]
    for report in reports_of(timeline, office, answers=True):
        withheld = next((w for w in kept if had_by(w.at, report.at)), None)
        if withheld is None:
            continue
        for later in verified:
            measures = below(report, later)
            if measures and not surely_after(report.at, later.at):
                yield report, withheld, later, measures
                break


def had_by(act: Interval, report: Interval) -> bool:
    """Whether an act was done by the time of a report, as far as the ends of both tell."""
    return act.latest is not None and report.latest is not None and act.latest <= report.latest


def first_of_held(hits: list[Held]) -> tuple[Interval, Held] | None:
    """Since when the office held the first of what meets a condition, and what brought it; None for none at all."""
    if not hits:
        return None
    if len(hits) == 1:
        since = hits[0].since
        open_before = hits[0].by_then and since.latest is not None
        return (Interval(None, since.latest) if open_before else since), hits[0]
    dated = [h for h in hits if not h.by_then and h.since.latest is not None]
    shown = [h for h in hits if h.by_then and h.since.latest is not None]
    if not dated and not shown:
        return Interval(first_of(h.since for h in hits).earliest, None), hits[0]
    first = min(dated or shown, key=_since)
    by_then = min(shown, key=_since, default=None)
    if dated and by_then is not None and _since(by_then) < _since(first):
        return Interval(None, by_then.since.latest), by_then
    earliest = first_of(h.since for h in dated).earliest if dated else None
    return Interval(earliest, first.since.latest), first


def _since(held: Held) -> tuple[float, str]:
    return (held.since.latest.timestamp() if held.since.latest else float("inf")), held.step.ref
