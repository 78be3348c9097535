"""The unified draft (统稿) on paper: the text, the one set of facts, what each rests on, who signed, who differs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from emergency.answers import View
from emergency.assessment.model import Words
from emergency.commands.draft_words import STAGES, STATES
from emergency.commands.drafts import Elsewhere, drafts_in
from emergency.documents.model import Block, Grid, Official, Paragraph
from emergency.documents.paper import (
    PLAIN_PAPER,
    Choices,
    Content,
    Source,
    afterwards,
    numbered,
    put_on_paper,
    short_hash,
)
from emergency.documents.phrases import AFTER_HARM, CATEGORIES, FIGURES, HARM, LEVELS, Speech, zone_of
from emergency.domain.draft import BEING_VERIFIED, CHAIN, Contradiction, DraftState, Version
from emergency.domain.events import Entry
from emergency.domain.values import PERSONAL, Amount, Count, Element
from emergency.domain.vocabulary import PUBLIC, Category, Level, SignOff
from emergency.errors import RefusedError

UNISSUED = Words("〔未印发：尚未成为统一口径〕", "[Not issued: not the one set of facts yet]")

_OTHERS: Mapping[str, Words] = {
    "nature": Words("性质", "nature"),
    "category": Words("类别", "category"),
    "kind": Words("种类", "kind"),
    "level": Words("级别", "level"),
}


def unified_draft_of(
    view: View,
    draft: DraftState,
    *,
    version: int | None = None,
    at: datetime,
    choices: Choices = PLAIN_PAPER,
    elsewhere: Mapping[str, Elsewhere] | None = None,
) -> Official:
    """A version of a unified draft: the last that was issued, else the last there is, marked as not issued.

    Args:
        view: The incident.
        draft: The draft.
        version: Which version; None = as said above.
        at: The hour at which the paper is made.
        choices: What is decided about the paper.
        elsewhere: What was reported on incidents merged into this one.

    Raises:
        RefusedError: there is no such version, or none at all.
    """
    found = draft.version(version) if version is not None else draft.issued or draft.latest
    if found is None:
        there = ", ".join(str(one.number) for one in draft.versions)
        which, zh = (
            (f"version {version}", f"第{version}版") if version is not None else ("version", "任何一版")
        )
        raise RefusedError(
            f"The unified draft of {draft.holder} has no {which}. "
            + (
                f"There are: {there}."
                if there
                else f"Lay one down first: emergency draft edit {view.timeline.ref} …"
            ),
            zh=f"{draft.holder} 的统稿没有{zh}。"
            + (f"现有：{there}。" if there else f"请先拟稿：emergency draft edit {view.timeline.ref} …"),
        )
    return _Draft(view, draft, found, at, choices, elsewhere or {}).made()


class _Draft:
    """One version while it is put on paper."""

    def __init__(
        self,
        view: View,
        draft: DraftState,
        version: Version,
        at: datetime,
        choices: Choices,
        elsewhere: Mapping[str, Elsewhere],
    ) -> None:
        self.view, self.draft, self.version, self.at, self.choices = view, draft, version, at, choices
        self.elsewhere = elsewhere
        self.speech = Speech(choices.chinese, zone_of(view.directory, draft.holder))
        issued = version.issued.act if version.issued is not None else version.edited
        stated = issued.at.interval
        self.when = stated.latest or stated.earliest or at
        self.day = self.when.astimezone(self.speech.zone).date()

    def made(self) -> Official:
        speech, say, version, opened = self.speech, self.speech.say, self.version, self.view.timeline.opened
        event = opened.title if speech.chinese else opened.title_en or opened.title
        blocks: list[Block] = []
        if version.issued is None:
            blocks.append(Paragraph(speech.words(UNISSUED), flush=True))
        blocks += afterwards(self.view, speech)
        blocks += [Paragraph(line.strip()) for line in version.edited.text.splitlines() if line.strip()]
        blocks += numbered(
            [
                (say("统一数据及出处", "The facts, and what they rest on"), list(self._facts())),
                (say("各单位报告不一致之处", "Where reports differ"), list(self._contradictions())),
                (say("不同意见", "Dissent"), list(self._dissents())),
                (say("审签", "Sign-off"), list(self._chain())),
            ],
            speech,
        )
        signed = version.standing.get(SignOff.SIGN)
        named = speech.listed(
            self._name(office) for office in (self.draft.holder, self.draft.jointly) if office is not None
        )
        about = say(
            f"统稿第{version.number}版 {short_hash(version.hash)}",
            f"draft version {version.number} {short_hash(version.hash)}",
        )
        content = Content(
            title=say(f"关于{event}的报告（统稿）", f"Report on: {event} (unified draft)"),
            body=tuple(blocks),
            source=Source(
                kind=say("统稿", "unified draft"),
                through=self.view.position,
                at=self.at,
                about=f"{self.view.timeline.ref} {about}",
            ),
            office=named,
            signed=self.when,
            signer=(signed.act.officer or signed.act.role)
            if signed is not None and signed.approved
            else None,
            secrecy=opened.secrecy,
            urgency=opened.urgency,
            addressees=tuple(self._name(office) for office in self._assigned_to()),
            notes=(
                say(
                    f"第{version.number}版，{STATES[version.state].zh}",
                    f"version {version.number}, {STATES[version.state].en}",
                ),
            ),
        )
        return put_on_paper(content, self.choices, speech)

    def _assigned_to(self) -> list[str]:
        return list(dict.fromkeys(to for made in self.version.assigned for to in made.act.to if to != PUBLIC))

    def _name(self, office: str) -> str:
        return self.speech.office(self.view.directory, office, self.day)

    def _entry(self, event_id: str) -> str:
        step = self.view.timeline.by_id.get(event_id)
        if step is not None:
            return f"{self._name(step.office)} #{self.view.numbers.get(event_id)}"
        other = self.elsewhere.get(event_id)
        if other is not None:
            return f"{self._name(other.entry.office)} {other.ref}#{other.number}"
        return self.speech.say("已不计的记录", "an entry that no longer counts")

    def _entries(self, ids: Iterable[str]) -> str:
        return self.speech.listed(self._entry(each) for each in ids)

    def _fact(self, name: str) -> str:
        if name in _OTHERS:
            return self.speech.words(_OTHERS[name])
        for kind in ("elements", "circumstances"):
            title = self.view.rulebook.words.get(kind, {}).get(name)
            if title is not None and name not in FIGURES:
                return self.speech.say(title.zh, title.en)
        return self.speech.name(name)

    def _value(self, name: str, value: Any) -> str:  # noqa: ANN401 - the value of a fact
        speech = self.speech
        if value is None:
            return speech.say("未述及", "not stated")
        if value == BEING_VERIFIED:
            return speech.say("正在核实", "being verified")
        if isinstance(value, Count):
            unsure = speech.say("（正在核实）", " (being verified)") * (
                name in self.version.edited.facts.verifying
            )
            return speech.quantity(name, value) + unsure
        if isinstance(value, Amount):
            return speech.amount(value)
        if isinstance(value, Element):
            text = value.text or (
                speech.say("已报", "told") if value.of in PERSONAL and not value.verifying else ""
            )
            unsure = speech.say("正在核实", "being verified") if value.verifying else ""
            return speech.say("，", ", ").join(part for part in (text, unsure) if part)
        if isinstance(value, Level):
            return speech.words(LEVELS[value])
        if isinstance(value, Category):
            return speech.words(CATEGORIES[value])
        return speech.say("有", "yes") if value is True else str(value)

    def _facts(self) -> Iterator[Block]:
        say, said, sources = self.speech.say, self.version.said, self.version.sources
        order = [*HARM, *AFTER_HARM]
        names = sorted(said, key=lambda name: order.index(name) if name in order else len(order))
        rows = []
        for name in names:
            rests = self._entries(sources.get(name, ()))
            untraced = say("无出处", "untraced") if name in self.version.untraced else ""
            rows.append((self._fact(name), self._value(name, said[name]), rests or untraced))
        if rows:
            yield Grid(
                (say("事项", "Fact"), say("内容", "Says"), say("出处", "Rests on")), tuple(rows), (3, 5, 6)
            )
        made_of = self._entries(self.version.contributions)
        yield Paragraph(
            self.speech.colon(say("来稿", "Made of"), made_of or say("尚无", "no report yet"))
            + say("。", ".")
        )

    def _contradictions(self) -> Iterator[Block]:
        """What reports differ on, and how it was settled: as it stood when it was issued, and apart what came later."""
        issued = self.version.issued
        if issued is None:
            later = self.draft.contradictions if self.version is self.draft.latest else ()
            yield from self._differences(later)
            return
        then = drafts_in(self.view, self.elsewhere, through=issued.id)[self.draft.holder].contradictions
        yield from self._differences(then)
        if self.version is not self.draft.latest:
            return
        known = {(each.fact, each.said) for each in then}
        since = [each for each in self.draft.contradictions if (each.fact, each.said) not in known]
        if since:
            yield Paragraph(self.speech.say("印发以后，又有不同：", "Since it was issued, these differ:"))
            yield from self._differences(since)

    def _differences(self, listed: Iterable[Contradiction]) -> Iterator[Block]:
        say = self.speech.say
        for each in listed:
            said = say("；", "; ").join(
                self.speech.colon(self._entry(one.by), self._value(each.fact, one.value)) for one in each.said
            )
            if each.settled is None:
                how = say("尚未裁定", "not settled")
            else:
                by = (
                    self._entry(each.settled.by)
                    if each.settled.by is not None
                    else say("均不采用", "none of them")
                )
                how = say(f"裁定采用：{by}，理由：{each.settled.why}", f"settled by {by}: {each.settled.why}")
            yield Paragraph(
                self.speech.colon(self._fact(each.fact), f"{said}{say('。', '. ')}{how}") + say("。", ".")
            )

    def _dissents(self) -> Iterator[Block]:
        """What those who sent it on hold otherwise."""
        say = self.speech.say
        for sent in self.version.sent:
            if sent.act.dissent:
                who = self._name(sent.act.office)
                number = self.view.numbers.get(sent.id)
                yield Paragraph(
                    self.speech.colon(f"{who} #{number}", sent.act.dissent.rstrip("。.")) + say("。", ".")
                )

    def _chain(self) -> Iterator[Block]:
        speech, say, standing = self.speech, self.speech.say, self.version.standing
        rows = []
        for stage in CHAIN:
            done = standing.get(stage)
            if done is None:
                rows.append((speech.words(STAGES[stage]), say("尚无", "none"), "", ""))
                continue
            result = say("通过", "approved") if done.approved else say("退回", "returned")
            why = f"{say('：', ': ')}{done.act.why}" if done.act.why else ""
            when = self._time(done.id, done.act)
            rows.append((speech.words(STAGES[stage]), self._person(done.act), when, result + why))
        edited = self.version.edited
        rows.insert(
            0, (say("拟稿", "drafted"), self._person(edited), self._time(self.version.id, edited), "")
        )
        if self.version.issued is not None:
            made = self.version.issued
            rows.append((say("印发", "issued"), self._person(made.act), self._time(made.id, made.act), ""))
        yield Grid(
            (say("环节", "Step"), say("人员编号", "Officer"), say("时间", "When"), say("结果", "Result")),
            tuple(rows),
            (2, 4, 5, 3),
        )
        yield Paragraph(
            speech.colon(
                say(f"第{self.version.number}版校验值", f"Hash of version {self.version.number}"),
                self.version.hash,
            ),
            flush=True,
        )

    def _person(self, act: Entry) -> str:
        who = act.officer or act.role
        return (
            self.speech.say(f"{self._name(act.office)} {who}", f"{self._name(act.office)}, {who}")
            if who
            else self._name(act.office)
        )

    def _time(self, event_id: str, act: Entry) -> str:
        step = self.view.timeline.by_id.get(event_id)
        return self.speech.time(act.at, step.at if step is not None else None) or self.speech.say(
            "未载明", "not stated"
        )
