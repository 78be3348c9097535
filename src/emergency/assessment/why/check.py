"""One check of a norm explained: what it looks at, what it came to, the texts that ask for it, what was read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from emergency.assessment.model import Words
from emergency.assessment.norms.model import Check
from emergency.assessment.timeline import Timeline
from emergency.assessment.why.model import CheckWhy, ObligationWhy, TextRead
from emergency.assessment.why.reading import called, cited, labels, step_read
from emergency.domain.offices import Directory
from emergency.domain.times import CHINA
from emergency.rulebook import CheckName, Elements, NormRule, Rulebook

LOOKS_AT: Mapping[CheckName, Words] = {
    CheckName.ELEMENTS: Words(
        "报告是否写明规定的要素，或者注明正在核实；记录未载报告全文的，未见要素为不明，不算缺漏",
        "whether a report tells every element asked for, or that it is being verified; where nobody recorded what else "
        "it said, an element that is not seen is unknown, not left out",
    ),
    CheckName.FIGURES_CONSISTENT: Words(
        "同一报告的人数能否同时为真；约数和正在核实的数字不比较",
        "whether the figures of one report can all be true; none that is about so many, or being verified, is compared",
    ),
    CheckName.TELLS_WHAT_IS_NEW: Words(
        "续报是否报告了此前未向同一单位报告的内容",
        "whether a follow-up tells its receiver anything that it had not been told before",
    ),
    CheckName.BOTH_OFFICES: Words("党委、政府两办是否都得到报告", "whether both offices were told"),
    CheckName.OFFICES_FIRST: Words(
        "报两办是否不晚于报上级部门",
        "whether the two offices were told no later than the superior department",
    ),
    CheckName.ONE_DRAFT: Words(
        "多家单位共同报送的，是否由一份统稿上报，或者附有不同意见",
        "whether what several units report derives from one unified draft, or carries its dissent",
    ),
    CheckName.SIGN_OFF: Words("审签环节是否齐全", "whether the chain of sign-off is complete"),
    CheckName.SIGNED_AND_SEALED: Words(
        "书面报告是否签发盖章", "whether a written report is signed and sealed"
    ),
    CheckName.SKIPPING_JUSTIFIED: Words("越级报告是否有据", "whether a report past a level is justified"),
    CheckName.SEVERAL_SIDES: Words(
        "所报是否经多方核实", "whether what is stated was verified from several sides"
    ),
    CheckName.ACKNOWLEDGED: Words("收到的报告是否签收", "whether a report received was acknowledged"),
    CheckName.CHECKED_AT_ONCE: Words("收到报告是否立即核实", "whether a report received was checked at once"),
    CheckName.HANDED_OVER: Words("不属本单位的是否转办", "whether what is not its own was handed over"),
    CheckName.CALL_LOGGED: Words("电话报告是否记录要素", "whether a call was logged with its elements"),
    CheckName.WRITTEN_ASKED_FOR: Words(
        "电话报告之后是否催要书面报告", "whether the written report was asked for after a call"
    ),
    CheckName.INSTRUCTIONS: Words(
        "批示是否传达、落实、反馈", "whether an instruction was relayed, carried out and answered"
    ),
    CheckName.NOBODY_DIRECTED: Words(
        "是否授意他人不报、假报", "whether it told others not to report, or falsely"
    ),
    CheckName.NOBODY_OBSTRUCTED: Words("是否阻碍他人报告", "whether it kept others from reporting"),
    CheckName.IN_TIME: Words(
        "每项报告义务按各自的时限是否按时；见所附义务",
        "whether a duty was done in time by its own clock: see the obligation below",
    ),
    CheckName.DRAFT_NOT_HELD: Words(
        "统稿是否压到有关单位的报送时限之后；各单位自己的迟报另计",
        "whether a draft was held past the limit of a unit that waited for it; the unit stays late all the same",
    ),
    CheckName.SAME_FACTS: Words(
        "其间没有新情况的，向各单位所报的事实是否一致；未提及不算不一致",
        "whether all receivers were told the same, where nothing new was known in between; silence is no difference",
    ),
    CheckName.CHANGED_BY_CORRECTION: Words(
        "低于此前所报的数字，是否以更正、续报报出或者在掌握新情况之后报出",
        "whether what lies below its earlier word to the same receiver was told as a correction or follow-up, or after "
        "it came to know more",
    ),
    CheckName.SENT_AS_ISSUED: Words(
        "依统稿所发的文本是否就是印发的文本；附有不同意见的为合格",
        "whether what was sent under a draft is what was issued; a recorded dissent passes",
    ),
    CheckName.NOT_BELOW_WHAT_WAS_HELD: Words(
        "所报是否低于当时所掌握；这只是按记录比较，是否谎报由有权机关认定",
        "whether anything told lies below what was then held: a comparison of the record; people determine intent",
    ),
}
"""What each check looks at, whatever the case."""


def check_why(
    check: Check,
    short: str,
    timeline: Timeline,
    directory: Directory,
    rulebook: Rulebook,
    obligation: ObligationWhy | None,
) -> CheckWhy:
    """A check with the texts that ask for it and the entries that it rests on."""
    about = timeline.by_id.get(check.occasion)
    by_id = timeline.by_id
    return CheckWhy(
        id=check.id,
        short=short,
        incident=check.incident,
        office=called(directory, check.office),
        norm=check.norm.value,
        check=check.check,
        about=None if about is None else step_read(timeline, directory, about),
        result=check.result.value,
        status=check.status.value,
        holds_from=check.holds_from,
        holds_until=check.holds_until,
        looks_at=LOOKS_AT[CheckName(check.check)],
        explanation=check.explanation,
        texts=tuple(_texts(check, timeline, rulebook)),
        evidence=tuple(step_read(timeline, directory, by_id[i]) for i in check.evidence if i in by_id),
        rests_on=labels(timeline, check.rests_on),
        obligation=obligation,
    )


def _texts(check: Check, timeline: Timeline, rulebook: Rulebook) -> Iterator[TextRead]:
    """The texts that ask for a check, as they stood; those of a duty are told with the duty."""
    asks: dict[str, NormRule | Elements] = {norm.id: norm for norm in rulebook.norms}
    asks.update({listed.id: listed for listed in rulebook.elements})
    moment = check.holds_from or timeline.occurred.latest
    for ground in check.grounds:
        text = asks.get(ground.rule)
        if text is None:
            continue
        days = [day for day, value in text.values.items() if value.confirmed is ground.confirmed]
        day = moment.astimezone(CHINA).date() if moment is not None else days[-1]
        value = text.value_on(day) or text.value_on(days[0])
        if value is not None:
            title = Words(text.title.zh, text.title.en)
            yield TextRead(rule=text.id, title=title, cited=cited(value, text.rank), breached=ground.breached)
