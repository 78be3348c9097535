"""What the form can enter, and what it asks for each act."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import NamedTuple

from emergency_cli import choices
from emergency_cli import questions as q
from emergency_cli.bilingual import Both, both
from emergency_cli.markings import SECRECY, URGENCY
from emergency_cli.questions import Question


def _said(words: Mapping[str, str]) -> dict[str, Both]:
    return {word: both(chinese, word.replace("-", " ")) for word, chinese in words.items()}


CHANNELS, CATEGORIES = _said(choices.CHANNELS), _said(choices.CATEGORIES)
OUTCOMES, ORIGINS = _said(choices.OUTCOMES), _said(choices.ORIGINS)


class Act(NamedTuple):
    """One command that makes an entry.

    Args:
        title: What it is called.
        opens: Whether it may be the first entry of a new incident.
        asks: Its questions, in order.
    """

    title: Both
    opens: bool
    asks: tuple[Question, ...]


_AT = Question(
    key="at",
    title=both("时间", "When"),
    explained=both(
        "何时报告、获悉……：13:05、半小时前、昨晚11点40、11-20 23:40、约13时、凌晨；不明 表示不知道。直接回车为现在。",
        "When it was done: 13:05, yesterday 23:40, 11-20 23:40, 约 13:05 for about; ? where nobody knows. "
        "Enter is now.",
    ),
    read=q.time("--at"),
    offer=lambda _: "now",
)
_FIGURES = Question(
    key="words",
    title=both("伤亡等数字", "Figures"),
    explained=both(
        "如 2死3伤1失联，或 死=2 伤=3；约数写 失联=约20，正在核实写 死=?，已知没有写 死=0。"
        "没有说到的不要写：不写不等于零。",
        "Like 2 dead 3 injured, or deaths=2 injured=3; missing=约20 where approximate, deaths=? while being verified, "
        "deaths=0 where there are none. Leave out what nobody said: unknown is not zero.",
    ),
    read=q.figures,
)
_NATURE = Question(
    key="nature",
    title=both("事件情况", "What it is, in words"),
    explained=both(
        "用一句话说明是什么情况。姓名、电话不要写在这里。",
        "In one sentence. No names or phones of people here.",
    ),
    read=q.free("--nature"),
)
_SOURCE = Question(
    key="source",
    title=both("信息来源", "Where this is known from"),
    explained=both(
        "如 119 接警、企业电话、现场人员；不写姓名。",
        "Like a call to 119, the works, people there; no names.",
    ),
    read=q.free("--source"),
)
_FROM = Question(
    key="from",
    title=both("行为单位", "Whose act"),
    explained=both(
        "行为是别的单位做的、由本单位代记时填写。", "Where it is another office's act, which I only log."
    ),
    read=q.offices("--from", several=False),
    asked=False,
)
_TO = Question(
    key="to",
    title=both("报给", "To whom"),
    explained=both(
        "单位代码、名称或其中一部分，或上列序号；可填多个，用空格隔开。",
        "Ids, names or parts of them, or the numbers above; several with blanks between.",
    ),
    read=q.offices("--to"),
    offer=q.last_or_superior,
    choices=q.superiors,
    needed=True,
)
_WHOM_TOLD = Question(
    key="to",
    title=both("告知", "Whom it was told"),
    explained=_TO.explained,
    read=q.offices("--to"),
    asked=False,
)
_BY = Question(
    key="by",
    title=both("方式", "How it was told"),
    explained=both("填序号或名称。", "The number or the word."),
    read=q.choice("--by", CHANNELS),
    offer=q.last_told("by"),
    choices=q.listed(CHANNELS),
)
_RECEIVED = Question(
    key="received",
    title=both("对方接报时间", "When it was received"),
    explained=both("知道对方何时收到才填，写法同“时间”。", "Where that is known; written as the time is."),
    read=q.time("--received"),
    asked=False,
)
_SAYS = Question(
    key="says",
    title=both("其他要素", "What else it says"),
    explained=both(
        "要素=内容，多项用分号隔开：measures=已封控；trend=趋稳。正在核实的写 trend=?。"
        "要素名称见 emergency rules list --of elements。",
        "ELEMENT=TEXT, several with semicolons between: measures=cordoned off; trend=?  (? is being verified). "
        "`emergency rules list --of elements` names them.",
    ),
    read=q.elements,
)
_CARRYING = (
    _SAYS,
    _SOURCE,
    _RECEIVED,
    Question(
        key="complete",
        title=both("要素已录全", "That is all it says"),
        explained=both(
            "y：未列出的要素报告里确实没有。", "y: what is not named here was left out of the report."
        ),
        read=q.flag("--complete", "--incomplete"),
        asked=False,
    ),
    Question(
        key="draft",
        title=both("按统稿上报", "Send the unified draft"),
        explained=both("y，或持有统稿的单位。", "y, or the office that holds it."),
        read=q.draft,
        asked=False,
    ),
    Question(
        key="dissent",
        title=both("不同意见", "What I hold otherwise"),
        explained=both("与统稿不一致之处。", "Where I differ from the unified draft."),
        read=q.free("--dissent"),
        asked=False,
    ),
    Question(
        key="skipping",
        title=both("越级原因", "Why a level is passed over"),
        explained=both("越级报告的原因。", "The reason for reporting past the next level."),
        read=q.free("--skipping"),
        asked=False,
    ),
    Question(
        key="signer",
        title=both("签发人", "Who signed it"),
        explained=both("职务或人员编号，不写姓名。", "The role or officer id, never a name."),
        read=q.free("--signer"),
        asked=False,
    ),
    Question(
        key="sealed",
        title=both("盖章", "Bears the seal"),
        explained=both("y 已盖章，n 未盖章；不知道则不填。", "y or n; leave it where nobody knows."),
        read=q.flag("--sealed", "--unsealed"),
        asked=False,
    ),
    Question(
        key="media",
        title=both("附影像", "With pictures or sound"),
        explained=both("y 有，n 没有；不知道则不填。", "y or n; leave it where nobody knows."),
        read=q.flag("--media", "--no-media"),
        asked=False,
    ),
    _FROM,
)
_OPENING = (
    Question(
        key="title",
        title=both("事件名称", "What it is called"),
        explained=both(
            "一句话，如 陈家港镇化工厂爆炸。", "A few words, like: explosion at a chemical plant."
        ),
        read=q.free("--new"),
        needed=True,
    ),
    Question(
        key="kind",
        title=both("种类", "Kind"),
        explained=both(
            "用英文小写词或中文名称，如 fire、coal-mine、chemical-plant、动物疫情、food-poisoning。",
            "A word of your own, like fire, coal-mine, chemical-plant, flood, food-poisoning.",
        ),
        read=q.free("--kind"),
        needed=True,
    ),
    Question(
        key="category",
        title=both("类别", "Category"),
        explained=both("填序号或名称。", "The number or the word."),
        read=q.choice("--category", CATEGORIES),
        offer=q.category,
        choices=q.listed(CATEGORIES),
        needed=True,
    ),
    Question(
        key="place",
        title=both("地点", "Place"),
        explained=both("发生在哪里。", "Where it happened."),
        read=q.free("--place"),
        needed=True,
    ),
    Question(
        key="occurred",
        title=both("发生时间", "When it happened"),
        explained=both("写法同“时间”；不知道则不填。", "Like any time here; leave it where nobody knows."),
        read=q.time("--occurred"),
    ),
    Question(
        key="division",
        title=both("行政区划代码", "Division code"),
        explained=both("六位数字；不知道则不填。", "Six digits; leave it where nobody knows."),
        read=q.division,
        asked=False,
    ),
    Question(
        key="secrecy",
        title=both("密级", "Secrecy"),
        explained=both(
            "填序号或名称；未定则不填。", "The number or the word; leave it where nobody has said."
        ),
        read=q.marking("--secrecy", SECRECY),
        choices=q.listed({word: both(zh, word) for word, zh in SECRECY.items()}),
        asked=False,
    ),
    Question(
        key="urgency",
        title=both("紧急程度", "Urgency"),
        explained=both(
            "填序号或名称；未定则不填。", "The number or the word; leave it where nobody has said."
        ),
        read=q.marking("--urgency", URGENCY),
        choices=q.listed({word: both(zh, word) for word, zh in URGENCY.items()}),
        asked=False,
    ),
)
"""What is asked of an incident that is not on record yet."""

_SAID = (_AT, _FIGURES, _NATURE, _SOURCE, _FROM)
_REPORT = (_TO, _BY, _AT, _FIGURES, _NATURE, *_CARRYING)
_ENTRY = Question(
    key="entry",
    title=both("哪一条", "Which entry"),
    explained=both(
        "上列编号，如 3。emergency show 列出全部。", "Its number above, like 3; `emergency show` lists all."
    ),
    read=q.entry,
    choices=q.entries_of,
    needed=True,
)
_SIGN = Question(
    key="sign",
    title=both("仅为征兆", "A bare sign only"),
    explained=both("y：只是征兆，如压力下降。", "y: no more than a sign, such as a pressure drop."),
    read=q.flag("--sign", None),
    asked=False,
)

ACTS = {
    "learn": Act(both("获悉", "came to know"), opens=True, asks=(*_SAID, _SIGN)),
    "report": Act(both("报告", "report"), opens=True, asks=_REPORT),
    "follow-up": Act(both("续报", "follow-up"), opens=False, asks=_REPORT),
    "final": Act(both("终报", "final report"), opens=False, asks=_REPORT),
    "correct": Act(both("更正报告", "correcting report"), opens=False, asks=_REPORT),
    "forward": Act(both("上报、转报", "passed upward"), opens=True, asks=_REPORT),
    "verify": Act(
        both("核实", "verified"),
        opens=False,
        asks=(
            Question(
                key="outcome",
                title=both("核实结果", "What the check came to"),
                explained=both("填序号或名称。", "The number or the word."),
                read=q.choice("--outcome", OUTCOMES),
                offer=lambda _: "confirmed",
                choices=q.listed(OUTCOMES),
                needed=True,
            ),
            *_SAID,
            _WHOM_TOLD,
            replace(_BY, asked=False, offer=lambda _: None),
            _RECEIVED,
        ),
    ),
    "clue": Act(
        both("线索", "clue"),
        opens=True,
        asks=(
            Question(
                key="origin",
                title=both("线索来自", "Whose people gave it"),
                explained=both("填序号或名称。", "The number or the word."),
                read=q.choice("--origin", ORIGINS),
                offer=lambda _: "outside",
                choices=q.listed(ORIGINS),
            ),
            _AT,
            _FIGURES,
            _NATURE,
            _SOURCE,
            Question(
                key="informant",
                title=both("有需要保护的举报人", "Informant to protect"),
                explained=both(
                    "y：入库时以不显示的方式询问姓名、电话，加密保存；此处和暂存文件都不写姓名。",
                    "y: the name is asked for, unseen, when the clue is recorded, and sealed; it is neither typed here "
                    "nor kept with an unsent entry.",
                ),
                read=q.informant,
                offer=lambda _: "n",
            ),
            _FROM,
            _SIGN,
        ),
    ),
    "ack": Act(both("签收", "receipt"), opens=False, asks=(_ENTRY, _AT, _FROM)),
    "return": Act(
        both("退回", "sent back"),
        opens=False,
        asks=(
            _ENTRY,
            Question(
                key="why",
                title=both("退回原因", "Why"),
                explained=both("哪里需要改正。", "What has to be put right."),
                read=q.free("--why"),
                needed=True,
            ),
            _AT,
            _FROM,
        ),
    ),
    "handover": Act(
        both("转办", "handed over"),
        opens=False,
        asks=(
            _ENTRY,
            replace(_TO, title=both("转给", "Handed over to"), offer=lambda _: None, choices=lambda _: []),
            _BY,
            _AT,
            _NATURE,
            _SOURCE,
            _FROM,
        ),
    ),
    "grade": Act(
        both("定级、调级", "graded"),
        opens=False,
        asks=(
            Question(
                key="level",
                title=both("级别", "Level"),
                explained=both("I 至 IV，或 特别重大、重大、较大、一般。", "I to IV, or 特别重大 to 一般."),
                read=q.level,
                needed=True,
            ),
            _AT,
            _SOURCE,
            _FROM,
        ),
    ),
    "stable": Act(both("事态稳定", "situation stable"), opens=False, asks=_SAID),
    "ended": Act(both("处置结束", "handling ended"), opens=False, asks=_SAID),
    "close": Act(both("结案", "closed"), opens=False, asks=_SAID),
}
"""By the name of the one-line command that does the same."""

_ACT = Question(
    key="act",
    title=both("录入什么", "What to enter"),
    explained=both("填序号或名称。", "The number or the word."),
    read=q.choice("", {name: act.title for name, act in ACTS.items()}),
    choices=q.listed({name: act.title for name, act in ACTS.items()}),
    needed=True,
)
_INCIDENT = Question(
    key="incident",
    title=both("哪起事件", "Which incident"),
    explained=both(
        "填序号、编号的开头，或 - 表示上次录入的事件；新事件填 new 或 新。",
        "The number, the beginning of a reference, or - for the last one recorded on; new for one not on record yet.",
    ),
    read=q.incident,
    offer=q.last_incident,
    choices=q.incidents_of,
    needed=True,
)
POSITIONAL = ("incident", "entry", "level", "words")
"""What the one-line command takes without an option's name, in its order."""


def questions(act: str | None, incident: str | None) -> list[Question]:
    """What is to be asked, in order, as far as that is known from the first answers."""
    if act is None:
        return [_ACT]
    about = [_ACT, _INCIDENT]
    if incident == q.NEW:
        about += _OPENING
    return about + list(ACTS[act].asks)
