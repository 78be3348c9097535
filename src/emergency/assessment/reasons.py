"""Why a record allows no verdict, or what a verdict does not go by."""

from __future__ import annotations

from emergency.assessment.model import Words

RECORD_INCOMPLETE = Words(
    "记录未载明该单位的全部外发报告，不能认定未报",
    "the record does not hold all that this office sent out: silence is not absence",
)
KNOWLEDGE_NOT_SHOWN = Words(
    "只有线索，不足以证明该单位已经知情", "there are signs only; nothing shows that the office knew"
)
KNOWLEDGE_UNDATED = Words("该单位何时知情（接报）未载明", "when the office learned of it is not on record")
REPORT_UNDATED = Words("报告的时间未载明", "when the report was sent is not on record")
EARLIER_IMPLIED = Words(
    "在案的只有续报，续报意味着此前已有报告，而记录并不完整",
    "only a follow-up is on record: it implies an earlier report, and the record is not complete",
)
RECEIVER_UNNAMED = Words(
    "有一份报告未载明报给谁，可能即是报给该单位",
    "a report on record names no receiver and may have gone to it",
)
RECIPIENT_UNDATED = Words(
    "报告报错了单位，应接报单位何时知情未载明",
    "the report went to another office, and when the right one came to know is not on record",
)
CONDITION_OPEN = Words(
    "该规定适用的条件（级别、数字或当时的法律）未能确定",
    "whether the rule applies (level, figures or law of the day) is left open",
)
WHATEVER_THE_LEVEL = Words(
    "级别未定，但无论何级，时限均不超过此数",
    "the level is open, but no level gives a longer limit than this one",
)
CORRECTED_DOWNWARD = Words(
    "达到该规定条件的数字，在应报时限之前已被本单位核减",
    "the figures that met the rule's condition were found too high by the office itself before it was due",
)
MAYBE_CORRECTED = Words(
    "达到该规定条件的数字，可能在应报时限之前已被本单位核减，核减的时间未能确定",
    "the figures that met the rule's condition may have been found too high by the office itself in time",
)
LINE_OPEN = Words(
    "接报单位在报送网络中未按条块区分，不能认定报错单位",
    "the directory does not tell the recipient's line apart: nobody can say that the report went to a wrong office",
)
ANSWER_UNREAD = Words(
    "在案的答复只有文字，没有数字，不作判断",
    "an answer on record is text without figures, which is not judged",
)
INHERITED = Words(
    "时限自事发起算，该单位知情时已耗去的时间由此前环节承担，不计于该单位",
    "the limit runs from the event; the time lost before this office knew is inherited and not counted against it",
)
NO_HOURS = Words(
    "法规只要求立即，未规定时限，不以时间计算迟报", "due at once, without hours: never late by arithmetic"
)
START_UNDATED = Words(
    "应报此件的事由发生于何时，记录未载明", "when what called for this report was is not on record"
)
CALENDAR_UNKNOWN = Words(
    "当年的节假日安排尚未录入，工作日无从计算，不作推测",
    "the working days of that year are not known here, and are not guessed",
)
STABLE_UNKNOWN = Words(
    "事态何时稳定、处置何时结束未载明，续报应至何时无从认定",
    "until when follow-ups were due is not on record: nothing says when the situation became stable",
)
WINDOW_OVER = Words(
    "伤亡变化发生在规定的期限（如30日）之后，不改变级别",
    "the figures changed after the period (such as 30 days) in which they still change the level",
)
REGRADED_DOWN = Words(
    "应报时限之前，级别已正式下调，不再适用", "before it was due the level was officially lowered"
)
MAYBE_REGRADED = Words(
    "级别可能在应报时限之前已正式下调，下调的时间未能确定",
    "the level may have been officially lowered before it was due",
)
MAYBE_FINAL = Words(
    "事态稳定后有报告在案，但未注明是否为终报",
    "a report came after the situation was stable; whether it was meant as the final one is not on record",
)
WAIVED = Words(
    "应报时限之前，规定所指的机关已准予不报",
    "before it was due it was waived by an office that the rule names",
)
MAYBE_RELIEVED = Words(
    "可能在应报时限之前已免除（撤销、并案或准予不报），其时间未能确定",
    "it may have been excused (voided, merged or waived) before it was due; when that was is not established",
)
NOT_PASSED_ON = Words(
    "批示传达到该单位时，反馈时限已过", "it was passed on to this office only after the answer was due"
)
INSTRUCTION_CLOSED = Words("批示已办结", "the instruction was settled before that")

EXCUSING = (CORRECTED_DOWNWARD, REGRADED_DOWN)
"""Conditions that were found not to hold before the report was due."""
