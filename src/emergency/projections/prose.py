"""An explanation in words, for people: headings and lines in one language, and Markdown made of them.

What stands in it was all worked out before; here it is only put in order and said. Long lists are cut, and say so:
the JSON form holds everything.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from emergency.assessment.model import Words
from emergency.assessment.why import CheckWhy, FindingWhy, LevelWhy, ObligationWhy, Why
from emergency.assessment.why.model import (
    Called,
    Cited,
    Corner,
    Count,
    Evidenced,
    HeldRead,
    ProvisionRead,
    Reaching,
    Reckoning,
    RuleNamed,
    RuleRead,
    StepRead,
    Sum,
    TableRead,
)
from emergency.assessment.words import CLOCKS, duration_words, instant, interval_words, span_words
from emergency.domain.intervals import Interval
from emergency.domain.vocabulary import PUBLIC
from emergency.projections.said import (
    ACTS,
    CHANNELS,
    CHECKS,
    KINDS,
    MET_ON,
    NORMS,
    RANKS,
    RESULTS,
    SORTS,
    STAGES,
    STATES,
    STATUSES,
    word,
)
from emergency.rulebook import Clock

MOST = 6
"""So many rules, dates or holdings of one sort are listed before the rest is only counted."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of an explanation.

    Args:
        text: What it says.
        depth: How far it is set in; of a heading, its rank from 0.
        heading: Whether others stand below it.
        whole: Whether it must not be broken, because somebody may copy it.
    """

    text: str
    depth: int = 1
    heading: bool = False
    whole: bool = False


def prose(why: Why, *, chinese: bool) -> Iterator[Line]:
    """An answer to why, in one language."""
    teller = _Teller(chinese=chinese)
    if why.standing or not (why.obligations or why.findings or why.levels or why.checks):
        yield from teller.standing(why)
    for finding in why.findings:
        yield from teller.finding(finding)
    for obligation in why.obligations:
        yield from teller.obligation(obligation)
    for check in why.checks:
        yield from teller.check(check)
    yield from teller.levels(why.levels)


def markdown(lines: Iterable[Line]) -> str:
    """The lines as Markdown; what comes from the record is never taken for markup."""
    page: list[str] = []
    for line in lines:
        text = _ACTIVE.sub(r"\\\g<0>", line.text)
        if line.heading:
            page += ["", f"{'#' * (line.depth + 1)} {text}", ""]
        else:
            page.append(f"{'  ' * (line.depth - 1)}- {text}")
    return "\n".join(page).strip() + "\n"


_ACTIVE = re.compile(r"[\\`*_\[\]<>#|~]")


class _Teller:
    """Says everything in one language."""

    def __init__(self, *, chinese: bool) -> None:
        self._chinese = chinese

    def _say(self, zh: str, en: str) -> str:
        return zh if self._chinese else en

    def _in(self, words: Words) -> str:
        return self._say(words.zh, words.en)

    def _joined(self, *parts: str | None) -> str:
        return self._say("；", "; ").join(part for part in parts if part)

    def _marked(self, text: str, *marks: str | None) -> str:
        """Some words, and remarks on them in brackets."""
        shown = self._joined(*marks)
        return f"{text}{self._say(f'（{shown}）', f' ({shown})')}" if shown else text

    def _office(self, office: Called) -> str:
        if office.id == PUBLIC:
            return self._say("社会", "public")
        return self._say(office.name, office.ref)

    def _both(self, office: Called) -> str:
        return office.name if office.name == office.ref else f"{office.name} ({office.ref})"

    def _when(self, interval: Interval) -> str:
        return self._in(interval_words(interval))

    def _clock(self, clock: str) -> str:
        return self._in(CLOCKS[Clock(clock)])

    def _heading(self, zh: str, en: str, depth: int = 1) -> Line:
        return Line(self._say(zh, en), depth, heading=True)

    # -- what stands out ---------------------------------------------------------------------------------------

    def standing(self, why: Why) -> Iterator[Line]:
        """What is open, late or suspicious, each with the words that explain it further."""
        yield Line(_one_line(f"{why.incident}  {why.title}"), 0, heading=True)
        at = instant(why.at)
        if not why.standing:
            yield Line(
                self._say(
                    f"{at}：没有未了、迟报或可疑的事项。", f"At {at} nothing is open, late or suspicious."
                ),
                1,
            )
        for each in why.standing:
            tables = (KINDS, STATUSES) if each.what == "finding" else (STATES,)
            verdict = self._say("，", ", ").join(
                self._in(word(table, key)) for table, key in zip(tables, each.verdict, strict=True)
            )
            colon = self._say("：", ": ")
            yield Line(f"{self._both(each.office)}{colon}{verdict}", 1, heading=True)
            yield Line(_one_line(self._in(each.says)), 1)
            yield Line(f"emergency why {why.incident} {each.short}", whole=True)
        if why.undetermined:
            count = why.undetermined
            yield self._heading("无法判定", "Undetermined")
            yield Line(
                self._say(
                    f"另有{count}项报告义务，记录不足以判定。",
                    f"On {count} more obligation{'s' if count > 1 else ''} the record allows no verdict: "
                    f"emergency audit obligations {why.incident} --state undetermined",
                )
            )

    # -- an obligation -----------------------------------------------------------------------------------------

    def obligation(self, why: ObligationWhy, depth: int = 0) -> Iterator[Line]:
        """One obligation, from the rule to the last step read."""
        written = self._in(word(CHANNELS, why.channel)) if why.channel != "any" else None
        occasion = why.occasion if why.occasion not in ("first", why.stage) else None
        title = self._marked(self._in(word(STAGES, why.stage)), written, occasion)
        colon = self._say("：", ": ")
        yield Line(
            f"{self._both(why.office)} → {self._both(why.recipient)}{colon}{title}", depth, heading=True
        )
        late = self._in(span_words(why.late_by)) if why.late_by is not None else None
        state = self._in(word(STATES, why.state))
        yield Line(self._joined(state, late, self._in(why.reason) if why.reason else None))
        yield Line(self._lived(why))
        yield Line(why.id, whole=True)
        yield from self._rules(why, depth + 1)
        yield from self._clock_lines(why, depth + 1)
        yield from self._arithmetic(why.reckoning, depth + 1)
        yield from self._done(why, depth + 1)
        yield from self._readings(why.readings, depth + 1)
        yield self._heading("据以判断的记录", "What was read", depth + 1)
        for step in why.inputs:
            yield Line(self._step(step))

    def _lived(self, why: ObligationWhy) -> str:
        said = []
        for phase in why.phases:
            state = self._in(word(STATES, phase.state))
            since = instant(phase.holds_from) if phase.holds_from else None
            said.append(self._say(f"自{since}起{state}", f"{state} from {since}") if since else state)
        return self._joined(*said)

    def _rules(self, why: ObligationWhy, depth: int) -> Iterator[Line]:
        yield self._heading("适用的规定", "The rule that governs", depth)
        yield from self._rule(why.governs, full=True)
        if why.others:
            yield self._heading("可能适用的其他规定", "Other rules that may apply", depth)
        for rule in why.others:
            yield from self._rule(rule, full=False)
        yield self._heading("考虑过而未适用的规定", "Rules that do not apply", depth)
        for group in why.considered:
            count = len(group.rules)
            yield Line(self._say(f"{group.why.zh}（{count}条）：", f"{group.why.en} ({count}):"))
            for named in group.rules[:MOST]:
                yield Line(self._rule_named(named, dated=group.reason == "not-in-force"), 2)
            if count > MOST:
                yield Line(self._more(count - MOST), 2)
        if why.elsewhere:
            yield Line(
                self._say(
                    f"另有{why.elsewhere}条规定针对其他种类的事件或其他地方。",
                    f"{why.elsewhere} more rules for this kind of office speak of other events or places.",
                )
            )

    def _more(self, count: int) -> str:
        return self._say(f"另有{count}条，见 --format json", f"and {count} more, in --format json")

    def _rule(self, rule: RuleRead, *, full: bool) -> Iterator[Line]:
        limit = self._limit(rule)
        due = self._say("时限", "due ") + self._when(rule.due) if rule.due is not None else None
        breached = self._say("已违反", "breached") if rule.breached else None
        yield Line(rule.cited.citation)
        deep = 1 if full else 2
        yield Line(self._joined(limit, due, breached), deep)
        yield Line(self._capital(self._in(rule.why)), deep)
        if rule.condition is not None and rule.role != "possible":
            yield Line(self._capital(self._in(rule.condition)), deep)
        yield from self._source(rule.cited, deep, full=full)
        if rule.recipient_note:
            yield Line(
                self._say(
                    "接报单位的条块在报送网络中未区分",
                    "the directory does not tell the recipient's line apart",
                ),
                deep,
            )
        for unread in rule.unread:
            yield Line(self._say("未读文本：", "unread text: ") + self._in(unread), deep)
        yield Line(rule.rule, deep)

    def _limit(self, rule: RuleRead) -> str:
        clock = CLOCKS[Clock(rule.clock)]
        if rule.role == "order-only":
            return self._in(rule.limit)
        if rule.due is None:
            return self._say(f"{clock.zh}后{rule.limit.zh}", f"{rule.limit.en} on {clock.en}")
        if rule.limit.en.startswith("within"):
            return self._say(f"{clock.zh}后{rule.limit.zh}", f"{rule.limit.en} of {clock.en}")
        return self._in(rule.limit)

    def _source(self, cited: Cited, depth: int, *, full: bool) -> Iterator[Line]:
        rank = self._in(word(RANKS, cited.rank)) if cited.rank else None
        since = self._say(f"自{cited.since}起施行", f"in force since {cited.since}")
        yield Line(self._joined(rank, since, self._confirmed(cited)), depth)
        if cited.text and full:
            yield Line(_one_line(f"“{cited.text}”"), depth)
        if cited.note and full:
            yield Line(self._say("说明：", "note: ") + _one_line(self._in(cited.note)), depth)

    def _confirmed(self, cited: Cited) -> str:
        if not cited.confirmed:
            return self._say("原文尚未核对", "nobody has confirmed its text")
        return self._say("原文已核对", "text confirmed") + (
            f" {cited.checked_on}" if cited.checked_on else ""
        )

    def _rule_named(self, named: RuleNamed, *, dated: bool) -> str:
        held = None
        if dated:
            until = named.until or ""
            held = f"{named.since}–{until}"
        return self._marked(f"{named.citation} {self._in(named.title)}", held)

    def _clock_lines(self, why: ObligationWhy, depth: int) -> Iterator[Line]:
        clock = why.clock
        yield self._heading("起算", "The clock", depth)
        start = self._when(clock.start)
        yield Line(
            self._say(
                f"自{self._clock(clock.clock)}起算：{start}",
                f"starts with {self._clock(clock.clock)}: {start}",
            )
        )
        for each in clock.evidence:
            yield Line(self._evidence(each), 2)
        if clock.rests_on:
            rests = self._list(clock.rests_on)
            yield Line(
                self._say(f"所据的假定或未载明时间：{rests}", f"rests on assumed or unstated times: {rests}")
            )

    def _evidence(self, each: Evidenced) -> str:
        shows = {
            "directly": Words("载明知情之时", "tells when it knew"),
            "by-then": Words("至此已经知情", "it knew by then"),
            "sign": Words("只是线索", "a sign only"),
            "starts": Words("由此起算", "the clock runs from here"),
        }[each.shows]
        received = None
        if each.at != each.step.at:
            at = self._when(each.at)
            received = self._say(f"对该单位而言为{at}", f"for the office: {at}")
        later = None if each.counts else self._say("未据以起算", "the start does not rest on it")
        return self._step(each.step, self._in(shows), received, later)

    def _step(self, step: StepRead, *more: str | None) -> str:
        """A step in one line: what people call it, who did what to whom, when, and how sure that is."""
        to = self._say("、", ", ").join(self._office(office) for office in step.to)
        whom = f" → {to}" if to else ""
        how = self._in(word(CHANNELS, step.channel)) if step.channel else None
        narrowed = None
        if step.at != step.stated_at:
            stated = self._when(step.stated_at)
            narrowed = self._say(
                f"所述为{stated}，按先后次序收窄", f"stated {stated}, narrowed by what came before and after"
            )
        assumed = self._say("时间系假定或未载明", "time assumed or not stated") if step.assumed else None
        leans = None
        if step.leans_on:
            leans = self._say("依据", "by ") + self._list(step.leans_on)
        done = f"{step.label} {self._in(word(ACTS, step.act))} {self._office(step.office)}{whom}"
        text = done + self._say("，", ", ") + self._when(step.at)
        return self._marked(text, how, assumed, narrowed, leans, *more)

    # -- the arithmetic ----------------------------------------------------------------------------------------

    def _arithmetic(self, sums: Reckoning, depth: int) -> Iterator[Line]:
        yield self._heading("计算", "The arithmetic", depth)
        if sums.form == "at-once":
            yield Line(self._say("未规定时限，无从计算。", "No hours are given: there is nothing to reckon."))
            return
        if sums.why is not None:
            yield Line(self._capital(self._in(sums.why)))
        if sums.form == "order":
            other = self._when(sums.due) if sums.due is not None else self._say("未载明", "not on record")
            yield Line(self._say(f"另一报告的时间：{other}", f"the other report: {other}"))
        for line in sums.sums:
            yield Line(self._sum(line))
        if sums.outer is not None:
            outer = sums.outer
            limit, end = self._in(outer.limit), self._when(outer.end)
            binds = (
                ""
                if outer.binds
                else self._say("（起算前已过，不适用）", " (over before the clock started: it does not bind)")
            )
            clock = self._clock(outer.clock)
            yield Line(
                self._say(
                    f"最迟：{clock}（{self._when(outer.start)}）后{limit}，即{end}{binds}",
                    f"at the latest {limit} after {clock} ({self._when(outer.start)}): {end}{binds}",
                )
            )
        if sums.moved_from is not None:
            day_off = self._when(sums.moved_from)
            yield Line(
                self._say(
                    f"遇休息日（{day_off}），顺延至下一工作日",
                    f"on a day off ({day_off}): moved on to the next working day",
                )
            )
        if sums.open_end is not None:
            yield Line(self._capital(self._in(sums.open_end)))
        if sums.inherited is not None:
            event, by = instant(sums.inherited.event), instant(sums.inherited.due)
            yield Line(
                self._say(
                    f"自事发（{event}）起算应为{by}；知情之前已耗去的时间由此前环节承担，不计于该单位",
                    f"from the event ({event}) it would be {by}; the time lost before the office knew is inherited and "
                    "not counted against it",
                )
            )
        if sums.suspended_by:
            yield Line(self._say("暂停、恢复：", "suspended and resumed by ") + self._list(sums.suspended_by))
        if sums.judged is not None:
            judged = self._when(sums.judged)
            yield Line(self._say(f"据以判断的时限：{judged}", f"the verdict goes by: {judged}"))

    def _sum(self, line: Sum) -> str:
        due = instant(line.due) if line.due is not None else "?"
        ends = {"earliest": Words("最早", "at the earliest"), "latest": Words("最晚", "at the latest")}
        end = self._in(ends[line.end]) if line.end in ends else None
        limit = self._in(line.limit).removeprefix("within ").removesuffix("内")
        said = f"{instant(line.start)} + {limit} = {due}"
        return self._marked(said, end, self._count(line.count) if line.count else None)

    def _count(self, count: Count) -> str:
        first = self._say(f"首日{count.first}不计", f"{count.first} not counted")
        days = self._say(
            f"计{count.counted}日，至{count.last}", f"{count.counted} days counted, to {count.last}"
        )
        off = self._say("休息日", "days off ") + self._dates(count.off) if count.off else None
        suspended = (
            self._say("暂停", "suspended ") + self._dates(count.suspended) if count.suspended else None
        )
        by = self._say(f"{count.by:%H:%M}前", f"by {count.by:%H:%M}") if count.by else None
        return self._joined(first, days, off, suspended, by)

    def _dates(self, days: tuple[date, ...]) -> str:
        shown = self._list(f"{day:%m-%d}" for day in days[:MOST])
        left = len(days) - MOST
        return shown + (self._say(f"等{len(days)}日", f" and {left} more") if left > 0 else "")

    # -- what was done -----------------------------------------------------------------------------------------

    def _done(self, why: ObligationWhy, depth: int) -> Iterator[Line]:
        done = why.done
        yield self._heading("实际所为", "What was done", depth)
        if done.report is not None:
            yield Line(self._step(done.report))
            if done.sent is not None:
                sent = self._when(done.sent)
                met_on = self._in(word(MET_ON, done.met_on)) if done.met_on else None
                yield Line(self._marked(self._say(f"发出：{sent}", f"sent {sent}"), met_on), 2)
            if done.received is not None:
                received = self._when(done.received)
                yield Line(self._say(f"收到：{received}", f"received {received}"), 2)
        elif done.elsewhere is None:
            yield Line(self._say("没有在案的报告。", "No report is on record."))
        if done.elsewhere is not None:
            yield Line(
                self._say("报给了其他单位：", "it went to another office: ") + self._step(done.elsewhere)
            )
        if done.reached is not None and done.reached_at is not None:
            at = self._when(done.reached_at)
            yield Line(
                self._say(
                    f"接报单位从其他途径得知（{at}）：", f"the recipient knew by another route ({at}): "
                )
                + self._step(done.reached)
            )
        if done.not_reported is not None:
            yield Line(
                self._say("载明未报：", "stated not to have reported: ") + self._step(done.not_reported)
            )
        if done.doubt is not None:
            yield Line(self._capital(self._in(done.doubt)))
        yield Line(
            self._say(
                "该单位的外发报告记录完整：没有记载即是没有报。",
                "The record holds all that this office sent: its silence is silence.",
            )
            if done.complete
            else self._say(
                "该单位的外发报告记录不完整：没有记载不等于没有报。",
                "The record may lack what this office sent: its silence proves nothing.",
            )
        )

    def _readings(self, readings: tuple[Corner, ...], depth: int) -> Iterator[Line]:
        if not readings:
            return
        yield self._heading("按各种可能的时间推算", "Under every reading", depth)
        for corner in readings:
            due, done = (instant(m) if m else self._say("不明", "unknown") for m in (corner.due, corner.done))
            yield Line(
                self._say(f"时限{due}，报出{done}：", f"due {due}, done {done}: ") + self._outcome(corner)
            )

    def _outcome(self, corner: Corner) -> str:
        if corner.outcome == "open":
            return self._say("无从比较", "cannot be compared")
        if corner.by is None:
            return self._say("按时", "in time")
        by = duration_words(corner.by)
        return self._say(f"迟{by.zh}", f"late by {by.en}")

    # -- a finding ---------------------------------------------------------------------------------------------

    def finding(self, why: FindingWhy) -> Iterator[Line]:
        """One finding, then the obligation that it is tied to."""
        kind, status = self._in(word(KINDS, why.kind)), self._in(word(STATUSES, why.status))
        colon = self._say("：", ": ")
        yield Line(f"{self._both(why.office)}{colon}{self._marked(kind, status)}", 0, heading=True)
        yield Line(_one_line(self._in(why.explanation)))
        yield Line(why.id, whole=True)
        yield self._heading("何谓此类疑点", "What such a finding looks for")
        yield Line(self._capital(self._in(why.pattern)))
        could = [self._in(word(KINDS, each)) for each in why.could_be if each != why.kind]
        if could:
            yield Line(self._say("也可能是：", "It could also be: ") + self._say("、", ", ").join(could))
        yield self._heading("证据", "Evidence")
        for step in why.evidence:
            yield Line(self._step(step))
        if why.rests_on:
            rests = self._list(why.rests_on)
            yield Line(
                self._say(f"所据的假定或未载明时间：{rests}", f"Rests on assumed or unstated times: {rests}")
            )
        yield from self._determined(why)
        yield from self._provisions(why)
        if why.obligation is not None:
            yield from self.obligation(why.obligation, 1)

    def _determined(self, why: FindingWhy) -> Iterator[Line]:
        yield self._heading("有权机关的认定", "What people determined")
        if not why.determined:
            yield Line(self._say("没有在案的认定。", "Nothing is on record."))
        for each in why.determined:
            kinds = self._say("、", ", ").join(self._in(word(KINDS, kind)) for kind in each.kinds)
            at = self._when(each.at)
            by = self._office(each.by)
            said = self._say(f"{by}（{at}）认定：{kinds}", f"{by}, {at}: {kinds}")
            if each.until is not None:
                ended = self._when(Interval(each.until, each.until))
                said += self._say(f"（{ended}起不再成立）", f" (ended by an appeal, {ended})")
            yield Line(self._marked(said, each.step, each.source))

    def _provisions(self, why: FindingWhy) -> Iterator[Line]:
        kind = self._in(word(KINDS, why.kind))
        yield self._heading(
            f"关于{kind}的规定（只供查阅，系统不据以裁断）",
            f"What the texts say of it ({kind}): shown, never applied",
        )
        if not why.provisions:
            yield Line(
                self._say(
                    "规则库中没有当日有效的条文。", "The rulebook has no text on it in force on that day."
                )
            )
        for provision in why.provisions:
            yield from self._provision(provision)

    def _provision(self, provision: ProvisionRead) -> Iterator[Line]:
        sort = self._in(word(SORTS, provision.sort))
        colon = self._say("：", ": ")
        yield Line(f"{sort}{colon}{provision.cited.citation}")
        yield Line(_one_line(self._in(provision.says)), 2)
        if provision.whom is not None:
            yield Line(self._say("对象：", "on whom: ") + self._in(provision.whom), 2)
        yield from self._source(provision.cited, 2, full=False)
        if provision.prevails_over:
            yield Line(self._say("优先于：", "prevails over ") + self._list(provision.prevails_over), 2)
        if provision.displaced_by:
            yield Line(self._say("让位于：", "gives way to ") + self._list(provision.displaced_by), 2)

    # -- a check of a norm -------------------------------------------------------------------------------------

    def check(self, why: CheckWhy) -> Iterator[Line]:
        """One check, then the duty that it is about."""
        norm, name = self._in(word(NORMS, why.norm)), self._in(word(CHECKS, why.check))
        result = self._in(word(RESULTS, why.result))
        status = self._in(word(STATUSES, why.status)) if why.result == "fail" else None
        colon = self._say("：", ": ")
        title = self._say(f"{norm}·{name}", f"{norm}, {name}")
        yield Line(
            f"{self._both(why.office)}{colon}{title}{colon}{self._marked(result, status)}", 0, heading=True
        )
        yield Line(_one_line(self._in(why.explanation)))
        if why.about is not None:
            yield Line(self._step(why.about))
        if why.holds_from is not None:
            since = instant(why.holds_from)
            until = instant(why.holds_until) if why.holds_until is not None else None
            held = self._say(f"自{since}起", f"from {since}")
            yield Line(held + (self._say(f"至{until}", f" to {until}") if until else ""))
        yield Line(why.id, whole=True)
        yield self._heading("检查什么", "What it looks at")
        yield Line(self._capital(self._in(why.looks_at)))
        if why.texts:
            yield self._heading("要求此项检查的规定", "The texts that ask for it")
        for text in why.texts:
            against = self._say("已违反", "broken") if text.breached else None
            yield Line(self._marked(text.cited.citation, against))
            yield Line(self._in(text.title), 2)
            yield from self._source(text.cited, 2, full=True)
            yield Line(text.rule, 2, whole=True)
        yield self._heading("据以判断的记录", "What was read")
        for step in why.evidence:
            yield Line(self._step(step))
        if why.rests_on:
            rests = self._list(why.rests_on)
            yield Line(
                self._say(f"所据的假定或未载明时间：{rests}", f"Rests on assumed or unstated times: {rests}")
            )
        if why.obligation is not None:
            yield from self.obligation(why.obligation, 1)

    # -- levels ------------------------------------------------------------------------------------------------

    def levels(self, levels: tuple[LevelWhy, ...]) -> Iterator[Line]:
        """The level by each office's own figures."""
        if not levels:
            return
        yield Line(
            self._say(f"{levels[0].incident} 的级别", f"The level of {levels[0].incident}"), 0, heading=True
        )
        yield from self._official(levels[0])
        yield from self._tables(levels[0])
        silent = [why for why in levels if not any(held.reaches or held.circumstances for held in why.held)]
        for why in levels:
            if why not in silent:
                yield from self._level(why)
        if silent:
            yield self._heading("其他单位", "Other offices")
            names = self._say("、", ", ").join(self._both(why.office) for why in silent)
            yield Line(
                self._say(f"所掌握的内容不能说明级别：{names}", f"what these held tells of no level: {names}")
            )

    def _official(self, why: LevelWhy) -> Iterator[Line]:
        for graded in why.gradings:
            yield Line(
                self._say(f"正式定级 {graded.level}级：", f"officially graded {graded.level}: ")
                + self._step(graded.step)
            )
        if why.outcome is not None:
            yield Line(
                self._say(
                    f"文件所载的最终级别：{why.outcome}级（只供对照）",
                    f"the outcome stated in the file: {why.outcome} (for comparison only)",
                )
            )
        if not why.gradings and why.outcome is None:
            yield Line(self._say("没有正式定级在案。", "No official grading is on record."))

    def _tables(self, why: LevelWhy) -> Iterator[Line]:
        yield self._heading("分级标准", "Tables of levels")
        if not why.tables:
            yield Line(self._say("没有适用于此类事件的分级标准。", "No table grades such an event."))
        for table in why.tables:
            yield from self._table(table, why.day)

    def _table(self, table: TableRead, day: date) -> Iterator[Line]:
        yield Line(self._in(table.title))
        if table.cited is None:
            yield Line(self._say(f"{day}不在效力期内", f"not in force on {day}"), 2)
        else:
            yield Line(table.cited.citation, 2)
            yield from self._source(table.cited, 2, full=False)
        if table.window is not None:
            ends = instant(table.window_ends) if table.window_ends else "?"
            yield Line(
                self._say(
                    f"事发后{table.window.zh}（至{ends}）之内的伤亡变化才改变级别",
                    f"changed figures change the level within {table.window.en} of the event (to {ends})",
                ),
                2,
            )

    def _level(self, why: LevelWhy) -> Iterator[Line]:
        yield Line(self._both(why.office), 1, heading=True)
        if why.level is None:
            yield Line(
                self._say("该单位所掌握的数字不能说明级别。", "What this office held tells of no level.")
            )
        else:
            since = self._when(why.since) if why.since is not None else "?"
            yield Line(
                self._say(
                    f"按已核对的标准至少为{why.level}级，{since}（{why.by}）",
                    f"at least {why.level} by confirmed tables, {since} ({why.by})",
                )
            )
        if why.unconfirmed is not None:
            yield Line(
                self._say(
                    f"按尚未核对的标准为{why.unconfirmed}级，不据以认定",
                    f"{why.unconfirmed} by a table that nobody has confirmed; no verdict rests on it",
                )
            )
        if why.open_above:
            above = self._say("、", ", ").join(why.open_above)
            yield Line(
                self._say(
                    f"未排除更高的级别：{above}（数字只是下限）",
                    f"not ruled out: {above} (figures are lower bounds)",
                )
            )
        told = [held for held in why.held if held.reaches or held.circumstances]
        for held in told[:MOST]:
            yield from self._held(held)
        if len(told) > MOST:
            yield Line(self._more(len(told) - MOST))

    def _held(self, held: HeldRead) -> Iterator[Line]:
        own = held.source.id == held.step.office.id and not held.step.to
        source = None if own else self._say("来自", "from ") + self._office(held.source)
        by_then = self._say("至此已掌握", "held by then") if held.by_then else None
        over = (
            self._say("超出期限，不改变级别", "after the period: it does not change the level")
            if held.after_window
            else None
        )
        level = self._say(f"{held.level}级", f"level {held.level}") if held.level else None
        since = held.step.label + self._say("，", ", ") + self._when(held.since)
        yield Line(self._marked(since, level, source, by_then, over))
        for reaching in held.reaches:
            yield Line(self._reaching(reaching), 2)
        for words in held.circumstances:
            yield Line(self._in(words), 2)

    def _reaching(self, each: Reaching) -> str:
        starts = self._say(f"{each.starts:,}以上", f"{each.starts:,} or more") if each.starts else None
        above = None
        if each.next_level is not None and each.next_starts is not None:
            above = self._say(
                f"{each.next_starts:,}以上为{each.next_level}级",
                f"{each.next_level} from {each.next_starts:,} on",
            )
        text = f"{self._in(each.title)} {each.figure:,}{self._say('：', ': ')}{each.level}"
        return self._marked(text, starts, above, each.table)

    def _list(self, items: Iterable[str]) -> str:
        return self._say("、", ", ").join(items)

    def _capital(self, text: str) -> str:
        return text[:1].upper() + text[1:]


def _one_line(text: str) -> str:
    return " ".join(text.split())


__all__ = ["Line", "markdown", "prose"]
