"""The norm of content (统一规范内容): what a report must say, figures that agree, follow-ups that tell what is new.

What a report is silent on was left out only where somebody recorded that this is all it said; otherwise it is
unknown, for nobody reads its text.
Zero stated is a statement; being verified (正在核实) is one as well.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from emergency.assessment.model import Ground, Words
from emergency.assessment.norms.case import Case, cited_ground, leaning, since
from emergency.assessment.norms.model import Check
from emergency.assessment.timeline import Step
from emergency.domain.events import FOLLOWING, Entry, FinalReportFiled, FollowUpFiled, Report
from emergency.domain.fixed import fixed, kept
from emergency.domain.intervals import possibly_by, surely_by
from emergency.domain.values import MEASURES, Count, Facts
from emergency.domain.vocabulary import Channel, Result, State
from emergency.rulebook import CheckName, RuleChannel, Stage

if TYPE_CHECKING:
    from emergency.rulebook import Elements


def checks(case: Case) -> Iterator[Check]:
    """The checks of this norm of one office on one incident."""
    reports = case.reports
    if not reports:
        return
    yield from elements(case)
    consistent, news = (
        case.ever_asks(check) for check in (CheckName.FIGURES_CONSISTENT, CheckName.TELLS_WHAT_IS_NEW)
    )
    for report in reports:
        if consistent and (check := _consistent(case, report)) is not None:
            yield check
        if news and report.act is FollowUpFiled and (check := _news(case, report, reports)) is not None:
            yield check


# -- what is said ----------------------------------------------------------------------------------------------

_BY_FACT: Mapping[str, tuple[str, ...]] = {
    "deaths": ("deaths", "people-harmed"),
    "missing": ("missing", "people-harmed"),
    "dead_or_missing": ("deaths", "missing", "people-harmed"),
    "bodies": ("deaths", "people-harmed"),
    "trapped": ("trapped", "people-harmed"),
    "injured": ("injured", "people-harmed"),
    "seriously_injured": ("injured-serious", "injured", "people-harmed"),
    "at_risk": ("at-risk",),
    "evacuated": ("evacuated",),
    "loss_yuan": ("loss-yuan",),
    "nature": ("nature-or-cause",),
    "kind": ("kind",),
    "category": ("kind",),
    "level": ("level-initial",),
    "amounts": ("pollutants",),
}
"""The elements that a stated fact tells."""

_NOTHING = (None, ())
"""What a fact is that is not stated."""

_BY_FIGURE = {"burnt_hectares": "burnt-area"}
"""Likewise of other figures; any other tells the element of its own name."""

_BY_CIRCUMSTANCE = {"drinking-water-source": "sensitive-points"}


@fixed(eq=False)
class _Said:
    """What a report says, by element.

    Args:
        told: The elements that it tells.
        verifying: Those that it says are being verified.
        known: Whether it is on record what else it said.
    """

    told: frozenset[str]
    verifying: frozenset[str]
    known: bool


def _said(report: Step) -> _Said:
    known: _Said | None = report.memo.get("said")
    if known is None:
        known = report.memo["said"] = _read(report)
    return known


def _read(report: Step) -> _Said:
    facts, entry = report.facts, report.entry
    told: set[str] = set()
    for fact in facts.model_fields_set:
        if fact in _BY_FACT and getattr(facts, fact) not in _NOTHING:
            told.update(_BY_FACT[fact])
    told.update(_BY_FIGURE.get(f.of, f.of.replace("_", "-")) for f in facts.figures)
    told.update(_BY_CIRCUMSTANCE.get(slug, slug) for slug in facts.circumstances)
    verifying = {slug for name in facts.verifying for slug in _BY_FACT.get(name, ())}
    content = entry.content if isinstance(entry, Report) else None
    for one in content or ():
        (verifying if one.verifying else told).add(one.of)
    if isinstance(entry, Report) and entry.signer:
        told.add("signer")
    return _Said(frozenset(told), frozenset(verifying - told), _told_whole(entry))


def _told_whole(entry: Entry) -> bool:
    """Whether all that a report says beside its figures is on record."""
    return isinstance(entry, Report) and entry.content is not None and entry.complete is True


# -- elements --------------------------------------------------------------------------------------------------


@fixed(eq=False)
class _Listed:
    """The lists that one report must meet, as what calls for the check."""

    lists: tuple[tuple[Ground, tuple[str, ...]], ...]
    asked: tuple[str, ...]
    """All that any of them asks for."""
    again: frozenset[str]
    """What need not be told again once the recipient was told: no list of this very stage asks for it."""
    check: CheckName = CheckName.ELEMENTS

    @kept
    def grounds(self) -> tuple[Ground, ...]:
        """The lists as grounds."""
        return tuple([ground for ground, _ in self.lists])


class _Lists:
    """The lists of elements for one kind of office and event; kept with the rulebook."""

    def __init__(self, lists: tuple[Elements, ...]) -> None:
        self._lists = sorted(lists, key=lambda one: (one.rank.order, one.id))
        self._turns = sorted({day for one in lists for day in one.values})
        self._known: dict[Any, _Listed | None] = {}

    def on(self, day: date, stage: Stage, channel: Channel) -> _Listed | None:
        """What a report of a stage must say on a day; None where no list asks for anything."""
        key = bisect_right(self._turns, day), stage, channel
        if key not in self._known:
            self._known[key] = self._asked(day, stage, channel)
        return self._known[key]

    def _asked(self, day: date, stage: Stage, channel: Channel) -> _Listed | None:
        meant = [
            (one, value)
            for one in self._lists
            if (one.stages is None or stage in one.stages)
            and (one.channel is RuleChannel.ANY or one.channel.value == channel.value)
            and (value := one.value_on(day)) is not None
        ]
        if any(one.channel is RuleChannel.PHONE for one, _ in meant):
            # A call gives the least, the paper that follows the rest.
            meant = [(one, value) for one, value in meant if one.channel is RuleChannel.PHONE]
        if not meant:
            return None
        lists = tuple(
            [
                (
                    cited_ground(
                        one.id, one.rank.value, value.citation, confirmed=value.confirmed, note=value.remark
                    ),
                    value.required or (),
                )
                for one, value in meant
            ]
        )
        asked = tuple(dict.fromkeys(e for _, required in lists for e in required))
        own = {e for one, value in meant if one.stages is not None for e in value.required or ()}
        return _Listed(lists, asked, frozenset(asked) - own if stage is not Stage.FIRST else frozenset())


def _lists_of(case: Case) -> _Lists:
    key = ("lists", case.scope)
    known: _Lists | None = case.rulebook.memo.get(key)
    if known is None:
        opened = case.timeline.opened
        known = case.rulebook.memo[key] = _Lists(
            case.rulebook.elements_for(
                category=opened.category,
                kind=opened.kind,
                tier=case.office.tier,
                line=case.office.line,
                division=case.division,
            )
        )
    return known


def elements(case: Case) -> Iterator[Check]:
    """Whether each report says what the texts list: the one check that no rule of a norm need call for."""
    reports = case.reports
    lists = _lists_of(case)
    firsts: set[str | None] = {
        o.met_by
        for o in case.obligations
        if o.met_by is not None and o.stage == Stage.FIRST and o.state in (State.MET, State.LATE)
    }
    told: set[str] = set()
    for report in reports:
        stage = _stage(report, told, firsts)
        told.update(report.to)
        entry = report.entry
        channel = entry.channel if isinstance(entry, Report) else Channel.UNKNOWN
        listed = lists.on(case.day(report.at), stage, channel)
        if listed is not None:
            yield _complete(case, report, reports, listed)


def required(
    case: Case, day: date, stage: Stage, channel: Channel
) -> tuple[tuple[Ground, tuple[str, ...]], ...]:
    """What a report of a stage over a channel would have to say on a day: each list, as its ground and its elements."""
    listed = _lists_of(case).on(day, stage, channel)
    return () if listed is None else listed.lists


def told_by(report: Step) -> frozenset[str]:
    """The elements that a report tells, or says that they are being verified."""
    said = _said(report)
    return said.told | said.verifying


def _stage(report: Step, told: set[str], firsts: set[str | None]) -> Stage:
    """Which report it is: by what it is called, which duty it met, and for whom it is the first word.

    A follow-up implies an earlier report, also where it is the first one on record.
    """
    if report.act in FOLLOWING:
        return Stage.FINAL if report.act is FinalReportFiled else Stage.FOLLOW_UP
    first = report.id in firsts or not told.issuperset(report.to or ("",))
    return Stage.FIRST if first else Stage.FOLLOW_UP


def _complete(case: Case, report: Step, reports: tuple[Step, ...], listed: _Listed) -> Check:
    """Whether a report says all that the lists ask for."""
    said = _said(report)
    told, unverified = said.told, said.verifying
    left = [element for element in listed.asked if element not in told and element not in unverified]
    verifying = tuple([e for e in listed.asked if e in unverified and e not in told])
    known_before = True
    if left and listed.again:
        before, known_before = _before(report, reports)
        left = [element for element in left if element not in before or element not in listed.again]
    # Who signed has a field of its own, and an empty one means that nobody recorded it.
    missing = tuple(
        [e for e in left if e != "signer" and (known_before or e not in listed.again)] if said.known else ()
    )
    unknown = tuple([e for e in left if e not in missing]) if len(missing) < len(left) else ()
    result = Result.FAIL if missing else Result.UNKNOWN if unknown else Result.PASS
    breached = None
    if missing:
        breached = [ground.rule for ground, required in listed.lists if not set(missing).isdisjoint(required)]
    return case.made(
        listed,
        result,
        _words(case, missing, unknown, verifying),
        occasion=report.id,
        evidence=(report.id,),
        # What it says does not rest on when it was sent; the law that it is held against does.
        rests_on=report.rests_on if missing and report.at.latest is None else (),
        breached=breached,
        holds_from=since(report),
    )


def _before(report: Step, reports: tuple[Step, ...]) -> tuple[frozenset[str], bool]:
    """What all receivers of a report had surely been told by this office before, and whether that is all of it."""
    found: frozenset[str] | None = None
    known = bool(report.to)
    for receiver in report.to:
        told: set[str] = set()
        any_earlier = False
        for one in reports:
            if receiver not in one.to or one is report or not possibly_by(one.at, report.at):
                continue
            any_earlier = True
            said = _said(one)
            if surely_by(one.at, report.at):
                told |= said.told
                told |= said.verifying
                known = known and said.known
            else:
                known = False
        known = known and any_earlier
        found = frozenset(told) if found is None else found & told
    return found or frozenset(), known


def _words(
    case: Case, missing: tuple[str, ...], unknown: tuple[str, ...], verifying: tuple[str, ...]
) -> Words:
    """What is missing, unknown and being verified, by name; the same for all reports of which it is so."""
    memo = case.rulebook.memo
    key = ("elements said", missing, unknown, verifying)
    known: Words | None = memo.get(key)
    if known is None:
        names = case.rulebook.words.get("elements", {})
        zh, en = [], []
        for what, listed in (
            (Words("缺", "left out"), missing),
            (Words("记录未载", "not on record"), unknown),
            (Words("正在核实", "being verified"), verifying),
        ):
            if listed:
                zh.append(f"{what.zh}：" + "、".join(names[e].zh if e in names else e for e in listed))
                en.append(f"{what.en}: " + "; ".join(names[e].en if e in names else e for e in listed))
        if not (missing or unknown):
            zh.insert(0, "要素齐全")
            en.insert(0, "every element is there")
        known = memo[key] = Words("；".join(zh), ". ".join(one[:1].upper() + one[1:] for one in en))
    return known


# -- figures that agree ----------------------------------------------------------------------------------------

_NOT_ABOVE = (
    ("bodies", "deaths"),
    ("bodies", "dead_or_missing"),
    ("deaths", "dead_or_missing"),
    ("missing", "dead_or_missing"),
    ("seriously_injured", "injured"),
)
"""The first cannot be more than the second."""

_FIGURES = {
    "deaths": Words("死亡", "deaths"),
    "missing": Words("失踪", "missing"),
    "deaths and missing": Words("死亡与失踪", "deaths and missing"),
    "dead_or_missing": Words("死亡失踪合计", "dead or missing"),
    "bodies": Words("遗体", "bodies"),
    "injured": Words("受伤", "injured"),
    "seriously_injured": Words("重伤", "seriously injured"),
}


def _consistent(case: Case, report: Step) -> Check | None:
    """Whether its figures for people can all be true; about and being verified never contradict."""
    facts = report.facts
    if facts.dead_or_missing is None and facts.bodies is None and facts.seriously_injured is None:
        return None  # nothing there that could contradict
    compared, wrong = _contradictions(facts)
    if not compared:
        return None
    asking = case.asking(CheckName.FIGURES_CONSISTENT, report.at)
    if asking is None:
        return None
    if wrong:
        zh = "；".join(f"{_FIGURES[a].zh}{x}多于{_FIGURES[b].zh}{y}" for a, x, b, y in wrong)
        en = "; ".join(f"{x} {_FIGURES[a].en} are more than {y} {_FIGURES[b].en}" for a, x, b, y in wrong)
        said = Words(f"数字不能同时为真：{zh}", f"the figures cannot all be true: {en}")
    else:
        said = Words("数字前后一致", "its figures agree with each other")
    return case.made(
        asking,
        Result.FAIL if wrong else Result.PASS,
        said,
        occasion=report.id,
        evidence=(report.id,),
        holds_from=since(report),
    )


def _contradictions(facts: Facts) -> tuple[int, list[tuple[str, int, str, int]]]:
    """How many pairs of figures can be compared, and those of which the first is above the second."""
    exact = {name: count.value for name, count in facts.counts() if _exact(name, count, facts)}
    pairs = [(a, exact[a], b, exact[b]) for a, b in _NOT_ABOVE if a in exact and b in exact]
    wrong = [pair for pair in pairs if pair[1] > pair[3]]
    if {"deaths", "missing", "dead_or_missing"} <= exact.keys():
        both, together = exact["deaths"] + exact["missing"], exact["dead_or_missing"]
        if both > together and not any(b == "dead_or_missing" for _, _, b, _ in wrong):
            wrong.append(("deaths and missing", both, "dead_or_missing", together))
    return len(pairs), wrong


def _exact(name: str, count: Count, facts: Facts) -> bool:
    return not count.about and name not in facts.verifying


# -- follow-ups that tell what is new --------------------------------------------------------------------------


def _news(case: Case, report: Step, reports: tuple[Step, ...]) -> Check | None:
    """Whether a follow-up tells each of its receivers something that this office had not told it before."""
    asking = case.asking(CheckName.TELLS_WHAT_IS_NEW, report.at)
    if asking is None:
        return None
    evidence = [report.id]
    results = set()
    for receiver in report.to:
        earlier = [
            s for s in reports if s.id != report.id and receiver in s.to and surely_by(s.at, report.at)
        ]
        evidence += [s.id for s in earlier[-1:]]
        results.add(_is_new(report, earlier))
    if not results:
        result = Result.UNKNOWN
    else:
        worst = (Result.FAIL, Result.UNKNOWN, Result.NOT_APPLICABLE, Result.PASS)
        result = min(results, key=worst.index)
    return case.made(
        asking,
        result,
        _NEWS[result],
        occasion=report.id,
        evidence=evidence,
        rests_on=leaning(report),
        holds_from=since(report),
    )


_NEWS = {
    Result.PASS: Words("续报报告了新的情况", "it tells something new"),
    Result.FAIL: Words(
        "续报所述均为此前已向同一单位报告的内容", "all that it says its receiver had been told before"
    ),
    Result.UNKNOWN: Words("续报有无新内容，记录未载", "whether it tells anything new is not on record"),
    Result.NOT_APPLICABLE: Words(
        "续报只报无变化，并未复述", "it only says that nothing has changed, and retells nothing"
    ),
}


def _is_new(report: Step, earlier: list[Step]) -> Result:
    entry = report.entry
    content = entry.content if isinstance(entry, Report) else None
    stated = _stated(report.facts)
    if not earlier:
        return Result.UNKNOWN
    last: dict[str, Any] = {}
    for one in earlier:
        last.update(_stated(one.facts))
    if any(last.get(name) != value for name, value in stated.items()):
        return Result.PASS
    if not content and not stated and _told_whole(entry):
        return Result.NOT_APPLICABLE
    before = {one for s in earlier if isinstance(s.entry, Report) for one in s.entry.content or ()}
    if all(one in before for one in content or ()):
        # The text of a draft that is not the one they had may tell something else; text is never judged.
        return Result.FAIL if _told_whole(entry) and not _other_text(entry, earlier) else Result.UNKNOWN
    return Result.PASS if all(_told_whole(s.entry) for s in earlier) else Result.UNKNOWN


def _other_text(entry: object, earlier: list[Step]) -> bool:
    """Whether a report sends a text of a draft that none of some earlier ones sent."""
    if not isinstance(entry, Report) or entry.sent_hash is None:
        return False
    return all(entry.sent_hash != getattr(s.entry, "sent_hash", None) for s in earlier)


_STATED = (
    *MEASURES,
    "nature",
    "kind",
    "level",
    "category",
    "amounts",
    "figures",
    "circumstances",
    "verifying",
)


def _stated(facts: Facts) -> dict[str, Any]:
    """Everything that the facts state."""
    return {name: value for name in _STATED if (value := getattr(facts, name)) is not None and value != ()}
